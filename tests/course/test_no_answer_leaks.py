"""Nothing that we know about an assignment stands in what students get: not as text, not as a syntax tree."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.authoring.notebooks import build_source
from autograder.course.answers import mistakes_of
from autograder.course.percent import BEGIN, END

TELLING = 24  # characters: shorter lines ("return out", "import torch") say nothing
LARGE = 14  # nodes: smaller statements ("x = x.sum()") say nothing
GIVEN_AGAIN = {"a6_looking_inside": "in_eval_mode", "a7_text_cnn": "in_eval_mode"}  # written in an earlier assignment
FENCED = re.compile(r"^```(?:python|py)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def strings(value) -> Iterator[str]:
    """Every string in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield "".join(item for item in value if isinstance(item, str))
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *strings(item))


def texts(file: str, data: bytes) -> list[str]:
    """What a person can read in a file."""
    return list(strings(json.loads(data))) if file.endswith(".ipynb") else [data.decode()]


def public(course, slug: str) -> list[str]:
    files = sorted(path for path in (course.root / "assignments" / slug).rglob("*") if path.is_file())
    assert [path.name for path in files] == ["README.md", f"{slug}.ipynb"]
    return [text for path in files for text in texts(path.name, path.read_bytes())]


def lines(text: str) -> set[str]:
    """The lines that say something, without indentation and comment signs."""
    found = (line.strip().lstrip("#").strip() for line in text.splitlines())
    return {line for line in found if len(line) >= TELLING and not line.startswith(("import ", "from ", "def "))}


def answers(assignment) -> str:
    """What stands between the solution markers, and manual answers."""
    regions = re.compile(rf"{BEGIN}\n(.*?)\n[^\n]*{END}", re.DOTALL)
    graded = [cell for cell in assignment.cells if cell.role in ("solution", "manual")]
    return "\n".join(part for cell in graded for part in regions.findall(cell.source) or [cell.source])


def secret_files(assignment) -> list[Path]:
    return [path for path in assignment.folder.rglob("*.py") if path != assignment.notebook]


def without_docstring(function: ast.FunctionDef) -> list[ast.stmt]:
    body = function.body
    return body[1:] if ast.get_docstring(function) is not None else body


def functions(trees: list[ast.Module]) -> list[ast.FunctionDef]:
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def shape(body: list[ast.stmt]) -> str:
    """The tree with its variables numbered: renaming does not hide an answer."""
    names: dict[str, str] = {}
    dumped = ast.dump(ast.Module(body, []), annotate_fields=False)
    return re.sub(r"Name\('(\w+)'", lambda m: f"Name('{names.setdefault(m[1], str(len(names)))}'", dumped)


def size(node: ast.AST) -> int:
    return sum(1 for _ in ast.walk(node))


def bodies(trees: list[ast.Module]) -> set[str]:
    """The shapes of all function bodies that are more than a stub."""
    found = (without_docstring(function) for function in functions(trees))
    return {shape(body) for body in found if sum(map(size, body)) >= LARGE}


def statements(trees: list[ast.Module]) -> set[str]:
    """Every large statement inside a function, as it is written."""
    inside = (node for function in functions(trees) for part in without_docstring(function) for node in ast.walk(part))
    return {ast.unparse(node) for node in inside if isinstance(node, ast.stmt) and size(node) >= LARGE}


def parsed(found: list[str]) -> list[ast.Module]:
    """Whatever is Python among the texts: whole cells, and fenced blocks of prose."""
    trees = []
    blocks = [block for text in found for block in FENCED.findall(text)]
    for text in found + blocks:
        try:
            trees.append(ast.parse(re.sub(r"^[%!].*$", "", text, flags=re.MULTILINE)))
        except (SyntaxError, ValueError):
            continue
    return trees


@pytest.fixture(name="assignment", scope="module")
def with_stretches(assignment):
    return assignment.whole


@pytest.fixture(scope="module")
def released(course, assignment):
    return public(course, assignment.slug)


@pytest.fixture(scope="module")
def source(assignment):
    return texts("source.ipynb", build_source(assignment))


def hidden_trees(assignment):
    cells = [cell.source for cell in assignment.cells if cell.role == "solution"]
    return parsed([*cells, *(path.read_text("utf-8") for path in secret_files(assignment))])


def test_no_line_of_an_answer_is_public(assignment, released):
    assert lines(answers(assignment)) & lines("\n".join(released)) == set()


@pytest.fixture(scope="module")
def given_again(assignment):
    """The function of an earlier assignment that students get in this one."""
    trees = parsed([cell.source for cell in assignment.cells if cell.role == "given"])
    return [function for function in functions(trees) if function.name == GIVEN_AGAIN.get(assignment.slug)]


def test_what_is_given_again_is_there(assignment, given_again):
    assert len(given_again) == (assignment.slug in GIVEN_AGAIN)


def test_no_line_of_our_files_is_public(assignment, released, given_again):
    ours = "\n".join(
        statement for path in secret_files(assignment) for statement in statements(parsed([path.read_text("utf-8")]))
    )
    given = lines("\n".join(map(ast.unparse, given_again)))
    assert lines(ours) & lines("\n".join(released)) - given == set()


def test_no_hint_of_a_mistake_is_public(assignment, released):
    text = " ".join(" ".join(released).split())
    assert [item.name for item in mistakes_of(assignment) if item.hint in text] == []


def test_no_function_body_is_public(assignment, released):
    assert bodies(hidden_trees(assignment)) & bodies(parsed(released)) == set()


def test_no_statement_of_ours_is_public(assignment, released, given_again):
    given = statements([ast.Module([function], []) for function in given_again])
    assert statements(hidden_trees(assignment)) & statements(parsed(released)) - given == set()


def test_no_secret_of_the_course_is_public(course, assignment, released):
    assert assignment.secret not in "\n".join(released)
    assert not any(BEGIN in text or END in text for text in released)


def test_a_leak_would_be_seen_as_text(assignment, source):
    missed = lines(answers(assignment)) - lines("\n".join(source))
    assert missed == set()


def test_a_leak_would_be_seen_as_a_tree(assignment, source):
    cells = parsed([cell.source for cell in assignment.cells if cell.role == "solution"])
    assert bodies(cells)
    assert bodies(cells) <= bodies(parsed(source))
    assert statements(cells) <= statements(parsed(source))


def test_renaming_does_not_hide_an_answer():
    one, two = (
        ast.parse(text)
        for text in (
            "def f(a):\n    return [a + i for i in range(3)]",
            "def g(x):\n    return [x + j for j in range(3)]",
        )
    )
    assert bodies([one]) == bodies([two]) != set()
