"""Values that depend on others: sums that run on, arguments that are missing or count twice, a border left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnkit.compare.relations.fits import Fit
from cnnkit.compare.relations.leaves import KERNELS, Array, Leaf

ALONG = 3  # steps that a running sum takes at least


def connected(leaf: Leaf) -> Iterator[Fit]:
    """Every way in which the answer is the expected one together with other values."""
    yield from _is_an_argument(leaf)
    if not leaf.same_shape:
        return
    with np.errstate(all="ignore"):
        yield from _running(leaf)
        yield from _with_arguments(leaf)
        yield from _by_channel(leaf)
        yield from _of_calls(leaf)
        yield from _in_part(leaf)


def _running(leaf: Leaf) -> Iterator[Fit]:
    got, expected = leaf.got, leaf.expected
    for axis in range(expected.ndim):
        length = expected.shape[axis]
        if length < ALONG:
            continue
        along = f" along axis {axis}" if expected.ndim > 1 else ""
        steps = np.arange(1, length + 1).reshape([-1 if place == axis else 1 for place in range(expected.ndim)])
        running = np.cumsum(expected, axis)
        if leaf.is_got(running):
            words = f"added up{along}, each with all before it: is a total never reset?"
            yield Fit("running_sum", words, str(axis))
        if leaf.is_got(running / steps):
            yield Fit("running_mean", f"but its running mean{along}: is a total never reset?", str(axis))
        if leaf.is_expected(np.cumsum(got, axis)):
            yield Fit("not_added_up", f"but only the single steps{along}, not added up", str(axis))


def _is_an_argument(leaf: Leaf) -> Iterator[Fit]:
    for name, values in leaf.given.items():
        if leaf.is_got(values):
            yield Fit("argument_itself", f"but the argument `{name}` itself, unchanged", name, general=True)


def _with_arguments(leaf: Leaf) -> Iterator[Fit]:
    """An argument that is added or subtracted once more, or not at all; also one number for each channel."""
    for name, values in leaf.given.items():
        for fitting in _laid_out(values, leaf.expected.shape):
            if not values.ndim or not values.any() or leaf.is_expected(fitting) or leaf.is_expected(-fitting):
                continue
            if leaf.is_got(leaf.expected - fitting):
                yield Fit("argument_missing", f"minus `{name}`: is it left out?", name)
            if leaf.is_got(leaf.expected - 2 * fitting):
                yield Fit("argument_subtracted", f"minus two times `{name}`: is it subtracted, not added?", name)
            if leaf.is_got(leaf.expected + fitting):
                yield Fit("argument_twice", f"plus `{name}`: is it added once too often?", name)


def _laid_out(values: Array, shape: tuple[int, ...]) -> list[Array]:
    """The argument as it can be added: as it is, or one number for each entry of axis 1."""
    if values.shape == shape:
        return [values]
    if values.ndim == 1 and len(shape) >= 2 and len(values) == shape[1]:
        return [values.reshape(1, -1, *[1] * (len(shape) - 2))]
    return [values.reshape(-1, 1, 1)] if values.ndim == 1 and len(shape) == 3 and len(values) == shape[0] else []


def _by_channel(leaf: Leaf) -> Iterator[Fit]:
    """One number for each channel, another one for each: a bias, where what was asked has one, or weights."""
    ndim = leaf.expected.ndim
    has_bias = any("bias" in name or name in KERNELS for name in leaf.given)
    if ndim < 3:
        return
    axis = 1 if ndim == 4 else 0
    count = leaf.expected.shape[axis]
    others = tuple(place for place in range(ndim) if place != axis)
    for name, free, by in (("added", leaf.got - leaf.expected, "plus"), ("times", leaf.got / leaf.expected, "times")):
        if not np.isfinite(free).all() or leaf.expected.size < 3 * count:
            continue
        each = free.mean(others, keepdims=True)
        one = bool(np.ptp(each) <= leaf.tolerance * np.abs(each).max()) or count < 2
        candidate = leaf.expected + each if name == "added" else leaf.expected * each
        if not one and leaf.is_got(candidate):
            what = ": is the bias left out, or added twice?" if name == "added" and has_bias else ""
            words = f"{by} one number for each channel{what}"
            yield Fit(f"channels_{name}", words, free=count, general=True)


def _of_calls(leaf: Leaf) -> Iterator[Fit]:
    """The answer of the call before; or all that was expected so far, added up."""
    before = [each for each in leaf.earlier if each.shape == leaf.expected.shape]
    if before and leaf.is_got(before[-1]):
        yield Fit("previous_call", "but the expected result of the call before this one: is something kept?")
    if before and leaf.is_got(leaf.expected + np.sum(before, axis=0)):
        yield Fit("never_reset", "plus the results of all calls before: is a total never reset?")


def _in_part(leaf: Leaf) -> Iterator[Fit]:
    """Right but for the first or last of an axis, where nothing stands; or right for the first of a batch only."""
    got, expected = leaf.got, leaf.expected
    wrong = np.abs(got - expected) > leaf.tolerance * max(float(np.abs(expected).max()), 1e-12)
    for axis in range(expected.ndim):
        length = expected.shape[axis]
        others = tuple(place for place in range(expected.ndim) if place != axis)
        affected = wrong.any(others) if others else wrong
        what = _words(axis, expected.ndim)
        for place, word in ((0, "first"), (length - 1, "last")):
            only = length >= ALONG and affected.sum() == 1 and bool(affected[place])
            edge = np.take(got, place, axis)
            if only and not edge.any() and np.take(wrong, place, axis).sum() >= ALONG:
                words = f"except in the {word} {what}, which holds zeros: does a loop miss it?"
                yield Fit("edge_empty", words, f"{axis} {word}", "places")
        if axis == 0 and expected.ndim > 1 and length >= ALONG and not affected[0] and affected[1:].all():
            counted = what != "image" or leaf.sizes.get("the number of images") == length  # it may be kernels, too
            what = what if counted else f"entry of axis {axis}"
            yield Fit("first_only", f"but only for the first {what}; all others are wrong", "", "places", general=True)


def _words(axis: int, ndim: int) -> str:
    names = {1: ("value",), 2: ("row", "column"), 4: ("image", "channel", "row", "column")}.get(ndim)
    return names[axis] if names else f"entry of axis {axis}"
