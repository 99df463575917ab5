"""The `check` decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def check(
    exercise: str = "", *, after: str | tuple[str, ...] = (), weight: float = 1, quote: str | tuple[str, ...] = ()
) -> Callable[[F], F]:
    """Makes a test function a check of `exercise`; it is tried when the checks named in `after` have passed.

    `quote` is the sentence of the notebook that it rests on, or a tuple of several. In a file that is named after an
    exercise, `exercise` is left out.
    What it says is read from the source (`autograder.course.declarations`), before anything of the suite is
    imported: write plain values. Here it only refuses what is no such value.
    """
    texts = [exercise, *(text for given in (after, quote) for text in ((given,) if isinstance(given, str) else given))]
    if not all(isinstance(text, str) for text in texts) or weight < 0:
        raise TypeError('write @check("exercise", after="other_check", weight=2, quote="…")')

    def decorate(function: F) -> F:
        return function

    return decorate
