"""Pictures that move: what each step says and shows, and what the output holds."""

import json
from html.parser import HTMLParser

import pytest
import torch
import torch.nn.functional as F

from cnnkit import moving
from cnnkit.figures.frames import Frame, Moving, Panel
from cnnkit.figures.panels import as_panel
from tests.engine.cnnkit.figures import faults

X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
PICTURES = {
    "window": moving.window(X, K),
    "jumps": moving.window(X, torch.ones(2, 2), stride=2, padding=1),
    "columns": moving.columns(X, (2, 3)),
    "stamps": moving.stamps(K, torch.ones(3, 3), stride=2),
    "winners": moving.winners(X, 2, K, stride=1),
}


class Story(HTMLParser):
    """What the script reads from the page."""

    def handle_starttag(self, tag, attrs):
        if "data-moving" in dict(attrs):
            self.read = json.loads(dict(attrs)["data-moving"])


def told(picture):
    parser = Story()
    parser.feed(picture.html())
    return parser.read


def test_the_window_says_its_sum_and_fills_the_result():
    frames = told(PICTURES["window"])["frames"]
    assert frames[1]["caption"] == "Place (0, 1): 1·0 + 2·1 + 4·2 + 5·3 = 25"
    assert (frames[1]["marks"], frames[1]["shown"]) == (
        {"0": [[0, 1, 2, 2]], "2": [[0, 1, 1, 1]]},
        {"2": [["19", "25"], [None, None]]},
    )


def test_padding_is_dashed_and_what_no_window_reaches_is_hatched():
    kinds = told(PICTURES["jumps"])["panels"][0]["kinds"]
    assert kinds[:5] == ["pad"] * 4 + ["lost"]
    assert kinds[5:10] == ["pad", "", "", "", "lost"]


def test_columns_fill_one_after_the_other():
    first, second = told(PICTURES["columns"])["frames"]
    assert first["shown"]["1"][0] == ["0", None]
    assert second["caption"] == "Window (1, 0): its numbers 3, 4, 5, 6, 7, 8 become column 1"


def test_stamps_add_up_where_there_was_ink():
    captions = [frame.caption for frame in PICTURES["stamps"].frames]
    assert captions[2].endswith("On 3 cells there was ink before: it adds up.")
    assert PICTURES["stamps"].frames[-1].shown[2][2, 2] == K.sum()


def test_a_number_that_wins_again_gets_the_sum():
    picture = moving.winners([[1, 2, 0], [3, 9, 4], [5, 0, 6]], 2, K, stride=1)
    assert picture.frames[2].caption == "Window (1, 0): 9 at (1, 1) wins and gets all of dout: 1 + 2 = 3"
    assert picture.panels[2].values.tolist() == [[0, 0, 0], [0, 6, 0], [0, 0, 0]]


@pytest.mark.parametrize("name", PICTURES)
def test_the_still_figure_is_legible_and_the_output_small(name, monkeypatch):
    monkeypatch.setattr("cnnkit.figures.frames.in_notebook", lambda: True)
    data, _ = PICTURES[name]._repr_mimebundle_()
    assert faults(PICTURES[name].still()) == []
    assert len(data["text/html"]) + len(data["image/png"]) * 4 / 3 < 60_000


def test_nothing_is_fetched_and_nothing_written_becomes_markup():
    hostile = "'><script>alert(1)</script>&"
    panel = Panel(hostile, as_panel(X))
    picture = Moving([panel], [Frame(hostile, {0: [(0, 0, 1, 1)]}, {})])
    html = picture.html()
    assert told(picture)["frames"][0]["caption"] == told(picture)["panels"][0]["title"] == hostile
    assert "alert(1)</script>" not in html
    assert "http" not in html


def test_behind_the_wall_it_is_its_text():
    assert PICTURES["window"]._repr_mimebundle_() == ({"text/plain": repr(PICTURES["window"])}, {})
    assert str(PICTURES["window"]).startswith("[moving picture: 4 steps: image (3×3)")


def test_what_is_too_large_to_look_at_is_refused():
    for draw in (lambda: moving.window(torch.rand(11, 11), K), lambda: moving.columns(torch.rand(13, 2), 2)):
        with pytest.raises(ValueError, match="take small matrices, at most 12 × 12 numbers and 64 steps"):
            draw()


def test_its_numbers_are_those_of_torch():
    image, kernel = torch.randn(4, 5).double(), torch.randn(2, 3).double()  # sums near 0 keep enough digits
    drawn = moving.window(image, kernel, stride=(2, 1), padding=(0, 1)).panels[2].values
    expected = F.conv2d(image[None], kernel[None, None], None, (2, 1), (0, 1))[0]
    assert torch.allclose(torch.tensor(drawn), expected)
