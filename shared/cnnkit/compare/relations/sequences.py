"""Rows of numbers over time: noted at another moment, once an epoch for once a step; and parts that took places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cnnkit.compare.relations.fits import Fit
from cnnkit.compare.relations.leaves import Leaf, close

LEAST = 4  # numbers of a row that is looked at
MOST_PARTS = 12  # such as the curves of a figure


def sequenced(leaf: Leaf) -> Iterator[Fit]:
    """Every way in which a row of numbers has the expected ones more or less often."""
    got, expected = leaf.got, leaf.expected
    if got.ndim != 1 or expected.ndim != 1 or max(len(got), len(expected)) < LEAST:
        return
    if len(got) == len(expected):
        yield from _held(leaf)
    elif len(expected) % len(got) == 0 and len(got) > 1:
        yield from _fewer(leaf, len(expected) // len(got))
    elif len(got) % len(expected) == 0 and leaf.is_got(np.repeat(expected, len(got) // len(expected))):
        yield Fit("held", f"but each value {len(got) // len(expected)} times in a row: is it noted too often?")


def _held(leaf: Leaf) -> Iterator[Fit]:
    count = len(leaf.expected)
    for times in range(2, count // 2 + 1):
        if leaf.is_got(np.repeat(leaf.expected, times)[:count]):
            words = f"but it moves on every {times} places only: once an epoch, where once a step is asked?"
            yield Fit("held", words, free=1)


def _fewer(leaf: Leaf, times: int) -> Iterator[Fit]:
    parts = leaf.expected.reshape(-1, times)
    ways = (("last", parts[:, -1]), ("first", parts[:, 0]))
    for which, values in ways:
        if leaf.is_got(values):
            words = f"but only the {which} of every {times}: once an epoch, where once a step is asked?"
            yield Fit("every_few", words, which)
    if leaf.is_got(parts.mean(1)):
        yield Fit("means_of_some", f"but the mean of every {times} in a row, where each is asked")


def exchanged_parts(leaves: Sequence[Leaf]) -> Fit | None:
    """The parts of one answer that differ are each other's: two curves of a figure, two entries of a dictionary."""
    if not 2 <= len(leaves) <= MOST_PARTS:
        return None
    taken = [_only_other(leaf, leaves) for leaf in leaves]
    if sorted(taken) != list(range(len(leaves))):
        return None
    names = [leaf.place for leaf in leaves]
    return Fit("parts_exchanged", f"with {', '.join(names[:-1])} and {names[-1]} exchanged", ",".join(names), "places")


def _only_other(leaf: Leaf, leaves: Sequence[Leaf]) -> int:
    """The index of the one other part that was expected to be this; -1 for none or several."""
    others = ((index, other) for index, other in enumerate(leaves) if other is not leaf)
    found = [index for index, other in others if close(other.expected, leaf.got, leaf.tolerance)]
    return found[0] if len(found) == 1 else -1
