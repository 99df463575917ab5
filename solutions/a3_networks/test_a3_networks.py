"""Hidden checks of a3_networks. The first line of each docstring is what the student reads.

Networks stay in the box as handles. The helpers below are run beside them, and here on the reference: they give
both the same weights (by shape and place, whatever the layers are called), in float64 and eval mode; plain data
comes back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import reference
import torch
from torch import Tensor, nn

from autograder.judge import check, expect

# ================================================================ what is run beside the network, and on the reference


def known_weights(model: nn.Module) -> nn.Module:
    """float64, eval mode, and for each parameter numbers that depend on its shape and on how many of it came before."""
    seen: dict[tuple[int, ...], int] = {}
    with torch.no_grad():
        for parameter in model.double().parameters():
            shape = tuple(parameter.shape)
            seen[shape] = seen.get(shape, 0) + 1
            code = seen[shape]
            for side in shape:
                code = code * 1009 + side
            numbers = torch.randn(shape, generator=torch.Generator().manual_seed(code), dtype=torch.float64)
            parameter.copy_(numbers * (1.5 / max(1, numbers[0].numel()) ** 0.5 if len(shape) > 1 else 0.3))
    return model.eval()


def number_of_parameters(model: nn.Module) -> int:
    """Of all layers together."""
    return sum(parameter.numel() for parameter in model.parameters())


def saved_names_and_shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """Of the state dict."""
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def shapes_that_arrive(model: nn.Module, *input_shape: int) -> list[tuple[int, ...]]:
    """What arrives at every convolution and dense layer, without the batch."""
    shapes: list[tuple[int, ...]] = []
    layers = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    for layer in layers:
        layer.register_forward_pre_hook(lambda _layer, inputs: shapes.append(tuple(inputs[0].shape[1:])))
    with torch.no_grad():
        model.eval()(torch.zeros(2, *input_shape, device=next(model.parameters()).device))
    return shapes


def is_sequential(model: nn.Module) -> bool:
    """Whether it is an nn.Sequential."""
    return isinstance(model, nn.Sequential)


def kinds_of_layers(model: nn.Module) -> list[str]:
    """Class names of the modules without children, sorted."""
    return sorted(type(module).__name__ for module in model.modules() if not list(module.children()))


def rows_of_layers(model: nn.Module, *input_shape: int) -> list[tuple[str, tuple[int, ...]]]:
    """Class and output shape of every layer that is called, in order."""
    rows: list[tuple[str, tuple[int, ...]]] = []
    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(lambda m, _x, y: rows.append((type(m).__name__, tuple(y.shape[1:]))))
    with torch.no_grad():
        model.eval()(torch.zeros(1, *input_shape, device=next(model.parameters()).device))
    return rows


def logits(model: nn.Module, x: Tensor) -> Tensor:
    """With the known weights."""
    with torch.no_grad():
        return known_weights(model)(x)


def logits_one_by_one(model: nn.Module, x: Tensor) -> Tensor:
    """Each image in a batch of its own: (B, 1, …)."""
    with torch.no_grad():
        return torch.stack([known_weights(model)(x[i : i + 1]) for i in range(len(x))])


def logits_of_a_permuted_batch(model: nn.Module, x: Tensor) -> Tensor:
    """Of (B, H, W, C) turned into (B, C, H, W), which copies nothing."""
    with torch.no_grad():
        return known_weights(model)(x.permute(0, 3, 1, 2))


def logits_with_the_last_layer_doubled(model: nn.Module, x: Tensor, times: float = 2.0) -> Tensor:
    """All that the last convolution or dense layer gives is twice as large."""
    called: list[nn.Module] = []
    layers = [layer for layer in known_weights(model).modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(lambda layer, _x, _y: called.append(layer)) for layer in layers]
    with torch.no_grad():
        model(x)
        for hook in hooks:
            hook.remove()
        for parameter in called[-1].parameters():
            parameter.mul_(times)
        return model(x)


def logits_in_train_mode(model: nn.Module, x: Tensor) -> Tensor:
    """With the known weights."""
    with torch.no_grad():
        torch.manual_seed(1)
        return known_weights(model).train()(x)


def parameters_without_a_gradient(model: nn.Module, x: Tensor) -> list[str]:
    """Their names; a model without any parameter has the whole of it without one."""
    (known_weights(model)(x) ** 2).sum().backward()
    named = list(model.named_parameters())
    return [name for name, one in named if one.grad is None or not bool(one.grad.any())] if named else ["all"]


def numbers_in_common(one: nn.Module, other: nn.Module) -> int:
    """How many parameters are the same tensor in both, or have the same values (and not all 0)."""
    pairs = zip(one.parameters(), other.parameters(), strict=False)
    return sum(a is b or (torch.equal(a, b) and bool((a != a.flatten()[0]).any())) for a, b in pairs)


def carried_over(source: nn.Module, target: nn.Module, x: Tensor) -> Tensor:
    """Logits of the target with the parameters of the source, matched by shape."""
    left = list(known_weights(source).parameters())
    with torch.no_grad():
        for parameter in target.double().parameters():
            place = next((i for i, one in enumerate(left) if one.shape == parameter.shape), None)
            if place is None:
                raise ValueError(f"LeNetModern has no weights of the shape {tuple(parameter.shape)}")
            parameter.copy_(left.pop(place))
        return target.eval()(x)


HELPERS = (
    known_weights,
    number_of_parameters,
    saved_names_and_shapes,
    shapes_that_arrive,
    is_sequential,
    kinds_of_layers,
    rows_of_layers,
    logits,
    logits_one_by_one,
    logits_of_a_permuted_batch,
    logits_with_the_last_layer_doubled,
    logits_in_train_mode,
    parameters_without_a_gradient,
    numbers_in_common,
    carried_over,
)


def beside(student: Any, *helpers: Callable[..., Any]) -> Any:
    """The helpers inside the box, as `student.env.logits(...)`; all of the above when none is named."""
    student.run("\n\n".join(inspect.getsource(helper) for helper in helpers or HELPERS))
    return student.env


def expect_logits(student: Any, model: Any, right: nn.Module, x: Tensor) -> None:
    """The same logits with the same weights."""
    expect(beside(student).logits(model, x)).to_match(logits(right, x))


def expect_plain_logits(student: Any, model: Any, x: Tensor, classes: int) -> None:
    """Negative ones, and twice as large when the last layer gives twice as much."""
    inside = beside(student)
    plain = expect(inside.logits(model, x)).to_have_shape(len(x), classes)
    twice = expect(inside.logits_with_the_last_layer_doubled(model, x)).to_have_shape(len(x), classes)
    expect(bool((plain < 0).any())).to_hold("some logits are negative: nothing cuts them off after the last layer")
    same = bool((twice - 2 * plain).abs().max() <= 1e-9 * float(plain.abs().max()))
    expect(same).to_hold(
        "what comes out of the last layer is the result: twice the weights, twice the logits (no softmax)"
    )


def expect_single_images(student: Any, model: Any, right: nn.Module, x: Tensor) -> None:
    """Batches of one keep their axis, and give what they give in a larger one."""
    expect(beside(student).logits_one_by_one(model, x)).to_match(logits_one_by_one(right, x))


def expect_ready_to_train(student: Any, model: Any, x: Tensor, right: nn.Module | None) -> None:
    """Gradients everywhere, the input left alone and, but for dropout, the same in train mode."""
    inside = beside(student)
    expect(lambda: inside.logits(model, x)).to_leave_inputs_alone()
    if right is not None:
        expect(inside.logits_in_train_mode(model, x)).to_match(logits_in_train_mode(right, x))
    without = expect(inside.parameters_without_a_gradient(model, x)).to_be_a(list)
    expect(without == []).to_hold("every parameter of the network gets a gradient")


def expect_own_weights(student: Any, one: Any, other: Any) -> None:
    """Two networks are two networks."""
    count = expect(beside(student).numbers_in_common(one, other)).to_be_a(int)
    expect(count == 0).to_hold("two networks have no weights in common, and start from different random numbers")


# ================================================================ count_params


def printed_network() -> nn.Module:
    """The network of the table in T3.4."""
    first = [
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
    ]
    return nn.Sequential(*first, nn.Flatten(), nn.Linear(800, 256), nn.SELU(), nn.Dropout(0.5), nn.Linear(256, 10))


def nested_network(channels: list[int], kernel: tuple[int, int], stride: tuple[int, int], out: int) -> nn.Module:
    """Sequentials in a Sequential; no layer has the same height as width."""
    a, b, c = channels
    inner = nn.Sequential(nn.Conv2d(b, c, kernel, stride, bias=False), nn.Sequential(nn.BatchNorm2d(c), nn.ReLU()))
    head = nn.Sequential(nn.AdaptiveAvgPool2d((1, 2)), nn.Flatten(), nn.Linear(2 * c, out))
    return nn.Sequential(nn.Sequential(nn.Conv2d(a, b, kernel[::-1], padding=1), nn.Tanh()), inner, head)


def half_frozen() -> nn.Module:
    """A frozen part, and a frozen bias."""
    model = nn.Sequential(nn.Sequential(nn.Conv2d(2, 5, 3), nn.BatchNorm2d(5)), nn.Flatten(), nn.Linear(45, 7))
    model[0].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    return model


def normalised() -> nn.Module:
    """Batch norm with and without weights of its own."""
    return nn.Sequential(nn.Conv2d(2, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.BatchNorm2d(6, affine=False))


def tied() -> nn.Module:
    """Two layers with one weight, between them one that is called twice; registered in another order than called."""

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(4, 3)
            self.first, self.again = nn.Linear(3, 4), nn.Linear(3, 4)
            self.again.weight = self.first.weight
            self.scale = nn.Parameter(torch.ones(2, 3))
            self.never = nn.ReLU()

        def forward(self, x):
            return self.last(self.again(self.last(torch.tanh(self.first(x)))))

    return Tied()


@check("count_params")
def test_conv_params(student):
    """conv_params multiplies channels in, channels out and both sides of the kernel, and adds a bias per channel out"""
    for one in ((1, 32, 3), (32, 32, 5), (3, 7, 1), (6, 2, 4)):
        expect(student.conv_params(*one)).to_equal(reference.conv_params(*one))


@check("count_params", weight=0.5)
def test_conv_params_settings(student):
    """conv_params takes a kernel (height, width) that is not square, and bias=False"""
    for c_in, c_out, k in ((3, 8, (3, 5)), (5, 2, (1, 7)), (4, 9, 3)):
        expect(student.conv_params(c_in, c_out, k, bias=False)).to_equal(reference.conv_params(c_in, c_out, k, False))
    expect(student.conv_params(2, 6, (4, 1))).to_equal(54)


@check("count_params")
def test_count_nested(student):
    """count_params finds all weights and biases, in nested networks and in parameters without a layer"""
    inside = beside(student, printed_network, nested_network, tied)
    expect(student.count_params(inside.printed_network())).to_equal(233_578)
    setting = [2, 3, 5], (2, 3), (2, 1), 4
    right = reference.count_params(nested_network(*setting))
    expect(student.count_params(inside.nested_network(*setting))).to_equal(right)
    expect(student.count_params(student.env.nn.ReLU())).to_equal(0)


@check("count_params")
def test_count_trainable(student):
    """count_params(model, trainable_only=True) leaves out what is frozen, and only that"""
    model = beside(student, half_frozen).half_frozen()
    expect(student.count_params(model, trainable_only=True)).to_equal(45 * 7)
    expect(student.count_params(model)).to_equal(95 + 10 + 322)


@check("count_params")
def test_count_buffers(student):
    """count_params does not count buffers: the running means and variances of batch norm are measured, not learned"""
    expect(student.count_params(beside(student, normalised).normalised())).to_equal(6 * 2 * 9 + 12)


@check("count_params")
def test_count_shared(student):
    """count_params counts a weight that two layers share once"""
    expect(student.count_params(beside(student, tied).tied())).to_equal(12 + 4 + 4 + 15 + 6)


@check("count_params", weight=2)
def test_table_printed(student):
    """layer_table gives the eleven rows of a LeNet with SELU and dropout, with shapes and counts"""
    model = beside(student, printed_network).printed_network()
    expect(student.layer_table(model, (1, 28, 28))).to_equal(reference.layer_table(printed_network(), (1, 28, 28)))


@check("count_params", weight=1.5)
def test_table_nested(student, cases):
    """layer_table is right for nested networks, for images and kernels that are not square, and for a single layer"""
    inside = beside(student, nested_network)
    for size in ((9, 14), (12, 7)):
        channels = [int(one) for one in cases.rng.permutation([2, 3, 4, 5, 6])[:3]]
        setting = channels, (2, 3), (3, 2), int(cases.rng.integers(2, 8))
        right = reference.layer_table(nested_network(*setting), (channels[0], *size))
        expect(student.layer_table(inside.nested_network(*setting), (channels[0], *size))).to_equal(right)
    expect(student.layer_table(student.env.nn.Linear(3, 2), (3,))).to_equal([("Linear", (2,), 8)])


@check("count_params")
def test_table_calls(student):
    """layer_table has a row for each call, in the order of the calls, and counts shared parameters in the first"""
    found = student.layer_table(beside(student, tied).tied(), (3,))
    expect(found).to_equal([("Linear", (4,), 16), ("Linear", (3,), 15), ("Linear", (4,), 4), ("Linear", (3,), 0)])


def what_layer_table_leaves_behind(layer_table: Any) -> dict[str, Any]:
    """On a model that trains but for one part, with a hook of somebody else's; `heard` counts its calls afterwards.

    `resting` is the other way round: only its dropout is on.
    """
    heard: list[int] = []
    resting = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5)).eval()
    resting[1].train()
    layer_table(resting, (3,))
    model = nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.Sequential(nn.BatchNorm2d(2), nn.Dropout(0.5)))
    model[2].eval()
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
        "modes": [module.training for one in (model, resting) for module in one.modules()],
        "statistics": all(torch.equal(value, before[name]) for name, value in model.state_dict().items()),
        "gradients": [one.grad is None and one.requires_grad for one in model.parameters()],
    }


@check("count_params", weight=1.5)
def test_table_good_guest(student):
    """layer_table leaves the model as it was: the mode of each module, running statistics, hooks, gradients"""
    inside = beside(student, what_layer_table_leaves_behind)
    found = expect(inside.what_layer_table_leaves_behind(student.layer_table)).to_be_a(dict, length=5)
    right = what_layer_table_leaves_behind(reference.layer_table)
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


def layer_table_of_a_wrong_size(layer_table: Any) -> tuple[str, list[int], list[bool]]:
    """The error, and what is left of hooks and modes."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Dropout(0.5), nn.Linear(4, 2))
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


@check("count_params")
def test_table_after_an_error(student):
    """layer_table tidies up even when the model stops with an error, and lets the error go on to the caller"""
    inside = beside(student, layer_table_of_a_wrong_size)
    error, hooks, modes = expect(inside.layer_table_of_a_wrong_size(student.layer_table)).to_be_a(tuple, length=3)
    expect(error == "RuntimeError").to_hold("the RuntimeError of an image of the wrong size reaches the caller")
    expect(hooks == [0] * 5).to_hold("no hook is left on the model after an error (try … finally)")
    expect(modes == [True, True, False, True, True]).to_hold("every module is in its old mode after an error")


def float64_network() -> nn.Module:
    """15 and 26 parameters in float64."""
    return nn.Sequential(nn.Conv2d(2, 3, (1, 2)), nn.Flatten(), nn.Linear(12, 2)).double()


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


@check("count_params", weight=0.5)
def test_table_dtype_and_device(student):
    """layer_table sends an image of the model's dtype and device, and copes with a model without parameters"""
    inside = beside(student, float64_network, table_of_a_layer_on_the_meta_device)
    right = [("Conv2d", (3, 2, 2), 15), ("Flatten", (12,), 0), ("Linear", (2,), 26)]
    expect(student.layer_table(inside.float64_network(), (2, 2, 3))).to_equal(right)
    expect(inside.table_of_a_layer_on_the_meta_device(student.layer_table)).to_equal([("Scale", (6,), 10)])
    expect(student.layer_table(student.env.nn.MaxPool2d(2), (3, 5, 8))).to_equal([("MaxPool2d", (3, 2, 4), 0)])


# ================================================================ mlp


@check("mlp")
def test_mlp_size(student):
    """MLP has 101,770 parameters, 39,760 as 784-50-10, and as many as it should for other sizes"""
    inside = beside(student)
    expect(inside.number_of_parameters(student.MLP())).to_equal(101_770)
    expect(inside.number_of_parameters(student.MLP(784, 50, 10))).to_equal(39_760)
    expect(inside.number_of_parameters(student.MLP(in_features=36, hidden=7, out=3))).to_equal(283)


@check("mlp")
def test_mlp_names(student):
    """MLP saves its weights as fc1.weight, fc1.bias, fc2.weight and fc2.bias, with the shapes (out, in) and (out,)"""
    found = expect(beside(student).saved_names_and_shapes(student.MLP(12, 5, 3))).to_be_a(dict)
    right = saved_names_and_shapes(reference.MLP(12, 5, 3))
    told = ", ".join(f"{name} {shape}" for name, shape in right.items())
    expect(found == right).to_hold(f"state_dict() of MLP(12, 5, 3) holds {told}")


@check("mlp", weight=2)
def test_mlp_values(student, cases):
    """MLP gives the logits of Linear(ReLU(Linear(flattened))), for gray and for colour images of any size"""
    for sizes, shape in (((784, 128, 10), (3, 1, 28, 28)), ((24, 7, 5), (4, 2, 3, 4)), ((36, 9, 3), (2, 1, 6, 6))):
        expect_logits(student, student.MLP(*sizes), reference.MLP(*sizes), cases.images(*shape))


@check("mlp")
def test_mlp_logits(student, cases):
    """MLP ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.MLP(24, 7, 5), cases.images(6, 2, 3, 4), 5)


def logits_of_a_and_b_and_their_sum(model: nn.Module, a: Tensor, b: Tensor) -> list[Tensor]:
    """And those of an image of zeros."""
    with torch.no_grad():
        return [known_weights(model)(x) for x in (a, b, a + b, torch.zeros_like(a))]


def is_affine(four: list[Tensor]) -> bool:
    """Whether f(a) + f(b) = f(a + b) + f(0), for the results of `logits_of_a_and_b_and_their_sum`."""
    of_a, of_b, of_sum, of_zero = four
    return bool((of_a + of_b - of_sum - of_zero).abs().max() <= 1e-9 * float(of_sum.abs().max()))


@check("mlp", weight=0.5)
def test_mlp_not_linear(student, cases):
    """MLP has a ReLU between its layers: it is not just one matrix"""
    inside = beside(student, known_weights, logits_of_a_and_b_and_their_sum)
    a, b = cases.images(3, 1, 4, 5), cases.images(3, 1, 4, 5)
    four = expect(inside.logits_of_a_and_b_and_their_sum(student.MLP(20, 8, 6), a, b)).to_be_a(list, length=4)
    for one in four:
        expect(one).to_have_shape(3, 6)
    expect(not is_affine(four)).to_hold("f(a) + f(b) differs from f(a + b) + f(0), as it does behind a ReLU")


@check("mlp")
def test_mlp_single_images(student, cases):
    """MLP gives a batch of one image (1, out), and the same as for that image in a larger batch"""
    expect_single_images(student, student.MLP(24, 7, 5), reference.MLP(24, 7, 5), cases.images(3, 2, 3, 4))


@check("mlp")
def test_mlp_any_layout(student, cases):
    """MLP takes a batch whose numbers do not lie in order in memory, as after permute"""
    x = cases.images(3, 4, 5, 2)
    found = beside(student).logits_of_a_permuted_batch(student.MLP(40, 7, 5), x)
    expect(found).to_match(logits_of_a_permuted_batch(reference.MLP(40, 7, 5), x))


@check("mlp")
def test_mlp_trains(student, cases):
    """MLP is ready to train: a gradient for every parameter, the same in train mode, inputs left alone"""
    expect_ready_to_train(student, student.MLP(24, 7, 5), cases.images(5, 2, 3, 4), reference.MLP(24, 7, 5))


@check("mlp", weight=0.5)
def test_mlp_own_weights(student):
    """MLP gives every network weights of its own"""
    expect_own_weights(student, student.MLP(24, 7, 5), student.MLP(24, 7, 5))


# ================================================================ lenet


@check("lenet")
def test_classic_size(student):
    """LeNet5Classic has 61,706 parameters, right after it is made"""
    expect(beside(student).number_of_parameters(student.LeNet5Classic())).to_equal(61_706)


@check("lenet", weight=0.5)
def test_classic_names(student):
    """LeNet5Classic calls its layers conv1, conv2, fc1, fc2 and fc3, and saves nothing else"""
    found = expect(beside(student).saved_names_and_shapes(student.LeNet5Classic())).to_be_a(dict)
    right = saved_names_and_shapes(reference.LeNet5Classic())
    expect(sorted(found) == sorted(right)).to_hold(
        "state_dict() has a weight and a bias of conv1, conv2, fc1, fc2 and fc3"
    )


@check("lenet")
def test_classic_shapes(student):
    """LeNet5Classic: what arrives at conv2, fc1, fc2 and fc3 is 6 × 14 × 14, 400, 120 and 84"""
    found = expect(beside(student).shapes_that_arrive(student.LeNet5Classic(), 1, 28, 28)).to_be_a(list)
    expect(found[1:]).to_equal([(6, 14, 14), (400,), (120,), (84,)])


@check("lenet", weight=2)
def test_classic_values(student, cases):
    """LeNet5Classic gives the right logits: sigmoid, then average pooling, and no activation at the end"""
    expect_logits(student, student.LeNet5Classic(), reference.LeNet5Classic(), cases.images(3, 1, 28, 28))


@check("lenet")
def test_modern_size(student):
    """LeNetModern has 37,106 parameters, right after it is made"""
    expect(beside(student).number_of_parameters(student.LeNetModern())).to_equal(37_106)


@check("lenet", weight=0.5)
def test_modern_names(student):
    """LeNetModern calls its layers conv1, conv2, fc1 and fc2, and saves nothing else"""
    found = expect(beside(student).saved_names_and_shapes(student.LeNetModern())).to_be_a(dict)
    right = saved_names_and_shapes(reference.LeNetModern())
    expect(sorted(found) == sorted(right)).to_hold("state_dict() has a weight and a bias of conv1, conv2, fc1 and fc2")


@check("lenet")
def test_modern_shapes(student):
    """LeNetModern: what arrives at conv2, fc1 and fc2 is 6 × 14 × 14, 400 and 84"""
    found = expect(beside(student).shapes_that_arrive(student.LeNetModern(), 1, 28, 28)).to_be_a(list)
    expect(found[1:]).to_equal([(6, 14, 14), (400,), (84,)])


@check("lenet", weight=2)
def test_modern_values(student, cases):
    """LeNetModern gives the right logits: ReLU and max pooling, and no activation at the end"""
    expect_logits(student, student.LeNetModern(), reference.LeNetModern(), cases.images(3, 1, 28, 28))


def loss_of_a_sure_network(model: nn.Module, x: Tensor) -> float:
    """Cross-entropy of its own predictions, when its last layer gives a thousand times as much."""
    scores = logits_with_the_last_layer_doubled(model, x, 1000.0)
    return float(torch.nn.functional.cross_entropy(scores, scores.argmax(1)))


@check("lenet", weight=1.5)
def test_modern_logits(student, cases):
    """LeNetModern ends with logits: a network that is sure and right has a loss near 0, not above 1.4612"""
    x = cases.images(4, 1, 28, 28)
    inside = beside(student, known_weights, logits_with_the_last_layer_doubled, loss_of_a_sure_network)
    expect(inside.loss_of_a_sure_network(student.LeNetModern(), x)).to_be_below(1.0, "cross-entropy")
    expect_plain_logits(student, student.LeNetModern(), x, 10)


@check("lenet")
def test_sequential_layers(student):
    """lenet_sequential is an nn.Sequential of 2 Conv2d, 3 ReLU, 2 MaxPool2d, Flatten and 2 Linear, 37,106 parameters"""
    model = student.lenet_sequential()
    inside = beside(student)
    expect(inside.is_sequential(model)).to_hold("lenet_sequential() is an nn.Sequential")
    expect(inside.kinds_of_layers(model)).to_equal(kinds_of_layers(reference.lenet_sequential()))
    expect(inside.number_of_parameters(model)).to_equal(37_106)


@check("lenet", weight=1.5)
def test_sequential_values(student, cases):
    """lenet_sequential gives the right logits"""
    expect_logits(student, student.lenet_sequential(), reference.lenet_sequential(), cases.images(3, 1, 28, 28))


@check("lenet", weight=1.5)
def test_weights_carried_over(student, cases):
    """lenet_sequential with the weights of LeNetModern gives the logits of LeNetModern"""
    x = cases.images(2, 1, 28, 28)
    found = beside(student).carried_over(student.LeNetModern(), student.lenet_sequential(), x)
    expect(found).to_match(logits(reference.LeNetModern(), x))


@check("lenet")
def test_lenets_single_images(student, cases):
    """All three LeNets give a batch of one image (1, 10), and the same as for that image in a larger batch"""
    x = cases.images(2, 1, 28, 28)
    for name in ("LeNet5Classic", "LeNetModern", "lenet_sequential"):
        expect_single_images(student, getattr(student, name)(), getattr(reference, name)(), x)


@check("lenet")
def test_lenets_train(student, cases):
    """All three LeNets are ready to train: gradients for all parameters, the same in train mode, own weights"""
    x = cases.images(3, 1, 28, 28)
    for name in ("LeNet5Classic", "LeNetModern", "lenet_sequential"):
        expect_ready_to_train(student, getattr(student, name)(), x, getattr(reference, name)())
        expect_own_weights(student, getattr(student, name)(), getattr(student, name)())


# ================================================================ mnist_net


@check("mnist_net")
def test_mnist_net_size(student):
    """mnist_net has 233,578 parameters"""
    expect(beside(student).number_of_parameters(student.mnist_net())).to_equal(233_578)


@check("mnist_net", weight=1.5)
def test_mnist_net_rows(student):
    """mnist_net has the eleven layers of the table, in this order, with these output shapes"""
    found = beside(student).rows_of_layers(student.mnist_net(), 1, 28, 28)
    expect(found).to_equal(rows_of_layers(reference.mnist_net(), 1, 28, 28))


@check("mnist_net", weight=2)
def test_mnist_net_values(student, cases):
    """mnist_net gives the right logits in eval mode"""
    expect_logits(student, student.mnist_net(), reference.mnist_net(), cases.images(2, 1, 28, 28))


@check("mnist_net")
def test_mnist_net_logits(student, cases):
    """mnist_net ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.mnist_net(), cases.images(3, 1, 28, 28), 10)


def dropped_and_scaled(model: nn.Module, x: Tensor) -> tuple[float, float, float]:
    """At the last layer: share of zeros in train mode, how the others are scaled, share of zeros in eval mode."""
    arrived: list[Tensor] = []
    last = [layer for layer in known_weights(model).modules() if isinstance(layer, nn.Linear)][-1]
    last.register_forward_pre_hook(lambda _layer, inputs: arrived.append(inputs[0].detach()))
    torch.manual_seed(5)
    with torch.no_grad():
        model(x)
        model.train()(x)
    whole, left = arrived
    kept = left != 0
    scale = (left[kept] / whole[kept]).mean() if bool(kept.any()) else torch.zeros(())
    return float((left == 0).double().mean()), float(scale), float((whole == 0).double().mean())


@check("mnist_net", weight=1.5)
def test_mnist_net_dropout(student, cases):
    """mnist_net(p) drops a share of p of the 256 numbers before the last layer, in train mode only"""
    inside = beside(student, known_weights, dropped_and_scaled)
    x = cases.images(16, 1, 28, 28)
    for p, model in ((0.5, student.mnist_net()), (0.25, student.mnist_net(0.25)), (0.0, student.mnist_net(p_drop=0.0))):
        found = expect(inside.dropped_and_scaled(model, x)).to_be_a(tuple, length=3)
        zeros, scale, before = (expect(one).to_be_a(float) for one in found)
        expect(before == 0).to_hold("nothing is dropped in eval mode")
        expect(abs(zeros - p) < 0.06).to_hold(f"a share of about {p:g} arrives as 0 at the last layer in train mode")
        expect(abs(scale * (1 - p) - 1) < 1e-6).to_hold(
            f"the others are {1 / (1 - p):.3g} times as large as in eval mode"
        )


@check("mnist_net")
def test_mnist_net_single_images(student, cases):
    """mnist_net gives a batch of one image (1, 10), and the same as for that image in a larger batch"""
    expect_single_images(student, student.mnist_net(), reference.mnist_net(), cases.images(2, 1, 28, 28))


@check("mnist_net")
def test_mnist_net_trains(student, cases):
    """mnist_net is ready to train: a gradient for every parameter, inputs left alone, weights of its own"""
    expect_ready_to_train(student, student.mnist_net(), cases.images(2, 1, 28, 28), None)
    expect_own_weights(student, student.mnist_net(), student.mnist_net())


# ================================================================ strided_cnn

BLOCKS = (
    ((2, 5), (3, 2, 7, 10)),
    ((3, 4, 5, 1), (2, 3, 6, 9)),
    ((2, 3, 1, 3), (2, 2, 8, 11)),
    ((1, 6, 3, 1), (2, 1, 5, 4)),
)


@check("strided_cnn", weight=2)
def test_block_values(student, cases):
    """conv_block gives ReLU of the convolution with padding ks // 2, for kernels of 3, 5, 1 and strides of 2, 1, 3"""
    for setting, shape in BLOCKS:
        model, right = student.conv_block(*setting), reference.conv_block(*setting)
        expect_logits(student, model, right, cases.images(*shape))


@check("strided_cnn")
def test_block_without_relu(student, cases):
    """conv_block with act=False leaves the negative numbers as they are"""
    for setting, shape in BLOCKS[:3]:
        model, right = student.conv_block(*setting, act=False), reference.conv_block(*setting, act=False)
        expect_logits(student, model, right, cases.images(*shape))


@check("strided_cnn")
def test_block_size(student):
    """conv_block is a module with ni · nf · ks · ks weights and nf biases"""
    inside = beside(student)
    for setting, right in (((4, 8), 296), ((4, 8, 5), 808), ((3, 7, 1), 28), ((1, 4, 3, 1, False), 40)):
        expect(inside.number_of_parameters(student.conv_block(*setting))).to_equal(right)


def convolution_after_the_block(model: nn.Module, x: Tensor) -> Tensor:
    """What the convolution has put out, looked at when the block has finished."""
    outputs: list[Tensor] = []
    for layer in known_weights(model).modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _x, output: outputs.append(output.detach()))
    with torch.no_grad():
        model(x)
    return outputs[0]


@check("strided_cnn", weight=0.5)
def test_block_not_in_place(student, cases):
    """conv_block leaves the output of its convolution as it is: the ReLU does not work in place"""
    x = cases.images(2, 2, 5, 8)
    found = beside(student, known_weights, convolution_after_the_block).convolution_after_the_block(
        student.conv_block(2, 4), x
    )
    expect(found).to_match(convolution_after_the_block(reference.conv_block(2, 4), x))


@check("strided_cnn", weight=0.5)
def test_block_trains(student, cases):
    """conv_block is ready to train: a gradient for weight and bias, the same in train mode, weights of its own"""
    expect_ready_to_train(student, student.conv_block(2, 4), cases.images(3, 2, 5, 8), reference.conv_block(2, 4))
    expect_own_weights(student, student.conv_block(2, 4), student.conv_block(2, 4))


@check("strided_cnn")
def test_strided_size(student):
    """strided_cnn has 5,274 parameters, and as many as it should for other channels"""
    inside = beside(student)
    expect(inside.number_of_parameters(student.strided_cnn())).to_equal(5_274)
    expect(inside.number_of_parameters(student.strided_cnn((2, 6, 3)))).to_equal(114 + 165)


@check("strided_cnn")
def test_strided_shapes(student):
    """strided_cnn: its five convolutions see maps with sides of 28, 14, 7, 4 and 2"""
    found = beside(student).shapes_that_arrive(student.strided_cnn(), 1, 28, 28)
    expect(found).to_equal([(1, 28, 28), (4, 14, 14), (8, 7, 7), (16, 4, 4), (16, 2, 2)])


@check("strided_cnn", weight=2)
def test_strided_values(student, cases):
    """strided_cnn gives the right logits, (B, 10), on 28 × 28"""
    expect_logits(student, student.strided_cnn(), reference.strided_cnn(), cases.images(3, 1, 28, 28))


@check("strided_cnn")
def test_strided_channels(student, cases):
    """strided_cnn takes any channels, as tuple or list, and any image: all that is left is flattened"""
    for channels, shape in (((2, 6, 3), (2, 2, 4, 3)), ([1, 5, 4, 7], (3, 1, 9, 20)), ((3, 4), (2, 3, 1, 2))):
        expect_logits(student, student.strided_cnn(channels), reference.strided_cnn(channels), cases.images(*shape))


@check("strided_cnn")
def test_strided_logits(student, cases):
    """strided_cnn has no ReLU after its last convolution: logits may be negative"""
    expect_plain_logits(student, student.strided_cnn((1, 4, 6, 5)), cases.images(6, 1, 8, 8), 5)


@check("strided_cnn", weight=0.5)
def test_strided_not_in_place(student, cases):
    """strided_cnn leaves the outputs of its convolutions as they are: no ReLU works in place"""
    x = cases.images(2, 1, 8, 8)
    inside = beside(student, known_weights, convolution_after_the_block)
    found = inside.convolution_after_the_block(student.strided_cnn((1, 4, 6, 5)), x)
    expect(found).to_match(convolution_after_the_block(reference.strided_cnn((1, 4, 6, 5)), x))


@check("strided_cnn")
def test_strided_trains(student, cases):
    """strided_cnn is an nn.Sequential that is ready to train, for one image as for many"""
    model = student.strided_cnn()
    expect(beside(student).is_sequential(model)).to_hold("strided_cnn() is an nn.Sequential")
    expect_ready_to_train(student, model, cases.images(3, 1, 28, 28), reference.strided_cnn())
    expect_single_images(student, student.strided_cnn(), reference.strided_cnn(), cases.images(2, 1, 28, 28))
    expect_own_weights(student, student.strided_cnn(), student.strided_cnn())


# ================================================================ drawnet


@check("drawnet", weight=1.5)
def test_drawnet_size(student):
    """DrawNet has 11,963 parameters with one block, 6,763 with two and 7,983 with three"""
    inside = beside(student)
    expect(inside.number_of_parameters(student.DrawNet())).to_equal(11_963)
    expect(inside.number_of_parameters(student.DrawNet(n_blocks=2))).to_equal(6_763)
    expect(inside.number_of_parameters(student.DrawNet(n_blocks=3))).to_equal(200 + 2 * 3620 + 543)


@check("drawnet")
def test_drawnet_settings(student):
    """DrawNet follows num_classes and width, each where it belongs"""
    inside = beside(student)
    for setting in ((10, 28, 1, 20), (7, 12, 2, 5), (2, 16, 3, 6)):
        right = number_of_parameters(reference.DrawNet(*setting))
        expect(inside.number_of_parameters(student.DrawNet(*setting))).to_equal(right)


@check("drawnet", weight=1.5)
def test_drawnet_odd_sizes(student):
    """DrawNet rounds odd sizes down at every pooling: 27 → 13 → 6, 50 → 25 → 12 → 6"""
    inside = beside(student)
    for size, n_blocks in ((27, 1), (27, 2), (50, 3), (30, 2)):
        model, right = student.DrawNet(3, size, n_blocks, 4), reference.DrawNet(3, size, n_blocks, 4)
        expect(inside.shapes_that_arrive(model, 1, size, size)).to_equal(shapes_that_arrive(right, 1, size, size))


@check("drawnet", weight=2)
def test_drawnet_one_block(student, cases):
    """DrawNet with one block gives the right logits"""
    expect_logits(student, student.DrawNet(), reference.DrawNet(), cases.images(3, 1, 28, 28))
    setting = 4, 9, 1, 5
    expect_logits(student, student.DrawNet(*setting), reference.DrawNet(*setting), cases.images(2, 1, 9, 9))


@check("drawnet", weight=2)
def test_drawnet_more_blocks(student, cases):
    """DrawNet with two and three blocks gives the right logits: a ReLU in each, a convolution of its own in each"""
    for setting, size in (((4, 13, 2, 5), 13), ((3, 19, 3, 4), 19)):
        expect_logits(student, student.DrawNet(*setting), reference.DrawNet(*setting), cases.images(2, 1, size, size))


@check("drawnet")
def test_drawnet_logits(student, cases):
    """DrawNet ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.DrawNet(5, 12, 1, 4), cases.images(6, 1, 12, 12), 5)


@check("drawnet")
def test_drawnet_single_images(student, cases):
    """DrawNet gives a batch of one drawing (1, classes), and the same as for that drawing in a larger batch"""
    setting = 4, 10, 2, 3
    expect_single_images(student, student.DrawNet(*setting), reference.DrawNet(*setting), cases.images(3, 1, 10, 10))


@check("drawnet")
def test_drawnet_trains(student, cases):
    """DrawNet is ready to train: a gradient for every parameter of every block, the same in train mode"""
    setting = 4, 16, 3, 6
    right = reference.DrawNet(*setting)
    expect_ready_to_train(student, student.DrawNet(*setting), cases.images(4, 1, 16, 16), right)
    expect_own_weights(student, student.DrawNet(*setting), student.DrawNet(*setting))


@check("drawnet")
def test_drawnet_nothing_left(student):
    """DrawNet raises ValueError when the poolings leave no pixel, and works when they leave one"""
    inside = beside(student)
    for size, n_blocks in ((1, 1), (3, 2), (7, 3)):
        expect(lambda size=size, n=n_blocks: student.DrawNet(3, size, n)).to_raise(ValueError)
        fits = student.DrawNet(3, 2**n_blocks, n_blocks, 4)
        right = number_of_parameters(reference.DrawNet(3, 2**n_blocks, n_blocks, 4))
        expect(inside.number_of_parameters(fits)).to_equal(right)


# ================================================================ logreg


@check("logreg")
def test_logreg_size(student):
    """LogReg has 20,410 parameters: 784 weights and a bias for each of 26 classes"""
    expect(beside(student).number_of_parameters(student.LogReg())).to_equal(20_410)


@check("logreg", weight=1.5)
def test_logreg_values(student, cases):
    """LogReg gives the right logits, (B, 26), for images and for rows of 784"""
    model, x = student.LogReg(), cases.images(3, 1, 28, 28)
    expect_logits(student, model, reference.LogReg(), x)
    expect_logits(student, model, reference.LogReg(), x.flatten(1))


@check("logreg")
def test_logreg_linear(student, cases):
    """LogReg is one matrix and a bias, and nothing after it: no ReLU, no sigmoid, no softmax"""
    inside = beside(student, known_weights, logits_of_a_and_b_and_their_sum)
    a, b = cases.images(3, 1, 28, 28), cases.images(3, 1, 28, 28)
    four = expect(inside.logits_of_a_and_b_and_their_sum(student.LogReg(), a, b)).to_be_a(list, length=4)
    for one in four:
        expect(one).to_have_shape(3, 26)
    expect(is_affine(four)).to_hold("f(a) + f(b) = f(a + b) + f(0), as it is for a matrix and a bias")


@check("logreg")
def test_minimal_size(student):
    """MinimalConv has 60,034 parameters, and its dense layer sees 4 · 24 · 24 = 2,304 numbers"""
    inside = beside(student)
    expect(inside.number_of_parameters(student.MinimalConv())).to_equal(60_034)
    expect(inside.shapes_that_arrive(student.MinimalConv(), 1, 28, 28)).to_equal([(1, 28, 28), (2304,)])


@check("logreg", weight=2)
def test_minimal_values(student, cases):
    """MinimalConv gives the right logits, (B, 26)"""
    expect_logits(student, student.MinimalConv(), reference.MinimalConv(), cases.images(3, 1, 28, 28))


@check("logreg")
def test_minimal_logits(student, cases):
    """MinimalConv ends with logits: they may be negative, and nothing comes after the last layer"""
    expect_plain_logits(student, student.MinimalConv(), cases.images(4, 1, 28, 28), 26)


def maps_of_an_image_and_of_it_moved(model: nn.Module, x: Tensor, down: int, right: int) -> list[Tensor]:
    """What the convolution gives for both, for the pixels that are in both pictures."""
    maps: list[Tensor] = []
    for layer in known_weights(model).modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _x, output: maps.append(output.detach()))
    with torch.no_grad():
        model(x)
        model(torch.roll(x, (down, right), dims=(2, 3)))
    return [maps[0][:, :, :-down, :-right], maps[1][:, :, down:, right:]]


@check("logreg", weight=0.5)
def test_minimal_moves_along(student, cases):
    """MinimalConv: when the image moves, the four maps of its convolution move along"""
    inside = beside(student, known_weights, maps_of_an_image_and_of_it_moved)
    x = cases.images(2, 1, 28, 28)
    still, moved = expect(inside.maps_of_an_image_and_of_it_moved(student.MinimalConv(), x, 3, 5)).to_be_a(
        list, length=2
    )
    expect(still).to_match(maps_of_an_image_and_of_it_moved(reference.MinimalConv(), x, 3, 5)[0])
    expect(moved).to_match(still)


@check("logreg")
def test_minimal_refuses_rows(student, cases):
    """MinimalConv stops with an error for rows of 784, which are no images; and takes images"""
    model, inside = student.MinimalConv(), beside(student)
    expect(inside.logits(model, cases.images(2, 1, 28, 28))).to_have_shape(2, 26)
    expect(lambda: inside.logits(model, cases.tensor(2, 784))).to_raise(RuntimeError, ValueError)


@check("logreg")
def test_both_single_images(student, cases):
    """LogReg and MinimalConv give a batch of one image (1, 26), and the same as for that image in a larger batch"""
    x = cases.images(2, 1, 28, 28)
    expect_single_images(student, student.LogReg(), reference.LogReg(), x)
    expect_single_images(student, student.MinimalConv(), reference.MinimalConv(), x)


@check("logreg")
def test_both_train(student, cases):
    """LogReg and MinimalConv are ready to train: gradients for all parameters, the same in train mode, own weights"""
    x = cases.images(3, 1, 28, 28)
    for name in ("LogReg", "MinimalConv"):
        expect_ready_to_train(student, getattr(student, name)(), x, getattr(reference, name)())
        expect_own_weights(student, getattr(student, name)(), getattr(student, name)())
