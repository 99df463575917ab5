"""Hidden checks of the exercise `trustworthy`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import functools
from typing import Any

import torch
import torch.nn.functional as F

from autograder.judge import check, expect

from ._helpers import some_order

# ================================================================ trustworthy: the student's test for saliency


def made(pick, finish, eval_mode=True, back="all", dirt=""):
    def look(model, x, target=None):
        flags = [(module, module.training) for module in model.modules()]
        if eval_mode:
            model.eval()
        try:
            with torch.enable_grad():
                image = x.requires_grad_() if "x" in dirt else x.detach().clone().requires_grad_()
                scores = model(image)
                picked = pick(scores, scores.argmax(dim=1) if target is None else target, target is None)
                (slope,) = torch.autograd.grad(picked, image, retain_graph="parameters" in dirt)
                if "parameters" in dirt:
                    picked.backward(inputs=[image, *model.parameters()] if "x" in dirt else list(model.parameters()))
        finally:
            for module, flag in {"all": flags, "model": flags[:1], "nothing": []}[back]:
                module.training = flag
        return finish(slope)

    return look


def of_each(scores, classes, none):
    return scores[torch.arange(len(scores)), classes].sum()


def of_each_by_product(scores, classes, none):
    classes = torch.as_tensor(classes).expand(len(scores))
    if not ((classes >= 0) & (classes < scores.shape[1])).all():
        raise IndexError("no such class")  # as the notebook promises: `one_hot` raises something else
    return (scores * F.one_hot(classes, scores.shape[1])).sum()


def own_class_always(scores, classes, none):
    return scores.amax(dim=1).sum()


def class_of_the_first(scores, classes, none):
    return of_each(scores, classes if not none else int(classes[0]), none)


def first_of_the_targets(scores, classes, none):
    return of_each(scores, classes if none or isinstance(classes, int) else int(classes[0]), none)


def first_image_alone(scores, classes, none):
    return scores[0, classes if isinstance(classes, int) else int(classes[0])]


def probability(scores, classes, none):
    return of_each(scores.softmax(dim=1), classes, none)


def largest(slope):
    return slope.abs().amax(dim=1)


def larger_of_two_signs(slope):
    return torch.maximum(slope.amax(dim=1), -slope.amin(dim=1))


def one_by_one(model, x, target=None):
    if target is None or isinstance(target, int):
        target = [target] * len(x)
    single = made(of_each, largest)
    maps = [single(model, x[b : b + 1], None if t is None else int(t)) for b, t in enumerate(target)]
    return torch.cat(maps)


def refuses(model, x, target=None):
    raise LookupError("I compute nothing")


def zeros(model, x, target=None):
    return torch.zeros_like(x[:, 0])


def ones(model, x, target=None):
    return torch.ones_like(x[:, 0])


def image(model, x, target=None):
    return x.detach().abs().amax(dim=1)


LOOKS = {
    "batch": made(of_each, largest),
    "product": made(of_each_by_product, larger_of_two_signs),
    "one by one": one_by_one,
    "zeros": zeros,
    "ones": ones,
    "image": image,
    "signed": made(of_each, lambda slope: slope.amax(dim=1)),
    "late": made(of_each, lambda slope: slope.amax(dim=1).abs()),
    "sum": made(of_each, lambda slope: slope.abs().sum(dim=1)),
    "channel 0": made(of_each, lambda slope: slope.abs()[:, 0]),
    "probability": made(probability, largest),
    "own class": made(own_class_always, largest),
    "first class": made(class_of_the_first, largest),
    "first target": made(first_of_the_targets, largest),
    "first image": made(first_image_alone, largest),
    "squeezed": made(of_each, lambda slope: largest(slope).squeeze(0)),
    "error": refuses,
    "training mode": made(of_each, largest, eval_mode=False),
    "stays in eval": made(of_each, largest, back="nothing"),
    "parts in eval": made(of_each, largest, back="model"),
    "gradients": made(of_each, largest, dirt="parameters, x"),
    "gradients of parameters": made(of_each, largest, dirt="parameters"),
    "gradient of x": made(of_each, largest, dirt="x"),
}


def unseen(name):
    """That implementation, but nobody reads its name or its code from it: a test looks at the maps."""
    look = functools.lru_cache(maxsize=0)(LOOKS[name])
    vars(look).clear()
    look.__name__ = "look"
    return look


def as_said(answer: Any) -> Any:
    """A single number of NumPy's or torch's, which may stand for True or False, as that."""
    return bool(answer) if type(answer).__name__ == "bool" or getattr(answer, "shape", None) == () else answer


CLAIMS_OF_A_TEST = {
    "signed": "trustworthy finds out a map without absolute values",
    "late": "trustworthy finds out that the absolute value was taken after the maximum over the channels",
    "sum": "trustworthy finds out a sum over the channels",
    "channel 0": "trustworthy finds out a map of channel 0 alone",
    "probability": "trustworthy finds out slopes of the probability",
    "own class": "trustworthy finds out that the target is ignored",
    "first class": "trustworthy finds out that, without a target, all images get the class of the first",
    "first target": "trustworthy finds out that of several targets only the first counts",
    "first image": "trustworthy finds out that only the first image gets a map",
    "squeezed": "trustworthy finds out that one image alone loses its batch axis",
    "error": "trustworthy gives False for a function that raises an error",
    "training mode": "trustworthy finds out that the map was computed in training mode",
    "stays in eval": "trustworthy finds out that the model stays in eval mode",
    "parts in eval": "trustworthy finds out that parts of the model stay in eval mode",
    "gradients": "trustworthy finds out gradients that are left in the parameters and in x",
    "gradients of parameters": "trustworthy finds out gradients that are left in the parameters",
    "gradient of x": "trustworthy finds out that x asks for a gradient afterwards",
}


RIGHT = ("batch", "product", "one by one")


def verdicts(student: Any, cases: Any, *wrong: str) -> dict[str, bool]:
    """Whether the student's test trusts these implementations and the right ones, each asked twice in a seeded order.

    A right one is trusted when it is both times, a wrong one when it is once.
    """
    inside, names = student.beside(unseen), some_order(cases, 2 * (*RIGHT, "zeros", *wrong))
    looks = [inside.unseen(name) for name in names]
    said = [as_said(student.trustworthy(look)) for look in looks]  # all of them first: the pattern tells the mistake
    found: dict[str, list[bool]] = {}
    for name, verdict in zip(names, said, strict=True):
        found.setdefault(name, []).append(expect(verdict).to_be_a(bool))
    return {name: all(both) if name in RIGHT else any(both) for name, both in found.items()}


def expect_found_out(student: Any, cases: Any, *names: str) -> None:
    """The student's test trusts the right implementations, and none of these wrong ones."""
    said = verdicts(student, cases, *names)  # with zeros: who trusts zeros trusts everything
    expect(all(said[name] for name in RIGHT)).to_hold("trustworthy gives True for every right implementation")
    for name in names:
        expect(not said[name]).to_hold(CLAIMS_OF_A_TEST[name])


@check(quote="True for every right implementation.")
def test_trusts_what_is_right(student, cases):
    """trustworthy accepts three right implementations of saliency, written differently, and no map of zeros or ones"""
    said = verdicts(student, cases, "ones", "image")
    expect(all(said[name] for name in RIGHT)).to_hold("trustworthy gives True for every right implementation")
    for name, claim in (("zeros", "a map of zeros"), ("ones", "a map of ones"), ("image", "the image itself as a map")):
        expect(not said[name]).to_hold(f"trustworthy finds out {claim}")


@check(
    after="trusts_what_is_right",
    weight=2,
    quote=(
        "a map is the largest *absolute* slope over the channels: not signed, no sum, no single channel",
        "the slope of the score: not of a probability",
    ),
)
def test_finds_wrong_numbers(student, cases):
    """trustworthy finds out wrong numbers: signed, absolute value too late, summed, one channel, probability"""
    expect_found_out(student, cases, "signed", "late", "sum", "channel 0", "probability")


@check(
    after="trusts_what_is_right",
    weight=1.5,
    quote="of the class that is asked for: an int, or a list of B ints, or none (each image's own largest score)",
)
def test_finds_wrong_classes(student, cases):
    """trustworthy finds out that the wrong class is explained: without a target, with one, with one for each image"""
    expect_found_out(student, cases, "own class", "first class", "first target")


@check(
    after="trusts_what_is_right",
    quote=("one map for each image, (B, H, W), also for B = 1", "`look` may raise anything; `trustworthy` does not."),
)
def test_finds_wrong_batches(student, cases):
    """trustworthy finds out lost images and lost axes, and survives an error"""
    expect_found_out(student, cases, "first image", "squeezed", "error")


@check(
    after="trusts_what_is_right",
    quote="computed in eval mode; afterwards the training flags, the parameters' `.grad` and x are as before",
)
def test_finds_traces(student, cases):
    """trustworthy finds out what happened to the model: training mode, eval mode that stays, gradients that are left"""
    left = ("gradients", "gradients of parameters", "gradient of x")
    expect_found_out(student, cases, "training mode", "stays in eval", "parts in eval", *left)
