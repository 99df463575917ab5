"""Hidden checks of the exercise `stroke_kernels`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import nn

from autograder.judge import check, expect

from ._helpers import drawing, drawn, picture_in, some_order

ODD = (1, 3, 5, 7, 9, 11)


@check(weight=1.5, quote="a kernel is 1 on its stroke, one pixel wide, and 0 elsewhere.")
def test_strokes_in_place(student, cases):
    """stroke_kernels has its four strokes where they belong, whatever is subtracted from them"""
    for size in some_order(cases, ODD[1:]):
        kernels = expect(student.stroke_kernels(size)).to_have_shape(4, 1, size, size)
        on = kernels > kernels.amin((2, 3), keepdim=True)
        right = reference.stroke_kernels(size) > 0
        names = ("vertical", "horizontal", "diagonal from the top left", "other diagonal")
        for name, yours, wanted in zip(names, on, right, strict=True):
            claim = f"the {name} stroke of a kernel of {size} × {size} is in its place"
            expect(torch.equal(yours, wanted)).to_hold(claim)


@check(
    after="strokes_in_place",
    quote="From each kernel its own mean is subtracted, so that its entries add up to 0.",
)
def test_strokes_add_up_to_zero(student, cases):
    """Each kernel of stroke_kernels adds up to 0"""
    for size in some_order(cases, ODD[1:]):
        kernels = expect(student.stroke_kernels(size)).to_have_shape(4, 1, size, size)
        balanced = bool((kernels.double().sum((1, 2, 3)).abs() < 1e-4).all())
        expect(balanced).to_hold("the entries of each kernel add up to 0")


@check(after="strokes_in_place", weight=0.5, quote=("(4, 1, size, size), float32", "size: int = 5"))
def test_strokes_exactly(student, cases):
    """stroke_kernels gives float32, 1 more on a stroke than beside it, and 5 × 5 when no size is given"""
    for settings in some_order(cases, [(size,) for size in ODD] + [()]):
        right = reference.stroke_kernels(*settings)
        kernels = expect(student.stroke_kernels(*settings)).to_have_shape(*right.shape)
        expect(expect(kernels).to_have_dtype(torch.float32) - kernels.amin()).to_agree_with(right - right.amin())


@check(after="strokes_in_place", weight=0.5, quote="ValueError when size is even: there is no middle.")
def test_strokes_refuse(student, cases):
    """stroke_kernels raises ValueError for an even size"""
    for size in some_order(cases, (2, 4, 10, 3, 7)):
        if size % 2:
            expect(student.stroke_kernels(size)).to_have_shape(4, 1, size, size)
        else:
            expect(lambda size=size: student.stroke_kernels(size)).to_raise(ValueError)


def kernel_grid_draws(student, weight, **settings):
    layer = nn.Conv2d(weight.shape[1], len(weight), weight.shape[2:])
    layer.weight = nn.Parameter(weight.clone())
    return drawn(lambda: student.kernel_grid(layer, **settings))


def drawn_kernels(student: Any, weight: torch.Tensor, **settings: int) -> list[dict[str, Any]]:
    """The axes of a grid with a place for each kernel."""
    columns = settings.get("columns", 8)
    axes = drawing(student, kernel_grid_draws, weight, **settings)
    places = columns * -(-len(weight) // columns)
    expect(len(axes) == places).to_hold(f"{len(weight)} kernels in {columns} columns give {places} axes")
    return axes


@check(
    weight=1.5,
    quote=(
        "each as it looks at input channel 0",
        "Kernel k is in place k in reading order, drawn with `imshow`",
        "Axes that are left over stay empty",
    ),
)
def test_grid_pictures(student, cases):
    """kernel_grid shows channel 0 of each kernel in reading order, and leaves the other axes empty"""
    for sizes, columns in (((7, 2, 5, 5), 3), ((4, 3, 3, 4), 4), ((5, 1, 2, 3), 8)):
        weight = cases.kernels(*sizes)
        axes = drawn_kernels(student, weight, columns=columns)
        for axis, kernel in zip(axes, weight, strict=False):
            expect(picture_in(axis)).to_match(kernel[0].double(), rtol=1e-6)
        for axis in axes[len(weight) :]:
            expect(axis["images"] == []).to_hold("axes that are left over show no image")


@check(
    after="grid_pictures",
    weight=0.5,
    quote=('with the title "k": "0", "1" …', "columns: int = 8", "no image, no title."),
)
def test_grid_titles(student, cases):
    """kernel_grid numbers the kernels in its titles, and has eight columns unless told otherwise"""
    for count in some_order(cases, (3, 9, 12)):
        axes = drawn_kernels(student, cases.kernels(count, 1, 3, 3))
        titles = [str(place) if place < count else "" for place in range(len(axes))]
        expect([axis["title"] for axis in axes] == titles).to_hold(f"the titles in reading order are {titles}")


@check(after="grid_pictures", quote="One scale for all, so that they can be compared: vmin=-m and vmax=m")
def test_grid_scale(student, cases):
    """kernel_grid draws all kernels on one scale, from −m to m, where m is the largest absolute weight drawn"""
    for sign in some_order(cases, (1, -1)):
        weight = cases.kernels(5, 2, 3, 4)
        weight[:, 1] *= 9  # channel 1 is not drawn
        weight[int(cases.rng.integers(5)), 0, 1, 2] = sign * float(cases.tensor(1, low=2, high=3))
        largest = float(weight[:, 0].abs().max())
        for axis in drawn_kernels(student, weight, columns=5):
            low, high = axis["colours"][0]
            same = abs(low + largest) < 1e-5 and abs(high - largest) < 1e-5
            expect(same).to_hold(f"every kernel is drawn with vmin = −m and vmax = m, here m = {largest:.4f}")
