"""Two known mistakes at once, where no single one explains what failed: both edits are put into one right answer.

Told only where the two together agree with every failed check that they touch and contradict none that passed, and
neither is enough alone. A gate takes a training for each pair: what it alone shows is not looked into, and a pair that
other checks speak for is put to it last. What is counted are tries, so the same answers get the same hints on any
machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from autograder.course.answers import wrong_text
from autograder.errors import CourseError
from autograder.judge.catalogue import MOST, Replays, Sighting, decided
from autograder.judge.causes import Cause, Layer, both, perhaps
from autograder.judge.conversation import MAX_EXCHANGES
from autograder.judge.mistakes import EditOf, Mistake, compiled
from autograder.judge.replay import Case
from autograder.judge.stance import MANY, REPLAYED, Stance, evidence
from autograder.model import Verdict

TRIED = 150  # pairs for one submission
SECONDS = 7.0  # of the processor for one submission: far from what so many take


@dataclass
class _Left:
    """What one submission may still use."""

    tries: int = TRIED
    end: float = field(default_factory=lambda: time.process_time() + SECONDS)

    @property
    def in_time(self) -> bool:
        return time.process_time() < self.end


@dataclass(frozen=True)
class _Fit:
    """A pair that agrees with all it touches: its halves, and the failed checks with how they agree."""

    halves: tuple[Mistake, Mistake]
    agrees: Mapping[str, Stance]

    @property
    def rank(self) -> int:
        return sum(self.agrees.values())

    @property
    def sentence(self) -> str:
        first, second = self.halves
        return both(first.hint, second.hint)


def paired(
    cases: Sequence[Case], mistakes: Sequence[Mistake], seen: Sequence[Sighting], tried: Replays
) -> Iterator[Cause]:
    """The pairs behind failed checks that no single mistake explains, exercise by exercise."""
    explained = {check for cause in decided(seen, cases, mistakes, torn=False) for check in cause.checks}
    left = _Left()
    open_cases = [case for case in cases if _is_open(case) and not case.gate and case.name not in explained]
    for exercise in dict.fromkeys(case.exercise for case in open_cases):
        edits = [mistake for mistake in mistakes if mistake.exercise == exercise and mistake.edit and not mistake.ends]
        search = _Search([case for case in cases if case.exercise == exercise], edits, seen, tried)
        fits = list(search.fits(explained, left))
        if fits and left.in_time:
            yield from _told(fits)


def _is_open(case: Case) -> bool:
    return case.failed and case.verdict in REPLAYED and 0 < len(case.exchanges) <= MAX_EXCHANGES


def _effort(case: Case) -> tuple[bool, int]:
    """What takes longest comes last: mostly something else has spoken against a pair before."""
    return case.gate, len(case.exchanges)


class _Search:
    """The search for the pair, in one exercise."""

    def __init__(
        self, cases: Sequence[Case], edits: Sequence[Mistake], seen: Sequence[Sighting], tried: Replays
    ) -> None:
        self.failed = sorted((case for case in cases if _is_open(case)), key=_effort)
        self.passed = sorted((case for case in cases if case.verdict is Verdict.PASSED), key=_effort)
        self.edits, self.tried = edits, tried
        self.alone = {(each.check, each.mistake): each.stance for each in seen}

    def fits(self, explained: set[str], left: _Left) -> Iterator[_Fit]:
        """Every pair of those tried that agrees with all it touches, also with a check that is not `explained`."""
        for halves in self._in_order():
            if not left.tries or not left.in_time:
                return
            pair = combined(*halves)
            if pair is None:
                continue
            left.tries -= 1
            agrees = self._agreement(pair)
            if agrees.keys() - explained and self._needs_both(halves, agrees):
                yield _Fit(halves, agrees)

    def _in_order(self) -> list[tuple[Mistake, Mistake]]:
        """Pairs of edits that do something in the failed checks, those that explain most alone first."""
        touching = {
            edit.name: sum(stance for stance in found if stance >= Stance.CLOSE)
            for edit in self.edits
            if any(found := [self._alone(case, edit) for case in self.failed if not case.gate])
        }
        some = [edit for edit in self.edits if edit.name in touching]
        return sorted(combinations(some, 2), key=lambda pair: -sum(touching[edit.name] for edit in pair))

    def _alone(self, case: Case, edit: Mistake) -> int:
        key = case.name, edit.name
        if key not in self.alone:
            self.alone[key] = self.tried.stands(case, edit)
        return self.alone[key]

    def _agreement(self, pair: Mistake) -> dict[str, Stance]:
        """The failed checks that the pair touches; none where it disagrees with one, or one that passed."""
        agrees: dict[str, Stance] = {}
        for case in self.failed:
            if any(case.mentions(name) for name, _ in pair.parts):
                agrees[case.name] = self.tried.stands(case, pair)
                if agrees[case.name] < Stance.LIKE:
                    return {}
        contradicted = any(self.tried.stands(case, pair) is Stance.OTHER for case in self.passed)
        return {} if contradicted or not self._tells(agrees) else agrees

    def _tells(self, agrees: Mapping[str, Stance]) -> bool:
        """Whether so many wrong numbers agree that it is no chance: an error tells little of two mistakes."""
        values = [case for case in self.failed if agrees.get(case.name) == Stance.SAME]
        values = [case for case in values if case.verdict is Verdict.FAILED and not case.gate]
        return sum(evidence(case, self.tried.right(case)) for case in values) >= MANY

    def _needs_both(self, halves: Sequence[Mistake], agrees: Mapping[str, Stance]) -> bool:
        """Whether each half, alone, is not what was answered in some check."""
        some = [case for case in self.failed if agrees.get(case.name, Stance.NONE) >= Stance.CLOSE]
        return all(any(self._alone(case, half) < Stance.LIKE for case in some) for half in halves)


def _told(fits: Sequence[_Fit]) -> Iterator[Cause]:
    """The pair that agrees best; of several alike a question, of too many nothing."""
    best = [fit for fit in fits if fit.rank == max(each.rank for each in fits)]
    sentences = list(dict.fromkeys(fit.sentence for fit in best))
    if len(sentences) <= MOST:
        names = ["_and_".join(half.name for half in fit.halves) for fit in best]
        staff = f"Two known mistakes at once: {', or '.join(names)}."
        sentence = sentences[0] if len(sentences) == 1 else perhaps(sentences)
        yield Cause(Layer.PAIR, names[0], sentence, tuple(sorted(best[0].agrees)), staff)


def combined(one: Mistake, other: Mistake) -> Mistake | None:
    """Both edits at once; None where they overlap, or change one class as a whole and in a part."""
    first, second = one.edit, other.edit
    assert first is not None
    assert second is not None
    try:
        made = _merged(first, second) if first.spec.replaces == second.spec.replaces else _beside(first, second)
    except CourseError:
        return None
    if not made:
        return None
    name = f"{one.name}_and_{other.name}"
    (replaces, implementation), *also = made.items()
    pair = Mistake(name, one.exercise, replaces, both(one.hint, other.hint), implementation)
    return replace(pair, also=tuple(also))


def _merged(first: EditOf, second: EditOf) -> dict[str, Any]:
    """One definition with both edits. Raises CourseError where they overlap."""
    if first.right != second.right:
        return {}
    spec = replace(first.spec, pairs=first.spec.pairs + second.spec.pairs)
    return {spec.replaces: compiled(spec, wrong_text(first.right, spec), dict(first.names))}


def _beside(first: EditOf, second: EditOf) -> dict[str, Any]:
    """Two definitions, each with its edit, that use each other. Raises CourseError."""
    places = first.spec.replaces, second.spec.replaces
    if any(place.partition(".")[0] == other for place, other in (places, places[::-1])):
        return {}
    names, made = dict(first.names), dict[str, Any]()
    for edit in sorted((first, second), key=lambda edit: "." in edit.spec.replaces):  # methods see the functions
        own = dict(names) if "." in edit.spec.replaces else names
        made[edit.spec.replaces] = compiled(edit.spec, wrong_text(edit.right, edit.spec), own)
    return made
