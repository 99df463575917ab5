"""What `--verbose` shows: files read and written, how long each stage takes, tracebacks of our own errors.

All of it goes to standard error, through Python's logger "convgrade"; without the option nothing is logged.
`--profile` collects spans in a file, from every process of the command; without it a span is a look at the environment.
"""

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOG = logging.getLogger("convgrade")
SPANS = "CONVGRADE_SPANS"  # the file that every process of a command appends its spans to; nothing: nobody asked


class _Lines(logging.Handler):
    """One escaped line per event, with the seconds since the command began."""

    def __init__(self) -> None:
        super().__init__()
        self.start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Written to what is standard error now: tests replace it after this module is imported."""
        from autograder.text.escape import block

        sys.stderr.write(f"[{time.monotonic() - self.start:7.2f} s] {block(record.getMessage(), 20_000)}\n")


@contextmanager
def narration() -> Iterator[None]:
    """The lifetime of one command: what `--verbose` switches on ends with it."""
    lines, level = _Lines(), LOG.level
    LOG.addHandler(lines)
    try:
        yield
    finally:
        LOG.removeHandler(lines)
        LOG.setLevel(level)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A part of a command, also as a decorator; logs how long it took, whether or not it succeeds."""
    start = time.monotonic()
    try:
        yield
    finally:
        LOG.debug("%s: %.2f s", name, time.monotonic() - start)


@contextmanager
def span(name: str) -> Iterator[None]:
    """A part of the work that `--profile` shows; spans of one process are inside each other or apart."""
    if not os.environ.get(SPANS):
        yield
        return
    start = time.monotonic()
    try:
        yield
    finally:
        note_span(name, start, os.getpid())


def note_span(name: str, start: float, pid: int) -> None:
    """A span of that process that ends now. One short line, which the kernel appends whole."""
    if path := os.environ.get(SPANS):
        line = json.dumps({"name": name, "pid": pid, "start": start, "end": time.monotonic()}) + "\n"
        with open(path, "ab", buffering=0) as spans:
            spans.write(line.encode())


def noted(path: Path, what: str = "read") -> Path:
    """`path`, after logging what happens to it."""
    LOG.debug("%s %s", what, path)
    return path


def note_error(error: BaseException) -> None:
    """Log the traceback of an error of which people see only the message."""
    LOG.debug("%s", "".join(traceback.format_exception(error)).rstrip())


def is_on() -> bool:
    """Whether `--verbose` was given."""
    return LOG.isEnabledFor(logging.DEBUG)
