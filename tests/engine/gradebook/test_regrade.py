"""After a change of the course: what is graded again, what would change, what is recorded, and what stays."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator
from nbgrader.api import Gradebook

from autograder.cli.main import main
from autograder.course import load_course
from autograder.course.load import chosen
from autograder.grading.dependencies import dependencies_of, load_all
from autograder.grading.incremental import Regrade, touched
from autograder.grading.session import GradingOptions, store_of
from autograder.intake.attempts import Attempts
from autograder.model import CellRun
from autograder.reports.schema import report_schema
from autograder.submission.find import Found
from tests.engine.grading.test_grade import RIGHT, notebook
from tests.engine.samples.book import enter, hand_in, make_book, make_course, report, rule, url_of

WRONG = RIGHT | {"add": "def add(a, b):\n    return a - b\n"}
SUITE = "tiny/test_tiny.py"


def change(root, name, old, new):
    path = root / "solutions" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def state(root):
    return dependencies_of(load_course(root).assignment("tiny"), "bubblewrap")


def again(sample_course, changes, *failing, cells=()):
    """Exercises that have to be judged again after `changes`, each (file, old, new)."""
    root = sample_course()
    before = state(root)
    for item in changes:
        change(root, *item)
    return touched(before, state(root), load_course(root).assignment("tiny"), report("ada", failing, cells=cells))


# what a change touches --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "exercises"),
    [
        ([], set()),
        ([(SUITE, "import reference", "# a comment\nimport reference\n")], set()),
        ([(SUITE, "cases.tensor(5), cases.tensor(5)", "cases.tensor(6), cases.tensor(6)")], {"add"}),
        ([("tiny/reference.py", "return b + a", "return a + b + 0")], {"add"}),
        ([(SUITE, "weight=2", "weight=3")], {"double"}),
        ([(SUITE, '@check("add")', '@check("add", after="double_is_twice")')], {"add"}),
        ([("tiny/mistakes.py", "x**2", "x**3")], set()),
        ([("tiny/assignment.toml", "call_seconds = 2", "call_seconds = 3")], set()),
        ([("tiny/assignment.toml", "call_seconds = 2", "call_seconds = 1")], None),
        ([("tiny/notebook.py", "points=60", "points=50"), ("tiny/notebook.py", "points=30", "points=40")], set()),
        ([("tiny/notebook.py", "import torch", "import torch, math")], None),
        ([("course.toml", '"sample"\n', '"another"\n')], None),
    ],
)
def test_only_what_is_touched_is_judged_again(sample_course, changes, exercises):
    assert again(sample_course, changes) == exercises


def test_another_choice_touches_only_what_is_new_in_it(sample_course):
    tiny = load_course(sample_course()).assignment("tiny")
    without = chosen(tiny, ("double", "why"))
    less, more = (dependencies_of(each, "bubblewrap") for each in (without, tiny))
    assert touched(less, more, tiny, report("ada")) == {"add"}
    assert touched(more, less, without, report("ada")) == set()


def test_a_check_that_comes_after_a_mended_one_is_touched(sample_course):
    after = (SUITE, '@check("add")', '@check("add", after="double_is_twice")')
    root = sample_course()
    change(root, *after)
    before = state(root)
    change(root, SUITE, "cases.tensor(3, 4)\n    expect(student.double(x)).to_match", "cases.tensor(2, 4)\n"
           "    expect(student.double(x)).to_match")  # fmt: skip
    assert touched(before, state(root), load_course(root).assignment("tiny"), report("ada")) == {"double", "add"}


def test_another_hint_touches_only_those_who_failed(sample_course):
    assert again(sample_course, [("tiny/mistakes.py", "x**2", "x**3")], "double_is_twice") == {"double"}


def test_more_time_touches_only_those_who_ran_out_of_it(sample_course):
    slow = CellRun("cell 1", False, "too slow")
    assert again(sample_course, [("tiny/assignment.toml", "= 2\n", "= 3\n")], cells=(slow,)) is None


def test_a_helper_and_what_it_uses_count(sample_course):
    helper = "BASE = 1\n\n\ndef helper(x):\n    return x * BASE\n\n\n@check"
    root = sample_course({SUITE: ('@check("add")', helper + '("add")')})
    change(root, SUITE, "reference.add(a, b)", "helper(reference.add(a, b))")
    before = state(root)
    change(root, SUITE, "BASE = 1", "BASE = 1.0")
    assert touched(before, state(root), load_course(root).assignment("tiny"), report("ada")) == {"add"}


def test_what_cannot_be_told_counts_as_a_whole(sample_course):
    root = sample_course({SUITE: ("reference.add(a, b)", "getattr(reference, 'add')(a, b)")})
    before = state(root)
    change(root, "tiny/reference.py", "return x + x", "return 2 * x")
    assert touched(before, state(root), load_course(root).assignment("tiny"), report("ada")) == {"double", "add"}


def test_states_are_read_back(tmp_path, sample_course):
    now = state(sample_course())
    now.save(tmp_path / "reports")
    (tmp_path / "reports/contexts/broken.json").write_text("{}")
    assert load_all(tmp_path / "reports") == [now]


def test_a_file_that_cannot_be_read_is_reported(tmp_path, sample_course):
    assignment = load_course(sample_course()).assignment("tiny")
    lost = Found("bob", "bob.ipynb", "tiny", tmp_path / "bob.ipynb")
    (unreadable,) = Regrade(assignment, GradingOptions()).reports([lost], {})
    assert (unreadable.student, unreadable.graded) == ("bob", False)
    assert "cannot be read (No such file or directory)" in unreadable.problem


# the whole way, in the real box -----------------------------------------------------------------


@pytest.fixture
def convgrade(capsys, monkeypatch):
    """convgrade("regrade", "tiny") → (exit code, stdout, stderr)"""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def course(tmp_path, monkeypatch):
    """course(rules) → the root of a course with an empty gradebook, which is the working directory."""

    def make(rules=""):
        root = make_course(tmp_path, rules)
        make_book(url_of(root))
        monkeypatch.chdir(root)
        return root

    return make


@pytest.fixture(scope="module")
def class_of_two(tmp_path_factory):
    """ada (all right) and bob (add is wrong), graded and recorded, once for all tests: they get copies."""
    root = make_course(tmp_path_factory.mktemp("class"))
    make_book(url_of(root))
    for student, cells in (("ada", RIGHT), ("bob", WRONG)):
        hand_in(root, student, raw=notebook(cells))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        with pytest.raises(SystemExit) as ended:
            main(["grade", str(root / "build/submitted"), "--record", "--jobs", "1"])
    assert ended.value.code == 0
    return root


@pytest.fixture
def graded(class_of_two, tmp_path, monkeypatch):
    """A copy of the graded class, which is the working directory."""
    shutil.copytree(class_of_two, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stored(root):
    return {item.student: item for item in store_of(load_course(root).assignment("tiny")).all()}


def recorded(root):
    with Gradebook(url_of(root)) as book:
        return {item.student_id: item.score for item in book.assignment_submissions("tiny")}


def test_a_mended_check_is_shown_first_and_then_recorded(graded, convgrade):
    before = stored(graded)
    change(graded, SUITE, "to_match(reference.add(a, b))", "to_match(reference.add(a, -b))")  # bob was right after all
    code, out, err = convgrade("regrade", "tiny", "--jobs", 1)
    assert (code, out.splitlines()) == (
        0,
        ["ada: 90 → 60 (−30)  add_sums passed → failed", "bob: 60 → 90 (+30)  add_sums failed → passed"],
    )
    assert "2 submissions judged again; 2 grades would change" in err
    assert (stored(graded), recorded(graded)) == (before, {"ada": 90, "bob": 60})
    code, out, err = convgrade("regrade", "tiny", "--record")
    assert "0 submissions judged again" in err  # what was shown is what is recorded
    assert recorded(graded) == {"ada": 60, "bob": 90}
    assert convgrade("regrade", "tiny")[1] == ""


def test_real_reports_are_valid(graded):
    for item in stored(graded).values():
        Draft202012Validator(report_schema()).validate(json.loads(item.to_json()))


def test_untouched_exercises_keep_their_very_results(graded, convgrade):
    before = stored(graded)["bob"]
    change(graded, SUITE, "cases.tensor(5), cases.tensor(5)", "cases.tensor(6), cases.tensor(6)")
    _, _, err = convgrade("regrade", "tiny", "--record", "--jobs", 1)
    after = stored(graded)["bob"]
    assert "judged again" in err
    assert "0 submissions" not in err
    assert after.key != before.key
    assert after.exercises[0] == before.exercises[0]
    assert convgrade("grade", graded / "build/submitted", "--json")[1].count('"double"') > 0
    assert stored(graded)["bob"] == after  # an ordinary run finds it and grades nothing


def test_other_points_need_no_box(graded, convgrade):
    change(graded, "tiny/notebook.py", "points=60", "points=50")
    change(graded, "tiny/notebook.py", "points=30", "points=40")
    code, out, err = convgrade("regrade", "tiny", "--box", "bubblewrap")
    assert (code, out) == (0, "bob: 60 → 50 (−10)\n")
    assert "0 submissions judged again" in err


def test_what_a_person_entered_stays(graded, convgrade):
    enter(graded, "bob", add_check=12, why=5)
    change(graded, SUITE, "to_match(reference.add(a, b))", "to_match(reference.add(a, -b))")
    _, out, _ = convgrade("regrade", "tiny", "--record", "--jobs", 1)
    assert "bob: 77 → 77  add_sums failed → passed; the 12 points set by hand for add stay" in out
    assert recorded(graded)["bob"] == 77


def test_nothing_there_ends_with_3(tmp_path, monkeypatch, convgrade):
    monkeypatch.chdir(make_course(tmp_path))
    assert convgrade("regrade", "tiny")[0] == 3


DUE = datetime(2030, 1, 10, 12, tzinfo=UTC)
LATE = "[deadlines]\ntiny = 2030-01-10T12:00:00Z\n[late]\nflat = 50\n"


@pytest.mark.parametrize(("rules", "number", "score"), [("best", 2, 90), ("deadline", 1, 60), ("last", 3, 45)])
def test_the_attempt_that_counts_is_graded(course, convgrade, rules, number, score):
    root = course(LATE + f'[attempts]\ncount = "{rules}"\n')
    attempts = Attempts(root, "tiny")
    for cells, mark, hours in ((WRONG, 1, -9), (RIGHT, 2, -5 if rules == "best" else 1), (RIGHT, 3, 2)):
        attempts.keep("ada", notebook(cells, extra=str(mark)), DUE + timedelta(hours=hours))
    attempts.place(attempts.of("ada")[-1])
    code, _, _ = convgrade("regrade", "tiny", "--record", "--jobs", 1)
    kept = attempts.of("ada")[number - 1]
    assert code == 0
    assert attempts.is_placed(kept)
    with Gradebook(url_of(root)) as book:
        (submission,) = book.assignment_submissions("tiny")
        assert submission.score - (submission.late_submission_penalty or 0) == score
    assert list(stored(root)) == ["ada"]


def test_a_deadline_that_moves_makes_another_attempt_count(course, convgrade):
    root = course('[deadlines]\ntiny = 2030-01-10T12:00:00Z\n[attempts]\ncount = "deadline"\n')
    attempts = Attempts(root, "tiny")
    for cells, mark, hours in ((WRONG, 1, -1), (RIGHT, 2, 1)):
        attempts.keep("ada", notebook(cells, extra=str(mark)), DUE + timedelta(hours=hours))
    attempts.place(attempts.of("ada")[0])
    convgrade("regrade", "tiny", "--record", "--jobs", 1)
    rule(root, '[deadlines]\ntiny = 2030-01-11T12:00:00Z\n[attempts]\ncount = "deadline"\n')
    _, out, _ = convgrade("regrade", "tiny", "--record", "--jobs", 1)
    assert out == "ada: 60 → 90 (+30)  add_sums failed → passed\n"
    assert attempts.is_placed(attempts.of("ada")[1])
