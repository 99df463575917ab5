"""Fingerprints of a class → pairs that share more than the released code, the right answers and the class explain."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder.similar.prints import GRAM, Document, grams, tokenize

Ranges = tuple[tuple[int, int], ...]
"""Characters from … to of a text, in order, not overlapping."""

COMMON = 0.2  # share of the class above which a passage is a habit of the class and no sign of copying
MIN_SUBMISSIONS = 10  # submissions: in a smaller class nothing is called common
MIN_TOKENS = 40  # shared tokens below which a pair says nothing


@dataclass(frozen=True, slots=True)
class Side:
    """One of a pair: how much of its own code the other has too, and where."""

    document: Document
    share: float  # of the tokens that nothing explains
    tokens: int
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions that share passages."""

    first: Side
    second: Side

    @property
    def share(self) -> float:
        """Of the two shares the larger one: a short submission may be contained in a long one."""
        return max(self.first.share, self.second.share)


def explained(texts: Iterable[str]) -> frozenset[int]:
    """Fingerprints of code that everybody has or may write: the release, right answers, known mistakes."""
    return frozenset(number for text in texts for number in grams(tuple(tokenize(text))))


def pairs(documents: Sequence[Document], known: frozenset[int], least: float) -> list[Pair]:
    """Pairs with at least that share, the closest first; two archived documents do not make a pair."""
    known = known | common(documents)
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        for fingerprint in document.places.keys() - known:
            holders[fingerprint].append(number)
    shared = Counter(pair for held in holders.values() for pair in combinations(held, 2))
    found = [
        _pair(documents[first], documents[second], known)
        for first, second in shared
        if not (documents[first].archived and documents[second].archived)
    ]
    close = [pair for pair in found if pair.share >= least and min(pair.first.tokens, pair.second.tokens) >= MIN_TOKENS]
    return sorted(close, key=lambda pair: (-pair.share, -pair.first.tokens, pair.first.document.student))


def common(documents: Sequence[Document]) -> frozenset[int]:
    """Fingerprints that many of this term's submissions have."""
    term = [document for document in documents if not document.archived]
    if len(term) < MIN_SUBMISSIONS:
        return frozenset()
    counts = Counter(fingerprint for document in term for fingerprint in document.places)
    return frozenset(fingerprint for fingerprint, count in counts.items() if count > COMMON * len(term))


def _pair(first: Document, second: Document, known: frozenset[int]) -> Pair:
    both = (first.places.keys() & second.places.keys()) - known
    return Pair(_side(first, both, known), _side(second, both, known))


def _side(document: Document, both: Iterable[int], known: frozenset[int]) -> Side:
    hit = _covered(place for fingerprint in both for place in document.places[fingerprint])
    free = set(range(len(document.tokens))) - _covered(
        place for fingerprint in document.places.keys() & known for place in document.places[fingerprint]
    )
    own = hit & free
    return Side(document, len(own) / len(free) if free else 0.0, len(own), _ranges(document, own))


def _covered(places: Iterable[int]) -> set[int]:
    return {token for place in places for token in range(place, place + GRAM)}


def _ranges(document: Document, tokens: set[int]) -> Ranges:
    merged: list[tuple[int, int]] = []
    before = -2
    for number in sorted(tokens & set(range(len(document.tokens)))):
        token = document.tokens[number]
        if number == before + 1:
            merged[-1] = (merged[-1][0], token.end)
        else:
            merged.append((token.start, token.end))
        before = number
    return tuple(merged)
