"""The page of every setting, made from the dataclasses and names that the settings are read with."""

import json
import math
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from autograder.course import bans, canvas, choice, hidden_files, limits, rubrics, settings, teams, term, thresholds

_HEAD = """# Settings

Every key of `solutions/course.toml`, and of `assignment.toml` and `marking.toml` in `solutions/<slug>/`. This page is
what `convgrade settings` prints, made from the code that reads the keys. A key, an assignment or a student that does
not exist is refused with file, line and the nearest name.
"""
_TABLE = "| key | write | without it | what it means |\n|---|---|---|---|"


def settings_page() -> str:
    """Markdown, with a table for each table of the two files."""
    return "\n".join([_HEAD, *_course(), *_assignment(), *_marking()]).rstrip("\n") + "\n"


def _course() -> Iterator[str]:
    yield "## solutions/course.toml\n"
    yield from _named("", "Of the whole course.", settings.COURSE_TEXTS)
    yield from _named("deadlines", "When each assignment is due.", term.DEADLINES)
    yield from _named("extensions", "More time for one student.", term.EXTENSIONS)
    yield from _named(
        "feedback", "When students get their pages: nobody before the own or the team's deadline.", term.FEEDBACK
    )
    yield from _table("late", term.Late)
    yield from _table("attempts", term.Counting)
    yield from _table("gradebook", term.GradebookRules)
    yield from _table("exports", term.ExportRules)
    yield from _named("teams", "Who hands in together.", teams.TEAMS)
    yield from _named("choose", "Which exercises are graded; without it all but the stretches.", choice.CHOOSE)
    yield from _named("leave_out", "Which exercises are practice this term.", choice.LEAVE_OUT)
    yield from _named("stretch", "Which stretch exercises are on.", choice.STRETCH)
    yield from _table("requests", term.RequestRules)
    yield from _table("canvas", canvas.CanvasCourse)
    yield from _named("canvas.assignments", "Which assignment of Canvas is which.", canvas.CANVAS_ASSIGNMENTS)


def _assignment() -> Iterator[str]:
    yield "## solutions/<slug>/assignment.toml\n"
    yield from _named("", "Of one assignment.", settings.ASSIGNMENT_TEXTS)
    yield from _table("limits", limits.Limits)
    yield from _table("feedback", settings.Feedback)
    yield from _table("hidden", hidden_files.Hidden)
    yield from _named(bans.TABLE, "What an exercise switches off while it is graded.", bans.KEYS)
    rows = {key: (words, thresholds.MEANS.get(key, "")) for key, words in thresholds.in_words().items()}
    yield from _named("thresholds.<name>", "An accuracy that a gate asks for; `convgrade calibrate` writes it.", rows)


def _marking() -> Iterator[str]:
    yield f"## solutions/<slug>/{rubrics.MARKING}\n"
    yield from _named("<question>", "How people mark an answer; the file may be missing.", rubrics.QUESTION)
    yield from _named("[<question>.criteria]", "Marked on its own.", rubrics.CRITERION)
    yield from _named("[<question>.criteria].levels", "One step of a criterion.", rubrics.LEVEL)
    yield from _named("[<question>.examples]", "To mark by.", rubrics.EXAMPLE)


def _table(name: str, kind: Any) -> Iterator[str]:
    yield from _begin(name, f"{kind.__doc__}".strip())
    yield from (_row(item) for item in fields(kind))
    yield ""


def _named(name: str, what: str, rows: dict[str, tuple[str, str]]) -> Iterator[str]:
    """A table whose keys the course chooses, or that is read in its own way: key → what to write, what it means."""
    yield from _begin(name, what)
    yield from (f"| `{key}` | {words} | | {means} |" for key, (words, means) in rows.items())
    yield ""


def _begin(name: str, what: str) -> Iterator[str]:
    yield f"### [{name}]\n\n{what}\n" if name else f"{what}\n"
    yield _TABLE


def _row(item: "Field[Any]") -> str:
    accepts = item.metadata["accepts"]
    return f"| `{item.name}` | {accepts.words} | {_shown(item)} | {item.metadata['means']} |"


def _shown(item: "Field[Any]") -> str:
    """A default as it would be written."""
    value = item.default
    if value in ((), math.inf, None, ""):
        return "—"
    if isinstance(value, (bool, str)):
        return f"`{json.dumps(value)}`"
    return f"`{value:g}`"
