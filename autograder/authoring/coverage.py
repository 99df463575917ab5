"""What the course promises to teach, row by row, and which sentences and checks do it: `docs/coverage.md`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.prices import unfelt
from autograder.authoring.rows import ROWS, Lesson, all_rows, lessons
from autograder.course import Course
from autograder.course.toml import line_of
from autograder.errors import CourseError, place
from autograder.files import SHARED, write_atomically
from autograder.layout import COVERAGE_PAGE, SOLUTIONS
from autograder.text.templates import environment
from autograder.text.words import amount

GRADED, WRITTEN, SHOWN = "graded by hidden checks", "answered in writing", "only shown"
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One row of a course note, and where it is taught."""

    name: str
    what: str
    lessons: tuple[Lesson, ...]

    @property
    def kind(self) -> str:
        """What asks for it: checks if there are any, else people, else nobody."""
        if any(lesson.checks for lesson in self.lessons):
            return GRADED
        return WRITTEN if any(lesson.claim.written for lesson in self.lessons) else SHOWN

    @property
    def partly(self) -> bool:
        """Whether nobody asks for a part of it."""
        return any(lesson.claim.partly for lesson in self.lessons)


@dataclass(frozen=True, slots=True)
class CourseNote:
    """One course note and its rows."""

    name: str
    title: str
    rows: tuple[CourseRow, ...]


def coverage_page(course: Course) -> str:
    """The whole page in Markdown. Raises CourseError for a row that is taught nowhere, or not as rows.toml says."""
    found = notes(course)
    template = environment(_TEMPLATES).get_template("coverage.md.j2")
    about, _ = all_rows(course)
    return template.render(notes=found, about=about, summary=counted_rows(found), cells=_cells, escaped=_escaped)


def write_coverage(course: Course, dry_run: bool = False) -> list[Path]:
    """Writes docs/coverage.md and gives what changed, or with `dry_run` only what is stale. Raises CourseError."""
    path, text = course.root / COVERAGE_PAGE, coverage_page(course)
    if path.exists() and path.read_text("utf-8") == text:
        return []
    if not dry_run:
        write_atomically(path, text.encode(), SHARED)
    return [path]


def notes(course: Course) -> list[CourseNote]:
    """Every course note with its rows. Raises CourseError for a row that is taught nowhere, or not as it says."""
    path, taught = course.root / SOLUTIONS / ROWS, lessons(course)
    for row, places in taught.items():
        if not places:
            where = place(path, line_of(path, row))
            raise CourseError(f"row {row} is not covered by any task", where, f"add it to a {ROWS}")
    return [
        CourseNote(name, note["title"], tuple(_row(row, what, taught) for row, what in note.items() if row != "title"))
        for name, note in all_rows(course)[1].items()
    ]


def _row(name: str, what: str, taught: Mapping[str, Sequence[Lesson]]) -> CourseRow:
    return CourseRow(name, what, tuple(taught[name]))


def counted_rows(found: Sequence[CourseNote]) -> str:
    """How many rows are graded, answered in writing and only shown, in a sentence."""
    rows = [row for note in found for row in note.rows]
    counts = [f"{sum(row.kind == kind for row in rows)} {kind}" for kind in (GRADED, WRITTEN, SHOWN)]
    partly = sum(row.partly for row in rows)
    return f"{amount(len(rows), 'row')}: {', '.join(counts)}. Of {partly} a part is not asked for."


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _cells(lesson: Lesson) -> tuple[str, str, str]:
    """Where it is taught, the sentence, and what fails without it."""
    slug = lesson.assignment.slug
    task = lesson.heading or slug.partition("_")[0].upper()
    where = f"[{task} `{lesson.exercise.name}`](../assignments/{slug}/{slug}.ipynb)"
    return where, f"“{_escaped(lesson.claim.says)}”", _asked(lesson)


def _asked(lesson: Lesson) -> str:
    solutions = f"../solutions/{lesson.assignment.slug}"
    checks = (
        f"[`{check.name}`]({solutions}/{check.path.relative_to(lesson.assignment.folder).as_posix()})"
        for check in lesson.checks
    )
    asked = ", ".join(checks) or f"only shown: {_escaped(lesson.claim.shown)}"
    if lesson.claim.written:
        asked = f"a person, by [marking.toml]({solutions}/marking.toml)"
    return f"{asked}<br>**partly**: {_escaped(lesson.claim.partly)}" if lesson.claim.partly else asked


# Does a check die? ---------------------------------------------------------------------------------------------------


def survivors(course: Course, jobs: int) -> Iterator[str]:
    """A sentence for each check of a row that no known mistake fails. Mistakes are asked: some minutes."""
    named: dict[str, dict[str, list[str]]] = {}  # assignment → check → rows
    for row, places in lessons(course).items():
        for lesson in places:
            for check in lesson.checks:
                named.setdefault(lesson.assignment.slug, {}).setdefault(check.name, []).append(row)
    for slug, rows_of in named.items():
        for name in unfelt(course.assignment(slug).whole, rows_of, jobs):
            yield f"{', '.join(rows_of[name])}: no known mistake fails {slug}, {name}"
