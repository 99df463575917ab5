"""What reads the data of the gates without training a network: `python -m bench.shortcuts` prints the table.

Each shortcut learns from as many invented images as a gate gives, and is asked about as many others, for each secret
anew. What remembers images keeps at most as many numbers as `train_digits` may: 40,000.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import fmean

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.course import load_course
from autograder.judge.cases import Cases, seed_of
from autograder.judge.course_modules import load_module

ROOT = Path(__file__).parents[1]
SECRETS = tuple(f"shortcut {number}" for number in range(6))
NUMBERS = 40_000  # that the model of train_digits may keep
PIECE = 12  # pixels of a side
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)
Shortcut = Callable[[Tensor, Tensor, Tensor], Tensor]  # images, their labels, others → labels of these


def most_frequent(_images: Tensor, labels: Tensor, asked: Tensor) -> Tensor:
    """A constant."""
    return labels.mode().values.repeat(len(asked))


def looked_up(images: Tensor, labels: Tensor, asked: Tensor) -> Tensor:
    """A table: the label of the image that is the same, else the most frequent one."""
    known = {image.numpy().tobytes(): label for image, label in zip(images, labels.tolist(), strict=True)}
    other = int(labels.mode().values)
    return torch.tensor([known.get(image.numpy().tobytes(), other) for image in asked])


def nearest(images: Tensor, labels: Tensor, asked: Tensor, seen: Callable[[Tensor], Tensor] = Tensor.double) -> Tensor:
    """The label of the nearest image, by what is `seen` of each."""
    return labels[torch.cdist(seen(asked).flatten(1), seen(images).flatten(1)).argmin(1)]


def within_memory(images: Tensor, labels: Tensor, asked: Tensor, seen: Callable[[Tensor], Tensor]) -> Tensor:
    """The nearest of as many images as the numbers of a network hold, each with its label."""
    count = count_within(seen)
    return nearest(images[:count], labels[:count], asked, seen)


def count_within(seen: Callable[[Tensor], Tensor]) -> int:
    """How many images can be kept, each as what is `seen` of it and a label."""
    return NUMBERS // (seen(torch.zeros(1, 1, 28, 28)).numel() + 1)


def regression(images: Tensor, labels: Tensor, asked: Tensor, seen: Callable[[Tensor], Tensor]) -> Tensor:
    """Ridge regression on what is `seen`; its penalty is the best of five on a quarter that is held back."""
    known, others = seen(images).flatten(1).double(), seen(asked).flatten(1).double()
    mean, spread, held = known.mean(0), known.std(0) + 1e-3, len(known) // 4
    known, others = _with_ones((known - mean) / spread), _with_ones((others - mean) / spread)
    wanted = F.one_hot(labels, int(labels.max()) + 1).double()

    def right(penalty: float) -> float:
        weights = _ridge(known[held:], wanted[held:], penalty)
        return float(((known[:held] @ weights).argmax(1) == labels[:held]).double().mean())

    return (others @ _ridge(known, wanted, max(PENALTIES, key=right))).argmax(1)


def _with_ones(values: Tensor) -> Tensor:
    return torch.cat([values, torch.ones(len(values), 1, dtype=values.dtype)], 1)


def _ridge(values: Tensor, wanted: Tensor, penalty: float) -> Tensor:
    if values.shape[1] > len(values):
        return values.T @ _solved(values @ values.T, wanted, penalty)
    return _solved(values.T @ values, values.T @ wanted, penalty)


def _solved(squares: Tensor, wanted: Tensor, penalty: float) -> Tensor:
    found: Tensor = torch.linalg.solve(squares + penalty * _identity(len(squares)), wanted)
    return found


def _identity(size: int) -> Tensor:
    return torch.eye(size, dtype=torch.float64)


def relief(images: Tensor) -> Tensor:
    """How much brighter each place is than what is around it."""
    return images - F.avg_pool2d(images, 9, 1, 4, count_include_pad=False)


def contrasts(images: Tensor) -> Tensor:
    """The relief in 49 numbers of one length."""
    return F.normalize(F.avg_pool2d(relief(images), 4).flatten(1), dim=1)


def centred(images: Tensor) -> Tensor:
    """What is bright, moved to the middle of the page, in 49 numbers of one length."""
    ink = (relief(images) - 0.08).clamp(min=0)
    middle, places = images.shape[-1] // 2, torch.arange(float(images.shape[-1]))
    total = ink.sum((1, 2, 3)) + 1e-6
    down = ((ink.sum(3)[:, 0] * places).sum(1) / total).round().long()
    right = ((ink.sum(2)[:, 0] * places).sum(1) / total).round().long()
    moves = zip(ink, (middle - down).tolist(), (middle - right).tolist(), strict=True)
    moved = torch.stack([torch.roll(page, (below, beside), (1, 2)) for page, below, beside in moves])
    return F.normalize(F.avg_pool2d(moved, 4).flatten(1), dim=1)


def cut_out(images: Tensor) -> Tensor:
    """Of each relief the square of 12 × 12 in which it is brightest: most of its symbol, (n, 1, 12, 12)."""
    bright = relief(images).clamp(min=0)
    places = F.avg_pool2d(bright, PIECE, 1)
    corners = places.flatten(1).argmax(1).tolist()
    cut = [divmod(corner, places.shape[-1]) for corner in corners]
    pairs = zip(bright, cut, strict=True)
    return torch.stack([page[:, top : top + PIECE, left : left + PIECE] for page, (top, left) in pairs])


def moved_over(images: Tensor, labels: Tensor, asked: Tensor) -> Tensor:
    """The label of the piece that fits best wherever it is moved to; of as many as the numbers of a network hold."""
    count = count_within(cut_out)
    pieces = cut_out(images[:count])
    kernels = F.normalize((pieces - pieces.mean((1, 2, 3), keepdim=True)).flatten(1), dim=1).view_as(pieces)
    fits = [F.conv2d(some, kernels, padding=PIECE // 2).amax((2, 3)) for some in relief(asked).split(50)]
    return labels[torch.cat(fits).argmax(1)]


def waves(images: Tensor) -> Tensor:
    """How strong each wave is, wherever it begins: a Fourier transform without its phases."""
    strengths: Tensor = torch.fft.rfft2(relief(images)).abs()
    return strengths.log1p()


def random_kernels(images: Tensor, count: int = 128, size: int = 7) -> Tensor:
    """Largest value and mean of so many convolutions with kernels that chance has drawn."""
    kernels = torch.randn(count, 1, size, size, generator=torch.Generator().manual_seed(0))
    maps = F.conv2d(images, kernels - kernels.mean((2, 3), keepdim=True), padding=size // 2).relu()
    return torch.cat([maps.amax((2, 3)), maps.mean((2, 3))], 1)


PIXEL_BY_PIXEL: Mapping[str, Shortcut] = {
    "always the same": most_frequent,
    "a table": looked_up,
    "the nearest of all 1,200 images": nearest,
    "a regression on pixels": partial(regression, seen=Tensor.double),
}
BY_HAND: Mapping[str, Shortcut] = {
    "the nearest of 800, by contrasts in 49 numbers": partial(within_memory, seen=contrasts),
    "the nearest of 800, moved to the middle first": partial(within_memory, seen=centred),
}
MOVED: Mapping[str, Shortcut] = {"the best fit of 275 pieces of 12 × 12, moved over the page": moved_over}
WAVES: Mapping[str, Shortcut] = {"a regression on the strengths of waves": partial(regression, seen=waves)}
KERNELS: Mapping[str, Shortcut] = {
    "a regression on 128 random kernels, each at its largest": partial(regression, seen=random_kernels),
}
ALL = {**PIXEL_BY_PIXEL, **BY_HAND, **MOVED, **WAVES, **KERNELS}


def script_of(secret: str) -> tuple[Tensor, Tensor]:
    """What the gate of `train_digits` gives and asks with this secret: 1,200 images to learn from, and 600 others."""
    held_out = load_module(ROOT / "solutions" / "held_out.py")
    images, labels = held_out.invented_script(Cases(seed_of(secret, "a gate")).rng, 1800)
    return images, labels


def read(shortcut: Shortcut, secret: str) -> float:
    """The share that it reads of the 600 others."""
    images, labels = script_of(secret)
    said = shortcut(images[:1200], labels[:1200], images[1200:])
    return float((said == labels[1200:]).double().mean())


def passes(least: float, most: float, gate: float) -> str:
    """Whether what reads so much passes a gate."""
    return "yes" if least >= gate else "no" if most < gate else "by chance"


def table() -> str:
    """Mean, least and most of each shortcut over the secrets, beside the gate, in Markdown."""
    gate = load_course(ROOT).assignment("a4_trainer").thresholds["script"]
    lines = ["| without training a network | reads on average | least | most | passes |", "|---|---:|---:|---:|---|"]
    for name, shortcut in ALL.items():
        found = [read(shortcut, secret) for secret in SECRETS]
        figures = f"{fmean(found):.2f} | {min(found):.2f} | {max(found):.2f}"
        lines.append(f"| {name} | {figures} | {passes(min(found), max(found), gate.at_least)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.stdout.write(table() + "\n")
