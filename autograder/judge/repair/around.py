"""What surrounds an expression in a function: the names in scope there, and what a number there stands for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.judge.repair.aspects import Aspect

NEAR = 4  # names or attributes that are tried in the place of another one
AXIS_WORDS = frozenset({"dim", "dims", "axis", "axes", "dim0", "dim1", "start_dim", "end_dim"})
# Functions and methods whose numbers without a keyword are axes.
# fmt: off
ALONG = frozenset({
    "sum", "mean", "max", "min", "amax", "amin", "std", "var", "argmax", "argmin", "softmax", "log_softmax",
    "flip", "permute", "transpose", "swapaxes", "unsqueeze", "squeeze", "flatten", "cat", "stack",
    "concatenate", "cumsum", "norm", "any", "all", "prod", "movedim", "roll", "size", "unbind", "chunk",
})
# fmt: on
_BLOCKS = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
_UNTOUCHED = frozenset({"annotation", "returns", "type_comment", "ctx"})


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a syntax tree: a field of a node, or an item of a list there."""

    parent: Any
    name: str
    place: int = -1

    def get(self) -> Any:
        """What it holds."""
        held = getattr(self.parent, self.name)
        return held[self.place] if self.place >= 0 else held

    def put(self, value: Any) -> None:
        """Exchanges what it holds."""
        if self.place >= 0:
            getattr(self.parent, self.name)[self.place] = value
        else:
            setattr(self.parent, self.name, value)


@dataclass(frozen=True, slots=True)
class Around:
    """Where an expression stands."""

    names: tuple[str, ...] = ()  # of the function, in the order in which they get their meaning
    parameters: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()  # of `self`
    aspect: Aspect = Aspect.VALUE  # of a number here
    whole: bool = False  # all that a statement assigns, returns or adds
    passed_on: bool = False  # an argument of a call, a value of a dictionary, an element of a tuple
    operand: bool = False  # of a division, its rest or a product
    forgotten: tuple[str, ...] = ()  # parameters that the function never uses
    optional: tuple[str, ...] = ()  # parameters that are None by default, and never compared with it
    changed: tuple[str, ...] = ()  # parameters that it changes in place
    masks: tuple[str, ...] = ()  # variables that hold a comparison
    keywords: tuple[tuple[str, str, str], ...] = ()  # of its calls: function, word, variable
    kept: tuple[ast.stmt, ...] = ()  # what `__init__`, the class or a default makes empty, and then keeps
    begins: int = 0  # the line of its first statement

    def near(self, name: str, among: tuple[str, ...]) -> list[str]:
        """The others that got their meaning just before or after it."""
        if name not in among:
            return []
        own = among.index(name)
        others = sorted(range(len(among)), key=lambda place: (abs(place - own), place))
        return [among[place] for place in others[1 : NEAR + 1]]


def name_of_call(node: ast.AST) -> str:
    """The last name of what a call calls; "" for anything else."""
    return getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""


def sites(node: Any, around: Around) -> Iterator[tuple[Site, Around]]:
    """Every expression below a node, but for those in its statements."""
    for name, held in ast.iter_fields(node):
        if name in _UNTOUCHED or (name in _BLOCKS and isinstance(held, list)):
            continue
        inner = _inside(node, name, around)
        many = held if isinstance(held, list) else []
        found = [Site(node, name, place) for place, each in enumerate(many) if isinstance(each, ast.AST)]
        found += [Site(node, name)] if isinstance(held, ast.AST) else []
        for site in found:
            if isinstance(site.get(), (ast.expr, ast.slice)):
                yield site, inner
            if not isinstance(site.get(), ast.JoinedStr):
                yield from sites(site.get(), inner)


def _inside(node: ast.AST, name: str, around: Around) -> Around:
    """What surrounds a field of a node that has `around` itself."""
    whole = name == "value" and isinstance(node, (ast.Assign, ast.AugAssign, ast.Return))
    handed = {ast.Call: "args", ast.Dict: "values", ast.Tuple: "elts"}
    passed_on = handed.get(type(node)) == name and not isinstance(getattr(node, "ctx", None), ast.Store)
    operand = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mult, ast.Mod))
    around = replace(around, whole=whole, passed_on=passed_on, operand=operand)
    if isinstance(node, ast.Subscript) and name == "slice":
        return replace(around, aspect=Aspect.INDEX)
    if (isinstance(node, ast.keyword) and node.arg in AXIS_WORDS) or (name == "args" and name_of_call(node) in ALONG):
        return replace(around, aspect=Aspect.AXIS)
    if name == "args" and name_of_call(node) == "range":
        return replace(around, aspect=Aspect.RANGE)
    return around
