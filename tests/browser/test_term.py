"""A term of 60 where people click, from release to the last export: one number for each, everywhere, to the cent."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from autograder.authoring import notebooks
from autograder.cli.main import main
from autograder.course import load_course
from autograder.files import safe_name
from autograder.model import cents
from tests.browser.jupyter import ROOT, TOKEN, lab
from tests.browser.pages import PATIENCE, mark, marking_page, pictured, shows
from tests.conftest import SAMPLE, write_course
from tests.engine.hosts.test_nbgrader import RIGHT, WRONG
from tests.engine.intake.handins import archive
from tests.engine.samples.rubric import RUBRIC

pytestmark = pytest.mark.timeout(1200)  # on two idle processors it takes half a minute
FIRST, LAST = ("Ada", "Ben", "Cai", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jo"), ("Abel", "Beck", "Cruz", "Dahl")
NAMES = [f"{first} {last}" for first in FIRST for last in (*LAST, "Egan", "Fox")][:58]
NAMES += ["Wilhelmina Quist", "Zoé Øster"]
UNREADABLE, NO_NOTEBOOK, LATE, SILENT = 5, 6, 40, 59  # the last one's team mate hands in for both
ASKS = 7  # for a second look
ANSWERS = {1: "Twice a number is even.", 2: "twice a number is even", 33: "Because I say so.", 44: "It is 2 x."}
RULES = """
[deadlines]
tiny = 2024-10-01T00:00:00Z
[late]
per_day = 7
[teams]
pair = ["Wilhelmina Quist_958", "Zoé Øster_959"]
[requests]
mail = "staff@example.edu"
[feedback]
release = {release}
"""
COMMENT = "Say what *even* means."
Points = dict[str, float | None]


def filed(index: int) -> str:
    """Whom everything of a student is filed under: the first 30 hand in on Canvas, the others on Moodle."""
    first, last = NAMES[index].split()
    return f"{last}{first}_{500 + index}".lower() if index < 30 else f"{NAMES[index]}_{900 + index}"


STUDENTS = [filed(index) for index in range(60)]


@dataclass
class Term:
    """A course, what was said in it, and everybody's points as each place shows them."""

    root: Path
    said: dict[str, tuple[object, str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    points: dict[str, Points] = field(default_factory=dict)
    formgrader: dict[str, float] = field(
        default_factory=dict
    )  # nbgrader shows points before those for lateness are off

    def convgrade(self, *words: object, key: str = "") -> str:
        """What a command prints, in this course."""
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed), pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        self.said[key or str(words[0])] = (ended.value.code, printed.getvalue())
        return printed.getvalue()

    @property
    def index(self) -> str:
        """The address of the class page."""
        return (self.root / "build/reports/tiny/index.html").as_uri()


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory, page: Page, shots: Path) -> Iterator[Term]:
    """The whole term, once."""
    root = tmp_path_factory.mktemp("term") / "course"
    begun = Term(root)
    rules(root, "2199-01-01")
    with pytest.MonkeyPatch.context() as patch, pictured(page, shots):
        patch.chdir(root)
        begun.convgrade("build")
        collect(begun)
        begun.convgrade("grade", "build/submitted", "--record", "--jobs", 1)
        begun.convgrade("report", "tiny", key="waits")
        written_answers(begun, page)
        second_look(begun, page)
        rules(root, "2020-01-01")
        begun.convgrade("report", "tiny")
        on_our_pages(begun, page)
        in_formgrader(begun, page)
        exported(begun)
        yield begun


def rules(root: Path, release: str) -> None:
    """The sample course with other points, so that a third is no whole number, and our rules."""
    text = SAMPLE["tiny/notebook.py"].replace("points=60", "points=61").replace("points=30", "points=29")
    course = SAMPLE["course.toml"] + RULES.format(release=release)
    write_course(root, {"tiny/notebook.py": text, "tiny/marking.toml": RUBRIC, "course.toml": course})
    (root / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())


def rosters(root: Path) -> tuple[Path, Path]:
    """Everybody as Canvas and as Moodle export them."""
    canvas, moodle = root / "canvas.csv", root / "moodle.csv"
    lines = ["Student,ID,SIS User ID,SIS Login ID,Section,Tiny (4711)", "    Points Possible,,,,,100"]
    sheet = ["Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Last modified (grade)"]
    for index, name in enumerate(NAMES):
        first, last = name.split()
        lines.append(f'"{last}, {first}",{500 + index},,{first.lower()}.{last.lower()}@x.edu,Lab,')
        sheet.append(f"Participant {900 + index},{name},,{first.lower()}.{last.lower()}@x.edu,Submitted,,100.00,-")
    canvas.write_text("\n".join(lines), "utf-8")
    moodle.write_text("\n".join(sheet), "utf-8")
    return canvas, moodle


def collect(term: Term) -> None:
    """What the two platforms download; a file that broke off, a script, and one after the deadline are among it."""
    tiny, (canvas, moodle) = load_course(term.root).assignment("tiny"), rosters(term.root)
    kinds = (RIGHT, WRONG, RIGHT | {"add": WRONG["add"]}, RIGHT | {"double": WRONG["double"]})
    files: dict[str, dict[str, bytes]] = {"canvas": {}, "moodle": {}, "late": {}}
    for index in set(range(60)) - {SILENT}:
        answer = {"why": ANSWERS[index]} if index in ANSWERS else {}
        raw = notebooks.submission(tiny, kinds[index % 4] | answer) if index != UNREADABLE else b'{"cells": ['
        form = "{}_{}_tiny.{}" if index < 30 else "{}_assignsubmission_file_/{}.{}"
        name = form.format(STUDENTS[index], 88_000 + index, "py" if index == NO_NOTEBOOK else "ipynb")
        files["canvas" if index < 30 else "late" if index == LATE else "moodle"][name] = raw
    for key, roster, day in (("canvas", canvas, 30), ("moodle", moodle, 30), ("late", moodle, 0)):
        at = f"2024-09-{day}T12:00Z" if day else "2024-10-02T12:00Z"
        path = archive(term.root / f"{key}.zip", files[key])
        term.convgrade("collect", "tiny", path, "--at", at, "--roster", roster, key=key)


def written_answers(term: Term, page: Page) -> None:
    """By keyboard, with the rubric; the second one gets the comment of the first."""
    with marking_page(term.root, "una") as address:
        page.goto(address)
        shows(page, ".progress", "0 of 5 marked")  # in the fifth, the file that broke off, nothing can be read
        mark(page, "12", COMMENT)
        page.keyboard.press("q")
        for levels in ("22", "33", "11", "21"):
            mark(page, levels)
        shows(page, "header", "Every answer to this question is marked.")


def second_look(term: Term, page: Page) -> None:
    """A student finds the own page, clicks the link, sends what it says; the staff decides."""
    page.goto(term.index)
    page.get_by_label("Show only").first.fill(NAMES[ASKS].split()[0].lower())
    expect(page.locator('output[for="submissions-filter"]')).to_have_text("5 of 59", timeout=PATIENCE)
    page.locator("#submissions").get_by_role("link", name=STUDENTS[ASKS], exact=True).click()
    asks = page.locator("details.ask").first
    asks.locator("summary").click()
    term.shown["text"] = asks.locator("pre").inner_text()
    page.evaluate("addEventListener('click', event => { document.title = event.target.href; event.preventDefault() })")
    asks.get_by_role("link", name="Write a mail to the staff").click()
    link = urlsplit(page.title())
    said = {key: values[0] for key, values in parse_qs(link.query).items()}
    first, last = NAMES[ASKS].lower().split()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{first}.{last}@x.edu", link.path, said["subject"]
    mail.set_content(said["body"] + "The task says twice.\n")
    (term.root / "mails").mkdir()
    (term.root / "mails/1.eml").write_bytes(mail.as_bytes())
    term.convgrade("requests", "add", "mails", "--roster", "canvas.csv", key="asked")
    (asked,) = re.findall(r"^(\w+)  open", term.convgrade("requests", "list"), re.MULTILINE)
    term.convgrade("requests", "decide", asked, "--points", "+1.25", "--because", "half of it", key="decided")


def on_our_pages(term: Term, page: Page) -> None:
    """The class page's table, and the pages that students were handed out."""
    page.goto(term.index)
    cells = page.locator("#submissions tbody tr").evaluate_all(
        "rows => rows.map(row => [row.cells[0].textContent.trim(), row.cells[1].textContent.trim().split(' ')[0]])"
    )
    term.points["class page"] = {name: None if text == "–" else float(text) for name, text in cells}
    term.shown["class"] = page.locator("body").text_content() or ""
    given: Points = {}
    for file in (term.root / "build/feedback-pages/tiny").glob("*.html"):
        html = file.read_text("utf-8")
        name, score = (re.search(pattern, html) for pattern in (r"<h1>(.*?)</h1>", r'"score"><strong>(.*?)<'))
        assert name
        given[name[1]] = float(score[1]) if score and "could not be graded" not in html else None
    term.points["student pages"] = given
    page.goto((term.root / f"build/reports/tiny/students/{page_of(STUDENTS[ASKS])}").as_uri())
    term.shown["decided"] = page.locator(".asked").first.inner_text()


def page_of(student: str) -> str:
    """The name of the file of a student's page."""
    return f"{safe_name(student)}.html"


def in_formgrader(term: Term, page: Page) -> None:
    """nbgrader's own table, in its own page."""
    with lab(term.root, term.root.parent / "home") as server:
        page.set_extra_http_headers({"Authorization": f"token {TOKEN}"})  # as JupyterLab's cookie, for what it asks for
        page.goto(server.url("formgrader/manage_submissions/tiny"))
        rows, names = page.locator("#main-table tr"), [".student-id", ".status", ".score"]
        expect(rows).to_have_count(59, timeout=PATIENCE)
        cells = rows.evaluate_all(
            "(rows, names) => rows.map(row => names.map(name => row.querySelector(name).innerText))", names
        )
    term.shown["formgrader"] = " ".join(f"{name}: {status}." for name, status, _ in cells)
    term.formgrader = {name: float(score.split("/")[0]) for name, _, score in cells}


def exported(term: Term) -> None:
    """Our own table, and the files that Canvas and Moodle take back."""

    def rows(form: str, *roster: str) -> list[dict[str, str]]:
        term.convgrade("export", "tiny", "--format", form, *roster, "--output", f"{form}.out", key=f"export {form}")
        return list(csv.DictReader(io.StringIO((term.root / f"{form}.out").read_text("utf-8"))))

    def number(text: str) -> float | None:
        return float(text) if text else None

    table = rows("csv")
    term.points["CSV"] = {row["student_id"]: number(row["score"]) for row in table}
    late = {row["student_id"]: float(row["late_submission_penalty"] or 0) for row in table}
    term.points["formgrader"] = {name: cents(score - late[name]) for name, score in term.formgrader.items()}
    canvas = rows("canvas", "--roster", "canvas.csv")[1:]
    term.points["Canvas"] = {filed(int(row["ID"]) - 500): number(row["Tiny (4711)"]) for row in canvas}
    moodle = rows("moodle", "--roster", "moodle.csv")
    term.points["Moodle"] = {filed(int(row["Identifier"].split()[1]) - 900): number(row["Grade"]) for row in moodle}


def test_everybody_is_graded_or_listed(term: Term) -> None:
    counts = [term.said[key][1].splitlines()[-1] for key in ("canvas", "moodle", "late")]
    assert [line.split(",")[0] for line in counts] == ["29 students", "29 students", "1 student"]
    assert [line.partition("; ")[2] for line in counts] == ["1 person not taken", "", ""]
    assert set(term.points["class page"]) | {STUDENTS[NO_NOTEBOOK]} == set(STUDENTS)
    assert f"{STUDENTS[NO_NOTEBOOK]}: there is no notebook" in term.shown["class"]


def test_points_are_the_same_to_the_cent_everywhere(term: Term) -> None:
    """Formgrader has no empty cells: it says of the file that broke off that a person is needed."""
    empty = {STUDENTS[UNREADABLE], STUDENTS[NO_NOTEBOOK]}
    expected = {name: points for name, points in term.points["class page"].items() if points is not None}
    assert (set(expected), len(set(expected.values())) > 6) == (set(STUDENTS) - empty, True)
    for place, points in term.points.items():
        assert (place, {name: value for name, value in points.items() if name not in empty}) == (place, expected)
        assert place == "formgrader" or {points.get(name) for name in empty} == {None}


def test_points_are_what_rules_and_people_say(term: Term) -> None:
    points = term.points["Canvas"]
    assert [points[STUDENTS[index]] for index in (0, 3, ASKS)] == [90, 49.33, 50.58]
    assert sorted({points[STUDENTS[LATE]], points[STUDENTS[SILENT]]}) == [61, 77.4]


def test_a_request_is_clicked_decided_and_told(term: Term) -> None:
    assert term.shown["text"].startswith("Regrade request: tiny / ")
    assert term.said["asked"][1].startswith("1 request read, 1 new, 0 listed")
    assert "+1.25 points. half of it" in term.shown["decided"]


def test_pages_are_handed_out_when_feedback_is_due(term: Term) -> None:
    assert "feedback waits for 59" in term.said["waits"][1]
    assert "feedback: build/feedback-pages/tiny (59 pages)" in term.said["report"][1]


def test_formgrader_shows_what_was_recorded(term: Term) -> None:
    assert "needs autograding" not in term.shown["formgrader"]
    assert f"{STUDENTS[UNREADABLE]}: needs manual grading." in term.shown["formgrader"]
