"""What lies in nbgrader's tree and was not graded: nobody is missing, no score is an earlier file's in silence."""

from collections.abc import Collection, Iterable
from pathlib import Path

from autograder.gradebook.requests import submission_digest
from autograder.layout import SUBMITTED
from autograder.model import Report

NOT_GRADED_YET = "handed in, but not graded yet (convgrade grade build/submitted --record)"


def never_graded(root: Path, slug: str, graded: Collection[str]) -> dict[str, str]:
    """By student the sentence for everybody who handed in and is not among the graded ones."""
    files = sorted((root / SUBMITTED).glob(f"*/{slug}/*.ipynb"))
    return {path.parents[1].name: NOT_GRADED_YET for path in files if path.parents[1].name not in graded}


def graded_before(root: Path, slug: str, reports: Iterable[Report]) -> list[str]:
    """Students of whom another file lies there now than the one that was graded."""
    now = [(report, submission_digest(root, slug, report.student)) for report in reports if report.digest]
    return [report.student for report, digest in now if digest not in ("", report.digest)]
