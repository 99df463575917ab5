"""Answers from a box that nobody expects: each well-formed, none of them right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from autograder.box.inside import wire
from autograder.box.outcome import Reply
from autograder.box.replies import reply_of
from autograder.judge.conversation import Request
from autograder.judge.local import LocalBox

NAN, INFINITY = float("nan"), float("inf")
VALUES: Mapping[str, Any] = {
    "None": None,
    "a bool": True,
    "zero": 0,
    "a negative int": -7,
    "an int that no float holds": 10**400,
    "a large int": 2**31,
    "a float": 0.5,
    "NaN": NAN,
    "infinity": INFINITY,
    "a complex number": 1 + 2j,
    "an empty text": "",
    "a text": "conv",
    "a long text": "a\u202e" * 10_000,
    "bytes": b"\x89PNG",
    "an empty list": [],
    "an empty tuple": (),
    "an empty dict": {},
    "a list of None": [None, None, None],
    "a list of lists of different lengths": [[1], [2, 3], []],
    "a list of texts": ["a", "b", "c"],
    "a list of dicts": [{}, {"labels": None}],
    "a long list": list(range(20_000)),
    "a nest": [[[[[[[[[[[[]]]]]]]]]]]],
    "a dict with other keys": {None: 1, 2: "x", True: NAN},
    "a dict of the right keys": {"labels": None, "title": 3, "lines": {}, "train": -1, "loss": "low"},
    "a 0-d tensor": torch.tensor(3.0, dtype=torch.float64),
    "a 0-d array": np.array(3.0),
    "a NumPy scalar": np.float32(2),
    "a tensor of NaN": torch.full((2, 3), NAN),
    "an empty tensor": torch.zeros(0),
    "an empty tensor with sides": torch.zeros(2, 0, 3, dtype=torch.float64),
    "a tensor of bools": torch.tensor([True, False]),
    "a complex tensor": torch.ones(2, 3, dtype=torch.complex64),
    "a half tensor": torch.ones(1, 3, 8, 8, dtype=torch.float16),
    "large ints in a tensor": torch.full((3, 4), 2**62),
    "negative places": torch.full((4,), -(2**40)),
    "a tensor with many axes": torch.zeros((1,) * 12),
    "an array of unsigned ints": np.zeros((2, 3), dtype=np.uint64),
    "a handle that was never given": wire.Handle(2**63, "Conv2d"),
    "a handle with an odd name": wire.Handle(1, "ä" * 50),
}
ANSWERS: Mapping[str, dict[str, Any]] = {name: {"value": value} for name, value in VALUES.items()} | {
    "nothing": {},
    "forged places of change": {"mutated": ["²", 7, None, "9" * 5000, "x" * 10**5, [], "٣"]},
    "changes that are no list": {"mutated": 10**400},
    "gradients of an odd kind": {"value": torch.ones(2), "grads": [10**400, "x", {}, None, torch.zeros(0)]},
    "gradients that are no list": {"grads": {"0": 1}},
    "an error without fields": {"error": {}},
    "an error of odd fields": {"error": {"kind": 10**400, "type": [], "message": {}, "bases": [1, None, {}]}},
}


class OddBox:
    """Answers as the reference does, but for the places of the requests, from 0 on, where it says something odd."""

    def __init__(self, names: Mapping[str, Any], answer: dict[str, Any], is_odd: Callable[[int], bool]) -> None:
        self._box, self._answer, self._is_odd, self.requests = LocalBox(names), answer, is_odd, 0

    def ask(self, request: Request, seconds: float = 0.0) -> Reply:
        """As `Box.ask`."""
        self.requests += 1
        if request["op"] != "run" and self._is_odd(self.requests - 1):
            return reply_of(wire.decode(wire.encode(self._answer)), "")
        return self._box.ask(request | {"ban": []}, seconds)
