"""Notebooks made from the author's: what is replaced, and that all else stays."""

from pathlib import Path

import nbformat
import pytest

from autograder.authoring import variants
from autograder.course import Assignment, Exercise, Limits, ReleaseCell
from autograder.course.answers import definition
from autograder.course.percent import read_source_cells

NOTEBOOK = '''\
# %% setup role="given"
import math

# %% area role="solution"
def area(r):
    """Area of a circle."""
    ### BEGIN SOLUTION
    return math.pi * r ** 2
    ### END SOLUTION


class Ring:
    @staticmethod
    def area(a, b):
        return area(b) - area(a)

# %% area_check role="check" points=60
assert area(1) > 3

# %% double role="solution"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% double_check role="check" points=30
assert double(1) == 2

# %% [markdown] why role="manual" points=10 title="Why?"
# ### BEGIN SOLUTION
# Because it is round.
# ### END SOLUTION
'''


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    cells = read_source_cells(tmp_path / "notebook.py")
    release = tuple(ReleaseCell(cell.name, cell.role, cell.kind, cell.released) for cell in cells)
    names = (("area", 60.0, False), ("double", 30.0, False), ("why", 10.0, True))
    exercises = tuple(Exercise(name, name, points, (name,), manual, 1) for name, points, manual in names)
    return Assignment("a1", "A1", exercises, Limits(), "shapes", release, tmp_path, "secret", cells)


def sources(raw: bytes) -> dict[str, str]:
    notebook = nbformat.reads(raw.decode(), as_version=4)
    nbformat.validate(notebook)
    return {cell["id"]: cell["source"] for cell in notebook.cells}


def test_one_function_is_replaced_and_nothing_else(assignment):
    found = sources(variants.with_solution(assignment, {"area": "def area(r):\n    return 3 * r * r"}))
    before = sources(variants.with_solution(assignment, {}))
    assert found["area"].startswith("def area(r):\n    return 3 * r * r\n")
    assert "class Ring:" in found["area"]
    assert {key: found[key] for key in found if key != "area"} == {key: before[key] for key in before if key != "area"}


def test_a_method_is_replaced_with_its_decorators(assignment):
    found = variants.with_replaced(variants.answers(assignment), {"Ring.area": "def area(self, a, b):\n    return 0"})
    assert "@staticmethod" not in found["area"]
    assert "    def area(self, a, b):\n        return 0" in found["area"]


def test_an_unknown_name_is_refused(assignment):
    with pytest.raises(KeyError, match="no answer defines volume"):
        variants.with_solution(assignment, {"volume": "def volume(): pass"})


def test_half_done_has_only_the_answers_asked_for(assignment):
    assert list(variants.answers(assignment, ["area"])) == ["area"]
    assert list(variants.answers(assignment)) == ["area", "double", "why"]


def test_a_body_is_replaced_below_the_same_signature(assignment):
    found = variants.with_body(variants.answers(assignment), "double", "while True:\n    pass")
    assert found["double"].strip() == "def double(x):\n    while True:\n        pass"
    assert variants.answered_functions(found) == ["area", "double"]


def test_a_mistake_takes_the_name_of_what_it_replaces(tmp_path):
    path = tmp_path / "mistakes.py"
    path.write_text("@mistake('x', hint='…')\ndef wrong(n):\n    return wrong(n - 1) if n else 0\n")
    assert definition(path, "wrong", "right") == "def right(n):\n    return right(n - 1) if n else 0"
    with pytest.raises(KeyError, match="defines no other"):
        definition(path, "other")


def test_a_mistake_in_a_method_takes_the_name_of_the_method(tmp_path):
    path = tmp_path / "mistakes.py"
    path.write_text("@mistake('x', hint='…')\ndef adds(self, a, b):\n    return a + b\n")
    assert definition(path, "adds", "Ring.area") == "def area(self, a, b):\n    return a + b"
