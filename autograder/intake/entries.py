"""Folders and zip archives as lists of files to read. Links, paths that lead outside, bombs and crowds are refused.

Nothing is unpacked to disk. A member is read into memory, at most one byte more than can be graded, and never more
members or bytes altogether than a class can hand in. A file that must not be read is listed all the same: somebody
handed it in.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from autograder.errors import ConvgradeError
from autograder.submission.find import ARCHIVES, SYSTEMS, Found
from autograder.submission.parse import MAX_BYTES as MAX_FILE_BYTES
from autograder.text.escape import terminal

MAX_ENTRIES = 50_000  # files of any kind
MAX_NOTEBOOKS = 5_000
MAX_ARCHIVE_BYTES = 2_000_000_000  # of all files that are read of one archive together, unpacked
MAX_DEPTH = 12
_MAX_NAME = 500  # characters of one folder or file; no file system has more
_LINK = "is a link; links are not followed"
_MOST_ABOVE = 3  # levels on which a name may be a person's: those around a download, and its outermost
_UNICODE_PATH = 0x7075  # Info-ZIP's field for a name in UTF-8
_UTF8 = 0x800  # the flag of a member whose name is UTF-8; macOS writes such names without it


class Refused(ConvgradeError):
    """A source, or one of its files, that is not accepted, and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. `parts` are the folders that lead to it from the source, and its name; only `read` touches the file."""

    parts: tuple[str, ...]
    get: Callable[[], bytes] = field(repr=False, compare=False)  # raises OSError, Refused
    why_not: str = ""  # it must not be read

    def read(self) -> bytes:
        """Its bytes, at most one more than can be graded. Raises OSError, Refused."""
        if self.why_not:
            raise Refused(self.why_not)
        return self.get()

    @property
    def shown(self) -> str:
        """The name for people."""
        return terminal("/".join(self.parts), 160)


@dataclass
class Source:
    """What was found, and a sentence for everything that is nobody's and was not taken."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    folders: list[tuple[str, ...]] = field(default_factory=list)  # also empty ones: somebody's hand-in all the same
    clones: dict[tuple[str, ...], Path] = field(default_factory=dict)  # folders that are git repositories
    refused: list[str] = field(default_factory=list)
    from_windows: bool = False  # folders and names were told apart by backslashes


def open_source(path: Path) -> Source:
    """The files of a folder or a zip archive, or a single file. Raises Refused if it cannot be used at all."""
    path = path.resolve()  # typed by us: may be a link
    result = Source(path.name if path.is_dir() else path.stem)
    if path.is_dir():
        _walk(path, (), result)
    elif zipfile.is_zipfile(path):
        _list_archive(path, result)
    elif path.suffix.lower() == ".zip":
        raise Refused(f"{terminal(path.name, 80)} is a damaged archive")
    elif path.suffix.lower() in ARCHIVES:
        raise Refused(f"{terminal(path.name, 80)} is an archive, but no zip: unpack it, and give the folder")
    elif not path.is_file():
        raise Refused(f"{terminal(path.name, 80)} is neither a file nor a folder")
    else:
        result.entries.append(Entry((path.name,), Found("", path.name, "", path).read))
    if sum(is_notebook(entry.parts[-1]) for entry in result.entries) > MAX_NOTEBOOKS:
        raise Refused(f"{terminal(path.name, 80)} contains more than {MAX_NOTEBOOKS:,} notebooks")
    return result


def is_notebook(name: str) -> bool:
    """Whether a file says that it is a notebook."""
    return name.lower().endswith(".ipynb")


def _is_hidden(parts: Sequence[str], is_folder: bool) -> bool:
    """An editor's or a system's file. Where a person's name may be, it may begin with a dot."""
    systems = any(name in SYSTEMS for name in parts) or (not is_folder and parts[-1].startswith("._"))
    return systems or any(name.startswith(".") for name in parts[_MOST_ABOVE + 1 :])


# folders ----------------------------------------------------------------------------------------


def _walk(folder: Path, parts: tuple[str, ...], result: Source) -> None:
    try:
        items = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError as error:
        result.refused.append(f"{terminal('/'.join(parts), 120)}: cannot be opened ({error.strerror})")
        return
    if len(parts) > MAX_DEPTH:
        result.refused.append(f"{terminal('/'.join(parts), 120)}: lies in more than {MAX_DEPTH} folders")
        return
    if len(result.entries) + len(result.folders) + len(items) > MAX_ENTRIES:
        raise Refused(f"{terminal(result.name, 80)} contains more than {MAX_ENTRIES:,} files")
    if any(item.name == ".git" and item.is_dir(follow_symlinks=False) for item in items):
        result.clones[parts] = folder
    for item in items:
        inner = (*parts, item.name)
        is_folder = item.is_dir(follow_symlinks=False)
        if _is_hidden(inner, is_folder):
            continue
        if is_folder:
            result.folders.append(inner)
            _walk(Path(item.path), inner, result)
        else:
            why = _LINK if item.is_symlink() else ""
            result.entries.append(Entry(inner, Found("", item.name, "", Path(item.path)).read, why))


# archives ---------------------------------------------------------------------------------------


def _list_archive(path: Path, result: Source) -> None:
    left = [MAX_ARCHIVE_BYTES]
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(f"{terminal(path.name, 80)} is a damaged archive ({terminal(str(error), 80)})") from None
    if len(members) > MAX_ENTRIES:
        raise Refused(f"{terminal(path.name, 80)} contains {len(members):,} files, more than {MAX_ENTRIES:,}")
    names = [_name(member) for member in members]
    result.from_windows = any("\\" in name for name in names) and not any("/" in name for name in names)
    for member, name in zip(members, names, strict=True):
        name = name.replace("\\", "/") if result.from_windows else name
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if _leads_outside(name) or not parts or _is_hidden(parts, name.endswith("/")):
            if _leads_outside(name):
                result.refused.append(f"{terminal(name, 120)}: its path leads outside the archive")
            result.folders += [home] if (home := _somebodys(parts)) else []
        elif len(parts) > MAX_DEPTH or max(map(len, parts)) > _MAX_NAME:
            why = f"lies in more than {MAX_DEPTH} folders, or its name has more than {_MAX_NAME} characters"
            result.refused.append(f"{terminal(name, 120)}: {why}")
            result.folders += [parts[:MAX_DEPTH]] if max(map(len, parts)) <= _MAX_NAME else []
        else:
            result.folders += [parts] if name.endswith("/") else [parts[:-1]] * (len(parts) > 1)
            if not name.endswith("/"):
                result.entries.append(Entry(parts, _reader(path, member, left), _why_not(member)))


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; UTF-8 also where the flag for it is missing, or where it stands beside the name."""
    name = member.orig_filename
    if member.flag_bits & _UTF8:
        return name
    try:
        raw = name.encode("cp437")
        return (_beside(member.extra, raw) or raw).decode("utf-8")
    except UnicodeError:
        return name


def _beside(extra: bytes, raw: bytes) -> bytes:
    """The name in UTF-8 that some programs add to one in an encoding of their own; b"" where it is of another name."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        value, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and value[:1] == b"\1" and value[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
            return value[5:]
    return b""


def _somebodys(parts: Sequence[str]) -> tuple[str, ...]:
    """The folders before what is not looked at: who handed in nothing else is somebody all the same."""
    folders = takewhile(lambda part: part != ".." and part not in SYSTEMS, parts[1:-1])
    return (parts[0], *folders) if len(parts) > 1 and parts[0] not in {*SYSTEMS, ".."} else ()


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or "\0" in name or ".." in parts or name[1:3] in (":/", ":\\")


def _why_not(member: zipfile.ZipInfo) -> str:
    """Why a member is not read at all; "" if it is."""
    mode = member.external_attr >> 16
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
        except NotImplementedError:
            raise Refused("is compressed in a way that is not read here: unpack the archive, give the folder") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
            raise Refused(f"is damaged in the archive ({terminal(str(error), 80)})") from None
        left[0] -= len(raw)
        if left[0] < 0:
            raise Refused(f"the archive unpacks to more than {MAX_ARCHIVE_BYTES:,} bytes")
        return raw

    return read
