"""Pictures drawn by the kit: letters in matplotlib's fonts, shapes in wobbly strokes, images put anywhere on a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPES = ("circle", "square", "triangle", "star", "line", "cross", "zigzag", "spiral")
FONTS = (  # all ship with matplotlib
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono-Oblique", "DejaVuSerif", "DejaVuSerif-Italic"),
    *("STIXGeneral", "STIXGeneralItalic", "STIXGeneralBol", "cmr10", "cmss10", "cmtt10"),
)

CANVAS = 64  # side of the square in which a glyph is drawn before it is scaled down
SIDE = 28
PAPER = 0.3  # how uneven the brightness of a page is on which images are scattered
POINTS = 128  # of a shape's outline
AT_ONCE = 100


def letters(n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """n capital letters: images (n, 1, 28, 28) float32 in [0, 1], white on black; labels (n,) int64, 0 for A.

    Each has a font, size, position and angle of its own. The same seed gives the same letters; classes are balanced.
    """
    random = torch.Generator().manual_seed(seed)
    labels = _labels(n, len(LETTERS), random)
    fonts = torch.randint(len(FONTS), (n,), generator=random)
    angle = _uniform(random, -0.35, 0.35, n)
    zoom = _uniform(random, 0.85, 1.45, n)  # of the sampling grid: a larger grid makes a smaller letter
    shift = _uniform(random, -0.25, 0.25, n, 2)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).reshape(n, 2, 2)
    motion = torch.cat([turn * zoom[:, None, None], shift[:, :, None]], dim=2)
    alphabet, batches = _alphabet(), zip(*(part.split(AT_ONCE) for part in (fonts, labels, motion)), strict=True)
    images = [_moved(alphabet[font, label], theta) for font, label, theta in batches]
    return torch.cat(images), labels


def shapes(n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """n drawn shapes: images (n, 1, 28, 28) float32 in [0, 1], white on black; labels (n,) int64, indices of `SHAPES`.

    Each is drawn in a wobbly stroke, at a size, position and angle of its own. The same seed gives the same shapes.
    """
    random = torch.Generator().manual_seed(seed)
    labels = _labels(n, len(SHAPES), random)
    outlines = torch.stack([_outline(name) for name in SHAPES])[labels]
    outlines = _wobbled(outlines, random)
    angle, size = _uniform(random, 0, 2 * math.pi, n), _uniform(random, 6.0, 10.5, n)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).reshape(n, 2, 2)
    stretch = _uniform(random, 0.8, 1.2, n, 1, 2)
    strokes = (outlines * stretch) @ turn * size[:, None, None] + 13.5 + _uniform(random, -2.5, 2.5, n, 1, 2)
    width = _uniform(random, 0.6, 1.3, n)
    pairs = zip(strokes.split(AT_ONCE), width.split(AT_ONCE), strict=True)
    return torch.cat([_inked(stroke, thickness) for stroke, thickness in pairs]), labels


def scattered(images: Tensor, seed: int = 0) -> Tensor:
    """Images (n, 1, 28, 28) in [0, 1], half as large, each somewhere on a page of uneven brightness: (n, 1, 28, 28).

    Place and light of each are drawn by the seed; the images themselves stay as they are.
    """
    random, count = torch.Generator().manual_seed(seed), len(images)
    pages = torch.zeros(count, 1, SIDE, SIDE)
    corners = torch.randint(SIDE // 2 + 1, (count, 2), generator=random).tolist()
    for page, small, (top, left) in zip(pages, F.avg_pool2d(images, 2), corners, strict=True):
        page[:, top : top + SIDE // 2, left : left + SIDE // 2] = small
    slope = _uniform(random, -1, 1, count, 2, 1) * torch.linspace(-0.5, 0.5, SIDE)
    light = _uniform(random, 0, 1, count, 1, 1) + slope[:, 0, :, None] + slope[:, 1, None, :]
    return (pages * (1 - PAPER / 2) + PAPER * light[:, None]).clamp(0, 1)


def _labels(n: int, classes: int, random: torch.Generator) -> Tensor:
    """Every class equally often, as far as n allows, in a random order."""
    if n < 1:
        raise ValueError(f"n is {n}; at least 1 picture is needed")
    return torch.randperm(n, generator=random) % classes


def _uniform(random: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    return low + (high - low) * torch.rand(*shape, generator=random)


def _alphabet() -> Tensor:
    """Every letter in every font, in the middle of its canvas: (fonts, 26, 1, CANVAS, CANVAS) in [0, 1]."""
    import matplotlib
    from PIL import ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = [ImageFont.truetype(str(folder / f"{name}.ttf"), size=CANVAS * 3 // 4) for name in FONTS]
    return torch.stack([torch.stack([_glyph(font, letter) for letter in LETTERS]) for font in fonts])


def _glyph(font: FreeTypeFont, letter: str) -> Tensor:
    """One letter, white on black: (1, CANVAS, CANVAS)."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = font.getbbox(letter)
    canvas = Image.new("L", (CANVAS, CANVAS))
    corner = ((CANVAS - left - right) / 2, (CANVAS - top - bottom) / 2)
    ImageDraw.Draw(canvas).text(corner, letter, fill=255, font=font)
    return torch.tensor(np.asarray(canvas), dtype=torch.float32)[None] / 255


def _moved(glyphs: Tensor, motion: Tensor) -> Tensor:
    """(N, 1, CANVAS, CANVAS) turned, zoomed and shifted by (N, 2, 3) affine maps, then scaled down."""
    grid = F.affine_grid(motion, [len(glyphs), 1, 2 * SIDE, 2 * SIDE], align_corners=False)
    return F.avg_pool2d(F.grid_sample(glyphs, grid, align_corners=False), 2).clamp(0, 1)


def _outline(name: str) -> Tensor:
    """A shape of about radius 1 as points in the order in which they are drawn: (POINTS, 2)."""
    t = torch.linspace(0, 1, POINTS)
    round_ = 2 * math.pi * t
    if name == "circle":
        return torch.stack([round_.cos(), round_.sin()], dim=1)
    if name == "spiral":
        return torch.stack([(2 * round_).cos(), (2 * round_).sin()], dim=1) * (0.1 + 1.1 * t)[:, None]
    if name == "cross":
        return torch.cat([_path([(-1, 0), (1, 0)], POINTS // 2), _path([(0, -1), (0, 1)], POINTS // 2)])
    return _path(CORNERS[name], POINTS)


def _ring(*radii: float) -> list[tuple[float, float]]:
    """Corners around the centre at these distances, and back to the first."""
    angles = [2 * math.pi * i / len(radii) for i in range(len(radii))]
    corners = [(r * math.cos(angle), r * math.sin(angle)) for r, angle in zip(radii, angles, strict=True)]
    return [*corners, corners[0]]


CORNERS = {
    "square": _ring(1.2, 1.2, 1.2, 1.2),
    "triangle": _ring(1.2, 1.2, 1.2),
    "star": _ring(*[1.2, 0.5] * 5),
    "line": [(-1.2, 0.0), (1.2, 0.0)],
    "zigzag": [(-1.2, -0.6), (-0.6, 0.6), (0.0, -0.6), (0.6, 0.6), (1.2, -0.6)],
}


def _path(corners: Sequence[tuple[float, float]], count: int) -> Tensor:
    """`count` points, evenly spaced from the first corner along straight lines to the last: (count, 2)."""
    ends = torch.tensor(corners, dtype=torch.float32)
    lengths = (ends[1:] - ends[:-1]).norm(dim=1)
    reached = torch.cat([torch.zeros(1), lengths.cumsum(0)])
    places = torch.linspace(0, float(reached[-1]), count)
    piece = torch.searchsorted(reached, places, right=True).clamp(1, len(lengths)) - 1
    share = (places - reached[piece]) / lengths[piece]
    start, end = ends[piece], ends[piece + 1]
    return torch.lerp(start, end, share[:, None])


def _wobbled(outlines: Tensor, random: torch.Generator) -> Tensor:
    """(N, POINTS, 2) with slow waves in both directions, as if drawn by an unsteady hand."""
    t = torch.linspace(0, 2 * math.pi, POINTS)[None, :, None]
    waves = torch.zeros_like(outlines)
    for frequency in (1, 2, 3, 5):
        height = _uniform(random, 0, 0.12 / frequency**0.5, len(outlines), 1, 2)
        waves += height * (frequency * t + _uniform(random, 0, 2 * math.pi, len(outlines), 1, 2)).sin()
    return outlines + waves


def _inked(strokes: Tensor, width: Tensor) -> Tensor:
    """Points (N, POINTS, 2) in pixels → (N, 1, 28, 28): white within `width` (N,) pixels of a point, soft edge."""
    places = torch.arange(SIDE, dtype=torch.float32)[None, :, None]
    across, down = ((places - strokes[:, None, :, axis]).square() for axis in (0, 1))
    distance = torch.stack([(row[:, None] + across).amin(dim=2) for row in down.unbind(1)], dim=1).sqrt()
    return (width[:, None, None] + 0.5 - distance).clamp(0, 1)[:, None]
