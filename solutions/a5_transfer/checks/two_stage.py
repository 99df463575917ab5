"""Hidden checks of the exercise `two_stage`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import functools
from typing import Any

import reference
import torch
from torch import nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect

from ._helpers import copied, known_numbers, marked, unmarked


def trained_model() -> nn.Module:
    """A backbone with batch norm and a head, float64, without dropout."""
    backbone = nn.Sequential(nn.Conv2d(2, 3, 3, stride=2, bias=False), nn.BatchNorm2d(3), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(3), nn.Linear(3, 4))
    return known_numbers(nn.Sequential(backbone, head))


def names_in(group: dict[str, Any], names: dict[int, str]) -> list[str]:
    """Whose parameters an optimizer's group holds."""
    return sorted(names.get(id(parameter), "stranger") for parameter in group["params"])


def groups_of(param_groups: Any, frozen: str, rates: list[float]) -> list[Any]:
    """Names and learning rate of each group; `frozen` is the beginning of the names that are frozen."""
    model = trained_model()
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not (frozen and name.startswith(frozen)))
    found = param_groups(model, *rates)
    return [[names_in(group, names), group["lr"]] for group in found]


def two_rates(cases: Any) -> list[float]:
    """Of the head and of the backbone."""
    return [round(float(rate), 4) for rate in (cases.rng.uniform(0.3, 0.9), cases.rng.uniform(0.01, 0.09))]


@check(
    weight=1.5,
    quote="""Groups for an optimizer: [{"params": [...], "lr": backbone_lr}, {"params": [...], "lr": head_lr}].""",
)
def test_groups(student, cases):
    """param_groups gives a group for the backbone and one for the head, each with its learning rate"""
    inside, rates = student.beside(groups_of), two_rates(cases)
    expect(inside.groups_of(student.param_groups, "", rates)).to_match(groups_of(reference.param_groups, "", rates))


@check(quote="Frozen parameters are left out, and so is a group in which nothing remains.")
def test_groups_without_frozen(student, cases):
    """param_groups leaves frozen parameters out, and a group that would be empty"""
    inside, rates = student.beside(groups_of), two_rates(cases)
    for frozen in ("0.0", "0.", "1.3.bias", "1.", ""):
        right = groups_of(reference.param_groups, frozen, rates)
        expect(inside.groups_of(student.param_groups, frozen, rates)).to_match(right)


def some_batches(sizes: list[int], start: int) -> list[Any]:
    """Of images (n, 2, 5, 7) with labels 0 to 3."""
    batches = []
    for number, size in enumerate(sizes):
        which = torch.arange(size, dtype=torch.float64)[:, None] + start + number
        waves = torch.sin(torch.arange(70, dtype=torch.float64) * (0.3 + 0.7 * which)) * 2 + torch.cos(2.6 * which)
        batches.append([waves.reshape(size, 2, 5, 7), (torch.arange(size) + number) % 4])
    return batches


def settings_of(optimizer: Any, names: dict[int, str]) -> dict[str, Any]:
    """What an optimizer is and which parameters of `trained_model` it holds, at which rates."""
    rates = {name: group["lr"] for group in optimizer.param_groups for name in names_in(group, names)}
    return {
        "kind": type(optimizer).__name__,
        "held": sorted(rates),
        "backbone": rates.get("0.0.weight", 0.0),
        "head": rates.get("1.3.weight", 0.0),
        "decay": [group["weight_decay"] for group in optimizer.param_groups],
    }


def watched(two_stage: Any, mark: int, *settings: Any) -> dict[str, Any]:
    """Both stages on a small model, with all that its optimizers did, told by hooks on whichever they are."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    model = trained_model()
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    train, valid = some_batches([5, 4, 6], 0), some_batches([9, 2], 40)
    steps, seen, passes = [], [], []

    def before_step(optimizer, _args, _more):
        fresh = not any(optimizer is earlier for earlier in seen)
        if fresh:
            seen.append(optimizer)
        state = bool(optimizer.state) and fresh
        steps.append({"number": len(seen), "state": state, **settings_of(optimizer, names)})

    def before_forward(_module, inputs):
        modes = [any(module.training for module in part.modules()) for part in model]
        free = [any(parameter.requires_grad for parameter in part.parameters()) for part in model]
        passes.append([len(inputs[0]), *modes, *free, torch.is_grad_enabled()])

    start = copied(model)
    model[0].register_forward_pre_hook(before_forward)
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        history = two_stage(model, (train, valid), *settings)
    finally:
        hook.remove()
    end = copied(model)
    seen_inside = {"steps": marked(steps, mark), "passes": marked(passes, mark)}
    return {"history": history, "start": start, "end": end, **seen_inside}


def watch(student: Any, cases: Any, *settings: Any) -> tuple[Any, Any]:
    """The student's two stages and the reference's, with these epochs and this learning rate."""
    found = expect(student.beside(watched)(student.two_stage, cases.seed, *settings)).to_be_a(dict, length=5)
    return found | {key: unmarked(found[key], cases.seed) for key in ("steps", "passes")}, right_stages(*settings)


@functools.cache
def right_stages(*settings: Any) -> Any:
    """The reference's, which several checks compare with."""
    found = watched(reference.two_stage, 0, *settings)
    return found | {key: unmarked(found[key], 0) for key in ("steps", "passes")}


def both(cases: Any) -> tuple[tuple[int, int], float]:
    """Epochs and a learning rate of this term, with which some answers about valid change from epoch to epoch."""
    return (2, 3), near_a_tenth(cases)


def near_a_tenth(cases: Any) -> float:
    """A learning rate of this term."""
    return round(float(cases.rng.uniform(0.095, 0.105)), 4)


def moved_in(found: dict[str, Any], part: str) -> list[str]:
    """What a run has changed in a part."""
    start, end = found["start"], found["end"]
    return [name for name in start if name.startswith(part) and not torch.equal(start[name], end[name])]


@check(weight=1.5, quote="model[0] is frozen, its parameters and its statistics, and in eval mode.")
def test_first_stage_is_frozen(student, cases):
    """two_stage with epochs (2, 0) leaves the backbone as it was, weights and statistics, and trains the head"""
    found, right = watch(student, cases, (2, 0), near_a_tenth(cases))
    expect(moved_in(found, "0.") == []).to_hold("nothing of the backbone has moved in the first stage")
    for name in ("1.3.weight", "1.2.running_mean"):
        expect(found["end"][name]).to_match(right["end"][name], rtol=1e-7)


@check(
    weight=2,
    quote=(
        "all else as torch has it by default",
        "the scheduler is made for len(train) steps per epoch and takes a step after each batch. Loss: cross-entropy.",
    ),
)
def test_both_stages_replayed(student, cases):
    """two_stage ends with the weights and statistics that these rules give, step by step"""
    found, right = watch(student, cases, *both(cases))
    for name in right["end"]:
        if not name.endswith("num_batches_tracked"):
            expect(found["end"][name]).to_match(right["end"][name], rtol=1e-6)


@check(
    weight=1.5,
    quote=(
        "Optimizer: AdamW over the head alone.",
        "A new AdamW with a group for the backbone and one for the head",
    ),
)
def test_fresh_optimizers(student, cases):
    """two_stage makes a new AdamW for each stage, without the memory of the first, over what is trained in it"""
    found, right = watch(student, cases, *both(cases))
    yours, wanted = found["steps"], right["steps"]
    expect(len(yours) == len(wanted)).to_hold(f"3 batches and 5 epochs make {len(wanted)} steps")
    expect(all(step["kind"] == "AdamW" for step in yours)).to_hold("the optimizer is torch.optim.AdamW")
    expect([step["number"] for step in yours] == [step["number"] for step in wanted]).to_hold(
        "the first stage has an optimizer, the second another"
    )
    expect(not any(step["state"] for step in yours)).to_hold("each optimizer starts without any memory")
    expect(yours[0]["held"] == wanted[0]["held"]).to_hold("in the first stage the optimizer holds the head alone")
    expect(yours[-1]["held"] == wanted[-1]["held"]).to_hold("in the second stage the optimizer holds all parameters")


@check(
    weight=1.5,
    quote=(
        "Scheduler: OneCycleLR with max_lr = lr.",
        "a new OneCycleLR with max_lr = lr / 100 for the backbone and lr / 10 for the head",
    ),
)
def test_learning_rates(student, cases):
    """two_stage follows one cycle in each stage: up to lr, then up to lr/10 and, for the backbone, lr/100"""
    found, right = watch(student, cases, *both(cases))
    expect(len(found["steps"]) == len(right["steps"])).to_hold(f"there are {len(right['steps'])} steps")
    for part in ("head", "backbone"):
        expect([step[part] for step in found["steps"]]).to_match([step[part] for step in right["steps"]], rtol=1e-6)


@check(quote="After each epoch: the share of right answers on all images of valid, in eval mode, without gradients.")
def test_modes_and_order(student, cases):
    """two_stage trains in train mode, validates after each epoch in eval mode without gradients, in that order"""
    found, right = watch(student, cases, (2, 1), near_a_tenth(cases))
    yours, wanted = found["passes"], right["passes"]
    expect([batch[0] for batch in yours] == [batch[0] for batch in wanted]).to_hold(
        "each epoch is one pass through the training batches, then one through the validation batches"
    )
    expect([batch[2] for batch in yours] == [batch[2] for batch in wanted]).to_hold(
        "the head is in train mode for training and in eval mode for validation"
    )
    expect([batch[1] for batch in yours] == [batch[1] for batch in wanted]).to_hold(
        "the backbone is in eval mode, but for the training of the second stage"
    )
    expect([batch[3:5] for batch in yours] == [batch[3:5] for batch in wanted]).to_hold(
        "the backbone is frozen in the first stage, and nothing is in the second"
    )
    expect([batch[5] for batch in yours] == [batch[5] for batch in wanted]).to_hold("validation needs no gradients")


@check(
    weight=1.5,
    quote=(
        """The history is a dict: "loss" and "lr" (that of the head) of each training step, as it was used""",
        """"val_acc" of each epoch; lists of floats. "boundary": the number of steps of stage 1.""",
        "epochs: tuple[int, int] = (3, 3), lr: float = 1e-2",
    ),
)
def test_history(student, cases):
    """two_stage gives the history of both stages: loss and lr of each step, accuracy of each epoch, boundary"""
    for settings in (both(cases), ()):
        found, right = watch(student, cases, *settings)
        yours, wanted = found["history"], right["history"]
        expect(isinstance(yours, dict) and sorted(yours) == sorted(wanted)).to_hold(
            "the history is a dict with the keys loss, lr, val_acc and boundary"
        )
        expect(yours["boundary"]).to_equal(wanted["boundary"])
        for key in ("loss", "lr", "val_acc"):
            expect(yours[key]).to_match(wanted[key], rtol=1e-6)


@check(weight=0.5, quote="A stage of 0 epochs is left out.")
def test_no_first_stage(student, cases):
    """two_stage leaves out a stage of 0 epochs: (0, 2) trains everything at once, with a boundary of 0"""
    found, right = watch(student, cases, (0, 2), near_a_tenth(cases) / 2)
    expect(found["history"]["boundary"]).to_equal(0)
    expect(found["history"]["lr"]).to_match(right["history"]["lr"], rtol=1e-6)
    expect(found["end"]["0.0.weight"]).to_match(right["end"]["0.0.weight"], rtol=1e-6)
