"""What judging one submission may cost on the trusted side, whatever the box answers: memory and processor time."""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

KEPT = 64 * 2**20  # bytes of requests and answers of one submission that are kept for the diagnosis
MEMORY = 700 * 2**20  # bytes that judging one submission may take beyond what the worker maps already
CHECK_SECONDS = 30.0  # of processor time, for the body of one check; the right answers need 2 at most
ARRAY_BYTES, ITEM_BYTES = 1000, 64  # about what Python takes for an array without data, and for any small object


class TooLong(BaseException):
    """The body of a check takes too much processor time; no Exception, so that no search goes on after it."""


def weight(value: Any) -> int:
    """About how many bytes of memory plain data takes."""
    if isinstance(value, dict):
        return 4 * ITEM_BYTES + sum(weight(key) + weight(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ITEM_BYTES + sum(map(weight, value))
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return ARRAY_BYTES + int(value.nbytes)
    return ITEM_BYTES + sys.getsizeof(value)


def limit_memory(more: int) -> None:
    """From now on this process may map so many bytes more than it does already."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more, resource.RLIM_INFINITY))


@contextlib.contextmanager
def processor_time(seconds: float = CHECK_SECONDS) -> Iterator[None]:
    """Raises TooLong in the block once it took so much processor time of this process."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_number: int, _frame: object) -> None:
    raise TooLong("the body of the check took too much processor time")
