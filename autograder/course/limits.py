"""What one submission may use."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.toml import ABOVE_0, WHOLE_ABOVE_0, setting, table_into


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use; seconds are those that it computes."""

    cell_seconds: float = setting(20.0, ABOVE_0, "of one cell of the notebook")
    call_seconds: float = setting(10.0, ABOVE_0, "of one call that a check makes")
    check_seconds: float = setting(30.0, ABOVE_0, "of one check")
    submission_seconds: float = setting(300.0, ABOVE_0, "of the whole notebook with all its checks")
    memory_mb: int = setting(2048, WHOLE_ABOVE_0, "above what the warm process maps; of all its processes together")
    disk_mb: int = setting(64, WHOLE_ABOVE_0, "of `/tmp`, and of `/dev/shm`")
    processes: int = setting(64, WHOLE_ABOVE_0, "threads count")
    restarts: int = setting(3, WHOLE_ABOVE_0, "of one function, after a hang, a crash or out of memory")


def read_limits(path: Path, table: Mapping[str, Any]) -> Limits:
    """`[limits]` of an assignment's settings, defaults where unset. Raises CourseError with file and line."""
    return table_into(path, table, "limits", Limits)
