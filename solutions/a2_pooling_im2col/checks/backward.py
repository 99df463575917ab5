"""Hidden checks of the exercise `backward`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect, gradients_of, own_work


def winners(cases: Any, shape: tuple[int, ...], out: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """An upstream gradient for an output of `out`, and an image without equal numbers, some of them negative."""
    return cases.images(shape[0], shape[1], *out).float(), cases.images(*shape).float()


@check(weight=0, quote="torch's own poolings are switched off.")
def test_max_backward_is_own_work(student, cases):
    """max_pool_backward is written by hand, without torch's poolings"""
    own_work(
        lambda: student.max_pool_backward(cases.images(2, 2, 2, 2), cases.images(2, 2, 4, 4), 2, 2),
        lambda: student.max_pool_backward(cases.images(1, 1, 2, 2), cases.images(1, 1, 4, 6), (2, 3), (2, 3)),
    )


@check(
    after="max_backward_is_own_work",
    weight=2,
    quote=(
        "Each window passes its dout on to its largest number",
        "Send the maxima themselves back, and you have `nn.MaxUnpool2d` of T2.5",
    ),
)
def test_max_backward_values(student, cases):
    """max_pool_backward gives each window's gradient to its winner, channel by channel, 0 to all others"""
    settings = ((2, 3, 4, 6), 2, (2, 3)), ((3, 2, 6, 6), (2, 3), (3, 2)), ((2, 2, 3, 8), (3, 2), (1, 4))
    for shape, kernel, out in settings:
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, kernel)
        expect(student.max_pool_backward(dout, x, kernel, kernel)).to_agree_with(right)
        maxima, places = F.max_pool2d(x, kernel, return_indices=True)
        unpooled = F.max_unpool2d(maxima, places, kernel, output_size=shape[2:])
        expect(student.max_pool_backward(maxima, x, kernel, kernel)).to_agree_with(unpooled)


@check(
    after="max_backward_is_own_work",
    weight=1.5,
    quote="A number that wins several windows gets the sum, one that wins none gets 0.",
)
def test_max_backward_overlap(student, cases):
    """max_pool_backward adds up what a number gets from several windows that it wins"""
    for shape, kernel, stride, out in (
        ((2, 3, 7, 9), 3, 2, (3, 4)),
        ((2, 2, 5, 6), (2, 3), 1, (4, 4)),
        ((2, 3, 6, 7), (3, 2), (1, 2), (4, 3)),
    ):
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_agree_with(right)


@check(after="max_backward_is_own_work", quote="Pixels that no window sees get 0.")
def test_max_backward_gaps(student, cases):
    """max_pool_backward gives 0 to pixels that no window sees: gaps between windows, and a dropped last one"""
    for shape, kernel, stride, out in (((2, 3, 7, 9), 2, 3, (2, 3)), ((2, 2, 5, 8), (2, 3), (2, 4), (2, 2))):
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_agree_with(right)


@check(after="max_backward_is_own_work", quote="among equal ones to the first, row by row.")
def test_max_backward_ties(student, cases):
    """max_pool_backward gives the gradient to the first of equal numbers, row by row"""
    x = cases.integers(2, 3, 5, 8, low=0, high=1).float()
    for kernel, stride, out in (((2, 4), (2, 4), (2, 2)), (2, (1, 2), (4, 4))):
        dout = cases.images(2, 3, *out).float()
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_agree_with(right)


@check(
    after="max_backward_values",
    quote=("keep their dtype and device", "leave the arguments as they were", "any memory layout"),
)
def test_max_backward_dtype_and_views(student, cases):
    """max_pool_backward keeps float64 and float32, leaves dout and x alone and works on slices of larger tensors"""
    short = winners(cases, (2, 3, 4, 7), (2, 3))
    dout, x = (tensor.double() for tensor in short)
    expect(lambda: student.max_pool_backward(dout, x, 2, 2)).to_leave_inputs_alone()
    for pair in ((dout, x), short):
        right = reference.max_pool_backward(*pair, 2, 2)
        expect(student.on_views.max_pool_backward(*pair, 2, 2)).to_match(right)


@check(weight=0, quote="torch's own convolutions, `F.unfold` and `F.fold` are switched off.")
def test_col2im_is_own_work(student, cases):
    """col2im is written by hand, without F.fold and torch's convolutions"""
    own_work(
        lambda: student.col2im(cases.tensor(2, 8, 9), (2, 2, 4, 4), 2, 1, 0),
        lambda: student.col2im(cases.tensor(1, 4, 4), (1, 1, 4, 4), (2, 2), (2, 2), (0, 0)),
    )


@check(
    after="col2im_is_own_work",
    weight=2,
    quote="Each number is *added* to the pixel it was cut from; what lies on the padding is lost.",
)
def test_col2im_adds_up(student, cases):
    """col2im adds every column up where it was cut from, windows that overlap too"""
    for shape, kernel, places in (((2, 3, 5, 6), (2, 3), 16), ((3, 2, 4, 6), 2, 15), ((2, 1, 6, 4), (3, 1), 16)):
        channels = shape[1] * (kernel**2 if isinstance(kernel, int) else kernel[0] * kernel[1])
        cols = cases.tensor(shape[0], channels, places).float()
        expect(student.col2im(cols, shape, kernel, 1, 0)).to_agree_with(reference.col2im(cols, shape, kernel, 1, 0))


def expect_columns_back(student: Any, cases: Any, *settings: Any) -> None:
    """Random columns of (2, 3, 6, 7) images with these settings are put back where they belong."""
    shape = 2, 3, 6, 7
    cols = cases.tensor(*reference.im2col(torch.zeros(shape), *settings).shape).float()
    expect(student.col2im(cols, shape, *settings)).to_agree_with(reference.col2im(cols, shape, *settings))


@check(after="col2im_is_own_work", weight=1.5, quote="Pixels that no window saw get 0.")
def test_col2im_stride(student, cases):
    """col2im knows the stride, and leaves 0 where no window was"""
    for settings in ((2, 3, 0), ((2, 3), (1, 2), 0), (3, (3, 1), 0), (1, 2, 0)):
        expect_columns_back(student, cases, *settings)


@check(after="col2im_is_own_work", weight=1.5, quote="build the canvas of the *padded* image and cut the frame off")
def test_col2im_padding(student, cases):
    """col2im cuts the padding off, also with a stride"""
    for settings in ((2, 1, 1), ((2, 3), 1, (0, 2)), ((3, 2), 2, (1, 0)), ((2, 3), (2, 3), 1)):
        expect_columns_back(student, cases, *settings)


@check(
    after="col2im_adds_up",
    weight=1.5,
    quote=("Gradients flow back to cols.", "keep their dtype and device", "leave the arguments as they were"),
)
def test_col2im_gradients(student, cases):
    """col2im lets gradients flow back to the columns, leaves them alone, and keeps float64 and float32"""
    settings = ((2, 2, 5, 4), (2, 3), 1, 0)
    cols, upstream = cases.tensor(2, 12, 8), cases.images(2, 2, 5, 4)
    expect(lambda: student.col2im(cols, *settings)).to_leave_inputs_alone()
    (right,) = gradients_of(lambda cols: reference.col2im(cols, *settings), upstream, cols)
    expect(student.with_gradients(upstream).col2im(cols, *settings)).to_have_gradient(right)
    for columns in (cols, cols.float()):
        expect(student.on_views.col2im(columns, *settings)).to_match(reference.col2im(columns, *settings))
