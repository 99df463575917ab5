"""Does a busy machine change a verdict? Grades mixed submissions on it as it is, and again beside processes that spin.

`python -m bench.busy [--count 300] [--spinners 16] [--jobs 2] [--assignment SLUG …]` prints every report that differs
in anything but times, and ends with 1 when one does. The submissions are the golden ones of the tests, repeated.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from autograder.course import load_course
from autograder.grading.session import GradingOptions, GradingSession
from autograder.grading.store import Store
from autograder.grading.worker_process import Job
from autograder.model import Report

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "submissions"
SLUGS = sorted(path.parent.name for path in GOLDEN.glob("*/perfect.ipynb"))
OF_TIME = frozenset({"seconds", "graded_at", "memory_mb"})  # keys of a report that no two runs share
SPIN = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"  # ends with whoever started it


def main() -> None:
    """Grade twice, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="submissions of all assignments together")
    parser.add_argument("--spinners", type=int, default=16, help="processes that do nothing but compute")
    parser.add_argument("--jobs", type=int, default=2, help="workers that grade")
    parser.add_argument("--assignment", action="append", choices=SLUGS, help="only these")
    options = parser.parse_args()
    slugs = options.assignment or SLUGS
    queue = list(itertools.islice(itertools.cycle(submissions(slugs)), options.count))
    quiet, calm = timed(queue, options.jobs)
    with spinning(options.spinners):
        loaded, busy = timed(queue, options.jobs)
    differing = [key for key in quiet if quiet[key] != loaded[key]]
    for slug, name in differing:
        print(f"{slug} {name}: {' '.join(sorted(differences(quiet[slug, name], loaded[slug, name])))}")
    print(
        f"{len(differing)} of {len(quiet)} reports differ; beside {options.spinners} spinning processes grading took "
        f"{busy / calm:.1f} times as long"
    )
    raise SystemExit(1 if differing else 0)


def submissions(slugs: list[str]) -> list[tuple[str, Path]]:
    """Every golden submission, one of each assignment in turn."""
    piles = [[(slug, path) for path in sorted((GOLDEN / slug).glob("*.ipynb"))] for slug in slugs]
    rounds = itertools.zip_longest(*piles)
    return [entry for together in rounds for entry in together if entry is not None]


def timed(queue: list[tuple[str, Path]], jobs: int) -> tuple[dict[tuple[str, str], Any], float]:
    """(what each report says, but for times; seconds on the wall)."""
    start, found = time.perf_counter(), {}
    with tempfile.TemporaryDirectory(prefix="busy-") as folder:
        for slug in dict.fromkeys(slug for slug, _ in queue):
            files = [path for of, path in queue if of == slug]
            for report in graded(slug, files, jobs, Store(Path(folder) / slug)):
                found[slug, report.student] = timeless(json.loads(report.to_json()))
    return found, time.perf_counter() - start


def graded(slug: str, files: list[Path], jobs: int, store: Store) -> Iterator[Report]:
    """Their reports from one run; each file has a student of its own, and a key under which nothing is stored."""
    work = [
        Job(f"{path.stem} {number}", path.name, f"{number}", path.read_bytes()) for number, path in enumerate(files)
    ]
    with closing(
        GradingSession(load_course(ROOT).assignment(slug), GradingOptions(jobs=jobs), store).grade(work)
    ) as reports:
        yield from reports


def timeless(value: Any) -> Any:
    """A report's JSON without what tells the time."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in OF_TIME}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Where two values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif one != other:
        yield place


@contextmanager
def spinning(count: int) -> Iterator[None]:
    """Processes that keep every processor busy, and end with this block."""
    processes = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
