"""Hidden checks of the exercise `train_names`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from held_out import invented_names
from torch import Tensor, nn

from autograder.judge import check, expect

from ._helpers import Row


class LoggedLetters:
    """A vocabulary of 40 numbers that writes down the names it is made of."""

    def __init__(self, log: dict[str, Any], names: Sequence[str]) -> None:
        log["names"].append(sorted(set(names)))
        log["made"].append(self)

    def __len__(self) -> int:
        return 40

    def encode(self, name: str) -> list[int]:
        """39 and five numbers."""
        return [39, *((ord(letter) * 7) % 38 for letter in name[:5]), *[0] * (5 - len(name))]


class LoggedNet(nn.Module):
    """An embedding and a dense layer; it is made in eval mode, and writes down what happens to it."""

    def __init__(self, log: dict[str, Any], size: int, stamp: int) -> None:
        nn.Module.__init__(self)
        self.stamp = stamp
        self.log, self.letters, self.out = log, nn.Embedding(40, 3), nn.Linear(18, 2)
        self.to(getattr(torch, log["kind"])).eval()
        log["sizes"].append(size)
        log["made"].append(self)
        log["start"] = [parameter.detach().clone() for parameter in self.parameters()]
        for parameter in self.parameters():
            parameter.register_hook(
                lambda _slope, own=parameter: log["leftovers"].append(own.grad is not None and bool(own.grad.any()))
            )

    def forward(self, x: Tensor) -> Tensor:
        """Logits; what is asked with gradients is written down."""
        answer: Tensor = self.out(self.letters(x).flatten(1))
        if answer.requires_grad:
            self.log["ids"].append(x.clone())
            self.log["modes"].append(self.training)
            answer.register_hook(lambda slope: self.log["slopes"].append(slope.clone()))
        return answer


def watched_training(
    student: Any, rows: Sequence[Row], settings: dict[str, Any], kind: str = "float64", stamp: int = 0
) -> dict[str, Any]:
    """train_names on rows, with the vocabulary and the network that write down what happens to them.

    The network has numbers of this kind and carries the stamp, by which it is known again and random numbers differ.
    """
    log: dict[str, Any] = {name: [] for name in ("names", "sizes", "made", "ids", "modes", "slopes", "leftovers")}
    log["kind"] = kind
    torch.manual_seed(stamp)
    model, vocab, losses = student.train_names(
        [tuple(row) for row in rows],
        lambda names: LoggedLetters(log, names),
        lambda size: LoggedNet(log, size, stamp),
        **settings,
    )
    log["stamp"] = getattr(model, "stamp", None)
    end = [parameter.detach().clone() for parameter in model.parameters()]
    log |= {"losses": losses, "end": end, "training": model.training}
    return log | {"own": any(part is vocab for part in log.pop("made"))}


SETTINGS = {"epochs": 3, "batch_size": 5, "lr": 0.01, "seed": 3}


def syllables(cases: Any, count: int) -> list[Row]:
    """Names of five letters, all different, men first."""
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join("abcdefghij"[int(i)] for i in cases.rng.integers(0, 10, 5))] = None
    return [(name, int(place >= count // 2)) for place, name in enumerate(sorted(names))]


def expect_training(student: Any, cases: Any, rows: list[Row], kind: str = "float32", **changed: Any) -> dict[str, Any]:
    """What the helper wrote down, about the network that was made; numbers are compared in float64."""
    inside, stamp = student.beside(watched_training), int(cases.rng.integers(10**6))
    log = expect(inside.watched_training(rows, SETTINGS | changed, kind, stamp)).to_be_a(dict)
    expect(log["stamp"] == stamp).to_hold("the network that comes back is the one that was made")
    return log


def places_of(log: dict[str, Any], rows: list[Row]) -> list[list[int]]:
    """For each batch the places of its rows in the list; -1 for what is none of them."""
    known = {(39, *((ord(letter) * 7) % 38 for letter in name)): place for place, (name, _) in enumerate(rows)}
    return [[known.get(tuple(row), -1) for row in batch.tolist()] for batch in log["ids"]]


@check(weight=0.5, quote="returns (model, vocab, losses).")
def test_train_gives_back(student, cases):
    """train_names gives back the network that it made and trained"""
    expect_training(student, cases, syllables(cases, 22))


@check(
    after="train_gives_back",
    weight=0.5,
    quote=(
        "with the names of these rows and no others; it is called once.",
        "model = make_model(len(vocab)), called once.",
    ),
)
def test_train_makers(student, cases):
    """train_names makes one vocabulary, from the names of the rows, and one network of its size, and gives it back"""
    rows = syllables(cases, 22)
    log = expect_training(student, cases, rows)
    expect(log["names"]).to_equal([[name for name, _ in rows]])
    expect(log["sizes"]).to_equal([40])
    expect(log["own"] is True).to_hold("the vocabulary that comes back is the one that was made")


@check(
    after="train_gives_back",
    weight=1.5,
    quote=(
        "In each epoch every row is used once, in batches of batch_size (the last may be shorter)",
        "a tensor of ids (B, L), int64",
    ),
)
def test_train_batches(student, cases):
    """train_names uses every row once per epoch, in batches of batch_size, the last one shorter; ids are int64"""
    rows = syllables(cases, 22)
    log = expect_training(student, cases, rows)
    batches = places_of(log, rows)
    expect([len(batch) for batch in batches]).to_equal([5, 5, 5, 5, 2] * 3)
    for epoch in range(3):
        used = sorted(place for batch in batches[5 * epoch : 5 * epoch + 5] for place in batch)
        expect(used == list(range(22))).to_hold("every row, encoded by the vocabulary, is used once in an epoch")
    expect(all(batch.dtype == torch.int64 for batch in log["ids"])).to_hold("the ids are int64")


@check(weight=0.5, quote="epochs=15, batch_size=32, lr=2e-3, seed=0")
def test_train_defaults(student, cases):
    """Without further settings train_names takes 15 epochs, batches of 32, a learning rate of 2e-3 and the seed 0"""
    rows, inside = syllables(cases, 40), student.beside(watched_training)
    log = expect(inside.watched_training(rows, {})).to_be_a(dict)
    expect([len(batch) for batch in log["ids"]]).to_equal([32, 8] * 15)
    expect(len(log["end"]) == 3).to_hold("the network that comes back is the one that was made")
    for yours, right in zip(log["end"], replay(log, rows, lr=2e-3)["end"], strict=True):
        expect(yours).to_match(right, rtol=1e-6)
    zero = expect(inside.watched_training(rows, {"seed": 0, "epochs": 1})).to_be_a(dict)
    expect(zero["start"][1]).to_match(log["start"][1])


@check(after="train_gives_back", weight=1.5, quote="in a random order that is a new one in every epoch.")
def test_train_shuffles(student, cases):
    """train_names goes through the rows in random order, another one in every epoch"""
    rows = syllables(cases, 40)
    batches = places_of(expect_training(student, cases, rows, batch_size=10), rows)
    seen = [place for batch in batches for place in batch]  # other checks ask for the sizes of batches
    orders = [seen[40 * epoch : 40 * epoch + 40] for epoch in range(3)]
    for order in orders:
        expect(order != sorted(order)).to_hold("the rows are shuffled")
        moved = sum(abs(place - spot) for spot, place in enumerate(order)) / len(order)
        expect(moved > 5).to_hold("the rows are shuffled all over, not only the batches or inside them")
        together = sum(abs(a - b) == 1 for a, b in itertools.pairwise(order))
        expect(together < 20).to_hold("the rows are shuffled one by one, not in blocks")
    expect(len({tuple(order) for order in orders}) == 3).to_hold("each epoch has an order of its own")


@check(after="train_gives_back", weight=1.5, quote="The loss is their cross entropy, the mean over the batch.")
def test_train_loss(student, cases):
    """train_names takes the mean cross entropy of the logits with the labels of their own names"""
    rows = syllables(cases, 22)
    log = expect_training(student, cases, rows, "float64")
    steps = replay(log, rows)
    expect(len(log["slopes"]) == len(log["ids"]) > 1).to_hold("the loss of each of the batches reaches the network")
    for yours, right in zip(log["slopes"][:1], steps["slopes"][:1], strict=True):
        expect(yours).to_match(right)


@check(after="train_gives_back", weight=1.5, quote="with the gradient of this batch alone.")
def test_train_clean_gradients(student, cases):
    """Each step of train_names uses the gradient of its own batch alone: what was left from before is cleared"""
    log = expect_training(student, cases, syllables(cases, 22))
    reached = len(log["leftovers"]) >= 3 * len(log["ids"]) > 3
    expect(reached).to_hold("every parameter gets a gradient in each of the batches")
    expect(not any(log["leftovers"])).to_hold("no gradient of an earlier batch is left when a new one is computed")


def replay(log: dict[str, Any], rows: list[Row], lr: float = 0.01) -> dict[str, Any]:
    """The training by hand from the same start, with the same batches: slopes, mean losses, weights at the end."""
    letters, weight, bias = parameters = [parameter.clone().requires_grad_() for parameter in log["start"]]
    optimizer = torch.optim.Adam(parameters, lr=lr)
    known = {(39, *((ord(letter) * 7) % 38 for letter in name)): label for name, label in rows}
    slopes, losses = [], []
    for x in log["ids"]:
        y = torch.tensor([known.get(tuple(row), 0) for row in x.tolist()])
        answer = letters[x].flatten(1) @ weight.T + bias
        answer.retain_grad()
        loss = F.cross_entropy(answer, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        slopes.append(answer.grad)
        losses += [loss.item()] * len(y)
    count = max(1, len(losses) // max(1, len(log["losses"])))
    means = [sum(losses[i : i + count]) / count for i in range(0, len(losses), count)]
    return {"slopes": slopes, "losses": means, "end": [parameter.detach() for parameter in parameters]}


@check(weight=1.5, quote="One step of torch.optim.Adam(lr=lr) per batch")
def test_train_adam(student, cases):
    """After three epochs the weights are those that Adam reaches by hand, with the given learning rate"""
    rows = syllables(cases, 22)
    log = expect_training(student, cases, rows, "float64")
    expect(len(log["end"]) == 3).to_hold("the network that comes back is the one that was made")
    for yours, right in zip(log["end"], replay(log, rows)["end"], strict=True):
        expect(yours).to_match(right, rtol=1e-6)


@check(after="train_gives_back", quote=("in train mode, and gives logits", "The model comes back in eval mode."))
def test_train_modes(student, cases):
    """train_names trains in train mode, whatever mode the network was made in, and gives it back in eval mode"""
    log = expect_training(student, cases, syllables(cases, 22))
    expect(len(log["modes"]) > 0 and all(log["modes"])).to_hold("the network is in train mode for every batch")
    expect(log["training"]).to_equal(False)


@check(
    after="train_gives_back",
    quote="a list of `epochs` Python floats, for each epoch the mean over all its names of the loss they had.",
)
def test_train_losses(student, cases):
    """The losses are one plain float per epoch: the mean over its names, also when the last batch is shorter"""
    rows = syllables(cases, 23)
    log = expect_training(student, cases, rows, "float64")
    expect(log["losses"]).to_be_a(list, length=3)
    expect(log["losses"]).to_match(replay(log, rows)["losses"], rtol=1e-6)


@check(after="train_gives_back", quote="so the same seed gives the same network, and another seed another one.")
def test_train_seeds(student, cases):
    """The same seed gives the same network, another seed another start and another order"""
    rows = syllables(cases, 22)
    first, again = expect_training(student, cases, rows), expect_training(student, cases, rows)
    for yours, right in zip(again["end"], first["end"], strict=True):
        expect(yours).to_match(right)
    other = expect_training(student, cases, rows, seed=8)
    expect(not torch.equal(other["start"][1], first["start"][1])).to_hold("another seed gives another start")
    expect(places_of(other, rows) != places_of(first, rows)).to_hold("another seed gives another order")


class EndedLetters:
    """A vocabulary with characters for what is before and behind a name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.found = sorted(set("".join(names)), reverse=True)

    def __len__(self) -> int:
        return len(self.found) + 2

    def encode(self, name: str) -> list[int]:
        """20 numbers."""
        known = [self.found.index(letter) + 2 for letter in name if letter in self.found][:18]
        return [1] * (19 - len(known)) + known + [0]


class SmallNet(nn.Module):
    """64 detectors for three letters; it always starts with the same weights, so little is left to chance."""

    def __init__(self, size: int) -> None:
        nn.Module.__init__(self)
        state = torch.get_rng_state()
        torch.manual_seed(0)
        self.letters, self.detectors, self.out = nn.Embedding(size, 16), nn.Conv1d(16, 64, 3), nn.Linear(64, 2)
        torch.set_rng_state(state)

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        found = self.detectors(self.letters(x).transpose(1, 2)).relu().amax(2)
        answer: Tensor = self.out(F.dropout(found, 0.5, self.training))
        return answer


def trained_on_names(student: Any, rows: Sequence[Row], seed: int, asked: Sequence[str]) -> Tensor:
    """Logits for the asked names after eight epochs of train_names."""
    settings = {"epochs": 8, "batch_size": 64, "lr": 5e-3, "seed": seed}
    given = [tuple(row) for row in rows]
    model, vocab, _losses = student.train_names(given, EndedLetters, SmallNet, **settings)
    with torch.no_grad():
        answer: Tensor = model(torch.tensor([vocab.encode(name) for name in asked]))
        return answer


@check(
    after=(
        "train_gives_back",
        "train_makers",
        "train_batches",
        "train_defaults",
        "train_shuffles",
        "train_loss",
        "train_clean_gradients",
        "train_adam",
        "train_modes",
        "train_losses",
        "train_seeds",
    ),
    weight=2,
    quote="names of an invented language that nobody has seen: it must get at least 0.91 of them right.",
)
def test_names_gate(student, cases, thresholds):
    """Trained on 1,100 names of an invented language, the network is right about others as often as it should be"""
    names = invented_names(cases.rng, 1600)
    given, asked = names[:1100], names[1100:]
    inside = student.beside(trained_on_names)
    found = expect(inside.trained_on_names(given, cases.seed, [name for name, _ in asked]))
    said = found.to_have_shape(len(asked), 2).argmax(1)
    right = float((said == torch.tensor([label for _, label in asked])).double().mean())
    expect(right).to_reach(thresholds.names, on="names it has never seen")
