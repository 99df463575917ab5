"""What many suites need around `expect`: work that is the student's own, and gradients of the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.box.outcome import StudentError
from autograder.judge.expect import expect
from autograder.model import Verdict


def own_work(*calls: Callable[[], Any]) -> None:
    """Fails when a call does what is switched off, or when all fail; a single one that raises is for other checks.

    Write each call as a lambda. It comes first, so that a banned operation is named once, not in every check.
    """
    errors = []
    for call in calls:
        try:
            call()
        except StudentError as error:
            if error.verdict is not Verdict.RAISED:
                raise
            errors.append(error)
    if len(errors) == len(calls):
        raise errors[-1]
    expect(len(errors) < len(calls)).to_hold("it runs without the operations that are switched off")


def gradients_of(
    function: Callable[..., torch.Tensor], upstream: torch.Tensor, *inputs: torch.Tensor
) -> Sequence[torch.Tensor]:
    """Gradients of (function(*inputs) · upstream) with respect to each input, computed here."""
    leaves = [tensor.clone().requires_grad_() for tensor in inputs]
    return torch.autograd.grad(function(*leaves), leaves, upstream)
