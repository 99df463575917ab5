"""A collected hidden suite: its checks in order, and how all of them are run on one submission."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pytest

from autograder import messages
from autograder.course import Assignment
from autograder.course.answers import homes
from autograder.course.bans import NOTHING, Bans
from autograder.course.declarations import CheckSpec
from autograder.course.thresholds import FIXTURE
from autograder.errors import BoxFailure, CourseError, place
from autograder.judge import again, describe, verdicts
from autograder.judge.allowance import KEPT, processor_time
from autograder.judge.cases import seed_of
from autograder.judge.causes import told
from autograder.judge.conversation import CURRENT, Ask, Conversation, FailedExpectation
from autograder.judge.diagnose import diagnose
from autograder.judge.examples import drawer_of
from autograder.judge.graph import ordered, roots
from autograder.judge.local import LocalBox
from autograder.judge.mistakes import Mistake
from autograder.judge.replay import Case
from autograder.log import span
from autograder.model import CheckResult, Verdict


@dataclass
class Running:
    """The check that runs now: the fixtures read it, the report hook writes the error into it."""

    conversation: Conversation
    error: BaseException | None = None


Kept = Mapping[str, CheckResult]  # by the name of the check
OnCheck = Callable[[CheckResult], object]
NONE_KEPT: Kept = MappingProxyType({})


@dataclass
class Suite:
    """What a worker keeps: collected once, run once for each submission."""

    assignment: Assignment
    items: Mapping[str, pytest.Function]  # by the name of the check
    mistakes: tuple[Mistake, ...]
    reference: Mapping[str, Any]
    running: Running | None = None
    after: dict[str, tuple[str, ...]] = field(init=False)
    order: tuple[str, ...] = field(init=False)
    bans: Mapping[str, Bans] = field(init=False)
    classes: tuple[str, ...] = field(init=False)
    parameters: describe.Parameters = field(init=False)

    def __post_init__(self) -> None:
        self.after = {check.name: check.after for check in self.assignment.checks}
        self.order = ordered(self.after)
        bans = self.assignment.bans
        self.bans = {check.name: bans.get(check.exercise, NOTHING) for check in self.assignment.checks}
        self.classes = tuple(name for name in homes(self.assignment) if isinstance(self.reference.get(name), type))
        self.parameters = describe.parameters_of(self.reference)
        self._draw()

    def change_secret(self, secret: str) -> None:
        """From here on every input follows from this secret: for whoever tries a suite with many."""
        self.assignment = replace(self.assignment, secret=secret)
        self._draw()

    def _draw(self) -> None:
        for name, item in self.items.items():
            drawer = drawer_of(item.function)
            if drawer:  # now, once, and not in the fork of every submission
                drawer.drawn(seed_of(self.assignment.secret, name))

    def run(self, ask: Ask, kept: Kept = NONE_KEPT, on_check: OnCheck = lambda _: None) -> tuple[CheckResult, ...]:
        """All checks on one submission, in the order of the suite; `ask` reaches its box.

        `kept` are results of an earlier run that still hold; `on_check` is called with each new one at once.
        """
        return self.with_hints(*self.verdicts_of(ask, kept, on_check))

    def verdicts_of(
        self, ask: Ask, kept: Kept = NONE_KEPT, on_check: OnCheck = lambda _: None
    ) -> tuple[dict[str, CheckResult], list[Case]]:
        """As `run`, without hints; what was said is kept for `with_hints`."""
        results = {check.name: _blank(check) for check in self.assignment.checks} | dict(kept)
        cases: list[Case] = []
        room = KEPT
        for name in (name for name in self.order if name not in kept):
            blank, first = results[name], roots(self.after[name], self.after, results)
            if first:
                results[name] = _not_tried(blank, [results[parent] for parent in first])
                continue
            conversation = self._conversation(name, ask)
            conversation.room = room
            results[name] = self._judged(blank, conversation)
            on_check(results[name])
            cases.append(self._case(results[name], conversation))
            room -= conversation.kept if conversation.is_whole else 0
        return results, cases

    def with_hints(self, results: Mapping[str, CheckResult], cases: Sequence[Case]) -> tuple[CheckResult, ...]:
        """The results with what explains the failed ones among them."""
        with span("diagnosis"):
            return tuple(told(results, diagnose(cases, self.mistakes, self.reference)).values())

    def run_gates(self, ask: Ask, secret: str) -> tuple[CheckResult, ...]:
        """Only the checks that take `thresholds`, whatever they come after, with inputs of this secret; no hints."""
        gates = [check for check in self.assignment.checks if self.is_gate(check.name)]
        return tuple(self._judged(_blank(check), self._conversation(check.name, ask, secret)) for check in gates)

    def one(self, name: str, ask: Ask) -> tuple[CheckResult, Conversation]:
        """One check alone, whatever it comes after, and what was said. Raises KeyError for an unknown name."""
        spec = {check.name: check for check in self.assignment.checks}[name]
        conversation = self._conversation(name, ask)
        result = self._judged(_blank(spec), conversation)
        (result,) = self.with_hints({name: result}, [self._case(result, conversation)])
        return result, conversation

    def unexplained(self, name: str, ask: Ask) -> CheckResult:
        """One check alone, without hints, and without a search for a smaller example: for whoever asks thousands."""
        conversation = replace(self._conversation(name, ask), search=False)
        return self._judged(_blank({check.name: check for check in self.assignment.checks}[name]), conversation)

    def case(self, name: str, ask: Ask, secret: str = "") -> Case:
        """One check alone, without hints, also with inputs of another secret: how it ended, and what was said."""
        conversation = replace(self._conversation(name, ask, secret), search=False)
        blank = _blank({check.name: check for check in self.assignment.checks}[name])
        return self._case(self._judged(blank, conversation), conversation)

    def listen(self, name: str, ask: Ask, secret: str) -> None:
        """Puts what a check asks to `ask`, once, and judges nothing: for whoever listens there."""
        self._ended_with(name, replace(self._conversation(name, ask, secret), search=False))

    def is_gate(self, name: str) -> bool:
        """Whether a check trains a network to a threshold."""
        return FIXTURE in self.items[name].fixturenames

    def _case(self, result: CheckResult, conversation: Conversation) -> Case:
        """What the diagnosis needs of a check: nothing of one whose answers are too large to be kept."""
        exchanges, gate = tuple(conversation.exchanges) if conversation.is_whole else (), self.is_gate(result.name)
        asked = conversation.expectations
        return Case(result.name, result.exercise, result.verdict, exchanges, conversation.compared, gate, asked)

    def _conversation(self, name: str, ask: Ask, secret: str = "") -> Conversation:
        conversation = Conversation(ask, self.assignment.limits, self.assignment.show)
        conversation.seed = seed_of(secret or self.assignment.secret, name)
        conversation.bans, conversation.classes = self.bans[name], self.classes
        return conversation

    def _judged(self, blank: CheckResult, conversation: Conversation) -> CheckResult:
        start = time.perf_counter()
        error = self._ended_with(blank.name, conversation)
        if verdicts.is_undecided(error, conversation):
            # Whose fault is it? The same check on the reference: where that can be judged, it is the student's answer.
            trace, right = verdicts.trace_of(error), self._on_reference(conversation)
            if not verdicts.is_undecided(self._ended_with(blank.name, right), right):
                error = verdicts.broken_by(conversation, right, trace)
        if error is None and conversation.has_evidence and not self.is_gate(blank.name):
            try:
                with again.keeping_random_states(conversation.anew().send):
                    error = self._changed(blank.name, conversation)  # a gate trains for seconds: once is enough
            except BoxFailure as failure:
                error = failure
        conversation.compared = error.compared if isinstance(error, FailedExpectation) else None
        result = verdicts.result_of(blank, error, conversation, self.parameters)
        return replace(result, seconds=round(time.perf_counter() - start, 4))

    def _changed(self, name: str, conversation: Conversation) -> FailedExpectation | None:
        """After a check has passed: what it asked first is asked again, and must be answered as before.

        Not so where the reference answers otherwise too, or where the answer is drawn at random.
        """
        if not conversation.is_whole:
            return None
        first, second, third = again.first_calls(conversation.exchanges), conversation.anew(), conversation.anew()
        if again.first_change(second.send, first) is None:
            return None
        right = self._on_reference(conversation)
        self._ended_with(name, right)
        if again.first_change(right.anew().send, again.first_calls(right.exchanges)) or again.is_random(
            third.send, first
        ):
            return None
        conversation.exchanges += second.exchanges  # the known mistakes are asked again too
        conversation.kept += second.kept
        return FailedExpectation(messages.kept_between_calls(describe.called(second)))

    def _ended_with(self, name: str, conversation: Conversation) -> BaseException | None:
        """Runs the body of a check: the error that it ended with."""
        item = self.items[name]
        self.running = Running(conversation)
        token = CURRENT.set(conversation)
        try:
            with processor_time():
                item.ihook.pytest_runtest_protocol(
                    item=item, nextitem=None
                )  # whose file it is in depends on the results
        finally:
            CURRENT.reset(token)
            error, self.running = self.running.error, None
        return error

    def _on_reference(self, conversation: Conversation) -> Conversation:
        """A conversation with the reference, here; it may be built on what students may not use."""
        box = LocalBox(self.reference)
        right = Conversation(box.ask, conversation.limits, conversation.show, conversation.seed)
        right.classes = self.classes
        return right


def _blank(check: CheckSpec) -> CheckResult:
    return CheckResult(check.exercise, check.name, check.title, weight=check.weight)


def _not_tried(blank: CheckResult, first: Sequence[CheckResult]) -> CheckResult:
    """SKIPPED, with the checks to mend first; UNGRADED where one of them is ungraded: then it is our fault too."""
    ours = [result.name for result in first if result.verdict is Verdict.UNGRADED]
    if ours:
        return replace(blank, message=messages.NO_VERDICT, staff=f"It comes after {ours[0]}, which is ungraded.")
    return replace(blank, verdict=Verdict.SKIPPED, message=messages.skipped(result.title for result in first))


def collected(assignment: Assignment, items: Sequence[pytest.Item]) -> dict[str, pytest.Function]:
    """The tests by the name of their check. Raises CourseError when they are not those that the source declares."""
    found = {item.name.removeprefix("test_"): item for item in items if isinstance(item, pytest.Function)}
    for name in sorted({check.name for check in assignment.whole.checks} ^ set(found)):
        todo = "write every check as one plain function, test_…, without pytest.mark.parametrize"
        where = place(assignment.suite)
        raise CourseError(f"the declared checks and the collected tests disagree about {name}", where, todo)
    return {check.name: found[check.name] for check in assignment.checks}
