"""The CSV that Canvas imports: the identity columns of the instructor's own export, and one column of points.

Canvas recognises the file by its first columns (Student, ID, …, Section), students by their ID, and the assignment by
the number behind its title; a title that it does not know becomes a new assignment.
"""

import re
from collections.abc import Sequence

from autograder.errors import CourseError
from autograder.exports import Export, Platform
from autograder.exports.roster import match
from autograder.exports.table import CsvValue, Theirs, to_csv
from autograder.gradebook.grades import Grade
from autograder.intake.roster import Identity, from_csv, login_keys, name_keys
from autograder.text.escape import terminal
from autograder.text.words import amount

_LOGINS = ("sis user id", "sis login id", "integration id")
_POSSIBLE = "points possible"
_TODO = "in Canvas: Grades, Export, Export Entire Gradebook"


def write(title: str, grades: Sequence[Grade], platform: Platform) -> Export:
    """The file for Canvas; without a roster one that names students as we do. Raises CourseError."""
    return _merged(title, grades, from_csv(platform.roster, "Canvas")) if platform.roster else _alone(title, grades)


def _alone(title: str, grades: Sequence[Grade]) -> Export:
    """What can be listed without Canvas's own table: our names in the place of its logins."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    rows: list[list[CsvValue]] = [["    Points Possible", "", "", "", "", _possible(grades)]]
    for grade in grades:
        name = ", ".join(filter(None, (grade.person.last_name, grade.person.first_name))) or grade.student
        rows.append([name, grade.person.lms_id, "", grade.student, "", grade.final])
    return Export(to_csv(header, rows))


def _merged(title: str, grades: Sequence[Grade], table: list[list[str]]) -> Export:
    header, body = table[0], table[1:]
    width = _identity_width(header)
    column = _column(header[width:], (title, *{grade.assignment for grade in grades}))
    students = {index: row for index, row in enumerate(body) if _is_student(row)}
    identities = {index: _identity(header[:width], row) for index, row in students.items()}
    matched = match(grades, identities, "Canvas")
    rows: list[list[CsvValue]] = [["    Points Possible", *[None] * (width - 1), _possible(grades)]]
    for index, row in students.items():
        grade = matched.rows.get(index)
        rows.append([*map(Theirs, row[:width]), grade.final if grade else None])
    complaints = [*matched.complaints, *_other_points(body, header.index(column) if column else -1, grades)]
    names = [*map(Theirs, header[:width]), Theirs(column) or title]
    return Export(to_csv(names, rows), tuple(complaints))


def _column(names: Sequence[str], titles: Sequence[str]) -> str:
    """The column of this assignment, by the first title that any has; "" where none has. Raises CourseError for two."""
    fitting = next(filter(None, ([name for name in names if _is_title(name, each)] for each in titles)), [])
    if len(fitting) > 1:
        what = (
            f"Canvas has {len(fitting)} assignments of this title: {', '.join(terminal(name, 60) for name in fitting)}"
        )
        raise CourseError(what, "--roster", "rename all but the right one in Canvas, and export again")
    return fitting[0] if fitting else ""


def _identity_width(header: Sequence[str]) -> int:
    """How many columns say who it is: up to Section. Raises CourseError for a table of something else."""
    names = [name.strip().casefold() for name in header]
    if "id" not in names or "section" not in names or names[0] not in ("student", "lastname"):
        raise CourseError("this is not a Canvas gradebook", "--roster", _TODO)
    return names.index("section") + 1


def _is_title(name: str, title: str) -> bool:
    """Whether a column is this assignment's: "Tiny (4711)" is "Tiny"."""
    return re.sub(r"\s*\(\d+\)\s*$", "", name).strip().casefold() == title.strip().casefold()


def _is_student(row: Sequence[str]) -> bool:
    """No line of totals, of posting policies, or Canvas's own test student."""
    first = row[0].strip().casefold()
    return bool(first) and _POSSIBLE not in first and first != "student, test"


def _identity(header: Sequence[str], row: Sequence[str]) -> Identity:
    values = {name.strip().casefold(): value.strip() for name, value in zip(header, row, strict=False)}
    last, _, first = values.get("student", "").partition(",")
    names = name_keys(values.get("firstname", first), values.get("lastname", last))
    logins = login_keys(*(values.get(key, "") for key in _LOGINS))
    name, number_ = " ".join(filter(None, (row[0], values.get("firstname", "")))), values.get("id", "")
    return Identity(frozenset({number_} - {""}), logins, names, f"{name} ({number_})")


def _possible(grades: Sequence[Grade]) -> float:
    return max((grade.points for grade in grades), default=0.0)


def _other_points(body: Sequence[Sequence[str]], column: int, grades: Sequence[Grade]) -> list[str]:
    """A sentence where Canvas has other full points than we: its percentages would be wrong."""
    listed = next((row[column] for row in body if column >= 0 and _POSSIBLE in row[0].casefold()), "").replace(",", ".")
    if not listed or _same(listed, _possible(grades)):
        return []
    ours = amount(round(_possible(grades)), "point")
    return [f"Canvas has {listed} points for this assignment, the course has {ours}; the import will change that"]


def _same(listed: str, points: float) -> bool:
    try:
        return abs(float(listed) - points) < 0.005
    except ValueError:
        return False
