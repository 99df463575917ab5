"""One picture: how a network for text reads a name, from its letters to two numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cnnkit.figures.panels import INK, MARK, POSITIVE, SIGNED
from cnnkit.figures.picture import Picture, bare

__all__ = ["Picture", "name_network"]

CELL, ROW = 0.1, 0.13  # inches
SIZE, SHOWN, N = 10, 16, 3  # numbers of a letter, detectors that are drawn, letters that a detector looks at
TOP, TABLE, ANSWERS, DENSE = 0.55, 0.75, 3.15, 6.1  # inches from above, from the left
WIDE, HIGH = 8.2, 4.55
BLUE, GRAY = "#4c78a8", "#8a94a0"

Values = np.ndarray[Any, Any]


def name_network(name: str, window: int = 3, detectors: int = 64, hidden: int = 256) -> Picture:
    """The way of a name (23 characters, dots included) through embedding, convolution, maximum and dense layers.

    The numbers are made up; the window at this place is framed, and of each detector its largest answer.
    """
    table, answers = _numbers(name)
    best = answers.argmax(axis=0)
    rows, places = f"{len(name)} rows of {SIZE} numbers", f"{len(answers)} answers of each of {detectors} detectors"
    slides = f"a window of {N} rows slides down and gives {places}"
    alt = f"{name}: {rows}; {slides}; the largest of each is kept; two dense layers make 2 numbers of these"
    picture = Picture(WIDE, HIGH, alt, layout=None)
    axes = picture.add_axes((0, 0, 1, 1))
    bare(axes)
    axes.set(xlim=(0, WIDE), ylim=(HIGH, 0))
    _letters(axes, name, table, window)
    _answers(axes, answers, best, (window, detectors))
    _kept(axes, answers.max(axis=0, keepdims=True), len(answers), detectors)
    _dense(axes, TOP + ROW * (len(answers) + 4.5), detectors, hidden)
    return picture


def _numbers(name: str) -> tuple[Values, Values]:
    """A table in which a letter always has the same row, and what made-up detectors answer to it."""
    rng = np.random.default_rng(5)
    rows = {letter: rng.normal(size=SIZE) for letter in sorted(set(name))}
    table = np.stack([rows[letter] for letter in name])
    windows = np.stack([table[i : i + N].ravel() for i in range(len(name) - N + 1)])
    return table, np.maximum(windows @ rng.normal(size=(N * SIZE, SHOWN)), 0)


def _letters(axes: Axes, name: str, table: Values, window: int) -> None:
    low = TOP + ROW * len(name)
    axes.imshow(table, cmap=SIGNED, extent=(TABLE, TABLE + CELL * SIZE, low, TOP), aspect="auto", interpolation="none")
    for place, letter in enumerate(name):
        _write(axes, TABLE - 0.12, TOP + ROW * (place + 0.5), letter)
    _frame(axes, (TABLE - 0.2, TOP + ROW * window), (CELL * SIZE + 0.2, ROW * N))
    _write(axes, TABLE + CELL * SIZE / 2, TOP - 0.3, f"a row of {SIZE} numbers\nfor each letter: ({len(name)}, {SIZE})")


def _answers(axes: Axes, answers: Values, best: Values, sizes: tuple[int, int]) -> None:
    """The answers beside the letters; the arrow goes from the window to what it gives."""
    (window, detectors), (places, shown), right = sizes, answers.shape, ANSWERS + CELL * SHOWN
    extent = (ANSWERS, right, TOP + ROW * places, TOP)
    axes.imshow(answers, cmap=POSITIVE, extent=extent, aspect="auto", interpolation="none")
    for column, place in enumerate(best):
        _frame(axes, (ANSWERS + CELL * column, TOP + ROW * float(place)), (CELL, ROW), 1.2)
    middle = TOP + ROW * (window + 0.5)
    _frame(axes, (ANSWERS, TOP + ROW * window), (CELL * shown, ROW), 1.2, BLUE)
    _arrow(axes, (TABLE + CELL * SIZE + 0.05, TOP + ROW * (window + N / 2)), (ANSWERS - 0.05, middle))
    _write(axes, (TABLE + CELL * SIZE + ANSWERS) / 2, middle - 0.28, f"{N} letters ×\n{detectors} detectors")
    size = f"{detectors} detectors, {places} places each: ({detectors}, {places})"
    title = f"{size},\nas columns after ReLU; {shown} are drawn"
    _write(axes, (ANSWERS + right) / 2, TOP - 0.3, title)


def _kept(axes: Axes, kept: Values, places: int, detectors: int) -> None:
    middle, top = ANSWERS + CELL * SHOWN / 2, TOP + ROW * (places + 4)
    extent = (ANSWERS, ANSWERS + CELL * SHOWN, top + ROW, top)
    axes.imshow(kept, cmap=POSITIVE, extent=extent, aspect="auto", interpolation="none")
    _frame(axes, (ANSWERS, top), (CELL * SHOWN, ROW))
    _arrow(axes, (middle, TOP + ROW * places + 0.04), (middle, top - 0.04))
    _write(axes, middle + 0.12, top - ROW * 2, "max over time:\nthe largest of each column", "left")
    _write(axes, middle, top + ROW + 0.15, f"({detectors},)  whether each is found anywhere")


def _dense(axes: Axes, height: float, detectors: int, hidden: int) -> None:
    _arrow(axes, (ANSWERS + CELL * SHOWN + 0.05, height), (DENSE - 0.1, height))
    axes.add_patch(Rectangle((DENSE, height - 0.5), 0.14, 0.75, facecolor=BLUE, edgecolor=INK, lw=0.6))
    _write(axes, DENSE + 0.07, height + 0.4, f"Linear, ReLU, Dropout\n({hidden},)")
    _arrow(axes, (DENSE + 0.2, height), (DENSE + 1.25, height))
    for place, label in enumerate(("man", "woman")):
        top = height - 0.2 + 0.2 * place
        axes.add_patch(Rectangle((DENSE + 1.3, top), 0.14, 0.17, facecolor=BLUE, edgecolor=INK, lw=0.6))
        _write(axes, DENSE + 1.5, top + 0.085, label, "left")
    _write(axes, DENSE + 1.4, height + 0.4, "Linear: logits\n(2,)")


def _frame(
    axes: Axes, corner: tuple[float, float], size: tuple[float, float], width: float = 2.0, colour: str = MARK
) -> None:
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour, linewidth=width, zorder=5))


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": GRAY, "linewidth": 1.4})


def _write(axes: Axes, x: float, y: float, text: str, align: str = "center") -> None:
    axes.text(x, y, text, ha=align, va="center", fontsize=7.5, color=INK)
