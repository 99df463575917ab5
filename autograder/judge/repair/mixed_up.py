"""What an expression is mixed up with: steps in another order, other axes, sizes, letters, fields, keywords."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from autograder.judge.repair.around import Around, name_of_call
from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.expressions import is_module, literal, number_of, renamed_call

_NEAREST = 3
_PLAIN = (ast.Name, ast.Attribute)
_LETTERS = 60  # of an einsum
_RESHAPED = ("flatten", "reshape", "view")
_STEPS = frozenset(
    {"relu", "clamp", "abs", "sqrt", "square", "exp", "log", "sigmoid", "tanh", "softmax", "log_softmax"}
)
_SUMS = frozenset({"sum", "mean", "amax", "max", "amin", "min", "std", "var", "norm", "prod"})
_OVER_SEVERAL = _SUMS - {"max", "min", "prod"}
_POOLS = frozenset({"avg_pool2d", "max_pool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d"})
_RANDOM = frozenset({"rand", "randn", "randint", "randperm", "multinomial", "bernoulli", "normal"})
_PAIRED = frozenset({"max", "min", "sort", "topk", "median", "mode"})
_FIELDS = (
    "values indices", "weight bias", "in_channels out_channels", "in_features out_features", "grad data",
    "kernel_size stride padding", "shape size",
)  # fmt: skip
_WORDS = ("min max", "start_dim end_dim", "dim0 dim1", "low high", "vmin vmax", "xlabel ylabel")
_OTHERS: dict[str, list[str]] = {}
for _group in (*_FIELDS, *_WORDS):
    for _one, _other in itertools.permutations(_group.split(), 2):
        _OTHERS.setdefault(_one, []).append(_other)


def other_steps_first(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """`a.sum().relu()` for `a.relu().sum()`, also where the steps are functions of a module: sums first, or last."""
    inner = _inner_of(node)
    both = {name_of_call(node), name_of_call(inner) if inner else ""}
    if isinstance(inner, ast.Call) and both & _STEPS and both & (_SUMS | _POOLS) and (within := _inner_of(inner)):
        yield _around_of(inner, _around_of(node, within))


def inside_the_call(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """`f(a + b)` for `f(a) + b`, for what is no sum of whole numbers."""
    if isinstance(node.left, ast.Call) and name_of_call(node.left) in _STEPS and (within := _inner_of(node.left)):
        yield _around_of(node.left, ast.BinOp(within, node.op, node.right))


def outside_of_the_call(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """`f(a) + b` for `f(a + b)`."""
    within = _inner_of(node)
    if name_of_call(node) in _STEPS and isinstance(within, ast.BinOp):
        yield ast.BinOp(_around_of(node, within.left), within.op, within.right)


def other_sizes(node: ast.expr, _: Around) -> Iterator[ast.expr]:
    """Another count of the same thing: its length, one of its sides, all of its numbers."""
    if isinstance(node, ast.Call) and name_of_call(node) == "len" and len(node.args) == 1:
        yield ast.Call(ast.Attribute(node.args[0], "numel"), [], [])
        yield ast.Subscript(ast.Attribute(node.args[0], "shape"), ast.Constant(1))
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        yield ast.Call(ast.Attribute(node.value.value, "numel"), [], [])
    elif isinstance(node, ast.Call) and name_of_call(node) == "numel" and isinstance(node.func, ast.Attribute):
        yield ast.Call(ast.Name("len"), [node.func.value], [])


def of_all_axes(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """Over rows and columns, or all but the first axis, for over one or over all."""
    method = isinstance(node.func, ast.Attribute) and not is_module(node.func.value)
    bare = method and not node.args and not node.keywords
    if name_of_call(node) in _OVER_SEVERAL:
        for place, word in enumerate(node.keywords):
            number = number_of(word.value) if word.arg in ("dim", "axis") else None
            for axes in _beside(number) if isinstance(number, int) else ():
                other = ast.keyword(word.arg, _axes(axes))
                yield ast.Call(node.func, node.args, [*node.keywords[:place], other, *node.keywords[place + 1 :]])
        for axes in ((-2, -1), (2, 3), (1, 2, 3)) if bare else ():
            yield ast.Call(node.func, [], [ast.keyword("dim", _axes(axes))])
    if bare and name_of_call(node) in ("squeeze", "flatten"):
        yield from (ast.Call(node.func, [literal(axis)], []) for axis in (1, 0, -1))


def of_another_axis(node: ast.Subscript, _: Around) -> Iterator[ast.expr]:
    """`x[:, i]` for `x[i]`, and the other way round."""
    if isinstance(node.ctx, ast.Load) and not isinstance(node.slice, (ast.Tuple, ast.Constant)):
        yield ast.Subscript(node.value, ast.Tuple([ast.Slice(), node.slice], ast.Load()), node.ctx)
    if isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        first, second = node.slice.elts
        if isinstance(first, ast.Slice) and first.lower is first.upper is first.step is None:
            yield ast.Subscript(node.value, second, node.ctx)


def other_letters(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """Two letters of a part of an einsum exchanged."""
    first = node.args[0] if name_of_call(node) == "einsum" and node.args else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    for place in range(len(text) - 1 if len(text) <= _LETTERS else 0):
        if text[place : place + 2].isalpha():
            other = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            yield ast.Call(node.func, [ast.Constant(other), *node.args[1:]], node.keywords)


def turned(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """A factor of a matrix product, transposed."""
    if isinstance(node.op, ast.MatMult):
        yield ast.BinOp(node.left, node.op, ast.Attribute(node.right, "mT"))
        yield ast.BinOp(ast.Attribute(node.left, "mT"), node.op, node.right)


def turned_first(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """Two neighbouring axes exchanged before they are made one, the last ones first."""
    function = node.func
    if isinstance(function, ast.Attribute) and name_of_call(node) in _RESHAPED and not is_module(function.value):
        transpose = ast.Attribute(function.value, "transpose")
        turns = [ast.Call(transpose, [literal(each), literal(each + 1)], []) for each in (0, 1)]
        for each in (ast.Attribute(function.value, "mT"), *turns):
            yield ast.Call(ast.Attribute(each, function.attr.replace("view", "reshape")), node.args, node.keywords)


def doubled(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """Twice what is added or taken away, as padding is: on both sides."""
    if isinstance(node.op, (ast.Add, ast.Sub)) and isinstance(node.right, (ast.Name, ast.Attribute)):
        yield ast.BinOp(node.left, node.op, ast.BinOp(ast.Constant(2), ast.Mult(), node.right))


def as_many_as_fit(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """As many places as a window has: `range(n - k + 1)` for `range(n)`."""
    if around.aspect is Aspect.RANGE and isinstance(node, (ast.Name, ast.Subscript)):
        names = around.near(node.id, around.names) if isinstance(node, ast.Name) else around.names
        for other in names[:_NEAREST]:
            yield ast.BinOp(ast.BinOp(node, ast.Sub(), ast.Name(other)), ast.Add(), ast.Constant(1))


def not_given(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """`x is None` for `not x`: nothing is not the same as not given."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and isinstance(node.operand, _PLAIN):
        yield ast.Compare(node.operand, [ast.Is()], [ast.Constant(None)])
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and isinstance(node.values[0], _PLAIN):
        rest = node.values[1] if len(node.values) == 2 else ast.BoolOp(node.op, node.values[1:])
        yield ast.IfExp(ast.Compare(node.values[0], [ast.Is()], [ast.Constant(None)]), rest, node.values[0])
    if isinstance(node, ast.IfExp) and isinstance(node.test, _PLAIN):
        yield ast.IfExp(ast.Compare(node.test, [ast.IsNot()], [ast.Constant(None)]), node.body, node.orelse)


def one_of_two(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """The values, or the places, of what comes as a pair."""
    if name_of_call(node) in _PAIRED and (around.whole or around.passed_on) and (node.args or node.keywords):
        yield from (ast.Subscript(node, ast.Constant(place)) for place in (0, 1))


def other_fields(node: ast.Attribute, _: Around) -> Iterator[ast.expr]:
    """An attribute that is often mistaken for this one."""
    if isinstance(node.ctx, ast.Load):
        yield from (
            ast.Attribute(node.value, other) for other in _OTHERS.get(node.attr, ()) if node.attr not in ("min", "max")
        )


def other_keywords(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """A keyword that is often mistaken for this one; from the largest on."""
    for place, word in enumerate(node.keywords):
        for other in _OTHERS.get(word.arg or "", ()):
            if other not in {each.arg for each in node.keywords}:
                words = list(node.keywords)
                words[place] = ast.keyword(other, word.value)
                yield ast.Call(node.func, node.args, words)
    if name_of_call(node) in ("argsort", "sort") and isinstance(node.func, ast.Attribute):
        yield ast.Call(node.func, node.args, [*node.keywords, ast.keyword("descending", ast.Constant(True))])


def keywords_of_the_others(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """A keyword that the other calls of this function have; a generator, wherever something is drawn."""
    name, given = name_of_call(node), {word.arg for word in node.keywords}
    for called, word, value in around.keywords:
        if word not in given and (called == name or (word == "generator" and name in _RANDOM)):
            yield ast.Call(node.func, node.args, [*node.keywords, ast.keyword(word, ast.Name(value))])


def the_others(node: ast.Name, around: Around) -> Iterator[ast.expr]:
    """All that a mask leaves out, for all that it marks."""
    if node.id in around.masks and isinstance(node.ctx, ast.Load):
        yield ast.UnaryOp(ast.Invert(), node)


def mean_for_a_share(node: ast.BinOp, _: Around) -> Iterator[ast.expr]:
    """The mean, for a sum that is divided by some number."""
    if isinstance(node.op, ast.Div) and name_of_call(node.left) == "sum" and isinstance(node.left, ast.Call):
        yield renamed_call(node.left, "mean")


def one_after_the_other(node: ast.ListComp, _: Around) -> Iterator[ast.expr]:
    """Parts of which each begins where the last one ended, for parts that all begin at the start."""
    part, sizes = node.elt, node.generators[0]
    bounds = part.slice if isinstance(part, ast.Subscript) else None
    ends = isinstance(bounds, ast.Slice) and bounds.lower is None and isinstance(bounds.upper, ast.Name)
    if ends and isinstance(sizes.target, ast.Name) and bounds.upper.id == sizes.target.id:  # type: ignore[union-attr]
        split = ast.Call(ast.Attribute(part.value, "split"), [sizes.iter], [])  # type: ignore[attr-defined]
        yield ast.Call(ast.Name("list"), [split], [])


def _inner_of(node: ast.Call) -> ast.expr | None:
    """What a call is about: what its method is called on, or its first argument."""
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        return node.func.value
    return node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None


def _around_of(node: ast.Call, within: ast.expr) -> ast.Call:
    """The same call about something else."""
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        return ast.Call(ast.Attribute(within, node.func.attr), node.args, node.keywords)
    return ast.Call(node.func, [within, *node.args[1:]], node.keywords)


def _beside(axis: int) -> list[tuple[int, ...]]:
    """Axes that are meant where one is written: it and its neighbours."""
    return [(axis - 1, axis), (axis, axis + 1)] if axis < -1 else [(-2, -1)] if axis < 0 else [(axis, axis + 1), (2, 3)]


def _axes(numbers: tuple[int, ...]) -> ast.expr:
    return ast.Tuple([literal(each) for each in numbers], ast.Load())
