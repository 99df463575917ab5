"""Answers that are right for another question: a setting is ignored, arguments are exchanged, a kernel is turned."""

from __future__ import annotations

import inspect
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import torch

from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import Exchange, Request, function_of
from autograder.judge.local import LocalBox
from autograder.judge.replay import Case, Outcome, asked_again, same_outcome, translated
from cnnkit.compare import compare
from cnnkit.compare.relations import Pair, Relation, is_telling

MOST = 12  # wrong answers of a function that are looked at
QUICK = 0.2  # seconds that the student needed for such an answer: slower ones are not asked for again and again
CLOSE = 1e-4  # of the largest value
BUDGET = 1.5  # seconds of processor time for one function; who reaches it is told nothing, not something else
Arguments = dict[str, Any]


@dataclass(frozen=True)
class _Question:
    """What was asked of the student, after what; what was answered, and what is right."""

    request: Request
    reply: Reply
    right: Reply
    before: Sequence[Exchange]

    @property
    def called(self) -> str:
        """The name of the function, of the method, or of a helper beside the student's code."""
        steps = self.request["target"][2:]
        return function_of(self.request) or (str(steps[-1][1]) if steps else "")

    @property
    def is_of_helper(self) -> bool:
        """Whether a helper of the suite was called, whose settings are not the student's."""
        return bool(self.request["target"][0] == "env")

    @property
    def parts(self) -> list[tuple[Any, Any, Any]]:
        """The parts of the answer and of the right one: key, and both; one without a key where it has no parts."""
        theirs, right = self.reply.value, self.right.value
        if isinstance(theirs, dict) and isinstance(right, dict) and theirs.keys() == right.keys():
            return [(key, theirs[key], right[key]) for key in theirs]
        return [(None, theirs, right)]

    @property
    def subject(self) -> str:
        """What is wrong: the result, or the only part of it."""
        wrong = [key for key, theirs, right in self.parts if compare(theirs, right, rtol=CLOSE) is not None]
        return f"Your result[{wrong[0]!r}]" if len(wrong) == 1 and wrong[0] is not None else "Your result"


@dataclass(frozen=True)
class _Reading:
    """Another way to read a question: its name, the words for it, and the arguments that are asked then."""

    name: str
    words: str
    arguments: Arguments
    more: tuple[Arguments, ...] = ()  # asked too: the answer is the mean of all


def mistaken(
    cases: Sequence[Case], wanted: Mapping[str, Sequence[Outcome]], reference: Mapping[str, Any]
) -> Relation | None:
    """The one other question that all wrong answers are right for; None where there is none, or several."""
    wrong = [each for case in cases for each in _wrong_calls(case, wanted[case.name])]
    slow = any(question.reply.seconds >= QUICK for question in wrong)
    if len({question.called for question in wrong}) != 1 or len(wrong) > MOST or slow:
        return None
    if not is_telling([Pair(question.reply.value, question.right.value) for question in wrong]):
        return None
    common, end = list(_Asked(wrong[0], reference).readings()), time.process_time() + BUDGET
    for question in wrong:
        kept, asked = {reading.words for reading in common}, _Asked(question, reference)
        own = [reading for reading in asked.readings() if reading.words in kept]
        common = [reading for reading in own if time.process_time() < end and asked.is_answered_so(reading)]
        if time.process_time() >= end:
            return None
    found = common[0] if len(common) == 1 else None
    return Relation(found.name, f"{wrong[0].subject} is the right one {found.words}") if found else None


def _wrong_calls(case: Case, wanted: Sequence[Outcome]) -> Iterator[_Question]:
    """The calls that were answered wrongly, with data alone."""
    for place, (exchange, mine) in enumerate(zip(case.exchanges, wanted, strict=False)):
        request, reply = exchange.request, exchange.outcome
        if request["op"] != "call" or "upstream" in request:
            continue
        if isinstance(reply, Reply) and isinstance(mine, Reply) and not same_outcome(mine, reply, {}):
            yield _Question(request, reply, mine, case.exchanges[:place])


class _Asked:
    """The reference, asked what came before a question; then the question, read in other ways."""

    def __init__(self, question: _Question, reference: Mapping[str, Any]) -> None:
        self.question, self.box, self.handles = question, LocalBox(reference), dict[int, Handle]()
        if question.request["target"][0] != "name":  # a helper, or a method of what was made before
            deque(asked_again(self.box.ask, question.before, self.handles), maxlen=0)

    def readings(self) -> Iterator[_Reading]:
        """The ways to read the question; none where its arguments have no names."""
        request = self.question.request
        function = self._function()
        if function is None:
            return
        signature, fill = inspect.signature(function), [None] if "student" in request.get("fill", ()) else []
        try:
            signature.bind(*fill, *request["args"], **request["kwargs"])
        except TypeError:
            return
        if all(each.kind is not each.VAR_POSITIONAL for each in signature.parameters.values()):
            names = [*signature.parameters][len(fill) :]
            arguments = dict(zip(names, request["args"], strict=False)) | request["kwargs"]
            yield from _part_by_part(arguments) if self.question.is_of_helper else _readings(signature, arguments)

    def _function(self) -> Callable[..., Any] | None:
        """What is called, where that is a function of Python's."""
        try:
            found = self._send({"op": "get", "target": self.question.request["target"]}).value
        except (StudentError, KeyError):
            return None
        function = self.box.server.handles.get(found.id) if isinstance(found, Handle) else None
        return function if inspect.isfunction(function) or inspect.ismethod(function) else None

    def _send(self, request: Request) -> Reply:
        return self.box.ask(translated(request, self.handles))

    def is_answered_so(self, reading: _Reading) -> bool:
        """Whether the reference, asked so, answers what the student did in each part that is wrong."""
        wrong = [each for each in self.question.parts if compare(each[1], each[2], rtol=CLOSE) is not None]
        try:
            asked = [self._with(arguments) for arguments in (reading.arguments, *reading.more)]
            answers = [self._send(request).value for request in asked]
            others = [_mean([each if key is None else each[key] for each in answers]) for key, _, _ in wrong]
        except (StudentError, LookupError, TypeError, ValueError):  # it has no answer, or NaN
            return False
        alike = (
            compare(theirs, other, rtol=CLOSE) is None for (_, theirs, _), other in zip(wrong, others, strict=True)
        )
        return bool(wrong) and all(alike)

    def _with(self, arguments: Arguments) -> Request:
        """The question with these arguments in the places of its own."""
        count = len(self.question.request["args"])
        named = dict(list(arguments.items())[count:])
        return self.question.request | {"args": [*arguments.values()][:count], "kwargs": named, "ban": []}


def _mean(answers: Sequence[Any]) -> Any:
    """Of numbers, arrays, and dictionaries or rows of these. Raises ValueError for anything else."""
    first = answers[0]
    if len(answers) == 1:
        return first
    if isinstance(first, dict):
        return {key: _mean([answer[key] for answer in answers]) for key in first}
    if isinstance(first, (list, tuple)):
        return type(first)(_mean(parts) for parts in zip(*answers, strict=True))
    if isinstance(first, torch.Tensor) and first.is_floating_point():
        return torch.stack(list(answers)).mean(0)
    if not isinstance(first, float):
        raise ValueError("no mean of these")
    return sum(answers) / len(answers)


def _readings(signature: inspect.Signature, arguments: Arguments) -> Iterator[_Reading]:
    for name, value in arguments.items():
        default = signature.parameters[name].default
        for what, words, other in (*_ignored(name, value, default), *_misread(name, value)):
            yield _Reading(what, words, arguments | {name: other})
    yield from _part_by_part(arguments)
    alike = [pair for pair in combinations(arguments, 2) if _are_alike(*(arguments[name] for name in pair))]
    for swaps in ([pair] for pair in alike):
        yield _exchanged(arguments, swaps)
    for swaps in map(list, combinations(alike, 2)):
        if not set(swaps[0]) & set(swaps[1]):
            yield _exchanged(arguments, swaps)


def _part_by_part(arguments: Arguments) -> Iterator[_Reading]:
    """Each batch alone, and then the mean; of a batch only its first entry."""
    for name, value in arguments.items():
        if isinstance(value, (list, tuple)) and 2 <= len(value) <= MOST and not isinstance(value[0], (int, float, str)):
            first, *more = (arguments | {name: type(value)([item])} for item in value)
            words = f"of each item of `{name}` alone, averaged: a mean of means, though they are not equally long?"
            yield _Reading("mean_of_means", words, first, tuple(more))
    tensors = {name: value for name, value in arguments.items() if isinstance(value, torch.Tensor) and value.ndim}
    count = len(next(iter(tensors.values()))) if tensors else 0
    if count > 1:
        cut = {name: value[:1] for name, value in tensors.items() if len(value) == count}
        yield _Reading("first_of_batch", f"for the first entry of {_named(cut)} only.", arguments | cut)


def _named(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _are_alike(one: Any, another: Any) -> bool:
    """Whether one may be taken for the other: two arrays, or two different numbers."""
    if isinstance(one, torch.Tensor) or isinstance(another, torch.Tensor):
        return isinstance(one, torch.Tensor) and isinstance(another, torch.Tensor)
    return type(one) is type(another) and isinstance(one, (int, float, tuple)) and bool(one != another)


def _exchanged(arguments: Arguments, swaps: Sequence[tuple[str, str]]) -> _Reading:
    changed = {mine: arguments[theirs] for pair in swaps for mine, theirs in (pair, pair[::-1])}
    words = ", and for ".join(f"`{mine}` and `{theirs}`" for mine, theirs in swaps)
    return _Reading("arguments_exchanged", f"for {words} exchanged.", arguments | changed)


Other = tuple[str, str, Any]
"""A name, words, and what stands in the place of an argument."""


def _ignored(name: str, value: Any, default: Any) -> Iterator[Other]:
    if default is inspect.Parameter.empty or isinstance(default, torch.Tensor):
        return
    if isinstance(value, torch.Tensor) or type(value) is not type(default) or value != default:
        asked = f"without `{name}`" if default is None else f"for {name}={default!r}"
        yield f"{name}_ignored", f"{asked}: is `{name}` used?", default


def _misread(name: str, value: Any) -> Iterator[Other]:
    if isinstance(value, bool):
        yield f"{name}_turned_round", f"for {name} turned round: True for False.", not value
    elif isinstance(value, int):
        yield f"{name}_one_more", f"for `{name}` one larger than it is.", value + 1
        yield f"{name}_one_less", f"for `{name}` one smaller than it is.", value - 1
    elif isinstance(value, float) and value not in (0.0, 1.0):
        yield f"{name}_inverted", f"for one divided by `{name}`: is it to divide, or to multiply?", 1 / value
    elif isinstance(value, tuple) and len(value) == 2 and value[0] != value[1]:
        yield f"{name}_exchanged", f"for the two numbers of `{name}` exchanged.", value[::-1]
        yield f"{name}_first_twice", f"for the first number of `{name}` in both directions.", (value[0],) * 2
        yield f"{name}_second_twice", f"for the second number of `{name}` in both directions.", (value[1],) * 2
    elif isinstance(value, torch.Tensor) and value.ndim and value.numel() > 1:
        yield from _turned(name, value)
        if value.is_floating_point() and 0 <= float(value.min()) <= float(value.max()) <= 1:
            yield f"{name}_complement", f"for 1 - `{name}` in the place of `{name}`.", 1 - value


def _turned(name: str, value: torch.Tensor) -> Iterator[Other]:
    if value.ndim == 1:
        yield f"{name}_reversed", f"for `{name}` in reverse order.", value.flip(0)
        return
    yield f"{name}_turned_by_180", f"for `{name}` turned by 180°.", value.flip(-2, -1)
    yield f"{name}_upside_down", f"for `{name}` flipped upside down.", value.flip(-2)
    yield f"{name}_flipped", f"for `{name}` flipped left to right.", value.flip(-1)
    yield f"{name}_transposed", f"for `{name}` with rows and columns exchanged (transposed).", value.transpose(-2, -1)
    if value.ndim >= 3:
        yield f"{name}_axes_0_and_1", f"for `{name}` with its axes 0 and 1 exchanged.", value.transpose(0, 1)
