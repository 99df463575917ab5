"""What the bench compares grading with: the same cells, the same questions, nothing of an earlier run. No clock."""

from __future__ import annotations

import gc

import pytest

from autograder.authoring import variants
from autograder.box.box import Box
from autograder.box.zygote import Zygote
from autograder.course import load_course
from autograder.grading.one import grade
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.submission.handed_in import HandedIn
from bench import probe


@pytest.fixture
def assignment(sample_course):
    return load_course(sample_course()).assignments[0]


def test_bare_the_same_cells_run_and_the_same_questions_are_asked_as_behind_the_wall(assignment, monkeypatch):
    raw, here, there = variants.with_solution(assignment, {}), [], []
    monkeypatch.setattr(LocalBox, "ask", noted(LocalBox.ask, here))
    monkeypatch.setattr(Box, "ask", noted(Box.ask, there))
    monkeypatch.setattr(Box, "run_cell", noted(Box.run_cell, there))
    with Zygote.start() as zygote:

        def both(suite):
            assert grade(HandedIn("ada", "ada.ipynb", "k", raw), suite, zygote).points == 90
            yardstick = probe.Bare(assignment, suite)
            here.extend(yardstick.sources)
            yardstick.once()

        with_suite(assignment, both)
    assert here == there
    assert len(here) > len(assignment.checks)


def noted(ask, asked):
    def noting(box, request, *rest, **options):
        asked.append(request if isinstance(request, str) else repr(sorted(request.items())))
        return ask(box, request, *rest, **options)

    return noting


def test_bare_no_run_pays_for_the_garbage_of_another(assignment, monkeypatch):
    walked, run_cells = [], probe.run_cells

    def noting(sources):
        walked.append(len(gc.get_objects()))
        return run_cells(sources)

    monkeypatch.setattr(probe, "run_cells", noting)
    with_suite(assignment, lambda suite: probe.Bare(assignment, suite).cost(3))
    assert max(walked) < 1000


def test_bare_a_suite_that_does_not_pass_is_no_yardstick(assignment, monkeypatch):
    monkeypatch.setattr(probe, "run_cells", lambda _sources: {"double": abs})
    with pytest.raises(RuntimeError, match="does not pass"):
        with_suite(assignment, lambda suite: probe.Bare(assignment, suite).once())
