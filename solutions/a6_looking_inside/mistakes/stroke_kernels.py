"""Known mistakes of the exercise `stroke_kernels`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit

edit("stroke_kernels", "mean_stays", "return kernels - kernels.mean(dim=(2, 3), keepdim=True)", "return kernels",
     hint="The entries of a kernel do not add up to 0, so it answers to every bright place. Subtract its mean.")

edit("stroke_kernels", "mean_of_all_four", "kernels.mean(dim=(2, 3), keepdim=True)", "0.5 * kernels.mean()",
     hint="You do not subtract the mean of each kernel: its entries do not add up to 0. kernels.mean(dim=(2, 3), keepdim=True) has one mean for each.")

edit("stroke_kernels", "rows_and_columns_swapped",
     "kernels[0, 0, :, size // 2] = 1", "kernels[0, 0, size // 2, :] = 1",
     "kernels[1, 0, size // 2, :] = 1", "kernels[1, 0, :, size // 2] = 1",
     hint="Kernels 0 and 1 are exchanged. A vertical stroke is a *column*: the last index is the same, the row runs.")

edit("stroke_kernels", "diagonals_swapped",
     "kernels[2, 0] = torch.eye(size)", "kernels[2, 0] = torch.eye(size).flip(1)",
     "kernels[3, 0] = torch.eye(size).flip(1)", "kernels[3, 0] = torch.eye(size)",
     hint="The diagonals are exchanged. Kernel 2 runs from the top left to the bottom right, as torch.eye does.")

edit("stroke_kernels", "stroke_at_the_edge",
     "kernels[0, 0, :, size // 2] = 1", "kernels[0, 0, :, 0] = 1",
     "kernels[1, 0, size // 2, :] = 1", "kernels[1, 0, 0, :] = 1",
     hint="The strokes run along the edge. They go through the middle: size // 2.")

edit("stroke_kernels", "middle_of_five", "[0, 0, :, size // 2]", "[0, 0, :, min(2, size - 1)]", "[1, 0, size // 2, :]", "[1, 0, min(2, size - 1), :]",
     hint="The strokes are in the middle of 5 × 5 only. For any size the middle is size // 2.")

edit("stroke_kernels", "even_sizes_allowed",
     "    if size % 2 == 0:\n"
     '        raise ValueError(f"a kernel of {size} × {size} has no middle")\n',
     "",
     hint="A kernel of even size has no middle. Raise ValueError.")

edit("kernel_grid", "last_channel", "[:, 0]", "[:, -1]",
     hint="The last input channel is drawn. Channel 0 is asked for.")

edit("kernel_grid", "mean_over_the_channels", "layer.weight.detach()[:, 0]", "layer.weight.detach().mean(dim=1)",
     hint="You draw the mean over the input channels. Channel 0 is asked for.")

edit("kernel_grid", "scale_of_its_own", ", vmin=-largest, vmax=largest", "",
     hint="Each kernel has a scale of its own, so the weakest looks as strong as the others. vmin=-m, vmax=m, the same for all.")

edit("kernel_grid", "scale_without_the_sign", "kernels.abs().max()", "kernels.max()",
     hint="m is the largest weight; a negative one may be further from 0. Take the largest absolute weight.")

edit("kernel_grid", "scale_of_all_channels", "kernels.abs().max()", "layer.weight.abs().max()",
     hint="m looks at channels that are not drawn. It is the largest |weight| of channel 0.")

edit("kernel_grid", "scale_from_zero", "vmin=-largest", "vmin=0",
     hint="Negative weights all have the colour of 0. The scale goes from −m to m.")

edit("kernel_grid", "titles_from_one", "str(place)", "str(place + 1)",
     hint="The titles count from 1. Kernel k has the title k, and the first one is 0.")

edit("kernel_grid", "down_the_columns", "enumerate(axes.flat)", "enumerate(axes.T.flat)",
     hint="The kernels run down the columns. Reading order is row by row: axes.flat.")

edit("kernel_grid", "grid_not_returned", "return figure", "return None",
     hint="The figure is drawn but not returned: end with `return figure`.")
