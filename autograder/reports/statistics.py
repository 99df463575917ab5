"""Figures of a class, from its Reports: plain functions, no page in sight."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation, fmean, median, pstdev
from types import MappingProxyType

from autograder.gradebook.context import mark_of
from autograder.gradebook.grades import Mark
from autograder.grading.scoring import worth
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.reports.words import counts, judged


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
    """One check over the class; `rate` in 0..1, `discrimination` in -1..1 or None where nothing varies.

    `difficulty` is the share that fails among those who wrote an answer: stubs and what was not tried are left out.
    """

    exercise: str
    name: str
    title: str
    worth: float
    verdicts: dict[Verdict, int]
    passed: int
    tried: int
    rate: float
    answered: int
    difficulty: float | None  # in 0..1, None where nobody wrote an answer
    discrimination: float | None
    seconds: float  # median of those that ran


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
    waiting: int  # that a person still has to give points
    manual: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What grading took of one resource: the median, the most, and whose submission that was."""

    what: str
    unit: str
    median: float
    most: float
    student: str


@dataclass(frozen=True, slots=True)
class MistakeFigures:
    """One diagnosed mistake, relation or line: in how many submissions, and the hint that they got."""

    exercise: str
    mistake: str
    hint: str
    students: tuple[str, ...]
    varies: bool = False  # others got another hint: another factor, another line


def graded(reports: Sequence[Report]) -> list[Report]:
    """The submissions that were judged at all; a file that could not be read has no score and needs a person."""
    return [report for report in reports if judged(report)]


def summary(reports: Sequence[Report]) -> Summary:
    """Figures of what the checks alone give; zeros for an empty class."""
    counted = graded(reports)
    points = max((report.points for report in reports), default=0.0)
    return summed_up([report.score for report in counted], len(reports), points)


def summed_up(scores: Sequence[float], submissions: int, points: float) -> Summary:
    """Mean, median and population standard deviation of the scores; zeros where there are none."""
    counted = scores or [0.0]
    return Summary(submissions, len(scores), points, fmean(counted), median(counted), pstdev(counted))


def distribution(scores: Sequence[float], points: float, bars: int = 10) -> list[Bar]:
    """Histogram in `bars` equal steps from 0 to `points`; every score falls into one bar, more into the last."""
    top = points or 1.0
    heights = Counter(min(max(int(score / top * bars), 0), bars - 1) for score in scores)
    return [Bar(top * i / bars, top * (i + 1) / bars, heights[i]) for i in range(bars)]


_Item = tuple[float, ExerciseResult, CheckResult]  # points of the whole submission, and one check of it


def checks(reports: Sequence[Report]) -> list[CheckFigures]:
    """Figures per check, in the order of the notebook."""
    rows: dict[tuple[str, str], list[_Item]] = {}
    for report in graded(reports):
        earned = _earned(report)  # once for all of its checks
        for exercise in report.exercises:
            for check in exercise.checks:
                rows.setdefault((exercise.name, check.name), []).append((earned, exercise, check))
    return [_figures(row) for row in rows.values()]


def _figures(row: list[_Item]) -> CheckFigures:
    """One check of the class; the check itself is left out of the score that it is compared with."""
    _, exercise, check = row[0]
    judged = [item for item in row if item[2].verdict is not Verdict.UNGRADED]
    right = [result.earns for _, _, result in judged]
    rest = [earned - worth(e, c) * c.earns for earned, e, c in judged]
    ran = [result for _, _, result in judged if result.verdict is not Verdict.SKIPPED]
    answered = sum(not check.unwritten for check in ran)
    return CheckFigures(
        exercise=exercise.name,
        name=check.name,
        title=check.title,
        worth=worth(exercise, check),
        verdicts=counts([result for _, _, result in row]),
        passed=sum(right),
        tried=len(judged),
        rate=sum(right) / len(judged) if judged else 0.0,
        answered=answered,
        difficulty=1 - sum(right) / answered if answered else None,
        discrimination=discrimination(right, rest),
        seconds=median([result.seconds for result in ran] or [0.0]),
    )


def _earned(report: Report) -> float:
    """Points of the checks, not rounded and without what a person gives."""
    return sum(worth(e, c) for e in report.exercises for c in e.checks if c.earns)


def discrimination(passed: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Correlation of passing a check with a score, in -1..1; None where one of the two does not vary.

    For a yes/no item this is the point-biserial coefficient (J. Lev, "The point biserial coefficient of correlation",
    Ann. Math. Statist. 20, 1949, 125-126). Pass scores without the item itself: an item correlates with its own points
    (S. Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28, 1963, 211-218).
    """
    if len(set(passed)) < 2 or pstdev(scores) < 1e-9:
        return None
    return max(-1.0, min(1.0, correlation([float(each) for each in passed], scores)))


def exercises(
    reports: Sequence[Report], marks: Mapping[str, Sequence[Mark]] = MappingProxyType({})
) -> list[ExerciseFigures]:
    """Points per exercise, in the order of the notebook; `marks`, by student, say what people gave besides."""
    rows: dict[str, list[Mark]] = {}
    for report in graded(reports):
        for mark in marks.get(report.student) or map(mark_of, report.exercises):
            rows.setdefault(mark.name, []).append(mark)
    return [_exercise(row) for row in rows.values()]


def _exercise(row: Sequence[Mark]) -> ExerciseFigures:
    scores = [mark.score for mark in row if not (mark.by_hand and mark.waiting)]
    return ExerciseFigures(
        name=row[0].name,
        title=row[0].title,
        points=row[0].points,
        mean=fmean(scores or [0.0]),
        full=sum(score >= row[0].points for score in scores),
        none=sum(score <= 0 for score in scores),
        graded=len(scores),
        waiting=sum(mark.again or (mark.by_hand and mark.waiting) for mark in row),
        manual=row[0].by_hand,
    )


def load(reports: Sequence[Report]) -> list[Load]:
    """Time and memory of the submissions that could be graded; what was not measured is left out."""
    loads = []
    for what, unit, values in (
        ("time", "s", [(report.seconds, report.student) for report in graded(reports)]),
        ("memory", "MB", [(report.memory_mb, report.student) for report in graded(reports)]),
    ):
        measured = [item for item in values if item[0] > 0]
        if measured:
            most, who = max(measured)
            loads.append(Load(what, unit, median(value for value, _ in measured), most, who))
    return loads


def mistakes(reports: Sequence[Report]) -> list[MistakeFigures]:
    """Diagnosed mistakes, the most frequent first; one submission counts once, however many checks it fails."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}  # the hints, and the students
    for report in reports:
        for key, hint in {(c.exercise, c.mistake): c.hint for c in report.checks if c.mistake}.items():
            found.setdefault(key, []).append((hint, report.student))
    rows = [_mistake(key, hinted) for key, hinted in found.items()]
    return sorted(rows, key=lambda row: (-len(row.students), row.exercise, row.mistake))


def _mistake(key: tuple[str, str], hinted: Sequence[tuple[str, str]]) -> MistakeFigures:
    hints, students = zip(*hinted, strict=True)
    return MistakeFigures(*key, hints[0], students, len(set(hints)) > 1)
