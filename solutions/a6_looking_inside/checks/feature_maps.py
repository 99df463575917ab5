"""Hidden checks of the exercise `feature_maps`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import check, expect

from ._helpers import NETS, Block, Weights, drawing, drawn, ordinary, parts, picture_in, some_order, weights_of


class Recurrent(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.dense, self.memory = nn.Linear(3, 2).double(), nn.GRU(2, 3, batch_first=True).double()
        with torch.no_grad():
            self.dense.weight.copy_(weights["dense"])
            self.memory.weight_ih_l0.copy_(weights["ih"])
            self.memory.weight_hh_l0.copy_(weights["hh"])
            for bias in (self.dense.bias, self.memory.bias_ih_l0, self.memory.bias_hh_l0):
                bias.zero_()

    def forward(self, x):
        return self.memory(self.dense(x))[0]


def named(weights):
    conv1, conv2, dense = parts(weights)
    from collections import OrderedDict

    head = nn.Sequential(OrderedDict(flatten=nn.Flatten(), dense=dense))
    return nn.Sequential(OrderedDict(stem=Block(conv1), trunk=nn.Sequential(Block(conv2)), head=head))


def chosen_layers(layers):
    types = {"Conv2d": nn.Conv2d, "Linear": nn.Linear, "ReLU": nn.ReLU, "Sequential": nn.Sequential, "Block": Block}
    return None if layers is None else [types.get(layer, layer) for layer in layers]


def model_of(style, weights, device="cpu"):
    made = {"named": named, "recurrent": Recurrent}
    return made.get(style, NETS.get(style))(weights).to(device)


def recorded(student, style, weights, x, layers=None, device="cpu"):
    model = model_of(style, weights, device)
    return during_a_block(student.FeatureMaps(model, chosen_layers(layers)), lambda: model(x))


def during_a_block(watcher, run):
    """What is recorded in a block, however it ends: that is judged elsewhere."""
    seen = watcher.__enter__()
    run()
    during = dict(seen.maps)
    with contextlib.suppress(Exception):
        watcher.__exit__(None, None, None)
    return seen.maps or during


def number_of_hooks(model):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in model.modules() for kind in kinds)


def maps_by_hand(weights: Weights, x: torch.Tensor) -> list[torch.Tensor]:
    """What the six layers of a chain give, one after the other."""
    made = [F.conv2d(x, weights["w1"], weights["b1"], padding=1)]
    made.append(torch.relu(made[-1]))
    made.append(F.conv2d(made[-1], weights["w2"], weights["b2"]))
    made.append(torch.relu(made[-1]))
    made.append(made[-1].flatten(1))
    return [*made, F.linear(made[-1], weights["w3"], weights["b3"])]


def in_order(found: Any, names: list[str]) -> dict[str, torch.Tensor]:
    """The maps, when they have these names in this order."""
    maps: dict[str, torch.Tensor] = expect(found).to_be_a(dict)
    expect(list(maps) == names).to_hold(f"the names of the maps, in the order in which the modules ran, are {names}")
    return maps


@check(
    weight=2,
    quote=(
        "`None` means every leaf (module without children), at any depth",
        "`maps` is a dict {name: tensor}, in the order in which the modules ran.",
    ),
)
def test_maps_of_every_layer(student, cases):
    """FeatureMaps records what every layer of a network gives, under its name and in the order in which they ran"""
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    maps = in_order(student.beside(recorded)("plain", weights, x), ["0", "1", "2", "3", "4", "5"])
    for yours, right in zip(maps.values(), maps_by_hand(weights, x), strict=True):
        expect(yours).to_match(right)


@check(
    weight=1.5,
    quote=("`None` means every leaf (module without children), at any depth", "names, as in `model.named_modules()`"),
)
def test_maps_of_nested_modules(student, cases):
    """FeatureMaps finds the leaves of nested modules at any depth: "stem.body.0", …, "head.dense" """
    weights, x = weights_of(cases), cases.images(3, 2, 6, 5)
    names = ["stem.body.0", "stem.body.1", "trunk.0.body.0", "trunk.0.body.1", "head.flatten", "head.dense"]
    maps = in_order(student.beside(recorded)("named", weights, x), names)
    for yours, right in zip(maps.values(), maps_by_hand(weights, x), strict=True):
        expect(yours).to_match(right)


@check(
    weight=1.5,
    quote=(
        "a type means every module of that type, at any depth.",
        "an empty list means no module.",
        "A module that is chosen twice, by its name and by its type, is recorded once.",
    ),
)
def test_maps_of_chosen_layers(student, cases):
    """FeatureMaps(model, layers) takes names and types, at any depth; a layer that is chosen twice is recorded once"""
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    right = maps_by_hand(weights, x)
    for layers, names, places in (
        (["Linear", "trunk.0.body.0", "Conv2d"], ["stem.body.0", "trunk.0.body.0", "head.dense"], (0, 2, 5)),
        (["stem.body.1", "Linear"], ["stem.body.1", "head.dense"], (1, 5)),
        (["trunk", "Block"], ["stem", "trunk.0", "trunk"], (1, 3, 3)),
        ([], [], ()),
    ):
        maps = in_order(student.beside(recorded)("named", weights, x, layers), names)
        for yours, place in zip(maps.values(), places, strict=True):
            expect(yours).to_match(right[place])


@check(weight=1.5, quote="The tensors are copies (what happens later does not change them) without gradient.")
def test_maps_are_copies(student, cases):
    """FeatureMaps keeps copies: an in-place ReLU that follows does not change them, and they carry no gradient"""
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    maps = in_order(student.beside(recorded)("in_place", weights, x), ["0", "1", "2", "3", "4", "5"])
    for yours, right in zip(maps.values(), maps_by_hand(weights, x), strict=True):
        expect(expect(yours).to_be_detached()).to_match(right)


def recorded_twice(student, style, weights, x, device="cpu"):
    model = model_of(style, weights, device)
    return during_a_block(student.FeatureMaps(model, [nn.ReLU]), lambda: [model(x), model(-x)])


@check(quote='A module that runs again in the same block: its maps are "name", "name#2", "name#3" …')
def test_maps_of_a_shared_module(student, cases):
    """FeatureMaps keeps every map of a module that runs several times: "first", "first#2", "first#3" """
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    names = ["first", "first#2", "first#3", "first#4"]
    maps = in_order(student.beside(recorded_twice)("shared", weights, x), names)
    right = [maps_by_hand(weights, image)[place] for image in (x, -x) for place in (1, 3)]
    for yours, wanted in zip(maps.values(), right, strict=True):
        expect(yours).to_match(wanted)


@check(quote="A module that gives a tuple (nn.LSTM does): its first item is recorded.")
def test_maps_of_tuples(student, cases):
    """FeatureMaps records the first item where a module gives a tuple, as nn.GRU does"""
    weights = {"dense": cases.tensor(2, 3), "ih": cases.tensor(9, 2), "hh": cases.tensor(9, 3)}
    x = cases.tensor(2, 4, 3)
    maps = in_order(student.beside(recorded)("recurrent", weights, x), ["dense", "memory"])
    expect(maps["dense"]).to_match(x @ weights["dense"].T)
    expect(maps["memory"]).to_match(gru(x @ weights["dense"].T, weights["ih"], weights["hh"]))


def gru(x: torch.Tensor, ih: torch.Tensor, hh: torch.Tensor) -> torch.Tensor:
    """What nn.GRU gives for (B, L, N) without bias: (B, L, H)."""
    states = [x.new_zeros(len(x), hh.shape[1])]
    for step in x.unbind(1):
        (r, z, n), (hr, hz, hn) = (step @ ih.T).chunk(3, 1), (states[-1] @ hh.T).chunk(3, 1)
        update = torch.sigmoid(z + hz)
        states.append((1 - update) * torch.tanh(n + torch.sigmoid(r + hr) * hn) + update * states[-1])
    return torch.stack(states[1:], 1)


def hooks_and_names(student, weights, x, others, runs, device="cpu"):
    model, calls = model_of("plain", weights, device), []
    for place in others:
        model[place].register_forward_hook(lambda *_: calls.append(1))
    watcher = student.FeatureMaps(model)
    with watcher as seen:
        during = number_of_hooks(model)
        model(x)
    after = number_of_hooks(model)
    for _ in range(runs):
        model(x)
    names = list(seen.maps)
    with watcher as again:
        empty = list(again.maps)
        model(x)
    return [during, after, len(calls), names, empty, list(again.maps), number_of_hooks(model)]


@check(
    weight=1.5,
    quote=(
        "At the end of the block the hooks are gone",
        "Hooks of other people stay.",
        "Each time a block begins, `maps` is empty.",
    ),
)
def test_hooks_are_gone(student, cases):
    """FeatureMaps takes its hooks away at the end of the block, leaves those of others, and starts anew next time"""
    others, runs = hooks_of_others(cases), int(cases.rng.integers(1, 5))
    found = student.beside(hooks_and_names)(weights_of(cases), cases.images(2, 2, 6, 5), others, runs)
    during, after, calls, names, empty, again, last = expect(found).to_be_a(list, length=7)
    hooks = len(others)
    expect((after, last) == (hooks, hooks)).to_hold(
        f"after each block the model has the {hooks} hooks that somebody else put there, and no more"
    )
    expect(calls == hooks * (runs + 2)).to_hold("the hooks of somebody else are called each time the model runs")
    expect(during >= hooks and names == list("012345")).to_hold(
        "the maps stay after the block, and no later run adds any"
    )
    expect(empty == []).to_hold("`maps` is empty when a second block begins")
    expect(again == list("012345")).to_hold("the second block records the same six names")


def hooks_of_others(cases: Any) -> list[int]:
    """Layers of a network of six that somebody else watches: from two to nine hooks."""
    return cases.integers(int(cases.rng.integers(2, 10)), low=0, high=5).tolist()


def after_an_error(student, weights, x, others, depth, device="cpu"):
    model = model_of("plain", weights, device)
    for place in others:
        model[place].register_forward_hook(lambda *_: None)
    raised = "nothing"
    try:
        with student.FeatureMaps(model) as seen:
            model[:depth](x)
            raise LookupError("on purpose")
    except LookupError:
        raised = "LookupError"
    return [raised, number_of_hooks(model), list(seen.maps)]


@check(
    after="maps_of_every_layer",
    weight=1.5,
    quote=("also when an error ended it; the error goes on.", "They stay there after the block."),
)
def test_hooks_are_gone_after_an_error(student, cases):
    """FeatureMaps takes its hooks away when an error ends the block, lets the error through, and keeps the maps"""
    others, depth = hooks_of_others(cases), int(cases.rng.integers(1, 6))
    found = student.beside(after_an_error)(weights_of(cases), cases.images(2, 2, 6, 5), others, depth)
    raised, hooks, names = expect(found).to_be_a(list, length=3)
    expect(raised == "LookupError").to_hold("an error inside the block goes on after it")
    expect(hooks == len(others)).to_hold("no hook of FeatureMaps is left after an error, and those of others are there")
    expect(names == list("012345")[:depth]).to_hold("what was recorded before the error is there")


def hooks_after_an_unknown_name(student, weights, layers, others, device="cpu"):
    model, raised = model_of("named", weights, device), "nothing"
    for _ in range(others):
        model.register_forward_hook(lambda *_: None)
    watcher = student.FeatureMaps(model, layers)
    try:
        watcher.__enter__()
    except ValueError:
        raised = "ValueError"
    return [raised, number_of_hooks(model)]


@check(
    after="maps_of_every_layer",
    quote="A name that the model does not have: ValueError when the block begins, and no hook is left.",
)
def test_unknown_layer(student, cases):
    """FeatureMaps raises ValueError for a name that the model does not have, and leaves no hook"""
    weights, inside = weights_of(cases), student.beside(hooks_after_an_unknown_name)
    for layers in some_order(cases, (["stem.body.7"], ["head.dense", "dense"], ["head.dense"], ["trunk.0", "stem"])):
        known, others = layers[-1] in ("head.dense", "stem"), int(cases.rng.integers(0, 9))
        raised, hooks = expect(inside(weights, layers, others)).to_be_a(list, length=2)
        if known:
            expect(raised == "nothing").to_hold(f"the names {layers} raise nothing, the model has them")
        else:
            expect(raised == "ValueError").to_hold(
                f"the names {layers} raise ValueError, the model has no {layers[-1]!r}"
            )
            expect(hooks == others).to_hold("no hook of FeatureMaps is left after that error")


def watched(student, weights, x, training, device="cpu"):
    model, image = model_of("in_place", weights, device), x.clone().requires_grad_()
    model.train(training)
    model[2].train(not training)
    before = [module.training for module in model.modules()]
    watcher = student.FeatureMaps(model)
    seen = watcher.__enter__()
    during = [module.training for module in model.modules()]
    output = model(image)
    number = len(seen.maps)
    with contextlib.suppress(Exception):
        watcher.__exit__(None, None, None)
    gradient = torch.autograd.grad(output[:, 1].sum(), image)[0] if output.requires_grad else None
    after = [module.training for module in model.modules()]
    return [output.detach(), gradient, before == during == after, number or len(seen.maps)]


@check(quote="The model gives the same output, with the same gradients, in the same mode, as without.")
def test_watching_changes_nothing(student, cases):
    """FeatureMaps only watches: the same output, the same gradient of the image, every module in its old mode"""
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for training in (True, False):
        found = student.beside(watched)(weights, x, training)
        output, gradient, same, number = expect(found).to_be_a(list, length=4)
        expect(output).to_match(maps_by_hand(weights, x)[-1])
        expect(gradient).to_match(ordinary(weights, x, 1))
        expect(same).to_hold("every module stays in the mode it was in, inside the block and after it")
        expect(number == 6).to_hold("six maps were recorded")


@check(quote="Index of the first of `labels` (B,) that is `wanted`, as a Python int; ValueError when there is none.")
def test_first_of_class(student, cases):
    """first_of_class finds the first label of a class as an int, and raises ValueError when there is none"""
    labels = cases.integers(40, low=2, high=5)
    first, second = sorted(int(place) for place in cases.rng.permutation(range(1, 40))[:2])
    labels[first], labels[second], labels[0] = 8, 8, 1
    for wanted in some_order(cases, (8, 1, 0, 7, 6)):
        if wanted in (8, 1):
            expect(student.first_of_class(labels, wanted)).to_equal(first if wanted == 8 else 0)
        else:
            expect(lambda wanted=wanted: student.first_of_class(labels, wanted)).to_raise(ValueError)


def plot_maps_draws(student, maps, **settings):
    return drawn(lambda: student.plot_maps(maps, **settings))


@check(
    weight=2,
    quote=(
        "One row of axes per map, in order; `channels` columns",
        'column k shows channel k with `imshow`, title "name [k]"',
        'column 0 shows its N values as an array (1, N), title "name".',
        "Axes that are left over stay empty: no image, no title.",
    ),
)
def test_plot_maps(student, cases):
    """plot_maps draws image 0: a row for each map, a column for each channel, each under the right title"""
    maps = {"stem.conv": cases.images(2, 2, 3, 4), "relu": cases.images(2, 4, 2, 3), "dense": cases.tensor(2, 6)}
    axes = drawing(student, plot_maps_draws, maps, channels=3)
    titles = ["stem.conv [0]", "stem.conv [1]", "", "relu [0]", "relu [1]", "relu [2]", "dense", "", ""]
    expect(len(axes) == 9).to_hold("three maps and channels=3 give 9 axes")
    expect([axis["title"] for axis in axes] == titles).to_hold(f"the titles in reading order are {titles}")
    conv, relu = maps["stem.conv"][0], maps["relu"][0]
    pictures = [conv[0], conv[1], None, relu[0], relu[1], relu[2], maps["dense"][:1], None, None]
    for axis, right in zip(axes, pictures, strict=True):
        if right is None:
            expect(axis["images"] == []).to_hold("axes that are left over show no image")
        else:
            expect(picture_in(axis)).to_match(right)
    for settings, titles in (({}, [f"relu [{place}]" for place in range(4)] + [""]), ({"channels": 1}, ["relu [0]"])):
        axes = drawing(student, plot_maps_draws, {"relu": maps["relu"]}, **settings)
        expect([axis["title"] for axis in axes] == titles).to_hold(f"the titles of one map alone are {titles}")
    (axis,) = expect(drawing(student, plot_maps_draws, {"dense": maps["dense"]}, channels=1)).to_be_a(list, length=1)
    expect(picture_in(axis)).to_match(maps["dense"][:1])
