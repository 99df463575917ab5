"""`[hidden]` of assignment.toml: files of installed packages that no submission may read."""

import site
import sysconfig
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.course.toml import line_of, table_of
from autograder.errors import CourseError, place


def read_hidden(path: Path, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Absolute paths of the files and folders that no submission may read: wherever site-packages holds them.

    Raises CourseError with file and line, for a file that is not installed too: what is not there cannot be kept away.
    """
    where = place(path, line_of(path, "files", start=line_of(path, "hidden")))
    names = table_of(path, table, "hidden", {"files"}).get("files", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CourseError("[hidden] files must be a list of strings", where, 'write files = ["sklearn/datasets/data"]')
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
