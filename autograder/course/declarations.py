"""What the hidden suite, the reference and the mistakes of an assignment declare, read without importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from autograder.course.toml import is_number
from autograder.errors import CourseError, place
from autograder.log import noted

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One hidden check, as declared in the suite."""

    exercise: str
    name: str  # the test function's name without "test_"
    title: str  # the first line of its docstring
    weight: float  # 0: earns nothing by itself, a gate for others
    after: tuple[str, ...]  # names of the checks that must pass first
    line: int


@dataclass(frozen=True, slots=True)
class MistakeSpec:
    """One known mistake, as declared in mistakes.py."""

    exercise: str
    name: str
    replaces: str
    hint: str
    line: int
    ends: str = ""  # the verdict it ends in, where it cannot be replayed
    below: str = ""  # the threshold that it must not reach


def parse(path: Path) -> ast.Module:
    """The syntax tree of a file of the course. Raises CourseError when it is missing or no Python."""
    try:
        return ast.parse(noted(path).read_bytes(), filename=path.name)
    except FileNotFoundError:
        raise CourseError(f"{path.name} is missing", place(path), "write it, see CONTRIBUTING") from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise CourseError(f"{path.name} is no valid Python: {error}", place(path, line), "correct it") from None


def read_checks(path: Path) -> tuple[CheckSpec, ...]:
    """Every check of a hidden suite, in order. Raises CourseError with file and line."""
    tree = parse(path)
    top = {node for node in tree.body if isinstance(node, ast.FunctionDef)}
    checks = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            if node not in top:
                raise CourseError(
                    f"{node.name} is not at the top of the file", place(path, node.lineno), "move it there"
                )
            checks.append(_check(path, node))
    checks.sort(key=lambda check: check.line)
    _refuse_repeated_names(path, checks)
    _refuse_bad_prerequisites(path, checks)
    return tuple(checks)


def read_mistakes(path: Path) -> tuple[MistakeSpec, ...]:
    """Every known mistake; none where there is no such file. Raises CourseError with file and line."""
    if not path.exists():
        return ()
    found = []
    for node in parse(path).body:
        if isinstance(node, Function) and (call := _decorator(node, "mistake")):
            where = place(path, node.lineno)
            exercise, replaces = _text(call, 0, "exercise", where), _text(call, 1, "replaces", where)
            hint = _text(call, 2, "hint", where)
            ends, below = (str(_literal(call, None, name, where, "")) for name in ("ends", "below"))
            found.append(MistakeSpec(exercise, node.name, replaces, hint, node.lineno, ends, below))
    _refuse_repeated_names(path, found)
    return tuple(found)


def defined_names(path: Path) -> frozenset[str]:
    """Names that a module binds at its top level."""
    return frozenset(name for node in parse(path).body for name in bound(node))


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


def _check(path: Path, node: ast.FunctionDef) -> CheckSpec:
    where = place(path, node.lineno)
    call = _decorator(node, "check")
    if call is None:
        raise CourseError(f"{node.name} belongs to no exercise", where, 'add @check("exercise") above it')
    title = (ast.get_docstring(node) or "").strip().split("\n")[0]
    if not title:
        raise CourseError(f"{node.name} has no docstring", where, "write the line that the student reads")
    weight = _literal(call, None, "weight", where, 1)
    if not is_number(weight, least=0):
        raise CourseError(f"the weight of {node.name} is no number from 0 up", where, "write for example weight=2")
    after = _literal(call, None, "after", where, ())
    names = (after,) if isinstance(after, str) else tuple(after) if isinstance(after, (tuple, list)) else (None,)
    if not all(isinstance(name, str) for name in names):
        raise CourseError(f"after= of {node.name} is no name of a check", where, "write names without “test_”")
    name = node.name.removeprefix("test_")
    return CheckSpec(_text(call, 0, "exercise", where), name, title, float(weight), names, node.lineno)


def _decorator(node: Function, name: str) -> ast.Call | None:
    for item in node.decorator_list:
        if isinstance(item, ast.Call):
            function = item.func
            if name == (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)):
                return item
    return None


def _literal(call: ast.Call, position: int | None, name: str, where: str, default: object = None) -> Any:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if position is not None and position < len(call.args):
        given[name] = call.args[position]
    if name not in given:
        return default
    try:
        return ast.literal_eval(given[name])
    except ValueError:
        raise CourseError(f"{name}= is computed", where, "write it as a plain value: it is read, not run") from None


def _text(call: ast.Call, position: int, name: str, where: str) -> str:
    value = _literal(call, position, name, where)
    if not isinstance(value, str) or not value.strip():
        raise CourseError(f"{name} is missing or no text", where, f'write {name}="…"')
    return value


def _refuse_repeated_names(path: Path, items: list[CheckSpec] | list[MistakeSpec]) -> None:
    lines: dict[str, int] = {}
    for item in items:
        if item.name in lines:
            where = place(path, item.line)
            raise CourseError(f"“{item.name}” stands there twice (line {lines[item.name]} too)", where, "rename one")
        lines[item.name] = item.line


def _refuse_bad_prerequisites(path: Path, checks: list[CheckSpec]) -> None:
    lines = {check.name: check.line for check in checks}
    for check in checks:
        for name in check.after:
            if name not in lines:
                where = place(path, check.line)
                raise CourseError(f"{check.name} waits for “{name}”, which is no check", where, "correct after=")
    try:
        TopologicalSorter({check.name: check.after for check in checks}).prepare()
    except CycleError as error:
        names = error.args[1]
        where = place(path, min(lines[name] for name in names))
        raise CourseError(f"checks wait for each other: {' → '.join(names)}", where, "take one after= out") from None
