"""The scores of a class wherever they are shown: nbgrader's gradebook and export, ours, Canvas, the class page."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

from nbgrader.plugins import CsvExportPlugin

from autograder.course import Assignment, load_course
from autograder.exports import write
from autograder.gradebook import opening
from autograder.gradebook.gather import gather_contexts, recomputed_grades
from autograder.grading.session import store_of
from autograder.model import cents
from autograder.reports.class_page import write_pages

Scores = dict[str, float]  # points to the cent by student
_ROW = re.compile(
    r'<th scope="row"[^>]*><a href="students/[^"]*">([^<]*)</a></th>\s*<td[^>]* data-sort="([^"]*)" data-label="score"'
)


def differing(assignment: Assignment) -> list[str]:
    """Students whose score is not the same everywhere, or is missing somewhere."""
    shown = list(views(assignment).values())
    everybody = {student for scores in shown for student in scores}
    return sorted(student for student in everybody if len({scores.get(student) for scores in shown}) > 1)


def views(assignment: Assignment) -> dict[str, Scores]:
    """Scores by place; all include manual points, extra credit and penalties."""
    scores = {form: _exported(assignment, form) for form in ("csv", "canvas")}
    with tempfile.TemporaryDirectory() as folder:
        scores |= _nbgrader(assignment, Path(folder, "stock.csv"))
    return scores | {"class page": _on_the_page(assignment)}


def _exported(assignment: Assignment, form: str) -> Scores:
    grades, _ = recomputed_grades(load_course(assignment.root), assignment)
    table = csv.DictReader(io.StringIO(write(form, assignment.title, grades).text))
    student, score = {"csv": ("student_id", "score"), "canvas": ("SIS Login ID", assignment.title)}[form]
    return {row[student]: float(row[score] or 0) for row in table if row[student]}


def _nbgrader(assignment: Assignment, file: Path) -> dict[str, Scores]:
    """What the gradebook has for formgrader, less the penalty, and what `nbgrader export` writes."""
    with opening.opened(assignment.root, assignment.slug) as found:
        if found is None:
            raise RuntimeError("there is no gradebook")
        book: Any = found[0]
        formgrader = {
            item.student_id: cents(max(item.score - (item.late_submission_penalty or 0.0), 0.0))
            for item in book.assignment_submissions(assignment.slug)
        }
        plugin = CsvExportPlugin(to=str(file))
        plugin.assignment = [assignment.slug]
        plugin.export(book)
    return {
        "formgrader": formgrader,
        "nbgrader export": {row["student_id"]: cents(float(row["score"])) for row in _rows(file)},
    }


def _on_the_page(assignment: Assignment) -> Scores:
    store = store_of(assignment)
    reports = store.all()
    contexts = gather_contexts(load_course(assignment.root), assignment, reports)
    page = write_pages(reports, assignment.title, store.folder, contexts).read_text("utf-8")
    return {unescape(student): max(float(score), 0.0) for student, score in _ROW.findall(page)}  # -1: none yet


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as table:
        return list(csv.DictReader(table))
