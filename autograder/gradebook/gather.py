"""Reports and gradebook → the grades of a class, and what its pages say around a report: people's points and words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.course import Assignment, Course
from autograder.course.term import Term
from autograder.gradebook import database, opening
from autograder.gradebook.context import Asked, StudentContext, headings
from autograder.gradebook.grades import Grade, empty_marks, from_book, from_reports, in_order, regraded, unrecorded
from autograder.gradebook.late_penalties import recompute
from autograder.gradebook.marked import Earlier, earlier_answers
from autograder.gradebook.requests import all_requests, state_of
from autograder.gradebook.ungraded import NOT_GRADED_YET, graded_before, never_graded, of_other_exercises, other_cells
from autograder.grading.session import store_of
from autograder.intake.not_taken import damage, not_taken
from autograder.log import stage
from autograder.model import Report
from autograder.text.escape import terminal
from autograder.text.words import amount

_MAX_NAMES = 12  # of students, on one line; all are named
Comments = Mapping[str, str]  # exercise → what a person wrote


@stage("collecting grades")
def recomputed_grades(course: Course, assignment: Assignment) -> tuple[list[Grade], list[str]]:
    """The grades, and sentences about what is missing in them.

    Where the gradebook knows any submission it counts, and the penalties in it are worked out anew first and written
    there: a deadline may have changed since. Else the stored reports are all there is.
    """
    reports = store_of(assignment).all()
    old = out_of_date(course, assignment, reports)
    with opening.opened(course.root, assignment.slug) as found:
        if found and found[0].assignment_submissions(assignment.slug):
            recompute(found[0], assignment.slug, found[1])
            grades = from_book(assignment, found[0], reports, course.term)
            todo = "points in the gradebook are missing or out of date (convgrade grade … --record)"
            sentences = [*_unjudged(grades), *_listed(unrecorded(grades, reports), todo), *old]
            return grades, [*other_cells(assignment, found[0]), *sentences]
    grades = _unrecorded_grades(course, assignment, reports)
    return grades, [*_unjudged(grades), *old]


def out_of_date(course: Course, assignment: Assignment, reports: Sequence[Report]) -> list[str]:
    """Sentences about reports that are of an earlier file or notebook, or that nobody can read."""
    again = graded_before(course.root, assignment.slug, reports)
    sentences = _listed(again, "handed in anew since it was graded (convgrade grade build/submitted --record)")
    others = f"graded with other exercises or points than there are now (convgrade regrade {assignment.slug} --record)"
    return [
        *sentences,
        *_listed(of_other_exercises(assignment, reports), others),
        *_listed(store_of(assignment).unread(reports), "reports that cannot be read, grade these again"),
    ]


def _unrecorded_grades(course: Course, assignment: Assignment, reports: Sequence[Report]) -> list[Grade]:
    term = database.term_of(course, assignment.slug)
    return from_reports(assignment, reports, term, database.times(course.root, reports))


def with_not_taken(course: Course, assignment: Assignment, grades: Sequence[Grade]) -> tuple[list[Grade], list[str]]:
    """The same and everybody whose hand-in was not taken, or is not graded, with sentences: nobody is missing."""
    graded = [grade.student for grade in grades if grade.submitted]
    listed, sentences = _listed_by_reason(course, assignment, graded)
    known = {grade.student: grade for grade in grades}
    nothing = Grade("", assignment.slug, empty_marks(assignment), submitted=False)
    for student, why in listed.items():
        known[student] = replace(known.get(student, replace(nothing, student=student)), not_taken=why)
    return in_order(known.values()), sentences


def everybody_else(
    course: Course, assignment: Assignment, reports: Sequence[Report]
) -> tuple[dict[str, str], list[str]]:
    """Whoever handed in and is not graded, with the reason; sentences about them, and about reports out of date."""
    listed, sentences = _listed_by_reason(course, assignment, [report.student for report in reports])
    with opening.opened(course.root, assignment.slug) as found:
        sentences += other_cells(assignment, found[0]) if found else []
    return listed, [*sentences, *out_of_date(course, assignment, reports)]


def _listed_by_reason(
    course: Course, assignment: Assignment, graded: Sequence[str]
) -> tuple[dict[str, str], list[str]]:
    refused = not_taken(course.root, assignment.slug)
    waiting = never_graded(course.root, assignment.slug, {*graded, *refused})
    sentences = [f"not taken: {terminal(student, 60)}: {terminal(why, 300)}" for student, why in refused.items()]
    sentences += damage(course.root, assignment.slug)
    return waiting | refused, [*sentences, *_listed(list(waiting), NOT_GRADED_YET)]


def not_final(grades: Sequence[Grade]) -> list[str]:
    """Sentences where answers that people grade have no points yet, or points for something that is new since."""
    waiting = [grade for grade in grades if grade.waiting and not grade.unjudged]
    exercises = sorted({name for grade in waiting for name in grade.waiting})
    sentence = f"{amount(len(waiting), 'student')} still without manual points for {', '.join(exercises)}: not final"
    if waiting:
        sentence += f" (convgrade mark {waiting[0].assignment})"
    again = [grade.student for grade in grades if any(mark.again for mark in grade.marks)]
    return [*([sentence] if waiting else []), *_listed(again, "new since a person gave the points: look again")]


def _unjudged(grades: Sequence[Grade]) -> list[str]:
    return _listed([grade.student for grade in grades if grade.unjudged], "no verdict yet, needs a person")


def _listed(students: Sequence[str], what: str) -> list[str]:
    parts = [students[start : start + _MAX_NAMES] for start in range(0, len(students), _MAX_NAMES)]
    return [f"{what}: {', '.join(terminal(student, 40) for student in part)}" for part in parts]


@stage("looking into the gradebook")
def gather_contexts(course: Course, assignment: Assignment, reports: Sequence[Report]) -> dict[str, StudentContext]:
    """By student. Where the gradebook knows a submission its points and words count; nothing is written there."""
    grades = {grade.student: grade for grade in _unrecorded_grades(course, assignment, reports)}
    comments: Mapping[str, Comments] = {}
    earlier: Mapping[str, Earlier] = {}
    with opening.opened(course.root, assignment.slug) as found:
        if found:
            grades |= _recorded(assignment, found[0], reports, course.term)
            comments = _comments(assignment, found[0])
            earlier = earlier_answers(found[0], assignment.slug)
    read, asked = headings(assignment), _asked(course, assignment.slug)
    about: dict[str, Any] = {"show": assignment.show, "mail": course.term.requests.mail}
    return {
        name: StudentContext(
            grades[name],
            read,
            comments.get(name, {}),
            earlier=earlier.get(name, {}),
            asked=asked.get(name, {}),
            **about,
        )
        for name in (report.student for report in reports)
    }


def _asked(course: Course, slug: str) -> dict[str, dict[str, tuple[Asked, ...]]]:
    """Student → exercise → the requests."""
    by_student: dict[str, dict[str, tuple[Asked, ...]]] = {}
    for request in (each for each in all_requests(course.root) if each.slug == slug and not each.problem):
        last = request.decisions[-1] if request.decisions else None
        values = (last.points, last.because) if last else (0.0, "")
        mine = by_student.setdefault(request.student, {})
        asked = Asked(request.check, state_of(request, course.root), *values)
        mine[request.exercise] = (*mine.get(request.exercise, ()), asked)
    return by_student


def _recorded(assignment: Assignment, book: Any, reports: Sequence[Report], term: Term) -> dict[str, Grade]:
    """Grades from the gradebook; what was graded since and is not recorded yet appears as it will be."""
    grades = {grade.student: grade for grade in from_book(assignment, book, reports, term) if grade.submitted}
    stale = set(unrecorded(list(grades.values()), reports)) & grades.keys()
    fresh = {report.student: report for report in reports if report.student in stale}
    return grades | {student: regraded(grades[student], report, term) for student, report in fresh.items()}


def _comments(assignment: Assignment, book: Any) -> Mapping[str, Comments]:
    """What people wrote in formgrader; nbgrader's own "No response." only about answers that people grade."""
    homes = {cell: exercise for exercise in assignment.exercises for cell in exercise.cells}
    comments: dict[str, dict[str, str]] = {}
    for submission in book.assignment_submissions(assignment.slug):
        texts = comments.setdefault(submission.student_id, {})
        for comment in (each for notebook in submission.notebooks for each in notebook.comments):
            exercise = homes.get(comment.name)
            text = comment.manual_comment or (comment.auto_comment if exercise and exercise.manual else "")
            if exercise and text:
                texts[exercise.name] = "\n".join(filter(None, (texts.get(exercise.name), text)))
    return comments
