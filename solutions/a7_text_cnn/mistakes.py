"""Known wrong solutions of a7_text_cnn, each with the hint that a student who made it reads.

A catalogue, not a program: one function or class per misconception, self-contained, with the student's signature.
`convgrade prove` puts each into an otherwise perfect notebook. Sources: the errors of published lecture notes and of
graders' experience. Where two look alike on every failed check the first is named, so the narrower one stands first.
"""

import csv
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import mistake


# ================================================================ char_vocab: the list of characters


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="The characters are in the order in which they came. Sort them: the same names in another order must give the same numbers.",
)
def in_order_of_appearance(self, names, max_len=22):
    text = "".join(names).lower().replace(" ", "_")
    self.chars = "." + "".join(dict.fromkeys(c for c in text if c != "."))
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="The dot belongs to the front, with the number 0; you sorted it in among the others.",
)
def dot_sorted_in(self, names, max_len=22):
    self.chars = "".join(sorted(set("".join(names).lower().replace(" ", "_")) | {"."}))
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="The dot stands at the end of chars. It comes first: its number is 0.",
)
def dot_at_the_end(self, names, max_len=22):
    self.chars = "".join(sorted(set("".join(names).lower().replace(" ", "_")) - {"."})) + "."
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="A dot in a name puts a second dot into chars. Take it out of the set before you sort.",
)
def dot_twice(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).lower().replace(" ", "_"))))
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="Your alphabet is fixed. The characters come from the names: fewer for some, others for others.",
)
def fixed_alphabet(self, names, max_len=22):
    self.chars = ".'_abcdefghijklmnopqrstuvwxyzçñ"
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="Capitals are in your list of characters. Make the names small before you collect.",
)
def collects_capitals(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).replace(" ", "_")) - {"."}))
    self.max_len = max_len


@mistake("char_vocab", replaces="CharVocab.__init__", hint="You drop the space instead of turning it into _.")
def drops_spaces_from_the_list(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).lower()) - {".", " "}))
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="Accents are taken off (NFKD), so ñ becomes n and é becomes e. Here they are letters of their own.",
)
def folds_accents(self, names, max_len=22):
    import unicodedata

    text = unicodedata.normalize("NFKD", "".join(names).lower().replace(" ", "_"))
    self.chars = "." + "".join(sorted({c for c in text if not unicodedata.combining(c)} - {"."}))
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="max_len is always 22 in your vocabulary. Keep what was given: self.max_len = max_len.",
)
def max_len_fixed(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).lower().replace(" ", "_")) - {"."}))
    self.max_len = 22


@mistake("char_vocab", replaces="CharVocab.__init__", hint='chars is a list. It should be one string: "".join(...).')
def chars_in_a_list(self, names, max_len=22):
    self.chars = ["."] + sorted(set("".join(names).lower().replace(" ", "_")) - {"."})
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__init__",
    hint="The characters are kept in the class, so the next vocabulary overwrites those of all others. Use self.chars.",
)
def kept_in_the_class(self, names, max_len=22):
    type(self).chars = "." + "".join(sorted(set("".join(names).lower().replace(" ", "_")) - {"."}))
    self.max_len = max_len


@mistake(
    "char_vocab",
    replaces="CharVocab.__len__",
    hint="len(vocab) forgets the dot. It is a character with a number, so the embedding needs a row for it.",
)
def length_without_the_dot(self):
    return len(self.chars) - 1


# ================================================================ char_vocab: encode


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="The dot before the name is missing, so the row is one number short.",
)
def no_dot_before(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [self.chars.index(c) for c in letters if c not in unknown][: self.max_len]
    return ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="The dots that fill up stand before the name. They belong behind it.",
)
def padded_on_the_left(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [self.chars.index(c) for c in letters if c not in unknown][: self.max_len]
    return [0] * (self.max_len + 1 - len(ids)) + ids


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="The row has max_len numbers in all. It should have max_len characters of the name and the dot before: max_len + 1.",
)
def one_letter_short(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [0] + [self.chars.index(c) for c in letters if c not in unknown]
    return (ids + [0] * self.max_len)[: self.max_len]


@mistake("char_vocab", replaces="CharVocab.encode", hint="Long names are not cut. Keep the first max_len characters.")
def long_names_not_cut(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [self.chars.index(c) for c in letters if c not in unknown]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="encode takes the name as it is. Capitals become small letters and spaces become _ here as well.",
)
def encodes_as_written(self, name):
    unknown = [c for c in name if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [self.chars.index(c) for c in name if c not in unknown][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="encode drops unknown characters in silence. Say so with warnings.warn, and say which.",
)
def drops_in_silence(self, name):
    letters = name.lower().replace(" ", "_")
    ids = [self.chars.index(c) for c in letters if c in self.chars[1:]][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="The warning does not say which characters are left out. Put them into the sentence.",
)
def warns_without_saying_which(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn("unknown characters were left out")
    ids = [self.chars.index(c) for c in letters if c not in unknown][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="An unknown character stops encode with an error. It should be left out, with a warning.",
)
def stops_at_unknown_characters(self, name):
    number = {c: i for i, c in enumerate(self.chars) if c != "."}
    ids = [number[c] for c in name.lower().replace(" ", "_")][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="Unknown characters become −1, what `find` gives for them. An embedding has no row −1: leave them out, with a warning.",
)
def unknown_is_minus_one(self, name):
    letters = name.lower().replace(" ", "_")
    ids = [self.chars.find(c) for c in letters][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(
    "char_vocab",
    replaces="CharVocab.encode",
    hint="A name with unknown characters is cut before these are left out, so it loses letters that would fit. First leave out, then cut.",
)
def cuts_before_leaving_out(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [self.chars.index(c) for c in letters[: self.max_len] if c not in unknown]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake("char_vocab", replaces="CharVocab.encode", hint="encode gives a tensor. It should be a list of ints.")
def encodes_to_a_tensor(self, name):
    letters = name.lower().replace(" ", "_")
    unknown = [c for c in letters if c not in self.chars[1:]]
    if unknown:
        warnings.warn(f"left out {unknown}")
    ids = [self.chars.index(c) for c in letters if c not in unknown][: self.max_len]
    return torch.tensor([0] + ids + [0] * (self.max_len - len(ids)))


# ================================================================ char_vocab: decode


@mistake(
    "char_vocab",
    replaces="CharVocab.decode",
    hint='decode leaves the dots at both ends. Take them off, strip(".") does it.',
)
def dots_stay_at_the_ends(self, ids):
    return "".join(self.chars[int(i)] for i in ids)


@mistake(
    "char_vocab",
    replaces="CharVocab.decode",
    hint="decode removes every dot, those inside as well. Only the ends are stripped.",
)
def eats_dots_inside(self, ids):
    return "".join(self.chars[int(i)] for i in ids if int(i) != 0)


@mistake(
    "char_vocab",
    replaces="CharVocab.decode",
    hint="decode works on lists only; going through a tensor gives tensors, which are no index. Use int(i).",
)
def decodes_lists_only(self, ids):
    number = {i: c for i, c in enumerate(self.chars)}
    return "".join(number[i] for i in ids).strip(".")


# ================================================================ ngram_conv


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="The window moves by one number instead of one letter. On the flat row the stride is E.",
)
def moves_by_one_number(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias)


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="reshape(B, E, L) does not swap axes, it mixes letters. Use transpose(1, 2).",
)
def reshape_instead_of_transpose(emb, weight, bias):
    B, L, E = emb.shape
    if weight.shape[1] % E:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(B, E, L), weight.reshape(len(weight), -1, E).transpose(1, 2), bias)


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="The weight is read as (C, E, n). Its numbers lie letter after letter: reshape to (C, n, E), then swap the last two axes.",
)
def weight_read_channel_by_channel(emb, weight, bias):
    E = emb.shape[2]
    if weight.shape[1] % E:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.transpose(1, 2), weight.reshape(len(weight), E, -1), bias)


@mistake(
    "ngram_conv", replaces="ngram_conv", hint="The bias is missing: each detector adds its own to all its answers."
)
def bias_forgotten(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], None, stride=emb.shape[2])


@mistake("ngram_conv", replaces="ngram_conv", hint="The last window is never looked at. n letters fit L − n + 1 times.")
def last_window_dropped(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2])[:, :, :-1]


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="The n-gram is read backwards: a detector for abc answers to cba. Take the weight as it is.",
)
def reads_backwards(emb, weight, bias):
    E = emb.shape[2]
    if weight.shape[1] % E:
        raise ValueError("no whole number of letters")
    turned = weight.reshape(len(weight), -1, E).flip(1).flatten(1)
    return F.conv1d(emb.reshape(len(emb), 1, -1), turned[:, None], bias, stride=E)


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="The names of the batch are laid end to end, so n-grams cross from one name into the next. Keep the batch axis.",
)
def names_run_together(emb, weight, bias):
    B, L, E = emb.shape
    n, rest = divmod(weight.shape[1], E)
    if rest:
        raise ValueError("no whole number of letters")
    out = F.conv1d(emb.reshape(1, 1, -1), weight[:, None], bias, stride=E)[0]
    return F.pad(out, (0, B * (L - n + 1))).T[: B * (L - n + 1)].reshape(B, L - n + 1, -1).transpose(1, 2)


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="The axes come out as (B, places, C). Detectors come before places: (B, C, L − n + 1).",
)
def places_before_detectors(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2]).transpose(1, 2)


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="Zeros are added at the ends so that there are as many answers as letters. No padding here: L − n + 1 places.",
)
def padded_with_zeros(emb, weight, bias):
    n, rest = divmod(weight.shape[1], emb.shape[2])
    if rest:
        raise ValueError("no whole number of letters")
    full = F.pad(emb, (0, 0, (n - 1) // 2, n // 2))
    return F.conv1d(full.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2])


@mistake("ngram_conv", replaces="ngram_conv", hint="n is always 3. It follows from the shapes: weight.shape[1] // E.")
def always_three_letters(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    windows = [emb[:, i : i + 3].flatten(1) @ weight[:, : 3 * emb.shape[2]].T + bias for i in range(emb.shape[1] - 2)]
    return torch.stack(windows, dim=2)


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="When the weights are no whole number of letters the numbers of two letters get mixed on the flat row. Raise ValueError.",
)
def forgets_to_refuse(emb, weight, bias):
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2])


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="torch.tensor(...) or .detach() cuts the way back, so nothing can be learned. Stay with tensors.",
)
def cut_off_from_the_inputs(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2]).detach()


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="A batch of one name or a single detector loses its axis: squeeze removes every axis of length 1.",
)
def squeezes(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2]).squeeze()


@mistake(
    "ngram_conv",
    replaces="ngram_conv",
    hint="view needs numbers that lie in one piece, which those of a transposed tensor do not. Use reshape.",
)
def view_of_what_is_transposed(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.view(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2])


@mistake(
    "ngram_conv",
    replaces="conv1d_weight",
    hint="The numbers lie letter after letter: reshape to (C, n, E) first, then swap. (C, E, n) at once mixes them.",
)
def reshaped_at_once(weight, embedding_dim):
    return weight.reshape(len(weight), embedding_dim, -1)


@mistake(
    "ngram_conv",
    replaces="conv1d_weight",
    hint="The result is (C, n, E). nn.Conv1d wants the E channels before the n letters: swap the last two axes.",
)
def letters_before_channels(weight, embedding_dim):
    return weight.reshape(len(weight), -1, embedding_dim)


@mistake(
    "ngram_conv",
    replaces="conv1d_weight",
    hint="The letters come out in reverse order. nn.Conv1d does not flip its weight, so neither should you.",
)
def letters_flipped(weight, embedding_dim):
    return weight.reshape(len(weight), -1, embedding_dim).transpose(1, 2).flip(2)


@mistake(
    "ngram_conv",
    replaces="conv1d_weight",
    hint="The way back to the weight is cut (nn.Parameter, .data or .detach()). Return a tensor that is computed from it.",
)
def weight_cut_off(weight, embedding_dim):
    return weight.detach().reshape(len(weight), -1, embedding_dim).transpose(1, 2)


# ================================================================ text_cnn


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The pooling covers 22 − context + 1 places of rows with 22 characters, but a row has a dot more: the last window is never looked at. Take the maximum over all there is.",
)
class pool_of_the_notes(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.context = context
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        found = self.conv(self.embedding(x).transpose(1, 2)).relu()
        return self.fc(F.max_pool1d(found, 22 - self.context + 1).flatten(1))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The last window is left out of the maximum. There are L − context + 1 of them, and all count.",
)
class last_window_left_out(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        found = self.conv(self.embedding(x).transpose(1, 2)).relu()
        return self.fc(found[:, :, : max(1, found.shape[2] - 1)].amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The length 23 is built in (the pooling covers 23 − context + 1 places). Take the maximum over all places, whatever L is.",
)
class length_23_built_in(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.pool = nn.MaxPool1d(23 - context + 1)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.pool(self.conv(self.embedding(x).transpose(1, 2)).relu()).flatten(1))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="You take the mean over time. A long row of dots then waters every n-gram down; take the maximum.",
)
class mean_over_time(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().mean(2))


@mistake("text_cnn", replaces="TextCNN", hint="Only the last place is kept. Take the largest answer over all places.")
class last_place_only(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu()[:, :, -1])


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The maximum is taken over the detectors (dim 1). Take it over the places, the last axis.",
)
class maximum_over_detectors(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(1))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.",
)
class softmax_at_the_end(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2)).softmax(1)


@mistake("text_cnn", replaces="TextCNN", hint="The ReLU behind the convolution is missing, so negative answers go on.")
class no_relu_on_the_answers(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The ReLU between the two dense layers is missing: without it they are one linear layer.",
)
class no_relu_between_dense_layers(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="reshape(B, E, L) mixes the numbers of different letters. Swap the axes with transpose(1, 2).",
)
class letters_reshaped(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        letters = self.embedding(x)
        return self.fc(self.conv(letters.reshape(len(x), letters.shape[2], -1)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="On the flat row the convolution moves by one number. Its stride must be embedding_dim, one letter.",
)
class flat_row_with_stride_1(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.conv = nn.Conv1d(1, conv_width, context * embedding_dim)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).reshape(len(x), 1, -1)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The convolution pads with zeros, so windows hang over both ends. No padding here.",
)
class convolution_with_padding(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.conv = nn.Conv1d(embedding_dim, conv_width, context, padding=context // 2)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake("text_cnn", replaces="TextCNN", hint="The detectors always see 3 letters. How many it is says `context`.")
class context_always_3(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, 3)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake("text_cnn", replaces="TextCNN", hint="Sizes are built in: 31 characters, embeddings of 10. Use the arguments.")
class sizes_built_in(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = nn.Embedding(31, 10), nn.Conv1d(10, conv_width, context)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="All answers of all places go into the dense layer. First keep the largest of each detector, then conv_width numbers are left.",
)
class no_maximum_at_all(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        size = conv_width * (23 - context + 1)
        self.fc = nn.Sequential(nn.Linear(size, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().flatten(1))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="The row of the dot is frozen at 0 by padding_idx. The dot says where a name begins and ends: let it learn.",
)
class dot_does_not_learn(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.conv = nn.Conv1d(embedding_dim, conv_width, context)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake(
    "text_cnn", replaces="TextCNN", hint="Letters are one-hot vectors here. They are learned rows of an nn.Embedding."
)
class one_hot_letters(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.vocab_size = vocab_size
        self.conv = nn.Conv1d(vocab_size, conv_width, context)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        letters = F.one_hot(x, self.vocab_size).to(self.conv.weight.dtype)
        return self.fc(self.conv(letters.transpose(1, 2)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="A squeeze takes the batch axis away when there is one name only. Name the axis, squeeze(2), or use amax.",
)
class squeezes_one_name(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        found = self.conv(self.embedding(x).transpose(1, 2)).relu()
        return self.fc(F.adaptive_max_pool1d(found, 1).squeeze())


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="Dropout works in eval mode as well. nn.Dropout, or F.dropout with training=self.training, switches it off.",
)
class dropout_always_on(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.p = p
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.hidden, self.out = nn.Linear(conv_width, fc_width), nn.Linear(fc_width, 2)

    def forward(self, x):
        found = self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2)
        return self.out(F.dropout(self.hidden(found).relu(), self.p))


@mistake("text_cnn", replaces="TextCNN", hint="There is no dropout. It stands before the last layer.")
class dropout_forgotten(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="Dropout stands before the first dense layer. It belongs behind its ReLU, before the last layer.",
)
class dropout_too_early(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Dropout(p), nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


@mistake(
    "text_cnn",
    replaces="TextCNN",
    hint="F.conv1d is called with the layer's weight, so no hook hears the layer. Call the layer itself: self.conv(...).",
)
class layer_not_called(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        letters = self.embedding(x).transpose(1, 2)
        return self.fc(F.conv1d(letters, self.conv.weight, self.conv.bias).relu().amax(2))


# ================================================================ load_names


@mistake(
    "load_names",
    replaces="load_names",
    hint="“NA” is taken for missing, as pandas does by default. It is a woman's name: only an empty cell is missing.",
)
def only_na_is_missing(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                if line["name"] not in ("", "NA"):
                    pairs.append((line["name"].lower().replace(" ", "_"), label))
    return list(dict.fromkeys(pairs))


@mistake("load_names", replaces="load_names", hint="A line with an empty name gives an empty name. Leave it out.")
def keeps_empty_names(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                pairs.append((line["name"].lower().replace(" ", "_"), label))
    return list(dict.fromkeys(pairs))


@mistake("load_names", replaces="load_names", hint="The labels are the wrong way round: the first file, the men, is 0.")
def labels_swapped(male_csv, female_csv):
    pairs = []
    for label, path in ((1, male_csv), (0, female_csv)):
        with open(path, encoding="utf-8", newline="") as file:
            pairs += [(line["name"].lower().replace(" ", "_"), label) for line in csv.DictReader(file) if line["name"]]
    return list(dict.fromkeys(pairs))


@mistake(
    "load_names",
    replaces="load_names",
    hint="The same name with the same label is there several times. Keep the first.",
)
def keeps_doubles(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            pairs += [(line["name"].lower().replace(" ", "_"), label) for line in csv.DictReader(file) if line["name"]]
    return pairs


@mistake(
    "load_names",
    replaces="load_names",
    hint="Doubles are dropped before the names are made small, so JOSE and jose both stay. First write alike, then drop.",
)
def drops_doubles_too_early(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            raw = dict.fromkeys(line["name"] for line in csv.DictReader(file) if line["name"])
        pairs += [(name.lower().replace(" ", "_"), label) for name in raw]
    return pairs


@mistake(
    "load_names",
    replaces="load_names",
    hint="A name that is in both files has lost its second label. Such names stand there twice, once with each.",
)
def one_label_per_name(male_csv, female_csv):
    found = {}
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                if line["name"]:
                    found.setdefault(line["name"].lower().replace(" ", "_"), label)
    return list(found.items())


@mistake("load_names", replaces="load_names", hint="The spaces are still there. Each becomes _.")
def names_with_spaces(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            pairs += [(line["name"].lower(), label) for line in csv.DictReader(file) if line["name"]]
    return list(dict.fromkeys(pairs))


@mistake(
    "load_names",
    replaces="load_names",
    hint='The file is read as Latin-1, so ñ becomes two strange letters. Open it with encoding="utf-8".',
)
def reads_latin_1(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="latin-1", newline="") as file:
            pairs += [(line["name"].lower().replace(" ", "_"), label) for line in csv.DictReader(file) if line["name"]]
    return list(dict.fromkeys(pairs))


@mistake(
    "load_names",
    replaces="load_names",
    hint="Accents are taken off and ñ becomes n. Change nothing but capitals and spaces.",
)
def takes_accents_off(male_csv, female_csv):
    import unicodedata

    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                parts = unicodedata.normalize("NFKD", line["name"].lower().replace(" ", "_"))
                if parts:
                    pairs.append(("".join(c for c in parts if not unicodedata.combining(c)), label))
    return list(dict.fromkeys(pairs))


@mistake(
    "load_names",
    replaces="load_names",
    hint="You take the first column, whatever it is called. The names are in the column `name`.",
)
def takes_the_first_column(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in list(csv.reader(file))[1:]:
                if line and line[0]:
                    pairs.append((line[0].lower().replace(" ", "_"), label))
    return list(dict.fromkeys(pairs))


@mistake(
    "load_names",
    replaces="load_names",
    hint="More than the name is kept. A row is a pair (name, label): age and frequency will not be there when you predict.",
)
def keeps_the_frequency(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                if line["name"]:
                    pairs.append(
                        (line["name"].lower().replace(" ", "_"), label, int(line["frequency"].replace(",", "")))
                    )
    return list(dict.fromkeys(pairs))


# ================================================================ load_names: split_names


@mistake(
    "load_names",
    replaces="split_names",
    hint="The rows are dealt out, so the two rows of a name with both labels may end in different lists. Deal out the names.",
)
def splits_rows(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(rows)) for i in range(len(fractions))]
    return [[rows[i] for i in order[a:b]] for a, b in zip([0] + ends, ends)]


@mistake(
    "load_names",
    replaces="split_names",
    hint="The names are cut without shuffling, so a list has only one end of the alphabet. Shuffle with a generator of the seed.",
)
def cuts_without_shuffling(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    return [[row for row in rows if row[0] in set(names[a:b])] for a, b in zip([0] + ends, ends)]


@mistake(
    "load_names",
    replaces="split_names",
    hint="The names are cut in the order of the rows, men first, so one list has hardly any women. Shuffle first.",
)
def cuts_men_first(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = list(dict.fromkeys(name for name, _ in rows))
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    return [[row for row in rows if row[0] in set(names[a:b])] for a, b in zip([0] + ends, ends)]


@mistake(
    "load_names",
    replaces="split_names",
    hint="The set of names is shuffled as it comes, but a set has another order in each Python. Sort the names before you shuffle.",
)
def shuffles_a_set(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = list({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]
    return [[row for row in rows if row[0] in part] for part in parts]


@mistake(
    "load_names",
    replaces="split_names",
    hint="torch.manual_seed changes the random numbers of the whole program. Use a generator of your own.",
)
def seeds_torch(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    torch.manual_seed(seed)
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]
    return [[row for row in rows if row[0] in part] for part in parts]


@mistake(
    "load_names",
    replaces="split_names",
    hint="The seed is not used: the lists are others in each call. Give it to a generator.",
)
def forgets_the_seed(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]
    return [[row for row in rows if row[0] in part] for part in parts]


@mistake(
    "load_names",
    replaces="split_names",
    hint="Fractions that do not add up to 1 are accepted. Raise ValueError: names would be lost or dealt twice.",
)
def accepts_any_fractions(rows, fractions, seed=0):
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]
    return [[row for row in rows if row[0] in part] for part in parts]


@mistake(
    "load_names",
    replaces="split_names",
    hint="sum(fractions) != 1 is too strict for floats: 0.7 + 0.2 + 0.1 is 0.9999999999999999. Use math.isclose.",
)
def strict_about_rounding(rows, fractions, seed=0):
    if sum(fractions) != 1:
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]
    return [[row for row in rows if row[0] in part] for part in parts]


@mistake(
    "load_names",
    replaces="split_names",
    hint="Rounding down each size loses names at the end. Cut at rounded sums, or give the last list the rest.",
)
def loses_the_rest(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    parts, start = [], 0
    for fraction in fractions:
        end = start + int(fraction * len(names))
        part = {names[i] for i in order[start:end]}
        parts.append([row for row in rows if row[0] in part])
        start = end
    return parts


# ================================================================ train_names


@mistake(
    "train_names",
    replaces="train_names",
    hint="The rows are never shuffled: first all men, then all women, and the network remembers the latest. Draw a new order in every epoch.",
)
def no_shuffle(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.arange(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The rows are shuffled once, and every epoch has the same order. Draw a new one in each.",
)
def shuffles_once(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses, order = torch.optim.Adam(model.parameters(), lr=lr), [], torch.randperm(len(rows))
    for _ in range(epochs):
        total = 0.0
        for places in order.split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="Only the order of the batches is shuffled; inside a batch the rows stay as they were, all men or all women.",
)
def shuffles_batches_only(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses, batches = (
        torch.optim.Adam(model.parameters(), lr=lr),
        [],
        torch.arange(len(rows)).split(batch_size),
    )
    for _ in range(epochs):
        total = 0.0
        for which in torch.randperm(len(batches) - 1).tolist() + [len(batches) - 1]:
            places = batches[which]
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The names are shuffled but not their labels, so each name has somebody else's. Use the same order for both.",
    below="names",
)
def labels_not_shuffled(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        x = x[torch.randperm(len(rows))]
        for places in torch.arange(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="zero_grad is missing: backward adds to the gradients, and each step uses those of all batches so far.",
    below="names",
)
def no_zero_grad(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="zero_grad stands between backward and step: it clears the gradients before they are used, and nothing is learnt.",
    below="names",
)
def zero_grad_before_step(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="There is a softmax before cross_entropy, which takes one itself: the loss cannot fall below 0.31, and the slopes are flat.",
)
def softmax_before_the_loss(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]).softmax(1), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake("train_names", replaces="train_names", hint="The last, shorter batch is dropped. Its names count, too.")
def drops_the_last_batch(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total, order = 0.0, torch.randperm(len(rows))
        for places in order[: len(rows) // batch_size * batch_size].split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / max(1, len(rows) // batch_size * batch_size))
    return model.eval(), vocab, losses


@mistake("train_names", replaces="train_names", hint="The batches always have 32 rows. How many it is says batch_size.")
def batches_of_32(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(32):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names", replaces="train_names", hint="Adam gets no learning rate, so it takes its own, 0.001. Give it lr=lr."
)
def learning_rate_forgotten(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters()), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The steps are those of SGD. torch.optim.Adam is asked for.",
    below="names",
)
def sgd_instead_of_adam(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="A new Adam is made in every epoch, and forgets what it has gathered. Make it once.",
)
def new_adam_each_epoch(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    losses = []
    for _ in range(epochs):
        total, optimizer = 0.0, torch.optim.Adam(model.parameters(), lr=lr)
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The network stays in the mode in which it was made. Call model.train() before you train: else there is no dropout.",
)
def never_in_train_mode(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab))
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The network comes back in train mode, so it would answer with dropout. Call model.eval() at the end.",
)
def comes_back_in_train_mode(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model, vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The loss of an epoch is the mean of the batches' means, so names in the short last batch weigh more. Weigh each batch by its length.",
)
def mean_of_means(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        means = []
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            means.append(loss.item())
        losses.append(sum(means) / len(means))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The seed is not used: each call gives another network. torch.manual_seed(seed) comes first.",
)
def seed_not_used(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The vocabulary that comes back is a new one, made after the training. Give back the one you trained with.",
)
def returns_another_vocabulary(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), make_vocab([name for name, _ in rows[: len(rows) // 2]]), losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The vocabulary is made of other names than those of the rows: all names that the course has. Only the names to train with are known.",
)
def vocabulary_of_all_names(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows] + ["abcdefghijklmnopqrstuvwxyz", "ñandú"])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="The network is made for 31 characters. It is len(vocab), whatever that is.",
)
def network_for_31_characters(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(31).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        total = 0.0
        for places in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


@mistake(
    "train_names",
    replaces="train_names",
    hint="Only some of the rows are used: a part is put aside. Splitting is done before; train on all rows you get.",
)
def puts_rows_aside(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, _ in rows])
    model = make_model(len(vocab)).train()
    x, y = torch.tensor([vocab.encode(name) for name, _ in rows]), torch.tensor([label for _, label in rows])
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    kept = torch.randperm(len(rows))[: int(0.8 * len(rows))]
    for _ in range(epochs):
        total = 0.0
        for places in kept[torch.randperm(len(kept))].split(batch_size):
            loss = F.cross_entropy(model(x[places]), y[places])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(places)
        losses.append(total / len(kept))
    return model.eval(), vocab, losses


# ================================================================ p_female


@mistake(
    "p_female", replaces="p_female", hint="That is the probability of label 0. Women have label 1, the second column."
)
def column_of_the_men(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 0]


@mistake(
    "p_female",
    replaces="p_female",
    hint="These are logits. A softmax over the two of a name makes probabilities of them.",
)
def logits_instead(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="The softmax runs over the names (dim 0), so they share out 100 % among them. Take dim=1: the two logits of one name.",
)
def softmax_over_the_names(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(0)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="The network is asked in the mode it happens to be in: with dropout, and batch norm over the names that were asked together. Use model.eval().",
)
def forgets_eval(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    with torch.no_grad():
        logits = model(torch.tensor([vocab.encode(name) for name in names]))
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female", replaces="p_female", hint="The network is left in eval mode. Put every module back into its old mode."
)
def leaves_eval_mode(model, vocab, names):
    model.eval()
    if len(names) == 0:
        return torch.zeros(0)
    with torch.no_grad():
        logits = model(torch.tensor([vocab.encode(name) for name in names]))
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="model.train() at the end switches everything to train mode, also what was in eval mode on purpose. Put each module back into its own mode.",
)
def train_mode_for_all(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    model.eval()
    try:
        with torch.no_grad():
            logits = model(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        model.train()
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="model.train(before) sets all modules to the mode of the outermost. Remember and restore each one's own.",
)
def one_mode_for_all(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    before = model.training
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        model.train(before)
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="When the network stops with an error, the modes are not put back. Do it in a `finally`.",
)
def modes_lost_after_an_error(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    with torch.no_grad():
        logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    for module, mode in modes.items():
        module.training = mode
    return logits.softmax(1)[:, 1]


@mistake("p_female", replaces="p_female", hint="The answer still hangs on to its graph. Ask under torch.no_grad().")
def keeps_the_graph(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="Gradients are switched off by freezing the parameters, and they stay frozen. Use torch.no_grad().",
)
def freezes_the_network(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        logits = model.requires_grad_(False).eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="Doubles are dropped by a set or dict. Answer for every name of the list, in its order.",
)
def doubles_dropped(model, vocab, names):
    names = list(dict.fromkeys(names))
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="An empty list stops with an error: torch.tensor([]) has no rows of ids. Answer it without asking the network.",
)
def empty_list_stops(model, vocab, names):
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 1]


@mistake(
    "p_female",
    replaces="p_female",
    hint="A single name gives a number without axis: squeeze removes every axis of length 1. The shape is (len(names),), here (1,).",
)
def single_name_squeezed(model, vocab, names):
    if len(names) == 0:
        return torch.zeros(0)
    modes = {module: module.training for module in model.modules()}
    try:
        with torch.no_grad():
            logits = model.eval()(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    return logits.softmax(1)[:, 1:].squeeze()
