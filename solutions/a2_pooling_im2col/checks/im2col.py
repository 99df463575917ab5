"""Hidden checks of the exercise `im2col`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import reference
import torch.nn.functional as F

from autograder.judge import check, expect, gradients_of, own_work

from ._helpers import COLUMNS


def work_of(function: Callable[..., Any], arguments: Sequence[Any]) -> tuple[int, Any]:
    """How many instructions of Python a call takes, and what it gives."""
    steps = 0

    def count(frame: Any, event: str, _argument: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # else the first trace of a process shows no opcodes in Python 3.12
    sys.settrace(count)
    try:
        result = function(*arguments)
    finally:
        sys.settrace(before)
    return steps, result


def work_grows(function: Callable[..., Any], small: Sequence[Any], large: Sequence[Any]) -> tuple[bool, list[int]]:
    """Whether the large call takes clearly more of them, and the shape of its result."""
    few, _ = work_of(function, small)
    many, result = work_of(function, large)
    return bool(many > 1.5 * few + 100), list(result.shape)


def expect_no_loop_over_places(student: Any, name: str, small: Sequence[Any], large: Sequence[Any]) -> None:
    """The Python instructions of a call are about as many for a large image as for a small one; shapes are right."""
    right = getattr(reference, name)(*large)
    inside = student.beside(work_grows)
    grows, shape = expect(inside.work_grows(getattr(student, name), list(small), list(large))).to_be_a(tuple, 2)
    expect(tuple(shape) == tuple(right.shape)).to_hold(f"the result has the shape {tuple(right.shape)}")
    expect(grows is False).to_hold(
        "Python's work does not grow with the image: loop over the kernel, not over rows, columns or places"
    )


@check(weight=0.25)
def test_im2col_is_own_work(student, cases):
    """im2col is written by hand, without F.unfold and torch's convolutions"""
    x = cases.images(2, 2, 4, 4)
    with student.banning(*COLUMNS):
        own_work(lambda: student.im2col(x, 2), lambda: student.im2col(x, (2, 3), (1, 2), (1, 0)))


@check(after="im2col_is_own_work", weight=2.5)
def test_im2col_columns(student, cases):
    """im2col writes each window under each other, channel after channel, and the places side by side, row by row"""
    for shape, kernel in (((2, 3, 5, 7), (3, 2)), ((3, 2, 4, 6), 2), ((2, 1, 6, 5), (1, 3))):
        x = cases.images(*shape)
        expect(student.im2col(x, kernel)).to_match(reference.im2col(x, kernel))


@check(after="im2col_is_own_work", weight=2)
def test_im2col_stride_and_padding(student, cases):
    """im2col moves by (sh, sw), pads with zeros, drops what does not fit, and takes numbers and pairs"""
    for kernel, stride, padding in (((2, 3), (1, 2), 0), (2, (3, 1), (0, 2)), ((3, 2), 2, (1, 0)), (3, (2, 3), 1)):
        x = cases.images(2, 3, 6, 9)
        expect(student.im2col(x, kernel, stride, padding)).to_match(reference.im2col(x, kernel, stride, padding))


@check(after="im2col_is_own_work", weight=0.5)
def test_im2col_extreme_kernels(student, cases):
    """im2col works with a 1 × 1 kernel and with one as large as the padded image"""
    x = cases.images(2, 3, 4, 5)
    for kernel, stride, padding in ((1, 1, 0), ((4, 5), 1, 0), ((6, 5), (1, 2), (1, 0)), (1, (2, 3), 0)):
        expect(student.im2col(x, kernel, stride, padding)).to_match(reference.im2col(x, kernel, stride, padding))


@check(after="im2col_is_own_work")
def test_im2col_dtypes(student, cases):
    """im2col keeps float32, float64 and whole numbers, with and without padding"""
    for x in (cases.images(2, 2, 4, 5).float(), cases.integers(2, 3, 4, 5), cases.integers(2, 1, 3, 4).int()):
        expect(student.im2col(x, (2, 3))).to_equal(reference.im2col(x, (2, 3)))
        expect(student.im2col(x, (2, 3), 1, (0, 1))).to_equal(reference.im2col(x, (2, 3), 1, (0, 1)))


def x_after_writing_into_the_columns(student, x, kernel, stride):
    student.im2col(x, kernel, stride).add_(1)
    return x


@check(after="im2col_is_own_work", weight=0.5)
def test_im2col_own_memory(student, cases):
    """im2col gives a tensor of its own: writing into it never changes x, and x may be a slice of a larger tensor"""
    x = cases.images(2, 3, 4, 6)
    expect(lambda: student.im2col(x, 2)).to_leave_inputs_alone()
    for kernel, stride in ((1, 1), ((2, 3), (2, 3)), (2, 1)):
        expect(student.beside(x_after_writing_into_the_columns)(x.clone(), kernel, stride)).to_equal(x)
    expect(student.on_views.im2col(x, (2, 3), 1, (1, 0))).to_match(reference.im2col(x, (2, 3), 1, (1, 0)))


@check(after="im2col_is_own_work")
def test_im2col_gradients(student, cases):
    """im2col lets gradients flow back to x: the sum over all windows that hold a pixel"""
    x, upstream = cases.images(2, 3, 5, 6), cases.tensor(2, 18, 18)
    (right,) = gradients_of(lambda x: reference.im2col(x, (2, 3), (1, 2), (1, 1)), upstream, x)
    expect(student.with_gradients(upstream).im2col(x, (2, 3), (1, 2), (1, 1))).to_have_gradient(right)


@check(after="im2col_is_own_work", weight=1.5)
def test_im2col_without_loops(student, cases):
    """im2col has no loop over the places of the image: Python's work is the same for a large image"""
    small, large = cases.images(1, 2, 6, 7), cases.images(1, 2, 24, 31)
    expect_no_loop_over_places(student, "im2col", (small, (2, 3), 1, 1), (large, (2, 3), 1, 1))


@check(weight=0.25)
def test_conv2d_im2col_is_own_work(student, cases):
    """conv2d_im2col is written by hand, without F.unfold and torch's convolutions"""
    x, weight, bias = cases.images(2, 2, 4, 4), cases.kernels(2, 2, 2, 2), cases.bias(2)
    with student.banning(*COLUMNS):
        own_work(
            lambda: student.conv2d_im2col(x, weight),
            lambda: student.conv2d_im2col(x, weight, bias, 1, 1),
            lambda: student.conv2d_im2col(x, weight, bias, (2, 1), (1, 2)),
        )


@check(after="conv2d_im2col_is_own_work", weight=2)
def test_layer_values(student, cases):
    """conv2d_im2col gives the same numbers as torch: (2, 3, 5, 7) under four kernels becomes (2, 4, 3, 6)"""
    for shape, kernel in (((2, 3, 5, 7), (4, 3, 3, 2)), ((3, 2, 4, 6), (3, 2, 2, 2)), ((2, 1, 5, 4), (2, 1, 1, 3))):
        x, weight = cases.images(*shape), cases.kernels(*kernel)
        expect(student.conv2d_im2col(x, weight)).to_match(F.conv2d(x, weight))


@check(after="conv2d_im2col_is_own_work")
def test_layer_bias(student, cases):
    """conv2d_im2col adds bias[o] to every pixel of output channel o, once"""
    for height, width in ((5, 6), (4, 3)):  # the second has as many places as output channels
        x, weight, bias = cases.images(2, 3, height, width), cases.kernels(4, 3, 3, 2), cases.bias(4)
        expect(student.conv2d_im2col(x, weight, bias)).to_match(F.conv2d(x, weight, bias))


@check(after="conv2d_im2col_is_own_work", weight=1.5)
def test_layer_stride_and_padding(student, cases):
    """conv2d_im2col moves by (sh, sw), pads (ph, pw) zeros on each side, and takes numbers and pairs"""
    x, weight, bias = cases.images(2, 3, 6, 9), cases.kernels(2, 3, 3, 2), cases.bias(2)
    for settings in ((None, 2, 1), (bias, (1, 3), (0, 1)), (None, (2, 1), (2, 0)), (bias, 1, (1, 2))):
        expect(student.conv2d_im2col(x, weight, *settings)).to_match(F.conv2d(x, weight, *settings))


@check(after="conv2d_im2col_is_own_work", weight=1.5)
def test_layer_gradients(student, cases):
    """conv2d_im2col lets gradients flow back to x, weight and bias"""
    inputs = cases.images(2, 2, 5, 6), cases.kernels(3, 2, 3, 2), cases.bias(3)
    stride, padding, upstream = (2, 1), (1, 2), cases.images(2, 3, 3, 9)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv2d_im2col(*inputs, stride, padding)
    for place, right in enumerate(gradients_of(lambda *leaves: F.conv2d(*leaves, stride, padding), upstream, *inputs)):
        expect(found).to_have_gradient(right, of=str(place))


@check(after="conv2d_im2col_is_own_work")
def test_layer_without_loops(student, cases):
    """conv2d_im2col has no loop over the places of the image: Python's work is the same for a large image"""
    weight, bias = cases.kernels(3, 2, 2, 3), cases.bias(3)
    small, large = cases.images(1, 2, 6, 7), cases.images(1, 2, 24, 31)
    expect_no_loop_over_places(
        student, "conv2d_im2col", (small, weight, bias, 1, (1, 0)), (large, weight, bias, 1, (1, 0))
    )


@check(after="conv2d_im2col_is_own_work", weight=0.5)
def test_layer_dtype_and_views(student, cases):
    """conv2d_im2col keeps float32 and float64, leaves its inputs alone and works on slices of larger tensors"""
    x, weight, bias = cases.images(2, 3, 4, 5), cases.kernels(2, 3, 2, 3), cases.bias(2)
    expect(lambda: student.conv2d_im2col(x, weight, bias, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.conv2d_im2col(x, weight, bias, 2, 1)).to_match(F.conv2d(x, weight, bias, 2, 1))
    short = [tensor.float() for tensor in (x, weight, bias)]
    expect(student.conv2d_im2col(*short, (1, 2), 1)).to_match(F.conv2d(*short, (1, 2), 1))
