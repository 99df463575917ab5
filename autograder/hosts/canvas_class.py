"""Who is in the class and what they handed in, as Canvas's API says: the same hand-ins as from its archive.

Everything is known by Canvas's own numbers of people and files; names, also of files, are words that others chose.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.term import Term
from autograder.errors import CourseError
from autograder.files import write_atomically
from autograder.hosts.canvas_client import CanvasClient, CanvasRefused, objects_in
from autograder.intake.entries import MAX_ARCHIVE_BYTES, MAX_ENTRIES, Entry, Refused, is_notebook
from autograder.intake.handin import HandIn, Who
from autograder.intake.roster import Identity, login_keys, name_keys
from autograder.intake.times import When, when
from autograder.submission.parse import MAX_BYTES as MAX_FILE_BYTES
from autograder.text.escape import terminal
from autograder.text.plain import folder_name, letters

_MAX_NAME = 200
_TYPED = {"online_text_entry": ("body", "typed_text.html"), "online_url": ("url", "typed_link.html")}


@dataclass(frozen=True, slots=True)
class CanvasPerson:
    """Somebody of the class."""

    number: int
    name: str = ""
    sortable: str = ""  # "Doe, Jane"
    login: str = ""
    sis: str = ""
    email: str = ""

    @property
    def identity(self) -> Identity:
        """As rosters know people."""
        last, _, first = self.sortable.partition(",")
        names = name_keys(first, last) | {letters(self.name)} - {""}
        shown = f"{terminal(self.name, 60)} ({self.number})"
        return Identity(frozenset({str(self.number)}), login_keys(self.login, self.sis, self.email), names, shown)

    @property
    def filed(self) -> str:
        """What they are filed under: as in the names of Canvas's archive, "doejane_502"."""
        word = re.sub(r"\W", "", self.sortable or self.name).lower()
        return folder_name(f"{word[:100] or 'user'}_{self.number}")


def numbers_of(term: Term, slug: str = "") -> str:
    """The path of the course or of an assignment of it in the API. Raises CourseError where course.toml lacks it."""
    course, number = term.canvas.course, term.canvas_assignments.get(slug)
    todo = "see docs/canvas.md"
    if not term.canvas.url or not course:
        raise CourseError("course.toml does not say which course of Canvas this is", "[canvas]: url, course", todo)
    if slug and not number:
        what = f"course.toml does not say which assignment of Canvas {slug} is"
        raise CourseError(what, "[canvas.assignments]", todo)
    return f"courses/{course}/assignments/{number}" if slug else f"courses/{course}"


def people_of(client: CanvasClient, course: str) -> tuple[list[CanvasPerson], set[int]]:
    """The students, and the numbers of Canvas's own test students. Raises CanvasRefused."""
    kinds, more = ("student", "student_view"), ("enrollments", "email")
    found, tests = {}, set()
    for raw in client.all(f"{course}/users", enrollment_type=kinds, include=more):
        person = _person(raw)
        if any(item.get("type") == "StudentViewEnrollment" for item in objects_in(raw.get("enrollments"))):
            tests.add(person.number)
        else:
            found[person.number] = person
    return list(found.values()), tests


def _person(raw: dict[str, Any]) -> CanvasPerson:
    keys = ("name", "sortable_name", "login_id", "sis_user_id", "email")
    return CanvasPerson(_number(raw, "id"), *(str(raw.get(key) or "")[:_MAX_NAME] for key in keys))


def _number(raw: dict[str, Any], key: str) -> int:
    """Raises CanvasRefused: without it nobody is known."""
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise CanvasRefused("Canvas does not say whose it is: is anonymous grading on? Switch it off, then try again")
    return value


class Downloads:
    """Files of hand-ins: each is downloaded once and kept by its number, which Canvas never uses again."""

    def __init__(self, client: CanvasClient, folder: Path) -> None:
        self._client, self._folder, self._left = client, folder, MAX_ARCHIVE_BYTES

    def entry(self, student: str, attached: dict[str, Any]) -> Entry:
        """A file that somebody attached; only its reading downloads it."""
        number, size = _number(attached, "id"), attached.get("size")
        name = folder_name(str(attached.get("display_name") or attached.get("filename") or "file")[:_MAX_NAME])
        large = isinstance(size, (int, float)) and size > MAX_FILE_BYTES
        why = f"is larger than {MAX_FILE_BYTES // 1_000_000} MB" if large else ""
        return Entry((student, name), self._reader(number, str(attached.get("url") or "")), why)

    def _reader(self, number: int, url: str) -> Callable[[], bytes]:
        def read() -> bytes:
            kept = self._folder / f"{number}.file"
            if kept.is_file():
                return kept.read_bytes()
            if not url:
                raise Refused("cannot be downloaded: it is locked in Canvas, which gives no address")
            try:
                raw = self._client.file(url, MAX_FILE_BYTES)
            except CanvasRefused as error:
                if error.status in (403, 404):
                    raise Refused(f"cannot be downloaded ({error.status})") from None
                raise
            self._left -= len(raw)
            if self._left < 0:
                raise Refused(f"was not downloaded: together it is more than {MAX_ARCHIVE_BYTES:,} bytes")
            write_atomically(kept, raw)
            return raw

        return read


def hand_ins_of(
    listed: Iterable[dict[str, Any]], people: Iterable[CanvasPerson], known: Iterable[str], downloads: Downloads
) -> list[HandIn]:
    """Every attempt of everybody; who is filed under a name already keeps it, whatever Canvas calls them now.

    Raises CanvasRefused.
    """
    persons, homes = {person.number: person for person in people}, _homes(known)
    found: list[HandIn] = []
    for raw in listed:
        number = _number(raw, "user_id")
        user = raw.get("user")
        person = persons.get(number) or _person((user if isinstance(user, dict) else {}) | {"id": number})
        student = homes.get(str(number), person.filed)
        who = Who(student, str(number), login=person.login, name=person.name)
        found += _attempts(raw, who, downloads)
        if len(found) > MAX_ENTRIES:
            raise CanvasRefused(f"there are more than {MAX_ENTRIES:,} attempts")
    return found


def fetch(item: HandIn) -> None:
    """Downloads what may be graded of it; what cannot be is told when it is taken."""
    for entry in item.entries:
        if is_notebook(entry.parts[-1]):
            with suppress(Refused):
                entry.read()


def _homes(known: Iterable[str]) -> dict[str, str]:
    """Number → the only student that is filed under a name with it."""
    ends: dict[str, list[str]] = {}
    for student in known:
        if end := re.search(r"_(\d+)$", student, re.ASCII):
            ends.setdefault(end[1], []).append(student)
    return {number: names[0] for number, names in ends.items() if len(names) == 1}


def _attempts(raw: dict[str, Any], who: Who, downloads: Downloads) -> Iterator[HandIn]:
    """What one person handed in, the whole history where Canvas gives it."""
    for item in objects_in(raw.get("submission_history")) or [raw]:
        if item.get("submitted_at") or item.get("attachments"):
            at = item.get("submitted_at")
            moment = when(at) if isinstance(at, str) else When()
            yield HandIn(who, who.number, tuple(_entries(item, who.student, downloads)), moment)


def _entries(item: dict[str, Any], student: str, downloads: Downloads) -> Iterator[Entry]:
    for each in objects_in(item.get("attachments")):
        yield downloads.entry(student, each)
    key, name = _TYPED.get(str(item.get("submission_type")), ("", ""))
    if key:
        text = str(item.get(key) or "").encode()[:MAX_FILE_BYTES]
        yield Entry((student, name), lambda: text)
