# %% [markdown]
# # A7 · Text CNN on names
#
# A convolution slides over whatever has an order, not only over pixels. Here it slides over the letters of Spanish given names,
# and learns from some thousand of them whether a name stood in the list of women or in the list of men. On the way you
# turn letters into numbers, find n-grams wherever they are, read files that somebody else has made, and keep the
# names you test with out of the training. In the end you ask what such a number means, and what it does not.
#
# | | task | points | minutes |
# |---|---|---:|---:|
# | T7.1 | `CharVocab` and `NamesDataset`: letters become numbers | 16 | 35 |
# | T7.2 | `ngram_conv`: a convolution over letters | 15 | 30 |
# | T7.3 | `TextCNN`, with a correct max over time | 22 | 40 |
# | T7.4 | `length_for`, `load_names` and `split_names`: names without leaks | 14 | 25 |
# | T7.5 | `train_names` | 15 | 25 |
# | T7.6 | Read your figures: is it a result, or chance? | 6 | 20 |
# | T7.7 | `p_female`, and what it is worth | 7 + 5 | 30 |
# | T7.8 | Stretch: attention in place of the maximum | +6 | 25 |
#
# **How it works.** Each task opens with a **warm-up**: two minutes with a pencil, not graded, the answer folded under it.
# Write your code where it says `# YOUR CODE HERE`, and delete the line that raises. Run the check
# under it: ✓ is right, ✗ says what differs. The checks show a few examples; grading uses others. Every task is graded on its
# own, with vocabularies, networks and files of ours: if one resists, go on.
#
# **House rules**, unless a docstring says otherwise: leave the arguments as they were, take them in any memory layout
# (slices, or after a `transpose`), keep the dtype of tensors, and keep the way back for autograd open. All of torch and of
# Python's standard library is yours; other packages, such as pandas, are not there when this is graded.

# %% setup role="given"
import csv
import math
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

from cnnkit import Example, after_writing, check, data, diagrams, networks, plots, text
from cnnkit.figures import reading

torch.set_num_threads(1)  # such small networks are not quicker with more


@contextmanager
def in_eval_mode(model):
    """The `eval_context` that you wrote in A4: eval mode inside the block, and afterwards every module is in its own old mode."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield model
    finally:
        for module, mode in modes:
            module.training = mode

# %% [markdown]
# ---
# ## T7.1 · `CharVocab`: letters become numbers
#
# *Difficulty ●●○○○ · Importance ●●●●○ · about 35 minutes · 16 points*
#
# **Warm-up.** Number the characters of `ana` and `bo`: the dot is 0, then the others in alphabetical order. What is `ban`, with a dot before it, filled
# up with dots to 6?
#
# <details><summary>Answer</summary>
#
# The characters are `.abno`, so it is **[0, 2, 1, 3, 0, 0]**.
#
# </details>
#
# A network computes with numbers, so each character gets one: its place in a list of all characters. A batch is a tensor, and all rows of a tensor
# are equally long, so short names are filled up. For that there is one more character, the **dot**, with the number 0. One dot stands before
# the name, too: the network should see where a name begins, and `.j` is something else than a `j` in the middle.

# %%
ids = [0, 12, 17, 10, 16, 2, 3, 16, 6, 20, 7, 25] + [0] * 11
text.strip(".john_andrew" + "." * 11, ids, title="John Andrew: a dot, up to 22 characters, dots up to 23")

# %% [markdown]
# The list of characters comes from the names we train with: the dot first, the others sorted. The official list, 49,340
# Spanish names, has these 31:
#
# `.'_abcdefghijklmnopqrstuvwxyzçñ`
#
# `Maria Clara`, `maria clara` and `MARIA_CLARA` are one name: capitals become small letters, a space becomes `_`. But `ñ` is not `n`, and `ç` is not `c`:
# they are letters with numbers of their own.
#
# And a character that is *not* in the list, such as the `k` in `Erik` if no name before had one? The network has never seen it, so we leave it
# out. But not in silence: `warnings.warn("a sentence")` prints the sentence in red, and the program goes on. Say *which* characters were left
# out. It is the first thing that you will want to know when a prediction looks odd.
#
# <details><summary>Hint 1</summary>
#
# A `set` drops doubles, `sorted(a_set)` gives a list in a fixed order, and `"".join(a_list)` glues it. A set alone has an order as well, but another one each time
# Python starts: a network that was saved yesterday would read today's letters wrong.
#
# </details>
# <details><summary>Hint 2: filling up</summary>
#
# `"." * 3` is `"..."`, and `[0] * 3` is `[0, 0, 0]`. First leave out what is unknown, then cut to `max_len`, then count how many dots are missing.
#
# </details>
# <details><summary>Hint 3: decode</summary>
#
# `"..abc.".strip(".")` takes dots from both ends, however many, and none from inside.
#
# </details>
# <details><summary>Help: I get <code>TypeError: only integer tensors of a single element can be converted to an index</code> or <code>list indices must be integers or slices, not Tensor</code></summary>
#
# `decode` may get a tensor, and going through it gives tensors of shape (). `int(number)` makes a Python number of both.
#
# </details>
# <details><summary>Question: why not <code>unicodedata</code> and plain ASCII, ñ → n?</summary>
#
# *Peña* and *Pena* are different names. `José` is in some files and `Jose` in
# others, and for our list they are two names. (The names of this course have no accents on vowels.) What matters is that training and prediction do the same.
#
# </details>


# %% char_vocab role="solution"
class CharVocab:
    """The characters of some names, and their numbers.

    - Names count as `Maria Clara` → `maria_clara`: small letters, each space becomes _. Here and in encode.
    - chars: a string, the dot and then every other character of the names, once, in the order of `sorted`.
      The number of a character is its place in chars. A dot inside a name is no letter: it counts as unknown.
    - max_len: as given.
    - len(vocab): how many characters there are, with the dot.
    """

    def __init__(self, names: list[str], max_len: int = 22):
        ### BEGIN SOLUTION
        letters = set("".join(names).lower().replace(" ", "_"))
        self.chars = "." + "".join(sorted(letters - {"."}))
        self.max_len = max_len
        ### END SOLUTION

    def __len__(self) -> int:
        ### BEGIN SOLUTION
        return len(self.chars)
        ### END SOLUTION

    def encode(self, name: str) -> list[int]:
        """Always max_len + 1 ints: the dot, at most max_len characters of the name, dots to the end.

        Unknown characters are left out before the name is cut, with one `warnings.warn` that names them.
        Without any, no warning.
        """
        ### BEGIN SOLUTION
        number = {letter: place for place, letter in enumerate(self.chars) if place > 0}
        letters = name.lower().replace(" ", "_")
        unknown = sorted(set(letters) - set(number))
        if unknown:
            warnings.warn(f"{name!r}: left out {unknown}, not in the vocabulary", stacklevel=2)
        ids = [number[letter] for letter in letters if letter in number][: self.max_len]
        return [0] + ids + [0] * (self.max_len - len(ids))
        ### END SOLUTION

    def decode(self, ids) -> str:
        """The characters of a row of numbers without the dots at both ends; dots inside stay.

        ids is a list of ints or a tensor (L,), of any length.
        """
        ### BEGIN SOLUTION
        return "".join(self.chars[int(i)] for i in ids).strip(".")
        ### END SOLUTION


# %% char_vocab_first role="check"
def with_unknown(vocab, name="Erik ana", letter="k"):
    """The numbers of a name with unknown characters, and for each warning that came whether it names one of them."""
    with warnings.catch_warnings(record=True) as came:
        warnings.simplefilter("always")
        return vocab.encode(name), [letter in str(warning.message) for warning in came]


alphabet = ["abcdefghijklm", "nopqrstuvwxyz", "Ñ'", "ç a"]
check(
    CharVocab,
    Example(
        alphabet,
        look_at=lambda vocab: (vocab.chars, len(vocab)),
        gives=(".'_abcdefghijklmnopqrstuvwxyzçñ", 31),
        note="the 31 characters listed above",
    ),
    Example(
        alphabet,
        look_at=lambda vocab: vocab.encode("John Andrew"),
        gives=[0, 12, 17, 10, 16, 2, 3, 16, 6, 20, 7, 25] + [0] * 11,
        note="John Andrew",
    ),
    Example(
        ["ana", "eva"],
        max_len=4,
        look_at=lambda vocab: [vocab.encode(name) for name in ("", "Eva", "anavena")],
        gives=[[0, 0, 0, 0, 0], [0, 2, 4, 1, 0], [0, 1, 3, 1, 4]],
        note="an empty name, a short one and one that is too long, for max_len=4",
    ),
    Example(
        ["ana"],
        max_len=4,
        look_at=with_unknown,
        gives=([0, 1, 2, 1, 0], [True]),
        note="Erik ana: what is unknown is left out, then it is cut; one warning, which names the k",
    ),
    Example(
        ["b.a"],
        max_len=4,
        look_at=lambda vocab: (vocab.chars, *with_unknown(vocab, "b.aç", "ç")),
        gives=(".ab", [0, 2, 1, 0, 0], [True]),
        note="b.aç: a dot inside a name is left out as well; the warning names the ç",
    ),
    Example(
        alphabet,
        look_at=lambda vocab: vocab.decode(torch.tensor(vocab.encode("Ñigo"))),
        gives="ñigo",
        note="there and back",
    ),
)

# %% [markdown]
# **A data set of names**, as in A5: an object that knows how many items there are and gives item i. A file holds one kind of names, so its data set has *one* label; `+` joins two of them, and a `DataLoader` makes batches.


# %% names_dataset role="solution"
class NamesDataset(Dataset):
    """Names with one label for all of them: dataset[i] is the pair (ids, label).

    - ids: what vocab.encode(names[i]) gives, as an int64 tensor (L,). label: the int that was given.
    - len(dataset) is the number of names; an index beyond the end raises IndexError.
    """

    def __init__(self, names: list[str], label: int, vocab):
        ### BEGIN SOLUTION
        self.names, self.label, self.vocab = names, label, vocab
        ### END SOLUTION

    def __len__(self) -> int:
        ### BEGIN SOLUTION
        return len(self.names)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        ### BEGIN SOLUTION
        return torch.tensor(self.vocab.encode(self.names[index])), self.label
        ### END SOLUTION


# %% char_vocab_check role="check" points=16 title="CharVocab"
class Lengths:
    """A vocabulary for the check: the length of a name, and its number of a."""

    def encode(self, name):
        return [len(name), name.count("a")]


def batch_of(*names):
    """All names of two data sets, in one batch."""
    both = NamesDataset(names[:1], 0, Lengths()) + NamesDataset(names[1:], 1, Lengths())
    return next(iter(DataLoader(both, batch_size=len(names))))


check(
    NamesDataset,
    Example(["ana", "eva"], 1, Lengths(), look_at=len, gives=2, note="two names"),
    Example(
        ["ana", "eva"],
        1,
        Lengths(),
        look_at=lambda dataset: dataset[1],
        gives=(torch.tensor([3, 1]), 1),
        note="eva: 3 letters, one a",
    ),
)
check(
    NamesDataset,
    Example(
        *("luis", "ana", "eva"),
        gives=[torch.tensor([[4, 0], [3, 2], [3, 1]]), torch.tensor([0, 1, 1])],
        note="one man and two women, in a batch",
    ),
    through=batch_of,
)

# %% [markdown]
# **Find the bug.** A notebook has `label_map = lambda t: 1 if t == "F" else 0`. Beside each name it prints `"F" if label_map(y) == 1 else "M"`, where
# y is 1 for a woman, and for every woman it prints M. Why?
#
# <details><summary>Answer</summary>
#
# `label_map` turns a *letter* into a number, but here it is given a number: `label_map(1)` asks whether 1 equals `"F"`, which it does not, and gives 0. The other
# direction is another map: `"MF"[y]`. If the first name you look at is a man's, you will not notice.
#
# </details>
#
# ---
# ## T7.2 · `ngram_conv`: a convolution over letters
#
# *Difficulty ●●●○○ · Importance ●●●●○ · about 30 minutes · 15 points*
#
# **Warm-up.** Two letters, (1, 2) and (0, 3), laid end to end, meet the weights (0, 1, 1, −1) and the bias 0.5. What is the answer? And how often do
# two letters fit into a name of five?
#
# <details><summary>Answer</summary>
#
# 0 + 2 + 0 − 3 + 0.5 = **−0.5**, and 5 − 2 + 1 = **4** times.
#
# </details>
#
# Number 17 is not "more" than number 12. So each character gets a row of E numbers instead, an **embedding**, and the network learns what to put there. A name is then a table: one
# row for each letter. Here `maria` with E = 2, and a detector that looks at n = 3 letters at once:

# %%
maria = torch.tensor([[1.0, 0], [0, 2], [1, 1], [-1, 0], [0, 2]])
detector = torch.tensor([[0.0, 1], [1, 0], [0, -1]])
answer = torch.tensor([[-0.5], [3.5], [-1.5]])
plots.row(
    maria,
    detector,
    answer,
    titles=["m a r i a", "detector", "answer"],
    signs=["⋆", "+ 0.5 ="],
    boxes={0: (1, 0, 3, 2), 2: (1, 0, 1, 1)},
)

# %% [markdown]
# You know this: slide, multiply, add. But the kernel is as wide as the image, so it can only go one way: down. It fits L − n + 1 = 3 times. In the orange box:
#
# $$0\cdot 0+2\cdot 1\;+\;1\cdot 1+1\cdot 0\;+\;(-1)\cdot 0+0\cdot(-1)\;+\;\underbrace{0.5}_{\text{bias}} = 3.5$$
#
# This detector likes `ari`. C detectors make C answers at each place. We keep each one as a row of n · E numbers, letter after letter: here `[0, 1, 1, 0, 0, −1]`, so the
# weight has the shape **(C, n · E)**.
#
# There are three ways to compute it. They agree, up to rounding:
#
# 1. a loop over the places: the n rows of a window, laid end to end, times the weight;
# 2. all letters in one long row (B, 1, L · E), and a convolution as long as n letters that jumps from letter to letter;
# 3. `nn.Conv1d(E, C, n)`, with the E numbers as **channels**. It wants (B, E, L), and a weight (C, E, n).
#
# First write `conv1d_weight`, which turns our weight into the one for way 3; then `ngram_conv`, in whichever way you like.
#
# <details><summary>Hint 1: from (B, L, E) to (B, E, L)</summary>
#
# `transpose(1, 2)` swaps the axes. `reshape(B, E, L)` has the right shape and puts the numbers into the wrong places. See the next cell.
#
# </details>
# <details><summary>Hint 2: (C, n · E) → (C, E, n)</summary>
#
# First give each letter an axis: (C, n, E), in the order in which the numbers lie. Then swap the last two.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Given groups=1, weight of size [4, 1, 6], expected input[2, 5, 2] to have 1 channels, but got 5 channels instead</code></summary>
#
# The letters are taken for channels. Way 2 wants (B, 1, L · E), way 3 (B, E, L).
#
# </details>
# <details><summary>Help: the shape is (B, C, 5) instead of (B, C, 3), or far too long</summary>
#
# In way 2 the window must jump by one *letter*, that is by E numbers, and be n · E numbers long.
#
# </details>

# %%
plots.row(
    maria,
    maria.T,
    maria.reshape(2, 5),
    titles=["(L, E)", "transpose: (E, L)", "reshape: nonsense"],
    signs=["→", ""],
)


# %% conv1d_weight role="solution"
def conv1d_weight(weight: torch.Tensor, embedding_dim: int) -> torch.Tensor:
    """The same detectors as nn.Conv1d(embedding_dim, C, n) wants them: (C, n * embedding_dim) -> (C, embedding_dim, n)."""
    ### BEGIN SOLUTION
    return weight.reshape(len(weight), -1, embedding_dim).permute(0, 2, 1)
    ### END SOLUTION


# %% ngram_conv_first role="check"
likes_ari = torch.tensor([[0.0, 1, 1, 0, 0, -1]])
check(
    conv1d_weight,
    Example(likes_ari, 2, gives=[[[0, 1, 0], [1, 0, -1]]], note="the detector of the picture"),
    Example(torch.zeros(64, 30), 10, look_at=lambda w: tuple(w.shape), gives=(64, 10, 3), note="(64, 30) with E = 10"),
)


# %% ngram_conv role="solution"
def ngram_conv(emb: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """The answers of C detectors to every n letters in a row: (B, L, E), (C, n*E), (C,) -> (B, C, L-n+1).

    - Entry [b, c, i] is bias[c] + the sum of weight[c] * (the rows i to i+n-1 of emb[b], end to end).
    - n is weight.shape[1] / E, at most L. ValueError when it is not a whole number.
    - Gradients flow back to emb, weight and bias.
    """
    ### BEGIN SOLUTION
    size = emb.shape[2]
    if weight.shape[1] % size != 0:
        raise ValueError(f"{weight.shape[1]} weights are not a whole number of letters of {size}")
    n = weight.shape[1] // size
    windows = [emb[:, i : i + n].flatten(1) @ weight.T + bias for i in range(emb.shape[1] - n + 1)]
    return torch.stack(windows, dim=2)
    ### END SOLUTION


# %% ngram_conv_check role="check" points=15 title="ngram_conv"
maria = torch.tensor([[[1.0, 0], [0, 2], [1, 1], [-1, 0], [0, 2]]])
likes_ri, half = torch.tensor([[1.0, 1, -1, 0], [0, 0, 0, 1]]), torch.tensor([0.5])
check(
    ngram_conv,
    Example(maria, likes_ari, half, gives=[[[-0.5, 3.5, -1.5]]], note="the picture above"),
    Example(
        maria,
        likes_ri,
        torch.tensor([0.0, 1.0]),
        gives=[[[1, 1, 3, -1], [3, 2, 1, 3]]],
        note="two detectors for two letters",
    ),
    Example(
        torch.cat([maria.flip(1), maria]),
        likes_ari,
        half,
        gives=[[[0.5, -0.5, 1.5]], [[-0.5, 3.5, -1.5]]],
        note="two names: airam, maria",
    ),
    Example(maria, torch.zeros(1, 5), half, raises=ValueError, note="5 weights for letters of 2: ValueError"),
)

# %% [markdown]
# <details><summary>Question: one could write each letter as 31 numbers, all 0 but for a single 1 ("one-hot"). Why learn embeddings instead?</summary>
#
# One-hot letters are all equally far apart: `n` is as different from `ñ` as from `x`, and a detector must learn each of them by itself. Learned rows may come to
# lie close together where letters play the same part, and then one detector serves both. They are also shorter: 10 numbers instead of 31, so the detectors are, too.
#
# </details>
#
# One-hot letters are good for looking, though: with them, and with `ari` itself as the detector, your `ngram_conv` counts how many of three letters agree. That is the first picture of T7.3.
#
# ---
# ## T7.3 · `TextCNN`: look everywhere, keep the best
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 40 minutes · 22 points*
#
# **Warm-up.** A detector answers 1, 3, 0 along one name, and 0, 2, 1, 0, 2 along another. What remains, if of each only the largest is kept?
#
# <details><summary>Answer</summary>
#
# **3** and **2**: one number each, however long the name is.
#
# </details>
#
# Three detectors go along `.maria......`. Each number says how many of the three letters agree:

# %%
name, grams = ".maria......", ["ari", "ia.", "jos"]
found = [[sum(a == b for a, b in zip(gram, name[i:], strict=False)) for i in range(len(name) - 2)] for gram in grams]
text.table(found, rows=grams, over=[name[i : i + 3] for i in range(len(name) - 2)])

# %% [markdown]
# Where an n-gram stands hardly matters; *whether* it is there does. So of each row only the **largest** number is kept (framed). This is **max over time**, and what remains
# is one number per detector, for names of any length: here 3, 3, 0, that is "yes, yes, no". Dense layers can read such a short list. Note `ia.`: the dots
# let a detector see the *end* of a name.
#
# Here is the whole network, with 64 detectors for n = 3 (16 of them are drawn, and all numbers are made up). The window of three letters slides down the name. At each place it
# gives a row of 64 answers (blue frame). Of each column only the largest is kept (orange). The dense layers see nothing else.

# %%
reading.name_network(".maria" + "." * 17)

# %%
weights = {"Embedding": 31 * 10, "Conv1d": 64 * (3 * 10 + 1), "Linear": 256 * (64 + 1), "Linear to 2": 2 * (256 + 1)}
larger = 31 * 10 + 128 * (4 * 10 + 1) + 256 * (128 + 1) + 2 * (256 + 1)
print(" + ".join(f"{number:,} ({layer})" for layer, number in weights.items()), f"= {sum(weights.values()):,} parameters")
print(f"with context=4 and conv_width=128: {larger:,}")

# %% [markdown]
# Together **19,448** parameters. With `context=4, conv_width=128` it is 39,096.
#
# **Find the bug.** Somebody writes `MAX_LEN = 22`, gives each name a row of `MAX_LEN + 1` numbers, and takes the maximum with `nn.MaxPool1d(kernel_size=MAX_LEN - context + 1)`. The
# network trains well, the accuracy is fine. What does it never see? The frame below is a hint.

# %%
long_name = ".maria_guadalupe_isabel"
text.strip(long_name, range(23), window=(20, 3), title="the 21st and last window of a name with 22 letters")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 23 numbers and n = 3 make 21 windows. The pooling covers 22 − 3 + 1 = 20 of them, and drops what is left over: **the last window is never looked at**. Short names are not
# affected, they end in dots. A name of 22 letters loses its ending, which tells most. Few names are that long, so no accuracy will ever show you this
# bug. A name with the telling letters in the last window does. That is how it is graded.
#
# </details>
# <details><summary>Hint 1: max over time</summary>
#
# `x.amax(dim=2)` or `F.adaptive_max_pool1d(x, 1)` take all there is, for every length. A pooling with a number in it works for one length.
#
# </details>
# <details><summary>Question: ReLU first and then the maximum, or the other way round?</summary>
#
# The same: ReLU never swaps the order of two numbers. The largest of the clipped is the clipped largest.
#
# </details>
# <details><summary>Why not the mean over time?</summary>
#
# A name of 3 letters ends in 19 dots, and the mean is then mostly about dots.
#
# </details>
# <details><summary>Why not <code>nn.Embedding(..., padding_idx=0)</code>?</summary>
#
# It freezes the row of the dot at 0. Here the dot says something: where the name begins and ends. `a.` is one of the best detectors of all. So the dot learns like everybody else.
#
# </details>
# <details><summary>Help: I get <code>RuntimeError: Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int</code></summary>
#
# An embedding looks up rows by whole numbers. Somewhere the ids became floats: `torch.tensor([[0, 12]])` is int64 by itself, `.float()` is not needed.
#
# </details>
# <details><summary>Help: with a batch of one I get a shape without batch</summary>
#
# `squeeze()` removes *every* axis of length 1, the batch as well. Name the axis, or use an operation that removes it by itself.
#
# </details>


# %% text_cnn role="solution"
class TextCNN(nn.Module):
    """Rows of numbers (B, L), int64 -> logits (B, 2).

    nn.Embedding (vocab_size rows of embedding_dim) · one nn.Conv1d: conv_width detectors for `context` letters,
    with bias, no padding · ReLU · max over all L - context + 1 places · nn.Linear to fc_width · ReLU · nn.Dropout(p) ·
    nn.Linear to 2.

    - These four layers have all the parameters, and are called (not only their weights used). Way 2 or way 3
      of T7.2, as you like. The dot is learned like every other character.
    - L may be any length from `context` on, another one in every batch; B may be 1.
    - Each network has weights of its own, drawn anew when it is made.
    - The result are logits: no softmax. More dots at the end of a name that already ends in `context` dots change
      nothing.
    """

    def __init__(
        self,
        vocab_size: int = 31,
        context: int = 3,
        embedding_dim: int = 10,
        conv_width: int = 64,
        fc_width: int = 256,
        p: float = 0.5,
    ):
        ### BEGIN SOLUTION
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.conv = nn.Conv1d(embedding_dim, conv_width, kernel_size=context)
        self.hidden = nn.Linear(conv_width, fc_width)
        self.dropout = nn.Dropout(p)
        self.out = nn.Linear(fc_width, 2)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        letters = self.embedding(x).transpose(1, 2)  # (B, embedding_dim, L)
        found = F.relu(self.conv(letters)).amax(dim=2)  # (B, conv_width)
        return self.out(self.dropout(F.relu(self.hidden(found))))
        ### END SOLUTION


# %% text_cnn_check role="check" points=22 title="TextCNN"
two_names = torch.tensor([[0, 3, 1, 2, 0, 0], [0, 1, 4, 1, 2, 3]])


def with_waves(network):
    """The same network with weights that everybody has: those of one unit are all alike."""
    with torch.no_grad():
        for parameter in network.parameters():
            unit = torch.sin(1.7 * torch.arange(1, len(parameter) + 1))
            parameter.copy_(unit.reshape(-1, *[1] * (parameter.dim() - 1)).expand_as(parameter))
    return network


check(
    TextCNN,
    Example(look_at=networks.size, gives=19448, note="19,448 parameters"),
    Example(
        context=4,
        conv_width=128,
        look_at=networks.size,
        gives=39096,
        note="39,096 with context 4 and width 128",
    ),
    Example(
        look_at=lambda m: [tuple(m(torch.zeros(b, n, dtype=torch.int64)).shape) for b, n in ((2, 23), (1, 23), (3, 7))],
        gives=[(2, 2), (1, 2), (3, 2)],
        note="two rows of 23 numbers, one row, three rows of 7: two logits each",
    ),
    Example(
        5,
        2,
        3,
        4,
        6,
        look_at=lambda m: bool((m.eval()(two_names) - m(F.pad(two_names, (0, 4)))).abs()[0].max() < 1e-5),
        gives=True,
        note="four more dots at the end change nothing",
    ),
    Example(
        5,
        2,
        3,
        4,
        6,
        1.0,
        look_at=lambda m: with_waves(m).train()(two_names),
        gives=torch.tensor([[0.99166, -0.25554]] * 2),
        rtol=1e-3,
        note="p = 1 drops all of the hidden layer: the last layer gives its bias",
    ),
    Example(
        5,
        2,
        3,
        4,
        6,
        look_at=lambda m: with_waves(m).eval()(torch.tensor([[0, 3, 1, 2, 0, 0], [0, 3, 4, 4, 0, 0]])),
        gives=torch.tensor([[33.4560, -8.6212], [26.6479, -6.8669]]),
        rtol=1e-3,
        note="the logits of two names, with weights that everybody has",
    ),
)

# %% [markdown]
# <details><summary>Question: without max over time one could flatten all 64 · 21 answers and feed them to the dense layer. What would that cost?</summary>
#
# 1,344 · 256 + 256 = 344,320 parameters instead of 16,640, and each place would have to learn for itself that `ia.` is an ending.
#
# </details>
#
# ---
# ## T7.4 · Names without leaks
#
# *Difficulty ●●●○○ · Importance ●●●●● · about 25 minutes · 14 points*
#
# **Warm-up.** A file of women lists ANA, NA, an empty line, ANA; a file of men lists ANA. How many different pairs (name, label) are there?
#
# <details><summary>Answer</summary>
#
# ana and na with 1, ana with 0: **3**. NA is a name.
#
# </details>
#
# Spain's statistical office lists the given names of the country, one file for men and one for women:
#
# ```
# name,frequency,mean_age
# MARIA CARMEN,668639,54.5
# MARIA,633600,48.9
# ```
#
# Reading such a file looks like a one-liner, and there are two traps in it.
#
# **A woman called NA.** The usual tool, `pandas.read_csv`, takes "NA" for "not available" and drops the row. NA is a name in that list: of 49,340 rows 49,339 are left, and nobody is told.
#
# **Men called María.** 653 names are in *both* files. If such a name is in the training with one label and in the test with the other, the network is asked something whose answer it has been told, and told wrong: it learnt the opposite.
# Either way the test does not measure what it should. So a split must keep both rows of a name together.

# %%
everybody = data.names()
men, women = ({name for name, label in everybody if label == which} for which in (0, 1))
lengths = [len(name) for name, _ in everybody]
counts = {n: lengths.count(n) for n in range(min(lengths), max(lengths) + 1)}
text.columns(counts, "the names that come with this course", ("letters", "names"))

# %% [markdown]
# These come from the package Faker, and are about two thirds of its Spanish names. In the official file the longest name has 27 letters, and 99.97 % have fewer than 23: hence `max_len=22`. How long must a row be for other names?


# %% length_for role="solution"
def length_for(names: list[str], share: float) -> int:
    """The smallest max_len with which at least this share of the names is not cut, an int.

    All characters of a name count. A name that is there twice counts twice. 0 < share <= 1; there is at least one name.
    """
    ### BEGIN SOLUTION
    lengths = sorted(len(name) for name in names)
    return lengths[math.ceil(share * len(lengths)) - 1]
    ### END SOLUTION


# %% length_for_first role="check"
check(
    length_for,
    Example(["luz", "ana", "ines", "maria_clara"], 0.75, gives=4, note="three of four names have at most 4 letters"),
    Example(["luz", "ana", "ines", "maria_clara"], 0.76, gives=11, note="for more than 75 % it takes all four"),
    Example(["luz", "ana", "ines", "maria_clara"], 0.01, gives=3, note="the shortest have 3"),
)

# %% [markdown]
# <details><summary>Hint 1: reading</summary>
#
# `csv.DictReader(file)` reads the first line as names of columns and gives every other line as a dict. It knows about quotes and leaves "NA" alone. Open the file with `encoding="utf-8"`: what
# is used otherwise depends on the computer.
#
# </details>
# <details><summary>Hint 2: once each, in order</summary>
#
# A dict keeps the order in which its keys came, and has each once: `list(dict.fromkeys(pairs))`.
#
# </details>
# <details><summary>Hint 3: splitting</summary>
#
# Split the *names*, not the rows: all different names, sorted, then shuffled with a generator of your own, `torch.Generator().manual_seed(seed)` or `random.Random(seed)`. Cut this list, and give each row to
# the part that its name is in.
#
# </details>
# <details><summary>Why sorted, if they are shuffled right afterwards?</summary>
#
# A set of strings has another order each time Python starts (T7.1), and yesterday's test names would be in today's training.
#
# </details>
# <details><summary>Help: <code>[0.7, 0.2, 0.1]</code> is refused although it adds up to 1</summary>
#
# In floats it adds up to 0.9999999999999999. `math.isclose` forgives that.
#
# </details>


# %% load_names role="solution"
def load_names(male_csv: str, female_csv: str) -> list[tuple[str, int]]:
    """All names of two files as pairs (name, label): 0 for the first file, 1 for the second.

    - Each file is UTF-8 text with a first line that names the columns. Only the column `name` counts, wherever it stands.
    - `MARIA CARMEN` → "maria_carmen": small letters, each space becomes _. Nothing else is changed.
    - A line with an empty name is left out. "NA" is a name.
    - The same name with the same label stands there once, at its first place. With both labels it stands there
      twice. First all of the first file, then all of the second, each in the file's order.
    """
    ### BEGIN SOLUTION
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                name = line["name"].lower().replace(" ", "_")
                if name:
                    pairs.append((name, label))
    return list(dict.fromkeys(pairs))
    ### END SOLUTION


# %% load_names_first role="check"
folder = Path(tempfile.mkdtemp())
some_men, some_women = folder / "men.csv", folder / "women.csv"
head = "name,frequency,mean_age"
some_men.write_text(f"{head}\nJOSE MARIA,9,54.5\nIÑIGO,8,30\nMARIA,7,60\nIÑIGO,1,20\n", encoding="utf-8")
some_women.write_text("place,name,frequency\n1,MARIA,9\n2,,5\n3,NA,2\n", encoding="utf-8")
check(
    load_names,
    Example(
        str(some_men),
        str(some_women),
        gives=[("jose_maria", 0), ("iñigo", 0), ("maria", 0), ("maria", 1), ("na", 1)],
        note="two small files: a double, a name for both, a woman called NA, an empty name; in one the names come second",
    ),
)


# %% split_names role="solution"
def split_names(rows: list[tuple[str, int]], fractions: list[float], seed: int = 0) -> list[list[tuple[str, int]]]:
    """Deal the rows out to len(fractions) lists, at random.

    - Every row is in exactly one list. All rows of one name are in the same list.
    - List i gets fractions[i] of the *different* names, at most one name more or less.
    - ValueError when the fractions do not add up to 1 (up to rounding, as in 0.7 + 0.2 + 0.1).
    - The same seed gives the same lists, also when Python is started anew; another seed gives others.
    - The global random state is neither used nor changed. The order inside a list is up to you.
    """
    ### BEGIN SOLUTION
    if not math.isclose(sum(fractions), 1):
        raise ValueError(f"the fractions add up to {sum(fractions)}, not to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))
    shuffled = [names[place] for place in order]
    parts, start = [], 0
    for i in range(len(fractions)):
        end = round(sum(fractions[: i + 1]) * len(names))
        chosen = set(shuffled[start:end])
        parts.append([row for row in rows if row[0] in chosen])
        start = end
    return parts
    ### END SOLUTION


# %% load_names_check role="check" points=14 title="Names without leaks"
ten = [(letter, label) for label in (0, 1) for letter in "abcdefghij"]
hundred = [(f"name_{number:02}", 0) for number in range(100)]


def leaves_chance_alone(rows):
    """Whether two numbers drawn before and after are those that come without a split between them."""
    torch.manual_seed(0)
    alone = torch.rand(2).tolist()
    torch.manual_seed(0)
    first = torch.rand(1).item()
    split_names(rows, [0.5, 0.5])
    return [first, torch.rand(1).item()] == alone


check(
    split_names,
    Example(
        ten,
        [0.5, 0.3, 0.2],
        look_at=lambda parts: [len(part) for part in parts],
        gives=[10, 6, 4],
        note="ten names with both labels: 10, 6 and 4 rows",
    ),
    Example(
        ten,
        [0.5, 0.5],
        look_at=lambda parts: {name for name, _ in parts[0]} & {name for name, _ in parts[1]},
        gives=set(),
        note="no name is on both sides",
    ),
    Example(
        ten[:7],
        [0.5, 0.5],
        look_at=lambda parts: sum(map(len, parts)),
        gives=7,
        note="seven names in two halves: none is lost",
    ),
    Example(
        hundred,
        [0.7, 0.2, 0.1],
        look_at=lambda parts: (len(parts[0]), sorted(parts[0]) == hundred[:70]),
        gives=(70, False),
        note="0.7 + 0.2 + 0.1 is 1, up to rounding; the first seventy names are not all in the first list",
    ),
    Example(ten, [0.7, 0.2], raises=ValueError, note="0.7 + 0.2 is not 1: ValueError"),
)
check(
    split_names,
    Example(ten, gives=True, note="the global random state is as it was"),
    through=leaves_chance_alone,
)

# %% [markdown]
# <details><summary>Question: 653 names stand in both files, which have 49,340 rows together. How good can the best network be?</summary>
#
# Not 100 %: of each such pair of rows one is wrong, whatever it says, and that is 653 / 49,340 = 1.3 %. The data sets a limit, whatever the network.
#
# </details>
# <details><summary>Question: the files have the mean age and the frequency as well. They would help to predict. Use them?</summary>
#
# No. Asked about a new name you will have neither.
#
# </details>
#
# ---
# ## T7.5 · `train_names`
#
# *Difficulty ●●○○○ · Importance ●●●●○ · about 25 minutes · 15 points*
#
# **Warm-up.** Ten names in batches of 4, 4 and 2 have mean losses of 0.6, 0.6 and 0.1. What is the mean over all ten?
#
# <details><summary>Answer</summary>
#
# (4 · 0.6 + 4 · 0.6 + 2 · 0.1) / 10 = **0.5**. (The mean of the three would be **0.43**.)
#
# </details>
#
# Vocabulary, network, batches, loss, step: all pieces are there. `train_names` gets the rows, and two *makers*: `make_vocab(names)` makes a vocabulary, `make_model(size)` makes a network. You will
# call it with your own `CharVocab` and `TextCNN`; we grade it with ours, so that a slip in T7.1 costs points only there, and at the end on names of an invented language that nobody has seen: it must get at least 0.91 of them right.
#
# Before you begin: what is there to beat? Guess the same for everyone, and you are right about half of the time. Look at nothing but the *last letter*, and take what most names with this letter are
# (1 means that all names with this ending are women's; the highest share is framed):

# %%
last = {}
for name, label in everybody:
    last.setdefault(name[-1], []).append(label)
often = sorted((letter for letter in last if len(last[letter]) > 9), key=lambda letter: -len(last[letter]))
shares = [[sum(last[letter]) / len(last[letter]) for letter in often]]
votes = {letter: round(sum(labels) / len(labels)) for letter, labels in last.items()}
by_letter = sum(label == votes[name[-1]] for name, label in everybody) / len(everybody)
print(f"the last letter alone is right for {100 * by_letter:.1f} % of {len(everybody)} names")
text.table(shares, rows=["women"], over=often, title="share of women by last letter")

# %% [markdown]
# A network that does not beat this rule has learnt nothing worth 20,000 parameters. (In the invented language the last letter says next to nothing. Nobody gets to 0.91 with it.)
#
# The files have all men first, then all women. Without shuffling, the network sees some 550 men in a row, then 550 women, and always remembers the latest.
#
# <details><summary>Hint: batches</summary>
#
# `torch.randperm(len(rows)).split(batch_size)` gives the places of each batch, the last one shorter. Or a `DataLoader` with `shuffle=True`.
#
# </details>
# <details><summary>Help: I get <code>ValueError: expected sequence of length 23 at dim 1 (got 22)</code></summary>
#
# Rows of different lengths do not make a tensor. That is a matter of `encode`.
#
# </details>
# <details><summary>Help: the loss stays near 0.69</summary>
#
# ln 2 = 0.69 is the loss of a coin. Does `optimizer.step()` run, and after `backward()`? Does the optimizer have *this* network's parameters? Is there a softmax before `cross_entropy`? Then it cannot fall below −ln(e / (e + 1)) = 0.31.
#
# </details>


# %% train_names role="solution"
def train_names(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    """Train a network on rows (name, label): returns (model, vocab, losses).

    - vocab = make_vocab(names), with the names of these rows and no others; it is called once. vocab has
      encode(name) -> list of ints, and len(vocab). model = make_model(len(vocab)), called once.
    - torch.manual_seed(seed) comes first, so the same seed gives the same network, and another seed another one.
    - In each epoch every row is used once, in batches of batch_size (the last may be shorter), in a random
      order that is a new one in every epoch.
    - The model gets a tensor of ids (B, L), int64, in train mode, and gives logits, in float32 or float64. The loss is their
      cross entropy, the mean over the batch. One step of torch.optim.Adam(lr=lr) per batch, with the gradient of this batch alone.
    - losses: a list of `epochs` Python floats, for each epoch the mean over all its names of the loss they had.
    - The model comes back in eval mode.
    """
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab))
    x = torch.tensor([vocab.encode(name) for name, _ in rows])
    y = torch.tensor([label for _, label in rows])
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    model.eval()
    return model, vocab, losses
    ### END SOLUTION


# %% train_names_check role="check" points=15 title="train_names"
class FirstLetters:
    """A vocabulary for the check: the first two letters, a = 0, b = 1 …"""

    def __init__(self, names):
        self.names = names

    def __len__(self):
        return 26

    def encode(self, name):
        return [ord(letter) - ord("a") for letter in name[:2]]


def two_logits(size):
    """A network for the check: a row of numbers for each letter, added up."""
    return nn.Sequential(nn.Embedding(size, 8), nn.Flatten(), nn.Linear(16, 2))


heard = []


def listening(size):
    """The same network; it writes down what it is given."""
    network = two_logits(size)
    network.register_forward_pre_hook(lambda network, given: heard.append(given[0]))
    heard.clear()
    return network


def orders(made):
    """Of two epochs: whether each has every row once, whether the first is in the order of the rows, or as the second."""
    first, second = torch.cat(heard).split(len(easy))
    whole = [len(epoch.unique(dim=0)) == len(easy) for epoch in (first, second)]
    return [*whole, torch.equal(first, x_easy), torch.equal(first, second)]


easy = [(a + b, int(a < "i")) for a in "abcdefghijklmnop" for b in "aeiou"]
x_easy = torch.tensor([FirstLetters([]).encode(name) for name, _ in easy])
y_easy = torch.tensor([label for _, label in easy])
check(
    train_names,
    Example(
        easy,
        FirstLetters,
        two_logits,
        look_at=lambda made: (made[0].training, type(made[1]).__name__, len(made[2]), type(made[2][0])),
        gives=(False, "FirstLetters", 15, float),
        note="a network in eval mode, the vocabulary, 15 losses, plain floats",
    ),
    Example(
        easy,
        FirstLetters,
        two_logits,
        lr=0.02,
        look_at=lambda made: (bool((made[0](x_easy).argmax(1) == y_easy).all()), made[2][-1] < 0.2),
        gives=(True, True),
        note="80 syllables: a to h are 1, i to p are 0. All are learnt, and the last loss is below 0.2",
    ),
    Example(
        easy,
        FirstLetters,
        two_logits,
        epochs=2,
        look_at=lambda made: made[2] == train_names(easy, FirstLetters, two_logits, epochs=2)[2],
        gives=True,
        note="the same seed, the same losses",
    ),
    Example(
        easy,
        FirstLetters,
        listening,
        epochs=2,
        look_at=orders,
        gives=[True, True, False, False],
        note="each row once per epoch, in a random order, another one in the second epoch",
    ),
    Example(
        easy[:5],
        FirstLetters,
        two_logits,
        epochs=1,
        batch_size=2,
        lr=0.0,
        look_at=lambda made: made[2][0] - F.cross_entropy(made[0](x_easy[:5]), y_easy[:5]).item(),
        gives=0.0,
        atol=1e-5,
        note="batches of 2, 2 and 1, nothing learnt: the loss is the mean over all five names",
    ),
)

# %% [markdown]
# Now in earnest, with your own vocabulary, network and split. It takes some seconds. Our invented names are not in here; `valid` is a part of the public ones that is kept out of the training.


# %%
def accuracy(model, vocab, rows):
    ids, labels = zip(*[(vocab.encode(name), label) for name, label in rows], strict=False)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        right = model(torch.tensor(ids)).argmax(1) == torch.tensor(labels)
    return right.float().mean().item()


model = None  # until the next lines have trained one
with after_writing("T7.1 and T7.3 to T7.5"):
    train, valid = split_names(data.names(), [0.8, 0.2])
    ends = {name[-1]: [label for other, label in train if other[-1] == name[-1]] for name, _ in train}
    by_last = {letter: round(sum(labels) / len(labels)) for letter, labels in ends.items()}  # no name of valid has a vote
    model, vocab, losses = train_names(train, CharVocab, TextCNN)
    epochs = range(1, len(losses) + 1)
    figure = diagrams.lines({"training": losses}, epochs, "training on the names", ("epoch", "loss"))
    figure.axes[0].set_xticks(epochs)
    figure.show()
    scores = {
        "always a man": sum(label == 0 for _, label in valid) / len(valid),
        "the last letter": sum(label == by_last.get(name[-1], 0) for name, label in valid) / len(valid),
        "your network": accuracy(model, vocab, valid),
    }
    rounded = {name: round(100 * score, 1) for name, score in scores.items()}
    diagrams.bars(rounded, f"right on {len(valid)} names it has not seen, in %", shares=False).show()

# %% [markdown]
# ---
# ## T7.6 · Read your figures: is it a result, or chance?
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 20 minutes · 6 points*
#
# **Warm-up.** One setting is right for 80, 82 and 81 % on three splits, another for 83, 85 and 84 %. How far apart are their means, and how far apart
# are three runs of the same setting?
#
# <details><summary>Answer</summary>
#
# 84 − 81 = **3**, and 82 − 80 = 85 − 83 = **2**.
#
# </details>
#
# **How long should an n-gram be?** Try it: a short training with detectors for 1, 2, 3 and 5 letters, on three splits of the names.

# %%
with after_writing("T7.1 and T7.3 to T7.5"):
    right = {n: [] for n in (1, 2, 3, 5)}  # in percent, for each split
    trained = []  # (network, vocabulary), with three letters, for each split
    for seed in range(3):
        some, others = split_names(data.names(), [0.8, 0.2], seed)
        for n, found in right.items():
            make = lambda size: TextCNN(size, context=n)
            made = train_names(some, CharVocab, make, epochs=5, batch_size=64, lr=6e-3, seed=seed)
            found.append(100 * accuracy(made[0], made[1], others))
            trained += [made[:2]] if n == 3 else []
    runs = {f"split {seed}": [found[seed] for found in right.values()] for seed in range(3)}
    names = ("letters in an n-gram", "right, in %")
    figure = diagrams.lines(runs, x=list(right), title="how long should an n-gram be?", labels=names)
    figure.axes[0].set_xticks(list(right))
    figure.show()

# %% [markdown]
# <details><summary>Question: with n = 1 it only knows <em>which</em> letters a name has, not their order or place. Why is that already so much better than a coin?</summary>
#
# 85 % of the names of women have an `a`, and 63 % of those of men; an `o` is in 23 % and 63 %. But *David* has an `a`, too: to see that the `a` stands at the end, it takes the dot behind it, and so at least two letters.
#
# </details>
#
# Look at one line alone, and you will find a best length. Look at all three: another split moves a point about as far as another length does. The names to test with are few. One name more or less is
# 0.4 %, and which names are in the test is luck. So the **spread over splits is the yardstick**: the largest minus the smallest accuracy of the *same* setting. What is smaller than that is no result.
#
# Write it down as a function, and ask it about your own figure.


# %% difference_counts role="solution"
def difference_counts(first: list[float], second: list[float]) -> bool:
    """Whether two settings differ by more than chance, given the accuracies of each: one for every split.

    - The spread of a setting is its largest accuracy minus its smallest. The yardstick is the larger of both spreads.
    - True when the means of the two settings are further apart than the yardstick, whichever is better; else False.
    - ValueError when a setting has fewer than two accuracies: one alone has no spread.
    """
    ### BEGIN SOLUTION
    if min(len(first), len(second)) < 2:
        raise ValueError("a spread needs at least two accuracies of each setting")
    apart = abs(sum(first) / len(first) - sum(second) / len(second))
    return apart > max(max(first) - min(first), max(second) - min(second))
    ### END SOLUTION


# %% difference_counts_first role="check"
check(
    difference_counts,
    Example([90.0, 92.0, 91.0], [95.0, 96.0, 95.5], gives=True, note="means 91 and 95.5, spreads 2 and 1"),
    Example([95.0, 96.0, 95.5], [90.0, 92.0, 91.0], gives=True, note="the other way round"),
    Example([90.0, 92.0, 91.0], [92.0, 91.0, 93.0], gives=False, note="means 91 and 92, spreads 2 and 2"),
    Example([90.0, 93.0], [94.0, 96.0], gives=True, note="means 91.5 and 95, spreads 3 and 2: the larger is 3"),
    Example([90.0, 92.0], [92.0, 94.0], gives=False, note="means 91 and 93, spreads 2: as far apart is not further"),
    Example([90.0], [95.0], raises=ValueError, note="one accuracy has no spread: ValueError"),
)

# %% [markdown]
# The second figure to read: the embedding. A row of 10 numbers says what your network makes of a letter. Two letters are **similar** when their rows point in the same direction. The measure is the cosine of the
# angle between them,
#
# $$\cos(u, v) = \frac{u\cdot v}{|u|\,|v|}$$
#
# +1 means the same direction, 0 a right angle, −1 the opposite direction. How *long* the rows are does not count.

# %%
with after_writing("T7.1 and T7.3 to T7.5"):
    if model is None:
        raise NotImplementedError
    table = next(layer for layer in model.modules() if isinstance(layer, nn.Embedding)).weight.detach()
    letters = "aeioulnrsd."
    rows_of = F.normalize(table[[vocab.chars.index(letter) for letter in letters]], dim=1)
    figure = plots.Picture(5.4, 4.0, f"similarity of the letters {letters}, from −1 to +1")
    axes = figure.subplots()
    image = axes.imshow(rows_of @ rows_of.T, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.set_xticks(range(len(letters)), list(letters))
    axes.set_yticks(range(len(letters)), list(letters))
    axes.set_title("how similar letters are for your network", fontsize=10)
    figure.colorbar(image, label="−1 opposite · 0 unrelated · +1 same direction")
    figure.show()

# %% [markdown]
# **Are the vowels alike? Is `a` the opposite of `o`?** It is easy to find a story in such a figure. Here is a test: three networks, trained on three splits. What all three agree on may be a result; the rest is
# chance. For that you need a function that lists the nearest letters.


# %% nearest_letters role="solution"
def nearest_letters(table: torch.Tensor, chars: str, letter: str, k: int = 3) -> str:
    """The k characters that are most similar to `letter`, the most similar first, in one string.

    - table is (len(chars), E): row i belongs to chars[i]. Similar means: the largest cosine, as above.
    - `letter` itself is not among them.
    - ValueError when `letter` is not one of chars.
    """
    ### BEGIN SOLUTION
    if letter not in chars:
        raise ValueError(f"{letter!r} is not one of {chars!r}")
    own = chars.index(letter)
    alike = F.cosine_similarity(table, table[own : own + 1], dim=1)
    order = [place for place in alike.argsort(descending=True).tolist() if place != own]
    return "".join(chars[place] for place in order[:k])
    ### END SOLUTION


# %% read_figures_check role="check" points=6 title="Read your figures"
arrows = torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.2, 0.1], [-3.0, 0.0], [0.0, 1.0]])
check(
    nearest_letters,
    Example(arrows, "abcde", "a", gives="cbe", note="27°, 45° and 90° from a; how long an arrow is does not count"),
    Example(arrows, "abcde", "a", k=4, gives="cbed", note="and at last the opposite"),
    Example(arrows, "abcde", "x", raises=ValueError, note="no such letter: ValueError"),
)

# %%
with after_writing("T7.1 and T7.3 to T7.6"):
    if model is None:
        raise NotImplementedError
    for m, n in ((1, 2), (2, 3), (3, 5)):
        before, after = (sum(right[size]) / len(right[size]) for size in (m, n))
        verdict = "more than chance" if difference_counts(right[m], right[n]) else "could be chance"
        print(f"{m} → {n} letters: {before:.1f} % → {after:.1f} %  {verdict}")
    print("\nthe nearest letters, in networks that were trained on three splits:")
    for letter in "aoen.":
        lists = []
        for network, words in trained:
            table = next(layer for layer in network.modules() if isinstance(layer, nn.Embedding)).weight.detach()
            lists.append(nearest_letters(table, words.chars, letter))
        shared = set(lists[0]) & set(lists[1]) & set(lists[2])
        print(f"  {letter}:  {'   '.join(lists)}   in all three: {''.join(sorted(shared)) or 'none'}")

# %% [markdown]
# <details><summary>Question: what do these lines say about the figure of similar letters?</summary>
#
# Hardly any letter stands in all three lists. So the figure shows mostly with which random numbers the network began: so few names do not move the rows far. The network works all
# the same, because the detectors learn to read whatever rows there are.
#
# </details>
#
# ---
# ## T7.7 · `p_female`, and what it is worth
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 30 minutes · 7 + 5 points*
#
# **Warm-up.** The logits of a name are 0 and ln 3. What is the probability of label 1?
#
# <details><summary>Answer</summary>
#
# 1 : 3, so 3 / 4 = **0.75**.
#
# </details>
#
# Logits are hard to read. A softmax over the *two* logits of a name makes probabilities of them, and we want the second: label 1.

# %%
logits = torch.tensor([[0.0, 0.0], [1.0, 3.0], [2.0, -1.0]])
plots.row(logits, logits.softmax(dim=1), titles=["logits", "probabilities"], signs="→", boxes={1: (0, 1, 3, 1)})

# %% [markdown]
# Someone who only asks must not change anything, and no gradients are kept. You have built that in A4, so here it is given: `with in_eval_mode(model):`, in the first code cell.
#
# <details><summary>Help: I get <code>IndexError: Dimension out of range</code> or <code>RuntimeError: Expected 2D …</code> for an empty list</summary>
#
# `torch.tensor([])` has the shape (0,) and is float32: there are no rows to learn a length from. Answer an empty question without asking the network.
#
# </details>


# %% p_female role="solution"
def p_female(model: nn.Module, vocab, names: list[str]) -> torch.Tensor:
    """The probability of label 1 for each name, in the order of the list: (len(names),), without gradient.

    - model gives logits (B, 2) for ids (B, L), int64. vocab.encode(name) gives the ids of a name as people write it.
    - Softmax over the two logits of a name; the dtype is that of the logits.
    - Dropout and batch norm are in eval mode meanwhile. Afterwards every module is in its old mode again, also when the
      model stops with an error.
    - No names: a float32 tensor of shape (0,).
    """
    ### BEGIN SOLUTION
    if len(names) == 0:
        return torch.zeros(0)
    ids = torch.tensor([vocab.encode(name) for name in names])
    with in_eval_mode(model), torch.no_grad():
        logits = model(ids)
    return torch.softmax(logits, dim=1)[:, 1]
    ### END SOLUTION


# %% p_female_check role="check" points=7 title="p_female"
toy = nn.Sequential(nn.Embedding(26, 2), nn.Dropout(0.5), nn.Flatten(), nn.Linear(4, 2))
with torch.no_grad():
    for number, parameter in enumerate(toy.parameters()):
        parameter.copy_(torch.sin(torch.arange(parameter.numel()) * 1.7 + number).reshape(parameter.shape))
check(
    p_female,
    Example(
        toy,
        FirstLetters([]),
        ["ana", "luis", "ana"],
        gives=torch.tensor([0.18783, 0.15782, 0.18783]),
        rtol=1e-4,
        note="three names, a network with weights that everybody has",
    ),
    Example(toy, FirstLetters([]), [], look_at=lambda p: tuple(p.shape), gives=(0,), note="no names"),
    Example(
        toy.train(),
        FirstLetters([]),
        ["ana", "luis"] * 20,
        look_at=lambda p: len(p.unique()),
        gives=2,
        note="no dropout while you look: the same name, the same answer",
    ),
)

# %% [markdown]
# Ask your own network. In the second figure a name is typed letter by letter: read a column of letters from above, one name per line.

# %%
with after_writing("T7.1, T7.3 to T7.5 and T7.7"):
    if model is None:
        raise NotImplementedError
    asked = ["maria", "clara", "maria_clara", "tuco", "salamanca", "tuco_salamanca"]
    answers = p_female(model, vocab, asked).tolist()
    bars = {name: round(p, 3) for name, p in zip(asked, answers, strict=False)}
    diagrams.bars(bars, "p(woman | name)", shares=False).show()
    typed = {}
    for name in ("alexandra", "guadalupe", "francisco"):
        typed[name] = p_female(model, vocab, [name[: n + 1] for n in range(len(name))]).tolist()
    spots = ("letters typed so far", "p(woman)")
    figure = diagrams.lines(typed, x=range(1, 10), title="typed letter by letter", labels=spots)
    figure.axes[0].set_xticks(range(1, 10), ["\n".join(letters) for letters in zip(*typed)], family="monospace")
    figure.axes[0].set_ylim(0, 1)
    figure.axes[0].legend(fontsize=8, edgecolor="none", loc="center left", bbox_to_anchor=(1, 0.5))
    figure.show()

# %% [markdown]
# **Now you (5 points, read by a person).** Look at the figures, ask for some more names of your choice in a cell of your own, and answer in 8 to 12 sentences:
#
# 1. *What has the network learnt?* Name two observations from your figures or from names you tried, and say what each shows. (2 points)
# 2. *What does `p_female(...) = 0.97` mean, and what not?* Name two reasons in the data or in the network why the number may be wrong or mean less than it seems. (2 points)
# 3. *What must it not be used for?* Describe one use that somebody might think of, who would be harmed, and why a higher accuracy would not mend it. (1 point)

# %% [markdown] what_it_learnt role="manual" points=5 title="What it has learnt, and what it is not for"
# It looks for short pieces, above all at the end: "tuco" with one more letter a at its end turns from below one half to above, and
# "francisco" falls with its last o, although eight of nine letters are the same as before. It does not know any person or meaning: an invented
# name such as "brunela" gets a high number as well, because "ela." is in many names of women.
#
# 0.97 means: of names that look like this one to the network, about that many had the label woman in this list, if it is well calibrated at all, which
# nobody has checked. It says nothing about the person. The list is Spanish, so "andrea" (a man in Italy) comes out wrong; names for both, such as
# "guadalupe", have two right answers and the network has to give one; letters that it has never seen are left out.
#
# A shop or an office could fill in the salutation or the sex of its customers with it. Those whose name does not follow the pattern, people from other
# countries, people who are neither or are addressed differently, would be wronged again and again, without being asked. With 99 % it would still be decided over their heads, and
# the 1 % would always be the same people. One can ask them.

# %% [markdown]
# ---
# ## T7.8 · Stretch: attention in place of the maximum
#
# *Difficulty ●●●○○ · Importance ●●●●○ · about 25 minutes · extra credit: +6*
#
# **Warm-up.** Three places have the scores 0, ln 2 and 0. Which weights does a softmax make of them? And what is the mean of 4, 2, 8 with these
# weights?
#
# <details><summary>Answer</summary>
#
# 1 : 2 : 1, so **[0.25, 0.5, 0.25]**; 4/4 + 2/2 + 8/4 = **4**.
#
# </details>
#
# The maximum keeps one answer of each detector and forgets all others. A mean keeps all, but for it the dots at the end of a short name count as much as its letters. In between there is a mean that
# **chooses**: every place gets a weight, the weights add up to 1, and *which places matter is learnt*. Here are two detectors on three places, the weights, and what is left of each detector:

# %%
answers = torch.tensor([[0.0, math.log(2), 0.0], [4.0, 2.0, 8.0]])
shares = torch.tensor([[0.25], [0.5], [0.25]])
plots.row(answers, shares, answers @ shares, titles=["answers (C, P)", "weights", "pooled"], signs="@=", boxes={1: (1, 0, 1, 1)})

# %% [markdown]
# (The mean of the second detector is 4.67, its maximum 8.) Where do the weights come from? From a **query**, one learnt number per detector. Here it is (1, 0), "ask the first detector":
#
# 1. the *score* of a place is the query times its answers: 0, ln 2, 0.
# 2. a softmax *over the places* makes weights of them.
#
# With $q$ for the query and $f_{c,i}$ for the answer of detector $c$ at place $i$:
#
# $$s_i = \sum_c q_c\,f_{c,i},\qquad a_i = \frac{e^{s_i}}{\sum_j e^{s_j}},\qquad \text{pooled}_c = \sum_i a_i\,f_{c,i}$$
#
# This is **attention**, the part that Transformers are made of, at its smallest.
#
# **Places that do not count.** A row of numbers ends in dots, and they must get no weight at all. If only the first two of the three places count, the weights are 1/3, 2/3 and 0: the softmax is over those two.
# The second detector then has 4/3 + 2 · 2/3 = 2.67. Whatever stands at the third place changes nothing.
#
# <details><summary>Question: set the last weight of 1/4, 2/4, 1/4 to 0. Why is that not the same?</summary>
#
# The others add up to 3/4 then: the shorter the name, the smaller all that is pooled. Take the place out *before* the softmax.
#
# </details>
# <details><summary>Hint 1: which score has a place with weight 0?</summary>
#
# e to the power of −∞ is 0. `scores.masked_fill(outside, -math.inf)`, with a table of yes and no (B, P): `torch.arange(P)` compared with `lengths[:, None]` says for each name which places lie outside.
#
# </details>
# <details><summary>Hint 2: the sums</summary>
#
# `torch.einsum("bcp,c->bp", …)` for the scores, `torch.einsum("bcp,bp->bc", …)` for what is pooled: an axis that is missing behind the arrow is added up.
#
# </details>
# <details><summary>Question: what does a query of zeros give?</summary>
#
# All scores are 0, all places that count have the same weight: the mean over the name. It is where the learning begins.
#
# </details>


# %% attention_weights role="solution"
def attention_weights(features: torch.Tensor, query: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """How much each place counts: features (B, C, P), query (C,) and lengths (B,) -> weights (B, P).

    - The score of place i of name b is the sum over c of query[c] * features[b, c, i].
    - Only the first lengths[b] places of name b count: lengths are int64, from 1 to P. Their weights are the softmax of
      their scores, and add up to 1. The weights of all other places are 0, whatever stands there.
    - No NaN for scores up to 10,000 in float32.
    - Gradients flow back to features and query.
    - ValueError when a length is less than 1 or more than P.
    """
    ### BEGIN SOLUTION
    places = features.shape[2]
    if int(lengths.min()) < 1 or int(lengths.max()) > places:
        raise ValueError(f"a name has 1 to {places} places")
    scores = torch.einsum("bcp,c->bp", features, query)
    outside = torch.arange(places, device=features.device) >= lengths[:, None]
    return scores.masked_fill(outside, -math.inf).softmax(dim=1)
    ### END SOLUTION


# %% attention_weights_check role="check"
two_detectors = torch.tensor([[[0.0, math.log(2), 0.0], [4.0, 2.0, 8.0]]])
ask_first, all_three = torch.tensor([1.0, 0.0]), torch.tensor([3])
check(
    attention_weights,
    Example(two_detectors, ask_first, all_three, gives=torch.tensor([[0.25, 0.5, 0.25]]), note="the picture above"),
    Example(two_detectors, ask_first, all_three - 1, gives=torch.tensor([[1 / 3, 2 / 3, 0]]), note="two places count"),
    Example(
        two_detectors.repeat(2, 1, 1),
        ask_first * 0,
        torch.tensor([3, 1]),
        gives=torch.tensor([[1 / 3, 1 / 3, 1 / 3], [1, 0, 0]]),
        note="a query of zeros is the mean; a name with one place",
    ),
    Example(
        two_detectors * 1000,
        -ask_first,
        all_three,
        gives=torch.tensor([[0.5, 0, 0.5]]),
        note="a score of −693: no NaN",
    ),
    Example(
        two_detectors.double(),
        ask_first.double(),
        all_three,
        gives=torch.tensor([[0.25, 0.5, 0.25]]).double(),
        rtol=1e-6,
        note="float64 in, float64 out",
    ),
    Example(two_detectors, ask_first, all_three + 1, raises=ValueError, note="4 of 3 places: ValueError"),
)


# %% attention_pool role="solution"
def attention_pool(features: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The weighted sum over the places: features (B, C, P) and weights (B, P) -> (B, C).

    Entry [b, c] is the sum over i of weights[b, i] * features[b, c, i]. Gradients flow back to both.
    """
    ### BEGIN SOLUTION
    return torch.einsum("bcp,bp->bc", features, weights)
    ### END SOLUTION


# %% attention_pool_check role="check" stretch=6 title="Attention"
check(
    attention_pool,
    Example(two_detectors, torch.tensor([[0.0, 0.0, 1.0]]), gives=torch.tensor([[0.0, 8.0]]), note="all on one place"),
    Example(
        two_detectors.repeat(2, 1, 1),
        torch.tensor([[0.25, 0.5, 0.25], [1, 0, 0]]),
        look_at=lambda pooled: pooled[:, 1],
        gives=torch.tensor([4.0, 4.0]),
        note="the second detector of two names: 1 + 1 + 2, and 4",
    ),
)

# %% [markdown]
# Does it find out by itself what matters? Take the detectors of your trained network as they are, and learn only a query and one last layer, once with the query held at zero (the mean), once for real. A place is
# a window of three letters; it counts as long as a letter of the name is in it.

# %%
with after_writing("T7.1, T7.3 to T7.5 and T7.8"):
    if model is None:
        raise NotImplementedError
    heard = []
    detectors = next(layer for layer in model.modules() if isinstance(layer, nn.Conv1d))
    hook = detectors.register_forward_hook(lambda layer, given, said: heard.append(said.detach().relu()))
    score = {"the maximum (your network)": accuracy(model, vocab, valid)}  # its hook hears the names of valid
    accuracy(model, vocab, train)
    hook.remove()
    (unknown, known), cut = heard, heard[0].shape[2]
    places = [torch.tensor([min(len(name) + 1, cut) for name, _ in rows]) for rows in (valid, train)]
    truths = [torch.tensor([label for _, label in rows]) for rows in (valid, train)]
    for kind in ("the mean", "attention"):
        torch.manual_seed(0)
        query, last = torch.zeros(known.shape[1], requires_grad=kind == "attention"), nn.Linear(known.shape[1], 2)
        learnt = torch.optim.Adam([query, *last.parameters()] if kind == "attention" else last.parameters(), lr=0.05)
        for step in range(60):
            guessed = last(attention_pool(known, attention_weights(known, query, places[1])))
            learnt.zero_grad()
            F.cross_entropy(guessed, truths[1]).backward()
            learnt.step()
        with torch.no_grad():
            looks = attention_weights(unknown, query, places[0])
            right_ones = last(attention_pool(unknown, looks)).argmax(1) == truths[0]
        score[kind] = right_ones.float().mean().item()
    rounded = {name: round(100 * share, 1) for name, share in score.items()}
    diagrams.bars(rounded, f"right on {len(valid)} names it has not seen, in %", shares=False).show()
    for (name, _), row in list(zip(valid, looks))[20::80]:
        grams = [f".{name}..."[i : i + 3] for i in range(len(name) + 1)]
        text.table([(100 * row).round().int().tolist()[: len(grams)]], rows=["weight, %"], over=grams).show()

# %% [markdown]
# Nobody told it that endings matter. Which windows get the weight, and do you know them from T7.3?
#
# <details><summary>Question: is this a fair race against the maximum?</summary>
#
# No. These detectors were learnt *under* a maximum, with two dense layers behind it; attention has to live with them, and has one layer. To know which is better, train both from the start, on several splits (T7.6). What the figure
# does show is attention beside the mean: there all is the same but for the query.
#
# </details>
# <details><summary>Question: may one now say “the network decided so because of these three letters”?</summary>
#
# Not more than with any other picture of A6. The weight says how much of a place went into the sum, not what the last layer made of it, and a window of three letters with a small weight can tip a close decision. Ask it: change
# these letters, and see whether the answer changes.
#
# </details>

# %% [markdown]
# ---
# ## Before you hand in
#
# Restart the kernel and run everything from top to bottom: every check still ✓? Then save and submit.
#
# **What you have now:** the same tool, three kinds of data. Pixels, slides, letters: a convolution looks for small patterns everywhere, pooling forgets where they were, and
# what they mean comes from the data. Including its gaps and habits.
