"""For which answer a person gave the points: a table of ours in nbgrader's database, beside the points.

Who hands in again keeps the points; the person is asked again, and sees the answer that they were given for.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from nbgrader.api import Grade, Gradebook
from sqlalchemy import Column, MetaData, String, Table, Text, inspect, select

from autograder.layout import exercise_of
from autograder.model import Report, WrittenAnswer

EARLIER_ANSWER = "The points were given for this earlier answer; a person looks at the new one."
_TABLES = MetaData()
_ANSWERS = Table(
    "convgrade_answers",
    _TABLES,
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("exercise", String(128), primary_key=True),
    Column("now", Text, nullable=False),  # the answer that was recorded last, as JSON
    Column("marked", Text, nullable=False),  # the one that the points are for; "" where there are none
)
Earlier = Mapping[str, WrittenAnswer]  # exercise → the answer that its points are for, which is another one now


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What was recorded last for one question; the digest tells it from every other answer."""

    answer: WrittenAnswer
    digest: str
    earlier: WrittenAnswer | None = None  # that the points are for, where it is another one


def no_answer(exercise: str) -> RecordedAnswer:
    """Of a file in which no answer could be read."""
    return RecordedAnswer(WrittenAnswer(exercise, "", "unsure"), "")


def unread(rows: Iterable[Grade]) -> set[str]:
    """Names of graded cells that a person is asked about."""
    return {row.name for row in rows if row.needs_manual_grade}


def ask_again(book: Gradebook, report: Report, rows: Iterable[Grade], asked: Collection[str]) -> None:
    """Notes which answers are there now; whose points are for another one is asked about. Nothing is committed.

    `asked` are the cells that a person was asked about before this report was written.
    """
    answers = {answer.exercise: answer for answer in report.answers}
    if not answers:
        return
    _TABLES.create_all(book.db.connection())
    known = _entries(book, report.assignment, report.student).get(report.student, {})
    for row in rows:
        exercise = exercise_of(row.name)
        if exercise not in answers:
            continue
        now = json.dumps(asdict(answers[exercise]), sort_keys=True)
        last, marked = known.get(exercise, (now, now))
        marked = "" if row.manual_score is None else last if row.name not in asked or not marked else marked
        if marked:
            row.needs_manual_grade = row.name in asked or marked != now
        if known.get(exercise) == (now, marked):
            continue
        where = {"assignment": report.assignment, "student": report.student, "exercise": exercise}
        same = [_ANSWERS.c[key] == value for key, value in where.items()]
        book.db.execute(_ANSWERS.delete().where(*same))
        book.db.execute(_ANSWERS.insert().values(**where, now=now, marked=marked))


def same_answers(book: Gradebook, slug: str, students: Iterable[str]) -> bool:
    """Whether nothing tells the answers of these students apart."""
    if not inspect(book.db.connection()).has_table(_ANSWERS.name):
        return True
    found = _entries(book, slug, None)
    texts = [{exercise: now for exercise, (now, _) in found.get(student, {}).items()} for student in students]
    return all(text == texts[0] for text in texts)


def earlier_answers(book: Gradebook, slug: str, student: str | None = None) -> dict[str, Earlier]:
    """By student: answers that points were given for, where another one has taken their place since."""
    if not inspect(book.db.connection()).has_table(_ANSWERS.name):
        return {}
    return {
        name: {exercise: _answer(marked) for exercise, (now, marked) in entries.items() if marked not in ("", now)}
        for name, entries in _entries(book, slug, student).items()
    }


def recorded_answers(book: Gradebook, slug: str, exercise: str) -> dict[str, RecordedAnswer]:
    """By student, as far as an answer to this question was recorded."""
    if not inspect(book.db.connection()).has_table(_ANSWERS.name):
        return {}
    found = {name: entries[exercise] for name, entries in _entries(book, slug, None).items() if exercise in entries}
    return {
        name: RecordedAnswer(
            _answer(now), hashlib.sha256(now.encode()).hexdigest(), _answer(marked) if marked not in ("", now) else None
        )
        for name, (now, marked) in found.items()
    }


def points_are_for_this_one(book: Gradebook, slug: str, exercise: str, student: str) -> None:
    """The points were given for the answer that is there now. Nothing is committed."""
    if inspect(book.db.connection()).has_table(_ANSWERS.name):
        where = {"assignment": slug, "student": student, "exercise": exercise}
        same = [_ANSWERS.c[key] == value for key, value in where.items()]
        book.db.execute(_ANSWERS.update().where(*same).values(marked=_ANSWERS.c.now))


def _entries(book: Gradebook, slug: str, student: str | None) -> dict[str, dict[str, tuple[str, str]]]:
    """Student → exercise → the answer now, and the marked one."""
    query = select(_ANSWERS).where(_ANSWERS.c.assignment == slug)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for row in book.db.execute(query if student is None else query.where(_ANSWERS.c.student == student)):
        found.setdefault(row.student, {})[row.exercise] = (row.now, row.marked)
    return found


def _answer(text: str) -> WrittenAnswer:
    raw = json.loads(text)
    return WrittenAnswer(**raw | {"pictures": tuple(raw["pictures"])})
