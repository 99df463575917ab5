"""Reports on a terminal: a table of the class, and one student's checks line by line. Plain lines in a pipe."""

import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from autograder import messages
from autograder.files import natural_key
from autograder.model import CheckResult, Report, Verdict
from autograder.reports import statistics
from autograder.reports.roots import Roots, first_of_all, follow_ups, shared_causes
from autograder.reports.waterfall import STAGES, Stage
from autograder.reports.words import (
    LOOKS,
    all_told,
    counts,
    input_of,
    judged,
    look_at,
    look_of,
    needs_a_person,
    worth_of,
)
from autograder.text import escape
from autograder.text.words import amount, number

_STYLE = {"good": "green", "bad": "red", "wait": "dim", "ours": "yellow"}
_NAME = 40  # characters of a student's name in a table
_HEADS = ("student", "score", "checks", "look at")


def show_class(reports: Sequence[Report], out: TextIO | None = None) -> None:
    """A line per student, sorted by name: score, verdict counts, what to look at first; then the class in one line."""
    out = out or sys.stdout
    ordered = sorted(reports, key=lambda report: natural_key(report.student))
    if out.isatty():
        Console(file=out).print(_table(ordered))
    else:
        _plain([_HEADS, *(tuple(cell.plain for cell in _row(report)) for report in ordered)], out)
    print(_class_line(reports), file=out)


def show_waterfall(stages: Sequence[Stage], seconds: float, out: TextIO | None = None) -> None:
    """Where the time of a command went: shares of the wall clock that add up, and what all processes spent."""
    table = Table(
        "stage", *(_right(head) for head in ("wall, s", "share", "all processes, s", "times")), title="profile"
    )
    for stage in stages:
        share = f"{stage.wall / seconds:.0%}" if seconds else ""
        spent = f"{stage.spent:.2f}" if stage.name != "other" else ""
        table.add_row(STAGES.get(stage.name, stage.name), f"{stage.wall:.2f}", share, spent, str(stage.times or ""))
    table.add_row("wall clock", f"{sum(stage.wall for stage in stages):.2f}", "", "", "")
    Console(file=out or sys.stderr, width=100, highlight=False).print(table)


def _right(head: str) -> Column:
    return Column(head, justify="right")


def show_student(report: Report, out: TextIO | None = None) -> None:
    """One submission, what may be behind all else first: then its checks, each reason why they fail once."""
    console = Console(file=out or sys.stdout, soft_wrap=True, highlight=False)
    console.print(Text(escape.terminal(report.student), style="bold"), Text(_score(report)))
    for sentence in filter(None, (report.problem, *report.notes)):
        console.print(Text(f"  {escape.terminal(sentence, 1000)}", style="yellow"))
    for sentence in _stopped(report):
        console.print(Text(f"  {escape.terminal(sentence, 1000)}", style="red"))
    common = shared_causes(report.exercises)
    for exercise in report.exercises if judged(report) else ():
        points = f"{number(exercise.score)}/{number(exercise.points)}" if exercise.checks else "graded by hand"
        points = worth_of(exercise) if exercise.stretch else points
        console.print(Text(f"\n{escape.terminal(exercise.title or exercise.name)}  {points}", style="bold"))
        for line in _exercise_lines(exercise.checks, common):
            console.print(line)
    named = {exercise.name for exercise in report.exercises}
    for answer in report.answers if judged(report) else ():
        if answer.exercise not in named:
            given = "no answer" if answer.state == "blank" else "graded by hand"
            console.print(Text(f"\n{escape.terminal(answer.exercise)}  {given}", style="bold"))


def _stopped(report: Report) -> Iterator[str]:
    """Cells that stopped, and in one line those that probably stopped because of them."""
    for cell in first_of_all(report):
        yield messages.cell_stopped(cell.label, cell.error)
    if later := follow_ups(report):
        names = ", ".join(cell.label.removeprefix("cell ") for cell in later)
        yield f"{amount(len(later), 'cell')} after that stopped with a NameError, probably because of it: {names}."


def _exercise_lines(checks: Sequence[CheckResult], common: Roots) -> Iterator[Text]:
    """Its checks; those that only wait for others are counted, after what they wait for."""
    waiting = [check for check in checks if check.verdict is Verdict.SKIPPED]
    told = all_told([check for check in checks if check.verdict is not Verdict.SKIPPED])
    for group in told:
        if not group[0].earns:
            yield from _group_lines(group, common)
    if waiting:
        look = LOOKS[Verdict.SKIPPED]
        line = f"  {look.icon} {amount(len(waiting), 'check')} not tried: what must pass first does not"
        yield Text(line, style=_STYLE[look.tone])
    for group in told:
        if group[0].earns:
            yield from _group_lines(group, common)


def _group_lines(group: Sequence[CheckResult], common: Roots) -> Iterator[Text]:
    """Checks that end alike: all their titles, then once why."""
    for check in group:
        look = look_of(check)
        yield Text(f"  {look.icon} {escape.terminal(check.title)}", style=_STYLE[look.tone])
        for name, value in check.measured.items():
            yield Text(f"      measured: {escape.terminal(name, _NAME)} {value:.4g}", style="dim")
    check = group[0]
    for line in _why(group, common) if not check.earns else (check.message,):
        yield from [Text(f"      {escape.terminal(line, 1000)}")] if line else ()


def _why(group: Sequence[CheckResult], common: Roots) -> Iterator[str]:
    """Why checks fail, in full where it is met first."""
    check = group[0]
    if before := common.before.get(id(check)):
        yield f"{LOOKS[check.verdict].label}, for the same reason as “{before.title}”: {before.place}"
        return
    yield look_of(check).label + (f": {check.message}" if check.message else "")
    yield f"hint: {check.hint}" if check.hint else ""
    smallest = input_of(group)
    yield f"smallest failing input: {smallest}" if smallest else ""
    others = common.after.get(id(check), ())
    yield f"{amount(len(others), 'more exercise')} for the same reason: {', '.join(others)}" if others else ""


def _table(reports: Sequence[Report]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(_HEADS[0], max_width=_NAME, overflow="ellipsis", no_wrap=True)
    table.add_column(_HEADS[1], justify="right", no_wrap=True)
    table.add_column(_HEADS[2], no_wrap=True)
    table.add_column(_HEADS[3], overflow="fold")
    for report in reports:
        table.add_row(*_row(report))
    return table


def _row(report: Report) -> tuple[Text, Text, Text, Text]:
    tone = "yellow" if needs_a_person(report) else ""
    tallies = counts(report.checks).items() if judged(report) else ()
    checks = [Text(f"{LOOKS[verdict].icon} {many}", style=_STYLE[LOOKS[verdict].tone]) for verdict, many in tallies]
    return (
        Text(escape.terminal(report.student or report.source, _NAME)),
        Text(_score(report)),
        Text("  ").join(checks),
        Text(escape.terminal(look_at(report), 120), style=tone),
    )


def _score(report: Report) -> str:
    return f"{number(report.score)}/{number(report.points)}" if judged(report) else "–"


def show_lines(rows: Sequence[tuple[str, ...]], out: TextIO | None = None) -> None:
    """A table of plain words, its head first; on a terminal as wide as it is, in a pipe never cut."""
    out = out or sys.stdout
    safe = [tuple(escape.terminal(cell, _NAME) for cell in row) for row in rows]
    if out.isatty():
        table = Table(*safe[0], box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for row in safe[1:]:
            table.add_row(*map(Text, row))
        Console(file=out).print(table)
        return
    widths = [max(len(row[column]) for row in safe) for column in range(len(safe[0]))]
    for row in safe:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), file=out)


def _plain(rows: Sequence[tuple[str, ...]], out: TextIO) -> None:
    """Aligned columns without colour, never cut to a width."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), row[1].rjust(widths[1]), row[2].ljust(widths[2]), row[3]]
        print("  ".join(cells).rstrip(), file=out)


def _class_line(reports: Sequence[Report]) -> str:
    figures = statistics.summary(reports)
    people = sum(bool(needs_a_person(report)) for report in reports)
    parts = [
        amount(figures.submissions, "submission"),
        f"mean {number(figures.mean)}, median {number(figures.median)} of {number(figures.points)} automatic points",
        f"{people} without a verdict {'needs' if people == 1 else 'need'} a person" if people else "",
    ]
    return " · ".join(part for part in parts if part)
