"""Figures for text: a strip of characters with their numbers, a table of colours with named rows, columns of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cnnkit.figures.panels import INK, LINE, MARK, POSITIVE, SIGNED, number
from cnnkit.figures.picture import Picture, bare

__all__ = ["Picture", "columns", "strip", "table"]

CELL = 0.34  # inches
PALE, EDGE = "#f3c969", "#8a94a0"


def strip(text: str, numbers: Sequence[Any] = (), window: tuple[int, int] | None = None, title: str = "") -> Picture:
    """The characters of a text in a row of cells, a number under each; `window` = (first, length) is framed."""
    alt = f"{title}: {text}" + (f" with {', '.join(number(value) for value in numbers)}" if len(numbers) else "")
    high = CELL * (2 if len(numbers) else 1) + 0.1 + (0.3 if title else 0)
    picture = Picture(CELL * max(len(text), 1) + 0.1, high, alt, layout=None)
    axes = picture.add_axes((0.0, 0.0, 1.0, (high - (0.3 if title else 0)) / high))
    bare(axes)
    for place, letter in enumerate(text):
        colour = "#ffffff" if letter == "." else PALE
        axes.add_patch(Rectangle((place, 0), 1, 1, facecolor=colour, edgecolor=EDGE, linewidth=0.8))
        _write(axes, place, 0.5, letter, 11)
    for place, value in enumerate(numbers):
        _write(axes, place, 1.5, number(value), 8)
    if window:
        frame = Rectangle((window[0], 0), window[1], 1, fill=False, edgecolor=MARK, linewidth=2.5)
        axes.add_patch(frame)
        frame.set(clip_on=False, zorder=5)
    axes.set_xlim(-0.1, len(text) + 0.1)
    axes.set_ylim(2.1 if len(numbers) else 1.1, -0.1)
    axes.set_title(title, fontsize=10, color=INK)
    return picture


def _write(axes: Axes, place: float, height: float, text: str, size: int) -> None:
    axes.text(place + 0.5, height, text, ha="center", va="center", fontsize=size, color=INK)


def table(
    values: Any,
    rows: Sequence[str],
    over: Sequence[str],
    title: str = "",
    numbers: bool = True,
) -> Picture:
    """(R, C) values as colours, with a name beside each row and over each column, and the values where they fit.

    With `numbers`, the largest value of each row is framed.
    """
    cells = np.asarray(values, dtype=float)
    low, high = min(0.0, float(cells.min())), float(cells.max()) or 1.0
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    lines = [f"{name}: {' '.join(map(number, line))}" for name, line in zip(rows, cells, strict=True)]
    content = f"({' '.join(over)}): {'; '.join(lines)}" if cells.size <= 100 else f"({len(rows)} × {len(over)} colours)"
    side = CELL * (1.25 if numbers else 0.75)
    margin = 0.085 * max(map(len, rows), default=0) + 0.15
    width, tall = margin + side * len(over) + 0.1, side * len(rows) + 0.35 + (0.3 if title else 0)
    picture = Picture(width, tall, f"{title} {content}", layout=None)
    axes = picture.add_axes((margin / width, 0.02, 1 - margin / width - 0.02, side * len(rows) / tall))
    bare(axes)
    axes.imshow(cells, cmap=SIGNED if low < 0 else POSITIVE, vmin=low, vmax=high, aspect="auto")
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(over)), list(over), fontsize=10 if numbers else 8, color=INK)
    axes.set_yticks(range(len(rows)), list(rows), fontsize=9 if numbers else 8, color=INK)
    axes.tick_params(length=0)
    if numbers:
        _fill(axes, cells)
    axes.set_title(title, fontsize=10, color=INK)
    return picture


def _fill(axes: Axes, cells: np.ndarray[Any, Any]) -> None:
    rows, width = cells.shape
    for row, column in np.ndindex(rows, width):
        shown = number(round(float(cells[row, column]), 2))
        axes.text(column, row, shown, ha="center", va="center", fontsize=8, color=INK)
    for row in range(rows):
        place = int(cells[row].argmax())
        frame = Rectangle((place - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=MARK, linewidth=2.5)
        axes.add_patch(frame)
        frame.set(clip_on=False, zorder=5)
    axes.set_xticks(np.arange(0.5, width - 1), minor=True)
    axes.set_yticks(np.arange(0.5, rows - 1), minor=True)
    axes.grid(which="minor", color=LINE, linewidth=1.5)
    axes.tick_params(which="both", length=0)


def columns(counts: Mapping[Any, float], title: str = "", labels: tuple[str, str] = ("", "")) -> Picture:
    """Amounts as columns over their keys, e.g. how many names there are of each length."""
    amounts = ", ".join(f"{key}: {value:g}" for key, value in counts.items())
    picture = Picture(max(3.2, 0.26 * len(counts) + 0.9), 2.4, f"{title}: {amounts}")
    axes = picture.subplots()
    axes.bar(range(len(counts)), list(counts.values()), color=MARK, width=0.8)
    axes.set_xticks(range(len(counts)), [str(key) for key in counts], fontsize=8)
    axes.set_title(title, fontsize=10, color=INK)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.spines[["top", "right"]].set_visible(False)
    return picture
