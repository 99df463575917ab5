"""Two known mistakes at once are told together, where no single one explains what failed; else nothing of the kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from autograder.course import load_course
from autograder.judge import pairs
from autograder.judge.local import LocalBox
from autograder.judge.mistakes import Mistake
from autograder.judge.pairs import combined
from autograder.judge.plugin import with_suite
from autograder.model import CheckResult
from tests.conftest import SAMPLE

EMPTY: Mapping[str, str] = MappingProxyType({})

MISTAKES = """
from autograder.judge import edit, mistake

edit("double", "thrice", "x * 2", "x * 3", hint="Twice, not three times.")
edit("double", "squares", "x * 2", "x * x", hint="Multiply, do not square.")
edit("double", "one_more", "return twice", "return twice + 1", hint="Nothing is added.")
edit("add", "subtracts", "a + b", "a - b", hint="Add.")


@mistake("double", replaces="double", hint="The absolute value is not asked for.")
def absolute(x):
    return abs(x * 2)
"""


@pytest.fixture
def judged(sample_course: Callable[..., Path]) -> Callable[..., dict[str, CheckResult]]:
    """`judged(double=…)`: the results of these answers; `judged({"tiny/test_tiny.py": …}, …)` of another suite."""

    def judge(changes: Mapping[str, str] = EMPTY, **names: Callable[..., Any]) -> dict[str, CheckResult]:
        tiny = load_course(sample_course({"tiny/mistakes.py": MISTAKES, **changes})).assignment("tiny")
        own = {"double": lambda x: x * 2, "add": lambda a, b: a + b} | names
        results: tuple[CheckResult, ...] = with_suite(tiny, lambda suite: suite.run(LocalBox(own).ask))
        return {result.name: result for result in results}

    return judge


def test_two_mistakes_at_once_are_told_together(judged: Callable[..., dict[str, CheckResult]]) -> None:
    found = judged(double=lambda x: x * 3 + 1)["double_is_twice"]
    assert found.hint == "Two things at once. Twice, not three times. And: Nothing is added."
    assert (found.mistake, found.staff) == (
        "thrice_and_one_more", "Two known mistakes at once: thrice_and_one_more.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("double", "told"),
    [
        (lambda x: x * 3, "thrice"),
        (lambda x: x * 2 + 1, "one_more"),
        (lambda x: abs(x * 2) + 1, ""),  # one of the two is no edit
        (lambda x: x * 3 + 2, ""),
        (lambda x: x * 2, ""),
    ],
)
def test_where_one_explains_or_none_does_there_is_no_pair(
    judged: Callable[..., dict[str, CheckResult]], double: Callable[..., Any], told: str
) -> None:
    assert judged(double=double)["double_is_twice"].mistake == told


def test_so_many_pairs_are_tried_and_no_more(
    judged: Callable[..., dict[str, CheckResult]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs._Left, "__init__", lambda left: vars(left).update(tries=0, end=float("inf")))
    assert judged(double=lambda x: x * 3 + 1)["double_is_twice"].mistake == ""


GATE = "double_is_twice(student, cases)", "double_is_twice(student, cases, thresholds)"
BESIDE_IT = """
@check("double")
def test_double_of_numbers(student, cases):
    \"""double gives twice its input\"""
    x = cases.tensor(4, 3)
    expect(student.double(x)).to_match(reference.double(x))


@check("add")
def test_add_sums"""


@pytest.mark.parametrize(
    ("beside", "told"),
    [('@check("add")\ndef test_add_sums', ""), (BESIDE_IT, "thrice_and_one_more")],
    ids=["nothing else", "another check"],
)
def test_what_a_gate_alone_shows_is_no_pair(
    judged: Callable[..., dict[str, CheckResult]], beside: str, told: str
) -> None:
    """It would be trained for every pair."""
    suite = SAMPLE["tiny/test_tiny.py"].replace(*GATE).replace('@check("add")\ndef test_add_sums', beside)
    found = judged({"tiny/test_tiny.py": suite}, double=lambda x: x * 3 + 1)["double_is_twice"]
    assert found.mistake == told


def test_edits_that_overlap_are_no_pair(sample_course: Callable[..., Path]) -> None:
    tiny = load_course(sample_course({"tiny/mistakes.py": MISTAKES})).assignment("tiny")
    known: dict[str, Mistake] = with_suite(tiny, lambda suite: {each.name: each for each in suite.mistakes})
    assert combined(known["thrice"], known["squares"]) is None
    both = combined(known["thrice"], known["one_more"])
    assert both is not None
    assert both.implementation(5) == 16


def test_edits_of_two_functions_are_put_side_by_side(sample_course: Callable[..., Path]) -> None:
    tiny = load_course(sample_course({"tiny/mistakes.py": MISTAKES})).assignment("tiny")
    known: dict[str, Mistake] = with_suite(tiny, lambda suite: {each.name: each for each in suite.mistakes})
    both = combined(known["thrice"], known["subtracts"])
    assert both is not None
    parts = dict(both.parts)
    assert (parts["double"](7), parts["add"](7, 2)) == (21, 5)
