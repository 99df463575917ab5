"""Banned operations, stopped in PyTorch's dispatcher and at the entry to a module's functions, on every thread.

A word without a dot is a pattern for PyTorch operators ("conv(?!ert)" stops F.conv2d, nn.Conv2d, torch.ops.aten.conv2d
alike); a word with a dot names a Python module ("scipy.signal"), whose functions are stopped when they are entered.

Each banned operator gets a kernel of ours at BackendSelect, a key that is part of every call, and in place of those
that can be called directly. That holds for the whole process and takes milliseconds, so the kernels stay until a
request bans something else: what is not banned is as fast as ever. (A dispatch mode belongs to one thread and lies on a
stack in Python: it can be popped or left behind by a new thread, and it makes every other operation several times
slower.) Of what PyTorch does by itself, `innocent` knows what is not the student's call.
"""

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from . import innocent
from .family import adopts, has_children
from .modules import Modules

_KEY = "BackendSelect"
_KERNELS = ("CPU", "CUDA", "MkldnnCPU", "QuantizedCPU", "CompositeExplicitAutograd", "CompositeImplicitAutograd")
_Kernel = tuple[str, str, Callable[..., Any]]  # operator, key, function


class BannedOperation(BaseException):
    """An operation that this exercise forbids. Not an Exception: the student's `except Exception` cannot hide it."""


class Ban:
    """What is switched off in this process; `ours` are the server's functions that ask for gradients."""

    def __init__(self, ours: Sequence[Callable[..., Any]]) -> None:
        self._ours = ours
        self._words: tuple[str, ...] = ()
        self._seen: list[str] = []
        self._libraries: dict[tuple[str, str], Any] = {}
        self._first: dict[tuple[str, str], str] = {}  # an operator of each library, to see that it is still there
        self._put: set[tuple[str, str]] = set()  # operators and keys that have a kernel of ours
        self._modules = Modules(self._refuse)
        self._hears = self._grew = False  # whether libraries are heard of that may bring operators; whether one came
        self._is_on = False

    @contextlib.contextmanager
    def on(self, words: Sequence[str]) -> Iterator[None]:
        """Raises BannedOperation at the first banned operation, and again at the end if that was swallowed."""
        if self._is_on:  # a request that the student's code makes up, to switch off less
            raise BannedOperation("another request")
        if tuple(words) != self._words:
            self._switch(tuple(words))
        elif self._grew:
            self._add(self._words)
        if not words:
            yield
            return
        _refuse_helpers()
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False
            _refuse_helpers()
            self._refuse_lifted()
            if self._seen:  # also where it was swallowed, turned into another error, or done by a thread
                raise BannedOperation(self._seen.pop(0))

    def came_late(self) -> bool:
        """Whether the call that just ended brought banned operators along, and may have used them; now they are off."""
        known = len(self._put)
        if self._words and self._grew:
            self._add(self._words)
        return len(self._put) > known

    def tell(self, names: Iterable[str]) -> None:
        """Refuses these operators, which are called besides the dispatcher, where one is banned."""
        words = [word for word in self._words if "." not in word]
        for name in names if words else ():
            if any(re.search(word, name.partition("::")[2]) for word in words):
                self._refuse(name)

    def _refuse(self, name: str) -> None:
        self._seen.append(name)
        raise BannedOperation(name)

    def _refuse_lifted(self) -> None:
        has = torch._C._dispatch_has_kernel_for_dispatch_key
        if not all(has(name, key) for (_, key), name in self._first.items()):
            self._words = ()  # to be put there anew
            raise BannedOperation("lifted")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "ctypes.dlopen" or (event == "import" and arguments[1]):  # which only a compiled module has
            self._grew = True

    def _switch(self, words: tuple[str, ...]) -> None:
        if words and not self._hears:
            sys.addaudithook(self._hear)
            self._hears = self._grew = True
        for library in self._libraries.values():
            library.reset()
        self._libraries, self._first, self._words = {}, {}, ()
        self._put.clear()
        self._modules.reset()
        self._add(words)
        self._seen.clear()
        self._words = words

    def _add(self, words: tuple[str, ...]) -> None:
        """Switches off what is not yet; nothing is on in between, for a thread of the student's may be waiting."""
        if self._grew:
            _matching.cache_clear()
            self._grew = False
        operators = tuple(word for word in words if "." not in word)
        self._modules.add(tuple(word for word in words if "." in word), operators)
        names = {name for word in operators for name in _matching(word)}
        for name, key, function in self._kernels(sorted(names)):
            if (name, key) in self._put:
                continue
            self._put.add((name, key))
            space, _, operator = name.partition("::")
            if (space, key) not in self._libraries:
                self._libraries[space, key] = torch._C._dispatch_library("IMPL", space, key, __file__, 1)
                if space == "aten":  # nearly all; asking for every library takes as long as a few operations
                    self._first[space, key] = name
            self._libraries[space, key].impl(operator, key, function, False)

    def _kernels(self, names: Sequence[str]) -> Iterator[_Kernel]:
        has = torch._C._dispatch_has_kernel_for_dispatch_key
        for name in names:
            for key in (_KEY, *(key for key in _KERNELS if has(name, key))):
                yield name, key, self._refusing(name)
        yield from innocent.kernels(names)

    def _refusing(self, name: str) -> Callable[..., Any]:
        def refuse(*arguments: Any, **_more: object) -> Any:
            instead = innocent.instead(name, arguments, sys._getframe().f_back, self._ours)
            return self._refuse(name) if instead is None else instead

        return refuse


@functools.cache
def _matching(word: str) -> tuple[str, ...]:
    pattern = re.compile(word)
    return tuple(name for name in torch._C._dispatch_get_all_op_names() if pattern.search(name.partition("::")[2]))


def _refuse_helpers() -> None:
    """No other process may compute for this one: in a box all others descend from it, orphans become its children."""
    if adopts() and has_children():
        raise BannedOperation("another process")
