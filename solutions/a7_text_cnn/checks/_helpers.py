"""What the checks of several exercises share.

Vocabularies and networks stay in the box as handles; the helpers below are run beside them, and plain data comes back.
What one exercise needs of another (a vocabulary, a network, rows) is made by the helpers, so that no slip costs twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from torch import Tensor

Row = tuple[str, int]


def words(cases: Any, letters: str, count: int, longest: int) -> list[str]:
    """Random names without a space at an end, of every length up to the longest, some longer."""
    lengths = [1 + place % longest for place in range(count)]
    return ["".join(letters[int(i)] for i in cases.rng.integers(0, len(letters), n)) for n in lengths]


def ids(cases: Any, batch: int, length: int, vocab: int) -> Tensor:
    """Random rows of numbers."""
    return cases.integers(batch, length, low=0, high=vocab - 1)


def some_order(cases: Any, things: Iterable[Any]) -> list[Any]:
    """The same things in a seeded order, which nobody knows beforehand."""
    listed = list(things)
    return [listed[int(place)] for place in cases.rng.permutation(len(listed))]


def some_letters(cases: Any, pool: str, count: int) -> str:
    """Different letters of the pool, in a seeded order."""
    return "".join(some_order(cases, pool)[:count])


def in_a_list(answer: Any) -> Any:
    """The same numbers, names or pairs in a list; one check of each function asks for the type."""
    if isinstance(answer, (Tensor, np.ndarray)):
        return answer.tolist()
    if isinstance(answer, (list, tuple)):
        return [tuple(each) if isinstance(each, list) else each for each in answer]
    return answer
