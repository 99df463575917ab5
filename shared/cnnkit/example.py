"""One public example of an exercise: a call, its result, and whether the student's function returns it too."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from cnnkit.compare import Mismatch, compare
from cnnkit.notebook import close_new_figures, open_figures
from cnnkit.trouble import explain

NOTHING = object()  # "no value is expected": None is a value


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one example ended; `unwritten` when the function is still the stub."""

    ok: bool
    sentence: str = ""
    unwritten: bool = False
    actual: Any = None
    expected: Any = None
    mismatch: Mismatch | None = None
    given: Mapping[str, Any] = field(default_factory=dict)  # the arguments, by their names


class Example:
    """A call and its result: `Example(X, K, gives=[[19, 25], [37, 43]], note="the picture above")`.

    gives    the expected result; nested lists become a tensor of the first tensor argument's dtype
    raises   the expected exception, instead of `gives`
    accepts  a function that says whether the result has the form that is graded; right or wrong stays open
    look_at  a function of the result to compare instead, e.g. `look_at=torch.sum`; default: the result itself
    note     the label of the line; default: the call itself
    Every other keyword is passed on to the student's function.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.gives = kwargs.pop("gives", NOTHING)
        self.raises: type[Exception] | None = kwargs.pop("raises", None)
        self.accepts: Callable[[Any], bool] | None = kwargs.pop("accepts", None)
        self.look_at: Callable[[Any], Any] | None = kwargs.pop("look_at", None)
        self.note: str = kwargs.pop("note", "")
        self.tolerance = {name: kwargs.pop(name) for name in ("rtol", "atol") if name in kwargs}
        self.args, self.kwargs = args, kwargs
        if [self.gives is not NOTHING, self.raises is not None, self.accepts is not None].count(True) != 1:
            raise TypeError("an Example needs one of gives=…, raises=… and accepts=…")

    def title(self, name: str, accepted: bool = False) -> str:
        """The label of the line: the note, or the call in short."""
        if self.note:
            return f"form accepted: {self.note}" if self.accepts and accepted else self.note
        parts = [_short(value) for value in self.args]
        parts += [f"{key}={_short(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"

    def run(self, function: Callable[..., Any]) -> Outcome:
        """Call the student's function on copies of the arguments and judge the result; never raises."""
        args, kwargs = copy.deepcopy((self.args, self.kwargs))
        figures = open_figures()
        try:
            actual = function(*args, **kwargs)
            seen = (self.look_at or self.accepts or _itself)(actual)
        except NotImplementedError as error:
            if str(error):  # torch's own, e.g. for the mean of integers; a stub's has no message
                return self._judge_error(error)
            return Outcome(False, "not written yet", unwritten=True)
        except (Exception, SystemExit) as error:  # noqa: BLE001  a student's code may raise anything, and Run All goes on
            return self._judge_error(error)
        finally:
            close_new_figures(figures)
        if self.raises:
            return Outcome(False, f"This must raise {self.raises.__name__}, but it returned {_short(actual)}.")
        changed = self._changed(function, args, kwargs)
        if changed:
            advice = "work on a copy (`.clone()`) and leave the inputs alone"
            return Outcome(False, f"The call changed {changed} in place: {advice}.")
        return replace(self._judge(seen), given=dict(zip(self._labels(function), self._inputs, strict=False)))

    def _judge_error(self, error: BaseException) -> Outcome:
        if self.raises and isinstance(error, self.raises):
            return Outcome(True)
        wanted = f"\n(expected here: {self.raises.__name__})" if self.raises else ""
        return Outcome(False, explain(error) + wanted)

    def _judge(self, actual: Any) -> Outcome:
        if self.accepts:
            return Outcome(bool(actual), "" if actual else "This form is not accepted.")
        expected = self._expected(actual)
        mismatch = compare(actual, expected, **self.tolerance)
        sentence = mismatch.sentence() if mismatch else ""
        return Outcome(mismatch is None, sentence, actual=actual, expected=expected, mismatch=mismatch)

    def _expected(self, actual: Any) -> Any:
        """Nested lists as a tensor of the dtype that the function was given; where `look_at` gave a list, as a list."""
        first_tensor = next((value for value in self.args if isinstance(value, torch.Tensor)), None)
        wants_list = self.look_at is not None and isinstance(actual, list)
        if first_tensor is None or wants_list or not isinstance(self.gives, list):
            return self.gives
        return torch.tensor(self.gives, dtype=first_tensor.dtype)

    def _changed(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Name of the first array argument whose values the call changed, or ""."""
        pairs = zip(self._labels(function), self._inputs, [*args, *kwargs.values()], strict=False)
        return next((label for label, old, new in pairs if not _same(old, new)), "")

    @property
    def _inputs(self) -> list[Any]:
        return [*self.args, *self.kwargs.values()]

    def _labels(self, function: Callable[..., Any]) -> list[str]:
        """What the inputs are called, in the function or by their place."""
        try:
            names = list(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            names = []
        return [*names[: len(self.args)], *map(str, range(len(names), len(self.args))), *self.kwargs]


def _itself(value: Any) -> Any:
    return value


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, torch.Tensor):
        return old.shape == new.shape and bool(torch.equal(old, new))
    return not isinstance(old, np.ndarray) or bool(np.array_equal(old, new))


def _short(value: Any) -> str:
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return "×".join(map(str, value.shape)) + " array" if value.ndim else f"{value.item():.6g}"
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
