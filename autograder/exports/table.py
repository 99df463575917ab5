"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.text.escape import spreadsheet
from autograder.text.words import number

CsvValue = str | float | None


class Theirs(str):
    """Text from the table that a platform exported: it comes back as it was, or the platform would not know it."""

    __slots__ = ()


def to_csv(header: Sequence[str], rows: Iterable[Sequence[CsvValue]]) -> str:
    """Comma-separated, quoted where needed, "\\n" line ends, UTF-8 without a mark; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([[cell(value) for value in row] for row in rows])
    return out.getvalue()


def cell(value: CsvValue) -> str:
    """One cell: numbers to the cent, text without power over a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if isinstance(value, Theirs) else spreadsheet(value)
    return number(value)
