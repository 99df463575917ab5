"""Parts of an assignment that are one file or a folder: its checks, its mistakes, its alternatives.

In a folder each exercise has a file of its name. A file whose name begins with "_" belongs to no exercise: it holds
what several of them share, and they import it with `from ._helpers import …`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError, place

CHECKS, MISTAKES, ALTERNATIVES, DESIGNS = "checks", "mistakes", "alternatives", "designs"
HELD_OUT = "held_out"  # the module with data of the course that students do not have: solutions/held_out.py


@dataclass(frozen=True, slots=True)
class PartFile:
    """One file of a part; `exercise` is empty where every definition names its own."""

    path: Path
    exercise: str = ""


def part(folder: Path, name: str, single: str) -> Path:
    """Where this part of an assignment is, or would be: the folder `name` or the file `single`.

    Raises CourseError when both are there: which of them counts would be a guess.
    """
    both, one = folder / name, folder / single
    if both.is_dir() and one.exists():
        raise CourseError(f"there are both {name}/ and {single}", place(one), "keep one of them")
    return both if both.is_dir() else one


def files_of(path: Path, exercises: Sequence[str] = ()) -> list[PartFile]:
    """The files of a part, in the order of these exercises and then of their names; none where there is nothing."""
    if not path.is_dir():
        return [PartFile(path)] if path.exists() else []
    order = {name: number for number, name in enumerate(exercises)}
    found = [PartFile(file, file.stem) for file in sorted(path.glob("*.py")) if not file.stem.startswith("_")]
    return sorted(found, key=lambda file: order.get(file.exercise, len(order)))


def sources_of(path: Path) -> dict[str, Path]:
    """Every source file of a part, what its files share too, by its name seen from the assignment's folder."""
    files = sorted(path.glob("*.py")) if path.is_dir() else [path] if path.is_file() else []
    return {file.relative_to(path.parent).as_posix(): file for file in files}
