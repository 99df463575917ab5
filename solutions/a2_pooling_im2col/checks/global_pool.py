"""Hidden checks of the exercise `global_pool`. The first line of each docstring is what the student reads.

Mean and maximum are asked in checks of their own: texts and types of the mean, single images of the maximum.
Of the mean of single images the shape alone is asked.
"""

from __future__ import annotations

from typing import Any

import reference

from autograder.judge import check, expect, gradients_of


@check(weight=1.5, quote='"avg": the mean over all places of the channel.')
def test_global_mean(student, cases):
    """global_pool gives the mean of each channel: (2, 3, 4, 5) becomes (2, 3), whatever the size of the maps"""
    for shape in ((2, 3, 4, 5), (3, 2, 7, 1), (2, 4, 9, 6)):
        x = cases.tensor(*shape).float()
        expect(student.global_pool(x)).to_agree_with(reference.global_pool(x))
        expect(student.global_pool(x, "avg")).to_agree_with(reference.global_pool(x))


@check(weight=1.5, quote='"max": their largest number.')
def test_global_max(student, cases):
    """global_pool gives the largest number of each channel when the mode is "max", also below 0"""
    for shape in ((2, 3, 4, 5), (3, 2, 8, 3)):
        x = cases.tensor(*shape).float() - 2
        expect(student.global_pool(x, mode="max")).to_agree_with(reference.global_pool(x, "max"))


@check(quote="One or more axes come after the channels, of any size.")
def test_global_text(student, cases):
    """global_pool takes the mean of a text as well: (B, C, L) becomes (B, C); and of volumes (B, C, D, H, W)"""
    for shape in ((2, 5, 7), (4, 3, 1), (2, 3, 2, 4, 5)):
        x = cases.tensor(*shape).float()
        expect(student.global_pool(x, "avg")).to_agree_with(reference.global_pool(x, "avg"))


@check(quote="(B, C, H, W) -> (B, C), and (B, C, L) -> (B, C).")
def test_global_one_image(student, cases):
    """global_pool keeps both axes of the maximum for a single image, text, channel, volume and pixel"""
    for shape in ((1, 3, 2, 4), (2, 1, 3, 2), (1, 1, 5, 2), (3, 2, 1, 1), (1, 3, 5), (2, 1, 2, 4, 3)):
        x = cases.tensor(*shape) + 2
        expect(student.global_pool(x, "max")).to_match(reference.global_pool(x, "max"))
        expect(student.global_pool(x, "avg")).to_have_shape(*shape[:2])


def expect_gradients(student: Any, cases: Any, mode: str) -> None:
    """The way back of this mode."""
    x, upstream = cases.tensor(2, 3, 4, 5).float(), cases.tensor(2, 3).float()
    (right,) = gradients_of(lambda x: reference.global_pool(x, mode), upstream, x)
    expect(student.with_gradients(upstream).global_pool(x, mode)).to_have_gradient(right)


@check(after="global_mean", weight=0.75, quote="keep the way back for autograd open")
def test_global_gradients(student, cases):
    """global_pool lets gradients flow back from the mean, equally to all places"""
    expect_gradients(student, cases, "avg")


@check(after="global_max", weight=0.75, quote="keep the way back for autograd open")
def test_global_max_gradients(student, cases):
    """global_pool lets gradients flow back from the maximum, to the largest number"""
    expect_gradients(student, cases, "max")


@check(after="global_max", quote="Any other mode: ValueError.")
def test_global_refuses(student, cases):
    """global_pool raises ValueError for a mode that is neither "avg" nor "max" """
    x = cases.tensor(2, 3, 4, 5).float()
    for mode in ("sum", "mean"):
        expect(lambda mode=mode: student.global_pool(x, mode)).to_raise(ValueError)
        expect(lambda mode=mode: student.global_pool(x, mode=mode)).to_raise(ValueError)


@check(
    after="global_mean",
    quote=("leave the arguments as they were", "keep their dtype and device", "any memory layout"),
)
def test_global_dtype_and_views(student, cases):
    """global_pool keeps float32 and float64, leaves x alone and works on slices of larger tensors"""
    x = cases.tensor(2, 3, 4, 5)
    for mode in ("avg", "max"):
        expect(lambda mode=mode: student.global_pool(x, mode)).to_leave_inputs_alone()
    expect(student.on_views.global_pool(x, "avg")).to_match(reference.global_pool(x, "avg"))
    expect(student.on_views.global_pool(x, "max")).to_match(student.global_pool(x, "max"))
    expect(student.global_pool(x.float(), "avg")).to_match(reference.global_pool(x.float(), "avg"))
