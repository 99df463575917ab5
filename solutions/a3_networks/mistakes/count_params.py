"""Known mistakes of the exercise `count_params`. Of two that look alike the first is named: narrower ones stand first."""

import math

import torch
from torch import nn

from autograder.judge import edit, mistake


# ================================================================ count_params: conv_params

edit("conv_params", "kernel_side_only_once",
     "kh, kw = (k, k) if isinstance(k, int) else k", "size = k if isinstance(k, int) else k[0] * k[1]",
     "kh * kw", "size",
     hint="A kernel of size k has k · k numbers in each slice; you used k once.")


@mistake(replaces="conv_params", hint="A kernel may be a pair (height, width). Yours stops there: unpack it first, kh, kw = (k, k) if isinstance(k, int) else k.")
def squares_a_pair(c_in, c_out, k, bias=True):
    return c_out * c_in * k**2 + (c_out if bias else 0)


edit("conv_params", "height_twice",
     "kh, kw = (k, k) if isinstance(k, int) else k", "side = k if isinstance(k, int) else k[0]",
     "kh * kw", "side * side",
     hint="Of a kernel (height, width) you use the height twice. Multiply the two.")

edit("conv_params", "forgets_the_bias", "+ (c_out if bias else 0)", "",
     hint="The bias is missing: each output channel learns one more number, unless bias=False. Conv2d(1, 32, 3) has 320, not 288.")

edit("conv_params", "counts_the_bias_always",
     "return c_out * c_in * kh * kw + (c_out if bias else 0)", "return c_out * (c_in * kh * kw + 1)",
     hint="With bias=False there is none to count.")

edit("conv_params", "one_bias_per_input_channel", "(c_out if bias else 0)", "(c_in if bias else 0)",
     hint="The bias belongs to the output channels: one for each of them, c_out in all, not c_in.")

edit("conv_params", "one_bias_per_slice",
     "return c_out * c_in * kh * kw + (c_out if bias else 0)", "return c_out * c_in * (kh * kw + (1 if bias else 0))",
     hint="Not every slice has a bias: the slices of a kernel are added up first, then comes one bias per output channel.")

edit("conv_params", "a_single_bias", "(c_out if bias else 0)", "(1 if bias else 0)",
     hint="There is more than one bias: every output channel has its own, c_out in all.")

edit("conv_params", "forgets_the_input_channels", "* c_in", "",
     hint="A kernel has a slice for every input channel: multiply by c_in as well.")

edit("conv_params", "forgets_the_output_channels", "c_out *", "",
     hint="Every output channel has a whole kernel of its own: multiply by c_out as well.")

edit("conv_params", "count_in_a_tensor",
     "return c_out * c_in * kh * kw + (c_out if bias else 0)",
     "return torch.tensor(c_out * c_in * kh * kw + (c_out if bias else 0))",
     hint="Return a plain int; yours is a tensor. The arithmetic needs no torch.")


# ================================================================ count_params: count_params


@mistake(replaces="count_params", hint="state_dict() also holds buffers, such as the running mean and variance of batch norm. They are measured, not learned. Go through parameters() instead.")
def counts_the_state_dict(model, trainable_only=False):
    if trainable_only:
        return sum(p.numel() for p in model.parameters() if p.requires_grad)
    return sum(value.numel() for value in model.state_dict().values())


@mistake(replaces="count_params", hint="state_dict() does not know what is frozen, nor that running means are measured and not learned. Go through parameters(), and ask each for requires_grad.")
def counts_whatever_is_saved(model, trainable_only=False):
    return sum(value.numel() for value in model.state_dict().values())


@mistake(replaces="count_params", hint="Buffers (running mean, running variance) are not learned: leave them out.")
def adds_the_buffers(model, trainable_only=False):
    total = sum(p.numel() for p in model.parameters() if p.requires_grad or not trainable_only)
    return total + sum(b.numel() for b in model.buffers())


@mistake(replaces="count_params", hint="A weight that two layers share is one tensor, learned once: count it once. parameters() of the whole model does that.")
def counts_shared_weights_twice(model, trainable_only=False):
    named = model.named_parameters(remove_duplicate=False)
    return sum(p.numel() for _, p in named if p.requires_grad or not trainable_only)


edit("count_params", "ignores_trainable_only", "if p.requires_grad or not trainable_only", "",
     hint="trainable_only makes no difference in yours. A frozen parameter has requires_grad=False.")

edit("count_params", "counts_the_frozen_ones", "p.requires_grad", "p.requires_grad != trainable_only",
     hint="With trainable_only you count the frozen parameters instead of the others: requires_grad is True for those that train.")

edit("count_params", "leaves_out_the_frozen_always", "or not trainable_only", "",
     hint="Without trainable_only the frozen parameters count too: they are numbers of the model as well.")

edit("count_params", "counts_the_tensors", "p.numel()", "1",
     hint="You counted the tensors, not the numbers in them: p.numel() is how many a tensor has.")

edit("count_params", "counts_the_weights_only",
     "requires_grad or not trainable_only", "ndim > 1 and (p.requires_grad or not trainable_only)",
     hint="The biases are missing: count every parameter, not only those with two or more axes.")


@mistake(replaces="count_params", hint="You look one level deep only. A layer may sit in a Sequential in a Sequential: model.parameters() goes all the way down.")
def looks_one_level_deep(model, trainable_only=False):
    layers = [model, *model.children()]
    found = [p for layer in layers for p in layer.parameters(recurse=False)]
    return sum(p.numel() for p in found if p.requires_grad or not trainable_only)


@mistake(replaces="count_params", hint="A module may own parameters beside its layers (nn.Parameter as an attribute). Going only through the layers misses them: model.parameters() has them all.")
def goes_through_the_layers_only(model, trainable_only=False):
    leaves = [m for m in model.modules() if not list(m.children()) and m is not model]
    found = {id(p): p for m in leaves for p in m.parameters()}.values()
    return sum(p.numel() for p in found if p.requires_grad or not trainable_only)


@mistake(replaces="count_params", hint="You count only convolutions and dense layers. Batch norm learns a weight and a bias per channel too.")
def knows_two_kinds_of_layers(model, trainable_only=False):
    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    found = {id(p): p for m in layers for p in m.parameters()}.values()
    return sum(p.numel() for p in found if p.requires_grad or not trainable_only)


@mistake(replaces="count_params", hint="A convolution's weight has four axes, (c_out, c_in, kh, kw): you multiplied only the first two. p.numel() multiplies all.")
def multiplies_two_axes(model, trainable_only=False):
    sizes = [math.prod(p.shape[:2]) for p in model.parameters() if p.requires_grad or not trainable_only]
    return sum(sizes)


@mistake(replaces="count_params", hint="Return a plain int; yours is a tensor.")
def total_in_a_tensor(model, trainable_only=False):
    sizes = [p.numel() for p in model.parameters() if p.requires_grad or not trainable_only]
    return torch.tensor(sizes).sum()


# ================================================================ count_params: layer_table

edit("layer_table", "keeps_the_batch_axis",
     "shape[1:]", "shape",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="The first axis of a shape is the batch, 1 here. The table is about one image: output.shape[1:].")

edit("layer_table", "notes_the_input_shape",
     "tuple(output.shape[1:])", "tuple(inputs[0].shape[1:])",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="You note what goes into each layer. The table says what comes out: the third argument of the hook.")

edit("layer_table", "leaves_its_hooks",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "        for hook in hooks:\n"
     "            hook.remove()",
     "        pass",
     hint="Your hooks stay on the model and run with every batch from now on. register_forward_hook gives back a handle: call its remove().")


@mistake(replaces="layer_table", hint="Nothing is tidied up: your hooks run with every batch from now on, and the model stays in eval mode. Remove each hook by its handle, and put every module back into its mode.")
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


edit("layer_table", "takes_all_hooks_away",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "for hook in hooks:", "for module in modes:",
     "hook.remove()", "module._forward_hooks.clear()",
     hint="You cleared every hook of the model, also those that somebody else had put there. Remove only your own, by the handles that register_forward_hook gives back.")

edit("layer_table", "passes_in_train_mode",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "model.eval()", "pass",
     hint="The image passes in train mode: batch norm mixes your zeros into its running statistics, and needs more than one value. Call model.eval() first.")

edit("layer_table", "leaves_the_model_in_eval",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "        for module, mode in modes.items():\n"
     "            module.training = mode",
     "        pass",
     hint="The model stays in eval mode. Whoever trains it next does so without dropout, and will wonder. Put every module back into its mode.")

edit("layer_table", "trains_everything_afterwards",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "        for module, mode in modes.items():\n"
     "            module.training = mode",
     "        model.train()",
     hint="model.train() afterwards switches every module to train, also one that had been in eval on purpose. Remember each module's flag `training`.")

edit("layer_table", "restores_one_mode_for_all",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "        for module, mode in modes.items():\n"
     "            module.training = mode",
     "        model.train(modes[model])",
     hint="You remember the mode of the model, and model.train(mode) sets it for everything inside. A part that was in eval on purpose comes back in train. Remember the flag of each module.")

edit("layer_table", "restores_the_top_only",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "        for module, mode in modes.items():\n"
     "            module.training = mode",
     "        model.training = modes[model]",
     hint="You put back the flag of the model itself, but eval() has changed that of every module inside.")

edit("layer_table", "containers_get_rows", "if not list(module.children())", "",
     hint="An nn.Sequential (or the model itself) got a row of its own. Layers are the modules without children: not list(module.children()).")

edit("layer_table", "top_level_layers_only",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in list(model.children()) or [model]]",
     hint="You look one level deep only: what sits inside a Sequential inside the model has no rows. model.modules() goes all the way down.")

edit("layer_table", "forgets_a_model_that_is_a_layer",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [\n"
     "        module.register_forward_hook(note) for module in [m for m in modes if m is not model and not list(m.children())]\n"
     "    ]",
     hint="A model may be a single layer without children: it then has a row too. model.modules() begins with the model itself.")

edit("layer_table", "counts_at_every_call",
     "new = [p for p in layer.parameters() if id(p) not in counted]", "new = list(layer.parameters())",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="Parameters that a row above has counted already count again in yours: the column no longer adds up to count_params(model). Keep a set of what you have seen.")

edit("layer_table", "forgets_the_bias_of_a_layer",
     "new = [p for p in layer.parameters() if id(p) not in counted]",
     'new = [p for name, p in layer.named_parameters() if name == "weight" and id(p) not in counted]',
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="Only the weights are counted; a layer's bias is one of its parameters too. Go through layer.parameters().")

edit("layer_table", "leaves_out_what_is_frozen",
     "new = [p for p in layer.parameters() if id(p) not in counted]",
     "new = [p for p in layer.parameters() if p.requires_grad and id(p) not in counted]",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="Frozen parameters are missing. They do not learn, but they are parameters of the layer, and the table counts them all: no requires_grad here.")

edit("layer_table", "counts_running_statistics",
     "p.numel() for p in new)))",
     "p.numel() for p in new) + sum(b.numel() for b in layer.buffers()),\n"
     "            )\n"
     "        )",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="Batch norm has too many: running mean and variance are buffers, not parameters.")

edit("layer_table", "numbers_the_layers",
     "type(layer).__name__", 'f"{type(layer).__name__}-{len(rows) + 1}"',
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="The name is that of the class alone, 'Conv2d', without a number.")

edit("layer_table", "prints_the_layer",
     "type(layer).__name__", "str(layer)",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="str(layer) is the layer with all its settings. The name of its class is type(layer).__name__.")

edit("layer_table", "shape_in_a_list",
     ", tuple(output.shape[1:])", ", list(output.shape[1:])",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="The shape should be a tuple of ints; yours is a list.")

edit("layer_table", "row_in_a_list",
     "rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))",
     "rows.append([type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)])",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="A row should be a tuple (layer, shape, params); yours is a list.")

edit("layer_table", "image_always_float32",
     "dtype=first.dtype,", "",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="Your image is float32, whatever the model is. A model in float64 refuses it: make the image with the dtype of the first parameter.")

edit("layer_table", "image_always_on_the_cpu",
     ", device=first.device", "",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="Your image is on the CPU, wherever the model is. Make it on the device of the first parameter: device=first.device.")

edit("layer_table", "needs_a_first_parameter",
     "parameters(), torch.zeros(()))", "parameters())",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="next(model.parameters()) stops with StopIteration when the model has none. next(model.parameters(), None) gives None instead.")

edit("layer_table", "image_without_a_batch",
     "zeros(1, *input_shape, dtype=first.dtype,", "zeros(*input_shape, dtype=first.dtype,",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     hint="A network takes a batch: the image needs an axis in front, (1, *input_shape). Without it the first axis you cut off is the channels.")

edit("layer_table", "freezes_the_model",
     "hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]",
     "hooks = [module.register_forward_hook(note) for module in [m for m in modes if not list(m.children())]]",
     "model.eval", "model.requires_grad_(False).eval",
     hint="You switched requires_grad off, and the model will not train any more. torch.no_grad() around the call is enough.")


@mistake(replaces="layer_table", hint="When the model raises an error your last lines are never reached: hooks and eval mode stay. Put the tidying into finally: it runs in any case.")
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


@mistake(replaces="layer_table", hint="You catch the error of the model and keep it to yourself. Tidy up in finally and let it go on: the caller has to know.")
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


@mistake(replaces="layer_table", hint="One row per module, in the order in which they were written down. A layer may be called twice, or in another order: add a row whenever the hook is called.")
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


@mistake(replaces="layer_table", hint="You send the image from layer to layer yourself, in the order of modules(). That is right for a chain only: call the model, and let hooks tell you.")
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
