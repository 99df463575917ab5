"""Regrade requests and what was decided: kept one by one in build/requests; the points are nbgrader's, see `decisions`.

Every request that came in is open, decided, or listed with the reason why it is neither: a stranger's, or unreadable.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.files import raw_digest, write_atomically
from autograder.gradebook.grades import Person
from autograder.intake.letters import Letter
from autograder.intake.roster import Identity, Roster
from autograder.layout import BUILD, SUBMITTED, exercise_of, submission_file
from autograder.submission.find import Found
from autograder.text.plain import letters

FOLDER = BUILD / "requests"
OPEN, AGAIN, DECIDED, LISTED = "open", "again", "decided", "listed"
_ID = 32  # hexadecimal digits: who chooses the words of a request finds none that has another one's
_SHORT = 8  # as many are typed, and were all in earlier versions
_OURS = re.compile(rf"[0-9a-f]{{{_SHORT}}}|[0-9a-f]{{{_ID}}}")
_DAMAGED = "its file in build/requests is damaged: restore it, or remove it and add the message again"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, for one file that was handed in."""

    points: float  # added to the exercise's; 0: refused
    because: str
    total: float | None  # points of the exercise since then
    submission: str  # digest of the file
    asked: str = ""  # digest of a newer one that a person was asked about


@dataclass(frozen=True, slots=True)
class RegradeRequest:
    """One request; `student` is "" where nobody knows whose it is."""

    id: str
    slug: str
    student: str
    sender: str
    exercise: str
    check: str
    text: str
    at: str = ""
    where: str = ""
    problem: str = ""  # why it is only listed
    decisions: tuple[Decision, ...] = ()  # the last one counts


def submission_digest(root: Path, slug: str, student: str) -> str:
    """Of the file that counts now; "" where there is none."""
    try:
        raw = Found("", slug, "", submission_file(root / SUBMITTED, student, slug)).read()
    except OSError:
        return ""
    return raw_digest(raw)


def state_of(regrade_request: RegradeRequest, root: Path) -> str:
    """OPEN, AGAIN (decided, and handed in anew since), DECIDED or LISTED."""
    if regrade_request.problem:
        return LISTED
    if not regrade_request.decisions:
        return OPEN
    same = regrade_request.decisions[-1].submission == submission_digest(
        root, regrade_request.slug, regrade_request.student
    )
    return DECIDED if same else AGAIN


# whose ------------------------------------------------------------------------------------------


def senders_of(address: str, persons: Mapping[str, Person], roster: Roster | None) -> set[str]:
    """The students who have this address or login: as we file them, by the gradebook, or by a roster's row."""
    own = {name for name, person in persons.items() if address in (name.casefold(), person.email.casefold())}
    if own or not roster:
        return own
    rows = [row for row in roster.rows if address in row.logins]
    return {name for name, person in persons.items() if any(_is(row, name, person) for row in rows)}


def _is(row: Identity, student: str, person: Person) -> bool:
    number = student.rpartition("_")[2]
    keys = {student.casefold(), person.email.casefold()} - {""}
    names = {letters(f"{person.first_name} {person.last_name}"), letters(student)} - {""}
    return bool(keys & row.logins or {number, person.lms_id} & row.numbers or names & row.names)


def request_from(
    letter: Letter, course: Course, persons: Mapping[str, Person], roster: Roster | None
) -> RegradeRequest:
    """The request in a letter, with the reason where it can only be listed."""
    parts = (letter.sender, letter.slug, letter.about, letter.text, letter.where if letter.problem else "")
    name = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:_ID]
    assignment = next((item for item in course.assignments if item.slug == letter.slug), None)
    exercise, check = _subject(assignment, letter.about) if assignment else ("", "")
    students = senders_of(letter.sender, persons, roster) if letter.sender else set()
    problem = letter.problem
    if not problem and not assignment:
        problem = "names no assignment of this course"
    elif not problem and not exercise:
        problem = "names no check and no exercise of this assignment"
    elif not problem and len(students) != 1:
        problem = "its sender could be several students" if students else "its sender is nobody whom we know"
    student = next(iter(students)) if len(students) == 1 else ""
    about = (letter.slug, student, letter.sender, exercise, check or letter.about)
    return RegradeRequest(name, *about, letter.text, letter.at, letter.where, problem)


def _subject(assignment: Assignment, about: str) -> tuple[str, str]:
    """The exercise, and the check where one is meant; "" where there is none of that name."""
    homes = {check.name: check.exercise for check in assignment.checks}
    return (homes[about], about) if about in homes else (about if about in assignment.names else "", "")


# kept -------------------------------------------------------------------------------------------


def all_requests(root: Path) -> list[RegradeRequest]:
    """Every request, by student; a damaged one is listed, files that are not ours are passed over."""
    found = (_read(path) for path in sorted((root / FOLDER).glob("*.json")) if _OURS.fullmatch(path.stem))
    return sorted((item for item in found if item), key=lambda item: (item.slug, item.student, item.at, item.id))


def keep(root: Path, requests: Iterable[RegradeRequest]) -> int:
    """Keeps those that are new, and those whose sender is known only now; how many were new."""
    new = 0
    for request in requests:
        before = _read(_path(root, request.id)) or _of_an_earlier_version(root, request)
        new += before is None
        if before is None or (before.problem not in ("", _DAMAGED) and not before.decisions):
            save(root, replace(request, id=before.id) if before else request)
    return new


def _of_an_earlier_version(root: Path, request: RegradeRequest) -> RegradeRequest | None:
    """The same request under its short id, or what is damaged there and may be it."""
    found = _read(_path(root, request.id[:_SHORT]))
    same = found and (found.sender, found.slug, found.text) == (request.sender, request.slug, request.text)
    return found if found and (same or found.problem == _DAMAGED) else None


def shown_ids(requests: Iterable[RegradeRequest]) -> dict[str, str]:
    """By id as much of it as tells it apart."""
    ids = {request.id for request in requests}
    length = next((each for each in range(_SHORT, _ID) if len({id[:each] for id in ids}) == len(ids)), _ID)
    return {id: id[:length] for id in ids}


def save(root: Path, regrade_request: RegradeRequest) -> None:
    """Writes one request."""
    text = json.dumps(asdict(regrade_request), ensure_ascii=True, indent=1, sort_keys=True)
    write_atomically(_path(root, regrade_request.id), text.encode())


def request_of(root: Path, id: str) -> RegradeRequest:
    """The request of this id, or of the only one that begins so. Raises UsageError."""
    id = id.strip().casefold()
    found = [item for item in all_requests(root) if id and item.id.startswith(id)]
    found = [item for item in found if item.id == id] or found
    if len(found) != 1:
        raise UsageError(f"{'no request' if not found else 'more than one request'} begins with “{id}”")
    return found[0]


def with_decision(regrade_request: RegradeRequest, decision: Decision) -> RegradeRequest:
    """The request with one more decision."""
    return replace(regrade_request, decisions=(*regrade_request.decisions, decision))


def of_student(requests: Sequence[RegradeRequest], slug: str, student: str) -> list[RegradeRequest]:
    """Those of one student in one assignment that are not only listed."""
    return [item for item in requests if (item.slug, item.student) == (slug, student) and not item.problem]


def _path(root: Path, id: str) -> Path:
    return root / FOLDER / f"{id}.json"


def _read(path: Path) -> RegradeRequest | None:
    """None where there is none. What was decided in a damaged one is not known: it is not begun anew."""
    try:
        raw: dict[str, Any] = json.loads(path.read_bytes())
        raw["decisions"] = tuple(Decision(**item) for item in raw["decisions"])
        found = RegradeRequest(**raw)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        return RegradeRequest(path.stem, "", "", "", "", "", "", where=path.name, problem=_DAMAGED)
    return found


# in the gradebook -------------------------------------------------------------------------------


def row_of(book: Any, regrade_request: RegradeRequest) -> Any:
    """The row of its exercise in nbgrader's open gradebook; None where the submission is not recorded there."""
    for submission in book.assignment_submissions(regrade_request.slug):
        if submission.student_id == regrade_request.student:
            rows = (row for notebook in submission.notebooks for row in notebook.grades)
            return next((row for row in rows if exercise_of(row.name) == regrade_request.exercise), None)
    return None


def ask_about_new(book: Any, root: Path, slug: str) -> list[RegradeRequest]:
    """Where points of a request are for a file that is no longer the one that counts, a person is asked, once.

    Nothing is committed; gives the requests as they are to be saved after that.
    """
    asked = []
    for request in all_requests(root):
        last = request.decisions[-1] if request.decisions else None
        now = submission_digest(root, slug, request.student) if request.slug == slug and last and last.points else ""
        if not last or not now or now in (last.submission, last.asked):
            continue
        if row := row_of(book, request):
            row.needs_manual_grade = True
            asked.append(replace(request, decisions=(*request.decisions[:-1], replace(last, asked=now))))
    return asked
