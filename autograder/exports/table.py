"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.errors import CourseError
from autograder.text.escape import spreadsheet
from autograder.text.words import number

CsvValue = str | float | None


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
        return value if value == "-" else spreadsheet(value)  # Moodle's word for "never"; no formula
    return number(value)


def from_csv(text: str, what: str) -> list[list[str]]:
    """Rows of a table that somebody else exported, commas or semicolons, without empty rows. Raises CourseError."""
    text, again = text.removeprefix("\ufeff"), f"export it from {what} again"
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CourseError(f"the table from {what} is not valid CSV: {error}", "--roster", again) from None
    rows = [row for row in rows if any(value.strip() for value in row)]
    if not rows:
        raise CourseError(f"the table from {what} is empty", "--roster", again)
    width = len(rows[0])
    return [(row + [""] * width)[:width] for row in rows]
