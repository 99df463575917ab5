"""What a person does in a browser, in words: formgrader's pages, a notebook, the page where answers are marked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, Frame, Locator, Page, expect

from tests.browser.jupyter import PROGRAMS, Lab, environment

PATIENCE = 90_000  # milliseconds for anything that appears; machines are busy
LONG = 240_000  # milliseconds: a box is started, or a kernel that imports torch


@contextmanager
def pictured(page: Page, folder: Path) -> Iterator[None]:
    """What fails in here says where a picture of the page lies."""
    try:
        yield
    except (Error, AssertionError) as error:
        picture = folder / f"{len(list(folder.iterdir()))}.png"
        page.screenshot(path=picture)
        error.add_note(f"What the browser showed: {picture}")
        raise


class Formgrader:
    """nbgrader's formgrader, in its tab of JupyterLab."""

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.tab = page.frame_locator('iframe[src*="/formgrader"]')
        page.goto(lab.url("lab"))
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Formgrader", exact=True).click()

    def go(self, address: str) -> None:
        """Click the link to one of formgrader's pages."""
        self.tab.locator(f'a[href$="/formgrader/{address}"]').first.click()

    def press(self, name: str, button: str) -> str:
        """Click an icon in the line of an assignment or a student; gives what nbgrader says: it must say Success."""
        row = self.tab.locator("#main-table tr").filter(has=self.page.get_by_text(name, exact=True))
        row.locator(f".{button} a").click()
        dialog = self.tab.locator(".modal-dialog")
        dialog.wait_for(timeout=LONG)
        said = dialog.inner_text()
        assert dialog.locator(".modal-title").inner_text() == "Success", said
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")
        return said

    def open_submission(self, slug: str, student: str) -> Frame:
        """From any page to the one where a person grades; gives it when its points are there."""
        self.go("gradebook")
        self.go(f"gradebook/{slug}")
        self.go(f"gradebook/{slug}/{slug}")
        self.tab.locator("#main-table a.name-hidden").first.wait_for()
        self.tab.get_by_role("button", name="Show All Names").click()
        self.tab.get_by_role("link", name=student, exact=True).click()
        self.tab.locator("#notebook-container").first.wait_for()
        frame = self.page.frame(url=lambda address: "/formgrader/submissions/" in address)
        assert frame
        frame.wait_for_function("formgrader.grades && formgrader.grades.loaded && formgrader.comments.loaded")
        return frame

    def enter(self, field: str, text: str) -> None:
        """Type points or a comment, and wait until they are saved."""
        address = "/api/comment/" if field.endswith("-comment") else "/api/grade/"
        with self.page.expect_response(lambda reply: address in reply.url) as reply:
            self.tab.locator(f"#{field}").fill(text)
            self.tab.locator(f"#{field}").press("Tab")
        assert reply.value.ok


class Notebook:
    """A notebook in JupyterLab."""

    def __init__(self, page: Page, lab: Lab, path: str) -> None:
        self.page = page
        page.goto(lab.url(f"lab/workspaces/student/tree/{path}"))

    def cell(self, text: str) -> Locator:
        """The code cell with this text."""
        return self.page.locator(".jp-CodeCell").filter(has_text=text).first

    def run_above(self, cell: Locator) -> None:
        """Run → Run All Above Selected Cell, until the last of them is done."""
        cell.locator(".cm-content").click()
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Above Selected Cell").click()
        self._done()

    def run(self, cell: Locator, source: str = "") -> str:
        """Run a cell, unfolded or after writing into it where `source` says so; gives what it shows then."""
        cell.locator(".cm-content, .jp-Placeholder").locator("visible=true").first.click()
        if source:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Control+Enter")
        self._done()
        shown = cell.locator(".jp-OutputArea")
        return shown.inner_text() if shown.count() else ""

    def _done(self) -> None:
        """Wait until the kernel has nothing to do, and no cell waits for it."""
        self.page.wait_for_timeout(300)  # the request is on its way
        expect(self.page.locator(".jp-InputPrompt").filter(has_text="[*]")).to_have_count(0, timeout=LONG)


@contextmanager
def marking_page(root: Path, marker: str) -> Iterator[str]:
    """`convgrade mark tiny` in a course; gives the address of its page."""
    command = [PROGRAMS / "convgrade", "mark", "tiny", "--no-browser", "--marker", marker]
    shell = environment(root.parent) | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=root, env=shell, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def shows(page: Page, where: str, text: str) -> None:
    """Waits for it: machines are busy."""
    expect(page.locator(where)).to_contain_text(text, timeout=PATIENCE)


def mark(page: Page, levels: str, comment: str = "") -> None:
    """Levels by number, a comment, and on to the next answer."""
    label = page.locator("#answer").inner_text()
    for key in levels:
        page.keyboard.press(key)
    if comment:
        page.keyboard.press("c")
        page.keyboard.insert_text(comment)
    page.keyboard.press("Control+Enter" if comment else "Enter")
    shows(page, ".said", f"Saved: {label}")
