"""What may be special about the arguments of a call, in words, and the same call without it."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch

CallArguments = dict[str, Any]
Columns = Mapping[str, Sequence[str]]
NO_COLUMNS: Columns = MappingProxyType({})
Told = tuple[str, str, Any, Any]
"""Words for arguments that are special, and for those that are not; whether one is, and what is not, in its place."""

LARGE = 80.0  # float32 ends near e to the power of it
_PLACES = ("first", "second", "third", "fourth")
_LEAST = 2  # pixels that are left, of rows or columns
_AXES = 4  # of images (B, C, H, W): what the first of three is, a shape does not tell


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a call has or lacks."""

    about: tuple[str, ...]  # the parameters
    special: str
    plain: str
    holds: Callable[[CallArguments], bool]
    without: Callable[[CallArguments], CallArguments]  # the same call, plain
    natural: bool = True  # whether to be told it has to be lacking in questions of the checks, too


def columns_of(function: Any) -> dict[str, tuple[str, ...]]:
    """Parameter → what a loop over it calls the numbers of each row, such as kernel, stride and padding."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return {}
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.comprehension))]
    return {
        node.iter.id: tuple(each.id for each in node.target.elts if isinstance(each, ast.Name))
        for node in loops
        if isinstance(node.iter, ast.Name) and isinstance(node.target, ast.Tuple)
    }


def features_of(
    calls: Iterable[CallArguments], defaults: CallArguments, columns: Columns = NO_COLUMNS
) -> list[Feature]:
    """What these calls may have in common, by what their arguments are."""
    found: dict[tuple[tuple[str, ...], str], Feature] = {}
    every = list(calls)
    each_alone = (each for call in every for each in (*_of_each(call, defaults, columns), *_of_pairs(call)))
    for feature in (*each_alone, *_of_batches(every)):
        found.setdefault((feature.about, feature.plain), feature)
    return list(found.values())


def _of_each(arguments: CallArguments, defaults: CallArguments, columns: Columns) -> Iterator[Feature]:
    for name, value in arguments.items():
        for special, plain, holds, other in _told(f"`{name}`", value, defaults.get(name)):
            yield _feature(name, type(value), special, plain, holds, other)
        if isinstance(value, (list, tuple)):
            for words in _of_columns(name, value, columns.get(name, ())):
                yield _feature(name, type(value), *words)


def _feature(name: str, kind: type, *told: Any) -> Feature:
    special, plain, holds, other = told

    def has(arguments: CallArguments) -> bool:
        return isinstance(arguments.get(name), kind) and bool(holds(arguments[name]))

    return Feature((name,), special, plain, has, lambda arguments: arguments | {name: other(arguments[name])})


def _told(name: str, value: Any, default: Any) -> Iterator[Told]:
    if isinstance(value, bool):
        yield f"{name} is {value}", f"{name} is {not value}", lambda v: v is value, lambda v: not v
    elif isinstance(value, (int, float)):
        yield from _of_number(name, value, default)
    elif isinstance(value, torch.Tensor):
        yield from _of_tensor(name, value)
        yield from _of_image(name, value)
    elif isinstance(value, str):
        yield from _of_text(name)
    elif isinstance(value, (list, tuple)):
        yield from _of_row(name, value)
    if value is not None and default is None and not isinstance(value, str):
        yield "it is given", f"{name} is left out", lambda v: v is not None, lambda v: None


def _of_number(name: str, value: float, default: Any) -> Iterator[Told]:
    usual = [default] if isinstance(default, (int, float)) and not isinstance(default, bool) else []
    for plain in dict.fromkeys([*usual, type(value)(0)]):
        yield f"{name} is not {plain:g}", f"{name} is {plain:g}", lambda v, p=plain: v != p, lambda v, p=plain: p
    if isinstance(value, int):
        yield f"{name} is even", f"{name} is odd", lambda v: v % 2 == 0, lambda v: v + 1
        yield f"{name} is odd", f"{name} is even", lambda v: v % 2 == 1, lambda v: v + 1
    yield f"{name} is negative", f"{name} is not negative", lambda v: v < 0, abs


def _of_tensor(name: str, value: torch.Tensor) -> Iterator[Told]:
    if not value.is_floating_point():
        return
    yield "it has some", f"{name} has no negative numbers", lambda v: (v < 0).any(), torch.abs
    yield "it has some", f"{name} has no zeros", lambda v: (v == 0).any(), lambda v: v.where(v != 0, v + 0.5)
    yield "some are", f"no two numbers of {name} are equal", _has_ties, _without_ties
    yield (
        "some are so large that exp overflows or underflows",
        f"all numbers of {name} are small",
        lambda v: (v.abs() > LARGE).any(),
        _small,
    )
    for kind, other in ((torch.float32, torch.float64), (torch.float64, torch.float32)):
        names = [str(each).removeprefix("torch.") for each in (kind, other)]
        yield f"it is {names[0]}", f"{name} is {names[1]}", lambda v, k=kind: v.dtype == k, lambda v, o=other: v.to(o)


def _of_image(name: str, value: torch.Tensor) -> Iterator[Told]:
    if value.ndim < 2:
        return
    yield (
        "it has not", f"{name} has as many rows as columns",
        lambda v: v.ndim > 1 and v.shape[-2] != v.shape[-1], lambda v: v[..., : min(v.shape[-2:]), : min(v.shape[-2:])],
    )  # fmt: skip
    for axis, what in ((-2, "rows"), (-1, "columns")):
        for rest, words in ((0, ("an even", "an odd")), (1, ("an odd", "an even"))):
            special, plain = f"it has {words[0]} number", f"{name} has {words[1]} number of {what}"
            yield (
                special, plain,
                lambda v, a=axis, r=rest: v.ndim > 1 and v.shape[a] > _LEAST and v.shape[a] % 2 == r,
                lambda v, a=axis: v.narrow(a, 0, v.shape[a] - 1),
            )  # fmt: skip
    yield (
        "it has several", f"{name} has a single channel",
        lambda v: v.ndim == _AXES and v.shape[1] > 1, lambda v: v[:, :1],
    )  # fmt: skip


def _of_text(name: str) -> Iterator[Told]:
    yield "it has some", f"{name} has no capital letters", lambda v: v != v.lower(), str.lower
    yield "it has some", f"{name} has no spaces", lambda v: " " in v, lambda v: v.replace(" ", "")
    yield "it has others", f"{name} has plain letters only", lambda v: not v.isascii(), _plain_letters
    yield "some are", f"no two letters of {name} are the same", lambda v: len(set(v)) < len(v), _once_each
    yield "it has several", f"{name} has a single letter", lambda v: len(v) > 1, lambda v: v[:1]


def _of_row(name: str, value: Any) -> Iterator[Told]:
    if isinstance(value, tuple) and len(value) == 2 and all(type(each) is int for each in value):
        yield "they differ", f"the two numbers of {name} are equal", lambda v: len({*v}) > 1, lambda v: (v[0],) * 2
    yield "it has several", f"{name} has a single item", lambda v: len(v) > 1, lambda v: v[:1]
    if all(isinstance(each, (int, float, str)) for each in value):
        yield "some are alike", f"all items of {name} are different", lambda v: len({*v}) < len(v), _once_each
    if value and all(type(each) is int for each in value):
        yield "it does not", f"{name} begins with 0", lambda v: len(v) > 0 and v[0] != 0, lambda v: type(v)([0, *v])
    if all(isinstance(each, (list, tuple, str)) for each in value):
        yield (
            "they are not", f"the items of {name} are equally long",
            lambda v: len({len(each) for each in v}) > 1, lambda v: type(v)(each[: min(map(len, v))] for each in v),
        )  # fmt: skip


def _of_columns(name: str, value: Any, called: Sequence[str]) -> Iterator[Told]:
    """Of rows of whole numbers, such as the kernel, the stride and the padding of each layer."""
    rows = [each for each in value if isinstance(each, (list, tuple))]
    width = {len(each) for each in rows}
    if len(rows) < len(value) or len(width) != 1 or not all(type(each) is int for row in rows for each in row):
        return
    words = [f"`{each}`" for each in called] if len(called) in width else [f"{each} number" for each in _PLACES]
    for place, word in zip(range(*width), words, strict=False):
        each = f"{word} in `{name}`"

        def put(v: Any, change: Callable[[int], int], place: int = place) -> Any:
            return type(v)(type(row)([*row[:place], change(row[place]), *row[place + 1 :]]) for row in v)

        def some(v: Any, holds: Callable[[int], bool], place: int = place) -> bool:
            return any(len(row) > place and holds(row[place]) for row in v)

        for plain in (1, 0):
            yield (
                f"not every {each} is {plain}", f"every {each} is {plain}",
                lambda v, p=plain, s=some: s(v, lambda n: n != p), lambda v, p=plain, c=put: c(v, lambda _: p),
            )  # fmt: skip
        yield (
            f"some {each} is even", f"every {each} is odd",
            lambda v, s=some: s(v, lambda n: n % 2 == 0), lambda v, c=put: c(v, lambda n: n + 1 - n % 2),
        )  # fmt: skip


def _of_pairs(arguments: CallArguments) -> Iterator[Feature]:
    """How two whole numbers stand to each other."""
    whole = [name for name, value in arguments.items() if type(value) is int]
    for first, second in itertools.permutations(whole, 2):
        both = f"`{first}`", f"`{second}`"

        def differ(given: CallArguments, one: str = first, other: str = second) -> bool:
            return _whole(given, one, other) and bool(given[one] != given[other])

        def is_larger(given: CallArguments, one: str = first, other: str = second) -> bool:
            return _whole(given, one, other) and bool(given[one] > given[other])

        def cut(given: CallArguments, one: str = first, other: str = second) -> CallArguments:
            return given | {one: given[other]}

        yield Feature((first, second), "they differ", f"{both[0]} and {both[1]} are equal", differ, cut)
        words = [f"{both[0]} is {how}larger than {both[1]}" for how in ("", "not ")]
        yield Feature((first, second), words[0], words[1], is_larger, cut)

        def leaves_a_rest(given: CallArguments, one: str = first, other: str = second) -> bool:
            return _whole(given, one, other) and bool(given[one] > given[other] > 1 and given[one] % given[other])

        def multiple(given: CallArguments, one: str = first, other: str = second) -> CallArguments:
            return given | {one: given[one] - given[one] % given[other]}

        plain = f"{both[0]} is a multiple of {both[1]}"
        yield Feature((first, second), "it is none", plain, leaves_a_rest, multiple)


def _whole(given: CallArguments, one: str, other: str) -> bool:
    return type(given.get(one)) is int and type(given.get(other)) is int


def _of_batches(calls: Sequence[CallArguments]) -> Iterator[Feature]:
    """Several entries at once: of an array, and of all that has as many."""
    arrays = [
        [name for name, value in each.items() if isinstance(value, torch.Tensor) and value.ndim] for each in calls
    ]
    for first in dict.fromkeys(names[0] for names in arrays if names):
        axes = {each[first].ndim for each, names in zip(calls, arrays, strict=True) if first in names}
        yield _several(first, "row" if axes == {2} else "entry")  # of a batch a single row is something else


def _several(first: str, what: str) -> Feature:
    def alone(given: CallArguments) -> CallArguments:
        count = len(given[first])
        rows = (torch.Tensor, list, tuple)
        return {key: v[:1] if isinstance(v, rows) and _length(v) == count else v for key, v in given.items()}

    def several(given: CallArguments) -> bool:
        return isinstance(given.get(first), torch.Tensor) and bool(given[first].ndim > 0 and len(given[first]) > 1)

    return Feature((first,), "it has several", f"`{first}` has a single {what}", several, alone, natural=False)


def _length(value: Any) -> int:
    return -1 if isinstance(value, torch.Tensor) and not value.ndim else len(value)


def _has_ties(value: torch.Tensor) -> bool:
    return bool(value.unique().numel() < value.numel())


def _without_ties(value: torch.Tensor) -> torch.Tensor:
    """The same order, ties broken, steps as large as the largest number allows."""
    places = value.flatten().argsort(stable=True).argsort().reshape(value.shape).to(value.dtype)
    return (places + 1) * (float(value.abs().max()) or 1.0) / value.numel()


def _small(value: torch.Tensor) -> torch.Tensor:
    return value * (2.0 / float(value.abs().max()))


def _plain_letters(value: str) -> str:
    return "".join(each if each.isascii() else "a" for each in value)


def _once_each(value: Any) -> Any:
    kept = list(dict.fromkeys(value))
    return "".join(kept) if isinstance(value, str) else type(value)(kept)
