"""How far two people who marked the same answers agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from autograder.gradebook.marks import AnswerToMark


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two markers, about the answers that both have marked."""

    markers: tuple[str, str]
    both: int
    same: int  # of them with the same points
    kappa: float | None  # Cohen's; None where chance alone would always agree


def agreements(answers: Iterable[AnswerToMark]) -> list[Agreement]:
    """Of each two markers with an answer in common; what they said before anything was settled."""
    marked = [answer.marks for answer in answers if len(answer.marks) > 1]
    markers = sorted({marker for marks in marked for marker in marks})
    found = []
    for pair in combinations(markers, 2):
        points = [(marks[pair[0]].points, marks[pair[1]].points) for marks in marked if marks.keys() >= set(pair)]
        if points:
            same = sum(first == second for first, second in points)
            found.append(Agreement(pair, len(points), same, kappa(points)))
    return found


def kappa(pairs: list[tuple[float, float]]) -> float | None:
    """Cohen's kappa (A coefficient of agreement for nominal scales, 1960); points are compared as names."""
    many = len(pairs)
    observed = sum(first == second for first, second in pairs) / many
    firsts, seconds = ([pair[side] for pair in pairs] for side in (0, 1))
    chance = sum(firsts.count(value) * seconds.count(value) for value in set(firsts)) / many**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
