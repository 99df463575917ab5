"""What every exercise of a3_networks must give: functions and networks that the hidden suite trusts.

The signatures are the students'. The parameter counts that they must have stand in the suite, as numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

Row = tuple[str, tuple[int, ...], int]


# ---------------------------------------------------------------- count_params


def conv_params(c_in: int, c_out: int, k: int | tuple[int, int], bias: bool = True) -> int:
    """c_out · c_in · kh · kw, and c_out more with a bias."""
    kernel = (k, k) if isinstance(k, int) else k
    return c_out * (c_in * math.prod(kernel) + bool(bias))


def count_params(model: nn.Module, trainable_only: bool = False) -> int:
    """Numbers that the model learns; shared ones once, no buffers, frozen ones only by default."""
    found = {id(parameter): parameter for parameter in model.parameters()}.values()
    return sum(parameter.numel() for parameter in found if parameter.requires_grad or not trainable_only)


def layer_table(model: nn.Module, input_shape: tuple[int, ...]) -> list[Row]:
    """(class, output shape without batch, parameters not counted above) for every call of a layer without children."""
    rows: list[Row] = []
    counted: set[int] = set()

    def note(layer: nn.Module, _inputs: Any, output: Tensor) -> None:
        new = {id(parameter): parameter.numel() for parameter in layer.parameters() if id(parameter) not in counted}
        counted.update(new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(new.values())))

    modules = list(model.modules())
    modes = [module.training for module in modules]
    first = next(model.parameters(), torch.zeros(()))
    hooks = [module.register_forward_hook(note) for module in modules if next(module.children(), None) is None]
    try:
        model.eval()
        with torch.no_grad():
            model(torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device))
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
    return rows


# ---------------------------------------------------------------- mlp


class MLP(nn.Module):
    """Flatten, dense, ReLU, dense: (B, …) -> (B, out)."""

    def __init__(self, in_features: int = 784, hidden: int = 128, out: int = 10) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(in_features, hidden), nn.Linear(hidden, out)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        return self.fc2(self.fc1(x.flatten(1)).relu())


# ---------------------------------------------------------------- lenet


class LeNet5Classic(nn.Module):
    """Sigmoid and average pooling, 6-16-120-84-10: (B, 1, 28, 28) -> (B, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
        self.pool = nn.AvgPool2d(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        maps = self.pool(self.conv2(self.pool(self.conv1(x).sigmoid())).sigmoid())
        return self.fc3(self.fc2(self.fc1(maps.flatten(1)).sigmoid()).sigmoid())


class LeNetModern(nn.Module):
    """ReLU and max pooling, 6-16-84-10: (B, 1, 28, 28) -> (B, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 84), nn.Linear(84, 10)
        self.pool = nn.MaxPool2d(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        maps = self.pool(self.conv2(self.pool(self.conv1(x).relu())).relu())
        return self.fc2(self.fc1(maps.flatten(1)).relu())


def lenet_sequential() -> nn.Sequential:
    """LeNetModern as a chain of layers."""
    first = [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(400, 84), nn.ReLU(), nn.Linear(84, 10))


# ---------------------------------------------------------------- mnist_net


def mnist_net(p_drop: float = 0.5) -> nn.Sequential:
    """The SELU network of the printed table."""
    first = [nn.Conv2d(1, 32, 3, padding=1), nn.SELU(), nn.MaxPool2d(2, 2)]
    second = [nn.Conv2d(32, 32, 5), nn.SELU(), nn.MaxPool2d(2, 2)]
    head = [nn.Linear(800, 256), nn.SELU(), nn.Dropout(p_drop), nn.Linear(256, 10)]
    return nn.Sequential(*first, *second, nn.Flatten(), *head)


# ---------------------------------------------------------------- strided_cnn


def conv_block(ni: int, nf: int, ks: int = 3, stride: int = 2, act: bool = True) -> nn.Module:
    """Convolution with padding ks // 2, then ReLU if act."""
    layers: list[nn.Module] = [nn.Conv2d(ni, nf, ks, stride, ks // 2)]
    return nn.Sequential(*layers, *([nn.ReLU()] if act else []))


def strided_cnn(channels: Sequence[int] = (1, 4, 8, 16, 16, 10)) -> nn.Sequential:
    """A block of stride 2 from each count to the next, no ReLU in the last, Flatten."""
    *before, last = itertools.pairwise(channels)
    return nn.Sequential(*(conv_block(*settings) for settings in before), conv_block(*last, act=False), nn.Flatten())


# ---------------------------------------------------------------- drawnet


class DrawNet(nn.Module):
    """n times (conv 3 × 3, ReLU, max pool 2 × 2), then dense: (B, 1, im_size, im_size) -> (B, num_classes)."""

    def __init__(self, num_classes: int = 3, im_size: int = 28, n_blocks: int = 1, width: int = 20) -> None:
        super().__init__()
        side = im_size
        self.convs = nn.ModuleList()
        for block in range(n_blocks):
            self.convs.append(nn.Conv2d(width if block else 1, width, 3, padding=1))
            side //= 2
        if side < 1:
            raise ValueError("no pixel is left")
        self.linear = nn.Linear(width * side**2, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        for conv in self.convs:
            x = nn.functional.max_pool2d(conv(x).relu(), 2)
        return self.linear(x.flatten(1))


# ---------------------------------------------------------------- logreg


def read_signs(lines: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Lines of a table, below its heading -> images (n, 1, 28, 28) float32 in [0, 1], labels (n,) int64."""
    rows = [tuple(map(int, line.split(","))) for line in lines[1:]]
    pixels = torch.tensor([row[1:] for row in rows], dtype=torch.float32)
    return pixels.view(len(rows), 1, 28, 28) / 255, torch.tensor([row[0] for row in rows], dtype=torch.int64)


class LogReg(nn.Module):
    """One dense layer: (B, 1, 28, 28) or (B, 784) -> (B, 26)."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        return self.linear(x.flatten(1))


class MinimalConv(nn.Module):
    """Convolution, ReLU, dense: (B, 1, 28, 28) -> (B, 26)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.linear = nn.Conv2d(1, 4, 5), nn.Linear(2304, 26)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        return self.linear(self.conv(x).relu().flatten(1))


# ---------------------------------------------------------------- grouped (a stretch)


def grouped_params(c_in: int, c_out: int, k: int | tuple[int, int], groups: int = 1, bias: bool = True) -> int:
    """Weights and biases of a convolution in groups; ValueError where they do not divide the channels."""
    if c_in % groups or c_out % groups:
        raise ValueError(f"{groups} groups do not divide {c_in} and {c_out} channels")
    height, width = (k, k) if isinstance(k, int) else k
    return c_in * c_out // groups * height * width + c_out * bias


def separable_conv(c_in: int, c_out: int, k: int = 3) -> nn.Module:
    """Each channel on its own, then all of them pixel by pixel: (B, c_in, H, W) -> (B, c_out, H, W)."""
    return nn.Sequential(nn.Conv2d(c_in, c_in, k, padding=k // 2, groups=c_in), nn.Conv2d(c_in, c_out, 1))
