"""Memory of a process and everything below it."""

from __future__ import annotations

import contextlib

import psutil


def family_mb(pid: int) -> float:
    """Proportional set size of a process and its descendants in MB; resident size where the former is hidden."""
    try:
        root = psutil.Process(pid)
        return sum(_mb(process) for process in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0.0


def _mb(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        try:
            return float(process.memory_full_info().pss) / 2**20
        except psutil.AccessDenied:
            return float(process.memory_info().rss) / 2**20
    return 0.0
