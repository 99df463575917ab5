"""Which cells of a notebook some functions need: what is tried in a box of its own need not run all the others.

Names are found as Python finds them: a parameter of a function is not a variable of a cell that has the same name. A
cell that is no Python, too long or too deep is read word by word.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from autograder.course.definitions import Function
from autograder.judge.repair.reading import tree_and_text
from autograder.submission.match import bound_anew
from autograder.submission.read import Cell
from autograder.submission.uses import words_of

_ALL = "*"  # what an import of everything gives a meaning to
_FILLING = frozenset({"add", "append", "clear", "discard", "extend", "insert", "pop", "remove", "setdefault", "update"})
_REMEMBERED = 256  # cells: most are the same in every submission


@dataclass(frozen=True, slots=True)
class _Names:
    """What a cell gives a meaning to, what it reads while it runs, and what its functions read once they are called."""

    made: frozenset[str]
    read: frozenset[str]
    read_later: frozenset[str]


def cells_needed(cells: Sequence[Cell], names: Iterable[str]) -> list[Cell]:
    """The cells that define these names, and those that give names their meaning which such cells use.

    What is left out only computes or shows something.
    """
    found = [_names_of(cell.source) for cell in cells]
    makers: defaultdict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(found):
        for name in each.made:
            makers[name].append(place)
    kept, waiting = set[int](), [place for name in (*names, _ALL) for place in _taken(makers, name, len(cells))]
    while waiting:
        place = waiting.pop()
        if place not in kept:
            kept.add(place)
            own = found[place]
            waiting += [maker for name in own.read_later for maker in _taken(makers, name, len(cells))]
            waiting += [maker for name in own.read for maker in _taken(makers, name, place)]
    return [cell for place, cell in enumerate(cells) if place in kept]


def _taken(makers: dict[str, list[int]], name: str, before: int) -> list[int]:
    """The cells before a place that give the name its meaning, each once: many cells may read it."""
    places = makers.get(name, [])
    count = bisect_left(places, before)
    taken, makers[name] = places[:count], places[count:]
    return taken


@lru_cache(_REMEMBERED)
def _names_of(source: str) -> _Names:
    tree, text = tree_and_text(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's escape sequences
            table = symtable.symtable(text, "cell", "exec") if tree else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        table = None
    if not tree or not table:
        words = frozenset(words_of(source))
        return _Names(frozenset(bound_anew(source)), words, words)
    symbols = table.get_symbols()
    made = {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}
    inner = [each for scope in _scopes_in(table) for each in scope.get_symbols() if each.is_global()]
    made |= {each.get_name() for each in inner if each.is_assigned()} | set(_changed_in(tree))
    read = {each.get_name() for each in symbols if each.is_referenced()}
    return _Names(frozenset(made), frozenset(read), frozenset(each.get_name() for each in inner))


def _scopes_in(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Functions, classes and comprehensions, those within others too."""
    for scope in table.get_children():
        yield scope
        yield from _scopes_in(scope)


def _changed_in(tree: ast.Module) -> Iterator[str]:
    """What the cell itself puts something into, a class or a list, such as a method; `*` where it imports all."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and node.names[0].name == _ALL:
            yield _ALL
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            yield _root_of(node)
        if isinstance(node, ast.Call):
            yield _filled_by(node)
        waiting += [each for each in ast.iter_child_nodes(node) if not isinstance(each, (Function, ast.Lambda))]


def _filled_by(call: ast.Call) -> str:
    """What `names.append(…)` or `setattr(Net, …)` puts something into; "" where a call does not say so by its name."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _FILLING:
        return _root_of(call.func)
    set_on = isinstance(call.func, ast.Name) and call.func.id in ("setattr", "delattr") and call.args
    return _root_of(call.args[0]) if set_on else ""


def _root_of(node: ast.expr) -> str:
    """The name in front; "" where there is none."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
