"""Hidden checks of the exercise `count_params`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference
import torch
from torch import nn

from autograder.judge import check, expect


def printed_network(maps: int = 32, hidden: int = 256, out: int = 10) -> nn.Module:
    """The network of the table in T3.4, or one like it."""
    first = [nn.Conv2d(1, maps, 3, padding=1), nn.SELU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(maps, maps, 5), nn.SELU(), nn.MaxPool2d(2), nn.Flatten()]
    return nn.Sequential(
        *first, *second, nn.Linear(25 * maps, hidden), nn.SELU(), nn.Dropout(0.5), nn.Linear(hidden, out)
    )


def nested_network(channels: list[int], kernel: tuple[int, int], stride: tuple[int, int], out: int) -> nn.Module:
    """Sequentials in a Sequential; no layer has the same height as width."""
    a, b, c = channels
    inner = nn.Sequential(nn.Conv2d(b, c, kernel, stride, bias=False), nn.Sequential(nn.BatchNorm2d(c), nn.ReLU()))
    head = nn.Sequential(nn.AdaptiveAvgPool2d((1, 2)), nn.Flatten(), nn.Linear(2 * c, out))
    return nn.Sequential(nn.Sequential(nn.Conv2d(a, b, kernel[::-1], padding=1), nn.Tanh()), inner, head)


def half_frozen(c_in: int, maps: int, out: int) -> nn.Module:
    """A frozen part, and a frozen bias."""
    first = nn.Sequential(nn.Conv2d(c_in, maps, 3), nn.BatchNorm2d(maps))
    model = nn.Sequential(first, nn.Flatten(), nn.Linear(9 * maps, out))
    model[0].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    return model


def normalised(c_in: int, maps: int) -> nn.Module:
    """Batch norm with and without weights of its own."""
    first = [nn.Conv2d(c_in, maps, 3, bias=False), nn.BatchNorm2d(maps)]
    return nn.Sequential(*first, nn.ReLU(), nn.BatchNorm2d(maps, affine=False))


def tied(n: int, hidden: int) -> nn.Module:
    """Two layers with one weight, between them one that is called twice; registered in another order than called."""

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(hidden, n)
            self.first, self.again = nn.Linear(n, hidden), nn.Linear(n, hidden)
            self.again.weight = self.first.weight
            self.scale = nn.Parameter(torch.ones(2, n))
            self.never = nn.ReLU()

        def forward(self, x):
            return self.last(self.again(self.last(torch.tanh(self.first(x)))))

    return Tied()


def some_sizes(cases: Any, n: int) -> list[int]:
    """Different ones, from 2 on: an answer that depends on them is none that anybody knows beforehand."""
    return [int(size) for size in cases.rng.permutation(range(2, 14))[:n]]


def in_numbers(answer: Any) -> Any:
    """A count in a tensor as an int; rows as tuples, with their shapes; one check of each function asks for types."""
    if isinstance(answer, (torch.Tensor, np.ndarray, np.generic)) and answer.shape == ():
        return answer.item()
    if isinstance(answer, (list, tuple, torch.Size)):
        return tuple(in_numbers(each) for each in answer)
    return answer


def expect_table(found: Any, right: Any) -> None:
    """These rows, whatever holds them."""
    expect(in_numbers(found)).to_equal(in_numbers(right))


@check(quote="How many numbers nn.Conv2d(c_in, c_out, k, bias=bias) learns: an int, by arithmetic.")
def test_conv_params(student, cases):
    """conv_params multiplies channels in, channels out and both sides of the kernel, and adds a bias per channel out"""
    for sizes in ((1, 32, 3), (3, 7, 1), some_sizes(cases, 3), some_sizes(cases, 3)):
        expect(student.conv_params(*sizes)).to_equal(reference.conv_params(*sizes))


@check(weight=0.5, quote="k is one number for a square kernel, or a pair (height, width).")
def test_conv_params_settings(student, cases):
    """conv_params takes a kernel (height, width) that is not square, and bias=False"""
    some_in, some_out, height, width = some_sizes(cases, 4)
    for c_in, c_out, k in ((some_in, some_out, (height, width)), (5, 2, (1, 7)), (4, 9, 3)):
        expect(in_numbers(student.conv_params(c_in, c_out, k, bias=False))).to_equal(
            reference.conv_params(c_in, c_out, k, False)
        )
    expect(in_numbers(student.conv_params(2, 6, (4, 1)))).to_equal(54)


@check(
    quote=("How many numbers the model learns: an int.", "walks through all the layers, however deeply they are nested")
)
def test_count_nested(student, cases):
    """count_params finds all weights and biases, in nested networks and in parameters without a layer"""
    inside = student.beside(printed_network, nested_network)
    expect(student.count_params(inside.printed_network())).to_equal(233_578)
    *channels, out = some_sizes(cases, 4)
    setting = channels, (2, 3), (2, 1), out
    right = reference.count_params(nested_network(*setting))
    expect(student.count_params(inside.nested_network(*setting))).to_equal(right)
    expect(student.count_params(student.env.nn.ReLU())).to_equal(0)


@check(quote="With trainable_only, parameters with requires_grad=False do not count either.")
def test_count_trainable(student, cases):
    """count_params(model, trainable_only=True) leaves out what is frozen, and only that"""
    c_in, maps, out = some_sizes(cases, 3)
    model = student.beside(half_frozen)(c_in, maps, out)
    weights, frozen = 9 * maps * out, 9 * c_in * maps + 3 * maps + out
    expect(in_numbers(student.count_params(model, trainable_only=True))).to_equal(weights)
    expect(in_numbers(student.count_params(model))).to_equal(weights + frozen)


@check(quote="Buffers (running means, …) do not count.")
def test_count_buffers(student, cases):
    """count_params does not count buffers: the running means and variances of batch norm are measured, not learned"""
    c_in, maps = some_sizes(cases, 2)
    found = student.count_params(student.beside(normalised)(c_in, maps))
    expect(in_numbers(found)).to_equal(9 * c_in * maps + 2 * maps)


@check(quote="Shared parameters count once.")
def test_count_shared(student, cases):
    """count_params counts a weight that two layers share once"""
    n, hidden = some_sizes(cases, 2)
    right = 2 * n * hidden + 2 * hidden + n + 2 * n
    expect(in_numbers(student.count_params(student.beside(tied)(n, hidden)))).to_equal(right)


@check(weight=2, quote="that of its output, without the batch axis")
def test_table_printed(student, cases):
    """layer_table gives the eleven rows of a LeNet with SELU and dropout, with shapes and counts"""
    inside = student.beside(printed_network)
    for sizes in ((), some_sizes(cases, 3)):
        right = reference.layer_table(printed_network(*sizes), (1, 28, 28))
        expect_table(student.layer_table(inside.printed_network(*sizes), (1, 28, 28)), right)


@check(
    weight=1.5,
    quote=("a list of tuples (layer, shape, params).", "a tuple of ints.", "Layers are the modules without children."),
)
def test_table_nested(student, cases):
    """layer_table is right for nested networks, for images and kernels that are not square, and for a single layer"""
    inside = student.beside(nested_network)
    for size in ((9, 14), (12, 7)):
        channels = [int(channel) for channel in cases.rng.permutation([2, 3, 4, 5, 6])[:3]]
        setting = channels, (2, 3), (3, 2), int(cases.rng.integers(2, 8))
        right = reference.layer_table(nested_network(*setting), (channels[0], *size))
        expect(student.layer_table(inside.nested_network(*setting), (channels[0], *size))).to_equal(right)
    (row,) = expect(student.layer_table(student.env.nn.Linear(3, 2), (3,))).to_be_a(list, length=1)
    expect(row).to_equal(("Linear", (2,), 8))
    expect(expect(row).to_be_a(tuple, length=3)[1]).to_be_a(tuple)


@check(
    quote=(
        "One row for each time a layer is called, in that order.",
        "how many of the layer's own parameters no row above has counted yet, an int.",
    )
)
def test_table_calls(student, cases):
    """layer_table has a row for each call, in their order, and counts a parameter in the first, frozen or not"""
    n, hidden, c_in, maps = some_sizes(cases, 4)
    inside = student.beside(tied, half_frozen)
    frozen = student.layer_table(inside.half_frozen(c_in, maps, hidden), (c_in, 5, 5))
    expect_table(frozen, reference.layer_table(half_frozen(c_in, maps, hidden), (c_in, 5, 5)))
    found = student.layer_table(inside.tied(n, hidden), (n,))
    last, new = ("Linear", (n,), hidden * n + n), ("Linear", (hidden,), n * hidden + hidden)
    expect_table(found, [new, last, ("Linear", (hidden,), hidden), ("Linear", (n,), 0)])


def some_modes(cases: Any) -> list[bool]:
    """Of parts, each its own: nobody knows beforehand how many there are."""
    return [bool(flag) for flag in cases.rng.permutation([True, False] * int(cases.rng.integers(4, 40)))]


def resting_parts(modes: list[bool]) -> list[nn.Module]:
    """Layers that drop nothing, in these modes."""
    return [nn.Dropout(0.0).train(mode) for mode in modes]


def what_layer_table_leaves_behind(layer_table: Any, modes: list[bool]) -> dict[str, Any]:
    """On a model some parts of which rest, with a hook of somebody else's; `heard` counts its calls afterwards.

    `resting` is the other way round: only its dropout is on.
    """
    heard: list[int] = []
    resting = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5)).eval()
    resting[1].train()
    layer_table(resting, (3,))
    inner = nn.Sequential(nn.BatchNorm2d(2), nn.Dropout(0.5)).eval()
    model = nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), inner, *resting_parts(modes))
    model[0].register_forward_hook(lambda *_: heard.append(1))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    layer_table(model, (1, 3, 4))
    heard.clear()
    model(torch.ones(2, 1, 3, 4))
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()]
    model.load_state_dict(before)
    layer_table(model, (1, 3, 4))
    return {
        "hooks": hooks,
        "heard": len(heard),
        "modes": [module.training for network in (model, resting) for module in network.modules()],
        "statistics": all(torch.equal(value, before[name]) for name, value in model.state_dict().items()),
        "gradients": [parameter.grad is None and parameter.requires_grad for parameter in model.parameters()],
    }


@check(
    after="table_printed",
    weight=1.5,
    quote=(
        "The image passes in eval mode. Afterwards everything is as before",
        "your hooks are gone, other people's hooks are still there.",
    ),
)
def test_table_good_guest(student, cases):
    """layer_table leaves the model as it was: the mode of each module, running statistics, hooks, gradients"""
    inside = student.beside(what_layer_table_leaves_behind)
    modes = some_modes(cases)
    found = expect(inside.what_layer_table_leaves_behind(student.layer_table, modes)).to_be_a(dict, length=5)
    right = what_layer_table_leaves_behind(reference.layer_table, modes)
    expect(found["hooks"] == right["hooks"]).to_hold(
        "your hooks are gone afterwards, and the hook of somebody else is still there"
    )
    expect(found["heard"] == right["heard"]).to_hold("the hook of somebody else still works")
    expect(found["modes"] == right["modes"]).to_hold(
        "every module is in the mode it was in before, train or eval, each its own"
    )
    expect(found["statistics"] == right["statistics"]).to_hold(
        "weights and running statistics are as before: the image passes in eval mode"
    )
    expect(found["gradients"] == right["gradients"]).to_hold("no parameter has a gradient, none is frozen")


def layer_table_of_a_wrong_size(layer_table: Any, modes: list[bool]) -> tuple[str, list[int], list[bool]]:
    """The error, and what is left of hooks and modes."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Dropout(0.5), nn.Linear(4, 2), *resting_parts(modes))
    model[1].eval()
    try:
        layer_table(model, (7,))
        error = "no error"
    except NotImplementedError:
        raise
    except Exception as raised:  # noqa: BLE001  # whichever: it goes back by name
        error = type(raised).__name__
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()]
    return error, hooks, [module.training for module in model.modules()]


@check(after="table_printed", quote=("also when the model raises an error", "The error itself goes on to the caller."))
def test_table_after_an_error(student, cases):
    """layer_table tidies up even when the model stops with an error, and lets the error go on to the caller"""
    inside, given = student.beside(layer_table_of_a_wrong_size), some_modes(cases)
    answer = inside.layer_table_of_a_wrong_size(student.layer_table, given)
    error, hooks, modes = expect(answer).to_be_a(tuple, length=3)
    expect(error == "RuntimeError").to_hold("the RuntimeError of an image of the wrong size reaches the caller")
    expect(hooks == [0] * (5 + len(given))).to_hold("no hook is left on the model after an error (try … finally)")
    old = [True, True, False, True, True, *given]
    expect(modes == old).to_hold("every module is in its old mode after an error")


def float64_network(c_in: int, maps: int, out: int) -> nn.Module:
    """For images (c_in, 2, 3)."""
    return nn.Sequential(nn.Conv2d(c_in, maps, (1, 2)), nn.Flatten(), nn.Linear(4 * maps, out)).double()


def table_of_a_layer_on_the_meta_device(layer_table: Any) -> Any:
    """It refuses an image of another device; nothing is computed there (torch's first computation takes a second)."""

    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2, 5, device="meta"))

        def forward(self, x):
            if x.device != self.weight.device:
                raise RuntimeError(f"Expected all tensors to be on the same device, but found {x.device} and meta")
            return x.flatten(1)

    return layer_table(Scale(), (2, 3))


@check(
    weight=0.5, quote="of the dtype and device of the model's first parameter, or torch's defaults when there is none."
)
def test_table_dtype_and_device(student, cases):
    """layer_table sends an image of the model's dtype and device, and copes with a model without parameters"""
    inside = student.beside(table_of_a_layer_on_the_meta_device, float64_network)
    c_in, maps, out = some_sizes(cases, 3)
    first = ("Conv2d", (maps, 2, 2), 2 * c_in * maps + maps)
    right = [first, ("Flatten", (4 * maps,), 0), ("Linear", (out,), 4 * maps * out + out)]
    expect_table(student.layer_table(inside.float64_network(c_in, maps, out), (c_in, 2, 3)), right)
    expect_table(inside.table_of_a_layer_on_the_meta_device(student.layer_table), [("Scale", (6,), 10)])
    expect_table(student.layer_table(student.env.nn.MaxPool2d(2), (3, 5, 8)), [("MaxPool2d", (3, 2, 4), 0)])
