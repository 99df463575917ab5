"""Hidden checks of the exercise `mlp`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect

from ._helpers import (
    expect_logits,
    expect_own_weights,
    expect_plain_logits,
    expect_ready_to_train,
    expect_single_images,
    expect_size,
    is_affine,
    known_weights,
    logits_of_a_b_sum_and_zero,
    saved_names_and_shapes,
)


def logits_of_a_permuted_batch(model: nn.Module, x: Tensor) -> Tensor:
    """Of (B, H, W, C) turned into (B, C, H, W), which copies nothing."""
    with torch.no_grad():
        return known_weights(model)(x.permute(0, 3, 1, 2))


@check(quote="in_features is C*H*W, hidden the size of fc1's output.")
def test_mlp_size(student, cases):
    """MLP has 101,770 parameters, 39,760 as 784-50-10, and as many as it should for other sizes"""
    expect_size(student, cases, student.MLP(), 101_770)
    expect_size(student, cases, student.MLP(784, 50, 10), 39_760)
    expect_size(student, cases, student.MLP(in_features=36, hidden=7, out=3), 283)


@check(quote="The attributes are called fc1 and fc2; their weights are saved under these names.")
def test_mlp_names(student, cases):
    """MLP saves its weights as fc1.weight, fc1.bias, fc2.weight and fc2.bias, with the shapes (out, in) and (out,)"""
    sizes = [int(size) for size in cases.rng.permutation(range(3, 30))[:3]]
    right = saved_names_and_shapes(reference.MLP(*sizes))
    found = expect(student.beside(saved_names_and_shapes)(student.MLP(*sizes), list(right))).to_be_a(dict)
    told = ", ".join(f"{name} {shape}" for name, shape in right.items())
    expect(found == right).to_hold(f"state_dict() of MLP{tuple(sizes)} holds {told}")


@check(weight=2, quote="Flatten, dense layer fc1, ReLU, dense layer fc2: (B, C, H, W) -> logits (B, out).")
def test_mlp_values(student, cases):
    """MLP gives the logits of Linear(ReLU(Linear(flattened))), for gray and for colour images of any size"""
    for sizes, shape in (((784, 128, 10), (3, 1, 28, 28)), ((24, 7, 5), (4, 2, 3, 4)), ((36, 9, 3), (2, 1, 6, 6))):
        expect_logits(student, student.MLP(*sizes), reference.MLP(*sizes), cases.images(*shape))


@check(quote="It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.")
def test_mlp_logits(student, cases):
    """MLP ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.MLP(24, 7, 5), cases.images(6, 2, 3, 4), 5)


@check(weight=0.5, quote="Flatten, dense layer fc1, ReLU, dense layer fc2")
def test_mlp_not_linear(student, cases):
    """MLP has a ReLU between its layers: it is not just one matrix"""
    four = logits_of_a_b_sum_and_zero(student, cases, student.MLP(20, 8, 6), (1, 4, 5), 6)
    expect(not is_affine(four)).to_hold("f(a) + f(b) differs from f(a + b) + f(0), as it does behind a ReLU")


@check(quote="B may be 1, and no image knows of the others.")
def test_mlp_single_images(student, cases):
    """MLP gives a batch of one image (1, out), and the same as for that image in a larger batch"""
    expect_single_images(student, student.MLP(24, 7, 5), reference.MLP(24, 7, 5), cases.images(3, 2, 3, 4))


@check(quote="Works for any memory layout of the batch, also after a `permute`.")
def test_mlp_any_layout(student, cases):
    """MLP takes a batch whose numbers do not lie in order in memory, as after permute"""
    x = cases.images(3, 4, 5, 2)
    found = student.beside(logits_of_a_permuted_batch)(student.MLP(40, 7, 5), x)
    expect(found).to_match(logits_of_a_permuted_batch(reference.MLP(40, 7, 5), x))


@check(
    quote=(
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
    )
)
def test_mlp_trains(student, cases):
    """MLP is ready to train: a gradient for every parameter, the same in train mode, inputs left alone"""
    expect_ready_to_train(student, student.MLP(24, 7, 5), cases.images(5, 2, 3, 4), reference.MLP(24, 7, 5))


@check(after="mlp_values", weight=0.5, quote="each new network has its own.")
def test_mlp_own_weights(student, cases):
    """MLP gives every network weights of its own"""
    expect_own_weights(student, cases, student.MLP(24, 7, 5), student.MLP(24, 7, 5))
