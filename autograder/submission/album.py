"""Pictures of one written answer: where its text mentions them they are numbered, and as many as fit are kept."""

import re
from urllib.parse import unquote

from autograder.submission.parse import RawCell
from autograder.submission.pictures import picture_uri

MAX_PICTURES = 6  # of one answer
MAX_CHARACTERS = 6_000_000  # of them together, in base64
_TITLE = r"""(?:[ \t]{1,9}+["'(][^"'\n]{0,200}["')])?[ \t]{0,9}"""
_ALT = r"!\[[^\]\n]{0,200}+\]\([ \t]{0,9}"
_PASTED = re.compile(
    rf"{_ALT}<attachment:([^<>\n]{{1,300}}+)>{_TITLE}\)"
    rf"|{_ALT}attachment:((?:[^()\s]|\([^()\s]{{0,100}}\)){{1,300}}+){_TITLE}\)"
    r"""|<img\b[^<>]{0,300}?src=(?:"attachment:([^"<>\n]{1,300}+)"|'attachment:([^'<>\n]{1,300}+)'"""
    r"""|attachment:([^\s"'<>]{1,300}+))[^<>]{0,300}+>""",
)
_BASE64 = r"data:image/(?:png|jpe?g);base64,"
_INLINE = re.compile(
    rf"{_ALT}{_BASE64}([A-Za-z0-9+/=]++){_TITLE}\)"
    rf"""|<img\b[^<>]{{0,300}}?src=["']?{_BASE64}([A-Za-z0-9+/=]++)["']?[^<>]{{0,300}}>"""
    rf"|{_BASE64}([A-Za-z0-9+/=]++)",
)


class Album:
    """Pictures of one answer, as many as are kept."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.lost = 0

    def placed(self, cell: RawCell) -> str:
        """The text of a cell, where each picture is a number; those that it does not mention come at its end."""
        names, told = dict(cell.attachments), dict[str, str]()

        def mention(found: re.Match[str]) -> str:
            name = unquote(next(filter(None, found.groups())))
            if name not in told:
                told[name] = self._number(names.pop(name, ""))
            return told[name]

        text = _PASTED.sub(mention, cell.source)
        text = _INLINE.sub(lambda found: self._number(next(filter(None, found.groups()))), text)
        return "\n\n".join([text, *map(self._number, names.values())])

    def _number(self, encoded: str) -> str:
        full = len(self.kept) >= MAX_PICTURES or sum(map(len, self.kept)) + len(encoded) > MAX_CHARACTERS
        if full or not picture_uri(encoded):
            self.lost += 1
            return "(a picture that was not kept)"
        self.kept.append("".join(encoded.split()))
        return f"(picture {len(self.kept)})"
