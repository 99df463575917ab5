"""Lateness in nbgrader: the penalty plugin that reads course.toml, and the same penalties worked out anew for a class.

nbgrader works a penalty out once, when it grades; here it follows when a deadline, an extension or the points change.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.course.term import Term, load_term
from autograder.gradebook.requests import ask_about_new, save
from autograder.gradebook.students import refuse_strangers
from autograder.gradebook.team_marks import share_marks


class LatePenalty(BasePlugin):  # type: ignore[misc]
    """nbgrader's plugin: what `[late]`, `[extensions]` and `[deadlines]` of course.toml say."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Points lost; `total_seconds_late` counts from the deadline that nbgrader knows. None: nothing is lost."""
        term = load_term(Path(CourseDirectory(config=self.config).root))
        points, extra = score, 0.0
        slug = getattr(self.parent, "assignment_id", "")
        book = getattr(self.parent, "gradebook", None)
        if book is not None:
            term = term.or_due(slug, _in_utc(book.find_assignment(slug).duedate))
            notebook = book.find_submission_notebook(self.parent.notebook_id, slug, student_id)
            points, extra = notebook.max_score, sum(map(_beyond, notebook.grades))
        late = term.seconds_late(student_id, slug, total_seconds_late)
        return term.late.penalty(late, score, points, extra) or None


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _beyond(grade: Any) -> float:
    """The extra credit of one cell: what people gave besides, or all of what is worth nothing to nbgrader."""
    return float((grade.extra_credit or 0.0) if grade.max_score else grade.score)


def set_deadline(book: Gradebook, slug: str, term: Term) -> None:
    """What course.toml says is the deadline in the gradebook, too; one that was only set there stays."""
    if slug in term.deadlines:
        moment = term.deadlines[slug].astimezone(UTC).replace(tzinfo=None)
        assignment = book.find_assignment(slug)
        if assignment.duedate != moment:
            assignment.duedate = moment
            book.db.commit()


def recompute(book: Gradebook, slug: str, nbgrader_config: Config) -> dict[str, tuple[float, float]]:
    """Every penalty anew, by the plugin that `nbgrader_config` names; whose penalty changed, from what and to what."""
    root = Path(CourseDirectory(config=nbgrader_config).root)
    term = load_term(root)
    refuse_strangers(root, term, [student.id for student in book.students])
    set_deadline(book, slug, term)
    share_marks(book, root, slug, term.teams_of(slug))
    asked = ask_about_new(book, root, slug)
    step = AssignLatePenalties(config=nbgrader_config)
    step.gradebook, step.assignment_id = book, slug
    changed = {}
    for submission in book.assignment_submissions(slug):
        for notebook in submission.notebooks:
            before = notebook.late_submission_penalty or 0.0
            after = _penalty(step, submission, notebook)
            notebook.late_submission_penalty = after or None
            if abs(after - before) > 1e-6:
                changed[submission.student_id] = (before, after)
    book.db.commit()
    for request in asked:  # only now: cut off before, they are asked about again
        save(root, request)
    return changed


def _penalty(step: Any, submission: Any, notebook: Any) -> float:
    """Points lost by one notebook, between nothing and all of it, as nbgrader's own step would have it."""
    late = submission.total_seconds_late
    if late <= 0:
        return 0.0
    step.notebook_id, step.student_id = notebook.name, submission.student_id
    step.init_plugin()
    penalty = step.plugin_inst.late_submission_penalty(submission.student_id, notebook.score, late)
    return float(min(max(penalty or 0.0, 0.0), notebook.score))
