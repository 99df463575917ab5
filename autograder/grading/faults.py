"""Reports of faults that are ours."""

from dataclasses import replace

from autograder import messages
from autograder.course import Assignment
from autograder.files import raw_digest
from autograder.grading.scoring import ungraded_exercises
from autograder.model import Report
from autograder.submission.handed_in import HandedIn


def problem(job: HandedIn, assignment: Assignment, why: str) -> Report:
    """A report without verdicts, through a fault of ours."""
    blank, told = ungraded_exercises(assignment), messages.ours(why)
    report = Report(assignment.slug, job.student, job.source, blank, key=job.key, problem=told, fault="ours")
    return replace(report, digest=raw_digest(job.raw)) if job.key else report
