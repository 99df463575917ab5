"""Every check of the course, answered by something odd: it costs the student points, and leaves nothing ungraded.

Here each check meets a few kinds of odd answers, others in every check; `make fuzz` tries all of them everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from unittest import mock

import pytest

from autograder.course import Assignment
from autograder.judge import suite as suite_module
from autograder.judge.plugin import Suite, with_suite
from autograder.model import Verdict
from tests.engine.samples.odd_answers import ANSWERS, OddBox

pytestmark = pytest.mark.timeout(1500)  # every check of an assignment, many times
STRIDE = 1 if os.environ.get("EVERY_ODD_ANSWER") else 61  # a prime: every check meets other kinds
PLACES: dict[str, Callable[[int], bool]] = {
    "everywhere": lambda _place: True,
    "first": lambda place: place == 0,
    "second": lambda place: place == 1,
    "third": lambda place: place == 2,
    "all but the first": lambda place: place > 0,
    "all but two": lambda place: place > 1,
    "all but four": lambda place: place > 3,
}
CASES = [(name, place) for name in ANSWERS for place in PLACES]


def ungraded(suite: Suite) -> Iterator[str]:
    """The checks that an odd answer leaves ungraded, with what the staff would read."""
    with mock.patch.object(suite_module, "diagnose", return_value=[]):  # hints change no verdict
        for number, check in enumerate(suite.assignment.checks):
            for name, place in CASES[number % STRIDE :: STRIDE]:
                result, _ = suite.one(check.name, OddBox(suite.reference, ANSWERS[name], PLACES[place]).ask)
                if result.verdict is Verdict.UNGRADED:
                    yield f"{check.name}, {place} {name}: {result.staff.splitlines()[-1:]}"


def failed(suite: Suite) -> list[str]:
    """The checks that the reference itself does not pass."""
    right = suite.run(OddBox(suite.reference, {}, lambda _place: False).ask)
    return [result.name for result in right if result.verdict is not Verdict.PASSED]


@pytest.fixture(scope="module")
def judged(assignment: Assignment) -> tuple[list[str], list[str]]:
    """(checks that the reference fails, checks that an odd answer leaves ungraded), of a suite collected once."""
    return with_suite(assignment, lambda suite: (failed(suite), list(ungraded(suite))))


def test_every_check_judges_the_reference_itself(judged: tuple[list[str], list[str]]) -> None:
    """Whether a broken body is the student's fault is found out with its answers."""
    assert judged[0] == []


def test_no_odd_answer_leaves_a_check_ungraded(judged: tuple[list[str], list[str]]) -> None:
    assert judged[1] == []
