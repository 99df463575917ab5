"""A person marks written answers in a real browser, by keyboard; what comes of it in the gradebook and on our pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from nbgrader.apps.api import NbGraderAPI
from playwright.sync_api import Page

from autograder.course import load_course
from autograder.gradebook import database, opening
from autograder.gradebook.gather import gather_contexts
from autograder.model import Report, WrittenAnswer
from autograder.reports.class_page import write_pages
from tests.browser.pages import mark, marking_page, pictured, shows
from tests.engine.samples.book import book_of, make_book, make_course, report, url_of
from tests.engine.samples.rubric import RUBRIC

TEXTS = {"ada": "Two is even, so twice is.", "bob": "Because I say so.", "cai": "Twice is even, so two is.", "dan": ""}
COMMENT = "Say what *even* means."


@dataclass(frozen=True)
class Marking:
    """A course whose answers are marked, and the address of the page."""

    root: Path
    address: str
    reports: tuple[Report, ...]


@pytest.fixture(scope="module")
def marking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marking]:
    """`convgrade mark tiny` in a course with four hand-ins, one of them without an answer."""
    root = make_course(tmp_path_factory.mktemp("course"))
    (root / "solutions/tiny/marking.toml").write_text(RUBRIC)
    make_book(url_of(root))
    answers = {name: (WrittenAnswer("why", text, "given" if text else "blank"),) for name, text in TEXTS.items()}
    reports = tuple(replace(report(name), answers=answer) for name, answer in answers.items())
    database.record(reports, root)
    with marking_page(root, "una") as address:
        yield Marking(root, address, reports)


def test_three_answers_are_marked_by_keyboard(marking: Marking, page: Page, shots: Path) -> None:
    with pictured(page, shots):
        page.goto(marking.address)
        shows(page, ".progress", "0 of 3 marked")
        page.keyboard.press("Enter")
        shows(page, '[role="alert"]', "Choose a level of “The reason”")
        page.keyboard.press("j")
        shows(page, "#answer", "Answer 2")
        page.keyboard.press("k")
        shows(page, "#answer", "Answer 1")
        mark(page, "11", COMMENT)
        shows(page, "#answer", "Answer 2")
        page.keyboard.press("q")  # the comment that was written just now
        mark(page, "22")
        mark(page, "33")
        shows(page, "header", "Every answer to this question is marked.")


def test_the_gradebook_formgrader_and_our_pages_say_the_same(marking: Marking) -> None:
    with book_of(marking.root) as book:
        rows = {name: book.find_grade("why", "tiny", "tiny", name) for name in TEXTS}
        assert {name: row.score for name, row in rows.items()} == {"ada": 10, "bob": 0, "cai": 5, "dan": 0}
        words = [book.find_comment("why", "tiny", "tiny", name).comment for name in ("ada", "bob", "cai")]
        assert words == [COMMENT, None, COMMENT]
    formgrader = NbGraderAPI(config=opening.settings(marking.root)[0])
    shown = {row["student"]: (row["score"], row["needs_manual_grade"]) for row in formgrader.get_submissions("tiny")}
    assert shown == {"ada": (100, False), "bob": (90, False), "cai": (95, False), "dan": (90, False)}
    assert re.search(r"need a person</dt><dd>0</dd>", pages(marking).read_text("utf-8"))


def pages(marking: Marking) -> Path:
    """The class page, written with its students' pages."""
    course = load_course(marking.root)
    contexts = gather_contexts(course, course.assignment("tiny"), marking.reports)
    return write_pages(marking.reports, "Tiny", marking.root / "build/reports/tiny", contexts)
