"""What the checks of several exercises share.

Models are built in the box from weights that are sent in; what comes back is numbers. What is right is computed here,
from the same weights with functions alone (`by_hand`): no module, no hook. float64, never square, at least two images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import expect

Weights = dict[str, torch.Tensor]


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


def unlikely(weights: Weights, target: int) -> Weights:
    """The same net, sure that it is another class: the logarithm of the target's share then has the score's slopes.

    So a gradient of log-probabilities is paid where scores are asked about, not in every check.
    """
    dense, bias = torch.zeros_like(weights["w3"]), torch.full_like(weights["b3"], 1e5)
    dense[target], bias[target] = weights["w3"][target], weights["b3"][target]
    return weights | {"w3": dense, "b3": bias}


def likely(weights: Weights, target: int) -> Weights:
    """The same net, sure of this class: who explains what the network says, whatever was asked, is right here."""
    bias = weights["b3"].clone()
    bias[target] += 1e7
    return weights | {"b3": bias}


Step = Callable[[torch.Tensor], torch.Tensor]


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


def ordinary_residual(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    """The plain gradient of the residual net's class 1 in eval mode."""
    return slope(lambda image: residual_by_hand(weights, image, torch.relu), x, 1)


def clear_winners(scores: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Of x one image for each class that wins in any, the one with the largest score last."""
    largest, best = scores(x).max(dim=1)
    first = {int(label): place for place, label in reversed(list(enumerate(best)))}
    return x[sorted(first.values(), key=lambda place: float(largest[place]))]


def some_order(cases: Any, questions: Iterable[Any]) -> list[Any]:
    """The questions in a seeded order: which answer belongs to which is known to nobody beforehand."""
    listed = list(questions)
    return [listed[int(place)] for place in cases.rng.permutation(len(listed))]


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
        "place": [round(float(edge), 6) for edge in axes.get_position().min],
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
    pairs = zip(axis.get_ticklocs(), [label.get_text() for label in axis.get_ticklabels()], strict=False)
    return [[float(place), text] for place, text in pairs if text]


def drawing(student: Any, draws: Callable[..., Any], *inputs: Any, **settings: Any) -> list[dict[str, Any]]:
    """The contents of the axes that the student's function draws; on the CPU, as figures are."""
    figure = expect(student.on_cpu.beside(draws)(*inputs, **settings)).to_be_a(dict)
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


# ================================================================ saliency, guided_backprop: helpers


def asked(look, style, weights, x, target, mode):
    """What `look` gives for a net of this style: "no_grad", with "frozen" parameters, or "as it is"."""
    model = NETS[style](weights)
    if mode == "no_grad":
        with torch.no_grad():
            return called(look, model, x, target)
    if mode == "frozen":
        model.requires_grad_(False)
    return called(look, model, x, target)


OWNERS = {"F": F, "torch": torch, "Tensor": torch.Tensor, "ReLU": nn.ReLU}


FUNCTIONS = ["F.relu", "F.threshold", "torch.relu", "torch.relu_", "Tensor.relu", "Tensor.relu_", "ReLU.forward"]


changed = []


def called(look, model, x, target):
    """What `look` gives; functions that it leaves changed are noted and put back."""
    places = [(name, OWNERS[name.split(".")[0]], name.split(".")[1]) for name in FUNCTIONS]
    old = [getattr(owner, function) for _, owner, function in places]
    try:
        return look(model, x) if target is None else look(model, x, target)
    finally:
        for function, (name, owner, key) in zip(old, places, strict=True):
            if getattr(owner, key) is not function:
                changed.append(name)
                setattr(owner, key, function)


def state(model):
    """All that asking may not change."""
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return {
        "modes": [module.training for module in model.modules()],
        "hooks": [len(getattr(module, kind)) for module in model.modules() for kind in kinds],
        "inplace": [module.inplace for module in model.modules() if hasattr(module, "inplace")],
        "modules": [type(module).__name__ for module in model.modules()],
        "weights": [weight.detach().tolist() for weight in model.state_dict().values()],
        "grads": [None if parameter.grad is None else parameter.grad.tolist() for parameter in model.parameters()],
        "frozen": [parameter.requires_grad for parameter in model.parameters()],
        "functions": list(changed),
    }


def before_and_after_of(look, weights, x, target, style, training, grads):
    """The state of the net around a call of `look`, what that gives, and the ordinary gradient afterwards."""
    changed.clear()
    model = NETS[style](weights)
    model.train(training)
    list(model.children())[2].train(not training)
    next(model.parameters()).requires_grad_(False)
    if grads:
        for number, parameter in enumerate(model.parameters()):
            parameter.grad = torch.full_like(parameter, number + 0.5) if number % 2 else None
    before, given, error = state(model), x.clone(), ""
    answer = None
    try:
        answer = called(look, model, given, target)
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


def with_gradient_of(look, weights, x, target, gradient):
    """Two answers for an image that has this gradient already, and what became of that."""
    image = x.clone().requires_grad_()
    image.grad = gradient.clone()
    model = NETS["plain"](weights)
    answers = [called(look, model, image, target) for _ in range(2)]
    return [*answers, image.grad, image.requires_grad, image.grad_fn is None]


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


def expect_untouched(found: dict[str, Any], plain: torch.Tensor) -> None:
    """The model and x are as before, and the model's ordinary gradient is the ordinary one."""
    for key, claim in CLAIMS.items():
        expect(bool(found["before"][key] == found["after"][key])).to_hold(claim)
    wants, has, changed = found["touched"]
    expect(not (wants or has)).to_hold("x asks for no gradient afterwards, and has no `.grad`")
    expect(not changed).to_hold("the values of x are the old ones")
    expect(found["plain"]).to_match(plain)


def expect_no_trace(inside: Any, cases: Any, *shape: int) -> None:
    """Answers of this shape for two images, with gradients and in training mode, then without and in eval mode."""
    weights, x = residual_weights(cases), cases.images(2, 2, 6, 5)
    calls = [inside.before_and_after(weights, x, None, "residual", mode, mode) for mode in (True, False)]
    for traces in [expect(call).to_be_a(dict) for call in calls]:
        expect(traces["answer"]).to_have_shape(*shape)
        expect_untouched(traces, ordinary_residual(weights, x))
