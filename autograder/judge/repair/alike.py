"""What is written alike, but for names and numbers, as code for rows and for columns is."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import Any

_SMALL = 3  # nodes of a name or a number


def alike_beside(nodes: list[Any]) -> Iterator[Any]:
    """The loop in this loop, and the next statement, where they are written like it."""
    node = nodes[0]
    if isinstance(node, ast.For) and isinstance(node.body[0], ast.For) and _is_alike(node.iter, node.body[0].iter):
        yield node.body[0]
    if len(nodes) == 2 and isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) and _is_alike(*nodes):
        yield nodes[1]


def alike_in(node: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Neighbours in a row that are more than a name or a number, and written alike."""
    for _, held in ast.iter_fields(node):
        for top in held if isinstance(held, list) else [held]:
            if isinstance(top, ast.expr):
                yield from (pair for each in ast.walk(top) for pair in _alike_parts(each))


def _alike_parts(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    parts = getattr(node, "elts", getattr(node, "args", getattr(node, "values", ())))
    for left, right in itertools.pairwise(parts if isinstance(parts, list) else ()):
        if isinstance(left, ast.expr) and len(list(ast.walk(left))) > _SMALL and _is_alike(left, right):
            yield left, right


def _is_alike(one: ast.AST, other: ast.AST) -> bool:
    """Whether two statements are the same but for names and numbers."""
    return [type(node) for node in ast.walk(one)] == [type(node) for node in ast.walk(other)]
