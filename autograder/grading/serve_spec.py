"""What a worker process is told before its first submission. Light to import: the command itself needs no torch."""

from dataclasses import dataclass
from typing import Literal

Checks = Literal["all", "gates", "rest"]
"""Which checks a worker runs: all, only those with a threshold, or all but those whose results come with the job."""


@dataclass(frozen=True, slots=True)
class ServeSpec:
    """What a worker grades: an assignment of the course at `root`, behind which wall, on which device."""

    root: str
    slug: str
    wall: str = "bubblewrap"
    device: str = "cpu"
    which: Checks = "all"
    whole: bool = False  # with what is not chosen this term
