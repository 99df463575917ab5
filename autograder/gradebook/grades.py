"""What every student ends up with: automatic and manual points, extra credit, lateness; the same for all views.

Where nbgrader's gradebook knows the assignment its word counts, because people change points there; before that the
stored Reports are all there is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from autograder.course import Assignment
from autograder.course.term import Term
from autograder.files import natural_key
from autograder.layout import exercise_of
from autograder.model import CheckResult, Report, cents


@dataclass(frozen=True, slots=True)
class Mark:
    """One exercise of one student, in points."""

    name: str
    title: str
    points: float
    auto: float | None = None  # None: no verdict, or nothing that a program could judge
    manual: float | None = None  # entered by a person; counts instead of `auto`
    extra: float = 0.0
    by_hand: bool = False  # an answer that people grade
    again: bool = False  # a person gave points, and has to look again: the answer or the verdict is another one
    checks: tuple[CheckResult, ...] = ()
    stretch: bool = False  # all of its points are extra credit

    @property
    def exact(self) -> float:
        """Points by nbgrader's rule: the person's, else the program's, else none; and the extra credit."""
        return (self.auto or 0.0 if self.manual is None else self.manual) + self.extra

    @property
    def score(self) -> float:
        """The same, to the cent."""
        return cents(self.exact)

    @property
    def maximum(self) -> float:
        """What it adds to the most that is asked for: extra credit adds nothing."""
        return 0.0 if self.stretch else self.points

    @property
    def beyond(self) -> float:
        """The extra credit in its points."""
        return self.exact if self.stretch else self.extra

    @property
    def waiting(self) -> bool:
        """Whether a person still has to give the points."""
        return self.auto is None and self.manual is None


@dataclass(frozen=True, slots=True)
class Person:
    """What the gradebook knows about a student besides the name that everything is filed under."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""  # the number of the learning platform


@dataclass(frozen=True, slots=True)
class Grade:
    """One student's result in one assignment."""

    student: str
    assignment: str
    marks: tuple[Mark, ...]
    person: Person = Person()
    submitted: bool = True
    handed_in: datetime | None = None
    seconds_late: float = 0.0  # after this student's extension
    penalty: float = 0.0
    report: Report | None = None
    not_taken: str = ""  # why nothing of what this student handed in is graded

    @property
    def raw(self) -> float:
        """Points before the penalty for lateness."""
        return cents(sum(mark.exact for mark in self.marks))

    @property
    def score(self) -> float:
        """Points that count."""
        return cents(max(self.raw - self.penalty, 0.0))

    @property
    def counted(self) -> float | None:
        """The score, for other programs. None, an empty cell, without a verdict: a zero would say that there is one."""
        return None if self.unjudged or not self.submitted else self.score

    @property
    def final(self) -> float | None:
        """The same, where no answer waits for a person any more: for programs that know one maximum for everybody."""
        return None if self.waiting else self.counted

    @property
    def points(self) -> float:
        """Points that could be earned, without extra credit."""
        return cents(sum(mark.maximum for mark in self.marks))

    @property
    def points_so_far(self) -> float:
        """Those of what a program or a person has judged: what the score is of, while answers wait."""
        return cents(sum(mark.maximum for mark in self.marks if not (self.submitted and mark.waiting)))

    def score_without(self, exercises: Collection[str]) -> float:
        """Points that count, of all other exercises."""
        return cents(max(sum(mark.exact for mark in self.marks if mark.name not in exercises) - self.penalty, 0.0))

    @property
    def extra(self) -> float:
        """Extra credit in it."""
        return cents(sum(mark.beyond for mark in self.marks))

    @property
    def waiting(self) -> tuple[str, ...]:
        """Names of the exercises that still need points set by hand."""
        return tuple(mark.name for mark in self.marks if mark.waiting) if self.submitted else ()

    @property
    def asks(self) -> tuple[str, ...]:
        """Names of the exercises that a person has to look at: without points, or with points for something else."""
        return tuple(mark.name for mark in self.marks if mark.waiting or mark.again) if self.submitted else ()

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Those among them that a program should have judged."""
        return tuple(mark.name for mark in self.marks if mark.waiting and not mark.by_hand) if self.submitted else ()


def empty_marks(assignment: Assignment) -> tuple[Mark, ...]:
    """Every exercise of the assignment, without points."""
    return tuple(
        Mark(item.name, item.title, item.points, by_hand=item.manual, stretch=item.stretch)
        for item in assignment.exercises
    )


def from_reports(
    assignment: Assignment,
    reports: Iterable[Report],
    term: Term,
    times: Mapping[str, datetime] = MappingProxyType({}),
) -> list[Grade]:
    """Grades before anything was recorded; `times` says when each student handed in."""
    blank = empty_marks(assignment)
    grades = []
    for report in reports:
        at = times.get(report.student)
        late = term.lateness(report.student, assignment.slug, at)
        marks = _judged(blank, report)
        grade = Grade(report.student, assignment.slug, marks, handed_in=at, seconds_late=late, report=report)
        grades.append(_penalised(grade, term))
    return in_order(grades)


def _penalised(grade: Grade, term: Term) -> Grade:
    return replace(grade, penalty=term.late.penalty(grade.seconds_late, grade.raw, grade.points, grade.extra))


def from_book(assignment: Assignment, book: Any, reports: Iterable[Report], term: Term) -> list[Grade]:
    """Grades of everyone whom nbgrader's open `book` knows; those who handed in nothing are among them."""
    blank, stored = empty_marks(assignment), {report.student: report for report in reports}
    grades = []
    submissions = {item.student_id: item for item in book.assignment_submissions(assignment.slug)}
    for student in book.students:
        person = Person(*(getattr(student, key) or "" for key in ("first_name", "last_name", "email", "lms_user_id")))
        report = stored.get(student.id)
        grade = Grade(student.id, assignment.slug, blank, person, student.id in submissions, report=report)
        if grade.submitted:
            grade = _recorded(replace(grade, marks=_judged(blank, report)), submissions[student.id], term)
        grades.append(grade)
    return in_order(grades)


def regraded(grade: Grade, report: Report, term: Term) -> Grade:
    """The grade as it will be when `report` is recorded: people's points stay, lateness costs its share of the new."""
    return _penalised(replace(grade, marks=_judged(grade.marks, report), submitted=True, report=report), term)


def in_order(grades: Iterable[Grade]) -> list[Grade]:
    """Sorted by the students' names, as people count."""
    return sorted(grades, key=lambda grade: natural_key(grade.student))


def unrecorded(grades: Sequence[Grade], reports: Iterable[Report]) -> list[str]:
    """Students whose Report says something else than the gradebook's automatic points, or who are not in it."""
    known = {grade.student: grade for grade in grades if grade.submitted}
    return [report.student for report in reports if not _agree(known.get(report.student), report)]


def points_of(report: Report) -> dict[str, float | None]:
    """Points by exercise; None where a person has to decide: there is no evidence, or an answer."""
    points = {
        exercise.name: None
        if report.problem or any(check.verdict == "ungraded" for check in exercise.checks)
        else min(max(exercise.score, 0.0), exercise.points)
        for exercise in report.exercises
        if exercise.checks
    }
    return points | {answer.exercise: 0.0 if answer.state == "blank" else None for answer in report.answers}


def _judged(marks: tuple[Mark, ...], report: Report | None) -> tuple[Mark, ...]:
    """The marks with what the program found."""
    if report is None:
        return marks
    points = points_of(report)
    checks = {exercise.name: exercise.checks for exercise in report.exercises}
    return tuple(
        replace(mark, auto=points.get(mark.name, mark.auto), checks=checks.get(mark.name, ())) for mark in marks
    )


def _recorded(grade: Grade, submission: Any, term: Term) -> Grade:
    """The grade as the gradebook has it: automatic and manual points, the penalty, the time."""
    rows = {exercise_of(row.name): row for notebook in submission.notebooks for row in notebook.grades}
    marks = tuple(_from_row(mark, rows.get(mark.name)) for mark in grade.marks)
    at = submission.timestamp.replace(tzinfo=UTC) if submission.timestamp else None
    penalty = sum(notebook.late_submission_penalty or 0.0 for notebook in submission.notebooks)
    due = submission.assignment.duedate
    term = term.or_due(grade.assignment, due.replace(tzinfo=UTC) if due else None)
    late = term.seconds_late(grade.student, grade.assignment, float(submission.total_seconds_late))
    return replace(grade, marks=marks, handed_in=at, seconds_late=late, penalty=penalty)


def _from_row(mark: Mark, row: Any) -> Mark:
    if row is None:
        return replace(mark, auto=None)
    again = (row.manual_score is not None or bool(row.extra_credit)) and bool(row.needs_manual_grade)
    return replace(mark, auto=row.auto_score, manual=row.manual_score, extra=row.extra_credit or 0.0, again=again)


def _agree(grade: Grade | None, report: Report) -> bool:
    if grade is None:
        return False
    auto = {mark.name: mark.auto for mark in grade.marks}
    return all(_same(auto.get(name), points) for name, points in points_of(report).items())


def _same(points: float | None, other: float | None) -> bool:
    return points is None if other is None else points is not None and abs(points - other) < 1e-3
