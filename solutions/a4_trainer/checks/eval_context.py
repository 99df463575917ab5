"""Hidden checks of the exercise `eval_context`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect

from ._helpers import flags, some_flags


def resting_model(modes: list[bool], device: Any = "cpu") -> nn.Module:
    """Dropout and batch norm, nested, and more batch norms after them: as many parts as there are modes."""
    torch.manual_seed(3)
    inner = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5))
    more = [nn.BatchNorm1d(4) for _ in modes[5:]]
    model = nn.Sequential(nn.Linear(3, 4), inner, *more).double()
    for part, mode in zip(model.modules(), modes, strict=True):
        part.training = mode
    return model.to(device)


def before_inside_after(eval_context: Any, modes: list[bool], device: Any = "cpu") -> list[list[bool]]:
    """Flags of the parts."""
    model = resting_model(modes, device=device)
    found = [flags(model)]
    with eval_context(model):
        found.append(flags(model))
    return [*found, flags(model)]


def outputs_inside(eval_context: Any, x: Tensor, device: Any = "cpu") -> list[Tensor]:
    """Two outputs in the block, and a running mean afterwards."""
    model = resting_model([True] * 6, device=device)
    with eval_context(model):
        return [model(x).detach(), model(x).detach(), model[2].running_mean]


def flags_after_an_error(
    eval_context: Any, modes: list[bool], what: str, device: Any = "cpu"
) -> tuple[str, list[bool]]:
    """What the caller hears of an error inside, and the flags then."""
    model, heard = resting_model(modes, device=device), "nothing"
    try:
        with eval_context(model):
            raise KeyError(what)
    except KeyError as error:
        heard = error.args[0]
    return heard, flags(model)


def flags_when_nested(eval_context: Any, modes: list[bool], device: Any = "cpu") -> list[list[bool]]:
    """Inside, after the inner block, and after the outer one."""
    model = resting_model(modes, device=device)
    found = []
    with eval_context(model):
        with eval_context(model):
            found.append(flags(model))
        found.append(flags(model))
    return [*found, flags(model)]


def flags_of_two(eval_context: Any, modes: list[bool], device: Any = "cpu") -> list[list[bool]]:
    """Two models and a part of one; blocks that end one after the other."""
    one, other = resting_model(modes, device=device), resting_model(modes[::-1], device=device)
    with eval_context(one), eval_context(other[1]):
        found = [flags(one), flags(other)]
    return [*found, flags(one), flags(other)]


def gradients_inside(eval_context: Any, modes: list[bool], device: Any = "cpu") -> dict[str, Any]:
    """Whether autograd works as it did, inside and afterwards, with and without no_grad; `modes`: what is learnable."""
    model = resting_model([True] * len(modes), device=device)
    for part, learnable in zip(model.modules(), modes, strict=True):
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad_(learnable)
    model[0].weight.requires_grad_().grad = torch.ones(4, 3, dtype=torch.float64, device=device)
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


def flags_after_a_switch(eval_context: Any, modes: list[bool], to: bool, device: Any = "cpu") -> list[bool]:
    """Somebody turns all parts on or off inside."""
    model = resting_model(modes, device=device)
    with eval_context(model):
        model.train(to)
    return flags(model)


def number_of_parts(cases: Any) -> int:
    """How many parts a model has: nobody knows beforehand."""
    return int(cases.rng.integers(8, 80))


def some_modes(cases: Any) -> list[bool]:
    """Of a model whose parts are in modes of their own: it trains, its batch norm rests, its Dropout is on."""
    return [True, True, True, False, True, *some_flags(cases, number_of_parts(cases))]


@check(weight=2, quote="Inside the with block the model, and each module in it, is in eval mode.")
def test_eval_inside(student, cases):
    """inside the block every module is in eval mode: Dropout drops nothing, batch norm uses its running mean"""
    inside = student.beside(outputs_inside, before_inside_after)
    for modes in ([True] * 6, some_modes(cases), [not mode for mode in some_modes(cases)]):
        found = expect(inside.before_inside_after(student.eval_context, modes)).to_be_a(list, length=3)
        expect(found[1]).to_equal([False] * len(modes))
    x = cases.tensor(5, 3)
    expect(inside.outputs_inside(student.eval_context, x)).to_match(outputs_inside(reference.eval_context, x))


@check(weight=1.5, quote="Afterwards each module is in the mode it was in before, each its own")
def test_train_again_after(student, cases):
    """a model that trains does so again after the block"""
    inside = student.beside(before_inside_after)
    for n in (number_of_parts(cases), number_of_parts(cases)):
        found = inside.before_inside_after(student.eval_context, [True] * n)
        expect(found).to_equal([[True] * n, [False] * n, [True] * n])


@check(weight=1.5, quote="Perhaps the model was in eval mode already.")
def test_eval_stays_eval(student, cases):
    """a model that is in eval mode before the block stays so after it"""
    inside = student.beside(before_inside_after)
    for n in (number_of_parts(cases), number_of_parts(cases)):
        expect(inside.before_inside_after(student.eval_context, [False] * n)).to_equal([[False] * n] * 3)


@check(weight=2, quote="a part that was in eval mode in a model that trains is so again, and the other way round.")
def test_each_its_own_mode(student, cases):
    """after the block each module is in its own old mode: a batch norm that rests, a Dropout that is on"""
    inside = student.beside(before_inside_after)
    for modes in (some_modes(cases), [not mode for mode in some_modes(cases)]):
        right = before_inside_after(reference.eval_context, modes)
        expect(inside.before_inside_after(student.eval_context, modes)).to_equal(right)


@check(
    after="eval_inside",
    weight=1.5,
    quote=("This holds as well when the block stops with an error.", "The error itself goes on to the caller."),
)
def test_restored_after_an_error(student, cases):
    """after an error inside the block the modes are the old ones, and the error reaches the caller"""
    inside = student.beside(flags_after_an_error)
    for n in (number_of_parts(cases), number_of_parts(cases)):
        what = f"batch {n} cannot be read"
        answer = inside.flags_after_an_error(student.eval_context, [True] * n, what)
        heard, after = expect(answer).to_be_a(tuple, length=2)
        expect(heard == what).to_hold("an error that is raised inside the block goes on to the caller")
        expect(after).to_equal([True] * n)


@check(quote="Blocks may be nested, also for the same model.")
def test_nested_blocks(student, cases):
    """a block inside a block for the same model: eval mode until the outer one ends, then the old modes"""
    inside = student.beside(flags_when_nested)
    for modes in ([True] * number_of_parts(cases), [False] * number_of_parts(cases)):
        right = flags_when_nested(reference.eval_context, modes)
        expect(inside.flags_when_nested(student.eval_context, modes)).to_equal(right)


@check(weight=0.5, quote="Inside the with block the model, and each module in it, is in eval mode.")
def test_two_models(student, cases):
    """blocks for two models do not get into each other's way, and only the given part is switched"""
    inside = student.beside(flags_of_two)
    modes = some_modes(cases)
    expect(inside.flags_of_two(student.eval_context, modes)).to_equal(flags_of_two(reference.eval_context, modes))


@check(quote="Gradients are not its business: they are on inside if they were on outside.")
def test_gradients_are_left_on(student, cases):
    """gradients inside the block are on or off as they were outside, and nothing is frozen or cleared"""
    inside = student.beside(gradients_inside)
    modes = some_modes(cases)
    found = expect(inside.gradients_inside(student.eval_context, modes)).to_be_a(dict, length=6)
    expect(found["inside"] is True and found["enabled"] is True).to_hold("autograd works inside the block")
    expect(found == gradients_inside(reference.eval_context, modes)).to_hold(
        "requires_grad, old gradients and an outer no_grad are as before"
    )


@check(weight=0.5, quote="Also if somebody calls train() or eval() inside the block.")
def test_switched_inside(student, cases):
    """the old modes come back even if somebody calls train() or eval() inside the block"""
    inside = student.beside(flags_after_a_switch)
    for mode in (True, False):
        modes = [mode] * number_of_parts(cases)
        expect(inside.flags_after_a_switch(student.eval_context, modes, not mode)).to_equal(modes)
