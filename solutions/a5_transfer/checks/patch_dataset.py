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


def files_of(arrays: list[Any], kinds: list[str], wanted: list[int]) -> list[Any]:
    """Writes those of the arrays that are wanted as PNG files of these kinds; the paths of all."""
    import pathlib

    from PIL import Image

    paths = [pathlib.Path(f"patch {number}.png") for number in range(len(arrays))]
    for number in wanted:
        Image.fromarray(arrays[number]).convert(kinds[number]).save(paths[number])
    return paths


def items_of_files(dataset_class: Any, arrays: list[Any], kinds: list[str], labels: list[int], as_path: bool) -> Any:
    """Of a data set of PNG files that exist when it is made."""
    import contextlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # so that errors name no random folder
        paths = files_of(arrays, kinds, list(range(len(arrays))))
        dataset = dataset_class([path if as_path else str(path) for path in paths], labels)
        return [dataset[number] for number in range(len(arrays))]


def pixels_of_files(dataset_class: Any, arrays: list[Any], kinds: list[str], labels: list[int]) -> Any:
    """`pixels_and_labels` of such a data set."""
    items = items_of_files(dataset_class, arrays, kinds, labels, True)
    return pixels_and_labels(items, list(range(len(items))))


def pixels_of_a_late_file(dataset_class: Any, arrays: list[Any], labels: list[int], wanted: int) -> Any:
    """`pixels_and_labels` of the only file that there is, written after the data set was made."""
    import contextlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        dataset = dataset_class(files_of(arrays, [], []), labels)
        files_of(arrays, ["RGB"] * len(arrays), [wanted])
        return pixels_and_labels(dataset, [wanted])


def pixels_and_labels(dataset: Any, wanted: list[int]) -> list[Any]:
    """Items without what one check asks for: all numbers of the image, sorted, as shares of the largest; the label."""
    found = []
    for number in wanted:
        image, label = dataset[number]
        numbers = torch.as_tensor(image).double().flatten()
        found.append([(numbers / numbers.max()).sort().values, label])
    return found


def changes_made(dataset_class: Any, images: list[Any], labels: list[Any], step: int) -> list[Any]:
    """What a transform that adds a step more in each call has changed, in place, against a data set without it."""
    given = []

    def change(x):
        given.append(x.clone())
        return x.add_(len(given) * step)

    plain, dataset, asked = dataset_class(images, labels), dataset_class(images, labels, transform=change), (1, 1, 0, 1)
    found: list[Any] = []
    for number in asked:
        image, label = dataset[number]
        moved = image.double() - plain[number][0].double()
        found.append([float(moved.min()), float(moved.max()), label])
    right = [plain[number][0] for number in asked]
    same = [x.dtype == image.dtype and torch.equal(x, image) for x, image in zip(given, right, strict=False)]
    return [*found, len(given) * step, sum(same) * step]


def one_batch(dataset_class: Any, images: list[Any], labels: Any) -> Any:
    """The first that a DataLoader makes of the data set: the sorted pixels of the images, and the labels."""
    pictures, numbers = next(iter(torch.utils.data.DataLoader(dataset_class(images, labels), batch_size=2)))
    return pixels_and_labels([(pictures, numbers)], [0])


def some_labels(cases: Any, count: int) -> list[int]:
    """Whole numbers, no two alike."""
    return [int(label) for label in cases.rng.permutation(90)[:count]]


@check(weight=2.5, quote="image: float32 (3, H, W) in [0, 1], red first.")
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
    images, labels = [pixels(cases, 4, 5, 3) for _ in range(3)], some_labels(cases, 3)
    dataset, inside = student.PatchDataset(images, labels), student.beside(everything_in, item_of, pixels_and_labels)
    expect(len(dataset) == 3).to_hold("len() is the number of patches")
    found = expect(inside.everything_in(dataset)).to_be_a(list)
    expect(len(found) == 3).to_hold("a for loop over three patches sees three")
    right = pixels_and_labels(reference.PatchDataset(images, labels), [2])
    expect(inside.pixels_and_labels(dataset, [-1])).to_match(right, rtol=1e-6)
    for index in (3, 4, -4):
        expect(lambda index=index: inside.item_of(dataset, index)).to_raise(IndexError)


@check(weight=1.5, quote=("images: a list of files (str or Path)", "in [0, 1], red first"))
def test_dataset_files(student, cases):
    """PatchDataset opens image files, given as text or as Path, and has red first, then green, then blue"""
    inside, labels = student.beside(items_of_files), some_labels(cases, 2)
    arrays = [pixels(cases, 4, 6, 3), pixels(cases, 3, 5, 3)]
    arrays[0][:, :3] = (255, 0, 0)
    right = reference.PatchDataset(arrays, labels)
    for as_path in (True, False):
        found = inside.items_of_files(student.PatchDataset, arrays, ["RGB", "RGB"], labels, as_path)
        expect(found).to_match([right[0], right[1]], rtol=1e-6)


@check(quote="Gray files and files with transparency have three channels as well.")
def test_dataset_kinds_of_files(student, cases):
    """PatchDataset makes three channels of gray files and of files with transparency, also of those that are both"""
    arrays, labels = [pixels(cases, 4, 6), pixels(cases, 3, 5, 4), pixels(cases, 5, 3, 2)], some_labels(cases, 3)
    found = student.beside(pixels_of_files)(student.PatchDataset, arrays, ["L", "RGBA", "LA"], labels)
    grays = [np.stack([gray] * 3, 2) for gray in (arrays[0], arrays[2][:, :, 0])]
    right = reference.PatchDataset([grays[0], arrays[1][:, :, :3], grays[1]], labels)
    expect(found).to_match(pixels_and_labels(right, [0, 1, 2]), rtol=1e-6)


@check(quote="A file is opened when its item is asked for, not before.")
def test_dataset_is_lazy(student, cases):
    """PatchDataset opens a file when it is asked for that patch, not before, and no other file"""
    arrays, labels = [pixels(cases, 4, 6, 3) for _ in range(4)], some_labels(cases, 4)
    wanted = int(cases.rng.integers(4))
    found = student.beside(pixels_of_a_late_file)(student.PatchDataset, arrays, labels, wanted)
    expect(found).to_match(pixels_and_labels(reference.PatchDataset(arrays, labels), [wanted]), rtol=1e-6)


@check(weight=1.5, quote="gets the image (the tensor) each time the item is asked for; what it gives is the image.")
def test_dataset_transforms(student, cases):
    """PatchDataset gives the image, not the label, to the transform: once each time the patch is asked for, afresh"""
    inside, labels, step = student.beside(changes_made), some_labels(cases, 2), int(cases.rng.integers(2, 10))
    images = [pixels(cases, 4, 5, 3) // 2, pixels(cases, 3, 6, 3) // 2]  # in bytes there is room for what is added
    found = inside.changes_made(student.PatchDataset, images, labels, step)
    expect(found).to_match(changes_made(reference.PatchDataset, images, labels, step), rtol=1e-4)


def pixels_and_images_after(dataset_class: Any, images: list[Any], labels: list[Any]) -> list[Any]:
    """Once a transform has painted the items black: the images, and items that nothing has changed."""
    dataset = dataset_class(images, labels, lambda x: x.zero_())
    for number in (0, 1):
        dataset[number]
    return [*images, *pixels_and_labels(dataset_class(images, labels), [0, 1])]


@check(quote="The arrays in `images` never change, whatever the transform does.")
def test_dataset_leaves_images_alone(student, cases):
    """PatchDataset never changes the images that it was given, whatever the transform does"""
    images, labels = [pixels(cases, 4, 5, 3), pixels(cases, 3, 6, 3)], some_labels(cases, 2)
    found = student.beside(pixels_and_images_after)(student.PatchDataset, images, labels)
    right = pixels_and_images_after(reference.PatchDataset, [image.copy() for image in images], labels)
    expect(found).to_match(right, rtol=1e-6)


@check(
    quote=(
        "labels: a list, an array or a tensor of as many whole numbers.",
        "label: a plain int.",
    )
)
def test_dataset_labels(student, cases):
    """PatchDataset gives labels as plain ints, from a list, a tensor or an array, ready for a DataLoader"""
    images = [pixels(cases, 4, 5, 3) for _ in range(3)]
    some = some_labels(cases, 3)
    for labels in (torch.tensor(some), np.array(some[::-1]), some):
        dataset = student.on_cpu.PatchDataset(images, labels)
        expect(dataset[1][1]).to_be_a(int)
        expect(dataset[1][1]).to_equal(int(labels[1]))
    found = student.beside(one_batch)(student.PatchDataset, images, some)
    expect(found).to_match(one_batch(reference.PatchDataset, images, some), rtol=1e-6)


@check(
    weight=0.5,
    quote="as many whole numbers. Otherwise ValueError, already when the data set is made.",
)
def test_dataset_refuses(student, cases):
    """PatchDataset raises ValueError, already when it is made, when there are more images than labels or fewer"""
    images, some = [pixels(cases, 4, 5, 3) for _ in range(3)], some_labels(cases, 4)
    right = pixels_and_labels(reference.PatchDataset(images, some[:3]), [1])
    found = student.beside(pixels_and_labels)(student.PatchDataset(images, some[:3]), [1])
    expect(found).to_match(right, rtol=1e-6)
    for labels in (some[:2], some, []):
        expect(lambda labels=labels: student.PatchDataset(images, labels)).to_raise(ValueError)


def items_of_sizes(cases: Any, *sizes: tuple[int, int]) -> list[tuple[torch.Tensor, int]]:
    """An image of two channels for each size (height, width), none of its numbers 0, with a label."""
    labels = some_labels(cases, len(sizes))
    return [
        (cases.integers(2, *size, low=1, high=99).float(), label) for size, label in zip(sizes, labels, strict=True)
    ]


@check(
    quote=(
        "images: (B, C, H, W), as tall as the tallest image and as wide as the widest.",
        "Each image lies at the top left, below it and to its right there are zeros.",
    )
)
def test_batch_images(student, cases):
    """padded_batch makes a batch of images of different sizes: each at the top left, zeros below and on the right"""
    tall, wide = (int(size) for size in cases.rng.permutation([5, 6, 7, 8])[:2])
    items = items_of_sizes(cases, (tall, 3), (2, wide), (4, 4))
    images, _ = expect(student.padded_batch(items)).to_be_a_row_of(2)
    expect(images).to_agree_with(reference.padded_batch(items)[0])


@check(quote="labels: int64 (B,). Items keep their order")
def test_batch_labels(student, cases):
    """padded_batch gives the labels as int64 (B,), in the order of the items"""
    items = items_of_sizes(cases, *[(3, 2)] * 4)
    _, labels = expect(student.padded_batch(items)).to_be_a_row_of(2)
    expect(labels).to_match(reference.padded_batch(items)[1])


@check(
    after=("batch_images", "batch_labels"),
    weight=0.5,
    quote=("The dtype is that of the images.", "no image is changed"),
)
def test_batch_dtype(student, cases):
    """padded_batch keeps float64, leaves the images as they were, and makes a batch of a single one, too"""
    items = [(image.double(), label) for image, label in items_of_sizes(cases, (3, 4), (5, 2))]
    for chosen in (items, items[:1]):
        found = expect(lambda chosen=chosen: student.padded_batch(chosen)).to_leave_inputs_alone()
        expect(found).to_match(reference.padded_batch(chosen))
