"""Notebooks as students might hand them in, made from the author's: for `prove`, the demo, the golden submissions."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from autograder.course import Assignment
from autograder.markers import SourceCell

Definition = ast.FunctionDef | ast.ClassDef
Notebook = dict[str, Any]  # nbformat 4, as plain JSON


def perfect(assignment: Assignment) -> Notebook:
    """Every answer is the author's."""
    return _notebook((cell, cell.source) for cell in assignment.cells)


def untouched(assignment: Assignment) -> Notebook:
    """The release: every answer is a stub."""
    return _notebook((cell, cell.released) for cell in assignment.cells)


def half_done(assignment: Assignment, exercises: Iterable[str]) -> Notebook:
    """The author's answers in these exercises, stubs in the others."""
    done = {cell for name in exercises for cell in assignment.exercise(name).cells}
    return _notebook((cell, cell.source if cell.name in done else cell.released) for cell in assignment.cells)


def with_solution(assignment: Assignment, replaced: Mapping[str, str]) -> bytes:
    """A perfect notebook in which each function, class or `Class.method` named in `replaced` has that source instead.

    Raises KeyError for a name that no answer defines.
    """
    notebook = perfect(assignment)
    for name, source in replaced.items():
        replace_definition(notebook, name, source)
    return to_bytes(notebook)


def to_bytes(notebook: Notebook) -> bytes:
    """The file as Jupyter would write it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def cell_of(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    """The cell of that grade id. Raises KeyError."""
    return {cell["id"]: cell for cell in notebook["cells"]}[grade_id]  # type: ignore[no-any-return]


def replace_definition(notebook: Notebook, name: str, source: str) -> None:
    """Put `source` in the place of the definition of `name` in an answer. Raises KeyError where there is none."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code":
            node = _find(ast.parse(cell["source"]), name.split("."))
            if node is not None:
                cell["source"] = _spliced(cell["source"], node, source)
                return
    raise KeyError(f"no answer defines {name}")


def definition(path: Path, function: str, name: str = "") -> str:
    """`renamed` source of a function or class of the file at `path`. Raises KeyError where there is none."""
    node = _find(ast.parse(path.read_text("utf-8")), [function])
    if node is None:
        raise KeyError(f"{path.name} defines no {function}")
    return renamed(ast.unparse(node), name or function)


def renamed(source: str, name: str) -> str:
    """One definition, as inspect.getsource gives it, without decorators and under another name. Comments are lost."""
    (node,) = ast.parse(dedent(source)).body
    if not isinstance(node, Definition):
        raise KeyError(f"no definition to be called {name}")
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id == node.name:
            part.id = name  # it calls itself
    node.decorator_list, node.name = [], name
    return ast.unparse(node)


def _find(tree: ast.Module | Definition, names: list[str]) -> Definition | None:
    """The last definition of that dotted name, as Python would see it."""
    for node in reversed(tree.body):
        if isinstance(node, Definition) and node.name == names[0]:
            return _find(node, names[1:]) if names[1:] else node
    return None


def _spliced(text: str, node: Definition, source: str) -> str:
    lines = text.split("\n")
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    new = indent(dedent(source).strip("\n"), " " * node.col_offset)
    return "\n".join([*lines[:first], new, *lines[node.end_lineno :]])


def _notebook(cells: Iterable[tuple[SourceCell, str]]) -> Notebook:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = [_cell(index, cell, source) for index, (cell, source) in enumerate(cells)]
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _cell(index: int, cell: SourceCell, source: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.name or f"cell-{index}",
        "metadata": {"nbgrader": _metadata(cell)} if cell.name else {},
        "source": source,
    }
    return made | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {})


def _metadata(cell: SourceCell) -> dict[str, Any]:
    """nbgrader's schema, version 3."""
    graded = cell.role in ("check", "manual")
    solution = cell.role in ("solution", "manual")
    made = {"grade": graded, "grade_id": cell.name, "locked": not solution, "schema_version": 3, "solution": solution}
    return made | {"task": False} | ({"points": cell.points} if graded else {})
