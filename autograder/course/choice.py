"""Which exercises are graded this term: `[choose]`, `[leave_out]` and `[stretch]` of course.toml.

What is not chosen stays in the notebook as practice: its text, its cells and its inline checks, without points. The
points of the others grow, so that the assignment keeps its total; a question that people mark keeps its points, since
its text says what they are for. A stretch is extra credit: off unless it is named, and on top of the total.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.percent import SourceCell
from autograder.course.term import by_assignment
from autograder.course.toml import line_of, nearest
from autograder.errors import CourseError, place
from autograder.text.words import number

if TYPE_CHECKING:
    from autograder.course.load import Exercise

_LIST = 'a list of exercises such as ["corr2d", "conv2d"]'
CHOOSE = {"<assignment>": (_LIST, "only these are graded, the others stay as practice; their points grow to the total")}
LEAVE_OUT = {"<assignment>": (_LIST, "all but these are graded; not beside `[choose]` of the same assignment")}
STRETCH = {"<assignment>": (_LIST, "these stretch exercises are graded, as extra credit on top of the total")}
TABLES = ("choose", "leave_out", "stretch")
TASK = re.compile(  # how a task begins in a notebook
    r"^## (?P<label>\S+) · (?P<title>.+)$\n+"
    r"^(?P<before>\*Difficulty (?P<difficulty>[●○]+) · Importance (?P<importance>[●○]+)"
    r" · about (?P<minutes>\d+) minutes)(?P<worth>.*)$",
    re.MULTILINE,
)
ROW = re.compile(r"^\| T\S+ \|.*\| \d+ \|$", re.MULTILINE)  # of the table of tasks


def read_choices(
    path: Path, table: Mapping[str, Any], known: Mapping[str, Sequence[Exercise]]
) -> dict[str, tuple[str, ...]]:
    """The names of what is graded, by assignment; `known` are all exercises. Raises CourseError with file and line."""
    given = {name: by_assignment(path, table, name, set(known)) for name in TABLES}
    return {
        slug: _graded(path, slug, {name: lists[slug] for name, lists in given.items() if slug in lists}, exercises)
        for slug, exercises in known.items()
    }


def _graded(path: Path, slug: str, said: Mapping[str, object], exercises: Sequence[Exercise]) -> tuple[str, ...]:
    listed = {table: _listed(path, (table, slug), value, exercises) for table, value in said.items()}
    if "choose" in listed and "leave_out" in listed:
        where = _place(path, ("leave_out", slug))
        raise CourseError(f"{slug} is below [choose] and below [leave_out]", where, "keep one of them")
    usual = [exercise.name for exercise in exercises if not exercise.stretch]
    for name in listed.get("stretch", ()):
        if name in usual:
            todo = "stretch= in the place of points= makes it one; [choose] is for all others"
            raise CourseError(f"“{name}” is no stretch exercise", _place(path, ("stretch", slug), name), todo)
    left = [name for name in usual if name not in listed.get("leave_out", ())]
    chosen = {*listed.get("choose", left), *listed.get("stretch", ())}
    growing = {exercise.name for exercise in exercises if not exercise.stretch and not exercise.manual}
    if chosen.isdisjoint(growing) and not chosen.issuperset(usual):
        where = _place(path, ("choose" if "choose" in listed else "leave_out", slug))
        todo = "choose one that is no extra credit and not marked by people: its points grow to the total"
        raise CourseError(f"nothing of {slug} is left that checks grade", where, todo)
    return tuple(exercise.name for exercise in exercises if exercise.name in chosen)


def _listed(path: Path, keys: tuple[str, str], value: object, exercises: Sequence[Exercise]) -> list[str]:
    names = [exercise.name for exercise in exercises]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CourseError(f"invalid value {keys[1]} = {value!r}", _place(path, keys), f"write {_LIST}")
    for name in value:
        if name not in names:
            todo = f"{nearest(name, names)} its exercises are {', '.join(names)}".strip()
            raise CourseError(f"{keys[1]} has no exercise “{name}”", _place(path, keys, name), todo)
    return value


def _place(path: Path, keys: tuple[str, str], name: str = "") -> str:
    """Where a table names this exercise of an assignment, or the assignment."""
    line = line_of(path, keys[1], start=line_of(path, keys[0]))
    lines = path.read_text("utf-8").splitlines()
    named = (at for at in range(line, len(lines) + 1) if re.search(rf"""["']{re.escape(name)}["']""", lines[at - 1]))
    return place(path, next(named, line) if name else line)


# points ---------------------------------------------------------------------------------------


def with_points(exercises: Sequence[Exercise], names: Sequence[str]) -> tuple[Exercise, ...]:
    """The chosen ones, worth together what all of them were, less the stretches."""
    chosen = [exercise for exercise in exercises if exercise.name in names]
    growing = [each for each in chosen if not each.stretch and not each.manual]
    fixed = sum(each.maximum for each in chosen if each not in growing)
    shares = shared_out([each.points for each in growing], sum(each.maximum for each in exercises) - fixed)
    points = {each.name: share for each, share in zip(growing, shares, strict=True)}
    return tuple(replace(each, points=points.get(each.name, each.points)) for each in chosen)


def shared_out(shares: Sequence[float], total: float) -> list[float]:
    """`total` in proportion to these, in cents that add up to it: the largest remainders are rounded up."""
    weights, whole = [round(each * 100) for each in shares], round(total * 100)
    found = [divmod(whole * weight, sum(weights)) for weight in weights]
    left = whole - sum(cents for cents, _ in found)
    first = sorted(range(len(found)), key=lambda index: -found[index][1])[:left]
    return [(cents + (index in first)) / 100 for index, (cents, _) in enumerate(found)]


# the notebook ---------------------------------------------------------------------------------


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
