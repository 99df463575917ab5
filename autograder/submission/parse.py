"""Foreign bytes → plain cells. The only reader of a handed-in file; it executes nothing and trusts nothing.

Parsing happens in this process, behind caps that are checked before the parser sees a byte, and not in a limited
child: a forked child would hold every secret of the grader, a new one would take longer than all other steps, and
CPython's JSON parser makes only inert objects. What can hurt is their size, so one linear scan bounds depth and count
first; numbers are never converted (a million digits take quadratic time); only sources, types and ids are used.
"""

import codecs
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from autograder import messages
from autograder.errors import UnreadableSubmission
from autograder.submission import remarks
from autograder.submission.prose import behind_magic

MAX_BYTES = 20_000_000
MAX_DEPTH = 100  # a notebook with plots that are stored as JSON reaches about 20
MAX_TOKENS = 2_000_000  # strings, brackets and commas: at most about 300 MB once parsed
MAX_CELLS = 2000
MAX_SOURCE = 1_000_000  # characters of one cell
MAX_ATTACHMENTS = 20  # of one cell
_PICTURES = ("image/png", "image/jpeg", "image/jpg")  # that can be kept

# Possessive, and an unclosed string is taken to the end of the text: linear on every input.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]},]', re.DOTALL)
_SEVERAL_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")  # of one letter in UTF-8
_BINARY = (  # how files begin that are no text, and what they look like
    (b"%PDF", "a PDF"), (b"PK\x03\x04", "a zip archive or an office document"), (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf", "an archive"), (b"Rar!", "an archive"), (b"bplist", "a web archive or another file of macOS"),
)  # fmt: skip
_OTHERS = (  # the same of texts
    ("version https://git-lfs", "a pointer of Git LFS, without the file that it stands for"),
    ("<", "a web page"), ("{\\rtf", "a text document (RTF)"), ("{'", "a Python dictionary"),
)  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_BOMS16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # the first is a prefix of UTF-32's


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell as it is in the file; every field is only a claim."""

    number: int  # among the code cells, from 1, as `In [7]` after a clean run; 0 for a cell that is not code
    kind: str  # "code" or "text"
    source: str  # "\n" line ends; no NUL, no lone surrogate
    ids: tuple[str, ...] = ()  # nbgrader's grade id, then the cell's own id
    points: int | None = None  # that it says it is worth; only compared, never used
    attachments: tuple[tuple[str, str], ...] = ()  # of a text cell: name, and what may be a picture in base64


@dataclass(frozen=True, slots=True)
class RawNotebook:
    """The cells of a file, and sentences about what had to be repaired to read them."""

    cells: tuple[RawCell, ...]
    notes: tuple[str, ...] = ()


def parse_notebook(raw: bytes) -> RawNotebook:
    """The cells of notebook bytes of any format since nbformat 1. Raises UnreadableSubmission with a sentence."""
    notes: list[str] = []
    notebook = _parse(_decode(raw, notes))
    found = _cell_list(notebook, notes)
    if len(found) > MAX_CELLS:
        raise UnreadableSubmission(messages.too_many_cells(len(found), MAX_CELLS))
    numbers = itertools.count(1)
    cells = [cell for cell in (_cell(item, numbers, notes) for item in found) if cell]
    return RawNotebook(tuple(cells), tuple(dict.fromkeys(notes)))


def _decode(raw: bytes, notes: list[str]) -> str:
    if len(raw) > MAX_BYTES:
        raise UnreadableSubmission(messages.too_large(MAX_BYTES / 1e6))
    if not raw.strip(b" \t\r\n\0" + codecs.BOM_UTF8):
        raise UnreadableSubmission(messages.EMPTY_FILE)
    if guess := next((what for start, what in _BINARY if raw.startswith(start)), ""):
        raise UnreadableSubmission(messages.not_a_notebook(f"it looks like {guess}"))
    encoding = next((name for bom, name in _BOMS + _BOMS16 if raw.startswith(bom)), "") or json.detect_encoding(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        is_one_byte = encoding == "utf-8" and not _SEVERAL_BYTES.search(raw)  # each letter: an editor's old encoding
        text = raw.decode("cp1252" if is_one_byte else encoding, errors="replace")
        notes.append(remarks.READ_AS_WINDOWS if is_one_byte else messages.REPLACED_BYTES)
    return text.removeprefix("\ufeff")


def _parse(text: str) -> dict[str, Any]:
    if not text.lstrip().startswith("{") or text.lstrip().startswith(("{\\rtf", "{'")):
        raise UnreadableSubmission(_what_else(text))
    _refuse_bombs(text)
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=lambda digits: int(digits) if len(digits) < 10 else 0,
            parse_float=lambda _: None,
            parse_constant=lambda _: None,  # NaN and Infinity: only outputs hold numbers, and no output is read
            strict=False,
        )
    except json.JSONDecodeError as error:
        raise UnreadableSubmission(_where_it_breaks(text, error.lineno)) from None
    except (RecursionError, MemoryError):  # the caps come first; this is the second line of defence
        raise UnreadableSubmission(messages.TOO_LONG_TO_READ) from None
    if not isinstance(parsed, dict):
        raise UnreadableSubmission(messages.not_a_notebook(messages.NO_OBJECT))
    return parsed


def _refuse_bombs(text: str) -> None:
    """Raises UnreadableSubmission where parsing `text` would be deep or large; linear, stops at the first excess."""
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        first = text[token.start()]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            raise UnreadableSubmission(messages.TOO_DEEP)
        if count > MAX_TOKENS:
            raise UnreadableSubmission(messages.TOO_LONG_TO_READ)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        duplicate, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise UnreadableSubmission(messages.repeated_key(_clean(duplicate[:40])))
    return found


def _what_else(text: str) -> str:
    """The sentence for text that does not start like a notebook."""
    head = text.lstrip()[:2000]
    if head.startswith("<<<<<<< "):
        return messages.not_a_notebook(messages.CONFLICT)
    guess = next((name for start, name in _OTHERS if head.startswith(start)), "")
    if not guess and re.search(r"^(?:import|from|def|class) \w+|^# %%", head, re.MULTILINE):
        guess = "a Python script"
    if not guess and head.startswith(("[", '"')):
        return messages.not_a_notebook(messages.NO_OBJECT)
    return messages.not_a_notebook(f"it looks like {guess}") if guess else messages.not_json(1)


def _where_it_breaks(text: str, line: int) -> str:
    if re.search(r"^(?:<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
        return messages.not_a_notebook(messages.CONFLICT)
    return messages.not_json(line)


def _cell_list(notebook: dict[str, Any], notes: list[str]) -> list[Any]:
    """The list of cells wherever this format keeps it: at the top, or in nbformat 2 and 3 in worksheets."""
    content = notebook.get("content")
    if notebook.get("type") == "notebook" and isinstance(content, dict):  # as Jupyter's server hands it out
        notebook = content
    cells = notebook.get("cells")
    if not isinstance(cells, list) or (not cells and notebook.get("worksheets")):
        sheets = notebook.get("worksheets")
        sheets = [sheet for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
        lists = [sheet["cells"] for sheet in sheets if isinstance(sheet.get("cells"), list)]
        if not lists:
            raise UnreadableSubmission(messages.not_a_notebook(messages.NO_CELLS))
        cells = [cell for part in lists for cell in part]
    version = notebook.get("nbformat")
    if isinstance(version, int) and 0 < version < 4:
        notes.append(messages.upgraded(f"nbformat {version}"))
    return cells


def _cell(item: Any, numbers: Iterator[int], notes: list[str]) -> RawCell | None:
    """One cell; None, and a note, where it cannot be used. `numbers` counts the code cells."""
    if not isinstance(item, dict):
        notes.append(messages.NOT_A_CELL)
        return None
    source = _source(item, notes)
    if source is None or len(source) > MAX_SOURCE:
        notes.append(messages.unreadable_cell(MAX_SOURCE))
        return None
    cleaned = _clean(source)
    if "\0" in source or "\N{REPLACEMENT CHARACTER}" in cleaned:
        notes.append(messages.REPLACED_CHARACTERS)
    number = next(numbers) if item.get("cell_type") == "code" else 0
    text = behind_magic(cleaned) if number else cleaned
    if text is None:
        return RawCell(number, "code", cleaned, _ids(item), _points(item))
    return RawCell(0, "text", text, _ids(item), _points(item), tuple(_attachments(item)))


def _source(item: dict[str, Any], notes: list[str]) -> str | None:
    """The text of a cell: a string or a list of strings, called "input" in code cells before nbformat 4."""
    source = item.get("source", item.get("input", item.get("text", "")))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        if len(source) > 1 and not any(a.endswith(("\n", "\r")) or b.startswith("\n") for a, b in pairwise(source)):
            notes.append(messages.NO_LINE_ENDS)
            return "\n".join(source)
        return "".join(source)
    return source if isinstance(source, str) else None


def _attachments(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was pasted into a text cell: of each its name, and what may be a picture; its bytes say what it is."""
    attachments = item.get("attachments")
    for name, kinds in itertools.islice(attachments.items() if isinstance(attachments, dict) else (), MAX_ATTACHMENTS):
        if isinstance(kinds, dict) and kinds:
            data = next((kinds[kind] for kind in _PICTURES if kind in kinds), next(iter(kinds.values())))
            parts = data if isinstance(data, list) else [data]
            yield name, "".join(part for part in parts if isinstance(part, str))


def _ids(item: dict[str, Any]) -> tuple[str, ...]:
    """What the cell says that it is."""
    claims = (_label(item).get("grade_id"), item.get("id"))
    return tuple(claim for claim in claims if isinstance(claim, str) and claim)


def _points(item: dict[str, Any]) -> int | None:
    points = _label(item).get("points")
    return points if type(points) is int else None


def _label(item: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's part of the metadata; empty if there is none."""
    metadata = item.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return nbgrader if isinstance(nbgrader, dict) else {}


def _clean(source: str) -> str:
    """`source` with "\\n" line ends, without NULs, and with every lone surrogate replaced."""
    unix = source.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return unix.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
