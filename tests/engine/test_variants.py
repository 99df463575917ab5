"""Notebooks made from the author's: what is replaced, and that all else stays."""

import json
from pathlib import Path

import nbformat
import pytest

from autograder import variants
from autograder.course import Assignment, Exercise, Limits
from autograder.markers import read_cells

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

# %% double_check role="check" points=40
assert double(1) == 2
'''


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    exercises = (
        Exercise("area", "Area", 60, ("area",), False, 1),
        Exercise("double", "Double", 40, ("double",), False, 9),
    )
    cells = read_cells(tmp_path / "notebook.py")
    return Assignment("a1", "A1", exercises, Limits(), "shapes", (), tmp_path, "secret", cells)


def sources(raw: bytes) -> dict[str, str]:
    return {cell["id"]: cell["source"] for cell in json.loads(raw)["cells"]}


def test_every_variant_is_a_valid_notebook(assignment):
    for made in (
        variants.perfect(assignment),
        variants.untouched(assignment),
        variants.half_done(assignment, ["area"]),
    ):
        nbformat.validate(nbformat.reads(variants.to_bytes(made).decode(), as_version=4))


def test_one_function_is_replaced_and_nothing_else(assignment):
    found = sources(variants.with_solution(assignment, {"area": "def area(r):\n    return 3 * r * r"}))
    before = sources(variants.to_bytes(variants.perfect(assignment)))
    assert found["area"].startswith("def area(r):\n    return 3 * r * r\n")
    assert "class Ring:" in found["area"]
    assert {key: found[key] for key in found if key != "area"} == {key: before[key] for key in before if key != "area"}


def test_a_method_is_replaced_with_its_decorators(assignment):
    found = sources(variants.with_solution(assignment, {"Ring.area": "def area(self, a, b):\n    return 0"}))
    assert "@staticmethod" not in found["area"]
    assert "    def area(self, a, b):\n        return 0" in found["area"]


def test_an_unknown_name_is_refused(assignment):
    with pytest.raises(KeyError, match="no answer defines volume"):
        variants.with_solution(assignment, {"volume": "def volume(): pass"})


def test_an_untouched_notebook_holds_no_answer(assignment):
    text = variants.to_bytes(variants.untouched(assignment)).decode()
    assert "math.pi" not in text
    assert text.count("NotImplementedError") == 2


def test_half_done_has_only_the_answers_asked_for(assignment):
    found = sources(variants.to_bytes(variants.half_done(assignment, ["area"])))
    assert "math.pi" in found["area"]
    assert "NotImplementedError" in found["double"]


def test_a_mistake_takes_the_name_of_what_it_replaces(tmp_path):
    path = tmp_path / "mistakes.py"
    path.write_text("@mistake('x', hint='…')\ndef wrong(n):\n    return wrong(n - 1) if n else 0\n")
    assert variants.definition(path, "wrong", "right") == "def right(n):\n    return right(n - 1) if n else 0"
    with pytest.raises(KeyError, match="defines no other"):
        variants.definition(path, "other")


def test_the_same_assignment_gives_the_same_bytes(assignment):
    assert variants.to_bytes(variants.perfect(assignment)) == variants.to_bytes(variants.perfect(assignment))
