"""Hidden checks of the exercise `pool2d`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import KERNELS, POOLINGS, STEPS

SIZES = tuples(integers(2, 6), integers(2, 6))


@check(weight=0.25)
def test_pool2d_is_own_work(student, cases):
    """pool2d is written by hand, without torch's poolings"""
    x = cases.images(2, 2, 4, 4)
    with student.banning(*POOLINGS):
        own_work(
            lambda: student.pool2d(x, 2),
            lambda: student.pool2d(x, (2, 3), (1, 2), (1, 0)),
            lambda: student.pool2d(x, 2, 1, 1, "avg"),
        )


@check(after="pool2d_is_own_work", weight=2)
def test_pool_max(student, cases):
    """pool2d takes the largest number of each window, channel by channel, and moves by the size of the kernel"""
    for shape, kernel in (((2, 3, 6, 9), (2, 3)), ((2, 3, 7, 8), 2), ((2, 2, 5, 7), (3, 1)), ((3, 2, 6, 4), 3)):
        x = cases.images(*shape)
        expect(student.pool2d(x, kernel)).to_match(reference.pool2d(x, kernel))


@check(after="pool2d_is_own_work", weight=2)
def test_pool_stride(student, cases):
    """pool2d moves by (sh, sw): windows may overlap or leave gaps, and a last one that does not fit is dropped"""
    for shape, kernel, stride in (
        ((2, 2, 8, 9), 3, 2),
        ((2, 3, 7, 9), (2, 3), (1, 2)),
        ((2, 2, 9, 7), 2, (3, 1)),
        ((2, 3, 8, 11), (3, 2), (2, 3)),
    ):
        x = cases.images(*shape)
        expect(student.pool2d(x, kernel, stride)).to_match(reference.pool2d(x, kernel, stride))


@check(after="pool2d_is_own_work", weight=2)
def test_pool_padding(student, cases):
    """pool2d pads (ph, pw) on each side, and the padding never wins, also when all numbers are negative"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1), ((4, 2), 2, (2, 1))):
        x = cases.images(2, 3, 6, 8) - 2
        expect(student.pool2d(x, kernel, stride, padding)).to_match(reference.pool2d(x, kernel, stride, padding))


@check(after="pool2d_is_own_work", weight=1.5)
def test_pool_mean(student, cases):
    """pool2d takes the mean of each window when the mode is "avg", with and without a stride"""
    for shape, kernel, stride in (((2, 3, 6, 9), (2, 3), None), ((2, 2, 7, 8), 3, 2), ((3, 2, 8, 5), (3, 2), (1, 2))):
        x = cases.images(*shape)
        expect(student.pool2d(x, kernel, stride, mode="avg")).to_match(reference.pool2d(x, kernel, stride, mode="avg"))


@check(after="pool2d_is_own_work")
def test_pool_mean_with_padding(student, cases):
    """pool2d with "avg" divides by kh*kw and so counts the padding, unless told otherwise"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1)):
        x = cases.images(2, 3, 5, 8)
        right = reference.pool2d(x, kernel, stride, padding, "avg")
        expect(student.pool2d(x, kernel, stride, padding, "avg")).to_match(right)
        expect(student.pool2d(x, kernel, stride, padding, "avg", True)).to_match(right)


@check(after="pool2d_is_own_work")
def test_pool_mean_without_padding(student, cases):
    """pool2d with "avg" and count_include_pad=False divides by the number of pixels that are not padding"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1)):
        x = cases.images(2, 3, 5, 8) + 0.5
        right = reference.pool2d(x, kernel, stride, padding, "avg", False)
        expect(student.pool2d(x, kernel, stride, padding, "avg", False)).to_match(right)


@check(after="pool2d_is_own_work")
def test_pool_refuses(student, cases):
    """pool2d raises ValueError when the padding is more than half of the kernel, and for an unknown mode"""
    x = cases.images(2, 2, 5, 6)
    for kernel, padding, mode in ((2, 2, "max"), (3, (2, 0), "max"), ((4, 2), (1, 2), "avg"), (1, (0, 1), "max")):
        expect(lambda one=(kernel, 1, padding, mode): student.pool2d(x, *one)).to_raise(ValueError)
    for mode in ("mean", "sum"):
        expect(lambda mode=mode: student.pool2d(x, 2, mode=mode)).to_raise(ValueError)
    expect(student.pool2d(x, (4, 2), 1, (2, 1))).to_match(reference.pool2d(x, (4, 2), 1, (2, 1)))


@check(after="pool2d_is_own_work")
def test_pool_whole_numbers(student, cases):
    """pool2d takes whole numbers: "max" keeps their dtype, "avg" gives float32 with its fractions"""
    x = cases.integers(2, 3, 5, 6)
    expect(student.pool2d(x, (2, 3))).to_equal(reference.pool2d(x, (2, 3)))
    expect(student.pool2d(x - 20, (2, 3), 2, (1, 0))).to_equal(reference.pool2d(x - 20, (2, 3), 2, (1, 0)))
    expect(student.pool2d(x, (2, 3), mode="avg")).to_match(reference.pool2d(x, (2, 3), mode="avg"))


@check(after="pool2d_is_own_work", weight=1.5)
def test_pool_gradients(student, cases):
    """pool2d lets gradients flow back: to the winner of each window, or to all of it for the mean"""
    x, upstream = cases.images(2, 3, 6, 8) - 2, cases.images(2, 3, 4, 4)
    for mode in ("max", "avg"):
        settings = ((2, 3), (2, 2), 1, mode)
        (right,) = gradients_of(lambda x, settings=settings: reference.pool2d(x, *settings), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, *settings)).to_have_gradient(right)


@check(after="pool2d_is_own_work")
def test_pool_ties(student, cases):
    """pool2d sends the gradient of a window to the first of equal numbers, row by row"""
    x = cases.integers(2, 2, 6, 9, low=0, high=1).double()
    for kernel, stride, shape in (((2, 3), None, (3, 3)), (3, (1, 2), (4, 4))):
        upstream = cases.images(2, 2, *shape)
        (right,) = gradients_of(lambda x, k=kernel, s=stride: reference.pool2d(x, k, s), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, kernel, stride)).to_have_gradient(right)


@check(after="pool2d_is_own_work")
@examples(count=15, image=SIZES, kernel=KERNELS, stride=STEPS)
def test_pool_any_size(student, cases, image, kernel, stride):
    """pool2d is right for every size, kernel and stride, and the maximum is never below the mean"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    x = cases.images(2, 2, *image)
    most = expect(student.pool2d(x, kernel, stride)).to_match(reference.pool2d(x, kernel, stride))
    mean = expect(student.pool2d(x, kernel, stride, 0, "avg")).to_match(reference.pool2d(x, kernel, stride, 0, "avg"))
    expect(bool((most >= mean - 1e-12).all())).to_hold("the maximum is never below the mean")


@check(after="pool2d_is_own_work", weight=0.5)
def test_pool_dtype_and_views(student, cases):
    """pool2d keeps float32 and float64, leaves x alone and works on slices of larger tensors"""
    x = cases.images(2, 3, 4, 7)
    expect(lambda: student.pool2d(x, 2, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.pool2d(x, (2, 3), 1, (1, 0))).to_match(reference.pool2d(x, (2, 3), 1, (1, 0)))
    for mode in ("max", "avg"):
        right = reference.pool2d(x.float(), (2, 3), (1, 2), (0, 1), mode)
        expect(student.pool2d(x.float(), (2, 3), (1, 2), (0, 1), mode)).to_match(right)
