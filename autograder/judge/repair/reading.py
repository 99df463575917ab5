"""A student's cell → its syntax tree, behind caps that are checked before and after the parser sees it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator

from autograder.course.answers import Definition
from autograder.course.definitions import Function

MAX_CHARACTERS = 20_000  # of one cell
MAX_NODES = 2_500  # the longest answer of the course has about 550
MAX_DEPTH = 60  # the longest answer of the course has about 20

_MAGIC = re.compile(r"^[ \t]*+[%!].*+$", re.MULTILINE)


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree, in which lines of IPython's own are empty; None of what is no Python, too long or too deep."""
    return tree_and_text(source)[0]


def tree_and_text(source: str) -> tuple[ast.Module | None, str]:
    """The same, with the text that it is of."""
    for text in (source, _MAGIC.sub("", source)) if len(source) <= MAX_CHARACTERS else ():
        if tree := _parsed(text):
            return (tree, text) if _is_small(tree) else (None, "")
    return None, ""


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's escape sequences
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def definitions_of(source: str) -> dict[str, Definition]:
    """The functions and classes at the left margin, the last of each name."""
    tree = tree_of(source)
    return {node.name: node for node in tree.body if isinstance(node, Definition)} if tree else {}


def code_of_definition(node: Definition) -> str:
    """Its source without comments; "" where Python itself cannot write it."""
    try:
        return ast.unparse(node)
    except (ValueError, RecursionError):  # a quote in an f-string, a number of too many digits
        return ""


def line_without_comment(source: str, number: int) -> str:
    """The code in this line of a cell, from 1, as it stands there, indented; "" where Python does not read the cell."""
    text = source if _parsed(source) else _MAGIC.sub("", source)
    lines = io.StringIO(text, newline=None).read().split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline))
    except (tokenize.TokenError, SyntaxError):
        return ""
    comments = (token.start[1] for token in tokens if token.type == tokenize.COMMENT and token.start[0] == number)
    return lines[number - 1][: next(comments, None)].rstrip() if number <= len(lines) else ""


def functions_in(node: Definition) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a definition, itself or methods among them, from top to bottom."""
    within = (each for each in ast.walk(node) if isinstance(each, Function) and not isinstance(each, ast.ClassDef))
    yield from sorted(within, key=lambda each: each.lineno)


def _is_small(tree: ast.Module) -> bool:
    """Whether nobody who walks the tree, in whatever way, goes deep or far."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            return False
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return True
