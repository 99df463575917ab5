"""`mutants.toml` of an assignment: mutants that need not cost what others cost, each with its reason.

    [equivalent.conv2d]                          # no check can tell it from the answer
    "out = x.clone() → out = x" = "out is not changed"

    [cheap.conv2d]                               # a core line, and yet a small mistake
    "out = x + 1 → out = x + 2" = "…"
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course import Assignment
from autograder.course.toml import line_of, read_toml
from autograder.errors import CourseError, place

FILE = "mutants.toml"
EQUIVALENT, CHEAP = "equivalent", "cheap"


@dataclass(frozen=True, slots=True)
class Explained:
    """One mutant that is explained: which kind, its function, its change, why."""

    kind: str
    function: str
    change: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}, {self.function}: {self.change}"


def explained(assignment: Assignment) -> list[Explained]:
    """Every entry of the file; none without one. Raises CourseError for an entry without a reason."""
    path = assignment.folder / FILE
    if not path.exists():
        return []
    found = list(_entries(read_toml(path, {EQUIVALENT, CHEAP}), ()))
    for entry in found:
        if not entry.reason.strip() or not entry.function:
            raise CourseError(f"no reason for {entry}", place(path, line_of(path, entry.change)), "write why")
    return found


def _entries(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Explained]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _entries(value, (*path, key))
        else:
            yield Explained(path[0] if path else "", ".".join(path[1:]), key, value if isinstance(value, str) else "")


def as_entry(function: str, kind: str, change: str) -> str:
    """The lines for the file, to be completed."""
    return f"[{kind}.{function}]\n{json.dumps(change, ensure_ascii=False)} = "
