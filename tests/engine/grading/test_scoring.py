"""Points of checks and exercises: whole cents, halves upwards, the same in every view."""

from __future__ import annotations

import re

from autograder.grading.scoring import earned
from autograder.hosts.results import results
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.reports.words import tasks
from autograder.text.words import number
from tests.submissions.golden import ROOT

ONE_OPEN = tuple(CheckResult("e", f"c{n}", "t", Verdict.PASSED if n else Verdict.FAILED) for n in range(4))


def report(points: float) -> Report:
    """One exercise, three of its four checks passed."""
    return Report("a", "ada", "a.ipynb", (ExerciseResult("e", "E", points, earned(points, ONE_OPEN), ONE_OPEN),))


def test_half_a_cent_is_a_cent():
    assert earned(5.5, ONE_OPEN) == 4.13  # of 4.125
    assert [number(points) for points in (4.125, 0.005, 2.675)] == ["4.13", "0.01", "2.68"]


def test_what_is_earned_and_what_is_to_gain_add_up_to_the_points():
    (task,) = tasks(report(0.1))  # 0.075 and 0.025
    assert (task.exercise.score, task.lost) == (0.08, 0.02)


def test_a_check_on_gradescope_is_worth_whole_cents():
    assert {test["max_score"] for test in results(report(0.5))["tests"]} == {0.12, 0.13}  # of 0.125, 0.5 in all


def test_nobody_rounds_points_in_another_way():
    sources = {path.name: path.read_text("utf-8") for path in (ROOT / "autograder").rglob("*.py")}
    assert [name for name, source in sources.items() if re.search(r"\bround\(.*, 2\)", source)] == []
