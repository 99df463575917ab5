"""Hidden checks of the exercise `receptive_field`. The first line of each docstring is what the student reads.

The size, the jump and the start are each asked where they are meant; few networks are asked for all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reference
import torch
import torch.nn.functional as F

from autograder.judge import answers_everywhere, check, expect

SIZE, JUMP, START = range(3)


def expect_parts(student: Any, layers: Sequence[tuple[int, int, int]], *places: int) -> None:
    """These of size, jump and start; whether they are ints or floats is asked elsewhere."""
    found = expect(student.receptive_field(list(layers))).to_be_a_row_of(3)
    right = reference.receptive_field(list(layers))
    for place in places:
        value = found[place]
        number = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        expect(number).to_match(float(right[place]))


def drawn_layers(cases: Any, count: int, stride: int = 1, padding: int = 0) -> tuple[tuple[int, int, int], ...]:
    """Layers of this term, with strides and paddings up to these."""
    return tuple(map(tuple, cases.rng.integers((2, 1, 0), (7, stride, padding), (count, 3), endpoint=True).tolist()))


def support(layers: Sequence[tuple[int, int, int]], pixels: int = 60) -> tuple[int, int, float]:
    """Size, jump and start as autograd sees them: where the gradient of two neighbouring units is not 0."""
    x = torch.zeros(1, 1, pixels, dtype=torch.float64, requires_grad=True)
    out = x
    for k, s, p in layers:
        out = F.conv1d(out, torch.ones(1, 1, k, dtype=torch.float64), stride=s, padding=p)
    unit = out.shape[2] // 2
    seen = [torch.autograd.grad(out[0, 0, unit + i], x, retain_graph=True)[0][0, 0].nonzero() for i in (0, 1)]
    (low, high), after = (int(seen[0].min()), int(seen[0].max())), int(seen[1].min())
    jump = after - low
    return high - low + 1, jump, (low + high) / 2 - unit * jump


@check(quote="size (int): how many pixels can change the unit.")
def test_one_layer(student, cases):
    """receptive_field of one layer is its kernel, and the jump is its stride"""
    for layer in ((3, 1, 0), (5, 2, 0), (4, 3, 0), (1, 3, 0), (7, 1, 0), *drawn_layers(cases, 4, 5)):
        found = expect(student.receptive_field([layer])).to_be_a_row_of(3)
        expect(list(found[:2])).to_match(list(reference.receptive_field([layer])[:2]))


@check(weight=1.5, quote="larger by (k − 1) · jump")
def test_stacked_layers(student, cases):
    """receptive_field grows by k - 1 for each layer of stride 1: two of 3 × 3 see 5 pixels"""
    for layers in (((3, 1, 0),) * 2, ((3, 1, 0),) * 3, ((5, 1, 0), (2, 1, 0)), ((1, 1, 0), (7, 1, 0), (4, 1, 0))):
        expect_parts(student, layers, SIZE)
    expect_parts(student, drawn_layers(cases, 5), SIZE)


@check(weight=1.5, quote="size and start use the jump before it grows.")
def test_strides_count(student, cases):
    """receptive_field multiplies by the strides *before* a layer, not by its own, and the order of layers matters"""
    for layers in (
        ((5, 2, 0), (3, 1, 0)),
        ((3, 1, 0), (5, 2, 0)),
        ((3, 2, 0), (3, 2, 0), (3, 2, 0)),
        ((2, 3, 0), (4, 1, 0), (3, 2, 0)),
        drawn_layers(cases, 5, 3),
    ):
        expect_parts(student, layers, SIZE, JUMP)


@check(weight=1.5, quote="from the image upwards; convolutions and poolings alike.")
def test_pooling_counts(student, cases):
    """receptive_field of the network for digits: 3, 4, 12, 14 pixels, with jump 4 at the end"""
    layers = [(3, 1, 1), (2, 2, 0), (5, 1, 0), (2, 2, 0)]
    for depth in range(1, 5):
        expect_parts(student, layers[:depth], SIZE, JUMP)
    (k, _, p), (again, _, _) = drawn_layers(cases, 2, 1, 2)
    expect_parts(student, [(k, 1, p), (2, 2, 0), (again, 1, 0), (3, 3, 0)], SIZE, JUMP)


@check(
    weight=2.5,
    quote="start (float): the middle of what the first unit sees; the middle of pixel 0 is 0.0. It may be negative.",
)
def test_start(student, cases):
    """receptive_field begins further left for each pixel of padding, as far as the jump so far; below 0 too"""
    expect_parts(student, [(3, 1, 1)], START)
    for layers in (((3, 1, 2), (2, 1, 0)), ((7, 2, 3), (3, 2, 1)), ((4, 3, 1), (5, 1, 2)), ((1, 2, 2), (1, 2, 2))):
        expect_parts(student, layers, START)
    expect_parts(student, drawn_layers(cases, 4, 3, 3), START)


@check(quote=("No layer: (1, 1, 0.0).", "the tuple (size, jump, start)"))
def test_no_layer(student, cases):
    """receptive_field of no layer is a tuple of two ints and a float: (1, 1, 0.0)"""
    size, jump, start = expect(student.receptive_field([])).to_be_a(tuple, length=3)
    for value, kind in ((size, int), (jump, int), (start, float)):
        expect(value).to_be_a(kind)
    expect((size, jump, start)).to_match(reference.receptive_field([]))
    layers = list(drawn_layers(cases, 3, 1, 2))
    found = expect(student.receptive_field(layers)).to_be_a(tuple, length=3)
    expect(expect(found[2]).to_be_a(float)).to_equal(reference.receptive_field(layers)[2])


@check(quote="It may be larger than any image: nothing is cut off.")
def test_field_of_a_large_network(student, cases):
    """receptive_field is not cut off: ResNet-18 sees 435 pixels before its last pooling, whatever the image"""
    block, halving = [(3, 1, 1)] * 4, [(3, 2, 1), (3, 1, 1), (3, 1, 1), (3, 1, 1)]
    for first in ([(7, 2, 3), (3, 2, 1), *block], drawn_layers(cases, 3, 3, 1)):
        expect_parts(student, [*first, *halving, *halving, *halving], SIZE)


@check(weight=0.5, quote="The part of the image that can change a pixel is its **receptive field**.")
def test_field_as_autograd_sees_it(student, cases):
    """receptive_field says where the gradient of a unit is not 0, in networks whose kernels are all ones"""
    for layers in ([(3, 1, 1), (2, 2, 0), (3, 1, 1)], [(5, 2, 2), (3, 2, 0)], [(2, 1, 1), (4, 3, 1), (3, 1, 0)]):
        expect(student.receptive_field(layers)).to_match(support(layers))
    drawn = list(drawn_layers(cases, 3, 2, 1))
    expect(student.receptive_field(drawn)).to_match(support(drawn, 120))


@check(quote="What one unit behind these layers sees of the image, along one axis")
def test_fifty_networks(student, cases):
    """receptive_field is right for fifty networks of one to six layers"""
    networks = []
    for _ in range(50):
        depth = int(cases.rng.integers(1, 7))
        sizes = cases.rng.integers([1, 1, 0], [7, 4, 4], (depth, 3))
        networks.append(([tuple(map(int, layer)) for layer in sizes],))
    answers_everywhere(student, cases, reference.receptive_field, networks)
