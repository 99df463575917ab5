"""Who is in the class: a table that Canvas, Moodle or GitHub Classroom exported, or any with such columns.

Whoever is not in it does not exist. Keys are tried from the surest: the platform's number, then logins and addresses,
then names; where anybody of a download is found by number, whoever has a number is found by number only.
"""

import csv
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.intake.handin import Who
from autograder.intake.tables import lines_of, unformula
from autograder.text.escape import terminal
from autograder.text.plain import letters

_NUMBERS = frozenset({"id", "identifier", "user id", "orgdefinedid", "org defined id", "id number", "student id", "sid",
                      "sis user id", "number", "id-nummer", "matrikelnummer", "matriculation number"})  # fmt: skip
_LOGINS = frozenset({*_NUMBERS, "sis login id", "integration id", "username", "user name", "login", "email", "login id",
                     "email address", "e-mail", "mail", "eid", "github_username", "github username", "student_id",
                     "anmeldename", "e-mail-adresse", "adresse de courriel", "nom d'utilisateur"})  # fmt: skip
_NAMES = ("student", "name", "full name", "fullname", "vollständiger name", "nom complet", "student name")
_FIRST = ("first name", "firstname", "first_name", "given name", "vorname", "prénom")
_LAST = ("last name", "lastname", "last_name", "surname", "family name", "nachname", "nom", "nom de famille")
_NUMBER = re.compile(r"(?:[^\W\d]+(?:/in)? ?)?(\d+)(?:\.0)?")  # Moodle: "Participant 902"
_POSSIBLE = "points possible"
_MERGED = re.compile(r"(.+?)\s*[(\[<]([^()\[\]<>]+)[)\]>]")
_MAX_LINES = 50_000


@dataclass(frozen=True, slots=True)
class Identity:
    """What one row says about a student; each set may be empty."""

    numbers: frozenset[str] = frozenset()
    logins: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    shown: str = ""  # for people


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a class."""

    rows: tuple[Identity, ...]

    def missing(self, people: Iterable[Who]) -> dict[Who, str]:
        """A sentence for each of `people` who is not in the class, is several of it, or is one whom others are, too."""
        people = list(people)
        numbered = any(person.number in row.numbers for person in people if person.number for row in self.rows)
        found = {person: self._rows(person, numbered) for person in people}
        claimed: dict[Identity, list[Who]] = {}
        for person, rows in found.items():
            if len(rows) == 1:
                claimed.setdefault(rows[0], []).append(person)
        wrong = {person: self._why(person, rows) for person, rows in found.items() if len(rows) != 1}
        for row, several in claimed.items():
            names = " and ".join(terminal(person.student, 60) for person in several)
            wrong |= dict.fromkeys(several, f"{names} are both {row.shown} in the roster") if len(several) > 1 else {}
        return wrong

    def _rows(self, person: Who, numbered: bool) -> list[Identity]:
        if numbered and person.number:
            return [row for row in self.rows if person.number in row.numbers]
        logins = {person.student.casefold(), person.login.casefold()} - {""}  # whole: not everybody's jane@ is our jane
        rows = [row for row in self.rows if logins & (row.logins | row.numbers)]
        names = {letters(person.name), letters(person.student)} - {""}
        return rows or [row for row in self.rows if names & row.names]

    def _why(self, person: Who, rows: list[Identity]) -> str:
        if rows:
            return f"could be several people in the roster: {', '.join(row.shown for row in rows[:4])}"
        known = {key: row.shown for row in self.rows for key in (*row.names, *row.logins)}
        words = letters(re.sub(r"_\d+$", "", person.student)) or person.student
        near = difflib.get_close_matches(words, known, n=1, cutoff=0.0)
        return f"is not in the roster; the nearest name there is {known[near[0]]}" if near else "is not in the roster"


def read_roster(text: str) -> Roster:
    """The people of a table. Raises CourseError where no column says who they are."""
    table = from_csv(text, "the learning platform")
    header = [name.strip().casefold() for name in table[0]]
    if not {*header} & {*_LOGINS, *_NAMES, *_LAST}:
        todo = "export it from Canvas or Moodle, or name a column Username, Email, ID or Name"
        raise CourseError("no column of the roster says who somebody is", "--roster", todo)
    lines = [dict(zip(header, (unformula(value).lstrip("#") for value in row), strict=True)) for row in table[1:]]
    rows = [_identity(line) for line in lines if _POSSIBLE not in next(iter(line.values())).casefold()]
    return Roster(tuple(dict.fromkeys(row for row in rows if row.numbers or row.logins or row.names)))


def _identity(line: Mapping[str, str]) -> Identity:
    numbers = {digits[1] for key in _NUMBERS if (digits := _NUMBER.fullmatch(line.get(key, "")))}
    logins = login_keys(*(line.get(key, "") for key in _LOGINS))
    first, last = (next((line[key] for key in keys if line.get(key)), "") for keys in (_FIRST, _LAST))
    whole = next((line[key] for key in _NAMES if line.get(key)), "") or f"{first} {last}".strip()
    before, _, after = whole.partition(",")
    names = name_keys(first, last) | name_keys(before, after) | {letters(whole)} - {""}
    if merged := _MERGED.fullmatch(whole):  # "Doe, Jane (jdoe)"
        before, _, after = merged[1].partition(",")
        names, logins = names | name_keys(before, after), logins | login_keys(merged[2])
    shown = terminal(whole or min(logins, default=""), 80)
    return Identity(frozenset(numbers), logins, frozenset(names), shown)


def login_keys(*values: str) -> frozenset[str]:
    """Logins and addresses, as they are compared: without case, also the part before the @."""
    logins = {value.strip().casefold() for value in values if value.strip()}
    return frozenset(logins | {login.split("@")[0] for login in logins})


def name_keys(first: str, last: str) -> frozenset[str]:
    """A name in both orders, as letters and digits only, without accents."""
    return frozenset(filter(None, (letters(f"{first} {last}"), letters(f"{last} {first}"))))


def from_csv(text: str, what: str) -> list[list[str]]:
    """Rows of a table that somebody else exported (commas, semicolons, tabs), no empty rows. Raises CourseError.

    A row with more cells than the heading is refused: its values would be under the wrong names.
    """
    again = f"export it from {what} again"
    try:
        lines = [(number, row) for number, row in lines_of(text) if any(value.strip() for value in row)]
    except csv.Error as error:
        raise CourseError(f"the table from {what} is not valid CSV: {error}", "--roster", again) from None
    if not lines or len(lines) > _MAX_LINES:
        why = f"has more than {_MAX_LINES:,} lines: that is no class" if lines else "is empty"
        raise CourseError(f"the table from {what} {why}", "--roster", again)
    width = len(lines[0][1])
    if wider := [number for number, row in lines if any(value.strip() for value in row[width:])]:
        what = f"line {wider[0]} of the table from {what} has more cells than the heading: a comma in a name, perhaps"
        raise CourseError(what, "--roster", again)
    return [(row + [""] * width)[:width] for _, row in lines]
