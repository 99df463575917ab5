"""How a known mistake stands to what the student answered in one check: the same, another thing, or no evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import torch

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import MAX_EXCHANGES, Exchange
from autograder.judge.mistakes import Mistake
from autograder.judge.replay import RTOL_SHORT, Case, Outcome, outcomes, replayed, same_outcome
from autograder.model import Verdict

REPLAYED = (Verdict.FAILED, Verdict.RAISED)
Correct = Callable[[], Sequence[Outcome]]
"""What the reference answers in a case, once somebody wants to know."""

MANY = 8  # different numbers are not hit by chance


class Stance(IntEnum):
    """How what a mistake answers stands to what the student answered in one check."""

    OTHER = -1  # it answers otherwise than the student, and than the reference: it is not what the student wrote
    NONE = 0  # it says nothing: it is not asked for, or answers as the reference does, or at random
    LIKE = 1  # the same but for what is incidental: the class of an error, what stands where nothing was computed
    CLOSE = 2  # an error of the same class with other words, where an error was to be raised
    SAME = 3


def stance(case: Case, mistake: Mistake, reference: Mapping[str, Any], correct: Correct) -> Stance:
    """How the mistake stands to this case; `correct` says what the reference answers to its requests.

    Of one that is unsteady, OTHER says nothing.
    """
    if mistake.exercise != case.exercise or len(case.exchanges) > MAX_EXCHANGES:
        return Stance.NONE
    if mistake.ends:
        return Stance.SAME if case.verdict == mistake.ends else Stance.NONE
    passed = case.verdict is Verdict.PASSED
    if not (passed or case.verdict in REPLAYED) or not any(case.mentions(name) for name, _ in mistake.parts):
        return Stance.NONE
    names = {**reference, **put_in(mistake, reference)}
    found = _compared(names, case, correct)
    return found if passed or not _all_same(case.exchanges, correct()) else min(found, Stance.NONE)


def _compared(names: Mapping[str, Any], case: Case, correct: Correct) -> Stance:
    """Replays the requests up to the first answer that is essentially another one."""
    found, asked = Stance.SAME, 0
    for exchange, outcome, same in replayed(names, case.exchanges):
        asked += 1
        if same and _same_words(outcome, exchange.outcome):
            continue
        expected = next(iter(correct()[asked - 1 :]), None)
        if not same and expected is not None and same_outcome(outcome, expected, {}):
            return Stance.NONE
        if not same and isinstance(exchange.outcome, StudentError) and not isinstance(outcome, StudentError):
            return Stance.NONE  # whatever stopped the student's code hides what else it does
        if not same and not _is_incidental(outcome, exchange.outcome, expected):
            return Stance.OTHER
        # Any two functions may raise a ValueError: where none was to be raised, only the same words tell the same one.
        close = same and case.verdict is not Verdict.RAISED
        found = min(found, Stance.CLOSE if close else Stance.LIKE)
    return found if asked == len(case.exchanges) else Stance.NONE


def _same_words(mine: Outcome, theirs: Outcome) -> bool:
    return not isinstance(theirs, StudentError) or str(mine) == str(theirs)


def _is_incidental(mine: Outcome, theirs: Outcome, right: Outcome | None) -> bool:
    """Whether only the class of the error differs, or what stands in places that neither of the two computed."""
    if isinstance(mine, StudentError) and isinstance(theirs, StudentError):
        return mine.verdict is theirs.verdict is Verdict.RAISED
    if not isinstance(mine, Reply) or not isinstance(theirs, Reply) or not isinstance(right, Reply):
        return False
    if mine.mutated != theirs.mutated or mine.grads or theirs.grads:
        return False
    values = mine.value, theirs.value, right.value
    arrays = all(isinstance(value, torch.Tensor) and value.is_floating_point() for value in values)
    return arrays and len({value.shape for value in values}) == 1 and _differ_where_empty(*values)


def _differ_where_empty(mine: torch.Tensor, theirs: torch.Tensor, right: torch.Tensor) -> bool:
    """Whether the two differ only where both are wrong and hold one number, or none that was ever computed."""
    mine, theirs, right = (value.detach().double() for value in (mine, theirs, right))
    scale = float(right.nan_to_num().abs().max()) if right.numel() else 0.0
    off = RTOL_SHORT * scale + 1e-12
    apart = ~((mine - theirs).abs() <= off)
    wrong = ~((mine - right).abs() <= off) & ~((theirs - right).abs() <= off)
    if not apart.any() or apart.all() or not wrong[apart].all():
        return False
    return _is_fill(mine[apart], scale) and _is_fill(theirs[apart], scale)


def _is_fill(values: torch.Tensor, scale: float) -> bool:
    computed = values.isfinite() & (values.abs() > 1e-30) & (values.abs() < 1e20 * max(scale, 1.0))
    return not computed.any() or bool((values == values.flatten()[0]).all())


def is_unsteady(case: Case, mistake: Mistake, reference: Mapping[str, Any]) -> bool:
    """Whether the mistake answers otherwise when it is asked again: at random, or by what it kept."""
    names, found = {**reference, **put_in(mistake, reference)}, []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)  # what students draw from
        found.append(outcomes(names, case.exchanges))
    first, second = found
    same = (same_outcome(mine, theirs, {}) for mine, theirs in zip(first, second, strict=False))
    return len(first) != len(second) or not all(same)


def _all_same(exchanges: Sequence[Exchange], wanted: Sequence[Outcome]) -> bool:
    """Whether the student answered as the reference does, as far as that can be asked."""
    handles: dict[int, Handle] = {}
    same = (same_outcome(mine, each.outcome, handles) for each, mine in zip(exchanges, wanted, strict=False))
    return len(wanted) == len(exchanges) and all(same)


def evidence(case: Case, wanted: Sequence[Outcome]) -> int:
    """How many different numbers of the student's are not the reference's: how hard it is to hit them by chance."""
    pairs = zip(case.exchanges, wanted, strict=False)
    wrong = [each.outcome for each, mine in pairs if not same_outcome(mine, each.outcome, {})]
    if any(isinstance(outcome, StudentError) for outcome in wrong):
        return MANY
    found = set[float]()
    for outcome in wrong:
        assert isinstance(outcome, Reply)
        wire.transform([outcome.value, list(outcome.grads)], lambda leaf: found.update(_numbers(leaf)))
    return len(found)


def _numbers(leaf: Any) -> Iterator[float]:
    """Some of the numbers of a leaf; truth values are none."""
    if isinstance(leaf, (torch.Tensor, np.ndarray)):
        values = torch.as_tensor(leaf).detach()
        yield from values.flatten()[: MANY**2].double().tolist() if values.dtype is not torch.bool else ()
    elif isinstance(leaf, (int, float)) and not isinstance(leaf, bool):
        yield float(leaf)


def put_in(mistake: Mistake, reference: Mapping[str, Any]) -> dict[str, Any]:
    """The names that the mistake takes over, and what they stand for; a class is called like the one it replaces."""
    names: dict[str, Any] = {}
    for replaces, implementation in mistake.parts:
        name, _, method = replaces.partition(".")
        if method:
            names[name] = type(name, (names.get(name, reference[name]),), {method: implementation})
        else:
            names[name] = type(name, (implementation,), {}) if isinstance(implementation, type) else implementation
    return names
