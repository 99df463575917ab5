"""The notebook's own help for an error is quoted where nothing else is found, and only where it fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import messages
from autograder.course import Assignment, load_course
from autograder.judge.causes import notebook_says
from autograder.judge.folded_help import quoted
from autograder.model import CheckResult, Verdict

HELP = """\
# %% [markdown]
# <details><summary>Help: I get <code>RuntimeError: The size of tensor a (3) must match</code></summary>
#
# Your window is too large: <code>X[i : i + h]</code>
# has h rows.
#
# </details>

"""
SIZES = "The size of tensor a (7) must match the size of tensor b (11) at non-singleton dimension 1"
SAID = notebook_says("Your window is too large: `X[i : i + h]` has h rows.")


@pytest.fixture
def tiny(sample_course: Callable[..., Path]) -> Assignment:
    changes = {"tiny/notebook.py": ("# %% add role", f"{HELP}# %% add role")}
    return load_course(sample_course(changes)).assignment("tiny")


def hint(tiny: Assignment, exercise: str = "add", error: str = SIZES, **values: object) -> str:
    said = messages.raised("RuntimeError", error, "add, line 3")
    check = CheckResult(exercise, "add_sums", "Adding", **({"verdict": Verdict.RAISED, "message": said} | values))
    return quoted([check], tiny)[0].hint


def test_the_help_for_this_error_is_quoted_whatever_the_numbers(tiny: Assignment) -> None:
    assert hint(tiny) == SAID


def test_another_error_and_another_exercise_are_told_nothing(tiny: Assignment) -> None:
    assert hint(tiny, error="expected a matrix") == hint(tiny, exercise="double") == ""


def test_a_hint_that_is_there_stays(tiny: Assignment) -> None:
    assert hint(tiny, hint="Known.") == "Known."


def test_what_did_not_stop_with_an_error_is_told_nothing(tiny: Assignment) -> None:
    assert hint(tiny, verdict=Verdict.FAILED) == hint(tiny, unwritten=True) == ""
