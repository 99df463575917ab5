"""Hidden checks of a6_looking_inside. The first line of each docstring is what the student reads.

Models are built in the box from weights that are sent in; what comes back is numbers. What is right is computed here,
from the same weights with functions alone (`by_hand`): no module, no hook. float64, never square, at least two images.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reference
import torch
import torch.nn.functional as F

from autograder.judge import check, expect

Weights = dict[str, torch.Tensor]

NETS = """
def filled(layer, weight, bias):
    layer.weight, layer.bias = nn.Parameter(weight.clone()), nn.Parameter(bias.clone())
    return layer

def parts(weights):
    conv1, conv2 = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 3, 3)
    layers = conv1, conv2, nn.Linear(36, 4)
    return [filled(layer, weights[f"w{n}"], weights[f"b{n}"]) for n, layer in enumerate(layers, 1)]

class Chain(nn.Module):
    def __init__(self, conv1, conv2, dense, first, second):
        super().__init__()
        self.conv1, self.conv2, self.dense = conv1, conv2, dense
        self.first, self.second = first, second

    def forward(self, x):
        x = self.first(self.conv1(x))
        x = self.second(self.conv2(x))
        return self.dense(x.flatten(1))

class Block(nn.Module):
    def __init__(self, conv, inplace=False):
        super().__init__()
        self.body = nn.Sequential(conv, nn.ReLU(inplace))

    def forward(self, x):
        return self.body(x)

class Residual(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.norm, self.dense = nn.BatchNorm2d(4), nn.Linear(120, 4)
        self.relu, self.drop = nn.ReLU(inplace=True), nn.Dropout(0.5)
        for n, layer in enumerate((self.conv1, self.conv2, self.dense, self.norm), 1):
            filled(layer, weights[f"w{n}"], weights[f"b{n}"])
        self.norm.running_mean, self.norm.running_var = weights["mean"].clone(), weights["var"].clone()

    def forward(self, x):
        x = self.relu(self.norm(self.conv1(x)))
        out = self.conv2(x)
        out += x
        out = self.relu(out)
        return self.dense(self.drop(out).flatten(1))

class Branches(Chain):
    def forward(self, x):
        x = self.first(self.conv1(x))
        return self.dense((self.second(self.conv2(x)) - self.second(self.conv2(-x))).flatten(1))

def sequential(weights, make):
    conv1, conv2, dense = parts(weights)
    return nn.Sequential(conv1, make(), conv2, make(), nn.Flatten(), dense)

def nested(weights, inplace=False):
    conv1, conv2, dense = parts(weights)
    trunk = nn.Sequential(nn.Sequential(Block(conv2, inplace)))
    return nn.Sequential(Block(conv1, inplace), trunk, nn.Sequential(nn.Flatten(), dense))

def unused(weights):
    model = Chain(*parts(weights), nn.Tanh(), nn.Tanh())
    model.spare = nn.ReLU()
    return model

def shared(weights, inplace=False):
    relu = nn.ReLU(inplace)
    return Chain(*parts(weights), relu, relu)

def chain(first, second):
    return lambda weights: Chain(*parts(weights), first, second)

NETS = {
    "plain": lambda weights: sequential(weights, nn.ReLU),
    "in_place": lambda weights: sequential(weights, lambda: nn.ReLU(inplace=True)),
    "nested": nested,
    "nested_in_place": lambda weights: nested(weights, True),
    "shared": shared,
    "shared_in_place": lambda weights: shared(weights, True),
    "functional": chain(lambda x: F.relu(x), lambda x: torch.relu(x)),
    "method": chain(lambda x: x.relu(), lambda x: F.relu(input=x)),
    "functional_in_place": chain(lambda x: F.relu(x, inplace=True), lambda x: x.relu_()),
    "mixed": lambda weights: Chain(*parts(weights), nn.ReLU(), lambda x: F.relu(x)),
    "mixed_in_place": lambda weights: Chain(*parts(weights), lambda x: torch.relu_(x), nn.ReLU(inplace=True)),
    "leaky": lambda weights: Chain(*parts(weights), nn.LeakyReLU(0.3), nn.ReLU()),
    "smooth": lambda weights: Chain(*parts(weights), nn.ReLU(), nn.ELU(0.8)),
    "selu": lambda weights: sequential(weights, nn.SELU),
    "unused": unused,
    "branches": lambda weights: Branches(*parts(weights), nn.ReLU(), nn.ReLU()),
    "residual": Residual,
}
"""


def weights_of(cases: Any) -> Weights:
    """Weights of the nets in the box; input (B, 2, 6, 5), four scores."""
    made = {"w1": cases.kernels(4, 2, 3, 3), "w2": cases.kernels(3, 4, 3, 3), "w3": cases.tensor(4, 36)}
    return made | {f"b{n}": cases.tensor(size, low=-0.3, high=0.3) for n, size in ((1, 4), (2, 3), (3, 4))}


def residual_weights(cases: Any) -> Weights:
    """Weights of the residual net: convolution, batch norm (number 4), convolution, dense."""
    made = {"w1": cases.kernels(4, 2, 3, 3), "w2": cases.kernels(4, 4, 3, 3), "w3": cases.tensor(4, 120)}
    made |= {f"b{n}": cases.tensor(4, low=-0.3, high=0.3) for n in (1, 2, 3, 4)}
    spread = {"w4": cases.tensor(4, low=0.5, high=1.5), "var": cases.tensor(4, low=0.5, high=2)}
    return made | spread | {"mean": cases.tensor(4, low=-0.2, high=0.2)}


Step = Callable[[torch.Tensor], torch.Tensor]


def guided_relu(x: torch.Tensor) -> torch.Tensor:
    """ReLU whose gradient passes where both input and gradient are positive."""
    result: torch.Tensor = reference.GuidedReLU.apply(x, False)
    return result


def by_hand(weights: Weights, x: torch.Tensor, first: Step, second: Step) -> torch.Tensor:
    """Scores of every net but the residual one, with these two activations."""
    hidden = first(F.conv2d(x, weights["w1"], weights["b1"], padding=1))
    hidden = second(F.conv2d(hidden, weights["w2"], weights["b2"]))
    return F.linear(hidden.flatten(1), weights["w3"], weights["b3"])


def residual_by_hand(weights: Weights, x: torch.Tensor, relu: Step) -> torch.Tensor:
    """Scores of the residual net in eval mode."""
    hidden = F.conv2d(x, weights["w1"], weights["b1"], padding=1)
    hidden = relu(F.batch_norm(hidden, weights["mean"], weights["var"], weights["w4"], weights["b4"]))
    hidden = relu(hidden + F.conv2d(hidden, weights["w2"], weights["b2"], padding=1))
    return F.linear(hidden.flatten(1), weights["w3"], weights["b3"])


def slope(scores: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, target: Any = None) -> torch.Tensor:
    """d scores[b, target of b] / d x[b]."""
    image = x.clone().requires_grad_()
    values = scores(image)
    chosen = values.argmax(dim=1) if target is None else torch.as_tensor(target).expand(len(x))
    return torch.autograd.grad(values.gather(1, chosen[:, None]).sum(), image)[0]


def ordinary(weights: Weights, x: torch.Tensor, target: Any = None) -> torch.Tensor:
    """The plain gradient of every chain with two ReLUs."""
    return slope(lambda image: by_hand(weights, image, torch.relu, torch.relu), x, target)


def guided(weights: Weights, x: torch.Tensor, target: Any = None) -> torch.Tensor:
    """The guided gradient of every chain with two ReLUs."""
    return slope(lambda image: by_hand(weights, image, guided_relu, guided_relu), x, target)


def clear_winners(scores: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Of x one image for each class that wins in any, the one with the largest score last."""
    largest, best = scores(x).max(dim=1)
    first = {int(label): place for place, label in reversed(list(enumerate(best)))}
    return x[sorted(first.values(), key=lambda place: float(largest[place]))]


# ================================================================ feature_maps

RECORD = """
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

def model_of(style, weights):
    made = {"named": named, "recurrent": Recurrent}
    return made.get(style, NETS.get(style))(weights).to(DEVICE)

def recorded(style, weights, x, layers=None):
    model = model_of(style, weights)
    with student.FeatureMaps(model, chosen_layers(layers)) as seen:
        model(x)
    return seen.maps

def number_of_hooks(model):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in model.modules() for kind in kinds)
"""


def record(student: Any) -> None:
    """Puts the nets and the recording helpers into the box."""
    student.run(NETS + RECORD)


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


@check("feature_maps", weight=2)
def test_maps_of_every_layer(student, cases):
    """FeatureMaps records what every layer of a network gives, under its name and in the order in which they ran"""
    record(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    maps = in_order(student.env.recorded("plain", weights, x), ["0", "1", "2", "3", "4", "5"])
    for yours, right in zip(maps.values(), maps_by_hand(weights, x), strict=True):
        expect(yours).to_match(right)


@check("feature_maps", weight=1.5)
def test_maps_of_nested_modules(student, cases):
    """FeatureMaps finds the leaves of nested modules at any depth: "stem.body.0", …, "head.dense" """
    record(student)
    weights, x = weights_of(cases), cases.images(3, 2, 6, 5)
    names = ["stem.body.0", "stem.body.1", "trunk.0.body.0", "trunk.0.body.1", "head.flatten", "head.dense"]
    maps = in_order(student.env.recorded("named", weights, x), names)
    for yours, right in zip(maps.values(), maps_by_hand(weights, x), strict=True):
        expect(yours).to_match(right)


@check("feature_maps", weight=1.5)
def test_maps_of_chosen_layers(student, cases):
    """FeatureMaps(model, layers) takes names and types, at any depth; a layer that is chosen twice is recorded once"""
    record(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    right = maps_by_hand(weights, x)
    for layers, names, places in (
        (["Linear", "trunk.0.body.0", "Conv2d"], ["stem.body.0", "trunk.0.body.0", "head.dense"], (0, 2, 5)),
        (["stem.body.1", "Linear"], ["stem.body.1", "head.dense"], (1, 5)),
        (["trunk", "Block"], ["stem", "trunk.0", "trunk"], (1, 3, 3)),
        ([], [], ()),
    ):
        maps = in_order(student.env.recorded("named", weights, x, layers), names)
        for yours, place in zip(maps.values(), places, strict=True):
            expect(yours).to_match(right[place])


@check("feature_maps", weight=1.5)
def test_maps_are_copies(student, cases):
    """FeatureMaps keeps copies: an in-place ReLU that follows does not change them, and they carry no gradient"""
    record(student)
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    maps = in_order(student.env.recorded("in_place", weights, x), ["0", "1", "2", "3", "4", "5"])
    for yours, right in zip(maps.values(), maps_by_hand(weights, x), strict=True):
        expect(expect(yours).to_be_detached()).to_match(right)


@check("feature_maps")
def test_maps_of_a_shared_module(student, cases):
    """FeatureMaps keeps every map of a module that runs several times: "first", "first#2", "first#3" """
    record(student)
    student.run("""
def recorded_twice(style, weights, x):
    model = model_of(style, weights)
    with student.FeatureMaps(model, [nn.ReLU]) as seen:
        model(x)
        model(-x)
    return seen.maps
""")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    names = ["first", "first#2", "first#3", "first#4"]
    maps = in_order(student.env.recorded_twice("shared", weights, x), names)
    right = [maps_by_hand(weights, image)[place] for image in (x, -x) for place in (1, 3)]
    for yours, wanted in zip(maps.values(), right, strict=True):
        expect(yours).to_match(wanted)


@check("feature_maps")
def test_maps_of_tuples(student, cases):
    """FeatureMaps records the first item where a module gives a tuple, as nn.GRU does"""
    record(student)
    weights = {"dense": cases.tensor(2, 3), "ih": cases.tensor(9, 2), "hh": cases.tensor(9, 3)}
    x = cases.tensor(2, 4, 3)
    maps = in_order(student.env.recorded("recurrent", weights, x), ["dense", "memory"])
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


@check("feature_maps", weight=1.5)
def test_hooks_are_gone(student, cases):
    """FeatureMaps takes its hooks away at the end of the block, leaves those of others, and starts anew next time"""
    record(student)
    student.run("""
def hooks_and_names(weights, x):
    model, calls = model_of("plain", weights), []
    model[0].register_forward_hook(lambda *_: calls.append(1))
    watcher = student.FeatureMaps(model)
    with watcher as seen:
        during = number_of_hooks(model)
        model(x)
    after = number_of_hooks(model)
    model(x)
    names = list(seen.maps)
    with watcher as again:
        empty = list(again.maps)
        model(x)
    return [during, after, len(calls), names, empty, list(again.maps), number_of_hooks(model)]
""")
    found = student.env.hooks_and_names(weights_of(cases), cases.images(2, 2, 6, 5))
    during, after, calls, names, empty, again, last = expect(found).to_be_a(list, length=7)
    expect((after, last) == (1, 1)).to_hold("after each block the model has the one hook that somebody else put there")
    expect(calls == 3).to_hold("the hook of somebody else is called each time the model runs")
    expect(during >= 1 and names == list("012345")).to_hold("the maps stay after the block, and no later run adds any")
    expect(empty == []).to_hold("`maps` is empty when a second block begins")
    expect(again == list("012345")).to_hold("the second block records the same six names")


@check("feature_maps", weight=1.5)
def test_hooks_are_gone_after_an_error(student, cases):
    """FeatureMaps takes its hooks away when an error ends the block, lets the error through, and keeps the maps"""
    record(student)
    student.run("""
def after_an_error(weights, x):
    model = model_of("plain", weights)
    raised = "nothing"
    try:
        with student.FeatureMaps(model) as seen:
            model[:3](x)
            raise LookupError("on purpose")
    except LookupError:
        raised = "LookupError"
    return [raised, number_of_hooks(model), list(seen.maps)]
""")
    found = student.env.after_an_error(weights_of(cases), cases.images(2, 2, 6, 5))
    raised, hooks, names = expect(found).to_be_a(list, length=3)
    expect(raised == "LookupError").to_hold("an error inside the block goes on after it")
    expect(hooks == 0).to_hold("no hook is left after an error")
    expect(names == ["0", "1", "2"]).to_hold("what was recorded before the error is there")


@check("feature_maps")
def test_unknown_layer(student, cases):
    """FeatureMaps raises ValueError for a name that the model does not have, and leaves no hook"""
    record(student)
    student.run("""
def hooks_after_an_unknown_name(weights, layers):
    model, raised = model_of("named", weights), "nothing"
    try:
        with student.FeatureMaps(model, layers):
            pass
    except ValueError:
        raised = "ValueError"
    return [raised, number_of_hooks(model)]
""")
    weights = weights_of(cases)
    for layers in (["stem.body.7"], ["head.dense", "dense"]):
        raised, hooks = expect(student.env.hooks_after_an_unknown_name(weights, layers)).to_be_a(list, length=2)
        expect(raised == "ValueError").to_hold(f"the names {layers} raise ValueError, the model has no {layers[-1]!r}")
        expect(hooks == 0).to_hold("no hook is left after that error")


@check("feature_maps")
def test_watching_changes_nothing(student, cases):
    """FeatureMaps only watches: the same output, the same gradient of the image, every module in its old mode"""
    record(student)
    student.run("""
def watched(weights, x, training):
    model, image = model_of("in_place", weights), x.clone().requires_grad_()
    model.train(training)
    model[2].train(not training)
    before = [module.training for module in model.modules()]
    with student.FeatureMaps(model) as seen:
        during = [module.training for module in model.modules()]
        output = model(image)
    gradient = torch.autograd.grad(output[:, 1].sum(), image)[0] if output.requires_grad else None
    after = [module.training for module in model.modules()]
    return [output.detach(), gradient, before == during == after, len(seen.maps)]
""")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for training in (True, False):
        found = student.env.watched(weights, x, training)
        output, gradient, same, number = expect(found).to_be_a(list, length=4)
        expect(output).to_match(maps_by_hand(weights, x)[-1])
        expect(gradient).to_match(ordinary(weights, x, 1))
        expect(same).to_hold("every module stays in the mode it was in, inside the block and after it")
        expect(number == 6).to_hold("six maps were recorded")


@check("feature_maps")
def test_first_of_class(student, cases):
    """first_of_class finds the first label of a class as an int, and raises ValueError when there is none"""
    labels = cases.integers(9, low=2, high=5)
    labels[3], labels[7], labels[0] = 8, 8, 1
    expect(student.first_of_class(labels, 8)).to_equal(3)
    expect(student.first_of_class(labels, 1)).to_equal(0)
    for missing in (0, 7, 6):
        expect(lambda missing=missing: student.first_of_class(labels, missing)).to_raise(ValueError)


DRAWN = """
def drawn(make):
    import matplotlib.pyplot as plt

    plt.close("all")
    shown, show = [], plt.show
    plt.show = lambda *_, **__: shown.append(1)
    try:
        figure = make()
        open_figures = plt.get_fignums()
    finally:
        plt.show = show
        plt.close("all")
    if type(figure).__name__ != "Figure":
        return {"returned": type(figure).__name__}
    return {
        "returned": "Figure",
        "others": len(open_figures) - int(getattr(figure, "number", None) in open_figures),
        "shown": len(shown),
        "axes": [contents(axes) for axes in figure.axes],
    }

def contents(axes):
    images = [np.ma.filled(np.ma.asarray(image.get_array()).astype("float64"), 0.0) for image in axes.images]
    return {
        "title": axes.get_title(),
        "images": [torch.tensor(image) for image in images],
        "colours": [list(map(float, image.get_clim())) for image in axes.images if image.get_array().ndim == 2],
        "lines": {line.get_label(): [floats(line.get_xdata()), floats(line.get_ydata())] for line in axes.lines},
        "texts": sorted([*floats(text.get_position()), text.get_text()] for text in axes.texts),
        "labels": [axes.get_xlabel(), axes.get_ylabel()],
        "limits": [floats(axes.get_xlim()), floats(axes.get_ylim())],
        "ticks": [ticks(axes.xaxis), ticks(axes.yaxis)],
        "legend": [text.get_text() for text in axes.get_legend().get_texts()] if axes.get_legend() else [],
    }

def floats(values):
    return [float(value) for value in values]

def ticks(axis):
    if type(axis.get_major_formatter()).__name__ == "ScalarFormatter":
        return []  # numbers that matplotlib chose, by the size of the figure
    pairs = zip(axis.get_ticklocs(), [label.get_text() for label in axis.get_ticklabels()])
    return [[float(place), text] for place, text in pairs if text]
"""


def drawing(student: Any, call: str, name: str, *inputs: Any) -> list[dict[str, Any]]:
    """The contents of the axes that the student's function draws."""
    near = student.on_cpu  # where figures are drawn
    near.run(DRAWN + call)
    figure = expect(getattr(near.env, name)(*inputs)).to_be_a(dict)
    expect(figure.get("returned") == "Figure").to_hold("the function returns a matplotlib figure (`return figure`)")
    expect(figure.get("others") == 0).to_hold("it opens no other figure than the one that it returns")
    expect(figure.get("shown") == 0).to_hold("it leaves plt.show() to others")
    axes: list[dict[str, Any]] = expect(figure.get("axes")).to_be_a(list)
    return axes


def picture_in(axes: dict[str, Any]) -> torch.Tensor:
    """The one image of these axes."""
    expect(len(axes["images"]) == 1).to_hold(f"the axes with the title “{axes['title'][:40]}” show one image")
    image: torch.Tensor = axes["images"][0]
    return image


MAPS_DRAWN = """
def plot_maps_draws(maps, channels):
    return drawn(lambda: student.plot_maps(maps, channels=channels))
"""


@check("feature_maps", weight=2)
def test_plot_maps(student, cases):
    """plot_maps draws image 0: a row for each map, a column for each channel, each under the right title"""
    maps = {"stem.conv": cases.images(2, 2, 3, 4), "relu": cases.images(2, 4, 2, 3), "dense": cases.tensor(2, 6)}
    axes = drawing(student, MAPS_DRAWN, "plot_maps_draws", maps, 3)
    titles = ["stem.conv [0]", "stem.conv [1]", "", "relu [0]", "relu [1]", "relu [2]", "dense", "", ""]
    expect(len(axes) == 9).to_hold("three maps and channels=3 give 9 axes")
    expect([one["title"] for one in axes] == titles).to_hold(f"the titles in reading order are {titles}")
    conv, relu = maps["stem.conv"][0], maps["relu"][0]
    pictures = [conv[0], conv[1], None, relu[0], relu[1], relu[2], maps["dense"][:1], None, None]
    for one, right in zip(axes, pictures, strict=True):
        if right is None:
            expect(one["images"] == []).to_hold("axes that are left over show no image")
        else:
            expect(picture_in(one)).to_match(right)


# ================================================================ saliency, guided_backprop: helpers

LOOK = """
def look(style, weights, x, target=None, mode="as it is"):
    model = NETS[style](weights)
    if mode == "no_grad":
        with torch.no_grad():
            return call(model, x, target)
    if mode == "frozen":
        model.requires_grad_(False)
    return call(model, x, target)

OWNERS = {"F": F, "torch": torch, "Tensor": torch.Tensor, "ReLU": nn.ReLU}
FUNCTIONS = "F.relu F.threshold torch.relu torch.relu_ Tensor.relu Tensor.relu_ ReLU.forward".split()
changed = []

def call(model, x, target):
    places = [(name, OWNERS[name.split(".")[0]], name.split(".")[1]) for name in FUNCTIONS]
    old = [getattr(owner, function) for _, owner, function in places]
    try:
        return student.LOOK(model, x, target)
    finally:
        for function, (name, owner, key) in zip(old, places):
            if getattr(owner, key) is not function:
                changed.append(name)
                setattr(owner, key, function)

def state(model):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return {
        "modes": [module.training for module in model.modules()],
        "hooks": [len(getattr(module, kind)) for module in model.modules() for kind in kinds],
        "inplace": [module.inplace for module in model.modules() if hasattr(module, "inplace")],
        "modules": [type(module).__name__ for module in model.modules()],
        "weights": [one.detach().tolist() for one in model.state_dict().values()],
        "grads": [None if one.grad is None else one.grad.tolist() for one in model.parameters()],
        "frozen": [one.requires_grad for one in model.parameters()],
        "functions": list(changed),
    }

def before_and_after(weights, x, target=None, style="residual", training=True, grads=True):
    changed.clear()
    torch.manual_seed(1)
    model = NETS[style](weights)
    model.train(training)
    list(model.children())[2].train(not training)
    next(model.parameters()).requires_grad_(False)
    if grads:
        for number, one in enumerate(model.parameters()):
            one.grad = torch.full_like(one, number + 0.5) if number % 2 else None
    before, given, error = state(model), x.clone(), ""
    answer = None
    try:
        answer = call(model, given, target)
    except Exception as raised:
        error = type(raised).__name__
        if error == "NotImplementedError":
            raise
    image = given.detach().clone().requires_grad_()
    after = state(model)
    model.eval()
    plain = torch.autograd.grad(model(image)[:, 1].sum(), image)[0]
    touched = [given.requires_grad, given.grad is not None, not torch.equal(given, x)]
    return {"before": before, "after": after, "error": error, "answer": answer, "plain": plain, "touched": touched}

def with_gradient(weights, x, target):
    image = x.clone().requires_grad_()
    image.grad = torch.full_like(image, 2.5)
    model = NETS["plain"](weights)
    answers = [call(model, image, target), call(model, image, target)]
    return [*answers, image.grad, image.requires_grad, image.grad_fn is None]
"""

CLAIMS = {
    "modes": "the training flag of every single module is the old one (some were on, one was off)",
    "hooks": "no module has a hook more or less than before",
    "inplace": "the `inplace` flags are the old ones",
    "modules": "the modules are the old ones",
    "weights": "parameters and buffers (the statistics of batch norm) have their old values",
    "grads": "the `.grad` of the parameters is as it was: None stays None, numbers stay",
    "frozen": "every parameter still says whether it wants a gradient",
    "functions": "F.relu, torch.relu and the like are the old functions",
}


def looking(student: Any, name: str) -> None:
    """Puts the nets and the helpers for this function into the box."""
    student.run(NETS + LOOK.replace("LOOK", name))


def twice_before_and_after(student: Any, weights: Weights, x: torch.Tensor) -> list[dict[str, Any]]:
    """With gradients and in training mode; without gradients and in eval mode."""
    calls = [student.env.before_and_after(weights, x, None, "residual", mode, mode) for mode in (True, False)]
    return [expect(found).to_be_a(dict) for found in calls]


def expect_untouched(found: dict[str, Any], plain: torch.Tensor) -> None:
    """The model and x are as before, and the model's ordinary gradient is the ordinary one."""
    for key, claim in CLAIMS.items():
        expect(bool(found["before"][key] == found["after"][key])).to_hold(claim)
    wants, has, changed = found["touched"]
    expect(not (wants or has)).to_hold("x asks for no gradient afterwards, and has no `.grad`")
    expect(not changed).to_hold("the values of x are the old ones")
    expect(found["plain"]).to_match(plain)


# ================================================================ saliency


def maps_of(slopes: torch.Tensor) -> torch.Tensor:
    """The largest absolute slope over the channels."""
    return slopes.abs().amax(dim=1)


LINEAR = """
def saliency_of_a_dense_layer(weight, bias, x, target=None):
    dense = filled(nn.Linear(*weight.T.shape), weight, bias)
    return student.saliency(nn.Sequential(nn.Flatten(), dense), x, target)
"""


@check("saliency", weight=2)
def test_saliency_of_a_dense_layer(student, cases):
    """saliency of a dense layer is the largest |weight| over the channels, whatever the image and however sure it is"""
    student.run(NETS + LINEAR)
    weight, bias = cases.tensor(3, 24, low=-2, high=2), cases.tensor(3)
    for x in (cases.images(2, 2, 3, 4), 20 * cases.images(2, 2, 3, 4)):
        for target in (0, 2):
            right = weight[target].reshape(2, 3, 4).abs().amax(dim=0).expand(2, 3, 4).clone()
            expect(student.env.saliency_of_a_dense_layer(weight, bias, x, target)).to_match(right)


@check("saliency")
def test_saliency_signs(student, cases):
    """saliency takes the absolute value first, then the largest over the channels: slopes 1 and −4 give 4"""
    student.run(NETS + LINEAR)
    weight = torch.stack([cases.tensor(30, low=0.1), -cases.tensor(30, low=2, high=4)])
    weight[0, 15:] = -3 - weight[0, :15].abs()
    right = torch.stack([one.reshape(2, 5, 3).abs().amax(dim=0) for one in weight])
    x = cases.images(1, 2, 5, 3)
    for target in (0, 1):
        found = student.env.saliency_of_a_dense_layer(weight, cases.tensor(2), x, target)
        expect(found).to_match(right[target : target + 1])


@check("saliency", weight=1.5)
def test_saliency_of_a_network(student, cases):
    """saliency agrees with autograd on a network with two convolutions, for every class"""
    looking(student, "saliency")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for target in range(4):
        expect(student.env.look("plain", weights, x, target)).to_match(maps_of(ordinary(weights, x, target)))


@check("saliency", weight=1.5)
def test_saliency_without_target(student, cases):
    """saliency without a target explains, for each image of the batch, the class that the network says"""
    looking(student, "saliency")
    weights = weights_of(cases)
    x = clear_winners(lambda image: by_hand(weights, image, torch.relu, torch.relu), cases.images(40, 2, 6, 5))
    expect(student.env.look("in_place", weights, x)).to_match(maps_of(ordinary(weights, x)))


@check("saliency")
def test_saliency_with_many_targets(student, cases):
    """saliency takes one target for each image, as a tensor or a list; each map is that of its image alone"""
    looking(student, "saliency")
    weights, x = weights_of(cases), cases.images(3, 2, 6, 5)
    for target in (torch.tensor([2, 0, 3]), [1, 1, 0]):
        right = maps_of(ordinary(weights, x, target))
        expect(student.env.look("plain", weights, x, target)).to_match(right)
        expect(student.env.look("plain", weights, x[1:2], int(target[1]))).to_match(right[1:2])


@check("saliency")
def test_saliency_types(student, cases):
    """saliency gives a plain tensor (B, H, W) without gradient, also for one image and for float32"""
    looking(student, "saliency")
    weights, x = weights_of(cases), cases.images(1, 2, 6, 5)
    found = expect(student.env.look("plain", weights, x, 1)).to_match(maps_of(ordinary(weights, x, 1)))
    expect(found).to_be_detached()
    short = {name: value.float() for name, value in weights.items()}
    expect(student.env.look("plain", short, x.float(), 1)).to_match(maps_of(ordinary(short, x.float(), 1)), rtol=1e-3)


@check("saliency")
def test_saliency_in_eval_mode(student, cases):
    """saliency computes in eval mode: a network with dropout and batch norm, handed over in training mode"""
    looking(student, "saliency")
    weights, x = residual_weights(cases), cases.images(3, 2, 6, 5)
    found = expect(student.env.before_and_after(weights, x, 2)).to_be_a(dict)
    right = slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 2)
    expect(found["answer"]).to_match(maps_of(right))


@check("saliency", weight=1.5)
def test_saliency_leaves_no_trace(student, cases):
    """saliency leaves model and x as they were: flag by flag, with their gradients, weights and statistics"""
    looking(student, "saliency")
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    right = slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1)
    for found in twice_before_and_after(student, weights, x):
        expect(found["answer"]).to_have_shape(2, 6, 5)
        expect_untouched(found, right)


@check("saliency")
def test_saliency_after_an_error(student, cases):
    """saliency raises IndexError for a class that does not exist, and leaves the model as it was even then"""
    looking(student, "saliency")
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    found = expect(student.env.before_and_after(weights, x, 4)).to_be_a(dict)
    expect(found["error"] == "IndexError").to_hold("target=4 with four classes raises IndexError")
    expect_untouched(found, slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1))


@check("saliency")
def test_saliency_of_an_image_with_gradient(student, cases):
    """saliency neither uses nor changes an x.grad that is there, and gives the same the second time"""
    looking(student, "saliency")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    first, second, gradient, wants, leaf = expect(student.env.with_gradient(weights, x, 3)).to_be_a(list, length=5)
    right = maps_of(ordinary(weights, x, 3))
    expect(first).to_match(right)
    expect(second).to_match(right)
    expect(gradient).to_equal(torch.full_like(x, 2.5))
    expect(wants and leaf).to_hold("x still is a leaf that asks for its gradient")


@check("saliency")
def test_saliency_under_no_grad(student, cases):
    """saliency works inside torch.no_grad(), and on a network whose parameters are frozen"""
    looking(student, "saliency")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    right = maps_of(ordinary(weights, x, 1))
    for mode in ("no_grad", "frozen"):
        expect(student.env.look("plain", weights, x, 1, mode)).to_match(right)


# ================================================================ trustworthy: the student's test for saliency

LOOKS = """
def made(pick, finish, eval_mode=True, back=True, clean=True):
    def look(model, x, target=None):
        flags = [(module, module.training) for module in model.modules()]
        if eval_mode:
            model.eval()
        try:
            with torch.enable_grad():
                image = x.detach().clone().requires_grad_() if clean else x.requires_grad_()
                scores = model(image)
                picked = pick(scores, scores.argmax(dim=1) if target is None else target, target is None)
                (slope,) = torch.autograd.grad(picked, image, retain_graph=not clean)
                if not clean:
                    picked.backward()
        finally:
            for module, flag in flags if back else ():
                module.training = flag
        return finish(slope)

    return look

def of_each(scores, classes, none):
    return scores[torch.arange(len(scores)), classes].sum()

def of_each_by_product(scores, classes, none):
    return (scores * F.one_hot(torch.as_tensor(classes).expand(len(scores)), scores.shape[1])).sum()

def own_class_always(scores, classes, none):
    return scores.amax(dim=1).sum()

def class_of_the_first(scores, classes, none):
    return of_each(scores, classes if not none else int(classes[0]), none)

def first_of_the_targets(scores, classes, none):
    return of_each(scores, classes if none or isinstance(classes, int) else int(classes[0]), none)

def first_image_alone(scores, classes, none):
    return scores[0, classes if isinstance(classes, int) else int(classes[0])]

def probability(scores, classes, none):
    return of_each(scores.softmax(dim=1), classes, none)

def largest(slope):
    return slope.abs().amax(dim=1)

def larger_of_two_signs(slope):
    return torch.maximum(slope.amax(dim=1), -slope.amin(dim=1))

def one_by_one(model, x, target=None):
    if target is None or isinstance(target, int):
        target = [target] * len(x)
    single = made(of_each, largest)
    maps = [single(model, x[b : b + 1], None if t is None else int(t)) for b, t in enumerate(target)]
    return torch.cat(maps)

def refuses(model, x, target=None):
    raise LookupError("I compute nothing")

def zeros(model, x, target=None):
    return torch.zeros_like(x[:, 0])

LOOKS = {
    "batch": made(of_each, largest),
    "product": made(of_each_by_product, larger_of_two_signs),
    "one by one": one_by_one,
    "zeros": zeros,
    "signed": made(of_each, lambda slope: slope.amax(dim=1)),
    "late": made(of_each, lambda slope: slope.amax(dim=1).abs()),
    "sum": made(of_each, lambda slope: slope.abs().sum(dim=1)),
    "channel 0": made(of_each, lambda slope: slope.abs()[:, 0]),
    "probability": made(probability, largest),
    "own class": made(own_class_always, largest),
    "first class": made(class_of_the_first, largest),
    "first target": made(first_of_the_targets, largest),
    "first image": made(first_image_alone, largest),
    "squeezed": made(of_each, lambda slope: largest(slope).squeeze(0)),
    "error": refuses,
    "training mode": made(of_each, largest, eval_mode=False),
    "stays in eval": made(of_each, largest, back=False),
    "gradients": made(of_each, largest, clean=False),
}

def trusts(name):
    return student.trustworthy(LOOKS[name])
"""

CLAIMS_OF_A_TEST = {
    "signed": "trustworthy finds out a map without absolute values",
    "late": "trustworthy finds out that the absolute value was taken after the maximum over the channels",
    "sum": "trustworthy finds out a sum over the channels",
    "channel 0": "trustworthy finds out a map of channel 0 alone",
    "probability": "trustworthy finds out slopes of the probability",
    "own class": "trustworthy finds out that the target is ignored",
    "first class": "trustworthy finds out that, without a target, all images get the class of the first",
    "first target": "trustworthy finds out that of several targets only the first counts",
    "first image": "trustworthy finds out that only the first image gets a map",
    "squeezed": "trustworthy finds out that one image alone loses its batch axis",
    "error": "trustworthy gives False for a function that raises an error",
    "training mode": "trustworthy finds out that the map was computed in training mode",
    "stays in eval": "trustworthy finds out that the model stays in eval mode",
    "gradients": "trustworthy finds out gradients that are left in the parameters and in x",
}


def verdicts(student: Any, *names: str) -> list[bool]:
    """What the student's test says about these implementations."""
    student.run(LOOKS)
    said = [student.env.trusts(name) for name in names]  # all of them first: the pattern tells the mistake
    return [expect(one).to_be_a(bool) for one in said]


def expect_found_out(student: Any, *names: str) -> None:
    """The student's test trusts none of these wrong implementations."""
    _, *answers = verdicts(student, "zeros", *names)  # who trusts zeros trusts everything
    for name, said in zip(names, answers, strict=True):
        expect(not said).to_hold(CLAIMS_OF_A_TEST[name])


@check("trustworthy")
def test_trusts_what_is_right(student, cases):
    """trustworthy accepts three right implementations of saliency, written differently, and not a map of zeros"""
    *right, zeros = verdicts(student, "batch", "product", "one by one", "zeros")
    expect(all(right)).to_hold("trustworthy gives True for every right implementation")
    expect(not zeros).to_hold("trustworthy finds out a map of zeros")


@check("trustworthy", after="trusts_what_is_right", weight=2)
def test_finds_wrong_numbers(student, cases):
    """trustworthy finds out wrong numbers: signed, absolute value too late, summed, one channel, probability"""
    expect_found_out(student, "signed", "late", "sum", "channel 0", "probability")


@check("trustworthy", after="trusts_what_is_right", weight=1.5)
def test_finds_wrong_classes(student, cases):
    """trustworthy finds out that the wrong class is explained: without a target, with one, with one for each image"""
    expect_found_out(student, "own class", "first class", "first target")


@check("trustworthy", after="trusts_what_is_right")
def test_finds_wrong_batches(student, cases):
    """trustworthy finds out lost images and lost axes, and survives an error"""
    expect_found_out(student, "first image", "squeezed", "error")


@check("trustworthy", after="trusts_what_is_right")
def test_finds_traces(student, cases):
    """trustworthy finds out what happened to the model: training mode, eval mode that stays, gradients that are left"""
    expect_found_out(student, "training mode", "stays in eval", "gradients")


# ================================================================ guided_backprop


@check("guided_backprop", weight=2)
def test_guided_plain(student, cases):
    """guided_backprop has both masks at both ReLUs of a plain network, for every class"""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for target in range(4):
        expect(student.env.look("plain", weights, x, target)).to_match(guided(weights, x, target))


def expect_guided(student: Any, cases: Any, *styles: str) -> None:
    """The guided gradient of the same network, written in each of these styles."""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(3, 2, 6, 5)
    for style in styles:
        expect(student.env.look(style, weights, x, 1)).to_match(guided(weights, x, 1))


@check("guided_backprop", weight=1.5)
def test_guided_in_place(student, cases):
    """guided_backprop is right for nn.ReLU(inplace=True)"""
    expect_guided(student, cases, "in_place")


@check("guided_backprop", weight=1.5)
def test_guided_shared(student, cases):
    """guided_backprop is right when one nn.ReLU is used twice, in place or not"""
    expect_guided(student, cases, "shared", "shared_in_place")


@check("guided_backprop", weight=1.5)
def test_guided_nested(student, cases):
    """guided_backprop finds ReLUs deep inside a network, in modules of modules"""
    expect_guided(student, cases, "nested", "nested_in_place")


@check("guided_backprop", weight=2)
def test_guided_functional(student, cases):
    """guided_backprop guides F.relu, torch.relu and x.relu(), also in place"""
    expect_guided(student, cases, "functional", "method", "functional_in_place")


@check("guided_backprop", weight=1)
def test_guided_mixed(student, cases):
    """guided_backprop guides every ReLU of a network that has one nn.ReLU and one F.relu"""
    expect_guided(student, cases, "mixed", "mixed_in_place")


@check("guided_backprop", weight=1.5)
def test_guided_residual(student, cases):
    """guided_backprop is right for a residual block with batch norm and dropout, handed over in training mode"""
    looking(student, "guided_backprop")
    weights, x = residual_weights(cases), cases.images(3, 2, 6, 5)
    found = expect(student.env.before_and_after(weights, x, 2)).to_be_a(dict)
    expect(found["answer"]).to_match(slope(lambda image: residual_by_hand(weights, image, guided_relu), x, 2))


@check("guided_backprop")
def test_guided_branches(student, cases):
    """guided_backprop guides the ReLUs of both branches where a network divides"""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)

    def scores(image: torch.Tensor) -> torch.Tensor:
        hidden = guided_relu(F.conv2d(image, weights["w1"], weights["b1"], padding=1))
        first, second = (guided_relu(F.conv2d(one, weights["w2"], weights["b2"])) for one in (hidden, -hidden))
        return F.linear((first - second).flatten(1), weights["w3"], weights["b3"])

    expect(student.env.look("branches", weights, x, 2)).to_match(slope(scores, x, 2))


@check("guided_backprop", weight=1.5)
def test_guided_needs_a_relu(student, cases):
    """guided_backprop raises ValueError when no ReLU takes part: SELU only, or a ReLU that is never called"""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    for style in ("selu", "unused"):
        expect(lambda style=style: student.env.look(style, weights, x, 0)).to_raise(ValueError)


@check("guided_backprop")
def test_guided_only_relus(student, cases):
    """guided_backprop leaves LeakyReLU and ELU alone: they keep their ordinary gradient"""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)

    def leaky(image: torch.Tensor) -> torch.Tensor:
        return by_hand(weights, image, lambda hidden: F.leaky_relu(hidden, 0.3), guided_relu)

    def smooth(image: torch.Tensor) -> torch.Tensor:
        return by_hand(weights, image, guided_relu, lambda hidden: F.elu(hidden, 0.8))

    for style, scores in (("leaky", leaky), ("smooth", smooth)):
        expect(student.env.look(style, weights, x, 2)).to_match(slope(scores, x, 2))


@check("guided_backprop", weight=1.5)
def test_guided_targets(student, cases):
    """guided_backprop explains each image of the batch by its own class, or by the targets that are given"""
    looking(student, "guided_backprop")
    weights = weights_of(cases)
    x = clear_winners(lambda image: by_hand(weights, image, torch.relu, torch.relu), cases.images(40, 2, 6, 5))
    expect(student.env.look("plain", weights, x)).to_match(guided(weights, x))
    for target in (torch.arange(len(x)) % 4, [3] * len(x)):
        expect(student.env.look("in_place", weights, x, target)).to_match(guided(weights, x, target))


@check("guided_backprop")
def test_guided_types(student, cases):
    """guided_backprop works under no_grad, with frozen parameters and in float32; the result carries no gradient"""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(1, 2, 6, 5)
    right = guided(weights, x, 0)
    for mode in ("no_grad", "frozen", "as it is"):
        expect(expect(student.env.look("plain", weights, x, 0, mode)).to_match(right)).to_be_detached()
    short = {name: value.float() for name, value in weights.items()}
    expect(student.env.look("plain", short, x.float(), 0)).to_match(guided(short, x.float(), 0), rtol=1e-3)


@check("guided_backprop", weight=1.5)
def test_guided_leaves_no_trace(student, cases):
    """guided_backprop leaves no trace: modes, hooks, inplace flags, gradients, and the model's ordinary gradient"""
    looking(student, "guided_backprop")
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    right = slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1)
    for found in twice_before_and_after(student, weights, x):
        expect(found["answer"]).to_have_shape(2, 2, 6, 5)
        expect_untouched(found, right)


@check("guided_backprop", weight=1.5)
def test_guided_after_an_error(student, cases):
    """guided_backprop leaves no trace after an IndexError (no such class) or a ValueError (no ReLU) either"""
    looking(student, "guided_backprop")
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    found = expect(student.env.before_and_after(weights, x, 4)).to_be_a(dict)
    expect(found["error"] == "IndexError").to_hold("target=4 with four classes raises IndexError")
    expect_untouched(found, slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1))
    weights = weights_of(cases)
    found = expect(student.env.before_and_after(weights, x, 0, "selu")).to_be_a(dict)
    expect(found["error"] == "ValueError").to_hold("a network with SELU only raises ValueError")
    expect_untouched(found, slope(lambda image: by_hand(weights, image, F.selu, F.selu), x, 1))


@check("guided_backprop")
def test_guided_image_with_gradient(student, cases):
    """guided_backprop neither uses nor changes an x.grad that is there, and gives the same the second time"""
    looking(student, "guided_backprop")
    weights, x = weights_of(cases), cases.images(2, 2, 6, 5)
    first, second, gradient, wants, leaf = expect(student.env.with_gradient(weights, x, 3)).to_be_a(list, length=5)
    expect(first).to_match(guided(weights, x, 3))
    expect(second).to_match(guided(weights, x, 3))
    expect(gradient).to_equal(torch.full_like(x, 2.5))
    expect(wants and leaf).to_hold("x still is a leaf that asks for its gradient")


# ================================================================ picture_maths


@check("picture_maths", weight=1.5)
def test_standardize_values(student, cases):
    """standardize_and_clip follows the formula for each picture of a batch by itself, (B, H, W) and (B, C, H, W)"""
    for shape in ((3, 4, 5), (2, 3, 4, 5), (1, 2, 3)):
        g = 7 * cases.tensor(*shape) + cases.tensor(shape[0], low=-20, high=20).reshape(-1, *[1] * (len(shape) - 1))
        expect(student.standardize_and_clip(g)).to_match(reference.standardize_and_clip(g))


@check("picture_maths")
def test_standardize_settings(student, cases):
    """standardize_and_clip obeys saturation, brightness, lo and hi, and cuts only at the end"""
    g = cases.tensor(2, 5, 6, low=-3, high=9)
    for settings in (
        {"saturation": 0.3, "brightness": 0.4},
        {"saturation": 0.5, "lo": 0.2, "hi": 0.7},
        {"saturation": 2.0, "brightness": 1.0, "lo": -1.0, "hi": 10.0},
    ):
        right = reference.standardize_and_clip(g, **settings)
        expect(student.standardize_and_clip(g, **settings)).to_match(right)


@check("picture_maths")
def test_standardize_plain_pictures(student, cases):
    """standardize_and_clip makes a picture with one value plain gray, without NaN, beside an ordinary one"""
    g = cases.tensor(3, 4, 5)
    g[1], g[2] = 7.25, 0.0
    expect(student.standardize_and_clip(g)).to_match(reference.standardize_and_clip(g))
    right = reference.standardize_and_clip(g, brightness=0.25)
    expect(student.standardize_and_clip(g, brightness=0.25)).to_match(right)


@check("picture_maths")
def test_standardize_input(student, cases):
    """standardize_and_clip leaves g alone, keeps float32, and raises ValueError for NaN"""
    g = cases.tensor(2, 4, 3, low=-5, high=5)
    expect(lambda: student.standardize_and_clip(g)).to_leave_inputs_alone()
    expect(student.standardize_and_clip(g.float())).to_match(reference.standardize_and_clip(g.float()))
    hole = torch.where(g == g[1, 2, 0], torch.nan, g)
    expect(lambda: student.standardize_and_clip(hole)).to_raise(ValueError)


@check("picture_maths", weight=1.5)
def test_normalize_values(student, cases):
    """normalize01 stretches each picture of a batch by itself from 0 to 1, negative values too"""
    for shape, low, high in (((3, 4, 5), -9, -2), ((2, 3, 4, 5), -1, 6), ((2, 4, 3), 3, 4)):
        x = cases.tensor(*shape, low=low, high=high)
        x[0] *= 3
        expect(student.normalize01(x)).to_match(reference.normalize01(x))


@check("picture_maths")
def test_normalize_plain_pictures(student, cases):
    """normalize01 makes a picture with one value 0 everywhere, without NaN; eps is the smallest range"""
    x = cases.tensor(3, 4, 5)
    x[1], x[2] = 3.5, 0.0
    expect(student.normalize01(x)).to_match(reference.normalize01(x))
    expect(student.normalize01(x, eps=4.0)).to_match(reference.normalize01(x, eps=4.0))


@check("picture_maths")
def test_normalize_input(student, cases):
    """normalize01 leaves x alone, keeps float32, and raises ValueError for NaN"""
    x = cases.tensor(2, 3, 5, low=-5, high=5)
    expect(lambda: student.normalize01(x)).to_leave_inputs_alone()
    expect(student.normalize01(x.float())).to_match(reference.normalize01(x.float()))
    hole = torch.where(x == x[0, 1, 4], torch.nan, x)
    expect(lambda: student.normalize01(hole)).to_raise(ValueError)


@check("picture_maths", weight=1.5)
def test_overlay_values(student, cases):
    """overlay mixes 1 − alpha parts of the image with alpha parts of a map from white to red: (B, 3, H, W)"""
    gray, heat = cases.tensor(3, 4, 5, low=0), cases.tensor(3, 4, 5, low=0)
    expect(lambda: student.overlay(gray, heat)).to_leave_inputs_alone()
    expect(student.overlay(gray, heat)).to_match(reference.overlay(gray, heat))
    for alpha in (0.2, 0.5):
        expect(student.overlay(gray, heat, alpha)).to_match(reference.overlay(gray, heat, alpha))


@check("picture_maths")
def test_overlay_ends(student, cases):
    """overlay shows only the image with alpha = 0, and only the map with alpha = 1"""
    gray, heat = cases.tensor(2, 3, 6, low=0), cases.tensor(2, 3, 6, low=0)
    expect(student.overlay(gray, heat, alpha=0.0)).to_match(gray[:, None].expand(2, 3, 3, 6).clone())
    right = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    expect(student.overlay(gray, heat, alpha=1.0)).to_match(right)


@check("picture_maths")
def test_overlay_refuses(student, cases):
    """overlay raises ValueError for images and maps of different shapes, and for an alpha outside 0 … 1"""
    gray, heat = cases.tensor(2, 3, 5, low=0), cases.tensor(2, 3, 5, low=0)
    for others in ((gray, heat[:1]), (gray[:1], heat), (gray, heat[:, :, :1])):
        expect(lambda others=others: student.overlay(*others)).to_raise(ValueError)
    for alpha in (-0.25, 1.5):
        expect(lambda alpha=alpha: student.overlay(gray, heat, alpha)).to_raise(ValueError)


# ================================================================ temperature_softmax


@check("temperature_softmax", weight=1.5)
def test_temperature_values(student, cases):
    """temperature_softmax is the softmax of logits / T, for temperatures below and above 1"""
    logits = cases.tensor(3, 5, low=-4, high=4)
    for T in (0.25, 1.0, 2, 5.0):
        expect(student.temperature_softmax(logits, T)).to_match(F.softmax(logits / T, dim=-1))
    expect(student.temperature_softmax(logits)).to_match(F.softmax(logits, dim=-1))


@check("temperature_softmax")
def test_temperature_axes(student, cases):
    """temperature_softmax works along the last axis unless `dim` says otherwise, for one to four axes"""
    for shape, dim in (((4,), 0), ((3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4, 5), 1), ((2, 3, 4), -2)):
        logits = cases.tensor(*shape, low=-3, high=3)
        expect(student.temperature_softmax(logits, 2.0, dim)).to_match(F.softmax(logits / 2, dim=dim))
        expect(student.temperature_softmax(logits, 2.0)).to_match(F.softmax(logits / 2, dim=-1))


@check("temperature_softmax", weight=1.5)
def test_temperature_large_logits(student, cases):
    """temperature_softmax has no NaN for float32 logits of ±10,000, at T = 0.01, 1 and 100"""
    logits = cases.tensor(3, 4, low=-1e4, high=1e4, dtype=torch.float32)
    logits[0, 1], logits[1, 2], logits[2] = 1e4, -1e4, 1e4
    for T in (0.01, 1.0, 100.0):
        expect(student.temperature_softmax(logits, T)).to_match(F.softmax(logits / T, dim=-1), atol=0.01)
    low = -1e4 - logits.abs()
    expect(student.temperature_softmax(low)).to_match(F.softmax(low, dim=-1), atol=0.01)


@check("temperature_softmax")
def test_temperature_ends(student, cases):
    """temperature_softmax goes to argmax for small T and to equal shares for large T"""
    logits = 0.5 * torch.stack([torch.from_numpy(cases.rng.permutation(5)) for _ in range(3)]).double()
    right = F.one_hot(logits.argmax(dim=1), 5).double()
    expect(student.temperature_softmax(logits, 0.01)).to_match(right, atol=1e-9)
    expect(student.temperature_softmax(logits, 1e9)).to_match(torch.full((3, 5), 0.2).double(), atol=1e-6)


@check("temperature_softmax")
def test_temperature_refuses(student, cases):
    """temperature_softmax raises ValueError unless T is more than 0"""
    logits = cases.tensor(2, 3)
    for T in (0, 0.0, -1.0):
        expect(lambda T=T: student.temperature_softmax(logits, T)).to_raise(ValueError)


@check("temperature_softmax")
def test_temperature_input(student, cases):
    """temperature_softmax leaves the logits alone, keeps float32, and lets gradients flow back to them"""
    logits, upstream = cases.tensor(3, 4, low=-2), cases.tensor(3, 4)
    expect(lambda: student.temperature_softmax(logits, 2.0)).to_leave_inputs_alone()
    short = logits.float()
    expect(student.temperature_softmax(short, 3.0)).to_match(F.softmax(short / 3, dim=-1))
    leaf = logits.clone().requires_grad_()
    (right,) = torch.autograd.grad(F.softmax(leaf / 2, dim=-1), leaf, upstream)
    expect(student.with_gradients(upstream, wrt=("0",)).temperature_softmax(logits, 2.0)).to_have_gradient(right)


# ================================================================ evidence: prediction_strip

STRIP = """
def prediction_strip_draws(images, y_true, y_pred, classes, only_errors=False, n=10):
    return drawn(lambda: student.prediction_strip(images, y_true, y_pred, classes, only_errors, n))
"""
NAMES = ["cat", "dog", "owl", "fox"]
TRUE, SAID = torch.tensor([2, 0, 1, 3, 1, 0]), torch.tensor([2, 1, 1, 0, 3, 0])


def expect_strip(axes: list[dict[str, Any]], images: torch.Tensor, places: list[int]) -> None:
    """These images under their titles, in this order."""
    titles = [f"{NAMES[int(TRUE[place])]} / {NAMES[int(SAID[place])]}" for place in places]
    expect(len(axes) == len(places)).to_hold(f"the figure has {len(places)} axes")
    expect([one["title"] for one in axes] == titles).to_hold(f"the titles, true / predicted, are {titles}")
    for one, place in zip(axes, places, strict=True):
        image = images[place, 0] if images.shape[1] == 1 else images[place].permute(1, 2, 0)
        expect(picture_in(one)).to_match(image.double(), rtol=1e-6)


@check("evidence", weight=1.5)
def test_strip_of_gray_images(student, cases):
    """prediction_strip shows gray images as (H, W), from black 0 to white 1, under "true / predicted" """
    images = cases.tensor(6, 1, 4, 5, low=0.2, high=0.6)
    axes = drawing(student, STRIP, "prediction_strip_draws", images, TRUE, SAID, NAMES)
    expect_strip(axes, images, [0, 1, 2, 3, 4, 5])
    black_to_white = all(one["colours"] == [[0.0, 1.0]] for one in axes)
    expect(black_to_white).to_hold("gray images are drawn with vmin=0 and vmax=1")


@check("evidence")
def test_strip_of_colour_images(student, cases):
    """prediction_strip shows colour images with the colours last, and no more than n"""
    images = cases.tensor(6, 3, 4, 5, low=0)
    axes = drawing(student, STRIP, "prediction_strip_draws", images, TRUE, SAID, NAMES, False, 4)
    expect_strip(axes, images, [0, 1, 2, 3])


@check("evidence", weight=1.5)
def test_strip_of_errors(student, cases):
    """prediction_strip with only_errors shows the first n wrong ones, each image with its own title"""
    images = cases.tensor(6, 1, 3, 4, low=0)
    for n, places in ((10, [1, 3, 4]), (2, [1, 3])):
        axes = drawing(student, STRIP, "prediction_strip_draws", images, TRUE, SAID, NAMES, True, n)
        expect_strip(axes, images, places)


@check("evidence", weight=0.5)
def test_strip_without_errors(student, cases):
    """prediction_strip gives a figure without axes when there is no error to show, and one axes for one"""
    images = cases.tensor(6, 3, 3, 4, low=0)
    axes = drawing(student, STRIP, "prediction_strip_draws", images, TRUE, TRUE, NAMES, True)
    expect(axes == []).to_hold("without an error the figure has no axes")
    axes = drawing(student, STRIP, "prediction_strip_draws", images[:2], TRUE[:2], SAID[:2], NAMES, True, 3)
    expect_strip(axes, images, [1])


# ================================================================ evidence: training_curves

CURVES = """
def training_curves_draws(logs, boundary=None):
    return drawn(lambda: student.training_curves(logs, boundary))
"""


def logs_of(cases: Any, steps: int, epochs: int) -> dict[str, list[float]]:
    """Logs of a training: losses above 1, accuracies below."""
    loss, accuracy = {"low": 1.0, "high": 3.0}, {"low": 0.3, "high": 0.8}
    drawn = {"loss": (steps, loss), "acc": (steps, accuracy), "val_loss": (epochs, loss), "val_acc": (epochs, accuracy)}
    return {name: cases.tensor(size, **limits).tolist() for name, (size, limits) in drawn.items()}


def two_axes(axes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The axes, when there are two with a line "train" and a line "valid"."""
    expect(len(axes) == 2).to_hold("the figure has two axes: loss and accuracy")
    for one in axes:
        both = {"train", "valid"} <= set(one["lines"])
        expect(both).to_hold("each axes has a line with the label “train” and one with the label “valid”")
    return axes


@check("evidence", weight=1.5)
def test_curves_over_steps(student, cases):
    """training_curves draws training values at steps 1 … S, validation values where each epoch ended"""
    for steps, epochs in ((12, 3), (5, 1)):
        logs = logs_of(cases, steps, epochs)
        axes = two_axes(drawing(student, CURVES, "training_curves_draws", logs))
        ends = [float(steps // epochs * (number + 1)) for number in range(epochs)]
        for one, name in zip(axes, ("loss", "acc"), strict=True):
            train, valid = one["lines"]["train"], one["lines"]["valid"]
            expect(train[1] == logs[name]).to_hold(f"the line “train” shows logs[{name!r}]")
            expect(valid[1] == logs["val_" + name]).to_hold(f"the line “valid” shows logs['val_{name}']")
            expect(train[0] == [float(step + 1) for step in range(steps)]).to_hold(f"“train” is at x = 1 … {steps}")
            expect(valid[0] == ends).to_hold(f"“valid” is at x = {ends}, for {epochs} epochs of {steps} steps")


@check("evidence")
def test_curves_axes(student, cases):
    """training_curves labels its axes, has legends, starts the loss at 0 and shows accuracy from 0 to 1"""
    axes = two_axes(drawing(student, CURVES, "training_curves_draws", logs_of(cases, 8, 2)))
    for one, name in zip(axes, ("loss", "accuracy"), strict=True):
        expect(one["labels"] == ["step", name]).to_hold(f"the labels of the axes are “step” and “{name}”")
        expect({"train", "valid"} <= set(one["legend"])).to_hold("the legend names “train” and “valid”")
    expect(axes[0]["limits"][1][0] == 0).to_hold("the loss axis starts at 0")
    expect(axes[1]["limits"][1] == [0.0, 1.0]).to_hold("the accuracy axis goes from 0 to 1")


@check("evidence")
def test_curves_boundary(student, cases):
    """training_curves draws a vertical line at the boundary in both axes, and none without a boundary"""
    logs = logs_of(cases, 9, 3)
    for boundary, wanted in ((6, 1), (None, 0)):
        for one in two_axes(drawing(student, CURVES, "training_curves_draws", logs, boundary)):
            upright = [line for line in one["lines"].values() if len(line[0]) == 2 and line[0][0] == line[0][1]]
            where = f"at x = {boundary}" if boundary else "without a boundary"
            expect(len(upright) == wanted).to_hold(f"each axes has {wanted} vertical line(s) {where}")
            expect(all(line[0][0] == boundary for line in upright)).to_hold(f"the vertical line is at x = {boundary}")


# ================================================================ evidence: confusion_figure

TABLE = """
def confusion_figure_draws(matrix, classes):
    return drawn(lambda: student.confusion_figure(matrix, classes))
"""


@check("evidence", weight=1.5)
def test_confusion_counts(student, cases):
    """confusion_figure shows the matrix with the count of every cell in its place, zeros too: rows are true"""
    matrix = cases.integers(4, 4, low=1, high=60)
    matrix[1, 3], matrix[2, 0] = 0, 117
    axes = drawing(student, TABLE, "confusion_figure_draws", matrix, NAMES)
    expect(len(axes) == 1).to_hold("the figure has one axes")
    expect(picture_in(axes[0])).to_match(matrix.double())
    texts = sorted([float(p), float(t), str(int(matrix[t, p]))] for t in range(4) for p in range(4))
    expect(len(axes[0]["texts"]) == 16).to_hold("each of the 4 × 4 cells has a text")
    expect(axes[0]["texts"] == texts).to_hold(
        "the count matrix[t, p] stands at x = p, y = t, in the middle of the cell"
    )


@check("evidence")
def test_confusion_labels(student, cases):
    """confusion_figure names the axes "predicted" and "true", and every class on both"""
    for names in (NAMES, ["a", "b", "c"]):
        matrix = cases.integers(len(names), len(names), low=0, high=9)
        axes = drawing(student, TABLE, "confusion_figure_draws", matrix, names)
        expect(len(axes) == 1).to_hold("the figure has one axes")
        expect(axes[0]["labels"] == ["predicted", "true"]).to_hold("x is “predicted”, y is “true”")
        ticks = [[float(place), name] for place, name in enumerate(names)]
        expect(axes[0]["ticks"] == [ticks, ticks]).to_hold("both axes have ticks at 0 … K−1 with the classes' names")
