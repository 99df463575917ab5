"""Property checks: drawn once, always the same, and small when they fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.box.outcome import Reply, StudentError
from autograder.judge.local import LocalBox
from autograder.model import CheckResult, Verdict
from tests.engine.samples.judge import judged, judged_by, right, sample

SUITE = '''
from autograder.judge import assume, check, examples, expect, integers

@check("double")
@examples(n=integers(0, 500), k=integers(1, 9), count=100)
def test_sum(student, cases, n, k):
    """double of a sum"""
    assume(n != 13)
    x = float(cases.rng.random())
    expect(student.double(n + k + x)).to_match(2 * (n + k + x))

@check("halve")
def test_other(student):
    """halve is there"""
    expect(student.halve(2)).to_equal(1)
'''


def run(folder: Path, double: Any, suite: str = SUITE) -> CheckResult:
    return judged(sample(folder, suite), double=double)["sum"]


def test_the_smallest_failing_input_is_told(tmp_path: Path) -> None:
    suite = SUITE.replace("n + k + x", "[n, k]").replace("2 * ([n, k])", "[n, k] * 2")
    result = run(tmp_path, lambda pair: pair * (2 if pair[0] < 100 or pair[1] < 3 else 3), suite)
    assert result.verdict is Verdict.FAILED
    assert result.counterexample == "double(x=[100, 3])"


def test_the_same_examples_come_every_time(tmp_path: Path) -> None:
    asked: list[list[float]] = [[], []]
    for calls in asked:
        run(tmp_path, lambda x, calls=calls: calls.append(x) or 2 * x)
    assert asked[0] == asked[1]
    assert 50 < len(set(asked[0])) <= 100
    assert not any(int(x) == 13 + 1 and x < 0 for x in asked[0])


def test_the_cases_start_anew_for_every_example(tmp_path: Path) -> None:
    fractions: set[float] = set()
    run(tmp_path, lambda x: fractions.add(round(x % 1, 6)) or 2 * x)
    assert len(fractions) == 1


def test_an_exception_is_shrunk_too(tmp_path: Path) -> None:
    def breaks(x: float) -> float:
        if x > 200:
            raise IndexError("far")
        return 2 * x

    result = run(tmp_path, breaks)
    assert result.verdict is Verdict.RAISED
    assert "IndexError" in result.message


def test_a_wavering_answer_fails_without_blaming_us(tmp_path: Path) -> None:
    answers = iter([1.0] * 3)
    result = run(tmp_path, lambda x: next(answers, None) or 2 * x)
    assert result.verdict is Verdict.FAILED


def test_a_hang_is_met_once(tmp_path: Path) -> None:
    box, hangs = LocalBox(right()), []

    def ask(request: dict[str, Any], seconds: float) -> Reply:
        if request.get("args") and request["args"][0] > 300:
            hangs.append(seconds)
            raise StudentError(Verdict.TIMED_OUT, "Timeout")
        return box.ask(request)

    result = judged_by(sample(tmp_path, SUITE), ask)["sum"]
    assert result.verdict is Verdict.TIMED_OUT
    assert len(hangs) == 1


def test_a_bug_of_the_suite_in_an_example_is_ours(tmp_path: Path) -> None:
    result = run(tmp_path, lambda x: 2 * x, SUITE.replace("assume(n != 13)", "1 / (n - n)"))
    assert result.verdict is Verdict.UNGRADED
    assert "ZeroDivisionError" in result.staff


def test_the_search_for_a_small_example_is_bounded(tmp_path: Path) -> None:
    calls: list[float] = []
    run(tmp_path, lambda x: calls.append(x) or None)
    assert len(calls) <= 1 + 200


@pytest.mark.parametrize("count", [1, 7])
def test_no_more_examples_than_asked_for(tmp_path: Path, count: int) -> None:
    calls: list[float] = []
    run(tmp_path, lambda x: calls.append(x) or 2 * x, SUITE.replace("count=100", f"count={count}"))
    assert 1 <= len(calls) <= count + 1  # the first is asked again
