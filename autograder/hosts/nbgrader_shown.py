"""What `convgrade … --record` leaves in nbgrader's tree: formgrader shows what was recorded, as after autograde."""

from collections.abc import Iterable
from pathlib import Path

import nbformat

from autograder.course import Assignment
from autograder.files import write_atomically
from autograder.gradebook import database, marked, opening
from autograder.hosts.nbgrader_review import fill, finish, rebuild
from autograder.log import stage
from autograder.model import Report
from autograder.submission.find import Found

_TIMESTAMP = "timestamp.txt"


@stage("writing what formgrader shows")
def show_recorded(assignment: Assignment, reports: Iterable[Report]) -> int:
    """Writes the autograded notebook of every report whose file is in nbgrader's tree; gives how many."""
    slug, where = assignment.slug, opening.settings(assignment.root)[1]
    released = Path(where.format_path(where.release_directory, ".", slug), f"{slug}.ipynb")
    if not released.is_file():
        return 0
    release, count = nbformat.read(released, as_version=4), 0
    with opening.gradebook(assignment.root) as opened:
        earlier = marked.earlier_answers(opened.book, slug)
    for report in reports:
        folders = [where.submitted_directory, where.autograded_directory]
        submitted, shown = (Path(where.format_path(folder, report.student, slug)) for folder in folders)
        found = Found(report.student, "", slug, submitted / f"{slug}.ipynb")
        if submitted.parent.name != report.student or database.is_ours(report) or not found.path.is_file():
            continue
        notebook = rebuild(found.read(), assignment, release)
        fill(notebook, report)
        finish(notebook, earlier.get(report.student, {}))
        write_atomically(shown / f"{slug}.ipynb", nbformat.writes(notebook).encode())
        if (submitted / _TIMESTAMP).is_file():
            write_atomically(shown / _TIMESTAMP, (submitted / _TIMESTAMP).read_bytes())
        count += 1
    return count
