"""Hidden checks of the exercise `grad_cam`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from typing import Any

import reference
import torch
import torch.nn.functional as F
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
    ordinary_residual,
    residual_weights,
    some_order,
    weights_of,
    with_gradient_of,
)


def at_layer(student, layer):
    def look(model, x, *target):
        return student.grad_cam(model, layer, x, *target)

    return look


def cam(student, layer, style, weights, x, target=None, mode="as it is"):
    """grad_cam at a layer of a net of this style."""
    return asked(at_layer(student, layer), style, weights, x, target, mode)


def before_and_after(student, weights, x, target=None, style="residual", training=True, grads=True, layer="conv2"):
    """The net and x around a call of grad_cam."""
    torch.manual_seed(1 + training)
    return before_and_after_of(at_layer(student, layer), weights, x, target, style, training, grads)


def with_gradient(student, weights, x, target, gradient):
    """grad_cam of an image that has a gradient already."""
    return with_gradient_of(at_layer(student, "2"), weights, x, target, gradient)


def cam_of_a_dense_layer(student, weight, x, target, pool):
    """At a layer that pools, behind one that can learn: so a frozen network is asked about elsewhere alone."""
    dense = filled(nn.Linear(*weight.T.shape), weight, weight.new_zeros(len(weight)))
    channels = x.shape[1]
    same = torch.eye(channels).to(weight).reshape(channels, channels, 1, 1)
    copying = filled(nn.Conv2d(channels, channels, 1), same, weight.new_zeros(channels))
    return student.grad_cam(nn.Sequential(copying, nn.AvgPool2d(pool), nn.Flatten(), dense), "1", x, target)


def looking(student: Any) -> Any:
    """The place where the helpers above run."""
    return student.beside(cam, before_and_after, with_gradient, cam_of_a_dense_layer)


def shown(maps: torch.Tensor, slopes: torch.Tensor, size: Any) -> torch.Tensor:
    """Each map times its mean slope, added up, above 0, enlarged."""
    heat = (maps * slopes.mean(dim=(2, 3), keepdim=True)).sum(dim=1, keepdim=True).relu()
    return F.interpolate(heat, size=size, mode="bilinear", align_corners=False)[:, 0]


def right_cam(weights: Weights, x: torch.Tensor, stage: int, target: Any) -> torch.Tensor:
    """Of the nets with two convolutions: behind the first one (0), its ReLU (1), the second one (2), its ReLU (3)."""
    stages: list[torch.Tensor] = []

    def noted(hidden: torch.Tensor) -> torch.Tensor:
        stages.extend((hidden, hidden.relu()))
        return stages[-1]

    scores = by_hand(weights, x.clone().requires_grad_(), noted, noted)
    chosen = scores.argmax(dim=1) if target is None else torch.as_tensor(target).expand(len(x))
    slopes = torch.autograd.grad(scores.gather(1, chosen[:, None]).sum(), stages[stage])[0]
    return shown(stages[stage].detach(), slopes, x.shape[2:])


def short(weights: Weights) -> Weights:
    """The same in float32."""
    return {name: value.float() for name, value in weights.items()}


@check(weight=0.5, quote="Where the maps of a layer speak for a class: images (B, C, H, W) -> (B, H, W), values >= 0.")
def test_cam_finds_the_places(student, cases):
    """grad_cam is 0 where all maps are 0, and bright where maps answer that the class wants, in each image"""
    inside = looking(student)
    target = int(cases.rng.integers(3))
    weight = cases.tensor(3, 2, low=0.2, high=0.4).float()
    weight[target] += 2
    weight /= 100  # no class is sure: a gradient of probabilities is paid where numbers are asked
    on = torch.tensor([some_order(cases, [True] * 9 + [False] * 15) for _ in range(3)]).reshape(3, 4, 6)
    x = (cases.tensor(3, 2, 4, 6, low=0.5) * on[:, None]).float()
    found = inside.cam_of_a_dense_layer(weight.repeat_interleave(24, dim=1), x, target, 1)
    expect(found).to_have_shape(3, 4, 6)
    expect(bool((found[~on] == 0).all())).to_hold("the picture is 0 where all maps are 0")
    expect(bool((found[on] > 0).all())).to_hold("the picture is above 0 where every map speaks for the class")


@check(
    after="cam_finds_the_places",
    weight=2,
    quote="The weight of map A[b, k] is the mean over its places of d scores[b, t_b] / d A[b, k].",
)
def test_cam_of_known_slopes(student, cases):
    """grad_cam adds up the maps, each times the mean of its slopes, and cuts off what is below 0: known slopes"""
    inside = looking(student)
    for batch, channels in ((2, 3), (3, 4)):
        weight = cases.tensor(3, channels * 20, low=-2, high=2).float()
        x = cases.images(batch, channels, 4, 5).float()
        for target in range(3):
            slopes = weight[target].reshape(1, channels, 4, 5)
            expect(inside.cam_of_a_dense_layer(weight, x, target, 1)).to_agree_with(shown(x, slopes, (4, 5)))


@check(after="cam_finds_the_places", quote="replace what is below 0 by 0, then enlarge to (H, W)")
def test_cam_is_enlarged(student, cases):
    """grad_cam enlarges maps of 2 × 3 and of 3 × 2 to the size of the image, after it has cut off what is below 0"""
    inside = looking(student)
    for height, width, pool in ((4, 9, (2, 3)), (9, 8, (3, 4))):
        x, kernel = cases.images(2, 3, height, width).float(), list(pool)
        maps = F.avg_pool2d(x, pool)
        weight = cases.tensor(3, 3, 1, 1, low=-2, high=2).float().expand(3, *maps.shape[1:]).flatten(1)
        for target in range(3):  # plain slopes: it does not matter whether their mean was taken
            slopes = weight[target].reshape(maps[:1].shape)
            found = inside.cam_of_a_dense_layer(weight.contiguous(), x, target, kernel)
            expect(found).to_agree_with(shown(maps, slopes, (height, width)))


@check(after="cam_finds_the_places", quote="is a name as in `model.named_modules()`, of a module that runs once")
def test_cam_of_any_layer(student, cases):
    """grad_cam explains any layer of a network: both convolutions and what follows them, nested ones too"""
    inside = looking(student)
    weights, x = short(weights_of(cases)), cases.images(2, 2, 6, 5).float()
    places = [("plain", str(stage), stage) for stage in range(4)]
    places += [("nested", "0.body.0", 0), ("nested", "1.0.0.body", 3), ("functional", "conv1", 0)]
    for (style, layer, stage), target in zip(places, (1, 3, 0, 2, 1, 0, 3), strict=True):
        expect(inside.cam(layer, style, weights, x, target)).to_agree_with(right_cam(weights, x, stage, target))


@check(
    after="cam_finds_the_places",
    quote="The maps are those that the layer gave, also when an in-place operation follows it.",
)
def test_cam_before_something_in_place(student, cases):
    """grad_cam shows what the layer gave, though an in-place ReLU or += writes into it afterwards"""
    inside = looking(student)
    weights, x = short(weights_of(cases)), cases.images(2, 2, 6, 5).float()
    for (style, layer, stage), target in zip(
        (("in_place", "0", 0), ("in_place", "2", 2), ("functional_in_place", "conv2", 2)), (2, 0, 3), strict=True
    ):
        expect(inside.cam(layer, style, weights, x, target)).to_agree_with(right_cam(weights, x, stage, target))


@check(
    after="cam_finds_the_places",
    quote="`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.",
)
def test_cam_targets(student, cases):
    """grad_cam explains each image by the class that the network says, or by the targets that are given"""
    inside = looking(student)
    weights = short(weights_of(cases))
    x = clear_winners(lambda image: by_hand(weights, image, torch.relu, torch.relu), cases.images(40, 2, 6, 5).float())
    said = by_hand(weights, x, torch.relu, torch.relu).argmax(dim=1)
    for target in (None, torch.arange(len(x)) % 4, [3] * len(x)):
        classes = said if target is None else target
        alone = {}
        for place in some_order(cases, range(len(x))):  # right or not: others are compared with it
            answer = inside.cam("2", "plain", weights, x[place : place + 1], int(classes[place]))
            alone[place] = expect(answer).to_have_shape(1, 6, 5)[0]
        expect(inside.cam("2", "plain", weights, x, target)).to_agree_with(
            torch.stack([alone[place] for place in range(len(x))])
        )


@check(
    after="cam_finds_the_places",
    quote=(
        "`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.",
        "The model and x, their `.grad` included, are afterwards as before",
    ),
)
def test_cam_under_no_grad(student, cases):
    """grad_cam works under no_grad, with frozen parameters, and on an image that has a gradient, twice in a row"""
    inside = looking(student)
    weights, x, given = weights_of(cases), cases.images(2, 2, 6, 5), cases.tensor(2, 2, 6, 5)
    found = {}
    for target, mode in some_order(cases, itertools.product((0, 1, 3), ("no_grad", "frozen", "as it is"))):
        found[target, mode] = expect(inside.cam("2", "plain", weights, x, target, mode)).to_have_shape(2, 6, 5)
    for (target, _), answer in found.items():
        expect(answer).to_agree_with(found[target, "as it is"])
    first, second, gradient, wants, leaf = expect(inside.with_gradient(weights, x, 3, given)).to_be_a(list, length=5)
    expect(first).to_agree_with(found[3, "as it is"])
    expect(second).to_agree_with(found[3, "as it is"])
    expect(gradient).to_equal(given)
    expect(wants and leaf).to_hold("x still is a leaf that asks for its gradient")


@check(after="cam_finds_the_places", weight=0.5, quote="The result has the dtype of x and no gradient.")
def test_cam_types(student, cases):
    """grad_cam gives a plain tensor without gradient: float64 for float64, float32 for float32"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for dtype in some_order(cases, [torch.float64, torch.float32] * 3):
        given = {name: value.to(dtype) for name, value in weights.items()}
        expect(expect(inside.cam("2", "plain", given, x.to(dtype), 1)).to_have_dtype(dtype)).to_be_detached()


@check(
    after="cam_finds_the_places",
    quote="`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.",
)
def test_cam_in_eval_mode(student, cases):
    """grad_cam computes in eval mode: a network with dropout and batch norm, handed over in training mode"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(3, 2, 6, 5)
    found = {}
    for target, mode in some_order(cases, itertools.product(range(3), (False, True))):
        call = inside.before_and_after(weights, x, target, training=mode)
        found[target, mode] = expect(call).to_be_a(dict)["answer"]
    for target in range(3):
        expect(found[target, True]).to_agree_with(expect(found[target, False]).to_have_shape(3, 6, 5))


@check(
    after="cam_finds_the_places",
    weight=1.5,
    quote="The model and x, their `.grad` included, are afterwards as before, also after an error: modes, hooks.",
)
def test_cam_leaves_no_trace(student, cases):
    """grad_cam leaves model and x as they were: modes flag by flag, hooks, gradients, weights and statistics"""
    expect_no_trace(looking(student), cases, 2, 6, 5)


@check(
    after="cam_finds_the_places",
    quote=(
        "A name that the model does not have: ValueError.",
        "afterwards as before, also after an error: modes, hooks.",
    ),
)
def test_cam_after_an_error(student, cases):
    """grad_cam raises IndexError for a class and ValueError for a layer that do not exist, and leaves no trace then"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    right = ordinary_residual(weights, x)
    for target, layer, error in ((4, "conv2", "IndexError"), (1, "conv3", "ValueError")):
        found = expect(inside.before_and_after(weights, x, target, layer=layer)).to_be_a(dict)
        expect(found["error"] == error).to_hold(f"target={target} and layer={layer!r} raise {error}")
        expect_untouched(found, right)


@check(quote="The letters of all statements that are right, in any order")
def test_what_survives(student, cases):
    """what_survives names the statements about the figure that are right, and no others"""
    letters = expect(student.what_survives()).to_be_a(str)
    expect(bool(letters) and set(letters) <= set("abcd")).to_hold("the answer is made of the letters a, b, c and d")
    right = set(letters) == set(reference.what_survives())
    expect(right).to_hold("all right statements are named, and no others")
