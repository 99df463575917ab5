"""The author's answers and what known mistakes make of them: definitions taken out of the course's files, as text.

An edit changes a right definition, the author's answer or an alternative: each old text must occur in it exactly once.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from autograder.course.declarations import MistakeSpec, read_designs, read_mistakes
from autograder.course.definitions import TopLevel, first_line
from autograder.course.parts import files_of
from autograder.course.percent import BEGIN, END, SourceCell
from autograder.errors import CourseError, place

if TYPE_CHECKING:
    from autograder.course.load import Assignment

Definition = ast.FunctionDef | ast.ClassDef


def without_markers(source: str) -> str:
    """An answer as a student would hand it in."""
    return "\n".join(line for line in source.split("\n") if BEGIN not in line and END not in line)


def homes(assignment: Assignment) -> dict[str, str]:
    """Function or class that an answer defines → its exercise."""
    exercises = {cell: exercise.name for exercise in assignment.everything for cell in exercise.cells}
    return {
        node.name: exercises[cell.name or ""]
        for cell in _answers(assignment)
        for node in parsed(cell.source).body
        if isinstance(node, Definition)
    }


def mistakes_of(assignment: Assignment) -> tuple[MistakeSpec, ...]:
    """Every known mistake of what is graded, in the order of the exercises and of the lines. Raises CourseError."""
    found = read_mistakes(assignment.mistakes, assignment.names, homes(assignment))
    return tuple(each for each in found if each.exercise in assignment.names or not assignment.practice)


def designs_of(assignment: Assignment) -> tuple[MistakeSpec, ...]:
    """Every design of the assignment, in the order of the exercises and then of the lines. Raises CourseError."""
    return read_designs(assignment.designs, assignment.names, homes(assignment))


def stand_in(assignment: Assignment, names: Iterable[str]) -> str:
    """The author's definitions of these names and all that they use, as a program of its own without comments."""
    cells = [cell for cell in assignment.cells if cell.kind == "code" and cell.role in ("given", "solution")]
    body = [node for cell in cells for node in parsed(cell.source).body]
    return ast.unparse(ast.Module(TopLevel(ast.Module(body, [])).needed(names), []))


def wrong_definition(assignment: Assignment, mistake: MistakeSpec) -> str:
    """What a student who makes this mistake (or chose this design) writes in its place. Raises CourseError."""
    if not mistake.pairs:
        return definition(mistake.path, mistake.name, mistake.replaces)
    return wrong_text(right_definition(assignment, mistake), mistake)


def wrong_text(right: str, edit: MistakeSpec) -> str:
    """The right definition with every pair of the edit put in, under the name that it replaces. Raises CourseError."""
    (node,) = ast.parse(edited(right, edit)).body
    return _called(node, edit.replaces)


def right_definition(assignment: Assignment, edit: MistakeSpec) -> str:
    """The text that an edit changes. Raises CourseError where there is none."""
    where = place(edit.path, edit.line)
    name, *method = edit.replaces.split(".")
    if not edit.of:
        texts: Iterable[str] = (without_markers(cell.source) for cell in _answers(assignment))
        names = [name, *method]
    elif edit.of.split("__")[0] != name:
        raise CourseError(f"“{edit.of}” is not an alternative of “{name}”", where, f"choose one named {name}__…")
    else:
        texts = (file.path.read_text("utf-8") for file in files_of(assignment.alternatives))
        names = [edit.of, *method]
    for text in texts:
        node = find(_tree(text), names)
        if node is not None:
            return _segment(text, node)
    home = "alternative" if edit.of else "answer"
    raise CourseError(f"no {home} defines “{'.'.join(names)}”", where, "correct the name")


def edited(text: str, edit: MistakeSpec) -> str:
    """The text with every pair put in. Raises CourseError with the edit's line where one does not fit."""
    where, of = place(edit.path, edit.line), edit.of or edit.replaces
    spots: list[tuple[int, int, str]] = []
    for old, new in edit.pairs:
        starts = _starts(text, old)
        if len(starts) != 1:
            often = f"occurs {len(starts)} times in {of}; it must occur exactly once"
            todo = "give more of the line around it" if starts else "copy it from there, with its spaces"
            raise CourseError(f"“{_shown(old)}” {often if starts else f'does not occur in {of}'}", where, todo)
        spots.append((starts[0], starts[0] + len(old), new))
    spots.sort()
    for (_, end, _), (start, _, _) in itertools.pairwise(spots):
        if start < end:
            raise CourseError(f"two replacements of {edit.name} overlap", where, "merge them into one pair")
    for start, end, new in reversed(spots):
        text = text[:start] + new + text[end:]
    _refuse_broken(text, edit, where)
    return text


def _refuse_broken(text: str, edit: MistakeSpec, where: str) -> None:
    todo = "correct the replacement"
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        line = text.split("\n")[(error.lineno or 1) - 1].strip()
        raise CourseError(f"the edit {edit.name} produces invalid Python: {line}", where, todo) from None
    if len(body) != 1 or not isinstance(body[0], Definition):
        raise CourseError(f"the edit {edit.name} must leave exactly one function or class", where, todo)


def _starts(text: str, old: str) -> list[int]:
    """Where `old` begins in the text; nowhere, when it is empty."""
    found: list[int] = []
    start = text.find(old) if old else -1
    while start >= 0:
        found.append(start)
        start = text.find(old, start + 1)
    return found


def _shown(text: str) -> str:
    first, _, more = text.strip().partition("\n")
    return f"{first} …" if more else first


def _answers(assignment: Assignment) -> Sequence[SourceCell]:
    """The code cells with an answer."""
    return [cell for cell in assignment.cells if cell.role == "solution" and cell.kind == "code"]


# definitions in a text ------------------------------------------------------------------------


def definition(path: Path, function: str, name: str = "") -> str:
    """`renamed` source of a function or class of the file at `path`. Raises KeyError where there is none."""
    node = find(_tree(path.read_text("utf-8")), [function])
    if node is None:
        raise KeyError(f"{path.name} defines no {function}")
    return renamed(ast.unparse(node), name or function)


def renamed(source: str, name: str) -> str:
    """One definition, as inspect.getsource gives it, without decorators and under another name. Comments are lost.

    Under the name `Class.method` it is that method.
    """
    (node,) = ast.parse(dedent(source)).body
    if isinstance(node, Definition):
        node.decorator_list = []
    return _called(node, name)


def _called(node: ast.stmt, name: str) -> str:
    """The source of a definition under another name."""
    name = name.rpartition(".")[2]
    if not isinstance(node, Definition):
        raise KeyError(f"no definition to be called {name}")
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id == node.name:
            inner.id = name  # it calls itself
    node.name = name
    return ast.unparse(node)


def parsed(text: str) -> ast.Module:
    """The syntax tree of a cell; an empty one for an answer in words."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def find(tree: ast.Module | Definition, names: Sequence[str]) -> Definition | None:
    """The last definition of that dotted name, as Python would see it."""
    for node in reversed(tree.body):
        if isinstance(node, Definition) and node.name == names[0]:
            return find(node, names[1:]) if names[1:] else node
    return None


@lru_cache(maxsize=64)
def _tree(text: str) -> ast.Module:
    """Parsed once, however many definitions are looked for: nobody changes it."""
    return parsed(text)


def _segment(text: str, node: Definition) -> str:
    """The text of a definition with its decorators and comments, moved to the left."""
    return dedent("\n".join(text.split("\n")[first_line(node) - 1 : node.end_lineno]))
