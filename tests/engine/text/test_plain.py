"""Foreign text that is kept or compared: nothing invisible, no path, one form for one name."""

from __future__ import annotations

import pytest

from autograder.text import plain
from autograder.text.words import duration, first_sentence


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\nb\tc", "a b c"), ("\x1b[31mred\u202e", "[31mred"), ("x" * 400, "x" * 299 + "…"), ("\ud800", "")],
)
def test_one_line_is_short_and_visible(text, kept):
    assert plain.one_line(text) == kept


def test_of_a_long_text_the_end_is_kept():
    assert plain.last_lines("old\n" + "new\n\x00" * 3, 8) == "new\nnew\n"


@pytest.mark.parametrize("name", ["Doe, Jané", "doe jane", "DOE-JANE"])
def test_a_name_is_compared_by_its_letters(name):
    assert plain.letters(name) == "doejane"


@pytest.mark.parametrize(
    ("name", "folder"), [("../etc", "__etc"), ("a/b\\c", "a_b_c"), ("", "student"), ("x" * 300, "x" * 120)]
)
def test_a_folders_name_is_never_a_path(name, folder):
    assert plain.folder_name(name) == folder


def test_a_files_name_is_compared_as_a_slug():
    assert plain.underscored("A1 Convolution (2)") == "a1_convolution_2_"


@pytest.mark.parametrize(("seconds", "text"), [(1, "1 minute"), (3600, "1 hour"), (97_200, "1 day 3 hours")])
def test_a_duration_has_two_units(seconds, text):
    assert duration(seconds) == text


def test_a_first_sentence_has_no_stop():
    assert first_sentence("It is 3.5 wide. More.\nOther") == "It is 3.5 wide"


def test_a_long_name_keeps_the_platforms_number():
    """It was cut off: a Thai name of 45 letters has 135 bytes, and nobody knew whose number 902 was."""
    names = [plain.folder_name(f"{'ก' * 45}_{number}") for number in (902, 903)]
    assert [name[-4:] for name in names] == ["_902", "_903"]
    assert max(len(name.encode()) for name in names) <= 120
