"""What the checks of several exercises share.

Models, optimizers and loaders live in the box. The helpers below are run beside the student's code with `beside`, and
here with the reference's: they make the same networks (known weights, float64) on both sides; plain data comes back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.judge import expect


def flags(model: nn.Module) -> list[bool]:
    """Of the model and all its parts."""
    return [part.training for part in model.modules()]


def plain(found: Any) -> Any:
    """Single numbers of any kind as floats, also in lists and dicts: for values; another check asks for the kind."""
    if isinstance(found, dict):
        return {name: plain(value) for name, value in found.items()}
    if isinstance(found, (list, tuple)):
        return type(found)(plain(value) for value in found)
    single = isinstance(found, (torch.Tensor, np.ndarray)) and found.ndim == 0 and "complex" not in str(found.dtype)
    number = isinstance(found, (int, float, np.number)) and not isinstance(found, (bool, np.complexfloating))
    return float(found) if single or number else found


def expect_plain(found: Any, kind: type) -> None:
    """A float or an int of Python's; float64 of NumPy is a float, too, by inheritance."""
    expect(float(found) if kind is float and isinstance(found, float) else found).to_be_a(kind)


def some_flags(cases: Any, n: int) -> list[bool]:
    """n truth values in a seeded order, about half of them true: an answer that nobody knows beforehand."""
    return [bool(flag) for flag in cases.rng.permutation([place % 2 == 0 for place in range(n)])]


def in_tensors(found: Any) -> Any:
    """Arrays of NumPy's in a list as tensors: for values, where another check asks for the kind."""
    return [torch.from_numpy(value) if isinstance(value, np.ndarray) else value for value in found]
