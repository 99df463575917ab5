"""Finds the holes of a suite: nothing-answers that earn points, and mutants of the right answers that keep them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring.holes.explained import CHEAP, EQUIVALENT, FILE, Explained, read_explained
from autograder.authoring.holes.forks import Batch, in_forks
from autograder.authoring.holes.idle import MOST, Earned, NothingTrials
from autograder.authoring.holes.rehearsal import Rehearsal
from autograder.authoring.holes.survivors import Fate, MutantTrials
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
    known = read_explained(assignment)
    return with_suite(assignment, lambda suite: _found(suite, options, known))


def _found(suite: Suite, options: HoleOptions, known: Sequence[Explained]) -> list[Holes]:
    rehearsal = Rehearsal(suite)
    assert rehearsal.checks, rehearsal.names  # both made here, once, and not in every fork
    exercises = [each.name for each in suite.assignment.exercises if not each.manual]
    names = [name for name in exercises if options.only in ("", name)]
    nothing = {name: NothingTrials(rehearsal, name) for name in names if options.nothing}
    mutants = {name: MutantTrials(rehearsal, name) for name in names if options.mutants}
    answers = in_forks(list(_batches(nothing.values(), mutants.values())), options.jobs)
    earned = {name: list(trials.earnings(answers)) for name, trials in nothing.items()}
    fates = {name: list(trials.fates(answers)) for name, trials in mutants.items()}
    found = [_holes(name, earned.get(name, []), fates.get(name, []), known) for name in names]
    if options.mutants and not options.only:
        written = {fate.mutant.function for of_exercise in fates.values() for fate in of_exercise}
        strays = [
            f"{entry}\n    {FILE} explains it, and no answer has it" for entry in known if entry.function not in written
        ]
        found[-1].offences.extend(strays)
    return found


def _batches(nothing: Iterable[NothingTrials], mutants: Iterable[MutantTrials]) -> Iterator[Batch]:
    """Every task with its place: nothing-answers of one function in a fork, and some mutants of one exercise."""
    places = itertools.count()
    for trial in nothing:
        yield from (Batch(((next(places), task),), lambda: True) for task in trial.tasks())
    for trials in mutants:
        tasks = [(next(places), task) for task in trials.tasks()]
        for first in range(0, len(tasks), TOGETHER):
            yield Batch(tuple(tasks[first : first + TOGETHER]), trials.sound)


def _holes(exercise: str, earned: Sequence[Earned], fates: Sequence[Fate], known: Sequence[Explained]) -> Holes:
    functions = {fate.mutant.function for fate in fates}
    entries = {entry: 0 for entry in known if entry.function in functions}  # with how many mutants each explains
    offences = list(_of_nothing(earned))
    for fate in fates:
        fitting = [entry for entry in entries if entry.fits(fate.mutant.function, fate.mutant.change)]
        explaining = [entry for entry in fitting if entry.kind == _kind(fate)]
        for entry in explaining[:1]:
            entries[entry] += 1
        offences += _of_fate(fate, bool(explaining))
    offences += [
        f"{entry}\n    {FILE} explains it as {entry.kind}, and it is not" for entry, used in entries.items() if not used
    ]
    return Holes(exercise, len(fates), len(earned), sum(entries.values()), offences)


def _of_nothing(earned: Sequence[Earned]) -> Iterator[str]:
    """A sentence for those answers of a function that earn too much by the same checks, and for ungraded ones."""
    alike: dict[tuple[str, str], list[str]] = {}
    for each in earned:
        if each.share > MOST:
            what = f"earns {each.share:.1%} by {', '.join(each.passed)}"
            alike.setdefault((each.functions, what), []).append(each.answer)
        for check in each.ungraded:
            alike.setdefault((each.functions, f"leaves {check} ungraded"), []).append(each.answer)
    yield from (f"{functions}: {', '.join(answers)}\n    {what}" for (functions, what), answers in alike.items())


def _kind(fate: Fate) -> str:
    """How it may be explained; "" where it dies as it should."""
    return EQUIVALENT if fate.survives else CHEAP if fate.cheap else ""


def _of_fate(fate: Fate, explained: bool) -> Iterator[str]:
    who = f"{fate.mutant.function}: {fate.mutant.change}"
    if fate.ungraded:
        yield f"{who}\n    leaves {', '.join(fate.ungraded)} ungraded"
    if _kind(fate) and not explained:
        lost = "no point is lost" if fate.survives else f"only {fate.cost:.1%} is lost, by {', '.join(fate.failed)}"
        yield f"{who}\n    {lost}"


def show_holes(assignment: Assignment, found: Sequence[Holes], console: Console) -> None:
    """The table by exercise, then every offence."""
    table = Table(title=f"{assignment.slug}: mutants and nothing-answers", title_justify="left")
    for head in ("exercise", "nothing-answers", "mutants", "explained", "holes"):
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
