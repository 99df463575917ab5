"""What is committed under assignments/ is what solutions/ says, and it is a notebook that opens."""

from __future__ import annotations

import ast
import re

import jupytext
import nbformat

from autograder.authoring.notebooks import build


def test_every_release_is_up_to_date(course):
    assert build(course, dry_run=True) == ()


def test_jupytext_reads_the_same_cells(assignment):
    read = jupytext.reads(assignment.notebook.read_text("utf-8"), fmt="py:percent").cells
    written = assignment.whole.cells
    assert [(cell.cell_type, cell.source) for cell in read] == [(cell.kind, cell.source) for cell in written]


def test_every_released_cell_is_python(assignment):
    for cell in assignment.release:
        if cell.kind == "code":
            ast.parse(re.sub(r"^[%!].*$", "pass", cell.source, flags=re.MULTILINE))


def test_the_release_is_a_valid_notebook(course, assignment):
    path = course.root / "assignments" / assignment.slug / f"{assignment.slug}.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    assert path.stat().st_size < 2_000_000


def test_each_function_is_checked_before_the_next_is_asked_for(assignment):
    """Functions and classes of a cell, tried below it: nobody goes on with a first function that is wrong."""
    late: list[str] = []
    waiting: set[str] = set()
    for cell in assignment.release:
        defined, tried = asked_for(cell)
        if cell.role == "solution":
            late += sorted(waiting)
            waiting |= defined
        waiting -= tried
    assert late == []


def asked_for(cell):
    """Names that a cell defines, and those that its checks try."""
    if cell.kind != "code":
        return set(), set()
    tree = ast.parse(re.sub(r"^[%!].*$", "pass", cell.source, flags=re.MULTILINE))
    defined = {part.name for part in tree.body if isinstance(part, ast.FunctionDef | ast.ClassDef)}
    calls = [part for part in ast.walk(tree) if isinstance(part, ast.Call) and ast.unparse(part.func) == "check"]
    return defined, {ast.unparse(call.args[0]) for call in calls}
