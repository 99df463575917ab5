"""What every exercise of a2_pooling_im2col must give: plain functions that the hidden suite trusts.

The signatures are the students'. Where torch has the operation (`F.max_pool2d`, `F.unfold`, `F.fold`,
`F.conv_transpose2d`), torch is the oracle.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

Pair = int | tuple[int, int]


def pair(value: Pair) -> tuple[int, int]:
    """3 -> (3, 3), and a pair stays as it is: (height, width)."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


# ---------------------------------------------------------------- pool2d


def pool2d(
    x: torch.Tensor,
    kernel: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    mode: str = "max",
    count_include_pad: bool = True,
) -> torch.Tensor:
    """(B, C, H, W) -> (B, C, H', W'): the maximum or the mean of each window; ValueError for mode and padding > k/2."""
    kernel, padding = pair(kernel), pair(padding)
    stride = kernel if stride is None else pair(stride)
    if mode not in ("max", "avg"):
        raise ValueError(f"the mode is 'max' or 'avg', not {mode!r}")
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ValueError(f"padding {padding} is more than half of the kernel {kernel}")
    if mode == "max":
        return F.max_pool2d(x, kernel, stride, padding)
    x = x if x.is_floating_point() else x.float()
    return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=count_include_pad)


# ---------------------------------------------------------------- global_pool


def global_pool(x: torch.Tensor, mode: str = "avg") -> torch.Tensor:
    """(B, C, ...) -> (B, C): the mean or the maximum over all places of each channel; ValueError for another mode."""
    if mode not in ("max", "avg"):
        raise ValueError(f"the mode is 'max' or 'avg', not {mode!r}")
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else places.amax(2)


# ---------------------------------------------------------------- im2col


def im2col(x: torch.Tensor, kernel: Pair, stride: Pair = 1, padding: Pair = 0) -> torch.Tensor:
    """(B, C, H, W) -> (B, C*kh*kw, L): every window a column, in the order of `F.unfold`; any dtype."""
    columns = F.unfold(x if x.is_floating_point() else x.double(), pair(kernel), padding=padding, stride=stride)
    return columns.to(x.dtype)


def conv2d_im2col(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
) -> torch.Tensor:
    """(B, Cin, H, W), (Cout, Cin, kh, kw), (Cout,) -> (B, Cout, H', W'); pairs are (height, width)."""
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)


# ---------------------------------------------------------------- conv_matrix


def conv_matrix(K: torch.Tensor, in_shape: tuple[int, int]) -> torch.Tensor:
    """(H'*W', H*W): the matrix that makes out of a flattened (H, W) image its flattened cross-correlation with K."""
    pixels = in_shape[0] * in_shape[1]
    basis = torch.eye(pixels, dtype=K.dtype).reshape(pixels, 1, *in_shape)
    return F.conv2d(basis, K[None, None]).reshape(pixels, -1).T.contiguous()


def weight_counts(n: int, k: int) -> dict[str, int]:
    """Weights of a layer from n × n to m × m pixels, m = n-k+1: dense, locally connected, convolution."""
    m = n - k + 1
    return {"dense": m**2 * n**2, "local": m**2 * k**2, "shared": k**2}


# ---------------------------------------------------------------- conv_transpose2d


def conv_transpose_out_size(n: int, k: int, s: int = 1, p: int = 0, op: int = 0) -> int:
    """(n-1)s - 2p + k + op; ValueError when op is not in 0 … s-1, or when nothing is left."""
    if not 0 <= op < s:
        raise ValueError(f"output_padding {op} is not in 0 … {s - 1}")
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        raise ValueError(f"the padding {p} leaves nothing")
    return size


def conv_transpose2d(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
) -> torch.Tensor:
    """(B, Cin, H, W), (Cin, Cout, kh, kw), (Cout,) -> (B, Cout, H', W'); pairs are (height, width)."""
    return F.conv_transpose2d(x, weight, bias, stride, padding, output_padding)


def upsample_nearest(x: torch.Tensor, factor: Pair) -> torch.Tensor:
    """(B, C, H, W) -> (B, C, fh*H, fw*W): every pixel becomes a block of fh × fw; any dtype."""
    high, wide = pair(factor)
    return x.repeat_interleave(high, dim=2).repeat_interleave(wide, dim=3)


# ---------------------------------------------------------------- backward


def max_pool_backward(dout: torch.Tensor, x: torch.Tensor, kernel: Pair, stride: Pair) -> torch.Tensor:
    """Gradient of (max_pool2d(x) · dout) with respect to x: to the first maximum of each window in reading order."""
    with torch.enable_grad():
        leaf = x.detach().clone().requires_grad_()
        _, winners = F.max_pool2d(leaf, kernel, stride, return_indices=True)
    flat = torch.zeros(*x.shape[:2], x.shape[2] * x.shape[3], dtype=dout.dtype)
    return flat.scatter_add(2, winners.flatten(2), dout.flatten(2)).reshape(x.shape)


def col2im(
    cols: torch.Tensor, x_shape: tuple[int, int, int, int], kernel: Pair, stride: Pair, padding: Pair
) -> torch.Tensor:
    """(B, C*kh*kw, L) -> x_shape: each column added at the pixels it was cut from; what lay on the padding is lost."""
    return F.fold(cols, x_shape[2:], pair(kernel), padding=padding, stride=stride)


# ---------------------------------------------------------------- receptive_field


def receptive_field(layers: list[tuple[int, int, int]]) -> tuple[int, int, float]:
    """Size, jump and start of what one output sees through layers of (kernel, stride, padding), in input pixels."""
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


# ---------------------------------------------------------------- fft_conv2d (a stretch)


def fft_conv2d(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """F.conv2d(x, weight) as a product of Fourier transforms: the flipped kernel, on a ring that holds all of it."""
    (height, width), (kh, kw) = x.shape[2:], weight.shape[2:]
    size = (height + kh - 1, width + kw - 1)
    waves, kernels = torch.fft.fft2(x, s=size), torch.fft.fft2(weight.flip(2, 3), s=size)
    full = torch.fft.ifft2(torch.einsum("bchw,ochw->bohw", waves, kernels)).real
    return full[:, :, kh - 1 : height, kw - 1 : width]


def multiplications(x_shape: tuple[int, int, int, int], weight_shape: tuple[int, int, int, int]) -> tuple[int, int]:
    """Of a layer, stride 1 and no padding: sliding, and by transforms of n log2(n) and products of 2n each."""
    (batch, c_in, height, width), (c_out, _, kh, kw) = x_shape, weight_shape
    n, pairs = height * width, c_out * c_in
    sliding = batch * pairs * (height - kh + 1) * (width - kw + 1) * kh * kw
    transforms = batch * c_in + pairs + batch * c_out
    return sliding, transforms * n * (n - 1).bit_length() + 2 * n * batch * pairs


# ---------------------------------------------------------------- trustworthy


def trustworthy(pool: Callable[..., torch.Tensor]) -> bool:
    """Whether pool(x, kernel, stride, padding) agrees with torch's max pooling on three random images."""
    shapes = ((2, 3, 7, 10), (1, 2, 9, 6), (3, 1, 5, 8))
    settings = (((2, 3), (3, 2), (1, 0)), ((3, 2), (1, 2), (0, 1)), ((2, 2), (2, 2), (0, 0)))
    generator = torch.Generator().manual_seed(0)
    for shape, setting in zip(shapes, settings, strict=True):
        x = torch.randn(shape, generator=generator) - 5
        before = x.clone()
        try:
            found = pool(x, *setting)
        except Exception:  # noqa: BLE001  whatever the function under test raises
            return False
        right = F.max_pool2d(before, *setting)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.equal(x, before):
            return False
        if not torch.allclose(found, right):
            return False
    return True
