"""One row per student: nbgrader's columns, then the points of every exercise and the verdict of every check."""

from collections.abc import Sequence

from autograder.exports import Export, Platform
from autograder.exports.table import CsvValue, to_csv
from autograder.gradebook.grades import Grade

# The names that nbgrader's own export uses, so that what reads one reads the other.
_COLUMNS = (
    *("assignment", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "needs_a_person"),
)


def write(title: str, grades: Sequence[Grade], platform: Platform) -> Export:
    """The table; `title` and `platform` are not needed."""
    exercises = {mark.name: None for grade in grades for mark in grade.marks}
    checks = {(mark.name, check.name): None for grade in grades for mark in grade.marks for check in mark.checks}
    names = [name for exercise in exercises for name in _headings(exercise, checks)]
    return Export(to_csv([*_COLUMNS, *names], [[*_student(grade), *_cells(grade, names)] for grade in grades]))


def _headings(exercise: str, checks: dict[tuple[str, str], None]) -> list[str]:
    return [exercise, *(f"{exercise}.{check}" for home, check in checks if home == exercise)]


def _student(grade: Grade) -> list[CsvValue]:
    person, at = grade.person, grade.handed_in
    who = [grade.student, person.last_name, person.first_name, person.email]
    raw = None if grade.counted is None else grade.raw
    points = [raw, grade.penalty, grade.counted, grade.points_so_far]
    todo = " ".join(grade.asks) or grade.not_taken
    return [grade.assignment, f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else None, *who, *points, todo]


def _cells(grade: Grade, names: Sequence[str]) -> list[CsvValue]:
    values: dict[str, CsvValue] = {}
    for mark in grade.marks if grade.submitted else ():
        values[mark.name] = None if mark.waiting else mark.score
        values |= {f"{mark.name}.{check.name}": str(check.verdict) for check in mark.checks}
    return [values.get(name) for name in names]
