"""Exports as nbgrader plugins: `nbgrader export --exporter=autograder.hosts.nbgrader_exports.CanvasExport`."""

from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from traitlets import Unicode

from autograder.course import load_course
from autograder.exports import FORMATS, Platform, write
from autograder.files import write_atomically
from autograder.gradebook import late_penalties
from autograder.gradebook.grades import from_book
from autograder.gradebook.opening import one_at_a_time
from autograder.grading.session import store_of
from autograder.intake.tables import table_text


class TermExport(ExportPlugin):  # type: ignore[misc]
    """CSV: a row per student with every exercise and every check."""

    form = "csv"
    roster = Unicode("", help="the CSV exported by Canvas or Moodle, with the columns that identify students").tag(
        config=True
    )

    def export(self, gradebook: Gradebook) -> None:
        """One file for each assignment; the assignment's name comes into the file's where there are several."""
        course = load_course(Path(CourseDirectory(config=self.config).root))
        wanted = {str(name) for name in self.assignment}
        known = {item.name for item in gradebook.assignments if not wanted or item.name in wanted}
        roster = table_text(Path(self.roster) if self.roster else None)
        for assignment in (item for item in course.assignments if item.slug in known):
            with one_at_a_time(course.root):
                late_penalties.recompute(gradebook, assignment.slug, self.config)
            grades = from_book(assignment, gradebook, store_of(assignment).all(), course.term)
            chosen = [grade for grade in grades if not self.student or grade.student in map(str, self.student)]
            result = write(self.form, assignment.title, chosen, Platform(roster, course.term.exports.scale))
            for sentence in result.complaints:
                self.log.warning(sentence)
            write_atomically(self._file(assignment.slug if len(known) > 1 else ""), result.text.encode())

    def _file(self, slug: str) -> Path:
        given = Path(self.to or f"grades.{FORMATS[self.form]}")
        path = given.with_stem(f"{given.stem}-{slug}") if slug else given
        self.log.info("Exporting grades to %s", path)
        return path


class CanvasExport(TermExport):
    """What Canvas imports; `--CanvasExport.roster=FILE` is the gradebook that Canvas exported."""

    form = "canvas"


class MoodleExport(TermExport):
    """What Moodle imports; `--MoodleExport.roster=FILE` is its grading worksheet."""

    form = "moodle"


class JsonLinesExport(TermExport):
    """One line of JSON per student."""

    form = "jsonl"


class JUnitExport(TermExport):
    """JUnit XML."""

    form = "junit"
