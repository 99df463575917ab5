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
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from autograder.box.inside.jail import PR_SET_PDEATHSIG, prctl
from autograder.box.inside.usage import used_by

MEMORY = 4 * 2**30  # bytes above what the process maps already
SLEEPS = 120.0  # seconds on the clock after which a task that neither computes nor waits for a processor is ended
LOOK = 1.0  # seconds on the clock between two looks at who sleeps


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
    text: bytearray = field(default_factory=bytearray)
    awake: float = field(default_factory=time.monotonic)  # when it was last seen to want a processor
    wanted: float = 0.0  # seconds of a processor until then, those that it waited for included

    def end_if_asleep(self) -> None:
        """However busy the machine is, only a process that sleeps wants no processor."""
        used, now = used_by([self.child]), time.monotonic()
        wanted = used["computed"] + (used["waited"] or 0.0)
        if wanted > self.wanted:
            self.awake, self.wanted = now, wanted
        elif now - self.awake > SLEEPS:
            os.kill(self.child, signal.SIGKILL)  # not waited for yet: the number is still this child's

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
    done: dict[int, Any] = {}
    waiting, place = list(batches), 0
    with _shared_memory(), selectors.DefaultSelector() as running:
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


@contextmanager
def _shared_memory() -> Iterator[None]:
    """What is there now is not walked by the collectors of forks; at the end of this process it is collected."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _ended(running: selectors.BaseSelector) -> Iterator[tuple[dict[int, Any], list[Batch]]]:
    """Reads what the forks write, and gives what those that have ended did; who sleeps too long is ended."""
    for key in running.get_map().values():
        key.data.end_if_asleep()
    for key, _ in running.select(LOOK):
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
    return _Fork(batch, child), reader


def _work(batch: Batch, writer: int) -> None:
    """Runs in the child and never returns."""
    try:
        _settle()
        for _, task in batch.tasks:
            signal.setitimer(signal.ITIMER_PROF, task.seconds)
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
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, resource.RLIM_INFINITY))
