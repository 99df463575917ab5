"""What somebody handed in instead of a notebook, in words; and which files may be a notebook under another name."""

import re
from collections.abc import Sequence
from contextlib import suppress
from types import MappingProxyType

from autograder.errors import ConvgradeError
from autograder.intake.entries import Entry, is_notebook
from autograder.submission.find import is_looked_into
from autograder.submission.parse import parse_notebook
from autograder.text.escape import terminal

_KINDS = MappingProxyType({
    **dict.fromkeys(("zip", "rar", "7z", "tar", "gz", "tgz", "xz", "bz2"), "an archive in the download"),
    **dict.fromkeys(("html", "htm", "xhtml", "mhtml"), "a web page"),
    **dict.fromkeys(("url", "webloc", "desktop", "lnk"), "a link"),
    **dict.fromkeys(("doc", "docx", "odt", "rtf", "pages"), "a text document"),
    **dict.fromkeys(("png", "jpg", "jpeg", "heic", "gif"), "a picture"),
    "py": "a Python script", "pdf": "a PDF", "md": "text", "txt": "text", "json": "JSON, but no notebook",
})  # fmt: skip
_TYPED = re.compile(r"onlinetext|_submissionText\.html$|_text\.html$", re.IGNORECASE)
_LINKED = re.compile(r"_link\.html$", re.IGNORECASE)
_MOST = 20  # files of one hand-in that are tried


def why_nothing(entries: Sequence[Entry]) -> str:
    """Why there is nothing to grade, in one sentence."""
    if not entries:
        return "there is no file"
    shown = ", ".join(f"{terminal(entry.parts[-1], 60)} is {_kind(entry)}" for entry in entries[:3])
    more = f", and {len(entries) - 3} more files" if len(entries) > 3 else ""
    return f"there is no notebook: {shown}{more}"


def _kind(entry: Entry) -> str:
    path = "/".join(entry.parts)
    if _LINKED.search(path):
        return "a link"
    if _TYPED.search(path):
        return "text that was typed in"
    return _KINDS.get(path.rpartition(".")[2].lower(), "no notebook")


def under_other_names(entries: Sequence[Entry]) -> list[tuple[Entry, bytes]]:
    """Files that are notebooks although their names say something else, with their bytes."""
    found = []
    for entry in [entry for entry in entries if _may_be(entry)][:_MOST]:
        with suppress(ConvgradeError, OSError):
            raw = entry.read()
            parse_notebook(raw)
            found.append((entry, raw))
    return found


def _may_be(entry: Entry) -> bool:
    return is_looked_into(entry.parts[-1]) and not is_notebook(entry.parts[-1])
