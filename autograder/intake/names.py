"""Where a notebook lies → who handed it in. One rule for each platform; the first that fits counts.

| from              | looks like                                                              | student        |
|-------------------|-------------------------------------------------------------------------|----------------|
| nbgrader exchange | ada+a1+2030-01-02 03:04:05 UTC+random/a1.ipynb                          | ada            |
| Moodle            | Jane Doe_902_assignsubmission_file/a1.ipynb, or all in the file's name  | Jane Doe_902   |
| Canvas            | doejane_LATE_502_88123_a1.ipynb                                         | doejane_502    |
| GitHub Classroom  | a1-submissions/a1-octocat/a1.ipynb                                      | octocat        |
| nbgrader's tree   | ada/a1/a1.ipynb                                                         | ada            |
| anything else     | Jane Doe - a1 (2).ipynb, or Jane Doe/a1.ipynb                           | Jane Doe       |
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath

from autograder.intake.entries import Entry, moment
from autograder.submission.find import student_of

_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_(?:file|onlinetext)_?.*")
_CANVAS = re.compile(r"(?P<who>[^\W_]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?:.+)\.ipynb", re.IGNORECASE)
_ANONYMOUS = re.compile(r"(?P<who>anon_[^\W_]+)_\d+_(?:.+)\.ipynb")
_EXCHANGE = re.compile(r"(?P<who>[^+]+)\+(?P<slug>[^+]+)\+(?P<at>\d{4}-[^+]+)(?:\+.*)?")
_LONGEST = 120  # bytes of a student's name; it becomes a folder's


@dataclass(frozen=True, slots=True)
class Owner:
    """Who handed an entry in, and what its name says about the time."""

    student: str
    at: datetime | None = None
    late: bool = False  # Canvas says so, but not by how much


def owner(entry: Entry, slug: str) -> Owner:
    """Who handed `entry` in; `slug` is the assignment it is for."""
    for part in entry.parts[1:-1] or ():
        if found := _EXCHANGE.fullmatch(part):
            return Owner(_folder(found["who"]), moment(found["at"]))
    for part in reversed(entry.parts):
        if found := _MOODLE.fullmatch(part):
            return Owner(_folder(found["who"]), entry.at)
    if found := _CANVAS.fullmatch(entry.parts[-1]):
        return Owner(_folder(f"{found['who']}_{found['id']}"), entry.at, bool(found["late"]))
    if found := _ANONYMOUS.fullmatch(entry.parts[-1]):
        return Owner(_folder(found["who"]), entry.at)
    return Owner(_folder(_classroom(entry.parts, slug, entry.checkout) or _plain(entry.parts, slug)), entry.at)


def _classroom(parts: Sequence[str], slug: str, checkout: str) -> str:
    """The user's name in "a1-octocat", where the folder above is called "a1-submissions", or it is a repository."""
    for above, part in pairwise(parts[:-1]):
        if above.endswith("-submissions") and part.startswith(prefix := above.removesuffix("submissions")):
            return part.removeprefix(prefix)
    gap = slug.replace("_", "[-_ ]")
    return re.sub(rf"^{gap}[-_ ]", "", checkout, flags=re.IGNORECASE) if checkout else ""


def _plain(parts: Sequence[str], slug: str) -> str:
    """By nbgrader's tree, else by the file's name, as `convgrade grade` does."""
    return student_of(PurePosixPath(*parts), slug)


def _folder(name: str) -> str:
    """`name` as one that a folder can have: a student's word is never a path."""
    text = unicodedata.normalize("NFC", name).strip()
    text = "".join("_" if character in "/\\" or not character.isprintable() else character for character in text)
    short = re.sub(r"^\.+", "_", text).encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
    return short.strip() or "student"
