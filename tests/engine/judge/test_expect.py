"""The verbs of `expect`, each with an answer that passes and one that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch._subclasses import FakeTensorMode

from autograder.model import Verdict
from tests.engine.samples.judge import one_result, stub

ONES = torch.ones(2, 3, dtype=torch.float64)


class Thing:
    """Something that stays inside the box."""


class Refusal(ValueError):
    """An error of the student's own making."""


def fails(_x: object) -> None:
    """Raises what a check may ask for."""
    raise ValueError("no")


def fails_in_its_own_way(_x: object) -> None:
    """Raises an error that is a ValueError, too."""
    raise Refusal("no")


def fails_otherwise(_x: object) -> None:
    """Raises something else."""
    raise KeyError("no")


CALL = "expect(student.double(1))"
LAZY = "expect(lambda: student.double(1))"
ONES_EXPECTED = "torch.ones(2, 3, dtype=torch.float64)"


@pytest.mark.parametrize(
    ("body", "good", "bad"),
    [
        (f"{CALL}.to_match({ONES_EXPECTED})", ONES, ONES + 1e-6),
        (f"{CALL}.to_match({ONES_EXPECTED})", ONES, torch.ones(())),
        (f"{CALL}.to_match({ONES_EXPECTED})", ONES, ONES * float("nan")),
        (f"{CALL}.to_match({ONES_EXPECTED})", ONES, ONES[:0]),
        (f"{CALL}.to_match({ONES_EXPECTED})", ONES, None),
        (f"{CALL}.to_match({ONES_EXPECTED})", ONES, Thing()),
        (f"{CALL}.to_match({ONES_EXPECTED}, rtol=0.1)", ONES + 0.05, ONES + 0.2),
        (f"{CALL}.to_match([1, 2.5])", [1, 2.5], [1, Thing()]),
        (f"{CALL}.to_agree_with({ONES_EXPECTED})", ONES.float(), ONES.float() * 1.001),
        (f"{CALL}.to_agree_with({ONES_EXPECTED})", ONES.long(), ONES.bool()),
        (f"{CALL}.to_agree_with({ONES_EXPECTED})", ONES, ONES.float().T),
        (f"{CALL}.to_agree_with({ONES_EXPECTED})", ONES, ONES.numpy()),
        (f"{CALL}.to_agree_with({ONES_EXPECTED}.long())", ONES.long(), ONES * 1.5),
        (f"{CALL}.to_equal(3)", 3, 3.0),
        (f"{CALL}.to_equal(3)", 3, torch.tensor(3)),
        (f"{CALL}.to_equal(True)", True, 1),
        (f"{CALL}.to_equal(None)", None, 0),
        (f"{CALL}.to_have_shape(2, 3)", ONES, ONES.T),
        (f"{CALL}.to_have_shape(2, 3)", ONES, ONES.numpy()),
        (f"{CALL}.to_have_dtype(torch.float64)", ONES, ONES.float()),
        (f"{CALL}.to_be_a(int)", 3, True),
        (f"{CALL}.to_be_a(float)", 3.0, 3),
        (f"{CALL}.to_be_a(torch.Tensor)", ONES, ONES.numpy()),
        (f"{CALL}.to_be_a(tuple, length=2)", (1, 2), (1, 2, 3)),
        (f"{CALL}.to_be_a(tuple, length=2)", (1, 2), [1, 2]),
        (f"{CALL}.to_be_a_row_of(2)", [1, 2], (1, 2, 3)),
        (f"{CALL}.to_be_a_row_of(2)", (1, 2), {1: 2, 3: 4}),
        (f"{CALL}.to_be_detached()", ONES, torch.nn.Parameter(ONES)),
        (f"{CALL}.to_reach(0.9)", 0.9, 0.89),
        (f"{CALL}.to_reach(0.9)", np.float64(1), float("nan")),
        (f"{CALL}.to_reach(0.9)", 1, True),
        (f"{CALL}.to_be_below(0.1)", 0.0, 0.1),
        (f"{CALL}.to_be_below(0.1)", 0.0, float("nan")),
        ("expect(value_of(student.double(1)) == 3).to_hold('it is three')", 3, 4),
    ],
)
def test_a_verb_passes_and_fails(tmp_path: Path, body: str, good: Any, bad: Any) -> None:
    passed = one_result(tmp_path, body, double=lambda _x: good)
    assert (passed.verdict, passed.staff) == (Verdict.PASSED, "")
    failed = one_result(tmp_path, body, double=lambda _x: bad)
    assert (failed.verdict, failed.staff) == (Verdict.FAILED, "")
    assert failed.message.endswith((".", "?"))


@pytest.mark.parametrize(
    ("double", "verdict"),
    [
        (fails, Verdict.PASSED),
        (fails_in_its_own_way, Verdict.PASSED),
        (fails_otherwise, Verdict.FAILED),
        (lambda _x: None, Verdict.FAILED),
        (lambda _x: Thing(), Verdict.FAILED),
        (stub, Verdict.RAISED),
    ],
)
def test_an_expected_error_must_come(tmp_path: Path, double: Any, verdict: Verdict) -> None:
    assert one_result(tmp_path, f"{LAZY}.to_raise(ValueError)", double=double).verdict is verdict


def test_every_built_in_base_of_an_error_counts(tmp_path: Path) -> None:
    def missing(_x: object) -> None:
        raise FileNotFoundError("no")

    assert one_result(tmp_path, f"{LAZY}.to_raise(OSError)", double=missing).verdict is Verdict.PASSED
    assert one_result(tmp_path, f"{LAZY}.to_raise(ValueError, LookupError)", double=missing).verdict is Verdict.FAILED


def test_a_stub_is_no_runtime_error(tmp_path: Path) -> None:
    assert one_result(tmp_path, f"{LAZY}.to_raise(RuntimeError)", double=stub).verdict is Verdict.RAISED


def test_a_silent_wrong_answer_is_told_what_to_raise(tmp_path: Path) -> None:
    result = one_result(tmp_path, f"{LAZY}.to_raise(ValueError)", double=lambda _x: 0)
    must = "This input has no valid answer, so `double` must raise ValueError."
    assert result.message == f"{must} Yours returned an int instead."


def test_a_changed_input_is_noticed(tmp_path: Path) -> None:
    body = "expect(lambda: student.double(torch.ones(2))).to_leave_inputs_alone()"
    result = one_result(tmp_path, body, double=lambda x: x.mul_(2))
    assert result.verdict is Verdict.FAILED
    assert "changed the first argument in place" in result.message


def test_a_lost_gradient_is_noticed(tmp_path: Path) -> None:
    body = (
        "x = torch.ones(2)\n"
        "expect(student.with_gradients(torch.ones(2), wrt=('0',)).double(x)).to_have_gradient(2 * x, of='0')"
    )
    assert one_result(tmp_path, body).verdict is Verdict.PASSED
    lost = one_result(tmp_path, body, double=lambda x: (x * 2).detach())
    assert "No gradient reaches the first argument" in lost.message
    wrong = one_result(tmp_path, body, double=lambda x: x * 3)
    assert "of the gradient of the first argument differ" in wrong.message


def test_a_checked_value_is_given_back(tmp_path: Path) -> None:
    body = "a, b = expect(student.double(1)).to_be_a(tuple, length=2)\nexpect(a + b).to_equal(3)"
    assert one_result(tmp_path, body, double=lambda _x: (1, 2)).verdict is Verdict.PASSED


@pytest.mark.parametrize(("show", "told"), [("shapes", ""), ("errors", " It is 0.5."), ("values", " It is 0.5.")])
def test_numbers_are_told_where_the_assignment_allows_it(tmp_path: Path, show: str, told: str) -> None:
    result = one_result(tmp_path, f"{CALL}.to_reach(0.9)", show=show, double=lambda _x: 0.5)
    assert result.message == f"The accuracy does not reach 0.9.{told}"


def test_pictures_are_drawn_only_where_values_are_shown(tmp_path: Path) -> None:
    body = f"{CALL}.to_match({ONES_EXPECTED})"
    pictures = [
        one_result(tmp_path, body, show=show, double=lambda _x: ONES * 2).picture for show in ("errors", "values")
    ]
    assert pictures[0] is None
    assert pictures[1] is not None


def test_an_object_is_no_number_whatever_it_is_called(tmp_path: Path) -> None:
    fake = type("int", (), {"__eq__": lambda _self, _other: True, "__hash__": None})
    result = one_result(tmp_path, f"{CALL}.to_equal(3)", double=lambda _x: fake())
    assert result.message == "The result is an object of type int, expected an int."


class Refusing(torch.Tensor):
    """Whose numbers nobody gets."""

    @classmethod
    def __torch_function__(cls, *_more: object) -> None:
        """Raises whatever is done with it."""
        raise TypeError("no")


def escaped(x: torch.Tensor) -> torch.Tensor:
    """A tensor of a transformation that has ended."""
    kept: list[torch.Tensor] = []
    torch.vmap(lambda row: kept.append(row) or row)(x)
    return kept[0]


NO_DENSE_FORM = {
    "SparseTensor": lambda: ONES.to_sparse(),
    "NestedTensor": lambda: torch.nested.as_nested_tensor([ONES]),
    "MetaTensor": lambda: ONES.to("meta"),
    "float8_e5m2_Tensor": lambda: ONES.to(torch.float8_e5m2),
    "UnreadableTensor": lambda: escaped(ONES),
    "MaskedTensor": lambda: torch.masked.masked_tensor(ONES, ONES > 0),
    "FakeTensor": lambda: FakeTensorMode().from_tensor(ONES),
    "Refusing": lambda: ONES.as_subclass(Refusing),
    "QuantizedTensor": lambda: torch.quantize_per_tensor(ONES.float(), 1.0, 0, torch.quint8),
}


@pytest.mark.parametrize("kind", NO_DENSE_FORM)
def test_a_tensor_without_plain_numbers_is_called_what_it_is(tmp_path: Path, kind: str) -> None:
    """Else students read that a tensor is no tensor."""
    result = one_result(tmp_path, f"{CALL}.to_match({ONES_EXPECTED})", double=lambda _x: NO_DENSE_FORM[kind]())
    assert result.message == f"The result is an object of type {kind}, expected a PyTorch tensor."
