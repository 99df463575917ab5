"""Which course of Canvas this is: `[canvas]` of course.toml. The token is never written there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.toml import WHOLE_ABOVE_0, Allowed, line_of, nearest, setting, table_into, table_of
from autograder.errors import CourseError, place

_URL = re.compile(r"https://[\w.-]+(?::\d+)?/?|http://127\.0\.0\.1:\d+/?", re.ASCII)
_ADDRESS = Allowed(
    'an address such as "https://canvas.example.edu"',
    lambda value: bool(isinstance(value, str) and _URL.fullmatch(value)),
)
CANVAS_ASSIGNMENTS = {"<assignment>": (WHOLE_ABOVE_0.words, "its number in Canvas, as in …/assignments/88")}


@dataclass(frozen=True, slots=True)
class CanvasCourse:
    """Where `convgrade canvas` finds the course; the token comes from CANVAS_TOKEN or a file."""

    url: str = setting("", _ADDRESS, "of your Canvas")
    course: int | None = setting(None, WHOLE_ABOVE_0, "the course's number there, as in …/courses/4711")


def read_canvas(path: Path, table: Mapping[str, Any], slugs: set[str]) -> tuple[CanvasCourse, Mapping[str, int]]:
    """The course, and the number of each assignment. Raises CourseError."""
    given = table_of(path, table, "canvas", None)
    numbers = table_of(path, given, "assignments", None)
    for slug, number in numbers.items():
        where = place(path, line_of(path, slug, start=line_of(path, "canvas")))
        if slug not in slugs:
            raise CourseError(f"unknown assignment “{slug}”", where, nearest(slug, slugs))
        if not WHOLE_ABOVE_0.right(number):
            raise CourseError(f"invalid value {slug} = {number!r}", where, f"write {WHOLE_ABOVE_0.words}")
    rest = {key: value for key, value in given.items() if key != "assignments"}
    return table_into(path, {"canvas": rest}, "canvas", CanvasCourse), numbers
