"""What is wrong with a figure at 100 %: wider than a notebook's column, text too small to read, titles that overlap."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

WIDEST, SMALLEST = 1000, 9  # pixels of a figure, of its text


def faults(figure: Figure) -> list[str]:
    """In words; none for a figure that is fine."""
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    width = figure.get_tightbbox().width * figure.dpi
    sizes = [text.get_fontsize() * figure.dpi / 72 for text in figure.findobj(Text) if _is_shown(text)]
    found = [f"{width:.0f} px wide"] if width > WIDEST else []
    found += [f"text of {min(sizes):.1f} px"] if min(sizes, default=SMALLEST) < SMALLEST else []
    titles = [axes.title for axes in figure.axes if _is_shown(axes.title)]
    boxes = [(title.get_text(), title.get_window_extent()) for title in titles]
    pairs = [(left, right) for (left, a), (right, b) in combinations(boxes, 2) if Bbox.intersection(a, b)]
    return found + [f"the titles “{left}” and “{right}” overlap" for left, right in pairs]


def _is_shown(text: Text) -> bool:
    return bool(text.get_visible() and text.get_text().strip())
