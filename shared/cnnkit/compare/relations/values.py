"""The expected values with something done to each: another sign, a root, a factor, a rounding, a function too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cnnkit.compare.relations.fits import Fit
from cnnkit.compare.relations.leaves import Array, Leaf

CLEAR = 5  # a size below may be a factor by chance
SHARE = 8.0  # bits that a share tells
LARGEST = 1e6  # of a factor that somebody may have written; beyond it stands a division by nearly nothing
FEW = 2  # values below zero that tell a clipping from a rounding error


@dataclass(frozen=True)
class _Function:
    """Something done to every value; `missing` says what it is when the expected one has it, and the answer has not."""

    name: str
    apply: Callable[[Array], Array]
    words: str
    missing: str = ""
    where: Callable[[Array], bool] = lambda _values: True


def _softmax(values: Array, axis: int) -> Array:
    powers = np.exp(values - values.max(axis, keepdims=True))
    total: Array = powers / powers.sum(axis, keepdims=True)
    return total


def _some_negative(values: Array) -> bool:
    return int((values < 0).sum()) >= FEW and bool((values > 0).any())


def _some_broken(values: Array) -> bool:
    return int((values != np.round(values)).sum()) >= FEW


def _positive(values: Array) -> bool:
    return bool((values > 0).all())


_FUNCTIONS = (
    _Function("negated", np.negative, "with the other sign"),
    _Function("absolute", np.abs, "but its absolute value", "but without the absolute value", _some_negative),
    _Function("relu", lambda v: np.maximum(v, 0), "but with negative values set to 0 (a ReLU too many?)",
              "but its negative values are not set to 0 (is a ReLU, or a clamp at 0, missing?)", _some_negative),
    _Function("squared", np.square, "squared (is a square root missing?)"),
    _Function("root", np.sqrt, "but its square root (is a square missing?)", "", _positive),
    _Function("logarithm", np.log, "but its logarithm", "", _positive),
    _Function("exponential", np.exp, "but its exponential (is a logarithm missing?)"),
    _Function("reciprocal", lambda v: 1 / v, "upside down: one divided by it", "", lambda v: bool(v.all())),
    _Function("complement", lambda v: 1 - v, "subtracted from 1"),
    _Function("sigmoid", lambda v: 1 / (1 + np.exp(-v)), "with a sigmoid on top", "without the sigmoid"),
    _Function("tanh", np.tanh, "with a tanh on top", "without the tanh"),
    _Function("rounded_down", np.floor, "rounded down", "", _some_broken),
    _Function("rounded_up", np.ceil, "rounded up", "", _some_broken),
    _Function("cut_off", np.trunc, "without its fraction (rounded towards 0)", "", _some_broken),
    _Function("rounded", np.rint, "rounded to whole numbers", "", _some_broken),
    _Function("rounded_half_up", lambda v: np.floor(v + 0.5), "rounded to whole numbers, halves up", "", _some_broken),
)  # fmt: skip
_SAME_UNLESS = {  # on such data it is what an earlier one is, too
    "absolute": lambda v: bool((v > 0).any()),
    "cut_off": lambda v: bool((v < 0).any()),
    "rounded_half_up": lambda v: bool((np.mod(v, 2) == 0.5).any()),
}


def changed(leaf: Leaf) -> Iterator[Fit]:
    """Every way in which each value was changed alike."""
    if not leaf.same_shape:
        return
    with np.errstate(all="ignore"):
        yield from _by_a_function(leaf)
        yield from _by_a_softmax(leaf)
        yield from _by_digits(leaf)
        yield from _by_a_size(leaf)
        yield from _by_a_number(leaf)
        yield from _clipped(leaf)


def _by_a_function(leaf: Leaf) -> Iterator[Fit]:
    got, expected = leaf.got, leaf.expected
    for each in _FUNCTIONS:
        degenerate = not _SAME_UNLESS.get(each.name, lambda _values: True)(expected)
        if each.where(expected) and leaf.is_got(each.apply(expected)):
            rounds = each.where is _some_broken
            degenerate = degenerate or (rounds and bool((got == got.flat[0]).all()))  # as anything is that is forgotten
            bits = float(len(np.unique(expected))) if rounds else None  # each could have been the number beside it
            yield Fit(each.name, each.words, degenerate=degenerate, bits=bits, least=3 if rounds else 0)
        if each.missing and each.where(got) and leaf.is_expected(each.apply(got)):
            yield Fit(f"no_{each.name}", each.missing)


def _by_a_softmax(leaf: Leaf) -> Iterator[Fit]:
    got, expected = leaf.got, leaf.expected
    for axis in range(expected.ndim):
        if expected.shape[axis] < 2:
            continue
        along = f" over axis {axis}" if expected.ndim > 1 else ""
        for name, function in (("softmax", _softmax), ("log_softmax", _log_softmax)):
            words = name.replace("_", "-")
            if leaf.is_got(function(expected, axis)):
                yield Fit(f"{name}_on_top", f"with a {words}{along} on top", str(axis))
            if leaf.is_expected(function(got, axis)):
                yield Fit(f"no_{name}", f"without the {words}{along}", str(axis))
        total = expected.sum(axis, keepdims=True)
        if total.all() and leaf.is_got(expected / total):
            yield Fit("divided_by_its_sum", f"divided by its sum{along}", str(axis))
        if leaf.is_got(expected - expected.mean(axis, keepdims=True)):
            yield Fit("centred", f"with its mean{along} subtracted", str(axis))


def _log_softmax(values: Array, axis: int) -> Array:
    logs: Array = np.log(_softmax(values, axis))
    return logs


def _by_digits(leaf: Leaf) -> Iterator[Fit]:
    for digits in (1, 2, 3, 4):
        if _some_broken(leaf.got * 10 ** (digits - 1)) and np.array_equal(np.round(leaf.expected, digits), leaf.got):
            yield Fit("rounded_to_digits", f"rounded to {digits} digits after the point", str(digits))


def _by_a_size(leaf: Leaf) -> Iterator[Fit]:
    for words, size in leaf.sizes.items():
        if size < 2:
            continue
        unclear = size < CLEAR
        if leaf.is_got(leaf.expected * size):
            told = f"times {size}, {words}: a sum where a mean is asked?"
            yield Fit("sum_for_mean", told, f"times {words}", degenerate=unclear)
        if leaf.is_got(leaf.expected / size):
            told = f"divided by {size}, {words}: a mean where a sum is asked?"
            yield Fit("mean_for_sum", told, f"by {words}", degenerate=unclear)


def _by_a_number(leaf: Leaf) -> Iterator[Fit]:
    got, expected = leaf.got, leaf.expected
    if leaf.is_got(expected * 100):
        bits = SHARE * len(np.unique(expected[expected != 0]))
        yield Fit("in_per_cent", "times 100: it is in per cent, a share is asked", bits=bits)
    place = np.unravel_index(int(np.abs(expected).argmax()), expected.shape)
    factor = float(got[place] / expected[place]) if expected[place] else 0.0
    nice = _nice(factor, leaf.tolerance)
    written = nice not in (1.0, -1.0) and 1 / LARGEST <= abs(nice) <= LARGEST
    if written and leaf.is_got(expected * nice):
        whole = nice == round(nice) or 1 / nice == round(1 / nice)
        yield Fit("scaled", _factor_words(nice), f"{nice:.4g}", free=0 if whole else 1, general=True)
    shift = float((got - expected).mean())
    nice = _nice(shift, leaf.tolerance * max(1.0, float(np.abs(expected).max())))
    if nice and leaf.is_got(expected + nice):
        amount = f"{abs(nice):.4g} too {'large' if nice > 0 else 'small'} everywhere"
        yield Fit("shifted", amount, f"{nice:.4g}", free=1, general=True, least=3)


def _nice(number: float, tolerance: float) -> float:
    """The whole number, or one divided by it, that this is up to rounding; else the number."""
    for close in (round(number), 1 / round(1 / number) if number and round(1 / number) else 0.0):
        if close and abs(number - close) <= tolerance * abs(close):
            return float(close)
    return number


def _factor_words(factor: float) -> str:
    if factor == 2:
        return "times 2: is something counted twice?"
    if factor == 0.5:
        return "divided by 2"
    whole = 1 / factor
    if abs(factor) < 1 and whole == round(whole):
        return f"divided by {whole:.0f}"
    return f"times {factor:.4g} everywhere"


def _clipped(leaf: Leaf) -> Iterator[Fit]:
    got, expected = leaf.got, leaf.expected
    low, high = float(got.min()), float(got.max())
    changed_places = got != expected
    if low < high and changed_places.sum() >= FEW and leaf.is_got(np.clip(expected, low, high)):
        cut = [f"below {low:.4g}" for _ in range(bool((expected < low).any()))]
        cut += [f"above {high:.4g}" for _ in range(bool((expected > high).any()))]
        yield Fit("clipped", f"but cut off {' and '.join(cut)}", ",".join(cut), free=len(cut), general=True, least=6)
