"""The comparison that the grader and the student's inline check share."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnkit.compare import compare

T = torch.tensor


def f64(*values: float) -> torch.Tensor:
    return T(values, dtype=torch.float64)


def test_equal_tensors_have_no_mismatch() -> None:
    assert compare(f64(1, 2), f64(1, 2)) is None
    assert compare(f64(1, 2 + 1e-10), f64(1, 2)) is None


@pytest.mark.parametrize(
    ("actual", "expected", "kind"),
    [
        (None, f64(1), "type"),
        (np.ones(3), torch.ones(3).double(), "type"),
        ([1.0], f64(1), "type"),
        (True, 1, "type"),
        (1, True, "type"),
        (28.0, 28, "type"),
        (T(28), 28, "type"),
        ("28", 28, "type"),
        ((1, 2), [1, 2], "type"),
        ([1, 3], (1, 2), "value"),
        ([1], (1, 2), "length"),
        (torch.empty(2, 2, device="meta"), torch.ones(2, 2), "type"),
        (torch.ones(2).to_sparse(), torch.ones(2), "type"),
        (torch.ones(3), torch.ones(3).double(), "dtype"),
        (np.ones(3, dtype=np.int32), np.ones(3, dtype=np.int64), "dtype"),
        (f64(), f64(1, 2), "shape"),
        (T(1.0), torch.ones(2, 2), "shape"),
        (torch.ones(1), torch.ones(3), "shape"),
        (torch.ones(0, 3), torch.ones(0, 2), "shape"),
        (f64(1, float("nan")), f64(1, 2), "finite"),
        (f64(1, float("inf")), f64(1, 2), "finite"),
        (float("nan"), 1.0, "finite"),
        (f64(1, 2.1), f64(1, 2), "value"),
        (f64(1, 2), f64(1, float("inf")), "value"),
        (T([1, 2]), T([1, 3]), "value"),
        (T([True]), T([False]), "value"),
        (27, 28, "value"),
        (1.1, 1.0, "value"),
        (1.0, float("inf"), "value"),
        ("a", "b", "value"),
        ([1], [1, 2], "length"),
        ([1, 3], [1, 2], "value"),
        ({"a": 1}, {"b": 1}, "keys"),
        ({"a": 1, "b": 2}, {"a": 1}, "keys"),
        ({"a": 1}, {"a": 2}, "value"),
    ],
)
def test_the_first_step_that_fails_is_named(actual: object, expected: object, kind: str) -> None:
    mismatch = compare(actual, expected)
    assert mismatch is not None
    assert mismatch.kind == kind
    assert mismatch.sentence("values").endswith((".", "?"))


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (3, 3),
        (np.int64(3), 3),
        (3, 3.0),
        (np.float64(3), 3.0),
        (None, None),
        ("x", "x"),
        ((1, [f64(2)]), (1, [f64(2)])),
        ([1, f64(2)], (1, f64(2))),
        ([["Linear", [2], 8]], [("Linear", (2,), 8)]),
        ({"a": f64(1)}, {"a": f64(1)}),
        (torch.empty(0, 3), torch.empty(0, 3)),
        (f64(float("inf"), 1), f64(float("inf"), 1)),
        (torch.ones(2, 3).t(), torch.ones(3, 2)),
        (torch.ones(2, requires_grad=True), torch.ones(2)),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16)),
        (T([1 + 2j]), T([1 + 2j])),
        (T(7.0), T(7.0)),
    ],
)
def test_the_same_answer_in_another_guise_passes(actual: object, expected: object) -> None:
    assert compare(actual, expected) is None


def test_swapped_axes_are_recognised() -> None:
    mismatch = compare(torch.ones(4, 3), torch.ones(3, 4))
    assert mismatch is not None
    assert mismatch.sentence("shapes") == "The shape is (4, 3), expected (3, 4): height and width look swapped."


@pytest.mark.parametrize(
    ("actual", "expected", "hint"),
    [
        ((3, 4), (4, 5), "height is 1 too small and width is 1 too small"),
        ((2, 3, 4), (2, 1, 3, 4), "unsqueeze"),
        ((1, 3, 4), (3, 4), "squeeze"),
        ((12,), (3, 4), "with the same number of values"),
        ((4, 2, 3, 5), (2, 4, 3, 5), "in a different order"),
        ((1,), (), "a single number without axes"),
    ],
)
def test_a_wrong_shape_comes_with_a_guess(actual: tuple[int, ...], expected: tuple[int, ...], hint: str) -> None:
    mismatch = compare(torch.ones(actual), torch.ones(expected))
    assert mismatch is not None
    assert hint in mismatch.what


def test_a_forgotten_return_is_guessed() -> None:
    mismatch = compare(None, 3)
    assert mismatch is not None
    assert "`return`" in mismatch.what


def test_how_much_is_revealed_is_a_setting() -> None:
    mismatch = compare(f64(1, 2.5), f64(1, 2))
    assert mismatch is not None
    shapes, errors, values = (mismatch.sentence(show) for show in ("shapes", "errors", "values"))
    assert shapes == "The shape (2,) is right, but 1 of 2 values differs, at [1]."
    assert errors == f"{shapes} The largest error is 0.5 (at most 2e-09 is allowed)."
    assert values == f"{errors} Your value there is 2.5, expected 2."


def test_the_first_difference_is_named_with_both_values() -> None:
    right = torch.zeros(2, 3, 4, dtype=torch.float64)
    yours = right.clone()
    yours[1, 2, 0] = yours[1, 2, 3] = 5
    mismatch = compare(yours, right)
    assert mismatch is not None
    assert (mismatch.index, mismatch.yours, mismatch.expected) == ((1, 2, 0), 5.0, 0.0)
    assert mismatch.caption == "[1, :, :]"
    assert mismatch.yours_slice == yours[1].tolist()


def test_a_slice_is_small_and_holds_the_difference() -> None:
    right = torch.zeros(40, 50)
    yours = right.clone()
    yours[39, 49] = 1
    mismatch = compare(yours, right)
    assert mismatch is not None
    assert mismatch.yours_slice is not None
    assert (len(mismatch.yours_slice), len(mismatch.yours_slice[0])) == (16, 16)
    assert mismatch.yours_slice[-1][-1] == 1.0
    assert mismatch.caption == "[24:40, 34:50]"


def test_nested_answers_name_the_place() -> None:
    mismatch = compare((1, [f64(1)]), (1, [f64(2)]), name="the result")
    assert mismatch is not None
    assert "item 0 of item 1 of the result" in mismatch.what


def test_errors_are_measured_against_the_largest_value() -> None:
    assert compare(f64(1000, 1e-8), f64(1000, 0)) is None
    assert compare(f64(1e-8, 0), f64(0, 0)) is not None


def test_float32_is_compared_more_loosely() -> None:
    assert compare(T([1.00001]), T([1.0])) is None
    assert compare(T([1.00001]), T([1.0]), rtol=1e-6) is not None


def test_opposite_errors_do_not_cancel() -> None:
    assert compare(f64(0, 2), f64(1, 1)) is not None
    assert compare(f64(2, 1), f64(1, 2)) is not None


def test_a_large_integer_is_compared_exactly() -> None:
    assert compare(T([2**60 + 1]), T([2**60])) is not None
    assert compare(np.array([2**64 - 1], dtype=np.uint64), np.array([2**64 - 2], dtype=np.uint64)) is not None


def test_an_expected_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        compare(f64(1), f64(float("nan")))
    with pytest.raises(ValueError, match="NaN"):
        compare(1.0, float("nan"))


def test_numbers_out_of_nowhere_are_told_as_memory_that_was_never_filled():
    """It only said that the largest error was 1.03e+147."""
    mismatch = compare(torch.tensor([1.0, 1.03e147], dtype=torch.float64), torch.ones(2, dtype=torch.float64))
    assert "torch.empty" in mismatch.sentence("shapes")
