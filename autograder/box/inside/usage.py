"""What processes have used of the machine's processors, as the kernel counts it."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterable
from typing import Any

NANOSECONDS = 1e9


def used_by(processes: Iterable[int]) -> dict[str, Any]:
    """{"computed": seconds, "waited": seconds for a processor, None where this kernel does not count them}."""
    computed, waits = 0.0, list[float]()
    for pid in processes:
        computed += _computed(pid)
        waits += _waits(pid)
    return {"computed": computed, "waited": sum(waits) if waits else None}


def _computed(pid: int) -> float:
    """Of a process and of those that it started and waited for."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _waits(pid: int) -> list[float]:
    """Of each thread of a process."""
    found = []
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with contextlib.suppress(OSError, ValueError, IndexError), open(path) as file:
            found.append(int(file.read().split()[1]) / NANOSECONDS)
    return found
