"""An extension for somebody whom nobody knows is refused: it used to cost the one who was meant points, in silence."""

from __future__ import annotations

import pytest

from autograder.course import load_course
from autograder.errors import CourseError
from autograder.gradebook import database
from tests.engine.samples.book import book_of, hand_in, make_book, make_course, report, url_of


def course_of(root, *students: str, extension: str):
    """A course in which these handed in, and somebody has more time."""
    make_course(root, f'[late]\nflat = 10\n[extensions]\n{extension} = "2 days"\n')
    for student in students:
        hand_in(root, student)
    return load_course(root)


def test_a_misspelt_student_is_refused_with_the_nearest_name_and_the_line(tmp_path):
    with pytest.raises(CourseError, match=r"“adda”, whom nobody knows\n.*course.toml:6\n.*did you mean “ada”"):
        database.term_of(course_of(tmp_path, "ada", "bob", extension="adda"), "tiny")


@pytest.mark.parametrize(
    ("extension", "student"),
    [('"Ada"', "ada"), ('"ADA@x.edu"', "ada"), ('"Jane Doe"', "Jane Doe_902"), ('"Doe, Jane"', "Jane Doe_902"),
     ("doejane", "doejane_502"), ('"jane_doe"', "Jane Doe"), ('"jané"', "jane"), ('"JANE_DOE_902"', "Jane Doe_902")],
)  # fmt: skip
def test_a_student_in_another_form_is_refused_with_the_one_that_is_known(tmp_path, extension, student):
    """Each of them cost somebody points in silence: too far from the known name, or another number."""
    with pytest.raises(CourseError, match=f"did you mean “{student}”"):
        database.term_of(course_of(tmp_path, student, "bob", extension=extension), "tiny")


@pytest.mark.parametrize("other", ["zoe", "s1002", "anne"])
def test_who_has_not_handed_in_yet_may_have_more_time(tmp_path, other):
    course = course_of(tmp_path, "ada", "s1001", "anna", extension=other)
    assert database.term_of(course, "tiny").extension(other, "tiny") > 0


def test_where_the_gradebook_lists_the_class_nobody_else_has_more_time(tmp_path):
    course = course_of(tmp_path, "ada", extension="zoe")
    make_book(url_of(tmp_path))
    with book_of(tmp_path) as book:
        book.add_student("carl")
    with pytest.raises(CourseError, match=r"“zoe”, whom nobody knows\n.*\n.*nbgrader db student add zoe"):
        database.term_of(course, "tiny")


def test_recording_asks_the_same(tmp_path):
    course_of(tmp_path, "ada", extension="adda")
    make_book(url_of(tmp_path))
    with pytest.raises(CourseError, match="did you mean “ada”"):
        database.record([report("ada")], tmp_path)
