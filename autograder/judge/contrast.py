"""Which argument a failure depends on: wrong only where it is special, and right for the same call without that.

Every claim is asked for: the student answers the questions of the checks, those with other inputs, and for each kind of
special argument the same wrong questions without it. What is told held each time.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.box.outcome import Reply, StudentError
from autograder.judge.conversation import Ask
from autograder.judge.features import CallArguments, Feature, columns_of, features_of
from autograder.judge.local import LocalBox
from autograder.judge.probes import CallAsked, are_same
from autograder.judge.replay import Outcome
from autograder.model import Verdict

SECONDS = 1.0
MOST = 192  # questions of one function
CONTROLS = 8  # wrong questions that are asked again without what is special about them
LEAST = 3  # wrong questions, and controls, that a claim needs
SURPRISE = 8.0  # bits: how unlikely it is that what has nothing to do with it looks like this
EXPLAINS = 4  # wrong ones for each right one, of two kinds that explain the wrong ones between them
PAIRS = 12  # kinds of special arguments of which two are tried together


Probes = Sequence[CallAsked]
Features = tuple[Feature, ...]


class _TooDear(Exception):
    """An answer takes too long, or ends the process: nothing more is asked."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """What is special about the wrong ones."""

    called: str
    features: tuple[Feature, ...]  # one, or two of which each makes an answer wrong
    checks: tuple[str, ...]
    asked: int

    @property
    def about(self) -> tuple[str, ...]:
        """The parameters."""
        return _about(self.features)


def contrasts(
    probes: Probes, known: Mapping[str, CallArguments], reference: Mapping[str, Any], ask: Ask, most: int
) -> Iterator[Contrast]:
    """For each function that is asked: what all of its wrong answers have in common, and no right one shows.

    `known` has the parameters that may be told of, and their defaults; about so many questions are asked in all.
    """
    by_function: dict[str, list[CallAsked]] = defaultdict(list)
    for probe in probes:
        by_function[probe.called].append(probe)
    left = most
    for called, own in by_function.items():
        chosen = own[:: -(-len(own) // MOST)]
        if len(chosen) <= left:
            left -= len(chosen)
            if found := _Asked(reference, ask).contrast(called, chosen, known):
                yield found


class _Asked:
    """The student and the reference, asked the same."""

    def __init__(self, reference: Mapping[str, Any], ask: Ask) -> None:
        self.reference, self.ask = reference, ask

    def contrast(self, called: str, probes: Probes, known: Mapping[str, Any]) -> Contrast | None:
        """The one thing that is special about all wrong ones."""
        try:
            judged = [(probe, self.is_right(probe)) for probe in probes]
            wrong = [probe for probe, right in judged if right is False]
            right = [probe for probe, right in judged if right]
            return self._found(called, wrong, right, known) if len(wrong) >= LEAST else None
        except _TooDear:
            return None

    def _found(self, called: str, wrong: Probes, right: Probes, known: Mapping[str, Any]) -> Contrast | None:
        every = features_of((probe.arguments for probe in wrong), dict(known), columns_of(self.reference.get(called)))
        features = [(each,) for each in every if known.keys() >= {*each.about} and _is_seen(each, right)]
        alone = self._claims(features, wrong, right)
        sure = [each for each in alone if not _has(each, right)]
        found = sure or self._claims(_two_of(features, wrong, right), wrong, right) or alone
        fewest = min((len(_has(each, right)) for each in found), default=0)
        chosen = {_about(each): each for each in reversed(found) if len(_has(each, right)) == fewest}
        if len(chosen) != 1:
            return None
        (told,) = chosen.values()
        checks = tuple(dict.fromkeys(probe.check for probe in wrong))
        return Contrast(called, told, checks, len(wrong) + len(right))

    def _claims(self, features: Sequence[Features], wrong: Probes, right: Probes) -> list[Features]:
        """Those of which each wrong one has one, and that are needed for it."""
        common = [each for each in features if len(_has(each, wrong)) == len(wrong)]
        return [each for each in common if _is_surprise(each, wrong, right) and self._are_needed(each, wrong, right)]

    def _are_needed(self, features: Features, wrong: Probes, right: Probes) -> bool:
        """Whether the wrong questions are answered rightly without them, as far as they can be asked so.

        Where all answers are the same without them, such as none, that says nothing.
        """
        others = [_without(features, probe) for probe in wrong[:: -(-len(wrong) // CONTROLS)]]
        asked = [(other, self.is_right(other, answers_only=True)) for other in others if other]
        answered = [other for other, good in asked if good]
        if any(good is False for _, good in asked) or len(answered) < LEAST:
            return False
        plain = [probe for probe in right if not _has(features, [probe])]
        answers = [probe.answer(LocalBox(self.reference).ask) for probe in (*answered, *plain[:CONTROLS])]
        return not all(are_same(answers[0], each) for each in answers[1:] if each and answers[0])

    def is_right(self, probe: CallAsked, answers_only: bool = False) -> bool | None:
        """Whether the student answers as the reference; None where that cannot be told."""
        right = probe.answer(LocalBox(self.reference).ask)
        if right is None or (answers_only and not isinstance(right, Reply)):
            return None
        theirs = probe.answer(lambda request: self.ask(request, SECONDS))
        if theirs is None or _is_dear(theirs):
            raise _TooDear
        return are_same(theirs, right)


def _has(features: Features, probes: Probes) -> list[CallAsked]:
    """Those that have one of these."""
    return [probe for probe in probes if any(each.holds(probe.arguments) for each in features)]


def _is_seen(feature: Feature, right: Probes) -> bool:
    """Whether the checks themselves ask what is right without it: what is only left without it may be trivial."""
    return not feature.natural or len(right) - len(_has((feature,), right)) >= LEAST


def _about(features: Features) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for feature in features for name in feature.about))


def _without(features: Features, probe: CallAsked) -> CallAsked | None:
    """The same question without all of these; None where that is none."""
    arguments = probe.arguments
    try:
        for feature in (each for each in features if each.holds(arguments)):
            arguments = feature.without(arguments)
        return None if any(each.holds(arguments) for each in features) else probe.having(arguments)
    except (RuntimeError, ValueError, TypeError, IndexError):
        return None


def _is_surprise(features: Features, wrong: Probes, right: Probes) -> bool:
    """Whether it is unlikely that all wrong ones have one of these by chance, and the controls are right by chance.

    How often an answer is right by chance in the checks that failed, their right answers tell.
    """
    failed = {probe.check for probe in wrong}
    exceptions = len(_has(features, right))
    near = len(_has(features, [probe for probe in right if probe.check in failed]))
    by_calls = len(wrong) * math.log2((len(wrong) + len(right)) / (len(wrong) + exceptions))
    by_controls = min(len(wrong), CONTROLS) * math.log2((len(wrong) + near + 1) / (near + 1))
    return by_calls + by_controls > SURPRISE


def _two_of(features: Sequence[Features], wrong: Probes, right: Probes) -> list[Features]:
    """Two that explain the wrong ones between them: each has some of its own, which are rarely right."""
    counts = [(each, len(_has(each, wrong)), len(_has(each, right))) for each in features]
    telling = [(each, count) for each, count, others in counts if LEAST <= count >= EXPLAINS * others]
    likely = sorted(telling, key=lambda pair: -pair[1])[:PAIRS]
    pairs = itertools.combinations([each for each, _ in likely], 2)
    return [
        (*first, *second)
        for first, second in pairs
        if min(len(wrong) - len(_has(each, wrong)) for each in (first, second)) >= LEAST
    ]


def _is_dear(outcome: Outcome) -> bool:
    return isinstance(outcome, StudentError) and outcome.verdict is not Verdict.RAISED
