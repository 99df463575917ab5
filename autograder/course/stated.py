"""What a check asks for is stated in the notebook: the sentence that it quotes is in the release."""

import re
from collections.abc import Iterable

from autograder.course.declarations import CheckSpec
from autograder.errors import CourseError, place

WORDS = 3  # fewer name a thing and say nothing about it
COMMENT = re.compile(r"^\s*#+ ?", re.MULTILINE)  # before a comment's or a heading's line
EMPHASIS = re.compile(r"[*_`]")


def refuse_unstated(checks: Iterable[CheckSpec], release: Iterable[str]) -> None:
    """Every sentence that a check quotes is in these released cells, but for white space and emphasis.

    Raises CourseError with the line of the check.
    """
    text = "\n".join(spoken(cell) for cell in release)
    for check in checks:
        where = place(check.path, check.line)
        for quote in check.quotes:
            if len(quote.split()) < WORDS:
                raise CourseError(f"“{quote}” is too short to state a rule", where, f"quote at least {WORDS} words")
            if spoken(quote) not in text:
                todo = "quote the notebook word for word, or write the sentence into notebook.py"
                raise CourseError(f"{check.name} quotes “{quote}”, which students do not read", where, todo)


def spoken(text: str) -> str:
    """A text without line breaks, comment signs and emphasis: two that read alike are alike."""
    return " ".join(EMPHASIS.sub("", COMMENT.sub("", text)).split())
