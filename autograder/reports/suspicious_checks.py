"""What staff should look at besides submissions: checks that may be wrong themselves, verdicts that changed."""

from collections.abc import Mapping, Sequence

from autograder.model import Report
from autograder.reports.statistics import CheckFigures, checks, graded
from autograder.reports.verdict_history import VerdictChange
from autograder.reports.words import LOOKS
from autograder.text.words import amount

_MIN_CORRELATION = 0.1  # a smaller correlation is none
_FEWEST = 5  # graded submissions: below it, nothing is said
_MAX_NAMED = 3  # names in one sentence


def suspicious(reports: Sequence[Report]) -> list[str]:
    """Sentences about checks that may be wrong themselves."""
    if len(graded(reports)) < _FEWEST:
        return []
    rows = checks(reports)
    sentences = [sentence for row in rows if (sentence := _suspicion(row))]
    easy = [f"“{row.title}”" for row in rows if row.worth and row.tried >= _FEWEST and row.passed == row.tried]
    if easy:
        named = ", ".join(easy[:3]) + (f" and {len(easy) - 3} more" if len(easy) > 3 else "")
        them = "it does" if len(easy) == 1 else "they do"
        sentences.append(f"Every submission passes {amount(len(easy), 'check')}, so {them} not discriminate: {named}.")
    return sentences


def _suspicion(row: CheckFigures) -> str:
    if row.answered and not row.passed:
        return f"Nobody passes “{row.title}” ({row.exercise}): is the check right?"
    if row.discrimination is None or min(row.passed, row.tried - row.passed) < 2 or row.tried < _FEWEST:
        return ""
    if row.discrimination < -_MIN_CORRELATION:
        return f"“{row.title}” ({row.exercise}) is passed more often by weaker submissions: review it."
    if row.discrimination < _MIN_CORRELATION:
        why = "strong and weak submissions pass it equally often"
        return f"“{row.title}” ({row.exercise}) does not discriminate: {why}."
    return ""


def flaky(changes: Sequence[VerdictChange], titles: Mapping[str, str]) -> list[str]:
    """Verdicts that changed although neither the file nor the course did; `titles` are those of the checks."""
    return [
        f"{change.student}: {_moves(change, titles)}, although neither the file nor the course has changed. "
        "Is the check random, or its time limit too tight?"
        for change in changes
        if change.flaky
    ]


def moved_verdicts(changes: Sequence[VerdictChange], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Whose verdicts changed with a new file or a changed course, and which."""
    return [(change.student, _moves(change, titles)) for change in changes if not change.flaky]


def _moves(change: VerdictChange, titles: Mapping[str, str]) -> str:
    moves = [f"“{titles.get(name, name)}” {LOOKS[old].label} → {LOOKS[new].label}" for name, old, new in change.checks]
    more = [f"{amount(len(moves) - _MAX_NAMED, 'more check')}"] if len(moves) > _MAX_NAMED else []
    return "; ".join([*moves[:_MAX_NAMED], *more])
