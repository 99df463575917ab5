"""Submissions made from the author's answers, with some of them replaced: for `prove`, the demo and the tests."""

import ast
from collections.abc import Iterable, Mapping
from textwrap import dedent, indent

from autograder.authoring import notebooks
from autograder.course import Assignment
from autograder.course.answers import Definition, find, parsed, without_markers
from autograder.course.definitions import first_line

Answers = dict[str, str]  # grade id of a solution cell → its source; what is not in there stays a stub


def answers(assignment: Assignment, exercises: Iterable[str] | None = None) -> Answers:
    """The author's answers to these exercises; to all of them by default."""
    chosen = [exercise.name for exercise in assignment.exercises] if exercises is None else exercises
    cells = [cell for name in chosen for cell in assignment.exercise(name).cells]
    return {cell: without_markers(assignment.solution_source(cell)) for cell in cells}


def with_solution(assignment: Assignment, replaced: Mapping[str, str]) -> bytes:
    """A perfect notebook in which each function, class or `Class.method` named in `replaced` has that source instead.

    Raises KeyError for a name that no answer defines.
    """
    return notebooks.submission(assignment, with_replaced(answers(assignment), replaced))


def with_replaced(given: Answers, replaced: Mapping[str, str]) -> Answers:
    """The same answers with other definitions in their places. Raises KeyError for a name that none of them defines."""
    made = dict(given)
    for name, source in replaced.items():
        made |= _with_definition(made, name, source)
    return made


def answered_functions(given: Answers) -> list[str]:
    """Names of the functions that these answers define at the top level, in order."""
    trees = [parsed(text) for text in given.values()]
    return [node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]


def with_body(given: Answers, name: str, body: str) -> Answers:
    """The same answers; the function `name` keeps its signature and gets another body. Raises KeyError."""
    for grade_id, text in given.items():
        node = find(parsed(text), [name])
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse(dedent(body)).body
            return given | {grade_id: _spliced(text, node, ast.unparse(node))}
    raise KeyError(f"no answer defines the function {name}")


def _with_definition(given: Answers, name: str, source: str) -> Answers:
    for grade_id, text in given.items():
        node = find(parsed(text), name.split("."))
        if node is not None:
            return {grade_id: _spliced(text, node, source)}
    raise KeyError(f"no answer defines {name}")


def _spliced(text: str, node: Definition, source: str) -> str:
    lines = text.split("\n")
    new = indent(dedent(source).strip("\n"), " " * node.col_offset)
    return "\n".join([*lines[: first_line(node) - 1], new, *lines[node.end_lineno :]])
