"""The real nbgrader commands, in a small course, from release to export."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring import notebooks
from autograder.course import Assignment, load_course
from autograder.errors import CourseError
from autograder.gradebook import database
from autograder.hosts import nbgrader_steps as ours
from autograder.hosts.nbgrader_review import defused_markdown, finish, rebuild
from autograder.hosts.nbgrader_shown import show_recorded
from autograder.model import CheckResult, ExerciseResult, Picture, Report, Verdict, WrittenAnswer
from autograder.reports.in_cell import as_html, as_text
from tests.conftest import write_course
from tests.engine.samples.reports import png

ROOT = Path(__file__).resolve().parents[3]
RIGHT = {"double": "def double(x):\n    return x + x", "add": "def add(a, b):\n    return b + a"}
WRONG = {"double": "def double(x):\n    return x * 3", "add": "def add(a, b):\n    return a - b"}
HIDDEN = ("to_have_shape", "double_keeps_the_shape", "reference.", "twice = x * 2")
FULL = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "60"}}]
HOSTILE = "=1+1<img src=x onerror=alert(1)>\x1b[31m"
DISPLAYS = "import sys\ndef double(x):\n    sys.displayhook(60)\n    return x * 3"


@dataclass(frozen=True)
class Class:
    """A course after a whole term: what each command said, and the exported grades."""

    root: Path
    said: dict[str, subprocess.CompletedProcess[str]]
    grades: dict[str, float]

    def grade(self, student: str, name: str) -> tuple[float | None, float | None, bool]:
        """Automatic score, manual score, and whether a person has to look, of one cell."""
        with Gradebook(f"sqlite:///{self.root}/build/gradebook.db") as book:
            found = book.find_grade(name, "tiny", "tiny", student)
            return found.auto_score, found.manual_score, found.needs_manual_grade

    def page(self, student: str) -> str:
        """The feedback page of a student."""
        return (self.root / "build" / "feedback" / student / "tiny" / "tiny.html").read_text("utf-8")


def nbgrader(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a command as in a shell where no environment is activated."""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "shared")))
    shell = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder.parent / "home"), "PYTHONPATH": paths}
    command = [sys.executable, "-m", "nbgrader", *words]
    return subprocess.run(command, cwd=folder, env=shell, capture_output=True, text=True, check=False, timeout=120)


def make_course(root: Path) -> Assignment:
    """Writes the sample course with our own nbgrader_config.py, and builds it."""
    write_course(root)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = load_course(root)
    notebooks.build(course)
    return course.assignment("tiny")


def hand_in(root: Path, student: str, raw: bytes) -> None:
    """Puts a file where `nbgrader collect` would have put it."""
    folder = root / "build" / "submitted" / student / "tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.ipynb").write_bytes(raw)
    (folder / "timestamp.txt").write_text("2030-01-02 03:04:05 UTC")


def changed(raw: bytes, change: Callable[[list[dict[str, Any]]], None]) -> bytes:
    """The notebook after `change` worked on its cells."""
    notebook = json.loads(raw)
    change(notebook["cells"])
    return json.dumps(notebook).encode()


def prefill(cells: list[dict[str, Any]]) -> None:
    """Outputs with full marks, other points, a schema from the future."""
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = FULL
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 1000, "schema_version": 99, "locked": False}


def delete(cells: list[dict[str, Any]]) -> None:
    cells[:] = [cell for cell in cells if cell["id"] not in ("setup", "double_check", "add_check", "why")]


def duplicate(cells: list[dict[str, Any]]) -> None:
    cells += json.loads(json.dumps(cells))


def strip(cells: list[dict[str, Any]]) -> None:
    """What VS Code, Kaggle and Deepnote leave: no metadata, no ids."""
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]


def write_below(cells: list[dict[str, Any]]) -> None:
    at = [cell["id"] for cell in cells].index("why")
    cells.insert(at + 1, {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "Two is even."})


def write_elsewhere(cells: list[dict[str, Any]]) -> None:
    cells.insert(1, {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "Two is even."})


def paste(cells: list[dict[str, Any]]) -> None:
    """A picture, and something that says it is one."""
    cell = next(cell for cell in cells if cell["id"] == "why")
    cell["source"] = "![graph](attachment:graph.png) ![evil](attachment:evil.png)"
    cell["attachments"] = {"graph.png": {"image/png": png()}, "evil.png": {"image/png": "PHN2Zz4="}}


def class_of(assignment: Assignment) -> dict[str, bytes]:
    """What each student hands in."""
    right, wrong = (notebooks.submission(assignment, answers) for answers in (RIGHT, WRONG))
    old = {"cells": [{"cell_type": "code", "input": RIGHT["double"], "language": "python"}]}
    return {
        HOSTILE: right,
        "half": notebooks.submission(assignment, WRONG | {"double": RIGHT["double"]}),
        "part": notebooks.submission(assignment, {"double": WRONG["double"]}),
        "untouched": notebooks.submission(assignment, {}),
        "prefilled": changed(wrong, prefill),
        "displays": notebooks.submission(assignment, {"double": DISPLAYS}),
        "html": notebooks.submission(assignment, {"why": "<script>alert('why')</script> [x](javascript:alert)"}),
        "deleted": changed(right, delete),
        "duplicated": changed(right, duplicate),
        "unlabelled": changed(notebooks.submission(assignment, RIGHT | {"why": "Two is even."}), strip),
        "below": changed(right, write_below),
        "elsewhere": changed(right, write_elsewhere),
        "picture": changed(right, paste),
        "old": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [old]}).encode(),
        "broken": b'{"cells": [',
        "empty": b"",
    }


def exported(root: Path) -> dict[str, float]:
    """Scores by student, from nbgrader's own export."""
    assert nbgrader(root, "export", "--to=grades.csv").returncode == 0
    with (root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """One whole term with the real commands: release, fetch, submit, collect, autograde, feedback, export."""
    top = tmp_path_factory.mktemp("term")
    root, laptop, exchange = top / "course", top / "laptop", top / "exchange"
    for folder in (root, laptop, exchange):
        folder.mkdir(mode=0o777)
    exchange.chmod(0o777)
    assignment = make_course(root)
    for student, raw in class_of(assignment).items():
        hand_in(root, student, raw)
    shared = (f"--Exchange.root={exchange}", "--course=sample")
    said = {"generate": nbgrader(root, "generate_assignment", "tiny")}
    said["release"] = nbgrader(root, "release_assignment", "tiny", *shared)
    said["fetch"] = nbgrader(laptop, "fetch_assignment", "tiny", *shared)
    (laptop / "tiny" / "tiny.ipynb").write_bytes(notebooks.submission(assignment, RIGHT | {"why": "Two is even."}))
    said["submit"] = nbgrader(laptop, "submit", "tiny", *shared, "--student=ada")
    plant_links(exchange / "sample" / "inbound", root)
    said["collect"] = nbgrader(root, "collect", "tiny", *shared)
    said["autograde"] = nbgrader(root, "autograde", "tiny")
    said["feedback"] = nbgrader(root, "generate_feedback", "tiny")
    return Class(root, said, exported(root))


def plant_links(inbound: Path, root: Path) -> None:
    """A student leaves links to the instructor's answers, and a pipe that nobody writes to."""
    answers = root / "build" / "source" / "tiny"
    (inbound / "mallory+tiny+2030-01-02 03:04:05 UTC+x").mkdir()
    (inbound / "mallory+tiny+2030-01-02 03:04:05 UTC+x" / "tiny.ipynb").symlink_to(answers / "tiny.ipynb")
    (inbound / "eve+tiny+2030-01-02 03:04:05 UTC+x").mkdir()
    shutil.copy(
        root / "assignments" / "tiny" / "tiny.ipynb", inbound / "eve+tiny+2030-01-02 03:04:05 UTC+x" / "tiny (1).ipynb"
    )
    os.mkfifo(inbound / "mallory+tiny+2030-01-02 03:04:05 UTC+x" / "pipe")
    (inbound / "trudy+tiny+2030-01-02 03:04:05 UTC+x").symlink_to(answers)


@pytest.mark.parametrize("command", ["generate", "release", "fetch", "submit", "collect", "autograde", "feedback"])
def test_every_command_succeeds_on_a_class_with_broken_files(term: Class, command: str) -> None:
    assert term.said[command].returncode == 0, term.said[command].stderr


def test_the_release_by_nbgrader_is_the_committed_one(term: Class, tmp_path: Path) -> None:
    make_course(tmp_path)
    for name in ("tiny.ipynb", "README.md"):
        made, committed = (root / "assignments" / "tiny" / name for root in (term.root, tmp_path))
        assert made.read_bytes() == committed.read_bytes()


@pytest.mark.parametrize(
    ("student", "points"),
    [
        ("ada", 90),
        ("half", 60),
        ("part", 20),
        ("untouched", 0),
        ("deleted", 90),
        ("duplicated", 90),
        ("old", 60),
        (HOSTILE, 90),
    ],
)
def test_scores_reach_the_export(term: Class, student: str, points: float) -> None:
    assert term.grades[student] == points


@pytest.mark.parametrize("student", ["prefilled", "displays"])
def test_a_spoof_earns_what_its_answer_earns(term: Class, student: str) -> None:
    assert term.grades[student] == 20  # a wrong `double` of the right shape, and nothing more


@pytest.mark.parametrize("student", ["broken", "empty"])
def test_an_unreadable_file_waits_for_a_person(term: Class, student: str) -> None:
    for name in ("double_check", "add_check", "why"):
        assert term.grade(student, name) == (None, None, True)
    assert f"{student} needs attention" in term.said["autograde"].stderr
    assert "Not graded yet: The file is" in term.page(student)


def test_manual_answers_are_left_to_people(term: Class) -> None:
    assert term.grade("ada", "why") == (None, None, True)
    assert term.grade("untouched", "why") == (0, None, False)  # nbgrader's own rule for an unchanged answer


@pytest.mark.parametrize("student", ["unlabelled", "below", "elsewhere", "picture"])
def test_a_written_answer_is_never_an_automatic_zero(term: Class, student: str) -> None:
    assert term.grade(student, "why") == (None, None, True)
    assert "No response." not in term.page(student)


def test_a_written_answer_without_its_label_is_in_its_cell(term: Class) -> None:
    for student in ("unlabelled", "below"):
        graded = json.loads((term.root / f"build/autograded/{student}/tiny/tiny.ipynb").read_bytes())
        assert {cell["id"]: "".join(cell["source"]) for cell in graded["cells"]}["why"] == "Two is even."


def test_a_pasted_picture_is_shown_and_nothing_else(term: Class) -> None:
    page = term.page("picture")
    assert page.count("data:image/png;base64,") == 1
    assert "PHN2Zz4=" not in page


def test_nobody_is_told_no_response_about_a_file_that_nobody_can_read(term: Class) -> None:
    assert "No response." not in term.page("broken")
    assert "No response." in term.page("untouched")


def test_hidden_things_are_in_no_public_file(term: Class) -> None:
    public = [path for name in ("assignments", "build/feedback") for path in (term.root / name).rglob("*.*")]
    assert any(path.suffix == ".html" for path in public)
    for path in public:
        assert not [word for word in HIDDEN if word in path.read_text("utf-8")], path


def test_feedback_says_what_is_wrong(term: Class) -> None:
    page = term.page("part")
    assert "Doubling: 20 of 60 points" in page
    assert "not right yet" in page
    assert page.count("Adding: 0 of 30 points") == 1


def test_feedback_runs_nothing_that_a_student_wrote(term: Class) -> None:
    page = term.page("html")
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert "alert('why')" in page.replace("&#39;", "'")


def test_links_and_pipes_are_not_collected(term: Class) -> None:
    collected = term.root / "build" / "submitted"
    assert not (collected / "trudy" / "tiny").exists()
    assert list((collected / "mallory" / "tiny").iterdir()) == []
    assert "ada" in os.listdir(collected)


def test_a_renamed_download_is_graded(term: Class) -> None:
    assert term.grades["eve"] == 0
    assert term.grade("eve", "double_check") == (0, None, False)


def test_each_check_cell_holds_the_report_and_no_stray_number(term: Class) -> None:
    graded = json.loads((term.root / "build/autograded/prefilled/tiny/tiny.ipynb").read_bytes())
    outputs = {cell["id"]: cell["outputs"] for cell in graded["cells"] if cell["cell_type"] == "code"}
    assert [output["output_type"] for output in outputs["double_check"]] == ["display_data"]
    assert all(not shown for name, shown in outputs.items() if not name.endswith("_check"))


def test_grading_again_keeps_manual_scores_and_stored_reports(term: Class) -> None:
    stored = {path: path.stat().st_mtime_ns for path in (term.root / "build/reports/tiny").glob("*.json")}
    with Gradebook(f"sqlite:///{term.root}/build/gradebook.db") as book:
        book.find_grade("add_check", "tiny", "tiny", "half").manual_score = 7
        book.db.commit()
    assert nbgrader(term.root, "autograde", "tiny", "--force").returncode == 0
    assert term.grade("half", "add_check") == (0, 7, True)
    assert len(stored) >= 12
    assert {path: path.stat().st_mtime_ns for path in stored} == stored


def test_convgrade_records_the_same_grades(term: Class, tmp_path: Path) -> None:
    make_course(tmp_path)
    shutil.copytree(term.root / "build" / "submitted", tmp_path / "build" / "submitted")
    generated(tmp_path)
    reports = [Report.from_json(path.read_text()) for path in (term.root / "build/reports/tiny").glob("*.json")]
    assert database.record(reports, tmp_path) == len(reports)
    assert exported(tmp_path) == term.grades
    again = Class(tmp_path, {}, {})
    everybody = [item.student for item in reports]
    assert {name: again.grade(name, "why") for name in everybody} == {
        name: term.grade(name, "why") for name in everybody
    }


# One step at a time -------------------------------------------------------------------------------


def report(student: str, verdict: Verdict = Verdict.PASSED, **about: Any) -> Report:
    """A report on `tiny` in which every check ended the same way."""
    exercises = tuple(
        ExerciseResult(name, name, points, points, (CheckResult(name, "a", "a check", verdict),))
        for name, points in (("double", 60.0), ("add", 30.0))
    )
    return Report("tiny", student, "tiny.ipynb", exercises, **about)


def generated(root: Path) -> NbGraderAPI:
    """`nbgrader generate_assignment` in this process, with the course's own configuration."""
    api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config())
    assert api.generate_assignment("tiny")["success"]
    return api


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> NbGraderAPI:
    """A generated course without submissions, driven in this process."""
    root = tmp_path_factory.mktemp("small")
    make_course(root)
    return generated(root)


def automatic(api: NbGraderAPI, student: str) -> list[tuple[float | None, bool]]:
    """Score and "needs a person" of both check cells."""
    with Gradebook(api.coursedir.db_url) as book:
        found = [book.find_grade(name, "tiny", "tiny", student) for name in ("double_check", "add_check")]
        return [(grade.auto_score, grade.needs_manual_grade) for grade in found]


def test_our_fault_takes_no_points_and_gives_none(small: NbGraderAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(small.coursedir.root)
    hand_in(root, "unlucky", notebooks.submission(load_course(root).assignment("tiny"), RIGHT))
    database.record([report("unlucky")], root)
    assert automatic(small, "unlucky") == [(60, False), (30, False)]
    broken = report("unlucky", Verdict.UNGRADED, problem="the box broke", fault="ours")
    monkeypatch.setattr(ours.GradingSession, "reports", lambda *_: iter([broken]))
    result = small.autograde("tiny", "unlucky")
    assert not result["success"]
    assert "the box broke" in result["log"]
    assert automatic(small, "unlucky") == [(None, True), (None, True)]
    assert not (root / "build/autograded/unlucky/tiny").exists()  # so the next run tries again


def test_a_person_is_asked_again_only_about_news(small: NbGraderAPI) -> None:
    root = Path(small.coursedir.root)
    database.record([report("decided")], root)
    with Gradebook(small.coursedir.db_url) as book:
        grade = book.find_grade("add_check", "tiny", "tiny", "decided")
        grade.manual_score, grade.needs_manual_grade = 7, False  # what formgrader writes
        book.db.commit()
    database.record([report("decided")], root)
    assert [asked for _, asked in automatic(small, "decided")] == [False, False]
    database.record([report("decided", Verdict.UNGRADED)], root)
    assert [asked for _, asked in automatic(small, "decided")] == [True, True]


def wrote(text: str, *pictures: str) -> Report:
    return report("kept", answers=(WrittenAnswer("why", text, "given", pictures),))


def test_formgrader_shows_what_was_recorded(small: NbGraderAPI) -> None:
    root = Path(small.coursedir.root)
    tiny = load_course(root).assignment("tiny")
    hand_in(root, "kept", changed(notebooks.submission(tiny, RIGHT), paste))
    database.record([wrote("old <b>words")], root)
    with Gradebook(small.coursedir.db_url) as book:
        grade = book.find_grade("why", "tiny", "tiny", "kept")
        grade.manual_score, grade.needs_manual_grade = 7, False
        book.db.commit()
    pictured = wrote("new <b>words", png())
    database.record([pictured], root)
    assert not small.get_submission("tiny", "kept")["autograded"]
    assert show_recorded(tiny, [pictured]) == 1
    found = small.get_submission("tiny", "kept")
    assert (found["autograded"], found["needs_manual_grade"], found["score"]) == (True, True, 97)
    shown = nbformat.read(root / "build/autograded/kept/tiny/tiny.ipynb", as_version=4).cells
    texts = {cell.id: cell.source for cell in shown if cell.cell_type == "markdown"}
    assert "![picture 1](attachment:picture-1)" in texts["why"]
    assert [text for name, text in texts.items() if name.startswith("earlier") and "old < b>words" in text]
    assert small.generate_feedback("tiny", "kept")["success"]
    page = (root / "build/feedback/kept/tiny/tiny.html").read_text("utf-8")
    assert "Doubling" in page or "double: 60 of 60 points" in page
    assert "data:image/png;base64," in page


def test_autograde_asks_again_about_a_new_answer_and_shows_the_marked_one(
    small: NbGraderAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(small.coursedir.root)
    tiny = load_course(root).assignment("tiny")
    hand_in(root, "again", notebooks.submission(tiny, RIGHT | {"why": "new words"}))
    old, new = (report("again", answers=(WrittenAnswer("why", f"{age} words"),)) for age in ("old", "new"))
    database.record([old], root)
    with Gradebook(small.coursedir.db_url) as book:
        grade = book.find_grade("why", "tiny", "tiny", "again")
        grade.manual_score, grade.needs_manual_grade = 7, False
        book.db.commit()
    monkeypatch.setattr(ours.GradingSession, "reports", lambda *_: iter([]))
    monkeypatch.setattr(ours.GradingSession, "one", lambda *_: new)
    result = small.autograde("tiny", "again")
    assert result["success"], result["log"]
    assert automatic(small, "again") == [(60, False), (30, False)]
    with Gradebook(small.coursedir.db_url) as book:
        grade = book.find_grade("why", "tiny", "tiny", "again")
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (None, 7, True)
    shown = nbformat.read(root / "build/autograded/again/tiny/tiny.ipynb", as_version=4).cells
    assert [cell.source for cell in shown if cell.cell_type == "markdown" and "old words" in cell.source]
    outputs = [output for cell in shown if cell.cell_type == "code" for output in cell.outputs]
    assert outputs
    assert all("text/html" in output.data for output in outputs)


def test_one_check_without_verdict_holds_only_its_exercise() -> None:
    first, second = report("x", Verdict.UNGRADED), report("x")
    mixed = Report("tiny", "x", "tiny.ipynb", (first.exercises[0], second.exercises[1]))
    assert database.scores(mixed) == {"double_check": None, "add_check": 30}


def test_recording_refuses_a_gradebook_of_other_points(small: NbGraderAPI) -> None:
    cheaper = Report("tiny", "x", "tiny.ipynb", (ExerciseResult("add", "", 31.0, 31.0, report("x").checks[:1]),))
    with pytest.raises(CourseError, match="generate_assignment tiny"):
        database.record([cheaper], Path(small.coursedir.root))
    with pytest.raises(CourseError, match="does not know other"):
        database.record([Report("other", "x", "other.ipynb", ())], Path(small.coursedir.root))


def test_recording_asks_for_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"no nbgrader_config\.py"):
        database.record([report("x")], tmp_path)


def test_the_report_in_a_cell_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>\x1b[2J"
    check = CheckResult(
        "add", "a", evil, Verdict.FAILED, message=evil, hint=evil, picture=Picture([[1.0]], [[2.0]], evil)
    )
    exercise = ExerciseResult("add", evil, 30.0, 0.0, (check,))
    page = as_html(report("x"), exercise)
    assert "<img" not in page
    assert "<svg" in page
    assert "\x1b" not in page + as_text(report("x"), exercise)


def test_an_unreadable_file_is_explained_once() -> None:
    unread = report("x", Verdict.UNGRADED, problem="The file is no notebook.", fault="student")
    said = as_html(unread, unread.exercises[0]) + as_text(unread, unread.exercises[0])
    assert said.count("The file is no notebook.") == 2  # one in each
    assert "fault" not in said


def test_what_the_staff_sees_stays_with_the_staff() -> None:
    check = CheckResult("add", "a", "title", Verdict.FAILED, message="wrong", staff="printed by the student")
    exercise = ExerciseResult("add", "Adding", 30.0, 0.0, (check,))
    assert "printed" not in as_html(report("x"), exercise) + as_text(report("x"), exercise)


def rebuilt(raw: bytes, assignment: Assignment) -> dict[str, Any]:
    """Source of every cell of the notebook that people see, by id, in order."""
    release = nbformat.reads(notebooks.build_release(assignment).decode(), as_version=4)
    return {cell.id: cell.source for cell in rebuild(raw, assignment, release).cells}


def test_the_copy_that_was_graded_is_shown(tmp_path: Path) -> None:
    assignment = make_course(tmp_path)
    raw = changed(notebooks.submission(assignment, {}), duplicate)
    second = changed(raw, lambda cells: [cell for cell in cells if cell["id"] == "double"][1].update(source=DISPLAYS))
    assert rebuilt(second, assignment)["double"] == DISPLAYS


def test_deleted_cells_come_back_where_they_were(tmp_path: Path) -> None:
    assignment = make_course(tmp_path)
    raw = changed(notebooks.submission(assignment, RIGHT), delete)
    names = [name for name in rebuilt(raw, assignment) if not name.startswith(("cell-", "own-"))]
    assert names == ["setup", "double", "double_check", "add", "add_check", "why"]


def test_a_long_check_is_shown_by_its_beginning_so_that_the_verdict_is_near_the_points() -> None:
    label = {"nbgrader": {"grade": True, "solution": False, "grade_id": "double_check"}}
    lines = [f"check({number})" for number in range(30)]
    cells = [nbformat.v4.new_code_cell("\n".join(lines[:many]), metadata=label) for many in (30, 4)]
    answer = nbformat.v4.new_code_cell(
        "\n".join(lines), metadata={"nbgrader": {"solution": True, "grade_id": "double"}}
    )
    finish(nbformat.v4.new_notebook(cells=[*cells, answer]), {})
    assert cells[0].source.splitlines() == [*lines[:3], "# … and 27 more lines, as released"]
    assert [len(cell.source.splitlines()) for cell in (cells[1], answer)] == [4, 30]


@pytest.mark.parametrize("source", ["$a < b$ and 3<4", "a list [1, 2] (three)", "`x[0]` is fine"])
def test_plain_markdown_stays_as_it_is(source: str) -> None:
    assert defused_markdown(source) == source
