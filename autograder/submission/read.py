"""Foreign notebook bytes + the release → the code cells to run. Never executes anything.

Ids, roles and points come from the release. The student's file contributes sources and their order: the answers, and
cells of their own. Read-only cells are the release's, checks are dropped, what can be repaired is repaired with a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from autograder import messages
from autograder.course import Assignment
from autograder.errors import UnreadableSubmission
from autograder.layout import grade_id_of
from autograder.model import WrittenAnswer
from autograder.submission.match import (
    Claims,
    Notes,
    Release,
    counting_copies,
    defined_anywhere,
    functions,
)
from autograder.submission.meanings import note_other_meanings
from autograder.submission.parse import RawCell, parse_notebook
from autograder.submission.written import written_answers

MAX_CODE = 2_000_000  # characters to run: whoever looks for names in them later takes a hundred times as many bytes


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell to run, and whose cell of the release it is, if any."""

    label: str  # the grade id, or "cell 7": the seventh code cell, `In [7]` after a clean run
    source: str
    grade_id: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """What is run, in the student's order, and sentences about what had to be repaired."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    answers: tuple[WrittenAnswer, ...] = ()  # that people mark


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell that has its place. `rank` is its index in the release, -1 for the student's own."""

    cell: Cell
    rank: int = -1
    role: str = "other"


def read_submission(raw: bytes, assignment: Assignment) -> Submission:
    """The cells of `raw` that are to be run. Raises UnreadableSubmission with a sentence for the student."""
    notebook = parse_notebook(raw)
    release = Release(assignment.release, (cell for each in assignment.practice for cell in each.cells))
    notes = Notes(notebook.notes)
    claims = release.claims(notebook.cells)
    _note_changed_points(claims, assignment, notes)
    placed = _in_their_order(notebook.cells, claims, release, notes)
    if sum(len(item.cell.source) for item in placed) > MAX_CODE:
        raise UnreadableSubmission(messages.TOO_LONG_TO_READ)
    _move_given_up(placed, notes)
    _restore_missing(placed, claims, release, notes if claims else Notes())
    if not claims:  # one sentence instead of one per exercise
        notes.append(messages.other_assignment(assignment.title))
    cells = tuple(item.cell for item in placed if item.role != "check" and item.cell.source.strip())
    _note_lost_names(cells, release, notes)
    note_other_meanings(cells, release, notes)
    written = written_answers(notebook.cells, release, claims, notes)
    return Submission(cells, notes.sentences(), tuple(each.answer for each in written))


def _note_changed_points(claims: Claims, assignment: Assignment, notes: Notes) -> None:
    """Points come from the release; say so where the file says otherwise."""
    worth = {grade_id_of(exercise.name): exercise.maximum for exercise in assignment.exercises}
    claimed = [(grade_id, copy.points) for grade_id, copies in claims.items() for copy in copies]
    if any(points is not None and points != worth.get(grade_id, points) for grade_id, points in claimed):
        notes.append(messages.POINTS_CHANGED)


def _in_their_order(cells: Sequence[RawCell], claims: Claims, release: Release, notes: Notes) -> list[_Placed]:
    """The student's code cells in the student's order, each with the source that counts."""
    chosen: dict[int, _Placed] = {}
    for grade_id in sorted(claims, key=release.rank.__getitem__):
        released = release.cells[grade_id]
        for part, copy in enumerate(counting_copies(grade_id, claims[grade_id], released, notes), start=1):
            label = grade_id if part == 1 else f"{grade_id} (part {part})"
            source = released.source if released.role == "given" else copy.source
            chosen[id(copy)] = _Placed(Cell(label, source, grade_id), release.rank[grade_id], released.role)
    left_out = {id(copy) for copies in claims.values() for copy in copies} - chosen.keys()
    mine = [cell for cell in cells if id(cell) not in left_out and (cell.number or id(cell) in chosen)]
    return [chosen.get(id(cell)) or _Placed(Cell(f"cell {cell.number}", cell.source)) for cell in mine]


def _move_given_up(placed: list[_Placed], notes: Notes) -> None:
    """A read-only cell runs before everything that follows it in the release, wherever the student moved it."""
    for item in [item for item in placed if item.role == "given"]:
        here, first = placed.index(item), _first_after(placed, item.rank)
        if first < here:
            placed.insert(first, placed.pop(here))
            notes.append(messages.moved(str(item.cell.grade_id)))


def _restore_missing(placed: list[_Placed], claims: Claims, release: Release, notes: Notes) -> None:
    """Put released cells that are gone back in: read-only ones, and answers that nobody else defines."""
    defined = {name for item in placed for name in functions(item.cell.source)}
    for grade_id, released in release.cells.items():
        if grade_id in claims or (released.role != "given" and grade_id not in release.answers):
            continue
        if release.names(grade_id) & defined:
            notes.append(messages.found_elsewhere(grade_id))
            continue
        rank = release.rank[grade_id]
        before = max((item.rank for item in placed if item.rank < rank), default=-1)
        place = 1 + max((i for i, item in enumerate(placed) if item.rank == before >= 0), default=-1)
        restored = _Placed(Cell(grade_id, released.source, grade_id), rank, released.role)
        placed.insert(min(place, _first_after(placed, rank)), restored)
        if released.role == "solution":
            notes.about(grade_id, messages.restored)


def _first_after(placed: list[_Placed], rank: int) -> int:
    """Index of the first cell that comes after `rank` in the release; the end if there is none."""
    return next((index for index, item in enumerate(placed) if item.rank > rank), len(placed))


def _note_lost_names(cells: Sequence[Cell], release: Release, notes: Notes) -> None:
    """Say which functions of the release nobody defines any more: most often they were renamed."""
    defined = {name for cell in cells for name in defined_anywhere(cell.source)}
    for grade_id in release.answers:
        for name in sorted(release.names(grade_id) - defined):
            notes.append(messages.lost_name(name))
