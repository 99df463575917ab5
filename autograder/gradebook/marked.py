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


def _table(name: str) -> Table:
    """For each student what is there now, and what the points are for."""
    keys = [Column(key, String(128), primary_key=True) for key in ("assignment", "student", "exercise")]
    return Table(name, _TABLES, *keys, Column("now", Text, nullable=False), Column("marked", Text, nullable=False))


_ANSWERS = _table("convgrade_answers")  # answers that were recorded last, as JSON; `marked` is "" without points
_FILES = _table("convgrade_files")  # digests: the file that was recorded last has "" for an exercise
_Entry = tuple[str, str]  # `now` and `marked`
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
    """Notes what is there now; whose points are for another answer, or another file, is asked about.

    Nothing is committed. `asked` are the cells that a person was asked about before this report was written.
    """
    _TABLES.create_all(book.db.connection())
    cells = list(rows)
    answers = {answer.exercise: json.dumps(asdict(answer), sort_keys=True) for answer in report.answers}
    answered = [row for row in cells if exercise_of(row.name) in answers]
    if answered:
        _ask_about_answers(book, report, answered, asked, answers)
    if report.digest:
        _ask_about_files(book, report, cells, asked, answers)


def _ask_about_answers(
    book: Gradebook, report: Report, rows: Iterable[Grade], asked: Collection[str], answers: Mapping[str, str]
) -> None:
    known = _entries(book, _ANSWERS, report.assignment, report.student).get(report.student, {})
    after = dict(known)
    for row in rows:
        exercise = exercise_of(row.name)
        now = answers[exercise]
        last, marked = known.get(exercise, (now, now))
        marked = "" if not _by_a_person(row) else last if row.name not in asked or not marked else marked
        if marked:
            row.needs_manual_grade = row.name in asked or marked != now
        after[exercise] = now, marked
    _keep(book, _ANSWERS, report, known, after)


def _ask_about_files(
    book: Gradebook, report: Report, rows: Iterable[Grade], asked: Collection[str], answers: Mapping[str, str]
) -> None:
    """Points for what no answer is known of, code above all, are for the whole file."""
    known = _entries(book, _FILES, report.assignment, report.student).get(report.student, {})
    last, after = known.get("", (report.digest, ""))[0], {"": (report.digest, "")}
    for row in (row for row in rows if _by_a_person(row)):
        exercise = exercise_of(row.name)
        marked = known.get(exercise, ("", ""))[1]
        if exercise in answers:  # the answer has decided
            marked = marked or last if row.needs_manual_grade else report.digest
        else:
            marked = marked if marked and row.name in asked else last
            row.needs_manual_grade = row.needs_manual_grade or marked != report.digest
        after[exercise] = report.digest, marked
    _keep(book, _FILES, report, known, after)


def _by_a_person(row: Grade) -> bool:
    """Whether a person gave points, or some on top."""
    return row.manual_score is not None or bool(row.extra_credit)


def _keep(
    book: Gradebook, table: Table, report: Report, known: Mapping[str, _Entry], after: Mapping[str, _Entry]
) -> None:
    """Writes the entries of one student that are others now."""
    where = {"assignment": report.assignment, "student": report.student}
    for exercise in [name for name in {**known, **after} if known.get(name) != after.get(name)]:
        same = [table.c[key] == value for key, value in {**where, "exercise": exercise}.items()]
        book.db.execute(table.delete().where(*same))
        if exercise in after:
            now, marked = after[exercise]
            book.db.execute(table.insert().values(**where, exercise=exercise, now=now, marked=marked))


def same_answers(book: Gradebook, slug: str, students: Iterable[str]) -> bool:
    """Whether nothing tells the answers of these students apart."""
    if not inspect(book.db.connection()).has_table(_ANSWERS.name):
        return True
    found = _entries(book, _ANSWERS, slug, None)
    texts = [{exercise: now for exercise, (now, _) in found.get(student, {}).items()} for student in students]
    return all(text == texts[0] for text in texts)


def earlier_answers(book: Gradebook, slug: str, student: str | None = None) -> dict[str, Earlier]:
    """By student: answers that points were given for, where another one has taken their place since."""
    if not inspect(book.db.connection()).has_table(_ANSWERS.name):
        return {}
    return {
        name: {exercise: _answer(marked) for exercise, (now, marked) in entries.items() if marked not in ("", now)}
        for name, entries in _entries(book, _ANSWERS, slug, student).items()
    }


def recorded_answers(book: Gradebook, slug: str, exercise: str) -> dict[str, RecordedAnswer]:
    """By student, as far as an answer to this question was recorded."""
    if not inspect(book.db.connection()).has_table(_ANSWERS.name):
        return {}
    found = {
        name: entries[exercise] for name, entries in _entries(book, _ANSWERS, slug, None).items() if exercise in entries
    }
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


def _entries(book: Gradebook, table: Table, slug: str, student: str | None) -> dict[str, dict[str, _Entry]]:
    """Student → exercise → what is there now, and what was marked."""
    query = select(table).where(table.c.assignment == slug)
    found: dict[str, dict[str, _Entry]] = {}
    for row in book.db.execute(query if student is None else query.where(table.c.student == student)):
        found.setdefault(row.student, {})[row.exercise] = (row.now, row.marked)
    return found


def _answer(text: str) -> WrittenAnswer:
    raw = json.loads(text)
    return WrittenAnswer(**raw | {"pictures": tuple(raw["pictures"])})
