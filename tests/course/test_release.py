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
