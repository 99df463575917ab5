"""Grades copies of a perfect notebook whenever it is told to, and says what each time cost: `Probe` talks to it.

`python -P bench/probe.py ROOT SLUG WORKERS`; 0 workers: cells and checks, bare, in one warm process. Each line of
standard input is a number of submissions, each line of the answer {"wall", "cpu"} in seconds of its whole process tree.
Of ours it imports only the engine, so that this file measures the engine of another commit as well.

What is bare is the yardstick: the author's cells and what the suite asks of them, and nothing that a graded submission
does not do, too. Behind the wall every submission is a fork, whose collector of garbage never walks what was there
before; so bare, everything is set aside between two runs, off the clock.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import psutil


@dataclass(slots=True)
class Cost:
    """Seconds on the wall, and of processors in a whole process tree."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def tree_seconds() -> float:
    """Processor time of this process, of all below it, and of those among them that ended and were waited for."""
    ended = os.times()
    total = time.process_time() + ended.children_user + ended.children_system  # psutil's own is rounded to 10 ms
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def measured() -> Iterator[Cost]:
    """What this block costs. It must leave nothing running that computes."""
    cost, cpu, start = Cost(), tree_seconds(), time.perf_counter()
    yield cost
    cost.wall = time.perf_counter() - start
    cost.cpu = tree_seconds() - cpu


class Probe:
    """One warm process tree that grades when it is asked, with the engine in `root`. Ends with its block."""

    def __init__(self, root: Path, slug: str, workers: int) -> None:
        paths = os.pathsep.join([str(root), str(root / "shared")])
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(root), slug, str(workers)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=root,
            env=os.environ | {"PYTHONPATH": paths, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.start = self._answer()  # until it was warm

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("")

    def grade(self, count: int) -> Cost:
        """What so many submissions cost. Raises RuntimeError where they cannot be graded."""
        assert self._process.stdin
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Cost:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("nothing can be graded there; try `convgrade doctor`")
        return Cost(**json.loads(line))


def main() -> None:
    """Be warm, then answer until standard input ends."""
    root, slug, workers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what cells print is no answer

    def loop(grade: Callable[[int], Cost]) -> None:
        grade(2 * max(1, workers))
        told(Cost(time.perf_counter() - begun, tree_seconds()))
        for line in sys.stdin:
            told(grade(int(line)))

    def told(cost: Cost) -> None:
        print(json.dumps(asdict(cost)), file=answers, flush=True)

    begun = time.perf_counter()
    (behind_the_wall if workers else bare)(root, slug, workers, loop)


def behind_the_wall(root: Path, slug: str, size: int, loop: Callable[[Callable[[int], Cost]], None]) -> None:
    """Hands `loop` a function that grades with the workers of the real pool, which wait between two calls."""
    from autograder.authoring import variants
    from autograder.course import load_course
    from autograder.grading.serve_spec import ServeSpec
    from autograder.grading.worker import serve
    from autograder.grading.worker_process import Job, Worker, WorkerSpec, end_all
    from autograder.model import Report

    raw = variants.with_solution(load_course(root).assignment(slug), {})
    workers = [Worker(WorkerSpec(serve, (ServeSpec(str(root), slug),))) for _ in range(size)]
    job = Job("student", "notebook.ipynb", "", raw).frame()

    def grade(count: int) -> Cost:
        with measured() as cost:
            for answer in answered(workers, job, count):
                if not Report.from_json(answer.decode()).graded:
                    raise RuntimeError("a perfect notebook was not graded")
        return cost

    try:
        for worker in workers:
            worker.ready = bool(json.loads(worker.answer())["ready"])
        loop(grade)
    finally:
        end_all(workers)


def answered(workers: Sequence[Any], job: bytes, count: int) -> Iterator[bytes]:
    """The workers' answers to the same job so many times; whoever is done gets the next one."""
    waiting, busy = iter([job] * count), {worker.connection: worker for worker in workers[:count]}
    for worker in busy.values():
        worker.send(next(waiting))
    while busy:
        for connection in wait(list(busy)):
            yield busy[connection].answer()
            if following := next(waiting, None):
                busy[connection].send(following)
            else:
                del busy[connection]


def bare(root: Path, slug: str, _: int, loop: Callable[[Callable[[int], Cost]], None]) -> None:
    """Hands `loop` a function that runs the author's cells and the hidden suite in this process, without any wall."""
    from autograder.course import load_course
    from autograder.judge.plugin import with_suite

    assignment = load_course(root).assignment(slug)
    with_suite(assignment, lambda suite: loop(Bare(assignment, suite).cost))


class Bare:
    """A perfect notebook's cells, and the hidden suite on what they define, in this very process."""

    def __init__(self, assignment: Any, suite: Any) -> None:
        from autograder.authoring import variants
        from autograder.submission.read import read_submission

        submission = read_submission(variants.with_solution(assignment, {}), assignment)
        self.suite, self.sources = suite, [cell.source for cell in submission.cells]

    def cost(self, count: int) -> Cost:
        """What so many submissions cost."""
        return sum((part for _ in range(count) for part in self.once()), Cost())

    def once(self) -> tuple[Cost, Cost]:
        """What the cells cost, and the checks. Raises RuntimeError where a check fails: the suite then does less."""
        from autograder.judge.local import LocalBox

        as_in_a_fork()
        with measured() as cells:
            names = run_cells(self.sources)
        with measured() as checks:
            results = self.suite.run(LocalBox(names).ask)
        if failed := [check.name for check in results if check.verdict != "passed"]:
            raise RuntimeError(f"a perfect notebook does not pass {failed[0]}")
        return cells, checks


def as_in_a_fork() -> None:
    """What is there already is set aside, as zygote and worker do before they fork; chance begins anew."""
    import numpy as np
    import torch

    gc.unfreeze()
    gc.collect()  # the last submission, too
    gc.freeze()
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


def run_cells(sources: Sequence[str]) -> dict[str, Any]:
    """What the cells define; what they print and draw is dropped after each."""
    import matplotlib.pyplot as plt

    names: dict[str, Any] = {"__name__": "__main__"}
    for source in sources:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(source, names)  # noqa: S102  # the author's own notebook
        plt.close("all")
    return names


if __name__ == "__main__":
    main()
