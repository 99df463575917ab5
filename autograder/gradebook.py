"""Reports → nbgrader's gradebook. `convgrade grade --record` and `nbgrader autograde` both take their points here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.errors import CourseError
from autograder.model import ExerciseResult, Report, Verdict

DIGITS = 4  # points are rounded once, here, so that text and number say the same


def scores(report: Report) -> dict[str, float | None]:
    """Points by grade id of the check cell; None where a person has to decide because there is no evidence."""
    return {f"{exercise.name}_check": _points(report, exercise) for exercise in report.exercises if exercise.checks}


def _points(report: Report, exercise: ExerciseResult) -> float | None:
    if report.problem or any(check.verdict is Verdict.UNGRADED for check in exercise.checks):
        return None
    return round(min(max(exercise.score, 0.0), exercise.points), DIGITS)


def record(reports: Iterable[Report], root: Path) -> int:
    """Write reports into the gradebook of the course at `root`; returns how many.

    Writes automatic scores and the mark "needs manual grading"; a person's score, extra credit and comments stay.
    Raises CourseError where nbgrader does not know the assignment, or knows it with other points.
    """
    config, where = _settings(root)
    written = 0
    with Gradebook(where.db_url, where.course_id) as book:
        for report in reports:
            refuse_other_points(book, report)
            _submission(book, report, where)
            write_scores(book, report)
            _late_penalty(report, where, config)
            written += 1
    return written


def write_scores(book: Gradebook, report: Report) -> None:
    """The automatic scores of one report, in nbgrader's own way; the submission must be in the gradebook."""
    found = book.find_submission_notebook(report.assignment, report.assignment, report.student)
    values = scores(report)
    answers = {cell.name for cell in found.notebook.solution_cells}  # people grade those, in formgrader
    for grade in found.grades:
        if report.problem or grade.name not in answers:
            grade.auto_score = values.get(grade.name)
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
    book.db.commit()


def hold(book: Gradebook, report: Report) -> None:
    """Take back every number that nbgrader saved for a check that has no verdict of ours."""
    if not report.graded:
        write_scores(book, report)


def is_ours(report: Report) -> bool:
    """Whether checks have no verdict through no fault of the student: grading again may help."""
    return not report.graded and report.fault != "student"


def handed_in_at(where: CourseDirectory, folder: Path) -> datetime | None:
    """When this submission was handed in, by nbgrader's clock; None where nobody wrote that down readably."""
    try:
        found: datetime | None = where.get_existing_timestamp(str(folder))
    except (AttributeError, OverflowError, ValueError, OSError):  # nbgrader 0.9.6 stumbles over a time it cannot read
        return None
    return found


def refuse_other_points(book: Gradebook, report: Report) -> None:
    """Raises CourseError unless the gradebook has the same check cells, with the same points, as the report."""
    todo = f"run `nbgrader generate_assignment {report.assignment}` once, then repeat this"
    try:
        cells = book.find_notebook(report.assignment, report.assignment).grade_cells
    except MissingEntry:
        raise CourseError(f"the gradebook does not know {report.assignment}", "the gradebook", todo) from None
    known: Mapping[str, float] = {cell.name: cell.max_score for cell in cells}
    for exercise in report.exercises:
        if exercise.checks and known.get(f"{exercise.name}_check") != exercise.points:
            what = f"the gradebook is older than {report.assignment}: the points of {exercise.name} differ"
            raise CourseError(what, "the gradebook", todo)


def _settings(root: Path) -> tuple[Config, CourseDirectory]:
    """What the instructor's nbgrader_config.py says, and the course directory made from it."""
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except ConfigFileNotFound:
        todo = "record from the root of the course, where that file lies"
        raise CourseError("there is no nbgrader_config.py", root.name, todo) from None
    return config, CourseDirectory(config=config)


def _submission(book: Gradebook, report: Report, where: CourseDirectory) -> None:
    """The row of this submission, with the time at which it was handed in where nbgrader collected it."""
    book.update_or_create_student(report.student)
    folder = Path(where.format_path(where.submitted_directory, report.student, report.assignment))
    plain = folder.parent.name == report.student  # a name from elsewhere may hold a path
    timestamp = handed_in_at(where, folder) if plain else None
    times = {"timestamp": timestamp} if timestamp else {}
    book.update_or_create_submission(report.assignment, report.student, **times)


def _late_penalty(report: Report, where: CourseDirectory, config: Config) -> None:
    """The penalty for lateness by the course's own rule, as `nbgrader autograde` works it out."""
    names = {"notebook": report.assignment, "assignment": report.assignment, "student": report.student}
    AssignLatePenalties(config=config).preprocess(new_notebook(), {"nbgrader": names | {"db_url": where.db_url}})
