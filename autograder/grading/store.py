"""Reports on disk, found again by content: what has not changed is not graded twice.

`build/reports/<slug>/<safe name>.json`, one Report each. A file is whole or absent: it is written beside its place and
renamed into it. A file that cannot be read counts as absent.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autograder.files import natural_key, safe_name, write_atomically
from autograder.log import noted
from autograder.model import Report

_STALE = 3600.0  # seconds after which another run's half-written file is nobody's any more


class Store:
    """The reports of one assignment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, student: str) -> Path:
        """Where this student's report is, or would be."""
        return self.folder / f"{safe_name(student)}.json"

    def get(self, student: str) -> Report | None:
        """The stored report of this student, whatever it was made of; None where there is none."""
        report = self._read(self.path(student))
        return report if report and report.student == student else None

    def find(self, student: str, key: str) -> Report | None:
        """The stored report of exactly this content; None where there is none, or where it has to be graded again."""
        report = self.get(student)
        return report if report and report.key == key and final(report) else None

    def put(self, report: Report) -> Path:
        """Write `report`; it is there whole, or not at all, even when the machine stops now."""
        path = self.path(report.student)
        write_atomically(path, report.to_json().encode() + b"\n")
        return path

    def all(self) -> list[Report]:
        """Every readable report, in the order of the students' names."""
        reports = [self._read(path) for path in sorted(self.folder.glob("*.json"))]
        return sorted((report for report in reports if report), key=lambda report: natural_key(report.student))

    def unread(self, reports: Iterable[Report]) -> list[str]:
        """Names of the files that none of these reports is: damaged, or of another version."""
        known = {self.path(report.student).name for report in reports}
        return sorted(path.name for path in self.folder.glob("*.json") if path.name not in known)

    def sweep(self) -> None:
        """Remove half-written files that an interrupted run left behind."""
        for path in self.folder.glob(".*.tmp"):
            with suppress(OSError):  # another run may have been faster
                if time.time() - path.stat().st_mtime > _STALE:
                    path.unlink()

    @staticmethod
    def _read(path: Path) -> Report | None:
        try:
            return Report.from_json(noted(path).read_text("utf-8"))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None  # absent, cut off, of another version, or not ours: it is graded again


def final(report: Report) -> bool:
    """Whether grading again would be a waste: everything has a verdict, or the file itself is the problem."""
    return report.graded or report.fault == "student"
