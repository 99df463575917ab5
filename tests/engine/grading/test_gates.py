"""Accuracy gates: thresholds in assignment.toml, in a suite, and in the report."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from autograder import messages
from autograder.course import Assignment, load_course
from autograder.course.answers import mistakes_of
from autograder.course.thresholds import Threshold
from autograder.errors import CourseError
from autograder.judge.mistakes import load_mistakes
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from tests.engine.samples.judge import judged, one_check, sample

SETTINGS = "tiny/assignment.toml"
LIMITS = "[limits]"
CALIBRATED = """[thresholds.digits]
at_least = 0.9
mean = 0.95
spread = 0.01
runs = 24
seeds = "calibration 1 to 24"
false_fail = 1e-4
date = 2025-01-31

[limits]"""


def gated(folder: Path, body: str, show: str = "shapes") -> Assignment:
    """The judge's sample with this check and one threshold, 0.9 on digits."""
    assignment = sample(folder, one_check(body, "student, cases, thresholds"), show=show)
    return dataclasses.replace(assignment, thresholds={"digits": Threshold("digits", 0.9)})


def result(folder: Path, body: str, value: Any, show: str = "shapes") -> CheckResult:
    """How that check ends for a `double` that gives this value."""
    return judged(gated(folder, body, show), double=lambda _x: value)["it"]


def test_a_calibrated_threshold_is_read(sample_course):
    tiny = load_course(sample_course({SETTINGS: (LIMITS, CALIBRATED)})).assignment("tiny")
    day = datetime.date(2025, 1, 31)
    assert tiny.thresholds == {
        "digits": Threshold("digits", 0.9, None, 0.95, 0.01, 24, "calibration 1 to 24", 1e-4, day),
    }
    with pytest.raises(TypeError):
        tiny.thresholds["digits"] = Threshold("digits", 0.1)


def test_no_threshold_asks_for_more_than_the_notebook_promises(sample_course):
    table = "[thresholds.digits]\nat_least = 0.91\npromised = 0.9\n\n[limits]"
    with pytest.raises(CourseError, match="“digits” is above its promised value"):
        list(load_course(sample_course({SETTINGS: (LIMITS, table)})).assignments)


def test_at_least_is_enough(sample_course):
    root = sample_course({SETTINGS: (LIMITS, "[thresholds.digits]\nat_least = 1\n\n[limits]")})
    assert load_course(root).assignment("tiny").thresholds["digits"] == Threshold("digits", 1)


@pytest.mark.parametrize(
    ("table", "words", "line"),
    [
        ("[thresholds.digits]\nmean = 0.9", "has no at_least", 3),
        ("[thresholds.digits]\nat_least = '0.9'", "at_least = '0.9'", 4),
        ("[thresholds.digits]\nat_least = true", "at_least = True", 4),
        ("[thresholds.digits]\nat_least = nan", "at_least = nan", 4),
        ("[thresholds.a]\nat_least = 1\n[thresholds.b]\nat_least = []", "in threshold “b”", 6),
        ("[thresholds.digits]\nat_least = 0.9\nspread = -1", "a number of at least 0", 5),
        ("[thresholds.digits]\nat_least = 0.9\nruns = 1.5", "a whole number", 5),
        ("[thresholds.digits]\nat_least = 0.9\nfalse_fail = 2", "a number from 0 to 1", 5),
        ("[thresholds.digits]\nat_least = 0.9\ndate = '2025-01-31'", "without quotes", 5),
        ("[thresholds.digits]\nat_least = 0.9\nat_lest = 0.9", "unknown setting “at_lest”", 5),
        ("[thresholds.two-words]\nat_least = 0.9", "invalid threshold name", 3),
        ("[thresholds]\ndigits = 0.9", "must be a table", 3),
    ],
)
def test_a_wrong_setting_is_refused_with_its_line(sample_course, table, words, line):
    root = sample_course({SETTINGS: (LIMITS, f"{table}\n{LIMITS}")})
    with pytest.raises(CourseError, match=rf"assignment\.toml:{line}\b") as caught:
        list(load_course(root).assignments)
    assert words in str(caught.value)


def test_a_suite_that_names_no_threshold_is_a_broken_course(sample_course):
    suite = "tiny/test_tiny.py"
    root = sample_course(
        {
            suite: ("expect(student.add(a, b))", "thresholds.digts\n    expect(student.add(a, b))"),
            SETTINGS: (LIMITS, "[thresholds.digits]\nat_least = 0.9\n[limits]"),
        }
    )
    with pytest.raises(CourseError, match=r"test_tiny\.py:24") as caught:
        list(load_course(root).assignments)
    assert "did you mean “digits”?" in str(caught.value)


def test_a_mistake_below_no_threshold_is_a_broken_course(sample_course):
    root = sample_course({"tiny/mistakes.py": ("hint=", 'below="digits", hint=')})
    with pytest.raises(CourseError, match=r"mistakes\.py:5") as caught:
        list(load_course(root).assignments)
    assert "add [thresholds.digits] with at_least" in str(caught.value)


def test_a_mistake_may_have_to_stay_below(sample_course):
    mistake = ("hint=", 'below="digits", hint=')
    settings = (LIMITS, f"[thresholds.digits]\nat_least = 0.9\n{LIMITS}")
    tiny = load_course(sample_course({"tiny/mistakes.py": mistake, SETTINGS: settings})).assignment("tiny")
    assert [mistake.below for mistake in mistakes_of(tiny)] == ["digits"]
    assert [mistake.below for mistake in load_mistakes(tiny)] == ["digits"]


def test_a_name_that_is_made_up_at_run_time_is_told_to_the_staff(tmp_path):
    found = result(tmp_path, "expect(student.double(1)).to_reach(getattr(thresholds, 'digts'))", 1.0)
    assert found.verdict is Verdict.UNGRADED
    assert "has no [thresholds.digts]; known thresholds: digits" in found.staff


@pytest.mark.parametrize("show", ["shapes", "values"])
def test_a_gate_is_told_with_both_numbers(tmp_path, show):
    found = result(tmp_path, "expect(student.double(1)).to_reach(thresholds.digits)", 0.71, show)
    assert found.verdict is Verdict.FAILED
    assert found.message == "Your network reaches 0.71 on images it has never seen; at least 0.90 is required."
    assert found.measured == {"digits": 0.71}


def test_what_passes_is_measured_too(tmp_path):
    body = "expect(student.double(1)).to_reach(thresholds.digits)\nexpect(student.double(1)).to_reach(0.5, 'recall')"
    found = result(tmp_path, body, 0.95)
    assert (found.verdict, found.measured) == (Verdict.PASSED, {"digits": 0.95, "recall": 0.95})


def test_of_several_figures_of_one_name_the_smallest_is_kept(tmp_path):
    body = "for one in (0.97, 0.93, 0.95):\n    expect(one * student.double(1)).to_reach(thresholds.digits)"
    assert result(tmp_path, body, 1.0).measured == {"digits": 0.93}


def test_measured_figures_are_few_finite_and_plain(tmp_path):
    body = "for n in range(99):\n    expect(student.double(1)).to_reach(0, f'figure {n}')"
    assert len(result(tmp_path, body, 1).measured) == 20
    assert result(tmp_path, body, float("inf")).measured == {}
    assert type(result(tmp_path, body, 1).measured["figure 1"]) is float


@pytest.mark.parametrize(
    ("actual", "asked", "sentence"),
    [
        (0.8999999, 0.9, "reaches 0.89 on digits; at least 0.90 is required"),
        (0.71, 0.9, "reaches 0.71 on"),
        (0.9034, 0.904, "reaches 0.903 on digits; at least 0.904 is required"),
        (0, 1, "reaches 0.00 on digits; at least 1.00 is required"),
        (-float("inf"), 0.5, "at least 0.50 is required"),
        (0.1, 1 / 3, "reaches 0.100000 on digits; at least 0.333333 is required"),
    ],
)
def test_a_figure_below_is_never_shown_as_the_one_that_is_required(actual, asked, sentence):
    assert sentence in messages.not_reached(actual, asked, "digits")


def test_seeds_follow_the_secret_and_suit_every_library(tmp_path):
    def seed(secret: str) -> float:
        body = "import numpy\nnumpy.random.seed(cases.seed)\ntorch.manual_seed(cases.seed)\n"
        body += "student.double(1)\nexpect(cases.seed).to_reach(0)"
        assignment = dataclasses.replace(gated(tmp_path, body), secret=secret)
        return judged(assignment)["it"].measured["accuracy"]

    assert seed("one") == seed("one") != seed("two")


def test_measured_figures_survive_the_report():
    check = CheckResult("double", "it", "It", measured={"digits": 0.71})
    report = Report("tiny", "ada", "ada.ipynb", (ExerciseResult("double", "", 1, 0, (check,)),))
    assert Report.from_json(report.to_json()) == report


def test_a_report_from_before_is_still_read():
    report = Report("tiny", "ada", "", (ExerciseResult("double", "", 1, 0, (CheckResult("double", "it", ""),)),))
    raw = json.loads(report.to_json())
    del raw["exercises"][0]["checks"][0]["measured"]
    assert Report.from_json(json.dumps(raw)).checks[0].measured == {}


def hiding(*files: str) -> tuple[str, str]:
    return LIMITS, f"[hidden]\nfiles = {list(files)}\n\n{LIMITS}"


def test_hidden_files_are_found_where_packages_are_installed(sample_course):
    tiny = load_course(sample_course({SETTINGS: hiding("numpy/__init__.py", "rich")})).assignment("tiny")
    assert [Path(path).name for path in tiny.hidden] == ["__init__.py", "rich"]
    assert all(Path(path).is_absolute() and Path(path).exists() for path in tiny.hidden)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("numpy/no_such_file.csv", "not in site-packages"),
        ("no_such_package/data", "install its package"),
        ("../site-packages/numpy", "not a path below"),
        ("numpy/../numpy", "not a path below"),
        ("/etc/passwd", "not a path below"),
        ("", "not a path below"),
        (".", "not a path below"),
    ],
)
def test_what_cannot_be_hidden_is_a_broken_course(sample_course, name, words):
    with pytest.raises(CourseError, match=r"assignment\.toml:4") as caught:
        list(load_course(sample_course({SETTINGS: hiding(name)})).assignments)
    assert words in str(caught.value)


@pytest.mark.parametrize("table", ["[hidden]\nfiles = 'numpy'", "[hidden]\nfiles = [1]", "[hidden]\nfile = []"])
def test_a_hidden_table_of_another_shape_is_refused(sample_course, table):
    with pytest.raises(CourseError, match=r"assignment\.toml:4"):
        list(load_course(sample_course({SETTINGS: (LIMITS, f"{table}\n{LIMITS}")})).assignments)
