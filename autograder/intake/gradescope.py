"""Gradescope's submission_metadata.yml: who handed in which folder, and when. Only its text is used, no type in it."""

from datetime import tzinfo
from typing import Any

import yaml

from autograder.errors import ConvgradeError
from autograder.intake.entries import Entry
from autograder.intake.handin import Who
from autograder.intake.times import When, when

_MAX_BYTES = 10_000_000
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is a string; a tag makes nothing


def submitters(entry: Entry, zone: tzinfo | None) -> dict[str, list[tuple[Who, When]]]:
    """By folder the people of its team, with the time; empty where the file cannot be read."""
    try:
        raw = entry.read()
        found = yaml.load(raw, _LOADER) if len(raw) <= _MAX_BYTES else None
    except (yaml.YAMLError, ConvgradeError, OSError, RecursionError, ValueError):
        return {}
    return {folder: _team(each, zone) for folder, each in _mapping(found).items() if isinstance(folder, str)}


def _team(submission: Any, zone: tzinfo | None) -> list[tuple[Who, When]]:
    about = _mapping(submission)
    moment = when(about["created_at"], zone) if isinstance(about.get("created_at"), str) else When()
    team = about.get("submitters")
    people = [_person(_mapping(each)) for each in team] if isinstance(team, list) else []
    return [(person, moment) for person in people if person.student]


def _person(about: dict[str, Any]) -> Who:
    name, number, login = (_text(about.get(key)) for key in ("name", "sid", "email"))
    return Who(f"{name}_{number}" if name and number else login or name, number, login, name)


def _text(value: Any) -> str:
    """A scalar without what only looks like one: a list of lists of itself is small here, and endless as text."""
    return value.strip() if isinstance(value, str) and value.strip() not in ("~", "null") else ""


def _mapping(value: Any) -> dict[str, Any]:
    """The mapping with Ruby's ":key" as "key"; empty where it is none."""
    return {str(key).lstrip(":"): each for key, each in value.items()} if isinstance(value, dict) else {}
