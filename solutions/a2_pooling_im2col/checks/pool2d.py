"""Hidden checks of the exercise `pool2d`. The first line of each docstring is what the student reads.

Stride, padding, pairs and the mean have checks of their own. Elsewhere the stride is written and is the kernel, every
window fits, and there is one image or one channel: what is asked there costs nothing else.
"""

from __future__ import annotations

from typing import Any

import reference

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import KERNELS, STEPS

SIZES = tuples(integers(2, 6), integers(2, 6))
FRAMES = (
    (2, (1, 0), (4, 6)),
    ((3, 4), (1, 2), (4, 8)),
    (3, 1, (7, 4)),
)  # kernel, padding, and an image into which it fits


@check(weight=0, quote="torch's own poolings are switched off.")
def test_pool2d_is_own_work(student, cases):
    """pool2d is written by hand, without torch's poolings"""
    x = cases.images(2, 2, 4, 4)
    own_work(
        lambda: student.pool2d(x, 2),
        lambda: student.pool2d(x, (2, 3), (1, 2), (1, 0)),
        lambda: student.pool2d(x, 2, 1, 1, "avg"),
    )


@check(
    after="pool2d_is_own_work",
    weight=1.25,
    quote='The largest number (mode "max") or the mean ("avg") of each window',
)
def test_pool_max(student, cases):
    """pool2d takes the largest number of each window, channel by channel"""
    for shape, kernel in (((2, 3, 6, 9), 3), ((2, 3, 6, 8), 2), ((3, 2, 5, 4), 1)):
        x = cases.images(*shape).float()
        expect(student.pool2d(x, kernel, kernel)).to_agree_with(reference.pool2d(x, kernel))


@check(after="pool2d_is_own_work", weight=2.25, quote="stride None means: as the kernel.")
def test_pool_default_stride(student, cases):
    """pool2d moves by the size of the kernel when no stride is given"""
    for shape, kernel in (((1, 1, 6, 9), 3), ((1, 1, 8, 12), 4), ((1, 1, 5, 4), 1)):
        x = cases.images(*shape).float()
        expect(student.pool2d(x, kernel, mode="avg")).to_agree_with(reference.pool2d(x, kernel, mode="avg"))


@check(after="pool2d_is_own_work", quote="rounded down, so a last window that does not fit is dropped.")
def test_pool_stride(student, cases):
    """pool2d moves by the stride: windows may overlap or leave gaps, and a last one that does not fit is dropped"""
    for shape, kernel, stride in (((2, 1, 8, 9), 3, 2), ((2, 1, 7, 9), 3, 1), ((2, 1, 9, 7), 2, 3)):
        x = cases.images(*shape).float()
        right = reference.pool2d(x, kernel, stride)
        expect(student.pool2d(x, kernel, stride)).to_agree_with(right)
        for include in (True, False):  # what a mean is, is asked elsewhere
            expect(student.pool2d(x, kernel, stride, 0, "avg", include)).to_have_shape(*right.shape)


@check(
    after="pool2d_is_own_work",
    weight=1.25,
    quote='"max": the padding never wins, also when all numbers are negative.',
)
def test_pool_padding(student, cases):
    """pool2d pads on each side, and the padding never wins, also when all numbers are negative"""
    for kernel, padding, size in ((2, 1, (6, 8)), (3, 1, (4, 7)), (4, 2, (4, 8))):
        x = cases.images(1, 3, *size).float() - 2
        right = reference.pool2d(x, kernel, kernel, padding)
        expect(student.pool2d(x, kernel, kernel, padding)).to_agree_with(right)


@check(
    after="pool2d_is_own_work",
    weight=2.5,
    quote="kernel, stride and padding: an int, or a pair (height, width).",
)
def test_pool_pairs(student, cases):
    """pool2d takes kernel, stride and padding as a pair (height, width) or as one number, each on its own"""
    x = cases.images(1, 1, 8, 11).float() - 2
    pairs = ((2, 3),), ((3, 1), (3, 1)), (2, (3, 1)), (3, (1, 2)), ((3, 2), 2), (2, 2, (1, 0)), (3, 3, (0, 1))
    for settings in pairs:
        expect(student.pool2d(x, *settings)).to_agree_with(reference.pool2d(x, *settings))
    for settings in (((3, 4), (2, 1), (0, 2)), ((4, 2), (2, 3), (2, 1)), (3, (1, 2), 1)):
        expect(student.pool2d(x, *settings)).to_agree_with(reference.pool2d(x, *settings))


@check(after="pool2d_is_own_work", weight=1.25, quote='or the mean ("avg") of each window')
def test_pool_mean(student, cases):
    """pool2d takes the mean of each window when the mode is "avg" """
    for shape, kernel in (((2, 3, 6, 9), 3), ((2, 2, 6, 8), 2), ((3, 2, 8, 4), 4)):
        x = cases.images(*shape).float()
        expect(student.pool2d(x, kernel, kernel, mode="avg")).to_agree_with(reference.pool2d(x, kernel, mode="avg"))


@check(
    after="pool2d_is_own_work",
    quote="With count_include_pad the sum of a window is always divided by kh*kw",
)
def test_pool_mean_with_padding(student, cases):
    """pool2d with "avg" divides by kh*kw and so counts the padding, unless told otherwise"""
    for kernel, padding, size in FRAMES:
        x = cases.images(1, 1, *size).float()
        right = reference.pool2d(x, kernel, kernel, padding, "avg")
        expect(student.pool2d(x, kernel, kernel, padding, "avg")).to_agree_with(right)
        expect(student.pool2d(x, kernel, kernel, padding, "avg", True)).to_agree_with(right)


@check(after="pool2d_is_own_work", weight=1.5, quote="without it by the number of its pixels that belong to x.")
def test_pool_mean_without_padding(student, cases):
    """pool2d with "avg" and count_include_pad=False divides by the number of pixels that are not padding"""
    for kernel, padding, size in FRAMES:
        some = cases.images(2, 1, *size) > 0.4
        x = (cases.images(2, 1, *size).float() + 0.5).masked_fill(some, 0)  # a pixel of 0 counts
        right = reference.pool2d(x, kernel, kernel, padding, "avg", False)
        expect(student.pool2d(x, kernel, kernel, padding, "avg", False)).to_agree_with(right)


@check(
    after="pool_mean_with_padding", weight=2.25, quote="ValueError when 2*ph > kh or 2*pw > kw, and for any other mode."
)
def test_pool_refuses(student, cases):
    """pool2d raises ValueError when the padding is more than half of the kernel, and for an unknown mode"""
    x = cases.images(1, 1, 4, 6).float()
    for kernel, padding, mode in ((2, 2, "max"), (3, (2, 0), "max"), ((4, 2), (1, 2), "avg"), (1, (0, 1), "max")):
        expect(lambda wrong=(kernel, kernel, padding, mode): student.pool2d(x, *wrong)).to_raise(ValueError)
    for mode in ("mean", "sum"):
        expect(lambda mode=mode: student.pool2d(x, 2, 2, mode=mode)).to_raise(ValueError)
    half = (4, 2), (4, 2), (2, 1), "avg"
    expect(student.pool2d(x, *half)).to_agree_with(reference.pool2d(x, *half))


@check(after="pool2d_is_own_work", weight=2.25, quote='Whole numbers: "max" keeps their dtype')
def test_pool_whole_numbers(student, cases):
    """pool2d takes whole numbers: "max" keeps their dtype, also with a frame round numbers below 0"""
    x = cases.integers(1, 2, 4, 6)
    expect(student.pool2d(x, 2, 2)).to_equal(reference.pool2d(x, 2))
    expect(student.pool2d(x - 20, 2, 2, 1)).to_equal(reference.pool2d(x - 20, 2, 2, 1))


@check(after="pool2d_is_own_work", weight=2.25, quote='"avg" gives float32.')
def test_pool_whole_means(student, cases):
    """pool2d takes whole numbers: "avg" gives float32 with its fractions"""
    x = cases.integers(2, 1, 4, 6)
    expect(student.pool2d(x, 2, 2, mode="avg")).to_match(reference.pool2d(x, 2, mode="avg"))


def expect_gradients(student: Any, cases: Any, mode: str) -> None:
    """The way back of this mode."""
    x, upstream = cases.images(2, 1, 6, 8).float() - 2, cases.images(2, 1, 3, 4).float()
    (right,) = gradients_of(lambda x: reference.pool2d(x, 2, 2, 0, mode), upstream, x)
    expect(student.with_gradients(upstream).pool2d(x, 2, 2, 0, mode)).to_have_gradient(right)


@check(after="pool_default_stride", weight=0.75, quote="keep the way back for autograd open")
def test_pool_mean_gradients(student, cases):
    """pool2d lets gradients flow back from the mean, to all of each window"""
    expect_gradients(student, cases, "avg")


@check(
    after="pool_any_size",
    quote=("keep the way back for autograd open", "The gradient of a window goes to its largest number"),
)
def test_pool_gradients(student, cases):
    """pool2d lets gradients flow back from the maximum, to the winner of each window"""
    expect_gradients(student, cases, "max")


@check(after="pool_any_size", weight=2.25, quote="among equal ones to the first, row by row.")
def test_pool_ties(student, cases):
    """pool2d sends the gradient of a window to the first of equal numbers, row by row"""
    x = cases.integers(1, 1, 6, 12, low=0, high=1).float()
    for kernel, stride, shape in ((3, 3, (2, 4)), (3, 1, (4, 10)), (2, 2, (3, 6))):
        upstream = cases.images(1, 1, *shape).float()
        (right,) = gradients_of(lambda x, k=kernel, s=stride: reference.pool2d(x, k, s), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, kernel, stride)).to_have_gradient(right)


@check(after="pool2d_is_own_work", quote="H' = (H + 2*ph - kh) // sh + 1, and W' likewise. The kernel fits.")
@examples(count=15, image=SIZES, kernel=KERNELS, stride=STEPS)
def test_pool_any_size(student, cases, image, kernel, stride):
    """pool2d is right for every size, kernel and stride"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    x = cases.images(1, 1, *image).float()
    expect(student.pool2d(x, kernel, stride)).to_agree_with(reference.pool2d(x, kernel, stride))


@check(after="pool_default_stride", weight=2.25, quote="Same dtype as x.")
def test_pool_dtype(student, cases):
    """pool2d keeps float64, to the last digit, and float32"""
    x = cases.images(1, 1, 4, 6)
    for image in (x, x.float()):
        expect(student.pool2d(image, 2, 2, mode="avg")).to_match(reference.pool2d(image, 2, mode="avg"))
        expect(student.pool2d(image, 2, 2)).to_have_dtype(image.dtype)


@check(after="pool_any_size", quote=("leave the arguments as they were", "any memory layout"))
def test_pool_views(student, cases):
    """pool2d leaves x alone and works on slices of larger tensors"""
    x = cases.images(1, 1, 4, 6).float()
    expect(lambda: student.pool2d(x, 2, 2)).to_leave_inputs_alone()
    expect(student.on_views.pool2d(x, 2, 2)).to_agree_with(reference.pool2d(x, 2, 2))
