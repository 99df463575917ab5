"""The one relation that holds for all wrong answers, and would be a surprise; else none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnkit.compare.relations.along import connected
from cnnkit.compare.relations.fits import Fit
from cnnkit.compare.relations.leaves import Leaf, Pair, leaves_of
from cnnkit.compare.relations.places import placed
from cnnkit.compare.relations.sequences import exchanged_parts, sequenced
from cnnkit.compare.relations.texts import misplaced_texts
from cnnkit.compare.relations.values import changed

NEEDED = 16.0  # bits by which all values agree, beyond what was chosen: some hundred relations are tried
MOST = 40  # wrong arrays that are looked at


@dataclass(frozen=True)
class Relation:
    """What the answers are, in terms of the expected ones: a name for the staff, and a sentence for the student."""

    name: str
    sentence: str


def related(pairs: Sequence[Pair]) -> Relation | None:
    """The relation that holds for every array and number that differs; none where several do, or by chance."""
    if text := misplaced_texts(pairs):
        return Relation(text.name, text.words)
    by_pair = [list(found) if (found := leaves_of(pair)) is not None else None for pair in pairs]
    known = [leaves for leaves in by_pair if leaves]
    leaves = [leaf for some in known for leaf in some]
    if None in by_pair or not leaves or len(leaves) > MOST:
        return None
    chosen = _chosen(leaves)
    if chosen is None:
        return _of_parts(pairs[0].subject, known)
    return Relation(chosen.name, f"{leaves[0].subject} is the expected one, {chosen.words}".rstrip(".") + _end(chosen))


def _of_parts(subject: str, by_pair: Sequence[Sequence[Leaf]]) -> Relation | None:
    """The same parts of every answer have taken each other's places."""
    fits = [exchanged_parts(leaves) for leaves in by_pair]
    told = sum(min(leaf.bits for leaf in leaves) for leaves in by_pair)
    if fits[0] is None or any(fit != fits[0] for fit in fits) or told < NEEDED:
        return None
    return Relation(fits[0].name, f"{subject} is the expected one, {fits[0].words}.")


def is_telling(pairs: Sequence[Pair]) -> bool:
    """Whether it would be a surprise if something gave all of these answers by chance."""
    leaves = [leaf for pair in pairs for leaf in leaves_of(pair) or ()]
    return sum(leaf.bits_of_got for leaf in leaves) >= NEEDED


def _end(fit: Fit) -> str:
    return "" if fit.words.endswith("?") else "."


def _chosen(leaves: Sequence[Leaf]) -> Fit | None:
    """The most special of the ways that hold for every leaf; none where two that differ do."""
    by_leaf: list[dict[tuple[str, str], Fit]] = []
    for leaf in leaves:
        by_leaf.append({(fit.name, fit.key): fit for fit in reversed(list(_fits(leaf)))})
        common = [fit for key, fit in reversed(by_leaf[0].items()) if all(key in others for others in by_leaf)]
        if not common:
            return None
    sure = [fit for fit in common if _is_a_surprise([fits[fit.name, fit.key] for fits in by_leaf], leaves)]
    clear = [fit for fit in sure if not all(fits[fit.name, fit.key].degenerate for fits in by_leaf)]
    for some in ([fit for fit in clear if not fit.general], [fit for fit in clear if fit.general]):
        if some:
            return some[0] if len({fit.name for fit in some}) == 1 else None
    return None


def _fits(leaf: Leaf) -> Iterator[Fit]:
    yield from placed(leaf)
    yield from changed(leaf)
    yield from connected(leaf)
    yield from sequenced(leaf)


def _is_a_surprise(fits: Sequence[Fit], leaves: Sequence[Leaf]) -> bool:
    """Whether the answers agree by more than chance, and by more than what was chosen so that they do."""
    amounts = [_telling(fit, leaf) for fit, leaf in zip(fits, leaves, strict=True)]
    told = sum(amounts) - max(fit.free for fit in fits) * max(leaf.unit for leaf in leaves)
    values = sum(len(np.unique(leaf.got)) for leaf in leaves)
    return told >= NEEDED and values >= max(fit.least for fit in fits)


def _telling(fit: Fit, leaf: Leaf) -> float:
    if fit.bits is not None:
        return fit.bits
    reordered = fit.family == "places" and leaf.got.size == leaf.expected.size and not fit.general
    return max(leaf.bits, leaf.bits_of_order) if reordered else leaf.bits
