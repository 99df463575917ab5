"""A figure that knows its own description: alt text in a notebook, plain text on a terminal."""

from __future__ import annotations

import io
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cnnkit.notebook import in_notebook, show

DPI = 110
Layout = Literal["constrained"] | None


class Picture(Figure):
    """A matplotlib figure with alt text. It is no part of pyplot's state: return it from a cell, or `.show()` it."""

    def __init__(self, width: float, height: float, alt: str = "", layout: Layout = "constrained") -> None:
        super().__init__(figsize=(width, height), dpi=DPI, layout=layout)
        FigureCanvasAgg(self)
        self.alt = alt

    def show(self, warn: bool = True) -> None:
        """Show it now, from inside a block; as the last line of a cell it shows itself."""
        show(self)

    def png(self) -> bytes:
        """The picture as PNG bytes, cropped to what is drawn."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight", facecolor="white")
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What Jupyter shows: the PNG with its alt text, and the text alone for those who cannot see it."""
        if not in_notebook():  # a terminal cannot show it, and drawing takes time
            return {"text/plain": repr(self)}, {}
        return {"image/png": self.png(), "text/plain": repr(self)}, {"image/png": {"alt": self.alt}}

    def __repr__(self) -> str:
        return f"[picture: {self.alt}]"

    __str__ = __repr__


def bare(axes: Axes) -> None:
    """No ticks, no frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
