"""The requests that cross the wall during one check, and what was expected of the answers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.box.inside import wire
from autograder.box.outcome import Reply, StudentError
from autograder.course.bans import NOTHING, Bans
from autograder.course.limits import Limits
from autograder.judge import allowance
from autograder.model import Picture, Verdict

Request = dict[str, Any]
Ask = Callable[[Request, float], Reply]
"""Sends one request and waits at most so many seconds. Raises StudentError."""

Send = Callable[[Request], Reply]
"""Sends one request within whatever time is left. Raises StudentError."""

ON_VIEWS = "_on_views"  # ends the name of a helper that calls the function with its arguments as views
MAX_EXCHANGES = 100  # of one transcript: a longer one is not replayed
MAX_MEASURED = 20  # figures of one check


@dataclass(frozen=True, slots=True)
class Compared:
    """Two values that do not match; `of` names the argument when they are gradients."""

    actual: Any
    expected: Any
    of: str = ""


class FailedExpectation(Exception):
    """The student's answer is not what the suite expects: the only failure that is called FAILED."""

    def __init__(
        self, sentence: str, picture: Picture | None = None, trace: str = "", compared: Compared | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.picture, self.trace = sentence, picture, trace  # the trace is for the staff
        self.compared = compared


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and how it ended."""

    request: Request
    outcome: Reply | StudentError

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        answer = [self.outcome.value, *self.outcome.grads] if isinstance(self.outcome, Reply) else []
        return allowance.weight([self.request, answer, self.outcome.printed])

    @property
    def outline(self) -> Exchange:
        """What was asked, without the data, and whether there was an answer."""
        request = self.request | ({"args": [], "kwargs": {}} if "args" in self.request else {})
        reply = self.outcome
        return Exchange(
            request, replace(reply, value=None, grads=(), printed="") if isinstance(reply, Reply) else reply
        )


@dataclass
class Conversation:
    """All requests of one check, within its time."""

    ask: Ask
    limits: Limits
    show: str = "shapes"
    seed: int = 0  # of the inputs of this check
    room: int = allowance.KEPT  # bytes that may be kept; of what comes later only the last exchange is whole
    search: bool = True  # for a smaller example than the first that fails
    bans: Bans = NOTHING  # of its exercise: whatever is asked is asked under them
    classes: tuple[str, ...] = ()  # that the notebook asks for: their objects stay inside, also where they are lists
    exchanges: list[Exchange] = field(default_factory=list)
    kept: int = 0  # bytes of the exchanges
    requests: int = 0
    expectations: int = 0
    seconds: float = 0.0  # that the student's code took
    spent: float = 0.0  # that counted for the limits
    compared: Compared | None = None  # what did not match in the end
    counterexample: str = ""  # drawn values, when no single call can be named
    measured: dict[str, float] = field(default_factory=dict)  # figures that a threshold was asked of

    def send(self, request: Request) -> Reply:
        """The reply. Raises StudentError when the student's code fails, TypeError unless the request is plain data."""
        if banned := self.bans.stops(function_of(request)):
            request = request | {"ban": banned}
        if self.classes:
            request = request | {"stay": list(self.classes)}
        try:
            wire.encode(request)
        except wire.WireError as error:
            raise TypeError(f"the suite passes something that cannot cross the wall: {error}") from error
        left = self.limits.check_seconds - self.spent
        start = time.perf_counter()
        self.requests += 1
        try:
            if left <= 0:
                raise StudentError(Verdict.TIMED_OUT, "Timeout", "the calls of this check took too long in total")
            reply = self.ask(request, min(left, self.limits.call_seconds))
        except StudentError as error:
            self.spent += error.seconds
            self._keep(Exchange(request, error))
            raise
        finally:
            self.seconds += time.perf_counter() - start
        self.spent += reply.seconds
        self._keep(Exchange(request, reply))
        return reply

    def anew(self) -> Conversation:
        """A conversation with the same student of which nothing was said yet."""
        return Conversation(self.ask, self.limits, self.show, self.seed, bans=self.bans, classes=self.classes)

    def forget(self) -> None:
        """Forgets all exchanges so far."""
        self.exchanges, self.kept = [], 0

    def _keep(self, exchange: Exchange) -> None:
        if not self.is_whole and self.exchanges:
            self.exchanges[-1] = self.exchanges[-1].outline
        self.kept += exchange.weight
        self.exchanges.append(exchange)

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked and answered is kept, so that it can be replayed."""
        return self.kept <= self.room

    def measure(self, name: str, value: float) -> None:
        """Keeps a figure for the report, the smallest of several of one name; some names only, finite numbers only."""
        known = name in self.measured or len(self.measured) < MAX_MEASURED
        if known and math.isfinite(value):
            self.measured[name] = min(value, self.measured.get(name, value))

    @property
    def has_evidence(self) -> bool:
        """Whether the student was asked anything and anything was expected."""
        return self.requests > 0 and self.expectations > 0

    @property
    def printed(self) -> str:
        """What the student's code printed, for the staff."""
        return "".join(exchange.outcome.printed for exchange in self.exchanges)


def function_of(request: Request) -> str:
    """The student's function that a request calls by its name, also on views; "" for anything else."""
    root, name = request.get("target", ("", ""))[:2]
    return str(name).removesuffix(ON_VIEWS) if root in ("name", "env") else ""


CURRENT: ContextVar[Conversation] = ContextVar("conversation")
"""The conversation of the check that runs now; `expect` notes there that something was expected."""
