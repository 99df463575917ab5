"""What each known mistake costs: a slip that takes more than half of its exercise is in too many checks.

No box is needed: everything is the course's own code, asked in forks of this process.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring import variants
from autograder.authoring.holes.forks import Batch, Trial, in_forks
from autograder.authoring.holes.rehearsal import PATIENCE, Rehearsal
from autograder.authoring.holes.weights import Weights
from autograder.authoring.proof_set import MISTAKE, replacements
from autograder.course import Assignment
from autograder.course.answers import mistakes_of
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.log import stage
from autograder.model import Verdict
from autograder.text.words import amount

DEAR = 0.5


@dataclass(frozen=True, slots=True)
class Price:
    """A mistake, the share of its exercise that it costs, and the checks that fail by themselves."""

    exercise: str
    mistake: str
    share: float
    failed: tuple[str, ...]


def price_and_show(assignment: Assignment, only: str, jobs: int) -> bool:
    """Finds and prints what every mistake costs; True, since no price is an error."""
    show_prices(assignment, find_prices(assignment, only, jobs), Console(soft_wrap=True, highlight=False))
    return True


@stage("asking what mistakes cost")
def find_prices(assignment: Assignment, only: str = "", jobs: int = 1) -> list[Price]:
    """The price of each mistake that ends by itself; the dearest of an exercise first. Gates do not count."""
    return with_suite(assignment, lambda suite: _found(suite, only, jobs))


def _found(suite: Suite, only: str, jobs: int) -> list[Price]:
    chosen = [
        each for each in replacements(suite.assignment)
        if each.kind == MISTAKE and not each.alone and only in ("", each.exercise)
    ]  # fmt: skip
    weights = {each.exercise: Weights(suite, each.exercise) for each in chosen}
    right = variants.answers(suite.assignment)
    batches = []
    for place, each in enumerate(chosen):
        names = [name for name in suite.order if name in weights[each.exercise].of and not suite.is_gate(name)]
        answers = variants.with_replaced(right, {each.function: each.source})
        batches.append(Batch(((place, Trial(_failing(suite, answers, names), PATIENCE)),), lambda: True))
    prices = []
    for each, failed in zip(chosen, in_forks(batches, jobs), strict=True):
        of = weights[each.exercise]
        lost = of.lost(failed) if failed is not None else set(of.of)  # it ended the process
        prices.append(Price(each.exercise, f"{each.function} › {each.name}", of.share(lost), tuple(failed or ())))
    places = {exercise.name: place for place, exercise in enumerate(suite.assignment.exercises)}
    return sorted(prices, key=lambda price: (places[price.exercise], -price.share))


@stage("asking which checks no mistake fails")
def unfelt(assignment: Assignment, wanted: Collection[str], jobs: int = 1) -> list[str]:
    """Those of these checks that no known mistake fails; once one has failed a check, it is asked no more.

    A gate counts as failed where some mistake must stay below its threshold: `convgrade calibrate` sees to that.
    """
    return with_suite(assignment, lambda suite: _unfelt(suite, wanted, jobs))


def _unfelt(suite: Suite, wanted: Collection[str], jobs: int) -> list[str]:
    right = variants.answers(suite.assignment)
    below = {mistake.exercise for mistake in mistakes_of(suite.assignment) if mistake.below}
    alive: dict[str, set[str]] = {}  # exercise → checks; a fork sees what is alive when it is made
    for check in suite.assignment.checks:
        if check.name in wanted and not (suite.is_gate(check.name) and check.exercise in below):
            alive.setdefault(check.exercise, set()).add(check.name)
    chosen = [
        each for each in replacements(suite.assignment)
        if each.kind == MISTAKE and not each.alone and each.exercise in alive
    ]  # fmt: skip
    batches = [
        Batch(((place, Trial(_failing(suite, answers, alive[each.exercise]), PATIENCE)),), lambda: True)
        for place, each in enumerate(chosen)
        for answers in [variants.with_replaced(right, {each.function: each.source})]
    ]
    for each, failed in zip(chosen, in_forks(batches, jobs), strict=True):
        alive[each.exercise] -= set(failed or ())
    return [check.name for check in suite.assignment.checks if check.name in alive.get(check.exercise, ())]


def _failing(suite: Suite, answers: variants.Answers, checks: Collection[str]) -> Any:
    """In a fork: the checks that do not pass."""

    def ask() -> list[str]:
        if not checks:
            return []
        rehearsal = Rehearsal(suite)
        names = rehearsal.answered(answers)
        return [name for name in checks if rehearsal.verdict(name, names) is not Verdict.PASSED]

    return ask


def show_prices(assignment: Assignment, prices: list[Price], console: Console) -> None:
    """A line for each mistake."""
    table = Table(title=f"{assignment.slug}: what each mistake costs of its exercise", title_justify="left")
    for head in ("exercise", "mistake", "share", "failed checks"):
        table.add_column(head, justify="right" if head == "share" else "left")
    for price in prices:
        share = f"[red]{price.share:.0%}[/red]" if price.share > DEAR else f"{price.share:.0%}"
        table.add_row(price.exercise, escape(price.mistake), share, ", ".join(price.failed))
    console.print(table)
    dear = sum(price.share > DEAR for price in prices)
    console.print(f"{amount(len(prices), 'mistake')}, {dear} of them cost more than half of their exercise.")
