"""Compares tensors and arrays: dtype, shape, finiteness, then the largest error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cnnkit.compare.mismatch import Mismatch, Slice, counted, named, short, subject
from cnnkit.compare.shapes import shape_hint

Tolerance = tuple[float | None, float]  # rtol, atol

MAX_SLICE = 16  # rows and columns of a slice for a picture
RTOL = {"float32": 1e-4, "complex64": 1e-4, "float16": 1e-2, "bfloat16": 1e-2}
RTOL_DEFAULT = 1e-9  # float64 and Python floats
_ASTRONOMICAL = 1e20  # times what is expected: no plain mistake does that
_WILD = "Some are astronomically large: look for memory that is never filled (`torch.empty`), or a sum that grows on."


def compare_arrays(actual: Any, expected: Any, tolerance: Tolerance, name: str) -> Mismatch | None:
    """The first difference of two tensors or two arrays."""
    if isinstance(actual, torch.Tensor) and (actual.layout is not torch.strided or actual.device.type == "meta"):
        return Mismatch("type", f"{subject(name)} is a sparse or meta tensor, expected an ordinary one.")
    shape, wanted = tuple(actual.shape), tuple(expected.shape)
    yours_dtype, wanted_dtype = (str(value.dtype).removeprefix("torch.") for value in (actual, expected))
    if yours_dtype != wanted_dtype:
        return Mismatch("dtype", f"{named('dtype', name)} is {yours_dtype}, expected {wanted_dtype}.")
    if shape != wanted:
        empty = f"{subject(name)} is empty: the shape is" if 0 in shape else f"{named('shape', name)} is"
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
    with np.errstate(invalid="ignore", over="ignore"):  # inf − inf is NaN; where both are infinite they are equal
        errors = np.where(yours == right, 0.0, np.abs(yours - right))
    wrong = ~(errors <= allowed)
    mismatch = _value_mismatch(yours, right, wrong, name)
    if mismatch is None:
        return None
    scale = max(1.0, float(sizes.max()) if sizes.size else 1.0)
    wild = f" {_WILD}" if errors.max() > _ASTRONOMICAL * scale else ""
    amount = f"The largest error is {errors.max():.3g} (at most {allowed:.3g} is allowed)."
    return replace(mismatch, what=mismatch.what + wild, amount=amount)


def _not_finite(yours: npt.NDArray[Any], broken: npt.NDArray[np.bool_], name: str) -> Mismatch:
    nans = int(np.isnan(yours[broken]).sum())
    kind, count = ("NaN", nans) if nans else ("infinite", int(broken.sum()))
    index = _first(broken)
    verb = "is" if count == 1 else "are"
    inside = f" in {name}" if name else ""
    what = f"{counted(count, 'value')} of {yours.size}{inside} {verb} {kind}, the first at {_place(index)}."
    return Mismatch("finite", what, index=index)


def _value_mismatch(
    yours: npt.NDArray[Any], right: npt.NDArray[Any], wrong: npt.NDArray[np.bool_], name: str
) -> Mismatch | None:
    count = int(np.count_nonzero(wrong))
    if not count:
        return None
    index = _first(wrong)
    inside = f" of {name}" if name else ""
    if right.ndim == 0:
        what = f"The value{inside} is not right (the shape () is)."
    else:
        place = f"differ, the first at {_place(index)}" if count > 1 else f"differs, at {_place(index)}"
        what = f"The shape {right.shape} is right, but {count} of {counted(right.size, 'value')}{inside} {place}."
    mine, theirs = yours[index].item(), right[index].item()
    detail = f"Your value there is {short(mine)}, expected {short(theirs)}."
    mismatch = Mismatch("value", what, "", detail, index, mine, theirs)
    if right.ndim == 0:
        return mismatch
    window, caption = _window(right.shape, index)
    return replace(mismatch, yours_slice=_slice(yours, window), expected_slice=_slice(right, window), caption=caption)


def _first(wrong: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), wrong.shape))


def _place(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]"


def _window(shape: tuple[int, ...], index: tuple[int, ...]) -> tuple[tuple[Any, ...], str]:
    """Indices of the 2-D slice (at most 16 × 16) that holds `index`, and its name."""
    window: list[Any] = list(index[:-2])
    names = [str(i) for i in index[:-2]]
    for size, place in zip(shape[-2:], index[-2:], strict=True):
        start = min(max(0, place - MAX_SLICE // 2), max(0, size - MAX_SLICE))
        window.append(slice(start, start + MAX_SLICE))
        names.append(":" if size <= MAX_SLICE else f"{start}:{start + MAX_SLICE}")
    return tuple(window), f"[{', '.join(names)}]"


def _slice(values: npt.NDArray[Any], window: tuple[Any, ...]) -> Slice:
    picked = np.atleast_2d(values[window])
    picked = np.abs(picked) if picked.dtype.kind == "c" else picked
    return [[float(v) if np.isfinite(v) else None for v in row] for row in picked]
