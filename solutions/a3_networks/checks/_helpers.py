"""What the checks of several exercises share.

Networks stay in the box as handles. The helpers below are run beside them, and here on the reference: they give
both the same weights (by shape and place, whatever the layers are called), in float64 and eval mode; plain data
comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge import expect, value_of

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


def number_of_parameters(model: nn.Module, each: int = 1) -> int:
    """Of all layers together; each of them counts as much as nobody knows beforehand."""
    return sum(parameter.numel() * each for parameter in model.parameters())


def saved_names_and_shapes(model: nn.Module, asked: Sequence[str] = ()) -> dict[str, tuple[int, ...]]:
    """Of the parameters, but for further names of those that are saved under an asked name."""
    named = dict(model.named_parameters(remove_duplicate=False))
    known = {id(named[name]) for name in asked if name in named}
    return {name: tuple(value.shape) for name, value in named.items() if name in asked or id(value) not in known}


def saved_numbers(model: nn.Module, level: float, asked: Sequence[str]) -> dict[str, float]:
    """The first number of all that `saved_names_and_shapes` names, after all parameters were set to one level."""
    for parameter in model.double().parameters():
        parameter.data.fill_(level)
    saved = dict(model.named_parameters(remove_duplicate=False))
    return {name: float(saved[name].flatten()[0]) for name in saved_names_and_shapes(model, asked)}


def shapes_that_arrive(model: nn.Module, *shape: int) -> list[tuple[int, ...]]:
    """What arrives at every convolution and dense layer, for a batch of this shape."""
    shapes: list[tuple[int, ...]] = []
    layers = [layer for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    for layer in layers:
        layer.register_forward_pre_hook(lambda _layer, inputs: shapes.append(tuple(inputs[0].shape)))
    with torch.no_grad():
        model.eval()(torch.zeros(*shape, device=next(model.parameters()).device))
    return shapes


def is_sequential(model: nn.Module) -> bool:
    """Whether it is an nn.Sequential."""
    return isinstance(model, nn.Sequential)


def logits(model: nn.Module, x: Tensor) -> Tensor:
    """With the known weights."""
    with torch.no_grad():
        return known_weights(model)(x)


def logits_one_by_one(model: nn.Module, x: Tensor) -> Tensor:
    """Each image in a batch of its own: (B, 1, …)."""
    with torch.no_grad():
        return torch.stack([known_weights(model)(x[i : i + 1]) for i in range(len(x))])


def logits_with_a_larger_last_layer(model: nn.Module, x: Tensor, times: float) -> Tensor | None:
    """All that the last convolution or dense layer gives is so many times as large; None when none is called."""
    called: list[nn.Module] = []
    layers = [layer for layer in known_weights(model).modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(lambda layer, _x, _y: called.append(layer)) for layer in layers]
    with torch.no_grad():
        model(x)
        for hook in hooks:
            hook.remove()
        if not called:
            return None
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
    without = [name for name, parameter in named if parameter.grad is None or not bool(parameter.grad.any())]
    return without if named else ["all"]


def have_numbers_in_common(one: nn.Module, others: Sequence[nn.Module]) -> list[bool]:
    """Whether a parameter of `one` is the same tensor in the other, or has the same values (and not all 0)."""
    found = []
    for other in others:
        pairs = zip(one.parameters(), other.parameters(), strict=False)
        same = (a is b or (torch.equal(a, b) and bool((a != a.flatten()[0]).any())) for a, b in pairs)
        found.append(any(same))
    return found


# ================================================================ what is expected of the networks

CALLED = "the network calls its layers, as in self.fc(x): to use their weights alone is not enough"


def expect_size(student: Any, cases: Any, model: Any, right: int) -> None:
    """So many parameters."""
    each = int(cases.rng.integers(1_000, 1_000_000))
    found = expect(student.beside(number_of_parameters)(model, each)).to_be_a(int)
    expect(found / each if found % each else found // each).to_equal(right)


def expect_saved_names(student: Any, cases: Any, model: Any, right: nn.Module) -> None:
    """The weights are saved under the names of the right network, and nothing else is."""
    names, level = list(saved_names_and_shapes(right)), float(cases.rng.uniform(1, 2))
    found = expect(student.beside(saved_numbers)(model, level, names)).to_be_a(dict)
    *first, last = dict.fromkeys(name.split(".")[0] for name in names)
    expect(found == dict.fromkeys(names, level)).to_hold(
        f"state_dict() has a weight and a bias of {', '.join(first)} and {last}"
    )


def expect_arrivals(student: Any, cases: Any, model: Any, *image: int) -> list[tuple[int, ...]]:
    """The shapes that arrive at the layers, without the batch, which has a size that nobody knows beforehand."""
    batch = int(cases.rng.integers(5, 90))
    found = expect(student.beside(shapes_that_arrive)(model, batch, *image)).to_be_a(list)
    expect(all(shape[0] == batch for shape in found)).to_hold("the batch is the first axis of all that arrives")
    return [tuple(shape[1:]) for shape in found]


def expect_logits(student: Any, model: Any, right: nn.Module, x: Tensor) -> None:
    """The same logits with the same weights."""
    expect(student.beside(logits)(model, x)).to_match(logits(right, x))


def expect_plain_logits(student: Any, model: Any, x: Tensor, classes: int) -> None:
    """Negative ones, and so many times as large when the last layer gives so many times as much."""
    inside = student.beside(logits, logits_with_a_larger_last_layer)
    times = 2 + float(x.flatten()[0].abs())
    plain = expect(inside.logits(model, x)).to_have_shape(len(x), classes)
    larger = inside.logits_with_a_larger_last_layer(model, x, times)
    expect(value_of(larger) is not None).to_hold(CALLED)
    more = expect(larger).to_have_shape(len(x), classes)
    expect(bool((plain < 0).any())).to_hold("some logits are negative: nothing cuts them off after the last layer")
    same = bool((more - times * plain).abs().max() <= 1e-9 * float(plain.abs().max()))
    expect(same).to_hold(
        f"what comes out of the last layer is the result: {times:.3g} times the weights and biases of that layer, "
        f"{times:.3g} times the logits (no softmax)"
    )


def expect_single_images(student: Any, model: Any, right: nn.Module, x: Tensor) -> None:
    """Batches of one keep their axis, and give what they give in a larger one."""
    expect(student.beside(logits_one_by_one)(model, x)).to_match(logits_one_by_one(right, x))


def expect_ready_to_train(student: Any, model: Any, x: Tensor, right: nn.Module | None) -> None:
    """Gradients everywhere, the input left alone and, but for dropout, the same in train mode."""
    inside = student.beside(parameters_without_a_gradient, logits, logits_in_train_mode)
    expect(lambda: inside.logits(model, x)).to_leave_inputs_alone()
    if right is not None:
        expect(inside.logits_in_train_mode(model, x)).to_match(logits_in_train_mode(right, x))
    without = expect(inside.parameters_without_a_gradient(model, x)).to_be_a(list)
    expect(without == []).to_hold("every parameter of the network gets a gradient")


def expect_own_weights(student: Any, cases: Any, one: Any, other: Any) -> None:
    """Two networks are two networks; among them is, at places that nobody knows beforehand, the first itself."""
    pattern = [bool(flag) for flag in cases.rng.permutation([place % 2 == 0 for place in range(14)])]
    found = student.beside(have_numbers_in_common)(one, [one if flag else other for flag in pattern])
    expect(found == pattern).to_hold("two networks have no weights in common, and start from different random numbers")


def logits_of_a_b_sum_and_zero(student: Any, cases: Any, model: Any, image: tuple[int, ...], out: int) -> list[Tensor]:
    """Of images a and b, of a + b, and of images of zeros: they pass as one batch, mixed as the seed says."""
    a, b = cases.images(3, *image), cases.images(3, *image)
    x, order = torch.cat([a, b, a + b, torch.zeros_like(a)]), torch.from_numpy(cases.rng.permutation(12))
    found = expect(student.beside(logits)(model, x[order])).to_have_shape(12, out)
    four = list(found[order.argsort()].chunk(4))
    alike = bool((four[3] - four[3][0]).abs().max() <= 1e-9 * float(found.abs().max()))
    expect(alike).to_hold("equal images in a batch have equal logits")
    return four


def is_affine(four: list[Tensor]) -> bool:
    """Whether f(a) + f(b) = f(a + b) + f(0), for the results of `logits_of_a_b_sum_and_zero`."""
    of_a, of_b, of_sum, of_zero = four
    return bool((of_a + of_b - of_sum - of_zero).abs().max() <= 1e-9 * float(of_sum.abs().max()))
