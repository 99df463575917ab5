"""Requests and answers in words for the staff: shapes, types, numbers. Nothing here is escaped yet."""

from typing import Any

import numpy as np
import torch

from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge import describe
from autograder.judge.conversation import Request

MAX_NUMBERS = 24  # numbers that are shown in full
MAX_CHARACTERS = 600  # characters of one value


def asked(request: Request, parameters: describe.Parameters) -> str:
    """A request as a reader would write it."""
    if request["op"] == "run":
        return f"(helper code of the suite, {len(request['source'].splitlines())} lines)"
    if request["op"] == "call":
        text = describe.call_text(request, parameters, "values")
        banned = f"  without {', '.join(request['ban'])}" if request.get("ban") else ""
        return f"{text}{banned}"
    return {"get": "{}", "items": "list({})", "len": "len({})"}[request["op"]].format(_path(request["target"]))


def shown(outcome: Reply | StudentError) -> str:
    """An answer: the value, with gradients and changed arguments where there are any, or the error."""
    if isinstance(outcome, StudentError):
        return f"{outcome.verdict}: {outcome}" + (f" ({outcome.where})" if outcome.where else "")
    parts = [value(outcome.value)]
    parts += [f"gradient {number}: {value(grad)}" for number, grad in enumerate(outcome.grads)]
    parts += [f"changed in place: {', '.join(outcome.mutated)}"] if outcome.mutated else []
    return " · ".join(parts)


def value(item: Any) -> str:
    """Type, shape and numbers of a value; of a large array its range and the first numbers."""
    if isinstance(item, Handle):
        return f"a {item.type_name} (it stays in the box)"
    if isinstance(item, (torch.Tensor, np.ndarray)):
        return _array(item)
    if isinstance(item, (list, tuple)):
        inner = ", ".join(value(entry) for entry in item[:MAX_NUMBERS]) + (", …" if len(item) > MAX_NUMBERS else "")
        return (f"({inner})" if isinstance(item, tuple) else f"[{inner}]")[:MAX_CHARACTERS]
    if isinstance(item, dict):
        entries = [f"{key!r}: {value(entry)}" for key, entry in list(item.items())[:MAX_NUMBERS]]
        return f"{{{', '.join(entries)}}}"[:MAX_CHARACTERS]
    return repr(item)[:MAX_CHARACTERS]


def _array(item: Any) -> str:
    kind = "tensor" if isinstance(item, torch.Tensor) else "array"
    head = f"{str(item.dtype).removeprefix('torch.')} {kind} {tuple(item.shape)}"
    plain = item.detach() if isinstance(item, torch.Tensor) else item
    numbers = np.asarray(plain.float() if item.dtype is torch.bfloat16 else plain)
    if not numbers.size:
        return f"{head}, empty"
    few = numbers.ravel()[:MAX_NUMBERS]
    text = np.array2string(few, precision=4, separator=", ", max_line_width=10_000, suppress_small=True)
    if numbers.size <= MAX_NUMBERS:
        return f"{head}: {text}"
    if numbers.dtype.kind not in "biuf":
        return f"{head}: {text[:-1]}, …]"
    spread = f"{numbers.min():.4g} to {numbers.max():.4g}, mean {numbers.mean():.4g}"
    return f"{head}, {spread}: {text[:-1]}, …]"


def _path(target: list[Any]) -> str:
    root, key, *steps = target
    path = f"handle {key}" if root == "handle" else str(key)
    return path + "".join(f".{step}" if kind == "attr" else f"[{step!r}]" for kind, step in steps)
