"""Text that a stranger wrote, reduced to what may be kept or compared: messages, and the names of people and files.

`escape` shows what is invisible; here it is dropped.
"""

import os
import re
import unicodedata

MAX_LINE, MAX_TAIL = 300, 4000  # characters
_MAX_FOLDER = 120  # bytes
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def one_line(text: str, limit: int = MAX_LINE) -> str:
    """At most so many characters on one line, without control, format (bidirectional) or surrogate characters."""
    head = text[: 2 * limit]
    kept = "".join(" " if char in "\n\t\r" else char for char in head if char in "\n\t\r" or not _unseen(char))
    return kept if len(kept) <= limit and len(head) == len(text) else kept[: limit - 1] + "…"


def last_lines(text: str, limit: int = MAX_TAIL) -> str:
    """The end of a longer text with its line breaks, without other control characters."""
    kept = "".join(char for char in text[-2 * limit :] if char in "\n\t" or not _unseen(char))
    return kept[-limit:]


def letters(name: str) -> str:
    """A person's name to compare, without case, accents, spaces and signs: "Doe, Jané" → "doejane"."""
    decomposed = unicodedata.normalize("NFKD", name[:200]).casefold()
    return "".join(character for character in decomposed if character.isalnum())


def underscored(name: str) -> str:
    """A file's name to compare with a slug: "A1 Convolution (2)" → "a1_convolution_2_"."""
    return re.sub(r"[\W_]+", "_", name.casefold())


def folder_name(name: str) -> str:
    """`name` as one that a folder can have: a student's word is never a path; a platform's number at its end stays."""
    text = unicodedata.normalize("NFC", name).strip()
    text = "".join("_" if character in "/\\" or not character.isprintable() else character for character in text)
    tail = re.findall(r"(?:_\d{1,20})?$", text, re.ASCII)[0]
    raw = re.sub(r"^\.+", "_", text.removesuffix(tail)).encode("utf-8", "replace")[: _MAX_FOLDER - len(tail)]
    return (raw.decode("utf-8", "ignore") + tail).strip() or "student"


def file_text(name: str) -> str:
    """A file's name as text; bytes that are not UTF-8 become �."""
    return os.fsencode(name).decode("utf-8", "replace")


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in _UNSEEN
