"""Hidden checks of the exercise `lenet`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect, value_of

from ._helpers import (
    CALLED,
    expect_arrivals,
    expect_logits,
    expect_own_weights,
    expect_plain_logits,
    expect_ready_to_train,
    expect_saved_names,
    expect_single_images,
    expect_size,
    is_sequential,
    known_weights,
    logits,
    logits_with_a_larger_last_layer,
)


def kinds_of_layers(model: nn.Module) -> list[str]:
    """Class names of the modules without children, sorted."""
    return sorted(type(module).__name__ for module in model.modules() if not list(module.children()))


def carried_over(source: nn.Module, target: nn.Module, x: Tensor) -> Tensor:
    """Logits of the target with the parameters of the source, matched by shape."""
    left = list(known_weights(source).parameters())
    with torch.no_grad():
        for parameter in target.double().parameters():
            place = next((i for i, candidate in enumerate(left) if candidate.shape == parameter.shape), None)
            if place is None:
                raise ValueError(f"LeNetModern has no weights of the shape {tuple(parameter.shape)}")
            parameter.copy_(left.pop(place))
        return target.eval()(x)


@check(quote="156 + 2,416 + 48,120 + 10,164 + 850 = **61,706** numbers.")
def test_classic_size(student, cases):
    """LeNet5Classic has 61,706 parameters, right after it is made"""
    expect_size(student, cases, student.LeNet5Classic(), 61_706)


@check(weight=0.5, quote="The learnable layers are called conv1, conv2, fc1, fc2 and fc3.")
def test_classic_names(student, cases):
    """LeNet5Classic saves the weights of its layers under the names conv1, conv2, fc1, fc2 and fc3"""
    expect_saved_names(student, cases, student.LeNet5Classic(), reference.LeNet5Classic())


@check(quote="Sixteen maps of 5 × 5 are 400.")
def test_classic_shapes(student, cases):
    """LeNet5Classic: what arrives at conv2, fc1, fc2 and fc3 is 6 × 14 × 14, 400, 120 and 84"""
    found = expect_arrivals(student, cases, student.LeNet5Classic(), 1, 28, 28)
    expect(found[1:]).to_equal([(6, 14, 14), (400,), (120,), (84,)])


@check(
    weight=2,
    quote=(
        "A sigmoid after each of them except the last, and *before* the pooling.",
        "Average pooling, 2 × 2, stride 2, after each convolution.",
    ),
)
def test_classic_values(student, cases):
    """LeNet5Classic gives the right logits: sigmoid, then average pooling, and no activation at the end"""
    expect_logits(student, student.LeNet5Classic(), reference.LeNet5Classic(), cases.images(3, 1, 28, 28))


@check(quote="That makes **37,106** numbers.")
def test_modern_size(student, cases):
    """LeNetModern has 37,106 parameters, right after it is made"""
    expect_size(student, cases, student.LeNetModern(), 37_106)


@check(
    weight=0.5,
    quote="conv1 (6 maps, 5 × 5, padding 2), conv2 (16 maps, 5 × 5), fc1 (84), fc2 (10): these are their names.",
)
def test_modern_names(student, cases):
    """LeNetModern saves the weights of its layers under the names conv1, conv2, fc1 and fc2"""
    expect_saved_names(student, cases, student.LeNetModern(), reference.LeNetModern())


@check(quote="and one dense layer less (400 → 84 → 10)")
def test_modern_shapes(student, cases):
    """LeNetModern: what arrives at conv2, fc1 and fc2 is 6 × 14 × 14, 400 and 84"""
    found = expect_arrivals(student, cases, student.LeNetModern(), 1, 28, 28)
    expect(found[1:]).to_equal([(6, 14, 14), (400,), (84,)])


@check(weight=2, quote="ReLU after each of them except the last; max pooling, 2 × 2, stride 2, after each convolution.")
def test_modern_values(student, cases):
    """LeNetModern gives the right logits: ReLU and max pooling, and no activation at the end"""
    expect_logits(student, student.LeNetModern(), reference.LeNetModern(), cases.images(3, 1, 28, 28))


def loss_of_a_sure_network(model: nn.Module, x: Tensor) -> float | None:
    """Cross-entropy of its own predictions, when its last layer gives a thousand times as much."""
    scores = logits_with_a_larger_last_layer(model, x, 1000.0)
    return None if scores is None else float(torch.nn.functional.cross_entropy(scores, scores.argmax(1)))


@check(
    weight=1.5,
    quote="It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.",
)
def test_modern_logits(student, cases):
    """LeNetModern ends with logits: a network that is sure and right has a loss near 0, not above 1.4612"""
    x = cases.images(4, 1, 28, 28)
    inside = student.beside(loss_of_a_sure_network)
    loss = inside.loss_of_a_sure_network(student.LeNetModern(), x)
    expect(value_of(loss) is not None).to_hold(CALLED)
    expect(loss).to_be_below(1.0, "cross-entropy")
    expect_plain_logits(student, student.LeNetModern(), x, 10)


@check(
    quote=(
        "LeNetModern as one nn.Sequential",
        "two Conv2d, three ReLU, two MaxPool2d, a Flatten, two Linear and nothing else.",
    )
)
def test_sequential_layers(student, cases):
    """lenet_sequential is an nn.Sequential of 2 Conv2d, 3 ReLU, 2 MaxPool2d, Flatten and 2 Linear, 37,106 parameters"""
    model = student.lenet_sequential()
    inside = student.beside(is_sequential, kinds_of_layers)
    expect(inside.is_sequential(model)).to_hold("lenet_sequential() is an nn.Sequential")
    expect(inside.kinds_of_layers(model)).to_equal(kinds_of_layers(reference.lenet_sequential()))
    expect_size(student, cases, model, 37_106)


@check(weight=1.5, quote="the same numbers come out when it has the same weights.")
def test_sequential_values(student, cases):
    """lenet_sequential gives the right logits"""
    expect_logits(student, student.lenet_sequential(), reference.lenet_sequential(), cases.images(3, 1, 28, 28))


@check(weight=1.5, quote="carry the weights over, and the logits agree.")
def test_weights_carried_over(student, cases):
    """lenet_sequential with the weights of LeNetModern gives the logits of LeNetModern"""
    x = cases.images(2, 1, 28, 28)
    found = student.beside(carried_over)(student.LeNetModern(), student.lenet_sequential(), x)
    expect(found).to_match(logits(reference.LeNetModern(), x))


@check(quote="B may be 1, and no image knows of the others.")
def test_lenets_single_images(student, cases):
    """All three LeNets give a batch of one image (1, 10), and the same as for that image in a larger batch"""
    x = cases.images(2, 1, 28, 28)
    for name in ("LeNet5Classic", "LeNetModern", "lenet_sequential"):
        expect_single_images(student, getattr(student, name)(), getattr(reference, name)(), x)


@check(
    quote=(
        "all of them and no others are found by `parameters()`, and each new network has its own.",
        "It gives the same in `train()` as in `eval()`",
        "It leaves the batch as it was.",
    )
)
def test_lenets_train(student, cases):
    """All three LeNets are ready to train: gradients for all parameters, the same in train mode, own weights"""
    x = cases.images(3, 1, 28, 28)
    for name in ("LeNet5Classic", "LeNetModern", "lenet_sequential"):
        expect_ready_to_train(student, getattr(student, name)(), x, getattr(reference, name)())
        expect_own_weights(student, cases, getattr(student, name)(), getattr(student, name)())
