"""What differs between an answer and the expected one, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

Slice = list[list[float | None]]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What differs. `what` never reveals a value; `amount` adds the error, `detail` both values."""

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


def subject(name: str) -> str:
    """The subject of a sentence about this value."""
    return name[:1].upper() + name[1:] if name else "The result"


def named(thing: str, name: str) -> str:
    """ "The shape", or "The shape of item 1"."""
    return f"The {thing} of {name}" if name else f"The {thing}"


def counted(number: int, thing: str) -> str:
    """ "1 value", "2 values"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def short(value: Any) -> str:
    """A value in at most 60 characters."""
    if isinstance(value, (float, np.floating, complex, np.complexfloating)):
        return f"{value:.6g}"
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 60 else text[:57] + "..."
