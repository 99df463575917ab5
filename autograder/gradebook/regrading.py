"""A whole regrading: which files, which attempts count, what changes, and the recording of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.course.term import Term
from autograder.gradebook import database
from autograder.gradebook.changes import Change
from autograder.gradebook.grades import Grade, empty_marks, in_order, regraded
from autograder.grading.incremental import Regrade
from autograder.grading.progress import progress
from autograder.grading.session import GradingOptions
from autograder.intake.attempts import Attempt, Attempts, best, counting_attempt
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
    reports: list[Report]  # one for each student
    changes: list[Change]
    moved: list[Attempt]  # attempts that count now and did not before
    passed_over: list[str]

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
    attempts = Attempts(course.root, assignment.slug)
    attempts.adopt()
    term = database.term_of(course, assignment.slug)
    discovery = discover([path for path in paths if path.exists()], course, assignment.slug)
    tries = [attempt for item in discovery.found for attempt in _tries(item, attempts, term)]
    with progress(f"Grading {assignment.slug}", len(tries)) as tick:
        run = Regrade(assignment, options, tick)
        reports = run.reports([each.found for each in tries], {each.found.student: each.student for each in tries})
    groups: dict[str, list[tuple[Try, Report]]] = {}
    for each, report in zip(tries, reports, strict=True):
        groups.setdefault(each.student, []).append((each, report))
    nothing = Grade("", assignment.slug, empty_marks(assignment), submitted=False)
    before = {name: replace(nothing, student=name) for name in groups} | {grade.student: grade for grade in grades}
    after = [_after(before[student], group, term) for student, group in groups.items()]
    kept = [grade.report for grade, _ in after if grade.report]
    ordered = in_order(grade for grade, _ in after)
    changes = [Change(before[grade.student], grade) for grade in ordered]
    moved = [attempt for _, attempt in after if attempt and not attempts.is_placed(attempt)]
    return Rerun(run, attempts, kept, changes, moved, discovery.passed_over)


def _tries(item: Found, attempts: Attempts, term: Term) -> Iterator[Try]:
    """What of a student's has to be graded: the file at hand, the attempt that counts instead of it, or all of them."""
    kept = attempts.of(item.student) if attempts.is_place(item.path) else []
    if not kept:
        yield Try(item.student, item)
    elif term.attempts == "best" and len(kept) > 1:
        for attempt in kept:
            name = f"{item.student} · attempt {attempt.number}"
            yield Try(item.student, replace(item, student=name, path=attempt.path), attempt)
    else:
        attempt = counting_attempt(kept, term, attempts.slug)
        yield Try(item.student, replace(item, path=attempt.path), attempt)


def _after(old: Grade, group: list[tuple[Try, Report]], term: Term) -> tuple[Grade, Attempt | None]:
    """The grade that a student will have, and the attempt that it is for."""
    grades: dict[int, Grade] = {}
    for each, report in group:
        at = each.attempt.at if each.attempt else old.handed_in
        timed = replace(old, handed_in=at, seconds_late=term.lateness(old.student, old.assignment, at))
        grades[each.attempt.number if each.attempt else 0] = regraded(timed, replace(report, student=old.student), term)
    tried = [each.attempt for each, _ in group if each.attempt]
    chosen = best(tried, {number: grade.score for number, grade in grades.items()}) if tried else None
    return grades[chosen.number if chosen else 0], chosen
