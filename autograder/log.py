"""`--verbose`, which every verb takes: files read and written, how long each stage takes, tracebacks of our own errors.

All of it goes to standard error, through Python's logger "convgrade"; without the option nothing is said.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

LOG = logging.getLogger("convgrade")
HELP = "Also say which files are read and written, how long each stage takes, and where an error of ours comes from."


class _Lines(logging.Handler):
    """One plain line for each event, with the seconds since the command began; whatever a file is called."""

    def __init__(self) -> None:
        super().__init__()
        self.start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Written to what is standard error now, not when the program was started."""
        from autograder.text.escape import block

        sys.stderr.write(f"[{time.monotonic() - self.start:7.2f} s] {block(record.getMessage(), 20_000)}\n")


@contextmanager
def narration() -> Iterator[None]:
    """One command's life: what `--verbose` switches on in it ends with it."""
    lines, level = _Lines(), LOG.level
    LOG.addHandler(lines)
    try:
        yield
    finally:
        LOG.removeHandler(lines)
        LOG.setLevel(level)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A part of a command, also as a decorator; says how long it took, whether or not it succeeds."""
    start = time.monotonic()
    try:
        yield
    finally:
        LOG.debug("%s: %.2f s", name, time.monotonic() - start)


def noted(path: Path, what: str = "read") -> Path:
    """`path`, having said what happens to it."""
    LOG.debug("%s %s", what, path)
    return path


def note_error(error: BaseException) -> None:
    """Where an error that is told in one sentence comes from."""
    LOG.debug("%s", "".join(traceback.format_exception(error)).rstrip())


def is_on() -> bool:
    """Whether somebody listens."""
    return LOG.isEnabledFor(logging.DEBUG)


def offer(command: click.Command) -> None:
    """Give `command`, and every verb below it, the option; a verb that has one of its own means both by it."""
    import click

    own = next((item for item in command.params if "--verbose" in item.opts), None)
    if own is None:
        own = click.Option(["--verbose"], is_flag=True, expose_value=False, help=HELP)
        command.params.append(own)
    own.callback = _listen
    for verb in command.commands.values() if isinstance(command, click.Group) else ():
        offer(verb)


def _listen(ctx: click.Context, option: click.Parameter, on: bool) -> bool:
    if on:
        LOG.setLevel(logging.DEBUG)
    return on
