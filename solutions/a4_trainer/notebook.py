# %% [markdown]
# # A4 · Trainer and evaluation
#
# A network that is not trained knows nothing, and a network that is trained *wrongly* often looks as if it knew something. Most mistakes
# in a training loop raise no error: the loss goes down a little, the accuracy is a little low, and nobody knows why. So in this notebook
# you build the loop from parts that are small enough to be right: one part sets modes, one deals out the data, one takes a step, one counts
# the steps, one predicts, one judges. In the end you put them together, train on handwritten digits, and look at what is still wrong.
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T4.1 | `eval_context`: borrow a model and give it back | 10 | 20 |
# | T4.2 | Data: scale, split, load, and five sick curves | 10 | 35 |
# | T4.3 | `Steps`: a step of training, a step of validation | 26 | 50 |
# | T4.4 | `Loop`: epochs, logs, callbacks, one cycle | 20 | 40 |
# | T4.5 | Inference: logits, probabilities, many batches | 14 | 30 |
# | T4.6 | Confusion matrix and its relatives | 10 | 25 |
# | T4.7 | Train it | 10 | 20 |
# | T4.8 | Stretch: a label that is not quite sure | +6 | 30 |
#
# **How it works.** Each task opens with a **warm-up**: two minutes with a pencil, not graded, the answer folded under it.
# Write your code where it says `# YOUR CODE HERE`, and delete the line that raises. Run the check
# under it: ✓ is right, ✗ says what differs. The checks show a few examples; grading uses others: other models, other
# optimizers, other batches. Every task is graded on its own: if one resists, go on. In T4.6 one question is answered in words, and read by a person.
#
# **House rules.** Arguments stay as they were (but a training step changes the model, of course). Results that are called *float* or *int*
# are plain Python numbers: a tensor would drag its whole graph along, and cannot be written to a file of JSON. Nobody prints unless
# asked to.

# %% setup role="given"
import io
import math
from contextlib import contextmanager, redirect_stdout

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from cnnkit import Example, after_writing, check, data, diagrams, plots

torch.set_num_threads(1)  # such small networks are not quicker with more


def small_net(classes: int = 10) -> nn.Sequential:
    """Two convolutions with stride 2 and a dense layer, 9,226 parameters: (B, 1, 28, 28) -> logits (B, 10)."""
    convs = nn.Conv2d(1, 8, 5, stride=2, padding=2), nn.Conv2d(8, 16, 3, stride=2, padding=1)
    return nn.Sequential(convs[0], nn.ReLU(), convs[1], nn.ReLU(), nn.Flatten(), nn.Linear(16 * 7 * 7, classes))


def anywhere_net(classes: int = 10) -> nn.Sequential:
    """Three convolutions, then of each of 40 maps its largest value, wherever it is; 12,170 parameters."""
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 5, padding=2), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(24, 40, 3, padding=1), nn.BatchNorm2d(40), nn.ReLU()),
        *(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(40, classes)),
    )


# %% [markdown]
# ---
# ## T4.1 · Borrow a model: `eval_context`
#
# *Difficulty ●●○○○ · Importance ●●●●○ · about 20 minutes · 10 points*
#
# **Warm-up.** A model is in train mode (its flag is True), the batch norm in it is at rest (False). What are both flags after `model.eval()` and then
# `model.train()`?
#
# <details><summary>Answer</summary>
#
# **[True, True]**. So the second one is not what it was.
#
# </details>
#
# Two kinds of layers behave differently in training and afterwards. **Dropout** throws away random numbers, but only in train mode. **Batch
# norm** uses the mean of the batch in train mode, and its running mean in eval mode. Here is one digit, sent through the same Dropout layer
# in both modes:

# %%
three = data.digits()[0][3]
dropout = nn.Dropout(0.4)
torch.manual_seed(0)
views = [dropout.train()(three), dropout(three), dropout.eval()(three), dropout(three)]
plots.row(*[view[0] for view in views], titles=["train", "train, again", "eval", "eval, again"], limits=(0, 1.7))

# %% [markdown]
# Each module has a flag, `module.training`. `model.eval()` and `model.train()` set it in the model *and in everything inside it*.
#
# Gradients are another matter: `eval()` is about how layers behave, `torch.no_grad()` about what autograd writes down. A saliency map (A6) needs eval mode *and* gradients.
#
# To measure a model in the middle of its training, you switch to eval mode, measure, and switch back. And back means: as it *was*. Perhaps the model was
# in eval mode already. Perhaps its owner has put only the batch norm to rest, on purpose, and trains the others (you will do so in A5). Perhaps the
# measuring stops with an error. A `with` block is made for this: what stands after it happens in any case.
#
# ```python
# with eval_context(net):
#     logits = net(x)  # eval mode
# # here every module is in its old mode
# ```
#
# So remember the flag of each module before you switch: `model.modules()` goes through the model itself and everything inside. `model.train()` at the end would set them *all* to True.
#
# <details><summary>Hint: how a context manager is written</summary>
#
# With `@contextmanager` above it, a function with one `yield` becomes a context manager: what stands before `yield` happens at the beginning of the block, what stands
# after it at the end. An error inside the block comes out *at the yield*; so put the yield into `try`, and the tidying up into `finally`.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: generator didn't yield</code></summary>
#
# Your function came to its end without reaching the `yield`.
#
# </details>
# <details><summary>Help: I get <code>TypeError: 'NoneType' object does not support the context manager protocol</code></summary>
#
# `return` instead of `yield`, or the line `@contextmanager` is gone.
#
# </details>


# %% eval_context role="solution"
@contextmanager
def eval_context(model: nn.Module):
    """Inside the with block the model, and each module in it, is in eval mode.

    - Afterwards each module is in the mode it was in before, each its own: a part that was in eval mode in a model
      that trains is so again, and the other way round. Also if somebody calls train() or eval() inside the block.
    - This holds as well when the block stops with an error. The error itself goes on to the caller.
    - Blocks may be nested, also for the same model.
    - Gradients are not its business: they are on inside if they were on outside.
    """
    ### BEGIN SOLUTION
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield model
    finally:
        for module, mode in modes.items():
            module.training = mode
    ### END SOLUTION


# %% eval_context_check role="check" points=10 title="eval_context"
def flags(net):
    return [part.training for _, part in net.named_modules()]


def inside_and_after(net, error=None):
    try:
        with eval_context(net):
            inside = flags(net)
            if error:
                raise error
    except ZeroDivisionError:
        pass
    return inside, flags(net)


whole = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Dropout(0.5))
partly = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2).eval())
off, on = [False] * 4, [True] * 4
check(
    eval_context,
    Example(whole, gives=(off, on), note="a model that trains: eval inside, train afterwards"),
    Example(nn.Linear(2, 2).eval(), gives=([False], [False]), note="in eval mode already: stays there"),
    Example(partly, gives=(off[:3], [True, True, False]), note="its batch norm rests: so it does afterwards"),
    Example(whole, ZeroDivisionError(), gives=(off, on), note="an error inside the block"),
    through=inside_and_after,
)

# %% [markdown]
# <details><summary>Question: a shorter version saves <code>model.training</code>, calls <code>model.eval()</code>, and ends with <code>model.train(state)</code>. Three of the four lines above are ✓. Which is not?</summary>
#
# The third. `model.train(True)` wakes up the batch norm that somebody had put to rest, and from the next step on its running mean drifts away, without an error.
#
# </details>
#
# ---
# ## T4.2 · The data
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 35 minutes · 10 points*
#
# **Warm-up.** Which brightness is the byte 102, divided by 255? And divided by 255 once more?
#
# <details><summary>Answer</summary>
#
# **0.4**, and **0.0016**: nearly black.
#
# </details>
#
# Before the first step the images are **scaled** to [0, 1], **split** into images to learn from, images to watch and images to judge in the
# end, and **dealt out** in batches.
#
# Scaling sounds harmless. But `ToTensor()` of torchvision divides by 255 already, and it is easily done a second time. On the left the image that the network
# should get, on the right the one that it then gets:

# %%
plots.row(three[0], three[0] / 255, titles=["divided once", "divided twice"], limits=(0, 1))

# %% [markdown]
# Training still runs. It just takes ages to get anywhere, because everything that the first layer sees is almost zero. So `to_unit` divides what *needs* it and leaves
# the rest alone. It also looks at the shape: networks want (n, 1, H, W), and image files have no channel axis.
# (In a table of 784 columns there are no rows and columns of pixels either: `reshape(n, 1, 28, 28)` makes images of it.)
#
# **Splits** are random, seeded, and complete. Count with all 1,797 digits of scikit-learn (`data.digits()` gives you 1,198 of them) and the fractions 0.8, 0.1, 0.1: one tenth is 179.7, rounded 180. Twice 180 leaves
# **1,437** for training. Whoever rounds 0.8 · 1797 down as well loses images; whoever deals twice gets images that are in two parts.
#
# **Shuffle** the training images, in each epoch anew, and no others.
# A batch of 32 images of a 0 says "everything is a 0". Then come 32 images of a 1… The updates chase each other instead of adding up: see the curves below. For measuring,
# the order makes no difference to the result, and a fixed one lets you find image 17 again.
#
# **Standardizing** (mean 0, standard deviation 1) helps some networks. The two numbers are *measured*, and what is measured must not come from images that the
# network is judged by later.
#
# <details><summary>Hint 1: shuffle and cut</summary>
#
# `torch.randperm(n, generator=torch.Generator().manual_seed(seed))` is a shuffled deck of cards. Cut it into pieces: nothing can be lost and nothing be there twice. `order.split([3, 2, 1])` cuts.
#
# </details>
# <details><summary>Hint 2: loaders</summary>
#
# `TensorDataset(a, b)` pairs images with labels, `DataLoader(dataset, batch_size=…)` makes batches of them. It shuffles with `shuffle=True`, and takes a `generator=…` for
# shuffling that can be repeated.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [32, 28, 28, 1]</code> or strange channels</summary>
#
# The channel axis belongs *second*: `images[:, None]`, or `unsqueeze(1)`.
#
# </details>


# %% to_unit role="solution"
def to_unit(pixels: torch.Tensor) -> torch.Tensor:
    """Gray images (n, H, W) or (n, 1, H, W) -> float32 (n, 1, H, W) with values in [0, 1].

    - Whole numbers (uint8, 0 to 255) are divided by 255, however bright the images are.
    - Floats of any kind are in [0, 1] already and keep their values. So calling it twice does no harm.
    """
    ### BEGIN SOLUTION
    images = pixels.float() if pixels.is_floating_point() else pixels.float() / 255
    return images if images.ndim == 4 else images[:, None]
    ### END SOLUTION


# %% to_unit_try role="check"
gray = torch.tensor([[[0, 51, 255], [102, 0, 0]]], dtype=torch.uint8)
unit = torch.tensor([[[[0.0, 0.2, 1.0], [0.4, 0.0, 0.0]]]])
check(
    to_unit,
    Example(gray, gives=unit, note="one image of 2 × 3 pixels"),
    Example(gray // 255, gives=(gray // 255)[:, None] / 255, note="a dark one: whole numbers are divided, however small"),
    Example(unit, gives=unit, note="floats are in [0, 1] already"),
    Example(unit.double(), look_at=lambda image: image.dtype, gives=torch.float32, note="float64 becomes float32"),
)


# %% split_indices role="solution"
def split_indices(n: int, fractions: tuple[float, ...], seed: int = 0) -> list[torch.Tensor]:
    """Deal out the numbers 0 … n-1 at random: a list with one int64 tensor for each fraction.

    - Each number is in exactly one of the tensors. None of them is in order.
    - Every part but the first has round(n * fraction) numbers. The first gets what is left.
    - The same seed gives the same parts, another seed others. The global random state is neither used
      nor changed.
    - ValueError when the fractions do not add up to 1 (to about a millionth).
    """
    ### BEGIN SOLUTION
    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError(f"the fractions add up to {sum(fractions)}")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    rest = [round(n * fraction) for fraction in fractions[1:]]
    return list(order.split([n - sum(rest), *rest]))
    ### END SOLUTION


# %% split_indices_try role="check"
check(
    split_indices,
    Example(
        1797,
        (0.8, 0.1, 0.1),
        look_at=lambda parts: [len(part) for part in parts],
        gives=[1437, 180, 180],
        note="1,797 images: 1,437, 180 and 180",
    ),
    Example(
        10,
        (0.5, 0.3, 0.2),
        look_at=lambda parts: sorted(torch.cat(parts).tolist()),
        gives=list(range(10)),
        note="each number once",
    ),
    Example(
        100,
        (0.5, 0.5),
        look_at=lambda parts: [part.tolist() == sorted(part.tolist()) for part in parts],
        gives=[False, False],
        note="neither half of 100 is in order",
    ),
    Example(10, (0.5, 0.4), raises=ValueError, note="90 % is not everything: ValueError"),
)


# %% [markdown]
# Is every digit in every part, and about as often as in all? A random split takes care of it by itself, up to chance, and the smaller the part, the more chance. So count, before you train:

# %% class_shares role="solution"
def class_shares(labels: torch.Tensor, num_classes: int) -> torch.Tensor:
    """The share of each class among the labels: (n,) int64, from 0 to num_classes - 1 -> (num_classes,) float32.

    A class that no label names has the share 0, the last one too. There is at least one label.
    """
    ### BEGIN SOLUTION
    return labels.bincount(minlength=num_classes) / len(labels)
    ### END SOLUTION


# %% class_shares_try role="check"
check(
    class_shares,
    Example(torch.tensor([2, 0, 2, 2]), 4, gives=torch.tensor([0.25, 0.0, 0.75, 0.0]), note="of four labels three are 2; no 1, no 3"),
)

# %%
with after_writing("split_indices and class_shares"):
    numbers = data.digits()[1]
    parts = split_indices(len(numbers), (0.8, 0.1, 0.1))
    print("share of each digit, in percent:" + "".join(f"{digit:5}" for digit in range(10)))
    for name, part in zip(("all images", "training", "validation", "test"), (torch.arange(len(numbers)), *parts)):
        shares = 100 * class_shares(numbers[part], 10)
        print(f"{name:15} {len(part):5} images    " + "".join(f"{share:5.0f}" for share in shares.tolist()))

# %% standardize role="solution"
def standardize(images: torch.Tensor, train: torch.Tensor) -> torch.Tensor:
    """All images (n, 1, H, W), minus the mean, divided by the standard deviation (as torch.std has it).

    Both are measured over all pixels of the training images only; their numbers stand in `train`.
    """
    ### BEGIN SOLUTION
    seen = images[train]
    return (images - seen.mean()) / seen.std()
    ### END SOLUTION


# %% standardize_try role="check"
four = torch.tensor([2.0, 4.0, 6.0, 100.0]).reshape(4, 1, 1, 1)
check(
    standardize,
    Example(
        four,
        torch.tensor([0, 1, 2]),
        gives=torch.tensor([-1.0, 0.0, 1.0, 48.0]).reshape(4, 1, 1, 1),
        note="2, 4, 6 are for training (mean 4, deviation 2), 100 is not",
    ),
)


# %% make_loaders role="solution"
def make_loaders(
    images: torch.Tensor,
    labels: torch.Tensor,
    splits: list[torch.Tensor],
    batch_size: int = 32,
    seed: int = 0,
) -> list[DataLoader]:
    """One DataLoader of batches (x, y) for each part in `splits`, in the same order; the first one is for training.

    - The first is shuffled, in each epoch anew. Two calls with the same seed give the same batches
      epoch by epoch, another seed gives others.
    - All others keep the order of their part, always.
    - Nothing is left out: the last batch of any loader may be smaller.
    """
    ### BEGIN SOLUTION
    loaders = []
    for place, part in enumerate(splits):
        shuffled = {"shuffle": True, "generator": torch.Generator().manual_seed(seed)} if place == 0 else {}
        loaders.append(DataLoader(TensorDataset(images[part], labels[part]), batch_size, **shuffled))
    return loaders
    ### END SOLUTION


# %% make_loaders_try role="check"
def batch_sizes(n):
    parts = [torch.arange(n), torch.arange(n)]
    return [[len(y) for _, y in loader] for loader in make_loaders(torch.rand(n, 1), torch.zeros(n), parts, 4)]


check(
    make_loaders,
    Example(10, gives=[[4, 4, 2], [4, 4, 2]], note="10 images, batches of 4"),
    through=batch_sizes,
)


def orders(n):
    """Which of these are in order: two epochs for training, one to watch; and whether both epochs are alike."""
    parts = [torch.arange(n), torch.arange(n)]
    train, watch = make_loaders(torch.rand(n, 1), torch.arange(n), parts, 4)
    first, second, watched = (torch.cat([y for _, y in loader]).tolist() for loader in (train, train, watch))
    return [epoch == sorted(epoch) for epoch in (first, second, watched)], first == second


check(
    make_loaders,
    Example(50, gives=([False, False, True], False), note="the first is shuffled, in each epoch anew; the other is not"),
    through=orders,
)


# %% [markdown]
# **Other kinds of examples.** Not every data set comes as one tensor of images. Where an example is, say, a dictionary, the loader has to be told how to make a batch of several: that is a
# **collate function**, a list of examples in, one batch out. And who opens something for a while (files, processes that load) writes a **context manager** around the loaders, as in T4.1, so that it is
# closed in any case. With `num_workers=2` two more processes fetch the batches: worth it where files have to be opened, not for tensors in memory.


# %%
def collate(examples):
    """Examples {"image": (H, W) uint8, "label": a number} -> the batch (x, y)."""
    x = torch.stack([example["image"] for example in examples])[:, None] / 255
    return x, torch.tensor([example["label"] for example in examples])


# %% loaders_of role="solution"
@contextmanager
def loaders_of(datasets: dict, collate_fn=None, batch_size: int = 32, num_workers: int = 0):
    """In a with block: a dict of DataLoaders for a dict of data sets, by the same names.

    - Each loader keeps the order of its data set, leaves nothing out, makes batches with collate_fn, and
      has num_workers processes.
    - After the block the dict is empty, also when the block stops with an error. The error goes on.
    """
    ### BEGIN SOLUTION
    options = {"batch_size": batch_size, "collate_fn": collate_fn, "num_workers": num_workers}
    loaders = {name: DataLoader(dataset, **options) for name, dataset in datasets.items()}
    try:
        yield loaders
    finally:
        loaders.clear()
    ### END SOLUTION


# %% loaders_of_try role="check"
examples = [{"image": torch.full((2, 3), 51 * n, dtype=torch.uint8), "label": n} for n in range(5)]


def seen_inside(collate_fn, batch_size, num_workers=0):
    """The labels of each batch, and how many processes fetch it; and the dict, once the block is over."""
    datasets = {"train": examples[:3], "valid": examples[3:]}
    with loaders_of(datasets, collate_fn, batch_size, num_workers=num_workers) as loaders:
        processes = [loader.num_workers for loader in loaders.values()]
        found = {} if num_workers else {name: [y.tolist() for _, y in part] for name, part in loaders.items()}
    return found, processes, loaders


check(
    loaders_of,
    Example(
        *(collate, 2),
        gives=({"train": [[0, 1], [2]], "valid": [[3, 4]]}, [0, 0], {}),
        note="batches of 2; afterwards the dict is empty",
    ),
    Example(collate, 2, 1, gives=({}, [1, 1], {}), note="one more process for each loader"),
    through=seen_inside,
)

# %% [markdown]
# **What is good?** Signs of the hand alphabet come in 24 classes; the most frequent, R, makes up 5 %. So whoever always says R is right in 5 of 100 cases, and 10 %
# would be no success but twice nothing. This **base rate** is the first number to know about a data set.
#
# And a detail with a long tail: if classes are names of files or folders, which one is number 0? The order in which a disk lists its files differs from machine to machine. A model
# trained on one and used on another then says *cat* for *apple*. The alphabet is the same everywhere.


# %% base_rate role="solution"
def base_rate(labels: torch.Tensor) -> float:
    """Accuracy of always saying the most frequent label: a float. labels is (n,) int64, in any order."""
    ### BEGIN SOLUTION
    return labels.bincount().max().item() / len(labels)
    ### END SOLUTION


# %% base_rate_try role="check"
check(base_rate, Example(torch.tensor([3, 1, 3, 0, 3, 1, 3, 2]), gives=0.5, note="four of eight are threes"))


# %% class_numbers role="solution"
def class_numbers(names: list[str]) -> dict[str, int]:
    """Number the different names 0, 1, 2, … in alphabetical order (as `sorted` has it): {name: number}.

    `names` may hold a name many times and be in any order: the result is always the same.
    """
    ### BEGIN SOLUTION
    return {name: number for number, name in enumerate(sorted(set(names)))}
    ### END SOLUTION


# %% class_numbers_try role="check"
check(
    class_numbers,
    Example(["cat", "apple", "cat", "boat"], gives={"apple": 0, "boat": 1, "cat": 2}),
)


# %% [markdown]
# ### Five curves, four of them sick
#
# The same small network, the same 958 digits, AdamW with lr = 0.001, eight epochs, five times. Once everything was right. Four times there was one fault, and never an error message:
#
# | | the fault |
# |---|---|
# | `"healthy"` | none |
# | `"scaled twice"` | images in [0, 1], divided by 255 once more |
# | `"softmax"` | a softmax in the model, before `cross_entropy`, which takes one itself |
# | `"sorted"` | training images sorted by label, not shuffled |
# | `"never cleared"` | `zero_grad` is missing: gradients add up from step to step |

# %%
losses = {
    "A": [2.292, 2.044, 1.675, 1.625, 1.614, 1.601, 1.592, 1.589],
    "B": [2.430, 2.304, 2.302, 2.291, 2.256, 2.102, 2.044, 1.341],
    "C": [2.207, 1.259, 0.375, 0.252, 0.199, 0.197, 0.143, 0.126],
    "D": [2.310, 2.303, 2.302, 2.303, 2.302, 2.302, 2.302, 2.302],
    "E": [2.198, 1.235, 1.596, 1.865, 1.312, 1.170, 1.191, 0.950],
}
accuracies = {
    "A": [0.367, 0.792, 0.800, 0.825, 0.833, 0.850, 0.854, 0.854],
    "B": [0.221, 0.258, 0.488, 0.571, 0.712, 0.433, 0.800, 0.821],
    "C": [0.721, 0.850, 0.879, 0.942, 0.896, 0.933, 0.950, 0.950],
    "D": [0.067, 0.096, 0.067, 0.067, 0.067, 0.067, 0.067, 0.067],
    "E": [0.500, 0.646, 0.550, 0.558, 0.538, 0.604, 0.675, 0.637],
}
epochs = range(1, 9)
left = diagrams.lines(losses, epochs, "training loss", ("epoch", "loss"), {"ln 10": math.log(10)})
right = diagrams.lines(accuracies, epochs, "accuracy on other images", ("epoch", "acc"))
for picture in (left, right):
    picture.axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)  # hides no curve
    picture.show()

# %% [markdown]
# Which is which? Write down a guess and a reason for each, then try: the next cell trains with the fault of your choice (half a second for each).
#
# The dashed line is at ln 10 = 2.303, and one of the curves lies on it.
# It is the loss of saying 10 % for each of ten classes: of knowing nothing. A fresh network starts there. Above it, the network is sure of wrong things.
#
# With a softmax in the model the loss cannot fall below 1.46, even if every digit is right: A3 showed why.


# %%
def trial(fault="healthy", epochs=8):
    """Train with a fault; the training loss of each epoch."""
    pictures, wanted = data.digits()
    kept = torch.arange(1198) % 5 > 0
    pictures, wanted = pictures[kept], wanted[kept]
    if fault == "scaled twice":
        pictures = pictures / 255
    if fault == "sorted":
        pictures, wanted = pictures[wanted.argsort(stable=True)], wanted.sort().values
    torch.manual_seed(0)
    net, curve = small_net(), []
    walker = torch.optim.AdamW(net.parameters(), lr=1e-3)
    for _ in range(epochs):
        deck = torch.arange(958) if fault == "sorted" else torch.randperm(958)
        found = []
        for hand in deck.split(32):
            if fault != "never cleared":
                net.zero_grad()
            said = net(pictures[hand])
            error = F.cross_entropy(said.softmax(1) if fault == "softmax" else said, wanted[hand])
            error.backward()
            walker.step()
            found.append(error.item())
        curve.append(sum(found) / len(found))
    return curve


diagrams.lines({"healthy": trial()}, epochs, "your trial", ("epoch", "loss"), {"ln 10": math.log(10)})


# %% diagnosis role="solution"
def diagnosis() -> dict[str, str]:
    """Which run has which fault: {"A": …, "B": …, "C": …, "D": …, "E": …}, each of the five words of the table once."""
    ### BEGIN SOLUTION
    return {"A": "softmax", "B": "sorted", "C": "healthy", "D": "scaled twice", "E": "never cleared"}
    ### END SOLUTION


# %% data_check role="check" points=10 title="The data"
check(
    diagnosis,
    Example(
        accepts=lambda said: (
            sorted(said) == list("ABCDE")
            and sorted(said.values()) == ["healthy", "never cleared", "scaled twice", "softmax", "sorted"]
        ),
        note="five letters, five different words",
    ),
)

# %% [markdown]
# ---
# ## T4.3 · `Steps`
#
# *Difficulty ●●●●○ · Importance ●●●●● · about 50 minutes · 26 points*
#
# **Warm-up.** A weight is 1, and each `backward` *adds* 0.5 to its gradient. What is it after two steps with lr 1, if the gradient is cleared before
# each `backward`? And if it never is?
#
# <details><summary>Answer</summary>
#
# 1 − 0.5 − 0.5 = **0**, and 1 − 0.5 − 1 = **−0.5**.
#
# </details>
#
# The smallest network there is: one input, two classes, two weights. It sees $x = 1$ and gives the logits $w_0$ and $w_1$. The right answer is class 0. One step
# with learning rate 1, on paper:
#
# | | $w_0$ | $w_1$ |
# |---|---:|---:|
# | weights before | 1 | 0 |
# | probabilities: softmax of (1, 0) | 0.731 | 0.269 |
# | gradient: probability − (1 for the right class, else 0) | −0.269 | 0.269 |
# | weights after: before − 1 · gradient | **1.269** | **−0.269** |
#
# The loss was $-\ln 0.731 = 0.313$. One more step leads to 1.446 and −0.446.
#
# `backward` does not *set* gradients, it *adds* to what is there. Forget to clear them, and the second step above goes to 1.715.

# %%
before, once, twice = [[1.0, 0.0]], [[1.269, -0.269]], [[1.446, -0.446]]
forgot = [[1.715, -0.715]]
plots.row(before, once, twice, forgot, titles=["start", "one step", "two steps", "not cleared"], signs=["→", "→", "or"])

# %% [markdown]
# When is the right time to clear? Directly before `backward`, or at the very beginning: then nothing that somebody has left in `.grad` (a saliency map, a trial run)
# gets into your step. A loop that clears *after* the step takes it along.
#
# Model and batch must be on the same **device**. Whoever calls says which, `"cuda" if torch.cuda.is_available() else "cpu"`; `Steps` moves everything there.
#
# **A step of validation** learns nothing. It gives **sums** over its batch, and `evaluate` divides once, in the end. Why not the mean of the means? Suppose 32 images with an accuracy of 1.0, and
# then a last batch of one image, which is wrong:

# %%
diagrams.bars({"mean of batch means": 0.5, "32 of 33": round(32 / 33, 3)}, "accuracy of the same model", shares=False)

# %% [markdown]
# <details><summary>Hint 1: train_step</summary>
#
# Five verbs: move, clear, forward, backward, step. Compute the accuracy from the logits that you have anyway: a second forward pass would cost time, show the model
# *after* the step, and count the batch twice in a batch norm.
#
# </details>
# <details><summary>Hint 2: the sum of the losses</summary>
#
# `loss_fn` gives a mean. Mean times number of images is the sum. (`loss_fn(logits, y, reduction="sum")` works for the function `F.cross_entropy`, and is a TypeError for the
# object `nn.CrossEntropyLoss()`.)
#
# </details>
# <details><summary>Hint 3: evaluate</summary>
#
# Your `eval_context` is welcome here. If T4.1 still resists: this model is in one mode throughout, so `was = self.model.training`, and `self.model.train(was)` afterwards, will do.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn</code></summary>
#
# The loss has lost its way back: a `no_grad`, a `.detach()`, an `argmax` or an `.item()` too early.
#
# </details>
# <details><summary>Help: my accuracy is 0.1 although the loss goes down</summary>
#
# `argmax(dim=0)` looks for the best *image* of each class. The best class of each image is along dim 1. And labels compare as they are: no one-hot, no floats.
#
# </details>
# <details><summary>Question: a loop calls <code>optim.zero_grad()</code> between <code>backward()</code> and <code>step()</code>. What happens?</summary>
#
# Nothing: the step sees no gradients, and the weights stay as they are. (AdamW still shrinks them a little, so even "do the weights change?" says yes.)
#
# </details>


# %% steps role="solution"
class Steps:
    """What can be done with one batch: learn from it, or measure on it.

    - model: an nn.Module. optim: an optimizer of its parameters.
    - loss_fn(logits, labels) gives the *mean* loss of a batch: F.cross_entropy, nn.CrossEntropyLoss(), or
      whatever can be called so. It is given the logits as they come out of the model.
    - device: the model is moved there, and later every batch, with `.to(device)`. None: all stays where it is.
    - The attributes are called model, optim, loss_fn and device.
    """

    def __init__(self, model: nn.Module, optim: torch.optim.Optimizer, loss_fn, device=None):
        ### BEGIN SOLUTION
        self.model = model if device is None else model.to(device)
        self.optim = optim
        self.loss_fn = loss_fn
        self.device = device
        ### END SOLUTION

    def train_step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> dict[str, float]:
        """Take one step of the optimizer on the batch (x, y).

        - One forward pass, one backward pass, one step. Gradients that were there before do not count.
        - Returns {"loss": …, "acc": …}: mean loss and share of right answers of this batch, as it was
          before the step. Plain floats.
        - The mode of the model is left as it is.
        """
        ### BEGIN SOLUTION
        x, y = (part.to(self.device) for part in batch)
        self.optim.zero_grad()
        logits = self.model(x)
        loss = self.loss_fn(logits, y)
        loss.backward()
        self.optim.step()
        right = (logits.argmax(dim=1) == y).sum().item()
        return {"loss": loss.item(), "acc": right / len(y)}
        ### END SOLUTION

    def valid_step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> dict[str, float]:
        """Measure on the batch (x, y), without a graph; weights, gradients and mode stay as they are.

        Returns {"loss_sum": …, "correct": …, "count": …}: the sum of the losses of all images (float), how
        many answers are right (int), how many images there are (int).
        """
        ### BEGIN SOLUTION
        x, y = (part.to(self.device) for part in batch)
        with torch.no_grad():
            logits = self.model(x)
            loss = self.loss_fn(logits, y)
        right = (logits.argmax(dim=1) == y).sum().item()
        return {"loss_sum": loss.item() * len(y), "correct": right, "count": len(y)}
        ### END SOLUTION

    def evaluate(self, loader) -> dict[str, float]:
        """Measure on all batches that `loader` yields: {"loss": …, "acc": …}, plain floats.

        - Both are means over all *images*. Batches may have different sizes.
        - The model is in eval mode meanwhile, and afterwards in the mode that it was in. No graph.
        - loader is anything that can be looped over once, e.g. a list: it may have no length and no `.dataset`.
        """
        ### BEGIN SOLUTION
        total = {"loss_sum": 0.0, "correct": 0, "count": 0}
        was = self.model.training
        self.model.eval()
        for batch in loader:
            for name, value in self.valid_step(batch).items():
                total[name] += value
        self.model.train(was)
        return {"loss": total["loss_sum"] / total["count"], "acc": total["correct"] / total["count"]}
        ### END SOLUTION


# %% steps_check role="check" points=26 title="Steps"
ONE = torch.ones(1, 1), torch.tensor([0])


def two_weights():
    net = nn.Linear(1, 2, bias=False)
    net.weight.data = torch.tensor([[1.0], [0.0]])
    return Steps(net, torch.optim.SGD(net.parameters(), lr=1.0), F.cross_entropy)


def weights_after(number_of_steps, left_over=None):
    steps = two_weights()
    steps.model.weight.grad = left_over
    for _ in range(number_of_steps):
        steps.train_step(ONE)
    return steps.model.weight.detach().flatten()


def one_train_step(label):
    return two_weights().train_step((ONE[0], torch.tensor([label])))


def evaluate_with_dropout():
    steps = two_weights()
    steps.model = nn.Sequential(steps.model, nn.Dropout(1.0))
    return steps.evaluate([ONE]), steps.model.training


def one_valid_step():
    return two_weights().valid_step((torch.ones(3, 1), torch.tensor([0, 0, 1])))


def evaluate_two_batches():
    return two_weights().evaluate(
        iter([(torch.ones(3, 1), torch.tensor([0, 0, 0])), (torch.ones(1, 1), torch.tensor([1]))])
    )


near = {"rtol": 1e-3, "atol": 1e-4}
check(
    Steps,
    Example(1, gives=torch.tensor([1.2689, -0.2689]), note="the step on paper", **near),
    Example(2, gives=torch.tensor([1.4458, -0.4458]), note="two steps", **near),
    Example(
        1,
        torch.full((2, 1), 9.0),
        gives=torch.tensor([1.2689, -0.2689]),
        note="the first step, with somebody else's gradients left over",
        **near,
    ),
    through=weights_after,
)
check(
    Steps,
    Example(0, gives={"loss": 0.3133, "acc": 1.0}, note="what it returns", **near),
    Example(1, gives={"loss": 1.3133, "acc": 0.0}, note="a wrong answer that the step mends: as it was before", **near),
    through=one_train_step,
)
check(
    Steps,
    Example(gives={"loss_sum": 1.9398, "correct": 2, "count": 3}, note="three images, two of them right", **near),
    through=one_valid_step,
)
check(
    Steps,
    Example(gives={"loss": 0.5633, "acc": 0.75}, note="batches of 3 and 1, three of four right", **near),
    through=evaluate_two_batches,
)
check(
    Steps,
    Example(gives=({"loss": 0.3133, "acc": 1.0}, True), note="with a Dropout: eval mode, then train mode again", **near),
    through=evaluate_with_dropout,
)

# %% [markdown]
# <details><summary>Question: here is another loop, in short. It runs, and its last line prints an accuracy. Find three things that are wrong.
#
# <code>optimizer.step(); optimizer.zero_grad()</code> … <code>preds = nn.Softmax(dim=-1)(model(X)); loss = nn.CrossEntropyLoss()(preds, y)</code> … <code>for X, y in loader: acc += accuracy(model(X), y)</code>, <code>print(acc / len(loader))</code></summary>
#
# Gradients from before the first step get into it. There is a softmax too many. The last batch may be smaller, yet counts as
# much as the others; and nobody has called `eval()` or `no_grad()` for measuring.
#
# </details>
#
# ---
# ## T4.4 · `Loop`
#
# *Difficulty ●●●●○ · Importance ●●●●○ · about 40 minutes · 20 points*
#
# **Warm-up.** The losses are 6, 3, 3, 0. Write down for each step the mean of the last three losses (of all, while there are fewer).
#
# <details><summary>Answer</summary>
#
# **[6, 4.5, 4, 2]**.
#
# </details>
#
# Above the steps there is a loop: over epochs, and over the batches in each. It writes down what happened, it lets others listen (**callbacks**), and
# it turns the knob of the learning rate (a **scheduler**). The order is what matters:
#
# | once an epoch | for each batch | once an epoch |
# |---|---|---|
# | `model.train()` | 1 · `train_step` | evaluate |
# | | 2 · write it into the log | log it |
# | | 3 · callbacks | print a line |
# | | 4 · `scheduler.step()` | |
#
# Why the callbacks before the scheduler? Because one of them may want to know the learning rate *of the step that was just taken*. After `scheduler.step()` the knob stands where
# the next step will find it.
#
# The scheduler we use most is **one cycle**: start small, rise to the largest learning rate while the network finds its bearings, then sink far below the start. Momentum goes the other way. 60 steps with
# `max_lr=0.01`:

# %%
weight = nn.Parameter(torch.zeros(1))
walker = torch.optim.AdamW([weight], lr=123.0)  # overwritten by the scheduler
knob = torch.optim.lr_scheduler.OneCycleLR(walker, max_lr=0.01, total_steps=60)
rates, momenta = [], []
for _ in range(60):
    rates.append(walker.param_groups[0]["lr"])
    momenta.append(walker.param_groups[0]["betas"][0])
    walker.step()
    if len(rates) < 60:
        knob.step()
print(
    f"first {rates[0]:.6f} = 0.01 / 25, largest {max(rates):.4f} at step {rates.index(max(rates)) + 1}, last {rates[-1]:.1e}"
)
diagrams.lines({"learning rate": rates}, range(1, 61), "one cycle", ("step", "lr")).show()
diagrams.lines({"momentum (β₁)": momenta}, range(1, 61), "and the momentum", ("step", "β₁")).show()

# %% [markdown]
# A loss jumps from batch to batch. To see where it goes, one draws the mean of the last few: a **moving average** over a window.
#
# <details><summary>Hint 1: the window</summary>
#
# `log[-window:]` is the end of a list, and all of it where it is shorter. But `log[-0:]` is the *whole* list: a window of 5 % of 12 steps is 0.6, cut to 0, and the moving average is suddenly the mean of everything.
#
# </details>
# <details><summary>Hint 2: the zeros in the printed line</summary>
#
# Of 12 epochs the third is 03. `f"{3:02d}"` is "03", and the width may be computed: `f"{3:0{width}d}"`.
#
# </details>
# <details><summary>Help: the learning rate jumps about, or I get <code>ValueError: Tried to step 61 times. The specified number of total steps is 60</code></summary>
#
# One `scheduler.step()` for each batch, no more: not another one for each epoch.
#
# </details>
# <details><summary>Help: <code>UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`</code></summary>
#
# The scheduler came before the step, so the first learning rate was never used.
#
# </details>
# <details><summary>Question: why <code>callbacks=()</code> in the first line, and not <code>callbacks=[]</code>?</summary>
#
# A default is made once, when Python reads the function, and then belongs to all calls. What one Loop appends to it, all others have too. So take an empty tuple, and make a list of your own.
#
# </details>


# %% loop role="solution"
class Loop:
    """Trains for some epochs with an object that knows the steps, and keeps logs.

    - steps has .model, .train_step(batch) and .evaluate(loader), like `Steps` in T4.3. More is not used of it.
    - scheduler has .step(), or is None. callbacks: functions that are called as callback(loop).
    - Attributes: steps, scheduler, verbose; callbacks, a list of its own; train_log, a dict with the lists
      "loss", "acc", "loss_avg" and "acc_avg", one entry for each step; valid_log, a dict with the
      lists "loss" and "acc", one entry for each epoch. All entries are plain floats.
    """

    def __init__(self, steps, scheduler=None, callbacks=(), verbose: bool = False):
        ### BEGIN SOLUTION
        self.steps, self.scheduler, self.verbose = steps, scheduler, verbose
        self.callbacks = list(callbacks)
        self.train_log = {"loss": [], "acc": [], "loss_avg": [], "acc_avg": []}
        self.valid_log = {"loss": [], "acc": []}
        ### END SOLUTION

    def run(self, epochs: int, train_loader, valid_loader, window: int | None = None) -> None:
        """Train for so many epochs; called again, for so many more.

        - Each epoch begins with steps.model.train(). Then for each batch: steps.train_step(batch), its "loss" and
          "acc" into train_log, all callbacks in their order, scheduler.step().
        - Each epoch ends with steps.evaluate(valid_loader), once, whose "loss" and "acc" go into valid_log.
        - "loss_avg" and "acc_avg": the mean of the last `window` entries of "loss" and "acc" (of all, where there
          are fewer yet). By default the window is len(train_loader) // 20, but at least 1.
        - An error in a callback goes on to the caller. A second run goes on writing the same logs.
        - verbose: after each epoch print one line, with four decimals and the epoch filled up with zeros:
          [Epoch: 03/12]    loss: 0.4127  acc: 0.8750    val_loss: 0.3921  val_acc: 0.8833
          (loss and acc are the newest moving averages). Else print nothing.
        """
        ### BEGIN SOLUTION
        if window is None:
            window = max(1, len(train_loader) // 20)
        for epoch in range(1, epochs + 1):
            self.steps.model.train()
            for batch in train_loader:
                result = self.steps.train_step(batch)
                for name in ("loss", "acc"):
                    self.train_log[name].append(result[name])
                    recent = self.train_log[name][-window:]
                    self.train_log[name + "_avg"].append(sum(recent) / len(recent))
                for callback in self.callbacks:
                    callback(self)
                if self.scheduler is not None:
                    self.scheduler.step()
            result = self.steps.evaluate(valid_loader)
            for name in ("loss", "acc"):
                self.valid_log[name].append(result[name])
            if self.verbose:
                train = [self.train_log[name][-1] for name in ("loss_avg", "acc_avg")]
                print(
                    f"[Epoch: {epoch:0{len(str(epochs))}d}/{epochs}]    loss: {train[0]:.4f}  acc: {train[1]:.4f}"
                    f"    val_loss: {result['loss']:.4f}  val_acc: {result['acc']:.4f}"
                )
        ### END SOLUTION


# %% loop_try role="check"
class Pretend:
    """Takes no steps at all, but says what is asked of it."""

    def __init__(self, losses):
        self.model, self.losses, self.said = nn.Linear(1, 1), iter(losses), []

    def train_step(self, batch):
        awake = self.model.training
        self.said.append(f"step {batch}" if awake else f"step {batch} in eval mode")
        return {"loss": float(next(self.losses)), "acc": 0.5}

    def evaluate(self, loader):
        self.said.append(f"evaluate {loader}")
        self.model.eval()
        return {"loss": 2.0, "acc": 0.25}

    def step(self):
        self.said.append("scheduler")


def what_happens(epochs, batches):
    steps = Pretend(range(99))
    Loop(steps, steps, [lambda loop: steps.said.append("callback")]).run(epochs, batches, "valid")
    return steps.said


def logs(losses, window):
    loop = Loop(Pretend(losses))
    loop.run(1, list(losses), "valid", window)
    return loop.train_log["loss_avg"], loop.valid_log


def printed(epochs, verbose):
    text = io.StringIO()
    with redirect_stdout(text):
        Loop(Pretend([0.41268] * epochs), verbose=verbose).run(epochs, ["a"], "valid")
    return text.getvalue().splitlines()[:1]


one_batch = ["step a", "callback", "scheduler"]
check(
    Loop,
    Example(1, ["a"], gives=[*one_batch, "evaluate valid"], note="one epoch of one batch, event by event"),
    Example(2, ["a"], gives=[*one_batch, "evaluate valid"] * 2, note="two epochs, train mode in both"),
    through=what_happens,
)
check(
    Loop,
    Example(
        [6, 3, 3, 0],
        3,
        gives=([6.0, 4.5, 4.0, 2.0], {"loss": [2.0], "acc": [0.25]}),
        note="moving average with the window 3",
    ),
    Example([6, 3, 3, 0], None, look_at=lambda found: found[0], gives=[6.0, 3.0, 3.0, 0.0], note="default window: 1"),
    through=logs,
)
line = "/{}]    loss: 0.4127  acc: 0.5000    val_loss: 2.0000  val_acc: 0.2500"
check(
    Loop,
    Example(3, True, gives=["[Epoch: 1" + line.format(3)], note="the first of 3 printed lines"),
    Example(12, True, gives=["[Epoch: 01" + line.format(12)], note="the first of 12"),
    Example(3, False, gives=[], note="without verbose nothing is printed"),
    through=printed,
)


# %% [markdown]
# A callback is anything that can be called. `SchedulerStats` is an object with a memory. Adam-like optimizers keep their momentum in `betas[0]`; SGD calls it `momentum`; some have none.


# %% scheduler_stats role="solution"
class SchedulerStats:
    """A callback that notes with which learning rate and momentum each step was taken.

    - stats = SchedulerStats(optim); each call stats(loop) appends to the lists stats.lr and stats.momentum.
      It does not use the loop.
    - Both come from the first of optim.param_groups. momentum is betas[0] where there are "betas", else
      "momentum" where there is one (SGD), else 0.0.
    """

    def __init__(self, optim: torch.optim.Optimizer):
        ### BEGIN SOLUTION
        self.optim = optim
        self.lr = []
        self.momentum = []
        ### END SOLUTION

    def __call__(self, loop) -> None:
        ### BEGIN SOLUTION
        group = self.optim.param_groups[0]
        self.lr.append(group["lr"])
        self.momentum.append(group["betas"][0] if "betas" in group else group.get("momentum", 0.0))
        ### END SOLUTION


# %% scheduler_stats_try role="check"
def rates_of(optim):
    stats = SchedulerStats(optim)
    stats(None)
    return stats.lr, stats.momentum


check(
    SchedulerStats,
    Example(torch.optim.AdamW([weight], lr=0.5), gives=([0.5], [0.9]), note="SchedulerStats with AdamW"),
    Example(torch.optim.SGD([weight], lr=0.5, momentum=0.8), gives=([0.5], [0.8]), note="with SGD"),
    Example(torch.optim.Adagrad([weight], lr=0.5), gives=([0.5], [0.0]), note="with Adagrad, which has none"),
    through=rates_of,
)


# %% [markdown]
# Last, the picture. Steps and epochs share an axis: with 30 steps in an epoch, the measurement after the first epoch stands at step 30, the next one at 60.


# %% plot_history role="solution"
def plot_history(train_log: dict[str, list[float]], valid_log: dict[str, list[float]]) -> plt.Figure:
    """The logs of a Loop as a matplotlib figure with two axes: the loss in the first, the accuracy in the second.

    - In each axes a line of the moving average over the steps 1, 2, 3, … with the label "train", and a line
      of the validation with the label "validation", whose points stand at the last step of their epoch.
      More lines are welcome, e.g. the raw values in pale. All epochs have the same number of steps, and there is
      at least one.
    - Both x axes are labelled "step", the y axes "loss" and "acc".
    """
    ### BEGIN SOLUTION
    count, epochs = len(train_log["loss"]), len(valid_log["loss"])
    figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for ax, name in zip(axes, ("loss", "acc")):
        ax.plot(range(1, count + 1), train_log[name], color="tab:blue", alpha=0.25)
        ax.plot(range(1, count + 1), train_log[name + "_avg"], color="tab:blue", label="train")
        ends = [count // epochs * (epoch + 1) for epoch in range(epochs)]
        ax.plot(ends, valid_log[name], "o-", color="tab:orange", label="validation")
        ax.set_xlabel("step")
        ax.set_ylabel(name)
        ax.legend()
    return figure
    ### END SOLUTION


# %% loop_check role="check" points=20 title="Loop"
def points_at():
    train = {name: [3.0, 2.0, 1.0, 0.0] for name in ("loss", "acc", "loss_avg", "acc_avg")}
    figure = plot_history(train, {"loss": [2.0, 1.0], "acc": [0.5, 0.75]})
    return [list(map(int, line.get_xdata())) for line in figure.axes[0].lines if line.get_label() == "validation"]


check(plot_history, Example(gives=[[2, 4]], note="4 steps, 2 epochs: points at 2 and 4"), through=points_at)

# %% [markdown]
# **Put together.** Digits, a network, your steps, your loop, one cycle. Loss and accuracy are drawn by your `plot_history`, learning rate and momentum from what your `SchedulerStats` has noted:

# %%
with after_writing("T4.2 to T4.4"):
    parts = split_indices(1198, (0.8, 0.2))
    train_loader, valid_loader = make_loaders(*data.digits(), parts)
    torch.manual_seed(0)
    net = small_net()
    optim = torch.optim.AdamW(net.parameters())
    knob = torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=3, steps_per_epoch=len(train_loader))
    stats = SchedulerStats(optim)
    loop = Loop(Steps(net, optim, F.cross_entropy), knob, [stats], verbose=True)
    loop.run(3, train_loader, valid_loader, window=5)
    plot_history(loop.train_log, loop.valid_log)
    plt.show()
    taken = range(1, len(stats.lr) + 1)
    diagrams.lines({"learning rate": stats.lr}, taken, "noted by your SchedulerStats", ("step", "lr")).show()
    diagrams.lines({"momentum (β₁)": stats.momentum}, taken, "and the momentum", ("step", "β₁")).show()

# %% [markdown]
# Do not report the validation accuracy of the last epoch if you chose anything by it. Whoever tries ten learning rates and takes the one with the best validation accuracy has fitted one
# more number to these images. The third part of the split is for that: looked at once, in the end.
#
# ---
# ## T4.5 · Inference
#
# *Difficulty ●●●○○ · Importance ●●●●○ · about 30 minutes · 14 points*
#
# **Warm-up.** A layer gives 3, and `nn.Dropout(0.75)` follows. What comes out in eval mode? And in train mode, when the 3 is not dropped?
#
# <details><summary>Answer</summary>
#
# **3**, and 3 / (1 − 0.75) = **12**.
#
# </details>
#
# Training is over, and now somebody asks: what is this? The model must not drop anything, must not write a graph, and must come back as it was. An extreme model makes it visible: a layer of
# 10 numbers, then a Dropout that drops *everything*.

# %%
torch.manual_seed(1)
extreme = nn.Sequential(nn.Linear(3, 10), nn.Dropout(1.0))
one = torch.ones(1, 3)
called = extreme(one).detach()
extreme.eval()
rested = extreme(one).detach()
plots.grid([[called], [rested]], titles=[["just called, in train mode"], ["in eval mode"]])

# %% [markdown]
# **Logits or probabilities?** Logits are what the network gives; a softmax makes probabilities of them. A function should say in its name which of the two it
# returns; *prediction* could be either. A **temperature** divides the logits first. At 1 nothing changes; the larger, the flatter:

# %%
logits = torch.tensor([4.0, 2.0, 0.0, -2.0])
figure, axes = plt.subplots(1, 3, figsize=(8, 2.4), sharey=True, layout="constrained")
for ax, temperature in zip(axes, (1, 2, 5)):
    ax.bar(range(4), (logits / temperature).softmax(0), color="tab:blue")
    ax.set_title(f"temperature {temperature}")
    ax.set_xlabel("class")
    ax.set_xticks(range(4))
axes[0].set_ylabel("probability")
print("logits 4, 2, 0, −2 as probabilities:")
plt.show()

# %% [markdown]
# **Many images.** All at once they may not fit into memory: send batch after batch, and move each result to the CPU. A loader that serves training gives pairs (x, y); for predictions only x is
# wanted. So `InputLoader` puts itself in front of it.
#
# <details><summary>Hint 1: softmax without accidents</summary>
#
# $e^{10000}$ is infinite, and infinite divided by infinite is NaN. `softmax(dim=1)` subtracts the largest logit first, which changes nothing else. `exp(z) / exp(z).sum()` does not.
#
# </details>
# <details><summary>Hint 2: an object to loop over</summary>
#
# `for x in thing` calls `thing.__iter__()`. If that method contains `yield`, each loop begins anew, at the first batch.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor</code></summary>
#
# What comes out of `torch.inference_mode()` may never be part of a later training. `torch.no_grad()` gives ordinary tensors.
#
# </details>
# <details><summary>Question: why not <code>class InputLoader(DataLoader)</code>? It is a loader, after all.</summary>
#
# Suppose it overrides `__init__` and `__iter__`, and never calls the `__init__` of `DataLoader`. It works in one `for` loop; `len()`, `list()` and `.dataset` end in an AttributeError.
# An object that *has* a loader need not *be* one.
#
# </details>


# %% predict_logits role="solution"
def predict_logits(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Logits of a batch (B, …) -> (B, classes), as the model gives them in eval mode.

    - Without a graph, also if x requires a gradient; yet an ordinary tensor that may go into a later training.
    - The model is afterwards in the mode it was in.
    """
    ### BEGIN SOLUTION
    was = model.training
    model.eval()
    with torch.no_grad():
        logits = model(x)
    model.train(was)
    return logits
    ### END SOLUTION


# %% predict_logits_try role="check"
always = nn.Sequential(nn.Linear(2, 3), nn.Dropout(1.0))
always[0].weight.data = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
always[0].bias.data = torch.zeros(3)
pair = torch.tensor([[2.0, 0.0], [1.0, -1.0]])
check(
    predict_logits,
    Example(always, pair, gives=torch.tensor([[2.0, 0.0, 2.0], [1.0, -1.0, 0.0]]), note="nothing is dropped"),
    Example(always, pair.clone().requires_grad_(), look_at=lambda z: z.requires_grad, gives=False, note="no graph"),
)


def modes_afterwards(net):
    predict_logits(net, pair)
    return [part.training for part in net]


check(
    predict_logits,
    Example(
        nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5)), gives=[True, True], note="it trained, and trains again"
    ),
    Example(nn.Sequential(nn.Linear(2, 3)).eval(), gives=[False], note="it was in eval mode, and still is"),
    through=modes_afterwards,
)


# %% predict_proba role="solution"
def predict_proba(model: nn.Module, x: torch.Tensor, temperature: float = 1.0) -> torch.Tensor:
    """Probabilities (B, classes): softmax of logits / temperature, each row adds up to 1.

    Logits of 10,000 are no problem. Eval mode, graph and the model's mode as in predict_logits.
    """
    ### BEGIN SOLUTION
    return F.softmax(predict_logits(model, x) / temperature, dim=1)
    ### END SOLUTION


# %% predict_proba_try role="check"
check(
    predict_proba,
    Example(always, pair, look_at=lambda p: p.sum(dim=1), gives=torch.ones(2), note="rows add up to 1"),
    Example(
        always,
        pair,
        2.0,
        gives=torch.tensor([[0.4223, 0.1554, 0.4223], [0.5065, 0.1863, 0.3072]]),
        rtol=1e-3,
        note="temperature 2: softmax of (1, 0, 1) and of (0.5, −0.5, 0)",
    ),
    Example(
        always,
        1000 * pair,
        gives=torch.tensor([[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]),
        note="very large logits",
    ),
)


# %% batch_predict role="solution"
def batch_predict(model: nn.Module, loader) -> torch.Tensor:
    """Logits of all inputs that `loader` yields, in their order, on the CPU: one tensor (N, classes).

    - loader yields inputs, not pairs. It can be looped over once, and may have no length. Batches may have different sizes.
    - The model sees one batch after the other, never all at once.
    - Eval mode, graph and the model's mode as in predict_logits.
    """
    ### BEGIN SOLUTION
    return torch.cat([predict_logits(model, x).cpu() for x in loader])
    ### END SOLUTION


# %% batch_predict_try role="check"
check(
    batch_predict,
    Example(
        always,
        [pair, pair[:1]],
        gives=torch.tensor([[2.0, 0.0, 2.0], [1.0, -1.0, 0.0], [2.0, 0.0, 2.0]]),
        note="batches of 2 and 1",
    ),
)


# %% input_loader role="solution"
class InputLoader:
    """Yields only the inputs of another loader's batches, and can be looped over as often as that one.

    - A batch may be a tuple or a list of any length: (x,), (x, y), [x, y, names]; the input is its first item.
      A batch that is a tensor itself is the input.
    - len(InputLoader(loader)) is len(loader), and its attribute `dataset` is loader.dataset.
    - The loader is not started before somebody loops.
    """

    def __init__(self, loader):
        ### BEGIN SOLUTION
        self.loader = loader
        ### END SOLUTION

    def __iter__(self):
        ### BEGIN SOLUTION
        for batch in self.loader:
            yield batch if isinstance(batch, torch.Tensor) else batch[0]
        ### END SOLUTION

    def __len__(self) -> int:
        ### BEGIN SOLUTION
        return len(self.loader)
        ### END SOLUTION

    @property
    def dataset(self):
        ### BEGIN SOLUTION
        return self.loader.dataset
        ### END SOLUTION


# %% inference_check role="check" points=14 title="Inference"
check(
    InputLoader,
    Example([(1, "a"), (2, "b"), (3, "c")], look_at=list, gives=[1, 2, 3], note="pairs: list() gives the inputs"),
    Example([(1, "a"), (2, "b"), (3, "c")], look_at=len, gives=3, note="pairs: len() counts the batches"),
    Example([[1], [2]], look_at=lambda inputs: (list(inputs), list(inputs)), gives=([1, 2], [1, 2]), note="twice"),
)

# %%
with after_writing("T4.2 to T4.5"):
    scores = batch_predict(net, InputLoader(valid_loader))
    truth = torch.cat([y for _, y in valid_loader])
    guess = scores.argmax(dim=1)
    steps = Steps(net, optim, F.cross_entropy)
    print("shape of the predictions:", tuple(scores.shape))
    print("three ways to the same accuracy:")
    print("  evaluate          ", steps.evaluate(valid_loader)["acc"])
    print("  share of hits     ", (guess == truth).double().mean().item())
    print("  hits of the batches", sum(steps.valid_step(batch)["correct"] for batch in valid_loader) / len(truth))

# %% [markdown]
# ---
# ## T4.6 · Right and wrong in detail
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 25 minutes · 10 points (5 of them for the question at the end)*
#
# **Warm-up.** Three cats and two dogs. The network says *cat, dog, cat* to the cats and *dog, dog* to the dogs. How many cats were called cat, and how
# many dog? And the dogs?
#
# <details><summary>Answer</summary>
#
# Cats: **[2, 1]**. Dogs: **[0, 2]**.
#
# </details>
#
# An accuracy of 75 % does not say *what* goes wrong. A **confusion matrix** does: row = what it is, column = what the network said. Eight animals, true and predicted, and their matrix:
#
# | | | | | | | | | |
# |---|---|---|---|---|---|---|---|---|
# | true | cat | cat | cat | cat | dog | dog | dog | owl |
# | predicted | cat | cat | dog | dog | dog | dog | dog | owl |

# %%
animals = [[2, 2, 0], [0, 3, 0], [0, 0, 1]]
plots.row(animals, titles=["rows: cat, dog, owl · columns: cat, dog, owl"], boxes={0: (0, 1, 1, 1)})

# %% [markdown]
# The box says: 2 cats were taken for dogs. Down the diagonal stand the 6 that are right, of 8. From the matrix one reads two numbers for each class:
#
# - **recall**: of all cats, how many were found? 2 of 4, the diagonal entry over the sum of its **row**.
# - **precision**: of all that were called dog, how many are dogs? 3 of 5, the diagonal entry over the sum of its **column**.
#
# With two classes and a *score* there is a choice: from which score on does one say yes? Each threshold has its precision and its recall. Four patients, two of them ill:
#
# | score | 0.9 | 0.8 | 0.8 | 0.3 |
# |---|---|---|---|---|
# | ill? | yes | yes | no | no |
#
# | yes from … on | called ill | of them ill | precision | recall |
# |---|---|---|---|---|
# | 0.9 | 1 | 1 | 1 | 0.5 |
# | 0.8 | 3 | 2 | 0.667 | 1 |
# | 0.3 | 4 | 2 | 0.5 | 1 |
#
# Both patients with 0.8 come in together: no threshold lies between them.
#
# <details><summary>Hint 1: counting pairs</summary>
#
# `cm[y_true, y_pred] += 1` looks right, and counts each pair only once, however often it occurs. Loop over `zip(y_true.tolist(), y_pred.tolist())`, or count the number `true · classes + predicted` with `bincount`.
#
# </details>
# <details><summary>Hint 2: a class without images</summary>
#
# J and Z are signed with a movement, so no photograph shows them, and their rows are all 0. What share of nothing was found? 0 / 0 is NaN, "no number", and that is the honest answer. 0 would
# say that the network failed, 1 that it did well.
#
# </details>
# <details><summary>Question: why <code>accuracy(*, y_true, y_pred)</code> with a star?</summary>
#
# One library says `accuracy(y_true, y_pred)`, the next `accuracy(y_pred, y_true)`. For the accuracy the order makes no difference, for a confusion matrix it turns everything over. After
# the star, arguments must be named.
#
# </details>
# <details><summary>Help: <code>IndexError: tensors used as indices must be long, int, byte or bool tensors</code></summary>
#
# You passed logits or probabilities for `y_pred`. Take `argmax(dim=1)` first. (A matrix that takes them silently would be worse.)
#
# </details>


# %% confusion_matrix role="solution"
def confusion_matrix(y_true: torch.Tensor, y_pred: torch.Tensor, num_classes: int) -> torch.Tensor:
    """How often class t (row) was taken for class p (column): (num_classes, num_classes) int64.

    - y_true and y_pred are (n,), whole numbers from 0 to num_classes - 1. A class may be missing in both.
    - ValueError for anything else: floats or more than one axis (logits!), different lengths, labels below 0
      or above num_classes - 1.
    """
    ### BEGIN SOLUTION
    for labels in (y_true, y_pred):
        if labels.is_floating_point() or labels.ndim != 1 or len(labels) != len(y_true):
            raise ValueError("labels should be two lists of whole numbers, of the same length")
        if ((labels < 0) | (labels >= num_classes)).any():
            raise ValueError(f"labels should go from 0 to {num_classes - 1}")
    pairs = y_true * num_classes + y_pred
    return pairs.bincount(minlength=num_classes**2).reshape(num_classes, num_classes)
    ### END SOLUTION


# %% confusion_matrix_try role="check"
true_animals = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2])
said_animals = torch.tensor([0, 0, 1, 1, 1, 1, 1, 2])
check(
    confusion_matrix,
    Example(true_animals, said_animals, 3, gives=torch.tensor(animals), note="the eight animals"),
    Example(
        true_animals,
        said_animals,
        5,
        look_at=lambda cm: tuple(cm.shape),
        gives=(5, 5),
        note="five classes, two of them never seen",
    ),
    Example(true_animals, torch.rand(8, 3), 3, raises=ValueError, note="logits: ValueError"),
    Example(true_animals, said_animals, 2, raises=ValueError, note="a class 2 of two classes: ValueError"),
    Example(true_animals, said_animals - 1, 3, raises=ValueError, note="a class −1: ValueError"),
)


# %% accuracy role="solution"
def accuracy(*, y_true: torch.Tensor, y_pred: torch.Tensor) -> float:
    """Share of the labels (n,) that are right: a float. Only with named arguments."""
    ### BEGIN SOLUTION
    return (y_true == y_pred).double().mean().item()
    ### END SOLUTION


# %% accuracy_try role="check"
check(accuracy, Example(y_true=true_animals, y_pred=said_animals, gives=0.75, note="six of eight"))


# %% per_class_recall role="solution"
def per_class_recall(cm: torch.Tensor) -> torch.Tensor:
    """Recall of each class, (C,) float32, from a confusion matrix (C, C); NaN for a class without images."""
    ### BEGIN SOLUTION
    return cm.diagonal().float() / cm.sum(dim=1)
    ### END SOLUTION


# %% per_class_recall_try role="check"
check(
    per_class_recall,
    Example(torch.tensor(animals), gives=torch.tensor([0.5, 1.0, 1.0]), note="half of the cats"),
    Example(
        torch.tensor([[2, 1], [0, 0]]),
        look_at=lambda recall: recall.isnan().tolist(),
        gives=[False, True],
        note="a class without images: NaN",
    ),
)


# %% pr_curve role="solution"
def pr_curve(y_true: torch.Tensor, score: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(precision, recall, thresholds) of saying yes where score >= threshold: three tensors (K,).

    - thresholds are the K different scores, from the highest to the lowest, with the dtype of score. The other two are float64.
    - y_true is (n,) with 1 for yes and 0 for no, in any order; at least one is 1. score is (n,), floats.
    """
    ### BEGIN SOLUTION
    thresholds = score.unique().flip(0)
    yes = score >= thresholds[:, None]
    hits = (yes & (y_true == 1)).sum(dim=1).double()
    return hits / yes.sum(dim=1), hits / (y_true == 1).sum(), thresholds
    ### END SOLUTION


# %% pr_curve_try role="check"
check(
    pr_curve,
    Example(
        torch.tensor([1, 0, 1, 0]),
        torch.tensor([0.9, 0.3, 0.8, 0.8], dtype=torch.float64),
        gives=tuple(
            torch.tensor(line, dtype=torch.float64) for line in ([1, 2 / 3, 0.5], [0.5, 1, 1], [0.9, 0.8, 0.3])
        ),
        note="the four patients",
    ),
)


# %% plot_confusion role="solution"
def plot_confusion(cm: torch.Tensor, names: list[str]) -> plt.Figure:
    """A confusion matrix (C, C) as a matplotlib figure with one axes: an image with the number in each cell.

    The image shows the counts themselves, not shares. Rows go down. The x axis is labelled "predicted", the
    y axis "true"; both have the C names at their ticks.
    """
    ### BEGIN SOLUTION
    figure, ax = plt.subplots(figsize=(4.5, 4.5))
    ax.imshow(cm, cmap="Blues")
    for t in range(len(cm)):
        for p in range(len(cm)):
            ax.text(
                p,
                t,
                str(cm[t, p].item()),
                ha="center",
                va="center",
                color="white" if cm[t, p] > cm.max() / 2 else "black",
            )
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    return figure
    ### END SOLUTION


# %% metrics_check role="check" points=5 title="Metrics"
check(
    plot_confusion,
    Example(
        torch.tensor(animals),
        ["cat", "dog", "owl"],
        look_at=lambda figure: (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()),
        gives=("predicted", "true"),
        note="the axes say what they are",
    ),
    Example(
        torch.tensor(animals),
        ["cat", "dog", "owl"],
        look_at=lambda figure: np.asarray(figure.axes[0].images[0].get_array()).tolist(),
        gives=animals,
        note="the image: the counts, true classes from above",
    ),
)

# %%
with after_writing("T4.2 to T4.6"):
    matrix = confusion_matrix(truth, guess, 10)
    plot_confusion(matrix, [str(digit) for digit in range(10)])
    plt.show()
    print("recall of each digit:", [round(value, 2) for value in per_class_recall(matrix).tolist()])

# %% [markdown]
# ### Read a matrix (5 points, in words)
#
# A network knows five signs of the hand alphabet. A, E, M, N and S are all fists, and hard to tell apart. These are 500 photographs that it had not seen:

# %%
letters = ["A", "E", "M", "N", "S"]
fists = [[190, 2, 0, 1, 7], [4, 90, 0, 1, 5], [1, 0, 28, 21, 0], [0, 1, 2, 47, 0], [28, 3, 0, 0, 69]]
said = [f"{letter}: {sum(row)} photographs" for letter, row in zip(letters, fists)]
print("rows:", ", ".join(said))
figure, ax = plt.subplots(figsize=(4.5, 4.5), layout="constrained")
ax.imshow(fists, cmap="Blues")
for t, row in enumerate(fists):
    for p, count in enumerate(row):
        ax.text(p, t, count, ha="center", va="center", color="white" if count > 100 else "black")
ax.set(xlabel="predicted", ylabel="true", xticks=range(5), xticklabels=letters, yticks=range(5), yticklabels=letters)
plt.show()

# %% [markdown]
# Its accuracy is 424 of 500, 84.8 %. Answer in a few sentences, with numbers from the matrix:
#
# - *2 points:* Which two mistakes are the most frequent ones, and in which direction do they go? Does the opposite mistake happen as often?
# - *2 points:* For which letter does it work worst, and how can the accuracy be so much higher? Which single number would you report instead if all letters were equally important, and how large is it?
# - *1 point:* The network says "N". How sure can you be that it is an N?

# %% [markdown] read_matrix role="manual" points=5 title="Read a matrix"
# S is taken for A most often (28 of 100), then M for N (21 of 50). The opposite is rare: A for S 7 of 200, N for M 2 of 50.
# So the network does not just mix them up, it prefers A and N.
#
# Worst is M: 28 of 50 are found, a recall of 0.56. A alone is 200 of the 500 photographs and has a recall of 0.95, so it pulls the accuracy up.
# If all letters count the same: the mean of the five recalls, (0.95 + 0.90 + 0.56 + 0.94 + 0.69) / 5 = 0.81.
#
# It said N 70 times, and 47 of these were an N: 67 percent (with as many M as here).

# %% [markdown]
# ---
# ## T4.7 · Train it
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 20 minutes · 10 points*
#
# **Warm-up.** 1,200 images in batches of 32: how many steps are five epochs?
#
# <details><summary>Answer</summary>
#
# An epoch is 37 full batches and a smaller one, 38 steps; five are **190**.
#
# </details>
#
# All the parts are there. One thing is new, and it is what convolutions were made for: **place**. So far each digit filled its picture. Now somebody has written
# it half as large, and put it down anywhere:

# %%
pictures, wanted = data.digits()
strewn = data.scattered(pictures)
shown = [0, 300, 500, 700, 900, 1100]
names = [str(wanted[i].item()) for i in shown]
plots.grid([[pictures[i, 0] for i in shown], [strewn[i, 0] for i in shown]], titles=[names, names])

# %% [markdown]
# You hardly notice. A computer that compares pixel by pixel does: a 3 at the top left and a 3 at the bottom right have not one bright pixel in common. Two ways to read
# digits without any network; both learn from three quarters of them and are asked about the others:

# %%
others = torch.arange(len(wanted)) % 4 == 0


def nearest_image(learnt, named, asked):
    return named[torch.cdist(asked.flatten(1), learnt.flatten(1)).argmin(dim=1)]


def straight_lines(learnt, named, asked):
    ones = [torch.cat([images.flatten(1), torch.ones(len(images), 1)], dim=1).double() for images in (learnt, asked)]
    squares = ones[0].T @ ones[0] + 10 * torch.eye(785)  # ridge regression: a weight for each pixel
    weights = torch.linalg.solve(squares, ones[0].T @ F.one_hot(named, 10).double())
    return (ones[1] @ weights).argmax(dim=1)


for title, images in (("in its frame", pictures), ("anywhere", strewn)):
    for way in (nearest_image, straight_lines):
        said = way(images[~others], wanted[~others], images[others])
        print(f"{title:12}   {way.__name__:14}   {(said == wanted[others]).float().mean():.2f} are right")

# %% [markdown]
# `small_net` is no better: after five epochs it reads hardly more of them than chance. Its convolutions do go along with a digit, but its dense layer has a weight of its own for each of 7 × 7 places: what it has learnt at the
# top left it does not know at the bottom right. `anywhere_net` (in the first cell) takes from each map the **largest value, wherever it is**, and only then decides. A convolution moves with its
# image, a maximum over all places forgets where it was: together they read a digit anywhere, and have to learn it only once.
#
# <details><summary>Question: a digit of 14 × 14 pixels on a page of 28 × 28. How many places are there?</summary>
#
# 15 down and 15 across, **225**. Of each digit you have about ninety images to learn from: most places never occur.
#
# </details>
#
# Now one function that takes images and labels and gives back a network that reads. Anybody can look up the labels of
# these digits, so we judge it elsewhere: it is trained on 1,200 images of an invented script of ten symbols that nobody has seen, drawn in pencil, each of them anywhere on uneven paper,
# among crumbs (short strokes that mean nothing), and must
# read at least 0.80 of 600 others. (The recipe below reads 0.97 of them, the nearest image 0.23, a regression on the pixels 0.15.)
# What the network has learnt must be in its parameters and buffers, at most 40,000 numbers together: grading puts those of a second network of yours, trained on another
# script, into the first one, and then it must read that script.
#
# A recipe that works well: `anywhere_net()`, batches of 32, AdamW, one cycle with `max_lr=0.01`, five epochs. It takes a second or two and
# reaches about 0.97. SGD with momentum 0.9 and `max_lr=0.05` gets above 0.9 on most days;
# plain SGD with lr = 0.001 is too slow, and would need many more epochs. Without batch norm AdamW gets to 0.9 on most days and nowhere on some, SGD nowhere. So try more than one seed before you call a recipe good.
# Your own ideas are welcome, within the limits of the docstring.
#
# <details><summary>Hint: the same network every time</summary>
#
# Random are: the first weights, the order of the images, and Dropout if there is any. `torch.manual_seed(seed)` *before* the network is made covers all of them.
#
# </details>
# <details><summary>Help: 0.1, or a loss that stays at 2.30</summary>
#
# Look at T4.2 again. Are the images in [0, 1] that you train on (they come so)? Does each image keep its label when you shuffle? Is there a softmax too many, a `zero_grad` too few? And does the network end with a dense layer over places, like `small_net`?
#
# </details>


# %% train_digits role="solution"
def train_digits(images: torch.Tensor, labels: torch.Tensor, seed: int = 0) -> tuple[nn.Module, dict[str, list[float]]]:
    """Train a network on images (n, 1, 28, 28), float32 in [0, 1], with labels (n,) from 0 to 9.

    - Returns the pair (model, history). history["loss"]: the mean training loss of each epoch, plain floats,
      one to five of them (five epochs are the limit). Other entries are welcome.
    - model: at most 40,000 parameters and buffers, gives logits (B, 10), is handed over in eval mode.
    - The same seed gives exactly the same network, another seed another one.
    - n may be any number from 50 on; with 400 images it reads at least half of others. The arguments stay as they are.
    - Accuracy at least 0.80 on digits that it has not seen, anywhere on the page, in at most 10 seconds.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    model = anywhere_net()
    per_epoch = math.ceil(len(images) / 32)
    optim = torch.optim.AdamW(model.parameters())
    cycle = torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=5, steps_per_epoch=per_epoch)
    history = {"loss": []}
    for _ in range(5):
        total = 0.0
        for chosen in torch.randperm(len(images)).split(32):
            optim.zero_grad()
            loss = F.cross_entropy(model(images[chosen]), labels[chosen])
            loss.backward()
            optim.step()
            cycle.step()
            total += loss.item() * len(chosen)
        history["loss"].append(total / len(images))
    return model.eval(), history
    ### END SOLUTION


# %% train_digits_check role="check" points=10 title="Train it"
def trained_on(number):
    net, history = train_digits(strewn[:number], wanted[:number])
    return {
        "logits": tuple(net(strewn[:3]).shape),
        "eval mode": not net.training,
        "epochs": 1 <= len(history["loss"]) <= 5,
    }


def twice(number):
    nets = [train_digits(strewn[:number], wanted[:number], seed)[0] for seed in (1, 1, 2)]
    first, again, other = (net(strewn[:1]).detach() for net in nets)
    return torch.equal(first, again), torch.equal(first, other)


def learns_from(every):
    apart = torch.arange(len(wanted)) % every == 0
    net, _ = train_digits(strewn[~apart], wanted[~apart])
    return bool((net(strewn[apart]).argmax(dim=1) == wanted[apart]).float().mean() >= 0.8)


check(
    train_digits,
    Example(70, gives={"logits": (3, 10), "eval mode": True, "epochs": True}, note="what comes back"),
    through=trained_on,
)
check(
    train_digits,
    Example(70, gives=(True, False), note="same seed, same network; another seed, another one"),
    through=twice,
)
check(
    train_digits,
    Example(4, gives=True, note="three of four digits, anywhere on the page, are for training: at least 80 % of the others are right"),
    through=learns_from,
)

# %%
with after_writing("train_digits"):
    net, history = train_digits(strewn[~others], wanted[~others])
    asked, truth = strewn[others], wanted[others]
    guess = net(asked).argmax(dim=1)
    wrong = (guess != truth).nonzero().flatten()[:4].tolist()
    print(f"{(guess == truth).float().mean():.3f} of the {len(truth)} others are right. Some that are not:")
    titles = [f"{truth[i]}, says {guess[i]}" for i in wrong]
    plots.row(*[asked[i, 0] for i in wrong], titles=titles).show()

# %% [markdown]
# Would you have known them all? The digits are 8 × 8 pixels, enlarged.

# %% [markdown]
# ---
# ## T4.8 · Stretch: a label that is not quite sure
#
# *Difficulty ●●●●○ · Importance ●●○○○ · about 30 minutes · extra credit: +6*
#
# **Warm-up.** A label says (1, 0, 0). Take 0.3 from the right class, and share it out equally among all three, the right one too. What does it say now?
#
# <details><summary>Answer</summary>
#
# 0.7 + 0.1, 0.1 and 0.1: **[0.8, 0.1, 0.1]**.
#
# </details>
#
# A label says: this is a 3, for sure, and nothing else at all. Cross-entropy takes it at its word, and is never satisfied: a probability of 0.99 could still be 0.999. So the logits
# grow and grow, and the network is too sure of itself, also where the label was a slip of the pen. *Label smoothing* takes a little, ε, from the right class and
# shares it out among all classes, the right one too. Rows are images, columns are classes:

# %%
hard = torch.eye(3)[[0, 2]]
soft = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
plots.row(hard, soft, titles=["labels 0 and 2", "ε = 0.3, three classes"], signs=["→"], limits=(0, 1))

# %% [markdown]
# A row still adds up to 1.
#
# **The loss** compares these targets q with the probabilities p of the network, $-\sum_c q_c \ln p_c$, and takes the mean over the images. One image with the logits
# (2, 0, 0) has p = (0.787, 0.107, 0.107):
#
# - hard: −ln 0.787 = **0.240**
# - smooth: 0.8 · 0.240 + 0.1 · 2.240 + 0.1 · 2.240 = **0.640**
#
# Larger, but that is not the point. The point is where it pulls.
#
# **The gradient** with respect to the logits is as short as it gets: p − q, over the number of images. Hard: 0.787 − 1 = **−0.213**, a strong pull upwards.
# Smooth: 0.787 − 0.8 = **−0.013**, nearly content. It is content when p = q.
#
# So there is a *best gap* between the right logit and all others, and beyond it the loss grows again. With the others at 0 and the right one at g,
# $p_{right} = e^g / (e^g + C - 1)$. From p = q follows $e^g = q_{right} / q_{other}$; above that is 0.8 / 0.1, so g = ln 8 = 2.08.
#
# <details><summary>Question: ten classes and ε = 0.1. How large is the best gap? And with ε = 0?</summary>
#
# The targets are 0.91 and 0.01, so it is ln 91 = 4.51. Without smoothing there is none: the loss falls for ever.
#
# </details>
# <details><summary>Hint 1: the targets</summary>
#
# `F.one_hot(labels, classes)` gives rows of whole numbers, 0 and 1. Multiply, and add ε / classes everywhere.
# Whole numbers times a Python float are float32: where the logits are float64, turn the rows into their dtype first.
#
# </details>
# <details><summary>Hint 2: the loss, and very large logits</summary>
#
# `F.log_softmax` is ln p, and safe: with logits like 1000, `softmax` gives zeros, and their logarithm is −inf. And −inf · 0 is `nan`.
#
# </details>
# <details><summary>Help: my gradient is too large by a constant factor</summary>
#
# The loss is a mean over B images, so each row of the gradient is divided by B.
#
# </details>


# %% smooth_targets role="solution"
def smooth_targets(labels: torch.Tensor, classes: int, eps: float = 0.1) -> torch.Tensor:
    """What the network should say: labels (B,) -> (B, classes), torch's default dtype.

    The right class gets 1 - eps, and then every class, the right one too, gets eps / classes.
    """
    ### BEGIN SOLUTION
    return F.one_hot(labels, classes) * (1 - eps) + eps / classes
    ### END SOLUTION


# %% smooth_targets_check role="check"
check(
    smooth_targets,
    Example(torch.tensor([0, 2]), 3, 0.3, gives=soft, rtol=1e-6, note="the picture above"),
    Example(torch.tensor([1]), 4, eps=0.0, gives=torch.tensor([[0.0, 1.0, 0.0, 0.0]]), note="nothing is taken"),
    Example(torch.tensor([1]), 2, eps=1.0, gives=torch.tensor([[0.5, 0.5]]), note="all is taken, and shared out"),
)


# %% smooth_loss role="solution"
def smooth_loss(logits: torch.Tensor, labels: torch.Tensor, eps: float = 0.1) -> torch.Tensor:
    """Mean over the images of -sum(q ln p), q the smooth targets: logits (B, C), labels (B,) -> a tensor ().

    Safe for logits like 1000. Gradients flow back to the logits, in whose dtype the loss is.
    """
    ### BEGIN SOLUTION
    targets = F.one_hot(labels, logits.shape[1]).to(logits.dtype) * (1 - eps) + eps / logits.shape[1]
    return -(targets * F.log_softmax(logits, dim=1)).sum(dim=1).mean()
    ### END SOLUTION


# %% smooth_loss_check role="check"
two = torch.tensor([[2.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
check(
    smooth_loss,
    Example(two[:1], torch.tensor([0]), 0.0, gives=torch.tensor(0.2395), rtol=1e-3, note="the hard label of the text"),
    Example(two[:1], torch.tensor([0]), 0.3, gives=torch.tensor(0.6395), rtol=1e-3, note="the smooth one"),
    Example(two, torch.tensor([0, 2]), 0.3, gives=torch.tensor(0.6395), rtol=1e-3, note="two images: the mean"),
    Example(500 * two, torch.tensor([0, 2]), 0.3, gives=torch.tensor(200.0), rtol=1e-3, note="logits of 1000"),
)


# %% smooth_slope role="solution"
def smooth_slope(logits: torch.Tensor, labels: torch.Tensor, eps: float = 0.1) -> torch.Tensor:
    """The gradient of smooth_loss with respect to the logits (B, C), by its formula: (B, C), the dtype of logits.

    No autograd: it works inside torch.inference_mode(), where nothing is recorded.
    """
    ### BEGIN SOLUTION
    targets = F.one_hot(labels, logits.shape[1]).to(logits.dtype) * (1 - eps) + eps / logits.shape[1]
    return (logits.softmax(dim=1) - targets) / len(logits)
    ### END SOLUTION


# %% smooth_slope_check role="check"
check(
    smooth_slope,
    Example(
        two[:1],
        torch.tensor([0]),
        0.3,
        gives=torch.tensor([[-0.0130, 0.0065, 0.0065]]),
        rtol=1e-2,
        note="the numbers of the text",
    ),
    Example(
        two,
        torch.tensor([0, 0]),
        0.0,
        gives=torch.tensor([[-0.1065, 0.0533, 0.0533], [-0.4467, 0.0533, 0.3935]]),
        rtol=1e-2,
        note="hard, two images: half of each",
    ),
)


# %% best_gap role="solution"
def best_gap(classes: int, eps: float) -> float:
    """How far the right logit is above all others where the loss is smallest: a float, math.inf for eps = 0."""
    ### BEGIN SOLUTION
    return math.log(1 + (1 - eps) * classes / eps) if eps else math.inf
    ### END SOLUTION


# %% smoothing_check role="check" stretch=6 title="A label that is not quite sure"
check(
    best_gap,
    Example(3, 0.3, gives=math.log(8), note="ln 8, the text"),
    Example(10, 0.1, gives=math.log(91)),
    Example(10, 0.0, gives=math.inf, note="never content"),
)

# %%
with after_writing("smooth_loss and best_gap"):
    gaps = torch.linspace(0, 10, 41)
    rows = torch.stack([gaps, *[torch.zeros(41)] * 9], dim=1)
    for eps in (0.0, 0.1, 0.3):
        losses = [smooth_loss(row[None], torch.tensor([0]), eps).item() for row in rows]
        plt.plot(gaps, losses, label=f"ε = {eps}: best gap {best_gap(10, eps):.2f}")
    plt.xlabel("gap between the right logit and the nine others")
    plt.ylabel("loss")
    plt.legend()
    plt.show()

# %% [markdown]
# `nn.CrossEntropyLoss(label_smoothing=0.1)` is the same loss, and one of the cheapest things to try when a network is too sure of itself.

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** a trainer whose parts you know one by one, and a habit: base rate first, a look at one batch, then the curves, then the confusion matrix. In **A5** it
# trains on tissue, with borrowed weights.
