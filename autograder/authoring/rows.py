"""Where the rows of the course notes are taught and graded: each `rows.toml`, checked against release and suite.

A table `[ROW.EXERCISE]` quotes the sentence that teaches the row there, and names the checks that fail where it is
missing. A row that no check asks for says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, Exercise
from autograder.course.declarations import CheckSpec
from autograder.course.load import ReleaseCell
from autograder.course.retelling import TASK
from autograder.course.stated import spoken
from autograder.course.toml import (
    A_LIST_OF_TEXTS,
    TRUE_OR_FALSE,
    Allowed,
    line_of,
    nearest,
    read_toml,
    setting,
    table_into,
    table_of,
)
from autograder.errors import CourseError, place
from autograder.layout import SOLUTIONS

ROWS = "rows.toml"
LEAST_WORDS, MOST_LETTERS, MOST_CHECKS = 4, 140, 3
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*[-|<])|^#+ .*\n", re.MULTILINE)  # a heading is none
_SENTENCE = re.compile(r"(?<=[.:?!]) ")
_A_SENTENCE = Allowed("a sentence in quotes", lambda value: isinstance(value, str) and bool(value.strip()))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a table of rows.toml says: the sentence, and one of `checks`, `written` and `shown`."""

    says: str = setting("", _A_SENTENCE, "the sentence of the notebook that teaches it, word for word")
    checks: Sequence[str] = setting((), A_LIST_OF_TEXTS, "which checks fail where it is missing, one to three")
    written: bool = setting(False, TRUE_OR_FALSE, "people ask for it, in a written answer")
    shown: str = setting("", _A_SENTENCE, "why nobody asks for it: it is only shown")
    partly: str = setting("", _A_SENTENCE, "what of the row nobody asks for, or is nowhere")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One row in one exercise: under which heading, and what is claimed of it."""

    assignment: Assignment
    exercise: Exercise
    heading: str  # "T1.2", empty above the first task
    claim: Claim
    checks: tuple[CheckSpec, ...]


def all_rows(course: Course) -> tuple[str, dict[str, dict[str, str]]]:
    """What is true of all rows, and note → its title and rows, of solutions/rows.toml; nothing without such a file."""
    path = course.root / SOLUTIONS / ROWS
    raw = read_toml(path, None) if path.exists() else {}
    about = str(raw.pop("about", ""))
    return about, {name: table_of(path, raw, name, None) for name in raw}


def lessons(course: Course) -> dict[str, list[Lesson]]:
    """Row → where it is taught, in the order of the notebooks. Raises CourseError with file and line."""
    known = [row for note in all_rows(course)[1].values() for row in note if row != "title"]
    found: dict[str, list[Lesson]] = {row: [] for row in known}
    for assignment in course.assignments:
        for row, lesson in _lessons_of(assignment.whole, known):
            found[row].append(lesson)
    return found


def _lessons_of(assignment: Assignment, known: Sequence[str]) -> Iterator[tuple[str, Lesson]]:
    path = assignment.folder / ROWS
    tables = read_toml(path, None) if path.exists() else {}
    for row, tasks in tables.items():
        where = place(path, line_of(path, row))
        if row not in known:
            raise CourseError(f"there is no row {row}", where, nearest(row, known) or f"add it to {SOLUTIONS / ROWS}")
        if not isinstance(tasks, dict) or not all(isinstance(task, dict) for task in tasks.values()):
            todo = f"write [{row}.EXERCISE], and below it says and checks"
            raise CourseError(f"row {row} does not say where it is taught", where, todo)
        for exercise in assignment.everything:
            if exercise.name in tasks:
                yield row, _lesson(path, f"{row}.{exercise.name}", tasks[exercise.name], assignment)
        _refuse_strangers(where, tasks, [exercise.name for exercise in assignment.everything])


def _refuse_strangers(where: str, tasks: Mapping[str, Any], exercises: Sequence[str]) -> None:
    for name in tasks:
        if name not in exercises:
            todo = nearest(name, exercises) or f"there are {', '.join(exercises)}"
            raise CourseError(f"there is no exercise {name}", where, todo)


def _lesson(path: Path, key: str, table: Mapping[str, Any], assignment: Assignment) -> Lesson:
    claim = table_into(path, {key: table}, key, Claim)
    exercise = assignment.exercise(key.partition(".")[2])
    where = place(path, line_of(path, key, default=line_of(path, key.partition(".")[0])))
    _refuse_unclear(where, key, claim, exercise)
    heading = _heading(where, key, claim.says, assignment)
    return Lesson(assignment, exercise, heading, claim, _checks(where, claim.checks, exercise, assignment))


def _refuse_unclear(where: str, key: str, claim: Claim, exercise: Exercise) -> None:
    """One of three ways to ask for it, and a quote that is neither a word nor a paragraph."""
    if sum(bool(way) for way in (claim.checks, claim.written, claim.shown)) != 1:
        todo = 'write one of checks = ["…"], written = true and shown = "why no check asks for it"'
        raise CourseError(f"[{key}] does not say, once, what asks for it", where, todo)
    if claim.written and not exercise.manual:
        raise CourseError(f"{exercise.name} is not marked by people", where, 'name its checks: checks = ["…"]')
    if len(claim.checks) > MOST_CHECKS:
        todo = f"choose at most {MOST_CHECKS}: those that fail where the row is missing"
        raise CourseError(f"[{key}] names {len(claim.checks)} checks", where, todo)
    if len(claim.says.split()) < LEAST_WORDS or len(claim.says) > MOST_LETTERS:
        todo = f"quote {LEAST_WORDS} words or more, and at most {MOST_LETTERS} letters"
        raise CourseError(f"[{key}] needs a sentence of the notebook: “{claim.says}”", where, todo)


def _heading(where: str, key: str, quote: str, assignment: Assignment) -> str:
    """The heading above the quote; that of the exercise where it stands in several places."""
    own, under, label = "", [], ""
    for cell in assignment.release:
        head = TASK.search(cell.source) if cell.kind == "markdown" else None
        label = head["label"] if head else label
        if cell.grade_id in assignment.exercise(key.partition(".")[2]).cells:
            own = label
        if cell.role != "check" and spoken(quote) in spoken(cell.source):
            under.append(label)
    if not under:
        closest = get_close_matches(spoken(quote), _sentences(assignment.release), n=1, cutoff=0)
        todo = f"nearest sentence: “{closest[0]}”" if closest else "quote a sentence"
        raise CourseError(f"[{key}] quotes “{quote}”, which students do not read", where, todo)
    return own if own in under else under[0]


def _sentences(release: Sequence[ReleaseCell]) -> list[str]:
    read = (cell.source for cell in release if cell.role != "check")
    blocks = (spoken(block) for text in read for block in _PARAGRAPH.split(text))
    return [part for block in blocks for part in _SENTENCE.split(block) if part]


def _checks(where: str, names: Sequence[str], exercise: Exercise, assignment: Assignment) -> tuple[CheckSpec, ...]:
    known = {check.name: check for check in assignment.checks if check.exercise == exercise.name}
    for name in names:
        if name not in known:
            others = [check.exercise for check in assignment.checks if check.name == name]
            todo = f"it belongs to {others[0]}" if others else nearest(name, known) or "name one of its checks"
            raise CourseError(f"{exercise.name} has no check {name}", where, todo)
    return tuple(known[name] for name in names)
