"""Hidden checks of the exercise `calibration`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor

from autograder.judge import check, expect


def predictions(cases: Any, count: int, classes: int, spread: float = 2.0) -> tuple[Tensor, Tensor]:
    """Probabilities (N, K) in float32, and labels that agree with some of them."""
    probabilities = cases.tensor(count, classes, low=-spread, high=spread).softmax(dim=1).float()
    guesses, agrees = probabilities.argmax(dim=1), cases.rng.random(count) < 0.6
    others = (guesses + 1 + cases.integers(count, low=0, high=classes - 2)) % classes
    return probabilities, torch.where(torch.from_numpy(agrees), guesses, others)


def scores(cases: Any, count: int, classes: int, heat: float) -> tuple[Tensor, Tensor]:
    """Logits (N, K) whose best temperature is near `heat`, and labels."""
    honest = cases.tensor(count, classes, low=-2, high=2)
    drawn = torch.from_numpy(cases.rng.random((count, 1))) > honest.softmax(dim=1).cumsum(dim=1)
    return (honest * heat).float(), drawn.sum(dim=1).clamp(max=classes - 1)


def table_of(cases: Any, bins: int) -> tuple[Tensor, Tensor, Tensor]:
    """A table with an empty bin."""
    counts = cases.integers(bins, low=1, high=40)
    counts[int(cases.rng.integers(bins))] = 0
    sure, right = (cases.tensor(bins, low=0, high=1).float() * (counts > 0) for _ in range(2))
    return counts, sure, right


@check(
    weight=2,
    quote=(
        "How sure an item is: its largest probability. It is right when its label has this probability.",
        "sure: the mean of how sure they are; right: the share of them that is right",
    ),
)
def test_reliability_values(student, cases):
    """reliability sorts predictions into bins, and gives counts, how sure they are, and the share that is right"""
    for count, classes, bins in ((60, 3, 10), (80, 2, 7), (50, 5, 4)):
        inputs = *predictions(cases, count, classes), bins
        table = expect(student.reliability(*inputs)).to_be_a_row_of(3)
        for answer, right in zip(table, reference.reliability(*inputs), strict=True):
            expect(answer).to_agree_with(right)


@check(
    after="reliability_values",
    quote="Bin j holds the items whose probability is above j / bins, up to and with (j + 1) / bins.",
)
def test_reliability_borders(student, cases):
    """reliability puts a probability on the border of two bins into the lower one, and 1 into the last"""
    largest = torch.tensor([0.5, 0.625, 0.75, 0.875, 1.0])[cases.integers(20, low=0, high=4)]
    inputs = torch.stack([1 - largest, largest], dim=1), cases.integers(20, low=0, high=1), 8
    inputs[0][largest == 0.5] = torch.tensor([0.375, 0.5])  # the second is the largest, so no tie
    counts, _, _ = expect(student.reliability(*inputs)).to_be_a_row_of(3)
    expect(counts).to_equal(reference.reliability(*inputs)[0])


@check(
    after="reliability_values",
    quote=(
        "counts: how many items are in each bin, int64.",
        "both in the dtype of `probabilities`, and 0 for a bin without items",
    ),
)
def test_reliability_types(student, cases):
    """reliability gives 0 for empty bins, int64 and the dtype of the probabilities, and changes neither input"""
    probabilities, labels = predictions(cases, 9, 2)
    for given in (probabilities, probabilities.double()):
        table = expect(student.reliability(given, labels, 40)).to_be_a_row_of(3)
        for answer, right in zip(table, reference.reliability(given, labels, 40), strict=True):
            expect(answer).to_match(right)
    expect(lambda: student.reliability(probabilities, labels, 5)).to_leave_inputs_alone()


@check(after="reliability_values", weight=0.5, quote="take them in any memory layout")
def test_reliability_views(student, cases):
    """reliability works on slices of larger tensors"""
    inputs = predictions(cases, 40, 4)
    for answer, right in zip(student.on_views.reliability(*inputs), reference.reliability(*inputs), strict=True):
        expect(answer).to_agree_with(right)


@check(weight=1.5, quote="the sum of counts * |right - sure| / N")
def test_error_values(student, cases):
    """calibration_error weighs each bin by how many are in it, with bins where it is too sure and not sure enough"""
    for bins in (10, 6, 3):
        table = table_of(cases, bins)
        found = expect(student.calibration_error(*table)).to_be_a(float)
        expect(found).to_match(reference.calibration_error(*table), rtol=1e-4)


@check(
    weight=2.5,
    quote=("The temperature T with the smallest mean cross entropy of logits / T", "It may be 1 % off."),
)
def test_temperature_values(student, cases):
    """fit_temperature finds the temperature of networks that are too sure, not sure enough, and just right"""
    for count, classes, heat in ((400, 3, 3.0), (300, 2, 0.4), (500, 5, 1.0), (300, 4, 6.0)):
        logits, labels = scores(cases, count, classes, heat)
        found = expect(student.fit_temperature(logits, labels)).to_be_a(float)
        expect(found).to_match(reference.fit_temperature(logits, labels), rtol=0.0101)


@check(
    after="temperature_values",
    quote="T is from 0.05 to 20: one of these ends when the loss falls as far as there.",
)
def test_temperature_ends(student, cases):
    """fit_temperature ends at 0.05 where everything is right, and at 20 where everything is wrong"""
    logits, some = scores(
        cases, 40, 3, float(cases.rng.uniform(1, 4))
    )  # `some`, since the order is not known beforehand
    for labels in cases.shuffled((logits.argmax(dim=1), logits.argmin(dim=1), some)):
        expect(student.fit_temperature(logits, labels)).to_match(reference.fit_temperature(logits, labels), rtol=0.0101)


@check(after="temperature_values", weight=0.5, quote="leave the arguments as they were")
def test_temperature_leaves_its_inputs(student, cases):
    """fit_temperature leaves logits and labels as they were, and does not mind logits that ask for a gradient"""
    logits, labels = scores(cases, 60, 3, 2.0)
    expect(lambda: student.fit_temperature(logits, labels)).to_leave_inputs_alone()
    found = student.fit_temperature(logits.clone().requires_grad_(), labels)
    expect(found).to_match(reference.fit_temperature(logits, labels), rtol=0.0101)
