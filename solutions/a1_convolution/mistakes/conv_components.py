"""Known mistakes of the exercise `conv_components`. Of two that look alike the first is named: narrower ones stand first."""

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

edit("conv_components", "bias_in_every_component",
     "    return parts, parts.sum(2) + bias[:, None, None]",
     "    parts = parts + bias[:, None, None, None]\n"
     "    return parts, parts.sum(2)",
     of="conv_components__windows", hint="The bias is inside every component, so the map counts it Cin times. Add it once, to the sum.")

edit("conv_components", "components_with_bias", "return parts", "return parts + bias[:, None, None, None]",
     of="conv_components__windows", hint="The maps are right, but the components carry the bias too. A component with a zero kernel must be zero.")

edit("conv_components", "component_axes_swapped", '"bchwij,ocij->bochw"', '"bchwij,ocij->bcohw"', "sum(2)", "sum(1)",
     of="conv_components__windows", hint="Cin and Cout changed places: components[b, k, c] asks for the kernel first, then the input channel.")

edit("conv_components", "components_of_the_first_image", ", x.", ", x[:1].",
     of="conv_components__windows", hint="Only the first image of the batch is there. Keep the batch axis in front.")


@mistake(replaces="conv_components", hint="You lost the batch axis: even one image keeps its axis, (B, Cout, Cin, H', W').")
def components_without_batch(x, weight, bias):
    parts = torch.einsum("chwij,ocij->ochw", x[0].unfold(1, weight.shape[2], 1).unfold(2, weight.shape[3], 1), weight)
    return parts, parts.sum(1) + bias[:, None, None]


edit("conv_components", "sums_over_the_kernels",
     "return parts, parts.sum(2) + bias[:, None, None]", "return parts, parts.sum(1)",
     of="conv_components__windows", hint="You added up over the kernels. A map is the sum over the input channels of one kernel: sum(dim=2).")

edit("conv_components", "components_in_a_list",
     "return parts, parts.sum(2) + bias[:, None, None]",
     "return [[parts[:, k, c] for c in range(parts.shape[2])] for k in range(parts.shape[1])], parts.sum(2) + bias[:, None, None]",
     of="conv_components__windows", hint="The components are a Python list. Put them into one tensor with torch.stack: (B, Cout, Cin, H', W').")

edit("conv_components", "components_in_a_dict",
     "return parts, parts.sum(2) + bias[:, None, None]",
     "return {(c, k): parts[:, k, c] for c in range(parts.shape[2]) for k in range(parts.shape[1])}, parts.sum(2) + bias[:, None, None]",
     of="conv_components__windows", hint="The components are a dict with (c, k) as keys. Put them into one tensor with torch.stack: (B, Cout, Cin, H', W').")

edit("conv_components", "components_detached",
     "return parts, parts.sum(2) + bias[:, None, None]",
     "return parts.detach(), (parts.sum(2) + bias[:, None, None]).detach()",
     of="conv_components__windows", hint="detach is for drawing. Here it cuts the gradient: return the tensors as they are.")

edit("conv_components", "maps_are_means", "parts.sum", "parts.mean",
     of="conv_components__windows", hint="A map is the sum of its components, not their mean.")

edit("conv_components", "maps_without_bias", "+ bias[:, None, None]", "",
     of="conv_components__windows", hint="The bias is missing in the maps: add bias[k] once to map k.")

edit("conv_components", "maps_bias_along_the_width", "bias[:, None, None]", "bias",
     of="conv_components__windows", hint="`+ bias` lines the bias up with the width. It belongs to the kernels: bias[:, None, None].")

edit("conv_components", "maps_come_first",
     "return parts, parts.sum(2) + bias[:, None, None]", "return parts.sum(2) + bias[:, None, None], parts",
     of="conv_components__windows", hint="The two results changed places: components first, then maps.")

edit("conv_components", "components_flipped", "weight.shape[3], 1), weight)", "weight.shape[3], 1), weight.flip(2, 3))",
     of="conv_components__windows", hint="The kernels are flipped; nothing is turned here.")


@mistake(replaces="conv_components", hint="Every input channel meets the first slice of the kernel. Channel c belongs to slice c: weight[k, c].")
def always_the_first_slice(x, weight, bias):
    parts = torch.einsum("bchwij,oij->bochw", x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1), weight[:, 0])
    return parts, parts.sum(2) + bias[:, None, None]


@mistake(replaces="conv_components", hint="Only the maps are returned. The function gives two things: components and maps.")
def maps_only(x, weight, bias):
    return F.conv2d(x, weight, bias)


@mistake(replaces="plot_components", hint="The grid is transposed: input channels go down the rows, output maps go along the columns.")
def grid_transposed(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_out + 1, c_in + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(c_in):
        draw(0, c + 1, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(k + 1, 0, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(k + 1, c + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake(replaces="plot_components", hint="The axes have no titles; without them nobody knows what belongs to what. axes.set_title(…).")
def no_titles(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image: axes[r, c].imshow(image.detach())
    draw(0, 0, x[0].mean(0))
    for c in range(c_in):
        draw(c + 1, 0, x[0, c])
    for k in range(c_out):
        draw(0, k + 1, maps[0, k])
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c])
    return figure


edit("plot_components", "titles_count_from_one",
     'f"channel {c}"', 'f"channel {c + 1}"',
     'f"map {k}"', 'f"map {k + 1}"',
     'f"channel {c}, kernel {k}"', 'f"channel {c + 1}, kernel {k + 1}"',
     of="plot_components__lambda", hint="The titles count from 1; channels, maps and kernels are counted from 0, like everything in Python.")

edit("plot_components", "pictures_in_the_wrong_order",
     '    draw(0, 0, x[0].mean(0), "image")\n'
     "    for c in range(c_in):",
     '    draw(0, 0, x[0].mean(0), "image")\n'
     "    flat = components[0].reshape(c_in, c_out, *components.shape[3:])\n"
     "    for c in range(c_in):",
     "components[0, k, c]", "flat[c, k]",
     of="plot_components__lambda", hint="The titles are right, but channel and kernel are mixed up in the pictures: components[0, k, c] has the kernel first.")


@mistake(replaces="plot_components", hint="The pictures come from the last image of the batch; image 0 is asked for.")
def draws_the_last_image(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[-1].mean(0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[-1, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[-1, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[-1, k, c], f"channel {c}, kernel {k}")
    return figure


@mistake(replaces="plot_components", hint="The figure is drawn but not returned: end with `return figure`. (plt.show() is not needed in a notebook.)")
def figure_not_returned(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    plt.show()


@mistake(replaces="plot_components", hint="You return the axes; the figure is asked for: `figure, axes = plt.subplots(…)`, then `return figure`.")
def returns_the_axes(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out + 1, squeeze=False)
    return axes


@mistake(replaces="plot_components", hint="The left column with the image and its channels is missing: the grid has Cout + 1 columns.")
def left_column_missing(x, components, maps):
    c_out, c_in = components.shape[1:3]
    figure, axes = plt.subplots(c_in + 1, c_out, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    for k in range(c_out):
        draw(0, k, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k, components[0, k, c], f"channel {c}, kernel {k}")
    return figure


edit("plot_components", "adds_colour_bars",
     "(axes[r, c].imshow(image.detach())", "(figure.colorbar(axes[r, c].imshow(image.detach()))",
     of="plot_components__lambda", hint="Every colour bar is one more axes in the figure. Leave them out here.")

edit("plot_components", "draws_without_detaching", "image.detach()", "image",
     of="plot_components__lambda", hint="A tensor that carries gradients cannot be drawn as it is: detach it first, imshow(t.detach()).")

edit("plot_components", "channels_and_kernels_miscounted", "c_out, c_in", "c_in, c_out",
     of="plot_components__lambda", hint="components is (B, Cout, Cin, H', W'): shape[1] counts the kernels, shape[2] the input channels. You read them the other way round.")


@mistake(replaces="plot_components", hint="The grid always has 4 × 5 axes, so it breaks for other numbers of channels. Take both numbers from components.shape.")
def grid_for_three_and_four(x, components, maps):
    figure, axes = plt.subplots(4, 5, squeeze=False)
    draw = lambda r, c, image, title: (axes[r, c].imshow(image.detach()), axes[r, c].set_title(title))
    draw(0, 0, x[0].mean(0), "image")
    for c in range(3):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(4):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(3):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure
