"""Answers that know nothing: constants, errors, the argument given back, zeros in the right shape."""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Callable, Container, Iterator
from typing import Any

import numpy as np
import torch

Answer = Callable[..., Any]
Returns = ast.expr | None
"""The annotation of what a function returns."""
Nothing = Callable[[Answer, Returns], Answer]
"""Makes a nothing-answer of the author's function."""

ERRORS = (ValueError, TypeError, RuntimeError, IndexError, KeyError, Exception)
MADE: dict[str, Callable[[], Any]] = {
    "None": lambda: None, "True": lambda: True, "False": lambda: False, "0": lambda: 0, "1": lambda: 1,
    "0.0": float, "''": str, "[]": list, "()": tuple, "{}": dict,
    "torch.zeros(1)": lambda: torch.zeros(1), "np.zeros(1)": lambda: np.zeros(1),
}  # fmt: skip
OF_TYPE: dict[str, Callable[[], Any]] = {
    "int": int, "float": float, "bool": bool, "str": str, "list": list, "dict": dict, "tuple": tuple,
    "Tensor": MADE["torch.zeros(1)"], "ndarray": MADE["np.zeros(1)"],
}  # fmt: skip


def nothings() -> dict[str, Nothing]:
    """Every nothing-answer, by what it does."""
    constants = {f"return {text}": _constant(make) for text, make in MADE.items()}
    errors = {f"raise {error.__name__}": _raising(error) for error in ERRORS}
    return {
        **constants,
        **errors,
        "return a constant of its type": lambda _right, returns: lambda *_args, **_kwargs: of_type(returns),
        "return the first argument": lambda _right, _returns: _first,
        "return zeros in the right shape": lambda right, _returns: _right_shape(right),
    }


def of_type(returns: Returns) -> Any:
    """A constant of an annotated type, 0 or empty; None where the type is not known."""
    node = returns.value if isinstance(returns, ast.Subscript) else returns
    name = getattr(node, "id", getattr(node, "attr", ""))
    if name == "tuple" and isinstance(returns, ast.Subscript) and isinstance(returns.slice, ast.Tuple):
        return tuple(of_type(each) for each in returns.slice.elts)
    return OF_TYPE.get(name, lambda: None)()


def _constant(make: Callable[[], Any]) -> Nothing:
    return lambda _right, _returns: lambda *_args, **_kwargs: make()


def _raising(error: type[Exception]) -> Nothing:
    def answer(*_args: Any, **_kwargs: Any) -> Any:
        raise error

    return lambda _right, _returns: answer


def _first(*args: Any, **kwargs: Any) -> Any:
    return next(iter((*args, *kwargs.values())), None)


def _right_shape(right: Answer) -> Answer:
    return lambda *args, **kwargs: zeros_like(right(*copied(args), **copied(kwargs)))


def copied(value: Any) -> Any:
    """A deep copy, so that nothing happens to the original, whose hooks hear nothing; the original without a copy."""
    try:
        made = copy.deepcopy(value)
    except Exception:  # noqa: BLE001  # whatever an object says that cannot be copied
        return value
    held = made.values() if isinstance(made, dict) else made if isinstance(made, (list, tuple)) else [made]
    for module in (module for each in held if isinstance(each, torch.nn.Module) for module in each.modules()):
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
    return made


def zeros_like(value: Any) -> Any:
    """The same containers, shapes and types, all numbers 0 and all text empty; a network without layers."""
    if isinstance(value, (list, tuple)):
        items = [zeros_like(each) for each in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {key: zeros_like(each) for key, each in value.items()}
    if isinstance(value, torch.nn.Module):
        return torch.nn.Sequential()
    if isinstance(value, torch.Tensor):
        return torch.zeros_like(value)
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    return type(value)() if isinstance(value, (bool, int, float, complex, str, np.generic)) else None


def put(names: dict[str, Any], function: str, make: Nothing, returns: Returns) -> None:
    """The function or `Class.method` answers nothing from here on; an `__init__` that does not raise only begins."""
    owner, _, method = function.rpartition(".")
    if not owner:
        names[function] = functools.wraps(names[function])(make(names[function], returns))
        return
    kind = names[owner]
    held = kind.__dict__[method]
    if isinstance(held, staticmethod):
        setattr(kind, method, staticmethod(make(held.__func__, returns)))
        return
    right = getattr(held, "__func__", getattr(held, "fget", held))

    @functools.wraps(right)
    def answer(self: Any, *args: Any, **kwargs: Any) -> Any:
        if method == "__init__":
            super(kind, self).__init__()
        given = make(lambda *more, **named: right(copied(self), *more, **named), returns)(*args, **kwargs)
        return None if method == "__init__" else given

    setattr(kind, method, answer if held is right else type(held)(answer))


def written(tree: ast.Module, own: frozenset[int], wanted: Container[str]) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods of the `wanted` names at the top of a cell, those of the stub, with an answer in them.

    Not `__exit__`: it gives no answer, and one that does nothing is a mistake of a class that is right elsewhere.
    """
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted and _asked(node, own):
            yield node.name, node
        if isinstance(node, ast.ClassDef) and node.name in wanted:
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef) and _asked(each, own)]
            yield from ((f"{node.name}.{each.name}", each) for each in methods if each.name != "__exit__")


def _asked(node: ast.FunctionDef, own: frozenset[int]) -> bool:
    """Whether students are asked to fill it in; a helper inside an answer is the author's alone."""
    return node.lineno not in own and not own.isdisjoint(range(node.lineno, (node.end_lineno or node.lineno) + 1))
