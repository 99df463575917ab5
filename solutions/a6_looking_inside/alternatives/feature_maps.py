"""Right solutions of the exercise `feature_maps`, written differently: none of them may lose a point. Named function__how."""

from collections import OrderedDict

import matplotlib.pyplot as plt
import torch


class FeatureMaps__exit_stack:
    """The handles clean up after themselves: torch's RemovableHandle is a context manager."""

    def __init__(self, model, layers=None):
        self.model = model
        self.layers = layers
        self.maps = OrderedDict()

    def __enter__(self):
        import contextlib

        names = {name for name, _ in self.model.named_modules()}
        if self.layers is not None:
            for layer in self.layers:
                if isinstance(layer, str) and layer not in names:
                    raise ValueError(layer)
        self.maps = OrderedDict()
        self.times = {}
        self.stack = contextlib.ExitStack()
        for name, module in self.model.named_modules():
            if self._wants(name, module):
                self.stack.enter_context(module.register_forward_hook(self._hook(name)))
        return self

    def _wants(self, name, module):
        if self.layers is None:
            return len(list(module.children())) == 0
        kinds = tuple(layer for layer in self.layers if not isinstance(layer, str))
        return name in self.layers or isinstance(module, kinds)

    def _hook(self, name):
        def hook(module, args, output):
            self.times[name] = self.times.get(name, 0) + 1
            key = name if self.times[name] == 1 else f"{name}#{self.times[name]}"
            if isinstance(output, (tuple, list)):
                output = output[0]
            self.maps[key] = output.clone().detach()

        return hook

    def __exit__(self, kind, error, trace):
        self.stack.close()
        return False


class FeatureMaps__default_argument:
    """Names are fixed by a default argument; the modules are looked up one after the other."""

    def __init__(self, model, layers=None):
        self.model, self.layers, self.maps = model, layers, {}

    def __enter__(self):
        modules = {name: module for name, module in self.model.named_modules()}
        if self.layers is None:
            wanted = [name for name, module in modules.items() if not len(list(module.children()))]
        else:
            wanted = []
            for layer in self.layers:
                if not isinstance(layer, str):
                    wanted += [name for name, module in modules.items() if isinstance(module, layer)]
                elif layer in modules:
                    wanted.append(layer)
                else:
                    raise ValueError("unknown layer " + layer)
        self.maps.clear()
        self._handles = []
        for name in dict.fromkeys(wanted):

            def keep(module, args, output, name=name):
                value = output[0] if type(output) is tuple else output
                same = [key for key in self.maps if key == name or key.startswith(name + "#")]
                self.maps[name if not same else f"{name}#{len(same) + 1}"] = torch.clone(value.detach())

            self._handles.append(modules[name].register_forward_hook(keep))
        return self

    def __exit__(self, *error):
        while self._handles:
            self._handles.pop().remove()


def first_of_class__nonzero(labels, wanted):
    places = (labels == wanted).nonzero()
    if places.numel() == 0:
        raise ValueError("there is none")
    return places[0].item()


def first_of_class__list_index(labels, wanted):
    return labels.tolist().index(wanted)  # ValueError of its own


def first_of_class__argmax_after_a_look(labels, wanted):
    same = labels == wanted
    if not same.any():
        raise ValueError(f"no {wanted}")
    return int(same.to(torch.uint8).argmax())


def plot_maps__add_subplot(maps, channels=5):
    figure = plt.figure(figsize=(channels, len(maps)))
    place = 0
    for name, values in maps.items():
        for column in range(channels):
            place += 1
            axes = figure.add_subplot(len(maps), channels, place)
            axes.set_axis_off()
            if values.dim() == 4 and column < values.size(1):
                axes.imshow(values[0][column].numpy(), cmap="viridis")
                axes.set_title(name + f" [{column}]")
            if values.dim() == 2 and column == 0:
                axes.imshow(values[0].unsqueeze(0).numpy())
                axes.set_title(name)
    return figure


def plot_maps__lists_of_pictures(maps, channels=5):
    figure, axes = plt.subplots(len(maps), channels, squeeze=False)
    for line, (name, values) in zip(axes, maps.items()):
        pictures = [(name, values[:1])] if values.ndim == 2 else []
        if values.ndim == 4:
            pictures = [(f"{name} [{k}]", channel) for k, channel in enumerate(values[0, :channels])]
        for axis, (title, picture) in zip(line, pictures):
            axis.imshow(picture, aspect="auto")
            axis.set_title(title, fontsize=7)
            axis.set_xticks([])
    figure.tight_layout()
    return figure


def plot_maps__all_switched_off(maps, channels=5):
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
    return figure
