"""Wrong answers as pairs of plain arrays: what was given, what is expected, and the sizes that may be a factor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Array = npt.NDArray[Any]

MAX_SIZE = 100_000  # values of an array that is looked at
MAX_TELLING = 2_000  # values of which it is counted how much they tell
TOLERANCE = {"float64": 1e-7, "float32": 2e-4, "float16": 1e-2, "bfloat16": 1e-2}
PLAIN = 1e-5  # of Python's floats, which may come from float32
MAX_BITS = 10.0  # that a whole number tells
KERNELS = ("k", "w", "kernel", "kernels", "weight", "weights")


@dataclass(frozen=True)
class Pair:
    """An answer, the expected one, and what the function was given: arguments by name, expected answers of before."""

    got: Any
    expected: Any
    given: Mapping[str, Any] = field(default_factory=dict)
    earlier: Sequence[Any] = ()
    subject: str = "Your result"


@dataclass(frozen=True)
class Leaf:
    """Two arrays of a pair that differ, as float64."""

    got: Array
    expected: Array
    tolerance: float
    subject: str
    given: Mapping[str, Array]
    sizes: Mapping[str, int]
    earlier: Sequence[Array] = ()
    place: str = ""  # in the answer, such as "['loss']"

    @property
    def same_shape(self) -> bool:
        """Whether values can be compared one by one."""
        return self.got.shape == self.expected.shape

    def is_got(self, candidate: Array) -> bool:
        """Whether this is what was answered."""
        return close(candidate, self.got, self.tolerance)

    def is_expected(self, candidate: Array) -> bool:
        """Whether this is what is expected."""
        return close(candidate, self.expected, self.tolerance)

    @property
    def bits(self) -> float:
        """How much it tells when all values agree: little where they are few, constant or small whole numbers."""
        return min(_bits(self.got, self.tolerance), _bits(self.expected, self.tolerance))

    @property
    def bits_of_order(self) -> float:
        """How much it tells when the expected values stand where they should: log2 of the number of their orders."""
        some = self.expected.ravel()[:MAX_TELLING]
        counts = np.unique(some, return_counts=True)[1]
        orders = math.lgamma(some.size + 1) - sum(math.lgamma(count + 1) for count in counts)
        return orders / math.log(2)

    @property
    def bits_of_got(self) -> float:
        """How much it tells when something else gives this answer."""
        return _bits(self.got, self.tolerance)

    @property
    def unit(self) -> float:
        """How much one real number tells."""
        return -math.log2(self.tolerance)


def close(mine: Array, theirs: Array, tolerance: float) -> bool:
    """Whether two arrays have one shape and the same values, up to rounding of the largest."""
    if mine.shape != theirs.shape:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(mine - theirs) <= tolerance * np.abs(theirs).max(initial=1e-12)).all())


def _bits(values: Array, tolerance: float) -> float:
    some = np.abs(values.ravel()[:MAX_TELLING])
    scale = some.max(initial=0.0)
    if not scale:
        return 0.0
    different = some[np.unique(np.round(some / (scale * tolerance)), return_index=True)[1]]
    whole = different == np.round(different)
    return float(np.where(whole, np.minimum(np.log2(1 + different), MAX_BITS), -math.log2(tolerance)).sum())


def leaves_of(pair: Pair) -> Iterator[Leaf] | None:
    """The arrays of a pair that differ; None where the two cannot be laid beside each other."""
    try:
        parts = list(_parts(pair.got, pair.expected, ""))
    except ValueError:
        return None
    given = {name: values for name, value in pair.given.items() if (values := _numbers(value)) is not None}
    return _differing(pair, parts, given)


def _differing(pair: Pair, parts: Sequence[tuple[Any, Any, str]], given: Mapping[str, Array]) -> Iterator[Leaf]:
    sizes = sizes_of(pair.given)
    earlier = [values for value in pair.earlier if (values := _numbers(value)) is not None]
    for got, expected, place in parts:
        mine, theirs = _numbers(got), _numbers(expected)
        assert mine is not None
        assert theirs is not None
        own = sizes | {"the number of its values": theirs.size}
        tolerance = max(_tolerance(got), _tolerance(expected))
        leaf = Leaf(mine, theirs, tolerance, f"{pair.subject}{place}", given, own, () if place else earlier, place)
        if not leaf.is_expected(mine):
            yield leaf


def _parts(got: Any, expected: Any, place: str) -> Iterator[tuple[Any, Any, str]]:
    """The numbers of both, part by part. Raises ValueError where they have not the same parts."""
    theirs = _items(expected)
    if theirs is not None:
        mine = _items(got)
        if mine is None or list(mine) != list(theirs):
            raise ValueError("other parts")
        for key in theirs:
            yield from _parts(mine[key], theirs[key], f"{place}[{key!r}]")
    elif _numbers(expected) is not None and _numbers(got) is not None:
        yield got, expected, place
    elif not _are_equal(got, expected):
        raise ValueError("no numbers")


def _items(value: Any) -> dict[Any, Any] | None:
    """The parts of a value by their keys or places; None for a single one, and for a list of numbers."""
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, (list, tuple)) and _numbers(value) is None else None


def _are_equal(got: Any, expected: Any) -> bool:
    """Of what holds no numbers: text, a truth value, None."""
    return type(got) is type(expected) and not isinstance(got, (torch.Tensor, np.ndarray)) and bool(got == expected)


def _numbers(value: Any) -> Array | None:
    """Real, finite numbers as one array of float64: of an array, a number or a list of numbers."""
    if isinstance(value, torch.Tensor):
        if value.is_complex() or value.layout is not torch.strided or value.numel() > MAX_SIZE:
            return None
        value = value.detach().cpu().double().numpy()
    elif isinstance(value, (list, tuple)):
        if not value or not all(_is_number(item) for item in value):
            return None
        value = np.array([float(item.detach() if isinstance(item, torch.Tensor) else item) for item in value])
    elif not isinstance(value, np.ndarray):
        return np.array(float(value)) if _is_number(value) and math.isfinite(value) else None
    if value.dtype.kind not in "fiub" or value.size > MAX_SIZE or not value.size:
        return None
    numbers = value.astype(np.float64)
    return numbers if np.isfinite(numbers).all() else None


def _is_number(value: Any) -> bool:
    single = isinstance(value, torch.Tensor) and value.ndim == 0 and not value.is_complex()
    return single or (isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool))


def _tolerance(value: Any) -> float:
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return TOLERANCE.get(str(value.dtype).removeprefix("torch."), TOLERANCE["float64"])
    if isinstance(value, (list, tuple)):
        return max(map(_tolerance, value))
    return PLAIN


def sizes_of(given: Mapping[str, Any]) -> dict[str, int]:
    """What may be counted in the arguments, in words: "the number of images" → 12."""
    sizes: dict[str, int] = {}
    for name, value in given.items():
        if isinstance(value, (torch.Tensor, np.ndarray)):
            shape = tuple(int(length) for length in value.shape)
            sizes = {**_named_sizes(name, shape), **sizes}
        elif isinstance(value, (list, tuple)):
            sizes.setdefault(f"the length of `{name}`", len(value))
    return sizes


def _named_sizes(name: str, shape: tuple[int, ...]) -> dict[str, int]:
    of = f" of `{name}`" if name else ""
    if len(shape) == 4 and name.lower() in KERNELS:
        area = math.prod(shape[2:])
        places = {"the number of places of a kernel": area, "the number of weights of a kernel": shape[1] * area}
        return {"the number of kernels": shape[0], "the number of input channels": shape[1], **places}
    if len(shape) == 4:
        pixels, values = math.prod(shape[2:]), math.prod(shape[1:])
        one = {"the number of pixels": pixels, "the number of values of an image": values}
        return {"the number of images": shape[0], "the number of channels": shape[1], **one}
    if len(shape) == 2:
        return {f"the number of rows{of}": shape[0], f"the number of columns{of}": shape[1]} | _all(of, shape)
    return {f"the length of axis {axis}{of}": length for axis, length in enumerate(shape)} | _all(of, shape)


def _all(of: str, shape: tuple[int, ...]) -> dict[str, int]:
    return {f"the number of all values{of}": math.prod(shape)}
