"""A whole regrading: which files, which attempts count, what changes, and the recording of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.course.term import Term
from autograder.gradebook import database
from autograder.gradebook.changes import Change
from autograder.gradebook.grades import Grade, empty_marks, in_order, regraded
from autograder.grading.incremental import Regrade
from autograder.grading.progress import progress
from autograder.grading.session import GradingOptions
from autograder.intake.attempts import Attempt, Attempts, best, counting
from autograder.log import stage
from autograder.model import Report
from autograder.submission.find import Found, discover


@dataclass(frozen=True, slots=True)
class Try:
    """One file to grade: a student's only one, or one of several attempts."""

    student: str
    found: Found
    attempt: Attempt | None = None


@dataclass
class Rerun:
    """What came of it. Nothing is recorded before `record`."""

    run: Regrade
    attempts: Attempts
    reports: list[Report] = field(default_factory=list)  # one for each student
    changes: list[Change] = field(default_factory=list)
    moved: list[Attempt] = field(default_factory=list)  # attempts that count now and did not before
    passed_over: list[str] = field(default_factory=list)

    def record(self, root: Path) -> int:
        """Keep the reports, put the attempts that count in their place, write the gradebook; how many were written."""
        for attempt in self.moved:
            self.attempts.place(attempt)
        for report in self.reports:
            self.run.store.put(report)
        return database.record(self.reports, root)


@stage("grading again")
def rerun(
    course: Course, assignment: Assignment, paths: Sequence[Path], options: GradingOptions, grades: Sequence[Grade]
) -> Rerun:
    """Every submission at `paths` as the course is now; `grades` are those that counted until now."""
    result = Rerun(Regrade(assignment, options), Attempts(course.root, assignment.slug))
    result.attempts.adopt()
    due = course.term.deadlines.get(assignment.slug) or database.deadline(course.root, assignment.slug)
    discovery = discover([path for path in paths if path.exists()], course, assignment.slug)
    result.passed_over = discovery.passed_over
    tries = [one for item in discovery.found for one in _tries(item, result.attempts, course.term, due)]
    with progress(f"Grading {assignment.slug}", len(tries)) as result.run.on_report:
        reports = result.run.reports([one.found for one in tries], {one.found.student: one.student for one in tries})
    before = {grade.student: grade for grade in grades}
    groups: dict[str, list[tuple[Try, Report]]] = {}
    for one, report in zip(tries, reports, strict=True):
        groups.setdefault(one.student, []).append((one, report))
    after = [_after(before, group, assignment, course.term, due) for group in groups.values()]
    return _finished(result, [grade for grade, _ in after], [chosen for _, chosen in after], before)


def _finished(result: Rerun, after: list[Grade], chosen: list[Attempt | None], before: dict[str, Grade]) -> Rerun:
    result.reports = [grade.report for grade in after if grade.report]
    result.changes = [Change(before.get(grade.student, _nothing(grade)), grade) for grade in in_order(after)]
    result.moved = [one for one in chosen if one and not result.attempts.is_placed(one)]
    return result


def _tries(item: Found, attempts: Attempts, term: Term, due: datetime | None) -> Iterator[Try]:
    """What of a student's has to be graded: the file at hand, the attempt that counts instead of it, or all of them."""
    kept = attempts.of(item.student) if attempts.is_place(item.path) else []
    if not kept:
        yield Try(item.student, item)
    elif term.attempts == "best" and len(kept) > 1:
        for one in kept:
            name = f"{item.student} · attempt {one.number}"
            yield Try(item.student, replace(item, student=name, path=one.path), one)
    else:
        one = counting(kept, term, attempts.slug, due)
        yield Try(item.student, replace(item, path=one.path), one)


def _after(
    before: dict[str, Grade], group: list[tuple[Try, Report]], assignment: Assignment, term: Term, due: datetime | None
) -> tuple[Grade, Attempt | None]:
    """The grade that a student will have, and the attempt that it is for."""
    student = group[0][0].student
    old = before.get(student, Grade(student, assignment.slug, empty_marks(assignment), submitted=False))
    grades: dict[int, Grade] = {}
    for one, report in group:
        at = one.attempt.at if one.attempt else old.handed_in
        late = term.seconds_late(student, assignment.slug, (at - due).total_seconds()) if at and due else 0.0
        timed = replace(old, handed_in=at, seconds_late=late)
        grades[one.attempt.number if one.attempt else 0] = regraded(timed, replace(report, student=student), term)
    tried = [one.attempt for one, _ in group if one.attempt]
    chosen = best(tried, {number: grade.score for number, grade in grades.items()}) if tried else None
    return grades[chosen.number if chosen else 0], chosen


def _nothing(grade: Grade) -> Grade:
    """The grade of somebody who had none."""
    marks = tuple(replace(mark, auto=None, checks=()) for mark in grade.marks)
    return replace(grade, marks=marks, penalty=0.0, submitted=False, report=None)
