"""Says what went wrong in the student's own code: type, message and the student's line, never one of ours."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

OURS = str(Path(__file__).parent)
MAX_MESSAGE = 300  # characters


def explain(error: BaseException) -> str:
    """`ZeroDivisionError: division by zero, in your line 7: x / 0`."""
    message = str(error).strip()
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + " …"
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    place = own_line(error)
    return f"{text}\n{place}" if place else text


def own_line(error: BaseException) -> str:
    """The deepest line of the student's code that the error passed through, or ""."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_library(frame.filename)]
    if not own or own[-1].lineno is None:
        return ""
    line = (own[-1].line or "").strip()
    return f"in {own[-1].name}, line {own[-1].lineno}" + (f":  {line}" if line else "")


def _is_library(filename: str) -> bool:
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return filename.startswith((OURS, "<frozen", *folders))
