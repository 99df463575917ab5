"""How much a check computes: counted, never timed."""

from __future__ import annotations

from typing import Any

import torch

from autograder.box.outcome import StudentError
from autograder.judge.conversation import Exchange
from autograder.judge.repair.work import MOST, STEP, steps_of_work
from autograder.judge.replay import Case
from autograder.model import Verdict


def asked(name: str, *args: Any) -> Case:
    """A check that calls this function, which raised an error."""
    request = {"op": "call", "target": ["name", name], "args": list(args), "kwargs": {}}
    exchange = Exchange(request, StudentError(Verdict.RAISED, "ValueError"))
    return Case("it", "double", Verdict.RAISED, (exchange,))


def many(count: int) -> None:
    """So many operations, of which a request tells nothing."""
    for _ in range(count):
        torch.zeros(1).add_(1)


NAMES = {"many": many, "of": lambda side: (torch.zeros(side, side) * 2).shape}


def test_what_asks_little_and_computes_much_has_more_steps():
    """A large network from a request of some bytes was asked of every edit before a small one from many."""
    light, heavy = (steps_of_work(asked("many", count), NAMES) for count in (10, STEP))
    assert (light, heavy >= 2) == (0, True)


def test_large_tensors_count_as_well_as_many():
    assert steps_of_work(asked("of", 10), NAMES) == 0 < steps_of_work(asked("of", 1000), NAMES)


def test_the_same_is_counted_each_time():
    assert len({steps_of_work(asked("many", 3000), NAMES) for _ in range(3)}) == 1


def test_a_training_is_not_counted_to_its_end():
    assert steps_of_work(asked("many", 10**9), NAMES) == MOST // STEP
