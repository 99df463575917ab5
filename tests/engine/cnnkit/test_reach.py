"""The figure of stacked layers: how far one unit sees."""

import pytest

from cnnkit.checking import after_writing
from cnnkit.reach import reach


@pytest.mark.parametrize(
    ("layers", "seen"), [([(3, 1, 0)] * 2, 5), ([(3, 1, 0), (2, 2, 0), (3, 1, 0)], 8), ([(3, 1, 1)], 3), ([], 1)]
)
def test_the_marked_pixels_are_the_receptive_field(layers, seen):
    assert f"has seen {seen} of 12 pixels" in reach(12, layers).alt


def test_torchs_own_not_implemented_error_is_reported(capsys):
    with after_writing("pool2d"):
        raise NotImplementedError("mean(): could not infer output dtype")
    assert "could not infer" in capsys.readouterr().out
