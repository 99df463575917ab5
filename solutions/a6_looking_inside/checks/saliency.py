"""Hidden checks of the exercise `saliency`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import nn

from autograder.judge import check, expect

from ._helpers import (
    Weights,
    asked,
    before_and_after_of,
    by_hand,
    clear_winners,
    expect_no_trace,
    expect_untouched,
    filled,
    ordinary,
    ordinary_residual,
    residual_weights,
    some_order,
    weights_of,
    with_gradient_of,
)


def maps_of(slopes: torch.Tensor) -> torch.Tensor:
    """The largest absolute slope over the channels."""
    return slopes.abs().amax(dim=1)


def look(student, style, weights, x, target=None, mode="as it is"):
    """The numbers that saliency gives on a net of this style; NumPy's count, too, but for one check."""
    return numbers(raw(student, style, weights, x, target, mode))


def numbers(found):
    """NumPy's as a tensor."""
    return torch.as_tensor(found) if type(found).__name__ == "ndarray" else found


def raw(student, style, weights, x, target=None, mode="as it is"):
    """What saliency gives on a net of this style."""
    return asked(student.saliency, style, weights, x, target, mode)


def before_and_after(student, weights, x, target=None, style="residual", training=True, grads=True, seed=1):
    """The net and x around a call of saliency."""
    torch.manual_seed(seed)
    found = before_and_after_of(student.saliency, weights, x, target, style, training, grads)
    return found | {"answer": numbers(found["answer"])}


def with_gradient(student, weights, x, target, gradient):
    """saliency of an image that has a gradient already."""
    first, second, *rest = with_gradient_of(student.saliency, weights, x, target, gradient)
    return [numbers(first), numbers(second), *rest]


def looking(student: Any) -> Any:
    """The place where the helpers above run."""
    return student.beside(look, raw, before_and_after, with_gradient)


def saliency_of_a_dense_layer(student, weight, bias, x, target=None):
    dense = filled(nn.Linear(*weight.T.shape), weight, bias)
    return numbers(student.saliency(nn.Sequential(nn.Flatten(), dense), x, target))


@check(weight=0.5, quote="How strongly each pixel moves a score: images (B, C, H, W) -> (B, H, W), values >= 0.")
def test_saliency_finds_the_pixels(student, cases):
    """saliency is 0 for pixels that move no score, and not 0 for the others, of each image"""
    inside = student.beside(saliency_of_a_dense_layer)
    weight = cases.tensor(3, 2, 3, 4, low=0.5)
    weight[1:] *= -1
    still = torch.tensor(some_order(cases, [True] * 6 + [False] * 6)).reshape(3, 4)
    weight[..., still] = 0
    found = inside.saliency_of_a_dense_layer(weight.flatten(1), cases.tensor(3), cases.images(2, 2, 3, 4), 0)
    expect(found).to_have_shape(2, 3, 4)
    expect(bool((found[:, still] == 0).all())).to_hold("the map is 0 where all weights of a pixel are 0")
    expect(bool((found[:, ~still] != 0).all())).to_hold("the map is not 0 where a pixel moves the scores")


@check(weight=2, quote="Entry [b, i, j] is the largest |d scores[b, t_b] / d x[b, c, i, j]| over the channels c.")
def test_saliency_of_a_dense_layer(student, cases):
    """saliency of a dense layer is the largest |weight| over the channels, whatever the image and however sure it is"""
    inside = student.beside(saliency_of_a_dense_layer)
    weight, bias = cases.tensor(3, 24, low=-2, high=2), cases.tensor(3)
    for x in (cases.images(2, 2, 3, 4), 20 * cases.images(2, 2, 3, 4)):
        for target in (0, 2):
            right = weight[target].reshape(2, 3, 4).abs().amax(dim=0).expand(2, 3, 4).clone()
            expect(inside.saliency_of_a_dense_layer(weight, bias, x, target)).to_match(right)


@check(quote="take the absolute value; then the largest over the channels.")
def test_saliency_signs(student, cases):
    """saliency takes the absolute value first, then the largest over the channels: slopes 1 and −4 give 4"""
    inside = student.beside(saliency_of_a_dense_layer)
    slopes = torch.stack([cases.tensor(30, low=0.1), -cases.tensor(30, low=2, high=4)])
    slopes[0, 15:] = -3 - slopes[0, :15].abs()
    x = cases.images(1, 2, 5, 3)
    for target in (0, 1):
        weight, bias = torch.zeros(2, 30).to(slopes), torch.full((2,), 400.0).to(slopes)
        weight[target], bias[target] = slopes[target], 0  # so unlikely that the logarithm of its share has these slopes
        found = inside.saliency_of_a_dense_layer(weight, bias, x, target)
        expect(found).to_match(slopes[target].reshape(1, 2, 5, 3).abs().amax(dim=1))


@check(weight=1.5, quote="The score itself: no softmax, no loss.")
def test_saliency_of_a_network(student, cases):
    """saliency agrees with autograd on a network with two convolutions, for every class"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for target in range(4):
        expect(inside.look("plain", weights, x, target)).to_match(maps_of(ordinary(weights, x, target)))


@check(after="saliency_finds_the_pixels", weight=1.5, quote="(for each image the class with its own largest score)")
def test_saliency_without_target(student, cases):
    """saliency without a target explains, for each image of the batch, the class that the network says"""
    inside = looking(student)
    weights = weights_of(cases)

    def scores(image: torch.Tensor) -> torch.Tensor:
        return by_hand(weights, image, torch.relu, torch.relu)

    x = clear_winners(scores, cases.images(40, 2, 6, 5))
    said = single_maps(cases, inside, weights, x, scores(x).argmax(dim=1))
    expect(inside.look("in_place", weights, x)).to_match(said)


@check(after="saliency_finds_the_pixels", quote="a list or tensor of B ints (one for each)")
def test_saliency_with_many_targets(student, cases):
    """saliency takes one target for each image, as a tensor or a list; each map is that of its image alone"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(3, 2, 6, 5)
    for target in (torch.tensor([2, 0, 3]), [1, 1, 0]):
        alone = single_maps(cases, inside, weights, x, target)
        expect(inside.look("plain", weights, x, target)).to_match(alone)


def single_maps(cases: Any, inside: Any, weights: Weights, x: torch.Tensor, target: Any) -> torch.Tensor:
    """What the student's saliency gives for each image alone and an int: right or not, others are compared with it."""
    found: dict[int, torch.Tensor] = {}
    for place in some_order(cases, range(len(x))):
        answer = inside.look("plain", weights, x[place : place + 1], int(target[place]))
        found[place] = expect(answer).to_have_shape(1, 6, 5)[0]
    return torch.stack([found[place] for place in range(len(x))])


@check(after="saliency_finds_the_pixels", quote="The result has the dtype of x and no gradient.")
def test_saliency_types(student, cases):
    """saliency gives a plain tensor without gradient, float32 for float32 and float64 for float64"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(1, 2, 6, 5)
    for dtype in some_order(cases, [torch.float64, torch.float32] * 3):
        given = {name: value.to(dtype) for name, value in weights.items()}
        expect(expect(inside.raw("plain", given, x.to(dtype), 1)).to_have_dtype(dtype)).to_be_detached()


@check(
    after="saliency_finds_the_pixels",
    quote="Computed in eval mode, also when the model is in training mode.",
)
def test_saliency_in_eval_mode(student, cases):
    """saliency computes in eval mode: a network with dropout and batch norm, handed over in training mode"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(3, 2, 6, 5)
    found = {}
    for target, mode in some_order(cases, itertools.product(range(3), (False, True))):
        call = inside.before_and_after(weights, x, target, training=mode, seed=1 + mode)
        found[target, mode] = expect(call).to_be_a(dict)["answer"]
    for target in range(3):
        quiet = expect(found[target, False]).to_have_shape(3, 6, 5)
        expect(found[target, True]).to_match(quiet)


@check(
    after="saliency_finds_the_pixels",
    weight=1.5,
    quote="The model and x, their `.grad` included, are afterwards as before",
)
def test_saliency_leaves_no_trace(student, cases):
    """saliency leaves model and x as they were: flag by flag, with their gradients, weights and statistics"""
    expect_no_trace(looking(student), cases, 2, 6, 5)


@check(
    after="saliency_finds_the_pixels",
    quote=("A class that does not exist: IndexError.", "afterwards as before, also after an error."),
)
def test_saliency_after_an_error(student, cases):
    """saliency raises IndexError for a class that does not exist, and leaves the model as it was even then"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    found = expect(inside.before_and_after(weights, x, 4)).to_be_a(dict)
    expect(found["error"] == "IndexError").to_hold("target=4 with four classes raises IndexError")
    expect_untouched(found, ordinary_residual(weights, x))


@check(after="saliency_finds_the_pixels", quote="The model and x, their `.grad` included, are afterwards as before")
def test_saliency_of_an_image_with_gradient(student, cases):
    """saliency neither uses nor changes an x.grad that is there, and gives the same the second time"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    given = cases.tensor(*x.shape)
    first, second, gradient, wants, leaf = expect(inside.with_gradient(weights, x, 3, given)).to_be_a(list, length=5)
    alone = expect(inside.look("plain", weights, x, 3)).to_have_shape(2, 6, 5)
    expect(first).to_match(alone)
    expect(second).to_match(alone)
    expect(gradient).to_equal(given)
    expect(wants and leaf).to_hold("x still is a leaf that asks for its gradient")


@check(after="saliency_finds_the_pixels", quote="Works inside `torch.no_grad()`, and when parameters are frozen.")
def test_saliency_under_no_grad(student, cases):
    """saliency works inside torch.no_grad(), and on a network whose parameters are frozen"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    found = {}
    for target, mode in some_order(cases, itertools.product((0, 1, 3), ("no_grad", "frozen", "as it is"))):
        found[target, mode] = expect(inside.look("plain", weights, x, target, mode)).to_have_shape(2, 6, 5)
    for (target, _), answer in found.items():
        expect(answer).to_match(found[target, "as it is"])
