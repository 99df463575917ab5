"""Helper functions of a suite as source that runs beside the student's code: each with all that it uses.

What a helper uses of its own file, and of the files that share helpers with it, comes along: functions, classes, plain
assignments, and imports of third-party packages. The suite's own modules do not exist inside.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import ModuleType
from typing import Any

from autograder.course.definitions import Function, bound, first_line

OURS = ("autograder", "reference", "held_out")  # what there is on this side of the wall only


def filled_in(helper: Callable[..., Any]) -> list[str]:
    """Which of its parameters are filled in inside: a leading `student`, and a `device` that has a default."""
    parameters = inspect.signature(helper).parameters
    first = ["student"] if next(iter(parameters), "") == "student" else []
    own = "device" in parameters and parameters["device"].default is not inspect.Parameter.empty
    return [*first, "device"] if own else first


@lru_cache(maxsize=512)
def source_of(*helpers: Callable[..., Any]) -> str:
    """The source of helpers and of all that they use. Raises TypeError for one that uses what is not there inside."""
    found: dict[tuple[str, str], _Piece] = {}
    for helper in helpers:
        if (not inspect.isfunction(helper) and not inspect.isclass(helper)) or "." in helper.__qualname__:
            raise TypeError(f"{helper!r} is not a function or class at the top of a file")
        _collect(sys.modules[helper.__module__], helper.__name__, found)
    pieces = sorted(set(found.values()), key=lambda piece: piece.order)
    return "\n\n".join(piece.text for piece in pieces) + "\n"


def read_all(name: str) -> None:
    """Parses the module of that name and what is inside it, so that a fork need not."""
    for loaded, module in list(sys.modules.items()):
        if loaded.partition(".")[0] == name and getattr(module, "__file__", None):
            _definitions(module)


class _Piece:
    """A top-level statement, or the part of an import that is needed."""

    def __init__(self, order: tuple[int, str, int], text: str, uses: frozenset[str]) -> None:
        self.order, self.text, self.uses = order, text, uses


def _collect(module: ModuleType, name: str, found: dict[tuple[str, str], _Piece]) -> None:
    """Puts what defines the name, and everything that it uses, into `found`."""
    key = (module.__name__, name)
    node = _definitions(module).get(name)
    if key in found or node is None:
        return
    if isinstance(node, ast.ImportFrom) and node.level:
        _collect(sys.modules[f"{module.__package__}.{node.module}"], name, found)
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        found[key] = _import(node, name)
        return
    found[key] = _statement(module, node)
    for used in sorted(found[key].uses):
        _collect(module, used, found)


def _import(node: ast.Import | ast.ImportFrom, name: str) -> _Piece:
    (alias,) = (alias for alias in node.names if (alias.asname or alias.name).split(".")[0] == name)
    package = (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
    if package.split(".")[0] in OURS:
        raise TypeError(f"a helper uses {name} of {package}, which is not there inside: pass it as an argument")
    needed = ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], 0)
    return _Piece((0, ast.unparse(needed), 0), ast.unparse(needed), frozenset())


def _statement(module: ModuleType, node: ast.stmt) -> _Piece:
    shared = module.__name__.rpartition(".")[2].startswith("_")
    lines = _lines(module)
    first = first_line(node)
    text = "\n".join(lines[first - 1 : node.end_lineno])
    return _Piece((1 if shared else 2, module.__name__, first), text, frozenset(_loaded(node)) - set(_local(node)))


def _local(node: ast.AST) -> Iterator[str]:
    """Names of a function's own."""
    for part in ast.walk(node) if isinstance(node, ast.FunctionDef) else ():
        if isinstance(part, ast.arg):
            yield part.arg
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _loaded(node: ast.AST) -> Iterator[str]:
    """Names that it needs when it runs: annotations are never read."""
    annotations: Sequence[str] = ("annotation", "returns")
    for field, value in ast.iter_fields(node):
        if field in annotations:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _loaded(child)
    if isinstance(node, ast.Name):
        yield node.id


@lru_cache(maxsize=64)
def _lines(module: ModuleType) -> list[str]:
    return inspect.getsource(module).splitlines()


@lru_cache(maxsize=64)
def _definitions(module: ModuleType) -> dict[str, ast.stmt]:
    """Name → the statement at the top of the module that defines it."""
    kinds = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, Function)
    tree = ast.parse("\n".join(_lines(module)))
    return {name: node for node in tree.body if isinstance(node, kinds) for name in bound(node)}
