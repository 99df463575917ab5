"""Hidden checks of the exercise `fft_conv2d`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from autograder.judge import check, expect, gradients_of, own_work


class Listening(TorchFunctionMode):
    """Notes the names of the functions of torch that are called."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.heard.append(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


def transforms_in(student, x, weight):
    with Listening() as listening:
        student.fft_conv2d(x, weight)
    return sum("fft" in name for name in listening.heard)


def expect_layer(student: Any, cases: Any, *sizes: tuple[tuple[int, int, int, int], tuple[int, int, int]]) -> None:
    """The numbers of torch's layer for each (x's shape, (Cout, kh, kw)), in float32."""
    for shape, (c_out, kh, kw) in sizes:
        x, weight = cases.images(*shape).float(), cases.kernels(c_out, shape[1], kh, kw).float()
        expect(student.fft_conv2d(x, weight)).to_agree_with(F.conv2d(x, weight))


@check(
    weight=0,
    quote=(
        "By the transforms of torch.fft.",
        "torch's own convolutions and `F.unfold` are switched off.",
    ),
)
def test_fft_is_own_work(student, cases):
    """fft_conv2d takes the way through torch.fft, without a ready-made convolution"""
    x, weight = cases.images(2, 2, 5, 6).float(), cases.kernels(3, 2, 2, 3).float()
    own_work(lambda: student.fft_conv2d(x, weight))
    found = expect(student.beside(transforms_in)(x, weight)).to_be_a(int)
    expect(found > 0).to_hold("fft_conv2d calls a transform of torch.fft")


@check(after="fft_is_own_work", weight=2, quote="and as small as 1 × 1.")
def test_fft_pointwise(student, cases):
    """fft_conv2d mixes the channels with kernels of 1 × 1, for each image: even width"""
    expect_layer(student, cases, ((2, 3, 5, 8), (4, 1, 1)), ((3, 4, 7, 6), (2, 1, 1)))


@check(
    after="fft_is_own_work", weight=1.5, quote="The numbers of `F.conv2d(x, weight)`: not flipped, no padding, stride 1"
)
def test_fft_one_channel(student, cases):
    """fft_conv2d slides a kernel over each image, unflipped, and gives the places where it fits: one channel"""
    expect_layer(student, cases, ((2, 1, 5, 8), (1, 2, 3)), ((3, 1, 7, 6), (1, 4, 2)))


@check(after="fft_is_own_work", quote="a sum over the input channels as in every convolution")
def test_fft_channels(student, cases):
    """fft_conv2d adds up over the input channels, for each output channel and each image: even width"""
    expect_layer(student, cases, ((2, 3, 5, 8), (4, 3, 2)), ((3, 4, 7, 6), (2, 2, 3)))


@check(after="fft_is_own_work", quote="H and W may be even or odd.")
def test_fft_odd_width(student, cases):
    """fft_conv2d is right for images of odd width"""
    expect_layer(student, cases, ((2, 3, 6, 9), (2, 3, 2)), ((3, 2, 5, 7), (4, 2, 4)))


@check(after="fft_is_own_work", quote="The kernel fits; it may be as large as the image")
def test_fft_extreme_kernels(student, cases):
    """fft_conv2d is right for a kernel as large as the image, and for a single row or column"""
    sizes = ((2, 5, 8), (3, 1, 4), (2, 4, 1), (3, 5, 2), (2, 2, 8))
    expect_layer(student, cases, *[((2, 3, 5, 8), size) for size in sizes])


@check(after="fft_channels", quote="Gradients flow back to x and weight.")
def test_fft_gradients(student, cases):
    """fft_conv2d lets gradients flow back to x and weight"""
    x, weight = cases.images(2, 3, 5, 8).float(), cases.kernels(4, 3, 2, 3).float()
    upstream = cases.tensor(2, 4, 4, 6).float()
    found = student.with_gradients(upstream, wrt=("0", "1")).fft_conv2d(x, weight)
    for place, right in enumerate(gradients_of(F.conv2d, upstream, x, weight)):
        expect(found).to_have_gradient(right, of=str(place))


@check(after="fft_channels", weight=0.5, quote="Floats of one dtype, float32 or float64, which the result keeps.")
def test_fft_dtype(student, cases):
    """fft_conv2d keeps float64, to the last digits, and float32"""
    x, weight = cases.images(2, 3, 5, 8), cases.kernels(4, 3, 2, 3)
    for inputs in ((x, weight), (x.float(), weight.float())):
        expect(student.fft_conv2d(*inputs)).to_match(F.conv2d(*inputs))


@check(after="fft_channels", weight=0.5, quote=("leave the arguments as they were", "any memory layout"))
def test_fft_views(student, cases):
    """fft_conv2d leaves its inputs alone and works on slices of larger tensors"""
    x, weight = cases.images(2, 3, 5, 8).float(), cases.kernels(4, 3, 2, 3).float()
    expect(lambda: student.fft_conv2d(x, weight)).to_leave_inputs_alone()
    expect(student.on_views.fft_conv2d(x, weight)).to_agree_with(F.conv2d(x, weight))


def expect_counts(student: Any, x_shape: tuple[int, ...], weight_shape: tuple[int, ...]) -> None:
    """Both numbers of the pair."""
    expect(student.multiplications(x_shape, weight_shape)).to_equal(reference.multiplications(x_shape, weight_shape))


def sizes(cases: Any, *most: int) -> tuple[int, ...]:
    """Numbers from 2 up to these, which the suite draws."""
    return tuple(int(cases.rng.integers(2, high + 1)) for high in most)


@check(weight=2, quote="n = H * W in all transforms, and L = log2(n), rounded up to a whole number.")
def test_counts_of_one_channel(student, cases):
    """multiplications is right for one image and one channel: places that fit, three transforms, one product"""
    for height, width in ((8, 64), (32, 4)):  # n is a power of 2
        expect_counts(student, (1, 1, height, width), (1, 1, *sizes(cases, 4, 3)))
    for _ in range(4):
        kh, kw = sizes(cases, 6, 9)
        rest = sizes(cases, 20, 30)
        expect_counts(student, (1, 1, kh + rest[0], kw + rest[1]), (1, 1, kh, kw))


@check(
    after="counts_of_one_channel",
    weight=2,
    quote=(
        "each image transforms its Cin channels once and comes back Cout times",
        "are transformed once for the whole batch; and every image needs Cout · Cin products.",
    ),
)
def test_counts_of_a_layer(student, cases):
    """multiplications is right for several images and channels"""
    for _ in range(4):
        batch, kh, kw = sizes(cases, 5, 5, 6)
        c_in, c_out = cases.shuffled(range(2, 8))[:2]
        rest = sizes(cases, 12, 20)
        expect_counts(student, (batch, c_in, kh + rest[0], kw + rest[1]), (c_out, c_in, kh, kw))
    expect_counts(student, (3, 2, 7, 5), (4, 2, 7, 5))
