"""Right solutions, written differently: `convgrade prove` puts each into the perfect notebook and expects full marks.

`pool2d__loops` stands in for `pool2d`. Each is self-contained and uses only what the notebook imports and gives (`pair`). A suite
that refuses one of them is too strict.
"""

import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F


def pair(value):
    """As the notebook gives it."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


# ---------------------------------------------------------------- pool2d


def pool2d__loops(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    kh, kw = pair(kernel)
    sh, sw = pair(stride) if stride is not None else (kh, kw)
    ph, pw = pair(padding)
    if ph > kh / 2 or pw > kw / 2:
        raise ValueError("too much padding")
    if mode != "max" and mode != "avg":
        raise ValueError(mode)
    H, W = x.shape[2:]
    if mode == "avg" and not x.is_floating_point():
        x = x.to(torch.float32)
    lines = []
    for i in range((H + 2 * ph - kh) // sh + 1):
        line = []
        for j in range((W + 2 * pw - kw) // sw + 1):
            top, left = i * sh - ph, j * sw - pw
            window = x[:, :, max(top, 0) : min(top + kh, H), max(left, 0) : min(left + kw, W)].flatten(2)
            if mode == "max":
                line.append(window.max(dim=2)[0])
            elif count_include_pad:
                line.append(window.sum(dim=2) / (kh * kw))
            else:
                line.append(window.mean(dim=2))
        lines.append(torch.stack(line, dim=-1))
    return torch.stack(lines, dim=-2)


def pool2d__loop_over_the_kernel(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(kernel if stride is None else stride)
    if mode not in {"max", "avg"} or not (2 * ph <= kh and 2 * pw <= kw):
        raise ValueError("mode or padding")
    rows, columns = (x.shape[2] + 2 * ph - kh) // sh + 1, (x.shape[3] + 2 * pw - kw) // sw + 1

    def views(image, value):
        wide = image.new_full((*image.shape[:2], image.shape[2] + 2 * ph, image.shape[3] + 2 * pw), value)
        wide[:, :, ph : ph + image.shape[2], pw : pw + image.shape[3]] = image
        for u in range(kh):
            for v in range(kw):
                yield wide[:, :, u : u + (rows - 1) * sh + 1 : sh, v : v + (columns - 1) * sw + 1 : sw]

    if mode == "max":
        best = None
        for view in views(x, float("-inf") if x.is_floating_point() else torch.iinfo(x.dtype).min):
            best = view if best is None else torch.where(view > best, view, best)
        return best.clone()
    x = x if x.is_floating_point() else x.float()
    total = sum(views(x, 0.0))
    return total / (kh * kw if count_include_pad else sum(views(torch.ones_like(x), 0.0)))


def pool2d__unfolded(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    kernel, padding = pair(kernel), pair(padding)
    stride = kernel if stride is None else pair(stride)
    if any(p > k // 2 for p, k in zip(padding, kernel)):
        raise ValueError("padding is more than half of the kernel")
    if mode not in ("max", "avg"):
        raise ValueError("mode")
    (B, C, H, W), dtype = x.shape, x.dtype
    out = [(n + 2 * p - k) // s + 1 for n, p, k, s in zip((H, W), padding, kernel, stride)]
    work = x if x.is_floating_point() else x.double()

    def windows(image, value):
        sides = (padding[1], padding[1], padding[0], padding[0])
        flat = F.unfold(F.pad(image.reshape(-1, 1, *image.shape[2:]), sides, value=value), kernel, stride=stride)
        return flat.reshape(image.shape[0], C, -1, *out)

    if mode == "max":
        lowest = torch.finfo(work.dtype).min
        found = windows(work, lowest)
        return found.gather(2, found.argmax(2, keepdim=True))[:, :, 0].to(dtype)
    sums = windows(work, 0.0).sum(2)
    often = kernel[0] * kernel[1] if count_include_pad else windows(torch.ones_like(work), 0.0).sum(2)
    return (sums / often).to(dtype if x.is_floating_point() else torch.float32)


# ---------------------------------------------------------------- global_pool


def global_pool__axes(x, mode="avg"):
    axes = tuple(range(2, x.ndim))
    if mode == "avg":
        return x.mean(dim=axes)
    if mode == "max":
        return x.amax(dim=axes)
    raise ValueError(f"unknown mode {mode}")


def global_pool__adaptive(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError(mode)
    flat = x.reshape(*x.shape[:2], -1)
    pool = F.adaptive_avg_pool1d if mode == "avg" else F.adaptive_max_pool1d
    return pool(flat, 1).squeeze(-1)


def global_pool__one_axis_after_the_other(x, mode="avg"):
    if mode not in ["avg", "max"]:
        raise ValueError("mode is avg or max")
    while x.ndim > 2:
        x = x.mean(-1) if mode == "avg" else x.max(-1).values
    return x


# ---------------------------------------------------------------- im2col


def im2col__windows(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = map(pair, (kernel, stride, padding))
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    B, C, rows, columns = windows.shape[:4]
    return windows.permute(0, 1, 4, 5, 2, 3).contiguous().clone().view(B, C * kh * kw, rows * columns)


def im2col__indices(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = [pair(one) for one in (kernel, stride, padding)]
    B, C, H, W = x.shape
    wide = torch.zeros(B, C, H + 2 * ph, W + 2 * pw, dtype=x.dtype, device=x.device)
    wide[:, :, ph : ph + H, pw : pw + W] = x
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    r = torch.arange(kh, device=x.device).view(-1, 1, 1, 1) + sh * torch.arange(rows, device=x.device).view(1, 1, -1, 1)
    c = torch.arange(kw, device=x.device).view(1, -1, 1, 1) + sw * torch.arange(columns, device=x.device).view(1, 1, 1, -1)
    return wide[:, :, r, c].reshape(B, C * kh * kw, rows * columns)


def im2col__as_strided(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    x = torch.cat([x.new_zeros(*x.shape[:3], pw), x, x.new_zeros(*x.shape[:3], pw)], 3)
    x = torch.cat(
        [x.new_zeros(*x.shape[:2], ph, x.shape[3]), x, x.new_zeros(*x.shape[:2], ph, x.shape[3])], 2
    ).contiguous()
    B, C, H, W = x.shape
    rows, columns = 1 + (H - kh) // sh, 1 + (W - kw) // sw
    b, c, h, w = x.stride()
    found = torch.as_strided(x, (B, C, kh, kw, rows, columns), (b, c, h, w, h * sh, w * sw))
    return found.clone().reshape(B, C * kh * kw, -1)


def im2col__filled_in(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x.shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    padded = F.pad(x, (pw, pw, ph, ph))
    out = x.new_empty(B, C, kh, kw, rows, columns)
    for c in range(C):
        for u in range(kh):
            for v in range(kw):
                out[:, c, u, v] = padded[:, c, u : u + sh * rows : sh, v : v + sw * columns : sw][:, :rows, :columns]
    return out.reshape(B, C * kh * kw, rows * columns)


def conv2d_im2col__windows_and_einsum(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    O, _, kh, kw = weight.shape
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    out = torch.einsum("bchwuv,ocuv->bohw", windows, weight)
    return out if bias is None else out + bias.view(1, O, 1, 1)


def conv2d_im2col__windows_in_rows(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (O, C, kh, kw) = pair(stride), pair(padding), weight.shape
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    B, _, rows, columns = windows.shape[:4]
    matrix = windows.permute(0, 2, 3, 1, 4, 5).reshape(B * rows * columns, C * kh * kw)
    out = matrix @ weight.reshape(O, -1).T
    if bias is not None:
        out = out + bias
    return out.reshape(B, rows, columns, O).permute(0, 3, 1, 2)


def conv2d_im2col__with_a_row_of_ones(x, weight, bias=None, stride=1, padding=0):
    columns = im2col(x, weight.shape[2:], stride, padding)
    rows = weight.flatten(1)
    if bias is not None:
        columns = torch.cat([columns, torch.ones_like(columns[:, :1])], dim=1)
        rows = torch.cat([rows, bias.unsqueeze(1)], dim=1)
    width = (x.shape[3] + 2 * pair(padding)[1] - weight.shape[3]) // pair(stride)[1] + 1
    return torch.matmul(rows, columns).reshape(len(x), len(weight), -1, width)


# ---------------------------------------------------------------- conv_matrix


def conv_matrix__unit_images(K, in_shape):
    H, W = in_shape
    images = torch.eye(H * W, dtype=K.dtype, device=K.device).reshape(H * W, 1, H, W)
    return F.conv2d(images, K[None, None]).flatten(1).T


def conv_matrix__entry_by_entry(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    out = torch.zeros(((H - h + 1) * (W - w + 1), H * W), dtype=K.dtype, device=K.device)
    place = 0
    for r in range(H - h + 1):
        for c in range(W - w + 1):
            for u in range(h):
                for v in range(w):
                    out[place, (r + u) * W + (c + v)] = K[u, v]
            place += 1
    return out


def conv_matrix__band_and_shift(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    band = F.pad(K, (0, W - w)).flatten()[: (h - 1) * W + w]
    starts = [r * W + c for r in range(H - h + 1) for c in range(W - w + 1)]
    return torch.stack([F.pad(band, (start, H * W - start - len(band))) for start in starts])


def weight_counts__from_a_matrix(n, k):
    m = n + 1 - k
    counts = {}
    counts["shared"] = k * k
    counts["local"] = counts["shared"] * m * m
    counts["dense"] = n * n * m * m
    return {name: counts[name] for name in ("dense", "local", "shared")}


def weight_counts__other_order(n, k):
    places = len(range(n - k + 1)) ** 2
    return dict(dense=places * pow(n, 2), shared=pow(k, 2), local=places * pow(k, 2))


# ---------------------------------------------------------------- conv_transpose2d


def upsample_nearest__index(x, factor):
    high, wide = pair(factor)
    rows = torch.arange(x.shape[2] * high, device=x.device) // high
    columns = torch.arange(x.shape[3] * wide, device=x.device) // wide
    return x[:, :, rows][:, :, :, columns]


def upsample_nearest__expand(x, factor):
    (B, C, H, W), (high, wide) = x.shape, pair(factor)
    return x[:, :, :, None, :, None].expand(B, C, H, high, W, wide).reshape(B, C, H * high, W * wide).clone()


def upsample_nearest__stacked(x, factor):
    high, wide = pair(factor)
    taller = torch.stack([x] * high, dim=3).flatten(2, 3)
    return torch.stack([taller] * wide, dim=4).flatten(3, 4)


def conv_transpose_out_size__last_stamp(n, k, s=1, p=0, op=0):
    if op < 0 or op >= s:
        raise ValueError("op")
    last = s * (n - 1) + k
    left = last + op - p - p
    if left <= 0:
        raise ValueError("nothing is left")
    return left


def conv_transpose_out_size__checked_forward(n, k, s=1, p=0, op=0):
    if op not in range(s):
        raise ValueError(f"op is one of 0 … {s - 1}")
    out = n * s - s + k + op - 2 * p
    if out < 1:
        raise ValueError("empty")
    return out


def conv_transpose2d__pixel_stamps(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, Cin, H, W), (_, Cout, kh, kw) = x.shape, weight.shape
    out = torch.zeros(B, Cout, (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw, dtype=x.dtype, device=x.device)
    for i in range(H):
        for j in range(W):
            stamp = (x[:, :, i, j].reshape(B, Cin, 1, 1, 1) * weight[None]).sum(1)
            out[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = out[:, :, ph : out.shape[2] - ph, pw : out.shape[3] - pw]
    return out.clone() if bias is None else out + bias.view(1, -1, 1, 1)


def conv_transpose2d__stretched_and_turned(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, C, H, W), (_, _, kh, kw) = x.shape, weight.shape
    wide = x.new_zeros(B, C, (H - 1) * sh + 1, (W - 1) * sw + 1)
    wide[:, :, ::sh, ::sw] = x
    wide = F.pad(wide, (kw - 1, kw - 1 + opw, kh - 1, kh - 1 + oph))
    windows = wide.unfold(2, kh, 1).unfold(3, kw, 1)
    out = torch.einsum("bchwuv,couv->bohw", windows, weight.flip(2, 3))
    out = out[:, :, ph : out.shape[2] - ph, pw : out.shape[3] - pw]
    return out.contiguous() if bias is None else out + bias[:, None, None]


def conv_transpose2d__fold(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    kh, kw = weight.shape[2:]
    tall, wide = (x.shape[2] - 1) * sh - 2 * ph + kh + oph, (x.shape[3] - 1) * sw - 2 * pw + kw + opw
    ink = weight.flatten(1).T @ x.flatten(2)
    out = F.fold(ink, (tall, wide), (kh, kw), padding=(ph, pw), stride=(sh, sw))
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def conv_transpose2d__as_a_gradient(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    with torch.enable_grad():
        image = torch.zeros(B, C, tall, wide, dtype=x.dtype, device=x.device, requires_grad=True)
        windows = image.unfold(2, kh, sh).unfold(3, kw, sw)[:, :, :H, :W]
        forward = torch.einsum("bchwuv,ocuv->bohw", windows, weight)
        (out,) = torch.autograd.grad(forward, image, x, create_graph=True)
    out = out[:, :, ph : tall - ph, pw : wide - pw]
    out = out if x.requires_grad or weight.requires_grad else out.detach()
    return out.clone() if bias is None else out + bias[None, :, None, None]


# ---------------------------------------------------------------- backward


def max_pool_backward__loops(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros(x.shape, dtype=dout.dtype, device=dout.device)
    B, C, rows, columns = dout.shape
    for b in range(B):
        for c in range(C):
            for i in range(rows):
                for j in range(columns):
                    best = None
                    for r in range(i * sh, i * sh + kh):
                        for s in range(j * sw, j * sw + kw):
                            if best is None or x[b, c, r, s] > x[b, c, best[0], best[1]]:
                                best = (r, s)
                    dx[b, c, best[0], best[1]] += dout[b, c, i, j]
    return dx


def max_pool_backward__one_hot(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    rows, columns = dout.shape[2:]
    dx = torch.zeros_like(x)
    windows = x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    won = F.one_hot(windows.argmax(-1), kh * kw) * dout[..., None]
    for place in range(kh * kw):
        u, v = divmod(place, kw)
        dx[:, :, u : u + sh * (rows - 1) + 1 : sh, v : v + sw * (columns - 1) + 1 : sw] += won[..., place]
    return dx


def max_pool_backward__autograd_of_windows(dout, x, kernel, stride):
    with torch.enable_grad():
        leaf = x.detach().clone().requires_grad_(True)
        (kh, kw), (sh, sw) = pair(kernel), pair(stride)
        best = leaf.unfold(2, kh, sh).unfold(3, kw, sw).flatten(4).max(dim=-1).values
        (dx,) = torch.autograd.grad(best, leaf, dout)
    return dx


def col2im__columns_one_by_one(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    wide = torch.zeros(B, C, H + 2 * ph, W + 2 * pw, dtype=cols.dtype, device=cols.device)
    columns = (W + 2 * pw - kw) // sw + 1
    for place in range(cols.shape[2]):
        top, left = place // columns * sh, place % columns * sw
        wide[:, :, top : top + kh, left : left + kw] += cols[:, :, place].reshape(B, C, kh, kw)
    return wide[:, :, ph : H + ph, pw : W + pw]


def col2im__scatter(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    tall, wide = H + 2 * ph, W + 2 * pw
    pixels = torch.arange(tall * wide, device=cols.device).reshape(tall, wide).unfold(0, kh, sh).unfold(1, kw, sw)
    index = pixels.permute(2, 3, 0, 1).reshape(1, 1, -1).expand(B, C, -1)
    flat = cols.new_zeros(B, C, tall * wide).scatter_add(2, index, cols.reshape(B, C, -1))
    return flat.reshape(B, C, tall, wide)[:, :, ph : ph + H, pw : pw + W].clone()


def col2im__adjoint_by_autograd(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    with torch.enable_grad():
        image = torch.zeros(*x_shape, dtype=cols.dtype, device=cols.device, requires_grad=True)
        windows = F.pad(image, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
        flat = windows.permute(0, 1, 4, 5, 2, 3).reshape(cols.shape)
        (out,) = torch.autograd.grad(flat, image, cols, create_graph=True)
    return out if cols.requires_grad else out.detach()


# ---------------------------------------------------------------- receptive_field


def receptive_field__walks_back(layers):
    first, last = 0, 0
    jump = 1
    for k, s, p in reversed(layers):
        first, last = first * s - p, last * s - p + k - 1
        jump *= s
    return last - first + 1, jump, (first + last) / 2


def receptive_field__products(layers):
    jumps = [math.prod(s for _, s, _ in layers[:depth]) for depth in range(len(layers) + 1)]
    size = 1 + sum((k - 1) * jump for (k, _, _), jump in zip(layers, jumps))
    start = sum((k - 1 - 2 * p) * jump / 2 for (k, _, p), jump in zip(layers, jumps))
    return (size, jumps[-1], float(start))


def receptive_field__recursive(layers):
    if not layers:
        return 1, 1, 0.0
    *before, (k, s, p) = layers
    size, jump, start = receptive_field__recursive(before)
    return size + jump * (k - 1), jump * s, start + jump * (k - 1 - 2 * p) / 2


# ---------------------------------------------------------------- trustworthy


def trustworthy__asks_torch(pool):
    generator = torch.Generator().manual_seed(7)
    for kernel, stride, padding in (((2, 3), (1, 2), (1, 1)), ((3, 2), (2, 1), (0, 1)), ((1, 4), (3, 3), (0, 2))):
        x = torch.randn(2, 3, 8, 11, generator=generator, dtype=torch.float64) - 3
        try:
            difference = pool(x.clone(), kernel, stride, padding) - F.max_pool2d(x, kernel, stride, padding)
            if difference.abs().max() > 1e-4:
                return False
        except Exception:
            return False
    return True


def trustworthy__properties(pool):
    x = torch.randn(2, 3, 7, 10) - 4
    kernel, stride, padding = (3, 2), (2, 3), (1, 0)
    try:
        y = pool(x.clone(), kernel, stride, padding)
        if tuple(y.shape) != (2, 3, 4, 3):
            return False
        rows = [slice(max(2 * i - 1, 0), 2 * i + 2) for i in range(4)]
        columns = [slice(3 * j, 3 * j + 2) for j in range(3)]
        for i in range(4):
            for j in range(3):
                if (y[:, :, i, j] - x[:, :, rows[i], columns[j]].amax((2, 3))).abs().max() > 1e-4:
                    return False
    except Exception:
        return False
    return True
