"""What the full data sets hold beyond the public part that ships with cnnkit. The grader's side only.

A suite sends these inputs into the box and scores what comes out; labels stay here. An assignment that uses one of them
lists its files and folders in `SOURCES` under [hidden] in its assignment.toml, so that they read as empty in the box.
"""

from __future__ import annotations

import importlib
import unicodedata
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cnnkit import data

LOCALES = ("es_ES", "es_MX", "es_CO", "es_CL", "es_AR")
SOURCES = {
    "digits": ("sklearn/datasets/data/digits.csv.gz",),
    "names": ("faker",),  # all of it: names of other countries help too
    "slide": ("skimage/data/ihc.png",),
}  # relative to site-packages

Pixels = npt.NDArray[np.uint8]


def hidden_digits() -> tuple[torch.Tensor, torch.Tensor]:
    """599 handwritten digits as `cnnkit.data.digits` gives the others: (599, 1, 28, 28) float32, labels int64."""
    pixels, labels = split_digits(hidden=True)
    return data.enlarged(pixels), torch.tensor(labels, dtype=torch.int64)


def hidden_names() -> list[tuple[str, int]]:
    """About a third of the Spanish given names, (name, 1 for female), none of them in `cnnkit.data.names`."""
    return [(name, int(gender == "F")) for name, gender in split_names(hidden=True)]


def hidden_slide() -> Pixels:
    """The right third of the slide, uint8 (512, 171, 3); for `cnnkit.data.patches`."""
    return split_slide(hidden=True)


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
