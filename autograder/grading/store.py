"""Reports on disk, found again by content: what has not changed is not graded twice.

`build/reports/<slug>/<safe name>.json`, one Report each. A file is whole or absent: it is written beside its place and
renamed into it. A file that cannot be read counts as absent.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.files import digest_of, natural_key, safe_name, write_atomically
from autograder.log import noted
from autograder.model import REPORT_VERSION, Report

if TYPE_CHECKING:
    from autograder.course import Assignment

_STALE = 3600.0  # seconds after which another run's half-written file is nobody's any more
_VIEWS = (  # they only show, file or record
    *("reports", "exports", "intake", "cli.py", "demo.py", "doctor.py", "prove.py", "nbgrader.py", "gradebook.py"),
    *("grades.py", "late.py", "term.py", "term_verbs.py", "term_cli.py", "attempts.py", "schema.py"),
    *("regrade.py", "rerun.py", "changes.py", "fingerprints.py", "feedback.py", "verbose.py"),
)
_PACKAGES = ("torch", "torchvision", "numpy", "ipython", "hypothesis", "pytest")


def context_digest(assignment: Assignment, box: str, device: str = "cpu") -> str:
    """What a report depends on besides the bytes: suite, reference, limits, engine, wall, device, versions."""
    folder = assignment.folder
    names = (f"test_{assignment.slug}.py", "reference.py", "mistakes.py", "assignment.toml", "notebook.py")
    parts = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    facts = engine_facts(assignment, box, device) | {"limits": asdict(assignment.limits)}
    return digest_of(parts | {"facts": json.dumps(facts, sort_keys=True).encode()})


def engine_facts(assignment: Assignment, box: str, device: str = "cpu") -> dict[str, Any]:
    """What changes every verdict of an assignment when it changes: engine, wall, device, versions, the secret."""
    return {
        "slug": assignment.slug,
        "secret": assignment.secret,
        "box": box,
        "device": device,
        "engine": engine_digest(),
        "versions": {name: _version(name) for name in _PACKAGES} | {"python": sys.version},
        "report": REPORT_VERSION,
    }


def content_key(raw: bytes, context: str) -> str:
    """What a report is known by: these bytes, graded in this `context_digest`."""
    return digest_of({"submission": raw, "context": context.encode()})


def engine_digest() -> str:
    """Digest of the sources that grade, the student kit's among them: another engine, another report."""
    root = Path(__file__).resolve().parents[1]
    folders = {"autograder": root, "cnnkit": root.parent / "shared" / "cnnkit"}
    sources = [(name, path.relative_to(top), path) for name, top in folders.items() for path in top.rglob("*.py")]
    files = {f"{name}/{inner}": path for name, inner, path in sources if inner.parts[0] not in _VIEWS}
    return digest_of({name: path.read_bytes() for name, path in sorted(files.items())})


class Store:
    """The reports of one assignment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, student: str) -> Path:
        """Where this student's report stands, or would stand."""
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
        found = [self._read(path) for path in sorted(self.folder.glob("*.json"))]
        return sorted((report for report in found if report), key=lambda report: natural_key(report.student))

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


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
