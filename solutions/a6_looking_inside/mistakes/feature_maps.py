"""Known mistakes of the exercise `feature_maps`. Of two that look alike the first is named: narrower ones stand first."""

import matplotlib.pyplot as plt
import torch
from torch import nn

from autograder.judge import edit, mistake


# ================================================================ feature_maps: FeatureMaps


@mistake(replaces="FeatureMaps.__exit__", hint="Nothing takes the hooks away: they go on recording long after the block. Keep every handle and call its remove() in __exit__.")
def hooks_stay(self, *exc):
    self.handles = []


edit("FeatureMaps.__exit__", "hooks_stay_after_an_error",
     "    for handle in self.handles:",
     "    if exc[0] is not None:\n"
     "        return\n"
     "    for handle in self.handles:",
     hint="__exit__ removes the hooks only when all went well. It is called after an error, too: remove them in any case.")

edit("FeatureMaps.__exit__", "swallows_the_error",
     "    self.handles = []",
     "    self.handles = []\n"
     "    return True",
     hint="__exit__ returns True, and that swallows every error of the block. Return nothing.")

edit("FeatureMaps.__exit__", "clears_everybodys_hooks",
     "for handle in self.handles:", "for module in self.model.modules():",
     "handle.remove()", "module._forward_hooks.clear()",
     hint="_forward_hooks.clear() also throws away hooks that other people put there. Remove your own, by their handles.")

edit("FeatureMaps.__exit__", "forgets_the_maps_at_the_end", "self.handles = []", "self.handles, self.maps = [], {}",
     hint="The maps are emptied when the block ends, just when one wants to look at them. Empty them when the next block begins.")

edit("FeatureMaps.__enter__", "one_name_for_all",
     "self.handles.append(module.register_forward_hook(self.recorder(name)))",
     "self.handles.append(module.register_forward_hook(lambda *seen: self.recorder(name)(*seen)))",
     hint="All maps end up under the name of the last layer: the hook looks `name` up when it is called, and by then the loop is over. Make each hook in a function of its own that gets the name.")

edit("FeatureMaps.__enter__", "only_the_top_level", "named_modules", "named_children",
     hint="Only the direct children of the model are looked at. named_modules() goes down to any depth, named_children() does not.")

edit("FeatureMaps.__enter__", "switches_to_eval",
     "    for name, module in modules.items():",
     "    self.model.eval()\n"
     "    for name, module in modules.items():",
     hint="Who only watches does not change the mode: leave out model.eval(). In which mode the model runs is the caller's business.")

edit("FeatureMaps.__enter__", "maps_are_never_emptied", "    self.maps = {}\n", "",
     hint="When a second block begins, the maps of the first are still there. Begin __enter__ with an empty dict.")

edit("FeatureMaps.__enter__", "unknown_names_are_ignored",
     "    for layer in self.layers or []:\n"
     "        if isinstance(layer, str) and layer not in modules:\n"
     '            raise ValueError(f"the model has no layer {layer!r}")\n',
     "",
     hint="A name that the model does not have is passed over in silence, and the reader wonders where the map is. Raise ValueError.")


@mistake(replaces="FeatureMaps.__enter__", hint="The unknown name is noticed too late: hooks are there already, and __exit__ is never called when __enter__ raises. Look at all names first.")
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


@mistake(replaces="FeatureMaps.__enter__", hint="A layer that is named and also matches a type gets two hooks, and all its maps come twice. Ask for each module once whether it is wanted.")
def chosen_twice_recorded_twice(self):
    modules = dict(self.model.named_modules())
    for layer in self.layers or []:
        if isinstance(layer, str) and layer not in modules:
            raise ValueError(f"the model has no layer {layer!r}")
    self.maps = {}
    for layer in [nn.Module] if self.layers is None else self.layers:
        for name, module in modules.items():
            wanted = name == layer if isinstance(layer, str) else isinstance(module, layer)
            if wanted and self.chosen(name, module):
                self.handles.append(module.register_forward_hook(self.recorder(name)))
    return self


edit("FeatureMaps.__enter__", "last_part_of_the_name", "recorder(name)", 'recorder(name.split(".")[-1])',
     hint="The maps of nested modules lose the first parts of their names: keep the full one of named_modules(), with its dots.")

edit("FeatureMaps.__enter__", "enter_returns_nothing", "return self", "return None",
     hint="__enter__ returns None, and that is what `as seen` gets. End with `return self`.")

edit("FeatureMaps.chosen", "containers_too", "return not list(module.children())", 'return name != ""',
     hint="Without `layers` only leaves are recorded, modules without children. You also record the containers around them.")

edit("FeatureMaps.chosen", "names_only", "isinstance(module, one)", "False",
     hint="A type in `layers` is ignored. nn.Conv2d there means every module of that type: isinstance(module, one).")

edit("FeatureMaps.recorder", "keeps_references", ").clone()", ")",
     hint="You keep the tensor itself. An in-place ReLU that follows writes into it, and the map of the layer before shows the ReLU's output: .detach().clone().")

edit("FeatureMaps.recorder", "maps_with_gradient", "first.detach().", "first.",
     hint="The maps still hang on the graph, with all its memory. Record copies without gradient: .detach().clone().")

edit("FeatureMaps.recorder", "records_inputs",
     "first = output[0] if isinstance(output, tuple) else output", "first = inputs[0]",
     hint="A hook gets (module, inputs, output), and you keep the inputs. What the layer gives is the third one.")


@mistake(replaces="FeatureMaps.recorder", hint="When a module runs twice, its second map overwrites the first. The second one is called “name#2”.")
def second_run_overwrites(self, name):
    def hook(module, inputs, output):
        key = name
        first = output[0] if isinstance(output, tuple) else output
        self.maps[key] = first.detach().clone()

    return hook


edit("FeatureMaps.recorder", "hook_cuts_the_gradient",
     "        self.maps[key] = first.detach().clone()",
     "        self.maps[key] = first.detach().clone()\n"
     "        return self.maps[key] if first is output else None",
     hint="What a hook returns takes the place of the layer's output, and yours returns the detached copy: no gradient comes through any more. Return nothing.")

edit("FeatureMaps.recorder", "tuples_crash",
     "first = output[0] if isinstance(output, tuple) else output", "first = output",
     hint="Some modules give a tuple (nn.GRU, nn.LSTM), and a tuple cannot be detached. Record its first item.")


@mistake(replaces="FeatureMaps", hint="The hooks are put there in __init__, before any block begins, and only once: the second block records nothing. Put them into __enter__.")
class hooks_in_init:
    def __init__(self, model, layers=None):
        self.layers, self.maps, self.handles = layers, {}, []
        modules = dict(model.named_modules())
        if any(isinstance(layer, str) and layer not in modules for layer in layers or []):
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
        return any(name == layer if isinstance(layer, str) else isinstance(module, layer) for layer in self.layers)

    def recorder(self, name):
        def hook(module, inputs, output):
            times = [key for key in self.maps if key.split("#")[0] == name]
            first = output[0] if isinstance(output, tuple) else output
            self.maps[f"{name}#{len(times) + 1}" if times else name] = first.detach().clone()

        return hook


# ================================================================ feature_maps: first_of_class, plot_maps


@mistake(replaces="first_of_class", hint="argmax of all False is 0, so a batch without that class gives its first image, of some other class. Look first, and raise ValueError.")
def zero_when_there_is_none(labels, wanted):
    return int(torch.argmax((labels == wanted).to(torch.int64)))


@mistake(replaces="first_of_class", hint="-1 is a valid index in Python, the last image. Raise ValueError when there is none.")
def minus_one_when_there_is_none(labels, wanted):
    places = torch.nonzero(labels == wanted)
    return int(places[0]) if len(places) else -1


@mistake(replaces="first_of_class", hint="Nothing was found, and taking the first of nothing raises IndexError. Ask before, and raise ValueError with a sentence.")
def index_error_when_there_is_none(labels, wanted):
    return int(torch.nonzero(labels == wanted)[0])


@mistake(replaces="first_of_class", hint="The index is a tensor; a Python int is asked for: int(…) or .item().")
def index_as_a_tensor(labels, wanted):
    places = torch.nonzero(labels == wanted)[:, 0]
    if len(places) == 0:
        raise ValueError("none")
    return places[0]


edit("plot_maps", "plots_the_last_image", "values[:1]", "values[-1:]", "values[0, column]", "values[-1, column]",
     of="plot_maps__all_switched_off", hint="The last image of the batch is drawn; image 0 is asked for.")

edit("plot_maps", "titles_by_number_of_the_map", 'f"{name} [{column}]"', 'f"{row} [{column}]"',
     of="plot_maps__all_switched_off", hint="The titles carry the number of the map, not its name. After the first block of layers such a number is wrong anyway: use the key of the dict.")

edit("plot_maps", "needs_enough_channels", "and column < values.shape[1]", "",
     of="plot_maps__all_switched_off", hint="A map with fewer channels than columns stops it with an IndexError. Look at values.shape[1] first.")

edit("plot_maps", "maps_along_the_columns",
     "    figure, axes = plt.subplots(len(maps), channels, squeeze=False)",
     "    figure, axes = plt.subplots(channels, len(maps), squeeze=False)\n"
     "    axes = axes.T",
     of="plot_maps__all_switched_off", hint="The grid is transposed: one row for each map, one column for each channel.")


@mistake(replaces="plot_maps", hint="A map (B, N) of a dense layer has no height and width, so imshow cannot draw values[0, k]. Draw its N values at once, as (1, N).")
def dense_crashes(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for row, (name, values) in enumerate(maps.items()):
        for column in range(channels):
            axes[row, column].axis("off")
            if column < values.shape[1]:
                axes[row, column].imshow(values[0, column])
                axes[row, column].set_title(f"{name} [{column}]")
    return figure


edit("plot_maps", "maps_figure_not_returned", "return figure", "return None",
     of="plot_maps__all_switched_off", hint="The figure is drawn but not returned: end with `return figure`.")
