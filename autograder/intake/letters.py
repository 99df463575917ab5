"""Messages that students sent about their points: mails (.eml, .txt with From: and Subject:) and a form's table (.csv).

Everything in them is a stranger's: read with a limit, never opened further than the first text, attachments are left
out. Nothing disappears: what cannot be read is a letter, too, with the reason.
"""

import codecs
import csv
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import InvalidHeaderDefect, MessageError
from email.message import EmailMessage
from pathlib import Path

from autograder.errors import ConvgradeError
from autograder.intake.tables import decoded, lines_of, unformula
from autograder.submission.find import Found
from autograder.text.escape import terminal

MAX_LETTERS = 5000
_MAX_BYTES = 2_000_000
_MAX_TEXT = 4000
_MAX_HEADERS = 20_000  # bytes, of those that are taken apart: that takes time that grows with the square
_MAX_LINE = 300
_MAX_IN_ONE = 50  # requests in one mail
_PROMPT = "Why I think that my answer is right:"
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # mail has none; who saves it may add one
_ENDINGS = (".eml", ".txt", ".csv")
_BROKEN = (MessageError, csv.Error, ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
_HEADERS = re.compile(
    rb"^(?:from|subject|date|content-[^:\s]*+):[^\n]*+(?:\n[ \t][^\n]*+)*+", re.MULTILINE | re.IGNORECASE
)
_ABOUT = re.compile(r"Regrade request:\s*(?P<slug>[a-z]\w{0,59})\s*/\s*(?P<what>\w{1,120})", re.ASCII | re.IGNORECASE)
_SENDERS = ("email address", "email", "e-mail", "mail", "username", "login", "student")  # the first that is there
_ASSIGNMENTS, _CHECKS = ("assignment",), ("check", "exercise")
_REASONS, _TIMES = ("why", "reason", "text", "request"), ("timestamp", "time", "date")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message; every text is as it came, cut to a length."""

    where: str  # file, and line of a table; for people
    sender: str = ""  # an address or a login, without case
    slug: str = ""
    about: str = ""  # a check or an exercise
    text: str = ""
    at: str = ""
    problem: str = ""  # why nothing can be made of it


def read_letters(path: Path) -> Iterator[Letter]:
    """All messages of a file or of a folder. Raises ConvgradeError where there are too many."""
    inside = (item for item in path.rglob("*") if item.is_file() and not item.name.startswith("."))
    count = 0
    for file in sorted(inside) if path.is_dir() else [path]:
        for letter in _of_file(file):
            count += 1
            if count > MAX_LETTERS:
                raise ConvgradeError(f"{terminal(path.name, 80)} holds more than {MAX_LETTERS:,} messages")
            yield letter


def request_text(slug: str, about: str) -> str:
    """What a student copies into a message: it says which check it is about."""
    return f"Regrade request: {slug} / {about}\n\n{_PROMPT}\n"


def _of_file(file: Path) -> Iterator[Letter]:
    where = terminal(file.name, 120)
    if file.suffix.lower() not in _ENDINGS:
        yield Letter(where, problem=f"is no {', '.join(_ENDINGS)} file")
        return
    try:
        raw = b"" if file.is_symlink() else Found("", file.name, "", file).read()
        if file.is_symlink() or len(raw) > _MAX_BYTES:
            why = "is a link" if file.is_symlink() else f"has more than {_MAX_BYTES // 1_000_000} MB"
            yield Letter(where, problem=why)
        elif file.suffix.lower() == ".csv":
            yield from _of_table(where, raw)
        elif sum(map(len, _HEADERS.findall(re.sub(rb"\r\n?", b"\n", raw)))) > _MAX_HEADERS:
            yield Letter(where, problem="has headers that are too long")
        else:
            yield from _of_mail(where, _text_of(raw).encode("utf-8", "replace") if raw.startswith(_MARKS) else raw)
    except _BROKEN as error:
        yield Letter(where, problem=f"cannot be read ({type(error).__name__})")
    except OSError as error:
        yield Letter(where, problem=f"cannot be read ({terminal(str(error.strerror), 80)})")


# mails ------------------------------------------------------------------------------------------


def _of_mail(where: str, raw: bytes) -> Iterator[Letter]:
    """A letter for each request in it; what is quoted from an earlier message is none."""
    mail = message_from_bytes(raw, policy=policy.default)
    senders = {address.casefold() for address in _addresses(mail) if address}
    body = "\n".join(line for line in _body(mail).splitlines() if not line.lstrip().startswith(">"))
    asked = _asked_in(_head(mail, "subject"), body)
    problem = "" if asked else "does not say which check it is about: “Regrade request: assignment / check”"
    if len(senders) != 1:
        problem = "names no sender" if not senders else "names several senders"
    sender, at = next(iter(senders)) if len(senders) == 1 else "", _head(mail, "date")
    for (slug, about), text in (asked or {("", ""): body}).items():
        yield Letter(where, sender[:_MAX_LINE], slug, about, text.strip()[:_MAX_TEXT], at, problem)


def _addresses(mail: EmailMessage) -> Iterator[str]:
    """Of all headers From, as the standard library reads them; none of a header where it has to guess."""
    for value in mail.get_all("from", []):
        if not any(isinstance(defect, InvalidHeaderDefect) for defect in value.defects):
            yield from (address.addr_spec for address in value.addresses)


def _asked_in(subject: str, body: str) -> dict[tuple[str, str], str]:
    """Assignment and check → the words about it: those that follow in the body, up to the next request."""
    marks = list(_ABOUT.finditer(body))[:_MAX_IN_ONE]
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    before = body[: marks[0].start()] if marks else body
    found: dict[tuple[str, str], str] = {}
    if (named := _ABOUT.search(subject)) and not any(mark.groups() == named.groups() for mark in marks):
        found[named["slug"], named["what"]], before = before, ""
    for mark, end in zip(marks, ends, strict=False):
        key = mark["slug"], mark["what"]
        found[key] = f"{found.get(key, '')}{before}{body[mark.end() : end]}".replace(_PROMPT, "")
        before = ""
    return found


def _head(mail: EmailMessage, name: str) -> str:
    values = mail.get_all(name, [])
    return ", ".join(" ".join(str(value).split()) for value in values[:3])[:_MAX_LINE]


def _body(mail: EmailMessage) -> str:
    """The first text, of a page without its tags."""
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())[: 4 * _MAX_TEXT]
    except LookupError:  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace")[: 4 * _MAX_TEXT] if isinstance(payload, bytes) else ""
    return html.unescape(re.sub(r"<[^<>]{0,500}>", " ", text)) if part.get_content_type() == "text/html" else text


def _text_of(raw: bytes) -> str:
    """The letters are for people: some may be wrong where the encoding is not told, and nothing is lost."""
    try:
        return decoded(raw)
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


# tables -----------------------------------------------------------------------------------------


def _of_table(where: str, raw: bytes) -> Iterator[Letter]:
    """A line of a form's table for each; the columns have one of the names above.

    Of two columns of one name the first counts: what a form itself says about the sender comes before what was typed.
    """
    lines, number = lines_of(_text_of(raw)), 0
    try:
        number, first = next(lines, (0, []))
        head = [name.strip().casefold() for name in first]
        for number, line in lines:  # the last of them is told
            values = dict(reversed([*zip(head, map(unformula, line), strict=False)]))
            if any(values.values()):
                yield _of_line(f"{where}:{number}", values)
    except csv.Error as error:
        yield Letter(f"{where}:{number}", problem=f"what comes after this line cannot be read ({error})")


def _of_line(where: str, values: Mapping[str, str]) -> Letter:
    def first(names: tuple[str, ...], most: int = _MAX_LINE) -> str:
        return next((values[name] for name in names if values.get(name)), "")[:most]

    sender, text = first(_SENDERS).casefold(), first(_REASONS, _MAX_TEXT)
    slug, about = first(_ASSIGNMENTS), first(_CHECKS)
    if (found := _ABOUT.search(text)) and not about:
        slug, about = found["slug"], found["what"]
    problem = "" if sender else "names no sender: a column Email, Username or Student"
    return Letter(where, sender, slug, about, _ABOUT.sub("", text).strip(), first(_TIMES), problem)
