"""Hidden checks of the exercise `kernels`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect


@check(quote="The mean over a k × k window as a kernel: (k, k) float32, all entries equal, sum 1.")
def test_box_kernel(student):
    """box_kernel has equal entries that add up to 1: (k, k)"""
    for k in (3, 1, 4):
        expect(student.box_kernel(k)).to_agree_with(torch.full((k, k), 1 / k**2))


@check(weight=1.5, quote="The entries are proportional to exp(-r**2 / (2 * sigma**2))")
def test_gaussian_values(student):
    """gaussian_kernel follows exp(-r² / (2 sigma²)) around the middle, and adds up to 1"""
    for k, sigma in ((5, 1.5), (3, 0.8), (7, 2.5)):
        expect(student.gaussian_kernel(k, sigma)).to_agree_with(reference.gaussian_kernel(k, sigma), rtol=1e-5)


@check(quote="k is 1 or more, odd or even; sigma is more than 0.")
def test_gaussian_even(student):
    """gaussian_kernel puts the top of an even kernel between the four middle pixels; k = 1 is the number 1"""
    for k, sigma in ((4, 1.3), (1, 0.7)):
        expect(student.gaussian_kernel(k, sigma)).to_agree_with(reference.gaussian_kernel(k, sigma), rtol=1e-5)


@check(quote="The kernels top, left, diag1, diag2 of the table: (4, 1, 3, 3) float32")
def test_edge_bank(student):
    """edge_bank holds top, left, diag1 and diag2: (4, 1, 3, 3)"""
    expect(student.edge_bank()).to_agree_with(reference.edge_bank())


@check(quote="`top` answers with a positive number at the top edge of something bright")
def test_edge_bank_answers(student):
    """edge_bank answers with +3 to an edge from dark to bright, top first, then left, and with 0 to a plain wall"""
    bank = expect(student.edge_bank()).to_have_shape(4, 1, 3, 3).detach().float()
    stair = torch.zeros(1, 1, 3, 3)
    stair[:, :, 2] = 1
    answers = F.conv2d(torch.cat([stair, stair.mT, torch.ones(1, 1, 3, 3)]), bank)[:, :2, 0, 0]
    expect(answers).to_match(torch.tensor([[3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]))


@check(after="box_kernel", weight=0.5, quote="The mean over a k × k window as a kernel: (k, k) float32")
def test_box_kernel_is_plain(student):
    """box_kernel is float32 and has no gradient"""
    expect(expect(student.box_kernel(3)).to_have_dtype(torch.float32)).to_be_detached()


@check(after="gaussian_values", weight=0.5, quote="A bell with its top in the middle: (k, k) float32, sum 1.")
def test_gaussian_kernel_is_plain(student):
    """gaussian_kernel is float32 and has no gradient"""
    expect(expect(student.gaussian_kernel(3, 0.8)).to_have_dtype(torch.float32)).to_be_detached()


@check(after="edge_bank", weight=0.5, quote="(4, 1, 3, 3) float32, without gradient.")
def test_edge_bank_is_plain(student):
    """edge_bank is float32 and has no gradient"""
    expect(expect(student.edge_bank()).to_have_dtype(torch.float32)).to_be_detached()


@check(weight=1.5, quote="The sum of kernel * window with the kernel's centre on img[row, col]: a tensor of shape ().")
def test_apply_everywhere(student, cases):
    """apply_kernel_at agrees with corr2d wherever a 3 × 5 and a 5 × 3 kernel fit, up to the last row and column"""
    img = cases.tensor(6, 8).float()
    for height, width in ((3, 5), (5, 3)):
        kernel, up, side = cases.tensor(height, width).float(), height // 2, width // 2
        right = reference.corr2d(img, kernel)
        for i, j in ((0, 0), (0, 3), (1, 1), (1, 3), (1, 2)):
            expect(student.apply_kernel_at(img, i + up, j + side, kernel)).to_agree_with(right[i, j])


@check(quote="img (H, W), kernel (kh, kw); kh and kw may differ.")
def test_apply_other_kernels(student, cases):
    """apply_kernel_at takes kernels of 1 × 1, 1 × 3 and 7 × 5: half of each side reaches beyond the centre"""
    img, one = cases.tensor(8, 6).float(), cases.tensor(1, 1).float()
    wide, tall = cases.tensor(1, 3).float(), cases.tensor(7, 5).float()
    for row, col, kernel in ((0, 0, one), (7, 5, one), (7, 2, wide), (3, 2, tall), (4, 3, tall)):
        right = reference.apply_kernel_at(img, row, col, kernel)
        expect(student.apply_kernel_at(img, row, col, kernel)).to_agree_with(right)


@check(after="apply_everywhere", quote="IndexError when the window leaves the image on any side")
def test_apply_at_the_border(student, cases):
    """apply_kernel_at raises IndexError when the window leaves the image, on each of the four sides"""
    img, kernel = cases.tensor(6, 8).float(), cases.tensor(3, 5).float()
    for row, col in ((0, 3), (3, 1), (5, 3), (3, 6), (-1, 3), (0, 0)):
        expect(lambda row=row, col=col: student.apply_kernel_at(img, row, col, kernel)).to_raise(IndexError)


@check(after="apply_everywhere", quote="ValueError when kh or kw is even (there is no centre).")
def test_apply_even_kernels(student, cases):
    """apply_kernel_at raises ValueError for a kernel with an even side, which has no centre"""
    img = cases.tensor(7, 9).float()
    for shape in ((2, 3), (3, 2), (4, 4)):
        kernel = cases.tensor(*shape).float()
        expect(lambda kernel=kernel: student.apply_kernel_at(img, 3, 4, kernel)).to_raise(ValueError)


@check(weight=2, quote="Entry [m, i, j] is kernel m with its centre on pixel (i, j), not flipped, with zeros around")
def test_filter_gray(student, cases):
    """filter_gray gives one map per kernel, as large as the image, with zeros around it and without a bias"""
    for size, kernel in (((5, 7), (3, 3)), ((7, 5), (5, 1)), ((6, 8), (3, 5))):
        img, kernels = cases.tensor(*size).float(), cases.kernels(3, 1, *kernel).float()
        expect(student.filter_gray(img, kernels)).to_agree_with(reference.filter_gray(img, kernels))


@check(
    after="filter_gray",
    quote=("Both must add up to 1, else the picture gets brighter or darker.", "leave the arguments as they were"),
)
def test_filter_gray_brightness(student, cases):
    """filter_gray with a blur keeps the brightness of a plain wall, away from the border"""
    wall = torch.full((7, 9), 0.4)
    blur = torch.stack([reference.box_kernel(3), reference.gaussian_kernel(3, 1.0)])[:, None]
    blurred = expect(lambda: student.filter_gray(wall, blur)).to_leave_inputs_alone()
    expect(blurred).to_have_shape(2, 7, 9)
    expect(blurred[:, 1:-1, 1:-1]).to_agree_with(torch.full((2, 5, 7), 0.4))


@check(after=("apply_everywhere", "filter_gray"), weight=0.5, quote="keep their dtype and device")
def test_kernels_in_float64(student, cases):
    """apply_kernel_at and filter_gray keep float64"""
    img, kernel = cases.tensor(5, 7), cases.tensor(3, 1)
    expect(student.apply_kernel_at(img, 2, 3, kernel)).to_match(reference.apply_kernel_at(img, 2, 3, kernel))
    expect(student.filter_gray(img, kernel[None, None])).to_match(reference.filter_gray(img, kernel[None, None]))
