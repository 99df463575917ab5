"""Asks the hidden suites about mistakes that nobody listed, in process, and says what is told of each.

The search for a line runs in process, too: these definitions are ours.
"""

from __future__ import annotations

import ast
import contextlib
import re
import signal
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from autograder.box.outcome import StudentError
from autograder.course import Assignment, load_course
from autograder.course.answers import Definition, homes, parsed, stand_in
from autograder.grading import repair
from autograder.grading.carried import Resit
from autograder.judge.causes import both
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.model import CheckResult, Verdict
from autograder.submission.read import Cell

HERE = Path(__file__).resolve().parent
HELD_OUT = HERE / "held_out"  # a second set, by somebody who knew the notebooks alone
STUDENTS = HERE / "students"  # a third, by students who had solved the released notebooks
ASSISTANT = HERE / "assistant"  # a fourth, by a teaching assistant who had seen the released notebooks alone
COLLEAGUE = HERE / "colleague"  # a fifth, by a colleague from another course, from the released notebooks alone
NEWCOMER = HERE / "newcomer"  # a sixth, by a newcomer who writes loops, from the released notebooks alone
VISITOR = HERE / "visitor"  # a seventh, by a visitor with other libraries' habits, from notebooks, answers and tables
EXCHANGE = HERE / "exchange"  # an eighth, by an exchange student, from the released notebooks alone
ROOT = HERE.parents[2]
SLUGS = sorted(path.stem for path in HERE.glob("*.toml"))
SILENT = "nothing"
USES = "import math, warnings\nimport numpy as np, torch, torch.nn as nn, torch.nn.functional as F\n"
LINE = "Look at line"
WRONG = (Verdict.FAILED, Verdict.RAISED)
TWO = both("", " ").partition(".")[0]  # how the hints of two mistakes begin


@dataclass(frozen=True)
class Unseen:
    """A mistake: code that is run after the right answers, and what a right statement about it mentions."""

    name: str
    says: str
    source: str


@dataclass(frozen=True)
class Measured:
    """What was told of it: in how many failed checks, by which names, and whether each statement was right."""

    slug: str
    name: str
    failed: int
    found: tuple[str, ...]
    known: bool  # whether all of these are listed mistakes
    wrong: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def how(self) -> str:
        """How it was found."""
        if not self.found:
            return SILENT
        if all(hint.startswith(TWO) for hint in self.hints):
            return "two at once"
        if all(hint.startswith(LINE) for hint in self.hints):
            return "line"
        return "catalogue" if self.known else "relation"


def unseen(slug: str, folder: Path = HERE) -> list[Unseen]:
    """Those of one assignment."""
    rows = tomllib.loads((folder / f"{slug}.toml").read_text("utf-8"))["mistake"]
    return [Unseen(**row) for row in rows]


@lru_cache
def measured(slug: str, one_in: int = 1, folder: Path = HERE) -> list[Measured]:
    """How unseen mistakes of an assignment, one in so many, are found by its exercise, without gates."""
    assignment: Assignment = load_course(ROOT).assignment(slug).whole  # stretches too

    def serve(suite: Suite) -> list[Measured]:
        return [_measured(suite, mistake) for mistake in unseen(slug, folder)[::one_in]]

    found: list[Measured] = with_suite(assignment, serve)
    return found


def _measured(suite: Suite, mistake: Unseen) -> Measured:
    names: dict[str, Any] = _given(suite, mistake.source) | dict(suite.reference)
    exec(USES + mistake.source, names)  # noqa: S102  # ours
    others = _others(suite, names)
    results = suite.run(LocalBox(names).ask, others)
    if any(check.verdict in WRONG for check in results):
        results = _with_a_line(suite, mistake, names, results)
    failed = [check for check in results if check.verdict in WRONG]
    told = {check.mistake: check.hint for check in failed if check.hint}
    wrong = tuple(hint for hint in told.values() if not re.search(mistake.says, hint, re.IGNORECASE))
    listed = {each.name for each in suite.mistakes}
    hints = tuple(told.values())
    return Measured(suite.assignment.slug, mistake.name, len(failed), tuple(told), set(told) <= listed, wrong, hints)


def _given(suite: Suite, source: str) -> dict[str, Any]:
    """What the source uses of what the notebook's given cells define, such as `in_eval_mode`."""
    cells = [cell for cell in suite.assignment.cells if cell.kind == "code" and cell.role == "given"]
    defined = {node.name for cell in cells for node in parsed(cell.source).body if isinstance(node, Definition)}
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)} & defined
    names: dict[str, Any] = {}
    exec(stand_in(suite.assignment, used), names)  # noqa: S102  # ours
    return {name: names[name] for name in used}


def _with_a_line(
    suite: Suite, mistake: Unseen, names: dict[str, Any], results: tuple[CheckResult, ...]
) -> tuple[CheckResult, ...]:
    """The results, with the line to look at where one is found in the source of the mistake."""
    box = _NoBox(names)
    resit: Any = Resit(suite, None, [Cell("cell 1", mistake.source)], box.clock)  # type: ignore[arg-type]
    with patch.object(repair, "open_box", lambda *_: contextlib.nullcontext(box)):
        return repair.pinpointed(results, resit)


class _NoBox:
    """What stands for a box: names in this process, and a second for each request."""

    gave_up = False

    def __init__(self, names: dict[str, Any]) -> None:
        self.local, self.clock = LocalBox(names), SimpleNamespace(spent=0.0)

    def run_cell(self, source: str, _label: str) -> None:
        """Runs a definition, or nothing that it can be told of."""
        with contextlib.suppress(Exception):
            exec(source, self.local.server.names)  # noqa: S102  # ours

    def ask(self, request: Any, _seconds: float = 0.0) -> Any:
        """As `Box.ask`."""
        signal.signal(signal.SIGVTALRM, _stop)
        signal.setitimer(signal.ITIMER_VIRTUAL, repair.CALL_SECONDS)
        try:
            return self.local.ask(request)
        except TimeoutError as error:
            raise StudentError(Verdict.TIMED_OUT, "Timeout", "too long") from error
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def trial(self) -> contextlib.AbstractContextManager[None]:
        """As `Box.trial`."""
        return contextlib.nullcontext()


def _stop(_number: int, _frame: object) -> None:
    raise TimeoutError


def _others(suite: Suite, names: dict[str, Any]) -> dict[str, CheckResult]:
    """What is not asked, as passed: exercises without a function that the mistake changes, and what trains for long."""
    home = homes(suite.assignment)
    changed = {home[name] for name in names.keys() & home.keys() if names[name] is not suite.reference.get(name)}
    checks = [each for each in suite.assignment.checks if each.exercise not in changed or suite.is_gate(each.name)]
    return {each.name: CheckResult(each.exercise, each.name, each.title, Verdict.PASSED) for each in checks}


def summary(rows: Sequence[Measured]) -> str:
    """How many of those that were noticed are told something right, and how many something wrong."""
    killed = [row for row in rows if row.failed]
    right, wrong = sum(bool(row.found and not row.wrong) for row in killed), sum(bool(row.wrong) for row in killed)
    ways = Counter(row.how for row in killed if row.found and not row.wrong)
    told = ", ".join(f"{count} by {how}" for how, count in ways.most_common())
    share = f"{right / len(killed):.0%}"
    said = f"Of {len(rows)}, {len(killed)} are noticed; of {right} ({share}) something right is told ({told})"
    return f"{said}, of {wrong} something wrong."


def is_good(rows: Sequence[Measured]) -> bool:
    """Whether nothing wrong is told, and something right of four in five."""
    killed = [row for row in rows if row.failed]
    return not any(row.wrong for row in killed) and sum(bool(row.found) for row in killed) >= 0.8 * len(killed)


def table(rows: Sequence[Measured]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield "| assignment | mistake | failed checks | told as | by | right |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        told = ", ".join(f"`{name}`" for name in row.found) or "–"
        right = "–" if not row.found else "no" if row.wrong else "yes"
        yield f"| {row.slug} | {row.name.replace('_', ' ')} | {row.failed} | {told} | {row.how} | {right} |"
