"""The full data sets, found below CNNKIT_DATA: small files made here, in every layout, whole and broken."""

from __future__ import annotations

import gzip
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnkit import data
from cnnkit.data import datasets
from cnnkit.data.folders import BadData, NoData

PIXELS = np.arange(3 * 784, dtype=np.uint8).reshape(3, 28, 28)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path))
    return tmp_path


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def put_pair(folder: Path, prefix: str = "train", ending: str = "", labels: tuple[int, ...] = (5, 0, 9)) -> None:
    put(folder / f"{prefix}-images-idx3-ubyte{ending}", idx(PIXELS))
    put(folder / f"{prefix}-labels-idx1-ubyte{ending}", idx(np.array(labels)))


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(("load", "folder"), [(data.mnist, "mnist"), (data.fashion_mnist, "FashionMNIST/raw")])
def test_digits_and_clothes_are_read(root, load, folder, ending):
    put_pair(root / folder, ending=ending)
    images, labels = load()
    assert torch.equal(images, torch.tensor(PIXELS)[:, None] / 255)
    assert labels.tolist() == [5, 0, 9]


def test_the_test_part_is_another_pair(root):
    put_pair(root / "MNIST" / "raw", prefix="t10k", labels=(1, 2, 3))
    assert data.mnist(train=False)[1].tolist() == [1, 2, 3]
    with pytest.raises(NoData, match="train-images"):
        data.mnist()


def test_letters_are_turned_upright(root):
    put_pair(root / "EMNIST" / "raw", prefix="emnist-letters-train", labels=(1, 26, 2))
    images, labels = data.emnist_letters()
    assert torch.equal(images[:, 0], torch.tensor(PIXELS).transpose(1, 2) / 255)
    assert labels.tolist() == [0, 25, 1]


def test_every_place_that_was_searched_is_named(root):
    with pytest.raises(NoData) as caught:
        data.mnist()
    message = str(caught.value)
    assert str(root / "mnist" / "train-images-idx3-ubyte") in message
    assert str(root / "MNIST" / "raw" / "train-images-idx3-ubyte") in message
    assert "download=True" in message


def test_a_root_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNKIT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(NoData, match="nowhere"):
        data.mnist()


def test_without_a_setting_the_home_folder_is_searched(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNKIT_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    put_pair(tmp_path / ".cache" / "cnnkit" / "mnist")
    assert len(data.mnist()[0]) == 3


BROKEN = {
    "cut off": (lambda raw: raw[:1000], r"984 values.*Expected: its header says \(3, 28, 28\), which is 2,352"),
    "another kind": (lambda raw: b"<html>" + raw, "starts with 3c 68 74 6d, expected 00 00 08 03"),
    "no more than a header": (lambda raw: raw[:9], "not an IDX file"),
    "empty": (lambda _: b"", "not an IDX file"),
    "too long": (lambda raw: raw + b"x", "2,353 values"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_named_with_what_was_expected(root, kind):
    spoil, expected = BROKEN[kind]
    put_pair(root / "mnist")
    path = root / "mnist" / "train-images-idx3-ubyte"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BadData, match=f"(?s){expected}") as caught:
        data.mnist()
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "spoil", [lambda raw: raw[:-20], lambda raw: raw[:60] + b"\xff" * 40 + raw[100:], lambda _: b"no"]
)
def test_a_broken_gzip_file_is_named(root, spoil):
    put_pair(root / "mnist", ending=".gz")
    path = root / "mnist" / "train-images-idx3-ubyte.gz"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BadData, match="corrupt or truncated") as caught:
        data.mnist()
    assert str(path) in str(caught.value)


def test_a_picture_without_a_label_is_reported(root):
    put_pair(root / "mnist", labels=(5, 0))
    with pytest.raises(BadData, match=r"(?s)shape \(3, 28, 28\).*Expected \(2, 28, 28\)"):
        data.mnist()


def test_names_are_written_as_in_the_lecture(root):
    put(root / "spanish-names" / "male_names.csv", "name,frequency\nJOSE LUIS,3\nNOA,2\nJosé Luis,1\nJOSE LUIS,1\n")
    put(root / "spanish-names" / "female_names.csv", "name,frequency\nNA,3\nBEGOÑA,2\nNOA,1\nD'ÀRC,1\n")
    men = [("jose_luis", 0), ("noa", 0), ("josé_luis", 0)]
    assert data.spanish_names() == [*men, ("na", 1), ("begoña", 1), ("noa", 1), ("d'àrc", 1)]


def test_the_lecture_s_own_file_names_do_too(root):
    for gender in ("male", "female"):
        put(root / f"spanish-{gender}-names.csv", f"name\n{gender}\n")
    assert data.spanish_names() == [("male", 0), ("female", 1)]


TABLES = {
    "frequency\n3\n": "Column 'name' is missing",
    "name\n": "no rows",
    "": "Column 'name' is missing",
    "age,name\n3,ANA\n4\n": "Line 3 is incomplete",
    b"name\nBEGO\xd1A\n": "not UTF-8 text",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_broken_table_is_named(root, table):
    path = put(root / "spanish-names" / "male_names.csv", table)
    put(root / "spanish-names" / "female_names.csv", "name\nANA\n")
    with pytest.raises(BadData, match=TABLES[table]) as caught:
        data.spanish_names()
    assert str(path) in str(caught.value)


HEAD = ",".join(["label", *(f"pixel{number}" for number in range(1, 785))])


def test_signs_are_read(root):
    rows = [
        f"{label},{','.join(map(str, picture.flatten()))}" for label, picture in zip((24, 3, 0), PIXELS, strict=True)
    ]
    put(root / "sign-language-mnist" / "sign_mnist_train.csv", "\n".join([HEAD, *rows]))
    images, labels = data.sign_language()
    assert torch.equal(images, torch.tensor(PIXELS)[:, None] / 255)
    assert labels.tolist() == [24, 3, 0]


@pytest.mark.parametrize(("value", "expected"), [("x", "'x'"), ("256", "range"), ("-1", "range")])
def test_a_sign_with_a_bad_pixel_is_reported(root, value, expected):
    put(root / "sign-language-mnist" / "sign_mnist_test.csv", f"{HEAD}\n3{',0' * 783},{value}\n")
    with pytest.raises(BadData, match=f"A bad value: .*{expected}"):
        data.sign_language(train=False)


def test_drawings_come_in_alphabetical_order(root):
    (root / "quickdraw").mkdir()
    np.save(root / "quickdraw" / "full_numpy_bitmap_zebra.npy", PIXELS.reshape(3, 784))
    np.save(root / "quickdraw" / "cat.npy", PIXELS.reshape(3, 784)[:1])
    images, labels, classes = data.quickdraw(most=2)
    assert torch.equal(images[:, 0] * 255, torch.tensor(PIXELS[[0, 0, 1]]).float())
    assert (labels.tolist(), classes) == ([0, 1, 1], ["cat", "zebra"])


@pytest.mark.parametrize("drawings", [np.zeros((3, 28, 28), np.uint8), np.zeros((3, 784)), np.array([{}])])
def test_other_drawings_are_refused(root, drawings):
    (root / "quickdraw").mkdir()
    np.save(root / "quickdraw" / "cat.npy", drawings, allow_pickle=True)
    with pytest.raises(BadData, match=r"cat\.npy"):
        data.quickdraw()


def test_a_folder_without_drawings_is_reported(root):
    (root / "quickdraw").mkdir()
    with pytest.raises(NoData, match="numpy bitmaps"):
        data.quickdraw()


def test_patches_are_listed_with_their_labels(root):
    folder = root / "histopathologic-cancer-detection"
    put(folder / "train_labels.csv", "id,label\nb2,1\na1,0\n")
    paths = [put(folder / "train" / f"{name}.tif", b"II*") for name in ("b2", "a1")]
    assert data.histopathology() == [(paths[0], 1), (paths[1], 0)]
    paths[1].unlink()
    with pytest.raises(NoData, match=r"a1\.tif"):
        data.histopathology()


def test_a_label_that_is_neither_is_reported(root):
    put(root / "histopathologic-cancer-detection" / "train_labels.csv", "id,label\na1,2\n")
    with pytest.raises(BadData, match="neither 0 nor 1"):
        data.histopathology()


def test_a_download_goes_where_it_is_looked_for(root, monkeypatch):
    import torchvision

    monkeypatch.setattr(torchvision.datasets, "MNIST", lambda place, download: put_pair(Path(place) / "MNIST" / "raw"))
    assert data.mnist(download=True)[1].tolist() == [5, 0, 9]


def test_a_failed_download_says_why(root, monkeypatch):
    import torchvision

    def fail(place, download):
        raise RuntimeError("no route")

    monkeypatch.setattr(torchvision.datasets, "FashionMNIST", fail)
    with pytest.raises(NoData, match=r"(?s)FashionMNIST could not be downloaded: no route.*try again"):
        data.fashion_mnist(download=True)


def test_a_missing_torchvision_is_named(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(NoData, match="pip install torchvision"):
        datasets.emnist_letters(download=True)
