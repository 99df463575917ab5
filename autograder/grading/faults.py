"""Reports of faults that are ours."""

from autograder import messages
from autograder.course import Assignment
from autograder.grading.scoring import ungraded_exercises
from autograder.model import Report
from autograder.submission.handed_in import HandedIn


def problem(job: HandedIn, assignment: Assignment, why: str) -> Report:
    """A report without verdicts, through a fault of ours."""
    blank, told = ungraded_exercises(assignment), messages.ours(why)
    return Report(assignment.slug, job.student, job.source, blank, key=job.key, problem=told, fault="ours")
