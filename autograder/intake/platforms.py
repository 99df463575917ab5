"""Where a unit is → who handed it in, and when. One rule for each platform; docs/intake.md lists the forms.

A rule looks at the name of the unit, which the platform made, and at what the platform itself put into it; never at
names further inside. A rule gives None where the unit has not its form, and nothing where it is the platform's own.
Where the file's name that a student chose follows in the same name, the platform's part is read up to the first place
where it can end.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo

from autograder.intake.commits import commit_time
from autograder.intake.download import ILIAS, ILIAS_TEAM, Download, Rule, beginning_of, one_hand_in
from autograder.intake.entries import Source
from autograder.intake.handin import NO_NAME, HandIn, Who
from autograder.intake.numbered import from_openolat, from_submitty, from_teams
from autograder.intake.times import When, when
from autograder.intake.units import ATTACHED, METADATA, Unit, classroom_prefix, nfc, units_of
from autograder.submission.find import name_in
from autograder.text.plain import folder_name, underscored

_EXCHANGE = re.compile(r"(?P<who>.+?)\+(?P<slug>[^+]+)\+(?P<at>\d{4}-[^+]+)(?:\+.*)?")
_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assign(?P<what>submission|feedback)_[a-z]+_?")  # and a plugin's name
_MOODLE_FLAT = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assign(?P<what>submission|feedback)_[a-z]+_.*")
_CANVAS = re.compile(r"(?P<who>.+?)(?P<late>_LATE)?_(?P<id>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.IGNORECASE)
_CANVAS_TEXT = re.compile(r"(?P<who>.+?)(?P<late>_LATE)?_(?P<id>\d+)_(?:text|link)\.html", re.IGNORECASE)
_ANONYMOUS = re.compile(r"(?P<who>anon_[^\W_]+?)(?P<late>_LATE)?_\d+_.+")
_BLACKBOARD = re.compile(  # "attempt" in the language of the site
    r"(?P<head>.+?)_(?P<word>[^\W\d_]+)_(?P<at>\d{4}(?:-\d\d){5})(?P<rest>_.+|\.txt)"
)
_D2L_TIME = r"(?:[^\W\d]{3,9}\.? \d{1,2}|\d{1,2} [^\W\d]{3,9}\.?),? \d{4},? \d{1,2}[:_.]?\d\d ?(?:[AP]M)?"
_D2L = re.compile(rf"(?P<id>\d+)-(?P<folder>\d+) ?- ?(?P<name>.+) ?- (?P<at>{_D2L_TIME})")
_D2L_FLAT = re.compile(rf"(?P<id>\d+)-(?P<folder>\d+) ?- ?(?P<name>.+?) ?- (?P<at>{_D2L_TIME}) ?- (?P<file>.+)")
_D2L_OTHER_TIME = r"(?=(?:(?! - ).)*(?<!\d)(?:19|20|21)\d\d(?!\d))(?:(?! - ).)*\d(?:(?! - ).)*"  # of other languages
_D2L_OTHER = re.compile(rf"(?P<id>\d+)-(?P<folder>\d+) ?- ?(?P<name>.+) - (?P<at>{_D2L_OTHER_TIME})")
_D2L_FLAT_OTHER = re.compile(
    rf"(?P<id>\d+)-(?P<folder>\d+) ?- ?(?P<name>.+?) - (?P<at>{_D2L_OTHER_TIME}) - (?P<file>.+)"
)
_SAKAI = re.compile(r"(?P<name>.+?) ?\((?P<login>[^()]+)\)")
_GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
_CODEGRADE = re.compile(r"(?P<name>.+) - (?P<at>\d{4}-\d\d-\d\dT(?:\d\d[:._-]){2}\d\d)(?:[.,_]\d{1,9})?")
_STRONG = (_EXCHANGE, _MOODLE, _MOODLE_FLAT, _CANVAS, _CANVAS_TEXT, _ANONYMOUS, _BLACKBOARD, _D2L, _D2L_FLAT,
           _D2L_OTHER, _D2L_FLAT_OTHER, _SAKAI, _GRADESCOPE, _CODEGRADE)  # fmt: skip
_STATUS = re.compile(r"status\.(?:xlsx?|csv)")  # of ILIAS's feedback for several people
_NOBODYS = re.compile(r"index\.html?|grades\.(?:csv|xls)|(?:readme|licen[cs]e)(?:\.\w+)?|timestamp\.txt", re.IGNORECASE)


_A_CLASS = "it is full of names as platforms write them; if it is around the download, give that folder itself"


def hand_ins(source: Source, slug: str, slugs: frozenset[str], zone: tzinfo | None) -> list[HandIn]:
    """Every hand-in, by the rule of the platform that most units have the form of; what has none: its own name."""
    units = units_of(source, slug, _is_strong)
    download = Download(units, slug, slugs, zone)
    found = {rule: [rule(unit, download) for unit in units.all] for rule in RULES}
    best = max(RULES, key=lambda rule: _fit(rule, units.all, found[rule]))
    return [
        item
        for unit, result in zip(units.all, found[best], strict=True)
        for item in (from_its_name(unit, download) if result is None else result)
    ]


def _fit(rule: Rule, units: Sequence[Unit], found: Sequence[list[HandIn] | None]) -> tuple[int, bool, int]:
    """How many units have the form; of two that have both forms, the one whose part ends first: a name follows it.

    What is told by a folder inside comes last: whoever handed in may have named it so.
    """
    fitting = [unit for unit, result in zip(units, found, strict=True) if result is not None]
    matched, end = _ENDS.get(rule, (None, 0))
    matches = (matched(unit.name) for unit in fitting) if matched else ()
    return len(fitting), rule not in _BY_FOLDERS, -sum(match.end(end) for match in matches if match)


def from_exchange(unit: Unit, download: Download) -> list[HandIn] | None:
    """The inbound folder of nbgrader's exchange; the time in the name is UTC where it names no zone."""
    found = _EXCHANGE.fullmatch(unit.name)
    if not found or not unit.is_folder:
        return None
    if found["slug"] != download.slug and found["slug"] in download.slugs:
        return []
    return one_hand_in(unit, Who(found["who"], login=found["who"]), found["who"], when=when(found["at"]))


def from_moodle(unit: Unit, download: Download) -> list[HandIn] | None:
    """Moodle's archive, with a folder for each student or with everything in the file's name."""
    whole = unit.is_folder and not download.units.from_windows and _MOODLE.fullmatch(unit.name)
    found = whole or _MOODLE_FLAT.fullmatch(unit.name) or _MOODLE.fullmatch(unit.name)
    if not found:
        return None
    if found["what"] == "feedback":
        return []  # what staff gave back
    return one_hand_in(unit, Who(found[0][: found.end("id")], found["id"], name=found["name"]), found["id"])


def from_canvas(unit: Unit, download: Download) -> list[HandIn] | None:
    """Canvas writes everything into the file's name: name, LATE, the student's number, the file's number, its name."""
    if found := _CANVAS_TEXT.fullmatch(unit.name) or _CANVAS.fullmatch(unit.name):
        who, number = found["who"], found["id"]
        if _three_numbers(found, download.slug):
            who, number = f"{who}_{number}", found["file"]
        person = Who(f"{who}_{number}", number, name=who)
        return one_hand_in(unit, person, number, late=bool(found["late"]))
    if found := _ANONYMOUS.fullmatch(unit.name):
        return one_hand_in(unit, Who(found["who"]), found["who"], late=bool(found["late"]))
    return None


def _three_numbers(found: re.Match[str], slug: str) -> bool:
    """Whether a name itself ends with a number, "doe_2_502_88123_a1": three of them, and then the assignment.

    Numbers of files are long; a short third one is how the student's own name for the file begins.
    """
    rest = underscored(found.groupdict().get("rest") or "")
    third = re.fullmatch(rf"(\d+)_{slug}(?:_.*)?", rest)
    return bool(third and not found["late"] and len(third[1]) >= len(found["file"]))


def from_blackboard(unit: Unit, download: Download) -> list[HandIn] | None:
    """Blackboard: title, user, time of the attempt, the file's name; a .txt beside it names the user once more."""
    found = _BLACKBOARD.fullmatch(unit.name)
    if not found:
        return None
    user = _user(found["head"], f"{found['head']}_{found['word']}_{found['at']}.txt", download)
    return one_hand_in(unit, Who(user, login=user), found["head"], when=when(found["at"], download.zone))


def _user(head: str, beside: str, download: Download) -> str:
    """The user in "A1_jane_doe": as the .txt says, else what follows the assignment's name, else the last word."""
    first = beginning_of(download.files[beside]).split("\n", 1)[0] if beside in download.files else ""
    named = re.fullmatch(r"Name:.*\(([^()]+)\)\s*", first)
    if named and head.endswith(f"_{named[1]}"):
        return named[1]
    start = re.match(rf"{download.slug.replace('_', '[-_ ]')}_(?=.)", head, re.IGNORECASE)
    return head[start.end() :] if start else head.rpartition("_")[2] or head


def from_brightspace(unit: Unit, download: Download) -> list[HandIn] | None:
    """Brightspace: two numbers, the name, the time; a folder, or all of it before the file's name."""
    is_whole = unit.is_folder and not download.units.from_windows
    whole = (_D2L.fullmatch(unit.name) or _D2L_OTHER.fullmatch(unit.name)) if is_whole else None
    found = whole or _in_brightspace(unit.name)
    if not found:
        return [] if unit.name == "index.html" else None
    name = found["name"].strip()
    moment = when(re.sub(r"(?<=\d)_(?=\d)", ":", found["at"]), download.zone)
    return one_hand_in(unit, Who(f"{name}_{found['id']}", found["id"], name=name), f"{name} {found['id']}", when=moment)


def _in_brightspace(name: str) -> re.Match[str] | None:
    """Up to the first time in a file's name, in whatever language: what follows it is the student's own."""
    found = (form.fullmatch(name) for form in (_D2L_FLAT, _D2L_FLAT_OTHER))
    return min(filter(None, found), key=lambda match: match.end("at"), default=None)


def from_sakai(unit: Unit, download: Download) -> list[HandIn] | None:
    """Sakai: "Doe, Jane(jdoe)", with the files in a folder of their own and the time in Sakai's own file."""
    found = _SAKAI.fullmatch(unit.name)
    own = {unit.inside(entry)[0] for entry in unit.entries if len(unit.inside(entry)) == 1}
    known = ATTACHED in unit.folders or "timestamp.txt" in own or {"grades.csv", "grades.xls"} & {*download.files}
    if not found or not unit.is_folder or not known:
        return [] if re.fullmatch(r"grades\.(csv|xls)", unit.name) else None
    attached = [entry for entry in unit.entries if unit.inside(entry)[0] == ATTACHED]
    text = [entry for entry in unit.entries if entry.parts[-1].endswith("_submissionText.html")]
    person = Who(found["login"], login=found["login"], name=found["name"])
    return one_hand_in(unit, person, unit.key, entries=tuple(attached or text), when=_stamp(unit, ()))


def _stamp(unit: Unit, folder: tuple[str, ...]) -> When:
    """What the platform's timestamp.txt in this folder of the unit says; without a zone it is UTC."""
    path = (*folder, "timestamp.txt")
    stamps = [entry for entry in unit.entries if unit.inside(entry) == path]
    return when(beginning_of(stamps[0]), UTC) if stamps else When()


def from_gradescope(unit: Unit, download: Download) -> list[HandIn] | None:
    """Gradescope: a folder with a number; a file beside the folders says whose it is, and when it came."""
    if unit.name == METADATA:
        return []
    if not _GRADESCOPE.fullmatch(unit.name) or not unit.is_folder:
        return None
    people = download.submitters.get(unit.name, [])
    nobody = HandIn(Who(folder_name(unit.name)), unit.key, tuple(unit.entries), nobody=NO_NAME)
    team = [one_hand_in(unit, person, person.student, when=moment)[0] for person, moment in people]
    return team or [nobody]


def from_ilias(unit: Unit, download: Download) -> list[HandIn] | None:
    """ILIAS: "Doe_Jane_jdoe_902", everybody's own number at the end; of teams, these folders in one "Team 7"."""
    if download.of_ilias and _STATUS.fullmatch(unit.name):
        return []
    if not unit.is_folder or not download.of_ilias:
        return None
    if not ILIAS_TEAM.fullmatch(unit.name):
        return _of_ilias(unit, unit.name)
    return [item for folder in sorted(unit.folders) for item in _of_ilias(unit, folder)]


def _of_ilias(unit: Unit, folder: str) -> list[HandIn]:
    found = ILIAS.fullmatch(folder)
    name, login, number = found.group("name", "login", "id") if found else (folder, "", "")
    inside = tuple(entry for entry in unit.entries if folder in (unit.name, unit.inside(entry)[0]))
    person = Who(folder, number, login, name.replace("_", " "))
    return one_hand_in(unit, person, number or folder, entries=inside)


def from_codegrade(unit: Unit, _download: Download) -> list[HandIn] | None:
    """CodeGrade: "Jane Doe - 2027-10-01T12:00:00.123", a folder for each attempt; the time is UTC."""
    found = _CODEGRADE.fullmatch(unit.name)
    if not found or not unit.is_folder:
        return None
    day, _, clock = found["at"].partition("T")
    moment = when(f"{day} {re.sub('[._-]', ':', clock)}", UTC)
    return one_hand_in(unit, Who(found["name"], name=found["name"]), found["name"], when=moment)


def from_forms(unit: Unit, download: Download) -> list[HandIn] | None:
    """Google Forms: the name that the student gave the file, and behind it that of the account, which several may have.

    So two files of one name are refused: nobody can tell whether that is one person.
    """
    if unit.is_folder or not download.units.above.casefold().endswith("(file responses)"):
        return None
    _, dash, end = unit.name.rpartition(" - ")
    name = name_in(end, download.slug) if dash else ""
    return one_hand_in(unit, Who(name, name=name), unit.name) if name else None


def from_classroom(unit: Unit, download: Download) -> list[HandIn] | None:
    """GitHub Classroom: "a1-octocat"; in a repository the time is that of the commit."""
    above, name = download.units.above, unit.name
    prefix = classroom_prefix(above)
    gap = download.slug.replace("_", "[-_ ]")
    start = re.match(rf"{re.escape(prefix)}(?=.)" if prefix else rf"{gap}[-_ ](?=.)", name, re.IGNORECASE)
    if not unit.is_folder or not (start or unit.clone):
        return None
    login = name[start.end() :] if start else name
    if not unit.clone and above == name:  # "Download ZIP" of one repository: GitHub adds the branch
        login = re.sub(r"-(?:main|master)$", "", login)
    moment = commit_time(unit.clone) if unit.clone else When()
    return one_hand_in(unit, Who(login, login=login), unit.key, when=moment)


def from_nbgrader(unit: Unit, download: Download) -> list[HandIn] | None:
    """nbgrader's tree: <student>/<slug>/, with the time in its timestamp.txt."""
    if not unit.is_folder or not unit.folders & download.slugs:
        return None
    if download.slug not in unit.folders:
        return []
    entries = tuple(entry for entry in unit.entries if unit.inside(entry)[0] == download.slug)
    files = tuple(entry for entry in entries if unit.inside(entry)[1:] != ("timestamp.txt",))
    moment = _stamp(unit, (download.slug,))
    return one_hand_in(unit, Who(unit.name, login=unit.name), unit.key, entries=files, when=moment)


def from_its_name(unit: Unit, download: Download) -> list[HandIn]:
    """Anything else: the folder's name; only where there is no folder, the file's, without the assignment's."""
    if not unit.is_folder and _NOBODYS.fullmatch(unit.name):
        return []
    name = unit.name if unit.is_folder else name_in(unit.name, download.slug)
    alone = sum(bool(item.is_folder or not _NOBODYS.fullmatch(item.name)) for item in download.units.all) == 1
    if not name and alone:
        name = name_in(download.units.above, download.slug)
    person = Who(name or unit.name, login=name, name=name)
    nobody = _A_CLASS if alone and _holds_a_class(unit) else "" if name else NO_NAME
    return one_hand_in(unit, person, unit.key, nobody=nobody)


def _is_strong(name: str) -> bool:
    """Whether a name has the form of a platform."""
    return any(form.fullmatch(name) for form in _STRONG)


def _holds_a_class(unit: Unit) -> bool:
    """Whether all that is in a folder is named so. It may be a student's all the same: nobody is made of it."""
    names = unit.folders | {nfc(unit.inside(entry)[0]) for entry in unit.entries if unit.is_folder}
    names = {name for name in names if not _NOBODYS.fullmatch(name)}
    site = {parts[0] for entry in unit.entries if len(parts := unit.inside(entry)) > 2 and nfc(parts[1]) == ATTACHED}
    return all(map(_is_strong, names)) and (len(names) > 1 or (bool(names) and len(site) == 1))


RULES: tuple[Rule, ...] = (
    from_exchange, from_moodle, from_blackboard, from_brightspace, from_gradescope, from_sakai, from_canvas,
    from_codegrade, from_forms, from_classroom, from_ilias, from_openolat, from_teams, from_submitty, from_nbgrader,
)  # fmt: skip
_BY_FOLDERS = (from_openolat, from_teams, from_submitty, from_nbgrader)
_ENDS: dict[Rule, tuple[Callable[[str], re.Match[str] | None], str]] = {  # of the platform's part of a file's name
    from_moodle: (_MOODLE_FLAT.fullmatch, "id"),
    from_blackboard: (_BLACKBOARD.fullmatch, "at"),
    from_brightspace: (_in_brightspace, "at"),
    from_canvas: (_CANVAS.fullmatch, "file"),
}
