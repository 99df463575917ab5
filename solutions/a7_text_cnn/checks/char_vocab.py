"""Hidden checks of the exercise `char_vocab`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import contextlib
from typing import Any

import reference
import torch

from autograder.judge import check, expect, value_of

from ._helpers import in_a_list, some_letters, some_order, words

ALPHABET = ["abcdefghijklm", "nopqrstuvwxyz", "ñ'", "ç_"]


@check(
    weight=1.5,
    quote="chars: a string, the dot and then every other character of the names, once, in the order of `sorted`.",
)
def test_vocab_characters(student, cases):
    """CharVocab lists the dot, then the other characters of the names, each once and sorted"""
    expect(student.CharVocab(ALPHABET).chars).to_equal(".'_abcdefghijklmnopqrstuvwxyzçñ")
    names = words(cases, "zebrañ'ox_", 12, 9)
    expect(student.CharVocab(names).chars).to_equal(reference.CharVocab(names).chars)


def expect_characters(vocab: Any, right: str) -> None:
    """These characters, in any order; one check asks for the order and the string."""
    found = value_of(vocab.chars)
    listed = isinstance(found, (str, list, tuple)) and len(found) < 10 * len(right)
    expect(sorted(map(str, found)) if listed else found).to_equal(sorted(right))


def with_characters(student: Any, names: list[str], right: str, most: int = 22) -> Any:
    """A vocabulary of these names, judged apart from its characters: where they are others, it gets the right ones.

    An own order that begins with the dot stays; a list of them becomes a string.
    """
    vocab = student.CharVocab(names, max_len=most)
    own = vocab.chars
    text = "".join(map(str, own)) if isinstance(own, (str, list, tuple)) else ""
    wanted = text if text[:1] == "." and sorted(text) == sorted(right) else right
    if own != wanted:
        with contextlib.suppress(AttributeError):  # what nobody can set
            vocab.chars = wanted
    return vocab


class Numbered:
    """The student's vocabulary of some names, and what it should give for them, given the characters that it has."""

    def __init__(self, student: Any, names: list[str], most: int = 22) -> None:
        self.right = reference.CharVocab(names, most)
        self.vocab = student.beside(with_characters)(names, self.right.chars, most)
        own = value_of(self.vocab.chars)
        if isinstance(own, str) and len(own) == len(self.right.chars) and sorted(own) == sorted(self.right.chars):
            self.right.chars = own

    def expect_row(self, name: str) -> None:
        """The whole row of a name; one check asks for the list."""
        expect(in_a_list(self.vocab.encode(name))).to_equal(self.right.encode(name))

    def expect_letters(self, found: Any, name: str) -> None:
        """The letters of a name in the row that was found; other checks ask for the dots at both ends."""
        expect(without_ends(in_a_list(found))).to_equal(without_ends(self.right.encode(name)))


def without_ends(row: Any) -> Any:
    """A list of numbers without the zeros at both ends; anything else as it is."""
    if not isinstance(row, list):
        return row
    places = [place for place, number in enumerate(row) if number != 0]
    return row[places[0] : places[-1] + 1] if places else []


@check(
    weight=0.5,
    quote=("len(vocab): how many characters there are, with the dot.", "max_len: as given.", "max_len: int = 22"),
)
def test_vocab_length(student, cases):
    """len(vocab) counts the characters with the dot, and max_len is what was given, 22 by default"""
    some = [some_letters(cases, "abcdefghijkl", int(cases.rng.integers(2, 12))) for _ in range(3)]
    lengths = [int(most) for most in cases.rng.permutation(range(2, 40))[:2]]
    for names, most in ((ALPHABET, 22), (some, lengths[0]), (some[:1], lengths[1])):
        vocab = student.CharVocab(names, max_len=most)
        expect(len(vocab)).to_equal(len(reference.CharVocab(names)))
        expect(vocab.max_len).to_equal(most)
    expect(student.CharVocab(["ana"]).max_len).to_equal(22)


@check(
    weight=1.5,
    quote=("The number of a character is its place in chars.", "Always max_len + 1 ints"),
)
def test_encode_ids(student, cases):
    """encode gives the place of each character in chars: john_andrew is 0, 12, 17, 10, 16, 2, 3, 16, 6, …"""
    numbered = Numbered(student, ALPHABET)
    for name in ("john_andrew", "zoñça", *words(cases, "abcmnoxyzñç_'", 9, 9)[3:]):
        expect(numbered.vocab.encode(name)).to_equal(numbered.right.encode(name))


@check(weight=1.5, quote="the dot, at most max_len characters of the name, dots to the end.")
def test_encode_lengths(student, cases):
    """encode always gives max_len + 1 numbers, for names that are empty, just fit, or are far too long"""
    names = ["", *words(cases, "abcdñ_", 28, 28)]
    for most in (22, 5, 1):
        numbered = Numbered(student, ["abcdñ_"], most)
        for name in (names[0], names[1], names[most - 1], names[most], names[most + 1], names[-1]):
            numbered.expect_row(name)


@check(weight=1.5, quote="small letters, each space becomes _. Here and in encode.")
def test_vocab_writing(student, cases):
    """Maria Clara, MARIA CLARA and maria_clara are one name, in the list of characters and in encode"""
    plain = [" ".join(words(cases, "abcdefñçlmn", 6, 6)[place::3]) for place in range(3)]
    names = [plain[0].title(), plain[1].upper(), plain[2].capitalize(), "Ñusta Luz"]
    expect_characters(student.CharVocab(names), reference.CharVocab(names).chars)
    numbered = Numbered(student, names)
    for name in plain:
        for written in (name, name.upper(), name.title(), name.replace(" ", "_").upper()):
            numbered.expect_letters(numbered.vocab.encode(written), name)


@check(quote=("they are letters with numbers of their own", "for our list they are two names"))
def test_vocab_marks(student, cases):
    """ñ, ç and letters with an accent are letters of their own"""
    names = ["peña", "pena", "françois", "jose", "josé", *words(cases, "aáeénñcçuü", 9, 9)[4:]]
    expect_characters(student.CharVocab(names), reference.CharVocab(names).chars)
    numbered = Numbered(student, names)
    for name in names:
        numbered.expect_letters(numbered.vocab.encode(name), name)


def ids_and_warnings(vocab: Any, name: str, letters: str = "") -> tuple[list[int], list[str]]:
    """What encode gives, and which of the letters each warning names: its words are the student's own."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ids = vocab.encode(name)
    return ids, ["".join(letter for letter in letters if letter in str(warning.message)) for warning in caught]


@check(weight=1.5, quote="Unknown characters are left out before the name is cut")
def test_encode_unknown(student, cases):
    """encode leaves out characters that are not in the vocabulary, before it cuts the name"""
    inside = student.beside(ids_and_warnings)
    numbered = Numbered(student, ["abcd"], 6)
    known = words(cases, "abcd", 9, 9)
    for name in ("", *known[2:5], *known[6:]):
        strange = "".join(letter + some_letters(cases, "xyzXé", 1) for letter in "q" + name)
        ids, _ = expect(inside.ids_and_warnings(numbered.vocab, strange)).to_be_a(tuple, length=2)
        numbered.expect_letters(ids, name)


@check(
    after="encode_lengths",
    weight=1.4,
    quote=("with one `warnings.warn` that names them.", "Without any, no warning."),
)
def test_encode_warns(student, cases):
    """encode gives one warning that names the characters it leaves out, and none when it knows them all"""
    inside = student.beside(ids_and_warnings)
    vocab = Numbered(student, ["abcd", "ñ_"], 6).vocab
    two, one = (some_letters(cases, "ékqwxyz", count) for count in (2, 1))
    asked = ((f"{two[0]}a{two[1]}ba", two), (f"ab{one}cd", one), ("abc_ñ", ""), ("abcdabcdabcd", ""), ("", ""))
    for name, unknown in some_order(cases, asked):
        _, told = expect(inside.ids_and_warnings(vocab, name, unknown)).to_be_a(tuple, length=2)
        expect(len(told)).to_equal(1 if unknown else 0)
        for named in told:
            expect(named == unknown).to_hold("the warning names each character that was left out")


@check(weight=1.4, quote="A dot inside a name is no letter: it counts as unknown.")
def test_vocab_dots(student, cases):
    """A dot inside a name is no letter: it is in chars only once, and encode leaves it out like an unknown character"""
    inside = student.beside(ids_and_warnings)
    first, second, short = words(cases, "aejmors", 9, 3)[-3:]
    names = [f"{first}._{second}", f"{short[0]}.{short[1]}."]
    expect_characters(student.CharVocab(names), reference.CharVocab(names).chars)
    numbered = Numbered(student, names)
    for name, letters in ((names[0], f"{first}_{second}"), (names[1], short[:2])):
        ids, told = expect(inside.ids_and_warnings(numbered.vocab, name)).to_be_a(tuple, length=2)
        numbered.expect_letters(ids, letters)
        expect(len(told)).to_equal(1)


@check(weight=1.5, quote="The characters of a row of numbers without the dots at both ends")
def test_decode_and_back(student, cases):
    """decode(encode(name)) gives the name back, or its first max_len characters"""
    numbered = Numbered(student, ALPHABET)
    for name in words(cases, "abcxyzñç_'", 20, 26)[1::2]:
        expect(numbered.vocab.decode(numbered.right.encode(name))).to_equal(name[:22])
    expect(numbered.vocab.decode([0] * 23)).to_equal("")
    short = Numbered(student, ["luz"], 2)
    expect(short.vocab.decode(short.right.encode("luz"))).to_equal("lu")


@check(quote=("without the dots at both ends; dots inside stay.", "a list of ints or a tensor (L,), of any length."))
def test_decode_any_row(student, cases):
    """decode takes lists and tensors of any length, and removes the dots at both ends, but none inside"""
    numbered = Numbered(student, ["abc"], 4)
    a, b, c = some_order(cases, (1, 2, 3))
    longer = [0, *cases.integers(12, low=0, high=3).tolist(), a, 0, 0]
    for ids in ([0, 0, a, 0, b, 0, 0, c, 0], [a, b], [0, c, c, 0, 0, 0, 0, a], [], [b, 0], longer):
        right = numbered.right.decode(ids)
        expect(numbered.vocab.decode(ids)).to_equal(right)
        if ids:
            expect(numbered.vocab.decode(torch.tensor(ids))).to_equal(right)


@check(weight=0.5, quote="The characters of some names, and their numbers.")
def test_two_vocabularies(student, cases):
    """Two vocabularies do not know of each other"""
    names, most = (some_letters(cases, "tuvwxyz", 3), some_letters(cases, "abcdefg", 4)), (3, 5)
    first, second = (student.CharVocab([name], max_len=long) for name, long in zip(names, most, strict=True))
    for vocab, name, long in zip((first, second), names, most, strict=True):
        expect(in_a_list(vocab.encode(name))).to_equal(reference.CharVocab([name], long).encode(name))
    expect(first.decode([0, 2, 1, 3])).to_equal("".join(sorted(names[0])[place] for place in (1, 0, 2)))
    expect(len(first)).to_equal(4)


class Codes:
    """A vocabulary of the suite's: the code of each letter, whatever it is; all names are equally long."""

    def encode(self, name: str) -> list[int]:
        return [ord(letter) for letter in name]


def items_of(student: Any, names: list[str], label: int, wanted: list[int]) -> list[Any]:
    """Of a data set of these names."""
    dataset = student.NamesDataset(names, label, Codes())
    return [dataset[index] for index in wanted]


def batches_of(student: Any, lists: list[list[str]], labels: list[int], size: int) -> list[Any]:
    """Of data sets that were joined with +."""
    first, second = (student.NamesDataset(names, label, Codes()) for names, label in zip(lists, labels, strict=True))
    return [list(batch) for batch in torch.utils.data.DataLoader(first + second, batch_size=size)]


def ends_of(student: Any, names: list[str]) -> list[Any]:
    """How long a data set is, whether it stops behind its last item, and that item's ids."""
    dataset = student.NamesDataset(names, 0, Codes())
    try:
        dataset[len(names)]
        stops = 0
    except IndexError:
        stops = len(names)
    return [len(dataset), stops, dataset[len(names) - 1][0]]


def some_names(cases: Any, count: int) -> list[str]:
    """So many names of five letters."""
    return [some_letters(cases, "abcdefghijklmnñ", 5) for _ in range(count)]


@check(
    weight=1.5,
    quote=("what vocab.encode(names[i]) gives, as an int64 tensor (L,)", "label: the int that was given."),
)
def test_names_items(student, cases):
    """NamesDataset gives the numbers of a name as an int64 tensor, with the label of all its names"""
    names, wanted = some_names(cases, 5), some_order(cases, range(5))
    for label in some_order(cases, (0, 1)):
        found = student.beside(items_of)(names, label, wanted)
        expect(found).to_equal(items_of(reference, names, label, wanted))


@check(after="names_items", weight=0.5, quote="len(dataset) is the number of names; an index beyond the end raises")
def test_names_ends(student, cases):
    """NamesDataset has a length, and raises IndexError behind its last name"""
    names = some_names(cases, int(cases.rng.integers(3, 9)))
    expect(student.beside(ends_of)(names)).to_equal(ends_of(reference, names))


@check(after="names_items", weight=0.5, quote="`+` joins two of them, and a `DataLoader` makes batches.")
def test_names_batches(student, cases):
    """Two data sets of names, joined with +, come out of a DataLoader in batches"""
    lists, labels = [some_names(cases, 3), some_names(cases, 2)], some_order(cases, (0, 1))
    found = student.beside(batches_of)(lists, labels, 4)
    expect(found).to_equal(batches_of(reference, lists, labels, 4))
