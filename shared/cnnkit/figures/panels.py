"""Draws one panel: a small matrix with its numbers, a gray image or a colour image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.patches import Rectangle

from cnnkit.figures.picture import bare

Values = npt.NDArray[Any]
Rect = tuple[int, int, int, int]  # row, column, height, width
Limits = tuple[float, float]

MAX_NUMBERS = 12  # rows and columns up to which every cell shows its number
INK, LINE, MARK = "#1f2933", "#ffffff", "#e8590c"
SIGNED = LinearSegmentedColormap.from_list("signed", ["#7fa8d9", "#f7f7f5", "#e88b84"])
BRIGHT = LinearSegmentedColormap.from_list("bright", ["#a39a8a", "#ecca7a", "#fff6d5"])  # as in a photo
POSITIVE = LinearSegmentedColormap.from_list("positive", ["#f7f7f5", "#f3c969", "#e8892b"])


def as_panel(value: Any) -> Values:
    """A tensor, array or nested list as NumPy: (H, W), or (H, W, 3) for colour; (3, H, W) is transposed."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().resolve_conj().numpy()
    panel = np.asarray(value)
    if panel.dtype == bool:
        panel = panel.astype(float)
    if panel.ndim == 3 and panel.shape[0] in (1, 3) and panel.shape[2] not in (3, 4):
        panel = panel.transpose(1, 2, 0)
    if panel.ndim == 3 and panel.shape[2] == 1:
        panel = panel[:, :, 0]
    if panel.ndim < 2:
        panel = np.atleast_2d(panel)
    if panel.ndim > 3:
        raise ValueError(f"a panel is (H, W) or (3, H, W), not of shape {panel.shape}: pick one image of the batch")
    return panel


def is_small(panel: Values) -> bool:
    """Whether the numbers fit into the cells."""
    return panel.ndim == 2 and max(panel.shape) <= MAX_NUMBERS


def draw(axes: Axes, panel: Values, title: str = "", boxes: Iterable[Rect] = (), limits: Limits | None = None) -> None:
    """Draw one panel with its title; `boxes` are framed, `limits` are the values of the first and last colour."""
    bare(axes)
    if panel.ndim == 3:
        scale = 255 if panel.dtype == np.uint8 else 1
        axes.imshow(np.clip(panel[:, :, :3] / scale, 0, 1), interpolation="nearest")
    else:
        low, high = limits or shared_limits(panel)
        axes.imshow(panel, cmap=_colours(panel, low), vmin=low, vmax=high, interpolation="nearest")
        if is_small(panel):
            _write_numbers(axes, panel)
    if title:
        axes.set_title(title, fontsize=10, color=INK)
    for row, column, height, width in boxes:
        frame = Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=MARK, linewidth=2.5)
        frame.set(clip_on=False, zorder=5)  # over the lines between the cells
        axes.add_patch(frame)


def shared_limits(panel: Values) -> Limits:
    """Values of the first and last colour: symmetric when a small matrix has a negative number, so that 0 is pale."""
    finite = panel[np.isfinite(panel)] if panel.dtype.kind == "f" else panel
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if panel.dtype == np.uint8 and is_small(panel):
        return 0, 255
    if is_small(panel):
        largest = max(abs(low), abs(high)) or 1.0
        return (-largest, largest) if low < 0 else (0.0, largest)
    return low, (high if high > low else low + 1)


def _colours(panel: Values, low: float) -> str | Colormap:
    if not is_small(panel):
        return "gray"
    if panel.dtype == np.uint8:  # pixels of a photograph
        return "gray"
    return SIGNED if low < 0 else BRIGHT


def _write_numbers(axes: Axes, panel: Values) -> None:
    rows, columns = panel.shape
    dark = panel < 128 if panel.dtype == np.uint8 else np.zeros_like(panel, dtype=bool)
    size = 11 if max(rows, columns) <= 5 else 9 if max(rows, columns) <= 8 else 7
    longest = max(len(number(value)) for value in panel.flat)
    size = size - max(0, longest - 3)
    for row in range(rows):
        for column in range(columns):
            text = number(panel[row, column])
            ink = LINE if dark[row, column] else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=max(size, 6), color=ink)
    axes.set_xticks(np.arange(0.5, columns - 1), minor=True)
    axes.set_yticks(np.arange(0.5, rows - 1), minor=True)
    axes.grid(which="minor", color=LINE, linewidth=1.5)
    axes.tick_params(which="both", length=0)


def number(value: Any) -> str:
    """`3`, `0.25`, `−1`: as short as it stays legible; NaN stays NaN."""
    real = float(value)
    if not np.isfinite(real):
        return str(real)
    whole = real == round(real) and abs(real) < 1e5
    text = f"{real:.0f}" if whole else f"{real:.2g}" if abs(real) < 1 else f"{real:.4g}"
    return text.replace("-", "−") if float(text) else "0"


def words(panel: Values, title: str) -> str:
    """One panel for the alt text: its title, shape, and the numbers when there are few."""
    name = title or "a panel"
    shape = "×".join(map(str, panel.shape))
    if is_small(panel) and panel.size <= 36:
        rows = "; ".join(" ".join(number(value) for value in row) for row in panel)
        return f"{name} ({shape}): {rows}"
    return f"{name} ({shape} {'image' if panel.ndim == 3 or panel.size > 144 else 'numbers'})"
