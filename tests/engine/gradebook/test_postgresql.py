"""PostgreSQL as nbgrader's gradebook, by its db_url alone, against a real server."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import select, text

from autograder.authoring import notebooks
from autograder.cli.main import main
from autograder.course import load_course
from autograder.gradebook import database
from autograder.model import Report
from tests.engine.gradebook.postgres_server import server
from tests.engine.grading.test_grade import RIGHT, notebook
from tests.engine.hosts.test_nbgrader import nbgrader
from tests.engine.samples.book import hand_in, make_course, report


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A running server's database."""
    with server() as found:
        yield found


@pytest.fixture(scope="module")
def course(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated course whose gradebook is on that server; each test has students of its own."""
    root = make_course(
        tmp_path_factory.mktemp("pg") / "course", "[deadlines]\ntiny = 2030-01-02T00:00:00Z\n[late]\nper_day = 10\n"
    )
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {url!r}\n")
    notebooks.build(load_course(root))
    said = nbgrader(root, "generate_assignment", "tiny")
    assert said.returncode == 0, said.stderr
    return root


@pytest.fixture
def root(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(course)
    return course


def scores(url: str, folder: Path, *students: str) -> dict[str, float]:
    """What nbgrader's own export says about these students."""
    with Gradebook(url) as book:
        CsvExportPlugin(to=str(folder / "stock.csv")).export(book)
    with (folder / "stock.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["student_id"] in students}


def test_a_term_runs_on_postgresql(root, url):
    for student in ("ada", "bob"):
        hand_in(root, student, raw=notebook(RIGHT | ({} if student == "ada" else {"add": "def add(a, b): return a"})))
    said = nbgrader(root, "autograde", "tiny")
    assert said.returncode == 0, said.stderr
    assert scores(url, root, "ada", "bob") == {"ada": 90, "bob": 60}
    with pytest.raises(SystemExit):
        main(["export", "tiny", "--output", "ours.csv"])
    with (root / "ours.csv").open(newline="") as file:
        ours = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert (ours["ada"], ours["bob"]) == (90, 60)
    assert not (root / "build" / "gradebook.db").exists()


def in_a_thread(reports: list[Report], root: Path) -> threading.Thread:
    thread = threading.Thread(target=database.record, args=(reports, root), daemon=True)
    thread.start()
    return thread


def test_two_instructors_record_at_once(root, url):
    names = [f"s{number}" for number in range(12)]
    threads = [in_a_thread([report(name) for name in mine], root) for mine in (names, names[::-1])]
    for thread in threads:
        thread.join(timeout=240)
    assert scores(url, root, *names) == dict.fromkeys(names, 90.0)


def test_recording_again_changes_nothing(root, url):
    for _ in range(2):
        database.record([report("eve", ("add_sums",))], root)
        assert scores(url, root, "eve") == {"eve": 60}


def test_two_machines_do_not_mix_their_points(root, url):
    """While another machine, which our lock cannot stop, writes a submission, ours waits and then writes all of it."""
    database.record([report("zoe")], root)
    with Gradebook(url) as other:
        found = other.find_submission_notebook("tiny", "tiny", "zoe")
        other.db.execute(select(SubmittedNotebook.id).where(SubmittedNotebook.id == found.id).with_for_update())
        thread = in_a_thread([report("zoe")], root)
        waits_for_a_lock(other)
        other.find_grade("add_check", "tiny", "tiny", "zoe").auto_score = 0
        other.db.commit()
    thread.join(timeout=240)
    assert scores(url, root, "zoe") == {"zoe": 90}


def waits_for_a_lock(book: Gradebook) -> None:
    """Until the server says that somebody does."""
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    until = time.monotonic() + 240
    while not book.db.execute(asked).scalar():
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.05)
