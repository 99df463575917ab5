"""What the notebook itself says of an error: its folded "Help: I get …", quoted where nothing else is found."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.course import Assignment
from autograder.judge.causes import notebook_says
from autograder.model import CheckResult, Verdict

TELLING = 20  # characters that an error must share with a help, from its class on
MOST = 600  # characters that are quoted
_HELP = re.compile(r"<summary>Help: I get <code>(.+?)</code>.*?</summary>(.*?)</details>", re.DOTALL)
_TAG = re.compile(r"</?code>")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class _Help:
    """One of the folded helps: the error as it is written there, and what to do."""

    error: str
    text: str


def quoted(results: Sequence[CheckResult], assignment: Assignment) -> tuple[CheckResult, ...]:
    """The results; errors that nothing explains with the one help of their exercise that is about them."""
    return tuple(_with_help(check, assignment) for check in results)


def _with_help(check: CheckResult, assignment: Assignment) -> CheckResult:
    if check.verdict is not Verdict.RAISED or check.hint or check.unwritten:
        return check
    said = _plain(check.message)
    fitting = [each for each in _helps(assignment, check.exercise) if len(each.error) >= TELLING and each.error in said]
    return replace(check, hint=notebook_says(fitting[0].text)) if len(fitting) == 1 else check


def _helps(assignment: Assignment, exercise: str) -> Iterator[_Help]:
    """Those between the cells of the exercise before and the last one of this exercise."""
    own = assignment.exercise(exercise).cells
    others = {cell for each in assignment.exercises if each.name != exercise for cell in each.cells}
    places = [place for place, cell in enumerate(assignment.release) if cell.grade_id in own]
    if not places:
        return
    before = (place for place, cell in enumerate(assignment.release[: places[0]]) if cell.grade_id in others)
    for cell in assignment.release[max(before, default=-1) + 1 : places[-1]]:
        for error, text in _HELP.findall(cell.source) if cell.kind == "markdown" else ():
            words = " ".join(html.unescape(_TAG.sub("`", text)).split())
            yield _Help(_plain(html.unescape(error)), words if len(words) <= MOST else f"{words[:MOST]}…")


def _plain(text: str) -> str:
    """Without what differs from one input to the next."""
    return _NUMBER.sub("#", " ".join(text.replace("`", "").split()))
