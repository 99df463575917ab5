"""Whole submissions of the sample course, as a student would hand them in."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from autograder.box.zygote import Zygote
from autograder.course import Assignment
from autograder.grading.worker import in_a_fork
from autograder.judge.plugin import with_suite
from autograder.model import Report
from autograder.submission.handed_in import HandedIn

DOUBLE, ADD = "def double(x):\n    return x * 2", "def add(a, b):\n    return a + b"
WRONG = "def double(x):\n    return 0"
FULL, WITHOUT_DOUBLE = 90.0, 30.0  # points of a right submission; of one that is wrong in `double`


class Grader:
    """The real way from bytes to a report, fork and all."""

    def __init__(self, assignment: Assignment, zygote: Zygote) -> None:
        self.assignment, self.zygote = assignment, zygote

    def grade(self, double: str = DOUBLE, add: str = ADD, first: str = "", last: str = "") -> Report:
        """The report of a notebook with these answers, and cells of the student's own before and after them."""
        return self.grade_raw(json.dumps(paper(double, add, first, last)).encode())

    def grade_raw(self, raw: bytes, student: str = "ada") -> Report:
        """The report of these bytes."""
        handed_in = HandedIn(student, f"{student}.ipynb", "key", raw)
        return Report.from_json(with_suite(self.assignment, lambda s: in_a_fork(handed_in, s, self.zygote)).decode())


def paper(double: str = DOUBLE, add: str = ADD, first: str = "", last: str = "") -> Any:
    """The notebook itself, open to every manipulation."""
    node = nbformat.v4.new_notebook()
    for name, source in {"first": first, "setup": "import torch", "double": double, "add": add, "last": last}.items():
        cell = nbformat.v4.new_code_cell(source, id=name)
        if name in ("setup", "double", "add"):
            marks = {"solution": name != "setup", "grade": False, "locked": False, "schema_version": 3}
            cell.metadata["nbgrader"] = {"grade_id": name, **marks}
        if source:
            node.cells.append(cell)
    return node


def points(report: Report) -> dict[str, float]:
    """Points of each exercise."""
    return {exercise.name: exercise.score for exercise in report.exercises}
