"""Hidden checks of the exercise `guided_backprop`. The first line of each docstring is what the student reads.

A feature is in few checks. Targets, dtypes and modes are asked of a net where no ReLU holds anything back; one half of
the nets say the class that is asked about, the other half another one; some see one image, and some have no slope
below 0. That nn.ReLU may work in place is asked where that is the question.
"""

from __future__ import annotations

from typing import Any

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect

from ._helpers import (
    Weights,
    asked,
    before_and_after_of,
    by_hand,
    clear_winners,
    expect_no_trace,
    expect_untouched,
    likely,
    ordinary,
    ordinary_residual,
    residual_by_hand,
    residual_weights,
    slope,
    some_order,
    unlikely,
    weights_of,
    with_gradient_of,
)


def guided_relu(x: torch.Tensor) -> torch.Tensor:
    """ReLU whose gradient passes where both input and gradient are positive."""
    result: torch.Tensor = reference.GuidedReLU.apply(x, False)
    return result


def guided(weights: Weights, x: torch.Tensor, target: Any = None) -> torch.Tensor:
    """The guided gradient of every chain with two ReLUs."""
    return slope(lambda image: by_hand(weights, image, guided_relu, guided_relu), x, target)


def all_on(weights: Weights) -> Weights:
    """A net in which no ReLU holds anything back, when no pixel of its images is below 0."""
    return {name: value.abs() for name, value in weights.items()}


def rising(weights: Weights) -> Weights:
    """The same net with first kernels above 0: no guided gradient of an image is below 0."""
    return weights | {"w1": weights["w1"].abs()}


def open_net(weights: Weights) -> Weights:
    """The same net, whose ReLUs see no number below 0: only what the gradient itself is can be held back."""
    return rising(weights) | {"b1": weights["b1"] + 100, "b2": weights["b2"] + 1e4}


def look(student, style, weights, x, target=None, mode="as it is"):
    """guided_backprop on a net of this style."""
    return asked(student.guided_backprop, style, weights, x, target, mode)


def before_and_after(student, weights, x, target=None, style="residual", training=True, grads=True):
    """The net and x around a call of guided_backprop."""
    torch.manual_seed(1)
    return before_and_after_of(student.guided_backprop, weights, x, target, style, training, grads)


def with_gradient(student, weights, x, target, gradient):
    """guided_backprop of an image that has a gradient already."""
    return with_gradient_of(student.guided_backprop, weights, x, target, gradient)


def looking(student: Any) -> Any:
    """The place where the helpers above run."""
    return student.beside(look, before_and_after, with_gradient)


@check(weight=0, quote="Gradient of a score with respect to the images")
def test_guided_where_all_is_on(student, cases):
    """guided_backprop gives the ordinary gradient of a network in which no ReLU holds anything back"""
    inside = looking(student)
    weights, x = unlikely(all_on(weights_of(cases)), 1), cases.images(1, 2, 6, 5).abs()
    expect(inside.look("plain", weights, x, 1)).to_match(ordinary(weights, x, 1))


@check(weight=2, quote="At every ReLU a gradient g goes through as g * [x > 0] * [g > 0].")
def test_guided_plain(student, cases):
    """guided_backprop has both masks at both ReLUs of a plain network, for every class; x = 0 lets nothing through"""
    inside = looking(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for target in range(4):
        sure = unlikely(weights, target)
        expect(inside.look("plain", sure, x, target)).to_match(guided(sure, x, target))
    still, dark = unlikely(weights, 2) | {"b1": torch.zeros_like(weights["b1"])}, x.clone()
    dark[:, :, :4] = 0  # so that an exact 0 goes into a ReLU
    expect(inside.look("plain", still, dark, 2)).to_match(guided(still, dark, 2))


def expect_guided(student: Any, weights: Weights, x: torch.Tensor, *styles: str) -> None:
    """The guided gradient of class 1 of the same network, written in each of these styles."""
    inside = looking(student)
    for style in styles:
        expect(inside.look(style, weights, x, 1)).to_match(guided(weights, x, 1))


@check(weight=1.5, quote="Every ReLU: nn.ReLU at any depth, used once or several times, in place or not")
def test_guided_in_place(student, cases):
    """guided_backprop is right for nn.ReLU(inplace=True), also deep inside a network"""
    weights, x = likely(weights_of(cases), 1), cases.images(3, 2, 6, 5)
    expect_guided(student, weights, x, "in_place", "nested_in_place")


@check(weight=1.5, quote="Every ReLU: nn.ReLU at any depth, used once or several times, in place or not")
def test_guided_shared(student, cases):
    """guided_backprop is right when one nn.ReLU is used twice, in place or not"""
    weights, x = unlikely(weights_of(cases), 1), cases.images(3, 2, 6, 5)
    expect_guided(student, weights, x, "shared", "shared_in_place")


@check(weight=1.5, quote="Every ReLU: nn.ReLU at any depth, used once or several times, in place or not")
def test_guided_nested(student, cases):
    """guided_backprop finds ReLUs deep inside a network, in modules of modules"""
    expect_guided(student, likely(open_net(weights_of(cases)), 1), cases.images(1, 2, 6, 5), "nested")


@check(weight=2, quote="F.relu, torch.relu and x.relu(), in place or not.")
def test_guided_functional(student, cases):
    """guided_backprop guides F.relu, torch.relu and x.relu(), also in place"""
    weights, x = likely(weights_of(cases), 1), cases.images(1, 2, 6, 5)
    expect_guided(student, weights, x, "functional", "method", "functional_in_place")


@check(weight=1, quote="F.relu, torch.relu and x.relu(), in place or not.")
def test_guided_mixed(student, cases):
    """guided_backprop guides every ReLU of a network that has one nn.ReLU and one F.relu"""
    weights, x = unlikely(rising(weights_of(cases)), 1), cases.images(1, 2, 6, 5)
    expect_guided(student, weights, x, "mixed", "mixed_in_place")


@check(
    weight=1.5,
    quote=(
        "At every ReLU a gradient g goes through as g * [x > 0] * [g > 0].",
        "`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.",
    ),
)
def test_guided_residual(student, cases):
    """guided_backprop is right for a residual block with batch norm and dropout, handed over in training mode"""
    inside = looking(student)
    weights, x = unlikely(residual_weights(cases), 2), cases.images(3, 2, 6, 5)
    found = expect(inside.before_and_after(weights, x, 2)).to_be_a(dict)
    expect(found["answer"]).to_match(slope(lambda image: residual_by_hand(weights, image, guided_relu), x, 2))


@check(quote="At every ReLU a gradient g goes through as g * [x > 0] * [g > 0].")
def test_guided_branches(student, cases):
    """guided_backprop guides the ReLUs of both branches where a network divides"""
    inside = looking(student)
    weights, x = likely(open_net(weights_of(cases)), 2), cases.images(2, 2, 6, 5)

    def scores(image: torch.Tensor) -> torch.Tensor:
        hidden = guided_relu(F.conv2d(image, weights["w1"], weights["b1"], padding=1))
        first, second = (guided_relu(F.conv2d(signal, weights["w2"], weights["b2"])) for signal in (hidden, -hidden))
        return F.linear((first - second).flatten(1), weights["w3"], weights["b3"])

    expect(inside.look("branches", weights, x, 2)).to_match(slope(scores, x, 2))


@check(weight=1.5, quote="ValueError when no ReLU takes part in computing the scores.")
def test_guided_needs_a_relu(student, cases):
    """guided_backprop raises ValueError when no ReLU takes part: SELU only, or a ReLU that is never called"""
    inside = looking(student)
    weights, x = likely(all_on(weights_of(cases)), 0), cases.images(1, 2, 6, 5).abs()
    for style in ("selu", *some_order(cases, ("unused", "plain", "nested"))):
        if style in ("selu", "unused"):
            expect(lambda style=style: inside.look(style, weights, x, 0)).to_raise(ValueError)
        else:  # with ReLUs that hold nothing back
            expect(inside.look(style, weights, x, 0)).to_match(ordinary(weights, x, 0))


@check(quote="Nothing else is changed: LeakyReLU, ELU, SELU … keep their ordinary gradient.")
def test_guided_only_relus(student, cases):
    """guided_backprop leaves LeakyReLU and ELU alone: they keep their ordinary gradient"""
    inside = looking(student)
    weights, x = likely(rising(weights_of(cases)), 2), cases.images(1, 2, 6, 5)

    def leaky(image: torch.Tensor) -> torch.Tensor:
        return by_hand(weights, image, lambda hidden: F.leaky_relu(hidden, 0.3), guided_relu)

    def smooth(image: torch.Tensor) -> torch.Tensor:
        return by_hand(weights, image, guided_relu, lambda hidden: F.elu(hidden, 0.8))

    for style, scores in (("leaky", leaky), ("smooth", smooth)):
        expect(inside.look(style, weights, x, 2)).to_match(slope(scores, x, 2))


@check(weight=1.5, quote="`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.")
def test_guided_targets(student, cases):
    """guided_backprop explains each image of the batch by its own class, or by the targets that are given"""
    inside = looking(student)
    weights, x = all_on(weights_of(cases)), cases.images(40, 2, 6, 5).abs()
    weights["b3"] -= by_hand(weights, x, torch.relu, torch.relu).mean(dim=0)  # each class wins for some
    x = clear_winners(lambda image: by_hand(weights, image, torch.relu, torch.relu), x)
    expect(inside.look("plain", weights, x)).to_match(ordinary(weights, x))
    for target in (torch.arange(len(x)) % 4, [3] * len(x)):
        expect(inside.look("plain", weights, x, target)).to_match(ordinary(weights, x, target))


@check(
    quote=(
        "`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.",
        "signed, not scaled, in the dtype of x, without gradient.",
    )
)
def test_guided_types(student, cases):
    """guided_backprop works under no_grad, with frozen parameters and in float32; the result carries no gradient"""
    inside = looking(student)
    weights, x = likely(all_on(weights_of(cases)), 0), cases.images(1, 2, 6, 5).abs()
    right = ordinary(weights, x, 0)
    for mode in ("no_grad", "frozen", "as it is"):
        expect(expect(inside.look("plain", weights, x, 0, mode)).to_match(right)).to_be_detached()
    short = {name: value.float() for name, value in weights.items()}
    expect(inside.look("plain", short, x.float(), 0)).to_match(ordinary(short, x.float(), 0), rtol=1e-3)


@check(
    after="guided_where_all_is_on",
    weight=1.5,
    quote="are afterwards as before, also after an error: modes, hooks, `inplace` flags; and torch is, too",
)
def test_guided_leaves_no_trace(student, cases):
    """guided_backprop leaves no trace: modes, hooks, inplace flags, gradients, and the model's ordinary gradient"""
    expect_no_trace(looking(student), cases, 2, 2, 6, 5)


@check(
    after="guided_where_all_is_on",
    weight=1.5,
    quote=(
        "are afterwards as before, also after an error",
        "`target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.",
    ),
)
def test_guided_after_an_error(student, cases):
    """guided_backprop leaves no trace after an IndexError (no such class) or a ValueError (no ReLU) either"""
    inside = looking(student)
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    found = expect(inside.before_and_after(weights, x, 4)).to_be_a(dict)
    expect(found["error"] == "IndexError").to_hold("target=4 with four classes raises IndexError")
    expect_untouched(found, ordinary_residual(weights, x))
    weights = weights_of(cases)
    found = expect(inside.before_and_after(weights, x, 0, "selu")).to_be_a(dict)
    expect(found["error"] == "ValueError").to_hold("a network with SELU only raises ValueError")
    expect_untouched(found, slope(lambda image: by_hand(weights, image, F.selu, F.selu), x, 1))


@check(quote="The model and x, their `.grad` included, are afterwards as before")
def test_guided_image_with_gradient(student, cases):
    """guided_backprop neither uses nor changes an x.grad that is there, and gives the same the second time"""
    inside = looking(student)
    weights, x = likely(all_on(weights_of(cases)), 3), cases.images(2, 2, 6, 5).abs()
    given = cases.tensor(*x.shape)
    first, second, gradient, wants, leaf = expect(inside.with_gradient(weights, x, 3, given)).to_be_a(list, length=5)
    expect(first).to_match(ordinary(weights, x, 3))
    expect(second).to_match(ordinary(weights, x, 3))
    expect(gradient).to_equal(given)
    expect(wants and leaf).to_hold("x still is a leaf that asks for its gradient")
