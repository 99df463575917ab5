"""nbgrader's side of the engine: its execution step, by configuration alone (see nbgrader_config.py).

`nbgrader autograde` does for each submission: TidyExporter puts its sources into our release, GradeInBox writes the
report of the *raw* file into the check cells, nbgrader's SaveAutoGrades reads the points back, HoldUngraded takes back
points that nobody can vouch for.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import ignore_patterns, is_grade, is_solution

from autograder import gradebook
from autograder.course import Assignment, load_course
from autograder.errors import BoxFailure, ConvgradeError
from autograder.handed_in import rebuild
from autograder.model import Report
from autograder.reports import escape
from autograder.reports.in_cell import as_html, as_text
from autograder.untrusted import MAX_BYTES


class TidyExporter(NotebookExporter):
    """Reads a submission as data: what nbgrader sees is our release with the student's sources in it."""

    def __init__(self, **options: Any) -> None:
        """Raises NbGraderException where the course is broken: before the first submission is opened."""
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.where: CourseDirectory = options["parent"].coursedir
        try:
            self.assignment = load_course(Path(self.where.root)).assignment(self.where.assignment_id)
        except ConvgradeError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error

    def submitted(self, names: Mapping[str, str]) -> Path:
        """Where the file lies that a student handed in; `names` are nbgrader's resources."""
        folder = self.where.format_path(self.where.submitted_directory, names["student"], names["assignment"])
        return Path(folder, f"{names['notebook']}.ipynb")

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """The notebook of `filename`, rebuilt where it is a submission (nbgrader reads its own files here too)."""
        names = resources["nbgrader"]
        if Path(filename) != self.submitted(names):
            return super().from_filename(filename, resources, **options)
        folder = self.where.format_path(self.where.release_directory, ".", names["assignment"])
        release = nbformat.read(Path(folder, f"{names['notebook']}.ipynb"), as_version=4)
        notebook = rebuild(read_plain_file(Path(filename)), self.assignment, release)
        resources["metadata"] = {"name": names["notebook"], "path": str(Path(filename).parent)}
        text, resources = self.from_notebook_node(notebook, resources, **options)  # type: ignore[no-untyped-call]
        return text, resources


class GradeInBox(NbGraderPreprocessor):  # type: ignore[misc]
    """The execution step: the report of the submission, one number for each check cell. Nothing runs in a kernel."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """`nb` with the report in its check cells. Raises BoxFailure where we could not grade: nbgrader lists it."""
        names = resources["nbgrader"]
        file = self.parent.submitted(names)
        report = report_for(read_plain_file(file), names["student"], file.name, self.parent.assignment)
        names["report"] = report  # for HoldUngraded
        with Gradebook(names["db_url"]) as book:
            gradebook.refuse_other_points(book, report)
            if not report.graded and report.fault != "student":
                gradebook.hold(book, report)  # an older grade may stand there, of what was handed in before
                raise BoxFailure(report.problem or "some checks have no verdict; grade this submission again")
        for cell in nb.cells:
            if cell.cell_type == "code":
                checked = is_grade(cell) and not is_solution(cell)
                cell.execution_count = None
                cell.outputs = outputs(report, cell.metadata.nbgrader.grade_id) if checked else []
        return nb, resources


class HoldUngraded(NbGraderPreprocessor):  # type: ignore[misc]
    """After SaveAutoGrades: a check without a verdict has no points, neither all nor none, and waits for a person."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """`nb` as it is; changes the gradebook where the report has no verdict."""
        report: Report = resources["nbgrader"]["report"]
        if report.problem:
            self.log.warning("%s needs a person: %s", escape.terminal(report.student), escape.terminal(report.problem))
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            gradebook.hold(book, report)
        return nb, resources


class CollectPlainFiles(ExchangeCollect):  # type: ignore[misc]
    """nbgrader's collect without links: a link in a student's folder would be followed with the instructor's rights."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy plain files and folders, and nothing else, from `src` to `dest`."""
        if Path(src).is_symlink():
            self.log.warning("Not collected, because it is a link: %s", src)
            return
        if self.get_size(src) > 1000 * self.coursedir.max_dir_size:
            self.log.error("Not collected, because it is too large: %s", src)
            return
        chosen = ignore_patterns(self.coursedir.ignore, self.coursedir.include, self.coursedir.max_file_size, self.log)

        def unwanted(folder: str, names: list[str]) -> set[str]:
            return set(chosen(folder, names)) | {name for name in names if not _plain(Path(folder, name))}

        shutil.copytree(src, dest, symlinks=True, ignore=unwanted)


def report_for(raw: bytes, student: str, source: str, assignment: Assignment) -> Report:
    """The report of these bytes: the stored one where there is one, else graded now."""
    raise NotImplementedError


def outputs(report: Report, grade_id: str) -> list[Any]:
    """What stands below a check cell: the report for people, then exactly one plain number for nbgrader."""
    exercise = next((item for item in report.exercises if f"{item.name}_check" == grade_id), None)
    shown = {"text/plain": as_text(report, exercise), "text/html": as_html(report, exercise)}
    points = gradebook.scores(report).get(grade_id) or 0.0  # where there is no verdict, HoldUngraded takes the 0 back
    number = {"text/plain": f"{points:.{gradebook.DIGITS}f}".rstrip("0").rstrip(".")}
    return [new_output("display_data", shown), new_output("execute_result", number, execution_count=None)]


def read_plain_file(path: Path) -> bytes:
    """The bytes of a plain file, at most one more than a submission may have. Raises OSError on links and devices."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name} is no plain file")
        return file.read(MAX_BYTES + 1)


def _plain(path: Path) -> bool:
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
