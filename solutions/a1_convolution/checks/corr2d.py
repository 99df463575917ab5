"""Hidden checks of the exercise `corr2d`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch

from autograder.judge import assume, check, examples, expect, gradients_of, integers, own_work, tuples

from ._helpers import SIZES


@check(weight=0, quote="torch's own convolutions and `F.unfold` are switched off.")
def test_corr2d_is_own_work(student, cases):
    """corr2d is written by hand, without a ready-made convolution"""
    own_work(
        lambda: student.corr2d(cases.tensor(4, 4), cases.tensor(2, 2)),
        lambda: student.corr2d(cases.tensor(3, 5), cases.tensor(2, 3)),
    )


@check(
    after="corr2d_is_own_work",
    weight=2,
    quote=("Its entry [i, j] is the sum of X[i : i+h, j : j+w] * K.", "never square ones only"),
)
def test_corr2d_values(student, cases):
    """corr2d gives the same numbers as torch, on images and kernels that are not square"""
    for image, kernel in (((5, 7), (2, 3)), ((6, 4), (3, 1)), ((4, 6), (3, 3)), ((3, 8), (1, 4))):
        X, K = cases.tensor(*image).float(), cases.tensor(*kernel).float()
        expect(student.corr2d(X, K)).to_agree_with(reference.corr2d(X, K))


@check(after="corr2d_is_own_work", quote="The result has the shape (H-h+1, W-w+1)")
@examples(count=15, image=SIZES, kernel=tuples(integers(1, 4), integers(1, 4)))
def test_corr2d_any_size(student, cases, image, kernel):
    """corr2d is right for every size of image and kernel"""
    assume(kernel[0] <= image[0] and kernel[1] <= image[1])
    X, K = cases.tensor(*image).float(), cases.tensor(*kernel).float()
    expect(student.corr2d(X, K)).to_agree_with(reference.corr2d(X, K))


@check(after="corr2d_is_own_work", quote="K fits into X (h <= H and w <= W), it may be just as large.")
def test_corr2d_large_kernel(student, cases):
    """corr2d has one place left, (1, 1), when the kernel is as large as the image; a 1 × 1 kernel fits everywhere"""
    for image, kernel in (((3, 4), (3, 4)), ((3, 4), (3, 2)), ((4, 3), (1, 1))):
        X, K = cases.tensor(*image).float(), cases.tensor(*kernel).float()
        expect(student.corr2d(X, K)).to_agree_with(reference.corr2d(X, K))


@check(after="corr2d_values", quote="and the dtype of X * K.")
def test_corr2d_dtypes(student, cases):
    """corr2d keeps the type of X * K: float64 stays float64, whole numbers times fractions give fractions"""
    whole, X, K = cases.integers(4, 6), cases.tensor(4, 5), cases.tensor(2, 3)
    for pair in ((X, K), (X.float(), K.float()), (whole, cases.tensor(3, 2)), (whole, cases.integers(2, 3))):
        expect(student.corr2d(*pair)).to_match(reference.corr2d(*pair))


@check(after="corr2d_values", weight=1.5, quote="Gradients flow back to X and to K.")
def test_corr2d_gradients(student, cases):
    """corr2d lets gradients flow back to the image and to the kernel"""
    X, K, upstream = (tensor.float() for tensor in (cases.tensor(4, 6), cases.tensor(2, 3), cases.tensor(3, 4)))
    found = student.with_gradients(upstream, wrt=("0", "1")).corr2d(X, K)
    dx, dk = gradients_of(reference.corr2d, upstream, X, K)
    expect(found).to_have_gradient(dx, of="0")
    expect(found).to_have_gradient(dk, of="1")


@check(after="corr2d_values", quote=("leave the arguments as they were", "any memory layout"))
def test_corr2d_views(student, cases):
    """corr2d leaves X and K as they were, and works on slices of larger tensors"""
    X, K = cases.tensor(5, 4).float(), cases.tensor(2, 3).float()
    expect(lambda: student.corr2d(X, K)).to_leave_inputs_alone()
    expect(student.on_views.corr2d(X, K)).to_agree_with(reference.corr2d(X, K))


@check(
    after="corr2d_is_own_work", quote="and the result of a sum of images is the sum of the results: it is linear in X."
)
def test_corr2d_is_linear(student, cases):
    """corr2d is linear (a sum of images gives the sum of the results) and moves with the image"""
    X, other, K = (tensor.float() for tensor in (cases.tensor(5, 6), cases.tensor(5, 6), cases.tensor(3, 2)))
    for image in (X, other, 2 * X - other):
        expect(student.corr2d(image, K)).to_agree_with(reference.corr2d(image, K))
    dot = torch.zeros(3, 2)
    dot[2, 0] = 1
    expect(student.corr2d(X, dot)).to_agree_with(X[2:5, 0:5])


@check(weight=0, quote="torch's own convolutions and `F.unfold` are switched off.")
def test_true_conv2d_is_own_work(student, cases):
    """true_conv2d is written by hand, without a ready-made convolution"""
    own_work(
        lambda: student.true_conv2d(cases.tensor(4, 4), cases.tensor(2, 2)),
        lambda: student.true_conv2d(cases.tensor(3, 5), cases.tensor(2, 3)),
    )


@check(
    after="true_conv2d_is_own_work",
    weight=1.5,
    quote="turn K (h, w) by 180 degrees, then slide it over X (H, W).",
)
def test_true_conv2d_values(student, cases):
    """true_conv2d turns the kernel by 180 degrees, whatever its shape"""
    for image, kernel in (((4, 6), (2, 2)), ((5, 7), (2, 3)), ((4, 5), (3, 1)), ((3, 6), (1, 2))):
        X, K = cases.tensor(*image).float(), cases.tensor(*kernel).float()
        expect(student.true_conv2d(X, K)).to_agree_with(reference.true_conv2d(X, K))


@check(
    after="true_conv2d_values",
    quote=("Same shape, dtype and gradients as `corr2d`.", "leave the arguments as they were"),
)
def test_true_conv2d_gradients(student, cases):
    """true_conv2d leaves its inputs alone and lets gradients flow back to the kernel"""
    X, K, upstream = (tensor.float() for tensor in (cases.tensor(5, 4), cases.tensor(3, 2), cases.tensor(3, 3)))
    expect(lambda: student.true_conv2d(X, K)).to_leave_inputs_alone()
    found = student.with_gradients(upstream, wrt=("1",)).true_conv2d(X, K)
    expect(found).to_have_gradient(gradients_of(reference.true_conv2d, upstream, X, K)[1], of="1")
