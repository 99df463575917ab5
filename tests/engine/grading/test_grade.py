"""The whole pipeline on a small course: bytes in, Report out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from unittest import mock

import nbformat
import pytest

from autograder import messages
from autograder.box.box import Box
from autograder.box.zygote import Wall, Zygote
from autograder.course import Assignment, load_course
from autograder.errors import BoxFailure
from autograder.grading.one import grade
from autograder.grading.worker import in_a_fork
from autograder.judge.plugin import with_suite
from autograder.model import Report, Verdict
from autograder.submission.handed_in import HandedIn
from tests.conftest import write_course

RIGHT = {"double": "def double(x):\n    return x * 2", "add": "def add(a, b):\n    return a + b"}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The sample course's only assignment."""
    return load_course(write_course(tmp_path_factory.mktemp("course"))).assignment("tiny")


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One warm zygote for all tests of this file."""
    with Zygote.start(Wall()) as warm:
        yield warm


@pytest.fixture
def report(tiny: Assignment, zygote: Zygote) -> Callable[..., Report]:
    """`report(double="…")`: the Report of a notebook with these answers, the rest right; raw="…" for other bytes."""

    def make(raw: bytes | None = None, extra: str = "", **answers: str) -> Report:
        handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(RIGHT | answers, extra) if raw is None else raw)
        return Report.from_json(with_suite(tiny, lambda suite: in_a_fork(handed_in, suite, zygote)).decode())

    return make


def notebook(answers: dict[str, str], extra: str = "") -> bytes:
    """A handed-in notebook with these answers in their cells."""
    node = nbformat.v4.new_notebook()
    for name, source in ({"setup": "import torch"} | answers).items():
        cell = nbformat.v4.new_code_cell(source, id=name)
        cell.metadata["nbgrader"] = {
            "grade_id": name,
            "solution": name != "setup",
            "grade": False,
            "locked": False,
            "schema_version": 3,
        }
        node.cells.append(cell)
    if extra:
        node.cells.append(nbformat.v4.new_code_cell(extra))
    return json.dumps(node).encode()


def test_right_answers_earn_all_automatic_points(report):
    result = report()
    assert (result.score, result.points, result.graded) == (90.0, 90.0, True)
    assert {check.verdict for check in result.checks} == {Verdict.PASSED}


def test_a_wrong_answer_loses_its_share_and_is_named(report):
    result = report(double="def double(x):\n    return x**2")
    assert result.score == 30.0 + 60.0 / 3
    assert [check.mistake for check in result.checks] == ["", "squared", ""]
    assert "multiply by 2" in result.checks[1].hint


def test_an_endless_loop_costs_one_check_and_grading_goes_on(report):
    result = report(double="def double(x):\n    while True: pass")
    assert [check.verdict for check in result.checks] == [Verdict.TIMED_OUT, Verdict.SKIPPED, Verdict.PASSED]


def test_an_endless_cell_leaves_the_other_cells_alone(tiny, zygote):
    quick = replace(tiny, limits=replace(tiny.limits, cell_seconds=1.0))
    handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(RIGHT | {"double": "while True: pass"}))
    result = with_suite(quick, lambda suite: grade(handed_in, suite, zygote))
    assert [check.verdict for check in result.checks] == [Verdict.RAISED, Verdict.SKIPPED, Verdict.PASSED]
    assert [cell.ok for cell in result.cells] == [True, False, True]


def test_an_endless_cell_is_not_run_again_when_a_line_is_looked_for(tiny, zygote):
    """It would take its time once more for each exercise."""
    quick = replace(tiny, limits=replace(tiny.limits, cell_seconds=1.0))
    answers = {"double": "def double(x):\n    return 2 * x.sin()", "add": RIGHT["add"] + "\nwhile True: pass"}
    handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(answers))
    ran, run_cell = [], Box.run_cell

    def noted(box, source, label, figures=False):
        ran.append(label)
        return run_cell(box, source, label, figures)

    with mock.patch.object(Box, "run_cell", noted):
        with_suite(quick, lambda suite: grade(handed_in, suite, zygote))
    assert ran.count("double") > 1
    assert ran.count("add") == 1


def test_a_released_cell_that_does_not_finish_is_our_fault(zygote, tmp_path):
    """The pool then tries this submission once more, and leaves it ungraded where that fails as well."""
    endless = ("import torch\n", "while True: pass\n")
    slow = load_course(write_course(tmp_path, {"tiny/notebook.py": endless})).assignment("tiny")
    slow = replace(slow, limits=replace(slow.limits, cell_seconds=0.5))
    handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(RIGHT))
    with pytest.raises(BoxFailure, match="setup did not finish"):
        with_suite(slow, lambda suite: grade(handed_in, suite, zygote))


def test_ending_the_process_costs_one_check(report):
    result = report(double="import os\ndef double(x):\n    os._exit(0)")
    assert [check.verdict for check in result.checks] == [Verdict.RAISED, Verdict.SKIPPED, Verdict.PASSED]
    assert "ended" in result.checks[0].message


def test_what_is_no_notebook_is_listed_with_a_reason(report):
    result = report(raw=b"{")
    assert (result.graded, result.fault, result.score) == (False, "student", 0.0)
    assert result.problem
    assert {check.verdict for check in result.checks} == {Verdict.UNGRADED}


def test_the_same_submission_gets_the_same_report(report):
    first, second = (json.loads(report(double="def double(x): return x + 1").to_json()) for _ in range(2))
    for each in (first, second):
        each.pop("seconds")
        each.pop("memory_mb")
        for cell in each["cells"]:
            cell.pop("seconds")
        for exercise in each["exercises"]:
            for check in exercise["checks"]:
                check.pop("seconds")
    assert first == second


def test_memory_that_was_held_is_in_the_report(report):
    little, much = report().memory_mb, report(extra="held = bytearray(b'x') * (300 << 20); del held").memory_mb
    assert 50 < little < much - 200


def test_figures_and_failed_cells_are_kept_for_the_feedback(report):
    result = report(extra="import matplotlib.pyplot as plt\nplt.plot([1, 2])\n1 / 0")
    assert len(result.cells[-1].figures) == 1
    assert result.cells[-1].error == "ZeroDivisionError: division by zero (line 3 of cell 4)"


def test_a_function_whose_cell_stopped_is_told_with_that_cell(report):
    """Its checks said that there is no `double`, and asked whether it was renamed."""
    result = report(double="def double(x:\n    return 2 * x")
    assert result.checks[0].message == messages.cut_short("double", "the cell `double`")
    assert result.checks[0].stopped_at == "the cell `double`"
    assert result.cells[1].error.startswith("SyntaxError")


def test_the_line_that_raised_is_a_fact_of_the_report_and_not_only_a_sentence(report):
    """Pages found what checks have in common by reading our own sentences."""
    stopped = report(double="def double(x):\n    return x.none").checks[0]
    assert (stopped.stopped_at, stopped.error, stopped.missing) == ("line 2 of cell double", "AttributeError", "")
    missed = report(double="def double(x):\n    return nowhere(x)").checks[0]
    assert (missed.error, missed.missing) == ("NameError", "nowhere")


def test_a_name_of_a_cell_with_a_syntax_error_is_told_with_that_cell_wherever_it_is_missed(tiny, zygote):
    """It said "NameError: name 'pair' is not defined" line by line, and nowhere why."""
    answers = RIGHT | {"double": "def double(x):\n    return sum(pair(x))"}
    handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(answers, "def pair(x)\n    return x, x"))
    made = with_suite(replace(tiny, show="values"), lambda suite: in_a_fork(handed_in, suite, zygote))
    result = Report.from_json(made.decode())
    assert result.checks[0].message == messages.cut_short("pair", result.cells[-1].label)
    assert result.cells[-1].error == "SyntaxError: expected ':' (line 1 of cell 4)"  # it told the place twice
