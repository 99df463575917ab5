"""TOML settings of the course; errors name file and line.

A table is a frozen dataclass: each field says what may be written and what it means, for `table_into`, which reads it,
and for `convgrade settings`, which prints the page of all of them.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from autograder.errors import CourseError, place
from autograder.log import noted

_Table = TypeVar("_Table")
_HUGE = 1e300  # no setting is as large; TOML has integers of any length


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be written: in words, after "write", and whether a value is that."""

    words: str
    right: Callable[[Any], bool]


def setting(default: Any, accepts: Allowed, means: str) -> Any:
    """A field of a table: its default, what may be written, what it means in half a sentence."""
    return field(default=default, metadata={"accepts": accepts, "means": means})


def one_of(*values: str) -> Allowed:
    """One of a few words."""
    return Allowed(" or ".join(f'"{value}"' for value in values), lambda value: value in values)


def at_least(least: float) -> Allowed:
    """A number that is not below."""
    return Allowed(f"a number of at least {least:g}", lambda value: is_number(value, least=least))


PERCENT = Allowed("a number from 0 to 100", lambda value: is_number(value, least=0, most=100))
A_LIST_OF_TEXTS = Allowed(
    'a list of texts such as ["sklearn/datasets/data"]',
    lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
)
AN_ADDRESS = Allowed(
    'an address such as "staff@example.edu"',
    lambda value: bool(isinstance(value, str) and re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", value, re.ASCII)),
)
TRUE_OR_FALSE = Allowed("true or false", lambda value: isinstance(value, bool))
ABOVE_0 = Allowed("a number above 0", lambda value: is_number(value) and value > 0)
WHOLE_ABOVE_0 = Allowed("a whole number above 0", lambda value: is_number(value, whole=True) and value > 0)


def table_into(path: Path, table: Mapping[str, Any], key: str, kind: type[_Table]) -> _Table:
    """A table as the dataclass `kind`, with defaults where unset. Raises CourseError with file and line."""
    known = {item.name: item.metadata["accepts"] for item in fields(kind)}  # type: ignore[arg-type]
    given = table_of(path, table, key, set(known))
    for name, value in given.items():
        if not known[name].right(value):
            where = place(path, line_of(path, name, start=line_of(path, key)))
            raise CourseError(f"invalid value {name} = {value!r}", where, f"write {known[name].words}")
    return kind(**given)


def nearest(name: str, known: Iterable[str], cutoff: float = 0.4) -> str:
    """A question that names the nearest of what is known; empty where nothing is near."""
    close = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"did you mean “{close[0]}”?" if close else ""


def read_toml(path: Path, keys: set[str] | None) -> dict[str, Any]:
    """A TOML file with no other keys than these; None: any. Raises CourseError."""
    try:
        raw = tomllib.loads(noted(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise CourseError(f"{path.name} is missing", place(path), "create it, see CONTRIBUTING") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise CourseError(f"invalid TOML: {error}", place(path, int(line[1]) if line else 1), "fix it") from None
    if keys is not None:
        _refuse_unknown_keys(path, raw, keys)
    return raw


def _refuse_unknown_keys(path: Path, table: Mapping[str, Any], keys: set[str], start: int = 0) -> None:
    for key in sorted(table.keys() - keys):
        where = place(path, line_of(path, key, start=start, default=start or 1))
        todo = f"{nearest(key, keys)} known settings: {', '.join(sorted(keys))}".strip()
        raise CourseError(f"unknown setting “{key}”", where, todo)


def line_of(path: Path, key: str, start: int = 0, default: int = 1) -> int:
    """The first line after `start` that sets a key; `default` if there is none."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    named = re.compile(rf"""\s*(?:\[\[?(?:["']?[\w-]+["']?\s*\.\s*)*)?["']?{re.escape(key)}(?!\w)""")
    return next((number for number, line in enumerate(lines, 1) if number > start and named.match(line)), default)


def text_of(path: Path, table: Mapping[str, Any], key: str) -> str:
    """A required text. Raises CourseError."""
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise CourseError(f"“{key}” is missing or not text", place(path, line_of(path, key)), f'write {key} = "…"')
    return value


def is_number(value: object, least: float = -math.inf, most: float = math.inf, whole: bool = False) -> bool:
    """Whether a setting is a finite number in this range: true is not a number, and 2.0 is not whole."""
    kinds = int if whole else (int, float)
    return isinstance(value, kinds) and not isinstance(value, bool) and abs(value) < _HUGE and least <= value <= most


def table_of(path: Path, table: Mapping[str, Any], key: str, keys: set[str] | None) -> dict[str, Any]:
    """A table, empty if there is none; `keys` are those it may have, None: any. Raises CourseError."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise CourseError(f"“{key}” must be a table", place(path, line_of(path, key)), f"write [{key}] on its own line")
    if keys is not None:
        _refuse_unknown_keys(path, value, keys, start=line_of(path, key, default=0))
    return value
