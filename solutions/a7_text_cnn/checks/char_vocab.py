"""Hidden checks of the exercise `char_vocab`. The first line of each docstring is what the student reads."""

from __future__ import annotations

from typing import Any

import reference
import torch

from autograder.judge import check, expect, value_of

from ._helpers import in_a_list, some_letters, some_order, words

ALPHABET = ["abcdefghijklm", "nopqrstuvwxyz", "ñ'", "ç_"]


@check(quote="chars: a string, the dot and then every other character of the names, once, in the order of `sorted`.")
def test_vocab_characters(student, cases):
    """CharVocab lists the dot, then the other characters of the names, each once and sorted"""
    expect(student.CharVocab(ALPHABET).chars).to_equal(".'_abcdefghijklmnopqrstuvwxyzçñ")
    names = words(cases, "zebrañ'ox_", 12, 9)
    expect(student.CharVocab(names).chars).to_equal(reference.CharVocab(names).chars)


def expect_characters(vocab: Any, right: str) -> None:
    """These characters, in this order; one check asks for the string."""
    found = value_of(vocab.chars)
    expect("".join(found) if isinstance(found, (list, tuple)) else found).to_equal(right)


def expect_ids(vocab: Any, name: str, right: list[int]) -> None:
    """These numbers for a name; one check asks for the list."""
    expect(in_a_list(vocab.encode(name))).to_equal(right)


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
    vocab = student.CharVocab(ALPHABET)
    expect(vocab.encode("john_andrew")).to_equal([0, 12, 17, 10, 16, 2, 3, 16, 6, 20, 7, 25] + [0] * 11)
    expect(vocab.encode("zoñça")).to_equal([0, 28, 17, 30, 29, 3] + [0] * 17)
    for name in words(cases, "abcmnoxyzñç_'", 9, 9)[3:]:
        expect(vocab.encode(name)).to_equal(reference.CharVocab(ALPHABET).encode(name))


@check(weight=1.5, quote="the dot, at most max_len characters of the name, dots to the end.")
def test_encode_lengths(student, cases):
    """encode always gives max_len + 1 numbers, for names that are empty, just fit, or are far too long"""
    names = ["", *words(cases, "abcdñ_", 28, 28)]
    for most in (22, 5, 1):
        vocab, right = student.CharVocab(["abcdñ_"], max_len=most), reference.CharVocab(["abcdñ_"], most)
        for name in (names[0], names[1], names[most - 1], names[most], names[most + 1], names[-1]):
            expect_ids(vocab, name, right.encode(name))


@check(weight=1.5, quote="small letters, each space becomes _. Here and in encode.")
def test_vocab_writing(student, cases):
    """Maria Clara, MARIA CLARA and maria_clara are one name, in the list of characters and in encode"""
    plain = [" ".join(words(cases, "abcdefñçlmn", 6, 6)[place::3]) for place in range(3)]
    names = [plain[0].title(), plain[1].upper(), plain[2].capitalize(), "Ñusta Luz"]
    vocab, right = student.CharVocab(names), reference.CharVocab(names)
    expect_characters(vocab, right.chars)
    for name in plain:
        for written in (name, name.upper(), name.title(), name.replace(" ", "_").upper()):
            expect_ids(vocab, written, right.encode(name))


@check(quote=("they are letters with numbers of their own", "for our list they are two names"))
def test_vocab_marks(student, cases):
    """ñ, ç and letters with an accent are letters of their own"""
    names = ["peña", "pena", "françois", "jose", "josé", *words(cases, "aáeénñcçuü", 9, 9)[4:]]
    vocab, right = student.CharVocab(names), reference.CharVocab(names)
    expect_characters(vocab, right.chars)
    for name in names:
        expect_ids(vocab, name, right.encode(name))


def ids_and_warnings(vocab: Any, name: str) -> tuple[list[int], list[str]]:
    """What encode gives, and the text of each warning."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ids = vocab.encode(name)
    return ids, [str(warning.message) for warning in caught]


@check(weight=1.5, quote="Unknown characters are left out before the name is cut")
def test_encode_unknown(student, cases):
    """encode leaves out characters that are not in the vocabulary, before it cuts the name"""
    inside = student.beside(ids_and_warnings)
    vocab, right = student.CharVocab(["abcd"], max_len=6), reference.CharVocab(["abcd"], 6)
    known = words(cases, "abcd", 9, 9)
    for name in ("", *known[2:5], *known[6:]):
        strange = "".join(letter + some_letters(cases, "xyzXé", 1) for letter in "q" + name)
        ids, _ = expect(inside.ids_and_warnings(vocab, strange)).to_be_a(tuple, length=2)
        expect(in_a_list(ids)).to_equal(right.encode(name))


@check(
    after="encode_lengths",
    weight=1.25,
    quote=("with one `warnings.warn` that names them.", "Without any, no warning."),
)
def test_encode_warns(student, cases):
    """encode gives one warning that names the characters it leaves out, and none when it knows them all"""
    inside = student.beside(ids_and_warnings)
    vocab = student.CharVocab(["abcd", "ñ_"], max_len=6)
    two, one = (some_letters(cases, "ékqwxyz", count) for count in (2, 1))
    asked = ((f"{two[0]}a{two[1]}ba", two), (f"ab{one}cd", one), ("Abc Ñ", ""), ("abcdabcdabcd", ""), ("", ""))
    for name, unknown in some_order(cases, asked):
        _, told = expect(inside.ids_and_warnings(vocab, name)).to_be_a(tuple, length=2)
        expect(len(told)).to_equal(1 if unknown else 0)
        for sentence in told:
            named = all(letter in sentence for letter in unknown)
            expect(named).to_hold("the warning names each character that was left out")


@check(weight=1.25, quote="A dot inside a name is no letter: it counts as unknown.")
def test_vocab_dots(student, cases):
    """A dot inside a name is no letter: it is in chars only once, and encode leaves it out like an unknown character"""
    inside = student.beside(ids_and_warnings)
    first, second, short = words(cases, "aejmors", 9, 3)[-3:]
    names = [f"{first}. {second}", f"{short[0]}.{short[1]}."]
    vocab = student.CharVocab(names)
    expect_characters(vocab, reference.CharVocab(names).chars)
    for name, letters in ((names[0].title(), f"{first}_{second}"), (names[1], short[:2])):
        ids, told = expect(inside.ids_and_warnings(vocab, name)).to_be_a(tuple, length=2)
        expect(in_a_list(ids)).to_equal(reference.CharVocab(names).encode(letters))
        expect(len(told)).to_equal(1)


@check(weight=1.5, quote="The characters of a row of numbers without the dots at both ends")
def test_decode_and_back(student, cases):
    """decode(encode(name)) gives the name back, or its first max_len characters"""
    vocab = student.CharVocab(ALPHABET)
    for name in words(cases, "abcxyzñç_'", 20, 26)[1::2]:
        expect(vocab.decode(reference.CharVocab(ALPHABET).encode(name))).to_equal(name[:22])
    expect(vocab.decode([0] * 23)).to_equal("")
    back = student.CharVocab(["luz"], max_len=2)
    expect(back.decode(back.encode("LUZ"))).to_equal("lu")


@check(quote=("without the dots at both ends; dots inside stay.", "a list of ints or a tensor (L,), of any length."))
def test_decode_any_row(student, cases):
    """decode takes lists and tensors of any length, and removes the dots at both ends, but none inside"""
    vocab = student.CharVocab(["abc"], max_len=4)
    a, b, c = some_order(cases, (1, 2, 3))
    longer = [0, *cases.integers(12, low=0, high=3).tolist(), a, 0, 0]
    for ids in ([0, 0, a, 0, b, 0, 0, c, 0], [a, b], [0, c, c, 0, 0, 0, 0, a], [], [b, 0], longer):
        right = reference.CharVocab(["abc"]).decode(ids)
        expect(vocab.decode(ids)).to_equal(right)
        if ids:
            expect(vocab.decode(torch.tensor(ids))).to_equal(right)


@check(weight=0.5, quote="The characters of some names, and their numbers.")
def test_two_vocabularies(student, cases):
    """Two vocabularies do not know of each other"""
    names, most = (some_letters(cases, "tuvwxyz", 3), some_letters(cases, "abcdefg", 4)), (3, 5)
    first, second = (student.CharVocab([name], max_len=long) for name, long in zip(names, most, strict=True))
    for vocab, name, long in zip((first, second), names, most, strict=True):
        expect_ids(vocab, name, reference.CharVocab([name], long).encode(name))
    expect(first.decode([0, 2, 1, 3])).to_equal("".join(sorted(names[0])[place] for place in (1, 0, 2)))
    expect(len(first)).to_equal(4)
