"""Hidden checks of the exercise `temperature_softmax`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from autograder.judge import check, expect


@check(weight=1.5)
def test_temperature_values(student, cases):
    """temperature_softmax is the softmax of logits / T, for temperatures below and above 1"""
    logits = cases.tensor(3, 5, low=-4, high=4)
    for T in (0.25, 1.0, 2, 5.0):
        expect(student.temperature_softmax(logits, T)).to_match(F.softmax(logits / T, dim=-1))
    expect(student.temperature_softmax(logits)).to_match(F.softmax(logits, dim=-1))


@check()
def test_temperature_axes(student, cases):
    """temperature_softmax works along the last axis unless `dim` says otherwise, for one to four axes"""
    for shape, dim in (((4,), 0), ((3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4, 5), 1), ((2, 3, 4), -2)):
        logits = cases.tensor(*shape, low=-3, high=3)
        expect(student.temperature_softmax(logits, 2.0, dim)).to_match(F.softmax(logits / 2, dim=dim))
        expect(student.temperature_softmax(logits, 2.0)).to_match(F.softmax(logits / 2, dim=-1))


@check(weight=1.5)
def test_temperature_large_logits(student, cases):
    """temperature_softmax has no NaN for float32 logits of ±10,000, at T = 0.01, 1 and 100"""
    logits = cases.tensor(3, 4, low=-1e4, high=1e4, dtype=torch.float32)
    logits[0, 1], logits[1, 2], logits[2] = 1e4, -1e4, 1e4
    for T in (0.01, 1.0, 100.0):
        expect(student.temperature_softmax(logits, T)).to_match(F.softmax(logits / T, dim=-1), atol=0.01)
    low = -1e4 - logits.abs()
    expect(student.temperature_softmax(low)).to_match(F.softmax(low, dim=-1), atol=0.01)


@check()
def test_temperature_ends(student, cases):
    """temperature_softmax goes to argmax for small T and to equal shares for large T"""
    logits = 0.5 * torch.stack([torch.from_numpy(cases.rng.permutation(5)) for _ in range(3)]).double()
    right = F.one_hot(logits.argmax(dim=1), 5).double()
    expect(student.temperature_softmax(logits, 0.01)).to_match(right, atol=1e-9)
    expect(student.temperature_softmax(logits, 1e9)).to_match(torch.full((3, 5), 0.2).double(), atol=1e-6)


@check()
def test_temperature_refuses(student, cases):
    """temperature_softmax raises ValueError unless T is more than 0"""
    logits = cases.tensor(2, 3)
    for T in (0, 0.0, -1.0):
        expect(lambda T=T: student.temperature_softmax(logits, T)).to_raise(ValueError)


@check()
def test_temperature_input(student, cases):
    """temperature_softmax leaves the logits alone, keeps float32, and lets gradients flow back to them"""
    logits, upstream = cases.tensor(3, 4, low=-2), cases.tensor(3, 4)
    expect(lambda: student.temperature_softmax(logits, 2.0)).to_leave_inputs_alone()
    short = logits.float()
    expect(student.temperature_softmax(short, 3.0)).to_match(F.softmax(short / 3, dim=-1))
    leaf = logits.clone().requires_grad_()
    (right,) = torch.autograd.grad(F.softmax(leaf / 2, dim=-1), leaf, upstream)
    expect(student.with_gradients(upstream, wrt=("0",)).temperature_softmax(logits, 2.0)).to_have_gradient(right)
