"""Hostile text is shown, never obeyed."""

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.text import escape

HOSTILE = "\x1b[2J\x9b31m\u202e\u2066\u200b\ufeff\x00\x07\r\n\t\x7f\ud800\u2028\u00ad\U000e0041"
any_text = st.text(st.characters(), max_size=300) | st.text(st.sampled_from(HOSTILE + "ab=<&'\""), max_size=80)


def invisible(text: str) -> list[str]:
    """Characters that steer a terminal or hide from the eye."""
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(any_text, st.integers(0, 60))
def test_a_terminal_line_holds_nothing_invisible(text, limit):
    shown = escape.terminal(text, limit)
    assert not invisible(shown)
    assert len(shown) <= limit
    shown.encode("utf-8")


@given(any_text)
def test_a_paragraph_keeps_only_line_ends_and_tabs(text):
    assert set(invisible(escape.block(text))) <= {"\n", "\t"}


@given(any_text)
def test_html_stays_text_in_a_parser(text):
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append(tag)

        def handle_comment(self, data):
            seen.append(data)

    reader = Reader()
    reader.feed(str(escape.html(text)))
    reader.close()
    assert seen == []
    assert not {"<", '"', "'"} & set(escape.html(text))


@given(any_text)
def test_a_spreadsheet_cell_never_starts_a_formula(text):
    cell = escape.spreadsheet(text)
    assert cell.strip()[:1] not in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}
    assert not invisible(cell)
    assert len(cell) <= 1000


@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u115f\u1160\u3164\uffa0\u2800")))
def test_ordinary_text_is_left_alone(text):
    assert escape.terminal(text, 10_000) == text


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t=", "\r", " =", "\n@"])
def test_each_formula_lead_gets_an_apostrophe(lead):
    assert escape.spreadsheet(f"{lead}cmd|' /C calc'!A0").startswith("'")


def test_controls_are_readable_afterwards():
    assert escape.terminal("a\x1b[31m\nb\u202ec\x9b") == "a‹ESC›[31m⏎b‹U+202E›c‹U+009B›"


def test_long_text_ends_with_an_ellipsis():
    assert escape.terminal("x" * 500, 10) == "xxxxxxxxx…"
    assert escape.terminal("x" * 10, 10) == "x" * 10


def test_a_tower_of_accents_is_cut_down():
    assert escape.terminal("a" + "\u0301" * 50) == "a" + "\u0301" * 3


def test_html_escapes_only_once_in_templates():
    assert str(escape.html("<b>&amp;")) == "&lt;b&gt;&amp;amp;"


@pytest.mark.parametrize("unseen", ["\ufe0f", "\ufe00", "\u180b", "\U000e0101", "\U00016fe4", "\U0001d159"])
def test_two_names_that_differ_in_what_nobody_sees_look_different(unseen):
    assert escape.terminal(f"ada{unseen}") == f"ada‹U+{ord(unseen):04X}›"


def test_a_picture_may_be_asked_for_in_colour():
    assert escape.terminal("❤️ ada ↔︎") == "❤️ ada ↔︎"
