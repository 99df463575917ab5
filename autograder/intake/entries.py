"""Folders and zip archives as lists of notebooks to read. Links, paths that lead outside, bombs and crowds are refused.

Nothing is unpacked to disk. A member is read into memory, at most one byte more than can be graded, and never more
members or bytes altogether than a class can hand in.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.errors import ConvgradeError
from autograder.submission.find import Found
from autograder.submission.parse import MAX_BYTES as MAX_FILE_BYTES
from autograder.text.escape import terminal

MAX_ENTRIES = 50_000  # files of any kind
MAX_NOTEBOOKS = 5_000
MAX_ARCHIVE_BYTES = 2_000_000_000  # of all notebooks of one archive together, unpacked
MAX_DEPTH = 12
_SKIPPED = ("__MACOSX",)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?[ ]*(\S+)?\s*")


class Refused(ConvgradeError):
    """A source, or one of its files, that is not accepted, and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One notebook. `parts` are the folders that lead to it and its name; only `read` touches the file."""

    parts: tuple[str, ...]
    read: Callable[[], bytes] = field(repr=False)  # raises OSError, Refused
    at: datetime | None = None  # when it was handed in, where that is written down
    checkout: str = ""  # the folder that is a git repository, if any

    @property
    def shown(self) -> str:
        """The name for people."""
        return terminal("/".join(self.parts), 120)


@dataclass
class Source:
    """What was found, and a sentence for everything that was not taken."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def open_source(path: Path) -> Source:
    """The notebooks of a folder, a zip archive or a single file. Raises Refused if it cannot be used at all."""
    path = path.resolve()  # typed by us: may be a link
    if path.is_dir():
        result = Source()
        _walk(path, (path.name,), result, [0])
        return result
    if zipfile.is_zipfile(path):
        return _archive(path)
    if path.suffix.lower() == ".zip":
        raise Refused(f"{terminal(path.name, 80)} is a damaged archive")
    return Source([Entry((path.name,), Found("", path.name, "", path).read)] if is_notebook(path.name) else [])


def moment(text: str) -> datetime | None:
    """A time as nbgrader writes it, "2030-01-02 03:04:05 UTC"; None if it cannot be read."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    with suppress(ValueError, ZoneInfoNotFoundError, OSError):
        zone = found[3] or "UTC"
        if re.fullmatch(r"[+-]\d\d:?\d\d|Z", zone):
            return datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(UTC)
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return None


def is_notebook(name: str) -> bool:
    """Whether a file is looked at; hidden ones are an editor's."""
    return name.lower().endswith(".ipynb") and not name.startswith(".")


# folders ----------------------------------------------------------------------------------------


def _walk(folder: Path, parts: tuple[str, ...], result: Source, count: list[int], checkout: str = "") -> None:
    try:
        items = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError as error:
        result.refused.append(f"{terminal('/'.join(parts), 120)}: cannot be opened ({error.strerror})")
        return
    count[0] += len(items)
    if count[0] > MAX_ENTRIES or len(parts) > MAX_DEPTH:
        raise Refused(f"{terminal(parts[0], 80)} contains more than {MAX_ENTRIES:,} files or folders too deep")
    names = {item.name for item in items}
    checkout = parts[-1] if ".git" in names else checkout
    at = timestamp(folder) if "timestamp.txt" in names else None
    for item in (item for item in items if item.name[0] != "." and item.name not in _SKIPPED):
        inner = (*parts, item.name)
        if item.is_symlink() and (is_notebook(item.name) or item.is_dir()):
            result.refused.append(f"{terminal('/'.join(inner[1:]), 120)}: is a link; links are not followed")
        elif item.is_dir(follow_symlinks=False):
            _walk(Path(item.path), inner, result, count, checkout)
        elif is_notebook(item.name):
            result.entries.append(Entry(inner, Found("", item.name, "", Path(item.path)).read, at, checkout))


def timestamp(folder: Path) -> datetime | None:
    """What nbgrader's timestamp.txt in this folder says."""
    with suppress(OSError):
        return moment(Found("", "", "", folder / "timestamp.txt").read()[:100].decode("utf-8", "replace").strip())
    return None


# archives ---------------------------------------------------------------------------------------


def _archive(path: Path) -> Source:
    result, left = Source(), [MAX_ARCHIVE_BYTES]
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(f"{terminal(path.name, 80)} is a damaged archive ({terminal(str(error), 80)})") from None
    if len(members) > MAX_ENTRIES:
        raise Refused(f"{terminal(path.name, 80)} contains {len(members):,} files, more than {MAX_ENTRIES:,}")
    for member in members:
        parts = tuple(part for part in member.filename.split("/") if part not in ("", "."))
        if member.is_dir() or not parts or not is_notebook(parts[-1]) or parts[0] in _SKIPPED:
            continue
        if why := _refusal(member):
            result.refused.append(f"{terminal(member.filename, 120)}: {why}")
        else:
            result.entries.append(Entry((path.stem, *parts), _reader(path, member, left)))
    if len(result.entries) > MAX_NOTEBOOKS:
        raise Refused(f"{terminal(path.name, 80)} contains more than {MAX_NOTEBOOKS:,} notebooks")
    return result


def _refusal(member: zipfile.ZipInfo) -> str:
    """Why a member is not read at all; "" if it is."""
    name, mode = member.orig_filename, member.external_attr >> 16
    if name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/") or name[1:2] == ":":
        return "its path leads outside the archive"
    if mode and not (stat.S_ISREG(mode) or not stat.S_IFMT(mode)):
        return "is not a regular file; links are not followed"
    if member.flag_bits & 1:
        return "is password-protected"
    if member.file_size > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES // 1_000_000} MB"
    return ""


def _reader(path: Path, member: zipfile.ZipInfo, left: list[int]) -> Callable[[], bytes]:
    """Reads one member; `left` counts down the bytes that the whole archive may unpack to."""

    def read() -> bytes:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as file:
                raw = file.read(MAX_FILE_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise Refused(f"is damaged in the archive ({terminal(str(error), 80)})") from None
        left[0] -= len(raw)
        if left[0] < 0:
            raise Refused(f"the archive unpacks to more than {MAX_ARCHIVE_BYTES:,} bytes")
        return raw

    return read
