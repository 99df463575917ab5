"""A handed-in file → the notebook that people see in nbgrader: our release with the student's sources in it.

Ids, points, roles, kernel and read-only text are the release's; outputs and metadata of the file are left behind.
So nothing that a student writes into a file can stop nbgrader or change what a cell is.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.course import Assignment
from autograder.errors import UnreadableSubmission
from autograder.gradebook import database
from autograder.gradebook.marked import EARLIER_ANSWER
from autograder.layout import exercise_of
from autograder.model import Report, WrittenAnswer
from autograder.reports.in_cell import as_html, as_text
from autograder.submission.match import Notes, Release, counting_copies
from autograder.submission.parse import RawCell, parse_notebook
from autograder.submission.pictures import picture_uri
from autograder.submission.written import written_answers
from autograder.text import words

_CHECK_LINES = 4  # of a check cell; more would push the report away from the box for its points
# Where HTML, a link or MathJax's \\href would begin. nbconvert lets all of them through, `javascript:` included.
_ACTIVE = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(:])|\\(?=href)")


@dataclass
class _Rebuild:
    """The notebook while it is put together."""

    released: dict[str, Any]  # grade id → the cell of the release
    texts: set[str]  # sources of the release's other cells: ours, so their HTML may stay
    cells: list[Any] = field(default_factory=list)

    def place(self, grade_id: str, source: str, pictures: Sequence[str] = ()) -> None:
        """The release's cell, with the student's source and pictures where the cell is an answer."""
        cell = deepcopy(self.released[grade_id])
        if cell.metadata.nbgrader.solution:
            cell.source = source if cell.cell_type == "code" or source == cell.source else defused_markdown(source)
            attach(cell, pictures)
        self.cells.append(cell)

    def place_own(self, cell: RawCell) -> None:
        """A cell of the student's own, defused."""
        if cell.number:
            self.cells.append(new_code_cell(cell.source))
        else:
            source = cell.source if cell.source in self.texts else defused_markdown(cell.source)
            self.cells.append(new_markdown_cell(source))
        self.cells[-1].id = f"own-{len(self.cells)}"

    def restore(self) -> None:
        """Put each released cell that is gone after the one that it follows in the release."""
        here = [cell.metadata.nbgrader.grade_id if "nbgrader" in cell.metadata else None for cell in self.cells]
        at = 0
        for grade_id, cell in self.released.items():
            if grade_id in here:
                at = here.index(grade_id) + 1
                continue
            here.insert(at, grade_id)
            self.cells.insert(at, deepcopy(cell))
            at += 1


def rebuild(raw: bytes, assignment: Assignment, release: Any) -> Any:
    """The notebook to review: `release` (nbformat 4) with the sources of `raw`; unchanged if `raw` is not one."""
    notebook = deepcopy(release)
    named = {cell.metadata.nbgrader.grade_id: cell for cell in release.cells if "nbgrader" in cell.metadata}
    rebuilt = _Rebuild(named, {cell.source for cell in release.cells})
    try:
        found = parse_notebook(raw).cells
    except UnreadableSubmission:
        return notebook
    sources, followers = _chosen(found, assignment, named)
    for cell in found:
        if id(cell) in sources:
            rebuilt.place(*sources[id(cell)])
        elif id(cell) not in followers:
            rebuilt.place_own(cell)
    rebuilt.restore()
    notebook.cells = rebuilt.cells
    return notebook


def fill(notebook: Any, report: Report) -> None:
    """Puts the report into the check cells; the other outputs go."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            label = cell.metadata.get("nbgrader", {})
            checked = label.get("grade") and not label.get("solution")
            cell.execution_count = None
            cell.outputs = _outputs(report, label.grade_id) if checked else []


def finish(notebook: Any, earlier: Mapping[str, WrittenAnswer]) -> None:
    """What people see once nbgrader has read its numbers: they go, and marked answers come beside new ones.

    Of a long check, the same for everybody, the beginning is enough: the box for the points is above it, and the
    verdict below.
    """
    cells = []
    for cell in notebook.cells:
        label = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
            if label.get("grade") and not label.get("solution"):
                cell.source = _beginning(cell.source)
        cells.append(cell)
        answer = earlier.get(exercise_of(label.get("grade_id", "")))
        if answer:
            text = defused_markdown(answer.text) or "(nothing)"
            cells.append(new_markdown_cell(f"**{EARLIER_ANSWER}**\n\n{text}", id=f"earlier-{len(cells)}"))
            attach(cells[-1], answer.pictures)
    notebook.cells = cells


def _beginning(source: str) -> str:
    lines = source.splitlines()
    left = len(lines) - _CHECK_LINES + 1
    return source if left < 2 else "\n".join([*lines[: _CHECK_LINES - 1], f"# … and {left} more lines, as released"])


def _outputs(report: Report, grade_id: str) -> list[Any]:
    """What stands below a check cell: the report for people, then exactly one plain number for nbgrader to read."""
    exercise = next((item for item in report.exercises if item.name == exercise_of(grade_id)), None)
    shown = {"text/plain": as_text(report, exercise), "text/html": as_html(report, exercise)}
    points = database.scores(report).get(grade_id) or 0.0  # where there is no verdict, the gradebook says so
    number = {"text/plain": words.number(points)}
    return [new_output("display_data", shown), new_output("execute_result", number, execution_count=None)]


def defused_markdown(source: str) -> str:
    """Markdown in which no HTML and no link begins (a space comes between): a page that shows it runs nothing."""
    return _ACTIVE.sub(r"\g<0> ", source)


def attach(cell: Any, pictures: Sequence[str]) -> None:
    """Shows pictures, checked before, below the text of a cell, under names of ours."""
    for number, encoded in enumerate(pictures, 1):
        uri = str(picture_uri(encoded))
        kind, _, data = uri.removeprefix("data:").partition(";base64,")
        if data:
            cell.source += f"\n\n![picture {number}](attachment:picture-{number})"
            cell.setdefault("attachments", {})[f"picture-{number}"] = {kind: data}


def _chosen(
    cells: Sequence[RawCell], assignment: Assignment, released: dict[str, Any]
) -> tuple[dict[int, tuple[str, str, tuple[str, ...]]], set[int]]:
    """Cells that stand for one of the release: its id, the source that counts, its pictures; and cells not to show.

    The latter are the further parts of an answer, shown in its first cell, its other copies, and further copies of
    read-only cells.
    """
    sources: dict[int, tuple[str, str, tuple[str, ...]]] = {}
    followers: set[int] = set()
    release = Release(assignment.release)
    claims = release.claims(cells)
    for grade_id, copies in claims.items():
        parts = counting_copies(grade_id, copies, release.cells[grade_id], Notes())
        sources[id(parts[0])] = (grade_id, "\n\n".join(part.source for part in parts), ())
        followers |= {id(part) for part in parts[1:]}
        if release.cells[grade_id].role in ("given", "check"):
            followers |= {id(copy) for copy in copies[1:]}
    for answer in written_answers(cells, release, claims, Notes()):
        labelled = [cell for cell in cells if answer.grade_id in cell.ids]
        chosen = [*(answer.cells if answer.sure else ()), *labelled]
        if answer.grade_id not in release.cells and chosen:
            found = answer if answer.sure and answer.cells else chosen[0]
            sources[id(chosen[0])] = (answer.grade_id, found.source, answer.pictures if found is answer else ())
            followers |= {id(cell) for cell in chosen} - {id(chosen[0])}
    return sources, followers
