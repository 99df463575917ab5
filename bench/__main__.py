"""Measures every figure of the engine and prints it beside its goal: `make bench`, or `python -m bench --quick`.

Times are compared within one run, since machines are noisy. Overhead is wall clock × workers, minus the CPU time of the
same cells and checks run bare in one warm process. Stock nbgrader is measured in the same run with the same checks.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.authoring import variants
from autograder.box.zygote import Wall, Zygote
from autograder.course import Assignment, load_course
from autograder.grading.pool import grade_all
from autograder.grading.serve_spec import ServeSpec
from autograder.grading.worker import serve
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.model import Report, Verdict
from bench import bare, stock_nbgrader, term, unchanged

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure and print; exit code 1 when a goal is missed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--assignment", default="a1_convolution", metavar="SLUG")
    arguments.add_argument("--quick", action="store_true", help="30 or 100 submissions, not 300; 10 runs, not 200")
    options = arguments.parse_args()
    assignment = load_course(ROOT).assignment(options.assignment)
    table = Table("figure", "measured", "goal", "", title=f"{assignment.slug}: one perfect submission, again and again")
    missed = 0
    for name, measured, goal, held in figures(assignment, options.quick):
        missed += not held
        table.add_row(name, measured, goal, "ok" if held else "MISSED")
    Console(width=110).print(table)
    raise SystemExit(1 if missed else 0)


def figures(assignment: Assignment, quick: bool) -> Iterator[tuple[str, str, str, bool]]:
    """(figure, measured, goal, whether it held)."""
    up = box_up()
    yield "a box is up", f"{up:.1f} s", "≤ 8 s", up <= 8
    cells, checks = bare.cpu(assignment, runs=5 if quick else 20)
    yield "CPU of the hidden suite", f"{checks:.2f} s", "≤ 1.5 s", checks <= 1.5
    count = 12 if quick else 40
    one, two = (seconds_each(assignment, count, workers) for workers in (1, 2))
    overhead = max(one, 2 * two) - cells - checks
    yield "overhead of a submission", f"{overhead:.2f} s", "≤ 0.35 s", overhead <= 0.35
    yield "speed-up with two workers", f"{one / two:.2f}", "≥ 1.7", one / two >= 1.7
    stock = statistics.median(stock_nbgrader.time_stock(assignment, copies(assignment, 3))) - cells - checks
    yield "overhead of stock nbgrader", f"{stock:.2f} s", "", True
    yield "stock overhead as a multiple of ours", f"{stock / max(overhead, 0.01):.1f}", "≥ 10", stock >= 10 * overhead
    many = 30 if quick else 300
    again, peak, growth = unchanged.measure(assignment, copies(assignment, many))
    yield f"grading {many} unchanged submissions again", f"{again:.1f} s", "≤ 3 s", again <= 3
    yield "memory of a worker", f"{peak / 1024:.2f} GB", "≤ 1.2 GB", peak <= 1.2 * 1024
    yield f"growth over {many} submissions", f"{growth:.0f} MB", "≤ 50 MB", growth <= 50
    yield from figures_of_a_term(assignment, quick)
    runs = 10 if quick else 200
    failed, differing = unstable(assignment, runs)
    yield f"checks that failed in {runs} runs of right solutions", str(failed), "0", failed == 0
    yield "reports that differ between runs and workers", str(differing), "0", differing == 0


def figures_of_a_term(assignment: Assignment, quick: bool) -> Iterator[tuple[str, str, str, bool]]:
    """What comes after grading; a few reports are repeated under the names of a whole class."""
    many, distinct = (100, 4) if quick else (300, 12)
    with tempfile.TemporaryDirectory(prefix="term-") as folder:
        added, recording, differing = term.measure(assignment, many, distinct, Path(folder))
    what = f"gradebook, pages, CSV of {many} ({distinct} different), each"
    yield what, f"{added:.3f} s", "≤ 0.15 s", added <= 0.15
    yield f"recording {many} in nbgrader's gradebook", f"{recording:.1f} s", "≤ 30 s", recording <= 30
    yield "scores that differ: formgrader, exports, class page", str(differing), "0", differing == 0


def box_up() -> float:
    """Seconds until a zygote is ready, warm file cache."""
    start = time.perf_counter()
    with Zygote.start(Wall()):
        return time.perf_counter() - start


def copies(assignment: Assignment, count: int) -> list[bytes]:
    """Perfect notebooks that differ in trailing spaces, so that none has been graded before."""
    perfect = variants.with_solution(assignment, {})
    return [perfect.rstrip() + b" " * number for number in range(1, count + 1)]


def reports(assignment: Assignment, notebooks: list[bytes], workers: int) -> Iterator[Report]:
    """Grade in memory: no store, no pages."""
    jobs = [Job(f"student {number}", "notebook.ipynb", "", raw) for number, raw in enumerate(notebooks)]
    return grade_all(jobs, assignment, WorkerSpec(serve, (ServeSpec(str(ROOT), assignment.slug),)), workers)


def seconds_each(assignment: Assignment, count: int, workers: int) -> float:
    """Seconds between two reports once every worker is warm."""
    times = [time.perf_counter() for _ in reports(assignment, copies(assignment, count), workers)]
    warm = 2 * workers
    return (times[-1] - times[warm]) / (len(times) - 1 - warm)


def unstable(assignment: Assignment, runs: int) -> tuple[int, int]:
    """(failed checks, differing reports) over runs of the same right solution with one and with two workers."""
    same = [variants.with_solution(assignment, {})] * (runs // 2)
    done = [report for workers in (1, 2) for report in reports(assignment, same, workers)]
    failed = sum(check.verdict is not Verdict.PASSED for report in done for check in report.checks)
    seen = {tuple((check.name, check.verdict, check.message, check.hint) for check in report.checks) for report in done}
    return failed, len(seen) - 1


if __name__ == "__main__":
    main()
