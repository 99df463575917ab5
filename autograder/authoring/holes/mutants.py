"""Mechanical mutants of the author's answers: one small change each, made in the syntax tree of a cell.

Only what students write is changed: what lies between the solution markers, and the defaults of signatures.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from autograder.authoring.holes.operators import is_text, replacements_of, statement_replacements
from autograder.course.definitions import Function
from autograder.course.percent import BEGIN, END, SourceCell
from autograder.judge.repair.around import Site

REMOVED = "(removed)"
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # where the statements of a statement are
UNTOUCHED = ("annotation", "returns", "type_comment")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a cell's tree: the line of code before and after it, and the lines of which one leads to it."""

    function: str
    old: str
    new: str
    lines: frozenset[int]
    main: bool  # the line is executed in a call, and is not there to refuse arguments
    slot: Site = field(repr=False)
    value: Any = field(repr=False)

    @property
    def change(self) -> str:
        """Its name within the function."""
        return f"{self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class _Line:
    """A statement without the statements in it, and what it belongs to."""

    function: str
    node: ast.stmt
    slot: Site
    lines: frozenset[int]


def answer_lines(source: str) -> frozenset[int]:
    """Line numbers between the markers of an answer."""
    found, inside = set(), False
    for number, text in enumerate(source.split("\n"), 1):
        inside = inside and END not in text
        if inside:
            found.add(number)
        inside = inside or BEGIN in text
    return frozenset(found)


def mutants_of(cell: SourceCell, tree: ast.Module) -> list[Mutant]:
    """Every mutant of one answer. `mutant.slot.put(mutant.value)` makes it, in `tree`: one at a time."""
    own = answer_lines(cell.source)
    found: list[Mutant] = []
    times: Counter[tuple[str, str, str]] = Counter()
    for line in _lines(tree, "", frozenset()):
        before, seen = code_of(line.slot.get()), set[str]()
        for slot, value in _changes(line, line.node.lineno in own):
            after = _text_after(line, slot, value)
            if after in (before, *seen):
                continue
            seen.add(after)
            times[line.function, before, after] += 1
            often = times[line.function, before, after]
            new = after if often == 1 else f"{after} ({often})"
            main = line.lines == {line.node.lineno} and not _refuses(line.node)
            found.append(Mutant(line.function, before, new, line.lines, main, slot, value))
    return found


def code_of(node: ast.AST) -> str:
    """The code of a statement on one line; of a compound one, only its head."""
    if isinstance(node, ast.Pass):
        return REMOVED
    if isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and node.test.value is True:
        return "if True:"
    if isinstance(node, Function):
        return _head(node)
    lines = ast.unparse(ast.fix_missing_locations(node)).split("\n")
    return lines[0] if hasattr(node, "body") else " ".join(lines)


def _head(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """The decorators and the signature of a definition, without annotations."""
    decorators = [f"@{ast.unparse(each)}" for each in node.decorator_list]
    if isinstance(node, ast.ClassDef):
        return " ".join([*decorators, f"class {node.name}"])
    copied = deepcopy(node.args)
    for argument in ast.walk(copied):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return " ".join([*decorators, f"{node.name}({ast.unparse(copied)})"])


def _text_after(line: _Line, slot: Site, value: Any) -> str:
    kept = slot.get()
    slot.put(value)
    try:
        return code_of(line.slot.get())
    finally:
        slot.put(kept)


def _lines(parent: Any, function: str, around: frozenset[int]) -> Iterator[_Line]:
    """Every statement below `parent`; `around` are the lines of the class or cell whose top level it is on."""
    for name in BLOCKS:
        for place, node in enumerate(getattr(parent, name, [])):
            inner, within = function, around
            if isinstance(node, Function):
                inner, within = f"{function}.{node.name}".lstrip("."), frozenset(range(node.lineno, _end(node) + 1))
            if isinstance(node, ast.stmt) and not is_text(node):
                once = isinstance(parent, (ast.Module, ast.ClassDef)) or isinstance(node, Function)
                yield _Line(inner, node, Site(parent, name, place), within if once else frozenset({node.lineno}))
            yield from _lines(node, inner, within if isinstance(node, ast.ClassDef) else around)


def _refuses(node: ast.stmt) -> bool:
    """Whether it only raises, on a condition or without one."""
    body = node.body if isinstance(node, ast.If) else [node]
    return all(isinstance(each, ast.Raise) for each in body)


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _changes(line: _Line, own: bool) -> Iterator[tuple[Site, Any]]:
    """Each change of a statement: where, and what is put there. What students do not write has its defaults only."""
    node = line.node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from _of_signature(node)
    if own and isinstance(node, Function):
        yield from (
            (Site(node, "decorator_list"), _without(node.decorator_list, decorator))
            for decorator in node.decorator_list
        )
    elif own:
        yield from ((line.slot, other) for other in statement_replacements(node))
        if not isinstance(node, ast.Raise):
            yield from _of_expressions(node)


def _of_signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[Site, Any]]:
    of = node.args
    if of.defaults:
        yield Site(of, "defaults"), of.defaults[1:]
    for place, default in enumerate(of.kw_defaults):
        if default is not None:
            yield Site(of, "kw_defaults", place), None
    for name in ("defaults", "kw_defaults"):
        for place, default in enumerate(getattr(of, name)):
            if default is not None:
                yield from _of_slot(Site(of, name, place))


def _of_expressions(node: Any) -> Iterator[tuple[Site, Any]]:
    """Changes below a node, but for the statements in it."""
    for name, held in ast.iter_fields(node):
        if (name in BLOCKS and isinstance(held, list)) or name in UNTOUCHED:
            continue
        if isinstance(held, list):
            for place, each in enumerate(held):
                if isinstance(each, ast.AST):
                    yield from _of_slot(Site(node, name, place))
        elif isinstance(held, ast.AST):
            yield from _of_slot(Site(node, name))


def _of_slot(slot: Site) -> Iterator[tuple[Site, Any]]:
    node = slot.get()
    if isinstance(node, ast.JoinedStr):
        return
    among = slot.name == "comparators" and isinstance(slot.parent.ops[slot.place], (ast.In, ast.NotIn))
    if not among:  # whose order means nothing
        yield from ((slot, other) for other in replacements_of(node))
    yield from _of_expressions(node)


def _without(row: list[Any], one: Any) -> list[Any]:
    return [each for each in row if each is not one]
