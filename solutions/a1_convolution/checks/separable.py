"""Hidden checks of the exercise `separable`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch

from autograder.judge import check, expect, gradients_of


def table_of(pair: Any) -> torch.Tensor:
    """The kernel that a column and a row stand for."""
    column, row = expect(pair).to_be_a_row_of(2)
    expect(column).to_be_a(torch.Tensor)
    return torch.outer(column, expect(row).to_be_a(torch.Tensor))


def some_table(cases: Any, h: int, w: int) -> torch.Tensor:
    """A separable kernel without an entry near 0, float32."""
    return torch.outer(cases.bias(h), cases.bias(w)).float()


@check(
    weight=2,
    quote="A column (h,) and a row (w,) whose table torch.outer(column, row) is the kernel K (h, w)",
)
def test_split_gives_the_kernel(student, cases):
    """split_kernel gives a column and a row whose table is the kernel"""
    for size in ((3, 2), (2, 5), (1, 4), (4, 1)):
        K = some_table(cases, *size)
        expect(table_of(student.split_kernel(K))).to_agree_with(K, rtol=2e-3)


@check(after="split_gives_the_kernel", weight=1.5, quote="its first row or its first column may be 0.")
def test_split_with_zeros(student, cases):
    """split_kernel copes with zeros in the kernel, wherever they are, and with kernels without a positive number"""
    K = some_table(cases, 3, 4)
    first_row, first_column, corner = K.clone(), K.clone(), K.clone()
    first_row[0], first_column[:, 0] = 0, 0
    corner[:, 0], corner[0] = 0, 0
    negative = -K.abs()
    negative[:, 1] = 0
    last = K.clone()
    last[:, 3], last[2] = 0, 0
    for kernel in (first_row, first_column, corner, negative, last):
        expect(table_of(student.split_kernel(kernel))).to_agree_with(kernel, rtol=2e-3)


@check(after="split_gives_the_kernel", weight=1.5, quote="None if there are none.")
def test_split_finds_no_table(student, cases):
    """split_kernel gives None for a kernel that is no table, even where a single number is in the way"""
    bent = some_table(cases, 3, 4)
    bent[int(cases.rng.integers(3)), int(cases.rng.integers(4))] *= 1.25
    others = bent, torch.eye(3), torch.tensor([[1.0, 2.0], [2.0, 1.0]]), 1000 * bent, bent / 1000
    tables = some_table(cases, 2, 3), some_table(cases, 4, 3)  # in between, so that the order is not known beforehand
    for kernel, is_table in cases.shuffled([*((K, False) for K in others), *((K, True) for K in tables)]):
        pair = student.split_kernel(kernel)
        if is_table:
            expect(table_of(pair)).to_agree_with(kernel, rtol=2e-3)
        else:
            expect(pair).to_equal(reference.split_kernel(kernel))


@check(
    after="split_gives_the_kernel", quote="a table that misses K by less than a thousandth of K's largest entry is K."
)
def test_split_allows_for_rounding(student, cases):
    """split_kernel takes a table for one although its numbers are rounded, whether they are small or large"""
    for factor in (1e-4, 1.0, 1e4):
        K = factor * some_table(cases, 5, 6) * (1 + 1e-5 * cases.tensor(5, 6)).float()
        expect(table_of(student.split_kernel(K))).to_agree_with(K, rtol=2e-3)


def kernel_after_writing_into_the_results(student, K):
    for part in student.split_kernel(K):
        part.mul_(0)
    return K


@check(after="split_gives_the_kernel", weight=0.5, quote=("Both results have its dtype.", "return a new tensor"))
def test_split_dtype(student, cases):
    """split_kernel keeps float64 with all its digits, and its results have their own memory"""
    K = torch.outer(cases.bias(4), cases.bias(3))
    expect(table_of(student.split_kernel(K))).to_match(K, rtol=1e-9)
    expect(student.beside(kernel_after_writing_into_the_results)(K.clone())).to_equal(K)


@check(weight=2, quote="Returns the pair of images (between, result), of the shapes (H-h+1, W) and (H-h+1, W-w+1).")
def test_passes_values(student, cases):
    """two_passes gives what the column makes of the image, and what the row makes of that"""
    for image, h, w in (((5, 7), 2, 3), ((6, 4), 3, 1), ((3, 8), 1, 4), ((4, 5), 4, 5)):
        X, column, row = (tensor.float() for tensor in (cases.tensor(*image), cases.bias(h), cases.bias(w)))
        between, result = expect(student.two_passes(X, column, row)).to_be_a_row_of(2)
        right = reference.two_passes(X, column, row)
        expect(between).to_agree_with(right[0])
        expect(result).to_agree_with(right[1])


@check(after="passes_values", quote="Both have the dtype of X.")
def test_passes_dtype(student, cases):
    """two_passes keeps float64 with all its digits"""
    X, column, row = cases.tensor(5, 6), cases.bias(3), cases.bias(2)
    between, result = expect(student.two_passes(X, column, row)).to_be_a_row_of(2)
    right = reference.two_passes(X, column, row)
    expect(between).to_match(right[0])
    expect(result).to_match(right[1])


def gradients_of_the_last_image(student, X, column, row, upstream):
    leaves = [tensor.clone().requires_grad_() for tensor in (X, column, row)]
    return torch.autograd.grad(student.two_passes(*leaves)[1], leaves, upstream)


@check(
    after="passes_values",
    quote=("Gradients flow back to X, column and row.", "leave the arguments as they were", "any memory layout"),
)
def test_passes_gradients(student, cases):
    """two_passes lets gradients flow back to X, column and row, and leaves them as they were"""
    X, column, row = cases.tensor(5, 6).float(), cases.bias(3).float(), cases.bias(2).float()
    upstream = cases.tensor(3, 5).float()
    expect(lambda: student.two_passes(X, column, row)).to_leave_inputs_alone()
    slopes = student.beside(gradients_of_the_last_image)(X, column, row, upstream)
    right = gradients_of(lambda *inputs: reference.two_passes(*inputs)[1], upstream, X, column, row)
    for slope, wanted in zip(expect(slopes).to_be_a(tuple, length=3), right, strict=True):
        expect(slope).to_agree_with(wanted)
    expect(student.on_views.two_passes(X, column, row)[1]).to_agree_with(reference.two_passes(X, column, row)[1])


@check(weight=2, quote="How many multiplications one walk and two walks take: a pair of ints (one, two).")
def test_multiplications(student, cases):
    """multiplications counts one walk and two walks, for images and kernels that are not square"""
    for _ in range(6):
        h, w = (int(side) for side in cases.rng.permutation(range(2, 9))[:2])
        H, W = h + int(cases.rng.integers(3, 20)), w + int(cases.rng.integers(21, 40))
        expect(student.multiplications((H, W), (h, w))).to_equal(reference.multiplications((H, W), (h, w)))


@check(after="multiplications", weight=0.5, quote="Only places where the kernel fits completely count.")
def test_multiplications_at_the_edges(student, cases):
    """multiplications is right for a kernel as large as the image, and for a single row or column"""
    H, W = int(cases.rng.integers(5, 30)), int(cases.rng.integers(31, 60))
    for kernel in ((H, W), (1, W), (H, 1), (1, 3), (3, 1)):
        expect(student.multiplications((H, W), kernel)).to_equal(reference.multiplications((H, W), kernel))
