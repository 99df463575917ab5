"""Names the known mistake behind a failed check: the one that, asked the very same, answers the very same.

All failed checks of a submission are diagnosed in one forked child with a deadline and a memory limit, so that a
mistake that hangs or swells costs its hint and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import MAX_EXCHANGES, Exchange, Request
from autograder.judge.local import LocalBox
from autograder.judge.mistakes import Mistake
from autograder.model import Verdict

DEADLINE = 60.0  # seconds for all failed checks of one submission; only a loop in C ever needs it
REPLAY = 1.0  # seconds of processor time for one replay: no clock on the wall, so a busy machine gives the same hints
MEMORY = 2 * 2**30  # bytes above what the process maps already
RTOL = {torch.float64: 1e-9, torch.complex128: 1e-9}
RTOL_SHORT = 1e-5  # shorter types


@dataclass(frozen=True, slots=True)
class Case:
    """A failed check: its exercise, how it ended, and what was asked and answered."""

    name: str
    exercise: str
    verdict: Verdict
    exchanges: tuple[Exchange, ...]


def diagnose(
    cases: Sequence[Case], mistakes: Sequence[Mistake], reference: Mapping[str, Any], seconds: float = DEADLINE
) -> dict[str, Mistake]:
    """The mistake behind each check that one explains. Never raises, never takes longer than `seconds`."""
    worth = [case for case in cases if any(one.exercise == case.exercise for one in mistakes) and not _is_stub(case)]
    found: dict[str, list[str]] = {case.name: [] for case in worth}
    for name, mistake in _within(seconds, _explanations(worth, mistakes, reference)) if worth else ():
        if name in found:
            found[name].append(mistake)
    counts = Counter(name for names in found.values() for name in names)
    by_name = {one.name: one for one in mistakes}
    # Of several that fit one check, the one that explains most checks; the first of equals.
    return {check: by_name[max(names, key=lambda one: counts[one])] for check, names in found.items() if names}


def explains(case: Case, mistake: Mistake, reference: Mapping[str, Any]) -> bool:
    """Whether the mistake answers every request of the case as the student did, and the reference does not."""
    if mistake.exercise != case.exercise or len(case.exchanges) > MAX_EXCHANGES:
        return False
    if mistake.ends:
        return case.verdict == mistake.ends
    if case.verdict not in (Verdict.FAILED, Verdict.RAISED) or not case.exchanges:
        return False
    wrong = {**reference, mistake.replaces: mistake.implementation}
    return _agrees(wrong, case.exchanges) and not _agrees(reference, case.exchanges)


class _TooSlow(BaseException):
    """Raised by the timer inside a replay."""


def _explanations(
    cases: Sequence[Case], mistakes: Sequence[Mistake], reference: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Pairs of check and mistake; a mistake that is too slow once is not tried again. Runs in the forked child."""
    late: list[bool] = []

    def stop(_number: int, _frame: object) -> None:
        late.append(True)
        raise _TooSlow  # again every REPLAY seconds, should the mistake's own `except` swallow it

    signal.signal(signal.SIGPROF, stop)
    left = list(mistakes)
    for case in cases:
        for mistake in tuple(left):
            late.clear()
            signal.setitimer(signal.ITIMER_PROF, REPLAY, REPLAY)
            with contextlib.suppress(_TooSlow):
                explained = explains(case, mistake, reference)
                signal.setitimer(signal.ITIMER_PROF, 0)
            if late:
                left.remove(mistake)
            elif explained:
                yield case.name, mistake.name


def _is_stub(case: Case) -> bool:
    last = case.exchanges[-1].outcome if case.exchanges else None
    return isinstance(last, StudentError) and last.type_name in ("NotImplementedError", "Undefined")


def _agrees(names: Mapping[str, Any], exchanges: Sequence[Exchange]) -> bool:
    """Replays the requests over a namespace; stops at the first answer that differs."""
    box = LocalBox(names)
    handles: dict[int, Handle] = {}
    for exchange in exchanges:
        outcome: Reply | StudentError
        try:
            outcome = box.ask(_translated(exchange.request, handles))
        except StudentError as error:
            outcome = error
        except (KeyError, wire.WireError):  # a handle that this replay never got
            return False
        if not _same_outcome(outcome, exchange.outcome, handles):
            return False
    return True


def _translated(request: Request, handles: Mapping[int, Handle]) -> Request:
    """The request with the replay's handles. Without the ban: mistakes may be built on the real operation."""

    def leaf(value: Any) -> Any:
        return handles[value.id] if isinstance(value, Handle) else value

    translated: Request = {**wire.transform(request, leaf), "ban": []}
    target = translated.get("target")
    if target and target[0] == "handle":
        translated["target"] = ["handle", handles[target[1]].id, *target[2:]]
    return translated


def _same_outcome(mine: Reply | StudentError, theirs: Reply | StudentError, handles: dict[int, Handle]) -> bool:
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


def _within(seconds: float, pairs: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the iterator gives in a forked child until the deadline; the rest is lost."""
    end = time.monotonic() + seconds
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _produce(writer, pairs, seconds)
    os.close(writer)
    try:
        raw = _read_until(reader, end)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    whole = raw[: raw.rfind(b"\n") + 1].splitlines()
    return [tuple(json.loads(line)) for line in whole]


def _produce(writer: int, pairs: Iterator[tuple[str, str]], seconds: float) -> None:
    """Runs in the child and never returns; whatever happens, the parent sees the end of the pipe."""
    try:
        signal.alarm(int(seconds) + 2)  # should the parent die first
        with open("/proc/self/statm", encoding="ascii") as statm:
            mapped = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, resource.RLIM_INFINITY))
        with contextlib.suppress(MemoryError):
            for pair in pairs:
                os.write(writer, json.dumps(pair).encode() + b"\n")
    finally:
        os._exit(0)


def _read_until(reader: int, end: float) -> bytes:
    raw = b""
    while select.select([reader], [], [], max(end - time.monotonic(), 0.0))[0]:
        part = os.read(reader, 65_536)
        if not part:
            break
        raw += part
    return raw
