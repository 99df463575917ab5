"""A class, from files to reports: what is stored is taken, what is new is graded and written as soon as it exists."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from autograder.box.clock import FAR
from autograder.course import Assignment
from autograder.errors import NotStored
from autograder.files import refusal
from autograder.grading.dependencies import are_kept, state_among
from autograder.grading.faults import problem
from autograder.grading.keys import content_key, context_among, engine_facts
from autograder.grading.pool import grade_all
from autograder.grading.serve_spec import Checks, ServeSpec
from autograder.grading.store import Store
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.layout import BUILD, reports_folder
from autograder.log import is_on, span
from autograder.model import Report
from autograder.submission.find import Found
from autograder.text.words import amount

OnReport = Callable[[Report], object]  # called with every report as soon as it exists, in any order


@dataclass(frozen=True, slots=True)
class GradingOptions:
    """How to grade."""

    jobs: int = 1
    force: bool = False  # grade again what is stored
    wall: str = "bubblewrap"
    device: str = "cpu"  # where the submission's tensors live
    cluster: str = ""  # an address of Dask's scheduler, or a batch system; nothing: this machine


def worker_main(connection: Connection, spec: ServeSpec) -> None:
    """What every worker process runs. Imports here, in the worker: the command itself never waits for torch."""
    from autograder.grading import worker

    worker.serve(connection, spec)


def worker_spec(assignment: Assignment, options: GradingOptions, which: Checks = "all") -> WorkerSpec:
    """Workers for this assignment."""
    root, whole = str(assignment.root), assignment.unchosen is None
    serving = ServeSpec(root, assignment.slug, options.wall, options.device, which, whole)
    seconds = assignment.limits.submission_seconds * FAR + 60
    return WorkerSpec(worker_main, (serving,), seconds, quiet=not is_on(), cluster=options.cluster)


def store_of(assignment: Assignment) -> Store:
    """Where the reports of this assignment are kept."""
    return Store(reports_folder(assignment.root / BUILD, assignment.slug))


class GradingSession:
    """One assignment's grading: its store, its context, its workers."""

    def __init__(
        self, assignment: Assignment, options: GradingOptions, store: Store | None = None, which: Checks = "all"
    ) -> None:
        self.assignment, self.options, self.which = assignment, options, which
        self.store = store or store_of(assignment)
        self._unstored: list[OSError] = []  # why, one for each report
        with span("keys"):
            self.facts = engine_facts(assignment, options.wall, options.device)
            self.context = context_among(assignment, self.facts)

    def reports(self, found: Sequence[Found], on_report: OnReport = lambda _: None) -> Iterator[Report]:
        """A report for each file, in this order; new ones are stored as soon as they exist.

        Raises NotStored, after the last of them, where some could not be written.
        """
        self.store.sweep()
        with span("keys"), suppress(OSError):  # where nothing can be written, the reports say so
            if not are_kept(self.store.folder, self.context):
                state_among(self.assignment, self.facts, self.context).save(self.store.folder)  # for a regrading, later
        ready: dict[int, Report] = {}
        asked: deque[int] = deque()
        with closing(self.grade(self._new(found, ready, asked, on_report), on_report)) as fresh:
            for index in range(len(found)):
                while index not in ready and (report := next(fresh, None)):  # this moves `_new` forward, too
                    ready[asked.popleft()] = report
                yield ready.pop(index)
        self._refuse_unstored()

    def grade(self, queue: Iterable[Job], on_report: OnReport = lambda _: None) -> Generator[Report, None, None]:
        """Grade these in worker processes, whatever is stored. Raises NotStored after the last of them."""
        spec = worker_spec(self.assignment, self.options, self.which)
        size = self.options.jobs
        yield from grade_all(queue, self.assignment, spec, size, lambda report: on_report(self._stored(report)))
        self._refuse_unstored()

    def read(self, item: Found) -> Job | Report:
        """The job of this file; where it cannot be read, the report that says so."""
        try:
            with span("read"):
                raw = item.read()
        except OSError as error:
            job = Job(item.student, item.source, "", b"")
            return self._stored(problem(job, self.assignment, f"its file cannot be read ({error.strerror or error})"))
        return Job(item.student, item.source, content_key(raw, self.context), raw)

    def one(self, raw: bytes, student: str, source: str) -> Report:
        """The report of these bytes: the stored one where there is one, else graded now."""
        job = Job(student, source, content_key(raw, self.context), raw)
        return self._known(job) or next(self.grade([job]))

    def _new(
        self, found: Sequence[Found], ready: dict[int, Report], asked: deque[int], on_report: OnReport
    ) -> Iterator[Job]:
        """Jobs for what is not stored, read one at a time; everything else goes into `ready`."""
        for index, item in enumerate(found):
            job = self.read(item)
            known = self._known(job) if isinstance(job, Job) else job
            if known:
                ready[index] = known
                on_report(known)
            elif isinstance(job, Job):
                asked.append(index)
                yield job

    def _known(self, job: Job) -> Report | None:
        with span("store"):
            report = None if self.options.force else self.store.find(job.student, job.key)
        return replace(report, source=job.source) if report else None

    def _stored(self, report: Report) -> Report:
        """The report as it was put into the store; one that cannot be written is counted, and the grading goes on."""
        report = replace(report, box=self.options.wall) if report.fault == "ours" else report
        try:
            with span("store"):
                self.store.put(report)
        except OSError as error:
            self._unstored.append(error)
        return report

    def _refuse_unstored(self) -> None:
        if self._unstored:
            count = len(self._unstored)
            what = f"{refusal(self._unstored[0])}, {amount(count, 'report')} {'is' if count == 1 else 'are'} not stored"
            raise NotStored(f"{what}\n  when that is mended, run the same command again: what is stored stays")


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
