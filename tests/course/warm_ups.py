"""What the answers of the warm-ups say in bold, computed: task by task, in the order of the text."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


def learned(layer: nn.Module) -> int:
    """How many numbers a layer learns."""
    return sum(parameter.numel() for parameter in layer.parameters())


def slopes(function: Callable[[torch.Tensor], torch.Tensor], *at: float) -> torch.Tensor:
    """The gradient of a function of several numbers."""
    numbers = torch.tensor(at, dtype=torch.float, requires_grad=True)
    return torch.autograd.grad(function(numbers), numbers)[0]


nine, six, four = torch.arange(9.0).reshape(3, 3), torch.arange(1.0, 7.0).reshape(2, 3), torch.arange(4.0).reshape(2, 2)
quarters = torch.tensor([[1.0, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]])
spot, bar = torch.tensor([[0.0, 8, 0], [0, 0, 4]]), torch.tensor([0.0, 3, 0])
square = torch.tensor([[1, 2], [3, 4]])
framed = F.pad(six, (1, 0, 0, 2))
mirrored = torch.tensor([[0.0, 0.0], [0.0, math.log(3)]])
arriving = torch.tensor([4.0, 5, -6])
through = slopes(lambda x: F.relu(x) @ arriving, 3, -1, 2)
is_true, is_said = torch.tensor([0, 1, 2, 1]), torch.tensor([0, 2, 2, 0])
kept, source = torch.tensor([1, 2]), torch.tensor([1, 2])
copied = source.clone()
kept += 1
source += 1
weights = torch.tensor([0.0, math.log(2), 0.0]).softmax(0)
rows = {("ana", 1), ("na", 1), ("ana", 0)}

WARM_UPS: dict[str, tuple[object, ...]] = {
    "T1.1": (51 / 255, torch.tensor([[255, 0, 0], [51, 51, 51]])[:, 0] / 255),
    "T1.2": ((nine[:2, :2] * four).sum(), (nine[:2, 1:] * four).sum()),
    "T1.3": (len(range(0, 8 - 3 + 1, 2)), len(range(0, 10 - 3 + 1, 2))),
    "T1.4": (tuple(framed.shape), tuple((framed == 5).nonzero()[0].tolist())),
    "T1.5": (F.conv2d(torch.tensor([[[3]], [[5]]]), torch.tensor([[[[2]], [[-1]]]]), torch.tensor([4])).item(),),
    "T1.6": (3 * 2, F.conv2d(torch.ones(1, 2, 4, 4), torch.ones(3, 2, 2, 2)).shape[1]),
    "T1.7": (1 / 2**2, F.conv2d(torch.full((1, 2, 2), 0.4), torch.full((1, 1, 2, 2), 0.5)).item()),
    "T1.8": (0 - 0.25 * 2 * (0 - 3), 1.5 - 0.25 * 2 * (1.5 - 3)),
    "T1.9": (next(n for n in range(10) if torch.tensor([[1.0, 3.0], [2.0, n]]).det() == 0),),
    "T2.1": (F.max_pool2d(quarters[None], 2)[0],),
    "T2.2": (spot.mean(), spot.max()),
    "T2.3": (F.unfold(nine[None, None], 2).shape[2], F.unfold(nine[None, None], 2)[0, :, 1]),
    "T2.4": (torch.arange(8).reshape(2, 4)[:, 1:3].flatten(),),
    "T2.5": (square.repeat_interleave(2, 1),),
    "T2.6": (slopes(lambda x: F.max_pool1d(x[None], 2, 1)[0] @ torch.tensor([1.0, 3.0]), 2, 9, 4),),
    "T2.7": (len({*range(3), *range(1, 4), *range(2, 5)}), len({*range(3), *range(2, 5), *range(4, 7)})),
    "T2.8": (torch.arange(1, 5) + 10 * torch.arange(1, 5).roll(-1),),
    "T3.1": (tuple(torch.ones(2, 3, 4, 5).flatten(1).shape), learned(nn.Linear(60, 10))),
    "T3.2": (((28 + 2 * 2 - 5 + 1) // 2 - 5 + 1) // 2, 16 * 5 * 5),
    "T3.3": (nn.Conv2d(2, 3, (1, 4)).weight[0].numel(), learned(nn.Conv2d(2, 3, (1, 4)))),
    "T3.4": (
        next(k for k in range(1, 9) if learned(nn.Conv2d(2, 4, k)) == 76),
        next(p for p in range(4) if 12 + 2 * p - 3 + 1 == 10),
    ),
    "T3.5": tuple(F.conv1d(torch.ones(1, n), torch.ones(1, 1, 3), stride=2, padding=1).shape[1] for n in (7, 4)),
    "T3.6": (27 // 2 // 2 // 2, 20 * 3 * 3),
    "T3.7": (learned(nn.Linear(6, 4)),),
    "T3.8": (nn.Conv2d(6, 2, 1).weight.numel(), nn.Conv2d(6, 2, 1, groups=2).weight.numel()),
    "T4.1": ([part.training for part in nn.Sequential(nn.BatchNorm1d(2).eval()).eval().train().modules()],),
    "T4.2": (102 / 255, 102 / 255 / 255),
    "T4.3": (1 - 0.5 - 0.5, 1 - 0.5 - (0.5 + 0.5)),
    "T4.4": ([sum(last) / len(last) for last in ([6], [6, 3], [6, 3, 3], [3, 3, 0])],),
    "T4.5": (nn.Dropout(0.75).eval()(torch.tensor(3.0)), nn.Dropout(0.75)(torch.full((99,), 3.0)).max()),
    "T4.6": tuple([answers.count(name) for name in ("cat", "dog")] for answers in (["cat", "dog", "cat"], ["dog"] * 2)),
    "T4.7": (5 * math.ceil(1200 / 32),),
    "T4.8": (0.7 * torch.tensor([1.0, 0, 0]) + 0.3 / 3,),
    "T5.1": ([10, 20, 30][-1], tuple(torch.tensor([[2, 3], [1, 2], [3, 1]]).amax(0).tolist())),
    "T5.2": (square.flip(1), torch.rot90(square)),
    "T5.3": (mirrored.softmax(1)[:, 1].mean(),),
    "T5.4": (tuple(torch.ones(8, 512, 3, 5).mean((2, 3)).shape),),
    "T5.5": tuple(
        F.batch_norm(torch.tensor([[6.0]]), torch.tensor([m]), torch.tensor([4.0])).item() for m in (2.0, 4.0)
    ),
    "T5.6": (1 - 0.1 * 2, 1 - 0.01 * 2),
    "T5.7": ((102 / 255 - 0.3) / 0.2,),
    "T5.8": (math.ceil(0.9 * 5) - 1, math.ceil(0.8 * 5) - 1),
    "T6.1": (kept, copied),
    "T6.2": (bar - bar.mean(), ((bar - bar.mean()) * 5).sum()),
    "T6.3": (slopes(lambda x: 2 * x[0] - 5 * x[1], 0, 0).abs(),),
    "T6.4": (through, through.clamp(min=0)),
    "T6.5": (torch.tensor([-1.0, 0, 1]) * 0.1 + 0.5, min(9 * 0.1 + 0.5, 1)),
    "T6.6": tuple((torch.tensor([0.0, math.log(4)]) / temperature).softmax(0) for temperature in (1, 2)),
    "T6.7": ((is_true != is_said).nonzero().flatten(), (is_true != is_said).nonzero().min()),
    "T6.8": ((torch.tensor([[1.0, 0], [0, 2]]) - 0.5 * torch.tensor([[0.0, 3], [1, 0]])).relu(),),
    "T7.1": ([".abno".index(character) for character in ".ban.."],),
    "T7.2": (torch.tensor([1.0, 2, 0, 3]) @ torch.tensor([0.0, 1, 1, -1]) + 0.5, len("maria") - 2 + 1),
    "T7.3": (max(1, 3, 0), max(0, 2, 1, 0, 2)),
    "T7.4": (len(rows),),
    "T7.5": ((4 * 0.6 + 4 * 0.6 + 2 * 0.1) / 10, (0.6 + 0.6 + 0.1) / 3),
    "T7.6": ((83 + 85 + 84) / 3 - (80 + 82 + 81) / 3, max(82 - 80, 85 - 83)),
    "T7.7": (mirrored[1].softmax(0)[1],),
    "T7.8": (weights, weights @ torch.tensor([4.0, 2, 8])),
}
