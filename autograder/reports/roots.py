"""What is behind failed checks of several exercises: told where it is met first, and one line wherever it is again."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograder.model import CellRun, CheckResult, ExerciseResult, Report

_SYNTAX = ("SyntaxError", "IndentationError", "TabError")

_Cause = tuple[str, str]


class Before(NamedTuple):
    """Where a cause is told in full."""

    place: str  # the cause: "line 2 of cell 6"
    title: str  # of the exercise
    number: int  # of the exercise among those that are shown, from 1


class Roots(NamedTuple):
    """By a check's identity: where its cause was told before, or the titles of later exercises that have it, too."""

    before: Mapping[int, Before]
    after: Mapping[int, tuple[str, ...]]


def cause_of(check: CheckResult) -> _Cause | None:
    """(place, error), the same for every check that the same line or cell stops; None where it is about itself only."""
    return (check.stopped_at, check.error) if check.stopped_at else None


def shared_causes(exercises: Sequence[ExerciseResult]) -> Roots:
    """What several of these exercises, in the order of the notebook, have in common."""
    before: dict[int, Before] = {}
    after: dict[int, tuple[str, ...]] = {}
    met: dict[_Cause, list[tuple[int, CheckResult]]] = {}
    for number, exercise in enumerate(exercises, 1):
        for check in exercise.checks:
            if cause := cause_of(check):
                met.setdefault(cause, []).append((number, check))
    titles = [exercise.title or exercise.name for exercise in exercises]
    for (place, _), checks in met.items():
        home = checks[0][0]
        hints = {"", *(check.hint for number, check in checks if number == home)}
        later = [(number, check) for number, check in checks if number != home and check.hint in hints]
        told = Before(place, titles[home - 1], home)
        before |= {id(check): told for _, check in later}
        others = tuple(titles[number - 1] for number in dict.fromkeys(number for number, _ in later))
        after |= {id(check): others for number, check in checks if number == home and others}
    return Roots(before, after)


def first_of_all(report: Report) -> list[CellRun]:
    """Cells that stopped, and so may be behind all else: syntax errors first, since nothing of such a cell ran."""
    later = follow_ups(report)
    stopped = (cell for cell in report.cells if not cell.ok and cell not in later)
    return sorted(stopped, key=lambda cell: not cell.error.startswith(_SYNTAX))


def follow_ups(report: Report) -> list[CellRun]:
    """Cells that miss a name after a cell that stopped with another error: probably because of it."""
    stopped = [cell for cell in report.cells if not cell.ok]
    first = next((place for place, cell in enumerate(stopped) if not _misses(cell)), len(stopped))
    return [cell for cell in stopped[first:] if _misses(cell)]


def _misses(cell: CellRun) -> bool:
    return cell.error.startswith("NameError")
