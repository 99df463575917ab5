"""Words for requests and for what came out of the box: capped, without control characters."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from autograder.box.outcome import Handle
from autograder.judge.conversation import Conversation, Request
from autograder.text.plain import MAX_LINE, one_line
from cnnkit.compare import kind_of

Parameters = Mapping[str, tuple[str, ...]]
"""Names of the parameters of the reference's functions, for readable inputs."""

MAX_NAME = 40
_ON_VIEWS = "_on_views"  # how the suite's helper ends that calls a function with views
MAX_NUMBERS = 12  # of a small tensor, shown in full
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


def type_name(name: str) -> str:
    """A class name from the box, or a word for one that is not a plain name."""
    return name if name.isascii() and name.isidentifier() and len(name) <= MAX_NAME else "custom_class"


def argument_words(place: str) -> str:
    """ "0" → "the first argument", "weight" → "`weight`"."""
    if not (place.isascii() and place.isdigit()):
        return f"`{type_name(place)}`"
    number = int(place)
    return f"the {_PLACES[number]} argument" if number < len(_PLACES) else f"argument {number + 1}"


def called(conversation: Conversation) -> str:
    """The name of the function that was called last; "it" when it has none."""
    calls = [exchange.request for exchange in conversation.exchanges if exchange.request["op"] == "call"]
    return f"`{_function(calls[-1])}`" if calls else "it"


def _function(request: Request) -> str:
    root, key, *steps = request["target"]
    path = "" if root == "handle" else str(key)
    for kind, step in steps:
        path += f".{step}" if kind == "attr" else f"[{step!r}]"
    return path.lstrip(".") or "it"


def call_text(request: Request, parameters: Parameters, show: str) -> str:
    """A call as a reader would write it: "corr2d(X of shape (5, 7), K of shape (2, 3))"."""
    name = _function(request)
    known = parameters.get(name.removesuffix(_ON_VIEWS), ())
    parts = []
    for place, value in enumerate(request["args"]):
        parts.append(_argument(known[place] if place < len(known) else "", value, show))
    parts += [_argument(key, value, show) for key, value in request["kwargs"].items()]
    note = " on non-contiguous inputs" if name.endswith(_ON_VIEWS) else ""
    return one_line(f"{name.removesuffix('_on_views')}({', '.join(parts)}){note}", 2 * MAX_LINE)


def _argument(name: str, value: Any, show: str) -> str:
    text = _value(value, show)
    array = isinstance(value, (torch.Tensor, np.ndarray))
    if array and text.startswith("of "):
        return f"{name or 'a tensor'} {text}"
    return f"{name}={text}" if name else text


def _value(value: Any, show: str) -> str:
    if isinstance(value, Handle):
        return f"a {type_name(value.type_name)}"
    if isinstance(value, (torch.Tensor, np.ndarray)):
        size = int(np.prod(value.shape))
        return _numbers(value.tolist()) if show == "values" and size <= MAX_NUMBERS else _shape(value)
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_value(item, show) for item in value[:MAX_NUMBERS])
        inner += ", …" if len(value) > MAX_NUMBERS else "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def form(value: Any) -> str:
    """The outside of an answer: its kind, and its shape or length, without a word of its values."""
    if isinstance(value, Handle):
        return f"an object of type {type_name(value.type_name)}"
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return f"{kind_of(value)} {_shape(value)}"
    if isinstance(value, (list, tuple, dict)):
        return f"{kind_of(value)} of length {len(value)}"
    return kind_of(value)


def _numbers(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


def _shape(value: Any) -> str:
    dtype = str(value.dtype).removeprefix("torch.")
    return f"of shape {tuple(value.shape)}" + ("" if dtype == "float64" else f" and dtype {dtype}")


def parameters_of(names: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Names of the parameters of every function in a namespace."""
    functions = {name: value for name, value in names.items() if inspect.isfunction(value)}
    return {name: tuple(inspect.signature(function).parameters) for name, function in functions.items()}


def counterexample(conversation: Conversation, parameters: Parameters) -> str:
    """The last call of the failing check, but never one of the suite's helpers; else the values drawn for it."""
    last = _last_call(conversation)
    named = last and (last["target"][0] == "name" or _function(last).endswith(_ON_VIEWS))
    return call_text(last, parameters, conversation.show) if last and named else conversation.counterexample


def called_directly(conversation: Conversation) -> str:
    """The function of the student's that the last request called by its name; "" where the suite's own code did."""
    last = conversation.exchanges[-1].request if conversation.exchanges else {}
    direct = last.get("op") == "call" and last["target"][0] == "name"
    return _function(last) if direct else ""


def _last_call(conversation: Conversation) -> Request | None:
    calls = [exchange.request for exchange in conversation.exchanges if exchange.request["op"] == "call"]
    return calls[-1] if calls else None
