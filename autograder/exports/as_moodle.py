"""The CSV that Moodle takes back: its own grading worksheet with the grades filled in.

Moodle knows the lines by "Identifier" (Participant 4711, the number that the names of its downloaded files carry), and
wants "Grade" and "Last modified (grade)" beside it. Other columns, feedback among them, are left out so that nothing
is overwritten. Without a worksheet the file suits Grades → Import → CSV file, where columns are mapped by hand.
"""

import re
from collections.abc import Mapping, Sequence

from autograder.errors import CourseError
from autograder.exports import Export, Platform
from autograder.exports.roster import match
from autograder.exports.table import CsvValue, Theirs, to_csv
from autograder.gradebook.grades import Grade
from autograder.intake.roster import Identity, from_csv, login_keys
from autograder.model import cents
from autograder.text.escape import terminal
from autograder.text.plain import letters
from autograder.text.words import number

_KEPT = ("Identifier", "Full name", "ID number", "Email address", "Grade", "Maximum Grade", "Last modified (grade)")
_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
# What the worksheet says in German and in French; Moodle takes it back in the language in which it gave it.
_ENGLISH = {
    "id": "Identifier",
    "vollständiger name": "Full name",
    "id-nummer": "ID number",
    "bewertung": "Grade",
    "e-mail-adresse": "Email address",
    "bestwertung": "Maximum Grade",
    "anmeldename": "Username",
    "zuletzt geändert (bewertung)": "Last modified (grade)",
    "identifiant": "Identifier",
    "nom complet": "Full name",
    "numéro d'identification": "ID number",
    "adresse de courriel": "Email address",
    "note": "Grade",
    "note maximale": "Maximum Grade",
    "dernière modification (note)": "Last modified (grade)",
    "nom d'utilisateur": "Username",
    "bewertung kann geändert werden": "Grade can be changed",
    "la note peut être modifiée": "Grade can be changed",
}
_CHANGEABLE, _NO = "Grade can be changed", ("no", "nein", "non")
_TODO = "in Moodle: the assignment, Submissions, Actions, Download grading worksheet"


def write(title: str, grades: Sequence[Grade], platform: Platform) -> Export:
    """The worksheet, or a table to import by hand. Raises CourseError for a table that is no worksheet."""
    return _filled(grades, platform) if platform.roster else _alone(title, grades)


def _alone(title: str, grades: Sequence[Grade]) -> Export:
    rows: list[list[CsvValue]] = []
    for grade in grades:
        number_ = re.search(r"[_ ](\d+)$", grade.student)
        name = " ".join(filter(None, (grade.person.first_name, grade.person.last_name)))
        name = name or (grade.student[: number_.start()] if number_ else grade.student)
        identifier = f"Participant {number_[1]}" if number_ else ""
        score = grade.final
        rows.append([identifier, grade.student, name, grade.person.email, score, grade.points, title])
    columns = ("Identifier", "Username", "Full name", "Email address", "Grade", "Maximum Grade", "Assignment")
    more = [grade for grade in grades if grade.final is not None and grade.final > grade.points]
    return Export(to_csv(columns, rows), tuple(_too_many(each, each.score, each.points) for each in more))


def _filled(grades: Sequence[Grade], platform: Platform) -> Export:
    table = from_csv(platform.roster, "Moodle")
    shown = [name.strip() for name in table[0]]
    header = [_ENGLISH.get(name.casefold(), name) for name in shown]
    if missing := [name for name in _NEEDED if name not in header]:
        raise CourseError(f"this is not a Moodle grading worksheet: “{missing[0]}” is missing", "--roster", _TODO)
    lines = [dict(zip(header, row, strict=True)) for row in table[1:]]
    matched = match(grades, {index: _identity(line) for index, line in enumerate(lines)}, "Moodle")
    columns = [name for name in _KEPT if name in header]
    points = {index: _points(grade, lines[index], platform.scale) for index, grade in matched.rows.items()}
    rows: list[list[CsvValue]] = [
        [points[index] if index in points and name == "Grade" else Theirs(line[name]) for name in columns]
        for index, line in enumerate(lines)
    ]
    titles = [Theirs(shown[header.index(name)]) for name in columns]
    complaints = (*matched.complaints, *_locked(lines, matched.rows), *_beyond(lines, matched.rows, points))
    return Export(to_csv(titles, rows), complaints)


def _points(grade: Grade, line: Mapping[str, str], scale: bool) -> float | None:
    """What Moodle gets; None where there is no grade. Raises CourseError where its maximum is another than ours."""
    most, score = _most(line), grade.final
    if score is None or most is None or not grade.points or abs(most - grade.points) < 0.005:
        return score
    if not scale or not most:
        what = f"Moodle's maximum is {number(most)}, the assignment has {number(grade.points)} points"
        todo = "set “Maximum grade” of the assignment in Moodle, or write `scale = true` below [exports] in course.toml"
        raise CourseError(what, "--roster", todo)
    return cents(score * most / grade.points)


def _most(line: Mapping[str, str]) -> float | None:
    """Moodle's maximum, where it says any. Raises CourseError for another scale: nobody knows what points are there."""
    text = line.get("Maximum Grade", "").strip()
    if text in ("", "-"):
        return None
    plain = re.sub(r"[.,](?=\d{3}[.,])", "", text).replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d+)?", plain):
        todo = "in Moodle, let the assignment's grade be of the type “Point”"
        raise CourseError(f"Moodle's maximum “{terminal(text, 40)}” is no number", "--roster", todo)
    return float(plain)


def _identity(line: Mapping[str, str]) -> Identity:
    """Moodle writes first and last name as one, in the order of the site."""
    digits = re.search(r"(\d+)$", line["Identifier"].strip())
    words = line.get("Full name", "").replace(",", " ").split()
    turned = {letters("".join(words[cut:] + words[:cut])) for cut in range(len(words))} if len(words) < 8 else set()
    logins = login_keys(line.get("ID number", ""), line.get("Email address", ""), line.get("Username", ""))
    shown = f"{' '.join(words)} ({line['Identifier']})"
    return Identity(frozenset({digits[1]} if digits else ()), logins, frozenset(turned - {""}), shown)


def _locked(lines: Sequence[Mapping[str, str]], rows: Mapping[int, Grade]) -> list[str]:
    """A sentence for each row that Moodle says it will not change."""
    locked = [grade for index, grade in rows.items() if lines[index].get(_CHANGEABLE, "").strip().casefold() in _NO]
    return [f"{terminal(grade.student, 60)}: Moodle says that this grade cannot be changed" for grade in locked]


def _beyond(
    lines: Sequence[Mapping[str, str]], rows: Mapping[int, Grade], points: Mapping[int, float | None]
) -> list[str]:
    """Sentences for grades that Moodle would refuse because they are above its maximum: extra credit."""
    complaints = []
    for index, grade in rows.items():
        most, score = _most(lines[index]), points[index]
        if most is not None and score is not None and score > most:
            complaints.append(_too_many(grade, score, most))
    return complaints


def _too_many(grade: Grade, score: float, most: float) -> str:
    return f"{terminal(grade.student, 60)} has {number(score)} points; Moodle accepts at most {number(most)}"
