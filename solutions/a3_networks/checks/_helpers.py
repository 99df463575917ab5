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

from autograder.judge import expect

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


def saved_names_and_shapes(model: nn.Module, asked: Sequence[str] = ()) -> dict[str, tuple[int, ...]]:
    """Of the parameters, but for further names of those that are saved under an asked name."""
    named = dict(model.named_parameters(remove_duplicate=False))
    known = {id(named[name]) for name in asked if name in named}
    return {name: tuple(value.shape) for name, value in named.items() if name in asked or id(value) not in known}


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


def logits(model: nn.Module, x: Tensor) -> Tensor:
    """With the known weights."""
    with torch.no_grad():
        return known_weights(model)(x)


def logits_one_by_one(model: nn.Module, x: Tensor) -> Tensor:
    """Each image in a batch of its own: (B, 1, …)."""
    with torch.no_grad():
        return torch.stack([known_weights(model)(x[i : i + 1]) for i in range(len(x))])


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
    without = [name for name, parameter in named if parameter.grad is None or not bool(parameter.grad.any())]
    return without if named else ["all"]


def numbers_in_common(one: nn.Module, other: nn.Module) -> int:
    """How many parameters are the same tensor in both, or have the same values (and not all 0)."""
    pairs = zip(one.parameters(), other.parameters(), strict=False)
    return sum(a is b or (torch.equal(a, b) and bool((a != a.flatten()[0]).any())) for a, b in pairs)


def expect_logits(student: Any, model: Any, right: nn.Module, x: Tensor) -> None:
    """The same logits with the same weights."""
    expect(student.beside(logits)(model, x)).to_match(logits(right, x))


def expect_plain_logits(student: Any, model: Any, x: Tensor, classes: int) -> None:
    """Negative ones, and twice as large when the last layer gives twice as much."""
    inside = student.beside(logits, logits_with_the_last_layer_doubled)
    plain = expect(inside.logits(model, x)).to_have_shape(len(x), classes)
    twice = expect(inside.logits_with_the_last_layer_doubled(model, x)).to_have_shape(len(x), classes)
    expect(bool((plain < 0).any())).to_hold("some logits are negative: nothing cuts them off after the last layer")
    same = bool((twice - 2 * plain).abs().max() <= 1e-9 * float(plain.abs().max()))
    expect(same).to_hold(
        "what comes out of the last layer is the result: twice the weights, twice the logits (no softmax)"
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


def expect_own_weights(student: Any, one: Any, other: Any) -> None:
    """Two networks are two networks."""
    count = expect(student.beside(numbers_in_common)(one, other)).to_be_a(int)
    expect(count == 0).to_hold("two networks have no weights in common, and start from different random numbers")


def logits_of_a_and_b_and_their_sum(model: nn.Module, a: Tensor, b: Tensor) -> list[Tensor]:
    """And those of an image of zeros."""
    with torch.no_grad():
        return [known_weights(model)(x) for x in (a, b, a + b, torch.zeros_like(a))]


def is_affine(four: list[Tensor]) -> bool:
    """Whether f(a) + f(b) = f(a + b) + f(0), for the results of `logits_of_a_and_b_and_their_sum`."""
    of_a, of_b, of_sum, of_zero = four
    return bool((of_a + of_b - of_sum - of_zero).abs().max() <= 1e-9 * float(of_sum.abs().max()))
