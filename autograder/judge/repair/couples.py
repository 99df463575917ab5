"""Two edits at once: in which order pairs are tried, and what two edits of one definition make of it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.judge.repair.aspects import Aspect
from autograder.judge.repair.question import STOPPED
from autograder.judge.repair.trials import Changed, Place, Repair

FIRSTS, OF_A_PLACE = 8, 2  # edits after which an answer is nearer, that are tried with a second one
AHEAD = 12  # second edits that the first of those is tried with before the next one
LEAST, STEP, FARTHER = 0.001, 0.05, 0.5  # by how much an answer comes nearer; a check gets farther


@dataclass(frozen=True, slots=True)
class Couple:
    """Two edits that are tried together."""

    first: Repair
    second: Repair

    @property
    def places(self) -> frozenset[Place]:
        """Where they are."""
        return frozenset((self.first.place, self.second.place))

    @property
    def outweigh(self) -> int:
        """How many of them may make up for a slip elsewhere."""
        return self.first.edit.outweighs + self.second.edit.outweighs


def couples(repairs: Sequence[Repair], unchanged: Sequence[float]) -> Iterator[tuple[Couple, Changed]]:
    """Pairs of these edits of which one makes the answers nearer, the most likely first, and what they make.

    `unchanged` says how near the leading checks came without any.
    """
    firsts = _firsts(repairs, unchanged)
    useful = [each for each in repairs if not _stops(each, unchanged)]
    nearest = sorted(useful, key=lambda each: (-_steps(each, unchanged), each.near == tuple(unchanged)))
    # What a check asks after its first failure no second edit shows alone: then the most likely ones come first.
    rows = [useful if _gain(each, unchanged) > FARTHER or _is_about_others(each) else nearest for each in firsts]
    waiting = [(AHEAD * row, row, 0) for row in range(len(firsts)) if useful]
    done: set[frozenset[tuple[str, str]]] = set()
    while waiting:
        _, row, column = heapq.heappop(waiting)
        if column + 1 < len(useful):
            heapq.heappush(waiting, (AHEAD * row + column + 1, row, column + 1))
        couple = Couple(firsts[row], rows[row][column])
        changed = _changed(couple)
        key = frozenset((own.node.name, source) for own, source in changed.items())
        if changed and key not in done:
            done.add(key)
            yield couple, changed


def _firsts(repairs: Sequence[Repair], unchanged: Sequence[float]) -> list[Repair]:
    """Those that come nearer: by how much, about, and then the most likely; where one mends something, such alone."""
    found: list[Repair] = []
    best = max((_gain(each, unchanged) for each in repairs), default=0.0)
    least = best / 2 if best > FARTHER else LEAST
    nearer = [each for each in repairs if _gain(each, unchanged) >= least]
    for each in sorted(nearer, key=lambda each: -_steps(each, unchanged)):
        same = [other for other in found if other.place == each.place]
        if len(same) < OF_A_PLACE and len(found) < FIRSTS:
            found.append(each)
    # What it does to others comes on top of what it answers: alone it brings nothing nearer.
    return found + [each for each in repairs if _is_about_others(each) and each not in found][:1]


def _is_about_others(repair: Repair) -> bool:
    return repair.edit.aspect is Aspect.OTHERS


def _steps(repair: Repair, unchanged: Sequence[float]) -> int:
    """By how many steps the leading checks come nearer: how far wrong numbers are apart tells little."""
    return max(int(_gain(repair, unchanged) / STEP), 0)


def _gain(repair: Repair, unchanged: Sequence[float]) -> float:
    """How much nearer the leading checks come; less than 0, where one moves away."""
    if repair.checks:
        return len(repair.checks) + 1.0
    gains = [near - old for near, old in zip(repair.near, unchanged, strict=False)]
    lost = min(gains, default=0.0)
    return lost if lost < -LEAST else sum(gains)


def _stops(repair: Repair, unchanged: Sequence[float]) -> bool:
    """Whether it ends in an error where there was an answer before."""
    return any(near == STOPPED != old for near, old in zip(repair.near, unchanged, strict=False))


def _changed(couple: Couple) -> Changed:
    """What stands in the place of the definitions; nothing where both edits are of the same place."""
    first, second = couple.first, couple.second
    if first.own.node is not second.own.node:
        return {first.own: first.edit.source, second.own: second.edit.source}
    made = spliced(first.own.source, first.edit.source, second.edit.source)
    return {first.own: made} if made else {}


def spliced(old: str, one: str, other: str) -> str:
    """The text with what both changed in it; "" where the changes overlap."""
    (begin, end, text), (later, last, rest) = sorted((_change(old, one), _change(old, other)))
    if end > later or (begin, end) == (later, last):
        return ""
    return old[:begin] + text + old[end:later] + rest + old[last:]


def _change(old: str, new: str) -> tuple[int, int, str]:
    """Where a text is changed, from and to, and what stands there then."""
    begin = _alike(old, new)
    end = _alike(old[begin:][::-1], new[begin:][::-1])
    return begin, len(old) - end, new[begin : len(new) - end]


def _alike(one: str, other: str) -> int:
    """With how many characters both begin; halved again and again, for texts may be long and pairs many."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[:middle] == other[:middle]:
            least = middle
        else:
            most = middle - 1
    return least
