"""Property checks: the same examples for everyone, and the smallest failing one for the student."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.strategies import SearchStrategy

from autograder.box.outcome import StudentError
from autograder.judge.cases import Cases
from autograder.judge.conversation import CURRENT, Conversation, Exchange, FailedExpectation
from autograder.model import Verdict

F = TypeVar("F", bound=Callable[..., Any])

MOST_AFTER_FAILURE = 200  # examples that look for a smaller failing one
_PHASES = (Phase.generate, Phase.shrink)


class _Enough(BaseException):
    """Stops Hypothesis at once; no Exception, so that it does not shrink this."""


@dataclass
class _Failure:
    """The smallest failing example so far and what was said during it."""

    error: FailedExpectation | StudentError
    exchanges: list[Exchange]
    drawn: str


def examples(*, count: int = 200, **strategies: SearchStrategy[Any]) -> Callable[[F], F]:
    """Runs a check on `count` drawn examples; each strategy fills the argument of its name."""

    def decorate(function: F) -> F:
        signature = inspect.signature(function)
        unknown = sorted(set(strategies) - set(signature.parameters))
        if unknown:
            raise TypeError(f"{function.__name__} has no argument {unknown[0]!r}")

        @functools.wraps(function)
        def run(**fixtures: Any) -> None:
            _Search(function, fixtures, CURRENT.get()).run(strategies, count)

        fixtures = [one for name, one in signature.parameters.items() if name not in strategies]
        run.__signature__ = signature.replace(parameters=fixtures)
        del run.__wrapped__  # type: ignore[attr-defined]  # else pytest looks through it
        return cast(F, run)

    return decorate


class _Search:
    def __init__(self, function: Callable[..., Any], fixtures: dict[str, Any], talk: Conversation) -> None:
        self.function, self.fixtures, self.talk = function, fixtures, talk
        self.failure: _Failure | None = None
        self.left = MOST_AFTER_FAILURE

    def run(self, strategies: dict[str, SearchStrategy[Any]], count: int) -> None:
        """Raises the failure of the smallest example that fails; passes on what is a bug of the suite."""
        settings = hypothesis.settings(
            max_examples=count,
            phases=_PHASES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )
        try:
            settings(hypothesis.seed(self.talk.seed)(hypothesis.given(**strategies)(self._body())))()
        except (_Enough, Exception):
            if self.failure is None:
                raise
        if self.failure is not None:
            self.talk.exchanges, self.talk.counterexample = self.failure.exchanges, self.failure.drawn
            raise self.failure.error from None

    def _body(self) -> Callable[..., None]:
        def body(**drawn: Any) -> None:
            self._example(drawn)

        body.__qualname__ = body.__name__ = self.function.__name__
        return body

    def _example(self, drawn: dict[str, Any]) -> None:
        self.talk.exchanges = []
        for fixture in self.fixtures.values():
            if isinstance(fixture, Cases):
                fixture.restart()
        if self.failure is not None:
            self.left -= 1
            if self.left < 0:
                raise _Enough
        try:
            self.function(**self.fixtures, **drawn)
        except (FailedExpectation, StudentError) as error:
            text = ", ".join(f"{name}={value!r}" for name, value in drawn.items())
            self.failure = _Failure(error, self.talk.exchanges, text)
            if isinstance(error, StudentError) and error.verdict is not Verdict.RAISED:
                raise _Enough from None
            raise
