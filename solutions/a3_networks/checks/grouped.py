"""Hidden checks of the exercise `grouped`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
from torch import nn

from autograder.judge import check, expect

from ._helpers import expect_logits, expect_ready_to_train, expect_size


@check(
    weight=2,
    quote="How many numbers nn.Conv2d(c_in, c_out, k, groups=groups, bias=bias) learns: an int, by arithmetic.",
)
def test_grouped_params(student, cases):
    """grouped_params counts the weights of all groups, and a bias for each channel out"""
    for groups in (1, 2, 3, int(cases.rng.integers(4, 12))):
        c_in, c_out = groups * int(cases.rng.integers(2, 5)), groups * int(cases.rng.integers(5, 9))
        for k in (1, 3, int(cases.rng.integers(4, 9))):
            right = reference.grouped_params(c_in, c_out, k, groups)
            expect(student.grouped_params(c_in, c_out, k, groups)).to_equal(right)


@check(after="grouped_params", quote="k is one number for a square kernel, or a pair (height, width).")
def test_grouped_settings(student, cases):
    """grouped_params takes a kernel that is not square, bias=False, and one group where nothing is said"""
    height, width = (int(side) for side in cases.rng.permutation(range(2, 9))[:2])
    for c_in, c_out, k, options in (
        (6, 4, (height, width), {"groups": 2, "bias": False}),
        (5, 15, (width, 1), {"groups": 5}),
        (7, 3, height, {}),
        (4, 6, width, {"bias": False}),
    ):
        right = reference.grouped_params(c_in, c_out, k, **options)
        expect(student.grouped_params(c_in, c_out, k, **options)).to_equal(right)


@check(after="grouped_params", quote="ValueError if groups does not divide c_in, or does not divide c_out.")
def test_grouped_refuses(student, cases):
    """grouped_params raises ValueError where the groups do not come out even, as nn.Conv2d does"""
    groups = int(cases.rng.integers(3, 8))
    uneven = (groups + 1, 2 * groups + 1), (2 * groups + 1, groups), (groups, 3 * groups - 1)
    side = int(cases.rng.integers(2, 40))
    for c_in, c_out in cases.shuffled((*uneven, (2 * groups, groups), (groups, 3 * groups))):
        if (c_in, c_out) in uneven:
            expect(lambda c=(c_in, c_out): student.grouped_params(*c, side, groups)).to_raise(ValueError)
        else:
            right = reference.grouped_params(c_in, c_out, side, groups)
            expect(student.grouped_params(c_in, c_out, side, groups)).to_equal(right)


@check(
    weight=2,
    quote=(
        "A depthwise convolution, then a pointwise one: a module (B, c_in, H, W) -> (B, c_out, H, W).",
        "and nothing is between them.",
    ),
)
def test_separable_values(student, cases):
    """separable_conv filters each channel on its own, then mixes them, for kernels of 3, 5 and 1"""
    for setting, shape in (((2, 5), (3, 2, 6, 9)), ((4, 3, 5), (2, 4, 8, 7)), ((3, 6, 1), (2, 3, 4, 5))):
        expect_logits(
            student, student.separable_conv(*setting), reference.separable_conv(*setting), cases.images(*shape)
        )


@check(after="separable_values", quote=("The depthwise one has a kernel k × k", "Both have a bias"))
def test_separable_size(student, cases):
    """separable_conv learns c_in · k · k + c_in numbers, and c_out · c_in + c_out"""
    for setting in ((4, 8), (3, 7, 5), (6, 2, 1)):
        right = sum(parameter.numel() for parameter in reference.separable_conv(*setting).parameters())
        expect_size(student, cases, student.separable_conv(*setting), right)


@check(after="separable_values", weight=0.5, quote="Its learnable layers are nn.Conv2d and nn.Linear")
def test_separable_is_ready_to_train(student, cases):
    """separable_conv gives every parameter a gradient, and does the same in train mode"""
    right: nn.Module = reference.separable_conv(3, 4)
    expect_ready_to_train(student, student.separable_conv(3, 4), cases.images(2, 3, 5, 6), right)
