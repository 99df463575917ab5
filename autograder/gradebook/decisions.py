"""Points that a regrade request earns, in nbgrader's gradebook: a person's points, as if entered in formgrader."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, inspect, select

from autograder.course.term import load_term
from autograder.errors import ConvgradeError, UsageError
from autograder.gradebook import late_penalties, opening
from autograder.gradebook.grades import Person
from autograder.gradebook.requests import (
    Decision,
    RegradeRequest,
    request_of,
    row_of,
    save,
    submission_digest,
    with_decision,
)
from autograder.gradebook.team_marks import MarkChange, share_marks
from autograder.grading.store import Store
from autograder.layout import BUILD, SUBMITTED, reports_folder
from autograder.model import cents
from autograder.text.escape import terminal
from autograder.text.words import number

_TABLES = MetaData()
_DECISIONS = Table(  # what the points in nbgrader's columns have in them already
    "convgrade_decisions",
    _TABLES,
    Column("request", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # decisions before it
    Column("decision", Text, nullable=False),
)


def decide(root: Path, regrade_request: RegradeRequest, points: float, because: str) -> RegradeRequest:
    """Keeps the decision and, where it is worth points, enters them. Raises ConvgradeError, UsageError.

    Lateness is worked out anew. The points stay when the same file is graded again; whoever hands in another one
    keeps them, too, and a person is asked again.
    """
    digest = submission_digest(root, regrade_request.slug, regrade_request.student)
    if not points:
        with opening.one_at_a_time(root):
            _refuse_if_decided(root, regrade_request)
            return _saved(root, regrade_request, Decision(0.0, because, None, digest))
    _refuse_another_file(root, regrade_request, digest)
    with opening.gradebook(root) as opened:
        _refuse_if_decided(root, regrade_request)
        decision = _entered(opened.book, regrade_request)
        if decision:  # a command that was cut off has entered it, and could not save it any more
            _saved(root, regrade_request, decision)
            raise _meanwhile(decision)
        decision = _enter(opened.book, root, regrade_request, Decision(points, because, None, digest))
        result = _saved(root, regrade_request, decision)
        late_penalties.recompute(opened.book, regrade_request.slug, opened.config)
    return result


def _refuse_if_decided(root: Path, request: RegradeRequest) -> None:
    """Raises UsageError where somebody else has decided since the request was read."""
    now = request_of(root, request.id)
    if len(now.decisions) > len(request.decisions):
        raise _meanwhile(now.decisions[-1])


def _meanwhile(decision: Decision) -> UsageError:
    what = f"{decision.points:+g} points" if decision.points else "refused"
    return UsageError(f"the request was decided meanwhile ({what}): that is kept; give --again to add to it")


def _saved(root: Path, request: RegradeRequest, decision: Decision) -> RegradeRequest:
    result = with_decision(request, decision)
    save(root, result)
    return result


def _refuse_another_file(root: Path, request: RegradeRequest, digest: str) -> None:
    """Raises ConvgradeError where the verdicts are of an earlier file: nobody saw the one that is there now."""
    path = reports_folder(root / BUILD, request.slug)
    report = Store(path).get(request.student)
    if report and report.digest not in ("", digest):
        todo = "first: convgrade grade build/submitted --record"
        raise ConvgradeError(f"{terminal(request.student, 60)} has handed in another file since\n  {todo}")


def _enter(book: Gradebook, root: Path, request: RegradeRequest, decision: Decision) -> Decision:
    """The points and the decision, together or not at all. Raises ConvgradeError where there is no row for them."""
    row = row_of(book, request)
    if row is None:
        todo = "first: convgrade grade build/submitted --record"
        raise ConvgradeError(f"{terminal(request.student, 60)}'s points are not in the gradebook yet\n  {todo}")
    decision = replace(decision, total=_added(row, request, decision.points))
    change = MarkChange(request.student, row.name, (row.manual_score, decision.total))
    row.manual_score, row.needs_manual_grade = decision.total, False
    share_marks(book, root, request.slug, load_term(root).teams_of(request.slug), change)
    _TABLES.create_all(book.db.connection())
    book.db.execute(_DECISIONS.insert().values(**_name(request), decision=json.dumps(asdict(decision))))
    book.db.commit()
    return decision


def _entered(book: Gradebook, request: RegradeRequest) -> Decision | None:
    """The decision that comes after those of the request, where the gradebook has its points already."""
    if not inspect(book.db.connection()).has_table(_DECISIONS.name):
        return None
    same = [_DECISIONS.c[key] == value for key, value in _name(request).items()]
    found = book.db.execute(select(_DECISIONS.c.decision).where(*same)).scalar()
    return Decision(**json.loads(found)) if found else None


def _name(request: RegradeRequest) -> dict[str, str | int]:
    return {"request": request.id, "number": len(request.decisions)}


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
