"""Notices when an answer calls what its own docstring says is switched off, before grading stops there."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

# What docstrings call it, and what it stops: patterns of PyTorch's operators, and modules (with a dot). The grader has
# the same list, a test compares them.
STOPS: dict[str, tuple[str, ...]] = {
    "torch's own convolutions": ("conv(?!ert)", "scipy.signal", "scipy.ndimage", "skimage.filters"),
    "`F.unfold`": ("im2col|unfold3d", "skimage.util.shape"),
    "`F.fold`": ("col2im",),
    "`F.pad`": ("constant_pad|(reflection|replication)_pad|_pad_(enum|circular)", "numpy.lib._arraypad_impl"),
    "torch's own poolings": ("pool|roi_align|upsample\\w*_backward", "scipy.ndimage", "skimage.measure"),
    "`F.interpolate`": ("upsample|pool\\w*_backward", "scipy.ndimage", "skimage.transform"),
}
_CALLED = "|".join(map(re.escape, STOPS))
_SAID = re.compile(rf"((?:(?:{_CALLED})(?:, | and )?)+) (?:is|are) switched off")


def said_by(function: Callable[..., Any]) -> tuple[str, ...]:
    """What the docstring of a function calls switched off."""
    said = " ".join(_SAID.findall(" ".join((function.__doc__ or "").split())))
    return tuple(re.findall(_CALLED, said))


@contextmanager
def noticing(function: Callable[..., Any]) -> Iterator[list[str]]:
    """Gives a list that fills with what is called in this block although the function's docstring rules it out."""
    words, seen = said_by(function), list[str]()
    if not words:
        yield seen
        return

    def notice(operator: str = "", module: str = "") -> None:
        for word in words:
            if word not in seen and any(_stops(pattern, operator, module) for pattern in STOPS[word]):
                seen.append(word)

    outer = sys.getprofile()
    sys.setprofile(_Entered(notice))
    try:
        with _Operators(notice) as operators, _Functions(notice, operators):
            yield seen
    finally:
        sys.setprofile(outer)


def _stops(pattern: str, operator: str, module: str) -> bool:
    if "." in pattern:
        return f"{module}.".startswith(f"{pattern}.")
    return bool(operator and re.search(pattern, operator))


class _Entered:
    """Told by Python of each call: the module whose function is entered."""

    def __init__(self, notice: Callable[..., None]) -> None:
        self._notice = notice

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(("scipy.", "skimage.", "numpy.lib.")):
            self._notice(module=module)


class _Operators(TorchDispatchMode):
    """Sees the operators that PyTorch runs, also those that make up a layer or a method."""

    def __init__(self, notice: Callable[..., None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._notice = notice
        self.innocent = False  # inside a Fourier transform, which pads by itself

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.name().partition("::")[2]
        cuts_off = name.startswith("constant_pad") and max(args[1], default=0) <= 0
        if not self.innocent and not cuts_off:
            self._notice(operator=name)
        return func(*args, **(kwargs or {}))


class _Functions(TorchFunctionMode):
    """Sees the functions that are called by name: those that another operator stands in for, and the transforms."""

    def __init__(self, notice: Callable[..., None], operators: _Operators) -> None:
        super().__init__()
        self._notice, self._operators = notice, operators

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        self._notice(operator=name)
        outer, self._operators.innocent = self._operators.innocent, self._operators.innocent or name.startswith("fft_")
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self._operators.innocent = outer
