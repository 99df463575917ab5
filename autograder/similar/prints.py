"""Code → fingerprints by winnowing (Schleimer, Wilkerson, Aiken 2003), over tokens, with places in the text.

A module of ours, for want of a well-kept one: copydetect, the library there is, has had no release since 2024, removes
released code incompletely where a line occurs twice, and marks wrong places behind a class. Nothing is parsed or run:
one linear pattern cuts any text into tokens.
"""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

GRAM = 14  # tokens of one fingerprint: shorter equal passages are never seen
WINDOW = 6  # of so many neighbouring fingerprints one is kept: equal passages of GRAM + WINDOW - 1 are always seen
MAX_CODE = 200_000  # characters of one submission

# Possessive, and an unclosed string is taken to the end of the text: linear on every input.
_TOKEN = re.compile(
    r"""
      (?P<skip>  \#[^\n]*+ | \s++ )
    | (?P<text>  [rRbBfFuU]{0,2}(?: \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*+(?:\"\"\"|\Z)
                                  | '''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)
                                  | \"(?:[^"\\\n]|\\.)*+\"? | '(?:[^'\\\n]|\\.)*+'? ) )
    | (?P<number> \d[\w.]*+ )
    | (?P<name>  \w++ )
    | (?P<sign>  . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))  # names that mean the same for everybody


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what counts of it, and where it is."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One submission's own code, cut into tokens, with the fingerprints that winnowing keeps."""

    student: str
    text: str
    archived: bool = False  # of an earlier term
    tokens: tuple[Token, ...] = field(repr=False, default=())
    places: dict[int, list[int]] = field(repr=False, default_factory=dict)  # fingerprint → first tokens

    @classmethod
    def of(cls, student: str, cells: Iterable[str], archived: bool = False) -> Document:
        """A document with its fingerprints, none of which reaches over two cells; at most MAX_CODE characters."""
        text, tokens, places = "", list[Token](), dict[int, list[int]]()
        for cell in cells:
            cell = cell[: max(0, MAX_CODE - len(text))]
            own = tuple(tokenize(cell, len(text)))
            for place, fingerprint in winnowed(grams(own)):
                places.setdefault(fingerprint, []).append(len(tokens) + place)
            tokens += own
            text += f"{cell}\n\n"
        return cls(student, text, archived, tuple(tokens), places)


def tokenize(text: str, offset: int = 0) -> Iterator[Token]:
    """Tokens without comments and white space; names of one's own are all alike, so renaming changes nothing."""
    after_dot = False
    for match in _TOKEN.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind != "skip":
            known = after_dot or found in _KEPT
            word = {"text": '"', "number": "0", "name": found if known else "v"}.get(kind, found)
            yield Token(word, offset + match.start(), offset + match.end())
            after_dot = found == "."


def grams(tokens: Sequence[Token]) -> list[int]:
    """A number for each run of GRAM tokens."""
    words = [token.word for token in tokens]
    runs = (" ".join(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1))
    return [int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest()) for run in runs]


def winnowed(hashes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Of every WINDOW neighbours the smallest, the rightmost of equals, with its place; each place once."""
    last = -1
    for start in range(max(len(hashes) - WINDOW + 1, min(len(hashes), 1))):
        window = range(start, min(start + WINDOW, len(hashes)))
        place = min(window, key=lambda at: (hashes[at], -at))
        if place != last:
            last = place
            yield place, hashes[place]
