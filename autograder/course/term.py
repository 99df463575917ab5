"""The rules of a term, from `solutions/course.toml`: deadlines, extensions, late work, and which attempt counts.

Pure arithmetic; nothing here knows nbgrader. Percentages are 0..100, durations seconds, times aware of their zone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from autograder.course.toml import is_number, line_of, read_toml, table_of
from autograder.errors import CourseError, place
from autograder.layout import COURSE_FILE
from autograder.model import cents

TABLES = frozenset({"deadlines", "extensions", "late", "attempts", "gradebook"})
COUNTING = ("last", "best", "deadline")  # deadline: the last one that was in time, else the first late one
_DAY = 86400.0
_UNITS = {"day": _DAY, "hour": 3600.0, "minute": 60.0}
_DURATION = re.compile(r"\s*(\d{1,6})\s*(day|hour|minute)s?\s*,?")


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs: `flat` percent at once, `per_day` for each day that has begun, `most` at most."""

    per_day: float = 0.0
    flat: float = 0.0
    most: float = 100.0
    grace_minutes: float = 0.0  # as much lateness costs nothing; more is counted from the deadline
    zero_after_days: float = math.inf
    of: str = "score"  # percent of the points that were earned, or of those that could be: "points"
    keep_extra_credit: bool = True  # extra credit is never lost

    def percent(self, seconds: float) -> float:
        """Percent that `seconds` of lateness cost; `seconds` as they are after extensions."""
        if seconds <= self.grace_minutes * 60 or not math.isfinite(seconds):
            return 0.0
        if seconds > self.zero_after_days * _DAY:
            return 100.0
        return min(self.flat + self.per_day * math.ceil(seconds / _DAY), self.most)

    def penalty(self, seconds: float, score: float, points: float, extra: float = 0.0) -> float:
        """Points lost, to the cent, at most what was earned; `score` has the `extra` credit in it."""
        earned = max(score - extra, 0.0) if self.keep_extra_credit else score
        percent = self.percent(seconds)
        lost = (points if self.of == "points" and percent < 100 else earned) * percent / 100
        return cents(min(max(lost, 0.0), earned))


@dataclass(frozen=True, slots=True)
class Term:
    """Everything in course.toml that is about people and dates."""

    late: Late = Late()
    deadlines: Mapping[str, datetime] = field(default_factory=dict)  # by assignment
    extensions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # student → assignment or "" → seconds
    attempts: str = COUNTING[0]
    gradebook_seconds: float = 30.0  # how long commands wait for another program that holds the gradebook

    def extension(self, student: str, slug: str) -> float:
        """Extra seconds that this student has."""
        own = self.extensions.get(student, {})
        return own.get(slug, own.get("", 0.0))

    def or_due(self, slug: str, deadline: datetime | None) -> Term:
        """The same rules with this deadline where course.toml names none."""
        return replace(self, deadlines={slug: deadline, **self.deadlines}) if deadline else self

    def lateness(self, student: str, slug: str, at: datetime | None) -> float:
        """Seconds that what was handed in `at` is late, after this student's extension; 0.0 if nobody can know."""
        deadline = self.deadlines.get(slug)
        return self.seconds_late(student, slug, (at - deadline).total_seconds()) if at and deadline else 0.0

    def seconds_late(self, student: str, slug: str, after_deadline: float) -> float:
        """Lateness in seconds, from what everybody's deadline would say; never negative."""
        return max(after_deadline - self.extension(student, slug), 0.0)


def read_term(path: Path, table: Mapping[str, Any], slugs: set[str]) -> Term:
    """The rules that `table`, the content of course.toml at `path`, sets. Raises CourseError."""
    deadlines = table_of(path, table, "deadlines", slugs)
    given = table_of(path, table, "extensions", None)
    counting = table_of(path, table, "attempts", {"count"}).get("count", COUNTING[0])
    if counting not in COUNTING:
        raise _wrong(path, "count", counting, f"use one of {', '.join(COUNTING)}")
    return Term(
        late=_late(path, table_of(path, table, "late", {item.name for item in fields(Late)})),
        deadlines={slug: _moment(path, slug, value) for slug, value in deadlines.items()},
        extensions={student: _extension(path, student, value, slugs) for student, value in given.items()},
        attempts=counting,
        **_gradebook(path, table_of(path, table, "gradebook", {"wait_seconds"})),
    )


def load_term(root: Path) -> Term:
    """The rules of the course at `root`, without reading its assignments. Raises CourseError."""
    path = root / COURSE_FILE
    slugs = {folder.name for folder in path.parent.iterdir() if folder.is_dir()}
    return read_term(path, read_toml(path, {"name", "secret"} | TABLES), slugs)


def _late(path: Path, given: Mapping[str, Any]) -> Late:
    for key, value in given.items():
        if key == "of":
            if value not in ("score", "points"):
                raise _wrong(path, key, value, 'write "score" or "points"')
        elif key == "keep_extra_credit":
            if not isinstance(value, bool):
                raise _wrong(path, key, value, "write true or false")
        elif not is_number(value, least=0):
            raise _wrong(path, key, value, "must be a number of at least 0")
    return Late(**given)


def _gradebook(path: Path, given: Mapping[str, Any]) -> dict[str, float]:
    for key, value in given.items():
        if not is_number(value, least=0):
            raise _wrong(path, key, value, "must be a number of at least 0")
    return {"gradebook_seconds": given["wait_seconds"]} if given else {}


def _moment(path: Path, key: str, value: Any) -> datetime:
    """A deadline: a day ends with its last minute, a time without a zone is this machine's."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59)).astimezone(UTC)
    raise _wrong(path, key, value, "write a date or a time without quotes, such as 2030-10-31 or 2030-10-31T18:00:00Z")


def _extension(path: Path, student: str, value: Any, slugs: set[str]) -> dict[str, float]:
    """Seconds by assignment, "" for all; `value` is a duration, or a table of durations by assignment."""
    if not isinstance(value, dict):
        return {"": _duration(path, student, value)}
    unknown = sorted(value.keys() - slugs)
    if unknown:
        raise _wrong(path, student, unknown[0], f"the assignments are {', '.join(sorted(slugs))}")
    return {slug: _duration(path, student, text) for slug, text in value.items()}


def _duration(path: Path, key: str, value: Any) -> float:
    text = value if isinstance(value, str) else ""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise _wrong(path, key, value, 'write a duration such as "2 days" or "1 day 12 hours"')
    return sum(int(count) * _UNITS[unit] for count, unit in parts)


def _wrong(path: Path, key: str, value: Any, todo: str) -> CourseError:
    return CourseError(f"invalid value for {key}: {value!r}", place(path, line_of(path, key)), todo)
