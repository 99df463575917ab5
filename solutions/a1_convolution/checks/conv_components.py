"""Hidden checks of the exercise `conv_components`. The first line of each docstring is what the student reads.

The bias, the components, the maps and the order of the two are each judged in places of their own: elsewhere the bias
is 0, as long as the maps are wide, and what is no value is asked of one channel under a kernel of one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect, gradients_of


def parts(
    cases: Any, image: tuple[int, ...] = (2, 3, 4, 6), kernel: tuple[int, ...] = (4, 3, 2, 3)
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """x, weight and bias."""
    return cases.images(*image).float(), cases.kernels(*kernel).float(), cases.bias(kernel[0]).float()


def components_and_maps(answer: Any) -> tuple[Any, Any]:
    """The two results, in whichever order: that is judged in one check alone."""
    first, second = expect(answer).to_be_a_row_of(2)
    turned = isinstance(second, torch.Tensor) and second.ndim == 5
    return (second, first) if turned else (first, second)


# The maps are as wide as there are kernels, so that a bias of zeros does no harm wherever it is added.
SHAPES = (((2, 3, 4, 6), (4, 3, 2, 3)), ((3, 5, 5, 2), (2, 5, 3, 1)), ((2, 2, 3, 5), (2, 2, 1, 4)))
SMALLEST = ((1, 1, 4, 3), (1, 1, 1, 1))


@check(weight=1.5, quote="[b, k, c] is channel c of image b under slice c of kernel k")
def test_components(student, cases):
    """conv_components gives each input channel under its slice of each kernel: (2, 4, 3, 3, 4), without bias"""
    for image, kernel in SHAPES:
        x, weight, bias = parts(cases, image, kernel)
        components, _ = expect(student.conv_components(x, weight, bias * 0)).to_be_a_row_of(2)
        expect(components).to_agree_with(reference.conv_components(x, weight, bias)[0])


@check(weight=1.5, quote="[b, k] is the sum of components[b, k] over the channels c, plus bias[k].")
def test_maps(student, cases):
    """conv_components adds the components up over the input channels: without a bias that is what torch gives"""
    for image, kernel in SHAPES:
        x, weight, bias = parts(cases, image, kernel)
        _, maps = components_and_maps(student.conv_components(x, weight, bias * 0))
        expect(maps).to_agree_with(F.conv2d(x, weight))


@check(quote="[b, k] is the sum of components[b, k] over the channels c, plus bias[k].")
def test_maps_bias(student, cases):
    """conv_components adds the bias to the maps, once: that is what torch gives"""
    for image, kernel in (*SHAPES, ((2, 3, 5, 6), (4, 3, 3, 2))):
        inputs = parts(cases, image, kernel)
        _, maps = components_and_maps(student.conv_components(*inputs))
        expect(maps).to_agree_with(F.conv2d(*inputs))


@check(after="components", quote="A component with a zero kernel must be zero.")
def test_zero_kernel(student, cases):
    """conv_components gives components of zeros for a kernel of zeros, whatever the bias is"""
    x, weight, bias = parts(cases)
    components, _ = components_and_maps(student.conv_components(x, weight * 0, bias))
    expect(components).to_agree_with(torch.zeros(2, 4, 3, 3, 4))
    components, _ = components_and_maps(student.conv_components(x, weight, bias))
    expect(components).to_agree_with(reference.conv_components(x, weight, bias)[0])


@check(quote="Any B, Cin and Cout; gradients flow back to all three.")
def test_one_channel_one_image(student, cases):
    """conv_components keeps all its axes for one image, one channel and one kernel"""
    x, weight, bias = parts(cases, *SMALLEST)
    components, maps = components_and_maps(student.conv_components(x, weight, bias * 0))
    expect(components).to_agree_with(reference.conv_components(x, weight, bias)[0])
    expect(maps).to_agree_with(F.conv2d(x, weight))
    block = weight.repeat(1, 1, 2, 3)  # its numbers are equal: it may be turned
    components, maps = components_and_maps(student.conv_components(x, block, bias * 0))
    expect(components).to_agree_with(reference.conv_components(x, block, bias)[0])
    expect(maps).to_agree_with(F.conv2d(x, block))


@check(after="one_channel_one_image", quote="keep their dtype and device")
def test_components_dtype(student, cases):
    """conv_components keeps float64"""
    x, weight, bias = (tensor.double() for tensor in parts(cases, *SMALLEST))
    inputs = (x, weight, bias * 0)
    found = components_and_maps(student.conv_components(*inputs))
    for yours, right in zip(found, reference.conv_components(*inputs), strict=True):
        expect(yours).to_match(right)


def gradients_through_components_and_maps(student, x, weight, bias, upstream_components, upstream_maps):
    inputs = [tensor.clone().requires_grad_() for tensor in (x, weight, bias)]
    components, maps = sorted(student.conv_components(*inputs), key=torch.Tensor.dim, reverse=True)
    total = (components * upstream_components).sum() + (maps * upstream_maps).sum()
    flow = components.requires_grad and maps.requires_grad
    return list(torch.autograd.grad(total, inputs)) if flow else None


@check(
    after="one_channel_one_image",
    quote=("gradients flow back to all three.", "leave the arguments as they were"),
)
def test_components_gradients(student, cases):
    """conv_components lets gradients flow back to x, weight and bias, and leaves them as they were"""
    inputs = parts(cases, *SMALLEST)
    upstream = cases.tensor(1, 1, 1, 4, 3).float(), cases.tensor(1, 1, 4, 3).float()
    expect(lambda: student.conv_components(*inputs)).to_leave_inputs_alone()
    found = student.beside(gradients_through_components_and_maps)(*inputs, *upstream)
    expect(found is not None).to_hold("gradients flow back from the components and from the maps")
    one = torch.ones(())
    right = gradients_of(lambda *leaves: weighted(reference.conv_components(*leaves), upstream), one, *inputs)
    expect(found).to_match(list(right))


def weighted(values: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]) -> torch.Tensor:
    """Sum of all products: one number that depends on everything."""
    return torch.stack([(value * weight).sum() for value, weight in zip(values, weights, strict=True)]).sum()


def what_plot_components_draws(student, x, components, maps, gradients=False):
    import matplotlib.pyplot as plt

    tensors = [tensor.cpu().clone().requires_grad_(gradients) for tensor in (x, components, maps)]  # as plt needs them
    figure = student.plot_components(*tensors)
    if type(figure).__name__ != "Figure":
        plt.close("all")
        return {"returned": type(figure).__name__}
    drawn = [axes.images[0].get_array() if axes.images else np.empty((0, 0)) for axes in figure.axes]
    images = [torch.tensor(np.array(picture, dtype="float64")) for picture in drawn]
    titles = ["".join(axes.get_title(loc=side) for side in ("left", "center", "right")) for axes in figure.axes]
    plt.close("all")
    return {"returned": "Figure", "titles": titles, "images": images}


def drawn(student: Any, cases: Any, channels: tuple[int, int], **settings: Any) -> tuple[dict[str, Any], Any]:
    """What the student's figure holds, and what it should hold: title → image."""
    c_in, c_out = channels
    x, components, maps = cases.images(2, c_in, 4, 5), cases.tensor(2, c_out, c_in, 3, 4), cases.images(2, c_out, 3, 4)
    figure = expect(student.beside(what_plot_components_draws)(x, components, maps, **settings)).to_be_a(dict)
    expect(figure.get("returned") == "Figure").to_hold("plot_components returns a matplotlib figure (`return figure`)")
    expected: dict[str, torch.Tensor] = {"image": x[0].mean(0)} | {f"map {k}": maps[0, k] for k in range(c_out)}
    for c in range(c_in):
        expected[f"channel {c}"] = x[0, c]
        expected |= {f"channel {c}, kernel {k}": components[0, k, c] for k in range(c_out)}
    return figure, expected


@check(quote="(Cin + 1) × (Cout + 1) axes in reading order, as plt.subplots makes them.")
def test_figure_titles(student, cases):
    """plot_components draws a grid of (Cin + 1) × (Cout + 1) axes, each with its title"""
    for c_in, c_out in ((3, 4), (1, 2)):
        figure, expected = drawn(student, cases, channels=(c_in, c_out))
        titles, count = expect(figure["titles"]).to_be_a(list), (c_in + 1) * (c_out + 1)
        expect(len(titles) == count).to_hold(f"the figure has {count} axes for c_in = {c_in} and c_out = {c_out}")
        expect(titles == list(expected)).to_hold("the titles in reading order are: " + " · ".join(expected))


@check(quote="Each shows one 2-D array with `imshow` and has a title")
def test_figure_images(student, cases):
    """plot_components shows the right array in each axes: image 0 of the batch"""
    figure, expected = drawn(student, cases, channels=(3, 2))
    images = expect(figure["images"]).to_be_a(list)
    expect(len(images) == 12).to_hold("the figure has 12 axes for three channels and two kernels")
    for (title, picture), image in zip(expected.items(), images, strict=True):
        same = expect(image).to_have_shape(*picture.shape).sub(picture).abs().max() < 1e-6
        expect(bool(same)).to_hold(f"the axes for “{title}” shows the array that belongs there")


@check(after="figure_images", quote="The tensors may carry gradients.")
def test_figure_of_learnable_tensors(student, cases):
    """plot_components can draw tensors that carry gradients, and a single channel under a single kernel"""
    figure, expected = drawn(student, cases, channels=(1, 1), gradients=True)
    expect(len(expect(figure["images"]).to_be_a(list)) == len(expected)).to_hold("the figure has four axes")
