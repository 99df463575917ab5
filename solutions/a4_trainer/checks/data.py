"""Hidden checks of the exercise `data`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import reference
import torch

from autograder.judge import check, expect, value_of

from ._helpers import expect_plain, plain


@check(quote="Whole numbers (uint8, 0 to 255) are divided by 255, however bright the images are.")
def test_to_unit_scales(student, cases):
    """to_unit divides whole numbers by 255, also of dark images: 0 stays 0, 255 becomes 1"""
    for most in (255, 90, 1):
        pixels = cases.integers(3, 4, 5, low=0, high=most, dtype=torch.uint8)
        pixels[0, 0, :2] = torch.tensor([0, most])
        expect(student.to_unit(pixels)).to_agree_with(reference.to_unit(pixels))
    numbers = cases.integers(2, 3, 4, low=0, high=255)
    expect(student.to_unit(numbers)).to_agree_with(reference.to_unit(numbers))


@check(
    weight=1.1,
    quote=(
        "Floats of any kind are in [0, 1] already and keep their values. So calling it twice does no harm.",
        "-> float32 (n, 1, H, W)",
    )
)
def test_to_unit_keeps_floats(student, cases):
    """to_unit leaves floats at their values, in float32, so that calling it twice is the same as once"""
    for dtype in (torch.float32, torch.float64):
        pixels = cases.tensor(2, 1, 3, 4, low=0, dtype=dtype)
        expect(student.to_unit(pixels)).to_match(reference.to_unit(pixels))
    again = value_of(student.to_unit(cases.integers(2, 3, 5, low=0, high=255, dtype=torch.uint8)))
    expect(student.to_unit(again)).to_match(again)


@check(
    after="to_unit_scales", weight=0.5, quote=("Gray images (n, H, W) or (n, 1, H, W)", "Arguments stay as they were")
)
def test_to_unit_shape(student, cases):
    """to_unit gives (n, 1, H, W) for (n, H, W) and for (n, 1, H, W), and leaves its argument alone"""
    n, height, width = (int(size) for size in cases.rng.permutation(range(2, 14))[:3])
    for shape in ((n, height, width), (3, 1, 4, 6), (1, 2, 7)):
        pixels = cases.integers(*shape, low=0, high=255, dtype=torch.uint8)
        found = expect(lambda pixels=pixels: student.to_unit(pixels)).to_leave_inputs_alone()
        expect(found).to_have_shape(shape[0], 1, *shape[-2:])


@check(
    quote=(
        "a list with one int64 tensor for each fraction.",
        "Each number is in exactly one of the tensors.",
        "Every part but the first has round(n * fraction) numbers. The first gets what is left.",
    )
)
def test_split_deals_all(student, cases):
    """split_indices gives int64 tensors of the right sizes in which each number stands exactly once"""
    some = int(cases.rng.integers(100, 2000))
    for n, fractions in ((some, (0.8, 0.1, 0.1)), (101, (0.7, 0.3)), (57, (0.25, 0.35, 0.3, 0.1)), (10, (1.0,))):
        parts = expect(student.split_indices(n, fractions, seed=5)).to_be_a(list, length=len(fractions))
        for part, right in zip(parts, reference.split_indices(n, fractions, seed=5), strict=True):
            expect(part).to_have_dtype(torch.int64)
            expect(part).to_have_shape(len(right))
        expect(torch.cat(parts).sort().values).to_equal(torch.arange(n))


def splits_and_state(split_indices: Any, n: int, seeds: list[int]) -> tuple[list[Any], bool]:
    """The splits for some seeds, and whether torch's and NumPy's random states are as before."""
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    found = []
    for seed in seeds:
        found.append(split_indices(n, (0.5, 0.3, 0.2), seed))
    same = torch.equal(before[0], torch.get_rng_state()) and bool((before[1] == np.random.get_state()[1]).all())
    return found, same


@check(
    weight=1.1,
    quote=(
        "The same seed gives the same parts, another seed others. The global random state is neither used nor changed.",
        "None of them is in order.",
    )
)
def test_split_is_seeded(student, cases):
    """split_indices shuffles by the seed: the same again, others for another seed; global random state untouched"""
    inside = student.beside(splits_and_state)
    n, seeds = int(cases.rng.integers(150, 2000)), cases.rng.permutation(1000)[:2].tolist()
    answer = inside.splits_and_state(student.split_indices, n, [*seeds, seeds[0]])
    found, same = expect(answer).to_be_a(tuple, length=2)
    first, other, again = [expect(parts).to_be_a(list, length=3) for parts in found]
    for parts in (first, other):
        expect(n - 5 < int(torch.cat(parts).max()) < n).to_hold("the numbers go from 0 to n - 1")
    expect(again).to_equal(first)
    expect(any(not torch.equal(a, b) for a, b in zip(first, other, strict=True))).to_hold(
        "another seed deals otherwise"
    )
    for part in first:
        expect(not torch.equal(part, part.sort().values)).to_hold("no part is in order")
    expect(float((first[0] < n / 2).double().mean()) < 0.9).to_hold(
        "the first part is not made of the first numbers only"
    )
    expect(same).to_hold("the global random state (torch's and NumPy's) is as before")


@check(
    after="split_deals_all",
    weight=0.5,
    quote="ValueError when the fractions do not add up to 1 (to about a millionth).",
)
def test_split_refuses(student, cases):
    """split_indices raises ValueError when the fractions do not add up to 1, and takes 0.7 + 0.2 + 0.1"""
    n = int(cases.rng.integers(50, 900))
    expect(lambda: student.split_indices(n, (0.8, 0.1))).to_raise(ValueError)
    expect(lambda: student.split_indices(n, (0.8, 0.3))).to_raise(ValueError)
    parts = expect(student.split_indices(n, (0.7, 0.2, 0.1))).to_be_a(list, length=3)
    expect(sum(map(len, parts))).to_equal(n)


@check(quote=("Both are measured over all pixels of the training images only", "Arguments stay as they were"))
def test_standardize_by_train(student, cases):
    """standardize measures mean and deviation on the training images only, and applies them to all"""
    images = cases.tensor(9, 1, 3, 4, low=2, high=7).float()
    images[[1, 4]] += 50
    train = torch.tensor([6, 0, 8, 2, 3])
    expect(student.standardize(images, train)).to_agree_with(reference.standardize(images, train))
    expect(lambda: student.standardize(images, train)).to_leave_inputs_alone()


def batches_of(loaders: Any, epochs: int) -> list[list[list[list[int]]]]:
    """Labels in each batch, of each epoch, of each loader; checks that pictures and labels belong together."""
    found = []
    for loader in loaders:
        rounds = []
        for _ in range(epochs):
            rounds.append([y.tolist() if torch.equal(x[:, 0] * 3, y.to(x.dtype)) else [-1] for x, y in loader])
        found.append(rounds)
    return found


def made_batches(make_loaders: Any, splits: list[Any], *settings: int) -> list[list[list[list[int]]]]:
    """Of pictures that hold their number, whose label is three times as much; two epochs; settings: size and seed."""
    numbers, splits = torch.arange(60), [part.cpu() for part in splits]
    return batches_of(make_loaders(numbers[:, None].double(), 3 * numbers, splits, *settings), 2)


def some_parts(cases: Any) -> list[Any]:
    """Three splits of most of 60 numbers, none of them in order."""
    order = torch.from_numpy(cases.rng.permutation(60))
    return [order[:33], order[33:40], torch.sort(order[40:43], descending=True).values]


@check(
    quote=(
        "One DataLoader of batches (x, y) for each part in `splits`",
        "Nothing is left out: the last batch of any loader may be smaller.",
    )
)
def test_loaders_lose_nothing(student, cases):
    """make_loaders gives a loader for each part: each image with its own label, batches of the right size, none lost"""
    inside, parts = student.beside(made_batches), some_parts(cases)
    for settings, size in (((5, 1), 5), ((), 32)):
        found = expect(inside.made_batches(student.make_loaders, parts, *settings)).to_be_a(list, length=3)
        for part, rounds in zip(parts, found, strict=True):
            for batches in rounds:
                expect([len(batch) for batch in batches]).to_equal([len(chunk) for chunk in part.split(size)])
                expect(sorted(chain(*batches))).to_equal(sorted((3 * part).tolist()))


@check(
    quote=(
        "Two calls with the same seed give the same batches epoch by epoch, another seed gives others.",
        "All others keep the order of their part, always.",
    )
)
def test_loaders_shuffle_training(student, cases):
    """make_loaders shuffles the training images anew in each epoch, by the seed; the other parts keep their order"""
    inside, parts = student.beside(made_batches), some_parts(cases)
    found = [value_of(inside.made_batches(student.make_loaders, parts, 5, seed)) for seed in (1, 1, 2)]
    one, again, other = found
    expect(one).to_be_a(list, length=3)
    order = [list(chain(*batches)) for batches in one[0]]
    expect(order[0] != (3 * parts[0]).tolist() and order[0] != sorted(order[0])).to_hold(
        "the training images are shuffled"
    )
    expect(order[0] != order[1]).to_hold("the second epoch has another order than the first")
    expect(again[0] == one[0]).to_hold("the same seed gives the same batches, epoch by epoch")
    expect(other[0] != one[0]).to_hold("another seed gives other batches")
    for part, rounds in zip(parts[1:], one[1:], strict=True):
        expect([list(chain(*batches)) for batches in rounds] == [(3 * part).tolist()] * 2).to_hold(
            "every part but the first keeps its order, in every epoch"
        )


def sums_in_batches(student: Any, datasets: dict[str, list[int]], factor: int, size: int) -> dict[str, Any]:
    """What the loaders of a dict give: each batch is a sum, times a factor."""
    with student.loaders_of(datasets, lambda items: factor * sum(items), size) as loaders:
        return {name: list(loader) for name, loader in loaders.items()}


def after_a_block(student: Any, datasets: dict[str, list[int]], what: str) -> list[Any]:
    """What the caller hears of an error in the block; how many loaders there were inside, and are afterwards."""
    heard, counts, loaders = "nothing", [], {}
    try:
        with student.loaders_of(datasets, None, 2) as loaders:
            counts.append(len(loaders))
            raise KeyError(what)
    except KeyError as error:
        heard = error.args[0]
    with student.loaders_of(datasets) as others:
        counts += [len(loaders), len(others)]
    return [heard, *counts, len(others)]


def workers_of(student: Any, datasets: dict[str, list[int]], processes: int) -> dict[str, int]:
    """How many processes each loader has; none of them is started."""
    with student.loaders_of(datasets, num_workers=processes) as loaders:
        return {name: loader.num_workers for name, loader in loaders.items()}


def some_datasets(cases: Any) -> dict[str, list[int]]:
    """Two to four lists of numbers, by names that nobody knows."""
    names = ["".join(cases.rng.choice(list("abcdefgh"), 5)) for _ in range(int(cases.rng.integers(2, 5)))]
    return {name: cases.integers(4 + place, low=1, high=99).tolist() for place, name in enumerate(names)}


@check(
    quote=(
        "that is a collate function, a list of examples in, one batch out.",
        "Each loader keeps the order of its data set, leaves nothing out, makes batches with collate_fn",
    )
)
def test_loaders_of_a_dict(student, cases):
    """loaders_of gives a loader for each data set, by its name, whose batches are made by the collate function"""
    factor, size = int(cases.rng.integers(2, 50)), int(cases.rng.integers(2, 4))
    datasets = some_datasets(cases)
    found = student.beside(sums_in_batches)(datasets, factor, size)
    expect(found).to_equal(sums_in_batches(reference, datasets, factor, size))


@check(after="loaders_of_a_dict", weight=0.5, quote="After the block the dict is empty, also when the block stops with")
def test_loaders_of_are_gone(student, cases):
    """loaders_of leaves an empty dict behind, also after an error in the block, which goes on to the caller"""
    datasets, what = some_datasets(cases), "".join(cases.rng.choice(list("abcdefgh"), 5))
    expect(student.beside(after_a_block)(datasets, what)).to_equal(after_a_block(reference, datasets, what))


@check(after="loaders_of_a_dict", weight=0.5, quote="and has num_workers processes.")
def test_loaders_of_workers(student, cases):
    """loaders_of gives each loader as many processes as were asked for"""
    datasets, processes = some_datasets(cases), int(cases.rng.integers(2, 30))
    expect(student.beside(workers_of)(datasets, processes)).to_equal(workers_of(reference, datasets, processes))


@check(
    weight=0.5,
    quote=(
        "The share of each class among the labels: (n,) int64, from 0 to num_classes - 1",
        "A class that no label names has the share 0, the last one too.",
    ),
)
def test_class_shares(student, cases):
    """class_shares gives each class its share of the labels, and 0 to classes without labels, the last one too"""
    for classes, count in ((7, 40), (12, 9), (3, 1)):
        labels = 2 * cases.integers(count, low=0, high=(classes - 2) // 2)  # none is odd, none is the last class
        expect(student.class_shares(labels, classes)).to_agree_with(reference.class_shares(labels, classes))


@check(weight=0.5, quote="Accuracy of always saying the most frequent label: a float.")
def test_base_rate(student, cases):
    """base_rate is the share of the most frequent label, a float; labels need not start at 0"""
    most = int(cases.rng.integers(20, 90))
    labels = torch.tensor([4] * 7 + [2] * most + [6] * 3)
    labels = labels[torch.from_numpy(cases.rng.permutation(len(labels)))]
    labels = torch.cat((torch.tensor([4]), labels, torch.tensor([6])))  # neither the first nor the last one is it
    for numbers in (labels, labels + 5, torch.tensor([3])):
        expect(plain(value_of(student.base_rate(numbers)))).to_match(reference.base_rate(numbers), rtol=1e-6)
    expect_plain(value_of(student.base_rate(labels)), float)


@check(weight=0.5, quote="Number the different names 0, 1, 2, … in alphabetical order (as `sorted` has it)")
def test_class_numbers(student, cases):
    """class_numbers numbers the names in alphabetical order, however the files are listed"""
    some = ["".join(cases.rng.choice(list("abcdefgh"), 3)) for _ in range(9)]
    for names in (["no", "yes", "no", "maybe"], ["yes", "maybe", "no"], ["b", "B", "a10", "a9", "b"], some):
        expect(student.class_numbers(names)).to_equal(reference.class_numbers(names))


@check(weight=1.5, quote="Which run has which fault")
def test_diagnosis(student):
    """diagnosis finds the fault behind each of the five curves"""
    found = expect(student.diagnosis()).to_be_a(dict, length=5)
    for run, right in reference.diagnosis().items():
        expect(found.get(run) == right).to_hold(f"the fault behind curve {run} is found")
