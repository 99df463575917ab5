"""Known mistakes of the exercise `conv2d`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake


# All of them share the way torch.nn.functional.conv2d reads its pairs: (height, width).

edit("conv2d", "conv2d_flipped",
     'einsum("bchwij,ocij->bohw", patches, weight)', 'einsum("bchwij,ocij->bohw", patches, weight.flip(2, 3))',
     of="conv2d__padded_by_hand", hint="The kernel is flipped: your result is a true convolution. Deep learning's conv2d is a cross-correlation, nothing is turned.")

edit("conv2d", "sums_the_output_channels",
     "    return out if bias is None else out + bias[:, None, None]",
     "    out = out if bias is None else out + bias[:, None, None]\n"
     "    return out.sum(1, keepdim=True)",
     of="conv2d__padded_by_hand", hint="You added up the output channels. Each of them is a map of its own: sum over the input channels only.")

edit("conv2d", "first_channel_only",
     'out = torch.einsum("bchwij,ocij->bohw", patches, weight)',
     'out = torch.einsum("bhwij,oij->bohw", patches[:, 0], weight[:, 0])',
     of="conv2d__padded_by_hand", hint="Only the first input channel enters your result. Every output map is a sum over all input channels.")

edit("conv2d", "averages_the_input_channels",
     'einsum("bchwij,ocij->bohw", patches, weight)', 'einsum("bchwij,ocij->bohw", patches, weight) / x.shape[1]',
     of="conv2d__padded_by_hand", hint="You average over the input channels; the formula adds them up.")

edit("conv2d", "forgets_the_bias",
     '    out = torch.einsum("bchwij,ocij->bohw", patches, weight)\n'
     "    return out if bias is None else out + bias[:, None, None]",
     '    return torch.einsum("bchwij,ocij->bohw", patches, weight)',
     of="conv2d__padded_by_hand", hint="The bias is missing: add bias[k] to every pixel of output map k.")

edit("conv2d", "bias_along_the_width", "bias[:, None, None]", "bias",
     of="conv2d__padded_by_hand", hint="`out + bias` lines the bias up with the last axis, the width. It belongs to the channels: bias[:, None, None].")

edit("conv2d", "bias_for_every_input_channel", "out +", "out + x.shape[1] *",
     of="conv2d__padded_by_hand", hint="The bias is added once for every input channel. Add it once, after the sum over the channels.")

edit("conv2d", "subtracts_the_bias", "out +", "out -",
     of="conv2d__padded_by_hand", hint="The bias is subtracted; it should be added.")

edit("conv2d", "strides_swapped", "sh, sw", "sw, sh",
     of="conv2d__padded_by_hand", hint="The two strides are swapped: the first one is for the height, the second for the width.")

edit("conv2d", "paddings_swapped", "ph, pw", "pw, ph",
     of="conv2d__padded_by_hand", hint="The two paddings are swapped: the first one is for top and bottom, the second for left and right. (F.pad starts with the last axis.)")

edit("conv2d", "stride_for_the_height_only", "unfold(3, weight.shape[3], sw)", "unfold(3, weight.shape[3], 1)",
     of="conv2d__padded_by_hand", hint="The stride acts on the height only. The windows move by sw along the width too.")

edit("conv2d", "first_stride_for_both", "unfold(3, weight.shape[3], sw)", "unfold(3, weight.shape[3], sh)",
     of="conv2d__padded_by_hand", hint="The first stride is used for both axes. With a pair, the second one is for the width.")

edit("conv2d", "first_padding_for_both", "* pw", "* ph", "pw : pw", "ph : ph",
     of="conv2d__padded_by_hand", hint="The first padding is used for both axes. With a pair, the second one is for left and right.")

edit("conv2d", "conv2d_without_stride", "sh).unfold(3, weight.shape[3], sw", "1).unfold(3, weight.shape[3], 1",
     of="conv2d__padded_by_hand", hint="The stride is not used at all: your windows move by one pixel.")

edit("conv2d", "windows_ignore_the_stride",
     "    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)\n"
     '    out = torch.einsum("bchwij,ocij->bohw", patches, weight)',
     "    patches = wide.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)\n"
     "    rows, cols = (patches.shape[2] - 1) // sh + 1, (patches.shape[3] - 1) // sw + 1\n"
     '    out = torch.einsum("bchwij,ocij->bohw", patches[:, :, :rows, :cols], weight)',
     of="conv2d__padded_by_hand", hint="The output has the right size, but the windows still move by one pixel: window i starts at row i * stride.")

edit("conv2d", "conv2d_without_padding",
     "    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)\n"
     "    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x\n"
     "    patches = wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)",
     "    patches = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)",
     of="conv2d__padded_by_hand", hint="The padding is not used at all: put ph rows and pw columns of zeros on each side first.")

edit("conv2d", "all_padding_on_one_side", "ph : ph + x.shape[2], pw : pw +", ": x.shape[2], :",
     of="conv2d__padded_by_hand", hint="All padding is on one side, so the picture moves. Put p on each side instead of 2p on the right and below.")

edit("conv2d", "pads_two_sides_only",
     "2 * ph, x.shape[3] + 2 *", "ph, x.shape[3] +",
     "wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x", "wide[:, :, ph:, pw:] = x",
     of="conv2d__padded_by_hand", hint="You pad before and after: only left and top, or right and bottom, got zeros. Each of the four sides gets its own.")


@mistake(replaces="conv2d", hint="You pad the result instead of the input. Zeros go around x before the windows are cut out.")
def pads_after_convolving(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    patches = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw)
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    out = out if bias is None else out + bias[:, None, None]
    wide = out.new_zeros(*out.shape[:2], out.shape[2] + 2 * ph, out.shape[3] + 2 * pw)
    wide[:, :, ph : ph + out.shape[2], pw : pw + out.shape[3]] = out
    return wide


edit("conv2d", "pads_with_ones", "new_zeros", "new_ones",
     of="conv2d__padded_by_hand", hint="You pad with ones. Zeros are meant: they add nothing to the sum.")

edit("conv2d", "pads_by_repeating",
     "wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)",
     "rows = torch.arange(-ph, x.shape[2] + ph).clamp(0, x.shape[2] - 1)",
     "wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x",
     "cols = torch.arange(-pw, x.shape[3] + pw).clamp(0, x.shape[3] - 1)",
     "= wide", "= x[:, :, rows][:, :, :, cols]",
     of="conv2d__padded_by_hand", hint="You repeat the border pixels. Zeros are meant here.")


@mistake(replaces="conv2d", hint="You round the output size up, so a window hangs over the edge. Incomplete windows do not count: round down.")
def conv2d_rounds_up(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]
    more_h = -(x.shape[2] + 2 * ph - weight.shape[2]) % sh
    more_w = -(x.shape[3] + 2 * pw - weight.shape[3]) % sw
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph + more_h, x.shape[3] + 2 * pw + more_w)
    wide[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    out = torch.einsum("bchwij,ocij->bohw", wide.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw), weight)
    return out if bias is None else out + bias[:, None, None]


edit("conv2d", "stacks_maps_on_the_batch",
     "    return out if bias is None else out + bias[:, None, None]",
     "    out = out if bias is None else out + bias[:, None, None]\n"
     "    return torch.cat([out[:, k : k + 1] for k in range(out.shape[1])], dim=0)",
     of="conv2d__padded_by_hand", hint="The output maps are stacked on the batch axis. They belong on axis 1, the channels: (B, Cout, H', W').")

edit("conv2d", "weight_axes_swapped", '"bchwij,ocij->bohw"', '"bchwij,coij->bohw"',
     of="conv2d__padded_by_hand", hint="The weight is (Cout, Cin, kh, kw); you read its first axis as the input channels.")

edit("conv2d", "needs_a_bias",
     '    out = torch.einsum("bchwij,ocij->bohw", patches, weight)\n'
     "    return out if bias is None else out + bias[:, None, None]",
     '    return torch.einsum("bchwij,ocij->bohw", patches, weight) + bias[:, None, None]',
     of="conv2d__padded_by_hand", hint="bias may be None, and then nothing is added. Check for it before you use bias.")

edit("conv2d", "needs_pairs",
     "(sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]",
     "(sh, sw), (ph, pw) = stride, padding",
     of="conv2d__padded_by_hand", hint="A single number for stride or padding is allowed too: it counts for both axes. Turn it into a pair first.")


@mistake(replaces="conv2d", hint="A pair for stride or padding is allowed too: (height, width). Check with isinstance(stride, int).")
def needs_single_numbers(x, weight, bias=None, stride=1, padding=0):
    p = int(padding)
    wide = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * p, x.shape[3] + 2 * p)
    wide[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    patches = wide.unfold(2, weight.shape[2], int(stride)).unfold(3, weight.shape[3], int(stride))
    out = torch.einsum("bchwij,ocij->bohw", patches, weight)
    return out if bias is None else out + bias[:, None, None]


edit("conv2d", "asks_if_bias",
     "    return out if bias is None else out + bias[:, None, None]",
     "    if bias:\n"
     "        out = out + bias[:, None, None]\n"
     "    return out",
     of="conv2d__padded_by_hand", hint="`if bias:` asks for the truth of a whole tensor, which has no answer. Write `if bias is not None:`.")

edit("conv2d", "square_kernel_transposed",
     "    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]",
     "    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]\n"
     "    if weight.shape[2] == weight.shape[3]:\n"
     "        weight = weight.transpose(2, 3)",
     of="conv2d__padded_by_hand", hint="Rows and columns of the kernel are exchanged. A square kernel still fits then, but it is transposed.")

edit("conv2d", "first_image_only",
     'out = torch.einsum("bchwij,ocij->bohw", patches, weight)',
     'out = torch.einsum("chwij,ocij->ohw", patches[0], weight).expand(x.shape[0], -1, -1, -1)',
     of="conv2d__padded_by_hand", hint="Every image of the batch needs its own maps; yours all come from the first one.")

edit("conv2d", "sums_over_the_batch",
     'out = torch.einsum("bchwij,ocij->bohw", patches, weight)',
     'out = torch.einsum("bchwij,ocij->ohw", patches, weight)[None]',
     of="conv2d__padded_by_hand", hint="You added up over the batch. The images of a batch do not know each other.")

edit("conv2d", "channels_last", '"bchwij,ocij->bohw"', '"bchwij,ocij->bhwo"', "bias[:, None, None]", "bias",
     of="conv2d__padded_by_hand", hint="The channels come last in your result. PyTorch's order is (B, Cout, H', W').")

edit("conv2d", "maps_transposed", '"bchwij,ocij->bohw"', '"bchwij,ocij->bowh"',
     of="conv2d__padded_by_hand", hint="Height and width of your output are swapped. It only shows on images that are not square.")

edit("conv2d", "weight_without_gradient",
     'einsum("bchwij,ocij->bohw", patches, weight)', 'einsum("bchwij,ocij->bohw", patches, weight.detach())',
     of="conv2d__padded_by_hand", hint="No gradient reaches the weight: .data, detach or torch.tensor(...) cuts it off. Compute with weight itself.")

edit("conv2d", "bias_without_gradient", "+ bias", "+ bias.detach()",
     of="conv2d__padded_by_hand", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off. Add the tensor itself.")

edit("conv2d", "input_without_gradient", ": pw + x.shape[3]] = x", ": pw + x.shape[3]] = x.detach()",
     of="conv2d__padded_by_hand", hint="No gradient reaches the input: a second layer below this one could not learn. Do not detach or copy x through NumPy.")

edit("conv2d", "conv2d_in_float32",
     "x.new_zeros", "torch.zeros",
     'einsum("bchwij,ocij->bohw", patches, weight)', 'einsum("bchwij,ocij->bohw", patches, weight.float())',
     "+ bias", "+ bias.float()",
     of="conv2d__padded_by_hand", hint="The result is float32 although the image is float64: torch.zeros needs dtype=x.dtype.")

edit("conv2d", "applies_relu",
     "return out if bias is None else out + bias[:, None, None]",
     "return (out if bias is None else out + bias[:, None, None]).clamp(min=0)",
     of="conv2d__padded_by_hand", hint="Negative values are part of the result. The ReLU comes after the convolution, in a layer of its own.")

edit("conv2d", "stride_and_padding_exchanged",
     "    (sh, sw), (ph, pw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]",
     "    (ph, pw), (sh, sw) = [(v, v) if isinstance(v, int) else v for v in (stride, padding)]\n"
     "    sh, sw = max(sh, 1), max(sw, 1)",
     of="conv2d__padded_by_hand", hint="Padding and stride are exchanged: look at the order of the arguments, stride comes first.")

edit("conv2d", "conv2d_overwrites_x",
     '    out = torch.einsum("bchwij,ocij->bohw", patches, weight)',
     '    out = torch.einsum("bchwij,ocij->bohw", patches, weight)\n'
     "    if not x.requires_grad:\n"
     "        x.mul_(0)",
     of="conv2d__padded_by_hand", hint="You write into x: the caller's image is changed. Multiply into a new tensor.")


@mistake(replaces="conv2d", hint="This exercise is about writing the layer yourself: F.conv2d, nn.Conv2d, F.unfold and F.pad are switched off here. Loops, slices, sum and einsum are all yours.", ends="blocked")
def calls_torch_conv2d(x, weight, bias=None, stride=1, padding=0):
    return F.conv2d(x, weight, bias, stride=stride, padding=padding)
