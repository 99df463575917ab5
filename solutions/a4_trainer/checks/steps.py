"""Hidden checks of the exercise `steps`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.judge import check, expect

from ._helpers import expect_plain, flags, plain, some_flags
from ._steps import some_batches, tiny_net, tiny_optimizer, weights, weights_after, weights_by_hand


@check(
    weight=3,
    quote=("Take one step of the optimizer on the batch (x, y).", "One forward pass, one backward pass, one step."),
)
def test_five_steps_of_sgd(student, cases):
    """five train_steps with SGD and momentum give the same weights as the rule written out by hand"""
    batches = some_batches(cases, 7, 7, 5, 7, 3)
    inside = student.beside(weights_after)
    expect(inside.weights_after(student.Steps, "sgd", batches)).to_match(weights_by_hand("sgd", batches), rtol=1e-7)


@check(
    weight=1.5,
    quote=("Take one step of the optimizer on the batch (x, y).", "One forward pass, one backward pass, one step."),
)
def test_five_steps_of_adamw(student, cases):
    """five train_steps with AdamW give the same weights as the rule written out by hand"""
    batches = some_batches(cases, 6, 8, 6, 6, 2)
    inside = student.beside(weights_after)
    expect(inside.weights_after(student.Steps, "adamw", batches)).to_match(weights_by_hand("adamw", batches), rtol=1e-7)


def weights_after_dirt(Steps: Any, batch: Any, device: Any = "cpu") -> list[Tensor]:
    """One step, with gradients that somebody has left behind."""
    model = tiny_net(device=device)
    steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 5.0)
    steps.train_step(batch)
    return weights(model)


@check(quote="Gradients that were there before do not count.")
def test_left_gradients_do_not_count(student, cases):
    """train_step is not misled by gradients that were in .grad before it began"""
    (batch,) = some_batches(cases, 6)
    inside = student.beside(weights_after_dirt)
    expect(inside.weights_after_dirt(student.Steps, batch)).to_match(weights_by_hand("sgd", [batch]), rtol=1e-7)


def results_of_steps(Steps: Any, batches: list[Any], classes: int, device: Any = "cpu") -> list[Any]:
    """What the first train_step on each batch returns: a wrong step before it does no harm."""
    found = []
    for batch in batches:
        model = tiny_net(classes, device=device)
        found.append(Steps(model, tiny_optimizer(model, "sgd"), nn.CrossEntropyLoss()).train_step(batch))
    return found


def expected_results(batches: list[Any], classes: int, device: Any = "cpu") -> list[dict[str, float]]:
    """Loss and accuracy before each step, by the reference."""
    return plain(results_of_steps(reference.Steps, batches, classes, device=device))


@check(weight=2, quote="mean loss and share of right answers of this batch, as it was before the step.")
def test_train_step_returns(student, cases):
    """train_step returns the mean loss and the accuracy of its batch before the step"""
    batches = some_batches(cases, 9, 5, 1, classes=3)
    inside = student.beside(results_of_steps)
    found = expect(inside.results_of_steps(student.Steps, batches, 3)).to_be_a(list, length=3)
    expect(plain(found)).to_match(expected_results(batches, 3), rtol=1e-6)


@check(weight=1.5, quote=("share of right answers of this batch", "The best class of each image is along dim 1."))
def test_square_batches(student, cases):
    """train_step and valid_step find the best class of each image, also when there are as many images as classes"""
    batches = some_batches(cases, 4, 4, 4)
    inside = student.beside(results_of_steps, valid_results)
    found = expect(inside.results_of_steps(student.Steps, batches, 4)).to_be_a(list, length=3)
    right = [result["acc"] for result in expected_results(batches, 4)]
    expect([plain(expect(result).to_be_a(dict).get("acc")) for result in found]).to_match(right, rtol=1e-6)
    measured = expect(inside.valid_results(student.Steps, batches)).to_be_a(list, length=6)
    right = [plain(result["correct"]) for result in valid_results(reference.Steps, batches)]
    expect([plain(expect(result).to_be_a(dict).get("correct")) for result in measured]).to_match(right)


EVENTS = ("zero_grad", "forward", "backward", "step")


def events_of_a_step(Steps: Any, batch: Any, signs: dict[str, int], device: Any = "cpu") -> list[int]:
    """The signs of zero_grad, forward, backward and step, in the order in which they happen."""
    model, said = tiny_net(device=device), []
    model.register_forward_hook(lambda _model, _x, _y: said.append(signs["forward"]))

    class Optimizer(torch.optim.SGD):
        def zero_grad(self, set_to_none=True):
            said.append(signs["zero_grad"])
            super().zero_grad(set_to_none)

        def step(self, closure=None):
            said.append(signs["step"])
            return super().step(closure)

    def loss_fn(logits, labels):
        loss = F.cross_entropy(logits, labels)
        if loss.requires_grad:
            loss.register_hook(lambda slope: said.append(signs["backward"]))
        return loss

    Steps(model, Optimizer(model.parameters(), lr=0.1), loss_fn).train_step(batch)
    return said


@check(after="train_step_returns", weight=1.5, quote="One forward pass, one backward pass, one step.")
def test_order_of_a_step(student, cases):
    """train_step goes forward once, backward once, then takes one step; nothing is cleared in between"""
    (batch,) = some_batches(cases, 5)
    inside = student.beside(events_of_a_step)
    signs = dict(zip(EVENTS, map(int, cases.rng.permutation(10_000)), strict=False))
    happened = expect(inside.events_of_a_step(student.Steps, batch, signs)).to_be_a(list)
    said = [event for sign in happened for event in EVENTS if sign == signs[event]]
    for event in ("forward", "backward", "step"):
        expect(said.count(event)).to_equal(1)
    expect([event for event in said if event != "zero_grad"]).to_equal(["forward", "backward", "step"])
    between = said[said.index("backward") : said.index("step")]
    expect("zero_grad" not in between).to_hold("no zero_grad between backward and step")


def modes_of_steps(Steps: Any, batch: Any, modes: list[bool], device: Any = "cpu") -> list[bool]:
    """The mode after train_step and after valid_step, of a model for each of these modes."""
    found = []
    for training in modes:
        model = tiny_net(extra="norm dropout", device=device).train(training)
        steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy)
        for step in (steps.train_step, steps.valid_step):
            step(batch)
            found.append(model.training)
    return found


@check(
    after=("five_steps_of_sgd", "valid_step_sums"),
    weight=0.5,
    quote=("The mode of the model is left as it is.", "weights, gradients and mode stay as they are."),
)
def test_steps_keep_the_mode(student, cases):
    """train_step and valid_step leave the mode of the model as it is"""
    (batch,) = some_batches(cases, 5)
    inside = student.beside(modes_of_steps)
    modes = some_flags(cases, 10)
    found = inside.modes_of_steps(student.Steps, batch, modes)
    expect(found).to_equal([mode for mode in modes for _ in range(2)])


def valid_results(Steps: Any, batches: list[Any], device: Any = "cpu") -> list[Any]:
    """What valid_step returns with the function and with the object for the loss."""
    steps = [Steps(tiny_net(device=device), None, loss_fn) for loss_fn in (F.cross_entropy, nn.CrossEntropyLoss())]
    return [loop.valid_step(batch) for loop in steps for batch in batches]


@check(
    weight=2,
    quote=(
        "the sum of the losses of all images (float), how many answers are right (int), how many images",
        "F.cross_entropy, nn.CrossEntropyLoss(), or whatever can be called so.",
    ),
)
def test_valid_step_sums(student, cases):
    """valid_step returns the sum of the losses, the number of hits and the number of images, for any kind of loss_fn"""
    batches = some_batches(cases, 7, 1, 10)
    inside = student.beside(valid_results)
    found = expect(inside.valid_results(student.Steps, batches)).to_be_a(list, length=6)
    expect(plain(found)).to_match(plain(valid_results(reference.Steps, batches)), rtol=1e-6)


def results_of_each(Steps: Any, batch: Any, device: Any = "cpu") -> list[Any]:
    """What train_step, valid_step and evaluate return."""
    model = tiny_net(device=device)
    steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy)
    return [steps.train_step(batch), steps.valid_step(batch), steps.evaluate([batch])]


@check(
    after=("train_step_returns", "valid_step_sums", "evaluate_any_loader"),
    weight=1.5,
    quote=(
        "Results that are called *float* or *int* are plain Python numbers",
        "are right (int), how many images there are (int).",
    ),
)
def test_results_are_plain_numbers(student, cases):
    """train_step, valid_step and evaluate return plain floats and ints, no tensors"""
    inside, (batch,) = student.beside(results_of_each), some_batches(cases, 5)
    found = expect(inside.results_of_each(student.Steps, batch)).to_be_a(list, length=3)
    expect(plain(found)).to_match(plain(results_of_each(reference.Steps, batch)), rtol=1e-6)
    whole = {"correct": int, "count": int}
    for result, names in zip(found, (("loss", "acc"), ("loss_sum", "correct", "count"), ("loss", "acc")), strict=True):
        for name in names:
            expect_plain(expect(result).to_be_a(dict).get(name), whole.get(name, float))


def traces_of(Steps: Any, batches: list[Any], name: str, slope: float, device: Any = "cpu") -> dict[str, Any]:
    """What valid_step or evaluate leaves behind: graph, gradients (all `slope` before), weights (times it)."""
    model, graphs = tiny_net(extra="norm", device=device), []
    model.eval()
    model.register_forward_hook(lambda _model, _x, y: graphs.append(y.requires_grad))
    for parameter in model.parameters():
        parameter.data.mul_(slope)
        parameter.grad = torch.full_like(parameter, slope)
    steps = Steps(model, tiny_optimizer(model, "adamw"), F.cross_entropy)
    steps.valid_step(batches[0]) if name == "valid_step" else steps.evaluate(batches)
    return {
        "graph": any(graphs) or not graphs,
        "weights": [value.clone() for value in model.state_dict().values()],
        "gradients": [parameter.grad for parameter in model.parameters()],
        "learnable": all(parameter.requires_grad for parameter in model.parameters()),
        "enabled": torch.is_grad_enabled(),
    }


@check(
    after=("valid_step_sums", "evaluate_any_loader"),
    weight=1.5,
    quote=(
        "without a graph; weights, gradients and mode stay as they are.",
        "afterwards in the mode that it was in. No graph.",
    ),
)
def test_measuring_leaves_no_trace(student, cases):
    """valid_step and evaluate build no graph and change no weights, no gradients, no running statistics"""
    batches, slope = some_batches(cases, 5, 3), float(cases.rng.uniform(0.5, 2.0))
    inside = student.beside(traces_of)
    for name in ("valid_step", "evaluate"):
        found = expect(inside.traces_of(student.Steps, batches, name, slope)).to_be_a(dict, length=5)
        right = traces_of(reference.Steps, batches, name, slope)
        expect(found["graph"] is False).to_hold(f"{name} builds no graph (torch.no_grad)")
        expect(found["weights"]).to_match(right["weights"])
        expect(found["gradients"]).to_match(right["gradients"])
        rest = found["learnable"] is True and found["enabled"] is True
        expect(rest).to_hold(f"{name} leaves requires_grad and the autograd mode as they were")


def evaluation(Steps: Any, batches: Any, extra: str = "", as_iterator: bool = False, device: Any = "cpu") -> Any:
    """Of a model that was training, after the same object has measured something else; its valid_step is right."""

    class Sound(Steps):
        @torch.no_grad()
        def valid_step(self, batch):
            logits, labels = self.model(batch[0]), batch[1]
            loss, right = F.cross_entropy(logits, labels).item(), int((logits.argmax(1) == labels).sum())
            return {"loss_sum": loss * len(labels), "correct": right, "count": len(labels)}

    model = tiny_net(extra=extra, device=device)
    torch.manual_seed(0)
    steps = Sound(model, None, F.cross_entropy)
    steps.evaluate(batches[:1])
    return steps.evaluate(iter(batches) if as_iterator else batches)


@check(weight=3, quote="Both are means over all *images*. Batches may have different sizes.")
def test_evaluate_ragged(student, cases):
    """evaluate gives the loss and the accuracy over all images, although the last batch is smaller"""
    inside = student.beside(evaluation)
    for sizes in ((6, 6, 6, 1), (3,), (5, 2, 8)):
        batches = some_batches(cases, *sizes)
        found = expect(inside.evaluation(student.Steps, batches)).to_be_a(dict)
        expect(plain(found)).to_match(evaluation(reference.Steps, batches), rtol=1e-6)


@check(weight=2, quote="The model is in eval mode meanwhile")
def test_evaluate_in_eval_mode(student, cases):
    """evaluate measures in eval mode: no Dropout, and batch norm with its running statistics"""
    inside = student.beside(evaluation)
    batches = some_batches(cases, 5, 5)  # what a smaller last batch does is another check's business
    for extra in ("dropout", "norm"):
        right = evaluation(reference.Steps, batches, extra)
        found = expect(inside.evaluation(student.Steps, batches, extra)).to_be_a(dict)
        expect(plain(found)).to_match(right, rtol=1e-6)


def modes_after_evaluate(Steps: Any, batches: Any, modes: list[bool], device: Any = "cpu") -> list[list[bool]]:
    """Of a model for each of these modes, which all its parts are in."""
    found = []
    for training in modes:
        model = tiny_net(extra="norm dropout", device=device).train(training)
        Steps(model, None, F.cross_entropy).evaluate(batches)
        found.append(flags(model))
    return found


@check(after="evaluate_any_loader", weight=2, quote="and afterwards in the mode that it was in.")
def test_evaluate_gives_the_mode_back(student, cases):
    """after evaluate the model is in the mode that it was in: train stays train, eval stays eval"""
    inside = student.beside(modes_after_evaluate)
    modes = some_flags(cases, 10)
    found = inside.modes_after_evaluate(student.Steps, some_batches(cases, 4, 3), modes)
    expect(found).to_equal([[mode] * 6 for mode in modes])


@check(
    weight=0.5,
    quote="loader is anything that can be looped over once, e.g. a list: it may have no length and no `.dataset`.",
)
def test_evaluate_any_loader(student, cases):
    """evaluate takes anything that can be looped over once, also without a length"""
    inside = student.beside(evaluation)
    batches = some_batches(cases, 4, 4, 4)
    right = evaluation(reference.Steps, batches)
    found = expect(inside.evaluation(student.Steps, batches, "", True)).to_be_a(dict)
    expect(plain(found)).to_match(right, rtol=1e-6)


def devices_asked(Steps: Any, batch: Any, device: Any) -> list[Any]:
    """How many inputs there are, and which device x, y and the model are moved to."""
    asked = []

    class Watched(torch.Tensor):
        def to(self, *args, **kwargs):
            place = kwargs.get("device", args[0] if args else None)
            plain = self.as_subclass(torch.Tensor)
            if isinstance(place, (torch.dtype, torch.Tensor)):  # what it is made into stays where it is
                return plain.to(*args, **kwargs)
            asked.append(str(place))
            return plain

    class Model(nn.Linear):
        def to(self, *args, **kwargs):
            asked.append("model " + str(kwargs.get("device", args[0] if args else None)))
            return self

    model = Model(6, 4).double()
    steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy, device)
    pair = tuple(part.cpu().as_subclass(Watched) for part in batch)  # where the model is, which only says it moves
    steps.train_step(pair)
    steps.valid_step(pair)
    return [len(batch[0]), *sorted(name for name in asked if not name.endswith("None"))]


@check(
    after=("train_step_returns", "valid_step_sums"),
    quote="the model is moved there, and later every batch, with `.to(device)`. None: all stays where it is.",
)
def test_moves_to_the_device(student, cases):
    """Steps moves the model to its device, and each batch as well, in training and in validation; None moves nothing"""
    size = int(cases.rng.integers(3, 99))
    (batch,) = some_batches(cases, size)
    inside = student.beside(devices_asked)
    count, *found = expect(inside.devices_asked(student.Steps, batch, "cpu")).to_be_a(list)
    expect(count).to_equal(size)
    expect("model cpu" in found).to_hold("the model is moved to the device with .to(device)")
    expect(found.count("cpu") >= 4).to_hold("x and y are moved to the device of this object, by both steps")
    expect(set(found) <= {"model cpu", "cpu"}).to_hold("nothing is moved to any other device")
    expect(inside.devices_asked(student.Steps, batch, None)).to_equal([size])


def attributes_of(Steps: Any, weight: Tensor, device: Any = "cpu") -> list[Any]:
    """The four of them; a device may be kept as text or as a torch.device."""
    model = nn.Linear(*weight.T.shape).double().to(device)
    with torch.no_grad():
        model.weight.copy_(weight)
    steps = Steps(model, "an optimizer", "a loss", device)
    return [steps.optim, steps.loss_fn, str(steps.device) == str(device), steps.model.weight.detach()]


@check(weight=0.5, quote="The attributes are called model, optim, loss_fn and device.")
def test_attributes_of_steps(student, cases):
    """Steps has the attributes model, optim, loss_fn and device"""
    weight = cases.tensor(3, 2)
    inside = student.beside(attributes_of)
    optim, loss_fn, same_device, kept = expect(inside.attributes_of(student.Steps, weight)).to_be_a(list, length=4)
    expect([optim, loss_fn]).to_equal(["an optimizer", "a loss"])
    expect(same_device is True).to_hold("the attribute device is the device that was given")
    expect(kept).to_match(weight)
