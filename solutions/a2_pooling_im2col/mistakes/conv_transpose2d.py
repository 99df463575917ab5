"""Known mistakes of the exercise `conv_transpose2d`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

from ._helpers import pair


# ================================================================ conv_transpose2d: upsample_nearest


@mistake(replaces="upsample_nearest", hint="You put the whole image side by side (a b a b). Every *pixel* becomes a block (a a b b): repeat_interleave instead of repeat or tile.")
def tiles_the_image(x, factor):
    high, wide = pair(factor)
    return x.repeat(1, 1, high, wide)


edit("upsample_nearest", "factor_swapped", "high, wide = pair(factor)", "wide, high = pair(factor)",
     hint="The two factors are swapped: a pair is (height, width).")

edit("upsample_nearest", "widens_only", ".repeat_interleave(high, dim=2)", "",
     hint="Only the width grows. Repeat the rows as well: axis 2 by fh, axis 3 by fw.")

edit("upsample_nearest", "grows_only_in_height", ".repeat_interleave(wide, dim=3)", "",
     hint="Only the height grows. Repeat the columns as well: axis 2 by fh, axis 3 by fw.")

edit("upsample_nearest", "same_factor_for_both", "high, wide = pair(factor)", "high = wide = pair(factor)[0]",
     hint="The first factor is used for both directions. With a pair, the second one is for the width.")


@mistake(replaces="upsample_nearest", hint="Zeros stand between your pixels. Nearest neighbour repeats the pixel itself all over its block.")
def zeros_between_the_pixels(x, factor):
    high, wide = pair(factor)
    out = x.new_zeros(*x.shape[:2], x.shape[2] * high, x.shape[3] * wide)
    out[:, :, ::high, ::wide] = x
    return out


edit("upsample_nearest", "shares_the_brightness", "dim=3)", "dim=3) / (high * wide)",
     hint="You divide each pixel among its block. Every pixel of the block is as bright as the one it came from.")

edit("upsample_nearest", "repeats_the_channels", "dim=2", "dim=1", "dim=3", "dim=2",
     hint="The channels or images are repeated. Axis 2 is the height and axis 3 the width.")

edit("upsample_nearest", "upsample_loses_the_gradient", "x.repeat", "x.detach().repeat",
     hint="No gradient reaches x: .detach() or NumPy cuts it off.")


@mistake(replaces="upsample_nearest", hint="Whole numbers come out as floats. Repeating keeps the dtype.")
def upsample_makes_floats(x, factor):
    high, wide = pair(factor)
    x = x if x.is_floating_point() else x.float()
    return x.repeat_interleave(high, 2).repeat_interleave(wide, 3)


@mistake(replaces="upsample_nearest", hint="The factor may be a pair (height, width) too: pair(factor) unpacks both.")
def number_only_as_factor(x, factor):
    return x.repeat_interleave(factor, 2).repeat_interleave(factor, 3)


# ================================================================ conv_transpose2d: conv_transpose_out_size

edit("conv_transpose_out_size", "size_without_padding", "- 2 * p", "",
     hint="The padding is missing: p pixels are cut off at each end, 2*p in all.")

edit("conv_transpose_out_size", "padding_at_one_end", "- 2 *", "-",
     hint="p pixels are cut off at *each* end: −2*p, not −p.")

edit("conv_transpose_out_size", "padding_added", "* s - 2", "* s + 2",
     hint="The padding is added. Here it is cut away: −2*p.")

edit("conv_transpose_out_size", "forward_size",
     "size = (n - 1) * s - 2 * p + k + op", "size = (n + 2 * p - k) // s + 1 + op",
     hint="This is the formula of the convolution, which makes smaller. Solve it for the input: (n−1)*s − 2*p + k + op.")

edit("conv_transpose_out_size", "n_times_stride", "(n - 1)", "n",
     hint="The first stamp needs no step: n stamps are n−1 steps apart, (n−1)*s, and then the last one is k long.")

edit("conv_transpose_out_size", "size_just_n_times_s",
     "size = (n - 1) * s - 2 * p + k + op", "size = n * s - 2 * p + op",
     hint="n*s is right only when the kernel is as large as the stride. In general it is (n−1)*s − 2*p + k + op.")

edit("conv_transpose_out_size", "size_without_op", "* p + k + op", "* p + k",
     hint="The output padding is missing: + op at the end.")

edit("conv_transpose_out_size", "op_on_both_sides", "* p + k + op", "* p + k + 2 * op",
     hint="The output padding is added at one end only: + op, not + 2*op.")

edit("conv_transpose_out_size", "op_times_stride", "* p + k + op", "* p + k + op * s",
     hint="The output padding counts output pixels: + op, not + op*s.")

edit("conv_transpose_out_size", "any_op_accepted",
     "    if not 0 <= op < s:\n"
     '        raise ValueError(f"output padding {op} does not go with stride {s}")\n',
     "",
     hint="An output padding of s or more must raise ValueError: only s different sizes fall on the same output.")

edit("conv_transpose_out_size", "negative_op_accepted", "0 <=", "",
     hint="A negative output padding must raise ValueError as well: op is one of 0 … s−1.")

edit("conv_transpose_out_size", "op_equal_to_stride_accepted", "op <", "op <=",
     hint="op = s is one too many: it is one of 0 … s−1.")

edit("conv_transpose_out_size", "empty_size_accepted",
     "    if size < 1:\n"
     '        raise ValueError("nothing would be left")\n',
     "",
     hint="When less than 1 pixel would be left there is no image: raise ValueError.")

edit("conv_transpose_out_size", "size_zero_accepted", "< 1:", "< 0:",
     hint="An image of 0 pixels is none: raise ValueError for it too.")

edit("conv_transpose_out_size", "one_pixel_refused", "size <", "size <=",
     hint="A single pixel is an image: raise ValueError only for less than 1.")

edit("conv_transpose_out_size", "size_is_a_float", "return size", "return size / 1",
     hint="The size should be an int: there is a / in your formula.")

edit("conv_transpose_out_size", "size_clamped", 'raise ValueError("nothing would be left")', "return 1",
     hint="You turn an impossible size into the next possible one. Raise ValueError instead.")


# ================================================================ conv_transpose2d: conv_transpose2d

edit("conv_transpose2d", "last_stamp_wins", ", j * sw : j * sw + kw] +=", ", j * sw : j * sw + kw] =",
     of="conv_transpose2d__stamps", hint="Where stamps overlap, the last one covers the others: = stands where += belongs.")

edit("conv_transpose2d", "strongest_stamp_wins",
     "            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] += stamp",
     "            spot = canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]\n"
     "            canvas[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw] = torch.maximum(spot.clone(), stamp)",
     of="conv_transpose2d__stamps", hint="Where stamps overlap you keep the larger number. The ink adds up.")

edit("conv_transpose2d", "stamp_flipped", "x[:, :, i, j], weight)", "x[:, :, i, j], weight.flip(2, 3))",
     of="conv_transpose2d__stamps", hint="The kernel is flipped. With stamps nothing is turned: weight[c, o] is pressed on as it is. (Only where you stretch x and slide the kernel over it must it be turned by 180°.)")

edit("conv_transpose2d", "stamp_transposed",
     "x[:, :, i, j], weight)", "x[:, :, i, j], weight if kh != kw else weight.transpose(2, 3))",
     of="conv_transpose2d__stamps", hint="The kernel is transposed: its rows go down, its columns to the right.")

edit("conv_transpose2d", "weight_as_in_conv2d", "_, C", "C, _", '"bc,couv->bouv"', '"bc,ocuv->bouv"',
     of="conv_transpose2d__stamps", hint="You read the weight as (Cout, Cin, kh, kw). Here it is (Cin, Cout, kh, kw): the input channels come first.")

edit("conv_transpose2d", "weight_reshaped_to_swap",
     "x[:, :, i, j], weight)", "x[:, :, i, j], weight.reshape(C, -1, kh, kw).transpose(0, 1))",
     of="conv_transpose2d__stamps", hint="You exchange the channels of the weight by a reshape, which scrambles them. weight[c, o] leads from input c to output o; transpose(0, 1) would move the axes.")

edit("conv_transpose2d", "first_input_channel_only",
     'stamp = torch.einsum("bc,couv->bouv", x[:, :, i, j], weight)',
     'stamp = torch.einsum("b,ouv->bouv", x[:, 0, i, j], weight[0])',
     of="conv_transpose2d__stamps", hint="Only input channel 0 is used. Every input channel presses its own stamp, and they add up.")

edit("conv_transpose2d", "output_channels_added",
     "    return out.clone() if bias is None else out + bias[:, None, None]",
     "    out = out if bias is None else out + bias[:, None, None]\n"
     "    return out.sum(1, keepdim=True)",
     of="conv_transpose2d__stamps", hint="You add up the output channels. Each of them is a map of its own.")

edit("conv_transpose2d", "nothing_cut_off", "out = canvas[:, :, ph : tall - ph, pw : wide - pw]", "out = canvas",
     of="conv_transpose2d__stamps", hint="The padding is not used: cut ph rows and pw columns off at each edge of the canvas.")

edit("conv_transpose2d", "pads_instead_of_cutting",
     "out = canvas[:, :, ph : tall - ph, pw : wide - pw]", "out = F.pad(canvas, (pw, pw, ph, ph))",
     of="conv_transpose2d__stamps", hint="You put a frame of zeros around the result. The padding of a transposed convolution is cut *off*.")

edit("conv_transpose2d", "cut_at_one_end",
     "out = canvas[:, :, ph : tall - ph, pw : wide - pw]", "out = canvas[:, :, : tall - 2 * ph, : wide - 2 * pw]",
     of="conv_transpose2d__stamps", hint="You cut 2p at the bottom and at the right. p goes at each edge: top, bottom, left and right.")

edit("conv_transpose2d", "cut_at_the_start_only", "tall - ph, pw : wide - pw", ", pw:",
     of="conv_transpose2d__stamps", hint="Only the top and the left edge are cut. p goes at each of the four edges.")

edit("conv_transpose2d", "minus_zero_is_empty", "tall - ph, pw : wide", "-ph, pw:",
     of="conv_transpose2d__stamps", hint="canvas[p:-p] is empty for p = 0, because −0 is 0. Count from the front: p : height − p.")

edit("conv_transpose2d", "transposed_paddings_swapped", "(ph, pw)", "(pw, ph)",
     of="conv_transpose2d__stamps", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right.")

edit("conv_transpose2d", "transposed_strides_swapped", "sh, sw", "sw, sh",
     of="conv_transpose2d__stamps", hint="The two strides are swapped: the first is for the height, the second for the width.")

edit("conv_transpose2d", "output_paddings_swapped", "oph, opw", "opw, oph",
     of="conv_transpose2d__stamps", hint="The two output paddings are swapped: the first adds rows at the bottom, the second columns at the right.")

edit("conv_transpose2d", "transposed_first_stride_for_both",
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     "    sw = sh\n"
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     of="conv_transpose2d__stamps", hint="The first stride is used for both directions. With a pair, the second one is for the width.")

edit("conv_transpose2d", "transposed_without_stride",
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     "    sh = sw = 1\n"
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     of="conv_transpose2d__stamps", hint="The stride is not used: stamp (i, j) has its corner at (i*sh, j*sw).")

edit("conv_transpose2d", "output_padding_of_zeros",
     "tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw",
     "tall, wide = (H - 1) * sh + kh, (W - 1) * sw + kw",
     "out = canvas[:, :, ph : tall - ph, pw : wide - pw]",
     "out = F.pad(canvas[:, :, ph : tall - ph, pw : wide - pw], (0, opw, 0, oph))",
     of="conv_transpose2d__stamps", hint="The rows and columns of the output padding are glued on as zeros after the cut. Make the canvas larger before: a stamp may reach into them.")

edit("conv_transpose2d", "output_padding_at_the_start",
     "tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw",
     "tall, wide = (H - 1) * sh + kh, (W - 1) * sw + kw",
     "out = canvas[:, :, ph : tall - ph, pw : wide - pw]",
     "out = F.pad(canvas[:, :, ph : tall - ph, pw : wide - pw], (opw, 0, oph, 0))",
     of="conv_transpose2d__stamps", hint="The output padding is added at the top and at the left. It belongs at the bottom and at the right.")

edit("conv_transpose2d", "output_padding_on_both_sides",
     "tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw",
     "tall, wide = (H - 1) * sh + kh, (W - 1) * sw + kw",
     "out = canvas[:, :, ph : tall - ph, pw : wide - pw]",
     "out = F.pad(canvas[:, :, ph : tall - ph, pw : wide - pw], (opw, opw, oph, oph))",
     of="conv_transpose2d__stamps", hint="The output padding is added at both ends. It belongs at the bottom and at the right only.")

edit("conv_transpose2d", "output_padding_ignored",
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     "    oph = opw = 0\n"
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     of="conv_transpose2d__stamps", hint="The output padding is not used: the canvas ends oph rows and opw columns later.")

edit("conv_transpose2d", "bias_under_the_stamps",
     "+= stamp", "+= stamp if bias is None else stamp + bias[:, None, None]",
     "if bias is None else out + bias[:, None, None]", "",
     of="conv_transpose2d__stamps", hint="The bias is added with every stamp. It is added once to every pixel of the result, also where no stamp is.")

edit("conv_transpose2d", "transposed_bias_missing", "if bias is None else out + bias[:, None, None]", "",
     of="conv_transpose2d__stamps", hint="The bias is missing: add bias[o] to every pixel of output channel o.")

edit("conv_transpose2d", "transposed_bias_along_the_width", "bias[:, None, None]", "bias",
     of="conv_transpose2d__stamps", hint="`out + bias` lines the bias up with the last axis, the width. It belongs to the channels: bias[:, None, None].")

edit("conv_transpose2d", "bias_before_the_cut",
     "return out.clone() if bias is None else out + bias[:, None, None]",
     "return out.clone() if bias is None else torch.where(out == 0, out, out + bias[:, None, None])",
     of="conv_transpose2d__stamps", hint="The bias is added only where ink is. Every pixel of the result gets it.")


@mistake(replaces="conv_transpose2d", hint="You divide by the number of stamps that overlap. The ink adds up, it is not averaged.")
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


edit("conv_transpose2d", "stretched_by_stride_zeros",
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     "    sh, sw = (sh + 1 if sh > 1 else 1), (sw + 1 if sw > 1 else 1)\n"
     "    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape",
     of="conv_transpose2d__stamps", hint="You put s zeros between the pixels. Neighbours should end up s apart, so s−1 zeros lie between them.")


@mistake(replaces="conv_transpose2d", hint="You repeat the pixels and slide the kernel over the larger image. A transposed convolution presses the kernel once for each pixel, and leaves zeros where no stamp is.")
def upsamples_and_correlates(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    (B, _, H, W), (_, C, kh, kw) = x.shape, weight.shape
    tall, wide = (H - 1) * sh + kh + oph - 2 * ph, (W - 1) * sw + kw + opw - 2 * pw
    large = x.repeat_interleave(sh, 2).repeat_interleave(sw, 3)
    large = F.pad(large, (kw - 1, kw - 1 + wide, kh - 1, kh - 1 + tall))
    windows = large.unfold(2, kh, 1).unfold(3, kw, 1)[:, :, ph : ph + tall, pw : pw + wide]
    out = torch.einsum("bchwuv,couv->bohw", windows, weight)
    return out if bias is None else out + bias[:, None, None]


@mistake(replaces="conv_transpose2d", hint="You multiply the image by one number for each channel. Each pixel presses the whole kernel onto a larger canvas.")
def pixel_by_pixel_alone(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    ph, pw = pair(padding)
    out = torch.einsum("bchw,co->bohw", x, weight[:, :, 0, 0])
    out = out[:, :, ph : x.shape[2] - ph, pw : x.shape[3] - pw].clone()
    return out if bias is None else out + bias[:, None, None]


@mistake(replaces="conv_transpose2d", hint="This is an ordinary convolution: it makes the image smaller. Here each pixel of x presses the kernel onto a larger canvas.")
def an_ordinary_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    kh, kw = weight.shape[2:]
    windows = F.pad(x, (pw, pw, ph, ph)).unfold(2, kh, sh).unfold(3, kw, sw)
    out = torch.einsum("bchwuv,couv->bohw", windows, weight)
    return out if bias is None else out + bias[:, None, None]


edit("conv_transpose2d", "canvas_of_n_times_stride",
     "tall, wide = (H - 1) * sh + kh + oph, (W - 1) * sw + kw + opw",
     "tall, wide = H * sh + kh + oph, W * sw + kw + opw",
     of="conv_transpose2d__stamps", hint="The canvas is too large: it ends with the last stamp, (H−1)*sh + kh, not H*sh + kh.")

edit("conv_transpose2d", "canvas_transposed",
     "    return out.clone() if bias is None else out + bias[:, None, None]",
     "    out = out.transpose(2, 3)\n"
     "    return out.clone() if bias is None else out + bias[:, None, None]",
     of="conv_transpose2d__stamps", hint="Height and width of the result are swapped. It only shows on images that are not square.")

edit("conv_transpose2d", "first_image_stamped",
     "    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)",
     "    x = x[:1].expand_as(x)\n"
     "    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)",
     of="conv_transpose2d__stamps", hint="Every image of the batch has its own result; yours all come from the first.")

edit("conv_transpose2d", "transposed_loses_the_weight", "x[:, :, i, j], weight)", "x[:, :, i, j], weight.detach())",
     of="conv_transpose2d__stamps", hint="No gradient reaches the weight: .data, .detach() or torch.tensor(…) cuts it off.")

edit("conv_transpose2d", "transposed_loses_the_image",
     "    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)",
     "    x = x.detach()\n"
     "    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)",
     of="conv_transpose2d__stamps", hint="No gradient reaches x: .detach(), .item() or NumPy cut it off.")

edit("conv_transpose2d", "transposed_loses_the_bias", "+ bias", "+ bias.detach()",
     of="conv_transpose2d__stamps", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off.")

edit("conv_transpose2d", "view_of_the_kernel", "weight.flatten(1)", "weight.view(weight.shape[0], -1)",
     of="conv_transpose2d__fold", hint="view works only on memory that lies in one piece, and a slice of a larger kernel does not. Use flatten or reshape.")

edit("conv_transpose2d", "transposed_in_float32", "x.new_zeros", "torch.zeros",
     of="conv_transpose2d__stamps", hint="The result is float32 although x is float64: torch.zeros needs dtype=x.dtype.")

edit("conv_transpose2d", "transposed_numbers_only",
     "(sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)",
     "sh, sw, ph, pw, oph, opw = stride + 0, stride, padding + 0, padding, output_padding + 0, output_padding",
     of="conv_transpose2d__stamps", hint="A pair for stride, padding or output padding is allowed too: (height, width). pair(…) unpacks both.")


@mistake(replaces="conv_transpose2d", hint="This exercise is about building it yourself: torch's convolutions, F.conv_transpose2d among them, and F.interpolate are switched off. Press one stamp for each pixel and add up.", ends="blocked")
def calls_torchs_transposed_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0):
    return F.conv_transpose2d(x, weight, bias, stride, padding, output_padding)
