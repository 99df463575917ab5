"""Where a check's own numbers are too few for a relation, it is asked again with other inputs, or nothing is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.causes import Cause
from autograder.judge.fresh_inputs import related_when_asked_again
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from tests.engine.samples.judge import one_check, right, sample

ONE_NUMBER = "n = float(cases.tensor(low=1, high=9))\nexpect(student.double(n)).to_match(reference.double(n))"
ALWAYS_THE_SAME = "n = float(cases.tensor(low=1, high=9)) * 0 + 1.25\nexpect(student.double(n)).to_match(2.5)"
WHOLE = "n = int(cases.integers(low=100, high=999))\nexpect(student.double(n)).to_equal(reference.double(n))"
ANY = "n = float(cases.tensor(low=1, high=9))\nexpect(student.double(n) == 2 * n).to_hold('it doubles')"


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Cause | None]:
    """`found(body, double)`: what is told of a check with this body, asked once and then again."""

    def tell(body: str, double: Callable[[Any], Any]) -> Cause | None:
        def asked(suite: Suite) -> Cause | None:
            ask = LocalBox(right() | {"double": double}).ask
            return related_when_asked_again([suite.case("it", ask)], suite, ask)

        told: Cause | None = with_suite(sample(tmp_path, one_check(body, "student, cases"), mistakes=""), asked)
        return told

    return tell


@pytest.mark.parametrize("body", [ONE_NUMBER, WHOLE, ANY])
def test_a_single_number_is_asked_for_again(found: Callable[..., Cause | None], body: str) -> None:
    cause = found(body, lambda n: -2 * n)
    assert cause is not None
    assert (cause.name, cause.checks) == ("negated", ("it",))


def test_inputs_that_are_always_the_same_tell_nothing_more(found: Callable[..., Cause | None]) -> None:
    assert found(ALWAYS_THE_SAME, lambda n: 2 * n + 0.5) is None


def test_what_holds_for_the_first_inputs_only_is_not_told(found: Callable[..., Cause | None]) -> None:
    answers = iter([-1.0])
    assert found(ONE_NUMBER, lambda n: next(answers, 0.3 * n) * 2 * n) is None


def test_a_right_answer_is_told_nothing(found: Callable[..., Cause | None]) -> None:
    assert found(ONE_NUMBER, lambda n: 2 * n) is None
