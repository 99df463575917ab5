"""Known mistakes behind failed checks: each agrees with every failed check that it touches, and with all that passed.

A mistake that agrees with one check and contradicts another is not what the student wrote, whatever that one shows.
"""

from __future__ import annotations

import contextlib
import signal
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.judge.causes import Cause, Layer, perhaps
from autograder.judge.mistakes import Mistake
from autograder.judge.replay import Case, Outcome, outcomes
from autograder.judge.stance import MANY, Stance, evidence, is_unsteady, stance
from autograder.model import Verdict

T = TypeVar("T")

REPLAY = 6.0  # seconds of processor time for one replay: no clock on the wall, so a busy machine gives the same hints
MOST = 3  # mistakes that are told as one question
LIKELY = 2  # checks that agree for each that does not, else a mistake is not even a question
SURE = 3  # different wrong numbers that a mistake must have in common with the student, to be told as a statement


@dataclass(frozen=True, slots=True)
class Sighting:
    """One replay: the check, the mistake, how they stand to each other, and how much the check's answers tell."""

    check: str
    mistake: str
    stance: int
    weight: int = 0


class Replays:
    """The life of the forked child: how mistakes stand to cases, each pair once and within a time."""

    def __init__(self, reference: Mapping[str, Any]) -> None:
        self.reference, self.late = reference, set[str]()
        self._right: dict[str, list[Outcome]] = {}
        self._rang = False
        signal.signal(signal.SIGPROF, self._stop)

    def _stop(self, _number: int, _frame: object) -> None:
        self._rang = True
        raise _TooSlow  # again every REPLAY seconds, should the mistake's own `except` swallow it

    def right(self, case: Case) -> list[Outcome]:
        """What the reference answers in this case."""
        if case.name not in self._right:
            self._right[case.name] = outcomes(self.reference, case.exchanges)
        return self._right[case.name]

    def seen(self, case: Case, mistake: Mistake) -> Sighting:
        """How the mistake stands to the case when it is asked once, and how much that tells."""
        found = self.stands(case, mistake)
        agrees = case.failed and found >= Stance.CLOSE
        telling = MANY if mistake.ends else evidence(case, self.right(case)) if agrees else 0
        return Sighting(case.name, mistake.name, found, telling)

    def is_unsteady(self, case: Case, mistake: Mistake) -> bool:
        """Whether it answers otherwise when it is asked twice more: then it says nothing about the case."""
        return bool(self._in_time(mistake, lambda: is_unsteady(case, mistake, self.reference)))

    def stands(self, case: Case, mistake: Mistake) -> Stance:
        """How it stands to the case when it is asked once; one that was too slow once says nothing any more."""
        if mistake.name in self.late:
            return Stance.NONE
        found = self._in_time(mistake, lambda: stance(case, mistake, self.reference, lambda: self.right(case)))
        return found or Stance.NONE

    def _in_time(self, mistake: Mistake, replay: Callable[[], T]) -> T | None:
        """What the replay gives; nothing when it was too slow, which is noted."""
        self._rang, found = False, None
        signal.setitimer(signal.ITIMER_PROF, REPLAY, REPLAY)
        with contextlib.suppress(_TooSlow):
            found = replay()
            signal.setitimer(signal.ITIMER_PROF, 0)
        if self._rang:
            self.late.add(mistake.name)
        return None if self._rang else found


class _TooSlow(BaseException):
    """Raised by the timer inside a replay."""


def replays(cases: Sequence[Case], mistakes: Sequence[Mistake], tried: Replays) -> Iterator[Sighting]:
    """What the forked child sees. Students repeat a mistake in every check: later checks try the found ones first.

    Of what is seen twice the last one counts. A gate trains for seconds with each mistake: it is asked last, and only
    of those that no check which passed in less time speaks against.
    """
    look = _Look(tried, [case for case in cases if case.verdict is Verdict.PASSED])
    failed = sorted((case for case in cases if case.failed), key=lambda case: case.gate)
    for case in failed:
        seen = yield from _handed_on(look.at(case, list(look.alive.values())))
        if max((each.stance for each in seen if each.check == case.name), default=Stance.NONE) < Stance.CLOSE:
            yield from look.at(case, mistakes)
    for case in (*failed, *look.passed):
        yield from look.at(case, list(look.alive.values()))
    yield from look.again()


class _Look:
    """What was seen so far: `alive` are the mistakes that agree with a failed check."""

    def __init__(self, tried: Replays, passed: Sequence[Case]) -> None:
        self.tried, self.passed, self.alive = tried, passed, dict[str, Mistake]()
        self._done, self._others = dict[tuple[str, str], int](), list[tuple[Case, Mistake]]()

    def at(self, case: Case, chosen: Sequence[Mistake]) -> Iterator[Sighting]:
        """Yields each at once; those that agree stay alive."""
        for mistake in chosen:
            if mistake.exercise != case.exercise or (case.name, mistake.name) in self._done:
                continue
            if case.gate and (yield from self._is_contradicted(case.exercise, mistake)):
                self._done[case.name, mistake.name] = Stance.NONE
            else:
                yield self._seen(case, mistake)

    def _seen(self, case: Case, mistake: Mistake) -> Sighting:
        seen = self.tried.seen(case, mistake)
        self._done[case.name, mistake.name] = seen.stance
        if case.failed and seen.stance >= Stance.CLOSE:
            self.alive[mistake.name] = mistake
        if seen.stance == Stance.OTHER:
            self._others.append((case, mistake))
        return seen

    def _is_contradicted(self, exercise: str, mistake: Mistake) -> Generator[Sighting, None, bool]:
        """Whether a check that passed, and is no gate, speaks against it for good: then nothing else can name it."""
        for case in (case for case in self.passed if case.exercise == exercise and not case.gate):
            if (case.name, mistake.name) not in self._done:
                yield self._seen(case, mistake)
            other = self._done[case.name, mistake.name] == Stance.OTHER
            if other and not self.tried.is_unsteady(case, mistake):
                return True
        return False

    def again(self) -> Iterator[Sighting]:
        """What shows something else only since it is unsteady: two replays more, so only of what is alive."""
        for case, mistake in self._others:
            if mistake.name in self.alive and self.tried.is_unsteady(case, mistake):
                yield Sighting(case.name, mistake.name, Stance.NONE)


def _handed_on(seen: Iterator[Sighting]) -> Generator[Sighting, None, list[Sighting]]:
    """Yields what it is given, and returns all of it."""
    kept = []
    for each in seen:
        kept.append(each)
        yield each
    return kept


@dataclass(frozen=True, slots=True)
class _Standing:
    """A mistake that contradicts no passed check: the failed checks that it explains, or may be behind, and its rank.

    Of one that is `torn` another failed check shows something else: a reason to doubt it and its rivals.
    """

    mistake: Mistake
    explains: frozenset[str]
    may_explain: frozenset[str]
    rank: int
    weights: Mapping[str, int]
    others: int  # failed checks that show something else

    @property
    def torn(self) -> bool:
        """Whether a failed check shows something else."""
        return self.others > 0

    @property
    def is_likely(self) -> bool:
        """Whether it may be named: nothing speaks against it, or little does beside what speaks for it.

        A replay puts the mistake beside the author's other functions and methods; with the student's a check may answer
        otherwise. One such check among several that agree in wrong numbers makes a question of it.
        """
        enough = len(self.explains) >= LIKELY * self.others and sum(self.weights.values()) >= SURE
        return not self.torn or enough


def decided(
    all_seen: Sequence[Sighting], cases: Sequence[Case], mistakes: Sequence[Mistake], torn: bool = True
) -> list[Cause]:
    """The mistakes that are named: of several the one that explains most; those that explain the same as a question.

    Without those that a failed check speaks against, where `torn` is False.
    """
    open_checks = {case.name for case in cases if case.failed}
    by_mistake: dict[str, list[Sighting]] = defaultdict(list)
    for seen in {(seen.check, seen.mistake): seen for seen in all_seen}.values():  # the last one of each
        by_mistake[seen.mistake].append(seen)
    standing = [
        _standing(mistake, by_mistake[mistake.name], open_checks)
        for mistake in mistakes
        if all(seen.stance > Stance.OTHER or seen.check in open_checks for seen in by_mistake[mistake.name])
    ]
    causes = list[Cause]()
    likely = [each for each in standing if each.is_likely and (torn or not each.torn)]
    for best in sorted(likely, key=lambda each: (each.torn, -each.rank)):
        if best.explains & open_checks:
            rivals = [each for each in standing if (each.explains, each.rank) == (best.explains, best.rank)]
            speaks_for = (best.explains | best.may_explain) & open_checks
            causes.append(_cause(rivals[:MOST], speaks_for))
            open_checks -= speaks_for
    return causes


def _standing(mistake: Mistake, seen: Sequence[Sighting], failed: Set[str]) -> _Standing:
    agreed = [each for each in seen if each.stance >= Stance.CLOSE]
    explains = frozenset(each.check for each in agreed) & failed
    alike = frozenset(each.check for each in seen if each.stance == Stance.LIKE) & failed
    rank = sum(each.stance for each in agreed)
    others = sum(each.stance == Stance.OTHER for each in seen)
    weights = {each.check: each.weight for each in agreed}
    return _Standing(mistake, explains, alike, rank, weights, others)


def _cause(rivals: Sequence[_Standing], checks: Set[str]) -> Cause:
    first, hints = rivals[0], list(dict.fromkeys(rival.mistake.hint for rival in rivals))
    sure = len(hints) == 1 and not first.torn and max(first.weights[check] for check in first.explains) >= SURE
    names = [rival.mistake.name for rival in rivals]
    staff = f"Known mistakes that answer alike: {', '.join(names)}." if len(names) > 1 else ""
    sentence = hints[0] if sure else perhaps(hints)
    return Cause(Layer.MISTAKE, names[0], sentence, tuple(sorted(checks)), staff)
