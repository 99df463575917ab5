"""`docs/coverage.md`: from the rows of the course notes to sentences of the notebooks and checks."""

from __future__ import annotations

import pytest

from autograder.authoring.coverage import counted_rows, coverage_page, notes, survivors, write_coverage
from autograder.authoring.notebooks import build
from autograder.course import load_course
from autograder.errors import CourseError

ROWS = (
    'about = "All of it is small."\n[N0]\ntitle = "A note"\nN0-1 = "Twice | a | number"\nN0-2 = "Sums"\nN0-3 = "Why"\n'
)
SAYS = 'says = "Double a number,  *add* two numbers, say why."\n'
FIRST = f'[N0-1.double]\n{SAYS}checks = ["double_is_twice"]\n'
SECOND = f'[N0-2.add]\n{SAYS}checks = ["add_sums"]\npartly = "no sum of three | or more"\n'
THIRD = f"[N0-3.why]\n{SAYS}written = true\n"


def course(sample_course, served=FIRST + SECOND + THIRD):
    return load_course(sample_course({"rows.toml": ROWS, "tiny/rows.toml": served}))


def test_a_row_quotes_its_sentence_and_names_its_checks(sample_course):
    text = coverage_page(course(sample_course))
    assert (
        "| N0-1 | Twice \\| a \\| number | [TINY `double`](../assignments/tiny/tiny.ipynb) | “Double a number," in text
    )
    assert "| [`double_is_twice`](../solutions/tiny/test_tiny.py) |" in text


def test_what_nobody_asks_for_is_counted_apart(sample_course):
    shown = f'[N0-3.why]\n{SAYS}shown = "nobody can ask for it"\n'
    text = coverage_page(course(sample_course, FIRST + SECOND + shown))
    assert "3 rows: 2 graded by hidden checks, 0 answered in writing, 1 only shown." in text
    assert "<br>**partly**: no sum of three \\| or more |" in text


def test_the_page_begins_with_what_is_true_of_all_rows(sample_course):
    ours = course(sample_course)
    whole = f"{counted_rows(notes(ours))} All of it is small."
    assert whole == (
        "3 rows: 2 graded by hidden checks, 1 answered in writing, 0 only shown. "
        "Of 1 a part is not asked for. All of it is small."
    )
    assert whole in coverage_page(ours)


def test_the_heading_is_the_one_above_the_sentence(sample_course):
    head = "# ## T1.1 · Sums\n#\n# *Difficulty ●○○○○ · Importance ●○○○○ · about 5 minutes*\n# \n# Double a number"
    root = sample_course(
        {"rows.toml": ROWS, "tiny/rows.toml": FIRST + SECOND + THIRD, "tiny/notebook.py": ("# Double a number", head)}
    )
    assert "[T1.1 `add`]" in coverage_page(load_course(root))


@pytest.mark.parametrize(
    ("served", "told"),
    [
        (FIRST + THIRD, "row N0-2 is not covered by any task\n  in .*solutions.rows.toml:5"),
        ('[N0-2.subtract]\nsays = "a b c d"\n', "there is no exercise subtract"),
        (
            FIRST.replace("double_is_twice", "double_is_twise"),
            "no check double_is_twise\n  in .*:1\n  .*“double_is_twice”",
        ),
        (FIRST.replace("double_is_twice", "add_sums"), "double has no check add_sums\n  in .*\n  it belongs to add"),
        (FIRST.replace("N0-1", "N0-7"), "there is no row N0-7\n  in .*:1\n  did you mean"),
        ('N0-1 = ["double"]\n', "row N0-1 does not say where it is taught\n  in .*:1\n  write .N0-1.EXERCISE."),
        (
            FIRST.replace("two numbers", "two figures"),
            "do not read\n  in .*:1\n  nearest sentence: “Double a number, add two",
        ),
        (FIRST.replace(SAYS, 'says = "Double a number"\n'), "needs a sentence of the notebook"),
        (FIRST.replace(SAYS, f'says = "{"Double " * 30}"\n'), "needs a sentence of the notebook"),
        (FIRST.replace(SAYS, 'says = "Because I say so."\n'), "students do not read"),
        (FIRST + "written = true\n", "does not say, once, what asks for it"),
        (FIRST.replace('checks = ["double_is_twice"]\n', ""), "does not say, once, what asks for it"),
        (FIRST.replace('checks = ["double_is_twice"]', "written = true"), "double is not marked by people"),
        (FIRST.replace('["double_is_twice"]', '["a", "b", "c", "d"]'), "names 4 checks"),
        (FIRST.replace("checks", "check"), "unknown setting “check”"),
    ],
)
def test_what_is_not_so_is_refused_with_file_and_line(sample_course, served, told):
    with pytest.raises(CourseError, match=told):
        notes(course(sample_course, served))


def test_no_notebook_is_built_that_lost_a_sentence_of_a_row(sample_course):
    ours = course(sample_course, FIRST.replace("two numbers", "two figures"))
    with pytest.raises(CourseError, match="which students do not read"):
        build(ours)
    assert not (ours.root / "assignments").exists()


def test_a_check_of_a_row_that_no_known_mistake_fails_is_told(sample_course):
    assert list(survivors(course(sample_course), jobs=1)) == ["N0-2: no known mistake fails tiny, add_sums"]


def test_a_stale_page_is_told_and_then_written(sample_course):
    ours = course(sample_course)
    path = ours.root / "docs" / "coverage.md"
    assert write_coverage(ours, dry_run=True) == [path]
    assert not path.exists()
    assert write_coverage(ours) == [path]
    assert write_coverage(ours, dry_run=True) == []
