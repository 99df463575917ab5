"""What wrong answers are, in terms of the right ones: for each function, over all of its failed checks at once.

First the answers themselves: turned, scaled, rounded. Then what was asked: right for another stride, or for the kernel
turned round. Only the reference is asked here, never the student.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.box.outcome import Reply, StudentError
from autograder.judge.asked_otherwise import mistaken
from autograder.judge.causes import Cause, Layer
from autograder.judge.conversation import Exchange, Request, function_of
from autograder.judge.describe import Parameters, argument_words
from autograder.judge.replay import Case, Outcome
from autograder.model import Verdict
from cnnkit.compare.relations import Pair, related

Right = Mapping[str, Sequence[Outcome]]
"""What the reference answers in each case."""


def relations(
    cases: Sequence[Case], wanted: Right, reference: Mapping[str, Any], parameters: Parameters
) -> Iterator[Cause]:
    """The relations behind failed checks: one for all checks of a function, or where there is none, for each alone."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        if case.verdict is Verdict.FAILED and case.exchanges and not _is_of_an_error(case, wanted[case.name]):
            groups[case.exercise, _asked(case)].append(case)
    for group in groups.values():
        whole = _cause(group, wanted, reference, parameters)
        alone = [] if whole or len(group) < 2 else [_cause([case], wanted, reference, parameters) for case in group]
        yield from (cause for cause in (whole, *alone) if cause)


def _is_of_an_error(case: Case, right: Sequence[Outcome]) -> bool:
    """Whether a check failed since its last call raised the wrong error, or none: no earlier answer is behind that."""
    ends = [case.exchanges[-1].outcome, *right[len(case.exchanges) - 1 :]]
    return case.compared is None and any(isinstance(end, StudentError) for end in ends)


def _asked(case: Case) -> str:
    """The function that was called last, and whether it is its gradient that is wrong."""
    call = _last_call(case)
    name = function_of(call.request) or repr(call.request.get("target")) if call else ""
    return f"{name} gradient" if case.compared and case.compared.of else name


def _last_call(case: Case) -> Exchange | None:
    calls = [exchange for exchange in case.exchanges if exchange.request["op"] == "call"]
    return calls[-1] if calls else None


def _cause(cases: Sequence[Case], wanted: Right, reference: Mapping[str, Any], parameters: Parameters) -> Cause | None:
    pairs = [pair for case in cases for pair in pairs_of(case, wanted[case.name], parameters)]
    found = related(pairs) if pairs else None
    found = found or mistaken(cases, wanted, reference)
    names = tuple(case.name for case in cases)
    return Cause(Layer.RELATION, found.name, found.sentence, names) if found else None


def pairs_of(case: Case, wanted: Sequence[Outcome], parameters: Parameters) -> list[Pair]:
    """The wrong answers of a check: what was compared and failed; else whatever differs from the reference's."""
    call = _last_call(case)
    given = arguments(call.request, parameters) if call else {}
    if case.compared:
        subject = f"The gradient of {argument_words(case.compared.of)}" if case.compared.of else "Your result"
        return [Pair(case.compared.actual, case.compared.expected, given, _earlier(case, wanted), subject)]
    return [
        Pair(exchange.outcome.value, mine.value, arguments(exchange.request, parameters))
        for exchange, mine in zip(case.exchanges, wanted, strict=False)
        if isinstance(exchange.outcome, Reply) and isinstance(mine, Reply)
    ]


def arguments(request: Request, parameters: Parameters) -> dict[str, Any]:
    """The arguments of a call by the names of the reference's parameters."""
    if "args" not in request:
        return {}
    known = parameters.get(function_of(request), ())
    names = [known[place] if place < len(known) else f"argument {place + 1}" for place in range(len(request["args"]))]
    return {**dict(zip(names, request["args"], strict=True)), **request["kwargs"]}


def _earlier(case: Case, wanted: Sequence[Outcome]) -> list[Any]:
    """What the reference answered to earlier calls of the function that was called last."""
    call = _last_call(case)
    pairs = zip(case.exchanges, wanted, strict=False)
    return [
        mine.value
        for exchange, mine in pairs
        if call and exchange is not call and isinstance(mine, Reply) and isinstance(exchange.outcome, Reply)
        and exchange.request.get("target") == call.request["target"]
    ]  # fmt: skip
