"""Hidden checks of the exercise `saliency`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from autograder.judge import check, expect

from ._helpers import (
    asked,
    before_and_after_of,
    by_hand,
    clear_winners,
    expect_untouched,
    filled,
    ordinary,
    residual_by_hand,
    residual_weights,
    slope,
    twice_before_and_after,
    weights_of,
    with_gradient_of,
)


def maps_of(slopes: torch.Tensor) -> torch.Tensor:
    """The largest absolute slope over the channels."""
    return slopes.abs().amax(dim=1)


def look(student, style, weights, x, target=None, mode="as it is"):
    """saliency on a net of this style."""
    return asked(student.saliency, style, weights, x, target, mode)


def before_and_after(student, weights, x, target=None, style="residual", training=True, grads=True):
    """The net and x around a call of saliency."""
    return before_and_after_of(student.saliency, weights, x, target, style, training, grads)


def with_gradient(student, weights, x, target):
    """saliency of an image that has a gradient already."""
    return with_gradient_of(student.saliency, weights, x, target)


def looking(student: Any) -> Any:
    """The place where the helpers above run."""
    return student.beside(look, before_and_after, with_gradient)


def saliency_of_a_dense_layer(student, weight, bias, x, target=None):
    dense = filled(nn.Linear(*weight.T.shape), weight, bias)
    return student.saliency(nn.Sequential(nn.Flatten(), dense), x, target)


@check(weight=2)
def test_saliency_of_a_dense_layer(student, cases):
    """saliency of a dense layer is the largest |weight| over the channels, whatever the image and however sure it is"""
    inside = student.beside(saliency_of_a_dense_layer)
    weight, bias = cases.tensor(3, 24, low=-2, high=2), cases.tensor(3)
    for x in (cases.images(2, 2, 3, 4), 20 * cases.images(2, 2, 3, 4)):
        for target in (0, 2):
            right = weight[target].reshape(2, 3, 4).abs().amax(dim=0).expand(2, 3, 4).clone()
            expect(inside.saliency_of_a_dense_layer(weight, bias, x, target)).to_match(right)


@check()
def test_saliency_signs(student, cases):
    """saliency takes the absolute value first, then the largest over the channels: slopes 1 and −4 give 4"""
    inside = student.beside(saliency_of_a_dense_layer)
    weight = torch.stack([cases.tensor(30, low=0.1), -cases.tensor(30, low=2, high=4)])
    weight[0, 15:] = -3 - weight[0, :15].abs()
    right = torch.stack([row.reshape(2, 5, 3).abs().amax(dim=0) for row in weight])
    x = cases.images(1, 2, 5, 3)
    for target in (0, 1):
        found = inside.saliency_of_a_dense_layer(weight, cases.tensor(2), x, target)
        expect(found).to_match(right[target : target + 1])


@check(weight=1.5)
def test_saliency_of_a_network(student, cases):
    """saliency agrees with autograd on a network with two convolutions, for every class"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for target in range(4):
        expect(inside.look("plain", weights, x, target)).to_match(maps_of(ordinary(weights, x, target)))


@check(weight=1.5)
def test_saliency_without_target(student, cases):
    """saliency without a target explains, for each image of the batch, the class that the network says"""
    inside = looking(student)
    weights = weights_of(cases)
    x = clear_winners(lambda image: by_hand(weights, image, torch.relu, torch.relu), cases.images(40, 2, 6, 5))
    expect(inside.look("in_place", weights, x)).to_match(maps_of(ordinary(weights, x)))


@check()
def test_saliency_with_many_targets(student, cases):
    """saliency takes one target for each image, as a tensor or a list; each map is that of its image alone"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(3, 2, 6, 5)
    for target in (torch.tensor([2, 0, 3]), [1, 1, 0]):
        right = maps_of(ordinary(weights, x, target))
        expect(inside.look("plain", weights, x, target)).to_match(right)
        expect(inside.look("plain", weights, x[1:2], int(target[1]))).to_match(right[1:2])


@check()
def test_saliency_types(student, cases):
    """saliency gives a plain tensor (B, H, W) without gradient, also for one image and for float32"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(1, 2, 6, 5)
    found = expect(inside.look("plain", weights, x, 1)).to_match(maps_of(ordinary(weights, x, 1)))
    expect(found).to_be_detached()
    short = {name: value.float() for name, value in weights.items()}
    expect(inside.look("plain", short, x.float(), 1)).to_match(maps_of(ordinary(short, x.float(), 1)), rtol=1e-3)


@check()
def test_saliency_in_eval_mode(student, cases):
    """saliency computes in eval mode: a network with dropout and batch norm, handed over in training mode"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(3, 2, 6, 5)
    found = expect(inside.before_and_after(weights, x, 2)).to_be_a(dict)
    right = slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 2)
    expect(found["answer"]).to_match(maps_of(right))


@check(weight=1.5)
def test_saliency_leaves_no_trace(student, cases):
    """saliency leaves model and x as they were: flag by flag, with their gradients, weights and statistics"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    right = slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1)
    for traces in twice_before_and_after(inside, weights, x):
        expect(traces["answer"]).to_have_shape(2, 6, 5)
        expect_untouched(traces, right)


@check()
def test_saliency_after_an_error(student, cases):
    """saliency raises IndexError for a class that does not exist, and leaves the model as it was even then"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    found = expect(inside.before_and_after(weights, x, 4)).to_be_a(dict)
    expect(found["error"] == "IndexError").to_hold("target=4 with four classes raises IndexError")
    expect_untouched(found, slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1))


@check()
def test_saliency_of_an_image_with_gradient(student, cases):
    """saliency neither uses nor changes an x.grad that is there, and gives the same the second time"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    first, second, gradient, wants, leaf = expect(inside.with_gradient(weights, x, 3)).to_be_a(list, length=5)
    right = maps_of(ordinary(weights, x, 3))
    expect(first).to_match(right)
    expect(second).to_match(right)
    expect(gradient).to_equal(torch.full_like(x, 2.5))
    expect(wants and leaf).to_hold("x still is a leaf that asks for its gradient")


@check()
def test_saliency_under_no_grad(student, cases):
    """saliency works inside torch.no_grad(), and on a network whose parameters are frozen"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    right = maps_of(ordinary(weights, x, 1))
    for mode in ("no_grad", "frozen"):
        expect(inside.look("plain", weights, x, 1, mode)).to_match(right)
