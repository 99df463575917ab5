"""Figures for text: what they show, read from their alt text and their axes."""

from __future__ import annotations

from cnnkit import text
from cnnkit.figures import reading


def test_a_strip_shows_characters_and_numbers():
    picture = text.strip(".ana.", [0, 1, 2, 1, 0], window=(1, 3), title="Ana")
    assert picture.alt == "Ana: .ana. with 0, 1, 2, 1, 0"
    assert [label.get_text() for label in picture.axes[0].texts] == list(".ana.01210")
    frame = picture.axes[0].patches[-1]
    assert (frame.get_x(), frame.get_width()) == (1, 3)


def test_an_empty_text_makes_a_picture_too():
    assert text.strip("").png().startswith(b"\x89PNG")


def test_a_table_frames_the_largest_value_of_each_row():
    picture = text.table([[1, 3, 2], [0, 0, 0.25]], rows=["ari", "ia."], over=["mar", "ari", "ria"])
    frames = picture.axes[0].patches
    assert [frame.get_x() + 0.5 for frame in frames] == [1, 2]
    assert picture.alt == " (mar ari ria): ari: 1 3 2; ia.: 0 0 0.25"


def test_a_large_table_states_its_size_instead_of_its_numbers():
    letters = list("abcdefghijk")
    picture = text.table([[0.0] * 11] * 11, letters, letters, "similar", numbers=False)
    assert picture.alt == "similar (11 × 11 colours)"
    assert not picture.axes[0].texts


def test_negative_values_get_the_colours_with_a_middle():
    picture = text.table([[-2.0, 1.0]], ["a"], ["b", "c"])
    assert picture.axes[0].images[0].get_clim() == (-2.0, 2.0)


def test_columns_say_how_many_there_are():
    picture = text.columns({3: 2, 4: 5}, "names", ("letters", "how many"))
    assert picture.alt == "names: 3: 2, 4: 5"
    assert [bar.get_height() for bar in picture.axes[0].patches] == [2, 5]


def test_the_network_for_names_says_its_sizes_and_fits_on_a_page():
    picture = reading.name_network(".ana" + "." * 19)
    assert "23 rows of 10 numbers" in picture.alt
    assert "21 answers of each of 64 detectors" in picture.alt
    assert picture.get_size_inches()[0] * picture.dpi <= 1000
