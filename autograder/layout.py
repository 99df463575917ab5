"""Where things are in the folder of a course, and how its check cells are named."""

from pathlib import Path

# Below the root of the course.
SOLUTIONS = Path("solutions")  # what the author writes
COURSE_FILE = SOLUTIONS / "course.toml"
NBGRADER_CONFIG = Path("nbgrader_config.py")
ASSIGNMENTS = Path("assignments")  # what students get
COVERAGE_PAGE = Path("docs/coverage.md")
BUILD = Path("build")  # everything that commands make; nbgrader_config.py names some of it, too
SUBMITTED = BUILD / "submitted"
ATTEMPTS = BUILD / "attempts"
SOURCE = BUILD / "source"
FEEDBACK_PAGES = BUILD / "feedback-pages"
PAGES_BESIDE = BUILD / ".pages-beside"  # what we wrote beside notebooks, in folders that may belong to students
SIMILAR = BUILD / "similar"
GRADESCOPE = BUILD / "gradescope"
CLASSROOM = BUILD / "classroom"
DEMO = BUILD / "demo"
DEMO_SUBMITTED = DEMO / "submitted"
RECORDING = BUILD / ".recording"  # the lock of commands that change the gradebook
RECORDED = BUILD / ".recorded"  # is there once a gradebook was: one that is lost is not taken for none
_CHECK = "_check"  # how the id of an exercise's check cell ends


def reports_folder(root: Path, slug: str) -> Path:
    """Where the reports of an assignment are kept; `root` may be that of the demo."""
    return root / "reports" / slug


def submission_file(folder: Path, student: str, slug: str) -> Path:
    """A submission in nbgrader's tree, whose top is `folder`."""
    return folder / student / slug / f"{slug}.ipynb"


def grade_id_of(exercise: str) -> str:
    """The id of the check cell that closes an exercise of this name; its points are recorded there."""
    return f"{exercise}{_CHECK}"


def exercise_of(grade_id: str) -> str:
    """The name of the exercise that a check cell, or a cell graded by hand, closes."""
    return grade_id.removesuffix(_CHECK)
