"""Hidden checks of the exercise `out_size`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import reference

from autograder.judge import check, expect


def answers_to_each(function: Callable[..., Any], inputs: Sequence[Sequence[Any]]) -> list[Any]:
    """What it answers; where it raises, the name of the error."""
    answers = []
    for arguments in inputs:
        try:
            answers.append(function(*arguments))
        except Exception as error:  # noqa: BLE001  # whatever the student's code raises
            answers.append(type(error).__name__)
    return answers


def answers_everywhere(student: Any, name: str, inputs: Sequence[tuple[Any, ...]]) -> None:
    """Asks for many inputs at once; where an answer is wrong, asks for that input alone and complains about it."""
    function, inside = getattr(student, name), student.beside(answers_to_each)
    answers = expect(inside.answers_to_each(function, [list(sizes) for sizes in inputs])).to_be_a(list, len(inputs))
    for sizes, answer in zip(inputs, answers, strict=True):
        right = getattr(reference, name)(*sizes)
        if type(answer) is not int or answer != right:
            expect(function(*sizes)).to_equal(right)
            expect(False).to_hold("the same question gets the same answer every time")


@check(quote="In how many places a kernel of k fits on n pixels: an int.")
def test_size_with_stride_1(student):
    """conv_out_size counts the places of a kernel without stride and padding, also where it just fits"""
    answers_everywhere(student, "conv_out_size", [(n, k) for n in range(1, 30) for k in range(1, n + 1)])


@check(
    weight=2,
    quote=("s is the stride, p the padding at *each* end, d the dilation.", "That is why the formula rounds **down**"),
)
def test_size_everywhere(student):
    """conv_out_size agrees with torch for 2,000 sizes, kernels, strides and paddings"""
    sizes = (1, 2, 3, 6, 7, 11, 20, 28, 49, 64, 101, 224)
    grid = itertools.product(sizes, (1, 2, 3, 4, 5, 7, 11), (1, 2, 3, 4, 5), (0, 1, 2, 3, 5))
    answers_everywhere(student, "conv_out_size", [(n, k, s, p) for n, k, s, p in grid if k <= n + 2 * p])


@check(quote="which then reaches over $d\\,(k-1)+1$ pixels.")
def test_size_with_dilation(student):
    """conv_out_size lets a dilated kernel reach over d*(k-1) + 1 pixels"""
    grid = itertools.product((5, 9, 16, 31), (1, 2, 3, 4), (1, 2, 3), (0, 2), (1, 2, 3))
    answers_everywhere(student, "conv_out_size", [(n, k, s, p, d) for n, k, s, p, d in grid if d * (k - 1) < n + 2 * p])


@check(quote="In how many places a kernel of k fits on n pixels: an int.")
def test_size_through_a_network(student):
    """conv_out_size leads through ResNet-18: 49, 25, 13, 7, 4, 2 pixels"""
    n = 49
    for k, p in ((7, 3), (3, 1), (3, 1), (3, 1), (3, 1)):
        wanted = reference.conv_out_size(n, k, 2, p)
        expect(student.conv_out_size(n, k, s=2, p=p)).to_equal(wanted)
        n = wanted


@check(
    after="size_with_stride_1",
    quote="Raises ValueError when it does not fit at all: d*(k-1) + 1 > n + 2*p.",
)
def test_size_refuses(student):
    """conv_out_size raises ValueError when the kernel does not fit"""
    for sizes in ((3, 5), (3, 4), (1, 4, 1, 1), (2, 7, 3, 2), (4, 3, 1, 0, 2), (5, 4, 2, 1, 3)):
        expect(lambda sizes=sizes: student.conv_out_size(*sizes)).to_raise(ValueError)
    expect(student.conv_out_size(5, 4, 2, 1, 2)).to_equal(1)


@check(quote="The padding with which a kernel of k and dilation d keeps the size at stride 1: an int.")
def test_same_padding_values(student):
    """same_padding keeps the size, with and without dilation"""
    grid = itertools.product(range(1, 12), range(1, 5))
    answers_everywhere(student, "same_padding", [(k, d) for k, d in grid if d * (k - 1) % 2 == 0])


@check(
    after="same_padding_values",
    quote="Raises ValueError when there is none, that is when d*(k-1) + 1 is even.",
)
def test_same_padding_refuses(student):
    """same_padding raises ValueError when the kernel reaches over an even number of pixels"""
    for sizes in ((4,), (2,), (6, 1), (4, 3)):
        expect(lambda sizes=sizes: student.same_padding(*sizes)).to_raise(ValueError)


@check(
    weight=1.5,
    quote="The smallest padding p >= 0 with which the kernel fits (k <= n + 2*p) and s divides n + 2*p - k.",
)
def test_even_cover_values(student):
    """even_cover_padding finds the smallest padding with which the kernel fits and the stride comes out even"""
    grid = itertools.product(range(1, 16), (1, 2, 3, 4, 5, 7), (1, 2, 3, 4, 5, 7))
    possible = [sizes for sizes in grid if reference.even_cover_padding(*sizes) is not None]
    answers_everywhere(student, "even_cover_padding", possible)


@check(after="even_cover_values", quote="None when no p does it.")
def test_even_cover_impossible(student):
    """even_cover_padding gives None when no padding works, as for 224 pixels, a kernel of 5 and stride 2"""
    for sizes in ((224, 5, 2), (10, 3, 4), (7, 4, 6)):
        expect(student.even_cover_padding(*sizes)).to_equal(None)


@check(weight=1.5, quote="Numbers per image after a convolution and a flatten: c_out * H' * W', an int.")
def test_flat_features(student):
    """flat_features multiplies the channels by the output's height and width, each by its own formula"""
    inputs = [((30, 528), 4, 7, 3, 2), ((9, 14), 3, 3, 2, 1), ((5, 8), 2, 4, 1, 0), ((28, 20), 6, 5, 2, 3)]
    answers_everywhere(student, "flat_features", inputs)
