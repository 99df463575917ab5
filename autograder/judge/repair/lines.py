"""What is told of edits that repair failed checks: the line that they have in common, or two lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.judge.causes import Cause, Layer, both
from autograder.judge.repair.aspects import Aspect, excerpt, line_to_look_at
from autograder.judge.repair.couples import Couple
from autograder.judge.repair.edits import difference
from autograder.judge.repair.reading import line_without_comment
from autograder.judge.repair.trials import Place, Repair

ANY_PLACES = 2  # that repair a group, each alone, where each is about another kind of thing


@dataclass(frozen=True, slots=True)
class Line:
    """The place that, changed, makes a group's checks pass; or two or three, of which each does."""

    cell: str  # its label
    lines: Mapping[int, str]  # of that cell, from 1, with their code: one, or those that belong together
    aspect: Aspect | None  # what kind of thing to look at; None where that could be several
    change: str  # the edit, as a diff

    checks: tuple[str, ...]  # that pass then

    def name(self, show: str) -> str:
        """For the statistics: it does not say what the sentence may not."""
        return f"line_{self.aspect}" if self.aspect and show != "shapes" else "line"

    def sentence(self, show: str) -> str:
        """What the student reads of it."""
        return line_to_look_at(self.cell, self.lines, self.aspect if show != "shapes" else None)

    @property
    def staff(self) -> str:
        """What the staff reads of it."""
        return f"Line {next(iter(self.lines))} of {self.cell}, changed so, passes:\n{self.change}"

    def cause(self, show: str) -> Cause:
        """It as a reason for the failed checks."""
        return Cause(Layer.LINE, self.name(show), self.sentence(show), self.checks, self.staff)


def two_lines(found: Sequence[Couple], checks: Sequence[str], show: str) -> Cause | None:
    """Both lines of the pairs that repair these checks; None where they are of too many places."""
    halves = [half for couple in _likeliest(found) for half in (couple.first, couple.second)]
    groups = places_told(found)
    lines = [line_in_common([half for half in halves if half.place in places], ANY_PLACES) for places in groups]
    told = [line for line in lines if line]
    if not told or len(told) < len(lines):
        return None
    sentence = both(told[0].sentence(show), told[-1].sentence(show))
    name = "_and_".join(line.name(show) for line in told)
    staff = "Only with both:\n" + "\n".join(line.staff for line in told)
    return Cause(Layer.LINE, name, sentence, tuple(checks), staff)


def places_told(found: Sequence[Couple]) -> list[frozenset[Place]]:
    """The places of these pairs as two halves: one that all have in common, and what stands beside it.

    Nothing where they have none in common, or beside it are too many.
    """
    pairs = [couple.places for couple in _likeliest(found)]
    every = frozenset[Place]().union(*pairs)
    common = every.intersection(*pairs)
    if len(common) == len(every):
        return [frozenset([place]) for place in sorted(common)]
    return sorted((common, every - common), key=min) if len(common) == 1 and len(every) <= 1 + ANY_PLACES else []


def _likeliest(found: Sequence[Couple]) -> list[Couple]:
    """Those of which as few as may be make up for a slip in another place."""
    least = min((couple.outweigh for couple in found), default=0)
    return [couple for couple in found if couple.outweigh == least]


def line_in_common(repairs: Sequence[Repair], most: int) -> Line | None:
    """What all these edits have in common; None where they are of more places than that, of two cells, or none."""
    places = {each.place for each in repairs}
    if not 1 <= len(places) <= most or len({cell for cell, _ in places}) > 1:
        return None
    first = repairs[0]
    aspects = {each.edit.aspect for each in repairs}
    if len(places) > ANY_PLACES and len(aspects) > 1:
        return None
    aspect = first.edit.aspect if len(aspects) == 1 else None
    checks = tuple(name for name in first.checks if all(name in each.checks for each in repairs))
    change = difference(first.own.source, first.edit.source)
    cell = first.own.cell
    columns = {line: column for each in reversed(repairs) for line, column in each.edit.columns.items()}
    lines = {
        line: excerpt(line_without_comment(cell.source, line), columns.get(line, 0)) for line in _lines_of(repairs)
    }
    return Line(cell.label, lines, aspect, change, checks)


def _lines_of(repairs: Sequence[Repair]) -> tuple[int, ...]:
    """The line that all of them change, or the first of its statement; of two statements both."""
    lines: set[int] = set()
    for statement in {each.edit.statement for each in repairs}:
        here = {line for each in repairs if each.edit.statement == statement for line in each.edit.lines}
        lines |= here if len(here) == 1 or all(len(each.edit.lines) == 2 for each in repairs) else {statement}
    return tuple(sorted(lines))
