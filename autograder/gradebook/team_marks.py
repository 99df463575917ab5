"""What a person gave one of a team is everybody's: points, extra credit and comments, where nothing else is there."""

from collections.abc import Sequence

from nbgrader.api import Gradebook

from autograder.gradebook.marked import same_answers


def share_marks(book: Gradebook, slug: str, teams: Sequence[Sequence[str]]) -> None:
    """Copies what only one value was given of; where points differ, a person wanted that. Nothing is committed."""
    notebooks = {item.student_id: item.notebooks for item in book.assignment_submissions(slug)} if teams else {}
    for team in teams:
        mates = [student for student in team if notebooks.get(student)]
        if len(mates) < 2 or not same_answers(book, slug, mates):
            continue
        _share([row for student in mates for part in notebooks[student] for row in part.grades], "manual_score")
        _share([row for student in mates for part in notebooks[student] for row in part.grades], "extra_credit")
        _share([row for student in mates for part in notebooks[student] for row in part.comments], "manual_comment")


def _share(rows: Sequence[object], field: str) -> None:
    """The value of a field, by the name of the cell, for all rows that have none."""
    values: dict[str, set[object]] = {}
    for row in rows:
        values.setdefault(row.name, set()).add(getattr(row, field))  # type: ignore[attr-defined]
    for row in rows:
        given = values[row.name] - {None}  # type: ignore[attr-defined]
        if len(given) == 1 and getattr(row, field) is None:
            setattr(row, field, *given)
            if field == "manual_score":
                row.needs_manual_grade = False  # type: ignore[attr-defined]
