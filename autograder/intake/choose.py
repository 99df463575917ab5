"""Which of the notebooks that somebody handed in at once is the answer to this assignment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course import Assignment
from autograder.intake.entries import Entry
from autograder.submission.find import labels_in
from autograder.text.plain import underscored


@dataclass(frozen=True, slots=True)
class Candidate:
    """A notebook with its bytes."""

    entry: Entry
    raw: bytes


def choose(candidates: Sequence[Candidate], assignment: Assignment) -> list[Candidate]:
    """The notebook for `assignment`; several if that cannot be decided, none if all belong to another one.

    Its name decides, then the labels of its cells; two copies of the same bytes are one.
    """
    distinct = list({candidate.raw: candidate for candidate in reversed(candidates)}.values())[::-1]
    if len(distinct) < 2:
        return distinct
    named = [item for item in distinct if _bare(item.entry.parts[-1]) == assignment.slug]
    if len(named) == 1:
        return named
    labels = {item.raw: labels_in(item.raw, [assignment])[assignment.slug] for item in distinct}
    most = max(labels.values())
    best = [item for item in named or distinct if labels[item.raw] == most]
    return best if most or named else [item for item in distinct if assignment.slug in _bare(item.entry.parts[-1])]


def _bare(name: str) -> str:
    """ "A1 Conv (2).ipynb" → "a1_conv": without the number that a browser adds."""
    whole = re.sub(r"\.ipynb(\.\w+)?$|\.\w+$", "", name, flags=re.IGNORECASE)
    stem = re.sub(r"[ _-]*\(?\d{0,2}\)?$", "", whole) or whole
    return underscored(stem).strip("_")
