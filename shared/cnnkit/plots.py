"""Figures for the notebooks: matrices with their numbers, images, kernels at work, curves. All return a `Picture`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from cnnkit.panels import INK, MARK, Box, Limits, Values, as_panel, draw, is_small, number, words
from cnnkit.picture import Picture, bare

__all__ = ["Picture", "curve", "difference", "grid", "placements", "row"]

CELL = 0.42  # inches of a cell with a number
SIDE = 2.1  # inches of an image


def row(
    *panels: Any,
    titles: Sequence[str] = (),
    signs: Sequence[str] = (),
    boxes: Mapping[int, Box] | None = None,
    limits: Limits | None = None,
) -> Picture:
    """Panels side by side: (H, W) matrices and images, (3, H, W) or (H, W, 3) colour.

    titles   one per panel
    signs    what stands between them: `signs=("⋆", "=")`
    boxes    {panel: (row, column, height, width)} to mark
    limits   (low, high): the same colours in every panel
    """
    arrays = [as_panel(panel) for panel in panels]
    names = [*titles, *[""] * (len(arrays) - len(titles))]
    widths = [_width(panel) for panel in arrays]
    height = max(_height(panel) for panel in arrays)
    gap = 0.45 if signs else 0.12
    alt = " | ".join(words(panel, name) for panel, name in zip(arrays, names, strict=True))
    picture = Picture(sum(widths) + gap * (len(arrays) - 1) + 0.2, height + 0.45, alt)
    ratios = [part for width in widths for part in (width, gap)][:-1]
    axes = picture.subplots(1, len(ratios), squeeze=False, gridspec_kw={"width_ratios": ratios})[0]
    for place, (panel, name) in enumerate(zip(arrays, names, strict=True)):
        marked = [boxes[place]] if boxes and place in boxes else []
        draw(axes[2 * place], panel, name, marked, limits)
    for place, between in enumerate(axes[1::2]):
        bare(between)
        between.text(0.5, 0.5, signs[place] if place < len(signs) else "", ha="center", va="center", fontsize=15, color=INK)
    return picture


def grid(panels: Sequence[Sequence[Any]], titles: Sequence[Sequence[str]] = ()) -> Picture:
    """Rows of panels of the same size; None leaves a place empty."""
    rows, columns = len(panels), max(len(line) for line in panels)
    arrays = [[None if value is None else as_panel(value) for value in line] for line in panels]
    first = next(array for line in arrays for array in line if array is not None)
    picture = Picture(columns * (_width(first) + 0.15), rows * (_height(first) + 0.4))
    axes = picture.subplots(rows, columns, squeeze=False)
    said = []
    for place in np.ndindex(rows, columns):
        line = arrays[place[0]]
        panel = line[place[1]] if place[1] < len(line) else None
        if panel is None:
            axes[place].set_axis_off()
            continue
        name = titles[place[0]][place[1]] if titles else ""
        draw(axes[place], panel, name)
        said.append(words(panel, name))
    picture.alt = " | ".join(said)
    return picture


def placements(n: int, k: int, s: int = 1, p: int = 0) -> Picture:
    """Where a kernel of k fits on a line of n pixels with p zeros at each end, in steps of s; dropped pixels are hatched."""
    length = n + 2 * p
    starts = list(range(0, length - k + 1, s))
    dropped = length - (starts[-1] + k) if starts else length
    alt = f"{n} pixels, padding {p}: a kernel of {k} with stride {s} fits {len(starts)} times, {dropped} pixels are left over"
    picture = Picture(0.34 * length + 0.6, 0.26 * len(starts) + 0.75, alt)
    axes = picture.subplots()
    bare(axes)
    for cell in range(length):
        padding, lost = not p <= cell < n + p, cell >= length - dropped
        colour = "#ffffff" if padding else "#f3c969"
        hatch = "////" if lost else None
        axes.add_patch(Rectangle((cell, 0.2), 1, 0.8, facecolor=colour, edgecolor="#8a94a0", hatch=hatch))
        axes.text(cell + 0.5, 0.6, "0" if padding else "", ha="center", va="center", fontsize=8, color="#8a94a0")
    for place, start in enumerate(starts):
        axes.add_patch(Rectangle((start + 0.08, -0.62 * place - 0.5), k - 0.16, 0.4, facecolor=MARK, alpha=0.85))
        axes.text(start + k / 2, -0.62 * place - 0.3, str(place + 1), ha="center", va="center", fontsize=7, color="white")
    axes.set_xlim(-0.2, length + 0.2)
    axes.set_ylim(-0.62 * len(starts) - 0.1, 1.2)
    axes.set_title(f"n={n}  k={k}  s={s}  p={p}:  fits {len(starts)} times", fontsize=10, color=INK)
    return picture


def curve(values: Sequence[float], title: str = "", xlabel: str = "step", ylabel: str = "loss", log: bool = False) -> Picture:
    """One line over its index, e.g. a loss; `log` draws a logarithmic axis."""
    ends = f" from {values[0]:.3g} to {values[-1]:.3g}" if len(values) else ""
    picture = Picture(4.6, 2.5, f"{title or ylabel}: {ylabel} over {len(values)} values of {xlabel}{ends}")
    axes = picture.subplots()
    axes.plot(list(values), color=MARK, linewidth=2)
    axes.set_title(title, fontsize=10, color=INK)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if log:
        axes.set_yscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    return picture


def difference(yours: Any, expected: Any, caption: str = "") -> Picture:
    """Yours, expected, and yours − expected when the shapes agree."""
    mine, right = as_panel(yours), as_panel(expected)
    same = mine.shape == right.shape
    names = [f"yours {caption}".strip(), f"expected {caption}".strip(), "difference"]
    panels = [mine, right, mine.astype(float) - right.astype(float)] if same else [mine, right]
    return row(*panels, titles=names[: len(panels)])


def _width(panel: Values) -> float:
    if not is_small(panel):
        return SIDE * min(1.6, panel.shape[1] / panel.shape[0])
    longest = max(len(number(value)) for value in panel.flat) if panel.size else 1
    return max(panel.shape[1] * CELL * (1.0 if longest <= 4 else 1.2), 0.8)


def _height(panel: Values) -> float:
    return panel.shape[0] * CELL if is_small(panel) else SIDE
