"""Diagrams for networks: how an image changes shape on its way, where the parameters are, several curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cnnkit.figures.panels import INK, MARK
from cnnkit.figures.picture import Picture, bare

__all__ = ["Picture", "bars", "flow", "lines"]

Row = tuple[str, tuple[int, ...], int]  # name of the layer, shape of its output without the batch, its parameters

COLOURS = (MARK, "#4c78a8", "#54a24b", "#b279a2", "#8a94a0")
SHEET, EDGE = "#f3c969", "#8a6d1d"
SLOT, TALL = 1.08, 1.2  # inches of a stage, of the largest map
MAX_SHEETS = 6
IN_A_LINE = 7  # stages: what fits into 1000 pixels
LONG = 784  # a bar of full height stands for at least this many numbers


def flow(rows: Sequence[Row], start: tuple[int, ...] = ()) -> Picture:
    """The shapes of a network from left to right; `start` is the shape of the image.

    Layers without parameters that keep the shape, such as ReLU, are listed with the layer before them.
    """
    stages = _stages([("image", start, 0), *rows] if start else rows)
    tallest = max((shape[1] for _, shape, _ in stages if len(shape) == 3), default=1)
    longest = max([LONG, *(shape[0] for _, shape, _ in stages if len(shape) == 1)])
    alt = " → ".join(f"{', '.join(names)} {_times(shape)}" for names, shape, _ in stages)
    lines_above = max(len(names) for names, _, _ in stages)
    high = TALL + 0.75 + 0.17 * lines_above
    count = math.ceil(len(stages) / IN_A_LINE)  # of lines, all about equally long
    length = math.ceil(len(stages) / count)
    picture = Picture(SLOT * length + 0.2, high * count, alt, layout=None)
    axes = picture.add_axes((0.0, 0.0, 1.0, 1.0))
    bare(axes)
    axes.set_xlim(0, SLOT * length + 0.2)
    axes.set_ylim(0, high * count)
    for place, (names, shape, params) in enumerate(stages):
        corner = SLOT * (place % length) + 0.1, high * (count - 1 - place // length)
        scale = shape[1] / tallest if len(shape) == 3 else math.log(shape[0] + 1) / math.log(longest + 1)
        _draw_stage(axes, corner, shape, scale)
        middle = corner[0] + SLOT / 2
        axes.text(middle, corner[1] + high - 0.06, "\n".join(names), ha="center", va="top", fontsize=8, color=INK)
        below = _times(shape) + (f"\n{params:,} params" if params else "")
        axes.text(middle, corner[1] + 0.36, below, ha="center", va="top", fontsize=8, color=INK)
    return picture


def _stages(rows: Sequence[Row]) -> list[tuple[list[str], tuple[int, ...], int]]:
    stages: list[tuple[list[str], tuple[int, ...], int]] = []
    for name, shape, params in rows:
        if stages and not params and shape == stages[-1][1]:
            stages[-1][0].append(name)
        else:
            stages.append(([name], tuple(shape), params))
    return stages


def _draw_stage(axes: Axes, corner: tuple[float, float], shape: tuple[int, ...], scale: float) -> None:
    """Maps as a stack of sheets, a row of numbers as a bar; `corner` is the lower left one of its slot."""
    middle, base = corner[0] + SLOT / 2, corner[1] + 0.5
    if len(shape) != 3:
        height = 0.1 + (TALL - 0.1) * scale
        axes.add_patch(Rectangle((middle - 0.07, base), 0.14, height, facecolor=COLOURS[1], edgecolor=INK, lw=0.6))
        return
    side, sheets = max(0.06, scale * (TALL - 0.35)), min(shape[0], MAX_SHEETS)
    step = min(0.05, side * 0.6)
    left = middle - (side + step * (sheets - 1)) / 2
    for sheet in reversed(range(sheets)):
        lower_left = (left + step * sheet, base + step * sheet)
        axes.add_patch(Rectangle(lower_left, side, side, facecolor=SHEET, edgecolor=EDGE, lw=0.8))


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "()"


def bars(values: Mapping[str, float], title: str = "", shares: bool = True) -> Picture:
    """Amounts as horizontal bars, from top to bottom, each with its number and, with `shares`, its share of the sum."""
    whole = sum(values.values()) or 1
    amounts = ", ".join(f"{name} {value:,}" for name, value in values.items())
    picture = Picture(6.2, 0.32 * len(values) + 0.55, f"{title}: {amounts}")
    axes = picture.subplots()
    bare(axes)
    places = range(len(values))
    axes.barh(places, list(values.values()), color=COLOURS[0], height=0.7)
    axes.set_yticks(places, list(values), fontsize=9, color=INK)
    axes.tick_params(length=0)
    axes.invert_yaxis()
    axes.set_xlim(0, max(values.values()) * 1.45)
    for place, value in zip(places, values.values(), strict=True):
        label = f"  {value:,}" + (f"  ({value / whole:.1%})" if shares else "")
        axes.text(value, place, label, va="center", fontsize=9, color=INK)
    axes.set_title(title, fontsize=10, color=INK)
    return picture


def lines(
    curves: Mapping[str, Sequence[float]],
    x: Sequence[float] | None = None,
    title: str = "",
    labels: tuple[str, str] = ("step", "loss"),
    levels: Mapping[str, float] | None = None,
) -> Picture:
    """Several curves over the same x (their index by default); `levels` are dashed horizontal lines with a name."""
    ends = ", ".join(f"{name} from {values[0]:.3g} to {values[-1]:.3g}" for name, values in curves.items())
    picture = Picture(5.2, 2.8, f"{title}: {ends}")
    axes = picture.subplots()
    for colour, (name, values) in zip(COLOURS, curves.items(), strict=False):
        axes.plot(range(len(values)) if x is None else list(x), list(values), color=colour, linewidth=2, label=name)
    for name, level in (levels or {}).items():
        axes.axhline(level, color=INK, linestyle="--", linewidth=1, label=name, zorder=1)  # behind the curves
    axes.set_title(title, fontsize=10, color=INK)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.legend(fontsize=8, edgecolor="none", framealpha=0.8)  # legible where curves pass behind it
    axes.spines[["top", "right"]].set_visible(False)
    return picture
