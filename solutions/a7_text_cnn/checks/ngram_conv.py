"""Hidden checks of the exercise `ngram_conv`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import some_order


def letters_and_detectors(cases: Any, sizes: tuple[int, int, int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """emb, weight and bias for (B, L, E, C, n), in float32."""
    batch, length, size, width, n = sizes
    emb, weight = cases.tensor(batch, length, size), cases.tensor(width, n * size)
    return emb.float(), weight.float(), cases.bias(width).float()


def answers_to(student: Any, inputs: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """What ngram_conv answers: numbers that follow from each of its arguments. Whether they are right, others ask."""
    answer: Tensor = expect(student.ngram_conv(*inputs)).to_have_dtype(inputs[0].dtype)
    for place in range(3):
        turned = [-given if place == other else given for other, given in enumerate(inputs)]
        other = value_of(student.ngram_conv(*turned))
        follows = isinstance(other, Tensor) and other.shape == answer.shape and not torch.equal(other, answer)
        expect(follows).to_hold(f"the answer follows from {('emb', 'weight', 'bias')[place]}")
    return answer


@check(
    weight=2, quote="Entry [b, c, i] is bias[c] + the sum of weight[c] * (the rows i to i+n-1 of emb[b], end to end)."
)
def test_ngram_values(student, cases):
    """ngram_conv agrees with torch for names, letters and detectors of different sizes, with a bias of 0"""
    for sizes in ((2, 7, 3, 4, 2), (3, 9, 2, 5, 4), (2, 6, 5, 3, 3)):
        emb, weight, bias = letters_and_detectors(cases, sizes)
        inputs = emb, weight, bias * 0
        expect(student.ngram_conv(*inputs)).to_agree_with(reference.ngram_conv(*inputs))


@check(weight=0.5, quote="Entry [b, c, i] is bias[c] + the sum of weight[c] * (the rows")
def test_ngram_numbers(student, cases):
    """ngram_conv of single letters that are one number each (n = 1, E = 1) multiplies each number by each weight"""
    numbers, factor = cases.tensor(4, low=1, high=3).float(), cases.tensor(2, 1, 1, low=1, high=3).float()
    emb = (factor[:, 0] * numbers)[..., None]
    found = value_of(student.ngram_conv(emb, numbers[:, None], torch.zeros(4)))
    right = factor * numbers[:, None] * numbers  # the same with places before detectors, which other checks ask for
    inner = found[:, :3, :3] if isinstance(found, Tensor) and found.ndim == 3 else found  # as is what is at the end
    expect(inner).to_agree_with(right[:, :3, :3])


@check(weight=0.5, after="ngram_numbers", quote="Entry [b, c, i] is bias[c] + the sum of")
def test_ngram_bias(student, cases):
    """ngram_conv adds to all answers of a detector its own bias"""
    for sizes in ((2, 7, 3, 4, 3), (3, 5, 2, 6, 3)):
        inputs = emb, weight, bias = letters_and_detectors(cases, sizes)
        answer = answers_to(student, inputs)
        without = expect(student.ngram_conv(emb, weight, bias * 0)).to_have_shape(*answer.shape)
        axes = answer.ndim == 3 and answer.shape[:2] == (sizes[0], sizes[3])
        expect(axes).to_hold("the first two axes of the answer are the names and the detectors")
        expect(answer - without).to_agree_with(bias[None, :, None].expand(answer.shape), atol=1e-5)


@check(quote="n is weight.shape[1] / E, at most L.")
def test_ngram_extremes(student, cases):
    """ngram_conv is right for single letters (n = 1), for n = L with one place, and for a batch of one"""
    for sizes in ((2, 5, 3, 4, 1), (3, 4, 2, 5, 4), (1, 6, 2, 3, 3), (2, 7, 1, 3, 2), (2, 6, 3, 1, 2)):
        emb, weight, bias = letters_and_detectors(cases, sizes)
        inputs = emb, weight, bias * 0
        expect(student.ngram_conv(*inputs)).to_agree_with(reference.ngram_conv(*inputs))


@check(
    quote=(
        "the rows i to i+n-1 of emb[b], end to end",
        "with `ari` itself as the detector, your `ngram_conv` counts how many of three letters agree.",
    )
)
def test_ngram_order(student, cases):
    """On one-hot letters, a detector for abc answers most to abc, not to cba, and at the last place as well"""
    letters = torch.eye(3)
    name = letters[torch.tensor([[2, 1, 0, 0, 1, 2], [0, 2, 1, 2, 1, 0]])]
    detector, bias = letters.reshape(1, 9) * (2 + cases.bias(1).float()), torch.zeros(1)
    expect(student.ngram_conv(name, detector, bias)).to_agree_with(reference.ngram_conv(name, detector, bias))


@check(after="ngram_numbers", quote="Gradients flow back to emb, weight and bias.")
def test_ngram_gradients(student, cases):
    """ngram_conv lets gradients flow back to the embeddings, the weight and the bias: those of what it answers"""
    inputs = letters_and_detectors(cases, (2, 6, 2, 4, 3))
    answer = answers_to(student, inputs)
    upstream = cases.tensor(*answer.shape).float()
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).ngram_conv(*inputs)
    for place, name in enumerate(("emb", "weight", "bias")):
        slope = expect(found.grads[place]).to_have_shape(*inputs[place].shape)
        step = cases.tensor(*inputs[place].shape).float()
        moved = [given + step if place == other else given for other, given in enumerate(inputs)]
        grown = expect(student.ngram_conv(*moved)).to_have_shape(*answer.shape)
        change, told = float(((grown - answer) * upstream).sum()), float((slope * step).sum())
        expect(abs(change - told) < 1e-3).to_hold(f"the gradient of {name} says how the answers change with it")


def answers_for_turned(student: Any, emb: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """ngram_conv on embeddings that were transposed, whose numbers do not lie in one piece."""
    return student.ngram_conv(emb.transpose(1, 2).contiguous().transpose(1, 2), weight, bias)


@check(
    after="ngram_values",
    weight=0.5,
    quote="keep the dtype of tensors",
)
def test_ngram_dtype(student, cases):
    """ngram_conv keeps float64, to the last digit, and float32"""
    short = letters_and_detectors(cases, (3, 6, 2, 4, 3))
    for inputs in ([tensor.double() for tensor in short], short):
        expect(student.ngram_conv(*inputs)).to_match(reference.ngram_conv(*inputs))


@check(after="ngram_numbers", weight=0.5, quote="leave the arguments as they were, take them in any memory layout")
def test_ngram_views(student, cases):
    """ngram_conv leaves its inputs alone and works on slices of larger tensors and transposed ones"""
    asked = [letters_and_detectors(cases, (3, 6, 2, 4, 3)) for _ in range(4)]
    answers = [answers_to(student, inputs) for inputs in asked]
    expect(lambda: student.ngram_conv(*asked[0])).to_leave_inputs_alone()
    for inputs, answer in some_order(cases, zip(asked, answers, strict=True)):
        expect(student.on_views.ngram_conv(*inputs)).to_agree_with(answer)
        expect(student.beside(answers_for_turned)(*inputs)).to_agree_with(answer)


@check(after="ngram_numbers", weight=0.5, quote="ValueError when it is not a whole number.")
def test_ngram_refuses(student, cases):
    """ngram_conv raises ValueError when the weights are no whole number of letters"""
    for weights, size in some_order(cases, ((7, 3), (2, 3), (9, 2), (6, 3), (8, 2))):
        inputs = [tensor.float() for tensor in (cases.tensor(2, 12, size), cases.tensor(4, weights), cases.bias(4))]
        if weights % size:
            expect(lambda inputs=inputs: student.ngram_conv(*inputs)).to_raise(ValueError)
        else:
            answers_to(student, (inputs[0], inputs[1], inputs[2]))


@check(weight=1.5, quote="(C, n * embedding_dim) -> (C, embedding_dim, n)")
def test_conv1d_weight_values(student, cases):
    """conv1d_weight turns (C, n*E) into (C, E, n), with the numbers in their right places"""
    for width, n, size in ((4, 3, 2), (3, 2, 5), (2, 4, 3), (5, 1, 3), (3, 4, 1), (1, 3, 4)):
        weight = cases.tensor(width, n * size).float()
        expect(student.conv1d_weight(weight, size)).to_agree_with(reference.conv1d_weight(weight, size))


def answers_of_conv1d(student: Any, emb: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """nn.Conv1d with the student's weight for it."""
    size = emb.shape[2]
    layer = nn.Conv1d(size, len(weight), weight.shape[1] // size).to(emb)
    with torch.no_grad():
        layer.weight.copy_(student.conv1d_weight(weight, size))
        layer.bias.copy_(bias)
        return layer(emb.transpose(1, 2))


@check(quote="The same detectors as nn.Conv1d(embedding_dim, C, n) wants them")
def test_conv1d_weight_agrees(student, cases):
    """nn.Conv1d with the weight of conv1d_weight gives what ngram_conv should give"""
    inside = student.beside(answers_of_conv1d)
    for sizes in ((2, 8, 3, 4, 2), (3, 7, 2, 5, 3)):
        inputs = letters_and_detectors(cases, sizes)
        expect(inside.answers_of_conv1d(*inputs)).to_agree_with(reference.ngram_conv(*inputs))


@check(
    after="conv1d_weight_values",
    weight=0.5,
    quote="keep the dtype of tensors, and keep the way back for autograd open",
)
def test_conv1d_weight_keeps(student, cases):
    """conv1d_weight keeps the dtype and the way back for gradients, and leaves the weight as it was"""
    weight, upstream = cases.tensor(4, 6), cases.tensor(4, 2, 3)
    for given in (weight, weight.float()):
        expect(student.conv1d_weight(given, 2)).to_equal(reference.conv1d_weight(given, 2))
    expect(lambda: student.conv1d_weight(weight, 2)).to_leave_inputs_alone()
    found = student.with_gradients(upstream, wrt=("0",)).conv1d_weight(weight, 2)
    expect(found).to_have_gradient(upstream.transpose(1, 2).reshape(4, 6), of="0")
