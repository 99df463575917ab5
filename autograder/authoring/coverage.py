"""What the course promises to teach, row by row, and which exercises and checks do it: `docs/coverage.md`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, Exercise
from autograder.course.toml import line_of, read_toml
from autograder.errors import CourseError, place
from autograder.files import SHARED, write_atomically
from autograder.layout import COVERAGE_PAGE, SOLUTIONS
from autograder.text.templates import environment

ROWS = "rows.toml"
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One row of a course note, the tasks that serve it and what grades them."""

    name: str
    what: str
    tasks: tuple[str, ...]
    graded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CourseNote:
    """One course note and its rows."""

    name: str
    title: str
    rows: tuple[CourseRow, ...]


def coverage_page(course: Course) -> str:
    """The whole page in Markdown. Raises CourseError for a row without a task or a task that is not there."""
    return environment(_TEMPLATES).get_template("coverage.md.j2").render(notes=notes(course))


def write_coverage(course: Course, dry_run: bool = False) -> list[Path]:
    """Writes docs/coverage.md and gives what changed, or with `dry_run` only what is stale. Raises CourseError."""
    path, text = course.root / COVERAGE_PAGE, coverage_page(course)
    if path.exists() and path.read_text("utf-8") == text:
        return []
    if not dry_run:
        write_atomically(path, text.encode(), SHARED)
    return [path]


def notes(course: Course) -> list[CourseNote]:
    """Every course note with its rows. Raises CourseError for a row without a task or a task that is not there."""
    path = course.root / SOLUTIONS / ROWS
    known = read_toml(path, None)
    served = [(assignment, _served(assignment, known)) for assignment in course.assignments]
    return [
        CourseNote(
            name, note["title"], tuple(_row(path, row, what, served) for row, what in note.items() if row != "title")
        )
        for name, note in known.items()
    ]


def _row(path: Path, name: str, what: str, served: Sequence[tuple[Assignment, Mapping[str, Any]]]) -> CourseRow:
    parts = [part for assignment, rows in served for part in _parts(assignment, rows.get(name, []))]
    if not parts:
        where = place(path, line_of(path, name))
        raise CourseError(f"row {name} is not covered by any task", where, f"add it to a {ROWS}")
    return CourseRow(name, what.replace("|", "\\|"), *(tuple(texts) for texts in zip(*parts, strict=True)))


def _served(assignment: Assignment, known: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
    """Row → exercises, or `exercise.check`, that serve it in this assignment."""
    path = assignment.folder / ROWS
    rows = read_toml(path, {row for note in known.values() for row in note}) if path.exists() else {}
    for row, names in rows.items():
        for name in names:
            if not any(name in _names(assignment.whole, exercise) for exercise in assignment.everything):
                where = place(path, line_of(path, row))
                raise CourseError(f"{assignment.slug} has no {name}", where, "name an exercise, or exercise.check")
    return rows


def _parts(assignment: Assignment, names: list[str]) -> Iterator[tuple[str, str]]:
    """(task, what grades it) of each exercise named; checks named one by one are listed by name."""
    for exercise in assignment.everything:
        chosen = [name for name in names if name in _names(assignment.whole, exercise)]
        if chosen:
            link = f"[{exercise.name}](../assignments/{assignment.slug}/{assignment.slug}.ipynb)"
            yield f"{assignment.slug.partition('_')[0].upper()} {link}", _graded(assignment, exercise, chosen)


def _graded(assignment: Assignment, exercise: Exercise, chosen: list[str]) -> str:
    if exercise in assignment.practice:
        return "nobody: it is practice"
    if exercise.manual:
        return "a person, by `marking.toml`"
    if exercise.name not in chosen:
        return ", ".join(f"`{name.partition('.')[2]}`" for name in chosen)
    checks = [check.name for check in assignment.checks if check.exercise == exercise.name]
    return f"`{checks[0]}` and {len(checks) - 1} more" if len(checks) > 1 else f"`{checks[0]}`"


def _names(assignment: Assignment, exercise: Exercise) -> set[str]:
    checks = [f"{exercise.name}.{check.name}" for check in assignment.checks if check.exercise == exercise.name]
    return {exercise.name, *checks}
