"""`convgrade explain`: who is meant, what is told, and the shell inside the box."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from autograder.authoring import notebooks, variants
from autograder.box.zygote import Wall
from autograder.cli.main import main
from autograder.course import load_course
from autograder.errors import UsageError
from autograder.explain.again import Again, try_again
from autograder.explain.shell import stay
from autograder.explain.show import Explanation
from autograder.explain.subject import Subject, find_subject, spec_name
from autograder.grading.keys import content_key, context_digest
from autograder.grading.session import store_of
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from tests.conftest import write_course

WRONG = "def double(x):\n    print('\\x1b[31mred', flush=True)\n    return x**2\n"
MESSAGE = "3 numbers are wrong \x1b[2J"


def squared(assignment):
    return variants.with_solution(assignment, {"double": WRONG})


@pytest.fixture
def course(tmp_path):
    return load_course(write_course(tmp_path))


def hand_in(course, student="Ada", raw=b""):
    assignment = course.assignment("tiny")
    path = course.root / "build/submitted" / student / "tiny/tiny.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw or squared(assignment))
    return path


def store(course, student="Ada", raw=b""):
    assignment = course.assignment("tiny")
    key = content_key(raw or squared(assignment), context_digest(assignment, "bubblewrap"))
    checks = (CheckResult("double", "double_is_twice", "double is twice", Verdict.FAILED, 2.0, MESSAGE),)
    report = Report("tiny", student, "tiny.ipynb", (ExerciseResult("double", "Doubling", 60, 0, checks),), key=key)
    return store_of(assignment).put(report)


# whom it is about -------------------------------------------------------------------------------


def test_a_student_is_found_by_name_and_the_graded_file_by_content(course):
    store(course)
    hand_in(course)
    for what in ("ada", "Ada", "tiny/Ada", str(store_of(course.assignment("tiny")).path("Ada"))):
        subject = find_subject(course, what)
        assert (subject.student, subject.same) == ("Ada", True)
        assert subject.raw == squared(course.assignment("tiny"))


def test_a_file_that_has_changed_since_is_told(course):
    store(course)
    hand_in(course, raw=notebooks.submission(course.assignment("tiny"), {}))
    subject = find_subject(course, "Ada")
    assert subject.raw is not None
    assert not subject.same


def test_a_notebook_is_a_subject_before_it_was_ever_graded(course):
    subject = find_subject(course, str(hand_in(course)))
    assert (subject.student, subject.report) == ("Ada", None)
    store(course)
    assert find_subject(course, str(hand_in(course, "x/Ada"))).report is not None


def test_who_is_unknown_gets_close_names(course):
    store(course, "Ada Lovelace")
    with pytest.raises(UsageError, match="did you mean Ada Lovelace"):
        find_subject(course, "Ada Lovlace")
    with pytest.raises(UsageError, match="double_is_twice"):
        spec_name(course.assignment("tiny"), "double_twice")


def test_without_the_file_the_stored_report_is_told(course, monkeypatch, capsys):
    store(course)
    monkeypatch.chdir(course.root)
    with pytest.raises(SystemExit) as ended:
        main(["explain", "Ada", "double_is_twice", "--verbose"])
    out = capsys.readouterr().out
    assert ended.value.code == 3
    assert "3 numbers are wrong" in out
    assert "\x1b" not in out
    assert "def test_double_is_twice" in out
    assert "def test_add" not in out


# the check again --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a TA reads who asks about the squared double and types a few lines."""
    course = load_course(write_course(tmp_path_factory.mktemp("course")))
    assignment = course.assignment("tiny")
    out, said = io.StringIO(), []
    lines = iter(
        ["args[0].shape", "for i in range(2):", "    print(i, double(i))", "", "1 / 0", "expected.sum()", "exit"]
    )

    def in_the_box(box, again):
        Explanation(Subject(assignment, "Ada"), "double_is_twice", Console(file=out, soft_wrap=True)).again(again)
        stay(box, again, lambda prompt: next(lines), said.append)

    again = try_again(assignment, squared(assignment), "double_is_twice", Wall(), in_the_box)
    return again, out.getvalue(), "\n".join(said)


def test_the_check_is_tried_again_and_the_mistake_named(told):
    again, text, _ = told
    assert (again.result.verdict, again.result.mistake) == (Verdict.FAILED, "squared")
    assert "That is the square" in text


@pytest.mark.parametrize(("verdict", "why"), [("carried", "here it uses the student's"), ("skipped", "comes after")])
def test_what_the_report_knows_and_the_check_alone_does_not_is_said(course, verdict, why):
    report = Report.from_json(store(course).read_text("utf-8"))
    (double,) = report.exercises
    checks = tuple(replace(check, verdict=Verdict(verdict)) for check in double.checks)
    subject = Subject(course.assignment("tiny"), "Ada", replace(report, exercises=(replace(double, checks=checks),)))
    out = io.StringIO()
    again = Again(CheckResult("double", "double_is_twice", "double is twice", Verdict.FAILED, 2.0, MESSAGE))
    Explanation(subject, "double_is_twice", Console(file=out, soft_wrap=True)).again(again)
    assert why in out.getvalue()


def test_both_answers_are_shown(told):
    again, text, _ = told
    (call,) = again.calls
    assert not call.same
    assert "float64 tensor (3, 4)" in call.yours
    assert "float64 tensor (3, 4)" in call.expected
    assert "12 of 12 values differ" in text


def test_what_was_printed_has_no_power(told):
    _, text, said = told
    assert "red" in text
    assert "\x1b[31" not in text + said


def test_lines_run_in_the_box_after_the_submission(told):
    _, _, said = told
    assert "torch.Size([3, 4])" in said
    assert "1 1" in said.replace("‹ESC›[31mred\n", "")
    assert "ZeroDivisionError" in said
    assert "tensor(" in said
