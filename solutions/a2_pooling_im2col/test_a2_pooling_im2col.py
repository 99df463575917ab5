"""Hidden checks of a2_pooling_im2col. The first line of each docstring is what the student reads.

Inputs: float64, never square, batch of at least two, a different length for every axis, pairs with unequal halves.
The checks of values come after `own_work` where a ready-made operation would do the task.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import reference
import torch
import torch.nn.functional as F

from autograder.box.outcome import StudentError
from autograder.judge import assume, check, examples, expect, integers, tuples
from autograder.model import Verdict

POOLINGS = ("pool", "scipy.ndimage", "skimage.measure")
COLUMNS = ("convolution", "im2col", "col2im", "scipy.signal", "scipy.ndimage", "skimage.util")
CONVOLUTIONS = ("convolution", "scipy.signal", "scipy.ndimage")
SIZES = tuples(integers(2, 6), integers(2, 6))
KERNELS = tuples(integers(1, 3), integers(1, 3))
STEPS = tuples(integers(1, 3), integers(1, 3))


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


def slopes(function: Callable[..., Any], upstream: torch.Tensor, *inputs: torch.Tensor) -> Sequence[torch.Tensor]:
    """Gradients of (function(*inputs) · upstream) with respect to each input."""
    leaves = [one.clone().requires_grad_() for one in inputs]
    return torch.autograd.grad(function(*leaves), leaves, upstream)


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
        if type(answer) is not type(right) or answer != right:
            expect(getattr(student, name)(*one)).to_equal(right)
            expect(False).to_hold("the same question gets the same answer every time")


STEPS_OF_PYTHON = """
def work_of_{name}(*args):
    import sys

    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        result = student.{name}(*args)
    finally:
        sys.settrace(before)
    return steps, result
"""


def expect_no_loop_over_places(student: Any, name: str, small: Sequence[Any], large: Sequence[Any]) -> None:
    """The Python instructions of a call are about as many for a large image as for a small one; shapes are right."""
    student.run(STEPS_OF_PYTHON.format(name=name) + WORK_GROWS.format(name=name))
    right = getattr(reference, name)(*large)
    grows, shape = expect(getattr(student.env, f"work_of_{name}_grows")(list(small), list(large))).to_be_a(tuple, 2)
    expect(tuple(shape) == tuple(right.shape)).to_hold(f"the result has the shape {tuple(right.shape)}")
    expect(grows is False).to_hold(
        "Python's work does not grow with the image: loop over the kernel, not over rows, columns or places"
    )


WORK_GROWS = """
def work_of_{name}_grows(small, large):
    few, _ = work_of_{name}(*small)
    many, result = work_of_{name}(*large)
    return bool(many > 1.5 * few + 100), list(result.shape)
"""


# ================================================================ pool2d


@check("pool2d", weight=0.25)
def test_pool2d_is_own_work(student, cases):
    """pool2d is written by hand, without torch's poolings"""
    x = cases.images(2, 2, 4, 4)
    with student.banning(*POOLINGS):
        own_work(
            lambda: student.pool2d(x, 2),
            lambda: student.pool2d(x, (2, 3), (1, 2), (1, 0)),
            lambda: student.pool2d(x, 2, 1, 1, "avg"),
        )


@check("pool2d", after="pool2d_is_own_work", weight=2)
def test_pool_max(student, cases):
    """pool2d takes the largest number of each window, channel by channel, and moves by the size of the kernel"""
    for shape, kernel in (((2, 3, 6, 9), (2, 3)), ((2, 3, 7, 8), 2), ((2, 2, 5, 7), (3, 1)), ((3, 2, 6, 4), 3)):
        x = cases.images(*shape)
        expect(student.pool2d(x, kernel)).to_match(reference.pool2d(x, kernel))


@check("pool2d", after="pool2d_is_own_work", weight=2)
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


@check("pool2d", after="pool2d_is_own_work", weight=2)
def test_pool_padding(student, cases):
    """pool2d pads (ph, pw) on each side, and the padding never wins, also when all numbers are negative"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1), ((4, 2), 2, (2, 1))):
        x = cases.images(2, 3, 6, 8) - 2
        expect(student.pool2d(x, kernel, stride, padding)).to_match(reference.pool2d(x, kernel, stride, padding))


@check("pool2d", after="pool2d_is_own_work", weight=1.5)
def test_pool_mean(student, cases):
    """pool2d takes the mean of each window when the mode is "avg", with and without a stride"""
    for shape, kernel, stride in (((2, 3, 6, 9), (2, 3), None), ((2, 2, 7, 8), 3, 2), ((3, 2, 8, 5), (3, 2), (1, 2))):
        x = cases.images(*shape)
        expect(student.pool2d(x, kernel, stride, mode="avg")).to_match(reference.pool2d(x, kernel, stride, mode="avg"))


@check("pool2d", after="pool2d_is_own_work")
def test_pool_mean_with_padding(student, cases):
    """pool2d with "avg" divides by kh*kw and so counts the padding, unless told otherwise"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1)):
        x = cases.images(2, 3, 5, 8)
        right = reference.pool2d(x, kernel, stride, padding, "avg")
        expect(student.pool2d(x, kernel, stride, padding, "avg")).to_match(right)
        expect(student.pool2d(x, kernel, stride, padding, "avg", True)).to_match(right)


@check("pool2d", after="pool2d_is_own_work")
def test_pool_mean_without_padding(student, cases):
    """pool2d with "avg" and count_include_pad=False divides by the number of pixels that are not padding"""
    for kernel, stride, padding in ((2, None, (1, 0)), ((3, 4), (2, 1), (0, 2)), (3, (1, 2), 1)):
        x = cases.images(2, 3, 5, 8) + 0.5
        right = reference.pool2d(x, kernel, stride, padding, "avg", False)
        expect(student.pool2d(x, kernel, stride, padding, "avg", False)).to_match(right)


@check("pool2d", after="pool2d_is_own_work")
def test_pool_refuses(student, cases):
    """pool2d raises ValueError when the padding is more than half of the kernel, and for an unknown mode"""
    x = cases.images(2, 2, 5, 6)
    for kernel, padding, mode in ((2, 2, "max"), (3, (2, 0), "max"), ((4, 2), (1, 2), "avg"), (1, (0, 1), "max")):
        expect(lambda one=(kernel, 1, padding, mode): student.pool2d(x, *one)).to_raise(ValueError)
    for mode in ("mean", "sum"):
        expect(lambda mode=mode: student.pool2d(x, 2, mode=mode)).to_raise(ValueError)
    expect(student.pool2d(x, (4, 2), 1, (2, 1))).to_match(reference.pool2d(x, (4, 2), 1, (2, 1)))


@check("pool2d", after="pool2d_is_own_work")
def test_pool_whole_numbers(student, cases):
    """pool2d takes whole numbers: "max" keeps their dtype, "avg" gives float32 with its fractions"""
    x = cases.integers(2, 3, 5, 6)
    expect(student.pool2d(x, (2, 3))).to_equal(reference.pool2d(x, (2, 3)))
    expect(student.pool2d(x - 20, (2, 3), 2, (1, 0))).to_equal(reference.pool2d(x - 20, (2, 3), 2, (1, 0)))
    expect(student.pool2d(x, (2, 3), mode="avg")).to_match(reference.pool2d(x, (2, 3), mode="avg"))


@check("pool2d", after="pool2d_is_own_work", weight=1.5)
def test_pool_gradients(student, cases):
    """pool2d lets gradients flow back: to the winner of each window, or to all of it for the mean"""
    x, upstream = cases.images(2, 3, 6, 8) - 2, cases.images(2, 3, 4, 4)
    for mode in ("max", "avg"):
        settings = ((2, 3), (2, 2), 1, mode)
        (right,) = slopes(lambda x, settings=settings: reference.pool2d(x, *settings), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, *settings)).to_have_gradient(right)


@check("pool2d", after="pool2d_is_own_work")
def test_pool_ties(student, cases):
    """pool2d sends the gradient of a window to the first of equal numbers, row by row"""
    x = cases.integers(2, 2, 6, 9, low=0, high=1).double()
    for kernel, stride, shape in (((2, 3), None, (3, 3)), (3, (1, 2), (4, 4))):
        upstream = cases.images(2, 2, *shape)
        (right,) = slopes(lambda x, k=kernel, s=stride: reference.pool2d(x, k, s), upstream, x)
        expect(student.with_gradients(upstream).pool2d(x, kernel, stride)).to_have_gradient(right)


@check("pool2d", after="pool2d_is_own_work")
@examples(count=15, image=SIZES, kernel=KERNELS, stride=STEPS)
def test_pool_any_size(student, cases, image, kernel, stride):
    """pool2d is right for every size, kernel and stride, and the maximum is never below the mean"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    x = cases.images(2, 2, *image)
    most = expect(student.pool2d(x, kernel, stride)).to_match(reference.pool2d(x, kernel, stride))
    mean = expect(student.pool2d(x, kernel, stride, 0, "avg")).to_match(reference.pool2d(x, kernel, stride, 0, "avg"))
    expect(bool((most >= mean - 1e-12).all())).to_hold("the maximum is never below the mean")


@check("pool2d", after="pool2d_is_own_work", weight=0.5)
def test_pool_dtype_and_views(student, cases):
    """pool2d keeps float32 and float64, leaves x alone and works on slices of larger tensors"""
    x = cases.images(2, 3, 4, 7)
    expect(lambda: student.pool2d(x, 2, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.pool2d(x, (2, 3), 1, (1, 0))).to_match(reference.pool2d(x, (2, 3), 1, (1, 0)))
    for mode in ("max", "avg"):
        right = reference.pool2d(x.float(), (2, 3), (1, 2), (0, 1), mode)
        expect(student.pool2d(x.float(), (2, 3), (1, 2), (0, 1), mode)).to_match(right)


# ================================================================ global_pool


@check("global_pool", weight=1.5)
def test_global_mean(student, cases):
    """global_pool gives the mean of each channel: (2, 3, 4, 5) becomes (2, 3), whatever the size of the maps"""
    for shape in ((2, 3, 4, 5), (3, 2, 7, 1), (2, 4, 9, 6)):
        x = cases.tensor(*shape)
        expect(student.global_pool(x)).to_match(reference.global_pool(x))
        expect(student.global_pool(x, "avg")).to_match(reference.global_pool(x))


@check("global_pool", weight=1.5)
def test_global_max(student, cases):
    """global_pool gives the largest number of each channel when the mode is "max", also below 0"""
    for shape in ((2, 3, 4, 5), (3, 2, 8, 3)):
        x = cases.tensor(*shape) - 2
        expect(student.global_pool(x, mode="max")).to_match(reference.global_pool(x, "max"))


@check("global_pool")
def test_global_text(student, cases):
    """global_pool takes a text as well: (B, C, L) becomes (B, C); and volumes (B, C, D, H, W)"""
    for shape in ((2, 5, 7), (4, 3, 1), (2, 3, 2, 4, 5)):
        x = cases.tensor(*shape)
        for mode in ("avg", "max"):
            expect(student.global_pool(x, mode)).to_match(reference.global_pool(x, mode))


@check("global_pool", weight=0.5)
def test_global_one_image(student, cases):
    """global_pool keeps both axes for a single image, a single channel and a single pixel"""
    for shape in ((1, 3, 2, 4), (2, 1, 3, 2), (1, 1, 5, 2), (3, 2, 1, 1)):
        x = cases.tensor(*shape)
        for mode in ("avg", "max"):
            expect(student.global_pool(x, mode)).to_match(reference.global_pool(x, mode))


@check("global_pool")
def test_global_gradients(student, cases):
    """global_pool lets gradients flow back: equally for the mean, to the largest for the maximum"""
    x, upstream = cases.tensor(2, 3, 4, 5), cases.tensor(2, 3)
    for mode in ("avg", "max"):
        (right,) = slopes(lambda x, mode=mode: reference.global_pool(x, mode), upstream, x)
        expect(student.with_gradients(upstream).global_pool(x, mode)).to_have_gradient(right)


@check("global_pool", weight=0.5)
def test_global_refuses(student, cases):
    """global_pool raises ValueError for a mode that is neither "avg" nor "max" """
    x = cases.tensor(2, 3, 4, 5)
    for mode in ("sum", "mean"):
        expect(lambda mode=mode: student.global_pool(x, mode)).to_raise(ValueError)
        expect(lambda mode=mode: student.global_pool(x, mode=mode)).to_raise(ValueError)


@check("global_pool", weight=0.5)
def test_global_dtype_and_views(student, cases):
    """global_pool keeps float32 and float64, leaves x alone and works on slices of larger tensors"""
    x = cases.tensor(2, 3, 4, 5)
    for mode in ("avg", "max"):
        expect(lambda mode=mode: student.global_pool(x, mode)).to_leave_inputs_alone()
        expect(student.on_views.global_pool(x, mode)).to_match(reference.global_pool(x, mode))
        expect(student.global_pool(x.float(), mode)).to_match(reference.global_pool(x.float(), mode))


# ================================================================ im2col


@check("im2col", weight=0.25)
def test_im2col_is_own_work(student, cases):
    """im2col is written by hand, without F.unfold and torch's convolutions"""
    x = cases.images(2, 2, 4, 4)
    with student.banning(*COLUMNS):
        own_work(lambda: student.im2col(x, 2), lambda: student.im2col(x, (2, 3), (1, 2), (1, 0)))


@check("im2col", after="im2col_is_own_work", weight=2.5)
def test_im2col_columns(student, cases):
    """im2col writes each window under each other, channel after channel, and the places side by side, row by row"""
    for shape, kernel in (((2, 3, 5, 7), (3, 2)), ((3, 2, 4, 6), 2), ((2, 1, 6, 5), (1, 3))):
        x = cases.images(*shape)
        expect(student.im2col(x, kernel)).to_match(reference.im2col(x, kernel))


@check("im2col", after="im2col_is_own_work", weight=2)
def test_im2col_stride_and_padding(student, cases):
    """im2col moves by (sh, sw), pads with zeros, drops what does not fit, and takes numbers and pairs"""
    for kernel, stride, padding in (((2, 3), (1, 2), 0), (2, (3, 1), (0, 2)), ((3, 2), 2, (1, 0)), (3, (2, 3), 1)):
        x = cases.images(2, 3, 6, 9)
        expect(student.im2col(x, kernel, stride, padding)).to_match(reference.im2col(x, kernel, stride, padding))


@check("im2col", after="im2col_is_own_work", weight=0.5)
def test_im2col_extreme_kernels(student, cases):
    """im2col works with a 1 × 1 kernel and with one as large as the padded image"""
    x = cases.images(2, 3, 4, 5)
    for kernel, stride, padding in ((1, 1, 0), ((4, 5), 1, 0), ((6, 5), (1, 2), (1, 0)), (1, (2, 3), 0)):
        expect(student.im2col(x, kernel, stride, padding)).to_match(reference.im2col(x, kernel, stride, padding))


@check("im2col", after="im2col_is_own_work")
def test_im2col_dtypes(student, cases):
    """im2col keeps float32, float64 and whole numbers, with and without padding"""
    for x in (cases.images(2, 2, 4, 5).float(), cases.integers(2, 3, 4, 5), cases.integers(2, 1, 3, 4).int()):
        expect(student.im2col(x, (2, 3))).to_equal(reference.im2col(x, (2, 3)))
        expect(student.im2col(x, (2, 3), 1, (0, 1))).to_equal(reference.im2col(x, (2, 3), 1, (0, 1)))


@check("im2col", after="im2col_is_own_work", weight=0.5)
def test_im2col_own_memory(student, cases):
    """im2col gives a tensor of its own: writing into it never changes x, and x may be a slice of a larger tensor"""
    student.run("""
def x_after_writing_into_the_columns(x, kernel, stride):
    student.im2col(x, kernel, stride).add_(1)
    return x
""")
    x = cases.images(2, 3, 4, 6)
    expect(lambda: student.im2col(x, 2)).to_leave_inputs_alone()
    for kernel, stride in ((1, 1), ((2, 3), (2, 3)), (2, 1)):
        expect(student.env.x_after_writing_into_the_columns(x.clone(), kernel, stride)).to_equal(x)
    expect(student.on_views.im2col(x, (2, 3), 1, (1, 0))).to_match(reference.im2col(x, (2, 3), 1, (1, 0)))


@check("im2col", after="im2col_is_own_work")
def test_im2col_gradients(student, cases):
    """im2col lets gradients flow back to x: the sum over all windows that hold a pixel"""
    x, upstream = cases.images(2, 3, 5, 6), cases.tensor(2, 18, 18)
    (right,) = slopes(lambda x: reference.im2col(x, (2, 3), (1, 2), (1, 1)), upstream, x)
    expect(student.with_gradients(upstream).im2col(x, (2, 3), (1, 2), (1, 1))).to_have_gradient(right)


@check("im2col", after="im2col_is_own_work", weight=1.5)
def test_im2col_without_loops(student, cases):
    """im2col has no loop over the places of the image: Python's work is the same for a large image"""
    small, large = cases.images(1, 2, 6, 7), cases.images(1, 2, 24, 31)
    expect_no_loop_over_places(student, "im2col", (small, (2, 3), 1, 1), (large, (2, 3), 1, 1))


@check("im2col", weight=0.25)
def test_conv2d_im2col_is_own_work(student, cases):
    """conv2d_im2col is written by hand, without F.unfold and torch's convolutions"""
    x, weight, bias = cases.images(2, 2, 4, 4), cases.kernels(2, 2, 2, 2), cases.bias(2)
    with student.banning(*COLUMNS):
        own_work(
            lambda: student.conv2d_im2col(x, weight),
            lambda: student.conv2d_im2col(x, weight, bias, 1, 1),
            lambda: student.conv2d_im2col(x, weight, bias, (2, 1), (1, 2)),
        )


@check("im2col", after="conv2d_im2col_is_own_work", weight=2)
def test_layer_values(student, cases):
    """conv2d_im2col gives the same numbers as torch: (2, 3, 5, 7) under four kernels becomes (2, 4, 3, 6)"""
    for shape, kernel in (((2, 3, 5, 7), (4, 3, 3, 2)), ((3, 2, 4, 6), (3, 2, 2, 2)), ((2, 1, 5, 4), (2, 1, 1, 3))):
        x, weight = cases.images(*shape), cases.kernels(*kernel)
        expect(student.conv2d_im2col(x, weight)).to_match(F.conv2d(x, weight))


@check("im2col", after="conv2d_im2col_is_own_work")
def test_layer_bias(student, cases):
    """conv2d_im2col adds bias[o] to every pixel of output channel o, once"""
    for height, width in ((5, 6), (4, 3)):  # the second has as many places as output channels
        x, weight, bias = cases.images(2, 3, height, width), cases.kernels(4, 3, 3, 2), cases.bias(4)
        expect(student.conv2d_im2col(x, weight, bias)).to_match(F.conv2d(x, weight, bias))


@check("im2col", after="conv2d_im2col_is_own_work", weight=1.5)
def test_layer_stride_and_padding(student, cases):
    """conv2d_im2col moves by (sh, sw), pads (ph, pw) zeros on each side, and takes numbers and pairs"""
    x, weight, bias = cases.images(2, 3, 6, 9), cases.kernels(2, 3, 3, 2), cases.bias(2)
    for settings in ((None, 2, 1), (bias, (1, 3), (0, 1)), (None, (2, 1), (2, 0)), (bias, 1, (1, 2))):
        expect(student.conv2d_im2col(x, weight, *settings)).to_match(F.conv2d(x, weight, *settings))


@check("im2col", after="conv2d_im2col_is_own_work", weight=1.5)
def test_layer_gradients(student, cases):
    """conv2d_im2col lets gradients flow back to x, weight and bias"""
    inputs = cases.images(2, 2, 5, 6), cases.kernels(3, 2, 3, 2), cases.bias(3)
    stride, padding, upstream = (2, 1), (1, 2), cases.images(2, 3, 3, 9)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv2d_im2col(*inputs, stride, padding)
    for place, right in enumerate(slopes(lambda *leaves: F.conv2d(*leaves, stride, padding), upstream, *inputs)):
        expect(found).to_have_gradient(right, of=str(place))


@check("im2col", after="conv2d_im2col_is_own_work")
def test_layer_without_loops(student, cases):
    """conv2d_im2col has no loop over the places of the image: Python's work is the same for a large image"""
    weight, bias = cases.kernels(3, 2, 2, 3), cases.bias(3)
    small, large = cases.images(1, 2, 6, 7), cases.images(1, 2, 24, 31)
    expect_no_loop_over_places(
        student, "conv2d_im2col", (small, weight, bias, 1, (1, 0)), (large, weight, bias, 1, (1, 0))
    )


@check("im2col", after="conv2d_im2col_is_own_work", weight=0.5)
def test_layer_dtype_and_views(student, cases):
    """conv2d_im2col keeps float32 and float64, leaves its inputs alone and works on slices of larger tensors"""
    x, weight, bias = cases.images(2, 3, 4, 5), cases.kernels(2, 3, 2, 3), cases.bias(2)
    expect(lambda: student.conv2d_im2col(x, weight, bias, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.conv2d_im2col(x, weight, bias, 2, 1)).to_match(F.conv2d(x, weight, bias, 2, 1))
    short = [one.float() for one in (x, weight, bias)]
    expect(student.conv2d_im2col(*short, (1, 2), 1)).to_match(F.conv2d(*short, (1, 2), 1))


# ================================================================ conv_matrix


@check("conv_matrix", weight=2)
def test_matrix_of_a_square_kernel(student, cases):
    """conv_matrix puts a 2 × 2 and a 3 × 3 kernel, unflipped, into one row for each place of a square image"""
    for kernel, image in (((2, 2), (3, 3)), ((3, 3), (5, 5))):
        K = cases.tensor(*kernel)
        expect(student.conv_matrix(K, image)).to_match(reference.conv_matrix(K, image))


@check("conv_matrix", weight=2)
def test_matrix_of_any_shape(student, cases):
    """conv_matrix works for kernels and images that are not square"""
    for kernel, image in (((2, 3), (4, 6)), ((3, 1), (5, 4)), ((2, 2), (3, 5)), ((1, 4), (3, 7))):
        K = cases.tensor(*kernel)
        expect(student.conv_matrix(K, image)).to_match(reference.conv_matrix(K, image))


@check("conv_matrix", weight=1.5)
def test_matrix_times_image(student, cases):
    """conv_matrix times a flattened image is corr2d of the image, flattened"""
    for kernel, image in (((2, 3), (5, 4)), ((3, 2), (4, 7))):
        K, X = cases.tensor(*kernel), cases.tensor(*image)
        right = F.conv2d(X[None, None], K[None, None])[0, 0]
        matrix = expect(student.conv_matrix(K, image)).to_have_shape(right.numel(), X.numel())
        expect(expect(matrix).to_have_dtype(torch.float64) @ X.flatten()).to_match(right.flatten())


@check("conv_matrix", weight=0.5)
def test_matrix_of_extreme_kernels(student, cases):
    """conv_matrix of a 1 × 1 kernel is a diagonal, and has one row when the kernel is as large as the image"""
    for kernel, image in (((1, 1), (3, 4)), ((3, 4), (3, 4)), ((3, 2), (3, 5)), ((2, 4), (5, 4))):
        K = cases.tensor(*kernel)
        expect(student.conv_matrix(K, image)).to_match(reference.conv_matrix(K, image))


@check("conv_matrix")
def test_matrix_gradient(student, cases):
    """conv_matrix lets gradients flow back to K: each weight gets the sum over its whole band"""
    K, upstream = cases.tensor(2, 3), cases.tensor(12, 24)
    (right,) = slopes(lambda K: reference.conv_matrix(K, (4, 6)), upstream, K)
    expect(student.with_gradients(upstream).conv_matrix(K, (4, 6))).to_have_gradient(right)


@check("conv_matrix")
def test_matrix_dtype_and_views(student, cases):
    """conv_matrix keeps the dtype of K, leaves K alone and takes a slice of a larger tensor"""
    K = cases.tensor(2, 3)
    expect(lambda: student.conv_matrix(K, (3, 5))).to_leave_inputs_alone()
    expect(student.on_views.conv_matrix(K, (3, 5))).to_match(reference.conv_matrix(K, (3, 5)))
    expect(student.conv_matrix(K.float(), (3, 4))).to_match(reference.conv_matrix(K.float(), (3, 4)))


@check("conv_matrix")
def test_counts_of_a_digit(student):
    """weight_counts for 28 × 28 pixels and a 5 × 5 kernel: 451,584 dense, 14,400 local, 25 shared"""
    for n, k in ((28, 5), (32, 3)):
        expect(student.weight_counts(n, k)).to_equal(reference.weight_counts(n, k))


@check("conv_matrix", weight=1.5)
def test_counts_everywhere(student):
    """weight_counts is right for every image and kernel, in whole numbers"""
    inputs = [(n, k) for n in (1, 2, 3, 5, 8, 17, 224) for k in (1, 2, 3, 5, 8) if k <= n]
    answers_everywhere(student, "weight_counts", inputs)
    for n, k in ((5, 5), (224, 1), (9, 4)):
        found = expect(student.weight_counts(n, k)).to_be_a(dict, length=3)
        for name in ("dense", "local", "shared"):
            expect(expect(found.get(name)).to_be_a(int)).to_equal(reference.weight_counts(n, k)[name])


# ================================================================ conv_transpose2d


@check("conv_transpose2d", weight=0.25)
def test_upsample_is_own_work(student, cases):
    """upsample_nearest is written by hand, without F.interpolate"""
    x = cases.images(2, 2, 3, 3)
    with student.banning("upsample", "scipy.ndimage", "skimage.transform"):
        own_work(lambda: student.upsample_nearest(x, 2), lambda: student.upsample_nearest(x, (2, 3)))


@check("conv_transpose2d", after="upsample_is_own_work", weight=1.5)
def test_upsample_values(student, cases):
    """upsample_nearest makes a block of every pixel, with a number or a pair as factor, for every dtype"""
    for factor in (2, (2, 3), (3, 1), (1, 4), 1):
        x = cases.images(2, 3, 2, 4)
        expect(student.upsample_nearest(x, factor)).to_equal(reference.upsample_nearest(x, factor))
    x = cases.integers(2, 1, 3, 2)
    expect(student.upsample_nearest(x, (1, 2))).to_equal(reference.upsample_nearest(x, (1, 2)))


@check("conv_transpose2d", after="upsample_is_own_work", weight=0.5)
def test_upsample_gradients(student, cases):
    """upsample_nearest lets gradients flow back, a pixel gets the sum of its block; x stays as it was"""
    x, upstream = cases.images(2, 3, 2, 4), cases.images(2, 3, 4, 12)
    expect(lambda: student.upsample_nearest(x, (2, 3))).to_leave_inputs_alone()
    expect(student.on_views.upsample_nearest(x, (2, 3))).to_equal(reference.upsample_nearest(x, (2, 3)))
    (right,) = slopes(lambda x: reference.upsample_nearest(x, (2, 3)), upstream, x)
    expect(student.with_gradients(upstream).upsample_nearest(x, (2, 3))).to_have_gradient(right)


@check("conv_transpose2d", weight=1.5)
def test_transposed_size(student):
    """conv_transpose_out_size is (n-1)*s - 2*p + k + op for 500 sizes, kernels, strides and paddings"""
    grid = itertools.product((1, 2, 3, 7, 13, 14, 28), (1, 2, 3, 4, 5), (1, 2, 3), (0, 1, 2), (0, 1, 2))
    fits = [one for one in grid if one[4] < one[2] and (one[0] - 1) * one[2] - 2 * one[3] + one[1] + one[4] >= 1]
    answers_everywhere(student, "conv_transpose_out_size", fits)


@check("conv_transpose2d", weight=0.5)
def test_transposed_size_defaults(student):
    """conv_transpose_out_size has stride 1, no padding and no output padding unless told otherwise"""
    answers_everywhere(student, "conv_transpose_out_size", [(5, 3), (4, 1), (6, 4, 2), (28, 5, 2, 2), (9, 2, 3)])
    expect(student.conv_transpose_out_size(13, 3, s=2, op=1)).to_equal(28)
    expect(student.conv_transpose_out_size(n=7, k=4, s=2, p=1)).to_equal(14)


@check("conv_transpose2d")
def test_transposed_size_refuses(student):
    """conv_transpose_out_size raises ValueError when op is not in 0 … s-1, and when less than 1 pixel is left"""
    wrong_op = (13, 3, 2, 0, 3), (13, 3, 2, 0, 2), (5, 3, 1, 0, 1), (5, 3, 2, 0, -1)
    nothing_left = (1, 3, 1, 2), (1, 2, 2, 1), (2, 1, 1, 3)
    for one in wrong_op + nothing_left:
        expect(lambda one=one: student.conv_transpose_out_size(*one)).to_raise(ValueError)
    expect(student.conv_transpose_out_size(1, 1, 3, 1, 2)).to_equal(1)


@check("conv_transpose2d", weight=0.25)
def test_transposed_is_own_work(student, cases):
    """conv_transpose2d is written by hand, without torch's convolutions"""
    x, weight, bias = cases.images(2, 2, 3, 3), cases.kernels(2, 2, 2, 2), cases.bias(2)
    with student.banning(*CONVOLUTIONS):
        own_work(
            lambda: student.conv_transpose2d(x, weight),
            lambda: student.conv_transpose2d(x, weight, bias, 2),
            lambda: student.conv_transpose2d(x, weight, bias, (2, 1), (1, 0), (1, 0)),
        )


@check("conv_transpose2d", after="transposed_is_own_work", weight=3)
def test_stamps(student, cases):
    """conv_transpose2d presses the kernel once for every pixel and adds up: (2, 3, 3, 4) becomes (2, 4, 5, 5)"""
    for shape, kernel in (((2, 3, 3, 4), (3, 4, 3, 2)), ((3, 2, 4, 2), (2, 1, 2, 2)), ((2, 1, 2, 5), (1, 3, 1, 3))):
        x, weight = cases.images(*shape), cases.kernels(*kernel)
        expect(student.conv_transpose2d(x, weight)).to_match(F.conv_transpose2d(x, weight))


@check("conv_transpose2d", after="transposed_is_own_work", weight=2)
def test_stamps_with_stride(student, cases):
    """conv_transpose2d moves the stamp by (sh, sw): it overlaps, touches, or leaves gaps of zeros"""
    for stride in ((1, 2), 2, (3, 1), (2, 4)):
        x, weight = cases.images(2, 2, 3, 4), cases.kernels(2, 3, 2, 3)
        right = F.conv_transpose2d(x, weight, stride=stride)
        expect(student.conv_transpose2d(x, weight, stride=stride)).to_match(right)


@check("conv_transpose2d", after="transposed_is_own_work", weight=1.5)
def test_stamps_with_padding(student, cases):
    """conv_transpose2d cuts ph rows and pw columns off at each edge"""
    for stride, padding in ((1, 1), (2, (0, 1)), ((1, 2), (2, 0))):
        x, weight = cases.images(2, 3, 5, 4), cases.kernels(3, 2, 3, 2)
        right = F.conv_transpose2d(x, weight, None, stride, padding)
        expect(student.conv_transpose2d(x, weight, None, stride, padding)).to_match(right)


@check("conv_transpose2d", after="transposed_is_own_work", weight=1.5)
def test_stamps_with_output_padding(student, cases):
    """conv_transpose2d makes room for output_padding at the bottom and at the right, and keeps the ink that is there"""
    for settings in ((2, 0, 1), (2, 1, 1), ((2, 3), (1, 0), (0, 2)), ((3, 2), (1, 1), (2, 0))):
        x, weight, bias = cases.images(2, 3, 3, 4), cases.kernels(3, 2, 3, 4), cases.bias(2)
        right = F.conv_transpose2d(x, weight, bias, *settings)
        expect(student.conv_transpose2d(x, weight, bias, *settings)).to_match(right)


@check("conv_transpose2d", after="transposed_is_own_work")
def test_stamps_with_bias(student, cases):
    """conv_transpose2d adds bias[o] to every pixel of output channel o, once, also where no ink is"""
    for shape, stride, padding in (((2, 2, 3, 4), 1, 0), ((2, 2, 3, 2), (3, 2), (0, 1))):
        x, weight, bias = cases.images(*shape), cases.kernels(2, 3, 2, 2), cases.bias(3)
        right = F.conv_transpose2d(x, weight, bias, stride, padding)
        expect(student.conv_transpose2d(x, weight, bias, stride, padding)).to_match(right)


@check("conv_transpose2d", after="transposed_is_own_work")
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


@check("conv_transpose2d", after="transposed_is_own_work", weight=1.5)
def test_transposed_gradients(student, cases):
    """conv_transpose2d lets gradients flow back to x, weight and bias"""
    inputs = cases.images(2, 2, 3, 4), cases.kernels(2, 3, 3, 2), cases.bias(3)
    settings, upstream = ((2, 1), (1, 0), (1, 0)), cases.images(2, 3, 6, 5)
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv_transpose2d(*inputs, *settings)
    for place, right in enumerate(slopes(lambda *leaves: F.conv_transpose2d(*leaves, *settings), upstream, *inputs)):
        expect(found).to_have_gradient(right, of=str(place))


@check("conv_transpose2d", after="transposed_is_own_work")
@examples(count=12, image=tuples(integers(1, 4), integers(1, 4)), kernel=KERNELS, stride=STEPS)
def test_stamps_any_size(student, cases, image, kernel, stride):
    """conv_transpose2d is right for every size, kernel and stride"""
    x, weight = cases.images(2, 2, *image), cases.kernels(2, 3, *kernel)
    expect(student.conv_transpose2d(x, weight, None, stride)).to_match(F.conv_transpose2d(x, weight, None, stride))


@check("conv_transpose2d", after="transposed_is_own_work", weight=0.5)
def test_transposed_dtype_and_views(student, cases):
    """conv_transpose2d keeps float32 and float64, leaves its inputs alone and works on slices of larger tensors"""
    x, weight, bias = cases.images(2, 3, 3, 4), cases.kernels(3, 2, 2, 3), cases.bias(2)
    expect(lambda: student.conv_transpose2d(x, weight, bias, 1, 1)).to_leave_inputs_alone()
    expect(student.on_views.conv_transpose2d(x, weight, bias, 2)).to_match(F.conv_transpose2d(x, weight, bias, 2))
    short = [one.float() for one in (x, weight, bias)]
    expect(student.conv_transpose2d(*short, (1, 2))).to_match(F.conv_transpose2d(*short, (1, 2)))


# ================================================================ backward


def winners(cases: Any, shape: tuple[int, ...], out: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """An upstream gradient for an output of `out`, and an image without equal numbers, some of them negative."""
    return cases.images(shape[0], shape[1], *out), cases.images(*shape)


@check("backward", weight=0.25)
def test_max_backward_is_own_work(student, cases):
    """max_pool_backward is written by hand, without torch's poolings"""
    with student.banning(*POOLINGS):
        own_work(
            lambda: student.max_pool_backward(cases.images(2, 2, 2, 2), cases.images(2, 2, 4, 4), 2, 2),
            lambda: student.max_pool_backward(cases.images(1, 1, 2, 2), cases.images(1, 1, 4, 6), (2, 3), (2, 3)),
        )


@check("backward", after="max_backward_is_own_work", weight=2)
def test_max_backward_values(student, cases):
    """max_pool_backward gives each window's gradient to its winner, channel by channel, 0 to all others"""
    settings = ((2, 3, 4, 6), 2, (2, 3)), ((3, 2, 6, 6), (2, 3), (3, 2)), ((2, 2, 3, 8), (3, 2), (1, 4))
    for shape, kernel, out in settings:
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, kernel)
        expect(student.max_pool_backward(dout, x, kernel, kernel)).to_match(right)


@check("backward", after="max_backward_is_own_work", weight=1.5)
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


@check("backward", after="max_backward_is_own_work")
def test_max_backward_gaps(student, cases):
    """max_pool_backward gives 0 to pixels that no window sees: gaps between windows, and a dropped last one"""
    for shape, kernel, stride, out in (((2, 3, 7, 9), 2, 3, (2, 3)), ((2, 2, 5, 8), (2, 3), (2, 4), (2, 2))):
        dout, x = winners(cases, shape, out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_match(right)


@check("backward", after="max_backward_is_own_work")
def test_max_backward_ties(student, cases):
    """max_pool_backward gives the gradient to the first of equal numbers, row by row"""
    x = cases.integers(2, 3, 5, 8, low=0, high=1).double()
    for kernel, stride, out in (((2, 4), (2, 4), (2, 2)), (2, (1, 2), (4, 4))):
        dout = cases.images(2, 3, *out)
        right = reference.max_pool_backward(dout, x, kernel, stride)
        expect(student.max_pool_backward(dout, x, kernel, stride)).to_match(right)


@check("backward", after="max_backward_is_own_work", weight=0.5)
def test_max_backward_dtype_and_views(student, cases):
    """max_pool_backward keeps float32 and float64, leaves dout and x alone and works on slices of larger tensors"""
    dout, x = winners(cases, (2, 3, 4, 7), (2, 3))
    right = reference.max_pool_backward(dout, x, (2, 3), 2)
    expect(lambda: student.max_pool_backward(dout, x, (2, 3), 2)).to_leave_inputs_alone()
    expect(student.on_views.max_pool_backward(dout, x, (2, 3), 2)).to_match(right)
    expect(student.max_pool_backward(dout.float(), x.float(), (2, 3), 2)).to_match(right.float())


@check("backward", weight=0.25)
def test_col2im_is_own_work(student, cases):
    """col2im is written by hand, without F.fold and torch's convolutions"""
    with student.banning(*COLUMNS):
        own_work(
            lambda: student.col2im(cases.tensor(2, 8, 9), (2, 2, 4, 4), 2, 1, 0),
            lambda: student.col2im(cases.tensor(1, 4, 4), (1, 1, 4, 4), (2, 2), (2, 2), (0, 0)),
        )


@check("backward", after="col2im_is_own_work", weight=2)
def test_col2im_adds_up(student, cases):
    """col2im adds every column up where it was cut from, windows that overlap too"""
    for shape, kernel, places in (((2, 3, 5, 6), (2, 3), 16), ((3, 2, 4, 6), 2, 15), ((2, 1, 6, 4), (3, 1), 16)):
        channels = shape[1] * (kernel**2 if isinstance(kernel, int) else kernel[0] * kernel[1])
        cols = cases.tensor(shape[0], channels, places)
        expect(student.col2im(cols, shape, kernel, 1, 0)).to_match(reference.col2im(cols, shape, kernel, 1, 0))


@check("backward", after="col2im_is_own_work", weight=1.5)
def test_col2im_stride_and_padding(student, cases):
    """col2im knows the stride, cuts the padding off, and leaves 0 where no window was"""
    for kernel, stride, padding in (((2, 3), (1, 2), 0), (2, (3, 1), (0, 1)), ((3, 2), 2, (1, 0)), ((2, 3), (2, 3), 1)):
        cols = torch.zeros_like(reference.im2col(torch.zeros(2, 3, 6, 7).double(), kernel, stride, padding))
        cols = cases.tensor(*cols.shape)
        right = reference.col2im(cols, (2, 3, 6, 7), kernel, stride, padding)
        expect(student.col2im(cols, (2, 3, 6, 7), kernel, stride, padding)).to_match(right)


@check("backward", after="col2im_is_own_work")
def test_col2im_gradients(student, cases):
    """col2im lets gradients flow back to the columns, leaves them alone, and keeps float32"""
    cols, upstream = cases.tensor(2, 12, 12), cases.images(2, 2, 5, 4)
    settings = ((2, 2, 5, 4), (2, 3), (1, 2), (0, 2))
    expect(lambda: student.col2im(cols, *settings)).to_leave_inputs_alone()
    (right,) = slopes(lambda cols: reference.col2im(cols, *settings), upstream, cols)
    expect(student.with_gradients(upstream).col2im(cols, *settings)).to_have_gradient(right)
    expect(student.col2im(cols.float(), *settings)).to_match(reference.col2im(cols.float(), *settings))
    expect(student.on_views.col2im(cols, *settings)).to_match(reference.col2im(cols, *settings))


# ================================================================ receptive_field


def expect_field(student: Any, *layers: tuple[int, int, int]) -> None:
    """Size, jump and start of these layers."""
    expect(student.receptive_field(list(layers))).to_match(reference.receptive_field(list(layers)))


def support(layers: Sequence[tuple[int, int, int]], pixels: int = 60) -> tuple[int, int, float]:
    """Size, jump and start as autograd sees them: where the gradient of two neighbouring units is not 0."""
    x = torch.zeros(1, 1, pixels, dtype=torch.float64, requires_grad=True)
    out = x
    for k, s, p in layers:
        out = F.conv1d(out, torch.ones(1, 1, k, dtype=torch.float64), stride=s, padding=p)
    unit = out.shape[2] // 2
    seen = [torch.autograd.grad(out[0, 0, unit + i], x, retain_graph=True)[0][0, 0].nonzero() for i in (0, 1)]
    (low, high), after = (int(seen[0].min()), int(seen[0].max())), int(seen[1].min())
    jump = after - low
    return high - low + 1, jump, (low + high) / 2 - unit * jump


@check("receptive_field")
def test_one_layer(student):
    """receptive_field of one layer is its kernel, and the jump is its stride"""
    for layer in ((3, 1, 0), (5, 2, 0), (2, 2, 0), (1, 3, 0), (7, 1, 0)):
        expect_field(student, layer)


@check("receptive_field", weight=1.5)
def test_stacked_layers(student):
    """receptive_field grows by k - 1 for each layer of stride 1: two of 3 × 3 see 5 pixels"""
    for layers in (((3, 1, 0),) * 2, ((3, 1, 0),) * 3, ((5, 1, 0), (2, 1, 0)), ((1, 1, 0), (7, 1, 0), (4, 1, 0))):
        expect_field(student, *layers)


@check("receptive_field", weight=2)
def test_strides_count(student):
    """receptive_field multiplies by the strides *before* a layer, not by its own, and the order of layers matters"""
    for layers in (
        ((5, 2, 0), (3, 1, 0)),
        ((3, 1, 0), (5, 2, 0)),
        ((3, 2, 0), (3, 2, 0), (3, 2, 0)),
        ((2, 3, 0), (4, 1, 0), (3, 2, 0)),
    ):
        expect_field(student, *layers)


@check("receptive_field", weight=1.5)
def test_pooling_counts(student):
    """receptive_field of the network for digits: 3, 4, 12, 14 pixels, with jump 4 at the end"""
    layers = [(3, 1, 1), (2, 2, 0), (5, 1, 0), (2, 2, 0)]
    for depth in range(1, 5):
        expect_field(student, *layers[:depth])


@check("receptive_field", weight=1.5)
def test_start(student):
    """receptive_field begins further left for each pixel of padding, as far as the jump so far; below 0 too"""
    expect_field(student, (3, 1, 1))
    for layers in (((3, 1, 2), (2, 1, 0)), ((7, 2, 3), (3, 2, 1)), ((4, 3, 1), (5, 1, 2)), ((1, 2, 2), (1, 2, 2))):
        expect_field(student, *layers)


@check("receptive_field", weight=0.5)
def test_no_layer(student):
    """receptive_field of no layer is a tuple of two ints and a float: (1, 1, 0.0)"""
    size, jump, start = expect(student.receptive_field([])).to_be_a(tuple, length=3)
    for value, kind in ((size, int), (jump, int), (start, float)):
        expect(value).to_be_a(kind)
    expect_field(student)
    expect(expect(student.receptive_field([(3, 1, 1)])).to_be_a(tuple, length=3)[2]).to_be_a(float)


@check("receptive_field")
def test_field_of_a_large_network(student):
    """receptive_field is not cut off: ResNet-18 sees 435 pixels before its last pooling, whatever the image"""
    block, halving = [(3, 1, 1)] * 4, [(3, 2, 1), (3, 1, 1), (3, 1, 1), (3, 1, 1)]
    expect_field(student, (7, 2, 3), (3, 2, 1), *block, *halving, *halving, *halving)


@check("receptive_field")
def test_field_as_autograd_sees_it(student):
    """receptive_field says where the gradient of a unit is not 0, in networks whose kernels are all ones"""
    for layers in ([(3, 1, 1), (2, 2, 0), (3, 1, 1)], [(5, 2, 2), (3, 2, 0)], [(2, 1, 1), (4, 3, 1), (3, 1, 0)]):
        expect(student.receptive_field(layers)).to_match(support(layers))


@check("receptive_field", weight=1.5)
def test_fifty_networks(student, cases):
    """receptive_field is right for fifty networks of one to six layers"""
    networks = []
    for _ in range(50):
        depth = int(cases.rng.integers(1, 7))
        sizes = cases.rng.integers([1, 1, 0], [7, 4, 4], (depth, 3))
        networks.append(([tuple(map(int, layer)) for layer in sizes],))
    answers_everywhere(student, "receptive_field", networks)


# ================================================================ trustworthy: last, nothing above may learn from it


RIGHT = """
def torch_itself(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding)

def with_rounding(x, kernel, stride, padding):
    return F.max_pool2d(x.double(), kernel, stride, padding).float() * (1 + 1e-6)

def a_layer(x, kernel, stride, padding):
    return nn.MaxPool2d(kernel, stride, padding)(x.contiguous(memory_format=torch.channels_last))

def image_by_image(x, kernel, stride, padding):
    return torch.stack([F.max_pool2d(image, kernel, stride, padding) for image in x])
"""

WRONG = """
def mean(x, kernel, stride, padding):
    return F.avg_pool2d(x, kernel, stride, padding)

def smallest(x, kernel, stride, padding):
    return -F.max_pool2d(-x, kernel, stride, padding)

def corner(x, kernel, stride, padding):
    return F.max_pool2d(x, (1, 1), stride, (0, 0))[..., : (x.shape[2] + 2 * padding[0] - kernel[0]) // stride[0] + 1,
        : (x.shape[3] + 2 * padding[1] - kernel[1]) // stride[1] + 1]

def swapped_stride(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride[::-1], padding)

def swapped_kernel(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel[::-1], stride, padding)

def stride_is_kernel(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, kernel, padding)

def keeps_the_remainder(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding, ceil_mode=True)

def zero_frame(x, kernel, stride, padding):
    return F.max_pool2d(F.pad(x, (padding[1], padding[1], padding[0], padding[0])), kernel, stride)

def no_frame(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride)

def starts_at_zero(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding).clamp(min=0)

def one_channel(x, kernel, stride, padding):
    return F.max_pool2d(x[:, :1], kernel, stride, padding).repeat(1, x.shape[1], 1, 1)

def across_channels(x, kernel, stride, padding):
    return F.max_pool2d(x, kernel, stride, padding).amax(1, keepdim=True).expand(-1, x.shape[1], -1, -1)

def one_image(x, kernel, stride, padding):
    return F.max_pool2d(x[:1], kernel, stride, padding).repeat(len(x), 1, 1, 1)

def raises(x, kernel, stride, padding):
    raise RuntimeError("kernel size should be smaller")

def nothing(x, kernel, stride, padding):
    return None
"""


def says(student: Any, code: str, names: Sequence[str], answer: bool, told: str) -> None:
    """The student's test gives this answer to each of the functions in `code`."""
    student.run(code)
    said = [student.trustworthy(getattr(student.env, name)) for name in names]  # all: the pattern tells who it is
    for name, found in zip(names, said, strict=True):
        expect(expect(found).to_be_a(bool) is answer).to_hold(f"{told} ({name.replace('_', ' ')})")


@check("trustworthy", weight=0)
def test_right_ones_are_trusted(student):
    """trustworthy says True to right poolings, however they are written"""
    says(student, RIGHT, ("torch_itself", "with_rounding", "a_layer", "image_by_image"), True, "a right one is trusted")


@check("trustworthy", after="right_ones_are_trusted")
def test_wrong_values_are_caught(student):
    """trustworthy says False to poolings that take another number of the window, that stop, or that give nothing"""
    says(student, WRONG, ("mean", "smallest", "corner", "raises", "nothing"), False, "a wrong one is caught")


@check("trustworthy", after="right_ones_are_trusted")
def test_wrong_pairs_are_caught(student):
    """trustworthy says False to poolings that mix up height and width, kernel and stride, or keep what does not fit"""
    names = ("mean", "swapped_stride", "swapped_kernel", "stride_is_kernel", "keeps_the_remainder")
    says(student, WRONG, names, False, "a wrong one is caught")


@check("trustworthy", after="right_ones_are_trusted")
def test_wrong_frames_are_caught(student):
    """trustworthy says False to poolings whose padding wins, is left out, or that never go below zero"""
    says(student, WRONG, ("mean", "starts_at_zero", "zero_frame", "no_frame"), False, "a wrong one is caught")


@check("trustworthy", after="right_ones_are_trusted")
def test_wrong_channels_are_caught(student):
    """trustworthy says False to poolings that mix channels or images"""
    says(student, WRONG, ("mean", "one_channel", "across_channels", "one_image"), False, "a wrong one is caught")
