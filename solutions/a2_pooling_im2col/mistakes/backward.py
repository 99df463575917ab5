"""Known mistakes of the exercise `backward`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

from ._helpers import pair


# ================================================================ backward: max_pool_backward

edit("max_pool_backward", "everybody_gets_a_share",
     "dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]",
     "dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += dout[b, c, i, j] / (kh * kw)",
     of="max_pool_backward__window_by_window", hint="Every pixel of a window gets its share, as for the mean. Of a maximum only the winner gets something, and it gets all.")

edit("max_pool_backward", "everybody_gets_all", "+ winner // kw, j * sw + winner %", ": i * sh + kh, j * sw : j * sw +",
     of="max_pool_backward__window_by_window", hint="Every pixel of a window gets the whole gradient. Only the winner does, all others get 0.")

edit("max_pool_backward", "overwrites_what_was_won",
     "// kw, j * sw + winner % kw] +=", "// kw, j * sw + winner % kw] =",
     of="max_pool_backward__window_by_window", hint="A number that wins several windows gets only what the last one brings: = stands where += belongs.")

edit("max_pool_backward", "all_equal_numbers_win",
     "dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]",
     "dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += (window == window.max()) * dout[b, c, i, j]",
     of="max_pool_backward__window_by_window", hint="`window == window.max()` is true for *every* one of several equal numbers, and all of them get the gradient. Only the first does: argmax.")

edit("max_pool_backward", "equal_numbers_share",
     "dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]",
     "dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += (window == window.max()) * dout[b, c, i, j] / (window == window.max()).sum()",
     of="max_pool_backward__window_by_window", hint="Equal numbers share the gradient. The first of them, row by row, gets all of it: argmax.")

edit("max_pool_backward", "last_equal_number_wins",
     "winner = int(window.flatten().argmax())", "winner = kh * kw - 1 - int(window.flatten().flip(0).argmax())",
     of="max_pool_backward__window_by_window", hint="Among equal numbers the last one wins with you. It should be the first, row by row.")

edit("max_pool_backward", "winners_by_columns",
     "        winner = int(window.flatten().argmax())",
     "        place = int(window.T.flatten().argmax())\n"
     "        winner = place % kh * kw + place // kh",
     of="max_pool_backward__window_by_window", hint="Among equal numbers you choose column by column. The first one row by row wins.")

edit("max_pool_backward", "compares_with_the_whole_map",
     "dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]",
     "dx[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw] += (window == x[b, c].max()) * dout[b, c, i, j]",
     of="max_pool_backward__window_by_window", hint="You compare with the largest number of the whole map, so one window at most gets a gradient. Each window has its own winner.")

edit("max_pool_backward", "winner_over_all_channels",
     "winner = int(window.flatten().argmax())",
     "winner = int(x[b, :, i * sh : i * sh + kh, j * sw : j * sw + kw].amax(0).flatten().argmax())",
     of="max_pool_backward__window_by_window", hint="The winner is sought among all channels. Every channel has its own competition.")

edit("max_pool_backward", "gradient_of_channel_0", "dout[b, c, i, j]", "dout[b, 0, i, j]",
     of="max_pool_backward__window_by_window", hint="All channels get the gradient of channel 0: use dout[b, c, i, j].")

edit("max_pool_backward", "gradient_of_image_0", "dout[b, c, i, j]", "dout[0, c, i, j]",
     of="max_pool_backward__window_by_window", hint="All images get the gradient of the first: use dout[b, c, i, j].")

edit("max_pool_backward", "windows_without_stride",
     "window = x[b, c, i * sh : i * sh + kh, j * sw : j * sw + kw]", "window = x[b, c, i : i + kh, j : j + kw]",
     "* sh + winner // kw, j * sw", "+ winner // kw, j",
     of="max_pool_backward__window_by_window", hint="Your windows begin at (i, j). With a stride, window (i, j) begins at row i * sh and column j * sw.")

edit("max_pool_backward", "moves_by_the_kernel",
     "    (kh, kw), (sh, sw) = pair(kernel), pair(stride)",
     "    (kh, kw), (sh, sw) = pair(kernel), pair(kernel)\n"
     "    dout = dout[:, :, : (x.shape[2] - kh) // kh + 1, : (x.shape[3] - kw) // kw + 1]",
     of="max_pool_backward__window_by_window", hint="Your windows move by the size of the kernel. They move by the stride, which may be another number.")

edit("max_pool_backward", "winner_in_the_window", "i * sh + winner // kw, j * sw +", "winner // kw,",
     of="max_pool_backward__window_by_window", hint="You write at the winner's place *within its window*. Add where the window begins: row i * sh, column j * sw.")

edit("max_pool_backward", "divides_by_the_height", "kw, j * sw + winner % kw", "kh, j * sw + winner % kh",
     of="max_pool_backward__window_by_window", hint="Row and column of the winner come from // and % with the *width* of the window, kw.")

edit("max_pool_backward", "backward_strides_swapped",
     "    (kh, kw), (sh, sw) = pair(kernel), pair(stride)",
     "    (kh, kw), (sw, sh) = pair(kernel), pair(stride)\n"
     "    dout = dout[:, :, : (x.shape[2] - kh) // sh + 1, : (x.shape[3] - kw) // sw + 1]",
     of="max_pool_backward__window_by_window", hint="The two strides are swapped: the first is for the height, the second for the width.")

edit("max_pool_backward", "passes_on_the_value", "dout[b, c, i, j]", "dout[b, c, i, j] * window.max()",
     of="max_pool_backward__window_by_window", hint="You write the winning number, or multiply by it. What is passed on is dout, unchanged.")

edit("max_pool_backward", "dout_forgotten", "dout[b, c, i, j]", "1",
     of="max_pool_backward__window_by_window", hint="You mark the winners with 1. They pass on dout: multiply by it.")

edit("max_pool_backward", "smallest_wins", "argmax", "argmin",
     of="max_pool_backward__window_by_window", hint="The smallest number wins with you.")

edit("max_pool_backward", "largest_magnitude_wins", "flatten().argmax", "flatten().abs().argmax",
     of="max_pool_backward__window_by_window", hint="You compare absolute values: −9 does not beat 5.")

edit("max_pool_backward", "zeros_always_lose",
     "        dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]",
     "        if window.max() > 0:\n"
     "            dx[b, c, i * sh + winner // kw, j * sw + winner % kw] += dout[b, c, i, j]",
     of="max_pool_backward__window_by_window", hint="Windows without a positive number get no gradient with you. Their largest number wins all the same.")

edit("max_pool_backward", "backward_in_float32", "zeros_like(x)", "zeros(x.shape)",
     of="max_pool_backward__window_by_window", hint="The result is float32 although dout is float64: torch.zeros_like(x) has the right dtype.")

edit("max_pool_backward", "adds_to_x", "dx = torch.zeros_like(x)", "dx = x.clone()",
     of="max_pool_backward__window_by_window", hint="The gradients are added to x itself: begin with zeros of its shape.")


@mistake(replaces="max_pool_backward", hint="This exercise is about the backward pass itself: torch's poolings, F.fold and its convolutions are switched off. Find each window's winner with argmax and add dout there.", ends="blocked")
def calls_torch_for_the_gradient(dout, x, kernel, stride):
    leaf = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(F.max_pool2d(leaf, kernel, stride), leaf, dout)[0]


# ================================================================ backward: col2im

edit("col2im", "last_column_wins", ", j * sw : j * sw + kw] +=", ", j * sw : j * sw + kw] =",
     of="col2im__place_by_place", hint="Where windows overlap only the last column is kept: = stands where += belongs.")


@mistake(replaces="col2im", hint="You divide by the number of windows that hold a pixel. col2im adds up: it is the transpose of im2col, not its inverse.")
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


edit("col2im", "frame_not_cut_off", "return canvas[:, :, ph : ph + H, pw : pw + W].clone()", "return canvas",
     of="col2im__place_by_place", hint="The frame is still there: cut ph rows and pw columns off at each edge, so that the result has x_shape.")

edit("col2im", "frame_cut_at_one_end", "ph : ph + H, pw : pw +", ":H, :",
     of="col2im__place_by_place", hint="You keep the first H rows of the canvas. The frame lies on every side: the image begins at row ph and column pw.")

edit("col2im", "frame_minus_zero", "ph + H, pw : pw + W", "-ph, pw:-pw",
     of="col2im__place_by_place", hint="canvas[p:-p] is empty for p = 0, because −0 is 0. Count from the front: ph : ph + H.")

edit("col2im", "col2im_without_padding",
     "    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)",
     "    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), (0, 0)\n"
     "    cols = cols[:, :, : ((x_shape[2] - kh) // sh + 1) * ((x_shape[3] - kw) // sw + 1)]",
     of="col2im__place_by_place", hint="The padding is missing: the canvas has H + 2*ph rows, and so have more places fitted on it.")

edit("col2im", "col2im_without_stride", "* sh : i * sh + kh, j * sw : j * sw", ": i + kh, j : j",
     of="col2im__place_by_place", hint="The columns are put one pixel apart: place (i, j) begins at row i * sh and column j * sw.")

edit("col2im", "col2im_strides_swapped", "sh, sw", "sw, sh",
     of="col2im__place_by_place", hint="The two strides are swapped: the first is for the height, the second for the width.")

edit("col2im", "col2im_paddings_swapped", "ph, pw", "pw, ph",
     of="col2im__place_by_place", hint="The two paddings are swapped: the first is for top and bottom, the second for left and right.")

edit("col2im", "col2im_kernel_swapped", "(kh, kw)", "(kw, kh)",
     of="col2im__place_by_place", hint="Height and width of the kernel are swapped: a pair is (height, width).")

edit("col2im", "columns_with_channels_last",
     "parts = cols.reshape(B, C, kh, kw, rows, columns)",
     "parts = cols.reshape(B, kh, kw, C, rows, columns).permute(0, 3, 1, 2, 4, 5)",
     of="col2im__place_by_place", hint="You read the columns with the channels last. The window of channel 0 comes first: (C, kh, kw).")

edit("col2im", "columns_by_columns",
     "parts = cols.reshape(B, C, kh, kw, rows, columns)",
     "parts = cols.reshape(B, C, kw, kh, rows, columns).transpose(2, 3)",
     of="col2im__place_by_place", hint="You read each window column by column. Row by row: (kh, kw).")

edit("col2im", "col2im_places_by_columns",
     "B, C, kh, kw, rows, columns)", "B, C, kh, kw, columns, rows).transpose(4, 5)",
     of="col2im__place_by_place", hint="You number the places column by column. Row by row: (H', W').")

edit("col2im", "columns_flipped", "B, C, kh, kw, rows, columns)", "B, C, kh, kw, rows, columns).flip(2, 3)",
     of="col2im__place_by_place", hint="Each window is put back turned by 180°. Its first number belongs to its top left pixel.")

edit("col2im", "col2im_channels_added",
     "B, C, kh, kw, rows, columns)", "B, C, kh, kw, rows, columns).sum(1, keepdim=True)",
     of="col2im__place_by_place", hint="All channels get the sum over the channels. Every channel has its own rows in the columns.")

edit("col2im", "col2im_of_the_first_image", "B, C, kh, kw, rows, columns)", "B, C, kh, kw, rows, columns)[:1]",
     of="col2im__place_by_place", hint="Every image of the batch has its own columns; you use those of the first.")

edit("col2im", "col2im_loses_the_gradient", "parts = cols.reshape", "parts = cols.detach().reshape",
     of="col2im__place_by_place", hint="No gradient reaches the columns: .detach(), .data or NumPy cuts it off.")

edit("col2im", "col2im_in_float32", "cols.new_zeros", "torch.zeros",
     of="col2im__place_by_place", hint="The result is float32 although the columns are float64: cols.new_zeros(…) has their dtype.")

edit("col2im", "transposes_the_image", "clone()", "transpose(2, 3)",
     of="col2im__place_by_place", hint="Height and width of the result are swapped: x_shape is (B, C, H, W).")
