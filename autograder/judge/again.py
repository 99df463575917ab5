"""Asks again what a check asked first: where the answer is another one now, something is kept between the calls."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.box.inside import wire
from autograder.box.outcome import Handle, Reply, StudentError
from autograder.judge.conversation import Exchange, Send
from autograder.judge.replay import asked_again, same_outcome
from autograder.model import Verdict

SAVING = "import random; drawn = random.getstate(), np.random.get_state(), torch.get_rng_state()"
RESTORING = "random.setstate(drawn[0]); np.random.set_state(drawn[1]); torch.set_rng_state(drawn[2])"
SEEDING = "import random; random.seed({0}); np.random.seed({0}); torch.manual_seed({0})"


def first_calls(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The first call of every function and class that was answered, and all that was asked of what it made."""
    called, made, chosen = set[str](), set[int](), list[Exchange]()
    for exchange in exchanges:
        request, reply = exchange.request, exchange.outcome
        if not isinstance(reply, Reply) or "target" not in request or request.get("device"):
            continue
        root, key, target = request["target"][0], request["target"][1], repr(request["target"])
        first = root != "handle" and request["op"] in ("call", "get") and target not in called
        given = _handles([request.get("args"), request.get("kwargs")])
        if (first or key in made) and given <= made:
            called.add(target)
            made |= _handles(reply.value)
            chosen.append(exchange)
    return chosen


def first_change(send: Send, exchanges: Sequence[Exchange]) -> Exchange | None:
    """The first of these exchanges that ends otherwise now; what takes too long is no change."""
    for exchange, outcome, same in asked_again(send, exchanges):
        if not same:
            late = isinstance(outcome, StudentError) and outcome.verdict is not Verdict.RAISED
            return None if late else exchange
    return None


@contextlib.contextmanager
def keeping_random_states(send: Send) -> Iterator[None]:
    """Later checks draw the same random numbers as if nothing had been asked in between."""
    with contextlib.suppress(StudentError):
        send({"op": "run", "source": SAVING})
    yield
    with contextlib.suppress(StudentError):
        send({"op": "run", "source": RESTORING})


def is_random(send: Send, exchanges: Sequence[Exchange]) -> bool:
    """Whether the answers follow the global random state, which nobody asked the student to keep."""

    def answers(seed: int) -> list[Reply | StudentError]:
        with contextlib.suppress(StudentError):  # as when its process has just ended
            send({"op": "run", "source": SEEDING.format(seed)})
        return [outcome for _, outcome, _ in asked_again(send, exchanges)]

    one = answers(1)
    return _are_same(one, answers(1)) and not _are_same(one, answers(2))


def _are_same(some: Sequence[Reply | StudentError], others: Sequence[Reply | StudentError]) -> bool:
    return len(some) == len(others) and all(
        same_outcome(mine, theirs, {}) for mine, theirs in zip(some, others, strict=True)
    )


def _handles(value: Any) -> set[int]:
    found: list[int] = []
    wire.transform(value, lambda leaf: found.append(leaf.id) if isinstance(leaf, Handle) else None)
    return set(found)
