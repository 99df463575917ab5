"""Right solutions, written differently: `convgrade prove` puts each into the perfect notebook and expects full marks.

`CharVocab__dict` stands in for `CharVocab`. Each is self-contained and uses only what the notebook imports. A suite that refuses one
of them is too strict.
"""

import csv
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

# ---------------------------------------------------------------- char_vocab


class CharVocab__dict:
    def __init__(self, names, max_len=22):
        self.max_len = max_len
        found = []
        for name in names:
            for letter in self._plain(name):
                if letter != "." and letter not in found:
                    found.append(letter)
        self.chars = "".join(["."] + sorted(found))
        self.stoi = dict(zip(self.chars, range(len(self.chars))))
        del self.stoi["."]

    @staticmethod
    def _plain(name):
        return "_".join(name.lower().split(" "))

    def __len__(self):
        return len(self.stoi) + 1

    def encode(self, name):
        row = [0] * (self.max_len + 1)
        place, missing = 1, ""
        for letter in self._plain(name):
            if letter not in self.stoi:
                missing += letter
            elif place <= self.max_len:
                row[place] = self.stoi[letter]
                place += 1
        if missing:
            warnings.warn("characters that are not in the vocabulary were left out: " + ", ".join(missing))
        return row

    def decode(self, ids):
        ids = [int(one) for one in ids]
        while ids and ids[-1] == 0:
            ids.pop()
        while ids and ids[0] == 0:
            ids.pop(0)
        return "".join(self.chars[one] for one in ids)


class CharVocab__strings:
    def __init__(self, names, max_len: int = 22):
        text = (
            " ".join(names).lower().replace(" ", "_")
            if any(" " in n or "_" in n for n in names)
            else "".join(names).lower()
        )
        self.chars = "." + "".join(sorted({c for c in text if c != "."}))
        self.max_len = max_len

    def __len__(self):
        return self.chars.__len__()

    def encode(self, name):
        name = name.replace(" ", "_").lower()
        strange = {c for c in name if c not in self.chars or c == "."}
        if len(strange) > 0:
            warnings.warn(f"I do not know {strange} in {name}", UserWarning, stacklevel=2)
        kept = "".join(c for c in name if c not in strange)
        padded = "." + kept[: self.max_len].ljust(self.max_len, ".")
        return [self.chars.find(c) for c in padded]

    def decode(self, ids):
        ids = ids.tolist() if isinstance(ids, torch.Tensor) else ids
        text = "".join(map(self.chars.__getitem__, ids))
        return text.lstrip(".").rstrip(".")


# ---------------------------------------------------------------- ngram_conv


def ngram_conv__flat(emb, weight, bias):
    B, L, E = emb.shape
    if weight.shape[1] / E != int(weight.shape[1] / E):
        raise ValueError("not a whole number of letters")
    return F.conv1d(emb.reshape(B, 1, L * E), weight.unsqueeze(1), bias, stride=E)


def ngram_conv__channels(emb, weight, bias):
    n, rest = divmod(weight.shape[1], emb.shape[2])
    if rest:
        raise ValueError(f"{rest} weights too many")
    kernel = weight.view(weight.shape[0], n, emb.shape[2]).transpose(1, 2)
    return F.conv1d(emb.transpose(1, 2), kernel, bias)


def ngram_conv__unfold(emb, weight, bias):
    E = emb.size(-1)
    if weight.size(1) % E:
        raise ValueError("weight")
    windows = emb.unfold(1, weight.size(1) // E, 1)  # (B, P, E, n)
    return (windows.transpose(2, 3).flatten(2) @ weight.T + bias).transpose(1, 2)


def ngram_conv__sum_over_letters(emb, weight, bias):
    E = emb.shape[2]
    assert_whole = weight.shape[1] % E == 0
    if not assert_whole:
        raise ValueError
    n = weight.shape[1] // E
    P = emb.shape[1] - n + 1
    out = bias[None, :, None]
    for k in range(n):
        out = out + torch.einsum("ble,ce->bcl", emb[:, k : k + P], weight[:, k * E : (k + 1) * E])
    return out


def conv1d_weight__unflatten(weight, embedding_dim):
    return weight.unflatten(1, (weight.shape[1] // embedding_dim, embedding_dim)).mT


def conv1d_weight__strides(weight, embedding_dim):
    return torch.stack([weight[:, e::embedding_dim] for e in range(embedding_dim)], dim=1)


def conv1d_weight__letters(weight, embedding_dim):
    return torch.stack(weight.split(embedding_dim, dim=1), dim=-1)


# ---------------------------------------------------------------- text_cnn


class TextCNN__strided(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.C = nn.Embedding(num_embeddings=vocab_size, embedding_dim=embedding_dim)
        self.conv1 = nn.Conv1d(1, conv_width, kernel_size=context * embedding_dim, stride=embedding_dim)
        self.relu1 = nn.ReLU()
        self.pool_over_time = nn.AdaptiveMaxPool1d(1)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        B = x.shape[0]
        x = self.C(x).reshape(B, 1, -1)
        x = self.pool_over_time(self.relu1(self.conv1(x)))
        return self.fc(x.reshape(B, -1))


class TextCNN__maximum_first(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.p = p
        self.out = nn.Linear(fc_width, 2)
        self.hidden = nn.Linear(conv_width, fc_width)
        self.conv = nn.Conv1d(embedding_dim, conv_width, context)
        self.emb = nn.Embedding(vocab_size, embedding_dim)

    def forward(self, x):
        scores = self.conv(self.emb(x).permute(0, 2, 1))
        best, _ = scores.max(dim=-1)
        hidden = torch.relu(self.hidden(torch.relu(best)))
        return self.out(F.dropout(hidden, p=self.p, training=self.training))


class TextCNN__pooled(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        nn.Module.__init__(self)
        self.features = nn.ModuleDict(
            {"embed": nn.Embedding(vocab_size, embedding_dim), "grams": nn.Conv1d(embedding_dim, conv_width, context)}
        )
        self.dense = nn.ModuleList([nn.Linear(conv_width, fc_width), nn.Linear(fc_width, 2)])
        self.drop = nn.Dropout(p)

    def forward(self, x):
        x = self.features["grams"](self.features["embed"](x).mT).clamp(min=0)
        x = F.max_pool1d(x, kernel_size=x.shape[2]).squeeze(2)
        return self.dense[1](self.drop(self.dense[0](x).clamp(min=0)))


# ---------------------------------------------------------------- load_names


def load_names__reader(male_csv, female_csv):
    rows, seen = [], set()
    for label, filename in ((0, male_csv), (1, female_csv)):
        with open(filename, newline="", encoding="utf8") as f:
            reader = csv.reader(f)
            column = next(reader).index("name")
            for line in reader:
                name = "_".join(line[column].split(" ")).lower()
                if name and (name, label) not in seen:
                    seen.add((name, label))
                    rows.append((name, label))
    return rows


def load_names__text(male_csv, female_csv):
    from pathlib import Path

    def names(path):
        lines = csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines())
        return dict.fromkeys(line["name"].replace(" ", "_").lower() for line in lines if line["name"] != "")

    return [(name, 0) for name in names(male_csv)] + [(name, 1) for name in names(female_csv)]


def split_names__random(rows, fractions, seed=0):
    import random

    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions must add up to 1")
    names = sorted(set(name for name, _ in rows))
    random.Random(seed).shuffle(names)
    bounds, total = [0], 0.0
    for fraction in fractions:
        total += fraction
        bounds.append(int(total * len(names) + 0.5))
    bounds[-1] = len(names)
    where = {}
    for part, (start, end) in enumerate(zip(bounds, bounds[1:])):
        for name in names[start:end]:
            where[name] = part
    parts = [[] for _ in fractions]
    for row in rows:
        parts[where[row[0]]].append(row)
    return parts


def split_names__in_order_of_first_sight(rows, fractions, seed=0):
    if not math.isclose(math.fsum(fractions), 1.0):
        raise ValueError("fractions")
    groups = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    groups = list(groups.values())
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(len(groups), generator=generator).tolist()
    sizes = [int(fraction * len(groups) + 1e-9) for fraction in fractions]
    left = len(groups) - sum(sizes)
    for i in range(left):
        sizes[i % len(sizes)] += 1
    parts = []
    for size in sizes:
        parts.append([row for place in order[:size] for row in groups[place]])
        order = order[size:]
    return parts


# ---------------------------------------------------------------- train_names


def train_names__loader(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(seed)
    names, labels = zip(*rows)
    vocab = make_vocab(list(names))
    model = make_model(len(vocab))
    ids = torch.tensor(list(map(vocab.encode, names)))
    dataset = TensorDataset(ids, torch.tensor(labels))
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True)
    optim = torch.optim.Adam(model.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss()
    history = []
    for _epoch in range(epochs):
        model.train()
        running = 0.0
        for x, y in loader:
            optim.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optim.step()
            running += loss.item() * x.size(0)
        history.append(running / len(dataset))
    return model.eval(), vocab, history


def train_names__sums(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    import random

    torch.manual_seed(seed)
    shuffler = random.Random(seed)
    vocab = make_vocab([row[0] for row in rows])
    model = make_model(len(vocab))
    data = [(vocab.encode(name), label) for name, label in rows]
    optimizer = torch.optim.Adam(list(model.parameters()), lr=lr)
    losses = []
    for epoch in range(epochs):
        shuffler.shuffle(data)
        each = []
        for start in range(0, len(data), batch_size):
            x, y = zip(*data[start : start + batch_size])
            model.train()
            out = model(torch.tensor(x))
            per_name = F.nll_loss(out.log_softmax(dim=1), torch.tensor(y), reduction="none")
            per_name.mean().backward()
            optimizer.step()
            model.zero_grad()
            each += per_name.tolist()
        losses.append(sum(each) / len(each))
    model.train(False)
    return model, vocab, losses


# ---------------------------------------------------------------- p_female


def p_female__sigmoid(model, vocab, names):
    modes = [module.training for module in model.modules()]
    try:
        model.eval()
        if not names:
            return torch.zeros((0,), dtype=torch.float32)
        with torch.no_grad():
            out = model(torch.tensor([vocab.encode(name) for name in names], dtype=torch.int64))
            return torch.sigmoid(out[:, 1] - out[:, 0])
    finally:
        for module, mode in zip(model.modules(), modes):
            module.training = mode


def p_female__one_by_one(model, vocab, names):
    training = [module for module in model.modules() if module.training]
    model.train(False)
    answers = []
    try:
        for name in names:
            logits = model(torch.tensor(vocab.encode(name)).unsqueeze(0))[0]
            answers.append(F.softmax(logits, dim=0)[1].detach())
    finally:
        for module in training:
            module.training = True
    return torch.stack(answers) if answers else torch.empty(0)


def p_female__exit_stack(model, vocab, names):
    from contextlib import ExitStack

    if len(names) < 1:
        return torch.tensor([], dtype=torch.float32)
    with ExitStack() as stack, torch.no_grad():
        for module in model.modules():
            stack.callback(setattr, module, "training", module.training)
        model.eval()
        logits = model(torch.stack([torch.tensor(vocab.encode(name)) for name in names]))
        exponentials = (logits - logits.max(dim=1, keepdim=True).values).exp()
        return exponentials[:, 1] / exponentials.sum(dim=1)
