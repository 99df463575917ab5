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


def patches(slide: Pixels, size: int = 96, stride: int = 16, doubt: float = 0.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Square patches of a slide, row by row: images uint8 (N, 3, size, size), labels int64 (N,).

    Label 1: at least half of the centre, size//3 pixels wide (32 of 96), is stained brown. What lies around the centre
    does not count, as in the histopathologic cancer data. Patches overlap when stride < size: split the slide
    before you cut it, not the patches. Where the stained share is less than `doubt` away from a half, the patch is left
    out. Raises ValueError when the slide is smaller than a patch.
    """
    largest = min(slide.shape[:2])
    if not 3 <= size <= largest:
        raise ValueError(f"size is {size}: patches of this slide, {slide.shape[:2]}, are 3 to {largest} pixels wide")
    windows = _windows(torch.tensor(slide).permute(2, 0, 1), size, stride)
    brown = _windows(torch.tensor(stain(slide) >= BROWN)[None], size, stride)
    share = _centre(brown[:, 0]).double().mean(dim=(1, 2))
    clear = (share - SHARE).abs() >= doubt
    return windows[clear], (share[clear] >= SHARE).long()


def evened(patches: torch.Tensor) -> torch.Tensor:
    """Patches without colour and with the same contrast: uint8 (N, 3, S, S) → uint8 (N, 3, S, S), three equal channels.

    Each pixel becomes its rank among the grays of the centre, S//3 pixels wide. So every centre has each gray about
    equally often: how bright it is, and how strong its contrast, says nothing about its label.
    """
    ranked = []
    for gray in patches.sum(1):
        often = torch.bincount(_centre(gray).flatten(), minlength=3 * 256).double()
        rank = (often.cumsum(0) - often / 2) / often.sum()
        ranked.append((255 * rank).round().to(torch.uint8)[gray])
    return torch.stack(ranked)[:, None].repeat(1, 3, 1, 1)


def as_many_of_each(labels: torch.Tensor, count: int, seed: int = 0) -> torch.Tensor:
    """The places of so many zeros and as many ones, drawn at random and mixed; fewer where there are fewer."""
    rng = torch.Generator().manual_seed(seed)
    zeros, ones = (torch.nonzero(labels == label)[:, 0] for label in (0, 1))
    count = min(count, len(zeros), len(ones))
    drawn = [places[torch.randperm(len(places), generator=rng)[:count]] for places in (zeros, ones)]
    return torch.cat(drawn)[torch.randperm(2 * count, generator=rng)]


def _centre(planes: torch.Tensor) -> torch.Tensor:
    """The middle third of (..., S, S), each way."""
    size = planes.shape[-1]
    edge, centre = (size - size // 3) // 2, size // 3
    return planes[..., edge : edge + centre, edge : edge + centre]


def _windows(planes: torch.Tensor, size: int, stride: int) -> torch.Tensor:
    """(C, H, W) → every window, row by row, (N, C, size, size)."""
    windows = planes.unfold(1, size, stride).unfold(2, size, stride)
    return windows.permute(1, 2, 0, 3, 4).reshape(-1, len(planes), size, size)


def stain(slide: Pixels) -> npt.NDArray[np.float64]:
    """How much of the brown stain each pixel of (H, W, 3) has, (H, W): the third channel of scikit-image's rgb2hed."""
    from skimage.color import rgb2hed

    density: npt.NDArray[np.float64] = rgb2hed(slide)[..., 2]
    return density
