"""Right solutions under many secrets: a check whose seeded inputs now and then fail a right answer is found here.

No box is needed: everything is the course's own code, asked in forks of this process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring import variants
from autograder.authoring.holes.forks import Batch, Trial, in_forks
from autograder.authoring.holes.rehearsal import PATIENCE, Rehearsal
from autograder.authoring.proof_set import PERFECT, right_answers
from autograder.course import Assignment
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.log import stage
from autograder.model import Verdict
from autograder.text.words import amount

EVERY = "(all checks)"


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that a right solution did not pass."""

    solution: str
    secret: str
    check: str
    why: str

    def __str__(self) -> str:
        return f"{self.check}, secret {self.secret!r}, {self.solution}\n    {self.why}"


@dataclass(frozen=True, slots=True)
class SecretsTried:
    """How often each check was asked, and what failed."""

    asked: Mapping[str, int]  # by the name of the check
    failures: tuple[Failure, ...]


def try_and_show(assignment: Assignment, secrets: int, only: str, jobs: int) -> bool:
    """Tries, prints the table and every failure; whether all is well."""
    tried = try_secrets(assignment, secrets, only, jobs)
    show_tried(assignment, tried, Console(soft_wrap=True, highlight=False))
    return not tried.failures


@stage("trying other secrets")
def try_secrets(assignment: Assignment, secrets: int, only: str = "", jobs: int = 1) -> SecretsTried:
    """Asks every right solution with each of these secrets; of one exercise where `only` names it."""
    return with_suite(assignment, lambda suite: _tried(suite, secrets, only, jobs))


def _tried(suite: Suite, secrets: int, only: str, jobs: int) -> SecretsTried:
    checks = [check.name for check in suite.assignment.checks if only in ("", check.exercise)]
    plans = [
        (named, f"secret {number}", answers)
        for number in range(1, secrets + 1)
        for named, answers in right_answers(suite.assignment, only)
    ]
    trials = [Trial(_asking(suite, secret, answers, checks), PATIENCE * 4) for _, secret, answers in plans]
    exercise = {check.name: check.exercise for check in suite.assignment.checks} | {EVERY: ""}
    batches = [Batch(((place, trial),), lambda: True) for place, trial in enumerate(trials)]
    asked: Counter[str] = Counter()
    failures: list[Failure] = []
    for (named, secret, _), rows in zip(plans, in_forks(batches, jobs), strict=True):
        asked.update([] if rows is None else checks)
        lost = [[EVERY, "the process ended, or ran out of time"]] if rows is None else rows
        named[""] = ", ".join(named.values())  # all of them, where the process ended
        failures += [Failure(named.get(exercise[check], "") or PERFECT, secret, check, why) for check, why in lost]
    return SecretsTried(asked, tuple(failures))


def _asking(suite: Suite, secret: str, answers: variants.Answers, checks: list[str]) -> Any:
    """In a fork: the checks that do not pass, each with the reason."""

    def ask() -> list[list[str]]:
        suite.change_secret(secret)
        rehearsal = Rehearsal(suite)
        return list(_failing(rehearsal, rehearsal.answered(answers), checks))

    return ask


def _failing(rehearsal: Rehearsal, names: dict[str, Any], checks: list[str]) -> Iterator[list[str]]:
    for check in checks:
        result = rehearsal.result(check, names)
        if result.verdict is not Verdict.PASSED:
            yield [check, f"{result.verdict}: {result.message} {result.staff[-300:]}".strip()]


def show_tried(assignment: Assignment, tried: SecretsTried, console: Console) -> None:
    """The table by exercise, then every failure."""
    table = Table(title=f"{assignment.slug}: right solutions under other secrets", title_justify="left")
    for head in ("exercise", "checks asked", "failed"):
        table.add_column(head, justify="left" if head == "exercise" else "right")
    failed = Counter(failure.check for failure in tried.failures)
    for exercise in assignment.exercises:
        own = [check.name for check in assignment.checks if check.exercise == exercise.name]
        numbers = (sum(tried.asked[name] for name in own), sum(failed[name] for name in own))
        if numbers[0]:
            table.add_row(exercise.name, *(str(number) for number in numbers))
    console.print(table)
    for failure in tried.failures:
        console.print(f"[red]✗[/red] {escape(str(failure))}")
    total = f"{amount(sum(tried.asked.values()), 'check')} of right solutions, "
    console.print(total + (f"{len(tried.failures)} failed." if tried.failures else "none failed."))
