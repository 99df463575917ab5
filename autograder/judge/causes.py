"""What the diagnosis says of failed checks: causes of several layers, and which of them a student reads.

A layer gives causes for checks that no earlier layer speaks for: a known mistake comes before a relation between the
answer and the expected one, and that before a line of the student's. How sure a cause is shows in its form only: a
statement, or a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from autograder.model import CheckResult


class Layer(StrEnum):
    """Which layer found it; what a student reads is of the first of them that has a word for a check."""

    PAIR = "pair"  # of mistakes of the catalogue, where no single one agrees with every check that it touches
    MISTAKE = "mistake"  # of the catalogue
    RELATION = "relation"  # of the answer to the expected one
    LINE = "line"  # of the student's, that mends the function when it is changed
    CONTRAST = "contrast"  # of wrong and right answers: what is special about the arguments of the wrong ones


MEASURED = frozenset({"scaled", "shifted", "first_only", "larger_than_expected", "clipped"})
"""Relations that say how far an answer is off, and little of what was done: a line says more, where one is found."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for failed checks: a name for the staff's statistics, and the sentence that the student reads."""

    layer: Layer
    name: str
    sentence: str
    checks: tuple[str, ...]
    staff: str = ""  # what only the staff reads, such as the edit


def told(results: Mapping[str, CheckResult], causes: Iterable[Cause]) -> dict[str, CheckResult]:
    """The results, each failed check with the sentence of the first cause for it; what has one already keeps it."""
    explained = dict(results)
    for cause in sorted(causes, key=lambda cause: list(Layer).index(cause.layer)):
        for name in cause.checks:
            check = explained[name]
            if not check.hint and not check.earns:
                staff = f"{check.staff}\n{cause.staff}".strip()
                explained[name] = replace(check, hint=cause.sentence, mistake=cause.name, staff=staff)
    return explained


def both(first: str, second: str) -> str:
    """The hints of two mistakes that were made at once."""
    return first if first == second else f"Two things at once. {first} And: {second}"


def notebook_says(text: str) -> str:
    """The folded help of the notebook for this very error."""
    return f"Your notebook has a help for this error: “{text}”"


def perhaps(hints: Sequence[str]) -> str:
    """One or more hints of which nothing shows that it is the right one, as a question."""
    if len(hints) == 1:
        return f"Could this be it? {hints[0]}"
    return f"Which of these is it? {' Or: '.join(hints)}"
