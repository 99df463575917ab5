"""Hidden checks of the exercise `corr2d`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import CONVOLUTIONS, SIZES


@check(weight=0)
def test_corr2d_is_own_work(student, cases):
    """corr2d is written by hand, without a ready-made convolution"""
    with student.banning(*CONVOLUTIONS):
        own_work(
            lambda: student.corr2d(cases.tensor(4, 4), cases.tensor(2, 2)),
            lambda: student.corr2d(cases.tensor(3, 5), cases.tensor(2, 3)),
        )


@check(after="corr2d_is_own_work", weight=2)
def test_corr2d_values(student, cases):
    """corr2d gives the same numbers as torch, on images and kernels that are not square"""
    for image, kernel in (((5, 7), (2, 3)), ((6, 4), (3, 1)), ((4, 6), (3, 3)), ((3, 8), (1, 4))):
        X, K = cases.tensor(*image), cases.tensor(*kernel)
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check(after="corr2d_is_own_work")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 4), integers(1, 4)))
def test_corr2d_any_size(student, cases, image, kernel):
    """corr2d is right for every size of image and kernel"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    X, K = cases.tensor(*image), cases.tensor(*kernel)
    expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check(after="corr2d_is_own_work")
def test_corr2d_large_kernel(student, cases):
    """corr2d has one place left, (1, 1), when the kernel is as large as the image; a 1 × 1 kernel fits everywhere"""
    for image, kernel in (((3, 4), (3, 4)), ((3, 4), (3, 2)), ((4, 3), (1, 1))):
        X, K = cases.tensor(*image), cases.tensor(*kernel)
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check(after="corr2d_is_own_work")
def test_corr2d_dtypes(student, cases):
    """corr2d keeps the type of X * K: float32 stays float32, whole numbers times fractions give fractions"""
    whole = cases.integers(4, 6)
    for X, K in (
        (cases.tensor(4, 5, dtype=torch.float32), cases.tensor(2, 3, dtype=torch.float32)),
        (whole, cases.tensor(3, 2)),
        (whole, cases.integers(2, 3)),
    ):
        expect(student.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check(after="corr2d_is_own_work", weight=1.5)
def test_corr2d_gradients(student, cases):
    """corr2d lets gradients flow back to the image and to the kernel"""
    X, K, upstream = cases.tensor(4, 6), cases.tensor(2, 3), cases.tensor(3, 4)
    found = student.with_gradients(upstream, wrt=("0", "1")).corr2d(X, K)
    dx, dk = gradients_of(reference.corr2d, upstream, X, K)
    expect(found).to_have_gradient(dx, of="0")
    expect(found).to_have_gradient(dk, of="1")


@check(after="corr2d_is_own_work", weight=0.5)
def test_corr2d_views(student, cases):
    """corr2d leaves X and K as they were, and works on slices of larger tensors"""
    X, K = cases.tensor(5, 4), cases.tensor(2, 3)
    expect(lambda: student.corr2d(X, K)).to_leave_inputs_alone()
    expect(student.on_views.corr2d(X, K)).to_match(reference.corr2d(X, K))


@check(after="corr2d_is_own_work")
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


@check(weight=0)
def test_true_conv2d_is_own_work(student, cases):
    """true_conv2d is written by hand, without a ready-made convolution"""
    with student.banning(*CONVOLUTIONS):
        own_work(
            lambda: student.true_conv2d(cases.tensor(4, 4), cases.tensor(2, 2)),
            lambda: student.true_conv2d(cases.tensor(3, 5), cases.tensor(2, 3)),
        )


@check(after="true_conv2d_is_own_work", weight=1.5)
def test_true_conv2d_values(student, cases):
    """true_conv2d turns the kernel by 180 degrees, whatever its shape"""
    for image, kernel in (((4, 6), (2, 2)), ((5, 7), (2, 3)), ((4, 5), (3, 1)), ((3, 6), (1, 2))):
        X, K = cases.tensor(*image), cases.tensor(*kernel)
        expect(student.true_conv2d(X, K)).to_match(reference.true_conv2d(X, K))


@check(after="true_conv2d_is_own_work", weight=0.5)
def test_true_conv2d_gradients(student, cases):
    """true_conv2d leaves its inputs alone and lets gradients flow back to the kernel"""
    X, K, upstream = cases.tensor(5, 4), cases.tensor(3, 2), cases.tensor(3, 3)
    expect(lambda: student.true_conv2d(X, K)).to_leave_inputs_alone()
    found = student.with_gradients(upstream, wrt=("1",)).true_conv2d(X, K)
    expect(found).to_have_gradient(gradients_of(reference.true_conv2d, upstream, X, K)[1], of="1")
