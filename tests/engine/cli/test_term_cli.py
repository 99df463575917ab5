"""`convgrade export` and `convgrade late`: one gradebook, the same numbers everywhere, exit codes."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from traitlets.config.loader import PyFileConfigLoader

from autograder.cli.main import main
from autograder.course import load_course
from autograder.exports import FORMATS
from autograder.files import raw_digest
from autograder.gradebook import database
from autograder.grading.session import store_of
from autograder.hosts import nbgrader_exports
from bench.views import views
from tests.engine.samples.book import enter, hand_in, make_book, make_course, report, rule, url_of

DUE = datetime(2030, 1, 10, 12, tzinfo=UTC)
RULES = "[deadlines]\ntiny = 2030-01-10T12:00:00Z\n[late]\nper_day = 10\n"
ROSTER = "Student,ID,SIS Login ID,Section,Tiny (7)\n    Points Possible,,,,100\nA,1,ada,S,\nB,2,bob,S,\nC,3,cy,S,\n"


@pytest.fixture(scope="module")
def class_of_three(tmp_path_factory):
    """Reports, gradebook and hand-ins of ada (in time), bob (late), and cy, with whom a check has no verdict."""
    root = make_course(tmp_path_factory.mktemp("class"), RULES)
    make_book(url_of(root))
    reports = [report("ada", ("add_sums",)), report("bob"), report("cy", problem="the box broke", fault="ours")]
    for item, days in zip(reports, (0, 1.5, 0), strict=True):
        hand_in(root, item.student, DUE + timedelta(days=days))
        store_of(load_course(root).assignment("tiny")).put(item)
    database.record(reports, root)
    enter(root, "ada", why=7.125, add_check_extra=1.5)
    return root


@pytest.fixture
def root(class_of_three, tmp_path, monkeypatch):
    """A copy of it as working directory."""
    shutil.copytree(class_of_three, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def convgrade(capsys):
    """convgrade("export", "tiny") → (exit code, stdout, stderr)"""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return ended.value.code, *capsys.readouterr()

    return run


def scores(text, key="student_id", column="score"):
    return {row[key]: float(row[column] or 0) for row in csv.DictReader(io.StringIO(text))}


def test_the_same_scores_everywhere(root, convgrade):
    """To the cent: lateness, a person's points with odd decimals and extra credit, both for somebody who was late."""
    (root / "roster.csv").write_text(ROSTER)
    enter(root, "bob", why=3.335, double_check_extra=0.333)
    convgrade("late", "tiny")
    shown = views(load_course(root).assignment("tiny"))
    with_roster = convgrade("export", "tiny", "--format", "canvas", "--roster", "roster.csv")[1]
    shown["Canvas's own table"] = scores(with_roster, "SIS Login ID", "Tiny (7)")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    with Gradebook(url_of(root)) as book:
        nbgrader_exports.TermExport(to="ours.csv", config=config).export(book)
    shown["plugin"] = scores((root / "ours.csv").read_text())
    right = {"ada": 68.63, "bob": 75.0, "cy": 0}
    assert len(shown) == 7
    for place, earned in shown.items():
        assert {student: earned.get(student) for student in right} == right, place


@pytest.mark.parametrize("name", ["CanvasExport", "MoodleExport", "JsonLinesExport", "JUnitExport"])
def test_nbgraders_plugins_write_what_the_command_writes(root, convgrade, name):
    exporter = getattr(nbgrader_exports, name)
    said = convgrade("export", "tiny", "--format", exporter.form)[1]
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    with Gradebook(url_of(root)) as book:
        exporter(config=config, assignment=["tiny"]).export(book)
    assert (root / f"grades.{FORMATS[exporter.form]}").read_text() == said


def test_what_is_not_final_is_reported(root, convgrade):
    code, _, err = convgrade("export", "tiny")
    assert code == 1
    assert "needs a person: cy" in err
    assert "1 student still without manual points for why: not final" in err


def test_reports_that_are_not_recorded_are_listed(root, convgrade):
    store_of(load_course(root).assignment("tiny")).put(report("bob", ("add_sums",)))
    code, out, err = convgrade("export", "tiny")
    assert (code, scores(out)["bob"]) == (1, 72)
    assert "--record): bob" in err


def test_a_deadline_of_formgrader_decides_which_attempt_is_collected(root, convgrade):
    rule(root, '[attempts]\ncount = "deadline"\n')
    with Gradebook(url_of(root)) as book:
        book.update_or_create_assignment("tiny", duedate=DUE.replace(tzinfo=None))
    for hours, answer in ((-1, "in time"), (1, "late")):
        (root / "eve.ipynb").write_text(answer)
        convgrade("collect", "tiny", root / "eve.ipynb", "--at", DUE + timedelta(hours=hours))
    placed = root / "build" / "submitted" / "eve" / "tiny" / "tiny.ipynb"
    assert placed.read_text() == "in time"


def test_a_deadline_that_moves_changes_the_export(root, convgrade):
    rule(root, RULES.replace("01-10", "01-11"))
    assert scores(convgrade("export", "tiny")[1])["bob"] == 81
    rule(root, RULES + '[extensions]\nbob = "2 days"\n')
    code, out, err = convgrade("late", "tiny")
    assert (code, out) == (0, "bob: 9 → 0 points lost\n")
    assert "1 penalty changed" in err


def test_without_a_gradebook_the_reports_are_exported(root, convgrade):
    for name in ("gradebook.db", ".recorded"):
        (root / "build" / name).unlink()
    code, out, _ = convgrade("export", "tiny")
    assert (code, scores(out)) == (1, {"ada": 60, "bob": 72, "cy": 0})
    assert convgrade("late", "tiny")[0] == 3


@pytest.mark.parametrize("words", [("export", "tiny"), ("report", "tiny")])
def test_who_handed_in_and_was_never_graded_is_listed(root, convgrade, words):
    """Collected, and forgotten: no line in any export, no word on the class page, exit code 0."""
    for student in ("ada", "dan"):
        hand_in(root, student, DUE, b"[]")
    code, out, err = convgrade(*words)
    assert (code, "not graded yet (convgrade grade build/submitted --record): dan\n" in err) == (1, True)
    shown = out if words[0] == "export" else (root / "build/reports/tiny/index.html").read_text()
    assert "dan" in shown


@pytest.mark.parametrize("words", [("export", "tiny"), ("report", "tiny")])
def test_a_score_of_an_earlier_file_is_told(root, convgrade, words):
    """The points in the export were those of what was handed in before, without a word."""
    told = "handed in anew since it was graded (convgrade grade build/submitted --record): bob\n"
    store_of(load_course(root).assignment("tiny")).put(report("bob", digest=raw_digest(b"{}")))
    assert told not in convgrade(*words)[2]
    hand_in(root, "bob", DUE + timedelta(days=1.5), b"[]")
    code, _, err = convgrade(*words)
    assert (code, told in err) == (1, True)


@pytest.mark.parametrize("words", [("export", "tiny"), ("report", "tiny")])
def test_a_report_that_cannot_be_read_is_told(root, convgrade, words):
    """Without a gradebook its student was in no export."""
    path = store_of(load_course(root).assignment("tiny")).path("bob")
    path.write_bytes(path.read_bytes()[:-9])
    code, _, err = convgrade(*words)
    assert (code, f"reports that cannot be read, grade these again: {path.name}" in err) == (1, True)


def test_where_no_report_can_be_read_it_is_not_said_that_nothing_is_graded(root, convgrade):
    for path in store_of(load_course(root).assignment("tiny")).folder.glob("*.json"):
        path.write_bytes(b"{}")
    code, _, err = convgrade("report", "tiny")
    assert "reports that cannot be read, grade these again: ada-" in err
    assert (code, "nothing" in err) == (1, False)


def test_a_gradebook_that_was_lost_is_not_taken_for_none(root, convgrade):
    """Points that people gave were gone from the export without a word, and recording began a new one."""
    (root / "build/gradebook.db").unlink()
    for words in (("export", "tiny"), ("grade", "build/submitted", "--record"), ("late", "tiny"), ("report", "tiny")):
        code, out, err = convgrade(*words)
        assert (code, out, "restore it from a backup" in err) == (1, "", True), words
    assert not (root / "build/gradebook.db").exists()


def test_a_file_is_written_whole_and_nothing_on_stdout(root, convgrade):
    code, out, err = convgrade("export", "tiny", "--format", "jsonl", "--output", "grades.jsonl")
    assert (code, out) == (1, "")
    assert "written: grades.jsonl" in err
    assert len((root / "grades.jsonl").read_text().splitlines()) == 3


def test_nothing_graded_ends_with_3(tmp_path, convgrade, monkeypatch):
    monkeypatch.chdir(make_course(tmp_path))
    code, out, err = convgrade("export", "tiny")
    assert (code, out) == (3, "")
    assert "nothing of tiny is graded yet" in err


def test_a_wrong_roster_ends_with_2(root, convgrade):
    (root / "roster.csv").write_bytes(b"\xff\xfe\x00")
    assert convgrade("export", "tiny", "--format", "canvas", "--roster", "roster.csv")[0] == 2
    (root / "roster.csv").write_text("name\nada\n")
    assert convgrade("export", "tiny", "--format", "canvas", "--roster", "roster.csv")[0] == 2


# what is changed after it was recorded ----------------------------------------------------------


def changed(root, *pairs):
    """The course's files with these texts in place of others."""
    for name, old, new in pairs:
        path = root / "solutions/tiny" / name
        path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("verb", [("export", "tiny"), ("report", "tiny")])
def test_points_that_were_changed_after_they_were_recorded_are_told(root, convgrade, verb):
    """60 of 50 points were exported, with exit code 0."""
    assert "another notebook" not in convgrade(*verb)[2]
    changed(root, ("notebook.py", "points=60", "points=50"), ("notebook.py", "points=30", "points=40"))
    code, _, err = convgrade(*verb)
    assert (code, err.count("the gradebook is of another notebook")) == (1, 1)
    assert "double has 60 points there and 50 here, add has 30 points there and 40 here" in err
    assert "graded with other exercises or points than there are now (convgrade regrade tiny --record): ada, bob" in err


@pytest.mark.parametrize("verb", [("export", "tiny"), ("report", "tiny")])
def test_an_exercise_that_was_renamed_after_it_was_recorded_is_told(root, convgrade, verb):
    """A person's points for it counted no more, without a word."""
    changed(root, ("notebook.py", "%% double", "%% twice"), ("test_tiny.py", 'check("double"', 'check("twice"'),
            ("mistakes.py", 'mistake("double"', 'mistake("twice"'))  # fmt: skip
    code, _, err = convgrade(*verb)
    assert (code, "twice is not there, double is only there" in err, "ada, bob" in err) == (1, True, True)
