"""Hidden checks of the exercise `ngram_conv`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect, gradients_of

from ._helpers import some_order


def letters_and_detectors(cases: Any, sizes: tuple[int, int, int, int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """emb, weight and bias for (B, L, E, C, n), in float32."""
    batch, length, size, width, n = sizes
    emb, weight = cases.tensor(batch, length, size), cases.tensor(width, n * size)
    return emb.float(), weight.float(), cases.bias(width).float()


@check(
    weight=2, quote="Entry [b, c, i] is bias[c] + the sum of weight[c] * (the rows i to i+n-1 of emb[b], end to end)."
)
def test_ngram_values(student, cases):
    """ngram_conv agrees with torch for names, letters and detectors of different sizes"""
    for sizes in ((2, 7, 3, 4, 2), (3, 9, 2, 5, 4), (2, 6, 5, 3, 3)):
        inputs = letters_and_detectors(cases, sizes)
        expect(student.ngram_conv(*inputs)).to_agree_with(reference.ngram_conv(*inputs))


@check(quote="n is weight.shape[1] / E, at most L.")
def test_ngram_extremes(student, cases):
    """ngram_conv is right for single letters (n = 1), for n = L with one place, and for a batch of one"""
    for sizes in ((2, 5, 3, 4, 1), (3, 4, 2, 5, 4), (1, 6, 2, 3, 3), (2, 7, 1, 3, 2), (2, 6, 3, 1, 2)):
        inputs = letters_and_detectors(cases, sizes)
        expect(student.ngram_conv(*inputs)).to_agree_with(reference.ngram_conv(*inputs))


@check(quote="the rows i to i+n-1 of emb[b], end to end")
def test_ngram_order(student, cases):
    """A detector for abc answers most to abc, not to cba, and at the last place as well"""
    letters = torch.eye(3)
    name = letters[torch.tensor([[2, 1, 0, 0, 1, 2], [0, 2, 1, 2, 1, 0]])]
    detector, bias = letters.reshape(1, 9) * 2, cases.bias(1).float()
    expect(student.ngram_conv(name, detector, bias)).to_agree_with(reference.ngram_conv(name, detector, bias))


@check(after="ngram_values", quote="Gradients flow back to emb, weight and bias.")
def test_ngram_gradients(student, cases):
    """ngram_conv lets gradients flow back to the embeddings, the weight and the bias"""
    inputs = letters_and_detectors(cases, (2, 6, 3, 4, 2))
    upstream = cases.tensor(2, 4, 5).float()
    found = student.with_gradients(upstream, wrt=("0", "1", "2")).ngram_conv(*inputs)
    for place, right in enumerate(gradients_of(reference.ngram_conv, upstream, *inputs)):
        expect(found).to_have_gradient(right, of=str(place))


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


@check(after="ngram_values", weight=0.5, quote="leave the arguments as they were, take them in any memory layout")
def test_ngram_views(student, cases):
    """ngram_conv leaves its inputs alone and works on slices of larger tensors and transposed ones"""
    inputs = letters_and_detectors(cases, (3, 6, 2, 4, 3))
    right = reference.ngram_conv(*inputs)
    expect(lambda: student.ngram_conv(*inputs)).to_leave_inputs_alone()
    expect(student.on_views.ngram_conv(*inputs)).to_agree_with(right)
    expect(student.beside(answers_for_turned)(*inputs)).to_agree_with(right)


@check(after="ngram_values", weight=0.5, quote="ValueError when it is not a whole number.")
def test_ngram_refuses(student, cases):
    """ngram_conv raises ValueError when the weights are no whole number of letters"""
    for weights, size in some_order(cases, ((7, 3), (2, 3), (9, 2), (6, 3), (8, 2))):
        inputs = [tensor.float() for tensor in (cases.tensor(2, 12, size), cases.tensor(4, weights), cases.bias(4))]
        if weights % size:
            expect(lambda inputs=inputs: student.ngram_conv(*inputs)).to_raise(ValueError)
        else:
            expect(student.ngram_conv(*inputs)).to_agree_with(reference.ngram_conv(*inputs))


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
