"""Answers requests about the student's names: calls, attributes, items, helper code.

Runs in the box next to the student's code. The judge also runs one in its own process over trusted code, to replay
known mistakes. A reply carries data, never a verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from . import wire
from .ban import Ban, BannedOperation
from .device import await_device, device_is_lost
from .failure import describe
from .given import stand_in_for
from .values import class_called

MAX_ITEMS = 10_000
MOST_LATE = 3  # libraries that a call may import, each with banned operators


class Names:
    """Attribute access to the student's names, for helper code: `student.conv2d`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            raise Undefined(f"name '{name}' is not defined") from None


class Undefined(NameError):
    """A name that the suite asks for and the student's notebook does not define."""


class Server:
    """One submission's names, helper names and handles.

    Tensors of a request and models that are kept live on `device`, or where the request says; a reply holds none of it.
    """

    def __init__(
        self, names: dict[str, Any], cell_of: Callable[[str], str | None] | None = None, device: str = "cpu"
    ) -> None:
        self.names, self.device, self.here = names, device, device
        self.cell_of = cell_of or (lambda _filename: None)
        helpers: dict[str, Any] = {"torch": torch, "np": np, "nn": torch.nn, "F": torch.nn.functional}
        self.env = helpers | {"student": Names(names), "DEVICE": device, "__name__": "helpers"}
        self.handles: dict[int, Any] = {}
        self.given: dict[str, Any] = {}
        self._numbers = itertools.count(1)
        self.ban = Ban((_gradients, Server._call))

    def answer(self, request: dict[str, Any]) -> bytes:
        """The encoded reply to one request: {"value", "mutated", "grads"} or {"error", "lost"}."""
        self.here = self.env["DEVICE"] = request.get("device", self.device)
        for _ in range(MOST_LATE):
            reply = self._answered(request)
            if not self.ban.came_late():
                return reply
        return wire.encode({"error": describe(BannedOperation("an operator that the call brings along"), self.cell_of)})

    def _answered(self, request: dict[str, Any]) -> bytes:
        try:
            with self.ban.on(request.get("ban", ())):  # an answer may be computed as late as it is read
                reply = getattr(self, "_" + request["op"])(request)
                await_device(self.device)
                stay = tuple(kind for name in request.get("stay", ()) if isinstance(kind := self.names.get(name), type))
                return wire.encode(reply, self._keep, wire.MAX_ANSWER, stay)
        except BaseException as error:  # noqa: BLE001  # the student's code may raise anything, SystemExit too
            return wire.encode({"error": describe(error, self.cell_of), "lost": device_is_lost(self.device)})

    def _keep(self, value: Any) -> wire.Handle:
        if isinstance(value, torch.nn.Module) and self.here != "cpu":
            value.to(self.here)  # in place: beside the tensors that it will be asked about
        number = next(self._numbers)
        self.handles[number] = value
        return wire.Handle(number, class_called(value))

    def _load(self, value: Any) -> Any:
        """A request's value as live objects: arrays rebuilt, handles looked up."""

        def leaf(item: Any) -> Any:
            if isinstance(item, wire.Array):
                return item.rebuild(self.here)
            return self.handles[item.id] if isinstance(item, wire.Handle) else item

        return wire.transform(value, leaf)

    def _resolve(self, target: list[Any]) -> Any:
        """The object that a target names: ["name", "conv2d"], ["handle", 3, ["attr", "weight"]], …"""
        root, key, *steps = target
        if root == "handle":
            value = self.handles[key]
        else:
            names = self.env if root == "env" else self.names
            if key not in names:
                raise Undefined(f"name '{key}' is not defined")
            value = names[key]
        for kind, step in steps:
            value = getattr(value, step) if kind == "attr" else value[self._load(step)]
        return value

    def _get(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"value": self._resolve(request["target"])}

    def _items(self, request: dict[str, Any]) -> dict[str, Any]:
        iterable: Iterable[Any] = self._resolve(request["target"])
        most = min(int(request.get("most", 1000)), MAX_ITEMS)
        return {"value": list(itertools.islice(iter(iterable), most))}

    def _len(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"value": len(self._resolve(request["target"]))}

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        exec(compile(request["source"], "<helper>", "exec"), self.env)  # our helper code, beside the student's
        return {"value": None}

    def _give(self, request: dict[str, Any]) -> dict[str, Any]:
        """Puts functions of ours in the place of the student's; made once, so that they stay the same objects."""
        if not self.given:
            self.given = {"__name__": "__main__"}
            exec(compile(request["source"], "<given>", "exec"), self.given)  # with all that they use, apart from theirs
        old = {name: self.names.get(name) for name in request["names"]}
        self.names.update({name: self.given[name] for name in old})
        for second, value in list(self.names.items()):
            same = [name for name, function in old.items() if callable(function) and value is function]
            if same and second not in old:
                self.names[second] = self.given[same[0]]
        for name, function in reversed(old.items()):
            stand_in_for(function, self.given[name], self.names)
        return {"value": None}

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        function = self._resolve(request["target"])
        args, kwargs = self._load(request.get("args", [])), self._load(request.get("kwargs", {}))
        inputs = {str(place): value for place, value in enumerate(args)} | kwargs
        before = {place: _snapshot(value) for place, value in inputs.items()}
        leaves = [inputs[place].requires_grad_() for place in request.get("wrt", [])]
        args, kwargs = self._filled(request.get("fill", []), args, kwargs)
        value = function(*args, **kwargs)
        grads = _gradients(value, leaves, self._load(request.get("upstream"))) if leaves else ()
        for leaf in leaves:
            leaf.requires_grad_(False)
        mutated = [place for place, old in before.items() if old is not None and _snapshot(inputs[place]) != old]
        return {"value": value, "mutated": mutated, "grads": grads}

    def _filled(self, fill: list[str], args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Arguments of a helper with what it takes from here: the student's names, and where tensors live."""
        args = [self.env["student"], *args] if "student" in fill else args
        return args, {"device": self.here} | kwargs if "device" in fill else kwargs


def _snapshot(value: Any) -> bytes | None:
    """Bytes of a plain argument; None for one that holds objects (those are meant to change)."""
    try:
        return wire.encode(value)
    except wire.WireError:
        return None


def _gradients(value: Any, leaves: list[torch.Tensor], upstream: Any) -> tuple[Any, ...]:
    """d(value·upstream)/d(leaf) for each leaf; None if the value does not depend on it."""
    if not isinstance(value, torch.Tensor) or not value.requires_grad:
        return (None,) * len(leaves)
    if upstream is None or upstream is True:
        upstream = torch.ones_like(value)
    if upstream.shape != value.shape:
        return (None,) * len(leaves)
    return torch.autograd.grad(value, leaves, upstream.to(value), allow_unused=True)
