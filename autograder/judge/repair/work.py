"""How much a failed check computes, counted in operations of PyTorch's on the reference: the same on any machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.judge.replay import Case, replayed

NUMBERS = 2000  # of tensors, that take about as long as an operation itself, some microseconds
MOST = 20_000  # that are counted: a training is not asked to its end
STEP = 1000  # so many make a check a dearer one, some milliseconds


def steps_of_work(case: Case, reference: Mapping[str, Any]) -> int:
    """In steps of some milliseconds; 0 for most checks."""
    counted = _Counted()  # type: ignore[no-untyped-call]
    with counted:
        for _ in replayed(reference, case.exchanges):
            if counted.units >= MOST:
                break
    return min(counted.units, MOST) // STEP


class _Counted(TorchDispatchMode):
    """Counts operations, and the numbers that they read and make."""

    units: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if self.units >= MOST:
            raise RuntimeError("enough is counted")
        made = func(*args, **(kwargs or {}))
        self.units += 1 + sum(each.numel() for each in (*args, made) if isinstance(each, torch.Tensor)) // NUMBERS
        return made
