"""Hidden checks of a1_convolution. The first line of each docstring is what the student reads.

Inputs: float64, never square, batch of at least two, a different length for every axis, stride and padding unequal.
The checks of values come after `own_work`, so that a banned road earns nothing; what is wrong there without being
banned is left to them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import reference
import torch
import torch.nn.functional as F

from autograder.box.outcome import StudentError
from autograder.judge import assume, check, examples, expect, integers, tuples
from autograder.model import Verdict

CONVOLUTIONS = ("convolution", "conv2d", "conv_", "im2col", "scipy.signal", "scipy.ndimage")
SIZES = tuples(integers(1, 6), integers(1, 6))
PADDINGS = ("constant_pad", "pad2d", "_pad_enum", "_pad_circular")


def own_work(*calls: Callable[[], Any]) -> None:
    """Fails when a call does what is banned, or when all calls fail; a single one that raises is for other checks."""
    errors = []
    for call in calls:
        try:
            call()
        except StudentError as error:
            if error.verdict is not Verdict.RAISED:
                raise
            errors.append(error)
    if len(errors) == len(calls):
        raise errors[-1]
    expect(len(errors) < len(calls)).to_hold("it runs without the operations that are switched off")


# ================================================================ flatten


def picture(cases: Any, *shape: int) -> np.ndarray:
    """A uint8 image with black and white in it."""
    pixels = cases.integers(*shape, low=1, high=254).numpy().astype(np.uint8)
    pixels[0, 1], pixels[1, 0] = 255, 0
    return pixels


@check("flatten")
def test_colour_image(student, cases):
    """to_chw_float turns a colour image of 5 × 7 pixels into (3, 5, 7), from 0.0 to 1.0"""
    img = picture(cases, 5, 7, 3)
    expect(student.to_chw_float(img)).to_match(reference.to_chw_float(img), rtol=1e-6)


@check("flatten")
def test_gray_image(student, cases):
    """to_chw_float gives a gray image (4, 6) a channel: (1, 4, 6)"""
    img = picture(cases, 4, 6)
    expect(student.to_chw_float(img)).to_match(reference.to_chw_float(img), rtol=1e-6)


@check("flatten")
def test_float_image(student, cases):
    """to_chw_float leaves the values of a float image as they are, and makes them float32"""
    for img in (cases.tensor(4, 5, 3, low=0).numpy(), cases.tensor(3, 6, low=0, dtype=torch.float32).numpy()):
        expect(lambda img=img: student.to_chw_float(img)).to_leave_inputs_alone()
        expect(student.to_chw_float(img)).to_match(reference.to_chw_float(img), rtol=1e-6)


@check("flatten")
def test_alpha_is_dropped(student, cases):
    """to_chw_float drops the alpha channel of an RGBA image: (5, 6, 4) becomes (3, 5, 6)"""
    img = picture(cases, 5, 6, 4)
    expect(student.to_chw_float(img)).to_match(reference.to_chw_float(img), rtol=1e-6)


@check("flatten")
def test_own_memory(student, cases):
    """to_chw_float makes a copy: writing into the image afterwards does not change the tensor"""
    student.run("""
def after_painting_the_image_black(img):
    tensor = student.to_chw_float(img)
    img[...] = 0
    return tensor
""")
    for shape in ((4, 5, 3), (3, 6)):
        img = cases.tensor(*shape, low=0.2, dtype=torch.float32).numpy()
        painted = student.env.after_painting_the_image_black(img.copy())
        expect(painted).to_match(reference.to_chw_float(img), rtol=1e-6)


@check("flatten", weight=0.5)
def test_mirrored_image(student, cases):
    """to_chw_float works on a mirrored image, img[:, ::-1], and on every second row, img[::2]"""
    student.run("""
def mirrored(img):
    return student.to_chw_float(img[:, ::-1])

def every_second_row(img):
    return student.to_chw_float(img[::2])
""")
    img = picture(cases, 5, 7, 3)
    expect(student.env.mirrored(img)).to_match(reference.to_chw_float(img[:, ::-1]), rtol=1e-6)
    expect(student.env.every_second_row(img)).to_match(reference.to_chw_float(img[::2]), rtol=1e-6)


@check("flatten")
def test_flatten_order(student, cases):
    """flatten_batch makes one row per image, channel after channel, row by row: (3, 2, 4, 5) becomes (3, 40)"""
    x = cases.images(3, 2, 4, 5)
    expect(student.flatten_batch(x)).to_equal(x.flatten(1))


@check("flatten")
def test_flatten_any_layout(student, cases):
    """flatten_batch works on a tensor whose numbers do not lie in order in memory, as after permute"""
    student.run("""
def flatten_batch_after_permute(x):
    return student.flatten_batch(x.permute(0, 3, 1, 2))
""")
    x = cases.images(2, 4, 5, 3)
    expect(student.env.flatten_batch_after_permute(x)).to_equal(x.permute(0, 3, 1, 2).flatten(1))


@check("flatten", weight=0.5)
def test_flatten_one_image(student, cases):
    """flatten_batch keeps the batch axis for a single image: (1, 2, 3, 4) becomes (1, 24)"""
    x = cases.images(1, 2, 3, 4)
    expect(student.flatten_batch(x)).to_equal(x.flatten(1))


# ================================================================ corr2d


@check("corr2d", weight=0)
def test_corr2d_is_own_work(student, cases):
    """corr2d is written by hand, without a ready-made convolution"""
    with student.banning(*CONVOLUTIONS):
        own_work(
            lambda: student.corr2d(cases.tensor(4, 4), cases.tensor(2, 2)),
            lambda: student.corr2d(cases.tensor(3, 5), cases.tensor(2, 3)),
        )


@check("corr2d", after="corr2d_is_own_work", weight=2)
def test_corr2d_values(student, cases):
    """corr2d gives the same numbers as torch, on images and kernels that are not square"""
    for image, kernel in (((5, 7), (2, 3)), ((6, 4), (3, 1)), ((4, 6), (3, 3)), ((3, 8), (1, 4))):
        X, K = cases.tensor(*image), cases.tensor(*kernel)
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check("corr2d", after="corr2d_is_own_work")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 4), integers(1, 4)))
def test_corr2d_any_size(student, cases, image, kernel):
    """corr2d is right for every size of image and kernel"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    X, K = cases.tensor(*image), cases.tensor(*kernel)
    expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check("corr2d", after="corr2d_is_own_work")
def test_corr2d_large_kernel(student, cases):
    """corr2d has one place left, (1, 1), when the kernel is as large as the image; a 1 × 1 kernel fits everywhere"""
    for image, kernel in (((3, 4), (3, 4)), ((3, 4), (3, 2)), ((4, 3), (1, 1))):
        X, K = cases.tensor(*image), cases.tensor(*kernel)
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check("corr2d", after="corr2d_is_own_work")
def test_corr2d_dtypes(student, cases):
    """corr2d keeps the type of X * K: float32 stays float32, whole numbers times fractions give fractions"""
    whole = cases.integers(4, 6)
    for X, K in (
        (cases.tensor(4, 5, dtype=torch.float32), cases.tensor(2, 3, dtype=torch.float32)),
        (whole, cases.tensor(3, 2)),
        (whole, cases.integers(2, 3)),
    ):
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check("corr2d", after="corr2d_is_own_work", weight=1.5)
def test_corr2d_gradients(student, cases):
    """corr2d lets gradients flow back to the image and to the kernel"""
    X, K, upstream = cases.tensor(4, 6), cases.tensor(2, 3), cases.tensor(3, 4)
    found = student.with_gradients(upstream, wrt=("0", "1")).corr2d(X, K)
    dx, dk = slopes(reference.corr2d, upstream, X, K)
    expect(found).to_have_gradient(dx, of="0")
    expect(found).to_have_gradient(dk, of="1")


@check("corr2d", after="corr2d_is_own_work", weight=0.5)
def test_corr2d_views(student, cases):
    """corr2d leaves X and K as they were, and works on slices of larger tensors"""
    X, K = cases.tensor(5, 4), cases.tensor(2, 3)
    expect(lambda: student.corr2d(X, K)).to_leave_inputs_alone()
    expect(student.on_views.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check("corr2d", after="corr2d_is_own_work")
def test_corr2d_is_linear(student, cases):
    """corr2d is linear (a sum of images gives the sum of the results) and moves with the image"""
    X, other, K = cases.tensor(5, 6), cases.tensor(5, 6), cases.tensor(3, 2)
    both, first, second = student.corr2d(2 * X - other, K), student.corr2d(X, K), student.corr2d(other, K)
    expect(first).to_have_shape(3, 5)
    expect(second).to_have_shape(3, 5)
    expect(both).to_match(2 * reference.corr2d(X, K) - reference.corr2d(other, K), rtol=1e-8)
    dot = torch.zeros(3, 2, dtype=torch.float64)
    dot[2, 0] = 1
    expect(student.corr2d(X, dot)).to_match(X[2:5, 0:5])


@check("corr2d", weight=0)
def test_true_conv2d_is_own_work(student, cases):
    """true_conv2d is written by hand, without a ready-made convolution"""
    with student.banning(*CONVOLUTIONS):
        own_work(
            lambda: student.true_conv2d(cases.tensor(4, 4), cases.tensor(2, 2)),
            lambda: student.true_conv2d(cases.tensor(3, 5), cases.tensor(2, 3)),
        )


@check("corr2d", after="true_conv2d_is_own_work", weight=1.5)
def test_true_conv2d_values(student, cases):
    """true_conv2d turns the kernel by 180 degrees, whatever its shape"""
    for image, kernel in (((4, 6), (2, 2)), ((5, 7), (2, 3)), ((4, 5), (3, 1)), ((3, 6), (1, 2))):
        X, K = cases.tensor(*image), cases.tensor(*kernel)
        expect(student.true_conv2d(X, K)).to_match(reference.true_conv2d(X, K))


@check("corr2d", after="true_conv2d_is_own_work", weight=0.5)
def test_true_conv2d_gradients(student, cases):
    """true_conv2d leaves its inputs alone and lets gradients flow back to the kernel"""
    X, K, upstream = cases.tensor(5, 4), cases.tensor(3, 2), cases.tensor(3, 3)
    expect(lambda: student.true_conv2d(X, K)).to_leave_inputs_alone()
    found = student.with_gradients(upstream, wrt=("1",)).true_conv2d(X, K)
    expect(found).to_have_gradient(slopes(reference.true_conv2d, upstream, X, K)[1], of="1")


def slopes(function: Callable[..., Any], upstream: torch.Tensor, *inputs: torch.Tensor) -> Sequence[torch.Tensor]:
    """Gradients of (function(*inputs) · upstream) with respect to each input."""
    leaves = [one.clone().requires_grad_() for one in inputs]
    return torch.autograd.grad(function(*leaves), leaves, upstream)


# ================================================================ out_size

ANSWERS = """
def {name}_of_each(inputs):
    answers = []
    for one in inputs:
        try:
            answers.append(student.{name}(*one))
        except Exception as error:
            answers.append(type(error).__name__)
    return answers
"""


def answers_everywhere(student: Any, name: str, inputs: Sequence[tuple[Any, ...]]) -> None:
    """Asks for many inputs at once; where an answer is wrong, asks for that input alone and complains about it."""
    student.run(ANSWERS.format(name=name))
    answers = expect(getattr(student.env, f"{name}_of_each")([list(one) for one in inputs])).to_be_a(list, len(inputs))
    for one, answer in zip(inputs, answers, strict=True):
        right = getattr(reference, name)(*one)
        if type(answer) is not int or answer != right:
            expect(getattr(student, name)(*one)).to_equal(right)
            expect(False).to_hold("the same question gets the same answer every time")


@check("out_size")
def test_size_with_stride_1(student):
    """conv_out_size counts the places of a kernel without stride and padding, also where it just fits"""
    answers_everywhere(student, "conv_out_size", [(n, k) for n in range(1, 30) for k in range(1, n + 1)])


@check("out_size", weight=2)
def test_size_everywhere(student):
    """conv_out_size agrees with torch for 2,000 sizes, kernels, strides and paddings"""
    sizes = (1, 2, 3, 6, 7, 11, 20, 28, 49, 64, 101, 224)
    grid = itertools.product(sizes, (1, 2, 3, 4, 5, 7, 11), (1, 2, 3, 4, 5), (0, 1, 2, 3, 5))
    answers_everywhere(student, "conv_out_size", [(n, k, s, p) for n, k, s, p in grid if k <= n + 2 * p])


@check("out_size")
def test_size_with_dilation(student):
    """conv_out_size lets a dilated kernel reach over d*(k-1) + 1 pixels"""
    grid = itertools.product((5, 9, 16, 31), (1, 2, 3, 4), (1, 2, 3), (0, 2), (1, 2, 3))
    answers_everywhere(student, "conv_out_size", [(n, k, s, p, d) for n, k, s, p, d in grid if d * (k - 1) < n + 2 * p])


@check("out_size", weight=0.5)
def test_size_through_a_network(student):
    """conv_out_size leads through ResNet-18: 49, 25, 13, 7, 4, 2 pixels"""
    n = 49
    for k, p in ((7, 3), (3, 1), (3, 1), (3, 1), (3, 1)):
        wanted = reference.conv_out_size(n, k, 2, p)
        expect(student.conv_out_size(n, k, s=2, p=p)).to_equal(wanted)
        n = wanted


@check("out_size")
def test_size_refuses(student):
    """conv_out_size raises ValueError when the kernel does not fit"""
    for one in ((3, 5), (3, 4), (1, 4, 1, 1), (2, 7, 3, 2), (4, 3, 1, 0, 2), (5, 4, 2, 1, 3)):
        expect(lambda one=one: student.conv_out_size(*one)).to_raise(ValueError)
    expect(student.conv_out_size(5, 4, 2, 1, 2)).to_equal(1)


@check("out_size")
def test_same_padding_values(student):
    """same_padding keeps the size, with and without dilation"""
    grid = itertools.product(range(1, 12), range(1, 5))
    answers_everywhere(student, "same_padding", [(k, d) for k, d in grid if d * (k - 1) % 2 == 0])


@check("out_size")
def test_same_padding_refuses(student):
    """same_padding raises ValueError when the kernel reaches over an even number of pixels"""
    for one in ((4,), (2,), (6, 1), (4, 3)):
        expect(lambda one=one: student.same_padding(*one)).to_raise(ValueError)


@check("out_size", weight=1.5)
def test_even_cover_values(student):
    """even_cover_padding finds the smallest padding with which the kernel fits and the stride comes out even"""
    grid = itertools.product(range(1, 16), (1, 2, 3, 4, 5, 7), (1, 2, 3, 4, 5, 7))
    possible = [one for one in grid if reference.even_cover_padding(*one) is not None]
    answers_everywhere(student, "even_cover_padding", possible)


@check("out_size")
def test_even_cover_impossible(student):
    """even_cover_padding gives None when no padding works, as for 224 pixels, a kernel of 5 and stride 2"""
    for one in ((224, 5, 2), (10, 3, 4), (7, 4, 6)):
        expect(student.even_cover_padding(*one)).to_equal(None)


@check("out_size", weight=1.5)
def test_flat_features(student):
    """flat_features multiplies the channels by the output's height and width, each by its own formula"""
    inputs = [((30, 528), 4, 7, 3, 2), ((9, 14), 3, 3, 2, 1), ((5, 8), 2, 4, 1, 0), ((28, 20), 6, 5, 2, 3)]
    answers_everywhere(student, "flat_features", inputs)


# ================================================================ pad2d


@check("pad2d", weight=0)
def test_pad2d_is_own_work(student, cases):
    """pad2d is written by hand, without F.pad"""
    with student.banning(*PADDINGS):
        own_work(
            lambda: student.pad2d(cases.images(2, 3, 4, 4), 1, 1, 1, 1),
            lambda: student.pad2d(cases.tensor(4, 4), 1, 2, 2, 1, 0.0),
        )


@check("pad2d", after="pad2d_is_own_work", weight=2)
def test_pad2d_four_sides(student, cases):
    """pad2d adds four different amounts, each on its side"""
    for amounts in ((1, 2, 3, 4), (4, 1, 0, 2)):
        x = cases.images(2, 3, 4, 6)
        expect(student.pad2d(x, *amounts)).to_match(reference.pad2d(x, *amounts))


@check("pad2d", after="pad2d_is_own_work")
def test_pad2d_nothing_on_a_side(student, cases):
    """pad2d works when one side gets nothing"""
    x = cases.images(2, 1, 3, 5)
    for amounts in ((1, 0, 2, 1), (0, 2, 1, 1), (1, 2, 0, 3), (2, 1, 3, 0), (0, 0, 0, 2)):
        expect(student.pad2d(x, *amounts)).to_match(reference.pad2d(x, *amounts))


@check("pad2d", after="pad2d_is_own_work")
def test_pad2d_value(student, cases):
    """pad2d fills the frame with `value`, and leaves the image as it is"""
    x = cases.images(2, 3, 2, 4)
    for value in (-2.0, 0.75):
        expect(student.pad2d(x, 2, 1, 1, 3, value=value)).to_match(reference.pad2d(x, 2, 1, 1, 3, value))


@check("pad2d", after="pad2d_is_own_work")
def test_pad2d_any_axes(student, cases):
    """pad2d pads the last two axes, whatever comes before them: (H, W), (C, H, W), (N, B, C, H, W)"""
    for shape in ((3, 5), (4, 2, 3), (2, 3, 1, 4, 2)):
        x = cases.tensor(*shape)
        expect(student.pad2d(x, 1, 2, 3, 1)).to_match(reference.pad2d(x, 1, 2, 3, 1))


@check("pad2d", after="pad2d_is_own_work")
def test_pad2d_dtype(student, cases):
    """pad2d keeps the dtype: float32, float64, whole numbers"""
    for x in (cases.tensor(2, 3, dtype=torch.float32), cases.tensor(2, 3), cases.integers(3, 2)):
        expect(student.pad2d(x, 1, 2, 2, 1, value=3)).to_match(reference.pad2d(x, 1, 2, 2, 1, 3))


@check("pad2d", after="pad2d_is_own_work", weight=0.5)
def test_pad2d_new_tensor(student, cases):
    """pad2d gives a new tensor even when there is nothing to add: writing into it leaves x alone"""
    student.run("""
def x_after_writing_into_the_result(x):
    student.pad2d(x, 0, 0, 0, 0).add_(1)
    return x
""")
    x = cases.tensor(3, 4)
    expect(student.pad2d(x, 0, 0, 0, 0)).to_match(x)
    expect(student.env.x_after_writing_into_the_result(x.clone())).to_equal(x)


@check("pad2d", after="pad2d_is_own_work", weight=0.5)
def test_pad2d_device(student, cases):
    """pad2d makes its result on the device of x"""
    student.run("""
def device_of_the_result(x):
    try:
        return student.pad2d(x.to("meta"), 1, 2, 0, 1).device.type
    except NotImplementedError as error:  # torch's own, about copying between the two
        if "meta" not in str(error):
            raise
        return "cpu"
""")
    device = expect(student.env.device_of_the_result(cases.tensor(2, 3, 4))).to_be_a(str)
    expect(device == "meta").to_hold("the frame is made on the device of x (`device=x.device`, or `x.new_full`)")


@check("pad2d", after="pad2d_is_own_work")
def test_pad2d_gradients(student, cases):
    """pad2d lets gradients flow back to x, leaves x as it was, and works on slices of larger tensors"""
    x, upstream = cases.images(2, 3, 3, 4), cases.images(2, 3, 6, 7)
    expect(lambda: student.pad2d(x, 1, 2, 0, 3)).to_leave_inputs_alone()
    found = student.with_gradients(upstream).pad2d(x, 1, 2, 0, 3)
    expect(found).to_have_gradient(upstream[:, :, 0:3, 1:5], of="0")
    expect(student.on_views.pad2d(x, 1, 2, 0, 3)).to_match(reference.pad2d(x, 1, 2, 0, 3))


# ================================================================ conv2d


@check("conv2d", weight=0)
def test_conv2d_is_own_work(student, cases):
    """conv2d is written by hand, without torch's convolutions, F.unfold and F.pad"""
    x, weight, bias = cases.images(2, 2, 4, 4), cases.kernels(2, 2, 2, 2), cases.bias(2)
    with student.banning(*CONVOLUTIONS, *PADDINGS):
        own_work(
            lambda: student.conv2d(x, weight),
            lambda: student.conv2d(x, weight, bias, 1, 1),
            lambda: student.conv2d(x, weight, bias, (2, 1), (1, 2)),
        )


@check("conv2d", after="conv2d_is_own_work", weight=3)
def test_conv2d_channels(student, cases):
    """conv2d adds over the input channels and makes a map for each kernel: (2, 3, 5, 7) becomes (2, 4, 3, 6)"""
    x, weight = cases.images(2, 3, 5, 7), cases.kernels(4, 3, 3, 2)
    expect(student.conv2d(x, weight)).to_match(F.conv2d(x, weight))


@check("conv2d", after="conv2d_is_own_work")
def test_conv2d_square_kernel(student, cases):
    """conv2d takes a square kernel as it is: neither transposed nor flipped"""
    x, weight = cases.images(2, 2, 4, 5), cases.kernels(3, 2, 3, 3)
    expect(student.conv2d(x, weight)).to_match(F.conv2d(x, weight))


@check("conv2d", after="conv2d_is_own_work", weight=2)
def test_conv2d_bias(student, cases):
    """conv2d adds bias[o] to every pixel of output channel o, once"""
    for width in (6, 5):  # the output is 5 wide, then 4 wide: as many as there are channels
        x, weight, bias = cases.images(2, 3, 5, width), cases.kernels(4, 3, 3, 2), cases.bias(4)
        expect(student.conv2d(x, weight, bias)).to_match(F.conv2d(x, weight, bias))


@check("conv2d", after="conv2d_is_own_work", weight=2)
def test_conv2d_stride(student, cases):
    """conv2d moves by (sh, sw), and leaves out a last window that does not fit any more"""
    for stride in ((1, 2), (3, 1), (2, 3)):
        x, weight, bias = cases.images(2, 2, 8, 9), cases.kernels(3, 2, 2, 3), cases.bias(3)
        expect(student.conv2d(x, weight, bias, stride=stride)).to_match(F.conv2d(x, weight, bias, stride=stride))


@check("conv2d", after="conv2d_is_own_work", weight=2)
def test_conv2d_padding(student, cases):
    """conv2d puts ph rows and pw columns of zeros on each side"""
    for padding in ((0, 2), (1, 0), (2, 1)):
        x, weight, bias = cases.images(2, 2, 4, 6), cases.kernels(3, 2, 3, 2), cases.bias(3)
        expect(student.conv2d(x, weight, bias, padding=padding)).to_match(F.conv2d(x, weight, bias, padding=padding))


@check("conv2d", after="conv2d_is_own_work", weight=1.5)
def test_conv2d_numbers_and_pairs(student, cases):
    """conv2d takes stride and padding as one number or as a pair, each on its own, with and without a bias"""
    x, weight, bias = cases.images(2, 3, 6, 9), cases.kernels(2, 3, 3, 2), cases.bias(2)
    for settings in ((None, 2, 1), (bias, 2, (0, 1)), (None, (1, 3), 2), (bias, (3, 2), (2, 0))):
        expect(student.conv2d(x, weight, *settings)).to_match(F.conv2d(x, weight, *settings))


@check("conv2d", after="conv2d_is_own_work")
def test_conv2d_extreme_kernels(student, cases):
    """conv2d works with a 1 × 1 kernel and with one as large as the padded image"""
    x, bias = cases.images(2, 3, 3, 4), cases.bias(2)
    for weight, stride, padding in (
        (cases.kernels(2, 3, 1, 1), (2, 1), 0),
        (cases.kernels(2, 3, 3, 4), 1, 0),
        (cases.kernels(2, 3, 5, 4), (1, 2), (1, 0)),
    ):
        expect(student.conv2d(x, weight, bias, stride, padding)).to_match(F.conv2d(x, weight, bias, stride, padding))


@check("conv2d", after="conv2d_is_own_work")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 3), integers(1, 3)), s=integers(1, 3))
def test_conv2d_any_size(student, cases, image, kernel, s):
    """conv2d is right for every size and stride"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1] + 2)
    x, weight, bias = cases.images(2, 2, *image), cases.kernels(3, 2, *kernel), cases.bias(3)
    expected = F.conv2d(x, weight, bias, (s, 1), (0, 1))
    expect(student.conv2d(x, weight, bias, (s, 1), (0, 1))).to_match(expected)


@check("conv2d", after="conv2d_is_own_work", weight=3)
def test_conv2d_gradients(student, cases):
    """conv2d lets gradients flow back to x, weight and bias, also with stride and padding"""
    inputs = cases.images(2, 2, 5, 6), cases.kernels(3, 2, 3, 2), cases.bias(3)
    stride, padding, upstream = (2, 1), (1, 2), cases.images(2, 3, 3, 9)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv2d(*inputs, stride, padding)
    right = slopes(lambda *leaves: F.conv2d(*leaves, stride, padding), upstream, *inputs)
    for place, gradient in enumerate(right):
        expect(found).to_have_gradient(gradient, of=str(place))


@check("conv2d", after="conv2d_is_own_work")
def test_conv2d_dtype_and_views(student, cases):
    """conv2d keeps float32 and float64, leaves its inputs alone and works on slices of larger tensors"""
    x, weight, bias = cases.images(2, 3, 4, 5), cases.kernels(2, 3, 2, 3), cases.bias(2)
    expect(lambda: student.conv2d(x, weight, bias, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.conv2d(x, weight, bias, 2, 1)).to_match(F.conv2d(x, weight, bias, 2, 1))
    short = [one.float() for one in (x, weight, bias)]
    expect(student.conv2d(*short, (1, 2), 1)).to_match(F.conv2d(*short, (1, 2), 1))


# ================================================================ conv_components


def parts(cases: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """x, weight and bias: two images, three channels, four kernels of 2 × 3."""
    return cases.images(2, 3, 4, 6), cases.kernels(4, 3, 2, 3), cases.bias(4)


@check("conv_components", weight=1.5)
def test_components(student, cases):
    """conv_components gives each input channel under its slice of each kernel: (2, 4, 3, 3, 4), without bias"""
    inputs = parts(cases)
    components, _ = expect(student.conv_components(*inputs)).to_be_a(tuple, length=2)
    expect(components).to_match(reference.conv_components(*inputs)[0])


@check("conv_components", weight=1.5)
def test_maps(student, cases):
    """conv_components adds the components up over the input channels, plus the bias once: that is what torch gives"""
    inputs = parts(cases)
    _, maps = expect(student.conv_components(*inputs)).to_be_a(tuple, length=2)
    expect(maps).to_match(F.conv2d(*inputs))


@check("conv_components", weight=0.5)
def test_zero_kernel(student, cases):
    """conv_components gives zeros for a kernel of zeros, and a map that is nothing but the bias"""
    x, weight, bias = parts(cases)
    components, maps = expect(student.conv_components(x, weight * 0, bias)).to_be_a(tuple, length=2)
    expect(components).to_equal(torch.zeros(2, 4, 3, 3, 4, dtype=torch.float64))
    expect(maps).to_equal(bias[:, None, None].expand(2, 4, 3, 4).clone())


@check("conv_components", weight=0.5)
def test_one_channel_one_image(student, cases):
    """conv_components keeps all its axes for one image, one channel and one kernel"""
    inputs = cases.images(1, 1, 4, 3), cases.kernels(1, 1, 2, 1), cases.bias(1)
    components, maps = expect(student.conv_components(*inputs)).to_be_a(tuple, length=2)
    expect(components).to_match(reference.conv_components(*inputs)[0])
    expect(maps).to_match(F.conv2d(*inputs))


@check("conv_components")
def test_components_gradients(student, cases):
    """conv_components lets gradients flow back to x, weight and bias, and leaves them as they were"""
    student.run("""
def gradients_through_components_and_maps(x, weight, bias, upstream_components, upstream_maps):
    inputs = [one.clone().requires_grad_() for one in (x, weight, bias)]
    components, maps = student.conv_components(*inputs)
    total = (components * upstream_components).sum() + (maps * upstream_maps).sum()
    flow = components.requires_grad and maps.requires_grad
    return list(torch.autograd.grad(total, inputs)) if flow else None
""")
    inputs, upstream = parts(cases), (cases.tensor(2, 4, 3, 3, 4), cases.tensor(2, 4, 3, 4))
    expect(lambda: student.conv_components(*inputs)).to_leave_inputs_alone()
    found = student.env.gradients_through_components_and_maps(*inputs, *upstream)
    expect(found is not None).to_hold("gradients flow back from the components and from the maps")
    one = torch.ones((), dtype=torch.float64)
    right = slopes(lambda *leaves: weighted(reference.conv_components(*leaves), upstream), one, *inputs)
    expect(found).to_match(list(right))


def weighted(values: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]) -> torch.Tensor:
    """Sum of all products: one number that depends on everything."""
    return torch.stack([(one * weight).sum() for one, weight in zip(values, weights, strict=True)]).sum()


FIGURE = """
def what_plot_components_draws(x, components, maps, gradients=False):
    import matplotlib.pyplot as plt

    tensors = [one.cpu().clone().requires_grad_(gradients) for one in (x, components, maps)]  # as plt needs them
    figure = student.plot_components(*tensors)
    if type(figure).__name__ != "Figure":
        plt.close("all")
        return {"returned": type(figure).__name__}
    drawn = [axes.images[0].get_array() if axes.images else np.empty((0, 0)) for axes in figure.axes]
    images = [torch.tensor(np.array(one, dtype="float64")) for one in drawn]
    titles = [axes.get_title() for axes in figure.axes]
    plt.close("all")
    return {"returned": "Figure", "titles": titles, "images": images}
"""


def drawn(student: Any, cases: Any, channels: tuple[int, int], **settings: Any) -> tuple[dict[str, Any], Any]:
    """What the student's figure holds, and what it should hold: title → image."""
    c_in, c_out = channels
    x, components, maps = cases.images(2, c_in, 4, 5), cases.tensor(2, c_out, c_in, 3, 4), cases.images(2, c_out, 3, 4)
    student.run(FIGURE)
    figure = expect(student.env.what_plot_components_draws(x, components, maps, **settings)).to_be_a(dict)
    expect(figure.get("returned") == "Figure").to_hold("plot_components returns a matplotlib figure (`return figure`)")
    expected: dict[str, torch.Tensor] = {"image": x[0].mean(0)} | {f"map {k}": maps[0, k] for k in range(c_out)}
    for c in range(c_in):
        expected[f"channel {c}"] = x[0, c]
        expected |= {f"channel {c}, kernel {k}": components[0, k, c] for k in range(c_out)}
    return figure, expected


@check("conv_components")
def test_figure_titles(student, cases):
    """plot_components draws a grid of (Cin + 1) × (Cout + 1) axes, each with its title"""
    figure, expected = drawn(student, cases, channels=(1, 2))
    titles = expect(figure["titles"]).to_be_a(list)
    expect(len(titles) == 6).to_hold("the figure has 6 axes for one channel and two kernels")
    expect(titles == list(expected)).to_hold("the titles in reading order are: " + " · ".join(expected))


@check("conv_components")
def test_figure_images(student, cases):
    """plot_components shows the right array in each axes: image 0 of the batch"""
    figure, expected = drawn(student, cases, channels=(3, 2))
    images = expect(figure["images"]).to_be_a(list)
    expect(len(images) == 12).to_hold("the figure has 12 axes for three channels and two kernels")
    for (title, picture), image in zip(expected.items(), images, strict=True):
        same = expect(image).to_have_shape(*picture.shape).sub(picture).abs().max() < 1e-6
        expect(bool(same)).to_hold(f"the axes for “{title}” shows the array that belongs there")


@check("conv_components", weight=0.5)
def test_figure_of_learnable_tensors(student, cases):
    """plot_components can draw tensors that carry gradients, and a single channel under a single kernel"""
    figure, expected = drawn(student, cases, channels=(1, 1), gradients=True)
    expect(len(expect(figure["images"]).to_be_a(list)) == len(expected)).to_hold("the figure has four axes")


# ================================================================ kernels


@check("kernels")
def test_box_kernel(student):
    """box_kernel has equal entries that add up to 1: (k, k), float32, no gradient"""
    for k in (3, 1, 4):
        kernel = expect(student.box_kernel(k)).to_be_detached()
        expect(kernel).to_match(torch.full((k, k), 1 / k**2))


@check("kernels", weight=1.5)
def test_gaussian_values(student):
    """gaussian_kernel follows exp(-r² / (2 sigma²)) around the middle, and adds up to 1"""
    for k, sigma in ((5, 1.5), (3, 0.8), (7, 2.5)):
        kernel = expect(student.gaussian_kernel(k, sigma)).to_be_detached()
        expect(kernel).to_match(reference.gaussian_kernel(k, sigma), rtol=1e-5)


@check("kernels", weight=0.5)
def test_gaussian_even(student):
    """gaussian_kernel puts the top of an even kernel between the four middle pixels; k = 1 is the number 1"""
    for k, sigma in ((4, 1.3), (1, 0.7)):
        expect(student.gaussian_kernel(k, sigma)).to_match(reference.gaussian_kernel(k, sigma), rtol=1e-5)


@check("kernels")
def test_edge_bank(student):
    """edge_bank holds top, left, diag1 and diag2: (4, 1, 3, 3), float32, no gradient"""
    bank = expect(student.edge_bank()).to_be_detached()
    expect(bank).to_match(reference.edge_bank())


@check("kernels", weight=0.5)
def test_edge_bank_answers(student):
    """edge_bank answers with +3 to an edge from dark to bright, top first, then left, and with 0 to a plain wall"""
    bank = expect(student.edge_bank()).to_have_shape(4, 1, 3, 3)
    expect(bank).to_have_dtype(torch.float32)
    stair = torch.zeros(1, 1, 3, 3)
    stair[:, :, 2] = 1
    answers = F.conv2d(torch.cat([stair, stair.mT, torch.ones(1, 1, 3, 3)]), bank.detach())[:, :2, 0, 0]
    expect(answers).to_match(torch.tensor([[3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]))


@check("kernels", weight=1.5)
def test_apply_everywhere(student, cases):
    """apply_kernel_at agrees with corr2d wherever a 3 × 5 kernel fits, up to the last row and column"""
    img, kernel = cases.tensor(5, 8), cases.tensor(3, 5)
    right = reference.corr2d(img, kernel)
    for row, col in ((1, 2), (1, 5), (2, 3), (3, 2), (3, 5), (2, 4)):
        expect(student.apply_kernel_at(img, row, col, kernel)).to_match(right[row - 1, col - 2])


@check("kernels", weight=0.5)
def test_apply_small_kernels(student, cases):
    """apply_kernel_at with a kernel of one pixel gives that pixel; a 1 × 3 kernel reaches sideways only"""
    img = cases.tensor(4, 6)
    for row, col, kernel in ((0, 0, cases.tensor(1, 1)), (3, 5, cases.tensor(1, 1)), (3, 2, cases.tensor(1, 3))):
        right = reference.apply_kernel_at(img, row, col, kernel)
        expect(student.apply_kernel_at(img, row, col, kernel)).to_match(right)


@check("kernels")
def test_apply_at_the_border(student, cases):
    """apply_kernel_at raises IndexError when the window leaves the image, on each of the four sides"""
    img, kernel = cases.tensor(6, 8), cases.tensor(3, 5)
    for row, col in ((0, 3), (3, 1), (5, 3), (3, 6), (-1, 3), (0, 0)):
        expect(lambda row=row, col=col: student.apply_kernel_at(img, row, col, kernel)).to_raise(IndexError)


@check("kernels")
def test_apply_even_kernels(student, cases):
    """apply_kernel_at raises ValueError for a kernel with an even side, which has no centre"""
    img = cases.tensor(7, 9)
    for shape in ((2, 3), (3, 2), (4, 4)):
        kernel = cases.tensor(*shape)
        expect(lambda kernel=kernel: student.apply_kernel_at(img, 3, 4, kernel)).to_raise(ValueError)


@check("kernels", weight=2)
def test_filter_gray(student, cases):
    """filter_gray gives one map per kernel, as large as the image, with zeros around it and without a bias"""
    for size, kernel in (((5, 7), (3, 3)), ((7, 5), (5, 1)), ((6, 8), (3, 5))):
        img, kernels = cases.tensor(*size), cases.kernels(3, 1, *kernel)
        expect(student.filter_gray(img, kernels)).to_match(reference.filter_gray(img, kernels))


@check("kernels")
def test_filter_gray_brightness(student, cases):
    """filter_gray with a blur keeps the brightness of a plain wall, away from the border"""
    wall = torch.full((7, 9), 0.4)
    blur = torch.stack([reference.box_kernel(3), reference.gaussian_kernel(3, 1.0)])[:, None]
    blurred = expect(lambda: student.filter_gray(wall, blur)).to_leave_inputs_alone()
    expect(blurred).to_have_shape(2, 7, 9)
    expect(blurred[:, 1:-1, 1:-1]).to_match(torch.full((2, 5, 7), 0.4))


# ================================================================ learn_kernel
# Bright images (±4) make the error steep, so that few steps of 2e-2 are enough.


def lesson(cases: Any, image: tuple[int, int], kernel: tuple[int, int], shift: float = 0.0) -> tuple[torch.Tensor, ...]:
    """An image, what a random kernel makes of it, and that kernel."""
    x, K = cases.tensor(*image, low=shift - 4, high=shift + 4), cases.tensor(*kernel)
    return x, reference.corr2d(x, K), K


@check("learn_kernel")
def test_learnt_result(student, cases):
    """learn_kernel returns a plain (kh, kw) tensor without gradient and a list of floats, one for each step"""
    x, y, _ = lesson(cases, (5, 7), (2, 3))
    expect(lambda: student.learn_kernel(x, y, (2, 3), steps=4)).to_leave_inputs_alone()
    kernel, losses = expect(student.learn_kernel(x, y, (2, 3), steps=4)).to_be_a(tuple, length=2)
    expect(kernel).to_have_shape(2, 3)
    expect(expect(kernel).to_be_detached()).to_have_dtype(torch.float64)
    expect(losses).to_be_a(list, length=4)
    for loss in losses:
        expect(loss).to_be_a(float)


@check("learn_kernel", weight=2)
def test_one_more_step(student, cases):
    """learn_kernel moves by -lr times the gradient of the mean squared error, and notes the error before the step"""
    x, y, _ = lesson(cases, (6, 9), (2, 3), shift=1.0)
    kernel, losses = expect(student.learn_kernel(x, y, (2, 3), steps=5, lr=1.5e-2, seed=3)).to_be_a(tuple, length=2)
    expect(kernel).to_have_shape(2, 3)
    expect(losses).to_be_a(list, length=5)
    further, longer = expect(student.learn_kernel(x, y, (2, 3), steps=6, lr=1.5e-2, seed=3)).to_be_a(tuple, length=2)
    start = expect(kernel).to_have_dtype(torch.float64).detach().requires_grad_()
    error = ((reference.corr2d(x, start) - y) ** 2).mean()
    (slope,) = torch.autograd.grad(error, start)
    expect(further).to_match((start - 1.5e-2 * slope).detach())
    expect(longer).to_match([*losses, error.item()])


@check("learn_kernel", weight=2)
def test_finds_the_kernel(student, cases):
    """learn_kernel finds hidden kernels of 1 × 2, 3 × 3 and 2 × 3"""
    for kernel in ((1, 2), (3, 3), (2, 3)):
        x, y, K = lesson(cases, (9, 11), kernel)
        found, _ = expect(student.learn_kernel(x, y, kernel, steps=120, lr=2e-2)).to_be_a(tuple, length=2)
        expect(found).to_match(K, rtol=0, atol=1e-2)


@check("learn_kernel")
def test_finds_an_edge(student):
    """learn_kernel finds [1, -1] from a bright stripe and its edges"""
    stripe = torch.zeros(6, 8)
    stripe[:, 2:6] = 4
    edges = stripe[:, :-1] - stripe[:, 1:]
    kernel, _ = expect(student.learn_kernel(stripe, edges, (1, 2), steps=150, lr=2e-2)).to_be_a(tuple, length=2)
    expect(kernel).to_match(torch.tensor([[1.0, -1.0]]), rtol=0, atol=1e-2)


@check("learn_kernel", weight=1.5)
def test_large_image(student, cases):
    """learn_kernel does not explode on a larger image with lr = 2e-2"""
    x, y, K = lesson(cases, (30, 41), (3, 2), shift=0.5)
    found, losses = expect(student.learn_kernel(x, y, (3, 2), steps=120, lr=2e-2, seed=1)).to_be_a(tuple, length=2)
    expect(found).to_match(K, rtol=0, atol=1e-2)
    expect(expect(losses).to_be_a(list, length=120)[-1]).to_be_below(1e-3, "last loss")


@check("learn_kernel")
def test_losses_fall(student, cases):
    """learn_kernel gets better: the last loss is less than a hundredth of the first"""
    x, y, _ = lesson(cases, (8, 7), (2, 2))
    _, losses = expect(student.learn_kernel(x, y, (2, 2), steps=80, lr=2e-2)).to_be_a(tuple, length=2)
    first = expect(expect(losses).to_be_a(list, length=80)[0]).to_reach(1e-6, "first loss")
    expect(losses[-1]).to_be_below(first / 100, "last loss")


@check("learn_kernel")
def test_kernel_starts_anywhere(student, cases):
    """learn_kernel gives the same again with the same seed, and starts elsewhere with another"""
    x, y, _ = lesson(cases, (5, 6), (1, 3))
    first, losses = expect(student.learn_kernel(x, y, (1, 3), steps=2, seed=5)).to_be_a(tuple, length=2)
    again, same = expect(student.learn_kernel(x, y, (1, 3), steps=2, seed=5)).to_be_a(tuple, length=2)
    expect(again).to_equal(expect(first).to_have_shape(1, 3))
    expect(same).to_equal(expect(losses).to_be_a(list, length=2))
    _, others = expect(student.learn_kernel(x, y, (1, 3), steps=2, seed=6)).to_be_a(tuple, length=2)
    expect(expect(others).to_be_a(list, length=2)[0] != losses[0]).to_hold("another seed starts from another kernel")


@check("learn_kernel", weight=0.5)
def test_global_random_state(student, cases):
    """learn_kernel draws its start from a generator of its own: everybody else's random numbers stay the same"""
    student.run("""
def random_numbers_stay_the_same(x, y):
    def start(seed):
        return student.learn_kernel(x, y, (1, 3), steps=1, seed=5)[1]

    before = torch.get_rng_state()
    first = start(5)
    untouched = torch.equal(before, torch.get_rng_state())
    torch.rand(3)
    return bool(untouched and first == start(5))
""")
    x, y, _ = lesson(cases, (4, 6), (1, 3))
    same = expect(student.env.random_numbers_stay_the_same(x, y)).to_be_a(bool)
    expect(same).to_hold("the global random state is neither used nor changed (`torch.Generator().manual_seed(seed)`)")


@check("learn_kernel", weight=0.5)
def test_learns_in_float32(student, cases):
    """learn_kernel keeps the dtype of x: float32 images give a float32 kernel"""
    x, y, K = (one.float() for one in lesson(cases, (8, 9), (3, 1)))
    found, _ = expect(student.learn_kernel(x, y, (3, 1), steps=120, lr=2e-2)).to_be_a(tuple, length=2)
    expect(found).to_match(K, rtol=0, atol=1e-2)
