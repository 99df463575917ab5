"""Reports on disk: found by content, whole or absent, under names that we made."""

from __future__ import annotations

import os

import pytest

from autograder.files import write_atomically
from autograder.grading.store import Store
from autograder.model import CheckResult, ExerciseResult, Report, Verdict


def report(student="Ada", verdict=Verdict.PASSED, **more) -> Report:
    check = CheckResult("double", "twice", "twice its input", verdict)
    exercises = (ExerciseResult("double", "Doubling", 10, 10, (check,)),)
    return Report("tiny", student, f"{student}.ipynb", exercises, **{"key": "k"} | more)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "reports" / "tiny")


def test_a_report_is_found_by_its_content(store):
    store.put(report())
    assert store.find("Ada", "k") == report()
    assert store.find("Ada", "another key") is None
    assert store.find("Bob", "k") is None


def test_a_report_without_every_verdict_is_graded_again(store):
    store.put(report(verdict=Verdict.UNGRADED))
    store.put(report("Bob", problem="the worker ended", fault="ours"))
    store.put(report("Cy", problem="no notebook", fault="student"))
    assert store.find("Ada", "k") is None
    assert store.find("Bob", "k") is None
    assert store.find("Cy", "k")
    assert [item.student for item in store.all()] == ["Ada", "Bob", "Cy"]


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"null", b"[]", b'{"version": 1}', b'{"version": 99}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_broken_report_counts_as_absent(store, broken):
    store.put(report()).write_bytes(broken)
    assert store.find("Ada", "k") is None
    assert store.all() == []


def test_a_cut_off_report_counts_as_absent(store):
    path = store.put(report())
    path.write_bytes(path.read_bytes()[:-20])
    assert store.find("Ada", "k") is None


def test_students_are_sorted_as_people_do(store):
    for student in ("student 10", "Student 9", "ada"):
        store.put(report(student))
    assert [item.student for item in store.all()] == ["ada", "Student 9", "student 10"]


HOSTILE = ["../../etc/passwd", "a/b", "", ".", "..", "\0", "CON", "-rf", "x" * 500, "\ud800", "\x1b[31m", "Zoë", "李雷"]


@pytest.mark.parametrize("student", HOSTILE)
def test_no_name_of_a_student_becomes_a_path(store, student):
    path = store.put(report(student))
    assert path.parent == store.folder
    assert store.find(student, "k") == report(student)


def test_an_interrupted_write_leaves_the_old_report(store, monkeypatch):
    path = store.put(report())
    monkeypatch.setattr(os, "fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_atomically(path, b"new")
    assert store.find("Ada", "k") == report()
    assert os.listdir(store.folder) == [path.name]


def test_only_old_half_written_files_are_swept(store):
    store.put(report())
    old, young = store.folder / ".old.tmp", store.folder / ".young.tmp"
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    store.sweep()
    assert not old.exists()
    assert young.exists()
