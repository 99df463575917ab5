"""Assignments → notebooks: the source with answers for us, the release without them for students.

The release is made by nbgrader's own preprocessors from the source, as `nbgrader generate_assignment` does it, and
compared with what `course` says that students get. The same course gives the same bytes.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from autograder.authoring.rows import lessons
from autograder.course import Assignment, Course, Exercise
from autograder.course.percent import CODE_STUB, TEXT_STUB, SourceCell
from autograder.errors import CourseError, place
from autograder.files import SHARED, write_atomically
from autograder.gradebook.opening import gradebook
from autograder.layout import ASSIGNMENTS, NBGRADER_CONFIG, SOURCE
from autograder.log import stage

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # the code: in JupyterLab and Notebook 7, in Colab
MAKE: dict[str, Callable[[str], NotebookNode]] = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
_CONFIG = Path(__file__).parent / "templates" / "nbgrader_config.py.j2"
README = """\
# {title}

<!-- Made by `convgrade build`. Edit `solutions/{slug}/`, not this file. -->

| exercise | points |
|---|---|
{rows}

1. Install the course's kit, which brings PyTorch along, in the folder that holds `shared`: `pip install ./shared`. In
   Colab, upload `shared` and run `%pip install ./shared` in a cell.
2. Open `{slug}.ipynb` in JupyterLab, VS Code or Colab. Replace every `{stub}` by your own answer.
3. Run the check below each function. It says what is wrong, on inputs that you can see. Its code is folded, so that one
   line is left, “Check of …”: a click on the dots (in Colab on “Show code”) opens it. Grading asks the same of inputs
   that you cannot see.
4. Before you hand in: restart the kernel, run all cells, save. Keep the file's name and the cells that were there. Hand
   in the one file `{slug}.ipynb`. A cell may take {cell_seconds:g} seconds, the whole notebook {memory_mb} MB.
   Grading has the packages that the kit installs and Python's own modules, no others.
"""


def build_source(assignment: Assignment) -> bytes:
    """The notebook with answers and nbgrader's metadata."""
    return _bytes(_source(assignment))


def build_release(assignment: Assignment) -> bytes:
    """The notebook that students get. Raises CourseError where nbgrader and we do not agree on it."""
    notebook = _stripped(assignment)
    for written, cell, expected in zip(notebook.cells, assignment.cells, assignment.release, strict=True):
        if written.source != expected.source:
            where = place(assignment.notebook, cell.line)
            raise CourseError("nbgrader releases this cell differently", where, "write the solution's markers plainly")
    return _bytes(notebook)


def public_files(assignment: Assignment) -> dict[str, bytes]:
    """What students get, by file name."""
    return {f"{assignment.slug}.ipynb": build_release(assignment), "README.md": _readme(assignment)}


def submission(assignment: Assignment, answers: Mapping[str, str]) -> bytes:
    """The release with these sources in its cells, by grade id, as a student hands it in: for tests and the demo.

    Raises KeyError for a cell that the assignment does not have.
    """
    notebook = _stripped(assignment)
    cells = {cell.id: cell for cell in notebook.cells}
    for grade_id, source in answers.items():
        cells[grade_id].source = source
    return _bytes(notebook)


def write_config(root: Path) -> list[Path]:
    """Write nbgrader_config.py where a course has none, since no points can be recorded without; gives its path."""
    path = root / NBGRADER_CONFIG
    if path.exists():
        return []
    write_atomically(path, _CONFIG.read_bytes(), SHARED)
    return [path]


@stage("entering the assignment in the gradebook")
def enter_assignment(assignment: Assignment) -> bool:
    """What `nbgrader generate_assignment` leaves in the gradebook, where it does not know this assignment; whether so.

    Raises ConvgradeError where the gradebook cannot be used.
    """
    from nbgrader.preprocessors import SaveCells

    slug = assignment.slug
    with gradebook(assignment.root) as found:
        if any(known.name == slug and known.notebooks for known in found.book.assignments):
            return False
        found.book.update_or_create_assignment(slug)
        found.book.db.remove()  # nbgrader's step opens the database itself
        names = {"notebook": slug, "assignment": slug, "db_url": found.where.db_url}
        SaveCells(config=found.config).preprocess(_stripped(assignment), {"nbgrader": names})
    return True


@stage("making notebooks")
def build(course: Course, dry_run: bool = False) -> tuple[Path, ...]:
    """Write every file that is not up to date, and tell which; `dry_run` writes nothing and looks at public files only.

    Raises CourseError for a file under `assignments/` that no assignment makes: students would get it; and where a
    notebook does not say any more what a rows.toml quotes.
    """
    lessons(course)
    public = course.root / ASSIGNMENTS
    files: dict[Path, bytes] = {}
    for assignment in course.assignments:
        files |= _files(assignment, public / assignment.slug, build_release(assignment))
        if not dry_run:
            source = course.root / SOURCE / assignment.slug
            files |= _files(assignment, source, build_source(assignment))
    stale = [path for path, data in files.items() if not path.is_file() or path.read_bytes() != data]
    if not dry_run:
        for path in stale:
            write_atomically(path, files[path], SHARED)
        stale += write_config(course.root)
    for path in sorted(public.rglob("*")):
        if path.is_file() and path not in files and ".ipynb_checkpoints" not in path.parts:
            raise CourseError("students would get a file that no assignment makes", place(path), "delete or move it")
    return tuple(stale)


def _files(assignment: Assignment, folder: Path, notebook: bytes) -> dict[Path, bytes]:
    """The README is written beside the source too: nbgrader copies it from there when it makes the release anew."""
    return {folder / f"{assignment.slug}.ipynb": notebook, folder / "README.md": _readme(assignment)}


def _readme(assignment: Assignment) -> bytes:
    rows = "\n".join(f"| {exercise.title} | {_worth(exercise)} |" for exercise in assignment.exercises)
    stubs = (CODE_STUB[0], *(TEXT_STUB if any(exercise.manual for exercise in assignment.exercises) else ()))
    words = {"title": assignment.title, "slug": assignment.slug, "rows": rows, "stub": "` and `".join(stubs)}
    return README.format(**words, **asdict(assignment.limits)).encode()


def _worth(exercise: Exercise) -> str:
    return f"extra credit: +{exercise.points:g}" if exercise.stretch else f"{exercise.points:g}"


def _stripped(assignment: Assignment) -> NotebookNode:
    # Imported here: it takes seconds, and reading a source does not need it. The order is generate_assignment's, less
    # what needs a kernel, a database or a header file.
    from nbgrader import preprocessors as steps

    notebook = _source(assignment)
    for name in (
        "LockCells",
        "ClearSolutions",
        "ClearOutput",
        "CheckCellMetadata",
        "ClearHiddenTests",
        "ClearMarkScheme",
        "ComputeChecksums",
        "CheckCellMetadata",
    ):
        notebook, _ = getattr(steps, name)().preprocess(notebook, {})
    return notebook


def _source(assignment: Assignment) -> NotebookNode:
    seen: Counter[str] = Counter()
    cells = []
    for cell in assignment.cells:
        made: NotebookNode = MAKE[cell.kind](cell.built)
        made.id = cell.name or _id(cell, seen)
        made.metadata = NotebookNode(_metadata(cell))
        cells.append(made)
    notebook: NotebookNode = v4.new_notebook(cells=cells, metadata=KERNEL)
    return notebook


def _metadata(cell: SourceCell) -> dict[str, Any]:
    if cell.role == "other":
        return {}
    worth = 0 if cell.stretch else cell.points  # nbgrader adds all of it to the maximum
    points = {"points": int(worth) if worth == int(worth) else worth} if worth is not None else {}
    marks = {
        "schema_version": 3,
        "grade_id": cell.name,
        "grade": cell.points is not None,
        "solution": cell.role in ("solution", "manual"),
        "locked": cell.role in ("given", "check"),
        "task": False,
    }
    return {"nbgrader": marks | points} | (FOLDED if cell.role == "check" else {})


def _id(cell: SourceCell, seen: Counter[str]) -> str:
    """An id that stays when other cells come or go."""
    digest = sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:10]
    seen[digest] += 1
    return f"cell-{digest}" if seen[digest] == 1 else f"cell-{digest}-{seen[digest]}"


def _bytes(notebook: NotebookNode) -> bytes:
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook, version=4)
    return f"{text.rstrip()}\n".encode()
