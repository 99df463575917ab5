"""Hidden checks of the exercise `train_digits`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import torch
from held_out import invented_script
from torch import Tensor, nn

from autograder.judge import check, expect
from cnnkit import data

from ._helpers import expect_plain, plain

PUBLIC = data.digits()


def looked_over(train_digits: Any, images: Tensor, labels: Tensor, seed: int, asked: int = 7) -> dict[str, Any]:
    """What comes back of a short training; logits for so many images."""
    images = images.cpu()
    model, history = train_digits(images, labels.cpu(), seed=seed)
    flags = [part.training for part in model.modules()]
    with torch.no_grad():
        found = model(images[:asked])
    return {
        "logits": found,
        "flags": any(flags),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "finite": all(bool(parameter.isfinite().all()) for parameter in model.parameters()),
        "losses": history["loss"],
    }


def few(cases: Any, n: int) -> tuple[Tensor, Tensor]:
    """n of the public digits."""
    images, labels = PUBLIC
    chosen = torch.from_numpy(cases.rng.permutation(len(labels))[:n])
    return images[chosen], labels[chosen]


def some_number(cases: Any) -> int:
    """How many images the model is asked about: nobody knows beforehand."""
    return int(cases.rng.integers(7, 50))


@check(
    weight=0,
    quote=(
        "the mean training loss of each epoch, plain floats, one to five of them (five epochs are the limit).",
        "at most 40,000 parameters",
    ),
)
def test_what_comes_back(student, cases):
    """train_digits returns a model that is small enough, and the losses of one to five epochs"""
    inside = student.beside(looked_over)
    found = expect(inside.looked_over(student.train_digits, *few(cases, 66), cases.seed)).to_be_a(dict, length=5)
    expect(found["parameters"] <= 40_000).to_hold("the model has at most 40,000 parameters")
    expect(found["finite"] is True).to_hold("all weights are finite")
    losses = plain(expect(found["losses"]).to_be_a(list))
    expect(1 <= len(losses) <= 5).to_hold('history["loss"] has one entry for each epoch, five at most')
    expect(losses[-1]).to_be_below(20.0, "loss")


@check(
    after="what_comes_back",
    weight=0.5,
    quote=("the mean training loss of each epoch, plain floats", "is handed over in eval mode."),
)
def test_handed_over_ready(student, cases):
    """train_digits hands the model over in eval mode, and the losses as plain floats"""
    inside, n = student.beside(looked_over), some_number(cases)
    found = expect(inside.looked_over(student.train_digits, *few(cases, 60), cases.seed, n)).to_be_a(dict, length=5)
    expect(len(found["logits"])).to_equal(n)
    expect(found["flags"] is False).to_hold("every module of the model is in eval mode")
    for loss in expect(found["losses"]).to_be_a(list):
        expect_plain(loss, float)


@check(weight=0.5, quote="gives logits (B, 10)")
def test_gives_logits(student, cases):
    """the model of train_digits gives finite logits (B, 10) in float32: rows do not add up to 1"""
    inside, n = student.beside(looked_over), some_number(cases)
    found = expect(inside.looked_over(student.train_digits, *few(cases, 80), cases.seed, n)).to_be_a(dict, length=5)
    logits = expect(found["logits"]).to_have_shape(n, 10)
    expect(logits).to_have_dtype(torch.float32)
    sums = logits.sum(1)
    expect(bool(((sums - 1).abs() > 1e-3).any() or (logits < 0).any())).to_hold("these are logits, not probabilities")
    expect(bool(((logits.exp().sum(1) - 1).abs() > 1e-3).any())).to_hold("these are logits, not log-probabilities")


def weights_of_three(train_digits: Any, images: Tensor, labels: Tensor, runs: list[tuple[int, int]]) -> list[Any]:
    """Trained with a seed, with the same one again after other random numbers were drawn, and with another one.

    A run is a seed and a whole number: the weights come back multiplied by it, which float64 does exactly.
    """
    found = []
    torch.manual_seed(99)  # of somebody else
    for seed, factor in runs:
        model, _ = train_digits(images.cpu(), labels.cpu(), seed)
        found.append([parameter.detach().double() * factor for parameter in model.parameters()])
        torch.rand(3)
    return found


@check(weight=1, quote="The same seed gives exactly the same network, another seed another one.")
def test_repeatable(student, cases):
    """train_digits gives exactly the same network for the same seed, and another one for another seed"""
    inside, factors = student.beside(weights_of_three), cases.rng.permutation(range(3, 999))[:3].tolist()
    runs = list(zip((cases.seed, cases.seed, cases.seed + 1), factors, strict=True))
    answer = expect(inside.weights_of_three(student.train_digits, *few(cases, 50), runs)).to_be_a(list, length=3)
    one, again, another = [[value / by for value in values] for values, by in zip(answer, factors, strict=True)]
    expect(0 < len(one) == len(again) and all(map(torch.equal, one, again))).to_hold(
        "the same seed gives exactly the same weights"
    )
    other = any(not torch.equal(a, b) for a, b in zip(one, another, strict=False))
    expect(other).to_hold("another seed gives other weights")


@check(after="repeatable", weight=0.5, quote="The arguments stay as they are.")
def test_leaves_the_digits_alone(student, cases):
    """train_digits leaves images and labels as they are"""
    (images, labels), n = few(cases, 51), some_number(cases)
    answer = expect(lambda: student.on_cpu.train_digits(images, labels)).to_leave_inputs_alone()
    model, _ = expect(answer).to_be_a_row_of(2)
    expect(model(images[:n])).to_have_shape(n, 10)


def read_by(model: Any, images: Tensor, labels: Tensor) -> float:
    """Share of right answers."""
    logits = expect(model(images)).to_have_shape(len(labels), 10)
    return float((logits.argmax(1) == labels).double().mean())


def trained_on(student: Any, images: Tensor, labels: Tensor, cases: Any) -> Any:
    """The model that train_digits makes of these symbols."""
    model, _ = expect(student.on_cpu.train_digits(images, labels, seed=cases.seed)).to_be_a_row_of(2)
    return model


def held_by(model: nn.Module) -> list[Tensor]:
    """All numbers that the model keeps."""
    return [values.detach() for values in [*model.parameters(), *model.buffers()]]


def with_memory(model: nn.Module, memory: list[Tensor]) -> nn.Module:
    """The same model, with these numbers for its own."""
    with torch.no_grad():
        for values, others in zip([*model.parameters(), *model.buffers()], memory, strict=True):
            values.copy_(others)
    return model


@check(
    after="what_comes_back",
    weight=4.5,
    quote=(
        "an invented script of ten symbols that nobody has seen",
        "read at least 0.80 of 600 others",
        "What the network has learnt must be in its parameters and buffers, at most 40,000 numbers together",
        "grading puts those of a second network of yours, trained on another script, into the first one",
    ),
)
def test_reads_unseen_symbols(student, cases, thresholds):
    """trained by train_digits on 1,200 images of an invented script, the network reads others of the same script"""
    (images, labels), (others, names) = (invented_script(cases.rng, 1800) for _ in range(2))
    model = trained_on(student, images[:1200], labels[:1200], cases)
    share = read_by(model, images[1200:], labels[1200:])
    expect(share).to_reach(thresholds.script, on="symbols that it has never seen")
    inside = student.on_cpu.beside(held_by, with_memory)
    memory = expect(inside.held_by(trained_on(student, others[:1200], names[:1200], cases))).to_be_a(list)
    expect(all(isinstance(values, Tensor) for values in memory)).to_hold("parameters and buffers are tensors")
    expect(sum(values.numel() for values in memory) <= 40_000).to_hold(
        "a network trained on 1,200 images has at most 40,000 parameters, its buffers counted: what it has learnt is in"
        " them, the images themselves are not"
    )
    second = inside.with_memory(model, memory)
    expect(read_by(second, others[1200:], names[1200:]) >= thresholds.script.at_least).to_hold(
        "what it has learnt is in its parameters: with those of a network that learnt another script, it reads that one"
    )


@check(after="reads_unseen_symbols", weight=3, quote="with 400 images it reads at least half of others")
def test_learns_from_few(student, cases):
    """400 images of an invented script, neatly written, are enough for train_digits to read half of some others"""
    images, labels = invented_script(cases.rng, 600, paper=0.2, crumbs=2)
    model = trained_on(student, images[:400], labels[:400], cases)
    expect(read_by(model, images[400:], labels[400:])).to_reach(0.5, "accuracy on others")
