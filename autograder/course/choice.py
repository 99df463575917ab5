"""Which exercises are graded this term: `[choose]`, `[leave_out]` and `[stretch]` of course.toml.

What is not chosen stays in the notebook as practice. A stretch is extra credit: off unless it is named. What the others
are worth then is in `points.py`, and what the notebook says of it in `retelling.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.term import by_assignment
from autograder.course.toml import line_of, nearest
from autograder.errors import CourseError, place

if TYPE_CHECKING:
    from autograder.course.load import Exercise

_LIST = 'a list of exercises such as ["corr2d", "conv2d"]'
CHOOSE = {"<assignment>": (_LIST, "only these are graded, the others stay as practice; their points grow to the total")}
LEAVE_OUT = {"<assignment>": (_LIST, "all but these are graded; not beside `[choose]` of the same assignment")}
STRETCH = {"<assignment>": (_LIST, "these stretch exercises are graded, as extra credit on top of the total")}
TABLES = ("choose", "leave_out", "stretch")


def read_choices(path: Path, table: Mapping[str, Any], slugs: Sequence[str]) -> dict[str, dict[str, object]]:
    """What is said of each assignment, by table. Raises CourseError with file and line."""
    given = {name: by_assignment(path, table, name, set(slugs)) for name in TABLES}
    return {slug: {name: lists[slug] for name, lists in given.items() if slug in lists} for slug in slugs}


def graded_names(path: Path, slug: str, said: Mapping[str, object], exercises: Sequence[Exercise]) -> tuple[str, ...]:
    """The names of what is graded, by what is `said`; `exercises` are all. Raises CourseError with file and line."""
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
