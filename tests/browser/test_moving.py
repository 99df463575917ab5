"""Pictures that move, in an exported page: scripts step through them, without scripts the still figure is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nbconvert import HTMLExporter
from nbformat import v4

from cnnkit import moving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATIENCE = 90_000


def page_in(theme: str, folder: Path) -> str:
    """The address of a notebook with one moving picture, as nbconvert exports it in this theme."""
    picture = moving.window([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]])
    output = v4.new_output("display_data", data={"text/html": picture.html(), "text/plain": repr(picture)})
    notebook = v4.new_notebook(cells=[v4.new_code_cell("moving.window(X, K)", outputs=[output])])
    path = folder / f"{theme}.html"
    path.write_text(HTMLExporter(theme=theme).from_notebook_node(notebook)[0], "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page in the light theme."""
    return page_in("light", tmp_path_factory.mktemp("moving"))


def test_next_moves_the_window(browser: Browser, exported: str) -> None:
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(exported, wait_until="domcontentloaded")
    says, mark = page.locator(".says"), page.locator(".mark").first
    assert says.inner_text() == "Place (0, 0): 0·0 + 1·1 + 3·2 + 4·3 = 19"
    page.get_by_role("button", name="next").click()
    assert mark.get_attribute("style") == "--row: 0; --column: 1; --down: 2; --across: 2;"
    page.keyboard.press("ArrowRight")
    assert says.inner_text() == "Place (1, 0): 3·0 + 4·1 + 6·2 + 7·3 = 37"
    page.get_by_role("slider").fill("4")
    assert page.get_by_role("button", name="next").is_disabled()
    assert not page.locator("[data-moving] img").is_visible()
    page.emulate_media(media="print")
    assert page.locator("[data-moving] img").is_visible()
    page.context.close()


def test_without_scripts_the_still_figure_is_there(browser: Browser, exported: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(exported, wait_until="domcontentloaded")
    still = page.locator("[data-moving] img")
    assert still.is_visible()
    assert (still.get_attribute("alt") or "").startswith("4 steps: image (3×3): 0 1 2; 3 4 5; 6 7 8 | kernel")
    page.context.close()


def test_who_wants_no_motion_gets_steps_that_jump(browser: Browser, exported: str) -> None:
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(exported, wait_until="domcontentloaded")
    page.get_by_role("button", name="next").click()
    assert page.locator(".mark").first.evaluate("mark => getComputedStyle(mark).transitionDuration") == "0s"
    assert not page.locator(".play").is_visible()
    page.context.close()


def test_in_the_dark_theme_words_are_light_and_numbers_on_colours_dark(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_context(color_scheme="dark").new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(page_in("dark", tmp_path), wait_until="domcontentloaded")
    brightness = "part => Math.max(...getComputedStyle(part).color.match(/[0-9.]+/g).slice(0, 3))"
    words = (".says", ".title", ".sign", ".count", "button")
    assert all(page.locator(name).first.evaluate(brightness) > 200 for name in words)
    assert page.locator(".cell").first.evaluate(brightness) < 60
    page.context.close()
