"""A picture that moves: panels with their numbers, and frames to step through. The still picture stands in for it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from cnnkit.figures.panels import BRIGHT, MAX_NUMBERS, SIGNED, Rect, Values, is_small, number, shared_limits, words
from cnnkit.figures.picture import Picture
from cnnkit.figures.plots import row
from cnnkit.notebook import in_notebook, show

MOST = 64  # frames: nobody steps through more
SCRIPT = Path(__file__).parents[1] / "files" / "moving.js"
PAGE = "<div data-moving='{data}' data-lm-suppress-shortcuts=\"true\">{still}</div>\n<script>{script}</script>"
STILL = '<img alt="{alt}" src="data:image/png;base64,{png}" style="max-width: 100%">'


@dataclass(frozen=True)
class Panel:
    """A small matrix as it is at the end; a frame may show it otherwise, in the same colours."""

    title: str
    values: Values
    sign: str = ""  # before it: "⋆", "="
    kinds: tuple[str, ...] = ()  # of each cell, row by row: "" an ordinary one, "pad" padding, "lost" never looked at


@dataclass(frozen=True)
class Frame:
    """One step: what is framed in which panel, and which panels are not yet as at the end; NaN leaves a cell empty."""

    caption: str
    marks: Mapping[int, Sequence[Rect]]
    shown: Mapping[int, Values]


class Moving:
    """A picture to step through; where nothing runs a script, and in print, it is the still picture of frame `still`.

    Raises ValueError for what is too large to look at, or when there is nothing to show.
    """

    def __init__(self, panels: Sequence[Panel], frames: Sequence[Frame], still: int = 0) -> None:
        if not 0 < len(frames) <= MOST or not all(is_small(panel.values) for panel in panels):
            sizes = " and ".join("×".join(map(str, panel.values.shape)) for panel in panels)
            most = f"at most {MAX_NUMBERS} × {MAX_NUMBERS} numbers and {MOST} steps"
            raise ValueError(f"{len(frames)} steps through {sizes}: take small matrices, {most}")
        self.panels, self.frames = tuple(panels), tuple(frames)
        self._still = min(still, len(frames) - 1)
        described = " | ".join(words(panel.values, panel.title) for panel in panels)
        self.alt = f"{len(frames)} steps: {described}"

    def still(self) -> Picture:
        """All numbers, and the marks of one frame."""
        boxes = {place: marks[0] for place, marks in self.frames[self._still].marks.items()}
        titles, signs = [panel.title for panel in self.panels], [panel.sign for panel in self.panels[1:]]
        return row(*(panel.values for panel in self.panels), titles=titles, signs=signs, boxes=boxes)

    def html(self) -> str:
        """The still picture, and the script that replaces it; what a page without scripts shows is the former."""
        return self._page(self.still().png())

    def show(self) -> None:
        """Show it now, from inside a block; as the last line of a cell it shows itself."""
        show(self)

    def _page(self, png: bytes) -> str:
        frames = [
            {"caption": frame.caption, "marks": frame.marks, "shown": {i: _texts(v) for i, v in frame.shown.items()}}
            for frame in self.frames
        ]
        story = {"alt": self.alt, "panels": [*map(_panel, self.panels)], "frames": frames}
        data = json.dumps(story, ensure_ascii=False, separators=(",", ":"))
        data = data.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
        still = STILL.format(alt=escape(self.alt), png=b64encode(png).decode())
        return PAGE.format(data=data, still=still, script=SCRIPT.read_text("utf-8"))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What Jupyter shows: the page; without pages the still picture, without pictures its text."""
        if not in_notebook():  # a terminal and the grader cannot show it, and drawing takes time
            return {"text/plain": repr(self)}, {}
        png = self.still().png()
        shown = {"text/html": self._page(png), "image/png": png, "text/plain": repr(self)}
        return shown, {"image/png": {"alt": self.alt}}

    def __repr__(self) -> str:
        return f"[moving picture: {self.alt}]"

    __str__ = __repr__


def _panel(panel: Panel) -> dict[str, Any]:
    low, high = shared_limits(panel.values)
    scale = SIGNED if low < 0 else BRIGHT
    texts = _texts(panel.values)
    return {
        "title": panel.title,
        "sign": panel.sign,
        "cells": texts,
        "kinds": panel.kinds,
        "longest": max(len(text or "") for line in texts for text in line),
        "low": low,
        "high": high,
        "stops": [[round(255 * part) for part in scale(share)[:3]] for share in (0.0, 0.5, 1.0)],
    }


def _texts(values: Values) -> list[list[str | None]]:
    return [[None if np.isnan(value) else number(value) for value in line] for line in values]
