"""How much of its time a submission has used: what counts is the processor time of its processes.

A busy machine therefore takes nothing away from anyone. What sleeps uses no processor time: there the clock on the wall
counts, more slowly, and without the time in which a process was ready to run and had no processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

LOOK = 0.2  # seconds on the wall between two looks; what ends earlier is not looked at by itself
ASLEEP, FAR = 3.0, 10.0  # seconds on the wall that count as one: of sleep; of anything


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds that the processes of a submission computed, and waited for a processor (None: nobody knows)."""

    computed: float = 0.0
    waited: float | None = 0.0


class Clock:
    """The seconds that count, `spent`, of all requests of a submission; `look_at` tells of its present processes."""

    def __init__(self, look_at: Callable[[], Used]) -> None:
        self.look_at, self.spent = look_at, 0.0
        self._last, self._since, self._wall = Used(), 0.0, 0.0

    def other_process(self) -> None:
        """The submission goes on in a new process, which has used nothing yet."""
        self._last, self._wall = Used(), 0.0

    def start(self) -> None:
        """A request begins."""
        self._since = time.monotonic()
        if self._wall > LOOK:  # of earlier requests, too short for a look of their own
            self.look()

    def stop(self) -> None:
        """It has ended."""
        self._wall, self._since = self._passed(), time.monotonic()

    def look(self) -> None:
        """Counts what was used since the last look."""
        wall, now = self._passed(), self.look_at()
        self._since, self._wall = time.monotonic(), 0.0
        computed = max(now.computed - self._last.computed, 0.0)
        asleep = 0.0
        if now.waited is not None:
            asleep = (wall - max(now.waited - (self._last.waited or 0.0), 0.0)) / ASLEEP
        self.spent += max(computed, asleep, wall / FAR)
        self._last = now

    def _passed(self) -> float:
        return self._wall + time.monotonic() - self._since


class Allowance:
    """What one request may use."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        clock.start()
        self.clock, self.end = clock, clock.spent + seconds
        self.next_look = time.monotonic() + LOOK

    def patience(self) -> float:
        """Seconds to wait before the next call of this function. Raises TimeoutError when everything is used up."""
        now = time.monotonic()
        if now >= self.next_look:
            self.clock.look()
            left = self.end - self.clock.spent
            if left <= 0:
                raise TimeoutError
            self.next_look = now + min(max(left, LOOK / 10), 2 * LOOK)
        return max(self.next_look - now, 0.001)
