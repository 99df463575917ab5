"""A small, plain training loop over tensors in memory, and the text network of the lecture's appendix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from torch.optim.optimizer import Optimizer
from torch.utils.data import random_split

Labelled = tuple[Tensor, Tensor]
MAX_LEN = 22


@dataclass(frozen=True)
class Recipe:
    """Epochs, batch size, and how to make the optimizer and the scheduler."""

    epochs: int
    batch: int
    optimizer: Callable[[Iterable[nn.Parameter]], Optimizer]
    scheduler: Callable[[Optimizer, int], LRScheduler] | None = None


ONE_CYCLE = Recipe(
    3, 32, lambda p: torch.optim.AdamW(p, lr=0.001), lambda o, steps: OneCycleLR(o, max_lr=0.01, total_steps=steps)
)
SGD = Recipe(10, 64, lambda p: torch.optim.SGD(p, lr=0.01))
FASHION = Recipe(6, 256, lambda p: torch.optim.SGD(p, lr=0.1))
ADAM = Recipe(5, 32, lambda p: torch.optim.Adam(p, lr=0.001))


def fit(model: nn.Module, train: Labelled, valid: Labelled, recipe: Recipe) -> list[float]:
    """Train with cross-entropy in shuffled batches; return the accuracy on `valid` after every epoch."""
    optimizer = recipe.optimizer(model.parameters())
    steps = recipe.epochs * -(-len(train[1]) // recipe.batch)
    scheduler = recipe.scheduler(optimizer, steps) if recipe.scheduler else None
    reached = []
    for _ in range(recipe.epochs):
        model.train()
        for chosen in torch.randperm(len(train[1])).split(recipe.batch):
            optimizer.zero_grad()
            F.cross_entropy(model(train[0][chosen]), train[1][chosen]).backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
        reached.append(accuracy(model, valid))
    return reached


@torch.no_grad()
def accuracy(model: nn.Module, data: Labelled) -> float:
    """Share of right answers, in evaluation mode."""
    model.eval()
    answers = torch.cat([model(part).argmax(dim=1) for part in data[0].split(1000)])
    return float((answers == data[1]).double().mean())


def split(data: Labelled, sizes: Sequence[float]) -> list[Labelled]:
    """Split as the lecture does: `random_split` with seed 0."""
    parts = random_split(range(len(data[1])), sizes, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    return [(data[0][part.indices], data[1][part.indices]) for part in parts]


def curve(reached: Sequence[float], digits: int = 4) -> str:
    """`.9360 .9660 .9798`"""
    return " ".join(f"{value:.{digits}f}".lstrip("0") for value in reached)


def encoded(names: Sequence[tuple[str, int]]) -> Labelled:
    """Names as (N, 23) positions in the alphabet: a dot, at most 22 letters, dots to the end."""
    alphabet = [".", *sorted({letter for name, _ in names for letter in name})]
    position = {letter: number for number, letter in enumerate(alphabet)}
    rows = [[position[letter] for letter in f".{name[:MAX_LEN]}".ljust(MAX_LEN + 1, ".")] for name, _ in names]
    return torch.tensor(rows), torch.tensor([label for _, label in names])


class TextCNN(nn.Module):
    """Embedding, convolution over n-grams, maximum over time, dense: (B, 23) -> (B, 2).

    `windows` limits how many windows are used, from the left; all of them by default.
    """

    def __init__(self, context: int = 3, conv_width: int = 64, windows: int = MAX_LEN + 1) -> None:
        super().__init__()
        self.windows = windows
        self.embedding = nn.Embedding(31, 10)
        self.conv = nn.Conv1d(10, conv_width, context)
        self.head = nn.Sequential(nn.Linear(conv_width, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 2))

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of a batch."""
        maps = self.conv(self.embedding(tokens).transpose(1, 2)).relu()
        return self.head(maps[:, :, : self.windows].amax(dim=2))
