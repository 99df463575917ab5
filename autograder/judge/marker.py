"""The `check` marker: which exercise a hidden test belongs to, what it weighs, what must pass before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "__convgrade_check__"


@dataclass(frozen=True, slots=True)
class Mark:
    """What `@check` says about a test function."""

    exercise: str
    weight: float = 1.0
    after: tuple[str, ...] = ()


def check(exercise: str, *, after: str | tuple[str, ...] = (), weight: float = 1.0) -> Callable[[F], F]:
    """Makes a test function a check of `exercise`; it is tried when the checks named in `after` have passed."""
    names = (after,) if isinstance(after, str) else tuple(after)
    if not weight >= 0:
        raise ValueError(f"the weight of a check is 0 or more, not {weight}")

    def decorate(function: F) -> F:
        setattr(function, _MARK, Mark(exercise, float(weight), names))
        return function

    return decorate


def mark_of(function: Callable[..., Any]) -> Mark | None:
    """The mark of a test function; None when it has none."""
    mark = getattr(function, _MARK, None)
    return mark if isinstance(mark, Mark) else None
