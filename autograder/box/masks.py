"""Files of this machine that a submission must not read although they lie among those that it may."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


def mask_words(masked: Iterable[str], mounts: Mapping[str, str], scratch: str) -> list[str]:
    """Arguments that put an empty file or folder over each of them, wherever `mounts` (path here → there) shows it."""
    empty = Path(scratch) / "empty"
    empty.touch(0o444)
    words: list[str] = []
    for path in map(os.path.realpath, masked):
        for place in _places(path, mounts):
            if os.path.isdir(path):
                words += ["--perms", "0555", "--size", "4096", "--tmpfs", place, "--remount-ro", place]
            else:
                words += ["--ro-bind", str(empty), place]
    return words


def _places(path: str, mounts: Mapping[str, str]) -> list[str]:
    """Where a file is seen: a virtual environment inside another mounted folder is seen twice."""
    real = {os.path.realpath(source): target for source, target in mounts.items()}
    return [target + path.removeprefix(source) for source, target in real.items() if _below(path, source)]


def readable_without(roots: Iterable[str], masked: Iterable[str]) -> tuple[list[str], list[str]]:
    """Trees to read that leave these out, and the folders above them, which may only be listed.

    For Landlock, which can allow a tree but not take a file out of it.
    """
    hidden = {os.path.realpath(path) for path in masked}
    listed: list[str] = []
    return [tree for root in roots for tree in _without(root, hidden, listed)], listed


def _without(path: str, hidden: set[str], listed: list[str]) -> Iterator[str]:
    """The largest trees below `path` that hold nothing hidden. Links are passed over: a rule would follow them."""
    real = os.path.realpath(path)
    if any(_below(real, path) for path in hidden):
        return
    if not any(_below(path, real) for path in hidden):
        yield path
        return
    listed.append(real)
    for entry in sorted(os.scandir(real), key=lambda entry: entry.name):
        if not entry.is_symlink():
            yield from _without(entry.path, hidden, listed)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
