"""Text that a stranger wrote, made safe to show: on a terminal, in a page, in a spreadsheet.

Names, error messages and printed lines come from submissions. Each function returns text whose every character can
be seen, no longer than `limit` characters, and without power over the medium that shows it.
"""

import re
import unicodedata
from types import MappingProxyType

from markupsafe import Markup, escape

LINE = 200  # characters of a name or of one line in a table
TEXT = 4000  # characters of a message or of printed output

# Letters and marks that draw nothing although Unicode does not call them controls: fillers, joiners, blank Braille,
# and what chooses a form of the character before it.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00016fe4\U0001d159")
_CHOICES = frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_PICTURES = frozenset({"So", "Sm"})  # which may be drawn in colour, or not
_NAMED = MappingProxyType({"\n": "⏎", "\t": "‹TAB›", "\r": "‹CR›", "\x1b": "‹ESC›", "\0": "‹NUL›", "\a": "‹BEL›"})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})
_MAX_MARKS = 3  # accents on one letter; more is a tower that covers the lines above
_KEPT = "\n\t"  # in a paragraph
_ODD = MappingProxyType({"": re.compile("[^ -~]+"), _KEPT: re.compile("[^ -~\n\t]+")})  # little of what is shown
_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")


def terminal(text: str, limit: int = LINE) -> str:
    """One line in which every control, escape, bidi and zero-width character is visible, newlines included."""
    return _visible(text, limit, keep="")


def block(text: str, limit: int = TEXT) -> str:
    """Like `terminal`, but line ends and tabs stay: for text that is shown as a paragraph."""
    return _visible(text.replace("\r\n", "\n"), limit, keep=_KEPT)


def html(text: str, limit: int = TEXT) -> Markup:
    """Safe inside an element or a quoted attribute; line ends and tabs stay, everything invisible is shown."""
    return escape(block(text, limit))


def spreadsheet(text: str, limit: int = 1000) -> str:
    """One line that no spreadsheet reads as a formula: a leading = + - @, tab or line end gets an apostrophe.

    Numbers that we computed are written as numbers and do not come through here. Quoting is the csv writer's work.
    """
    shown = _visible(text, limit - 1, keep="")
    lead = text[:1] + text.lstrip()[:1] + shown.lstrip()[:1]
    return f"'{shown}" if _FORMULA & set(lead) else shown


def _visible(text: str, limit: int, keep: str) -> str:
    """`text` with invisible characters written out, cut to `limit` characters with an ellipsis."""
    seen = text[: limit + 1]
    shown = _ODD[keep].sub(_written_out, seen)
    cut = len(shown) > limit or len(text) > limit
    return shown[: max(limit - 1, 0)] + "…" if cut and limit > 0 else shown[: max(limit, 0)]


def _written_out(odd: re.Match[str]) -> str:
    pieces: list[str] = []
    marks = 0
    first = odd.string[odd.start() - 1 : odd.start()] or " "
    for before, character in zip(first + odd[0], odd[0], strict=False):
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks <= _MAX_MARKS:
            pieces.append(_shown(character, before))
    return "".join(pieces)


def _shown(character: str, before: str) -> str:
    """The character itself, ⏎ for a line end, or a code such as ‹ESC› and ‹U+202E›."""
    if character in _NAMED:
        return _NAMED[character]
    chosen = character in _CHOICES and unicodedata.category(before) not in _PICTURES
    if chosen or character in _BLANK or unicodedata.category(character) in _INVISIBLE:
        return f"‹U+{ord(character):04X}›"
    return character
