"""What runs in Gradescope's container for one submission: results.json exists from the first moment on.

/autograder/source       the zip: this engine, one assignment, convgrade.json
/autograder/submission   what the student handed in
/autograder/results      results.json, written whole after every check
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, load_course
from autograder.errors import NoBox
from autograder.files import PUBLIC, write_atomically
from autograder.grading.keys import content_key, context_digest
from autograder.grading.scoring import score, ungraded_exercises
from autograder.hosts.results import results
from autograder.messages import CRASHED, CUT_OFF, one_notebook
from autograder.model import CheckResult, Report
from autograder.submission.find import Found, discover
from autograder.text.escape import block
from autograder.text.plain import one_line

WEAKER = "No wall could be set up in this container. Make the zip again with --box landlock."


@dataclass
class GradescopeRun:
    """One run: where everything is, and the report so far."""

    root: Path
    slug: str
    wall: str
    device: str
    visibility: str
    board: bool
    report: Report
    by_hand: float = 0.0  # points of answers that people read

    @classmethod
    def at(cls, root: Path) -> GradescopeRun:
        """Reads convgrade.json of the zip unpacked at `root`/source."""
        settings = json.loads((root / "source" / "convgrade.json").read_text("utf-8"))
        blank = Report(settings["slug"], "", "", (), box=settings["wall"])
        slug, wall, device = settings["slug"], settings["wall"], settings["device"]
        return cls(root, slug, wall, device, settings["visibility"], settings["leaderboard"], blank)

    def write(self, output: str = "") -> None:
        """results.json, whole, with the report so far."""
        path = self.root / "results" / "results.json"
        content = results(self.report, self.visibility, output, self.board, self.by_hand)
        write_atomically(path, json.dumps(content, indent=1).encode(), PUBLIC)

    def add_result(self, assignment: Assignment, result: CheckResult) -> None:
        """One more check has ended."""
        checks = [result if check.name == result.name else check for check in self.report.checks]
        self.report = replace(self.report, exercises=score(assignment, checks))
        self.write(CUT_OFF)


def main(root: Path | None = None) -> None:
    """Grades what is in `root`/submission. Never raises, and always leaves a valid results.json."""
    run = GradescopeRun.at(root or Path(os.environ.get("AUTOGRADER_ROOT", "/autograder")))
    run.write(CRASHED)
    start = time.monotonic()
    try:
        run.report = _graded(run)
        run.write()
        _print_for_staff(run.report)
    except BaseException as error:  # noqa: BLE001  # the last boundary: whatever happens, the student reads a sentence
        run.report = replace(run.report, seconds=time.monotonic() - start)
        run.write(CUT_OFF if run.report.checks else CRASHED)
        _print(WEAKER if isinstance(error, NoBox) and run.device == "cpu" else "")
        traceback.print_exc(file=sys.stdout)


def _graded(run: GradescopeRun) -> Report:
    course = load_course(run.root / "source")
    assignment = course.assignment(run.slug)
    run.by_hand = sum(exercise.points for exercise in assignment.exercises if exercise.manual)
    run.report = replace(run.report, exercises=ungraded_exercises(assignment), student=submitted_by(run.root))
    found = _submission(run, course)
    if found is None:
        return replace(run.report, problem=one_notebook(run.slug), fault="student")
    return _judged(run, assignment, found)


def _judged(run: GradescopeRun, assignment: Assignment, found: Found) -> Report:
    from autograder.box.zygote import Wall
    from autograder.grading.one import grade
    from autograder.grading.worker import zygote_for
    from autograder.judge.plugin import Suite, with_suite
    from autograder.submission.handed_in import HandedIn

    raw = found.read()
    key = content_key(raw, context_digest(assignment, run.wall, run.device))
    run.report = replace(run.report, source=found.source, key=key)

    def judge(suite: Suite) -> Report:
        handed_in = HandedIn(run.report.student, found.source, key, raw)
        with zygote_for(assignment, Wall(mode=run.wall, device=run.device)) as zygote:
            return grade(handed_in, suite, zygote, partial(Suite.run, on_check=partial(run.add_result, assignment)))

    return with_suite(assignment, judge, run.device)


def _submission(run: GradescopeRun, course: Course) -> Found | None:
    """The one notebook, or the one with the right name."""
    found = discover([run.root / "submission"], course, run.slug).found
    named = [candidate for candidate in found if candidate.path.name == f"{run.slug}.ipynb"]
    return (named if len(named) == 1 else found)[0] if len(found) == 1 or len(named) == 1 else None


def submitted_by(root: Path) -> str:
    """Who handed in, according to Gradescope; several in a group. Students chose these names."""
    try:
        users: Any = json.loads((root / "submission_metadata.json").read_bytes())["users"]
        names = [user.get("name") for user in users if isinstance(user, dict)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        names = []
    shown = (one_line(name).strip() for name in names if isinstance(name, str))
    return ", ".join(filter(None, shown))[:200] or "student"


def _print_for_staff(report: Report) -> None:
    """Standard output, which only instructors see: the wall, the diagnosed mistakes, what the code printed."""
    _print(f"wall: {report.box}, {report.score:g}/{report.points:g} points, {report.seconds:.1f} s")
    for check in report.checks:
        _print(f"{check.verdict:14} {check.name} {check.mistake}")
        _print(check.staff[-2000:])


def _print(text: str) -> None:
    if text.strip():
        sys.stdout.write(block(text, 4000) + "\n")


if __name__ == "__main__":
    main()
