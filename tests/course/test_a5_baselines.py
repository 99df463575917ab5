"""The problem of a5_transfer is one for borrowed weights: nothing simpler comes near, and colour gives nothing away."""

from __future__ import annotations

import re
import statistics

import pytest

from bench import baselines, headlines

SIMPLER = ("colour", "linear on pixels", "from scratch")


@pytest.fixture(scope="module")
def shares():
    """The mean accuracy of each way over five splits of the slide."""
    return {name: statistics.mean(shares) for name, shares in baselines.over_splits(draws=1).items()}


@pytest.mark.parametrize("name", SIMPLER)
def test_nothing_simpler_comes_within_ten_points_of_the_frozen_backbone(shares, name):
    assert shares[name] + 0.1 < shares["frozen"]


def test_fine_tuning_is_not_worse_than_frozen(shares):
    assert shares["fine-tuned"] > shares["frozen"] - 0.02


def test_the_stain_alone_would_solve_it(shares):
    assert shares["colour, with the stain"] > shares["fine-tuned"]


def test_the_page_names_every_way():
    line = next(line for line in headlines.PAGE.read_text("utf-8").splitlines() if line.startswith("| `baselines` |"))
    assert all(name in line for name in (*SIMPLER, "frozen", "fine-tuned"))


def test_the_notebook_tells_what_the_page_measured():
    line = next(line for line in headlines.PAGE.read_text("utf-8").splitlines() if line.startswith("| `baselines` |"))
    frozen, tuned, scratch = (
        re.findall(rf"{name} (\d+ ± \d+) %", line)[0].replace(" ± ", " % (± ")
        for name in ("frozen", "fine-tuned", "from scratch")
    )
    text = (headlines.ROOT / "solutions" / "a5_transfer" / "notebook.py").read_text("utf-8")
    assert (
        f"the frozen layers are right on {frozen}), fine-tuned ones on {tuned}), and from scratch it is {scratch})"
        in text
    )
