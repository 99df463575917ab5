"""The right values in other places: turned, exchanged, moved, cropped, padded, in another order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np

from cnnkit.compare.relations.fits import Fit
from cnnkit.compare.relations.leaves import Array, Leaf

MAX_SLICES = 128
LONG = 5  # numbers in a row
MAX_MORE = 4  # rows or columns by which an answer may be too large or too small


def placed(leaf: Leaf) -> Iterator[Fit]:
    """Every way in which the answer has the expected values in other places."""
    if leaf.expected.ndim:
        yield from _turned(leaf)
        yield from _exchanged(leaf)
        yield from _moved(leaf)
        yield from _resized(leaf)
        yield from _reordered(leaf)
        yield from _repeated(leaf)
        yield from _broadcast(leaf)


def _axis_words(axis: int, ndim: int) -> str:
    names = {1: ("",), 2: ("rows", "columns"), 4: ("images", "channels", "rows", "columns")}.get(ndim)
    return names[axis] if names else f"axis {axis}"


def _fit(name: str, words: str, key: str = "", degenerate: bool = False) -> Fit:
    return Fit(name, words, key, "places", degenerate=degenerate)


def _turned(leaf: Leaf) -> Iterator[Fit]:
    expected, ndim = leaf.expected, leaf.expected.ndim
    if ndim == 1 and leaf.is_got(expected[::-1]):
        yield _fit("reversed", "in reverse order")
    if ndim >= 3 and leaf.is_got(expected[::-1]):
        yield _fit("first_axis_reversed", "with axis 0 in reverse order")
    if ndim == 4 and leaf.is_got(expected[:, ::-1]):
        yield _fit("channels_reversed", "with the channels in reverse order")
    if ndim >= 2:
        yield from _planes_turned(leaf)


def _planes_turned(leaf: Leaf) -> Iterator[Fit]:
    expected = leaf.expected
    flat = 1 in expected.shape[-2:]
    turns = {k: np.rot90(expected, k, axes=(-2, -1)) for k in (1, 2, 3)}
    if leaf.is_got(expected[..., ::-1, :]):
        yield _fit("upside_down", "flipped upside down")
    if leaf.is_got(expected[..., ::-1]):
        yield _fit("flipped_left_to_right", "flipped left to right")
    if leaf.is_got(turns[2]):
        yield _fit("turned_by_180", "turned by 180°", degenerate=flat)
    for quarter, side in ((1, "left"), (3, "right")):
        if leaf.is_got(turns[quarter]):
            yield _fit(f"turned_to_the_{side}", f"turned by 90° to the {side}", degenerate=flat)


def _exchanged(leaf: Leaf) -> Iterator[Fit]:
    """Axes in another order; and values that were only read in another order."""
    expected, got, ndim = leaf.expected, leaf.got, leaf.expected.ndim
    orders = [order for order in permutations(range(ndim)) if order != tuple(range(ndim))] if ndim <= 4 else []
    for order in orders:
        moved = [axis for axis in range(ndim) if order[axis] != axis]
        degenerate = any(expected.shape[axis] == 1 for axis in moved)
        if leaf.is_got(expected.transpose(order)):
            yield _fit("axes_exchanged", _order_words(moved, order, ndim), str(order), degenerate)
        elif got.size == expected.size and not degenerate and leaf.is_got(expected.transpose(order).reshape(got.shape)):
            yield _fit("read_in_another_order", _READ, "", False)
    if ndim == 1 or got.size != expected.size or got.ndim == 1 or not leaf.same_shape:
        return
    for order in orders:
        shape = tuple(expected.shape[axis] for axis in order)
        back = np.argsort(order)
        if shape != expected.shape and leaf.is_got(expected.reshape(shape).transpose(back)):
            yield _fit("read_in_another_order", _READ)


_READ = "with its values in another order, as when `reshape` stands where axes must be exchanged"


def _order_words(moved: list[int], order: tuple[int, ...], ndim: int) -> str:
    if moved == [ndim - 2, ndim - 1]:
        return "with rows and columns exchanged (transposed)"
    if len(moved) == 2:
        return f"with the axes {moved[0]} and {moved[1]} exchanged"
    return f"with its axes in the order {order}"


def _moved(leaf: Leaf) -> Iterator[Fit]:
    """By one place: round the edge, or with zeros, the first value or, in a row, a new one where it became free."""
    expected = leaf.expected
    if not leaf.same_shape:
        return
    for axis, step in product(range(expected.ndim), (1, -1)):
        if expected.shape[axis] < 3:
            continue
        where = f" along {words}" if (words := _axis_words(axis, expected.ndim)) else ""
        told = f"one place {'later' if step == 1 else 'earlier'}{where}"
        if leaf.is_got(np.roll(expected, step, axis)):
            yield _fit("rolled", f"{told}, round the edge", f"{axis} {step}")
        else:
            yield from _one_off(leaf, axis, step, told)


def _one_off(leaf: Leaf, axis: int, step: int, told: str) -> Iterator[Fit]:
    own, theirs = np.moveaxis(leaf.got, axis, 0), np.moveaxis(leaf.expected, axis, 0)
    kept, source, free, edge = own[1:], theirs[:-1], own[0], theirs[0]
    if step == -1:
        kept, source, free, edge = own[:-1], theirs[1:], own[-1], theirs[-1]
    if not _same(leaf, kept, source):
        return
    if not free.any() or np.array_equal(free, edge):
        yield _fit("one_place_off", told, f"{axis} {step}")
    elif leaf.expected.ndim == 1 and len(own) >= LONG:
        noted = "early" if step == 1 else "late"
        yield _fit("one_step_off", f"{told}: is it noted one step too {noted}?", f"{step}")


def _same(leaf: Leaf, mine: Array, theirs: Array) -> bool:
    """As `Leaf.is_got` for parts: up to rounding of the largest value of all."""
    size = leaf.tolerance * max(float(np.abs(leaf.expected).max()), 1e-12)
    return mine.shape == theirs.shape and bool((np.abs(mine - theirs) <= size).all())


def _resized(leaf: Leaf) -> Iterator[Fit]:
    """Too small: a part of the expected one. Too large: the expected one is a part of it."""
    got, expected = leaf.got, leaf.expected
    if got.ndim != expected.ndim or leaf.same_shape:
        return
    more = [mine - theirs for mine, theirs in zip(got.shape, expected.shape, strict=True)]
    if min(more) < 0 < max(more):
        yield from _framed(leaf, more)
    if all(number >= 0 for number in more):
        yield from _part(leaf, got, expected, more, ("larger_than_expected", "with more around it: {}"))
        for step in (2, 3):
            if got.ndim >= 2 and _same(leaf, got[..., ::step, ::step], expected):
                every = ("second", "third")[step - 2]
                words = f"with all the places between: every {every} place of yours is expected (a stride?)"
                yield _fit("stride_left_out", words)
    if all(number <= 0 for number in more):
        few = [-number for number in more]
        yield from _part(leaf, expected, got, few, ("part_of_the_expected", "cut off: {}"))


def _framed(leaf: Leaf, more: list[int]) -> Iterator[Fit]:
    """More on both sides of one axis, less on both sides of another: what they have in common is the same."""
    if any(number % 2 for number in more) or max(map(abs, more)) > MAX_MORE:
        return
    own = leaf.got[_inside(leaf.got.shape, more)]
    theirs = leaf.expected[_inside(leaf.expected.shape, [-number for number in more])]
    if min(own.shape) > 1 and _same(leaf, own, theirs):
        told = [_side_words(axis, len(more), number // 2) for axis, number in enumerate(more) if number]
        yield _fit("framed_otherwise", f"with {' and '.join(told)} on each side: are height and width exchanged?")


def _inside(shape: tuple[int, ...], more: list[int]) -> tuple[slice, ...]:
    """Without what is too much, half of it on each side."""
    cuts = [max(number, 0) // 2 for number in more]
    return tuple(slice(cut, length - cut) for cut, length in zip(cuts, shape, strict=True))


def _side_words(axis: int, ndim: int, number: int) -> str:
    return f"{abs(number)} {_count_words(axis, ndim, abs(number))} too {'many' if number > 0 else 'few'}"


def _part(leaf: Leaf, large: Array, small: Array, more: list[int], told: tuple[str, str]) -> Iterator[Fit]:
    cut = [length for length, number in zip(small.shape, more, strict=True) if number]
    if max(more) > MAX_MORE or min(cut) < 2:  # one row alone may be any of several
        return
    for before in product(*(range(number + 1) for number in more)):
        window = tuple(slice(first, first + length) for first, length in zip(before, small.shape, strict=True))
        if _same(leaf, large[window], small):
            sides = [
                f"{number} {_count_words(axis, large.ndim, number)} at the {end}"
                for axis, first in enumerate(before)
                for number, end in ((first, "beginning"), (more[axis] - first, "end"))
                if number
            ]
            yield _fit(told[0], told[1].format(", ".join(sides)), ",".join(sides))


def _count_words(axis: int, ndim: int, number: int) -> str:
    words = _axis_words(axis, ndim) or "values"
    if words.startswith("axis"):
        return f"along {words}"
    return words if number > 1 else words.removesuffix("s")


def _reordered(leaf: Leaf) -> Iterator[Fit]:
    """The same slices of an axis, in another order."""
    got, expected = leaf.got, leaf.expected
    for axis in range(min(expected.ndim, 2)):
        length = expected.shape[axis]
        if not leaf.same_shape or not 3 <= length <= MAX_SLICES:
            continue
        mine = np.moveaxis(got, axis, 0).reshape(length, -1)
        theirs = np.moveaxis(expected, axis, 0).reshape(length, -1)
        order = [_only(leaf, row, theirs) for row in mine]
        if sorted(order) == list(range(length)):
            what = _axis_words(axis, expected.ndim) or "values"
            what = what.replace("axis ", "entries of axis ")
            yield Fit("in_another_order", f"with its {what} in another order", str(axis), "places", 1, True)


def _only(leaf: Leaf, row: Array, rows: Array) -> int:
    """The index of the one slice that is this one; -1 for none or several."""
    size = leaf.tolerance * max(float(np.abs(leaf.expected).max()), 1e-12)
    found = np.flatnonzero((np.abs(rows - row) <= size).all(1))
    return int(found[0]) if len(found) == 1 else -1


def _repeated(leaf: Leaf) -> Iterator[Fit]:
    """One of several everywhere, or alone."""
    expected = leaf.expected
    if expected.ndim > 1 and len(expected) > 1 and any(leaf.is_got(first) for first in (expected[0], expected[:1])):
        what = {2: "row", 4: "image"}.get(expected.ndim, "entry of axis 0")
        yield _fit("first_alone", f"but only that of the first {what}")
    if leaf.same_shape and expected.shape[0] >= 3:
        what = {1: "value", 2: "row", 4: "image"}.get(expected.ndim, "entry of axis 0")
        for place, words in ((0, "first"), (-1, "last")):
            if leaf.is_got(np.broadcast_to(expected[place], expected.shape)):
                yield Fit(f"{words}_everywhere", f"but with its {words} {what} in the place of each", "", "places", 1)
        if leaf.is_got(np.broadcast_to(expected.mean(0), expected.shape)):
            yield Fit("mean_everywhere", f"but with the mean of all in the place of each {what}", "", "places", 1)


def _broadcast(leaf: Leaf) -> Iterator[Fit]:
    """More axes than expected."""
    got, expected = leaf.got, leaf.expected
    stacked = got.ndim == expected.ndim + 1 and got.shape[1:] == expected.shape and got.shape[0] > 1
    if stacked and leaf.is_got(np.broadcast_to(expected, got.shape)):
        yield _fit("repeated", f"{got.shape[0]} times: look for a broadcast")
    square = expected.ndim == 1 and got.shape == expected.shape * 2 and len(expected) > 2
    if square and _same(leaf, np.diagonal(got), expected):
        yield _fit("broadcast", "but only on the diagonal: shapes (n, 1) and (n,) were broadcast to (n, n)")
