"""The last question of a failed check, asked alone: whatever answers it wrongly need not be asked the whole check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import Ask, Exchange, Request
from autograder.judge.repair.near import nearness
from autograder.judge.replay import Case, same_value
from autograder.model import Verdict

SECONDS = 1.0
STOPPED = -1.0  # how near an error comes
LOOSE = 0.05  # of the largest value: no check is as lenient


@dataclass(frozen=True, slots=True)
class Question:
    """A call with plain data, and the right answer to it; `raised` where there was an error instead of an answer."""

    request: Request
    wrong: Any
    right: Any
    raised: bool

    def asked(self, ask: Ask) -> tuple[bool, float]:
        """Whether it is answered as wrongly as before, or in another way that no check lets pass; how near it comes."""
        try:
            value = ask(self.request, SECONDS).value
        except StudentError:
            # A helper may be gone with the process that it was in.
            return bool(self.request["target"][0] == "name"), STOPPED
        if self.raised:
            return False, 0.0
        wrong = same_value(value, self.wrong, {}) or _differs(value, self.right)
        return wrong, nearness(value, self.right)


def question_of(case: Case) -> Question | None:
    """The question, where the answer of a function, or of a helper, was compared as it is."""
    last = case.exchanges[-1] if case.exchanges else None
    if last is None or last.request["op"] != "call" or _has_handles(last):
        return None
    if isinstance(last.outcome, StudentError):
        return Question(last.request, None, None, raised=True) if case.verdict is Verdict.RAISED else None
    made, compared = last.outcome.value, case.compared
    if compared is None or compared.of or not same_value(compared.actual, made, {}):
        return None
    answers = [each.outcome.value for each in case.exchanges[:-1] if isinstance(each.outcome, Reply)]
    if any(same_value(compared.expected, answer, {}) for answer in answers):
        return None  # the student's own answers are compared with each other
    return Question(last.request, made, compared.expected, raised=False)


def _has_handles(exchange: Exchange) -> bool:
    """Whether it is about something that lives in the box: after a change of the code that is of yesterday."""
    found: list[Handle] = []
    outcome = exchange.outcome.value if isinstance(exchange.outcome, Reply) else None
    wire.transform([exchange.request, outcome], lambda leaf: found.append(leaf) if isinstance(leaf, Handle) else None)
    return bool(found) or len(exchange.request["target"]) > 2


def _differs(value: Any, right: Any) -> bool:
    """Whether two arrays have different shapes, or values that no tolerance makes the same; False of anything else."""
    if not isinstance(value, torch.Tensor) or not isinstance(right, torch.Tensor):
        return False
    if value.shape != right.shape:
        return True
    wide = torch.complex128 if value.is_complex() or right.is_complex() else torch.float64
    mine, theirs = value.detach().to(wide), right.detach().to(wide)
    if not (mine.isfinite().all() and theirs.isfinite().all()) or not theirs.numel():
        return False
    return bool(((mine - theirs).abs() > LOOSE * theirs.abs().max() + 1e-9).any())
