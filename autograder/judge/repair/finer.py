"""What may stand for something that is taken too coarsely: of all at once, in no order, exactly, as zeros."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from autograder.judge.repair.around import AXIS_WORDS, Around, name_of_call
from autograder.judge.repair.expressions import is_module, literal, number_of

_LARGEST = {"max": "amax", "min": "amin", "amax": "amax", "amin": "amin"}
_OF_EACH = frozenset({*_LARGEST, "sum", "mean", "std", "var", "norm"})
_FILLED = {"zeros": "full", "ones": "full", "new_zeros": "new_full", "new_ones": "new_full"}
_MORE, _MOST = 10, 100_000  # times as many points; points
_CLOSE = 1e-6


def of_each_row(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """What is taken of a whole array, of each of its rows, images or places, and kept beside them."""
    function = node.func
    bare = isinstance(function, ast.Attribute) and not is_module(function.value) and not node.args and not node.keywords
    if not bare or name_of_call(node) not in _OF_EACH:
        return
    name = _LARGEST.get(name_of_call(node), name_of_call(node))
    axes = [ast.Name(word) for word in around.parameters if word in AXIS_WORDS]
    along = [*axes, *map(literal, (-1, 1)), *(_tuple(*each) for each in ((-2, -1), (1, 2, 3)))]
    for axis in along:
        words = [ast.keyword("dim", axis), ast.keyword("keepdim", ast.Constant(True))]
        yield ast.Call(ast.Attribute(function.value, name), [], words)  # type: ignore[attr-defined]


def cut_row_by_row(node: ast.Attribute, _: Around) -> Iterator[ast.expr]:
    """`x.reshape(b, a)` for `x.reshape(a, b).T`: numbers that stand side by side stay together."""
    inner = node.value
    turned = node.attr in ("T", "mT") and isinstance(inner, ast.Call) and isinstance(node.ctx, ast.Load)
    if turned and name_of_call(inner) in ("reshape", "view") and len(inner.args) == 2:  # type: ignore[attr-defined]
        yield ast.Call(inner.func, inner.args[::-1], inner.keywords)  # type: ignore[attr-defined]


def turned_after_all(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """`x.reshape(a, b).T` for `x.reshape(b, a)`."""
    if name_of_call(node) in ("reshape", "view") and len(node.args) == 2 and isinstance(node.func, ast.Attribute):
        yield ast.Attribute(ast.Call(node.func, node.args[::-1], node.keywords), "T")


def filled_with(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """A parameter, wherever zeros or ones are put."""
    name = name_of_call(node)
    if name in _FILLED and node.args and isinstance(node.func, ast.Attribute):
        row = len(node.args) == 1 and isinstance(node.args[0], (ast.Tuple, ast.Attribute, ast.Name, ast.Call))
        shape = node.args[0] if row else ast.Tuple(node.args, ast.Load())
        function = ast.Attribute(node.func.value, _FILLED[name])
        for parameter in around.parameters[::-1][:2]:
            yield ast.Call(function, [shape, ast.Name(parameter)], node.keywords)


def more_points(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """Many more points of a search, evenly, or each the same share above the last one."""
    name = name_of_call(node)
    numbers = [number_of(each) for each in node.args[:3]]
    if name not in ("linspace", "logspace", "geomspace") or len(numbers) != 3 or None in numbers:
        return
    begin, end, count = (float(each) for each in numbers if each is not None)
    for times in (_MORE, _MORE * _MORE):
        if count * times <= _MOST:
            yield ast.Call(node.func, [*node.args[:2], ast.Constant(int(count) * times), *node.args[3:]], node.keywords)
    if name == "linspace" and 0 < begin < end and isinstance(node.func, ast.Attribute) and count * _MORE <= _MOST:
        ends = [literal(math.log10(each)) for each in (begin, end)]
        other = ast.Attribute(node.func.value, "logspace")
        yield ast.Call(other, [*ends, ast.Constant(int(count) * _MORE), *node.args[3:]], node.keywords)


def in_an_order(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """The elements of a set in an order that is the same each time: by their values, or as they come."""
    if name_of_call(node) not in ("list", "tuple", "enumerate") or len(node.args) != 1:
        return
    inner = node.args[0]
    if isinstance(inner, ast.SetComp):
        came: ast.expr = ast.GeneratorExp(inner.elt, inner.generators)
    elif isinstance(inner, ast.Call) and name_of_call(inner) == "set" and len(inner.args) == 1:
        came = inner.args[0]
    else:
        return
    for ordered in (
        ast.Call(ast.Attribute(ast.Name("dict"), "fromkeys"), [came], []),
        ast.Call(ast.Name("sorted"), [inner], []),
    ):
        yield ast.Call(node.func, [ordered], [])


def up_to_rounding(node: ast.Compare, _: Around) -> Iterator[ast.expr]:
    """About equal, for exactly equal to a number: sums of fractions are rounded."""
    equal = len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq))
    if equal and number_of(node.comparators[0]) is not None and isinstance(node.left, (ast.Name, ast.Call)):
        apart = ast.Call(ast.Name("abs"), [ast.BinOp(node.left, ast.Sub(), node.comparators[0])], [])
        far = ast.Gt() if isinstance(node.ops[0], ast.NotEq) else ast.Lt()
        yield ast.Compare(apart, [far], [ast.Constant(_CLOSE)])


def _tuple(*numbers: int) -> ast.expr:
    return ast.Tuple([literal(each) for each in numbers], ast.Load())
