"""Real files that students might hand in, and what an instructor says of each: the golden submissions.

Something changed on purpose? `python -m tests.submissions.make --record`, and read every line that changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from autograder.course import load_course
from autograder.model import Report
from tests.submissions import golden

pytestmark = pytest.mark.timeout(1500)  # the first test of an assignment grades all of its submissions
A1 = "a1_convolution"
NASTY_BEFORE, NASTY_AFTER = ["crash", "memory_hog"], ["os_exit", "endless_loop_in_c"]
AUTOMATIC = 96.0  # of 100: a person marks the rest
ALL = [(slug, name) for slug in golden.SLUGS for name in golden.names(slug)]

Reports = Callable[[str], list[Report]]


def queue(slug: str) -> list[str]:
    """What is handed in, in this order."""
    names = golden.names(slug)
    if slug != A1:
        return names
    # Whoever grades `perfect` has graded something nasty before; then come more, and `perfect` again.
    nasty = [*NASTY_BEFORE, "perfect", *NASTY_AFTER]
    return [*nasty, *(name for name in names if name not in NASTY_BEFORE + NASTY_AFTER)]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Slug → one run for all tests of this file."""

    @cache
    def run(slug: str) -> list[Report]:
        assignment = golden.quick_course(tmp_path_factory.mktemp(slug), slug)
        return golden.graded(assignment, queue(slug))

    return run


def expected(slug: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((golden.HERE / slug / f"{name}.json").read_text("utf-8"))
    return {key: value for key, value in found.items() if key != "story"}


@pytest.mark.parametrize(("slug", "name"), ALL, ids=map("-".join, ALL))
def test_a_golden_submission_gets_its_verdicts(slug: str, name: str, reports: Reports) -> None:
    (*_, report) = (report for report in reports(slug) if report.student == name)
    assert golden.differences(expected(slug, name), golden.outcome(report)) == {}


def test_every_assignment_has_golden_submissions() -> None:
    course = load_course(golden.ROOT)
    assert [assignment.slug for assignment in course.assignments] == golden.SLUGS


@pytest.mark.parametrize("slug", golden.SLUGS)
def test_every_submission_has_its_expectation(slug: str) -> None:
    names = golden.names(slug)
    assert sorted(path.stem for path in (golden.HERE / slug).glob("*.json")) == names
    assert {"perfect", "untouched", "half_done"} < set(names)


@pytest.mark.parametrize("slug", golden.SLUGS)
def test_reports_come_in_the_order_of_the_queue_and_none_is_lost(slug: str, reports: Reports) -> None:
    assert [report.student for report in reports(slug)] == queue(slug)


@pytest.mark.parametrize("slug", golden.SLUGS)
def test_whatever_is_handed_in_every_check_is_in_the_report(slug: str, reports: Reports) -> None:
    names = list(expected(slug, "perfect")["checks"])
    assert {report.student for report in reports(slug) if [check.name for check in report.checks] != names} == set()


@pytest.mark.parametrize("slug", golden.SLUGS)
def test_nothing_that_a_student_does_is_our_fault(slug: str, reports: Reports) -> None:
    assert {report.student for report in reports(slug) if report.fault == "ours"} == set()
    assert {report.student for report in reports(slug) if not report.problem and not report.graded} == set()


@pytest.mark.parametrize("slug", golden.SLUGS)
def test_what_is_lost_is_said(slug: str, reports: Reports) -> None:
    """Every check that did not pass tells the student something."""
    silent = {
        (report.student, check.name)
        for report in reports(slug)
        if report.graded
        for check in report.checks
        if check.verdict != "passed" and not check.message
    }
    assert silent == set()


@pytest.mark.parametrize("slug", [A1])  # named, so that the worker that has graded them is asked
def test_what_is_no_notebook_says_why_and_earns_nothing(slug: str, reports: Reports) -> None:
    refused = [report for report in reports(slug) if report.problem]
    assert [report.student for report in refused] == ["cut_off", "empty", "merge_conflict", "python_script"]
    assert {(report.fault, report.score) for report in refused} == {("student", 0.0)}
    assert all("hand it in again" in report.problem for report in refused)


@pytest.mark.parametrize("slug", [A1])
def test_a_right_solution_between_nasty_ones_gets_full_marks(slug: str, reports: Reports) -> None:
    first, second = (report for report in reports(slug) if report.student == "perfect")
    assert first.score == second.score == AUTOMATIC
    assert golden.outcome(first) == golden.outcome(second)


@pytest.mark.parametrize(("slug", "name"), ALL, ids=map("-".join, ALL))
def test_nothing_is_told_of_a_golden_submission_where_nothing_is_wrong(slug: str, name: str) -> None:
    said = expected(slug, name)
    assert [check for check in said["mistakes"] if said["checks"][check] in ("passed", "skipped")] == []
