"""The exception tree. Every message has three parts: what is wrong, where, what to do next."""

from pathlib import Path


class ConvgradeError(Exception):
    """Root of everything that we raise on purpose; the command line prints it without a traceback."""


class UsageError(ConvgradeError):
    """What was asked for does not exist, is not clear, or is taken already; wrong usage of the command line."""


class CourseError(ConvgradeError):
    """The course itself is broken; raised before the first submission is opened."""

    def __init__(self, what: str, where: str = "", todo: str = "") -> None:
        super().__init__("\n".join(part for part in (what, where and f"  in {where}", todo and f"  {todo}") if part))
        self.what, self.where, self.todo = what, where, todo


class UnknownAssignment(CourseError):
    """No assignment of that name."""


class UnreadableSubmission(ConvgradeError):
    """A handed-in file that is no notebook and cannot be repaired; the student's fault."""


class NotStored(ConvgradeError):
    """Reports were made and could not be written; what was stored before is still there."""


class NoBox(ConvgradeError):
    """No working wall on this machine: nothing is graded."""


class NoDevice(ConvgradeError):
    """torch cannot use the device that was asked for: nothing is graded."""


class BoxFailure(ConvgradeError):
    """The wall broke through no fault of the submission."""


class WireViolation(ConvgradeError):
    """A frame from the box that breaks the format or the protocol; the submission's fault."""


def place(path: Path, line: int | None = None) -> str:
    """File and line for people, seen from the working directory."""
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return f"{shown}:{line}" if line else str(shown)
