"""What failing checks cost: their own weight, and that of every check that comes after one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from autograder.judge.suite import Suite


class Weights:
    """The weights of one exercise's checks."""

    def __init__(self, suite: Suite, exercise: str) -> None:
        self.suite = suite
        self.of = {check.name: check.weight for check in suite.assignment.checks if check.exercise == exercise}

    @cached_property
    def total(self) -> float:
        """Of the exercise."""
        return sum(self.of.values())

    def lost(self, failed: Iterable[str]) -> set[str]:
        """The checks of the exercise that do not count when these fail."""
        gone = set(failed)
        for name in self.suite.order:  # what a check comes after, comes before it here
            if not gone.isdisjoint(self.suite.after[name]):
                gone.add(name)
        return gone & self.of.keys()

    def share(self, names: Collection[str]) -> float:
        """Their part of the whole, between 0 and 1."""
        return sum(self.of[name] for name in names) / self.total if self.total else 0.0
