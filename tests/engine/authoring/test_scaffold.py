"""What `convgrade new` writes and what the tutorial tells prove green as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.authoring.prove import ProveOptions, prove
from autograder.authoring.scaffold import new_assignment, new_exercise
from autograder.course import load_course
from autograder.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def offences(root, slug):
    return [
        f"{offence.variant}: {offence.sentence}"
        for offence in prove(load_course(root).assignment(slug), ProveOptions(jobs=1)).offences
    ]


def test_a_new_assignment_proves_green(tmp_path):
    new_assignment(tmp_path, "averages", 'A "new" — \\ Größe')
    assert load_course(tmp_path).assignment("averages").title == 'A "new" — \\ Größe'
    assert offences(tmp_path, "averages") == []


def test_a_new_exercise_proves_green(tmp_path):
    new_assignment(tmp_path, "averages")
    new_exercise(tmp_path, "averages", "sum_of_squares", "Größe²")
    exercises = load_course(tmp_path).assignment("averages").exercises
    assert [(exercise.name, exercise.points) for exercise in exercises][-1] == ("sum_of_squares", 10)
    assert sum(exercise.points for exercise in exercises) == 100
    assert offences(tmp_path, "averages") == []


@pytest.mark.parametrize("name", ["rescale", "A", "class", "", "a b", "../up"])
def test_a_new_exercise_overwrites_nothing(tmp_path, name):
    new_assignment(tmp_path, "averages")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError):
        new_exercise(tmp_path, "averages", name)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_new_exercise_needs_folders(sample_course):
    with pytest.raises(UsageError, match=r"test_tiny\.py, mistakes\.py: split it into a folder"):
        new_exercise(sample_course(), "tiny", "third")


def test_the_tutorial_proves_green(tmp_path):
    for name, text in BLOCK.findall(TUTORIAL):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    assert sum(exercise.points for exercise in load_course(tmp_path).assignment("ciphers").exercises) == 100
    assert offences(tmp_path, "ciphers") == []


def test_a_second_assignment_keeps_the_course(tmp_path):
    new_assignment(tmp_path, "one")
    before = (tmp_path / "solutions/course.toml").read_text()
    new_assignment(tmp_path, "two")
    assert (tmp_path / "solutions/course.toml").read_text() == before
    assert len(load_course(tmp_path).assignments) == 2


@pytest.mark.parametrize("slug", ["../up", "A1", "", "a b", "one"])
def test_nothing_is_overwritten_or_written_elsewhere(tmp_path, slug):
    new_assignment(tmp_path, "one")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError):
        new_assignment(tmp_path, slug)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_two_courses_have_two_secrets(tmp_path):
    secrets = set()
    for name in ("a", "b"):
        new_assignment(tmp_path / name, "one")
        secrets.add((tmp_path / name / "solutions/course.toml").read_text())
    assert len(secrets) == 2
