"""Small matrices as inline SVG: yours, expected and difference, with numbers where they fit."""

import math
from typing import NamedTuple

from markupsafe import Markup

from autograder.model import Picture
from autograder.text.words import number

Matrix = list[list[float | None]]

_MAX_DRAWN = 32  # rows and columns that are drawn
_MAX_NUMBERED = 8  # up to this many rows and columns the cells carry their numbers
_CELL, _SMALL, _WIDE = 48, 30, 198  # viewBox units: a cell with its number, its height, a picture without numbers
_MAX_CHARACTERS = 6  # characters that a cell has room for
_GREY = (138, 138, 134)
_LOW, _ZERO, _HIGH = (43, 93, 168), (250, 249, 245), (201, 92, 24)  # blue, paper, orange: safe for the colour-blind


class Panel(NamedTuple):
    """One matrix of a picture: its heading and its drawing."""

    heading: str
    svg: Markup


def drawn(picture: Picture | None) -> tuple[tuple[Panel, ...], str]:
    """The panels and the caption of a picture; nothing where there is none."""
    return (panels(picture), caption(picture)) if picture else ((), "")


def panels(picture: Picture) -> tuple[Panel, ...]:
    """Yours and expected in one colour scale, and their difference where the shapes agree."""
    yours, expected = _cut(picture.yours), _cut(picture.expected)
    top = max(_top(yours), _top(expected))
    shown = [Panel("Yours", _svg("Yours", yours, top)), Panel("Expected", _svg("Expected", expected, top))]
    if _shape(picture.yours) == _shape(picture.expected):
        gap = _difference(yours, expected)
        shown.append(Panel("Difference", _svg("Difference, yours minus expected", gap, _top(gap))))
    return tuple(shown)


def remark(picture: Picture) -> str:
    """A sentence where no difference can be drawn, or where only a corner is."""
    yours, expected = _shape(picture.yours), _shape(picture.expected)
    if yours != expected:
        return f"Yours is {yours[0]}×{yours[1]}, expected is {expected[0]}×{expected[1]}: no difference can be drawn."
    corner = f"The upper left corner of {yours[0]}×{yours[1]}." if max(yours) > _MAX_DRAWN else ""
    gaps = any(value is None for row in (*picture.yours, *picture.expected) for value in row)
    return f"{corner} {'Grey: NaN or infinite.' if gaps else ''}".strip()


def caption(picture: Picture) -> str:
    """The line below a picture: which part of the result it is, where it is not all of it, and `remark`."""
    part = picture.caption
    if part.startswith("["):
        part = f"The part `{part}` of the result." if part.strip("[:, ]") else ""
    return f"{part} {remark(picture)}".strip()


def _cut(matrix: Matrix) -> Matrix:
    """At most 32 × 32 cells, rectangular; infinities and missing cells count as None."""
    width = min(_MAX_DRAWN, max((len(row) for row in matrix), default=0))
    rows = [[*row[:width], *[None] * (width - len(row))] for row in matrix[:_MAX_DRAWN]]
    return [[None if value is None or not math.isfinite(value) else float(value) for value in row] for row in rows]


def _shape(matrix: Matrix) -> tuple[int, int]:
    return len(matrix), max((len(row) for row in matrix), default=0)


def _top(matrix: Matrix) -> float:
    return max((abs(value) for row in matrix for value in row if value is not None), default=0.0)


def _difference(yours: Matrix, expected: Matrix) -> Matrix:
    pairs = [list(zip(*rows, strict=True)) for rows in zip(yours, expected, strict=True)]
    return _cut([[None if a is None or b is None else a - b for a, b in row] for row in pairs])


def _svg(name: str, matrix: Matrix, top: float) -> Markup:
    """The drawing, with a label for screen readers."""
    rows, columns = _shape(matrix)
    numbers = 0 < rows <= _MAX_NUMBERED and columns <= _MAX_NUMBERED
    side = _CELL if numbers else _WIDE / max(rows, columns, 1)
    high = _SMALL if numbers else side
    cells = [
        _cell(Rect(c * side, r * high, side, high), value, top, numbers)
        for r, row in enumerate(matrix)
        for c, value in enumerate(row)
    ]
    size = (number(columns * side), number(rows * high))
    return Markup(
        '<svg class="heat" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>'
    ).format(_label(name, matrix, numbers), *size, *size, Markup("").join(cells))


class Rect(NamedTuple):
    """A rectangle of the drawing, in viewBox units."""

    x: float
    y: float
    width: float
    height: float


def _cell(rect: Rect, value: float | None, top: float, numbered: bool) -> Markup:
    paint, ink = _colours(value, top)
    drawn = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(*map(number, rect), paint)
    if not numbered:
        return drawn
    middle = (number(rect.x + rect.width / 2), number(rect.y + rect.height / 2))
    return drawn + Markup('<text x="{}" y="{}" fill="{}">{}</text>').format(*middle, ink, short(value))


def _colours(value: float | None, top: float) -> tuple[str, str]:
    """Fill and text colour, "#rrggbb"; grey for a cell without a number."""
    paint: tuple[int, ...] = _GREY
    if value is not None:
        share = min(abs(value) / top, 1.0) if top else 0.0
        end = _HIGH if value > 0 else _LOW
        paint = tuple(round(a + (b - a) * share) for a, b in zip(_ZERO, end, strict=True))
    return f"#{bytes(paint).hex()}", _ink(paint)


def _ink(paint: tuple[int, ...]) -> str:
    """Black or white, whichever is easier to read on `paint` (WCAG 2.2, relative luminance): never below 4.5 to 1."""
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in paint]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (light + 0.05) ** 2 > 0.05 * 1.05 else "#ffffff"


def short(value: float | None) -> str:
    """At most six characters: 0.25, −1.5, −2e+08; "–" for NaN and infinity, which JSON does not know."""
    if value is None:
        return "–"
    if value == 0 or 1000 <= abs(value) < 10_000:
        return f"{value + 0.0:.0f}".replace("-", "−") if value else "0"
    tries = [f"{value:.{digits}g}" for digits in (3, 2, 1)] if 0.001 <= abs(value) < 1000 else []
    fits = next((text for text in tries if len(text) <= _MAX_CHARACTERS), f"{value:.0e}")
    return fits.replace("e-0", "e-").replace("e+0", "e+").replace("-", "−")


def _label(name: str, matrix: Matrix, numbers: bool) -> str:
    rows, columns = _shape(matrix)
    head = f"{name}: {rows} rows, {columns} columns"
    if numbers:
        return head + "; " + "; ".join("row " + " ".join(short(value) for value in row) for row in matrix)
    known = [value for row in matrix for value in row if value is not None]
    return head + (f"; values from {short(min(known))} to {short(max(known))}" if known else "; no numbers")
