"""Hidden checks of the exercise `conv_matrix`. The first line of each docstring is what the student reads.

Kernels and images that are not square have checks of their own; elsewhere they are square.
"""

from __future__ import annotations

import reference
import torch.nn.functional as F

from autograder.judge import answers_everywhere, check, expect, gradients_of


@check(weight=2, quote="put the kernel into a **big matrix**, one row for each place of the output.")
def test_matrix_of_a_square_kernel(student, cases):
    """conv_matrix puts a 2 × 2 and a 3 × 3 kernel, unflipped, into one row for each place of a square image"""
    for kernel, image in (((2, 2), (3, 3)), ((3, 3), (5, 5))):
        K = cases.tensor(*kernel).float()
        expect(student.conv_matrix(K, image)).to_agree_with(reference.conv_matrix(K, image))


@check(weight=2, quote="K fits. H and W may differ, so may h and w.")
def test_matrix_of_any_shape(student, cases):
    """conv_matrix works for kernels and images that are not square"""
    for kernel, image in (((2, 3), (4, 6)), ((3, 1), (5, 4)), ((2, 1), (3, 5)), ((1, 4), (3, 7))):
        K = cases.tensor(*kernel).float()
        expect(student.conv_matrix(K, image)).to_agree_with(reference.conv_matrix(K, image))


@check(weight=1.5, quote="W @ X.flatten() is corr2d(X, K).flatten() for every image X; K is not flipped.")
def test_matrix_times_image(student, cases):
    """conv_matrix times a flattened image is corr2d of the image, flattened"""
    for kernel, image in (((2, 2), (4, 4)), ((1, 1), (3, 3))):
        K, X = cases.tensor(*kernel).float(), cases.tensor(*image).float()
        right = F.conv2d(X[None, None], K[None, None])[0, 0]
        matrix = expect(student.conv_matrix(K, image)).to_agree_with(reference.conv_matrix(K, image))
        expect(matrix @ X.flatten()).to_agree_with(right.flatten())


@check(quote="The shape is (H'*W', H*W) with H' = H-h+1 and W' = W-w+1.")
def test_matrix_of_extreme_kernels(student, cases):
    """conv_matrix of a 1 × 1 kernel is a diagonal, and has one row when the kernel is as large as the image"""
    for kernel, image in (((1, 1), (3, 4)), ((3, 4), (3, 4)), ((3, 2), (3, 5)), ((2, 4), (5, 4))):
        K = cases.tensor(*kernel).float()
        expect(student.conv_matrix(K, image)).to_agree_with(reference.conv_matrix(K, image))


@check(after="matrix_times_image", quote="Same dtype as K. Gradients flow back to K.")
def test_matrix_gradient(student, cases):
    """conv_matrix lets gradients flow back to K: each weight gets the sum over its whole band"""
    K, upstream = cases.tensor(2, 2).float(), cases.tensor(9, 16).float()
    (right,) = gradients_of(lambda K: reference.conv_matrix(K, (4, 4)), upstream, K)
    expect(student.with_gradients(upstream).conv_matrix(K, (4, 4))).to_have_gradient(right)


@check(
    after="matrix_times_image",
    quote=("Same dtype as K.", "leave the arguments as they were", "any memory layout"),
)
def test_matrix_dtype_and_views(student, cases):
    """conv_matrix keeps the dtype of K, leaves K alone and takes a slice of a larger tensor"""
    K = cases.tensor(2, 2)
    expect(lambda: student.conv_matrix(K, (3, 3))).to_leave_inputs_alone()
    expect(student.on_views.conv_matrix(K, (4, 4))).to_match(reference.conv_matrix(K, (4, 4)))
    expect(student.conv_matrix(K.float(), (3, 3))).to_match(reference.conv_matrix(K.float(), (3, 3)))


@check(quote="How many weights lead from an n × n image to all places of a k × k kernel")
def test_counts_of_a_digit(student, cases):
    """weight_counts for 28 × 28 pixels and a 5 × 5 kernel: 451,584 dense, 14,400 local, 25 shared"""
    for n, k in ((28, 5), (32, 3), cases.rng.integers((34, 2), (50, 9)).tolist()):
        expect(student.weight_counts(n, k)).to_equal(reference.weight_counts(n, k))


@check(weight=1.5, quote='Returns {"dense": …, "local": …, "shared": …}, three ints.')
def test_counts_everywhere(student, cases):
    """weight_counts is right for every image and kernel, in whole numbers"""
    # Who counts the entries of the matrix itself is right, too: it has to fit into memory.
    inputs = [(n, k) for n in (1, 2, 3, 5, 8, 17, 33) for k in (1, 2, 3, 5, 8) if k <= n]
    answers_everywhere(student, cases, reference.weight_counts, inputs)
    for n, k in ((5, 5), (67, 1), (9, 4)):  # 67⁴ is odd, and too large for a float32
        found = expect(student.weight_counts(n, k)).to_be_a(dict, length=3)
        for name in ("dense", "local", "shared"):
            expect(expect(found.get(name)).to_be_a(int)).to_equal(reference.weight_counts(n, k)[name])
