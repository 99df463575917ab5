"""A collected hidden suite: its checks in order, and how all of them are run on one submission."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from autograder import messages
from autograder.errors import CourseError
from autograder.judge import describe, verdicts
from autograder.judge.cases import seed_of
from autograder.judge.conversation import CURRENT, Ask, CheckLimits, Conversation
from autograder.judge.diagnose import Case, diagnose
from autograder.judge.examples import drawer_of
from autograder.judge.graph import ordered
from autograder.judge.marker import Mark, mark_of
from autograder.judge.mistakes import Mistake
from autograder.model import CheckResult, Verdict


class ExerciseLike(Protocol):
    """The part of an exercise that the judge reads."""

    @property
    def name(self) -> str:
        """The name that `@check` gives."""

    @property
    def manual(self) -> bool:
        """Whether people grade it."""


class AssignmentLike(Protocol):
    """The part of an assignment that the judge reads."""

    @property
    def slug(self) -> str:
        """Its folder's name."""

    @property
    def folder(self) -> Path:
        """solutions/<slug>."""

    @property
    def exercises(self) -> Sequence[ExerciseLike]:
        """In the order of the notebook."""

    @property
    def limits(self) -> CheckLimits:
        """Seconds of a call and of a check."""

    @property
    def show(self) -> str:
        """How much a student is told: "shapes", "errors" or "values"."""

    @property
    def secret(self) -> str:
        """Seeds the hidden inputs."""


@dataclass(frozen=True)
class HiddenCheck:
    """One collected test."""

    item: pytest.Function
    mark: Mark
    blank: CheckResult  # its result before it ran
    where: str  # "a1_convolution/test_a1_convolution.py, line 12"


@dataclass
class Running:
    """The check that runs now: the fixtures read it, the report hook writes the error into it."""

    talk: Conversation
    error: BaseException | None = None


@dataclass
class Suite:
    """What a worker keeps: collected once, run once for each submission."""

    assignment: AssignmentLike
    checks: dict[str, HiddenCheck]
    mistakes: tuple[Mistake, ...]
    reference: Mapping[str, Any]
    order: tuple[str, ...] = ()
    running: Running | None = None
    parameters: describe.Parameters = field(default_factory=dict)

    def run(self, ask: Ask) -> tuple[CheckResult, ...]:
        """All checks on one submission, in the order of the suite; `ask` reaches its box."""
        results: dict[str, CheckResult] = {}
        cases: list[Case] = []
        for place, name in enumerate(self.order):
            check = self.checks[name]
            refused = self._not_tried(check, results)
            if refused:
                results[name] = refused
                continue
            following = self.order[place + 1] if place + 1 < len(self.order) else None
            talk = Conversation(ask, self.assignment.limits, self.assignment.show)
            talk.seed = seed_of(self.assignment.secret, name)
            results[name] = self._judged(check, talk, self.checks[following].item if following else None)
            cases.append(Case(name, check.mark.exercise, results[name].verdict, tuple(talk.exchanges)))
        self._add_hints(results, cases)
        return tuple(results[name] for name in self.checks)

    def _judged(self, check: HiddenCheck, talk: Conversation, following: pytest.Function | None) -> CheckResult:
        self.running = Running(talk)
        token = CURRENT.set(talk)
        start = time.perf_counter()
        try:
            check.item.ihook.pytest_runtest_protocol(item=check.item, nextitem=following)
        finally:
            CURRENT.reset(token)
            error, self.running = self.running.error, None
        result = verdicts.result_of(check.blank, error, talk, self.parameters)
        return replace(result, seconds=round(time.perf_counter() - start, 4))

    def _not_tried(self, check: HiddenCheck, results: Mapping[str, CheckResult]) -> CheckResult | None:
        """SKIPPED for a check whose prerequisites did not pass; UNGRADED where one of them is ungraded."""
        roots = [root for name in check.mark.after for root in self._roots(name, results)]
        ours = [root for root in roots if results[root].verdict is Verdict.UNGRADED]
        if ours:
            return replace(check.blank, message=messages.ungraded(), staff=f"Comes after {ours[0]}, which is ungraded.")
        if roots:
            titles = dict.fromkeys(self.checks[root].blank.title for root in roots)
            return replace(check.blank, verdict=Verdict.SKIPPED, message=messages.skipped(titles))
        return None

    def _roots(self, name: str, results: Mapping[str, CheckResult]) -> list[str]:
        """The checks to mend first: those at the start of a chain of skipped ones."""
        if results[name].verdict is Verdict.PASSED:
            return []
        above = [root for parent in self.checks[name].mark.after for root in self._roots(parent, results)]
        return above or [name]

    def _add_hints(self, results: dict[str, CheckResult], cases: Sequence[Case]) -> None:
        failed = [case for case in cases if case.verdict not in (Verdict.PASSED, Verdict.UNGRADED)]
        for name, mistake in diagnose(failed, self.mistakes, self.reference).items():
            results[name] = replace(results[name], hint=mistake.hint, mistake=mistake.name)


def build(
    assignment: AssignmentLike,
    items: Sequence[pytest.Item],
    mistakes: tuple[Mistake, ...],
    reference: Mapping[str, Any],
) -> Suite:
    """The suite of collected tests. Raises CourseError for one that does not fit the assignment."""
    checks: dict[str, HiddenCheck] = {}
    for item in items:
        if not isinstance(item, pytest.Function):
            raise CourseError(f"{item.name} is no test function.", assignment.slug, "Write checks as functions.")
        check = _hidden_check(assignment, item)
        checks[check.blank.name] = check
    after = {name: check.mark.after for name, check in checks.items()}
    order = ordered(after, {name: check.where for name, check in checks.items()})
    _must_fit(assignment, checks, mistakes)
    _draw_examples(assignment.secret, checks)
    return Suite(assignment, checks, mistakes, reference, order, parameters=describe.parameters_of(reference))


def _hidden_check(assignment: AssignmentLike, item: pytest.Function) -> HiddenCheck:
    path, line, _ = item.location
    where = f"{assignment.slug}/{Path(path).name}, line {(line or 0) + 1}"
    mark, doc = mark_of(item.function), inspect.getdoc(item.function)
    if mark is None:
        raise CourseError(f"{item.name} has no @check.", where, "Say which exercise it belongs to.")
    if not doc:
        raise CourseError(f"{item.name} has no docstring.", where, "Write the line that the student reads.")
    title = doc.splitlines()[0]
    name = item.name.removeprefix("test_")
    return HiddenCheck(item, mark, CheckResult(mark.exercise, name, title, weight=mark.weight), where)


def _draw_examples(secret: str, checks: Mapping[str, HiddenCheck]) -> None:
    """Now, once, and not in the fork of every submission."""
    for name, check in checks.items():
        drawer = drawer_of(check.item.function)
        if drawer:
            drawer.drawn(seed_of(secret, name))


def _must_fit(assignment: AssignmentLike, checks: Mapping[str, HiddenCheck], mistakes: Sequence[Mistake]) -> None:
    names = {exercise.name for exercise in assignment.exercises if not exercise.manual}
    for check in checks.values():
        if check.mark.exercise not in names:
            what = f"There is no exercise {check.mark.exercise} for the check {check.blank.name}."
            raise CourseError(what, check.where, f"Exercises are: {', '.join(sorted(names))}.")
    for name in sorted(names):
        weights = [check.mark.weight for check in checks.values() if check.mark.exercise == name]
        if not sum(weights):
            raise CourseError(f"The exercise {name} has no check.", f"{assignment.slug}/", "Write one with @check.")
    for one in mistakes:
        if one.exercise not in names:
            what = f"There is no exercise {one.exercise} for the mistake {one.name}."
            raise CourseError(what, f"{assignment.slug}/mistakes.py", f"Exercises are: {', '.join(sorted(names))}.")




Serve = Callable[[Suite], Any]
