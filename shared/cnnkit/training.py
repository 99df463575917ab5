"""A plain training loop for experiments: batches in a new order in each pass, one optimizer step per batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
import torch._dynamo  # otherwise the first optimizer imports it: a second that no training should be charged for
import torch.nn.functional as F
from torch import Tensor, nn

Change = Callable[[Tensor], Tensor]


class Batches:
    """Images and labels in batches, reshuffled in each pass; `change` is applied to each image separately.

    A single image left over joins the batch before it: batch norm needs two.
    """

    def __init__(
        self, images: Tensor, labels: Tensor, change: Change | None = None, size: int = 32, seed: int = 0
    ) -> None:
        self.images, self.labels, self.change, self.size = images, labels, change, size
        self._rng = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return max(1, (len(self.images) + self.size - 2) // self.size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.images), generator=self._rng)
        for number in range(len(self)):
            last = None if number == len(self) - 1 else (number + 1) * self.size
            chosen = order[number * self.size : last]
            images = self.images[chosen]
            yield torch.stack([self.change(image) for image in images]) if self.change else images, self.labels[chosen]


def fit(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
    epochs: int = 1,
) -> list[float]:
    """Train in train mode with the cross-entropy, and return the loss of each step.

    The scheduler, if any, takes a step after each batch.
    """
    history = []
    for _ in range(epochs):
        model.train()
        for images, labels in batches:
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            history.append(loss.item())
    return history


@torch.no_grad()
def score(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Loss and accuracy on these images. Leaves the model in eval mode."""
    logits = model.eval()(images)
    return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()
