"""Hidden checks of the exercise `evidence`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.judge import check, expect

from ._helpers import drawing, drawn, picture_in, some_order

# ================================================================ evidence: prediction_strip


def prediction_strip_draws(student, *given):
    return drawn(lambda: student.prediction_strip(*given))


NAMES = ["cat", "dog", "owl", "fox"]
POOL = [*NAMES, "bee", "ant", "cow", "elk", "hen", "pig", "rat", "yak"]
TRUE, SAID = torch.tensor([2, 0, 1, 3, 1, 0]), torch.tensor([2, 1, 1, 0, 3, 0])


def expect_strip(axes: list[dict[str, Any]], images: torch.Tensor, places: list[int]) -> None:
    """These images, in this order, whatever their titles."""
    expect(len(axes) == len(places)).to_hold(f"the figure has {len(places)} axes")
    apart = len({tuple(axis["place"]) for axis in axes}) == len(axes)
    expect(apart).to_hold("each axes has a place of its own in the figure")
    for axis, place in zip(axes, places, strict=True):
        image = images[place, 0] if images.shape[1] == 1 else images[place].permute(1, 2, 0)
        expect(picture_in(axis)).to_match(image.double(), rtol=1e-6)


@check(
    weight=1.5,
    quote=(
        "Draw the first n images side by side",
        "Gray images are drawn with vmin=0 and vmax=1",
        'The title is "true / predicted", with the names from `classes`',
    ),
)
def test_strip_of_gray_images(student, cases):
    """prediction_strip shows gray images as (H, W), from black 0 to white 1, under "true / predicted" """
    images = cases.tensor(6, 1, 4, 5, low=0.2, high=0.6)
    axes = drawing(student, prediction_strip_draws, images, TRUE, SAID, NAMES)
    expect_strip(axes, images, [0, 1, 2, 3, 4, 5])
    titles = [f"{NAMES[int(TRUE[place])]} / {NAMES[int(SAID[place])]}" for place in range(6)]
    expect([axis["title"] for axis in axes] == titles).to_hold(f"the titles, true / predicted, are {titles}")
    black_to_white = all(axis["colours"] == [[0.0, 1.0]] for axis in axes)
    expect(black_to_white).to_hold("gray images are drawn with vmin=0 and vmax=1")
    twice = torch.cat([images, images]), TRUE.repeat(2), SAID.repeat(2)
    axes = drawing(student, prediction_strip_draws, *twice, NAMES)
    expect(len(axes) == 10).to_hold("without n no more than ten of twelve images are shown")


@check(
    quote=(
        "(H, W) for a gray image, (H, W, 3) for a colour image.",
        "Draw the first n images side by side",
    )
)
def test_strip_of_colour_images(student, cases):
    """prediction_strip shows colour images with the colours last, and no more than n"""
    images = cases.tensor(6, 3, 4, 5, low=0)
    axes = drawing(student, prediction_strip_draws, images, TRUE, SAID, NAMES, False, 4)
    expect_strip(axes, images, [0, 1, 2, 3])


@check(
    weight=1.5,
    quote=(
        "only_errors=True: the first n of the images that were predicted wrongly.",
        'The title is "true / predicted", with the names from `classes`',
    ),
)
def test_strip_of_errors(student, cases):
    """prediction_strip with only_errors shows the first n wrong ones, each image with its own title"""
    images = cases.tensor(6, 1, 3, 4, low=0)
    all_titles = [axis["title"] for axis in drawing(student, prediction_strip_draws, images, TRUE, SAID, NAMES)]
    for n, places in ((10, [1, 3, 4]), (2, [1, 3])):
        axes = drawing(student, prediction_strip_draws, images, TRUE, SAID, NAMES, True, n)
        expect_strip(axes, images, places)
        same = len(all_titles) == 6 and [axis["title"] for axis in axes] == [all_titles[place] for place in places]
        expect(same).to_hold("each image has the title that it has among all images")


@check(weight=0.5, quote="Fewer than n images: as many axes as there are. None at all: a figure without axes.")
def test_strip_without_errors(student, cases):
    """prediction_strip gives a figure without axes when there is no error to show, and one axes for one"""
    images = cases.tensor(6, 3, 3, 4, low=0)
    axes = drawing(student, prediction_strip_draws, images, TRUE, TRUE, NAMES, True)
    expect(axes == []).to_hold("without an error the figure has no axes")
    axes = drawing(student, prediction_strip_draws, images[:2], TRUE[:2], SAID[:2], NAMES, True, 3)
    expect_strip(axes, images, [1])


# ================================================================ evidence: training_curves


def training_curves_draws(student, logs, *boundary):
    return drawn(lambda: student.training_curves(logs, *boundary))


def logs_of(cases: Any, steps: int, epochs: int) -> dict[str, list[float]]:
    """Logs of a training: losses above 1, accuracies below."""
    loss, accuracy = {"low": 1.0, "high": 3.0}, {"low": 0.3, "high": 0.8}
    drawn = {"loss": (steps, loss), "acc": (steps, accuracy), "val_loss": (epochs, loss), "val_acc": (epochs, accuracy)}
    return {name: cases.tensor(size, **limits).tolist() for name, (size, limits) in drawn.items()}


def shows(drawn: list[float], values: list[float]) -> bool:
    """Whether a line has these values; they may have been float32 on the way."""
    return len(drawn) == len(values) and bool(np.allclose(drawn, values, rtol=1e-6, atol=0))


def two_axes(axes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The axes, when there are two with a line "train" and a line "valid"."""
    expect(len(axes) == 2).to_hold("the figure has two axes: loss and accuracy")
    for axis in axes:
        both = {"train", "valid"} <= set(axis["lines"])
        expect(both).to_hold("each axes has a line with the label “train” and one with the label “valid”")
    return axes


@check(
    weight=1.5,
    quote=(
        'Each axes has a line with the label "train", at x = 1, 2 … S',
        'one with the label "valid", at the steps at which an epoch ended: x = S/E, 2·S/E … S.',
    ),
)
def test_curves_over_steps(student, cases):
    """training_curves draws training values at steps 1 … S, validation values where each epoch ended"""
    for steps, epochs in ((12, 3), (5, 1), (3, 3)):
        logs = logs_of(cases, steps, epochs)
        axes = two_axes(drawing(student, training_curves_draws, logs))
        ends = [float(steps // epochs * (number + 1)) for number in range(epochs)]
        for axis, name in zip(axes, ("loss", "acc"), strict=True):
            train, valid = axis["lines"]["train"], axis["lines"]["valid"]
            expect(shows(train[1], logs[name])).to_hold(f"the line “train” shows logs[{name!r}]")
            expect(shows(valid[1], logs["val_" + name])).to_hold(f"the line “valid” shows logs['val_{name}']")
            expect(train[0] == [float(step + 1) for step in range(steps)]).to_hold(f"“train” is at x = 1 … {steps}")
            expect(valid[0] == ends).to_hold(f"“valid” is at x = {ends}, for {epochs} epochs of {steps} steps")


@check(
    quote=(
        'Both x labels are "step", the y labels "loss" and "accuracy".',
        "The loss axis starts at 0, accuracy goes from 0 to 1.",
        "A legend tells them apart.",
    )
)
def test_curves_axes(student, cases):
    """training_curves labels its axes, has legends, starts the loss at 0 and shows accuracy from 0 to 1"""
    steps = 2 * int(cases.rng.integers(3, 40))
    axes = two_axes(drawing(student, training_curves_draws, logs_of(cases, steps, 2)))
    for axis, name in zip(axes, ("loss", "accuracy"), strict=True):
        expect(axis["labels"] == ["step", name]).to_hold(f"the labels of the axes are “step” and “{name}”")
        expect({"train", "valid"} <= set(axis["legend"])).to_hold("the legend names “train” and “valid”")
        expect(len(axis["lines"]["train"][1]) == steps).to_hold(f"the line “train” has {steps} values")
    expect(axes[0]["limits"][1][0] == 0).to_hold("the loss axis starts at 0")
    expect(axes[1]["limits"][1] == [0.0, 1.0]).to_hold("the accuracy axis goes from 0 to 1")


@check(quote=("a vertical line there, in both axes (`axvline`).", "None: no such line."))
def test_curves_boundary(student, cases):
    """training_curves draws a vertical line at the boundary in both axes, and none without a boundary"""
    logs = logs_of(cases, 60, 3)
    for boundary, wanted in ((int(cases.rng.integers(2, 60)), 1), (None, 0)):
        for axis in two_axes(drawing(student, training_curves_draws, logs, boundary)):
            upright = [line for line in axis["lines"].values() if len(line[0]) == 2 and line[0][0] == line[0][1]]
            where = f"at x = {boundary}" if boundary else "without a boundary"
            expect(len(upright) == wanted).to_hold(f"each axes has {wanted} vertical line(s) {where}")
            expect(all(line[0][0] == boundary for line in upright)).to_hold(f"the vertical line is at x = {boundary}")


# ================================================================ evidence: confusion_figure


def confusion_figure_draws(student, matrix, classes):
    return drawn(lambda: student.confusion_figure(matrix, classes))


@check(
    weight=1.5,
    quote=(
        "rows are true, columns predicted.",
        "One axes with the counts themselves, not shares, as an image (`imshow`), and in every cell its count as text",
    ),
)
def test_confusion_counts(student, cases):
    """confusion_figure shows the matrix with the count of every cell in its place, zeros too: rows are true"""
    matrix = cases.integers(4, 4, low=1, high=60)
    matrix[1, 3], matrix[2, 0] = 0, 117
    axes = drawing(student, confusion_figure_draws, matrix, NAMES)
    expect(len(axes) == 1).to_hold("the figure has one axes")
    expect(picture_in(axes[0])).to_match(matrix.double())
    texts = sorted([float(p), float(t), str(int(matrix[t, p]))] for t in range(4) for p in range(4))
    expect(len(axes[0]["texts"]) == 16).to_hold("each of the 4 × 4 cells has a text")
    expect(axes[0]["texts"] == texts).to_hold(
        "the count matrix[t, p] stands at x = p, y = t, in the middle of the cell"
    )


@check(quote='x label "predicted", y label "true"; ticks at 0 … K-1 with the names of the classes on both axes.')
def test_confusion_labels(student, cases):
    """confusion_figure names the axes "predicted" and "true", and every class on both"""
    for names in (some_order(cases, POOL)[:4], some_order(cases, "abcdefgh")[:3]):
        matrix = cases.integers(len(names), len(names), low=0, high=9)
        axes = drawing(student, confusion_figure_draws, matrix, names)
        expect(len(axes) == 1).to_hold("the figure has one axes")
        expect(axes[0]["labels"] == ["predicted", "true"]).to_hold("x is “predicted”, y is “true”")
        ticks = [[float(place), name] for place, name in enumerate(names)]
        expect(axes[0]["ticks"] == [ticks, ticks]).to_hold("both axes have ticks at 0 … K−1 with the classes' names")
