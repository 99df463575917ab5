"""What in a cell is text for people: behind a magic, in comments, in strings; and whether there is any to be seen."""

import re
import unicodedata
from html import unescape
from keyword import kwlist

_MAGIC = re.compile(r"\s*+(?:# MAGIC )?%%?(?:md|markdown|html|latex)(?:-sandbox)?(?![\w-])[ \t]*+\n?")
_PREFIX = re.compile(r"^# MAGIC ?", re.MULTILINE)  # as Databricks writes cells of other languages
_RUN = re.compile(r"(?=(?<![^\W_])([^\W\d_]{2,30}(?: [^\W\d_]{2,30}){3}))")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{3}")  # written without spaces
_STRINGS = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+'''"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'(?:[^'\\\n]++|\\.)*+'"
    r"|#[^\n]*+",
    re.DOTALL,
)
_KEYWORDS = frozenset(kwlist)
_BREAK = re.compile(r"</?(?:br|p)[ \t]{0,9}/?>", re.IGNORECASE)
_DRESSED = re.compile(r"[*_#>`~\s]+")


def behind_magic(source: str) -> str | None:
    """The text of a code cell that a magic makes text: %md, %%markdown, `# MAGIC %md`; None for any other."""
    found = _MAGIC.match(source)
    return found and _PREFIX.sub("", source[found.end() :])


def seen(text: str) -> str:
    """What a reader sees of it: without format characters, empty breaks and spaces around."""
    plain = _BREAK.sub("\n", unescape(text))
    return "".join(each for each in plain if unicodedata.category(each) not in ("Cf", "Cc") or each == "\n").strip()


def undressed(text: str) -> str:
    """What it says, however it is set: bold, a heading, a quotation; a sign that is all there is stays."""
    there = seen(text)
    return _DRESSED.sub(" ", there).strip().casefold() or there


def for_people(code: str) -> bool:
    """Whether a code cell may hold an answer: nothing but comments and strings, or words as in no expression."""
    if any(letter.isalpha() for letter in code) and not _STRINGS.sub("", code).strip(" \t\n()"):
        return True
    lines = [line for line in code.splitlines() if line[:1] not in ("%", "!")]
    runs = (run for line in lines for run in _RUN.findall(line))
    return any(map(_UNSPACED.search, lines)) or any(not set(run.split(" ")) & _KEYWORDS for run in runs)
