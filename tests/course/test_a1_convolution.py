"""The reference of a1_convolution, and what this assignment promises about its suite."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F

from autograder.course import load_course
from autograder.course.answers import mistakes_of
from autograder.judge.course_modules import importing_from, load_module

FOLDER = Path(__file__).resolve().parents[2] / "solutions" / "a1_convolution"
LISTED = {"flatten": 8, "corr2d": 12, "out_size": 11, "pad2d": 8, "conv2d": 15, "conv_components": 8, "kernels": 11}


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    with importing_from(FOLDER):
        return load_module(FOLDER / "reference.py")


def test_worked_examples_of_the_notebook(reference):
    X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
    assert reference.corr2d(X, K).tolist() == [[19, 25], [37, 43]]
    assert reference.true_conv2d(X, K).tolist() == [[5, 11], [23, 29]]
    x, weight = torch.stack([X, X + 1])[None], torch.stack([K, K + 1])[None]
    assert reference.conv2d(x, weight).tolist() == [[[[56, 72], [104, 120]]]]
    nine, ones = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
    assert reference.conv2d(nine, ones, stride=2, padding=1).tolist() == [[[[1, 5], [11, 28]]]]


def test_sizes_agree_with_torch(reference):
    grid = itertools.product((1, 4, 7, 9, 30, 224), (1, 2, 3, 5, 7), (1, 2, 3, 4), (0, 1, 2, 4), (1, 2, 3))
    for n, k, s, p, d in grid:
        image, kernel = torch.empty(1, 1, n, 1, device="meta"), torch.empty(1, 1, k, 1, device="meta")
        if d * (k - 1) + 1 > n + 2 * p:
            with pytest.raises(ValueError):
                reference.conv_out_size(n, k, s, p, d)
        else:
            size = F.conv2d(image, kernel, stride=(s, 1), padding=(p, 0), dilation=(d, 1)).shape[2]
            assert reference.conv_out_size(n, k, s, p, d) == size, (n, k, s, p, d)


def test_same_padding_keeps_the_size(reference):
    for k, d in itertools.product(range(1, 12), range(1, 5)):
        if d * (k - 1) % 2:
            with pytest.raises(ValueError):
                reference.same_padding(k, d)
        else:
            assert reference.conv_out_size(50, k, 1, reference.same_padding(k, d), d) == 50


def test_even_cover_is_the_smallest(reference):
    for n, k, s in itertools.product(range(1, 20), range(1, 9), range(1, 8)):
        right = [p for p in range(60) if n + 2 * p >= k and (n + 2 * p - k) % s == 0]
        assert reference.even_cover_padding(n, k, s) == (right[0] if right else None), (n, k, s)
    assert reference.even_cover_padding(224, 5, 2) is None


def test_a_gaussian_is_separable_and_sums_to_one(reference):
    kernel = reference.gaussian_kernel(7, 1.5)
    assert torch.linalg.matrix_rank(kernel, rtol=1e-5) == 1
    assert kernel.sum().item() == pytest.approx(1, abs=1e-6)
    assert (kernel[3, 3] / kernel[3, 5]).item() == pytest.approx(2.71828 ** (4 / 4.5), rel=1e-4)


def test_learning_finds_the_kernel(reference):
    stripe = torch.zeros(6, 8)
    stripe[:, 2:6] = 1
    kernel, losses = reference.learn_kernel(stripe, stripe[:, :-1] - stripe[:, 1:], (1, 2), steps=2000, lr=2e-2)
    assert torch.allclose(kernel, torch.tensor([[1.0, -1.0]]), atol=1e-2)
    assert losses[-1] < losses[0] / 1000


def test_many_mistakes_are_known():
    known = mistakes_of(load_course(FOLDER.parents[1]).assignment(FOLDER.name))
    assert len(known) >= 90
    for exercise, least in LISTED.items():
        assert sum(mistake.exercise == exercise for mistake in known) >= least
