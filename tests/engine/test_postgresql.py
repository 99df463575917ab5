"""PostgreSQL as nbgrader's gradebook, by its db_url alone, against a real server."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import create_engine, text

from autograder import gradebook, notebooks
from autograder.cli import main
from autograder.course import load_course
from tests.engine.book_sample import hand_in, make_course, report
from tests.engine.postgres_server import server
from tests.engine.test_grade import RIGHT, notebook
from tests.engine.test_nbgrader import nbgrader


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A running server's database."""
    with server() as found:
        yield found


@pytest.fixture
def root(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A generated course whose gradebook is an empty database on that server."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    root = make_course(tmp_path / "course", "[deadlines]\ntiny = 2030-01-02T00:00:00Z\n[late]\nper_day = 10\n")
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {url!r}\n")
    notebooks.build(load_course(root))
    said = nbgrader(root, "generate_assignment", "tiny")
    assert said.returncode == 0, said.stderr
    monkeypatch.chdir(root)
    return root


def scores(url: str, folder: Path) -> dict[str, float]:
    with Gradebook(url) as book:
        CsvExportPlugin(to=str(folder / "stock.csv")).export(book)
    with (folder / "stock.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def test_a_term_runs_on_postgresql(root, url, capsys):
    for student in ("ada", "bob"):
        hand_in(root, student, raw=notebook(RIGHT | ({} if student == "ada" else {"add": "def add(a, b): return a"})))
    said = nbgrader(root, "autograde", "tiny")
    assert said.returncode == 0, said.stderr
    assert scores(url, root) == {"ada": 90, "bob": 60}
    with pytest.raises(SystemExit):
        main(["export", "tiny", "--output", "ours.csv"])
    with (root / "ours.csv").open(newline="") as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == scores(url, root)
    assert not (root / "build" / "gradebook.db").exists()


def test_two_instructors_record_at_once(root, url):
    names = [f"s{number}" for number in range(12)]
    threads = [
        threading.Thread(target=gradebook.record, args=([report(name) for name in mine], root))
        for mine in (names, names[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert scores(url, root) == dict.fromkeys(names, 90.0)


def test_recording_again_changes_nothing(root, url):
    gradebook.record([report("ada", ("add_sums",))], root)
    first = scores(url, root)
    gradebook.record([report("ada", ("add_sums",))], root)
    assert first == scores(url, root) == {"ada": 60}
