"""Names of people in course.toml: each in the one form in which names are compared, and nobody twice."""

import unicodedata
from collections.abc import Iterable

from autograder.errors import CourseError


def one_form(name: str) -> str:
    """A name as hand-ins are filed under it, whatever the editor made of its accents."""
    return unicodedata.normalize("NFC", name)


def known_as(name: str) -> str:
    """The same for all ways to write a name that are one folder where the disk ignores case."""
    return one_form(name).casefold()


def refuse_names(names: Iterable[tuple[str, str]]) -> None:
    """Raises CourseError for a name that is empty, has spaces around it, or is somebody's for the second time.

    With each name comes the place where it stands.
    """
    seen: dict[str, str] = {}
    for name, where in names:
        if name.strip() != name or not name:
            raise CourseError(f"“{name}” is no student's name", where, "write it without spaces around it")
        if known_as(name) in seen:
            what = f"“{seen[known_as(name)]}” and “{name}” are one person"
            raise CourseError(what, where, "take one of them out")
        seen[known_as(name)] = name
