"""A figure of stacked layers seen from the side: which pixels one unit at the top has looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from cnnkit.figures.panels import INK, MARK
from cnnkit.figures.picture import Picture, bare

LEVEL = 0.95  # inches from one row of units to the next
STEP = 0.42  # inches from one pixel to the next
PALE, EDGE = "#f3c969", "#8a94a0"


@dataclass(frozen=True, slots=True)
class Row:
    """Units of one level: how many, where the first one is and how far apart they are, in pixels of the image."""

    units: int
    first: float
    apart: int
    words: str

    def place(self, unit: int) -> float:
        """The centre of a unit, in pixels of the image."""
        return self.first + unit * self.apart


def reach(n: int, layers: Sequence[tuple[int, int, int]]) -> Picture:
    """n pixels below, the units of each layer (kernel, stride, padding) above; marks what the middle unit has seen."""
    rows = _rows(n, layers)
    seen = _seen(rows, layers)
    width, height = STEP * (n + 4), LEVEL * (len(rows) - 1) + 0.6
    count = seen[0][1] - seen[0][0] + 1
    alt = f"one unit behind {len(layers)} layers has seen {count} of {n} pixels"
    picture = Picture(width, height, alt, layout=None)
    axes = picture.add_axes((0.0, 0.0, 1.0, 1.0))
    bare(axes)
    for level, (row, (low, high)) in enumerate(zip(rows, seen, strict=True)):
        if level:
            _draw_cone(axes, level, (rows[level - 1], row), (seen[level - 1], (low, high)))
        _draw_row(axes, level * LEVEL / STEP, row, range(low, high + 1))
    axes.set_xlim(-0.8, n + 3.2)
    axes.set_ylim(-0.7, (len(rows) - 1) * LEVEL / STEP + 0.7)
    axes.set_aspect("equal")
    return picture


def _rows(n: int, layers: Sequence[tuple[int, int, int]]) -> list[Row]:
    rows = [Row(n, 0.0, 1, "image")]
    for kernel, stride, padding in layers:
        below = rows[-1]
        units = (below.units + 2 * padding - kernel) // stride + 1
        first = below.first + ((kernel - 1) / 2 - padding) * below.apart
        rows.append(Row(units, first, below.apart * stride, f"k={kernel}  s={stride}  p={padding}"))
    return rows


def _seen(rows: Sequence[Row], layers: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """First and last unit of each level that the middle one of the top depends on; padding is left out."""
    middle = rows[-1].units // 2
    seen = [(middle, middle)]
    for (kernel, stride, padding), below in zip(reversed(layers), reversed(rows[:-1]), strict=True):
        low, high = seen[0]
        ends = low * stride - padding, high * stride - padding + kernel - 1
        seen.insert(0, (max(ends[0], 0), min(ends[1], below.units - 1)))
    return seen


def _draw_row(axes: Axes, height: float, row: Row, marked: range) -> None:
    for unit in range(row.units):
        chosen = unit in marked
        corner = row.place(unit) - 0.36, height - 0.36
        face = MARK if chosen else PALE
        axes.add_patch(Rectangle(corner, 0.72, 0.72, facecolor=face, edgecolor=EDGE, linewidth=0.8, zorder=3))
    right = {"va": "center", "fontsize": 8, "color": INK}
    axes.text(row.place(row.units - 1) + 0.7, height, row.words, right)


def _draw_cone(axes: Axes, level: int, rows: tuple[Row, Row], seen: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """The wedge from the chosen units of a row down to what they look at."""
    high = level * LEVEL / STEP
    low = high - LEVEL / STEP
    (below, above), (wide, narrow) = rows, seen
    corners = [
        (above.place(narrow[0]) - 0.36, high - 0.36),
        (above.place(narrow[1]) + 0.36, high - 0.36),
        (below.place(wide[1]) + 0.36, low + 0.36),
        (below.place(wide[0]) - 0.36, low + 0.36),
    ]
    axes.add_patch(Polygon(corners, closed=True, facecolor=MARK, alpha=0.15, edgecolor="none", zorder=1))
