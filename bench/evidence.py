"""What samples show. Pure arithmetic: no clock and no process in here.

A figure is ok or missed only where the whole interval of its median lies on one side of the goal. Fewer than five
repetitions, a value that no machine can have (negative overhead, a speed-up over the number of processors) or an
interval that reaches across the goal show nothing: the figure is not measured, whatever its median flatters.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

LEAST = 5  # repetitions: with fewer, no interval of order statistics holds the median in 9 of 10 cases
CONFIDENCE = 0.9


class Outcome(StrEnum):
    """How a figure ended."""

    OK = "ok"
    MISSED = "MISSED"
    NOT_MEASURED = "not measured"
    FACT = ""  # no goal


EXIT_CODES = {Outcome.OK: 0, Outcome.MISSED: 1, Outcome.NOT_MEASURED: 3}


@dataclass(frozen=True, slots=True)
class Goal:
    """At most, or at least, so much."""

    sign: str  # ≤ or ≥
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a value is on the good side."""
        return value <= self.limit if self.sign == "≤" else value >= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: its samples, one of each repetition, and what they have to be."""

    name: str
    samples: tuple[float, ...]
    unit: str = ""
    goal: Goal | None = None
    possible: tuple[float, float] = (0.0, math.inf)  # what physics allows, without the ends
    exact: bool = False  # counted, not timed: one sample is enough, and the worst one counts
    digits: int = 2

    @property
    def median(self) -> float:
        """The middle of the samples."""
        return statistics.median(self.samples)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true median lies."""
        return interval(self.samples)

    @property
    def doubt(self) -> str:
        """Why nothing is shown; empty where something is."""
        if self.exact:
            return ""
        if len(self.samples) < LEAST:
            return f"{len(self.samples)} repetitions of at least {LEAST}"
        if not all(self.possible[0] < edge < self.possible[1] for edge in self.interval):
            return "impossible"
        if self.goal and len({self.goal.holds(edge) for edge in self.interval}) > 1:
            return "the spread reaches across the goal"
        return ""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        if self.doubt:
            return Outcome.NOT_MEASURED
        if self.goal is None:
            return Outcome.FACT
        return Outcome.OK if all(map(self.goal.holds, self._edges())) else Outcome.MISSED

    def _edges(self) -> Sequence[float]:
        return self.samples if self.exact else self.interval

    def told(self) -> tuple[str, str, str, str]:
        """(name, measured, goal, outcome) for the table."""
        low, high = (f"{edge:.{self.digits}f}" for edge in self.interval)
        spread = "" if low == high else f" ({low} … {high})"
        goal = f"{self.goal.sign} {self.goal.limit:g}{self.unit and ' '}{self.unit}" if self.goal else ""
        measured = f"{self.median:.{self.digits}f}{spread}{self.unit and ' '}{self.unit}"
        return self.name, measured, goal, ": ".join(filter(None, (self.outcome, self.doubt)))


def interval(samples: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The closest pair of order statistics that holds the median with that confidence; else the extremes."""
    ordered, count = sorted(samples), len(samples)
    skipped, tail = 0, 1 / 2**count
    while skipped + 1 < (count + 1) // 2:
        tail += math.comb(count, skipped + 1) / 2**count
        if 1 - 2 * tail < confidence:
            break
        skipped += 1
    return ordered[skipped], ordered[count - 1 - skipped]


def quotients(over: Iterable[float], under: Iterable[float]) -> tuple[float, ...]:
    """Pair by pair. What is measured against nothing, or against less, is infinite: no figure may be."""
    return tuple(top / bottom if bottom > 0 else math.inf for top, bottom in zip(over, under, strict=True))


def differences(more: Iterable[float], less: Iterable[float]) -> tuple[float, ...]:
    """Pair by pair."""
    return tuple(first - second for first, second in zip(more, less, strict=True))


def exit_code(figures: Iterable[Figure]) -> int:
    """0: every goal is reached; 1: one is missed; 3: none is missed, but one could not be measured."""
    outcomes = {figure.outcome for figure in figures}
    worst = next((outcome for outcome in (Outcome.MISSED, Outcome.NOT_MEASURED) if outcome in outcomes), Outcome.OK)
    return EXIT_CODES[worst]
