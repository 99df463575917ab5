"""A course is read whole or refused with file, line and what to do."""

from __future__ import annotations

import shutil

import pytest

from autograder.course import load_course
from autograder.errors import CourseError, UnknownAssignment

COURSE, NOTEBOOK, SUITE = "course.toml", "tiny/notebook.py", "tiny/test_tiny.py"
MISTAKES, SETTINGS = "tiny/mistakes.py", "tiny/assignment.toml"


def test_a_valid_course_is_read(sample_course):
    course = load_course(sample_course())
    tiny = course.assignment("tiny")
    assert (course.name, tiny.title, tiny.secret, tiny.show) == ("Sample", "Tiny", "sample", "shapes")
    assert [(item.name, item.title, item.points, item.cells, item.manual) for item in tiny.exercises] == [
        ("double", "Doubling", 60, ("double",), False),
        ("add", "Adding", 30, ("add",), False),
        ("why", "Why?", 10, ("why",), True),
    ]


def test_a_file_with_the_mark_that_windows_puts_first_is_read(sample_course):
    root = sample_course()
    for path in root.rglob("*.toml"):
        path.write_text("\ufeff" + path.read_text("utf-8"), "utf-8")
    assert load_course(root).assignments[0].slug == "tiny"


def test_limits_default_where_unset(sample_course):
    limits = load_course(sample_course()).assignment("tiny").limits
    assert (limits.call_seconds, limits.memory_mb, limits.cell_seconds) == (2, 1024, 20)


def test_release_cells_hold_stubs(sample_course):
    cells = {cell.grade_id: cell for cell in load_course(sample_course()).assignment("tiny").release if cell.grade_id}
    stub = 'def double(x):\n    """Twice x"""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    assert cells["double"].source == stub
    assert (cells["why"].source, cells["why"].kind, cells["why"].role) == ("YOUR ANSWER HERE", "markdown", "manual")
    assert cells["setup"].source == "import torch"


def test_answers_stay_readable_for_us(sample_course):
    tiny = load_course(sample_course()).assignment("tiny")
    assert "twice = x * 2" in tiny.solution_source("double")
    assert tiny.exercise("double").line == 16


def test_checks_are_known_without_running(sample_course):
    checks = load_course(sample_course()).assignment("tiny").checks
    assert [(check.exercise, check.name, check.weight) for check in checks] == [
        ("double", "double_keeps_the_shape", 1),
        ("double", "double_is_twice", 2),
        ("add", "add_sums", 1),
    ]
    assert checks[1].after == ("double_keeps_the_shape",)
    assert checks[1].title == "double gives twice its input"


def test_one_exercise_may_have_two_cells(sample_course):
    second = '# %% half role="solution"\n### BEGIN SOLUTION\nhalf = 2\n### END SOLUTION\n\n# %% double_check'
    tiny = load_course(sample_course({NOTEBOOK: ("# %% double_check", second)})).assignment("tiny")
    assert tiny.exercise("double").cells == ("double", "half")


def test_magics_are_uncommented(sample_course):
    tiny = load_course(sample_course({NOTEBOOK: ("import torch", "# %matplotlib inline\nimport torch")})).assignment(
        "tiny"
    )
    assert tiny.release[1].source == "%matplotlib inline\nimport torch"


def test_hidden_folders_are_no_assignments(sample_course):
    root = sample_course()
    (root / "solutions" / "__pycache__").mkdir()
    (root / "solutions" / ".ipynb_checkpoints").mkdir()
    assert [item.slug for item in load_course(root).assignments] == ["tiny"]


def test_an_assignment_that_is_broken_stops_no_verb_that_is_about_another_one(sample_course):
    """All seven were read, and one of them being edited, to grade one."""
    root = sample_course()
    shutil.copytree(root / "solutions" / "tiny", root / "solutions" / "torn")
    (root / "solutions" / "torn" / "assignment.toml").write_text("title = ")
    course = load_course(root)
    assert course.assignment("tiny").names
    with pytest.raises(CourseError, match="torn"):
        list(course.assignments)


def test_an_unknown_slug_names_close_ones(sample_course):
    with pytest.raises(UnknownAssignment, match="did you mean tiny"):
        load_course(sample_course()).assignment("tinny")


def test_the_secret_is_not_printed(sample_course):
    root = sample_course({"course.toml": 'name = "Sample"\nsecret = "hush-hush"\n'})
    assert "hush-hush" not in repr(load_course(root))


ANSWER = "### BEGIN SOLUTION\n### END SOLUTION\n"
LOOSE = f'# %% loose role="solution"\n{ANSWER}\n'

BROKEN = {
    "no name in the settings": (COURSE, ("name", "nam"), "unknown setting “nam”", "course.toml:1"),
    "an empty secret": (COURSE, ('"sample"', '""'), "“secret” is missing", "course.toml:2"),
    "no course settings": (COURSE, None, "course.toml is missing", "course.toml"),
    "no assignment settings": (SETTINGS, None, "assignment.toml is missing", "assignment.toml"),
    "settings that are no TOML": (SETTINGS, ("title =", "title"), "invalid TOML", "assignment.toml:1"),
    "a misspelt limit": (SETTINGS, ("memory_mb", "memroy_mb"), "unknown setting “memroy_mb”", "assignment.toml:5"),
    "a negative limit": (SETTINGS, ("1024", "-1"), "invalid value memory_mb = -1", "assignment.toml:5"),
    "half a process": (SETTINGS, ("[limits]", "[limits]\nprocesses = 2.5"), "invalid value processes = 2.5", "toml:4"),
    "a limit that is true": (SETTINGS, ("1024", "true"), "invalid value memory_mb = True", "assignment.toml:5"),
    "an endless limit": (SETTINGS, ("[limits]", "[limits]\ncell_seconds = inf"), "cell_seconds = inf", "toml:4"),
    "limits that are no table": (
        SETTINGS,
        ("[limits]\n", "limits = 3\n[feedback]\nshow='shapes'\n[thresholds]\n"),
        "“limits” must be a table",
        "assignment.toml:3",
    ),
    "an unknown way of feedback": (
        SETTINGS,
        ("[limits]", '[feedback]\nshow="all"\n[limits]'),
        "invalid value show = 'all'",
        "assignment.toml:4",
    ),
    "a missing reference": ("tiny/reference.py", None, "reference.py is missing", "reference.py"),
    "a missing suite": (SUITE, None, "test_tiny.py is missing", "test_tiny.py"),
    "a missing notebook": (NOTEBOOK, None, "notebook.py is missing", "notebook.py"),
    "a suite that is no Python": (SUITE, ("def test_add", "deff test_add"), "not valid Python", "test_tiny.py:21"),
    "points below a hundred": (NOTEBOOK, ("points=30", "points=29"), "add up to 99, not 100", "notebook.py:28"),
    "a check cell without answer cell": (
        NOTEBOOK,
        ('[markdown] why role="manual" points=10', 'why_check role="check" points=10'),
        "“why_check” has no solution cell",
        "notebook.py:28",
    ),
    "an answer cell without check cell": (
        NOTEBOOK,
        ("# %%\nprint", LOOSE + "# %%\nprint"),
        "“loose” has no check cell",
        "notebook.py:31",
    ),
    "a check cell with another name": (
        NOTEBOOK,
        ("add_check", "check_add"),
        "must end in _check",
        "notebook.py:25",
    ),
    "the same id twice": (
        NOTEBOOK,
        ("# %% add role", "# %% double role"),
        "duplicate cell id “double”",
        "notebook.py:19",
    ),
    "a name without role": (NOTEBOOK, ('setup role="given"', "setup"), "“setup” has no role", "notebook.py:5"),
    "an unknown role": (NOTEBOOK, ('"given"', '"givn"'), "unknown role “givn”", "notebook.py:5"),
    "a role without name": (NOTEBOOK, ('setup role="given"', 'role="given"'), "needs a valid name", "notebook.py:5"),
    "an unknown kind of cell": (
        NOTEBOOK,
        ("[markdown] why", "[raw] why"),
        "unknown cell type [raw]",
        "notebook.py:28",
    ),
    "a check without points": (NOTEBOOK, ("points=60 ", ""), "“double_check” has no points", "notebook.py:16"),
    "points that are text": (NOTEBOOK, ("points=60", 'points="60"'), 'invalid value points="60"', "notebook.py:16"),
    "points on an answer cell": (
        NOTEBOOK,
        ('add role="solution"', 'add role="solution" points=1'),
        "not graded",
        "notebook.py:19",
    ),
    "an option that nobody knows": (
        NOTEBOOK,
        ("points=60", "pionts=60"),
        "invalid option: pionts=60",
        "notebook.py:16",
    ),
    "a solution without an end": (
        NOTEBOOK,
        ("    ### END SOLUTION", ""),
        "unbalanced",
        "notebook.py:8",
    ),
    "an answer in an open cell": (
        NOTEBOOK,
        ('print("play here")', ANSWER),
        "a solution in a cell that is released",
        "notebook.py:31",
    ),
    "hidden tests in the notebook": (
        NOTEBOOK,
        ("import torch", "### BEGIN HIDDEN TESTS"),
        "hidden tests",
        "notebook.py:5",
    ),
    "a bare line in markdown": (NOTEBOOK, ("# Double a", "Double a"), "without #", "notebook.py:3"),
    "text before the first cell": (
        NOTEBOOK,
        ("# %% [markdown]\n# # Tiny", "import os"),
        "before the first cell",
        "notebook.py:1",
    ),
    "a hidden check of no exercise": (
        SUITE,
        ('@check("add")', '@check("ad")'),
        "the unknown exercise “ad”",
        "test_tiny.py:21",
    ),
    "an exercise without hidden check": (
        SUITE,
        ('@check("add")', '@check("double")'),
        "“add” has no check",
        "notebook.py:25",
    ),
    "an exercise that nothing earns": (
        SUITE,
        ('@check("add")', '@check("add", weight=0)'),
        "“add” has no check",
        "notebook.py:25",
    ),
    "a test without exercise": (SUITE, ('@check("add")', ""), "has no exercise", "test_tiny.py:21"),
    "a check without a line to read": (SUITE, ('"""add gives the sum"""', ""), "has no docstring", "test_tiny.py:21"),
    "a check inside something else": (
        SUITE,
        ('"""add gives the sum"""', '"""Sum"""\n    def test_inner(): pass'),
        "not at the top",
        "test_tiny.py:23",
    ),
    "a weight below nothing": (SUITE, ("weight=2", "weight=-1"), "a number of at least 0", "test_tiny.py:14"),
    "a computed exercise": (SUITE, ('@check("add")', "@check(NAME)"), "exercise= is computed", "test_tiny.py:21"),
    "two checks of one name": (
        SUITE,
        ("test_add_sums", "test_double_is_twice"),
        "duplicate name",
        "test_tiny.py:21",
    ),
    "a prerequisite that is none": (
        SUITE,
        ('"double_keeps_the_shape"', '"doble"'),
        "the unknown check “doble”",
        "test_tiny.py:14",
    ),
    "checks in a circle": (
        SUITE,
        ('@check("double")', '@check("double", after="double_is_twice")'),
        "circular after=",
        "test_tiny.py:7",
    ),
    "a rule that the notebook does not state": (
        SUITE,
        ('@check("add")', '@check("add", quote="in any order at all")'),
        "add_sums quotes “in any order at all”",
        "test_tiny.py:21",
    ),
    "a rule that only the answer states": (
        SUITE,
        ('@check("add")', '@check("add", quote="return a + b")'),
        "add_sums quotes “return a + b”",
        "test_tiny.py:21",
    ),
    "a quote that states nothing": (SUITE, ('@check("add")', '@check("add", quote="a sum")'), "too short", "py:21"),
    "a quote that is no text": (SUITE, ('@check("add")', '@check("add", quote=3)'), "is not text", "test_tiny.py:21"),
    "a mistake in no exercise": (
        MISTAKES,
        ('mistake("double"', 'mistake("duble"'),
        "did you mean “double”",
        "mistakes.py:5",
    ),
    "a mistake in no function": (
        MISTAKES,
        ('replaces="double"', 'replaces="duble"'),
        "not in reference.py",
        "mistakes.py:5",
    ),
    "a mistake without hint": (
        MISTAKES,
        ("That is the square: multiply by 2.", ""),
        "hint is missing",
        "mistakes.py:5",
    ),
    "a slug with a blank": ("two words/assignment.toml", "", "invalid assignment name", "two words"),
}


TRIED = (NOTEBOOK, ("# %% double_check", '# %% first_try role="check"\nprint(double)\n\n# %% double_check'))


def test_a_check_without_points_closes_no_exercise(sample_course):
    tiny = load_course(sample_course(dict([TRIED]))).assignment("tiny")
    assert [exercise.name for exercise in tiny.exercises] == ["double", "add", "why"]
    assert [cell.role for cell in tiny.release if cell.grade_id in ("first_try", "double_check")] == ["check"] * 2


def test_an_answer_with_such_checks_only_is_refused(sample_course):
    more = '# %% more role="solution"\n### BEGIN SOLUTION\n### END SOLUTION\n# %% more_check role="check"\n\n'
    whole = sample_course({})
    path = whole / "solutions" / NOTEBOOK
    path.write_text(path.read_text() + more)
    with pytest.raises(CourseError, match="“more_check” has no points"):
        list(load_course(whole).assignments)


@pytest.mark.parametrize(("file", "change", "what", "where"), BROKEN.values(), ids=BROKEN)
def test_a_broken_course_is_refused(sample_course, file, change, what, where):
    with pytest.raises(CourseError) as caught:
        list(load_course(sample_course({file: change})).assignments)
    assert what in str(caught.value)
    assert where in caught.value.where
    assert caught.value.todo
