"""Mechanical mutants: what is changed in an answer, and what they are called."""

from __future__ import annotations

import ast

import pytest

from autograder.authoring.holes.mutants import mutants_of
from autograder.course.percent import SourceCell


def changes(answer: str, signature: str = "def f(x, k):") -> set[str]:
    """Every change of a function with this answer; a line that stays is not repeated."""
    lines = ["### BEGIN SOLUTION", *answer.split("\n"), "### END SOLUTION"]
    cell = SourceCell("code", "solution", "f", "\n    ".join([signature, *lines]), 1)
    return {mutant.change for mutant in mutants_of(cell, ast.parse(cell.source))}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("y = x + 1", ["y = x - 1", "y = x", "y = 1", "y = x + 2", "y = x + 0", "(removed)"]),
        ("y = x // k", ["y = -(-x // k)"]),
        ("y = x < k", ["y = x <= k"]),
        ("y = x and k", ["y = x or k"]),
        ("y = math.floor(x)", ["y = math.ceil(x)"]),
        ("y = max(x, k)", ["y = min(x, k)"]),
        ("y = x.clone()", ["y = x"]),
        ("y = x.sum(dim=1, keepdim=True)", ["y = x.sum(keepdim=True)", "y = x.sum(dim=1, keepdim=False)"]),
        ("y = x[0, :]", ["y = x[:, 0]", "y = x[-1, :]"]),
        ("a, b = x.shape", ["b, a = x.shape"]),
        ("with torch.no_grad():\n    x.zero_()", ["if True:"]),
        ("x += k", ["x -= k", "x = k"]),
        ("return x if k else 0", ["return x", "return 0"]),
    ],
)
def test_every_kind_of_slip_is_made(right, wrong):
    found = changes(right)
    assert {f"{right.split(chr(10))[0]} → {other}" for other in wrong} <= found


def test_only_what_students_write_is_changed():
    assert changes("pass", "def f(x, k=2, *, m=1):") == {
        "f(x, k=2, *, m=1) → f(x, k, *, m=1)", "f(x, k=2, *, m=1) → f(x, k=2, *, m)",
        "f(x, k=2, *, m=1) → f(x, k=3, *, m=1)", "f(x, k=2, *, m=1) → f(x, k=1, *, m=1)",
        "f(x, k=2, *, m=1) → f(x, k=2, *, m=2)", "f(x, k=2, *, m=1) → f(x, k=2, *, m=0)",
    }  # fmt: skip


def test_what_no_check_could_see_is_left_alone():
    assert changes('"""Text."""\nprint(x + 1)') == set()
    assert changes('raise ValueError(f"{x + 1} is too much")') == {
        "raise ValueError(f'{x + 1} is too much') → (removed)"
    }


def test_equal_lines_of_a_function_have_names_of_their_own():
    found = changes("x += k\nx += k")
    assert {"x += k → (removed)", "x += k → (removed) (2)"} <= found
