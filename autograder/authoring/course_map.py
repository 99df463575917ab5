"""The map of a course: its tasks with time and points, and plans for shorter terms.

Everything is read from the notebooks' own headings: `## T1.2 · title`, and below it a line with difficulty, importance,
minutes and points. A task without such a line is not on the map.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.course import Assignment, Course
from autograder.course.answers import homes, stand_in
from autograder.course.retelling import TASK
from autograder.errors import UsageError
from autograder.submission.match import functions
from autograder.text.words import amount, number

FULL, EMPTY = "●", "○"
PLANS = ((2, 5), (4, 4), (8, 1))  # weeks, and the least importance of a task
_HEAD = """# Map of the course

How long each task takes, which functions of other tasks its answer calls, and what to choose for a shorter term.
`convgrade map` prints this page from the notebooks; times are for somebody who sees the subject for the first time.
"""
_TASKS = "| task | minutes | points | difficulty | importance | uses your |\n|---|---:|---:|---|---|---|"
_PLANS = """## Plans

A plan takes the tasks that the notebooks call important enough. `convgrade map --weeks 4 >> solutions/course.toml` puts
one into force, with `convgrade build` after it: only these are graded, their points grow to the same total, and the
others stay in the notebooks as practice. No plan has stretches: `[stretch]` in course.toml switches each of them on.

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
    points: float  # with the extra credit of a stretch
    uses: tuple[str, ...]  # functions of other tasks that the author's answer calls
    exercises: tuple[str, ...] = ()
    stretch: bool = False
    worth: str = ""  # its points this term, in words


def tasks_of(assignment: Assignment) -> list[MapTask]:
    """The tasks of an assignment, chosen or not, in its notebook's order."""
    heads: list[re.Match[str]] = []
    below: list[set[str]] = []  # the grade ids under each heading
    for cell in assignment.whole.release:
        if cell.kind == "markdown" and (found := TASK.search(cell.source)):
            heads.append(found)
            below.append(set())
        elif heads and cell.grade_id:
            below[-1].add(cell.grade_id)
    return [_task(assignment, head, ids) for head, ids in zip(heads, below, strict=True)]


def _task(assignment: Assignment, head: re.Match[str], grade_ids: set[str]) -> MapTask:
    graded = {exercise.name: exercise for exercise in assignment.exercises}
    all_own = [each for each in assignment.everything if not grade_ids.isdisjoint(each.cells)]
    own = {each.name: graded.get(each.name, each) for each in all_own}
    chosen = [each for each in own.values() if each.name in graded]
    return MapTask(
        head["label"],
        head["title"].strip(),
        head["difficulty"],
        head["importance"].count(FULL),
        int(head["minutes"]),
        sum(exercise.points for exercise in own.values()),
        _uses(assignment.whole, own),
        tuple(own),
        bool(own) and all(exercise.stretch for exercise in own.values()),
        f"{'+' * any(each.stretch for each in chosen)}{number(sum(each.points for each in chosen))}" if chosen else "—",
    )


def _uses(assignment: Assignment, exercises: Mapping[str, object]) -> tuple[str, ...]:
    home = homes(assignment)
    answered = [function for function, exercise in home.items() if exercise in exercises]
    called = functions(stand_in(assignment, answered))
    return tuple(function for function in home if function in called and home[function] not in exercises)


def completed(assignment: Assignment) -> Iterator[str]:
    """A sentence for each graded exercise whose answer uses functions of what is only practice this term."""
    home, practice = homes(assignment), {exercise.name for exercise in assignment.practice}
    for exercise in assignment.exercises:
        for function in _uses(assignment.whole, {exercise.name: exercise}):
            if home[function] in practice:
                needs = f"{assignment.slug}: {exercise.name} needs {function}, which is practice"
                yield f"{needs}: where a student's own is wrong or missing, the author's is given"


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
    usual = [task for task in tasks if not task.stretch]
    more = f", and {amount(len(tasks) - len(usual), 'stretch', 'stretches')}" if len(usual) < len(tasks) else ""
    yield f"{amount(len(usual), 'task')}, about {hours(usual):.1f} hours{more}.\n"
    yield _TASKS
    yield from (_row(task) for task in tasks)
    yield ""


def _row(task: MapTask) -> str:
    importance = FULL * task.importance + EMPTY * (5 - task.importance)
    uses = ", ".join(f"`{name}`" for name in task.uses) or "—"
    cells = (f"{task.label} · {task.title}", task.minutes, task.worth, task.difficulty, importance, uses)
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _plans(tasks: Sequence[MapTask]) -> Iterator[str]:
    yield _PLANS
    for weeks, least in PLANS:
        chosen = _planned(tasks, least)
        labels = "all" if chosen == _planned(tasks, 1) else ", ".join(task.label for task in chosen)
        yield f"| {weeks} | {labels} | {hours(chosen):.1f} | {hours(chosen) / weeks:.1f} |"
    yield ""


def _planned(tasks: Iterable[MapTask], least: int) -> list[MapTask]:
    return [task for task in tasks if task.importance >= least and not task.stretch]


def plan(course: Course, weeks: int) -> str:
    """The plan for so many weeks, as a table of course.toml. Raises UsageError where there is none."""
    if weeks not in dict(PLANS):
        raise UsageError(f"there are plans for {', '.join(str(each) for each, _ in PLANS)} weeks")
    lines = [f"\n# {weeks} weeks: everything else stays as practice", "[choose]"]
    for assignment in course.assignments:
        chosen = [name for task in _planned(tasks_of(assignment), dict(PLANS)[weeks]) for name in task.exercises]
        if chosen:
            lines.append(f"{assignment.slug} = {json.dumps(chosen)}")
    return "\n".join(lines) + "\n"


def hours(tasks: Iterable[MapTask]) -> float:
    """How long these tasks take together."""
    return sum(task.minutes for task in tasks) / 60
