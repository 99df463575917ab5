"""Who hands in together: `[teams]` of course.toml."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.course.people import known_as, one_form, refuse_names
from autograder.course.toml import line_of, nearest, table_of
from autograder.errors import CourseError, place

TEAMS = {
    "<team>": ('a list of students such as ["ada", "bob"]', "in every assignment; one hand-in counts for all of them"),
    "<assignment>.<team>": ("a list of students", "in this one, where no other team counts then"),
}
Teams = Mapping[str, tuple[tuple[str, ...], ...]]  # by assignment, "" for all


def read_teams(path: Path, table: Mapping[str, Any], slugs: set[str]) -> Teams:
    """By assignment; "" are those of all others. Raises CourseError, also where a student is in two."""
    given = table_of(path, table, "teams", None)
    tables = {key: value for key, value in given.items() if isinstance(value, dict)}
    for slug in sorted(tables.keys() - slugs):
        where = place(path, line_of(path, slug, start=line_of(path, "teams") - 1))
        raise CourseError(f"unknown assignment “{slug}”", where, nearest(slug, slugs))
    everywhere = {name: value for name, value in given.items() if name not in tables}
    sets = tables | ({"": everywhere} if everywhere else {})
    return {slug: tuple(_teams(path, value)) for slug, value in sets.items()}


def _teams(path: Path, table: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    homes: dict[str, str] = {}
    for team, students in table.items():
        where = place(path, line_of(path, team, start=line_of(path, "teams") - 1))
        if not isinstance(students, list) or not students or not all(isinstance(name, str) for name in students):
            what = f"invalid value {team} = {students!r}"
            raise CourseError(what, where, 'write students such as ["ada", "bob"]')
        refuse_names((student, where) for student in students)
        for student in students:
            if (other := homes.setdefault(known_as(student), team)) != team:
                what = f"“{student}” is in two teams: {other} and {team}"
                raise CourseError(what, where, "take the student out of one")
        yield tuple(map(one_form, students))
