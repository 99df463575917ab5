"""Hidden checks of the exercise `patch_dataset`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference
import torch
from torchvision import models  # noqa: F401  (a second, once here and not in each replay of resnet18_without_numbers)

from autograder.judge import check, expect


def pixels(cases: Any, *shape: int) -> np.ndarray:
    """Random uint8 pixels."""
    return cases.integers(*shape, low=0, high=255).numpy().astype(np.uint8)


def item_of(dataset: Any, index: int) -> Any:
    """By its index."""
    return dataset[index]


def everything_in(dataset: Any) -> list[tuple[Any, Any]]:
    """By a for loop, at most ten items."""
    found = []
    for item in dataset:
        found.append(item)
        if len(found) == 10:
            break
    return found


def items_of_files(dataset_class: Any, arrays: list[Any], kinds: list[str], wanted: list[int], as_path: bool) -> Any:
    """Writes the arrays as PNG files of these kinds, but only those that are asked for, after the data set was made."""
    import contextlib
    import pathlib
    import tempfile

    from PIL import Image

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # so that errors name no random folder
        paths = [pathlib.Path(f"patch {number}.png") for number in range(len(arrays))]
        dataset = dataset_class([path if as_path else str(path) for path in paths], list(range(10, 10 + len(arrays))))
        for number in wanted:
            Image.fromarray(arrays[number]).convert(kinds[number]).save(paths[number])
        return [len(dataset), *[dataset[number] for number in wanted]]


def counting_data(dataset_class: Any, images: list[Any], labels: list[Any]) -> list[Any]:
    """Items under a transform that counts its calls and writes into what it gets; then the counts."""
    calls = []

    def change(x):
        calls.append((str(x.dtype), float(x.max())))
        return x.add_(len(calls))

    dataset = dataset_class(images, labels, transform=change)
    found = [dataset[1], dataset[1], dataset[0], dataset[1]]
    return [*found, len(calls), calls]


def one_batch(dataset_class: Any, images: list[Any], labels: Any) -> Any:
    """What a DataLoader makes of the data set."""
    return [list(batch) for batch in torch.utils.data.DataLoader(dataset_class(images, labels), batch_size=2)]


@check(weight=2, quote="image: float32 (3, H, W) in [0, 1], red first.")
def test_dataset_items(student, cases):
    """PatchDataset gives each patch as float32 (3, H, W) from 0 to 1, with its label"""
    images, labels = [pixels(cases, 5, 7, 3), pixels(cases, 6, 4, 3), pixels(cases, 3, 3, 3)], [4, 1, 0]
    dataset, right = student.PatchDataset(images, labels), reference.PatchDataset(images, labels)
    for index in (1, 0, 2):
        expect(dataset[index]).to_match(right[index], rtol=1e-6)


@check(
    quote=(
        "len(dataset) is the number of patches.",
        "dataset[-1] is the last one, as in a list, and an index beyond the ends raises IndexError.",
    )
)
def test_dataset_ends(student, cases):
    """PatchDataset knows its length and raises IndexError after the last patch, so that a for loop ends"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    dataset, inside = student.PatchDataset(images, [7, 8, 9]), student.beside(everything_in, item_of)
    expect(len(dataset) == 3).to_hold("len() is the number of patches")
    found = expect(inside.everything_in(dataset)).to_be_a(list)
    expect(len(found) == 3).to_hold("a for loop over three patches sees three")
    expect(dataset[-1]).to_match(reference.PatchDataset(images, [7, 8, 9])[2], rtol=1e-6)
    for index in (3, 4, -4):
        expect(lambda index=index: inside.item_of(dataset, index)).to_raise(IndexError)


@check(weight=1.5, quote=("images: a list of files (str or Path)", "in [0, 1], red first"))
def test_dataset_files(student, cases):
    """PatchDataset opens image files, given as text or as Path, and has red first, then green, then blue"""
    inside = student.beside(items_of_files)
    arrays = [pixels(cases, 4, 6, 3), pixels(cases, 3, 5, 3)]
    arrays[0][:, :3] = (255, 0, 0)
    right = reference.PatchDataset(arrays, [10, 11])
    for as_path in (True, False):
        found = inside.items_of_files(student.PatchDataset, arrays, ["RGB", "RGB"], [0, 1], as_path)
        expect(found).to_match([2, right[0], right[1]], rtol=1e-6)


@check(quote="Gray files and files with transparency have three channels as well.")
def test_dataset_kinds_of_files(student, cases):
    """PatchDataset makes three channels of gray files and of files with transparency"""
    arrays = [pixels(cases, 4, 6), pixels(cases, 3, 5, 4)]
    found = student.beside(items_of_files)(student.PatchDataset, arrays, ["L", "RGBA"], [0, 1], True)
    right = reference.PatchDataset([np.stack([arrays[0]] * 3, 2), arrays[1][:, :, :3]], [10, 11])
    expect(found).to_match([2, right[0], right[1]], rtol=1e-6)


@check(quote="A file is opened when its item is asked for, not before.")
def test_dataset_is_lazy(student, cases):
    """PatchDataset opens a file when it is asked for that patch, not before, and no other file"""
    arrays = [pixels(cases, 4, 6, 3) for _ in range(4)]
    kinds = ["RGB"] * 4
    found = student.beside(items_of_files)(student.PatchDataset, arrays, kinds, [2], True)
    expect(found).to_match([4, reference.PatchDataset(arrays, range(10, 14))[2]], rtol=1e-6)


@check(weight=1.5, quote="gets the image (the tensor) each time the item is asked for; what it gives is the image.")
def test_dataset_transforms(student, cases):
    """PatchDataset gives the image, not the label, to the transform: once each time the patch is asked for, afresh"""
    inside = student.beside(counting_data)
    images = [pixels(cases, 4, 5, 3), pixels(cases, 3, 6, 3)]
    found = inside.counting_data(student.PatchDataset, images, [3, 5])
    expect(found).to_match(counting_data(reference.PatchDataset, images, [3, 5]), rtol=1e-6)


def items_and_images_after(dataset_class: Any, images: list[Any], labels: list[Any]) -> list[Any]:
    """Items whose transform paints them black, and the images afterwards."""
    dataset = dataset_class(images, labels, lambda x: x.zero_())
    first = [dataset[0], dataset[1]]
    return [*first, *images, dataset_class(images, labels)[0]]


@check(quote="The arrays in `images` never change, whatever the transform does.")
def test_dataset_leaves_images_alone(student, cases):
    """PatchDataset never changes the images that it was given, whatever the transform does"""
    images = [pixels(cases, 4, 5, 3), pixels(cases, 3, 6, 3)]
    found = student.beside(items_and_images_after)(student.PatchDataset, images, [3, 5])
    expect(found).to_match(items_and_images_after(reference.PatchDataset, [image.copy() for image in images], [3, 5]))


@check(
    quote=(
        "labels: a list, an array or a tensor of as many whole numbers.",
        "label: a plain int.",
    )
)
def test_dataset_labels(student, cases):
    """PatchDataset gives labels as plain ints, from a list, a tensor or an array, ready for a DataLoader"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    for labels in (torch.tensor([2, 0, 1]), np.array([0, 3, 1]), [1, 0, 2]):
        dataset = student.on_cpu.PatchDataset(images, labels)
        expect(dataset[1][1]).to_be_a(int)
        expect(dataset[1][1]).to_equal(int(labels[1]))
    found = student.beside(one_batch)(student.PatchDataset, images, [2, 0, 1])
    expect(found).to_match(one_batch(reference.PatchDataset, images, [2, 0, 1]), rtol=1e-6)


@check(
    weight=0.5,
    quote="as many whole numbers. Otherwise ValueError, already when the data set is made.",
)
def test_dataset_refuses(student, cases):
    """PatchDataset raises ValueError, already when it is made, when there are more images than labels or fewer"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    expect(len(student.PatchDataset(images, [1, 0, 1])) == 3).to_hold("three images with three labels are taken")
    for labels in ([1, 0], [1, 0, 1, 0], []):
        expect(lambda labels=labels: student.PatchDataset(images, labels)).to_raise(ValueError)
