"""Paths → submissions: whose file, of which assignment. Looks at names; links below a path are never followed.

Known shapes: a single file, a folder of notebooks (one per student, as learning platforms export them), and nbgrader's
tree `<student>/<slug>/<slug>.ipynb`.
"""

import itertools
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.errors import ConvgradeError
from autograder.files import natural_key
from autograder.layout import BUILD
from autograder.log import noted, stage
from autograder.submission.parse import MAX_BYTES, parse_notebook
from autograder.text.plain import file_text, underscored

_LINK = "not a regular file; links are not followed"
_MOST_OTHERS = 20  # files without a notebook's name that are looked into
SYSTEMS = frozenset({
    "__MACOSX", "Thumbs.db", "desktop.ini", ".AppleDouble", ".cache", ".conda", ".config", ".devcontainer", ".DS_Store",
    ".fseventsd", ".git", ".gitattributes", ".github", ".gitignore", ".idea", ".ipynb_checkpoints", ".ipython",
    ".jupyter", ".local", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".Spotlight-V100", ".Trashes", ".venv",
    ".vscode",
})  # fmt: skip
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".xz", ".bz2", ".zst")
_INSTEAD = (*ARCHIVES, ".pdf", ".html", ".htm", ".py", ".doc", ".docx", ".odt", ".rtf", ".url", ".webloc")
_RENAMED = re.compile(r"\.ipynb|\.json$|\.txt$|^[^.]+$", re.IGNORECASE)
_Told = list[tuple[Path, str]]  # where, and a sentence about it
_GAP = r"[ ().,_-]"
_COPY_OF = (  # how browsers, drives and systems call a copy, before its name or behind it
    r"copy of|kopie von|kopie van|kopia av|kopi a[vf]|copie de|copia d[ei]|cópia de|копия"
)
_A_COPY = r"[ -]+copy| [-–—] (?:kopie|kopia|kopi|copie|copia|cópia|копия|コピー|副本)|のコピー| ?的副本|의 사본"
_NUMBERED = r"\((?:\d|1\d)\)"  # "a (1)" is the second "a" in a folder
_DAY = r"(?:[0-2]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_DATE = rf"(?:{_YEAR}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_YEAR}|{_MONTH}{_DAY}{_YEAR})"
_DATE_AND_TIME = re.compile(rf"(?<!\d){_DATE}[ T_-]?(?:[01]\d|2[0-3])(?:[0-5]\d){{1,2}}(?!\d)")
_ID = re.compile(rf"(?!{_DATE}$)\d{{5,12}}")  # of a student: long, and no date
_NO_NAME = re.compile(  # what files are called, and nobody is
    r"(?:copy|of|kopie|von|final|untitled|draft|version|v|rev|solutions?|solved|submission|homework|hw|assignment|exercise"
    r"|notebook|my|new|completed?|done|fixed|answers?|ipynb|the|last|a)?\d*"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One file that was handed in. `student` and `source` are for people; only `path` is opened."""

    student: str
    source: str
    slug: str
    path: Path

    def read(self) -> bytes:
        """The bytes, at most one more than can be graded. Raises OSError on links, devices and unreadable files."""
        handle = os.open(noted(self.path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError("not a regular file")
            return file.read(MAX_BYTES + 1)


@dataclass
class Discovery:
    """What was found, in stable order, and a sentence for everything that was passed over."""

    found: list[Found] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


@stage("looking for submissions")
def discover(paths: Iterable[Path], course: Course, slug: str = "") -> Discovery:
    """Every submission at or below `paths`; `slug` says the assignment of all. Raises UnknownAssignment."""
    slugs = (course.assignment(slug).slug,) if slug else course.slugs
    result, seen = Discovery(), set()
    for given in paths:
        top = given.resolve()  # the path itself was typed by us, and may be a link
        if top.is_file() and top.suffix.lower() in ARCHIVES:
            result.passed_over.append(f"{file_text(top.name)}: an archive; convgrade collect takes what is in a zip")
            continue
        for path in [top] if top.is_file() else _all_below(top, course, slugs, result.passed_over):
            if path not in seen:
                seen.add(path)
                shown = file_text(str(path.relative_to(top)) if path != top else path.name)
                _add(result, Found("", shown, "", path), slugs, course, top)
    result.found = sorted(_distinct(result.found), key=lambda item: (item.slug, natural_key(item.student)))
    return result


def _all_below(top: Path, course: Course, slugs: tuple[str, ...], passed_over: list[str]) -> Iterator[Path]:
    """The notebooks below a folder, and a sentence for everybody directly in it of whom there is none."""
    made = (course.root / BUILD).resolve()  # by our commands, and nobody's; who grades a folder in it means that

    def is_ours(path: Path) -> bool:
        return not top.is_relative_to(made) and path.is_relative_to(made)

    told: _Told = []
    found = [path for path in _notebooks(top, top, slugs, told) if not is_ours(path)]
    told = [(path, sentence) for path, sentence in told if not is_ours(path)]
    names = {path.relative_to(top).parts[:1] for path in (*found, *(path for path, _ in told))}
    is_flat, others = any(path.parent == top for path in found), {*course.slugs} - {*slugs}
    are_people = any(path.parent != top for path in found)  # folders
    for entry in sorted(_entries(top, top, told), key=lambda item: item.name):
        path, shown = Path(entry.path), file_text(entry.name)
        if (entry.name,) in names or is_ours(path):
            continue
        if entry.is_symlink():
            told.append((path, f"{shown}: {_LINK}"))
        elif _is_folder(entry):
            is_asked = are_people and not _has_only(path, others)
            told += [(path, f"{shown}: there is no notebook in it")] if is_asked else []
        elif is_flat and is_looked_into(entry.name) and _is_notebook_inside(path):
            found.append(path)
        elif is_flat and (".ipynb" in entry.name.lower() or entry.name.lower().endswith(_INSTEAD)):
            told.append((path, f"{shown}: no notebook"))
    passed_over += [sentence for _, sentence in told]
    yield from found


def _has_only(folder: Path, slugs: set[str]) -> bool:
    """Whether somebody's folder has nothing but other assignments'."""
    with suppress(OSError):
        names = {entry.name for entry in os.scandir(folder)}
        return bool(names) and names <= slugs
    return False


def _add(result: Discovery, found: Found, slugs: tuple[str, ...], course: Course, top: Path) -> None:
    below = found.path.relative_to(top).parts[:-1]
    homes = [folder for folder in below or found.path.parts[-2:-1] if folder in course.slugs]
    homes = homes[:1]  # the outermost counts: students name what is in it
    if below and homes and homes[0] not in slugs:
        return  # another assignment's
    slug = slugs[0] if len(slugs) == 1 else (homes or [_slug_of(found, slugs, course)])[0]
    if slug:
        result.found.append(replace(found, slug=slug, student=_owner(found.path, top, slug)))
    else:
        result.passed_over.append(f"{found.source}: no matching assignment; name it with --assignment")


def _entries(folder: Path, top: Path, told: _Told) -> list[os.DirEntry[str]]:
    """What is in a folder, but for what systems put there. A name that begins with a dot may be a person's in `top`."""
    try:
        found = [entry for entry in os.scandir(folder) if entry.name not in SYSTEMS and not entry.name.startswith("._")]
    except OSError as error:
        told.append((folder, f"{file_text(str(folder.relative_to(top)))}: cannot be opened ({error.strerror})"))
        return []
    return sorted((entry for entry in found if folder == top or entry.name[0] != "."), key=lambda item: item.name)


def _notebooks(folder: Path, top: Path, slugs: tuple[str, ...], told: _Told) -> Iterator[Path]:
    """Notebooks below `folder`. In `<student>/<slug>/` the notebook named <slug> is the only one that counts."""
    entries = _entries(folder, top, told)
    notebooks = [entry for entry in entries if entry.name.lower().endswith(".ipynb") and not _is_folder(entry)]
    named = [entry for entry in notebooks if entry.name == f"{folder.name}.ipynb" and folder.name in slugs]
    if folder.name in slugs and not notebooks:
        yield from _under_another_name(folder, entries, told)
    for entry in entries:
        if _is_folder(entry):
            yield from _notebooks(Path(entry.path), top, slugs, told) if not named else ()
        elif entry in (named or notebooks):
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            else:
                path = Path(entry.path)
                told.append((path, f"{file_text(str(path.relative_to(top)))}: {_LINK}"))


def _under_another_name(folder: Path, entries: list[os.DirEntry[str]], told: _Told) -> Iterator[Path]:
    """In `<student>/<slug>/` without a notebook: a file that is one all the same, else a sentence about the student."""
    files = [entry for entry in entries if entry.is_file(follow_symlinks=False) and entry.name != "timestamp.txt"]
    taken = [entry for entry in files[:_MOST_OTHERS] if _is_notebook_inside(Path(entry.path))]
    yield from (Path(entry.path) for entry in taken)
    if not taken and not any(map(_is_folder, entries)):
        names = ", ".join(file_text(entry.name) for entry in files[:3])
        only = f", only {names}" if names else ""
        told.append((folder, f"{file_text(folder.parent.name)}: there is no notebook of {folder.name}{only}"))


def is_looked_into(name: str) -> bool:
    """Whether a file of this name may be a notebook: some programs write another ending, and some students."""
    return bool(_RENAMED.search(name))


def _is_notebook_inside(path: Path) -> bool:
    with suppress(ConvgradeError, OSError):
        return bool(parse_notebook(Found("", path.name, "", path).read()))
    return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _slug_of(found: Found, slugs: tuple[str, ...], course: Course) -> str:
    """The assignment by file name, else by the ids of the cells; "" if none fits."""
    name = f"_{underscored(found.path.stem)}_"
    named = [slug for slug in slugs if f"_{slug}_" in name]
    if named:
        return max(named, key=len)
    try:
        raw = found.read()
    except OSError:
        return ""
    common = labels_in(raw, course.assignments)
    best = [slug for slug, count in common.items() if count == max(common.values()) > 0]
    return best[0] if len(best) == 1 else ""


def labels_in(raw: bytes, assignments: Iterable[Assignment]) -> dict[str, int]:
    """How many labelled cells of each assignment's release are in this file; none where it is no notebook."""
    ids: set[str] = set()
    with suppress(ConvgradeError):
        ids = {claim for cell in parse_notebook(raw).cells for claim in cell.ids}
    return {item.slug: len(ids & {cell.grade_id for cell in item.release}) for item in assignments}


def _owner(path: Path, top: Path, slug: str) -> str:
    """Who handed it in: the outermost folder below what was given, `<student>/<slug>/` above all, else the file's name.

    A name further inside is one that the student chose.
    """
    folders = path.relative_to(top).parts[:-1]
    place = folders.index(slug) if slug in folders else -1
    home = path.parent.parent if path.parent.name == slug else path.parent
    if place > 0:
        name = folders[place - 1]
    elif folders[place + 1 :]:
        name = folders[place + 1]
    else:
        name = name_in(path.name, slug) or home.name
    return unicodedata.normalize("NFC", file_text(name)) or "student"


def name_in(name: str, slug: str) -> str:
    """The person's name in the name of a file or folder; "" where only the assignment's, or a word such as "final", is.

    "Jane Doe - A1 (2).ipynb" → "Jane Doe", "a1_jane-Copy1.ipynb" → "jane", "Copy of a1.ipynb" → "".
    """
    stem, before = re.sub(r"(?:\.ipynb)?(?:\.[A-Za-z]{2,5})?$", "", name.rstrip(" .")), ""
    words, gap = slug.replace("_", f"{_GAP}+"), f"{_GAP}+"
    while stem != before:
        before = stem
        stem = re.sub(rf"^(?:{_COPY_OF}) |(?:{_A_COPY})(?: ?\d*)$", "", stem, flags=re.I)
        stem = re.sub(
            rf"^{words}(?: ?{_NUMBERED})?(?:{gap}|$)|(?:^|{gap}){words}{_GAP}*\d*{_GAP}*$", "", stem, flags=re.I
        )
        stem = re.sub(rf"^{_NUMBERED}[ .,_-]+|[ .,_-]*{_NUMBERED}$|{gap}(?:final|v\d+)$", "", stem, flags=re.I)
    if stem.count("(") != stem.count(")"):
        stem = stem.strip(" ()")  # one of them stood beside the assignment's name
        stem += ")" * (stem.count("(") - stem.count(")"))
    bare = [word for word in underscored(_DATE_AND_TIME.sub("", stem)).split("_") if word]
    return "" if all(_NO_NAME.fullmatch(word) and not _ID.fullmatch(word) for word in bare) else stem.strip(" ,_-")


def _distinct(found: list[Found]) -> Iterator[Found]:
    """The same; students who would share a name within an assignment get as much of the path as tells them apart.

    Where no part of it does, as with x.ipynb beside x.IPYNB, they are numbered. Names whose accents are stored in
    another way, as macOS does, look the same in every table: the name says which is which.
    """
    found = list(_told_by_form(found))
    names = Counter((item.slug, item.student) for item in found)
    shared = [item for item in found if names[item.slug, item.student] > 1]
    told = dict(_told_apart([item.path for item in shared]))
    yield from (replace(item, student=told.get(item.path, item.student)) for item in found)


def _told_by_form(found: list[Found]) -> Iterator[Found]:
    """The same; of two whose paths differ in nothing but the form of their letters, the decomposed one says so."""
    looks = Counter((item.slug, _composed(item.path)) for item in found)
    for item in found:
        twin = looks[item.slug, _composed(item.path)] > 1 and _composed(item.path) != file_text(str(item.path))
        yield replace(item, student=f"{item.student} (decomposed letters)") if twin else item


def _composed(path: Path) -> str:
    return unicodedata.normalize("NFC", file_text(str(path)))


def _told_apart(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Each of these paths with a name that no other one has."""
    alike, taken = sorted(paths, key=os.fsencode), set[str]()
    for length in range(1, max((len(path.parts) for path in paths), default=0)):
        count = Counter(_tail(path, length) for path in paths)
        yield from ((path, _tail(path, length)) for path in alike if count[_tail(path, length)] == 1)
        taken |= count.keys()
        alike = [path for path in alike if count[_tail(path, length)] > 1]
    for path in alike:
        names = (f"{_tail(path, 1)} ({number})" for number in itertools.count(1))
        taken.add(name := next(name for name in names if name not in taken))
        yield path, name


def _tail(path: Path, length: int) -> str:
    """The last `length` folders of the path, and the file's name without its ending."""
    return file_text("/".join(path.with_suffix("").parts[-1 - length :]))
