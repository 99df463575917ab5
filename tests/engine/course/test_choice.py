"""Which exercises are graded this term: [choose], [leave_out] and [stretch] of course.toml."""

from __future__ import annotations

import pytest

from autograder.course import load_course
from autograder.course.points import shared_out
from autograder.errors import CourseError
from autograder.grading.keys import context_digest

HEAD = """# | | task | points | minutes |
# |---|---|---:|---:|
# | T1 | Twice | 60 | 30 |
# | T2 | Add | 30 + 10 | 20 |
# | T3 | Thrice | +5 | 10 |
#
# ## T1 · Twice
#
# *Difficulty ●●○○○ · Importance ●●●●● · about 30 minutes · 60 points*
#
# Double a number"""
SECOND = """# %% [markdown]
# ## T2 · Add
#
# *Difficulty ●●○○○ · Importance ●●●○○ · about 20 minutes · 30 points, and 10 for an explanation*

# %% add role="solution\""""
THIRD = """# %% [markdown]
# ## T3 · Thrice
#
# *Difficulty ●●○○○ · Importance ●●○○○ · about 10 minutes · extra credit: +5*

# %% thrice role="solution"
def thrice(x):
    ### BEGIN SOLUTION
    return x * 3
    ### END SOLUTION

# %% thrice_check role="check" stretch=5 title="Thrice"
assert thrice(2) == 6

# %%
print("play here")
"""
CHECK = '''

@check("thrice")
def test_thrice_is_thrice(student, cases):
    """thrice gives three times its input"""
    expect(student.thrice(2.5)).to_agree_with(7.5)
'''


@pytest.fixture
def chosen(sample_course):
    """`chosen("[choose]…")` is the sample assignment, with a stretch, under these lines of course.toml."""

    def read(lines=""):
        root = sample_course({"tiny/notebook.py": ("# Double a number", HEAD)})
        for name, old, new in (
            ("tiny/notebook.py", '# %% add role="solution"', SECOND),
            ("tiny/notebook.py", '# %%\nprint("play here")\n', THIRD),
            ("tiny/test_tiny.py", "expect(student.add(a, b)).to_match(reference.add(a, b))\n", None),
            ("tiny/reference.py", "return b + a\n", "return b + a\n\n\ndef thrice(x):\n    return x + x + x\n"),
            ("course.toml", '"sample"\n', f'"sample"\n\n{lines}\n'),
        ):
            path = root / "solutions" / name
            path.write_text(path.read_text().replace(old, new or old + CHECK))
        return load_course(root).assignment("tiny")

    return read


def _text(assignment) -> str:
    return "\n".join(cell.source for cell in assignment.release)


def test_without_a_word_everything_but_the_stretch_is_graded(chosen):
    tiny = chosen()
    assert [(each.name, each.points) for each in tiny.exercises] == [("double", 60), ("add", 30), ("why", 10)]
    assert tiny.whole.names == ("double", "add", "why", "thrice")


def test_a_stretch_that_is_off_is_practice_and_its_heading_says_so(chosen):
    text = _text(chosen())
    assert "about 10 minutes · not graded*" in text
    assert "| T3 | Thrice | – | 10 |" in text


def test_a_stretch_that_is_on_comes_on_top(chosen):
    tiny = chosen('[stretch]\ntiny = ["thrice"]')
    assert sum(each.maximum for each in tiny.exercises) == 100
    assert "about 10 minutes · extra credit: +5*" in _text(tiny)


def test_points_of_what_is_chosen_grow_to_the_total(chosen):
    tiny = chosen('[choose]\ntiny = ["add", "why"]')
    assert [(each.name, each.points) for each in tiny.exercises] == [("add", 90), ("why", 10)]
    assert [cell.points for cell in tiny.cells if cell.points] == [90, 10]


def test_headings_and_the_table_of_tasks_follow(chosen):
    text = _text(chosen('[choose]\ntiny = ["add"]'))
    assert "about 30 minutes · not graded*" in text
    assert "about 20 minutes · 100 points*" in text
    assert "| T2 | Add | 100 | 20 |" in text


def test_the_head_of_the_notebook_says_which_tasks_are_practice(chosen):
    said = "| T3 | Thrice | – | 10 |\n\n**Practice.** Not graded this term: T1, a part of T2. Cells and checks work"
    assert said in _text(chosen('[choose]\ntiny = ["add"]'))
    assert "Practice" not in _text(chosen())  # a stretch that is off is left out in no term


def test_what_is_left_out_stays_in_the_notebook_without_points(chosen):
    tiny = chosen('[leave_out]\ntiny = ["double", "why"]')
    cells = {cell.name: cell for cell in tiny.cells}
    assert (cells["double"].role, cells["double_check"].points, "why" in cells) == ("solution", None, False)
    assert "Because I say so" not in _text(tiny)


def test_only_checks_of_what_is_chosen_are_asked(chosen):
    tiny = chosen('[leave_out]\ntiny = ["double"]')
    assert [check.name for check in tiny.checks] == ["add_sums"]


@pytest.mark.parametrize("points", [[8, 14, 14], [1, 1, 1], [6, 14, 12, 8, 24, 8, 14]])
def test_shares_add_up_to_the_cent(points):
    assert sum(round(each * 100) for each in shared_out(points, 96)) == 9600


def test_shares_of_the_same_points_are_the_same_points():
    assert shared_out([6, 14.5, 79.5], 100) == [6, 14.5, 79.5]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            '[choose]\ntiny = [\n  "add",\n  "duoble",\n]',
            ("course.toml:7", "tiny has no exercise “duoble”", "“double”"),
        ),
        ('[choose]\ntinny = ["add"]', ("course.toml:5", "unknown assignment “tinny”", "“tiny”")),
        ('[choose]\ntiny = "add"', ("course.toml:5", "invalid value tiny", "a list of exercises")),
        ('[choose]\ntiny = ["thrice"]', ("course.toml:5", "nothing of tiny is left", "no extra credit")),
        ('[leave_out]\ntiny = ["add", "double", "why"]', ("course.toml:5", "nothing of tiny is left", "choose one")),
        ('[stretch]\ntiny = ["add"]', ("course.toml:5", "“add” is no stretch exercise", "[choose]")),
        (
            '[choose]\ntiny = ["add"]\n[leave_out]\ntiny = ["double"]',
            ("course.toml:7", "below [choose] and below [leave_out]", "keep one"),
        ),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_its_line(chosen, lines, told):
    with pytest.raises(CourseError) as caught:
        chosen(lines)
    assert [part for part in told if part not in str(caught.value)] == []


def test_another_choice_is_another_key(chosen):
    before = context_digest(chosen(), "bubblewrap")
    assert context_digest(chosen('[stretch]\ntiny = ["thrice"]'), "bubblewrap") != before
