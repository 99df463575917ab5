"""`convgrade calibrate`: from many runs to a threshold that a right solution almost never misses."""

from __future__ import annotations

import io
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from autograder.authoring.calibrate import (
    CalibratedThreshold,
    CalibrateOptions,
    calibrate,
    calibrate_and_write,
    show_thresholds,
    write_thresholds,
)
from autograder.cli.main import main
from autograder.course import Course, load_course
from autograder.errors import ConvgradeError, CourseError
from tests.conftest import write_course

EVEN = tuple(0.95 + 0.01 * (-1) ** n for n in range(24))  # mean 0.95, standard deviation 0.01022
SETTINGS = """\
title = "Tiny"  # of the sample

[thresholds.digits]
# a first guess
at_least = 0.5  # by hand

[limits]
call_seconds = 2
"""
SUITE = '''\
import numpy as np

import reference
from autograder.judge import check, expect


@check("double")
def test_double_is_twice(student, cases):
    """double gives twice its input"""
    x = cases.tensor(3, 4)
    expect(student.double(x)).to_match(reference.double(x))


@check("double", after="double_is_twice")
def test_double_is_accurate(student, cases, thresholds):
    """double is accurate"""
    noise = np.random.default_rng(cases.seed).normal(0, 0.01)
    expect((0.95 if student.double(3) == 6 else WRONG) + noise).to_reach(thresholds.digits)


@check("add")
def test_add_sums(student, cases):
    """add gives the sum"""
    expect(student.add(1, 2)).to_equal(3)
'''
MISTAKES = """\
from autograder.judge import mistake


@mistake("double", replaces="double", hint="That is the square: multiply by 2.", below="digits")
def squared(x):
    return x**2


@mistake("double", replaces="double", hint="It stops.", below="digits")
def stops(x):
    raise ValueError
"""


def gate(values: tuple[float, ...] = EVEN, **below: float | None) -> CalibratedThreshold:
    return CalibratedThreshold("digits", 0.5, values, below)


def course_with_a_gate(root: Path, wrong: float = 0.5) -> Course:
    """The sample course with one gate, at which the mistake reaches that figure."""
    suite = SUITE.replace("WRONG", str(wrong))
    changes = {"assignment.toml": SETTINGS, "test_tiny.py": suite, "mistakes.py": MISTAKES}
    return load_course(write_course(root, {f"tiny/{name}": text for name, text in changes.items()}))


@pytest.fixture
def measuring(tmp_path):
    """`measuring(wrong=0.5)`: a course with one gate, at which the mistake reaches that figure."""
    return partial(course_with_a_gate, tmp_path)


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> CalibratedThreshold:
    """What its gate measures, in eight runs."""
    course = course_with_a_gate(tmp_path_factory.mktemp("course"))
    (found,) = calibrate(course.assignment("tiny"), CalibrateOptions(runs=8))
    return found


def test_a_threshold_is_the_lower_bound_of_one_more_run():
    # Student's t for 23 degrees of freedom and 1 in 10,000, from tables: 4.415
    assert gate().spread == pytest.approx(0.010215, abs=1e-6)
    assert gate().at_least == pytest.approx(0.95 - 4.415 * 0.010215 * (25 / 24) ** 0.5, abs=1e-3)
    assert round(gate().at_least, 3) == gate().at_least == 0.903


def test_a_right_solution_fails_less_than_once_in_ten_thousand():
    assert 0.5e-4 < gate().false_fail <= 1e-4
    assert gate(EVEN[:5]).at_least < gate().at_least  # few runs say little
    assert gate(EVEN[:5]).false_fail <= 1e-4


def test_runs_that_are_all_alike_leave_some_room():
    same = gate((1.0,) * 24)
    assert same.spread == 0
    assert 0.994 <= same.at_least < 1
    assert "Does its check use cases.seed?" in table([same])


def test_designs_that_differ_lower_the_threshold_more_than_chance_does():
    # Three designs, two runs each: their means have the variance 0.0016; within each it is 0.0002, of which half counts
    found = replace(gate((0.89, 0.91, 0.93, 0.95, 0.97, 0.99)), designs=("a", "b", "c"))
    assert found.spread == pytest.approx((0.0016 + 0.0002 / 2) ** 0.5)
    # Student's t for 2 degrees of freedom and 1 in 1,000, from tables: 22.327
    assert found.at_least == pytest.approx(0.94 - 22.327 * found.spread * (4 / 3) ** 0.5, abs=1e-3)
    assert 0.5e-3 < found.false_fail <= 1e-3


def test_no_run_that_was_seen_fails_however_well_the_others_did():
    found = gate((*EVEN, *EVEN, 0.85))
    assert found.at_least == pytest.approx(0.85 - found.spread, abs=1e-3)


def test_a_mistake_that_reaches_it_is_an_offence():
    assert gate(low=0.902, none=None, at=0.903, high=0.99).offenders == ["at", "high"]


def test_a_threshold_never_goes_above_what_the_notebook_promises():
    assert replace(gate(), promised=0.8).at_least == 0.8
    assert replace(gate(), promised=0.8).false_fail < gate().false_fail
    assert replace(gate(), promised=0.94).at_least == gate().at_least  # what a right solution cannot reach is not asked


def table(gates: list[CalibratedThreshold]) -> str:
    out = io.StringIO()
    show_thresholds(gates, Console(file=out, width=150))
    return out.getvalue()


def test_the_table_tells_how_near_the_mistakes_come():
    told = table([gate(low=0.71, none=None)])
    assert "24 runs of the perfect notebook" in told
    assert "digits: low reaches 0.710\ndigits: none produces no figure" in told
    assert "0.903" in told


def test_only_its_own_figures_are_written(tmp_path):
    path = tmp_path / "assignment.toml"
    path.write_text(SETTINGS)
    write_thresholds(path, [gate()])
    assert path.read_text().replace("at_least = 0.903", "at_least = 0.5").startswith(SETTINGS[:95])
    assert path.read_text().endswith("\n\n[limits]\ncall_seconds = 2\n")
    written = tomllib.loads(path.read_text())["thresholds"]["digits"]
    assert list(written) == ["at_least", "mean", "spread", "runs", "seeds", "false_fail", "date"]
    assert (written["at_least"], written["mean"], written["runs"]) == (0.903, 0.95, 24)
    assert written["seeds"] == "calibration 1 to 24"
    write_thresholds(path, [replace(gate(), name="digits")])
    assert tomllib.loads(path.read_text())["thresholds"]["digits"] == written


def test_what_is_measured_and_written_is_read_again(measuring, measured, capsys, monkeypatch):
    monkeypatch.setattr("autograder.authoring.calibrate.calibrate", lambda *_: [measured])
    course = measuring()
    assert calibrate_and_write(course.assignment("tiny"), CalibrateOptions(runs=8))
    found = load_course(course.root).assignment("tiny").thresholds["digits"]
    assert found.at_least < 0.95 - 4 * found.spread
    assert (found.runs, found.date is not None) == (8, True)
    assert 0 < found.false_fail <= 1e-4
    out = capsys.readouterr().out
    assert "digits: squared reaches 0.5" in out
    assert "digits: stops produces no figure" in out
    assert "Written: solutions/tiny/assignment.toml" in out


def test_every_design_is_measured_as_often_as_the_perfect_notebook(measuring, capsys):
    course = measuring()
    folder = course.assignment("tiny").folder
    lines = ('design("double", "added", "x * 2", "x + x")', 'design("double", "turned", "x * 2", "2 * x")')
    (folder / "designs.py").write_text("\n".join(("from autograder.judge import design", *lines)))
    assert calibrate_and_write(course.assignment("tiny"), CalibrateOptions(runs=5))
    found = load_course(course.root).assignment("tiny").thresholds["digits"]
    assert (found.runs, found.designs, found.seeds) == (15, 3, "calibration 1 to 5")
    out = capsys.readouterr().out
    assert "15 runs of 3 designs" in out
    assert "added" in out.split("lowest of each design: ")[1]


def test_a_design_that_is_wrong_is_told_and_not_measured(measuring):
    course = measuring()
    (course.assignment("tiny").folder / "designs.py").write_text('design("double", "thrice", "x * 2", "x * None")')
    with pytest.raises(ConvgradeError, match="“digits” was not measured: thrice with calibration 1"):
        calibrate(course.assignment("tiny"), CalibrateOptions(runs=5))


def test_a_design_that_fits_no_answer_is_refused_with_its_line(measuring):
    course = measuring()
    (course.assignment("tiny").folder / "designs.py").write_text('\ndesign("double", "half", "x / 2", "x * 0.5")')
    with pytest.raises(CourseError, match="“x / 2” does not occur in double") as caught:
        list(load_course(course.root).assignments)
    assert "designs.py:2" in str(caught.value)


def test_every_run_has_a_seed_of_its_own(measured):
    assert len(set(measured.values)) == 8
    assert measured.below == {"squared": pytest.approx(0.5, abs=0.05), "stops": None}


def test_a_mistake_that_reaches_the_threshold_is_refused(measuring, capsys):
    root = measuring(wrong=0.94).root
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "tiny", "--runs", "5", "--jobs", "1", "--course", str(root)])
    assert ended.value.code == 1
    assert "squared reaches 0.9" in capsys.readouterr().out
    assert (root / "solutions" / "tiny" / "assignment.toml").read_text() == SETTINGS


def test_a_dry_run_writes_nothing(measuring, capsys, monkeypatch):
    monkeypatch.setattr("autograder.authoring.calibrate.calibrate", lambda *_: [gate()])
    course = measuring()
    assert calibrate_and_write(course.assignment("tiny"), CalibrateOptions(dry_run=True))
    assert (course.root / "solutions" / "tiny" / "assignment.toml").read_text() == SETTINGS
    assert "Nothing is written." in capsys.readouterr().out


def test_a_threshold_that_nobody_measures_is_told(measuring):
    course = measuring()
    settings = course.root / "solutions" / "tiny" / "assignment.toml"
    settings.write_text(SETTINGS + "[thresholds.letters]\nat_least = 0.5\n")
    with pytest.raises(ConvgradeError, match="“letters” was not measured: the perfect notebook with cal") as caught:
        calibrate(load_course(course.root).assignment("tiny"), CalibrateOptions(runs=5))
    assert "double_is_accurate: passed" in str(caught.value)


def test_without_a_threshold_there_is_nothing_to_calibrate(sample_course, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "tiny", "--course", str(Path(sample_course()))])
    assert ended.value.code == 3
    assert "add [thresholds.NAME]" in capsys.readouterr().err
