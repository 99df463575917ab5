"""Hidden checks of the exercise `conv_transpose2d`. The first line of each docstring is what the student reads.

Of the layer, stride, padding, output padding and bias have checks of their own, and one where all come together. Stamps
that overlap, several channels and several images are not in all of them: what is no value is asked of stamps apart.
"""

from __future__ import annotations

import itertools
from typing import Any

import reference
import torch
import torch.nn.functional as F

from autograder.judge import (
    answers_everywhere,
    check,
    examples,
    expect,
    gradients_of,
    integers,
    own_work,
    refusals_everywhere,
    tuples,
)

from ._helpers import KERNELS, STEPS


@check(weight=0, quote="`F.interpolate` is switched off.")
def test_upsample_is_own_work(student, cases):
    """upsample_nearest is written by hand, without F.interpolate"""
    x = cases.images(2, 2, 3, 3)
    own_work(lambda: student.upsample_nearest(x, 2), lambda: student.upsample_nearest(x, (2, 3)))


@check(
    after="upsample_is_own_work",
    weight=1.5,
    quote=("Every pixel becomes a block of fh × fw equal pixels", "factor: an int of 1 or more, or a pair"),
)
def test_upsample_values(student, cases):
    """upsample_nearest makes a block of every pixel, with a number or a pair as factor"""
    for factor in (2, (2, 3), (3, 1), (1, 4), 1):
        x = cases.images(2, 3, 2, 4).float()
        expect(student.upsample_nearest(x, factor)).to_agree_with(reference.upsample_nearest(x, factor))


@check(
    after="upsample_values",
    quote=("Keeps every dtype, whole numbers too.", "keep the way back for autograd open", "any memory layout"),
)
def test_upsample_dtype_and_gradients(student, cases):
    """upsample_nearest keeps every dtype; a pixel gets the sum of its block as gradient; x stays as it was"""
    x, upstream = cases.images(2, 3, 2, 4), cases.images(2, 3, 4, 12)
    for image in (x, cases.integers(2, 1, 3, 2)):
        expect(student.upsample_nearest(image, (1, 2))).to_equal(reference.upsample_nearest(image, (1, 2)))
    expect(lambda: student.upsample_nearest(x, (2, 3))).to_leave_inputs_alone()
    expect(student.on_views.upsample_nearest(x, (2, 3))).to_equal(reference.upsample_nearest(x, (2, 3)))
    (right,) = gradients_of(lambda x: reference.upsample_nearest(x, (2, 3)), upstream, x)
    expect(student.with_gradients(upstream).upsample_nearest(x, (2, 3))).to_have_gradient(right)


@check(weight=1.5, quote="How many pixels a transposed convolution makes out of n: (n-1)*s - 2*p + k + op, an int.")
def test_transposed_size(student, cases):
    """conv_transpose_out_size is (n-1)*s - 2*p + k + op for 500 sizes, kernels, strides and paddings"""
    grid = itertools.product((1, 2, 3, 7, 13, 14, 28), (1, 2, 3, 4, 5), (1, 2, 3), (0, 1, 2), (0, 1, 2))
    fits = [(n, k, s, p, op) for n, k, s, p, op in grid if op < s and (n - 1) * s - 2 * p + k + op >= 1]
    answers_everywhere(student, cases, reference.conv_transpose_out_size, fits)


@check(weight=0.5, quote="n: int, k: int, s: int = 1, p: int = 0, op: int = 0")
def test_transposed_size_defaults(student, cases):
    """conv_transpose_out_size has stride 1, no padding and no output padding unless told otherwise"""
    sizes = [(5, 3), (4, 1), (6, 4, 2), (28, 5, 2, 2), (9, 2, 3)]
    answers_everywhere(student, cases, reference.conv_transpose_out_size, sizes)
    expect(student.conv_transpose_out_size(13, 3, s=2, op=1)).to_equal(28)
    expect(student.conv_transpose_out_size(n=7, k=4, s=2, p=1)).to_equal(14)


@check(
    after="transposed_size",
    weight=2,
    quote="Raises ValueError when op is not one of 0 … s-1, and when less than 1 pixel would be left.",
)
def test_transposed_size_refuses(student, cases):
    """conv_transpose_out_size raises ValueError when op is not in 0 … s-1, and when less than 1 pixel is left"""
    wrong_op = (13, 3, 2, 0, 3), (13, 3, 2, 0, 2), (5, 3, 1, 0, 1), (5, 3, 2, 0, -1)
    nothing_left = (1, 3, 1, 2), (1, 2, 2, 1), (2, 1, 1, 3)
    fits = (13, 3, 2, 0, 1), (13, 3, 3, 0, 2), (5, 3, 1), (1, 3, 1, 1), (1, 3, 2, 1), (2, 2, 1, 1), (1, 1, 3, 1, 2)
    wrong = wrong_op + nothing_left
    refusals_everywhere(student, cases, reference.conv_transpose_out_size, wrong, fits)


@check(weight=0, quote="torch's own convolutions are switched off.")
def test_transposed_is_own_work(student, cases):
    """conv_transpose2d is written by hand, without torch's convolutions"""
    x, weight, bias = cases.images(2, 2, 3, 3), cases.kernels(2, 2, 2, 2), cases.bias(2)
    own_work(
        lambda: student.conv_transpose2d(x, weight),
        lambda: student.conv_transpose2d(x, weight, bias, 2),
        lambda: student.conv_transpose2d(x, weight, bias, (2, 1), (1, 0), (1, 0)),
    )


@check(
    after="transposed_is_own_work",
    weight=3,
    quote=("Pixel (i, j) of channel c adds x[b, c, i, j] * weight[c, o] to output channel o", "Overlaps add up."),
)
def test_stamps(student, cases):
    """conv_transpose2d presses the kernel once for every pixel and adds up: (2, 3, 3, 4) becomes (2, 4, 5, 5)"""
    for shape, kernel in (((2, 3, 3, 4), (3, 4, 3, 2)), ((3, 2, 4, 2), (2, 1, 2, 2)), ((2, 1, 2, 5), (1, 3, 1, 3))):
        x, weight = cases.images(*shape).float(), cases.kernels(*kernel).float()
        expect(student.conv_transpose2d(x, weight)).to_agree_with(F.conv_transpose2d(x, weight))


@check(after="transposed_is_own_work", weight=2, quote="With **stride** 2 the stamps lie two pixels apart")
def test_stamps_with_stride(student, cases):
    """conv_transpose2d moves the stamp by (sh, sw): it overlaps, touches, or leaves gaps of zeros"""
    for stride in ((1, 2), 2, (3, 1), (2, 4)):
        x, weight = cases.images(2, 1, 3, 4).float(), cases.kernels(1, 1, 2, 3).float()
        right = F.conv_transpose2d(x, weight, stride=stride)
        expect(student.conv_transpose2d(x, weight, stride=stride)).to_agree_with(right)


def expect_whole_stamps(student: Any, cases: Any, bias: torch.Tensor | None, padding: int) -> None:
    """A pixel alone presses all of its stamp, and more pixels need more room: overlaps have checks of their own."""
    stamp = cases.kernels(1, 3, 1, 1).float().repeat(1, 1, 4, 4)  # its numbers are equal: it may be turned
    x = cases.images(1, 1, 1, 1).float()
    expect(student.conv_transpose2d(x, stamp, bias, 1, padding)).to_agree_with(
        F.conv_transpose2d(x, stamp, bias, 1, padding)
    )
    size = 5 - 2 * padding, 6 - 2 * padding
    more = cases.images(1, 1, 2, 3).float()
    expect(student.conv_transpose2d(more, stamp, bias, 1, padding)).to_have_shape(1, 3, *size)


@check(after="transposed_is_own_work", weight=1.5, quote="p rows and columns are cut off at each edge of the canvas.")
def test_stamps_with_padding(student, cases):
    """conv_transpose2d cuts ph rows and pw columns off at each edge"""
    for padding in (1, (0, 1), (2, 0), (1, 2)):
        x, weight = cases.images(1, 1, 6, 7).float(), cases.kernels(1, 2, 1, 1).float()
        right = F.conv_transpose2d(x, weight, padding=padding)
        expect(student.conv_transpose2d(x, weight, padding=padding)).to_agree_with(right)
    expect_whole_stamps(student, cases, None, 1)


@check(
    after="transposed_is_own_work",
    weight=1.5,
    quote="The output padding adds rows at the bottom and columns at the right.",
)
def test_stamps_with_output_padding(student, cases):
    """conv_transpose2d makes room for output_padding at the bottom and at the right, and keeps the ink that is there"""
    for settings in ((2, 0, 1), (2, 1, 1), ((2, 3), (1, 0), (0, 2)), ((3, 2), (1, 1), (2, 0))):
        x, weight = cases.images(1, 1, 3, 4).float(), cases.kernels(1, 1, 2, 2).float()
        right = F.conv_transpose2d(x, weight, None, *settings)
        expect(student.conv_transpose2d(x, weight, None, *settings)).to_agree_with(right)


@check(after="transposed_is_own_work", weight=1.5, quote="bias[o] is added to every pixel of output channel o.")
def test_stamps_with_bias(student, cases):
    """conv_transpose2d adds bias[o] to every pixel of output channel o, once"""
    for width in (4, 3):  # the second is as wide as there are channels
        x, weight, bias = cases.images(1, 1, 2, width).float(), cases.kernels(1, 3, 1, 1).float(), cases.bias(3).float()
        right = F.conv_transpose2d(x, weight, bias)
        expect(student.conv_transpose2d(x, weight, bias)).to_agree_with(right)
    expect_whole_stamps(student, cases, cases.bias(3).float(), 0)


@check(
    after="transposed_is_own_work",
    quote="stride, padding and output_padding: an int, or a pair (height, width). They fit together.",
)
def test_stamps_with_everything(student, cases):
    """conv_transpose2d is right with a bias, a stride, a padding and an output padding at once"""
    for settings in ((2, 1, 1), ((3, 2), (0, 1), (1, 0)), ((4, 2), (1, 0), (3, 1))):
        x, weight, bias = cases.images(2, 3, 3, 4), cases.kernels(3, 2, 3, 2), cases.bias(2)
        inputs = [tensor.float() for tensor in (x, weight, bias)]
        right = F.conv_transpose2d(*inputs, *settings)
        expect(student.conv_transpose2d(*inputs, *settings)).to_agree_with(right)


@check(after="stamps", quote="So for all images ⟨W x, y⟩ = ⟨x, Wᵀ y⟩")
def test_adjoint(student, cases):
    """conv_transpose2d is the transpose of the convolution: ⟨conv(x), y⟩ = ⟨x, conv_transpose2d(y)⟩"""
    x, weight, y = cases.images(2, 3, 7, 8).float(), cases.kernels(4, 3, 3, 2).float(), cases.images(2, 4, 5, 7).float()
    (right,) = gradients_of(lambda x: F.conv2d(x, weight), y, x)
    expect(student.conv_transpose2d(y, weight)).to_agree_with(right)


@check(after="stamps_with_bias", weight=1.5, quote="Gradients flow back to x, weight and bias.")
def test_transposed_gradients(student, cases):
    """conv_transpose2d lets gradients flow back to x and to the weight"""
    x, weight, upstream = cases.images(1, 1, 3, 4), cases.kernels(1, 1, 2, 2), cases.images(1, 1, 6, 8)
    x, weight, upstream = x.float(), weight.float(), upstream.float()
    found = student.with_gradients(upstream, wrt=("0", "1")).conv_transpose2d(x, weight, None, 2)
    slopes = gradients_of(lambda x, weight: F.conv_transpose2d(x, weight, None, 2), upstream, x, weight)
    for place, right in enumerate(slopes):
        expect(found).to_have_gradient(right, of=str(place))


@check(after="stamps_with_everything", quote="Gradients flow back to x, weight and bias.")
def test_transposed_gradients_of_everything(student, cases):
    """conv_transpose2d lets gradients flow back to the bias, and with stride, padding and output padding"""
    inputs = [tensor.float() for tensor in (cases.images(2, 2, 3, 4), cases.kernels(2, 3, 3, 2), cases.bias(3))]
    settings, upstream = ((2, 1), (1, 0), (1, 0)), cases.images(2, 3, 6, 5).float()
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv_transpose2d(*inputs, *settings)
    slopes = gradients_of(lambda *leaves: F.conv_transpose2d(*leaves, *settings), upstream, *inputs)
    for place, right in enumerate(slopes):
        expect(found).to_have_gradient(right, of=str(place))


@check(after="transposed_is_own_work", quote="H' = (H-1)*sh - 2*ph + kh + oph, and W' likewise.")
@examples(count=12, image=tuples(integers(1, 4), integers(1, 4)), kernel=KERNELS, stride=STEPS)
def test_stamps_any_size(student, cases, image, kernel, stride):
    """conv_transpose2d is right for every size, kernel and stride"""
    x, weight = cases.images(1, 1, *image).float(), cases.kernels(1, 1, *kernel).float()
    right = F.conv_transpose2d(x, weight, None, stride)
    expect(student.conv_transpose2d(x, weight, None, stride)).to_agree_with(right)


@check(
    after="stamps_with_bias",
    quote=("keep their dtype and device", "leave the arguments as they were", "any memory layout"),
)
def test_transposed_dtype_and_views(student, cases):
    """conv_transpose2d keeps float64 and float32, leaves its inputs alone and works on slices of larger tensors"""
    x, weight = cases.images(1, 1, 3, 4), cases.kernels(1, 1, 1, 1)
    expect(lambda: student.conv_transpose2d(x, weight)).to_leave_inputs_alone()
    expect(student.on_views.conv_transpose2d(x, weight)).to_match(F.conv_transpose2d(x, weight))
    stamps = cases.kernels(1, 2, 3, 2)  # that overlap: what they are in one piece is asked elsewhere
    expect(student.on_views.conv_transpose2d(x, stamps)).to_match(student.conv_transpose2d(x, stamps))
    short = x.float(), weight.float()
    expect(student.conv_transpose2d(*short)).to_match(F.conv_transpose2d(*short))
