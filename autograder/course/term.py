"""The rules of a term, from `solutions/course.toml`: deadlines, extensions, late work, and which attempt counts.

Pure arithmetic; nothing here knows nbgrader. Percentages are 0..100, durations seconds, times aware of their zone.
A day is as long as clocks say: one more of it ends at the same time of day, also where clocks are put back in between.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.course.canvas import CanvasCourse, read_canvas
from autograder.course.people import one_form, refuse_names
from autograder.course.teams import Teams, read_teams
from autograder.course.toml import (
    AN_ADDRESS,
    PERCENT,
    TRUE_OR_FALSE,
    at_least,
    line_of,
    nearest,
    one_of,
    read_toml,
    setting,
    table_into,
    table_of,
)
from autograder.errors import CourseError, place
from autograder.layout import COURSE_FILE
from autograder.model import cents

DEADLINES = {"<assignment>": ("a date or a time, without quotes", "a date ends with its last minute")}
FEEDBACK = {
    "release": ("a date or a time, without quotes", "pages of every assignment; a date begins with its first minute"),
    "<assignment>": ("a date or a time", "of this one"),
}
EXTENSIONS = {
    "<student>": ('a duration such as "2 days" or "1 day 12 hours"', "in every assignment"),
    "<student>.<assignment>": ("a duration", "in this one"),
}
COUNTING = ("last", "best", "deadline")
_DAY = 86400.0
_MOST_DAYS = 3660  # of an extension
_YEARS = range(1990, 2200)  # of a deadline; any other is a slip
_UNITS = {"day": _DAY, "hour": 3600.0, "minute": 60.0}
_DURATION = re.compile(r"\s*(\d{1,6})\s*(day|hour|minute)s?\s*,?")


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs, in percent."""

    per_day: float = setting(0.0, PERCENT, "for each day that has begun")
    flat: float = setting(0.0, PERCENT, "at once")
    most: float = setting(100.0, PERCENT, "at most")
    grace_minutes: float = setting(0.0, at_least(0), "as much costs nothing; more is counted from the deadline")
    zero_after_days: float = setting(math.inf, at_least(0), "after which nothing is left")
    of: str = setting("score", one_of("score", "points"), "of what was earned, or of the points that could be")
    keep_extra_credit: bool = setting(True, TRUE_OR_FALSE, "extra credit is never lost")

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
class Counting:
    """Which attempt of a student counts."""

    count: str = setting(
        COUNTING[0], one_of(*COUNTING), "deadline: the last one that was in time, else the first late one"
    )


@dataclass(frozen=True, slots=True)
class GradebookRules:
    """How commands use nbgrader's gradebook."""

    wait_seconds: float = setting(30.0, at_least(0), "for another program that holds the gradebook")


@dataclass(frozen=True, slots=True)
class ExportRules:
    """How grades go to learning platforms."""

    scale: bool = setting(
        False, TRUE_OR_FALSE, "where the platform has another maximum, points are scaled to it; else that is refused"
    )


@dataclass(frozen=True, slots=True)
class RequestRules:
    """Where students ask for a second look."""

    mail: str = setting("", AN_ADDRESS, "pages have a link that writes to it; else a text to copy")


@dataclass(frozen=True, slots=True)
class Term:
    """Everything in course.toml that is about people and dates."""

    late: Late = Late()
    deadlines: Mapping[str, datetime] = field(default_factory=dict)  # by assignment
    extensions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # student → assignment or "" → seconds
    attempts: str = COUNTING[0]
    gradebook: GradebookRules = GradebookRules()
    exports: ExportRules = ExportRules()
    teams: Teams = field(default_factory=dict)
    feedback: Mapping[str, datetime] = field(default_factory=dict)  # by assignment, "release" for all others
    requests: RequestRules = RequestRules()
    canvas: CanvasCourse = field(default_factory=CanvasCourse)
    canvas_assignments: Mapping[str, int] = field(default_factory=dict)  # their numbers in Canvas
    zone: tzinfo | None = None  # of times without one; None: this machine's

    def teams_of(self, slug: str) -> tuple[tuple[str, ...], ...]:
        """Who hands in this assignment together."""
        return self.teams.get(slug, self.teams.get("", ()))

    def feedback_at(self, student: str, slug: str) -> datetime | None:
        """From when on this student gets the page: not before the own deadline and the team's. None: at once."""
        release, deadline = self.feedback.get(slug, self.feedback.get("release")), self.deadlines.get(slug)
        team = next((team for team in self.teams_of(slug) if student in team), (student,))
        longest = max(self.extension(mate, slug) for mate in team)
        own = deadline + timedelta(seconds=longest) if deadline else release
        return max(release, own) if release and own else None

    def extension(self, student: str, slug: str) -> float:
        """Extra seconds that this student has."""
        own = self.extensions.get(student, {})
        seconds, deadline = own.get(slug, own.get("", 0.0)), self.deadlines.get(slug)
        return seconds + self._put_back(deadline, seconds) if deadline else seconds

    def or_due(self, slug: str, deadline: datetime | None) -> Term:
        """The same rules with this deadline where course.toml names none."""
        return replace(self, deadlines={slug: deadline, **self.deadlines}) if deadline else self

    def lateness(self, student: str, slug: str, at: datetime | None) -> float:
        """Seconds that what was handed in `at` is late, after this student's extension; 0.0 if nobody can know."""
        deadline = self.deadlines.get(slug)
        return self.seconds_late(student, slug, (at - deadline).total_seconds()) if at and deadline else 0.0

    def seconds_late(self, student: str, slug: str, after_deadline: float) -> float:
        """Lateness in seconds, from what everybody's deadline would say; never negative."""
        extension, deadline = self.extension(student, slug), self.deadlines.get(slug)
        late = max(after_deadline - extension, 0.0)
        if not deadline or late <= _DAY:  # the first day has begun at once
            return late
        return late - self._put_back(deadline + timedelta(seconds=extension), late)

    def _put_back(self, start: datetime, seconds: float) -> float:
        """By how many seconds clocks were put back in this time."""
        try:
            offsets = [
                moment.astimezone(self.zone).utcoffset() for moment in (start, start + timedelta(seconds=seconds))
            ]
        except (OverflowError, ValueError, OSError):  # nobody is late until then
            return 0.0
        before, after = (offset or timedelta() for offset in offsets)
        return max((before - after).total_seconds(), 0.0)


def read_term(path: Path, table: Mapping[str, Any], slugs: set[str]) -> Term:
    """The rules that `table`, the content of course.toml at `path`, sets. Raises CourseError."""
    deadlines = by_assignment(path, table, "deadlines", slugs)
    feedback = by_assignment(path, table, "feedback", slugs, "release")
    given = table_of(path, table, "extensions", None)
    _refuse_teams(path, given, table_of(path, table, "teams", None))
    start = line_of(path, "extensions", default=0)
    refuse_names((name, place(path, line_of(path, name, start, default=start))) for name in given)
    canvas, canvas_assignments = read_canvas(path, table, slugs)
    zone = _zone(path, table)
    return Term(
        late=table_into(path, table, "late", Late),
        deadlines={slug: _moment(path, slug, value, zone) for slug, value in deadlines.items()},
        feedback={slug: _moment(path, slug, value, zone, time.min) for slug, value in feedback.items()},
        extensions={one_form(student): _extension(path, student, value, slugs) for student, value in given.items()},
        attempts=table_into(path, table, "attempts", Counting).count,
        gradebook=table_into(path, table, "gradebook", GradebookRules),
        exports=table_into(path, table, "exports", ExportRules),
        teams=read_teams(path, table, slugs),
        requests=table_into(path, table, "requests", RequestRules),
        canvas=canvas,
        canvas_assignments=canvas_assignments,
        zone=zone,
    )


def load_term(root: Path) -> Term:
    """The rules of the course at `root`, without reading its assignments. Raises CourseError."""
    path = root / COURSE_FILE
    slugs = {folder.name for folder in path.parent.iterdir() if folder.is_dir()}
    return read_term(path, read_toml(path, None), slugs)


def by_assignment(path: Path, table: Mapping[str, Any], key: str, slugs: set[str], other: str = "") -> dict[str, Any]:
    """A table with a key for each assignment, and perhaps one `other`. Raises CourseError."""
    given = table_of(path, table, key, None)
    for slug in sorted(given.keys() - slugs - {other}):
        where = place(path, line_of(path, slug, start=line_of(path, key)))
        raise CourseError(f"unknown assignment “{slug}”", where, _question(slug, slugs))
    return given


def _refuse_teams(path: Path, extensions: Mapping[str, Any], teams: Mapping[str, Any]) -> None:
    """A team has no time of its own. Raises CourseError where one is named."""
    sets = (value if isinstance(value, dict) else {key: value} for key, value in teams.items())
    members = {team: students for each in sets for team, students in each.items() if isinstance(students, list)}
    everybody = {name for each in members.values() for name in each if isinstance(name, str)}
    for team in extensions.keys() & members.keys() - everybody:
        where = place(path, line_of(path, team, start=line_of(path, "extensions")))
        todo = f"write a line for each of {', '.join(map(str, members[team]))}"
        raise CourseError(f"[extensions] names “{team}”, which is a team", where, todo)


def _zone(path: Path, table: Mapping[str, Any]) -> tzinfo | None:
    """The time zone of the course; None: this machine's. Raises CourseError."""
    try:
        return ZoneInfo(table["zone"]) if "zone" in table else None
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise _wrong(path, "zone", table["zone"], 'write it like zone = "Europe/Berlin"') from None


def _moment(path: Path, key: str, value: Any, zone: tzinfo | None, of_day: time = time(23, 59, 59)) -> datetime:
    """A moment: a day is its last minute or that `of_day`; of an hour that clocks show twice, the last.

    Raises CourseError for a time that clocks skip, and for what is no time.
    """
    if isinstance(value, date) and value.year not in _YEARS:
        raise _wrong(path, key, value, f"write a year from {_YEARS[0]} to {_YEARS[-1]}")
    if isinstance(value, datetime):
        moment = (value if value.tzinfo else value.replace(tzinfo=zone, fold=1)).astimezone(UTC)
        if not value.tzinfo and moment.astimezone(zone).replace(tzinfo=None) != value:
            raise _wrong(path, key, value, "clocks are put forward over that hour: write another one")
        return moment
    if isinstance(value, date):
        return datetime.combine(value, of_day).replace(tzinfo=zone, fold=int(of_day != time.min)).astimezone(UTC)
    raise _wrong(path, key, value, "write a date or a time without quotes, such as 2030-10-31 or 2030-10-31T18:00:00Z")


def _extension(path: Path, student: str, value: Any, slugs: set[str]) -> dict[str, float]:
    """Seconds by assignment, "" for all; `value` is a duration, or a table of durations by assignment."""
    if not isinstance(value, dict):
        return {"": _duration(path, student, value)}
    for slug in sorted(value.keys() - slugs):
        raise _wrong(path, student, slug, _question(slug, slugs))
    return {slug: _duration(path, student, text) for slug, text in value.items()}


def _question(slug: str, slugs: set[str]) -> str:
    return f"{nearest(slug, slugs)} the assignments are {', '.join(sorted(slugs))}".strip()


def _duration(path: Path, key: str, value: Any) -> float:
    text = value if isinstance(value, str) else ""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise _wrong(path, key, value, 'write a duration such as "2 days" or "1 day 12 hours"')
    seconds = sum(int(count) * _UNITS[unit] for count, unit in parts)
    if seconds > _MOST_DAYS * _DAY:
        raise _wrong(path, key, value, f"write at most {_MOST_DAYS} days")
    return seconds


def _wrong(path: Path, key: str, value: Any, todo: str) -> CourseError:
    return CourseError(f"invalid value {key} = {value!r}", place(path, line_of(path, key)), todo)
