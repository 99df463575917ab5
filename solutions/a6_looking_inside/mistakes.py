"""Known wrong solutions of a6_looking_inside, each with the hint that a student who made it reads.

A catalogue, not a program: one function per misconception, self-contained, with the student's signature. `convgrade prove`
puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of graders' experience.
Where two look alike on every failed check the first is named, so the narrower one stands first.
"""

from collections import OrderedDict

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import mistake


# ================================================================ feature_maps: FeatureMaps


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__exit__",
    hint="Nothing takes the hooks away: they go on recording long after the block. Keep every handle and call its remove() in __exit__.",
)
def hooks_stay(self, *exc):
    self.handles = []


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__exit__",
    hint="__exit__ removes the hooks only when all went well. It is called after an error, too: remove them in any case.",
)
def hooks_stay_after_an_error(self, *exc):
    if exc[0] is not None:
        return
    for handle in self.handles:
        handle.remove()
    self.handles = []


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__exit__",
    hint="__exit__ returns True, and that swallows every error of the block. Return nothing.",
)
def swallows_the_error(self, *exc):
    for handle in self.handles:
        handle.remove()
    self.handles = []
    return True


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__exit__",
    hint="_forward_hooks.clear() also throws away hooks that other people put there. Remove your own, by their handles.",
)
def clears_everybodys_hooks(self, *exc):
    for module in self.model.modules():
        module._forward_hooks.clear()
    self.handles = []


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__exit__",
    hint="The maps are emptied when the block ends, just when one wants to look at them. Empty them when the next block begins.",
)
def forgets_the_maps_at_the_end(self, *exc):
    for handle in self.handles:
        handle.remove()
    self.handles, self.maps = [], {}


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="All maps end up under the name of the last layer: the hook looks `name` up when it is called, and by then the loop is over. Make each hook in a function of its own that gets the name.",
)
def one_name_for_all(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(lambda *seen: self.recorder(name)(*seen)))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="Only the direct children of the model are looked at. named_modules() goes down to any depth, named_children() does not.",
)
def only_the_top_level(self):
    modules = dict(self.model.named_children())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name)))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="Who only watches does not change the mode: leave out model.eval(). In which mode the model runs is the caller's business.",
)
def switches_to_eval(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    self.model.eval()
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name)))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="When a second block begins, the maps of the first are still there. Begin __enter__ with an empty dict.",
)
def maps_are_never_emptied(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name)))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="A name that the model does not have is passed over in silence, and the reader wonders where the map is. Raise ValueError.",
)
def unknown_names_are_ignored(self):
    modules = dict(self.model.named_modules())
    self.maps = {}
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name)))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="The unknown name is noticed too late: hooks are there already, and __exit__ is never called when __enter__ raises. Look at all names first.",
)
def hooks_before_looking(self):
    modules = dict(self.model.named_modules())
    self.maps = {}
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name)))
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="A layer that is named and also matches a type gets two hooks, and all its maps come twice. Ask for each module once whether it is wanted.",
)
def chosen_twice_recorded_twice(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    for one in [nn.Module] if self.layers is None else self.layers:
        for name, module in modules.items():
            wanted = name == one if isinstance(one, str) else isinstance(module, one)
            if wanted and self.chosen(name, module):
                self.handles.append(module.register_forward_hook(self.recorder(name)))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="The maps of nested modules lose the first parts of their names: keep the full one of named_modules(), with its dots.",
)
def last_part_of_the_name(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name.split(".")[-1])))
    return self


@mistake(
    "feature_maps",
    replaces="FeatureMaps.__enter__",
    hint="__enter__ returns None, and that is what `as seen` gets. End with `return self`.",
)
def enter_returns_nothing(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    for name, module in modules.items():
        if self.chosen(name, module):
            self.handles.append(module.register_forward_hook(self.recorder(name)))
    return None


@mistake(
    "feature_maps",
    replaces="FeatureMaps.chosen",
    hint="Without `layers` only leaves are recorded, modules without children. You also record the containers around them.",
)
def containers_too(self, name, module):
    if self.layers is None:
        return name != ""
    return any(name == one if isinstance(one, str) else isinstance(module, one) for one in self.layers)


@mistake(
    "feature_maps",
    replaces="FeatureMaps.chosen",
    hint="A type in `layers` is ignored. nn.Conv2d there means every module of that type: isinstance(module, one).",
)
def names_only(self, name, module):
    if self.layers is None:
        return not list(module.children())
    return any(name == one if isinstance(one, str) else False for one in self.layers)


@mistake(
    "feature_maps",
    replaces="FeatureMaps.recorder",
    hint="You keep the tensor itself. An in-place ReLU that follows writes into it, and the map of the layer before shows the ReLU's output: .detach().clone().",
)
def keeps_references(self, name):
    def hook(module, inputs, output):
        key, number = name, 1
        while key in self.maps:
            number += 1
            key = f"{name}#{number}"
        first = output[0] if isinstance(output, tuple) else output
        self.maps[key] = first.detach()

    return hook


@mistake(
    "feature_maps",
    replaces="FeatureMaps.recorder",
    hint="The maps still hang on the graph, with all its memory. Record copies without gradient: .detach().clone().",
)
def maps_with_gradient(self, name):
    def hook(module, inputs, output):
        key, number = name, 1
        while key in self.maps:
            number += 1
            key = f"{name}#{number}"
        first = output[0] if isinstance(output, tuple) else output
        self.maps[key] = first.clone()

    return hook


@mistake(
    "feature_maps",
    replaces="FeatureMaps.recorder",
    hint="A hook gets (module, inputs, output), and you keep the inputs. What the layer gives is the third one.",
)
def records_inputs(self, name):
    def hook(module, inputs, output):
        key, number = name, 1
        while key in self.maps:
            number += 1
            key = f"{name}#{number}"
        first = inputs[0]
        self.maps[key] = first.detach().clone()

    return hook


@mistake(
    "feature_maps",
    replaces="FeatureMaps.recorder",
    hint="When a module runs twice, its second map overwrites the first. The second one is called “name#2”.",
)
def second_run_overwrites(self, name):
    def hook(module, inputs, output):
        key = name
        first = output[0] if isinstance(output, tuple) else output
        self.maps[key] = first.detach().clone()

    return hook


@mistake(
    "feature_maps",
    replaces="FeatureMaps.recorder",
    hint="What a hook returns takes the place of the layer's output, and yours returns the detached copy: no gradient comes through any more. Return nothing.",
)
def hook_cuts_the_gradient(self, name):
    def hook(module, inputs, output):
        key, number = name, 1
        while key in self.maps:
            number += 1
            key = f"{name}#{number}"
        first = output[0] if isinstance(output, tuple) else output
        self.maps[key] = first.detach().clone()
        return self.maps[key] if first is output else None

    return hook


@mistake(
    "feature_maps",
    replaces="FeatureMaps.recorder",
    hint="Some modules give a tuple (nn.GRU, nn.LSTM), and a tuple cannot be detached. Record its first item.",
)
def tuples_crash(self, name):
    def hook(module, inputs, output):
        key, number = name, 1
        while key in self.maps:
            number += 1
            key = f"{name}#{number}"
        first = output
        self.maps[key] = first.detach().clone()

    return hook


@mistake(
    "feature_maps",
    replaces="FeatureMaps",
    hint="The hooks are put there in __init__, before any block begins, and only once: the second block records nothing. Put them into __enter__.",
)
class hooks_in_init:
    def __init__(self, model, layers=None):
        self.layers, self.maps, self.handles = layers, {}, []
        modules = dict(model.named_modules())
        if any(isinstance(one, str) and one not in modules for one in layers or []):
            raise ValueError("the model has no such layer")
        for name, module in modules.items():
            if self.chosen(name, module):
                self.handles.append(module.register_forward_hook(self.recorder(name)))

    def __enter__(self):
        self.maps = {}
        return self

    def __exit__(self, *exc):
        for handle in self.handles:
            handle.remove()

    def chosen(self, name, module):
        if self.layers is None:
            return not list(module.children())
        return any(name == one if isinstance(one, str) else isinstance(module, one) for one in self.layers)

    def recorder(self, name):
        def hook(module, inputs, output):
            times = [key for key in self.maps if key.split("#")[0] == name]
            first = output[0] if isinstance(output, tuple) else output
            self.maps[f"{name}#{len(times) + 1}" if times else name] = first.detach().clone()

        return hook


# ================================================================ feature_maps: first_of_class, plot_maps


@mistake(
    "feature_maps",
    replaces="first_of_class",
    hint="argmax of all False is 0, so a batch without that class gives its first image, of some other class. Look first, and raise ValueError.",
)
def zero_when_there_is_none(labels, wanted):
    return int(torch.argmax((labels == wanted).to(torch.int64)))


@mistake(
    "feature_maps",
    replaces="first_of_class",
    hint="-1 is a valid index in Python, the last image. Raise ValueError when there is none.",
)
def minus_one_when_there_is_none(labels, wanted):
    places = torch.nonzero(labels == wanted)
    return int(places[0]) if len(places) else -1


@mistake(
    "feature_maps",
    replaces="first_of_class",
    hint="Nothing was found, and taking the first of nothing raises IndexError. Ask before, and raise ValueError with a sentence.",
)
def index_error_when_there_is_none(labels, wanted):
    return int(torch.nonzero(labels == wanted)[0])


@mistake(
    "feature_maps",
    replaces="first_of_class",
    hint="The index is a tensor; a Python int is asked for: int(…) or .item().",
)
def index_as_a_tensor(labels, wanted):
    places = torch.nonzero(labels == wanted)[:, 0]
    if len(places) == 0:
        raise ValueError("none")
    return places[0]


@mistake("feature_maps", replaces="plot_maps", hint="The last image of the batch is drawn; image 0 is asked for.")
def plots_the_last_image(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if values.ndim == 2 and column == 0:
                axes[row, 0].imshow(values[-1:], aspect="auto")
                axes[row, 0].set_title(name)
            elif values.ndim > 2 and column < values.shape[1]:
                axes[row, column].imshow(values[-1, column])
                axes[row, column].set_title(f"{name} [{column}]")
    return figure


@mistake(
    "feature_maps",
    replaces="plot_maps",
    hint="The titles carry the number of the map, not its name. After the first block of layers such a number is wrong anyway: use the key of the dict.",
)
def titles_by_number_of_the_map(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if values.ndim == 2 and column == 0:
                axes[row, 0].imshow(values[:1], aspect="auto")
                axes[row, 0].set_title(name)
            elif values.ndim > 2 and column < values.shape[1]:
                axes[row, column].imshow(values[0, column])
                axes[row, column].set_title(f"{row} [{column}]")
    return figure


@mistake(
    "feature_maps",
    replaces="plot_maps",
    hint="A map with fewer channels than columns stops it with an IndexError. Look at values.shape[1] first.",
)
def needs_enough_channels(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if values.ndim == 2 and column == 0:
                axes[row, 0].imshow(values[:1], aspect="auto")
                axes[row, 0].set_title(name)
            elif values.ndim > 2:
                axes[row, column].imshow(values[0, column])
                axes[row, column].set_title(f"{name} [{column}]")
    return figure


@mistake(
    "feature_maps",
    replaces="plot_maps",
    hint="The grid is transposed: one row for each map, one column for each channel.",
)
def maps_along_the_columns(maps, channels=5):
    figure, axes = plt.subplots(channels, len(maps), squeeze=False)
    axes = axes.T
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if values.ndim == 2 and column == 0:
                axes[row, 0].imshow(values[:1], aspect="auto")
                axes[row, 0].set_title(name)
            elif values.ndim > 2 and column < values.shape[1]:
                axes[row, column].imshow(values[0, column])
                axes[row, column].set_title(f"{name} [{column}]")
    return figure


@mistake(
    "feature_maps",
    replaces="plot_maps",
    hint="A map (B, N) of a dense layer has no height and width, so imshow cannot draw values[0, k]. Draw its N values at once, as (1, N).",
)
def dense_crashes(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if column < values.shape[1]:
                axes[row, column].imshow(values[0, column])
                axes[row, column].set_title(f"{name} [{column}]")
    return figure


@mistake("feature_maps", replaces="plot_maps", hint="The figure is drawn but not returned: end with `return figure`.")
def maps_figure_not_returned(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if values.ndim == 2 and column == 0:
                axes[row, 0].imshow(values[:1], aspect="auto")
                axes[row, 0].set_title(name)
            elif values.ndim > 2 and column < values.shape[1]:
                axes[row, column].imshow(values[0, column])
                axes[row, column].set_title(f"{name} [{column}]")
    return None


# ================================================================ saliency


@mistake(
    "saliency",
    replaces="saliency",
    hint="A pixel that pulls the score down matters, too. Take the absolute value of the slopes.",
)
def no_absolute_value(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="First the absolute value, then the largest over the channels. The other way round a slope of −4 loses against 1.",
)
def absolute_value_after_the_maximum(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.amax(dim=1).abs()


@mistake(
    "saliency",
    replaces="saliency",
    hint="squeeze() also removes the batch axis when there is one image. Take the channel axis away by name: amax(dim=1).",
)
def squeezed(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1, keepdim=True).squeeze()


@mistake(
    "saliency",
    replaces="saliency",
    hint="You return a map for each channel. Take the largest over the channels: (B, H, W).",
)
def all_channels_returned(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs()


@mistake(
    "saliency",
    replaces="saliency",
    hint="The largest score is explained, whatever `target` says. Use your own argmax only when target is None.",
)
def target_is_ignored(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1)
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="Every image is explained by the class of the first one. Without a target each image has its own: scores.argmax(dim=1).",
)
def class_of_the_first_image(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = int(scores[0].argmax()) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="Only the score of image 0 is differentiated, so all other maps are zero. Pick one score for each image, and add them up.",
)
def first_image_only(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[0, target if isinstance(target, int) else target[0]]
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake("saliency", replaces="saliency", hint="You differentiate the sum of all scores. Pick the one of the target.")
def sum_of_all_scores(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores.sum() + 0 * scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="You differentiate the probability after a softmax. Where the network is sure, that is flat. Take the score itself.",
)
def probability_not_score(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores.softmax(dim=1)[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="You differentiate a loss. It is for training; a map asks what moves the score itself.",
)
def loss_not_score(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            label = torch.as_tensor(target).expand(len(x))
            picked = F.cross_entropy(scores, label)
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="Dropout and batch norm are in the mode the caller left them in, so the map is random. Switch to model.eval() for the computation.",
)
def in_training_mode(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="The model stays in eval mode afterwards. Note the flag of each module, and put each one back in the end.",
)
def left_in_eval_mode(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        pass
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="You keep the flag of the model only, and model.train(flag) sets it for every module inside: a batch norm that was frozen on purpose is awake again. Keep one flag per module.",
)
def one_flag_for_all(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        model.train(flags[0][1])
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="After an IndexError the model stays in eval mode: the line that puts the flags back is never reached. It belongs into `finally:`.",
)
def not_back_after_an_error(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    if True:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    for module, flag in flags:
        module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="Inside somebody's torch.no_grad() nothing is recorded. Open `with torch.enable_grad():` around your forward pass.",
)
def fails_under_no_grad(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        if True:
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="backward() also adds to the .grad of every parameter, and the next training step uses it. torch.autograd.grad(score, image) touches nothing.",
)
def gradients_of_the_parameters_stay(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            picked.backward()
            slope = image.grad
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="zero_grad() throws away gradients that were there before you came. torch.autograd.grad(score, image) leaves all .grad alone.",
)
def gradients_of_the_parameters_wiped(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            picked.backward()
            slope = image.grad
            model.zero_grad()
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="As in many tutorials, the model stays in eval mode, its parameters and x keep gradients, and under torch.no_grad() nothing works. Put every flag back, take a copy of x, torch.enable_grad() and torch.autograd.grad.",
)
def straight_from_a_tutorial(model, x, target=None):
    model.eval()
    x.requires_grad_()
    scores = model(x)
    target = scores.argmax(dim=1) if target is None else target
    scores[torch.arange(len(x)), target].sum().backward()
    return x.grad.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="The caller's x asks for gradients afterwards: you called requires_grad_() on it. Work on x.detach().clone().",
)
def uses_the_callers_image(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="backward() adds to x.grad: the second call gives twice the map, and the caller's x is changed. Work on a copy, and use torch.autograd.grad.",
)
def gradient_adds_up_in_x(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            kept = [p.grad for p in model.parameters()]
            picked.backward()
            for p, old in zip(model.parameters(), kept):
                p.grad = old
            slope = image.grad.clone()
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake(
    "saliency",
    replaces="saliency",
    hint="The result still hangs on the graph (create_graph=True). Return a tensor without gradient.",
)
def result_with_gradient(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image, create_graph=True)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1)


@mistake("saliency", replaces="saliency", hint="The result is a NumPy array, a tensor is asked for.")
def result_as_numpy(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[torch.arange(len(x)), target].sum()
            (slope,) = torch.autograd.grad(picked, image)
    finally:
        for module, flag in flags:
            module.training = flag
    return slope.abs().amax(dim=1).numpy()


# ================================================================ trustworthy


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test says True to everything, even to a map of zeros. Compare the maps with slopes that you know.",
)
def trusts_everything(look):
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test rejects right implementations: it compares with the slopes themselves. A saliency map has their absolute values.",
)
def expects_signed_slopes(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test images have one channel, where a sum, a maximum and channel 0 are all the same. Take two or more.",
)
def one_channel_only(look):
    weight = torch.randn(3, 1, 6, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="All slopes of your test network are positive: a missing absolute value goes unnoticed. Use both signs.",
)
def positive_weights_only(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1)).abs()
    x = (weight - weight.mean(dim=0))[[2, 0]]  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test never asks for a class, so it cannot see that a target is ignored. Try an int, and a list.",
)
def never_gives_a_target(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, None, [2, 0]), (x[:1], None, [2])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test always asks for a class. Leave the target out once, with two images that say different things.",
)
def never_without_a_target(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test asks for the same class for every image. Try a list of classes, and once no class at all.",
)
def one_class_for_all(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 0, [0, 0]), (x, 1, [1, 1]), (x[:1], 2, [2])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test has batches of one image only. What goes wrong between images of a batch stays hidden.",
)
def one_image_only(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x[:1], 1, [1]), (x[1:], [2], [2]), (x[:1], None, [2]), (x[1:], None, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test never sends one image alone. That is where squeeze() swallows the batch axis.",
)
def never_one_image(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="When the function raises an error, yours raises it, too. Catch it, and say False.",
)
def lets_errors_through(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        maps = look(model, pictures, target)
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and model.training and model[1].training


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test looks at the maps only. A function that leaves the model in eval mode or gradients behind gives the right numbers, too.",
)
def looks_at_numbers_only(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test looks at the maps of a network that is the same in both modes. Put a dropout into it, and look at the flags, at every .grad and at x afterwards.",
)
def plain_network_numbers_only(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), dense)
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    return True


@mistake(
    "trustworthy",
    replaces="trustworthy",
    hint="Your test hands the model over in eval mode, so that nobody has to switch. Start in training mode, with a dropout inside.",
)
def model_in_eval_mode(look):
    weight = torch.randn(3, 2, 3, 5, generator=torch.Generator().manual_seed(1))
    x = weight[[2, 0]].clone()  # each looks like its class
    dense = nn.Linear(30, 3)
    dense.weight.data = weight.flatten(1)
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), dense)
    model.eval()
    wanted = [(x, 1, [1, 1]), (x, [1, 2], [1, 2]), (x, None, [2, 0]), (x[:1], 0, [0])]
    for pictures, target, classes in wanted:
        right = weight[classes].abs().amax(dim=1)
        try:
            maps = look(model, pictures, target)
        except Exception:
            return False
        if maps.shape != right.shape or not torch.allclose(maps, right):
            return False
    clean = dense.weight.grad is None and not x.requires_grad
    return clean and not model.training


# ================================================================ guided_backprop


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Only ReLUs right below the model are hooked; those inside blocks are missed. model.modules() goes down to any depth, children() does not.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Only ReLUs that sit in an nn.Sequential are hooked. A model may keep its ReLU as an attribute: ask model.modules().",
)
def hooks_only_in_sequentials(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    handles = []

    def guide(module, inputs, output):
        output.register_hook(lambda g: g.clamp(min=0))
        ran.append(module)

    ran = []
    model.eval()
    try:
        for module in [one for box in model.modules() if isinstance(box, nn.Sequential) for one in box]:
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Your hooks are still on the modules: from now on every training step is guided, too. Remove each handle in the end.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="After an error your hooks stay: the lines that remove them are never reached. They belong into `finally:`.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="LeakyReLU and ELU are guided as well. Only ReLUs get the second mask; the others keep their ordinary gradient.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="register_full_backward_hook cannot handle in-place ReLUs: “Output 0 of BackwardHookFunction is a view and is being modified inplace”. Put a hook on the output tensor, or on the nodes of the graph.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="You set inplace = False on the ReLUs and do not set it back. Whoever looks must not touch.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="No nn.ReLU was found, and your function says nothing: what it shows is the plain gradient under a wrong title. Raise ValueError. (And F.relu is no module: see way 2 and 3.)",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="A ReLU that the model owns but never calls is no reason to be content. Count those that take part in computing the scores. (And F.relu is no module: see way 2 and 3.)",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="A hook on modules sees nn.ReLU, and not F.relu, torch.relu or x.relu(): those stay unguided, and half of a mixed network, too. Ways 2 and 3 see all of them.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Only the second mask is there: where the ReLU was off nothing may go through either. g · [x > 0] · [g > 0].",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="The in-place functions torch.relu_ and x.relu_() stay unguided.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="F.relu and its like are still your own versions afterwards: everything in this notebook is guided from now on. Put the old ones back.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="After an error F.relu and its like stay your own versions. Putting them back belongs into `finally:`.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="This is the plain gradient: your clamp has no effect. A hook must *return* the new gradient, and it must sit where the gradient arrives.",
)
def plain_gradient(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: None)
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Only the gradient that arrives at the image is clamped. The second mask belongs to every ReLU, and not to the image.",
)
def clamped_at_the_image_only(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: None)
        return torch.autograd.grad(picked, image)[0].clamp(min=0)
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="clamp(max=0) keeps the negative gradients. Guided backpropagation keeps the positive ones: clamp(min=0).",
)
def clamped_from_above(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(max=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Only the ReLU nearest to the scores is guided. Every one of them has both masks.",
)
def last_relu_only(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus[:1]:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="You follow only the first branch of the graph. Where two branches meet (a residual block) node.next_functions has several entries.",
)
def does_not_follow_branches(model, x, target=None):
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
                waiting += [
                    before
                    for before, _ in node.next_functions
                    if before and before.next_functions and before.name() != "TBackward0"
                ][:1]
        relus = [node for node in nodes if node.name() == "ReluBackward0"]
        if not relus:
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="All operations are clamped, not only ReLUs: convolutions and dense layers keep their ordinary gradient.",
)
def every_node_is_guided(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in nodes:
            if node.next_functions:
                node.register_prehook(lambda grads: tuple(g if g is None else g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="A network without any ReLU gives its plain gradient under a wrong title. Raise ValueError.",
)
def no_error_without_relu(model, x, target=None):
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
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="The result has lost its signs. Return the gradient as it arrives at the image; abs() is for drawing.",
)
def absolute_value_of_the_result(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0].abs()
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="The result is standardised for drawing. Return the raw gradient, drawing comes later.",
)
def standardised_result(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        slope = torch.autograd.grad(picked, image)[0]
        return ((slope - slope.mean()) / slope.std() * 0.1 + 0.5).clamp(0, 1)
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="The largest score is explained, whatever `target` says. Use your own argmax only when target is None.",
)
def guided_target_is_ignored(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1)
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
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="argmax() without dim counts through the whole batch, and its number is no class: scores.argmax(dim=1).",
)
def guided_argmax_of_the_whole_batch(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax().item() if target is None else target
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
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Only the score of image 0 is differentiated, so all other maps are zero. Pick one score for each image, and add them up.",
)
def guided_first_image_only(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            target = scores.argmax(dim=1) if target is None else target
            picked = scores[0, target if isinstance(target, int) else target[0]]
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
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="Dropout and batch norm are in the mode the caller left them in, so the map is random. Switch to model.eval() for the computation.",
)
def guided_in_training_mode(model, x, target=None):
    flags = [(module, module.training) for module in model.modules()]
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        for module, flag in flags:
            module.training = flag


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="The model stays in eval mode afterwards. Note the flag of each module, and put each one back in the end.",
)
def guided_left_in_eval_mode(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        return torch.autograd.grad(picked, image)[0]
    finally:
        pass


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="After an IndexError the model stays in eval mode: the line that puts the flags back is never reached. It belongs into `finally:`.",
)
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


@mistake(
    "guided_backprop",
    replaces="guided_backprop",
    hint="backward() also adds to the .grad of every parameter, and the next training step uses it. torch.autograd.grad(score, image) touches nothing.",
)
def guided_gradients_of_the_parameters_stay(model, x, target=None):
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
            raise ValueError("no ReLU took part")
        for node in relus:
            node.register_prehook(lambda grads: tuple(g.clamp(min=0) for g in grads))
        picked.backward()
        return image.grad
    finally:
        for module, flag in flags:
            module.training = flag


# ================================================================ picture_maths


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="You divide by the variance. It is the square of the standard deviation.",
)
def variance_instead_of_std(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).var(1).reshape(shape)
    return ((g - mean) / std.clamp(min=1e-7) * saturation + brightness).clamp(lo, hi)


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="Your standard deviation divides by n; torch's default divides by n − 1.",
)
def population_std(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1, correction=0).reshape(shape)
    return ((g - mean) / std.clamp(min=1e-7) * saturation + brightness).clamp(lo, hi)


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="Mean and σ are those of the whole batch. Each picture is standardised by itself.",
)
def statistics_of_the_batch(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.mean(), g.std()
    return ((g - mean) / std.clamp(min=1e-7) * saturation + brightness).clamp(lo, hi)


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="A picture with one value has σ = 0, and 0 / 0 is NaN. Divide by max(σ, 1e-7).",
)
def nan_on_plain_pictures(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1).reshape(shape)
    return ((g - mean) / std * saturation + brightness).clamp(lo, hi)


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="You clamp before saturation and brightness are applied, and lose half of the picture. First the whole formula, then the clamp.",
)
def clamped_before_the_shift(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1).reshape(shape)
    return ((g - mean) / std.clamp(min=1e-7)).clamp(lo, hi) * saturation + brightness


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="g is changed in place (sub_, div_, -= and their like write into it). Make new tensors.",
)
def changes_g(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    if g.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1).reshape(shape)
    return g.sub_(mean).div_(std.clamp(min=1e-7)).mul_(saturation).add_(brightness).clamp_(lo, hi)


@mistake(
    "picture_maths",
    replaces="standardize_and_clip",
    hint="A single NaN makes the whole picture NaN, and nobody is told. Raise ValueError.",
)
def nan_goes_through(g, saturation=0.1, brightness=0.5, lo=0.0, hi=1.0):
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean, std = g.flatten(1).mean(1).reshape(shape), g.flatten(1).std(1).reshape(shape)
    return ((g - mean) / std.clamp(min=1e-7) * saturation + brightness).clamp(lo, hi)


@mistake(
    "picture_maths",
    replaces="normalize01",
    hint="You divide by the maximum only; with negative values that does not end in [0, 1]. Subtract the minimum first.",
)
def divides_by_the_maximum(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return x / high.abs().clamp(min=eps)


@mistake(
    "picture_maths",
    replaces="normalize01",
    hint="Minimum and maximum are those of the whole batch. Each picture is stretched by itself.",
)
def stretched_over_the_batch(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.amin(), x.amax()
    return (x - low) / (high - low).clamp(min=eps)


@mistake(
    "picture_maths",
    replaces="normalize01",
    hint="max − min is 0 for a picture with one value, and 0 / 0 is NaN. Divide by max(max − min, eps).",
)
def plain_picture_is_nan(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return (x - low) / (high - low)


@mistake(
    "picture_maths",
    replaces="normalize01",
    hint="x is changed in place (-=, /= and their like write into it). Make a new tensor.",
)
def changes_x(x, eps=1e-12):
    if x.isnan().any():
        raise ValueError("NaN")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return x.sub_(low).div_((high - low).clamp(min=eps))


@mistake("picture_maths", replaces="normalize01", hint="A NaN goes through in silence. Raise ValueError.")
def normalize_lets_nan_through(x, eps=1e-12):
    shape = (-1,) + (1,) * (x.ndim - 1)
    low, high = x.flatten(1).amin(1).reshape(shape), x.flatten(1).amax(1).reshape(shape)
    return (x - low) / (high - low).clamp(min=eps)


@mistake(
    "picture_maths",
    replaces="overlay",
    hint="alpha belongs to the map, 1 − alpha to the image. With alpha = 0 only the image is seen.",
)
def alpha_reversed(gray, heat, alpha=0.75):
    if gray.shape != heat.shape:
        raise ValueError("shapes differ")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha")
    colour = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    return alpha * gray[:, None] + (1 - alpha) * colour


@mistake(
    "picture_maths",
    replaces="overlay",
    hint="The image counts fully, and the map comes on top: that goes beyond 1. The image gets the weight 1 − alpha.",
)
def image_at_full_strength(gray, heat, alpha=0.75):
    if gray.shape != heat.shape:
        raise ValueError("shapes differ")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha")
    colour = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    return gray[:, None] + alpha * colour


@mistake(
    "picture_maths",
    replaces="overlay",
    hint="The colours come last, (B, H, W, 3). PyTorch has them behind the batch: (B, 3, H, W).",
)
def colours_last(gray, heat, alpha=0.75):
    if gray.shape != heat.shape:
        raise ValueError("shapes differ")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha")
    colour = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    return ((1 - alpha) * gray[:, None] + alpha * colour).permute(0, 2, 3, 1)


@mistake(
    "picture_maths",
    replaces="overlay",
    hint="One map for two images is laid over both in silence (broadcasting). Compare the shapes, and raise ValueError.",
)
def shapes_not_compared(gray, heat, alpha=0.75):
    if not 0 <= alpha <= 1:
        raise ValueError("alpha")
    colour = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    return (1 - alpha) * gray[:, None] + alpha * colour


@mistake(
    "picture_maths",
    replaces="overlay",
    hint="An alpha of 1.5 gives colours below 0. Raise ValueError when it is not between 0 and 1.",
)
def alpha_not_looked_at(gray, heat, alpha=0.75):
    if gray.shape != heat.shape:
        raise ValueError("shapes differ")
    colour = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    return (1 - alpha) * gray[:, None] + alpha * colour


# ================================================================ temperature_softmax


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="You multiply by T, so a high temperature makes it sharper. Divide.",
)
def multiplies_by_T(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return F.softmax(logits * T, dim=dim)


@mistake("temperature_softmax", replaces="temperature_softmax", hint="The temperature is applied twice. Divide once.")
def T_twice(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return F.softmax(logits / T / T, dim=dim)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="You divide the probabilities by T: they no longer add up to 1, and their shape is the same. Divide the logits, before the softmax.",
)
def divides_the_probabilities(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return F.softmax(logits, dim=dim) / T


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="The softmax runs along dim 0, over the batch. It runs along `dim`, the last axis by default.",
)
def always_dim_0(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return F.softmax(logits / T, dim=0)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="exp of a large score is infinite, and infinity by infinity is NaN. Subtract the largest score first, or use F.softmax.",
)
def overflows(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return torch.exp(logits / T) / torch.exp(logits / T).sum(dim=dim, keepdim=True)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="These are the logarithms of the probabilities (log_softmax).",
)
def log_probabilities(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return F.log_softmax(logits / T, dim=dim)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="T = 0 divides by zero: NaN. Raise ValueError unless T > 0.",
)
def T_zero_is_nan(logits, T=1.0, dim=-1):
    return F.softmax(logits / T, dim=dim)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="A negative temperature turns the order round. Raise ValueError for it, too.",
)
def negative_T_is_allowed(logits, T=1.0, dim=-1):
    if T == 0:
        raise ValueError("T")
    return F.softmax(logits / T, dim=dim)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="`/=` and div_ write into the caller's logits. Make a new tensor: logits / T.",
)
def changes_the_logits(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    logits.data.div_(T)
    return F.softmax(logits, dim=dim)


@mistake(
    "temperature_softmax",
    replaces="temperature_softmax",
    hint="The result is detached: no gradient flows back to the logits.",
)
def temperature_without_gradient(logits, T=1.0, dim=-1):
    if not T > 0:
        raise ValueError("T")
    return F.softmax(logits / T, dim=dim).detach()


# ================================================================ evidence: prediction_strip


@mistake(
    "evidence", replaces="prediction_strip", hint="imshow wants the colours last, (H, W, 3): image.permute(1, 2, 0)."
)
def colours_first_in_imshow(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(images[i])
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


@mistake(
    "evidence",
    replaces="prediction_strip",
    hint="Without vmin=0 and vmax=1 matplotlib stretches every image from its darkest to its brightest pixel: a dark image looks bright.",
)
def gray_is_stretched(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray")
        else:
            axes.imshow(images[i].permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


@mistake(
    "evidence", replaces="prediction_strip", hint="True and predicted are swapped in the titles: “true / predicted”."
)
def titles_swapped(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(images[i].permute(1, 2, 0))
        axes.set_title(f"{classes[y_pred[i]]} / {classes[y_true[i]]}")
    return figure


@mistake(
    "evidence",
    replaces="prediction_strip",
    hint="The titles are those of the errors, the images are the first ones of the batch. Take image, label and prediction with the same index.",
)
def wrong_images_for_the_errors(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        image = images[column]
        if len(image) == 1:
            axes.imshow(image[0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(image.permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


@mistake(
    "evidence",
    replaces="prediction_strip",
    hint="You take the first n images and then look for errors among them. First the errors, then n of them.",
)
def n_before_the_errors(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images))[:n] if not only_errors or y_true[i] != y_pred[i]]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(images[i].permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


@mistake(
    "evidence",
    replaces="prediction_strip",
    hint="only_errors has no effect: with it, keep those where y_true and y_pred differ.",
)
def only_errors_is_ignored(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if True][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(images[i].permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


@mistake(
    "evidence",
    replaces="prediction_strip",
    hint="plt.subplots(1, 0) is an error: without a wrong image there is no column. Return a figure without axes.",
)
def no_errors_crash(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure, _ = plt.subplots(1, len(places))
    figure.clear()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(images[i].permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    return figure


@mistake(
    "evidence", replaces="prediction_strip", hint="Leave out plt.show(): the notebook draws the figure that you return."
)
def strip_shown(images, y_true, y_pred, classes, only_errors=False, n=10):
    places = [i for i in range(len(images)) if not only_errors or y_true[i] != y_pred[i]][:n]
    figure = plt.figure()
    for column, i in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        if len(images[i]) == 1:
            axes.imshow(images[i, 0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(images[i].permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[i]]} / {classes[y_pred[i]]}")
    plt.show()
    return figure


# ================================================================ evidence: training_curves


@mistake(
    "evidence",
    replaces="training_curves",
    hint="The validation points stand at 0, 1, 2 … Each belongs to the step at which its epoch ended.",
)
def validation_from_zero(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(
    "evidence",
    replaces="training_curves",
    hint="plot(values) counts 0, 1, 2 … Say where the values stand: the steps 1 … S for training, and for validation the steps at which its epochs ended.",
)
def everything_from_zero(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        axes.plot(logs[name], label="train")
        axes.plot(logs["val_" + name], label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(
    "evidence", replaces="training_curves", hint="Training steps are counted from 0. The first value is that of step 1."
)
def training_from_zero(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(
    "evidence", replaces="training_curves", hint="The boundary is not drawn: axes.axvline(boundary), in both axes."
)
def boundary_is_ignored(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


@mistake(
    "evidence",
    replaces="training_curves",
    hint="The accuracy axis zooms in on the values. Show it from 0 to 1, so that 0.9 looks like 0.9.",
)
def accuracy_axis_floats(logs, boundary=None):
    figure, panels = plt.subplots(1, 2)
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    return figure


@mistake(
    "evidence",
    replaces="training_curves",
    hint="Everything is drawn into one axes. Loss and accuracy each get their own.",
)
def all_in_one_axes(logs, boundary=None):
    figure, one = plt.subplots()
    panels = [one, one]
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        epoch = len(train) // len(valid)
        axes.plot(range(1, len(train) + 1), train, label="train")
        axes.plot(range(epoch, len(train) + 1, epoch), valid, label="valid")
        if boundary is not None:
            axes.axvline(boundary)
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure


# ================================================================ evidence: confusion_figure


@mistake(
    "evidence",
    replaces="confusion_figure",
    hint="The numbers are transposed: axes.text takes x first, and x is the column.",
)
def counts_transposed(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(row, column, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


@mistake(
    "evidence",
    replaces="confusion_figure",
    hint="Rows and columns are exchanged, in the picture and in the numbers. Rows are true, columns predicted.",
)
def everything_transposed(matrix, classes):
    matrix = matrix.T
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


@mistake("evidence", replaces="confusion_figure", hint="Cells with 0 have no number. Every cell gets one.")
def zeros_left_out(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            if count:
                axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


@mistake(
    "evidence",
    replaces="confusion_figure",
    hint="The names of the axes are swapped: x (columns) is “predicted”, y (rows) is “true”.",
)
def axis_names_swapped(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("true")
    axes.set_ylabel("predicted")
    return figure


@mistake("evidence", replaces="confusion_figure", hint="The ticks show numbers; the names of the classes belong there.")
def no_class_names(matrix, classes):
    figure, axes = plt.subplots()
    axes.imshow(matrix)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            axes.text(column, row, str(count), ha="center", va="center")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure
