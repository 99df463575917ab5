"""Hidden checks of the exercise `conv_transpose2d`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import KERNELS, STEPS, answers_everywhere

CONVOLUTIONS = ("convolution", "scipy.signal", "scipy.ndimage")


@check(weight=0.25)
def test_upsample_is_own_work(student, cases):
    """upsample_nearest is written by hand, without F.interpolate"""
    x = cases.images(2, 2, 3, 3)
    with student.banning("upsample", "scipy.ndimage", "skimage.transform"):
        own_work(lambda: student.upsample_nearest(x, 2), lambda: student.upsample_nearest(x, (2, 3)))


@check(after="upsample_is_own_work", weight=1.5)
def test_upsample_values(student, cases):
    """upsample_nearest makes a block of every pixel, with a number or a pair as factor, for every dtype"""
    for factor in (2, (2, 3), (3, 1), (1, 4), 1):
        x = cases.images(2, 3, 2, 4)
        expect(student.upsample_nearest(x, factor)).to_equal(reference.upsample_nearest(x, factor))
    x = cases.integers(2, 1, 3, 2)
    expect(student.upsample_nearest(x, (1, 2))).to_equal(reference.upsample_nearest(x, (1, 2)))


@check(after="upsample_is_own_work", weight=0.5)
def test_upsample_gradients(student, cases):
    """upsample_nearest lets gradients flow back, a pixel gets the sum of its block; x stays as it was"""
    x, upstream = cases.images(2, 3, 2, 4), cases.images(2, 3, 4, 12)
    expect(lambda: student.upsample_nearest(x, (2, 3))).to_leave_inputs_alone()
    expect(student.on_views.upsample_nearest(x, (2, 3))).to_equal(reference.upsample_nearest(x, (2, 3)))
    (right,) = gradients_of(lambda x: reference.upsample_nearest(x, (2, 3)), upstream, x)
    expect(student.with_gradients(upstream).upsample_nearest(x, (2, 3))).to_have_gradient(right)


@check(weight=1.5)
def test_transposed_size(student):
    """conv_transpose_out_size is (n-1)*s - 2*p + k + op for 500 sizes, kernels, strides and paddings"""
    grid = itertools.product((1, 2, 3, 7, 13, 14, 28), (1, 2, 3, 4, 5), (1, 2, 3), (0, 1, 2), (0, 1, 2))
    fits = [(n, k, s, p, op) for n, k, s, p, op in grid if op < s and (n - 1) * s - 2 * p + k + op >= 1]
    answers_everywhere(student, "conv_transpose_out_size", fits)


@check(weight=0.5)
def test_transposed_size_defaults(student):
    """conv_transpose_out_size has stride 1, no padding and no output padding unless told otherwise"""
    answers_everywhere(student, "conv_transpose_out_size", [(5, 3), (4, 1), (6, 4, 2), (28, 5, 2, 2), (9, 2, 3)])
    expect(student.conv_transpose_out_size(13, 3, s=2, op=1)).to_equal(28)
    expect(student.conv_transpose_out_size(n=7, k=4, s=2, p=1)).to_equal(14)


@check()
def test_transposed_size_refuses(student):
    """conv_transpose_out_size raises ValueError when op is not in 0 … s-1, and when less than 1 pixel is left"""
    wrong_op = (13, 3, 2, 0, 3), (13, 3, 2, 0, 2), (5, 3, 1, 0, 1), (5, 3, 2, 0, -1)
    nothing_left = (1, 3, 1, 2), (1, 2, 2, 1), (2, 1, 1, 3)
    for sizes in wrong_op + nothing_left:
        expect(lambda sizes=sizes: student.conv_transpose_out_size(*sizes)).to_raise(ValueError)
    expect(student.conv_transpose_out_size(1, 1, 3, 1, 2)).to_equal(1)


@check(weight=0.25)
def test_transposed_is_own_work(student, cases):
    """conv_transpose2d is written by hand, without torch's convolutions"""
    x, weight, bias = cases.images(2, 2, 3, 3), cases.kernels(2, 2, 2, 2), cases.bias(2)
    with student.banning(*CONVOLUTIONS):
        own_work(
            lambda: student.conv_transpose2d(x, weight),
            lambda: student.conv_transpose2d(x, weight, bias, 2),
            lambda: student.conv_transpose2d(x, weight, bias, (2, 1), (1, 0), (1, 0)),
        )


@check(after="transposed_is_own_work", weight=3)
def test_stamps(student, cases):
    """conv_transpose2d presses the kernel once for every pixel and adds up: (2, 3, 3, 4) becomes (2, 4, 5, 5)"""
    for shape, kernel in (((2, 3, 3, 4), (3, 4, 3, 2)), ((3, 2, 4, 2), (2, 1, 2, 2)), ((2, 1, 2, 5), (1, 3, 1, 3))):
        x, weight = cases.images(*shape), cases.kernels(*kernel)
        expect(student.conv_transpose2d(x, weight)).to_match(F.conv_transpose2d(x, weight))


@check(after="transposed_is_own_work", weight=2)
def test_stamps_with_stride(student, cases):
    """conv_transpose2d moves the stamp by (sh, sw): it overlaps, touches, or leaves gaps of zeros"""
    for stride in ((1, 2), 2, (3, 1), (2, 4)):
        x, weight = cases.images(2, 2, 3, 4), cases.kernels(2, 3, 2, 3)
        right = F.conv_transpose2d(x, weight, stride=stride)
        expect(student.conv_transpose2d(x, weight, stride=stride)).to_match(right)


@check(after="transposed_is_own_work", weight=1.5)
def test_stamps_with_padding(student, cases):
    """conv_transpose2d cuts ph rows and pw columns off at each edge"""
    for stride, padding in ((1, 1), (2, (0, 1)), ((1, 2), (2, 0))):
        x, weight = cases.images(2, 3, 5, 4), cases.kernels(3, 2, 3, 2)
        right = F.conv_transpose2d(x, weight, None, stride, padding)
        expect(student.conv_transpose2d(x, weight, None, stride, padding)).to_match(right)


@check(after="transposed_is_own_work", weight=1.5)
def test_stamps_with_output_padding(student, cases):
    """conv_transpose2d makes room for output_padding at the bottom and at the right, and keeps the ink that is there"""
    for settings in ((2, 0, 1), (2, 1, 1), ((2, 3), (1, 0), (0, 2)), ((3, 2), (1, 1), (2, 0))):
        x, weight, bias = cases.images(2, 3, 3, 4), cases.kernels(3, 2, 3, 4), cases.bias(2)
        right = F.conv_transpose2d(x, weight, bias, *settings)
        expect(student.conv_transpose2d(x, weight, bias, *settings)).to_match(right)


@check(after="transposed_is_own_work")
def test_stamps_with_bias(student, cases):
    """conv_transpose2d adds bias[o] to every pixel of output channel o, once, also where no ink is"""
    for shape, stride, padding in (((2, 2, 3, 4), 1, 0), ((2, 2, 3, 2), (3, 2), (0, 1))):
        x, weight, bias = cases.images(*shape), cases.kernels(2, 3, 2, 2), cases.bias(3)
        right = F.conv_transpose2d(x, weight, bias, stride, padding)
        expect(student.conv_transpose2d(x, weight, bias, stride, padding)).to_match(right)


@check(after="transposed_is_own_work")
def test_adjoint(student, cases):
    """conv_transpose2d is the transpose of the convolution: ⟨conv(x), y⟩ = ⟨x, conv_transpose2d(y)⟩"""
    x, weight = cases.images(2, 3, 7, 8), cases.kernels(4, 3, 3, 2)
    forward = F.conv2d(x, weight, stride=(2, 1), padding=(1, 0))
    y = cases.images(*forward.shape)
    back = expect(student.conv_transpose2d(y, weight, None, (2, 1), (1, 0))).to_have_shape(*x.shape)
    expect(expect(back).to_have_dtype(torch.float64)).to_match(
        torch.nn.grad.conv2d_input(x.shape, weight, y, (2, 1), (1, 0))
    )
    expect(torch.isclose((forward * y).sum(), (x * back).sum(), rtol=1e-9)).to_hold("the two products are equal")


@check(after="transposed_is_own_work", weight=1.5)
def test_transposed_gradients(student, cases):
    """conv_transpose2d lets gradients flow back to x, weight and bias"""
    inputs = cases.images(2, 2, 3, 4), cases.kernels(2, 3, 3, 2), cases.bias(3)
    settings, upstream = ((2, 1), (1, 0), (1, 0)), cases.images(2, 3, 6, 5)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv_transpose2d(*inputs, *settings)
    slopes = gradients_of(lambda *leaves: F.conv_transpose2d(*leaves, *settings), upstream, *inputs)
    for place, right in enumerate(slopes):
        expect(found).to_have_gradient(right, of=str(place))


@check(after="transposed_is_own_work")
@examples(count=12, image=tuples(integers(1, 4), integers(1, 4)), kernel=KERNELS, stride=STEPS)
def test_stamps_any_size(student, cases, image, kernel, stride):
    """conv_transpose2d is right for every size, kernel and stride"""
    x, weight = cases.images(2, 2, *image), cases.kernels(2, 3, *kernel)
    expect(student.conv_transpose2d(x, weight, None, stride)).to_match(F.conv_transpose2d(x, weight, None, stride))


@check(after="transposed_is_own_work", weight=0.5)
def test_transposed_dtype_and_views(student, cases):
    """conv_transpose2d keeps float32 and float64, leaves its inputs alone and works on slices of larger tensors"""
    x, weight, bias = cases.images(2, 3, 3, 4), cases.kernels(3, 2, 2, 3), cases.bias(2)
    expect(lambda: student.conv_transpose2d(x, weight, bias, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.conv_transpose2d(x, weight, bias, 2)).to_match(F.conv_transpose2d(x, weight, bias, 2))
    short = [tensor.float() for tensor in (x, weight, bias)]
    expect(student.conv_transpose2d(*short, (1, 2))).to_match(F.conv_transpose2d(*short, (1, 2)))
