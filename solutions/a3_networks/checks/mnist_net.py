"""Hidden checks of the exercise `mnist_net`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import (
    CALLED,
    expect_logits,
    expect_own_weights,
    expect_plain_logits,
    expect_ready_to_train,
    expect_single_images,
    expect_size,
    known_weights,
)


def rows_of_layers(model: nn.Module, *shape: int) -> list[tuple[str, tuple[int, ...]]]:
    """Class and output shape of every layer that is called, in order, for a batch of this shape."""
    rows: list[tuple[str, tuple[int, ...]]] = []
    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda m, _x, y: rows.append((type(m).__name__, tuple(y.shape))))
    with torch.no_grad():
        model.eval()(torch.zeros(*shape, device=next(model.parameters()).device))
    return rows


@check(quote="| **sum** | | **233,578** |")
def test_mnist_net_size(student, cases):
    """mnist_net has 233,578 parameters"""
    expect_size(student, cases, student.mnist_net(), 233_578)


@check(weight=1.5, quote=("An nn.Sequential of these 11 layers.", "Build it from the table."))
def test_mnist_net_rows(student, cases):
    """mnist_net has the eleven layers of the table, in this order, with these output shapes"""
    shape = int(cases.rng.integers(2, 50)), 1, 28, 28
    found = student.beside(rows_of_layers)(student.mnist_net(), *shape)
    expect(found).to_equal(rows_of_layers(reference.mnist_net(), *shape))


@check(weight=2, quote="The network of the table: (B, 1, 28, 28) -> logits (B, 10).")
def test_mnist_net_values(student, cases):
    """mnist_net gives the right logits in eval mode"""
    expect_logits(student, student.mnist_net(), reference.mnist_net(), cases.images(2, 1, 28, 28))


@check(quote="It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.")
def test_mnist_net_logits(student, cases):
    """mnist_net ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.mnist_net(), cases.images(3, 1, 28, 28), 10)


def dropped_and_scaled(model: nn.Module, x: Tensor) -> tuple[float, float, float] | None:
    """At the last layer: share of zeros in train mode, how the others are scaled, share of zeros in eval mode."""
    arrived: list[Tensor] = []
    last = [layer for layer in known_weights(model).modules() if isinstance(layer, nn.Linear)][-1]
    last.register_forward_pre_hook(lambda _layer, inputs: arrived.append(inputs[0].detach()))
    torch.manual_seed(5)
    with torch.no_grad():
        model(x)
        model.train()(x)
    if len(arrived) != 2:
        return None
    whole, left = arrived
    kept = left != 0
    scale = (left[kept] / whole[kept]).mean() if bool(kept.any()) else torch.zeros(())
    return float((left == 0).double().mean()), float(scale), float((whole == 0).double().mean())


@check(
    weight=1.5,
    quote=(
        "p_drop is the probability of the Dropout layer; 0 switches it off.",
        "each number is thrown away with probability 0.5, and the others are multiplied",
    ),
)
def test_mnist_net_dropout(student, cases):
    """mnist_net(p) drops a share of p of the 256 numbers before the last layer, in train mode only"""
    inside = student.beside(dropped_and_scaled)
    x = cases.images(16, 1, 28, 28)
    some = round(float(cases.rng.uniform(0.15, 0.85)), 3)
    for p, model in ((0.5, student.mnist_net()), (some, student.mnist_net(some)), (0.0, student.mnist_net(p_drop=0.0))):
        found = inside.dropped_and_scaled(model, x)
        expect(value_of(found) is not None).to_hold(CALLED)
        found = expect(found).to_be_a(tuple, length=3)
        zeros, scale, before = (expect(number).to_be_a(float) for number in found)
        expect(before == 0).to_hold("nothing is dropped in eval mode")
        expect(abs(zeros - p) < 0.06).to_hold(f"a share of about {p:g} arrives as 0 at the last layer in train mode")
        expect(abs(scale * (1 - p) - 1) < 1e-6).to_hold(
            f"the others are {1 / (1 - p):.3g} times as large as in eval mode"
        )


@check(quote="B may be 1, and no image knows of the others.")
def test_mnist_net_single_images(student, cases):
    """mnist_net gives a batch of one image (1, 10), and the same as for that image in a larger batch"""
    expect_single_images(student, student.mnist_net(), reference.mnist_net(), cases.images(2, 1, 28, 28))


@check(
    quote=(
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
    )
)
def test_mnist_net_trains(student, cases):
    """mnist_net is ready to train: a gradient for every parameter, inputs left alone, weights of its own"""
    expect_ready_to_train(student, student.mnist_net(), cases.images(2, 1, 28, 28), None)
    expect_own_weights(student, cases, student.mnist_net(), student.mnist_net())
