"""Many submissions, N workers. Reports come out in the order of the jobs; the workers stay busy out of order.

A worker that dies, hangs or sends nonsense is replaced, and its submission is graded once more. After a second failure
the submission gets a Report that says so, and that the fault is ours. How workers are started
and what is sent to them: `worker_process.py`.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from autograder.course import Assignment
from autograder.errors import ConvgradeError
from autograder.grading.faults import problem
from autograder.grading.worker_process import Job, Worker, WorkerSpec, end_all
from autograder.model import Report

_FAILED_STARTS = 3  # in a row, after which no further worker is tried


@dataclass(frozen=True, slots=True)
class _Task:
    """A job on its way: its place in the order, and how often it was tried before."""

    index: int
    job: Job
    tries: int = 0


class _Crash(Exception):
    """This one submission broke the worker."""


def grade_all(
    queue: Iterable[Job],
    assignment: Assignment,
    spec: WorkerSpec,
    size: int = 1,
    on_report: Callable[[Report], object] = lambda _: None,
) -> Generator[Report, None, None]:
    """A Report for each job, in their order. `on_report` is called with each as soon as it exists, in any order.

    With a `spec.cluster` they are graded there, else by `size` workers here. Raises ConvgradeError where no worker can
    grade anything. Close the iterator to end the workers early.
    """
    if spec.cluster:
        from autograder.grading.cluster import grade_on_cluster  # Dask is an extra, and takes a second to import

        yield from grade_on_cluster(queue, assignment, spec, size, on_report)
        return
    pool = _Pool(enumerate(queue), assignment, spec, size, on_report)
    try:
        yield from pool.reports()
    finally:
        end_all(pool.workers)


@dataclass
class _Pool:
    jobs: Iterator[tuple[int, Job]]
    assignment: Assignment
    spec: WorkerSpec
    size: int
    on_report: Callable[[Report], object]
    workers: list[Worker] = field(default_factory=list)
    waiting: deque[_Task] = field(default_factory=deque)  # at most `size` ahead: a class need not fit into memory
    running: dict[int, _Task] = field(default_factory=dict)
    finished: dict[int, Report] = field(default_factory=dict)
    failed_starts: int = 0

    def reports(self) -> Iterator[Report]:
        """Every report, in the order of the jobs."""
        following = 0
        while self._hand_out() or following in self.finished:
            if following in self.finished:
                yield self.finished.pop(following)
                following += 1
            else:
                self._listen()

    def _hand_out(self) -> bool:
        """Hand work to idle workers and start new ones; whether anything is left to do."""
        while len(self.waiting) < self.size and (item := next(self.jobs, None)):
            self.waiting.append(_Task(*item))
        for worker in [worker for worker in self.workers if worker.idle]:
            if self.waiting:
                self._ask(worker, self.waiting.popleft())
        starting = sum(not worker.ready for worker in self.workers)
        while len(self.workers) < self.size and starting < len(self.waiting):
            self.workers.append(Worker(self.spec))
            starting += 1
        return bool(self.waiting or self.running)

    def _ask(self, worker: Worker, task: _Task) -> None:
        self.running[task.index] = task
        try:
            worker.ask(task.index, task.job)
        except OSError:
            self._replace(worker, "the worker ended before it was asked")

    def _listen(self) -> None:
        """Wait until a worker answers, dies or takes too long, and deal with it."""
        patience = min((worker.deadline for worker in self.workers if not worker.idle), default=time.monotonic())
        wait([worker.connection for worker in self.workers], max(0.0, patience - time.monotonic()) + 0.01)
        for worker in list(self.workers):
            if worker.connection.poll():
                self._hear(worker)
            elif worker.late:
                self._replace(worker, "it took too long")

    def _hear(self, worker: Worker) -> None:
        """What the worker says. Only that may be its fault: what `on_report` raises is none of its business."""
        try:
            report = self._told(worker)
        except (EOFError, OSError):
            self._replace(worker, "the worker ended unexpectedly")
        except _Crash as crash:
            self._replace(worker, str(crash))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self._replace(worker, f"the worker gave no report ({type(error).__name__})")
        else:
            if report and worker.index is not None:
                index, worker.index = worker.index, None
                self._keep(index, report)

    def _told(self, worker: Worker) -> Report | None:
        """The report of the submission that it was asked for; None: it is ready. Raises ValueError for any other."""
        message = worker.answer()
        answer = json.loads(message)
        if "error" in answer:  # nothing can be graded at all
            raise ConvgradeError(str(answer["error"]))
        if "crash" in answer:
            raise _Crash(str(answer["crash"]))
        if not worker.ready:
            worker.ready, self.failed_starts = bool(answer["ready"]), 0
            worker.note_start()
            return None
        task = self.running[-1 if worker.index is None else worker.index]
        report = Report.from_json(message.decode())
        if (report.student, report.key) != (task.job.student, task.job.key):
            raise ValueError("the report of another submission")
        return report

    def _keep(self, index: int, report: Report) -> None:
        del self.running[index]
        self.finished[index] = report
        self.on_report(report)

    def _replace(self, worker: Worker, why: str) -> None:
        """End a broken worker; the next one takes its submission first, or it gets a report of our fault."""
        self.workers.remove(worker)
        worker.end()
        if not worker.ready:
            self._count_failed_start(why)
        if worker.index is None:
            return
        task = self.running[worker.index]
        if task.tries == 0:
            del self.running[task.index]
            self.waiting.appendleft(_Task(task.index, task.job, tries=1))
        else:
            self._keep(task.index, problem(task.job, self.assignment, why))

    def _count_failed_start(self, why: str) -> None:
        self.failed_starts += 1
        if self.failed_starts >= _FAILED_STARTS:
            raise ConvgradeError(f"no worker could be started: {why}\n  run `convgrade doctor` to see what is missing")
