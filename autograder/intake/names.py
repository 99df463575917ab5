"""Where a notebook is → who handed it in. One rule for each platform; the first that fits counts.

| from              | looks like                                                              | student        |
|-------------------|-------------------------------------------------------------------------|----------------|
| nbgrader exchange | ada+a1+2030-01-02 03:04:05 UTC+random/a1.ipynb                          | ada            |
| Moodle            | Jane Doe_902_assignsubmission_file/a1.ipynb, or all in the file's name  | Jane Doe_902   |
| Canvas            | doejane_LATE_502_88123_a1.ipynb                                         | doejane_502    |
| GitHub Classroom  | a1-submissions/a1-octocat/a1.ipynb                                      | octocat        |
| nbgrader's tree   | ada/a1/a1.ipynb                                                         | ada            |
| anything else     | Jane Doe - a1 (2).ipynb, or Jane Doe/a1.ipynb                           | Jane Doe       |
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath

from autograder.intake.entries import Entry, moment
from autograder.submission.find import student_of
from autograder.text.plain import folder_name

_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_(?:file|onlinetext)_?.*")
_CANVAS = re.compile(r"(?P<who>[^\W_]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?:.+)\.ipynb", re.IGNORECASE)
_ANONYMOUS = re.compile(r"(?P<who>anon_[^\W_]+)_\d+_(?:.+)\.ipynb")
_EXCHANGE = re.compile(r"(?P<who>[^+]+)\+(?P<slug>[^+]+)\+(?P<at>\d{4}-[^+]+)(?:\+.*)?")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who handed an entry in, and what its name says about the time."""

    student: str
    at: datetime | None = None
    late: bool = False  # Canvas says so, but not by how much


def owner(entry: Entry, slug: str) -> Owner:
    """Who handed `entry` in; `slug` is the assignment it is for."""
    for part in entry.parts[1:-1]:
        if found := _EXCHANGE.fullmatch(part):
            return Owner(folder_name(found["who"]), moment(found["at"]))
    for part in reversed(entry.parts):
        if found := _MOODLE.fullmatch(part):
            return Owner(folder_name(found["who"]), entry.at)
    if found := _CANVAS.fullmatch(entry.parts[-1]):
        return Owner(folder_name(f"{found['who']}_{found['id']}"), entry.at, bool(found["late"]))
    if found := _ANONYMOUS.fullmatch(entry.parts[-1]):
        return Owner(folder_name(found["who"]), entry.at)
    name = _classroom(entry.parts, slug, entry.checkout) or student_of(PurePosixPath(*entry.parts), slug)
    return Owner(folder_name(name), entry.at)


def _classroom(parts: Sequence[str], slug: str, checkout: str) -> str:
    """The user's name in "a1-octocat", where the folder above is called "a1-submissions", or it is a repository."""
    for above, part in pairwise(parts[:-1]):
        if above.endswith("-submissions") and part.startswith(prefix := above.removesuffix("submissions")):
            return part.removeprefix(prefix)
    gap = slug.replace("_", "[-_ ]")
    return re.sub(rf"^{gap}[-_ ]", "", checkout, flags=re.IGNORECASE) if checkout else ""
