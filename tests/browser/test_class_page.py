"""The page of a class in a browser: who is looked for is found, and the order is the one in which people count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from autograder.reports.class_page import class_page
from tests.engine.samples.reports import mixed

NAMES = (
    "student 10",
    "student 9",
    "Müller Jürgen",
    "Mu\u0308ller Zoë",
    "Straße Ñandú",
    "İpek",
    "<img src=x>",
    "👩 Kim",
)
SOUGHT = {
    "müller": 2,
    "mu\u0308ller": 2,
    "MULLER": 2,
    "zoe": 1,
    "strasse nandu": 1,
    "STRASSE": 1,
    "ipek": 1,
    "<img": 1,
    "👩": 1,
    "student": 2,
    "nobody": 0,
}


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Page:
    """On a phone, large enough to be folded."""
    reports = [replace(mixed(), student=name) for name in (*NAMES, *(f"other {number}" for number in range(40)))]
    (tmp_path / "index.html").write_text(class_page(reports, "A1", ["x.html"] * len(reports)))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((tmp_path / "index.html").as_uri())
    return page


def test_everybody_is_found_however_the_name_is_typed(opened: Page) -> None:
    found = {}
    for words in SOUGHT:
        opened.get_by_label("Show only").first.fill(words)
        found[words] = opened.locator("#submissions tbody tr:visible").count()
    assert found == SOUGHT


def test_names_are_sorted_as_people_count(opened: Page) -> None:
    opened.get_by_label("Show only").first.fill("student")
    opened.get_by_role("button", name="student", exact=True).click()
    assert opened.locator("#submissions tbody tr:visible th").all_inner_texts() == ["student 9", "student 10"]


def test_a_folded_class_is_short_on_a_phone(opened: Page) -> None:
    assert opened.evaluate("document.documentElement.scrollHeight") < 10_000
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
