"""What may stand in the place of one expression."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.aspects import Aspect

_OPERATORS: dict[type[ast.AST], tuple[Any, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,), ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.Pow), ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,), ast.Pow: (ast.Mult,), ast.MatMult: (ast.Mult,),
}  # fmt: skip
_DIRECTED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.Pow)
_ARITHMETIC = (ast.BinOp, ast.Name, ast.Attribute, ast.Subscript, ast.Call)
_SHORT = 2  # letters of a name that ends with the side it is about
_MOST = 8  # pairs of neighbours, or of any, that are exchanged in one row


def other_comparisons(node: ast.Compare, _: Around) -> Iterator[ast.expr]:
    """`<` for `<=`, and the like."""
    for place, operator in enumerate(node.ops):
        for other in _OPERATORS[type(operator)]:
            ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def next_numbers(node: ast.expr, _: Around) -> Iterator[ast.expr]:
    """One more, one less."""
    value = number_of(node)
    if isinstance(value, int):
        yield from (literal(value + 1), literal(value - 1))


def other_numbers(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """The other sign, none, one, two; of an axis every axis of an image; of a fraction what it is mistaken for."""
    value = number_of(node)
    if isinstance(value, int):
        others = (0, 1, 2, 3, -1, -2, -3) if around.aspect is Aspect.AXIS else (-value, 0, 1, 2)
        yield from (literal(other) for other in dict.fromkeys(others) if abs(other - value) > 1 or other == 0)
        if around.whole and value in (0, 1):  # where the search for a largest or smallest begins
            yield from (ast.parse(f'{sign}float("inf")', mode="eval").body for sign in ("-", ""))
    elif value is not None and 0 < abs(value) < 1e300:
        yield from (literal(other) for other in (1 - value, 1 / value, 2 * value, value / 2, 10 * value, value / 10))


def other_constants(node: ast.Constant, _: Around) -> Iterator[ast.expr]:
    """True for False; sums for means by their names."""
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    for pair in (("sum", "mean"), ("same", "valid"), ("constant", "reflect")):
        if node.value in pair:
            yield ast.Constant(pair[1 - pair.index(node.value)])


def not_fixed(node: ast.Constant, around: Around) -> Iterator[ast.expr]:
    """A parameter that the function never uses, in the place of a number or a truth."""
    if isinstance(node.value, (int, float)):
        yield from (ast.Name(name) for name in around.forgotten)


def with_the_forgotten(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """A parameter that the function never uses, in a sum or a product with what it computes."""
    if around.whole:
        for name in around.forgotten:
            yield from (ast.BinOp(node, operator, ast.Name(name)) for operator in (ast.Mult(), ast.Div(), ast.Add()))


def shifted(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """One more and one less, where whole numbers stand."""
    whole = around.whole or around.passed_on or around.operand
    counts = around.aspect in (Aspect.INDEX, Aspect.RANGE) or (whole and _counts(node))
    if counts and isinstance(node, _ARITHMETIC):
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))


def other_operators(node: ast.BinOp | ast.BoolOp, _: Around) -> Iterator[ast.expr]:
    """`-` for `+`, and the like; the two sides exchanged."""
    others = _OPERATORS.get(type(node.op), ())
    if isinstance(node, ast.BoolOp):
        yield from (ast.BoolOp(other(), node.values) for other in others)
        return
    yield from (ast.BinOp(node.left, other(), node.right) for other in others)
    if isinstance(node.op, _DIRECTED):
        yield ast.BinOp(node.right, node.op, node.left)


def other_grouping(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """Brackets elsewhere: `a - b + c` for `a - (b + c)`, and the other way round."""
    if isinstance(node.left, ast.BinOp):
        left = node.left
        yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, node.right))
        yield ast.BinOp(ast.BinOp(left.left, node.op, node.right), left.op, left.right)
    if isinstance(node.right, ast.BinOp):
        right = node.right
        yield ast.BinOp(ast.BinOp(node.left, node.op, right.left), right.op, right.right)


def without_a_part(node: ast.BinOp | ast.BoolOp | ast.Call | ast.IfExp, _: Around) -> Iterator[ast.expr]:
    """One side of a sum or a product; what a method was called on; one of two choices."""
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        yield node.func.value
    elif len(node.args) >= 1 and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def other_sign(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """Minus, where there is none; none, where there is one."""
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    elif around.whole and around.aspect is Aspect.VALUE and isinstance(node, _ARITHMETIC):
        yield ast.UnaryOp(ast.USub(), node)


def without_its_sign(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """The square of a difference, and its absolute value."""
    if isinstance(node.op, ast.Sub):
        yield ast.BinOp(node, ast.Pow(), ast.Constant(2))
        yield ast.Call(ast.Name("abs"), [node], [])


def negated(node: ast.Compare | ast.BoolOp, around: Around) -> Iterator[ast.expr]:
    """The opposite of what is returned or assigned."""
    if around.whole:
        yield ast.UnaryOp(ast.Not(), node)


def other_choice(node: ast.IfExp, _: Around) -> Iterator[ast.expr]:
    """The two choices exchanged."""
    yield ast.IfExp(node.test, node.orelse, node.body)


def other_order_in_text(node: ast.JoinedStr, _: Around) -> Iterator[ast.expr]:
    """Two values exchanged in a text."""
    places = [place for place, part in enumerate(node.values) if isinstance(part, ast.FormattedValue)]
    for place, following in itertools.pairwise(places):
        yield ast.JoinedStr(_exchanged(node.values, place, following))


def other_rounding(node: ast.expr, _: Around) -> Iterator[ast.expr]:
    """Up for down; the middle between two pixels for the pixel in the middle, and the other way round."""
    name = name_of_call(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv)) and number_of(node.right) == 2:
        less = node.left.left if _is_one_less(node.left) else ast.BinOp(node.left, ast.Sub(), ast.Constant(1))
        other = ast.FloorDiv() if isinstance(node.op, ast.Div) else ast.Div()
        yield from (ast.BinOp(less, operator, node.right) for operator in (other, node.op))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        half = ast.BinOp(ast.BinOp(ast.Constant(2), ast.Mult(), node.left), ast.Add(), node.right)
        yield ast.BinOp(half, ast.FloorDiv(), ast.BinOp(ast.Constant(2), ast.Mult(), node.right))
    if isinstance(node, ast.Call) and name in ("round", "floor", "ceil", "trunc", "int", "long"):
        others = ("round", "int") if isinstance(node.func, ast.Name) else ("round", "floor", "ceil", "trunc")
        yield from (renamed_call(node, other) for other in others if other != name)
        if name in ("int", "long") and isinstance(node.func, ast.Attribute):
            yield ast.Call(ast.Attribute(renamed_call(node, "round"), name), [], [])


def twin_names(node: ast.Name, around: Around) -> Iterator[ast.expr]:
    """The nearest variable of the function whose name differs in one letter: `kw` for `kh`, `W` for `H`."""
    if isinstance(node.ctx, ast.Load):
        twins = (other for other in around.near(node.id, around.names) if _differ_in_one(node.id, other))
        yield from (ast.Name(other) for other in itertools.islice(twins, 1))


def same_sides(node: ast.Name, around: Around) -> Iterator[ast.expr]:
    """The nearest variable of the function that is about the same side of another thing: `W` for `ow`."""
    if isinstance(node.ctx, ast.Load) and len(node.id) <= _SHORT:
        others = (other for other in around.near(node.id, around.names) if len(other) <= _SHORT)
        same = (other for other in others if other[-1].lower() == node.id[-1].lower())
        yield from (ast.Name(other) for other in itertools.islice(same, 1))


def other_names(node: ast.Name, around: Around) -> Iterator[ast.expr]:
    """Another variable of the function."""
    if isinstance(node.ctx, ast.Load):
        yield from (ast.Name(other) for other in around.near(node.id, around.names))


def other_attributes(node: ast.Attribute, around: Around) -> Iterator[ast.expr]:
    """Another attribute of `self`."""
    if isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name) and node.value.id == "self":
        yield from (ast.Attribute(node.value, other) for other in around.near(node.attr, around.attributes))


def other_order(node: Any, _: Around) -> Iterator[ast.expr]:
    """Neighbours exchanged in a tuple, a list or a call; then any two, the two halves, all of them."""
    row = node.args if isinstance(node, ast.Call) else node.elts
    if any(isinstance(each, ast.Starred) for each in row):
        return
    pairs = ((place, place + far) for far in range(1, len(row)) for place in range(len(row) - far))
    orders = [_exchanged(row, *pair) for pair in itertools.islice(pairs, _MOST)]
    half = len(row) // 2
    orders += [row[half:] + row[:half], row[::-1], row[1:] + row[:1], row[-1:] + row[:-1]] if len(row) > 2 else []
    for order in orders:
        yield ast.Call(node.func, order, node.keywords) if isinstance(node, ast.Call) else type(node)(order, node.ctx)


def other_bounds(node: ast.Slice, _: Around) -> Iterator[ast.expr]:
    """A slice without one of its bounds, or with what it leaves out."""
    for bounds in ((None, node.upper, node.step), (node.lower, None, node.step), (node.lower, node.upper, None)):
        if bounds != (node.lower, node.upper, node.step):
            yield ast.Slice(*bounds)
    if node.lower is None and node.upper is not None:
        yield ast.Slice(node.upper, None, node.step)
    if node.upper is None and node.lower is not None:
        yield ast.Slice(None, node.lower, node.step)
    if node.lower is None:
        yield ast.Slice(ast.Constant(1), node.upper, node.step)
    if node.upper is None:
        yield ast.Slice(node.lower, literal(-1), node.step)


def other_conditions(node: ast.comprehension, _: Around) -> Iterator[ast.comprehension]:
    """A comprehension without one of its conditions."""
    for place in range(len(node.ifs)):
        yield ast.comprehension(node.target, node.iter, node.ifs[:place] + node.ifs[place + 1 :], node.is_async)


def number_of(node: ast.AST) -> int | float | None:
    """The number that is written there, with its sign; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = number_of(node.operand)
        return None if value is None else -value
    plain = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return node.value if plain else None  # type: ignore[attr-defined]


def literal(value: float) -> ast.expr:
    """A number as it is written."""
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def opposite(node: ast.expr) -> ast.expr:
    """It with the other sign."""
    return node.operand if isinstance(node, ast.UnaryOp) else ast.UnaryOp(ast.USub(), node)


def renamed_call(node: ast.Call, name: str) -> ast.Call:
    """The same call of another function or method of its module or object."""
    function = ast.Attribute(node.func.value, name) if isinstance(node.func, ast.Attribute) else ast.Name(name)
    return ast.Call(function, node.args, node.keywords)


def _exchanged(row: list[ast.expr], one: int, other: int) -> list[ast.expr]:
    order = list(row)
    order[one], order[other] = order[other], order[one]
    return order


def _is_one_less(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and number_of(node.right) == 1


def is_module(node: ast.expr) -> bool:
    """Whether it is the name of a module, as far as can be seen."""
    text = ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
    return text.partition(".")[0] in ("torch", "np", "F", "math", "nn", "plt", "random")


def _differ_in_one(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _counts(node: ast.expr) -> bool:
    """Whether it computes a whole number, as far as can be seen."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.FloorDiv, ast.Mod)) or (_counts(node.left) and _counts(node.right))
    if isinstance(node, ast.Subscript):
        return getattr(node.value, "attr", "") == "shape"
    return isinstance(node, ast.Name) or number_of(node) is not None or name_of_call(node) in ("len", "int", "size")


ExpressionRule = tuple[Any, Aspect | None, Callable[[Any, Around], Iterator[Any]]]
"""Nodes that it is for; the aspect (None: that of a number there); other nodes."""
