# %% [markdown]
# # A2 · Pooling, im2col and going back up
#
# A1 ended with a layer that works. Now you learn what stands around it in every network: **pooling**, which makes an image
# smaller and keeps what matters; **im2col**, the trick that turns a convolution into one matrix multiplication; the
# **transposed convolution**, which makes an image larger again. And you learn to answer, for any pixel deep inside a
# network: which part of the image have you seen?
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T2.1 | `pool2d`: the largest, or the mean | 16 + 4 | 45 |
# | T2.2 | Global pooling | 6 | 10 |
# | T2.3 | `im2col`: a convolution is a matrix product | 20 | 45 |
# | T2.4 | The matrix itself, and how few weights it has | 12 | 25 |
# | T2.5 | Going back up: `conv_transpose2d` | 18 + 4 | 50 |
# | T2.6 | Backward by hand: `max_pool_backward`, `col2im` | 10 | 30 |
# | T2.7 | Who has seen what? `receptive_field` | 10 | 20 |
# | T2.8 | Stretch: a detour through frequencies | +6 | 30 |
#
# **How it works.** Each task opens with a **warm-up**: two minutes with a pencil, not graded, the answer folded under it.
# Write your code where it says `# YOUR CODE HERE`, and delete the line that raises. Run the check
# under it: ✓ is right, ✗ says what differs and draws *yours · expected · difference*, ⚠ tells that you use what is
# switched off. (The code of a check is folded; a click on the dots opens it.) The checks show a few examples; grading
# uses others, never square ones only, so write for the general case. Every task is graded on its own: if one resists,
# go on.
#
# **House rules** for every function, unless its docstring says otherwise: return a new tensor, leave the arguments as
# they were, take them in any memory layout (slices, or after a `permute`), keep their dtype and device, and keep the way
# back for autograd open (no `.item()`, `.numpy()` or `torch.tensor(...)` on the way).
#
# **Numbers and pairs.** `kernel`, `stride`, `padding` and the like are an int, or a pair (height, width), each on its own.
# The first cell gives you `pair`: `pair(3)` is `(3, 3)`, and `pair((2, 3))` stays `(2, 3)`.
#
# **Switched off where you build it yourself.** The docstrings in T2.1, T2.3, T2.5, T2.6 and T2.8 name what is switched off while
# these functions are graded, in every call:
#
# - torch's own poolings: `F.max_pool2d`, `nn.AvgPool2d`, `F.max_unpool2d` and relatives, `scipy.ndimage` and `skimage.measure`
# - torch's own convolutions: `F.conv2d`, `nn.Conv2d`, `F.conv_transpose2d` and relatives, `scipy.signal`, `scipy.ndimage` and `skimage.filters`
# - `F.unfold`: also `nn.Unfold` and scikit-image's `view_as_windows`
# - `F.fold`: also `nn.Fold`
# - `F.interpolate`: also `nn.Upsample` and relatives, `scipy.ndimage` and `skimage.transform`
#
# You have earned `F.pad`: it is yours everywhere. So are loops, slices, `einsum`, `@`, `Tensor.unfold` and `torch.fft`,
# whatever they use inside.

# %% setup role="given"
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from cnnkit import Example, after_writing, check, data, gradients, plots
from cnnkit.reach import reach


def pair(value):
    """3 -> (3, 3), and a pair (height, width) stays a pair."""
    return (value, value) if isinstance(value, int) else tuple(value)


# %% [markdown]
# ---
# ## T2.1 · `pool2d`: the largest, or the mean
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 45 minutes · 16 points, and 4 for a test*
#
# **Warm-up.** What is the largest number in each quarter (2 × 2) of [[1, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]]?
#
# <details><summary>Answer</summary>
#
# **[[5, 9], [4, 8]]**.
#
# </details>
#
# A feature map says, pixel by pixel, how much of a pattern is there. Usually nobody needs to know it *that* precisely: "an
# ear, somewhere up here" is enough. So take a window and keep only its **largest** number. Windows of 2 × 2 that do not overlap
# leave a quarter of the numbers:

# %%
X = torch.tensor([[1.0, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]])
largest = torch.tensor([[5.0, 9], [4, 8]])
plots.row(X, largest, titles=["X", "max pool"], signs="→", boxes={0: (0, 2, 2, 2), 1: (0, 1, 1, 1)})

# %% [markdown]
# Where does the 8 stand in X? Move it by one pixel, to the left or up: the result stays the same. This
# is what pooling is for.
#
# The gentler brother takes the **mean**. With stride 1 the windows overlap, here on the numbers 0 … 8:

# %%
nine = torch.arange(9.0).reshape(3, 3)
names = ["X", "max, stride 1", "mean, stride 1"]
plots.row(nine, [[4, 5], [7, 8]], [[2, 3], [5, 6]], titles=names, signs="→ ", boxes={0: (0, 0, 2, 2)})

# %% [markdown]
# Three things differ from a convolution:
#
# - **Every channel for itself.** Nothing is added up: 64 channels of 224 × 224 become 64 channels of 112 × 112.
# - **The stride is as large as the kernel** unless you say otherwise. `MaxPool2d(2)` halves, `MaxPool2d(4)` quarters.
# - **Padding must never win.** A frame of zeros would beat every negative number. So the frame of a *maximum* is −∞. A *mean*
#   has to decide whether the frame counts. Look at a corner of ones, kernel 2, so stride 2, and padding 1:

# %%
framed = F.pad(torch.ones(2, 3), (1, 1, 1, 1))
names = ["ones, framed by 0", "mean of all four", "mean of the pixels"]
quarters = torch.tensor([[0.25, 0.5], [0.25, 0.5]])
plots.row(framed, quarters, torch.ones(2, 2), titles=names, boxes={0: (0, 0, 2, 2)}, signs="→ ")

# %% [markdown]
# torch counts the frame (`count_include_pad=True`), so the corner is 1/4. With `False` the zeros are left out of the division.
#
# Sizes are those of T1.3: $\text{out} = \lfloor (n + 2p - k)/s \rfloor + 1$, rounded down, so a last window that does not fit is dropped.
#
# <details><summary>Hint 1</summary>
#
# Pad first, then cut windows: window (i, j) is `padded[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]`, over all images and channels at
# once. Its largest number: `.amax(dim=(2, 3))`, but read the docstring about ties first.
#
# </details>
# <details><summary>Hint 2: no loops</summary>
#
# `padded.unfold(2, kh, sh).unfold(3, kw, sw)` has the shape (B, C, H', W', kh, kw): all windows at once. `.flatten(4)` puts the numbers of a window
# on one axis, in reading order.
#
# </details>
# <details><summary>What is this about ties?</summary>
#
# Four equal numbers in a window: which of them is "the" largest? For the value it makes no difference, for the gradient it does. torch sends all of it
# to the *first*; `amax` splits it among all four. `windows.max(dim=-1)` gives `.values` and picks the first as well.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: value cannot be converted to type int64_t without overflow</code></summary>
#
# The image holds whole numbers, and there is no −∞ among them. Their smallest is `torch.iinfo(x.dtype).min`.
#
# </details>
# <details><summary>Help: I get <code>NotImplementedError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long</code></summary>
#
# The mean of whole numbers is none: `x.float()` first. (torch's own `F.avg_pool2d` rounds silently here, and says 1 is the mean of 1 and 2.)
#
# </details>
# <details><summary>Why is padding of more than half a kernel forbidden?</summary>
#
# With kernel 2 and padding 2 the first window lies on the frame alone. Its largest number would be −∞, and the next layer full of NaN.
#
# </details>


# %% pool2d role="solution"
def pool2d(
    x: torch.Tensor,
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    mode: str = "max",
    count_include_pad: bool = True,
) -> torch.Tensor:
    """The largest number (mode "max") or the mean ("avg") of each window: (B, C, H, W) -> (B, C, H', W').

    - kernel, stride and padding: an int, or a pair (height, width). stride None means: as the kernel.
    - H' = (H + 2*ph - kh) // sh + 1, and W' likewise. The kernel fits. Every channel for itself.
    - "max": the padding never wins, also when all numbers are negative. The gradient of a window goes
      to its largest number; among equal ones to the first, row by row.
    - "avg": the padding is zeros. With count_include_pad the sum of a window is always divided by kh*kw,
      without it by the number of its pixels that belong to x.
    - Same dtype as x. Whole numbers: "max" keeps their dtype, "avg" gives float32.
    - ValueError when 2*ph > kh or 2*pw > kw, and for any other mode.
    - torch's own poolings are switched off.
    """
    ### BEGIN SOLUTION
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    if mode not in ("max", "avg"):
        raise ValueError(f"mode is 'max' or 'avg', not {mode!r}")
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError("padding is at most half of the kernel")
    whole = not x.is_floating_point()

    def windows(image, fill):
        padded = F.pad(image, (pw, pw, ph, ph), value=fill)
        return padded.unfold(2, kh, sh).unfold(3, kw, sw).flatten(4)

    if mode == "max":
        lowest = torch.iinfo(x.dtype).min if whole else -math.inf
        return windows(x, lowest).max(dim=-1).values
    x = x.float() if whole else x
    if count_include_pad:
        return windows(x, 0).mean(dim=-1)
    return windows(x, 0).sum(dim=-1) / windows(torch.ones_like(x), 0).sum(dim=-1)
    ### END SOLUTION


# %% pool2d_check role="check" points=16 title="Pooling"
X = torch.tensor([[[[1.0, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]]]])
nine = torch.arange(9.0).reshape(1, 1, 3, 3)
two = torch.cat([nine, nine + 1], dim=1)
digit = torch.rand(1, 1, 28, 28)
waves = torch.sin(torch.arange(2.0 * 3 * 5 * 8)).reshape(2, 3, 5, 8)  # two images, three channels, nothing square
everything = (waves, (3, 4), (1, 2), (0, 2))
size = {"look_at": lambda y: tuple(y.shape)}
check(
    pool2d,
    Example(X, 2, gives=[[[[5, 9], [4, 8]]]], note="the first picture: kernel 2"),
    Example(nine, 2, 1, gives=[[[[4, 5], [7, 8]]]], note="kernel 2, stride 1"),
    Example(nine, 2, 1, mode="avg", gives=[[[[2, 3], [5, 6]]]], note="its mean"),
    Example(two, 2, 1, gives=[[[[4, 5], [7, 8]], [[5, 6], [8, 9]]]], note="two channels stay two"),
    Example(-nine - 1, 2, padding=1, gives=[[[[-1, -2], [-4, -5]]]], note="negative numbers, padding 1"),
    Example(
        torch.ones(1, 1, 2, 3),
        2,
        padding=1,
        mode="avg",
        gives=[[[[0.25, 0.5], [0.25, 0.5]]]],
        note="ones, padding 1: the corner is 1/4",
    ),
    Example(
        torch.ones(1, 1, 2, 3),
        2,
        padding=1,
        mode="avg",
        count_include_pad=False,
        gives=[[[[1, 1], [1, 1]]]],
        note="… and 1 when the frame does not count",
    ),
    Example(
        X.long(),
        (1, 2),
        mode="avg",
        gives=(X[..., ::2] + X[..., 1::2]) / 2,
        note="whole numbers: 1, 3, 4.5 …",
    ),
    Example(digit, 2, mode="avg", **size, gives=(1, 1, 14, 14), note="28 × 28 with kernel 2"),
    Example(digit, 4, **size, gives=(1, 1, 7, 7), note="28 × 28 with kernel 4"),
    Example(torch.zeros(2, 3, 9, 12), (3, 2), (2, 3), **size, gives=(2, 3, 4, 4), note="pairs"),
    Example(digit, 2, padding=2, raises=ValueError, note="padding 2 for kernel 2: ValueError"),
    Example(X.long() - 10, 2, padding=1, look_at=lambda y: y[0, 0, 0], gives=[-9, -8, -6], note="negative whole numbers, padding 1"),
    Example(*everything, gives=F.max_pool2d(*everything), note="everything at once, nothing square"),
    Example(*everything, mode="avg", gives=F.avg_pool2d(*everything), note="… and its mean"),
    Example(X, 2, mode="sum", raises=ValueError, note="no such mode: ValueError"),
    Example(X.double(), 2, gives=[[[[5, 9], [4, 8]]]], note="float64 in, float64 out"),
    Example(X.permute(0, 1, 3, 2), 2, gives=[[[[5, 4], [9, 8]]]], note="after a permute: rows are columns now"),
)


def gradient(x):
    return torch.autograd.grad(pool2d(x, 2).sum(), x)[0]


ones = torch.ones(1, 1, 2, 4).requires_grad_()
check(
    pool2d,
    Example(ones, gives=[[[[1, 0, 1, 0], [0, 0, 0, 0]]]], note="ties: the gradient goes to the first of equal numbers"),
    through=gradient,
)

# %% [markdown]
# **Who tests the tests?** Yours just passed fifteen examples. Which of them would a *wrong* pooling fail, and which would let it through? Now you are the
# grader: somebody hands you a function, and you say whether it pools. You need no solution to compare with. You know things that
# *every* right max pooling does:
#
# - the output has a certain shape,
# - each of its numbers is in its window, and none is smaller than what it covers,
# - a larger image brings larger maxima: adding 10 to every pixel adds 10 to every output (compare with `torch.allclose`:
#   floating-point numbers are rounded),
# - what happens in one channel, or in one image, leaves the others alone.
#
# Such a rule is called a **property**. One example with known numbers is good, a property on random images is better, a handful of both is best. A test is worth something
# if it lets every right function pass, however it is written, and catches the wrong ones.
#
# <details><summary>Hint 1: which images?</summary>
#
# Not square, two images, three channels, negative numbers, sizes that leave a remainder: what is square or positive hides mistakes. `torch.randn(2, 3, 7, 10)` is a good start.
#
# </details>
# <details><summary>Hint 2: what if the function I test stops with an error?</summary>
#
# Then it is wrong: `try: … except Exception: return False`. The questions you ask must be fair, of course: a kernel that fits, a padding that is allowed.
#
# </details>


# %% trustworthy role="solution"
def trustworthy(pool) -> bool:
    """Whether `pool` is a right max pooling: True or False, and no error of its own.

    - `pool(x, kernel, stride, padding)` is called like pool2d above, and should give its answers in
      mode "max". All four arguments are given, in this order; kernel, stride and padding are pairs.
    - Says True to every right one, also to one that computes in another way than yours.
    - Says False to one that is wrong anywhere: values, shape, pairs, padding, channels, batch.
    - Asks what is fair: floating-point images, float32 or float64, in any memory layout; a kernel that fits, and a
      padding of at most half of it. Whole numbers, errors for bad input and gradients are not what is judged.
    - Takes less than a second. It may compare with a pooling of your own.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(0)
    for shape, kernel, stride, padding in [
        ((2, 3, 7, 10), (2, 3), (3, 2), (1, 0)),
        ((1, 2, 9, 6), (3, 2), (1, 2), (0, 1)),
        ((3, 1, 5, 8), (2, 2), (2, 2), (0, 0)),
    ]:
        x = torch.randn(shape) - 5
        before = x.clone()
        try:
            found = pool(x, kernel, stride, padding)
        except Exception:
            return False
        framed = F.pad(x, (padding[1], padding[1], padding[0], padding[0]), value=-math.inf)
        windows = framed.unfold(2, kernel[0], stride[0]).unfold(3, kernel[1], stride[1])
        expected = windows.amax(dim=(-1, -2))
        if not isinstance(found, torch.Tensor) or found.shape != expected.shape:
            return False
        if not torch.allclose(found, expected) or not torch.equal(x, before):
            return False
    return True
    ### END SOLUTION


# %% trustworthy_check role="check" points=4 title="A test of your own"
def takes_the_mean(x, kernel, stride, padding):
    return F.avg_pool2d(x, kernel, stride, padding)


def looks_at_one_channel(x, kernel, stride, padding):
    return F.max_pool2d(x[:, :1], kernel, stride, padding).repeat(1, x.shape[1], 1, 1)


check(
    trustworthy,
    Example(F.max_pool2d, gives=True, note="torch's own is right"),
    Example(takes_the_mean, gives=False, note="the mean is no maximum"),
    Example(looks_at_one_channel, gives=False, note="the first channel for all of them"),
    Example(lambda x, *rest: F.max_pool2d(x, *rest)[..., :-1], gives=False, note="a column is missing"),
    Example(
        lambda x, *rest: F.max_pool2d(x.double(), *rest).to(x.dtype),
        gives=True,
        note="right, though it computes in float64",
    ),
)

# %% [markdown]
# A photograph of 128 × 128: kernel 2 is hardly seen. Kernel 5 with stride 3 leaves 42 × 42, and the whiskers are gone. The maximum makes
# bright things grow, the mean blurs.

# %%
with after_writing("pool2d"):
    photo = torch.tensor(data.photo("cat", size=128)).permute(2, 0, 1)[None] / 255
    views = [pool2d(photo, 2), pool2d(photo, 5, 3), pool2d(photo, 5, 3, mode="avg")]
    names = ["max, k = 2", "max, k = 5, s = 3", "mean, k = 5, s = 3"]
    titles = ["128 × 128", *[f"{name}: {view.shape[2]} × {view.shape[3]}" for name, view in zip(names, views)]]
    plots.row(photo[0], *[view[0] for view in views], titles=titles).show()

# %% [markdown]
# <details><summary>Question: can a convolution do what pooling does?</summary>
#
# The mean, yes: it is the box kernel of T1.7 with a stride, one for each channel. The maximum, no: a convolution is linear, and max(−x) is not −max(x).
#
# </details>
# <details><summary>Question: somebody replaced a network's <code>MaxPool2d(2)</code> by <code>AvgPool2d(2)</code> in one place and called the two versions equivalent. The shapes agree everywhere. Is it?</summary>
#
# No. Equal shapes say nothing about equal numbers: copy the weights of one into the other and compare the outputs. You will meet one like it in A3.
#
# </details>
# <details><summary>Find the bug: <code>F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, 2)</code>, “max pooling with padding 1”</summary>
#
# `F.pad` pads with 0, and 0 beats every negative number: the border of a negative map becomes 0. After a ReLU nobody notices, because nothing is negative there;
# before it, or after SELU, it is wrong. `padding=1` inside `max_pool2d` pads with −∞.
#
# </details>

# %% [markdown]
# ---
# ## T2.2 · Global pooling
#
# *Difficulty ●○○○○ · Importance ●●●●○ · about 10 minutes · 6 points*
#
# **Warm-up.** One channel is [[0, 8, 0], [0, 0, 4]]. What is its mean, and what its largest number?
#
# <details><summary>Answer</summary>
#
# 12 / 6 = **2**, and **8**.
#
# </details>
#
# Take pooling to its end: *one* window as large as the map. What is left is one number per channel, and where the pattern was
# no longer matters. Two channels, the mean and the maximum of each:

# %%
maps = torch.tensor([[[0.0, 8, 0], [0, 0, 4]], [[-3.0, -1, -2], [-2, -3, -1]]])
means, most = torch.tensor([[2.0], [-2.0]]), torch.tensor([[8.0], [-1.0]])
names = ["channel 0", "channel 1", "means", "maxima"]
plots.row(maps[0], maps[1], means, most, titles=names, signs=[" ", "→", " "])

# %% [markdown]
# ResNet ends like this, (B, 512, 2, 2) → (B, 512), and so works for images of any size. Text networks do it with the *maximum* over the letters,
# (B, C, L) → (B, C): the network asks whether a group of letters occurs *anywhere* in the name.
#
# <details><summary>Hint 1</summary>
#
# `flatten(2)` puts all places of a channel on one axis, however many axes they had.
#
# </details>
# <details><summary>Why not <code>F.adaptive_avg_pool2d(x, 1)[:, :, 0, 0]</code>?</summary>
#
# Right for images. A text (B, C, L) has three axes, and it would be taken for *one image* of B channels.
#
# </details>
# <details><summary>Find the bug: names are padded to 23 letters and read in groups of 3; then comes <code>MaxPool1d(22 - 3 + 1)</code>.</summary>
#
# 23 letters have 23 − 3 + 1 = 21 groups of three, the pool takes 20: the last group is never looked at. Nothing crashes, and the accuracy hardly tells, because
# few names are that long. With a *global* pool there is no number to get wrong.
#
# </details>


# %% global_pool role="solution"
def global_pool(x: torch.Tensor, mode: str = "avg") -> torch.Tensor:
    """One number for each channel: (B, C, H, W) -> (B, C), and (B, C, L) -> (B, C).

    - "avg": the mean over all places of the channel. "max": their largest number.
    - One or more axes come after the channels, of any size. Any other mode: ValueError.
    """
    ### BEGIN SOLUTION
    places = x.flatten(start_dim=2)
    if mode == "avg":
        return places.mean(dim=2)
    if mode == "max":
        return places.max(dim=2).values
    raise ValueError(f"mode is 'avg' or 'max', not {mode!r}")
    ### END SOLUTION


# %% global_pool_check role="check" points=6 title="Global pooling"
maps = torch.tensor([[[[0.0, 8, 0], [0, 0, 4]], [[-3.0, -1, -2], [-2, -3, -1]]]])
check(
    global_pool,
    Example(maps, gives=[[2, -2]], note="the means of the picture"),
    Example(maps, mode="max", gives=[[8, -1]], note="the maxima"),
    Example(maps[:, :, 0], mode="max", gives=[[8, -1]], note="a text: (1, 2, 3) becomes (1, 2)"),
    Example(maps[:, :, 0] * 3, gives=[[8, -6]], note="its mean, times three"),
    Example(
        torch.zeros(16, 512, 2, 2),
        look_at=lambda y: tuple(y.shape),
        gives=(16, 512),
        note="the end of a ResNet",
    ),
    Example(maps, mode="sum", raises=ValueError, note="no such mode: ValueError"),
    Example(maps.double(), mode="max", gives=[[8, -1]], note="float64 in, float64 out"),
)

# %% [markdown]
# ---
# ## T2.3 · `im2col`: a convolution is a matrix product
#
# *Difficulty ●●●●○ · Importance ●●●●○ · about 45 minutes · 20 points*
#
# **Warm-up.** Cut all windows of 2 × 2 out of [[0, 1, 2], [3, 4, 5], [6, 7, 8]] and write each one down row by row. How many are there, and which
# numbers are in the second?
#
# <details><summary>Answer</summary>
#
# **4**, and the second one is **[1, 2, 4, 5]**.
#
# </details>
#
# Two Python loops over the image are slow. Matrix products are the fastest thing a computer does. So: cut out every window, write
# its numbers **under each other as a column**, and put the columns side by side. Press *next*, or an arrow key; where nothing moves, orange is the second window, and its
# column.

# %%
from cnnkit import moving

nine = torch.arange(9.0).reshape(3, 3)
columns = torch.tensor([[0.0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]])
moving.columns(nine, 2)

# %% [markdown]
# A kernel, written as one **row**, times this matrix gives every sum of T1.2 at once. Two kernels are two rows: one product for the
# whole layer.

# %%
kernels = torch.tensor([[0.0, 1, 2, 3], [1, 0, 0, 0]])
names = ["two kernels as rows", "columns", "results"]
plots.row(kernels, columns, kernels @ columns, titles=names, signs="@=", boxes={2: (0, 0, 1, 4)})

# %% [markdown]
# The first row is 19, 25, 37, 43. Fold it back to 2 × 2 and you have the picture of A1.
#
# With **several channels** the column holds the window of channel 0, under it that of channel 1, and so on: exactly the order in which
# `weight[o].flatten()` lies. Two channels, 0 … 8 and 1 … 9:

# %%
both = torch.cat([columns, columns + 1])
names = ["channel 0", "channel 1", "(C·kh·kw, L) = (8, 4)"]
boxes = {0: (0, 1, 2, 2), 1: (0, 1, 2, 2), 2: (0, 1, 8, 1)}
plots.row(nine, nine + 1, both, titles=names, signs=[" ", "→"], boxes=boxes)

# %% [markdown]
# | | shape | order |
# |---|---|---|
# | `im2col(x, …)` | (B, C·kh·kw, L) | rows: channel, then row, then column *within* the window |
# | | L = H'·W' | columns: places, row by row |
#
# A 28 × 28 digit under 3 × 3 gives (1, 9, 676): 676 = 26 · 26 places.
#
# **No loop over the places.** Python's work must not grow with the image. Loop over the *kernel* (there are only kh · kw places in it) or not at all;
# never over rows, columns or places of the output.
#
# <details><summary>Hint 1: a loop over the kernel</summary>
#
# Row (u, v) of the matrix is the pixel at (u, v) of *every* window: a strided slice of the padded image,
# `padded[:, :, u : u + sh * (rows - 1) + 1 : sh, v : …]`, of shape (B, C, H', W'). `torch.stack` the kh · kw slices on an axis *after* C, then reshape.
#
# </details>
# <details><summary>Hint 2: no loop at all</summary>
#
# `padded.unfold(2, kh, sh).unfold(3, kw, sw)` is (B, C, H', W', kh, kw). Bring the axes into the order (B, C, kh, kw, H', W') with `permute`, then reshape.
#
# </details>
# <details><summary>Help: shapes are right, numbers are scrambled</summary>
#
# A `reshape` without the `permute` before it. Reshape never moves numbers, it only draws the borders anew (remember the cat of T1.1).
#
# </details>
# <details><summary>Help: writing into the result changes my image</summary>
#
# `Tensor.unfold` shows the *same* memory again and again: windows overlap, nothing is copied. `reshape` copies when it must, and with a 1 × 1 kernel it need not. A `.clone()`
# at the end is always right.
#
# </details>
# <details><summary>Help: torch's own <code>F.unfold</code> says <code>NotImplementedError: "im2col_out_cpu" not implemented for 'Long'</code></summary>
#
# It refuses whole numbers. Yours need not: cutting and copying works for every dtype.
#
# </details>


# %% im2col role="solution"
def im2col(
    x: torch.Tensor,
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> torch.Tensor:
    """Every window of x (B, C, H, W) as a column: (B, C*kh*kw, L) with L = H'*W', as F.unfold does it.

    - kernel, stride and padding: an int, or a pair (height, width). The padding is zeros. The kernel fits.
    - A column holds the window of channel 0 row by row, then that of channel 1, and so on.
    - The columns are the places of the output, row by row.
    - Keeps every dtype, whole numbers too. Writing into the result never changes x.
    - Python's work does not grow with the image: no loop over rows, columns or places of the output, not even in threads.
    - torch's own convolutions, `F.unfold` and `F.fold` are switched off.
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    rows, columns = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    slices = [
        padded[:, :, u : u + sh * (rows - 1) + 1 : sh, v : v + sw * (columns - 1) + 1 : sw]
        for u in range(kh)
        for v in range(kw)
    ]
    return torch.stack(slices, dim=2).reshape(x.shape[0], -1, rows * columns)
    ### END SOLUTION


# %% im2col_first role="check"
nine = torch.arange(9.0).reshape(1, 1, 3, 3)
two = torch.cat([nine, nine + 1], dim=1)
columns = torch.tensor([[[0.0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]])
wide = torch.arange(8.0).reshape(1, 1, 2, 4)
waves = torch.sin(torch.arange(2.0 * 3 * 5 * 8)).reshape(2, 3, 5, 8)  # two images, three channels, nothing square
everything = (waves, (3, 2), (1, 2), (0, 1))
size = {"look_at": lambda y: tuple(y.shape)}
check(
    im2col,
    Example(nine, 2, gives=columns, note="the first picture"),
    Example(two, 2, gives=torch.cat([columns, columns + 1], dim=1), note="two channels"),
    Example(
        wide,
        (1, 2),
        (1, 2),
        (0, 1),
        gives=[[[0, 1, 3, 0, 5, 7], [0, 2, 0, 4, 6, 0]]],
        note="2 × 4 pixels, kernel (1, 2), stride (1, 2), padding (0, 1)",
    ),
    Example(
        *everything,
        gives=F.unfold(waves, (3, 2), stride=(1, 2), padding=(0, 1)),
        note="everything at once, nothing square",
    ),
    Example(nine.long(), 2, gives=columns.long(), note="whole numbers"),
    Example(nine.double(), 2, gives=columns.double(), note="float64 in, float64 out"),
    Example(torch.rand(1, 1, 28, 28), 3, **size, gives=(1, 9, 676), note="a digit under 3 × 3"),
    Example(torch.rand(2, 3, 9, 12), (3, 2), (2, 3), **size, gives=(2, 18, 16), note="pairs: 4 · 4 places"),
)

# %% [markdown]
# Now the layer: `im2col`, one product, the bias, and fold the places back into rows and columns.
#
# <details><summary>Hint 1</summary>
#
# `weight.flatten(1)` is (Cout, Cin·kh·kw). `@` with (B, Cin·kh·kw, L) gives (B, Cout, L): the batch comes along by itself.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: shape '[26, 26]' is invalid for input of size …</code></summary>
#
# 26 × 26 belongs to a digit of 28 × 28. Compute H' and W' from the sizes, and put H' first.
#
# </details>


# %% conv2d_im2col role="solution"
def conv2d_im2col(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> torch.Tensor:
    """A convolutional layer as one product: (B, Cin, H, W), (Cout, Cin, kh, kw) -> (B, Cout, H', W').

    - The same numbers as `conv2d` of A1; bias (Cout,) or None, one number for each output channel.
    - stride and padding: an int, or a pair (height, width).
    - Gradients flow back to x, weight and bias.
    - Python's work does not grow with the image. torch's own convolutions, `F.unfold` and `F.fold` are switched off.
    """
    ### BEGIN SOLUTION
    kh, kw = weight.shape[2:]
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    columns = im2col(x, (kh, kw), stride, padding)
    out = weight.flatten(1) @ columns
    if bias is not None:
        out = out + bias[:, None]
    rows = (x.shape[2] + 2 * ph - kh) // sh + 1
    return out.reshape(x.shape[0], weight.shape[0], rows, -1)
    ### END SOLUTION


# %% im2col_check role="check" points=20 title="im2col"
nine, wide = torch.arange(9.0).reshape(1, 1, 3, 3), torch.arange(8.0).reshape(1, 1, 2, 4)
kernels = torch.tensor([[[[0.0, 1], [2, 3]]], [[[1.0, 0], [0, 0]]]])
waves = torch.sin(torch.arange(2.0 * 3 * 5 * 8)).reshape(2, 3, 5, 8)  # two images, three channels, nothing square
four_kernels = torch.cos(torch.arange(4.0 * 3 * 3 * 2)).reshape(4, 3, 3, 2)
everything = (waves, four_kernels, torch.arange(4.0), (1, 2), (0, 1))
check(
    conv2d_im2col,
    Example(nine, kernels, gives=[[[[19, 25], [37, 43]], [[0, 1], [3, 4]]]], note="two kernels"),
    Example(
        nine,
        kernels,
        torch.tensor([1.0, -1.0]),
        gives=[[[[20, 26], [38, 44]], [[-1, 0], [2, 3]]]],
        note="with a bias",
    ),
    Example(
        wide,
        kernels[:1],
        stride=(1, 2),
        padding=1,
        gives=[[[[0, 8, 6], [12, 30, 14], [4, 6, 0]]]],
        note="padded, stride (1, 2)",
    ),
    Example(*everything, gives=F.conv2d(*everything), rtol=1e-4, atol=1e-5, note="everything at once, nothing square"),
    Example(nine.double(), kernels[:1].double(), gives=[[[[19, 25], [37, 43]]]], note="float64 in, float64 out"),
)

# %% [markdown]
# Three edge detectors (left, diag1, diag2 of T1.7) on a digit, as one product of a (3, 9) and a (9, 676) matrix:

# %%
with after_writing("conv2d_im2col"):
    left = [[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]]
    diag1 = [[0.0, -1, 1], [-1, 1, 0], [1, 0, 0]]
    diag2 = [[1.0, -1, 0], [0, 1, -1], [0, 0, 1]]
    digit = data.digits()[0][11:12]
    views = conv2d_im2col(digit, torch.tensor([left, diag1, diag2])[:, None])[0]
    plots.row(digit[0, 0], *views, titles=["28 × 28", "left", "diag1", "diag2"]).show()

# %% [markdown]
# Was it worth it? The same layer with two Python loops over the places, with your `conv2d_im2col`, and with torch:

# %%
with after_writing("conv2d_im2col"):
    x, weight = torch.rand(1, 3, 64, 64), torch.rand(16, 3, 3, 3)

    def with_loops(x, weight):
        windows = [x[:, None, :, i : i + 3, j : j + 3] for i in range(62) for j in range(62)]
        return torch.stack([(window * weight).sum((2, 3, 4)) for window in windows], -1)

    for name, layer in (("two loops", with_loops), ("im2col", conv2d_im2col), ("torch", F.conv2d)):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            layer(x, weight)
            times.append(time.perf_counter() - start)
        print(f"{name:10} {1000 * min(times):6.2f} ms")

# %% [markdown]
# <details><summary>Question: is im2col as fast as torch's own convolution?</summary>
#
# See your own numbers above. im2col writes every pixel up to kh · kw times into memory; torch's own layers avoid that. It is much better than loops, it is
# simple, and it is what cuDNN began with.
#
# </details>
# <details><summary>Question: how much larger than the image is its im2col matrix, for 3 × 3 and stride 1?</summary>
#
# About nine times: every pixel lies in nine windows. For 7 × 7 it is 49 times. This is the price.
#
# </details>

# %% [markdown]
# ---
# ## T2.4 · The matrix itself, and how few weights it has
#
# *Difficulty ●●●○○ · Importance ●●●○○ · about 25 minutes · 12 points*
#
# **Warm-up.** An image of 2 × 4 pixels is written as one row of 8 numbers. At which of these 8 places are the pixels of its second 2 × 2 window?
#
# <details><summary>Answer</summary>
#
# At **[1, 2, 5, 6]**: from one line of the image to the next it is 4 places.
#
# </details>
#
# im2col multiplies a small kernel by a big matrix made from the image. One can also do it the other way round: write the image as *one*
# column of H·W numbers, and put the kernel into a **big matrix**, one row for each place of the output. For a 3 × 3 image and the kernel
# [[1, 2], [3, 4]]:

# %%
banded = torch.zeros(4, 9)
banded[0, [0, 1, 3, 4]] = banded[1, [1, 2, 4, 5]] = torch.tensor([1.0, 2, 3, 4])
banded[2, [3, 4, 6, 7]] = banded[3, [4, 5, 7, 8]] = torch.tensor([1.0, 2, 3, 4])
image = torch.arange(9.0).reshape(9, 1)
names = ["4 places × 9 pixels", "image", "result"]
plots.row(banded, image, banded @ image, titles=names, signs="@=", boxes={0: (1, 0, 1, 9)})

# %% [markdown]
# Row 1 belongs to the place (0, 1): its 1 2 3 4 stand at the pixels 1, 2, 4, 5. Read the bands:
#
# - most entries are **0**: a place sees only its own neighbourhood (*locality*),
# - all rows hold the **same** four numbers (*weight sharing*),
# - between 2 and 3 there is a gap of W − kw pixels, the rest of the image's row.
#
# A dense layer is the same picture with all 36 entries free.
#
# <details><summary>Hint 1</summary>
#
# Make zeros of shape (H', W', H, W): "the weight from pixel (i, j) to place (r, c)". For place (r, c) write K into `[r, c, r : r + h, c : c + w]`. Reshape at the end. Loops are fine here.
#
# </details>
# <details><summary>Hint 2: another way</summary>
#
# The columns of a matrix are what it makes of the unit vectors. Here: of the H·W images that are 1 in one pixel and 0 elsewhere. torch's convolution is allowed.
#
# </details>
# <details><summary>Help: the numbers of a row run over the right edge into the next line of the image</summary>
#
# A window may not wrap round: there are only W − w + 1 places in a row. A matrix where it does is called circulant, and it belongs to an image that is a ring.
#
# </details>


# %% conv_matrix role="solution"
def conv_matrix(K: torch.Tensor, in_shape: tuple[int, int]) -> torch.Tensor:
    """The matrix W of `corr2d` with the kernel K (h, w), for images of in_shape (H, W).

    - W @ X.flatten() is corr2d(X, K).flatten() for every image X; K is not flipped.
    - The shape is (H'*W', H*W) with H' = H-h+1 and W' = W-w+1. K fits. H and W may differ, so may h and w.
    - Same dtype as K. Gradients flow back to K.
    """
    ### BEGIN SOLUTION
    (h, w), (height, width) = K.shape, in_shape
    rows, columns = height - h + 1, width - w + 1
    matrix = K.new_zeros(rows, columns, height, width)
    for r in range(rows):
        for c in range(columns):
            matrix[r, c, r : r + h, c : c + w] = K
    return matrix.reshape(rows * columns, height * width)
    ### END SOLUTION


# %% conv_matrix_first role="check"
K = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
banded = [
    [1, 2, 0, 3, 4, 0, 0, 0, 0],
    [0, 1, 2, 0, 3, 4, 0, 0, 0],
    [0, 0, 0, 1, 2, 0, 3, 4, 0],
    [0, 0, 0, 0, 1, 2, 0, 3, 4],
]
check(
    conv_matrix,
    Example(K, (3, 3), gives=banded, note="the picture above"),
    Example(
        K[:1],
        (2, 3),
        gives=[[1, 2, 0, 0, 0, 0], [0, 1, 2, 0, 0, 0], [0, 0, 0, 1, 2, 0], [0, 0, 0, 0, 1, 2]],
        note="kernel 1 × 2 on 2 × 3",
    ),
    Example(K, (2, 2), gives=[[1, 2, 3, 4]], note="a kernel as large as the image"),
    Example(
        K,
        (28, 20),
        look_at=lambda matrix: tuple(matrix.shape),
        gives=(27 * 19, 28 * 20),
        note="28 × 20 pixels",
    ),
    Example(K.double(), (2, 2), gives=[[1, 2, 3, 4]], note="float64 in, float64 out"),
)

# %% [markdown]
# Count. An n × n image, a k × k kernel, no padding, stride 1, one channel; the output has m × m pixels, m = n − k + 1. How many weights are there to learn, if …
#
# | | every place sees | every place has its own weights | weights |
# |---|---|---|---|
# | `dense` | all pixels | yes | one for each entry of the matrix |
# | `local` | its window | yes | one for each entry of the *bands* |
# | `shared` | its window | no, all have the same | one kernel |
#
# <details><summary>Question: a dense layer on a photograph of 224 × 224 in colour: how many weights has a single neuron?</summary>
#
# 224 · 224 · 3 = 150,528. A 3 × 3 kernel on the same photograph has 27. And shuffle all pixels in the same way in all photographs: the dense layer learns just as well, it never knew which pixels
# are neighbours. The convolution does not.
#
# </details>


# %% weight_counts role="solution"
def weight_counts(n: int, k: int) -> dict[str, int]:
    """How many weights lead from an n × n image to all places of a k × k kernel (k <= n), without biases.

    Returns {"dense": …, "local": …, "shared": …}, three ints. The output has n-k+1 rows and columns.
    """
    ### BEGIN SOLUTION
    places = (n - k + 1) ** 2
    return {"dense": places * n**2, "local": places * k**2, "shared": k**2}
    ### END SOLUTION


# %% conv_matrix_check role="check" points=12 title="The matrix of a convolution"
check(
    weight_counts,
    Example(3, 2, gives={"dense": 36, "local": 16, "shared": 4}, note="the picture: 36, 16, 4"),
    Example(28, 5, gives={"dense": 451584, "local": 14400, "shared": 25}, note="a digit under 5 × 5"),
)

# %%
with after_writing("conv_matrix"):
    box = torch.arange(1.0, 10.0).reshape(3, 3)
    plots.row(conv_matrix(box, (8, 8)), titles=["a 3 × 3 kernel on 8 × 8: 36 × 64"]).show()

# %% [markdown]
# ---
# ## T2.5 · Going back up: `conv_transpose2d`
#
# *Difficulty ●●●●○ · Importance ●●●●○ · about 50 minutes · 18 points, and 4 for an explanation*
#
# **Warm-up.** Every pixel of [[1, 2], [3, 4]] becomes a block, 1 high and 2 wide. What comes out?
#
# <details><summary>Answer</summary>
#
# **[[1, 1, 2, 2], [3, 3, 4, 4]]**.
#
# </details>
#
# To colour every pixel of an image, or to draw a new one, a network must become *larger* again. The simplest way invents nothing: every pixel becomes
# a block.

# %%
small = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
blocks = small.repeat_interleave(2, 0).repeat_interleave(3, 1)
plots.row(small, blocks, titles=["x", "factor (2, 3)"], signs="→", boxes={0: (0, 1, 1, 1), 1: (0, 3, 2, 3)})

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# `repeat_interleave` writes every entry several times in a row: a a b b. `repeat` and `tile` write the whole thing again: a b a b. Try both on `[[1, 2], [3, 4]]`.
#
# </details>


# %% upsample_nearest role="solution"
def upsample_nearest(x: torch.Tensor, factor: int | tuple[int, int]) -> torch.Tensor:
    """Every pixel becomes a block of fh × fw equal pixels: (B, C, H, W) -> (B, C, fh*H, fw*W).

    factor: an int of 1 or more, or a pair (height, width). Keeps every dtype, whole numbers too.
    `F.interpolate` is switched off.
    """
    ### BEGIN SOLUTION
    high, wide = pair(factor)
    return x.repeat_interleave(high, dim=2).repeat_interleave(wide, dim=3)
    ### END SOLUTION


# %% upsample_nearest_first role="check"
four = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
check(
    upsample_nearest,
    Example(four, (2, 3), gives=[[[[1, 1, 1, 2, 2, 2]] * 2 + [[3, 3, 3, 4, 4, 4]] * 2]], note="factor (2, 3)"),
    Example(four[:, :, :1].long(), 2, gives=[[[[1, 1, 2, 2], [1, 1, 2, 2]]]], note="whole numbers, factor 2"),
    Example(four[:, :, :1].double(), 2, gives=[[[[1, 1, 2, 2], [1, 1, 2, 2]]]], note="float64 in, float64 out"),
)

# %% [markdown]
# **Unpooling** remembers. Max pooling can tell *where* in its window the winner stood (`return_indices=True`); `nn.MaxUnpool2d` puts each number back to that
# place, and zeros everywhere else. So what was found is again where it was found, for example in networks that outline objects pixel by pixel. On the numbers
# of T2.1:

# %%
numbers = torch.tensor([[[[1.0, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]]]])
pooled, places = F.max_pool2d(numbers, 2, return_indices=True)
unpooled = torch.nn.MaxUnpool2d(2)(pooled, places)
print("the winners stand at", places.flatten().tolist(), "of the 16 places, counted row by row")
names = ["X", "max pool", "MaxUnpool2d", "Upsample: blocks"]
plots.row(numbers[0, 0], pooled[0, 0], unpooled[0, 0], F.interpolate(pooled, scale_factor=2)[0, 0], titles=names, signs=["→", "→", " "])

# %% [markdown]
# Both are fixed rules. A **transposed convolution** *learns* how to become larger. Think of the kernel as a **stamp**. Each pixel of x presses it onto an empty canvas, as strong as the
# pixel is bright, and where stamps overlap the ink adds up. x = [[1, 2], [3, 4]], kernel [[0, 1], [2, 3]], stride 1:

# %%
stamp = torch.arange(4.0).reshape(2, 2)
moving.stamps(small, stamp).show()
stamps = [F.pad(small[i, j] * stamp, (j, 1 - j, i, 1 - i)) for i in range(2) for j in range(2)]
names = ["1 · stamp", "2 · stamp", "3 · stamp", "4 · stamp", "sum"]
places = {2 * i + j: (i, j, 2, 2) for i in range(2) for j in range(2)}
plots.row(*stamps, sum(stamps), titles=names, signs="+++=", boxes=places)

# %% [markdown]
# With **stride** 2 the stamps lie two pixels apart: here they just touch, and 2 × 2 becomes 4 × 4. With a kernel of 3 they would overlap by one.

# %%
apart = torch.zeros(4, 4)
for i in range(2):
    for j in range(2):
        apart[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += small[i, j] * stamp
names = ["x", "stamp", "stride 2"]
plots.row(small, stamp, apart, titles=names, signs=["", "→"], boxes={0: (0, 1, 1, 1), 2: (0, 2, 2, 2)})

# %%
moving.stamps(small, torch.ones(3, 3), stride=2)

# %% [markdown]
# (Stamps of ones, so that you see what overlaps: the middle gets 1 + 2 + 3 + 4.)
#
# **Padding** is taken *away* here: p rows and columns are cut off at each edge of the canvas. (Forward, padding makes room; on the way back that room goes.)
#
# $$\text{out} = (n - 1)\,s - 2p + k + \text{op}$$
#
# **Which size was it?** A convolution with k = 3, s = 2 makes 13 pixels out of 27, and also out of 28: it drops the last one.

# %%
plots.placements(n=7, k=3, s=2).show()
plots.placements(n=8, k=3, s=2).show()

# %% [markdown]
# The way back from 3 cannot know whether to go to 7 or to 8. The formula says 7; `output_padding` = 1 says 8: one more row *at the bottom* and one more column *at the right*. The canvas simply ends later, and what
# the stamps left there stays.
#
# | forward | | back | |
# |---|---|---|---|
# | k 2, s 2 | 28 → 14 | op 0 | 14 → **28** |
# | k 3, s 2 | 28 → 13 | op 0 | 13 → **27** |
# | k 3, s 2 | 28 → 13 | op 1 | 13 → **28** |
#
# Forward, s different sizes fall on the same output. So op is one of 0 … s − 1, anything else is an error.


# %% conv_transpose_out_size role="solution"
def conv_transpose_out_size(n: int, k: int, s: int = 1, p: int = 0, op: int = 0) -> int:
    """How many pixels a transposed convolution makes out of n: (n-1)*s - 2*p + k + op, an int.

    k is the kernel, s the stride, p the padding at *each* end, op the output padding.
    Raises ValueError when op is not one of 0 … s-1, and when less than 1 pixel would be left.
    """
    ### BEGIN SOLUTION
    if not 0 <= op < s:
        raise ValueError(f"output padding {op} does not go with stride {s}")
    size = (n - 1) * s - 2 * p + k + op
    if size < 1:
        raise ValueError("nothing would be left")
    return size
    ### END SOLUTION


# %% conv_transpose_out_size_first role="check"
check(
    conv_transpose_out_size,
    Example(14, 2, 2, gives=28),
    Example(13, 3, 2, gives=27),
    Example(13, 3, 2, op=1, gives=28),
    Example(7, 4, 2, p=1, gives=14),
    Example(13, 3, 2, op=2, raises=ValueError, note="op = 2 with stride 2: ValueError"),
    Example(1, 2, p=1, raises=ValueError, note="0 + 2 − 2 pixels: ValueError"),
)

# %% [markdown]
# Now the layer. Its weight is **(Cin, Cout, kh, kw)**: the input channels come first, because it is the weight of the convolution that it undoes. Each input channel presses a stamp of its own
# onto each output channel.
#
# <details><summary>Hint 1: a loop over the pixels</summary>
#
# An empty canvas of (B, Cout, (H−1)·sh + kh + oph, (W−1)·sw + kw + opw). For each pixel (i, j): the stamp is `torch.einsum("bc,cokl->bokl", x[:, :, i, j], weight)`, and it is *added* (`+=`) at
# rows `i * sh : i * sh + kh` and its columns. Then cut the padding off, then the bias.
#
# </details>
# <details><summary>Hint 2: a loop over the kernel</summary>
#
# The ink of kernel place (u, v) from all pixels at once lands on `canvas[:, :, u : u + sh * (H - 1) + 1 : sh, v : …]`.
#
# </details>
# <details><summary>Help: it is right without overlap, wrong with</summary>
#
# `=` where `+=` belongs: the last stamp covers the ones before it.
#
# </details>
# <details><summary>Help: all is right, only <code>output_padding</code> is not</summary>
#
# Do not glue zeros on at the end. Make the canvas larger *before* you cut p off: a stamp may reach into that last row, and then it is not zero.
#
# </details>
# <details><summary>Must the kernel be flipped? They call it deconvolution.</summary>
#
# With stamps, no. (If you write it as a convolution of a stretched and padded x, then yes, the kernel has to be turned by 180°. It is the same thing.) And it is no *de*-convolution: see below.
#
# </details>


# %% conv_transpose2d role="solution"
def conv_transpose2d(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
) -> torch.Tensor:
    """The transposed convolution: x (B, Cin, H, W) and weight (Cin, Cout, kh, kw) -> (B, Cout, H', W').

    - Pixel (i, j) of channel c adds x[b, c, i, j] * weight[c, o] to output channel o of image b,
      with its corner at (i*sh - ph, j*sw - pw). What lands outside is lost. Overlaps add up.
    - H' = (H-1)*sh - 2*ph + kh + oph, and W' likewise. The output padding adds rows at the bottom and columns
      at the right.
    - bias (Cout,) or None: bias[o] is added to every pixel of output channel o.
    - stride, padding and output_padding: an int, or a pair (height, width). They fit together.
    - Gradients flow back to x, weight and bias. torch's own convolutions are switched off.
    """
    ### BEGIN SOLUTION
    (sh, sw), (ph, pw), (oph, opw) = pair(stride), pair(padding), pair(output_padding)
    batch, _, height, width = x.shape
    _, c_out, kh, kw = weight.shape
    tall, wide = (height - 1) * sh + kh + oph, (width - 1) * sw + kw + opw
    canvas = x.new_zeros(batch, c_out, tall, wide)
    for u in range(kh):
        for v in range(kw):
            ink = torch.einsum("bchw,co->bohw", x, weight[:, :, u, v])
            canvas[:, :, u : u + sh * (height - 1) + 1 : sh, v : v + sw * (width - 1) + 1 : sw] += ink
    out = canvas[:, :, ph : tall - ph, pw : wide - pw]
    return out.clone() if bias is None else out + bias[:, None, None]
    ### END SOLUTION


# %% conv_transpose2d_check role="check" points=18 title="Going back up"
small = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
stamp = torch.arange(4.0).reshape(1, 1, 2, 2)
waves = torch.sin(torch.arange(2.0 * 3 * 5 * 8)).reshape(2, 3, 5, 8)  # two images, three channels, nothing square
four_stamps = torch.cos(torch.arange(3.0 * 4 * 3 * 2)).reshape(3, 4, 3, 2)
everything = (waves, four_stamps, torch.arange(4.0), (2, 3), (1, 0), (0, 2))
check(
    conv_transpose2d,
    Example(small, stamp, gives=[[[[0, 1, 2], [2, 10, 10], [6, 17, 12]]]], note="four stamps, stride 1"),
    Example(
        small,
        stamp,
        stride=2,
        gives=[[[[0, 1, 0, 2], [2, 3, 4, 6], [0, 3, 0, 4], [6, 9, 8, 12]]]],
        note="stride 2",
    ),
    Example(small, stamp, torch.tensor([0.5]), padding=1, gives=[[[[10.5]]]], note="padding 1 and a bias"),
    Example(
        small,
        stamp,
        stride=2,
        padding=(1, 0),
        output_padding=(1, 0),
        gives=[[[[2, 3, 4, 6], [0, 3, 0, 4], [6, 9, 8, 12]]]],
        note="padding and output padding for the height: the last row is not zero",
    ),
    Example(
        torch.zeros(2, 3, 13, 9),
        torch.zeros(3, 4, 3, 2),
        stride=2,
        output_padding=(1, 0),
        look_at=lambda y: tuple(y.shape),
        gives=(2, 4, 28, 18),
        note="the shape, with channels",
    ),
    Example(
        *everything,
        gives=F.conv_transpose2d(*everything),
        rtol=1e-4,
        atol=1e-5,
        note="everything at once, nothing square",
    ),
    Example(
        small.double(),
        stamp.double(),
        gives=[[[[0, 1, 2], [2, 10, 10], [6, 17, 12]]]],
        note="float64 in, float64 out",
    ),
)

# %% [markdown]
# **Is it the way back?** Down with stride 2 and up again, with the same kernel. For k = 2 the size comes back, 28 → 14 → 28. The image does not:

# %%
with after_writing("conv_transpose2d"):
    digit = data.digits()[0][:1]
    kernel = torch.tensor([[[[0.4, 0.3], [0.2, 0.1]]]])
    down = F.conv2d(digit, kernel, stride=2)
    up = conv_transpose2d(down, kernel, stride=2)
    names = ["28 × 28", "down: 14 × 14", "up: 28 × 28"]
    plots.row(digit[0, 0], down[0, 0], up[0, 0], titles=names, signs="→→").show()

# %% [markdown]
# <details><summary>Question: “with the same parameters, a transposed convolution recovers the original”. What is right about it?</summary>
#
# The *shape*, and not even that always: with k = 3, s = 2 it goes 28 → 13 → 27, unless you ask for output_padding = 1. The pixels are gone: 784 numbers became 196, and nothing
# can know the rest.
#
# </details>
# <details><summary>Then why is it called <i>transposed</i>?</summary>
#
# Take the matrix W of T2.4. The convolution is W · x, and the transposed convolution is Wᵀ · y: 4 numbers up to 9. So for all images ⟨W x, y⟩ = ⟨x, Wᵀ y⟩. The last cell of this task tries Wᵀ. And because
# the gradient of W · x is Wᵀ times the upstream gradient, `conv_transpose2d` is also the *backward pass of every convolution*.
#
# </details>
# **In your own words.** Images that a network has drawn often carry a fine checkerboard. Here is where it is born: a plain image of ones, and stamps of ones.

# %%
stamped = [F.conv_transpose2d(torch.ones(1, 1, 3, 4), torch.ones(1, 1, k, k), stride=2)[0, 0] for k in (2, 3, 4)]
plots.row(*stamped, titles=["k = 2, s = 2", "k = 3, s = 2", "k = 4, s = 2"])

# %% [markdown]
# Why does k = 3 give a checkerboard, and k = 2 and k = 4 do not? And what would you do against it? Four or five sentences. A person reads them:
#
# | | points |
# |---|---:|
# | k = 3, s = 2: how many stamps reach a pixel, and why that number changes from pixel to pixel | 2 |
# | the rule that says for which k and s it is even, away from the edges | 1 |
# | one way to avoid it | 1 |

# %% [markdown] checkerboard role="manual" points=4 title="Where the checkerboard comes from"
# Stamps of width 3 lie two pixels apart, so neighbours overlap by one: in each direction every second pixel is under two stamps, the others under one. In two
# dimensions that is 1, 2 or 4 stamps, in a checkered pattern, and where more stamps fall there is more ink, whatever the image shows. The
# overlap is even when k is a multiple of s (2 and 2, or 4 and 2: there every inner pixel is under the same number of stamps). So choose such a kernel, or enlarge with
# upsample_nearest and follow it with an ordinary convolution.

# %%
with after_writing("conv_transpose2d and conv_matrix"):
    K = torch.arange(1.0, 7.0).reshape(2, 3)
    up = conv_transpose2d(torch.ones(1, 1, 3, 4), K[None, None])
    by_matrix = (conv_matrix(K, (4, 6)).T @ torch.ones(12)).reshape(4, 6)
    plots.row(up[0, 0], by_matrix, titles=["twelve stamps", "Wᵀ times twelve ones"], signs="=").show()

# %% [markdown]
# ---
# ## T2.6 · Backward by hand
#
# *Difficulty ●●●●○ · Importance ●●●○○ · about 30 minutes · 10 points*
#
# **Warm-up.** Two windows, (2, 9) and (9, 4), give their largest numbers, 9 and 9. At the first the gradient 1 arrives, at the second 3. How much of it
# does each of the numbers 2, 9, 4 get?
#
# <details><summary>Answer</summary>
#
# **[0, 4, 0]**: the 9 wins both times.
#
# </details>
#
# Autograd does this for you. Write it once yourself and you will never wonder again what a pooling layer lets through.
#
# **Max pooling is a competition.** Wiggle a number that did not win, and nothing happens behind it: its gradient is 0. The winner passes everything on. With an upstream
# gradient of 1, 2, 3, 4 for the four windows of T2.1:

# %%
X = torch.tensor([[1.0, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]])
upstream = torch.tensor([[1.0, 2], [3, 4]])
won = torch.zeros(4, 4)
won[1, 1], won[1, 3], won[3, 0], won[3, 3] = 1, 2, 3, 4
names = ["x", "dout", "dx"]
boxes = {0: (2, 0, 2, 2), 1: (1, 0, 1, 1), 2: (2, 0, 2, 2)}
plots.row(X, upstream, won, titles=names, signs=["", "→"], boxes=boxes)

# %% [markdown]
# (The mean is fair: each of the four would get a quarter.) Send the maxima themselves back, and you have `nn.MaxUnpool2d` of T2.5: where windows do not overlap, the two are the same.
#
# When windows overlap, a pixel can win several of them, and then it gets the *sum*. Here, with stride 1, the 9
# lies in all four windows; the circle is the winner:

# %%
moving.winners([[1, 2, 0], [3, 9, 4], [5, 0, 6]], 2, upstream, stride=1)

# %% [markdown]
# Change the 9 into a 1 and step through it again: which numbers win now, and what do they get? (3, 4, 5 and 6 win one window each.)
#
# <details><summary>Hint 1</summary>
#
# `winner = windows.argmax(dim=-1)` numbers the pixels of a window row by row, and takes the first among equals: it is at row `winner // kw`, column `winner % kw` *of the window*. Add where the window begins.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Four loops (image, channel, row, column) and `dx[b, c, r, s] += dout[b, c, i, j]` are good enough here. Without loops: `scatter_add` on a flat dx.
#
# </details>
# <details><summary>Help: equal numbers all get the gradient</summary>
#
# `window == window.max()` is true for every one of them. One winner per window: the first.
#
# </details>


# %% max_pool_backward role="solution"
def max_pool_backward(
    dout: torch.Tensor,
    x: torch.Tensor,
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int],
) -> torch.Tensor:
    """The gradient of max pooling with respect to its input: a tensor like x (B, C, H, W).

    - dout (B, C, H', W') is the gradient that arrives at the output of pool2d(x, kernel, stride), no padding.
    - Each window passes its dout on to its largest number; among equal ones to the first, row by row.
    - A number that wins several windows gets the sum, one that wins none gets 0.
    - kernel and stride: an int, or a pair (height, width). Pixels that no window sees get 0.
    - torch's own poolings are switched off.
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    batch, channels, height, width = x.shape
    rows, columns = dout.shape[2:]
    winner = x.unfold(2, kh, sh).unfold(3, kw, sw).flatten(4).argmax(dim=-1)
    row = torch.arange(rows, device=x.device)[:, None] * sh + winner // kw
    column = torch.arange(columns, device=x.device) * sw + winner % kw
    flat = dout.new_zeros(batch, channels, height * width)
    flat = flat.scatter_add(2, (row * width + column).flatten(2), dout.flatten(2))
    return flat.reshape(x.shape)
    ### END SOLUTION


# %% max_pool_backward_first role="check"
X = torch.tensor([[[[1.0, 1, 2, 4], [4, 5, 6, 9], [3, 1, 0, 3], [4, 0, 1, 8]]]])
upstream = torch.tensor([[[[1.0, 2], [3, 4]]]])
waves = torch.sin(torch.arange(2.0 * 3 * 5 * 8)).reshape(2, 3, 5, 8).requires_grad_()  # two images, three channels, nothing square
pooled = F.max_pool2d(waves, (2, 3), (1, 2))
arrives = torch.arange(1.0, 1 + pooled.numel()).reshape(pooled.shape)
(sent_back,) = torch.autograd.grad(pooled, waves, arrives)
check(
    max_pool_backward,
    Example(
        upstream,
        X,
        2,
        2,
        gives=[[[[0, 0, 0, 0], [0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]]]],
        note="the picture above",
    ),
    Example(
        torch.tensor([[[[1.0, 10.0]]]]),
        torch.tensor([[[[1.0, 0, 7, 3, 2], [0, 1, 0, 4, 5]]]]),
        (2, 3),
        (1, 2),
        gives=[[[[0, 0, 11, 0, 0], [0, 0, 0, 0, 0]]]],
        note="the 7 wins both windows: 1 + 10",
    ),
    Example(
        torch.ones(1, 1, 1, 1),
        torch.zeros(1, 1, 2, 2),
        2,
        2,
        gives=[[[[1, 0], [0, 0]]]],
        note="equal numbers: the first",
    ),
    Example(
        torch.tensor([[[[5.0, 9], [4, 8]]]]),
        X,
        2,
        2,
        gives=[[[[0, 0, 0, 0], [0, 5, 0, 9], [0, 0, 0, 0], [4, 0, 0, 8]]]],
        note="the maxima themselves as dout: this is MaxUnpool2d",
    ),
    Example(
        arrives, waves.detach(), (2, 3), (1, 2), gives=sent_back, note="everything at once, nothing square"
    ),
    Example(
        upstream.double(),
        X.double(),
        2,
        2,
        gives=[[[[0, 0, 0, 0], [0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]]]],
        note="float64 in, float64 out",
    ),
)

# %% [markdown]
# **`col2im`** is the way back of `im2col`: put every column back to the place it was cut from. A pixel that lay in several windows gets the *sum* of what they bring. Send nothing but ones back, and you see how
# often each pixel was used:

# %%
ones = torch.ones(4, 4)
used = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])
boxes = {0: (0, 1, 4, 1), 1: (0, 1, 2, 2)}
plots.row(ones, used, titles=["columns of ones", "col2im, kernel 2"], signs="→", boxes=boxes)

# %% [markdown]
# So it does *not* undo `im2col`: it is its transpose, once more. With padding, build the canvas of the *padded* image and cut the frame off at the end.
#
# <details><summary>Hint 1</summary>
#
# Reshape the columns to (B, C, kh, kw, H', W'). Then it is the loop over the kernel of T2.5: `canvas[:, :, u : u + sh * (rows - 1) + 1 : sh, …] += cols[:, :, u, v]`.
#
# </details>


# %% col2im role="solution"
def col2im(
    cols: torch.Tensor,
    x_shape: tuple[int, int, int, int],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int],
    padding: int | tuple[int, int],
) -> torch.Tensor:
    """Put the columns of im2col back: (B, C*kh*kw, L) -> x_shape = (B, C, H, W), as F.fold does it.

    - Each number is *added* to the pixel it was cut from; what lies on the padding is lost.
    - kernel, stride and padding: an int, or a pair (height, width), as they were for im2col.
    - Pixels that no window saw get 0. Gradients flow back to cols.
    - torch's own convolutions, `F.unfold` and `F.fold` are switched off.
    """
    ### BEGIN SOLUTION
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    batch, channels, height, width = x_shape
    rows, columns = (height + 2 * ph - kh) // sh + 1, (width + 2 * pw - kw) // sw + 1
    cols = cols.reshape(batch, channels, kh, kw, rows, columns)
    down, right = sh * (rows - 1) + 1, sw * (columns - 1) + 1
    canvas = cols.new_zeros(batch, channels, height + 2 * ph, width + 2 * pw)
    for u in range(kh):
        for v in range(kw):
            canvas[:, :, u : u + down : sh, v : v + right : sw] += cols[:, :, u, v]
    return canvas[:, :, ph : ph + height, pw : pw + width].clone()
    ### END SOLUTION


# %% backward_check role="check" points=10 title="Backward by hand"
cut = torch.sin(torch.arange(2.0 * 18 * 15)).reshape(2, 18, 15)  # two images, three channels, nothing square
check(
    col2im,
    Example(
        torch.ones(1, 4, 4),
        (1, 1, 3, 3),
        2,
        1,
        0,
        gives=[[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]],
        note="columns of ones",
    ),
    Example(
        torch.arange(12.0).reshape(1, 2, 6),
        (1, 1, 2, 4),
        (1, 2),
        (1, 2),
        (0, 1),
        gives=[[[[6, 1, 7, 2], [9, 4, 10, 5]]]],
        note="stride (1, 2), padding (0, 1)",
    ),
    Example(
        cut,
        (2, 3, 5, 8),
        (3, 2),
        (1, 2),
        (0, 1),
        gives=F.fold(cut, (5, 8), (3, 2), stride=(1, 2), padding=(0, 1)),
        note="everything at once, nothing square",
    ),
    Example(
        torch.ones(1, 4, 4).double(),
        (1, 1, 3, 3),
        2,
        1,
        0,
        gives=[[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]],
        note="float64 in, float64 out",
    ),
)

# %% [markdown]
# Never trust a backward pass that was not measured. Wiggle each pixel by 0.00001, look how much the output changes, compare:

# %%
with after_writing("max_pool_backward and pool2d"):
    torch.manual_seed(0)
    x, upstream = torch.rand(1, 2, 5, 7, dtype=torch.float64), torch.rand(1, 2, 2, 3, dtype=torch.float64)
    measured = gradients.numerical_gradient(lambda x: (pool2d(x, 3, 2) * upstream).sum(), x, step=1e-5)
    yours = max_pool_backward(upstream, x, 3, 2)
    print("largest difference:", (yours - measured).abs().max().item())
    plots.row(x[0, 0], yours[0, 0], measured[0, 0], titles=["x", "yours", "measured"]).show()

# %% [markdown]
# ---
# ## T2.7 · Who has seen what?
#
# *Difficulty ●●●○○ · Importance ●●●●○ · about 20 minutes · 10 points*
#
# **Warm-up.** Three neighbours look at the pixels 0–2, 1–3 and 2–4. How many pixels have they seen together? And if they are 2 apart: 0–2, 2–4 and 4–6?
#
# <details><summary>Answer</summary>
#
# **5**, because they overlap; and **7**.
#
# </details>
#
# A pixel after one 3 × 3 layer has seen 3 pixels of the image in each direction, and after a second one **5**. Follow the orange wedge down:

# %%
reach(n=9, layers=[(3, 1, 0), (3, 1, 0)])

# %% [markdown]
# The part of the image that can change a pixel is its **receptive field**. Now put a pooling layer (kernel 2, stride 2) between the two:

# %%
reach(n=12, layers=[(3, 1, 0), (2, 2, 0), (3, 1, 0)])

# %% [markdown]
# After the pooling, neighbours are **2** pixels of the image apart, so the last kernel of 3 reaches over 2 · 2 more: 3 → 4 → **8**. Three numbers are all you need to carry along:
#
# | | | starts with | a layer (k, s, p) makes it |
# |---|---|---|---|
# | **size** | how many pixels it sees | 1 | larger by (k − 1) · jump |
# | **jump** | how far apart two neighbours are | 1 | s times as large |
# | **start** | the *middle* of what the first unit sees | 0, the middle of pixel 0 | larger by ((k − 1)/2 − p) · jump |
#
# `jump` is the one *before* the layer. In the first picture the first unit of the top row sees the pixels 0 … 4, so its start is 2.0. With padding 1 in both layers it would be 0.0.
#
# The network for digits that you will build in A3, row by row:
#
# | layer (k, s, p) | size | jump | start |
# |---|---|---|---|
# | convolution (3, 1, 1) | 3 | 1 | 0.0 |
# | max pool (2, 2, 0) | 4 | 2 | 0.5 |
# | convolution (5, 1, 0) | **12** | 2 | 4.5 |
# | max pool (2, 2, 0) | **14** | **4** | 5.5 |
#
# A unit at its end has seen 14 × 14 of the 28 × 28 pixels. Half the digit, not more.
#
# <details><summary>Hint 1</summary>
#
# One loop over the layers, three lines in it. The order of the lines matters: size and start use the jump before it grows.
#
# </details>
# <details><summary>Question: does a pooling layer make the receptive field larger?</summary>
#
# A little by itself (its kernel counts like any other), but above all it makes every layer *after* it count double.
#
# </details>
# <details><summary>Question: three 3 × 3 layers or one 7 × 7?</summary>
#
# Both see 7 pixels. Three small ones have 27 weights instead of 49 (for each pair of channels), and two more ReLUs between them. This is the idea of VGG.
#
# </details>
# <details><summary>Why may the field be larger than the image?</summary>
#
# It then looks at padding. Leave it as it is: a receptive field of 400 on a photograph of 224 says "has seen everything".
#
# </details>


# %% receptive_field role="solution"
def receptive_field(layers: list[tuple[int, int, int]]) -> tuple[int, int, float]:
    """What one unit behind these layers sees of the image, along one axis: the tuple (size, jump, start).

    - layers: (kernel, stride, padding) of each, from the image upwards; convolutions and poolings alike.
    - size (int): how many pixels can change the unit. It may be larger than any image: nothing is cut off.
    - jump (int): how many pixels two neighbouring units are apart.
    - start (float): the middle of what the first unit sees; the middle of pixel 0 is 0.0. It may be negative.
    - No layer: (1, 1, 0.0).
    """
    ### BEGIN SOLUTION
    size, jump, start = 1, 1, 0.0
    for kernel, stride, padding in layers:
        size += (kernel - 1) * jump
        start += ((kernel - 1) / 2 - padding) * jump
        jump *= stride
    return size, jump, start
    ### END SOLUTION


# %% receptive_field_check role="check" points=10 title="Receptive field"
check(
    receptive_field,
    Example([(3, 1, 0), (3, 1, 0)], gives=(5, 1, 2.0), note="two 3 × 3 layers: 5"),
    Example([(3, 1, 0), (2, 2, 0), (3, 1, 0)], gives=(8, 2, 3.5), note="with a pooling between them: 8"),
    Example([(3, 1, 1), (2, 2, 0), (5, 1, 0)], gives=(12, 2, 4.5), note="the digit network, three layers"),
    Example([(3, 1, 1), (2, 2, 0), (5, 1, 0), (2, 2, 0)], gives=(14, 4, 5.5), note="… and to its end"),
    Example([], gives=(1, 1, 0.0), note="no layer: a pixel sees itself"),
)

# %% [markdown]
# Does the formula tell the truth? Autograd knows: put ones into all kernels, and ask for the gradient of one unit with respect to the image. Where it is not 0 the unit has looked, and the number says along how many
# ways. The middle counts most.

# %%
with after_writing("receptive_field"):
    image = torch.zeros(1, 1, 12, 12, requires_grad=True)
    layers = [(3, 1, 0), (3, 2, 0), (2, 1, 0)]
    out = image
    for k, s, p in layers:
        out = F.conv2d(out, torch.ones(1, 1, k, k), stride=s, padding=p)
    size, jump, start = receptive_field(layers)
    (seen,) = torch.autograd.grad(out[0, 0, 1, 2], image)
    first = [round(start + place * jump - (size - 1) / 2) for place in (1, 2)]
    print(f"size {size}, jump {jump}, start {start}")
    plots.row(seen[0, 0], titles=["what unit (1, 2) has seen"], boxes={0: (*first, size, size)}).show()

# %% [markdown]
# The orange box is your prediction for the unit at row 1, column 2: start + 1 · jump and start + 2 · jump in the middle.

# %% [markdown]
# ---
# ## T2.8 · Stretch: a detour through frequencies
#
# *Difficulty ●●●●○ · Importance ●●○○○ · about 30 minutes · extra credit: +6*
#
# **Warm-up.** The numbers 1, 2, 3, 4 lie on a ring: after the 4 comes the 1 again. Slide the kernel (1, 10) round it. Each place gives its own number plus ten times
# the next one. Which four numbers come out?
#
# <details><summary>Answer</summary>
#
# **[21, 32, 43, 14]**. The last window is (4, 1): it reaches over the end.
#
# </details>
#
# A blur of 31 × 31 multiplies 961 times for each pixel. There is a detour that does not care how large the kernel is. Here is the idea on paper, with the ring of the warm-up:
#
# | window | 1 2 | 2 3 | 3 4 | **4 1** |
# |---|---|---|---|---|
# | times 1 10 | 21 | 32 | 43 | **14** |
#
# Three numbers are those that you want. The fourth has *wrapped round*: its window reaches over the end. Now the Fourier transform. It writes a signal as a sum of waves, one number per wave, and turns sliding
# round a ring into plain multiplication, number by number. Fill the kernel up with zeros to 1 10 0 0, and transform both:
#
# | | wave 0 | wave 1 | wave 2 | wave 3 |
# |---|---|---|---|---|
# | of 1 2 3 4 | 10 | −2 + 2i | −2 | −2 − 2i |
# | of 1 10 0 0 | 11 | 1 − 10i | −9 | 1 + 10i |
# | first times *conjugate* of the second | 110 | −22 − 18i | 18 | −22 + 18i |
#
# Add up the last row and divide by 4: (110 − 44 + 18) / 4 = **21**. This is the first number of the way back, and the others are 32, 43 and 14. The conjugate (−i in the place of i) makes it *slide*; without it the kernel is flipped first.
#
# With images it is the same in two directions. The kernel lies in the corner of zeros as large as the image; what comes back is as large as the image, too, and the box is what never wrapped:

# %%
twelve = torch.arange(12.0).reshape(3, 4)
corner = F.pad(torch.arange(4.0).reshape(2, 2), (0, 2, 0, 1))
ring = sum(corner[u, v] * twelve.roll((-u, -v), (0, 1)) for u in range(2) for v in range(2))
names = ["x", "kernel, filled up", "what comes back"]
plots.row(twelve, corner, ring, titles=names, signs="⋆=", boxes={0: (0, 0, 2, 2), 1: (0, 0, 2, 2), 2: (0, 0, 2, 3)})

# %% [markdown]
# With $\mathcal F$ for the transform, and a sum over the input channels as in every convolution:
#
# $$y_{b,o} = \mathcal F^{-1}\Big(\sum_c \mathcal F(x_{b,c})\cdot\overline{\mathcal F(w_{o,c})}\Big),\quad\text{cropped to } H' \times W'$$
#
# `torch.fft.rfft2(x)` transforms the last two axes. Images hold real numbers, so half of the waves mirror the other half, and are left out: (…, H, W) becomes (…, H, W // 2 + 1). `torch.fft.irfft2` is the way back.
#
# <details><summary>Hint 1: one image, one channel</summary>
#
# `rfft2(x)`, `rfft2(weight, s=(H, W))` (`s` fills up with zeros), the product with `.conj()`, `irfft2(…, s=(H, W))`, and crop: the first H' rows and W' columns.
#
# </details>
# <details><summary>Hint 2: channels</summary>
#
# Add up over the input channels *before* the way back: the transform of a sum is the sum of the transforms, so one way back per output channel is enough.
# `torch.einsum("bchw,ochw->bohw", …)` does product and sum.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: The size of tensor a (5) must match the size of tensor b (2) at non-singleton dimension 3</code></summary>
#
# The kernel was transformed at its own size. Both need the same waves: `rfft2(weight, s=x.shape[2:])`.
#
# </details>
# <details><summary>Help: it is right for images of even width, and a column is missing for odd ones</summary>
#
# (…, W // 2 + 1) is the same for W = 8 and W = 9. `irfft2` cannot know which it was, and takes the even one: tell it, with `s=`.
#
# </details>
# <details><summary>Help: the right numbers, in the wrong places</summary>
#
# Without `.conj()` the kernel is flipped, and what never wrapped lies at the *other* end of the ring.
#
# </details>
# <details><summary>Question: with padding, how large must the ring be?</summary>
#
# As large as the padded image. Then a window that reaches over the edge finds the zeros of the padding there, and not the other side. (And a window that does not reach over the edge needs no padding at all: this is why H × W is enough here.)
#
# </details>


# %% fft_conv2d role="solution"
def fft_conv2d(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """A convolutional layer by way of the Fourier transform: (B, Cin, H, W), (Cout, Cin, kh, kw) -> (B, Cout, H', W').

    - The numbers of `F.conv2d(x, weight)`: not flipped, no padding, stride 1; H' = H - kh + 1 and W' = W - kw + 1.
    - H and W may be even or odd. The kernel fits; it may be as large as the image, and as small as 1 × 1.
    - By the transforms of torch.fft. torch's own convolutions and `F.unfold` are switched off.
    - Floats of one dtype, float32 or float64, which the result keeps. Gradients flow back to x and weight.
    """
    ### BEGIN SOLUTION
    height, width = x.shape[2:]
    kh, kw = weight.shape[2:]
    waves = torch.fft.rfft2(x)
    kernels = torch.fft.rfft2(weight, s=(height, width)).conj()
    product = torch.einsum("bchw,ochw->bohw", waves, kernels)
    ring = torch.fft.irfft2(product, s=(height, width))
    return ring[:, :, : height - kh + 1, : width - kw + 1]
    ### END SOLUTION


# %% fft_conv2d_first role="check"
twelve = torch.arange(12.0).reshape(1, 1, 3, 4)
kernels = torch.tensor([[[[0.0, 1], [2, 3]]], [[[1.0, 0], [0, 0]]]])
check(
    fft_conv2d,
    Example(torch.tensor([[[[1.0, 2, 3, 4]]]]), torch.tensor([[[[1.0, 10]]]]), gives=[[[[21, 32, 43]]]], note="on paper: 21, 32, 43"),
    Example(twelve, kernels, gives=[[[[24, 30, 36], [48, 54, 60]], [[0, 1, 2], [4, 5, 6]]]], note="the picture, and a second kernel"),
    Example(
        torch.cat([twelve, twelve + 1], dim=1),
        kernels.transpose(0, 1),
        gives=[[[[25, 32, 39], [53, 60, 67]]]],
        note="two channels in, one out: added up",
    ),
    Example(twelve[..., :3], kernels[:1], gives=[[[[24, 30], [48, 54]]]], note="an odd width: 3 × 3 pixels"),
    Example(twelve, twelve, gives=[[[[506]]]], note="a kernel as large as the image"),
    Example(twelve.double(), kernels[:1].double(), gives=[[[[24, 30, 36], [48, 54, 60]]]], note="float64 in, float64 out"),
)

# %% [markdown]
# **When does it win?** Count multiplications. Sliding takes one for each number of each window. For the detour there is a rule of thumb: a transform of n numbers (or the way back) takes n · L, where L = log₂ n, rounded up,
# and one product of two transforms takes 2 · n. On one image of 64 × 64, n = 4,096 and L = 12:
#
# | | sliding | through frequencies |
# |---|---|---|
# | kernel 3 × 3 | 62 · 62 · 9 = **34,596** | image, kernel, way back: 3 · 49,152; product: 8,192; together **155,648** |
# | kernel 15 × 15 | 50 · 50 · 225 = **562,500** | the same **155,648** |
#
# In a layer each image transforms its Cin channels once and comes back Cout times; the Cout · Cin slices of the weight are transformed once for the whole batch; and every image needs Cout · Cin products.


# %% multiplications role="solution"
def multiplications(x_shape: tuple[int, int, int, int], weight_shape: tuple[int, int, int, int]) -> tuple[int, int]:
    """How many multiplications a layer takes, by these rules: the pair of ints (sliding, through frequencies).

    - x_shape is (B, Cin, H, W) and weight_shape (Cout, Cin, kh, kw); no padding, stride 1. The kernel fits.
    - sliding: only places where the kernel fits count, over all images and all pairs of channels.
    - through frequencies: n = H * W in all transforms, and L = log2(n), rounded up to a whole number.
    """
    ### BEGIN SOLUTION
    (batch, c_in, height, width), (c_out, _, kh, kw) = x_shape, weight_shape
    n, pairs = height * width, c_out * c_in
    sliding = batch * pairs * (height - kh + 1) * (width - kw + 1) * kh * kw
    transforms = batch * (c_in + c_out) + pairs
    return sliding, transforms * n * math.ceil(math.log2(n)) + batch * pairs * 2 * n
    ### END SOLUTION


# %% fft_conv2d_check role="check" stretch=6 title="A detour through frequencies"
check(
    multiplications,
    Example((1, 1, 64, 64), (1, 1, 3, 3), gives=(34596, 155648), note="the table: 3 × 3"),
    Example((1, 1, 64, 64), (1, 1, 15, 15), gives=(562500, 155648), note="the table: 15 × 15"),
    Example((1, 1, 5, 6), (1, 1, 2, 3), gives=(96, 510), note="30 numbers: log₂ 30 is 4.9, so L = 5"),
    Example((2, 3, 8, 16), (4, 3, 3, 5), gives=(25920, 29440), note="two images, three channels in, four out"),
)

# %% [markdown]
# Now measure: one image of 64 × 64, one channel, and kernels up to 63 × 63. On the left multiplications, on the right milliseconds on this machine, the best of five.

# %%
with after_writing("fft_conv2d, multiplications and conv2d_im2col"):
    sides = [3, 5, 7, 9, 13, 19, 27, 37, 49, 63]
    x = torch.rand(1, 1, 64, 64)
    counts = [multiplications(x.shape, (1, 1, side, side)) for side in sides]
    layers = {"im2col (yours)": conv2d_im2col, "torch": F.conv2d, "frequencies (yours)": fft_conv2d}
    times = {name: [] for name in layers}
    for side in sides:
        weight = torch.rand(1, 1, side, side)
        for name, layer in layers.items():
            best = math.inf
            for _ in range(5):
                start = time.perf_counter()
                layer(x, weight)
                best = min(best, time.perf_counter() - start)
            times[name].append(1000 * best)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    left.plot(sides, [sliding for sliding, _ in counts], "o-", color="#1f5fa8", label="sliding")
    left.plot(sides, [detour for _, detour in counts], "o-", color="#d9702b", label="frequencies")
    for (name, values), colour in zip(times.items(), ("#1f5fa8", "#6b7480", "#d9702b")):
        right.plot(sides, values, "o-", color=colour, label=name)
    for axes, title in ((left, "multiplications"), (right, "milliseconds")):
        axes.set(title=title, xlabel="side of the kernel, in pixels", yscale="log")
        axes.legend(fontsize=9, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)  # hides no line
    plt.show()
    first = next(side for side, (sliding, detour) in zip(sides, counts) if detour < sliding)
    print(f"The detour takes fewer multiplications from {first} × {first} on.")
    slid, detoured = F.conv2d(x, weight), fft_conv2d(x, weight)
    print(f"Rounding makes a difference of {(slid - detoured).abs().max() / slid.max():.0e} of the largest number.")

# %% [markdown]
# The orange line is flat: the detour costs the same, whatever the kernel. On the left you see why nobody takes it for 3 × 3, and why it is the way for the large blurs of image processing. On the right your machine has its say: a multiplication in a
# well-made product is cheaper than one elsewhere, so the lines need not cross where they do on the left.
#
# <details><summary>Question: why does the blue line come down again on the left?</summary>
#
# The larger the kernel, the fewer places it fits in. One of 63 × 63 has 4 places on 64 × 64, and needs only 4 · 3,969 = 15,876 multiplications. Most expensive is a kernel of about half the image.
#
# </details>
# <details><summary>Question: 8 channels in and 8 out, 16 images. Does the detour win earlier or later?</summary>
#
# Earlier. The transforms grow with B · (Cin + Cout) + Cin · Cout, the windows with B · Cin · Cout. Ask your `multiplications`.
#
# </details>
# <details><summary>Question: a <i>dilated</i> kernel has holes: 3 × 3 numbers, seven zeros between neighbours, 17 × 17 pixels in all. Which way?</summary>
#
# Sliding: it multiplies only where there is a number, so it takes 9 per place, as for a plain 3 × 3, and sees 17 × 17 pixels. The detour saves nothing by the holes. This is why networks that want to see far use dilation
# (or stride and pooling, T2.7), and hardly ever a large kernel.
#
# </details>

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** every layer with which an image becomes smaller or larger, forward and backward, and the matrix behind them. In **A3** you put them together: whole networks, their shapes, and how many
# numbers they learn.
