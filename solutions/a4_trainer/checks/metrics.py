"""Hidden checks of the exercise `metrics`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference
import torch
from torch import Tensor

from autograder.judge import check, expect, value_of

from ._helpers import expect_plain, plain


@check(weight=2, quote="How often class t (row) was taken for class p (column)")
def test_confusion_counts(student, cases):
    """confusion_matrix counts each pair, true down and predicted across"""
    for n, classes in ((40, 4), (300, 3), (1, 2)):
        y_true, y_pred = cases.integers(n, low=0, high=classes - 1), cases.integers(n, low=0, high=classes - 1)
        y_pred[: n // 2] = 0
        right = reference.confusion_matrix(y_true, y_pred, classes)
        expect(student.confusion_matrix(y_true, y_pred, classes)).to_agree_with(right.double())
    expect(lambda: student.confusion_matrix(y_true, y_pred, classes)).to_leave_inputs_alone()


@check(quote=("A class may be missing in both.", "(num_classes, num_classes) int64."))
def test_confusion_of_missing_classes(student, cases):
    """confusion_matrix has a row and a column for every class, also for those that never occur, int64"""
    y_true, y_pred = 2 * cases.integers(30, low=0, high=1) + 1, cases.integers(30, low=0, high=1)
    expect(student.confusion_matrix(y_true, y_pred, 6)).to_equal(reference.confusion_matrix(y_true, y_pred, 6))


@check(
    after="confusion_counts",
    quote=(
        "ValueError for anything else: floats or more than one axis (logits!), different lengths",
        "labels below 0 or above num_classes - 1.",
    ),
)
def test_confusion_refuses(student, cases):
    """confusion_matrix raises ValueError for logits, floats, two axes, different lengths and labels out of range"""
    y = torch.tensor([0, 2, 1])
    logits = cases.tensor(3, 3)
    wrong = [(y, logits), (y.double(), y), (y, y.float()), (y[None], y[None]), (y, torch.tensor([0, 1]))]
    large, below = torch.tensor([0, 3, 1]), torch.tensor([0, -1, 1])
    wrong += [(y, large), (large, y), (y, below), (below, y), (y, torch.tensor([[0, 1, 2]]))]
    for true, predicted in wrong:
        expect(lambda true=true, predicted=predicted: student.confusion_matrix(true, predicted, 3)).to_raise(ValueError)
    y = cases.integers(50, low=0, high=2)
    right = reference.confusion_matrix(y, y.flip(0), 3)
    expect(student.confusion_matrix(y, y.flip(0), 3)).to_agree_with(right.double())


@check(quote="Share of the labels (n,) that are right: a float.")
def test_accuracy_is_a_share(student, cases):
    """accuracy is the share of the images that are right, a float, whatever the classes"""
    most = int(cases.rng.integers(17, 90))
    y_true, y_pred = torch.tensor([0] * most + [1] * 2 + [2]), torch.tensor([0] * (most - 1) + [1] * 3 + [0])
    for true, predicted in ((y_true, y_pred), (y_true + 5, y_pred + 5), (y_true, y_true), (y_true, y_true + 1)):
        found = value_of(student.accuracy(y_true=true, y_pred=predicted))
        expect_plain(found, float)
        expect(plain(found)).to_match(reference.accuracy(y_true=true, y_pred=predicted), rtol=1e-6)


@check(weight=0.5, quote="Only with named arguments.")
def test_accuracy_by_name(student, cases):
    """accuracy takes its arguments by name only: TypeError without names"""
    y = cases.integers(int(cases.rng.integers(30, 90)), low=0, high=1)
    right = reference.accuracy(y_true=y, y_pred=y.flip(0))
    expect(plain(value_of(student.accuracy(y_true=y, y_pred=y.flip(0))))).to_match(right, rtol=1e-6)
    expect(lambda: student.accuracy(y, y)).to_raise(TypeError)


@check(
    weight=1.5,
    quote=("Recall of each class, (C,) float32, from a confusion matrix (C, C)", "NaN for a class without images."),
)
def test_recall_of_each_class(student, cases):
    """per_class_recall divides the diagonal by the sums of the rows, float32; NaN for a class without images"""
    for classes in (4, 3):
        cm = cases.integers(classes, classes, low=1, high=30)
        expect(student.per_class_recall(cm)).to_match(reference.per_class_recall(cm))
    cm = cm.index_fill(0, torch.tensor([1]), 0)  # a new one: what was asked before is replayed for hints
    recall = expect(student.per_class_recall(cm)).to_have_shape(3)
    expect(recall.isnan().tolist()).to_equal([False, True, False])
    expect(recall.nan_to_num(-1.0)).to_match(reference.per_class_recall(cm).nan_to_num(-1.0))


@check(
    weight=1.5,
    quote=("(precision, recall, thresholds) of saying yes where score >= threshold", "The other two are float64."),
)
def test_precision_and_recall(student, cases):
    """pr_curve gives precision and recall of score >= threshold for scores that all differ, in any order"""
    for n in (9, 30, 1):
        y_true, score = cases.integers(n, low=0, high=1), cases.tensor(n)
        y_true[0] = 1
        found = expect(student.pr_curve(y_true, score)).to_be_a_row_of(3)
        expect(found).to_match(reference.pr_curve(y_true, score))


@check(quote="thresholds are the K different scores, from the highest to the lowest")
def test_precision_and_recall_of_ties(student, cases):
    """pr_curve has one point for each different score: equal scores come in together"""
    y_true = torch.tensor([1, 0, 1, 1, 0, 0, 1, 0, 1])
    low, middle, high, top = cases.tensor(4).sort().values
    score = torch.stack([middle, middle, top, middle, top, low, low, low, high])
    order = torch.from_numpy(cases.rng.permutation(9))
    expect(student.pr_curve(y_true[order], score[order])).to_match(reference.pr_curve(y_true, score))


def confusion_drawn(plot_confusion: Any, cm: Tensor, names: list[str]) -> dict[str, Any]:
    """Labels, ticks, image and the texts at their places."""
    figure = plot_confusion(cm.cpu(), names)
    if type(figure).__name__ not in ("Figure", "Picture") or not figure.axes:
        return {"returned": type(figure).__name__}
    (part, *_) = figure.axes
    figure.canvas.draw()
    down = part.get_ylim()[0] > part.get_ylim()[1]
    texts = {
        f"{round(text.get_position()[1])},{round(text.get_position()[0])}": text.get_text().strip()
        for text in part.texts
    }
    return {
        "returned": "Figure",
        "labels": [part.get_xlabel(), part.get_ylabel()],
        "ticks": [[label.get_text() for label in axis.get_ticklabels()] for axis in (part.xaxis, part.yaxis)],
        "image": [list(map(float, row)) for row in np.asarray(part.images[0].get_array())] if part.images else [],
        "texts": dict(sorted(texts.items())),
        "down": bool(down),
    }


@check(
    weight=1.5,
    quote=(
        "an image with the number in each cell.",
        'The x axis is labelled "predicted", the y axis "true"; both have the C names at their ticks.',
        "The image shows the counts themselves, not shares. Rows go down.",
    ),
)
def test_confusion_is_drawn(student, cases):
    """plot_confusion draws the matrix: each number in its cell, true down, predicted across, names at the ticks"""
    cm, names = cases.integers(3, 3, low=0, high=40), ["ant", "bee", "fly"]
    inside = student.beside(confusion_drawn)
    found = expect(inside.confusion_drawn(student.plot_confusion, cm, names)).to_be_a(dict)
    expect(found["returned"] == "Figure").to_hold("plot_confusion returns a matplotlib figure (`return figure`)")
    expect(found["labels"]).to_equal(["predicted", "true"])
    expect(found["ticks"]).to_equal([names, names])
    right = confusion_drawn(reference.plot_confusion, cm, names)
    expect(found["image"] == right["image"]).to_hold("the image is the matrix: rows true, columns predicted")
    expect(found["texts"] == right["texts"]).to_hold("each cell holds its number, and nothing else is written")
    expect(found["down"] is True).to_hold("row 0 is at the top")
