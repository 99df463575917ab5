"""What the checks ask, one question at a time, each with all that it takes to ask it alone, also with other arguments.

They are those that the reference is asked: they do not end where a student's first wrong answer ends a check.
"""

from __future__ import annotations

import ast
import inspect
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.course.definitions import Function
from autograder.judge.conversation import Ask, Exchange, Request, Send
from autograder.judge.everywhere import answers_to_each, which_are_refused
from autograder.judge.features import CallArguments
from autograder.judge.local import LocalBox
from autograder.judge.replay import Outcome, asked_again, same_outcome, translated
from cnnkit.compare import compare

if TYPE_CHECKING:
    from autograder.judge.suite import Suite

AT_ONCE = (answers_to_each.__name__, which_are_refused.__name__)  # helpers that ask many questions with one request
TIMES, MOST_ANEW = 4, 3  # that a check is asked, with inputs of other seeds; checks
MOST = 72  # questions of a check, evenly from all that it asks
HEAVY = 400_000  # bytes of a question and its answer: those are left out
CLOSE = 1e-4  # of the largest value


@dataclass(frozen=True, slots=True)
class CallAsked:
    """One question of a check."""

    check: str
    called: str  # the function, the method, or the helper of the suite that is called
    before: tuple[Exchange, ...]  # what makes the objects and helpers that it is asked of
    request: Request
    names: tuple[str, ...]  # of the parameters, as far as they are known

    @property
    def arguments(self) -> CallArguments:
        """By the names of the parameters."""
        given: CallArguments = dict(zip(self.names, self.request["args"], strict=False))
        given |= self.request["kwargs"]
        return given

    def having(self, arguments: CallArguments) -> CallAsked:
        """The same question with these arguments."""
        count = len(self.request["args"])
        named = dict(list(arguments.items())[count:])
        changed = self.request | {"args": [*arguments.values()][:count], "kwargs": named}
        return replace(self, request=changed)

    def answer(self, send: Send) -> Outcome | None:
        """What is answered to it; None where it cannot be asked."""
        handles = dict[int, Handle]()
        deque(asked_again(send, self.before, handles), maxlen=0)
        try:
            return send(translated(self.request, handles))
        except StudentError as error:
            return error
        except (KeyError, TypeError, wire.WireError):
            return None


def are_same(theirs: Outcome, right: Outcome) -> bool:
    """Whether an answer is as good as the right one: up to rounding, or an error of the same class."""
    if isinstance(theirs, StudentError) or isinstance(right, StudentError):
        kinds = [getattr(each, "type_name", None) for each in (theirs, right)]
        return kinds[0] is not None and kinds[0] == kinds[1]
    pairs = [(theirs.value, right.value), (list(theirs.grads), list(right.grads))]
    try:
        return theirs.mutated == right.mutated and all(compare(*pair, rtol=CLOSE) is None for pair in pairs)
    except ValueError:  # of what is not a number where the right answer has none, either, nothing can be told
        return same_outcome(theirs, right, {})


def probes_of(suite: Suite, failed: Sequence[str], passed: Sequence[str], tellable: Set[str]) -> list[CallAsked]:
    """Questions of these checks that plain data answer, none twice; of the first that failed with fresh inputs, too.

    Only those of functions that a failed one asks with one of the `tellable` parameters: of the others nothing is told.
    """
    found: dict[str, CallAsked] = {}
    own = {check: list(_Heard(suite, check, "").probes()) for check in failed}
    asked = {probe.called for heard in own.values() for probe in heard if tellable & probe.arguments.keys()}
    anew = failed[:MOST_ANEW]
    for check in (*failed, *passed) if asked else ():
        for number in range(TIMES if check in anew else 1):
            secret = f"{suite.assignment.secret} again {number}" if number else ""
            heard = list(_Heard(suite, check, secret).probes()) if number or check not in own else own[check]
            for probe in heard[:: -(-len(heard) // MOST) or 1]:
                found.setdefault(f"{probe.called} {_key(probe)}", probe)
    return [probe for probe in found.values() if probe.called in asked]


def times_asked(failed: Sequence[str], passed: Sequence[str]) -> int:
    """How many whole checks `probes_of` asks the reference."""
    return len(failed) + len(passed) + (TIMES - 1) * len(failed[:MOST_ANEW])


def _key(probe: CallAsked) -> str:
    return repr(wire.encode([probe.request, [each.request for each in probe.before]]))


class _Heard:
    """What the reference is asked by a check, and answers."""

    def __init__(self, suite: Suite, check: str, secret: str) -> None:
        self.check, self.parameters, self.reference = check, suite.parameters, suite.reference
        self.exchanges = list[Exchange]()
        suite.listen(check, self._noting(LocalBox(suite.reference).ask), secret)

    def _noting(self, ask: Ask) -> Ask:
        def noted(request: Request, seconds: float = 0.0) -> Reply:
            try:
                reply = ask(request, seconds)
            except StudentError as error:
                self.exchanges.append(Exchange(request, error))
                raise
            self.exchanges.append(Exchange(request, reply))
            return reply

        return noted

    def probes(self) -> Iterator[CallAsked]:
        """Every call of it that is answered with plain data."""
        for place, exchange in enumerate(self.exchanges):
            request = exchange.request
            if request["op"] != "call" or exchange.weight > HEAVY:
                continue
            if _handles(getattr(exchange.outcome, "value", None)):
                continue
            before = self._before(place)
            if (many := _asked_at_once(request)) is not None:
                yield from self._one_by_one(request["args"][0], many)
            elif before is not None:
                called, names = self._named(request, before)
                yield CallAsked(self.check, called, before, request, names)

    def _one_by_one(self, function: Any, inputs: Sequence[Sequence[Any]]) -> Iterator[CallAsked]:
        made = self._maker(function.id) if isinstance(function, Handle) else None
        target = made.request["target"] if made else []
        if len(target) == 2 and target[0] == "name":
            names = self.parameters.get(target[1], ())
            for each in inputs[:: -(-len(inputs) // MOST) or 1]:
                request: Request = {"op": "call", "target": target, "args": list(each), "kwargs": {}}
                yield CallAsked(self.check, target[1], (), request, names)

    def _before(self, place: int) -> tuple[Exchange, ...] | None:
        """What has to be asked before this; None where that is too much, or was lost."""
        needed, waiting = set[int](), [self.exchanges[place]]
        while waiting:
            request = waiting.pop().request
            if request.get("target", [""])[0] == "env":
                needed |= {number for number in range(place) if self.exchanges[number].request["op"] == "run"}
            for handle in {*_handles([request.get("args"), request.get("kwargs")]), *_of_target(request)}:
                makers = [number for number in range(place) if handle in _handles(_value(self.exchanges[number]))]
                if not makers:
                    return None
                waiting += [self.exchanges[makers[0]]] if makers[0] not in needed else []
                needed.add(makers[0])
        return tuple(self.exchanges[number] for number in sorted(needed))

    def _maker(self, handle: int) -> Exchange | None:
        return next((each for each in self.exchanges if handle in _handles(_value(each))), None)

    def _named(self, request: Request, before: Sequence[Exchange]) -> tuple[str, tuple[str, ...]]:
        """What is called, and the names of its parameters."""
        root, key, *steps = request["target"]
        if root == "name" and not steps:
            return str(key), tuple(self.parameters.get(key, ()))
        if root == "env" and not steps:
            return str(key), _parameters_in(before, str(key), len(request.get("fill", ())))
        if root == "handle" and len(steps) == 1 and steps[0][0] == "attr" and (maker := self._maker(key)):
            kind = getattr(_value(maker), "type_name", "")
            return str(steps[0][1]), _of_method(self.reference, kind, str(steps[0][1]))
        return repr(steps), ()


def _asked_at_once(request: Request) -> Sequence[Sequence[Any]] | None:
    known = request["target"][0] == "env" and request["target"][1] in AT_ONCE
    return request["args"][1] if known else None


def _value(exchange: Exchange) -> Any:
    return exchange.outcome.value if isinstance(exchange.outcome, Reply) else None


def _of_target(request: Request) -> set[int]:
    target = request.get("target", [""])
    return {target[1]} if target[0] == "handle" else set()


def _handles(value: Any) -> set[int]:
    found: list[int] = []
    wire.transform(value, lambda leaf: found.append(leaf.id) if isinstance(leaf, Handle) else None)
    return set(found)


def _parameters_in(before: Sequence[Exchange], name: str, filled: int) -> tuple[str, ...]:
    """The parameters of a helper whose source was run, but for those that are filled in."""
    for exchange in before:
        for node in ast.parse(exchange.request.get("source", "")).body:
            if isinstance(node, Function) and not isinstance(node, ast.ClassDef) and node.name == name:
                return tuple(each.arg for each in node.args.args[filled:])
    return ()


def _of_method(reference: Mapping[str, Any], kind: str, method: str) -> tuple[str, ...]:
    found: Callable[..., Any] | None = getattr(reference.get(kind), method, None)
    return tuple(inspect.signature(found).parameters)[1:] if inspect.isfunction(found) else ()
