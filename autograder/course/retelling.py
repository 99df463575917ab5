"""The notebook of a term in which only some exercises are graded: its headings, table of tasks and points say so.

What is left out stays as practice: its text, its cells and its inline checks, without points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course.percent import SourceCell
from autograder.text.words import number

if TYPE_CHECKING:
    from autograder.course.load import Exercise

TASK = re.compile(  # how a task begins in a notebook
    r"^## (?P<label>\S+) · (?P<title>.+)$\n+"
    r"^(?P<before>\*Difficulty (?P<difficulty>[●○]+) · Importance (?P<importance>[●○]+)"
    r" · about (?P<minutes>\d+) minutes)(?P<worth>.*)$",
    re.MULTILINE,
)
ROW = re.compile(r"^\| T\S+ \|.*\| \d+ \|$", re.MULTILINE)  # of the table of tasks


def retold(
    cells: Sequence[SourceCell], exercises: Sequence[Exercise], kept: Sequence[Exercise]
) -> tuple[SourceCell, ...]:
    """The cells where only the `kept` are graded: without other points, and with headings that say so."""
    graded = {exercise.name: exercise for exercise in kept}
    closing = {exercise.line: graded.get(exercise.name) for exercise in exercises}
    tasks = _tasks(cells, exercises)
    worth = {label: _worth(own, graded) for label, own in tasks.items() if not _same(own, graded)}
    told = (_retold(_worth_now(cell, closing), worth) for cell in cells)
    return tuple(_with_practice(cell, _practice(tasks, graded)) for cell in told)


def _tasks(cells: Sequence[SourceCell], exercises: Sequence[Exercise]) -> dict[str, list[Exercise]]:
    """The exercises of each task by its label."""
    found: dict[str, list[Exercise]] = {}
    own: list[Exercise] = []
    by_line = {exercise.line: exercise for exercise in exercises}
    for cell in cells:
        if cell.kind == "markdown" and (head := TASK.search(cell.source)):
            own = found.setdefault(head["label"], [])
        if cell.line in by_line:
            own.append(by_line[cell.line])
    return found


def _same(own: Sequence[Exercise], graded: Mapping[str, Exercise]) -> bool:
    return all(graded.get(each.name) == each for each in own)


def _worth(own: Sequence[Exercise], graded: Mapping[str, Exercise]) -> tuple[str, str]:
    """What a task is worth now: in its heading, and in the table of tasks."""
    chosen = [graded[each.name] for each in own if each.name in graded]
    plain = " + ".join(number(each.points) for each in chosen if not each.stretch)
    extra = " + ".join(number(each.points) for each in chosen if each.stretch)
    said = [f"{plain} {'point' if plain == '1' else 'points'}"] if plain else []
    said += [f"extra credit: +{extra}"] if extra else []
    return ", ".join(said) or "not graded", ", ".join(filter(None, (plain, f"+{extra}" if extra else ""))) or "–"


def _retold(cell: SourceCell, worth: Mapping[str, tuple[str, str]]) -> SourceCell:
    if cell.kind != "markdown":
        return cell
    text = cell.source
    for label, (heading, column) in worth.items():
        row = re.compile(rf"^(\| {re.escape(label)} \|.*\| )[^|\n]+( \| \d+ \|)$", re.MULTILINE)
        text = row.sub(rf"\g<1>{column}\g<2>", text)
        head = TASK.search(text)
        if head and head["label"] == label:
            text = f"{text[: head.end('before')]} · {heading}*{text[head.end('worth') :]}"
    return cell if text == cell.source else replace(cell, source=text)


def _practice(tasks: Mapping[str, Sequence[Exercise]], graded: Mapping[str, Exercise]) -> str:
    """Which tasks are left out, in a sentence; a stretch that is off is none of them."""
    named = []
    for label, own in tasks.items():
        if any(each.name not in graded and not each.stretch for each in own):
            named.append(f"a part of {label}" if any(each.name in graded for each in own) else label)
    if not named:
        return ""
    return f"**Practice.** Not graded this term: {', '.join(named)}. Cells and checks work there as everywhere."


def _with_practice(cell: SourceCell, sentence: str) -> SourceCell:
    """The cell with the table of tasks, with the sentence under its last row."""
    rows = list(ROW.finditer(cell.source)) if sentence and cell.kind == "markdown" else []
    if not rows:
        return cell
    end = rows[-1].end()
    return replace(cell, source=f"{cell.source[:end]}\n\n{sentence}{cell.source[end:]}")


def _worth_now(cell: SourceCell, closing: Mapping[int, Exercise | None]) -> SourceCell:
    """A cell that closes an exercise, by its line, with the points that this has now."""
    if cell.line not in closing:
        return cell
    exercise = closing[cell.line]
    return replace(cell, points=exercise.points) if exercise else _ungraded(cell)


def _ungraded(cell: SourceCell) -> SourceCell:
    """A cell that closed an exercise, without its points; a question without an answer is an ordinary cell."""
    if cell.role == "manual":
        return SourceCell(cell.kind, "other", None, cell.released, cell.line)
    return replace(cell, points=None, title="", stretch=False)
