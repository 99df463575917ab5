"""Suites in folders, a file for each exercise; mistakes that are edits of a right definition."""

from __future__ import annotations

import pytest

from autograder.authoring.proof_set import ALTERNATIVE, MISTAKE, replacements
from autograder.course import load_course
from autograder.course.answers import mistakes_of, wrong_definition
from autograder.errors import CourseError
from autograder.grading.dependencies import dependencies_of
from autograder.grading.keys import context_digest
from autograder.judge.mistakes import load_mistakes
from autograder.judge.plugin import with_suite

EDIT = 'edit("double", "tripled", "x * 2", "x * 3", hint="Two, not three.")\n'
MISTAKES = f"""from autograder.judge import edit, mistake

{EDIT}

@mistake(replaces="double", hint="That is the square: multiply by 2.")
def squared(x):
    return x**2


edit("double", "of_another", "x + x", "x + 1", of="double__sum", hint="Add x to itself.")
"""
DOUBLE = '''import reference

from autograder.judge import check, expect

from ._helpers import numbers


@check()
def test_double_is_twice(student, cases):
    """double gives twice its input"""
    x = numbers(cases)
    expect(student.double(x)).to_match(reference.double(x))
'''
ADD = DOUBLE.replace("double", "add").replace("(x))", "(x, x))").replace("is_twice", "sums")
HELPERS = 'def numbers(cases):\n    """Of the cases."""\n    return cases.tensor(3, 4)\n'
FOLDERS = {
    "tiny/test_tiny.py": None,
    "tiny/mistakes.py": None,
    "tiny/checks/double.py": DOUBLE,
    "tiny/checks/add.py": ADD,
    "tiny/checks/_helpers.py": HELPERS,
    "tiny/mistakes/double.py": MISTAKES,
    "tiny/alternatives/double.py": "def double__sum(x):\n    return x + x\n",
}


@pytest.fixture
def tiny(sample_course):
    """`tiny({…})` is the sample assignment in folders, changed."""
    return lambda changes=None: load_course(sample_course(FOLDERS | (changes or {}))).assignment("tiny")


def refusal(tiny, changes) -> str:
    with pytest.raises(CourseError) as caught:
        tiny(changes)
    return str(caught.value)


def test_checks_stand_in_the_order_of_the_notebook(tiny):
    checks = tiny().checks
    assert [(check.exercise, check.name) for check in checks] == [("double", "double_is_twice"), ("add", "add_sums")]
    assert [check.path.name for check in checks] == ["double.py", "add.py"]


def test_edits_and_functions_are_mixed_in_the_order_of_the_lines(tiny):
    found = mistakes_of(tiny())
    assert [(mistake.exercise, mistake.name) for mistake in found] == [
        ("double", "tripled"), ("double", "squared"), ("double", "of_another")
    ]  # fmt: skip
    assert found[0].hint == "Two, not three."


def test_an_edit_changes_the_answer_or_an_alternative(tiny):
    assignment = tiny()
    first, second, third = (wrong_definition(assignment, mistake) for mistake in mistakes_of(assignment))
    assert "twice = x * 3" in first
    assert "def double(x)" in second
    assert third == "def double(x):\n    return x + 1"


def test_a_proof_uses_what_the_folders_hold(tiny):
    made = [(replacement.kind, replacement.name, replacement.exercise) for replacement in replacements(tiny())]
    assert made[0] == (ALTERNATIVE, "double__sum", "double")
    assert made[1:] == [(MISTAKE, name, "double") for name in ("tripled", "squared", "of_another")]


def test_edits_are_compiled_for_the_replay(tiny):
    loaded = {mistake.name: mistake.implementation(5) for mistake in load_mistakes(tiny())}
    assert loaded == {"tripled": 15, "squared": 25, "of_another": 6}


def test_an_edited_answer_finds_what_the_notebook_gives(tiny):
    given = "import math\nBASE = 4\n\ndef scaled(x):\n    return BASE * x\n\nprint(1 / 0)"
    notebook = ("# %% [markdown]\n", f'# %% more role="given"\n{given}\n\n# %% [markdown]\n')
    edit = 'edit("double", "scaled_by_pi", "x * 2", "scaled(x) + math.pi + add(1, 2)", hint="Only twice.")\n'
    mistakes = f"from autograder.judge import edit\n{edit}"
    (loaded,) = load_mistakes(tiny({"tiny/notebook.py": notebook, "tiny/mistakes/double.py": mistakes}))
    assert loaded.implementation(1) == pytest.approx(4 + 3.14159265 + 3)


def test_a_suite_in_a_folder_is_collected_with_its_helpers(tiny):
    assert with_suite(tiny(), lambda suite: list(suite.items)) == ["double_is_twice", "add_sums"]


def test_helpers_of_two_assignments_never_mix(tiny, sample_course):
    first = tiny()
    found = [with_suite(first, lambda suite: suite.items["add_sums"].module.numbers.__doc__)]
    (first.folder / "checks/_helpers.py").write_text(HELPERS.replace("Of the cases", "Another"))
    found.append(with_suite(first, lambda suite: suite.items["add_sums"].module.numbers.__doc__))
    assert found == ["Of the cases.", "Another."]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (EDIT.replace('"x * 2"', '"4 * x"'), "“4 * x” does not occur in double"),
        (EDIT.replace('"x * 2"', '"x"'), "times in double; it must occur exactly once"),
        (EDIT.replace('"x * 3"', '"x *"'), "produces invalid Python: twice = x *"),
        (EDIT.replace('"x * 2", "x * 3"', '"x * 2", "x * 3", "* 2", ""'), "two replacements of tripled overlap"),
        (EDIT.replace(', "x * 3"', ""), "edit() needs at least one old/new pair"),
        (EDIT.replace('"x * 2"', "str(2)"), "an old or new text is computed"),
        (EDIT.replace('"double"', '"halve"'), "no answer of the exercise “double” defines “halve”"),
        (EDIT.replace("hint=", 'of="double__no", hint='), "no alternative defines “double__no”"),
        (EDIT.replace("hint=", 'of="add__no", hint='), "“add__no” is not an alternative of “double”"),
        (EDIT + EDIT, "duplicate name “tripled” (also line 3)"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_with_its_line(tiny, edit, told):
    said = refusal(tiny, {"tiny/mistakes/double.py": f"from autograder.judge import edit\n\n{edit}"})
    assert told in said
    assert "mistakes/double.py:" in said


def test_two_forms_of_one_part_are_refused(tiny):
    said = refusal(tiny, {"tiny/test_tiny.py": DOUBLE})
    assert "there are both checks/ and test_tiny.py" in said


def test_a_file_of_no_exercise_is_refused_with_its_line(tiny):
    said = refusal(tiny, {"tiny/checks/duble.py": DOUBLE.replace("is_twice", "again")})
    assert "names the unknown exercise “duble”" in said
    assert "did you mean “double”?" in said


def test_another_exercise_than_the_files_is_refused(tiny):
    said = refusal(tiny, {"tiny/checks/add.py": ADD.replace("@check()", '@check("double")')})
    assert "“double” is not the exercise of this file" in said


def test_an_edit_in_one_file_knows_its_exercise(sample_course):
    text = f"from autograder.judge import edit\n\n{EDIT}"
    assignment = load_course(sample_course({"tiny/mistakes.py": text})).assignment("tiny")
    assert [(mistake.exercise, mistake.name) for mistake in mistakes_of(assignment)] == [("double", "tripled")]


@pytest.mark.parametrize(
    ("name", "checks", "mistakes"),
    [
        ("checks/double.py", {"double_is_twice"}, False),
        ("checks/_helpers.py", {"double_is_twice", "add_sums"}, False),
        ("mistakes/double.py", set(), True),
    ],
)
def test_a_change_in_a_file_touches_its_exercise_alone(tiny, name, checks, mistakes):
    assignment = tiny()
    before = dependencies_of(assignment, "landlock")
    path = assignment.folder / name
    path.write_text(path.read_text().replace("3", "9").replace("x = numbers(cases)", "x = 1 * numbers(cases)"))
    now = dependencies_of(load_course(assignment.folder.parents[1]).assignment("tiny"), "landlock")
    assert {check for check, print_ in now.checks.items() if print_ != before.checks[check]} == checks
    assert (now.mistakes != before.mistakes) is mistakes
    assert (now.base, now.context == before.context) == (before.base, False)


def test_an_edits_fingerprint_covers_the_answer(tiny):
    assignment = tiny()
    before = dependencies_of(assignment, "landlock").mistakes
    assignment.notebook.write_text(assignment.notebook.read_text().replace("x * 2", "x * 2 * 1"))
    assert dependencies_of(load_course(assignment.folder.parents[1]).assignment("tiny"), "landlock").mistakes != before


def test_the_key_changes_with_the_alternative_that_is_edited(tiny):
    assignment = tiny()
    before = context_digest(assignment, "landlock")
    path = assignment.folder / "alternatives/double.py"
    path.write_text(path.read_text() + "\n\ndef double__twice(x):\n    return x * 2\n")
    assert context_digest(assignment, "landlock") == before
    path.write_text(path.read_text().replace("x + x", "(x + x)"))
    assert context_digest(assignment, "landlock") != before
