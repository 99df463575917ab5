"""The pool: order, replacement, deadlines. The workers are fakes that do what the submission's bytes say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.errors import ConvgradeError
from autograder.grading.pool import grade_all
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.model import Report, Verdict
from tests.engine.samples import fake_workers

ROOT = Path(__file__).parents[3]


@pytest.fixture
def assignment(sample_course):
    return load_course(sample_course()).assignments[0]


@pytest.fixture
def grade(assignment, tmp_path):
    """grade(["sleep 1", …]) → reports; every order is one submission."""
    spec = WorkerSpec(fake_workers.obedient, (str(tmp_path),), submission_seconds=20)

    def run(orders, size=2, **changes) -> list[Report]:
        on_report = changes.pop("on_report", lambda _: None)
        jobs = (Job(f"s{number}", f"s{number}.ipynb", f"k{number}", raw.encode()) for number, raw in enumerate(orders))
        return list(grade_all(jobs, assignment, replace(spec, **changes), size, on_report))

    return run


def alive(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    return False


def test_reports_come_in_the_order_of_the_jobs(grade, tmp_path):
    done = []

    def heard(report):
        done.append(report.student)
        (tmp_path / f"done-{report.student}").touch()

    reports = grade(["until done-s4", "", "", "", ""], on_report=heard, submission_seconds=240)
    assert [report.student for report in reports] == ["s0", "s1", "s2", "s3", "s4"]
    assert sorted(done) == ["s0", "s1", "s2", "s3", "s4"]
    assert done[-1] == "s0"  # the others did not wait for it


def test_no_jobs_need_no_workers(grade):
    assert grade([], target=None) == []


def test_no_more_workers_than_jobs(grade, tmp_path, monkeypatch):
    from autograder.grading import pool

    started = []
    real = pool.Worker
    monkeypatch.setattr(pool, "Worker", lambda spec: started.append(1) or real(spec))
    assert len(grade([""], size=8)) == 1
    assert len(started) == 1


def test_a_crashed_worker_is_replaced_and_its_job_graded_again(grade, tmp_path):
    reports = grade(["", "fail once", "", ""])
    assert [report.problem for report in reports] == [""] * 4
    assert (tmp_path / "seen").read_text().split().count("s1") == 2


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("die 0", "ended unexpectedly"),
        ("die 1", "ended unexpectedly"),
        ("raise", "judging ended with status 1"),
        ("nonsense", "no report"),
        ("nonsense [1]", "no report"),
        ('nonsense {"version": 99}', "no report"),
        ("nonsense " + Report("tiny", "s0", "", (), key="k0").to_json(), "no report"),
    ],
)
def test_what_fails_twice_is_reported_as_ours(grade, tmp_path, order, why):
    good, bad, last = grade(["", order, ""])
    assert good.graded
    assert last.graded
    assert why in bad.problem
    assert (bad.student, bad.key, bad.fault, bad.score) == ("s1", "k1", "ours", 0)
    assert {check.verdict for check in bad.checks} == {Verdict.UNGRADED}
    assert (tmp_path / "seen").read_text().split().count("s1") == 2


def test_a_hanging_worker_is_killed(grade, tmp_path):
    good, bad = grade(["", "hang"], submission_seconds=2)
    assert good.graded
    assert "too long" in bad.problem
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_killed_worker_takes_its_children_along(grade, tmp_path):
    (report,) = grade(["fork"], submission_seconds=2)
    assert report.fault == "ours"
    child, deadline = int((tmp_path / "child").read_text()), time.monotonic() + 240
    while alive(child) and time.monotonic() < deadline:  # the kernel kills it in its own time
        time.sleep(0.05)
    assert not alive(child)


def test_a_machine_without_wall_grades_nothing(grade):
    with pytest.raises(ConvgradeError, match="no wall here\n  install bubblewrap"):
        grade(["", ""], target=fake_workers.no_wall, args=())


@pytest.mark.parametrize(("target", "why"), [("stillborn", "ended unexpectedly"), ("mute", "too long")])
def test_workers_that_never_start_end_the_run(grade, target, why):
    with pytest.raises(ConvgradeError, match=why):
        grade([""], target=getattr(fake_workers, target), args=(), start_seconds=60 if target == "stillborn" else 0.5)


def test_closing_early_ends_the_workers(assignment, tmp_path):
    jobs = (Job(f"s{number}", "", "", b"" if number == 0 else b"hang") for number in range(9))
    spec = WorkerSpec(fake_workers.obedient, (str(tmp_path),))
    with closing(grade_all(jobs, assignment, spec, 2)) as reports:
        assert next(reports).student == "s0"
        deadline = time.monotonic() + 240
        while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_large_submission_arrives_whole(grade):
    (report,) = grade(["x" * 20_000_001], size=1)
    assert report.graded


RUN = """
from pathlib import Path
from autograder.course import load_course
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.grading.pool import grade_all
from tests.engine.samples import fake_workers
if __name__ == "__main__":
    assignment = load_course(Path({root!r})).assignments[0]
    list(grade_all([Job("s0", "", "", b"hang")], assignment, WorkerSpec(fake_workers.obedient, ({root!r},))))
"""


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_the_pool(sample_course, tmp_path, kill):
    script = tmp_path / "run.py"
    script.write_text(RUN.format(root=str(sample_course())))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, script]
    pool = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, preexec_fn=fake_workers.hear_ctrl_c)
    deadline = time.monotonic() + 240
    while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    pool.send_signal(kill)
    pool.communicate(timeout=240)
    worker = int((tmp_path / "pid").read_text())
    while alive(worker) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(worker)
