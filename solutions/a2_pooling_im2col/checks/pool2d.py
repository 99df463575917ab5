"""Hidden checks of the exercise `pool2d`. The first line of each docstring is what the student reads.

Stride, padding, pairs and the mean have checks of their own.
"""

from __future__ import annotations

import reference

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import KERNELS, STEPS

SIZES = tuples(integers(2, 6), integers(2, 6))


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
    weight=2,
    quote=('The largest number (mode "max") or the mean ("avg") of each window', "stride None means: as the kernel."),
)
def test_pool_max(student, cases):
    """pool2d takes the largest number of each window, channel by channel, and moves by the size of the kernel"""
    for shape, kernel in (((2, 3, 6, 9), 3), ((2, 3, 7, 8), 2), ((3, 2, 5, 4), 1)):
        x = cases.images(*shape).float()
        expect(student.pool2d(x, kernel)).to_agree_with(reference.pool2d(x, kernel))


@check(after="pool2d_is_own_work", weight=2, quote="rounded down, so a last window that does not fit is dropped.")
def test_pool_stride(student, cases):
    """pool2d moves by the stride: windows may overlap or leave gaps, and a last one that does not fit is dropped"""
    for shape, kernel, stride in (((2, 2, 8, 9), 3, 2), ((2, 3, 7, 9), 3, 1), ((2, 2, 9, 7), 2, 3)):
        x = cases.images(*shape).float()
        expect(student.pool2d(x, kernel, stride)).to_agree_with(reference.pool2d(x, kernel, stride))


@check(
    after="pool2d_is_own_work",
    weight=2,
    quote='"max": the padding never wins, also when all numbers are negative.',
)
def test_pool_padding(student, cases):
    """pool2d pads on each side, and the padding never wins, also when all numbers are negative"""
    for kernel, padding in ((2, 1), (3, 1), (4, 2)):
        x = cases.images(2, 3, 6, 8).float() - 2
        right = reference.pool2d(x, kernel, None, padding)
        expect(student.pool2d(x, kernel, padding=padding)).to_agree_with(right)


@check(
    after="pool2d_is_own_work",
    weight=2,
    quote="kernel, stride and padding: an int, or a pair (height, width).",
)
def test_pool_pairs(student, cases):
    """pool2d takes kernel, stride and padding as a pair (height, width) or as one number, each on its own"""
    x = cases.images(2, 3, 8, 11).float() - 2
    for settings in (((2, 3),), ((3, 1),), (2, (3, 1)), (3, (1, 2)), ((3, 2), 2), (2, None, (1, 0)), (3, None, (0, 1))):
        expect(student.pool2d(x, *settings)).to_agree_with(reference.pool2d(x, *settings))
    for settings in (((3, 4), (2, 1), (0, 2)), ((4, 2), (2, 3), (2, 1)), (3, (1, 2), 1)):
        expect(student.pool2d(x, *settings)).to_agree_with(reference.pool2d(x, *settings))


@check(after="pool2d_is_own_work", weight=2, quote='or the mean ("avg") of each window')
def test_pool_mean(student, cases):
    """pool2d takes the mean of each window when the mode is "avg" """
    for shape, kernel in (((2, 3, 6, 9), 3), ((2, 2, 7, 8), 2), ((3, 2, 8, 5), 4)):
        x = cases.images(*shape).float()
        expect(student.pool2d(x, kernel, mode="avg")).to_agree_with(reference.pool2d(x, kernel, mode="avg"))


@check(
    after="pool2d_is_own_work",
    quote="With count_include_pad the sum of a window is always divided by kh*kw",
)
def test_pool_mean_with_padding(student, cases):
    """pool2d with "avg" divides by kh*kw and so counts the padding, unless told otherwise"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1)):
        x = cases.images(2, 3, 5, 8).float()
        right = reference.pool2d(x, kernel, stride, padding, "avg")
        expect(student.pool2d(x, kernel, stride, padding, "avg")).to_agree_with(right)
        expect(student.pool2d(x, kernel, stride, padding, "avg", True)).to_agree_with(right)


@check(after="pool2d_is_own_work", quote="without it by the number of its pixels that belong to x.")
def test_pool_mean_without_padding(student, cases):
    """pool2d with "avg" and count_include_pad=False divides by the number of pixels that are not padding"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1)):
        some = cases.images(2, 3, 5, 8) > 0.4
        x = (cases.images(2, 3, 5, 8).float() + 0.5).masked_fill(some, 0)  # a pixel of 0 counts
        right = reference.pool2d(x, kernel, stride, padding, "avg", False)
        expect(student.pool2d(x, kernel, stride, padding, "avg", False)).to_agree_with(right)


@check(after="pool_max", weight=1.75, quote="ValueError when 2*ph > kh or 2*pw > kw, and for any other mode.")
def test_pool_refuses(student, cases):
    """pool2d raises ValueError when the padding is more than half of the kernel, and for an unknown mode"""
    x = cases.images(2, 2, 5, 6).float()
    for kernel, padding, mode in ((2, 2, "max"), (3, (2, 0), "max"), ((4, 2), (1, 2), "avg"), (1, (0, 1), "max")):
        expect(lambda one=(kernel, 1, padding, mode): student.pool2d(x, *one)).to_raise(ValueError)
    for mode in ("mean", "sum"):
        expect(lambda mode=mode: student.pool2d(x, 2, mode=mode)).to_raise(ValueError)
    expect(student.pool2d(x, (4, 2), 1, (2, 1))).to_agree_with(reference.pool2d(x, (4, 2), 1, (2, 1)))


@check(
    after="pool2d_is_own_work",
    weight=1.75,
    quote='Whole numbers: "max" keeps their dtype, "avg" gives float32.',
)
def test_pool_whole_numbers(student, cases):
    """pool2d takes whole numbers: "max" keeps their dtype, "avg" gives float32 with its fractions"""
    x = cases.integers(2, 3, 5, 6)
    expect(student.pool2d(x, (2, 3))).to_equal(reference.pool2d(x, (2, 3)))
    expect(student.pool2d(x - 20, (2, 3), 2, (1, 0))).to_equal(reference.pool2d(x - 20, (2, 3), 2, (1, 0)))
    expect(student.pool2d(x, (2, 3), mode="avg")).to_match(reference.pool2d(x, (2, 3), mode="avg"))


@check(
    after=("pool_max", "pool_mean"),
    weight=1.5,
    quote=("keep the way back for autograd open", "The gradient of a window goes to its largest number"),
)
def test_pool_gradients(student, cases):
    """pool2d lets gradients flow back: to the winner of each window, or to all of it for the mean"""
    x, upstream = cases.images(2, 3, 6, 8).float() - 2, cases.images(2, 3, 5, 7).float()
    for mode in ("max", "avg"):
        settings = (2, 1, 0, mode)
        (right,) = gradients_of(lambda x, settings=settings: reference.pool2d(x, *settings), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, *settings)).to_have_gradient(right)


@check(after="pool_max", weight=1.5, quote="among equal ones to the first, row by row.")
def test_pool_ties(student, cases):
    """pool2d sends the gradient of a window to the first of equal numbers, row by row"""
    x = cases.integers(2, 2, 6, 9, low=0, high=1).float()
    for kernel, stride, shape in ((3, None, (2, 3)), (3, 1, (4, 7)), (2, None, (3, 4))):
        upstream = cases.images(2, 2, *shape).float()
        (right,) = gradients_of(lambda x, k=kernel, s=stride: reference.pool2d(x, k, s), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, kernel, stride)).to_have_gradient(right)


@check(after="pool2d_is_own_work", quote="H' = (H + 2*ph - kh) // sh + 1, and W' likewise. The kernel fits.")
@examples(count=15, image=SIZES, kernel=KERNELS, stride=STEPS)
def test_pool_any_size(student, cases, image, kernel, stride):
    """pool2d is right for every size, kernel and stride, in both modes"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    x = cases.images(2, 2, *image).float()
    expect(student.pool2d(x, kernel, stride)).to_agree_with(reference.pool2d(x, kernel, stride))
    right = reference.pool2d(x, kernel, stride, 0, "avg")
    expect(student.pool2d(x, kernel, stride, 0, "avg")).to_agree_with(right)


@check(after=("pool_max", "pool_mean"), weight=1.75, quote="Same dtype as x.")
def test_pool_dtype(student, cases):
    """pool2d keeps float64, to the last digit, and float32"""
    x = cases.images(2, 3, 4, 7)
    for image in (x, x.float()):
        for mode in ("max", "avg"):
            expect(student.pool2d(image, 2, mode=mode)).to_match(reference.pool2d(image, 2, mode=mode))


@check(after="pool_max", quote=("leave the arguments as they were", "any memory layout"))
def test_pool_views(student, cases):
    """pool2d leaves x alone and works on slices of larger tensors"""
    x = cases.images(2, 3, 4, 7).float()
    expect(lambda: student.pool2d(x, 2, 1)).to_leave_inputs_alone()
    expect(student.on_views.pool2d(x, 2, 1)).to_agree_with(reference.pool2d(x, 2, 1))
