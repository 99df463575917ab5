"""A source → its units: what the platform itself made for one hand-in, a folder or a file on the outermost level.

Whatever is further inside has names that a student chose. A folder around the whole download is no unit, and is left
out only where its name or what is directly in it shows that: else a lone student's folder would be opened, and a name
inside would become somebody.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from autograder.intake.entries import Entry, Source
from autograder.text.plain import underscored

_AROUND = re.compile(
    r".*-submissions|submissions|submitted|inbound|downloaded|archive|extracted|assignment_\d+_export|abgaben"
    r"|student work|submitted files|multi_feedback.*|.*\(file responses\)",
    re.IGNORECASE,
)
_DRAFTS = ("submitted files", "working files")  # of Microsoft Teams: beside what was handed in, what was not yet
_DRIVE = re.compile(r"-\d{8}T\d{6}Z(?:-\d+){1,2}")  # how Google Drive ends an archive's name
SUBMITTED_AT = ".submit.timestamp"  # Submitty's time of an attempt
ATTACHED = "Submission attachment(s)"  # Sakai's folder for what a student handed in
METADATA = "submission_metadata.yml"  # Gradescope's table of who handed in what
_MOST_AROUND = 3


@dataclass
class Unit:
    """A folder or a file on the outermost level, and all files in it."""

    name: str  # normalised (NFC); `key` is the name as it was
    key: str
    is_folder: bool
    depth: int  # how many parts of an entry's path lead to it
    entries: list[Entry] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)  # directly in it
    clone: Path | None = None  # it is a git repository, here

    def inside(self, entry: Entry) -> tuple[str, ...]:
        """The path of one of its entries within it; empty for a file that is the unit itself."""
        return entry.parts[self.depth :]


@dataclass
class Units:
    """The units of a source, and the name of the folder or the archive that they were in."""

    above: str
    all: list[Unit]
    from_windows: bool


def units_of(source: Source, slug: str, is_strong: Callable[[str], bool]) -> Units:
    """The units; `is_strong` says whether a name has the form of a platform."""
    base: tuple[str, ...] = ()
    if base in source.clones:  # one repository was given
        whole = Unit(nfc(source.name), source.name, True, 0, source.entries, clone=source.clones[base])
        whole.folders = {parts[0] for parts in source.folders}
        return Units("", [whole], False)
    while len(base) < _MOST_AROUND and (around := _around(source, base, slug, is_strong)):
        base = (*base, around)
    return Units(nfc(base[-1] if base else source.name), _units(source, base), source.from_windows)


def classroom_prefix(above: str) -> str:
    """How GitHub Classroom begins the name of every repository in this folder: "a1-" in "a1-submissions", else ""."""
    return above.removesuffix("submissions") if above.endswith("-submissions") else ""


def nfc(name: str) -> str:
    """Text in the one form in which names are compared."""
    return unicodedata.normalize("NFC", name)


def _readable(key: str) -> str:
    """A name in its one form; one that a program wrote as in an address, "Jane%20Doe", as a person reads it."""
    return nfc(unquote(key) if "%20" in key and " " not in key else key)


def _units(source: Source, base: tuple[str, ...]) -> list[Unit]:
    depth, found = len(base) + 1, dict[tuple[str, bool], Unit]()

    def unit(parts: Sequence[str], is_folder: bool) -> Unit:
        key = parts[depth - 1]
        return found.setdefault((key, is_folder), Unit(_readable(key), key, is_folder, depth))

    for parts in (item for item in source.folders if item[: depth - 1] == base and len(item) >= depth):
        home = unit(parts, True)
        home.folders.update(nfc(part) for part in parts[depth : depth + 1])
        home.clone = source.clones.get(parts[:depth])
    for entry in (item for item in source.entries if item.parts[: depth - 1] == base and len(item.parts) >= depth):
        home = unit(entry.parts, len(entry.parts) > depth)
        if any(part.startswith(".") for part in entry.parts[depth:]) and entry.parts[-1] != SUBMITTED_AT:
            continue  # an editor's or a system's: only the name of a person may begin with a dot
        home.entries.append(entry)
        home.folders.update(nfc(part) for part in entry.parts[depth : len(entry.parts) - 1][:1])
    return list(found.values())


def _around(source: Source, base: tuple[str, ...], slug: str, is_strong: Callable[[str], bool]) -> str:
    """The only folder on this level, where it is one around the download; "" where it is somebody's."""
    here = _units(source, base)
    if {unit.name.casefold() for unit in here} == set(_DRAFTS):
        return next(unit.key for unit in here if unit.name.casefold() == _DRAFTS[0])
    if len(here) != 1 or not here[0].is_folder or here[0].clone:
        return ""
    (only,) = here
    if _AROUND.fullmatch(only.name):
        return only.key
    if is_strong(only.name):
        return ""
    prefix = classroom_prefix(nfc(base[-1] if base else source.name))
    if prefix and only.name.startswith(prefix):
        return ""  # the repository of a lone student
    within = _units(source, (*base, only.key))
    folders = [unit for unit in within if unit.is_folder]
    name = underscored(only.name).strip("_")
    by_name = name == slug
    archive = underscored(_DRIVE.sub("", source.name)).strip("_")
    same_name = name == archive and len(within) > 1 and len(folders) in (0, len(within))
    tree = slug not in only.folders and sum(slug in unit.folders for unit in folders) > 1
    return only.key if by_name or same_name or tree or _of_sakai_or_gradescope(within, folders, is_strong) else ""


def _of_sakai_or_gradescope(within: Sequence[Unit], folders: Sequence[Unit], is_strong: Callable[[str], bool]) -> bool:
    """Whether all folders are as these platforms make them, which put one more around them with a name of its own.

    Only with the platform's table beside them: without it they may be what a lone student handed in.
    """
    files = {unit.name for unit in within if not unit.is_folder}
    if METADATA in files:
        return bool(folders) and all(unit.name.startswith("submission_") for unit in folders)
    if not files & {"grades.csv", "grades.xls"} or not any(ATTACHED in unit.folders for unit in folders):
        return False
    return all(is_strong(unit.name) for unit in folders)  # who attached nothing has a folder, too
