"""Networks, optimizers and batches for the checks of `steps`, and what five steps must do, written out by hand."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def tiny_net(classes: int = 4, extra: str = "", device: Any = "cpu") -> nn.Module:
    """(B, 6) -> (B, classes), float64, with known weights; extra is "dropout", "norm", both or nothing."""
    layers = [nn.Linear(6, 5), nn.Tanh()]
    if "norm" in extra:
        layers.append(nn.BatchNorm1d(5))
    if "dropout" in extra:
        layers.append(nn.Dropout(0.5))
    model = nn.Sequential(*layers, nn.Linear(5, classes)).double()
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return model.to(device)


def tiny_optimizer(model: nn.Module, kind: str) -> torch.optim.Optimizer:
    """ "sgd" with momentum, or "adamw"."""
    if kind == "adamw":
        return torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.1)
    return torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)


def weights(model: nn.Module) -> list[Tensor]:
    """Copies of all parameters."""
    return [parameter.detach().clone() for parameter in model.parameters()]


def weights_after(Steps: Any, kind: str, batches: list[Any], device: Any = "cpu") -> list[Tensor]:
    """After a train_step on each batch."""
    model = tiny_net(device=device)
    steps = Steps(model, tiny_optimizer(model, kind), F.cross_entropy)
    for batch in batches:
        steps.train_step(batch)
    return weights(steps.model)


def weights_by_hand(kind: str, batches: list[Any], device: Any = "cpu") -> list[Tensor]:
    """The same, written out: gradients by autograd.grad, the rule of the optimizer on paper."""
    model = tiny_net(device=device)
    parameters = list(model.parameters())
    first = [torch.zeros_like(parameter) for parameter in parameters]
    second = [torch.zeros_like(parameter) for parameter in parameters]
    for t, (x, y) in enumerate(batches, 1):
        slopes = torch.autograd.grad(F.cross_entropy(model(x), y), parameters)
        with torch.no_grad():
            for parameter, slope, m, v in zip(parameters, slopes, first, second, strict=True):
                if kind == "sgd":
                    m.mul_(0.9).add_(slope)
                    parameter.sub_(0.3 * m)
                    continue
                parameter.mul_(1 - 0.05 * 0.1)
                m.mul_(0.9).add_(0.1 * slope)
                v.mul_(0.999).add_(0.001 * slope**2)
                parameter.sub_(0.05 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))
    return weights(model)


def some_batches(cases: Any, *sizes: int, classes: int = 4) -> list[tuple[Tensor, Tensor]]:
    """Batches (x, y) of these sizes."""
    return [(cases.tensor(n, 6, low=-2, high=2), cases.integers(n, low=0, high=classes - 1)) for n in sizes]
