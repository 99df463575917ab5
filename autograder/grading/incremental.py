"""Grading again after a change of the course: only what the change touches, and nothing is recorded on the way.

New reports are in `build/reports/<slug>/regraded/` until they are recorded. What a person entered in formgrader is
not touched at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.course import Assignment
from autograder.files import raw_digest
from autograder.grading.dependencies import Dependencies, dependencies_of, load_all
from autograder.grading.keys import content_key
from autograder.grading.scoring import score
from autograder.grading.session import GradingOptions, GradingSession, OnReport, store_of
from autograder.grading.store import Store, final
from autograder.grading.worker_process import Job
from autograder.model import Report, Verdict
from autograder.submission.find import Found

_AT_A_LIMIT = (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY)


class Regrade:
    """One assignment graded again, in the state in which it is now."""

    def __init__(self, assignment: Assignment, options: GradingOptions, on_report: OnReport = lambda _: None) -> None:
        self.assignment, self.options, self.on_report = assignment, options, on_report
        self.store = store_of(assignment)
        self.new = Store(self.store.folder / "regraded")
        self.now, self.states = dependencies_of(assignment, options.wall, options.device), load_all(self.store.folder)
        self.now.save(self.store.folder)
        self.judged = 0  # submissions of which anything was judged again

    def reports(self, found: Sequence[Found], owners: Mapping[str, str]) -> list[Report]:
        """A report for each file, in this order; `owners` says whose it is where that is not its `student`."""
        ready: dict[int, Report] = {}
        asked: list[int] = []
        grading = GradingSession(self.assignment, self.options, self.new, which="rest")
        jobs = (grading.read(item) for item in found)
        fresh = list(grading.grade(self._asked(jobs, owners, ready, asked), self.on_report))
        self.judged += len(fresh)
        return [ready.get(index) or fresh[asked.index(index)] for index in range(len(found))]

    def _asked(
        self, jobs: Iterable[Job | Report], owners: Mapping[str, str], ready: dict[int, Report], asked: list[int]
    ) -> Iterator[Job]:
        """What has to be judged, one file at a time; everything else goes into `ready`."""
        for index, job in enumerate(jobs):
            owner = owners.get(job.student, job.student)
            report, extra = self._known(job, owner) if isinstance(job, Job) else (job, {})
            if report:
                ready[index] = report
                self.on_report(report)
            elif isinstance(job, Job):
                asked.append(index)
                yield replace(job, extra=extra)

    def _known(self, job: Job, owner: str) -> tuple[Report | None, dict[str, Any]]:
        """The report of this file, where nothing has to be judged; else what the worker is told of an earlier one."""
        old = [
            report for name in (job.student, owner) for store in (self.store, self.new) if (report := store.get(name))
        ]
        for report in old:
            if report.key == job.key and final(report) and not self.options.force:
                return self._as(report, job), {}
        for report in old:
            state = next((state for state in self.states if content_key(job.raw, state.context) == report.key), None)
            again = touched(state, self.now, self.assignment, report) if state and not self.options.force else None
            if again is not None and final(report):
                kept = tuple(exercise for exercise in report.exercises if exercise.name not in again)
                if not again:
                    return self._as(report, job), {}
                return None, {"kept": replace(report, exercises=kept, cells=()).to_json()}
        return None, {}

    def _as(self, report: Report, job: Job) -> Report:
        """The same verdicts as the report of this job, with the points that exercises have now."""
        exercises = score(self.assignment, report.checks) if not report.problem else report.exercises
        report = replace(report, student=job.student, source=job.source, key=job.key, exercises=exercises)
        report = replace(report, digest=raw_digest(job.raw))
        self.new.put(report)
        return report


def touched(before: Dependencies, now: Dependencies, assignment: Assignment, report: Report) -> set[str] | None:
    """Exercises whose verdicts may have changed; None: any of them may have."""
    if before.base != now.base or _felt(before, now, report):
        return None
    changed = {name for name in before.checks.keys() | now.checks if before.checks.get(name) != now.checks.get(name)}
    homes = {check.name: check.exercise for check in report.checks}
    homes |= {check.name: check.exercise for check in assignment.checks}
    again = {homes[name] for name in changed if name in homes}
    failed = {check.exercise for check in report.checks if check.verdict is not Verdict.PASSED}
    again |= {name for name in failed if before.mistakes.get(name) != now.mistakes.get(name)}
    again = _with_dependents(again, assignment)
    answered = {name for name in assignment.whole.names if before.answers.get(name) != now.answers.get(name)}
    return (again | failed & _after(again | answered, assignment)) & set(assignment.names)


def _after(exercises: set[str], assignment: Assignment) -> set[str]:
    """Exercises after the first of these: what is wrong there and the author's answers, may be carried to these."""
    names = assignment.whole.names
    first = min((names.index(name) for name in exercises if name in names), default=len(names))
    return set(names[first + 1 :])


def _with_dependents(again: set[str], assignment: Assignment) -> set[str]:
    """These exercises, and those with a check that comes after one of theirs."""
    homes = {check.name: check.exercise for check in assignment.checks}
    while True:
        more = {check.exercise for check in assignment.checks if any(homes[name] in again for name in check.after)}
        if more <= again:
            return again
        again = again | more


def _felt(before: Dependencies, now: Dependencies, report: Report) -> bool:
    """Whether changed limits may change this report: a lower one always may, a higher one only where it was reached."""
    if before.limits == now.limits:
        return False
    lower = any(now.limits.get(name, 0) < value for name, value in before.limits.items())
    reached = any(check.verdict in _AT_A_LIMIT for check in report.checks)
    return lower or reached or any(not cell.ok for cell in report.cells)
