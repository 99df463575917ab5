"""One set of numbers: from reports, from the gradebook, with lateness, in nbgrader's own export."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder.course import Exercise, load_course
from autograder.course.term import load_term
from autograder.gradebook import database, late_penalties, opening
from autograder.gradebook.gather import recomputed_grades
from autograder.gradebook.grades import from_book, from_reports, unrecorded
from autograder.grading.session import store_of
from autograder.model import CheckResult, ExerciseResult, Verdict
from tests.engine.samples.book import book_of, enter, hand_in, make_book, make_course, report, rule, url_of

DUE = datetime(2030, 1, 10, 12, tzinfo=UTC)
RULES = "[deadlines]\ntiny = 2030-01-10T12:00:00Z\n[late]\nper_day = 10\n"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A gradebook that knows the assignment and nobody."""
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    make_book(f"sqlite:///{path}")
    return path


@pytest.fixture
def root(tmp_path, empty):
    """A course with an empty gradebook."""
    make_course(tmp_path, RULES)
    shutil.copy(empty, tmp_path / "build" / "gradebook.db")
    return tmp_path


def grades(root, reports=()):
    """Grade by student, as the gradebook has it."""
    course = load_course(root)
    with book_of(root) as book:
        return {item.student: item for item in from_book(course.assignment("tiny"), book, reports, course.term)}


def recorded(root, student="ada", days_late=0.0, failing=()):
    hand_in(root, student, DUE + timedelta(days=days_late))
    database.record([report(student, failing)], root)


def by_nbgrader(root):
    """Score by student in nbgrader's own export."""
    with Gradebook(url_of(root)) as book:
        CsvExportPlugin(to=str(root / "grades.csv")).export(book)
    with (root / "grades.csv").open(newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def test_a_stretch_is_on_top_in_nbgrader_and_lateness_leaves_it(root):
    """nbgrader adds what a cell is worth to the maximum, so a stretch is worth nothing there, and earns more."""
    tiny = load_course(root).assignment("tiny")
    tiny = replace(tiny, exercises=(*tiny.exercises, Exercise("thrice", "Thrice", 5.0, (), False, 99, True)))
    check = CheckResult("thrice", "thrice", "", Verdict.PASSED)
    thrice = ExerciseResult("thrice", "Thrice", 5.0, 5.0, (check,), stretch=True)
    with book_of(root) as book:
        book.add_grade_cell("thrice_check", "tiny", "tiny", max_score=0, cell_type="code")
    hand_in(root, "ada", DUE + timedelta(hours=1))
    database.record([replace(report("ada"), exercises=(*report("ada").exercises, thrice))], root)
    with book_of(root) as book:
        (grade,) = from_book(tiny, book, [], load_term(root))
    assert (grade.points, grade.raw, grade.penalty, grade.extra) == (100, 95, 9, 5)
    assert by_nbgrader(root) == {"ada": 86}


def test_points_of_people_count_and_extra_credit_is_added(root):
    recorded(root, failing=("add_sums",))
    enter(root, "ada", why=7.25, add_check=12, double_check_extra=3)
    grade = grades(root)["ada"]
    assert [mark.score for mark in grade.marks] == [63, 12, 7.25]
    assert (grade.score, grade.points, grade.waiting) == (82.25, 100, ())
    assert by_nbgrader(root) == {"ada": 82.25}


def test_what_a_person_still_has_to_grade_is_listed(root):
    recorded(root)
    assert grades(root)["ada"].waiting == ("why",)
    assert grades(root)["ada"].unjudged == ()


def test_lateness_costs_what_the_course_says(root):
    recorded(root, days_late=1.5, failing=("double_is_twice",))
    grade = grades(root)["ada"]
    assert (grade.raw, grade.penalty, grade.score) == (50, 10, 40)
    assert by_nbgrader(root) == {"ada": 40}


def test_a_penalty_follows_a_deadline_that_moves(root):
    recorded(root, days_late=1.5)
    rule(root, RULES.replace("01-10", "01-11"))
    with opening.opened(root, "tiny") as (book, config):
        assert late_penalties.recompute(book, "tiny", config) == {"ada": (18, 9)}
    rule(root, RULES + '[extensions]\nada = "3 days"\n')
    with opening.opened(root, "tiny") as (book, config):
        assert late_penalties.recompute(book, "tiny", config) == {"ada": (9, 0)}
    assert grades(root)["ada"].score == 90


def test_a_penalty_follows_the_points_that_a_person_gives(root):
    recorded(root, days_late=1)
    enter(root, "ada", why=10, add_check_extra=5)
    with opening.opened(root, "tiny") as (book, config):
        late_penalties.recompute(book, "tiny", config)
    assert (grades(root)["ada"].penalty, grades(root)["ada"].score) == (10, 95)


def test_a_deadline_of_formgrader_stays_where_the_course_names_none(root):
    rule(root, "[late]\nflat = 50\n")
    recorded(root)
    with book_of(root) as book:
        book.update_or_create_assignment("tiny", duedate=DUE - timedelta(days=1))
    database.record([report("ada")], root)
    assert grades(root)["ada"].score == 45


def test_a_deadline_of_formgrader_counts_before_anything_is_recorded(root):
    rule(root, "[late]\nflat = 50\n")
    hand_in(root, "ada", DUE)
    with book_of(root) as book:
        book.update_or_create_assignment("tiny", duedate=DUE - timedelta(days=1))
    store_of(load_course(root).assignment("tiny")).put(report("ada"))
    (grade,), _ = recomputed_grades(load_course(root), load_course(root).assignment("tiny"))
    assert grade.seconds_late == 86400
    assert grade.score == 45


def test_reports_alone_give_the_same_grades(root):
    reports = [report("ada"), report("bob", ("double_is_twice",))]
    for item, days in zip(reports, (0, 2.5), strict=True):
        hand_in(root, item.student, DUE + timedelta(days=days))
    database.record(reports, root)
    times = {"ada": DUE, "bob": DUE + timedelta(days=2.5)}
    alone = from_reports(load_course(root).assignment("tiny"), reports, load_term(root), times)
    assert {grade.student: grade.score for grade in alone} == by_nbgrader(root) == {"ada": 90, "bob": 35}


def test_a_check_without_verdict_waits_for_a_person(root):
    broken = report("ada", problem="the box broke", fault="ours")
    database.record([broken], root)
    assert grades(root)["ada"].unjudged == ("double", "add")
    (alone,) = from_reports(load_course(root).assignment("tiny"), [broken], load_term(root), {})
    assert (alone.score, alone.unjudged) == (0, ("double", "add"))


def test_an_answer_that_nobody_has_read_waits_in_formgrader_too(root):
    """Recorded by `grade --record` alone it was counted as done there."""
    recorded(root)
    with book_of(root) as book:
        assert book.find_submission("tiny", "ada").needs_manual_grade
    enter(root, "ada", why=7)
    recorded(root)
    with book_of(root) as book:
        assert not book.find_submission("tiny", "ada").needs_manual_grade


def test_who_handed_in_nothing_is_there_without_points(root):
    with book_of(root) as book:
        book.add_student("zoe", first_name="Zoë", last_name="Ähre")
    grade = grades(root)["zoe"]
    assert (grade.submitted, grade.score, grade.waiting) == (False, 0, ())
    assert grade.person.first_name == "Zoë"


def test_reports_that_are_not_recorded_are_told(root):
    recorded(root)
    newer = report("ada", ("add_sums",))
    with book_of(root) as book:
        found = from_book(load_course(root).assignment("tiny"), book, [newer], load_term(root))
    assert unrecorded(found, [report("ada")]) == []
    assert unrecorded(found, [newer, report("bob")]) == ["ada", "bob"]


def test_looking_makes_no_gradebook(tmp_path):
    make_course(tmp_path)
    with opening.opened(tmp_path, "tiny") as found:
        assert found is None
    assert not (tmp_path / "build" / "gradebook.db").exists()


def test_an_unknown_assignment_has_no_gradebook(root):
    with opening.opened(root, "other") as found:
        assert found is None
