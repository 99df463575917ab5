"""Which statements of a definition a check executes: no edit of another one can repair it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from autograder.course.answers import Definition
from autograder.judge.repair.reading import code_of_definition, functions_in

NOTES = "_statements_that_ran"  # a dictionary among the student's names; whoever forges it gets another hint or none
MOST_NOTES = 1000
_BLOCKS = ("body", "orelse", "finalbody", "handlers")


def watched(definition: Definition) -> str:
    """The source of a definition that notes, for each statement, the line that it had."""
    noting = deepcopy(definition)
    for function in list(functions_in(noting)):
        _note_all(function, definition.name)
    return f"{NOTES} = globals().get('{NOTES}', {{}})\n{code_of_definition(noting)}"


def lines_that_ran(definition: Definition, noted: Iterable[Any]) -> set[int]:
    """The lines of its statements that were executed, those of the functions around them among them."""
    lines = {
        int(note[1]) for note in map(str.split, map(str, noted)) if note[:1] == [definition.name] and _is_line(note)
    }
    return lines | {
        function.lineno
        for function in functions_in(definition)
        if lines & set(range(function.lineno, (function.end_lineno or 0) + 1))
    }


def _is_line(note: list[str]) -> bool:
    return len(note) == 2 and note[1].isdecimal() and len(note[1]) < 7


def _note_all(parent: Any, name: str) -> None:
    """Puts a note before every statement below a function, but not in functions of their own."""
    for field in _BLOCKS:
        block = getattr(parent, field, [])
        for node in block:
            if not isinstance(node, Definition):
                _note_all(node, name)
        if block and isinstance(block[0], ast.stmt):
            text = isinstance(block[0], ast.Expr) and isinstance(block[0].value, ast.Constant)
            longer = [each for node in block for each in (_note(node, name), node)]
            setattr(parent, field, longer[1:] if text else longer)


def _note(node: ast.stmt, name: str) -> ast.stmt:
    return ast.parse(f"{NOTES}['{name} {node.lineno}'] = 1").body[0]
