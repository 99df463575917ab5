"""Right solutions of the exercise `count_params`, written differently: none of them may lose a point. Named function__how."""

import torch
from torch import nn


def conv_params__asks_torch(c_in, c_out, k, bias=True):
    layer = nn.Conv2d(c_in, c_out, k, bias=bias)
    return sum(p.numel() for p in layer.parameters())


def conv_params__one_kernel_at_a_time(c_in, c_out, k, bias=True):
    if isinstance(k, int):
        k = (k, k)
    one_kernel = k[0] * k[1] * c_in + int(bias)
    return one_kernel * c_out


def count_params__loop(model, trainable_only=False):
    total = 0
    for parameter in model.parameters():
        if trainable_only and not parameter.requires_grad:
            continue
        total += parameter.nelement()
    return total


def count_params__named(model, trainable_only=False):
    sizes = {name: p.numel() for name, p in model.named_parameters() if not trainable_only or p.requires_grad}
    return sum(sizes.values())


def count_params__module_by_module(model, trainable_only=False):
    seen, total = set(), 0
    for module in model.modules():
        for p in module.parameters(recurse=False):
            if p not in seen and (p.requires_grad or not trainable_only):
                seen.add(p)
                size = 1
                for side in p.shape:
                    size *= side
                total += size
    return total


def layer_table__mode_by_mode(model, input_shape):
    table, seen, handles = [], [], []
    was_training = [m for m in model.modules() if m.training]

    def hook(module, args, output):
        fresh = [p for p in module.parameters(recurse=False) if not any(p is old for old in seen)]
        seen.extend(fresh)
        table.append((module.__class__.__name__, tuple(output[0].shape), sum(p.numel() for p in fresh)))

    parameters = list(model.parameters())
    kind = {"dtype": parameters[0].dtype, "device": parameters[0].device} if parameters else {}
    for module in model.modules():
        if len(list(module.children())) == 0:
            handles.append(module.register_forward_hook(hook))
    model.eval()
    try:
        with torch.inference_mode():
            model(torch.zeros((1, *input_shape), **kind))
    finally:
        for module in was_training:
            module.training = True
        while handles:
            handles.pop().remove()
    return table


def layer_table__exit_stack(model, input_shape):
    from contextlib import ExitStack

    first = next(iter(model.parameters()), None)
    image = torch.zeros(2, *input_shape) if first is None else first.detach().new_zeros(2, *input_shape)
    rows, counted = [], {}

    def note(layer, _inputs, output):
        before = len(counted) and sum(counted.values())
        counted.update((id(p), p.numel()) for p in layer.parameters())
        rows.append((layer._get_name(), tuple(int(n) for n in output.size()[1:]), sum(counted.values()) - before))

    with ExitStack() as stack, torch.no_grad():
        for layer in model.modules():
            stack.callback(setattr, layer, "training", layer.training)
            if next(layer.children(), None) is None:
                stack.callback(layer.register_forward_hook(note).remove)
        model.train(False)
        model(image)
    return rows
