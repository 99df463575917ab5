"""Hidden checks of the exercise `attention_pool`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reference
import torch
from torch import Tensor

from autograder.judge import check, expect, gradients_of, value_of

from ._helpers import some_order


def asked(cases: Any, batch: int, width: int, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """features (B, C, P), query (C,) and lengths (B,), in float32; no name fills all places where there are two."""
    features, query = cases.tensor(batch, width, size, low=-2, high=2), cases.tensor(width, low=-2, high=2)
    return features.float(), query.float(), cases.integers(batch, low=1, high=max(1, size - 1))


def shares(cases: Any, batch: int, size: int) -> Tensor:
    """Weights that are different, and add up to 1."""
    return cases.tensor(batch, size).softmax(dim=1).float()


Reading = Callable[[Tensor, Tensor, Tensor], Tensor]


def other_readings(features: Tensor, query: Tensor, lengths: Tensor) -> list[Tensor]:
    """What attention_weights gives after one slip in its numbers, which `weights_values` judges."""
    scores, places = query @ features, torch.arange(features.shape[2])[None]
    low = torch.where(places < lengths[:, None], scores, -torch.inf)
    return [
        torch.where(places <= lengths[:, None], scores, -torch.inf).softmax(1),
        scores.softmax(1),
        torch.where(places < lengths[:, None], scores, 0).softmax(1),
        scores.softmax(1) * (places < lengths[:, None]),
        low.softmax(0).nan_to_num(),
        (low / len(query) ** 0.5).softmax(1),
        low.sigmoid(),
        low.softmax(1).round(),
    ]


def reading_of(student: Any, cases: Any) -> Reading:
    """The right weights, or what the student takes for them where that follows from one slip.

    By it the properties are judged, so that the slip is paid once, for the values.
    """
    inputs = asked(cases, 5, 3, 6)
    found = value_of(student.attention_weights(*inputs))
    if isinstance(found, Tensor) and found.shape == (5, 6) and found.is_floating_point():
        for number, weights in enumerate(other_readings(*inputs)):
            if torch.allclose(found.double(), weights.double(), rtol=1e-4, atol=1e-5):
                return lambda *others: other_readings(*others)[number]
    expect(found).to_agree_with(reference.attention_weights(*inputs))
    return reference.attention_weights


@check(
    weight=2,
    quote=(
        "The score of place i of name b is the sum over c of query[c] * features[b, c, i].",
        "Their weights are the softmax of their scores, and add up to 1.",
    ),
)
def test_weights_values(student, cases):
    """attention_weights is right for names of different lengths, with different numbers of detectors and places"""
    for sizes in ((4, 3, 7), (5, 2, 4), (3, 6, 5)):
        inputs = asked(cases, *sizes)
        expect(student.attention_weights(*inputs)).to_agree_with(reference.attention_weights(*inputs))


@check(quote="lengths are int64, from 1 to P")
def test_weights_extremes(student, cases):
    """attention_weights is right where every place counts, where one does, for one name, one detector, one place"""
    for batch, width, size, length in ((3, 2, 5, 5), (3, 4, 5, 1), (1, 3, 6, 4), (4, 1, 3, 2), (2, 3, 1, 1)):
        features, query, _ = asked(cases, batch, width, size)
        inputs = features, query, torch.full((batch,), length)
        expect(student.attention_weights(*inputs)).to_agree_with(reference.attention_weights(*inputs))


@check(
    weight=1.5,
    quote="The weights of all other places are 0, whatever stands there.",
)
def test_weights_outside(student, cases):
    """attention_weights gives places that do not count exactly 0, though large numbers stand there"""
    features, query, lengths = asked(cases, 5, 3, 6)
    right = reading_of(student, cases)(features, query, lengths)
    outside = torch.arange(6) >= lengths[:, None]
    loud = torch.where(outside[:, None], 500 * query.sign()[:, None], features)
    found = expect(student.attention_weights(loud, query, lengths)).to_agree_with(right)
    expect(bool((found[outside] == 0).all())).to_hold("the weight of each place that does not count is 0")


@check(quote="No NaN for scores up to 10,000 in float32.")
def test_weights_of_large_scores(student, cases):
    """attention_weights is right for scores up to 10,000 and down to −10,000"""
    right = reading_of(student, cases)
    for low, high in some_order(cases, ((-1000, -400), (400, 1000), (-1000, 1000))):
        features, query = cases.integers(6, 3, 5, low=low, high=high), cases.integers(3, low=1, high=3)
        inputs = features.float(), query.float(), cases.integers(6, low=1, high=4)  # their scores are exact
        expect(student.attention_weights(*inputs)).to_agree_with(right(*inputs))


@check(quote="Gradients flow back to features and query.")
def test_weights_gradients(student, cases):
    """attention_weights lets gradients flow back to the features and to the query"""
    features, query, lengths = asked(cases, 4, 3, 5)
    upstream = cases.tensor(4, 5).float()
    found = student.with_gradients(upstream, wrt=("0", "1")).attention_weights(features, query, lengths)
    right = reading_of(student, cases)
    for place, gradient in enumerate(gradients_of(lambda f, q: right(f, q, lengths), upstream, features, query)):
        expect(found).to_have_gradient(gradient, of=str(place))


@check(weight=0.5, quote="keep the dtype of tensors")
def test_weights_dtype(student, cases):
    """attention_weights keeps float64, to the last digit, and float32"""
    features, query, lengths = asked(cases, 3, 4, 5)
    right = reading_of(student, cases)
    for inputs in ((features.double(), query.double(), lengths), (features, query, lengths)):
        expect(student.attention_weights(*inputs)).to_match(right(*inputs))


@check(weight=0.5, quote="leave the arguments as they were, take them in any memory layout")
def test_weights_views(student, cases):
    """attention_weights leaves its inputs alone and works on slices of larger tensors"""
    inputs = asked(cases, 3, 4, 5)
    expect(lambda: student.attention_weights(*inputs)).to_leave_inputs_alone()
    expect(student.on_views.attention_weights(*inputs)).to_agree_with(reading_of(student, cases)(*inputs))


def expect_refusals(student: Any, cases: Any, wrong: list[list[int]]) -> None:
    """Each of these lengths is refused, in any order of the names, and right ones are answered between them."""
    features, query, _ = asked(cases, 3, 2, 5)
    right, reading = [[1, 5, 3], [1, 1, 5]], reading_of(student, cases)
    for lengths in some_order(cases, [*wrong, *right]):
        inputs = features, query, torch.tensor(some_order(cases, lengths))
        if lengths in right:
            expect(student.attention_weights(*inputs)).to_agree_with(reading(*inputs))
        else:
            expect(lambda inputs=inputs: student.attention_weights(*inputs)).to_raise(ValueError)


@check(weight=0.5, quote="ValueError when a length is less than 1 or more than P.")
def test_weights_refuse_nothing(student, cases):
    """attention_weights raises ValueError for a length below 1, in any name"""
    expect_refusals(student, cases, [[2, 0, 5], [1, 5, -1]])


@check(weight=0.5, quote="ValueError when a length is less than 1 or more than P.")
def test_weights_refuse_too_much(student, cases):
    """attention_weights raises ValueError for a length above P, in any name"""
    expect_refusals(student, cases, [[6, 1, 3], [4, 4, 7]])


@check(weight=1.5, quote="Entry [b, c] is the sum over i of weights[b, i] * features[b, c, i].")
def test_pool_values(student, cases):
    """attention_pool adds up the weighted answers, for several names, one name, one detector and one place"""
    for batch, width, size in ((4, 3, 7), (2, 5, 4), (1, 3, 6), (3, 1, 5), (2, 4, 1)):
        features, weights = cases.tensor(batch, width, size).float(), shares(cases, batch, size)
        expect(student.attention_pool(features, weights)).to_agree_with(reference.attention_pool(features, weights))


@check(
    after="pool_values",
    quote=("Gradients flow back to both.", "keep the dtype of tensors, and keep the way back for autograd open"),
)
def test_pool_keeps(student, cases):
    """attention_pool lets gradients flow back to both, keeps the dtype, and leaves its inputs as they were"""
    features, weights, upstream = cases.tensor(3, 2, 5), shares(cases, 3, 5).double(), cases.tensor(3, 2)
    expect(student.attention_pool(features, weights)).to_match(reference.attention_pool(features, weights))
    expect(lambda: student.attention_pool(features, weights)).to_leave_inputs_alone()
    found = student.with_gradients(upstream, wrt=("0", "1")).attention_pool(features, weights)
    for place, right in enumerate(gradients_of(reference.attention_pool, upstream, features, weights)):
        expect(found).to_have_gradient(right, of=str(place))
    expect(student.on_views.attention_pool(features, weights)).to_agree_with(
        reference.attention_pool(features, weights)
    )
