"""The proxy `student`, its handles and the seeded cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.judge.cases import Cases
from autograder.judge.local import LocalBox
from autograder.model import Verdict
from tests.engine.samples.judge import judged, judged_by, one_check, one_result, sample


class Counter:
    """Something that a student's function may give back."""

    def __init__(self) -> None:
        self.items = {"a": [1, 2, 3]}
        self.training = True
        self.weight = torch.ones(2, requires_grad=True)

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Any:
        return iter([torch.zeros(1), torch.ones(1), self])

    def add(self, number: int) -> int:
        """A method."""
        return sum(self.items["a"]) + number


@pytest.mark.parametrize(
    "body",
    [
        "expect(student.double(1).training).to_equal(True)",
        "expect(student.double(1).items['a'][1]).to_equal(2)",
        "expect(student.double(1).add(4)).to_equal(10)",
        "expect(student.double(1).weight).to_match(torch.ones(2))",
        "expect(len(student.double(1))).to_equal(3)",
        "zero, one, this = student.double(1)\nexpect(this.training).to_equal(True)",
        "counter = student.double(1)\nexpect(student.env.len_of(counter)).to_equal(3)",
        "layer = student.env.torch.nn.Linear(3, 10)\nexpect(layer(torch.ones(2, 3))).to_have_shape(2, 10)",
        "expect(student.env.apply(student.halve, 8)).to_equal(4)",
        "expect(student.on_views.identity(torch.ones(2, 3))).to_equal(False)",
        "counters = student.pair()\nexpect(counters[0].training).to_equal(True)",
        "expect(value_of(student.double(1).items)['a']).to_equal([1, 2, 3])",
    ],
)
def test_objects_are_reached_inside_the_box(tmp_path: Path, body: str) -> None:
    helpers = "student.run('def len_of(x): return len(x)\\ndef apply(f, x): return f(x)')\n"
    names: dict[str, Any] = {
        "double": lambda _x: Counter(),
        "pair": lambda: (Counter(), Counter()),
        "identity": lambda x: x.is_contiguous(),
    }
    result = one_result(tmp_path, helpers + body, **names)
    assert (result.verdict, result.staff) == (Verdict.PASSED, "")


@pytest.mark.parametrize("body", ["if student.double(1).training: pass", "student.double(1).training == True"])
def test_a_remote_is_never_taken_for_a_value(tmp_path: Path, body: str) -> None:
    result = one_result(tmp_path, body, double=lambda _x: Counter())
    assert result.verdict is Verdict.UNGRADED
    assert "use expect(...) or value_of(...)" in result.staff


def test_a_counterexample_names_parameters_and_shapes(tmp_path: Path) -> None:
    body = "expect(student.double(torch.ones(20, 3), scale=2)).to_equal(1)"
    result = one_result(tmp_path, body, double=lambda x, scale: x * scale)
    assert result.counterexample == "double(x of shape (20, 3) and dtype float32, scale=2)"


def test_a_counterexample_says_when_inputs_are_views(tmp_path: Path) -> None:
    result = one_result(tmp_path, "expect(student.on_views.double(torch.ones(1))).to_equal(1)")
    assert result.counterexample == "double(x=[1]) on non-contiguous inputs"


def test_cases_are_the_same_from_the_same_seed() -> None:
    one, other, third = Cases(7), Cases(7), Cases(8)
    assert torch.equal(one.images(2, 3, 4, 5), other.images(2, 3, 4, 5))
    assert not torch.equal(one.kernels(4, 3, 2, 5), third.kernels(4, 3, 2, 5))


def test_the_seed_that_is_told_says_nothing_of_what_is_drawn() -> None:
    """As the last bits of the other it left 2**33 to try: minutes, and every label of a gate could be drawn again."""
    seeds = [7 + number * 2**31 for number in range(20)]
    told = [Cases(seed).seed for seed in seeds]
    assert len(set(told)) == 20
    assert all(value != seed % 2**width for seed, value in zip(seeds, told, strict=True) for width in (31, 32, 64))


def test_cases_start_again() -> None:
    cases = Cases(7)
    first = cases.tensor(3)
    assert not torch.equal(cases.tensor(3), first)
    cases.restart()
    assert torch.equal(cases.tensor(3), first)


def test_cases_have_the_asked_range_and_dtype() -> None:
    cases = Cases(1)
    low = cases.tensor(50, low=-3, high=-1, dtype=torch.float32)
    assert low.dtype is torch.float32
    assert bool(((low >= -3) & (low < -1)).all())
    whole = cases.integers(200, low=0, high=2)
    assert sorted(set(whole.tolist())) == [0, 1, 2]
    assert bool((cases.bias(50).abs() >= 0.5).all())
    assert cases.images(2, 3, 4, 5).dtype is torch.float64


def test_other_parameters_than_the_notebooks_are_told_as_such(tmp_path: Path) -> None:
    """It said that the student's code had stopped, though no line of it had run."""
    result = one_result(tmp_path, "expect(student.double(2)).to_equal(4)", double=lambda: 4)
    assert result.message.startswith("The notebook's way of calling `double` fails with TypeError")


def test_what_our_own_code_stumbles_over_is_not_called_the_students(tmp_path: Path) -> None:
    body = """
    student.run("def length_of(x): return len(student.double(x))")
    expect(student.env.length_of(2)).to_equal(4)
    """
    result = one_result(tmp_path, body, double=lambda _x: None)
    assert result.message.startswith("The check stopped with TypeError")
    assert result.counterexample == ""  # it named length_of, which no student knows


def test_other_parameters_are_told_as_such_also_where_our_own_code_calls(tmp_path: Path) -> None:
    """It said that the check stopped, and to compare a type."""
    body = 'student.run("def twice(x): return student.double(x)")\nexpect(student.env.twice(2)).to_equal(4)'

    def double(_x, _y):
        return None

    double.__qualname__ = "double"  # as in a notebook
    result = one_result(tmp_path, body, double=double)
    assert result.message.startswith("The notebook's way of calling `double` fails with TypeError")
    assert result.message.endswith("Compare its parameters with the notebook's.")


def test_a_function_that_only_our_own_code_misses_is_named(tmp_path: Path) -> None:
    body = 'student.run("def twice(x): return student.double(x)")\nexpect(student.env.twice(2)).to_equal(4)'
    result = judged_by(sample(tmp_path, one_check(body)), LocalBox({}).ask)["it"]
    assert result.message.startswith("There is no `double` in your notebook")


@pytest.mark.parametrize("secret", ["secret", "a", "b", "c", "d"])
def test_views_hold_the_same_values_in_a_layout_that_cannot_be_flattened_by_view(tmp_path: Path, secret: str) -> None:
    def layout(x: torch.Tensor) -> tuple[torch.Tensor, bool]:
        try:
            x.view(len(x), -1)
        except RuntimeError:
            return x.clone(), True
        return x.clone(), False

    body = "x = cases.tensor(2, 3, 4, 5)\nexpect(student.on_views.double(x)).to_match((x, True))"
    assignment = replace(sample(tmp_path, one_check(body, "student, cases")), secret=secret)
    assert judged(assignment, double=layout)["it"].verdict is Verdict.PASSED


def test_views_of_arrays_have_negative_strides(tmp_path: Path) -> None:
    expected = "expect(student.on_views.double(x)).to_equal((x, [-24, -8]))"
    body = f"import numpy as np\nx = np.arange(6).reshape(2, 3)\n{expected}"
    result = one_result(tmp_path, body, double=lambda x: (x.copy(), list(x.strides)))
    assert result.verdict is Verdict.PASSED
