"""Right solutions of the exercise `kernels`, written differently: none of them may lose a point. Named function__how."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def box_kernel__full(k):
    return torch.full((k, k), 1.0 / (k * k))


def box_kernel__normalised(k):
    kernel = torch.ones(k, k)
    return kernel / kernel.sum()


def gaussian_kernel__outer(k, sigma):
    line = torch.tensor([math.exp(-((i - (k - 1) / 2) ** 2) / (2 * sigma**2)) for i in range(k)])
    return torch.outer(line, line) / line.sum() ** 2


def gaussian_kernel__loops(k, sigma):
    kernel, centre = torch.zeros(k, k), (k - 1) / 2
    for i in range(k):
        for j in range(k):
            kernel[i, j] = math.exp(-((i - centre) ** 2 + (j - centre) ** 2) / (2 * sigma * sigma))
    kernel /= kernel.sum()
    return kernel


def gaussian_kernel__numpy(k, sigma):
    r = np.arange(k) - (k - 1) / 2
    a, b = np.meshgrid(r, r)
    bell = np.exp(-(a**2 + b**2) / 2 / sigma**2) / (2 * np.pi * sigma**2)
    return torch.from_numpy((bell / bell.sum()).astype(np.float32))


def gaussian_kernel__softmax(k, sigma):
    r = torch.linspace(-(k - 1) / 2, (k - 1) / 2, k) / sigma
    return F.softmax(-(r[:, None] ** 2 + r[None] ** 2).flatten() / 2, dim=0).view(k, k)


def edge_bank__stack():
    top = torch.tensor([-1.0, 0.0, 1.0])[:, None].repeat(1, 3)
    diag1 = torch.tensor([[0.0, -1, 1], [-1, 1, 0], [1, 0, 0]])
    diag2 = torch.eye(3) - torch.diag(torch.ones(2), 1)
    return torch.stack([top, top.T, diag1, diag2]).unsqueeze(1)


def edge_bank__from_text():
    text = "-1 -1 -1 0 0 0 1 1 1 -1 0 1 -1 0 1 -1 0 1 0 -1 1 -1 1 0 1 0 0 1 -1 0 0 1 -1 0 0 1"
    return torch.tensor([float(number) for number in text.split()]).reshape(4, 1, 3, 3)


def apply_kernel_at__loops(img, row, col, kernel):
    h, w = kernel.shape
    if not (h % 2 and w % 2):
        raise ValueError("even")
    total = 0
    for u in range(h):
        for v in range(w):
            i, j = row + u - h // 2, col + v - w // 2
            if i < 0 or j < 0:
                raise IndexError("outside")
            total = total + img[i, j] * kernel[u, v]
    return total


def apply_kernel_at__windows(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("even")
    i, j = row - h // 2, col - w // 2
    if i < 0 or j < 0 or i + h > len(img) or j + w > len(img[0]):
        raise IndexError("outside")
    return torch.tensordot(img.narrow(0, i, h).narrow(1, j, w), kernel, dims=2)


def filter_gray__pad_and_windows(img, kernels):
    h, w = kernels.shape[-2:]
    wide = F.pad(img, (w // 2, w // 2, h // 2, h // 2))
    return torch.einsum("ijuv,nuv->nij", wide.unfold(0, h, 1).unfold(1, w, 1), kernels[:, 0])


def filter_gray__same(img, kernels):
    return F.conv2d(img.unsqueeze(0).unsqueeze(0), kernels, bias=None, padding="same").squeeze(0)


def filter_gray__conv_layer(img, kernels):
    n, _, h, w = kernels.shape
    layer = torch.nn.Conv2d(1, n, (h, w), padding=(h // 2, w // 2), bias=False, dtype=img.dtype, device=img.device)
    with torch.no_grad():
        layer.weight.copy_(kernels)
        return layer(img[None])


def apply_kernel_at__from_the_centre(img, row, col, kernel):
    h, w = kernel.shape
    if h % 2 == 0 or w % 2 == 0:
        raise ValueError("no centre")
    if row < h // 2 or col < w // 2 or row + h // 2 >= img.shape[0] or col + w // 2 >= img.shape[1]:
        raise IndexError("the window leaves the image")
    return (img[row - h // 2 : row + h // 2 + 1, col - w // 2 : col + w // 2 + 1] * kernel).sum()


def gaussian_kernel__in_short(k, sigma):
    r = torch.arange(k) - (k - 1) / 2
    g = torch.exp(-(r[:, None] ** 2 + r**2) / (2 * sigma**2))
    return g / g.sum()


def box_kernel__repeated(k):
    return torch.tensor(1 / k**2).repeat(k, k)


def gaussian_kernel__window(k, sigma):
    line = torch.signal.windows.gaussian(k, std=sigma, dtype=torch.float32)
    return torch.outer(line, line) / line.sum().square()


def gaussian_kernel__density(k, sigma):
    line = torch.distributions.Normal(0.0, sigma).log_prob(torch.arange(k) - (k - 1) / 2).double().exp()
    square = line.unsqueeze(1) @ line.unsqueeze(0)
    return square.div(square.sum()).to(torch.float32)


def edge_bank__numpy():
    bank = np.zeros((4, 1, 3, 3), dtype="float32")
    bank[0, 0, 0], bank[0, 0, 2] = -1, 1
    bank[1] = bank[0].transpose(0, 2, 1)
    bank[3, 0] = np.eye(3) - np.eye(3, k=1)
    bank[2, 0] = bank[3, 0, :, ::-1]
    bank[2, 0] = [[0, -1, 1], [-1, 1, 0], [1, 0, 0]]
    return torch.from_numpy(bank)


def apply_kernel_at__by_the_function(img, row, col, kernel):
    h, w = kernel.shape
    if 0 in (h % 2, w % 2):
        raise ValueError("no centre")
    places = {(i, j) for i in range(h // 2, len(img) - h // 2) for j in range(w // 2, img.shape[1] - w // 2)}
    if (row, col) not in places:
        raise IndexError(f"({row}, {col})")
    return corr2d(img, kernel)[row - h // 2, col - w // 2]


def filter_gray__by_the_function(img, kernels):
    h, w = kernels.shape[2:]
    framed = pad2d(img, w // 2, w // 2, h // 2, h // 2)
    return torch.stack([corr2d(framed, kernel[0]) for kernel in kernels])
