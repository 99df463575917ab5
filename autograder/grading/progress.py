"""How far a long run is: a bar on a terminal, plain lines in a pipe. On stderr, since stdout is for results."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

from autograder.model import Report
from autograder.text.escape import terminal

_Item = TypeVar("_Item")
Tick = Callable[[Report], object]  # called once for each report


@contextmanager
def progress(title: str, total: int, out: TextIO | None = None) -> Iterator[Tick]:
    """`with progress("Grading", 30) as tick: … tick(report)`."""
    out = out or sys.stderr
    if out.isatty():
        with _bar(title, total, out) as tick:
            yield tick
    else:
        yield _lines(total, out)


@contextmanager
def _bar(title: str, total: int, out: TextIO) -> Iterator[Tick]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=out), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda report: bar.advance(task)


def _lines(total: int, out: TextIO) -> Tick:
    count = iter(range(1, total + 1))

    def tick(report: Report) -> None:
        points = f"{report.score:g}/{report.points:g}"
        result = points if report.graded else report.problem or "not every check has a verdict"
        print(f"{next(count, total)}/{total}  {terminal(report.student, 60)}  {terminal(result)}", file=out, flush=True)

    return tick


def in_steps(title: str, items: Sequence[_Item], out: TextIO | None = None) -> Iterator[_Item]:
    """The items one by one, with a bar on a terminal and nothing in a pipe."""
    out = out or sys.stderr
    if not out.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, title, console=Console(file=out), transient=True)
