"""nbgrader's side of the engine: its execution step, by configuration alone (see nbgrader_config.py).

`nbgrader autograde` does for each submission: TidyExporter puts its sources into our release, GradeInBox writes the
report of the *raw* file into the check cells, nbgrader's SaveAutoGrades reads the points back, HoldUngraded takes back
points that nobody can vouch for.
"""

import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import ignore_patterns
from traitlets import Enum

from autograder.box.zygote import MODES
from autograder.course import load_course
from autograder.errors import BoxFailure, ConvgradeError
from autograder.gradebook import database, late_penalties, marked
from autograder.grading.progress import progress
from autograder.grading.session import GradingOptions, GradingSession, processors
from autograder.hosts.nbgrader_review import fill, finish, rebuild
from autograder.model import Report
from autograder.submission.find import Found
from autograder.text import escape


class TidyExporter(NotebookExporter):
    """Reads a submission as data: what nbgrader sees is our release with the student's sources in it.

    nbgrader makes one at the start of a run and works on one submission after the other, so this is also where all that
    it will come to are graded together, by as many workers as there are processors.
    """

    box = Enum(MODES, "bubblewrap", help="The wall around foreign code; landlock is the weaker one.").tag(config=True)

    def __init__(self, **options: Any) -> None:
        """Raises NbGraderException if the course is broken or there is no wall: nothing is written yet."""
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.run = options["parent"]
        self.where: CourseDirectory = self.run.coursedir
        try:
            course = load_course(Path(self.where.root))
            self.term = course.term
            assignment = course.assignment(self.where.assignment_id)
            self.grading = GradingSession(assignment, GradingOptions(processors(), wall=self.box))
            self.troubled = self._graded()
        except ConvgradeError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error

    def report(self, names: Mapping[str, str]) -> Report:
        """The report of one submission; `names` are nbgrader's resources."""
        student, found = names["student"], self._found(self.submitted(names))
        return self.troubled.get(student) or self.grading.one(found.read(), student, found.source)

    def submitted(self, names: Mapping[str, str]) -> Path:
        """Where the file is that a student handed in; `names` are nbgrader's resources."""
        folder = self.where.format_path(self.where.submitted_directory, names["student"], names["assignment"])
        return Path(folder, f"{names['notebook']}.ipynb")

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """The notebook of `filename`, rebuilt where it is a submission (nbgrader reads its own files here too)."""
        names = resources["nbgrader"]
        if Path(filename) != self.submitted(names):
            return super().from_filename(filename, resources, **options)
        folder = self.where.format_path(self.where.release_directory, ".", names["assignment"])
        release = nbformat.read(Path(folder, f"{names['notebook']}.ipynb"), as_version=4)
        notebook = rebuild(self._found(Path(filename)).read(), self.grading.assignment, release)
        resources["metadata"] = {"name": names["notebook"], "path": str(Path(filename).parent)}
        text, resources = self.from_notebook_node(notebook, resources, **options)  # type: ignore[no-untyped-call]
        return text, resources

    def _graded(self) -> dict[str, Report]:
        """Grades and stores what this run will come to; returns what has no verdict: the store does not keep that."""
        slug = self.grading.assignment.slug
        folders = [Path(folder) for folder in sorted(self.run.assignments) if self._is_due(Path(folder))]
        due = [self._found(folder / f"{slug}.ipynb") for folder in folders if (folder / f"{slug}.ipynb").is_file()]
        with progress(f"Grading {slug}", len(due)) as tick:
            return {report.student: report for report in self.grading.reports(due, tick) if database.is_ours(report)}

    def _is_due(self, folder: Path) -> bool:
        """Whether nbgrader will work on it: by request, or because it is new, or handed in again."""
        graded = Path(self.where.format_path(self.where.autograded_directory, folder.parent.name, folder.name))
        old, new = (database.handed_in_at(path) for path in (graded, folder))
        return self.run.force or not graded.exists() or bool(old and new and new > old)

    def _found(self, path: Path) -> Found:
        return Found(path.parent.parent.name, path.name, self.grading.assignment.slug, path)


class GradeInBox(NbGraderPreprocessor):  # type: ignore[misc]
    """The execution step: the report of the submission, one number for each check cell. Nothing runs in a kernel."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """`nb` with the report in its check cells. Raises BoxFailure if we could not grade: nbgrader lists it."""
        names = resources["nbgrader"]
        names["report"] = report = self.parent.report(names)  # HoldUngraded reads it
        with Gradebook(names["db_url"]) as book:
            database.refuse_other_points(book, report)
            late_penalties.set_deadline(book, names["assignment"], self.parent.term)  # before nbgrader counts
            names["asked"] = database.asked_about(book, report)  # before SaveAutoGrades asks about everything
            if database.is_ours(report):
                database.hold(book, report)  # an older grade may be recorded there, of what was handed in before
                raise BoxFailure(report.problem or "some checks have no verdict; grade this submission again")
        fill(nb, report)
        return nb, resources


class HoldUngraded(NbGraderPreprocessor):  # type: ignore[misc]
    """After SaveAutoGrades: what has no verdict, or is an answer, has no points, neither all nor none, and waits."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """`nb` as it is; the gradebook says what `convgrade grade --record` writes there."""
        report: Report = resources["nbgrader"]["report"]
        if report.problem:
            self.log.warning("%s needs attention: %s", escape.terminal(report.student), escape.terminal(report.problem))
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            database.write_scores(book, report, resources["nbgrader"]["asked"])
            earlier = marked.earlier_answers(book, report.assignment, report.student)
        finish(nb, earlier.get(report.student, {}))
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
        self._rename_the_only_notebook(Path(dest))

    def _rename_the_only_notebook(self, folder: Path) -> None:
        """A download is often called "a1 (1).ipynb"; nbgrader passes over any other name than the assignment's."""
        found = list(folder.glob("*.ipynb"))
        if len(found) == 1 and found[0].stem != self.coursedir.assignment_id:
            found[0].rename(folder / f"{self.coursedir.assignment_id}.ipynb")


def _plain(path: Path) -> bool:
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
