"""Files and their names: written whole or not at all, named by us, sorted as people do, known by a digest."""

import errno
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from autograder.errors import place
from autograder.log import noted

PRIVATE = 0o600  # reports and submissions: nobody else's
PUBLIC = 0o644  # others read it
SHARED = 0o666  # what authors edit: as the umask allows


def refusal(error: OSError) -> str:
    """What the system says about a file, for people."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    why = (error.strerror or str(error) or type(error).__name__).lower()
    return f"{place(Path(error.filename))}: {why}" if isinstance(error.filename, str) else why


def write_atomically(path: Path, data: bytes, mode: int = PRIVATE, follow: bool = True) -> None:
    """Put `data` at `path`: a temporary file in the same folder, fsync, rename, fsync of the folder.

    The folder is opened once and everything happens relative to it. Without `follow` it may belong to students:
    a folder that is a link is refused with an OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    try:
        _write_into(folder, noted(path, "write").name, data, mode)
        os.fsync(folder)
    except OSError as error:
        error.filename = str(path)  # it names the unfinished file, which nobody knows
        raise
    finally:
        os.close(folder)


def remove(path: Path, follow: bool = True) -> bool:
    """Take a file away; whether it was there. Without `follow` a folder that is a link is refused with an OSError."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except FileNotFoundError:
        return False
    try:
        os.unlink(noted(path, "remove").name, dir_fd=folder)
        os.fsync(folder)
    except FileNotFoundError:
        return False
    finally:
        os.close(folder)
    return True


def _write_into(folder: int, name: str, data: bytes, mode: int) -> None:
    unfinished = f".{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(unfinished, flags, mode, dir_fd=folder), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(unfinished, dir_fd=folder)
        raise


def safe_name(student: str) -> str:
    """A file name that we made: at most 53 characters of a-z, 0-9 and "-", different for different students."""
    ascii_only = unicodedata.normalize("NFKD", student[:200]).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].rstrip("-") or "student"
    return f"{slug}-{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def natural_key(text: str) -> tuple[list[tuple[int, str]], str]:
    """Sort key in which "student 9" comes before "student 10"; ties by the text itself."""
    pieces = re.split(r"(\d{1,18})", text.casefold())
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces if piece], text


def raw_digest(raw: bytes) -> str:
    """What a file that was handed in is known by: the beginning of its sha256."""
    return hashlib.sha256(raw).hexdigest()[:12]


def digest_of(parts: Mapping[str, bytes]) -> str:
    """sha256 over named parts, each framed by its length so that no two lists of parts give the same bytes."""
    total = hashlib.sha256()
    for name, data in parts.items():
        total.update(f"{len(name)}:{name}{len(data)}:".encode())
        total.update(data)
    return total.hexdigest()
