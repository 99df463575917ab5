"""Figures of a class, from its Reports: plain functions, no page in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median, pstdev

from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.reports.words import counts, judged, worth

_NO_EVIDENCE = (Verdict.UNGRADED,)


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of the submissions that could be graded, in points."""

    submissions: int
    graded: int
    points: float
    mean: float
    median: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Scores from `low` up to but not including `high` points (the last bar includes it)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """One check over the class; `rate` in 0..1, `discrimination` in -1..1 or None where nothing varies."""

    exercise: str
    name: str
    title: str
    worth: float
    verdicts: dict[Verdict, int]
    passed: int
    tried: int
    rate: float
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class ExerciseFigures:
    """Points of one exercise over the class."""

    name: str
    title: str
    points: float
    mean: float
    full: int
    none: int
    graded: int
    manual: bool


@dataclass(frozen=True, slots=True)
class MistakeFigures:
    """One diagnosed mistake: in how many submissions, and the hint that they got."""

    exercise: str
    mistake: str
    hint: str
    students: tuple[str, ...]


def graded(reports: Sequence[Report]) -> list[Report]:
    """The submissions that were judged at all; a file that could not be read has no score, it needs a person."""
    return [report for report in reports if judged(report)]


def summary(reports: Sequence[Report]) -> Summary:
    """Mean, median and population standard deviation of the scores; zeros for an empty class."""
    counted = graded(reports)
    scores = [report.score for report in counted] or [0.0]
    points = max((report.points for report in reports), default=0.0)
    return Summary(len(reports), len(counted), points, fmean(scores), median(scores), pstdev(scores))


def distribution(reports: Sequence[Report], bars: int = 10) -> list[Bar]:
    """Histogram of the scores in `bars` equal steps from 0 to the full points; every score falls into one bar."""
    top = summary(reports).points or 1.0
    found = Counter(min(int(report.score / top * bars), bars - 1) for report in graded(reports))
    return [Bar(top * i / bars, top * (i + 1) / bars, found[i]) for i in range(bars)]


def verdicts(reports: Sequence[Report]) -> Counter[Verdict]:
    """How often each verdict was given in the whole class."""
    return Counter(check.verdict for report in reports for check in report.checks)


def checks(reports: Sequence[Report]) -> list[CheckFigures]:
    """Figures per check, in the order of the notebook."""
    rows: dict[tuple[str, str], list[tuple[Report, ExerciseResult, CheckResult]]] = {}
    for report in graded(reports):
        for exercise in report.exercises:
            for check in exercise.checks:
                rows.setdefault((exercise.name, check.name), []).append((report, exercise, check))
    return [_figures(row) for row in rows.values()]


def _figures(row: list[tuple[Report, ExerciseResult, CheckResult]]) -> CheckFigures:
    """One check of the class; the check itself is left out of the score that it is compared with."""
    _, exercise, check = row[0]
    judged = [item for item in row if item[2].verdict not in _NO_EVIDENCE]
    right = [found.verdict is Verdict.PASSED for _, _, found in judged]
    rest = [_earned(report) - worth(e, c) * (c.verdict is Verdict.PASSED) for report, e, c in judged]
    return CheckFigures(
        exercise=exercise.name,
        name=check.name,
        title=check.title,
        worth=worth(exercise, check),
        verdicts=counts([found for _, _, found in row]),
        passed=sum(right),
        tried=len(judged),
        rate=sum(right) / len(judged) if judged else 0.0,
        discrimination=point_biserial(right, rest),
    )


def _earned(report: Report) -> float:
    """Points of the passed checks, not rounded and without what a person gives."""
    return sum(worth(e, c) for e in report.exercises for c in e.checks if c.verdict is Verdict.PASSED)


def point_biserial(passed: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Correlation of a yes/no item with a score: r = (M1 - M0) / s * sqrt(p * q), None where it is undefined.

    M1 and M0 are the mean scores of those who passed and failed, s the population standard deviation, p and q their
    shares (J. Lev, "The point biserial coefficient of correlation", Ann. Math. Statist. 20, 1949, 125-126). Pass
    scores without the item itself: an item correlates with its own points (S. Henrysson, "Correction of item-total
    correlations in item analysis", Psychometrika 28, 1963, 211-218).
    """
    ones = [score for score, yes in zip(scores, passed, strict=True) if yes]
    zeros = [score for score, yes in zip(scores, passed, strict=True) if not yes]
    spread = pstdev(scores) if scores else 0.0
    if not ones or not zeros or spread < 1e-9:
        return None
    share = len(ones) / len(scores)
    return max(-1.0, min(1.0, (fmean(ones) - fmean(zeros)) / spread * sqrt(share * (1 - share))))


def exercises(reports: Sequence[Report]) -> list[ExerciseFigures]:
    """Points per exercise, in the order of the notebook; an exercise without checks is graded by hand."""
    rows: dict[str, list[ExerciseResult]] = {}
    for report in graded(reports):
        for exercise in report.exercises:
            rows.setdefault(exercise.name, []).append(exercise)
    return [
        ExerciseFigures(
            name=name,
            title=row[0].title,
            points=row[0].points,
            mean=fmean(each.score for each in row),
            full=sum(each.score >= each.points for each in row),
            none=sum(each.score <= 0 for each in row),
            graded=len(row),
            manual=not any(each.checks for each in row),
        )
        for name, row in rows.items()
    ]


def mistakes(reports: Sequence[Report]) -> list[MistakeFigures]:
    """Diagnosed mistakes, the most frequent first; one submission counts once, however many checks it fails."""
    found: dict[tuple[str, str], list[str]] = {}
    hints: dict[tuple[str, str], str] = {}
    for report in reports:
        for key, hint in {(c.exercise, c.mistake): c.hint for c in report.checks if c.mistake}.items():
            found.setdefault(key, []).append(report.student)
            hints.setdefault(key, hint)
    rows = [MistakeFigures(*key, hint=hints[key], students=tuple(who)) for key, who in found.items()]
    return sorted(rows, key=lambda row: (-len(row.students), row.exercise, row.mistake))


def alarms(reports: Sequence[Report], fewest: int = 5) -> list[str]:
    """Sentences about checks that may be at fault themselves; silent below `fewest` graded submissions."""
    if len(graded(reports)) < fewest:
        return []
    rows = checks(reports)
    return [sentence for row in rows if (sentence := _alarm(row))]


def _alarm(row: CheckFigures) -> str:
    if row.tried and not row.passed:
        return f"Nobody passes “{row.title}” ({row.exercise}): is the check right?"
    if row.discrimination is not None and row.discrimination < 0:
        return f"“{row.title}” ({row.exercise}) is passed more often by weaker submissions: read it again."
    return ""
