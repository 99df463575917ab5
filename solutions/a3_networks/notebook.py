# %% [markdown]
# # A3 · Networks: shapes and parameter counts
#
# In A1 and A2 you built the layers. Now you put them together. Most of what goes wrong here is bookkeeping: a shape that does
# not fit the next layer, a layer that nobody registered, a softmax too many. Whoever knows the shapes and the number of parameters on
# paper finds most mistakes before the training starts.
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T3.1 | `MLP`, and four ways to flatten | 10 | 15 |
# | T3.2 | LeNet three times: classic, modern, `nn.Sequential` | 26 | 45 |
# | T3.3 | Count: `conv_params`, `count_params`, `layer_table` | 14 | 30 |
# | T3.4 | `mnist_net` with SELU and Dropout | 8 | 15 |
# | T3.5 | `conv_block` and `strided_cnn` | 14 | 25 |
# | T3.6 | `DrawNet` with n blocks | 12 + 4 | 40 |
# | T3.7 | `read_signs`, `LogReg` and `MinimalConv` | 12 | 25 |
# | T3.8 | Stretch: convolutions that share out the work | +6 | 25 |
#
# **How it works.** Each task opens with a **warm-up**: two minutes with a pencil, not graded, the answer folded under it.
# Write your code where it says `# YOUR CODE HERE`, and delete the line that raises. Run the check
# under it: ✓ is right, ✗ says what differs. The checks show a few examples; grading uses others: other sizes, other weights,
# other batches. Every task is graded on its own: if one resists, go on.
#
# **House rules** for every network, unless its docstring says otherwise:
#
# - It takes a **batch** (B, 1, 28, 28) and gives (B, classes). B may be 1, and no image knows of the others.
# - It ends with **logits**, plain numbers of any sign and size: no softmax, no sigmoid, no ReLU at the end.
# - Its learnable layers are `nn.Conv2d` and `nn.Linear`, with their bias, and they are *called* (so that hooks hear them). All weights exist as soon as it is constructed (no Lazy
#   layers), all of them and no others are found by `parameters()`, and each new network has its own.
# - It gives the same in `train()` as in `eval()`, except where it has Dropout.
# - It leaves the batch as it was.
#
# All layers of `torch.nn` and all functions of `F` are yours.

# %% setup role="given"
import math

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from cnnkit import Example, after_writing, check, data, diagrams, networks, plots, training

torch.set_num_threads(1)  # such small networks are not quicker with more

# %% [markdown]
# ## First the result
#
# Three networks learn to read handwritten digits, from the same 898 examples (A4 builds what trains them). How many of 300 other digits do they read?


# %%
def reads(model):
    """Trains on three digits of four; gives what it says of the others."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    training.fit(model, training.Batches(images[~apart], labels[~apart]), optimizer, epochs=6)
    return model(images[apart]).argmax(1)


images, labels = data.digits()
apart = torch.arange(len(labels)) % 4 == 0
torch.manual_seed(0)
first, second = nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.Conv2d(8, 16, 3, stride=2, padding=1)
contest = {
    "one dense layer": nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
    "two dense layers": nn.Sequential(nn.Flatten(), nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10)),
    "two convolutions, then dense": nn.Sequential(
        first, nn.ReLU(), second, nn.ReLU(), nn.Flatten(), nn.Linear(784, 10)
    ),
}
said = {name: reads(model) for name, model in contest.items()}
for name, model in contest.items():
    right = (said[name] == labels[apart]).float().mean()
    print(f"{name:30} learns {networks.size(model):6,} numbers and reads {right:.1%}")
lost = (said["one dense layer"] != labels[apart]).nonzero().flatten()[:4].tolist()
titles = [f"{labels[apart][i]}, not {said['one dense layer'][i]}" for i in lost]
plots.row(*[images[apart][i, 0] for i in lost], titles=titles)

# %% [markdown]
# The four digits are some that the single layer misreads. The convolutions read as well as the two dense layers, with less than a quarter
# of their numbers. So how many numbers a network learns matters less than *where they sit*, and two questions are worth asking of every network.
#
# **Which shape comes out of this layer?** For convolutions and poolings you know the formula from A1; a dense layer `nn.Linear(784, 10)` makes 10 numbers
# of 784, as it says.
#
# **How many numbers does it learn?** `nn.Conv2d(3, 2, 3)` sees 3 channels and makes 2.
# (It has to be told all three: `nn.Conv2d()` stops with *missing 3 required positional arguments*.) For each of the 2 it has a kernel with 3 slices of 3 × 3 numbers:

# %%
weight = nn.Conv2d(3, 2, 3).weight.detach().mul(10).round()
names = [[f"out {o}, slice {c}" for c in range(3)] for o in range(2)]
plots.grid([[weight[o, c] for c in range(3)] for o in range(2)], titles=names)

# %% [markdown]
# That is 2 · 3 · 9 = 54 numbers, and one bias for each output channel: **56**. In general
#
# $$\underbrace{c_{out}\cdot c_{in}\cdot k_h\cdot k_w}_{\text{weight}} + \underbrace{c_{out}}_{\text{bias}}\qquad\qquad
# \text{dense layer:}\quad n_{out}\cdot n_{in} + n_{out}$$
#
# The size of the *image* is not in it. A convolution learns as much from 28 × 28 as from 4000 × 3000 pixels; a dense layer
# gets a column of weights for every pixel.
#
# | layer | numbers |
# |---|---:|
# | `Conv2d(1, 32, 3)` | 320 |
# | `Conv2d(32, 32, 5)` | 25,632 |
# | `Linear(800, 256)` | 205,056 |
# | `Linear(784, 26)` | 20,410 |
#
# In T3.3 you write a function for this.

# %% [markdown]
# ---
# ## T3.1 · `MLP`: dense layers only
#
# *Difficulty ●○○○○ · Importance ●●●●○ · about 15 minutes · 10 points*
#
# **Warm-up.** A batch has the shape (2, 3, 4, 5). Which shape has it with every image as one long row? And how many numbers does a dense layer from
# there to 10 learn?
#
# <details><summary>Answer</summary>
#
# **(2, 60)**, and 60 · 10 + 10 = **610**.
#
# </details>
#
# The oldest network for digits knows nothing of rows and columns. It takes the 784 pixels as one long row, makes 128 numbers of them, and
# 10 of those:

# %%
steps = [
    ("Flatten", (784,), 0),
    ("Linear", (128,), 100480),
    ("ReLU", (128,), 0),
    ("Linear", (10,), 1290),
]
diagrams.flow(steps, start=(1, 28, 28))

# %% [markdown]
# There are four ways to flatten a batch `x` of shape (B, C, H, W) to (B, C·H·W):
#
# | | |
# |---|---|
# | `x.flatten(1)` | everything from axis 1 on |
# | `x.reshape(len(x), -1)` | −1 is "whatever is left" |
# | `x.view(len(x), -1)` | the same, but never copies |
# | `nn.Flatten()(x)` | a layer, for `nn.Sequential` |
#
# <details><summary>Question: one of the four stops with an error for <code>x.permute(0, 1, 3, 2)</code>. Which, and why?</summary>
#
# `view`. It only looks at the same memory with other borders, and after a `permute` the numbers do not lie in the right order. `RuntimeError: view size
# is not compatible with input tensor's size and stride`. The others copy when they must.
#
# </details>
# <details><summary>Question: why a ReLU between the two layers?</summary>
#
# Without it the second matrix times the first is one matrix: 101,770 numbers that can do no more than `Linear(784, 10)` with its 7,850.
#
# </details>
# <details><summary>Help: I get <code>AttributeError: cannot assign module before Module.__init__() call</code></summary>
#
# `nn.Module` has to set up its books first: begin `__init__` with `super().__init__()`.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x2352 and 784x128)</code></summary>
#
# You flattened the batch as well: 3 images became one row of 3 · 784. Keep axis 0.
#
# </details>


# %% mlp role="solution"
class MLP(nn.Module):
    """Flatten, dense layer fc1, ReLU, dense layer fc2: (B, C, H, W) -> logits (B, out).

    - in_features is C*H*W, hidden the size of fc1's output.
    - The attributes are called fc1 and fc2; their weights are saved under these names.
    - Works for any memory layout of the batch, also after a `permute`.
    """

    def __init__(self, in_features: int = 784, hidden: int = 128, out: int = 10):
        ### BEGIN SOLUTION
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return self.fc2(F.relu(self.fc1(x.flatten(1))))
        ### END SOLUTION


# %% mlp_check role="check" points=10 title="MLP"
digit = torch.linspace(0, 1, 784).reshape(1, 1, 28, 28)
check(
    MLP,
    Example(look_at=networks.size, gives=101770, note="101,770 parameters"),
    Example(784, 50, 10, look_at=networks.size, gives=39760, note="784-50-10: 39,760 parameters"),
    Example(
        look_at=lambda m: [name for name in m.state_dict() if name.startswith(("fc1.", "fc2."))],
        gives=["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"],
        note="the names under which its weights are saved",
    ),
    Example(
        36,
        5,
        3,
        look_at=lambda m: tuple(m(torch.zeros(4, 1, 6, 6)).shape),
        gives=(4, 3),
        note="four images of 6 × 6, three classes: (4, 3)",
    ),
    Example(
        6,
        5,
        3,
        look_at=lambda m: tuple(m(torch.arange(6.0).reshape(1, 1, 2, 3).permute(0, 1, 3, 2)).shape),
        gives=(1, 3),
        note="a batch of a single image, and after a permute: (1, 3)",
    ),
    Example(
        784,
        6,
        3,
        look_at=lambda m: networks.with_waves(m)(digit).detach(),
        gives=torch.tensor([[0.808078, -0.077767, -0.446788]]),
        note="its logits, with weights that everybody has",
    ),
)

# %% [markdown]
# ---
# ## T3.2 · LeNet, three times
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 45 minutes · 26 points*
#
# **Warm-up.** 28 × 28 pixels go through a 5 × 5 convolution with padding 2, pooling by 2, a 5 × 5 convolution without padding, pooling by 2. How many
# rows are left? And how many numbers, if there are 16 such maps?
#
# <details><summary>Answer</summary>
#
# 28, 14, 10, **5**. Sixteen maps of 5 × 5 are **400**.
#
# </details>
#
# **1998.** LeNet-5 read handwritten cheques. Two rounds of *convolution, sigmoid, average pooling*, then three dense layers:

# %%
steps = [
    ("Conv2d 5×5, p 2", (6, 28, 28), 156),
    ("sigmoid", (6, 28, 28), 0),
    ("average pool", (6, 14, 14), 0),
    ("Conv2d 5×5", (16, 10, 10), 2416),
    ("sigmoid", (16, 10, 10), 0),
    ("average pool", (16, 5, 5), 0),
    ("flatten to 400\nLinear", (120,), 48120),
    ("sigmoid", (120,), 0),
    ("Linear", (84,), 10164),
    ("sigmoid", (84,), 0),
    ("Linear", (10,), 850),
]
diagrams.flow(steps, start=(1, 28, 28))

# %% [markdown]
# 156 + 2,416 + 48,120 + 10,164 + 850 = **61,706** numbers. Both poolings are 2 × 2 with stride 2.
#
# <details><summary>Question: may I pool first and take the sigmoid afterwards?</summary>
#
# Not here. The sigmoid of a mean is not the mean of the sigmoids. (Of a *maximum* it is: sigmoid and ReLU only go up, so the largest stays the
# largest. With max pooling both orders give the same.)
#
# </details>


# %% lenet_classic role="solution"
class LeNet5Classic(nn.Module):
    """LeNet-5 as in the picture: (B, 1, 28, 28) -> logits (B, 10).

    - The learnable layers are called conv1, conv2, fc1, fc2 and fc3.
    - A sigmoid after each of them except the last, and *before* the pooling.
    - Average pooling, 2 × 2, stride 2, after each convolution.
    """

    def __init__(self):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(1)))
        return self.fc3(torch.sigmoid(self.fc2(x)))
        ### END SOLUTION


# %% lenet_classic_try role="check"
waves = torch.linspace(-60, 60, 784).sin().mul(3).reshape(1, 1, 28, 28)
digit = torch.linspace(0, 1, 784).reshape(1, 1, 28, 28)


def arriving_at_conv2(model):
    """Some numbers that arrive there, with weights that everybody has."""
    kept = []
    networks.with_waves(model).conv2.register_forward_pre_hook(lambda layer, inputs: kept.append(inputs[0]))
    model(waves)
    return kept[0][0, :3, 5, 0].detach()


check(
    LeNet5Classic,
    Example(look_at=networks.size, gives=61706, note="61,706 parameters"),
    Example(
        look_at=lambda m: networks.arrivals(m, 1, 28, 28)[1:],
        gives=[(6, 14, 14), (400,), (120,), (84,)],
        note="what arrives at conv2, fc1, fc2, fc3",
    ),
    Example(
        look_at=lambda m: sorted({name.split(".")[0] for name in m.state_dict()}),
        gives=["conv1", "conv2", "fc1", "fc2", "fc3"],
        note="the names of its layers",
    ),
    Example(
        look_at=arriving_at_conv2,
        gives=torch.tensor([0.581302, 0.526658, 0.403389]),
        note="numbers that arrive at conv2: first the sigmoid, then the mean",
    ),
    Example(
        look_at=lambda m: networks.with_waves(m)(digit)[0, :3].detach(),
        gives=torch.tensor([0.983924, 0.152991, -1.021753]),
        note="its first three logits, with weights that everybody has",
    ),
)

# %% [markdown]
# **Modern.** Why did people drop the sigmoid? Look at the slopes: where a sigmoid is flat, next to nothing of the gradient comes back, and five of them are in
# a row. ReLU has the slope 1 wherever it lets something through.

# %%
x = torch.linspace(-6, 6, 241)
curves = {
    "sigmoid": torch.sigmoid(x).tolist(),
    "slope of the sigmoid": (torch.sigmoid(x) * (1 - torch.sigmoid(x))).tolist(),
    "slope of ReLU": (x > 0).float().tolist(),
}
diagrams.lines(curves, x.tolist(), "A sigmoid's slope is 0.25 at best", ("x", ""))

# %% [markdown]
# So: ReLU for sigmoid, **max** pooling for average pooling, and one dense layer less (400 → 84 → 10). That makes **37,106** numbers.


# %% lenet_modern role="solution"
class LeNetModern(nn.Module):
    """A modern LeNet: (B, 1, 28, 28) -> logits (B, 10).

    - conv1 (6 maps, 5 × 5, padding 2), conv2 (16 maps, 5 × 5), fc1 (84), fc2 (10): these are their names.
    - ReLU after each of them except the last; max pooling, 2 × 2, stride 2, after each convolution.
    """

    def __init__(self):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))
        ### END SOLUTION


# %% lenet_modern_try role="check"
check(
    LeNetModern,
    Example(look_at=networks.size, gives=37106, note="37,106 parameters"),
    Example(
        look_at=lambda m: networks.arrivals(m, 1, 28, 28)[1:],
        gives=[(6, 14, 14), (400,), (84,)],
        note="what arrives at conv2, fc1, fc2",
    ),
    Example(
        look_at=lambda m: networks.with_waves(m)(digit)[0, :3].detach(),
        gives=torch.tensor([1.585026, 0.046738, -1.592683]),
        note="its first three logits, with weights that everybody has",
    ),
)

# %% [markdown]
# **In one expression.** A network that is only a chain needs no class: `nn.Sequential` takes the layers in order. `lenet_sequential` is to compute *exactly* what
# `LeNetModern` computes: carry the weights over, and the logits agree.
#
# **Find the differences.** These two are meant to be the same network. There are two differences (Lazy or not is not meant), and one mistake that both share.
#
# ```python
# class LeNet(nn.Module):
#     ...                                   # conv1, conv2, fc1, fc2 as above
#     def forward(self, X):
#         block1 = self.pool(self.act(self.conv1(X)))         # pool is MaxPool2d
#         block2 = self.pool(self.act(self.conv2(block1)))
#         flatten = block2.view(block2.shape[0], -1)
#         logits = self.fc2(self.act(self.fc1(flatten)))
#         return nn.Softmax(dim=-1)(logits)
#
# lenet = nn.Sequential(
#     nn.LazyConv2d(6, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
#     nn.LazyConv2d(16, kernel_size=5), nn.ReLU(), nn.AvgPool2d(2),
#     nn.Flatten(), nn.LazyLinear(84), nn.ReLU(), nn.LazyLinear(10), nn.Softmax(dim=-1),
# )
# ```
#
# <details><summary>Answer</summary>
#
# The second pooling is an average here and a maximum there. `view` cannot take every memory layout, `nn.Flatten` can. And both end with a
# softmax, though they are trained with `nn.CrossEntropyLoss`, which takes one itself.
#
# </details>
# <details><summary>Help: I get <code>ValueError: Attempted to use an uninitialized parameter</code></summary>
#
# A `LazyLinear` learns its size from the first batch; before that there is nothing to count, copy or hand to an optimizer. You know the sizes: write them.
#
# </details>


# %% lenet_sequential role="solution"
def lenet_sequential() -> nn.Sequential:
    """LeNetModern as one nn.Sequential: the same numbers come out when it has the same weights.

    Each step is a layer from torch.nn: two Conv2d, three ReLU, two MaxPool2d, a Flatten, two Linear and
    nothing else. You may group them in further nn.Sequential.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    ### END SOLUTION


# %% lenet_check role="check" points=26 title="LeNet"
digit = torch.linspace(0, 1, 784).reshape(1, 1, 28, 28)
check(
    lenet_sequential,
    Example(look_at=networks.size, gives=37106, note="37,106 parameters"),
    Example(
        look_at=lambda m: networks.with_waves(m)(digit)[0, :3].detach(),
        gives=torch.tensor([1.585026, 0.046738, -1.592683]),
        note="the same logits as LeNetModern",
    ),
)

# %% [markdown]
# **Why no softmax at the end?** Cross-entropy takes the softmax itself. Put one into the model and it is taken twice, of numbers
# between 0 and 1. Even for a model that is absolutely sure and right, the loss is then that of the "logits" (1, 0, …, 0):
#
# $$-\ln\frac{e^1}{e^1 + 9\,e^0} = \ln(e + 9) - 1 = 1.4612$$
#
# It cannot get lower, and the gradient gets small on the way. Watch two copies learn ten digits by heart:


# %%
def by_heart(model, images, labels, steps=60):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=5e-3), []
    for _ in range(steps):
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


with after_writing("LeNetModern"):
    images, labels = data.digits()
    ten = [int((labels == digit).nonzero()[0]) for digit in range(10)]
    torch.manual_seed(0)
    plain, softened = LeNetModern(), nn.Sequential(LeNetModern(), nn.Softmax(dim=1))
    curves = {
        "logits": by_heart(plain, images[ten], labels[ten]),
        "softmax in the model": by_heart(softened, images[ten], labels[ten]),
    }
    diagrams.lines(
        curves, title="Ten digits by heart", levels={"ln(e + 9) − 1 = 1.4612": 1.4612}
    ).show()

# %% [markdown]
# <details><summary>Question: after 10 epochs a LeNet with ten classes has a loss of 1.5827 and an accuracy of 89.61 %. What do you suspect?</summary>
#
# A softmax in the model. 1.5827 is just above that floor, while a healthy loss at 90 % is around 0.3. The accuracy alone does not
# tell: the largest logit stays the largest. (Without the softmax the same LeNet learns faster and better; A4 shows by how much.)
#
# </details>

# %% [markdown]
# ---
# ## T3.3 · Count
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 30 minutes · 14 points*
#
# **Warm-up.** `nn.Conv2d(2, 3, (1, 4))`: how many numbers has one of its kernels? And how many are learnt in all?
#
# <details><summary>Answer</summary>
#
# 2 · 1 · 4 = **8**, and 3 · 8 + 3 = **27**.
#
# </details>
#
# Now let the computer do it, first for one convolution.


# %% conv_params role="solution"
def conv_params(c_in: int, c_out: int, k: int | tuple[int, int], bias: bool = True) -> int:
    """How many numbers nn.Conv2d(c_in, c_out, k, bias=bias) learns: an int, by arithmetic.

    k is one number for a square kernel, or a pair (height, width).
    """
    ### BEGIN SOLUTION
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * c_in * kh * kw + (c_out if bias else 0)
    ### END SOLUTION


# %% conv_params_try role="check"
check(
    conv_params,
    Example(3, 2, 3, gives=56, note="the picture at the beginning: 56"),
    Example(1, 32, 3, gives=320),
    Example(32, 32, 5, gives=25632),
    Example(3, 8, (3, 5), bias=False, gives=360),
)

# %% [markdown]
# **Count a whole network.** `model.parameters()` walks through all the layers, however deeply they are nested, and gives each tensor that is
# learned. `p.numel()` is the number of its entries, and `p.requires_grad` is False for a *frozen* one, which training leaves alone. Two layers may share one weight (`b.weight = a.weight`): that is one
# tensor, learned once, so it counts once. `parameters()` gives it once; `state_dict()` lists it under both names.
#
# <details><summary>Question: a batch-norm layer of 64 channels stores 64 weights, 64 biases, 64 running means and 64 running variances (and counts its batches). How many parameters?</summary>
#
# 128. The running statistics are measured, not learned: PyTorch keeps them as *buffers*. They are in `state_dict()`, because a saved model needs them, but
# not in `parameters()`. So do not count through `state_dict()`.
#
# </details>


# %% count_params role="solution"
def count_params(model: nn.Module, trainable_only: bool = False) -> int:
    """How many numbers the model learns: an int.

    - Shared parameters count once. Buffers (running means, …) do not count.
    - With trainable_only, parameters with requires_grad=False do not count either.
    """
    ### BEGIN SOLUTION
    return sum(p.numel() for p in model.parameters() if p.requires_grad or not trainable_only)
    ### END SOLUTION


# %% count_params_try role="check"
small = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(676, 10))
frozen = nn.Sequential(nn.Linear(6, 4).requires_grad_(False), nn.BatchNorm1d(4), nn.Linear(4, 2))
tied = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
tied[1].weight = tied[0].weight
check(
    count_params,
    Example(small, gives=6810, note="a small network: 40 + 6,770"),
    Example(frozen, gives=46, note="6 → 4, batch norm, 4 → 2: 28 + 8 + 10"),
    Example(frozen, trainable_only=True, gives=18, note="its first layer is frozen: 8 + 10"),
    Example(tied, gives=24, note="two layers share one weight: 16 + 4 + 4"),
)

# %% [markdown]
# **Watch an image pass.** Which shape comes out of which layer? You can compute it (A1), or send an image through and *listen*. That is what
# a **hook** is for: a function of yours that PyTorch calls each time a layer has finished.


# %%
def tell(layer, inputs, output):
    print(f"{type(layer).__name__:10} {tuple(inputs[0].shape)} -> {tuple(output.shape)}")


small = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(676, 10))
hooks = [layer.register_forward_hook(tell) for layer in small]
small(torch.zeros(1, 1, 28, 28))
for hook in hooks:
    hook.remove()

# %% [markdown]
# Five layers, five lines. Write `layer_table`, which does this for any model and returns it as a list.
#
# `model.modules()` gives the model itself and everything inside it; a *layer* is a module without children: `not list(module.children())`.
#
# A good guest in somebody else's model leaves no trace: whatever `layer_table` switches on or off, it puts back, even if the model stops with an error half way
# (`try … finally`). That includes the modes. `model.eval()` changes the flag `training` of *every* module, and `model.train()` afterwards would switch them *all* on, also a
# part that its owner had put into eval mode on purpose. So remember the flags one by one: `modes = {m: m.training for m in model.modules()}`, and in the end
# `m.training = mode`.
#
# Why eval mode? In train mode batch norm would mix your zeros into its running means: looking would change the model. And it cannot take a variance of one single image:
# `ValueError: Expected more than 1 value per channel when training`.
#
# <details><summary>Hint: the hook</summary>
#
# ```python
# def note(layer, inputs, output):
#     rows.append((type(layer).__name__, tuple(output.shape[1:]), ...))
# ```
#
# For the parameters keep a set of what you have seen, e.g. of `id(p)`, and go through `layer.parameters()`.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Input type (float) and bias type (double) should be the same</code></summary>
#
# The model is in float64, your image is not. `next(model.parameters(), None)` is the first parameter, or None in a model without any: make the image with its
# `dtype` and `device`.
#
# </details>


# %% layer_table role="solution"
def layer_table(
    model: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...], int]]:
    """What becomes of one image in the model: a list of tuples (layer, shape, params).

    - One row for each time a layer is called, in that order. Layers are the modules without children.
    - layer: the name of its class, "Conv2d". shape: that of its output, without the batch axis, a tuple
      of ints. params: how many of the layer's own parameters no row above has counted yet, an int.
    - input_shape is without the batch axis, e.g. (1, 28, 28). The image is zeros, of the dtype and
      device of the model's first parameter, or torch's defaults when there is none.
    - The image passes in eval mode. Afterwards everything is as before, also when the model raises an
      error: the training flag of each module, running statistics, gradients; your hooks are gone, other
      people's hooks are still there. The error itself goes on to the caller.
    """
    ### BEGIN SOLUTION
    rows, counted = [], set()

    def note(layer, inputs, output):
        new = [p for p in layer.parameters() if id(p) not in counted]
        counted.update(id(p) for p in new)
        rows.append((type(layer).__name__, tuple(output.shape[1:]), sum(p.numel() for p in new)))

    first = next(model.parameters(), torch.zeros(()))
    image = torch.zeros(1, *input_shape, dtype=first.dtype, device=first.device)
    modes = {module: module.training for module in model.modules()}
    hooks = [module.register_forward_hook(note) for module in modes if not list(module.children())]
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
    ### END SOLUTION


# %% count_params_check role="check" points=14 title="Count"
small = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(676, 10))
frozen = nn.Sequential(nn.Linear(6, 4).requires_grad_(False), nn.BatchNorm1d(4), nn.Linear(4, 2))
rows = [
    ("Conv2d", (4, 26, 26), 40),
    ("ReLU", (4, 26, 26), 0),
    ("MaxPool2d", (4, 13, 13), 0),
    ("Flatten", (676,), 0),
    ("Linear", (10,), 6770),
]
twice = nn.Linear(6, 6)
check(
    layer_table,
    Example(small, (1, 28, 28), gives=rows, note="the small network, five rows"),
    Example(
        frozen,
        (6,),
        gives=[("Linear", (4,), 28), ("BatchNorm1d", (4,), 8), ("Linear", (2,), 10)],
        note="batch norm, one row of 6 numbers",
    ),
    Example(
        nn.Sequential(twice, nn.ReLU(), twice),
        (6,),
        gives=[("Linear", (6,), 42), ("ReLU", (6,), 0), ("Linear", (6,), 0)],
        note="a layer that is called twice counts once",
    ),
    Example(nn.Linear(6, 2).double(), (6,), gives=[("Linear", (2,), 14)], note="a model in float64, of a single layer"),
    Example(nn.Sequential(nn.ReLU(), nn.Linear(6, 2)), (7,), raises=RuntimeError, note="a model that stops: its error goes on to you"),
)


def left_behind(network, size):
    try:
        layer_table(network, size)
    except NotImplementedError:  # a RuntimeError, too: of what is not written yet
        raise
    except RuntimeError:
        print("(stopped half way)")
    hooks = sum(len(module._forward_hooks) for module in network.modules())
    return hooks, [module.training for module in network.modules()]


resting = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4).eval(), nn.Dropout(0.5))
check(
    layer_table,
    Example(resting, (6,), gives=(0, [True, True, False, True]), note="no hook is left, each module is in its old mode"),
    Example(resting, (7,), gives=(0, [True, True, False, True]), note="nor when the model stops with an error"),
    through=left_behind,
)

# %% [markdown]
# Your table on something larger: **ResNet-18**, the larger relative of the network that A5 borrows. It is made of eight blocks of two
# convolutions, with a shortcut around each block. You do not have to write it: torchvision has it.

# %%
with after_writing("count_params and layer_table"):
    from torchvision.models import resnet18

    model = resnet18()
    rows = layer_table(model, (3, 49, 49))
    sides = dict.fromkeys(shape[1] for _, shape, _ in rows if len(shape) == 3)
    print(f"ResNet-18: {count_params(model):,} parameters, {rows[-1][2]:,} of them in the last layer")
    print(f"{len(rows)} calls of layers, sides of the maps: 49 →", " → ".join(map(str, sides)))

# %% [markdown]
# It should say 11,689,512 and 513,000, and 25 → 13 → 7 → 4 → 2 → 1.
#
# ---
# ## T3.4 · `mnist_net`: SELU and Dropout
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 15 minutes · 8 points*
#
# **Warm-up.** A convolution makes 4 × 10 × 10 of 2 × 12 × 12 and has 76 parameters. How large is its kernel, and its padding?
#
# <details><summary>Answer</summary>
#
# 76 − 4 biases = 72, for 4 · 2 slices: 9 numbers each, so **3** × 3. 12 − 3 + 1 is 10 already, so the padding is **0**.
#
# </details>
#
# Here is what `torchsummary` prints for a larger network, one row per layer. Build it from the table. Kernel sizes and paddings
# are not in it: work them out from the shapes and the counts.
#
# | layer | output shape | parameters |
# |---|---|---:|
# | Conv2d | 32 × 28 × 28 | 320 |
# | SELU | 32 × 28 × 28 | |
# | MaxPool2d | 32 × 14 × 14 | |
# | Conv2d | 32 × 10 × 10 | 25,632 |
# | SELU | 32 × 10 × 10 | |
# | MaxPool2d | 32 × 5 × 5 | |
# | Flatten | 800 | |
# | Linear | 256 | 205,056 |
# | SELU | 256 | |
# | Dropout | 256 | |
# | Linear | 10 | 2,570 |
# | **sum** | | **233,578** |

# %%
x = torch.linspace(-4, 2, 121)
curves = {"ReLU": F.relu(x).tolist(), "SELU": F.selu(x).tolist()}
diagrams.lines(curves, x.tolist(), "SELU goes below zero, and there it still has a slope", ("x", ""))

# %% [markdown]
# **Dropout** with p = 0.5, while training: each number is thrown away with probability 0.5, and the others are multiplied by 1 / (1 − 0.5), so that the mean
# stays. In eval mode it does nothing. Here on a layer of ones:

# %%
torch.manual_seed(3)
ones = torch.ones(4, 6)
plots.row(
    ones,
    F.dropout(ones, 0.5),
    ones,
    titles=["before", "in train()", "in eval()"],
    signs="→ ",
    limits=(0, 2),
)

# %% [markdown]
# <details><summary>Question: how many of the 233,578 are in the convolutions?</summary>
#
# 320 + 25,632 = 25,952, that is 11.1 %. The first dense layer alone has 87.8 %. The convolutions do nearly all the *work* all the same: each of
# their numbers is used at 784 or at 100 places.
#
# </details>
# <details><summary>Question: under its table torchsummary says <em>Params size 0.89 MB</em> and <em>Forward/backward pass size 0.50 MB</em>. Where from?</summary>
#
# A float32 takes 4 bytes: 233,578 · 4 / 1024² = 0.89. Add up all the output shapes, 32 · 28 · 28 + … + 10 = 65,226 numbers; backward needs their gradients
# as well, so twice: 65,226 · 2 · 4 / 1024² = 0.50. That is for *one* image. With a batch of 64 the second number is 32 MB, the first stays.
#
# </details>


# %% mnist_net role="solution"
def mnist_net(p_drop: float = 0.5) -> nn.Sequential:
    """The network of the table: (B, 1, 28, 28) -> logits (B, 10). An nn.Sequential of these 11 layers.

    p_drop is the probability of the Dropout layer; 0 switches it off.
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5),
        nn.SELU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 5 * 5, 256),
        nn.SELU(),
        nn.Dropout(p_drop),
        nn.Linear(256, 10),
    )
    ### END SOLUTION


# %% mnist_net_check role="check" points=8 title="mnist_net"
digit = torch.linspace(0, 1, 784).reshape(1, 1, 28, 28)
check(
    mnist_net,
    Example(look_at=networks.size, gives=233578, note="233,578 parameters"),
    Example(
        look_at=lambda m: networks.arrivals(m, 1, 28, 28),
        gives=[(1, 28, 28), (32, 14, 14), (800,), (256,)],
        note="what arrives at the convolutions and dense layers",
    ),
    Example(
        look_at=lambda m: " ".join(type(layer).__name__ for layer in m),
        gives="Conv2d SELU MaxPool2d Conv2d SELU MaxPool2d Flatten Linear SELU Dropout Linear",
        note="its layers, in order",
    ),
    Example(
        0.2,
        look_at=lambda m: [layer.p for layer in m if isinstance(layer, nn.Dropout)],
        gives=[0.2],
        note="mnist_net(0.2) drops 20 %",
    ),
    Example(
        look_at=lambda m: networks.with_waves(m)(digit)[0, :3].detach(),
        gives=torch.tensor([5.392574, -0.215359, -5.371013]),
        note="its first three logits in eval mode, with weights that everybody has",
    ),
)

# %%
with after_writing("mnist_net and layer_table"):
    print(networks.table(layer_table(mnist_net(), (1, 28, 28))))
    counts = {
        f"{number}  {type(layer).__name__}": networks.size(layer)
        for number, layer in enumerate(mnist_net())
        if networks.size(layer)
    }
    diagrams.bars(counts, "Where the parameters sit").show()

# %% [markdown]
# ---
# ## T3.5 · `conv_block` and `strided_cnn`
#
# *Difficulty ●●○○○ · Importance ●●●●○ · about 25 minutes · 14 points*
#
# **Warm-up.** A kernel of 3 with padding 1 takes steps of 2 over a row of 7 pixels. How many numbers come out? And of 4?
#
# <details><summary>Answer</summary>
#
# **4**: the padded row has 9 pixels, and the kernel fits at 0, 2, 4 and 6. Of 4 pixels: **2**.
#
# </details>
#
# Can one classify with convolutions alone? Here is a try:

# %%
partial_model = nn.Sequential(
    nn.Conv2d(1, 30, 3, padding=1), nn.ReLU(), nn.Conv2d(30, 10, 3, padding=1)
)
tuple(partial_model(torch.zeros(1, 1, 28, 28)).shape)

# %% [markdown]
# Ten numbers *for every pixel*. We want ten for the image. So let each convolution take steps of 2: the maps shrink, 28 → 14 → 7 → 4 → 2 → 1, until
# there is one pixel left, with ten channels. Flatten it, and these are the logits. No pooling, no dense layer:

# %%
steps = [
    ("Conv2d, stride 2", (4, 14, 14), 40),
    ("ReLU", (4, 14, 14), 0),
    ("Conv2d, stride 2", (8, 7, 7), 296),
    ("ReLU", (8, 7, 7), 0),
    ("Conv2d, stride 2", (16, 4, 4), 1168),
    ("ReLU", (16, 4, 4), 0),
    ("Conv2d, stride 2", (16, 2, 2), 2320),
    ("ReLU", (16, 2, 2), 0),
    ("Conv2d, stride 2", (10, 1, 1), 1450),
    ("Flatten", (10,), 0),
]
diagrams.flow(steps, start=(1, 28, 28))

# %% [markdown]
# 40 + 296 + 1,168 + 2,320 + 1,450 = **5,274** numbers. It reads a little less than the MLP 784-50-10, which has 39,760.
#
# The last block has no ReLU: it would cut off all negative logits. A model could then never say "certainly not a 7", and where all ten are 0 there is no gradient either.
#
# <details><summary>Why not <code>nn.ReLU(inplace=True)</code>? It saves memory.</summary>
#
# It writes over what the convolution has just put out. In A6 you look at exactly that, and would find the ReLU's output in its place.
#
# </details>
# <details><summary>Help: I get <code>TypeError: list is not a Module subclass</code></summary>
#
# `nn.Sequential` takes its layers one by one. Have them in a list? `nn.Sequential(*layers)`.
#
# </details>


# %% conv_block role="solution"
def conv_block(ni: int, nf: int, ks: int = 3, stride: int = 2, act: bool = True) -> nn.Module:
    """A convolution from ni to nf channels, kernel ks × ks, padding ks // 2, and a ReLU if act: a module.

    The ReLU does not work in place: the output of the convolution stays as it is.
    """
    ### BEGIN SOLUTION
    conv = nn.Conv2d(ni, nf, ks, stride=stride, padding=ks // 2)
    return nn.Sequential(conv, nn.ReLU()) if act else conv
    ### END SOLUTION


# %% conv_block_try role="check"
def keeps_what_was_negative(block):
    """Whether the output of its convolution still has negative numbers when the block has ended."""
    kept = []
    for part in filter(lambda part: type(part) is nn.Conv2d, block.modules()):
        part.register_forward_hook(lambda part, inputs, output: kept.append(output))
    block(torch.randn(2, 1, 8, 8))
    return bool((kept[0] < 0).any())


check(
    conv_block,
    Example(1, 4, look_at=keeps_what_was_negative, gives=True, note="what the convolution gave stays as it was"),
    Example(4, 8, look_at=networks.size, gives=296, note="from 4 to 8 channels: 296 parameters"),
    Example(
        2,
        3,
        5,
        1,
        look_at=lambda m: tuple(m(torch.zeros(2, 2, 6, 9)).shape),
        gives=(2, 3, 6, 9),
        note="kernel 5, stride 1: the size stays",
    ),
    Example(
        2,
        3,
        4,
        1,
        look_at=lambda m: tuple(m(torch.zeros(2, 2, 6, 9)).shape),
        gives=(2, 3, 7, 10),
        note="kernel 4: padding 2 on every side, so the size grows by one",
    ),
    Example(
        2,
        3,
        look_at=lambda m: tuple(m(torch.zeros(2, 2, 6, 9)).shape),
        gives=(2, 3, 3, 5),
        note="kernel 3, stride 2: 6 × 9 becomes 3 × 5",
    ),
    Example(
        1,
        4,
        look_at=lambda m: bool((m(torch.randn(2, 1, 8, 8)) >= 0).all()),
        gives=True,
        note="with a ReLU nothing is negative",
    ),
    Example(
        1,
        4,
        act=False,
        look_at=lambda m: bool((m(torch.randn(2, 1, 8, 8)) < 0).any()),
        gives=True,
        note="act=False: no ReLU, some are negative",
    ),
)


# %% strided_cnn role="solution"
def strided_cnn(channels: tuple[int, ...] = (1, 4, 8, 16, 16, 10)) -> nn.Sequential:
    """A conv_block (kernel 3, stride 2) from each channel count to the next, then Flatten.

    - The result is an nn.Sequential.
    - The last block has no ReLU, all others have one.
    - channels is a tuple or a list of two or more. The image may have any size: an image that ends as
      (10, 1, 1) gives 10 logits, one that ends as (10, 2, 3) gives 60.
    """
    ### BEGIN SOLUTION
    last = len(channels) - 2
    blocks = [conv_block(channels[i], channels[i + 1], act=i < last) for i in range(last + 1)]
    return nn.Sequential(*blocks, nn.Flatten())
    ### END SOLUTION


# %% strided_cnn_check role="check" points=14 title="strided_cnn"
check(
    strided_cnn,
    Example(look_at=networks.size, gives=5274, note="5,274 parameters"),
    Example(
        look_at=lambda m: networks.arrivals(m, 1, 28, 28),
        gives=[(1, 28, 28), (4, 14, 14), (8, 7, 7), (16, 4, 4), (16, 2, 2)],
        note="what arrives at the five convolutions",
    ),
    Example(
        look_at=lambda m: tuple(m(torch.zeros(3, 1, 28, 28)).shape),
        gives=(3, 10),
        note="three images, ten logits each",
    ),
    Example(
        (1, 3, 4),
        look_at=lambda m: networks.with_waves(m)(torch.linspace(0, 1, 12).reshape(1, 1, 3, 4)).detach(),
        gives=torch.tensor([[0.656837, 0.089309, -0.627327, 0.136334]]),
        note="its logits for channels (1, 3, 4), with weights that everybody has; one is negative",
    ),
)

# %% [markdown]
# <details><summary>Question: there are other ways to get from maps to ten numbers. Which have you met?</summary>
#
# Flatten and a dense layer (LeNet): many weights, fixed image size. Global average pooling (A2): no weights, any image size. Shrinking to one
# pixel, as here: few weights, and each logit has seen the whole image through its receptive field.
#
# </details>
#
# ---
# ## T3.6 · `DrawNet`: as many blocks as you like
#
# *Difficulty ●●●○○ · Importance ●●●●○ · about 40 minutes · 12 points, and 4 for an experiment*
#
# **Warm-up.** 27 pixels are halved three times, and halves are rounded down. What is left? And how many numbers are 20 maps of this size?
#
# <details><summary>Answer</summary>
#
# 13, 6, **3**; 20 · 3 · 3 = **180**.
#
# </details>
#
# A network for sketches: *convolution, ReLU, max pooling*, n times, and one dense layer. How large the dense layer must be depends on the size of the drawings
# and on n, and your code has to work it out. Two blocks on 28 × 28:

# %%
steps = [
    ("Conv2d 3×3, p 1", (20, 28, 28), 200),
    ("ReLU", (20, 28, 28), 0),
    ("max pool 2×2", (20, 14, 14), 0),
    ("Conv2d 3×3, p 1", (20, 14, 14), 3620),
    ("ReLU", (20, 14, 14), 0),
    ("max pool 2×2", (20, 7, 7), 0),
    ("Flatten", (980,), 0),
    ("Linear", (3,), 2943),
]
diagrams.flow(steps, start=(1, 28, 28))

# %% [markdown]
# | blocks | maps at the end | numbers |
# |---|---|---|
# | 1 | 14 × 14 | 200 + 11,763 = **11,963** |
# | 2 | 7 × 7 | 200 + 3,620 + 2,943 = **6,763** |
#
# One block *more*, and nearly half the parameters: the dense layer sees a quarter of the pixels.
#
# <details><summary>Hint 1: how large are the maps?</summary>
#
# Compute it with a loop or with `im_size // 2**n_blocks`, which is the same. Or send one image of zeros
# through the blocks and look at its shape.
#
# </details>
# <details><summary>Help: <code>model.parameters()</code> does not find my convolutions, and the optimizer does not train them</summary>
#
# They are in a Python list. `nn.Module` registers what it gets as an attribute if it is a module; into lists it does not look. `nn.ModuleList(blocks)` or
# `nn.Sequential(*blocks)`.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Given groups=1, weight of size [20, 1, 3, 3], expected input[2, 20, 14, 14] to have 1 channels, but got 20 channels instead</code></summary>
#
# The first convolution sees 1 channel, all others see `width`.
#
# </details>
# <details><summary>Question: before training, somebody sent one drawing through and got the logits 2.7, −28.0 and 27.1. The shape is right. Is anything wrong?</summary>
#
# The pixels were 0 to 255, not 0 to 1. A fresh network gives logits around ±0.1 for an image in [0, 1]. Large logits mean "very sure", here of
# nothing, and the first loss is then 20 or 30 instead of ln 3 = 1.1. Sending one batch through before training is a good habit; look at the
# *size* of what comes out as well.
#
# </details>


# %% drawnet role="solution"
class DrawNet(nn.Module):
    """n blocks of (Conv2d 3 × 3 with padding 1, ReLU, max pooling 2 × 2), flatten, one dense layer.

    - (B, 1, im_size, im_size) -> logits (B, num_classes).
    - Each convolution has `width` maps, and weights of its own.
    - n_blocks is 1 or more. Odd sizes are rounded down: 27 -> 13 -> 6.
    - ValueError, already at construction, when there is no pixel left for the dense layer.
    """

    def __init__(self, num_classes: int = 3, im_size: int = 28, n_blocks: int = 1, width: int = 20):
        ### BEGIN SOLUTION
        super().__init__()
        side = im_size // 2**n_blocks
        if side == 0:
            raise ValueError(f"{n_blocks} poolings leave nothing of {im_size} pixels")
        channels = [1] + [width] * n_blocks
        blocks = [
            nn.Sequential(nn.Conv2d(c_in, c_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
            for c_in, c_out in zip(channels, channels[1:])
        ]
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(width * side * side, num_classes)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return self.linear(self.blocks(x).flatten(1))
        ### END SOLUTION


# %% drawnet_check role="check" points=12 title="DrawNet"
check(
    DrawNet,
    Example(look_at=networks.size, gives=11963, note="one block: 11,963 parameters"),
    Example(n_blocks=2, look_at=networks.size, gives=6763, note="two blocks: 6,763 parameters"),
    Example(
        4,
        27,
        2,
        look_at=lambda m: networks.arrivals(m, 1, 27, 27),
        gives=[(1, 27, 27), (20, 13, 13), (720,)],
        note="27 × 27, two blocks: what arrives at the layers",
    ),
    Example(
        10,
        12,
        1,
        5,
        look_at=lambda m: tuple(m(torch.zeros(2, 1, 12, 12)).shape),
        gives=(2, 10),
        note="two drawings of 12 × 12, ten classes",
    ),
    Example(3, 4, 3, raises=ValueError, note="three blocks on 4 × 4: ValueError"),
    Example(
        2,
        5,
        2,
        3,
        look_at=lambda m: networks.with_waves(m)(torch.linspace(0, 1, 25).reshape(1, 1, 5, 5)).detach(),
        gives=torch.tensor([[0.764381, 0.139297]]),
        note="its logits for 5 × 5 and two blocks, with weights that everybody has",
    ),
)

# %%
with after_writing("DrawNet"):
    counts = {
        f"{n} block{'s' if n > 1 else ''}": networks.size(DrawNet(n_blocks=n)) for n in range(1, 5)
    }
    diagrams.bars(counts, "DrawNet on 28 × 28: how many parameters", shares=False).show()

# %% [markdown]
# <details><summary>Question: why does it go up again at the end?</summary>
#
# Each further block adds a convolution of 3,620. The dense layer shrinks to 3 · 20 · 9, then to 3 · 20 · 1: there is nothing left to save.
#
# </details>
#
# **Did it help?** Fewer parameters are one thing. Does a second block also recognise more? Find out, on small drawings of 14 × 14: 600 to learn from, 300 others to judge by.

# %%
drawings, kinds = data.shapes(900, seed=1)
drawings = F.avg_pool2d(drawings, 2)
some, names = drawings[:6, 0], [data.SHAPES[kind] for kind in kinds[:6]]
plots.grid([some[:3], some[3:]], titles=[names[:3], names[3:]]).show()


def accuracy_of(n_blocks, seed, steps=150):
    """Trains a DrawNet on 600 drawings and gives its accuracy on the 300 others."""
    torch.manual_seed(seed)
    model = DrawNet(len(data.SHAPES), 14, n_blocks, width=8)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        chosen = torch.randint(0, 600, (32,))
        loss = F.cross_entropy(model(drawings[chosen]), kinds[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return (model(drawings[600:]).argmax(1) == kinds[600:]).float().mean().item()


with after_writing("DrawNet"):
    for n_blocks in (1, 2, 3):
        print(f"{n_blocks} block{'s' if n_blocks > 1 else ''}: {100 * accuracy_of(n_blocks, seed=0):.1f} %")

# %% [markdown]
# One run is an anecdote. Take three seeds or more for each, in a cell of your own, change what else you like, then write four or five sentences for somebody who has to
# decide on the number of blocks. A person reads them:
#
# | | points |
# |---|---:|
# | what you measured, with the numbers, and how much it varies from seed to seed | 2 |
# | a reason, from the shapes or the receptive field | 1 |
# | a recommendation that fits the numbers, and what you would measure next | 1 |

# %% [markdown] did_it_help role="manual" points=4 title="Did another block help?"
# Three seeds each. One block: 67, 71 and 68 %. Two: 69, 72 and 70 %. Three: 58, 59 and 62 %. The seeds differ by about four percent, so two blocks
# are no surely better than one, but they need 1,248 parameters instead of 3,224. Three are clearly worse: after three poolings 14 × 14 pixels have become
# 1 × 1, and eight numbers are all that is left to tell a square from a circle, though each of them has seen the whole drawing. I would take two. Next I would
# measure drawings of 28 × 28, where a third block still leaves 3 × 3 places, and more seeds.

# %% [markdown]
# ---
# ## T3.7 · `read_signs`, `LogReg` and `MinimalConv`
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 25 minutes · 12 points*
#
# **Warm-up.** A single dense layer tells 4 classes apart, on images of 2 × 3 pixels. How many numbers does it learn?
#
# <details><summary>Answer</summary>
#
# 6 · 4 + 4 = **28**.
#
# </details>
#
# A well-known set of pictures, signs of the hand alphabet, comes as a **table**: a text file in which each line is one picture of 28 × 28 gray pixels, first its
# label, then its 784 bytes, row by row. The first line only says what the columns are called. Here are four digits as such a table, and the beginning of each line:

# %%
digits, their_labels = data.digits()
signs = [",".join(["label", *[f"pixel{k}" for k in range(1, 785)]])]
for label, digit in zip(their_labels[:4].tolist(), (255 * digits[:4]).flatten(1).int().tolist()):
    signs.append(",".join(str(number) for number in [label, *digit]))
for line in signs:
    print(line[:66], "…", line.count(",") + 1, "columns")

# %% [markdown]
# Turn it into a batch and its labels.
#
# <details><summary>Hint 1</summary>
#
# `line.split(",")` gives the texts of a line, and `int("51")` makes a number of each. `signs[1:]` are all lines but the first.
#
# </details>
# <details><summary>Question: 27,455 pictures. How large are they as bytes? As float32? And at most as text?</summary>
#
# 27,455 · 784 bytes are 21.5 MB. A float32 takes four bytes, 86 MB; and so does a pixel as text, up to three digits and a comma.
#
# </details>


# %% read_signs role="solution"
def read_signs(lines: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """A table of gray pictures as text: the pair (images, labels).

    - The first line names the columns. Each other line is one picture, and there may be only one: whole numbers
      with commas between them, first the label, then its 784 pixels, row by row.
    - images: float32 (n, 1, 28, 28) in [0, 1]. Pixels are bytes, so each is divided by 255, however dark the pictures are.
    - labels: int64 (n,), as they stand there.
    """
    ### BEGIN SOLUTION
    table = torch.tensor([[int(number) for number in line.split(",")] for line in lines[1:]])
    return table[:, 1:].reshape(-1, 1, 28, 28) / 255, table[:, 0]
    ### END SOLUTION


# %% read_signs_try role="check"
heading = ",".join(["label", *[f"pixel{k}" for k in range(1, 785)]])
ascending, dark = ",".join(map(str, [24, *[k // 28 for k in range(784)]])), ",".join(["3"] + ["1"] * 784)
check(
    read_signs,
    Example(
        [heading, ascending, dark],
        look_at=lambda pair: (tuple(pair[0].shape), pair[1]),
        gives=((2, 1, 28, 28), torch.tensor([24, 3])),
        note="two pictures, and their labels as they stand there",
    ),
    Example(
        [heading, ascending],
        look_at=lambda pair: pair[0][0, 0, ::9, 5],
        gives=torch.tensor([0.0, 9 / 255, 18 / 255, 27 / 255]),
        note="a single picture: row k holds the byte k",
    ),
    Example([heading, dark], look_at=lambda pair: pair[0].amax(), gives=torch.tensor(1 / 255), note="a dark picture: 1 becomes 1/255"),
)

# %%
with after_writing("read_signs"):
    pictures, named = read_signs(signs)
    plots.row(*pictures[:, 0], titles=[f"label {label}" for label in named]).show()

# %% [markdown]
# Before a large network, try two small ones: you then know what the large one has to beat.
# **Logistic regression** is a single dense layer. The **minimal convolutional network** puts one convolution and one ReLU before it:

# %%
diagrams.flow([("Flatten", (784,), 0), ("Linear", (26,), 20410)], start=(1, 28, 28)).show()
steps = [
    ("Conv2d 5×5", (4, 24, 24), 104),
    ("ReLU", (4, 24, 24), 0),
    ("Flatten", (2304,), 0),
    ("Linear", (26,), 59930),
]
diagrams.flow(steps, start=(1, 28, 28)).show()

# %% [markdown]
# What does the convolution add? It finds the same thing wherever it is. Move the digit, and the map moves along; the dense layer has a weight of its own for each place and has
# to learn the digit anew everywhere.

# %%
three = F.interpolate(data.digits()[0][3:4], size=(16, 16), mode="area")
still, moved = F.pad(three, (2, 10, 2, 10)), F.pad(three, (9, 3, 8, 4))
edge = torch.tensor([[[[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]]]])
views = [[three[0, 0], F.conv2d(three, edge)[0, 0]] for three in (still, moved)]
plots.grid(views, titles=[["a three", "its left edges"], ["moved", "its left edges"]])

# %% [markdown]
# <details><summary>Question: the letters J and Z are signed with a movement, so no picture shows them. 24 letters, then: why 26 outputs?</summary>
#
# The labels are places in the alphabet, 0 to 25: Y has the label 24. With 24 outputs `cross_entropy` stops with *Target 24 is out of bounds*. Two outputs that
# never win cost 2 · 785 parameters and no trouble.
#
# </details>


# %% logreg role="solution"
class LogReg(nn.Module):
    """Flatten and one dense layer: (B, 1, 28, 28) -> logits (B, 26). Rows (B, 784) work as well."""

    def __init__(self):
        ### BEGIN SOLUTION
        super().__init__()
        self.linear = nn.Linear(28 * 28, 26)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return self.linear(x.flatten(1))
        ### END SOLUTION


# %% logreg_try role="check"
digit = torch.linspace(0, 1, 784).reshape(1, 1, 28, 28)
check(
    LogReg,
    Example(look_at=networks.size, gives=20410, note="20,410 parameters"),
    Example(
        look_at=lambda m: tuple(m(torch.zeros(3, 1, 28, 28)).shape),
        gives=(3, 26),
        note="three images, 26 logits each",
    ),
    Example(
        look_at=lambda m: tuple(m(torch.zeros(3, 784)).shape),
        gives=(3, 26),
        note="three rows of 784, 26 logits each",
    ),
    Example(
        look_at=lambda m: networks.with_waves(m)(digit)[0, :3].detach(),
        gives=torch.tensor([0.406220, 0.216262, -0.457574]),
        note="its first three logits, with weights that everybody has",
    ),
)


# %% minimal_conv role="solution"
class MinimalConv(nn.Module):
    """Conv2d(1, 4, 5) without padding, ReLU, flatten, one dense layer: (B, 1, 28, 28) -> logits (B, 26).

    Rows (B, 784) are no images: they stop with an error (RuntimeError or ValueError). nn.Conv2d raises
    one by itself, as long as nobody reshapes them.
    """

    def __init__(self):
        ### BEGIN SOLUTION
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5)
        self.linear = nn.Linear(4 * 24 * 24, 26)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return self.linear(F.relu(self.conv(x)).flatten(1))
        ### END SOLUTION


# %% logreg_check role="check" points=12 title="LogReg and MinimalConv"
digit = torch.linspace(0, 1, 784).reshape(1, 1, 28, 28)


def refuses_rows(model):
    """Whether flat rows stop with an error."""
    try:
        model(torch.zeros(3, 784))
    except Exception:
        return True
    return False


check(
    MinimalConv,
    Example(look_at=refuses_rows, gives=True, note="rows (3, 784) are no images: an error"),
    Example(look_at=networks.size, gives=60034, note="60,034 parameters"),
    Example(
        look_at=lambda m: networks.arrivals(m, 1, 28, 28),
        gives=[(1, 28, 28), (2304,)],
        note="what arrives at the convolution and at the dense layer",
    ),
    Example(
        look_at=lambda m: networks.with_waves(m)(digit)[0, :3].detach(),
        gives=torch.tensor([0.425087, 0.204641, -0.467109]),
        note="its first three logits, with weights that everybody has",
    ),
)

# %% [markdown]
# ---
# ## T3.8 · Stretch: convolutions that share out the work
#
# *Difficulty ●●●○○ · Importance ●●●○○ · about 25 minutes · extra credit: +6*
#
# **Warm-up.** 6 channels in, 2 out, a 1 × 1 kernel. How many weights are there if each output looks at all inputs? And if each looks at one half of
# them?
#
# <details><summary>Answer</summary>
#
# 2 · 6 = **12**, and 2 · 3 = **6**.
#
# </details>
#
# Telephones run networks with a tenth of the numbers. Their trick is a question: must every output channel look at *every* input channel? Here, each row is
# one of 4 output channels, each column one of 4 input channels, and bright is a slice of 3 × 3 weights:

# %%
apart = torch.block_diag(torch.ones(2, 2), torch.ones(2, 2))
titles = ["groups=1", "groups=2", "groups=4: depthwise"]
plots.row(torch.ones(4, 4), apart, torch.eye(4), titles=titles, limits=(0, 1))

# %% [markdown]
# On the left there are 16 slices, 16 · 9 = 144 weights, and 4 biases: **148** numbers. With two *groups*, the first half of the outputs sees the first half of
# the inputs, the second half sees the second: 8 slices, 72 + 4 = **76**. With as many groups as channels, each channel has one slice, and is filtered on its own:
# 36 + 4 = **40**. That is called a *depthwise* convolution. `nn.Conv2d(…, groups=…)` does all three; the number of groups has to divide both numbers of channels.
#
# Groups are cheap because they do not talk to each other. So let a *pointwise* convolution follow, with a kernel of 1 × 1: it looks at one pixel, and mixes all channels:
# 4 · 4 + 4 = 20 numbers. Depthwise, then pointwise: 40 + 20 = **60** in the place of 148, and every output sees a window of 3 × 3 of every input again.
#
# <details><summary>Question: 64 channels in, 128 out, a kernel of 3 × 3, all with biases. How many numbers, one way and the other?</summary>
#
# 128 · 64 · 9 + 128 = 73,856. The depthwise one has 64 · 9 + 64 = 640, the pointwise one 128 · 64 + 128 = 8,320, together 8,960: 8.2 times fewer. Nearly all of
# them mix channels; looking around costs next to nothing.
#
# </details>
# <details><summary>Hint 1: whom does one output channel see?</summary>
#
# `c_in // groups` input channels. That is the whole change in the formula: outputs are as many as before, and so are biases.
#
# </details>
# <details><summary>Hint 2: the shapes of the two layers</summary>
#
# The depthwise one keeps the number of channels, from `c_in` to `c_in`. The pointwise one goes from `c_in` to `c_out`. `nn.Sequential` calls one after the other.
#
# </details>
# <details><summary>Help: I get <code>ValueError: out_channels must be divisible by groups</code></summary>
#
# Your depthwise convolution goes straight to `c_out` channels. It filters each channel on its own, so as many come out as go in: `nn.Conv2d(c_in, c_in, …)`.
#
# </details>


# %% grouped_params role="solution"
def grouped_params(
    c_in: int, c_out: int, k: int | tuple[int, int], groups: int = 1, bias: bool = True
) -> int:
    """How many numbers nn.Conv2d(c_in, c_out, k, groups=groups, bias=bias) learns: an int, by arithmetic.

    - k is one number for a square kernel, or a pair (height, width).
    - ValueError if groups does not divide c_in, or does not divide c_out.
    """
    ### BEGIN SOLUTION
    if c_in % groups or c_out % groups:
        raise ValueError(f"{groups} groups do not divide {c_in} and {c_out} channels")
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * (c_in // groups) * kh * kw + (c_out if bias else 0)
    ### END SOLUTION


# %% grouped_params_check role="check"
check(
    grouped_params,
    Example(4, 4, 3, gives=148, note="the pictures: one group"),
    Example(4, 4, 3, 2, gives=76, note="two groups"),
    Example(4, 4, 3, groups=4, gives=40, note="depthwise"),
    Example(6, 4, (1, 5), 2, bias=False, gives=60),
)

# %% separable_conv role="solution"
def separable_conv(c_in: int, c_out: int, k: int = 3) -> nn.Module:
    """A depthwise convolution, then a pointwise one: a module (B, c_in, H, W) -> (B, c_out, H, W).

    - The depthwise one has a kernel k × k (k is odd), padding k // 2, and c_in groups.
    - The pointwise one has a kernel 1 × 1. Both have a bias, and nothing is between them.
    """
    ### BEGIN SOLUTION
    depthwise = nn.Conv2d(c_in, c_in, k, padding=k // 2, groups=c_in)
    return nn.Sequential(depthwise, nn.Conv2d(c_in, c_out, 1))
    ### END SOLUTION


# %% grouped_check role="check" stretch=6 title="Convolutions that share out the work"
def size_and_shape(*sizes):
    model = separable_conv(*sizes)
    return networks.size(model), tuple(model(torch.zeros(2, sizes[0], 6, 9)).shape)


check(
    separable_conv,
    Example(4, 4, gives=(60, (2, 4, 6, 9)), note="60 numbers, and the image keeps its size"),
    Example(3, 8, 5, gives=(110, (2, 8, 6, 9)), note="a kernel of 5 × 5: 75 + 3, then 24 + 8"),
    through=size_and_shape,
)

# %%
with after_writing("grouped_params and separable_conv"):
    for sizes in ((4, 4, 3), (16, 32, 3), (64, 128, 3), (64, 128, 7)):
        whole, thin = networks.size(nn.Conv2d(*sizes)), networks.size(separable_conv(*sizes))
        print(f"{sizes}: {whole:7,} numbers, or {thin:6,}: {whole / thin:.1f} times fewer")
        assert whole == grouped_params(*sizes)

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** seven kinds of networks, and a habit: the shape and the number of parameters on paper first, then `layer_table`. In **A4** you train them.
