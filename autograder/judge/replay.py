"""Asks a known mistake what the student was asked, and compares the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import MAX_EXCHANGES, Exchange, Request, Send
from autograder.judge.local import LocalBox
from autograder.judge.mistakes import Mistake
from autograder.model import Verdict

RTOL = {torch.float64: 1e-9, torch.complex128: 1e-9}
RTOL_SHORT = 1e-5  # shorter types
REPLAYED = (Verdict.FAILED, Verdict.RAISED)


@dataclass(frozen=True, slots=True)
class Case:
    """A check that was tried: its exercise, how it ended, and what was asked and answered."""

    name: str
    exercise: str
    verdict: Verdict
    exchanges: tuple[Exchange, ...]

    @property
    def failed(self) -> bool:
        """Whether a mistake may be behind it: not behind a stub or a missing function."""
        last = self.exchanges[-1].outcome if self.exchanges else None
        empty = isinstance(last, StudentError) and last.unwritten
        return self.verdict not in (Verdict.PASSED, Verdict.UNGRADED) and not empty

    def mentions(self, name: str) -> bool:
        """Whether the name is asked for at all; of `Class.method`, the class."""
        name = name.partition(".")[0]
        requests = [exchange.request for exchange in self.exchanges]
        return any(
            request["target"][:2] == ["name", name] if "target" in request else name in request["source"]
            for request in requests
        )


def explains(case: Case, mistake: Mistake, reference: Mapping[str, Any]) -> int:
    """Whether the mistake answers every request as the student did, and the reference does not: 2, 1 or 0 (no).

    1 when an error is only of the same type, or only the verdict is known. Of a passed check: whether it agrees.
    """
    if mistake.exercise != case.exercise or len(case.exchanges) > MAX_EXCHANGES:
        return 0
    if mistake.ends:
        return int(case.verdict == mistake.ends)
    passed = case.verdict is Verdict.PASSED
    if not (passed or case.verdict in REPLAYED) or not case.mentions(mistake.replaces):
        return 0
    strength = _agreement({**reference, **_put_in(mistake, reference)}, case.exchanges)
    if case.verdict is Verdict.RAISED and strength < 2:
        return 0  # any two functions may raise a ValueError: only the same words tell the same mistake
    return strength if strength and (passed or not _agreement(reference, case.exchanges)) else 0


def _put_in(mistake: Mistake, reference: Mapping[str, Any]) -> dict[str, Any]:
    """The name that the mistake takes over and what it then stands for; a class is called like the one it replaces."""
    name, _, method = mistake.replaces.partition(".")
    implementation = mistake.implementation
    if method:
        return {name: type(name, (reference[name],), {method: implementation})}
    return {name: type(name, (implementation,), {}) if isinstance(implementation, type) else implementation}


def replayed(
    names: Mapping[str, Any], exchanges: Sequence[Exchange]
) -> Iterator[tuple[Exchange, Reply | StudentError, bool]]:
    """Each request again over a namespace that we trust: what it answers, and whether that is the same.

    Without the ban: mistakes may be built on the real operation.
    """
    box = LocalBox(names)
    return asked_again(box.ask, exchanges)


def asked_again(send: Send, exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, Reply | StudentError, bool]]:
    """Each request again: what is answered, and whether that is the same. Ends at a handle that was never got here."""
    handles: dict[int, Handle] = {}
    for exchange in exchanges:
        outcome: Reply | StudentError
        try:
            outcome = send(_translated(exchange.request, handles))
        except StudentError as error:
            outcome = error
        except KeyError:
            return
        yield exchange, outcome, same_outcome(outcome, exchange.outcome, handles)


def _agreement(names: Mapping[str, Any], exchanges: Sequence[Exchange]) -> int:
    """Replays the requests over a namespace up to the first answer that differs: 0; else 1, or 2 with equal errors."""
    strength, asked = 2, 0
    for exchange, outcome, same in replayed(names, exchanges):
        if not same:
            return 0
        if isinstance(outcome, StudentError) and str(outcome) != str(exchange.outcome):
            strength = 1
        asked += 1
    return strength if asked == len(exchanges) else 0


def _translated(request: Request, handles: Mapping[int, Handle]) -> Request:
    """The request with the replay's handles."""

    def leaf(value: Any) -> Any:
        return handles[value.id] if isinstance(value, Handle) else value

    translated: Request = wire.transform(request, leaf)
    target = translated.get("target")
    if target and target[0] == "handle":
        translated["target"] = ["handle", handles[target[1]].id, *target[2:]]
    return translated


def same_outcome(mine: Reply | StudentError, theirs: Reply | StudentError, handles: dict[int, Handle]) -> bool:
    """Whether two answers, or two errors, are the same; handles as in `same_value`."""
    if isinstance(theirs, StudentError):
        return isinstance(mine, StudentError) and mine.type_name == theirs.type_name
    if isinstance(mine, StudentError):
        return False
    same = mine.mutated == theirs.mutated and same_value(list(mine.grads), list(theirs.grads), handles)
    return same and same_value(mine.value, theirs.value, handles)


def same_value(mine: Any, theirs: Any, handles: dict[int, Handle]) -> bool:
    """Equal up to rounding; NaN equals NaN. Handles of the same type are equal, and noted as each other's."""
    if type(mine) is not type(theirs):
        return False
    if isinstance(theirs, Handle):
        handles[theirs.id] = mine
        return bool(mine.type_name == theirs.type_name)
    if isinstance(theirs, (list, tuple)):
        return len(mine) == len(theirs) and all(same_value(a, b, handles) for a, b in zip(mine, theirs, strict=True))
    if isinstance(theirs, dict):
        return list(mine) == list(theirs) and all(same_value(mine[key], theirs[key], handles) for key in theirs)
    if isinstance(theirs, torch.Tensor):
        return mine.requires_grad == theirs.requires_grad and _same_tensor(mine.detach(), theirs.detach())
    if isinstance(theirs, (np.ndarray, np.generic, float, complex)):
        return _same_tensor(torch.as_tensor(mine), torch.as_tensor(theirs))
    return bool(mine == theirs)


def _same_tensor(mine: torch.Tensor, theirs: torch.Tensor) -> bool:
    if mine.dtype != theirs.dtype or mine.shape != theirs.shape:
        return False
    if not (theirs.is_floating_point() or theirs.is_complex()):
        return torch.equal(mine, theirs)
    finite = theirs.isfinite()
    scale = float(theirs[finite].abs().max()) if finite.any() else 0.0
    rtol = RTOL.get(theirs.dtype, RTOL_SHORT)
    return torch.allclose(mine, theirs, rtol=0.0, atol=max(rtol * scale, 1e-12), equal_nan=True)
