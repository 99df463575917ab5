"""How near an answer comes to the right one: which of several edits is worth a second one beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

SHAPE, SHARE, DISTANCE = 0.1, 0.8, 0.1  # what the right shape, right elements and their distance count for
_CLOSE = 1e-4  # of the largest value
_MOST = 1000  # parts of a list that are looked at


def nearness(made: Any, right: Any) -> float:
    """From 0, nothing of it, to 1, all of it: the share of right elements, and a little for shape and distance."""
    mine, theirs = (_as_numbers(each) for each in (made, right))
    if mine is not None and theirs is not None:
        return _of_numbers(mine, theirs)
    rows = (list, tuple)
    if isinstance(made, rows) and isinstance(right, rows):
        return _of_rows(made, right)
    if isinstance(made, dict) and isinstance(right, dict):
        return _of_rows([made.get(key) for key in right], list(right.values())) if right else float(not made)
    try:
        return float(type(made) is type(right) and bool(made == right))
    except (TypeError, ValueError, RuntimeError):
        return 0.0


def _as_numbers(value: Any) -> torch.Tensor | None:
    """As one tensor of numbers: what is one, a number, or a list of numbers."""
    if isinstance(value, torch.Tensor):
        found = value.detach()
    elif isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)) or _is_row_of_numbers(value):
        try:
            found = torch.as_tensor(value)
        except (TypeError, ValueError, RuntimeError, OverflowError):
            return None
    else:
        return None
    return found.to(torch.complex128 if found.is_complex() else torch.float64)


def _is_row_of_numbers(value: Any) -> bool:
    numbers = isinstance(value, (list, tuple)) and 0 < len(value) <= _MOST
    return numbers and all(isinstance(each, (bool, int, float)) for each in value)


def _of_numbers(made: torch.Tensor, right: torch.Tensor) -> float:
    if made.dim() != right.dim():
        return 0.0
    if made.shape != right.shape or made.dtype != right.dtype:
        return SHAPE / 2
    if not right.numel():
        return 1.0
    finite = right.isfinite()
    size = float(right[finite].abs().max()) if finite.any() else 0.0
    share = float(torch.isclose(made, right, rtol=0.0, atol=_CLOSE * size + 1e-12, equal_nan=True).double().mean())
    apart = float((made - right).nan_to_num(1e9, 1e9, -1e9).abs().mean()) if not made.is_complex() else size
    return SHAPE + SHARE * share + DISTANCE / (1.0 + apart / (size + 1e-12))


def _of_rows(made: Any, right: Any) -> float:
    if not right:
        return float(not made)
    least = [nearness(mine, theirs) for mine, theirs in zip(made[:_MOST], right[:_MOST], strict=False)]
    whole = sum(least) / max(len(right[:_MOST]), len(made[:_MOST]))
    return (1 - SHAPE) * whole + (SHAPE if len(made) == len(right) else 0.0)
