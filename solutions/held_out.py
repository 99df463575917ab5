"""Data that nobody has seen: invented anew from the course's secret, for the gates. The grader's side only.

Public data can be learnt by heart, their hidden part too, and a table of them needs no network. What is drawn from
`cases.rng` exists in no file. A suite sends inputs into the box and scores what comes out; their labels stay here.
"""

from __future__ import annotations

import importlib
import itertools
import unicodedata
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

SIDE, SYMBOLS = 28, 10
HALF, REACH = 4.5, 7.0  # pixels: half of a symbol each way, and how far its middle lies from that of the page
CENTRE = 32  # pixels of a patch, each way, that its label is about
CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"
LOCALES = ("es_ES", "es_MX", "es_CO", "es_CL", "es_AR")

Pixels = npt.NDArray[np.uint8]


def invented_script(
    rng: np.random.Generator, count: int, paper: float = 0.4, crumbs: int = 4
) -> tuple[torch.Tensor, torch.Tensor]:
    """A script of ten symbols, written so often: images (count, 1, 28, 28) float32 in [0, 1], labels int64.

    A symbol is three strokes between points of a 3 × 3 grid. It is turned, stretched, and put anywhere on the page, in
    ink of any strength, among `crumbs`: short strokes that belong to no symbol. `paper` is how uneven its brightness
    is. So who compares pixel by pixel rarely finds the same symbol at the same place; a convolution goes along with it.
    """
    labels = rng.permutation(np.arange(count) % SYMBOLS)
    strokes = torch.cat([_by_hand(_script(rng)[labels], rng), _strewn(rng, count, crumbs)], dim=1)
    ink = _drawn(strokes) * _floats(rng.uniform(0.5, 1, (count, 1, 1)))
    slope = _floats(rng.uniform(-1, 1, (count, 2, 1))) * torch.linspace(-0.5, 0.5, SIDE)
    light = _floats(rng.uniform(0, 1, (count, 1, 1))) + slope[:, 0, :, None] + slope[:, 1, None, :]
    grain = torch.from_numpy(rng.standard_normal((count, SIDE, SIDE), dtype=np.float32))
    images = ink * (1 - paper / 2) + paper * light + 0.05 * grain
    return images.clamp(0, 1)[:, None], torch.from_numpy(labels)


def _script(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """The strokes of each symbol, (10, 3, start and end, y and x) in [-1, 1]; no two symbols share two strokes."""
    paths: list[npt.NDArray[np.int64]] = []
    known: list[set[frozenset[int]]] = []
    while len(paths) < SYMBOLS:
        path = rng.permutation(9)[:4]
        strokes = {frozenset(pair) for pair in itertools.pairwise(path.tolist())}
        if all(len(strokes & others) < 2 for others in known):
            paths.append(path)
            known.append(strokes)
    joints = np.stack(np.divmod(np.stack(paths), 3), axis=-1) - 1.0
    return np.stack([joints[:, :-1], joints[:, 1:]], axis=2)


def _by_hand(strokes: npt.NDArray[np.float64], rng: np.random.Generator) -> torch.Tensor:
    """Where the strokes (N, 3, 2, 2) are on the page when somebody writes them, in pixels."""
    count = len(strokes)
    angle = np.deg2rad(rng.uniform(-10, 10, (count, 1, 1)))
    y, x = np.moveaxis(strokes, -1, 0)
    turned = np.stack([y * np.cos(angle) - x * np.sin(angle), y * np.sin(angle) + x * np.cos(angle)], axis=-1)
    placed = turned * HALF * rng.uniform(0.8, 1.15, (count, 1, 1, 1)) + rng.uniform(-REACH, REACH, (count, 1, 1, 2))
    return _floats(placed + rng.normal(0, 0.4, placed.shape)) + (SIDE - 1) / 2


def _strewn(rng: np.random.Generator, count: int, each: int) -> torch.Tensor:
    """Short strokes anywhere on each page, (count, each, start and end, y and x) in pixels."""
    start, way = rng.uniform(0, SIDE, (count, each, 2)), rng.uniform(0, 2 * np.pi, (count, each, 1))
    length = HALF * rng.uniform(0.4, 0.9, (count, each, 1))
    end = start + length * np.concatenate([np.cos(way), np.sin(way)], axis=2)
    return _floats(np.stack([start, end], axis=2))


def _drawn(strokes: torch.Tensor) -> torch.Tensor:
    """Ink in [0, 1] on each page, (N, 28, 28): full on a stroke, none a pixel and a half away from all of them."""
    grid = torch.arange(float(SIDE))
    nearest = torch.full((len(strokes), SIDE, SIDE), torch.inf)
    for stroke in strokes.unbind(1):
        start, along = stroke[:, 0, :, None, None], (stroke[:, 1] - stroke[:, 0])[..., None, None]
        down, right = grid[:, None] - start[:, 0], grid - start[:, 1]
        part = (down * along[:, 0] + right * along[:, 1]).div_(along.square().sum(1).clamp_min(1e-3)).clamp_(0, 1)
        squares = (down - part * along[:, 0]).square_() + (right - part * along[:, 1]).square_()
        nearest = torch.minimum(nearest, squares)
    return (1.6 - nearest.sqrt_() / 0.9).clamp_(0, 1)


def _floats(values: npt.NDArray[np.float64]) -> torch.Tensor:
    return torch.from_numpy(values).float()


def invented_tissue(rng: np.random.Generator, count: int, size: int = 48) -> tuple[torch.Tensor, torch.Tensor]:
    """Patches of an invented tissue: uint8 (count, 3, size, size), labels int64; half have the label 1.

    The tissue has wide cells and narrow ones, stained alike. The label is 1 where one of the two kinds, which differs
    from tissue to tissue, covers clearly more than half of the middle 32 × 32 pixels, and 0 where it covers clearly
    less. Cells lie anywhere, stain and light differ from patch to patch: no colour and no pixel says anything.
    """
    labels = rng.permutation(np.arange(count) % 2)
    first, second = rng.permutation([rng.uniform(3, 3.6), rng.uniform(6, 7.5)])  # pixels from cell to cell
    share = np.where(labels, rng.uniform(0.65, 1, count), rng.uniform(0, 0.35, count))
    of_first = _covering(_grown(rng, count, size, CENTRE), share)
    cells = torch.where(of_first, _grown(rng, count, size, first), _grown(rng, count, size, second))
    amount = torch.sigmoid(4 * cells) * _floats(rng.uniform(0.5, 1.3, (count, 1, 1)))
    slope = _floats(rng.uniform(-0.2, 0.2, (count, 2, 1))) * torch.linspace(-1, 1, size)
    light = _floats(rng.uniform(0.7, 1, (count, 1, 1))) + slope[:, 0, :, None] + slope[:, 1, None, :]
    light = light + 0.05 * _noise(rng, count, size)
    paper, stain = _floats(rng.uniform(0.75, 1, (3, 1, 1))), _floats(3 * rng.dirichlet((2, 2, 2)))[:, None, None]
    images = light[:, None] * paper * torch.exp(-amount[:, None] * stain)
    return (images.clamp(0, 1) * 255).to(torch.uint8), torch.from_numpy(labels)


def _covering(field: torch.Tensor, share: npt.NDArray[np.float64]) -> torch.Tensor:
    """Where each field (N, S, S) is large enough to cover that share of the middle."""
    edge = (field.shape[-1] - CENTRE) // 2
    middle = field[:, edge : edge + CENTRE, edge : edge + CENTRE].flatten(1).sort(descending=True).values
    last = (_floats(share) * (CENTRE * CENTRE - 1)).round().long()
    return field >= middle.gather(1, last[:, None])[..., None]


def _grown(rng: np.random.Generator, count: int, size: int, width: float) -> torch.Tensor:
    """Cells of about this width, (N, S, S), positive inside of them: noise without all finer and coarser waves."""
    waves = torch.fft.rfft2(_noise(rng, count, size))
    frequency = torch.hypot(torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size))
    field = torch.fft.irfft2(waves * torch.exp(-8 * (frequency * width - 1).square()), s=(size, size))
    spread: torch.Tensor = field.std((1, 2), keepdim=True)
    return field / spread


def _noise(rng: np.random.Generator, count: int, size: int) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal((count, size, size), dtype=np.float32))


def invented_names(rng: np.random.Generator, count: int) -> list[tuple[str, int]]:
    """Names of an invented language, (name, label), all different, in random order; half have the label 1.

    Consonants and vowels take turns. The label is 1 where one of four syllables, such as "tak", is anywhere in the
    name: its first and last letters, its length, and the names most like it say little.
    """
    marks = _syllables(rng, 4)
    names: dict[str, int] = {}
    while len(names) < count:
        name, label = _name(rng), len(names) % 2
        if label:
            at = int(rng.integers(0, len(name) - 2))
            name = name[:at] + marks[rng.integers(len(marks))] + name[at + 3 :]
        if any(mark in name for mark in marks) == bool(label):
            names.setdefault(name, label)
    rows = list(names.items())
    return [rows[place] for place in rng.permutation(count)]


def _syllables(rng: np.random.Generator, count: int) -> list[str]:
    """Different ones: consonant, vowel, consonant."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(letters[rng.integers(len(letters))] for letters in (CONSONANTS, VOWELS, CONSONANTS))] = None
    return list(found)


def _name(rng: np.random.Generator) -> str:
    """Seven to twelve letters, consonants and vowels in turn."""
    first, length = int(rng.integers(2)), int(rng.integers(7, 13))
    turns = [(CONSONANTS, VOWELS)[(place + first) % 2] for place in range(length)]
    return "".join(letters[rng.integers(len(letters))] for letters in turns)


def split_digits(hidden: bool) -> tuple[Pixels, Pixels]:
    """scikit-learn's digits, (N, 8, 8) with values 0 to 16, and labels: ordered by label, every third is hidden."""
    from sklearn.datasets import load_digits

    full = load_digits()
    chosen = np.zeros(len(full.target), dtype=bool)
    chosen[np.argsort(full.target, kind="stable")[2::3]] = True
    chosen = chosen if hidden else ~chosen
    return full.images[chosen].astype(np.uint8), full.target[chosen].astype(np.uint8)


def split_names(hidden: bool) -> list[tuple[str, str]]:
    """Faker's given names of five Spanish locales as (name, "M" or "F"), men first, in alphabetical order.

    Hidden is a name whose CRC-32 is divisible by 3: both rows of a name for both stay on one side, and a later Faker
    moves none to the other side.
    """
    providers = [importlib.import_module(f"faker.providers.person.{locale}").Provider for locale in LOCALES]
    rows = {(normal(name), "M") for provider in providers for name in provider.first_names_male}
    rows |= {(normal(name), "F") for provider in providers for name in provider.first_names_female}
    chosen = [row for row in rows if (zlib.crc32(row[0].encode()) % 3 == 0) == hidden]
    return sorted(chosen, key=lambda row: (row[1] == "F", row[0]))


def split_slide(hidden: bool) -> Pixels:
    """scikit-image's stained slide, cut at two thirds of its width: left is public, right is hidden."""
    from skimage.data import immunohistochemistry

    full: Any = immunohistochemistry()
    cut = full.shape[1] * 2 // 3
    return np.ascontiguousarray(full[:, cut:] if hidden else full[:, :cut])


def normal(name: str) -> str:
    """As the course's first names are written: small letters, `_` for a space, no accents; ñ and ç stay letters."""
    kept = "\u0303\u0327"  # tilde and cedilla
    parts = unicodedata.normalize("NFD", name.lower().replace(" ", "_"))
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c) or c in kept))
