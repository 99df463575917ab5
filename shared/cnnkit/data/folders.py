"""Finding and reading the files of the full data sets; what is missing or broken is said with its path."""

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
AGAIN = "Delete it and get it again."


class NoData(FileNotFoundError):
    """A data set is not where it was looked for."""

    def __str__(self) -> str:
        return str(self.args[0])


class BadData(ValueError):
    """A file of a data set is broken, partial or something else."""


def root() -> Path:
    """The folder of the full data sets: CNNKIT_DATA, or .cache/cnnkit in the home folder."""
    named = os.environ.get("CNNKIT_DATA")
    folder = Path(named).expanduser() if named else Path.home() / ".cache" / "cnnkit"
    if named and not folder.is_dir():
        raise NoData(f"CNNKIT_DATA names a folder that is not there.\n  {folder}\n  Make it, or set CNNKIT_DATA anew.")
    return folder


def find(places: Sequence[str], remedy: str) -> Path:
    """The first of these files or folders below the root that exists, as it is or with .gz.

    Raises NoData, which names them all and ends with the remedy.
    """
    base = root()
    for place in places:
        for path in (base / place, base / f"{place}.gz"):
            if path.exists():
                return path
    where = "\n  or ".join(str(base / place) for place in places)
    raise NoData(f"No such data set.\n  Looked for {where}\n  {remedy}")


def read_idx(path: Path, axes: int) -> Pixels:
    """An IDX file (LeCun's format, unsigned bytes), gzipped or not, with this many axes."""
    raw = _bytes(path)
    start = 4 + 4 * axes
    if len(raw) < start or raw[:4] != bytes([0, 0, 8, axes]):
        expected = f"not with 00 00 08 0{axes} as bytes with {axes} axes do"
        raise BadData(
            f"This is another kind of file.\n  {path}\n  It starts with {raw[:4].hex(' ')}, {expected}. {AGAIN}"
        )
    shape = tuple(int.from_bytes(raw[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(axes))
    if len(raw) - start != math.prod(shape):
        expected = f"its head says {shape}, which are {math.prod(shape):,}"
        raise BadData(f"This file has {len(raw) - start:,} values.\n  {path}\n  Expected: {expected}. {AGAIN}")
    return np.frombuffer(raw, np.uint8, offset=start).reshape(shape)


def _bytes(path: Path) -> bytes:
    raw = path.read_bytes()
    try:
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadData(f"This gzip file is broken or cut off: {error}.\n  {path}\n  {AGAIN}") from error


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV file in UTF-8, every cell as it is written ("NA" is a name).

    Raises BadData when there is no row, or one of these columns is missing, from all rows or from one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise BadData(f"Column {missing[0]!r} is missing.\n  {path}\n  Expected: {', '.join(columns[:4])} …")
            for row in reader:
                if any(row[column] is None for column in columns):
                    raise BadData(f"Line {reader.line_num} is cut off.\n  {path}\n  {AGAIN}")
                yield row
            if reader.line_num < 2:
                raise BadData(f"This table has no rows.\n  {path}\n  {AGAIN}")
    except UnicodeDecodeError as error:
        raise BadData(f"This is no text in UTF-8: {error.reason}.\n  {path}\n  {AGAIN}") from error
