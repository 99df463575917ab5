"""A relation that a check's own few numbers do not show: the check is asked again with other inputs, seeded anew.

The inputs follow from the course's secret and a number, so the same submission is asked the same on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograder.judge.causes import Cause
from autograder.judge.conversation import Ask
from autograder.judge.diagnose import diagnose
from autograder.judge.replay import Case, same_value
from autograder.model import Verdict

if TYPE_CHECKING:
    from autograder.judge.suite import Suite

TIMES = 4  # that a check is asked again
MOST = 3  # checks that are asked again
LIGHT = 200_000  # bytes of questions and answers: a heavier check has numbers enough


def related_when_asked_again(cases: Sequence[Case], suite: Suite, ask: Ask) -> Cause | None:
    """The one relation that holds for all of these failed checks, and for what is answered to other inputs."""
    if not all(case.verdict is Verdict.FAILED for case in cases):
        return None
    light = [case for case in cases if sum(exchange.weight for exchange in case.exchanges) <= LIGHT]
    fresh = [other for case in light[:MOST] for other in _asked_again(case, suite, ask)]
    found = diagnose([*cases, *fresh], (), suite.reference) if fresh else []
    if len(found) != 1 or {case.name for case in (*cases, *fresh)} != set(found[0].checks):
        return None
    return replace(found[0], checks=tuple(case.name for case in cases))


def _asked_again(case: Case, suite: Suite, ask: Ask) -> list[Case]:
    """The same check with other inputs, where it fails too, without what was asked before."""
    seen, found = [case], list[Case]()
    for number in range(TIMES):
        other = suite.case(case.name, ask, f"{suite.assignment.secret} again {number}")
        if other.verdict is Verdict.FAILED and (other := _what_is_new(other, seen)).exchanges:
            seen.append(other)
            found.append(replace(other, name=f"{case.name} again {number}"))
    return found


def _what_is_new(case: Case, seen: Sequence[Case]) -> Case:
    """Without questions that were asked before; nothing of one whose wrong answer was compared before."""
    compared = [each.compared.expected for each in seen if each.compared]
    if case.compared:
        return replace(case, exchanges=()) if _is_among(case.compared.expected, compared) else case
    asked = [exchange.request for each in seen for exchange in each.exchanges]
    return replace(case, exchanges=tuple(each for each in case.exchanges if not _is_among(each.request, asked)))


def _is_among(value: Any, others: Sequence[Any]) -> bool:
    return any(same_value(value, other, {}) for other in others)
