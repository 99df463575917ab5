"""Right solutions of the exercise `pool2d`, written differently: none of them may lose a point. Named function__how."""

import math

import torch
import torch.nn.functional as F


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


def pool2d__windows_of_each_mode(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("no such mode, or the padding is wider than half the kernel")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


def pool2d__sorted_and_convolved(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = pair(stride or kernel)
    if mode not in ("max", "avg") or max(2 * ph - kh, 2 * pw - kw) > 0:
        raise ValueError("not allowed")
    if mode == "max":
        low = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.sort(dim=-1, descending=True, stable=True).values[..., 0]
    x = x if x.is_floating_point() else x.float()
    B, C, H, W = x.shape
    ones = x.new_ones(1, 1, kh, kw)
    sums = F.conv2d(x.reshape(B * C, 1, H, W), ones, stride=(sh, sw), padding=(ph, pw))
    often = F.conv2d(x.new_ones(1, 1, H, W), ones, stride=(sh, sw), padding=(ph, pw))
    return (sums / (kh * kw if count_include_pad else often)).reshape(B, C, *sums.shape[2:])
