"""Compares an answer with the expected one and says in a sentence what differs.

The ladder: type, dtype, shape, finiteness, then the largest error. Nothing is summed or averaged on the way, so an
empty array, NaN or a number that would broadcast never passes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from cnnkit.compare.arrays import RTOL_DEFAULT, Tolerance, compare_arrays
from cnnkit.compare.mismatch import Mismatch, counted, kind_of, short, subject

_STANDS_FOR = {("a float", "an int"), ("a tuple", "a list")}  # what is wanted, and what is taken for it


def compare(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float = 1e-12, name: str = ""
) -> Mismatch | None:
    """None when `actual` agrees with `expected`, else the first difference on the ladder.

    An int stands for a float, and a list for a tuple: where a notebook does ask for a tuple, a check of types says so.
    Floating-point values may differ by atol + rtol × the largest expected value; rtol defaults to 1e-9 (float64 and
    Python floats), 1e-4 (float32) or 1e-2 (16 bits). Everything else must be equal. Raises ValueError when `expected`
    holds NaN.
    """
    if not (rtol is None or rtol >= 0) or not atol >= 0:
        raise ValueError("rtol and atol must not be negative")
    mismatch = _type_mismatch(actual, expected, name)
    if mismatch:
        return mismatch
    if isinstance(expected, (torch.Tensor, np.ndarray)):
        return compare_arrays(actual, expected, (rtol, atol), name)
    if isinstance(expected, (list, tuple)):
        return _compare_sequences(actual, expected, (rtol, atol), name)
    if isinstance(expected, dict):
        return _compare_dicts(actual, expected, (rtol, atol), name)
    return _compare_scalars(actual, expected, (rtol, atol), name)


def _type_mismatch(actual: Any, expected: Any, name: str) -> Mismatch | None:
    yours, wanted = kind_of(actual), kind_of(expected)
    if wanted == yours or (wanted, yours) in _STANDS_FOR:
        return None
    start = subject(name)
    if actual is None:
        what = f"{start} is None, expected {wanted}: is there a `return` at the end of the function?"
    else:
        what = f"{start} is {yours}, expected {wanted}{_type_hint(actual, wanted)}."
    return Mismatch("type", what)


def _type_hint(actual: Any, wanted: str) -> str:
    number = wanted in ("an int", "a float", "a bool")
    if number and isinstance(actual, (torch.Tensor, np.ndarray)) and actual.ndim == 0:
        return " (`.item()` gives the number itself)"
    if wanted == "an int" and isinstance(actual, (float, np.floating)):
        return " (`//` divides and rounds down to an int, `/` gives a float)"
    if wanted == "a PyTorch tensor" and isinstance(actual, np.ndarray):
        return " (use torch throughout; NumPy also loses the gradient)"
    return ""


def _compare_sequences(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    if len(actual) != len(expected):
        what = f"{subject(name)} has {counted(len(actual), 'item')}, expected {len(expected)}."
        return Mismatch("length", what)
    for position, (yours, wanted) in enumerate(zip(actual, expected, strict=True)):
        inner = f"item {position} of {name or 'the result'}"
        mismatch = compare(yours, wanted, rtol=tolerance[0], atol=tolerance[1], name=inner)
        if mismatch:
            return replace(mismatch, index=(position, *mismatch.index))
    return None


def _compare_dicts(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    missing = [key for key in expected if key not in actual]
    if missing:
        return Mismatch("keys", f"{subject(name)} has no key {missing[0]!r}.")
    if len(actual) != len(expected):
        what = f"{subject(name)} has {counted(len(actual), 'key')}, expected {len(expected)}."
        return Mismatch("keys", what)
    for key, wanted in expected.items():
        inner = f"{name or 'the result'}[{key!r}]"
        mismatch = compare(actual[key], wanted, rtol=tolerance[0], atol=tolerance[1], name=inner)
        if mismatch:
            return mismatch
    return None


def _compare_scalars(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    if not isinstance(expected, (float, complex, np.inexact)):
        if actual == expected:
            return None
        amount = f"It is off by {abs(int(actual) - int(expected))}." if kind_of(expected) == "an int" else ""
        return _scalar_mismatch(actual, expected, amount, name)
    if np.isnan(expected):
        raise ValueError("the expected value is NaN")
    if not np.isfinite(actual) and actual != expected:
        return Mismatch("finite", f"{subject(name)} is {'NaN' if np.isnan(actual) else 'infinite'}.", yours=actual)
    rtol = RTOL_DEFAULT if tolerance[0] is None else tolerance[0]
    allowed = tolerance[1] + rtol * float(np.abs(expected))
    if actual == expected or abs(actual - expected) <= allowed < np.inf:
        return None
    return _scalar_mismatch(actual, expected, f"It is off by {abs(actual - expected):.3g}.", name)


def _scalar_mismatch(actual: Any, expected: Any, amount: str, name: str) -> Mismatch:
    what = f"{subject(name)} is not the right {kind_of(expected).split()[-1]}."
    detail = f"Yours is {short(actual)}, expected {short(expected)}."
    return Mismatch("value", what, amount, detail, yours=actual, expected=expected)
