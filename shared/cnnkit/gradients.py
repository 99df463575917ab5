"""Numerical gradients: what autograd should give, measured from the function alone."""

from __future__ import annotations

from collections.abc import Callable

import torch

from cnnkit.compare import compare

Function = Callable[..., torch.Tensor]


def numerical_gradient(function: Function, x: torch.Tensor, step: float = 1e-6) -> torch.Tensor:
    """Gradient of a scalar `function(x)` by central differences, (f(x + h) − f(x − h)) / 2h: float64, shape of x."""
    point = x.detach().double().clone().contiguous()
    gradient = torch.zeros_like(point)
    flat, slopes = point.view(-1), gradient.view(-1)
    with torch.no_grad():
        for index in range(flat.numel()):
            middle = flat[index].item()
            flat[index] = middle + step
            above = function(point).item()
            flat[index] = middle - step
            below = function(point).item()
            flat[index] = middle
            slopes[index] = (above - below) / (2 * step)
    return gradient


def compare_gradients(function: Function, x: torch.Tensor, step: float = 1e-6, tolerance: float = 1e-6) -> str:
    """Autograd's gradient of a scalar `function(x)` against the numerical one: a sentence that starts with ✓ or ✗.

    `tolerance` is relative to the largest entry of the gradient. The function is called with float64.
    """
    point = x.detach().double().clone().requires_grad_()
    value = function(point)
    exact = torch.autograd.grad(value, point, allow_unused=True)[0] if value.requires_grad else None
    if exact is None:
        return "✗ Autograd cannot trace the result back to x: avoid .item(), .detach(), .numpy() and torch.tensor(…)."
    measured = numerical_gradient(function, x, step)
    mismatch = compare(exact, measured, rtol=tolerance, atol=tolerance, name="the gradient")
    return f"✗ {mismatch.sentence()}" if mismatch else "✓ Autograd and the numerical gradient agree."
