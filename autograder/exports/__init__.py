"""Grades in other programs' formats, as text: for `convgrade export` and nbgrader; no grade is worked out here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import cast

from autograder.gradebook.grades import Grade

# Format → ending of its files.
FORMATS = MappingProxyType({"csv": "csv", "canvas": "csv", "moodle": "csv", "jsonl": "jsonl", "junit": "xml"})


@dataclass(frozen=True, slots=True)
class Export:
    """The text of a file, and sentences about students who are not in it as they should be."""

    text: str
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Platform:
    """What the learning platform has of the class."""

    roster: str = ""  # the text of what Canvas or Moodle exported
    scale: bool = False  # points to another maximum than ours; else that is refused


Writer = Callable[[str, Sequence[Grade], Platform], Export]  # the first is the title of the assignment


def write(form: str, title: str, grades: Sequence[Grade], platform: Platform = Platform()) -> Export:
    """`grades` in one of FORMATS. Raises CourseError."""
    return cast(Writer, import_module(f"autograder.exports.as_{form}").write)(title, grades, platform)
