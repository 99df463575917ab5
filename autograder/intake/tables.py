"""Tables that other programs wrote, Excel in any country among them: which encoding, which delimiter, which rows.

Nothing is guessed about letters: what is neither UTF-8 nor says itself that it is UTF-16 is refused.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import CourseError

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAID = re.compile(r"sep=([,;\t|])[ ,;\t|]*\r?\n", re.IGNORECASE)  # Excel's own first line
_DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"(?:[^"]|"")*"?')
_FORMULA = re.compile(r'="((?:[^"]|"")*)"')  # how programs keep Excel from taking the zeros off a number
_LONGEST = 1 << 30  # characters of a cell; files are smaller


def decoded(raw: bytes) -> str:
    """A file's text without the mark at its beginning. Raises UnicodeDecodeError."""
    return raw.decode("utf-16" if raw.startswith(_WIDE) else "utf-8-sig")


def table_text(path: Path | None) -> str:
    """The text of a table that was named; "" for none. Raises CourseError for one that is empty, or no text."""
    try:
        text = decoded(path.read_bytes()) if path else ""
    except UnicodeDecodeError:
        raise CourseError("the table is not UTF-8 text", str(path), "export it again, as “CSV UTF-8”") from None
    if path and not text.strip():  # else it would count as none
        raise CourseError("the table is empty", str(path), "export it again, as CSV")
    return text


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of the line on which each row begins, and its cells. Raises csv.Error where quotes do not end."""
    text = text.removeprefix("\ufeff")
    said = _SAID.match(text)
    head = _QUOTED.sub("", re.split(r"[\r\n]", text, maxsplit=1)[0])
    delimiter = said[1] if said else max(_DELIMITERS, key=head.count)
    csv.field_size_limit(_LONGEST)
    begun = bool(said)
    lines = csv.reader(io.StringIO(text[said.end() :] if said else text, newline=""), delimiter=delimiter, strict=True)
    before = int(begun)
    for row in lines:
        yield before + 1, row
        before = int(begun) + lines.line_num


def unformula(cell: str) -> str:
    """What a cell such as ="00123" shows."""
    found = _FORMULA.fullmatch(cell.strip())
    return (found[1].replace('""', '"') if found else cell).strip()
