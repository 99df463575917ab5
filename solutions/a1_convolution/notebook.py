# %% [markdown]
# # A1 · Convolution from scratch
#
# A convolutional layer slides a small window over an image and writes down one number per place. That is all.
# In this notebook you build it yourself, first with two loops on a 3 × 3 image, in the end with channels, bias, stride
# and padding, until it gives the same numbers as PyTorch. Then you use it: you blur a photograph, find edges, and let
# gradient descent find a kernel on its own.
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T1.1 | An image is a tensor | 6 | 10 |
# | T1.2 | `corr2d`, and one true convolution | 14 | 25 |
# | T1.3 | How large is the output? | 12 | 20 |
# | T1.4 | `pad2d` | 8 | 15 |
# | T1.5 | `conv2d`: channels, bias, stride, padding | 24 | 50 |
# | T1.6 | Look inside: `conv_components` | 8 | 20 |
# | T1.7 | Kernels by hand | 14 | 30 |
# | T1.8 | Let it learn the kernel | 10 + 4 | 35 |
# | T1.9 | Stretch: two passes instead of one | +6 | 25 |
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
# **Switched off where you build it yourself.** The docstrings in T1.2, T1.4 and T1.5 name what is switched off while these
# tasks are graded, in every call:
#
# - torch's own convolutions: `F.conv2d`, `nn.Conv2d`, `F.conv_transpose2d` and relatives, `scipy.signal`, `scipy.ndimage` and `skimage.filters`
# - `F.unfold`: also `nn.Unfold` and scikit-image's `view_as_windows`
# - `F.pad`: also `nn.ZeroPad2d`, `torch.constant_pad_nd` and relatives, and `np.pad`
#
# Loops, slices, `sum`, `einsum`, `@`, `Tensor.unfold` and `torch.fft` are all yours, whatever they use inside.

# %% setup role="given"
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from cnnkit import Example, after_writing, check, data, plots

# %% [markdown]
# ---
# ## T1.1 · An image is a tensor
#
# *Difficulty ●○○○○ · Importance ●●●●○ · about 10 minutes · 6 points*
#
# **Warm-up.** A file stores each brightness in one byte: 0 is black, 255 is white. Which brightness between 0 and 1 is the byte 51? And the red numbers
# of an image with the two pixels (red, green, blue) = (255, 0, 0) and (51, 51, 51)?
#
# <details><summary>Answer</summary>
#
# 51 / 255 = **0.2**. Red is the first number of each pixel: **[1, 0.2]**.
#
# </details>
#
# A gray image is a table of brightnesses. Here is a photograph, and the 8 × 8 pixels in the orange box.

# %%
camera = data.photo("camera", size=64)
box = camera[8:16, 24:32]
plots.row(camera, box, titles=["64 × 64 pixels", "the box: its numbers"], boxes={0: (8, 24, 8, 8)})

# %% [markdown]
# A colour image is three such tables, one each for red, green and blue. Image files and NumPy keep the three numbers of
# a pixel together, **(H, W, C)**. PyTorch wants whole tables, **(C, H, W)**, and puts a batch of B images in front:
# **(B, C, H, W)**.

# %%
cat = data.photo("cat", size=96)
print("shape", cat.shape, "· dtype", cat.dtype, "· from", cat.min(), "to", cat.max())
plots.row(cat, cat[:, :, 0], cat[:, :, 1], cat[:, :, 2], titles=["(H, W, C)", "red", "green", "blue"])

# %% [markdown]
# To draw tensors by yourself you need six lines of matplotlib, for any number of images. Matplotlib takes (H, W) or (H, W, C), so a colour image (C, H, W) has to be turned round first. `cmap="gray"` makes 0
# black; without it a gray image comes out in false colours.


# %%
def plot(img_tensors, titles=None, cmap="gray"):
    figure, axes = plt.subplots(1, len(img_tensors), squeeze=False, figsize=(2 * len(img_tensors), 2.3))
    for number, (place, image) in enumerate(zip(axes[0], img_tensors)):
        image = torch.as_tensor(image)
        place.imshow(image.permute(1, 2, 0) if image.ndim == 3 else image, cmap=cmap)
        place.set_title(titles[number] if titles else "", fontsize=10)
        place.axis("off")


plot([camera, torch.as_tensor(cat).permute(2, 0, 1)], ["(H, W)", "(C, H, W)"])
plt.show()

# %% [markdown]
# Write `to_chw_float`. The rules stand in the docstring; they are what is graded.
#
# <details><summary>Hint 1</summary>
#
# `permute(2, 0, 1)` puts the last axis first. A gray image has no last axis: give it one first, `pixels[:, :, None]`.
#
# </details>
# <details><summary>Why not <code>reshape(C, H, W)</code>?</summary>
#
# It gives the right *shape* and the wrong *image*. Reshape keeps all numbers in the order in which they lie in memory and
# only draws the borders anew, so red, green and blue of one pixel end up side by side. The next cell shows what
# becomes of the cat.
#
# </details>
# <details><summary>Help: I get <code>ValueError: At least one stride in the given numpy array is negative</code></summary>
#
# The image was turned round with `img[:, ::-1]`: NumPy only notes "read backwards", and torch cannot share such memory.
# You must not share it anyway: make a copy, `np.array(img)`.
#
# </details>

# %%
scrambled = cat.reshape(3, 96, 96)
plots.row(*scrambled, titles=["reshape: “red”", "reshape: “green”", "reshape: “blue”"])


# %% to_chw_float role="solution"
def to_chw_float(img: np.ndarray) -> torch.Tensor:
    """Turn an image (H, W) or (H, W, C) into a float32 tensor (C, H, W) with values in [0, 1].

    - A gray image (H, W) becomes (1, H, W).
    - Integer pixels (uint8, 0 to 255) are divided by 255.
    - Float pixels are in [0, 1] already: they keep their values.
    - A fourth channel is transparency (alpha): it is dropped, (H, W, 4) becomes (3, H, W).
    - The result has its own memory: writing into `img` later does not change it.
    - `img` may have any strides, e.g. be turned round by `img[:, ::-1]`.
    """
    ### BEGIN SOLUTION
    pixels = np.array(img, dtype=np.float32)  # always a copy
    if np.issubdtype(img.dtype, np.integer):
        pixels = pixels / 255
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    return torch.from_numpy(pixels[:, :, :3]).permute(2, 0, 1).contiguous()
    ### END SOLUTION


# %% to_chw_float_check role="check"
tiny = np.array(
    [[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[51, 51, 51], [102, 102, 102], [0, 0, 0]]],
    dtype=np.uint8,
)
planes = torch.tensor(
    [[[1, 0, 0], [0.2, 0.4, 0]], [[0, 1, 0], [0.2, 0.4, 0]], [[0, 0, 1], [0.2, 0.4, 0]]],
    dtype=torch.float32,
)
floats, dark = np.array([[0.0, 0.5, 1.0]]), np.array([[0, 1]], dtype=np.uint8)
alpha = np.dstack([tiny, np.full((2, 3), 128, dtype=np.uint8)])
check(
    to_chw_float,
    Example(tiny, gives=planes, note="2 × 3 pixels: red, green, blue; dark gray, gray, black"),
    Example(tiny[:, :, 0], gives=planes[:1], note="its red table alone, a gray image"),
    Example(floats, gives=torch.tensor([[[0.0, 0.5, 1.0]]]), note="a float image keeps its values"),
    Example(dark, gives=torch.tensor([[[0.0, 1 / 255]]]), note="a dark image: 0 and 1 become 0 and 1/255"),
    Example(alpha, gives=planes, note="four channels: the transparency is dropped"),
)


def turned_round(img):
    return to_chw_float(img[:, ::-1])


check(to_chw_float, Example(tiny, gives=planes.flip(2), note="img[:, ::-1], turned round"), through=turned_round)

# %% [markdown]
# A dense layer wants one long row per image: **(B, C, H, W) → (B, C·H·W)**, a 28 × 28 digit becomes 784 numbers. The
# order is row by row, channel after channel, and the batch stays.
#
# <details><summary>Question: a gray 6 × 6 image <code>x</code> of shape (1, 6, 6). Which shapes do <code>x.reshape(-1)</code>, <code>x.reshape(1, -1)</code> and <code>x.reshape(1, 1, -1)</code> have?</summary>
#
# (36,), (1, 36) and (1, 1, 36). The same 36 numbers, one, two and three axes. `-1` means "whatever is left".
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: view size is not compatible with input tensor's size and stride</code></summary>
#
# `view` never copies, so it needs the numbers in the right order in memory; after a `permute` they are not. `reshape`
# and `flatten` copy when they must.
#
# </details>


# %% flatten_batch role="solution"
def flatten_batch(x: torch.Tensor) -> torch.Tensor:
    """Flatten every image of a batch: (B, C, H, W) -> (B, C*H*W), row by row, channel after channel.

    Works for every memory layout of `x`, also after a `permute`.
    """
    ### BEGIN SOLUTION
    return x.flatten(start_dim=1)
    ### END SOLUTION


# %% flatten_check role="check" points=6 title="An image is a tensor"
two = torch.arange(12.0).reshape(2, 1, 2, 3)
digits = torch.rand(64, 1, 28, 28)
check(
    flatten_batch,
    Example(two, gives=[[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]], note="two gray images of 2 × 3"),
    Example(digits, look_at=lambda x: tuple(x.shape), gives=(64, 784), note="64 images of 28 × 28"),
    Example(two[:1], gives=[[0, 1, 2, 3, 4, 5]], note="a batch of one image stays a batch"),
    Example(
        two.permute(0, 1, 3, 2),
        gives=[[0, 3, 1, 4, 2, 5], [6, 9, 7, 10, 8, 11]],
        note="after a permute: rows are columns now",
    ),
)

# %% [markdown]
# ---
# ## T1.2 · `corr2d`: slide, multiply, add
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 25 minutes · 14 points*
#
# **Warm-up.** Lay the kernel [[0, 1], [2, 3]] on the top-left corner of the image [[0, 1, 2], [3, 4, 5], [6, 7, 8]]. Multiply what lies on top of each
# other and add it all up. What do you get? And one pixel further to the right?
#
# <details><summary>Answer</summary>
#
# 0·0 + 1·1 + 3·2 + 4·3 = **19**, and 1·0 + 2·1 + 4·2 + 5·3 = **25**.
#
# </details>
#
# Do this in every place where the small kernel $K$ fits on the image $X$, and write the sums down in the same order:

# %%
from cnnkit import moving

X = torch.arange(9.0).reshape(3, 3)
K = torch.arange(4.0).reshape(2, 2)
moving.window(X, K, titles=["image X", "kernel K", "result S"])

# %% [markdown]
# Press *next*, or an arrow key: the window moves. Work out the last number before you see it.
# (`moving.window` takes any small image and kernel. Where nothing moves, in print or before you run the cell, the picture shows the first place.)
#
# Written down for every place $(i, j)$ at once:
#
# $$S_{ij} = \sum_{x=0}^{h-1}\sum_{y=0}^{w-1} X_{i+x,\,j+y}\;K_{xy}$$
#
# <details><summary>Question: a kernel (h, w) on an image (H, W): in how many places does it fit?</summary>
#
# $(H-h+1)\cdot(W-w+1)$. Here 2 · 2 = 4 places. Watch the axes: `X.shape[0]` is the **height**, so it counts the *vertical* steps. With square images
# a mix-up goes unnoticed, so test yours on a 3 × 5 image.
#
# </details>
# <details><summary>Hint 1</summary>
#
# The window at (i, j) is `X[i : i + h, j : j + w]`. Two loops, one sum.
#
# </details>
# <details><summary>Hint 2: one that keeps autograd happy</summary>
#
# Collect the sums in a Python list and turn it into a tensor with `torch.stack(values).reshape(rows, columns)`. Writing into
# a tensor of zeros works as well, if it has the right dtype: `torch.zeros(rows, columns)` alone is float32, whatever `X` and
# `K` are, and whole numbers in `X` would cut off the fractions of `K`: `torch.result_type(X, K)` holds both.
# `torch.tensor(values)` would cut the way back to `K`.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: The size of tensor a (3) must match the size of tensor b (2)</code></summary>
#
# Your window is larger than the kernel. `X[i : i + h]` has h rows, from i to i + h − 1.
#
# </details>
# <details><summary>Help: a few numbers are right, most are not</summary>
#
# Is your kernel flipped? `corr2d` takes it as it is. Try `K = [[1, 0], [0, 0]]`: the result is then the top-left part of the image.
#
# </details>


# %% corr2d role="solution"
def corr2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Slide the kernel K (h, w) over the image X (H, W), as it is, without flipping.

    - The result has the shape (H-h+1, W-w+1) and the dtype of X * K.
    - Its entry [i, j] is the sum of X[i : i+h, j : j+w] * K.
    - K fits into X (h <= H and w <= W), it may be just as large.
    - Gradients flow back to X and to K. Loops are fine, torch's own convolutions and `F.unfold` are switched off.
    """
    ### BEGIN SOLUTION
    h, w = K.shape
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    values = [(X[i : i + h, j : j + w] * K).sum() for i in range(rows) for j in range(columns)]
    return torch.stack(values).reshape(rows, columns)
    ### END SOLUTION


# %% corr2d_first_check role="check"
X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
wide = torch.tensor([[1.0, 2.0, 0.0, 1.0, 3.0], [0.0, 1.0, 2.0, 1.0, 0.0], [2.0, 0.0, 1.0, 0.0, 1.0]])
check(
    corr2d,
    Example(X, K, gives=[[19, 25], [37, 43]], note="the picture above"),
    Example(X[:2, :2], K, gives=[[19]], note="a kernel as large as the image"),
    Example(
        wide,
        torch.tensor([[1.0, -1.0, 0.5]]),
        gives=[[-1, 2.5, 0.5], [0, -0.5, 1], [2.5, -1, 1.5]],
        note="a 3 × 5 image, a 1 × 3 kernel",
    ),
    Example(X.double(), K.double(), gives=[[19, 25], [37, 43]], note="float64 in, float64 out"),
)

# %% [markdown]
# **A word about the word.** What you just wrote is called *cross-correlation*. Mathematicians turn the kernel by 180° first
# and call that *convolution* (∗; without the turn it is ⋆):

# %%
plots.row(
    X,
    K,
    X,
    K.flip(0, 1),
    torch.tensor([[5.0, 11.0], [23.0, 29.0]]),
    titles=["X", "K", "X", "K turned by 180°", "the convolution"],
    signs="∗=⋆=",
)

# %% [markdown]
# A network learns its kernel, so it does not care which way round it lies. Deep learning took the version without the turn
# and kept the nicer name. From T1.3 on so do we.
#
# <details><summary>Why not turn it by 90°?</summary>
#
# Try it: sliding `torch.rot90(K)` gives [[11, 17], [29, 35]]; convolution is
# [[5, 11], [23, 29]]. 180° is one flip up-down and one flip left-right.
#
# </details>


# %% true_conv2d role="solution"
def true_conv2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    """Convolution as mathematicians mean it: turn K (h, w) by 180 degrees, then slide it over X (H, W).

    Same shape, dtype and gradients as `corr2d`. torch's own convolutions and `F.unfold` are switched off.
    """
    ### BEGIN SOLUTION
    return corr2d(X, K.flip(0, 1))
    ### END SOLUTION


# %% corr2d_check role="check" points=14 title="Cross-correlation"
X, K = torch.arange(9.0).reshape(3, 3), torch.arange(4.0).reshape(2, 2)
wide = torch.tensor([[1.0, 2.0, 0.0, 1.0, 3.0], [0.0, 1.0, 2.0, 1.0, 0.0], [2.0, 0.0, 1.0, 0.0, 1.0]])
check(
    true_conv2d,
    Example(X, K, gives=[[5, 11], [23, 29]], note="the turned kernel"),
    Example(
        wide.double(),
        torch.tensor([[1.0, -1.0, 0.5]]).double(),
        gives=[[-1.5, 2, 2], [1, -0.5, 0], [2, -1, 1.5]],
        note="float64, a 3 × 5 image, a 1 × 3 kernel",
    ),
)

# %% [markdown]
# <details><summary>Question: is <code>corr2d</code> a matrix multiplication?</summary>
#
# Yes. Doubling X doubles S, and the result of a sum of images is the sum of the results: it is *linear* in X. Write X as one
# column of 9 numbers, then S is a 4 × 9 matrix times that column. A dense layer would learn all 36 entries; a convolution learns 4. You will build that matrix in A2.
#
# </details>
# <details><summary>Question: somebody checked a convolution with <code>(mine - torchs).abs().mean()</code> = 2.5e-08 and was satisfied. Would you be?</summary>
#
# No. In a result of 4 × 124 × 124 numbers one wrong pixel hides behind 61,503 right ones. Look at the **largest** error,
# as the checks here do.
#
# </details>

# %% [markdown]
# ---
# ## T1.3 · How large is the output?
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 20 minutes · 12 points*
#
# **Warm-up.** A kernel of 3 pixels lies on a row of 8 and jumps 2 pixels at a time. In how many places does it fit? And with one more zero at *each*
# end of the row?
#
# <details><summary>Answer</summary>
#
# It begins at 0, 2 and 4: **3** places; at 6 it would stick out. With zeros there are 10 pixels, and it begins at 0, 2, 4 and 6: **4**.
#
# </details>
#
# Height and width follow the same rule, each for itself. With **stride** $s$
# the kernel jumps $s$ pixels. With **padding** $p$ there are $p$ zeros at *each* end.

# %%
plots.placements(n=8, k=3, s=2).show()
plots.placements(n=8, k=3, s=2, p=1).show()
plots.placements(n=9, k=3, s=2).show()

# %% [markdown]
# Yellow is the image, the orange bars are the places of the kernel. Hatched pixels are never looked at: the next jump would not
# fit any more. That is why the formula rounds **down**:
#
# $$\text{out} = \left\lfloor\frac{n + 2p - d\,(k-1) - 1}{s}\right\rfloor + 1$$
#
# $d$ is the **dilation**: $d = 2$ leaves a gap of one pixel between the numbers of the kernel, which then reaches over
# $d\,(k-1)+1$ pixels. With $d = 1$ it reads $\lfloor (n + 2p - k)/s \rfloor + 1$.
#
# | image | kernel | stride | padding | out | numbers per output channel |
# |---|---|---|---|---|---|
# | 30 × 30 | 3 | 1 | 0 | **28** | 28 · 28 = 784 |
# | 224 × 224 | 5 | 2 | 1 | **111** (110.5 + 1, rounded down) | 12,321 |
# | 528 × 528 | 7 | 3 | 2 | **176** | 30,976 |
#
# <details><summary>Hint 1</summary>
#
# `//` divides whole numbers and rounds down. `math.ceil` gives 112 in the second row, and `round` takes halves to the even
# neighbour, so it is right on some days only.
#
# </details>
# <details><summary>Question: a kernel of 5 on 3 pixels without padding. What should the function say?</summary>
#
# There is no place for it, so no size: raise `ValueError`. The bare formula would say −1, and for a kernel of 4 it would
# say 0, and both are found much later as a strange crash somewhere else.
#
# </details>


# %% conv_out_size role="solution"
def conv_out_size(n: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """In how many places a kernel of k fits on n pixels: an int.

    s is the stride, p the padding at *each* end, d the dilation.
    Raises ValueError when it does not fit at all: d*(k-1) + 1 > n + 2*p.
    """
    ### BEGIN SOLUTION
    reach = d * (k - 1) + 1
    if reach > n + 2 * p:
        raise ValueError(f"a kernel that reaches over {reach} pixels does not fit on {n} + 2·{p}")
    return (n + 2 * p - reach) // s + 1
    ### END SOLUTION


# %% conv_out_size_first role="check"
check(
    conv_out_size,
    Example(30, 3, gives=28),
    Example(224, 5, 2, 1, gives=111),
    Example(528, 7, 3, 2, gives=176),
    Example(9, 3, d=2, gives=5, note="dilation 2: a kernel of 3 reaches over 5 of 9 pixels"),
    Example(3, 5, raises=ValueError, note="a kernel of 5 on 3 pixels: ValueError"),
)

# %% [markdown]
# **Same size.** Often one wants the output as large as the input, at stride 1. Set out = n in the formula and solve for $p$:
# $p = d\,(k-1)/2$. It is whole only if the kernel's reach $d\,(k-1)+1$ is odd.
#
# <details><summary>Why not simply <code>k // 2</code>?</summary>
#
# For k = 4 it gives 2, and the output is n + 1. No padding on both sides keeps the size under an even kernel: say so with
# `ValueError`. (With dilation 2 even k = 4 is fine: it reaches over 7 pixels.)
#
# </details>
# <details><summary>Question: a 3 × 3 convolution without padding turns 28 × 28 into 26 × 26. Has the filter read beyond the border, or has it left the border pixels out?</summary>
#
# Left out: without padding the kernel stays inside the image, so no output stands over the outermost ring of pixels,
# 28 − 1 − 1 = 26. With padding=1 it would read beyond the border.
#
# </details>


# %% same_padding role="solution"
def same_padding(k: int, d: int = 1) -> int:
    """The padding with which a kernel of k and dilation d keeps the size at stride 1: an int.

    Raises ValueError when there is none, that is when d*(k-1) + 1 is even.
    """
    ### BEGIN SOLUTION
    if d * (k - 1) % 2 == 1:
        raise ValueError(f"a kernel that reaches over {d * (k - 1) + 1} pixels has no middle")
    return d * (k - 1) // 2
    ### END SOLUTION


# %% same_padding_first role="check"
check(
    same_padding,
    Example(5, gives=2),
    Example(4, 2, gives=3, note="dilation 2: a kernel of 4 reaches over 7 pixels"),
    Example(4, raises=ValueError, note="an even kernel: ValueError"),
)

# %% [markdown]
# **No pixel left over.** With a stride, some pixels may be hatched. A rule of thumb says: take the smallest $p$ such that $s$
# divides $n + 2p - k$; then the kernel covers the padded image evenly, as in the third picture above.
#
# Sometimes there is no such $p$. For $n = 224$, $k = 5$, $s = 2$: $n - k = 219$ is odd, $2p$ is even, and no $p$ helps.
# That is the second row of the table, so it does happen.
#
# <details><summary>Help: the check never ends</summary>
#
# A `while` loop that only stops when it finds something never stops when there is nothing. Interrupt the kernel (■). How many
# $p$ must you try? The remainder of $n + 2p - k$ repeats after at most $s$ steps.
#
# </details>


# %% even_cover_padding role="solution"
def even_cover_padding(n: int, k: int, s: int) -> int | None:
    """The smallest padding p >= 0 with which the kernel fits (k <= n + 2*p) and s divides n + 2*p - k.

    None when no p does it.
    """
    ### BEGIN SOLUTION
    first = max(0, math.ceil((k - n) / 2))
    for p in range(first, first + s):
        if (n + 2 * p - k) % s == 0:
            return p
    return None
    ### END SOLUTION


# %% even_cover_padding_first role="check"
check(
    even_cover_padding,
    Example(10, 3, 3, gives=1),
    Example(3, 5, 2, gives=1, note="3 pixels: a kernel of 5 fits only with padding"),
    Example(224, 5, 2, gives=None, note="no padding does it: None"),
)

# %% [markdown]
# **Into a dense layer.** After the last convolution an image is flattened. How many numbers go on? (The batch has its own axis, and
# a kernel adds up over the input channels: neither counts.)


# %% flat_features role="solution"
def flat_features(hw: tuple[int, int], c_out: int, k: int, s: int, p: int) -> int:
    """Numbers per image after a convolution and a flatten: c_out * H' * W', an int.

    `hw` is (height, width) of the image; kernel, stride and padding are the same in both directions.
    """
    ### BEGIN SOLUTION
    height, width = hw
    return c_out * conv_out_size(height, k, s, p) * conv_out_size(width, k, s, p)
    ### END SOLUTION


# %% out_size_check role="check" points=12 title="How large is the output?"
check(
    flat_features,
    Example((30, 30), 1, 3, 1, 0, gives=784),
    Example((224, 224), 1, 5, 2, 1, gives=12321),
    Example((30, 528), 4, 7, 3, 2, gives=4 * 10 * 176),
)

# %% [markdown]
# ---
# ## T1.4 · `pad2d`: room at the edge
#
# *Difficulty ●○○○○ · Importance ●●●○○ · about 15 minutes · 8 points*
#
# **Warm-up.** The image [[1, 2, 3], [4, 5, 6]] gets one column of zeros on its left and two rows of zeros below. How many rows and columns has it now,
# and in which row and column (counted from 0) is the 5?
#
# <details><summary>Answer</summary>
#
# It has **(4, 4)**, and the 5 is at **(1, 2)**: only what comes *before* moves it.
#
# </details>
#
# A corner pixel lies under the kernel once, a pixel in the middle many times. A frame of zeros gives the edge its share, and keeps the
# output from shrinking. Here is the image 1 … 9 with one zero all round, and under a kernel of four ones:

# %%
nine = torch.arange(1.0, 10.0).reshape(3, 3)
framed = torch.tensor([[0.0] * 5, [0.0, 1, 2, 3, 0], [0.0, 4, 5, 6, 0], [0.0, 7, 8, 9, 0], [0.0] * 5])
sums = torch.tensor([[1.0, 3, 5, 3], [5, 12, 16, 9], [11, 24, 28, 15], [7, 15, 17, 9]])
names = ["image", "padded by 1", "kernel", "result"]
plots.row(nine, framed, torch.ones(2, 2), sums, titles=names, signs="→⋆=")

# %% [markdown]
# The four sides may differ, and the value need not be 0. Left and right make it *wider*, top and bottom make it *taller*.
#
# <details><summary>Hint 1</summary>
#
# Make a larger tensor filled with `value`, then write the image into its middle. `x.new_full(shape, value)` has the dtype and device of x.
#
# </details>
# <details><summary>Why not <code>out[..., top:-bottom, left:-right] = x</code>?</summary>
#
# With `right = 0` it reads `left:-0`, which is `left:0`: empty. Count from the front: `left : left + W`.
#
# </details>


# %% pad2d role="solution"
def pad2d(
    x: torch.Tensor, left: int, right: int, top: int, bottom: int, value: float = 0.0
) -> torch.Tensor:
    """Put a frame of `value` round the last two axes: (..., H, W) -> (..., top+H+bottom, left+W+right).

    - Any number of axes may come before H and W. The four widths are 0 or more.
    - A new tensor (also when all four are 0) with the dtype and device of x; gradients flow back to x.
    - `F.pad` is switched off.
    """
    ### BEGIN SOLUTION
    *front, height, width = x.shape
    out = x.new_full((*front, top + height + bottom, left + width + right), value)
    out[..., top : top + height, left : left + width] = x
    return out
    ### END SOLUTION


# %% pad2d_check role="check" points=8 title="Padding"
small = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
check(
    pad2d,
    Example(
        small, 1, 1, 1, 1, gives=[[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0]]
    ),
    Example(
        small, 2, 0, 1, 0, value=-2.0, gives=[[-2, -2, -2, -2, -2], [-2, -2, 1, 2, 3], [-2, -2, 4, 5, 6]]
    ),
    Example(
        small.long()[None, None], 0, 1, 0, 0, gives=[[[[1, 2, 3, 0], [4, 5, 6, 0]]]], note="four axes, int64"
    ),
)


def written_into(x):
    """x, after 9 was written into what pad2d made of it without adding anything."""
    pad2d(x, 0, 0, 0, 0).fill_(9)
    return x


check(pad2d, Example(small.clone(), gives=small, note="nothing to add: still a new tensor"), through=written_into)

# %% [markdown]
# ---
# ## T1.5 · `conv2d`: channels, bias, stride, padding
#
# *Difficulty ●●●●○ · Importance ●●●●● · about 50 minutes · 24 points*
#
# **Warm-up.** An image of a single pixel has two channels, 3 and 5. The kernel has one weight for each, 2 and −1, and the bias is 4. What comes out?
#
# <details><summary>Answer</summary>
#
# 3 · 2 + 5 · (−1) + 4 = **5**: one number, since the channels are added up, and the bias comes once.
#
# </details>
#
# **Several channels in.** Each input channel has its own slice of the kernel. Slide each slice over its channel, then *add* the results:

# %%
x = torch.stack([torch.arange(9.0), torch.arange(1.0, 10.0)]).reshape(1, 2, 3, 3)
weight = torch.stack([torch.arange(4.0), torch.arange(1.0, 5.0)]).reshape(1, 2, 2, 2)
first, second = torch.tensor([[19.0, 25], [37, 43]]), torch.tensor([[37.0, 47], [67, 77]])
plots.row(x[0, 0], weight[0, 0], first, titles=["channel 0", "its slice", ""], signs="⋆=").show()
plots.row(x[0, 1], weight[0, 1], second, titles=["channel 1", "its slice", ""], signs="⋆=").show()
plots.row(first, second, first + second, titles=["", "", "output"], signs="+=").show()

# %% [markdown]
# **Several channels out.** Each *output* channel has a whole kernel of its own, and a number, its bias, that is added everywhere. With the
# kernel above plus 0, plus 1 and plus 2 there are three output maps. They lie on the **channel** axis: shape (1, 3, 2, 2).

# %%
maps = [[[56.0, 72], [104, 120]], [[76.0, 100], [148, 172]], [[96.0, 128], [192, 224]]]
plots.row(*maps, titles=["kernel + 0", "kernel + 1", "kernel + 2"])

# %% [markdown]
# In one line, for image $b$ and output channel $o$:
#
# $$Y_{b,o,i,j} = u_o + \sum_{c}\sum_{x,y} \tilde X_{b,\,c,\,i s_h+x,\,j s_w+y}\; W_{o,c,x,y}$$
#
# where $u_o$ is the bias and $\tilde X$ the padded image. **Stride** 2 takes every second place. The padded 1 … 9 of T1.4 again:

# %%
plots.row(sums, sums[::2, ::2], titles=["stride 1", "stride 2"], signs="→")

# %% [markdown]
# Nobody computes the numbers between: the window *jumps*. When it moves, dashed are the zeros of the
# padding, hatched is what no window reaches, because one more jump would not fit (T1.3):

# %%
moving.window(nine, torch.ones(2, 2), stride=2, padding=1)

# %% [markdown]
# Both may be pairs, (height, width), each on its own. How many places will it be for stride (1, 2) and padding (1, 0)? Put them in and step through. (It is 4 × 1.)

# %% [markdown]
# | | shape |
# |---|---|
# | `x` | (B, Cin, H, W) |
# | `weight` | (Cout, Cin, kh, kw) |
# | `bias` | (Cout,) or None |
# | result | (B, Cout, H', W'), sizes by T1.3 |
#
# Take it in steps: first pad, then one output pixel, then all, then the bias. A version with loops earns all the points.
#
# <details><summary>Hint 1: one output pixel</summary>
#
# `window = padded[b, :, i * sh : i * sh + kh, j * sw : j * sw + kw]` has shape (Cin, kh, kw), the same as `weight[o]`. Multiply, sum,
# add `bias[o]`.
#
# </details>
# <details><summary>Hint 2: fewer loops</summary>
#
# Loop over the *kernel* instead of the image; there are only kh · kw places in it. For kernel place (u, v) the pixels under it, over all positions
# at once, are a strided slice of the padded image: it starts at (u, v) and takes every sh-th row and sw-th column. Multiply by
# `weight[:, :, u, v]` over the channels (`torch.einsum("bchw,oc->bohw", …)`) and add up.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: The size of tensor a (5) must match the size of tensor b (4) at non-singleton dimension 3</code></summary>
#
# You wrote `out + bias`. Broadcasting lines up the *last* axes, so the bias ran along the width. Give it the shape (1, Cout, 1, 1):
# `bias.reshape(1, -1, 1, 1)`. If the width happens to be Cout there is no error, only wrong numbers.
#
# </details>
# <details><summary>Help: my result has the shape (3, 1, 2, 2)</summary>
#
# You put the output maps on axis 0. That is the batch: torch would see three images with one channel. `dim=1` is the channel axis.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [28, 28]</code></summary>
#
# That is torch's own `conv2d` speaking: it wants (C, H, W) or (B, C, H, W). Here it is switched
# off anyway; yours always gets 4-D.
#
# </details>
# <details><summary>Help: everything is right with one number, not with pairs</summary>
#
# `stride` and `padding` are an int or a pair, each on its own, and pairs are (height, width). Unpack them first:
# `sh, sw = (stride, stride) if isinstance(stride, int) else stride`.
#
# </details>


# %% conv2d role="solution"
def conv2d(
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> torch.Tensor:
    """The convolutional layer: x (B, Cin, H, W) and weight (Cout, Cin, kh, kw) -> (B, Cout, H', W').

    - Cross-correlation, summed over the input channels.
    - bias (Cout,) or None: bias[o] is added to every pixel of output channel o.
    - stride and padding: an int for both directions, or a pair (height, width).
    - The padding is zeros: ph rows above and as many below, pw columns on either side.
    - H' = (H + 2*ph - kh) // sh + 1, and W' likewise. The kernel fits.
    - Same dtype and device as x. Gradients flow back to x, weight and bias.
    - torch's own convolutions, `F.unfold` and `F.pad` are switched off.
    """
    ### BEGIN SOLUTION
    sh, sw = (stride, stride) if isinstance(stride, int) else stride
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    batch, c_in, height, width = x.shape
    c_out, _, kh, kw = weight.shape
    padded = x.new_zeros(batch, c_in, height + 2 * ph, width + 2 * pw)
    padded[:, :, ph : ph + height, pw : pw + width] = x
    rows, columns = (height + 2 * ph - kh) // sh + 1, (width + 2 * pw - kw) // sw + 1
    out = x.new_zeros(batch, c_out, rows, columns)
    for u in range(kh):
        for v in range(kw):
            under = padded[:, :, u : u + sh * (rows - 1) + 1 : sh, v : v + sw * (columns - 1) + 1 : sw]
            out = out + torch.einsum("bchw,oc->bohw", under, weight[:, :, u, v])
    return out if bias is None else out + bias.reshape(1, -1, 1, 1)
    ### END SOLUTION


# %% conv2d_check role="check" points=24 title="The convolutional layer"
x = torch.stack([torch.arange(9.0), torch.arange(1.0, 10.0)]).reshape(1, 2, 3, 3)
weight = torch.stack([torch.arange(4.0), torch.arange(1.0, 5.0)]).reshape(1, 2, 2, 2)
three = torch.cat([weight, weight + 1, weight + 2])
nine, ones = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
waves = torch.sin(torch.arange(2.0 * 3 * 5 * 8)).reshape(2, 3, 5, 8)  # two images, three channels, nothing square
four = torch.cos(torch.arange(4.0 * 3 * 3 * 2)).reshape(4, 3, 3, 2)
everything = (waves, four, torch.arange(4.0), (1, 2), (0, 1))
check(
    conv2d,
    Example(x, weight, gives=[[[[56, 72], [104, 120]]]], note="two channels in"),
    Example(
        x,
        three,
        gives=[[[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]],
        note="three channels out",
    ),
    Example(x, weight, torch.tensor([-56.0]), gives=[[[[0, 16], [48, 64]]]], note="with a bias"),
    Example(
        nine,
        ones,
        padding=1,
        gives=[[[[1, 3, 5, 3], [5, 12, 16, 9], [11, 24, 28, 15], [7, 15, 17, 9]]]],
        note="padding 1",
    ),
    Example(nine, ones, stride=2, padding=1, gives=[[[[1, 5], [11, 28]]]], note="padding 1, stride 2"),
    Example(x.double(), weight.double(), gives=[[[[56, 72], [104, 120]]]], note="float64 in, float64 out"),
    Example(
        torch.zeros(2, 3, 8, 9),
        torch.zeros(4, 3, 3, 2),
        torch.zeros(4),
        (2, 1),
        (0, 2),
        look_at=lambda y: tuple(y.shape),
        gives=(2, 4, 3, 12),
        note="the shape, with pairs for stride and padding",
    ),
    Example(*everything, gives=F.conv2d(*everything), rtol=1e-4, atol=1e-5, note="everything at once, nothing square"),
)

# %% [markdown]
# Your layer on a photograph, with the strides 1, 2 and 3 and random kernels: 96 → 94, 47 and 32 pixels.

# %%
with after_writing("conv2d"):
    photo = torch.tensor(data.photo("cat", size=96)).permute(2, 0, 1)[None] / 255
    kernels = torch.randn(3, 3, 3, 3, generator=torch.Generator().manual_seed(4)) / 4
    views = [conv2d(photo, kernels, stride=s)[0, 0] for s in (1, 2, 3)]
    names = [f"stride {s}: {view.shape[0]} × {view.shape[1]}" for s, view in zip((1, 2, 3), views)]
    plots.row(photo[0], *views, titles=["image", *names]).show()

# %% [markdown]
# Layers are stacked: what comes out of the first goes into the second. Here the first makes five maps of one gray image, and the second adds five maps up into one image again:

# %%
with after_writing("conv2d"):
    gray, draw = photo.mean(1, keepdim=True), torch.Generator().manual_seed(4)
    to_five, to_one = (torch.randn(shape, generator=draw) for shape in ((5, 1, 3, 3), (1, 5, 3, 3)))
    five = conv2d(gray, to_five)
    again = conv2d(five, to_one)
    titles = ["1 channel", *[f"map {k}" for k in range(5)], "1 channel"]
    plots.row(gray[0, 0], *five[0], again[0, 0], titles=titles, signs=["→", "", "", "", "", "→"]).show()

# %% [markdown]
# And against PyTorch, as the grader does it: the *largest* error, in float64. The maps of four kernels, yours above and PyTorch's below:

# %%
with after_writing("conv2d"):
    inputs = photo.double()
    filters = torch.randn(4, 3, 5, 3, dtype=torch.float64, generator=draw)
    mine = conv2d(inputs, filters, stride=(2, 1), padding=(1, 2))
    theirs = F.conv2d(inputs, filters, stride=(2, 1), padding=(1, 2))
    print("largest error:", (mine - theirs).abs().max().item())
    names = [[f"{whose}, map {k}" for k in range(4)] for whose in ("yours", "PyTorch's")]
    plots.grid([list(mine[0]), list(theirs[0])], titles=names).show()

# %% [markdown]
# ---
# ## T1.6 · Look inside: `conv_components`
#
# *Difficulty ●●○○○ · Importance ●●○○○ · about 20 minutes · 8 points*
#
# **Warm-up.** Two input channels, three kernels. How many maps are there before the sum over the input channels? And after it?
#
# <details><summary>Answer</summary>
#
# One for each pair of channel and kernel: **6**. One for each kernel: **3**.
#
# </details>
#
# You now have earned `F.conv2d`: from here on you may use it.
#
# In T1.5 the maps before the sum were
# [[19, 25], [37, 43]] and [[37, 47], [67, 77]]. Keep them instead of adding them up:

# %%
second = torch.tensor([[37.0, 47], [67, 77]])
plots.grid(
    [[None, first + second - 50], [X, first], [X + 1, second]],
    [["", "map 0 (bias −50)"], ["channel 0", "channel 0, kernel 0"], ["channel 1", "channel 1, kernel 0"]],
)

# %% [markdown]
# The column above: the two components, and on top their sum **plus the bias, once**.
#
# <details><summary>Hint 1</summary>
#
# The component of channel c and kernel k is a convolution with one channel in and one out:
# `F.conv2d(x[:, c : c + 1], weight[k : k + 1, c : c + 1])`. The slices `c : c + 1` keep the axis, `x[:, c]` would drop it.
#
# </details>
# <details><summary>Help: my maps are right, my components are not</summary>
#
# Is the bias inside every component? Then it is counted Cin times in the sum. A component with a zero kernel must be zero.
#
# </details>


# %% conv_components role="solution"
def conv_components(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """x (B, Cin, H, W), weight (Cout, Cin, kh, kw), bias (Cout,) -> the pair (components, maps).

    - components (B, Cout, Cin, H', W'): [b, k, c] is channel c of image b under slice c of kernel k,
      with stride 1, no padding and no bias.
    - maps (B, Cout, H', W'): [b, k] is the sum of components[b, k] over the channels c, plus bias[k].
      It is what a convolutional layer gives.
    - Any B, Cin and Cout; gradients flow back to all three. `F.conv2d` is allowed.
    """
    ### BEGIN SOLUTION
    c_out, c_in = weight.shape[:2]
    kernels = []
    for k in range(c_out):
        channels = [F.conv2d(x[:, c : c + 1], weight[k : k + 1, c : c + 1])[:, 0] for c in range(c_in)]
        kernels.append(torch.stack(channels, dim=1))
    components = torch.stack(kernels, dim=1)
    return components, components.sum(dim=2) + bias.reshape(1, -1, 1, 1)
    ### END SOLUTION


# %% conv_components_first role="check"
x = torch.stack([torch.arange(9.0), torch.arange(1.0, 10.0)]).reshape(1, 2, 3, 3)
weight = torch.stack([torch.arange(4.0), torch.arange(1.0, 5.0)]).reshape(1, 2, 2, 2)
bias = torch.tensor([-50.0])
pair = torch.tensor([[[[[19.0, 25], [37, 43]], [[37, 47], [67, 77]]]]])
their_map = torch.tensor([[[[6.0, 22], [54, 70]]]])
check(
    conv_components,
    Example(x, weight, bias, look_at=lambda both: both[0], gives=pair, note="the two components"),
    Example(x, weight, bias, look_at=lambda both: both[1], gives=their_map, note="their map"),
    Example(
        torch.zeros(2, 3, 6, 7).double(),
        torch.zeros(4, 3, 3, 2).double(),
        torch.arange(4.0).double(),
        look_at=lambda both: (tuple(both[0].shape), both[1][:, :, 0, 0]),
        gives=((2, 4, 3, 4, 6), torch.arange(4.0).double().expand(2, 4)),
        note="two images, three channels, four kernels of zeros, float64: the maps are the bias",
    ),
)

# %% [markdown]
# Now draw it, laid out as in the small picture: input channels down the left, output maps along the top, components where row and column meet.
#
# <details><summary>Hint 1</summary>
#
# `figure, axes = plt.subplots(rows, columns, figsize=(1.8 * columns, 1.8 * rows), layout="constrained")`, then `axes[r, c].imshow(…)` and
# `axes[r, c].set_title(…, fontsize=9)`: so the titles have room side by side. A tensor that carries gradients must be detached before it is drawn: `t.detach()`.
#
# </details>


# %% plot_components role="solution"
def plot_components(x: torch.Tensor, components: torch.Tensor, maps: torch.Tensor) -> plt.Figure:
    """Draw image 0 of the batch with its components and maps, and return the figure.

    x, components and maps have the shapes of `conv_components`. The figure has
    (Cin + 1) × (Cout + 1) axes in reading order, as plt.subplots makes them.
    Each shows one 2-D array with `imshow` and has a title:

    - top left: the mean of x[0] over its channels, "image"
    - below it, for every c: x[0, c], "channel c", that is "channel 0", "channel 1" …
    - beside it, for every k: maps[0, k], "map k"
    - where they meet: components[0, k, c], "channel c, kernel k"

    No colour bars (they would be further axes). The tensors may carry gradients.
    """
    ### BEGIN SOLUTION
    c_out, c_in = components.shape[1:3]
    size = (1.8 * (c_out + 1), 1.8 * (c_in + 1))
    figure, axes = plt.subplots(c_in + 1, c_out + 1, figsize=size, squeeze=False, layout="constrained")

    def draw(row, column, image, title):
        axes[row, column].imshow(image.detach().numpy(), cmap="gray")
        axes[row, column].set_title(title, fontsize=9)
        axes[row, column].axis("off")

    draw(0, 0, x[0].mean(dim=0), "image")
    for c in range(c_in):
        draw(c + 1, 0, x[0, c], f"channel {c}")
    for k in range(c_out):
        draw(0, k + 1, maps[0, k], f"map {k}")
        for c in range(c_in):
            draw(c + 1, k + 1, components[0, k, c], f"channel {c}, kernel {k}")
    return figure
    ### END SOLUTION


# %% conv_components_check role="check" points=8 title="Looking inside"
parts, sums_of_parts = torch.rand(2, 4, 3, 6, 5), torch.rand(2, 4, 6, 5)
check(
    plot_components,
    Example(
        torch.rand(2, 3, 8, 7),
        parts,
        sums_of_parts,
        look_at=lambda figure: len(figure.axes),
        gives=20,
        note="three channels, four kernels: 4 × 5 axes",
    ),
    Example(
        torch.rand(1, 2, 4, 4),
        parts[:1, :1, :2],
        sums_of_parts[:1, :1],
        look_at=lambda figure: [axes.get_title() for axes in figure.axes],
        gives=["image", "map 0", "channel 0", "channel 0, kernel 0", "channel 1", "channel 1, kernel 0"],
        note="the titles, in reading order",
    ),
)

# %%
with after_writing("conv_components and plot_components"):
    photo = torch.tensor(data.photo("cat", size=96)).permute(2, 0, 1)[None] / 255
    kernels = torch.randn(4, 3, 5, 5, generator=torch.Generator().manual_seed(1)) / 5
    figure = plot_components(photo, *conv_components(photo, kernels, torch.zeros(4)))

# %% [markdown]
# Read it column by column: each map on top is the sum of the three pictures below it. It looks like a dense layer with images where
# the numbers were, and that is what a convolutional layer is.

# %% [markdown]
# ---
# ## T1.7 · Kernels by hand
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 30 minutes · 14 points*
#
# **Warm-up.** A kernel of 2 × 2 takes the mean of its window. What are its entries? And what does a kernel with 0.5 everywhere make of a plain image of
# 0.4?
#
# <details><summary>Answer</summary>
#
# **0.25**. The other one gives 4 · 0.5 · 0.4 = **0.8**: twice as bright.
#
# </details>
#
# For decades people *wrote* kernels. Two that blur: the **box** takes the plain mean of its window, the **Gaussian** listens more to
# the middle. Both must add up to 1, else the picture gets brighter or darker.

# %%
line = np.array([0.05449, 0.24420, 0.40262, 0.24420, 0.05449])
bell = np.outer(line, line).round(3)
plots.row(np.full((5, 5), 1 / 25), bell, titles=["box 5 × 5", "Gaussian 5 × 5, σ = 1"])

# %% [markdown]
# $$G_{xy} \propto \exp\!\left(-\frac{r^2}{2\sigma^2}\right),\qquad r = \text{distance from the centre of the kernel}$$
#
# **Find the bug.** This blur kernel makes a picture 25 times too bright. Why?
#
# ```python
# H = W = 5
# blur_kernel = torch.ones((1, H, W)) * 1/H*W   # averaging pixels
# ```
#
# <details><summary>Answer</summary>
#
# `*` and `/` are worked off from left to right: ((ones · 1) / H) · W = ones · W / H = ones. It adds up to 25. Write `/ (H * W)`.
# matplotlib hid the bug: it scales every picture to the same contrast.
#
# </details>
# <details><summary>And this one? <code>torch.normal(0.0, 1.0, size=(1, 5, 5))</code>, “a Gaussian kernel”</summary>
#
# Those are 25 *random numbers* drawn from a Gaussian distribution: some negative, no centre, another sum every time. A Gaussian kernel is the
# bell curve itself, at the distances of the pixels.
#
# </details>
# <details><summary>Hint 1</summary>
#
# The distances along one axis are `torch.arange(k) - (k - 1) / 2`: for k = 5 that is −2 … 2, for k = 4 −1.5 … 1.5. Two of them with `[:, None]` and
# `[None, :]` make the whole square. Divide by the sum at the very end.
#
# </details>


# %% box_kernel role="solution"
def box_kernel(k: int) -> torch.Tensor:
    """The mean over a k × k window as a kernel: (k, k) float32, all entries equal, sum 1."""
    ### BEGIN SOLUTION
    return torch.ones(k, k) / (k * k)
    ### END SOLUTION


# %% box_kernel_first role="check"
check(
    box_kernel,
    Example(2, gives=torch.full((2, 2), 0.25)),
    Example(5, look_at=torch.sum, gives=torch.tensor(1.0), note="the 5 × 5 box adds up to 1"),
)

# %% gaussian_kernel role="solution"
def gaussian_kernel(k: int, sigma: float) -> torch.Tensor:
    """A bell with its top in the middle: (k, k) float32, sum 1.

    The entries are proportional to exp(-r**2 / (2 * sigma**2));
    r is the distance from the centre of the kernel, in pixels.
    k is 1 or more, odd or even; sigma is more than 0.
    """
    ### BEGIN SOLUTION
    distance = torch.arange(k, dtype=torch.float32) - (k - 1) / 2
    squares = distance[:, None] ** 2 + distance[None, :] ** 2
    bell = torch.exp(-squares / (2 * sigma**2))
    return bell / bell.sum()
    ### END SOLUTION


# %% gaussian_kernel_first role="check"
one = torch.tensor(1.0)
check(
    gaussian_kernel,
    Example(5, 1.0, look_at=torch.sum, gives=one, note="it adds up to 1"),
    Example(
        5,
        1.0,
        look_at=lambda g: g[2, 2] / g[2, 1],
        gives=torch.tensor(math.exp(1 / 2)),
        note="σ = 1: the centre is e^(1/2) times its neighbour",
    ),
    Example(
        3,
        2.0,
        look_at=lambda g: g[1, 1] / g[0, 0],
        gives=torch.tensor(math.exp(1 / 4)),
        note="σ = 2: the centre is e^(1/4) times the corner",
    ),
    Example(
        4,
        1.0,
        look_at=lambda g: (g[1, 1] / g[2, 2], g[1, 1] / g[1, 0]),
        gives=(torch.tensor(1.0), torch.tensor(math.exp(1.0))),
        note="4 × 4: four equal ones in the middle, e times as large as those beside them",
    ),
)

# %% [markdown]
# **Edges.** An edge is where the brightness changes. The kernel [1, −1] subtracts each pixel's right neighbour from it: 0 where
# nothing changes, −1 where it gets brighter, +1 where it gets darker.

# %%
stripe = torch.zeros(6, 8)
stripe[:, 2:6] = 1
edges = torch.zeros(6, 7)
edges[:, 1], edges[:, 5] = -1, 1
names = ["image", "kernel", "every row: 0 −1 0 0 0 1 0"]
plots.row(stripe, [[1, -1]], edges, titles=names, signs="⋆=")

# %% [markdown]
# Four 3 × 3 edge detectors, in this order and with these numbers:
#
# | `top` | `left` | `diag1` | `diag2` |
# |:---:|:---:|:---:|:---:|
# | −1 −1 −1 | −1 0 1 | 0 −1 1 | 1 −1 0 |
# | 0 0 0 | −1 0 1 | −1 1 0 | 0 1 −1 |
# | 1 1 1 | −1 0 1 | 1 0 0 | 0 0 1 |
#
# `top` answers with a positive number at the top edge of something bright (dark above, bright below), `left` at its left edge.
# `diag1` and `diag2` answer to something bright along a diagonal. Each is a kernel with one channel in, so four of them are a weight of shape
# (4, 1, 3, 3).


# %% edge_bank role="solution"
def edge_bank() -> torch.Tensor:
    """The kernels top, left, diag1, diag2 of the table: (4, 1, 3, 3) float32, without gradient."""
    ### BEGIN SOLUTION
    top = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
    left = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
    diag1 = [[0, -1, 1], [-1, 1, 0], [1, 0, 0]]
    diag2 = [[1, -1, 0], [0, 1, -1], [0, 0, 1]]
    return torch.tensor([top, left, diag1, diag2], dtype=torch.float32)[:, None]
    ### END SOLUTION


# %% edge_bank_first role="check"
wall, stair = torch.ones(3, 3), torch.tensor([[0.0, 0, 0], [0, 0, 0], [1, 1, 1]])


def answers(image):
    return [(kernel[0] * image).sum().item() for kernel in edge_bank()]


check(
    edge_bank,
    Example(look_at=lambda bank: tuple(bank.shape), gives=(4, 1, 3, 3), note="the shape of the bank"),
)
check(
    edge_bank,
    Example(stair, look_at=lambda four: four[:2], gives=[3.0, 0.0], note="dark above, bright below: top says 3, left 0"),
    Example(stair.T, look_at=lambda four: four[:2], gives=[0.0, 3.0], note="a left edge: top says 0, left 3"),
    Example(wall, look_at=lambda four: four, gives=[0.0, 0.0, 1.0, 1.0], note="a plain wall: 0, 0, and 1 for the diagonals"),
    Example(torch.eye(3), look_at=lambda four: four[2:], gives=[1.0, 3.0], note="a line down to the right: diag2 says 3"),
    through=answers,
)

# %% [markdown]
# **At one place.** So far (i, j) was the window's top-left *corner*. For a filter it is handier to name the *centre*: `apply_kernel_at(img, row, col, kernel)`
# lays the middle of the kernel on pixel (row, col). Orange: the window of a 3 × 5 kernel around row 2, column 3.

# %%
plots.row(torch.arange(40).reshape(5, 8), titles=["kernel 3 × 5 around (2, 3)"], boxes={0: (1, 1, 3, 5)})

# %% [markdown]
# <details><summary>Hint 1</summary>
#
# A kernel of height 3 reaches 3 // 2 = 1 row up and 1 row down. So the rows are `row - 1 : row + 2`.
#
# </details>
# <details><summary>Why not <code>width, height = kernel.shape</code>?</summary>
#
# Shapes are (rows, columns) = (height, width). With a square kernel you would never notice. Use a 3 × 5 one.
#
# </details>
# <details><summary>Why raise IndexError at the border? Python did not complain.</summary>
#
# It may not. At row 0 the slice is `img[-1 : 2]`, and −1 means *from the last row*. Mostly the window is then empty and torch stumbles
# over its size; on a small image it is one row from the wrong side, which broadcasts to any kernel, and a number comes out.
# So look first, then slice.
#
# </details>


# %% apply_kernel_at role="solution"
def apply_kernel_at(img: torch.Tensor, row: int, col: int, kernel: torch.Tensor) -> torch.Tensor:
    """The sum of kernel * window with the kernel's centre on img[row, col]: a tensor of shape ().

    - img (H, W), kernel (kh, kw); kh and kw may differ. The kernel is not flipped.
    - ValueError when kh or kw is even (there is no centre).
    - IndexError when the window leaves the image on any side (no wrapping round, no padding).
    """
    ### BEGIN SOLUTION
    kh, kw = kernel.shape
    if kh % 2 == 0 or kw % 2 == 0:
        raise ValueError(f"a kernel of shape ({kh}, {kw}) has no centre")
    top, left = row - kh // 2, col - kw // 2
    if top < 0 or left < 0 or top + kh > img.shape[0] or left + kw > img.shape[1]:
        raise IndexError(f"the window around ({row}, {col}) leaves the image")
    return (img[top : top + kh, left : left + kw] * kernel).sum()
    ### END SOLUTION


# %% apply_kernel_at_first role="check"
ramp = torch.arange(40.0).reshape(5, 8)
check(
    apply_kernel_at,
    Example(ramp, 2, 3, torch.ones(3, 5) / 15, gives=torch.tensor(19.0), note="the mean around (2, 3)"),
    Example(ramp.double(), 4 - 1, 8 - 3, torch.ones(3, 5).double(), gives=torch.tensor(435.0).double(), note="float64, the last place"),
    Example(ramp, 0, 3, torch.ones(3, 5), raises=IndexError, note="row 0: IndexError"),
    Example(ramp, 2, 8 - 2, torch.ones(3, 5), raises=IndexError, note="one column too far to the right: IndexError"),
    Example(ramp, 2, 3, torch.ones(2, 3), raises=ValueError, note="an even kernel: ValueError"),
)

# %% [markdown]
# **Everywhere.** A whole bank on a gray image, as large as the image: zeros around it, and no bias. (`F.conv2d` is allowed.)
#
# <details><summary>Why not <code>nn.Conv2d(1, 4, 3)</code> with my kernels put into its weight?</summary>
#
# It has a bias as well, a random one. Replace only the weight and your hand-made filter adds some 0.2 to every pixel. `bias=False` or
# `F.conv2d` without a bias.
#
# </details>


# %% filter_gray role="solution"
def filter_gray(img: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """Filter a gray image (H, W) with n kernels (n, 1, kh, kw) of the same dtype: (n, H, W).

    Entry [m, i, j] is kernel m with its centre on pixel (i, j), not flipped, with zeros around the
    image and without a bias. kh and kw are odd and may differ.
    """
    ### BEGIN SOLUTION
    kh, kw = kernels.shape[2:]
    return F.conv2d(img[None, None], kernels, padding=(kh // 2, kw // 2))[0]
    ### END SOLUTION


# %% kernels_check role="check" points=14 title="Kernels by hand"
block = torch.zeros(4, 5)
block[1:3, 1:4] = 1
vertical = torch.tensor([[[[-1.0], [0.0], [1.0]]]])
check(
    filter_gray,
    Example(
        block,
        vertical,
        gives=[[[0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, -1, -1, -1, 0], [0, -1, -1, -1, 0]]],
        note="a bright block under a 3 × 1 kernel: its top edge +, its bottom edge −",
    ),
    Example(
        block.double(),
        torch.ones(2, 1, 1, 1).double() / 2,
        gives=[(block / 2).tolist()] * 2,
        note="float64, two kernels of one number: half as bright",
    ),
)

# %%
with after_writing("box_kernel, gaussian_kernel and filter_gray"):
    face = data.gray(data.photo("astronaut", size=128))
    blurs = [box_kernel(9), gaussian_kernel(9, 1.0), gaussian_kernel(9, 3.0)]
    views = [filter_gray(face, kernel[None, None])[0] for kernel in blurs]
    names = ["image", "box 9", "Gaussian σ = 1", "Gaussian σ = 3"]
    plots.row(face, *views, titles=names, limits=(0, 1)).show()

# %%
with after_writing("edge_bank and filter_gray"):
    face = data.gray(data.photo("camera", size=128))
    views = filter_gray(face, edge_bank())
    plots.row(face, *views, titles=["image", "top", "left", "diag1", "diag2"]).show()

# %% [markdown]
# Play with the two cells above: other photographs (`data.PHOTOS`), other sizes, other σ.
#
# <details><summary>Question: where does the dark frame of the blurred pictures come from?</summary>
#
# From the zeros around the image: at the edge a blur mixes in black.
#
# </details>
# <details><summary>Question: why does one still recognise the photograph under <code>diag1</code>, but hardly under <code>top</code>?</summary>
#
# Add up the numbers of each kernel: `top` gives 0, so a plain area becomes 0. The diagonals give 1, so brightness itself shines through.
#
# </details>

# %% [markdown]
# ---
# ## T1.8 · Let it learn the kernel
#
# *Difficulty ●●●○○ · Importance ●●●●○ · about 35 minutes · 10 points, and 4 for an explanation*
#
# **Warm-up.** A number w is 0 and should become 3. The error is (w − 3)², its derivative 2 · (w − 3). What is w after the step w − 0.25 · derivative?
# And after one more?
#
# <details><summary>Answer</summary>
#
# 0 − 0.25 · (−6) = **1.5**, then 1.5 − 0.25 · (−3) = **2.25**.
#
# </details>
#
# Nobody can write down the kernel for "the ear of a dog". But if we have an image $x$ and know what should come out, $y$, we can *search* for it: start with
# a random kernel, see how far off the result is, go a small step downhill, again and again. Here is what went in and what came out. Which
# kernel was it?

# %%
plots.row(stripe, edges, titles=["x", "y"], signs=["⋆ ? ="])

# %% [markdown]
# "How far off" is the **mean** squared error over all places of the output:
#
# $$L(K) = \frac{1}{N}\sum_{i,j}\bigl((x\star K)_{ij} - y_{ij}\bigr)^2,\qquad K \leftarrow K - \text{lr}\cdot\frac{\partial L}{\partial K}$$
#
# Autograd gives the derivative. The recipe, in this order, `steps` times: result · error · gradient · step. Here it is for the w of the warm-up. `backward` puts the derivative into `w.grad`; the step itself must not be recorded, hence `no_grad`; and the next `backward` would
# *add* to `w.grad`, so it is cleared.

# %%
w = torch.tensor(0.0, requires_grad=True)
for step in range(4):
    error = (w - 3) ** 2
    error.backward()
    with torch.no_grad():
        w -= 0.25 * w.grad
    print(f"error {error.item():.4f}, derivative {w.grad.item():+.3f}, so w becomes {w.item():.3f}")
    w.grad = None

# %% [markdown]
# (`torch.optim.SGD([w], lr=0.25)` does the same with `step()` and `zero_grad()`, and `F.conv2d` is allowed.)
#
# <details><summary>Hint 1</summary>
#
# `kernel = torch.rand(kernel_size, generator=torch.Generator().manual_seed(seed), dtype=x.dtype) - 0.5`, then `kernel.requires_grad_()`. The generator of
# your own makes it repeatable, and leaves everybody else's random numbers alone; `torch.manual_seed` would not.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.</code></summary>
#
# The step itself must not be recorded: put it inside `with torch.no_grad():`.
#
# </details>
# <details><summary>Help: I get <code>TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'</code></summary>
#
# `kernel.grad` is None: `kernel = kernel - …` has made a *new* tensor that is not the one you called `requires_grad_()` on. Change it in place, under `no_grad`.
#
# </details>
# <details><summary>Help: the loss goes up and down and ends at <code>inf</code> or <code>nan</code></summary>
#
# Do you clear the gradient after every step? `backward` *adds* to `.grad`. And do you take the mean? See the next one.
#
# </details>
# <details><summary>Why not the sum of the squared errors?</summary>
#
# It is N times as steep, and N grows with the image. A cell below tries both on the stripe.
#
# </details>
# <details><summary>Why no bias?</summary>
#
# y has no offset to explain. A bias would be one more thing to learn, and while it is wrong it pulls the kernel with it.
#
# </details>


# %% learn_kernel role="solution"
def learn_kernel(
    x: torch.Tensor,
    y: torch.Tensor,
    kernel_size: tuple[int, int],
    steps: int = 200,
    lr: float = 1e-2,
    seed: int = 0,
) -> tuple[torch.Tensor, list[float]]:
    """Find a kernel (kh, kw) that turns x (H, W) into y (H-kh+1, W-kw+1), by gradient descent.

    - The error is the *mean* of the squared differences. Cross-correlation, no padding, no bias.
    - Every step is kernel - lr * gradient, no more: no momentum, no Adam.
    - Returns the pair (kernel, losses). kernel: a plain tensor (kh, kw) with the dtype of x and without
      gradient. losses: a list of `steps` Python floats, the error *before* each step.
    - The start is random: the same seed gives the same start, another seed another one.
      The global random state is neither used nor changed.
    - It stays stable with lr = 2e-2, on small and on larger images.
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    kernel = (torch.rand(kernel_size, generator=generator, dtype=x.dtype) - 0.5).to(x.device)
    kernel.requires_grad_()
    losses = []
    for _ in range(steps):
        result = F.conv2d(x[None, None], kernel[None, None])[0, 0]
        loss = ((result - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, kernel)
        with torch.no_grad():
            kernel -= lr * slope
        losses.append(loss.item())
    return kernel.detach(), losses
    ### END SOLUTION


# %% learn_kernel_check role="check" points=10 title="Let it learn the kernel"
stripe = torch.zeros(6, 8)
stripe[:, 2:6] = 1
edges = torch.zeros(6, 7)
edges[:, 1], edges[:, 5] = -1, 1
check(
    learn_kernel,
    Example(
        stripe,
        edges,
        (1, 2),
        steps=2000,
        lr=2e-2,
        look_at=lambda found: found[0],
        gives=[[1, -1]],
        rtol=1e-2,
        note="the kernel of the picture: [1, −1]",
    ),
    Example(
        stripe,
        edges,
        (1, 2),
        steps=50,
        look_at=lambda found: len(found[1]),
        gives=50,
        note="50 steps, 50 losses",
    ),
    Example(
        stripe,
        edges,
        (1, 2),
        steps=2,
        look_at=lambda found: isinstance(found[1][0], float),
        gives=True,
        note="losses are plain floats",
    ),
    Example(
        stripe.double(),
        edges.double(),
        (1, 2),
        steps=3,
        look_at=lambda found: (found[0].dtype, found[0].requires_grad),
        gives=(torch.float64, False),
        note="float64 stays float64, and the kernel is plain",
    ),
)


def starts(seed):
    return learn_kernel(stripe, edges, (1, 2), steps=1, seed=seed)[1]


def drawn_next(seed):
    """The next of everybody's random numbers, after a call."""
    torch.manual_seed(seed)
    learn_kernel(stripe, edges, (1, 2), steps=1)
    return torch.rand(1)


torch.manual_seed(7)
untouched = torch.rand(1)
check(learn_kernel, Example(7, gives=untouched, note="everybody else's random numbers stay the same"), through=drawn_next)
check(
    learn_kernel,
    Example(5, look_at=lambda loss: loss == starts(5), gives=True, note="two calls in a row with one seed: the same"),
    Example(5, look_at=lambda loss: loss == starts(6), gives=False, note="another seed starts elsewhere"),
    through=starts,
)

# %%
with after_writing("learn_kernel"):
    kernel, losses = learn_kernel(stripe, edges, (1, 2), steps=60, lr=0.5)
    print("found:", kernel)
    plots.curve(losses, "learning [1, −1] with lr = 0.5", log=True).show()

# %% [markdown]
# With the mean you may even take lr = 0.5, and 60 steps are plenty. Try 1.1: why does it explode?
#
# <details><summary>Answer</summary>
#
# Downhill is a promise for *small* steps. Along its steepest direction the second derivative of this error is 2.0, and a step longer than 2 / 2.0 = 1 lands higher on
# the other side than it started. (Brighter images are steeper: with the stripe at 4 instead of 1 it is 16 times as steep.)
#
# </details>
#
# And the *sum* of the squared errors? It is N times the mean, here 42 times, so a step with lr on the sum is a step with 42 · lr on the mean:

# %%
with after_writing("learn_kernel"):
    N = edges.numel()
    for lr in (0.01, 0.02, 0.025):
        _, losses = learn_kernel(stripe, edges, (1, 2), steps=200, lr=N * lr)
        print(f"sum, lr = {lr:<5} = mean, lr = {N * lr:.2f}: the last loss is {losses[-1]:.1g}")

# %% [markdown]
# 0.025 is beyond 1 / 42 = 0.0238, and explodes. An image of ten times as many pixels would explode with 0.0025: whoever takes the sum must find a new lr for
# each size.

# %%
with after_writing("learn_kernel"):
    face = data.gray(data.photo("astronaut", size=48))
    secret = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    target = F.conv2d(face[None, None], secret[None, None])[0, 0]
    centred = face - face.mean()  # learns faster; y stays the same, because this kernel adds up to 0
    kernel, losses = learn_kernel(centred, target, (3, 3), steps=700, lr=1.0)
    names = ["x", "y", "the kernel behind it", "found by you"]
    plots.row(face, target, secret, kernel, titles=names).show()

# %% [markdown]
# That is a convolutional network in a nutshell: nobody writes the kernels, the data does.
#
# **In your own words.** Here are two other pictures to learn from, each with what `[1, −1]` makes of it:

# %%
plain, ramp = torch.full((3, 5), 0.5), torch.arange(5.0).expand(3, 5) / 4
for picture in (plain, ramp):
    plots.row(picture, picture[:, :-1] - picture[:, 1:], titles=["x", "y"], signs=["⋆ ? ="]).show()

# %% [markdown]
# With lr=1 and 2,000 steps `learn_kernel` takes both of them to a loss of zero. Does it find `[1, −1]`? Think of all the kernels `[a, b]` that would do for the plain picture, and for the
# ramp; then try it. Write four or five sentences. A person reads them:
#
# | | points |
# |---|---:|
# | the plain picture: which kernels give exactly y, and what decides which of them is found | 2 |
# | the ramp: the same question, with a reason | 1 |
# | what a picture must have in it, so that only one kernel is left | 1 |

# %% [markdown] which_kernel role="manual" points=4 title="Which pictures teach?"
# The plain picture gives (a + b) / 2 everywhere, and y is 0, so every kernel with a + b = 0 has loss 0. Gradient descent stops at the first of
# them that it meets: the one nearest to its random start, another one for another seed. The ramp gives (a + b) · value + b / 4: to be −1/4 everywhere
# needs a + b = 0 *and* b = −1, so here only [1, −1] is left, though learning is slow. A picture teaches the kernel when its patches are not all alike:
# there must be as many independent patches as the kernel has numbers, as an edge or a texture has them.

# %% [markdown]
# ---
# ## T1.9 · Stretch: two passes instead of one
#
# *Difficulty ●●●○○ · Importance ●●○○○ · about 25 minutes · extra credit: +6*
#
# **Warm-up.** In a multiplication table every entry is a number of a column times a number of a row. Which number is missing in [[1, 3], [2, ?]]?
#
# <details><summary>Answer</summary>
#
# **6**: the second row is twice the first.
#
# </details>
#
# Some kernels are such a table:

# %%
column, row = torch.tensor([1.0, 2.0, 1.0]), torch.tensor([1.0, 0.0, -1.0])
table = torch.outer(column, row)
plots.row(column[:, None], row[None], table, titles=["column", "row", "their table: Sobel"], signs=["×", "="])

# %% [markdown]
# Such a kernel is *separable* (mathematicians: of rank 1), and it need not be slid over the image at all. Slide the column first, then slide the row over
# what came out. Look at one number: the window [[0, 1, 2], [3, 4, 5], [6, 7, 8]] under the Sobel kernel gives
# (0 − 2) + 2 · (3 − 5) + (6 − 8) = −8. In two passes: the column makes the three numbers 0 + 2 · 3 + 6 = 12, 16 and 20 of it, the row 12 − 20 = −8.
#
# Why take two walks instead of one? Count the multiplications on an image of 6 × 8 with this 3 × 3 kernel:
#
# - one walk: 4 · 6 places, 9 multiplications each: **216**
# - the column: 4 · 8 places, 3 each, 96; then the row: 4 · 6 places, 3 each, 72. Together **168**
#
# Not much. But for k × k it is about 2k in the place of k², so a blur of 15 × 15 costs about a seventh.
#
# <details><summary>Question: which of these are separable: the mean filter, the Gaussian, [[0, 1, 0], [1, −4, 1], [0, 1, 0]]?</summary>
#
# The first two. In the third, the first row is not a multiple of the second, and in a table all rows are multiples of one row.
#
# </details>
# <details><summary>Hint 1: which row?</summary>
#
# Any row of the kernel will do that is not all zeros: the others are multiples of it. And the column says which multiples: divide a column of the kernel by the
# number in which that column and your row meet. So it must not be 0, and best is the largest one of all, by its absolute value.
#
# </details>
# <details><summary>Hint 2: the position of the largest number</summary>
#
# `argmax` counts through all entries, row by row: entry 5 of a kernel with 3 columns is in row 1, column 2, and `divmod(5, 3)` is `(1, 2)`.
#
# </details>
# <details><summary>Help: my column holds <code>nan</code> or <code>inf</code></summary>
#
# You divided by a 0 of the kernel. The Sobel kernel has three of them, and a kernel may have one in its corner.
#
# </details>


# %% split_kernel role="solution"
def split_kernel(K: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor] | None:
    """A column (h,) and a row (w,) whose table torch.outer(column, row) is the kernel K (h, w); None if there are none.

    - K holds floats, not all of them 0; its first row or its first column may be 0. Both results have its dtype.
    - Floats are rounded: a table that misses K by less than a thousandth of K's largest entry is K. Kernels
      that are no table miss it by far more.
    - There are many such pairs (twice the one, half the other), and each of them is right.
    """
    ### BEGIN SOLUTION
    i, j = divmod(int(K.abs().argmax()), K.shape[1])
    column, row = K[:, j] / K[i, j], K[i].clone()
    rest = (torch.outer(column, row) - K).abs().max()
    return (column, row) if rest < 1e-3 * K[i, j].abs() else None
    ### END SOLUTION


# %% split_kernel_check role="check"
sobel = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
step = torch.tensor([[0.0, 0.0], [0.0, -3.0], [0.0, -6.0]])
blob = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])


def as_a_table(K):
    pair = split_kernel(K)
    return pair if pair is None else torch.outer(*pair)


check(
    split_kernel,
    Example(sobel, gives=sobel, note="the table of your pair is the kernel"),
    Example(step, gives=step, note="zeros in the first row, in the first column and in the corner"),
    Example(sobel[:, :2].double(), gives=sobel[:, :2].double(), note="3 × 2, float64"),
    Example(blob, gives=None, note="no table at all"),
    Example(torch.eye(3), gives=None, note="nor is this one"),
    through=as_a_table,
)

# %% [markdown]
# Now the two walks. They give both images: what the column made, and what the row made of that.


# %% two_passes role="solution"
def two_passes(
    X: torch.Tensor, column: torch.Tensor, row: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Slide column (h,) down the image X (H, W), then slide row (w,) along what came out; nothing is flipped.

    - Returns the pair of images (between, result), of the shapes (H-h+1, W) and (H-h+1, W-w+1).
    - result is what one walk with torch.outer(column, row) gives. Both have the dtype of X.
    - Gradients flow back to X, column and row. Everything is allowed, F.conv2d too.
    """
    ### BEGIN SOLUTION
    h, w = len(column), len(row)
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    between = sum(column[i] * X[i : i + rows] for i in range(h))
    return between, sum(row[j] * between[:, j : j + columns] for j in range(w))
    ### END SOLUTION


# %% two_passes_check role="check"
numbers = torch.arange(9.0).reshape(3, 3)
check(
    two_passes,
    Example(
        numbers,
        torch.tensor([1.0, 2.0, 1.0]),
        torch.tensor([1.0, 0.0, -1.0]),
        gives=(torch.tensor([[12.0, 16.0, 20.0]]), torch.tensor([[-8.0]])),
        note="the window of the text",
    ),
    Example(
        numbers,
        torch.tensor([1.0, -1.0]),
        torch.tensor([0.0, 2.0, 1.0]),
        gives=(torch.full((2, 3), -3.0), torch.full((2, 1), -9.0)),
        note="a column of 2, a row of 3",
    ),
)


# %% multiplications role="solution"
def multiplications(image: tuple[int, int], kernel: tuple[int, int]) -> tuple[int, int]:
    """How many multiplications one walk and two walks take: a pair of ints (one, two).

    - image is (H, W), kernel is (h, w). Only places where the kernel fits completely count.
    - The column is slid first, over the whole width. One multiplication for each number of the kernel
      (or of the column, or of the row) in each place, also where it is 0.
    """
    ### BEGIN SOLUTION
    (H, W), (h, w) = image, kernel
    rows, columns = H - h + 1, W - w + 1
    return rows * columns * h * w, rows * W * h + rows * columns * w
    ### END SOLUTION


# %% separable_check role="check" stretch=6 title="Two passes instead of one"
check(
    multiplications,
    Example((6, 8), (3, 3), gives=(216, 168), note="the numbers of the text"),
    Example((6, 8), (1, 3), gives=(108, 156), note="a row alone: the second walk was all there was to do"),
    Example((5, 4), (5, 1), gives=(20, 24)),
)

# %%
with after_writing("split_kernel, two_passes and multiplications"):
    picture = data.gray(data.photo("camera", size=64))
    for side in (3, 5, 9, 15):
        distance = torch.arange(side) - side // 2
        bell = torch.exp(-(distance**2) / (2 * (side / 5) ** 2))
        blur = torch.outer(bell, bell) / bell.sum() ** 2
        between, result = two_passes(picture, *split_kernel(blur))
        one, two = multiplications((64, 64), (side, side))
        print(f"{side:2} × {side:<2}: {one:7,} multiplications in one walk, {two:6,} in two: {one / two:.1f} times as many")
    plots.row(picture, between, result, titles=["the image", "after the column", "after the row"]).show()

# %% [markdown]
# Learned kernels are seldom tables, so nobody splits them afterwards. But a network can be *built* of thin kernels from the start: a 1 × k layer after a
# k × 1 layer, as in Inception. It can say less than k × k, for fewer numbers to learn.

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** the layer that every convolutional network is made of, and an idea of what its numbers do. In **A2** you
# make it fast (one matrix multiplication), shrink images by pooling, and go back up again.
