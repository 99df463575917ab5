"""Hidden checks of the exercise `strided_cnn`. The first line of each docstring is what the student reads."""

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
    is_sequential,
    known_weights,
)

BLOCKS = (
    ((2, 5), (3, 2, 7, 10)),
    ((3, 4, 5, 1), (2, 3, 6, 9)),
    ((2, 3, 1, 3), (2, 2, 8, 11)),
    ((1, 6, 3, 1), (2, 1, 5, 4)),
    ((2, 3, 4, 2), (2, 2, 6, 9)),
)


@check(
    weight=2,
    quote="A convolution from ni to nf channels, kernel ks × ks, padding ks // 2, and a ReLU if act: a module.",
)
def test_block_values(student, cases):
    """conv_block gives ReLU of the convolution with padding ks // 2: kernels of 3, 5, 1, 4, strides of 2, 1, 3"""
    for setting, shape in BLOCKS:
        model, right = student.conv_block(*setting), reference.conv_block(*setting)
        expect_logits(student, model, right, cases.images(*shape))


@check(quote="and a ReLU if act: a module.")
def test_block_without_relu(student, cases):
    """conv_block with act=False leaves the negative numbers as they are"""
    for setting, shape in BLOCKS[:3]:
        model, right = student.conv_block(*setting, act=False), reference.conv_block(*setting, act=False)
        expect_logits(student, model, right, cases.images(*shape))


@check(quote=("A convolution from ni to nf channels", "with their bias, and they are *called*"))
def test_block_size(student, cases):
    """conv_block is a module with ni · nf · ks · ks weights and nf biases"""
    for setting, right in (((4, 8), 296), ((4, 8, 5), 808), ((3, 7, 1), 28), ((1, 4, 3, 1, False), 40)):
        expect_size(student, cases, student.conv_block(*setting), right)


def convolution_after_the_block(model: nn.Module, x: Tensor) -> Tensor | None:
    """What the convolution has put out, looked at when the block has finished; None when it is not called."""
    outputs: list[Tensor] = []
    for layer in known_weights(model).modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _x, output: outputs.append(output.detach()))
    with torch.no_grad():
        model(x)
    return outputs[0] if outputs else None


@check(weight=0.5, quote="The ReLU does not work in place: the output of the convolution stays as it is.")
def test_block_not_in_place(student, cases):
    """conv_block leaves the output of its convolution as it is: the ReLU does not work in place"""
    x = cases.images(2, 2, 5, 8)
    found = student.beside(convolution_after_the_block)(student.conv_block(2, 4), x)
    expect(value_of(found) is not None).to_hold(CALLED)
    expect(found).to_match(convolution_after_the_block(reference.conv_block(2, 4), x))


@check(
    weight=0.5,
    quote=(
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
    ),
)
def test_block_trains(student, cases):
    """conv_block is ready to train: a gradient for weight and bias, the same in train mode, weights of its own"""
    expect_ready_to_train(student, student.conv_block(2, 4), cases.images(3, 2, 5, 8), reference.conv_block(2, 4))
    expect_own_weights(student, cases, student.conv_block(2, 4), student.conv_block(2, 4))


@check(quote="40 + 296 + 1,168 + 2,320 + 1,450 = **5,274** numbers.")
def test_strided_size(student, cases):
    """strided_cnn has 5,274 parameters, and as many as it should for other channels"""
    expect_size(student, cases, student.strided_cnn(), 5_274)
    expect_size(student, cases, student.strided_cnn((2, 6, 3)), 114 + 165)


@check(quote="the maps shrink, 28 → 14 → 7 → 4 → 2 → 1")
def test_strided_shapes(student, cases):
    """strided_cnn: its five convolutions see maps with sides of 28, 14, 7, 4 and 2"""
    found = expect_arrivals(student, cases, student.strided_cnn(), 1, 28, 28)
    expect(found).to_equal([(1, 28, 28), (4, 14, 14), (8, 7, 7), (16, 4, 4), (16, 2, 2)])


@check(weight=2, quote="A conv_block (kernel 3, stride 2) from each channel count to the next, then Flatten.")
def test_strided_values(student, cases):
    """strided_cnn gives the right logits, (B, 10), on 28 × 28"""
    expect_logits(student, student.strided_cnn(), reference.strided_cnn(), cases.images(3, 1, 28, 28))


@check(quote=("channels is a tuple or a list of two or more.", "The image may have any size"))
def test_strided_channels(student, cases):
    """strided_cnn takes any channels, as tuple or list, and any image: all that is left is flattened"""
    sizes = [((2, 6, 3), (2, 2, 4, 3)), ([1, 5, 4, 7], (3, 1, 9, 20)), ((3, 4), (2, 3, 1, 2))]
    as_many_before = ((2, 5, 3, 5), (2, 2, 9, 6))  # as in the last block
    for channels, shape in (*sizes, as_many_before):
        expect_logits(student, student.strided_cnn(channels), reference.strided_cnn(channels), cases.images(*shape))


@check(quote="The last block has no ReLU, all others have one.")
def test_strided_logits(student, cases):
    """strided_cnn has no ReLU after its last convolution: logits may be negative"""
    expect_plain_logits(student, student.strided_cnn((1, 4, 6, 5)), cases.images(6, 1, 8, 8), 5)


@check(
    weight=0.5,
    quote=("A conv_block (kernel 3, stride 2) from each channel count to the next", "The ReLU does not work in place"),
)
def test_strided_not_in_place(student, cases):
    """strided_cnn leaves the outputs of its convolutions as they are: no ReLU works in place"""
    x = cases.images(2, 1, 8, 8)
    inside = student.beside(convolution_after_the_block)
    found = inside.convolution_after_the_block(student.strided_cnn((1, 4, 6, 5)), x)
    expect(value_of(found) is not None).to_hold(CALLED)
    expect(found).to_match(convolution_after_the_block(reference.strided_cnn((1, 4, 6, 5)), x))


@check(
    quote=(
        "The result is an nn.Sequential.",
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
        "B may be 1, and no image knows of the others.",
    )
)
def test_strided_trains(student, cases):
    """strided_cnn is an nn.Sequential that is ready to train, for one image as for many"""
    model = student.strided_cnn()
    expect(student.beside(is_sequential)(model)).to_hold("strided_cnn() is an nn.Sequential")
    expect_ready_to_train(student, model, cases.images(3, 1, 28, 28), reference.strided_cnn())
    expect_single_images(student, student.strided_cnn(), reference.strided_cnn(), cases.images(2, 1, 28, 28))
    expect_own_weights(student, cases, student.strided_cnn(), student.strided_cnn())
