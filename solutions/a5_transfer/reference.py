"""What every exercise of a5_transfer must give: functions and classes that the hidden suite trusts.

The signatures are the students'. `torch.flip`, `torch.rot90` and slices are the oracles of the transforms.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import Dataset

from cnnkit.training import Batches, fit

# ---------------------------------------------------------------- patch_dataset


class PatchDataset(Dataset):
    """Image files or uint8 arrays with labels: item -> (float32 (3, H, W) in [0, 1], int)."""

    def __init__(self, images: Sequence[Any], labels: Sequence[Any], transform: Callable[..., Any] | None = None):
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images, but {len(labels)} labels")
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"there is no patch {index} among {len(self)}")
        image = self.images[index]
        if isinstance(image, (str, Path)):
            with Image.open(image) as opened:
                image = np.asarray(opened.convert("RGB"))
        x = torch.tensor(image).permute(2, 0, 1).to(torch.float32) / 255
        return (x if self.transform is None else self.transform(x)), int(self.labels[index])


def padded_batch(items: Sequence[tuple[Tensor, int]]) -> tuple[Tensor, Tensor]:
    """Images (C, h, w) of any sizes with labels -> (B, C, H, W), zeros below and on the right; labels (B,) int64."""
    tall, wide = (max(image.shape[axis] for image, _ in items) for axis in (-2, -1))
    images = [F.pad(image, (0, wide - image.shape[-1], 0, tall - image.shape[-2])) for image, _ in items]
    return torch.stack(images), torch.tensor([label for _, label in items], dtype=torch.int64)


# ---------------------------------------------------------------- transforms


def hflip(x: Tensor) -> Tensor:
    """Left and right exchanged: (..., H, W)."""
    return torch.flip(x, (-1,))


def vflip(x: Tensor) -> Tensor:
    """Top and bottom exchanged: (..., H, W)."""
    return torch.flip(x, (-2,))


def rot90(x: Tensor, k: int) -> Tensor:
    """k quarter turns against the clock: (..., H, W) -> (..., W, H) for odd k."""
    return torch.rot90(x, k % 4, (-2, -1)).clone()


def center_crop(x: Tensor, size: int) -> Tensor:
    """(..., H, W) -> (..., size, size) from row round((H - size) / 2) on; ValueError when it does not fit."""
    height, width = x.shape[-2:]
    if size > min(height, width):
        raise ValueError(f"no {size} × {size} pixels in {height} × {width}")
    top, left = round((height - size) / 2), round((width - size) / 2)
    return x[..., top : top + size, left : left + size]


class RandomAugment:
    """Mirrored, upside down, turned, each by a draw of its own, then cropped."""

    def __init__(self, p_h: float = 0.5, p_v: float = 0.5, rot: bool = True, crop: int | None = None) -> None:
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop

    def __call__(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """(C, H, W), drawn from the generator, or from torch's own."""
        across, down, turns = torch.rand(3, generator=generator).tolist()
        if across < self.p_h:
            x = hflip(x)
        if down < self.p_v:
            x = vflip(x)
        if self.rot:
            x = rot90(x, int(turns * 4))
        return x if self.crop is None else center_crop(x, self.crop)


# ---------------------------------------------------------------- tta


def tta_predict(model: nn.Module, x: Tensor, transforms: Iterable[Callable[[Tensor], Tensor]]) -> Tensor:
    """Mean of the class probabilities over the transformed batches (B, classes), in eval mode, without gradient."""
    transforms = list(transforms)
    if not transforms:
        raise ValueError("no transform, no prediction")
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        with torch.no_grad():
            return torch.stack([F.softmax(model(change(x)), 1) for change in transforms]).mean(0)
    finally:
        for module, mode in modes.items():
            module.training = mode


# ---------------------------------------------------------------- transfer_model


def build_transfer_model(
    backbone: nn.Module, in_features: int, num_classes: int, hidden: int = 256, p: float = 0.5
) -> nn.Sequential:
    """(the children of the backbone without the last two, a new head)."""
    features = nn.Sequential(*list(backbone.children())[:-2])
    pool = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(in_features), nn.Dropout(p)]
    dense = [nn.Linear(in_features, hidden), nn.ReLU(), nn.BatchNorm1d(hidden), nn.Dropout(p)]
    return nn.Sequential(features, nn.Sequential(*pool, *dense, nn.Linear(hidden, num_classes)))


def no_batch_norm() -> str:
    """The statements that the figure supports."""
    return "ad"


# ---------------------------------------------------------------- freeze


def freeze(module: nn.Module, bn_eval: bool = True) -> None:
    """No gradients from now on; with bn_eval the module stays in eval mode, whatever is called on it."""
    for parameter in module.parameters():
        parameter.requires_grad_(False)
        parameter.grad = None
    if bn_eval:
        for part in module.modules():
            part.eval()
            part.train = lambda mode=True, part=part: part


def unfreeze(module: nn.Module) -> None:
    """As if it had never been frozen."""
    for part in module.modules():
        part.__dict__.pop("train", None)
    for parameter in module.parameters():
        parameter.requires_grad_(True)
    module.train()


def trainable(model: nn.Module) -> list[str]:
    """Names of the parameters that get gradients, in the order of the model."""
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]


def frozen_statistics() -> str:
    """The statements that the figure supports."""
    return "bc"


# ---------------------------------------------------------------- two_stage


def param_groups(model: nn.Module, head_lr: float, backbone_lr: float) -> list[dict[str, Any]]:
    """A group for model[0] and one for model[1], without frozen parameters and without empty groups."""
    groups = []
    for part, lr in ((model[0], backbone_lr), (model[1], head_lr)):
        found = [parameter for parameter in part.parameters() if parameter.requires_grad]
        if found:
            groups.append({"params": found, "lr": lr})
    return groups


def two_stage(
    model: nn.Module, loaders: Sequence[Any], epochs: tuple[int, int] = (3, 3), lr: float = 1e-2
) -> dict[str, Any]:
    """Head alone, then everything with smaller steps: the history of both."""
    train, valid = loaders
    history: dict[str, Any] = {"loss": [], "lr": [], "val_acc": [], "boundary": epochs[0] * len(train)}
    for stage in range(2):
        if epochs[stage]:
            (freeze, unfreeze)[stage](model[0])
            rates = [lr / 100, lr / 10] if stage else [lr]
            groups = param_groups(model, lr, lr / 10)
            optimizer = torch.optim.AdamW(groups, lr=lr)
            settings = {"epochs": epochs[stage], "steps_per_epoch": len(train)}
            scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rates, **settings)
            for _ in range(epochs[stage]):
                _one_epoch(model, train, optimizer, scheduler, history)
                history["val_acc"].append(_accuracy(model, valid))
    return history


def _one_epoch(
    model: nn.Module, batches: Iterable[Any], optimizer: Any, scheduler: Any, history: dict[str, Any]
) -> None:
    model.train()
    for x, y in batches:
        history["lr"].append(float(optimizer.param_groups[-1]["lr"]))
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        history["loss"].append(loss.item())


def _accuracy(model: nn.Module, batches: Iterable[Any]) -> float:
    model.eval()
    with torch.no_grad():
        right = [(model(x).argmax(1) == y).double() for x, y in batches]
    return torch.cat(right).mean().item()


# ---------------------------------------------------------------- solve_patches


class Prepare(nn.Module):
    """Raw patches (B, 3, H, W) uint8 -> the middle, (B, 3, crop, crop), in the colours that the backbone knows."""

    def __init__(self, backbone: nn.Module, crop: int = 32) -> None:
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.detach().clone())
        self.register_buffer("std", backbone.std.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        """Float32, normalised."""
        return (center_crop(x, self.crop).float() / 255 - self.mean) / self.std


def solve_patches(
    backbone: nn.Module, patches: Tensor, labels: Tensor, fine_tune: bool = True, seed: int = 0
) -> nn.Module:
    """The trained model, in eval mode."""
    torch.manual_seed(seed)
    features, head = build_transfer_model(backbone, backbone.fc.in_features, 2, 64, 0.2)
    model = nn.Sequential(Prepare(backbone), features, head)
    batches = Batches(patches, labels, RandomAugment(), size=32, seed=seed)
    freeze(features)
    _four_epochs(model, batches, 1e-2)
    unfreeze(features)
    if fine_tune:
        _four_epochs(model, batches, 1e-3)
    return model.eval()


def _four_epochs(model: nn.Module, batches: Batches, lr: float) -> None:
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, epochs=4, steps_per_epoch=len(batches))
    fit(model, batches, optimizer, scheduler, epochs=4)


def no_augmentation() -> str:
    """The statements that the figure supports."""
    return "ac"


# ---------------------------------------------------------------- calibration


def reliability(probabilities: Tensor, labels: Tensor, bins: int = 10) -> tuple[Tensor, Tensor, Tensor]:
    """Counts, how sure and how right, bin by bin."""
    largest = probabilities.amax(dim=1)
    right = (probabilities.argmax(dim=1) == labels).to(largest)
    borders = torch.arange(bins + 1, dtype=torch.float64) / bins
    inside = torch.stack([(largest > low) & (largest <= high) for low, high in itertools.pairwise(borders)])
    sums = inside.to(largest) @ torch.stack([largest, right], dim=1)
    sure, share = (sums / inside.sum(dim=1, keepdim=True).clamp(min=1)).T
    return inside.sum(dim=1), sure, share


def calibration_error(counts: Tensor, sure: Tensor, right: Tensor) -> float:
    """The expected calibration error."""
    off = [abs(a - b) for a, b in zip(sure.tolist(), right.tolist(), strict=True)]
    return sum(count * each for count, each in zip(counts.tolist(), off, strict=True)) / int(counts.sum())


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The slope of the loss over 1/T never falls: cut its interval in half."""
    scores = logits.detach().double()
    wanted = scores.gather(1, labels[:, None]).mean()
    low, high = 1 / 20, 1 / 0.05
    for _ in range(60):
        middle = (low + high) / 2
        slope = ((scores * middle).softmax(dim=1) * scores).sum(dim=1).mean() - wanted
        low, high = (low, middle) if slope > 0 else (middle, high)
    return 1 / low
