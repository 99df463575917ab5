"""axe on every page of ours: in both schemes, on a desktop and on a phone, with everything unfolded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from autograder.course import load_course
from autograder.gradebook.context import Asked, StudentContext
from autograder.model import Verdict
from autograder.reports import in_cell, render
from autograder.reports.class_page import ClassNews, class_page
from autograder.reports.student_page import student_page
from autograder.reports.verdict_history import VerdictChange
from autograder.similar.report import similarity, write_page
from cnnkit import moving
from tests.browser.jupyter import ROOT
from tests.conftest import write_course
from tests.engine.hosts.test_marking import TEXTS, click, desk_of, record, shown
from tests.engine.reports.test_accessible import PAGES, marks
from tests.engine.reports.test_pages import marked_by_hand
from tests.engine.samples.book import make_book, make_course, url_of
from tests.engine.samples.reports import a_class, mixed, unreadable
from tests.engine.samples.rubric import RUBRIC
from tests.engine.similar.test_similar import COPIED, RENAMED, hand_in

SCREENS = [(width, height, scheme) for width, height in ((1280, 900), (390, 844)) for scheme in ("light", "dark")]
TEMPLATES = Path(render.__file__).parent / "templates"


def a_notebook(part: str) -> str:
    """Somebody else's page with a part of ours in it."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>n</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main><h1>Notebook</h1>{part}</main></body></html>'


def students(_: Path) -> list[str]:
    """One with everything on it, and one whose points only people gave."""
    asked = {"corr2d": (Asked("corr2d_1", "open"), Asked("corr2d_2", "decided", 1.5, "half right"))}
    full = StudentContext(marks().grade, {"corr2d": "T1.2"}, {"corr2d": "Good."}, asked=asked, mail="staff@x.edu")
    return [student_page(mixed(), "A1", full), student_page(unreadable(), "A1", marked_by_hand(2))]


def classes(_: Path) -> list[str]:
    """One with everything on it, its tables folded as those of a large class."""
    moved = VerdictChange("Noor de Vries", True, (("corr2d_0", Verdict.PASSED, Verdict.FAILED),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograder.reports.class_page._FOLDED", 5)
        news = ClassNews((moved,), {"eve": "there is no notebook"})
        return [class_page(a_class(), "A1", [f"{number}.html" for number in range(12)], news=news)]


def marking(folder: Path) -> list[str]:
    """The first answer, and one about which two markers differ."""
    root = make_course(folder / "marking")
    (root / "solutions/tiny/marking.toml").write_text(RUBRIC)
    make_book(url_of(root))
    record(root, TEXTS)
    for marker, levels in (("una", (0, 0)), ("vic", (1, 1))):
        desk = desk_of(root, marker)
        click(desk, shown(desk)[1], *levels, comment="Say what *even* means.")
    return [shown(desk)[0], shown(desk, choice="differing")[0]]


def pairs(folder: Path) -> list[str]:
    """A close pair, and a file that could not be compared."""
    course = load_course(write_course(folder / "similar"))
    there = hand_in(course, ada=COPIED, bob=RENAMED)
    (there / "eve.ipynb").write_text("{")
    found = similarity(course, course.assignment("tiny"), [there], (), 0.4)
    return [write_page(found, course.assignment("tiny"), folder).read_text("utf-8")]


def cells(_: Path) -> list[str]:
    """What stands below a check in formgrader and in nbgrader's feedback."""
    parts = [in_cell.as_html(mixed(), exercise) for exercise in mixed().exercises]
    return [a_notebook("".join(parts)), a_notebook(in_cell.as_html(unreadable(), None))]


def moves(_: Path) -> list[str]:
    """A picture that moves in a notebook."""
    return [a_notebook(moving.window([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]]).html())]


EVERY: dict[str, Callable[[Path], list[str]]] = {
    "archive.html.j2": lambda _: [PAGES["archive"]],
    "class.html.j2": classes,
    "in_cell.html.j2": cells,
    "mark.html.j2": marking,
    "similar.html.j2": pairs,
    "student.html.j2": students,
    "moving.js": moves,
}


def test_every_template_of_a_page_is_looked_at() -> None:
    """Whoever adds a page adds it above; pieces that other templates include are seen there."""
    found = {path.name: path.read_text("utf-8") for path in TEMPLATES.parents[1].rglob("*.html.j2")}
    used = {name for text in found.values() for name in re.findall(r'(?:extends|include|from) "([\w.]+)"', text)}
    assert set(found) - used == {name for name in EVERY if name.endswith(".html.j2")}
    whole = [path for path in (ROOT / "autograder").rglob("*.py") if re.search("<html|<body", path.read_text("utf-8"))]
    assert whole == []


def test_axe_sees_what_is_wrong(page: Page) -> None:
    page.set_content('<p style="color: #bbb; background: #fff">Pale</p><img src="x.png">')
    found = {violation["id"] for violation in Axe().run(page).response["violations"]}
    assert {"color-contrast", "image-alt", "html-has-lang"} <= found


@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(page: Page, tmp_path: Path, name: str) -> None:
    found = {}
    for number, html in enumerate(EVERY[name](tmp_path)):
        path = tmp_path / f"{number}.html"
        path.write_text(html, "utf-8")
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        for width, height, scheme in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            results = Axe().run(page)
            wide = page.evaluate("document.documentElement.scrollWidth") > width
            report = results.generate_report() if results.violations_count else "too wide" if wide else ""
            found[number, width, scheme] = report
    assert not any(found.values()), "\n".join(f"{screen}: {report}" for screen, report in found.items() if report)
