"""What is behind the failed checks of a submission: each layer is asked for those that no earlier one explains.

All of it runs in one forked child with a deadline and a memory limit, so that a known mistake that hangs or swells
costs its hint and nothing else. Verdicts stand before, and nothing here changes one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from autograder.judge.aside import within
from autograder.judge.catalogue import Replays, Sighting, decided, replays
from autograder.judge.causes import Cause, Layer
from autograder.judge.describe import parameters_of
from autograder.judge.mistakes import Mistake
from autograder.judge.pairs import paired
from autograder.judge.relating import relations
from autograder.judge.replay import Case

DEADLINE = 300.0  # seconds for all of a submission, on the wall: far beyond what a busy machine needs; for a loop in C


def diagnose(
    cases: Sequence[Case], mistakes: Sequence[Mistake], reference: Mapping[str, Any], seconds: float = DEADLINE
) -> list[Cause]:
    """What explains failed checks, the surest layer first. Never raises, never takes longer than `seconds`."""
    if not any(case.failed for case in cases):
        return []
    found = within(seconds, _looked_for(cases, mistakes, reference))
    known = decided([Sighting(**item["seen"]) for item in found if "seen" in item], cases, mistakes)
    return [*known, *(_cause(item["cause"]) for item in found if "cause" in item)]


def _looked_for(
    cases: Sequence[Case], mistakes: Sequence[Mistake], reference: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """What the forked child finds, as plain data."""
    tried, all_seen = Replays(reference), []
    for seen in replays(cases, mistakes, tried):
        all_seen.append(seen)
        yield {"seen": asdict(seen)}
    pairs = list(paired(cases, mistakes, all_seen, tried))
    for cause in pairs:
        yield {"cause": asdict(cause)}
    causes = [*pairs, *decided(all_seen, cases, mistakes)]
    explained = {check for cause in causes for check in cause.checks}
    rest = [case for case in cases if case.failed and case.name not in explained]
    right = {case.name: tried.right(case) for case in rest}
    for cause in relations(rest, right, reference, parameters_of(reference)):
        yield {"cause": asdict(cause)}


def _cause(plain: dict[str, Any]) -> Cause:
    return Cause(**plain | {"layer": Layer(plain["layer"]), "checks": tuple(plain["checks"])})
