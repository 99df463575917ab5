"""What was not graded as it is now: nobody is missing, and no score is an earlier file's or notebook's in silence."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from autograder.course import Assignment
from autograder.gradebook.requests import submission_digest
from autograder.layout import SUBMITTED, exercise_of
from autograder.model import Report
from autograder.text.words import number

NOT_GRADED_YET = "handed in, but not graded yet (convgrade grade build/submitted --record)"


def never_graded(root: Path, slug: str, graded: Collection[str]) -> dict[str, str]:
    """By student the sentence for everybody who handed in and is not among the graded ones."""
    files = sorted((root / SUBMITTED).glob(f"*/{slug}/*.ipynb"))
    return {path.parents[1].name: NOT_GRADED_YET for path in files if path.parents[1].name not in graded}


def graded_before(root: Path, slug: str, reports: Iterable[Report]) -> list[str]:
    """Students of whom another file lies there now than the one that was graded."""
    now = [(report, submission_digest(root, slug, report.student)) for report in reports if report.digest]
    return [report.student for report, digest in now if digest not in ("", report.digest)]


def of_other_exercises(assignment: Assignment, reports: Iterable[Report]) -> list[str]:
    """Students whose report has exercises that are not there any more, or are worth something else."""
    now = {exercise.name: exercise.points for exercise in assignment.exercises}
    then = {report.student: [(each.name, each.points) for each in report.exercises] for report in reports}
    return [student for student, points in then.items() if any(now.get(name) != each for name, each in points)]


def other_cells(assignment: Assignment, book: Any) -> list[str]:
    """A sentence where the gradebook has other exercises than the course, or with other points; else nothing.

    Whoever renames an exercise, or changes what it is worth, after grades were recorded has both for a while.
    """
    notebooks = [item for known in book.assignments if known.name == assignment.slug for item in known.notebooks]
    if not notebooks:
        return []
    there = {exercise_of(cell.name): cell.max_score or 0.0 for cell in notebooks[0].grade_cells}
    here = {exercise.name: exercise.maximum for exercise in assignment.exercises}
    differ = [f"{name} has {number(there[name])} points there and {number(here[name])} here"
              for name in here if name in there and abs(there[name] - here[name]) > 1e-6]  # fmt: skip
    differ += [f"{name} is not there" for name in here if name not in there]
    differ += [f"{name} is only there" for name, points in there.items() if points and name not in here]
    todo = f"nbgrader generate_assignment {assignment.slug}, then convgrade grade build/submitted --record"
    return [f"the gradebook is of another notebook: {', '.join(differ)} ({todo})"] if differ else []
