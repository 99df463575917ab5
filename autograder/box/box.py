"""One submission behind the wall: runs its cells, calls its functions, and survives whatever they do.

A hang, a crash or a forged frame ends the child with an error against the current request. The next request starts a
new child and replays the cells. A function that has ended its child more than `limits.restarts` times is not called
again; the others still are.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from autograder.box.clock import Allowance, Clock, Used
from autograder.box.inside import wire
from autograder.box.outcome import CellOutcome, Reply, StudentError
from autograder.box.replies import MAX_PRINTED, ending_error, outcome_of, reply_of
from autograder.box.zygote import Zygote
from autograder.course.limits import Limits
from autograder.errors import BoxFailure, WireViolation
from autograder.log import span
from autograder.model import Verdict

NONCE_BYTES = 16
SETTLE_SECONDS = 60.0
MAX_ANSWER = wire.MAX_ANSWER + 2**20  # with what was printed
MAX_PICTURES = 8 * 2**20  # bytes of one submission's figures

T = TypeVar("T")


class Box:
    """Where one submission lives. Not thread-safe; close it, or use `open_box`."""

    def __init__(self, zygote: Zygote, limits: Limits) -> None:
        self.zygote, self.limits = zygote, limits
        self.clock = Clock(zygote.used)
        self.memory_mb = 0.0  # the peak of any child that has ended
        self._socket: socket.socket | None = None
        self._culprit = ""  # what the current request is about
        self._endings: Counter[str] = Counter()  # by culprit
        self._given_up: dict[str, StudentError] = {}
        self._history: list[dict[str, Any]] = []  # what a new child must run first
        self._places: set[str] = set()  # labels of the cells
        self._pictures = 0  # bytes of the figures so far

    def run_cell(self, source: str, label: str, figures: bool = False) -> CellOutcome:
        """Runs one cell; an endless or deadly one ends the child and is left out of replays."""
        request = {"op": "cell", "source": source, "label": label, "figures": figures}
        self._culprit = f"cell {label}"
        self._places |= {label, f"cell {label}"}
        start = time.monotonic()
        try:
            answer = self._exchange(request, self.limits.cell_seconds)[1]
            outcome = outcome_of(answer, time.monotonic() - start, self._places)
        except StudentError as error:
            return CellOutcome(False, error, error.printed, (), time.monotonic() - start)
        self._history.append(request | {"figures": False})
        return replace(outcome, figures=tuple(png for png in outcome.figures if self._takes(png)))

    def runs_again(self, source: str, label: str) -> bool:
        """Whether a new process runs this cell first: it has been run, and did not end its process."""
        return any((request.get("source"), request.get("label")) == (source, label) for request in self._history)

    def _takes(self, png: bytes) -> bool:
        """Whether this figure is still kept."""
        fits = self._pictures + len(png) <= MAX_PICTURES
        self._pictures += len(png) if fits else 0
        return fits

    def ask(self, request: dict[str, Any], seconds: float | None = None) -> Reply:
        """One request of `inside.server`. Raises StudentError when the student's code does not answer."""
        self._culprit = _culprit(request)
        if self._endings[self._culprit] > self.limits.restarts:
            raise self._given_up[self._culprit]
        before, most = self.clock.spent, self.limits.call_seconds
        try:
            with span("calls"):
                printed, answer = self._exchange(request, min(seconds or most, most))
            reply = reply_of(answer, printed, self._places)
        except StudentError as error:
            error.seconds = self.clock.spent - before
            raise
        reply = replace(reply, seconds=self.clock.spent - before)
        if request["op"] in ("run", "give"):
            self._history.append(request)
        return reply

    @property
    def gave_up(self) -> bool:
        """Whether a function is not called any more, since it ended too many processes."""
        return bool(self._given_up)

    @contextlib.contextmanager
    def trial(self) -> Iterator[None]:
        """What runs in here is not run again in a process that is started later."""
        before = len(self._history)
        try:
            yield
        finally:
            del self._history[before:]

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        if self._socket is not None:
            self._end()

    def _exchange(self, request: dict[str, Any], seconds: float) -> tuple[str, dict[str, Any]]:
        try:
            if self._socket is None and self.clock.spent >= self.limits.submission_seconds:
                raise _late(seconds)  # a new process might not compute
            self._revive()
            printed, answer = self._round_trip(request, seconds)
            if answer.get("leftovers") is True:  # processes of an earlier request
                self.zygote.sweep()
                printed, answer = self._round_trip(request | {"swept": True}, seconds)
            if answer.get("lost") is True:  # a card that answers nothing any more
                self._end()
                reply_of(answer, printed, self._places)
            return printed, answer
        except StudentError as error:
            if self._endings[self._culprit] > self.limits.restarts:
                times = f"{error.message}; it happened {self._endings[self._culprit]} times, so it is not called again"
                self._given_up[self._culprit] = StudentError(error.verdict, error.type_name, times)
            raise

    def _revive(self) -> None:
        if self._socket is not None:
            return
        with span("start"):
            greeting = self._started()
        if greeting != b"ready":  # our walls, before any student code ran: our fault
            self.close()
            raise BoxFailure(f"a wall of the box could not be set up: {greeting.decode(errors='replace')}")
        for request in self._history:
            self._round_trip(request, self.limits.cell_seconds)

    def _started(self) -> bytes:
        """Starts a child; what it says once its walls are up."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self.zygote.spawn(theirs, self.limits)
        self._socket = ours
        self.clock.other_process()
        return self._receive(Allowance(Clock(Used), SETTLE_SECONDS))

    def _round_trip(self, request: dict[str, Any], seconds: float) -> tuple[str, dict[str, Any]]:
        """Sends one frame and receives one, in time. Any failure ends the child."""
        nonce = os.urandom(NONCE_BYTES)
        allowance = Allowance(self.clock, min(seconds, self.limits.submission_seconds - self.clock.spent))
        try:
            self._must_be_quiet()
            self._send(nonce + wire.encode(request), allowance)
            return _opened(self._receive(allowance), b"" if "nonce" in self.zygote.wall.off else nonce)
        except TimeoutError:
            self._end()
            raise _late(seconds) from None
        except (WireViolation, wire.WireError) as error:
            self._end()
            raise StudentError(Verdict.BLOCKED, "Violation", f"an invalid answer: {error}") from None
        except (ConnectionError, EOFError):
            raise ending_error(self._end()) from None
        finally:
            self.clock.stop()

    def _must_be_quiet(self) -> None:
        assert self._socket is not None
        if "quiet" in self.zygote.wall.off:
            return
        if select.select([self._socket], [], [], 0)[0] and self._socket.recv(1, socket.MSG_PEEK):
            raise WireViolation("unrequested data")

    def _send(self, payload: bytes, allowance: Allowance) -> None:
        assert self._socket is not None
        rest = memoryview(struct.pack(">I", len(payload)) + payload)
        while rest:
            rest = rest[self._in_time(allowance, functools.partial(self._socket.send, rest)) :]

    def _receive(self, allowance: Allowance) -> bytes:
        size = struct.unpack(">I", self._exactly(4, allowance))[0]
        if size > MAX_ANSWER:
            raise WireViolation("an oversized frame")
        return self._exactly(size, allowance)

    def _exactly(self, count: int, allowance: Allowance) -> bytes:
        assert self._socket is not None
        parts = bytearray()
        while len(parts) < count:
            part = self._in_time(allowance, functools.partial(self._socket.recv, min(count - len(parts), 2**20)))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def _in_time(self, allowance: Allowance, transfer: Callable[[], T]) -> T:
        """What the transfer gives once the socket is ready for it. Raises TimeoutError."""
        assert self._socket is not None
        while True:
            self._socket.settimeout(allowance.patience())
            with contextlib.suppress(TimeoutError):
                return transfer()

    def _end(self) -> dict[str, Any]:
        assert self._socket is not None
        self._endings[self._culprit] += 1
        self._socket.close()
        self._socket = None
        self.memory_mb = max(self.memory_mb, (ended := self.zygote.end())["memory_mb"])
        return ended


@contextlib.contextmanager
def open_box(zygote: Zygote, limits: Limits) -> Iterator[Box]:
    """A box that is closed afterwards."""
    box = Box(zygote, limits)
    try:
        yield box
    finally:
        box.close()


def _late(seconds: float) -> StudentError:
    return StudentError(Verdict.TIMED_OUT, "Timeout", f"no answer within {seconds:g} seconds")


def _culprit(request: dict[str, Any]) -> str:
    """The name that a request is about: a function of the student's, a helper, or "handle"."""
    root, name, *_ = request.get("target", ["run", ""])
    return str(name) if root != "handle" else "handle"


def _opened(frame: bytes, nonce: bytes) -> tuple[str, dict[str, Any]]:
    if not frame.startswith(nonce) or len(frame) < NONCE_BYTES + 4:
        raise WireViolation("an answer to another request")
    size = struct.unpack_from(">I", frame, NONCE_BYTES)[0]
    start = NONCE_BYTES + 4 + size
    if start > len(frame):
        raise WireViolation("a truncated frame")
    reply = wire.decode(frame[start:])
    if not isinstance(reply, dict):
        raise WireViolation("an answer without a value")
    return frame[NONCE_BYTES + 4 : start][:MAX_PRINTED].decode("utf-8", "replace"), reply
