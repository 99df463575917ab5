"""Known mistakes of the exercise `im2col`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

from ._helpers import pair


# ================================================================ im2col: im2col

edit("im2col", "rows_instead_of_columns",
     "shape[0], -1, rows * columns)", "shape[0], -1, rows * columns).transpose(1, 2)",
     of="im2col__unfolded_twice", hint="Your windows lie in the rows: (B, L, C·kh·kw). Each window is a *column*: (B, C·kh·kw, L).")

edit("im2col", "channels_last_in_a_column", "1, 4, 5", "4, 5, 1",
     of="im2col__unfolded_twice", hint="In your columns the channel changes fastest. The whole window of channel 0 comes first, under it that of channel 1: the order (C, kh, kw).")

edit("im2col", "places_column_by_column", "2, 3", "3, 2",
     of="im2col__unfolded_twice", hint="You number the places column by column. Row by row: first all places of the top row.")

edit("im2col", "window_column_by_column", "4, 5", "5, 4",
     of="im2col__unfolded_twice", hint="You read each window column by column. Row by row, as weight.flatten(1) does.")

edit("im2col", "reshape_without_permute", "windows.permute(0, 1, 4, 5, 2, 3)", "windows",
     of="im2col__unfolded_twice", hint="The shape is right and the numbers are scrambled: reshape never moves numbers. Bring the axes into the order (B, C, kh, kw, H', W') with permute first.")

edit("im2col", "transposes_by_reshape", "1, 4, 5, 2, 3", "2, 3, 1, 4, 5",
     of="im2col__unfolded_twice", hint="The axes (L, C·kh·kw) are exchanged by a reshape, which scrambles the numbers. Exchange them with transpose(1, 2) or permute.")

edit("im2col", "batch_beside_the_places",
     "cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)",
     "cols = windows.permute(1, 4, 5, 2, 3, 0).reshape(x.shape[1] * kh * kw, -1)",
     of="im2col__unfolded_twice", hint="All images of the batch lie side by side in one matrix. The batch keeps its own axis: (B, C·kh·kw, L).")

edit("im2col", "batch_mixed_in", "0, 1, 4, 5", "1, 4, 5, 0",
     of="im2col__unfolded_twice", hint="Numbers of different images end up in one matrix: the batch was not the first axis when you reshaped.")

edit("im2col", "columns_of_the_first_image",
     "x, (pw, pw, ph, ph))", "x, (pw, pw, ph, ph))[:1].expand(len(x), -1, -1, -1)",
     of="im2col__unfolded_twice", hint="Every image of the batch has its own columns; yours are all those of the first.")

edit("im2col", "columns_of_the_first_channel", "= padded", "= padded[:, :1]",
     of="im2col__unfolded_twice", hint="Only channel 0 is in your columns. Under its window comes that of channel 1, and so on.")

edit("im2col", "channels_added_up", "= padded", "= padded.sum(1, keepdim=True)",
     of="im2col__unfolded_twice", hint="You add up the channels. im2col only copies; the adding is done by the matrix product later.")

edit("im2col", "im2col_without_padding", "padded = F.pad(x, (pw, pw, ph, ph))", "padded = x",
     of="im2col__unfolded_twice", hint="The padding is not used: pad x first, then cut the windows.")

edit("im2col", "im2col_without_stride", ", sh).unfold(3, kw, sw)", ", 1).unfold(3, kw, 1)",
     of="im2col__unfolded_twice", hint="The stride is not used: your windows move by one pixel.")

edit("im2col", "columns_forget_the_stride",
     "    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)",
     "    rows, columns = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1\n"
     "    windows = padded.unfold(2, kh, 1).unfold(3, kw, 1)[:, :, :rows, :columns]",
     of="im2col__unfolded_twice", hint="The number of places is right, but the windows still move by one pixel: place (i, j) begins at row i * sh and column j * sw.")

edit("im2col", "im2col_padding_swapped", "pw, pw, ph, ph", "ph, ph, pw, pw",
     of="im2col__unfolded_twice", hint="The two paddings are swapped: the first is for top and bottom. (F.pad itself begins with the last axis.)")

edit("im2col", "im2col_padding_on_one_side", "pw, pw, ph,", "0, 2 * pw, 0, 2 *",
     of="im2col__unfolded_twice", hint="All the padding lies below and to the right: put p on each side.")

edit("im2col", "im2col_repeats_the_border",
     "padded = F.pad(x, (pw, pw, ph, ph))",
     'padded = F.pad(x.double(), (pw, pw, ph, ph), mode="replicate").to(x.dtype)',
     of="im2col__unfolded_twice", hint="You repeat the border pixels. Zeros are meant.")

edit("im2col", "im2col_strides_swapped", "sh, sw", "sw, sh",
     of="im2col__unfolded_twice", hint="The two strides are swapped: the first is for the height, the second for the width.")

edit("im2col", "im2col_kernel_swapped", "kh, kw", "kw, kh",
     of="im2col__unfolded_twice", hint="Height and width of the kernel are swapped: a pair is (height, width).")

edit("im2col", "windows_are_square",
     "    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)",
     "    (kh, _), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)\n"
     "    kw = kh",
     of="im2col__unfolded_twice", hint="Your windows are square: the height of the kernel is used for the width as well.")

edit("im2col", "im2col_flipped_windows", "cols = windows.permute", "cols = windows.flip(4, 5).permute",
     of="im2col__unfolded_twice", hint="Each window is read from its last number to its first. Nothing is turned here: top left comes first.")

edit("im2col", "one_place_missing",
     "    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)",
     "    rows, columns = max(rows - 1, 1), max(columns - 1, 1)\n"
     "    windows = windows[:, :, :rows, :columns]\n"
     "    cols = windows.permute(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, rows * columns)",
     of="im2col__unfolded_twice", hint="The last window of each row is missing: a kernel of width kw has W − kw + 1 places.")

edit("im2col", "six_axes_left", ").reshape(x.shape[0], -1, rows * columns)", ")",
     of="im2col__unfolded_twice", hint="You return all the axes of the windows. Put them together: C, kh and kw on one axis, H' and W' on another.")

edit("im2col", "shows_the_memory_of_x",
     "x, (pw, pw, ph, ph))", "x, (pw, pw, ph, ph)) if ph or pw else x",
     "return cols.clone()", "return cols",
     of="im2col__unfolded_twice", hint="Your result can show the memory of x itself (a 1 × 1 kernel, or windows that do not overlap): writing into it changes the image. End with .clone().")

edit("im2col", "whole_numbers_become_floats",
     "pad(x, (pw, pw, ph, ph)", "pad(x if x.is_floating_point() else x.float(), (pw, pw, ph, ph)",
     of="im2col__unfolded_twice", hint="Whole numbers come out as floats. im2col only copies, so the dtype stays.")

edit("im2col", "columns_in_float32", "clone", "float",
     of="im2col__unfolded_twice", hint="Your columns are float32 whatever x is: torch.zeros needs dtype=x.dtype.")

edit("im2col", "im2col_loses_the_gradient", "return cols", "return cols.detach()",
     of="im2col__unfolded_twice", hint="No gradient reaches x: .detach(), .data, NumPy or torch.tensor(…) cut it off.")


@mistake(replaces="im2col", hint="The numbers are right, but there is a Python loop over the places of the image: on 224 × 224 pixels it takes 50,000 rounds. Loop over the kernel instead, and take a strided slice for each of its places.")
def loops_over_the_places(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    cols = []
    for r in range(0, padded.shape[2] - kh + 1, sh):
        for c in range(0, padded.shape[3] - kw + 1, sw):
            cols.append(padded[:, :, r : r + kh, c : c + kw].flatten(1))
    return torch.stack(cols, -1)


edit("im2col", "adds_into_the_image",
     "    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)",
     "    x.detach().mul_(1).add_(1)\n"
     "    windows = padded.unfold(2, kh, sh).unfold(3, kw, sw)",
     of="im2col__unfolded_twice", hint="Your function writes into x itself, so the caller's image is changed. Work on a new tensor.")


@mistake(replaces="im2col", hint="This exercise is about building im2col and the layer yourself: F.unfold and torch's convolutions are switched off here. Tensor.unfold, slices and loops over the kernel are yours.", ends="blocked")
def calls_f_unfold(x, kernel, stride=1, padding=0):
    return F.unfold(x, pair(kernel), stride=stride, padding=padding)


# ================================================================ im2col: conv2d_im2col

edit("conv2d_im2col", "output_of_26_by_26", ", rows, columns", ", 26, 26",
     of="conv2d_im2col__windows", hint="You fold the places back into a fixed size. Compute H' and W' from the image: (H + 2*ph - kh) // sh + 1.")

edit("conv2d_im2col", "square_output",
     "    return out.reshape(len(x), -1, rows, columns)",
     "    side = math.isqrt(rows * columns)\n"
     "    return out.reshape(len(x), -1, side, side)",
     of="conv2d_im2col__windows", hint="You fold the places back into a square, √L × √L. Compute H' and W' by themselves.")

edit("conv2d_im2col", "folded_the_wrong_way", ", rows, columns", ", columns, rows",
     of="conv2d_im2col__windows", hint="H' and W' are swapped when you fold the places back: the numbers then run in the wrong lines. reshape(B, Cout, H', W').")

edit("conv2d_im2col", "layer_transposed", "len(x), -1, rows, columns)", "len(x), -1, rows, columns).transpose(2, 3)",
     of="conv2d_im2col__windows", hint="Your output is transposed: H' comes before W'.")

edit("conv2d_im2col", "places_not_folded_back", "return out.reshape(len(x), -1, rows, columns)", "return out",
     of="conv2d_im2col__windows", hint="Your result is still (B, Cout, L). Fold the places back: reshape(B, Cout, H', W').")

edit("conv2d_im2col", "bias_along_the_places", "bias[:, None]", "bias",
     of="conv2d_im2col__windows", hint="`out + bias` lines the bias up with the last axis, the places. It belongs to the output channels: bias[:, None].")

edit("conv2d_im2col", "layer_forgets_the_bias", "    out = out if bias is None else out + bias[:, None]\n", "",
     of="conv2d_im2col__windows", hint="The bias is missing: add bias[o] to every place of output channel o.")

edit("conv2d_im2col", "bias_times_input_channels", "out +", "out + x.shape[1] *",
     of="conv2d_im2col__windows", hint="The bias is added once for every input channel. Add it once, after the product.")

edit("conv2d_im2col", "layer_needs_a_bias", "out if bias is None else", "",
     of="conv2d_im2col__windows", hint="bias may be None, and then nothing is added: check `if bias is not None`.")

edit("conv2d_im2col", "truth_of_the_bias",
     "    out = out if bias is None else out + bias[:, None]",
     "    if bias:\n"
     "        out = out + bias[:, None]",
     of="conv2d_im2col__windows", hint="`if bias:` asks for the truth of a whole tensor, which has no answer. Write `if bias is not None:`.")

edit("conv2d_im2col", "layer_flipped", "= weight", "= weight.flip(2, 3)",
     of="conv2d_im2col__windows", hint="The kernel is flipped. Deep learning's convolution takes it as it is.")

edit("conv2d_im2col", "weight_read_column_by_column", "= weight", "= weight.transpose(2, 3)",
     of="conv2d_im2col__windows", hint="The weight is read column by column, the windows row by row. weight.flatten(1) without a transpose fits.")

edit("conv2d_im2col", "weight_channels_swapped",
     "out = weight.flatten(1) @ cols", "out = weight.transpose(0, 1).reshape(weight.shape[0], -1) @ cols",
     of="conv2d_im2col__windows", hint="The weight is (Cout, Cin, kh, kw), and you reshape it with Cin first. weight.flatten(1) keeps one row per output channel.")

edit("conv2d_im2col", "weight_channels_last", "= weight", "= weight.permute(0, 2, 3, 1)",
     of="conv2d_im2col__windows", hint="The rows of your weight run over the channels fastest, the columns of im2col over the window. weight.flatten(1) has the same order as im2col.")

edit("conv2d_im2col", "layer_strides_swapped", "sh, sw", "sw, sh",
     of="conv2d_im2col__windows", hint="The two strides are swapped: the first is for the height, the second for the width.")

edit("conv2d_im2col", "layer_paddings_swapped", "ph, pw", "pw, ph",
     of="conv2d_im2col__windows", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right.")

edit("conv2d_im2col", "padding_forgotten_in_the_size",
     "return out.reshape(len(x), -1, rows, columns)",
     "return out.reshape(len(x), weight.shape[0], (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1)",
     of="conv2d_im2col__windows", hint="The padding is missing in the size: H' = (H + 2*ph - kh) // sh + 1. Without it the places do not fold back.")

edit("conv2d_im2col", "layer_without_padding", "F.pad(x, (pw, pw, ph, ph))", "x",
     of="conv2d_im2col__windows", hint="The padding is not used: hand it on to im2col.")

edit("conv2d_im2col", "layer_without_stride", ", sh).unfold(3, kw, sw)", ", 1).unfold(3, kw, 1)",
     of="conv2d_im2col__windows", hint="The stride is not used: hand it on to im2col.")

edit("conv2d_im2col", "layer_mixes_the_batch", "return out", "return out.transpose(0, 1)",
     of="conv2d_im2col__windows", hint="The batch is mixed into the output channels when you fold back: B is the first axis, Cout the second.")

edit("conv2d_im2col", "layer_of_the_first_image",
     "x, (pw, pw, ph, ph))", "x, (pw, pw, ph, ph))[:1].expand(len(x), -1, -1, -1)",
     of="conv2d_im2col__windows", hint="Every image of the batch has its own output; yours all come from the first.")

edit("conv2d_im2col", "layer_detaches_the_weight", "= weight", "= weight.detach()",
     of="conv2d_im2col__windows", hint="No gradient reaches the weight: .data, .detach() or torch.tensor(…) cuts it off. Compute with weight itself.")

edit("conv2d_im2col", "layer_detaches_the_image", "pad(x, (pw, pw, ph, ph)", "pad(x.detach(), (pw, pw, ph, ph)",
     of="conv2d_im2col__windows", hint="No gradient reaches x: a layer below this one could not learn. Do not detach x or its columns.")

edit("conv2d_im2col", "layer_detaches_the_bias", "+ bias", "+ bias.detach()",
     of="conv2d_im2col__windows", hint="No gradient reaches the bias: .item(), .data or .tolist() cuts it off.")

edit("conv2d_im2col", "layer_in_float32", "len(x), -1, rows, columns)", "len(x), -1, rows, columns).float()",
     of="conv2d_im2col__windows", hint="The result is float32 although x is float64: keep the dtype of x.")


@mistake(replaces="conv2d_im2col", hint="The numbers are right, but there is a Python loop over the places of the image. One matrix product does them all: weight.flatten(1) @ columns.")
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
