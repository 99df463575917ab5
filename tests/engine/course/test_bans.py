"""What an exercise switches off: read from assignment.toml, said by the notebook, and by both alike."""

import pytest

from autograder.course import load_course
from autograder.course.bans import meaning, sentence
from autograder.errors import CourseError

TOML, NOTEBOOK = "tiny/assignment.toml", "tiny/notebook.py"
SAID = f'"""Twice x.\n\n    - {sentence(["padding"])}.\n    """'
TOLD = f"say why.\n#\n# - {meaning('padding')}"
DECLARED = {TOML: 'title = "Tiny"\n\n[bans]\ndouble = ["padding"]\n'}


def course(sample_course, toml=DECLARED[TOML], said=SAID, told=TOLD):
    root = sample_course({TOML: toml})
    path = root / "solutions" / NOTEBOOK
    path.write_text(path.read_text().replace('"""Twice x"""', said).replace("say why.", told, 1))
    return load_course(root).assignment("tiny")


def test_a_ban_belongs_to_an_exercise(sample_course):
    bans = course(sample_course).bans
    assert list(bans) == ["double"]
    assert any("constant_pad" in word for word in bans["double"].stops("double"))


def test_a_ban_of_one_function_leaves_the_others_alone(sample_course):
    bans = course(sample_course, DECLARED[TOML].replace("double =", "double.double =")).bans["double"]
    assert bans.stops("double") == bans.stops()  # a helper may call any of them
    assert course(sample_course, 'title = "Tiny"\n', '"""Twice x"""', "say why.").bans == {}


@pytest.mark.parametrize(
    ("toml", "what"),
    {
        'duble = ["padding"]': "unknown exercise “duble”",
        'why = ["padding"]': "unknown exercise “why”",
        'double = ["pading"]': "unknown family “pading”",
        'double.add = ["padding"]': "unknown function “add”",
        'double = "padding"': "must be a list",
        "double = []": "must be a list",
    }.items(),
)
def test_what_is_not_there_cannot_be_switched_off(sample_course, toml, what):
    with pytest.raises(CourseError, match=what) as caught:
        course(sample_course, f'title = "Tiny"\n\n[bans]\n{toml}\n')
    assert caught.value.where.endswith("assignment.toml:4")


@pytest.mark.parametrize(
    "said",
    [
        {"said": '"""Twice x"""'},
        {"said": SAID.replace("`F.pad`", "`F.unfold`")},
        {"said": SAID.replace("`F.pad` is", "`F.unfold` and `F.pad` are")},
        {"told": "say why."},
        {"told": f"{TOLD}\n# - {meaning('fold')}"},
        {"toml": 'title = "Tiny"\n'},
        {"toml": 'title = "Tiny"\n', "told": "say why."},
    ],
)
def test_a_notebook_that_says_something_else_is_refused(sample_course, said):
    with pytest.raises(CourseError) as caught:
        course(sample_course, **said)
    assert "notebook.py" in caught.value.where
