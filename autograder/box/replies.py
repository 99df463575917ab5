"""Answers from inside, decoded, as what the suite works with: a Reply, a CellOutcome or a StudentError.

Whoever wrote the answer need not have kept to any type or limit, so each field is checked and cut again here.
"""

from __future__ import annotations

import os
import re
import signal
import struct
from collections.abc import Container
from typing import Any

from autograder.box.inside import wire
from autograder.box.outcome import CellOutcome, Reply, StudentError
from autograder.model import Verdict

MAX_TEXT, MAX_PRINTED = 2_000, 25_000  # characters
MAX_BASES = 12
MAX_PLACES = 100  # arguments that were changed, or have a gradient
MAX_FIGURES, MAX_FIGURE_BYTES = 4, 400_000
MAX_FIGURE_SIDE = 4_000  # pixels: a page may show what it keeps
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_OURS = ("Exit", "Crash", "Ended", "Timeout", "Violation")  # types of errors that only this side finds
_VERDICTS = {"blocked": Verdict.BLOCKED, "out_of_memory": Verdict.OUT_OF_MEMORY}


def reply_of(answer: dict[str, Any], printed: str, places: Container[str] = ()) -> Reply:
    """The reply to a request. Raises the StudentError that it carries; `places` are the cells it may point to."""
    if isinstance(answer.get("error"), dict):
        raise _student_error(answer["error"], printed, places)
    value = answer.get("value")
    changed = [place for place in _items(answer.get("mutated"))[:MAX_PLACES] if isinstance(place, str)]
    mutated = tuple(place for place in changed if re.fullmatch(r"[0-9]{1,3}|[^\W\d]\w{0,60}", place))
    grads = tuple(_rebuilt(grad) for grad in _items(answer.get("grads"))[:MAX_PLACES])
    device = value.device if isinstance(value, wire.Array) else ""
    return Reply(_rebuilt(value), device, mutated, grads, printed)


def outcome_of(answer: dict[str, Any], seconds: float, places: Container[str]) -> CellOutcome:
    """How a cell ran."""
    error = answer.get("error")
    failure = _student_error(error, "", places) if isinstance(error, dict) else None
    printed = _text(answer.get("printed"), MAX_PRINTED)
    return CellOutcome(answer.get("ok") is True, failure, printed, _figures(answer), seconds)


def ending_error(ended: dict[str, Any]) -> StudentError:
    """Why a child ended in the middle of a request: out of memory, killed by a signal, or by its own exit."""
    if ended["over_memory"]:
        return StudentError(Verdict.OUT_OF_MEMORY, "MemoryError", "its processes together took too much memory")
    status = ended["status"] or 0
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return StudentError(Verdict.TIMED_OUT, "Timeout", "the code used up its processor time")
        return StudentError(Verdict.RAISED, "Crash", f"the Python process crashed ({_signal_name(number)})")
    return StudentError(Verdict.RAISED, "Exit", "the code ended the Python process")


def _student_error(raw: dict[str, Any], printed: str, places: Container[str]) -> StudentError:
    """What the box says about an error. Students read types and places, so neither may be free text from inside."""
    fields = {key: _text(raw.get(key)) for key in ("kind", "type", "message", "where", "trace")}
    kind = f"{fields['type']}Error" if fields["type"] in _OURS else fields["type"]
    place = re.fullmatch(r"line \d{1,6} of (.*)", fields["where"])
    where = fields["where"] if place and place[1] in places else ""
    log = f"{printed}\n{fields['trace']}".strip()
    error = StudentError(_VERDICTS.get(fields["kind"], Verdict.RAISED), kind, fields["message"], where, log)
    error.bases = tuple(_text(base, 40) for base in _items(raw.get("bases"))[:MAX_BASES])
    return error


def _rebuilt(value: Any) -> Any:
    """The value with every array as a real tensor or ndarray."""
    return wire.transform(value, lambda leaf: leaf.rebuild() if isinstance(leaf, wire.Array) else leaf)


def _figures(answer: dict[str, Any]) -> tuple[bytes, ...]:
    drawn = [png for png in _items(answer.get("figures"))[:MAX_FIGURES] if isinstance(png, bytes)]
    return tuple(png for png in drawn if len(png) <= MAX_FIGURE_BYTES and _is_small(png))


def _is_small(png: bytes) -> bool:
    """Whether the header, which is all that is read of it, says that a page can show the picture."""
    sides = struct.unpack_from(">2I", png, len(_PNG)) if len(png) >= len(_PNG) + 8 else (0, 0)
    return png.startswith(_PNG) and all(0 < side <= MAX_FIGURE_SIDE for side in sides)


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _text(value: Any, limit: int = MAX_TEXT) -> str:
    return value[:limit] if isinstance(value, str) else ""


def _signal_name(number: int) -> str:
    known = {int(known_signal): known_signal.name for known_signal in signal.Signals}
    return known.get(number, f"signal {number}")
