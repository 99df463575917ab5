"""A small course with a gradebook, made without running nbgrader's commands."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.grading.scoring import earned
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from tests.conftest import SAMPLE, write_course

ROOT = Path(__file__).resolve().parents[3]
CHECKS = {
    "double": (60.0, (("double_keeps_the_shape", 1.0), ("double_is_twice", 2.0))),
    "add": (30.0, (("add_sums", 1.0),)),
}


def make_course(root: Path, rules: str = "") -> Path:
    """The sample course with our nbgrader_config.py and `rules` at the end of course.toml."""
    write_course(root, {"course.toml": SAMPLE["course.toml"] + rules})
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "build").mkdir(exist_ok=True)
    return root


def rule(root: Path, rules: str) -> None:
    """Other rules in course.toml."""
    (root / "solutions" / "course.toml").write_text(SAMPLE["course.toml"] + rules)


def make_book(url: str) -> None:
    """What `nbgrader generate_assignment tiny` leaves in a gradebook."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).write_bytes(_new_book())
    else:
        _fill(url)


@cache
def _new_book() -> bytes:
    """The same as a file: nbgrader starts a program to make one, which takes seconds."""
    with TemporaryDirectory() as folder:
        _fill(f"sqlite:///{folder}/gradebook.db")
        return Path(folder, "gradebook.db").read_bytes()


def _fill(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:  # nbgrader asks `alembic` for its version
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        Gradebook(url).close()
    with Gradebook(url) as book:
        book.add_assignment("tiny")
        book.add_notebook("tiny", "tiny")
        for name, points in (("double_check", 60), ("add_check", 30)):
            book.add_grade_cell(name, "tiny", "tiny", max_score=points, cell_type="code")
        book.add_grade_cell("why", "tiny", "tiny", max_score=10, cell_type="markdown")
        book.add_solution_cell("why", "tiny", "tiny")


def url_of(root: Path) -> str:
    """Where nbgrader_config.py puts the gradebook."""
    return f"sqlite:///{root / 'build' / 'gradebook.db'}"


@contextmanager
def book_of(root: Path) -> Iterator[Any]:
    """The gradebook; what was changed in it is kept."""
    with Gradebook(url_of(root)) as book:
        yield book
        book.db.commit()


def enter(root: Path, student: str, **values: float) -> None:
    """A person's points: `enter(root, "ada", why=7, add_check_extra=2)`."""
    with book_of(root) as book:
        for name, value in values.items():
            field = "extra_credit" if name.endswith("_extra") else "manual_score"
            grade = book.find_grade(name.removesuffix("_extra"), "tiny", "tiny", student)
            setattr(grade, field, value)
            grade.needs_manual_grade = False


def hand_in(root: Path, student: str, at: datetime | None = None, raw: bytes = b"{}") -> Path:
    """A file in nbgrader's tree, with its time."""
    folder = root / "build" / "submitted" / student / "tiny"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.ipynb").write_bytes(raw)
    if at:
        (folder / "timestamp.txt").write_text(f"{at:%Y-%m-%d %H:%M:%S} UTC")
    return folder


def report(student: str, failing: tuple[str, ...] = (), **about: Any) -> Report:
    """A report on `tiny`; the checks in `failing` did not pass."""
    exercises = []
    for name, (points, checks) in CHECKS.items():
        results = tuple(
            CheckResult(name, check, f"{check} title", Verdict.FAILED if check in failing else Verdict.PASSED, weight)
            for check, weight in checks
        )
        exercises.append(ExerciseResult(name, name.title(), points, earned(points, results), results))
    return Report("tiny", student, "tiny.ipynb", tuple(exercises), **about)
