"""Points that a regrade request earns, in nbgrader's gradebook: a person's points, as if entered in formgrader."""

from pathlib import Path
from typing import Any

from autograder.errors import ConvgradeError, UsageError
from autograder.gradebook import late_penalties, opening
from autograder.gradebook.grades import Person
from autograder.gradebook.requests import Decision, RegradeRequest, row_of, save, submission_digest, with_decision
from autograder.layout import SUBMITTED
from autograder.model import cents
from autograder.text.escape import terminal
from autograder.text.words import number


def decide(root: Path, regrade_request: RegradeRequest, points: float, because: str) -> RegradeRequest:
    """Keeps the decision and, where it is worth points, enters them. Raises ConvgradeError, UsageError.

    Lateness is worked out anew. The points stay when the same file is graded again; whoever hands in another one
    keeps them, too, and a person is asked again.
    """
    digest = submission_digest(root, regrade_request.slug, regrade_request.student)
    if not points:
        return _saved(root, regrade_request, Decision(0.0, because, None, digest))
    with opening.gradebook(root) as opened:
        row = row_of(opened.book, regrade_request)
        if row is None:
            todo = "first: convgrade grade build/submitted --record"
            raise ConvgradeError(
                f"{terminal(regrade_request.student, 60)}'s points are not in the gradebook yet\n  {todo}"
            )
        total = _added(row, regrade_request, points)
        row.manual_score, row.needs_manual_grade = total, False
        opened.book.db.commit()
        result = _saved(root, regrade_request, Decision(points, because, total, digest))
        late_penalties.recompute(opened.book, regrade_request.slug, opened.config)
    return result


def _saved(root: Path, request: RegradeRequest, decision: Decision) -> RegradeRequest:
    result = with_decision(request, decision)
    save(root, result)
    return result


def _added(row: Any, request: RegradeRequest, points: float) -> float:
    """The new points. Raises UsageError where they would be more than there are, or fewer than none."""
    now = (row.auto_score if row.manual_score is None else row.manual_score) or 0.0
    total, most = cents(now + points), row.max_score
    if not 0 <= total <= most:
        have = f"{request.exercise} has {number(now)} of {number(most)} points now"
        raise UsageError(f"{have}; with {points:+g} that would be {number(total)}")
    return total


def persons_of(root: Path) -> dict[str, Person]:
    """Everybody who handed in or is in the gradebook, by the name that everything is filed under."""
    submitted = root / SUBMITTED
    persons = {item.name: Person() for item in submitted.iterdir() if item.is_dir()} if submitted.is_dir() else {}
    if opening.exists(root):
        with opening.gradebook(root) as opened:
            for student in opened.book.students:
                keys = ("first_name", "last_name", "email", "lms_user_id")
                persons[student.id] = Person(*(getattr(student, key) or "" for key in keys))
    return persons
