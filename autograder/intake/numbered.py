"""Platforms that put numbered folders of their own into a person's: OpenOLAT, Microsoft Teams, Submitty.

The person's folder says who it is; the folders inside say only which files were handed in last, or when.
"""

import re

from autograder.intake.download import Download, beginning_of, one_hand_in
from autograder.intake.entries import Entry
from autograder.intake.handin import HandIn, Who
from autograder.intake.times import When, when
from autograder.intake.units import SUBMITTED_AT, Unit
from autograder.text.plain import underscored

_OLAT = re.compile(r"(?P<step>\d{1,2})_(?P<what>task|submissions|corrections|revisions|assessment)(?:_\d{1,2})?")
_VERSION = re.compile(r"Version (?P<number>\d{1,4})")
_SETTINGS = "user_assignment_settings.json"  # Submitty's, in every person's folder


def from_openolat(unit: Unit, download: Download) -> list[HandIn] | None:
    """OpenOLAT: "Doe_Jane_jdoe", in it 1_task, 2_submissions, 3_corrections, 4_revisions_1…: the last revision."""
    if unit.name == "solutions" and any(map(_is_openolat, download.units.all)):
        return []
    if not _is_openolat(unit):
        return None
    by_step: dict[int, list[Entry]] = {}
    for entry in unit.entries:
        found = _OLAT.fullmatch(unit.inside(entry)[0])
        if found and found["what"] in ("submissions", "revisions"):
            by_step.setdefault(int(found["step"]), []).append(entry)
    name, _, login = unit.name.rpartition("_")
    person = Who(unit.name, login=login, name=name.replace("_", " "))
    return one_hand_in(unit, person, unit.key, entries=_last(by_step))


def _is_openolat(unit: Unit) -> bool:
    steps = [_OLAT.fullmatch(folder) for folder in unit.folders]
    return unit.is_folder and all(steps) and any(step and step["what"] == "submissions" for step in steps)


def from_teams(unit: Unit, download: Download) -> list[HandIn] | None:
    """Microsoft Teams: "Jane Doe", in it a folder for each assignment, in it Version 1, Version 2…; the last counts."""
    inside = [(entry, unit.inside(entry)) for entry in unit.entries]
    versioned = [len(parts) > 2 and bool(_VERSION.fullmatch(parts[1])) for _, parts in inside]
    if not unit.is_folder or not inside or not all(versioned):
        return None
    titles = {parts[0] for _, parts in inside}
    named = {title for title in titles if f"_{download.slug}_" in f"_{underscored(title)}_"}
    entries: tuple[Entry, ...] = ()
    for title in sorted(named or titles):
        versions: dict[int, list[Entry]] = {}
        for entry, (task, version, *_) in inside:
            if task == title:
                versions.setdefault(int(version.split()[1]), []).append(entry)
        entries += _last(versions)
    return one_hand_in(unit, Who(unit.name, name=unit.name), unit.key, entries=entries)


def from_submitty(unit: Unit, download: Download) -> list[HandIn] | None:
    """Submitty: the login, in it 1, 2, 3…, each an attempt with Submitty's own time."""
    inside = [(entry, unit.inside(entry)) for entry in unit.entries]
    own = {parts[0] for _, parts in inside if len(parts) == 1}
    if not unit.is_folder or own != {_SETTINGS} or not all(folder.isdecimal() for folder in unit.folders):
        return None
    found = []
    for version in sorted(unit.folders, key=int):
        files = tuple(entry for entry, parts in inside if parts[0] == version and parts[1:] != (SUBMITTED_AT,))
        stamps = [beginning_of(entry).strip() for entry, parts in inside if parts == (version, SUBMITTED_AT)]
        moment = when(stamps[0], download.zone) if stamps else When()
        found += one_hand_in(unit, Who(unit.name, login=unit.name), unit.key, entries=files, when=moment)
    return found or one_hand_in(unit, Who(unit.name, login=unit.name), unit.key, entries=())


def _last(by_number: dict[int, list[Entry]]) -> tuple[Entry, ...]:
    return tuple(by_number[max(by_number)]) if by_number else ()
