"""What the inline checks ask of a network: how large it is, what reaches its layers, what it computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import nn

Row = tuple[str, tuple[int, ...], int]


def size(model: nn.Module) -> int:
    """The number of parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def arrivals(model: nn.Module, *input_shape: int) -> list[tuple[int, ...]]:
    """Shapes, without the batch, of the inputs of every convolution and dense layer, for one image of zeros."""
    shapes: list[tuple[int, ...]] = []

    def note(_layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        shapes.append(tuple(inputs[0].shape[1:]))

    layers = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_pre_hook(note) for layer in layers]
    try:
        with torch.no_grad():
            model(torch.zeros(1, *input_shape))
    finally:
        for hook in hooks:
            hook.remove()
    return shapes


def with_waves(model: nn.Module) -> nn.Module:
    """The network with the same weights for everybody: sine waves, whatever the layers are called."""
    seen: Counter[tuple[int, ...]] = Counter()
    with torch.no_grad():
        for parameter in model.parameters():
            shape = tuple(parameter.shape)
            seen[shape] += 1
            steps = torch.arange(parameter.numel(), dtype=torch.float64).reshape(shape)
            spread = max(1, parameter[0].numel()) if parameter.ndim > 1 else 4
            parameter.copy_(torch.sin(steps * 1.7 + seen[shape]) / spread**0.5)
    return model.eval()


def table(rows: Sequence[Row]) -> str:
    """The rows of a summary as text: layer, shape of its output, parameters, and their total."""
    lines = [f"{'layer':<20}{'shape':<20}{'parameters':>12}", "─" * 52]
    lines += [f"{name:<20}{' × '.join(map(str, shape)):<20}{params:>12,}" for name, shape, params in rows]
    return "\n".join([*lines, "─" * 52, f"{'sum':<40}{sum(row[2] for row in rows):>12,}"])
