"""What every exercise of a7_text_cnn must give: functions and networks that the hidden suite trusts.

The signatures are the students'. The parameter counts that a network must have stand in the suite, as numbers.
"""

from __future__ import annotations

import csv
import itertools
import math
import statistics
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import Dataset

Row = tuple[str, int]  # a name and its label, 1 for female


def normal(name: str) -> str:
    """Small letters, _ for a space."""
    return name.lower().replace(" ", "_")


# ---------------------------------------------------------------- char_vocab


class CharVocab:
    """Characters and their numbers; 0 is the dot."""

    def __init__(self, names: Iterable[str], max_len: int = 22) -> None:
        found = {letter for name in names for letter in normal(name)}
        self.chars = "." + "".join(sorted(found - {"."}))
        self.max_len = max_len

    def __len__(self) -> int:
        return len(self.chars)

    def encode(self, name: str) -> list[int]:
        """max_len + 1 numbers; a warning for characters without one."""
        letters = normal(name)
        unknown = [letter for letter in letters if letter not in self.chars[1:]]
        if unknown:
            warnings.warn(f"left out of {name!r}: {' '.join(unknown)}", stacklevel=2)
        known = [self.chars.index(letter) for letter in letters if letter not in unknown][: self.max_len]
        return [0, *known] + [0] * (self.max_len - len(known))

    def decode(self, ids: Sequence[int] | Tensor) -> str:
        """The name, without the dots at its ends."""
        return "".join(self.chars[int(number)] for number in ids).strip(".")


class NamesDataset(Dataset[tuple[Tensor, int]]):
    """Names of one label: (ids, label)."""

    def __init__(self, names: Sequence[str], label: int, vocab: Any) -> None:
        self.names, self.label, self.vocab = names, label, vocab

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return torch.tensor(self.vocab.encode(self.names[index]), dtype=torch.int64), self.label


# ---------------------------------------------------------------- ngram_conv


def ngram_conv(emb: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """(B, L, E), (C, n*E), (C,) -> (B, C, L-n+1)."""
    size = emb.shape[2]
    if weight.shape[1] % size:
        raise ValueError(f"{weight.shape[1]} weights do not fit whole letters of {size}")
    return F.conv1d(emb.reshape(len(emb), 1, -1), weight[:, None], bias, stride=size)


def conv1d_weight(weight: Tensor, embedding_dim: int) -> Tensor:
    """(C, n*E) -> (C, E, n)."""
    return weight.unflatten(1, (-1, embedding_dim)).transpose(1, 2)


# ---------------------------------------------------------------- text_cnn


class TextCNN(nn.Module):
    """Embedding, n-grams, ReLU, max over time, two dense layers: (B, L) -> (B, 2)."""

    def __init__(
        self,
        vocab_size: int = 31,
        context: int = 3,
        embedding_dim: int = 10,
        conv_width: int = 64,
        fc_width: int = 256,
        p: float = 0.5,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.conv = nn.Conv1d(embedding_dim, conv_width, context)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x: Tensor) -> Tensor:
        """Logits of a batch."""
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


# ---------------------------------------------------------------- load_names


def length_for(names: Sequence[str], share: float) -> int:
    """The smallest length that at least this share of the names does not exceed."""
    return next(most for most in itertools.count() if sum(len(name) <= most for name in names) / len(names) >= share)


def load_names(male_csv: str | Path, female_csv: str | Path) -> list[Row]:
    """Every (name, label) once, men first, in the order of the files."""
    found: dict[Row, None] = {}
    for label, path in enumerate((male_csv, female_csv)):
        with open(path, encoding="utf-8", newline="") as file:
            names = [normal(line["name"]) for line in csv.DictReader(file)]
        found |= dict.fromkeys((name, label) for name in names if name)
    return list(found)


def split_names(rows: Sequence[Row], fractions: Sequence[float], seed: int = 0) -> list[list[Row]]:
    """One list of rows for each fraction; both rows of a name are in the same one."""
    if not math.isclose(sum(fractions), 1):
        raise ValueError(f"the fractions add up to {sum(fractions)}, not to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(share * len(names)) for share in itertools.accumulate(fractions)]
    part = {names[place]: sum(rank >= end for end in ends) for rank, place in enumerate(order)}
    parts: list[list[Row]] = [[] for _ in fractions]
    for row in rows:
        parts[part[row[0]]].append(row)
    return parts


# ---------------------------------------------------------------- train_names


def train_names(
    rows: Sequence[Row],
    make_vocab: Callable[[list[str]], Any],
    make_model: Callable[[int], nn.Module],
    epochs: int = 15,
    batch_size: int = 32,
    lr: float = 2e-3,
    seed: int = 0,
) -> tuple[nn.Module, Any, list[float]]:
    """A trained network in eval mode, its vocabulary, the mean loss of each epoch."""
    torch.manual_seed(seed)
    names, labels = [name for name, _ in rows], torch.tensor([label for _, label in rows])
    vocab = make_vocab(names)
    model = make_model(len(vocab)).train()
    ids = torch.tensor([vocab.encode(name) for name in names])
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(rows)).split(batch_size):
            loss = F.cross_entropy(model(ids[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(rows))
    return model.eval(), vocab, losses


# ---------------------------------------------------------------- read_figures


def difference_counts(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether the means are further apart than the larger of the two spreads."""
    if len(first) < 2 or len(second) < 2:
        raise ValueError("no spread")
    (low, high), spreads = (
        sorted(map(statistics.mean, (first, second))),
        [max(accuracies) - min(accuracies) for accuracies in (first, second)],
    )
    return high - low > max(spreads)


def nearest_letters(table: Tensor, chars: str, letter: str, k: int = 3) -> str:
    """The k others with the largest cosine, the largest first."""
    if letter not in chars:
        raise ValueError(f"no {letter!r} in {chars!r}")
    own = chars.index(letter)
    cosines = F.normalize(table, dim=1) @ F.normalize(table[own], dim=0)
    cosines[own] = -torch.inf
    return "".join(chars[place] for place in cosines.topk(k).indices.tolist())


# ---------------------------------------------------------------- p_female


def p_female(model: nn.Module, vocab: Any, names: Sequence[str]) -> Tensor:
    """(N,) probabilities of label 1; the model is left as it was."""
    if not names:
        return torch.empty(0)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            logits: Tensor = model(torch.tensor([vocab.encode(name) for name in names]))
    finally:
        for module, mode in modes:
            module.training = mode
    return logits.softmax(1)[:, 1]


# ---------------------------------------------------------------- attention_pool


def attention_weights(features: Tensor, query: Tensor, lengths: Tensor) -> Tensor:
    """Softmax of query · features over the places that count."""
    size = features.shape[2]
    if ((lengths < 1) | (lengths > size)).any():
        raise ValueError("a length is from 1 to P")
    counts = torch.arange(size)[None] < lengths[:, None]
    return torch.where(counts, (query @ features), -torch.inf).softmax(dim=-1)


def attention_pool(features: Tensor, weights: Tensor) -> Tensor:
    """The weighted sum over the places."""
    return (features @ weights[..., None])[..., 0]
