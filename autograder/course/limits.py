"""What one submission may use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from autograder.course.toml import is_number, line_of, table_of
from autograder.errors import CourseError, place


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds (see box/clock.py), memory and disk of one submission; set in `[limits]` of assignment.toml."""

    cell_seconds: float = 20.0
    call_seconds: float = 10.0
    check_seconds: float = 30.0
    submission_seconds: float = 300.0
    memory_mb: int = 2048  # above what the warm process maps; for a family of processes: added up
    disk_mb: int = 64  # of /tmp, and of /dev/shm
    processes: int = 64  # threads count
    restarts: int = 3  # of one function, after a hang, a crash or out of memory


def read_limits(path: Path, table: Mapping[str, Any]) -> Limits:
    """`[limits]` of an assignment's settings, defaults where unset. Raises CourseError with file and line."""
    types = {item.name: item.type for item in fields(Limits)}
    given = table_of(path, table, "limits", set(types))
    for key, value in given.items():
        whole = types[key] is int
        if not is_number(value, whole=whole) or value <= 0:
            todo = f"write a {'whole ' if whole else ''}number above 0"
            raise CourseError(f"invalid limit {key} = {value!r}", place(path, line_of(path, key)), todo)
    return Limits(**given)
