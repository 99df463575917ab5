"""Known wrong solutions of a2_pooling_im2col, each with the hint that a student who made it reads.

A catalogue, not a program: one function per misconception, self-contained, with the student's signature; like the notebook they
may use `pair`. `convgrade prove` puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of
graders' experience. Where two look alike on every failed check the first is named, so the narrower one stands first.
"""

import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from autograder.judge import mistake


def pair(value):
    """As the notebook gives it."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


# ================================================================ pool2d


@mistake("pool2d", replaces="pool2d", hint="You pad with 0 before taking the maximum, and 0 beats every negative number. The frame of a maximum is −∞: F.pad(x, …, value=-math.inf).")
def zeros_beat_negatives(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = 0
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Your padding is a fixed negative number, and a map may lie below it. Only −∞ never wins.")
def padding_of_minus_one(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -1
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You pad the image with −∞ for the mean too, so every window at the border becomes −∞. The frame of a mean is 0.")
def minus_infinity_in_the_mean(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph), value=-math.inf).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Without a stride your windows move by one pixel. Pooling moves by the size of the kernel unless you say otherwise: sh, sw = kh, kw when stride is None.")
def stride_is_one(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (1, 1) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Without a stride your windows always move by two pixels. They move by the size of the kernel: kh down, kw to the right.")
def stride_is_two(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (2, 2) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="You move by the size of the kernel although a stride was given. Use the kernel only when stride is None.")
def stride_never_used(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = kh, kw
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="The padding is not used at all: put ph rows and pw columns around x before you cut the windows.")
def pool_without_padding(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    ph = pw = 0
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


@mistake("pool2d", replaces="pool2d", hint="The largest number is taken over the channels as well. Pooling looks at each channel by itself: C channels stay C channels.")
def max_over_the_channels(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values.max(1, keepdim=True).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You add up the channels as a convolution does. Pooling keeps them apart: C channels stay C channels.")
def pools_sum_the_channels(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values.sum(1, keepdim=True)
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1).sum(1, keepdim=True)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Every channel of your result comes from channel 0. Each one is pooled by itself.")
def first_channel_pooled(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    x = x[:, :1].expand_as(x)
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="All images of your result are the first one. Each image of the batch is pooled by itself.")
def first_image_pooled(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    x = x[:1].expand_as(x)
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="You leave the padding out of the division although nobody asked for it. The default counts it: a corner of ones under kernel 2 and padding 1 gives 1/4.")
def frame_left_out_by_default(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="count_include_pad=False changes nothing in your function: then divide by the number of pixels of x in the window. Pooling an image of ones, padded with 0, counts them.")
def frame_always_counted(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if True:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="count_include_pad works the wrong way round: True divides by kh*kw, False by the pixels that belong to x.")
def count_include_pad_reversed(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if not count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="The result has the right size, but its windows still move by one pixel: window (i, j) begins at row i * sh and column j * sw.")
def windows_forget_the_stride(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, 1).unfold(3, kw, 1).flatten(4)
        rows, columns = (x.shape[2] + 2 * ph - kh) // sh + 1, (x.shape[3] + 2 * pw - kw) // sw + 1
        return windows.max(-1).values[:, :, :rows, :columns]
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, 1).unfold(3, kw, 1).flatten(4)
    rows, columns = (x.shape[2] + 2 * ph - kh) // sh + 1, (x.shape[3] + 2 * pw - kw) // sw + 1
    if count_include_pad:
        return windows.mean(-1)[:, :, :rows, :columns]
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, 1).unfold(3, kw, 1).flatten(4)
    return (windows.sum(-1) / real.sum(-1))[:, :, :rows, :columns]


@mistake("pool2d", replaces="pool2d", hint="Height and width of the kernel are swapped: a pair is (height, width).")
def pool_kernel_swapped(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kw, kh), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="The two strides are swapped: the first is for the height, the second for the width.")
def pool_stride_swapped(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)[::-1]
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right. (F.pad itself begins with the last axis.)")
def pool_padding_swapped(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    ph, pw = pw, ph
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


@mistake("pool2d", replaces="pool2d", hint="The first stride is used for both directions. With a pair, the second one is for the width.")
def pool_first_stride_for_both(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else (pair(stride)[0],) * 2
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Your windows are square: the height of the kernel is used for the width as well. A pair is (height, width).")
def pool_first_kernel_for_both(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, _), (ph, pw) = pair(kernel), pair(padding)
    kw = kh
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="All the padding lies below and to the right. Half of it belongs above and to the left: p on each side.")
def pool_padding_on_one_side(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (0, 2 * pw, 0, 2 * ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (0, 2 * pw, 0, 2 * ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (0, 2 * pw, 0, 2 * ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Only left and top are padded. Each of the four sides gets its own: F.pad(x, (pw, pw, ph, ph)).")
def pool_padding_half(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, 0, ph, 0), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, 0, ph, 0)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, 0, ph, 0)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You round the size up, so a last window hangs over the edge. Windows that do not fit are dropped: (H + 2*ph - kh) // sh + 1.")
def pool_rounds_up(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        down, right = -(x.shape[2] + 2 * ph - kh) % sh, -(x.shape[3] + 2 * pw - kw) % sw
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw + right, ph, ph + down), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="The mode is ignored: you take the maximum in every case. “avg” asks for the mean.")
def mode_ignored(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode in ("max", "avg"):
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="The mode is ignored: you take the mean in every case. “max” asks for the largest number.")
def always_the_mean(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "MAX":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You take the smallest number of each window. Max pooling keeps the largest.")
def smallest_number(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = math.inf if x.is_floating_point() else torch.iinfo(x.dtype).max
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.min(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You compare absolute values, so −9 beats 5. The maximum keeps the sign: 5 is larger.")
def largest_absolute_value(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.abs().masked_fill(windows == low, -1).max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Your result is never negative: there is a ReLU in it, or a maximum that begins at 0. Begin at −∞.")
def relu_after_the_maximum(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values.clamp(min=0)
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You add the window up and do not divide. The mean is the sum divided by kh*kw.")
def sum_for_mean(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.sum(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="You divide by kh² (or kw²) instead of kh*kw. It only shows for kernels that are not square.")
def divides_by_kernel_height_twice(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.sum(-1) / kh**2
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="The mean of whole numbers is cut to a whole number: 1 and 2 have the mean 1.5. Turn them into floats first.")
def whole_number_mean(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    whole, dtype = not x.is_floating_point(), x.dtype
    x = x.float() if whole else x
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1).to(dtype)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="−∞ does not exist among whole numbers, so your function stops or changes their dtype. Their smallest is torch.iinfo(x.dtype).min.")
def no_infinity_among_whole_numbers(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="The maximum of whole numbers is a whole number: your result became a float on the way. Keep the dtype for “max”.")
def max_of_whole_numbers_as_floats(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        best = windows.max(-1).values
        return best if x.is_floating_point() else best.float()
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="amax shares the gradient among equal numbers. The first of them gets all of it: windows.flatten(4).max(dim=-1).values.")
def amax_splits_the_gradient(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.amax(-1)
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Among equal numbers your gradient goes to the last one; it should go to the first, row by row.")
def last_of_equal_numbers(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.flip(-1).max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="Among equal numbers you choose column by column. The first one row by row gets the gradient: no transpose before max.")
def column_by_column_ties(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.unflatten(-1, (kh, kw)).transpose(-1, -2).flatten(4).max(-1).values
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="No gradient reaches x: .detach(), .data, .item() or NumPy cut it off. Take the windows from x itself.")
def pool_loses_the_gradient(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    x = x.detach()
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Padding of more than half a kernel should raise ValueError: a window could lie on the frame alone. The limit is 2*ph > kh or 2*pw > kw.")
def padding_of_a_kernel_accepted(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg"):
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Only the height is checked: 2*pw > kw must raise ValueError too.")
def padding_checked_for_the_height_only(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Padding of exactly half a kernel is allowed: raise ValueError only when 2*ph is *more* than kh.")
def half_the_kernel_refused(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph >= kh or 2 * pw >= kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="An unknown mode must raise ValueError. Yours takes the mean for everything that is not “max”.")
def any_mode_is_the_mean(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Your result is float32 although x is float64: x.float() or torch.zeros without a dtype does that.")
def pool_in_float32(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    x = x.float() if x.is_floating_point() else x
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
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


@mistake("pool2d", replaces="pool2d", hint="Height and width of your result are swapped. It only shows on images that are not square.")
def pool_output_transposed(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values.transpose(2, 3)
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", hint="The last row and column of windows are missing: the size is (H + 2*ph - kh) // sh + 1, and the + 1 is the first window.")
def drops_the_last_window(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg") or 2 * ph > kh or 2 * pw > kw:
        raise ValueError("wrong mode or too much padding")
    if mode == "max":
        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
        windows = F.pad(x, (pw, pw, ph, ph), value=low).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
        return windows.max(-1).values[:, :, : max(windows.shape[2] - 1, 1), : max(windows.shape[3] - 1, 1)]
    x = x if x.is_floating_point() else x.float()
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    if count_include_pad:
        return windows.mean(-1)
    real = F.pad(torch.ones_like(x), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)
    return windows.sum(-1) / real.sum(-1)


@mistake("pool2d", replaces="pool2d", ends="blocked", hint="This exercise is about writing the pooling yourself: F.max_pool2d, F.avg_pool2d and their relatives are switched off here. Cut the windows and take .max or .mean of each.")
def calls_torchs_pooling(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    if mode == "max":
        return F.max_pool2d(x, kernel, stride, padding)
    return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=count_include_pad)


# ================================================================ global_pool


@mistake("global_pool", replaces="global_pool", hint="Your result still has axes of length 1 behind the channels. One number per channel: the shape is (B, C).")
def keeps_the_1x1_axes(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    out = places.mean(2) if mode == "avg" else places.max(2).values
    return out.reshape(*out.shape, *[1] * (x.ndim - 2))


@mistake("global_pool", replaces="global_pool", hint="squeeze() removes *every* axis of length 1, also a batch of one image or a single channel. Reduce exactly the axes after the channels.")
def squeezes_everything(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    out = places.mean(2) if mode == "avg" else places.max(2).values
    return out.squeeze()


@mistake("global_pool", replaces="global_pool", hint="You take the mean over the channels. The channels stay; what goes are the places: all axes from number 2 on.")
def pools_over_the_channels(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    return x.mean(1).flatten(1) if mode == "avg" else x.amax(1).flatten(1)


@mistake("global_pool", replaces="global_pool", hint="You mix the images of the batch. Every image keeps its own numbers: reduce the axes from number 2 on.")
def pools_over_the_batch(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    out = places.mean(2) if mode == "avg" else places.max(2).values
    return out.mean(0, keepdim=True) if mode == "avg" else out.amax(0, keepdim=True)


@mistake("global_pool", replaces="global_pool", hint="One number per *image* is left. It should be one per channel: flatten from axis 2 on, not from axis 1.")
def pools_all_but_the_batch(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(1)[:, None]
    return places.mean(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="You pool a fixed window. Global means: as large as the map, whatever its size.")
def fixed_window_of_7(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x[..., :7].flatten(2) if x.ndim == 3 else x[:, :, :7, :7].flatten(2)
    return places.mean(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="Your function knows images only. A text (B, C, L) has one axis behind the channels, and x.flatten(2) works for both.")
def images_only(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    b, c, h, w = x.shape
    places = x.reshape(b, c, h * w)
    return places.mean(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="You reduce the last two axes, whatever they are: of a text (B, C, L) that swallows the channels. Reduce the axes from number 2 on: x.flatten(2).")
def two_axes_always(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    return x.mean((-2, -1)) if mode == "avg" else x.amax((-2, -1))


@mistake("global_pool", replaces="global_pool", hint="You reduce the last axis only, so the rows remain. All axes behind the channels go: x.flatten(2) puts them on one.")
def last_axis_only(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    return x.mean(-1) if mode == "avg" else x.amax(-1)


@mistake("global_pool", replaces="global_pool", hint="Your maximum begins at 0, so a channel that is negative everywhere gives 0. Begin at its first number.")
def maximum_begins_at_zero(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else places.max(2).values.clamp(min=0)


@mistake("global_pool", replaces="global_pool", hint="You divide by H² instead of H·W (or by W²). It only shows on maps that are not square.")
def divides_by_the_height_twice(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.sum(2) / x.shape[2] ** 2 if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="You add the places up and do not divide by their number.")
def sum_instead_of_mean(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.sum(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="No gradient reaches x: .detach(), .item() or NumPy cut it off. Stay with tensors to the end.")
def global_loses_the_gradient(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.detach().flatten(2)
    return places.mean(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="The mode is ignored: you always take the mean.")
def global_mode_ignored(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.mean(2)


@mistake("global_pool", replaces="global_pool", hint="The mode is ignored: you always take the maximum. Without a mode the mean is asked for.")
def default_is_the_maximum(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="A mode that is neither “avg” nor “max” must raise ValueError.")
def every_other_mode_is_the_maximum(x, mode="avg"):
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="Tensor.max(dim=…) gives two things, the values and their places. You want .values.")
def returns_values_and_places(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else tuple(places.max(2))


@mistake("global_pool", replaces="global_pool", hint="You return *where* the largest number stands. What is wanted is the number itself.")
def argmax_instead_of_max(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else places.argmax(2).to(x.dtype)


@mistake("global_pool", replaces="global_pool", hint="Your result is float32 although x is float64: keep the dtype of x.")
def global_in_float32(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2).float()
    return places.mean(2) if mode == "avg" else places.max(2).values


@mistake("global_pool", replaces="global_pool", hint="You compare absolute values, so −3 beats −1. The maximum of −3, −1, −2 is −1.")
def largest_magnitude(x, mode="avg"):
    if mode not in ("avg", "max"):
        raise ValueError("unknown mode")
    places = x.flatten(2)
    return places.mean(2) if mode == "avg" else places.abs().max(2).values


# ================================================================ im2col: im2col


@mistake("im2col", replaces="im2col", hint="Your windows lie in the rows: (B, L, C·kh·kw). Each window is a *column*: (B, C·kh·kw, L).")
def rows_instead_of_columns(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns).transpose(1, 2)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="In your columns the channel changes fastest. The whole window of channel 0 comes first, under it that of channel 1: the order (C, kh, kw).")
def channels_last_in_a_column(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 4, 5, 1, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="You number the places column by column. Row by row: first all places of the top row.")
def places_column_by_column(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 3, 2).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="You read each window column by column. Row by row, as weight.flatten(1) does.")
def window_column_by_column(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 5, 4, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The shape is right and the numbers are scrambled: reshape never moves numbers. Bring the axes into the order (B, C, kh, kw, H', W') with permute first.")
def reshape_without_permute(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The axes (L, C·kh·kw) are exchanged by a reshape, which scrambles the numbers. Exchange them with transpose(1, 2) or permute.")
def transposes_by_reshape(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 2, 3, 1, 4, 5).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="All images of the batch lie side by side in one matrix. The batch keeps its own axis: (B, C·kh·kw, L).")
def batch_beside_the_places(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(1, 4, 5, 2, 3, 0).reshape(x.shape[1] * kh * kw, -1)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Numbers of different images end up in one matrix: the batch was not the first axis when you reshaped.")
def batch_mixed_in(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(1, 4, 5, 0, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Every image of the batch has its own columns; yours are all those of the first.")
def columns_of_the_first_image(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))[:1].expand(len(x), -1, -1, -1)
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Only channel 0 is in your columns. Under its window comes that of channel 1, and so on.")
def columns_of_the_first_channel(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded[:, :1].unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="You add up the channels. im2col only copies; the adding is done by the matrix product later.")
def channels_added_up(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.sum(1, keepdim=True).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The padding is not used: pad x first, then cut the windows.")
def im2col_without_padding(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = x
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The stride is not used: your windows move by one pixel.")
def im2col_without_stride(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, 1).unfold(3, kw, 1)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The number of places is right, but the windows still move by one pixel: place (i, j) begins at row i * sh and column j * sw.")
def columns_forget_the_stride(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    rows, columns = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    windows = padded.unfold(2, kh, 1).unfold(3, kw, 1)[:, :, :rows, :columns]
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The two paddings are swapped: the first is for top and bottom. (F.pad itself begins with the last axis.)")
def im2col_padding_swapped(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (ph, ph, pw, pw))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="All the padding lies below and to the right: put p on each side.")
def im2col_padding_on_one_side(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (0, 2 * pw, 0, 2 * ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="You repeat the border pixels. Zeros are meant.")
def im2col_repeats_the_border(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x.double(), (pw, pw, ph, ph), mode="replicate").to(x.dtype)
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The two strides are swapped: the first is for the height, the second for the width.")
def im2col_strides_swapped(x, kernel, stride=1, padding=0):
    (kh, kw), (sw, sh), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Height and width of the kernel are swapped: a pair is (height, width).")
def im2col_kernel_swapped(x, kernel, stride=1, padding=0):
    (kw, kh), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Your windows are square: the height of the kernel is used for the width as well.")
def windows_are_square(x, kernel, stride=1, padding=0):
    (kh, _), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    kw = kh
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Each window is read from its last number to its first. Nothing is turned here: top left comes first.")
def im2col_flipped_windows(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.flip(4, 5).permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="The last window of each row is missing: a kernel of width kw has W − kw + 1 places.")
def one_place_missing(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    rows, columns = max(rows - 1, 1), max(columns - 1, 1)
    windows = windows[:, :, :rows, :columns]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="You return all the axes of the windows. Put them together: C, kh and kw on one axis, H' and W' on another.")
def six_axes_left(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Your result can show the memory of x itself (a 1 × 1 kernel, or windows that do not overlap): writing into it changes the image. End with .clone().")
def shows_the_memory_of_x(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph)) if ph or pw else x
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols


@mistake("im2col", replaces="im2col", hint="Whole numbers come out as floats. im2col only copies, so the dtype stays.")
def whole_numbers_become_floats(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x if x.is_floating_point() else x.float(), (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", hint="Your columns are float32 whatever x is: torch.zeros needs dtype=x.dtype.")
def columns_in_float32(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.float()


@mistake("im2col", replaces="im2col", hint="No gradient reaches x: .detach(), .data, NumPy or torch.tensor(…) cut it off.")
def im2col_loses_the_gradient(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.detach().clone()


@mistake("im2col", replaces="im2col", hint="The numbers are right, but there is a Python loop over the places of the image: on 224 × 224 pixels it takes 50,000 rounds. Loop over the kernel instead, and take a strided slice for each of its places.")
def loops_over_the_places(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    cols = []
    for r in range(0, padded.shape[2] - kh + 1, sh):
        for c in range(0, padded.shape[3] - kw + 1, sw):
            cols.append(padded[:, :, r : r + kh, c : c + kw].flatten(1))
    return torch.stack(cols, -1)


@mistake("im2col", replaces="im2col", hint="Your function writes into x itself, so the caller's image is changed. Work on a new tensor.")
def adds_into_the_image(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    x.detach().mul_(1).add_(1)
    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)
    return cols.clone()


@mistake("im2col", replaces="im2col", ends="blocked", hint="This exercise is about building im2col and the layer yourself: F.unfold and torch's convolutions are switched off here. Tensor.unfold, slices and loops over the kernel are yours.")
def calls_f_unfold(x, kernel, stride=1, padding=0):
    return F.unfold(x, pair(kernel), stride=stride, padding=padding)


# ================================================================ im2col: conv2d_im2col


@mistake("im2col", replaces="conv2d_im2col", hint="You fold the places back into a fixed size. Compute H' and W' from the image: (H + 2*ph - kh) // sh + 1.")
def output_of_26_by_26(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, 26, 26)


@mistake("im2col", replaces="conv2d_im2col", hint="You fold the places back into a square, √L × √L. Compute H' and W' by themselves.")
def square_output(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    side = math.isqrt(rows * columns)
    return out.reshape(len(x), -1, side, side)


@mistake("im2col", replaces="conv2d_im2col", hint="H' and W' are swapped when you fold the places back: the numbers then run in the wrong lines. reshape(B, Cout, H', W').")
def folded_the_wrong_way(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, columns, rows)


@mistake("im2col", replaces="conv2d_im2col", hint="Your output is transposed: H' comes before W'.")
def layer_transposed(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns).transpose(2, 3)


@mistake("im2col", replaces="conv2d_im2col", hint="Your result is still (B, Cout, L). Fold the places back: reshape(B, Cout, H', W').")
def places_not_folded_back(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out


@mistake("im2col", replaces="conv2d_im2col", hint="`out + bias` lines the bias up with the last axis, the places. It belongs to the output channels: bias[:, None].")
def bias_along_the_places(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The bias is missing: add bias[o] to every place of output channel o.")
def layer_forgets_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The bias is added once for every input channel. Add it once, after the product.")
def bias_times_input_channels(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + x.shape[1] * bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="bias may be None, and then nothing is added: check `if bias is not None`.")
def layer_needs_a_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="`if bias:` asks for the truth of a whole tensor, which has no answer. Write `if bias is not None:`.")
def truth_of_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    if bias:
        out = out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The kernel is flipped. Deep learning's convolution takes it as it is.")
def layer_flipped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flip(2, 3).flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The weight is read column by column, the windows row by row. weight.flatten(1) without a transpose fits.")
def weight_read_column_by_column(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.transpose(2, 3).flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The weight is (Cout, Cin, kh, kw), and you reshape it with Cin first. weight.flatten(1) keeps one row per output channel.")
def weight_channels_swapped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.transpose(0, 1).reshape(weight.shape[0], -1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The rows of your weight run over the channels fastest, the columns of im2col over the window. weight.flatten(1) has the same order as im2col.")
def weight_channels_last(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.permute(0, 2, 3, 1).flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The two strides are swapped: the first is for the height, the second for the width.")
def layer_strides_swapped(x, weight, bias=None, stride=1, padding=0):
    (sw, sh), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right.")
def layer_paddings_swapped(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (pw, ph), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The padding is missing in the size: H' = (H + 2*ph - kh) // sh + 1. Without it the places do not fold back.")
def padding_forgotten_in_the_size(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), weight.shape[0], (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1)


@mistake("im2col", replaces="conv2d_im2col", hint="The padding is not used: hand it on to im2col.")
def layer_without_padding(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = x.unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The stride is not used: hand it on to im2col.")
def layer_without_stride(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, 1).unfold(3, kw, 1)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The batch is mixed into the output channels when you fold back: B is the first axis, Cout the second.")
def layer_mixes_the_batch(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.transpose(0, 1).reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="Every image of the batch has its own output; yours all come from the first.")
def layer_of_the_first_image(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph))[:1].expand(len(x), -1, -1, -1).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="No gradient reaches the weight: .data, .detach() or torch.tensor(…) cuts it off. Compute with weight itself.")
def layer_detaches_the_weight(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.detach().flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="No gradient reaches x: a layer below this one could not learn. Do not detach x or its columns.")
def layer_detaches_the_image(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x.detach(), (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off.")
def layer_detaches_the_bias(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias.detach()[:, None]
    return out.reshape(len(x), -1, rows, columns)


@mistake("im2col", replaces="conv2d_im2col", hint="The result is float32 although x is float64: keep the dtype of x.")
def layer_in_float32(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    rows, columns = windows.shape[2:4]
    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(len(x), -1, rows * columns)
    out = weight.flatten(1) @ cols
    out = out if bias is None else out + bias[:, None]
    return out.reshape(len(x), -1, rows, columns).float()


@mistake("im2col", replaces="conv2d_im2col", hint="The numbers are right, but there is a Python loop over the places of the image. One matrix product does them all: weight.flatten(1) @ columns.")
def layer_loops_over_the_places(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw), (kh, kw) = pair(stride), pair(padding), weight.shape[2:]
    padded = F.pad(x, (pw, pw, ph, ph))
    lines = []
    for r in range(0, padded.shape[2] - kh + 1, sh):
        places = range(0, padded.shape[3] - kw + 1, sw)
        line = [padded[:, :, r : r + kh, c : c + kw].flatten(1) @ weight.flatten(1).T for c in places]
        lines.append(torch.stack(line, -1))
    out = torch.stack(lines, -2)
    return out if bias is None else out + bias[:, None, None]


# ================================================================ conv_matrix: conv_matrix


@mistake("conv_matrix", replaces="conv_matrix", hint="You take the image for a square. in_shape is (H, W), and both count.")
def square_images_only(K, in_shape):
    (h, w), (H, W) = K.shape, (in_shape[0], in_shape[0])
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="You take the kernel for a square. K.shape is (h, w), and both count.")
def square_kernels_only(K, in_shape):
    (h, _), (H, W) = K.shape, in_shape
    w = h
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="The kernel is flipped. corr2d takes it as it is, so its first number stands first in each row.")
def kernel_flipped_in_the_matrix(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K.flip(0, 1)
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="The kernel is transposed: its rows belong to rows of the image.")
def kernel_transposed_in_the_matrix(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K if h != w else K.T
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="The rows of your matrix number the places column by column. Row by row, as flatten does.")
def places_by_columns(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.transpose(0, 1).reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="The columns of your matrix number the pixels column by column. Row by row, as X.flatten() does.")
def pixels_by_columns(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.transpose(2, 3).reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="Your matrix is the transpose: it has one row for each *place* and one column for each pixel, so that W @ X.flatten() works.")
def matrix_transposed(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.reshape(rows * columns, H * W).T


@mistake("conv_matrix", replaces="conv_matrix", hint="Your windows wrap round at the edges: there is one row for every pixel. Only windows inside the image count, H−h+1 rows of W−w+1 places.")
def circulant(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    matrix = K.new_zeros(H * W, H * W)
    for place in range(H * W):
        for u in range(h):
            for v in range(w):
                matrix[place, (place + u * W + v) % (H * W)] = K[u, v]
    return matrix


@mistake("conv_matrix", replaces="conv_matrix", hint="At the end of a line your kernel runs over the right edge into the next line: there are only W−w+1 places in a row, so skip the last w−1 pixels of each.")
def runs_over_the_edge(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows * columns, H * W)
    for place in range(rows * columns):
        for u in range(h):
            for v in range(w):
                if place + u * W + v < H * W:
                    matrix[place, place + u * W + v] = K[u, v]
    return matrix


@mistake("conv_matrix", replaces="conv_matrix", hint="The second row of the kernel stands right behind the first. Between them lies the rest of the image's line: it begins W pixels further on, not w.")
def bands_w_apart(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows * columns, H * W)
    for r in range(rows):
        for c in range(columns):
            start = r * W + c
            matrix[r * columns + c, start : start + h * w] = K.flatten()
    return matrix


@mistake("conv_matrix", replaces="conv_matrix", hint="The rows of the kernel stand H pixels apart. They belong one line of the image apart, and a line has W pixels.")
def bands_h_apart(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows * columns, H * W)
    for r in range(rows):
        for c in range(columns):
            for u in range(h):
                for v in range(w):
                    if (r + u) * H + c + v < H * W:
                        matrix[r * columns + c, (r + u) * H + c + v] = K[u, v]
    return matrix


@mistake("conv_matrix", replaces="conv_matrix", hint="The last row and column of places are missing: there are H−h+1 times W−w+1.")
def matrix_one_place_missing(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix[: max(rows - 1, 1), : max(columns - 1, 1)].reshape(-1, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="Your matrix holds whole numbers, so the fractions of K are cut off. Give it the dtype of K: K.new_zeros(…).")
def whole_number_matrix(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = torch.zeros(rows, columns, H, W, dtype=torch.int64)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K.detach()
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="torch.zeros makes float32 by default, so half of the digits of a float64 kernel are lost. K.new_zeros(…) has its dtype.")
def matrix_in_float32(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = torch.zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="No gradient reaches K: .detach(), .item(), .tolist() or NumPy cut it off. Write K itself into the matrix.")
def matrix_loses_the_gradient(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K.detach()
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="Your matrix still has four axes. Flatten the places and the pixels: reshape(H'*W', H*W).")
def four_axes_left(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix


@mistake("conv_matrix", replaces="conv_matrix", hint="Your matrix says *where* the kernel looks, with ones. Its weights belong there.")
def only_ones_where_the_kernel_sees(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K * 0 + 1
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="You take in_shape for the size of the *output*. It is the image: the output has H−h+1 rows.")
def in_shape_is_the_output(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    H, W = H + h - 1, W + w - 1
    rows, columns = H - h + 1, W - w + 1
    matrix = K.new_zeros(rows, columns, H, W)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.reshape(rows * columns, H * W)


@mistake("conv_matrix", replaces="conv_matrix", hint="Your output is as large as the image, with zeros around it. Here only windows inside the image count.")
def same_sized_matrix(K, in_shape):
    (h, w), (H, W) = K.shape, in_shape
    matrix = K.new_zeros(H, W, H + h - 1, W + w - 1)
    for r in range(H):
        for c in range(W):
            matrix[r, c, r : r + h, c : c + w] = K
    up, left = (h - 1) // 2, (w - 1) // 2
    return matrix[:, :, up : up + H, left : left + W].reshape(H * W, H * W)


# ================================================================ conv_matrix: weight_counts


@mistake("conv_matrix", replaces="weight_counts", hint="You count as many places as pixels. Without padding there are n−k+1 in each direction.")
def output_as_large_as_the_image(n, k):
    places = n**2
    return {"dense": places * n**2, "local": places * k**2, "shared": k**2}


@mistake("conv_matrix", replaces="weight_counts", hint="There are n−k+1 places in each direction, not n−k: for k = n there is one.")
def places_off_by_one(n, k):
    places = (n - k) ** 2
    return {"dense": places * n**2, "local": places * k**2, "shared": k**2}


@mistake("conv_matrix", replaces="weight_counts", hint="You count along one line. Image, output and kernel are squares: n·n, m·m and k·k.")
def one_direction_only(n, k):
    places = n - k + 1
    return {"dense": places * n, "local": places * k, "shared": k}


@mistake("conv_matrix", replaces="weight_counts", hint="A locally connected place has a weight for each pixel of its *window*: k² of them, not n².")
def local_counts_the_image(n, k):
    places = (n - k + 1) ** 2
    return {"dense": places * n**2, "local": n**2 * k**2, "shared": k**2}


@mistake("conv_matrix", replaces="weight_counts", hint="Sharing means that all places use the same k² weights: they are counted once.")
def shared_for_each_place(n, k):
    places = (n - k + 1) ** 2
    return {"dense": places * n**2, "local": places * k**2, "shared": places * k**2}


@mistake("conv_matrix", replaces="weight_counts", hint="You let the places share their weights in “local” too. There every place has k² weights of its own.")
def local_is_not_shared(n, k):
    places = (n - k + 1) ** 2
    return {"dense": places * n**2, "local": k**2, "shared": k**2}


@mistake("conv_matrix", replaces="weight_counts", hint="Biases are not counted here, only weights.")
def counts_a_bias(n, k):
    places = (n - k + 1) ** 2
    return {"dense": places * n**2 + places, "local": places * k**2 + places, "shared": k**2 + 1}


@mistake("conv_matrix", replaces="weight_counts", hint="The counts should be ints: use * and **, or //, but no /.")
def counts_in_floats(n, k):
    places = (n - k + 1) ** 2
    return {"dense": places * n**2 / 1, "local": places * k**2 / 1, "shared": k**2 / 1}


@mistake("conv_matrix", replaces="weight_counts", hint='You return a tuple. A dict with the keys "dense", "local" and "shared" is asked for.')
def counts_as_a_tuple(n, k):
    places = (n - k + 1) ** 2
    return places * n**2, places * k**2, k**2


@mistake("conv_matrix", replaces="weight_counts", hint="A dense layer has n² inputs and m² outputs, m = n−k+1. You count n² outputs.")
def dense_is_image_times_image(n, k):
    places = (n - k + 1) ** 2
    return {"dense": n**4, "local": places * k**2, "shared": k**2}


# ================================================================ conv_transpose2d: upsample_nearest


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="You put the whole image side by side (a b a b). Every *pixel* becomes a block (a a b b): repeat_interleave instead of repeat or tile.")
def tiles_the_image(x, factor):
    high, wide = pair(factor)
    return x.repeat(1, 1, high, wide)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="The two factors are swapped: a pair is (height, width).")
def factor_swapped(x, factor):
    wide, high = pair(factor)
    return x.repeat_interleave(high, 2).repeat_interleave(wide, 3)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="Only the width grows. Repeat the rows as well: axis 2 by fh, axis 3 by fw.")
def widens_only(x, factor):
    high, wide = pair(factor)
    return x.repeat_interleave(wide, 3)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="Only the height grows. Repeat the columns as well: axis 2 by fh, axis 3 by fw.")
def grows_only_in_height(x, factor):
    high, wide = pair(factor)
    return x.repeat_interleave(high, 2)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="The first factor is used for both directions. With a pair, the second one is for the width.")
def same_factor_for_both(x, factor):
    high = wide = pair(factor)[0]
    return x.repeat_interleave(high, 2).repeat_interleave(wide, 3)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="Zeros stand between your pixels. Nearest neighbour repeats the pixel itself all over its block.")
def zeros_between_the_pixels(x, factor):
    high, wide = pair(factor)
    out = x.new_zeros(*x.shape[:2], x.shape[2] * high, x.shape[3] * wide)
    out[:, :, ::high, ::wide] = x
    return out


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="You divide each pixel among its block. Every pixel of the block is as bright as the one it came from.")
def shares_the_brightness(x, factor):
    high, wide = pair(factor)
    return x.repeat_interleave(high, 2).repeat_interleave(wide, 3) / (high * wide)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="The channels or images are repeated. Axis 2 is the height and axis 3 the width.")
def repeats_the_channels(x, factor):
    high, wide = pair(factor)
    return x.repeat_interleave(high, 1).repeat_interleave(wide, 2)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="No gradient reaches x: .detach() or NumPy cuts it off.")
def upsample_loses_the_gradient(x, factor):
    high, wide = pair(factor)
    return x.detach().repeat_interleave(high, 2).repeat_interleave(wide, 3)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="Whole numbers come out as floats. Repeating keeps the dtype.")
def upsample_makes_floats(x, factor):
    high, wide = pair(factor)
    x = x if x.is_floating_point() else x.float()
    return x.repeat_interleave(high, 2).repeat_interleave(wide, 3)


@mistake("conv_transpose2d", replaces="upsample_nearest", hint="The factor may be a pair (height, width) too: pair(factor) unpacks both.")
def number_only_as_factor(x, factor):
    return x.repeat_interleave(factor, 2).repeat_interleave(factor, 3)


# ================================================================ conv_transpose2d: conv_transpose_out_size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The padding is missing: p pixels are cut off at each end, 2*p in all.")
def size_without_padding(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="p pixels are cut off at *each* end: −2*p, not −p.")
def padding_at_one_end(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The padding is added. Here it is cut away: −2*p.")
def padding_added(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s + 2 * p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="This is the formula of the convolution, which makes smaller. Solve it for the input: (n−1)*s − 2*p + k + op.")
def forward_size(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n + 2 * p - k) // s + 1 + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The first stamp needs no step: n stamps are n−1 steps apart, (n−1)*s, and then the last one is k long.")
def n_times_stride(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = n * s - 2 * p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="n*s is right only when the kernel is as large as the stride. In general it is (n−1)*s − 2*p + k + op.")
def size_just_n_times_s(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = n * s - 2 * p + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The output padding is missing: + op at the end.")
def size_without_op(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The output padding is added at one end only: + op, not + 2*op.")
def op_on_both_sides(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + 2 * op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The output padding counts output pixels: + op, not + op*s.")
def op_times_stride(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op * s
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="An output padding of s or more must raise ValueError: only s different sizes fall on the same output.")
def any_op_accepted(n, k, s=1, p=0, op=0):
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="A negative output padding must raise ValueError as well: op is one of 0 … s−1.")
def negative_op_accepted(n, k, s=1, p=0, op=0):
    if not op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="op = s is one too many: it is one of 0 … s−1.")
def op_equal_to_stride_accepted(n, k, s=1, p=0, op=0):
    if not 0 <= op <= s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="When less than 1 pixel would be left there is no image: raise ValueError.")
def empty_size_accepted(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="An image of 0 pixels is none: raise ValueError for it too.")
def size_zero_accepted(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    if size < 0:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="A single pixel is an image: raise ValueError only for less than 1.")
def one_pixel_refused(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    if size <= 1:
        raise ValueError("nothing left")
    return size


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="The size should be an int: there is a / in your formula.")
def size_is_a_float(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        raise ValueError("nothing left")
    return size / 1


@mistake("conv_transpose2d", replaces="conv_transpose_out_size", hint="You turn an impossible size into the next possible one. Raise ValueError instead.")
def size_clamped(n, k, s=1, p=0, op=0):
    if not 0 <= op < s:
        raise ValueError("output padding")
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        return 1
    return size


# ================================================================ conv_transpose2d: conv_transpose2d


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="Where stamps overlap, the last one covers the others: = stands where += belongs.")
def last_stamp_wins(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] = stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="Where stamps overlap you keep the larger number. The ink adds up.")
def strongest_stamp_wins(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            spot = canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] = torch.maximum(spot.clone(), stamp)
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The kernel is flipped. With stamps nothing is turned: weight[c, o] is pressed on as it is. (Only where you stretch x and slide the kernel over it must it be turned by 180°.)")
def stamp_flipped(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight.flip(2, 3))
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The kernel is transposed: its rows go down, its columns to the right.")
def stamp_transposed(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight if kh != kw else weight.transpose(2, 3))
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You read the weight as (Cout, Cin, kh, kw). Here it is (Cin, Cout, kh, kw): the input channels come first.")
def weight_as_in_conv2d(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (C, _, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,ocuv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You exchange the channels of the weight by a reshape, which scrambles them. weight[c, o] leads from input c to output o; transpose(0, 1) would move the axes.")
def weight_reshaped_to_swap(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight.reshape(C, -1, kh, kw).transpose(0, 1))
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="Only input channel 0 is used. Every input channel presses its own stamp, and they add up.")
def first_input_channel_only(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("b,ouv->bouv", x[:, 0, i, j], weight[0])
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You add up the output channels. Each of them is a map of its own.")
def output_channels_added(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    out = out if bias is None else out + bias[:, None, None]
    return out.sum(1, keepdim=True)


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The padding is not used: cut ph rows and pw columns off at each edge of the canvas.")
def nothing_cut_off(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You put a frame of zeros around the result. The padding of a transposed convolution is cut *off*.")
def pads_instead_of_cutting(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = F.pad(canvas, (pw, pw, ph, ph))
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You cut 2p at the bottom and at the right. p goes at each edge: top, bottom, left and right.")
def cut_at_one_end(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, : tall - 2 * ph, : wide - 2 * pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="Only the top and the left edge are cut. p goes at each of the four edges.")
def cut_at_the_start_only(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph:, pw:]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="canvas[p:-p] is empty for p = 0, because −0 is 0. Count from the front: p : height − p.")
def minus_zero_is_empty(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph:-ph, pw:-pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right.")
def transposed_paddings_swapped(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (pw, ph), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The two strides are swapped: the first is for the height, the second for the width.")
def transposed_strides_swapped(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sw, sh), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The two output paddings are swapped: the first adds rows at the bottom, the second columns at the right.")
def output_paddings_swapped(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (opw, oph) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The first stride is used for both directions. With a pair, the second one is for the width.")
def transposed_first_stride_for_both(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    sw = sh
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The stride is not used: stamp (i, j) has its corner at (i*sh, j*sw).")
def transposed_without_stride(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    sh = sw = 1
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The rows and columns of the output padding are glued on as zeros after the cut. Make the canvas larger before: a stamp may reach into them.")
def output_padding_of_zeros(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh, (W - 1) * sw + kw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = F.pad(canvas[:, :, ph : tall - ph, pw : wide - pw], (0, opw, 0, oph))
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The output padding is added at the top and at the left. It belongs at the bottom and at the right.")
def output_padding_at_the_start(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh, (W - 1) * sw + kw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = F.pad(canvas[:, :, ph : tall - ph, pw : wide - pw], (opw, 0, oph, 0))
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The output padding is added at both ends. It belongs at the bottom and at the right only.")
def output_padding_on_both_sides(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh, (W - 1) * sw + kw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = F.pad(canvas[:, :, ph : tall - ph, pw : wide - pw], (opw, opw, oph, oph))
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The output padding is not used: the canvas ends oph rows and opw columns later.")
def output_padding_ignored(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    oph = opw = 0
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The bias is added with every stamp. It is added once to every pixel of the result, also where no stamp is.")
def bias_under_the_stamps(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp if bias is None else stamp + bias[:, None, None]
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone()


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The bias is missing: add bias[o] to every pixel of output channel o.")
def transposed_bias_missing(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone()


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="`out + bias` lines the bias up with the last axis, the width. It belongs to the channels: bias[:, None, None].")
def transposed_bias_along_the_width(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The bias is added only where ink is. Every pixel of the result gets it.")
def bias_before_the_cut(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else torch.where(out == 0, out, out + bias[:, None, None])


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You divide by the number of stamps that overlap. The ink adds up, it is not averaged.")
def averages_the_overlaps(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    often = torch.zeros(tall, wide, dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            often[i * sh : i * sh + kh, j * sw : j * sw + kw] += 1
    canvas = canvas / often.clamp(min=1)
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You put s zeros between the pixels. Neighbours should end up s apart, so s−1 zeros lie between them.")
def stretched_by_stride_zeros(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    sh, sw = (sh + 1 if sh > 1 else 1), (sw + 1 if sw > 1 else 1)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="You repeat the pixels and slide the kernel over the larger image. A transposed convolution presses the kernel once for each pixel, and leaves zeros where no stamp is.")
def upsamples_and_correlates(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph - 2 * ph, (W - 1) * sw + kw + opw - 2 * pw
    large = x.repeat_interleave(sh, 2).repeat_interleave(sw, 3)
    large = F.pad(large, (kw - 1, kw - 1 + wide, kh - 1, kh - 1 + tall))
    windows = large.unfold(2, kh, 1).unfold(3, kw, 1)[:, :, ph : ph + tall, pw : pw + wide]
    out = torch.einsum("bchwuv,couv->bohw", windows, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="This is an ordinary convolution: it makes the image smaller. Here each pixel of x presses the kernel onto a larger canvas.")
def an_ordinary_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    kh, kw = weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    out = torch.einsum("bchwuv,couv->bohw", windows, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The canvas is too large: it ends with the last stamp, (H−1)*sh + kh, not H*sh + kh.")
def canvas_of_n_times_stride(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = H * sh + kh + oph, W * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="Height and width of the result are swapped. It only shows on images that are not square.")
def canvas_transposed(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    out = out.transpose(2, 3)
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="Every image of the batch has its own result; yours all come from the first.")
def first_image_stamped(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    x = x[:1].expand_as(x)
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="No gradient reaches the weight: .data, .detach() or torch.tensor(…) cuts it off.")
def transposed_loses_the_weight(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight.detach())
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="No gradient reaches x: .detach(), .item() or NumPy cut it off.")
def transposed_loses_the_image(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    x = x.detach()
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off.")
def transposed_loses_the_bias(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias.detach()[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="The result is float32 although x is float64: torch.zeros needs dtype=x.dtype.")
def transposed_in_float32(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = torch.zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", hint="A pair for stride, padding or output padding is allowed too: (height, width). pair(…) unpacks both.")
def transposed_numbers_only(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    sh, sw, ph, pw, oph, opw = stride + 0, stride, padding + 0, padding, output_padding + 0, output_padding
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw
    canvas = x.new_zeros(B, C, tall, wide)
    for i in range(H):
        for j in range(W):
            stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]


@mistake("conv_transpose2d", replaces="conv_transpose2d", ends="blocked", hint="This exercise is about building it yourself: torch's convolutions, F.conv_transpose2d among them, and F.interpolate are switched off. Press one stamp for each pixel and add up.")
def calls_torchs_transposed_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return F.conv_transpose2d(x, weight, bias, stride, padding, output_padding)


# ================================================================ backward: max_pool_backward


@mistake("backward", replaces="max_pool_backward", hint="Every pixel of a window gets its share, as for the mean. Of a maximum only the winner gets something, and it gets all.")
def everybody_gets_a_share(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += dout[b, c, i, j] / (kh * kw)
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Every pixel of a window gets the whole gradient. Only the winner does, all others get 0.")
def everybody_gets_all(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="A number that wins several windows gets only what the last one brings: = stands where += belongs.")
def overwrites_what_was_won(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] = dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="`window == window.max()` is true for *every* one of several equal numbers, and all of them get the gradient. Only the first does: argmax.")
def all_equal_numbers_win(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += (window == window.max()) * dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Equal numbers share the gradient. The first of them, row by row, gets all of it: argmax.")
def equal_numbers_share(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += (window == window.max()) * dout[b, c, i, j] / (window == window.max()).sum()
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Among equal numbers the last one wins with you. It should be the first, row by row.")
def last_equal_number_wins(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = kh * kw - 1 - int(window.flatten().flip(0).argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Among equal numbers you choose column by column. The first one row by row wins.")
def winners_by_columns(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        place = int(window.T.flatten().argmax())
        winner = place % kh * kw + place // kh
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="You compare with the largest number of the whole map, so one window at most gets a gradient. Each window has its own winner.")
def compares_with_the_whole_map(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += (window == x[b, c].max()) * dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="The winner is sought among all channels. Every channel has its own competition.")
def winner_over_all_channels(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(x[b, :, i * sh : i * sh + kh, j * sw : j * sw + kw].amax(0).flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="All channels get the gradient of channel 0: use dout[b, c, i, j].")
def gradient_of_channel_0(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, 0, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="All images get the gradient of the first: use dout[b, c, i, j].")
def gradient_of_image_0(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[0, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Your windows begin at (i, j). With a stride, window (i, j) begins at row i * sh and column j * sw.")
def windows_without_stride(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i : i + kh, j : j + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i + winner // kw, j + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Your windows move by the size of the kernel. They move by the stride, which may be another number.")
def moves_by_the_kernel(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(kernel)
    dout = dout[:, :, : (x.shape[2] - kh) // kh + 1, : (x.shape[3] - kw) // kw + 1]
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="You write at the winner's place *within its window*. Add where the window begins: row i * sh, column j * sw.")
def winner_in_the_window(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, winner // kw, winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Row and column of the winner come from // and % with the *width* of the window, kw.")
def divides_by_the_height(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kh, j * sw + winner % kh] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="The two strides are swapped: the first is for the height, the second for the width.")
def backward_strides_swapped(dout, x, kernel, stride):
    (kh, kw), (sw, sh) = pair(kernel), pair(stride)
    dout = dout[:, :, : (x.shape[2] - kh) // sh + 1, : (x.shape[3] - kw) // sw + 1]
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="You write the winning number, or multiply by it. What is passed on is dout, unchanged.")
def passes_on_the_value(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j] * window.max()
    return dx


@mistake("backward", replaces="max_pool_backward", hint="You mark the winners with 1. They pass on dout: multiply by it.")
def dout_forgotten(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += 1
    return dx


@mistake("backward", replaces="max_pool_backward", hint="The smallest number wins with you.")
def smallest_wins(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmin())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="You compare absolute values: −9 does not beat 5.")
def largest_magnitude_wins(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().abs().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="Windows without a positive number get no gradient with you. Their largest number wins all the same.")
def zeros_always_lose(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros_like(x)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        if window.max() > 0:
            dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="The result is float32 although dout is float64: torch.zeros_like(x) has the right dtype.")
def backward_in_float32(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = torch.zeros(x.shape)
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", hint="The gradients are added to x itself: begin with zeros of its shape.")
def adds_to_x(dout, x, kernel, stride):
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    dx = x.clone()
    for b, c, i, j in np.ndindex(*dout.shape):
        window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        winner = int(window.flatten().argmax())
        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]
    return dx


@mistake("backward", replaces="max_pool_backward", ends="blocked", hint="This exercise is about the backward pass itself: torch's poolings, F.fold and its convolutions are switched off. Find each window's winner with argmax and add dout there.")
def calls_torch_for_the_gradient(dout, x, kernel, stride):
    leaf = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(F.max_pool2d(leaf, kernel, stride), leaf, dout)[0]


# ================================================================ backward: col2im


@mistake("backward", replaces="col2im", hint="Where windows overlap only the last column is kept: = stands where += belongs.")
def last_column_wins(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] = parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="You divide by the number of windows that hold a pixel. col2im adds up: it is the transpose of im2col, not its inverse.")
def averages_the_windows(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    often = torch.zeros_like(canvas)
    for i in range(rows):
        for j in range(columns):
            often[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += 1
    canvas = canvas / often.clamp(min=1)
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="The frame is still there: cut ph rows and pw columns off at each edge, so that the result has x_shape.")
def frame_not_cut_off(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas


@mistake("backward", replaces="col2im", hint="You keep the first H rows of the canvas. The frame lies on every side: the image begins at row ph and column pw.")
def frame_cut_at_one_end(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, :H, :W].clone()


@mistake("backward", replaces="col2im", hint="canvas[p:-p] is empty for p = 0, because −0 is 0. Count from the front: ph : ph + H.")
def frame_minus_zero(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph:-ph, pw:-pw].clone()


@mistake("backward", replaces="col2im", hint="The padding is missing: the canvas has H + 2*ph rows, and so have more places fitted on it.")
def col2im_without_padding(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), (0, 0)
    cols = cols[:, :, : ((x_shape[2] - kh) // sh + 1) * ((x_shape[3] - kw) // sw + 1)]
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="The columns are put one pixel apart: place (i, j) begins at row i * sh and column j * sw.")
def col2im_without_stride(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i : i + kh, j : j + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="The two strides are swapped: the first is for the height, the second for the width.")
def col2im_strides_swapped(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sw, sh), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right.")
def col2im_paddings_swapped(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (pw, ph) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="Height and width of the kernel are swapped: a pair is (height, width).")
def col2im_kernel_swapped(cols, x_shape, kernel, stride, padding):
    (kw, kh), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="You read the columns with the channels last. The window of channel 0 comes first: (C, kh, kw).")
def columns_with_channels_last(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, kh, kw, C, rows, columns).permute(0, 3, 1, 2, 4, 5)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="You read each window column by column. Row by row: (kh, kw).")
def columns_by_columns(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kw, kh, rows, columns).transpose(2, 3)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="You number the places column by column. Row by row: (H', W').")
def col2im_places_by_columns(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, columns, rows).transpose(4, 5)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="Each window is put back turned by 180°. Its first number belongs to its top left pixel.")
def columns_flipped(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns).flip(2, 3)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="All channels get the sum over the channels. Every channel has its own rows in the columns.")
def col2im_channels_added(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns).sum(1, keepdim=True)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="Every image of the batch has its own columns; you use those of the first.")
def col2im_of_the_first_image(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)[:1]
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="No gradient reaches the columns: .detach(), .data or NumPy cuts it off.")
def col2im_loses_the_gradient(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.detach().reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="The result is float32 although the columns are float64: cols.new_zeros(…) has their dtype.")
def col2im_in_float32(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = torch.zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].clone()


@mistake("backward", replaces="col2im", hint="Height and width of the result are swapped: x_shape is (B, C, H, W).")
def transposes_the_image(cols, x_shape, kernel, stride, padding):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    B, C, H, W = x_shape
    rows, columns = (H + 2 * ph - kh) // sh + 1, (W + 2 * pw - kw) // sw + 1
    parts = cols.reshape(B, C, kh, kw, rows, columns)
    canvas = cols.new_zeros(B, C, H + 2 * ph, W + 2 * pw)
    for i in range(rows):
        for j in range(columns):
            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += parts[..., i, j]
    return canvas[:, :, ph : ph + H, pw : pw + W].transpose(2, 3)


# ================================================================ receptive_field


@mistake("receptive_field", replaces="receptive_field", hint="Each layer adds k−1 pixels, not k: one of the k is the pixel that was already there. Two layers of 3 see 5.")
def adds_the_whole_kernel(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += k * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Before the first layer a pixel sees itself: size begins at 1, not at 0.")
def begins_at_zero(layers):
    size, jump, start = 0, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="After a stride, neighbours are `jump` pixels of the image apart, so a layer adds (k−1) * jump.")
def ignores_the_jump(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += k - 1
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="You multiply by the layer's own stride before adding. What counts are the strides of the layers *before* it: change jump last.")
def own_stride_counts(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        jump *= s
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Size is right; for start you use the jump *after* the layer. It moves by ((k−1)/2 − p) times the jump before it.")
def own_stride_counts_for_the_start(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        jump *= s
        start += ((k - 1) / 2 - p) * jump
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Strides multiply: after two layers of stride 2, neighbours are 4 pixels apart. You add them.")
def strides_are_added(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump += s - 1
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="jump is the product of *all* strides so far, not the stride of the last layer.")
def only_the_last_stride(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump = s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Layers with kernel 2 and stride 2, the poolings, are left out. They count like every other layer.")
def pooling_left_out(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        if k == s:
            continue
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="You multiply the kernels: 3 · 3 = 9. The windows overlap, so a layer only *adds* (k−1) * jump: 5.")
def product_of_the_kernels(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size *= k
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="You add the kernels up: 3 + 3 = 6. Each layer after the first adds k−1 only (times the jump).")
def sum_of_the_kernels(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size = k if size == 1 else size + k * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="The sign of the padding is wrong: padding lets the first unit begin further to the *left*, so p is subtracted.")
def padding_moves_to_the_right(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 + p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="The padding is missing in start: ((k−1)/2 − p) * jump.")
def start_without_padding(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Your start is the left *edge* of the field. Its middle is asked for: (k−1)/2 − p.")
def start_is_the_left_edge(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += float(-p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="You begin at 0.5. Here the middle of pixel 0 is 0.0.")
def start_begins_at_a_half(layers):
    size, jump, start = 1, 1, 0.5
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="You count pixels from 1. The middle of pixel 0 is 0.0.")
def start_begins_at_one(layers):
    size, jump, start = 1, 1, 1.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="(k−1)//2 rounds: the middle of a kernel of 2 lies at 0.5. Divide with /.")
def start_rounded_down(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += float((k - 1) // 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="The middle of k pixels beginning at 0 is (k−1)/2, not k/2.")
def start_half_a_kernel(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += (k / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="start moves in pixels of the image: multiply ((k−1)/2 − p) by the jump so far.")
def start_ignores_the_jump(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p)
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="start may be negative: the first unit then looks at padding. Do not cut it off at 0.")
def start_cut_at_zero(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, max(start, 0.0)


@mistake("receptive_field", replaces="receptive_field", hint="You go through the layers from the last to the first. Begin at the image: the order decides which strides count.")
def layers_from_the_end(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in reversed(layers):
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Stride and padding are swapped: a layer is (kernel, stride, padding).")
def stride_and_padding_swapped(layers):
    size, jump, start = 1, 1, 0.0
    for k, p, s in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Padding does not change the size of the field, only where it lies.")
def padding_makes_it_smaller(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1 - 2 * p) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="You cut the field off at the size of some image. Leave it as it is: it may be larger.")
def cut_off_at_224(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return min(size, 224), jump, start


@mistake("receptive_field", replaces="receptive_field", hint="Three things are asked for: return size, jump, start.")
def returns_the_size_only(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size


@mistake("receptive_field", replaces="receptive_field", hint="Return a tuple, (size, jump, start), not a list.")
def returns_a_list(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return [size, jump, start]


@mistake("receptive_field", replaces="receptive_field", hint="size and jump are ints: there is a / in them. Only start may be half a pixel.")
def size_in_floats(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) / 1 * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


@mistake("receptive_field", replaces="receptive_field", hint="start is a float, also when no layer moved it: begin with 0.0.")
def start_as_an_int(layers):
    size, jump, start = 1, 1, 0.0
    for k, s, p in layers:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, int(start) if start == int(start) else start


@mistake("receptive_field", replaces="receptive_field", hint="Without any layer a pixel sees itself: (1, 1, 0.0). Do not take the first layer out of the list before the loop.")
def fails_on_no_layer(layers):
    (size, jump, p), rest = layers[0], layers[1:]
    start = (size - 1) / 2 - p
    for k, s, p in rest:
        size += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return size, jump, start


# ================================================================ trustworthy


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test says True to every function. Compare what comes out with what should.",
)
def trusts_everybody(pool):
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test says False even to torch’s own pooling. Try trustworthy(F.max_pool2d) and find the rule that it breaks.",
)
def trusts_nobody(pool):
    return False


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="The right shape can hold wrong numbers. Compare the values too, with torch.allclose.",
)
def looks_at_the_shape_only(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape:
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="A right function may round in another way. Compare with torch.allclose instead of torch.equal or ==.",
)
def forgives_no_rounding(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or not torch.equal(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Mixing up height and width goes unseen while kernel, stride and padding are square. Take pairs with unequal halves.",
)
def square_cases_only(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 2), (3, 3), (1, 1)),
        ((1, 2, 9, 6), (3, 3), (2, 2), (1, 1)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="With positive numbers a frame of zeros never wins, so it goes unseen. Test images that are negative everywhere.",
)
def positive_images_only(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.rand(shape) + 1
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="You never ask for padding, so a function that forgets it or fills it with zeros gets through.",
)
def never_pads(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (0, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 0)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="With one image of one channel nobody can mix channels or images up. Test with several of both.",
)
def one_channel_one_image(pool):
    for shape, kernel, stride, padding in (
        ((1, 1, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 1, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="You only ask for a stride equal to the kernel, so a function that ignores the stride gets through.",
)
def stride_as_the_kernel(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (2, 3), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (3, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="When the function under test stops with an error, your test stops too. Catch it and say False.",
)
def stops_with_the_function(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        found = pool(x, kernel, stride, padding)
        right = F.max_pool2d(x, kernel, stride, padding)
        if not isinstance(found, torch.Tensor) or found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="A wrong function may give something that is no tensor, None for instance, and then your test stops. Say False.",
)
def counts_on_a_tensor(pool):
    for shape, kernel, stride, padding in (
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
    ):
        x = torch.randn(shape) - 5
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        right = F.max_pool2d(x, kernel, stride, padding)
        if found.shape != right.shape or not torch.allclose(found, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="One square image with kernel 2 and nothing else lets most wrong functions through. Take unequal pairs, padding, negative numbers, several images and channels.",
)
def one_friendly_case(pool):
    x = torch.rand(1, 1, 8, 8)
    try:
        found = pool(x, (2, 2), (2, 2), (0, 0))
    except Exception:
        return False
    return isinstance(found, torch.Tensor) and found.shape == (1, 1, 4, 4) and torch.allclose(found, F.max_pool2d(x, 2))
