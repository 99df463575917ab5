"""What the reference is asked, to find out which argument an answer depends on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.probes import probes_of
from autograder.judge.suite import Suite
from tests.engine.samples.judge import one_check, sample

THRICE = "for n in (2.0, 3.0, 4.0):\n    expect(student.double(n)).to_equal(2 * n)"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Any], int]]:
    """`asked(failed, passed, tellable)`: the arguments of all questions, and how often the reference was asked."""
    times: list[Any] = []
    asks = LocalBox.ask
    monkeypatch.setattr(LocalBox, "ask", lambda box, request, *time: times.append(request) or asks(box, request, *time))

    def found(*given: Any) -> tuple[list[Any], int]:
        def arguments(suite: Suite) -> list[Any]:
            return [probe.request["args"] for probe in probes_of(suite, *given)]

        return with_suite(sample(tmp_path, one_check(THRICE), mistakes=""), arguments), len(times)

    return found


def test_each_question_of_a_check_is_asked_once_and_nothing_is_judged(asked: Callable[..., Any]) -> None:
    """What a check asked first it asked again, as after an answer that passed: a third of the time for nothing."""
    assert asked(["it"], [], {"x"}) == ([[2.0], [3.0], [4.0]], 3 * 4)


def test_nothing_more_is_asked_where_no_question_has_a_parameter_that_may_be_told_of(asked: Callable[..., Any]) -> None:
    """Checks that ask objects cost a second of questions of which nothing could be told."""
    assert asked(["it"], ["it"], {"kernel"}) == ([], 3)


def test_a_check_that_passed_is_asked_for_the_functions_of_those_that_failed(asked: Callable[..., Any]) -> None:
    assert asked([], ["it"], {"x"}) == ([], 0)
