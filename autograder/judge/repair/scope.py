"""What a function has in scope, and what it does with it, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.course.answers import Definition
from autograder.judge.repair.around import Around, name_of_call

_MOST = 8  # of each kind
_FRESH = frozenset({"list", "dict", "set", "Counter", "defaultdict", "deque", "OrderedDict"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def around_of(function: _Function, definition: Definition) -> Around:
    """What is in scope in a function of a definition."""
    parameters = [each.arg for each in _arguments(function) if each.arg != "self"]
    nodes = list(ast.walk(function))
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    owned = [node.attr for node in ast.walk(definition) if isinstance(node, ast.Attribute) and _is_own(node)]
    first = next((node for node in function.body if not _is_text(node)), function.body[0])
    return Around(
        tuple(dict.fromkeys([*parameters, *stored])),
        tuple(parameters),
        tuple(dict.fromkeys(owned)),
        forgotten=tuple(name for name in parameters if name not in used),
        optional=tuple(name for name in _none_by_default(function) if name not in _asked_for(nodes))[:_MOST],
        changed=tuple(dict.fromkeys(name for node in nodes for name in _changed(node) if name in parameters)),
        masks=tuple(dict.fromkeys(name for node in nodes for name in _mask(node)))[:_MOST],
        keywords=tuple(dict.fromkeys(keyword for node in nodes for keyword in _keywords(node)))[:_MOST],
        kept=tuple(_kept(function, definition))[:_MOST],
        begins=first.lineno,
    )


def _arguments(function: _Function) -> list[ast.arg]:
    of = function.args
    return [*of.posonlyargs, *of.args, *of.kwonlyargs]


def _none_by_default(function: _Function) -> Iterator[str]:
    """The parameters that are None where they are not given."""
    of = function.args
    given = [*zip([*of.posonlyargs, *of.args][::-1], of.defaults[::-1], strict=False)]
    for argument, default in (*given, *zip(of.kwonlyargs, of.kw_defaults, strict=True)):
        if isinstance(default, ast.Constant) and default.value is None:
            yield argument.arg


def _asked_for(nodes: Iterable[ast.AST]) -> set[str]:
    """The variables in comparisons with `is`, and those that are conditions themselves."""
    tests = (getattr(node, "test", None) for node in nodes)
    compared = (each for test in tests if test is not None for each in ast.walk(test))
    return {each.id for each in compared if isinstance(each, ast.Name)}


def _is_own(node: ast.expr) -> bool:
    """Whether it is an attribute of `self`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changed(node: ast.AST) -> Iterator[str]:
    """The variable that a statement or a call changes in place."""
    inner: Any = None
    if isinstance(node, ast.AugAssign):
        inner = node.target
    if isinstance(node, ast.Assign):
        inner = node.targets[0] if isinstance(node.targets[0], ast.Subscript) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
        inner = node.func.value
    while isinstance(inner, (ast.Subscript, ast.Attribute)):
        inner = inner.value
    if isinstance(inner, ast.Name):
        yield inner.id


def _mask(node: ast.AST) -> Iterator[str]:
    """The variable that gets a comparison as its value."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        value = node.value.operand if isinstance(node.value, ast.UnaryOp) else node.value
        if isinstance(value, ast.Compare):
            yield node.targets[0].id


def _keywords(node: ast.AST) -> Iterator[tuple[str, str, str]]:
    """What a call is given by a keyword, where it is a variable; a generator that is made here."""
    if isinstance(node, ast.Call):
        for word in node.keywords:
            if word.arg and isinstance(word.value, ast.Name):
                yield name_of_call(node), word.arg, word.value.id
    made = {getattr(each, "attr", "") for each in ast.walk(node.value)} if isinstance(node, ast.Assign) else set()
    if "Generator" in made and isinstance(node.targets[0], ast.Name):  # type: ignore[attr-defined]
        yield "", "generator", node.targets[0].id  # type: ignore[attr-defined]


def _kept(function: _Function, definition: Definition) -> Iterator[ast.stmt]:
    """Statements that make something empty or a plain number anew, outside of this function, or as its default."""
    of = function.args
    defaults = zip([*of.posonlyargs, *of.args][::-1], of.defaults[::-1], strict=False)
    for argument, default in (*defaults, *zip(of.kwonlyargs, of.kw_defaults, strict=True)):
        if default is not None and _is_fresh(default) and not isinstance(default, ast.Constant):
            yield ast.copy_location(ast.parse(f"{argument.arg} = {ast.unparse(default)}").body[0], function)
    if isinstance(definition, ast.ClassDef) and _arguments(function)[:1] and _arguments(function)[0].arg == "self":
        yield from _of_class(function, definition)


def _of_class(function: _Function, definition: ast.ClassDef) -> Iterator[ast.stmt]:
    makers = [node for node in definition.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    for node in definition.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_fresh(node.value):
            text = f"self.{node.targets[0].id} = {ast.unparse(node.value)}"
            yield ast.copy_location(ast.parse(text).body[0], node)
    for maker in (maker for maker in makers if maker is not function):
        for each in maker.body:
            if isinstance(each, ast.Assign) and _is_own(each.targets[0]) and _is_fresh(each.value):
                yield each


def _is_fresh(node: ast.expr) -> bool:
    """Whether it is empty, or a number to begin at."""
    if isinstance(node, (ast.List, ast.Set, ast.Tuple)):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    if isinstance(node, ast.Call):
        filled = bool(node.args or node.keywords) and name_of_call(node) != "defaultdict"
        return name_of_call(node) in _FRESH and not filled
    return isinstance(node, ast.Constant) and node.value in (0, None, False)
