"""A mark is for one answer: who hands in another one keeps it, and the person who gave it is asked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course import load_course
from autograder.gradebook import database, marked
from autograder.gradebook.gather import gather_contexts, not_final
from autograder.model import WrittenAnswer
from tests.engine.samples.book import book_of, enter, make_book, make_course, report, url_of


@pytest.fixture
def root(tmp_path):
    make_course(tmp_path)
    make_book(url_of(tmp_path))
    return tmp_path


def wrote(text, state="given"):
    return replace(report("ada"), answers=(WrittenAnswer("why", text, state),))


def recorded(root, *texts):
    for text in texts:
        database.record([wrote(text)], root)


def points(root):
    """The program's, the person's, and whether a person is asked."""
    with book_of(root) as book:
        row = book.find_grade("why", "tiny", "tiny", "ada")
        return row.auto_score, row.manual_score, row.needs_manual_grade


def earlier(root):
    with book_of(root) as book:
        return {name: answer.text for name, answer in marked.earlier_answers(book, "tiny").get("ada", {}).items()}


def test_a_mark_stays_on_a_new_answer_and_is_asked_about(root):
    recorded(root, "first")
    enter(root, "ada", why=3)
    recorded(root, "first")
    assert points(root) == (None, 3, False)
    recorded(root, "second", "third", "third")
    assert (points(root), earlier(root)) == ((None, 3, True), {"why": "first"})


@pytest.mark.parametrize(
    ("given", "again"), [({"double_check": 5}, True), ({"double_check_extra": 2}, True), ({}, False)]
)
def test_points_for_code_are_asked_about_when_another_file_comes(root, given, again):
    """Where the program's points were the same as before, a person's stayed on the new file without a word."""
    first, second = (replace(report("ada", ("double_is_twice",)), digest=text) for text in ("first", "second"))
    database.record([first], root)
    enter(root, "ada", **given)
    database.record([first], root)
    assert not code_is_asked_about(root)
    database.record([second], root)
    assert code_is_asked_about(root) == again
    if again:
        enter(root, "ada", **given)
        database.record([second], root)
        assert not code_is_asked_about(root)


def test_points_for_an_answer_are_asked_about_when_a_file_comes_that_nobody_can_read(root):
    database.record([replace(wrote("first"), digest="1")], root)
    enter(root, "ada", why=3)
    database.record([replace(wrote("first"), digest="2")], root)
    assert points(root) == (None, 3, False)
    database.record([report("ada", digest="3", problem="no notebook", fault="student")], root)
    assert points(root) == (None, 3, True)


def code_is_asked_about(root):
    with book_of(root) as book:
        return book.find_grade("double_check", "tiny", "tiny", "ada").needs_manual_grade


def test_a_person_who_looked_again_is_not_asked_any_more(root):
    recorded(root, "first")
    enter(root, "ada", why=3)
    recorded(root, "second")
    enter(root, "ada", why=4)
    recorded(root, "second")
    assert (points(root), earlier(root)) == ((None, 4, False), {})


def test_where_something_else_asked_about_everything_only_news_are_left(root):
    recorded(root, "first")
    enter(root, "ada", why=3)
    for text, asked in (("first", False), ("second", True)):
        with book_of(root) as book:
            book.find_grade("why", "tiny", "tiny", "ada").needs_manual_grade = True  # nbgrader's SaveAutoGrades
            database.write_scores(book, wrote(text), asked=())
        assert points(root)[2] is asked


def test_a_blank_answer_has_no_points_and_a_comment(root):
    database.record([wrote("", "blank")], root)
    assert points(root) == (0, None, False)
    with book_of(root) as book:
        assert book.find_comment("why", "tiny", "tiny", "ada").auto_comment == "No response."
    recorded(root, "first")
    assert points(root) == (None, None, True)
    with book_of(root) as book:
        assert book.find_comment("why", "tiny", "tiny", "ada").auto_comment is None


def test_a_page_knows_the_earlier_answer(root):
    recorded(root, "first")
    enter(root, "ada", why=3)
    recorded(root, "second")
    course = load_course(root)
    context = gather_contexts(course, course.assignment("tiny"), [wrote("second")])["ada"]
    assert context.earlier["why"].text == "first"
    assert context.grade.asks == ("why",)
    assert not_final([context.grade]) == ["new since a person gave the points: look again: ada"]
