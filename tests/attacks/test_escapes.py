"""Names, errors and outputs that try to act where people read them: in a page, on a terminal, in a spreadsheet."""

from __future__ import annotations

import functools
import html
import html.parser
import io
import json
from collections.abc import Callable, Iterator

import pytest

from autograder.course import load_course
from autograder.model import Report
from autograder.reports import class_page, student_page, terminal
from autograder.text import escape
from tests.attacks.papers import FULL, Grader, paper

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "attribute": "' onmouseover='alert(1)' x='",
    "link": "[click](javascript:alert(1))",
    "template": "{{ 7 * 191 }}{% include '/etc/passwd' %}",
    "closing": "</style></script></textarea><svg onload=alert(1)>",
    "terminal title": "\x1b]0;owned\x07\x1b[2J\x1b[31mfull marks",
    "C1": "\x9b31mred\x9d0;owned\x9c",
    "carriage return": "0 points\r100 points",
    "backspace": "0\b\b\b100",
    "bidi": "\u202estnoip 001\u2066",
    "formula": '=HYPERLINK("http://192.0.2.1/")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "null": "a\0b",
    "rich markup": "[bold red]full marks[/]",
}
PAGES = (lambda each: student_page.student_page(each, "T"), lambda each: class_page.class_page([each], "T", ["x"]))
ACTIVE = {"script", "img", "svg", "iframe", "object", "embed", "form", "textarea", "link", "base"}


class Reader(html.parser.HTMLParser):
    """What a page would do: its elements, event handlers and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes whatever is more than text."""
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]
        self.found += [f"{tag} {value}" for name, value in attrs if name in ("href", "src") and ":" in str(value)[:12]]
        if tag in ACTIVE:
            self.found.append(tag)


@pytest.fixture(scope="module")
def attacked(planted, warm) -> Iterator[Callable[[str], Report]]:
    """`attacked(text)`: a report in which everything that a student chooses is this text."""
    grader = Grader(load_course(planted.root).assignment("tiny"), warm.zygote())

    @functools.cache
    def grade(text: str) -> Report:
        odd = f"Odd = type('Odd', (Exception,), {{}})\nOdd.__name__ = {text!r}\n"
        double = f"{odd}def double(x):\n    print({text!r})\n    raise Odd({text!r})"
        node = paper(double, first=f"print({text!r}); raise ValueError({text!r})")
        return grader.grade_raw(json.dumps(node).encode(), student=text)

    yield grade
    assert grader.grade().score == FULL


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_acts_in_a_page(attacked, name):
    for page in PAGES:
        shown = page(attacked(HOSTILE[name]))
        assert Reader(shown).found == Reader(page(attacked("plain words"))).found
        assert "1337" not in shown
        assert not set(shown) & set("\x1b\x9b\0\b\u202e\u2066")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_acts_on_a_terminal(attacked, name):
    report, shown = attacked(HOSTILE[name]), io.StringIO()
    terminal.show_student(report, shown)
    terminal.show_class([report], shown)
    assert not set(shown.getvalue()) & set("\x1b\x9b\x9d\0\b\r\a\u202e\u2066")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_a_formula_in_a_spreadsheet(name):
    shown = escape.spreadsheet(HOSTILE[name])
    assert shown[0] not in "=+-@\t\r"
    assert not set(shown) & set("\x1b\x9b\0\b\r\u202e")


def test_a_page_forbids_what_it_does_not_name(attacked):
    page = student_page.student_page(attacked("plain words"), "T")
    assert "default-src 'none'" in html.unescape(page)
    assert "http" not in page.split("</style>")[-1]
