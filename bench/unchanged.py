"""A class graded twice from the command line: the time of the second run, and the memory of the first."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from autograder.course import Assignment
from autograder.grading.session import store_of
from bench.memory import family_mb

ROOT = Path(__file__).resolve().parents[1]


def measure(assignment: Assignment, notebooks: list[bytes]) -> tuple[float, float, float]:
    """(seconds of the second `convgrade grade`, peak MB of a worker, its growth in MB after the first fifth)."""
    with tempfile.TemporaryDirectory(prefix="class-", dir=_build()) as folder:
        for number, raw in enumerate(notebooks):
            path = Path(folder) / f"bench {number:03}" / assignment.slug / f"{assignment.slug}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(raw)
        samples = _grade(folder, assignment.slug)
        start = time.perf_counter()
        _grade(folder, assignment.slug)
        again = time.perf_counter() - start
    for number in range(len(notebooks)):
        store_of(assignment).path(f"bench {number:03}").unlink(missing_ok=True)
    settled = samples[len(samples) // 5 :]
    half = len(settled) // 2
    growth = max(settled[half:], default=0.0) - max(settled[:half], default=0.0)
    return again, max(samples, default=0.0), growth


def _build() -> Path:
    (ROOT / "build").mkdir(exist_ok=True)
    return ROOT / "build"


def _grade(folder: str, slug: str) -> list[float]:
    command = [sys.executable, "-m", "autograder.cli", "grade", folder, "--assignment", slug, "--jobs", "2"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    samples: list[float] = []
    watcher = threading.Thread(target=_watch, args=(process, samples))
    watcher.start()
    code = process.wait()
    watcher.join()
    if code != 0:
        raise RuntimeError(f"convgrade grade ended with {code}")
    return samples


def _watch(process: subprocess.Popen[bytes], samples: list[float]) -> None:
    """Sample the memory of the largest worker every second."""
    while process.poll() is None:
        try:
            workers = psutil.Process(process.pid).children()
        except psutil.NoSuchProcess:
            return
        samples.append(max((family_mb(worker.pid) for worker in workers), default=0.0))
        time.sleep(1.0)
