"""Does a busy machine change a verdict? Grades mixed submissions on it as it is, and again beside processes that spin.

`python -m bench.busy [--count 300] [--spinners 16] [--jobs 2] [--assignment SLUG …]` prints every submission
whose reports differ in anything but times, and ends with 1 when one does. The submissions are the golden ones of the
tests, repeated.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.submissions import golden

OF_TIME = frozenset({"seconds", "graded_at", "memory_mb"})  # keys of a report that no two runs share
SPIN = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"  # ends with whoever started it


def main() -> None:
    """Grade twice, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="submissions of all assignments together")
    parser.add_argument("--spinners", type=int, default=16, help="processes that do nothing but compute")
    parser.add_argument("--jobs", type=int, default=2, help="workers that grade")
    parser.add_argument("--assignment", action="append", choices=golden.SLUGS, help="only these")
    options = parser.parse_args()
    slugs = options.assignment or golden.SLUGS
    queue = list(itertools.islice(itertools.cycle(submissions(slugs)), options.count))
    quiet, calm = timed(queue, options.jobs)
    with spinning(options.spinners):
        loaded, busy = timed(queue, options.jobs)
    differing = [key for key in quiet if any(report != quiet[key][0] for report in quiet[key] + loaded[key])]
    for slug, name in differing:
        found = {
            place
            for report in quiet[slug, name] + loaded[slug, name]
            for place in golden.differences(quiet[slug, name][0], report)
        }
        print(f"{slug} {name}: {' '.join(sorted(found))}")
    print(
        f"the reports of {len(differing)} of {len(quiet)} submissions differ; beside {options.spinners} spinning "
        f"processes grading took {busy / calm:.1f} times as long"
    )
    raise SystemExit(1 if differing else 0)


def submissions(slugs: list[str]) -> list[tuple[str, str]]:
    """Every golden submission, one of each assignment in turn."""
    piles = [[(slug, name) for name in golden.names(slug)] for slug in slugs]
    return [entry for together in itertools.zip_longest(*piles) for entry in together if entry is not None]


def timed(queue: list[tuple[str, str]], jobs: int) -> tuple[dict[tuple[str, str], list[Any]], float]:
    """(what the reports of each submission say, but for times; seconds on the wall)."""
    start, found = time.perf_counter(), defaultdict(list)
    for slug in dict.fromkeys(slug for slug, _ in queue):
        with tempfile.TemporaryDirectory(prefix="busy-") as folder:
            assignment = golden.quick_course(Path(folder), slug)
            for report in golden.graded(assignment, [name for of, name in queue if of == slug], jobs):
                found[slug, report.student].append(timeless(json.loads(report.to_json())))
    return found, time.perf_counter() - start


def timeless(value: Any) -> Any:
    """A report's JSON without what tells the time."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in OF_TIME}
    return [timeless(item) for item in value] if isinstance(value, list) else value


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
