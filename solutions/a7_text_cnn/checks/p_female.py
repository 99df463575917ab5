"""Hidden checks of the exercise `p_female`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge import check, expect

from ._helpers import some_order


def asked_network(
    student: Any, weights: Sequence[Tensor], names: Sequence[str], broken: bool = False, modes: Sequence[bool] = ()
) -> dict[str, Any]:
    """p_female on a network of ours with these weights, half of it in train mode; what it says and what it leaves.

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
    model.norm.eval()
    for module, mode in zip(model.modules(), modes, strict=False):
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


def right_p(weights: Sequence[Tensor], names: Sequence[str]) -> Tensor:
    """By hand, in the dtype of the weights."""
    letters, scale, shift, out, bias = (weight.double() for weight in weights)
    numbers = [[(ord(letter) * 5) % 19 for letter in name.lower().replace(" ", "_")[:6]] for name in names]
    x = letters[torch.tensor([row + [19] * (6 - len(row)) for row in numbers])].flatten(1)
    x = (x - 0.3) / (1 + 1e-5) ** 0.5 * scale + shift
    return (x @ out.T + bias).softmax(1)[:, 1].to(weights[0].dtype)


NAMES = ["maria", "clara", "Maria Clara", "tuco", "salamanca", "ana", "maria", "José", "zoe"]


@check(
    weight=3,
    quote=(
        "The probability of label 1 for each name, in the order of the list",
        "Softmax over the two logits of a name",
    ),
)
def test_p_values(student, cases):
    """p_female gives the softmax probability of label 1, to four digits, in the order of the names"""
    inside, weights = student.beside(asked_network), network_weights(cases)
    for names in (NAMES, NAMES[::-1][:4], ["luz", "eva"]):
        found = expect(inside.asked_network(weights, names)).to_be_a(dict, length=7)
        expect(found["p"]).to_agree_with(right_p(weights, names), rtol=1e-4)


@check(after="p_values", quote="the dtype is that of the logits.")
def test_p_dtype(student, cases):
    """p_female keeps the dtype of the logits: float64, to the last digit, and float32"""
    inside, weights = student.beside(asked_network), network_weights(cases)
    for given in ([weight.double() for weight in weights], weights):
        found = expect(inside.asked_network(given, NAMES)).to_be_a(dict, length=7)
        expect(found["p"]).to_match(right_p(given, NAMES))


@check(quote="for each name, in the order of the list: (len(names),)")
def test_p_single_name(student, cases):
    """p_female answers for a single name as well, (1,), and the same as among others"""
    weights = network_weights(cases)
    for name in ("eva", "Tuco Salamanca"):
        found = expect(student.beside(asked_network)(weights, [name])).to_be_a(dict, length=7)
        expect(found["p"]).to_agree_with(right_p(weights, [name]), rtol=1e-4)


@check(after="p_values", quote="No names: a float32 tensor of shape (0,).")
def test_p_no_names(student, cases):
    """p_female gives a float32 tensor of shape (0,) for an empty list"""
    inside, weights = student.beside(asked_network), network_weights(cases)
    for names in ([], NAMES[:2], [], NAMES[3:]):
        found = expect(inside.asked_network(weights, names)).to_be_a(dict, length=7)
        if names:
            expect(found["p"]).to_agree_with(right_p(weights, names), rtol=1e-4)
        else:
            expect(found["p"]).to_equal(torch.zeros(0))


@check(
    after="p_values",
    quote=(
        "(len(names),), without gradient.",
        "no gradients are kept",
        "Someone who only asks must not change anything",
    ),
)
def test_p_without_gradient(student, cases):
    """p_female gives plain numbers without gradient, and leaves no gradients and no frozen parameters behind"""
    weights = network_weights(cases)
    found = expect(student.beside(asked_network)(weights, NAMES)).to_be_a(dict, length=7)
    expect(expect(found["p"]).to_be_detached()).to_agree_with(right_p(weights, NAMES), rtol=1e-4)
    expect(found["clean"]).to_equal(True)


@check(
    weight=1.5,
    quote=("Dropout and batch norm are in eval mode meanwhile.", "Someone who only asks must not change anything"),
)
def test_p_repeats(student, cases):
    """p_female gives the same answer each time, in whichever mode the network is, and leaves its statistics alone"""
    weights = network_weights(cases)
    found = expect(student.beside(asked_network)(weights, NAMES)).to_be_a(dict, length=7)
    for answer in (found["again"], *found["third"]):
        expect(answer).to_agree_with(right_p(weights, NAMES), rtol=1e-4)
    expect(found["same"]).to_equal(True)


@check(
    after="p_values",
    weight=1.5,
    quote="Afterwards every module is in its old mode again, also when the model stops with an error.",
)
def test_p_modes(student, cases):
    """Afterwards every module is in the mode in which it was, also when the network stops with an error"""
    inside, weights = student.beside(asked_network), network_weights(cases)
    half = some_order(cases, (True, True, True, False, False))
    settings = list(itertools.product((False, True), ([True] * 5, half, [not mode for mode in half])))
    asked = [inside.asked_network(weights, NAMES[:3], broken, modes) for broken, modes in settings]
    for (broken, modes), answer in zip(settings, asked, strict=True):
        found = expect(answer).to_be_a(dict, length=7)
        expect(found["error"]).to_equal("stopped half way" if broken else "")
        expect(list(found["modes"]) == modes).to_hold("every module is in the mode in which it was")
