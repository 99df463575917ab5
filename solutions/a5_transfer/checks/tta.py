"""Hidden checks of the exercise `tta`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference
import torch
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect

from ._helpers import marked, unmarked


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


def evened(numbers: Tensor) -> Tensor:
    """Less the means of its rows and columns: of logits, no softmax over whichever axis changes that."""
    return numbers - numbers.mean(0, keepdim=True) - numbers.mean(1, keepdim=True) + numbers.mean()


def comes_from_the_model(found: Any, right: Tensor) -> bool:
    """Whether these are the right probabilities, or what a slip makes of them: logits, another axis, another mean."""
    if not isinstance(found, (Tensor, np.ndarray)):
        return False
    numbers = torch.as_tensor(found).double()
    if numbers.shape != right.shape:  # the patches became one
        return numbers.numel() == right.shape[1] and torch.allclose(numbers.flatten(), right.mean(0), atol=1e-5)
    wanted, given = (right, right.log()), (numbers, numbers.log())
    return any(torch.allclose(evened(yours), evened(mine), atol=1e-5) for yours in given for mine in wanted)


@check(weight=0.5, quote="the model gives logits (B, classes).")
def test_tta_answers(student, cases):
    """tta_predict answers with what the model says about each patch, whatever becomes of it then"""
    inside, x = student.beside(predicted), cases.images(3, 2, 4, 6)
    for name in "=v":
        found = inside.predicted(student.tta_predict, x, name, False)
        right = predicted(reference.tta_predict, x, name, False)
        expect(comes_from_the_model(found, right)).to_hold("a patch is told from another as the model does")


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


def around_a_prediction(tta_predict: Any, x: Tensor, mark: int, device: Any = "cpu") -> dict[str, Any]:
    """Modes and statistics before and after, two predictions, whether gradients hang on them."""
    model = sharp_model(device=device)
    numbers = [buffer.clone() for buffer in model.buffers()]
    first, second = (tta_predict(model, x, several_transforms("=h")) for _ in range(2))
    after = [module.training for module in model.modules()]
    model.eval()
    model[3].train()
    tta_predict(model, x, several_transforms("v"))
    resting = [module.training for module in model.modules()]
    told = {
        "repeat": torch.equal(torch.as_tensor(first), torch.as_tensor(second)),
        "modes": after,
        "resting": resting,
        "statistics": all(torch.equal(a, b) for a, b in zip(numbers, model.buffers(), strict=True)),
        "gradients": torch.as_tensor(first).requires_grad
        or any(weight.grad is not None for weight in model.parameters()),
        "usable": not torch.as_tensor(first).is_inference(),
        "on": torch.is_grad_enabled() and all(parameter.requires_grad for parameter in model.parameters()),
    }
    return dict(marked(told, mark))


def found_around(student: Any, cases: Any) -> dict[str, Any]:
    """`around_a_prediction` of the student's function."""
    found = student.beside(around_a_prediction)(student.tta_predict, cases.images(3, 2, 4, 6), cases.seed)
    return dict(unmarked(expect(found).to_be_a(dict, length=7), cases.seed))


@check(after="tta_answers", quote="In eval mode and without gradients (torch.no_grad).")
def test_tta_eval_mode(student, cases):
    """tta_predict predicts in eval mode: the same answer twice, and no running statistics change"""
    found = found_around(student, cases)
    expect(found["repeat"]).to_hold("two predictions of the same batch are the same, in spite of dropout")
    expect(found["statistics"]).to_hold("predicting does not change the running statistics of batch norm")


@check(after="tta_answers", quote="Afterwards each module is in the mode in which it was before, train or eval")
def test_tta_restores_modes(student, cases):
    """tta_predict puts every module back into the mode it was in, each its own"""
    found = found_around(student, cases)
    right = unmarked(around_a_prediction(reference.tta_predict, cases.images(3, 2, 4, 6), 0), 0)
    expect(found["modes"] == right["modes"]).to_hold(
        "of a model in train mode with one part in eval mode, each module is as before"
    )
    expect(found["resting"] == right["resting"]).to_hold(
        "of a model in eval mode with one part in train mode, each module is as before"
    )


@check(after="tta_answers", quote="In eval mode and without gradients (torch.no_grad).")
def test_tta_without_gradients(student, cases):
    """tta_predict gives plain numbers, without a gradient, and leaves gradients switched on for others"""
    found = found_around(student, cases)
    expect(not found["gradients"]).to_hold("no gradient hangs on the probabilities")
    expect(found["usable"]).to_hold("the result can be used in a later computation with gradients (torch.no_grad)")
    expect(found["on"]).to_hold("afterwards gradients are on, and no parameter is frozen")


def modes_after_an_error(tta_predict: Any, x: Tensor, mark: int, device: Any = "cpu") -> list[Any]:
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
    return list(marked([error, modes, [module.training for module in model.modules()]], mark))


@check(
    weight=0.5,
    after="tta_answers",
    quote="in the mode in which it was before, train or eval, also when a transform or the model stops with an error",
)
def test_tta_after_an_error(student, cases):
    """tta_predict restores the modes also when a transform stops with an error, and lets the error pass"""
    inside = student.beside(modes_after_an_error)
    answer = inside.modes_after_an_error(student.tta_predict, cases.images(2, 2, 4, 6), cases.seed)
    error, before, after = unmarked(expect(answer).to_be_a(list, length=3), cases.seed)
    expect(error == "this transform cannot do it").to_hold("the error of a transform reaches the caller")
    expect(before == after).to_hold("each module is in its old mode after an error (try … finally)")


def which_are_refused(tta_predict: Any, x: Tensor, given: list[str], device: Any = "cpu") -> list[bool]:
    """For each of these lists of transforms whether there is a ValueError."""
    found = []
    for names in given:
        try:
            predicted(tta_predict, x, names, device=device)
            found.append(False)
        except ValueError:
            found.append(True)
    return found


def refuses_no_transform(tta_predict: Any, x: Tensor, device: Any = "cpu") -> Any:
    """An empty list of transforms."""
    return tta_predict(sharp_model(device=device), x, [])


@check(
    weight=0.5,
    after="tta_answers",
    quote="transforms: a list of functions on a batch. ValueError when it is empty.",
)
def test_tta_refuses(student, cases):
    """tta_predict raises ValueError when there is no transform at all"""
    inside, x = student.beside(refuses_no_transform, which_are_refused), cases.images(2, 2, 4, 6)
    given = cases.shuffled(("", "", "", "", "=", "h", "hv", "t"))
    if inside.which_are_refused(student.tta_predict, x, given) != [not names for names in given]:
        expect(lambda: inside.refuses_no_transform(student.tta_predict, x)).to_raise(ValueError)
        expect(False).to_hold("with a transform there is no error")
    expect(True).to_hold("without a transform there is a ValueError, and with one there is none")
