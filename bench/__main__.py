"""Measures every figure of the engine and prints it beside its goal: `make bench`, or `python -m bench --quick`.

What is compared runs in turn, A B A B …, five times at least. A figure is its median with the interval in which that
median lies; times are given on the wall and as processor time of the whole process tree. Where the interval reaches
across the goal, or holds what no machine can do, the figure is "not measured" and never "ok".

Exit codes: 0 every goal is reached; 1 one is missed; 3 none is missed, but one could not be measured: try again on a
quiet machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.authoring import variants
from autograder.box.zygote import Wall, Zygote
from autograder.course import Assignment, load_course
from autograder.grading.pool import grade_all
from autograder.grading.serve_spec import ServeSpec
from autograder.grading.session import processors
from autograder.grading.worker import serve
from autograder.grading.worker_process import Job, WorkerSpec
from autograder.model import Report, Verdict
from bench import compare, diagnosis, history, otter, stock_nbgrader, term, unchanged
from bench.evidence import Figure, Goal, differences, exit_code, quotients
from bench.probe import Cost, Probe, measured

ROOT = Path(__file__).resolve().parents[1]
Peer = AbstractContextManager[tuple[Callable[[bytes], None], Callable[[], float]]]  # grades one; its points
PEERS: dict[str, Callable[[Assignment], Peer]] = {
    "stock nbgrader": stock_nbgrader.stock_course,
    "otter": otter.otter_course,
}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--assignment", default="a1_convolution", metavar="SLUG")
    arguments.add_argument("--quick", action="store_true", help="5 repetitions of 2 submissions, not 9 of 5")
    arguments.add_argument("--only", choices=["pairs"], help="only what a submission costs, here and with the peers")
    arguments.add_argument("--peers", nargs="*", default=[], choices=["otter"], help="measured beside stock nbgrader")
    arguments.add_argument("--record", action="store_true", help="add a line to bench/history.jsonl")
    arguments.add_argument("--compare", metavar="REV", help="only say what got slower since that commit")
    options = arguments.parse_args()
    assignment = load_course(ROOT).assignment(options.assignment)
    repetitions, count = (5, 2) if options.quick else (9, 5)
    if options.compare:
        raise SystemExit(compare_with(options.compare, assignment.slug, repetitions, count))
    bench = Bench(assignment, repetitions, count, ("stock nbgrader", *options.peers), options.quick)
    found = shown(f"{assignment.slug}: a perfect submission, again and again", bench.figures(options.only))
    if options.record:
        run = {"date": f"{datetime.now(UTC):%F}", "commit": history.commit_of("HEAD"), "processors": processors()}
        history.append(history.entry(found, found[0].median, run | {"assignment": assignment.slug}))
    raise SystemExit(exit_code(found))


def compare_with(revision: str, slug: str, repetitions: int, count: int) -> int:
    """Both engines in one run; where the other cannot run any more, what the history says of both."""
    try:
        history.commit_of(revision)
    except subprocess.CalledProcessError:
        print(f"there is no commit “{revision}”")
        return 2
    try:
        title = f"{slug}: processor time, as a multiple of that at {revision}"
        return exit_code(shown(title, compare.compared(revision, slug, repetitions, count)))
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(f"the engine at {revision} cannot be measured here: {error}")
    lines = [history.of_commit(history.commit_of(name)) for name in (revision, "HEAD")]
    if None in lines:
        print("and the history does not have both commits")
        return 3
    print("\n".join(history.moved(*filter(None, lines))) or "the history shows no difference")
    return 0


def shown(title: str, figures: Iterator[Figure]) -> list[Figure]:
    """Print the figures as a table, and each of them as soon as it exists."""
    table, found = Table("figure", "measured", "goal", "", title=title), []
    for figure in figures:
        print(f"  {figure.name} …", file=sys.stderr, flush=True)
        found.append(figure)
        table.add_row(*figure.told())
    Console(width=132).print(table)
    return found


class Bench:
    """One run."""

    def __init__(
        self, assignment: Assignment, repetitions: int, count: int, peers: tuple[str, ...], quick: bool
    ) -> None:
        self.assignment, self.repetitions, self.count = assignment, repetitions, count
        self.peers, self.quick = peers, quick

    def figures(self, only: str | None) -> Iterator[Figure]:
        """All of them; the first is what seconds are compared with."""
        yield from self._pairs()
        if only is None:
            yield self._seconds("a box is up", [box_up() for _ in range(self.repetitions)], 8)
            yield self._seconds("convgrade --help", [help_shown() for _ in range(self.repetitions)], 0.15)
            yield from self._unchanged()
            yield from self._term()
            yield from diagnosis.figures(self.assignment, 40 if self.quick else 20)
            yield from self._stability()

    def _seconds(self, name: str, samples: list[float] | tuple[float, ...], goal: float | None = None) -> Figure:
        return Figure(name, tuple(samples), "s", None if goal is None else Goal("≤", goal), digits=3)

    def _pairs(self) -> Iterator[Figure]:
        """What a submission costs bare, with one worker, with two and with the peers, in turn."""
        slug, raw = self.assignment.slug, variants.with_solution(self.assignment, {})
        with ExitStack() as stack:
            peers = {name: stack.enter_context(PEERS[name](self.assignment)) for name in self.peers}
            probes = [stack.enter_context(Probe(ROOT, slug, workers)) for workers in (0, 1, 2)]
            costs: dict[str, list[Cost]] = {name: [] for name in ("bare", "one", "two", *peers)}
            for _ in range(self.repetitions):
                for name, probe in zip(costs, probes, strict=False):
                    costs[name].append(each(probe.grade(self.count), self.count))
                for name, (grade, points) in peers.items():
                    costs[name].append(peer_cost(grade, raw))
                    must_be_perfect(name, points(), self.assignment)
        yield from self._ours(costs)
        for name in peers:
            yield from self._peer(name, costs)

    def _ours(self, costs: dict[str, list[Cost]]) -> Iterator[Figure]:
        bare, one, two = (costs[name] for name in ("bare", "one", "two"))
        yield self._seconds("cells and checks, bare, processor time", cpu(bare))
        yield self._seconds("overhead of a submission, processor time", differences(cpu(one), cpu(bare)), 0.10)
        yield self._seconds("overhead of a submission, on the wall", differences(wall(one), wall(bare)), 0.10)
        most = min(2, processors())
        speed_up = quotients(wall(one), wall(two))
        yield Figure("two workers, times as fast as one", speed_up, "", Goal("≥", 1.9), (0.0, most * 1.0001))

    def _peer(self, name: str, costs: dict[str, list[Cost]]) -> Iterator[Figure]:
        """What a peer costs beyond the same cells and checks, in seconds and as a multiple of what we do."""
        bare, one, peer = (costs[whose] for whose in ("bare", "one", name))
        for how, clock in (("processor time", cpu), ("on the wall", wall)):
            ours, theirs = (differences(clock(whose), clock(bare)) for whose in (one, peer))
            yield self._seconds(f"overhead of {name}, {how}", theirs)
            multiple = quotients(theirs, ours)
            yield Figure(f"overhead of {name} as a multiple of ours, {how}", multiple, "", Goal("≥", 10), digits=1)

    def _unchanged(self) -> Iterator[Figure]:
        many = 30 if self.quick else 300
        again, peak, growth = unchanged.measure(self.assignment, copies(self.assignment, many), self.repetitions)
        yield self._seconds(f"grading {many} unchanged again, on the wall", wall(again), 3)
        yield self._seconds(f"grading {many} unchanged again, processor time", cpu(again), 3)
        yield Figure("memory of a worker", (peak / 1024,), "GB", Goal("≤", 0.9), exact=True)
        yield Figure(f"growth over {many} submissions", (growth,), "MB", Goal("≤", 50), exact=True, digits=0)

    def _term(self) -> Iterator[Figure]:
        """What comes after grading; a few reports are repeated under the names of a whole class."""
        many, distinct = (60, 4) if self.quick else (300, 12)
        with tempfile.TemporaryDirectory(prefix="term-") as folder:
            added, recording, differ = term.measure(self.assignment, many, distinct, Path(folder), self.repetitions)
        yield self._seconds(f"gradebook, pages, CSV of {many} ({distinct} different), each", added, 0.08)
        yield self._seconds(f"recording {many} in nbgrader's gradebook", recording, 30)
        yield counted("scores that differ: formgrader, exports, class page", differ)

    def _stability(self) -> Iterator[Figure]:
        runs = 10 if self.quick else 200
        failed, differ = unstable(self.assignment, runs)
        yield counted(f"checks that failed in {runs} runs of right solutions", failed)
        yield counted("reports that differ between runs and workers", differ)


def cpu(costs: list[Cost]) -> tuple[float, ...]:
    """Processor time of each."""
    return tuple(cost.cpu for cost in costs)


def wall(costs: list[Cost]) -> tuple[float, ...]:
    """Time on the wall of each."""
    return tuple(cost.wall for cost in costs)


def each(cost: Cost, count: int) -> Cost:
    """What one of so many cost."""
    return Cost(cost.wall / count, cost.cpu / count)


def counted(name: str, number: int) -> Figure:
    """What must not happen."""
    return Figure(name, (float(number),), "", Goal("≤", 0), exact=True, digits=0)


def peer_cost(grade: Callable[[bytes], None], raw: bytes) -> Cost:
    """What a peer needs for one submission."""
    with measured() as cost:
        grade(raw)
    return cost


def must_be_perfect(name: str, points: float, assignment: Assignment) -> None:
    """A peer that did not run the checks is fast. Raises RuntimeError."""
    most = sum(
        exercise.points for exercise in assignment.exercises if stock_nbgrader.checks_of(assignment, exercise.name)
    )
    if abs(points - most) > 0.01:
        raise RuntimeError(f"{name} gave a perfect notebook {points} of {most} points")


def box_up() -> float:
    """Seconds until a zygote is ready, warm file cache."""
    start = time.perf_counter()
    with Zygote.start(Wall()):
        return time.perf_counter() - start


def help_shown() -> float:
    """Seconds of `convgrade --help`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "autograder.cli", "--help"], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - start


def copies(assignment: Assignment, count: int) -> list[bytes]:
    """Perfect notebooks that differ in trailing spaces, so that none has been graded before."""
    perfect = variants.with_solution(assignment, {})
    return [perfect.rstrip() + b" " * number for number in range(1, count + 1)]


def reports(assignment: Assignment, notebooks: list[bytes], workers: int) -> Iterator[Report]:
    """Grade in memory: no store, no pages."""
    jobs = [Job(f"student {number}", "notebook.ipynb", "", raw) for number, raw in enumerate(notebooks)]
    return grade_all(jobs, assignment, WorkerSpec(serve, (ServeSpec(str(ROOT), assignment.slug),)), workers)


def unstable(assignment: Assignment, runs: int) -> tuple[int, int]:
    """(failed checks, differing reports) over runs of the same right solution with one and with two workers."""
    same = [variants.with_solution(assignment, {})] * (runs // 2)
    done = [report for workers in (1, 2) for report in reports(assignment, same, workers)]
    failed = sum(check.verdict is not Verdict.PASSED for report in done for check in report.checks)
    seen = {tuple((check.name, check.verdict, check.message, check.hint) for check in report.checks) for report in done}
    return failed, len(seen) - 1


if __name__ == "__main__":
    main()
