"""The page over several terms: what is hard, what tells strong from weak, what went wrong, what the suite changed."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from autograder.files import natural_key
from autograder.reports.archive import (
    ExerciseSums,
    ItemSums,
    TermSums,
    items_over,
    mistakes_over,
    shares,
    suite_changes,
    titles_of,
)
from autograder.reports.render import page

_MAX_MISTAKES = 60  # on the page, the most frequent
_MAX_CHANGES = 100  # of one term, on the page


class SuiteChange(NamedTuple):
    """What the suite changed from one term to the next."""

    before: str
    now: str
    sentences: list[str]
    more: int


def archive_page(terms: Sequence[TermSums], title: str) -> str:
    """The page as HTML, without the name of any student."""
    exercises = titles_of(terms)
    return page(
        "archive.html.j2",
        script="class.js",
        title=title,
        terms=terms,
        items=items_over(terms),
        names={name: sums.title or name for name, sums in exercises.items()},
        exercises=[
            (name, sums, [term.exercises.get(name, ExerciseSums()) for term in terms])
            for name, sums in exercises.items()
        ],
        mistakes=[(*key, counts, shares(counts, terms)) for key, counts in mistakes_over(terms)[:_MAX_MISTAKES]],
        changes=[_change(before, now) for before, now in pairwise(terms)],
    )


def _change(before: TermSums, now: TermSums) -> SuiteChange:
    sentences = sorted(suite_changes(before, now), key=natural_key)
    return SuiteChange(before.name, now.name, sentences[:_MAX_CHANGES], max(len(sentences) - _MAX_CHANGES, 0))


def archive_lines(terms: Sequence[TermSums]) -> list[tuple[str, ...]]:
    """The table for a terminal: a line for each check, "difficulty discrimination" for each term."""
    head = ("check", "exercise", *(f"{term.name} ({term.submissions})" for term in terms), "")
    rows = [(row.name, row.exercise, *map(_shown, row.terms), row.trend) for row in items_over(terms)]
    return [head, *rows]


def _shown(item: ItemSums | None) -> str:
    if item is None or item.difficulty is None:
        return "–"
    r = "–" if item.discrimination is None else f"{item.discrimination:.2f}"
    return f"{item.difficulty:.2f} {r}"
