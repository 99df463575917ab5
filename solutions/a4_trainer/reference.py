"""What every exercise of a4_trainer must give: functions and classes that the hidden suite trusts.

The signatures are the students'. What five steps of training must do to a network is written out in the suite, without
any of these classes.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch._dynamo  # the first optimizer imports this: almost a second, here once and not in every fork
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

Batch = Sequence[Tensor]
Log = dict[str, list[float]]


# ---------------------------------------------------------------- eval_context


@contextmanager
def eval_context(model: nn.Module) -> Iterator[nn.Module]:
    """Eval mode inside; afterwards every module is in the mode in which it was, each its own."""
    modules = list(model.modules())
    flags = [module.training for module in modules]
    model.eval()
    try:
        yield model
    finally:
        for module, flag in zip(modules, flags, strict=True):
            module.training = flag


# ---------------------------------------------------------------- data_pipeline


def to_unit(pixels: Tensor) -> Tensor:
    """(n, H, W) or (n, 1, H, W) -> (n, 1, H, W) float32 in [0, 1]; only whole numbers are divided by 255."""
    divisor = 1.0 if pixels.is_floating_point() else 255.0
    unit = pixels.to(torch.float32) / divisor
    return unit.unsqueeze(1) if unit.ndim == 3 else unit


def split_indices(n: int, fractions: Sequence[float], seed: int = 0) -> list[Tensor]:
    """0 … n-1 dealt out: round(n · fraction) numbers for every part but the first, which has the rest."""
    if not np.isclose(sum(fractions), 1.0, rtol=0.0, atol=1e-6):
        raise ValueError(f"the fractions add up to {sum(fractions)}, not to 1")
    rest = [round(n * fraction) for fraction in fractions[1:]]
    ends = [0, *itertools.accumulate([n - sum(rest), *rest])]
    dealt = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return [dealt[a:b] for a, b in itertools.pairwise(ends)]


def standardize(images: Tensor, train: Tensor) -> Tensor:
    """All images, with the mean and the standard deviation of the training images only."""
    known = images.index_select(0, train)
    return (images - known.mean()) / known.std()


def make_loaders(
    images: Tensor, labels: Tensor, splits: Sequence[Tensor], batch_size: int = 32, seed: int = 0
) -> list[DataLoader[Any]]:
    """A DataLoader for each part: the first in another, seeded order every epoch, the others in theirs."""
    generator = torch.Generator().manual_seed(seed)
    first, *others = (TensorDataset(images[part], labels[part]) for part in splits)
    shuffled: DataLoader[Any] = DataLoader(first, batch_size, shuffle=True, generator=generator)
    return [shuffled, *(DataLoader(part, batch_size) for part in others)]


@contextmanager
def loaders_of(
    datasets: dict[str, Any], collate_fn: Callable[..., Any] | None = None, batch_size: int = 32, num_workers: int = 0
) -> Iterator[dict[str, DataLoader[Any]]]:
    """Loaders by the names of their data sets; none is left after the block."""
    loaders: dict[str, DataLoader[Any]] = {}
    try:
        for name, part in datasets.items():
            loaders[name] = DataLoader(part, batch_size, collate_fn=collate_fn, num_workers=num_workers)
        yield loaders
    finally:
        loaders.clear()


def class_shares(labels: Tensor, num_classes: int) -> Tensor:
    """The share of each class, 0 for one without labels."""
    return torch.stack([(labels == number).double().mean() for number in range(num_classes)]).float()


def base_rate(labels: Tensor) -> float:
    """Accuracy of always saying the most frequent label."""
    ((_, most),) = Counter(labels.tolist()).most_common(1)
    return most / labels.numel()


def class_numbers(names: Iterable[str]) -> dict[str, int]:
    """Name -> number from 0 on, in alphabetical order."""
    return dict(zip(sorted(set(names)), itertools.count(), strict=False))


def diagnosis() -> dict[str, str]:
    """Which run has which fault."""
    return {"A": "softmax", "B": "sorted", "C": "healthy", "D": "scaled twice", "E": "never cleared"}


# ---------------------------------------------------------------- steps


class Steps:
    """A step of training, a step of validation, an evaluation."""

    def __init__(
        self, model: nn.Module, optim: torch.optim.Optimizer, loss_fn: Callable[..., Tensor], device: Any = None
    ) -> None:
        self.model, self.optim, self.loss_fn, self.device = model, optim, loss_fn, device
        if device is not None:
            model.to(device)

    def train_step(self, batch: Batch) -> dict[str, float]:
        """One update; loss and accuracy before it."""
        inputs, labels = batch[0].to(self.device), batch[1].to(self.device)
        logits = self.model(inputs)
        loss = self.loss_fn(logits, labels)
        self.optim.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optim.step()
        return {"loss": loss.item(), "acc": int((logits.argmax(1) == labels).sum()) / len(labels)}

    @torch.no_grad()
    def valid_step(self, batch: Batch) -> dict[str, float]:
        """Sums over the batch, nothing learned."""
        inputs, labels = batch[0].to(self.device), batch[1].to(self.device)
        logits, count = self.model(inputs), len(labels)
        right = int((logits.argmax(1) == labels).sum())
        return {"loss_sum": self.loss_fn(logits, labels).item() * count, "correct": right, "count": count}

    def evaluate(self, loader: Iterable[Batch]) -> dict[str, float]:
        """Means over all images, in eval mode."""
        was = self.model.training
        self.model.eval()
        total: Counter[str] = Counter()
        for batch in loader:
            total.update(self.valid_step(batch))  # type: ignore[arg-type]
        self.model.train(was)
        return {"loss": total["loss_sum"] / total["count"], "acc": total["correct"] / total["count"]}


# ---------------------------------------------------------------- loop


class Loop:
    """Epochs of steps, with logs, callbacks and a scheduler."""

    def __init__(
        self, steps: Any, scheduler: Any = None, callbacks: Iterable[Callable[[Any], Any]] = (), verbose: bool = False
    ) -> None:
        self.steps, self.scheduler, self.callbacks, self.verbose = steps, scheduler, [*callbacks], verbose
        self.train_log: Log = {name: [] for name in ("loss", "acc", "loss_avg", "acc_avg")}
        self.valid_log: Log = {name: [] for name in ("loss", "acc")}

    def run(self, epochs: int, train_loader: Any, valid_loader: Any, window: int | None = None) -> None:
        """Train for so many epochs more."""
        last = window or max(1, len(train_loader) // 20)
        for epoch in range(epochs):
            self.steps.model.train()
            for batch in train_loader:
                self._note(self.steps.train_step(batch), last)
                for callback in self.callbacks:
                    callback(self)
                if self.scheduler is not None:
                    self.scheduler.step()
            found = self.steps.evaluate(valid_loader)
            for name in self.valid_log:
                self.valid_log[name].append(found[name])
            if self.verbose:
                print(self._line(epoch + 1, epochs))  # noqa: T201

    def _note(self, found: dict[str, float], last: int) -> None:
        for name in ("loss", "acc"):
            self.train_log[name].append(found[name])
            recent = self.train_log[name][-last:]
            self.train_log[f"{name}_avg"].append(sum(recent) / len(recent))

    def _line(self, epoch: int, epochs: int) -> str:
        mean = [self.train_log[f"{name}_avg"][-1] for name in ("loss", "acc")]
        valid = [self.valid_log[name][-1] for name in ("loss", "acc")]
        first = f"[Epoch: {str(epoch).zfill(len(str(epochs)))}/{epochs}]    loss: {mean[0]:.4f}  acc: {mean[1]:.4f}"
        return f"{first}    val_loss: {valid[0]:.4f}  val_acc: {valid[1]:.4f}"


class SchedulerStats:
    """A callback: learning rate and momentum of the step just taken."""

    def __init__(self, optim: torch.optim.Optimizer) -> None:
        self.optim = optim
        self.lr: list[float] = []
        self.momentum: list[float] = []

    def __call__(self, loop: Any) -> None:
        """Note them."""
        group = self.optim.param_groups[0]
        self.lr.append(group["lr"])
        betas = group.get("betas", (group.get("momentum", 0.0),))
        self.momentum.append(float(betas[0]))


def plot_history(train_log: Log, valid_log: Log) -> Figure:
    """Loss and accuracy over the steps; an epoch's point stands where the epoch ends."""
    steps = np.arange(1, len(train_log["loss"]) + 1)
    ends = steps[len(steps) // len(valid_log["loss"]) - 1 :: len(steps) // len(valid_log["loss"])]
    figure, axes = plt.subplots(1, 2)
    for part, name in zip(axes, ("loss", "acc"), strict=True):
        part.plot(steps, train_log[f"{name}_avg"], label="train")
        part.plot(ends, valid_log[name], label="validation", marker="o")
        part.set(xlabel="step", ylabel=name)
        part.legend()
    return figure


# ---------------------------------------------------------------- inference


def predict_logits(model: nn.Module, x: Tensor) -> Tensor:
    """Logits in eval mode, without a graph; the model's mode is as before."""
    was = model.training
    try:
        with torch.no_grad():
            logits: Tensor = model.eval()(x)
    finally:
        model.train(was)
    return logits


def predict_proba(model: nn.Module, x: Tensor, temperature: float = 1.0) -> Tensor:
    """softmax(logits / temperature), rows add up to 1."""
    return torch.softmax(predict_logits(model, x) / temperature, dim=1)


def batch_predict(model: nn.Module, loader: Iterable[Tensor]) -> Tensor:
    """Logits of all inputs in their order, one batch at a time, on the CPU."""
    return torch.cat([predict_logits(model, x).cpu() for x in loader])


class InputLoader:
    """The inputs of another loader's batches."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.dataset = getattr(loader, "dataset", None)

    def __iter__(self) -> Iterator[Tensor]:
        """From the first batch on, each time."""
        return (batch if isinstance(batch, Tensor) else batch[0] for batch in self.loader)

    def __len__(self) -> int:
        """Number of batches."""
        return len(self.loader)


# ---------------------------------------------------------------- metrics


def confusion_matrix(y_true: Tensor, y_pred: Tensor, num_classes: int) -> Tensor:
    """[t, p] = how many images of class t were taken for p, int64; ValueError for what are no two lists of labels."""
    for labels in (y_true, y_pred):
        if labels.ndim != 1 or labels.is_floating_point() or labels.shape != y_true.shape:
            raise ValueError(f"labels are whole numbers, one for each image, not {labels.dtype} {tuple(labels.shape)}")
        if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < num_classes:
            raise ValueError(f"labels go from 0 to {num_classes - 1}")
    counts = torch.zeros(num_classes, num_classes, dtype=torch.int64)
    for truth, guess in zip(y_true.tolist(), y_pred.tolist(), strict=True):
        counts[truth, guess] += 1
    return counts


def accuracy(*, y_true: Tensor, y_pred: Tensor) -> float:
    """Share of the images that are right."""
    return int((y_true == y_pred).sum()) / y_true.numel()


def per_class_recall(cm: Tensor) -> Tensor:
    """Diagonal over row sums, float32; NaN for a class without images."""
    return cm.diagonal().float() / cm.sum(dim=1).float()


def pr_curve(y_true: Tensor, score: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Precision, recall and threshold for every different score from high to low: positive is score >= threshold."""
    thresholds = score.unique().flip(0)
    called = score[None] >= thresholds[:, None]
    hits = (called & (y_true == 1)[None]).sum(1).double()
    return hits / called.sum(1), hits / (y_true == 1).sum(), thresholds


def plot_confusion(cm: Tensor, names: Sequence[str]) -> Figure:
    """The matrix as an image, every count in its cell, true down, predicted across."""
    figure, axes = plt.subplots()
    axes.imshow(cm)
    for row, column in np.ndindex(*cm.shape):
        axes.text(column, row, str(int(cm[row, column])))
    axes.set(xlabel="predicted", ylabel="true", xticks=range(len(names)), yticks=range(len(names)))
    axes.set_xticklabels(names)
    axes.set_yticklabels(names)
    return figure


# ---------------------------------------------------------------- train_digits


def train_digits(images: Tensor, labels: Tensor, seed: int = 0) -> tuple[nn.Module, dict[str, list[float]]]:
    """A small network after five epochs of AdamW in one cycle, in eval mode, and its mean loss in each epoch."""
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for before, after, size in ((1, 12, 5), (12, 24, 3), (24, 40, 3)):
        layers += [nn.Conv2d(before, after, size, padding=size // 2), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    model = nn.Sequential(*layers[:-1], nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(40, 10))
    optim = torch.optim.AdamW(model.parameters(), lr=0.001)
    total_steps = 5 * -(-len(images) // 32)
    rate = torch.optim.lr_scheduler.OneCycleLR(optim, 0.01, total_steps=total_steps)
    losses: list[float] = []
    for _ in range(5):
        sum_of_losses = 0.0
        for chosen in torch.randperm(len(images)).split(32):
            loss = F.cross_entropy(model(images[chosen]), labels[chosen])
            optim.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optim.step()
            rate.step()
            sum_of_losses += loss.item() * len(chosen)
        losses.append(sum_of_losses / len(images))
    return model.eval(), {"loss": losses}


# ---------------------------------------------------------------- smoothing (a stretch)


def smooth_targets(labels: Tensor, classes: int, eps: float = 0.1) -> Tensor:
    """(B,) -> (B, classes): 1 - eps for the label, and eps / classes for all (C. Szegedy et al., CVPR 2016)."""
    return F.one_hot(labels, classes) * (1 - eps) + eps / classes


def smooth_loss(logits: Tensor, labels: Tensor, eps: float = 0.1) -> Tensor:
    """Mean over the batch of the cross-entropy with smooth targets."""
    return F.cross_entropy(logits, labels, label_smoothing=eps)


def smooth_slope(logits: Tensor, labels: Tensor, eps: float = 0.1) -> Tensor:
    """Its gradient with respect to the logits: (softmax - targets) / B."""
    targets = F.one_hot(labels, logits.shape[1]).to(logits.dtype) * (1 - eps) + eps / logits.shape[1]
    return (logits.softmax(1) - targets) / len(logits)


def best_gap(classes: int, eps: float) -> float:
    """ln of the right target over another one; infinite where eps is 0."""
    return math.log((1 - eps + eps / classes) / (eps / classes)) if eps else math.inf
