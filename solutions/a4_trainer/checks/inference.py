"""Hidden checks of the exercise `inference`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import flags, in_tensors, some_flags


def dropping_net(classes: int = 3, training: bool = True, device: Any = "cpu") -> nn.Module:
    """(B, 5) -> (B, classes) with batch norm and Dropout, float64, known weights."""
    model = nn.Sequential(
        nn.Linear(5, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.6), nn.Linear(4, classes)
    ).double()
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
        model[1].running_mean.copy_(torch.tensor([0.5, -0.5, 0.25, 0.0]))
    return model.train(training).to(device)


def predicted(function: Any, given: Any, classes: int = 3, device: Any = "cpu", **settings: Any) -> list[Any]:
    """What a prediction gives, and the running means afterwards; for a model that trained and one that did not."""
    found = []
    for training in (True, False):
        model = dropping_net(classes, training, device=device)
        torch.manual_seed(1)
        found += [function(model, given, **settings), model[1].running_mean]
    return found


def modes_after(function: Any, given: Any, modes: list[bool], device: Any = "cpu") -> list[list[bool]]:
    """Of a model for each of these modes, which all its parts are in."""
    found = []
    for training in modes:
        model = dropping_net(3, training, device=device)
        function(model, given)
        found.append(flags(model))
    return found


def probed(function: Any, given: Any, device: Any = "cpu") -> dict[str, Any]:
    """Whether the prediction is free of a graph, and whether a layer can be trained on top of it."""
    model = dropping_net(device=device)
    asked = [*model.parameters(), *([given] if isinstance(given, Tensor) else given)]
    wants = [each.requires_grad for each in asked]
    found = function(model, given)
    probe = torch.ones(2, found.shape[1], dtype=torch.float64, device=found.device, requires_grad=True)
    (found @ probe.T).sin().sum().backward()
    same = wants == [each.requires_grad for each in asked]
    return {"graph": found.requires_grad, "gradient": probe.grad, "enabled": torch.is_grad_enabled(), "same": same}


@check(weight=2, quote="Logits of a batch (B, …) -> (B, classes), as the model gives them in eval mode.")
def test_logits_in_eval_mode(student, cases):
    """predict_logits gives the logits of eval mode: nothing dropped, running means used and not changed"""
    x = cases.tensor(7, 5)
    inside = student.beside(predicted)
    for given in (x, x[:1]):
        found = value_of(inside.predicted(student.predict_logits, given))
        expect(in_tensors(found)).to_match(predicted(reference.predict_logits, given))


@check(
    after=("logits_in_eval_mode", "probabilities", "batches_like_one"),
    weight=1.5,
    quote=(
        "The model is afterwards in the mode it was in.",
        "Eval mode, graph and the model's mode as in predict_logits.",
    ),
)
def test_predictions_give_the_mode_back(student, cases):
    """after predict_logits, predict_proba and batch_predict the model is in the mode that it was in"""
    x, modes = cases.tensor(4, 5), some_flags(cases, 8)
    inside = student.beside(modes_after)
    for function, given in ((student.predict_logits, x), (student.predict_proba, x), (student.batch_predict, [x, x])):
        expect(inside.modes_after(function, given, modes)).to_equal([[mode] * 6 for mode in modes])


@check(
    weight=2,
    quote=(
        "Without a graph, also if x requires a gradient; yet an ordinary tensor that may go into a later training.",
        "Arguments stay as they were",
    ),
)
def test_predictions_are_ordinary_tensors(student, cases):
    """predictions have no graph, even if x asks for one, and a new layer can be trained on top of them"""
    inside = student.beside(probed, probed_with_gradient)
    x = cases.tensor(4, 5)
    for name in ("predict_logits", "predict_proba"):
        function, right = getattr(student, name), getattr(reference, name)
        for asked, own in ((inside.probed, probed), (inside.probed_with_gradient, probed_with_gradient)):
            found = expect(asked(function, x)).to_be_a(dict, length=4)
            expect(found["graph"] is False).to_hold(f"the result of {name} has no graph")
            expect(found["same"] is True).to_hold(
                f"after {name} x and the model's parameters ask for gradients as before"
            )
            expect(found).to_match(own(right, x))
    found = expect(inside.probed(student.batch_predict, [x, x[:1]])).to_be_a(dict, length=4)
    expect(found["graph"] is False).to_hold("the result of batch_predict has no graph")
    expect(found).to_match(probed(reference.batch_predict, [x, x[:1]]))


def probed_with_gradient(function: Any, x: Tensor, device: Any = "cpu") -> dict[str, Any]:
    """As `probed`, with an input that asks for a gradient."""
    return probed(function, x.clone().requires_grad_(), device=device)


@check(weight=1.5, quote="Probabilities (B, classes): softmax of logits / temperature, each row adds up to 1.")
def test_probabilities(student, cases):
    """predict_proba is the softmax over the classes, also for as many images as classes"""
    inside = student.beside(predicted)
    for count in (3, 6, 1):
        x = cases.tensor(count, 5)
        found = value_of(inside.predicted(student.predict_proba, x))
        expect(in_tensors(found)).to_match(predicted(reference.predict_proba, x))


@check(weight=1.5, quote="A **temperature** divides the logits first.")
def test_temperature(student, cases):
    """predict_proba divides the logits by the temperature: 5 is flatter, 0.5 is sharper"""
    inside = student.beside(predicted)
    x = cases.tensor(4, 5)
    for temperature in (5.0, 0.5, 1.0):
        found = value_of(inside.predicted(student.predict_proba, x, temperature=temperature))
        expect(in_tensors(found)).to_match(predicted(reference.predict_proba, x, temperature=temperature))


@check(quote="Logits of 10,000 are no problem.")
def test_very_large_logits(student, cases):
    """predict_proba stays finite for logits of ten thousand and more"""
    model = student.env.nn.Identity()
    logits = torch.tensor([[1e4, 1e4 - 1, -1e4], [-2e4, -2e4, -1e4], [800.0, 0.0, 799.0]]) + cases.tensor(3, 3)
    (found,) = in_tensors([value_of(student.predict_proba(model, logits))])
    expect(found).to_match(torch.softmax(logits, 1))


@check(
    weight=2, quote=("Logits of all inputs that `loader` yields, in their order", "Batches may have different sizes.")
)
def test_batches_like_one(student, cases):
    """batch_predict gives the logits of all inputs in their order, as one big batch would; the last may be smaller"""
    x = cases.tensor(11, 5)
    inside = student.beside(predicted)
    for batches in (list(x.split(4)), [x], list(x.split(1)), [x[:2], x[2:9], x[9:]]):
        right = predicted(reference.predict_logits, x)
        expect(in_tensors(value_of(inside.predicted(student.batch_predict, batches)))).to_match(right)


def batches_seen(batch_predict: Any, batches: list[Any], device: Any = "cpu") -> list[Any]:
    """Sizes that arrive at the model, from a loader that can be looped over once, and how far it was ahead."""
    model, seen, ahead, handed = dropping_net(device=device), [], [], []

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


@check(
    after="batches_like_one",
    quote=(
        "It can be looped over once, and may have no length.",
        "The model sees one batch after the other, never all at once.",
    ),
)
def test_one_batch_at_a_time(student, cases):
    """batch_predict sends one batch after the other through the model, and needs only one loop over the loader"""
    inside = student.beside(batches_seen)
    sizes = cases.integers(6, low=1, high=9).tolist()
    found = inside.batches_seen(student.batch_predict, list(cases.tensor(sum(sizes), 5).split(sizes)))
    expect(found).to_equal([sizes, 0, (sum(sizes), 3)])


def inputs_of(InputLoader: Any, batches: Any) -> list[Any]:
    """What two loops give."""
    inputs = InputLoader(batches)
    return [[x for x in inputs], [x for x in inputs]]  # noqa: C416  # `list` asks for a length, too


@check(
    weight=1.5,
    quote=(
        "the input is its first item. A batch that is a tensor itself is the input.",
        "can be looped over as often as that one.",
    ),
)
def test_input_loader_yields(student, cases):
    """InputLoader yields the inputs of (x,), (x, y), [x, y, names] and of a bare tensor, in every loop over it"""
    inside = student.beside(inputs_of)
    x, y = cases.tensor(3, 2), cases.integers(3)
    for batches in ([(x, y), (x[:1], y[:1])], [(x,), [x + 1]], [[x, y, ["a", "b", "c"]]], [x, x + 2], []):
        expect(inside.inputs_of(student.InputLoader, batches)).to_match(inputs_of(reference.InputLoader, batches))


def loader_like(InputLoader: Any, n: int) -> list[Any]:
    """len, list and dataset of an InputLoader over a DataLoader; and how often a loader was started by making one."""
    dataset = torch.utils.data.TensorDataset(torch.arange(n) / 2, torch.arange(n))
    inputs = InputLoader(torch.utils.data.DataLoader(dataset, batch_size=3))
    started = []

    class Loader:
        def __iter__(self):
            started.append(1)
            return iter([(1, 2)])

        def __len__(self):
            return 1

    InputLoader(Loader())
    return [len(inputs), [len(x) for x in list(inputs)], inputs.dataset is dataset, len(started)]


@check(
    weight=1.5,
    quote=(
        "len(InputLoader(loader)) is len(loader), and its attribute `dataset` is loader.dataset.",
        "The loader is not started before somebody loops.",
    ),
)
def test_input_loader_is_a_loader(student, cases):
    """InputLoader has a length and a dataset, those of its loader, and starts it only when somebody loops"""
    inside = student.beside(loader_like)
    n = int(cases.rng.integers(20, 200))
    sizes = [len(part) for part in torch.arange(n).split(3)]
    found = expect(inside.loader_like(student.InputLoader, n)).to_be_a(list, length=4)
    expect(found[:2]).to_equal([len(sizes), sizes])
    expect(found[2] is True).to_hold("the attribute dataset is the dataset of the loader")
    expect(found[3]).to_equal(0)
