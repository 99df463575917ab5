"""Calibrates accuracy gates: the perfect notebook is graded with many secrets, and a right one almost never fails.

Every run goes through the real pipeline, walls and all, but is asked the gates only. Seeds follow from the secret.
"""

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring import notebooks, proof_set, variants
from autograder.course import Assignment
from autograder.course.answers import mistakes_of
from autograder.errors import ConvgradeError
from autograder.files import SHARED, write_atomically
from autograder.grading.pool import grade_all
from autograder.grading.progress import progress
from autograder.grading.session import GradingOptions, worker_spec
from autograder.grading.worker_process import Job
from autograder.log import stage
from autograder.model import CheckResult, Report

RISK = 1e-4  # a right solution fails less often than this
DIGITS = 3  # of a threshold after the point
RUNS_BELOW = 3  # of each mistake that must stay below
PERFECT = "the perfect notebook"


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """How to calibrate: runs of the perfect notebook, workers, wall, and whether to write nothing."""

    runs: int = 24
    jobs: int = 1
    wall: str = "bubblewrap"
    cluster: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class CalibratedThreshold:
    """One threshold as it was measured; `below` are the best figures of the mistakes that must not reach it."""

    name: str
    before: float
    values: tuple[float, ...]
    below: Mapping[str, float | None]  # None: it came to no figure at all
    promised: float | None = None

    @property
    def mean(self) -> float:
        """Of the runs of the perfect notebook."""
        return fmean(self.values)

    @property
    def spread(self) -> float:
        """Standard deviation of the runs of the perfect notebook."""
        return stdev(self.values)

    @property
    def at_least(self) -> float:
        """mean − t · spread · √(1 + 1/n), rounded down to DIGITS, and at most what the notebook promises.

        The lower prediction bound for one more run when runs are normally distributed; t is the quantile of Student's
        distribution with n − 1 degrees of freedom that is exceeded with probability RISK. G. J. Hahn and W. Q. Meeker,
        Statistical Intervals: A Guide for Practitioners, Wiley 1991, chapter 4 (prediction intervals).
        """
        from scipy.special import stdtrit

        t, scale = -float(stdtrit(len(self.values) - 1, RISK)), 10.0**DIGITS
        bound = math.floor((self.mean - t * self._of_one_more) * scale) / scale
        return bound if self.promised is None else min(bound, self.promised)

    @property
    def false_fail(self) -> float:
        """The probability that one more right run stays below `at_least`; the same formula, solved for it."""
        from scipy.special import stdtr

        return float(stdtr(len(self.values) - 1, (self.at_least - self.mean) / self._of_one_more))

    @property
    def _of_one_more(self) -> float:
        """Standard deviation of one more run less the mean. A spread below the last digit counts as one such digit."""
        return max(self.spread, 10.0**-DIGITS) * math.sqrt(1 + 1 / len(self.values))

    @property
    def offenders(self) -> list[str]:
        """Mistakes that reach it, and must not."""
        return [name for name, best in self.below.items() if best is not None and best >= self.at_least]


def calibrate_and_write(assignment: Assignment, options: CalibrateOptions) -> bool:
    """Measures, prints the table, and writes assignment.toml; whether every gate tells right from wrong."""
    gates = calibrate(assignment, options)
    console = Console(soft_wrap=True, highlight=False)
    show_thresholds(gates, console)
    offences = [
        f"{name} reaches {gate.below[name]:.3f} and must stay below {gate.name}, {gate.at_least:.3f}: make the"
        " check harder (more data, another seed, fewer steps), or detect that mistake by its behaviour."
        for gate in gates
        for name in gate.offenders
    ]
    for sentence in offences:
        console.print(f"[red]✗[/red] {escape(sentence)}")
    path = assignment.folder / "assignment.toml"
    if not offences and not options.dry_run:
        write_thresholds(path, gates)
    outcome = "Nothing is written." if offences or options.dry_run else f"Written: {path.relative_to(assignment.root)}"
    console.print(escape(outcome))
    return not offences


@stage("calibrating")
def calibrate(assignment: Assignment, options: CalibrateOptions) -> list[CalibratedThreshold]:
    """Every threshold of the assignment, measured. Raises ConvgradeError where a run says nothing about one."""
    jobs = list(_jobs(assignment, options.runs))
    spec = worker_spec(assignment, GradingOptions(wall=options.wall, cluster=options.cluster), which="gates")
    with progress(f"Calibrating {assignment.slug}", len(jobs)) as tick:
        reports = list(grade_all(jobs, assignment, spec, options.jobs, tick))
    for report in reports:
        if report.problem:
            raise ConvgradeError(f"{report.student} could not be graded with {report.source}\n  {report.problem}")
    perfect = [report for report in reports if report.student == PERFECT]
    return [
        CalibratedThreshold(
            name,
            threshold.at_least,
            tuple(_measured(report, name) for report in perfect),
            {mistake.name: _best(reports, mistake.name, name) for mistake in _must_stay_below(assignment, name)},
            threshold.promised,
        )
        for name, threshold in assignment.thresholds.items()
    ]


def _jobs(assignment: Assignment, runs: int) -> Iterator[Job]:
    """The perfect notebook with so many secrets, and each mistake that must stay below with some of them."""
    answers = variants.answers(assignment)
    whole = notebooks.submission(assignment, answers)
    wrong = {each.name: each for each in proof_set.replacements(assignment) if each.kind == proof_set.MISTAKE}
    nothing: dict[str, str] = {}
    sources = {PERFECT: (nothing, runs)} | {
        mistake.name: ({wrong[mistake.name].function: wrong[mistake.name].source}, min(runs, RUNS_BELOW))
        for mistake in _must_stay_below(assignment)
    }
    for name, (replaced, times) in sources.items():
        raw = proof_set.answered(whole, variants.with_replaced(answers, replaced))
        for number in range(1, times + 1):
            yield Job(name, secret(number), f"{name} {number}", raw, {"secret": secret(number)})


def secret(number: int) -> str:
    """What stands for the course's secret in one run."""
    return f"calibration {number}"


def _must_stay_below(assignment: Assignment, name: str = "") -> list[Any]:
    return [spec for spec in mistakes_of(assignment) if spec.below and name in ("", spec.below)]


def _measured(report: Report, name: str) -> float:
    for check in report.checks:
        if name in check.measured:
            return check.measured[name]
    why = [f"{check.name}: {_ending(check)}" for check in report.checks]
    reasons = "\n  ".join(why) or "no check takes the fixture `thresholds`"
    raise ConvgradeError(f"“{name}” was not measured in the run “{report.source}” of the perfect notebook\n  {reasons}")


def _ending(check: CheckResult) -> str:
    return f"{check.verdict}. {check.message} {check.staff[-300:]}".strip()


def _best(reports: Sequence[Report], mistake: str, name: str) -> float | None:
    checks = [check for report in reports if report.student == mistake for check in report.checks]
    return max((check.measured[name] for check in checks if name in check.measured), default=None)


def show_thresholds(gates: Sequence[CalibratedThreshold], console: Console) -> None:
    """One line a gate: what was measured and what it becomes; then how near the mistakes come."""
    table = Table(title=f"{len(gates[0].values)} runs of the perfect notebook", title_justify="left")
    for head in ("threshold", "mean", "spread", "lowest", "before", "now", "false fails"):
        table.add_column(head, justify="left" if head == "threshold" else "right")
    for gate in gates:
        numbers = (gate.mean, gate.spread, min(gate.values), gate.before, gate.at_least)
        table.add_row(gate.name, *(f"{number:.{DIGITS}f}" for number in numbers), f"{gate.false_fail:.1e}")
    console.print(table)
    for gate in gates:
        for name, best in gate.below.items():
            reached = "produces no figure" if best is None else f"reaches {best:.{DIGITS}f}"
            console.print(escape(f"{gate.name}: {name} {reached}"))
        if len(set(gate.values)) == 1:
            console.print(f"{gate.name}: every run gives the same figure. Does its check use cases.seed?")


def write_thresholds(path: Path, gates: Sequence[CalibratedThreshold]) -> None:
    """Puts the figures into assignment.toml; every other line of it, comments too, stays as it is."""
    import tomlkit

    document = tomlkit.parse(path.read_bytes().decode())
    for gate in gates:
        table: Any = document["thresholds"][gate.name]
        table.update(
            at_least=gate.at_least,
            mean=round(gate.mean, 4),
            spread=round(gate.spread, 4),
            runs=len(gate.values),
            seeds=f"{secret(1)} to {len(gate.values)}",
            false_fail=float(f"{gate.false_fail:.2g}"),
            date=datetime.date.today(),
        )
    write_atomically(path, tomlkit.dumps(document).encode(), SHARED)
