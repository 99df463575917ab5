"""Hidden checks of the exercise `backward`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch

from autograder.judge import check, expect, gradients_of, own_work

from ._helpers import COLUMNS, POOLINGS


def winners(cases: Any, shape: tuple[int, ...], out: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """An upstream gradient for an output of `out`, and an image without equal numbers, some of them negative."""
    return cases.images(shape[0], shape[1], *out), cases.images(*shape)


@check(weight=0.25)
def test_max_backward_is_own_work(student, cases):
    """max_pool_backward is written by hand, without torch's poolings"""
    with student.banning(*POOLINGS):
        own_work(
            lambda: student.max_pool_backward(cases.images(2, 2, 2, 2), cases.images(2, 2, 4, 4), 2, 2),
            lambda: student.max_pool_backward(cases.images(1, 1, 2, 2), cases.images(1, 1, 4, 6), (2, 3), (2, 3)),
        )


@check(after="max_backward_is_own_work", weight=2)
def test_max_backward_values(student, cases):
    """max_pool_backward gives each window's gradient to its winner, channel by channel, 0 to all others"""
    settings = ((2, 3, 4, 6), 2, (2, 3)), ((3, 2, 6, 6), (2, 3), (3, 2)), ((2, 2, 3, 8), (3, 2), (1, 4))
    for shape, kernel, out in settings:
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, kernel)
        expect(student.max_pool_backward(dout, x, kernel, kernel)).to_match(right)


@check(after="max_backward_is_own_work", weight=1.5)
def test_max_backward_overlap(student, cases):
    """max_pool_backward adds up what a number gets from several windows that it wins"""
    for shape, kernel, stride, out in (
        ((2, 3, 7, 9), 3, 2, (3, 4)),
        ((2, 2, 5, 6), (2, 3), 1, (4, 4)),
        ((2, 3, 6, 7), (3, 2), (1, 2), (4, 3)),
    ):
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_match(right)


@check(after="max_backward_is_own_work")
def test_max_backward_gaps(student, cases):
    """max_pool_backward gives 0 to pixels that no window sees: gaps between windows, and a dropped last one"""
    for shape, kernel, stride, out in (((2, 3, 7, 9), 2, 3, (2, 3)), ((2, 2, 5, 8), (2, 3), (2, 4), (2, 2))):
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_match(right)


@check(after="max_backward_is_own_work")
def test_max_backward_ties(student, cases):
    """max_pool_backward gives the gradient to the first of equal numbers, row by row"""
    x = cases.integers(2, 3, 5, 8, low=0, high=1).double()
    for kernel, stride, out in (((2, 4), (2, 4), (2, 2)), (2, (1, 2), (4, 4))):
        dout = cases.images(2, 3, *out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_match(right)


@check(after="max_backward_is_own_work", weight=0.5)
def test_max_backward_dtype_and_views(student, cases):
    """max_pool_backward keeps float32 and float64, leaves dout and x alone and works on slices of larger tensors"""
    dout, x = winners(cases, (2, 3, 4, 7), (2, 3))
    right = reference.max_pool_backward(dout, x, (2, 3), 2)
    expect(lambda: student.max_pool_backward(dout, x, (2, 3), 2)).to_leave_inputs_alone()
    expect(student.on_views.max_pool_backward(dout, x, (2, 3), 2)).to_match(right)
    expect(student.max_pool_backward(dout.float(), x.float(), (2, 3), 2)).to_match(right.float())


@check(weight=0.25)
def test_col2im_is_own_work(student, cases):
    """col2im is written by hand, without F.fold and torch's convolutions"""
    with student.banning(*COLUMNS):
        own_work(
            lambda: student.col2im(cases.tensor(2, 8, 9), (2, 2, 4, 4), 2, 1, 0),
            lambda: student.col2im(cases.tensor(1, 4, 4), (1, 1, 4, 4), (2, 2), (2, 2), (0, 0)),
        )


@check(after="col2im_is_own_work", weight=2)
def test_col2im_adds_up(student, cases):
    """col2im adds every column up where it was cut from, windows that overlap too"""
    for shape, kernel, places in (((2, 3, 5, 6), (2, 3), 16), ((3, 2, 4, 6), 2, 15), ((2, 1, 6, 4), (3, 1), 16)):
        channels = shape[1] * (kernel**2 if isinstance(kernel, int) else kernel[0] * kernel[1])
        cols = cases.tensor(shape[0], channels, places)
        expect(student.col2im(cols, shape, kernel, 1, 0)).to_match(reference.col2im(cols, shape, kernel, 1, 0))


@check(after="col2im_is_own_work", weight=1.5)
def test_col2im_stride_and_padding(student, cases):
    """col2im knows the stride, cuts the padding off, and leaves 0 where no window was"""
    for kernel, stride, padding in (((2, 3), (1, 2), 0), (2, (3, 1), (0, 1)), ((3, 2), 2, (1, 0)), ((2, 3), (2, 3), 1)):
        cols = torch.zeros_like(reference.im2col(torch.zeros(2, 3, 6, 7).double(), kernel, stride, padding))
        cols = cases.tensor(*cols.shape)
        right = reference.col2im(cols, (2, 3, 6, 7), kernel, stride, padding)
        expect(student.col2im(cols, (2, 3, 6, 7), kernel, stride, padding)).to_match(right)


@check(after="col2im_is_own_work")
def test_col2im_gradients(student, cases):
    """col2im lets gradients flow back to the columns, leaves them alone, and keeps float32"""
    cols, upstream = cases.tensor(2, 12, 12), cases.images(2, 2, 5, 4)
    settings = ((2, 2, 5, 4), (2, 3), (1, 2), (0, 2))
    expect(lambda: student.col2im(cols, *settings)).to_leave_inputs_alone()
    (right,) = gradients_of(lambda cols: reference.col2im(cols, *settings), upstream, cols)
    expect(student.with_gradients(upstream).col2im(cols, *settings)).to_have_gradient(right)
    expect(student.col2im(cols.float(), *settings)).to_match(reference.col2im(cols.float(), *settings))
    expect(student.on_views.col2im(cols, *settings)).to_match(reference.col2im(cols, *settings))
