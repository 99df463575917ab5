"""Hidden checks of the exercise `load_names`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import reference
import torch

from autograder.judge import check, expect

from ._helpers import Row, in_a_list, some_letters, some_order, words


def names_in_files(student: Any, male: str, female: str) -> Any:
    """load_names on two files with these texts."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "a.csv", Path(folder) / "b.csv"]
        for path, content in zip(paths, (male, female), strict=True):
            path.write_bytes(content.encode("utf-8"))
        return student.load_names(*map(str, paths))


def table(*names: str, head: str = "name,frequency,mean_age") -> str:
    """A file with these names in the first column."""
    return "\n".join([head, *(f"{name},{700 - place},{30 + place}.5" for place, name in enumerate(names))]) + "\n"


def expect_names(student: Any, male: str, female: str, right: list[Row]) -> None:
    """From two files; one check asks for the list of tuples."""
    expect(in_a_list(student.beside(names_in_files)(male, female))).to_equal(right)


@check(
    weight=1.5,
    quote=("pairs (name, label): 0 for the first file, 1 for the second.", "each in the file's order."),
)
def test_load_two_files(student, cases):
    """load_names gives (name, 0) for the first file, then (name, 1) for the second, in the order of the files"""
    men = some_order(cases, ("PEDRO", "ANTONIO", "JUAN CARLOS", *new_names(cases, 3)))
    women = some_order(cases, ("ZOILA", "ANA MARIA ROSA", "BEA", "EVA"))
    right = [(normal(name), 0) for name in men] + [(normal(name), 1) for name in women]
    expect(student.beside(names_in_files)(table(*men), table(*women))).to_equal(right)


def normal(name: str) -> str:
    """As load_names gives it."""
    return name.lower().replace(" ", "_")


def new_names(cases: Any, count: int, letters: str = "AEILMNRST") -> list[str]:
    """Capitals, all different and none of them known; the q says so."""
    return ["Q" + some_letters(cases, letters, 4) + str(number) for number in range(count)]


@check(quote='A line with an empty name is left out. "NA" is a name.')
def test_load_missing(student, cases):
    """load_names keeps women called NA, Nan or None, and leaves out lines with an empty name"""
    men = some_order(cases, ("NULL", "", "LUIS"))
    women = some_order(cases, ("NA", "", "NAN", "NONE", "ANA", *new_names(cases, 2)))
    right = [(normal(name), 0) for name in men if name] + [(normal(name), 1) for name in women if name]
    expect_names(student, table(*men), table(*women), right)


@check(
    quote=("The same name with the same label stands there once, at its first place.", "With both labels it stands"),
)
def test_load_doubles(student, cases):
    """load_names has each name once per label, at its first place, also when written otherwise; names for both stay"""
    twice, both, man, woman, last = some_order(cases, ("JOSE", "MARIA", "LUIS", "LUZ", *new_names(cases, 1)))
    men = [twice, both, twice.lower(), man, twice]
    women = [woman, both, woman.capitalize(), twice, both, last]
    right = [(name, 0) for name in (twice, both, man)] + [(name, 1) for name in (woman, both, twice, last)]
    expect_names(student, table(*men), table(*women), [(normal(name), label) for name, label in right])


@check(quote=("Each file is UTF-8 text", "small letters, each space becomes _. Nothing else is changed."))
def test_load_letters(student, cases):
    """load_names reads UTF-8 and keeps ñ, ç, accents and apostrophes: BEGOÑA is begoña"""
    men = some_order(cases, ("IÑIGO", "FRANÇOIS", "JOSÉ ÁNGEL", *new_names(cases, 2, "ÁÉÍÑÇÜ'-")))
    women = some_order(cases, ("BEGOÑA", "D'ANGELA", "JOSE-LUZ"))
    right = [(normal(name), 0) for name in men] + [(normal(name), 1) for name in women]
    expect_names(student, table(*men), table(*women), right)


@check(quote="Only the column `name` counts, wherever it stands.")
def test_load_columns(student, cases):
    """load_names finds the column called name wherever it stands, also behind an index or a quoted number"""
    luis, juan, eva, ana = some_order(cases, ("LUIS", "JUAN", "EVA MARIA", *new_names(cases, 1)))
    men = f',frequency,name,mean_age\n0,"7,152",{luis},54.6\n1,"6,41",{juan},60\n'
    women = f"mean_age,frequency,name\n50.1,7,{eva}\n33,6,{ana}\n"
    right = [(luis, 0), (juan, 0), (eva, 1), (ana, 1)]
    expect_names(student, men, women, [(normal(name), label) for name, label in right])


def split_of(student: Any, rows: Sequence[Row], fractions: Sequence[float], *seed: int) -> Any:
    """split_names on a list of tuples."""
    return student.split_names([tuple(row) for row in rows], list(fractions), *seed)


def some_rows(cases: Any, count: int, both: int) -> list[Row]:
    """Men first, then women; the first `both` women's names are men's as well."""
    names = sorted(set(words(cases, "aeioulnrst", 4 * count, 7)))
    names = [names[int(place)] for place in cases.rng.permutation(len(names))[:count]]
    men, women = sorted(names[: count // 2]), sorted(names[:both] + names[count // 2 :])
    return [(name, 0) for name in men] + [(name, 1) for name in women]


def expect_parts(student: Any, rows: list[Row], fractions: list[float], *seed: int) -> list[list[Row]]:
    """As many lists of rows as fractions; one check asks for lists."""
    answer = in_a_list(student.beside(split_of)(rows, fractions, *seed))
    parts = [in_a_list(part) for part in expect(answer).to_be_a(list, length=len(fractions))]
    for part in parts:
        known = isinstance(part, list) and all(row in rows for row in part)
        expect(known).to_hold("each list holds rows that were given")
    return parts


@check(quote="Every row is in exactly one list.")
def test_split_covers(student, cases):
    """split_names puts every row into exactly one list"""
    for fractions in ([0.8, 0.2], [0.5, 0.25, 0.25], [1.0]):
        rows = some_rows(cases, 61, 9)
        parts = expect(student.beside(split_of)(rows, fractions, 3)).to_be_a(list, length=len(fractions))
        for part in parts:
            expect(part).to_be_a(list)
        got = Counter(tuple(row) for part in parts for row in part)
        expect(got == Counter(rows)).to_hold("every row is in one list, none is missing, none is there twice")


@check(weight=1.5, quote="All rows of one name are in the same list.")
def test_split_no_leak(student, cases):
    """split_names keeps both rows of a name that has both labels in the same list"""
    rows = some_rows(cases, 80, 30)
    for seed in range(3):
        parts = expect_parts(student, rows, [0.6, 0.2, 0.2], seed)
        names = [{row[0] for row in part} for part in parts]
        leaked = sorted((names[0] & names[1]) | (names[0] & names[2]) | (names[1] & names[2]))
        expect(leaked == []).to_hold("no name is in two lists")


@check(quote="List i gets fractions[i] of the *different* names, at most one name more or less.")
def test_split_sizes(student, cases):
    """split_names gives each list its fraction of the different names, at most one name more or less"""
    for count, fractions in ((60, [0.8, 0.2]), (50, [0.7, 0.2, 0.1]), (41, [0.1, 0.3, 0.6]), (43, [0.25] * 4)):
        parts = expect_parts(student, some_rows(cases, count, 7), fractions)
        for part, share in zip(parts, fractions, strict=True):
            names = len({row[0] for row in part})
            right = abs(names - share * count) <= 1 + 1e-9
            expect(right).to_hold(f"the list for {share} of {count} names has {share * count:g} of them, or one off")


@check(quote="Deal the rows out to len(fractions) lists, at random.")
def test_split_mixes(student, cases):
    """split_names deals the names out at random: men and women in each list, and from the whole alphabet"""
    rows = some_rows(cases, 200, 0)
    parts = expect_parts(student, rows, [0.5, 0.5], 1)
    order = {name: place for place, name in enumerate(sorted(name for name, _ in rows))}
    for part in parts:
        share = sum(label for _, label in part) / len(part)
        expect(0.3 < share < 0.7).to_hold("each list has about as many men as women")
        middle = sum(order[name] for name, _ in part) / len(part) / len(rows)
        expect(0.35 < middle < 0.65).to_hold("each list has names from the whole alphabet")
        steps = [order[name] % 2 for name, _ in part]
        expect(0.2 < sum(steps) / len(steps) < 0.8).to_hold("the names are dealt out at random, not every other one")


def splits_in_other_pythons(student: Any, rows: Sequence[Row], salts: Sequence[int]) -> list[Any]:
    """The split of names that are hashed in other ways, as in a Python that was started anew."""

    def salted(salt):  # type: ignore[no-untyped-def]
        class Name(str):
            __slots__ = ()

            def __hash__(self):  # type: ignore[no-untyped-def]
                return hash((salt, str.__str__(self)))

        return Name

    results = []
    for salt in salts:
        kind = salted(salt)
        parts = student.split_names([(kind(name), label) for name, label in rows], [0.5, 0.5], 4)
        results.append([sorted([str.__str__(name), label] for name, label in part) for part in parts])
    return results


@check(after="split_mixes", quote=("The same seed gives the same lists", "another seed gives others.", "seed: int = 0"))
def test_split_seeds(student, cases):
    """split_names gives the same lists for the same seed, and others for another seed"""
    rows = some_rows(cases, 60, 5)
    student.env.torch.manual_seed(1)
    first, again = ([sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], 4)] for _ in range(2))
    expect(first == again).to_hold("the same seed gives the same lists")
    different = [[sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], seed)] for seed in (5, 6)]
    expect(first not in different and different[0] != different[1]).to_hold("another seed gives other lists")
    default, zero = ([sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], *seed)] for seed in ((), (0,)))
    expect(default == zero).to_hold("without a seed it is 0")


@check(after="split_mixes", weight=0.5, quote="The same seed gives the same lists, also when Python is started anew")
def test_split_anew(student, cases):
    """split_names gives the same lists for the same seed when Python is started anew"""
    rows = some_rows(cases, 60, 5)
    first, *others = expect(student.beside(splits_in_other_pythons)(rows, [1, 2, 3])).to_be_a(list, length=3)
    known = isinstance(first, list) and all(tuple(row) in rows for row in itertools.chain(*first))
    expect(known).to_hold("each list holds rows that were given")
    expect(all(split == first for split in others)).to_hold(
        "the lists are the same when Python is started anew, where a set has another order (sort the names first)"
    )


def global_numbers_around(student: Any, rows: Sequence[Row]) -> list[bool]:
    """Whether the global random numbers of torch, Python and NumPy are the same with and without a split in between."""
    import random

    def numbers(split):  # type: ignore[no-untyped-def]
        torch.manual_seed(1)
        random.seed(1)
        np.random.seed(1)
        if split:
            student.split_names([tuple(row) for row in rows], [0.5, 0.5], 2)
        return torch.rand(1).item(), random.random(), np.random.rand()

    return [a == b for a, b in zip(numbers(False), numbers(True), strict=True)]


@check(after="split_mixes", weight=0.5, quote="The global random state is neither used nor changed.")
def test_split_global_state(student, cases):
    """split_names neither uses nor changes the global random state"""
    rows = some_rows(cases, 20, 2)
    same = expect(student.beside(global_numbers_around)(rows)).to_be_a(list, length=3)
    expect(all(same)).to_hold("torch.rand, random.random and np.random.rand go on as if nothing had happened")
    first = [sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], 7)]
    student.env.torch.manual_seed(5)
    second = [sorted(part) for part in expect_parts(student, rows, [0.5, 0.5], 7)]
    expect(first == second).to_hold("the lists follow from the seed alone, not from the global random state")


@check(
    after="split_mixes",
    weight=0.5,
    quote="ValueError when the fractions do not add up to 1 (up to rounding, as in 0.7 + 0.2 + 0.1).",
)
def test_split_refuses(student, cases):
    """split_names raises ValueError when the fractions do not add up to 1, but forgives rounding"""
    rows = some_rows(cases, 20, 2)
    inside = student.beside(split_of)
    for fractions in ([0.7, 0.2], [0.8, 0.3], [0.5, 0.5, 0.5], [0.5, 0.49]):
        expect(lambda fractions=fractions: inside.split_of(rows, fractions)).to_raise(ValueError)
    expect_parts(student, rows, [0.7, 0.2, 0.1])


def lengths_for(student: Any, names: list[str], shares: list[float]) -> list[Any]:
    """The lengths that are enough for these shares of the names."""
    return [student.length_for(names, share) for share in shares]


@check(quote="The smallest max_len with which at least this share of the names is not cut, an int.")
def test_length_for_a_share(student, cases):
    """length_for gives the smallest length that is enough for the share of the names"""
    names = some_order(cases, words(cases, "abc_ñ", 27, 27)[::2])[:8]
    shares = [share for place in some_order(cases, range(1, 9)) for share in (place / 8, (place - 0.5) / 8)]
    expect(student.beside(lengths_for)(names, shares)).to_equal(lengths_for(reference, names, shares))


@check(after="length_for_a_share", weight=0.5, quote="A name that is there twice counts twice.")
def test_length_for_doubles(student, cases):
    """length_for counts a name as often as it is there"""
    short, long = words(cases, "abcdefgh", 20, 20)[4:9:4]
    shares = some_order(cases, (0.25, 0.5, 0.75))
    for times in some_order(cases, (1, 2, 3)):
        names = some_order(cases, [short] * times + [long] * (4 - times))
        expect(student.beside(lengths_for)(names, shares)).to_equal(lengths_for(reference, names, shares))
