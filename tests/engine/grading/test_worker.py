"""What a worker warms up before the first submission."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from autograder.box.zygote import Wall
from autograder.course import load_course
from autograder.grading import worker


@pytest.fixture
def assignment(sample_course):
    return load_course(sample_course()).assignments[0]


def warmed(assignment, monkeypatch):
    """The cells that a zygote for this assignment would run, without starting one."""
    monkeypatch.setattr(worker, "_try_a_box", lambda *_: None)
    monkeypatch.setattr(worker.Zygote, "start", lambda wall, warm: nullcontext(warm))
    with worker.zygote_for(assignment, Wall()) as cells:
        return cells


def test_where_an_optimizer_is_made_its_imports_are_warm(assignment, monkeypatch):
    cell = next(cell for cell in assignment.cells if cell.role == "solution")
    trains = replace(assignment, cells=(replace(cell, source="torch.optim.SGD([w], lr=1)"),))
    assert "import torch._dynamo" in warmed(trains, monkeypatch)


def test_elsewhere_they_cost_nothing(assignment, monkeypatch):
    assert "import torch._dynamo" not in warmed(assignment, monkeypatch)


def test_answers_are_never_among_the_warm_cells(assignment, monkeypatch):
    answers = {cell.source for cell in assignment.cells if cell.role == "solution"}
    assert not answers & set(warmed(assignment, monkeypatch))
