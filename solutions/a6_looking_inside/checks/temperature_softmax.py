"""Hidden checks of the exercise `temperature_softmax`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from autograder.judge import check, expect


@check(weight=1.5, quote="Probabilities softmax(logits / T) along `dim`")
def test_temperature_values(student, cases):
    """temperature_softmax is the softmax of logits / T, for temperatures below and above 1"""
    logits = cases.tensor(3, 5, low=-4, high=4).float()
    for T in (0.25, 1.0, 2, 5.0):
        expect(student.temperature_softmax(logits, T)).to_agree_with(F.softmax(logits / T, dim=-1))
    expect(student.temperature_softmax(logits)).to_agree_with(F.softmax(logits, dim=-1))


@check(quote=("along `dim`, for any number of axes", "dim: int = -1"))
def test_temperature_axes(student, cases):
    """temperature_softmax works along the last axis unless `dim` says otherwise, for one to four axes"""
    for shape, dim in (((4,), 0), ((3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4, 5), 1), ((2, 3, 4), -2)):
        logits = cases.tensor(*shape, low=-3, high=3).float()
        expect(student.temperature_softmax(logits, dim=dim)).to_agree_with(F.softmax(logits, dim=dim))
        expect(student.temperature_softmax(logits, 1.0)).to_agree_with(F.softmax(logits, dim=-1))


@check(weight=1.5, quote="No NaN for logits up to 10,000 in float32, with T from 0.01 on.")
def test_temperature_large_logits(student, cases):
    """temperature_softmax has no NaN for float32 logits of ±10,000, at T = 0.01, 1 and 100"""
    logits = cases.tensor(3, 4, low=-1e4, high=1e4, dtype=torch.float32)
    logits[0, 1], logits[1, 2], logits[2] = 1e4, -1e4, 1e4
    for T in (0.01, 1.0, 100.0):
        expect(student.temperature_softmax(logits, T)).to_agree_with(F.softmax(logits / T, dim=-1), atol=0.01)
    low = -1e4 - logits.abs()
    expect(student.temperature_softmax(low)).to_agree_with(F.softmax(low, dim=-1), atol=0.01)


@check(quote="All on the largest score (argmax), and the same for every class.")
def test_temperature_ends(student, cases):
    """temperature_softmax goes to argmax for small T and to equal shares for large T"""
    logits = torch.stack([torch.from_numpy(cases.rng.permutation(5)) for _ in range(3)]).float()
    right = F.one_hot(logits.argmax(dim=1), 5).float()
    expect(student.temperature_softmax(logits, 0.05)).to_agree_with(right, atol=1e-6)
    expect(student.temperature_softmax(logits, 1e9)).to_agree_with(torch.full((3, 5), 0.2), atol=1e-6)


@check(after="temperature_axes", quote="ValueError unless T > 0.")
def test_temperature_refuses(student, cases):
    """temperature_softmax raises ValueError unless T is more than 0"""
    logits = cases.tensor(2, 3)
    for T in (0, 0.0, -1.0):
        expect(lambda T=T: student.temperature_softmax(logits, T)).to_raise(ValueError)


@check(
    after="temperature_axes",
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
    for scores in (logits, logits.float()):
        expect(student.temperature_softmax(scores)).to_match(F.softmax(scores, dim=-1))
    leaf = logits.clone().requires_grad_()
    (right,) = torch.autograd.grad(F.softmax(leaf, dim=-1), leaf, upstream)
    expect(student.with_gradients(upstream, wrt=("0",)).temperature_softmax(logits)).to_have_gradient(right)
