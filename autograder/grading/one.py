"""One submission, from bytes to Report. Read this file first.

    bytes ──read──▶ cells ──run──▶ box ◀──ask── hidden suite ──▶ check results ──carry──▶ ──score──▶ Report

Nothing of the student's is ever executed, imported or unpickled in this process: the cells run in the box, behind a
wall, and the suite asks questions through it. What comes back is data; whether it is right is decided here.
"""

import base64
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from autograder import messages
from autograder.box.box import Box, open_box
from autograder.box.zygote import Zygote
from autograder.course import Assignment
from autograder.errors import BoxFailure, UnreadableSubmission
from autograder.files import raw_digest
from autograder.grading.carried import Resit, Results, carried_forward
from autograder.grading.repair import pinpointed
from autograder.grading.scoring import score, ungraded_exercises
from autograder.judge.conversation import Ask
from autograder.judge.folded_help import quoted
from autograder.judge.plugin import Suite
from autograder.log import span
from autograder.model import CellRun, CheckResult, Report
from autograder.submission.handed_in import HandedIn
from autograder.submission.match import bound_anew, functions
from autograder.submission.read import Cell, read_submission

_PLACE = re.compile(r" \(<cell [^>]{1,80}>, line \d+\)$")  # Python's, of a SyntaxError

Judge = Callable[[Suite, Ask], Results]


def grade(handed_in: HandedIn, suite: Suite, zygote: Zygote, judge: Judge = Suite.run) -> Report:
    """The Report of one submission. Whatever the student's code does ends in a verdict, never in an exception."""
    start, assignment = time.monotonic(), suite.assignment
    blank = Report(
        assignment=assignment.slug, student=handed_in.student, source=handed_in.source, key=handed_in.key,
        exercises=ungraded_exercises(assignment), box=zygote.wall.mode, digest=raw_digest(handed_in.raw),
    )  # fmt: skip
    try:
        with span("read"):
            submission = read_submission(handed_in.raw, assignment)
    except UnreadableSubmission as error:
        return replace(blank, problem=str(error), fault="student", seconds=_since(start))
    with open_box(zygote, assignment.limits) as box:
        with span("cells"):
            cells = tuple(run_cells(box, submission.cells, assignment))
        with span("checks"):
            results = _traced(judge(suite, box.ask), submission.cells, cells)
    told = replace(blank, notes=submission.notes, answers=submission.answers)
    judged = replace(told, cells=cells, memory_mb=round(box.memory_mb), seconds=_since(start))
    ended = frozenset(cell for cell in submission.cells if not box.runs_again(cell.source, cell.label))
    resit = Resit(suite, zygote, submission.cells, box.clock, ended)
    with span("carried"):
        results = carried_forward(results, resit)
    with span("diagnosis"):
        results = quoted(pinpointed(results, resit), assignment)
    return replace(judged, exercises=score(assignment, results))


def run_cells(box: Box, cells: Sequence[Cell], assignment: Assignment) -> Iterator[CellRun]:
    """Runs all cells. Raises BoxFailure where one is late that nothing of the student's came before: that is ours."""
    given, all_ours = {item.source for item in assignment.release if item.role == "given"}, True
    for cell in cells:
        ran = run_cell(box, cell, assignment)
        all_ours = all_ours and cell.source in given
        if all_ours and ran.error.startswith("Timeout"):
            raise BoxFailure(f"the released cell {cell.label} did not finish: {ran.error}")
        yield ran


def run_cell(box: Box, cell: Cell, assignment: Assignment) -> CellRun:
    """Runs one cell of the student's; figures are kept of what the student changed."""
    released = {item.source for item in assignment.release}
    outcome = box.run_cell(cell.source, cell.label, figures=cell.source not in released)
    failure = outcome.error
    said = f"{failure.type_name}: {messages.NO_GPU}" if failure and failure.asks_for_gpu else str(failure or "")
    said = _PLACE.sub("", said) if failure and failure.where else said  # told once, and in our words
    error = f"{said} ({failure.where})".removesuffix(" ()") if failure else ""
    figures = tuple(base64.b64encode(png).decode() for png in outcome.figures)
    return CellRun(cell.label, outcome.ok, error, round(outcome.seconds, 3), figures)


def _traced(results: Results, cells: Sequence[Cell], runs: Sequence[CellRun]) -> Results:
    """The results; where a name is missing, with the cell that stopped before it was defined."""
    stopped = [cell for cell, run in zip(cells, runs, strict=True) if not run.ok]
    homes = {name: cell.label for cell in stopped for name in functions(cell.source) | bound_anew(cell.source)}
    return tuple(_first_cause(check, homes) for check in results)


def _first_cause(check: CheckResult, homes: Mapping[str, str]) -> CheckResult:
    """The result; where a name is missing that a stopped cell has, with that cell."""
    label = homes.get(check.missing)
    if label is None:
        return check
    cell = label if label.startswith("cell ") else f"the cell `{label}`"
    return replace(check, message=messages.cut_short(check.missing, cell), stopped_at=cell, error="")


def _since(start: float) -> float:
    return round(time.monotonic() - start, 3)
