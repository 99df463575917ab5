"""Tries every nothing-answer of an exercise: of each function and method alone, and of all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograder.authoring.holes.forks import Trial
from autograder.authoring.holes.mutants import answer_lines
from autograder.authoring.holes.nothing import nothings, put, written
from autograder.authoring.holes.rehearsal import PATIENCE, Rehearsal, Spot
from autograder.authoring.holes.weights import Weights
from autograder.authoring.proof_set import owners
from autograder.course.percent import SourceCell
from autograder.model import Verdict

MOST = 0.02  # of its exercise that a nothing-answer may earn


@dataclass(frozen=True, slots=True)
class Earned:
    """What one nothing-answer earned: the share of its exercise, and by which checks."""

    functions: str
    answer: str
    share: float
    passed: tuple[str, ...]
    ungraded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Functions that answer nothing at the same time."""

    name: str
    members: tuple[tuple[SourceCell, str, Any], ...]

    @property
    def spots(self) -> set[Spot]:
        """Their lines."""
        return {
            (cell.name or "", line)
            for cell, _, node in self.members
            for line in range(node.lineno + 1, node.end_lineno + 1)
        }


class NothingTrials:
    """The nothing-answers of one exercise, all of a function as a task for one fork."""

    def __init__(self, rehearsal: Rehearsal, exercise: str) -> None:
        self.rehearsal, self.weights = rehearsal, Weights(rehearsal.suite, exercise)
        assignment = rehearsal.suite.assignment
        cells = [cell for cell in rehearsal.cells if cell.name in assignment.exercise(exercise).cells]
        wanted = owners(assignment)
        found = [
            (cell, name, node)
            for cell in cells
            for name, node in written(rehearsal.tree(cell), answer_lines(cell.source), wanted)
        ]
        groups = [_Group(member[1], (member,)) for member in found]
        together = [_Group("all of them", tuple(found))] if len(found) > 1 else []
        self.groups = [*groups, *together]

    def tasks(self) -> list[Trial]:
        """One for each group: {answer: [passed, ungraded]}."""
        return [Trial(partial(self._tried, group), PATIENCE) for group in self.groups]

    def earnings(self, answers: Iterator[Any]) -> Iterator[Earned]:
        """What the forks' answers mean."""
        for group in self.groups:
            for text, (passed, ungraded) in (next(answers) or {}).items():
                paid = tuple(name for name in passed if self.weights.of[name])
                yield Earned(group.name, text, self.weights.share(paid), paid, tuple(ungraded))

    def _tried(self, group: _Group) -> Any:
        """In a fork: what each nothing-answer passes of the checks that execute the author's functions."""
        spots = group.spots
        reached = [name for name in self.rehearsal.suite.order if name in self.weights.of]
        reached = [name for name in reached if not spots.isdisjoint(self.rehearsal.checks[name].spots)]
        found = {}
        for text, make in nothings().items():
            names = self.rehearsal.again(group.members[0][0])
            for _, function, node in group.members:
                put(names, function, make, node.returns)
            ends: dict[str, Verdict] = {}
            for name in reached:
                failed = [each for each, verdict in ends.items() if verdict is not Verdict.PASSED]
                if name not in self.weights.lost(failed):
                    ends[name] = self.rehearsal.verdict(name, names)
            found[text] = [_with(ends, Verdict.PASSED), _with(ends, Verdict.UNGRADED)]
        return found


def _with(ends: Mapping[str, Verdict], verdict: Verdict) -> list[str]:
    return [name for name, end in ends.items() if end is verdict]
