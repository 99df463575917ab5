"""Hidden checks of the exercise `picture_maths`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch

from autograder.judge import check, expect

from ._helpers import some_order


def standardised(g: torch.Tensor) -> torch.Tensor:
    """Pictures whose mean is 0 and whose standard deviation is 1 already, in float32."""
    flat = g.flatten(1)
    return ((flat - flat.mean(dim=1, keepdim=True)) / flat.std(dim=1, keepdim=True)).reshape(g.shape).float()


@check(quote=("over all its channels and pixels", "std is torch's default"))
def test_standardize_values(student, cases):
    """standardize_and_clip follows the formula for one picture, (1, H, W) and (1, C, H, W)"""
    for shape, scale in (((1, 4, 5), 7), ((1, 3, 4, 5), 0.01), ((1, 2, 3), 1)):
        g = scale * (cases.tensor(*shape) + cases.tensor(1, low=-3, high=3))
        expect(student.standardize_and_clip(g.float())).to_agree_with(reference.standardize_and_clip(g.float()))


@check(quote="Each picture of the batch by itself, over all its channels and pixels")
def test_standardize_each_picture(student, cases):
    """standardize_and_clip takes each picture of a batch by itself, with its own mean, (B, H, W) and (B, C, H, W)"""
    for shape in ((3, 4, 5), (2, 3, 4, 5)):
        apart = cases.tensor(shape[0], low=-20, high=20).float().reshape(-1, *[1] * (len(shape) - 1))
        g = standardised(cases.tensor(*shape)) + apart
        expect(student.standardize_and_clip(g)).to_agree_with(reference.standardize_and_clip(g))


@check(quote="saturation + brightness, then clamped to [lo, hi].")
def test_standardize_settings(student, cases):
    """standardize_and_clip obeys saturation, brightness, lo and hi, and cuts only at the end"""
    g = standardised(cases.tensor(1, 5, 6))
    for settings in (
        {"saturation": 0.3, "brightness": 0.4},
        {"saturation": 0.5, "lo": 0.2, "hi": 0.7},
        {"saturation": 2.0, "brightness": 1.0, "lo": -1.0, "hi": 10.0},
    ):
        right = reference.standardize_and_clip(g, **settings)
        expect(student.standardize_and_clip(g, **settings)).to_agree_with(right)


@check(quote="A picture with one value becomes `brightness` everywhere.")
def test_standardize_plain_pictures(student, cases):
    """standardize_and_clip makes a picture with one value plain gray, without NaN, beside an ordinary one"""
    g = standardised(cases.tensor(3, 4, 5))
    g[1], g[2] = 7.25, 0.0
    expect(student.standardize_and_clip(g)).to_agree_with(reference.standardize_and_clip(g))
    right = reference.standardize_and_clip(g, brightness=0.25)
    expect(student.standardize_and_clip(g, brightness=0.25)).to_agree_with(right)


@check(
    after="standardize_settings",
    quote=(
        "-> the same shape and dtype.",
        "a function leaves its arguments as they were.",
        "ValueError when g contains NaN.",
    ),
)
def test_standardize_input(student, cases):
    """standardize_and_clip leaves g alone, keeps float32 and float64, and raises ValueError for NaN"""
    g = cases.tensor(2, 4, 3, low=-5, high=5)
    expect(lambda: student.standardize_and_clip(g)).to_leave_inputs_alone()
    flat = standardised(cases.tensor(1, 4, 3))
    for picture in (flat, flat.double()):
        expect(student.standardize_and_clip(picture)).to_match(reference.standardize_and_clip(picture))
    hole = torch.where(g == g[1, 2, 0], torch.nan, g)
    expect(lambda: student.standardize_and_clip(hole)).to_raise(ValueError)


@check(weight=0, quote="Stretch to [0, 1]")
def test_normalize_from_zero(student, cases):
    """normalize01 stretches one picture that begins at 0"""
    x = cases.tensor(1, 4, 5, low=0, high=3).float()
    x[0, 2, 1] = 0
    expect(student.normalize01(x)).to_agree_with(reference.normalize01(x))


@check(quote="(x - min) / max(max - min, eps).")
def test_normalize_values(student, cases):
    """normalize01 stretches one picture from 0 to 1, negative values too, (1, H, W) and (1, C, H, W)"""
    for shape, low, high in (((1, 4, 5), -9, -2), ((1, 3, 4, 5), -1, 6), ((1, 4, 3), 3, 4)):
        x = cases.tensor(*shape, low=low, high=high).float()
        expect(student.normalize01(x)).to_agree_with(reference.normalize01(x))


@check(quote="Each picture of the batch by itself: (x - min) / max(max - min, eps).")
def test_normalize_each_picture(student, cases):
    """normalize01 stretches each picture of a batch by itself, (B, H, W) and (B, C, H, W)"""
    for shape in ((3, 4, 5), (2, 3, 4, 5)):
        x = cases.tensor(*shape, low=0, high=6).float()
        x.flatten(1)[:, 3] = 0  # where they all begin
        x[0] *= 3
        expect(student.normalize01(x)).to_agree_with(reference.normalize01(x))


@check(quote="A picture with one value becomes 0 everywhere.")
def test_normalize_plain_pictures(student, cases):
    """normalize01 makes a picture with one value 0 everywhere, without NaN; eps is the smallest range"""
    x = cases.tensor(3, 4, 5, low=0).float()
    x[0, 1, 2] = 0  # where the ordinary one begins: whoever forgets to subtract the minimum pays for that elsewhere
    x[1:] = 0
    expect(student.normalize01(x)).to_agree_with(reference.normalize01(x))
    expect(student.normalize01(x, eps=4.0)).to_agree_with(reference.normalize01(x, eps=4.0))


@check(after="normalize_from_zero", weight=0.25, quote="A picture with one value becomes 0 everywhere.")
def test_normalize_plain_light(student, cases):
    """normalize01 makes a plain picture black, even if it is a light one"""
    x = cases.tensor(2, 4, 5, low=0, high=3).float()
    x[0, 2, 1], x[1] = 0, 3.5
    expect(student.normalize01(x)).to_agree_with(reference.normalize01(x))


@check(
    after="normalize_from_zero",
    quote=(
        "-> the same shape and dtype.",
        "a function leaves its arguments as they were.",
        "ValueError when x contains NaN.",
    ),
)
def test_normalize_input(student, cases):
    """normalize01 leaves x alone, keeps float32 and float64, and raises ValueError for NaN"""
    x = cases.tensor(2, 3, 5, low=-5, high=5)
    expect(lambda: student.normalize01(x)).to_leave_inputs_alone()
    flat = cases.tensor(1, 3, 5, low=0, high=5)
    flat[0, 1, 2] = 0
    for picture in (flat, flat.float()):
        expect(student.normalize01(picture)).to_match(reference.normalize01(picture))
    hole = torch.where(x == x[0, 1, 4], torch.nan, x)
    expect(lambda: student.normalize01(hole)).to_raise(ValueError)


@check(
    weight=1.25,
    quote=(
        "Red is (1 - alpha) * gray + alpha; green and blue are (1 - alpha) * gray + alpha * (1 - heat).",
        "a function leaves its arguments as they were.",
    ),
)
def test_overlay_values(student, cases):
    """overlay mixes the image, half and half, with a map from white to red: (B, 3, H, W)"""
    gray, heat = cases.tensor(3, 4, 5, low=0), cases.tensor(3, 4, 5, low=0)
    expect(lambda: student.overlay(gray, heat, 0.5)).to_leave_inputs_alone()
    expect(student.overlay(gray, heat, 0.5)).to_match(reference.overlay(gray, heat, 0.5))


@check(quote=("So alpha = 0 shows only the image, alpha = 1 only the map.", "alpha: float = 0.75"))
def test_overlay_ends(student, cases):
    """overlay shows only the image with alpha = 0, only the map with alpha = 1; three quarters unless told otherwise"""
    gray, heat = cases.tensor(2, 3, 6, low=0), cases.tensor(2, 3, 6, low=0)
    for settings in ({}, {"alpha": 0.2}):
        expect(student.overlay(gray, heat, **settings)).to_match(reference.overlay(gray, heat, **settings))
    expect(student.overlay(gray, heat, alpha=0.0)).to_match(gray[:, None].expand(2, 3, 3, 6).clone())
    right = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    expect(student.overlay(gray, heat, alpha=1.0)).to_match(right)


@check(
    after="overlay_values", quote="ValueError when the shapes of gray and heat differ, or alpha is not between 0 and 1."
)
def test_overlay_refuses(student, cases):
    """overlay raises ValueError for images and maps of different shapes, and for an alpha outside 0 … 1"""
    gray, heat = cases.tensor(2, 3, 5, low=0), cases.tensor(2, 3, 5, low=0)
    unlike = [(gray, heat[:1]), (gray[:1], heat), (gray, heat[:, :, :1])]
    refused = [*unlike, (gray, heat, -0.25), (gray, heat, 1.5)]
    for wrong, given in some_order(cases, [(True, inputs) for inputs in refused] + [(False, (gray, heat, 0.5))]):
        if wrong:
            expect(lambda given=given: student.overlay(*given)).to_raise(ValueError)
        else:
            expect(student.overlay(*given)).to_agree_with(reference.overlay(*given))
