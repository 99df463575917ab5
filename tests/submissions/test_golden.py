"""Real files that students might hand in, and what an instructor says of each: the golden submissions.

Something changed on purpose? `python -m tests.submissions.make --record`, and read every line that changes.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.course import Assignment
from autograder.model import Report
from tests.submissions import golden

NAMES = sorted(path.stem for path in golden.FOLDER.glob("*.ipynb"))
NASTY_BEFORE, NASTY_AFTER = ["crash", "memory_hog"], ["os_exit", "endless_loop_in_c"]
# Two workers: whichever grades the second `perfect` has graded something nasty before, and does so again.
QUEUE = [*NASTY_BEFORE, "perfect", *NASTY_AFTER, *(name for name in NAMES if name not in NASTY_BEFORE + NASTY_AFTER)]
AUTOMATIC = 96.0  # of 100: a person marks the rest


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return golden.quick_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def reports(assignment: Assignment) -> list[Report]:
    """One run for all tests of this file, in the order of QUEUE."""
    return golden.graded(assignment, QUEUE)


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((golden.FOLDER / f"{name}.json").read_text("utf-8"))
    return {key: value for key, value in found.items() if key != "story"}


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_submission_gets_its_verdicts(name: str, reports: list[Report]) -> None:
    report = reports[len(QUEUE) - 1 - QUEUE[::-1].index(name)]
    assert golden.differences(expected(name), golden.outcome(report)) == {}


def test_every_submission_has_its_expectation() -> None:
    assert sorted(path.stem for path in golden.FOLDER.glob("*.json")) == NAMES
    assert len(NAMES) >= 28


def test_reports_come_in_the_order_of_the_queue_and_none_is_lost(reports: list[Report]) -> None:
    assert [report.student for report in reports] == QUEUE


def test_whatever_is_handed_in_every_check_is_in_the_report(assignment: Assignment, reports: list[Report]) -> None:
    names = [check.name for check in assignment.checks]
    assert {report.student for report in reports if [check.name for check in report.checks] != names} == set()


def test_nothing_that_a_student_does_is_our_fault(reports: list[Report]) -> None:
    assert {report.student for report in reports if report.fault == "ours"} == set()
    assert {report.student for report in reports if not report.problem and not report.graded} == set()


def test_what_is_no_notebook_says_why_and_earns_nothing(reports: list[Report]) -> None:
    refused = [report for report in reports if report.problem]
    assert [report.student for report in refused] == ["cut_off", "empty", "merge_conflict", "python_script"]
    assert {(report.fault, report.score) for report in refused} == {("student", 0.0)}
    assert all("hand it in again" in report.problem for report in refused)


def test_a_right_solution_between_nasty_ones_gets_full_marks(reports: list[Report]) -> None:
    second, first = reports[QUEUE.index("perfect", 3)], reports[2]
    assert first.score == second.score == AUTOMATIC
    assert golden.outcome(first) == golden.outcome(second)


def test_what_is_lost_is_said(reports: list[Report]) -> None:
    """Every check that did not pass tells the student something."""
    silent = {
        (report.student, check.name)
        for report in reports
        if report.graded
        for check in report.checks
        if check.verdict != "passed" and not check.message
    }
    assert silent == set()
