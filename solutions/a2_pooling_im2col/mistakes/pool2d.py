"""Known mistakes of the exercise `pool2d`. Of two that look alike the first is named: narrower ones stand first."""

import math

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

from ._helpers import pair

edit("pool2d", "zeros_beat_negatives",
     "low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min", "low = 0",
     of="pool2d__windows_of_each_mode", hint="You pad with 0 before taking the maximum, and 0 beats every negative number. The frame of a maximum is −∞: F.pad(x, …, value=-math.inf).")

edit("pool2d", "padding_of_minus_one",
     "low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min", "low = -1",
     of="pool2d__windows_of_each_mode", hint="Your padding is a fixed negative number, and a map may lie below it. Only −∞ never wins.")

edit("pool2d", "minus_infinity_in_the_mean", "x, (pw, pw, ph, ph))", "x, (pw, pw, ph, ph), value=-math.inf)",
     of="pool2d__windows_of_each_mode", hint="You pad the image with −∞ for the mean too, so every window at the border becomes −∞. The frame of a mean is 0.")

edit("pool2d", "stride_is_one", "= (kh, kw)", "= (1, 1)",
     of="pool2d__windows_of_each_mode", hint="Without a stride your windows move by one pixel. Pooling moves by the size of the kernel unless you say otherwise: sh, sw = kh, kw when stride is None.")

edit("pool2d", "stride_is_two", "= (kh, kw)", "= (2, 2)",
     of="pool2d__windows_of_each_mode", hint="Without a stride your windows always move by two pixels. They move by the size of the kernel: kh down, kw to the right.")

edit("pool2d", "stride_never_used", "sh, sw = (kh, kw) if stride is None else pair(stride)", "sh, sw = kh, kw",
     of="pool2d__windows_of_each_mode", hint="You move by the size of the kernel although a stride was given. Use the kernel only when stride is None.")

edit("pool2d", "pool_without_padding",
     '    if mode == "max":',
     "    ph = pw = 0\n"
     '    if mode == "max":',
     of="pool2d__windows_of_each_mode", hint="The padding is not used at all: put ph rows and pw columns around x before you cut the windows.")

edit("pool2d", "max_over_the_channels", "values", "values.max(1, keepdim=True).values",
     of="pool2d__windows_of_each_mode", hint="The largest number is taken over the channels as well. Pooling looks at each channel by itself: C channels stay C channels.")

edit("pool2d", "pools_sum_the_channels",
     "values", "values.sum(1, keepdim=True)",
     "mean(-1)", "mean(-1).sum(1, keepdim=True)",
     of="pool2d__windows_of_each_mode", hint="You add up the channels as a convolution does. Pooling keeps them apart: C channels stay C channels.")

edit("pool2d", "first_channel_pooled",
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     "    x = x[:, :1].expand_as(x)\n"
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     of="pool2d__windows_of_each_mode", hint="Every channel of your result comes from channel 0. Each one is pooled by itself.")

edit("pool2d", "first_image_pooled",
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     "    x = x[:1].expand_as(x)\n"
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     of="pool2d__windows_of_each_mode", hint="All images of your result are the first one. Each image of the batch is pooled by itself.")

edit("pool2d", "frame_left_out_by_default",
     "    if count_include_pad:\n"
     "        return windows.mean(-1)\n",
     "",
     of="pool2d__windows_of_each_mode", hint="You leave the padding out of the division although nobody asked for it. The default counts it: a corner of ones under kernel 2 and padding 1 gives 1/4.")

edit("pool2d", "frame_always_counted", "if count_include_pad", "if True",
     of="pool2d__windows_of_each_mode", hint="count_include_pad=False changes nothing in your function: then divide by the number of pixels of x in the window. Pooling an image of ones, padded with 0, counts them.")

edit("pool2d", "zeros_are_padding", "torch.ones_like(x)", "(x != 0).to(x.dtype)",
     of="pool2d__windows_of_each_mode", hint="You count the pixels that are not 0. A pixel of x may be 0, too, and still belongs to the window: pool an image of ones instead.")

edit("pool2d", "count_include_pad_reversed", "if count_include_pad", "if not count_include_pad",
     of="pool2d__windows_of_each_mode", hint="count_include_pad works the wrong way round: True divides by kh*kw, False by the pixels that belong to x.")


@mistake(replaces="pool2d", hint="The result has the right size, but its windows still move by one pixel: window (i, j) begins at row i * sh and column j * sw.")
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


edit("pool2d", "pool_kernel_swapped", "(kh, kw),", "(kw, kh),",
     of="pool2d__windows_of_each_mode", hint="Height and width of the kernel are swapped: a pair is (height, width).")

edit("pool2d", "pool_stride_swapped", "pair(stride)", "pair(stride)[::-1]",
     of="pool2d__windows_of_each_mode", hint="The two strides are swapped: the first is for the height, the second for the width.")

edit("pool2d", "pool_padding_swapped",
     '    if mode == "max":',
     "    ph, pw = pw, ph\n"
     '    if mode == "max":',
     of="pool2d__windows_of_each_mode", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right. (F.pad itself begins with the last axis.)")

edit("pool2d", "pool_first_stride_for_both", "pair(stride)", "(pair(stride)[0],) * 2",
     of="pool2d__windows_of_each_mode", hint="The first stride is used for both directions. With a pair, the second one is for the width.")

edit("pool2d", "pool_first_kernel_for_both",
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     "    (kh, _), (ph, pw) = pair(kernel), pair(padding)\n"
     "    kw = kh",
     of="pool2d__windows_of_each_mode", hint="Your windows are square: the height of the kernel is used for the width as well. A pair is (height, width).")

edit("pool2d", "pool_padding_on_one_side",
     "(pw, pw, ph, ph),", "(0, 2 * pw, 0, 2 * ph),",
     "x, (pw, pw, ph, ph))", "x, (0, 2 * pw, 0, 2 * ph))",
     "), (pw, pw, ph, ph))", "), (0, 2 * pw, 0, 2 * ph))",
     of="pool2d__windows_of_each_mode", hint="All the padding lies below and to the right. Half of it belongs above and to the left: p on each side.")

edit("pool2d", "pool_padding_half",
     ", (pw, pw, ph, ph),", ", (pw, 0, ph, 0),",
     "x, (pw, pw, ph, ph))", "x, (pw, 0, ph, 0))",
     "), (pw, pw, ph, ph))", "), (pw, 0, ph, 0))",
     of="pool2d__windows_of_each_mode", hint="Only left and top are padded. Each of the four sides gets its own: F.pad(x, (pw, pw, ph, ph)).")

edit("pool2d", "pool_rounds_up",
     "        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min",
     "        down, right = -(x.shape[2] + 2 * ph - kh) % sh, -(x.shape[3] + 2 * pw - kw) % sw\n"
     "        low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min",
     "(pw, pw, ph, ph),", "(pw, pw + right, ph, ph + down),",
     of="pool2d__windows_of_each_mode", hint="You round the size up, so a last window hangs over the edge. Windows that do not fit are dropped: (H + 2*ph - kh) // sh + 1.")

edit("pool2d", "mode_ignored", 'if mode == "max":', 'if mode in ("max", "avg"):',
     of="pool2d__windows_of_each_mode", hint="The mode is ignored: you take the maximum in every case. “avg” asks for the mean.")

edit("pool2d", "always_the_mean", '== "max"', '== "MAX"',
     of="pool2d__windows_of_each_mode", hint="The mode is ignored: you take the mean in every case. “max” asks for the largest number.")

edit("pool2d", "smallest_number",
     "low = -math.inf if x.is_floating_point() else torch.iinfo(x.dtype).min",
     "low = math.inf if x.is_floating_point() else torch.iinfo(x.dtype).max",
     "windows.max", "windows.min",
     of="pool2d__windows_of_each_mode", hint="You take the smallest number of each window. Max pooling keeps the largest.")

edit("pool2d", "largest_absolute_value",
     "return windows.max", "return windows.abs().masked_fill(windows == low, -1).max",
     of="pool2d__windows_of_each_mode", hint="You compare absolute values, so −9 beats 5. The maximum keeps the sign: 5 is larger.")

edit("pool2d", "relu_after_the_maximum", "values", "values.clamp(min=0)",
     of="pool2d__windows_of_each_mode", hint="Your result is never negative: there is a ReLU in it, or a maximum that begins at 0. Begin at −∞.")

edit("pool2d", "sum_for_mean", "mean", "sum",
     of="pool2d__windows_of_each_mode", hint="You add the window up and do not divide. The mean is the sum divided by kh*kw.")

edit("pool2d", "divides_by_kernel_height_twice", "return windows.mean(-1)", "return windows.sum(-1) / kh**2",
     of="pool2d__windows_of_each_mode", hint="You divide by kh² (or kw²) instead of kh*kw. It only shows for kernels that are not square.")

edit("pool2d", "whole_number_mean",
     "    x = x if x.is_floating_point() else x.float()",
     "    whole, dtype = not x.is_floating_point(), x.dtype\n"
     "    x = x.float() if whole else x",
     "mean(-1)", "mean(-1).to(dtype)",
     of="pool2d__windows_of_each_mode", hint="The mean of whole numbers is cut to a whole number: 1 and 2 have the mean 1.5. Turn them into floats first.")

edit("pool2d", "no_infinity_among_whole_numbers", "if x.is_floating_point() else torch.iinfo(x.dtype).min", "",
     of="pool2d__windows_of_each_mode", hint="−∞ does not exist among whole numbers, so your function stops or changes their dtype. Their smallest is torch.iinfo(x.dtype).min.")

edit("pool2d", "max_of_whole_numbers_as_floats",
     "        return windows.max(-1).values",
     "        best = windows.max(-1).values\n"
     "        return best if x.is_floating_point() else best.float()",
     of="pool2d__windows_of_each_mode", hint="The maximum of whole numbers is a whole number: your result became a float on the way. Keep the dtype for “max”.")

edit("pool2d", "amax_splits_the_gradient", "return windows.max(-1).values", "return windows.amax(-1)",
     of="pool2d__windows_of_each_mode", hint="amax shares the gradient among equal numbers. The first of them gets all of it: windows.flatten(4).max(dim=-1).values.")

edit("pool2d", "last_of_equal_numbers", "return windows.max", "return windows.flip(-1).max",
     of="pool2d__windows_of_each_mode", hint="Among equal numbers your gradient goes to the last one; it should go to the first, row by row.")

edit("pool2d", "column_by_column_ties",
     "return windows.max", "return windows.unflatten(-1, (kh, kw)).transpose(-1, -2).flatten(4).max",
     of="pool2d__windows_of_each_mode", hint="Among equal numbers you choose column by column. The first one row by row gets the gradient: no transpose before max.")

edit("pool2d", "pool_loses_the_gradient",
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     "    x = x.detach()\n"
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     of="pool2d__windows_of_each_mode", hint="No gradient reaches x: .detach(), .data, .item() or NumPy cut it off. Take the windows from x itself.")

edit("pool2d", "padding_of_a_kernel_accepted", "or 2 * ph > kh or 2 * pw > kw", "",
     of="pool2d__windows_of_each_mode", hint="Padding of more than half a kernel should raise ValueError: a window could lie on the frame alone. The limit is 2*ph > kh or 2*pw > kw.")

edit("pool2d", "padding_checked_for_the_height_only", "or 2 * pw > kw", "",
     of="pool2d__windows_of_each_mode", hint="Only the height is checked: 2*pw > kw must raise ValueError too.")

edit("pool2d", "half_the_kernel_refused", "> kh or 2 * pw >", ">= kh or 2 * pw >=",
     of="pool2d__windows_of_each_mode", hint="Padding of exactly half a kernel is allowed: raise ValueError only when 2*ph is *more* than kh.")

edit("pool2d", "any_mode_is_the_mean", 'mode not in ("max", "avg") or', "",
     of="pool2d__windows_of_each_mode", hint="An unknown mode must raise ValueError. Yours takes the mean for everything that is not “max”.")

edit("pool2d", "pool_in_float32",
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     "    x = x.float() if x.is_floating_point() else x\n"
     "    (kh, kw), (ph, pw) = pair(kernel), pair(padding)",
     of="pool2d__windows_of_each_mode", hint="Your result is float32 although x is float64: x.float() or torch.zeros without a dtype does that.")

edit("pool2d", "pool_output_transposed", "values", "values.transpose(2, 3)",
     of="pool2d__windows_of_each_mode", hint="Height and width of your result are swapped. It only shows on images that are not square.")

edit("pool2d", "drops_the_last_window",
     "values", "values[:, :, : max(windows.shape[2] - 1, 1), : max(windows.shape[3] - 1, 1)]",
     of="pool2d__windows_of_each_mode", hint="The last row and column of windows are missing: the size is (H + 2*ph - kh) // sh + 1, and the + 1 is the first window.")


@mistake(replaces="pool2d", hint="This exercise is about writing the pooling yourself: F.max_pool2d, F.avg_pool2d and their relatives are switched off here. Cut the windows and take .max or .mean of each.", ends="blocked")
def calls_torchs_pooling(x, kernel, stride=None, padding=0, mode="max", count_include_pad=True):
    if mode == "max":
        return F.max_pool2d(x, kernel, stride, padding)
    return F.avg_pool2d(x, kernel, stride, padding, count_include_pad=count_include_pad)
