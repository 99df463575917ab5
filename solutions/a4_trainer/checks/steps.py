"""Hidden checks of the exercise `steps`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.judge import check, expect, value_of


def tiny_net(classes: int = 4, extra: str = "", device: Any = "cpu") -> nn.Module:
    """(B, 6) -> (B, classes), float64, with known weights; extra is "dropout", "norm", both or nothing."""
    layers = [nn.Linear(6, 5), nn.Tanh()]
    if "norm" in extra:
        layers.append(nn.BatchNorm1d(5))
    if "dropout" in extra:
        layers.append(nn.Dropout(0.5))
    model = nn.Sequential(*layers, nn.Linear(5, classes)).double()
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return model.to(device)


def tiny_optimizer(model: nn.Module, kind: str) -> torch.optim.Optimizer:
    """ "sgd" with momentum, or "adamw"."""
    if kind == "adamw":
        return torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.1)
    return torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)


def weights(model: nn.Module) -> list[Tensor]:
    """Copies of all parameters."""
    return [parameter.detach().clone() for parameter in model.parameters()]


def weights_after(Steps: Any, kind: str, batches: list[Any], device: Any = "cpu") -> list[Tensor]:
    """After a train_step on each batch."""
    model = tiny_net(device=device)
    steps = Steps(model, tiny_optimizer(model, kind), F.cross_entropy)
    for batch in batches:
        steps.train_step(batch)
    return weights(steps.model)


def weights_by_hand(kind: str, batches: list[Any], device: Any = "cpu") -> list[Tensor]:
    """The same, written out: gradients by autograd.grad, the rule of the optimizer on paper."""
    model = tiny_net(device=device)
    parameters = list(model.parameters())
    first = [torch.zeros_like(parameter) for parameter in parameters]
    second = [torch.zeros_like(parameter) for parameter in parameters]
    for t, (x, y) in enumerate(batches, 1):
        slopes = torch.autograd.grad(F.cross_entropy(model(x), y), parameters)
        with torch.no_grad():
            for parameter, slope, m, v in zip(parameters, slopes, first, second, strict=True):
                if kind == "sgd":
                    m.mul_(0.9).add_(slope)
                    parameter.sub_(0.3 * m)
                    continue
                parameter.mul_(1 - 0.05 * 0.1)
                m.mul_(0.9).add_(0.1 * slope)
                v.mul_(0.999).add_(0.001 * slope**2)
                parameter.sub_(0.05 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))
    return weights(model)


def some_batches(cases: Any, *sizes: int, classes: int = 4) -> list[tuple[Tensor, Tensor]]:
    """Batches (x, y) of these sizes."""
    return [(cases.tensor(n, 6, low=-2, high=2), cases.integers(n, low=0, high=classes - 1)) for n in sizes]


@check(weight=3)
def test_five_steps_of_sgd(student, cases):
    """five train_steps with SGD and momentum give the same weights as the rule written out by hand"""
    batches = some_batches(cases, 7, 7, 5, 7, 3)
    inside = student.beside(weights_after)
    expect(inside.weights_after(student.Steps, "sgd", batches)).to_match(weights_by_hand("sgd", batches), rtol=1e-7)


@check(weight=2)
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


@check(weight=1.5)
def test_left_gradients_do_not_count(student, cases):
    """train_step is not misled by gradients that were in .grad before it began"""
    (batch,) = some_batches(cases, 6)
    inside = student.beside(weights_after_dirt)
    expect(inside.weights_after_dirt(student.Steps, batch)).to_match(weights_by_hand("sgd", [batch]), rtol=1e-7)


def results_of_steps(Steps: Any, batches: list[Any], classes: int, device: Any = "cpu") -> list[Any]:
    """What train_step returns, batch by batch."""
    model = tiny_net(classes, device=device)
    steps = Steps(model, tiny_optimizer(model, "sgd"), nn.CrossEntropyLoss())
    return [steps.train_step(batch) for batch in batches]


def expected_results(batches: list[Any], classes: int, device: Any = "cpu") -> list[dict[str, float]]:
    """Loss and accuracy before each step, by the reference."""
    return results_of_steps(reference.Steps, batches, classes, device=device)


@check(weight=2)
def test_train_step_returns(student, cases):
    """train_step returns the mean loss and the accuracy of its batch before the step, as plain floats"""
    batches = some_batches(cases, 9, 5, 1, classes=3)
    inside = student.beside(results_of_steps)
    found = expect(inside.results_of_steps(student.Steps, batches, 3)).to_be_a(list, length=3)
    for result in found:
        for name in ("loss", "acc"):
            expect(expect(result).to_be_a(dict).get(name)).to_be_a(float)
    expect(found).to_match(expected_results(batches, 3), rtol=1e-6)


@check(weight=1.5)
def test_square_batches(student, cases):
    """train_step and valid_step find the best class of each image, also when there are as many images as classes"""
    batches = some_batches(cases, 4, 4, 4)
    inside = student.beside(results_of_steps, valid_results)
    expect(inside.results_of_steps(student.Steps, batches, 4)).to_match(expected_results(batches, 4), rtol=1e-6)
    expect(inside.valid_results(student.Steps, batches)).to_match(valid_results(reference.Steps, batches))


def events_of_a_step(Steps: Any, batch: Any, step: str, device: Any = "cpu") -> list[str]:
    """zero_grad, forward, backward and step, in the order in which they happen."""
    model, said = tiny_net(device=device), []
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


@check(weight=1.5)
def test_order_of_a_step(student, cases):
    """train_step goes forward once, backward once, then takes one step; nothing is cleared in between"""
    (batch,) = some_batches(cases, 5)
    inside = student.beside(events_of_a_step)
    said = expect(inside.events_of_a_step(student.Steps, batch, "train_step")).to_be_a(list)
    for event in ("forward", "backward", "step"):
        expect(said.count(event)).to_equal(1)
    expect([event for event in said if event != "zero_grad"]).to_equal(["forward", "backward", "step"])
    between = said[said.index("backward") : said.index("step")]
    expect("zero_grad" not in between).to_hold("no zero_grad between backward and step")


def modes_of_steps(Steps: Any, batch: Any, device: Any = "cpu") -> list[bool]:
    """Flags after train_step and valid_step, for a model that trains and for one that does not."""
    found = []
    for training in (True, False):
        model = tiny_net(extra="norm dropout", device=device).train(training)
        steps = Steps(model, tiny_optimizer(model, "sgd"), F.cross_entropy)
        for step in (steps.train_step, steps.valid_step):
            step(batch)
            found.append(model.training)
    return found


@check(weight=0.5)
def test_steps_keep_the_mode(student, cases):
    """train_step and valid_step leave the mode of the model as it is"""
    (batch,) = some_batches(cases, 5)
    inside = student.beside(modes_of_steps)
    expect(inside.modes_of_steps(student.Steps, batch)).to_equal([True, True, False, False])


def valid_results(Steps: Any, batches: list[Any], device: Any = "cpu") -> list[Any]:
    """What valid_step returns with the function and with the object for the loss."""
    steps = [Steps(tiny_net(device=device), None, loss_fn) for loss_fn in (F.cross_entropy, nn.CrossEntropyLoss())]
    return [loop.valid_step(batch) for loop in steps for batch in batches]


@check(weight=2)
def test_valid_step_sums(student, cases):
    """valid_step returns the sum of the losses, the number of hits and the number of images, for any kind of loss_fn"""
    batches = some_batches(cases, 7, 1, 10)
    inside = student.beside(valid_results)
    found = expect(inside.valid_results(student.Steps, batches)).to_be_a(list, length=6)
    for result in found:
        kinds = {name: type(value).__name__ for name, value in expect(result).to_be_a(dict).items()}
        expect(kinds).to_equal({"loss_sum": "float", "correct": "int", "count": "int"})
    expect(found).to_match(valid_results(reference.Steps, batches))


def traces_of(Steps: Any, batch: Any, name: str, device: Any = "cpu") -> dict[str, bool]:
    """What valid_step or evaluate leaves behind: graph, gradients, weights."""
    model, graphs = tiny_net(extra="norm", device=device), []
    model.eval()
    model.register_forward_hook(lambda _model, _x, y: graphs.append(y.requires_grad))
    optim = tiny_optimizer(model, "adamw")
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    old = {key: value.clone() for key, value in model.state_dict().items()}
    steps = Steps(model, optim, F.cross_entropy)
    steps.valid_step(batch) if name == "valid_step" else steps.evaluate([batch, batch])
    new, slopes = model.state_dict(), [parameter.grad for parameter in model.parameters()]
    return {
        "graph": any(graphs) or not graphs,
        "weights": all(torch.equal(value, new[key]) for key, value in old.items()),
        "gradients": all(kept is not None and bool((kept == 1).all()) for kept in slopes),
        "learnable": all(parameter.requires_grad for parameter in model.parameters()),
        "enabled": torch.is_grad_enabled(),
    }


@check(weight=1.5)
def test_measuring_leaves_no_trace(student, cases):
    """valid_step and evaluate build no graph and change no weights, no gradients, no running statistics"""
    (batch,) = some_batches(cases, 5)
    inside = student.beside(traces_of)
    for name in ("valid_step", "evaluate"):
        found = expect(inside.traces_of(student.Steps, batch, name)).to_be_a(dict, length=5)
        expect(found["graph"] is False).to_hold(f"{name} builds no graph (torch.no_grad)")
        expect(found["weights"] is True).to_hold(f"{name} changes neither weights nor running statistics")
        rest = found["gradients"] is True and found["learnable"] is True and found["enabled"] is True
        expect(rest).to_hold(f"{name} leaves .grad, requires_grad and the autograd mode as they were")


def evaluation(Steps: Any, batches: Any, extra: str = "", as_iterator: bool = False, device: Any = "cpu") -> Any:
    """Of a model that was training, after the same object has measured something else."""
    model = tiny_net(extra=extra, device=device)
    torch.manual_seed(0)
    steps = Steps(model, None, F.cross_entropy)
    steps.evaluate(batches[:1])
    return steps.evaluate(iter(batches) if as_iterator else batches)


@check(weight=3)
def test_evaluate_ragged(student, cases):
    """evaluate gives the loss and the accuracy over all images, although the last batch is smaller"""
    inside = student.beside(evaluation)
    for sizes in ((6, 6, 6, 1), (3,), (5, 2, 8)):
        batches = some_batches(cases, *sizes)
        found = expect(inside.evaluation(student.Steps, batches)).to_be_a(dict)
        for name in ("loss", "acc"):
            expect(found.get(name)).to_be_a(float)
        expect(found).to_match(evaluation(reference.Steps, batches), rtol=1e-6)


@check(weight=1.5)
def test_evaluate_in_eval_mode(student, cases):
    """evaluate measures in eval mode: no Dropout, and batch norm with its running statistics"""
    inside = student.beside(evaluation)
    batches = some_batches(cases, 6, 4)
    for extra in ("dropout", "norm"):
        right = evaluation(reference.Steps, batches, extra)
        expect(inside.evaluation(student.Steps, batches, extra)).to_match(right, rtol=1e-6)


def modes_after_evaluate(Steps: Any, batches: Any, device: Any = "cpu") -> list[list[bool]]:
    """Of a model that trained, and of one that did not."""
    found = []
    for training in (True, False):
        model = tiny_net(extra="norm dropout", device=device).train(training)
        Steps(model, None, F.cross_entropy).evaluate(batches)
        found.append([part.training for part in model.modules()])
    return found


@check(weight=1.5)
def test_evaluate_gives_the_mode_back(student, cases):
    """after evaluate the model is in the mode that it was in: train stays train, eval stays eval"""
    inside = student.beside(modes_after_evaluate)
    found = inside.modes_after_evaluate(student.Steps, some_batches(cases, 4, 3))
    expect(found).to_equal([[True] * 6, [False] * 6])


@check(weight=0.5)
def test_evaluate_any_loader(student, cases):
    """evaluate takes anything that can be looped over once, also without a length"""
    inside = student.beside(evaluation)
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
    return sorted(name for name in asked if not name.endswith("None"))


@check()
def test_moves_to_the_device(student, cases):
    """Steps moves the model to its device, and each batch as well, in training and in validation; None moves nothing"""
    (batch,) = some_batches(cases, 5)
    inside = student.beside(devices_asked)
    found = expect(inside.devices_asked(student.Steps, batch, "cpu")).to_be_a(list)
    expect("model cpu" in found).to_hold("the model is moved to the device with .to(device)")
    expect(found.count("cpu") >= 4).to_hold("x and y are moved to the device of this object, by both steps")
    expect(set(found) <= {"model cpu", "cpu"}).to_hold("nothing is moved to any other device")
    expect(inside.devices_asked(student.Steps, batch, None)).to_equal([])


@check(weight=0.5)
def test_attributes_of_steps(student):
    """Steps has the attributes model, optim, loss_fn and device"""
    model = student.env.nn.Linear(2, 3)
    steps = student.Steps(model, "an optimizer", "a loss", "cpu")
    expect([value_of(steps.optim), value_of(steps.loss_fn)]).to_equal(["an optimizer", "a loss"])
    expect(str(value_of(steps.device)) == "cpu").to_hold("the attribute device is the device that was given")
    expect(steps.model.weight).to_match(value_of(model.weight))
