"""Finds the holes of a suite: nothing-answers that earn points, and mutants of the right answers that keep them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring.holes.explained import CHEAP, EQUIVALENT, Explained, explained
from autograder.authoring.holes.forks import Batch, in_forks
from autograder.authoring.holes.idle import MOST, Earned, NothingTrials
from autograder.authoring.holes.rehearsal import Rehearsal
from autograder.authoring.holes.survivors import Fate, Trials
from autograder.course import Assignment
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.log import stage
from autograder.text.words import amount

TOGETHER = 16  # mutants in one fork


@dataclass(frozen=True, slots=True)
class HoleOptions:
    """What to look for, with how many forks at a time, in `only` one exercise."""

    jobs: int
    only: str = ""
    mutants: bool = True
    nothing: bool = True


@dataclass
class Holes:
    """One exercise: how much was tried, and what is wrong in sentences."""

    exercise: str
    mutants: int = 0
    nothings: int = 0
    explained: int = 0
    offences: list[str] = field(default_factory=list)


def find_and_show(assignment: Assignment, options: HoleOptions) -> bool:
    """Finds, prints the table and every offence; whether all is well."""
    found = find_holes(assignment, options)
    show_holes(assignment, found, Console(soft_wrap=True, highlight=False))
    return not any(each.offences for each in found)


@stage("looking for holes")
def find_holes(assignment: Assignment, options: HoleOptions) -> list[Holes]:
    """The holes of every exercise that is graded by checks."""
    known = explained(assignment) if options.mutants else []
    return with_suite(assignment, lambda suite: list(_found(suite, options, known)))


def _found(suite: Suite, options: HoleOptions, known: Sequence[Explained]) -> Iterator[Holes]:
    rehearsal = Rehearsal(suite)
    assert rehearsal.checks, rehearsal.names  # both made here, once, and not in every fork
    names = [each.name for each in suite.assignment.exercises if not each.manual and options.only in ("", each.name)]
    holes = {name: Holes(name) for name in names}
    nothing = {name: NothingTrials(rehearsal, name) for name in names if options.nothing}
    mutants = {name: Trials(rehearsal, name) for name in names if options.mutants}
    answers = in_forks(list(_batches(nothing.values(), mutants.values())), options.jobs)
    for name, trial in nothing.items():
        for earned in trial.earnings(answers):
            holes[name].nothings += 1
            holes[name].offences += _of_nothing(earned)
    for name, mutant_trial in mutants.items():
        fates = list(mutant_trial.fates(answers))
        holes[name].mutants = len(fates)
        functions = {fate.mutant.function for fate in fates}
        own = [entry for entry in known if entry.function in functions]
        holes[name].offences += _of_mutants(fates, own)
        holes[name].explained = len(own)
    return iter(holes.values())


def _batches(nothing: Iterable[NothingTrials], mutants: Iterable[Trials]) -> Iterator[Batch]:
    """Every task with its place: nothing-answers of one function in a fork, and some mutants of one exercise."""
    places = itertools.count()
    for trial in nothing:
        yield from (Batch(((next(places), task),), lambda: True) for task in trial.tasks())
    for trials in mutants:
        tasks = [(next(places), task) for task in trials.tasks()]
        yield from (Batch(tuple(tasks[first : first + TOGETHER]), trials.sound) for first in range(0, len(tasks), TOGETHER))


def _of_nothing(earned: Earned) -> Iterator[str]:
    who = f"{earned.functions}: {earned.answer}"
    if earned.share > MOST:
        yield f"{who} earns {earned.share:.1%} by {', '.join(earned.passed)}"
    for check in earned.ungraded:
        yield f"{who} leaves {check} ungraded"


def _of_mutants(fates: Sequence[Fate], known: Sequence[Explained]) -> Iterator[str]:
    entries = {(entry.function, entry.change): entry.kind for entry in known}
    for fate in fates:
        kind = entries.pop((fate.mutant.function, fate.mutant.change), "")
        yield from _of_fate(fate, kind)
    for (function, change), kind in entries.items():
        yield f"{function}: {change}\n    explained as {kind}, but there is no such mutant"


def _of_fate(fate: Fate, kind: str) -> Iterator[str]:
    who = f"{fate.mutant.function}: {fate.mutant.change}"
    if fate.ungraded:
        yield f"{who}\n    leaves {', '.join(fate.ungraded)} ungraded"
    right = EQUIVALENT if fate.survives else CHEAP if fate.cheap else ""
    if kind and kind != right:
        yield f"{who}\n    explained as {kind}, but {', '.join(fate.failed) or 'nothing'} fails: {fate.cost:.1%} is lost"
    elif right and not kind:
        lost = "no point is lost" if fate.survives else f"only {fate.cost:.1%} is lost, by {', '.join(fate.failed)}"
        yield f"{who}\n    {lost}"


def show_holes(assignment: Assignment, found: Sequence[Holes], console: Console) -> None:
    """The table by exercise, then every offence."""
    table = Table(title=f"{assignment.slug}: what nobody wrote down", title_justify="left")
    for head in ("exercise", "nothing-answers", "mutants", "explained", "offences"):
        table.add_column(head, justify="left" if head == "exercise" else "right")
    for each in found:
        numbers = (each.nothings, each.mutants, each.explained, len(each.offences))
        table.add_row(each.exercise, *(str(number) for number in numbers))
    console.print(table)
    for each in found:
        for offence in each.offences:
            console.print(f"[red]✗[/red] {escape(f'{each.exercise} › {offence}')}")
    total = sum(len(each.offences) for each in found)
    console.print(f"{amount(total, 'hole')} found." if total else "No hole is found.")
