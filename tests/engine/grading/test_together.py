"""Short submissions share a task of Dask's; long ones, the last ones and those that went wrong are alone."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import pytest

from autograder.course import load_course
from autograder.grading import cluster, cluster_worker
from autograder.grading.together import MOST, fitting_a_task, task_sizes
from autograder.grading.worker_process import Job, WorkerSpec
from tests.engine.samples import fake_workers


@pytest.mark.parametrize(
    ("seconds", "many"),
    [(None, 1), (math.nan, 1), (0.0, MOST), (0.05, MOST), (0.1, 10), (0.3, 3), (0.9, 1), (60.0, 1)],
)
def test_a_task_lasts_about_a_second(seconds, many):
    assert fitting_a_task(seconds) == many


def test_while_there_are_many_every_task_is_full():
    assert task_sizes(2000, 128, 64, 8) == [8] * 128


def test_the_last_ones_go_alone_so_that_all_threads_end_together():
    sizes = task_sizes(300, 1000, 10, 16)
    assert sum(sizes) == 300
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-10:] == [1] * 10


def test_fewer_than_threads_go_alone():
    assert task_sizes(3, 8, 4, 16) == [1, 1, 1]
    assert task_sizes(3, 0, 4, 16) == []


@pytest.fixture
def ask(sample_course, tmp_path):
    """ask(["sleep 1", …]) → what a task with these submissions answers, where Dask would run it."""
    bundle = cluster_worker.packed(load_course(sample_course()).root)
    seat = cluster_worker.Seat(WorkerSpec(fake_workers.obedient, (str(tmp_path),), submission_seconds=60))
    yield lambda orders: cluster_worker.answered_there([job(order).frame() for order in orders], bundle, seat)
    cluster_worker.left(bundle.digest)


def job(order: str) -> Job:
    return Job("ada", "ada.ipynb", "k", order.encode())


def test_what_breaks_its_process_and_what_follows_has_no_answer(ask):
    assert [json.loads(text)["student"] for _, text in ask(["", "die", ""])] == ["ada"]
    assert ask(["die", ""]) == []


def test_alone_it_fails_so_that_dask_tries_it_again(ask):
    with pytest.raises(cluster_worker.Ended):
        ask(["die"])


def test_a_task_that_takes_too_long_begins_nothing_more(ask, monkeypatch):
    monkeypatch.setattr(cluster_worker, "LONGEST", -1.0)
    assert len(ask(["", "", ""])) == 1


def test_once_the_command_is_gone_a_task_begins_nothing_more(ask, monkeypatch):
    asked = cluster_worker._asked

    def interrupted(worker, frame):
        for digest, _ in list(cluster_worker._CLASSROOMS):
            cluster_worker.left(digest)
        return asked(worker, frame)

    monkeypatch.setattr(cluster_worker, "_asked", interrupted)
    assert len(ask(["", "", ""])) == 1


@pytest.mark.parametrize("answer", [7, [], [7], [(1.0, 10**12)], [("soon", b"{}")], [(math.nan, b"[]")]])
def test_whatever_a_worker_gives_one_submission_that_was_alone_has_a_report(sample_course, answer):
    graded = cluster._Class(None, load_course(sample_course()).assignments[0], WorkerSpec(print), iter(()), print)
    (report,) = graded._told(SimpleNamespace(result=lambda: answer), [job("")])
    assert report.fault == "ours"
