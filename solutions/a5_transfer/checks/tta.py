"""Hidden checks of the exercise `tta`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect


def sharp_model(classes: int = 4, device: Any = "cpu") -> nn.Module:
    """float64, not linear, not symmetric, with dropout and batch norm, in train mode but for one part."""
    layers = [
        nn.Conv2d(2, 3, (2, 3)),
        nn.BatchNorm2d(3),
        nn.Tanh(),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(36, classes),
    ]
    model = nn.Sequential(nn.Sequential(*layers[:2]), *layers[2:]).double()
    model(torch.zeros(2, 2, 4, 6, dtype=torch.float64))
    with torch.no_grad():
        for place, parameter in enumerate([*model.parameters(), *model.buffers()]):
            if parameter.is_floating_point():
                waves = torch.sin(torch.arange(parameter.numel(), dtype=torch.float64) * (1.3 + place) + place)
                parameter.copy_(waves.reshape(parameter.shape) * 1.5)
        model[0][1].running_var.fill_(0.7)
    model.train()
    model[0][1].eval()
    torch.manual_seed(7)  # what dropout drops is then the same in every replay
    return model.to(device)


def several_transforms(names: str) -> list[Any]:
    """Functions on a batch, by letter: as it is, left-right, upside down, half a turn, darker."""
    known = {
        "=": lambda x: x,
        "h": lambda x: x.flip(-1),
        "v": lambda x: x.flip(-2),
        "t": lambda x: x.flip((-2, -1)),
        "d": lambda x: x * 0.3 - 0.1,
    }
    return [known[name] for name in names]


def predicted(tta_predict: Any, x: Tensor, names: str, training: bool = True, device: Any = "cpu") -> Any:
    """Of the sharp model, in train mode but for one part, or resting: who forgets modes is right then."""
    model = sharp_model(device=device)
    return tta_predict(model if training else model.eval(), x, several_transforms(names))


@check(weight=2, quote="The mean of softmax(model(t(x))) over all t in transforms")
def test_tta_values(student, cases):
    """tta_predict is the mean of the class probabilities over the transforms, not of the logits or of the images"""
    inside = student.beside(predicted)
    for names, batch in (("=h", 3), ("hvtd", 2), ("=hd", 5)):
        x = cases.images(batch, 2, 4, 6)
        expect(inside.predicted(student.tta_predict, x, names)).to_match(predicted(reference.tta_predict, x, names))


@check(quote="The mean of softmax(model(t(x))) over all t in transforms; the model gives logits (B, classes).")
def test_tta_one_transform(student, cases):
    """tta_predict with a single transform gives the softmax of the logits of that batch; each row adds up to 1"""
    inside, x = student.beside(predicted), cases.images(3, 2, 4, 6)
    for name in "=v":
        found = inside.predicted(student.tta_predict, x, name, False)
        expect(found).to_match(predicted(reference.tta_predict, x, name, False))


@check(
    quote=(
        "Class probabilities of a batch x (B, C, H, W), averaged over several transforms: (B, classes).",
        "leave the arguments as they were",
    )
)
def test_tta_one_patch(student, cases):
    """tta_predict keeps the batch axis for a single patch, and leaves the batch as it was"""
    inside, x = student.beside(predicted), cases.images(1, 2, 4, 6)
    expect(inside.predicted(student.tta_predict, x, "=ht")).to_match(predicted(reference.tta_predict, x, "=ht"))
    expect(lambda: inside.predicted(student.tta_predict, x, "=ht")).to_leave_inputs_alone()


def around_a_prediction(tta_predict: Any, x: Tensor, device: Any = "cpu") -> dict[str, Any]:
    """Modes and statistics before and after, two predictions, whether gradients hang on them."""
    model = sharp_model(device=device)
    numbers = [buffer.clone() for buffer in model.buffers()]
    first, second = (tta_predict(model, x, several_transforms("=h")) for _ in range(2))
    after = [module.training for module in model.modules()]
    model.eval()
    model[3].train()
    tta_predict(model, x, several_transforms("v"))
    resting = [module.training for module in model.modules()]
    return {
        "repeat": torch.equal(first, second),
        "modes": after,
        "resting": resting,
        "statistics": all(torch.equal(a, b) for a, b in zip(numbers, model.buffers(), strict=True)),
        "gradients": first.requires_grad or any(parameter.grad is not None for parameter in model.parameters()),
        "usable": not first.is_inference(),
        "on": torch.is_grad_enabled() and all(parameter.requires_grad for parameter in model.parameters()),
    }


@check(after="tta_one_transform", quote="In eval mode and without gradients (torch.no_grad).")
def test_tta_eval_mode(student, cases):
    """tta_predict predicts in eval mode: the same answer twice, and no running statistics change"""
    inside = student.beside(around_a_prediction)
    found = expect(inside.around_a_prediction(student.tta_predict, cases.images(3, 2, 4, 6))).to_be_a(dict, length=7)
    expect(found["repeat"]).to_hold("two predictions of the same batch are the same, in spite of dropout")
    expect(found["statistics"]).to_hold("predicting does not change the running statistics of batch norm")


@check(after="tta_one_transform", quote="Afterwards each module is in the mode in which it was before, train or eval")
def test_tta_restores_modes(student, cases):
    """tta_predict puts every module back into the mode it was in, each its own"""
    inside = student.beside(around_a_prediction)
    found = expect(inside.around_a_prediction(student.tta_predict, cases.images(3, 2, 4, 6))).to_be_a(dict, length=7)
    right = around_a_prediction(reference.tta_predict, cases.images(3, 2, 4, 6))
    expect(found["modes"] == right["modes"]).to_hold(
        "of a model in train mode with one part in eval mode, each module is as before"
    )
    expect(found["resting"] == right["resting"]).to_hold(
        "of a model in eval mode with one part in train mode, each module is as before"
    )


@check(after="tta_one_transform", quote="In eval mode and without gradients (torch.no_grad).")
def test_tta_without_gradients(student, cases):
    """tta_predict gives plain numbers, without a gradient, and leaves gradients switched on for others"""
    inside = student.beside(around_a_prediction)
    found = expect(inside.around_a_prediction(student.tta_predict, cases.images(3, 2, 4, 6))).to_be_a(dict, length=7)
    expect(not found["gradients"]).to_hold("no gradient hangs on the probabilities")
    expect(found["usable"]).to_hold("the result can be used in a later computation with gradients (torch.no_grad)")
    expect(found["on"]).to_hold("afterwards gradients are on, and no parameter is frozen")


def modes_after_an_error(tta_predict: Any, x: Tensor, device: Any = "cpu") -> tuple[str, list[bool], list[bool]]:
    """With a transform that stops."""
    model = sharp_model(device=device)
    modes = [module.training for module in model.modules()]

    def stops(_):
        raise RuntimeError("this transform cannot do it")

    try:
        tta_predict(model, x, [lambda x: x, stops])
        error = "no error"
    except NotImplementedError:
        raise
    except RuntimeError as raised:
        error = str(raised)
    return error, modes, [module.training for module in model.modules()]


@check(
    weight=0.5,
    after="tta_one_transform",
    quote="in the mode in which it was before, train or eval, also when a transform or the model stops with an error",
)
def test_tta_after_an_error(student, cases):
    """tta_predict restores the modes also when a transform stops with an error, and lets the error pass"""
    inside = student.beside(modes_after_an_error)
    answer = inside.modes_after_an_error(student.tta_predict, cases.images(2, 2, 4, 6))
    error, before, after = expect(answer).to_be_a(tuple, length=3)
    expect(error == "this transform cannot do it").to_hold("the error of a transform reaches the caller")
    expect(before == after).to_hold("each module is in its old mode after an error (try … finally)")


def refuses_no_transform(tta_predict: Any, x: Tensor, device: Any = "cpu") -> Any:
    """An empty list of transforms."""
    return tta_predict(sharp_model(device=device), x, [])


@check(
    weight=0.5,
    after="tta_one_transform",
    quote="transforms: a list of functions on a batch. ValueError when it is empty.",
)
def test_tta_refuses(student, cases):
    """tta_predict raises ValueError when there is no transform at all"""
    inside = student.beside(refuses_no_transform)
    expect(lambda: inside.refuses_no_transform(student.tta_predict, cases.images(2, 2, 4, 6))).to_raise(ValueError)
