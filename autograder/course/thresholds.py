"""Accuracy gates: `[thresholds.<name>]` of assignment.toml, and who names a threshold."""

import ast
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.course.toml import is_number, line_of, nearest, table_of
from autograder.errors import CourseError, place

FIXTURE = "thresholds"  # what a check calls them: `thresholds.digits`


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a right solution reaches; what follows `promised` is what `convgrade calibrate` measured, None before."""

    name: str
    at_least: float
    promised: float | None = None  # what the notebook tells students to reach; `at_least` never goes above it
    mean: float | None = None
    spread: float | None = None  # standard deviation of single runs
    runs: int | None = None
    seeds: str | None = None  # which secrets seeded the runs
    false_fail: float | None = None  # probability that a right solution falls below
    date: datetime.date | None = None
    designs: int | None = None  # in how many ways right solutions of these runs were designed; None: in one


class Thresholds:
    """The fixture: `thresholds.digits` is a Threshold."""

    def __init__(self, known: Mapping[str, Threshold]) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Threshold:
        if name in self._known:
            return self._known[name]
        known = ", ".join(self._known) or "none"
        raise AttributeError(f"assignment.toml has no [thresholds.{name}]; known thresholds: {known}")


_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "at_least": (is_number, "a number"),
        "promised": (is_number, "a number"),
        "mean": (is_number, "a number"),
        "spread": (lambda value: is_number(value, least=0), "a number of at least 0"),
        "runs": (lambda value: is_number(value, least=2, whole=True), "a whole number of at least 2"),
        "designs": (lambda value: is_number(value, least=2, whole=True), "a whole number of at least 2"),
        "seeds": (lambda value: isinstance(value, str), "text in quotes"),
        "false_fail": (lambda value: is_number(value, least=0, most=1), "a number from 0 to 1"),
        "date": (lambda value: type(value) is datetime.date, "a date like 2025-01-31, without quotes"),
    }
)


MEANS = MappingProxyType(
    {
        "at_least": "a right solution falls below it less than once in 10,000 runs; must be there",
        "promised": "what the notebook tells students to reach; `at_least` never goes above it",
        "mean": "of the runs that were measured",
        "spread": "standard deviation of single runs",
        "runs": "how many were measured",
        "seeds": "which secrets seeded them",
        "designs": "in how many ways the solutions of these runs were designed",
        "false_fail": "probability that a right solution falls below",
        "date": "when they were measured",
    }
)


def in_words() -> dict[str, str]:
    """What may be written for each key of a threshold."""
    return {key: words for key, (_, words) in _FIELDS.items()}


def read_thresholds(path: Path, table: Mapping[str, Any]) -> Mapping[str, Threshold]:
    """The thresholds of an assignment by name, frozen. Raises CourseError with file and line."""
    tables = table_of(path, table, FIXTURE, None)
    return MappingProxyType({name: _threshold(path, name, tables[name]) for name in tables})


def _threshold(path: Path, name: str, values: object) -> Threshold:
    line = line_of(path, f"{FIXTURE}.{name}", default=line_of(path, FIXTURE))
    where = place(path, line)
    if not (name.isidentifier() and name.isascii()) or name.startswith("_") or len(name) > 40:
        raise CourseError(f"invalid threshold name “{name}”", where, "use letters, digits and _, e.g. digits")
    if not isinstance(values, dict):
        raise CourseError(f"the threshold “{name}” must be a table", where, f"write [{FIXTURE}.{name}] on its own line")
    if "at_least" not in values:
        raise CourseError(f"the threshold “{name}” has no at_least", where, "add at_least = 0.9")
    for key, value in values.items():
        right, words = _FIELDS.get(key, (None, ""))
        key_place = place(path, line_of(path, key, start=line, default=line))
        if right is None:
            todo = f"{nearest(key, _FIELDS)} known settings: {', '.join(_FIELDS)}".strip()
            raise CourseError(f"unknown setting “{key}”", key_place, todo)
        if not right(value):
            raise CourseError(f"invalid {key} = {value!r} in threshold “{name}”", key_place, f"must be {words}")
    if values["at_least"] > values.get("promised", values["at_least"]):
        raise CourseError(f"the threshold “{name}” is above its promised value", where, "lower at_least")
    return Threshold(name, **values)


def named_in(suite: ast.Module) -> Iterator[tuple[str, int]]:
    """Every `thresholds.<name>` that a hidden suite reads, with its line."""
    for node in ast.walk(suite):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == FIXTURE:
            yield node.attr, node.lineno


def refuse_unknown(path: Path, named: Iterable[tuple[str, int]], known: Mapping[str, Threshold]) -> None:
    """Raises CourseError for the first name, with its line in `path`, that is not a threshold."""
    for name, line in named:
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.4)
            todo = f"did you mean “{close[0]}”?" if close else f"add [{FIXTURE}.{name}] with at_least to it"
            raise CourseError(f"assignment.toml has no threshold “{name}”", place(path, line), todo)
