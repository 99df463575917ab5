"""Banned operations, stopped in PyTorch's dispatcher and at the entry to a module's functions, on every thread.

A word without a dot names PyTorch operators ("convolution" stops F.conv2d, nn.Conv2d, torch.ops.aten.conv2d alike); a
word with a dot names a Python module ("scipy.signal"), whose functions are stopped when they are entered.

During a call each banned operator gets a kernel of ours at BackendSelect, a key that is part of every call, and in
place of those that can be called directly. That holds for the whole process and costs milliseconds. (A dispatch mode
belongs to one thread and lies on a stack in Python: it can be popped or left behind by a new thread, and it makes
every other operation several times slower.)
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, NoReturn

import torch

from .family import adopts, has_children

_KEY = "BackendSelect"
_KERNELS = ("CPU", "CUDA", "MkldnnCPU", "QuantizedCPU", "CompositeExplicitAutograd", "CompositeImplicitAutograd")
# One operation, many kernels: aten::thnn_conv2d, mkldnn::_convolution_pointwise, quantized::conv2d, …
_FAMILIES = {"convolution": r"conv(?!ert)", "conv2d": r"conv(?!ert)", "unfold": r"unfold|im2col"}


class BannedOperation(BaseException):
    """An operation that this exercise forbids. Not an Exception: the student's `except Exception` cannot hide it."""


@contextlib.contextmanager
def banning(words: Sequence[str]) -> Iterator[None]:
    """Raises BannedOperation at the first banned operation, and again at the end if that was swallowed."""
    if not words:
        yield
        return
    seen: list[str] = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(_operators([word for word in words if "." not in word], seen))
        stack.enter_context(_modules(tuple(word for word in words if "." in word), seen))
        stack.enter_context(_no_other_process())
        try:
            yield
        finally:
            if seen:  # also where it was swallowed, or turned into another error
                raise BannedOperation(seen[0])


@functools.cache
def _matching(word: str) -> tuple[str, ...]:
    pattern = re.compile(_FAMILIES.get(word, re.escape(word)))
    return tuple(name for name in torch._C._dispatch_get_all_op_names() if pattern.search(name.partition("::")[2]))


@contextlib.contextmanager
def _operators(words: Sequence[str], seen: list[str]) -> Iterator[None]:
    libraries: dict[tuple[str, str], Any] = {}
    names = {name for word in words for name in _matching(word)}
    try:
        for name in sorted(names):
            space, _, operator = name.partition("::")
            for key in (_KEY, *(key for key in _KERNELS if torch._C._dispatch_has_kernel_for_dispatch_key(name, key))):
                if (space, key) not in libraries:
                    libraries[space, key] = torch._C._dispatch_library("IMPL", space, key, __file__, 1)
                libraries[space, key].impl(operator, key, _refusing(name, seen), False)
        yield
        if not all(torch._C._dispatch_has_kernel_for_dispatch_key(name, _KEY) for name in names):
            raise BannedOperation("lifted")
    finally:
        for library in libraries.values():
            library.reset()


def _refusing(name: str, seen: list[str]) -> Callable[..., NoReturn]:
    def refuse(*_args: object, **_more: object) -> NoReturn:
        seen.append(name)
        raise BannedOperation(name)

    return refuse


@contextlib.contextmanager
def _modules(modules: tuple[str, ...], seen: list[str]) -> Iterator[None]:
    if not modules:
        yield
        return

    def entered(frame: FrameType, event: str, function: Any) -> None:
        owner = getattr(function, "__module__", None) if event == "c_call" else frame.f_globals.get("__name__")
        if event in ("call", "c_call") and isinstance(owner, str) and owner.startswith(modules):
            seen.append(owner)
            raise BannedOperation(owner)

    threading.setprofile(entered)  # for threads that start now
    sys.setprofile(entered)
    try:
        yield
        if sys.getprofile() is not entered:
            raise BannedOperation("lifted")
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # as at the start


@contextlib.contextmanager
def _no_other_process() -> Iterator[None]:
    """In a box every other process is a child or becomes one: none may be there to compute for this one."""
    alone = adopts()
    if alone and has_children():
        raise BannedOperation("another process")
    yield
    if alone and has_children():
        raise BannedOperation("another process")
