"""Assertions that read as prose: `expect(student.corr2d(X, K)).to_match(expected)`.

Only these say FAILED. Each verb gives the checked value back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import torch

from autograder import messages
from autograder.box.inside import wire
from autograder.box.outcome import Reply, StudentError
from autograder.course.thresholds import Threshold
from autograder.judge import describe
from autograder.judge.conversation import CURRENT, Compared, Conversation, FailedExpectation
from autograder.judge.student import CallResult, Remote, handle_of, value_of
from autograder.model import Picture, Verdict
from cnnkit.compare import compare, kind_of, shape_hint

WHOLE = frozenset({torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64})


def expect(actual: Any) -> Expectation:
    """Begins a sentence about a value from the box, or about a function without arguments that returns one."""
    return Expectation(actual)


class Expectation:
    """What may be expected of one value; each verb counts as evidence once it was evaluated."""

    def __init__(self, actual: Any) -> None:
        self._actual = actual

    def to_match(self, expected: Any, rtol: float | None = None, atol: float = 1e-12) -> Any:
        """Type, dtype, shape and finiteness agree, and the largest error is at most atol + rtol × largest expected."""
        actual = self._value()
        _must_match(Compared(actual, expected), rtol, atol)
        return actual

    def to_agree_with(self, expected: torch.Tensor, rtol: float | None = None, atol: float = 1e-12) -> Any:
        """As `to_match` for a tensor of another dtype, too: it is compared, and given back, in the expected one.

        For the values of floats, where another check asks for the dtype.
        """
        actual = self._value()
        if isinstance(actual, torch.Tensor) and expected.is_floating_point():
            real = actual.is_floating_point() or actual.dtype in WHOLE
            actual = actual.to(expected.dtype) if real else actual
        _must_match(Compared(actual, expected), rtol, atol)
        return actual

    def to_equal(self, expected: Any) -> Any:
        """As `to_match`, without any tolerance."""
        return self.to_match(expected, rtol=0.0, atol=0.0)

    def to_have_shape(self, *shape: int) -> Any:
        """A tensor of exactly this shape."""
        actual = self._array()
        yours = tuple(actual.shape)
        if yours != shape:
            _fail(messages.wrong_shape(str(yours), str(shape), shape_hint(yours, shape)))
        return actual

    def to_have_dtype(self, dtype: torch.dtype) -> Any:
        """A tensor of exactly this dtype."""
        actual = self._array()
        if actual.dtype != dtype:
            yours, wanted = (str(kind).removeprefix("torch.") for kind in (actual.dtype, dtype))
            _fail(messages.wrong_dtype(yours, wanted))
        return actual

    def to_be_a(self, kind: type, length: int | None = None) -> Any:
        """A value of exactly this plain type (a bool is not an int), of this length where one is given."""
        actual = self._value()
        if _kind(actual) != _named(kind):
            _fail(messages.wrong_type(_kind(actual), _named(kind)))
        if length is not None and len(actual) != length:
            _fail(messages.wrong_length(len(actual), length))
        return actual

    def to_be_a_row_of(self, count: int) -> Any:
        """So many values in a tuple or a list: a pair is either, where the notebook does not say which."""
        actual = self._value()
        if not isinstance(actual, (tuple, list)):
            _fail(messages.wrong_type(_kind(actual), _named(tuple)))
        if len(actual) != count:
            _fail(messages.wrong_length(len(actual), count))
        return actual

    def to_be_detached(self) -> Any:
        """A tensor that does not require gradients."""
        actual = self._array()
        if getattr(actual, "requires_grad", False):
            _fail(messages.REQUIRES_GRADIENTS)
        return actual

    def to_have_gradient(self, expected: torch.Tensor, of: str = "0", rtol: float | None = None) -> Any:
        """The gradient with respect to argument `of` matches; for results of `student.with_gradients(...)`."""
        result = self._value()
        if not isinstance(result, CallResult):
            raise TypeError("to_have_gradient needs the result of student.with_gradients(...).f(...)")
        place = result.wrt.index(of)
        gradient = result.grads[place] if place < len(result.grads) else None
        name = f"the gradient of {describe.argument_words(of)}"
        if gradient is None:
            _fail(messages.no_gradient(describe.argument_words(of)))
        _must_match(Compared(gradient, expected, of), rtol, 1e-12, name)
        return result

    def to_reach(
        self, threshold: float | Threshold, name: str = "accuracy", on: str = "images it has never seen"
    ) -> float:
        """A number that is at least the threshold: a plain one, called `name`, or `thresholds.digits`, measured `on`.

        The report keeps it.
        """
        actual, gate = self._number(), threshold if isinstance(threshold, Threshold) else None
        CURRENT.get().measure(gate.name if gate else name, actual)
        if gate and not actual >= gate.at_least:
            _fail(messages.not_reached(actual, gate.at_least, on))
        if not isinstance(threshold, Threshold) and not actual >= threshold:
            _fail(messages.too_low(name, threshold), messages.measured(actual))
        return actual

    def to_be_below(self, limit: float, name: str = "value") -> float:
        """A number that is smaller than the limit."""
        actual = self._number()
        if not actual < limit:
            _fail(messages.too_high(name, limit), messages.measured(actual))
        return actual

    def to_hold(self, claim: str) -> None:
        """A truth value that the suite computed is true; `claim` says what should hold."""
        actual = self._value()
        if isinstance(actual, torch.Tensor) and actual.ndim == 0 and actual.dtype is torch.bool:
            actual = actual.item()
        if not isinstance(actual, (bool, np.bool_)):
            raise TypeError("to_hold needs a bool that the suite computed")
        if not actual:
            _fail(messages.untrue(claim))

    def to_raise(self, *kinds: type[Exception]) -> None:
        """The call raises one of these errors; a stub's NotImplementedError is never one of them."""
        conversation = _noted()
        try:
            value = self._called()
        except StudentError as error:
            if error.verdict is not Verdict.RAISED or error.unwritten:
                raise
            if not error.where and error.type_name in ("Crash", "Exit", "Timeout"):
                raise
            if not _is_one_of(error, kinds):
                raised = describe.type_name(error.type_name)
                _fail(messages.wrong_error(raised, _either(kinds)))
            return
        _fail(messages.no_error(describe.called(conversation), _either(kinds), _kind(value)))

    def to_leave_inputs_alone(self) -> Any:
        """The call changes none of its arguments in place."""
        conversation = _noted()
        start = len(conversation.exchanges)
        value = self._called()
        replies = [exchange for exchange in conversation.exchanges[start:] if isinstance(exchange.outcome, Reply)]
        for exchange in replies:
            if isinstance(exchange.outcome, Reply) and exchange.outcome.mutated:
                _fail(messages.changed_in_place(describe.argument_words(exchange.outcome.mutated[0])))
        return value

    def _called(self) -> Any:
        if isinstance(self._actual, Remote) or not callable(self._actual):
            raise TypeError("pass a call: expect(lambda: student.f(x))")
        function: Callable[[], Any] = self._actual
        return value_of(function())

    def _value(self) -> Any:
        _noted()
        remote_or_data = isinstance(self._actual, Remote) or not callable(self._actual)
        return value_of(self._actual) if remote_or_data else self._called()

    def _array(self) -> Any:
        actual = self._value()
        if not isinstance(actual, torch.Tensor):
            yours = _kind(actual)
            _fail(messages.no_return(yours) if actual is None else messages.wrong_type(yours, "a PyTorch tensor"))
        return actual

    def _number(self) -> float:
        actual = self._value()
        if isinstance(actual, bool) or not isinstance(actual, (int, float, np.number)):
            _fail(messages.wrong_type(_kind(actual), "a number"))
        if math.isnan(actual):
            _fail(messages.NOT_A_NUMBER)
        return float(actual)


def _noted() -> Conversation:
    conversation = CURRENT.get()
    conversation.expectations += 1
    return conversation


def _fail(sentence: str, detail: str = "") -> NoReturn:
    show = CURRENT.get().show
    raise FailedExpectation(f"{sentence} {detail}".strip() if show != "shapes" else sentence)


def _must_match(both: Compared, rtol: float | None, atol: float, name: str = "") -> None:
    if isinstance(both.actual, CallResult):
        raise TypeError("this is the result of with_gradients: expect its .value, or use to_have_gradient")
    both = replace(both, actual=wire.transform(both.actual, _foreign))
    mismatch = compare(both.actual, both.expected, rtol=rtol, atol=atol, name=name)
    if mismatch is None:
        return
    show = CURRENT.get().show
    picture = None
    if show == "values" and mismatch.yours_slice and mismatch.expected_slice:
        picture = Picture(mismatch.yours_slice, mismatch.expected_slice, mismatch.caption)
    raise FailedExpectation(mismatch.sentence(show), picture, compared=both)


def _foreign(value: Any) -> Any:
    """What stayed inside the box, as an empty object of a class of the same name."""
    handle = handle_of(value)
    return type(describe.type_name(handle.type_name), (), {})() if handle else value


def _kind(actual: Any) -> str:
    return kind_of(_foreign(actual))


def _named(kind: type) -> str:
    return kind_of(np.empty(0) if issubclass(kind, np.ndarray) else kind())


def _is_one_of(error: StudentError, kinds: tuple[type[Exception], ...]) -> bool:
    """By name, and by the names of Python's own classes that the student's class is made from."""
    return not {kind.__name__ for kind in kinds}.isdisjoint((error.type_name, *error.bases))


def _either(kinds: tuple[type[Exception], ...]) -> str:
    return " or ".join(kind.__name__ for kind in kinds)
