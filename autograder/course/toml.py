"""TOML settings of the course; errors name file and line."""

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import CourseError, place
from autograder.log import noted


def read_toml(path: Path, keys: set[str] | None) -> dict[str, Any]:
    """A TOML file with no other keys than these; None: any. Raises CourseError."""
    try:
        raw = tomllib.loads(noted(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path.name} is missing", place(path), "create it, see CONTRIBUTING") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise CourseError(f"invalid TOML: {error}", place(path, int(line[1]) if line else 1), "fix it") from None
    if keys is not None:
        _refuse_unknown_keys(path, raw, keys)
    return raw


def _refuse_unknown_keys(path: Path, table: Mapping[str, Any], keys: set[str]) -> None:
    for key in sorted(table.keys() - keys):
        where = place(path, line_of(path, key))
        raise CourseError(f"unknown setting “{key}”", where, f"known settings: {', '.join(sorted(keys))}")


def line_of(path: Path, key: str, start: int = 0, default: int = 1) -> int:
    """The first line after `start` that sets a key; `default` if there is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    named = re.compile(rf"""\s*\[?["']?{re.escape(key)}\b""")
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
    return isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value) and least <= value <= most


def table_of(path: Path, table: Mapping[str, Any], key: str, keys: set[str] | None) -> dict[str, Any]:
    """A table, empty if there is none; `keys` are those it may have, None: any. Raises CourseError."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise CourseError(f"“{key}” must be a table", place(path, line_of(path, key)), f"write [{key}] on its own line")
    if keys is not None:
        _refuse_unknown_keys(path, value, keys)
    return value
