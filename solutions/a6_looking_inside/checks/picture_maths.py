"""Hidden checks of the exercise `picture_maths`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch

from autograder.judge import check, expect


@check(weight=1.5)
def test_standardize_values(student, cases):
    """standardize_and_clip follows the formula for each picture of a batch by itself, (B, H, W) and (B, C, H, W)"""
    for shape in ((3, 4, 5), (2, 3, 4, 5), (1, 2, 3)):
        g = 7 * cases.tensor(*shape) + cases.tensor(shape[0], low=-20, high=20).reshape(-1, *[1] * (len(shape) - 1))
        expect(student.standardize_and_clip(g)).to_match(reference.standardize_and_clip(g))


@check()
def test_standardize_settings(student, cases):
    """standardize_and_clip obeys saturation, brightness, lo and hi, and cuts only at the end"""
    g = cases.tensor(2, 5, 6, low=-3, high=9)
    for settings in (
        {"saturation": 0.3, "brightness": 0.4},
        {"saturation": 0.5, "lo": 0.2, "hi": 0.7},
        {"saturation": 2.0, "brightness": 1.0, "lo": -1.0, "hi": 10.0},
    ):
        right = reference.standardize_and_clip(g, **settings)
        expect(student.standardize_and_clip(g, **settings)).to_match(right)


@check()
def test_standardize_plain_pictures(student, cases):
    """standardize_and_clip makes a picture with one value plain gray, without NaN, beside an ordinary one"""
    g = cases.tensor(3, 4, 5)
    g[1], g[2] = 7.25, 0.0
    expect(student.standardize_and_clip(g)).to_match(reference.standardize_and_clip(g))
    right = reference.standardize_and_clip(g, brightness=0.25)
    expect(student.standardize_and_clip(g, brightness=0.25)).to_match(right)


@check()
def test_standardize_input(student, cases):
    """standardize_and_clip leaves g alone, keeps float32, and raises ValueError for NaN"""
    g = cases.tensor(2, 4, 3, low=-5, high=5)
    expect(lambda: student.standardize_and_clip(g)).to_leave_inputs_alone()
    expect(student.standardize_and_clip(g.float())).to_match(reference.standardize_and_clip(g.float()))
    hole = torch.where(g == g[1, 2, 0], torch.nan, g)
    expect(lambda: student.standardize_and_clip(hole)).to_raise(ValueError)


@check(weight=1.5)
def test_normalize_values(student, cases):
    """normalize01 stretches each picture of a batch by itself from 0 to 1, negative values too"""
    for shape, low, high in (((3, 4, 5), -9, -2), ((2, 3, 4, 5), -1, 6), ((2, 4, 3), 3, 4)):
        x = cases.tensor(*shape, low=low, high=high)
        x[0] *= 3
        expect(student.normalize01(x)).to_match(reference.normalize01(x))


@check()
def test_normalize_plain_pictures(student, cases):
    """normalize01 makes a picture with one value 0 everywhere, without NaN; eps is the smallest range"""
    x = cases.tensor(3, 4, 5)
    x[1], x[2] = 3.5, 0.0
    expect(student.normalize01(x)).to_match(reference.normalize01(x))
    expect(student.normalize01(x, eps=4.0)).to_match(reference.normalize01(x, eps=4.0))


@check()
def test_normalize_input(student, cases):
    """normalize01 leaves x alone, keeps float32, and raises ValueError for NaN"""
    x = cases.tensor(2, 3, 5, low=-5, high=5)
    expect(lambda: student.normalize01(x)).to_leave_inputs_alone()
    expect(student.normalize01(x.float())).to_match(reference.normalize01(x.float()))
    hole = torch.where(x == x[0, 1, 4], torch.nan, x)
    expect(lambda: student.normalize01(hole)).to_raise(ValueError)


@check(weight=1.5)
def test_overlay_values(student, cases):
    """overlay mixes 1 − alpha parts of the image with alpha parts of a map from white to red: (B, 3, H, W)"""
    gray, heat = cases.tensor(3, 4, 5, low=0), cases.tensor(3, 4, 5, low=0)
    expect(lambda: student.overlay(gray, heat)).to_leave_inputs_alone()
    expect(student.overlay(gray, heat)).to_match(reference.overlay(gray, heat))
    for alpha in (0.2, 0.5):
        expect(student.overlay(gray, heat, alpha)).to_match(reference.overlay(gray, heat, alpha))


@check()
def test_overlay_ends(student, cases):
    """overlay shows only the image with alpha = 0, and only the map with alpha = 1"""
    gray, heat = cases.tensor(2, 3, 6, low=0), cases.tensor(2, 3, 6, low=0)
    expect(student.overlay(gray, heat, alpha=0.0)).to_match(gray[:, None].expand(2, 3, 3, 6).clone())
    right = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    expect(student.overlay(gray, heat, alpha=1.0)).to_match(right)


@check()
def test_overlay_refuses(student, cases):
    """overlay raises ValueError for images and maps of different shapes, and for an alpha outside 0 … 1"""
    gray, heat = cases.tensor(2, 3, 5, low=0), cases.tensor(2, 3, 5, low=0)
    for others in ((gray, heat[:1]), (gray[:1], heat), (gray, heat[:, :, :1])):
        expect(lambda others=others: student.overlay(*others)).to_raise(ValueError)
    for alpha in (-0.25, 1.5):
        expect(lambda alpha=alpha: student.overlay(gray, heat, alpha)).to_raise(ValueError)
