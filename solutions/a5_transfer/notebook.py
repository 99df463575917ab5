# %% [markdown]
# # A5 · Augmentation and transfer learning
#
# So far there was enough data. In medicine there never is: somebody who knows has to look at every image. Two ideas help. **Augmentation**: show each image
# in many ways that do not change its answer. **Transfer learning**: borrow a network that has learned to see on other images, and teach it only the last step.
# Together they turn 24 patches of a tissue slide into a model that is right on nearly nine of ten patches of another part of it; from scratch the same network is right on seven of ten, and nothing simpler beats guessing.
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T5.1 | `PatchDataset` and `padded_batch` | 10 | 25 |
# | T5.2 | Flips, turns, crops, and `RandomAugment` | 20 | 40 |
# | T5.3 | `tta_predict`: ask several times | 10 | 15 |
# | T5.4 | `build_transfer_model` | 16 | 30 |
# | T5.5 | `freeze` and `unfreeze` | 14 | 25 |
# | T5.6 | Two stages: `param_groups` and `two_stage` | 16 | 35 |
# | T5.7 | `solve_patches`, and two curves explained | 9 + 5 | 40 |
# | T5.8 | Stretch: how sure may it be? | +6 | 30 |
#
# **How it works.** Each task opens with a **warm-up**: two minutes with a pencil, not graded, the answer folded under it.
# Write your code where it says `# YOUR CODE HERE`, and delete the line that raises. Run the check
# under it: ✓ is right, ✗ says what differs. The checks show a few examples; grading uses others. Every task is graded on its own:
# if one resists, go on.
#
# **House rules**, unless a docstring says otherwise: leave the arguments as they were, take them in any memory layout, keep dtype and device, and remember
# that images need not be square. An image is (C, H, W), a batch (B, C, H, W). All of torch, `torch.nn` and `F` is yours, and so are your own functions.

# %% setup role="given"
import copy
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from cnnkit import Example, after_writing, baselines, check, data, diagrams, networks, plots, stages
from cnnkit.backbone import about, pretrained, small_resnet
from cnnkit.training import Batches, fit, score

torch.set_num_threads(1)  # such small networks are not quicker with more

# %% [markdown]
# ---
# ## First the problem
#
# A pathologist looks at a slide of stained tissue that is far too large for a network, so it is cut into **patches**. Ours is a slide of colon glands: brown
# where an antibody has found its target, blue where there are nuclei. A patch has 96 × 96 pixels, and its label is about the **32 × 32 pixels in the middle**:
# 1 when at least half of them are stained brown. What lies around counts for nothing.

# %%
slide = data.slide()
patches, labels = data.patches(slide, size=96, stride=24)
whole = plots.row(slide, boxes={0: (144, 96, 96, 96)}, titles=[f"the slide, {slide.shape[0]} × {slide.shape[1]}"])
whole.set_size_inches(4.2, 6.4)
whole.show()
chosen = [10, 25, 111, 76, 90, 130]
names = [f"label {labels[i]}" for i in chosen]
frames = {place: (32, 32, 32, 32) for place in range(6)}
plots.row(*[patches[i] for i in chosen], titles=names, boxes=frames).show()
print(f"{len(patches)} patches, {labels.float().mean():.1%} of them with label 1")

# %% [markdown]
# **First without a network.** Before you train one, ask how far almost nothing gets. The first row is the *base rate*: how often you are right if you always give the most frequent label. The others are logistic
# regressions (A3): on six numbers, mean and spread of the three colours in the middle, and on all 3,072 pixels of the middle. They learn from 24 patches of the upper two thirds of the slide, and are asked about the lower third.


# %%
def drawn_from(part, each, seed=0):
    """So many patches of each label, among those where at least 3/4 or at most 1/4 of the middle are stained."""
    found, which = data.patches(part, stride=8, doubt=0.25)
    places = data.as_many_of_each(which, each, seed)
    return found[places], which[places]


learned_from, held_back = slide[:342], slide[342:]
stained, learn_labels = drawn_from(learned_from, 12)
stained_judge, judge_labels = drawn_from(held_back, 60)
learn, judge = data.evened(stained), data.evened(stained_judge)  # see below


def without_a_network(few, others):
    print(f"  base rate              {judge_labels.float().mean():.0%}")
    for what, measured in (("colours of the middle", baselines.colours), ("pixels of the middle ", baselines.pixels)):
        print(f"  {what}  {baselines.linear(measured, few, learn_labels, others, judge_labels):.0%}")


print(f"stained, as they are: {len(judge)} patches to judge by")
without_a_network(stained, stained_judge)

# %% [markdown]
# Six numbers are nearly always right. Of course: this label *is* a colour. Whoever trains a ResNet for it, and looks at its accuracy alone, never finds out.
#
# So we ask for something else. The antibody costs money and a day; a pathologist sees the glands without it, by their *texture*. Can a network tell from a **gray** picture where the antibody would have bound?
# Each pixel is replaced by its rank among those of the middle: all middles are then equally bright, with the same contrast, and only the arrangement is left.

# %%
pairs = learn_labels.argsort(stable=True)[9:15].tolist()
names = [[f"label {learn_labels[i]}" for i in pairs], ["the middle of it"] * 6]
shown = plots.grid([[stained[i] for i in pairs], [learn[i, :, 32:64, 32:64] for i in pairs]], titles=names)
shown.set_size_inches(9, 3.6)
shown.show()
print("gray and evened:")
without_a_network(learn, judge)

# %% [markdown]
# Now six numbers and 3,072 pixels are hardly better than guessing. These two rows are what a network has to beat, and a third one, in T5.6: the same network without borrowed weights.

# %% [markdown]
# ---
# ## T5.1 · `PatchDataset` and `padded_batch`
#
# *Difficulty ●●○○○ · Importance ●●●●○ · about 25 minutes · 10 points*
#
# **Warm-up.** A list holds 10, 20, 30. What is at index −1? And at 3? And: images of 2 × 3, 1 × 2 and 3 × 1 pixels are to lie in one batch. How many rows and columns does each place in it need?
#
# <details><summary>Answer</summary>
#
# **30**. At 3 there is an `IndexError`, and it is what ends a `for` loop over an object that has only `__getitem__`. Rows and columns: **(3, 3)**, though no image has both.
#
# </details>
#
# The rule of the label is that of a well-known set of 220,000 patches of lymph nodes (*tumour in the central 32 × 32 pixels*; 40.5 % have it, so the base rate is 59.5 %). That
# does not fit into memory. So a data set in PyTorch is an object that knows **how many** items there are and can fetch **one** of them: `__len__` and `__getitem__`.
#
# A **transform** is called anew whenever an item is asked for: the patch is to come differently in each epoch (T5.2).
#
# <details><summary>Question: the training images were read with <code>cv2.imread</code>, those in production with <code>Image.open</code>, and the network is bad there. What happened?</summary>
#
# OpenCV gives blue, green, red: brown cells in one order are bluish ones in the other. Borrowed networks want RGB.
#
# </details>
# <details><summary>Help: my <code>for</code> loop over the data set never ends</summary>
#
# It ends with an `IndexError`. A list raises one by itself; if you compute something from the index, look at it first.
#
# </details>
# <details><summary>Help: I get <code>ValueError: At least one stride in the given numpy array is negative</code></summary>
#
# The array was turned round, and torch cannot share such memory: `np.array(image)` copies it.
#
# </details>
# <details><summary>Hint: opening a file</summary>
#
# `Image.open(path).convert("RGB")` gives three channels, whatever the file has. `np.array(...)` makes (H, W, 3) of it.
# (Sketches of QuickDraw come as `.npy` files, which are arrays already: `np.load(path)`, and each row of 784 numbers is `.reshape(28, 28)`.)
#
# </details>


# %% patch_dataset role="solution"
class PatchDataset(Dataset):
    """Patches with labels: dataset[i] is the pair (image, label).

    - images: a list of files (str or Path) or of uint8 arrays (H, W, 3); labels: a list, an array or a
      tensor of as many whole numbers. Otherwise ValueError, already when the data set is made.
    - image: float32 (3, H, W) in [0, 1], red first. Gray files and files with transparency have three
      channels as well. label: a plain int.
    - A file is opened when its item is asked for, not before.
    - transform, if there is one, gets the image (the tensor) each time the item is asked for; what it
      gives is the image. The arrays in `images` never change, whatever the transform does.
    - len(dataset) is the number of patches. dataset[-1] is the last one, as in a list, and an index
      beyond the ends raises IndexError.
    """

    def __init__(self, images, labels, transform=None):
        ### BEGIN SOLUTION
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images and {len(labels)} labels")
        self.images, self.labels, self.transform = images, labels, transform
        ### END SOLUTION

    def __len__(self):
        ### BEGIN SOLUTION
        return len(self.images)
        ### END SOLUTION

    def __getitem__(self, index):
        ### BEGIN SOLUTION
        source = self.images[index]
        if isinstance(source, (str, Path)):
            source = np.array(Image.open(source).convert("RGB"))
        image = torch.tensor(source, dtype=torch.float32).permute(2, 0, 1) / 255
        if self.transform is not None:
            image = self.transform(image)
        return image, int(self.labels[index])
        ### END SOLUTION


# %% patch_dataset_first role="check"
red = np.zeros((2, 3, 3), dtype=np.uint8)
red[:, :, 0] = 255
gray = np.full((4, 2, 3), 51, dtype=np.uint8)
gray_file = Path(tempfile.mkdtemp()) / "gray.png"
Image.fromarray(gray[:, :, 0]).save(gray_file)
check(
    PatchDataset,
    Example([red, gray], [1, 0], look_at=len, gives=2, note="two patches"),
    Example(
        [red, gray],
        [1, 0],
        look_at=lambda d: d[0][0][:, 0, 0],
        gives=torch.tensor([1.0, 0.0, 0.0]),
        note="a red pixel: red is the first channel",
    ),
    Example(
        [red, gray],
        [1, 0],
        look_at=lambda d: (tuple(d[1][0].shape), d[1][1]),
        gives=((3, 4, 2), 0),
        note="a patch of 4 × 2 pixels, and its label",
    ),
    Example(
        [red, gray],
        torch.tensor([1, 0]),
        lambda x: x * 0 + 0.5,
        look_at=lambda d: (float(d[1][0].max()), d[0][1]),
        gives=(0.5, 1),
        note="a transform changes the image, not the label",
    ),
    Example(
        [red, gray],
        [1, 0],
        look_at=lambda d: (d[-1][1], [label for _, label in d]),
        gives=(0, [1, 0]),
        note="the last one is at −1, and a for loop ends",
    ),
    Example([gray_file], [1], look_at=lambda d: tuple(d[0][0].shape), gives=(3, 4, 2), note="a file of a gray image: three channels"),
    Example([red, gray], [1, 0, 1], raises=ValueError, note="two images, three labels: ValueError"),
)

# %% [markdown]
# **From items to a batch.** A `DataLoader` fetches items and stacks them. At the edge of a slide patches are cut off, and there it stops: *stack expects each tensor to be equal size*.
# How items become a batch is up to a **collate function**, a list of items in, one batch out: `DataLoader(dataset, batch_size=3, collate_fn=padded_batch)`. The three images of the warm-up, and the batch that they become:

# %%
cut_off = [torch.tensor([[1.0, 2, 3], [4, 5, 6]]), torch.tensor([[7.0, 8]]), torch.tensor([[9.0], [9], [9]])]
stacked = [F.pad(image, (0, 3 - image.shape[1], 0, 3 - image.shape[0])) for image in cut_off]
names = ["image 0", "image 1", "image 2", "batch[0]", "batch[1]", "batch[2]"]
plots.row(*cut_off, *stacked, titles=names, signs=["", "", "→", "", ""])

# %% [markdown]
# <details><summary>Hint: room for all of them</summary>
#
# `x.new_zeros(3, 1, 4, 5)` are zeros of that shape with the dtype of x. `room[0, :, :2, :3] = x` writes x (1, 2, 3) into the top left corner of the first place.
#
# </details>


# %% padded_batch role="solution"
def padded_batch(items: list) -> tuple[torch.Tensor, torch.Tensor]:
    """A collate function for images of different sizes: a list of items (image, label) -> (images, labels).

    - images: (B, C, H, W), as tall as the tallest image and as wide as the widest. Each image lies at the
      top left, below it and to its right there are zeros. The dtype is that of the images.
    - labels: int64 (B,). Items keep their order, and no image is changed.
    """
    ### BEGIN SOLUTION
    height, width = max(x.shape[1] for x, _ in items), max(x.shape[2] for x, _ in items)
    images = items[0][0].new_zeros(len(items), items[0][0].shape[0], height, width)
    for place, (x, _) in zip(images, items):
        place[:, : x.shape[1], : x.shape[2]] = x
    return images, torch.tensor([label for _, label in items])
    ### END SOLUTION


# %% patch_dataset_check role="check" points=10 title="PatchDataset"
odd_sizes = [(image[None], label) for image, label in zip(cut_off, (1, 0, 1))]
check(
    padded_batch,
    Example(
        odd_sizes,
        gives=(torch.stack(stacked)[:, None], torch.tensor([1, 0, 1])),
        note="the picture above",
    ),
    Example(
        [(image.long(), label) for image, label in odd_sizes[1:2]],
        gives=(torch.tensor([[[[7, 8]]]]), torch.tensor([0])),
        note="a single item, int64: there is nothing to add",
    ),
)

# %%
with after_writing("PatchDataset and padded_batch"):
    at_the_edge = [np.asarray(slide)[top : top + 96, 140:236] for top in (100, 350, 450)]
    edge = DataLoader(PatchDataset(at_the_edge, [0, 1, 0]), batch_size=3, collate_fn=padded_batch)
    images, numbers = next(iter(edge))
    print("sizes:", [image.shape[:2] for image in at_the_edge], "· in one batch:", tuple(images.shape))

# %% [markdown]
# ---
# ## T5.2 · Flips, turns, crops, and `RandomAugment`
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 40 minutes · 20 points*
#
# **Warm-up.** What is [[1, 2], [3, 4]] mirrored left and right? And turned by a quarter, against the clock?
#
# <details><summary>Answer</summary>
#
# **[[2, 1], [4, 3]]**, and **[[2, 4], [1, 3]]**: the right column is on top now.
#
# </details>
#
# Tissue has no up and no down. A patch that is mirrored or turned is another image with the same label, and a network that has seen it all eight ways
# cannot learn "nuclei point to the left". Here are the eight:

# %%
patch = patches[77]
ways = [torch.rot90(one, k, (1, 2)) for one in (patch, patch.flip(2)) for k in range(4)]
names = [f"{first}{90 * k}°" for first in ("", "mirrored, ") for k in range(4)]
plots.grid([ways[:4], ways[4:]], titles=[names[:4], names[4:]])

# %% [markdown]
# First the four parts, without chance. The last two axes of a tensor are always rows and columns, with and without a batch in front: −2 and −1.
#
# **The middle.** To cut 49 × 49 pixels out of 96 × 96, 47 rows have to go: 23.5 above and 23.5 below. We decide as torchvision does: `round((96 - 49) / 2)`.
# Python rounds halves to the **even** neighbour, so that is 24; 7 → 4 begins at 2 (1.5, up), and 9 → 4 at 2 as well (2.5, down).
#
# <details><summary>Help: I get <code>ValueError: step must be greater than zero</code></summary>
#
# `x[..., ::-1]` works in NumPy, not in torch. `torch.flip` turns axes round.
#
# </details>
# <details><summary>Help: a batch comes back in the wrong order</summary>
#
# Axis 0 is the batch there. Count from the end: −1 are the columns, whatever comes in front.
#
# </details>


# %% flips role="solution"
def hflip(x: torch.Tensor) -> torch.Tensor:
    """Mirror left and right: (..., H, W), with or without a batch."""
    ### BEGIN SOLUTION
    return x.flip(-1)
    ### END SOLUTION


def vflip(x: torch.Tensor) -> torch.Tensor:
    """Turn upside down, like a reflection in water: (..., H, W), with or without a batch."""
    ### BEGIN SOLUTION
    return x.flip(-2)
    ### END SOLUTION


def rot90(x: torch.Tensor, k: int) -> torch.Tensor:
    """Turn by k quarters against the clock: (..., H, W), or (..., W, H) if k is odd.

    k is any whole number: 5 is the same as 1, and -1 turns with the clock.
    """
    ### BEGIN SOLUTION
    return torch.rot90(x, k, (-2, -1))
    ### END SOLUTION


def center_crop(x: torch.Tensor, size: int) -> torch.Tensor:
    """The middle of an image: (..., H, W) becomes (..., size, size).

    - The first row is round((H - size) / 2), Python's round; the same for the columns.
    - ValueError when height or width is smaller than size.
    """
    ### BEGIN SOLUTION
    height, width = x.shape[-2:]
    if height < size or width < size:
        raise ValueError(f"{height} × {width} pixels hold no {size} × {size}")
    top, left = round((height - size) / 2), round((width - size) / 2)
    return x[..., top : top + size, left : left + size]
    ### END SOLUTION


# %% flips_first role="check"
tiny = torch.tensor([[[1.0, 2, 3], [4, 5, 6]]])
check(
    hflip,
    Example(tiny, gives=[[[3, 2, 1], [6, 5, 4]]], note="2 × 3 pixels, left and right exchanged"),
    Example(torch.stack([tiny, -tiny]), look_at=lambda y: y[0], gives=tiny.flip(2), note="a batch keeps its order"),
)
check(vflip, Example(tiny, gives=[[[4, 5, 6], [1, 2, 3]]], note="top and bottom exchanged"))
check(
    rot90,
    Example(tiny, 1, gives=[[[3, 6], [2, 5], [1, 4]]], note="a quarter against the clock: 3 × 2"),
    Example(tiny, -1, gives=[[[4, 1], [5, 2], [6, 3]]], note="a quarter with the clock"),
)
ramp = torch.arange(96.0).expand(1, 96, 96)
check(
    center_crop,
    Example(
        ramp,
        49,
        look_at=lambda y: (float(y[0, 0, 0]), float(y[0, 0, -1])),
        gives=(24.0, 72.0),
        note="96 → 49: 24 to 72",
    ),
    Example(ramp[:, :7, :7], 4, look_at=lambda y: float(y[0, 0, 0]), gives=2.0, note="7 → 4 starts at 2"),
    Example(tiny, 3, raises=ValueError, note="3 of 2 rows: ValueError"),
)

# %% [markdown]
# **Chance.** `RandomAugment` draws: mirror or not, upside down or not, how many quarters. Then it cuts. With a `generator` a run can be repeated, whatever else in the program draws random numbers.
#
# <details><summary>Hint: one number between 0 and 1</summary>
#
# `torch.rand(1, generator=generator).item() < 0.3` is true in 30 of 100 cases. `torch.randint(4, (1,), generator=generator)` draws 0, 1, 2 or 3.
# `random.random()` and `np.random` know nothing of torch's seeds.
#
# </details>
# <details><summary>Question: may one shift the patches as well, by up to 20 pixels?</summary>
#
# Not these: in the middle, which the label is about, there is then mostly something else. Augmentation must not change the *answer*. Nor does one mirror digits (2, 5) or letters (b, d).
#
# </details>


# %% random_augment role="solution"
class RandomAugment:
    """A patch, mirrored and turned at random: (C, H, W) -> (C, H', W').

    - hflip with probability p_h; then vflip with probability p_v; then, if rot, rot90 by 0, 1, 2 or 3
      quarters, all four equally likely; at last, unless crop is None, center_crop to crop × crop.
    - The draws are independent of each other, and new ones are made in each call.
    - They come from `generator`, or from torch's own random numbers when it is None. With a generator
      nothing else random is used, so the same seed gives the same patches.
    """

    def __init__(self, p_h=0.5, p_v=0.5, rot=True, crop=None):
        ### BEGIN SOLUTION
        self.p_h, self.p_v, self.rot, self.crop = p_h, p_v, rot, crop
        ### END SOLUTION

    def __call__(self, x: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        ### BEGIN SOLUTION
        across, down = torch.rand(2, generator=generator).tolist()
        if across < self.p_h:
            x = hflip(x)
        if down < self.p_v:
            x = vflip(x)
        if self.rot:
            x = rot90(x, int(torch.randint(4, (1,), generator=generator)))
        return x if self.crop is None else center_crop(x, self.crop)
        ### END SOLUTION


# %% transforms_check role="check" points=20 title="Flips, turns, crops, RandomAugment"
def three_alike():
    """Three generators with the same seed."""
    return [torch.Generator().manual_seed(5) for _ in range(3)]


check(
    RandomAugment,
    Example(
        1.0,
        0.0,
        False,
        look_at=lambda f: f(tiny),
        gives=tiny.flip(2),
        note="p_h = 1, p_v = 0, no rotation: mirrored for sure",
    ),
    Example(
        0.5,
        0.5,
        False,
        look_at=lambda f: len({str(f(tiny, torch.Generator().manual_seed(seed)).tolist()) for seed in range(60)}),
        gives=4,
        note="without rotation there are four ways",
    ),
    Example(
        0.0,
        0.0,
        look_at=lambda f: len({str(f(tiny, torch.Generator().manual_seed(seed)).tolist()) for seed in range(60)}),
        gives=4,
        note="turned, but not mirrored: four quarters",
    ),
    Example(
        look_at=lambda f: len({str([f(tiny, g).tolist() for _ in range(20)]) for g in three_alike()}),
        gives=1,
        note="the same seed, the same twenty patches",
    ),
    Example(crop=49, look_at=lambda f: tuple(f(ramp).shape), gives=(1, 49, 49), note="and a crop of 49"),
)

# %% [markdown]
# Three patches in three epochs, one row each, as the network sees them, and one that is used for validation. Their labels never change.

# %%
with after_writing("PatchDataset, RandomAugment and center_crop"):
    arrays = [patches[i].permute(1, 2, 0).numpy() for i in (25, 76, 111)]
    moving = PatchDataset(arrays, labels[[25, 76, 111]], RandomAugment(crop=49))
    still = PatchDataset([patches[60].permute(1, 2, 0).numpy()], labels[[60]], lambda x: center_crop(x, 49))
    epochs = [[*[moving[i][0] for i in range(3)], still[0][0]] for _ in range(3)]
    titles = [[f"epoch 1: label {moving[i][1]}" for i in range(3)] + ["validation"]]
    plots.grid(epochs, titles=titles + [[f"epoch {e}"] * 3 + ["the same"] for e in (2, 3)]).show()

# %% [markdown]
# ---
# ## T5.3 · `tta_predict`: ask several times
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 15 minutes · 10 points*
#
# **Warm-up.** A network gives the logits (0, 0) for a patch, and (0, ln 3) for its mirror image. What are the two probabilities of label 1, and what is
# their mean?
#
# <details><summary>Answer</summary>
#
# 0.5 and 3 / (1 + 3) = 0.75; the mean is **0.625**.
#
# </details>
#
# A network trained on all eight ways answers each of them a little differently. **Test-time augmentation** asks for all of them and takes the mean:
#
# $$\hat p(x) = \frac{1}{|T|}\sum_{t\in T}\operatorname{softmax}\bigl(f(t(x))\bigr)$$
#
# The mean is over the **answers**: the mean of the *images* is a blur that no network was trained on, and a crop is just one of the transforms.

# %%
with after_writing("hflip and vflip"):
    four = [change(patches[77] / 255) for change in (lambda x: x, hflip, vflip, lambda x: hflip(vflip(x)))]
    plots.row(
        *four, sum(four) / 4, titles=["x", "hflip", "vflip", "both", "their mean: no tissue"], signs=["", "", "", "→"]
    ).show()

# %% [markdown]
# <details><summary>Question: mean of the logits or mean of the probabilities?</summary>
#
# Both are in use; here it is the probabilities. Logits (0, 8) and (0, −4) have the mean (0, 2), that is 88 % for the second class; their probabilities are 99.97 % and 1.8 %, in the mean 51 %: one very sure answer cannot dominate them.
#
# </details>
# <details><summary>Hint: modes</summary>
#
# As in A4: note the flag `training` of each module first and put each back, in `try … finally`.
#
# </details>


# %% tta_predict role="solution"
def tta_predict(model: nn.Module, x: torch.Tensor, transforms: list) -> torch.Tensor:
    """Class probabilities of a batch x (B, C, H, W), averaged over several transforms: (B, classes).

    - transforms: a list of functions on a batch. ValueError when it is empty.
    - The mean of softmax(model(t(x))) over all t in transforms; the model gives logits (B, classes).
    - In eval mode and without gradients (torch.no_grad). Afterwards each module is in the mode in which
      it was before, train or eval, also when a transform or the model stops with an error.
    """
    ### BEGIN SOLUTION
    if not transforms:
        raise ValueError("tta_predict needs at least one transform")
    flags = [(part, part.training) for part in model.modules()]
    try:
        model.eval()
        with torch.no_grad():
            answers = [model(change(x)).softmax(dim=1) for change in transforms]
    finally:
        for part, flag in flags:
            part.training = flag
    return torch.stack(answers).mean(dim=0)
    ### END SOLUTION


# %% tta_check role="check" points=10 title="tta_predict"
lopsided = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False), nn.Dropout(0.5))
with torch.no_grad():
    lopsided[1].weight.copy_(torch.tensor([[0.0, 0.0], [8.0, -4.0]]))
left = torch.tensor([[[[1.0, 0.0]]]])
check(
    tta_predict,
    Example(
        lopsided,
        left,
        [lambda x: x, lambda x: x.flip(-1)],
        gives=torch.tensor([[0.4911607, 0.5088393]]),
        note="logits (0, 8) and, mirrored, (0, −4): 51 % for the second class",
    ),
    Example(lopsided, left, [lambda x: x], gives=torch.softmax(torch.tensor([[0.0, 8.0]]), 1), note="one transform"),
    Example(
        lopsided,
        left,
        [lambda x: x],
        look_at=lambda p: (lopsided[2].training, p.requires_grad),
        gives=(True, False),
        note="the model is in train mode afterwards, no gradient hangs on the result",
    ),
    Example(lopsided, left, [], raises=ValueError, note="no transform: ValueError"),
)

# %% [markdown]
# ---
# ## T5.4 · `build_transfer_model`
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 30 minutes · 16 points*
#
# **Warm-up.** A batch of 8 comes out of the borrowed layers as (8, 512, 2, 2). What is its shape after the mean over each map? And if the images had
# been larger, (8, 512, 3, 5)?
#
# <details><summary>Answer</summary>
#
# **(8, 512)** both times.
#
# </details>
#
# The first layers of a trained network answer to edges, colours and textures, and those are useful for nearly every image. Only its last layer is about *its* classes. So we cut that off and
# put a new **head** on. Our **backbone** is a small residual network, trained to tell from which of twelve photographs a crop is:

# %%
for key, value in sorted(about().items()):
    print(f"{key:>9}: {value}")
print()
for name, child in pretrained().named_children():
    print(f"{name:>9}: {type(child).__name__}, {networks.size(child):,} parameters")

# %% [markdown]
# Its larger relative **ResNet-18** has the same ten children. Eight of them make features; the last two, `avgpool` and `fc`, make the old answer. On 49 × 49 pixels:

# %%
steps = [
    ("conv1, bn1, relu", (64, 25, 25), 9536),
    ("maxpool", (64, 13, 13), 0),
    ("layer1", (64, 13, 13), 147968),
    ("layer2", (128, 7, 7), 525568),
    ("layer3", (256, 4, 4), 2099712),
    ("layer4", (512, 2, 2), 8393728),
    ("avgpool", (512, 1, 1), 0),
    ("fc", (1000,), 513000),
]
diagrams.flow(steps, start=(3, 49, 49))

# %% [markdown]
# 11,689,512 parameters in all, 513,000 of them in `fc`. The new head, for 512 maps and 2 classes:
#
# | | layer | | parameters |
# |---:|---|---|---:|
# | 0 | `AdaptiveAvgPool2d(1)` | one number per map, whatever the size of the image | |
# | 1 | `Flatten()` | | |
# | 2 | `BatchNorm1d(512)` | features of about the same size | 1,024 |
# | 3 | `Dropout(0.5)` | | |
# | 4 | `Linear(512, 256)` | | 131,328 |
# | 5 | `ReLU()` | | |
# | 6 | `BatchNorm1d(256)` | | 512 |
# | 7 | `Dropout(0.5)` | | |
# | 8 | `Linear(256, 2)` | logits | 514 |
# | | | | **133,378** |
#
# <details><summary>Hint</summary>
#
# `backbone.children()` gives them in order, and a list can be cut: `[:-2]` leaves out the last two.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: mat1 and mat2 shapes cannot be multiplied (1024x2 and 512x256)</code></summary>
#
# Nothing was pooled or flattened before the first dense layer: it got maps of 2 × 2.
#
# </details>
# <details><summary>Help: I get <code>ValueError: expected 4D input (got 2D input)</code></summary>
#
# That is `BatchNorm2d` on rows. Behind `Flatten` there are rows (B, 512): `BatchNorm1d`.
#
# </details>


# %% build_transfer_model role="solution"
def build_transfer_model(
    backbone: nn.Module, in_features: int, num_classes: int, hidden: int = 256, p: float = 0.5
) -> nn.Sequential:
    """A borrowed network with a new head: nn.Sequential(features, head), from images (B, 3, H, W) to logits (B, num_classes).

    - model[0]: the children of the backbone in their order, without the last two, in an nn.Sequential.
      They are not copied: their parameters are the same objects as in the backbone.
    - model[1]: the nine layers of the table, in an nn.Sequential, with in_features for 512, hidden for
      256, num_classes for 2 and p for both 0.5. Each call makes a new head.
    - The backbone itself is left whole: it still has all its children, and what was frozen stays frozen.
    - Gradients reach every parameter, old and new, that is not frozen.
    """
    ### BEGIN SOLUTION
    features = nn.Sequential(*list(backbone.children())[:-2])
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.BatchNorm1d(in_features),
        nn.Dropout(p),
        nn.Linear(in_features, hidden),
        nn.ReLU(),
        nn.BatchNorm1d(hidden),
        nn.Dropout(p),
        nn.Linear(hidden, num_classes),
    )
    return nn.Sequential(features, head)
    ### END SOLUTION


# %% transfer_model_first role="check"
photo = torch.linspace(0, 1, 3 * 49 * 64).reshape(1, 3, 49, 64)
check(
    build_transfer_model,
    Example(
        pretrained(),
        128,
        2,
        look_at=lambda m: networks.size(m[0]),
        gives=307536,
        note="borrowed: 309,084 less the 1,548 of fc",
    ),
    Example(pretrained(), 512, 2, look_at=lambda m: networks.size(m[1]), gives=133378, note="the head of the table"),
    Example(pretrained(), 128, 2, 64, look_at=lambda m: networks.size(m[1]), gives=8770, note="128 → 64 → 2"),
    Example(
        pretrained(),
        128,
        5,
        look_at=lambda m: (tuple(m.eval()(photo).shape), tuple(m[0](photo).shape)),
        gives=((1, 5), (1, 128, 4, 4)),
        note="an image of 49 × 64: the logits, and the maps before the head",
    ),
    Example(
        pretrained(),
        128,
        2,
        p=0.25,
        look_at=lambda m: [layer.p for layer in m[1] if isinstance(layer, nn.Dropout)],
        gives=[0.25, 0.25],
        note="p for both dropouts",
    ),
)

# %% [markdown]
# **An experiment: the head without batch norm.** Heads are trained with plain SGD on the features of all patches, 10 epochs, the mean of three runs.

# %%
old = pretrained()
middle = (patches[..., 32:64, 32:64].float() / 255 - old.mean) / old.std
with torch.no_grad():
    maps = old.layer4(old.layer3(old.layer2(old.layer1(torch.relu(old.bn1(old.conv1(middle)))))))


def losses_of(normalised, lr):
    runs = []
    for seed in range(3):
        torch.manual_seed(seed)
        norms = [nn.BatchNorm1d(128), nn.BatchNorm1d(64)] if normalised else [nn.Identity(), nn.Identity()]
        first, second = nn.Linear(128, 64), nn.Linear(64, 2)
        chain = nn.Sequential(
            nn.Flatten(), norms[0], nn.Dropout(0.5), first, nn.ReLU(), norms[1], nn.Dropout(0.5), second
        )
        sgd = torch.optim.SGD(chain.parameters(), lr=lr)
        runs.append(fit(chain, Batches(maps.mean((2, 3)), labels, seed=seed), sgd, epochs=10))
    return stages.running_mean(torch.tensor(runs).mean(0).tolist(), keep=0.8)


curves = {
    "with batch norm, lr 0.01": losses_of(True, 0.01),
    "without, lr 0.01": losses_of(False, 0.01),
    "with batch norm, lr 0.05": losses_of(True, 0.05),
    "without, lr 0.05": losses_of(False, 0.05),
}
figure = diagrams.lines(curves, title="training loss of the head", levels={"guessing: ln 2": 0.693})
figure.axes[0].legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))  # hides no curve
figure.show()

# %% [markdown]
# Do the dense layers of the head train well without batch norm? Which of these does the figure support?
#
# - **a** At either learning rate, the head with batch norm has the smaller loss at step 40.
# - **b** Without batch norm the head learns nothing: its loss stays at that of guessing.
# - **c** Batch norm is ahead because it makes the head much larger: most of its parameters are in the two norms.
# - **d** Without batch norm, a larger learning rate makes good for much of the difference.


# %% no_batch_norm role="solution"
def no_batch_norm() -> str:
    """The letters of all statements that are right, in any order, e.g. "abc"."""
    ### BEGIN SOLUTION
    return "ad"
    ### END SOLUTION


# %% transfer_model_check role="check" points=16 title="build_transfer_model"
check(no_batch_norm, Example(accepts=lambda said: set(said) <= set("abcd"), note="letters from a to d"))

# %% [markdown]
# ---
# ## T5.5 · `freeze` and `unfreeze`
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 25 minutes · 14 points*
#
# **Warm-up.** In eval mode a batch norm gives (x − running mean) / √(running variance). What does it make of x = 6, if these two are 2 and 4? And if
# the mean is 4?
#
# <details><summary>Answer</summary>
#
# (6 − 2) / 2 = **2**, and (6 − 4) / 2 = **1**.
#
# </details>
#
# A new head starts at random, and its first gradients are large and stupid. Sent through the borrowed layers they would destroy what these know. So these are **frozen** until the head has learned something.
# `requires_grad = False` for each parameter, and that is it? Look:

# %%
half_frozen = pretrained().requires_grad_(False)  # every parameter
chain = list(half_frozen.children())
same_four = middle[:4]
with torch.no_grad():
    before = nn.Sequential(*chain[:-2])(same_four)
    start = half_frozen.layer1.bn1.running_mean.clone()
    changes, drift = [0.0], [0.0]
    for step in range(12):
        half_frozen.train()
        half_frozen(middle[torch.randperm(len(middle), generator=torch.Generator().manual_seed(step))[:32]])
        half_frozen.eval()
        after = nn.Sequential(*chain[:-2])(same_four)
        changes.append(float((after - before).norm() / before.norm()))
        drift.append(float((half_frozen.layer1.bn1.running_mean - start).abs().max()))
curves = {"features of the same four patches": changes, "largest change of a running mean in layer1": drift}
title = "every parameter is frozen, and yet"
diagrams.lines(curves, title=title, labels=("batches in train mode", "change"))

# %% [markdown]
# The curve *features of the same four patches* says how far they have moved, as a share of their size. Which statements are right?
#
# - **a** Some weights have moved, although they do not require gradients.
# - **b** The same patch gets other features than before, although no weight has moved.
# - **c** A single batch in train mode is enough to move a running mean.
# - **d** With the statistics of its own data the backbone gives better features for the patches; so it does no harm that they move while the head learns.


# %% frozen_statistics role="solution"
def frozen_statistics() -> str:
    """The letters of all statements that are right, in any order, e.g. "abc"."""
    ### BEGIN SOLUTION
    return "bc"
    ### END SOLUTION


# %% frozen_statistics_first role="check"
check(frozen_statistics, Example(accepts=lambda said: set(said) <= set("abcd"), note="letters from a to d"))

# %% [markdown]
# <details><summary>About d, after you have decided</summary>
#
# Other statistics may even suit the patches better. But while they move, the head learns on features that are not there any more a few steps later.
# Frozen means: the same image, the same features. If you want new statistics, unfreeze.
#
# </details>
#
# Batch norm in **eval mode** uses its running statistics and leaves them alone, and dropout in eval mode does nothing. So the frozen part has to be in eval mode, and to *stay* there: each training loop
# calls `model.train()` at the beginning of an epoch, and that goes down to every module.
#
# <details><summary>Hint: how to be deaf to <code>train()</code></summary>
#
# `model.train()` calls `child.train(mode)` for each child, and each child does the same. A method can be replaced for one object: after
# `part.train = lambda mode=True: part` the object has an attribute of that name which is found before the method of its class. `del part.train` takes it away again.
#
# </details>
# <details><summary>Why drop gradients that are already there, and why not use <code>torch.no_grad()</code>?</summary>
#
# An optimizer that still holds a parameter moves it if it has a `.grad`, be it all zeros: momentum and weight decay push anyway. And with `no_grad` around the frozen part no gradient would reach its *input*; A6 needs it.
#
# </details>


# %% freeze role="solution"
def freeze(module: nn.Module, bn_eval: bool = True) -> None:
    """Hold a part of a model as it is: its parameters, and with bn_eval all that a forward pass could change.

    - No parameter requires a gradient any more, and gradients that are there are dropped (None). The
      parameters stay the same objects.
    - With bn_eval the part and everything in it is in eval mode and stays there, whatever train() or
      eval() is called on the model around it. The rest of the model still follows, and train() and
      eval() still give the model back.
    - With bn_eval=False modes are left alone.
    - Gradients still pass through the part to its input. Freezing twice is the same as once.
    """
    ### BEGIN SOLUTION
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    if bn_eval:
        module.eval()
        module.train = lambda mode=True: module
    ### END SOLUTION


def unfreeze(module: nn.Module) -> None:
    """Undo freeze, however often it was called, also never: the part learns again.

    All its parameters require gradients, it is in train mode, and it follows train() and eval() again.
    """
    ### BEGIN SOLUTION
    vars(module).pop("train", None)
    module.requires_grad_(True)
    module.train()
    ### END SOLUTION


def trainable(model: nn.Module) -> list[str]:
    """Names of the parameters that require gradients, in the order of model.named_parameters()."""
    ### BEGIN SOLUTION
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    ### END SOLUTION


# %% freeze_check role="check" points=14 title="freeze and unfreeze"
def two_parts():
    body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    return nn.Sequential(body, nn.Sequential(nn.Linear(4, 2)))


check(trainable, Example(two_parts()[1], gives=["0.weight", "0.bias"], note="a head: two parameters"))

head_only = ["1.0.weight", "1.0.bias"]


def frozen_then(action):
    """Freezes model[0], does something, and tells what is trainable and which parts are in train mode."""
    model = two_parts()
    freeze(model[0])
    action(model)
    return trainable(model), [part.training for part in model]


def drift_of(model, x):
    model.train()(x)
    return float(model[0][1].running_mean.abs().max())


def drift_when_frozen(x):
    model = two_parts()
    freeze(model[0])
    return drift_of(model, x)


check(
    freeze,
    Example(lambda model: None, gives=(head_only, [False, True]), note="freeze(model[0])"),
    Example(
        lambda model: model.train(), gives=(head_only, [False, True]), note="then model.train(): still in eval mode"
    ),
    Example(lambda model: model.eval(), gives=(head_only, [False, False]), note="then model.eval()"),
    through=frozen_then,
)


def left_in(bn_eval):
    """Freezes model[0] after a backward pass: which gradients are left, and which parts are in train mode."""
    model = two_parts()
    model(torch.ones(5, 3)).sum().backward()
    freeze(model[0], bn_eval=bn_eval)
    model.train()
    return [name for name, weight in model.named_parameters() if weight.grad is not None], [part.training for part in model]


check(
    freeze,
    Example(True, gives=(head_only, [False, True]), note="its gradients are dropped, those of the head stay"),
    Example(False, gives=(head_only, [True, True]), note="with bn_eval=False the modes are left alone"),
    through=left_in,
)
check(
    freeze,
    Example(torch.ones(5, 3), gives=0.0, note="a batch in train mode moves no running mean"),
    through=drift_when_frozen,
)

def drift_when_unfrozen(x):
    model = two_parts()
    freeze(model[0])
    unfreeze(model[0])
    return drift_of(model, x) > 0


check(unfreeze, Example(torch.ones(5, 3), gives=True, note="after unfreeze it does"), through=drift_when_unfrozen)

# %% [markdown]
# ---
# ## T5.6 · Two stages
#
# *Difficulty ●●●●○ · Importance ●●●●● · about 35 minutes · 16 points*
#
# **Warm-up.** Two weights are 1, and both have the gradient 2. One is in a group with lr 0.1, the other in one with lr 0.01. What are they after a step
# of plain gradient descent?
#
# <details><summary>Answer</summary>
#
# 1 − 0.1 · 2 = **0.8**, and **0.98**.
#
# </details>
#
# **Stage 1**: the backbone is frozen, the head learns quickly. **Stage 2**: everything learns, slowly, and the backbone slowest of all.
#
# - Different learning rates are **parameter groups**: an optimizer takes a list of dicts, each with `params` and its own `lr`.
# - The learning rate goes through **one cycle** (A4), from max/25 up to max, and down to nearly nothing. `OneCycleLR` *sets* the learning rates of the optimizer, each group by the entry of the list `max_lr`.

# %%
probe = torch.optim.AdamW([{"params": [torch.zeros(1)]}, {"params": [torch.zeros(1)]}], lr=123.0)
cycle = torch.optim.lr_scheduler.OneCycleLR(probe, max_lr=[1e-4, 1e-3], total_steps=60)
rates = []
for step in range(60):
    rates.append([group["lr"] for group in probe.param_groups])
    probe.step()
    if step < 59:
        cycle.step()
curves = {"head: max_lr 1e-3": [head for _, head in rates], "backbone: max_lr 1e-4": [body for body, _ in rates]}
diagrams.lines(curves, title="one cycle; the lr of 123 was never used", labels=("step", "lr"))

# %% [markdown]
# <details><summary>Question: somebody lowers <code>lr</code> in AdamW for stage 2 and leaves <code>max_lr</code> as it was. What happens?</summary>
#
# Nothing: the scheduler overwrites it in the first step.
#
# </details>
# <details><summary>Why a new optimizer for stage 2?</summary>
#
# AdamW remembers gradients of each parameter: those of the head are from a time when the features stood still. And a scheduler that has come to its end cannot begin
# again: <code>ValueError: Tried to step 31 times. The specified number of total steps is 30</code>.
#
# </details>
# <details><summary>Help: I get <code>ValueError: optimizer got an empty parameter list</code></summary>
#
# Everything is frozen, or a generator was used up: `model[1].parameters()` can be gone through once. `list(...)` keeps it.
#
# </details>


# %% two_stage role="solution"
def param_groups(model: nn.Module, head_lr: float, backbone_lr: float) -> list[dict]:
    """Groups for an optimizer: [{"params": [...], "lr": backbone_lr}, {"params": [...], "lr": head_lr}].

    - model[0] is the backbone, model[1] the head. Each parameter is in one group, "params" is a list.
    - Frozen parameters are left out, and so is a group in which nothing remains.
    """
    ### BEGIN SOLUTION
    groups = []
    for part, lr in ((model[0], backbone_lr), (model[1], head_lr)):
        params = [parameter for parameter in part.parameters() if parameter.requires_grad]
        if params:
            groups.append({"params": params, "lr": lr})
    return groups
    ### END SOLUTION


def two_stage(model: nn.Module, loaders: tuple, epochs: tuple[int, int] = (3, 3), lr: float = 1e-2) -> dict:
    """Train the head, then everything; returns the history of both stages.

    - model[0] is the backbone, model[1] the head. loaders = (train, valid): each has a length and can be
      gone through again and again, and gives batches (x, y).
    - Stage 1, epochs[0] times through train: model[0] is frozen, its parameters and its statistics, and
      in eval mode. Optimizer: AdamW over the head alone. Scheduler: OneCycleLR with max_lr = lr.
    - Stage 2, epochs[1] times: nothing is frozen. A new AdamW with a group for the backbone and one for
      the head, a new OneCycleLR with max_lr = lr / 100 for the backbone and lr / 10 for the head.
    - Both: all else as torch has it by default; the scheduler is made for len(train) steps per epoch
      and takes a step after each batch. Loss: cross-entropy. A stage of 0 epochs is left out.
    - After each epoch: the share of right answers on all images of valid, in eval mode, without gradients.
    - The history is a dict: "loss" and "lr" (that of the head) of each training step, as it was used in
      that step; "val_acc" of each epoch; lists of floats. "boundary": the number of steps of stage 1.
    """
    ### BEGIN SOLUTION
    train, valid = loaders
    backbone, head = model[0], model[1]
    history = {"loss": [], "lr": [], "val_acc": [], "boundary": epochs[0] * len(train)}
    for stage, passes in enumerate(epochs):
        if not passes:
            continue
        for parameter in backbone.parameters():
            parameter.requires_grad = stage == 1
        groups = [{"params": list(head.parameters())}]
        peaks = [lr]
        if stage == 1:
            groups.insert(0, {"params": list(backbone.parameters())})
            peaks = [lr / 100, lr / 10]
        optimizer = torch.optim.AdamW(groups, lr=peaks[-1])
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=peaks, epochs=passes, steps_per_epoch=len(train)
        )
        for _ in range(passes):
            model.train()
            backbone.train(stage == 1)
            for x, y in train:
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                history["lr"].append(optimizer.param_groups[-1]["lr"])
                optimizer.step()
                scheduler.step()
                history["loss"].append(loss.item())
            model.eval()
            right = total = 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(dim=1) == y).sum().item()
                    total += len(y)
            history["val_acc"].append(right / total)
    return history
    ### END SOLUTION


# %% two_stage_check role="check" points=16 title="Two stages"
six_points = torch.linspace(-1, 1, 18).reshape(6, 3)


def small_model():
    body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    return nn.Sequential(body, nn.Linear(4, 2))


def stages_of(epochs, look):
    """Two stages on six points in two batches, seed 0."""
    torch.manual_seed(0)
    model = small_model()
    start = copy.deepcopy(model.state_dict())
    batches = [(six_points[::2], torch.tensor([0, 1, 0])), (six_points[1::2], torch.tensor([1, 0, 1]))]
    history = two_stage(model, (batches, batches), epochs=epochs, lr=0.1)
    moved = [name for name, value in model.state_dict().items() if not torch.equal(value, start[name])]
    return look(history, moved)


check(
    param_groups,
    Example(
        small_model(),
        0.1,
        0.01,
        look_at=lambda g: [one["lr"] for one in g],
        gives=[0.01, 0.1],
        note="first the backbone, then the head",
    ),
    Example(
        small_model(),
        0.1,
        0.01,
        look_at=lambda g: [len(one["params"]) for one in g],
        gives=[4, 2],
        note="4 parameters and 2",
    ),
    Example(
        nn.Sequential(nn.Linear(3, 4).requires_grad_(False), nn.Linear(4, 2)),
        0.1,
        0.01,
        look_at=lambda groups: [(group["lr"], len(group["params"])) for group in groups],
        gives=[(0.1, 2)],
        note="a frozen backbone has no group",
    ),
)
check(
    two_stage,
    Example(
        (2, 3),
        lambda h, moved: [len(h["loss"]), len(h["lr"]), len(h["val_acc"]), h["boundary"]],
        gives=[10, 10, 5, 4],
        note="2 + 3 epochs of 2 batches",
    ),
    Example(
        (2, 0), lambda h, moved: moved, gives=["1.weight", "1.bias"], note="stage 1 moves the head, and nothing else"
    ),
    Example((2, 0), lambda h, moved: h["lr"][0], gives=0.1 / 25, rtol=1e-6, note="one cycle begins at lr / 25"),
    Example((1, 2), lambda h, moved: h["lr"][2], gives=0.0004, rtol=1e-6, note="stage 2: at a tenth of that"),
    through=stages_of,
)

# %% [markdown]
# **How many steps are an epoch?** Here is a trap that raises no error, with 12 patches:

# %%
twelve = list(range(12))
for size, drop_last in ((32, False), (32, True), (8, True), (4, True)):
    batches = [len(batch) for batch in DataLoader(twelve, batch_size=size, drop_last=drop_last)]
    print(f"batch_size={size}, drop_last={drop_last}: {len(batches)} steps, with {batches} patches")

# %% [markdown]
# `drop_last=True` drops a last batch that is not full, since batch norm does not like a batch of one. Of 12 patches in batches of 32 that is *every* batch: an epoch of 0 steps, no error, and nothing learned. So few patches want small batches.
#
# **Now for real**: 24 gray patches of the upper part to learn from, in batches of 8, the lower part to judge by. The dotted line is the end of stage 1. For comparison the same network learns from scratch, with random weights,
# for as many epochs.


# %%
def prepared(raw):
    return (raw[..., 32:64, 32:64].float() / 255 - old.mean) / old.std


def turned_at_random(x):
    x = x.flip(2) if torch.rand(()) < 0.5 else x
    return torch.rot90(x, int(torch.randint(4, ())), (1, 2))


valid = [(prepared(judge), judge_labels)]


def with_a_head(network, seed):
    torch.manual_seed(seed)
    return build_transfer_model(network, 128, 2, hidden=64, p=0.2)


def compared(seed):
    """The history of both stages on 24 patches of this draw; and how often three networks are right."""
    few, few_labels = drawn_from(learned_from, 12, seed)
    train = Batches(prepared(data.evened(few)), few_labels, turned_at_random, size=8, seed=seed)
    torch.manual_seed(seed)
    fresh = with_a_head(small_resnet(), seed)
    adam = torch.optim.AdamW(fresh.parameters(), lr=1e-2)
    cycle = torch.optim.lr_scheduler.OneCycleLR(adam, 1e-2, epochs=16, steps_per_epoch=len(train))
    fit(fresh, train, adam, cycle, epochs=16)
    history = two_stage(with_a_head(pretrained(), seed), (train, valid), epochs=(8, 8))
    return history, (score(fresh, *valid[0])[1], history["val_acc"][7], history["val_acc"][-1])


with after_writing("build_transfer_model and two_stage"):
    runs = [compared(seed) for seed in range(3)]
    history = runs[0][0]
    title = f"{len(learn)} patches: frozen, then fine-tuned"
    stages.stages(history["loss"], history["val_acc"], history["boundary"], title).show()
    without_a_network(learn, judge)
    for name, shares in zip(("from scratch", "borrowed, frozen", "borrowed, fine-tuned"), zip(*[w for _, w in runs])):
        print(f"  {name:<22} {sum(shares) / 3:.0%}, in three runs {', '.join(f'{one:.0%}' for one in shares)}")

# %% [markdown]
# With borrowed layers the same 24 patches are enough to be far ahead of everything above, even while these layers stand still; fine-tuning adds to that or costs a little.
# Look at how far three draws lie apart before you call one way better. And this is *one* way to cut the slide: over five ways, the frozen layers are right on 80 % (± 6), fine-tuned ones on 83 % (± 4), and from scratch it is 62 % (± 7).
#
# <details><summary>Question: why may the curve dip right after the dotted line?</summary>
#
# The batch norms of the backbone work with the statistics of the batches again, so the head gets other features than it has learned on.
#
# </details>
#
# ---
# ## T5.7 · `solve_patches`, and two curves explained
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 40 minutes · 9 points, and 5 for an explanation*
#
# **Warm-up.** A red byte is 102. The backbone was trained on red numbers in [0, 1] with mean 0.3 and standard deviation 0.2. Which number should it
# see?
#
# <details><summary>Answer</summary>
#
# (102 / 255 − 0.3) / 0.2 = **0.5**.
#
# </details>
#
# Put it all together. What you hand over is one model that a stranger can use: it takes **raw** patches, bytes from 0 to 255, any number, any size from 32 × 32 on. Everything that has to be done to them happens inside it.
#
# It is trained and judged on an invented tissue that nobody has seen, drawn for grading alone: wide cells and narrow ones, stained alike, and label 1 where one of the two kinds covers
# more than half of the middle. Three things are asked of your model there:
#
# - With the frozen backbone there are 112 patches to learn from, for fine-tuning 200, and of others of the same tissue it must get at least 0.87 right.
# - It looks through the layers of the backbone, called as they are. Grading puts other weights into its convolutions: then your model must get at least ten in a hundred fewer right.
#   And it exchanges the maps that the last block gives: with the maps of another patch, your model must give that patch's answer.
# - It knows what it borrowed: after only 28 patches it gets at least ten in a hundred more right than with a backbone whose weights are drawn anew.
#
# <details><summary>Question: what happens if you forget to normalise?</summary>
#
# The statistics of the batch norms do not fit. Nothing crashes, and the accuracy suffers a little or a lot: the most expensive kind of mistake.
#
# </details>
# <details><summary>Hint: what <code>Batches</code> and <code>fit</code> do</summary>
#
# `Batches(images, labels, change, size=32, seed=0)` gives shuffled batches, and `change`, if there is one, is called with each image alone. `fit(model, batches, optimizer, scheduler, epochs)` calls `model.train()` and goes through them. Your own loop is fine as well.
#
# </details>
# <details><summary>Hint: a recipe that is good enough</summary>
#
# Four epochs of stage 1 with a one-cycle up to 1e-2, four of stage 2 up to 1e-3, batches of 32 (smaller ones for few patches), dropout 0.2, 64 hidden units.
#
# </details>


# %% solve_patches role="solution"
class Prepare(nn.Module):
    """What has to happen to raw patches before a backbone sees them: (B, 3, H, W) uint8 -> (B, 3, crop, crop) float32.

    - The middle of the patch, by the rule of center_crop; H and W may differ.
    - Pixels in [0, 1], less backbone.mean, divided by backbone.std (both (3, 1, 1)).
    """

    def __init__(self, backbone: nn.Module, crop: int = 32):
        ### BEGIN SOLUTION
        super().__init__()
        self.crop = crop
        self.register_buffer("mean", backbone.mean.clone())
        self.register_buffer("std", backbone.std.clone())
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        top, left = (round((side - self.crop) / 2) for side in x.shape[-2:])
        middle = x[..., top : top + self.crop, left : left + self.crop]
        return (middle.float() / 255 - self.mean) / self.std
        ### END SOLUTION


def solve_patches(
    backbone: nn.Module, patches: torch.Tensor, labels: torch.Tensor, fine_tune: bool = True, seed: int = 0
) -> nn.Module:
    """A trained model for patches: raw patches (B, 3, H, W) uint8, from 32 × 32 on -> logits (B, 2).

    - backbone: as pretrained() gives it, with the children of a ResNet, fc.in_features, mean and std.
      patches: uint8 (N, 3, S, S), labels: int64 (N,), 0 or 1.
    - The model looks at the middle 32 × 32 pixels, as Prepare gives them, and at nothing else.
    - Stage 1: the backbone is frozen, its weights and its statistics. Without fine_tune that is all.
      Stage 2: the backbone learns too, with at most a tenth of the largest learning rate of stage 1.
    - While training, patches are mirrored and turned by quarters at random, anew in each epoch, and
      changed in no other way.
    - At most 16 times through the patches, both stages together. What runs under torch.no_grad, such as a
      validation, is not counted.
    - The backbone is yours: its weights, statistics and modes may change, and the model may share them
      or copy them. patches and labels stay as they are.
    - The same seed gives the same model, another seed another. (torch.manual_seed(seed) is fine.)
    - The model comes back in eval mode.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    width = backbone.fc.in_features
    features = nn.Sequential(*list(backbone.children())[:-2])
    norm = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(width), nn.Dropout(0.2)]
    dense = [nn.Linear(width, 64), nn.ReLU(), nn.BatchNorm1d(64), nn.Dropout(0.2), nn.Linear(64, 2)]
    head = nn.Sequential(*norm, *dense)
    model = nn.Sequential(Prepare(backbone), features, head)

    def any_way_up(patch):
        way = int(torch.randint(8, ()))
        return torch.rot90(patch.flip(-1) if way > 3 else patch, way % 4, (-2, -1))

    batches = Batches(patches, labels, any_way_up, size=32, seed=seed)
    features.requires_grad_(False).eval()
    features.train = lambda mode=True: features
    for lr in [1e-2, 1e-3] if fine_tune else [1e-2]:
        if lr == 1e-3:
            del features.train
            features.requires_grad_(True)
        learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(learning, lr=lr)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, epochs=4, steps_per_epoch=len(batches))
        fit(model, batches, optimizer, cycle, epochs=4)
    vars(features).pop("train", None)
    return model.eval()
    ### END SOLUTION


# %% solve_patches_first role="check"
raw = torch.full((2, 3, 40, 50), 255, dtype=torch.uint8)
raw[:, :, 4:36, 9:41] = 0
check(
    Prepare,
    Example(
        pretrained(),
        look_at=lambda m: m(raw),
        gives=torch.full((2, 3, 32, 32), -2.0),
        note="a black middle in white: 0, less the mean 0.5, divided by 0.25",
    ),
    Example(pretrained(), 8, look_at=lambda m: tuple(m(raw).shape), gives=(2, 3, 8, 8), note="crop=8"),
)
some = torch.arange(0, 198, 3)
wider = patches[:4].clone()
wider[:, :, :30] = 255
check(
    solve_patches,
    Example(
        pretrained(),
        patches[some],
        labels[some],
        False,
        look_at=lambda m: (tuple(m(patches[:5]).shape), m.training),
        gives=((5, 2), False),
        note="five raw patches, five rows of logits, in eval mode",
    ),
    Example(
        pretrained(),
        patches[some],
        labels[some],
        False,
        look_at=lambda m: bool(torch.allclose(m(wider), m(patches[:4]), atol=1e-5)),
        gives=True,
        note="what lies outside the middle makes no difference",
    ),
    Example(
        pretrained(),
        patches[some],
        labels[some],
        look_at=lambda m: score(m, patches, labels)[1] > 0.85,
        gives=True,
        note="right on more than 85 % of the patches",
    ),
)

# %%
more, more_labels = drawn_from(learned_from, 50)
more = data.evened(more)
with after_writing("solve_patches"):
    for fine_tune in (False, True):
        shares = []
        for seed in range(3):
            few, few_labels = drawn_from(learned_from, 50, seed)
            solved = solve_patches(pretrained(), data.evened(few), few_labels, fine_tune=fine_tune, seed=seed)
            shares.append(score(solved, judge, judge_labels)[1])
        three = ", ".join(f"{one:.0%}" for one in shares)
        print(f"{'fine-tuned' if fine_tune else 'frozen':>10}: {sum(shares) / 3:.0%}, in three runs {three}")
    unsure = solved(judge).softmax(1)[:, 1]
    order = (unsure - 0.5).abs().argsort()[:6]
    names = [f"{unsure[i]:.0%}, label {judge_labels[i]}" for i in order]
    both = [[judge[i, :, 32:64, 32:64] for i in order], [stained_judge[i] for i in order]]
    shown = plots.grid(both, titles=[names, ["stained"] * 6])
    shown.set_size_inches(9, 3.6)
    shown.show()

# %% [markdown]
# Three draws of 100 patches of the upper part, judged by the lower part. In the figure: the six middles about which the last model is least sure, as it sees them and as the pathologist does.
#
# **An experiment: no augmentation.** The maps of frozen layers can be computed once and kept: here those of `layer3` for 40 patches, each in all eight ways. A small dense network learns from them, 20 epochs, the mean of three runs:
# once the patches come as they are, once in one of the eight ways at random.

# %%
few = torch.randperm(len(more), generator=torch.Generator().manual_seed(1))[:40]


def early_maps(x):
    with torch.no_grad():
        return old.layer3(old.layer2(old.layer1(torch.relu(old.bn1(old.conv1(x))))))


upright = prepared(more[few])
eight = [early_maps(torch.rot90(one, k, (2, 3))) for one in (upright, upright.flip(3)) for k in range(4)]
ways, judge_maps = torch.stack(eight, dim=1), early_maps(prepared(judge))


def losses_with(change):
    runs = []
    for seed in range(3):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Flatten(), nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 2))
        adam = torch.optim.AdamW(net.parameters(), lr=1e-3)
        batches = Batches(ways, more_labels[few], change, size=20, seed=seed)
        for _ in range(20):
            steps = fit(net, batches, adam)
            runs.append((sum(steps) / len(steps), score(net, judge_maps, judge_labels)[0]))
    both = torch.tensor(runs).reshape(3, 20, 2).mean(0)
    return both[:, 0].tolist(), both[:, 1].tolist()


curves = {
    "as they are": losses_with(lambda eight: eight[0]),
    "augmented": losses_with(lambda eight: eight[int(torch.randint(8, ()))]),
}
stages.pairs(curves, ("training loss", "validation loss"))

# %% [markdown]
# Which statements does the figure support?
#
# - **a** Without augmentation the training loss comes close to 0, while the validation loss stays many times as large.
# - **b** The run with the smaller training loss has the smaller validation loss.
# - **c** With augmentation the two losses lie closer together.
# - **d** Augmentation helps because the patches for validation are mirrored and turned as well.


# %% no_augmentation role="solution"
def no_augmentation() -> str:
    """The letters of all statements that are right, in any order, e.g. "abc"."""
    ### BEGIN SOLUTION
    return "ac"
    ### END SOLUTION


# %% solve_patches_check role="check" points=9 title="solve_patches"
check(no_augmentation, Example(accepts=lambda said: set(said) <= set("abcd"), note="letters from a to d"))

# %% [markdown]
# **Two curves explained.** Here are the losses of two people who fine-tuned a network on 300 patches for 30 epochs, from the first epoch on. Both used the same backbone and the same head.

# %%
epoch = torch.arange(1, 31)
wiggle = 0.012 * torch.sin(epoch * 2.1) + 0.008 * torch.cos(epoch * 3.7)
anna = (
    0.62 * torch.exp(-epoch / 4) + 0.01,
    0.30 + 0.34 * torch.exp(-epoch / 3) + 0.011 * (epoch - 5).clamp(min=0) + wiggle,
)
ben = 0.45 * torch.exp(-epoch / 12) + 0.21, 0.38 * torch.exp(-epoch / 9) + 0.235 + wiggle
curves = {"Anna": [one.tolist() for one in anna], "Ben": [one.tolist() for one in ben]}
stages.pairs(curves, ("training loss", "validation loss"))

# %% [markdown]
# One of them augmented. Write six to ten sentences for a colleague who was not there. A person reads them:
#
# | | points |
# |---|---:|
# | what each of the two networks has done, read from *both* panels, and who augmented | 2 |
# | why augmentation changes the training loss in that way, and the validation loss in that way | 2 |
# | after which epoch each of them should have stopped, or whether to go on, and one thing that you would try next with each of them | 1 |

# %% [markdown] learning_curves role="manual" points=5 title="Two curves explained"
# Anna's training loss is close to zero after some fifteen epochs, but her validation loss has its lowest point around the sixth and climbs from there on: her network has learned its 300 patches by heart.
# Ben's training loss stays at about a quarter and falls slowly, and his validation loss falls along with it, nearly as low. So it was Ben who augmented. To his network the same patch comes in
# eight ways, so there is more to fit than it can remember: what is true of one position only does not help any more, and the training loss has to stay higher. What remains is what all positions
# have in common, and that holds for new patches too, which is why his validation loss keeps falling. Anna should have stopped near epoch six; next I would let her augment, or freeze the backbone first. Ben is
# not done at epoch thirty, his curve still falls a little: I would give him more epochs, or a somewhat larger learning rate, and only then a larger network.

# %% [markdown]
# ---
# ## T5.8 · Stretch: how sure may it be?
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 30 minutes · extra credit: +6*
#
# **Warm-up.** Five equal bins from 0 to 1, numbered from 0; each has its upper end, but not its lower one. In which bin is 0.9? And 0.8?
#
# <details><summary>Answer</summary>
#
# 0.9 is in bin **4**, and 0.8 just still in bin **3**.
#
# </details>
#
# "90 %", says the network. If it is right on 9 of 10 patches for which it says so, the number can be believed: the network is **calibrated**. Nothing in the training makes sure of
# that. Many networks are too sure; dropout and a short training make others too cautious. Here are eight predictions, how sure the network was of each (the largest of its probabilities), and whether it was right:

# %%
sure = torch.tensor([0.55, 0.55, 0.65, 0.65, 0.9, 0.9, 0.9, 0.9])
hits = torch.tensor([1.0, 0, 1, 0, 1, 1, 1, 0])
plots.row([sure.tolist()], [hits.tolist()], titles=["how sure", "right?"]).show()
table = [[[2], [2], [4]], [[0.55], [0.65], [0.9]], [[0.5], [0.5], [0.75]]]
plots.row(*table, titles=["how many", "how sure", "share right"]).show()

# %% [markdown]
# Sort them into **bins** (up to 0.6, up to 0.8, up to 1: the three rows), and compare in each bin how sure it was, on average, with the share that was right. Weigh each bin by how many are in it:
#
# $$\text{ECE} = \sum_j \frac{n_j}{N}\,\lvert\text{right}_j - \text{sure}_j\rvert = \tfrac28\cdot 0.05 + \tfrac28\cdot 0.15 + \tfrac48\cdot 0.15 = 0.125$$
#
# This is the *expected calibration error*.
#
# **The remedy is one number.** Divide all logits by a **temperature** T before the softmax. With T = 2 the logits (4, 0) become (2, 0), and 98 % becomes 88 %. The *order* of the classes stays, so the network is right just as often: only how sure it
# is changes. Which T? The one with the smallest cross entropy, on patches that the network has *not* learnt from. (On those that it knows, it is right to be sure.)
#
# <details><summary>Hint 1: bins</summary>
#
# Bin j holds what is above j / bins, up to and with (j + 1) / bins. So `(sure * bins).ceil().long() - 1` is the number of the bin. `torch.bincount(number, minlength=bins)` counts; with `weights=` it adds up.
#
# </details>
# <details><summary>Help: there is <code>nan</code> in my table</summary>
#
# An empty bin: 0 / 0. Divide by `counts.clamp(min=1)`.
#
# </details>
# <details><summary>Hint 2: a search for T</summary>
#
# Try many: `torch.logspace` gives steps that are equally large in percent; from 0.05 to 20 with 1 % each that are 600. Or let an optimizer search for log T, which keeps T above 0.
#
# </details>
# <details><summary>Question: why not choose the T with the smallest ECE?</summary>
#
# It jumps whenever a patch goes from one bin to the next. And it can be cheated: a network that says the base rate for every patch has an ECE of 0, and is useless. The cross entropy also asks how often it is right.
#
# </details>


# %% reliability role="solution"
def reliability(
    probabilities: torch.Tensor, labels: torch.Tensor, bins: int = 10
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """How sure and how right, in bins: probabilities (N, K) and labels (N,) -> (counts, sure, right), each (bins,).

    - How sure an item is: its largest probability. It is right when its label has this probability.
    - Bin j holds the items whose probability is above j / bins, up to and with (j + 1) / bins.
    - counts: how many items are in each bin, int64. sure: the mean of how sure they are; right: the share
      of them that is right; both in the dtype of `probabilities`, and 0 for a bin without items.
    """
    ### BEGIN SOLUTION
    largest, guesses = probabilities.max(dim=1)
    number = (largest * bins).ceil().long() - 1
    counts = torch.bincount(number, minlength=bins)
    zeros = torch.zeros(bins, dtype=largest.dtype, device=largest.device)
    sure = zeros.index_add(0, number, largest) / counts.clamp(min=1)
    right = zeros.index_add(0, number, (guesses == labels).to(largest.dtype)) / counts.clamp(min=1)
    return counts, sure, right
    ### END SOLUTION


# %% reliability_first role="check"
one_of_two = torch.stack([sure, 1 - sure], dim=1)
five_bins = [torch.tensor([0, 0, 2, 2, 4]), torch.tensor([0, 0, 0.55, 0.65, 0.9]), torch.tensor([0, 0, 0.5, 0.5, 0.75])]
check(
    reliability,
    Example(one_of_two, (1 - hits).long(), 5, gives=tuple(five_bins), note="the eight predictions above, five bins"),
    Example(
        torch.tensor([[0.25, 0.75], [0.5, 0.5]]).double(),
        torch.tensor([1, 0]),
        4,
        look_at=lambda table: (table[0], table[1].dtype),
        gives=(torch.tensor([0, 1, 1, 0]), torch.float64),
        note="0.75 and 0.5 are the upper ends of their bins; float64 stays float64",
    ),
)


# %% calibration_error role="solution"
def calibration_error(counts: torch.Tensor, sure: torch.Tensor, right: torch.Tensor) -> float:
    """The expected calibration error of such a table, a Python float: the sum of counts * |right - sure| / N.

    N is the number of all items; there is at least one.
    """
    ### BEGIN SOLUTION
    return float((counts * (right - sure).abs()).sum() / counts.sum())
    ### END SOLUTION


# %% calibration_error_first role="check"
check(calibration_error, Example(*five_bins, gives=0.125, rtol=1e-4, note="0.05 · 2/8 + 0.15 · 2/8 + 0.15 · 4/8"))


# %% fit_temperature role="solution"
def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The temperature T with the smallest mean cross entropy of logits / T: logits (N, K), labels (N,) -> a Python float.

    - T is from 0.05 to 20: one of these ends when the loss falls as far as there.
    - It may be 1 % off. Takes less than a second for 1,000 items.
    """
    ### BEGIN SOLUTION
    tried = torch.logspace(-1.30103, 1.30103, 900, dtype=torch.float64)  # from 0.05 to 20
    scores = logits.detach().double().cpu()
    losses = [F.cross_entropy(scores / T, labels.cpu()) for T in tried]
    return float(tried[torch.stack(losses).argmin()])
    ### END SOLUTION


# %% calibration_check role="check" stretch=6 title="Calibration"
too_sure = torch.tensor([[4.0, 0.0]] * 4)
check(
    fit_temperature,
    Example(too_sure, torch.tensor([0, 0, 0, 1]), gives=4 / torch.tensor(3.0).log().item(), rtol=1e-2, note="3 of 4 right: e^(4/T) = 3"),
    Example(too_sure, torch.tensor([0, 0, 0, 0]), gives=0.05, rtol=1e-2, note="all right: it cannot be sure enough"),
    Example(too_sure, torch.tensor([0, 1, 1, 0]), gives=20.0, rtol=1e-2, note="a coin: it cannot be unsure enough"),
)

# %% [markdown]
# Now your own network from T5.7. The temperature comes from the upper half of the part that it was judged by, the figure from the lower half. Bars below the line: too sure.

# %%
import matplotlib.pyplot as plt

with after_writing("solve_patches, reliability, calibration_error and fit_temperature"):
    with torch.no_grad():
        logits = solved(judge)
    half = len(judge) // 2
    T = fit_temperature(logits[:half], judge_labels[:half])
    figure, panels = plt.subplots(1, 2, figsize=(7, 3), layout="constrained", sharey=True)
    for axes, temperature in zip(panels, (1.0, T)):
        table = reliability((logits[half:] / temperature).softmax(1), judge_labels[half:], bins=10)
        axes.bar(torch.arange(0.05, 1, 0.1), table[2], width=0.09, color="#e8892b")
        axes.plot([0.5, 1], [0.5, 1], color="black", linestyle="dotted")
        axes.set_xlim(0.5, 1)
        axes.set_title(f"T = {temperature:.2f}: off by {calibration_error(*table):.3f}", fontsize=10)
        axes.set_xlabel("how sure")
        for place, count in enumerate(table[0].tolist()):
            axes.text(place / 10 + 0.05, 0.02, str(count) if count else "", ha="center", fontsize=9)
    panels[0].set_ylabel("share that is right")
    plt.show()

# %% [markdown]
# The numbers in the bars are how many patches they stand for. Was your network too sure (T above 1), or not sure enough? And is the error on the right the smaller one? It need not be: T was chosen on other patches, and 60 are few.
#
# <details><summary>Question: with this T, may one say “90 %” about a patch from another hospital?</summary>
#
# No. With another stain or scanner the network may be wrong more often and just as sure: calibration holds for what is like that on which it was measured.
#
# </details>
# <details><summary>Question: does it help that the patches overlap, or does it mislead?</summary>
#
# It misleads. Patches of the same place are right or wrong together: there are fewer independent answers than the numbers in the bars say, and the bars wobble more than one would think.
#
# </details>

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** a way to get along with little data, and to know what is still moving when you think that nothing is. In **A6** you look inside: which pixels does such a model look at?
