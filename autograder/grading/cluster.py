"""Many submissions on a Dask cluster: the same jobs in and reports out, in the same order, as from a local pool.

Dask schedules, moves bytes and replaces the workers that are lost; nothing here does. At most a few tasks for each
thread of the cluster are on their way, so a class need not fit into memory. Short jobs share a task (`together.py`);
what a task left without an answer is asked again, alone. What runs there: `cluster_worker.py`.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autograder.course import Assignment
from autograder.errors import ConvgradeError
from autograder.grading.cluster_worker import Ended, Seat, answered_there, as_it_is, left, packed
from autograder.grading.faults import problem
from autograder.grading.keys import engine_facts
from autograder.grading.serve_spec import ServeSpec
from autograder.grading.together import fitting_a_task, task_sizes
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.model import Report

if TYPE_CHECKING:
    from distributed import Client, Future

HOW_TO_GET_IT = "pip install 'convgrade[cluster]'"
QUEUES = {  # what --cluster may name besides an address → the class of dask-jobqueue that submits workers
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "lsf": "LSFCluster",
    "oar": "OARCluster",
    "htcondor": "HTCondorCluster",
    "moab": "MoabCluster",
}
SCHEMES = ("tcp", "tls", "ws", "wss")
PATIENCE = 30.0  # seconds that a running scheduler may be out of reach or without workers
AHEAD = 2  # tasks on their way for each thread of the cluster
HELD = 512 * 2**20  # bytes of notebooks that are read and not answered: a class of large ones need not fit into memory
OUT_OF_ORDER = 8  # reports for each of these may be there while the oldest is not


def why_no_cluster(cluster: str) -> str:
    """Why this cannot be a cluster, or nothing."""
    address = urlsplit(cluster)
    if cluster not in QUEUES and not (address.scheme in SCHEMES and address.hostname):
        return f"“{cluster}” is neither an address like tcp://host:8786 nor one of {', '.join(QUEUES)}"
    needed = "dask_jobqueue" if cluster in QUEUES else "distributed"
    return "" if importlib.util.find_spec(needed) else f"Dask is not installed: {HOW_TO_GET_IT}"


def warning(cluster: str) -> str:
    """What its user should know about its safety, or nothing."""
    address = urlsplit(cluster)
    if cluster in QUEUES or address.scheme in ("tls", "wss") or _is_here(address.hostname or ""):
        return ""
    return f"{cluster} is another machine and not encrypted: whoever reaches it can run code there (docs/cluster.md)"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def grade_on_cluster(
    queue: Iterable[Job], assignment: Assignment, spec: WorkerSpec, size: int, on_report: Callable[[Report], object]
) -> Generator[Report, None, None]:
    """A Report for each job, in their order; `size` workers are asked of a batch system, none of a running scheduler.

    Raises ConvgradeError where the cluster cannot be used or goes away; what was reported until then is kept.
    """
    with _connected(spec.cluster, size) as client:
        yield from _Class(client, assignment, spec, enumerate(queue), on_report, size).reports()


@contextmanager
def _connected(cluster: str, size: int) -> Iterator[Client]:
    """A client. Workers of a batch system end with it; those of a running scheduler belong to somebody else."""
    import distributed

    address = cluster
    with ExitStack() as stack:
        try:
            if cluster in QUEUES:
                import dask_jobqueue

                started = getattr(dask_jobqueue, QUEUES[cluster])()
                stack.callback(started.close)
                started.scale(jobs=size)
                address = started.scheduler_address
            client = stack.enter_context(distributed.Client(address, set_as_default=False, timeout=PATIENCE))
            client.wait_for_workers(1, timeout=None if cluster in QUEUES else PATIENCE)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise ConvgradeError(f"the cluster “{cluster}” cannot be used: {error or type(error).__name__}") from None
        yield client


_Place = tuple[int, Job]  # a job and where it stands in the order


@dataclass
class _Class:
    """Jobs on their way through the cluster."""

    client: Client
    assignment: Assignment
    spec: WorkerSpec
    jobs: Iterator[_Place]
    on_report: Callable[[Report], object]
    size: int = 1  # workers that may still be on their way
    threads: int = 0
    asked: float = -math.inf  # when the threads were counted
    running: dict[Future, list[_Place]] = field(default_factory=dict)
    waiting: deque[_Place] = field(default_factory=deque)
    again: deque[_Place] = field(default_factory=deque)  # alone
    held: int = 0  # bytes of the jobs in these three
    took: float = 0.0  # what the workers say that the answered ones took
    answered: int = 0
    finished: dict[int, Report] = field(default_factory=dict)

    def reports(self) -> Iterator[Report]:
        """Every report, in the order of the jobs."""
        from distributed import as_completed

        course, seat, following = packed(self.assignment.root), self._seat(), 0
        bundle = self.client.submit(as_it_is, course, key=f"convgrade-course-{course.digest}")  # made again if lost
        done = as_completed(loop=self.client.loop)
        try:
            while True:
                while following in self.finished:
                    yield self.finished.pop(following)
                    following += 1
                done.update(self._handed_out(seat, bundle))
                if self.running:
                    for future in done.next_batch():
                        self._hear(future)
                elif not self.finished:
                    return
        finally:
            self.client.cancel(list(self.running), force=True)
            with suppress(OSError, TimeoutError):  # nobody is there any more
                self.client.run(left, course.digest, on_error="ignore")

    def _handed_out(self, seat: Seat, bundle: Future) -> list[Future]:
        """As many new tasks as may be on their way, in one message to the scheduler: each message has its price."""
        threads = max(self.size, self._threads())
        free = AHEAD * threads - len(self.running)
        tasks = [[self.again.popleft()] for _ in range(min(free, len(self.again)))]
        if len(self.finished) < OUT_OF_ORDER * AHEAD * threads:
            tasks += self._shared_out(free - len(tasks), threads)
        if not tasks:
            return []
        frames = [[job.frame() for _, job in places] for places in tasks]
        futures: list[Future] = self.client.map(answered_there, frames, bundle=bundle, seat=seat, pure=False, retries=1)
        self.running |= zip(futures, tasks, strict=True)
        return futures

    def _shared_out(self, tasks: int, threads: int) -> list[list[_Place]]:
        """Jobs that nobody was asked yet, in so many tasks."""
        most = fitting_a_task(self.took / self.answered if self.answered else None)
        known = most * (max(0, tasks) + threads)  # more of them need not be there to see that all are full
        while len(self.waiting) < known and self.held < HELD and (place := next(self.jobs, None)):
            self.waiting.append(place)
            self.held += len(place[1].raw)
        sizes = task_sizes(len(self.waiting), tasks, threads, most)
        return [[self.waiting.popleft() for _ in range(size)] for size in sizes]

    def _threads(self) -> int:
        """Of the whole cluster, asked for again after a while: workers come and go."""
        if time.monotonic() > self.asked + 1:
            try:
                self.threads, self.asked = sum(self.client.nthreads().values()), time.monotonic()
            except (OSError, RuntimeError) as error:
                raise _gone(error) from None
        return self.threads

    def _seat(self) -> Seat:
        """What a worker has to be and to start."""
        serving = [argument for argument in self.spec.args if isinstance(argument, ServeSpec)]
        facts = engine_facts(self.assignment, serving[0].wall, serving[0].device) if serving else {}
        return Seat(self.spec, {name: facts[name] for name in facts if name != "secret"})

    def _hear(self, future: Future) -> None:
        places = self.running[future]
        reports = self._told(future, [job for _, job in places])
        del self.running[future]
        for (index, job), report in zip(places, reports, strict=False):
            self.held -= len(job.raw)
            self.finished[index] = report
            self.on_report(report)
        self.again.extend(places[len(reports) :])

    def _told(self, future: Future, jobs: Sequence[Job]) -> list[Report]:
        """Reports of the first of these jobs, of one that was alone in any case.

        Raises ConvgradeError where nothing can be graded there, or nobody is there.
        """
        from distributed import CancelledError, KilledWorker

        why, answers = "the worker gave no report", []
        try:
            answers = future.result()
        except KilledWorker:
            why = "it ended the workers of the cluster that graded it"
        except Ended as error:
            why = str(error)
        except (CancelledError, OSError) as error:
            raise _gone(error) from None
        given = answers if isinstance(answers, list) else []
        reports = [self._read(answer, job) for answer, job in zip(given, jobs, strict=False)]
        return reports or [problem(job, self.assignment, why) for job in jobs if len(jobs) == 1]

    def _read(self, answer: tuple[float, bytes], job: Job) -> Report:
        """Text from another machine becomes a report of this job, or one that says it did not."""
        try:
            seconds, message = answer
            text = str(message, "utf-8")
            self.took, self.answered = self.took + float(seconds), self.answered + 1
            said: dict[str, Any] = json.loads(text)
            if "error" in said:
                raise ConvgradeError(str(said["error"]))
            report = Report.from_json(text)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return problem(job, self.assignment, f"the worker gave no report ({type(error).__name__})")
        if (report.student, report.key) != (job.student, job.key):
            return problem(job, self.assignment, "the worker gave the report of another submission")
        return report


def _gone(error: BaseException) -> ConvgradeError:
    """The sentence for a scheduler that does not answer any more."""
    todo = "what was graded is stored: run the same command again"
    return ConvgradeError(f"the cluster is gone ({type(error).__name__})\n  {todo}")
