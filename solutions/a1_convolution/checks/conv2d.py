"""Hidden checks of the exercise `conv2d`. The first line of each docstring is what the student reads.

Bias, stride, padding and pairs have checks of their own, and one where all come together. The bias may be left
out: that is asked in few, elsewhere it is zeros, as many as the maps are wide.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import SIZES


def no_bias(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """This weight with a bias that changes nothing."""
    return weight, weight.new_zeros(weight.shape[0])


@check(weight=0, quote="torch's own convolutions, `F.unfold` and `F.pad` are switched off.")
def test_conv2d_is_own_work(student, cases):
    """conv2d is written by hand, without torch's convolutions, F.unfold and F.pad"""
    x, weight, bias = cases.images(2, 2, 4, 4), cases.kernels(2, 2, 2, 2), cases.bias(2)
    own_work(
        lambda: student.conv2d(x, weight),
        lambda: student.conv2d(x, weight, bias, 1, 1),
        lambda: student.conv2d(x, weight, bias, (2, 1), (1, 2)),
    )


@check(after="conv2d_is_own_work", weight=3, quote="Cross-correlation, summed over the input channels.")
def test_conv2d_channels(student, cases):
    """conv2d adds over the input channels and makes a map for each kernel: (2, 3, 5, 5) becomes (2, 4, 3, 4)"""
    for shape, kernel in (((2, 3, 5, 5), (4, 3, 3, 2)), ((3, 2, 6, 4), (2, 2, 2, 3)), ((1, 1, 4, 5), (4, 1, 1, 2))):
        x, weight = cases.images(*shape).float(), cases.kernels(*kernel).float()
        expect(student.conv2d(x, *no_bias(weight))).to_agree_with(F.conv2d(x, weight))
    gray, to_five, to_one = cases.images(2, 1, 6, 6), cases.kernels(5, 1, 3, 2), cases.kernels(1, 5, 2, 5)
    maps = expect(student.conv2d(gray.float(), *no_bias(to_five.float()))).to_have_shape(2, 5, 4, 5)
    stacked = F.conv2d(F.conv2d(gray.float(), to_five.float()), to_one.float())
    expect(student.conv2d(maps, *no_bias(to_one.float()))).to_agree_with(stacked)


@check(after="conv2d_is_own_work", quote="Cross-correlation, summed over the input channels.")
def test_conv2d_square_kernel(student, cases):
    """conv2d takes a square kernel as it is: neither transposed nor flipped"""
    x, weight = cases.images(2, 2, 4, 5).float(), cases.kernels(3, 2, 3, 3).float()
    expect(student.conv2d(x, weight)).to_agree_with(F.conv2d(x, weight))


@check(after="conv2d_is_own_work", weight=2, quote="bias[o] is added to every pixel of output channel o.")
def test_conv2d_bias(student, cases):
    """conv2d adds bias[o] to every pixel of output channel o, once"""
    for width in (6, 5):  # the output is 5 wide, then 4 wide: as many as there are channels
        x, weight, bias = (
            tensor.float() for tensor in (cases.images(2, 3, 5, width), cases.kernels(4, 3, 3, 2), cases.bias(4))
        )
        expect(student.conv2d(x, weight, bias)).to_agree_with(F.conv2d(x, weight, bias))


@check(after="conv2d_is_own_work", weight=2, quote="**Stride** 2 takes every second place.")
def test_conv2d_stride(student, cases):
    """conv2d moves by the stride, and leaves out a last window that does not fit any more"""
    for shape, stride in (((2, 2, 7, 9), 2), ((2, 2, 8, 9), 3), ((2, 2, 6, 7), 2)):
        x, weight = cases.images(*shape).float(), cases.kernels(3, 2, 2, 3).float()
        expect(student.conv2d(x, weight, stride=stride)).to_agree_with(F.conv2d(x, weight, stride=stride))


@check(
    after="conv2d_is_own_work",
    weight=2,
    quote="The padding is zeros: ph rows above and as many below, pw columns on either side.",
)
def test_conv2d_padding(student, cases):
    """conv2d puts as many zeros on each side as `padding` says"""
    for padding in (1, 2):
        x, weight = cases.images(2, 2, 4, 6).float(), cases.kernels(3, 2, 3, 2).float()
        expect(student.conv2d(x, weight, padding=padding)).to_agree_with(F.conv2d(x, weight, padding=padding))


@check(
    after="conv2d_is_own_work",
    weight=2,
    quote="stride and padding: an int for both directions, or a pair (height, width).",
)
def test_conv2d_pairs(student, cases):
    """conv2d takes stride and padding as a pair (height, width) or as one number, each on its own"""
    x, weight = cases.images(2, 3, 6, 9).float(), cases.kernels(2, 3, 3, 2).float()
    for settings in ({"stride": (1, 2)}, {"stride": (3, 1)}, {"padding": (0, 2)}, {"padding": (2, 1)}):
        expect(student.conv2d(x, weight, **settings)).to_agree_with(F.conv2d(x, weight, **settings))
    for stride, padding in ((2, (0, 1)), ((1, 3), 2)):
        right = F.conv2d(x, weight, None, stride, padding)
        expect(student.conv2d(x, weight, None, stride, padding)).to_agree_with(right)


@check(after="conv2d_is_own_work", quote="H' = (H + 2*ph - kh) // sh + 1, and W' likewise. The kernel fits.")
def test_conv2d_extreme_kernels(student, cases):
    """conv2d works with a 1 × 1 kernel and with one as large as the padded image"""
    x = cases.images(2, 3, 3, 4).float()
    for size, stride, padding in (((1, 1), 1, 0), ((1, 1), 2, 0), ((3, 4), 1, 0), ((5, 6), 1, 1)):
        weight = cases.kernels(2, 3, *size).float()
        right = F.conv2d(x, weight, None, stride, padding)
        expect(student.conv2d(x, weight, None, stride, padding)).to_agree_with(right)


@check(after="conv2d_is_own_work", quote="H' = (H + 2*ph - kh) // sh + 1, and W' likewise. The kernel fits.")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 3), integers(1, 3)))
def test_conv2d_any_size(student, cases, image, kernel):
    """conv2d is right for every size of image and kernel"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    x, weight = cases.images(2, 2, *image).float(), cases.kernels(3, 2, *kernel).float()
    expect(student.conv2d(x, weight)).to_agree_with(F.conv2d(x, weight))


@check(after="conv2d_is_own_work", quote="until it gives the same numbers as PyTorch.")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 3), integers(1, 3)), s=integers(1, 3))
def test_conv2d_everything_together(student, cases, image, kernel, s):
    """conv2d is right with a bias, a stride and a padding at once"""
    assume(kernel[0] <= image[0] + 2 and kernel[1] <= image[1] + 4)
    x, weight, bias = cases.images(2, 2, *image).float(), cases.kernels(3, 2, *kernel).float(), cases.bias(3).float()
    right = F.conv2d(x, weight, bias, (s, 2), (1, 2))
    expect(student.conv2d(x, weight, bias, (s, 2), (1, 2))).to_agree_with(right)


@check(after="conv2d_channels", weight=2, quote="Gradients flow back to x, weight and bias.")
def test_conv2d_gradients(student, cases):
    """conv2d lets gradients flow back to x and to the weight"""
    x, weight, upstream = (
        tensor.float() for tensor in (cases.images(2, 2, 5, 4), cases.kernels(3, 2, 3, 2), cases.images(2, 3, 3, 3))
    )
    found = student.with_gradients(upstream, wrt=("0", "1")).conv2d(x, *no_bias(weight))
    for place, gradient in enumerate(gradients_of(F.conv2d, upstream, x, weight)):
        expect(found).to_have_gradient(gradient, of=str(place))


@check(after="conv2d_everything_together", quote="Gradients flow back to x, weight and bias.")
def test_conv2d_gradients_of_everything(student, cases):
    """conv2d lets gradients flow back to the bias, and with a stride and a padding"""
    inputs = [tensor.float() for tensor in (cases.images(2, 2, 5, 6), cases.kernels(3, 2, 3, 2), cases.bias(3))]
    stride, padding, upstream = (2, 1), (1, 2), cases.images(2, 3, 3, 9).float()
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv2d(*inputs, stride, padding)
    right = gradients_of(lambda *leaves: F.conv2d(*leaves, stride, padding), upstream, *inputs)
    for place, gradient in enumerate(right):
        expect(found).to_have_gradient(gradient, of=str(place))


@check(after="conv2d_channels", weight=2, quote="Same dtype and device as x.")
def test_conv2d_dtype(student, cases):
    """conv2d keeps float64, to the last digit, and float32"""
    x, weight = cases.images(2, 3, 5, 4), cases.kernels(2, 3, 2, 3)
    expect(student.conv2d(x, *no_bias(weight))).to_match(F.conv2d(x, weight))
    expect(student.conv2d(x.float(), *no_bias(weight.float()))).to_match(F.conv2d(x.float(), weight.float()))


@check(after="conv2d_channels", quote=("leave the arguments as they were", "any memory layout"))
def test_conv2d_views(student, cases):
    """conv2d leaves its inputs alone and works on slices of larger tensors"""
    x, weight = cases.images(2, 3, 5, 4).float(), cases.kernels(2, 3, 2, 3).float()
    expect(lambda: student.conv2d(x, *no_bias(weight))).to_leave_inputs_alone()
    expect(student.on_views.conv2d(x, *no_bias(weight))).to_agree_with(F.conv2d(x, weight))
