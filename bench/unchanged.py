"""A class graded again and again from the command line: what each later run costs, and the memory of the first."""

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
from bench.probe import Cost, measured

ROOT = Path(__file__).resolve().parents[1]


def measure(assignment: Assignment, notebooks: list[bytes], times: int) -> tuple[list[Cost], float, float]:
    """(what each later `convgrade grade` costs, peak MB of a worker, its growth in MB after the first fifth)."""
    with tempfile.TemporaryDirectory(prefix="class-", dir=_build()) as folder:
        for number, raw in enumerate(notebooks):
            path = Path(folder) / f"bench {number:03}" / assignment.slug / f"{assignment.slug}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(raw)
        samples = _grade(folder, assignment.slug)
        again = [_again(folder, assignment.slug) for _ in range(times)]
    for number in range(len(notebooks)):
        store_of(assignment).path(f"bench {number:03}").unlink(missing_ok=True)
    settled = samples[len(samples) // 5 :]
    half = len(settled) // 2
    growth = max(settled[half:], default=0.0) - max(settled[:half], default=0.0)
    return again, max(samples, default=0.0), growth


def _build() -> Path:
    (ROOT / "build").mkdir(exist_ok=True)
    return ROOT / "build"


def _again(folder: str, slug: str) -> Cost:
    with measured() as cost:
        subprocess.run(_command(folder, slug), cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return cost


def _command(folder: str, slug: str) -> list[str]:
    return [sys.executable, "-m", "autograder.cli", "grade", folder, "--assignment", slug, "--jobs", "2"]


def _grade(folder: str, slug: str) -> list[float]:
    process = subprocess.Popen(_command(folder, slug), cwd=ROOT, stdout=subprocess.DEVNULL)
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
