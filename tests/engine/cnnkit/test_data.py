"""Photographs, digits and numerical gradients."""

import sys

import numpy as np
import pytest
import torch

from cnnkit import baselines, data, gradients


@pytest.mark.parametrize("name", data.PHOTOS)
def test_every_photograph_ships_with_the_package(monkeypatch, name):
    monkeypatch.setitem(sys.modules, "pooch", None)  # the library that would download
    pixels = data.photo(name, size=32)
    assert pixels.dtype == np.uint8
    assert pixels.shape in ((32, 32), (32, 32, 3))
    assert pixels.max() > pixels.min()


def test_a_photograph_keeps_its_size_unless_asked():
    assert data.photo("astronaut").shape == (512, 512, 3)


def test_an_unknown_photograph_names_the_known_ones():
    with pytest.raises(ValueError, match="astronaut"):
        data.photo("lena")


def test_gray_is_the_mean_of_the_channels():
    pixels = np.array([[[0, 255, 0, 9], [255, 255, 255, 9]]], dtype=np.uint8)
    assert torch.allclose(data.gray(pixels), torch.tensor([[1 / 3, 1.0]]))


def test_digits_are_28_by_28_and_between_0_and_1():
    images, labels = data.digits()
    assert images.shape == (1198, 1, 28, 28)
    assert (images.min(), images.max()) == (0, 1)
    assert labels.bincount().min() > 114


def test_names_are_men_then_women():
    names = data.names()
    assert [label for _, label in names] == [0] * 557 + [1] * 579
    assert {("jose", 0), ("maria_jose", 1), ("iñigo", 0)} <= set(names)
    assert "".join(sorted(set("".join(name for name, _ in names)))) == "_abcdefghijklmnopqrstuvwxyzñ"


def test_a_name_for_both_has_two_rows():
    both = [name for name, label in data.names() if label == 1 and (name, 0) in data.names()]
    assert both == ["ale", "ariel", "chus", "jose", "lupe", "manu", "maria", "maxi", "michel", "reyes", "sol"]


def test_patches_are_cut_row_by_row():
    slide = data.slide()
    images, labels = data.patches(slide, size=96, stride=60)
    assert images.shape == (7 * 5, 3, 96, 96)
    assert images.dtype == torch.uint8
    assert np.array_equal(images[6].permute(1, 2, 0), slide[60:156, 60:156])
    assert 0.4 < labels.double().mean() < 0.7


def test_only_the_centre_decides():
    white, brown = (240, 240, 238), (150, 90, 40)
    slide = np.full((96, 192, 3), white, dtype=np.uint8)
    slide[32:64, 32:64] = brown
    slide[:, 96:] = brown
    slide[32:64, 128:160] = white
    assert data.patches(slide, stride=96)[1].tolist() == [1, 0]


def test_patches_in_doubt_are_left_out():
    slide = np.full((96, 192, 3), (240, 240, 238), dtype=np.uint8)
    slide[32:64, 32:54] = (150, 90, 40)  # 22 of 32 columns: 69 %
    assert data.patches(slide, stride=96)[1].tolist() == [1, 0]
    assert data.patches(slide, stride=96, doubt=0.25)[1].tolist() == [0]


def test_evened_patches_have_the_same_brightness_and_contrast_in_the_middle():
    stained, _ = data.patches(data.slide(), stride=120)
    middle = data.evened(stained)[:, :, 32:64, 32:64].float()
    assert data.evened(stained).shape == stained.shape
    assert (middle.mean((1, 2, 3)) - 127.5).abs().max() < 1
    assert (middle.std((1, 2, 3)) - 73.6).abs().max() < 4


def test_evened_patches_are_gray_and_keep_the_order_of_brightness():
    stained = torch.tensor([3.0, 1, 2]).repeat(1, 3, 9, 3).to(torch.uint8)
    red, green, blue = data.evened(stained)[0, :, 4, :3].tolist()
    assert red == green == blue
    assert sorted(range(3), key=red.__getitem__) == [1, 2, 0]


def test_as_many_zeros_as_ones_are_drawn():
    labels = torch.tensor([0] * 50 + [1] * 7)
    drawn = data.as_many_of_each(labels, 5, seed=3)
    assert (len(set(drawn.tolist())), labels[drawn].tolist().count(1)) == (10, 5)
    assert torch.equal(drawn, data.as_many_of_each(labels, 5, seed=3))
    assert len(data.as_many_of_each(labels, 9)) == 14


def test_a_logistic_regression_finds_what_is_linear_and_nothing_else():
    rng = torch.Generator().manual_seed(0)
    patches = torch.randint(0, 200, (300, 3, 8, 8), generator=rng, dtype=torch.uint8)
    labels = torch.arange(300) % 2
    patches[labels == 1, 0] += 50
    for measured in (baselines.colours, baselines.pixels):
        halves = (patches[:200], labels[:200], patches[200:], labels[200:])
        assert baselines.linear(lambda x, measured=measured: measured(x, 4), *halves) > 0.8
    shuffled = labels[torch.randperm(300, generator=rng)]
    assert baselines.linear(lambda x: baselines.colours(x, 4), *halves[:3], shuffled[200:]) < 0.65


def test_a_patch_larger_than_the_slide_is_refused():
    with pytest.raises(ValueError, match="3 to 341"):
        data.patches(data.slide(), size=342)


def test_the_numerical_gradient_of_a_square_is_twice_the_point():
    point = torch.tensor([[1.0, -2.0, 0.5]]).T
    measured = gradients.numerical_gradient(lambda x: (x**2).sum(), point)
    assert measured.dtype == torch.float64
    assert torch.allclose(measured, 2 * point.double(), atol=1e-8)
    assert point.tolist() == [[1.0], [-2.0], [0.5]]


def test_a_gradient_that_agrees_gets_a_tick():
    assert gradients.compare_gradients(lambda x: torch.sin(x).sum(), torch.linspace(0, 2, 5)).startswith("✓")


def test_a_wrong_backward_is_found():
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, upstream):
            return upstream  # forgot the 2

    assert gradients.compare_gradients(lambda x: Double.apply(x).sum(), torch.ones(2)).startswith("✗ The shape (2,)")


@pytest.mark.parametrize(
    "broken", [lambda x: torch.tensor(x.sum().item()), lambda x: torch.ones(1, requires_grad=True).sum()]
)
def test_a_broken_graph_is_named(broken):
    assert "cannot trace the result back" in gradients.compare_gradients(broken, torch.ones(2))
