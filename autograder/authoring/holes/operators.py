"""What a mechanical mutant changes: for one node of a syntax tree, everything that may stand in its place."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from typing import Any

SWAPPED: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
RENAMED = {
    name: other
    for pair in ("min max", "floor ceil", "any all", "sum mean", "argmin argmax", "minimum maximum", "amin amax")
    for name, other in itertools.permutations(pair.split())
}
COPIES = frozenset({"clone", "detach", "contiguous", "copy", "eval", "train", "float", "double", "long", "cpu", "to"})
EITHER_WAY = frozenset(  # the order of their arguments means nothing
    {"min", "max", "minimum", "maximum", "gcd", "allclose", "equal", "isinstance", "print", "add", "mul"}
)


def replacements_of(node: ast.AST) -> Iterator[ast.AST]:
    """Other nodes for the place of this one, each one change away from it."""
    for kind, changes in CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node)


def _constant(node: Any) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        for value in (node.value + 1, node.value - 1):
            yield ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _binary(node: Any) -> Iterator[ast.AST]:
    if type(node.op) in SWAPPED:
        yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        yield node.left
        yield node.right
    if isinstance(node.op, ast.FloorDiv):
        yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right))
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(node.right, node.op, node.left)


def _either(node: Any) -> Iterator[ast.AST]:
    yield ast.BoolOp(SWAPPED[type(node.op)](), node.values)


def _unary(node: Any) -> Iterator[ast.AST]:
    if isinstance(node.op, (ast.Not, ast.USub)) and not isinstance(node.operand, ast.Constant):
        yield node.operand


def _compare(node: Any) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        yield ast.Compare(node.left, _with(node.ops, place, SWAPPED[type(operator)]()), node.comparators)


def _choice(node: Any) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _call(node: Any) -> Iterator[ast.AST]:
    name = name_called(node)
    if name in RENAMED:
        yield ast.Call(_renamed(node.func, RENAMED[name]), node.args, node.keywords)
    if name in COPIES and isinstance(node.func, ast.Attribute):
        yield node.func.value
    for place in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])
    if name not in EITHER_WAY:
        yield from (ast.Call(node.func, args, node.keywords) for args in _neighbours_swapped(node.args))


def _row(node: Any) -> Iterator[ast.AST]:
    yield from (type(node)(elements, node.ctx) for elements in _neighbours_swapped(node.elts))


def _loop(node: Any) -> Iterator[ast.AST]:
    for place in range(len(node.ifs)):
        yield ast.comprehension(node.target, node.iter, node.ifs[:place] + node.ifs[place + 1 :], node.is_async)


CHANGES: dict[type[ast.AST] | tuple[type[ast.AST], ...], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Constant: _constant, ast.BinOp: _binary, ast.BoolOp: _either, ast.UnaryOp: _unary, ast.Compare: _compare,
    ast.IfExp: _choice, ast.Call: _call, (ast.Tuple, ast.List): _row, ast.comprehension: _loop,
}  # fmt: skip


def statement_replacements(node: ast.stmt) -> Iterator[ast.stmt]:
    """Statements for the place of this one: nothing, its body without the condition, a sum without its sign."""
    if isinstance(node, (ast.With, ast.Try)) or (isinstance(node, ast.If) and not node.orelse):
        yield ast.If(ast.Constant(True), node.body, [])
    if isinstance(node, ast.AugAssign):
        if type(node.op) in SWAPPED:
            yield ast.AugAssign(node.target, SWAPPED[type(node.op)](), node.value)
        yield ast.Assign([node.target], node.value)
    if isinstance(node, ast.Return) and not (node.value is None or ast.unparse(node.value) == "None"):
        yield ast.Return(None)
    kept = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass, ast.Return)
    if not isinstance(node, (*kept, ast.With, ast.Try, ast.Global, ast.Nonlocal)) and not is_text(node):
        yield ast.Pass()


def name_called(node: ast.Call) -> str:
    """The last name of what is called; "" where it has none."""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def is_text(node: ast.stmt) -> bool:
    """Whether it computes nothing that a check could see: a docstring, or something printed."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Call) and name_called(value) == "print")


def _renamed(function: Any, name: str) -> ast.expr:
    if isinstance(function, ast.Name):
        return ast.Name(name, function.ctx)
    return ast.Attribute(function.value, name, function.ctx)


def _neighbours_swapped(row: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for place in range(len(row) - 1):
        if not any(isinstance(each, ast.Starred) for each in row[place : place + 2]):
            yield [*row[:place], row[place + 1], row[place], *row[place + 2 :]]


def _with(row: list[Any], place: int, value: Any) -> list[Any]:
    return [*row[:place], value, *row[place + 1 :]]
