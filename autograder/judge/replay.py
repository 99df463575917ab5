"""Asks code that we trust what the student was asked, and compares the answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import Compared, Exchange, Request, Send
from autograder.judge.local import LocalBox
from autograder.model import Verdict

RTOL = {torch.float64: 1e-9, torch.complex128: 1e-9}
RTOL_SHORT = 1e-5  # shorter types, and numbers of Python's, which may be read from such
ROUNDING = 1e-12  # what rounding leaves of nothing

Outcome = Reply | StudentError


@dataclass(frozen=True, slots=True)
class Case:
    """A check that was tried: its exercise, how it ended, and what was asked and answered."""

    name: str
    exercise: str
    verdict: Verdict
    exchanges: tuple[Exchange, ...]
    compared: Compared | None = None  # what did not match in the end
    gate: bool = False  # it trains to a threshold, so that asking again takes a training
    expectations: int = 0  # how many were evaluated: what it failed at is the last

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


def outcomes(names: Mapping[str, Any], exchanges: Sequence[Exchange]) -> list[Outcome]:
    """What this namespace answers to these requests, up to a handle that it never made."""
    return [outcome for _, outcome, _ in replayed(names, exchanges)]


def replayed(names: Mapping[str, Any], exchanges: Sequence[Exchange]) -> Iterator[tuple[Exchange, Outcome, bool]]:
    """Each request again over a namespace that we trust: what it answers, and whether that is the same.

    Without the ban: mistakes may be built on the real operation.
    """
    box = LocalBox(names)
    return asked_again(box.ask, exchanges)


def asked_again(
    send: Send, exchanges: Sequence[Exchange], made: dict[int, Handle] | None = None
) -> Iterator[tuple[Exchange, Outcome, bool]]:
    """Each request again: what is answered, and whether that is the same. Ends at a handle that was never got here.

    The handles that are `made` are noted there, by the numbers that they had.
    """
    handles = {} if made is None else made
    for exchange in exchanges:
        outcome: Outcome
        try:
            outcome = send(translated(exchange.request, handles))
        except StudentError as error:
            outcome = error
        except KeyError:
            return
        yield exchange, outcome, same_outcome(outcome, exchange.outcome, handles)


def translated(request: Request, handles: Mapping[int, Handle]) -> Request:
    """The request with the handles of a replay. Raises KeyError for one that was never got there."""

    def leaf(value: Any) -> Any:
        return handles[value.id] if isinstance(value, Handle) else value

    translated: Request = wire.transform(request, leaf)
    target = translated.get("target")
    if target and target[0] == "handle":
        translated["target"] = ["handle", handles[target[1]].id, *target[2:]]
    return translated


def same_outcome(mine: Outcome, theirs: Outcome, handles: dict[int, Handle]) -> bool:
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
    if type(theirs) is float:
        return _same_number(mine, theirs)
    if isinstance(theirs, (np.ndarray, np.generic, complex)):
        return _same_tensor(torch.as_tensor(mine), torch.as_tensor(theirs))
    return bool(mine == theirs)


def _same_number(mine: float, theirs: float) -> bool:
    """As tensors of one number; an answer may be a list of thousands, and each tensor takes twenty times as long."""
    if mine == theirs or not math.isfinite(theirs):
        return mine == theirs or (math.isnan(mine) and math.isnan(theirs))
    return abs(mine - theirs) <= max(RTOL_SHORT * abs(theirs), ROUNDING)


def _same_tensor(mine: torch.Tensor, theirs: torch.Tensor) -> bool:
    if mine.dtype != theirs.dtype or mine.shape != theirs.shape:
        return False
    if not (theirs.is_floating_point() or theirs.is_complex()):
        return torch.equal(mine, theirs)
    finite = theirs.isfinite()
    scale = float(theirs[finite].abs().max()) if finite.any() else 0.0
    rtol = RTOL.get(theirs.dtype, RTOL_SHORT)
    return torch.allclose(mine, theirs, rtol=0.0, atol=max(rtol * scale, ROUNDING), equal_nan=True)
