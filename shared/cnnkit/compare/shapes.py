"""Guesses from two shapes what went wrong."""

from __future__ import annotations

import math

Shape = tuple[int, ...]

AXES = {2: ("height", "width"), 3: ("channels", "height", "width"), 4: ("batch", "channels", "height", "width")}


def shape_hint(actual: Shape, expected: Shape) -> str:
    """A clause such as ": height and width look swapped"; "" when nothing fits."""
    if len(actual) != len(expected):
        return _other_rank(actual, expected)
    if len(actual) >= 2 and actual == (*expected[:-2], expected[-1], expected[-2]):
        return ": height and width look swapped"
    if sorted(actual) == sorted(expected):
        return ": the same lengths in a different order, so the axes look swapped"
    return _other_lengths(actual, expected)


def _other_rank(actual: Shape, expected: Shape) -> str:
    if not expected:
        return ": a single number without axes is expected"
    axes = f": {_axes(len(actual))}, expected {len(expected)}"
    if [n for n in actual if n != 1] == [n for n in expected if n != 1]:
        verb = "remove one with `squeeze`" if len(actual) > len(expected) else "add one with `unsqueeze`"
        return f"{axes} (an axis of length 1: {verb})"
    if actual and math.prod(actual) == math.prod(expected):
        return f"{axes}, with the same number of values"
    return axes


def _axes(count: int) -> str:
    return "1 axis" if count == 1 else f"{count} axes"


def _other_lengths(actual: Shape, expected: Shape) -> str:
    names = AXES.get(len(actual), tuple(f"axis {axis}" for axis in range(len(actual))))
    wrong = [axis for axis in range(len(actual)) if actual[axis] != expected[axis]]
    parts = [f"{names[axis]} {_by(actual[axis] - expected[axis])}" for axis in wrong]
    return ": " + " and ".join(parts)


def _by(difference: int) -> str:
    return f"is {abs(difference)} too {'large' if difference > 0 else 'small'}"
