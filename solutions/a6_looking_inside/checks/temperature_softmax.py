"""Hidden checks of the exercise `temperature_softmax`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from autograder.judge import check, expect

from ._helpers import some_order


def expect_to_compare(student: Any, logits: torch.Tensor, T: float) -> torch.Tensor:
    """An answer of the shape of the logits, larger where they are: a probability, or whatever grows with it."""
    found = expect(student.temperature_softmax(logits, T)).to_have_shape(*logits.shape)
    same = torch.equal(found.argsort(dim=-1), logits.argsort(dim=-1))
    expect(same).to_hold("the larger of two logits has the larger probability")
    return found


@check(weight=0.5, quote="The order never changes, so no prediction does.")
def test_temperature_compares(student, cases):
    """temperature_softmax keeps the order of the logits; what is added to all of them changes nothing"""
    logits = cases.tensor(3, 5, low=-2, high=2).float()
    for T in (0.5, 1.0, 4.0):
        found = expect_to_compare(student, logits, T)
        expect(student.temperature_softmax(logits + 3, T)).to_agree_with(found, rtol=1e-3)


@check(weight=1.5, quote="Probabilities softmax(logits / T) along `dim`")
def test_temperature_values(student, cases):
    """temperature_softmax is the softmax of logits / T, for temperatures below and above 1"""
    logits = cases.tensor(3, 5, low=-4, high=4).float()
    for T in (0.25, 1.0, 2.0, 5.0):
        expect(student.temperature_softmax(logits, T)).to_agree_with(F.softmax(logits / T, dim=-1))
    expect(student.temperature_softmax(logits)).to_agree_with(F.softmax(logits, dim=-1))


@check(after="temperature_compares", quote=("along `dim`, for any number of axes", "dim: int = -1"))
def test_temperature_axes(student, cases):
    """temperature_softmax works along the last axis unless `dim` says otherwise, for one to four axes"""
    for shape, dim in (((4,), 0), ((3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4, 5), 1), ((2, 3, 4), -2)):
        logits = cases.tensor(*shape, low=-3, high=3).float()
        expect_single_answers(student, cases, logits, dim, {"dim": dim})
        expect_single_answers(student, cases, logits, -1, {})


def expect_own_slopes(student: Any, logits: torch.Tensor, upstream: torch.Tensor, step: torch.Tensor) -> None:
    """The gradient is that of the student's function, right or not: as the difference between two answers nearby."""
    slopes = student.with_gradients(upstream, wrt=("0",)).temperature_softmax(logits)
    gradient = slopes.grads[0]
    if gradient is None:
        expect(slopes).to_have_gradient(step)
    above, below = (expect(student.temperature_softmax(logits + move)).to_have_shape(3, 4) for move in (step, -step))
    rise, told = float((upstream * (above - below)).sum()), float(2 * (gradient * step).sum())
    expect(abs(rise - told) <= 1e-3 * abs(rise) + 1e-12).to_hold("the gradient of the logits is that of the result")


def expect_single_answers(student: Any, cases: Any, logits: torch.Tensor, dim: int, settings: dict[str, int]) -> None:
    """Along `dim` the numbers that the student gives for these logits alone: right or not."""
    found = expect(student.temperature_softmax(logits, 1.0, **settings)).to_have_shape(*logits.shape)
    answers, given = (values.movedim(dim, -1).reshape(-1, values.shape[dim]) for values in (found, logits))
    place = int(cases.rng.integers(0, len(given)))
    expect(answers[place].clone()).to_agree_with(student.temperature_softmax(given[place].clone()))


@check(weight=1.5, quote="No NaN for logits up to 10,000 in float32, with T from 0.01 on.")
def test_temperature_large_logits(student, cases):
    """temperature_softmax has no NaN for float32 logits of ±10,000, at T = 0.01, 1 and 100"""
    logits = cases.tensor(3, 4, low=-1e4, high=1e4, dtype=torch.float32)
    logits[0, 1], logits[1, 2], logits[2] = 1e4, -1e4, 1e4
    for T in (0.01, 1.0, 100.0):
        expect(student.temperature_softmax(logits, T)).to_agree_with(F.softmax(logits / T, dim=-1), atol=0.01)
    low = -1e4 - logits.abs()
    expect(student.temperature_softmax(low)).to_agree_with(F.softmax(low, dim=-1), atol=0.01)


@check(after="temperature_compares", quote="All on the largest score (argmax), and the same for every class.")
def test_temperature_ends(student, cases):
    """temperature_softmax gives the largest score more for small T, and all scores the same for large T"""
    logits = torch.stack([torch.from_numpy(cases.rng.permutation(5)) for _ in range(3)]).float()
    largest = logits.argmax(dim=1, keepdim=True)
    found = {T: expect_to_compare(student, logits, T) for T in some_order(cases, (0.3, 1.0, 5.0))}
    shares = [found[T].gather(1, largest) for T in (0.3, 1.0, 5.0)]
    grows = bool((shares[0] > shares[1]).all() and (shares[1] > shares[2]).all())
    expect(grows).to_hold("the smaller T is, the more the largest score gets")
    flat = expect(student.temperature_softmax(logits, 1e9)).to_have_shape(3, 5)
    expect(float((flat - flat[:, :1]).abs().max()) < 1e-6).to_hold("T = 1e9 gives all scores the same")


@check(after="temperature_compares", quote="ValueError unless T > 0.")
def test_temperature_refuses(student, cases):
    """temperature_softmax raises ValueError unless T is more than 0"""
    logits = cases.tensor(2, 3)
    for T in some_order(cases, (0.0, -0.25, -1.0, 0.5, 2.0)):
        if T <= 0:
            expect(lambda T=T: student.temperature_softmax(logits, T)).to_raise(ValueError)
        else:
            expect_to_compare(student, logits, T)


@check(
    after="temperature_compares",
    quote=(
        "a function leaves its arguments as they were.",
        "the shape and dtype of logits.",
        "Gradients flow back to the logits.",
    ),
)
def test_temperature_input(student, cases):
    """temperature_softmax leaves the logits alone, keeps float32 and float64, and lets gradients flow back to them"""
    logits, upstream = cases.tensor(3, 4, low=-2), cases.tensor(3, 4)
    expect(lambda: student.temperature_softmax(logits, 2.0)).to_leave_inputs_alone()
    for dtype in some_order(cases, [torch.float32, torch.float64] * 3):
        expect(student.temperature_softmax(logits.to(dtype))).to_have_dtype(dtype)
    alone = student.temperature_softmax(logits)
    expect(student.temperature_softmax(logits + 1 / 3)).to_match(alone)  # to the last digits of float64
    expect_own_slopes(student, logits, upstream, 1e-5 * cases.tensor(3, 4))
