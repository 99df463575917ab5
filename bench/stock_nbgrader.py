"""The same class graded by stock nbgrader: the same checks, as hidden tests in the notebook, in the student's kernel.

What an instructor without convgrade would have: the reference and the hidden suite are in the check cells between
nbgrader's markers; `nbgrader autograde` restores them and runs everything in one kernel per submission. Only the way
there is stock: the checks are the functions of the suite, called in process, so any difference is due to the engine.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from autograder.course import Assignment
from autograder.course.parts import HELD_OUT, files_of, sources_of
from autograder.course.percent import SourceCell
from autograder.judge.graph import ordered

ROOT = Path(__file__).resolve().parents[1]

# Runs once per submission, in the first check cell, with the sources of reference and suite in a folder.
SETUP = """
import importlib, inspect, os, sys, tempfile
from autograder.course.limits import Limits
from autograder.judge.cases import Cases, seed_of
from autograder.judge.conversation import CURRENT, Conversation
from autograder.judge.local import LocalBox
from autograder.judge.student import Student
from autograder.model import cents

_folder = tempfile.mkdtemp()
for _name, _text in {sources!r}.items():
    _path = os.path.join(_folder, _name)
    os.makedirs(os.path.dirname(_path), exist_ok=True)
    with open(_path, "w", encoding="utf-8") as _file:
        _file.write(_text)
sys.path.insert(0, _folder)
_suite = {{}}
for _module in {modules!r}:
    _suite.update(vars(importlib.import_module(_module)))
_passed = set()

def _earned(points, checks, names):
    box = LocalBox(names)
    _passed.update(name for name, _, after in checks if _passed.issuperset(after) and _passes(name, box))
    return cents(points * sum(w for name, w, _ in checks if name in _passed) / sum(w for _, w, _ in checks))

def _passes(name, box):
    function = _suite["test_" + name]
    conversation = Conversation(box.ask, Limits(), seed=seed_of({secret!r}, name))
    fixtures = {{"student": Student(conversation), "cases": Cases(conversation.seed), "device": "cpu"}}
    CURRENT.set(conversation)
    try:
        function(**{{key: fixtures[key] for key in inspect.signature(function).parameters}})
    except Exception:
        return False
    return True
"""


@contextmanager
def stock_course(assignment: Assignment) -> Iterator[tuple[Callable[[bytes], None], Callable[[], float]]]:
    """(hands in and grades one more submission, the points of the last one), in a stock course of its own."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder, mock.patch.dict(os.environ, _environment()):
        course, students, slug = Path(folder), list[str](), assignment.slug
        _write(course / "source" / slug / f"{slug}.ipynb", nbformat.writes(stock_notebook(assignment)).encode())
        config = Config()
        config.CourseDirectory.root = folder
        config.Execute.timeout = 300
        api = NbGraderAPI(config=config)
        _must_succeed(api.generate_assignment(slug))

        def grade(raw: bytes) -> None:
            students.append(f"s{len(students):03}")
            _write(course / "submitted" / students[-1] / slug / f"{slug}.ipynb", raw)
            _must_succeed(api.autograde(slug, students[-1]))

        def points() -> float:
            with Gradebook(api.coursedir.db_url) as book:
                return float(book.find_submission(slug, students[-1]).score)

        yield grade, points


def stock_notebook(assignment: Assignment) -> nbformat.NotebookNode:
    """The source notebook of the assignment with its hidden suite in the check cells."""
    notebook, setup = new_notebook(), setup_of(assignment)
    exercises = {exercise.name: exercise for exercise in assignment.exercises}
    for cell in assignment.cells:
        hidden, exercise = "", exercises.get(str(cell.name).removesuffix("_check"))
        if cell.role == "check" and exercise is None:  # it follows one function of several, and has no points
            cell = replace(cell, role="given")
        elif cell.role == "check" and exercise:
            hidden = f"{setup}\n_earned({exercise.points!r}, {checks_of(assignment, exercise.name)!r}, globals())"
            setup = ""
        notebook.cells.append(_cell(cell, hidden))
    return notebook


def setup_of(assignment: Assignment) -> str:
    """Code that makes `_earned(points, checks, names)`: reference and hidden suite, for a kernel of the student's."""
    held_out = assignment.folder.parent / f"{HELD_OUT}.py"
    files = {"reference.py": assignment.reference, held_out.name: held_out, **sources_of(assignment.suite)}
    suite = files_of(assignment.suite)
    return SETUP.format(
        sources={name: path.read_text("utf-8") for name, path in files.items() if path.is_file()},
        modules=[".".join(file.path.relative_to(assignment.folder).with_suffix("").parts) for file in suite],
        secret=assignment.secret,
    )


def checks_of(assignment: Assignment, exercise: str) -> list[tuple[str, float, tuple[str, ...]]]:
    """(name, weight, what has to pass before) of an exercise's checks, in an order in which that comes first."""
    specs = {spec.name: spec for spec in assignment.checks}
    asked = map(specs.__getitem__, ordered({name: spec.after for name, spec in specs.items()}))
    return [(spec.name, spec.weight, spec.after) for spec in asked if spec.exercise == exercise]


def _environment() -> dict[str, str]:
    """The kernel imports the judge, and nbgrader needs `alembic` on the PATH; otherwise this is a bare shell."""
    paths = [str(ROOT), str(ROOT / "shared"), os.environ.get("PYTHONPATH", "")]
    programs = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PATH": os.pathsep.join(programs)}


def _cell(cell: SourceCell, hidden: str) -> nbformat.NotebookNode:
    source = f"{cell.source}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS" if hidden else cell.source
    new_cell = new_code_cell(source) if cell.kind == "code" else new_markdown_cell(source)
    if cell.role != "other":
        new_cell.metadata.nbgrader = {
            "schema_version": 3,
            "grade_id": cell.name,
            "grade": cell.role in ("check", "manual"),
            "solution": cell.role in ("solution", "manual"),
            "locked": cell.role in ("given", "check"),
            "task": False,
        } | ({} if cell.points is None else {"points": cell.points})
    return new_cell


def _must_succeed(result: dict[str, object]) -> None:
    if not result["success"]:
        raise RuntimeError(f"stock nbgrader failed:\n{result['log']}")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
