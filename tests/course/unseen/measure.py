"""Asks the hidden suites about mistakes that nobody listed, in process, and says what is told of each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Assignment, load_course
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SLUGS = sorted(path.stem for path in HERE.glob("*.toml"))
SILENT = "nothing"


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

    @property
    def how(self) -> str:
        """How it was found."""
        if not self.found:
            return SILENT
        return "catalogue" if self.known else "relation"


def unseen(slug: str) -> list[Unseen]:
    """Those of one assignment."""
    rows = tomllib.loads((HERE / f"{slug}.toml").read_text("utf-8"))["mistake"]
    return [Unseen(**row) for row in rows]


def measured(slug: str) -> list[Measured]:
    """How each unseen mistake of an assignment is found."""
    assignment: Assignment = load_course(ROOT).assignment(slug)

    def serve(suite: Suite) -> list[Measured]:
        return [_measured(suite, mistake) for mistake in unseen(slug)]

    found: list[Measured] = with_suite(assignment, serve)
    return found


def _measured(suite: Suite, mistake: Unseen) -> Measured:
    names: dict[str, Any] = dict(suite.reference)
    exec(mistake.source, names)  # noqa: S102  # ours
    failed = [check for check in suite.run(LocalBox(names).ask) if check.verdict in ("failed", "raised")]
    told = {check.mistake: check.hint for check in failed if check.hint}
    wrong = tuple(hint for hint in told.values() if not re.search(mistake.says, hint, re.IGNORECASE))
    listed = {each.name for each in suite.mistakes}
    return Measured(suite.assignment.slug, mistake.name, len(failed), tuple(told), set(told) <= listed, wrong)


def table(rows: Sequence[Measured]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    yield "| assignment | mistake | failed checks | told as | by | right |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        told = ", ".join(f"`{name}`" for name in row.found) or "–"
        right = "–" if not row.found else "no" if row.wrong else "yes"
        yield f"| {row.slug} | {row.name.replace('_', ' ')} | {row.failed} | {told} | {row.how} | {right} |"
