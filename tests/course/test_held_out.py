"""The part of the data that only graders have."""

from __future__ import annotations

import runpy
import sysconfig
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.judge.course_modules import load_module
from cnnkit import data

ROOT = Path(__file__).resolve().parents[2]
held_out = load_module(ROOT / "solutions" / "held_out.py")
PACKAGES = Path(sysconfig.get_paths()["purelib"])


def test_the_committed_files_are_what_the_script_makes(tmp_path):
    runpy.run_path(str(ROOT / "shared" / "training" / "make_files.py"))["make"](tmp_path)
    assert contents(tmp_path) == contents(data.FILES)


def test_a_label_belongs_to_its_digit():
    from sklearn.datasets import load_digits

    full, (images, labels) = load_digits(), data.digits()
    known = dict(zip(pictures(data.enlarged(full.images)), full.target, strict=True))
    assert [known[image.numpy().tobytes()] for image in images] == labels.tolist()


def test_the_slide_of_the_kit_is_the_left_part():
    full = np.concatenate([data.slide(), held_out.split_slide(hidden=True)], axis=1)
    assert full.shape == (512, 512, 3)


@pytest.mark.parametrize(("name", "plain"), [("Íñigo José", "iñigo_jose"), ("FRANÇOIS", "françois"), ("Zoë", "zoe")])
def test_names_lose_accents_but_no_letters(name, plain):
    assert held_out.normal(name) == plain


def contents(folder: Path) -> tuple[object, ...]:
    with np.load(folder / "digits.npz") as file:
        digits = {name: (file[name].dtype, file[name].tolist()) for name in file.files}
    import matplotlib.pyplot as plt

    return digits, (folder / "names.csv").read_bytes(), plt.imread(folder / "slide.png").tolist()


def pictures(images: torch.Tensor) -> list[bytes]:
    return [image.numpy().tobytes() for image in images]
