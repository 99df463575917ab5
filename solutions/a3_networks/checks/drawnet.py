"""Hidden checks of the exercise `drawnet`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference

from autograder.judge import check, expect

from ._helpers import (
    expect_arrivals,
    expect_logits,
    expect_own_weights,
    expect_plain_logits,
    expect_ready_to_train,
    expect_single_images,
    expect_size,
    number_of_parameters,
    shapes_that_arrive,
)


@check(weight=1.5, quote=("200 + 11,763 = **11,963**", "200 + 3,620 + 2,943 = **6,763**"))
def test_drawnet_size(student, cases):
    """DrawNet has 11,963 parameters with one block, 6,763 with two and 7,983 with three"""
    expect_size(student, cases, student.DrawNet(), 11_963)
    expect_size(student, cases, student.DrawNet(n_blocks=2), 6_763)
    expect_size(student, cases, student.DrawNet(n_blocks=3), 200 + 2 * 3620 + 543)


@check(quote=("Each convolution has `width` maps", "(B, 1, im_size, im_size) -> logits (B, num_classes)."))
def test_drawnet_settings(student, cases):
    """DrawNet follows num_classes and width, each where it belongs"""
    classes, width = (int(size) for size in cases.rng.permutation(range(2, 14))[:2])
    for setting in ((10, 28, 1, 20), (classes, 12, 2, width), (2, 16, 3, 6)):
        right = number_of_parameters(reference.DrawNet(*setting))
        expect_size(student, cases, student.DrawNet(*setting), right)


@check(weight=1.5, quote="Odd sizes are rounded down: 27 -> 13 -> 6.")
def test_drawnet_odd_sizes(student, cases):
    """DrawNet rounds odd sizes down at every pooling: 27 → 13 → 6, 50 → 25 → 12 → 6"""
    for size, n_blocks in ((27, 1), (27, 2), (50, 3), (30, 2)):
        model, right = student.DrawNet(3, size, n_blocks, 4), reference.DrawNet(3, size, n_blocks, 4)
        shapes = [shape[1:] for shape in shapes_that_arrive(right, 1, 1, size, size)]
        expect(expect_arrivals(student, cases, model, 1, size, size)).to_equal(shapes)


@check(weight=2, quote="n blocks of (Conv2d 3 × 3 with padding 1, ReLU, max pooling 2 × 2), flatten, one dense layer.")
def test_drawnet_one_block(student, cases):
    """DrawNet with one block gives the right logits"""
    expect_logits(student, student.DrawNet(), reference.DrawNet(), cases.images(3, 1, 28, 28))
    setting = 4, 9, 1, 5
    expect_logits(student, student.DrawNet(*setting), reference.DrawNet(*setting), cases.images(2, 1, 9, 9))


@check(
    weight=2,
    quote=(
        "n blocks of (Conv2d 3 × 3 with padding 1, ReLU, max pooling 2 × 2)",
        "Each convolution has `width` maps, and weights of its own.",
    ),
)
def test_drawnet_more_blocks(student, cases):
    """DrawNet with two and three blocks gives the right logits: a ReLU in each, a convolution of its own in each"""
    for setting, size in (((4, 13, 2, 5), 13), ((3, 19, 3, 4), 19)):
        expect_logits(student, student.DrawNet(*setting), reference.DrawNet(*setting), cases.images(2, 1, size, size))


@check(quote="It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.")
def test_drawnet_logits(student, cases):
    """DrawNet ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.DrawNet(5, 12, 1, 4), cases.images(6, 1, 12, 12), 5)


@check(quote="B may be 1, and no image knows of the others.")
def test_drawnet_single_images(student, cases):
    """DrawNet gives a batch of one drawing (1, classes), and the same as for that drawing in a larger batch"""
    setting = 4, 10, 2, 3
    expect_single_images(student, student.DrawNet(*setting), reference.DrawNet(*setting), cases.images(3, 1, 10, 10))


@check(
    quote=(
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
    )
)
def test_drawnet_trains(student, cases):
    """DrawNet is ready to train: a gradient for every parameter of every block, the same in train mode"""
    setting = 4, 16, 3, 6
    right = reference.DrawNet(*setting)
    expect_ready_to_train(student, student.DrawNet(*setting), cases.images(4, 1, 16, 16), right)
    expect_own_weights(student, cases, student.DrawNet(*setting), student.DrawNet(*setting))


@check(quote="ValueError, already at construction, when there is no pixel left for the dense layer.")
def test_drawnet_nothing_left(student, cases):
    """DrawNet raises ValueError when the poolings leave no pixel, and works when they leave one"""
    for size, n_blocks in ((1, 1), (3, 2), (7, 3)):
        expect(lambda size=size, n=n_blocks: student.DrawNet(3, size, n)).to_raise(ValueError)
        fits = student.DrawNet(3, 2**n_blocks, n_blocks, 4)
        right = number_of_parameters(reference.DrawNet(3, 2**n_blocks, n_blocks, 4))
        expect_size(student, cases, fits, right)
