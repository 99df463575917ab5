"""Trains the backbone that ships with the kit: `python shared/training/backbone.py`. Offline, three minutes.

The task: from which of twelve photographs of scikit-image is this crop of 32 × 32 pixels? Crops are taken at three
scales, rotated, mirrored and recoloured, so that texture decides and not brightness. The right quarter of each
photograph is held out for the accuracy that goes into the file. Same seed and versions, same weights.
"""

from __future__ import annotations

import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from cnnkit import data
from cnnkit.backbone import WEIGHTS, SmallResNet

SEED, SIDE, BATCH, STEPS, LR = 20, 32, 64, 2500, 4e-3
TRAINED_ON = 0.75  # of the width of each photograph
SCALES = (0.25, 0.5, 1.0)


def photographs() -> list[list[Tensor]]:
    """Each photograph as (3, H, W) in [0, 1], at each of the scales."""
    pyramids = []
    for name in data.PHOTOS:
        pixels = torch.tensor(data.photo(name), dtype=torch.float32) / 255
        image = pixels[:, :, :3].permute(2, 0, 1) if pixels.ndim == 3 else pixels.expand(3, -1, -1)
        sizes = [[max(2 * SIDE, round(side * scale)) for side in image.shape[1:]] for scale in SCALES]
        pyramids.append([F.interpolate(image[None], size=size, mode="area")[0] for size in sizes])
    return pyramids


def crops(images: list[list[Tensor]], count: int, held_out: bool, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """(count, 3, SIDE, SIDE) crops with their classes, from the part to train on or from the part held out."""
    labels = torch.randint(len(images), (count,), generator=rng)
    scales = torch.randint(len(SCALES), (count,), generator=rng)
    places = torch.rand(count, 2, generator=rng)
    taken = []
    for label, scale, (down, along) in zip(labels.tolist(), scales.tolist(), places.tolist(), strict=True):
        image = images[label][scale]
        border = int(image.shape[2] * TRAINED_ON)
        low, high = (min(border, image.shape[2] - SIDE), image.shape[2]) if held_out else (0, max(border, SIDE))
        top, left = int(down * (image.shape[1] - SIDE)), low + int(along * (high - low - SIDE))
        taken.append(image[:, top : top + SIDE, left : left + SIDE])
    return torch.stack(taken), labels


def varied(images: Tensor, rng: torch.Generator) -> Tensor:
    """The batch rotated and mirrored by one draw, each image with its own colours, in [0, 1]."""
    turns, mirror = torch.randint(4, (2,), generator=rng).tolist()
    images = images.rot90(turns, (2, 3))
    images = images.flip(3) if mirror % 2 else images
    mixing = torch.eye(3) + 0.35 * torch.randn(len(images), 3, 3, generator=rng)
    shift = 0.1 * torch.randn(len(images), 3, 1, 1, generator=rng)
    return (torch.einsum("bij,bjhw->bihw", mixing, images - 0.5) + 0.5 + shift).clamp(0, 1)


def accuracy(model: SmallResNet, images: Tensor, labels: Tensor) -> float:
    """Share of right answers, in eval mode."""
    model.eval()
    with torch.no_grad():
        right = (model((images - model.mean) / model.std).argmax(1) == labels).float().mean().item()
    model.train()
    return right


def train() -> tuple[SmallResNet, float]:
    """The trained network, and its accuracy on the held-out crops."""
    torch.manual_seed(SEED)
    rng = torch.Generator().manual_seed(SEED)
    images, model = photographs(), SmallResNet()
    test = crops(images, 2000, True, rng)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LR, total_steps=STEPS)
    for step in range(1, STEPS + 1):
        batch, labels = crops(images, BATCH, False, rng)
        inputs = (varied(batch, rng) - model.mean) / model.std
        loss = F.cross_entropy(model(inputs), labels, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 500 == 0:
            sys.stdout.write(f"step {step}: loss {loss.item():.3f}, held out {accuracy(model, *test):.3f}\n")
            sys.stdout.flush()
    return model.eval(), accuracy(model, *test)


def main(path: Path = WEIGHTS) -> None:
    """Train and write the file."""
    torch.set_num_threads(1)
    model, reached = train()
    metadata = {
        "task": f"from which of {len(data.PHOTOS)} photographs of scikit-image is a crop of {SIDE} x {SIDE} pixels",
        "classes": " ".join(data.PHOTOS),
        "accuracy": f"{reached:.4f} on 2000 crops from the right quarter of each photograph, which was not trained on",
        "training": f"seed {SEED}, {STEPS} steps of {BATCH}, AdamW, one cycle up to {LR}, shared/training/backbone.py",
        "versions": " ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "scikit-image")),
        "date": date.today().isoformat(),
    }
    path.parent.mkdir(exist_ok=True)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path, metadata=metadata)
    path.chmod(0o644)
    sys.stdout.write(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, accuracy {reached:.3f}\n")


if __name__ == "__main__":
    main()
