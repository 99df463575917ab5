"""Hidden checks of the exercise `logreg`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import (
    CALLED,
    expect_arrivals,
    expect_logits,
    expect_own_weights,
    expect_plain_logits,
    expect_ready_to_train,
    expect_single_images,
    expect_size,
    is_affine,
    known_weights,
    logits,
    logits_of_a_b_sum_and_zero,
)


def table_of_signs(cases, count: int) -> list[str]:
    """A heading, and a line for each of so many dark pictures: a label from 0 to 24, then 784 bytes below 200."""
    numbers = [[cases.rng.integers(25), *cases.rng.integers(200, size=784)] for _ in range(count)]
    heading = ",".join(["label", *(f"pixel{place}" for place in range(1, 785))])
    return [heading, *(",".join(map(str, line)) for line in numbers)]


@check(quote=("images: float32 (n, 1, 28, 28) in [0, 1].", "784 pixels, row by row.", "each is divided by 255"))
def test_signs_images(student, cases):
    """read_signs gives the pictures, row by row, without the heading and the labels, and divides each pixel by 255"""
    lines = table_of_signs(cases, 3)
    images, _ = expect(student.read_signs(lines)).to_be_a_row_of(2)
    expect(images).to_agree_with(reference.read_signs(lines)[0])


@check(quote="labels: int64 (n,), as they stand there.")
def test_signs_labels(student, cases):
    """read_signs gives the first number of each line as its label, int64"""
    lines = table_of_signs(cases, 5)
    _, labels = expect(student.read_signs(lines)).to_be_a_row_of(2)
    expect(labels).to_equal(reference.read_signs(lines)[1])


@check(after="signs_images", weight=0.5, quote=("there may be only one", "images: float32 (n, 1, 28, 28)"))
def test_single_sign(student, cases):
    """read_signs keeps all axes when there is a single picture, and gives float32 beside its label"""
    lines = table_of_signs(cases, 1)
    expect(student.read_signs(lines)).to_match(reference.read_signs(lines))


@check(quote="Flatten and one dense layer: (B, 1, 28, 28) -> logits (B, 26).")
def test_logreg_size(student, cases):
    """LogReg has 20,410 parameters: 784 weights and a bias for each of 26 classes"""
    expect_size(student, cases, student.LogReg(), 20_410)


@check(
    weight=1.5, quote=("Flatten and one dense layer: (B, 1, 28, 28) -> logits (B, 26).", "Rows (B, 784) work as well.")
)
def test_logreg_values(student, cases):
    """LogReg gives the right logits, (B, 26), for images and for rows of 784"""
    model, x = student.LogReg(), cases.images(3, 1, 28, 28)
    expect_logits(student, model, reference.LogReg(), x)
    expect_logits(student, model, reference.LogReg(), x.flatten(1))


@check(
    after="logreg_values",
    quote=(
        "**Logistic regression** is a single dense layer.",
        "It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.",
    ),
)
def test_logreg_linear(student, cases):
    """LogReg is one matrix and a bias, and nothing after it: no ReLU, no sigmoid, no softmax"""
    four = logits_of_a_b_sum_and_zero(student, cases, student.LogReg(), (1, 28, 28), 26)
    expect(is_affine(four)).to_hold("f(a) + f(b) = f(a + b) + f(0), as it is for a matrix and a bias")


@check(quote="Conv2d(1, 4, 5) without padding, ReLU, flatten, one dense layer")
def test_minimal_size(student, cases):
    """MinimalConv has 60,034 parameters, and its dense layer sees 4 · 24 · 24 = 2,304 numbers"""
    expect_size(student, cases, student.MinimalConv(), 60_034)
    expect(expect_arrivals(student, cases, student.MinimalConv(), 1, 28, 28)).to_equal([(1, 28, 28), (2304,)])


@check(
    weight=2, quote="Conv2d(1, 4, 5) without padding, ReLU, flatten, one dense layer: (B, 1, 28, 28) -> logits (B, 26)."
)
def test_minimal_values(student, cases):
    """MinimalConv gives the right logits, (B, 26)"""
    expect_logits(student, student.MinimalConv(), reference.MinimalConv(), cases.images(3, 1, 28, 28))


@check(quote="It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.")
def test_minimal_logits(student, cases):
    """MinimalConv ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.MinimalConv(), cases.images(4, 1, 28, 28), 26)


def maps_of_an_image_and_of_it_moved(model: nn.Module, x: Tensor, down: int, right: int) -> list[Tensor] | None:
    """What the convolution gives for both, for the pixels that are in both pictures; None when it is not called."""
    maps: list[Tensor] = []
    for layer in known_weights(model).modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _x, output: maps.append(output.detach().clone()))
    with torch.no_grad():
        model(x)
        model(torch.roll(x, (down, right), dims=(2, 3)))
    return None if len(maps) < 2 else [maps[0][:, :, :-down, :-right], maps[1][:, :, down:, right:]]


@check(weight=0.5, quote="Move the digit, and the map moves along")
def test_minimal_moves_along(student, cases):
    """MinimalConv: when the image moves, the four maps of its convolution move along"""
    inside = student.beside(maps_of_an_image_and_of_it_moved)
    x = cases.images(2, 1, 28, 28)
    maps = inside.maps_of_an_image_and_of_it_moved(student.MinimalConv(), x, 3, 5)
    expect(value_of(maps) is not None).to_hold(CALLED)
    still, moved = expect(maps).to_be_a(list, length=2)
    expect(still).to_match(maps_of_an_image_and_of_it_moved(reference.MinimalConv(), x, 3, 5)[0])
    expect(moved).to_match(still)


@check(
    after="minimal_values", quote="Rows (B, 784) are no images: they stop with an error (RuntimeError or ValueError)."
)
def test_minimal_refuses_rows(student, cases):
    """MinimalConv stops with an error for rows of 784, which are no images; and takes images"""
    model, inside, count = student.MinimalConv(), student.beside(logits), int(cases.rng.integers(2, 60))
    expect(inside.logits(model, cases.images(count, 1, 28, 28))).to_have_shape(count, 26)
    expect(lambda: inside.logits(model, cases.tensor(count, 784))).to_raise(RuntimeError, ValueError)


@check(quote="B may be 1, and no image knows of the others.")
def test_both_single_images(student, cases):
    """LogReg and MinimalConv give a batch of one image (1, 26), and the same as for that image in a larger batch"""
    x = cases.images(2, 1, 28, 28)
    expect_single_images(student, student.LogReg(), reference.LogReg(), x)
    expect_single_images(student, student.MinimalConv(), reference.MinimalConv(), x)


@check(
    quote=(
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
    )
)
def test_both_train(student, cases):
    """LogReg and MinimalConv are ready to train: gradients for all parameters, the same in train mode, own weights"""
    x = cases.images(3, 1, 28, 28)
    for name in ("LogReg", "MinimalConv"):
        expect_ready_to_train(student, getattr(student, name)(), x, getattr(reference, name)())
        expect_own_weights(student, cases, getattr(student, name)(), getattr(student, name)())
