"""One check of the suite once more, on a submission in a fresh box, with everything that was said."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.box.box import Box, open_box
from autograder.box.outcome import Reply, StudentError
from autograder.box.zygote import Wall
from autograder.course import Assignment
from autograder.explain.values import asked, shown
from autograder.grading.one import run_cell
from autograder.grading.worker import zygote_for
from autograder.judge.conversation import Exchange
from autograder.judge.plugin import Suite, with_suite
from autograder.judge.replay import replayed
from autograder.model import CellRun, CheckResult
from autograder.submission.read import read_submission
from cnnkit.compare import compare

A_DAY = 86_400.0  # how long a shell in the box may stay open


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the check, and both answers in words."""

    text: str
    yours: str
    expected: str  # "" if the reference cannot be asked
    same: bool
    difference: str = ""
    printed: str = ""


@dataclass
class Again:
    """What happened when the check was tried again."""

    result: CheckResult
    calls: list[Call] = field(default_factory=list)
    cells: tuple[CellRun, ...] = ()
    seconds: float = 0.0  # that the student's code took
    exchange: Exchange | None = None  # the last call of a function: the one that failed, if any did
    expected: Any = None  # what the reference answers there


Stay = Callable[[Box, Again], None]
"""What to do in the box when the check has ended."""


def try_again(assignment: Assignment, raw: bytes, check: str, wall: Wall, stay: Stay) -> Again:
    """The check alone, on these bytes. Raises UnreadableSubmission, NoBox; `stay` gets the box while it is open."""
    submission = read_submission(raw, assignment)
    patient = replace(assignment, limits=replace(assignment.limits, submission_seconds=A_DAY))

    def run(suite: Suite) -> Again:
        with zygote_for(patient, wall) as zygote, open_box(zygote, patient.limits) as box:
            cells = tuple(run_cell(box, cell, patient) for cell in submission.cells)
            again = _judged(suite, box, check)
            again.cells = cells
            stay(box, again)
            return again

    return with_suite(patient, run, wall.device)


def _judged(suite: Suite, box: Box, check: str) -> Again:
    result, conversation = suite.one(check, box.ask)
    again = Again(result, seconds=round(conversation.seconds, 4))
    answers = list(replayed(suite.reference, conversation.exchanges))
    for place, exchange in enumerate(conversation.exchanges):
        answer, same = answers[place][1:] if place < len(answers) else (None, False)
        again.calls.append(_call(exchange, answer, same, suite))
        if exchange.request["op"] == "call":
            again.exchange = exchange
            again.expected = answer.value if isinstance(answer, Reply) else None
    return again


def _call(exchange: Exchange, answer: Reply | StudentError | None, same: bool, suite: Suite) -> Call:
    outcome = exchange.outcome
    text = asked(exchange.request, suite.parameters)
    difference = "" if same else _difference(outcome, answer)
    return Call(text, shown(outcome), shown(answer) if answer else "", same, difference, outcome.printed)


def _difference(yours: Reply | StudentError, expected: Reply | StudentError | None) -> str:
    """How two values differ, in the words that a student would read; "" if one of them is none."""
    if not isinstance(yours, Reply) or not isinstance(expected, Reply):
        return ""
    try:
        mismatch = compare(yours.value, expected.value)
    except ValueError:  # the right answer is NaN
        return ""
    return mismatch.sentence("values") if mismatch else ""
