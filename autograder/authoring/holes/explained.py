"""`mutants.toml` of an assignment: mutants that need not cost what others cost, each with its reason.

    [equivalent.conv2d]                       # no check can tell it from the answer
    "out = x.clone() → out = x" = "out is never changed"

    [cheap.conv2d]                            # of a line that most checks execute, and yet a small mistake
    "out = x / 2 → out = x / 3" = "only what is drawn depends on it"

The change is written as `convgrade prove SLUG --mutants` shows it. “…” in it stands for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course import Assignment
from autograder.course.toml import line_of, read_toml
from autograder.errors import CourseError, place

FILE = "mutants.toml"
EQUIVALENT, CHEAP = "equivalent", "cheap"
ANY = "…"


@dataclass(frozen=True, slots=True)
class Explained:
    """Why mutants of one function are what they are: equivalent, or cheap."""

    kind: str
    function: str
    change: str
    reason: str

    def __str__(self) -> str:
        return f"{self.function}: {self.change}"

    def fits(self, function: str, change: str) -> bool:
        """Whether it speaks about this mutant."""
        pattern = ".*".join(map(re.escape, self.change.split(ANY)))
        return function == self.function and re.fullmatch(pattern, change) is not None


def read_explained(assignment: Assignment) -> list[Explained]:
    """Every entry of the file; none without one. Raises CourseError for an entry without a reason."""
    path = assignment.folder / FILE
    found = list(_entries(read_toml(path, {EQUIVALENT, CHEAP}), ())) if path.exists() else []
    for entry in found:
        if not entry.reason.strip() or not entry.function:
            raise CourseError(f"no reason for “{entry}”", place(path, line_of(path, entry.change)), "write why")
    return found


def _entries(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Explained]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _entries(value, (*path, key))
        else:
            yield Explained(path[0] if path else "", ".".join(path[1:]), key, value if isinstance(value, str) else "")
