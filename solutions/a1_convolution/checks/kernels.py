"""Hidden checks of the exercise `kernels`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect


@check()
def test_box_kernel(student):
    """box_kernel has equal entries that add up to 1: (k, k), float32, no gradient"""
    for k in (3, 1, 4):
        kernel = expect(student.box_kernel(k)).to_be_detached()
        expect(kernel).to_match(torch.full((k, k), 1 / k**2))


@check(weight=1.5)
def test_gaussian_values(student):
    """gaussian_kernel follows exp(-r² / (2 sigma²)) around the middle, and adds up to 1"""
    for k, sigma in ((5, 1.5), (3, 0.8), (7, 2.5)):
        kernel = expect(student.gaussian_kernel(k, sigma)).to_be_detached()
        expect(kernel).to_match(reference.gaussian_kernel(k, sigma), rtol=1e-5)


@check(weight=0.5)
def test_gaussian_even(student):
    """gaussian_kernel puts the top of an even kernel between the four middle pixels; k = 1 is the number 1"""
    for k, sigma in ((4, 1.3), (1, 0.7)):
        expect(student.gaussian_kernel(k, sigma)).to_match(reference.gaussian_kernel(k, sigma), rtol=1e-5)


@check()
def test_edge_bank(student):
    """edge_bank holds top, left, diag1 and diag2: (4, 1, 3, 3), float32, no gradient"""
    bank = expect(student.edge_bank()).to_be_detached()
    expect(bank).to_match(reference.edge_bank())


@check(weight=0.5)
def test_edge_bank_answers(student):
    """edge_bank answers with +3 to an edge from dark to bright, top first, then left, and with 0 to a plain wall"""
    bank = expect(student.edge_bank()).to_have_shape(4, 1, 3, 3)
    expect(bank).to_have_dtype(torch.float32)
    stair = torch.zeros(1, 1, 3, 3)
    stair[:, :, 2] = 1
    answers = F.conv2d(torch.cat([stair, stair.mT, torch.ones(1, 1, 3, 3)]), bank.detach())[:, :2, 0, 0]
    expect(answers).to_match(torch.tensor([[3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]))


@check(weight=1.5)
def test_apply_everywhere(student, cases):
    """apply_kernel_at agrees with corr2d wherever a 3 × 5 kernel fits, up to the last row and column"""
    img, kernel = cases.tensor(5, 8), cases.tensor(3, 5)
    right = reference.corr2d(img, kernel)
    for row, col in ((1, 2), (1, 5), (2, 3), (3, 2), (3, 5), (2, 4)):
        expect(student.apply_kernel_at(img, row, col, kernel)).to_match(right[row - 1, col - 2])


@check(weight=0.5)
def test_apply_small_kernels(student, cases):
    """apply_kernel_at with a kernel of one pixel gives that pixel; a 1 × 3 kernel reaches sideways only"""
    img = cases.tensor(4, 6)
    for row, col, kernel in ((0, 0, cases.tensor(1, 1)), (3, 5, cases.tensor(1, 1)), (3, 2, cases.tensor(1, 3))):
        right = reference.apply_kernel_at(img, row, col, kernel)
        expect(student.apply_kernel_at(img, row, col, kernel)).to_match(right)


@check()
def test_apply_at_the_border(student, cases):
    """apply_kernel_at raises IndexError when the window leaves the image, on each of the four sides"""
    img, kernel = cases.tensor(6, 8), cases.tensor(3, 5)
    for row, col in ((0, 3), (3, 1), (5, 3), (3, 6), (-1, 3), (0, 0)):
        expect(lambda row=row, col=col: student.apply_kernel_at(img, row, col, kernel)).to_raise(IndexError)


@check()
def test_apply_even_kernels(student, cases):
    """apply_kernel_at raises ValueError for a kernel with an even side, which has no centre"""
    img = cases.tensor(7, 9)
    for shape in ((2, 3), (3, 2), (4, 4)):
        kernel = cases.tensor(*shape)
        expect(lambda kernel=kernel: student.apply_kernel_at(img, 3, 4, kernel)).to_raise(ValueError)


@check(weight=2)
def test_filter_gray(student, cases):
    """filter_gray gives one map per kernel, as large as the image, with zeros around it and without a bias"""
    for size, kernel in (((5, 7), (3, 3)), ((7, 5), (5, 1)), ((6, 8), (3, 5))):
        img, kernels = cases.tensor(*size), cases.kernels(3, 1, *kernel)
        expect(student.filter_gray(img, kernels)).to_match(reference.filter_gray(img, kernels))


@check()
def test_filter_gray_brightness(student, cases):
    """filter_gray with a blur keeps the brightness of a plain wall, away from the border"""
    wall = torch.full((7, 9), 0.4)
    blur = torch.stack([reference.box_kernel(3), reference.gaussian_kernel(3, 1.0)])[:, None]
    blurred = expect(lambda: student.filter_gray(wall, blur)).to_leave_inputs_alone()
    expect(blurred).to_have_shape(2, 7, 9)
    expect(blurred[:, 1:-1, 1:-1]).to_match(torch.full((2, 5, 7), 0.4))
