"""Pictures: what they hold and what they say to somebody who cannot see them."""

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter

from cnnkit import plots
from cnnkit.figures.panels import as_panel, number
from cnnkit.figures.picture import Picture
from tests.engine.cnnkit.figures import faults

X = torch.arange(9.0).reshape(3, 3)


def test_a_row_says_its_numbers():
    picture = plots.row(X, [[1, -1]], titles=["X", "K"])
    assert picture.alt == "X (3×3): 0 1 2; 3 4 5; 6 7 8 | K (1×2): 1 −1"


def test_a_row_has_one_axes_per_panel_and_its_marks():
    picture = plots.row(X, X, X, signs="⋆=", boxes={1: (0, 0, 2, 2)})
    assert len(picture.axes) == 3
    assert [len(axes.patches) for axes in picture.axes] == [0, 1, 0]
    assert [text.get_text() for text in picture.texts] == ["⋆", "="]


def test_every_cell_of_a_row_is_equally_large():
    picture = plots.row(X, torch.ones(2, 2), torch.ones(5, 4), titles=["", "a long title over a small matrix", ""])
    picture.png()
    sizes = {round(axes.get_window_extent().width / axes.images[0].get_array().shape[1], 3) for axes in picture.axes}
    assert len(sizes) == 1


def test_a_row_of_many_images_is_made_to_fit():
    assert faults(plots.row(*[torch.rand(64, 64)] * 7, titles=["an image"] * 7)) == []


def test_pixels_are_drawn_as_in_a_photograph():
    panel = plots.row(np.array([[0, 255]], dtype=np.uint8)).axes[0]
    assert panel.images[0].get_cmap().name == "gray"
    assert panel.images[0].get_clim() == (0, 255)


def test_of_two_numbers_the_larger_one_is_brighter():
    image = plots.row([[0, 7]]).axes[0].images[0]
    dark, bright = (sum(image.to_rgba(value)[:3]) for value in (0, 7))
    assert dark < bright


def test_what_is_wrong_with_a_figure_is_seen():
    wide = Picture(12, 1, layout=None)
    for left in (0.1, 0.12):
        wide.add_axes((left, 0.1, 0.3, 0.5)).set_title("the same place", fontsize=5)
    wide.text(0.99, 0.5, "beyond the right edge of the figure")
    width, *others = faults(wide)
    assert width.endswith(" px wide")
    assert others == ["text of 7.6 px", "the titles “the same place” and “the same place” overlap"]


def test_a_notebook_gets_png_and_alt_text(monkeypatch):
    monkeypatch.setattr("cnnkit.figures.picture.in_notebook", lambda: True)
    data, metadata = DisplayFormatter().format(plots.row(X))
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] in data["text/plain"]


def test_a_picture_leaves_pyplot_alone():
    import matplotlib.pyplot as plt

    plt.close("all")
    plots.row(X).png()
    assert plt.get_fignums() == []


def test_on_a_terminal_a_picture_is_its_text(capsys):
    assert "image/png" not in DisplayFormatter().format(plots.row(X))[0]
    plots.row(X, titles=["X"]).show()
    assert capsys.readouterr().out == "[picture: X (3×3): 0 1 2; 3 4 5; 6 7 8]\n"


def test_a_grid_leaves_empty_places_empty():
    picture = plots.grid([[None, X], [X, X]], [["", "a"], ["b", "c"]])
    assert [axes.get_title() for axes in picture.axes] == ["a", "b", "c"]


def test_placements_count_what_fits_and_what_is_left():
    assert plots.placements(8, 3, 2).alt.endswith("fits 3 times, 1 left over")
    assert plots.placements(8, 3, 2, 1).alt.endswith("fits 4 times, 1 left over")
    assert plots.placements(2, 3).alt.endswith("fits 0 times, 2 left over")


def test_a_curve_says_where_it_starts_and_ends():
    assert plots.curve([1.0, 0.25], "learning").alt == "learning: 2 values of loss over step from 1 to 0.25"


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (torch.zeros(3, 20, 30), (20, 30, 3)),
        (np.zeros((20, 30, 3)), (20, 30, 3)),
        (torch.zeros(1, 20, 30), (20, 30)),
        (torch.zeros(5), (1, 5)),
        (torch.zeros(2, 2, requires_grad=True), (2, 2)),
        (torch.ones(2, 2, dtype=torch.bool), (2, 2)),
    ],
)
def test_tensors_arrays_and_lists_become_panels(value, shape):
    assert as_panel(value).shape == shape


def test_a_batch_is_refused_with_advice():
    with pytest.raises(ValueError, match="pick one image"):
        plots.row(torch.zeros(2, 3, 8, 8))


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (-1, "−1"), (-0.0, "0"), (1 / 9, "0.11"), (float("nan"), "nan"), (0.402, "0.4")]
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_colour_photographs_and_uint8_are_drawn():
    assert plots.row(np.full((16, 16, 3), 255, dtype=np.uint8), np.zeros((16, 16), dtype=np.uint8)).png()
