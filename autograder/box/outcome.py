"""What comes back from a box, and how the student's code can fail there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from autograder.box.inside.wire import Handle
from autograder.errors import ConvgradeError
from autograder.model import Verdict

__all__ = ["CellOutcome", "Handle", "Reply", "StudentError"]


_NO_CARD = re.compile(
    r"not compiled with (?:CUDA|XPU)|NVIDIA driver|No (?:CUDA|HIP|XPU) GPUs? (?:are|is) available|with support for mps"
    r"|MPS backend is|from the '(?:CUDA|MPS|XPU)' backend|torch\.cuda\.is_available\(\) is False|CUDA driver"
)


class StudentError(ConvgradeError):
    """The student's code did not answer: it raised, hung, ran out of memory or did what grading forbids."""

    def __init__(self, verdict: Verdict, type_name: str, message: str = "", where: str = "", printed: str = "") -> None:
        super().__init__(f"{type_name}: {message}" if message else type_name)
        self.verdict, self.type_name, self.message = verdict, type_name, message
        self.where, self.printed = where, printed
        self.seconds = 0.0  # that counted for the limits, as in a Reply
        self.bases: tuple[str, ...] = ()  # Python's own classes that its class is made from, itself among them

    @property
    def from_stub(self) -> bool:
        """Whether the stub of the release raised it; torch's own NotImplementedError has a message."""
        return self.verdict is Verdict.RAISED and self.type_name == "NotImplementedError" and not self.message

    @property
    def asks_for_gpu(self) -> bool:
        """Whether torch raised it since there is no card, or no support for one."""
        return self.verdict is Verdict.RAISED and bool(_NO_CARD.search(self.message[:500]))

    @property
    def unwritten(self) -> bool:
        """Whether there is nothing to judge yet: the name is missing, or still a stub."""
        return self.type_name == "Undefined" or self.from_stub


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request."""

    value: Any = None  # plain data, tensors, arrays; Handle for what stayed inside
    device: str = ""  # of a tensor: where it was in the box, e.g. "cpu" or "cuda:0"
    mutated: tuple[str, ...] = ()  # arguments that the call changed in place: "0", "weight"
    grads: tuple[Any, ...] = ()  # gradients with respect to the `wrt` of the request, None if there is none
    printed: str = ""
    seconds: float = 0.0  # that counted for the limits


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """How one cell ran."""

    ok: bool
    error: StudentError | None = None
    printed: str = ""
    figures: tuple[bytes, ...] = ()  # PNG
    seconds: float = 0.0
