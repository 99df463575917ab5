"""Right solutions of the exercise `guided_backprop`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F


def guided_backprop__listening(model, x, target=None):
    """A TorchFunctionMode puts a hook on what every ReLU gives."""
    from torch.overrides import TorchFunctionMode

    relus = {F.relu, torch.relu, torch.relu_, torch.Tensor.relu, torch.Tensor.relu_}

    class Listening(TorchFunctionMode):
        heard = 0

        def __torch_function__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            if func in relus:
                self.heard += 1
                if result.requires_grad:
                    result.register_hook(lambda g: g.clamp(min=0))
            return result

    flags = {module: module.training for module in model.modules()}
    model.eval()
    try:
        mode = Listening()
        with torch.enable_grad(), mode:
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            if mode.heard == 0:
                raise ValueError("no ReLU")
            if target is None:
                target = scores.argmax(dim=1)
            picked = scores[torch.arange(len(x)), target]
            return torch.autograd.grad(picked.sum(), image)[0]
    finally:
        for module, flag in flags.items():
            module.training = flag


def guided_backprop__another_relu(model, x, target=None):
    """Every function that is a ReLU is exchanged for an autograd.Function, and put back."""
    import contextlib
    from unittest import mock

    class Guided(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            result = value.clamp(min=0)
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx, g):
            (result,) = ctx.saved_tensors
            return torch.where((result > 0) & (g > 0), g, torch.zeros_like(g))

    calls = []

    def relu(input, inplace=False):
        calls.append(1)
        return Guided.apply(input)

    flags = [(module, module.training) for module in model.modules()]
    with contextlib.ExitStack() as stack:
        for owner in (F, torch, torch.Tensor):
            stack.enter_context(mock.patch.object(owner, "relu", relu))
        for owner in (torch, torch.Tensor):
            stack.enter_context(mock.patch.object(owner, "relu_", relu))
        stack.callback(lambda: [setattr(module, "training", flag) for module, flag in flags])
        model.eval()
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            index = scores.argmax(dim=1) if target is None else target
            total = scores[torch.arange(len(x)), index].sum()
    if not calls:
        raise ValueError("nothing to guide")
    return torch.autograd.grad(total, image)[0]


def guided_backprop__recursive_walk(model, x, target=None):
    """The graph again, with a recursive walk and a hook behind each ReLU instead of before it."""
    found = {}

    def walk(node, seen):
        if node is None or node in seen:
            return
        seen.add(node)
        if node.name().startswith("ReluBackward"):
            found[node] = node.register_hook(lambda down, up: tuple(d.clamp(min=0) for d in down))
        for before, _ in node.next_functions:
            walk(before, seen)

    modes = [module.training for module in model.modules()]
    try:
        model.eval()
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            rows = torch.arange(scores.size(0))
            chosen = scores[rows, scores.argmax(1) if target is None else target]
        walk(chosen.grad_fn, set())
        if len(found) == 0:
            raise ValueError("this model has no ReLU")
        (gradient,) = torch.autograd.grad(chosen, image, torch.ones_like(chosen))
        for handle in found.values():
            handle.remove()
        return gradient
    finally:
        for module, mode in zip(model.modules(), modes):
            module.training = mode


def guided_backprop__list_of_nodes(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        nodes, waiting = [], [picked.grad_fn]
        while waiting:
            node = waiting.pop()
            if node is not None and node not in nodes:
                nodes.append(node)
                waiting += [before for before, _ in node.next_functions]
        relus = [node for node in nodes if node.name() == "ReluBackward0"]
        if not relus:
            raise ValueError("no ReLU")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag
