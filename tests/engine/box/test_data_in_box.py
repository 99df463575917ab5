"""The data from where student code is: everything of the kit is there, what a wall masks is empty."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.box.box import Box, open_box
from autograder.box.zygote import Wall, Zygote
from autograder.course.limits import Limits

PACKAGES = Path(sysconfig.get_paths()["purelib"])
MASKED = (str(PACKAGES / "skimage/data/ihc.png"),)
PUBLIC = {
    "len(data.digits()[1])": 1198,
    "len(data.names())": 1136,
    "len(data.patches(data.slide(), stride=48)[1])": 54,
    "data.letters(26, seed=1)[1].sort()[0].tolist()": list(range(26)),
    "len(data.shapes(300, seed=1)[0])": 300,
}
SOURCES = ("from skimage.data import immunohistochemistry; immunohistochemistry()",)


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Zygote.start(Wall(masked=MASKED)) as warm, open_box(warm, Limits()) as made:
        assert made.run_cell("from cnnkit import data", "imports").ok
        yield made


@pytest.mark.parametrize("question", PUBLIC)
def test_what_is_public_is_there(box, question):
    assert box.run_cell(f"def answer(): return {question}", "answer").ok
    assert box.ask({"op": "call", "target": ["name", "answer"], "args": []}).value == PUBLIC[question]


@pytest.mark.parametrize("source", SOURCES)
def test_a_masked_source_tells_nothing(box, source):
    assert not box.run_cell(source, "theft").ok


def test_the_same_lines_work_where_nothing_is_masked():
    with Zygote.start() as warm, open_box(warm, Limits()) as made:
        assert [made.run_cell(source, "open").ok for source in SOURCES] == [True] * len(SOURCES)
