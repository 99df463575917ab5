"""Reports and gradebook → what every page says around a report: people's points and words, lateness, what to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.course import Assignment, Course
from autograder.course.term import Term
from autograder.gradebook import database
from autograder.gradebook.context import StudentContext, headings
from autograder.gradebook.grades import Grade, from_book, from_reports, regraded, unrecorded
from autograder.log import stage
from autograder.model import Report

Comments = Mapping[str, str]  # exercise → what a person wrote


@stage("looking into the gradebook")
def gather_contexts(course: Course, assignment: Assignment, reports: Sequence[Report]) -> dict[str, StudentContext]:
    """By student. Where the gradebook knows a submission its points and words count; nothing is written there."""
    times = database.times(course.root, reports)
    grades = {grade.student: grade for grade in from_reports(assignment, reports, course.term, times)}
    comments: Mapping[str, Comments] = {}
    with database.opened(course.root, assignment.slug) as found:
        if found:
            grades |= _recorded(assignment, found[0], reports, course.term)
            comments = _comments(assignment, found[0])
    read = headings(assignment)
    return {
        report.student: StudentContext(grades[report.student], read, comments.get(report.student, {}), assignment.show)
        for report in reports
    }


def _recorded(assignment: Assignment, book: Any, reports: Sequence[Report], term: Term) -> dict[str, Grade]:
    """Grades from the gradebook; what was graded since and is not recorded stands there as it will be."""
    grades = {grade.student: grade for grade in from_book(assignment, book, reports, term) if grade.submitted}
    stale = set(unrecorded(list(grades.values()), reports)) & grades.keys()
    fresh = {report.student: report for report in reports if report.student in stale}
    return grades | {student: regraded(grades[student], report, term) for student, report in fresh.items()}


def _comments(assignment: Assignment, book: Any) -> Mapping[str, Comments]:
    """What people wrote in formgrader; nbgrader's own "No response." only about answers that people grade."""
    homes = {cell: exercise for exercise in assignment.exercises for cell in exercise.cells}
    found: dict[str, dict[str, str]] = {}
    for submission in book.assignment_submissions(assignment.slug):
        texts = found.setdefault(submission.student_id, {})
        for comment in (each for notebook in submission.notebooks for each in notebook.comments):
            exercise = homes.get(comment.name)
            said = comment.manual_comment or (comment.auto_comment if exercise and exercise.manual else "")
            if exercise and said:
                texts[exercise.name] = "\n".join(filter(None, (texts.get(exercise.name), said)))
    return found
