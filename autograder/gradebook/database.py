"""Reports → nbgrader's gradebook. `convgrade grade --record` and `nbgrader autograde` both take their points here."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select

from autograder.course import Assignment, Course
from autograder.course.term import Term
from autograder.errors import CourseError
from autograder.gradebook import late_penalties, marked, opening
from autograder.gradebook.grades import points_of
from autograder.gradebook.students import refuse_strangers
from autograder.grading.scoring import ungraded_exercises
from autograder.intake.stamps import stamp_in
from autograder.layout import grade_id_of
from autograder.model import Report, cents

NO_RESPONSE = "No response."  # as nbgrader says it
_WAITS = (0.1, 0.3, 1.0, 3.0)  # seconds before a write is tried again


def scores(report: Report) -> dict[str, float | None]:
    """Points by grade id of the graded cell; None where a person has to decide: there is no evidence, or an answer."""
    by_hand = {answer.exercise for answer in report.answers}
    points = points_of(report).items()
    return {name if name in by_hand else grade_id_of(name): earned and cents(earned) for name, earned in points}


def record(reports: Sequence[Report], root: Path) -> int:
    """Write reports into the gradebook of the course at `root`; returns how many.

    Writes automatic scores and the mark "needs manual grading"; a person's score, extra credit and comments stay.
    Raises CourseError where nbgrader does not know the assignment, or knows it with other points.
    """
    with opening.gradebook(root) as opened:
        book = opened.book
        book.db().expire_on_commit = False  # else nbgrader reads every cell of the assignment again for each student
        known = {slug: _points_in(book, slug) for slug in {report.assignment: None for report in reports}}
        for report in reports:
            _refuse_others(known[report.assignment], report)
            _patiently(opened, partial(_write, book, report, opened.where))
        book.db.expire_all()
        for slug in known:
            _patiently(opened, partial(late_penalties.recompute, book, slug, opened.config))
    return len(reports)


def _write(book: Gradebook, report: Report, where: CourseDirectory) -> None:
    """One report, with the time of handing in where it is known; cut off, it is completed by recording it again."""
    book.update_or_create_student(report.student)
    at = _time_of(report, where)
    book.update_or_create_submission(report.assignment, report.student, **({"timestamp": at} if at else {}))
    write_scores(book, report)


def _patiently(opened: opening.OpenBook, action: Callable[[], object]) -> None:
    """Do it, and again where another program wrote at the same moment, as long as the course waits for others."""
    until = time.monotonic() + opened.wait
    for pause in (*_WAITS, None):
        try:
            action()
            return
        except opening.FAULTS:
            opened.book.db.rollback()
            if pause is None or time.monotonic() + pause > until:
                raise
            time.sleep(pause)


def term_of(course: Course, slug: str) -> Term:
    """The course's rules; where course.toml names no deadline, with the one that was set in formgrader."""
    with opening.opened(course.root, slug) as found:
        refuse_strangers(course.root, course.term, [student.id for student in found[0].students] if found else ())
        due = found[0].find_assignment(slug).duedate if found else None
        return course.term.or_due(slug, due and due.replace(tzinfo=UTC))


def times(root: Path, reports: Iterable[Report]) -> dict[str, datetime]:
    """When each student handed in, where nbgrader's tree says so."""
    if not (root / "nbgrader_config.py").is_file():
        return {}
    where = opening.settings(root)[1]
    known = {report.student: _time_of(report, where) for report in reports}
    return {student: at.replace(tzinfo=UTC) for student, at in known.items() if at}


def asked_about(book: Gradebook, report: Report) -> set[str]:
    """The graded cells of a submission that a person is asked about."""
    return marked.unread(book.find_submission_notebook(report.assignment, report.assignment, report.student).grades)


def write_scores(book: Gradebook, report: Report, asked: Collection[str] | None = None) -> None:
    """The automatic scores of one report, in nbgrader's own way; the submission must be in the gradebook.

    `asked` are the cells that a person was asked about before, where something else has written there since.
    """
    notebook = book.find_submission_notebook(report.assignment, report.assignment, report.student)
    values = scores(report)
    answers = {cell.name for cell in notebook.notebook.solution_cells}  # people grade those, in formgrader
    rows = _grades(book, notebook)
    before_now = marked.unread(rows) if asked is None else asked
    for grade in rows:
        if report.problem or grade.name in values or grade.name not in answers:
            before, grade.auto_score = grade.auto_score, values.get(grade.name)
            if grade.manual_score is None:
                grade.needs_manual_grade = grade.auto_score is None
            elif grade.auto_score != before:  # a person decided, on other evidence
                grade.needs_manual_grade = True
        elif grade.manual_score is None and grade.auto_score is None:  # an answer that nobody has read
            grade.needs_manual_grade = True
    marked.ask_again(book, report, rows, before_now)
    _say_what_is_blank(notebook, report)
    book.db.commit()


def _say_what_is_blank(notebook: SubmittedNotebook, report: Report) -> None:
    """nbgrader's own comment, where nothing was written; of a file that nobody could read that is not known."""
    blank = {answer.exercise: answer.state == "blank" for answer in report.answers}
    for comment in notebook.comments:
        if report.problem or comment.name in blank:
            comment.auto_comment = NO_RESPONSE if blank.get(comment.name) else None


def _grades(book: Gradebook, notebook: SubmittedNotebook) -> list[Grade]:
    """Its rows as they are now. Until the next commit nobody else writes them; SQLite: `one_at_a_time` alone."""
    book.db.execute(select(SubmittedNotebook.id).where(SubmittedNotebook.id == notebook.id).with_for_update())
    rows: list[Grade] = book.db.query(Grade).filter(Grade.notebook_id == notebook.id).populate_existing().all()
    return rows


def hold(book: Gradebook, report: Report) -> None:
    """Take back every number that nbgrader saved for a check that has no verdict of ours."""
    if not report.graded:
        write_scores(book, report)


def is_ours(report: Report) -> bool:
    """Whether checks have no verdict through no fault of the student: grading again may help."""
    return not report.graded and report.fault != "student"


def handed_in_at(folder: Path) -> datetime | None:
    """When this submission was handed in, in UTC as the gradebook has it; None where that is not written readably."""
    at = stamp_in(folder).at  # nbgrader reads "PST" as UTC, and stumbles over what is no time
    return at and at.replace(tzinfo=None)


def refuse_other_points(book: Gradebook, report: Report) -> None:
    """Raises CourseError unless the gradebook has the same check cells, with the same points, as the report."""
    _refuse_others(_points_in(book, report.assignment), report)


def refuse_old_entry(assignment: Assignment) -> None:
    """The same before anything is graded."""
    with opening.gradebook(assignment.root) as found:
        _refuse_others(
            _points_in(found.book, assignment.slug), Report(assignment.slug, "", "", ungraded_exercises(assignment))
        )


def _points_in(book: Gradebook, slug: str) -> Mapping[str, float]:
    """Points by grade id. Raises CourseError where the gradebook does not know the assignment."""
    try:
        cells = book.find_notebook(slug, slug).grade_cells
    except MissingEntry:
        raise CourseError(f"the gradebook does not know {slug}", "the gradebook", _todo(slug)) from None
    return {cell.name: cell.max_score for cell in cells}


def _refuse_others(known: Mapping[str, float], report: Report) -> None:
    for exercise in report.exercises:
        if exercise.checks and known.get(grade_id_of(exercise.name)) != exercise.maximum:
            what = f"the gradebook is older than {report.assignment}: the points of {exercise.name} differ"
            raise CourseError(what, "the gradebook", _todo(report.assignment))


def _todo(slug: str) -> str:
    return f"run `nbgrader generate_assignment {slug}` once, then repeat this"


def _time_of(report: Report, where: CourseDirectory) -> datetime | None:
    folder = Path(where.format_path(where.submitted_directory, report.student, report.assignment))
    plain = folder.parent.name == report.student  # a name from elsewhere may hold a path
    return handed_in_at(folder) if plain else None
