"""What may stand in the place of a call, and calls that may be missing around an expression."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from autograder.judge.repair.around import ALONG, AXIS_WORDS, Around, name_of_call
from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.expressions import literal, renamed_call

_GROUPS = (
    "min max", "sum mean amax", "argmax argmin", "minimum maximum", "amin amax", "any all",
    "softmax log_softmax sigmoid",
    "zeros ones empty", "zeros_like ones_like empty_like", "append extend", "rand randn", "std var", "sqrt square",
    "exp log", "log2 log10 log", "eval train", "sin cos", "cat stack", "vstack hstack", "abs relu", "fliplr flipud",
    "unsqueeze squeeze", "view reshape", "size numel", "keys values items", "parameters buffers", "step zero_grad",
    "floor_divide div", "Conv1d Conv2d", "MaxPool2d AvgPool2d", "ReLU Tanh Sigmoid Identity", "max_pool2d avg_pool2d",
    "BatchNorm1d BatchNorm2d", "Dropout Dropout2d", "permute view reshape transpose", "max amax", "min amin",
    "repeat repeat_interleave", "sort argsort", "mul div", "add sub", "gt ge", "lt le", "children modules",
    "named_children named_modules", "randint randperm", "parameters named_parameters", "log1p log", "expm1 exp",
    "strip lstrip rstrip", "startswith endswith", "upper lower", "mean median",
    "relu leaky_relu elu gelu tanh sigmoid", "ReLU LeakyReLU", "l1_loss mse_loss smooth_l1_loss", "cumsum cumprod",
    "cross_entropy nll_loss", "adaptive_avg_pool2d adaptive_max_pool2d", "AdaptiveAvgPool2d AdaptiveMaxPool2d",
    "tril triu", "split chunk", "uniform_ normal_", "zeros_ ones_", "SGD Adam AdamW",
    "kaiming_normal_ xavier_normal_", "kaiming_uniform_ xavier_uniform_", "isnan isinf",
    "no_grad enable_grad", "prod sum", "detach item", "zip product",
)  # fmt: skip
RENAMED: dict[str, list[str]] = {}
for _group in _GROUPS:
    for _one, _other in itertools.permutations(_group.split(), 2):
        RENAMED.setdefault(_one, []).append(_other)

_KEEPS = ALONG - {"flip", "permute", "transpose", "swapaxes", "unsqueeze", "squeeze", "flatten", "cat", "stack", "size"}
_MAKES = frozenset(
    {"zeros", "ones", "empty", "full", "arange", "linspace", "tensor", "as_tensor", "eye", "rand", "randn"}
)
_COPIES = ("clone()", "detach()", "item()", "copy()")
_METHODS = (
    "mean()",
    "sum()",
    "float()",
    "abs()",
    "sqrt()",
    "square()",
    "exp()",
    "relu()",
    "softmax(1)",
    "sigmoid()",
    "log()",
    "tolist()",
    "flatten(1)",
    "T",
    "mT",
)
_FUNCTIONS = ("abs", "sorted", "int", "float", "list", "tuple", "set")
_LAYERS = frozenset({"Linear", "Conv1d", "Conv2d", "conv2d", "linear"})


def other_functions(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """A function or method that is often mistaken for this one."""
    name = name_of_call(node)
    if name in ("max", "min") and isinstance(node.func, ast.Attribute) and (node.args or node.keywords):
        yield renamed_call(node, f"arg{name}")
    yield from (renamed_call(node, other) for other in RENAMED.get(name, ()))


def fewer_arguments(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """The call without one of its keywords, or its last argument."""
    for place in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :])
    if len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)


def more_axes(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """The call along an axis, where it is along all; with the axis kept."""
    name, given = name_of_call(node), {keyword.arg for keyword in node.keywords}
    if name not in ALONG:
        return
    along = bool(given & AXIS_WORDS) or len(node.args) > int(isinstance(node.func, ast.Name) or _of_module(node))
    if not along and name in _KEEPS:
        yield from (_with(node, "dim", literal(axis)) for axis in (0, 1, -1, -2))
    if along and "keepdim" not in given and name in _KEEPS:
        yield _with(node, "keepdim", ast.Constant(True))


def more_keywords(node: ast.Call, around: Around) -> Iterator[ast.expr]:
    """Keywords that are often forgotten."""
    name, given = name_of_call(node), {keyword.arg for keyword in node.keywords}
    if name in ("std", "var"):
        yield _with(node, "correction", ast.Constant(0))
    if name in ("sorted", "sort"):
        yield _with(node, "reverse", ast.Constant(True))
    if name in ("cross_entropy", "mse_loss", "CrossEntropyLoss", "MSELoss", "nll_loss"):
        yield from (_with(node, "reduction", ast.Constant(how)) for how in ("sum", "mean"))
    if name.startswith("Conv") or name == "Linear":
        yield _with(node, "bias", ast.Constant(False))
    for word in ("dtype", "device"):
        if (name in _MAKES or name.startswith("new_")) and word not in given:
            yield from (_with(node, word, ast.Attribute(ast.Name(of), word)) for of in around.parameters[:2])
    yield from (_with(node, word, ast.Name(word)) for word in around.forgotten if word not in given)


def a_copy_more(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """A copy, or a plain number, of what is assigned, returned or passed on."""
    if around.whole or around.passed_on:
        yield from _on(node, around, _COPIES)


def a_method_more(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """A step more on what is assigned or returned."""
    if around.whole:
        yield from _on(node, around, _METHODS)


def a_function_more(node: ast.expr, around: Around) -> Iterator[ast.expr]:
    """A plain function of Python's around what is assigned or returned."""
    if around.whole and around.aspect is Aspect.VALUE and not isinstance(node, ast.Constant):
        yield from (ast.Call(ast.Name(name), [node], []) for name in _FUNCTIONS if name_of_call(node) != name)


def an_activation_more(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """An activation after a layer."""
    function = node.func
    own = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "self"
    if own or name_of_call(node) in _LAYERS:
        yield from (ast.Call(ast.parse(name, mode="eval").body, [node], []) for name in ("F.relu", "torch.sigmoid"))


def an_element_more(node: ast.Call | ast.List, _: Around) -> Iterator[ast.expr]:
    """A copy of a plain layer somewhere else in a row of layers."""
    row = node.args if isinstance(node, ast.Call) else node.elts
    plain = {ast.unparse(each): each for each in row if isinstance(each, ast.Call) and not each.args}
    for place in range(1, len(row) + 1):
        for each in plain.values():
            longer = [*row[:place], each, *row[place:]]
            yield ast.Call(node.func, longer, node.keywords) if isinstance(node, ast.Call) else ast.List(longer)


def _on(node: ast.expr, around: Around, steps: tuple[str, ...]) -> Iterator[ast.expr]:
    fits = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp))
    if fits and around.aspect is Aspect.VALUE:
        for step in steps:
            name, _, rest = step.partition("(")
            args: list[ast.expr] = [ast.Constant(int(rest[0]))] if rest[:1].isdigit() else []
            yield ast.Call(ast.Attribute(node, name), args, []) if rest else ast.Attribute(node, name)


def other_ranges(node: ast.Call, _: Around) -> Iterator[ast.expr]:
    """A range that begins or ends elsewhere, or runs backwards."""
    if name_of_call(node) == "range":
        one, args = ast.Constant(1), node.args
        rows = {1: [[one, *args]], 2: [args[1:]], 3: [args[:2], args[1:2]]}.get(len(args), [])
        yield from (ast.Call(node.func, row, []) for row in rows)
        yield ast.Call(ast.Name("reversed"), [node], [])
    if name_of_call(node) in ("reversed", "sorted") and len(node.args) == 1:
        yield node.args[0]
    if name_of_call(node) == "enumerate" and len(node.args) == 1 and not node.keywords:
        yield _with(node, "start", ast.Constant(1))


def _with(node: ast.Call, word: str, value: ast.expr) -> ast.Call:
    kept = [keyword for keyword in node.keywords if keyword.arg != word]
    return ast.Call(node.func, node.args, [*kept, ast.keyword(word, value)])


def _of_module(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("torch", "np", "F")
