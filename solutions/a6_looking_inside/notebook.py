# %% [markdown]
# # A6 · Looking inside
#
# Your network says "8". Why? In this notebook you open it up: you record what every layer gives, find the pixels that a
# decision hangs on, and sharpen that picture until single pen strokes appear. Your tools will work on networks that you
# have never seen. And in the end you decide how far to trust them.
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T6.1 | `FeatureMaps`: record what layers give | 16 | 35 |
# | T6.2 | Kernels made by hand, and kernels that were learnt | 6 | 20 |
# | T6.3 | `saliency`: which pixels matter? And a test for it | 18 | 45 |
# | T6.4 | `guided_backprop`. And what does it show? | 30 | 70 |
# | T6.5 | From gradients to pictures | 10 | 20 |
# | T6.6 | `temperature_softmax` | 8 | 10 |
# | T6.7 | Evidence: three figures for a report | 12 | 25 |
# | T6.8 | Stretch: Grad-CAM, and three pictures put to the test | +6 | 35 |
#
# **How it works.** Each task opens with a **warm-up**: two minutes with a pencil, not graded, the answer folded under it.
# Write your code where it says `# YOUR CODE HERE`, and delete the line that raises. Run the check
# under it: ✓ is right, ✗ says what differs and draws *yours · expected · difference*. The checks show a few examples;
# grading uses other networks and other numbers, so write for the general case. Every task is graded on its own: if one
# resists, go on. 95 points are given automatically; a person reads your answer at the end of T6.4 and gives up to 5 more.
#
# **House rules.** Whoever looks must not touch. Unless its docstring says otherwise, a function leaves its arguments as they
# were. For a *model* that means much: the training flag of **every** module in it, its parameters and their `.grad`, its hooks and
# settings are afterwards what they were before, also when an error came in between.

# %% setup role="given"
from collections import OrderedDict
from contextlib import contextmanager

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from cnnkit import Example, after_writing, backbone, check, data, plots

torch.set_num_threads(1)  # such small networks are not quicker with more


@contextmanager
def in_eval_mode(model):
    """As you wrote it in A4: eval mode inside of the block, and afterwards every module is in its own old mode."""
    flags = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield model
    finally:
        for module, flag in flags:
            module.training = flag

# %% [markdown]
# Something to look into: a small network, trained for a few seconds on scikit-learn's handwritten digits. Its layers have names.

# %%
torch.manual_seed(0)
images, labels = data.digits()
known = len(images) * 4 // 5  # it learns from these, the others are new to it
net = nn.Sequential(
    OrderedDict(
        conv1=nn.Conv2d(1, 8, 5, padding=2),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(8, 16, 5, padding=2),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        dense=nn.Linear(16 * 7 * 7, 10),
    )
)
optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
for epoch in range(5):
    for batch in torch.randperm(known).split(32):
        loss = F.cross_entropy(net(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
net.eval()
x, y = images[known:], labels[known:]
with torch.no_grad():
    guess = net(x).argmax(dim=1)
print(f"right on {100 * (guess == y).float().mean():.1f} % of {len(y)} digits that it has never seen")

# %% [markdown]
# ---
# ## T6.1 · `FeatureMaps`: record what layers give
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 35 minutes · 16 points*
#
# **Warm-up.** `t` is a tensor (1, 2), then `kept = t`, `copied = t.clone()`, `t += 1`. What is in `kept`, and what in `copied`?
#
# <details><summary>Answer</summary>
#
# **[2, 3]**, since it is the same memory; and **[1, 2]**.
#
# </details>
#
# What does the first layer make of an 8? One can call the layers by hand, one after the other:

# %%
with torch.no_grad():
    eight = x[y == 8][:1]
    one = net.conv1(eight)
    two = net.pool1(net.relu1(one))
plots.row(eight[0, 0], one[0, 3], two[0, 3], titles=["an 8: 28 × 28", "conv1 [3]", "after ReLU and pooling"])

# %% [markdown]
# In a network with branches you would have to write its `forward` again. Instead, ask PyTorch to
# call *you* whenever a layer has finished. Such a function is a **hook**:
#
# ```python
# def hook(module, inputs, output):
#     print(output.shape)
#
# handle = net.conv1.register_forward_hook(hook)
# net(eight)          # prints torch.Size([1, 8, 28, 28])
# handle.remove()     # or it prints for ever
# ```
#
# Two things go wrong with hooks. They are forgotten, and a month later something prints. And what they keep may change behind
# their back: many networks use `nn.ReLU(inplace=True)`, which writes its result *into its input*.

# %%
conv_output = torch.tensor([[-1.0, 2.0], [3.0, -4.0]])
kept = conv_output
copied = conv_output.clone()
F.relu(conv_output, inplace=True)
plots.row([[-1, 2], [3, -4]], kept, copied, titles=["the layer gave", "kept", "kept a copy"], limits=(-4, 4))

# %% [markdown]
# So write a context manager: `with` calls `__enter__` at the beginning of the block and `__exit__` at its end, come what may.
#
# ```python
# with FeatureMaps(net, layers=["conv1", nn.MaxPool2d]) as seen:
#     net(eight)
# seen.maps            # {"conv1": …, "pool1": …, "pool2": …}
# ```
#
# <details><summary>Hint 1: which modules?</summary>
#
# `model.named_modules()` walks through the whole tree and gives pairs (name, module), `"block.0.conv"` for nested ones. A module without children is a *leaf*:
# `list(module.children())` is empty.
#
# </details>
# <details><summary>Hint 2: all my maps have the last layer's name</summary>
#
# ```python
# for name, module in …:
#     def hook(module, inputs, output):
#         self.maps[name] = …      # looks `name` up when it is *called*: then the loop is over
# ```
#
# Make the hook in a function of its own, `def recorder(name): … return hook`, or fix the value with a default argument.
#
# </details>
# <details><summary>Hint 3: what may a hook return?</summary>
#
# `None`, and then nothing changes. Anything else *replaces* the output of the layer.
#
# </details>
# <details><summary>Help: I get <code>TypeError: __exit__() takes 1 positional argument but 4 were given</code></summary>
#
# Python tells `__exit__` which error ended the block: type, value and traceback, three times None without one. `def __exit__(self, *exc):` takes
# them all. Return nothing: `return True` would swallow the error.
#
# </details>
# <details><summary>Question: how much of the 28 × 28 image has one number of <code>conv2</code> seen?</summary>
#
# 14 × 14 pixels, a quarter of the image. Go backwards: 5 × 5 numbers of `pool1` lie under its kernel; they come from 10 × 10 numbers of `conv1`; and each of those saw 5 × 5 pixels, so 10 + 4 = 14. Deeper
# layers see more. If the network ended with *global average pooling* (A2) instead of a dense layer, every map would be a detector of its own.
#
# </details>
# <details><summary>Question: your network was sent through the block twice, in training mode. Is it the same network afterwards?</summary>
#
# Its weights are. Its batch-norm statistics are not: in training mode they move with every batch they see. `FeatureMaps` only watches; whether the model is in
# training or in eval mode is the business of whoever calls it.
#
# </details>


# %% feature_maps role="solution"
class FeatureMaps:
    """Record what modules of a model give, while the `with` block runs.

    - `layers` is a list of names, as in `model.named_modules()`, and of module types: a type means every
      module of that type, at any depth. `None` means every leaf (module without children), at any depth;
      an empty list means no module.
    - `__enter__` gives the FeatureMaps itself. Each time a block begins, `maps` is empty.
    - A module that is chosen twice, by its name and by its type, is recorded once.
    - `maps` is a dict {name: tensor}, in the order in which the modules ran. The tensors are copies (what
      happens later does not change them) without gradient. They stay there after the block.
    - A module that runs again in the same block: its maps are "name", "name#2", "name#3" …
    - A module that gives a tuple (nn.LSTM does): its first item is recorded.
    - At the end of the block the hooks are gone, also when an error ended it; the error goes on. Hooks of
      other people stay.
    - A name that the model does not have: ValueError when the block begins, and no hook is left.
    - The model gives the same output, with the same gradients, in the same mode, as without.
    """

    def __init__(self, model: nn.Module, layers: list | None = None):
        ### BEGIN SOLUTION
        self.model, self.layers = model, layers
        self.maps, self.handles = {}, []
        ### END SOLUTION

    def __enter__(self):
        ### BEGIN SOLUTION
        modules = dict(self.model.named_modules())
        for layer in self.layers or []:
            if isinstance(layer, str) and layer not in modules:
                raise ValueError(f"the model has no layer {layer!r}")
        self.maps = {}
        for name, module in modules.items():
            if self.chosen(name, module):
                self.handles.append(module.register_forward_hook(self.recorder(name)))
        return self
        ### END SOLUTION

    def __exit__(self, *exc):
        ### BEGIN SOLUTION
        for handle in self.handles:
            handle.remove()
        self.handles = []

    def chosen(self, name, module):
        if self.layers is None:
            return not list(module.children())
        return any(name == one if isinstance(one, str) else isinstance(module, one) for one in self.layers)

    def recorder(self, name):
        def hook(module, inputs, output):
            key, number = name, 1
            while key in self.maps:
                number += 1
                key = f"{name}#{number}"
            first = output[0] if isinstance(output, tuple) else output
            self.maps[key] = first.detach().clone()

        return hook
        ### END SOLUTION


# %% feature_maps_first role="check"
def seen_by_feature_maps(model, x, layers=None):
    with FeatureMaps(model, layers) as seen:
        model(x)
    return seen.maps


shrinking = nn.Sequential(nn.Conv2d(1, 5, 3), nn.ReLU(), nn.Conv2d(5, 1, 3))
halving = nn.Linear(2, 1, bias=False)
halving.weight.data = torch.tensor([[0.5, -1.0]])
rectified = nn.Sequential(halving, nn.ReLU(inplace=True))
pair, same = torch.tensor([[2.0, 4.0], [8.0, 1.0]]), nn.Linear(2, 2)
check(
    FeatureMaps,
    Example(
        shrinking,
        torch.rand(1, 1, 28, 28),
        look_at=lambda maps: {name: tuple(values.shape) for name, values in maps.items()},
        gives={"0": (1, 5, 26, 26), "1": (1, 5, 26, 26), "2": (1, 1, 24, 24)},
        note="three layers and their shapes",
    ),
    Example(
        rectified,
        pair,
        gives={"0": torch.tensor([[-3.0], [3.0]]), "1": torch.tensor([[0.0], [3.0]])},
        note="an in-place ReLU does not change what was recorded before it",
    ),
    Example(
        nn.Sequential(shrinking, nn.Flatten()),
        torch.rand(2, 1, 6, 6),
        [nn.Conv2d, "1"],
        look_at=list,
        gives=["0.0", "0.2", "1"],
        note="a type and a name; nested modules have dots in their names",
    ),
    Example(
        nn.Sequential(same, nn.ReLU(), same),
        pair,
        ["0"],
        look_at=list,
        gives=["0", "0#2"],
        note="a module that runs twice",
    ),
    Example(nn.Sequential(nn.GRU(2, 3)), pair, look_at=lambda maps: tuple(maps["0"].shape), gives=(2, 3), note="a module that gives a tuple: its first item"),
    Example(shrinking, torch.rand(1, 1, 6, 6), [], gives={}, note="an empty list: no module"),
    Example(shrinking, torch.rand(1, 1, 6, 6), ["conv9"], raises=ValueError, note="no such layer: ValueError"),
    through=seen_by_feature_maps,
)


def left_behind(model, x):
    """Hooks, after a block that an error ended."""
    try:
        with FeatureMaps(model):
            model(x)
    except NotImplementedError:  # a RuntimeError, too: of what is not written yet
        raise
    except RuntimeError:
        return sum(len(module._forward_hooks) for module in model.modules())


check(FeatureMaps, Example(rectified, torch.ones(1, 3), gives=0, note="an error ends the block: it goes on, no hook is left"), through=left_behind)

# %% [markdown]
# To look at an 8 one needs an 8. A popular line for it is `torch.argmax((labels == 8).int())`.
#
# <details><summary>Question: what does that line give for a batch without an 8?</summary>
#
# 0. The largest of many zeros is the first one, and everything that follows explains the wrong picture. Say so instead: raise.
#
# </details>


# %% first_of_class role="solution"
def first_of_class(labels: torch.Tensor, wanted: int) -> int:
    """Index of the first of `labels` (B,) that is `wanted`, as a Python int; ValueError when there is none."""
    ### BEGIN SOLUTION
    for index, label in enumerate(labels.tolist()):
        if label == wanted:
            return index
    raise ValueError(f"no {wanted} among these {len(labels)} labels")
    ### END SOLUTION


# %% first_of_class_first role="check"
check(
    first_of_class,
    Example(torch.tensor([3, 8, 1, 8]), 8, gives=1, note="the first of two 8s"),
    Example(torch.tensor([3, 0, 1]), 8, raises=ValueError, note="no 8 in the batch: ValueError"),
)


# %% plot_maps role="solution"
def plot_maps(maps: dict[str, torch.Tensor], channels: int = 5) -> plt.Figure:
    """Draw image 0 of each map, and return the figure.

    One row of axes per map, in order; `channels` columns, as plt.subplots makes them.

    - A map (B, C, H, W): column k shows channel k with `imshow`, title "name [k]", e.g. "conv1 [0]".
    - A map (B, N), from a dense layer: column 0 shows its N values as an array (1, N), title "name".
    - Axes that are left over stay empty: no image, no title.

    No colour bars (they would be further axes).
    """
    ### BEGIN SOLUTION
    size = (1.5 * channels, 1.6 * len(maps))
    figure, axes = plt.subplots(len(maps), channels, figsize=size, squeeze=False, layout="constrained")
    for row, (name, values) in enumerate(maps.items()):
        dense = values.ndim == 2
        for column in range(channels):
            axes[row, column].axis("off")
            if dense and column == 0:
                axes[row, 0].imshow(values[:1], aspect="auto")
                axes[row, 0].set_title(name, fontsize=9)
            elif not dense and column < values.shape[1]:
                axes[row, column].imshow(values[0, column], cmap="gray")
                axes[row, column].set_title(f"{name} [{column}]", fontsize=9)
    return figure
    ### END SOLUTION


# %% feature_maps_check role="check" points=16 title="Feature maps"
check(
    plot_maps,
    Example(
        {"conv1": torch.rand(2, 2, 5, 4), "dense": torch.rand(2, 10)},
        channels=3,
        look_at=lambda figure: [axes.get_title() for axes in figure.axes],
        gives=["conv1 [0]", "conv1 [1]", "", "dense", "", ""],
        note="the titles, in reading order",
    ),
    Example({"dense": torch.rand(2, 10)}, look_at=lambda figure: len(figure.axes), gives=5, note="a single map"),
    Example(
        {"dense": torch.tensor([[1.0, 2, 3], [4, 5, 6]])},
        look_at=lambda figure: figure.axes[0].images[0].get_array().tolist(),
        gives=[[1.0, 2.0, 3.0]],
        note="of a dense layer: image 0 as an array (1, N)",
    ),
)

# %%
with after_writing("FeatureMaps, first_of_class and plot_maps"):
    place = first_of_class(y, 8)
    with FeatureMaps(net, ["conv1", "relu1", "pool1", "conv2", "pool2", "dense"]) as seen:
        net(x[place : place + 1])
    figure = plot_maps(seen.maps, channels=6)

# %% [markdown]
# Go down the rows: strokes, then strokes without their negative side, then smaller, then mixtures of all eight channels. In `conv2` a person reads
# little. That is no proof that nothing is there: a picture shows what *we* recognise, not what the network uses.

# %% [markdown]
# ---
# ## T6.2 · Kernels made by hand, and kernels that were learnt
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 20 minutes · 6 points*
#
# **Warm-up.** Subtract its mean from each entry of the kernel (0, 3, 0). What does the new one give on a plain window, (5, 5, 5)?
#
# <details><summary>Answer</summary>
#
# It is **[−1, 2, −1]**, and gives −5 + 10 − 5 = **0**.
#
# </details>
#
# A kernel made by hand says clearly what it looks for. This one looks for a vertical stroke. Its mean is subtracted from every entry: so it answers to the stroke, not to the light.

# %%
stroke = torch.zeros(3, 3)
stroke[:, 1] = 1
plots.row(stroke, (stroke - stroke.mean()).round(decimals=2), titles=["vertical, 3 × 3", "minus its mean"], signs="→")

# %% [markdown]
# Make four such kernels, for any odd size: vertical, horizontal, and the two diagonals. And a figure for the kernels of *any* layer. A trained network has kernels that nobody made: what do they look for?


# %% stroke_kernels role="solution"
def stroke_kernels(size: int = 5) -> torch.Tensor:
    """Four kernels (4, 1, size, size), float32, that look for strokes through the middle.

    - Before the mean is subtracted, a kernel is 1 on its stroke, one pixel wide, and 0 elsewhere.
    - 0: vertical, 1: horizontal, 2: the diagonal from the top left to the bottom right, 3: the other diagonal.
    - From each kernel its own mean is subtracted, so that its entries add up to 0.
    - ValueError when size is even: there is no middle.
    """
    ### BEGIN SOLUTION
    if size % 2 == 0:
        raise ValueError(f"a kernel of {size} × {size} has no middle")
    kernels = torch.zeros(4, 1, size, size)
    kernels[0, 0, :, size // 2] = 1
    kernels[1, 0, size // 2, :] = 1
    kernels[2, 0] = torch.eye(size)
    kernels[3, 0] = torch.eye(size).flip(1)
    return kernels - kernels.mean(dim=(2, 3), keepdim=True)
    ### END SOLUTION


# %% stroke_kernels_first role="check"
t3, u3 = 2 / 3, -1 / 3
check(
    stroke_kernels,
    Example(
        3,
        gives=torch.tensor(
            [
                [[[u3, t3, u3], [u3, t3, u3], [u3, t3, u3]]],
                [[[u3, u3, u3], [t3, t3, t3], [u3, u3, u3]]],
                [[[t3, u3, u3], [u3, t3, u3], [u3, u3, t3]]],
                [[[u3, u3, t3], [u3, t3, u3], [t3, u3, u3]]],
            ]
        ),
        note="3 × 3",
    ),
    Example(look_at=lambda kernels: tuple(kernels.shape), gives=(4, 1, 5, 5), note="5 × 5 unless told otherwise"),
    Example(4, raises=ValueError, note="no middle: ValueError"),
)


# %% kernel_grid role="solution"
def kernel_grid(layer: nn.Conv2d, columns: int = 8) -> plt.Figure:
    """Draw the kernels of a layer, each as it looks at input channel 0, and return the figure.

    - A grid of axes as plt.subplots makes them, `columns` in a row, as many rows as are needed. Kernel k is in place k
      in reading order, drawn with `imshow`, with the title "k": "0", "1" …
    - One scale for all, so that they can be compared: vmin=-m and vmax=m, where m is the largest |weight| drawn.
      Any colour map will do; with cmap="RdBu_r" 0 is white, above it is red, below it is blue.
    - Axes that are left over stay empty: no image, no title.
    """
    ### BEGIN SOLUTION
    kernels = layer.weight.detach()[:, 0]
    largest = kernels.abs().max().item()
    rows = -(-len(kernels) // columns)
    size = (1.1 * columns, 1.3 * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for place, axis in enumerate(axes.flat):
        axis.axis("off")
        if place < len(kernels):
            axis.imshow(kernels[place], cmap="RdBu_r", vmin=-largest, vmax=largest)
            axis.set_title(str(place), fontsize=9)
    return figure
    ### END SOLUTION


# %% stroke_kernels_check role="check" points=6 title="Kernels by hand"
two_in = nn.Conv2d(2, 3, (2, 4), bias=False)
two_in.weight.data = torch.arange(48.0).reshape(3, 2, 2, 4) - 20
check(
    kernel_grid,
    Example(
        two_in,
        columns=2,
        look_at=lambda figure: [axes.get_title() for axes in figure.axes],
        gives=["0", "1", "2", ""],
        note="the titles of three kernels in two columns",
    ),
    Example(
        two_in,
        columns=2,
        look_at=lambda figure: torch.tensor(figure.axes[1].images[0].get_array().tolist()),
        gives=torch.tensor([[-4.0, -3, -2, -1], [0, 1, 2, 3]]),
        note="kernel 1, channel 0",
    ),
    Example(
        two_in,
        look_at=lambda figure: [axes.images[0].get_clim() for axes in figure.axes[:3]],
        gives=[(-20.0, 20.0)] * 3,
        note="one scale for all three, as large as the largest weight",
    ),
)

# %% [markdown]
# Your four kernels, and where each of them answers on a sharp photograph:

# %%
with after_writing("T6.1 and T6.2"):
    by_hand = nn.Conv2d(1, 4, 5, bias=False)  # a random bias would be added to every pixel
    by_hand.weight.data = stroke_kernels()
    figure = kernel_grid(by_hand, columns=4)

# %%
with after_writing("T6.1 and T6.2"):
    bank = nn.Sequential(OrderedDict(by_hand=by_hand, relu=nn.ReLU()))
    camera = data.gray(data.photo("camera"))[100:356, 60:316]  # 256 × 256 pixels of it, as they are
    with FeatureMaps(bank, ["relu"]) as seen:
        bank(camera[None, None])
    answers = [plane.clamp(0, 0.8) for plane in seen.maps["relu"][0]]
    names = ["vertical", "horizontal", "diagonal \\", "diagonal /"]
    plots.grid([[camera, *answers[:2]], [None, *answers[2:]]], [["photograph", *names[:2]], ["", *names[2:]]]).show()

# %% [markdown]
# The tripod answers to the vertical kernel, the edges of the coat to the diagonals, and the sky, which is plain, to none. And the eight kernels that your network has learnt from the digits?

# %%
with after_writing("kernel_grid"):
    figure = kernel_grid(net.conv1)

# %% [markdown]
# Some have a band above 0 (red in the colour map of the docstring) with one below 0 (blue) beside it: an edge or a stroke, with a direction. Others show nothing that has a name.

# %% [markdown]
# ---
# ## T6.3 · `saliency`: which pixels matter?
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 45 minutes · 13 + 5 points*
#
# **Warm-up.** A score is 2 · a − 5 · b, with two pixels a and b. How strongly does the score move with a, and how strongly with b, whatever the sign?
#
# <details><summary>Answer</summary>
#
# **[2, 5]**: the sizes of the slopes.
#
# </details>
#
# Change one pixel a little. By how much does the score of "8" move? Do this for every pixel, and you know where the network is
# looking. One backward pass does it for all pixels at once: it is the gradient of the *score* with respect to the *image*.
#
# For a network that is nothing but one dense layer the answer can be read off: the gradient of score $t$ is row $t$ of the weights,
# whatever the image. Here with two channels of 2 × 3 pixels:

# %%
first, second = torch.tensor([[1.0, -3.0, 0.0], [2.0, 0.5, -1.0]]), torch.tensor([[-4.0, 1.0, 0.5], [1.0, -2.0, -0.5]])
strongest = torch.maximum(first.abs(), second.abs())
names = ["slope, channel 0", "slope, channel 1", "saliency"]
plots.row(first, second, strongest, titles=names, signs=["", "→"])

# %% [markdown]
# The mode is not your problem this time: `with in_eval_mode(model):`, in the first code cell, is what you wrote in A4.
#
# A pixel that pulls the score *down* matters as much as one that pushes it up, so take the absolute value; then the largest over the channels. In this order: at the top left
# the slopes are 1 and −4, and 4 is right.
#
# $$M_{b,i,j} = \max_c \left|\frac{\partial\, s_{b,t_b}(x)}{\partial\, x_{b,c,i,j}}\right|$$
#
# <details><summary>Hint 1</summary>
#
# Work on a copy that asks for gradients, `image = x.detach().clone().requires_grad_()`. `torch.autograd.grad(number, image)` returns the gradient
# and leaves every `.grad` alone; `backward()` would add to the `.grad` of all parameters.
#
# </details>
# <details><summary>Hint 2: a whole batch with one backward pass</summary>
#
# `scores[torch.arange(B), target]` picks one score per image; `target` may be an int or B ints. Add them up: image 0 has no influence on the score of image 1 (in eval mode), so
# the gradient of the sum is each image's own.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn</code></summary>
#
# Whoever called you may be inside `with torch.no_grad():`. Open `with torch.enable_grad():` around your forward pass.
#
# </details>
# <details><summary>Question: why the score, and not the probability or the loss?</summary>
#
# If the network is 99.99 % sure, its softmax is flat: every slope is nearly 0, and the map is noise. And softmax mixes all scores: "less like a 3" looks like "more like an 8".
#
# </details>
# <details><summary>Question: somebody computes this map once by hand and once with a package, and finds that they are the same. One call gets <code>scores.argmax()</code>, the other the label. Are they the same?</summary>
#
# Only for images that the network gets right. Exactly for the interesting ones, its errors, the two maps explain different classes. Without a `target`, yours explains what the network *said*.
#
# </details>


# %% saliency role="solution"
def saliency(model: nn.Module, x: torch.Tensor, target=None) -> torch.Tensor:
    """How strongly each pixel moves a score: images (B, C, H, W) -> (B, H, W), values >= 0.

    - `model(x)` gives scores (B, K). Entry [b, i, j] is the largest |d scores[b, t_b] / d x[b, c, i, j]|
      over the channels c. The score itself: no softmax, no loss.
    - target: an int (that class for every image), a list or tensor of B ints (one for each), or None
      (for each image the class with its own largest score). A class that does not exist: IndexError.
    - Computed in eval mode, also when the model is in training mode.
    - Works inside `torch.no_grad()`, and when parameters are frozen.
    - The result has the dtype of x and no gradient. The model and x, their `.grad` included, are
      afterwards as before, also after an error.
    """
    ### BEGIN SOLUTION
    with in_eval_mode(model), torch.enable_grad():
        image = x.detach().clone().requires_grad_()
        scores = model(image)
        if target is None:
            target = scores.argmax(dim=1)
        picked = scores[torch.arange(len(x)), target]
        (slope,) = torch.autograd.grad(picked.sum(), image)
    return slope.abs().amax(dim=1)
    ### END SOLUTION


# %% saliency_check role="check" points=13 title="Saliency"
linear = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
linear[1].weight.data = torch.stack([torch.stack([first, second]).flatten(), torch.arange(12.0)])
one_image = torch.rand(1, 2, 2, 3)
check(
    saliency,
    Example(linear, one_image, 0, gives=strongest[None], note="the picture above: target 0"),
    Example(
        linear,
        torch.ones(1, 2, 2, 3),
        gives=[[[6, 7, 8], [9, 10, 11]]],
        note="no target: class 1 has the larger score",
    ),
    Example(
        linear,
        torch.rand(2, 2, 2, 3),
        torch.tensor([1, 0]),
        look_at=lambda maps: maps[:, 0, 0],
        gives=torch.tensor([6.0, 4.0]),
        note="one target for each image (Hint 2)",
    ),
    Example(linear, one_image, 2, raises=IndexError, note="there is no class 2: IndexError"),
)


def looked_at(model, x):
    """The map, from inside no_grad and of a model in training mode; then its modes, and whether gradients are left in it."""
    with torch.no_grad():
        found = saliency(model, x, 0)
    return found, [module.training for module in model.modules()], [p.grad is not None for p in model.parameters()]


dropping = nn.Sequential(nn.Dropout(0.5), linear.eval()).train()
linear.eval()
check(
    saliency,
    Example(
        dropping,
        one_image,
        gives=(strongest[None], [True, True, False, False, False], [False, False]),
        note="inside no_grad, and with dropout in training mode: the same map, and nothing is touched",
    ),
    through=looked_at,
)

# %%
some = torch.stack([x[y == digit][0] for digit in (0, 3, 7, 8)])
with after_writing("saliency"):
    maps = saliency(net, some)
    says = [f"it says {label}" for label in net(some).argmax(dim=1).tolist()]
    plots.grid([list(some[:, 0]), list(maps)], [says, ["saliency"] * 4]).show()

# %% [markdown]
# ### And now the other way round: test it
#
# Somebody hands you `look(model, x, target)` and claims it computes saliency maps. You see neither the code nor
# a right answer. What do you try?
#
# A network whose slopes you **know**: the dense layer from above. It needs two images or more, two channels or more, slopes of both signs, and a look at the model afterwards. The grader runs your
# test on right implementations, which it must accept, and on wrong ones, which it must find out. You get points for those that you find, if you accept all that are right.
#
# <details><summary>Hint 1: a network with known slopes</summary>
#
# `nn.Sequential(nn.Flatten(), nn.Linear(C * H * W, K))`. Row t of the weights, reshaped to (C, H, W), holds the slopes of score t. Choose an image with `x[0] = ` row 2, and it says 2, most likely: you know its class without a target.
#
# </details>
# <details><summary>Hint 2: what about the modes?</summary>
#
# Put an `nn.Dropout` in front and hand the model over in training mode. With the right function the maps are still those of the weights, and the dropout is in training mode afterwards.
#
# </details>
# <details><summary>Question: why not simply compare with my own <code>saliency</code>?</summary>
#
# Then both may share one mistake, and the test is content. A good test knows the answer from somewhere else.
#
# </details>


# %% trustworthy role="solution"
def trustworthy(look) -> bool:
    """Whether the function `look(model, x, target=None)` computes saliency maps, as far as you can tell.

    True for every right implementation. False for a wrong one; it breaks one of these rules:

    - a map is the largest *absolute* slope over the channels: not signed, no sum, no single channel
    - the slope of the score: not of a probability
    - of the class that is asked for: an int, or a list of B ints, or none (each image's own largest score)
    - one map for each image, (B, H, W), also for B = 1
    - computed in eval mode; afterwards the training flags, the parameters' `.grad` and x are as before:
      x has the same numbers and the same `.grad`, and asks for gradients (`requires_grad`) only if it did so before
    - it raises no error for images (B, C, H, W) and classes that exist

    `look` may raise anything; `trustworthy` does not. Allow for rounding: `torch.allclose`, not `==`.
    """
    ### BEGIN SOLUTION
    dense = nn.Linear(30, 3)
    dense.weight.data = torch.randn(3, 30, generator=torch.Generator().manual_seed(0))
    model = nn.Sequential(nn.Dropout(0.5), nn.Flatten(), dense)
    slopes = dense.weight.detach().reshape(3, 2, 3, 5)
    pictures = slopes[[2, 0]].clone()  # each looks like its class
    for batch, target, classes in (
        (pictures, 1, [1, 1]),
        (pictures, [0, 1], [0, 1]),
        (pictures, None, [2, 0]),
        (pictures[1:], 2, [2]),
    ):
        right = slopes[classes].abs().amax(dim=1)
        try:
            maps = look(model, batch, target)
            if maps.shape != right.shape or not torch.allclose(maps, right):
                return False
        except Exception:
            return False
    clean = dense.weight.grad is None and dense.bias.grad is None and not pictures.requires_grad
    return clean and all(module.training for module in model.modules())
    ### END SOLUTION


# %% trustworthy_check role="check" points=5 title="A test for saliency"
def says_nothing(model, x, target=None):
    return torch.zeros(len(x), *x.shape[2:])


def shows_the_image(model, x, target=None):
    return x.mean(dim=1)


def stops(model, x, target=None):
    raise RuntimeError("out of order")


check(
    trustworthy,
    Example(saliency, gives=True, note="your own saliency, if that is right"),
    Example(says_nothing, gives=False, note="a map of zeros"),
    Example(shows_the_image, gives=False, note="the image itself as its map"),
    Example(stops, gives=False, note="one that raises an error"),
)

# %% [markdown]
# ---
# ## T6.4 · `guided_backprop`
#
# *Difficulty ●●●●● · Importance ●●●○○ · about 70 minutes · 25 + 5 points*
#
# **Warm-up.** Into a ReLU go 3, −1, 2, and the gradients that arrive at its output are 4, 5, −6. Which gradients come out at its input? And which of
# them point up?
#
# <details><summary>Answer</summary>
#
# **[4, 0, −6]**: it was off for −1. Only the first points up: **[4, 0, 0]**.
#
# </details>
#
# Saliency maps are noisy. Guided backpropagation clears them up with a change to one rule. When a gradient comes back through a ReLU, there are three
# things one may do with it. Here is what went into the ReLU, and the gradient that arrives at its output:

# %%
relu_input = torch.tensor([[1.0, -1.0, 5.0], [2.0, -5.0, -7.0], [-3.0, 2.0, 4.0]])
arriving = torch.tensor([[-2.0, 3.0, -1.0], [6.0, -3.0, 1.0], [2.0, -1.0, 3.0]])
plots.row(relu_input, arriving, titles=["x, into the ReLU", "g, arriving"]).show()
through = arriving * (relu_input > 0), arriving * (arriving > 0), arriving * (relu_input > 0) * (arriving > 0)
rules = ["ordinary: g·[x > 0]", "“deconvnet”: g·[g > 0]", "guided: both"]
plots.row(*through, titles=rules, limits=(-6, 6)).show()

# %% [markdown]
# *Guided*: only what pulls the score **up**, through neurons that were **on**, all the way down:
#
# $$g_\text{in} = g_\text{out}\cdot[x>0]\cdot[g_\text{out}>0]$$
#
# at **every** ReLU of the network, and nowhere else. The image itself is no ReLU: the result has negative numbers, too.
#
# How does one get between a gradient and its ReLU? **A tensor can have a hook.** It is called with the gradient that arrives there, and what it returns takes the
# gradient's place. Here with the first row of the table above:

# %%
for clamped in (False, True):
    start = relu_input[0].clone().requires_grad_()
    output = F.relu(start)
    if clamped:
        output.register_hook(lambda g: g.clamp(min=0))  # the second mask; the first one is the ReLU's own
    output.backward(arriving[0])  # as if −2, 3, −1 came from above
    print("with the hook:   " if clamped else "without the hook:", start.grad.tolist())

# %% [markdown]
# Without it −2 and −1 go through (x was 1 and 5) and 3 does not (x was −1). With it nothing is left. Now do that at every ReLU.
#
# **Find the bug.** This code is meant to do it:
#
# ```python
# def relu_hook(module, grad_in, grad_out):
#     return (torch.clamp(grad_in[0], min=0.0),)
#
# def register_hooks(model):
#     hooks = []
#     for _, module in model.named_modules():
#         if isinstance(module, torch.nn.ReLU):
#             hooks.append(module.register_backward_hook(relu_hook))
#     return hooks
# ```
#
# <details><summary>Question: what does this code do with a network that has <code>nn.SELU</code> only?</summary>
#
# It registers **0** hooks, complains about nothing, and shows plain gradients under the title "Guided Backprop". If nothing can be guided, say so: `ValueError`.
#
# </details>
# <details><summary>Question: what does it do with a network whose <code>forward</code> calls <code>F.relu</code>?</summary>
#
# The same: a hook on modules sees modules, and `F.relu(x)` is none. Worse, a network with some `nn.ReLU` and some `F.relu` is guided by halves, and no error will ever tell.
#
# </details>
# <details><summary>Question: <code>register_backward_hook</code> is deprecated. Just write <code>register_full_backward_hook</code>?</summary>
#
# On a network with `nn.ReLU(inplace=True)` (AlexNet, ResNet, …) that stops with *Output 0 of BackwardHookFunction is a view and is being modified inplace*. The hook on a tensor, as above, does not mind.
#
# </details>
#
# Choose one of three ways to do it right, from short to tricky. Each must be undone in the end, or leave nothing behind.
#
# **Way 1: forward hooks that put a hook on the output.** A forward hook on every `nn.ReLU` gets its `output`; there, `output.register_hook(…)`. It sees modules only: full points for networks
# made of modules; `F.relu` stays unguided, and the checks for it are lost.
#
# **Way 2: ask autograd itself.** Every result knows how it was made: `scores.grad_fn` is the last operation, `node.next_functions` are pairs (node before it, number), with `None` for dead ends, and `node.name()` says what
# it is. Every ReLU, module or function, in place or not, is a node called `"ReluBackward0"`. Walk the graph (visit each node once), and give each such node a `node.register_prehook(f)`: `f` gets the tuple of arriving
# gradients and returns the tuple that takes its place. The model is never touched, and when the graph is thrown away, the hooks go with it.
#
# **Way 3: listen to all calls of torch.** `torch.overrides.TorchFunctionMode`: inside `with YourMode():` its `__torch_function__(self, func, types, args=(), kwargs=None)` gets every call. `func` is `F.relu` (also from
# `nn.ReLU`), `torch.relu`, `torch.Tensor.relu`, or one of the in-place ones, `torch.relu_` and `torch.Tensor.relu_`.
#
# <details><summary>Help: I get <code>IndexError: index 7 is out of bounds</code>, and from then on everything else is wrong</summary>
#
# An error came before the line that cleans up. Cleaning up belongs into `finally:`.
#
# </details>


# %% guided_backprop role="solution"
def guided_backprop(model: nn.Module, x: torch.Tensor, target=None) -> torch.Tensor:
    """Gradient of a score with respect to the images, with both masks at every ReLU: (B, C, H, W), as x.

    - At every ReLU a gradient g goes through as g * [x > 0] * [g > 0]. Every ReLU: nn.ReLU at any depth,
      used once or several times, in place or not; F.relu, torch.relu and x.relu(), in place or not.
    - Nothing else is changed: LeakyReLU, ELU, SELU … keep their ordinary gradient. The result is the
      gradient as it arrives at the image: signed, not scaled, in the dtype of x, without gradient.
    - ValueError when no ReLU takes part in computing the scores.
    - `target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.
    - The model and x, their `.grad` included, are afterwards as before, also after an error: modes, hooks,
      `inplace` flags; and torch is, too (`F.relu` is the old one).
    """
    ### BEGIN SOLUTION

    def keep_positive(arriving):
        return tuple(g.clamp(min=0) for g in arriving)

    with in_eval_mode(model), torch.enable_grad():
        image = x.detach().clone().requires_grad_()
        scores = model(image)
        if target is None:
            target = scores.argmax(dim=1)
        picked = scores[torch.arange(len(x)), target].sum()

    seen, waiting, guided = set(), [picked.grad_fn], 0
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting += [before for before, _ in node.next_functions]
        if node.name() == "ReluBackward0":
            node.register_prehook(keep_positive)
            guided += 1
    if guided == 0:
        raise ValueError("no ReLU took part in these scores: there is nothing to guide")
    return torch.autograd.grad(picked, image)[0]
    ### END SOLUTION


# %% guided_backprop_check role="check" points=25 title="Guided backpropagation"
class Functional(nn.Module):
    def __init__(self, dense):
        super().__init__()
        self.dense = dense

    def forward(self, x):
        return self.dense(F.relu(x).flatten(1))


dense = nn.Linear(9, 2, bias=False)
dense.weight.data = torch.stack([arriving.flatten(), -arriving.flatten()])
with_module = nn.Sequential(nn.ReLU(), nn.Flatten(), dense)
in_place = nn.Sequential(nn.Identity(), nn.Conv2d(1, 1, 1, bias=False), nn.ReLU(inplace=True), nn.Flatten(), dense)
in_place[1].weight.data = torch.ones(1, 1, 1, 1)
table = relu_input[None, None]
both_masks = torch.tensor([[[[0.0, 0, 0], [6, 0, 0], [0, 0, 3]]]])
other_class = torch.tensor([[[[2.0, 0, 1], [0, 0, 0], [0, 1, 0]]]])
check(
    guided_backprop,
    Example(with_module, table, 0, gives=both_masks, note="the picture above"),
    Example(with_module, table, 1, gives=other_class, note="the other class: its gradient is −g"),
    Example(in_place, table, 0, gives=both_masks, note="nn.ReLU(inplace=True)"),
    Example(Functional(dense), table, 0, gives=both_masks, note="F.relu in the forward"),
    Example(nn.Sequential(nn.SELU(), nn.Flatten(), dense), table, 0, raises=ValueError, note="SELU only: ValueError"),
)

# %%
with after_writing("guided_backprop"):
    guided = guided_backprop(net, some)
    image = some.clone().requires_grad_()
    (plain,) = torch.autograd.grad(net(image).amax(dim=1).sum(), image)
    rows = [list(some[:, 0]), list(plain[:, 0].clamp(min=0)), list(guided[:, 0].clamp(min=0))]
    says = [f"it says {label}" for label in net(some).argmax(dim=1).tolist()]
    plots.grid(rows, [says, ["plain gradient, above 0"] * 4, ["guided, above 0"] * 4]).show()

# %% [markdown]
# Where the score could be pushed *up*: the speckle around the digit fades, and what is left lies along the strokes, though not along all of them.
#
# And on a sharp photograph? The small ResNet that you borrowed in A5 has learnt to tell twelve photographs apart, and this cat is one of them. It has some `nn.ReLU` and some `torch.relu`; yours guides both.

# %%
with after_writing("saliency and guided_backprop"):
    borrowed = backbone.pretrained()
    cat = torch.tensor(data.photo("cat")).permute(2, 0, 1)[None] / 255
    normal = (cat - borrowed.mean) / borrowed.std  # as it was trained
    looks = {"the photograph": cat[0].permute(1, 2, 0)}
    looks["saliency"] = saliency(borrowed, normal)[0]
    looks["guided"] = guided_backprop(borrowed, normal)[0].abs().amax(dim=0)
    figure, panels = plt.subplots(1, 3, figsize=(9.5, 2.5), layout="constrained")
    for axes, (name, picture) in zip(panels, looks.items()):
        top = 1 if name == "the photograph" else torch.quantile(picture, 0.995).item()
        axes.imshow(picture, cmap="gray", vmin=0, vmax=top)
        axes.set_title(name, fontsize=10)
        axes.axis("off")

# %% [markdown]
# ### And what does it show?
#
# It is the prettier picture. Is it the better explanation? Ask it. Make a network **forgetful**: a copy whose last layer gets new random weights, so that it knows nothing about digits any more.
# Then draw both pictures again, for the same images and the same classes. Whatever explains a *decision* should now look quite different.

# %%
import copy

with after_writing("saliency and guided_backprop"):
    forgetful = copy.deepcopy(net)
    torch.manual_seed(0)
    forgetful.dense.reset_parameters()
    said = net(some).argmax(dim=1)
    pictures, titles, alike = [list(some[:, 0])], [[f"explained: {label}" for label in said.tolist()]], {}
    for name, look in (("saliency", saliency), ("guided", guided_backprop)):
        maps = [look(one, some, said).reshape(4, 28, 28).abs() for one in (net, forgetful)]
        pictures += [list(both) for both in maps]
        titles += [[name] * 4, [f"{name}, forgetful"] * 4]
        pairs = [torch.stack(pair).flatten(1) for pair in zip(*maps)]
        alike[name] = [f"{torch.corrcoef(pair)[0, 1]:.2f}" for pair in pairs]
    plots.grid(pictures, titles).show()
    for name, numbers in alike.items():
        print(f"{name:9} before and after are alike to (1 = the same picture):", *numbers)

# %% [markdown] what_it_shows role="manual" points=5 title="What does the picture show?"
# **What does the picture show?** (5 points, read by a person.) Five to eight sentences of your own, about the figure above:
#
# - 2 points: what you see. How does the saliency map change when the network forgets, and how the guided picture? Use the numbers.
# - 2 points: what follows for guided backpropagation as an explanation of a decision, and where that comes from. Think of the two masks.
# - 1 point: a doctor asks why the network says "tumour". Which of the two do you show, and which sentence do you write under it?
#
# ### BEGIN SOLUTION
# The saliency maps change: before and after they agree only to about 0.2 to 0.4, and where the map of the 0 had its bright spots there are others now. The guided pictures hardly
# change: 0.8, I can still read each digit off them, although the second network knows nothing about digits.
#
# So most of a guided picture does not come from the decision. What shapes it are the layers below, which did not forget: the two masks let through only what was
# on and pulls upwards, again and again, and that traces the strokes of the input, whatever is asked at the top. It shows what these layers respond to, as an edge detector does. That it looks like
# the digit is no evidence that the network is right, nor that it looked there for this class.
#
# I would show the plain saliency map, and beside it the map of a forgetful network, with the sentence: "Bright pixels are those whose change moves the score most; this does not say that they are the cause of the
# disease, nor that the network is right."
# ### END SOLUTION

# %% [markdown]
# ---
# ## T6.5 · From gradients to pictures
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 20 minutes · 10 points*
#
# **Warm-up.** The gradients −1, 0, 1 have the mean 0 and the standard deviation 1. Make a tenth of each, and put the middle at 0.5. What is drawn? And
# what becomes of a 9, if all ends at 1?
#
# <details><summary>Answer</summary>
#
# **[0.4, 0.5, 0.6]**; the 9 would be 1.4, and is cut off at **1**.
#
# </details>
#
# A gradient may lie between −0.003 and 0.004, or between −20 and 50. To draw it, bring it into [0, 1] first. Two ways: *standardise* (the mean becomes middle gray, one standard deviation a tenth of the range, and what
# sticks out is cut off), or *stretch* from the smallest to the largest value.

# %%
g = torch.tensor([[-2.0, 0.0], [0.0, 10.0]])
standardised = ((g - g.mean()) / g.std() * 0.1 + 0.5).clamp(0, 1)
stretched = (g - g.min()) / (g.max() - g.min())
plots.row(g, standardised, stretched, titles=["gradient", "standardised", "stretched"], signs=["→", "or"])

# %% [markdown]
# One large value squeezes all others together when stretched (0, 0.17, 0.17, 1). Standardised, it only sticks out.
#
# $$\operatorname{clip}\!\left(\frac{g-\bar g}{\max(\sigma, 10^{-7})}\cdot\text{saturation} + \text{brightness},\; lo,\; hi\right)$$
#
# <details><summary>Hint 1</summary>
#
# Each picture of the batch by itself: `g.flatten(1)` makes one row per picture, `.mean(dim=1)` one number per row; reshape it to (B, 1, …, 1) and it broadcasts.
# `x.amin(dim=(1, 2, 3))` needs no flatten, but another `dim` for (B, H, W).
#
# </details>
# <details><summary>Why the <code>max(σ, 1e-7)</code>?</summary>
#
# A picture with one colour has σ = 0, and 0 / 0 is NaN, which is drawn as nothing at all. With it a plain picture becomes plain gray.
#
# </details>
# <details><summary>Question: a notebook standardises a gradient (3, H, W), then takes the maximum over the channels, and standardises that again with other bounds to draw it. What is wrong?</summary>
#
# The first clipping has cut off what the maximum was looking for, and the second mean and σ are those of a clipped picture: "saturation" and "brightness" mean nothing any more. Collapse the channels first, then standardise, once.
#
# </details>


# %% standardize_and_clip role="solution"
def standardize_and_clip(
    g: torch.Tensor, saturation: float = 0.1, brightness: float = 0.5, lo: float = 0.0, hi: float = 1.0
) -> torch.Tensor:
    """Bring gradients into the range of a picture: (B, H, W) or (B, C, H, W) -> the same shape and dtype.

    - Each picture of the batch by itself, over all its channels and pixels:
      (g - mean) / max(std, 1e-7) * saturation + brightness, then clamped to [lo, hi].
    - std is torch's default (the sum of squares is divided by n - 1).
    - A picture with one value becomes `brightness` everywhere. ValueError when g contains NaN.
    """
    ### BEGIN SOLUTION
    if torch.isnan(g).any():
        raise ValueError("there is NaN in the gradient")
    shape = (-1,) + (1,) * (g.ndim - 1)
    mean = g.flatten(1).mean(dim=1).reshape(shape)
    std = g.flatten(1).std(dim=1).reshape(shape)
    return ((g - mean) / std.clamp(min=1e-7) * saturation + brightness).clamp(lo, hi)
    ### END SOLUTION


# %% standardize_and_clip_first role="check"
g = torch.tensor([[[-2.0, 0.0], [0.0, 10.0]], [[7.0, 7.0], [7.0, 7.0]]])
straight = torch.tensor([[[-1.0, 0.0, 1.0]]])
check(
    standardize_and_clip,
    Example(straight, gives=[[[0.4, 0.5, 0.6]]], note="mean 0, σ 1: one σ is a tenth"),
    Example(straight, saturation=1.0, lo=0.2, gives=[[[0.2, 0.5, 1.0]]], note="more saturation, cut at 0.2 and 1"),
    Example(g, look_at=lambda p: p[1], gives=torch.full((2, 2), 0.5), note="a plain picture becomes plain gray"),
    Example(
        straight.reshape(1, 3, 1, 1),
        gives=torch.tensor([0.4, 0.5, 0.6]).reshape(1, 3, 1, 1),
        note="over all channels of a picture together",
    ),
)


# %% normalize01 role="solution"
def normalize01(x: torch.Tensor, eps: float = 1e-12) -> torch.Tensor:
    """Stretch to [0, 1]: (B, H, W) or (B, C, H, W) -> the same shape and dtype.

    - Each picture of the batch by itself: (x - min) / max(max - min, eps).
    - A picture with one value becomes 0 everywhere. ValueError when x contains NaN.
    """
    ### BEGIN SOLUTION
    if torch.isnan(x).any():
        raise ValueError("there is NaN in the picture")
    shape = (-1,) + (1,) * (x.ndim - 1)
    low = x.flatten(1).amin(dim=1).reshape(shape)
    high = x.flatten(1).amax(dim=1).reshape(shape)
    return (x - low) / (high - low).clamp(min=eps)
    ### END SOLUTION


# %% normalize01_first role="check"
check(
    normalize01,
    Example(g, gives=[[[0, 1 / 6], [1 / 6, 1]], [[0, 0], [0, 0]]], note="each picture by itself, a plain one is 0"),
    Example(torch.tensor([[[1.0, float("nan")]]]), raises=ValueError, note="NaN: ValueError"),
)

# %% [markdown]
# Where on the image does it glow? Lay the map over it in red: 0 is white, $(1, 1, 1)$; 1 is red, $(1, 0, 0)$; so heat $h$ has the colour $(1,\,1-h,\,1-h)$. Then mix: $\alpha$ parts of it and $1-\alpha$ parts of the image.


# %% overlay role="solution"
def overlay(gray: torch.Tensor, heat: torch.Tensor, alpha: float = 0.75) -> torch.Tensor:
    """Lay maps over images: gray (B, H, W) and heat (B, H, W), both in [0, 1] -> colour (B, 3, H, W).

    - Red is (1 - alpha) * gray + alpha; green and blue are (1 - alpha) * gray + alpha * (1 - heat).
      So alpha = 0 shows only the image, alpha = 1 only the map.
    - ValueError when the shapes of gray and heat differ, or alpha is not between 0 and 1.
    """
    ### BEGIN SOLUTION
    if gray.shape != heat.shape:
        raise ValueError(f"gray has the shape {tuple(gray.shape)}, heat {tuple(heat.shape)}")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha = {alpha} is not between 0 and 1")
    colour = torch.stack([torch.ones_like(heat), 1 - heat, 1 - heat], dim=1)
    return (1 - alpha) * gray[:, None] + alpha * colour
    ### END SOLUTION


# %% picture_maths_check role="check" points=10 title="From gradients to pictures"
check(
    overlay,
    Example(
        torch.tensor([[[0.0, 0.8]]]),
        torch.tensor([[[1.0, 0.5]]]),
        gives=[[[[0.75, 0.95]], [[0.0, 0.575]], [[0.0, 0.575]]]],
        note="two pixels: hot on black, warm on light gray",
    ),
    Example(torch.zeros(1, 2, 2), torch.zeros(1, 2, 3), raises=ValueError, note="a map of another shape: ValueError"),
)

# %%
with after_writing("saliency, normalize01 and overlay"):
    wrong = torch.arange(len(x))[guess != y][::4]  # every fourth of its errors
    glow = overlay(x[wrong, 0], normalize01(saliency(net, x[wrong])), alpha=0.5)
    told = [f"true {true}, it says {label}" for true, label in zip(y[wrong], guess[wrong])]
    plots.row(*glow[:5], titles=told[:5]).show()

# %% [markdown]
# Some that it gets wrong. Where does it look? What would you have said? (Where the map is 0, white is mixed in: black becomes gray.)

# %% [markdown]
# ---
# ## T6.6 · `temperature_softmax`
#
# *Difficulty ●○○○○ · Importance ●●●○○ · about 10 minutes · 8 points*
#
# **Warm-up.** The scores are 0 and ln 4. What is the softmax of both? And if the scores are halved first?
#
# <details><summary>Answer</summary>
#
# 1 : 4, so **[0.2, 0.8]**; halved it is 1 : 2, so **[0.33, 0.67]**.
#
# </details>
#
# Trained networks are terribly sure of themselves. Divide the scores by a **temperature** before the softmax: a higher one makes the distribution flatter, a lower one sharper.
#
# $$p_k = \frac{e^{s_k/T}}{\sum_j e^{s_j/T}}$$

# %%
scores = torch.tensor([4.0, 3.0, 1.0, 0.0, -2.0])
rows = [F.softmax(scores / T, dim=0).round(decimals=3) for T in (0.5, 1.0, 5.0)]
names = ["scores", "T = 0.5", "T = 1", "T = 5"]
plots.row(scores, *rows, titles=names, limits={1: (0, 1), 2: (0, 1), 3: (0, 1)})

# %% [markdown]
# The order never changes, so no prediction does. Only how much the network *seems* to know.
#
# <details><summary>Question: which distributions are the two ends, T → 0 and T → ∞?</summary>
#
# All on the largest score (argmax), and the same for every class. T = 0 itself divides by zero: an error, not an answer.
#
# </details>
# <details><summary>Help: I get <code>nan</code> for large scores</summary>
#
# `exp(1000)` is infinite, and infinity by infinity is NaN. `F.softmax` subtracts the largest score first, which changes nothing in the result. If you write it yourself, do the same.
#
# </details>


# %% temperature_softmax role="solution"
def temperature_softmax(logits: torch.Tensor, T: float = 1.0, dim: int = -1) -> torch.Tensor:
    """Probabilities softmax(logits / T) along `dim`, for any number of axes: the shape and dtype of logits.

    - They add up to 1 along `dim`. No NaN for logits up to 10,000 in float32, with T from 0.01 on.
    - ValueError unless T > 0.
    - Gradients flow back to the logits.
    """
    ### BEGIN SOLUTION
    if not T > 0:
        raise ValueError(f"the temperature must be more than 0, not {T}")
    return F.softmax(logits / T, dim=dim)
    ### END SOLUTION


# %% temperature_softmax_check role="check" points=8 title="Temperature"
thirds = torch.log(torch.tensor([1.0, 2.0, 1.0]))
check(
    temperature_softmax,
    Example(thirds, gives=[0.25, 0.5, 0.25], note="scores log 1, log 2, log 1"),
    Example(thirds, T=0.5, gives=[1 / 6, 4 / 6, 1 / 6], note="half the temperature squares the odds: 1 : 4 : 1"),
    Example(torch.tensor([[10_000.0, 0.0], [1.0, 1.0]]), gives=[[1, 0], [0.5, 0.5]], note="10,000 is not too much"),
    Example(thirds[:, None], T=0.5, dim=0, gives=[[1 / 6], [4 / 6], [1 / 6]], note="down a column: dim=0"),
    Example(thirds, T=0.0, raises=ValueError, note="T = 0: ValueError"),
)

# %%
with after_writing("temperature_softmax"):
    doubtful = net(x).softmax(dim=1).amax(dim=1).argmin()
    scores = net(x)[doubtful].detach()
    rows = torch.stack([temperature_softmax(scores, T) for T in (0.5, 1.0, 5.0)])
    names = [f"it doubts most: true {y[doubtful]}", "p(0) … p(9) in percent, at T = 0.5, 1 and 5"]
    plots.row(x[doubtful, 0], (100 * rows).round(), titles=names).show()

# %% [markdown]
# ---
# ## T6.7 · Evidence: three figures for a report
#
# *Difficulty ●●○○○ · Importance ●●●●○ · about 25 minutes · 12 points*
#
# **Warm-up.** Images 0 to 3 are 0, 1, 2, 1, and a network says 0, 2, 2, 0. Which images are wrong? And which is the first wrong one?
#
# <details><summary>Answer</summary>
#
# **[1, 3]**, and image **1**, although image 0 is right.
#
# </details>
#
# Whoever reads your report wants to see: what does it get wrong, did training go well, which classes does it mix up? Three figures, with simple rules.
#
# In all three: **return** the figure, make no other one, and do not call `plt.show()`.
#
# <details><summary>Hint 1: <code>prediction_strip</code></summary>
#
# Decide first *which* images are shown, as a list of indices. Then take image, label and prediction with the same index.
#
# </details>
# <details><summary>Help: I get <code>ValueError: Number of columns must be a positive integer, not 0</code></summary>
#
# There was no error to show. `plt.figure()` alone makes a figure without axes; `figure.add_subplot(1, columns, place)` adds one.
#
# </details>
# <details><summary>Help: I get <code>TypeError: Invalid shape (3, 28, 28) for image data</code></summary>
#
# matplotlib wants the colours last: `image.permute(1, 2, 0)`. A gray image has no colour axis at all: `image[0]`.
#
# </details>
# <details><summary>Question: 200 training steps, 4 epochs. Where on the x axis does the first validation value belong?</summary>
#
# At step 50: it was measured when the first epoch was over. One epoch too early, it would look better than training ever was.
#
# </details>


# %% prediction_strip role="solution"
def prediction_strip(
    images: torch.Tensor,
    y_true: torch.Tensor,
    y_pred: torch.Tensor,
    classes: list[str],
    only_errors: bool = False,
    n: int = 10,
) -> plt.Figure:
    """Draw the first n images side by side, with what they are and what was predicted; return the figure.

    - images (B, C, H, W) in [0, 1], C is 1 or 3; y_true and y_pred (B,), numbers of classes.
    - One axes per image, with `imshow`: (H, W) for a gray image, (H, W, 3) for a colour image.
      Gray images are drawn with vmin=0 and vmax=1, so that a dark image looks dark.
    - The title is "true / predicted", with the names from `classes`: "cat / dog".
    - only_errors=True: the first n of the images that were predicted wrongly.
    - Fewer than n images: as many axes as there are. None at all: a figure without axes.
    """
    ### BEGIN SOLUTION
    wrong = (y_true != y_pred).tolist()
    places = [place for place in range(len(images)) if wrong[place] or not only_errors][:n]
    figure = plt.figure(figsize=(1.2 * max(len(places), 1), 1.6), layout="constrained")
    for column, place in enumerate(places):
        axes = figure.add_subplot(1, len(places), column + 1)
        image = images[place]
        if len(image) == 1:
            axes.imshow(image[0], cmap="gray", vmin=0, vmax=1)
        else:
            axes.imshow(image.permute(1, 2, 0))
        axes.set_title(f"{classes[y_true[place]]} / {classes[y_pred[place]]}", fontsize=9)
        axes.axis("off")
    return figure
    ### END SOLUTION


# %% prediction_strip_first role="check"
three = torch.rand(3, 3, 4, 5)
truth, said = torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1])
check(
    prediction_strip,
    Example(
        three,
        truth,
        said,
        ["cat", "dog"],
        look_at=lambda figure: [axes.get_title() for axes in figure.axes],
        gives=["cat / cat", "dog / cat", "dog / dog"],
        note="the titles of three images",
    ),
    Example(
        three,
        truth,
        said,
        ["cat", "dog"],
        only_errors=True,
        look_at=lambda figure: [axes.images[0].get_array().shape for axes in figure.axes],
        gives=[(4, 5, 3)],
        note="one error, colours last",
    ),
    Example(
        three[:, :1] / 2,
        truth,
        said,
        ["cat", "dog"],
        n=2,
        look_at=lambda figure: [(axes.images[0].get_array().shape, axes.images[0].get_clim()) for axes in figure.axes],
        gives=[((4, 5), (0.0, 1.0))] * 2,
        note="two gray images, drawn from 0 to 1",
    ),
    Example(
        three,
        truth,
        truth,
        ["cat", "dog"],
        only_errors=True,
        look_at=lambda figure: len(figure.axes),
        gives=0,
        note="no error, no axes",
    ),
)


# %% training_curves role="solution"
def training_curves(logs: dict[str, list[float]], boundary: int | None = None) -> plt.Figure:
    """Draw loss (first axes) and accuracy (second axes) over training steps; return the figure.

    - logs["loss"] and logs["acc"] have S values, one per step; logs["val_loss"] and logs["val_acc"] have E
      values, one per epoch. S is a multiple of E.
    - Each axes has a line with the label "train", at x = 1, 2 … S, and one with the label "valid", at the
      steps at which an epoch ended: x = S/E, 2·S/E … S. A legend tells them apart.
    - Both x labels are "step", the y labels "loss" and "accuracy". The loss axis starts at 0, accuracy goes from 0 to 1.
    - boundary: the step at which something changed (a second stage of training): a vertical line there, in
      both axes (`axvline`). None: no such line.
    """
    ### BEGIN SOLUTION
    figure, panels = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
    for axes, name, label in zip(panels, ("loss", "acc"), ("loss", "accuracy")):
        train, valid = logs[name], logs["val_" + name]
        per_epoch = len(train) // len(valid)
        ends = range(per_epoch, len(train) + 1, per_epoch)
        axes.plot(range(1, len(train) + 1), train, label="train", alpha=0.5)
        axes.plot(ends, valid, label="valid", marker="o")
        if boundary is not None:
            axes.axvline(boundary, color="gray", linestyle="dotted")
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.legend()
    panels[0].set_ylim(bottom=0)
    panels[1].set_ylim(0, 1)
    return figure
    ### END SOLUTION


# %% training_curves_first role="check"
logs = {"loss": [1.0, 0.8, 0.6, 0.5, 0.4, 0.4], "acc": [0.2, 0.4, 0.5, 0.6, 0.6, 0.7]}
logs |= {"val_loss": [0.9, 0.7], "val_acc": [0.3, 0.5]}
check(
    training_curves,
    Example(
        logs,
        look_at=lambda figure: [[float(v) for v in line.get_xdata()] for line in figure.axes[0].lines],
        gives=[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3.0, 6.0]],
        note="6 steps in 2 epochs: where the values are drawn",
    ),
    Example(
        logs,
        boundary=2,
        look_at=lambda figure: [len(axes.lines) for axes in figure.axes],
        gives=[3, 3],
        note="a boundary is one more line in both axes",
    ),
    Example(
        logs,
        look_at=lambda figure: [(axes.get_xlabel(), axes.get_ylabel(), axes.get_ylim()[0]) for axes in figure.axes],
        gives=[("step", "loss", 0.0), ("step", "accuracy", 0.0)],
        note="labels, and both y axes from 0",
    ),
    Example(
        logs,
        look_at=lambda figure: [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes],
        gives=[["train", "valid"]] * 2,
        note="the legends",
    ),
)


# %% confusion_figure role="solution"
def confusion_figure(matrix: torch.Tensor, classes: list[str]) -> plt.Figure:
    """Draw a confusion matrix (K, K) of ints with its numbers; return the figure.

    - matrix[t, p] counts the images of class t that were predicted as p: rows are true, columns predicted.
    - One axes with the counts themselves, not shares, as an image (`imshow`), and in every cell its count as text
      (`axes.text`), zeros too.
    - x label "predicted", y label "true"; ticks at 0 … K-1 with the names of the classes on both axes.
    """
    ### BEGIN SOLUTION
    side = 1.5 + 0.35 * len(classes)
    figure, axes = plt.subplots(figsize=(side, side), layout="constrained")
    axes.imshow(matrix, cmap="Blues")
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            colour = "white" if count > matrix.max() / 2 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure
    ### END SOLUTION


# %% evidence_check role="check" points=12 title="Evidence"
check(
    confusion_figure,
    Example(
        torch.tensor([[5, 1], [0, 7]]),
        ["cat", "dog"],
        look_at=lambda figure: sorted((text.get_position(), text.get_text()) for text in figure.axes[0].texts),
        gives=[((0, 0), "5"), ((0, 1), "0"), ((1, 0), "1"), ((1, 1), "7")],
        note="each count at (column, row)",
    ),
    Example(
        torch.tensor([[5, 1], [0, 7]]),
        ["cat", "dog"],
        look_at=lambda figure: [figure.axes[0].get_xlabel(), *[text.get_text() for text in figure.axes[0].get_yticklabels()]],
        gives=["predicted", "cat", "dog"],
        note="what the x axis is called, and the names on the y axis",
    ),
)

# %%
with after_writing("prediction_strip and confusion_figure"):
    ten = [str(digit) for digit in range(10)]
    matrix = torch.zeros(10, 10, dtype=torch.int64)
    for true, predicted in zip(y, guess):
        matrix[true, predicted] += 1
    strip = prediction_strip(x, y, guess, ten, only_errors=True, n=8)
    table = confusion_figure(matrix, ten)

# %% [markdown]
# Read a row of the matrix: what became of the true 8s? Which pair would you show to your reader as the typical mistake?
#
# And one more training, in two stages: after 60 steps the learning rate drops to a tenth. Can you see it in the loss?
#
# <details><summary>Answer</summary>
#
# Hardly by its height, but by its calm: after the line there are no large jumps any more.
#
# </details>

# %%
with after_writing("training_curves"):
    torch.manual_seed(1)
    small = nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 12 * 12, 10))
    logs = {"loss": [], "acc": [], "val_loss": [], "val_acc": []}
    for lr in (0.15, 0.015):
        optimizer = torch.optim.SGD(small.parameters(), lr=lr)
        for step in range(60):
            batch = torch.randint(known, (16,))
            scores = small(images[batch])
            loss = F.cross_entropy(scores, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            logs["loss"].append(loss.item())
            logs["acc"].append((scores.argmax(dim=1) == labels[batch]).float().mean().item())
            if step % 20 == 19:
                with torch.no_grad():
                    scores = small(x)
                logs["val_loss"].append(F.cross_entropy(scores, y).item())
                logs["val_acc"].append((scores.argmax(dim=1) == y).float().mean().item())
    curves = training_curves(logs, boundary=60)

# %% [markdown]
# ---
# ## T6.8 · Stretch: Grad-CAM, and three pictures put to the test
#
# *Difficulty ●●●●○ · Importance ●●●●○ · about 35 minutes · extra credit: +6*
#
# **Warm-up.** Two maps, [[1, 0], [0, 2]] and [[0, 3], [1, 0]]. A score likes the first one (weight 1) and dislikes the second (weight −0.5). Add them up with these weights, and
# write 0 where the sum is below 0. Which places are left?
#
# <details><summary>Answer</summary>
#
# **[[1.0, 0.0], [0.0, 2.0]]**. The −1.5 and the −0.5 speak for other classes.
#
# </details>
#
# Single pixels are far from a decision. The last convolution is near: its maps say "whiskers, somewhere here". **Grad-CAM** (Selvaraju and others, 2017) asks two things: *where* does each map answer, and *how much* does the
# score want of it? Two maps of 2 × 2, and the slopes of the score with respect to them:

# %%
map_0, map_1 = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[0.0, 3.0], [1.0, 0.0]])
slope_0, slope_1 = torch.tensor([[2.0, 0.0], [1.0, 1.0]]), torch.tensor([[-1.0, -1.0], [0.0, 0.0]])
names = ["map 0", "map 1", "slopes of map 0", "slopes of map 1"]
plots.row(map_0, map_1, slope_0, slope_1, titles=names).show()
added = map_0 - 0.5 * map_1
plots.row(map_0, map_1, added, added.clamp(min=0), titles=["1 · map 0", "½ · map 1", "sum", "ReLU"], signs="−=→").show()

# %% [markdown]
# 1. The *weight* of a map is the mean of its slopes: (2 + 0 + 1 + 1)/4 = **1**, and (−1 − 1 + 0 + 0)/4 = **−0.5**.
# 2. Add up the maps, each times its weight: at the top left 1 · 1 − 0.5 · 0 = 1, beside it 1 · 0 − 0.5 · 3 = −1.5.
# 3. Cut off what is below 0: those places speak for other classes.
# 4. Enlarge it to the size of the image.
#
# With $A_{b,c}$ for map $c$ of image $b$, and $P$ places in it:
#
# $$w_{b,c} = \frac1P\sum_{i,j}\frac{\partial\,s_{b,t_b}}{\partial\,A_{b,c,i,j}},\qquad M_b = \operatorname{enlarge}\Big(\operatorname{ReLU}\Big(\sum_c w_{b,c}\,A_{b,c}\Big)\Big)$$
#
# <details><summary>Hint 1: how do I get at the maps?</summary>
#
# A forward hook, as in T6.1. But this time keep the output itself: a copy that is detached has no slopes. `torch.autograd.grad(score, maps)` asks for the slopes of anything that took part.
#
# </details>
# <details><summary>Hint 2: an <code>nn.ReLU(inplace=True)</code> behind the layer</summary>
#
# It writes into what you keep. A hook may return something that takes the output's place: keep the output, and return a `.clone()` of it. The network goes on with the clone, and the slopes run through it.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn</code></summary>
#
# With frozen parameters nothing asks for gradients, unless the image does. And whoever called you may be inside `torch.no_grad()`. It is as in T6.3.
#
# </details>
# <details><summary>Help: my hook stays when the class does not exist</summary>
#
# The line that removes it was never reached. It belongs into `finally:`.
#
# </details>


# %% grad_cam role="solution"
def grad_cam(model: nn.Module, layer: str, x: torch.Tensor, target=None) -> torch.Tensor:
    """Where the maps of a layer speak for a class: images (B, C, H, W) -> (B, H, W), values >= 0.

    - `layer` is a name as in `model.named_modules()`, of a module that runs once and gives maps A (B, K, h, w).
      A name that the model does not have: ValueError.
    - The weight of map A[b, k] is the mean over its places of d scores[b, t_b] / d A[b, k]. Add up the maps times their
      weights, replace what is below 0 by 0, then enlarge to (H, W):
      `F.interpolate(…, size=(H, W), mode="bilinear")`. Not scaled.
    - The maps are those that the layer gave, also when an in-place operation follows it.
    - `target`, eval mode, no_grad, frozen parameters, IndexError: as for `saliency`.
    - The result has the dtype of x and no gradient. The model and x, their `.grad` included, are
      afterwards as before, also after an error: modes, hooks.
    """
    ### BEGIN SOLUTION
    modules, seen = dict(model.named_modules()), []
    if layer not in modules:
        raise ValueError(f"the model has no layer {layer!r}")

    def keep(module, inputs, output):
        seen.append(output)
        return output.clone()

    handle = modules[layer].register_forward_hook(keep)
    try:
        with in_eval_mode(model), torch.enable_grad():
            image = x.detach().clone().requires_grad_()
            scores = model(image)
            if target is None:
                target = scores.argmax(dim=1)
            picked = scores[torch.arange(len(x)), target].sum()
            (slopes,) = torch.autograd.grad(picked, seen[0])
    finally:
        handle.remove()
    weights = slopes.mean(dim=(2, 3), keepdim=True)
    heat = (weights * seen[0].detach()).sum(dim=1, keepdim=True).clamp(min=0)
    return F.interpolate(heat, size=x.shape[2:], mode="bilinear")[:, 0]
    ### END SOLUTION


# %% grad_cam_first role="check"
dense = nn.Linear(8, 2, bias=False)
dense.weight.data = torch.stack([torch.stack([slope_0, slope_1]).flatten(), torch.ones(8)])
copying = nn.Conv2d(2, 2, 1, bias=False)
copying.weight.data = torch.eye(2)[:, :, None, None]
as_they_are = nn.Sequential(copying, nn.Flatten(), dense)
in_place = nn.Sequential(copying, nn.ReLU(inplace=True), nn.Flatten(), dense)
halved = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), dense)
two_maps = torch.stack([map_0, map_1])[None]
darker = two_maps.clone()
darker[0, 1, 0, 0] = -2
large = two_maps.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
row_0, row_1 = [1, 0.75, 0.25, 0], [0.75, 0.6875, 0.5625, 0.5]
row_2, row_3 = [0.25, 0.5625, 1.1875, 1.5], [0, 0.5, 1.5, 2]
check(
    grad_cam,
    Example(as_they_are, "0", two_maps, 0, gives=[[[1, 0], [0, 2]]], note="the picture above"),
    Example(as_they_are, "0", two_maps, gives=[[[1, 3], [1, 2]]], note="no target: class 1 has the larger score, all its slopes are 1"),
    Example(as_they_are, "0", two_maps.repeat(2, 1, 1, 1), [1, 0], look_at=lambda maps: maps[:, 0, 1], gives=torch.tensor([3.0, 0.0]), note="one target for each image"),
    Example(halved, "0", large, 0, gives=[[row_0, row_1, row_2, row_3]], note="2 × 2 maps of an image of 4 × 4: enlarged"),
    Example(in_place, "0", darker, 0, gives=[[[1.25, 0], [0, 1.5]]], note="an in-place ReLU follows: the map still has its −2"),
    Example(as_they_are, "0", two_maps, 2, raises=IndexError, note="there is no class 2: IndexError"),
    Example(as_they_are, "conv9", two_maps, 0, raises=ValueError, note="no such layer: ValueError"),
)

# %% [markdown]
# The cat of T6.4, with all three pictures. The last maps of the borrowed network have 19 × 29 places:

# %%
with after_writing("saliency, guided_backprop and grad_cam"):
    borrowed = backbone.pretrained()
    looks = {
        "saliency": saliency,
        "guided": lambda model, x, target: guided_backprop(model, x, target).abs().amax(dim=1),
        "Grad-CAM": lambda model, x, target: grad_cam(model, "layer4", x, target),
    }
    cat = torch.tensor(data.photo("cat")).permute(2, 0, 1)[None] / 255
    normal = (cat - borrowed.mean) / borrowed.std
    figure, panels = plt.subplots(1, 4, figsize=(9.4, 2), layout="constrained")
    panels[0].imshow(cat[0].permute(1, 2, 0))
    panels[0].set_title("the photograph", fontsize=10)
    for axes, (name, look) in zip(panels[1:], looks.items()):
        picture = look(borrowed, normal, None)[0]
        axes.imshow(picture, cmap="gray", vmin=0, vmax=torch.quantile(picture, 0.995).item())
        axes.set_title(name, fontsize=10)
    for axes in panels:
        axes.axis("off")
    plt.show()

# %% [markdown]
# Which of them can be believed? In T6.4 a forgetful network had new weights in its last layer. Now do it step by step, as Adebayo and others did in 2018: first draw the weights of the last layer anew, then those of the block below it as well, and so on down to the first
# convolution, where nothing is left of what was learnt. After each step: how alike are the map of the trained network and the new one, for the same photograph and the same class? (1 = the same, 0 = nothing in common. It is the correlation of T6.4.) Lines are the mean over four
# photographs, dots are the photographs.

# %%
import copy

with after_writing("saliency, guided_backprop and grad_cam"):
    torch.manual_seed(0)
    photos = [torch.tensor(data.photo(name, size=128)) for name in ("cat", "astronaut", "coffee", "rocket")]
    normal = (torch.stack(photos).permute(0, 3, 1, 2) / 255 - borrowed.mean) / borrowed.std
    said = borrowed(normal).argmax(dim=1)
    trained = {name: look(borrowed, normal, said).flatten(1) for name, look in looks.items()}
    pictures, alike = {name: [maps[0]] for name, maps in trained.items()}, {name: [torch.ones(4)] for name in looks}
    forgetful, steps = copy.deepcopy(borrowed), ["fc", "layer4", "layer3", "layer2", "layer1", "conv1"]
    for step in steps:
        for module in forgetful.get_submodule(step).modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
        for name, look in looks.items():
            now = look(forgetful, normal, said).flatten(1)
            pictures[name].append(now[0])
            both = [pair - pair.mean(dim=1, keepdim=True) for pair in (trained[name], now)]
            alike[name].append(F.cosine_similarity(*both))
    shown = {0: "trained", 1: "last layer anew", 6: "all anew"}
    rows = [[(maps[k] / maps[k].quantile(0.995)).clamp(0, 1).reshape(128, 128) for k in shown] for maps in pictures.values()]
    plots.grid(rows, [[f"{name}, {when}" for when in shown.values()] for name in looks]).show()
    figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
    for (name, values), colour in zip(alike.items(), ("#1f5fa8", "#d9702b", "#2f8f4e")):
        axes.plot(torch.stack(values).mean(dim=1), "-", color=colour, linewidth=2, label=name)
        axes.plot(torch.stack(values), ".", color=colour, alpha=0.5)
    axes.set_xticks(range(7), ["trained", "fc anew", *[f"… and {step}" for step in steps[1:]]], fontsize=9)
    axes.set_ylabel("alike")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.legend(fontsize=9)
    plt.show()

# %% [markdown]
# Which of these does the figure support?
#
# - **a** When only the last layer has forgotten, the guided pictures are still much as they were: alike to more than 0.8, on average.
# - **b** The guided picture does not depend on the weights: it stays much the same, whatever is drawn anew.
# - **c** When only the last layer has forgotten, the Grad-CAM maps have, on average, less in common with those of before than the saliency maps have.
# - **d** Grad-CAM passes this test, so what it paints bright is the reason for the decision.


# %% what_survives role="solution"
def what_survives() -> str:
    """The letters of all statements that are right, in any order, e.g. "abc"."""
    ### BEGIN SOLUTION
    return "ac"
    ### END SOLUTION


# %% grad_cam_check role="check" stretch=6 title="Grad-CAM, put to the test"
check(what_survives, Example(accepts=lambda said: set(said) <= set("abcd"), note="letters from a to d"))

# %% [markdown]
# The test can only say no. A picture that stays when the decision is gone cannot be about the decision; one that changes may be.
#
# <details><summary>Question: why does Grad-CAM change so much with the last layer alone?</summary>
#
# Its weights come straight from there: each map gets the mean of the slopes behind it, and these are the weights of `fc`, up to a factor. Other weights, another mixture of the same maps.
#
# </details>
# <details><summary>Question: the picture is smooth although the maps have few places. Is the edge of the bright spot the edge of the object?</summary>
#
# No. One place of `layer4` stands for 16 × 16 pixels, and has seen many more (T2.7). The smoothness comes from enlarging it.
#
# </details>
# <details><summary>Question: the dots of Grad-CAM lie far apart. Why?</summary>
#
# Its maps have 8 × 8 places here, so a correlation has few numbers to go by, and chance moves it by some tenths; that of 128 × 128 single pixels hardly moves. One photograph alone says little: look at the mean, and at the spread.
#
# </details>

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** instruments. They work on networks you did not write, leave no trace, and say so when they cannot work. In **A7** a network reads names instead of
# images, and the same instruments will tell you which letters it reads.
