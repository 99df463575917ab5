"""How many submissions go to a Dask worker in one task: a task has its price, whatever is in it. Pure arithmetic."""

from __future__ import annotations

import math

MOST = 16  # what is lost with a worker is done again
TASK_SECONDS = 1.0  # so long a task should take at least: what Dask adds is then a small part


def fitting_a_task(seconds_each: float | None) -> int:
    """How many submissions fill a task, by what those so far took; alone while nobody knows."""
    if seconds_each is None or not math.isfinite(seconds_each):
        return 1
    return MOST if seconds_each * MOST <= TASK_SECONDS else max(1, int(TASK_SECONDS / seconds_each))


def task_sizes(jobs_left: int, room: int, threads: int, most: int) -> list[int]:
    """Sizes of the next tasks, at most so many.

    What is left is always enough for every thread; so the last submissions go alone, and all threads end together.
    """
    sizes: list[int] = []
    while jobs_left and len(sizes) < room:
        sizes.append(min(most, max(1, jobs_left // max(1, threads))))
        jobs_left -= sizes[-1]
    return sizes
