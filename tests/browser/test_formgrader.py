"""A term in the browser: nbgrader's formgrader in JupyterLab, from release to feedback, and a student's notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Page

from autograder.authoring import notebooks
from autograder.course import load_course
from tests.browser.jupyter import Lab
from tests.browser.pages import Formgrader, Notebook, pictured
from tests.engine.hosts.test_nbgrader import RIGHT, WRONG

pytestmark = pytest.mark.timeout(1200)  # on two idle processors it takes one minute
COMMENT = "Say **why** it is so."
EXTRA = "<script>document.title = 'mine'</script>"
TURNED = """\
def corr2d(X, K):
    h, w = K.shape
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    values = [(X[i : i + h, j : j + w] * K.flip(0, 1)).sum() for i in range(rows) for j in range(columns)]
    return torch.stack(values).reshape(rows, columns)
"""


@dataclass(frozen=True)
class Term:
    """What the instructor saw, and the course afterwards."""

    root: Path
    said: Mapping[str, str]  # by formgrader's dialogs and our command
    shown: Mapping[str, str]  # each student's page, text
    html: Mapping[str, str]

    def grade(self, student: str, name: str) -> tuple[float | None, float | None, bool]:
        """Automatic score, manual score, and whether a person has to look, of one cell."""
        with Gradebook(f"sqlite:///{self.root}/build/gradebook.db") as book:
            found = book.find_grade(name, "tiny", "tiny", student)
            return found.auto_score, found.manual_score, found.needs_manual_grade

    def score(self, student: str) -> float:
        """What nbgrader would export."""
        with Gradebook(f"sqlite:///{self.root}/build/gradebook.db") as book:
            return float(book.find_submission("tiny", student).score)

    def feedback(self, student: str) -> str:
        """nbgrader's feedback page."""
        return (self.root / "build" / "feedback" / student / "tiny" / "tiny.html").read_text("utf-8")


@pytest.fixture(scope="module")
def term(server: Lab, page: Page, shots: Path) -> Term:
    """Release, collect, autograde and feedback by formgrader's icons; points by hand; then our command once more."""
    said, shown, html = {}, {}, {}
    with pictured(page, shots):
        grader = Formgrader(page, server)
        said["generate"] = grader.press("tiny", "assign")
        said["release"] = grader.press("tiny", "release")
        hand_in(server)
        said["collect"] = grader.press("tiny", "collect")
        grader.go("manage_submissions/tiny")
        said["grace"] = grader.press("grace", "autograde")  # in a box that JupyterLab starts
        said["grade"] = server.convgrade("grade", "build/submitted").stderr  # the others, in ours
        for student in ("ada", "joan"):
            said[student] = grader.press(student, "autograde")
        for student, points in {"grace": {"why": "7.5", "double_check": "33"}, "joan": {"double_check": "12"}}.items():
            opened = grader.open_submission("tiny", student)
            shown[student], html[student] = opened.locator("#notebook-container").first.inner_text(), opened.content()
            for cell, number in points.items():
                grader.enter(cell, number)
        grader.enter("why-comment", COMMENT)
        said["record"] = server.convgrade("grade", "build/submitted", "--record").stderr
        grader.go("gradebook")
        grader.go("manage_assignments")
        said["feedback"] = grader.press("tiny", "generate-feedback")
    return Term(server.root, said, shown, html)


def hand_in(server: Lab) -> None:
    """Three students submit: what `nbgrader submit` leaves in the exchange."""
    tiny = load_course(server.root).assignment("tiny")
    work = {
        "ada": notebooks.submission(tiny, RIGHT | {"why": "Two is even."}),
        "grace": notebooks.submission(tiny, WRONG | {"add": RIGHT["add"], "why": EXTRA}),
        "joan": b'{"cells": [',
    }
    for student, raw in work.items():
        folder = server.root.parent / "exchange" / "sample" / "inbound" / f"{student}+tiny+2030-01-02 03:04:05 UTC+x"
        folder.mkdir()
        (folder / "tiny.ipynb").write_bytes(raw)
        (folder / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")


def test_formgrader_releases_what_the_course_builds(term: Term) -> None:
    tiny = load_course(term.root).assignment("tiny")
    for folder in ("course/assignments", "exchange/sample/outbound"):
        assert (term.root.parent / folder / "tiny/tiny.ipynb").read_bytes() == notebooks.build_release(tiny)


def test_formgrader_grades_in_the_box(term: Term) -> None:
    assert [term.grade("grace", name)[0] for name in ("double_check", "add_check")] == [20, 30]
    assert "3/3" in term.said["grade"]
    assert term.score("ada") == 90


def test_the_report_stands_below_its_check(term: Term) -> None:
    order = ("def double(x):", "assert double(2) == 4", "Doubling: 20 of 60 points", "not right yet", "def add(a, b):")
    places = [term.shown["grace"].index(text) for text in order]
    assert places == sorted(places)
    assert EXTRA not in term.html["grace"]


def test_an_unreadable_file_waits_for_a_person(term: Term) -> None:
    assert "joan needs attention" in term.said["joan"]
    assert "Not graded yet: The file is not a notebook" in term.shown["joan"]
    assert "not your fault" not in term.shown["joan"]
    assert term.grade("joan", "add_check") == (None, None, True)


def test_points_by_hand_outlive_a_later_recording(term: Term) -> None:
    assert "recorded in the gradebook: 3" in term.said["record"]
    assert term.grade("grace", "why") == (None, 7.5, False)
    assert term.grade("grace", "double_check") == (20, 33, False)
    assert term.grade("joan", "double_check") == (None, 12, False)
    assert (term.score("grace"), term.score("joan")) == (70.5, 12)


def test_feedback_holds_report_points_and_comment(term: Term) -> None:
    page = term.feedback("grace")
    assert "Doubling: 20 of 60 points" in page
    assert "70.5" in page
    assert "Say <strong>why</strong> it is so." in term.feedback("joan")


def test_a_notebook_in_the_lab_says_wrong_and_right(server: Lab, page: Page, shots: Path) -> None:
    with pictured(page, shots):
        notebook = Notebook(page, server, "assignments/a1_convolution/a1_convolution.ipynb")
        answer = notebook.cell("def corr2d(")
        check = notebook.cell("Check of corr2d: run this cell")  # it is folded: its first line is seen
        notebook.run_above(answer)
        assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
        for stub in (answer, notebook.cell("def true_conv2d(")):
            notebook.run(stub)
        assert "corr2d: not written yet" in notebook.run(check)
        notebook.run(answer, TURNED)
        said = notebook.run(check)
        assert "✗" in said
        assert "values differ" in said
        assert check.locator("img").count() == 1  # yours, expected, difference
        notebook.run(answer, TURNED.replace("K.flip(0, 1)", "K"))
        said = notebook.run(check)
        assert "✗" not in said
        assert said.count("✓") >= 4
