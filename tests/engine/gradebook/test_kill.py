"""kill -9 in the middle of grade → record → feedback, and several who write at once: nothing is lost or twice."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import OperationalError

from autograder.course import load_course
from autograder.errors import ConvgradeError
from autograder.gradebook import database, opening
from autograder.grading.session import store_of
from autograder.model import Report, WrittenAnswer
from tests.engine.gradebook.term_runs import MANY, enter_all, mark_all, processes, record_all, term
from tests.engine.samples.book import book_of, make_book, make_course, report, rule, url_of
from tests.engine.samples.rubric import RUBRIC

STUDENTS = [f"s{number}" for number in range(6)]
KILLS = 20
PATIENCE = 240.0  # seconds for anything that is waited for


@pytest.fixture
def root(tmp_path):
    """A course with an empty gradebook that knows two check cells."""
    root = make_course(tmp_path, "[deadlines]\ntiny = 2030-01-02T00:00:00Z\n[late]\nflat = 10\n")
    make_book(url_of(root))
    (root / "traces").mkdir()
    return root


def hand_in(root, number):
    """Everybody hands in anew: in round `number` student i is right where number + i is odd."""
    for index, student in enumerate(STUDENTS):
        folder = root / "build/submitted" / student / "tiny"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tiny.ipynb").write_text(f"{'' if (number + index) % 2 else 'wrong'} round {number}".strip())
        (folder / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")


def run(root, seconds=PATIENCE, job=term):
    """A job in a process of its own, killed with -9 after `seconds`; how long it took, None where it was killed."""
    start = time.monotonic()
    process = processes().Process(target=job, args=(root,))
    process.start()
    process.join(seconds)
    if process.is_alive():
        assert seconds < PATIENCE, "it hangs"
        process.kill()
        process.join(PATIENCE)
    assert process.exitcode in (0, -9)
    return time.monotonic() - start if process.exitcode == 0 else None


def recorded(root):
    """(student, points, penalty) of everybody in the gradebook; nobody is there twice."""
    query = """SELECT student.id, grade.auto_score, late_submission_penalty FROM grade
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        JOIN student ON student.id = submitted_assignment.student_id
        JOIN base_cell ON base_cell.id = grade.cell_id WHERE base_cell.name = 'double_check' ORDER BY student.id"""
    with sqlite3.connect(root / "build/gradebook.db", timeout=PATIENCE) as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = book.execute(query).fetchall()
    assert len({row[0] for row in found}) == len(found)
    return found


def expected(number):
    points = {student: 60.0 if (number + index) % 2 else 0.0 for index, student in enumerate(STUDENTS)}
    return [(student, value, value / 10 or None) for student, value in sorted(points.items())]


def whole(root):
    """Every file that a person would open is whole; score by student, as the reports say it."""
    folder = root / "build/reports/tiny"
    pages = list(folder.rglob("*.html"))
    assert len(pages) == len(STUDENTS) + 1
    assert all(page.read_text().rstrip().endswith("</html>") for page in pages)
    reports = [Report.from_json(path.read_text()) for path in folder.glob("*.json")]
    return {item.student: item.score for item in reports}


def is_complete(root, number):
    scores = {student: points for student, points, _ in expected(number)}
    return (recorded(root), whole(root)) == (expected(number), scores)


def test_a_term_that_is_killed_twenty_times_is_completed(root):
    moments = random.Random("kill -9")
    hand_in(root, 0)
    run(root)  # warms everything up
    hand_in(root, 1)
    duration, number, killed = run(root), 1, 0
    assert is_complete(root, 1)
    while killed < KILLS:
        number += 1
        assert number < 4 * KILLS, "it ends before it is killed"
        hand_in(root, number)
        if took := run(root, moments.uniform(0.0, duration)):
            duration = took
        killed += not took
        assert {row[0] for row in recorded(root)} == set(whole(root)) == set(STUDENTS)
        assert {row[1] for row in recorded(root)} <= {0.0, 60.0}
        if number % 5 == 0:
            duration = run(root)
            assert is_complete(root, number)
    run(root)
    assert is_complete(root, number)
    assert_swept(root)


def assert_swept(root):
    """Half-written files of killed runs go when they are old enough that nobody can be writing them."""
    folder = root / "build/reports/tiny"
    for path in folder.rglob(".*.tmp"):
        os.utime(path, (0, 0))
    store_of(load_course(root).assignment("tiny")).sweep()
    assert not list(folder.glob(".*.tmp"))


def marked(root):
    """Who has a person's points."""
    with book_of(root) as book:
        rows = {item.student.id: item for item in book.assignment_submissions("tiny")}
        return {name for name in rows if book.find_grade("why", "tiny", "tiny", name).manual_score is not None}


def test_a_marker_who_is_killed_loses_no_mark_that_was_told_to_be_kept(root):
    moments = random.Random("marks")
    (root / "solutions/tiny/marking.toml").write_text(RUBRIC)
    answers = [(name, (WrittenAnswer("why", f"Because of {name}.", "given"),)) for name in MANY[:4]]
    database.record([replace(report(name), answers=given) for name, given in answers], root)
    empty = (root / "build/gradebook.db").read_bytes()
    duration = run(root, job=mark_all)
    assert marked(root) == set(MANY[:4])
    for _ in range(KILLS // 4):
        (root / "build/gradebook.db").write_bytes(empty)
        (root / "told").write_text("")
        run(root, moments.uniform(0.0, duration), mark_all)
        told = set((root / "told").read_text().split("\n")) - {""}
        assert told <= marked(root)
        assert len(marked(root) - told) <= 1
    run(root, job=mark_all)
    assert marked(root) == set(MANY[:4])


# several who write at once ----------------------------------------------------------------------


def at_once(*jobs):
    started = [processes().Process(target=job, args=args) for job, *args in jobs]
    for process in started:
        process.start()
    for process in started:
        process.join(PATIENCE)
        process.kill()
    assert [process.exitcode for process in started] == [0] * len(started)


def automatic(root):
    with book_of(root) as book:
        return {name: book.find_submission("tiny", name).score for name in MANY}


def test_two_instructors_who_record_at_once_lose_nothing(root):
    at_once((record_all, root, False), (record_all, root, True))
    assert automatic(root) == {name: 60.0 if index % 3 else 90.0 for index, name in enumerate(MANY)}


def test_a_person_who_grades_while_another_records_loses_nothing(root):
    record_all(root, backwards=False)
    at_once((record_all, root, True), (enter_all, root), (record_all, root, False))
    points = {name: (60.0 if index % 3 else 90.0) + index % 10 + 0.5 for index, name in enumerate(MANY)}
    assert automatic(root) == points


def test_a_writer_that_is_not_ours_is_waited_for(root, monkeypatch):
    """Two programs find that a student is missing, and both add them: the second tries again."""
    real = Gradebook.add_student

    def slower(book, student, **values):
        monkeypatch.setattr(Gradebook, "add_student", real)
        with Gradebook(url_of(root)) as other:
            real(other, student)
        return real(book, student, **values)

    monkeypatch.setattr(Gradebook, "add_student", slower)
    assert database.record([report("ada")], root) == 1
    with book_of(root) as book:
        assert book.find_submission("tiny", "ada").score == 90


def test_who_waits_too_long_is_told(root, monkeypatch):
    rule(root, "[gradebook]\nwait_seconds = 0.01\n")
    with opening.one_at_a_time(root), pytest.raises(ConvgradeError, match="is using the gradebook"):
        database.record([report("ada")], root)
    assert database.record([report("ada")], root) == 1


def test_a_gradebook_that_stays_locked_is_told(root, monkeypatch):
    monkeypatch.setattr(database, "_WAITS", ())
    monkeypatch.setattr(Gradebook, "add_student", _locked)
    with pytest.raises(ConvgradeError, match=r"another program holds the gradebook\n.*database is locked"):
        database.record([report("ada")], root)


def _locked(*_):
    raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
