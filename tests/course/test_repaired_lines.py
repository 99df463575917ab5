"""Slips in right answers to real assignments: the line is named, with what to look at there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from autograder.authoring import notebooks
from autograder.authoring.variants import Answers, answers
from autograder.box.zygote import Wall, Zygote
from autograder.course import load_course
from autograder.grading import repair
from autograder.grading.one import grade
from autograder.grading.worker import zygote_for
from autograder.judge.plugin import Suite, with_suite
from autograder.model import Report
from autograder.submission.handed_in import HandedIn
from autograder.text.escape import terminal

COURSE = load_course(Path(__file__).resolve().parents[2])
A1, A4 = "a1_convolution", "a4_trainer"
SLIPS = {  # what is changed; the text in the line that is to be named, and how the sentence goes on
    A1: {
        "an index off by one": ("X[i : i + h, j", "X[i : i + h - 1, j", "values = ", "."),
        "height and width": ("h, w = K.shape", "w, h = K.shape", "w, h = K", ": the order."),
        "the rounding": ("math.ceil((k - n)", "math.floor((k - n)", "math.floor", "."),
        "assigned, not added": ("out = out + torch", "out = torch", "out = torch", ": does it add, or assign anew?"),
    },
    A4: {
        "arguments exchanged": ("loss_fn(logits, y)", "loss_fn(y, logits)", "loss_fn(y, logits)", ": the order."),
    },
}


Told = Callable[[str, Answers], set[str]]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """The lines named for a notebook of that assignment with these answers, where the catalogue is empty."""
    with ExitStack() as stack:

        @cache
        def zygote(slug: str) -> Zygote:
            return stack.enter_context(zygote_for(COURSE.assignment(slug), Wall()))

        def found(slug: str, given: Answers) -> set[str]:
            assignment = COURSE.assignment(slug)
            raw = notebooks.submission(assignment, given)

            def judged(suite: Suite) -> Report:
                suite.mistakes = ()
                return grade(HandedIn("ada", "ada.ipynb", "key", raw), suite, zygote(slug))

            return {check.hint for check in with_suite(assignment, judged).checks if check.hint.startswith("Look at")}

        yield found


def changed(given: Answers, old: str, new: str) -> tuple[Answers, str]:
    """The answers with one text replaced, and the cell where it was."""
    cell = next(cell for cell, source in given.items() if old in source)
    return given | {cell: given[cell].replace(old, new, 1)}, cell


@pytest.mark.parametrize(("slug", "slip"), [(slug, slip) for slug in SLIPS for slip in SLIPS[slug]])
def test_a_slip_is_found_in_its_line(slug, slip, told):
    old, new, text, said = SLIPS[slug][slip]
    given, cell = changed(answers(COURSE.assignment(slug)), old, new)
    number, line = next(numbered for numbered in enumerate(given[cell].split("\n"), 1) if text in numbered[1])
    quoted = f" (`{terminal(line.strip(), 60)}`)"
    assert told(slug, given) == {f"Look at line {number} of `{cell}`{quoted}{said}"}


def test_two_slips_in_one_function_are_no_line(told):
    given, _ = changed(answers(COURSE.assignment(A1)), "out = out + torch", "out = torch")
    given, _ = changed(given, "2 * ph - kh) // sh + 1", "2 * ph - kh) // sh")
    assert told(A1, given) == set()


def test_a_right_notebook_is_never_searched(monkeypatch, told):
    monkeypatch.setattr(repair, "_Search", None)
    assert told(A1, answers(COURSE.assignment(A1))) == set()
