"""What every exercise of a1_convolution must give: plain functions that the hidden suite trusts.

The signatures are the students'. Where torch has the operation (`F.conv2d`, `F.pad`), torch is the oracle.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

Pair = int | tuple[int, int]


# ---------------------------------------------------------------- flatten


def to_chw_float(img: np.ndarray) -> torch.Tensor:
    """(H, W) or (H, W, C) image -> its own (C, H, W) float32 tensor; integers are divided by 255, alpha is dropped."""
    pixels = torch.from_numpy(np.array(img))
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    scaled = pixels.to(torch.float32) / (1.0 if pixels.is_floating_point() else 255.0)
    return scaled.permute(2, 0, 1)[:3].contiguous()


def flatten_batch(x: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W) -> (B, C*H*W), each image row by row, channel after channel."""
    return x.flatten(1)


# ---------------------------------------------------------------- corr2d


def corr2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """S[i, j] = sum over x, y of X[i+x, j+y] K[x, y]: (H, W), (h, w) -> (H-h+1, W-w+1)."""
    dtype = torch.result_type(X, K)
    return F.conv2d(X.to(dtype)[None, None], K.to(dtype)[None, None])[0, 0]


def true_conv2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Convolution as mathematics defines it: `corr2d` with the kernel turned by 180 degrees."""
    return corr2d(X, K.flip(0, 1))


# ---------------------------------------------------------------- out_size


def conv_out_size(n: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """floor((n + 2p - d(k-1) - 1) / s) + 1, as torch.nn.Conv2d has it; ValueError when the kernel does not fit."""
    reach = d * (k - 1) + 1
    if reach > n + 2 * p:
        raise ValueError(f"a kernel that reaches over {reach} does not fit into {n} + 2*{p}")
    return (n + 2 * p - reach) // s + 1


def same_padding(k: int, d: int = 1) -> int:
    """Padding that keeps the size at stride 1: d(k-1)/2; ValueError when the dilated kernel is even."""
    if d * (k - 1) % 2:
        raise ValueError(f"no padding keeps the size: the kernel reaches over {d * (k - 1) + 1}, an even number")
    return d * (k - 1) // 2


def even_cover_padding(n: int, k: int, s: int) -> int | None:
    """Smallest p >= 0 with which the kernel fits and s divides n + 2p - k; None when no p does."""
    first = max(0, -((n - k) // 2))  # the first p with n + 2p >= k
    return next((p for p in range(first, first + s) if (n + 2 * p - k) % s == 0), None)


def flat_features(hw: tuple[int, int], c_out: int, k: int, s: int, p: int) -> int:
    """Numbers per image after a convolution and a flatten: c_out * H' * W'."""
    height, width = hw
    return c_out * conv_out_size(height, k, s, p) * conv_out_size(width, k, s, p)


# ---------------------------------------------------------------- pad2d


def pad2d(x: torch.Tensor, left: int, right: int, top: int, bottom: int, value: float = 0.0) -> torch.Tensor:
    """(..., H, W) -> (..., top+H+bottom, left+W+right), a new tensor of the same dtype with `value` around."""
    padded = F.pad(x, (left, right, top, bottom), value=value)
    return padded.clone() if padded.data_ptr() == x.data_ptr() else padded


# ---------------------------------------------------------------- conv2d


def conv2d(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
) -> torch.Tensor:
    """(B, Cin, H, W), (Cout, Cin, kh, kw), (Cout,) -> (B, Cout, H', W'); pairs are (height, width)."""
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)


# ---------------------------------------------------------------- conv_components


def conv_components(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each input channel under each kernel slice (B, Cout, Cin, H', W'); their sums plus bias (B, Cout, H', W')."""
    cout, cin = weight.shape[:2]
    single = F.conv2d(x, weight.transpose(0, 1).reshape(cin * cout, 1, *weight.shape[2:]), groups=cin)
    components = single.unflatten(1, (cin, cout)).transpose(1, 2)
    return components, components.sum(2) + bias[:, None, None]


def plot_components(x: torch.Tensor, components: torch.Tensor, maps: torch.Tensor) -> Figure:
    """Image 0: its channels down the left, the maps along the top, the components where they meet."""
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    panels = {(0, 0): (x[0].mean(0), "image")}
    panels |= {(c + 1, 0): (x[0, c], f"channel {c}") for c in range(c_in)}
    panels |= {(0, k + 1): (maps[0, k], f"map {k}") for k in range(c_out)}
    for c, k in np.ndindex(c_in, c_out):
        panels[c + 1, k + 1] = (components[0, k, c], f"channel {c}, kernel {k}")
    for place, (picture, title) in panels.items():
        axes[place].imshow(picture.detach())
        axes[place].set_title(title)
    return figure


# ---------------------------------------------------------------- kernels


def box_kernel(k: int) -> torch.Tensor:
    """(k, k), all equal, sum 1."""
    return torch.full((k, k), 1.0 / k**2)


def gaussian_kernel(k: int, sigma: float) -> torch.Tensor:
    """(k, k), proportional to exp(-r^2 / (2 sigma^2)) with r the distance from the centre, sum 1."""
    r = torch.arange(k) - (k - 1) / 2
    line = torch.exp(-(r**2) / (2 * sigma**2))
    line = line / line.sum()
    return torch.outer(line, line)


def edge_bank() -> torch.Tensor:
    """(4, 1, 3, 3): top edge, left edge and the two diagonals, as in the table of the notebook."""
    top = [[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]]
    left = [[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]]
    diag1 = [[0.0, -1, 1], [-1, 1, 0], [1, 0, 0]]
    diag2 = [[1.0, -1, 0], [0, 1, -1], [0, 0, 1]]
    return torch.tensor([top, left, diag1, diag2])[:, None]


def apply_kernel_at(img: torch.Tensor, row: int, col: int, kernel: torch.Tensor) -> torch.Tensor:
    """Sum of kernel * window around (row, col). ValueError: even kernel; IndexError: the window leaves img."""
    height, width = kernel.shape
    if height % 2 == 0 or width % 2 == 0:
        raise ValueError(f"a kernel of shape ({height}, {width}) has no centre")
    up, side = height // 2, width // 2
    if not (up <= row < img.shape[0] - up and side <= col < img.shape[1] - side):
        raise IndexError(f"the kernel around ({row}, {col}) leaves the image")
    return (img[row - up : row + up + 1, col - side : col + side + 1] * kernel).sum()


def filter_gray(img: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """(H, W) image under (n, 1, kh, kw) odd kernels, zeros around it, no bias -> (n, H, W)."""
    height, width = kernels.shape[2:]
    return F.conv2d(img[None, None], kernels, padding=(height // 2, width // 2))[0]


# ---------------------------------------------------------------- learn_kernel


def learn_kernel(
    x: torch.Tensor,
    y: torch.Tensor,
    kernel_size: tuple[int, int],
    steps: int = 200,
    lr: float = 1e-2,
    seed: int = 0,
) -> tuple[torch.Tensor, list[float]]:
    """Gradient descent on the mean squared error of `corr2d(x, kernel) - y`: kernel, and the loss before each step."""
    kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5
    losses = []
    for _ in range(steps):
        kernel.requires_grad_()
        loss = ((F.conv2d(x[None, None], kernel[None, None])[0, 0] - y) ** 2).mean()
        losses.append(loss.item())
        kernel = (kernel - lr * torch.autograd.grad(loss, kernel)[0]).detach()
    return kernel, losses


# ---------------------------------------------------------------- separable (a stretch)


def split_kernel(K: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Column and row through the largest entry of K, whose outer product is K; None where it is not, within 1e-3."""
    i, j = divmod(int(K.abs().argmax()), K.shape[1])
    column, row = K[:, j] / K[i, j], K[i].clone()
    same = (torch.outer(column, row) - K).abs().max() < 1e-3 * K[i, j].abs()
    return (column, row) if same else None


def two_passes(X: torch.Tensor, column: torch.Tensor, row: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(H, W) -> `corr2d` with column (h, 1), then with row (1, w): both images."""
    between = corr2d(X, column[:, None])
    return between, corr2d(between, row[None])


def multiplications(image: tuple[int, int], kernel: tuple[int, int]) -> tuple[int, int]:
    """(H, W), (h, w) -> multiplications of `corr2d` with the whole kernel, and of `two_passes`."""
    (H, W), (h, w) = image, kernel
    places = (H - h + 1) * (W - w + 1)
    return places * h * w, (H - h + 1) * W * h + places * w
