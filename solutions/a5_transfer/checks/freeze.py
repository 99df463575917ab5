"""Hidden checks of the exercise `freeze`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect

from ._helpers import copied, expect_letters, known_numbers, marked, unmarked


def two_part_model(device: Any = "cpu") -> nn.Module:
    """Features with batch norm and dropout, and a head with both; float64, known numbers."""
    inner = nn.Sequential(nn.Conv2d(4, 5, 2), nn.BatchNorm2d(5), nn.Dropout(0.4))
    features = nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Tanh(), inner)
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 3))
    torch.manual_seed(9)  # what dropout drops is then the same in every replay
    return known_numbers(nn.Sequential(features, head)).to(device)


def some_steps(model: nn.Module, optimizer: Any, count: int = 6, device: Any = "cpu") -> None:
    """Of training, on the same batch."""
    torch.manual_seed(5)
    x = torch.sin(torch.arange(6 * 2 * 6 * 5, dtype=torch.float64)).reshape(6, 2, 6, 5).to(device) + 0.5
    for _ in range(count):
        model.train()
        optimizer.zero_grad()
        F.cross_entropy(model(x), torch.arange(6, device=x.device) % 3).backward()
        optimizer.step()


def moved(before: dict[str, Tensor], module: nn.Module) -> list[str]:
    """Names of weights and statistics that have changed."""
    return [name for name, value in module.state_dict().items() if not torch.equal(value, before[name])]


def training_while_frozen(freeze: Any, bn_eval: bool, mark: int, device: Any = "cpu") -> dict[str, Any]:
    """What moves in both parts while all parameters are in an AdamW with a large weight decay."""
    model = two_part_model(device=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.1)
    freeze(model[0], **({} if bn_eval else {"bn_eval": False}))
    old, new = copied(model[0]), copied(model[1])
    some_steps(model, optimizer, device=device)
    return dict(marked({"features": moved(old, model[0]), "head": moved(new, model[1])}, mark))


def moved_while_frozen(student: Any, bn_eval: bool, mark: int) -> dict[str, list[str]]:
    """`training_while_frozen` of the student's function."""
    found = student.beside(training_while_frozen)(student.freeze, bn_eval, mark)
    return dict(unmarked(expect(found).to_be_a(dict, length=2), mark))


def statistics_of(names: list[str]) -> list[str]:
    """Those that are no weights."""
    return [name for name in names if "running" in name or "num_batches" in name]


def answers_about_names(trainable: Any, mark: int, device: Any = "cpu") -> list[Any]:
    """Of models with this and that frozen by hand."""
    model = two_part_model(device=device)
    found = [trainable(model)]
    model[0].requires_grad_(False)
    found.append(trainable(model))
    model[0][0].weight.requires_grad_(True)
    model[1][4].bias.requires_grad_(False)
    found.append(trainable(model))
    return list(marked([*found, trainable(model.requires_grad_(False)), trainable(nn.ReLU())], mark))


@check(quote="Names of the parameters that require gradients, in the order of model.named_parameters().")
def test_trainable_names(student, cases):
    """trainable lists the names of the parameters that are trained, in the order of the model"""
    inside = student.beside(answers_about_names)
    found = expect(inside.answers_about_names(student.trainable, cases.seed)).to_be_a(list)
    right = unmarked(answers_about_names(reference.trainable, cases.seed), cases.seed)
    expect(unmarked(found, cases.seed)).to_equal(right)


def names_after(freeze: Any, unfreeze: Any, mark: int, device: Any = "cpu") -> list[Any]:
    """Of the parameters that are trained: at first, frozen, and unfrozen again; whether they are the same objects."""
    model = two_part_model(device=device)
    before = list(model.parameters())
    found = []
    for change in (lambda _: None, freeze, unfreeze):
        change(model[0])
        found.append([name for name, parameter in model.named_parameters() if parameter.requires_grad])
    same = all(a is b for a, b in zip(before, model.parameters(), strict=True))
    return list(marked([*found, same], mark))


@check(
    quote=(
        "No parameter requires a gradient any more",
        "The parameters stay the same objects.",
        "All its parameters require gradients",
    )
)
def test_freeze_names(student, cases):
    """freeze switches the gradients of one part off, unfreeze switches them on, and the rest is left alone"""
    inside = student.beside(names_after)
    told = expect(inside.names_after(student.freeze, student.unfreeze, cases.seed)).to_be_a(list, length=4)
    right = names_after(reference.freeze, reference.unfreeze, cases.seed)
    found, right = unmarked(told, cases.seed), unmarked(right, cases.seed)
    expect(found[0] == right[0]).to_hold("at first every parameter is trained")
    expect(found[1] == right[1]).to_hold("after freeze(model[0]) exactly the parameters of model[1] are trained")
    expect(found[2] == right[2]).to_hold("after unfreeze(model[0]) every parameter is trained again")
    expect(found[3] is True).to_hold("the parameters are still the same objects, so an optimizer finds them")


@check(
    weight=1.5,
    quote="Hold a part of a model as it is: its parameters, and with bn_eval all that a forward pass could change.",
)
def test_frozen_weights_stay(student, cases):
    """freeze holds the weights through six steps, even in an AdamW with weight decay, while the head learns"""
    for bn_eval in (True, False):
        found = moved_while_frozen(student, bn_eval, cases.seed)
        expect(found["features"] == statistics_of(found["features"])).to_hold("no weight of the frozen part has moved")
        expect(found["head"][-2:] == ["4.weight", "4.bias"]).to_hold("the weights of the head have moved")


@check(
    weight=2,
    quote="Hold a part of a model as it is: its parameters, and with bn_eval all that a forward pass could change.",
)
def test_frozen_statistics_stay(student, cases):
    """freeze holds the running statistics of batch norm as well, although model.train() is called in each step"""
    found = moved_while_frozen(student, True, cases.seed)
    expect(statistics_of(found["features"]) == []).to_hold(
        "no running mean, running variance or batch counter has moved"
    )
    expect("2.running_mean" in found["head"]).to_hold("the batch norm of the head is not frozen: its statistics move")


@check(weight=0.5, quote="With bn_eval=False modes are left alone.")
def test_freeze_without_bn_eval(student, cases):
    """freeze(module, bn_eval=False) holds the weights only: the statistics go on moving"""
    found = moved_while_frozen(student, False, cases.seed)["features"]
    right = unmarked(training_while_frozen(reference.freeze, False, cases.seed), cases.seed)
    expect("0.weight" not in found).to_hold("with bn_eval=False the weights of the first layer do not move either")
    expect(statistics_of(found) == statistics_of(right["features"])).to_hold(
        "with bn_eval=False the running statistics move, as ever"
    )


def leftover_gradients(freeze: Any, mark: int, device: Any = "cpu") -> list[Any]:
    """What moves in both parts when an optimizer steps after the freezing; old gradients that are left."""
    model = two_part_model(device=device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    some_steps(model, optimizer, 2, device=device)
    freeze(model[0])
    left = [float(parameter.grad.abs().max()) for parameter in model[0].parameters() if parameter.grad is not None]
    old, new = copied(model[0]), copied(model[1])
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    optimizer.step()
    return list(marked([moved(old, model[0]), left, moved(new, model[1])], mark))


@check(quote="gradients that are there are dropped (None)")
def test_freeze_drops_gradients(student, cases):
    """freeze drops gradients that are there already: an optimizer that still holds the weights does not move them"""
    inside = student.beside(leftover_gradients)
    told = expect(inside.leftover_gradients(student.freeze, cases.seed)).to_be_a(list, length=3)
    found, left, head = unmarked(told, cases.seed)
    expect(found == []).to_hold("optimizer.step() right after freeze moves nothing in the frozen part")
    expect(left == []).to_hold("after freeze, the gradients of the frozen parameters are None")
    expect("4.weight" in head).to_hold("the head, which is not frozen, moves")


def modes_while_frozen(freeze: Any, x: Tensor, device: Any = "cpu") -> dict[str, Any]:
    """Outputs and modes of both parts, when train() and eval() are called on the model."""
    model = two_part_model(device=device)
    model.train()
    freeze(model[0])
    first = model[0](x)
    at_once = [module.training for module in model[0].modules()]
    result = model.train()
    with torch.no_grad():
        second, third = model[0](x), model[0](x)
    flags = [[module.training for module in part.modules()] for part in model]
    model.eval()
    return {
        "at once": not any(at_once),
        "chain": result is model,
        "frozen": not any(flags[0]),
        "head": all(flags[1]),
        "first": first.detach(),
        "same": torch.equal(second, third) and torch.equal(first.detach(), second),
        "eval": not any(module.training for module in model.modules()),
    }


@check(
    weight=1.5,
    quote=(
        "With bn_eval the part and everything in it is in eval mode and stays there, whatever train() or eval()",
        "The rest of the model still follows, and train() and eval() still give the model back.",
    ),
)
def test_frozen_part_in_eval_mode(student, cases):
    """freeze puts the whole part into eval mode, dropout too, and keeps it there; the head hears train()"""
    inside, x = student.beside(modes_while_frozen), cases.images(3, 2, 6, 5)
    found = expect(inside.modes_while_frozen(student.freeze, x)).to_be_a(dict, length=7)
    expect(found["at once"]).to_hold("right after freeze, every module of the part is in eval mode")
    expect(found["frozen"]).to_hold("after model.train(), every module of the frozen part is still in eval mode")
    expect(found["head"]).to_hold("after model.train(), every module of the head is in train mode")
    expect(found["same"]).to_hold("the frozen part gives the same for the same input, in spite of dropout")
    expect(found["first"]).to_match(modes_while_frozen(reference.freeze, x)["first"])
    expect(found["chain"]).to_hold("model.train() still gives the model back")
    expect(found["eval"]).to_hold("model.eval() puts everything into eval mode")


def slopes_through(freeze: Any, x: Tensor, device: Any = "cpu") -> Tensor:
    """Of the first logit, with respect to the input, through the frozen part."""
    model = two_part_model(device=device).eval()
    freeze(model[0])
    x = x.clone().requires_grad_()
    logit = model(x)[:, 0].sum()
    return torch.autograd.grad(logit, x, allow_unused=True)[0] if logit.requires_grad else torch.zeros(())


@check(after="frozen_weights_stay", quote="Gradients still pass through the part to its input.")
def test_gradients_pass_through(student, cases):
    """freeze lets gradients pass through the part to its input, as a saliency map needs them"""
    inside, x = student.beside(slopes_through), cases.images(2, 2, 6, 5)
    expect(inside.slopes_through(student.freeze, x)).to_match(slopes_through(reference.freeze, x))


def life_after(freeze: Any, unfreeze: Any, times: int, mark: int, device: Any = "cpu") -> dict[str, Any]:
    """Frozen so many times, unfrozen once, trained: what moves, and the modes."""
    model = two_part_model(device=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    for _ in range(times):
        freeze(model[0])
    model.eval()
    unfreeze(model[0])
    at_once = all(module.training for module in model[0].modules())
    old = copied(model[0])
    some_steps(model, optimizer, 2, device=device)
    x = torch.ones(2, 2, 6, 5, dtype=torch.float64, device=device)
    model.train()
    modes = [module.training for module in model.modules()]
    noisy = not torch.equal(model[0](x), model[0](x))
    calm = not any(module.training for module in model.eval().modules())
    told = {"moved": moved(old, model[0]), "keys": list(old)}
    return dict(marked({**told, "at once": at_once, "train": all(modes), "noisy": noisy, "eval": calm}, mark))


@check(
    weight=1.5,
    after="freeze_names",
    quote=(
        "Undo freeze, however often it was called, also never: the part learns again.",
        "it is in train mode, and it follows train() and eval() again",
    ),
)
def test_unfreeze_restores(student, cases):
    """unfreeze brings everything back: weights and statistics move, dropout drops, train() and eval() are heard"""
    inside = student.beside(life_after)
    for times in (1, 2, 0):
        told = inside.life_after(student.freeze, student.unfreeze, times, cases.seed)
        found = unmarked(expect(told).to_be_a(dict, length=6), cases.seed)
        frozen = f"after {times} times freeze and one unfreeze"
        expect(found["at once"]).to_hold(
            f"{frozen}, of a model in eval mode, every module of the part is in train mode"
        )
        expect(found["moved"] == found["keys"]).to_hold(f"{frozen}, training moves all weights and all statistics")
        expect(found["train"]).to_hold(f"{frozen}, model.train() puts every module into train mode")
        expect(found["noisy"]).to_hold(f"{frozen}, dropout drops again")
        expect(found["eval"]).to_hold(f"{frozen}, model.eval() puts every module into eval mode")
        expect(found["keys"] == list(two_part_model()[0].state_dict())).to_hold("the names in state_dict() stay")


@check(quote="The letters of all statements that are right, in any order")
def test_answer_about_statistics(student):
    """frozen_statistics names the statements about half-frozen batch norm that are right, and no others"""
    right = reference.frozen_statistics()
    expect_letters(student.frozen_statistics(), right, "all right statements are named, and no others")
