"""Known mistakes of the exercise `kernels`. Of two that look alike the first is named: narrower ones stand first."""

import math

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake


# ================================================================ kernels: box_kernel

edit("box_kernel", "precedence_makes_ones", "/ (k * k)", "* 1 / k * k",
     hint="All entries are 1, which makes the image k*k times too bright. Do you divide by k*k? `1 / k * k` is (1 / k) * k = 1: Python works from left to right. Write 1 / (k * k).")

edit("box_kernel", "box_divided_by_k", "(k * k)", "k",
     hint="The kernel has k*k entries, so each is 1 / (k*k). You divided by k only.")


@mistake(replaces="box_kernel", hint="The kernel is two-dimensional, (k, k); no batch or channel axes here.")
def box_with_four_axes(k):
    return torch.ones(1, 1, k, k) / k**2


@mistake(replaces="box_kernel", hint="A kernel made by hand is no parameter: no gradient is wanted. Leave requires_grad out.")
def box_requires_grad(k):
    return (torch.ones(k, k) / k**2).requires_grad_()


edit("box_kernel", "box_of_zeros", "1.0 / (k * k)", "float(1 // k**2)",
     of="box_kernel__full", hint="// rounds 1 / k² down to 0. Use /.")


@mistake(replaces="box_kernel", hint="This kernel keeps only the middle pixel, so nothing is averaged. All k*k entries are equal.")
def box_is_a_delta(k):
    out = torch.zeros(k, k)
    out[k // 2, k // 2] = 1
    return out


# ================================================================ kernels: gaussian_kernel


@mistake(replaces="gaussian_kernel", hint="torch.normal and torch.randn draw random numbers; a Gaussian kernel is the bell curve itself: exp(-r² / (2 sigma²)), divided by its sum.")
def random_numbers(k, sigma):
    return sigma * torch.randn(k, k, generator=torch.Generator().manual_seed(k))


@mistake(replaces="gaussian_kernel", hint="The entries do not add up to 1, so the image gets brighter or darker. Divide by their sum.")
def not_normalised(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    return torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))


@mistake(replaces="gaussian_kernel", hint="1 / (2 pi sigma²) makes the continuous bell add up to 1, not its k*k samples. Divide by the sum of the entries.")
def normalised_by_the_formula(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    return torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)


edit("gaussian_kernel", "peak_is_one", "sum", "max",
     of="gaussian_kernel__in_short", hint="You divided by the largest entry, so that the middle is 1. Divide by the sum of all entries.")

edit("gaussian_kernel", "sigma_not_squared", "sigma**2", "sigma",
     of="gaussian_kernel__in_short", hint="sigma has to be squared: exp(-r² / (2 * sigma**2)).")

edit("gaussian_kernel", "factor_two_missing", "**2) / (2 * sigma**2))", "**2) / sigma**2)",
     of="gaussian_kernel__in_short", hint="The 2 is missing in the exponent: exp(-r² / (2 * sigma**2)).")

edit("gaussian_kernel", "brackets_missing", "**2) / (2 * sigma**2))", "**2) / 2 * sigma**2)",
     of="gaussian_kernel__in_short", hint="`/ 2 * sigma**2` divides by 2 and then multiplies by sigma². Put the denominator in brackets: / (2 * sigma**2).")

edit("gaussian_kernel", "centred_in_the_corner", "- (k - 1) / 2", ".float()",
     of="gaussian_kernel__in_short", hint="Your bell has its top in the corner. Measure the distance from the middle: index - (k - 1) / 2.")

edit("gaussian_kernel", "centre_half_a_pixel_off", "(k - 1)", "k",
     of="gaussian_kernel__in_short", hint="The middle of k entries lies at (k - 1) / 2; you used k / 2, so the bell is shifted by half a pixel.")

edit("gaussian_kernel", "distance_not_squared", "exp(-(r[:, None] ** 2 +", "exp(-torch.sqrt(r[:, None] ** 2 +",
     of="gaussian_kernel__in_short", hint="The exponent needs the squared distance, -r² / (2 sigma²); yours falls off like exp(-r), with a sharp tip.")

edit("gaussian_kernel", "one_axis_only",
     "g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))",
     "g = torch.exp(-(r**2) / (2 * sigma**2)).expand(k, k)",
     of="gaussian_kernel__in_short", hint="This is a bell along one axis only. Take r² = dx² + dy², or the outer product of two bells.")

edit("gaussian_kernel", "a_line_only", "r[:, None] ** 2 +", "",
     of="gaussian_kernel__in_short", hint="You return one line of k numbers; the kernel is (k, k), the outer product of that line with itself.")

edit("gaussian_kernel", "ignores_sigma", "**2) / (2 * sigma**2))", "**2) / 2)",
     of="gaussian_kernel__in_short", hint="sigma is not used: a larger sigma has to blur more.")

edit("gaussian_kernel", "gaussian_is_a_parameter", "return g / g.sum()", "return torch.nn.Parameter(g / g.sum())",
     of="gaussian_kernel__in_short", hint="A kernel made by hand is no parameter: no gradient is wanted. Leave requires_grad and nn.Parameter out.")

edit("gaussian_kernel", "grows_outwards", "exp(-(r[:, None] ** 2 +", "exp((r[:, None] ** 2 +",
     of="gaussian_kernel__in_short", hint="The sign of the exponent is missing: the weights have to fall with the distance, not grow.")


# ================================================================ kernels: edge_bank


@mistake(replaces="edge_bank", hint="Top and left are exchanged. A top edge changes from row to row, so its rows are -1, 0, 1.")
def top_and_left_exchanged():
    return torch.tensor([[[-1, 0, 1]] * 3, [[-1] * 3, [0] * 3, [1] * 3], [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake(replaces="edge_bank", hint="All signs are turned around: a step from dark to bright has to give a positive answer.")
def signs_turned_around():
    return -torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake(replaces="edge_bank", hint="The top edge is upside down: from dark above to bright below means -1 in the first row and 1 in the last.")
def top_edge_upside_down():
    return torch.tensor([[[1] * 3, [0] * 3, [-1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake(replaces="edge_bank", hint="The left edge is mirrored: from dark on the left to bright on the right means -1 in the first column and 1 in the last.")
def left_edge_mirrored():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[1, 0, -1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


@mistake(replaces="edge_bank", hint="The channel axis is missing: a bank for gray images is (4, 1, 3, 3). Add it with [:, None].")
def bank_without_channel_axis():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()


@mistake(replaces="edge_bank", hint="The four kernels are output channels, so they go on axis 0: (4, 1, 3, 3), not (1, 4, 3, 3).")
def bank_as_input_channels():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[None]


@mistake(replaces="edge_bank", hint="The bank holds whole numbers, and images hold floats: they cannot be convolved with each other. End with .float().")
def bank_of_integers():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]])[:, None]


@mistake(replaces="edge_bank", hint="The kernels are made by hand and stay as they are: no nn.Parameter, no requires_grad.")
def bank_is_a_parameter():
    return torch.nn.Parameter(torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None])


@mistake(replaces="edge_bank", hint="The two diagonals are exchanged: the order is top, left, diag1 (its ones run up to the right), diag2.")
def diagonals_exchanged():
    return torch.tensor([[[-1] * 3, [0] * 3, [1] * 3], [[-1, 0, 1]] * 3, [[1, -1, 0], [0, 1, -1], [0, 0, 1]], [[0, -1, 1], [-1, 1, 0], [1, 0, 0]]]).float()[:, None]


@mistake(replaces="edge_bank", hint="The bank has four kernels: top, left and both diagonals. The top edge is missing.")
def top_edge_missing():
    return torch.tensor([[[-1, 0, 1]] * 3, [[0, -1, 1], [-1, 1, 0], [1, 0, 0]], [[1, -1, 0], [0, 1, -1], [0, 0, 1]]]).float()[:, None]


# ================================================================ kernels: apply_kernel_at


@mistake(replaces="apply_kernel_at", hint="`width, height = kernel.shape` exchanges the two: shape is (rows, columns). It only shows with a kernel that is not square.")
def width_and_height_exchanged(img, row, col, kernel):
    width, height = kernel.shape
    if height % 2 == 0 or width % 2 == 0:
        raise ValueError("even kernel")
    up, side = height // 2, width // 2
    if row < kernel.shape[0] // 2 or col < kernel.shape[1] // 2 or row + kernel.shape[0] // 2 >= img.shape[0] or col + kernel.shape[1] // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - up : row + up + 1, col - side : col + side + 1] * kernel).sum()


edit("apply_kernel_at", "row_and_col_exchanged",
     "return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel).sum()",
     "return (img[col - h // 2 : col + h // 2 + 1, row - w // 2 : row + w // 2 + 1] * kernel).sum()",
     of="apply_kernel_at__from_the_centre", hint="You look at (col, row). Images are indexed img[row, col]: first down, then to the right.")


@mistake(replaces="apply_kernel_at", hint="An even kernel has no centre. Refuse it with ValueError instead of using a window that does not fit.")
def accepts_an_even_kernel(img, row, col, kernel):
    h, w = kernel.shape
    if row < h // 2 or col < w // 2 or row + (h - 1) // 2 >= img.shape[0] or col + (w - 1) // 2 >= img.shape[1]:
        raise IndexError("outside")
    return (img[row - h // 2 : row - h // 2 + h, col - w // 2 : col - w // 2 + w] * kernel).sum()


edit("apply_kernel_at", "checks_only_the_height",
     "or w % 2 == 0", "",
     "or col + w // 2", "or col + (w - 1) // 2",
     "+ w // 2 + 1", "- w // 2 + w",
     of="apply_kernel_at__from_the_centre", hint="Only the height of the kernel is checked. The width has to be odd as well.")


@mistake(replaces="apply_kernel_at", hint="At the border the slice starts below 0, and Python then counts from the end: the window comes out empty and the sum is 0. Check that the window lies inside and raise IndexError.")
def negative_slice_at_the_border(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    window = img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1]
    return (window * kernel[: window.shape[0], : window.shape[1]]).sum()


@mistake(replaces="apply_kernel_at", hint="You treat what lies outside the image as zeros. Here a window that leaves the image is an error: raise IndexError.")
def zeros_outside(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even kernel")
    wide = F.pad(img, (w // 2, w // 2, h // 2, h // 2))
    return (wide[row : row + h, col : col + w] * kernel).sum()


edit("apply_kernel_at", "checks_top_and_left_only",
     "or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]", "",
     "    return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel).sum()",
     "    window = img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1]\n"
     "    return (window * kernel[: window.shape[0], : window.shape[1]]).sum()",
     of="apply_kernel_at__from_the_centre", hint="You check the top and left border only. The window can also leave the image at the bottom and on the right.")

edit("apply_kernel_at", "refuses_the_last_window",
     "or col + w // 2 >= img.shape[1]", "- 1 or col + w // 2 >= img.shape[1] - 1",
     of="apply_kernel_at__from_the_centre", hint="Your border check refuses windows that still fit: the last allowed row is H - 1 - h // 2.")

edit("apply_kernel_at", "anchored_top_left",
     "    return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel).sum()",
     "    window = img[row : row + h, col : col + w]\n"
     "    return (window * kernel[: window.shape[0], : window.shape[1]]).sum()",
     of="apply_kernel_at__from_the_centre", hint="Your window starts at (row, col); its centre should lie there. Start h // 2 rows above and w // 2 columns to the left.")

edit("apply_kernel_at", "window_one_too_small", "+ 1, col - w // 2 : col + w // 2 + 1", ", col - w // 2 : col + w // 2",
     of="apply_kernel_at__from_the_centre", hint="The window ends one row and column too early: a Python slice excludes its end, so go to row + h // 2 + 1.")

edit("apply_kernel_at", "sliding_matrix_product", "// 2 : col + w // 2 + 1] *", "// 2 : col + w // 2 + 1] @",
     of="apply_kernel_at__from_the_centre", hint='A "sliding matrix multiplication" is a misleading name: window and kernel are multiplied number by number, with *, not with @.')

edit("apply_kernel_at", "products_without_sum",
     "return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel).sum()",
     "return img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel",
     of="apply_kernel_at__from_the_centre", hint="You return the products; the answer is one number, their sum.")


# ================================================================ kernels: filter_gray


@mistake(replaces="filter_gray", hint="A bias is added to every map. nn.Conv2d brings a random one along: use bias=False, or F.conv2d.")
def adds_a_bias(img, kernels):
    pad = (kernels.shape[2] // 2, kernels.shape[3] // 2)
    return F.conv2d(img[None, None], kernels, bias=torch.linspace(-0.2, 0.2, len(kernels), dtype=img.dtype), padding=pad)[0]


@mistake(replaces="filter_gray", hint="The maps are smaller than the image: put k // 2 zeros on each side first.")
def filters_without_padding(img, kernels):
    return F.conv2d(img[None, None], kernels)[0]


@mistake(replaces="filter_gray", hint="Height and width of the kernel need different paddings: (kh // 2, kw // 2).")
def same_padding_on_both_axes(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=kernels.shape[2] // 2)[0]


@mistake(replaces="filter_gray", hint="The padding is always 1, which fits 3×3 kernels only. It is kh // 2 rows and kw // 2 columns.")
def padding_is_always_one(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=1)[0]


edit("filter_gray", "filters_flipped", ", kernels,", ", kernels.flip(2, 3),",
     hint="The kernels are flipped. Filtering here is a cross-correlation, as F.conv2d computes it.")


@mistake(replaces="filter_gray", hint="The batch axis is still there: the result is (n, H, W). Take [0] at the end.")
def keeps_the_batch_axis(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))


@mistake(replaces="filter_gray", hint="You added the maps up. Each kernel gives a map of its own.")
def adds_the_maps_up(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0].sum(0, keepdim=True)


@mistake(replaces="filter_gray", hint="Negative answers are part of the result: they tell edges from bright to dark. Clip only when you show the picture.")
def clips_to_zero_and_one(img, kernels):
    return F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0].clamp(0, 1)


@mistake(replaces="filter_gray", hint="You stretch every map to [0, 1]. That is for showing it; the result holds the sums as they are.")
def stretches_to_zero_and_one(img, kernels):
    maps = F.conv2d(img[None, None], kernels, padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0]
    return (maps - maps.amin((1, 2), keepdim=True)) / (maps.amax((1, 2), keepdim=True) - maps.amin((1, 2), keepdim=True))


@mistake(replaces="filter_gray", hint="Only the first kernel is used. There is one map for each kernel of the bank.")
def first_kernel_only(img, kernels):
    return F.conv2d(img[None, None], kernels[:1], padding=(kernels.shape[2] // 2, kernels.shape[3] // 2))[0]


@mistake(replaces="filter_gray", hint="You repeat the pixels at the border. Zeros are meant here.")
def repeats_the_border_pixels(img, kernels):
    pad = kernels.shape[2] // 2, kernels.shape[3] // 2
    return F.conv2d(F.pad(img[None, None], (pad[1], pad[1], pad[0], pad[0]), mode="replicate"), kernels)[0]
