"""Compares an answer with the expected one and says in a sentence what differs.

The ladder: type, dtype, shape, finiteness, then the largest error. Nothing is summed or averaged on the way, so an
empty array, NaN or a number that would broadcast never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cnnkit.shapes import shape_hint

Slice = list[list[float | None]]
Tolerance = tuple[float | None, float]

MOST = 16  # rows and columns of a slice for a picture
RTOL = {"float32": 1e-4, "complex64": 1e-4, "float16": 1e-2, "bfloat16": 1e-2}
RTOL_DEFAULT = 1e-9  # float64 and Python floats


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What differs. `what` never tells values; `amount` adds the error, `detail` both values."""

    kind: str  # "type", "dtype", "shape", "finite", "length", "keys" or "value"
    what: str
    amount: str = ""
    detail: str = ""
    index: tuple[int, ...] = ()
    yours: Any = None  # the value at `index`
    expected: Any = None
    yours_slice: Slice | None = None  # at most 16 × 16 around `index`; None stands for NaN or infinity
    expected_slice: Slice | None = None
    caption: str = ""  # which slice it is, e.g. "[0, 2, :, :]"

    def sentence(self, show: str = "values") -> str:
        """The text a student reads; show is "shapes", "errors" or "values"."""
        parts = {"shapes": 1, "errors": 2, "values": 3}[show]
        return " ".join(part for part in (self.what, self.amount, self.detail)[:parts] if part)


def compare(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float = 1e-12, name: str = ""
) -> Mismatch | None:
    """None when `actual` is `expected`, else the first difference on the ladder.

    Floating-point values may differ by atol + rtol × the largest expected value; rtol defaults to 1e-9 (float64 and
    Python floats), 1e-4 (float32) or 1e-2 (16 bits). Everything else must be equal. Raises ValueError when `expected`
    holds NaN.
    """
    if not (rtol is None or rtol >= 0) or not atol >= 0:
        raise ValueError("rtol and atol are 0 or more")
    mismatch = _type_mismatch(actual, expected, name)
    if mismatch:
        return mismatch
    if isinstance(expected, (torch.Tensor, np.ndarray)):
        return _compare_arrays(actual, expected, (rtol, atol), name)
    if isinstance(expected, (list, tuple)):
        return _compare_sequences(actual, expected, (rtol, atol), name)
    if isinstance(expected, dict):
        return _compare_dicts(actual, expected, (rtol, atol), name)
    return _compare_scalars(actual, expected, (rtol, atol), name)


def kind_of(value: Any) -> str:
    """What a value is, in words: "a PyTorch tensor", "an int", "None"."""
    if value is None:
        return "None"
    for types, words in _KINDS:
        if isinstance(value, types):
            return words
    return f"an object of type {type(value).__name__}"


_KINDS: tuple[tuple[Any, str], ...] = (
    (torch.Tensor, "a PyTorch tensor"),
    (np.ndarray, "a NumPy array"),
    ((bool, np.bool_), "a bool"),
    ((int, np.integer), "an int"),
    ((float, np.floating), "a float"),
    ((complex, np.complexfloating), "a complex number"),
    (str, "a string"),
    (bytes, "bytes"),
    (list, "a list"),
    (tuple, "a tuple"),
    (dict, "a dict"),
    ((set, frozenset), "a set"),
)


def _type_mismatch(actual: Any, expected: Any, name: str) -> Mismatch | None:
    yours, wanted = kind_of(actual), kind_of(expected)
    if wanted == yours or (wanted == "a float" and yours == "an int"):
        return None
    subject = _subject(name)
    if actual is None:
        what = f"{subject} is None, expected {wanted}: is there a `return` at the end of the function?"
    else:
        what = f"{subject} is {yours}, expected {wanted}{_type_hint(actual, wanted)}."
    return Mismatch("type", what)


def _type_hint(actual: Any, wanted: str) -> str:
    number = wanted in ("an int", "a float", "a bool")
    if number and isinstance(actual, (torch.Tensor, np.ndarray)) and actual.ndim == 0:
        return " (`.item()` takes the number out)"
    if wanted == "an int" and isinstance(actual, (float, np.floating)):
        return " (`//` divides and rounds down to an int, `/` gives a float)"
    if wanted == "a PyTorch tensor" and isinstance(actual, np.ndarray):
        return " (compute with torch from start to end; NumPy also loses the gradient)"
    return ""


def _subject(name: str) -> str:
    return name[:1].upper() + name[1:] if name else "The result"


def _of(thing: str, name: str) -> str:
    return f"The {thing} of {name}" if name else f"The {thing}"


def _compare_sequences(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    if len(actual) != len(expected):
        what = f"{_subject(name)} has {_count(len(actual), 'item')}, expected {len(expected)}."
        return Mismatch("length", what)
    for place, (yours, wanted) in enumerate(zip(actual, expected, strict=True)):
        inner = f"item {place} of {name or 'the result'}"
        mismatch = compare(yours, wanted, rtol=tolerance[0], atol=tolerance[1], name=inner)
        if mismatch:
            return replace(mismatch, index=(place, *mismatch.index))
    return None


def _compare_dicts(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    missing = [key for key in expected if key not in actual]
    if missing:
        return Mismatch("keys", f"{_subject(name)} has no key {missing[0]!r}.")
    if len(actual) != len(expected):
        what = f"{_subject(name)} has {_count(len(actual), 'key')}, expected {len(expected)}."
        return Mismatch("keys", what)
    for key, wanted in expected.items():
        inner = f"{name or 'the result'}[{key!r}]"
        mismatch = compare(actual[key], wanted, rtol=tolerance[0], atol=tolerance[1], name=inner)
        if mismatch:
            return mismatch
    return None


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _compare_scalars(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    if not isinstance(expected, (float, complex, np.inexact)):
        if actual == expected:
            return None
        amount = f"It is off by {abs(int(actual) - int(expected))}." if kind_of(expected) == "an int" else ""
        return _scalar_mismatch(actual, expected, amount, name)
    if np.isnan(expected):
        raise ValueError("the expected value is NaN")
    if not np.isfinite(actual) and actual != expected:
        return Mismatch("finite", f"{_subject(name)} is {'NaN' if np.isnan(actual) else 'infinite'}.", yours=actual)
    rtol = RTOL_DEFAULT if tolerance[0] is None else tolerance[0]
    allowed = tolerance[1] + rtol * float(np.abs(expected))
    if actual == expected or abs(actual - expected) <= allowed < np.inf:
        return None
    return _scalar_mismatch(actual, expected, f"It is off by {abs(actual - expected):.3g}.", name)


def _scalar_mismatch(actual: Any, expected: Any, amount: str, name: str) -> Mismatch:
    what = f"{_subject(name)} is not the right {kind_of(expected).split()[-1]}."
    detail = f"Yours is {_short(actual)}, expected {_short(expected)}."
    return Mismatch("value", what, amount, detail, yours=actual, expected=expected)


def _short(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, (complex, np.complexfloating)):
        return f"{value:.6g}"
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 60 else text[:57] + "..."


def _compare_arrays(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    if isinstance(actual, torch.Tensor) and (actual.layout is not torch.strided or actual.device.type == "meta"):
        return Mismatch("type", f"{_subject(name)} is a tensor without dense values, expected an ordinary one.")
    shape, wanted = tuple(actual.shape), tuple(expected.shape)
    yours_dtype, wanted_dtype = (str(value.dtype).removeprefix("torch.") for value in (actual, expected))
    if yours_dtype != wanted_dtype:
        return Mismatch("dtype", f"{_of('dtype', name)} is {yours_dtype}, expected {wanted_dtype}.")
    if shape != wanted:
        empty = f"{_subject(name)} is empty: the shape is" if 0 in shape else f"{_of('shape', name)} is"
        return Mismatch("shape", f"{empty} {shape}, expected {wanted}{shape_hint(shape, wanted)}.")
    yours, right = _plain(actual), _plain(expected)
    if right.dtype.kind not in "fc":
        return _value_mismatch(yours, right, yours != right, name)
    rtol, atol = tolerance
    rtol = RTOL.get(wanted_dtype, RTOL_DEFAULT) if rtol is None else rtol
    return _compare_floats(yours, right, (rtol, atol), name)


def _plain(value: Any) -> npt.NDArray[Any]:
    """The values as a NumPy array; every floating-point type becomes float64."""
    if isinstance(value, torch.Tensor):
        value = value.detach().resolve_conj().resolve_neg().cpu()
        value = value.double().numpy() if value.is_floating_point() else value.numpy()
    if value.dtype.kind == "f":
        return np.asarray(value, dtype=np.float64)
    return np.asarray(value, dtype=np.complex128) if value.dtype.kind == "c" else np.asarray(value)


def _compare_floats(
    yours: npt.NDArray[Any], right: npt.NDArray[Any], tolerance: tuple[float, float], name: str
) -> Mismatch | None:
    if np.isnan(right).any():
        raise ValueError("the expected value holds NaN")
    finite = np.isfinite(right)
    broken = ~np.isfinite(yours) & (yours != right)
    if broken.any():
        return _not_finite(yours, broken, name)
    sizes = np.abs(right[finite])
    allowed = tolerance[1] + tolerance[0] * (float(sizes.max()) if sizes.size else 0.0)
    with np.errstate(invalid="ignore", over="ignore"):  # inf − inf where both are infinite: equal, found so above
        errors = np.where(yours == right, 0.0, np.abs(yours - right))
    wrong = ~(errors <= allowed)
    mismatch = _value_mismatch(yours, right, wrong, name)
    if mismatch is None:
        return None
    amount = f"The largest error is {errors.max():.3g} (at most {allowed:.3g} is allowed)."
    return replace(mismatch, amount=amount)


def _not_finite(yours: npt.NDArray[Any], broken: npt.NDArray[np.bool_], name: str) -> Mismatch:
    nans = int(np.isnan(yours[broken]).sum())
    kind, many = ("NaN", nans) if nans else ("infinite", int(broken.sum()))
    index = _first(broken)
    verb = "value is" if many == 1 else "values are"
    what = f"{many} of {yours.size} {verb} {kind}{f' in {name}' if name else ''}; the first is at {_place(index)}."
    return Mismatch("finite", what, index=index)


def _value_mismatch(
    yours: npt.NDArray[Any], right: npt.NDArray[Any], wrong: npt.NDArray[np.bool_], name: str
) -> Mismatch | None:
    many = int(np.count_nonzero(wrong))
    if not many:
        return None
    index = _first(wrong)
    inside = f" of {name}" if name else ""
    if right.ndim == 0:
        what = f"The value{inside} is not right (the shape () is)."
    else:
        place = f"the first at {_place(index)}" if many > 1 else f"at {_place(index)}"
        what = f"The shape {right.shape} is right, but {many} of {_count(right.size, 'value')}{inside} differ, {place}."
    mine, theirs = yours[index].item(), right[index].item()
    detail = f"There yours is {_short(mine)}, expected {_short(theirs)}."
    mismatch = Mismatch("value", what, "", detail, index, mine, theirs)
    if right.ndim == 0:
        return mismatch
    window, caption = _window(right.shape, index)
    return replace(
        mismatch, yours_slice=_slice(yours, window), expected_slice=_slice(right, window), caption=caption
    )


def _first(wrong: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), wrong.shape))


def _place(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]"


def _window(shape: tuple[int, ...], index: tuple[int, ...]) -> tuple[tuple[Any, ...], str]:
    """Indices of the 2-D slice (at most 16 × 16) that holds `index`, and its name."""
    window: list[Any] = list(index[:-2])
    names = [str(i) for i in index[:-2]]
    for size, place in zip(shape[-2:], index[-2:], strict=True):
        start = min(max(0, place - MOST // 2), max(0, size - MOST))
        window.append(slice(start, start + MOST))
        names.append(":" if size <= MOST else f"{start}:{start + MOST}")
    return tuple(window), f"[{', '.join(names)}]"


def _slice(values: npt.NDArray[Any], window: tuple[Any, ...]) -> Slice:
    picked = np.atleast_2d(values[window])
    picked = np.abs(picked) if picked.dtype.kind == "c" else picked
    return [[float(v) if np.isfinite(v) else None for v in row] for row in picked]
