"""The box's contract served in process, for code that we trust: how known mistakes are replayed."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from typing import Any

from autograder.box.inside import wire
from autograder.box.inside.server import Server
from autograder.box.outcome import Reply, StudentError
from autograder.judge.conversation import Request
from autograder.model import Verdict

_VERDICTS = {"blocked": Verdict.BLOCKED, "out_of_memory": Verdict.OUT_OF_MEMORY}


class LocalBox:
    """Answers requests about a namespace in this very process. Never give it a submission."""

    def __init__(self, names: Mapping[str, Any], device: str = "cpu") -> None:
        self.server = Server(dict(names), device=device)

    def ask(self, request: Request, seconds: float = 0.0) -> Reply:
        """As `Box.ask`, without a limit of time."""
        asked = wire.decode(wire.encode(request))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            reply = wire.decode(self.server.answer(asked))
        if "error" in reply:
            raise _error(reply["error"], printed.getvalue())
        value = reply["value"]
        device = value.device if isinstance(value, wire.Array) else ""
        grads = tuple(_rebuilt(list(reply.get("grads", ()))))
        return Reply(_rebuilt(value), device, tuple(reply.get("mutated", ())), grads, printed.getvalue())


def _rebuilt(value: Any) -> Any:
    return wire.transform(value, lambda leaf: leaf.rebuild() if isinstance(leaf, wire.Array) else leaf)


def _error(raw: dict[str, Any], printed: str) -> StudentError:
    verdict = _VERDICTS.get(raw["kind"], Verdict.RAISED)
    error = StudentError(verdict, raw["type"], raw["message"], raw["where"], printed)
    error.bases = tuple(raw["bases"])
    return error
