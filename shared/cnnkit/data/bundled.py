"""What ships with the kit or with scikit-image: photographs, handwritten digits, given names."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

FILES = Path(__file__).parents[1] / "files"
PHOTOS = ("astronaut", "brick", "camera", "cat", "coffee", "coins", "grass", "gravel", "moon", "page", "rocket", "text")


def photo(name: str = "astronaut", size: int | None = None) -> npt.NDArray[np.uint8]:
    """A photograph as NumPy uint8, (H, W) gray or (H, W, 3) colour; `size` crops the middle square and shrinks it.

    Names: see `PHOTOS`. Raises ValueError for any other.
    """
    if name not in PHOTOS:
        raise ValueError(f"no photograph {name!r}; choose from {', '.join(PHOTOS)}")
    from skimage import data

    pixels: npt.NDArray[np.uint8] = np.asarray(getattr(data, name)())
    return pixels if size is None else _shrink(pixels, size)


def gray(pixels: npt.NDArray[Any]) -> torch.Tensor:
    """(H, W) or (H, W, C) pixels, 0 to 255 → (H, W) float32 tensor in [0, 1], the mean over the channels."""
    values = torch.tensor(pixels, dtype=torch.float32) / 255
    return values if values.ndim == 2 else values[:, :, :3].mean(dim=2)


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """1,198 handwritten digits: images (1198, 1, 28, 28) float32 in [0, 1], scaled from 8×8; labels (1198,) int64.

    Two thirds of scikit-learn's 1,797, of each digit; the rest is kept for grading.
    """
    with np.load(FILES / "digits.npz") as file:
        return enlarged(file["images"]), torch.tensor(file["labels"], dtype=torch.int64)


def enlarged(pixels: npt.NDArray[Any]) -> torch.Tensor:
    """(N, 8, 8) digits with values 0 to 16 → (N, 1, 28, 28) float32 in [0, 1]."""
    images = torch.tensor(pixels, dtype=torch.float32)[:, None] / 16
    return torch.nn.functional.interpolate(images, size=(28, 28), mode="bilinear", align_corners=False)


def names() -> list[tuple[str, int]]:
    """1,136 Spanish given names as (name, label), label 1 for female; men first, in alphabetical order.

    Lower case, `_` for a space, no accents. A name given to both is listed twice, once with each label.
    """
    with (FILES / "names.csv").open(encoding="utf-8", newline="") as file:
        return [(row["name"], int(row["gender"] == "F")) for row in csv.DictReader(file)]


def _shrink(pixels: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Middle square, averaged down to (size, size)."""
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    square = torch.tensor(pixels[top : top + side, left : left + side], dtype=torch.float32)
    planes = square.reshape(side, side, -1).permute(2, 0, 1)[None]
    small = torch.nn.functional.interpolate(planes, size=(size, size), mode="area")[0].permute(1, 2, 0)
    result: npt.NDArray[np.uint8] = small.round().to(torch.uint8).numpy()
    return result[:, :, 0] if pixels.ndim == 2 else result
