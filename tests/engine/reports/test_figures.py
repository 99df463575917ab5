"""Heat-maps and figures: what is drawn, what is refused."""

import base64
import re
import struct
import zlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Picture
from autograder.reports import heatmap
from autograder.submission.pictures import png_uri
from tests.engine.samples.reports import png

numbers = st.none() | st.floats()
matrices = st.lists(st.lists(numbers, max_size=40), max_size=40)


@given(matrices, matrices)
def test_every_picture_is_sound_xml(yours, expected):
    for panel in heatmap.panels(Picture(yours, expected)):
        root = ElementTree.fromstring(str(panel.svg))
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert len(root.findall("rect")) <= 32 * 32


def test_a_small_picture_shows_its_numbers():
    yours, expected, difference = heatmap.panels(Picture([[1.0, None]], [[1.0, 2.5]]))
    assert "row 1 –" in yours.svg
    assert ">2.5</text>" in expected.svg
    assert difference.heading == "Difference"


def test_different_shapes_have_no_difference():
    picture = Picture([[1.0]], [[1.0, 2.0]])
    assert len(heatmap.panels(picture)) == 2
    assert "1×1, expected is 1×2" in heatmap.remark(picture)


def test_a_large_picture_has_a_range_instead_of_numbers():
    (yours, *_) = heatmap.panels(Picture([[float(i) for i in range(20)]], [[0.0] * 20]))
    assert "<text" not in yours.svg
    assert "values from 0 to 19" in yours.svg


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(st.none() | st.floats(-1, 1))
def test_numbers_are_readable_on_their_cell(value):
    (panel, *_) = heatmap.panels(Picture([[value, 1.0]], [[0.0, 0.0]]))
    paint, ink = (luminance(colour) for colour in re.findall('fill="(#[0-9a-f]{6})"', str(panel.svg))[:2])
    assert (max(paint, ink) + 0.05) / (min(paint, ink) + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-1.5, "−1.5"), (1234.0, "1234"), (1e300, "1e+300"), (None, "–"), (1e-9, "1e−9")]
)
def test_numbers_are_short(value, text):
    assert heatmap.short(value) == text


@given(st.floats(1e-90, 1e9) | st.floats(-1e9, -1e-90))
def test_no_number_is_wider_than_its_cell(value):
    assert len(heatmap.short(value)) <= 6


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("[:, :]", ""),
        ("[0, 2, :, :]", "The part `[0, 2, :, :]` of the result."),
        ("The first image.", "The first image."),
    ],
)
def test_a_caption_says_which_part_it_is(given, told):
    assert heatmap.caption(Picture([[1.0]], [[2.0]], given)) == told


def test_a_sound_png_is_shown_without_its_comments():
    uri = png_uri(png())
    raw = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert raw.startswith(b"\x89PNG")
    assert b"tEXt" not in raw


def header(width: int, height: int) -> str:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    raw = base64.b64decode(png())
    return base64.b64encode(
        raw[:8] + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + raw[33:]
    ).decode()


def coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


SOUND = base64.b64decode(png())
UNSOUND = {
    "nothing": "",
    "no base64": "not base64!",
    "no ASCII": "é" * 8,
    "an SVG": coded(b"<svg onload=alert(1)>"),
    "only the magic": coded(SOUND[:8]),
    "something behind the end": coded(SOUND + b"<script>"),
    "cut off": coded(SOUND[:-9]),
    "too wide": header(100_000, 1),
    "no width": header(0, 4),
    "too many pixels": header(3999, 3999),
    "too long": "A" * 3_000_000,
}


@pytest.mark.parametrize("encoded", UNSOUND.values(), ids=UNSOUND)
def test_anything_else_is_no_figure(encoded):
    assert png_uri(encoded) == ""


def test_a_wrong_checksum_is_no_figure():
    raw = bytearray(base64.b64decode(png()))
    raw[60] ^= 1
    assert png_uri(base64.b64encode(bytes(raw)).decode()) == ""


@given(st.binary(max_size=200))
def test_foreign_bytes_never_break_the_page(tail):
    assert png_uri(base64.b64encode(b"\x89PNG\r\n\x1a\n" + tail).decode()) == ""
