"""The map of a course: its tasks with time and points, and plans for shorter terms.

Everything is read from the notebooks' own headings: `## T1.2 · title`, and below it a line with difficulty, importance,
minutes and points. A task without such a line is not on the map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.course import Assignment, Course
from autograder.course.answers import homes, stand_in
from autograder.submission.match import functions
from autograder.text.words import amount

HEADING = re.compile(
    r"^## (?P<label>\S+) · (?P<title>.+)$\n+"
    r"^\*Difficulty (?P<difficulty>[●○]+) · Importance (?P<importance>[●○]+) · about (?P<minutes>\d+) minutes",
    re.MULTILINE,
)
FULL, EMPTY = "●", "○"
PLANS = ((2, 5), (4, 4), (8, 1))  # weeks, and the least importance of a task
_HEAD = """# Map of the course

How long each task takes, which functions of other tasks its answer calls, and what to choose for a shorter term.
`convgrade map` prints this page from the notebooks; times are for somebody who sees the subject for the first time.
"""
_TASKS = "| task | minutes | points | difficulty | importance | uses your |\n|---|---:|---:|---|---|---|"
_PLANS = """## Plans

A plan takes the tasks that the notebooks call important enough. Name them in class; the others stay in the notebooks as
practice.

| weeks | tasks | hours | hours a week |
|---:|---|---:|---:|"""


@dataclass(frozen=True, slots=True)
class MapTask:
    """One task of a notebook, as its heading describes it."""

    label: str
    title: str
    difficulty: str
    importance: int  # 1 to 5
    minutes: int
    points: float
    uses: tuple[str, ...]  # functions of other tasks that the author's answer calls


def tasks_of(assignment: Assignment) -> list[MapTask]:
    """The tasks of an assignment, in its notebook's order."""
    heads: list[re.Match[str]] = []
    below: list[set[str]] = []  # the grade ids under each heading
    for cell in assignment.release:
        if cell.kind == "markdown" and (found := HEADING.search(cell.source)):
            heads.append(found)
            below.append(set())
        elif heads and cell.grade_id:
            below[-1].add(cell.grade_id)
    return [_task(assignment, head, ids) for head, ids in zip(heads, below, strict=True)]


def _task(assignment: Assignment, head: re.Match[str], grade_ids: set[str]) -> MapTask:
    own = {exercise.name: exercise for exercise in assignment.exercises if not grade_ids.isdisjoint(exercise.cells)}
    return MapTask(
        head["label"],
        head["title"].strip(),
        head["difficulty"],
        head["importance"].count(FULL),
        int(head["minutes"]),
        sum(exercise.points for exercise in own.values()),
        _uses(assignment, own),
    )


def _uses(assignment: Assignment, exercises: Mapping[str, object]) -> tuple[str, ...]:
    home = homes(assignment)
    answered = [function for function, exercise in home.items() if exercise in exercises]
    called = functions(stand_in(assignment, answered))
    return tuple(function for function in home if function in called and home[function] not in exercises)


def course_map(course: Course) -> str:
    """The page, as Markdown."""
    found = [(assignment, tasks_of(assignment)) for assignment in course.assignments]
    parts = [_HEAD]
    for assignment, tasks in found:
        parts += _of_assignment(assignment, tasks)
    parts += _plans([task for _, tasks in found for task in tasks])
    return "\n".join(parts).rstrip("\n") + "\n"


def _of_assignment(assignment: Assignment, tasks: Sequence[MapTask]) -> Iterator[str]:
    yield f"## {assignment.title} (`{assignment.slug}`)\n"
    yield f"{amount(len(tasks), 'task')}, about {hours(tasks):.1f} hours.\n"
    yield _TASKS
    yield from (_row(task) for task in tasks)
    yield ""


def _row(task: MapTask) -> str:
    importance = FULL * task.importance + EMPTY * (5 - task.importance)
    uses = ", ".join(f"`{name}`" for name in task.uses) or "—"
    cells = (f"{task.label} · {task.title}", task.minutes, f"{task.points:g}", task.difficulty, importance, uses)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _plans(tasks: Sequence[MapTask]) -> Iterator[str]:
    yield _PLANS
    for weeks, least in PLANS:
        chosen = [task for task in tasks if task.importance >= least]
        labels = "all" if len(chosen) == len(tasks) else ", ".join(task.label for task in chosen)
        yield f"| {weeks} | {labels} | {hours(chosen):.1f} | {hours(chosen) / weeks:.1f} |"
    yield ""


def hours(tasks: Iterable[MapTask]) -> float:
    """How long these tasks take together."""
    return sum(task.minutes for task in tasks) / 60
