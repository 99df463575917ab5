"""Hidden checks of the exercise `smoothing`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import math

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect, value_of

from ._helpers import expect_plain, plain


@check(weight=1.5, quote="The right class gets 1 - eps, and then every class, the right one too, gets eps / classes.")
def test_targets_values(student, cases):
    """smooth_targets takes eps from the right class and shares it out among all classes"""
    for batch, classes, eps in ((5, 3, float(cases.rng.uniform(0.05, 0.4))), (4, 7, 0.1), (1, 2, 0.5), (3, 5, 0.0)):
        labels = cases.integers(batch, low=0, high=classes - 1)
        expect(student.smooth_targets(labels, classes, eps)).to_agree_with(
            reference.smooth_targets(labels, classes, eps)
        )


@check(after="targets_values", weight=0.5, quote="labels (B,) -> (B, classes), torch's default dtype.")
def test_targets_dtype(student, cases):
    """smooth_targets has a column for a class that no image has, the default eps of 0.1, and gives float32"""
    labels = cases.integers(6, low=0, high=2)
    expect(student.smooth_targets(labels, 5)).to_match(reference.smooth_targets(labels, 5))
    expect(lambda: student.smooth_targets(labels, 4)).to_leave_inputs_alone()


@check(weight=2, quote="Mean over the images of -sum(q ln p), q the smooth targets")
def test_smooth_loss_values(student, cases):
    """smooth_loss is cross_entropy(…, label_smoothing=eps) of torch"""
    for batch, classes, eps in ((4, 3, float(cases.rng.uniform(0.05, 0.4))), (5, 6, 0.2), (1, 2, 0.0)):
        logits, labels = 3 * cases.tensor(batch, classes).float(), cases.integers(batch, low=0, high=classes - 1)
        right = F.cross_entropy(logits, labels, label_smoothing=eps)
        expect(student.smooth_loss(logits, labels, eps)).to_agree_with(right)


@check(after="smooth_loss_values", quote="Safe for logits like 1000.")
def test_smooth_loss_of_large_logits(student, cases):
    """smooth_loss is finite and right for logits like 1000"""
    logits, labels = 1000 * cases.tensor(4, 5).float(), cases.integers(4, low=0, high=4)
    for eps in (0.0, 0.1):
        expect(student.smooth_loss(logits, labels, eps)).to_agree_with(reference.smooth_loss(logits, labels, eps))


@check(after="smooth_loss_values", quote="Gradients flow back to the logits, in whose dtype the loss is.")
def test_smooth_loss_gradients(student, cases):
    """smooth_loss lets gradients flow back to the logits, in float64 with all digits, and leaves its inputs alone"""
    logits, labels = 2 * cases.tensor(3, 4), cases.integers(3, low=0, high=3)
    expect(lambda: student.smooth_loss(logits, labels)).to_leave_inputs_alone()
    expect(student.smooth_loss(logits, labels)).to_match(reference.smooth_loss(logits, labels))
    found = student.with_gradients(torch.tensor(1.0, dtype=torch.float64)).smooth_loss(logits, labels, 0.3)
    expect(found).to_have_gradient(reference.smooth_slope(logits, labels, 0.3), of="0")


def slope_where_nothing_is_recorded(student, logits, labels, eps):
    with torch.inference_mode():
        return student.smooth_slope(logits.clone(), labels.clone(), eps).clone()


@check(
    weight=2,
    quote=(
        "The gradient of smooth_loss with respect to the logits (B, C), by its formula: (B, C), the dtype of logits.",
        "it works inside torch.inference_mode(), where nothing is recorded.",
    ),
)
def test_slope_values(student, cases):
    """smooth_slope is the gradient of the loss, by its formula: also where autograd records nothing"""
    for batch, classes, eps in ((4, 3, float(cases.rng.uniform(0.05, 0.4))), (5, 6, 0.2), (1, 2, 0.0)):
        logits, labels = 2 * cases.tensor(batch, classes).float(), cases.integers(batch, low=0, high=classes - 1)
        found = student.beside(slope_where_nothing_is_recorded)(logits, labels, eps)
        expect(found).to_agree_with(reference.smooth_slope(logits, labels, eps))


@check(
    after="slope_values",
    weight=0.5,
    quote=("by its formula: (B, C), the dtype of logits.", "Arguments stay as they were"),
)
def test_slope_dtype(student, cases):
    """smooth_slope keeps float64 with all its digits, knows the default eps, and leaves its inputs alone"""
    logits, labels = 2 * cases.tensor(3, 5), cases.integers(3, low=0, high=4)
    expect(student.smooth_slope(logits, labels)).to_match(reference.smooth_slope(logits, labels))
    expect(lambda: student.smooth_slope(logits, labels)).to_leave_inputs_alone()


@check(weight=1.5, quote="How far the right logit is above all others where the loss is smallest: a float")
def test_gap_values(student, cases):
    """best_gap is the logarithm of the right target over another one, a float"""
    for classes in (2, 3, int(cases.rng.integers(4, 100))):
        eps = float(cases.rng.uniform(0.01, 0.9))
        found = value_of(student.best_gap(classes, eps))
        expect_plain(found, float)
        expect(plain(found)).to_match(reference.best_gap(classes, eps), rtol=1e-6)


@check(after="gap_values", weight=0.5, quote="math.inf for eps = 0.")
def test_gap_without_smoothing(student, cases):
    """best_gap is infinite for eps = 0, and 0 where all is shared out"""
    classes = int(cases.rng.integers(3, 50))
    some = float(cases.rng.uniform(0.01, 0.9))
    found = {eps: plain(value_of(student.best_gap(classes, eps))) for eps in cases.shuffled((0.0, some, 1.0))}
    expect(found[some]).to_match(reference.best_gap(classes, some), rtol=1e-6)
    expect(found[0.0] == math.inf).to_hold("it is math.inf for eps = 0")
    expect(abs(found[1.0]) < 1e-6).to_hold("it is 0 for eps = 1: all are alike")
