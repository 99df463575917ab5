"""Hidden checks of the exercise `read_figures`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch
from torch import Tensor

from autograder.judge import check, expect

from ._helpers import some_letters, some_order

Pair = tuple[list[float], list[float]]


def around(cases: Any, mean: float, spread: float, count: int) -> list[float]:
    """Accuracies with this mean and this spread, in a seeded order."""
    inner = cases.tensor(count - 2, low=-0.3, high=0.3)
    parts = torch.cat([torch.tensor([-0.5, 0.5]).double(), inner - inner.mean()]) if count > 2 else inner
    parts = parts if count > 2 else torch.tensor([-0.5, 0.5]).double()
    return some_order(cases, (mean + spread * parts).tolist())


def pair(cases: Any, spreads: tuple[float, float], apart: float) -> Pair:
    """Two settings whose means are so far apart."""
    mean, count = float(cases.tensor(1, low=60, high=80)), int(cases.rng.integers(2, 7))
    return around(cases, mean, spreads[0], count), around(cases, mean + apart, spreads[1], 8 - count)


def expect_to_count(student: Any, pairs: list[Pair]) -> None:
    """Each pair is judged as it should be; some of them count, some do not."""
    for first, second in pairs:
        right = reference.difference_counts(first, second)
        expect(student.difference_counts(first, second)).to_equal(right)


@check(weight=1.5, quote="True when the means of the two settings are further apart than the yardstick")
def test_counts_beyond_the_spread(student, cases):
    """difference_counts is True when the second setting is better by more than the spreads, False when by less"""
    apart = (2.5, 3.2, 4.0, 9.0, 0.1, 0.9, 1.5, 1.9)
    expect_to_count(student, [pair(cases, (2.0, 2.0), by) for by in some_order(cases, apart)])


@check(quote=("The yardstick is the larger of both spreads.", "further apart than the yardstick"))
def test_counts_the_larger_spread(student, cases):
    """difference_counts takes the larger of the two spreads, whichever setting has it: as far apart is too little"""
    spreads = [(0.5, 4.0), (4.0, 0.5)]
    asked = [(both, by) for both in spreads for by in (1.0, 2.6, 3.5, 5.0, 6.5)]
    expect_to_count(student, [pair(cases, both, by) for both, by in some_order(cases, asked)])
    low, spread = float(cases.rng.integers(60, 80)), float(cases.rng.integers(1, 5))  # whole: nothing is rounded
    first, second = [low, low + 2 * spread], [low + 2 * spread, low + 4 * spread]
    expect_to_count(student, [(first, second), (first, [each + 1 for each in second]), (second, first)])


@check(quote="whichever is better; else False.")
def test_counts_either_way(student, cases):
    """difference_counts is True for a difference that counts, whichever setting is the better one"""
    expect_to_count(
        student, [pair(cases, (2.0, 2.0), by) for by in some_order(cases, (-3.5, -5.0, -8.0, 3.0, -1.0, 0.5))]
    )


@check(
    after="counts_beyond_the_spread",
    weight=0.5,
    quote=(
        "ValueError when a setting has fewer than two accuracies: one alone has no spread.",
        "leave the arguments as they were",
    ),
)
def test_counts_refuses(student, cases):
    """difference_counts raises ValueError for a setting with one accuracy or none, and leaves the lists alone"""
    one, some = cases.tensor(1, low=80, high=99).tolist(), cases.tensor(3, low=80, high=99).tolist()
    for first, second in some_order(cases, ((one, some), (some, one), ([], some), (some, some))):
        if len(first) == len(second):
            expect(lambda: student.difference_counts(some, some[::-1])).to_leave_inputs_alone()
            expect_to_count(student, [pair(cases, (1.0, 2.0), 3.0)])
        else:
            expect(lambda first=first, second=second: student.difference_counts(first, second)).to_raise(ValueError)


def directions(cases: Any, count: int) -> Tensor:
    """Rows of length 1 in a plane, a row for every 7° or more, the first at 0°, all less than 170° away from it."""
    steps = 7 + 10 * torch.from_numpy(cases.rng.permutation(count - 1))
    angles = torch.deg2rad(torch.cat([torch.zeros(1), steps])).double()
    return torch.stack([angles.cos(), angles.sin()], dim=1)


@check(weight=1.5, quote="The k characters that are most similar to `letter`, the most similar first, in one string.")
def test_nearest_in_order(student, cases):
    """nearest_letters lists the letters by the angle to the given one, the smallest first, without that letter"""
    chars = some_letters(cases, "abcdefghijklmn", 12)
    table = directions(cases, 12).float()
    for k in (3, 5):
        expect(student.nearest_letters(table, chars, chars[0], k)).to_equal(
            reference.nearest_letters(table, chars, chars[0], k)
        )
    expect(student.nearest_letters(table, chars, chars[0])).to_equal(
        reference.nearest_letters(table, chars, chars[0], 3)
    )


@check(quote="How *long* the rows are does not count.")
def test_nearest_by_direction(student, cases):
    """nearest_letters goes by directions: long rows are no nearer than short ones, and opposite ones are far away"""
    chars = some_letters(cases, "abcdefghijklmn", 12)
    table = (
        directions(cases, 12) * torch.logspace(-1, 1, 12)[torch.from_numpy(cases.rng.permutation(12))][:, None]
    ).float()
    for k in (3, 11):
        expect(student.nearest_letters(table, chars, chars[0], k)).to_equal(
            reference.nearest_letters(table, chars, chars[0], k)
        )


@check(after="nearest_in_order", weight=0.5, quote="`letter` itself is not among them.")
def test_nearest_twin(student, cases):
    """nearest_letters leaves out the letter itself, not another one with the same row, wherever that stands"""
    chars, place = some_letters(cases, "abcdefghijklmn", 12), int(cases.rng.integers(4, 12))
    table = directions(cases, 12).float()
    table[place] = table[0]
    for letter in some_order(cases, (chars[0], chars[place])):
        right = reference.nearest_letters(table, chars, letter, 3)
        expect(student.nearest_letters(table, chars, letter, 3)).to_equal(right)


@check(
    after="nearest_in_order",
    weight=0.5,
    quote=("ValueError when `letter` is not one of chars.", "leave the arguments as they were"),
)
def test_nearest_refuses(student, cases):
    """nearest_letters raises ValueError for a letter that is not there, and leaves the table alone"""
    chars, table = some_letters(cases, "abcdefgh", 6), cases.tensor(6, 3).float()
    expect(lambda: student.nearest_letters(table, chars, chars[2])).to_leave_inputs_alone()
    table = directions(cases, 6).float()
    for letter in some_order(cases, (chars[0], "x", "A")):
        if letter in chars:
            right = reference.nearest_letters(table, chars, letter, 3)
            expect(student.nearest_letters(table, chars, letter)).to_equal(right)
        else:
            expect(lambda letter=letter: student.nearest_letters(table, chars, letter)).to_raise(ValueError)
