"""Turns an exception of the student's code into plain data, whatever the exception does to resist."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable
from typing import Any

import torch

from .ban import BannedOperation

MAX_TEXT = 2000  # characters of a message or traceback
MAX_BASES = 12
# Kept from the start: student code may change `builtins`.
_BUILT_IN = {
    kind.__name__: kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}


def describe(error: BaseException, cell_of: Callable[[str], str | None]) -> dict[str, Any]:
    """kind (raised, blocked, out_of_memory, undefined), type, its built-in bases, message, where and trace.

    `where` is "line 4 of cell corr2d".
    """
    return {
        "kind": _kind(error),
        "type": type(error).__name__[:200],
        "bases": [name for name, kind in _BUILT_IN.items() if issubclass(type(error), kind)][:MAX_BASES],
        "message": _text(error),
        "where": _where(error, cell_of),
        "trace": _trace(error),
    }


def _kind(error: BaseException) -> str:
    if isinstance(error, BannedOperation):
        return "blocked"
    full = isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError))
    if full or "can't allocate memory" in _text(error):
        return "out_of_memory"
    return "undefined" if type(error).__name__ == "Undefined" else "raised"


def _text(error: BaseException) -> str:
    try:
        return str(error)[:MAX_TEXT]
    except BaseException:  # noqa: BLE001  # a hostile __str__
        return ""


def _where(error: BaseException, cell_of: Callable[[str], str | None]) -> str:
    place = ""
    if isinstance(error, SyntaxError) and cell_of(error.filename or ""):
        return f"line {error.lineno} of {_named(cell_of(error.filename or '') or '')}"
    for frame, line in traceback.walk_tb(error.__traceback__):
        cell = cell_of(frame.f_code.co_filename)
        if cell:
            place = f"line {line} of {_named(cell)}"
    return place


def _named(cell: str) -> str:
    """ "cell corr2d", "cell 7"."""
    return cell if cell.startswith("cell ") else f"cell {cell}"


def _trace(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error, limit=-8))[-MAX_TEXT:]
    except BaseException:  # noqa: BLE001  # a hostile __str__ or source
        return ""
