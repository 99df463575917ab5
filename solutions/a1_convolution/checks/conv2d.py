"""Hidden checks of the exercise `conv2d`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import torch.nn.functional as F

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import CONVOLUTIONS, PADDINGS, SIZES


@check(weight=0)
def test_conv2d_is_own_work(student, cases):
    """conv2d is written by hand, without torch's convolutions, F.unfold and F.pad"""
    x, weight, bias = cases.images(2, 2, 4, 4), cases.kernels(2, 2, 2, 2), cases.bias(2)
    with student.banning(*CONVOLUTIONS, *PADDINGS):
        own_work(
            lambda: student.conv2d(x, weight),
            lambda: student.conv2d(x, weight, bias, 1, 1),
            lambda: student.conv2d(x, weight, bias, (2, 1), (1, 2)),
        )


@check(after="conv2d_is_own_work", weight=3)
def test_conv2d_channels(student, cases):
    """conv2d adds over the input channels and makes a map for each kernel: (2, 3, 5, 7) becomes (2, 4, 3, 6)"""
    x, weight = cases.images(2, 3, 5, 7), cases.kernels(4, 3, 3, 2)
    expect(student.conv2d(x, weight)).to_match(F.conv2d(x, weight))


@check(after="conv2d_is_own_work")
def test_conv2d_square_kernel(student, cases):
    """conv2d takes a square kernel as it is: neither transposed nor flipped"""
    x, weight = cases.images(2, 2, 4, 5), cases.kernels(3, 2, 3, 3)
    expect(student.conv2d(x, weight)).to_match(F.conv2d(x, weight))


@check(after="conv2d_is_own_work", weight=2)
def test_conv2d_bias(student, cases):
    """conv2d adds bias[o] to every pixel of output channel o, once"""
    for width in (6, 5):  # the output is 5 wide, then 4 wide: as many as there are channels
        x, weight, bias = cases.images(2, 3, 5, width), cases.kernels(4, 3, 3, 2), cases.bias(4)
        expect(student.conv2d(x, weight, bias)).to_match(F.conv2d(x, weight, bias))


@check(after="conv2d_is_own_work", weight=2)
def test_conv2d_stride(student, cases):
    """conv2d moves by (sh, sw), and leaves out a last window that does not fit any more"""
    for stride in ((1, 2), (3, 1), (2, 3)):
        x, weight, bias = cases.images(2, 2, 8, 9), cases.kernels(3, 2, 2, 3), cases.bias(3)
        expect(student.conv2d(x, weight, bias, stride=stride)).to_match(F.conv2d(x, weight, bias, stride=stride))


@check(after="conv2d_is_own_work", weight=2)
def test_conv2d_padding(student, cases):
    """conv2d puts ph rows and pw columns of zeros on each side"""
    for padding in ((0, 2), (1, 0), (2, 1)):
        x, weight, bias = cases.images(2, 2, 4, 6), cases.kernels(3, 2, 3, 2), cases.bias(3)
        expect(student.conv2d(x, weight, bias, padding=padding)).to_match(F.conv2d(x, weight, bias, padding=padding))


@check(after="conv2d_is_own_work", weight=1.5)
def test_conv2d_numbers_and_pairs(student, cases):
    """conv2d takes stride and padding as one number or as a pair, each on its own, with and without a bias"""
    x, weight, bias = cases.images(2, 3, 6, 9), cases.kernels(2, 3, 3, 2), cases.bias(2)
    for settings in ((None, 2, 1), (bias, 2, (0, 1)), (None, (1, 3), 2), (bias, (3, 2), (2, 0))):
        expect(student.conv2d(x, weight, *settings)).to_match(F.conv2d(x, weight, *settings))


@check(after="conv2d_is_own_work")
def test_conv2d_extreme_kernels(student, cases):
    """conv2d works with a 1 × 1 kernel and with one as large as the padded image"""
    x, bias = cases.images(2, 3, 3, 4), cases.bias(2)
    for weight, stride, padding in (
        (cases.kernels(2, 3, 1, 1), (2, 1), 0),
        (cases.kernels(2, 3, 3, 4), 1, 0),
        (cases.kernels(2, 3, 5, 4), (1, 2), (1, 0)),
    ):
        expect(student.conv2d(x, weight, bias, stride, padding)).to_match(F.conv2d(x, weight, bias, stride, padding))


@check(after="conv2d_is_own_work")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 3), integers(1, 3)), s=integers(1, 3))
def test_conv2d_any_size(student, cases, image, kernel, s):
    """conv2d is right for every size and stride"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1] + 2)
    x, weight, bias = cases.images(2, 2, *image), cases.kernels(3, 2, *kernel), cases.bias(3)
    expected = F.conv2d(x, weight, bias, (s, 1), (0, 1))
    expect(student.conv2d(x, weight, bias, (s, 1), (0, 1))).to_match(expected)


@check(after="conv2d_is_own_work", weight=3)
def test_conv2d_gradients(student, cases):
    """conv2d lets gradients flow back to x, weight and bias, also with stride and padding"""
    inputs = cases.images(2, 2, 5, 6), cases.kernels(3, 2, 3, 2), cases.bias(3)
    stride, padding, upstream = (2, 1), (1, 2), cases.images(2, 3, 3, 9)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv2d(*inputs, stride, padding)
    right = gradients_of(lambda *leaves: F.conv2d(*leaves, stride, padding), upstream, *inputs)
    for place, gradient in enumerate(right):
        expect(found).to_have_gradient(gradient, of=str(place))


@check(after="conv2d_is_own_work")
def test_conv2d_dtype_and_views(student, cases):
    """conv2d keeps float32 and float64, leaves its inputs alone and works on slices of larger tensors"""
    x, weight, bias = cases.images(2, 3, 4, 5), cases.kernels(2, 3, 2, 3), cases.bias(2)
    expect(lambda: student.conv2d(x, weight, bias, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.conv2d(x, weight, bias, 2, 1)).to_match(F.conv2d(x, weight, bias, 2, 1))
    short = [one.float() for one in (x, weight, bias)]
    expect(student.conv2d(*short, (1, 2), 1)).to_match(F.conv2d(*short, (1, 2), 1))
