"""Whose row is whose: students, as we file them, and the rows of a table that a learning platform exported.

Keys are tried from the surest to the weakest: the platform's number, its logins and addresses, names. A key that fits
several rows, or a row that fits several students, is reported and left out; nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.gradebook.grades import Grade
from autograder.intake.roster import Identity, login_keys, name_keys
from autograder.text.escape import terminal
from autograder.text.plain import letters

_NUMBER = re.compile(r"(?:^|[_ ])(\d+)$")  # how the names of downloaded submissions end: "Jane Doe_4711"


@dataclass
class Matched:
    """Grade by index of the row, and a sentence for everyone who has none."""

    rows: dict[int, Grade] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


def match(grades: Sequence[Grade], rows: Mapping[int, Identity], platform: str) -> Matched:
    """The grades that belong to `rows`, those of students who handed something in."""
    result, claims = Matched(), defaultdict(list)
    for grade in (grade for grade in grades if grade.submitted):
        candidates = _candidates(grade, rows)
        if candidates and _is_one_person([rows[index] for index in candidates]):
            for index in candidates:
                claims[index].append(grade)
        elif candidates:
            who = ", ".join(terminal(rows[index].shown, 80) for index in candidates)
            result.complaints.append(f"{terminal(grade.student, 60)} could be several people in {platform}: {who}")
        else:
            result.complaints.append(f"{terminal(grade.student, 60)} is not in {platform}")
    for index, claimed in claims.items():
        if len(claimed) == 1:
            result.rows[index] = claimed[0]
        else:
            who = ", ".join(terminal(grade.student, 60) for grade in claimed)
            result.complaints.append(f"{terminal(rows[index].shown, 80)} in {platform} could be any of: {who}")
    return result


def _is_one_person(rows: Sequence[Identity]) -> bool:
    """Whether these rows are one, or one person's in several sections: the platform's number is the same."""
    return len(rows) == 1 or (bool(rows[0].numbers) and len({row.numbers for row in rows}) == 1)


def _candidates(grade: Grade, rows: Mapping[int, Identity]) -> list[int]:
    """Indices of the rows that the surest key with any row leads to."""
    for kinds, keys in _keys(grade):
        fitting = [index for index, row in rows.items() if any(keys & getattr(row, kind) for kind in kinds)]
        if fitting:
            return fitting
    return []


def _keys(grade: Grade) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    person, student = grade.person, grade.student.strip()
    tail = _NUMBER.search(student)
    name = student[: tail.start()] if tail else student
    yield ("numbers",), frozenset({person.lms_id} - {""})
    yield ("numbers", "logins"), login_keys(student, person.email)
    yield ("numbers",), frozenset({tail[1]} if tail else ())
    yield ("names",), name_keys(person.first_name, person.last_name)
    yield ("names",), frozenset({letters(student), letters(name)} - {""})
