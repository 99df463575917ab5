"""How far one gets without a network: what a new problem is tried with first."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

PENALTY = 0.01  # on the squares of the weights: there are more of them than images
Measured = Callable[[Tensor], Tensor]


def colours(patches: Tensor, size: int = 32) -> Tensor:
    """Six numbers of each patch (N, 3, S, S): mean and spread of each colour in the middle, size pixels wide."""
    middle = _middle(patches, size)
    return torch.cat([middle.mean((2, 3)), middle.std((2, 3))], 1)


def pixels(patches: Tensor, size: int = 32) -> Tensor:
    """Every pixel of the middle as a number of its own: (N, 3 size²)."""
    return _middle(patches, size).flatten(1)


def linear(measured: Measured, learn: Tensor, labels: Tensor, judge: Tensor, right: Tensor) -> float:
    """The share of `judge` that a logistic regression on these measurements gets right, after learning from `learn`."""
    features = measured(learn)
    mean, spread = features.mean(0), features.std(0) + 1e-3
    weights = torch.zeros(features.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def logits(images: Tensor) -> Tensor:
        return (measured(images) - mean) / spread @ weights[1:] + weights[0]

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(logits(learn), labels.float()) + PENALTY * weights.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        return ((logits(judge) > 0).long() == right).float().mean().item()


def _middle(patches: Tensor, size: int) -> Tensor:
    """(N, 3, S, S), bytes → (N, 3, size, size) in [0, 1]."""
    edge = (patches.shape[-1] - size) // 2
    return patches[..., edge : edge + size, edge : edge + size].float() / 255
