"""Hidden checks of the exercise `eval_context`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect

from ._helpers import flags


def resting_model(kind: str, device: Any = "cpu") -> nn.Module:
    """Dropout and batch norm, nested; "train", "eval", "frozen" (batch norm rests) or "awake" (only dropout is on)."""
    torch.manual_seed(3)
    inner = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5))
    model = nn.Sequential(nn.Linear(3, 4), inner, nn.BatchNorm1d(4)).double()
    model.train(kind in ("train", "frozen"))
    if kind == "frozen":
        inner[0].eval()
        model[2].eval()
    if kind == "awake":
        inner[1].train()
    return model.to(device)


def before_inside_after(eval_context: Any, kind: str, device: Any = "cpu") -> list[list[bool]]:
    """Flags of the parts."""
    model = resting_model(kind, device=device)
    found = [flags(model)]
    with eval_context(model):
        found.append(flags(model))
    return [*found, flags(model)]


def outputs_inside(eval_context: Any, x: Tensor, device: Any = "cpu") -> list[Tensor]:
    """Two outputs in the block, and the running mean afterwards."""
    model = resting_model("train", device=device)
    with eval_context(model):
        return [model(x).detach(), model(x).detach(), model[2].running_mean]


def flags_after_an_error(eval_context: Any, kind: str, device: Any = "cpu") -> tuple[str, list[bool]]:
    """What the caller hears of an error inside, and the flags then."""
    model, heard = resting_model(kind, device=device), "nothing"
    try:
        with eval_context(model):
            raise KeyError("a batch that cannot be read")
    except KeyError:
        heard = "KeyError"
    return heard, flags(model)


def flags_when_nested(eval_context: Any, kind: str, device: Any = "cpu") -> list[list[bool]]:
    """Inside, after the inner block, and after the outer one."""
    model = resting_model(kind, device=device)
    found = []
    with eval_context(model):
        with eval_context(model):
            found.append(flags(model))
        found.append(flags(model))
    return [*found, flags(model)]


def flags_of_two(eval_context: Any, device: Any = "cpu") -> list[list[bool]]:
    """Two models and a part of one; blocks that end one after the other."""
    one, other = resting_model("frozen", device=device), resting_model("train", device=device)
    with eval_context(one), eval_context(other[1]):
        found = [flags(one), flags(other)]
    return [*found, flags(one), flags(other)]


def gradients_inside(eval_context: Any, device: Any = "cpu") -> dict[str, Any]:
    """Whether autograd works as it did, inside and afterwards, with and without no_grad around."""
    model = resting_model("train", device=device)
    model[0].bias.requires_grad_(False)
    model[0].weight.grad = torch.ones(4, 3, dtype=torch.float64, device=device)
    found: dict[str, Any] = {}
    with eval_context(model):
        found["inside"] = model(torch.ones(2, 3, dtype=torch.float64, device=device)).requires_grad
        found["enabled"] = torch.is_grad_enabled()
    found["learnable"] = [parameter.requires_grad for parameter in model.parameters()]
    found["left"] = model[0].weight.grad is not None
    with torch.no_grad():
        with eval_context(model):
            found["off outside, inside"] = torch.is_grad_enabled()
        found["off outside, after"] = torch.is_grad_enabled()
    return found


def flags_after_a_switch(eval_context: Any, kind: str, device: Any = "cpu") -> list[bool]:
    """Somebody turns all flags round inside."""
    model = resting_model(kind, device=device)
    with eval_context(model):
        model.train(kind != "train")
    return flags(model)


@check(weight=2)
def test_eval_inside(student, cases):
    """inside the block every module is in eval mode: Dropout drops nothing, batch norm uses its running mean"""
    inside = student.beside(outputs_inside, before_inside_after)
    for kind in ("train", "frozen", "awake"):
        found = expect(inside.before_inside_after(student.eval_context, kind)).to_be_a(list, length=3)
        expect(found[1]).to_equal([False] * 6)
    x = cases.tensor(5, 3)
    expect(inside.outputs_inside(student.eval_context, x)).to_match(outputs_inside(reference.eval_context, x))


@check(weight=1.5)
def test_train_again_after(student):
    """a model that trains does so again after the block"""
    inside = student.beside(before_inside_after)
    expect(inside.before_inside_after(student.eval_context, "train")).to_equal([[True] * 6, [False] * 6, [True] * 6])


@check(weight=1.5)
def test_eval_stays_eval(student):
    """a model that is in eval mode before the block stays so after it"""
    inside = student.beside(before_inside_after)
    expect(inside.before_inside_after(student.eval_context, "eval")).to_equal([[False] * 6] * 3)


@check(weight=2)
def test_each_its_own_mode(student):
    """after the block each module is in its own old mode: a batch norm that rests, a Dropout that is on"""
    inside = student.beside(before_inside_after)
    for kind in ("frozen", "awake"):
        right = before_inside_after(reference.eval_context, kind)
        expect(inside.before_inside_after(student.eval_context, kind)).to_equal(right)


@check(weight=1.5)
def test_restored_after_an_error(student):
    """after an error inside the block the modes are the old ones, and the error reaches the caller"""
    inside = student.beside(flags_after_an_error)
    for kind in ("train", "frozen", "eval"):
        heard, after = expect(inside.flags_after_an_error(student.eval_context, kind)).to_be_a(tuple, length=2)
        expect(heard == "KeyError").to_hold("an error that is raised inside the block goes on to the caller")
        expect(after).to_equal(flags(resting_model(kind)))


@check()
def test_nested_blocks(student):
    """a block inside a block for the same model: eval mode until the outer one ends, then the old modes"""
    inside = student.beside(flags_when_nested)
    for kind in ("train", "frozen", "eval"):
        right = flags_when_nested(reference.eval_context, kind)
        expect(inside.flags_when_nested(student.eval_context, kind)).to_equal(right)


@check(weight=0.5)
def test_two_models(student):
    """blocks for two models do not get into each other's way, and only the given part is switched"""
    inside = student.beside(flags_of_two)
    expect(inside.flags_of_two(student.eval_context)).to_equal(flags_of_two(reference.eval_context))


@check()
def test_gradients_are_left_on(student):
    """gradients inside the block are on or off as they were outside, and nothing is frozen or cleared"""
    inside = student.beside(gradients_inside)
    found = expect(inside.gradients_inside(student.eval_context)).to_be_a(dict, length=6)
    expect(found["inside"] is True and found["enabled"] is True).to_hold("autograd works inside the block")
    expect(found == gradients_inside(reference.eval_context)).to_hold(
        "requires_grad, old gradients and an outer no_grad are as before"
    )


@check(weight=0.5)
def test_switched_inside(student):
    """the old modes come back even if somebody calls train() or eval() inside the block"""
    inside = student.beside(flags_after_a_switch)
    for kind in ("train", "eval", "frozen"):
        right = flags(resting_model(kind))
        expect(inside.flags_after_a_switch(student.eval_context, kind)).to_equal(right)
