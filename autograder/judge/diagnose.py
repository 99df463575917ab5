"""Names the known mistake behind a failed check: the one that, asked the very same, answers the very same.

All failed checks of a submission are diagnosed in one forked child with a deadline and a memory limit, so that a
mistake that hangs or swells costs its hint and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from autograder.judge.allowance import limit_memory
from autograder.judge.mistakes import Mistake
from autograder.judge.replay import Case, explains
from autograder.model import Verdict

DEADLINE = 60.0  # seconds for all failed checks of one submission; only a loop in C ever needs it
REPLAY = 2.0  # seconds of processor time for one replay: no clock on the wall, so a busy machine gives the same hints
MEMORY = 2**29  # bytes above what the process maps already

Diagnosis = tuple[str, str, int]
"""Check, mistake, and how well it explains the check."""


def diagnose(
    cases: Sequence[Case], mistakes: Sequence[Mistake], reference: Mapping[str, Any], seconds: float = DEADLINE
) -> dict[str, Mistake]:
    """The mistake behind each failed check that one explains. Never raises, never takes longer than `seconds`."""
    exercises = {case.exercise for case in cases if case.failed} & {mistake.exercise for mistake in mistakes}
    if not exercises:
        return {}
    candidates = [mistake for mistake in mistakes if mistake.exercise in exercises]
    findings = _within(seconds, _findings(cases, candidates, reference))
    strengths: Counter[str] = Counter()
    for _, name, strength in findings:
        strengths[name] += strength
    by_name, failed = {mistake.name: mistake for mistake in mistakes}, {case.name for case in cases if case.failed}
    named: dict[str, Mistake] = {}
    # Of several that explain one check, the one that agrees with most checks, passed ones too; the first of equals.
    for check, name, _ in sorted(findings, key=lambda finding: -strengths[finding[1]]):
        if check in failed:
            named.setdefault(check, by_name[name])
    return named


class _Replays:
    """The life of the forked child: which mistakes explain which cases, within a time for each."""

    def __init__(self, reference: Mapping[str, Any]) -> None:
        self.reference, self.late = reference, set[str]()
        self._rang = False
        signal.signal(signal.SIGPROF, self._stop)

    def _stop(self, _number: int, _frame: object) -> None:
        self._rang = True
        raise _TooSlow  # again every REPLAY seconds, should the mistake's own `except` swallow it

    def strength(self, case: Case, mistake: Mistake) -> int:
        """As `explains`; 0 for a mistake that was too slow once."""
        if mistake.name in self.late:
            return 0
        self._rang, strength = False, 0
        signal.setitimer(signal.ITIMER_PROF, REPLAY, REPLAY)
        with contextlib.suppress(_TooSlow):
            strength = explains(case, mistake, self.reference)
            signal.setitimer(signal.ITIMER_PROF, 0)
        if self._rang:
            self.late.add(mistake.name)
        return 0 if self._rang else strength

    def tried(self, case: Case, mistakes: Sequence[Mistake]) -> Generator[Diagnosis, None, list[Mistake]]:
        """Yields each finding at once; returns the mistakes that explain the case."""
        fits = []
        for mistake in mistakes:
            strength = self.strength(case, mistake)
            if strength:
                fits.append(mistake)
                yield case.name, mistake.name, strength
        return fits


class _TooSlow(BaseException):
    """Raised by the timer inside a replay."""


def _findings(cases: Sequence[Case], mistakes: Sequence[Mistake], reference: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """What the forked child finds. Students repeat a mistake in every check: later checks try the found ones first."""
    replays = _Replays(reference)
    found: dict[str, Mistake] = {}
    for case in (case for case in cases if case.failed):
        known = list(found.values())
        fits = yield from replays.tried(case, known)
        fits = fits or (yield from replays.tried(case, [mistake for mistake in mistakes if mistake not in known]))
        found |= {mistake.name: mistake for mistake in fits}
    yield from _decided([case for case in cases if case.verdict is Verdict.PASSED], list(found.values()), replays)


def _decided(passed: Sequence[Case], found: Sequence[Mistake], replays: _Replays) -> Iterator[Diagnosis]:
    """Which of several mistakes of one function it is: one that fails a check that the student passed is out."""
    for case in passed:
        rivals = Counter(mistake.replaces for mistake in found)
        doubtful = [mistake for mistake in found if rivals[mistake.replaces] > 1]
        if not doubtful:
            return
        asked = [
            mistake for mistake in doubtful if mistake.exercise == case.exercise and case.mentions(mistake.replaces)
        ]
        agree = yield from replays.tried(case, asked)
        found = [mistake for mistake in doubtful if mistake not in asked or mistake in agree] if agree else doubtful


def _within(seconds: float, findings: Iterator[Diagnosis]) -> list[Diagnosis]:
    """What the iterator gives in a forked child until the deadline; the rest is lost."""
    end = time.monotonic() + seconds
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _produce(writer, findings, seconds)
    os.close(writer)
    try:
        raw = _read_until(reader, end)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    whole = raw[: raw.rfind(b"\n") + 1].splitlines()
    return [(check, mistake, strength) for check, mistake, strength in map(json.loads, whole)]


def _produce(writer: int, findings: Iterator[Diagnosis], seconds: float) -> None:
    """Runs in the child and never returns; whatever happens, the parent sees the end of the pipe."""
    try:
        signal.alarm(int(seconds) + 2)  # should the parent die first
        limit_memory(MEMORY)
        with contextlib.suppress(MemoryError):
            for finding in findings:
                os.write(writer, json.dumps(finding).encode() + b"\n")
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
