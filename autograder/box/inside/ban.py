"""Banned operations, caught where they are dispatched, so that every road to them is closed.

A word without a dot names PyTorch operators ("convolution" stops F.conv2d, nn.Conv2d and torch.ops.aten.conv2d alike); a
word with a dot names a Python module ("scipy.signal"), whose functions are stopped when they are entered.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode


class BannedOperation(BaseException):
    """An operation that this exercise forbids. No Exception: the student's `except Exception` does not hide it."""


class _Watch(TorchDispatchMode):
    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.words, self.seen = words, ""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.name()  # "aten::convolution"
        if any(word in name for word in self.words):
            self.seen = name
            raise BannedOperation(name)
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def banning(words: Sequence[str]) -> Iterator[None]:
    """Raises BannedOperation at the first banned operation, and again at the end if it was swallowed."""
    if not words:
        yield
        return
    modules = tuple(word for word in words if "." in word)
    watch = _Watch([word for word in words if "." not in word])
    hidden: list[str] = []

    def entered(frame: FrameType, event: str, function: Any) -> None:
        owner = function.__module__ if event == "c_call" else frame.f_globals.get("__name__")
        if event in ("call", "c_call") and isinstance(owner, str) and owner.startswith(modules):
            hidden.append(owner)
            raise BannedOperation(owner)

    sys.setprofile(entered if modules else None)
    try:
        with watch:
            yield
    finally:
        sys.setprofile(None)
    if watch.seen or hidden:
        raise BannedOperation(watch.seen or hidden[0])
