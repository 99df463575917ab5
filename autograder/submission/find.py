"""Paths → submissions: whose file, of which assignment. Looks at names; links below a path are never followed.

Known shapes: a single file, a folder of notebooks (one per student, as learning platforms export them), and nbgrader's
tree `<student>/<slug>/<slug>.ipynb`.
"""

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
from autograder.log import noted, stage
from autograder.submission.parse import MAX_BYTES, parse_notebook
from autograder.text.plain import file_text, underscored

_MOST_OTHERS = 20  # files without a notebook's name that are looked into
_GAP = r"[ ().,_-]"
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
        for path in [top] if top.is_file() else _notebooks(top, slugs, result.passed_over):
            if path not in seen:
                seen.add(path)
                shown = file_text(str(path.relative_to(top)) if path != top else path.name)
                _add(result, Found("", shown, "", path), slugs, course, top)
    result.found = sorted(_distinct(result.found), key=lambda item: (item.slug, natural_key(item.student)))
    return result


def _add(result: Discovery, found: Found, slugs: tuple[str, ...], course: Course, top: Path) -> None:
    folders = found.path.relative_to(top).parts[:-1] or found.path.parts[-2:-1]
    homes = [folder for folder in folders if folder in slugs]  # the outermost counts: students name what is in it
    slug = slugs[0] if len(slugs) == 1 else (homes or [_slug_of(found, slugs, course)])[0]
    if slug:
        result.found.append(replace(found, slug=slug, student=_owner(found.path, top, slug)))
    else:
        result.passed_over.append(f"{found.source}: no matching assignment; name it with --assignment")


def _notebooks(folder: Path, slugs: tuple[str, ...], passed_over: list[str]) -> Iterator[Path]:
    """Notebooks below `folder`. In `<student>/<slug>/` the notebook named <slug> is the only one that counts."""
    try:
        entries = sorted((entry for entry in os.scandir(folder) if entry.name[0] != "."), key=lambda item: item.name)
    except OSError as error:
        passed_over.append(f"{file_text(folder.name)}: cannot be opened ({error.strerror})")
        return
    notebooks = [entry for entry in entries if entry.name.lower().endswith(".ipynb") and not _is_folder(entry)]
    named = [entry for entry in notebooks if entry.name == f"{folder.name}.ipynb" and folder.name in slugs]
    if folder.name in slugs and not notebooks:
        yield from _under_another_name(folder, entries, passed_over)
    for entry in entries:
        if _is_folder(entry):
            yield from _notebooks(Path(entry.path), slugs, passed_over) if not named else ()
        elif entry in (named or notebooks):
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            else:
                passed_over.append(f"{file_text(entry.name)}: not a regular file; links are not followed")


def _under_another_name(folder: Path, entries: list[os.DirEntry[str]], passed_over: list[str]) -> Iterator[Path]:
    """In `<student>/<slug>/` without a notebook: a file that is one all the same, else a sentence about the student."""
    files = [entry for entry in entries if entry.is_file(follow_symlinks=False) and entry.name != "timestamp.txt"]
    taken = [entry for entry in files[:_MOST_OTHERS] if _is_notebook_inside(Path(entry.path))]
    yield from (Path(entry.path) for entry in taken)
    if files and not taken:
        names = ", ".join(file_text(entry.name) for entry in files[:3])
        passed_over.append(f"{file_text(folder.parent.name)}: there is no notebook of {folder.name}, only {names}")


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
    stem, before = re.sub(r"(?:\.ipynb)?(?:\.[A-Za-z]{2,5})?$", "", name), ""
    words = slug.replace("_", f"{_GAP}+")
    while stem != before:
        before = stem
        stem = re.sub(r"^(?:copy of|kopie von|copie de|copia de) |[ -]+copy(?: ?\d*)$|-copy\d+$", "", stem, flags=re.I)
        stem = re.sub(rf"^{words}(?:{_GAP}+|$)|(?:^|{_GAP}+){words}{_GAP}*\d*{_GAP}*$", "", stem, flags=re.I)
        stem = re.sub(rf"{_GAP}+\(?(?:\d|1\d)\)$|{_GAP}+(?:final|v\d+)$", "", stem, flags=re.I)
    bare = [word for word in underscored(stem).split("_") if word]
    return "" if all(_NO_NAME.fullmatch(word) for word in bare) else stem.strip(" ,_-")


def _distinct(found: list[Found]) -> Iterator[Found]:
    """The same; students who would share a name within an assignment get as much of the path as tells them apart."""
    names = Counter((item.slug, item.student) for item in found)
    shared = [item for item in found if names[item.slug, item.student] > 1]
    for item in found:
        length = 1
        while item in shared and sum(_tail(item, length) == _tail(other, length) for other in shared) > 1:
            length += 1
        yield replace(item, student=_tail(item, length)) if item in shared else item


def _tail(found: Found, length: int) -> str:
    """The last `length` folders of the path, and the file's name without its ending."""
    return file_text("/".join(found.path.with_suffix("").parts[-1 - length :]))
