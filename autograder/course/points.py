"""What exercises are worth when only some are graded.

The points of those that are chosen grow, so that the assignment keeps its total; a question that people mark keeps its
points, since its text says what they are for; a stretch comes on top of the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.course.load import Exercise


def with_points(exercises: Sequence[Exercise], names: Sequence[str]) -> tuple[Exercise, ...]:
    """The chosen ones, worth together what all of them were, less the stretches."""
    chosen = [exercise for exercise in exercises if exercise.name in names]
    growing = [each for each in chosen if not each.stretch and not each.manual]
    fixed = sum(each.maximum for each in chosen if each not in growing)
    shares = shared_out([each.points for each in growing], sum(each.maximum for each in exercises) - fixed)
    points = {each.name: share for each, share in zip(growing, shares, strict=True)}
    return tuple(replace(each, points=points.get(each.name, each.points)) for each in chosen)


def shared_out(shares: Sequence[float], total: float) -> list[float]:
    """`total` in proportion to these, in cents that add up to it: the largest remainders are rounded up."""
    weights, whole = [round(each * 100) for each in shares], round(total * 100)
    found = [divmod(whole * weight, sum(weights)) for weight in weights]
    left = whole - sum(cents for cents, _ in found)
    first = sorted(range(len(found)), key=lambda index: -found[index][1])[:left]
    return [(cents + (index in first)) / 100 for index, (cents, _) in enumerate(found)]
