"""Known mistakes of the exercise `fft_conv2d`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake


# ================================================================ fft_conv2d: fft_conv2d

edit("fft_conv2d", "not_conjugated", ".conj()", "",
     hint="Without the conjugate of the kernel's transform the kernel is flipped, and other places wrap round. Take .conj() of it.")

edit("fft_conv2d", "image_conjugated",
     "waves = torch.fft.rfft2(x)", "waves = torch.fft.rfft2(x).conj()",
     "s=(height, width)).conj()", "s=(height, width))",
     hint="You conjugate the image's transform in the place of the kernel's: what comes back runs round the ring the other way.")

edit("fft_conv2d", "width_left_open",
     "ring = torch.fft.irfft2(product, s=(height, width))", "ring = torch.fft.irfft2(product)",
     hint="irfft2 cannot know whether the width was even or odd, and takes the even one. Tell it: s=(H, W).")

edit("fft_conv2d", "not_cropped",
     "return ring[:, :, : height - kh + 1, : width - kw + 1]", "return ring[:, :, :, :]",
     hint="The whole ring comes back, as large as the image. Its last kh - 1 rows and kw - 1 columns have wrapped round: crop to H - kh + 1 and W - kw + 1.")

edit("fft_conv2d", "cropped_at_the_other_end",
     "return ring[:, :, : height - kh + 1, : width - kw + 1]", "return ring[:, :, kh - 1 :, kw - 1 :]",
     hint="You crop at the wrong end. With the conjugate, the places that wrap round are the last ones: keep the first H - kh + 1 rows and W - kw + 1 columns.")

edit("fft_conv2d", "one_place_too_few",
     ": height - kh + 1, : width - kw + 1]", ": height - kh, : width - kw]",
     hint="A kernel of height kh fits in H - kh + 1 places: the last row and the last column are missing.")

edit("fft_conv2d", "crop_of_the_sides_swapped",
     ": height - kh + 1, : width - kw + 1]", ": height - kw + 1, : width - kh + 1]",
     hint="Height and width of the kernel are exchanged where you crop: kh belongs to the rows, kw to the columns.")

edit("fft_conv2d", "crop_before_the_way_back",
     "ring = torch.fft.irfft2(product, s=(height, width))", "ring = torch.fft.irfft2(product, s=(height - kh + 1, width - kw + 1))",
     hint="You ask irfft2 for the small result. That leaves out waves, and blurs: come back at the full size (H, W), and crop afterwards.")

edit("fft_conv2d", "channels_not_added", '"bchw,ochw->bohw"', '"bchw,ochw->boch"',
     hint="einsum adds up over axes that are missing behind the arrow: the input channels c belong there, h and w do not.")

edit("fft_conv2d", "mean_over_the_channels",
     'torch.einsum("bchw,ochw->bohw", waves, kernels)', 'torch.einsum("bchw,ochw->bohw", waves, kernels) / x.shape[1]',
     hint="You take the mean over the input channels. A convolution adds them up.")

edit("fft_conv2d", "first_channel_only",
     'torch.einsum("bchw,ochw->bohw", waves, kernels)', 'torch.einsum("bhw,ohw->bohw", waves[:, 0], kernels[:, 0])',
     hint="Only input channel 0 takes part. Multiply channel by channel and add up.")

edit("fft_conv2d", "added_before_the_product",
     'torch.einsum("bchw,ochw->bohw", waves, kernels)', "waves.sum(dim=1)[:, None] * kernels.sum(dim=1)",
     hint="You add up the channels before you multiply. Each channel is multiplied by its own slice of the kernel; the sum comes afterwards.")

edit("fft_conv2d", "ring_of_the_kernel_s_size",
     "    waves = torch.fft.rfft2(x)\n", "    waves = torch.fft.rfft2(x, s=(height + 1 - kh, width + 1 - kw))\n",
     "    kernels = torch.fft.rfft2(weight, s=(height, width)).conj()\n", "    kernels = torch.fft.rfft2(weight, s=(height + 1 - kh, width + 1 - kw)).conj()\n",
     "s=(height, width))\n    return", "s=(height + 1 - kh, width + 1 - kw))\n    return",
     hint="Your ring is as small as the result, so s= cuts the image off, and everything wraps round. It has to hold the whole image: s=(H, W).")


@mistake(replaces="fft_conv2d", hint="You keep only the real part of the transforms (.real). The imaginary part says where things are: the product needs both, and only the result of the way back is real.")
def real_parts_only(x, weight):
    height, width = x.shape[2:]
    waves, kernels = torch.fft.fft2(x).real, torch.fft.fft2(weight, s=(height, width)).real
    ring = torch.fft.ifft2(torch.einsum("bchw,ochw->bohw", waves, kernels)).real
    return ring[:, :, : height - weight.shape[2] + 1, : width - weight.shape[3] + 1]


@mistake(replaces="fft_conv2d", hint="abs() in the place of .real: the numbers that come back may be negative.")
def absolute_values(x, weight):
    height, width = x.shape[2:]
    waves, kernels = torch.fft.fft2(x), torch.fft.fft2(weight, s=(height, width)).conj()
    ring = torch.fft.ifft2(torch.einsum("bchw,ochw->bohw", waves, kernels)).abs()
    return ring[:, :, : height - weight.shape[2] + 1, : width - weight.shape[3] + 1]


@mistake(replaces="fft_conv2d", hint="The result is complex. Its imaginary part is only rounding: take .real, or use rfft2 and irfft2.")
def still_complex(x, weight):
    height, width = x.shape[2:]
    waves, kernels = torch.fft.fft2(x), torch.fft.fft2(weight, s=(height, width)).conj()
    ring = torch.fft.ifft2(torch.einsum("bchw,ochw->bohw", waves, kernels))
    return ring[:, :, : height - weight.shape[2] + 1, : width - weight.shape[3] + 1]


edit("fft_conv2d", "cut_off", "waves = torch.fft.rfft2(x)", "waves = torch.fft.rfft2(x.detach())",
     hint="No gradient reaches x: something cuts it off, such as .detach(), .item() or torch.tensor(…).")

edit("fft_conv2d", "always_float32",
     "waves = torch.fft.rfft2(x)", "waves = torch.fft.rfft2(x.float())",
     hint="The result is float32 whatever x is, and its digits are those of float32. Keep the dtype of x.")


@mistake(replaces="fft_conv2d", hint="This is im2col again, or a loop over the kernel. It gives the right numbers, but the task is the way through torch.fft.")
def loop_over_the_kernel(x, weight):
    rows, columns = x.shape[2] - weight.shape[2] + 1, x.shape[3] - weight.shape[3] + 1
    out = 0
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            out = out + torch.einsum("bchw,oc->bohw", x[:, :, u : u + rows, v : v + columns], weight[:, :, u, v])
    return out


# ================================================================ fft_conv2d: multiplications

edit("multiplications", "place_at_every_pixel", "(height - kh + 1) * (width - kw + 1)", "n",
     hint="Sliding: you count a place at every pixel. Only places where the kernel fits count: H - kh + 1 rows of W - kw + 1.")

edit("multiplications", "one_place_too_few_counted", "(height - kh + 1) * (width - kw + 1)", "(height - kh) * (width - kw)",
     hint="Sliding: a kernel of height kh has H - kh + 1 places, not H - kh.")

edit("multiplications", "sliding_without_channels", "sliding = batch * pairs *", "sliding =",
     hint="Sliding: the windows of one image and one pair of channels are counted. It happens for every image and for each of the Cout · Cin pairs.")

edit("multiplications", "rounded_down", "math.ceil(math.log2(n))", "int(math.log2(n))",
     hint="L is rounded up: log₂ 30 is 4.9, so L = 5.")

edit("multiplications", "logarithm_of_one_side", "math.log2(n)", "math.log2(height)",
     hint="L is the logarithm of n = H · W, the numbers of the whole image, not of one side.")

edit("multiplications", "natural_logarithm", "math.log2(n)", "math.log(n)",
     hint="math.log is the natural logarithm. L is log₂ n: math.log2.")

edit("multiplications", "no_way_back", "batch * (c_in + c_out) + pairs", "batch * c_in + pairs",
     hint="The way back is missing: each image comes back once for each of its Cout output channels.")

edit("multiplications", "kernels_for_each_image", "batch * (c_in + c_out) + pairs", "batch * (c_in + c_out + pairs)",
     hint="You transform the weight anew for each image. It is the same for the whole batch: Cout · Cin transforms, once.")

edit("multiplications", "image_for_each_output", "batch * (c_in + c_out) + pairs", "batch * (pairs + c_out) + pairs",
     hint="You transform the input channels again for each output channel. Once is enough: Cin transforms for each image.")

edit("multiplications", "way_back_for_each_pair", "batch * (c_in + c_out) + pairs", "batch * (c_in + pairs) + pairs",
     hint="You come back for each pair of channels. The sum over the input channels is taken before, so Cout ways back for each image are enough.")

edit("multiplications", "products_forgotten", " + batch * pairs * 2 * n", "",
     hint="The products are missing: 2 · n for each image and each pair of channels.")

edit("multiplications", "one_for_a_product", "batch * pairs * 2 * n", "batch * pairs * n",
     hint="A product of two transforms takes 2 · n multiplications, not n: its numbers are complex.")

edit("multiplications", "the_other_way_round",
     "return sliding, transforms * n * math.ceil(math.log2(n)) + batch * pairs * 2 * n",
     "return transforms * n * math.ceil(math.log2(n)) + batch * pairs * 2 * n, sliding",
     hint="The pair is the wrong way round: sliding comes first.")
