"""Hidden checks of a4_trainer. The first line of each docstring is what the student reads.

Models, optimizers and loaders live in the box. The helpers below are run beside the student's code with `beside`, and
here with the reference's: they make the same networks (known weights, float64) on both sides; plain data comes back.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.judge import check, expect, value_of
from autograder.judge.hidden import hidden_digits
from cnnkit import data

PUBLIC, HIDDEN = data.digits(), hidden_digits()  # here, once: reading them takes a second
IMPORTS = "import contextlib, io, json"  # of the helpers
DEVICE = "cpu"  # here; where the helpers run inside, that of its tensors


def beside(student: Any, *helpers: Callable[..., Any]) -> Any:
    """The helpers inside the box, as `student.env.flags(...)`."""
    student.run("\n\n".join([IMPORTS, *(inspect.getsource(helper) for helper in helpers)]))
    return student.env


# ================================================================ eval_context


def resting_model(kind: str) -> nn.Module:
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
    return model.to(DEVICE)


def flags(model: nn.Module) -> list[bool]:
    """Of the model and all its parts."""
    return [part.training for part in model.modules()]


def before_inside_after(eval_context: Any, kind: str) -> list[list[bool]]:
    """Flags of the parts."""
    model = resting_model(kind)
    found = [flags(model)]
    with eval_context(model):
        found.append(flags(model))
    return [*found, flags(model)]


def outputs_inside(eval_context: Any, x: Tensor) -> list[Tensor]:
    """Two outputs in the block, and the running mean afterwards."""
    model = resting_model("train")
    with eval_context(model):
        return [model(x).detach(), model(x).detach(), model[2].running_mean]


def flags_after_an_error(eval_context: Any, kind: str) -> tuple[str, list[bool]]:
    """What the caller hears of an error inside, and the flags then."""
    model, heard = resting_model(kind), "nothing"
    try:
        with eval_context(model):
            raise KeyError("a batch that cannot be read")
    except KeyError:
        heard = "KeyError"
    return heard, flags(model)


def flags_when_nested(eval_context: Any, kind: str) -> list[list[bool]]:
    """Inside, after the inner block, and after the outer one."""
    model = resting_model(kind)
    found = []
    with eval_context(model):
        with eval_context(model):
            found.append(flags(model))
        found.append(flags(model))
    return [*found, flags(model)]


def flags_of_two(eval_context: Any) -> list[list[bool]]:
    """Two models and a part of one; blocks that end one after the other."""
    one, other = resting_model("frozen"), resting_model("train")
    with eval_context(one), eval_context(other[1]):
        found = [flags(one), flags(other)]
    return [*found, flags(one), flags(other)]


def gradients_inside(eval_context: Any) -> dict[str, Any]:
    """Whether autograd works as it did, inside and afterwards, with and without no_grad around."""
    model = resting_model("train")
    model[0].bias.requires_grad_(False)
    model[0].weight.grad = torch.ones(4, 3, dtype=torch.float64, device=DEVICE)
    found: dict[str, Any] = {}
    with eval_context(model):
        found["inside"] = model(torch.ones(2, 3, dtype=torch.float64, device=DEVICE)).requires_grad
        found["enabled"] = torch.is_grad_enabled()
    found["learnable"] = [one.requires_grad for one in model.parameters()]
    found["left"] = model[0].weight.grad is not None
    with torch.no_grad():
        with eval_context(model):
            found["off outside, inside"] = torch.is_grad_enabled()
        found["off outside, after"] = torch.is_grad_enabled()
    return found


def flags_after_a_switch(eval_context: Any, kind: str) -> list[bool]:
    """Somebody turns all flags round inside."""
    model = resting_model(kind)
    with eval_context(model):
        model.train(kind != "train")
    return flags(model)


@check("eval_context", weight=2)
def test_eval_inside(student, cases):
    """inside the block every module is in eval mode: Dropout drops nothing, batch norm uses its running mean"""
    inside = beside(student, resting_model, flags, before_inside_after, outputs_inside)
    for kind in ("train", "frozen", "awake"):
        found = expect(inside.before_inside_after(student.eval_context, kind)).to_be_a(list, length=3)
        expect(found[1]).to_equal([False] * 6)
    x = cases.tensor(5, 3)
    expect(inside.outputs_inside(student.eval_context, x)).to_match(outputs_inside(reference.eval_context, x))


@check("eval_context", weight=1.5)
def test_train_again_after(student):
    """a model that trains does so again after the block"""
    inside = beside(student, resting_model, flags, before_inside_after)
    expect(inside.before_inside_after(student.eval_context, "train")).to_equal([[True] * 6, [False] * 6, [True] * 6])


@check("eval_context", weight=1.5)
def test_eval_stays_eval(student):
    """a model that is in eval mode before the block stays so after it"""
    inside = beside(student, resting_model, flags, before_inside_after)
    expect(inside.before_inside_after(student.eval_context, "eval")).to_equal([[False] * 6] * 3)


@check("eval_context", weight=2)
def test_each_its_own_mode(student):
    """after the block each module is in its own old mode: a batch norm that rests, a Dropout that is on"""
    inside = beside(student, resting_model, flags, before_inside_after)
    for kind in ("frozen", "awake"):
        right = before_inside_after(reference.eval_context, kind)
        expect(inside.before_inside_after(student.eval_context, kind)).to_equal(right)


@check("eval_context", weight=1.5)
def test_restored_after_an_error(student):
    """after an error inside the block the modes are the old ones, and the error reaches the caller"""
    inside = beside(student, resting_model, flags, flags_after_an_error)
    for kind in ("train", "frozen", "eval"):
        heard, after = expect(inside.flags_after_an_error(student.eval_context, kind)).to_be_a(tuple, length=2)
        expect(heard == "KeyError").to_hold("an error that is raised inside the block goes on to the caller")
        expect(after).to_equal(flags(resting_model(kind)))


@check("eval_context")
def test_nested_blocks(student):
    """a block inside a block for the same model: eval mode until the outer one ends, then the old modes"""
    inside = beside(student, resting_model, flags, flags_when_nested)
    for kind in ("train", "frozen", "eval"):
        right = flags_when_nested(reference.eval_context, kind)
        expect(inside.flags_when_nested(student.eval_context, kind)).to_equal(right)


@check("eval_context", weight=0.5)
def test_two_models(student):
    """blocks for two models do not get into each other's way, and only the given part is switched"""
    inside = beside(student, resting_model, flags, flags_of_two)
    expect(inside.flags_of_two(student.eval_context)).to_equal(flags_of_two(reference.eval_context))


@check("eval_context")
def test_gradients_are_left_on(student):
    """gradients inside the block are on or off as they were outside, and nothing is frozen or cleared"""
    inside = beside(student, resting_model, gradients_inside)
    found = expect(inside.gradients_inside(student.eval_context)).to_be_a(dict, length=6)
    expect(found["inside"] is True and found["enabled"] is True).to_hold("autograd works inside the block")
    expect(found == gradients_inside(reference.eval_context)).to_hold(
        "requires_grad, old gradients and an outer no_grad are as before"
    )


@check("eval_context", weight=0.5)
def test_switched_inside(student):
    """the old modes come back even if somebody calls train() or eval() inside the block"""
    inside = beside(student, resting_model, flags, flags_after_a_switch)
    for kind in ("train", "eval", "frozen"):
        right = flags(resting_model(kind))
        expect(inside.flags_after_a_switch(student.eval_context, kind)).to_equal(right)


# ================================================================ data


@check("data")
def test_to_unit_scales(student, cases):
    """to_unit divides whole numbers by 255, also of dark images: 0 stays 0, 255 becomes 1"""
    for most in (255, 90, 1):
        pixels = cases.integers(3, 4, 5, low=0, high=most, dtype=torch.uint8)
        pixels[0, 0, :2] = torch.tensor([0, most])
        expect(student.to_unit(pixels)).to_match(reference.to_unit(pixels))
    numbers = cases.integers(2, 3, 4, low=0, high=255)
    expect(student.to_unit(numbers)).to_match(reference.to_unit(numbers))


@check("data")
def test_to_unit_keeps_floats(student, cases):
    """to_unit leaves floats at their values, so that calling it twice is the same as once"""
    for dtype in (torch.float32, torch.float64):
        pixels = cases.tensor(2, 1, 3, 4, low=0, dtype=dtype)
        expect(student.to_unit(pixels)).to_match(reference.to_unit(pixels))
    again = value_of(student.to_unit(cases.integers(2, 3, 5, low=0, high=255, dtype=torch.uint8)))
    expect(student.to_unit(again)).to_match(again)


@check("data", weight=0.5)
def test_to_unit_shape(student, cases):
    """to_unit gives (n, 1, H, W) for (n, H, W) and for (n, 1, H, W), and leaves its argument alone"""
    for shape in ((2, 5, 3), (3, 1, 4, 6), (1, 2, 7)):
        pixels = cases.integers(*shape, low=0, high=255, dtype=torch.uint8)
        found = expect(lambda pixels=pixels: student.to_unit(pixels)).to_leave_inputs_alone()
        expect(found).to_have_shape(shape[0], 1, *shape[-2:])


@check("data")
def test_split_deals_all(student):
    """split_indices gives int64 tensors of the right sizes in which each number stands exactly once"""
    for n, fractions in ((1797, (0.8, 0.1, 0.1)), (101, (0.7, 0.3)), (57, (0.25, 0.35, 0.3, 0.1)), (10, (1.0,))):
        parts = expect(student.split_indices(n, fractions, seed=5)).to_be_a(list, length=len(fractions))
        for part, right in zip(parts, reference.split_indices(n, fractions, seed=5), strict=True):
            expect(part).to_have_dtype(torch.int64)
            expect(part).to_have_shape(len(right))
        expect(torch.cat(parts).sort().values).to_equal(torch.arange(n))


def splits_and_state(split_indices: Any, n: int, seeds: list[int]) -> tuple[list[Any], bool]:
    """The splits for some seeds, and whether torch's and NumPy's random states are as before."""
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    found = []
    for seed in seeds:
        found.append(split_indices(n, (0.5, 0.3, 0.2), seed))
    same = torch.equal(before[0], torch.get_rng_state()) and bool((before[1] == np.random.get_state()[1]).all())
    return found, same


@check("data")
def test_split_is_seeded(student):
    """split_indices shuffles by the seed: the same again, others for another seed; global random state untouched"""
    inside = beside(student, splits_and_state)
    found, same = expect(inside.splits_and_state(student.split_indices, 200, [1, 2, 1])).to_be_a(tuple, length=2)
    first, other, again = [expect(parts).to_be_a(list, length=3) for parts in found]
    for part in (*first, *other):
        expect(part).to_have_dtype(torch.int64)
    expect(again).to_equal(first)
    expect(any(not torch.equal(a, b) for a, b in zip(first, other, strict=True))).to_hold(
        "another seed deals otherwise"
    )
    for part in first:
        expect(not torch.equal(part, part.sort().values)).to_hold("no part is in order")
    expect(float((first[0] < 100).double().mean()) < 0.9).to_hold(
        "the first part is not made of the first numbers only"
    )
    expect(same).to_hold("the global random state (torch's and NumPy's) is as before")


@check("data", weight=0.5)
def test_split_refuses(student):
    """split_indices raises ValueError when the fractions do not add up to 1, and takes 0.7 + 0.2 + 0.1"""
    expect(lambda: student.split_indices(50, (0.8, 0.1))).to_raise(ValueError)
    expect(lambda: student.split_indices(50, (0.8, 0.3))).to_raise(ValueError)
    expect(student.split_indices(50, (0.7, 0.2, 0.1))).to_be_a(list, length=3)


@check("data")
def test_standardize_by_train(student, cases):
    """standardize measures mean and deviation on the training images only, and applies them to all"""
    images = cases.tensor(9, 1, 3, 4, low=2, high=7)
    images[[1, 4]] += 50
    train = torch.tensor([6, 0, 8, 2, 3])
    expect(student.standardize(images, train)).to_match(reference.standardize(images, train))
    expect(lambda: student.standardize(images.float(), train)).to_leave_inputs_alone()


def batches_of(loaders: Any, epochs: int) -> list[list[list[list[int]]]]:
    """Labels in each batch, of each epoch, of each loader; checks that pictures and labels belong together."""
    found = []
    for loader in loaders:
        rounds = []
        for _ in range(epochs):
            rounds.append([y.tolist() if torch.equal(x[:, 0] * 3, y.to(x.dtype)) else [-1] for x, y in loader])
        found.append(rounds)
    return found


def made_batches(make_loaders: Any, splits: list[Any], size: int, seed: int) -> list[list[list[list[int]]]]:
    """Of pictures that hold their number, whose label is three times as much; two epochs."""
    numbers, splits = torch.arange(60), [part.cpu() for part in splits]
    return batches_of(make_loaders(numbers[:, None].double(), 3 * numbers, splits, size, seed), 2)


PARTS = [torch.arange(59, 26, -1), torch.tensor([4, 2, 19, 7, 11, 0, 13]), torch.tensor([5, 3, 1])]


@check("data")
def test_loaders_lose_nothing(student):
    """make_loaders gives a loader for each part: each image with its own label, batches of the right size, none lost"""
    inside = beside(student, batches_of, made_batches)
    found = expect(inside.made_batches(student.make_loaders, PARTS, 5, 1)).to_be_a(list, length=3)
    for part, rounds in zip(PARTS, found, strict=True):
        for batches in rounds:
            expect([len(batch) for batch in batches]).to_equal([len(chunk) for chunk in part.split(5)])
            expect(sorted(chain(*batches))).to_equal(sorted((3 * part).tolist()))


@check("data")
def test_loaders_shuffle_training(student):
    """make_loaders shuffles the training images anew in each epoch, by the seed; the other parts keep their order"""
    inside = beside(student, batches_of, made_batches)
    found = [value_of(inside.made_batches(student.make_loaders, PARTS, 5, seed)) for seed in (1, 1, 2)]
    one, again, other = found
    expect(one).to_be_a(list, length=3)
    order = [list(chain(*batches)) for batches in one[0]]
    expect(order[0] != (3 * PARTS[0]).tolist() and order[0] != sorted(order[0])).to_hold(
        "the training images are shuffled"
    )
    expect(order[0] != order[1]).to_hold("the second epoch has another order than the first")
    expect(again[0] == one[0]).to_hold("the same seed gives the same batches, epoch by epoch")
    expect(other[0] != one[0]).to_hold("another seed gives other batches")
    for part, rounds in zip(PARTS[1:], one[1:], strict=True):
        expect([list(chain(*batches)) for batches in rounds] == [(3 * part).tolist()] * 2).to_hold(
            "every part but the first keeps its order, in every epoch"
        )


@check("data", weight=0.5)
def test_base_rate(student, cases):
    """base_rate is the share of the most frequent label, a float; labels need not start at 0"""
    labels = torch.tensor([4] * 7 + [2] * 9 + [6] * 3)[torch.from_numpy(cases.rng.permutation(19))]
    for one in (labels, labels + 5, torch.tensor([3])):
        expect(student.base_rate(one)).to_match(reference.base_rate(one), rtol=1e-6)
    expect(student.base_rate(labels)).to_be_a(float)


@check("data", weight=0.5)
def test_class_numbers(student):
    """class_numbers numbers the names in alphabetical order, however the files are listed"""
    for names in (["no", "yes", "no", "maybe"], ["yes", "maybe", "no"], ["b", "B", "a10", "a9", "b"]):
        expect(student.class_numbers(names)).to_equal(reference.class_numbers(names))


@check("data", weight=1.5)
def test_diagnosis(student):
    """diagnosis finds the fault behind each of the five curves"""
    found = expect(student.diagnosis()).to_be_a(dict, length=5)
    for run, right in reference.diagnosis().items():
        expect(found.get(run) == right).to_hold(f"the fault behind curve {run} is found")


# ================================================================ steps


def tiny_net(classes: int = 4, extra: str = "") -> nn.Module:
    """(B, 6) -> (B, classes), float64, with known weights; extra is "dropout", "norm", both or nothing."""
    layers = [nn.Linear(6, 5), nn.Tanh()]
    if "norm" in extra:
        layers.append(nn.BatchNorm1d(5))
    if "dropout" in extra:
        layers.append(nn.Dropout(0.5))
    model = nn.Sequential(*layers, nn.Linear(5, classes)).double()
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for one in model.parameters():
            one.copy_(torch.randn(one.shape, generator=generator, dtype=torch.float64))
    return model.to(DEVICE)


def tiny_optimizer(model: nn.Module, kind: str) -> torch.optim.Optimizer:
    """ "sgd" with momentum, or "adamw"."""
    if kind == "adamw":
        return torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.1)
    return torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)


def weights(model: nn.Module) -> list[Tensor]:
    """Copies of all parameters."""
    return [one.detach().clone() for one in model.parameters()]


def weights_after(Steps: Any, kind: str, batches: list[Any]) -> list[Tensor]:
    """After a train_step on each batch."""
    model = tiny_net()
    steps = Steps(model, tiny_optimizer(model, kind), F.cross_entropy)
    for batch in batches:
        steps.train_step(batch)
    return weights(steps.model)


def weights_by_hand(kind: str, batches: list[Any]) -> list[Tensor]:
    """The same, written out: gradients by autograd.grad, the rule of the optimizer on paper."""
    model = tiny_net()
    parameters = list(model.parameters())
    first = [torch.zeros_like(one) for one in parameters]
    second = [torch.zeros_like(one) for one in parameters]
    for t, (x, y) in enumerate(batches, 1):
        slopes = torch.autograd.grad(F.cross_entropy(model(x), y), parameters)
        with torch.no_grad():
            for one, slope, m, v in zip(parameters, slopes, first, second, strict=True):
                if kind == "sgd":
                    m.mul_(0.9).add_(slope)
                    one.sub_(0.3 * m)
                    continue
                one.mul_(1 - 0.05 * 0.1)
                m.mul_(0.9).add_(0.1 * slope)
                v.mul_(0.999).add_(0.001 * slope**2)
                one.sub_(0.05 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))
    return weights(model)


def some_batches(cases: Any, *sizes: int, classes: int = 4) -> list[tuple[Tensor, Tensor]]:
    """Batches (x, y) of these sizes."""
    return [(cases.tensor(n, 6, low=-2, high=2), cases.integers(n, low=0, high=classes - 1)) for n in sizes]


@check("steps", weight=3)
def test_five_steps_of_sgd(student, cases):
    """five train_steps with SGD and momentum give the same weights as the rule written out by hand"""
    batches = some_batches(cases, 7, 7, 5, 7, 3)
    inside = beside(student, tiny_net, tiny_optimizer, weights, weights_after)
    expect(inside.weights_after(student.Steps, "sgd", batches)).to_match(weights_by_hand("sgd", batches), rtol=1e-7)


@check("steps", weight=2)
def test_five_steps_of_adamw(student, cases):
    """five train_steps with AdamW give the same weights as the rule written out by hand"""
    batches = some_batches(cases, 6, 8, 6, 6, 2)
    inside = beside(student, tiny_net, tiny_optimizer, weights, weights_after)
    expect(inside.weights_after(student.Steps, "adamw", batches)).to_match(weights_by_hand("adamw", batches), rtol=1e-7)


def weights_after_dirt(Steps: Any, batch: Any) -> list[Tensor]:
    """One step, with gradients that somebody has left behind."""
    model = tiny_net()
    steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy)
    for one in model.parameters():
        one.grad = torch.full_like(one, 5.0)
    steps.train_step(batch)
    return weights(model)


@check("steps", weight=1.5)
def test_left_gradients_do_not_count(student, cases):
    """train_step is not misled by gradients that were in .grad before it began"""
    (batch,) = some_batches(cases, 6)
    inside = beside(student, tiny_net, tiny_optimizer, weights, weights_after_dirt)
    expect(inside.weights_after_dirt(student.Steps, batch)).to_match(weights_by_hand("sgd", [batch]), rtol=1e-7)


def results_of_steps(Steps: Any, batches: list[Any], classes: int) -> list[Any]:
    """What train_step returns, batch by batch."""
    model = tiny_net(classes)
    steps = Steps(model, tiny_optimizer(model, "sgd"), nn.CrossEntropyLoss())
    return [steps.train_step(batch) for batch in batches]


def expected_results(batches: list[Any], classes: int) -> list[dict[str, float]]:
    """Loss and accuracy before each step, by the reference."""
    return results_of_steps(reference.Steps, batches, classes)


@check("steps", weight=2)
def test_train_step_returns(student, cases):
    """train_step returns the mean loss and the accuracy of its batch before the step, as plain floats"""
    batches = some_batches(cases, 9, 5, 1, classes=3)
    inside = beside(student, tiny_net, tiny_optimizer, results_of_steps)
    found = expect(inside.results_of_steps(student.Steps, batches, 3)).to_be_a(list, length=3)
    for one in found:
        for name in ("loss", "acc"):
            expect(expect(one).to_be_a(dict).get(name)).to_be_a(float)
    expect(found).to_match(expected_results(batches, 3), rtol=1e-6)


@check("steps", weight=1.5)
def test_square_batches(student, cases):
    """train_step and valid_step find the best class of each image, also when there are as many images as classes"""
    batches = some_batches(cases, 4, 4, 4)
    inside = beside(student, tiny_net, tiny_optimizer, results_of_steps, valid_results)
    expect(inside.results_of_steps(student.Steps, batches, 4)).to_match(expected_results(batches, 4), rtol=1e-6)
    expect(inside.valid_results(student.Steps, batches)).to_match(valid_results(reference.Steps, batches))


def events_of_a_step(Steps: Any, batch: Any, step: str) -> list[str]:
    """zero_grad, forward, backward and step, in the order in which they happen."""
    model, said = tiny_net(), []
    model.register_forward_hook(lambda _model, _x, _y: said.append("forward"))

    class Optimizer(torch.optim.SGD):
        def zero_grad(self, set_to_none=True):
            said.append("zero_grad")
            super().zero_grad(set_to_none)

        def step(self, closure=None):
            said.append("step")
            return super().step(closure)

    def loss_fn(logits, labels):
        loss = F.cross_entropy(logits, labels)
        if loss.requires_grad:
            loss.register_hook(lambda slope: said.append("backward"))
        return loss

    getattr(Steps(model, Optimizer(model.parameters(), lr=0.1), loss_fn), step)(batch)
    return said


@check("steps", weight=1.5)
def test_order_of_a_step(student, cases):
    """train_step goes forward once, backward once, then takes one step; nothing is cleared in between"""
    (batch,) = some_batches(cases, 5)
    inside = beside(student, tiny_net, events_of_a_step)
    said = expect(inside.events_of_a_step(student.Steps, batch, "train_step")).to_be_a(list)
    for event in ("forward", "backward", "step"):
        expect(said.count(event)).to_equal(1)
    expect([one for one in said if one != "zero_grad"]).to_equal(["forward", "backward", "step"])
    between = said[said.index("backward") : said.index("step")]
    expect("zero_grad" not in between).to_hold("no zero_grad between backward and step")


def modes_of_steps(Steps: Any, batch: Any) -> list[bool]:
    """Flags after train_step and valid_step, for a model that trains and for one that does not."""
    found = []
    for training in (True, False):
        model = tiny_net(extra="norm dropout").train(training)
        steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy)
        for step in (steps.train_step, steps.valid_step):
            step(batch)
            found.append(model.training)
    return found


@check("steps", weight=0.5)
def test_steps_keep_the_mode(student, cases):
    """train_step and valid_step leave the mode of the model as it is"""
    (batch,) = some_batches(cases, 5)
    inside = beside(student, tiny_net, tiny_optimizer, modes_of_steps)
    expect(inside.modes_of_steps(student.Steps, batch)).to_equal([True, True, False, False])


def valid_results(Steps: Any, batches: list[Any]) -> list[Any]:
    """What valid_step returns with the function and with the object for the loss."""
    steps = [Steps(tiny_net(), None, loss_fn) for loss_fn in (F.cross_entropy, nn.CrossEntropyLoss())]
    return [one.valid_step(batch) for one in steps for batch in batches]


@check("steps", weight=2)
def test_valid_step_sums(student, cases):
    """valid_step returns the sum of the losses, the number of hits and the number of images, for any kind of loss_fn"""
    batches = some_batches(cases, 7, 1, 10)
    inside = beside(student, tiny_net, valid_results)
    found = expect(inside.valid_results(student.Steps, batches)).to_be_a(list, length=6)
    for one in found:
        kinds = {name: type(value).__name__ for name, value in expect(one).to_be_a(dict).items()}
        expect(kinds).to_equal({"loss_sum": "float", "correct": "int", "count": "int"})
    expect(found).to_match(valid_results(reference.Steps, batches))


def traces_of(Steps: Any, batch: Any, name: str) -> dict[str, bool]:
    """What valid_step or evaluate leaves behind: graph, gradients, weights."""
    model, graphs = tiny_net(extra="norm"), []
    model.eval()
    model.register_forward_hook(lambda _model, _x, y: graphs.append(y.requires_grad))
    optim = tiny_optimizer(model, "adamw")
    for one in model.parameters():
        one.grad = torch.ones_like(one)
    old = {key: value.clone() for key, value in model.state_dict().items()}
    steps = Steps(model, optim, F.cross_entropy)
    steps.valid_step(batch) if name == "valid_step" else steps.evaluate([batch, batch])
    new = model.state_dict()
    return {
        "graph": any(graphs) or not graphs,
        "weights": all(torch.equal(value, new[key]) for key, value in old.items()),
        "gradients": all(one.grad is not None and bool((one.grad == 1).all()) for one in model.parameters()),
        "learnable": all(one.requires_grad for one in model.parameters()),
        "enabled": torch.is_grad_enabled(),
    }


@check("steps", weight=1.5)
def test_measuring_leaves_no_trace(student, cases):
    """valid_step and evaluate build no graph and change no weights, no gradients, no running statistics"""
    (batch,) = some_batches(cases, 5)
    inside = beside(student, tiny_net, tiny_optimizer, traces_of)
    for name in ("valid_step", "evaluate"):
        found = expect(inside.traces_of(student.Steps, batch, name)).to_be_a(dict, length=5)
        expect(found["graph"] is False).to_hold(f"{name} builds no graph (torch.no_grad)")
        expect(found["weights"] is True).to_hold(f"{name} changes neither weights nor running statistics")
        rest = found["gradients"] is True and found["learnable"] is True and found["enabled"] is True
        expect(rest).to_hold(f"{name} leaves .grad, requires_grad and the autograd mode as they were")


def evaluation(Steps: Any, batches: Any, extra: str = "", as_iterator: bool = False) -> Any:
    """Of a model that was training."""
    model = tiny_net(extra=extra)
    torch.manual_seed(0)
    return Steps(model, None, F.cross_entropy).evaluate(iter(batches) if as_iterator else batches)


@check("steps", weight=3)
def test_evaluate_ragged(student, cases):
    """evaluate gives the loss and the accuracy over all images, although the last batch is smaller"""
    inside = beside(student, tiny_net, evaluation)
    for sizes in ((6, 6, 6, 1), (3,), (5, 2, 8)):
        batches = some_batches(cases, *sizes)
        found = expect(inside.evaluation(student.Steps, batches)).to_be_a(dict)
        for name in ("loss", "acc"):
            expect(found.get(name)).to_be_a(float)
        expect(found).to_match(evaluation(reference.Steps, batches), rtol=1e-6)


@check("steps", weight=1.5)
def test_evaluate_in_eval_mode(student, cases):
    """evaluate measures in eval mode: no Dropout, and batch norm with its running statistics"""
    inside = beside(student, tiny_net, evaluation)
    batches = some_batches(cases, 6, 4)
    for extra in ("dropout", "norm"):
        right = evaluation(reference.Steps, batches, extra)
        expect(inside.evaluation(student.Steps, batches, extra)).to_match(right, rtol=1e-6)


def modes_after_evaluate(Steps: Any, batches: Any) -> list[list[bool]]:
    """Of a model that trained, and of one that did not."""
    found = []
    for training in (True, False):
        model = tiny_net(extra="norm dropout").train(training)
        Steps(model, None, F.cross_entropy).evaluate(batches)
        found.append([part.training for part in model.modules()])
    return found


@check("steps", weight=1.5)
def test_evaluate_gives_the_mode_back(student, cases):
    """after evaluate the model is in the mode that it was in: train stays train, eval stays eval"""
    inside = beside(student, tiny_net, modes_after_evaluate)
    found = inside.modes_after_evaluate(student.Steps, some_batches(cases, 4, 3))
    expect(found).to_equal([[True] * 6, [False] * 6])


@check("steps", weight=0.5)
def test_evaluate_any_loader(student, cases):
    """evaluate takes anything that can be looped over once, also without a length"""
    inside = beside(student, tiny_net, evaluation)
    batches = some_batches(cases, 6, 4, 5)
    right = evaluation(reference.Steps, batches)
    expect(inside.evaluation(student.Steps, batches, "", True)).to_match(right, rtol=1e-6)


def devices_asked(Steps: Any, batch: Any, device: Any) -> list[str]:
    """Which device x, y and the model are moved to."""
    asked = []

    class Watched(torch.Tensor):
        def to(self, *args, **kwargs):
            place = kwargs.get("device", args[0] if args else None)
            asked.append(str(place))
            return self.as_subclass(torch.Tensor)

    class Model(nn.Linear):
        def to(self, *args, **kwargs):
            asked.append("model " + str(kwargs.get("device", args[0] if args else None)))
            return self

    model = Model(6, 4).double()
    steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy, device)
    pair = tuple(part.cpu().as_subclass(Watched) for part in batch)  # where the model is, which only says it moves
    steps.train_step(pair)
    steps.valid_step(pair)
    return sorted(one for one in asked if not one.endswith("None"))


@check("steps")
def test_moves_to_the_device(student, cases):
    """Steps moves the model to its device, and each batch as well, in training and in validation; None moves nothing"""
    (batch,) = some_batches(cases, 5)
    inside = beside(student, tiny_optimizer, devices_asked)
    found = expect(inside.devices_asked(student.Steps, batch, "cpu")).to_be_a(list)
    expect("model cpu" in found).to_hold("the model is moved to the device with .to(device)")
    expect(found.count("cpu") >= 4).to_hold("x and y are moved to the device of this object, by both steps")
    expect(set(found) <= {"model cpu", "cpu"}).to_hold("nothing is moved to any other device")
    expect(inside.devices_asked(student.Steps, batch, None)).to_equal([])


@check("steps", weight=0.5)
def test_attributes_of_steps(student):
    """Steps has the attributes model, optim, loss_fn and device"""
    model = student.env.nn.Linear(2, 3)
    steps = student.Steps(model, "an optimizer", "a loss", "cpu")
    expect([value_of(steps.optim), value_of(steps.loss_fn)]).to_equal(["an optimizer", "a loss"])
    expect(str(value_of(steps.device)) == "cpu").to_hold("the attribute device is the device that was given")
    expect(steps.model.weight).to_match(value_of(model.weight))


# ================================================================ loop


class Pretended:
    """Stands in for Steps, the scheduler and the callbacks: takes no steps, notes what is asked of it, and when."""

    def __init__(self, losses: list[float]) -> None:
        self.model, self.losses, self.said, self.count = nn.Dropout(0.5), losses, [], 0
        self.model.eval()

    def train_step(self, batch: Any) -> dict[str, float]:
        """The next of the losses, and an eighth of it."""
        self.said.append(f"step {batch}" + ("" if self.model.training else " in eval mode"))
        loss = self.losses[self.count % len(self.losses)]
        self.count += 1
        return {"loss": loss, "acc": loss / 8}

    def evaluate(self, loader: Any) -> dict[str, float]:
        """Leaves the model in eval mode, as a careless one would."""
        self.said.append(f"evaluate {loader}")
        self.model.eval()
        return {"loss": self.count / 4, "acc": self.count / 64}

    def step(self) -> None:
        """The scheduler's."""
        self.said.append("scheduler")

    def listener(self, name: str) -> Any:
        """A callback that notes what it finds in the log."""

        def callback(loop):
            told = loop.train_log["loss"]
            self.said.append(f"{name} hears {len(told)} losses, the last {told[-1] if told else None}")

        return callback


def events_of_a_run(Loop: Any, epochs: int, batches: list[str], what: str = "all") -> list[str]:
    """Everything that happens, in order; `what` leaves out "scheduler" or "callbacks"."""
    steps = Pretended([4.0, 2.0, 1.0, 3.0, 5.0])
    scheduler = None if what == "callbacks" else steps
    callbacks = () if what == "scheduler" else (steps.listener("a"), steps.listener("b"))
    Loop(steps, scheduler, callbacks).run(epochs, batches, "the valid loader")
    return steps.said


def without(events: list[str], *words: str) -> list[str]:
    """The events that begin with none of the words."""
    return [event for event in events if not event.startswith(words)]


@check("loop", weight=3)
def test_order_of_events(student):
    """for each batch: train_step, log, all callbacks in their order, then scheduler.step; in the end evaluate"""
    inside = beside(student, Pretended, events_of_a_run)
    for epochs, batches in ((2, ["p", "q", "r"]), (1, ["p"])):
        said = expect(inside.events_of_a_run(student.Loop, epochs, batches)).to_be_a(list)
        right = events_of_a_run(reference.Loop, epochs, batches)
        plain = [event.removesuffix(" in eval mode") for event in said if isinstance(event, str)]
        expect(plain).to_equal(right)


@check("loop", weight=1.5)
def test_train_mode_in_each_epoch(student):
    """each epoch begins with model.train(): a model that came in eval mode trains, and again after each evaluation"""
    inside = beside(student, Pretended, events_of_a_run)
    said = expect(inside.events_of_a_run(student.Loop, 3, ["p", "q"])).to_be_a(list)
    steps = [event for event in said if event.startswith("step")]
    expect(steps).to_equal(["step p", "step q"] * 3)


@check("loop", weight=1.5)
def test_evaluates_once_an_epoch(student):
    """after each epoch, and only then, the validation loader is evaluated, once"""
    inside = beside(student, Pretended, events_of_a_run)
    said = expect(inside.events_of_a_run(student.Loop, 2, ["p", "q"], "callbacks")).to_be_a(list)
    kept = [event.removesuffix(" in eval mode") for event in without(said, "a ", "b ")]
    expect(kept).to_equal(without(events_of_a_run(reference.Loop, 2, ["p", "q"], "callbacks"), "a ", "b "))


@check("loop")
def test_scheduler_once_a_step(student):
    """scheduler.step() is called once for each batch, after the train_step, and not without a scheduler"""
    inside = beside(student, Pretended, events_of_a_run)
    for what, times in (("scheduler", 6), ("callbacks", 0)):
        said = expect(inside.events_of_a_run(student.Loop, 2, ["p", "q", "r"], what)).to_be_a(list)
        kept = [event[:4] for event in said if event.startswith(("step", "scheduler"))]
        expect(kept).to_equal(["step", "sche"] * 6 if times else ["step"] * 6)


def logs_of_a_run(Loop: Any, losses: list[float], steps: int, epochs: int, window: Any = None) -> list[Any]:
    """train_log and valid_log, once around JSON."""
    loop = Loop(Pretended(losses))
    loop.run(epochs, list(range(steps)), "v") if window is None else loop.run(epochs, list(range(steps)), "v", window)
    return [json.loads(json.dumps(log)) for log in (loop.train_log, loop.valid_log)]


@check("loop", weight=1.5)
def test_logs_of_steps(student, cases):
    """train_log has one loss and one acc for each step, in order; valid_log one for each epoch; all plain floats"""
    losses = cases.tensor(11).tolist()
    inside = beside(student, Pretended, logs_of_a_run)
    train, valid = expect(inside.logs_of_a_run(student.Loop, losses, 4, 3)).to_be_a(list, length=2)
    right, right_valid = logs_of_a_run(reference.Loop, losses, 4, 3)
    for name in ("loss", "acc"):
        expect(expect(train).to_be_a(dict).get(name)).to_match(right[name])
        expect(expect(valid).to_be_a(dict).get(name)).to_match(right_valid[name])
    expect(sorted(train)).to_equal(sorted(right))
    expect(sorted(valid)).to_equal(sorted(right_valid))


@check("loop", weight=1.5)
def test_moving_average(student, cases):
    """loss_avg and acc_avg are means of the last `window` steps, of fewer at the beginning, over the ends of epochs"""
    losses = cases.tensor(13).tolist()
    inside = beside(student, Pretended, logs_of_a_run)
    for steps, epochs, window in ((7, 2, 3), (5, 3, 8), (4, 1, 1)):
        found = expect(inside.logs_of_a_run(student.Loop, losses, steps, epochs, window)).to_be_a(list, length=2)
        right = logs_of_a_run(reference.Loop, losses, steps, epochs, window)
        for name in ("loss_avg", "acc_avg"):
            expect(expect(found[0]).to_be_a(dict).get(name)).to_match(right[0][name])


@check("loop")
def test_default_window(student, cases):
    """without a window the average goes over a twentieth of an epoch, but at least one step"""
    losses = cases.tensor(17).tolist()
    inside = beside(student, Pretended, logs_of_a_run)
    for steps in (5, 19, 45):
        found = expect(inside.logs_of_a_run(student.Loop, losses, steps, 2)).to_be_a(list, length=2)
        right = logs_of_a_run(reference.Loop, losses, steps, 2)
        expect(expect(found[0]).to_be_a(dict).get("loss_avg")).to_match(right[0]["loss_avg"])


def logs_of_two_runs(Loop: Any) -> tuple[Any, Any, list[str]]:
    """Of one loop that runs twice."""
    steps = Pretended([1.0, 2.0, 4.0])
    loop = Loop(steps)
    loop.run(1, ["p", "q"], "v")
    loop.run(2, ["r"], "w", 2)
    return loop.train_log, loop.valid_log, steps.said


@check("loop")
def test_second_run_goes_on(student):
    """a second run goes on writing the logs of the first"""
    inside = beside(student, Pretended, logs_of_two_runs)
    found = expect(inside.logs_of_two_runs(student.Loop)).to_be_a(tuple, length=3)
    expect(found[:2]).to_match(logs_of_two_runs(reference.Loop)[:2])


def what_two_loops_share(Loop: Any) -> list[Any]:
    """Callbacks and logs of a second loop after the first one was used; a list of callbacks that was handed over."""
    mine = []
    first, second, third = Loop(Pretended([1.0])), Loop(Pretended([1.0])), Loop(Pretended([1.0]), None, mine)
    first.callbacks.append(lambda loop: None)
    third.callbacks.append(lambda loop: None)
    first.run(1, ["p"], "v")
    return [len(second.callbacks), len(mine), second.train_log, second.valid_log]


@check("loop")
def test_loops_share_nothing(student):
    """two loops have nothing in common: not the callbacks, not the logs; callbacks is a list of the loop's own"""
    inside = beside(student, Pretended, what_two_loops_share)
    expect(inside.what_two_loops_share(student.Loop)).to_match(what_two_loops_share(reference.Loop))


def how_an_error_ends(Loop: Any) -> tuple[str, list[str]]:
    """What the caller hears of an error in a callback, and what happened until then."""
    steps = Pretended([1.0])

    def stop(loop):
        if len(loop.train_log["loss"]) == 2:
            raise InterruptedError("enough")

    try:
        Loop(steps, None, [stop]).run(5, ["p", "q", "r"], "v")
    except InterruptedError as error:
        return str(error), steps.said
    return "nothing", steps.said


@check("loop", weight=0.5)
def test_error_of_a_callback(student):
    """an error in a callback stops the run and reaches the caller"""
    inside = beside(student, Pretended, how_an_error_ends)
    told, said = expect(inside.how_an_error_ends(student.Loop)).to_be_a(tuple, length=2)
    expect(told == "enough").to_hold("the error that a callback raises reaches the caller of run")
    expect(len(said) == 2).to_hold("nothing happens after it")


def printed_by_a_run(Loop: Any, epochs: int, verbose: bool) -> list[str]:
    """The lines."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        Loop(Pretended([0.5, 1.25, 2.0, 1 / 3]), verbose=verbose).run(epochs, list("pqr"), "v", 2)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@check("loop")
def test_printed_lines(student):
    """with verbose each epoch prints its line, as in the docstring; without, nothing is printed"""
    inside = beside(student, Pretended, printed_by_a_run)
    for epochs in (3, 11):
        expect(inside.printed_by_a_run(student.Loop, epochs, True)).to_equal(
            printed_by_a_run(reference.Loop, epochs, True)
        )
    expect(inside.printed_by_a_run(student.Loop, 2, False)).to_equal([])


def optimizer_of(kind: str, lr: float = 0.5) -> torch.optim.Optimizer:
    """Of two groups: AdamW, SGD with and without momentum, or one that knows neither."""
    one, two = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
    groups = [{"params": [one], "lr": lr}, {"params": [two], "lr": 7.0}]
    if kind == "adamw":
        return torch.optim.AdamW(groups, betas=(0.8, 0.99))
    if kind == "adagrad":
        return torch.optim.Adagrad(groups)
    return torch.optim.SGD(groups, lr=lr, momentum=0.7 if kind == "momentum" else 0.0)


def stats_of(SchedulerStats: Any, kind: str) -> list[Any]:
    """Of two steps, between which the learning rate changes; and of a second object, which was never called."""
    optim = optimizer_of(kind)
    stats, other = SchedulerStats(optim), SchedulerStats(optim)
    stats(None)
    optim.param_groups[0]["lr"] = 0.25
    stats("a loop")
    return [stats.lr, stats.momentum, other.lr, other.momentum]


@check("loop", weight=1.5)
def test_scheduler_stats(student):
    """SchedulerStats notes learning rate and momentum of the first group: AdamW, SGD with and without, Adagrad"""
    inside = beside(student, optimizer_of, stats_of)
    for kind in ("adamw", "momentum", "sgd", "adagrad"):
        expect(inside.stats_of(student.SchedulerStats, kind)).to_match(stats_of(reference.SchedulerStats, kind))


def one_cycle_of(Loop: Any, SchedulerStats: Any, epochs: int, batches: int) -> list[Any]:
    """What a real one-cycle scheduler does to AdamW, as noted by the callback; and how many steps it has made."""
    model = nn.Linear(1, 1)
    optim = torch.optim.AdamW(model.parameters(), lr=0.001)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=epochs, steps_per_epoch=batches)
    steps, stats = Pretended([1.0]), SchedulerStats(optim)
    pretend = steps.train_step
    steps.train_step = lambda batch: (optim.step(), pretend(batch))[1]
    made = []
    inner = cycle.step
    cycle.step = lambda *args: (made.append(1), len(made) <= epochs * batches and inner())[1]
    Loop(steps, cycle, [stats]).run(epochs, list(range(batches)), "v")
    return [stats.lr, stats.momentum, len(made)]


def cycle_on_paper(total: int) -> tuple[list[float], list[float]]:
    """Learning rates and momenta of the `total` steps of torch's cycle up to 0.01: two half waves of a cosine."""
    top, end = 0.3 * total - 1, total - 1
    lr, momentum = [], []
    for step in range(total):
        first = step <= top
        share = step / top if first else (step - top) / (end - top)
        wave = (1 + np.cos(np.pi * share)) / 2  # from 1 to 0
        low, high = (0.01 / 25, 0.01) if first else (0.01, 0.01 / 25 / 1e4)
        lr.append(float(high + (low - high) * wave))
        before, after = (0.95, 0.85) if first else (0.85, 0.95)
        momentum.append(float(after + (before - after) * wave))
    return lr, momentum


@check("loop", weight=1.5)
def test_one_cycle(student):
    """a one-cycle schedule as each step used it: from max_lr / 25 up to max_lr and down, momentum 0.95 → 0.85 → 0.95"""
    inside = beside(student, Pretended, one_cycle_of)
    for epochs, batches in ((4, 5), (2, 15)):
        found = expect(inside.one_cycle_of(student.Loop, student.SchedulerStats, epochs, batches)).to_be_a(
            list, length=3
        )
        lr, momentum = cycle_on_paper(epochs * batches)
        expect(found[0]).to_match(lr)
        expect(found[1]).to_match(momentum)
        expect(found[2]).to_equal(epochs * batches)


def history_drawn(plot_history: Any, epochs: int, steps: int) -> dict[str, Any]:
    """Labels of the axes, and the lines by their label."""
    count = epochs * steps
    names = ("loss", "acc", "loss_avg", "acc_avg")
    train = {
        name: [place + k / (1.0 + i) for i in range(count)]
        for place, (name, k) in enumerate(zip(names, (1, 2, 3, 4), strict=True))
    }
    valid = {name: [10.0 + place + i for i in range(epochs)] for place, name in enumerate(names[:2])}
    figure = plot_history(train, valid)
    if type(figure).__name__ not in ("Figure", "Picture"):
        return {"returned": type(figure).__name__}
    return {
        "returned": "Figure",
        "labels": [[part.get_xlabel(), part.get_ylabel()] for part in figure.axes],
        "lines": [
            {
                str(line.get_label()): [[float(v) for v in line.get_xdata()], [float(v) for v in line.get_ydata()]]
                for line in part.lines
                if line.get_label() in ("train", "validation")
            }
            for part in figure.axes
        ],
    }


@check("loop", weight=1.5)
def test_history_is_drawn(student):
    """plot_history draws loss and acc: averages over the steps 1, 2, 3, …, validation at the last step of each epoch"""
    inside = beside(student, history_drawn)
    for epochs, steps in ((3, 4), (2, 7)):
        found = expect(inside.history_drawn(student.plot_history, epochs, steps)).to_be_a(dict)
        expect(found["returned"] == "Figure").to_hold("plot_history returns a matplotlib figure (`return figure`)")
        expect(found["labels"]).to_equal([["step", "loss"], ["step", "acc"]])
        expect(found["lines"]).to_match(history_drawn(reference.plot_history, epochs, steps)["lines"])


# ================================================================ inference


def dropping_net(classes: int = 3, training: bool = True) -> nn.Module:
    """(B, 5) -> (B, classes) with batch norm and Dropout, float64, known weights."""
    model = nn.Sequential(
        nn.Linear(5, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.6), nn.Linear(4, classes)
    ).double()
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for one in model.parameters():
            one.copy_(torch.randn(one.shape, generator=generator, dtype=torch.float64))
        model[1].running_mean.copy_(torch.tensor([0.5, -0.5, 0.25, 0.0]))
    return model.train(training).to(DEVICE)


def predicted(function: Any, given: Any, classes: int = 3, **settings: Any) -> list[Any]:
    """What a prediction gives, and the running means afterwards; for a model that trained and one that did not."""
    found = []
    for training in (True, False):
        model = dropping_net(classes, training)
        torch.manual_seed(1)
        found += [function(model, given, **settings), model[1].running_mean]
    return found


def modes_after(function: Any, given: Any) -> list[list[bool]]:
    """Of a model that trained, and of one that did not."""
    found = []
    for training in (True, False):
        model = dropping_net(3, training)
        function(model, given)
        found.append([part.training for part in model.modules()])
    return found


def probed(function: Any, given: Any) -> dict[str, Any]:
    """Whether the prediction is free of a graph, and whether a layer can be trained on top of it."""
    found = function(dropping_net(), given)
    probe = torch.ones(2, found.shape[1], dtype=torch.float64, device=found.device, requires_grad=True)
    (found @ probe.T).sin().sum().backward()
    return {"graph": found.requires_grad, "gradient": probe.grad, "enabled": torch.is_grad_enabled()}


@check("inference", weight=2)
def test_logits_in_eval_mode(student, cases):
    """predict_logits gives the logits of eval mode: nothing dropped, running means used and not changed"""
    x = cases.tensor(7, 5)
    inside = beside(student, dropping_net, predicted)
    expect(inside.predicted(student.predict_logits, x)).to_match(predicted(reference.predict_logits, x))
    expect(inside.predicted(student.predict_logits, x[:1])).to_match(predicted(reference.predict_logits, x[:1]))


@check("inference", weight=1.5)
def test_predictions_give_the_mode_back(student, cases):
    """after predict_logits, predict_proba and batch_predict the model is in the mode that it was in"""
    x = cases.tensor(4, 5)
    inside = beside(student, dropping_net, modes_after)
    for function, given in ((student.predict_logits, x), (student.predict_proba, x), (student.batch_predict, [x, x])):
        expect(inside.modes_after(function, given)).to_equal([[True] * 6, [False] * 6])


@check("inference", weight=2)
def test_predictions_are_ordinary_tensors(student, cases):
    """predictions have no graph, even if x asks for one, and a new layer can be trained on top of them"""
    inside = beside(student, dropping_net, probed, probed_with_gradient)
    x = cases.tensor(4, 5)
    for name in ("predict_logits", "predict_proba"):
        function, right = getattr(student, name), getattr(reference, name)
        for one, two in ((inside.probed, probed), (inside.probed_with_gradient, probed_with_gradient)):
            found = expect(one(function, x)).to_be_a(dict, length=3)
            expect(found["graph"] is False).to_hold(f"the result of {name} has no graph")
            expect(found).to_match(two(right, x))
    found = expect(inside.probed(student.batch_predict, [x, x[:1]])).to_be_a(dict, length=3)
    expect(found["graph"] is False).to_hold("the result of batch_predict has no graph")
    expect(found).to_match(probed(reference.batch_predict, [x, x[:1]]))


def probed_with_gradient(function: Any, x: Tensor) -> dict[str, Any]:
    """As `probed`, with an input that asks for a gradient."""
    return probed(function, x.clone().requires_grad_())


@check("inference", weight=1.5)
def test_probabilities(student, cases):
    """predict_proba is the softmax over the classes, also for as many images as classes"""
    inside = beside(student, dropping_net, predicted)
    for count in (3, 6, 1):
        x = cases.tensor(count, 5)
        expect(inside.predicted(student.predict_proba, x)).to_match(predicted(reference.predict_proba, x))


@check("inference", weight=1.5)
def test_temperature(student, cases):
    """predict_proba divides the logits by the temperature: 5 is flatter, 0.5 is sharper"""
    inside = beside(student, dropping_net, predicted)
    x = cases.tensor(4, 5)
    for temperature in (5.0, 0.5, 1):
        found = inside.predicted(student.predict_proba, x, temperature=temperature)
        expect(found).to_match(predicted(reference.predict_proba, x, temperature=temperature))


@check("inference")
def test_very_large_logits(student):
    """predict_proba stays finite for logits of ten thousand and more"""
    model = student.env.nn.Identity()
    logits = torch.tensor([[1e4, 1e4 - 1, -1e4], [-2e4, -2e4, -1e4], [800.0, 0.0, 799.0]], dtype=torch.float64)
    expect(student.predict_proba(model, logits)).to_match(torch.softmax(logits, 1))


@check("inference", weight=2)
def test_batches_like_one(student, cases):
    """batch_predict gives the logits of all inputs in their order, as one big batch would; the last may be smaller"""
    x = cases.tensor(11, 5)
    inside = beside(student, dropping_net, predicted)
    for batches in (list(x.split(4)), [x], list(x.split(1)), [x[:2], x[2:9], x[9:]]):
        right = predicted(reference.predict_logits, x)
        expect(inside.predicted(student.batch_predict, batches)).to_match(right)


def batches_seen(batch_predict: Any, batches: list[Any]) -> list[Any]:
    """Sizes that arrive at the model, from a loader that can be looped over once, and how far it was ahead."""
    model, seen, ahead, handed = dropping_net(), [], [], []

    def note(_model, inputs, _output):
        seen.append(len(inputs[0]))
        ahead.append(len(handed) - len(seen))

    def loader():
        for batch in batches:
            handed.append(1)
            yield batch

    model.register_forward_hook(note)
    shape = tuple(batch_predict(model, loader()).shape)
    return [seen, max(ahead), shape]


@check("inference")
def test_one_batch_at_a_time(student, cases):
    """batch_predict sends one batch after the other through the model, and needs only one loop over the loader"""
    inside = beside(student, dropping_net, batches_seen)
    found = inside.batches_seen(student.batch_predict, list(cases.tensor(10, 5).split(4)))
    expect(found).to_equal([[4, 4, 2], 0, (10, 3)])


def inputs_of(InputLoader: Any, batches: Any) -> list[Any]:
    """What two loops give."""
    inputs = InputLoader(batches)
    return [list(inputs), list(inputs)]


@check("inference", weight=1.5)
def test_input_loader_yields(student, cases):
    """InputLoader yields the inputs of (x,), (x, y), [x, y, names] and of a bare tensor, in every loop over it"""
    inside = beside(student, inputs_of)
    x, y = cases.tensor(3, 2), cases.integers(3)
    for batches in ([(x, y), (x[:1], y[:1])], [(x,), [x + 1]], [[x, y, ["a", "b", "c"]]], [x, x + 2], []):
        expect(inside.inputs_of(student.InputLoader, batches)).to_match(inputs_of(reference.InputLoader, batches))


def loader_like(InputLoader: Any) -> list[Any]:
    """len, list and dataset of an InputLoader over a DataLoader; and how often a loader was started by making one."""
    dataset = torch.utils.data.TensorDataset(torch.arange(7.0), torch.arange(7))
    inputs = InputLoader(torch.utils.data.DataLoader(dataset, batch_size=3))
    started = []

    class Loader:
        def __iter__(self):
            started.append(1)
            return iter([(1, 2)])

        def __len__(self):
            return 1

    InputLoader(Loader())
    return [len(inputs), [len(x) for x in inputs], inputs.dataset is dataset, len(started)]


@check("inference", weight=1.5)
def test_input_loader_is_a_loader(student):
    """InputLoader has a length and a dataset, those of its loader, and starts it only when somebody loops"""
    inside = beside(student, loader_like)
    found = expect(inside.loader_like(student.InputLoader)).to_be_a(list, length=4)
    expect(found[:2]).to_equal([3, [3, 3, 1]])
    expect(found[2] is True).to_hold("the attribute dataset is the dataset of the loader")
    expect(found[3]).to_equal(0)


# ================================================================ metrics


@check("metrics", weight=2)
def test_confusion_counts(student, cases):
    """confusion_matrix counts each pair, true down and predicted across, int64"""
    for n, classes in ((40, 4), (300, 3), (1, 2)):
        y_true, y_pred = cases.integers(n, low=0, high=classes - 1), cases.integers(n, low=0, high=classes - 1)
        y_pred[: n // 2] = 0
        right = reference.confusion_matrix(y_true, y_pred, classes)
        expect(student.confusion_matrix(y_true, y_pred, classes)).to_equal(right)
    expect(lambda: student.confusion_matrix(y_true, y_pred, classes)).to_leave_inputs_alone()


@check("metrics")
def test_confusion_of_missing_classes(student):
    """confusion_matrix has a row and a column for every class, also for those that never occur"""
    y_true, y_pred = torch.tensor([1, 1, 3, 1]), torch.tensor([1, 0, 1, 1])
    expect(student.confusion_matrix(y_true, y_pred, 6)).to_equal(reference.confusion_matrix(y_true, y_pred, 6))


@check("metrics")
def test_confusion_refuses(student, cases):
    """confusion_matrix raises ValueError for logits, floats, two axes, different lengths and labels out of range"""
    y = torch.tensor([0, 2, 1])
    logits = cases.tensor(3, 3)
    wrong = [(y, logits), (y.double(), y), (y, y.float()), (y[None], y[None]), (y, torch.tensor([0, 1]))]
    wrong += [(y, torch.tensor([0, 3, 1])), (torch.tensor([0, -1, 1]), y), (y, torch.tensor([[0, 1, 2]]))]
    for one, other in wrong:
        expect(lambda one=one, other=other: student.confusion_matrix(one, other, 3)).to_raise(ValueError)


@check("metrics")
def test_accuracy_is_a_share(student, cases):
    """accuracy is the share of the images that are right, a float, whatever the classes"""
    y_true, y_pred = torch.tensor([0] * 17 + [1] * 2 + [2]), torch.tensor([0] * 16 + [1] * 3 + [0])
    for one, other in ((y_true, y_pred), (y_true + 5, y_pred + 5), (y_true, y_true), (y_true, y_true + 1)):
        found = expect(student.accuracy(y_true=one, y_pred=other)).to_be_a(float)
        expect(found).to_match(reference.accuracy(y_true=one, y_pred=other), rtol=1e-6)


@check("metrics", weight=0.5)
def test_accuracy_by_name(student):
    """accuracy takes its arguments by name only: TypeError without names"""
    y = torch.tensor([0, 1])
    expect(student.accuracy(y_true=y, y_pred=y)).to_match(1.0)
    expect(lambda: student.accuracy(y, y)).to_raise(TypeError)


@check("metrics", weight=1.5)
def test_recall_of_each_class(student, cases):
    """per_class_recall divides the diagonal by the sums of the rows, float32; NaN for a class without images"""
    for classes in (4, 3):
        cm = cases.integers(classes, classes, low=1, high=30)
        expect(student.per_class_recall(cm)).to_match(reference.per_class_recall(cm))
    cm = cm.index_fill(0, torch.tensor([1]), 0)  # a new one: what was asked before is replayed for hints
    recall = expect(student.per_class_recall(cm)).to_have_shape(3)
    expect(recall.isnan().tolist()).to_equal([False, True, False])
    expect(recall.nan_to_num(-1.0)).to_match(reference.per_class_recall(cm).nan_to_num(-1.0))


@check("metrics", weight=1.5)
def test_precision_and_recall(student, cases):
    """pr_curve gives precision and recall of score >= threshold for scores that all differ, in any order"""
    for n in (9, 30, 1):
        y_true, score = cases.integers(n, low=0, high=1), cases.tensor(n)
        y_true[0] = 1
        found = expect(student.pr_curve(y_true, score)).to_be_a(tuple, length=3)
        expect(found).to_match(reference.pr_curve(y_true, score))


@check("metrics")
def test_precision_and_recall_of_ties(student, cases):
    """pr_curve has one point for each different score: equal scores come in together"""
    y_true = torch.tensor([1, 0, 1, 1, 0, 0, 1, 0, 1])
    score = torch.tensor([0.5, 0.5, 0.9, 0.5, 0.9, 0.1, 0.1, 0.1, 0.7], dtype=torch.float64)
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


@check("metrics", weight=1.5)
def test_confusion_is_drawn(student, cases):
    """plot_confusion draws the matrix: each number in its cell, true down, predicted across, names at the ticks"""
    cm, names = cases.integers(3, 3, low=0, high=40), ["ant", "bee", "fly"]
    inside = beside(student, confusion_drawn)
    found = expect(inside.confusion_drawn(student.plot_confusion, cm, names)).to_be_a(dict)
    expect(found["returned"] == "Figure").to_hold("plot_confusion returns a matplotlib figure (`return figure`)")
    expect(found["labels"]).to_equal(["predicted", "true"])
    expect(found["ticks"]).to_equal([names, names])
    right = confusion_drawn(reference.plot_confusion, cm, names)
    expect(found["image"] == right["image"]).to_hold("the image is the matrix: rows true, columns predicted")
    expect(found["texts"] == right["texts"]).to_hold("each cell holds its number, and nothing else is written")
    expect(found["down"] is True).to_hold("row 0 is at the top")


# ================================================================ train_digits


def looked_over(train_digits: Any, images: Tensor, labels: Tensor, seed: int) -> dict[str, Any]:
    """What comes back of a short training."""
    images = images.cpu()
    model, history = train_digits(images, labels.cpu(), seed=seed)
    flags = [part.training for part in model.modules()]
    with torch.no_grad():
        found = model(images[:7])
    return {
        "logits": found,
        "flags": any(flags),
        "parameters": sum(one.numel() for one in model.parameters()),
        "finite": all(bool(one.isfinite().all()) for one in model.parameters()),
        "losses": history["loss"],
    }


def few(cases: Any, n: int) -> tuple[Tensor, Tensor]:
    """n of the public digits."""
    images, labels = PUBLIC
    chosen = torch.from_numpy(cases.rng.permutation(len(labels))[:n])
    return images[chosen], labels[chosen]


@check("train_digits", weight=0.5)
def test_what_comes_back(student, cases):
    """train_digits returns a model in eval mode, small enough, and the losses of one to five epochs, plain floats"""
    inside = beside(student, looked_over)
    found = expect(inside.looked_over(student.train_digits, *few(cases, 60), cases.seed)).to_be_a(dict, length=5)
    expect(found["flags"] is False).to_hold("every module of the model is in eval mode")
    expect(found["parameters"] <= 40_000).to_hold("the model has at most 40,000 parameters")
    expect(found["finite"] is True).to_hold("all weights are finite")
    losses = expect(found["losses"]).to_be_a(list)
    expect(1 <= len(losses) <= 5).to_hold('history["loss"] has one entry for each epoch, five at most')
    for loss in losses:
        expect(loss).to_be_a(float)
    expect(losses[-1]).to_be_below(20.0, "loss")


@check("train_digits", weight=0.5)
def test_gives_logits(student, cases):
    """the model of train_digits gives finite logits (B, 10) in float32: rows do not add up to 1"""
    inside = beside(student, looked_over)
    found = expect(inside.looked_over(student.train_digits, *few(cases, 80), cases.seed)).to_be_a(dict, length=5)
    logits = expect(found["logits"]).to_have_shape(7, 10)
    expect(logits).to_have_dtype(torch.float32)
    sums = logits.sum(1)
    expect(bool(((sums - 1).abs() > 1e-3).any() or (logits < 0).any())).to_hold("these are logits, not probabilities")
    expect(bool(((logits.exp().sum(1) - 1).abs() > 1e-3).any())).to_hold("these are logits, not log-probabilities")


def weights_of_three(train_digits: Any, images: Tensor, labels: Tensor, seed: int) -> list[list[Tensor]]:
    """Trained with a seed, with the same one again after other random numbers were drawn, and with another one."""
    found = []
    torch.manual_seed(99)  # of somebody else
    for number in (seed, seed, seed + 1):
        model, _ = train_digits(images.cpu(), labels.cpu(), number)
        found.append([one.detach().clone() for one in model.parameters()])
        torch.rand(3)
    return found


@check("train_digits", weight=1)
def test_repeatable(student, cases):
    """train_digits gives exactly the same network for the same seed, and another one for another seed"""
    inside = beside(student, weights_of_three)
    found = expect(inside.weights_of_three(student.train_digits, *few(cases, 50), cases.seed)).to_be_a(list, length=3)
    same = 0 < len(found[0]) == len(found[1]) and all(map(torch.equal, found[0], found[1]))
    expect(same).to_hold("the same seed gives exactly the same weights")
    other = any(not torch.equal(a, b) for a, b in zip(found[0], found[2], strict=False))
    expect(other).to_hold("another seed gives other weights")


@check("train_digits", weight=0.5)
def test_leaves_the_digits_alone(student, cases):
    """train_digits leaves images and labels as they are"""
    images, labels = few(cases, 51)
    expect(lambda: student.on_cpu.train_digits(images, labels, cases.seed)).to_leave_inputs_alone()


@check("train_digits", after="what_comes_back", weight=3)
def test_learns_from_few(student, cases):
    """400 digits are enough for train_digits to read half of some others"""
    images, labels = few(cases, 600)
    model, _ = expect(student.on_cpu.train_digits(images[:400], labels[:400], seed=cases.seed)).to_be_a(tuple, length=2)
    logits = expect(model(images[400:])).to_have_shape(200, 10)
    expect(float((logits.argmax(1) == labels[400:]).double().mean())).to_reach(0.5, "accuracy on others")


@check("train_digits", after=("what_comes_back", "learns_from_few"), weight=4.5)
def test_reads_unseen_digits(student, cases, thresholds):
    """the network of train_digits reads handwritten digits that nobody has seen"""
    model, _ = expect(student.on_cpu.train_digits(*PUBLIC, seed=cases.seed)).to_be_a(tuple, length=2)
    images, labels = HIDDEN
    logits = value_of(model(images))
    expect(logits).to_have_shape(len(labels), 10)
    share = float((logits.argmax(1) == labels).double().mean())
    expect(share).to_reach(thresholds.digits, on="digits that it has never seen")
