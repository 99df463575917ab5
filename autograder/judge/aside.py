"""Runs what may hang or swell in a forked child with a deadline and a memory limit; what it found is kept."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Iterator
from typing import Any

from autograder.judge.allowance import limit_memory

MEMORY = 2**29  # bytes above what the process maps already


def within(seconds: float, found: Iterator[Any]) -> list[Any]:
    """What the iterator gives in a forked child until the deadline, as JSON brings it here; the rest is lost."""
    end = time.monotonic() + seconds
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _produce(writer, found, seconds)
    os.close(writer)
    try:
        raw = _read_until(reader, end)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return [json.loads(line) for line in raw[: raw.rfind(b"\n") + 1].splitlines()]


def _produce(writer: int, found: Iterator[Any], seconds: float) -> None:
    """Runs in the child and never returns; whatever happens, the parent sees the end of the pipe."""
    try:
        signal.alarm(int(seconds) + 2)  # should the parent die first
        limit_memory(MEMORY)
        with contextlib.suppress(MemoryError):
            for item in found:
                os.write(writer, json.dumps(item).encode() + b"\n")
    finally:
        os._exit(0)


def _read_until(reader: int, end: float) -> bytes:
    raw = b""
    while select.select([reader], [], [], max(end - time.monotonic(), 0.0))[0]:
        part = os.read(reader, 65_536)
        if not part:
            break
        raw += part
    return raw
