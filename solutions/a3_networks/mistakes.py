"""Known wrong solutions of a3_networks, each with the hint that a student who made it reads.

A catalogue, not a program: one function or class per misconception, self-contained, with the student's signature.
`convgrade prove` puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of
graders' experience. Where two look alike on every failed check the first is named, so the narrower one stands first.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import mistake


# ================================================================ count_params: conv_params


@mistake(
    "count_params", replaces="conv_params", hint="A kernel of size k has k · k numbers in each slice; you used k once."
)
def kernel_side_only_once(c_in, c_out, k, bias=True):
    size = k if isinstance(k, int) else k[0] * k[1]
    return c_out * c_in * size + (c_out if bias else 0)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="A kernel may be a pair (height, width). Yours stops there: unpack it first, kh, kw = (k, k) if isinstance(k, int) else k.",
)
def squares_a_pair(c_in, c_out, k, bias=True):
    return c_out * c_in * k**2 + (c_out if bias else 0)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="Of a kernel (height, width) you use the height twice. Multiply the two.",
)
def height_twice(c_in, c_out, k, bias=True):
    side = k if isinstance(k, int) else k[0]
    return c_out * c_in * side * side + (c_out if bias else 0)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="The bias is missing: each output channel learns one more number, unless bias=False. Conv2d(1, 32, 3) has 320, not 288.",
)
def forgets_the_bias(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * c_in * kh * kw


@mistake("count_params", replaces="conv_params", hint="With bias=False there is none to count.")
def counts_the_bias_always(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * (c_in * kh * kw + 1)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="The bias belongs to the output channels: one for each of them, c_out in all, not c_in.",
)
def one_bias_per_input_channel(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * c_in * kh * kw + (c_in if bias else 0)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="Not every slice has a bias: the slices of a kernel are added up first, then comes one bias per output channel.",
)
def one_bias_per_slice(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * c_in * (kh * kw + (1 if bias else 0))


@mistake(
    "count_params",
    replaces="conv_params",
    hint="There is more than one bias: every output channel has its own, c_out in all.",
)
def a_single_bias(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * c_in * kh * kw + (1 if bias else 0)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="A kernel has a slice for every input channel: multiply by c_in as well.",
)
def forgets_the_input_channels(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * kh * kw + (c_out if bias else 0)


@mistake(
    "count_params",
    replaces="conv_params",
    hint="Every output channel has a whole kernel of its own: multiply by c_out as well.",
)
def forgets_the_output_channels(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_in * kh * kw + (c_out if bias else 0)


@mistake(
    "count_params", replaces="conv_params", hint="Return a plain int; yours is a tensor. The arithmetic needs no torch."
)
def count_in_a_tensor(c_in, c_out, k, bias=True):
    kh, kw = (k, k) if isinstance(k, int) else k
    return torch.tensor(c_out * c_in * kh * kw + (c_out if bias else 0))


# ================================================================ count_params: count_params


@mistake(
    "count_params",
    replaces="count_params",
    hint="state_dict() also holds buffers, such as the running mean and variance of batch norm. They are measured, not learned. Go through parameters() instead.",
)
def counts_the_state_dict(model, trainable_only=False):
    if trainable_only:
        return sum(p.numel() for p in model.parameters() if p.requires_grad)
    return sum(value.numel() for value in model.state_dict().values())


@mistake(
    "count_params",
    replaces="count_params",
    hint="state_dict() does not know what is frozen, nor that running means are measured and not learned. Go through parameters(), and ask each for requires_grad.",
)
def counts_whatever_is_saved(model, trainable_only=False):
    return sum(value.numel() for value in model.state_dict().values())


@mistake(
    "count_params",
    replaces="count_params",
    hint="Buffers (running mean, running variance) are not learned: leave them out.",
)
def adds_the_buffers(model, trainable_only=False):
    total = sum(p.numel() for p in model.parameters() if p.requires_grad or not trainable_only)
    return total + sum(b.numel() for b in model.buffers())


@mistake(
    "count_params",
    replaces="count_params",
    hint="A weight that two layers share is one tensor, learned once: count it once. parameters() of the whole model does that.",
)
def counts_shared_weights_twice(model, trainable_only=False):
    named = model.named_parameters(remove_duplicate=False)
    return sum(p.numel() for _, p in named if p.requires_grad or not trainable_only)


@mistake(
    "count_params",
    replaces="count_params",
    hint="trainable_only makes no difference in yours. A frozen parameter has requires_grad=False.",
)
def ignores_trainable_only(model, trainable_only=False):
    return sum(p.numel() for p in model.parameters())


@mistake(
    "count_params",
    replaces="count_params",
    hint="With trainable_only you count the frozen parameters instead of the others: requires_grad is True for those that train.",
)
def counts_the_frozen_ones(model, trainable_only=False):
    return sum(p.numel() for p in model.parameters() if p.requires_grad != trainable_only or not trainable_only)


@mistake(
    "count_params",
    replaces="count_params",
    hint="Without trainable_only the frozen parameters count too: they are numbers of the model as well.",
)
def leaves_out_the_frozen_always(model, trainable_only=False):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@mistake(
    "count_params",
    replaces="count_params",
    hint="You counted the tensors, not the numbers in them: p.numel() is how many a tensor has.",
)
def counts_the_tensors(model, trainable_only=False):
    return sum(1 for p in model.parameters() if p.requires_grad or not trainable_only)


@mistake(
    "count_params",
    replaces="count_params",
    hint="The biases are missing: count every parameter, not only those with two or more axes.",
)
def counts_the_weights_only(model, trainable_only=False):
    return sum(p.numel() for p in model.parameters() if p.ndim > 1 and (p.requires_grad or not trainable_only))


@mistake(
    "count_params",
    replaces="count_params",
    hint="You look one level deep only. A layer may sit in a Sequential in a Sequential: model.parameters() goes all the way down.",
)
def looks_one_level_deep(model, trainable_only=False):
    layers = [model, *model.children()]
    found = [p for layer in layers for p in layer.parameters(recurse=False)]
    return sum(p.numel() for p in found if p.requires_grad or not trainable_only)


@mistake(
    "count_params",
    replaces="count_params",
    hint="A module may own parameters beside its layers (nn.Parameter as an attribute). Going only through the layers misses them: model.parameters() has them all.",
)
def goes_through_the_layers_only(model, trainable_only=False):
    leaves = [m for m in model.modules() if not list(m.children()) and m is not model]
    found = {id(p): p for m in leaves for p in m.parameters()}.values()
    return sum(p.numel() for p in found if p.requires_grad or not trainable_only)


@mistake(
    "count_params",
    replaces="count_params",
    hint="You count only convolutions and dense layers. Batch norm learns a weight and a bias per channel too.",
)
def knows_two_kinds_of_layers(model, trainable_only=False):
    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    found = {id(p): p for m in layers for p in m.parameters()}.values()
    return sum(p.numel() for p in found if p.requires_grad or not trainable_only)


@mistake(
    "count_params",
    replaces="count_params",
    hint="A convolution's weight has four axes, (c_out, c_in, kh, kw): you multiplied only the first two. p.numel() multiplies all.",
)
def multiplies_two_axes(model, trainable_only=False):
    sizes = [math.prod(p.shape[:2]) for p in model.parameters() if p.requires_grad or not trainable_only]
    return sum(sizes)


@mistake("count_params", replaces="count_params", hint="Return a plain int; yours is a tensor.")
def total_in_a_tensor(model, trainable_only=False):
    sizes = [p.numel() for p in model.parameters() if p.requires_grad or not trainable_only]
    return torch.tensor(sizes).sum()


# ================================================================ count_params: layer_table


@mistake(
    "count_params",
    replaces="layer_table",
    hint="The first axis of a shape is the batch, 1 here. The table is about one image: output.shape[1:].",
)
def keeps_the_batch_axis(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You note what goes into each layer. The table says what comes out: the third argument of the hook.",
)
def notes_the_input_shape(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(inputs[0].shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Your hooks stay on the model and run with every batch from now on. register_forward_hook gives back a handle: call its remove().",
)
def leaves_its_hooks(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        pass
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Nothing is tidied up: your hooks run with every batch from now on, and the model stays in eval mode. Remove each hook by its handle, and put every module back into its mode.",
)
def tidies_up_nothing(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(note)
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device))
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You cleared every hook of the model, also those that somebody else had put there. Remove only your own, by the handles that register_forward_hook gives back.",
)
def takes_all_hooks_away(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for module in modes:
            module._forward_hooks.clear()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="The image passes in train mode: batch norm mixes your zeros into its running statistics, and needs more than one value. Call model.eval() first.",
)
def passes_in_train_mode(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        pass
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="The model stays in eval mode. Whoever trains it next does so without dropout, and will wonder. Put every module back into its mode.",
)
def leaves_the_model_in_eval(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        pass
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="model.train() afterwards switches every module to train, also one that had been in eval on purpose. Remember each module's flag `training`.",
)
def trains_everything_afterwards(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        model.train()
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You remember the mode of the model, and model.train(mode) sets it for everything inside. A part that was in eval on purpose comes back in train. Remember the flag of each module.",
)
def restores_one_mode_for_all(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        model.train(modes[model])
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You put back the flag of the model itself, but eval() has changed that of every module inside.",
)
def restores_the_top_only(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        model.training = modes[model]
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="An nn.Sequential (or the model itself) got a row of its own. Layers are the modules without children: not list(module.children()).",
)
def containers_get_rows(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in modes]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You look one level deep only: what sits inside a Sequential inside the model has no rows. model.modules() goes all the way down.",
)
def top_level_layers_only(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in list(model.children()) or [model]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="A model may be a single layer without children: it then has a row too. model.modules() begins with the model itself.",
)
def forgets_a_model_that_is_a_layer(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [
        module.register_forward_hook(note) for module in [m for m in modes if m is not model and not list(m.children())]
    ]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Parameters that a row above has counted already count again in yours: the column no longer adds up to count_params(model). Keep a set of what you have seen.",
)
def counts_at_every_call(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = list(layer.parameters())
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Only the weights are counted; a layer's bias is one of its parameters too. Go through layer.parameters().",
)
def forgets_the_bias_of_a_layer(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for name, p in layer.named_parameters() if name == "weight" and id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Batch norm has too many: running mean and variance are buffers, not parameters.",
)
def counts_running_statistics(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append(
            (
                type(layer).__name__,
                tuple(output.shape[1:]),
                sum(p.numel() for p in new) + sum(b.numel() for b in layer.buffers()),
            )
        )

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params", replaces="layer_table", hint="The name is that of the class alone, 'Conv2d', without a number."
)
def numbers_the_layers(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((f"{type(layer).__name__}-{len(rows) + 1}", tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="str(layer) is the layer with all its settings. The name of its class is type(layer).__name__.",
)
def prints_the_layer(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((str(layer), tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake("count_params", replaces="layer_table", hint="The shape should be a tuple of ints; yours is a list.")
def shape_in_a_list(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, list(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params", replaces="layer_table", hint="A row should be a tuple (layer, shape, params); yours is a list."
)
def row_in_a_list(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append([type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)])

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Your image is float32, whatever the model is. A model in float64 refuses it: make the image with the dtype of the first parameter.",
)
def image_always_float32(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="Your image is on the CPU, wherever the model is. Make it on the device of the first parameter: device=first.device.",
)
def image_always_on_the_cpu(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="next(model.parameters()) stops with StopIteration when the model has none. next(model.parameters(), None) gives None instead.",
)
def needs_a_first_parameter(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters())
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="A network takes a batch: the image needs an axis in front, (1, *input_shape). Without it the first axis you cut off is the channels.",
)
def image_without_a_batch(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(*input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You switched requires_grad off, and the model will not train any more. torch.no_grad() around the call is enough.",
)
def freezes_the_model(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]
    try:
        model.requires_grad_(False).eval()
        with torch.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="When the model raises an error your last lines are never reached: hooks and eval mode stay. Put the tidying into finally: it runs in any case.",
)
def tidies_up_only_after_success(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device))
    for hook in hooks:
        hook.remove()
    for module, mode in modes.items():
        module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You catch the error of the model and keep it to yourself. Tidy up in finally and let it go on: the caller has to know.",
)
def keeps_the_error_to_itself(model, input_shape):
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]
    try:
        model.eval()
        with torch.no_grad():
            model(torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device))
    except Exception as error:
        print(error)
    for hook in hooks:
        hook.remove()
    for module, mode in modes.items():
        module.training = mode
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="One row per module, in the order in which they were written down. A layer may be called twice, or in another order: add a row whenever the hook is called.",
)
def one_row_per_module(model, input_shape):
    shapes = {}
    first = next(model.parameters(), torch.zeros(()))
    modes = {module: module.training for module in model.modules()}
    leaves = [module for module in modes if not list(module.children())]
    hooks = [m.register_forward_hook(lambda m, x, y: shapes.update({m: tuple(y.shape[1:])})) for m in leaves]
    try:
        model.eval()
        with torch.no_grad():
            model(torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device))
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes.items():
            module.training = mode
    rows, counted = [], set()
    for m in leaves:
        if m in shapes:
            new = [p for p in m.parameters() if id(p) not in counted]
            counted.update(id(p) for p in new)
            rows.append((type(m).__name__, shapes[m], sum(p.numel() for p in new)))
    return rows


@mistake(
    "count_params",
    replaces="layer_table",
    hint="You send the image from layer to layer yourself, in the order of modules(). That is right for a chain only: call the model, and let hooks tell you.",
)
def walks_through_the_modules(model, input_shape):
    rows, counted = [], set()
    first = next(model.parameters(), torch.zeros(()))
    x = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        with torch.no_grad():
            for m in modes:
                if not list(m.children()):
                    x = m(x)
                    new = [p for p in m.parameters() if id(p) not in counted]
                    counted.update(id(p) for p in new)
                    rows.append((type(m).__name__, tuple(x.shape[1:]), sum(p.numel() for p in new)))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return rows


# ================================================================ mlp


@mistake("mlp", replaces="MLP", hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.")
class softmax_after_the_mlp(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return torch.softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=-1)


@mistake(
    "mlp",
    replaces="MLP",
    hint="Your softmax runs over axis 0, the batch: images compete with each other. And there should be none at all: return the logits.",
)
class softmax_over_the_batch(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return torch.softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=0)


@mistake(
    "mlp", replaces="MLP", hint="There is a log_softmax at the end. cross_entropy takes it itself; return the logits."
)
class log_softmax_after_the_mlp(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)


@mistake(
    "mlp",
    replaces="MLP",
    hint="The ReLU after the last layer cuts off all negative logits. It belongs between the two layers only.",
)
class relu_on_the_logits(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return F.relu(self.fc2(F.relu(self.fc1(x.flatten(1)))))


@mistake(
    "mlp", replaces="MLP", hint="There is a sigmoid at the end. The network should return logits, numbers of any size."
)
class sigmoid_on_the_logits(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return torch.sigmoid(self.fc2(F.relu(self.fc1(x.flatten(1)))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="There is nothing between the two layers, so together they are just one matrix. Put a ReLU there.",
)
class no_relu_between(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(self.fc1(x.flatten(1)))


@mistake(
    "mlp", replaces="MLP", hint="Your ReLU acts on the pixels, before the first layer. It belongs between the layers."
)
class relu_before_the_first_layer(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(self.fc1(F.relu(x.flatten(1))))


@mistake("mlp", replaces="MLP", hint="The activation between the layers should be ReLU, yours is a sigmoid.")
class sigmoid_between(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(torch.sigmoid(self.fc1(x.flatten(1))))


@mistake("mlp", replaces="MLP", hint="The activation between the layers should be ReLU, yours is tanh.")
class tanh_between(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="The activation between the layers should be ReLU, yours lets a part of the negative numbers through.",
)
class leaky_relu_between(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.leaky_relu(self.fc1(x.flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="flatten() without an argument melts the whole batch into one row. Keep axis 0: x.flatten(1).",
)
class flattens_the_batch_as_well(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten())))


@mistake(
    "mlp",
    replaces="MLP",
    hint="view works only on memory that lies in one piece; a permuted batch does not. Use flatten(1) or reshape.",
)
class view_on_any_layout(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.view(x.shape[0], -1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="reshape(-1, B).T has the right shape, but each row holds pixels of several images. Put the batch first: reshape(B, -1).",
)
class mixes_the_images_in_the_reshape(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.reshape(-1, x.shape[0]).T)))


@mistake(
    "mlp",
    replaces="MLP",
    hint="You moved the channels last before flattening; the weights expect the whole first channel first. flatten(1) alone is right.",
)
class channels_last_before_flattening(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.permute(0, 2, 3, 1).flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="You take channel 0 only. A colour image has its other channels in the row as well: x.flatten(1).",
)
class first_channel_only(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x[:, 0].flatten(1))))


@mistake("mlp", replaces="MLP", hint="squeeze also removes the batch axis when there is only one image. Leave it out.")
class squeezes_the_logits(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1)))).squeeze()


@mistake(
    "mlp", replaces="MLP", hint="The first layer always has 784 inputs. Take in_features: an image of 6 × 6 has 36."
)
class always_784_inputs(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(784, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("mlp", replaces="MLP", hint="The hidden layer always has 128 numbers. Take the argument hidden.")
class always_128_hidden(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, 128)
        self.fc2 = nn.Linear(128, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("mlp", replaces="MLP", hint="There are always ten classes. Take the argument out.")
class always_ten_classes(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, 10)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("mlp", replaces="MLP", hint="The layers have no bias. Leave bias=False out.")
class without_bias(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, out, bias=False)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "mlp", replaces="MLP", hint="There are three dense layers; it should be two, from in_features to hidden to out."
)
class one_layer_too_many(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)
        self.fc3 = nn.Linear(out, out)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="There is a Dropout in it that nobody asked for: it gives something else in train mode than in eval mode.",
)
class dropout_in_the_mlp(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.fc2(self.drop(F.relu(self.fc1(x.flatten(1)))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="There is a batch norm in it that nobody asked for: it adds parameters, and the images of a batch know of each other.",
)
class batch_norm_in_the_mlp(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)
        self.norm = nn.BatchNorm1d(hidden)

    def forward(self, x):
        return self.fc2(F.relu(self.norm(self.fc1(x.flatten(1)))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="The layers should be called fc1 and fc2: under these names the weights are saved, and only under them a saved file can be loaded.",
)
class layers_of_other_names(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.linear1 = nn.Linear(in_features, hidden)
        self.linear2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.linear2(F.relu(self.linear1(x.flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="In a Sequential the layers are called net.1 and net.3. Make them attributes fc1 and fc2.",
)
class layers_called_by_their_number(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(in_features, hidden), nn.ReLU(), nn.Linear(hidden, out))

    def forward(self, x):
        return self.net(x)


@mistake(
    "mlp",
    replaces="MLP",
    hint="The layers are in a Python list, where nn.Module does not look: they are not registered, and never trained. Make them attributes fc1 and fc2.",
)
class layers_in_a_list(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.layers = [nn.Linear(in_features, hidden), nn.Linear(hidden, out)]

    def forward(self, x):
        return self.layers[1](F.relu(self.layers[0](x.flatten(1))))


@mistake("mlp", replaces="MLP", hint="detach() between the layers cuts the way back: fc1 never learns. Leave it out.")
class cuts_the_gradient(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))).detach())


@mistake(
    "mlp",
    replaces="MLP",
    hint="with torch.no_grad() inside forward: no parameter ever gets a gradient. It belongs around the evaluation, not into the network.",
)
class computes_without_gradients(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        with torch.no_grad():
            return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="You changed the batch itself (an operation that ends in _, or x -= …). Work on a new tensor.",
)
class normalises_the_input_in_place(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.clamp_(0, 1).flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="super().__init__() is missing at the beginning of __init__: nn.Module cannot keep its books without it.",
)
class forgets_super_init(nn.Module):
    def __init__(self, in_features=784, hidden=128, out=10):
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "mlp",
    replaces="MLP",
    hint="All networks of yours share the same layers: they are made once for the class. Make them in __init__, as attributes of self.",
)
class layers_of_the_class(nn.Module):
    made = {}

    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        sizes = in_features, hidden, out
        if sizes not in self.made:
            self.made[sizes] = nn.Linear(in_features, hidden), nn.Linear(hidden, out)
        self.fc1, self.fc2 = self.made[sizes]

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("mlp", replaces="MLP.forward", hint="forward computes the result and does not return it. Write return.")
def computes_and_returns_nothing(self, x):
    self.fc2(F.relu(self.fc1(x.flatten(1))))


# ================================================================ lenet: LeNet5Classic


@mistake("lenet", replaces="LeNet5Classic", hint="LeNet-5 of 1998 has sigmoids; yours uses ReLU.")
class relu_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))


@mistake("lenet", replaces="LeNet5Classic", hint="The classic one should have sigmoids; yours uses tanh.")
class tanh_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake("lenet", replaces="LeNet5Classic", hint="LeNet-5 of 1998 pools by the average; yours takes the maximum.")
class max_pooling_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.max_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="You pool first and take the sigmoid afterwards. With an average that is not the same: sigmoid first.",
)
class pools_before_the_sigmoid(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = torch.sigmoid(F.avg_pool2d(self.conv1(x), 2))
        x = torch.sigmoid(F.avg_pool2d(self.conv2(x), 2))
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake("lenet", replaces="LeNet5Classic", hint="There is no sigmoid after the convolutions.")
class no_sigmoid_after_the_convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(self.conv1(x), 2)
        x = F.avg_pool2d(self.conv2(x), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake("lenet", replaces="LeNet5Classic", hint="There is no sigmoid after the second convolution.")
class no_sigmoid_after_conv2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(self.conv2(x), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="There is no sigmoid after fc1, so fc1 and fc2 together are just one matrix.",
)
class no_sigmoid_after_fc1(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = self.fc1(x.flatten(1))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="There is no sigmoid after fc2, so fc2 and fc3 together are just one matrix.",
)
class no_sigmoid_after_fc2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(self.fc2(x))


@mistake(
    "lenet", replaces="LeNet5Classic", hint="The last layer has a sigmoid too. It should give logits, as they are."
)
class sigmoid_after_the_last(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return torch.sigmoid(self.fc3(torch.sigmoid(self.fc2(x))))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.",
)
class softmax_after_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return torch.softmax(self.fc3(torch.sigmoid(self.fc2(x))), dim=1)


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="The first convolution lacks its padding of 2: its maps are 24 × 24, and 16 · 4 · 4 = 256 numbers arrive at fc1 instead of 400.",
)
class no_padding_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="The second convolution has a padding too. It should have none: 14 − 4 = 10, pooled 5, and 16 · 5 · 5 = 400.",
)
class padding_twice_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * 7 * 7, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake("lenet", replaces="LeNet5Classic", hint="Both kernels should be 5 × 5, yours are 3 × 3.")
class kernels_of_three(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(16 * 6 * 6, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="Your poolings move by 1 pixel instead of 2 and hardly shrink the maps. Stride 2 is the default of avg_pool2d(x, 2).",
)
class pools_in_steps_of_one(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 22 * 22, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2, 1)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2, 1)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


@mistake("lenet", replaces="LeNet5Classic", hint="The dense layer of 120 is missing: 400 → 120 → 84 → 10.")
class forgets_the_layer_of_120(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)
        self.fc3 = nn.Identity()

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        return self.fc2(torch.sigmoid(self.fc1(x.flatten(1))))


@mistake("lenet", replaces="LeNet5Classic", hint="The layers should be called conv1, conv2, fc1, fc2 and fc3.")
class names_from_a_textbook(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Linear(16 * 5 * 5, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.c3(x)), 2)
        x = torch.sigmoid(self.c5(x.flatten(1)))
        return self.output(torch.sigmoid(self.f6(x)))


@mistake(
    "lenet",
    replaces="LeNet5Classic",
    hint="You flatten with the batch in the wrong place: each row holds numbers of several images. flatten(1) keeps them apart.",
)
class images_of_a_batch_mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.transpose(0, 1).reshape(x.shape[0], -1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))


# ================================================================ lenet: LeNetModern


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="There is a softmax at the end, and CrossEntropyLoss takes another: the loss can never fall below ln(e + 9) − 1 = 1.4612. Return the logits.",
)
class softmax_in_the_model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        logits = self.fc2(F.relu(self.fc1(x.flatten(1))))
        return nn.Softmax(dim=-1)(logits)


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="There is a log_softmax at the end. With CrossEntropyLoss it does no harm, but the network should return logits.",
)
class log_softmax_in_the_model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)


@mistake("lenet", replaces="LeNetModern", hint="The ReLU after the last layer cuts off all negative logits.")
class relu_on_the_last_layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.relu(self.fc2(F.relu(self.fc1(x.flatten(1)))))


@mistake("lenet", replaces="LeNetModern", hint="The modern one should have ReLU; yours still uses sigmoids.")
class sigmoids_kept(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.max_pool2d(torch.sigmoid(self.conv2(x)), 2)
        return self.fc2(torch.sigmoid(self.fc1(x.flatten(1))))


@mistake(
    "lenet", replaces="LeNetModern", hint="The modern one should pool by the maximum; yours still takes the average."
)
class average_pooling_kept(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="The first convolution lacks its padding of 2: 256 numbers arrive at fc1 instead of 400.",
)
class no_padding_in_the_modern(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 4 * 4, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="The second convolution has a padding too: 16 · 7 · 7 = 784 numbers arrive at fc1 instead of 400.",
)
class padding_in_both_convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * 7 * 7, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="Your poolings move by 1 pixel instead of 2. Stride 2 is the default of max_pool2d(x, 2).",
)
class pool_stride_of_one(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 22 * 22, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2, stride=1)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2, stride=1)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="Lazy layers have no weights before the first batch: nothing to count, to copy, or to hand to an optimizer. Write the sizes; you have just worked them out.",
)
class lazy_layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.LazyConv2d(6, 5, padding=2)
        self.conv2 = nn.LazyConv2d(16, 5)
        self.fc1 = nn.LazyLinear(84)
        self.fc2 = nn.LazyLinear(10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("lenet", replaces="LeNetModern", hint="The modern one has one dense layer less: 400 → 84 → 10.")
class keeps_the_layer_of_120(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="There is a Dropout in it that nobody asked for: it gives something else in train mode than in eval mode.",
)
class dropout_in_the_lenet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)
        self.drop = nn.Dropout(0.25)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(self.drop(F.relu(self.fc1(x.flatten(1)))))


@mistake(
    "lenet", replaces="LeNetModern", hint="There is no ReLU after the first convolution; pooling does not replace it."
)
class no_relu_after_conv1(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(self.conv1(x), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("lenet", replaces="LeNetModern", hint="The convolutions have no bias. Leave bias=False out.")
class convolutions_without_bias(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2, bias=False)
        self.conv2 = nn.Conv2d(6, 16, 5, bias=False)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("lenet", replaces="LeNetModern", hint="The second convolution should give 16 maps.")
class wrong_number_of_maps(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 12, 5)
        self.fc1 = nn.Linear(12 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake("lenet", replaces="LeNetModern", hint="The layers should be called conv1, conv2, fc1 and fc2.")
class dense_layers_of_other_names(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.hidden = nn.Linear(16 * 5 * 5, 84)
        self.classifier = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.classifier(F.relu(self.hidden(x.flatten(1))))


@mistake(
    "lenet",
    replaces="LeNetModern",
    hint="squeeze also removes the batch axis when there is only one image. Leave it out.",
)
class squeezes_a_batch_of_one(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1)))).squeeze()


@mistake(
    "lenet",
    replaces="LeNetModern.forward",
    hint="The second pooling takes the average. (So does a network that was printed as “equivalent” to this one.) Both should take the maximum.",
)
def second_pooling_averages(self, x):
    x = F.max_pool2d(F.relu(self.conv1(x)), 2)
    x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
    return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(
    "lenet",
    replaces="LeNetModern.forward",
    hint="There is no ReLU after fc1, so fc1 and fc2 together are just one matrix.",
)
def no_relu_after_fc1(self, x):
    x = F.max_pool2d(F.relu(self.conv1(x)), 2)
    x = F.max_pool2d(F.relu(self.conv2(x)), 2)
    return self.fc2(self.fc1(x.flatten(1)))


@mistake(
    "lenet",
    replaces="LeNetModern.forward",
    hint="The numbers of an image are spread over several rows: you moved the batch before the reshape. flatten(1) keeps the images apart.",
)
def flattens_across_the_batch(self, x):
    x = F.max_pool2d(F.relu(self.conv1(x)), 2)
    x = F.max_pool2d(F.relu(self.conv2(x)), 2)
    return self.fc2(F.relu(self.fc1(x.reshape(400, -1).T)))


# ================================================================ lenet: lenet_sequential


@mistake("lenet", replaces="lenet_sequential", hint="There is an nn.Softmax at the end; LeNetModern gives logits.")
def sequential_ends_with_softmax():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
        nn.Softmax(dim=-1),
    )


@mistake(
    "lenet",
    replaces="lenet_sequential",
    hint="The second pooling is an AvgPool2d. LeNetModern takes the maximum both times.",
)
def sequential_averages_the_second_pooling():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake("lenet", replaces="lenet_sequential", hint="Both poolings are averages. LeNetModern takes the maximum.")
def sequential_averages_twice():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake(
    "lenet",
    replaces="lenet_sequential",
    hint="nn.Flatten() is missing between the last pooling and the first dense layer.",
)
def sequential_without_flatten():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake(
    "lenet",
    replaces="lenet_sequential",
    hint="nn.Flatten(0) melts the batch into one row as well. nn.Flatten() begins at axis 1.",
)
def sequential_flattens_the_batch():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(0),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake("lenet", replaces="lenet_sequential", hint="There is no ReLU between the dense layers.")
def sequential_without_the_last_relu():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.Linear(84, 10),
    )


@mistake("lenet", replaces="lenet_sequential", hint="The ReLU at the end cuts off all negative logits.")
def sequential_ends_with_relu():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
        nn.ReLU(),
    )


@mistake("lenet", replaces="lenet_sequential", hint="The first convolution lacks its padding of 2.")
def sequential_without_padding():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake(
    "lenet", replaces="lenet_sequential", hint="Lazy layers have no weights before the first batch. Write the sizes."
)
def sequential_of_lazy_layers():
    return nn.Sequential(
        nn.LazyConv2d(6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.LazyConv2d(16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.LazyLinear(84),
        nn.ReLU(),
        nn.LazyLinear(10),
    )


@mistake("lenet", replaces="lenet_sequential", hint="There is a Dropout in it; LeNetModern has none.")
def sequential_with_dropout():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(84, 10),
    )


@mistake(
    "lenet",
    replaces="lenet_sequential",
    hint="You return a Python list of layers. nn.Sequential(*layers) makes a network of it.",
)
def sequential_in_a_list():
    return [
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    ]


@mistake("lenet", replaces="lenet_sequential", hint="LeNetModern has one dense layer less: 400 → 84 → 10.")
def sequential_with_the_layer_of_120():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake("lenet", replaces="lenet_sequential", hint="LeNetModern uses ReLU; yours has sigmoids.")
def sequential_with_sigmoids():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.Sigmoid(),
        nn.Linear(84, 10),
    )


@mistake("lenet", replaces="lenet_sequential", hint="Your poolings move by 1 pixel instead of 2.")
def sequential_pools_in_steps_of_one():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=1),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2, stride=1),
        nn.Flatten(),
        nn.Linear(16 * 22 * 22, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


@mistake(
    "lenet",
    replaces="lenet_sequential",
    hint="You wrapped a class into nn.Sequential. Each step should be a layer of its own in the chain.",
)
def sequential_around_a_class():
    class Whole(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2 = nn.Linear(400, 84), nn.Linear(84, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            return self.fc2(F.relu(self.fc1(x.flatten(1))))

    return nn.Sequential(Whole())


@mistake(
    "lenet",
    replaces="lenet_sequential",
    hint="Every call gives back the same network: it is made once, as a default argument. Make it inside the function.",
)
def sequential_made_once(made=[]):
    if not made:
        made.append(
            nn.Sequential(
                nn.Conv2d(1, 6, 5, padding=2),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(6, 16, 5),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(400, 84),
                nn.ReLU(),
                nn.Linear(84, 10),
            )
        )
    return made[0]


# ================================================================ mnist_net


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="The second convolution has a padding of 1: its maps are 12 × 12. The table says 10 × 10, so it has none.",
)
def second_convolution_padded(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 6 * 6, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="The second convolution keeps the size. The table says 14 → 10, so it has no padding.",
)
def same_padding_in_both(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5, padding="same"),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="The dense layer is made for maps of 7 × 7. The second convolution has no padding, 14 → 10, and half of that is 5: 32 · 5 · 5 = 800 numbers arrive.",
)
def dense_layer_for_7_by_7(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="25,632 = 32 · (32 · k² + 1): the second kernel is 5 × 5, not 3 × 3.")
def second_kernel_of_three(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 6 * 6, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="320 = 32 · (1 · k² + 1): the first kernel is 3 × 3, not 5 × 5.")
def first_kernel_of_five(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net", replaces="mnist_net", hint="The Dropout stands before the last SELU. In the table it comes after it."
)
def dropout_before_the_selu(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.Dropout(p_drop),
        nn.SELU(),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="The Dropout stands after the last layer: it throws logits away. In the table it comes before it.",
)
def dropout_on_the_logits(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Linear(256, 10),
        nn.Dropout(p_drop),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="The Dropout stands before the first dense layer. In the table it comes after it.",
)
def dropout_before_the_first_dense_layer(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(p_drop),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net", replaces="mnist_net", hint="There is a second Dropout, after the convolutions. The table has one."
)
def dropout_after_the_maps_too(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Dropout(p_drop),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="nn.Dropout1d and its relatives drop whole channels. For single numbers take nn.Dropout.",
)
def whole_channels_dropped(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout1d(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="nn.AlphaDropout does not put zeros. (It was made for SELU, and would be a good idea, but the table says Dropout.)",
)
def alpha_dropout(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.AlphaDropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="The Dropout is always 0.5. Take the argument p_drop.")
def always_half_dropped(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(0.5),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="p is the share that is dropped, not the share that is kept: nn.Dropout(p_drop).",
)
def share_to_keep(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(1 - p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="There is no Dropout before the last layer.")
def no_dropout_at_all(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Identity(),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="The activations should be SELU; yours are ReLU.")
def relu_instead_of_selu(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.ReLU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net", replaces="mnist_net", hint="The activations should be SELU, ELU with a scale; yours are plain ELU."
)
def elu_instead_of_selu(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.ELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.ELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="There is no SELU after the first dense layer.")
def no_selu_after_the_dense_layer(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="The poolings should take the maximum.")
def average_pooling_in_mnist_net(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.AvgPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="There is a softmax at the end. Return the logits.")
def softmax_after_mnist_net(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
        nn.Softmax(dim=1),
    )


@mistake("mnist_net", replaces="mnist_net", hint="205,056 = 256 · (800 + 1): the hidden layer has 256 numbers.")
def hidden_layer_of_128(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 128),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(128, 10),
    )


@mistake("mnist_net", replaces="mnist_net", hint="nn.Flatten() is missing before the first dense layer.")
def mnist_net_without_flatten(p_drop=0.5):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="F.dropout without training=self.training drops in eval mode too. Take the layer nn.Dropout, which knows the mode.",
)
def dropout_in_eval_mode_too(p_drop=0.5):
    class Dropout(nn.Module):
        def forward(self, x):
            return F.dropout(x, p_drop)

    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        Dropout(),
        nn.Linear(256, 10),
    )


@mistake(
    "mnist_net",
    replaces="mnist_net",
    hint="The last layer is made anew in every forward pass: it is random each time, and never trained. Make it once.",
)
def fresh_layer_in_every_pass(p_drop=0.5):
    class Linear(nn.Module):
        def forward(self, x):
            return nn.Linear(256, 10).to(x.dtype)(x)

    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        Linear(),
    )


# ================================================================ strided_cnn: conv_block


@mistake("strided_cnn", replaces="conv_block", hint="There is no padding. ks // 2 keeps the size at stride 1.")
def block_without_padding(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake(
    "strided_cnn", replaces="conv_block", hint="The padding is always 1. For a kernel of 5 it should be 2: ks // 2."
)
def padding_always_one(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=1)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="The padding is ks, twice too much. It should be ks // 2.")
def padding_as_large_as_the_kernel(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="The kernel is always 3. Take the argument ks.")
def kernel_always_three(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, 3, stride=stride, padding=1)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="The stride is always 2. Take the argument stride.")
def stride_always_two(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=2, padding=ks // 2)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="The convolution moves by 1 pixel, whatever stride says.")
def stride_forgotten(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, padding=ks // 2)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake(
    "strided_cnn",
    replaces="conv_block",
    hint="You shrink with a pooling. The convolution itself should take steps: stride=stride.",
)
def pools_instead_of_striding(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Sequential(nn.Conv2d(ni, nf, ks, padding=ks // 2), nn.MaxPool2d(stride, ceil_mode=True))
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="There is a ReLU even with act=False.")
def relu_always(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)
    return nn.Sequential(conv, nn.ReLU())


@mistake("strided_cnn", replaces="conv_block", hint="There is no ReLU even with act=True.")
def relu_never(ni, nf, ks=3, stride=2, act=True):
    return nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)


@mistake(
    "strided_cnn", replaces="conv_block", hint="act works the other way round: True should give a ReLU, False none."
)
def act_the_other_way_round(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)
    return conv if act else nn.Sequential(conv, nn.ReLU())


@mistake("strided_cnn", replaces="conv_block", hint="The ReLU stands before the convolution. It comes after it.")
def relu_before_the_convolution(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)
    return nn.Sequential(nn.ReLU(), conv) if act else conv


@mistake(
    "strided_cnn",
    replaces="conv_block",
    hint="inplace=True writes over what the convolution has put out. Leave it out: A6 looks at it.",
)
def relu_in_place(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)
    return nn.Sequential(conv, nn.ReLU(inplace=True)) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="The convolution has no bias. Leave bias=False out.")
def block_without_bias(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2, bias=False)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake("strided_cnn", replaces="conv_block", hint="There is a batch norm in it that nobody asked for.")
def block_with_batch_norm(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Sequential(nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2), nn.BatchNorm2d(nf))
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake(
    "strided_cnn", replaces="conv_block", hint="ni and nf are swapped: the first argument of nn.Conv2d is what goes in."
)
def channels_swapped(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(nf, ni, ks, stride=stride, padding=ks // 2)
    return nn.Sequential(conv, nn.ReLU()) if act else conv


@mistake(
    "strided_cnn",
    replaces="conv_block",
    hint="The activation should be a plain ReLU; yours lets a part of the negative numbers through.",
)
def leaky_block(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)
    return nn.Sequential(conv, nn.LeakyReLU()) if act else conv


@mistake(
    "strided_cnn",
    replaces="conv_block",
    hint="You return a Python list of layers. A block is a module: nn.Sequential(*layers).",
)
def block_in_a_list(ni, nf, ks=3, stride=2, act=True):
    layers = [nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)]
    return layers + [nn.ReLU()] if act else layers


@mistake(
    "strided_cnn",
    replaces="conv_block",
    hint="Your padding repeats the border pixels. It should be zeros, the default.",
)
def replicated_border(ni, nf, ks=3, stride=2, act=True):
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2, padding_mode="replicate")
    return nn.Sequential(conv, nn.ReLU()) if act else conv


# ================================================================ strided_cnn: strided_cnn


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="The last block has a ReLU too: no logit can be negative. Give it act=False.",
)
def relu_after_the_last_block(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="There is no ReLU in any block: all convolutions together are then just one.",
)
def no_relu_in_any_block(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn", replaces="strided_cnn", hint="The last two blocks have no ReLU. Only the last one should have none."
)
def relu_missing_before_the_last(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 3:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="The result still has its axes of length 1, (B, 10, 1, 1). End with nn.Flatten().",
)
def maps_not_flattened(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="nn.Flatten(0) melts the batch into one row as well. nn.Flatten() begins at axis 1.",
)
def flattens_everything(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten(0))


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="You average the maps before flattening. On 28 × 28 nothing is left to average, on other images it is another network: Flatten only.",
)
def averages_before_flattening(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


@mistake(
    "strided_cnn", replaces="strided_cnn", hint="You always build the same network. Go through the argument channels."
)
def channels_ignored(channels=(1, 4, 8, 16, 16, 10)):
    channels = (1, 4, 8, 16, 16, 10)
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="The first convolution always sees one channel. It should see channels[0].",
)
def first_channel_always_one(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i] if i else 1, channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="One block is missing: with six channel counts there are five steps from one to the next.",
)
def one_block_too_few(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 2):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 3:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake("strided_cnn", replaces="strided_cnn", hint="The blocks do not shrink the maps: they should have stride 2.")
def steps_of_one(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=1, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake("strided_cnn", replaces="strided_cnn", hint="There is no padding: 28 → 13 → 6 → 2 → 0, and nothing is left.")
def strided_without_padding(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="The last block has stride 1: from 2 × 2 it does not get down to one pixel.",
)
def last_step_of_one(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2 if i < len(channels) - 2 else 1, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="There is a dense layer at the end. The logits are what the last convolution gives, flattened.",
)
def dense_layer_at_the_end(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1], channels[-1]))


@mistake("strided_cnn", replaces="strided_cnn", hint="There is a softmax at the end. Return the logits.")
def softmax_after_the_blocks(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten(), nn.Softmax(dim=1))


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="You return a Python list. nn.Sequential(*layers) makes a network of it.",
)
def strided_in_a_list(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return [*layers, nn.Flatten()]


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="You shrink with max pooling. Here the convolutions themselves take steps of 2.",
)
def pools_between_the_blocks(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, padding=1))
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn", replaces="strided_cnn", hint="The convolutions have no bias: 5,220 parameters instead of 5,274."
)
def strided_convolutions_without_bias(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1, bias=False))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers, nn.Flatten())


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="An nn.ModuleList keeps layers, but cannot be called. Make it an nn.Sequential.",
)
def strided_module_list(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU())
    return nn.ModuleList([*layers, nn.Flatten()])


@mistake(
    "strided_cnn",
    replaces="strided_cnn",
    hint="The ReLU should not work in place: what the convolution has put out is still needed.",
)
def strided_relus_in_place(channels=(1, 4, 8, 16, 16, 10)):
    layers = []
    for i in range(len(channels) - 1):
        layers.append(nn.Conv2d(channels[i], channels[i + 1], 3, stride=2, padding=1))
        if i < len(channels) - 2:
            layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers, nn.Flatten())


# ================================================================ drawnet


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="The dense layer is made for im_size // 2, whatever n_blocks is. Each block halves again.",
)
class halved_only_once(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet", replaces="DrawNet", hint="You round odd sizes up, 27 → 14. Max pooling rounds down, 27 → 13: use //."
)
class rounds_up(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size
        for _ in range(n_blocks):
            side = math.ceil(side / 2)
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="round() rounds halves to the even neighbour: right for 27 and 50 on some days only. Max pooling rounds down: use //.",
)
class rounds_to_even(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size
        for _ in range(n_blocks):
            side = round(side / 2)
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="Your pooling keeps half a window at the border (ceil_mode): 27 → 14. Odd sizes should be rounded down.",
)
class pools_rounding_up(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = -(-im_size // 2**n_blocks)
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2, ceil_mode=True)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="You divide by 2 · n_blocks. Two blocks halve twice, by 4, three by 8: 2**n_blocks.",
)
class divided_by_twice_the_blocks(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // (2 * n_blocks)
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="The convolutions are in a Python list: they are not registered, so nobody counts, moves or trains them. nn.ModuleList or nn.Sequential.",
)
class blocks_in_a_list(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = list([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="All later blocks use the same convolution. Each should have its own: make a new one in the loop, not one that is repeated.",
)
class one_convolution_for_all(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        again = nn.Conv2d(width, width, 3, padding=1)
        self.convs = nn.ModuleList([nn.Conv2d(1, width, 3, padding=1)] + [again] * (n_blocks - 1))
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="Every convolution sees one channel. Only the first one does; all others see width.",
)
class always_one_channel_in(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet", replaces="DrawNet", hint="The number of maps doubles from block to block. It should be width in each."
)
class width_doubles(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        sizes = [1] + [width * 2**i for i in range(n_blocks)]
        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in zip(sizes, sizes[1:])])
        self.linear = nn.Linear(sizes[-1] * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="There are always 20 maps. Take the argument width.")
class always_twenty_maps(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        width = 20
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="There are always three classes. Take the argument num_classes.")
class always_three_classes(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, 3)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="There is always one block. Repeat it n_blocks times.")
class always_one_block(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        n_blocks = 1
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="There is one block more than n_blocks.")
class one_block_more(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        n_blocks = n_blocks + 1
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="The dense layer is made for 28 × 28. Take the argument im_size.")
class drawings_always_of_28(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        im_size = 28
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="The convolutions have no padding and lose a pixel on each side. Padding 1 keeps the size.",
)
class blocks_without_padding(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size
        for _ in range(n_blocks):
            side = (side - 2) // 2
        if side <= 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="There is no ReLU in the blocks.")
class no_relu_in_the_blocks(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(conv(x), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="Only the first block has a ReLU. Each should have one.")
class relu_in_the_first_block_only(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for i, conv in enumerate(self.convs):
            x = F.max_pool2d(F.relu(conv(x)) if i == 0 else conv(x), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="The ReLU after the dense layer cuts off all negative logits.")
class relu_after_the_dense_layer(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return F.relu(self.linear(x.flatten(1)))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="There is a softmax at the end. CrossEntropyLoss takes it itself; return the logits.",
)
class softmax_in_the_drawnet(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return torch.softmax(self.linear(x.flatten(1)), dim=1)


@mistake("drawnet", replaces="DrawNet", hint="The pooling should take the maximum; yours averages.")
class average_pooling_in_the_drawnet(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.avg_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="flatten(0) melts the batch into one row. Begin at axis 1.")
class batch_flattened_away(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(0))


@mistake("drawnet", replaces="DrawNet", hint="You pool once, after all the convolutions. Each block pools.")
class pools_once_at_the_end(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2
        if im_size // 2**n_blocks == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return self.linear(F.max_pool2d(x, 2).flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="You average every map to one number before the dense layer. It should see all the pixels that are left.",
)
class averages_the_maps_away(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.mean((2, 3)))


@mistake("drawnet", replaces="DrawNet", hint="There is a Dropout in it that nobody asked for.")
class dropout_in_the_drawnet(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)
        self.drop = nn.Dropout(0.3)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(self.drop(x.flatten(1)))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="When the poolings leave no pixel you build a dense layer without inputs, which always says the same. Raise ValueError when im_size // 2**n_blocks is 0.",
)
class nothing_left_unnoticed(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake("drawnet", replaces="DrawNet", hint="One pixel is enough: raise ValueError only when none is left.")
class last_pixel_refused(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side <= 1:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet", replaces="DrawNet", hint="assert raises AssertionError, and disappears with python -O. Raise ValueError."
)
class asserts_instead_of_raising(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        assert side > 0, "nothing is left"
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet",
    hint="There is a second dense layer. The numbers go straight from the maps to the logits.",
)
class extra_hidden_layer(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 3, padding=1) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)
        self.linear = nn.Linear(width * side * side, 64)
        self.head = nn.Linear(64, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.head(F.relu(self.linear(x.flatten(1))))


@mistake("drawnet", replaces="DrawNet", hint="The kernels should be 3 × 3 with padding 1.")
class kernels_of_five(nn.Module):
    def __init__(self, num_classes=3, im_size=28, n_blocks=1, width=20):
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError("nothing is left")
        self.convs = nn.ModuleList([nn.Conv2d(1 if i == 0 else width, width, 5, padding=2) for i in range(n_blocks)])
        self.linear = nn.Linear(width * side * side, num_classes)

    def forward(self, x):
        for conv in self.convs:
            x = F.max_pool2d(F.relu(conv(x)), 2)
        return self.linear(x.flatten(1))


@mistake(
    "drawnet",
    replaces="DrawNet.__init__",
    hint="im_size and num_classes are swapped: the first argument is the number of classes.",
)
def size_before_classes(self, im_size=28, num_classes=3, n_blocks=1, width=20):
    nn.Module.__init__(self)
    side = im_size // 2**n_blocks
    if side == 0:
        raise ValueError("nothing is left")
    sizes = [1] + [width] * n_blocks
    blocks = [
        nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)) for a, b in zip(sizes, sizes[1:])
    ]
    self.blocks = nn.Sequential(*blocks)
    self.linear = nn.Linear(width * side * side, num_classes)


# ================================================================ logreg: LogReg


@mistake(
    "logreg",
    replaces="LogReg",
    hint="There is a sigmoid at the end. Despite the name there should be none: the loss takes the softmax. Return the logits.",
)
class logistic_function_at_the_end(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return torch.sigmoid(self.linear(x.flatten(1)))


@mistake(
    "logreg", replaces="LogReg", hint="There is a softmax at the end. cross_entropy takes it itself; return the logits."
)
class softmax_after_logreg(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return torch.softmax(self.linear(x.flatten(1)), dim=1)


@mistake("logreg", replaces="LogReg", hint="There is a ReLU at the end. Logistic regression is one matrix and a bias.")
class relu_after_logreg(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return F.relu(self.linear(x.flatten(1)))


@mistake(
    "logreg",
    replaces="LogReg",
    hint="You have 24 outputs. The labels are places in the alphabet and go up to 24, so at least 25 are needed; the task says 26.",
)
class letters_without_j_and_z(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 24)

    def forward(self, x):
        return self.linear(x.flatten(1))


@mistake("logreg", replaces="LogReg", hint="There are 26 classes here, not ten.")
class ten_classes_as_for_digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def forward(self, x):
        return self.linear(x.flatten(1))


@mistake("logreg", replaces="LogReg", hint="The dense layer has no bias: 26 numbers are missing.")
class logreg_without_bias(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26, bias=False)

    def forward(self, x):
        return self.linear(x.flatten(1))


@mistake(
    "logreg",
    replaces="LogReg",
    hint="There is a hidden layer. Logistic regression has one dense layer, from the pixels to the classes.",
)
class logreg_with_a_hidden_layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 26)
        self.linear = nn.Linear(26, 26)

    def forward(self, x):
        return self.linear(F.relu(self.hidden(x.flatten(1))))


@mistake(
    "logreg",
    replaces="LogReg",
    hint="Rows of 784 should work as well; yours takes (B, 1, 28, 28) only. x.flatten(1) leaves a row as it is.",
)
class refuses_rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return self.linear(x[:, 0].flatten(1))


@mistake("logreg", replaces="LogReg", hint="You read the image column by column. flatten(1) alone is right.")
class pixels_column_by_column(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return self.linear(x.transpose(-2, -1).flatten(1) if x.ndim == 4 else x)


@mistake(
    "logreg",
    replaces="LogReg",
    hint="You divide the pixels by 255. They are between 0 and 1 already; scaling is not the network's business.",
)
class scales_the_pixels_again(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return self.linear(x.flatten(1) / 255)


@mistake(
    "logreg", replaces="LogReg", hint="squeeze also removes the batch axis when there is only one image. Leave it out."
)
class logreg_squeezes(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return self.linear(x.flatten(1)).squeeze()


@mistake(
    "logreg",
    replaces="LogReg",
    hint="flatten() without an argument melts the batch into one row as well: x.flatten(1).",
)
class logreg_flattens_the_batch(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 26)

    def forward(self, x):
        return self.linear(x.flatten())


# ================================================================ logreg: MinimalConv


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.",
)
class softmax_after_minimal_conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return torch.softmax(self.linear(F.relu(self.conv(x)).flatten(1)), dim=1)


@mistake("logreg", replaces="MinimalConv", hint="There is a sigmoid at the end. Return the logits.")
class sigmoid_after_minimal_conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return torch.sigmoid(self.linear(F.relu(self.conv(x)).flatten(1)))


@mistake("logreg", replaces="MinimalConv", hint="The ReLU after the dense layer cuts off all negative logits.")
class relu_at_the_end(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return F.relu(self.linear(F.relu(self.conv(x)).flatten(1)))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="There is no ReLU after the convolution, so convolution and dense layer together are just one matrix.",
)
class no_relu_after_the_convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(self.conv(x).flatten(1))


@mistake("logreg", replaces="MinimalConv", hint="The ReLU stands after the dense layer instead of before it.")
class relu_in_the_wrong_place(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return F.relu(self.linear(self.conv(x).flatten(1)))


@mistake(
    "logreg", replaces="MinimalConv", hint="The activation after the convolution should be ReLU, yours is a sigmoid."
)
class sigmoid_after_the_convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(torch.sigmoid(self.conv(x)).flatten(1))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="The convolution has a padding of 2 and keeps 28 × 28. Without it the maps are 24 × 24, and 2,304 numbers arrive at the dense layer.",
)
class padded_to_28(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5, padding=2)
        self.linear = nn.Linear(4 * 28 * 28, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="The dense layer is made for 4 · 28 · 28 numbers. A 5 × 5 kernel without padding leaves 24 × 24.",
)
class dense_layer_for_28(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 28 * 28, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake("logreg", replaces="MinimalConv", hint="The kernel should be 5 × 5, yours is smaller.")
class kernel_of_three(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.linear = nn.Linear(4 * 26 * 26, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake("logreg", replaces="MinimalConv", hint="The convolution should give 4 maps.")
class eight_maps(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 5)
        self.linear = nn.Linear(8 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="There is a pooling in it. The minimal network has none: 24 × 24 go on to the dense layer.",
)
class pooling_added(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 12 * 12, 26)

    def forward(self, x):
        return self.linear(F.max_pool2d(F.relu(self.conv(x)), 2).flatten(1))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="You have 24 outputs. The labels go up to 24, so at least 25 are needed; the task says 26.",
)
class minimal_without_j_and_z(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 24)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake("logreg", replaces="MinimalConv", hint="Convolution and dense layer have no bias.")
class minimal_without_bias(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5, bias=False)
        self.linear = nn.Linear(4 * 24 * 24, 26, bias=False)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="You reshape whatever comes to (B, 1, 28, 28). Rows of 784 may have lost their order on the way, and nobody would notice: let nn.Conv2d refuse them.",
)
class reshapes_rows_silently(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x.reshape(-1, 1, 28, 28))).flatten(1))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="squeeze also removes the batch axis when there is only one image. Leave it out.",
)
class minimal_squeezes(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1)).squeeze()


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="flatten() without an argument melts the batch into one row as well: flatten(1).",
)
class minimal_flattens_the_batch(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten())


@mistake("logreg", replaces="MinimalConv", hint="There is a Dropout in it that nobody asked for.")
class minimal_with_dropout(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.linear(self.drop(F.relu(self.conv(x)).flatten(1)))


@mistake(
    "logreg",
    replaces="MinimalConv",
    hint="The convolution is frozen. Its kernels should be learned: leave requires_grad alone.",
)
class frozen_edge_detectors(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)
        self.conv.requires_grad_(False)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


@mistake(
    "logreg", replaces="MinimalConv", hint="You move the channels last before flattening. flatten(1) alone is right."
)
class minimal_channels_last(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).permute(0, 2, 3, 1).flatten(1))
