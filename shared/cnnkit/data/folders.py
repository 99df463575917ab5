"""Finding and reading the files of the full data sets; every error names the path of what is missing or broken."""

from __future__ import annotations

import csv
import gzip
import math
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
AGAIN = "Delete it and download it again."


class NoData(FileNotFoundError):
    """A data set was not found."""

    def __str__(self) -> str:
        return str(self.args[0])


class BadData(ValueError):
    """A file of a data set is corrupt, incomplete or of another kind."""


def root() -> Path:
    """The folder of the full data sets: CNNKIT_DATA, or .cache/cnnkit in the home folder."""
    named = os.environ.get("CNNKIT_DATA")
    folder = Path(named).expanduser() if named else Path.home() / ".cache" / "cnnkit"
    if named and not folder.is_dir():
        raise NoData(f"CNNKIT_DATA names a missing folder.\n  {folder}\n  Create it, or change CNNKIT_DATA.")
    return folder


def find(places: Sequence[str], remedy: str) -> Path:
    """The first of these files or folders below the root that exists, with or without .gz.

    Raises NoData, which names them all and ends with the remedy.
    """
    base = root()
    for place in places:
        for path in (base / place, base / f"{place}.gz"):
            if path.exists():
                return path
    where = "\n  or ".join(str(base / place) for place in places)
    raise NoData(f"Data set not found.\n  Looked for {where}\n  {remedy}")


def read_idx(path: Path, axes: int) -> Pixels:
    """An IDX file (LeCun's format, unsigned bytes), gzipped or not, with this many axes."""
    raw = _bytes(path)
    start = 4 + 4 * axes
    if len(raw) < start or raw[:4] != bytes([0, 0, 8, axes]):
        start_bytes = f"It starts with {raw[:4].hex(' ')}, expected 00 00 08 0{axes}"
        raise BadData(f"This is not an IDX file of bytes with {axes} axes.\n  {path}\n  {start_bytes}. {AGAIN}")
    shape = tuple(int.from_bytes(raw[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(axes))
    if len(raw) - start != math.prod(shape):
        expected = f"its header says {shape}, which is {math.prod(shape):,}"
        raise BadData(f"This file has {len(raw) - start:,} values.\n  {path}\n  Expected: {expected}. {AGAIN}")
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    try:
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadData(f"This gzip file is corrupt or truncated: {error}.\n  {path}\n  {AGAIN}") from error


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8, every cell as text ("NA" is a name).

    Raises BadData when there are no rows, or when a row or the header lacks one of these columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise BadData(f"Column {missing[0]!r} is missing.\n  {path}\n  Expected: {', '.join(columns[:4])} …")
            for row in reader:
                if any(row[column] is None for column in columns):
                    raise BadData(f"Line {reader.line_num} is incomplete.\n  {path}\n  {AGAIN}")
                yield row
            if reader.line_num < 2:
                raise BadData(f"This table has no rows.\n  {path}\n  {AGAIN}")
    except UnicodeDecodeError as error:
        raise BadData(f"This file is not UTF-8 text: {error.reason}.\n  {path}\n  {AGAIN}") from error
