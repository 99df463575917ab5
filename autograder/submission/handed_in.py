"""One file as it was handed in, with its bytes: what every grading starts from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Whose it is, what the file is called (for people), its content key, and the bytes."""

    student: str
    source: str
    key: str
    raw: bytes
