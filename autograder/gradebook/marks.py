"""Marks that people click: each is kept with the marker and the answer; the one that counts is in nbgrader's columns.

A table of ours in nbgrader's database, where nothing is ever changed or taken away: a mark and the points that follow
from it are written together or not at all.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, BaseCell, Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table, Text, inspect, select

from autograder.course.term import load_term
from autograder.errors import ConvgradeError
from autograder.gradebook import opening
from autograder.gradebook.marked import RecordedAnswer, no_answer, points_are_for_this_one, recorded_answers
from autograder.gradebook.team_marks import MarkChange, share_marks

_TABLES = MetaData()
_MARKS = Table(
    "convgrade_marks",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("assignment", String(128), nullable=False, index=True),
    Column("exercise", String(128), nullable=False),
    Column("student", String(128), nullable=False),
    Column("marker", String(128), nullable=False),
    Column("answer", String(64), nullable=False),  # the digest of what was marked
    Column("levels", Text, nullable=False),  # JSON: the level of each criterion
    Column("points", Float, nullable=False),
    Column("comment", Text, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("at", String(32), nullable=False),
)


class AnswerChanged(ConvgradeError):
    """The student has handed in another answer since this one was shown."""


@dataclass(frozen=True, slots=True)
class ClickedMark:
    """What one marker gave one answer."""

    marker: str
    levels: tuple[int, ...]  # of each criterion, from 0
    points: float
    comment: str = ""
    settled: bool = False  # the markers differed, and this is what they agreed on


@dataclass(frozen=True, slots=True)
class AnswerToMark:
    """One student's answer to one question, and what it was given."""

    student: str
    recorded: RecordedAnswer
    points: float | None = None  # a person's, in the gradebook
    comment: str = ""  # there
    waits: bool = True  # for a person, as formgrader counts
    marks: Mapping[str, ClickedMark] = field(
        default_factory=dict
    )  # by marker, of this very answer, the first one first
    settled: ClickedMark | None = None

    @property
    def blank(self) -> bool:
        """Nothing was written: it has its 0 already."""
        return self.recorded.answer.state == "blank"

    @property
    def differs(self) -> bool:
        """Whether markers gave different points, and nobody has settled it."""
        return not self.settled and len({mark.points for mark in self.marks.values()}) > 1

    @property
    def counting(self) -> ClickedMark | None:
        """The mark whose points go into the gradebook."""
        return self.settled or next(iter(self.marks.values()), None)

    def done_by(self, marker: str) -> bool:
        """Whether this marker has nothing to do with it: it is marked by them, or has points from elsewhere."""
        return marker in self.marks or bool(self.settled) or (not self.marks and not self.waits)

    def with_mark(self, mark: ClickedMark) -> "AnswerToMark":
        """The same after one more mark."""
        marks = self.marks if mark.settled else {**self.marks, mark.marker: mark}
        settled = mark if mark.settled else self.settled
        return AnswerToMark(self.student, self.recorded, self.points, self.comment, self.waits, marks, settled)


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """One question: everybody's answers, and what was ever written about them, the most frequent first."""

    answers: tuple[AnswerToMark, ...] = ()
    comments: tuple[str, ...] = ()


def question_to_mark(root: Path, slug: str, exercise: str) -> MarkedQuestion:
    """What the gradebook has of it, and nothing where nothing is recorded. Raises ConvgradeError if it is locked."""
    with opening.opened(root, slug) as found:
        if not found:
            return MarkedQuestion()
        book = found[0]
        marks, rows = _marks(book, slug, exercise), _rows(book, slug, exercise)
        recorded = recorded_answers(book, slug, exercise)
        answers = [_with_marks(_answer(row, exercise, recorded), marks.get(row[0], [])) for row in rows]
    words = [answer.comment for answer in answers]
    words += [mark.comment for given in marks.values() for _, mark in given]
    return MarkedQuestion(tuple(answers), tuple(text for text, _ in Counter(filter(None, words)).most_common()))


def give_mark(root: Path, slug: str, shown: AnswerToMark, mark: ClickedMark) -> AnswerToMark:
    """Keeps the mark, and writes what counts then into nbgrader's columns; gives the answer as it is afterwards.

    Raises AnswerChanged where the answer is not the one that was shown any more.
    """
    exercise = shown.recorded.answer.exercise
    with opening.gradebook(root) as opened:
        book = opened.book
        row, comment = _columns(book, slug, exercise, shown.student)
        recorded = recorded_answers(book, slug, exercise).get(shown.student) or no_answer(exercise)
        if recorded.digest != shown.recorded.digest:
            raise AnswerChanged("this student has handed in another answer since\n  it is shown now: mark that one")
        _keep(book, slug, shown, mark)
        after = _with_marks(shown, _marks(book, slug, exercise).get(shown.student, []))
        change, words = None, mark.comment or None
        if after.counting == mark:
            values = (row.manual_score, mark.points), (comment.manual_comment, words)
            change = MarkChange(shown.student, exercise, *values)
            row.manual_score = mark.points
            comment.manual_comment = words
        row.needs_manual_grade = after.differs
        points_are_for_this_one(book, slug, exercise, shown.student)
        share_marks(book, root, slug, load_term(root).teams_of(slug), change)
        book.db.commit()
    return after


def _answer(row: tuple[str, Any, str | None], exercise: str, recorded: Mapping[str, RecordedAnswer]) -> AnswerToMark:
    """What one student wrote, with the points and the comment of nbgrader's columns."""
    student, grade, comment = row
    waits = grade.needs_manual_grade or (grade.manual_score is None and grade.auto_score is None)
    answer = recorded.get(student) or no_answer(exercise)
    return AnswerToMark(student, answer, grade.manual_score, comment or "", bool(waits))


def _with_marks(answer: AnswerToMark, marks: list[tuple[str, ClickedMark]]) -> AnswerToMark:
    """The answer with those of the marks that are for it; marks of an earlier one are history."""
    answer = AnswerToMark(answer.student, answer.recorded, answer.points, answer.comment, answer.waits)
    for digest, mark in marks:
        answer = answer.with_mark(mark) if digest == answer.recorded.digest else answer
    return answer


def _rows(book: Gradebook, slug: str, exercise: str) -> list[tuple[str, Any, str | None]]:
    """Student, nbgrader's grade and the person's comment, of everybody who handed in: one query for a whole class."""
    query = (
        select(SubmittedAssignment.student_id, Grade, Comment.manual_comment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .outerjoin(Comment, (Comment.notebook_id == SubmittedNotebook.id) & Comment.cell.has(BaseCell.name == exercise))
        .where(Assignment.name == slug, BaseCell.name == exercise)
        .order_by(SubmittedAssignment.student_id)
    )
    return [tuple(row) for row in book.db.execute(query)]


def _columns(book: Gradebook, slug: str, exercise: str, student: str) -> tuple[Any, Any]:
    """nbgrader's rows for the points and the comment."""
    names = exercise, slug, slug, student
    return book.find_grade(*names), book.find_comment(*names)


def _keep(book: Gradebook, slug: str, shown: AnswerToMark, mark: ClickedMark) -> None:
    _TABLES.create_all(book.db.connection())
    book.db.execute(
        _MARKS.insert().values(
            assignment=slug,
            exercise=shown.recorded.answer.exercise,
            student=shown.student,
            marker=mark.marker,
            answer=shown.recorded.digest,
            levels=json.dumps(mark.levels),
            points=mark.points,
            comment=mark.comment,
            settled=mark.settled,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
    )


def _marks(book: Gradebook, slug: str, exercise: str) -> dict[str, list[tuple[str, ClickedMark]]]:
    """By student, in the order in which they were given: the digest of the answer, and the mark."""
    if not inspect(book.db.connection()).has_table(_MARKS.name):
        return {}
    query = select(_MARKS).where(_MARKS.c.assignment == slug, _MARKS.c.exercise == exercise).order_by(_MARKS.c.id)
    found: dict[str, list[tuple[str, ClickedMark]]] = {}
    for row in book.db.execute(query):
        mark = ClickedMark(row.marker, tuple(json.loads(row.levels)), row.points, row.comment, row.settled)
        found.setdefault(row.student, []).append((row.answer, mark))
    return found
