"""Processor time of the diagnosis of wrong submissions, by layer: `python -m bench.diagnosis --help`.

Some known mistakes, one in so many, are put into right answers and graded in the box, once with the whole catalogue
and once without it: then all that is left are relations and lines, the dearest case.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from autograder.authoring import notebooks, variants
from autograder.authoring.proof_set import MISTAKE, replacements
from autograder.box.zygote import Wall, Zygote
from autograder.course import Assignment, load_course
from autograder.grading import one
from autograder.grading.repair import pinpointed
from autograder.grading.worker import zygote_for
from autograder.judge import suite as judging
from autograder.judge.diagnose import diagnose
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.submission.handed_in import HandedIn
from bench.evidence import Figure, Goal

ROOT = Path(__file__).resolve().parents[1]
SLUG, ONE_IN = "a1_convolution", 40
MEDIAN, MOST = 1.5, 10.0  # seconds for one failing submission
KNOWN, UNSEEN = "the whole catalogue", "no catalogue"
Costs = dict[str, list[float]]


class _Meter:
    """Seconds that replays and relations, and the search for a line, take of one submission."""

    def __init__(self) -> None:
        self.judged = self.repaired = 0.0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While one submission is graded."""

        def judged(*asked: Any, **options: Any) -> Any:
            found, seconds = _timed(lambda: diagnose(*asked, **options))
            self.judged += seconds
            return found

        def repaired(results: Any, resit: Any) -> Any:
            before = resit.clock.spent
            found, seconds = _timed(lambda: pinpointed(results, resit))
            self.repaired += seconds + resit.clock.spent - before
            return found

        with patch.object(judging, "diagnose", judged), patch.object(one, "pinpointed", repaired):
            yield


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = _computed()
    return work(), _computed() - start


def _computed() -> float:
    """Of this process and its forked children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def costs(suite: Suite, zygote: Zygote, one_in: int) -> Costs:
    """Seconds of each layer for each failing submission, by how much of the catalogue there was."""
    assignment, catalogue = suite.assignment, suite.mistakes
    chosen = [each for each in replacements(assignment) if each.kind == MISTAKE and not each.alone][::one_in]
    found: Costs = {f"{part}, {what}": [] for what in (KNOWN, UNSEEN) for part in ("mistakes and relations", "lines")}
    for wrong in chosen:
        given = variants.with_replaced(variants.answers(assignment), {wrong.function: wrong.source})
        raw = notebooks.submission(assignment, given)
        for what, mistakes in ((KNOWN, catalogue), (UNSEEN, ())):
            suite.mistakes, meter = mistakes, _Meter()
            with meter.reading():
                one.grade(HandedIn(wrong.name, f"{wrong.name}.ipynb", wrong.name, raw), suite, zygote)
            found[f"mistakes and relations, {what}"].append(meter.judged)
            found[f"lines, {what}"].append(meter.repaired)
    return found


def of_a_right_one(suite: Suite, zygote: Zygote) -> float:
    """Seconds of all layers for a submission that passes."""
    meter = _Meter()
    with meter.reading():
        raw = variants.with_solution(suite.assignment, {})
        one.grade(HandedIn("right", "right.ipynb", "right", raw), suite, zygote)
    return meter.judged + meter.repaired


def figures(assignment: Assignment, one_in: int = ONE_IN) -> Iterator[Figure]:
    """The same for `make bench`: what a failing submission costs, the dearest of them, and one that passes."""
    with zygote_for(assignment, Wall()) as zygote:
        found, right = with_suite(
            assignment, lambda suite: (costs(suite, zygote, one_in), of_a_right_one(suite, zygote))
        )
    each = _each(found)
    yield Figure("diagnosis of a failing submission, processor time", tuple(each), "s", Goal("≤", MEDIAN))
    yield Figure("the dearest of these", (max(each),), "s", Goal("≤", MOST), exact=True)
    yield Figure("diagnosis of a right submission", (right,), "s", Goal("≤", 0.01), exact=True, digits=4)


def _each(found: Costs) -> list[float]:
    return [sum(pair) for what in (KNOWN, UNSEEN) for pair in zip(*_of(found, what), strict=True)]


def main() -> None:
    """Measure and print; exit code 1 when a goal is missed."""
    asked = _options().parse_args()
    assignment = load_course(ROOT).assignment(asked.slug)
    with zygote_for(assignment, Wall()) as zygote:
        found: Costs = with_suite(assignment, lambda suite: costs(suite, zygote, asked.one_in))
    table = Table("layer", "submissions", "median, s", "most, s")
    for layer, seconds in found.items():
        table.add_row(layer, str(len(seconds)), f"{median(seconds):.2f}", f"{max(seconds):.2f}")
    both = _each(found)
    missed = median(both) > MEDIAN or max(both) > MOST
    table.add_row("all", str(len(both)), f"{median(both):.2f} (≤ {MEDIAN})", f"{max(both):.2f} (≤ {MOST})")
    Console(width=100).print(table)
    raise SystemExit(1 if missed else 0)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.diagnosis",
        description="What finding the reason for failed checks takes of the processor, by layer. Some known mistakes"
        " are put into right answers and graded in the box, once with the whole catalogue and once without any.",
        epilog=f"The exit code is 1 when the median is over {MEDIAN} s or one submission over {MOST} s.",
    )
    parser.add_argument("slug", nargs="?", default=SLUG, help="the assignment (default: %(default)s)")
    parser.add_argument(
        "one_in",
        nargs="?",
        type=int,
        default=ONE_IN,
        help="one known mistake in so many is tried (default: %(default)s)",
    )
    return parser


def _of(found: Costs, what: str) -> list[list[float]]:
    return [seconds for layer, seconds in found.items() if layer.endswith(what)]


if __name__ == "__main__":
    main()
