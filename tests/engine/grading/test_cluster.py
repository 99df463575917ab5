"""A Dask cluster in place of the pool: a scheduler and workers that are processes of their own."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import distributed
import pytest

from autograder.course import load_course
from autograder.errors import ConvgradeError
from autograder.grading import cluster, cluster_worker
from autograder.grading.keys import content_key, context_digest
from autograder.grading.pool import grade_all
from autograder.grading.session import GradingOptions, worker_spec
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.model import Report
from bench.busy import timeless
from tests.engine.samples import fake_workers

ROOT = Path(__file__).parents[3]


class Dask:
    """A scheduler and its workers, each with a nanny that starts it anew."""

    def __init__(self, folder: Path) -> None:
        self.environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}"}
        self.folder, self.file, self.log = folder, folder / "scheduler.json", (folder / "dask.log").open("w")
        self.processes: list[subprocess.Popen[bytes]] = []

    def open(self, workers: int) -> None:
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        while not whole(self.file) and self.scheduler.poll() is None:
            time.sleep(0.02)
        places = ("--nthreads", "1", "--nworkers", str(workers), "--local-directory", str(self.folder))
        self._start("worker", *places, "--no-dashboard")

    def _start(self, what: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", str(self.file), *options]
        self.processes.append(subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log))

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self.processes[0]

    @property
    def nanny(self) -> int:
        return self.processes[1].pid

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"])

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        self.log.close()


def whole(file: Path) -> bool:
    """Whether all of its JSON is there."""
    return file.exists() and file.read_text().rstrip().endswith("}")


@contextmanager
def dask(folder: Path, workers: int = 2):
    started = Dask(folder)
    try:
        started.open(workers)
        with distributed.Client(started.address, set_as_default=False, timeout=120) as client:
            client.wait_for_workers(workers, timeout=120)  # they may start as slowly as the machine likes
        yield started
    finally:
        started.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with dask(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.fixture
def assignment(sample_course):
    return load_course(sample_course()).assignments[0]


@pytest.fixture
def grade(assignment, tmp_path, running):
    """grade(["sleep 1", …]) → reports; every order is one submission."""
    spec = WorkerSpec(fake_workers.obedient, (str(tmp_path),), submission_seconds=60, cluster=running.address)
    return lambda orders, **changes: list(grade_all(jobs(orders), assignment, replace(spec, **changes)))


def jobs(orders):
    return [Job(f"s{number}", f"s{number}.ipynb", f"k{number}", raw.encode()) for number, raw in enumerate(orders)]


def test_reports_come_in_the_order_of_the_jobs(grade):
    reports = grade(["sleep 1.5", *[""] * 40])
    assert [report.student for report in reports] == [f"s{number}" for number in range(41)]
    assert all(report.graded for report in reports)


def test_large_notebooks_are_read_as_those_before_them_are_answered(assignment, tmp_path, running, monkeypatch):
    monkeypatch.setattr(cluster, "HELD", 5000)
    spec = WorkerSpec(fake_workers.obedient, (str(tmp_path),), cluster=running.address)
    answered: list[Report] = []
    waiting = []

    def large():
        for number, job in enumerate(jobs(["grade".ljust(1000)] * 60)):
            waiting.append(number - len(answered))
            yield job

    assert sum(report.graded for report in grade_all(large(), assignment, spec, 1, answered.append)) == 60
    assert max(waiting) <= 5


def test_a_submission_that_breaks_its_worker_twice_is_ours_and_takes_nobody_along(grade):
    first, second, third = grade(["", "die", ""])
    assert (first.graded, third.graded) == (True, True)
    assert (second.fault, second.graded) == ("ours", False)


def test_a_submission_that_breaks_its_worker_once_is_graded(grade, tmp_path):
    assert grade(["fail once"])[0].graded
    assert (tmp_path / "seen").read_text().split() == ["s0", "s0"]


def test_in_company_it_is_named_alone_too_and_nobody_is_graded_twice(grade, tmp_path):
    reports = grade([""] * 60 + ["die"] + [""] * 60)
    assert [report.student for report in reports if not report.graded] == ["s60"]
    seen = Counter((tmp_path / "seen").read_text().split())
    assert {student for student, times in seen.items() if times > 1} == {"s60"}


def test_nonsense_from_a_worker_is_no_report(grade):
    (report,) = grade(['nonsense {"student": 1}'])
    assert report.fault == "ours"


def test_what_no_worker_can_grade_ends_the_run(grade):
    with pytest.raises(ConvgradeError, match="no wall here\n  install bubblewrap"):
        grade(["", ""], target=fake_workers.no_wall, args=())


def test_two_classes_are_graded_at_once(grade, tmp_path):
    found = {}
    both = [threading.Thread(target=lambda n=n: found.update({n: grade(["sleep 0.1"] * 9)})) for n in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [[report.graded for report in reports] for reports in found.values()] == [[True] * 9] * 2


def test_the_report_is_the_same_as_from_this_machine(assignment, running):
    raw = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    job = Job("ada", "ada.ipynb", content_key(raw, context_digest(assignment, "bubblewrap")), raw)
    here, there = (
        next(grade_all([job], assignment, worker_spec(assignment, GradingOptions(cluster=where))))
        for where in ("", running.address)
    )
    assert there.graded
    assert timeless(json.loads(there.to_json())) == timeless(json.loads(here.to_json()))


def test_killed_workers_lose_nothing_but_what_was_in_flight(assignment, tmp_path):
    with dask(tmp_path) as started:
        spec = WorkerSpec(fake_workers.obedient, (str(tmp_path),), submission_seconds=60, cluster=started.address)
        reports, chance = [], random.Random(4)
        for report in grade_all(jobs(["sleep 0.05"] * 36), assignment, spec):
            reports.append(report)
            if len(reports) % 6 == 0:
                kill_one(started.nanny, chance)
        assert [report.student for report in reports] == [f"s{number}" for number in range(36)]
        assert all(report.graded for report in reports)


def kill_one(nanny: int, chance: random.Random) -> None:
    """Kill a Dask worker, a child of the nanny that we started."""
    found = Path(f"/proc/{nanny}/task/{nanny}/children").read_text().split()
    workers = [pid for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    if workers:
        os.kill(int(chance.choice(workers)), signal.SIGKILL)


def test_a_scheduler_that_goes_away_is_one_sentence_and_what_came_is_kept(assignment, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 5.0)
    with dask(tmp_path) as started:
        spec = WorkerSpec(fake_workers.obedient, (str(tmp_path),), cluster=started.address)
        kept = []
        with pytest.raises(ConvgradeError, match="run the same command again"):  # noqa: PT012
            for _ in grade_all(jobs([""] * 3 + ["until the end"] * 37), assignment, spec, 1, kept.append):
                if len(kept) == 3:
                    started.scheduler.kill()
        assert sorted(report.student for report in kept if report.graded) == ["s0", "s1", "s2"]  # as they came


def test_a_scheduler_that_goes_away_while_workers_are_counted_is_the_same_sentence(assignment):
    class Gone:
        def nthreads(self):
            raise OSError("closed")

    counting = cluster._Class(Gone(), assignment, WorkerSpec(print), iter(()), print)
    with pytest.raises(ConvgradeError, match="run the same command again"):
        counting._threads()


def test_a_worker_with_another_torch_is_refused_by_name(assignment):
    spec = worker_spec(assignment, GradingOptions())
    seat = cluster_worker.Seat(spec, {"slug": assignment.slug, "versions": {"torch": "1.0"}})
    ((_, text),) = cluster_worker.answered_there([b"{}\n"], cluster_worker.packed(assignment.root), seat)
    answer = json.loads(text)
    assert "a worker of the cluster has another torch: 2." in answer["error"]
    assert "here 1.0" in answer["error"]


def test_a_course_that_arrives_damaged_is_not_unpacked(assignment):
    bundle = cluster_worker.packed(assignment.root)
    damaged = replace(bundle, raw=bundle.raw[:-1] + b"x")
    ((_, text),) = cluster_worker.answered_there([b"{}\n"], damaged, cluster_worker.Seat(WorkerSpec(print)))
    answer = json.loads(text)
    assert "arrived damaged" in answer["error"]


@pytest.mark.parametrize("name", ["localhost:8786", "tcp://", "file:///etc", "Slurm"])
def test_what_is_no_cluster_is_refused_with_what_is(name):
    assert "slurm, pbs" in cluster.why_no_cluster(name)


def test_without_dask_the_option_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda _name: None)
    assert cluster.why_no_cluster("slurm") == "Dask is not installed: pip install 'convgrade[cluster]'"


def test_only_an_open_scheduler_on_another_machine_is_warned_about():
    assert "not encrypted" in cluster.warning("tcp://192.0.2.1:8786")
    safe = ("tls://192.0.2.1:8786", "tcp://127.0.0.1:8786", "tcp://localhost:8786", "slurm")
    assert [cluster.warning(name) for name in safe] == [""] * 4


def test_a_scheduler_that_nobody_runs_is_one_sentence(assignment, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    spec = WorkerSpec(fake_workers.obedient, cluster="tcp://127.0.0.1:1")
    with pytest.raises(ConvgradeError, match=r"the cluster “tcp://127\.0\.0\.1:1” cannot be used"):
        list(grade_all(jobs([""]), assignment, spec))
