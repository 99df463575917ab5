"""A stained tissue slide and the patches cut from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from cnnkit.data.bundled import FILES

Pixels = npt.NDArray[np.uint8]
BROWN = 0.05  # optical density of the brown stain (DAB) from which a pixel counts as brown
SHARE = 0.5  # of the centre: with at least this much brown a patch is positive


def slide() -> Pixels:
    """A stained slide of colon glands, uint8 (512, 341, 3): the left two thirds of scikit-image's `ihc.png`."""
    from PIL import Image

    with Image.open(FILES / "slide.png") as picture:
        return np.array(picture.convert("RGB"))


def patches(slide: Pixels, size: int = 96, stride: int = 16) -> tuple[torch.Tensor, torch.Tensor]:
    """Square patches of a slide, row by row: images uint8 (N, 3, size, size), labels int64 (N,).

    Label 1: at least half of the centre, size//3 pixels wide (32 of 96), is stained brown. What lies around the centre
    does not count, as in the histopathologic cancer data. Patches overlap when stride < size: split the slide
    before you cut it, not the patches. Raises ValueError when the slide is smaller than a patch.
    """
    largest = min(slide.shape[:2])
    if not 3 <= size <= largest:
        raise ValueError(f"size is {size}: patches of this slide, {slide.shape[:2]}, are 3 to {largest} pixels wide")
    windows = _windows(torch.tensor(slide).permute(2, 0, 1), size, stride)
    edge, centre = (size - size // 3) // 2, size // 3
    brown = _windows(torch.tensor(stain(slide) >= BROWN)[None], size, stride)
    share = brown[:, 0, edge : edge + centre, edge : edge + centre].double().mean(dim=(1, 2))
    return windows, (share >= SHARE).long()


def _windows(planes: torch.Tensor, size: int, stride: int) -> torch.Tensor:
    """(C, H, W) → every window, row by row, (N, C, size, size)."""
    windows = planes.unfold(1, size, stride).unfold(2, size, stride)
    return windows.permute(1, 2, 0, 3, 4).reshape(-1, len(planes), size, size)


def stain(slide: Pixels) -> npt.NDArray[np.float64]:
    """How much of the brown stain each pixel of (H, W, 3) has, (H, W): the third channel of scikit-image's rgb2hed."""
    from skimage.color import rgb2hed

    density: npt.NDArray[np.float64] = rgb2hed(slide)[..., 2]
    return density
