"""Submissions on disk → the page of close pairs: one file, no script, everything escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from markupsafe import Markup

from autograder.course import Assignment, Course
from autograder.course.answers import mistakes_of, wrong_definition
from autograder.course.parts import sources_of
from autograder.errors import UnreadableSubmission
from autograder.files import write_atomically
from autograder.log import stage
from autograder.reports.render import page
from autograder.similar.pairs import Pair, Ranges, explained, pairs
from autograder.similar.prints import Document
from autograder.submission.find import Found, discover
from autograder.submission.read import read_submission
from autograder.text import escape

MAX_PAIRS = 60  # on the page
MAX_SHOWN = 40_000  # characters of one side


@dataclass(frozen=True, slots=True)
class Similarity:
    """What was compared and what is close."""

    pairs: list[Pair]
    compared: int
    archived: int
    passed_over: list[str]


@stage("comparing")
def similarity(
    course: Course, assignment: Assignment, paths: Sequence[Path], archive: Sequence[Path], least: float
) -> Similarity:
    """Compares every submission at `paths` with each other and with those of `archive`."""
    complaints: list[str] = []
    documents = _documents(course, assignment, paths, complaints)
    documents += _documents(course, assignment, archive, complaints, archived=True)
    archived = sum(document.archived for document in documents)
    close = pairs(documents, explained(_scaffold(assignment)), least)
    return Similarity(close, len(documents) - archived, archived, complaints)


def write_page(similarity: Similarity, assignment: Assignment, folder: Path) -> Path:
    """Writes `folder`/<slug>.html; gives its path."""
    path = folder / f"{assignment.slug}.html"
    rows = [(pair, [(side, marked(side.document.text, side.ranges)) for side in (pair.first, pair.second)])
            for pair in similarity.pairs[:MAX_PAIRS]]  # fmt: skip
    write_atomically(path, page("similar.html.j2", title=assignment.title, found=similarity, rows=rows).encode())
    return path


def marked(text: str, ranges: Ranges) -> Markup:
    """The text with <mark> around these passages; every piece of it is escaped."""
    pieces, at = [], 0
    for start, end in ranges:
        if end > MAX_SHOWN:
            break
        pieces += [escape.html(text[at:start], MAX_SHOWN), Markup("<mark>%s</mark>") % _shown(text[start:end])]
        at = end
    return Markup().join([*pieces, _shown(text[at:MAX_SHOWN])])


def _shown(text: str) -> Markup:
    return escape.html(text, 8 * MAX_SHOWN)


def _scaffold(assignment: Assignment) -> Iterable[str]:
    """What two honest students may share: released cells, the answers, other right ones, mistakes that we know."""
    parts = (assignment.reference, assignment.alternatives, assignment.mistakes)
    files = [path for part in parts for path in sources_of(part).values()]
    return chain(
        (cell.source for cell in assignment.release),
        (cell.source for cell in assignment.cells),
        (path.read_text("utf-8") for path in files),
        (wrong_definition(assignment, mistake) for mistake in mistakes_of(assignment) if mistake.pairs),
    )


def _documents(
    course: Course, assignment: Assignment, paths: Sequence[Path], complaints: list[str], archived: bool = False
) -> list[Document]:
    discovery = discover(paths, course, assignment.slug)
    complaints += discovery.passed_over
    documents = []
    for handed_in in discovery.found:
        name = f"{handed_in.student} (archive)" if archived else handed_in.student
        try:
            documents.append(Document.of(name, _own_code(handed_in, assignment), archived))
        except (OSError, UnreadableSubmission) as error:
            complaints.append(f"{handed_in.source}: {error}")
    return documents


def _own_code(found: Found, assignment: Assignment) -> list[str]:
    """What the student wrote: every cell that is not as it was released, with its name above."""
    released = {cell.source.strip() for cell in assignment.release}
    cells = read_submission(found.read(), assignment).cells
    return [f"# {cell.label}\n{cell.source.strip()}" for cell in cells if cell.source.strip() not in released]
