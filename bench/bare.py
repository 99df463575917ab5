"""The baseline for overhead: the same cells and checks, bare, in one warm process."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from typing import Any

import matplotlib
import matplotlib.pyplot as plt

from autograder.authoring import variants
from autograder.course import Assignment
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.submission.read import read_submission


def cpu(assignment: Assignment, runs: int) -> tuple[float, float]:
    """Median CPU seconds of (the perfect notebook's cells, the hidden suite on it), without any wall."""
    matplotlib.use("Agg")
    sources = [cell.source for cell in read_submission(variants.with_solution(assignment, {}), assignment).cells]

    def measure(suite: Suite) -> tuple[float, float]:
        pairs = [_once(suite, sources) for _ in range(runs + 1)][1:]
        return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)

    return with_suite(assignment, measure)


def _once(suite: Suite, sources: list[str]) -> tuple[float, float]:
    names: dict[str, Any] = {"__name__": "__main__"}
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for source in sources:
            exec(source, names)  # noqa: S102  # the author's own notebook
        plt.close("all")
    middle = time.process_time()
    suite.run(LocalBox(names).ask)
    return middle - start, time.process_time() - middle
