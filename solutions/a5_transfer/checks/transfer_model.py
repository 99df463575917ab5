"""Hidden checks of the exercise `transfer_model`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect

from ._helpers import borrowed, expect_letters, known_numbers, marked, old_network, parts_of, unmarked


def layers_of_the_head(model: nn.Module, mark: int) -> list[str]:
    """As in the table: a subclass, or other words for the same sizes, is the same layer."""
    sizes = {
        nn.AdaptiveAvgPool2d: lambda layer: 1 if layer.output_size in (1, (1, 1), [1, 1]) else layer.output_size,
        nn.Flatten: lambda layer: "",
        nn.BatchNorm1d: lambda layer: layer.num_features,
        nn.Dropout: lambda layer: float(layer.p),
        nn.Linear: lambda layer: f"{layer.in_features}, {layer.out_features}",
        nn.ReLU: lambda layer: "",
    }
    layers = [layer for layer in parts_of(model)[1].modules() if not list(layer.children())]
    kinds = [next((kind for kind in sizes if isinstance(layer, kind)), type(layer)) for layer in layers]
    told = [f"{kind.__name__}({sizes.get(kind, str)(layer)})" for kind, layer in zip(kinds, layers, strict=True)]
    return list(marked(told, mark))


def resnet18_without_numbers() -> nn.Module:
    """torchvision's ResNet-18 with whatever is in the memory for weights: nobody has to draw 11 million numbers."""
    import torchvision

    with torch.device("meta"):
        old = torchvision.models.resnet18(weights=None)
    return old.to_empty(device="cpu").eval()


def size_of(model: nn.Module) -> int:
    """Parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def sizes_of_parts(model: nn.Module) -> list[int]:
    """Parameters of the features and of the head."""
    return [size_of(part) for part in parts_of(model)]


def feature_shapes(model: nn.Module, sizes: list[tuple[int, ...]], device: Any = "cpu") -> list[tuple[int, ...]]:
    """Of model[0]."""
    with torch.no_grad():
        return [tuple(parts_of(model)[0](torch.zeros(size, device=device)).shape) for size in sizes]


def maps_of(model: nn.Module, x: Tensor) -> Tensor:
    """What the features make of images, in eval mode, with known numbers."""
    with torch.no_grad():
        maps: Tensor = parts_of(known_numbers(model).eval())[0](x)
    return maps


def logits_of(model: nn.Module, maps: Tensor) -> Tensor:
    """What the head makes of maps, in eval mode, with known numbers."""
    with torch.no_grad():
        logits: Tensor = parts_of(known_numbers(model).eval())[1](maps)
    return logits


def new_logits(model: nn.Module, x: Tensor, mark: int) -> list[Any]:
    """In eval mode, with known numbers: of the model, and of its own head behind its own features."""
    features, head = parts_of(known_numbers(model).eval())
    with torch.no_grad():
        return [marked("", mark), model(x), head(features(x))]


@check(
    weight=2,
    quote=(
        "the nine layers of the table, in an nn.Sequential, with in_features for 512, hidden for 256,",
        "num_classes for 2 and p for both 0.5",
    ),
)
def test_head_layers(student, cases):
    """build_transfer_model puts the nine layers of the table into model[1], in that order and with these sizes"""
    inside = student.beside(layers_of_the_head, old_network)
    for settings in ((6, 2), (6, 5, 7, 0.25), (6, 3, 12, 0.0)):
        found = inside.layers_of_the_head(student.build_transfer_model(inside.old_network(), *settings), cases.seed)
        right = layers_of_the_head(reference.build_transfer_model(old_network(), *settings), cases.seed)
        told, right = (unmarked(layers, cases.seed) for layers in (expect(found).to_be_a(list), right))
        expect(len(told) == len(right)).to_hold(f"the head has {len(right)} layers")
        for place, (yours, wanted) in enumerate(zip(told, right, strict=True)):
            expect(yours == wanted).to_hold(f"layer {place} of the head is {wanted}")


@check(
    quote=(
        "the children of the backbone in their order, without the last two, in an nn.Sequential.",
        "11,689,512 parameters in all, 513,000 of them in fc.",
    ),
)
def test_resnet_sizes(student, cases):
    """build_transfer_model on ResNet-18: 11,176,512 parameters borrowed, 133,378 new, maps of 2 × 2"""
    inside = student.beside(resnet18_without_numbers, size_of, sizes_of_parts, feature_shapes)
    old = inside.resnet18_without_numbers()
    expect(inside.size_of(old)).to_equal(11_689_512)
    model = student.build_transfer_model(old, 512, 2)
    expect(inside.sizes_of_parts(model)).to_equal([11_176_512, 133_378])
    drawn = cases.rng.integers(1, 4, (2, 3)).tolist()
    sizes = [(2, 3, 49, 49), *((batch, 3, 30 * height, 30 * width) for batch, height, width in drawn)]
    right = [(batch, 512, -(-height // 32), -(-width // 32)) for batch, _, height, width in sizes]
    expect(inside.feature_shapes(model, sizes)).to_equal(right)
    classes, hidden = (int(n) for n in cases.rng.integers((3, 20), (10, 200)))
    right_head = reference.build_transfer_model(old_network(), 512, classes, hidden)[1]
    other = student.build_transfer_model(old, 512, classes, hidden)
    expect(inside.sizes_of_parts(other)[1]).to_equal(size_of(right_head))


def several_images(cases: Any) -> list[Tensor]:
    """Batches of other sizes."""
    return [cases.images(*shape) for shape in ((3, 3, 12, 12), (2, 3, 9, 17), (1, 3, 21, 8))]


@check(quote="the children of the backbone in their order, without the last two, in an nn.Sequential.")
def test_feature_values(student, cases):
    """build_transfer_model gives in model[0] the maps of the last block of the backbone, for images of any size"""
    inside = student.beside(maps_of, old_network)
    for x in several_images(cases):
        found = inside.maps_of(student.build_transfer_model(inside.old_network(), 6, 4, 5), x)
        expect(found).to_match(maps_of(reference.build_transfer_model(old_network(), 6, 4, 5), x))


@check(quote="with in_features for 512, hidden for 256, num_classes for 2")
def test_head_values(student, cases):
    """build_transfer_model gives in model[1] a head that makes the right logits of maps of any size"""
    inside = student.beside(logits_of, old_network)
    for shape in ((3, 6, 3, 2), (2, 6, 1, 4)):
        maps = cases.tensor(*shape)
        found = inside.logits_of(student.build_transfer_model(inside.old_network(), 6, 4, 5), maps)
        expect(found).to_match(logits_of(reference.build_transfer_model(old_network(), 6, 4, 5), maps))


@check(weight=0.5, quote="from images (B, 3, H, W) to logits (B, num_classes)")
def test_transfer_values(student, cases):
    """build_transfer_model gives logits (B, num_classes) for images of any size: those of head(features(x))"""
    inside = student.beside(new_logits, old_network)
    for x in several_images(cases):
        model = student.build_transfer_model(inside.old_network(), 6, 4, 5)
        told, whole, behind = expect(inside.new_logits(model, x, cases.seed)).to_be_a(list, length=3)
        expect(told == marked("", cases.seed)).to_hold("the logits are of these images")
        expect(whole).to_have_shape(len(x), 4)
        expect(whole).to_match(behind)


def what_is_borrowed(student: Any, cases: Any) -> dict[str, Any]:
    """`borrowed` of the student's function."""
    found = student.beside(borrowed)(student.build_transfer_model, cases.seed)
    return dict(unmarked(expect(found).to_be_a(dict, length=8), cases.seed))


@check(quote="A borrowed network with a new head: nn.Sequential(features, head)")
def test_two_parts(student, cases):
    """build_transfer_model gives nn.Sequential(features, head): two parts, the old one and the new one"""
    found = what_is_borrowed(student, cases)
    expect(found["kinds"] == [True, 2]).to_hold("the result is nn.Sequential(features, head)")


@check(weight=1.5, quote="They are not copied: their parameters are the same objects as in the backbone.")
def test_borrows_the_weights(student, cases):
    """build_transfer_model puts the very same weights of the backbone into model[0]: no copies, nothing drawn anew"""
    found = what_is_borrowed(student, cases)
    expect(found["same"]).to_hold(
        "the parameters of model[0] are those of the backbone, the same objects, without those of its last layer fc"
    )
    expect(found["values"]).to_hold("weights and statistics of the backbone have their old values")


@check(
    quote=(
        "The backbone itself is left whole: it still has all its children, and what was frozen stays frozen.",
        "leave the arguments as they were",
    ),
)
def test_leaves_the_backbone_whole(student, cases):
    """build_transfer_model leaves the backbone whole: its own last layer, its modes, what is frozen in it"""
    found = what_is_borrowed(student, cases)
    names = ["conv1", "bn1", "relu", "maxpool", "layer1", "avgpool", "fc"]
    expect(found["names"] == names).to_hold("the backbone has all its children afterwards")
    expect(found["works"] == (2, 9)).to_hold("the backbone still gives its own 9 logits")
    expect(found["modes"]).to_hold("each part of the backbone is in its old mode, train or eval")
    expect(found["frozen"]).to_hold("what was frozen in the backbone is frozen, the rest is not")


@check(weight=0.5, quote="Each call makes a new head.")
def test_own_heads(student, cases):
    """build_transfer_model gives each model a head of its own"""
    found = what_is_borrowed(student, cases)
    expect(found["own heads"]).to_hold("two models on one backbone have heads that start from different numbers")


def logits_of_a_larger_layer(model: nn.Module, maps: Tensor, times: float) -> list[Tensor]:
    """Of the head, before and after the weights of the last dense layer became so many times as large."""
    head = parts_of(known_numbers(model).eval())[1]
    *_, last = [layer for layer in head.modules() if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        first = head(maps)
        for parameter in last.parameters():
            parameter.mul_(times)
        return [first, head(maps)]


@check(weight=0.75, quote="from images (B, 3, H, W) to logits (B, num_classes)")
def test_transfer_logits(student, cases):
    """build_transfer_model ends with logits: nothing comes after the last dense layer"""
    inside, times = student.beside(logits_of_a_larger_layer, old_network), float(cases.rng.uniform(1.5, 4))
    model = student.build_transfer_model(inside.old_network(), 6, 4)
    found = inside.logits_of_a_larger_layer(model, cases.tensor(5, 6, 2, 3), times)
    first, second = expect(found).to_be_a(list, length=2)
    expect(first).to_have_shape(5, 4)
    expect(second).to_have_shape(5, 4)
    expect(bool((first < 0).any())).to_hold("some logits are negative")
    close = bool((second - times * first).abs().max() <= 1e-9 * float(second.abs().max()))
    expect(close).to_hold("larger weights of the last layer give logits as many times as large (no softmax)")


def gradients_of_a_new_model(model: nn.Module, x: Tensor, mark: int) -> dict[str, Any]:
    """For each parameter whether it has one, in train mode."""
    model = known_numbers(model).train()
    F.cross_entropy(model(x), torch.arange(len(x), device=x.device) % 2).backward()
    slopes = {name: parameter.grad for name, parameter in model.named_parameters()}
    return dict(marked({name: slope is not None and bool(slope.any()) for name, slope in slopes.items()}, mark))


@check(weight=0.5, after="transfer_values", quote="Gradients reach every parameter, old and new, that is not frozen.")
def test_transfer_trains(student, cases):
    """build_transfer_model gives a model in which every parameter, old and new, gets a gradient"""
    inside = student.beside(old_network, gradients_of_a_new_model)
    model = student.build_transfer_model(inside.old_network(), 6, 2, 8, 0.0)
    found = inside.gradients_of_a_new_model(model, cases.images(6, 3, 10, 11), cases.seed)
    reached = unmarked(expect(found).to_be_a(dict), cases.seed)
    # what comes straight before a batch norm needs no bias: its gradient is 0 but for rounding
    weights = [has for name, has in reached.items() if name.endswith("weight")]
    expect(bool(weights) and all(weights)).to_hold("every weight gets a gradient")


@check(weight=0.85, quote="The letters of all statements that are right, in any order")
def test_answer_about_batch_norm(student):
    """no_batch_norm names the statements about the head without batch norm that are right, and no others"""
    expect_letters(student.no_batch_norm(), reference.no_batch_norm(), "all right statements are named, and no others")
