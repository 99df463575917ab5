"""What Dask adds: workers that sleep 50 ms instead of grading, on a scheduler and workers of their own.

`python -m bench.cluster [--jobs 10000] [--workers 64] [--milliseconds 50]` prints the share of the time in which the
workers slept, what a job costs beyond that, what it takes of the processor where, and how much the client grew.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from autograder.course import load_course
from autograder.grading.pool import grade_all
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.model import Report
from tests.engine.samples import fake_workers

PROCESSES = 2  # of Dask, which share the workers between them


def main() -> None:
    """Grade that many empty submissions and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10_000, help="submissions")
    parser.add_argument("--workers", type=int, default=64, help="that sleep at the same time")
    parser.add_argument("--milliseconds", type=float, default=50, help="a submission")
    options = parser.parse_args()
    order = f"sleep {options.milliseconds / 1000}".encode()
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder, dask(Path(folder), options.workers) as address:
        spec = WorkerSpec(fake_workers.obedient, (folder,), cluster=address)
        assignment = load_course(Path(__file__).parents[1]).assignments[0]

        watch = _Watch(Path(folder), options.workers, options.jobs)
        graded = sum(
            report.graded for report in grade_all(watch.submissions(order), assignment, spec, options.workers, watch)
        )
        assert graded == watch.answered
        worked, grown = watch.worked(), watch.grown()
    seconds, jobs = watch.ended - watch.begun, watch.answered - watch.before
    asleep = jobs * options.milliseconds / 1000 / options.workers
    print(f"{jobs} jobs of {options.milliseconds:g} ms on {options.workers} workers: {seconds:.1f} s")
    print(f"asleep {asleep / seconds:.0%} of the time; {1000 * (seconds - asleep) / jobs:.2f} ms a job beyond it")
    each = ", ".join(f"{part} {1000 * took / jobs:.2f}" for part, took in worked.items())
    print(f"of the processor, in ms a job: {each}")
    print(f"the client grew by {grown:.0f} MB")


@dataclass
class _Watch:
    """Counts from the moment when every worker is up to the last report: to start and to end them is no job's cost."""

    folder: Path  # where each worker leaves a file
    workers: int
    jobs: int  # to be counted
    answered: int = 0
    before: int = 0  # answers that do not count
    begun: float = 0.0
    ended: float = 0.0
    largest: float = 0.0
    worked_before: dict[str, float] = field(default_factory=dict)

    def __call__(self, _: Report) -> None:
        """A report is here."""
        self.answered += 1
        self.ended = time.perf_counter()
        if not self.begun and len([*self.folder.glob("ready-*")]) >= self.workers:
            self.before, self.begun = self.answered, self.ended
            self.largest, self.worked_before = _largest(), processor_time()

    def submissions(self, order: bytes) -> Iterator[Job]:
        """Without an end until every worker is up."""
        for number in itertools.count():
            if self.begun and number >= self.before + self.jobs:
                return
            yield Job(f"s{number}", "", "", order)

    def worked(self) -> dict[str, float]:
        """Seconds of the processor since every worker is up, by part."""
        return {part: took - self.worked_before[part] for part, took in processor_time().items()}

    def grown(self) -> float:
        """Megabytes of the client since then."""
        return (_largest() - self.largest) / 1024


def _largest() -> float:
    """Kilobytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def processor_time() -> dict[str, float]:
    """Seconds of the processor until now, of the command and of the parts of Dask; not of the engine that sleeps."""
    took = {"client": sum(psutil.Process().cpu_times()[:2]), "scheduler": 0.0, "workers": 0.0}
    for started in psutil.Process().children():
        part = "scheduler" if "distributed.cli.dask_scheduler" in started.cmdline() else "workers"
        for process in (started, *started.children()):  # a worker is the child of its nanny
            with suppress(psutil.NoSuchProcess):
                took[part] += sum(process.cpu_times()[:2])
    return took


@contextmanager
def dask(folder: Path, workers: int) -> Iterator[str]:
    """The address of a scheduler with so many threads, one for each worker."""
    file = folder / "scheduler.json"
    where = ("--scheduler-file", str(file), "--no-dashboard")
    each = ("--nworkers", str(PROCESSES), "--nthreads", str(workers // PROCESSES), "--local-directory", str(folder))
    commands = (
        ("scheduler", *where, "--host", "127.0.0.1", "--port", "0", "--no-show"),
        ("worker", *where, *each),
    )
    with open(folder / "log", "w", encoding="utf-8") as log:
        started = []
        for what, *rest in commands:
            command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *rest]
            started.append(subprocess.Popen(command, stdout=log, stderr=log))
            while not (file.exists() and file.read_text("utf-8").rstrip().endswith("}")):
                time.sleep(0.02)
        try:
            yield json.loads(file.read_text("utf-8"))["address"]
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
