"""`docs/coverage.md`: from the rows of the course notes to tasks and checks."""

from __future__ import annotations

import pytest

from autograder.authoring.coverage import coverage_page, notes, write_coverage
from autograder.course import load_course
from autograder.errors import CourseError

ROWS = '[N0]\ntitle = "A note"\nN0-1 = "Twice | a | number"\nN0-2 = "Sums"\n'
SERVED = 'N0-1 = ["double.double_is_twice"]\nN0-2 = ["add"]\n'


def course(sample_course, rows=ROWS, served=SERVED):
    return load_course(sample_course({"rows.toml": rows, "tiny/rows.toml": served}))


def test_a_row_names_its_task_and_its_checks(sample_course):
    ((first, second),) = [note.rows for note in notes(course(sample_course))]
    assert first.graded == ("`double_is_twice`",)
    assert second.graded == ("`add_sums`",)
    assert "tiny/tiny.ipynb" in first.tasks[0]


def test_the_page_is_a_table_with_a_line_for_each_row(sample_course):
    text = coverage_page(course(sample_course))
    assert "## N0 · A note" in text
    assert "| N0-1 | Twice \\| a \\| number |" in text


@pytest.mark.parametrize(
    ("served", "told"),
    [
        ('N0-1 = ["double"]\n', "row N0-2 is not covered by any task"),
        ('N0-1 = ["double"]\nN0-2 = ["subtract"]\n', "tiny has no subtract"),
        ('N0-1 = ["double.add_sums"]\nN0-2 = ["add"]\n', "tiny has no double.add_sums"),
        ('N0-3 = ["double"]\n', "unknown setting “N0-3”"),
    ],
)
def test_what_is_not_covered_is_an_error(sample_course, served, told):
    with pytest.raises(CourseError, match=told):
        notes(course(sample_course, served=served))


def test_a_stale_page_is_told_and_then_written(sample_course):
    ours = course(sample_course)
    path = ours.root / "docs" / "coverage.md"
    assert write_coverage(ours, dry_run=True) == [path]
    assert not path.exists()
    assert write_coverage(ours) == [path]
    assert write_coverage(ours, dry_run=True) == []
