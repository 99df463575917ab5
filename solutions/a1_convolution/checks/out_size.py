"""Hidden checks of the exercise `out_size`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools

import reference

from autograder.judge import answers_everywhere, check, expect, refusals_everywhere


@check(quote="In how many places a kernel of k fits on n pixels: an int.")
def test_size_with_stride_1(student, cases):
    """conv_out_size counts the places of a kernel without stride and padding, also where it just fits"""
    pairs = [(n, k) for n in range(1, 30) for k in range(1, n + 1)]
    answers_everywhere(student, cases, reference.conv_out_size, pairs)


@check(
    weight=1.5,
    quote=("s is the stride, p the padding at *each* end, d the dilation.", "That is why the formula rounds **down**"),
)
def test_size_everywhere(student, cases):
    """conv_out_size agrees with torch for 2,000 sizes, kernels, strides and paddings"""
    sizes = (1, 2, 3, 6, 7, 11, 20, 28, 49, 64, 101, 224)
    grid = itertools.product(sizes, (1, 2, 3, 4, 5, 7, 11), (1, 2, 3, 4, 5), (0, 1, 2, 3, 5))
    fits = [(n, k, s, p) for n, k, s, p in grid if k <= n + 2 * p]
    answers_everywhere(student, cases, reference.conv_out_size, fits)


@check(quote="which then reaches over $d\\,(k-1)+1$ pixels.")
def test_size_with_dilation(student, cases):
    """conv_out_size lets a dilated kernel reach over d*(k-1) + 1 pixels"""
    grid = itertools.product((5, 9, 16, 22, 31, 40), (1, 2, 3, 4), (1, 2, 3), (0,), (1, 2, 3))
    fits = [(n, k, s, p, d) for n, k, s, p, d in grid if d * (k - 1) < n]
    answers_everywhere(student, cases, reference.conv_out_size, fits)


@check(weight=0.5, quote="In how many places a kernel of k fits on n pixels: an int.")
def test_size_through_a_network(student, cases):
    """conv_out_size leads through ResNet-18: 49, 25, 13, 7, 4, 2 pixels"""
    for n in (49, int(cases.rng.integers(150, 450))):
        for k, p in ((7, 3), (3, 1), (3, 1), (3, 1), (3, 1)):
            wanted = reference.conv_out_size(n, k, 2, p)
            expect(student.conv_out_size(n, k, s=2, p=p)).to_equal(wanted)
            n = wanted


@check(
    after="size_with_stride_1",
    quote="Raises ValueError when it does not fit at all: d*(k-1) + 1 > n + 2*p.",
)
def test_size_refuses(student, cases):
    """conv_out_size raises ValueError when the kernel does not fit"""
    wrong = ((3, 5), (3, 4), (1, 4, 1, 1), (2, 7, 3, 2), (4, 3, 1, 0, 2), (5, 4, 2, 1, 3))
    fits = ((5, 5), (4, 3), (2, 4, 1, 1), (3, 7, 3, 2), (5, 3, 1, 0, 2), (5, 4, 2, 1, 2))
    refusals_everywhere(student, cases, reference.conv_out_size, wrong, fits)


@check(weight=2, quote="The padding with which a kernel of k and dilation d keeps the size at stride 1: an int.")
def test_same_padding_values(student, cases):
    """same_padding keeps the size, with and without dilation"""
    grid = itertools.product(range(1, 12), range(1, 5))
    odd = [(k, d) for k, d in grid if d * (k - 1) % 2 == 0]
    answers_everywhere(student, cases, reference.same_padding, odd)


@check(
    after="same_padding_values",
    quote="Raises ValueError when there is none, that is when d*(k-1) + 1 is even.",
)
def test_same_padding_refuses(student, cases):
    """same_padding raises ValueError when the kernel reaches over an even number of pixels"""
    wrong, right = ((4,), (2,), (6, 1), (4, 3), (8, 1), (2, 5)), ((3,), (1,), (5, 1), (4, 2), (7, 3), (2, 4))
    refusals_everywhere(student, cases, reference.same_padding, wrong, right)


@check(
    weight=2,
    quote="The smallest padding p >= 0 with which the kernel fits (k <= n + 2*p) and s divides n + 2*p - k.",
)
def test_even_cover_values(student, cases):
    """even_cover_padding finds the smallest padding with which the kernel fits and the stride comes out even"""
    grid = itertools.product(range(1, 16), (1, 2, 3, 4, 5, 7), (1, 2, 3, 4, 5, 7))
    possible = [sizes for sizes in grid if reference.even_cover_padding(*sizes) is not None]
    answers_everywhere(student, cases, reference.even_cover_padding, possible)


@check(after="even_cover_values", quote="None when no p does it.")
def test_even_cover_impossible(student, cases):
    """even_cover_padding gives None when no padding works, as for 224 pixels, a kernel of 5 and stride 2"""
    impossible = ((224, 5, 2), (10, 3, 4), (7, 4, 6), (12, 3, 2), (9, 2, 4), (11, 6, 2))
    possible = ((223, 5, 2), (10, 2, 4), (7, 5, 6), (12, 4, 2), (9, 3, 4), (11, 5, 2))
    answers_everywhere(student, cases, reference.even_cover_padding, impossible + possible)


@check(quote="Numbers per image after a convolution and a flatten: c_out * H' * W', an int.")
def test_flat_features(student, cases):
    """flat_features multiplies the channels by the output's height and width, each by its own formula"""
    inputs = [((30, 528), 4, 7, 3, 2), ((9, 14), 3, 3, 2, 1), ((5, 8), 2, 4, 1, 0), ((28, 20), 6, 5, 2, 3)]
    for _ in range(4):
        height, width, c_out, k, s, p = cases.rng.integers((9, 20, 2, 2, 1, 0), (20, 60, 9, 8, 4, 4)).tolist()
        inputs.append(((height, width), c_out, k, s, p))
    answers_everywhere(student, cases, reference.flat_features, inputs)
