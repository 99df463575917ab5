"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Wall-clock seconds, memory and disk of one submission; set in `[limits]` of assignment.toml."""

    cell_seconds: float = 20.0
    call_seconds: float = 10.0
    check_seconds: float = 30.0
    submission_seconds: float = 300.0
    memory_mb: int = 2048  # above what the warm process maps; for a family of processes: added up
    disk_mb: int = 64  # of /tmp, and of /dev/shm
    processes: int = 64  # threads count
    restarts: int = 3  # of one function, after a hang, a crash or out of memory
