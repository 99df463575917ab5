"""The notebooks of the course, run as a student runs them: every cell, top to bottom."""

import ast
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from autograder.course.percent import read_source_cells
from cnnkit.figures.frames import Moving
from cnnkit.figures.picture import Picture
from tests.engine.cnnkit.figures import faults

DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
NOTEBOOKS = sorted((Path(__file__).parents[3] / "solutions").glob("*/notebook.py"))


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs code cells in a shell of their own; gives which failed, what they printed and what is wrong with figures."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    torch.set_num_threads(1)  # thousands of tiny steps: a second thread on a busy machine only gets in the way

    pictures, begin, begin_moving = [], Picture.__init__, Moving.__init__

    def kept(picture, *arguments, **options):
        begin(picture, *arguments, **options)
        pictures.append(picture)

    def with_still(moving, *arguments, **options):
        begin_moving(moving, *arguments, **options)
        moving.still()  # where nothing moves, it is the figure

    monkeypatch.setattr(Picture, "__init__", kept)
    monkeypatch.setattr(Moving, "__init__", with_still)

    def run_cells(sources):
        shell = InteractiveShell()
        failed, poor = [], []
        for source in sources:
            failed += [] if shell.run_cell(source).success else [source]
            drawn = [*map(plt.figure, plt.get_fignums()), *pictures]
            poor += [fault for figure in drawn for fault in faults(figure)]
            plt.close("all")
            pictures.clear()
        return failed, capsys.readouterr().out, poor

    with plt.rc_context():
        plt.rcdefaults()  # as in a kernel that has just begun
        yield run_cells


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.parent.name)
def test_with_the_answers_every_public_check_is_right(run, notebook):
    cells = [cell for cell in read_source_cells(notebook) if cell.kind == "code"]
    failed, text, poor = run(cell.source for cell in cells)
    assert failed == []
    assert text.count("✓") >= sum(cell.role == "check" for cell in cells)
    assert "✗" not in text
    assert "○" not in text
    assert "⚠" not in text
    assert poor == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.parent.name)
def test_untouched_it_stops_nowhere_and_no_check_passes(run, notebook):
    failed, text, poor = run(cell.released for cell in read_source_cells(notebook) if cell.kind == "code")
    assert failed == []
    assert poor == []
    assert "not written yet" in text
    assert "✓" not in text
    assert "✗" not in text


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.parent.name)
def test_the_heading_of_a_check_is_the_name_that_the_student_writes(notebook):
    cells = read_source_cells(notebook)
    answers = "\n".join(cell.source for cell in cells if cell.role == "solution")
    written = {node.name for node in ast.walk(ast.parse(answers)) if isinstance(node, DEFINITIONS)}
    calls = [node for cell in cells if cell.role == "check" for node in ast.walk(ast.parse(cell.source))]
    tried = [ast.unparse(call.args[0]) for call in calls if isinstance(call, ast.Call) and _is_check(call)]
    assert {name for name in tried if name.partition(".")[0] not in written} == set()


def _is_check(call):
    return isinstance(call.func, ast.Name) and call.func.id == "check"
