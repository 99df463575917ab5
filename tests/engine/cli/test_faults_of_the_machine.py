"""Every verb on a gradebook, a disk and a process that are not as they should be: one sentence, never a traceback."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from autograder.cli.main import cli
from autograder.course import load_course
from autograder.gradebook import database, opening
from autograder.grading.session import store_of
from tests.engine.samples.book import ROOT, hand_in, make_book, make_course, report, url_of
from tests.engine.samples.every_verb import VERBS, all_tried, fake

LIBRARIES = ("Traceback", "sqlite3.", "sqlalchemy", "autoflush", "nbgrader.api")  # their words are nobody's sentence
GRADEBOOK = ("report", "collect", "late", "regrade", "export")  # and `grade --record`


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course in the middle of a term; nobody waits long for another program."""
    root = make_course(tmp_path, "[gradebook]\nwait_seconds = 0.02\n[late]\nflat = 10\n")
    make_book(url_of(root))
    (root / "traces").mkdir()
    for student in ("ada", "bob"):
        hand_in(root, student)
        store_of(load_course(root).assignment("tiny")).put(report(student))
    (root / "arrived").mkdir()
    shutil.copy(root / "build/submitted/ada/tiny/tiny.ipynb", root / "arrived/cy.ipynb")
    return root


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Another program keeps the gradebook for itself."""
    with sqlite3.connect(root / "build/gradebook.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def missing(root: Path) -> None:
    (root / "build/gradebook.db").unlink()


def gone(root: Path) -> None:
    """Somebody has recorded; then the file was lost."""
    with opening.opened(root, "tiny"):
        missing(root)


def garbage(root: Path) -> None:
    (root / "build/gradebook.db").write_bytes(b"no database " * 4000)


def a_folder(root: Path) -> None:
    missing(root)
    (root / "build/gradebook.db").mkdir()


def a_link_to_nothing(root: Path) -> None:
    missing(root)
    (root / "build/gradebook.db").symlink_to(root / "elsewhere/gradebook.db")


def emptied(root: Path) -> None:
    """As after a full disk, or a copy that was cut off at its beginning."""
    (root / "build/gradebook.db").write_bytes(b"")


def another_program_s(root: Path) -> None:
    missing(root)
    with sqlite3.connect(root / "build/gradebook.db") as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")


def cut_off(root: Path) -> None:
    book = root / "build/gradebook.db"
    book.write_bytes(book.read_bytes()[:20_000] + bytes(9000))


def newer(root: Path) -> None:
    with sqlite3.connect(root / "build/gradebook.db") as book:
        book.execute("UPDATE alembic_version SET version_num = 'f00f00f00f00'")


def older(root: Path) -> None:
    with sqlite3.connect(root / "build/gradebook.db") as book:
        book.execute("UPDATE alembic_version SET version_num = '167914646830'")


def misspelt(root: Path) -> None:
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.root = nowhere\n")


def outcome(root: Path, *words: str, mounts: tuple[str, ...] = (), files: int = 1024) -> dict[str, tuple[object, str]]:
    """Exit code and standard error of every verb, by its name."""
    wall = ["bwrap", "--dev-bind", "/", "/", *mounts, "--chdir", str(root), "--"] if mounts else []
    command = [*wall, sys.executable, "-m", "tests.engine.samples.every_verb", *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "shared")])}
    run = subprocess.run(
        command,
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )
    assert run.returncode == 0, run.stderr
    return {verb: (code, text) for verb, (code, text) in json.loads(run.stdout.splitlines()[-1]).items()}


def assert_told(found: dict[str, tuple[object, str]], verbs: tuple[str, ...], piece: str) -> None:
    """No verb lets an exception through; these end with 1 or 2 and say what is wrong."""
    assert {verb: text for verb, (code, text) in found.items() if code not in range(4)} == {}
    assert {verb: text for verb, (_, text) in found.items() if any(word in text for word in LIBRARIES)} == {}
    assert {verb: found[verb] for verb in verbs if found[verb][0] not in (1, 2) or piece not in found[verb][1]} == {}


def test_every_verb_is_tried():
    assert sorted(VERBS) == sorted(cli.commands)


@pytest.mark.parametrize(
    ("fault", "verbs", "piece"),
    [
        (locked, ("grade", *GRADEBOOK), "another program holds the gradebook"),
        (garbage, ("grade", *GRADEBOOK), "the gradebook is no database"),
        (
            a_folder,
            ("grade", *GRADEBOOK),
            "the gradebook is no file",
        ),  # as containers make one where a mounted file is missing
        (a_link_to_nothing, ("grade", *GRADEBOOK), "the gradebook is no file"),
        (cut_off, ("grade", *GRADEBOOK), "the gradebook is damaged"),
        (emptied, ("grade", *GRADEBOOK), "the gradebook is empty"),  # it was begun anew in silence
        (another_program_s, ("grade", *GRADEBOOK), "the gradebook is no gradebook"),
        (newer, ("grade", *GRADEBOOK), "a newer nbgrader made the gradebook"),
        (older, ("grade", *GRADEBOOK), "nbgrader db upgrade"),
        (misspelt, ("grade", *GRADEBOOK), "nbgrader_config.py cannot be used: NameError"),
        (missing, (), ""),
        (gone, ("grade", *GRADEBOOK), "the gradebook is gone"),  # it was begun anew in silence
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_gradebook_that_cannot_be_used_is_told(root, monkeypatch, fault, verbs, piece):
    fake(monkeypatch)
    monkeypatch.chdir(root)
    with fault(root) or nullcontext():
        found = all_tried()
    assert_told(found, verbs, piece)
    assert len(list((root / "build/reports/tiny").glob("*.json"))) >= 2  # the reports are kept


def test_a_gradebook_that_is_read_only_is_told(root):
    book = str(root / "build/gradebook.db")
    found = outcome(root, mounts=("--ro-bind", book, book))
    assert_told(found, ("grade",), "the gradebook is read-only")


def test_a_read_only_gradebook_with_points_is_told_in_our_words(root):
    """SQLAlchemy says on its first line what it was doing, and only then what is wrong."""
    database.record([report("ada"), report("bob")], root)
    for student in ("ada", "bob"):
        hand_in(root, student, raw=b"{ }")
    book = str(root / "build/gradebook.db")
    assert_told(outcome(root, mounts=("--ro-bind", book, book)), ("grade",), "the gradebook is read-only")


def test_a_full_disk_is_told_and_what_is_stored_stays(root):
    """It used to end with 0 and an ordinary table, and nothing was stored."""
    build = str(root / "build")
    shutil.copytree(build, root / "was")
    size = sum(path.stat().st_size for path in (root / "was").rglob("*")) + 200_000
    found = outcome(root, "fill", "unrecorded", mounts=("--size", str(size), "--tmpfs", build))
    assert_told(found, ("grade",), "the disk is full, 2 reports are not stored")
    assert_told(found, ("build", "regrade"), "the disk is full")


def test_a_folder_that_is_read_only_is_told(root):
    build = str(root / "build")
    found = outcome(root, "unrecorded", mounts=("--ro-bind", build, build))
    assert_told(found, ("grade",), "read-only file system, 2 reports are not stored")
    assert_told(found, (*GRADEBOOK, "build", "demo"), "read-only file system")


def test_a_process_with_few_files_ends_well(root):
    assert_told(outcome(root, files=64), (), "")
