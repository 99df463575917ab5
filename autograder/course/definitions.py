"""The top level of source files: which statement defines a name, and all that a definition uses."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def bound(node: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement defines: functions, classes, imports, variables."""
    if isinstance(node, Function):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        yield from (
            name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        )


def first_line(node: ast.stmt) -> int:
    """The line where a statement begins, a definition's decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def names_in(node: ast.AST) -> set[str]:
    """Every plain name in it."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


class TopLevel:
    """The top level of a file: what defines which name, and what is always executed.

    `beside` are the files of the same folder by name, for `from ._helpers import …`.
    """

    def __init__(self, tree: ast.Module, beside: Mapping[str, TopLevel] | None = None) -> None:
        self.beside = beside or {}
        self.definitions: dict[str, list[ast.stmt]] = {}
        self.always: list[ast.stmt] = []
        self.body = tree.body
        for node in tree.body:
            names = list(bound(node))
            for name in names:
                self.definitions.setdefault(name, []).append(node)
            if not names and not _is_text(node):
                self.always.append(node)

    def closure(self, names: Iterable[str]) -> list[ast.stmt]:
        """The statements that define `names`, and all that those use, in the order of the names."""
        own = [node for name in sorted(self._reached(names)) for node in self.definitions[name]]
        shared = [node for statement in own for node in self._shared(statement)]
        return [*own, *shared, *self.always]

    def needed(self, names: Iterable[str]) -> list[ast.stmt]:
        """The statements of this file that define `names`, and all that those use, in the order of the file."""
        reached = self._reached(names)
        return [node for node in self.body if not reached.isdisjoint(bound(node))]

    def _reached(self, names: Iterable[str]) -> set[str]:
        """These names and those that their definitions use, as far as this file defines them."""
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self.definitions and name not in seen:
                seen.add(name)
                waiting += [used for node in self.definitions[name] for used in names_in(node)]
        return seen

    def whole(self) -> list[ast.stmt]:
        """Everything."""
        return self.closure(self.definitions)

    def _shared(self, node: ast.stmt) -> list[ast.stmt]:
        """What an import from a file of the same folder stands for."""
        if not isinstance(node, ast.ImportFrom) or node.level != 1:
            return []
        names = [alias.name for alias in node.names]
        if not node.module:  # from . import _helpers
            return [used for name in names if name in self.beside for used in self.beside[name].whole()]
        other = self.beside.get(node.module)
        return [] if other is None else other.whole() if "*" in names else other.closure(names)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def top_level(path: Path, tree: ast.Module) -> TopLevel:
    """The top level of a file that may import from the files beside it whose names begin with "_"."""
    beside: dict[str, TopLevel] = {}
    for file in sorted(path.parent.glob("_*.py")):
        beside[file.stem] = TopLevel(ast.parse(file.read_bytes(), filename=file.name), beside)
    return TopLevel(tree, beside)
