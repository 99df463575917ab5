"""What a person gave one of a team is everybody's who handed in the same: points, extra credit and comments.

Where the values of a team differ a person wanted that; a change is one for all who had the same value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.gradebook.marked import same_answers
from autograder.gradebook.requests import submission_digest


@dataclass(frozen=True, slots=True)
class MarkChange:
    """What a person has changed just now in one cell of one student: what was there, and what is."""

    student: str
    cell: str
    points: tuple[float | None, float | None]
    comment: tuple[str | None, str | None] = (None, None)


def share_marks(
    book: Gradebook, root: Path, slug: str, teams: Sequence[Sequence[str]], change: MarkChange | None = None
) -> None:
    """Copies what only one value was given of, and a `change` to all who had the same. Nothing is committed."""
    notebooks = {item.student_id: item.notebooks for item in book.assignment_submissions(slug)} if teams else {}
    for team in teams:
        mates = [student for student in team if notebooks.get(student)]
        if len(mates) < 2 or not _same_work(book, root, slug, mates):
            continue
        parts = [part for student in mates for part in notebooks[student]]
        grades = [row for part in parts for row in part.grades]
        comments = [row for part in parts for row in part.comments]
        if change and change.student in mates:
            others = [part for student in mates if student != change.student for part in notebooks[student]]
            _follow([row for part in others for row in part.grades], "manual_score", change.cell, change.points)
            _follow([row for part in others for row in part.comments], "manual_comment", change.cell, change.comment)
        _share(grades, "manual_score")
        _share(grades, "extra_credit")
        _share(comments, "manual_comment")


def _same_work(book: Gradebook, root: Path, slug: str, mates: Sequence[str]) -> bool:
    """Whether they have one file: blank answers are the same, too, and the code beside them is not."""
    return same_answers(book, slug, mates) and len({submission_digest(root, slug, mate) for mate in mates}) == 1


def _follow(rows: Sequence[object], field: str, cell: str, values: tuple[object, object]) -> None:
    """The new value, for all rows of the cell that have the old one."""
    old, new = values
    for row in rows:
        if row.name == cell and old is not None and getattr(row, field) == old:  # type: ignore[attr-defined]
            _set(row, field, new)


def _share(rows: Sequence[object], field: str) -> None:
    """The value of a field, by the name of the cell, for all rows that have none."""
    values: dict[str, set[object]] = {}
    for row in rows:
        values.setdefault(row.name, set()).add(getattr(row, field))  # type: ignore[attr-defined]
    for row in rows:
        given = values[row.name] - {None}  # type: ignore[attr-defined]
        if len(given) == 1 and getattr(row, field) is None:
            _set(row, field, *given)


def _set(row: object, field: str, value: object) -> None:
    setattr(row, field, value)
    if field == "manual_score":
        row.needs_manual_grade = False  # type: ignore[attr-defined]
