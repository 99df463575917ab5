"""What a page says besides the report: manual points and comments, lateness, and what to reread in the notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from autograder.course import Assignment
from autograder.course.term import Term
from autograder.gradebook.grades import Grade, Mark, from_reports
from autograder.model import ExerciseResult, Report

if TYPE_CHECKING:  # nbgrader takes longer to import than to grade a class that did not change
    from autograder.gradebook.marked import Earlier

_HEADING = re.compile(r"^#{1,2}[ \t]+(\S.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Asked:
    """A regrade request as its student sees it."""

    about: str  # the check or the exercise
    state: str  # of `requests`
    points: float = 0.0
    because: str = ""


@dataclass(frozen=True, slots=True)
class StudentContext:
    """Of one student in one assignment; without a grade, only the report is known."""

    grade: Grade | None = None
    read: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # exercise → heading of its part of the notebook
    comments: Mapping[str, str] = field(default_factory=lambda: _NOTHING)  # exercise → what a person wrote
    show: str = "values"
    earlier: Earlier = field(default_factory=dict)  # exercise → the answer that its points are for, not the new one
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)  # exercise → what the student asked for
    mail: str = ""  # where requests go; without it there is a text to copy

    @property
    def marks(self) -> Mapping[str, Mark]:
        """By exercise; empty without a grade."""
        return {mark.name: mark for mark in self.grade.marks} if self.grade else {}

    def exercises(self, report: Report) -> tuple[ExerciseResult, ...]:
        """The report's exercises and those that people grade, in the order of the notebook."""
        judged = {exercise.name: exercise for exercise in report.exercises}
        by_hand = [mark for mark in self.marks.values() if mark.by_hand]
        known = judged | {mark.name: ExerciseResult(mark.name, mark.title, mark.points, 0.0, ()) for mark in by_hand}
        return tuple(known[name] for name in dict.fromkeys([*self.marks, *judged]) if name in known)

    def allowed(self, report: Report) -> Report:
        """The report without pictures where the assignment does not show values now, whatever it did when grading."""
        if self.show == "values":
            return report
        exercises = tuple(
            replace(exercise, checks=tuple(replace(check, picture=None) for check in exercise.checks))
            for exercise in report.exercises
        )
        return replace(report, exercises=exercises)


def context_without_gradebook(assignment: Assignment, report: Report) -> StudentContext:
    """What is known about one report without a gradebook and without deadlines."""
    (grade,) = from_reports(assignment, [report], Term())
    return StudentContext(grade, headings(assignment), show=assignment.show)


def mark_of(exercise: ExerciseResult) -> Mark:
    """The points of an exercise of which only the report is known; without checks people grade it."""
    auto = exercise.score if exercise.checks else None
    by_hand = not exercise.checks
    return Mark(exercise.name, exercise.title, exercise.points, auto, by_hand=by_hand, stretch=exercise.stretch)


def headings(assignment: Assignment) -> dict[str, str]:
    """The title or chapter of the notebook that holds each exercise's first answer; none: left out."""
    homes = {cell: exercise.name for exercise in assignment.exercises for cell in exercise.cells}
    by_exercise: dict[str, str] = {}
    last = ""
    for cell in assignment.release:
        if cell.kind == "markdown" and cell.grade_id not in homes:
            last = (_HEADING.findall(_FENCED.sub("", cell.source)) or [last])[-1].strip()
        elif last and cell.grade_id in homes:
            by_exercise.setdefault(homes[cell.grade_id], last)
    return by_exercise
