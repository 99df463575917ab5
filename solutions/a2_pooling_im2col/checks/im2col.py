"""Hidden checks of the exercise `im2col`. The first line of each docstring is what the student reads.

Several images, several channels and kernels that are not square are each asked in few checks: a slip in them costs no
stride, no padding, no type and no gradient.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.judge import check, expect, gradients_of, own_work

AWAY = ("os.fork", "os.forkpty", "sys.settrace")  # events of Python: work in a process, or a trace switched off
ELSEWHERE = 300_000  # nanoseconds of processor time: an idle thread takes none, one that loops over places takes more


class Seen(TorchDispatchMode):
    """Each operation of PyTorch takes work of Python's: so `map`, and a loop that PyTorch runs, are counted, too."""

    def __torch_dispatch__(self, operation: Any, _types: Any, given: Any = (), named: Any = None) -> Any:
        return operation(*given, **(named or {}))


class Work:
    """How many instructions of Python a call takes, and whether all of them were seen."""

    def __init__(self) -> None:
        self.steps, self.open = 0, {}

    def count(self, frame: Any, event: str, _argument: Any) -> Any:
        """As `sys.settrace` calls it, once more for each function that was entered."""
        frame.f_trace_opcodes = True
        self.steps += event == "opcode"
        if event == "call":
            self.open[id(frame)] = frame
        elif event == "return":  # which a frame that took its trace off, or has another one, never tells
            self.open.pop(id(frame), None)
        return self.count


def work_of(function: Callable[..., Any], arguments: Sequence[Any]) -> tuple[int, bool, Any]:
    """How many instructions of Python a call takes, whether more was done elsewhere, and what it gives."""
    work, elsewhere, counting = Work(), False, False

    def hear(event: str, _arguments: Any) -> None:
        nonlocal elsewhere
        elsewhere |= counting and event in AWAY

    before, busy = sys.gettrace(), time_elsewhere()
    sys.addaudithook(hear)
    sys._getframe().f_trace_opcodes = True  # else the first trace of a process shows no opcodes in Python 3.12
    with Seen():
        torch.ones(1) + 1  # the first operation of a process that is seen imports much, which nobody should count
        sys.settrace(work.count)
        counting = True
        try:
            result = function(*arguments)
        finally:
            counting = False
            sys.settrace(before)
    return work.steps, elsewhere or bool(work.open) or time_elsewhere() - busy > ELSEWHERE, result


def time_elsewhere() -> int:
    """Processor time of all threads but this one so far, also of those that have ended, in nanoseconds."""
    return time.process_time_ns() - time.thread_time_ns()


def work_grows(
    function: Callable[..., Any], small: Sequence[Any], large: Sequence[Any]
) -> tuple[bool, bool, list[int]]:
    """Whether the large call takes clearly more of them, or leaves work to others, and the shape of its result."""
    few, _, _ = work_of(function, small)
    many, elsewhere, result = work_of(function, large)
    return bool(many > 1.5 * few + 100), elsewhere, list(result.shape)


def expect_no_loop_over_places(student: Any, name: str, small: Sequence[Any], large: Sequence[Any]) -> None:
    """The Python instructions of a call are about as many for a large image as for a small one; shapes are right."""
    right = getattr(reference, name)(*large)
    inside = student.beside(work_grows)
    answer = inside.work_grows(getattr(student, name), list(small), list(large))
    grows, elsewhere, shape = expect(answer).to_be_a(tuple, 3)
    expect(tuple(shape) == tuple(right.shape)).to_hold(f"the result has the shape {tuple(right.shape)}")
    expect(elsewhere is False).to_hold("no thread and no process but the one that is asked takes part in the call")
    expect(grows is False).to_hold(
        "Python's work does not grow with the image: loop over the kernel, not over rows, columns or places"
    )


@check(weight=0, quote="torch's own convolutions, `F.unfold` and `F.fold` are switched off.")
def test_im2col_is_own_work(student, cases):
    """im2col is written by hand, without F.unfold and torch's convolutions"""
    x = cases.images(2, 2, 4, 4)
    own_work(lambda: student.im2col(x, 2), lambda: student.im2col(x, (2, 3), (1, 2), (1, 0)))


@check(
    after="im2col_is_own_work",
    weight=2.5,
    quote=(
        "A column holds the window of channel 0 row by row, then that of channel 1, and so on.",
        "The columns are the places of the output, row by row.",
    ),
)
def test_im2col_columns(student, cases):
    """im2col writes each window under each other, channel after channel, and the places side by side, row by row"""
    for shape, kernel in (((2, 3, 5, 7), 3), ((3, 2, 4, 6), 2), ((2, 1, 6, 5), 4)):
        x = cases.images(*shape).float()
        expect(student.im2col(x, kernel)).to_agree_with(reference.im2col(x, kernel))


@check(after="im2col_is_own_work", weight=1.75, quote="L = H'·W'")
def test_im2col_stride(student, cases):
    """im2col moves by the stride, and drops what does not fit"""
    for shape, kernel, stride in (((2, 1, 6, 9), 2, 3), ((2, 1, 7, 8), 3, 2), ((3, 1, 6, 5), 1, 2)):
        x = cases.images(*shape).float()
        expect(student.im2col(x, kernel, stride)).to_agree_with(reference.im2col(x, kernel, stride))


@check(after="im2col_is_own_work", weight=1.75, quote="The padding is zeros. The kernel fits.")
def test_im2col_padding(student, cases):
    """im2col pads with zeros on each side"""
    x = cases.images(1, 3, 4, 6).float()
    for kernel, padding in ((2, 1), (3, 2), (5, 1)):  # the last is taller than x without its padding
        right = reference.im2col(x, kernel, 1, padding)
        expect(student.im2col(x, kernel, padding=padding)).to_agree_with(right)


@check(
    after="im2col_is_own_work",
    weight=1.75,
    quote="kernel, stride and padding: an int, or a pair (height, width).",
)
def test_im2col_pairs(student, cases):
    """im2col takes kernel, stride and padding as a pair (height, width) or as one number, each on its own"""
    x = cases.images(1, 1, 6, 9).float()
    for settings in (((2, 3),), ((3, 1),), (2, (3, 1)), (2, (1, 2)), (2, 1, (0, 2)), (2, 1, (2, 1))):
        expect(student.im2col(x, *settings)).to_agree_with(reference.im2col(x, *settings))
    for settings in (((2, 3), (1, 2), 0), ((3, 2), 2, (1, 0)), (3, (2, 3), 1), ((1, 1), (2, 3), (0, 1))):
        expect(student.im2col(x, *settings)).to_agree_with(reference.im2col(x, *settings))


@check(after="im2col_is_own_work", quote="The kernel fits.")
def test_im2col_extreme_kernels(student, cases):
    """im2col works with a 1 × 1 kernel, with 2 × 2, and with one as large as the image"""
    x = cases.images(1, 1, 4, 4).float()
    for kernel in (1, 4, 2):  # the first two only give x another shape
        expect(student.im2col(x, kernel)).to_agree_with(reference.im2col(x, kernel))


@check(after="im2col_extreme_kernels", weight=1.75, quote="Keeps every dtype, whole numbers too.")
def test_im2col_dtypes(student, cases):
    """im2col keeps float64, float32 and whole numbers, with and without padding"""
    x = cases.images(1, 1, 4, 5)
    for image in (x, x.float(), cases.integers(1, 1, 5, 4), cases.integers(1, 1, 3, 4).int()):
        expect(student.im2col(image, 2)).to_equal(reference.im2col(image, 2))
        expect(student.im2col(image, 2, 1, 1)).to_equal(reference.im2col(image, 2, 1, 1))


def x_after_writing_into_the_columns(student, x, kernel, stride):
    student.im2col(x, kernel, stride).add_(1)
    return x


@check(
    after="im2col_extreme_kernels",
    weight=1.75,
    quote=("Writing into the result never changes x.", "any memory layout"),
)
def test_im2col_own_memory(student, cases):
    """im2col gives a tensor of its own: writing into it never changes x, and x may be a slice of a larger tensor"""
    x = cases.images(1, 1, 4, 6).float()
    expect(lambda: student.im2col(x, 2)).to_leave_inputs_alone()
    for kernel, stride in ((1, 1), (1, 2), (1, (2, 1)), (2, 2), (2, 1)):
        expect(student.beside(x_after_writing_into_the_columns)(x.clone(), kernel, stride)).to_equal(x)
    expect(student.on_views.im2col(x, 2)).to_agree_with(reference.im2col(x, 2))


@check(after="im2col_extreme_kernels", quote="keep the way back for autograd open")
def test_im2col_gradients(student, cases):
    """im2col lets gradients flow back to x: the sum over all windows that hold a pixel"""
    x, upstream = cases.images(1, 1, 5, 6).float(), cases.tensor(1, 4, 20).float()
    (right,) = gradients_of(lambda x: reference.im2col(x, 2), upstream, x)
    expect(student.with_gradients(upstream).im2col(x, 2)).to_have_gradient(right)


@check(
    after="im2col_extreme_kernels",
    weight=1.75,
    quote="no loop over rows, columns or places of the output, not even in threads.",
)
def test_im2col_without_loops(student, cases):
    """im2col has no loop over the places of the image: Python's work is the same for a large image"""
    small, large = cases.images(1, 1, 6, 7).float(), cases.images(1, 1, 24, 31).float()
    expect_no_loop_over_places(student, "im2col", (small, 2), (large, 2))


@check(weight=0, quote="torch's own convolutions, `F.unfold` and `F.fold` are switched off.")
def test_conv2d_im2col_is_own_work(student, cases):
    """conv2d_im2col is written by hand, without F.unfold and torch's convolutions"""
    x, weight, bias = cases.images(1, 1, 4, 4).float(), cases.kernels(2, 1, 2, 2).float(), cases.bias(2).float()
    own_work(
        lambda: student.conv2d_im2col(x, weight),
        lambda: student.conv2d_im2col(x, weight, bias, 1, 1),
        lambda: student.conv2d_im2col(x, weight, bias, (2, 1), (1, 2)),
    )


@check(after="conv2d_im2col_is_own_work", weight=2, quote="The same numbers as `conv2d` of A1")
def test_layer_values(student, cases):
    """conv2d_im2col gives the same numbers as torch: (2, 3, 5, 7) under four kernels becomes (2, 4, 3, 5)"""
    for shape, kernel in (((2, 3, 5, 7), (4, 3, 3, 3)), ((3, 2, 4, 6), (3, 2, 2, 2)), ((2, 1, 5, 4), (2, 1, 1, 1))):
        x, weight = cases.images(*shape).float(), cases.kernels(*kernel).float()
        expect(student.conv2d_im2col(x, weight)).to_agree_with(F.conv2d(x, weight))


@check(
    after="conv2d_im2col_is_own_work",
    weight=1.75,
    quote="bias (Cout,) or None, one number for each output channel.",
)
def test_layer_bias(student, cases):
    """conv2d_im2col adds bias[o] to every pixel of output channel o, once"""
    for height, width in ((5, 6), (3, 3)):  # the second has as many places as output channels
        x, weight, bias = cases.images(1, 2, height, width), cases.kernels(4, 2, 2, 2), cases.bias(4)
        x, weight, bias = x.float(), weight.float(), bias.float()
        expect(student.conv2d_im2col(x, weight, bias)).to_agree_with(F.conv2d(x, weight, bias))


@check(
    after="conv2d_im2col_is_own_work",
    weight=1.75,
    quote="stride and padding: an int, or a pair (height, width).",
)
def test_layer_stride_and_padding(student, cases):
    """conv2d_im2col moves by (sh, sw), pads (ph, pw) zeros on each side, and takes numbers and pairs"""
    x, weight = cases.images(1, 1, 6, 9).float(), cases.kernels(2, 1, 3, 2).float()
    for settings in ((2, 1), ((1, 3), (0, 1)), ((2, 1), (2, 0)), (1, (1, 2))):
        right = F.conv2d(x, weight, None, *settings)
        expect(student.conv2d_im2col(x, weight, None, *settings)).to_agree_with(right)


@check(after="layer_stride_and_padding", weight=1.5, quote="Gradients flow back to x, weight and bias.")
def test_layer_gradients(student, cases):
    """conv2d_im2col lets gradients flow back to x and to the weight"""
    x, weight, upstream = cases.images(1, 1, 5, 6), cases.kernels(3, 1, 2, 2), cases.images(1, 3, 4, 5)
    x, weight, upstream = x.float(), weight.float(), upstream.float()
    found = student.with_gradients(upstream, wrt=("0", "1")).conv2d_im2col(x, weight)
    for place, right in enumerate(gradients_of(F.conv2d, upstream, x, weight)):
        expect(found).to_have_gradient(right, of=str(place))


@check(after=("layer_bias", "layer_stride_and_padding"), quote="Gradients flow back to x, weight and bias.")
def test_layer_gradients_of_everything(student, cases):
    """conv2d_im2col lets gradients flow back to the bias, and with a stride and a padding"""
    inputs = [tensor.float() for tensor in (cases.images(1, 1, 5, 6), cases.kernels(3, 1, 3, 3), cases.bias(3))]
    stride, padding, upstream = (2, 1), (1, 2), cases.images(1, 3, 3, 8).float()
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).conv2d_im2col(*inputs, stride, padding)
    for place, right in enumerate(gradients_of(lambda *leaves: F.conv2d(*leaves, stride, padding), upstream, *inputs)):
        expect(found).to_have_gradient(right, of=str(place))


@check(after="layer_stride_and_padding", weight=1.75, quote="Python's work does not grow with the image.")
def test_layer_without_loops(student, cases):
    """conv2d_im2col has no loop over the places of the image: Python's work is the same for a large image"""
    weight = cases.kernels(3, 1, 2, 2).float()
    small, large = cases.images(1, 1, 6, 7).float(), cases.images(1, 1, 24, 31).float()
    expect_no_loop_over_places(student, "conv2d_im2col", (small, weight), (large, weight))


@check(
    after="layer_stride_and_padding",
    weight=1.75,
    quote=("keep their dtype and device", "leave the arguments as they were", "any memory layout"),
)
def test_layer_dtype_and_views(student, cases):
    """conv2d_im2col keeps float64 and float32, leaves its inputs alone and works on slices of larger tensors"""
    x, weight = cases.images(1, 1, 4, 5), cases.kernels(2, 1, 2, 2)
    expect(lambda: student.conv2d_im2col(x, weight)).to_leave_inputs_alone()
    expect(student.on_views.conv2d_im2col(x, weight)).to_match(F.conv2d(x, weight))
    expect(student.conv2d_im2col(x.float(), weight.float())).to_match(F.conv2d(x.float(), weight.float()))
