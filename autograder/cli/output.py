"""What verbs print. Results go to standard output, everything else to standard error; nothing printed has power."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from autograder.model import Report
from autograder.text.escape import terminal


def say(text: str) -> None:
    """One line of the result."""
    click.echo(terminal(text, 2000))


def note(text: str) -> None:
    """One line for people, on standard error."""
    click.echo(terminal(text, 2000), err=True)


def note_all(lines: Iterable[str]) -> None:
    """A line each."""
    for line in lines:
        note(line)


def show_reports(reports: Sequence[Report], in_full: bool = False) -> None:
    """The table of a class, and every check of every student where that is wanted."""
    from autograder.reports.terminal import show_class, show_student

    for report in reports if in_full else ():
        show_student(report)
    if len(reports) > 1:
        show_class(reports)


def say_written(path: Path, root: Path) -> None:
    """Where a file of the course was written."""
    say(f"written: {path.relative_to(root)}")
