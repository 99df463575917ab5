"""Tasks in forks of this process: what one fork changes, no other sees, and none runs for ever.

A fork costs more than most tasks, so each does a batch. Where a task ends its fork, or leaves behind what others would
notice, the tasks beside it are done again.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import selectors
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.box.inside.jail import PR_SET_PDEATHSIG, prctl

MEMORY = 4 * 2**30  # bytes above what the process maps already
SLEEPS = 120  # seconds on the clock after which a task that uses no processor is ended


@dataclass(frozen=True, slots=True)
class Trial:
    """Something that gives what JSON can hold, and the most seconds of the processor it may need."""

    run: Callable[[], Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks for one fork, and whether all is there as it was before them."""

    tasks: tuple[tuple[int, Trial], ...]  # with their places among all
    sound: Callable[[], bool]


@dataclass
class _Fork:
    """A batch that is being done."""

    batch: Batch
    child: int
    text: bytearray

    def ended(self) -> tuple[dict[int, Any], list[Batch]]:
        """What its tasks gave, by their places, and what has to be done again."""
        os.waitpid(self.child, 0)
        tasks, lines = self.batch.tasks, [json.loads(line) for line in bytes(self.text).splitlines()]
        if len(lines) > len(tasks) and (lines.pop() or len(tasks) == 1):
            return {place: line for (place, _), line in zip(tasks, lines, strict=True)}, []
        if len(lines) == len(tasks):
            return {}, [Batch((task,), self.batch.sound) for task in tasks]
        others = tasks[: len(lines)] + tasks[len(lines) + 1 :]
        return {tasks[len(lines)][0]: None}, [Batch(others, self.batch.sound)] if others else []


def in_forks(batches: Sequence[Batch], jobs: int) -> Iterator[Any]:
    """What each task gives, in the order of their places; None for one that needs too long or ends its process."""
    gc.collect()
    gc.freeze()
    done: dict[int, Any] = {}
    waiting, place = list(batches), 0
    with selectors.DefaultSelector() as running:
        while waiting or running.get_map():
            while waiting and len(running.get_map()) < jobs:
                fork, reader = _forked(waiting.pop(0))
                running.register(reader, selectors.EVENT_READ, fork)
            for given, again in _ended(running):
                done |= given
                waiting[:0] = again
            while place in done:
                yield done.pop(place)
                place += 1


def _ended(running: selectors.BaseSelector) -> Iterator[tuple[dict[int, Any], list[Batch]]]:
    """Reads what the forks write, and gives what those that have ended did."""
    for key, _ in running.select():
        part = os.read(key.fd, 65_536)
        key.data.text += part
        if not part:
            running.unregister(key.fd)
            os.close(key.fd)
            yield key.data.ended()


def _forked(batch: Batch) -> tuple[_Fork, int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work(batch, writer)
    os.close(writer)
    return _Fork(batch, child, bytearray()), reader


def _work(batch: Batch, writer: int) -> None:
    """Runs in the child and never returns."""
    try:
        _settle()
        for _, task in batch.tasks:
            signal.setitimer(signal.ITIMER_PROF, task.seconds)
            signal.alarm(SLEEPS)
            os.write(writer, json.dumps(task.run()).encode() + b"\n")
        os.write(writer, json.dumps(len(batch.tasks) == 1 or batch.sound()).encode() + b"\n")
    finally:
        os._exit(0)


def _settle() -> None:
    """Quiet, alone, and with limits that end the process."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gc.disable()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, resource.RLIM_INFINITY))
