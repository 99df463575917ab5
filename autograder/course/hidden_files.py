"""`[hidden]` of assignment.toml: files of installed packages that no submission may read."""

import site
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.course.toml import A_LIST_OF_TEXTS, line_of, setting, table_into
from autograder.errors import CourseError, place


@dataclass(frozen=True, slots=True)
class Hidden:
    """Files that no submission may read."""

    files: Sequence[str] = setting((), A_LIST_OF_TEXTS, "files and folders below site-packages")


def read_hidden(path: Path, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Absolute paths of the files and folders that no submission may read: wherever site-packages holds them.

    Raises CourseError with file and line, for a file that is not installed too: what is not there cannot be kept away.
    """
    where = place(path, line_of(path, "files", start=line_of(path, "hidden")))
    names = table_into(path, table, "hidden", Hidden).files
    return tuple(str(path) for name in names for path in _installed(name, where))


def _installed(name: str, where: str) -> list[Path]:
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or parts[0].startswith("/") or "\\" in name:
        raise CourseError(f"“{name}” is not a path below site-packages", where, "use a relative path without ..")
    folders = [*map(sysconfig.get_path, ("purelib", "platlib")), *site.getsitepackages()]
    found = {(Path(folder) / name).resolve() for folder in folders if (Path(folder) / name).exists()}
    if not found:
        raise CourseError(f"“{name}” is not in site-packages", where, "install its package or correct the path")
    return sorted(found)
