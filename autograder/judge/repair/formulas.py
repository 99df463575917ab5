"""What may stand in the place of a formula: written otherwise, with its last step first, or in another unit."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.expressions import number_of

_SCALES = (ast.Mult, ast.Div, ast.FloorDiv)
_NEAREST = 2  # other variables that a count is a share of


def rounded_up(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """A division that is rounded up, for one that is rounded down and has one more."""
    divided = _quotient(node.left) if isinstance(node.op, ast.Add) and number_of(node.right) == 1 else None
    if divided:
        above, below = divided
        yield ast.UnaryOp(ast.USub(), _floor(ast.UnaryOp(ast.USub(), above), below))
        yield ast.BinOp(_floor(_less(above), below), ast.Add(), ast.Constant(1))


def reaching(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """The reach `d * (k - 1) + 1` of what lies `d` apart, for `k + d - 1` or `k * d`."""
    for count, apart in _reach_of(node):
        yield ast.BinOp(ast.BinOp(apart, ast.Mult(), _less(count)), ast.Add(), ast.Constant(1))


def scaled_first(node: ast.BinOp, around: Around) -> Iterator[ast.expr]:
    """The last step of a formula as its first, `(x / 255 - m) / s` for `(x - m) / s / 255`; the first as its last."""
    if around.whole and isinstance(node.op, _SCALES) and isinstance(node.left, ast.BinOp):
        moved = copy.deepcopy(node.left)
        leaf = _leftmost(moved)
        leaf.left = ast.BinOp(leaf.left, node.op, node.right)
        yield moved
    if around.whole:
        moved = copy.deepcopy(node)
        parent, leaf = None, moved
        while isinstance(leaf.left, ast.BinOp):
            parent, leaf = leaf, leaf.left
        if parent and isinstance(leaf.op, _SCALES):
            parent.left = leaf.left
            yield ast.BinOp(moved, leaf.op, leaf.right)


def apportioned(node: ast.BinOp, around: Around) -> Iterator[ast.expr]:
    """How many there are of another thing for each, in the place of how many there are: `n / e * i` for `e * i`."""
    if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Name):
        name = node.left.id
        for other in around.near(name, around.names)[:_NEAREST]:
            yield ast.BinOp(_floor(ast.Name(other), node.left), ast.Mult(), node.right)


def _quotient(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """What is divided, and by what, where the result is rounded down."""
    cut = isinstance(node, ast.Call) and name_of_call(node) in ("int", "floor") and len(node.args) == 1
    inner = node.args[0] if cut else node  # type: ignore[attr-defined]
    wanted = ast.FloorDiv if inner is node else ast.Div
    return (inner.left, inner.right) if isinstance(inner, ast.BinOp) and isinstance(inner.op, wanted) else None


def _reach_of(node: ast.BinOp) -> Iterator[tuple[ast.expr, ast.expr]]:
    left, right = node.left, node.right
    if isinstance(node.op, ast.Add) and _is_less(right):
        yield from _both_ways(left, right.left)  # type: ignore[attr-defined]
    if _is_less(node) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        yield from _both_ways(left.left, left.right)
    if isinstance(node.op, ast.Mult):
        yield from _both_ways(left, right)


def _both_ways(left: ast.expr, right: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        yield from ((left, right), (right, left))


def _is_less(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and number_of(node.right) == 1


def _less(node: ast.expr) -> ast.expr:
    return ast.BinOp(node, ast.Sub(), ast.Constant(1))


def _floor(above: ast.expr, below: ast.expr) -> ast.expr:
    return ast.BinOp(above, ast.FloorDiv(), below)


def _leftmost(node: ast.BinOp) -> ast.BinOp:
    while isinstance(node.left, ast.BinOp):
        node = node.left
    return node
