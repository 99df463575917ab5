"""Known mistakes of the exercise `guided_backprop`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake


edit("guided_backprop", "zero_counts_as_on", "ctx.save_for_backward(result)", "ctx.save_for_backward(value)",
     "(result > 0)", "(result >= 0)", of="guided_backprop__another_relu",
     hint="Where exactly 0 goes into a ReLU, nothing comes back: the mask is [x > 0], not [x >= 0].")


@mistake(replaces="guided_backprop", hint="Only ReLUs right below the model are hooked; those inside blocks are missed. model.modules() goes down to any depth, children() does not.")
def top_level_relus_only(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.children():
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="Only ReLUs that sit in an nn.Sequential are hooked. A model may keep its ReLU as an attribute: ask model.modules().")
def hooks_only_in_sequentials(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in [layer for box in model.modules() if isinstance(box, nn.Sequential) for layer in box]:
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="Your hooks are still on the modules: from now on every training step is guided, too. Remove each handle in the end.")
def hooks_are_left(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="After an error your hooks stay: the lines that remove them are never reached. They belong into `finally:`.")
def hooks_are_left_after_an_error(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        slope = torch.autograd.grad(picked, image)[0]
        for handle in handles:
            handle.remove()
        return slope
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="LeakyReLU and ELU are guided as well. Only ReLUs get the second mask; the others keep their ordinary gradient.")
def guides_other_activations(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU)):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="register_full_backward_hook cannot handle in-place ReLUs: “Output 0 of BackwardHookFunction is a view and is being modified inplace”. Put a hook on the output tensor, or on the nodes of the graph.")
def full_backward_hooks(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                handles.append(
                    module.register_full_backward_hook(lambda m, g_in, g_out: ran.append(m) or (g_in[0].clamp(min=0),))
                )
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        slope = torch.autograd.grad(picked, image)[0]
        if not ran:
            raise ValueError("no ReLU took part")
        return slope
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="You set inplace = False on the ReLUs and do not set it back. Whoever looks must not touch.")
def in_place_switched_off(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="No nn.ReLU was found, and your function says nothing: what it shows is the plain gradient under a wrong title. Raise ValueError. (And F.relu is no module: see way 2 and 3.)")
def silent_when_nothing_was_hooked(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="A ReLU that the model owns but never calls is no reason to be content. Count those that take part in computing the scores. (And F.relu is no module: see way 2 and 3.)")
def counts_relus_that_never_run(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not handles:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="A hook on modules sees nn.ReLU, and not F.relu, torch.relu or x.relu(): those stay unguided, and half of a mixed network, too. Ways 2 and 3 see all of them.")
def modules_only(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in model.modules():
            if isinstance(module, nn.ReLU):
                handles.append(module.register_forward_hook(guide))
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for handle in handles:
            handle.remove()
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="Only the second mask is there: where the ReLU was off nothing may go through either. g · [x > 0] · [g > 0].")
def deconvnet(model, x, target=None):
    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            return value.clamp(min=0)

        @staticmethod
        def backward(ctx, g):
            return g.clamp(min=0)

    ran, names = [], ("relu", "relu_")
    old = {(owner, name): getattr(owner, name) for owner in (torch, torch.Tensor, F) for name in names}

    def relu(input, inplace=False):
        ran.append(1)
        return Rule.apply(input)

    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        for owner, name in old:
            setattr(owner, name, relu)
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for (owner, name), function in old.items():
            setattr(owner, name, function)
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="The in-place functions torch.relu_ and x.relu_() stay unguided.")
def in_place_functions_are_missed(model, x, target=None):
    from torch.overrides import TorchFunctionMode

    relus, ran = (F.relu, torch.relu, torch.Tensor.relu), []

    class Listening(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            if func in relus:
                ran.append(func)
                result.register_hook(lambda g: g.clamp(min=0))
            return result

    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad(), Listening():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="F.relu and its like are still your own versions afterwards: everything in this notebook is guided from now on. Put the old ones back.")
def torch_left_patched(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    old = F.relu, torch.relu, torch.Tensor.relu, torch.relu_, torch.Tensor.relu_
    ran = []

    def guided(relu):
        def call(input, inplace=False):
            result = relu(input)
            result.register_hook(lambda g: g.clamp(min=0))
            ran.append(1)
            return result

        return call

    F.relu, torch.relu, torch.Tensor.relu = guided(old[1]), guided(old[1]), guided(old[1])
    torch.relu_, torch.Tensor.relu_ = guided(old[3]), guided(old[3])
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(replaces="guided_backprop", hint="After an error F.relu and its like stay your own versions. Putting them back belongs into `finally:`.")
def torch_left_patched_after_an_error(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    old = F.relu, torch.relu, torch.Tensor.relu, torch.relu_, torch.Tensor.relu_
    ran = []

    def guided(relu):
        def call(input, inplace=False):
            result = relu(input)
            result.register_hook(lambda g: g.clamp(min=0))
            ran.append(1)
            return result

        return call

    F.relu, torch.relu, torch.Tensor.relu = guided(old[1]), guided(old[1]), guided(old[1])
    torch.relu_, torch.Tensor.relu_ = guided(old[3]), guided(old[3])
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
        if not ran:
            raise ValueError("no ReLU took part")
        slope = torch.autograd.grad(picked, image)[0]
        F.relu, torch.relu, torch.Tensor.relu, torch.relu_, torch.Tensor.relu_ = old
        return slope
    finally:
        for module, flag in flags:
            module.training = flag


edit("guided_backprop", "plain_gradient",
     "node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))",
     "node.register_prehook(lambda grads: None)",
     of="guided_backprop__list_of_nodes", hint="This is the plain gradient: your clamp has no effect. A hook must *return* the new gradient, and it must sit where the gradient arrives.")

edit("guided_backprop", "clamped_at_the_image_only",
     "node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))",
     "node.register_prehook(lambda grads: None)",
     "grad(picked, image)[0]", "grad(picked, image)[0].clamp(min=0)",
     of="guided_backprop__list_of_nodes", hint="Only the gradient that arrives at the image is clamped. The second mask belongs to every ReLU, and not to the image.")

edit("guided_backprop", "clamped_from_above", "min", "max",
     of="guided_backprop__list_of_nodes", hint="clamp(max=0) keeps the negative gradients. Guided backpropagation keeps the positive ones: clamp(min=0).")

edit("guided_backprop", "last_relu_only", "for node in relus:", "for node in relus[:1]:",
     of="guided_backprop__list_of_nodes", hint="Only the ReLU nearest to the scores is guided. Every one of them has both masks.")

edit("guided_backprop", "does_not_follow_branches",
     "waiting += [before for before, _ in node.next_functions]",
     "waiting += [\n"
     "                    before\n"
     "                    for before, _ in node.next_functions\n"
     '                    if before and before.next_functions and before.name() != "TBackward0"\n'
     "                ][:1]",
     of="guided_backprop__list_of_nodes", hint="You follow only the first branch of the graph. Where two branches meet (a residual block) node.next_functions has several entries.")

edit("guided_backprop", "every_node_is_guided",
     "        for node in relus:\n"
     "            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))",
     "        for node in nodes:\n"
     "            if node.next_functions:\n"
     "                node.register_prehook(lambda grads: tuple(g if g is None else g.clamp(min=0) for g in grads))",
     of="guided_backprop__list_of_nodes", hint="All operations are clamped, not only ReLUs: convolutions and dense layers keep their ordinary gradient.")

edit("guided_backprop", "no_error_without_relu",
     "        if not relus:\n"
     '            raise ValueError("no ReLU")\n',
     "",
     of="guided_backprop__list_of_nodes", hint="A network without any ReLU gives its plain gradient under a wrong title. Raise ValueError.")

edit("guided_backprop", "absolute_value_of_the_result", "grad(picked, image)[0]", "grad(picked, image)[0].abs()",
     of="guided_backprop__list_of_nodes", hint="The result has lost its signs. Return the gradient as it arrives at the image; abs() is for drawing.")

edit("guided_backprop", "standardised_result",
     "        return torch.autograd.grad(picked, image)[0]",
     "        slope = torch.autograd.grad(picked, image)[0]\n"
     "        return ((slope - slope.mean()) / slope.std() * 0.1 + 0.5).clamp(0, 1)",
     of="guided_backprop__list_of_nodes", hint="The result is standardised for drawing. Return the raw gradient, drawing comes later.")

edit("guided_backprop", "guided_target_is_ignored", "if target is None else target", "",
     of="guided_backprop__list_of_nodes", hint="The largest score is explained, whatever `target` says. Use your own argmax only when target is None.")

edit("guided_backprop", "guided_argmax_of_the_whole_batch", "argmax(dim=1)", "argmax().item()",
     of="guided_backprop__list_of_nodes", hint="argmax() without dim counts through the whole batch, and its number is no class: scores.argmax(dim=1).")

edit("guided_backprop", "guided_first_image_only",
     "picked = scores[torch.arange(len(x)), target].sum()",
     "picked = scores[0, target if isinstance(target, int) else target[0]]",
     of="guided_backprop__list_of_nodes", hint="Only the score of image 0 is differentiated, so all other maps are zero. Pick one score for each image, and add them up.")

edit("guided_backprop", "guided_in_training_mode", "    model.eval()\n", "",
     of="guided_backprop__list_of_nodes", hint="Dropout and batch norm are in the mode the caller left them in, so the map is random. Switch to model.eval() for the computation.")

edit("guided_backprop", "guided_left_in_eval_mode",
     "        for module, flag in flags:\n"
     "            module.training = flag",
     "        pass",
     of="guided_backprop__list_of_nodes", hint="The model stays in eval mode afterwards. Note the flag of each module, and put each one back in the end.")


@mistake(replaces="guided_backprop", hint="After an IndexError the model stays in eval mode: the line that puts the flags back is never reached. It belongs into `finally:`.")
def guided_not_back_after_an_error(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    if True:
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        slope = torch.autograd.grad(picked, image)[0]
        for module, flag in flags:
            module.training = flag
        return slope


edit("guided_backprop", "guided_gradients_of_the_parameters_stay",
     "        return torch.autograd.grad(picked, image)[0]",
     "        picked.backward()\n"
     "        return image.grad",
     of="guided_backprop__list_of_nodes", hint="backward() also adds to the .grad of every parameter, and the next training step uses it. torch.autograd.grad(score, image) touches nothing.")
