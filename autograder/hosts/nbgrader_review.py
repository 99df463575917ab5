"""A handed-in file → the notebook that people see in nbgrader: our release with the student's sources in it.

Ids, points, roles, kernel and read-only text are the release's; outputs and metadata of the file are left behind.
So nothing that a student writes into a file can stop nbgrader or change what a cell is.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course import Assignment
from autograder.errors import UnreadableSubmission
from autograder.submission.match import Notes, Release, counting_copies
from autograder.submission.parse import RawCell, parse_notebook

# Where HTML, a link or MathJax's \\href would begin. nbconvert lets all of them through, `javascript:` included.
_ACTIVE = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(:])|\\(?=href)")


@dataclass
class _Rebuild:
    """The notebook while it is put together."""

    released: dict[str, Any]  # grade id → the cell of the release
    texts: set[str]  # sources of the release's other cells: ours, so their HTML may stay
    cells: list[Any] = field(default_factory=list)

    def place(self, grade_id: str, source: str | None = None) -> None:
        """The release's cell, with the student's source where the cell is an answer."""
        cell = deepcopy(self.released[grade_id])
        if source is not None and cell.metadata.nbgrader.solution:
            cell.source = source if cell.cell_type == "code" or source == cell.source else defused_markdown(source)
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


def defused_markdown(source: str) -> str:
    """Markdown in which no HTML and no link begins (a space comes between): a page that shows it runs nothing."""
    return _ACTIVE.sub(r"\g<0> ", source)


def _chosen(
    cells: Sequence[RawCell], assignment: Assignment, released: dict[str, Any]
) -> tuple[dict[int, tuple[str, str]], set[int]]:
    """Cells that stand for a cell of the release, with its id and the source that was graded; and cells not to show.

    The latter are the further parts of a split answer, shown in its first cell, and further copies of read-only cells.
    """
    sources, followers = {}, set()
    release = Release(assignment.release)
    for grade_id, copies in release.claims(cells).items():
        parts = counting_copies(grade_id, copies, release.cells[grade_id], Notes())
        sources[id(parts[0])] = (grade_id, "\n\n".join(part.source for part in parts))
        followers |= {id(part) for part in parts[1:]}
        if release.cells[grade_id].role in ("given", "check"):
            followers |= {id(copy) for copy in copies[1:]}
    for grade_id in released.keys() - release.cells.keys():
        texts = [cell for cell in cells if grade_id in cell.ids]
        edited = [cell for cell in texts if cell.source != released[grade_id].source]
        for cell in (edited or texts)[:1]:
            sources[id(cell)] = (grade_id, cell.source)
    return sources, followers
