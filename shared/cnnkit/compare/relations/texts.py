"""Answers that are right but for texts in them: the titles, labels and names of a figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from cnnkit.compare.relations.fits import Fit
from cnnkit.compare.relations.leaves import Pair
from cnnkit.compare.values import compare

_DIGIT = re.compile(r"\d")  # a wrong number in a text is wrong as a number
Path = tuple[Any, ...]
Text = tuple[Path, Any, Any]
"""Where it is, what was answered there, and what is expected; also of a number that is another one."""


def misplaced_texts(pairs: Sequence[Pair]) -> Fit | None:
    """Texts of one kind are wrong, such as titles: each belongs to another place, or nothing else is wrong."""
    try:
        texts = [text for pair in pairs for text in _texts(pair.got, pair.expected, ())]
    except ValueError:
        return None
    wrong = [(path, got) for path, got, expected in texts if got != expected and isinstance(got, str)]
    kinds = {_kind(path) for path, _ in wrong}
    if len(kinds) != 1 or "" in kinds:
        return None
    kind = kinds.pop()
    elsewhere = {expected for path, _, expected in texts if _kind(path) == kind}
    said = f"The texts under `{kind}` are not the expected ones in {len(wrong)} place{'s' * (len(wrong) > 1)}"
    if len({got for _, got in wrong}) > 1 and all(got in elsewhere for _, got in wrong):
        asked = "each of them belongs to another place. Is one index used for all that stands together?"
        return Fit("texts_of_other_places", f"{said}: {asked}")
    only = all(
        isinstance(got, str) and not _DIGIT.search(got + expected) for _, got, expected in texts if got != expected
    )
    return Fit("texts_differ", f"{said}, and all else is: what do they say?") if only else None


def _kind(path: Path) -> str:
    """What a text is called in its answer: the last key on the way to it."""
    return next((str(key) for key in reversed(path) if isinstance(key, str)), "")


def _texts(got: Any, expected: Any, path: Path) -> Iterator[Text]:
    """The texts of both, place by place, and numbers that differ. Raises ValueError where more differs."""
    if isinstance(expected, dict) and isinstance(got, dict) and list(got) == list(expected):
        for key in expected:
            yield from _texts(got[key], expected[key], (*path, key))
    elif isinstance(expected, (list, tuple)) and type(got) is type(expected) and len(got) == len(expected):
        for place, item in enumerate(expected):
            yield from _texts(got[place], item, (*path, place))
    elif isinstance(expected, str) and isinstance(got, str):
        yield path, got, expected
    elif compare(got, expected, rtol=1e-4) is not None:
        if not isinstance(expected, float):  # such as where in the figure axes are
            raise ValueError("more than text differs")
        yield path, got, expected
