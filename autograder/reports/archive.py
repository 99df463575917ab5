"""Figures of one assignment over several terms: sums only, so that ten thousand reports take no more room than ten."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import copysign, sqrt
from pathlib import Path
from typing import NamedTuple

from autograder.files import digest_of
from autograder.grading.scoring import worth
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.reports.words import judged

_MAX_MISTAKES = 2000  # different names; a course has some hundred
_FEWEST = 5  # submissions on each side: below it nothing is said about a change
_SURE = 2.58  # standard errors: chance gives more in one case of a hundred
_FLAT = 1e-6  # points; a smaller spread of scores is none
Key = tuple[str, str]  # exercise, and check or mistake


@dataclass
class ItemSums:
    """One check in one term."""

    title: str = ""
    worth: float = 0.0
    tried: int = 0
    passed: int = 0
    answered: int = 0
    _rest: float = 0.0
    _squares: float = 0.0
    _rest_of_passed: float = 0.0

    def add(self, check: CheckResult, points: float, rest: float) -> None:
        """One verdict; `rest` is what all other checks of the submission earned."""
        self.title, self.worth = check.title, points
        self.tried += 1
        self.passed += check.earns
        self.answered += check.verdict is not Verdict.SKIPPED and not check.unwritten
        self._rest += rest
        self._squares += rest * rest
        self._rest_of_passed += rest * check.earns

    @property
    def difficulty(self) -> float | None:
        """Share that fails among those who wrote an answer, in 0..1; None where nobody did."""
        return 1 - self.passed / self.answered if self.answered else None

    @property
    def discrimination(self) -> float | None:
        """Point-biserial correlation of passing with the rest score, in -1..1; None where one does not vary.

        r = (M₁ − M₀) / s · √(p q), with the mean rest scores M₁ and M₀ of those who pass and who do not, their common
        population standard deviation s, and the shares p and q: J. Lev, Ann. Math. Statist. 20 (1949) 125-126. The item
        is left out of its score: S. Henrysson, Psychometrika 28 (1963) 211-218.
        """
        wrong = self.tried - self.passed
        if not self.passed or not wrong:
            return None
        spread = sqrt(max(self._squares / self.tried - (self._rest / self.tried) ** 2, 0.0))
        if spread < _FLAT:
            return None
        means = self._rest_of_passed / self.passed, (self._rest - self._rest_of_passed) / wrong
        value = (means[0] - means[1]) / spread * sqrt(self.passed * wrong) / self.tried
        return max(-1.0, min(1.0, value))


@dataclass
class ExerciseSums:
    """Points of one exercise in one term; without what people give."""

    title: str = ""
    points: float = 0.0
    earned: float = 0.0
    count: int = 0

    @property
    def mean(self) -> float:
        """Points on average."""
        return self.earned / self.count if self.count else 0.0


@dataclass
class TermSums:
    """One term: a report is added and forgotten."""

    name: str
    submissions: int = 0  # that were judged
    others: int = 0  # that were not: no file to read, no verdict
    unread: int = 0  # files that are no reports of this assignment
    points: float = 0.0
    items: dict[Key, ItemSums] = field(default_factory=dict)
    exercises: dict[str, ExerciseSums] = field(default_factory=dict)
    mistakes: Counter[Key] = field(default_factory=Counter)
    suites: Counter[str] = field(default_factory=Counter)  # lists of checks, by digest

    def add(self, report: Report) -> None:
        """One submission."""
        if not judged(report):
            self.others += 1
            return
        self.submissions += 1
        self.suites[_suite_of(report)] += 1
        rows = [(exercise, check, worth(exercise, check)) for exercise in report.exercises for check in exercise.checks]
        earned = sum(points for _, check, points in rows if check.earns)
        self.points += earned
        for exercise, check, points in rows:
            if check.verdict is not Verdict.UNGRADED:
                item = self.items.setdefault((exercise.name, check.name), ItemSums())
                item.add(check, points, earned - points * check.earns)
        for exercise in report.exercises:
            self._add_exercise(exercise)
        for key in {(check.exercise, check.mistake) for check in report.checks if check.mistake}:
            self.mistakes[key if key in self.mistakes or len(self.mistakes) < _MAX_MISTAKES else ("", "others")] += 1

    def _add_exercise(self, exercise: ExerciseResult) -> None:
        if exercise.checks:
            sums = self.exercises.setdefault(exercise.name, ExerciseSums())
            sums.title, sums.points = exercise.title, exercise.points
            sums.earned += exercise.score
            sums.count += 1


class Moved(NamedTuple):
    """One check over all terms, the last one's title."""

    exercise: str
    name: str
    title: str
    terms: tuple[ItemSums | None, ...]
    trend: str  # "harder", "easier", or "" where chance explains the difference of the last two terms that have it


def term_sums(name: str, folder: Path, slug: str) -> TermSums:
    """The sums of all reports on `slug` in a folder; what is none is counted."""
    sums = TermSums(name)
    for path in sorted(folder.glob("*.json")):
        report = _read(path)
        if report and report.assignment == slug:
            sums.add(report)
        else:
            sums.unread += 1
    return sums


def reports_in(folder: Path, slug: str) -> Path | None:
    """Where an archive has its reports: a course's folder, its build, its reports, or the very folder."""
    places = [folder / inner for inner in (f"build/reports/{slug}", f"reports/{slug}", slug, ".")]
    return next((place for place in places if place.is_dir() and any(place.glob("*.json"))), None)


def archive_name(folder: Path, slug: str) -> str:
    """What the term of an archive is called: the nearest folder that is not one of ours."""
    names = [name for name in reversed(folder.parts) if name not in (slug, "reports", "build")]
    return names[0] if names else folder.name


def items_over(terms: Sequence[TermSums]) -> list[Moved]:
    """Every check of any term, the last term's first and in its order."""
    keys = list(dict.fromkeys(key for term in reversed(terms) for key in term.items))
    return [_moved(key, [term.items.get(key) for term in terms]) for key in keys]


def _moved(key: Key, items: Sequence[ItemSums | None]) -> Moved:
    there = [item for item in items if item]
    trend = _trend(there[-2], there[-1]) if len(there) > 1 else ""
    return Moved(*key, there[-1].title, tuple(items), trend)


def _trend(before: ItemSums, now: ItemSums) -> str:
    """Whether the share that fails has changed by more than chance: the z test of two proportions, pooled."""
    if min(before.answered, now.answered) < _FEWEST or before.difficulty is None or now.difficulty is None:
        return ""
    fails = (item.answered - item.passed for item in (before, now))
    share = sum(fails) / (before.answered + now.answered)
    error = sqrt(max(share * (1 - share), 0.0) * (1 / before.answered + 1 / now.answered))
    difference = now.difficulty - before.difficulty
    if error == 0 or abs(difference) < _SURE * error:
        return ""
    return "harder" if copysign(1, difference) > 0 else "easier"


def suite_changes(before: TermSums, now: TermSums) -> Iterator[str]:
    """Sentences about checks and points that are others than in the term before."""
    for key in now.items.keys() - before.items.keys():
        yield f"new: `{key[1]}` in {key[0]}"
    for key in before.items.keys() - now.items.keys():
        yield f"gone: `{key[1]}` of {key[0]}"
    for key in before.items.keys() & now.items.keys():
        old, new = before.items[key], now.items[key]
        if abs(old.worth - new.worth) > 0.005:
            yield f"`{key[1]}` is worth {new.worth:.2f} points, it was {old.worth:.2f}"
        if old.title != new.title:
            yield f"`{key[1]}` says “{new.title}”, it said “{old.title}”"
    for name in before.exercises.keys() & now.exercises.keys():
        was, points = before.exercises[name].points, now.exercises[name].points
        if abs(was - points) > 0.005:
            yield f"the exercise {name} has {points:g} points, it had {was:g}"


def mistakes_over(terms: Sequence[TermSums]) -> list[tuple[Key, tuple[int, ...]]]:
    """Mistakes, relations and lines as reports name them, with the submissions of each term; most in the last first."""
    keys = {key for term in terms for key in term.mistakes}
    rows = [(key, tuple(term.mistakes[key] for term in terms)) for key in keys]
    return sorted(rows, key=lambda row: (tuple(-count for count in reversed(row[1])), row[0]))


TABLE_HEAD = ("term", "exercise", "check", "title", "worth", "tried", "passed", "difficulty", "discrimination")
ArchiveCell = str | float | None


def item_rows(terms: Sequence[TermSums]) -> list[list[ArchiveCell]]:
    """A row for each check of each term, under TABLE_HEAD."""
    return [
        [term.name, *key, item.title, item.worth, item.tried, item.passed, item.difficulty, item.discrimination]
        for term in terms
        for key, item in term.items.items()
    ]


def _suite_of(report: Report) -> str:
    """Digest of what the suite looks like from a report: names, titles, weights and points."""
    parts = [[e.name, e.points, [(c.name, c.title, c.weight) for c in e.checks]] for e in report.exercises]
    return digest_of({"suite": json.dumps(parts).encode()})[:8]


def _read(path: Path) -> Report | None:
    try:
        return Report.from_json(path.read_text("utf-8"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def shares(counts: Iterable[int], terms: Sequence[TermSums]) -> list[float]:
    """Counts of submissions as shares of those that were judged, in 0..1."""
    return [count / term.submissions if term.submissions else 0.0 for count, term in zip(counts, terms, strict=True)]


def titles_of(terms: Sequence[TermSums]) -> Mapping[str, ExerciseSums]:
    """Every exercise, as the last term has it."""
    return {name: sums for term in terms for name, sums in term.exercises.items()}
