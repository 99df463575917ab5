"""Where golden submissions are made: the release's code cells with answers in them, and the ways to change them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable
from textwrap import dedent
from typing import Any

from autograder.authoring import notebooks, variants
from autograder.authoring.proof_set import ALTERNATIVE, replacements
from autograder.course import Assignment
from autograder.course.answers import Definition

Cell = dict[str, Any]


class Desk:
    """Each public method of its children is one student; its docstring says what happened."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._release: list[Cell] = json.loads(notebooks.build_release(assignment))["cells"]
        self._answers = variants.answers(assignment)

    def _cells(self, answers: variants.Answers | None = None, everything: bool = False) -> list[Cell]:
        """The code cells, by default with every answer right; without checks and ungraded ones unless `everything`."""
        answers = self._answers if answers is None else answers
        code = [cell for cell in self._release if cell["cell_type"] == "code"]
        return [
            json.loads(json.dumps(cell)) | {"source": _lines(answers.get(cell["id"], "".join(cell["source"])))}
            for cell in code
            if everything or _given_or_answer(cell)
        ]

    def _only(self, *exercises: str, everything: bool = False) -> list[Cell]:
        """Right answers to these exercises, stubs for the others."""
        return self._cells(variants.answers(self._assignment, exercises), everything)

    def _narrowed(self, cells: list[Cell], *exercises: str) -> list[Cell]:
        """The cells, with stubs again in every exercise but these: whatever is not answered is graded in no time."""
        stubs = {cell["id"]: cell for cell in self._cells({})}
        kept = {cell for name in exercises for cell in self._assignment.exercise(name).cells}
        return [cell if cell["id"] in kept else stubs[cell["id"]] for cell in cells]

    def _with(self, bodies: dict[str, str]) -> list[Cell]:
        """Right answers, but these functions have other bodies."""
        answers = self._answers
        for name, body in bodies.items():
            answers = variants.with_body(answers, name, dedent(body))
        return self._cells(answers)

    def _written(self, text: str, *exercises: str) -> list[Cell]:
        """Right answers (to these exercises, or to all), but what `text` defines stands there as it is written here."""
        lines, answers = dedent(text).strip("\n").split("\n"), self._answers
        nodes = [node for node in ast.parse("\n".join(lines)).body if isinstance(node, Definition)]
        tops = [min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1 for node in nodes]
        written = {node.name: "\n".join(lines[top : node.end_lineno]) for top, node in zip(tops, nodes, strict=True)}
        cells = self._cells(variants.with_replaced(answers, written))
        return self._narrowed(cells, *exercises) if exercises else cells

    def _mistaken(self, *names: str) -> list[Cell]:
        """Right answers, but for these known mistakes."""
        return self._taken(*names)

    def _alternative(self, *names: str) -> list[Cell]:
        """Differently written answers, `corr2d__einsum`."""
        return self._taken(*names)

    def _other_words(self) -> list[Cell]:
        """Of every function that has any, the last alternative."""
        others = [replacement for replacement in replacements(self._assignment) if replacement.kind == ALTERNATIVE]
        return self._taken(*{alternative.function: alternative.name for alternative in others}.values())

    def _taken(self, *names: str) -> list[Cell]:
        known = {replacement.name: replacement for replacement in replacements(self._assignment)}
        replaced = {known[name].function: known[name].source for name in names}
        return self._cells(variants.with_replaced(self._answers, replaced))


class Anyone(Desk):
    """Students that every assignment has."""

    _everything = False  # with the cells that are not graded: one assignment is enough, they take their time

    def perfect(self) -> bytes:
        """Every answer is right."""
        return student(self._cells(everything=self._everything))

    def untouched(self) -> bytes:
        """As it was given out: nothing is filled in."""
        return student(self._cells({}, everything=self._everything))

    def half_done(self) -> bytes:
        """The first half of the exercises is right, the others are still stubs."""
        exercises = [exercise.name for exercise in self._assignment.exercises]
        return student(self._only(*exercises[: len(exercises) // 2]))


def student(cells: Iterable[Cell], **more: Any) -> bytes:
    """A notebook file with these cells, as Jupyter writes it; `more` are keys of the file."""
    notebook = {"cells": list(cells), "metadata": notebooks.KERNEL, "nbformat": 4, "nbformat_minor": 5} | more
    return f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n".encode()


def own(source: str, **more: Any) -> Cell:
    """A code cell of the student's own."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _lines(source),
    } | more


def edited(cells: Iterable[Cell], grade_id: str, change: Callable[[str], str]) -> list[Cell]:
    """The cells with one source changed. Raises KeyError where nothing changes."""
    cells = list(cells)
    cell = cells[at(cells, grade_id)]
    old = "".join(cell["source"])
    if change(old) == old:
        raise KeyError(f"nothing to change in {grade_id}")
    cell["source"] = _lines(change(old))
    return cells


def result(wrapped: str) -> Callable[[str], str]:
    """A change for `edited`: the function gives `wrapped`, in which {} stands for what its last line gave."""

    def change(text: str) -> str:
        head, _, value = text.rstrip().rpartition("return ")
        return f"{head}return {wrapped.format(value)}"

    return change


def at(cells: list[Cell], grade_id: str) -> int:
    """Index of a cell. Raises StopIteration where there is none."""
    return next(index for index, cell in enumerate(cells) if cell["id"] == grade_id)


def before(cells: list[Cell], grade_id: str, *new: Cell) -> list[Cell]:
    """The cells with others put in before one of them."""
    place = at(cells, grade_id)
    return [*cells[:place], *new, *cells[place:]]


def _given_or_answer(cell: Cell) -> bool:
    about = cell["metadata"].get("nbgrader", {})
    return bool(about) and not about["grade"]


def _lines(source: str) -> list[str]:
    return dedent(source).strip("\n").splitlines(keepends=True)
