"""Course ▸ Assignment ▸ Exercise: read once from `solutions/`, checked as a whole, frozen.

Nothing of the course is imported or executed here. Whatever is wrong is a CourseError with file, line and what to do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from autograder.course.answers import designs_of, edited, mistakes_of, right_definition
from autograder.course.bans import Bans, read_bans, refuse_unsaid
from autograder.course.choice import graded_names, read_choices
from autograder.course.declarations import CheckSpec, MistakeSpec, defined_names, parse, read_checks
from autograder.course.hidden_files import read_hidden
from autograder.course.limits import Limits, read_limits
from autograder.course.parts import ALTERNATIVES, CHECKS, DESIGNS, MISTAKES, part, sources_of
from autograder.course.percent import Kind, Role, SourceCell, read_source_cells
from autograder.course.points import with_points
from autograder.course.retelling import retold
from autograder.course.rubrics import Rubric, read_rubrics
from autograder.course.settings import ASSIGNMENT_KEYS, COURSE_KEYS, Feedback
from autograder.course.stated import refuse_unstated
from autograder.course.term import Term, read_term
from autograder.course.thresholds import Threshold, named_in, read_thresholds, refuse_unknown
from autograder.course.toml import read_toml, table_into, text_of
from autograder.errors import CourseError, UnknownAssignment, place
from autograder.layout import COURSE_FILE, SOLUTIONS, exercise_of, grade_id_of
from autograder.log import stage

POINTS = 100.0  # what the exercises of every assignment add up to
SLUG = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReleaseCell:
    """One cell as students get it: stubs in place of answers."""

    grade_id: str | None
    role: Role
    kind: Kind
    source: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """A named, pointed part of a notebook."""

    name: str
    title: str
    points: float
    cells: tuple[str, ...]  # grade ids of its solution cells
    manual: bool
    line: int  # of the cell that closes it in notebook.py
    stretch: bool = False  # its points are extra credit

    @property
    def maximum(self) -> float:
        """What it adds to the most that its assignment asks for: extra credit adds nothing."""
        return 0.0 if self.stretch else self.points


@dataclass(frozen=True)
class Assignment:
    """Everything we know about one assignment."""

    slug: str
    title: str
    exercises: tuple[Exercise, ...]
    limits: Limits
    show: str
    release: tuple[ReleaseCell, ...]
    folder: Path
    secret: str = field(repr=False)  # seeds the hidden inputs
    cells: tuple[SourceCell, ...] = field(repr=False)  # with the answers
    checks: tuple[CheckSpec, ...] = ()  # every hidden check, in the suite's order
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)  # accuracies that a gate asks for
    hidden: tuple[str, ...] = ()  # files and folders that no submission may read
    bans: Mapping[str, Bans] = field(default_factory=dict)  # what is switched off, by exercise
    rubrics: Mapping[str, Rubric] = field(default_factory=dict)  # how people mark an answer, by exercise
    practice: tuple[Exercise, ...] = ()  # in the notebook, and not graded this term
    unchosen: Assignment | None = field(default=None, repr=False)  # with all of its exercises graded; None: this one

    @property
    def root(self) -> Path:
        """The folder that holds `solutions/`."""
        return self.folder.parents[1]

    @property
    def notebook(self) -> Path:
        """The percent text that everything public is made of."""
        return self.folder / "notebook.py"

    @property
    def suite(self) -> Path:
        """The hidden pytest suite: the folder checks/ or one file."""
        return part(self.folder, CHECKS, f"test_{self.slug}.py")

    @property
    def reference(self) -> Path:
        """The functions that the suite trusts."""
        return self.folder / "reference.py"

    @property
    def mistakes(self) -> Path:
        """Known wrong implementations with their hints: a folder or one file."""
        return part(self.folder, MISTAKES, "mistakes.py")

    @property
    def alternatives(self) -> Path:
        """Right solutions, written differently: a folder or one file."""
        return part(self.folder, ALTERNATIVES, "alternatives.py")

    @property
    def designs(self) -> Path:
        """Other choices of a right solution that a threshold is calibrated on: a folder or one file."""
        return part(self.folder, DESIGNS, "designs.py")

    @property
    def names(self) -> tuple[str, ...]:
        """The exercises' names, in the order of the notebook."""
        return tuple(exercise.name for exercise in self.exercises)

    @property
    def whole(self) -> Assignment:
        """The assignment with every exercise that it has, whatever is chosen this term."""
        return self.unchosen or self

    @property
    def everything(self) -> tuple[Exercise, ...]:
        """What is graded and what is practice, in the order of the notebook."""
        return tuple(sorted((*self.exercises, *self.practice), key=lambda exercise: exercise.line))

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name, graded or not. Raises KeyError."""
        return {exercise.name: exercise for exercise in self.everything}[name]

    def solution_source(self, grade_id: str) -> str:
        """The source of a cell with its answer. Raises KeyError."""
        return {cell.name: cell.source for cell in self.cells}[grade_id]


@dataclass(frozen=True)
class Course:
    """All assignments, ordered by slug; `read` gives one of them, and is asked once a slug at most."""

    root: Path
    slugs: tuple[str, ...]
    read: Callable[[str], Assignment]
    name: str = ""
    term: Term = field(default_factory=Term)  # deadlines, late work, attempts

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Every one of them. Raises CourseError for the first thing that is broken."""
        return tuple(map(self.read, self.slugs))

    def assignment(self, slug: str) -> Assignment:
        """The assignment of that slug. Raises UnknownAssignment, which names close matches; CourseError as above."""
        if slug in self.slugs:
            return self.read(slug)
        close = get_close_matches(slug, self.slugs, n=3, cutoff=0.4) or self.slugs
        raise UnknownAssignment(f"unknown assignment “{slug}”", str(SOLUTIONS), f"did you mean {', '.join(close)}?")


@stage("reading the course")
def load_course(root: Path) -> Course:
    """Open `root/solutions`. Raises CourseError for what is broken in course.toml.

    An assignment is read when it is asked for, since all seven take a second, and most verbs want one.
    """
    root = Path(root).absolute()
    settings = root / COURSE_FILE
    raw = read_toml(settings, COURSE_KEYS)
    name, secret = (text_of(settings, raw, key) for key in ("name", "secret"))
    folders = sorted(path for path in settings.parent.iterdir() if path.is_dir() and path.name[0] not in "._")
    if not folders:
        raise CourseError("the course has no assignments", place(settings.parent), "add a folder, see CONTRIBUTING")
    slugs = tuple(folder.name for folder in folders)
    term, said = read_term(settings, raw, set(slugs)), read_choices(settings, raw, slugs)

    @cache
    def read(slug: str) -> Assignment:
        whole = load_assignment(settings.parent / slug, secret)
        return chosen(whole, graded_names(settings, slug, said[slug], whole.exercises))

    return Course(root, slugs, read, name, term)


def chosen(assignment: Assignment, names: Sequence[str]) -> Assignment:
    """The assignment in which only these exercises are graded."""
    if tuple(names) == assignment.names:
        return assignment
    exercises = with_points(assignment.exercises, names)
    cells = retold(assignment.cells, assignment.exercises, exercises)
    checks = [check for check in assignment.checks if check.exercise in names]
    known = {check.name for check in checks}
    return replace(
        assignment,
        exercises=exercises,
        practice=tuple(exercise for exercise in assignment.exercises if exercise.name not in names),
        cells=cells,
        release=_released(cells),
        checks=tuple(replace(check, after=tuple(n for n in check.after if n in known)) for check in checks),
        bans={name: banned for name, banned in assignment.bans.items() if name in names},
        rubrics={name: rubric for name, rubric in assignment.rubrics.items() if name in names},
        unchosen=assignment,
    )


def _released(cells: Sequence[SourceCell]) -> tuple[ReleaseCell, ...]:
    return tuple(ReleaseCell(cell.name, cell.role, cell.kind, cell.released) for cell in cells)


def load_assignment(folder: Path, secret: str) -> Assignment:
    """Read one folder of `solutions/`. Raises CourseError for the first thing that is broken."""
    slug, settings = folder.name, folder / "assignment.toml"
    if not SLUG.fullmatch(slug):
        raise CourseError(f"invalid assignment name “{slug}”", place(folder), "use a-z, 0-9 and _, a letter first")
    raw = read_toml(settings, ASSIGNMENT_KEYS)
    cells = read_source_cells(folder / "notebook.py")
    exercises = _exercises(folder / "notebook.py", cells)
    assignment = Assignment(
        slug=slug,
        title=text_of(settings, raw, "title"),
        exercises=exercises,
        limits=read_limits(settings, raw),
        show=table_into(settings, raw, "feedback", Feedback).show,
        release=_released(cells),
        folder=folder,
        secret=secret,
        cells=cells,
        checks=_checks(folder, exercises),
        thresholds=read_thresholds(settings, raw),
        hidden=read_hidden(settings, raw),
        bans=read_bans(settings, raw, _defined(exercises, cells)),
        rubrics=read_rubrics(folder, {item.name: item.points for item in exercises if item.manual}),
    )
    _refuse_loose_ends(assignment)
    return assignment


def _checks(folder: Path, exercises: Sequence[Exercise]) -> tuple[CheckSpec, ...]:
    if all(exercise.manual for exercise in exercises):
        return ()
    path = part(folder, CHECKS, f"test_{folder.name}.py")
    return read_checks(path, [exercise.name for exercise in exercises])


# notebook.py → exercises ----------------------------------------------------------------------


def _exercises(path: Path, cells: tuple[SourceCell, ...]) -> tuple[Exercise, ...]:
    for name, count in Counter(cell.name for cell in cells if cell.name).items():
        if count > 1:
            line = [cell.line for cell in cells if cell.name == name][1]
            raise CourseError(f"duplicate cell id “{name}”", place(path, line), "rename one of the cells")
    found: list[Exercise] = []
    waiting: list[SourceCell] = []
    for cell in cells:
        if cell.role == "solution":
            waiting.append(cell)
        elif cell.points:
            found.append(_exercise(path, cell, waiting))
            waiting = waiting if cell.role == "manual" else []
    if waiting:
        raise _without_points(path, cells, waiting[0])
    total = sum(exercise.maximum for exercise in found)
    if abs(total - POINTS) > 1e-9:
        line = found[-1].line if found else 1
        raise CourseError(f"the points add up to {total:g}, not {POINTS:g}", place(path, line), "adjust points=")
    return tuple(found)


def _without_points(path: Path, cells: tuple[SourceCell, ...], answer: SourceCell) -> CourseError:
    """An answer after which no check has points: it belongs to no exercise."""
    checks = [cell for cell in cells if cell.role == "check" and cell.line > answer.line]
    if checks:
        return CourseError(f"“{checks[-1].name}” has no points", place(path, checks[-1].line), "add points=…, above 0")
    what = f"the solution cell “{answer.name}” has no check cell"
    return CourseError(what, place(path, answer.line), 'add a cell with role="check" below it')


def _exercise(path: Path, cell: SourceCell, waiting: list[SourceCell]) -> Exercise:
    where, grade_id = place(path, cell.line), cell.name or ""
    manual = cell.role == "manual"
    name = exercise_of(grade_id)
    if not manual and grade_id != grade_id_of(name):
        raise CourseError(f"the id “{grade_id}” of a check cell must end in _check", where, f"use {grade_id}_check")
    if not manual and not waiting:
        raise CourseError(f"the check cell “{grade_id}” has no solution cell", where, 'add role="solution" above it')
    ids = (grade_id,) if manual else tuple(item.name or "" for item in waiting)
    title = cell.title or name.replace("_", " ")
    return Exercise(name, title, cell.points or 0.0, ids, manual, cell.line, cell.stretch)


def _defined(exercises: Sequence[Exercise], cells: Sequence[SourceCell]) -> dict[str, list[str]]:
    """Which functions and classes the solution cells of each exercise define."""
    sources = {cell.name: cell.source for cell in cells}
    answers = {
        exercise.name: "\n".join(sources[name] for name in exercise.cells)
        for exercise in exercises
        if not exercise.manual
    }
    return {name: re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE) for name, text in answers.items()}


# what the files say about each other ----------------------------------------------------------


def _refuse_loose_ends(assignment: Assignment) -> None:
    automatic = {exercise.name: exercise for exercise in assignment.exercises if not exercise.manual}
    if not automatic:
        return
    names = defined_names(assignment.reference)
    for check in assignment.checks:
        _refuse_unknown_exercise(check, automatic)
    for name in sorted(automatic.keys() - {check.exercise for check in assignment.checks if check.weight > 0}):
        where, suite = place(assignment.notebook, automatic[name].line), assignment.suite
        todo = f"write {CHECKS}/{name}.py" if suite.is_dir() else f'add @check("{name}") to {suite.name}'
        raise CourseError(f"the exercise “{name}” has no check", where, todo)
    for path in sources_of(assignment.suite).values():
        refuse_unknown(path, named_in(parse(path)), assignment.thresholds)
    refuse_unstated(assignment.checks, (cell.source for cell in assignment.release))
    cells = {cell.name: (cell.released, cell.line) for cell in assignment.cells}
    answers = {name: [cells[each] for each in exercise.cells] for name, exercise in automatic.items()}
    refuse_unsaid(assignment.bans, assignment.notebook, answers, (cell.source for cell in assignment.release))
    _refuse_loose_mistakes(assignment, automatic, names)


def _refuse_loose_mistakes(assignment: Assignment, automatic: Mapping[str, Exercise], names: frozenset[str]) -> None:
    for chosen in designs_of(assignment):
        edited(right_definition(assignment, chosen), chosen)
    for mistake in mistakes_of(assignment):
        _refuse_unknown_exercise(mistake, automatic)
        if mistake.below:
            refuse_unknown(mistake.path, [(mistake.below, mistake.line)], assignment.thresholds)
        if mistake.replaces.split(".")[0] not in names:
            where = place(mistake.path, mistake.line)
            raise CourseError(f"“{mistake.replaces}” is not in reference.py", where, "correct it or add it there")
        if mistake.pairs:
            edited(right_definition(assignment, mistake), mistake)


def _refuse_unknown_exercise(item: CheckSpec | MistakeSpec, known: Mapping[str, Exercise]) -> None:
    if item.exercise not in known:
        close = get_close_matches(item.exercise, known, n=1, cutoff=0.4)
        todo = f"did you mean “{close[0]}”?" if close else f"exercises are {', '.join(known)}"
        where = place(item.path, item.line)
        raise CourseError(f"{item.name} names the unknown exercise “{item.exercise}”", where, todo)
