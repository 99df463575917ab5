"""One way in which a wrong answer is the expected one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fit:
    """It holds for one leaf. `key` is what must be the same for all leaves, `words` is how this leaf's is told."""

    name: str  # for the staff's statistics: "turned_by_180"
    words: str  # "turned by 180°": goes on after "Your result is the expected one, "
    key: str = ""
    family: str = "values"  # "places" when values stand elsewhere
    free: int = 0  # numbers that were chosen so that it holds
    general: bool = False  # asked only where nothing more special holds
    degenerate: bool = False  # on this leaf it is the same as a simpler one
    least: int = 0  # values that it takes at least, to be a surprise
    bits: float | None = None  # that it tells, where that is not what the values themselves tell
