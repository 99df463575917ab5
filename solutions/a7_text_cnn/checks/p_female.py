"""Hidden checks of the exercise `p_female`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import some_order

EVAL = (False,) * 5


def asked_network(
    student: Any, weights: Sequence[Tensor], names: Sequence[str], broken: bool = False, modes: Sequence[bool] = EVAL
) -> dict[str, Any]:
    """p_female on a network of ours with these weights; what it says and what it leaves.

    `modes` are those of the network, its letters, its norm, its dropout and its last layer.
    """

    class Letters:
        def encode(self, name):  # type: ignore[no-untyped-def]
            letters = name.lower().replace(" ", "_")[:6]
            return [(ord(letter) * 5) % 19 for letter in letters] + [19] * (6 - len(letters))

    class Net(nn.Module):
        def __init__(self):  # type: ignore[no-untyped-def]
            super().__init__()
            self.letters, self.norm = nn.Embedding(20, 4), nn.BatchNorm1d(24)
            self.drop, self.out = nn.Dropout(0.5), nn.Linear(24, 2)

        def forward(self, x):  # type: ignore[no-untyped-def]
            if broken:
                raise FloatingPointError("stopped half way")
            return self.out(self.drop(self.norm(self.letters(x).flatten(1))))

    model = Net().to(weights[0].dtype)
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), weights, strict=True):
            parameter.copy_(values)
    model.norm.running_mean += 0.3
    for module, mode in zip(model.modules(), modes, strict=True):
        module.training = mode
    torch.manual_seed(3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    error, said = "", None
    try:
        said = student.p_female(model, Letters(), list(names))
    except FloatingPointError as raised:
        error = str(raised)
    after = [module.training for module in model.modules()]
    again = None if broken else student.p_female(model.eval(), Letters(), list(names))
    model.train(True)
    model.norm.eval()
    third = [] if broken else [student.p_female(model, Letters(), list(names)) for _ in range(2)]
    same = all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    clean = all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    kept = {"modes": after, "same": same, "clean": clean}
    return kept | {"p": said, "again": again, "third": third, "error": error}


def network_weights(cases: Any) -> list[Tensor]:
    """For letters, norm (weight and bias) and the last layer."""
    shapes = ((20, 4), (24,), (24,), (2, 24), (2,))
    return [cases.tensor(*shape, dtype=torch.float32) for shape in shapes]


def right_logits(weights: Sequence[Tensor], names: Sequence[str]) -> Tensor:
    """By hand, in float64."""
    letters, scale, shift, out, bias = (weight.double() for weight in weights)
    numbers = [[(ord(letter) * 5) % 19 for letter in name.lower().replace(" ", "_")[:6]] for name in names]
    x = letters[torch.tensor([row + [19] * (6 - len(row)) for row in numbers])].flatten(1)
    x = (x - 0.3) / (1 + 1e-5) ** 0.5 * scale + shift
    return x @ out.T + bias


def right_p(weights: Sequence[Tensor], names: Sequence[str]) -> Tensor:
    """In the dtype of the weights."""
    return right_logits(weights, names).softmax(1)[:, 1].to(weights[0].dtype)


def p_as_read(found: Any, weights: Sequence[Tensor], names: Sequence[str]) -> Tensor:
    """The right probabilities; where another number of the two logits came, that one, since `p_values` asks for values.

    So who takes the other column, leaves out the softmax or takes it over the names keeps the points for modes.
    """
    logits = right_logits(weights, names)
    readings = [logits.softmax(1)[:, 0], logits[:, 1], logits[:, 0], logits.softmax(0)[:, 1]]
    answer = value_of(found)
    if isinstance(answer, Tensor) and answer.shape == (len(names),) and answer.is_floating_point():
        for reading in readings:
            if torch.allclose(answer.double(), reading, rtol=1e-3, atol=1e-4):
                return reading.to(weights[0].dtype)
    return right_p(weights, names)


NAMES = ["maria", "clara", "Maria Clara", "tuco", "salamanca", "ana", "José", "zoe"]


def asked(student: Any, *question: Any) -> dict[str, Any]:
    """What the helper says, a table."""
    return dict(expect(student.beside(asked_network)(*question)).to_be_a(dict, length=7))


def expect_as_read(found: Any, weights: Sequence[Tensor], names: Sequence[str]) -> None:
    """An answer to these names that comes from both logits or one; one check asks for the right probability."""
    expect(found).to_agree_with(p_as_read(found, weights, names), rtol=1e-4)


@check(
    weight=3,
    quote=(
        "The probability of label 1 for each name, in the order of the list",
        "Softmax over the two logits of a name",
    ),
)
def test_p_values(student, cases):
    """p_female gives the softmax probability of label 1, to four digits, in the order of the names"""
    weights = network_weights(cases)
    for names in (NAMES, NAMES[::-1][:4], ["luz", "eva"]):
        expect(asked(student, weights, names)["p"]).to_agree_with(right_p(weights, names), rtol=1e-4)


@check(quote="the dtype is that of the logits.")
def test_p_dtype(student, cases):
    """p_female keeps the dtype of the logits: float64, to the last digit, and float32"""
    weights = network_weights(cases)
    for given in ([weight.double() for weight in weights], weights):
        found = asked(student, given, NAMES)["p"]
        expect(found).to_match(p_as_read(found, given, NAMES))


@check(quote="for each name, in the order of the list: (len(names),)")
def test_p_single_name(student, cases):
    """p_female answers for a single name as well, (1,), and the same as among others"""
    weights = network_weights(cases)
    for name in ("eva", "Tuco Salamanca"):
        expect(asked(student, weights, [name])["p"]).to_agree_with(right_p(weights, [name]), rtol=1e-4)


@check(quote="The probability of label 1 for each name, in the order of the list")
def test_p_names_twice(student, cases):
    """p_female answers for every name of the list, also for one that stands there twice"""
    weights = network_weights(cases)
    names = some_order(cases, ("maria", "zoe", "maria", "tuco", "zoe", "ana"))
    expect_as_read(asked(student, weights, names)["p"], weights, names)


@check(quote="No names: a float32 tensor of shape (0,).")
def test_p_no_names(student, cases):
    """p_female gives a float32 tensor of shape (0,) for an empty list"""
    weights = network_weights(cases)
    for names in (NAMES[:2], [], NAMES[3:], []):
        found = asked(student, weights, names)["p"]
        if names:
            expect_as_read(found, weights, names)
        else:
            expect(found).to_equal(torch.zeros(0))


@check(
    quote=(
        "(len(names),), without gradient.",
        "no gradients are kept",
        "Someone who only asks must not change anything",
    ),
)
def test_p_without_gradient(student, cases):
    """p_female gives plain numbers without gradient, and leaves no gradients and no frozen parameters behind"""
    weights = network_weights(cases)
    found = asked(student, weights, NAMES)
    expect_as_read(expect(found["p"]).to_be_detached(), weights, NAMES)
    expect(found["clean"]).to_equal(True)


@check(
    weight=2.5,
    quote=("Dropout and batch norm are in eval mode meanwhile.", "Someone who only asks must not change anything"),
)
def test_p_repeats(student, cases):
    """p_female gives the same answer each time, in whichever mode the network is, and leaves its statistics alone"""
    weights = network_weights(cases)
    found = asked(student, weights, NAMES, False, (True,) * 5)
    for answer in (found["p"], found["again"], *found["third"]):
        expect_as_read(answer, weights, NAMES)
    expect(found["same"]).to_equal(True)


@check(
    weight=1.5,
    quote="Afterwards every module is in its old mode again, also when the model stops with an error.",
)
def test_p_modes(student, cases):
    """Afterwards every module is in the mode in which it was, also when the network stops with an error"""
    inside, weights = student.beside(asked_network), network_weights(cases)
    half = some_order(cases, (True, True, True, False, False))
    settings = list(itertools.product((False, True), ([True] * 5, half, [not mode for mode in half])))
    answers = [inside.asked_network(weights, NAMES[:3], broken, modes) for broken, modes in settings]
    for (broken, modes), answer in zip(settings, answers, strict=True):
        found = expect(answer).to_be_a(dict, length=7)
        expect(found["error"]).to_equal("stopped half way" if broken else "")
        expect(list(found["modes"]) == modes).to_hold("every module is in the mode in which it was")
        if not broken:
            expect_as_read(found["again"], weights, NAMES[:3])
