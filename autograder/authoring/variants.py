"""Submissions made from the author's answers, with some of them exchanged: for `prove`, the demo and the tests."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from textwrap import dedent, indent

from autograder.authoring import notebooks
from autograder.course import Assignment
from autograder.course.percent import BEGIN, END

Definition = ast.FunctionDef | ast.ClassDef
Answers = dict[str, str]  # grade id of a solution cell → its source; what is not in there stays a stub


def answers(assignment: Assignment, exercises: Iterable[str] | None = None) -> Answers:
    """The author's answers to these exercises; to all of them by default."""
    chosen = [exercise.name for exercise in assignment.exercises] if exercises is None else exercises
    cells = [cell for name in chosen for cell in assignment.exercise(name).cells]
    return {cell: _without_markers(assignment.solution_source(cell)) for cell in cells}


def with_solution(assignment: Assignment, replaced: Mapping[str, str]) -> bytes:
    """A perfect notebook in which each function, class or `Class.method` named in `replaced` has that source instead.

    Raises KeyError for a name that no answer defines.
    """
    return notebooks.submission(assignment, exchanged(answers(assignment), replaced))


def exchanged(given: Answers, replaced: Mapping[str, str]) -> Answers:
    """The same answers with other definitions in their places. Raises KeyError for a name that none of them defines."""
    made = dict(given)
    for name, source in replaced.items():
        made |= _with_definition(made, name, source)
    return made


def functions(given: Answers) -> list[str]:
    """Names of the functions that these answers define at the top level, in order."""
    trees = [_parsed(text) for text in given.values()]
    return [node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]


def with_body(given: Answers, name: str, body: str) -> Answers:
    """The same answers; the function `name` keeps its signature and gets another body. Raises KeyError."""
    for grade_id, text in given.items():
        node = _find(_parsed(text), [name])
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse(dedent(body)).body
            return given | {grade_id: _spliced(text, node, ast.unparse(node))}
    raise KeyError(f"no answer defines the function {name}")


def _without_markers(source: str) -> str:
    """An answer as a student would hand it in."""
    return "\n".join(line for line in source.split("\n") if BEGIN not in line and END not in line)


def _with_definition(given: Answers, name: str, source: str) -> Answers:
    for grade_id, text in given.items():
        node = _find(_parsed(text), name.split("."))
        if node is not None:
            return {grade_id: _spliced(text, node, source)}
    raise KeyError(f"no answer defines {name}")


def definition(path: Path, function: str, name: str = "") -> str:
    """`renamed` source of a function or class of the file at `path`. Raises KeyError where there is none."""
    node = _find(_tree(path.read_text("utf-8")), [function])
    if node is None:
        raise KeyError(f"{path.name} defines no {function}")
    return renamed(ast.unparse(node), name or function)


@lru_cache(maxsize=4)
def _tree(text: str) -> ast.Module:
    """Parsed once, however many definitions are looked for: nobody changes it."""
    return ast.parse(text)


def renamed(source: str, name: str) -> str:
    """One definition, as inspect.getsource gives it, without decorators and under another name. Comments are lost.

    Under the name `Class.method` it is that method.
    """
    name = name.rpartition(".")[2]
    (node,) = ast.parse(dedent(source)).body
    if not isinstance(node, Definition):
        raise KeyError(f"no definition to be called {name}")
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id == node.name:
            part.id = name  # it calls itself
    node.decorator_list, node.name = [], name
    return ast.unparse(node)


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:  # an answer in words
        return ast.Module([], [])


def _find(tree: ast.Module | Definition, names: list[str]) -> Definition | None:
    """The last definition of that dotted name, as Python would see it."""
    for node in reversed(tree.body):
        if isinstance(node, Definition) and node.name == names[0]:
            return _find(node, names[1:]) if names[1:] else node
    return None


def _spliced(text: str, node: Definition, source: str) -> str:
    lines = text.split("\n")
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    new = indent(dedent(source).strip("\n"), " " * node.col_offset)
    return "\n".join([*lines[:first], new, *lines[node.end_lineno :]])
