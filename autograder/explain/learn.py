"""`convgrade learn`: what this class got wrong that no catalogue has, in clusters, ready to become known mistakes.

Reads stored reports and the files that belong to them; runs nothing. What is shown of a student has no name, no
comment and no docstring, and what is offered for pasting is at most one line of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from autograder.course import Assignment, Course
from autograder.course.answers import Definition, homes, mistakes_of, parsed, right_definition, wrong_text
from autograder.course.declarations import MistakeSpec
from autograder.course.parts import files_of
from autograder.errors import CourseError, UnreadableSubmission
from autograder.explain.subject import graded_bytes
from autograder.grading.keys import context_digest
from autograder.judge.repair.reading import code_of_definition, definitions_of
from autograder.model import CheckResult, Report, Verdict
from autograder.submission.read import read_submission
from autograder.text.escape import block
from autograder.text.words import amount

LOOKED_INTO = 5  # submissions of a cluster, for the shortest example
LINES = 40  # of an example
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_EDIT = re.compile(r"^Line \d+ of .+, changed so, passes:\n((?:[-+].*\n?)+)", re.MULTILINE)
_OURS = (Verdict.UNGRADED, Verdict.SKIPPED)


@dataclass(frozen=True)
class Cluster:
    """Submissions that fail the same checks of an exercise alike, for a reason that is no known mistake."""

    exercise: str
    checks: tuple[str, ...]
    found: str  # the relation, or the line's aspect; "" where nothing was found
    edit: str  # as a diff; "" where none was found
    sentence: str  # what the students read: the hint, else what is wrong
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Example:
    """What one of them wrote, and a mistake to paste."""

    source: str
    stub: str


def clusters(assignment: Assignment, reports: Sequence[Report]) -> list[Cluster]:
    """The largest first."""
    known = {mistake.name for mistake in mistakes_of(assignment)}
    groups: dict[tuple[str, ...], list[tuple[Report, CheckResult, tuple[str, ...]]]] = {}
    for report in reports:
        for exercise in report.exercises:
            unseen = [check for check in exercise.checks if _is_unseen(check, known)]
            if unseen:
                first, names = unseen[0], tuple(check.name for check in unseen)
                key = (exercise.name, *names, first.mistake, _edit(first), _NUMBER.sub("#", first.message))
                groups.setdefault(key, []).append((report, first, names))
    found = [
        Cluster(key[0], some[0][2], some[0][1].mistake, _edit(some[0][1]), some[0][1].hint or some[0][1].message,
                tuple(report for report, _, _ in some))
        for key, some in groups.items()
    ]  # fmt: skip
    return sorted(found, key=lambda cluster: (-len(cluster.reports), cluster.exercise, cluster.checks))


def _is_unseen(check: CheckResult, known: AbstractSet[str]) -> bool:
    """Whether it failed in a way that has no name yet: what is not written, and what we did, is no mistake."""
    pairs = (check.mistake.removeprefix(f"{name}_and_") for name in known if check.mistake.startswith(f"{name}_and_"))
    named = check.mistake in known or any(other in known for other in pairs)
    return not (check.earns or check.unwritten or check.verdict in _OURS or named)


def _edit(check: CheckResult) -> str:
    found = _EDIT.search(check.staff)
    return found[1].strip("\n") if found else ""


def paragraphs(course: Course, assignment: Assignment, reports: Sequence[Report], most: int) -> Iterator[str]:
    """The largest clusters as paragraphs for a terminal, each with its example and stub."""
    found = clusters(assignment, reports)
    for number, cluster in enumerate(found[:most], 1):
        what = f" · {cluster.found.replace('_', ' ')}" if cluster.found else ""
        head = f"{number}. {cluster.exercise}: {amount(len(cluster.reports), 'submission')}{what}"
        shown = example(cluster, course, number)
        parts = [", ".join(cluster.checks), cluster.sentence, cluster.edit, shown.source, shown.stub]
        yield block("\n\n".join([head, *(indent(part, "   ") for part in parts if part)]))
    if len(found) > most:
        yield f"and {amount(len(found) - most, 'smaller group')}; --most shows more"


def example(cluster: Cluster, course: Course, number: int) -> Example:
    """The shortest of the answers that were found, without a name in it, and a stub of a mistake."""
    assignment = course.assignment(cluster.reports[0].assignment)
    some = cluster.reports[:LOOKED_INTO]
    files = [graded_bytes(course, each, context_digest(assignment, each.box)) for each in some]
    answers = [_answer(cluster, assignment, raw) for raw in files]
    nodes = min((answer for answer in answers if answer), key=lambda answer: len(_text(answer)), default=[])
    return Example(_text(nodes), _stub(cluster, assignment, nodes, f"{cluster.found or 'unseen'}_{number}"))


def _text(nodes: Sequence[Definition]) -> str:
    lines = "\n\n".join(code_of_definition(node) for node in nodes).split("\n")
    return "\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])])


def _answer(cluster: Cluster, assignment: Assignment, raw: bytes | None) -> list[Definition]:
    """The definitions of a submission that the failed checks speak of, without their docstrings."""
    try:
        cells = read_submission(raw, assignment).cells if raw else ()
    except UnreadableSubmission:
        return []
    own = homes(assignment)
    mine = assignment.exercise(cluster.exercise).cells
    nodes = {
        name: node
        for cell in cells
        if cell.grade_id in mine
        for name, node in definitions_of(cell.source).items()
        if own.get(name) == cluster.exercise
    }
    titles = " ".join(check.title for check in assignment.checks if check.name in cluster.checks)
    told = [node for name, node in nodes.items() if re.search(rf"\b{re.escape(name)}\b", titles)]
    return [_without_words(node) for node in told or nodes.values()]


def _without_words(node: Definition) -> Definition:
    for each in ast.walk(node):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(each) and each.body[1:]:
            del each.body[0]
    return node


def _stub(cluster: Cluster, assignment: Assignment, nodes: Sequence[Definition], name: str) -> str:
    """A call of `edit` where what repairs the student's line is in a right definition, too; else a head to fill."""
    removed = [line[1:].strip() for line in cluster.edit.split("\n") if line.startswith("-")]
    added = [line[1:].strip() for line in cluster.edit.split("\n") if line.startswith("+")]
    if len(removed) == len(added) == 1:
        own = [function for function, home in homes(assignment).items() if home == cluster.exercise]
        for function in own:
            for stub in _edits(assignment, cluster.exercise, function, name, added[0], removed[0]):
                return stub
    first = next((node for node in nodes if isinstance(node, ast.FunctionDef)), None)
    if first is None:
        return ""
    return f'@mistake(replaces="{first.name}", hint="…")\ndef {name}({ast.unparse(first.args)}):\n    ...'


def _edits(  # noqa: PLR0913  # each is a word of the call that is written
    assignment: Assignment, exercise: str, function: str, name: str, right: str, wrong: str
) -> Iterator[str]:
    """Calls of `edit` that put the wrong line into a right definition, the author's first."""
    for of in ("", *_alternatives(assignment, function)):
        spec = MistakeSpec(exercise, name, function, "…", 1, Path("learn"), of=of)
        try:
            text = right_definition(assignment, spec)
            old = _line_like(right, text)
            wrong_text(text, MistakeSpec(exercise, name, function, "…", 1, Path("learn"), pairs=((old, wrong),), of=of))
        except CourseError:
            continue
        more = f', of="{of}"' if of else ""
        yield f'edit("{function}", "{name}", {_quoted(old)}, {_quoted(wrong)}{more}, hint="…")'


def _alternatives(assignment: Assignment, function: str) -> Iterator[str]:
    for file in files_of(assignment.alternatives):
        for node in parsed(file.path.read_text("utf-8")).body:
            if isinstance(node, Definition) and node.name.startswith(f"{function}__"):
                yield node.name


def _line_like(code: str, text: str) -> str:
    """The line of the text that says the same; the code itself where there is none, which then does not fit."""
    lines = text.split("\n")
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.stmt) and ast.unparse(node).split("\n")[0] == code:
            return lines[node.lineno - 1].strip()
    return code


def _quoted(text: str) -> str:
    return repr(text) if '"' in text or "\\" in text else f'"{text}"'
