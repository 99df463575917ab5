"""Property checks: the same examples for everyone, and the smallest failing one for the student.

Hypothesis draws the examples once, in the warm worker; a submission is only asked about them. Hypothesis searches again
when one of them fails, to make it small.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Flaky, UnsatisfiedAssumption
from hypothesis.strategies import SearchStrategy

from autograder.box.outcome import StudentError
from autograder.judge.cases import Cases
from autograder.judge.conversation import CURRENT, Conversation, Exchange, FailedExpectation
from autograder.model import Verdict

F = TypeVar("F", bound=Callable[..., Any])
Drawn = dict[str, Any]

MAX_SEARCHED = 200  # examples tried to make a failing one smaller
_MARK = "__convgrade_examples__"
_SETTINGS = hypothesis.settings(
    phases=(Phase.generate, Phase.shrink),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    print_blob=False,
)


def examples(*, count: int = 200, **strategies: SearchStrategy[Any]) -> Callable[[F], F]:
    """Runs a check on `count` drawn examples; each strategy fills the argument of its name."""

    def decorate(function: F) -> F:
        signature = inspect.signature(function)
        unknown = sorted(set(strategies) - set(signature.parameters))
        if unknown:
            raise TypeError(f"{function.__name__} has no argument {unknown[0]!r}")
        drawer = Drawer(strategies, count)

        def run(**fixtures: Any) -> None:
            _Search(function, fixtures, CURRENT.get(), drawer).run()

        decorated: Any = functools.update_wrapper(run, function)
        fixtures = [parameter for name, parameter in signature.parameters.items() if name not in strategies]
        decorated.__signature__ = signature.replace(parameters=fixtures)  # pytest fills these
        del decorated.__wrapped__  # else pytest looks through it
        setattr(decorated, _MARK, drawer)
        return cast(F, decorated)

    return decorate


def assume(condition: object) -> None:
    """Drops the example when the condition does not hold."""
    if not condition:
        raise UnsatisfiedAssumption


def drawer_of(function: Callable[..., Any]) -> Drawer | None:
    """What draws the examples of a check; None if it has none."""
    drawer = getattr(function, _MARK, None)
    return drawer if isinstance(drawer, Drawer) else None


class _Enough(BaseException):
    """Stops Hypothesis at once; not an Exception, so that it does not shrink this."""


@dataclass
class Drawer:
    """Strategies, and what was drawn from them by each seed."""

    strategies: dict[str, SearchStrategy[Any]]
    count: int
    known: dict[int, list[Drawn]] = field(default_factory=dict)

    def drawn(self, seed: int) -> list[Drawn]:
        """The examples of a seed, always the same."""
        if seed not in self.known:
            found: list[Drawn] = []
            self.search(seed, found.append)
            self.known[seed] = found
        return self.known[seed]

    def search(self, seed: int, body: Callable[[Drawn], None]) -> None:
        """Lets Hypothesis call `body`, and shrink what it raises."""

        def example(**drawn: Any) -> None:
            body(drawn)

        settings = hypothesis.settings(_SETTINGS, max_examples=self.count)
        settings(hypothesis.seed(seed)(hypothesis.given(**self.strategies)(example)))()


@dataclass
class _Failure:
    """The smallest failing example so far and the exchanges during it."""

    error: FailedExpectation | StudentError
    exchanges: list[Exchange]
    drawn: Drawn


@dataclass
class _Search:
    function: Callable[..., Any]
    fixtures: dict[str, Any]
    conversation: Conversation
    drawer: Drawer
    failure: _Failure | None = None
    searched: int = 0

    def run(self) -> None:
        """Raises the failure of the smallest example that fails; passes on what is a bug of the suite."""
        for place, drawn in enumerate(self.drawer.drawn(self.conversation.seed)):
            if not self._passes(drawn):
                if self.conversation.search:
                    self._shrink(place)
                self._report()

    def _passes(self, drawn: Drawn) -> bool:
        self.conversation.forget()
        for fixture in self.fixtures.values():
            if isinstance(fixture, Cases):
                fixture.restart()
        try:
            self.function(**self.fixtures, **drawn)
        except (FailedExpectation, StudentError) as error:
            self.failure = _Failure(error, self.conversation.exchanges, drawn)
            return False
        except UnsatisfiedAssumption:
            pass
        return True

    def _shrink(self, first: int) -> None:
        """Searches for a smaller failing example; the `first` ones are known to pass."""
        self.searched = -first

        def body(drawn: Drawn) -> None:
            self.searched += 1
            if self.searched <= 0:
                return
            if not self._is_worth_more():
                raise _Enough
            if not self._passes(drawn):
                raise FailedExpectation("again")

        with contextlib.suppress(_Enough, FailedExpectation, Flaky):  # the smallest failure is kept
            self.drawer.search(self.conversation.seed, body)

    def _is_worth_more(self) -> bool:
        """An example that hangs or fills the memory is not asked for again."""
        error = self.failure.error if self.failure else None
        hard = isinstance(error, StudentError) and error.verdict is not Verdict.RAISED
        return not hard and self.searched <= MAX_SEARCHED

    def _report(self) -> None:
        assert self.failure is not None
        drawn = ", ".join(f"{name}={value!r}" for name, value in self.failure.drawn.items())
        self.conversation.exchanges, self.conversation.counterexample = self.failure.exchanges, drawn
        raise self.failure.error
