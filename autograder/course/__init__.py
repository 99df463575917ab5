"""What is taught: `solutions/` read and checked; nothing of it is executed, and no submission is known here."""

from autograder.course.limits import Limits
from autograder.course.load import Assignment, Course, Exercise, ReleaseCell, load_assignment, load_course

__all__ = ["Assignment", "Course", "Exercise", "Limits", "ReleaseCell", "load_assignment", "load_course"]
