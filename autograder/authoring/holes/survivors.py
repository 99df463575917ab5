"""Tries every mechanical mutant of an exercise's answers on the checks that execute the changed line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograder.authoring.holes.forks import Trial
from autograder.authoring.holes.mutants import Mutant, mutants_of
from autograder.authoring.holes.rehearsal import Rehearsal, Seen
from autograder.authoring.holes.weights import Weights
from autograder.course.answers import find
from autograder.course.percent import SourceCell
from autograder.model import Verdict

LEAST = 0.08  # of its exercise that a mutant of a core line costs
CORE = 0.5  # of the weight of the checks that call a function: a line that so many of them execute is a core line

AT_LEAST, SLOWER = 2.0, 3.0  # seconds of the processor for any mutant; times what its checks take without it


@dataclass(frozen=True, slots=True)
class Fate:
    """How a mutant ended: which share of its exercise it costs, and which checks it fails or leaves ungraded."""

    mutant: Mutant
    cost: float
    least: float  # what it should cost
    failed: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()

    @property
    def survives(self) -> bool:
        """Whether it costs nothing."""
        return self.cost == 0

    @property
    def cheap(self) -> bool:
        """Whether it costs something, and too little for a core line."""
        return 0 < self.cost < self.least - 1e-9


class MutantTrials:
    """The mutants of one exercise, each as a task for a fork of its own."""

    def __init__(self, rehearsal: Rehearsal, exercise: str) -> None:
        self.rehearsal, self.weights = rehearsal, Weights(rehearsal.suite, exercise)
        names = rehearsal.suite.assignment.exercise(exercise).cells
        cells = [cell for cell in rehearsal.cells if cell.name in names]
        self.mutants = [(cell, mutant) for cell in cells for mutant in mutants_of(cell, rehearsal.tree(cell))]

    def tasks(self) -> list[Trial]:
        """One for each mutant: [failed, ungraded] in a fork."""
        return [Trial(partial(self._tried, *each), self._seconds(*each)) for each in self.mutants]

    def sound(self) -> bool:
        """Whether the author's answers still pass: no mutant before left anything behind."""
        names = [name for name in self.weights.of if not self.rehearsal.checks[name].gate]
        return all(self.rehearsal.verdict(name, self.rehearsal.names) is Verdict.PASSED for name in names)

    def _seconds(self, cell: SourceCell, mutant: Mutant) -> float:
        return AT_LEAST + SLOWER * sum(seen.seconds for seen in self._reached(cell, mutant.lines))

    def fates(self, answers: Iterator[Any]) -> Iterator[Fate]:
        """What the forks' answers mean; one that gave none ran too long or broke Python: all is lost."""
        for cell, mutant in self.mutants:
            answer, least = next(answers), self.least(cell, mutant)
            if answer is None:
                yield Fate(mutant, 1.0, least, ("(too slow)",))
            else:
                failed, ungraded = answer
                yield Fate(mutant, self.weights.share(self.weights.lost(failed)), least, tuple(failed), tuple(ungraded))

    def least(self, cell: SourceCell, mutant: Mutant) -> float:
        """What a mutant of this line should cost: of a core line `LEAST`, or half of the checks that execute it."""
        around = find(self.rehearsal.tree(cell), mutant.function.split(".")) if mutant.function else None
        if around is None or not mutant.main:
            return 0.0
        of_line = self.weights.share({seen.name for seen in self._reached(cell, mutant.lines)})
        whole = frozenset(range(around.lineno, (around.end_lineno or around.lineno) + 1))
        of_function = self.weights.share({seen.name for seen in self._reached(cell, whole)})
        return min(LEAST, of_line / 2) if of_line >= CORE * of_function else 0.0

    def _reached(self, cell: SourceCell, lines: frozenset[int]) -> list[Seen]:
        """The exercise's checks that execute one of these lines, those that cost much and take little first."""
        spots = {(cell.name or "", line) for line in lines}
        seen = [self.rehearsal.checks[name] for name in self.weights.of]
        return sorted((each for each in seen if not spots.isdisjoint(each.spots)), key=self._order)

    def _order(self, seen: Seen) -> tuple[bool, float]:
        return seen.gate, seen.seconds / (self.weights.share(self.weights.lost([seen.name])) + 1e-3)

    def _tried(self, cell: SourceCell, mutant: Mutant) -> Any:
        """In a fork: the checks that fail, until they cost enough; a gate only where nothing else does."""
        reached, enough = self._reached(cell, mutant.lines), self.least(cell, mutant)
        right = mutant.slot.get()
        mutant.slot.put(mutant.value)
        try:
            return self._ends(cell, reached, enough)
        finally:
            mutant.slot.put(right)
            self.rehearsal.again(cell)

    def _ends(self, cell: SourceCell, reached: Sequence[Seen], enough: float) -> Any:
        failed: list[str] = []
        ungraded: list[str] = []
        try:
            names = self.rehearsal.again(cell)
        except Exception:  # noqa: BLE001  # a cell that cannot be executed defines nothing
            return [list(self.weights.of), []]
        for seen in reached:
            cost = self.weights.share(gone := self.weights.lost(failed))
            if (cost > 0 and (cost >= enough or seen.gate)) or seen.name in gone:
                continue
            verdict = self.rehearsal.verdict(seen.name, names)
            if verdict is not Verdict.PASSED:
                (ungraded if verdict is Verdict.UNGRADED else failed).append(seen.name)
        return [failed, ungraded]
