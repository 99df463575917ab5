"""What may stand in the place of a row: fewer elements, other axes, values exchanged, the other end, another number."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from autograder.judge.repair.around import Around
from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.expressions import literal, number_of, opposite

_FARTHEST = 4  # axes, from either end
_MOST = 6  # pairs of keywords
_TURNED = ("T", "mT", "H", "mH")


def without_an_element(node: ast.List | ast.Tuple, _: Around) -> Iterator[ast.expr]:
    """A list that begins with something, without it; a row of several without one of them."""
    least = 0 if isinstance(node, ast.List) else 2
    if isinstance(node.ctx, ast.Load) and len(node.elts) > least and _axes(node) is None:
        for place in range(len(node.elts)):
            yield type(node)(node.elts[:place] + node.elts[place + 1 :], node.ctx)


def other_axes(node: ast.Tuple, around: Around) -> Iterator[ast.expr]:
    """One axis fewer, one more beside them, or all but the first."""
    if around.aspect is Aspect.AXIS or around.whole:
        yield from axes_for(node, around)


def axes_for(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """What may stand for a tuple of axes, or for one axis."""
    number = number_of(node)
    if isinstance(number, int):
        yield from (literal(other) for other in (0, 1, 2, 3, -1, -2, -3) if other != number)
    axes = _axes(node) if isinstance(node, ast.Tuple) else None
    if axes is None:
        return
    yield from (_tuple(axes[:place] + axes[place + 1 :]) for place in range(len(axes)) if len(axes) > 1)
    beside = (min(axes) - 1, max(axes) + 1)
    yield from (_tuple(sorted([*axes, each])) for each in beside if (each < 0) == (axes[0] < 0))
    for name in around.parameters[:1]:
        yield ast.parse(f"tuple(range(1, {name}.ndim))", mode="eval").body


def keywords_exchanged(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """Two keywords of a call, each with the value of the other one."""
    named = [place for place, keyword in enumerate(node.keywords) if keyword.arg]
    for place, later in itertools.islice(itertools.combinations(named, 2), _MOST):
        words = list(node.keywords)
        words[place] = ast.keyword(node.keywords[place].arg, node.keywords[later].value)
        words[later] = ast.keyword(node.keywords[later].arg, node.keywords[place].value)
        yield ast.Call(node.func, node.args, words)


def from_the_other_end(node: ast.Slice, _: Around) -> Iterator[ast.expr]:
    """As many from the end as there are from the beginning, and the other way round."""
    if node.lower is None and node.upper is not None:
        yield ast.Slice(opposite(node.upper), None, node.step)
    if node.upper is None and node.lower is not None:
        yield ast.Slice(None, opposite(node.lower), node.step)


def numbers_in_text(node: ast.JoinedStr, _: Around) -> Iterator[ast.expr]:
    """One more and one less in a text, where a variable or a sum stands."""
    for place, part in enumerate(node.values):
        inner = part.value if isinstance(part, ast.FormattedValue) else None
        others: list[ast.expr] = []
        if isinstance(inner, ast.BinOp) and number_of(inner.right) == 1:
            others.append(inner.left)
        if isinstance(inner, (ast.Name, ast.BinOp)):
            others += [ast.BinOp(inner, sign, ast.Constant(1)) for sign in (ast.Add(), ast.Sub())]
        for other in others:
            written = ast.FormattedValue(other, part.conversion, part.format_spec)  # type: ignore[attr-defined]
            yield ast.JoinedStr([*node.values[:place], written, *node.values[place + 1 :]])


def not_turned(node: ast.Attribute, _: Around) -> Iterator[ast.expr]:
    """A matrix that is not transposed."""
    if node.attr in _TURNED and isinstance(node.ctx, ast.Load):
        yield node.value


def _axes(node: ast.List | ast.Tuple) -> list[int] | None:
    """The axes that a row of whole numbers may be, all counted from the same end; None of anything else."""
    numbers = [number_of(each) for each in node.elts]
    whole = [each for each in numbers if isinstance(each, int) and -_FARTHEST <= each < _FARTHEST]
    one_end = len({each < 0 for each in whole}) == 1
    distinct = len(set(whole)) == len(node.elts) and whole == sorted(whole)
    return whole if isinstance(node, ast.Tuple) and one_end and distinct else None


def _tuple(numbers: list[int]) -> ast.expr:
    return ast.Tuple([literal(each) for each in numbers], ast.Load())
