"""The source has the answers, the release has none, and both are the same bytes every time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.authoring.notebooks import build, build_release, build_source, enter_assignment, submission
from autograder.course import load_course
from autograder.errors import CourseError

NOTEBOOK = "tiny/notebook.py"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tiny(sample_course):
    return load_course(sample_course()).assignment("tiny")


def cells(data):
    return {cell.id: cell for cell in nbformat.reads(data.decode(), as_version=4).cells}


def test_the_source_keeps_the_answers(tiny):
    assert "twice = x * 2" in cells(build_source(tiny))["double"].source


def test_the_release_has_stubs(tiny):
    released = cells(build_release(tiny))
    assert released["double"].source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert released["why"].source == "YOUR ANSWER HERE"
    assert "twice" not in build_release(tiny).decode()


def test_released_cells_are_what_the_course_says(tiny):
    made = nbformat.reads(build_release(tiny).decode(), as_version=4).cells
    assert [(cell.cell_type, cell.source) for cell in made] == [(cell.kind, cell.source) for cell in tiny.release]


def test_roles_become_nbgrader_metadata(tiny):
    marks = {name: cell.metadata.get("nbgrader") for name, cell in cells(build_release(tiny)).items()}
    flags = {name: (item.grade, item.solution, item.locked) for name, item in marks.items() if item}
    assert flags["setup"] == (False, False, True)
    assert flags["double"] == (False, True, False)
    assert flags["double_check"] == (True, False, True)
    assert flags["why"] == (True, True, False)
    assert marks["double_check"]["points"] == 60
    assert all(item.schema_version == 3 and item.checksum for item in marks.values() if item)


def test_a_folded_check_begins_with_a_sentence():
    first = {
        cell.name: cell.released.splitlines()[0]
        for cell in load_course(ROOT).assignment("a1_convolution").cells
        if cell.source
    }
    assert first["corr2d_first_check"] == "# @title Check of corr2d: run this cell"


def test_a_check_that_calls_none_has_its_title_in_the_sentence(tiny):
    assert cells(build_release(tiny))["double_check"].source.startswith("# @title Check of Doubling: run this cell\n")


def test_the_code_of_a_check_is_folded(tiny):
    released = cells(build_release(tiny))
    assert released["double_check"].metadata.jupyter == {"source_hidden": True}
    assert released["double_check"].metadata.cellView == "form"
    assert "jupyter" not in released["setup"].metadata | released["double"].metadata


def test_a_check_without_points_is_read_only_and_not_graded(sample_course):
    tried = {NOTEBOOK: ("# %% double_check", '# %% first_try role="check"\nprint(double)\n\n# %% double_check')}
    mark = cells(build_release(load_course(sample_course(tried)).assignment("tiny")))["first_try"].metadata.nbgrader
    assert (mark.grade, mark.solution, mark.locked) == (False, False, True)


def test_locked_cells_cannot_be_edited(tiny):
    released = cells(build_release(tiny))
    assert released["double_check"].metadata.editable is False
    assert released["double"].metadata.deletable is False
    assert "editable" not in released["double"].metadata


def test_nothing_was_run(tiny):
    for data in (build_source(tiny), build_release(tiny)):
        assert all(not cell.outputs for cell in cells(data).values() if cell.cell_type == "code")


def test_every_build_gives_the_same_bytes(tiny):
    assert build_source(tiny) == build_source(tiny)
    assert build_release(tiny) == build_release(tiny)


def test_ids_stay_when_a_cell_is_added(sample_course, tiny):
    before = cells(build_release(tiny))
    more = ('# %% setup role="given"', '# %%\n"new"\n\n# %% setup role="given"')
    after = cells(build_release(load_course(sample_course({NOTEBOOK: more})).assignment("tiny")))
    assert len(after) == len(before) + 1
    assert before.keys() < after.keys()


def test_equal_cells_have_ids_of_their_own(sample_course):
    twice = ('print("play here")', 'print("play here")\n\n# %%\nprint("play here")')
    tiny = load_course(sample_course({NOTEBOOK: twice})).assignment("tiny")
    assert len(cells(build_release(tiny))) == len(tiny.release)


def test_a_submission_is_the_release_with_answers(tiny):
    made = cells(submission(tiny, {"double": "def double(x): return x**2"}))
    assert made["double"].source == "def double(x): return x**2"
    assert "NotImplementedError" in made["add"].source
    with pytest.raises(KeyError):
        submission(tiny, {"triple": ""})


def test_build_writes_what_is_stale_only(sample_course):
    course = load_course(sample_course())
    assert len(build(course)) == 5
    assert build(course) == ()


def test_check_tells_and_writes_nothing(sample_course):
    course = load_course(sample_course())
    stale = build(course, dry_run=True)
    assert [path.name for path in stale] == ["tiny.ipynb", "README.md"]
    assert not (course.root / "assignments").exists()
    assert not (course.root / "build").exists()


def test_a_changed_source_makes_the_release_stale(sample_course):
    build(load_course(sample_course()))
    course = load_course(sample_course({NOTEBOOK: ("Double a number", "Double any number")}))
    assert build(course, dry_run=True) == (course.root / "assignments" / "tiny" / "tiny.ipynb",)


def test_a_changed_answer_leaves_the_release_alone(sample_course):
    build(load_course(sample_course()))
    course = load_course(sample_course({NOTEBOOK: ("x * 2", "x + x")}))
    assert build(course, dry_run=True) == ()


@pytest.mark.parametrize("check", [True, False])
def test_strays_among_the_assignments_are_refused(sample_course, check):
    course = load_course(sample_course())
    build(course)
    stray = course.root / "assignments" / "tiny" / "reference.py"
    stray.write_text("def double(x): return x + x")
    with pytest.raises(CourseError, match="no assignment makes"):
        build(course, check)
    assert stray.exists()


def test_the_readme_says_what_to_do(sample_course):
    course = load_course(sample_course())
    build(course)
    text = (course.root / "assignments" / "tiny" / "README.md").read_text()
    assert "pip install ./shared" in text
    assert "| Doubling | 60 |" in text
    assert "Replace every `# YOUR CODE HERE` and `YOUR ANSWER HERE`" in text
    assert "the one file `tiny.ipynb`" in text


def test_jupytext_reads_the_same_cells(tiny):
    jupytext = pytest.importorskip("jupytext")
    read = jupytext.reads(tiny.notebook.read_text(), fmt="py:percent").cells
    assert [(cell.cell_type, cell.source) for cell in read] == [(cell.kind, cell.source) for cell in tiny.cells]


def test_a_course_gets_the_configuration_that_this_one_has(sample_course):
    course = load_course(sample_course())
    build(course)
    ours = (ROOT / "nbgrader_config.py").read_bytes()
    assert (course.root / "nbgrader_config.py").read_bytes() == ours
    (course.root / "nbgrader_config.py").write_text("mine")
    build(course)
    assert (course.root / "nbgrader_config.py").read_text() == "mine"


def test_the_gradebook_gets_what_generate_assignment_would_enter(sample_course):
    course = load_course(sample_course())
    build(course)
    assert [enter_assignment(course.assignment("tiny")) for _ in range(2)] == [True, False]
    with Gradebook(f"sqlite:///{course.root}/build/gradebook.db") as book:
        cells = {cell.name: cell.max_score for cell in book.find_notebook("tiny", "tiny").grade_cells}
        sources = [cell.name for cell in book.find_notebook("tiny", "tiny").source_cells]
    assert cells == {"double_check": 60, "add_check": 30, "why": 10}
    assert sorted(sources) == ["add", "add_check", "double", "double_check", "setup", "why"]


def test_nbgrader_releases_the_same_bytes(sample_course):
    course = load_course(sample_course())
    build(course)
    made = course.root / "assignments" / "tiny" / "tiny.ipynb"
    ours = made.read_bytes()
    config = (ROOT / "nbgrader_config.py").read_text()
    (course.root / "nbgrader_config.py").write_text(config)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "tiny", "--force"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(made.read_bytes()) == json.loads(ours)
    assert made.read_bytes() == ours
    assert build(course, dry_run=True) == ()
