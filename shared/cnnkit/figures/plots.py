"""Figures for the notebooks: matrices with their numbers, images, kernels at work, curves. All return a `Picture`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cnnkit.figures.panels import (
    INK,
    MARK,
    Limits,
    Rect,
    Values,
    as_panel,
    draw,
    is_small,
    number,
    shared_limits,
    words,
)
from cnnkit.figures.picture import Picture, bare

__all__ = ["Picture", "curve", "difference", "grid", "placements", "row"]

CELL = 0.42  # inches of a cell with a number
SIDE = 2.1  # inches of an image
LETTER = 0.085  # inches of a letter of a title
TITLE = 0.3  # inches above a panel
SMALLEST = 0.35  # share of its size to which a panel shrinks so that its row fits
WIDEST = 9.0  # inches of a row: below 1000 pixels, what a notebook shows at its own size


def row(
    *panels: Any,
    titles: Sequence[str] = (),
    signs: Sequence[str] = (),
    boxes: Mapping[int, Rect] | None = None,
    limits: Limits | Mapping[int, Limits] | None = None,
) -> Picture:
    """Panels side by side: (H, W) matrices and images, (3, H, W) or (H, W, 3) colour.

    titles   one per panel
    signs    what is written between them: `signs=("⋆", "=")`
    boxes    {panel: (row, column, height, width)} to frame
    limits   (low, high): the same colours in every panel; {panel: (low, high)}: for some of them
    """
    arrays = [as_panel(panel) for panel in panels]
    names = [*titles, *[""] * (len(arrays) - len(titles))]
    gaps = [_gap(sign) for sign in [*signs, *[""] * len(arrays)][: len(arrays) - 1]]
    sizes, slots = _fitting(arrays, names, WIDEST - sum(gaps) - 0.1)
    high = max(tall for _, tall in sizes)
    width, height = sum(slots) + sum(gaps) + 0.1, high + TITLE
    alt = " | ".join(words(panel, name) for panel, name in zip(arrays, names, strict=True))
    picture = Picture(width, height, alt, layout=None)
    left = 0.05
    for place, (panel, name) in enumerate(zip(arrays, names, strict=True)):
        middle = left + slots[place] / 2
        axes = _axes_around(picture, (middle, high / 2), sizes[place])
        marked = [boxes[place]] if boxes and place in boxes else []
        draw(axes, panel, name, marked, limits.get(place) if isinstance(limits, Mapping) else limits)
        left += slots[place]
        if place < len(signs) and place < len(gaps):
            size = 26 if signs[place] == "⋆" else 15  # most fonts draw the star small
            text = {"ha": "center", "va": "center", "fontsize": size, "color": INK}
            picture.text((left + gaps[place] / 2) / width, high / 2 / height, signs[place], text)
        left += gaps[place] if place < len(gaps) else 0
    return picture


def _fitting(
    arrays: Sequence[Values], names: Sequence[str], most: float
) -> tuple[list[tuple[float, float]], list[float]]:
    """Width and height of each panel, and of the slot that its title needs, in inches: made smaller until they fit."""
    scale = 1.0
    while True:
        high = max(_height(panel) for panel in arrays)
        sizes = [(_width(panel, high) * scale, _height(panel, high) * scale) for panel in arrays]
        slots = [max(wide, LETTER * len(name)) for (wide, _), name in zip(sizes, names, strict=True)]
        if sum(slots) <= most or scale < SMALLEST:
            return sizes, slots
        scale -= 0.05


def grid(panels: Sequence[Sequence[Any]], titles: Sequence[Sequence[str]] = ()) -> Picture:
    """Rows of panels of about the same size; None leaves a cell empty."""
    arrays = [[None if value is None else as_panel(value) for value in line] for line in panels]
    drawn = [array for line in arrays for array in line if array is not None]
    longest = max((len(title) for line in titles for title in line), default=0)
    columns = max(len(line) for line in arrays)
    widest = max(_width(panel) for panel in drawn)
    scale = min(1.0, max(SMALLEST, (WIDEST / columns - 0.2) / widest))
    slot = max(widest * scale, LETTER * longest) + 0.2
    high = max(_height(panel) for panel in drawn) * scale + TITLE + 0.05
    picture = Picture(slot * columns, high * len(arrays), layout=None)
    descriptions = []
    for row_number, line in enumerate(arrays):
        for column, panel in enumerate(line):
            if panel is not None:
                name = titles[row_number][column] if titles else ""
                centre = (slot * (column + 0.5), high * (len(arrays) - row_number - 0.5) - TITLE / 2)
                size = _width(panel) * scale, _height(panel) * scale
                draw(_axes_around(picture, centre, size), panel, name)
                descriptions.append(words(panel, name))
    picture.alt = " | ".join(descriptions)
    return picture


def _axes_around(picture: Picture, centre: tuple[float, float], size: tuple[float, float]) -> Axes:
    """Axes of this size around a point, in inches, so that the cells of all panels are equally large."""
    width, height = picture.get_size_inches()
    corner = centre[0] - size[0] / 2, centre[1] - size[1] / 2
    return picture.add_axes((corner[0] / width, corner[1] / height, size[0] / width, size[1] / height))


def _gap(sign: str) -> float:
    return 0.15 if not sign else 0.35 + 0.13 * len(sign)


def placements(n: int, k: int, s: int = 1, p: int = 0) -> Picture:
    """Where a kernel of k fits on n pixels with p zeros at each end, in steps of s; unused pixels are hatched."""
    length = n + 2 * p
    starts = list(range(0, length - k + 1, s))
    dropped = length - (starts[-1] + k) if starts else length
    alt = f"{n} pixels, padding {p}: a kernel of {k} with stride {s} fits {len(starts)} times, {dropped} left over"
    height = 0.26 * len(starts) + 0.75
    picture = Picture(0.34 * length + 0.6, height, alt, layout=None)
    axes = picture.add_axes((0.02, 0.02, 0.96, 0.96 - TITLE / height))
    bare(axes)
    for cell in range(length):
        padding, lost = not p <= cell < n + p, cell >= length - dropped
        colour = "#ffffff" if padding else "#f3c969"
        hatch = "////" if lost else None
        axes.add_patch(Rectangle((cell, 0.2), 1, 0.8, facecolor=colour, edgecolor="#8a94a0", hatch=hatch))
        axes.text(cell + 0.5, 0.6, "0" if padding else "", ha="center", va="center", fontsize=8, color="#8a94a0")
    for place, start in enumerate(starts):
        axes.add_patch(Rectangle((start + 0.08, -0.62 * place - 0.5), k - 0.16, 0.4, facecolor=MARK, alpha=0.85))
        label = {"ha": "center", "va": "center", "fontsize": 7, "color": "white"}
        axes.text(start + k / 2, -0.62 * place - 0.3, str(place + 1), label)
    axes.set_xlim(-0.2, length + 0.2)
    axes.set_ylim(-0.62 * len(starts) - 0.1, 1.2)
    axes.set_title(f"n={n}  k={k}  s={s}  p={p}:  fits {len(starts)} times", fontsize=10, color=INK)
    return picture


def curve(
    values: Sequence[float], title: str = "", labels: tuple[str, str] = ("step", "loss"), log: bool = False
) -> Picture:
    """One line over its index, e.g. a loss; `labels` name the axes, `log` makes the second one logarithmic."""
    ends = f" from {values[0]:.3g} to {values[-1]:.3g}" if len(values) else ""
    picture = Picture(4.6, 2.5, f"{title}: {len(values)} values of {labels[1]} over {labels[0]}{ends}")
    axes = picture.subplots()
    axes.plot(list(values), color=MARK, linewidth=2)
    axes.set_title(title, fontsize=10, color=INK)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    if log:
        axes.set_yscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    return picture


def difference(yours: Any, expected: Any, caption: str = "") -> Picture:
    """Yours, expected, and yours − expected when the shapes agree."""
    mine, right = as_panel(yours), as_panel(expected)
    names = [f"yours {caption}".strip(), f"expected {caption}".strip(), "difference"]
    if mine.shape != right.shape:
        return row(mine, right, titles=names[:2])
    error = mine.astype(float) - right.astype(float)
    largest = np.abs(error[np.isfinite(error)]).max(initial=0) or 1.0
    scale = shared_limits(right)
    return row(mine, right, error, titles=names, limits={0: scale, 1: scale, 2: (-largest, largest)})


def _width(panel: Values, height: float = SIDE) -> float:
    """Inches: an image follows the height of its row, a number needs room."""
    if not is_small(panel):
        return height * min(1.6, float(panel.shape[1] / panel.shape[0]))
    longest = max(len(number(value)) for value in panel.flat) if panel.size else 1
    return max(int(panel.shape[1]) * CELL * (1.0 if longest <= 4 else 1.2), 0.4)


def _height(panel: Values, height: float = SIDE) -> float:
    if not is_small(panel):
        return _width(panel, height) * float(panel.shape[0] / panel.shape[1])
    return _width(panel) * float(panel.shape[0] / panel.shape[1])
