"""The full data sets of the lecture, read from CNNKIT_DATA, in this project's layout or in torchvision's.

The course does not need them. Images are (N, 1, 28, 28) float32 in [0, 1], labels (N,) int64. A missing file raises
NoData, a broken one BadData; both say where it was looked for and what to do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cnnkit.data.folders import AGAIN, BadData, NoData, Pixels, find, read_idx, read_rows, root

Labelled = tuple[Tensor, Tensor]
ONLINE = "With a network connection, download=True fetches it; or set CNNKIT_DATA to the folder that contains it."
BY_HAND = "Download it from {} and set CNNKIT_DATA to the folder that contains it."


def mnist(train: bool = True, download: bool = False) -> Labelled:
    """MNIST's 60,000 training or 10,000 test digits, from mnist/ or MNIST/raw/."""
    return _idx_pair("MNIST", ("mnist", "MNIST/raw"), "train" if train else "t10k", download)


def fashion_mnist(train: bool = True, download: bool = False) -> Labelled:
    """Fashion-MNIST's 60,000 training or 10,000 test pictures, from fashion-mnist/ or FashionMNIST/raw/."""
    return _idx_pair("FashionMNIST", ("fashion-mnist", "FashionMNIST/raw"), "train" if train else "t10k", download)


def emnist_letters(train: bool = True, download: bool = False) -> Labelled:
    """EMNIST's 124,800 training or 20,800 test letters, upright, 0 for a; from emnist/ or EMNIST/raw/."""
    prefix = f"emnist-letters-{'train' if train else 'test'}"
    images, labels = _idx_pair("EMNIST", ("emnist", "EMNIST/raw"), prefix, download)
    return images.transpose(2, 3).contiguous(), labels - 1  # the files hold every picture transposed, and 1 for a


def sign_language(train: bool = True) -> Labelled:
    """Kaggle's Sign Language MNIST, 27,455 or 7,172 pictures, from sign-language-mnist/sign_mnist_train.csv."""
    name = f"sign_mnist_{'train' if train else 'test'}"
    places = [f"sign-language-mnist/{name}.csv", f"sign-language-mnist/{name}/{name}.csv"]
    path = find(places, BY_HAND.format("kaggle.com/datasets/datamunge/sign-language-mnist"))
    columns = ["label", *(f"pixel{number}" for number in range(1, 785))]
    try:
        rows = [bytes(int(row[column]) for column in columns) for row in read_rows(path, columns)]
    except ValueError as error:
        raise error if isinstance(error, BadData) else BadData(f"A bad value: {error}.\n  {path}\n  {AGAIN}") from error
    table = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 785)
    return _scaled(table[:, 1:].reshape(-1, 28, 28)), torch.tensor(table[:, 0], dtype=torch.int64)


def quickdraw(most: int = 10_000) -> tuple[Tensor, Tensor, list[str]]:
    """The first drawings of every class of Google's Quick, Draw!: images, labels, class names.

    From quickdraw/NAME.npy, the project's numpy bitmaps (N, 784); classes in alphabetical order.
    """
    folder = find(["quickdraw"], BY_HAND.format("github.com/googlecreativelab/quickdraw-dataset"))
    paths = sorted(folder.glob("*.npy"), key=_class_name)
    if not paths:
        raise NoData(f"No drawings found.\n  Looked for {folder / '*.npy'}\n  Put some classes' numpy bitmaps there.")
    drawings = [_bitmaps(path)[:most] for path in paths]
    labels = torch.repeat_interleave(torch.arange(len(paths)), torch.tensor([len(part) for part in drawings]))
    return _scaled(np.concatenate(drawings).reshape(-1, 28, 28)), labels, [_class_name(path) for path in paths]


def histopathology() -> list[tuple[Path, int]]:
    """Kaggle's Histopathologic Cancer Detection: paths of the 96×96 .tif patches and labels, in the order of the file.

    From histopathologic-cancer-detection/train_labels.csv and train/.
    """
    remedy = BY_HAND.format("kaggle.com/c/histopathologic-cancer-detection")
    table = find(["histopathologic-cancer-detection/train_labels.csv"], remedy)
    rows = [(table.parent / "train" / f"{row['id']}.tif", row["label"]) for row in read_rows(table, ["id", "label"])]
    for path, label in rows:
        if label not in ("0", "1"):
            raise BadData(f"Label {label!r} is neither 0 nor 1.\n  {table}\n  {AGAIN}")
        if not path.is_file():
            raise NoData(f"A patch is missing.\n  Looked for {path}\n  {remedy}")
    return [(path, int(label)) for path, label in rows]


def spanish_names() -> list[tuple[str, int]]:
    """The 49,340 Spanish given names of the lecture as (name, label), label 1 for female; men first.

    Lower case, `_` for a space, every row once. NA is a name. From spanish-names/male_names.csv, female_names.csv.
    """
    remedy = BY_HAND.format("github.com/jvalhondo/spanish-names-surnames")
    rows: dict[tuple[str, int], None] = {}
    for label, gender in enumerate(("male", "female")):
        path = find([f"spanish-names/{gender}_names.csv", f"spanish-{gender}-names.csv"], remedy)
        rows |= dict.fromkeys((row["name"].replace(" ", "_").lower(), label) for row in read_rows(path, ["name"]))
    return list(rows)


def _idx_pair(name: str, folders: tuple[str, ...], prefix: str, download: bool) -> Labelled:
    """Images and labels of two IDX files that belong together."""
    if download:
        _download(name)
    paths = [
        find([f"{folder}/{prefix}-{kind}-ubyte" for folder in folders], ONLINE)
        for kind in ("images-idx3", "labels-idx1")
    ]
    images, labels = read_idx(paths[0], axes=3), read_idx(paths[1], axes=1)
    if images.shape != (len(labels), 28, 28):
        wanted = f"({len(labels)}, 28, 28), one per label of {paths[1].name}. Delete both and download them again."
        raise BadData(f"The images have shape {images.shape}.\n  {paths[0]}\n  Expected {wanted}")
    return _scaled(images), torch.tensor(labels, dtype=torch.int64)


def _download(name: str) -> None:
    """Let torchvision put a data set below the root; it verifies checksums and keeps what is there."""
    try:
        import torchvision
    except ImportError as error:
        raise NoData(
            "The data is downloaded through torchvision.\n  It is not installed.\n  Run: pip install torchvision"
        ) from error
    folder = root()
    folder.mkdir(parents=True, exist_ok=True)
    options = {"split": "letters"} if name == "EMNIST" else {}
    try:
        getattr(torchvision.datasets, name)(str(folder), download=True, **options)
    except (OSError, RuntimeError) as error:  # no network, a full disk, a wrong checksum
        raise NoData(
            f"{name} could not be downloaded: {error}.\n  to {folder}\n  Check the network connection and try again."
        ) from error


def _scaled(pixels: Pixels) -> Tensor:
    """(N, 28, 28) bytes → (N, 1, 28, 28) float32 in [0, 1]."""
    return torch.tensor(pixels, dtype=torch.float32)[:, None] / 255


def _class_name(path: Path) -> str:
    return path.stem.removeprefix("full_numpy_bitmap_")


def _bitmaps(path: Path) -> Pixels:
    try:
        drawings: Pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise BadData(f"This .npy file is corrupt: {error}.\n  {path}\n  {AGAIN}") from error
    if drawings.ndim != 2 or drawings.shape[1] != 784 or drawings.dtype != np.uint8:
        raise BadData(f"This is {drawings.dtype} of shape {drawings.shape}.\n  {path}\n  Expected uint8, (N, 784).")
    return drawings
