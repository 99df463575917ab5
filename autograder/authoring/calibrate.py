"""Calibrates accuracy gates: right notebooks are graded with many secrets, and another one almost never fails.

Right ones are the perfect notebook and, where the assignment declares designs, each of them: the author's answer with
another optimizer, other rates, another head. What varies from design to design then counts like what varies by chance.

Every run goes through the real pipeline, walls and all, but is asked the gates only. Seeds follow from the secret.
"""

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev, variance
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring import notebooks, proof_set, variants
from autograder.course import Assignment
from autograder.course.answers import designs_of, mistakes_of, wrong_definition
from autograder.errors import ConvgradeError
from autograder.files import SHARED, write_atomically
from autograder.grading.pool import grade_all
from autograder.grading.progress import progress
from autograder.grading.session import GradingOptions, worker_spec
from autograder.grading.worker_process import Job
from autograder.log import stage
from autograder.model import CheckResult, Report

RISK = 1e-4  # a right solution of the author's design fails less often than this
RISK_OF_DESIGNS = 1e-3  # of a design that is none of those measured
RUNS, RUNS_OF_A_DESIGN = 24, 6
DIGITS = 3  # of a threshold after the point
RUNS_BELOW = 3  # of each mistake that must stay below
PERFECT = "the perfect notebook"
WRONG = "mistake "  # how the source of a run begins that must stay below


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """How to calibrate: runs of each design (None: as many as usual), workers, wall, device, and a dry run."""

    runs: int | None = None
    jobs: int = 1
    wall: str = "bubblewrap"
    device: str = "cpu"
    cluster: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class CalibratedThreshold:
    """One threshold as it was measured; `below` are the best figures of the mistakes that must not reach it.

    `values` are those of the first design, then as many of the second, and so on.
    """

    name: str
    before: float
    values: tuple[float, ...]
    below: Mapping[str, float | None]  # None: it came to no figure at all
    promised: float | None = None
    designs: tuple[str, ...] = (PERFECT,)

    @property
    def mean(self) -> float:
        """Of all runs."""
        return fmean(self.values)

    @property
    def spread(self) -> float:
        """Standard deviation of one run; with designs, of one run of one more design.

        That is √(s² + w²), the components of variance between designs and within one, from n runs of each: the
        variance of the designs' means is an estimate of s² + w²/n. S. R. Searle, G. Casella and C. E. McCulloch,
        Variance Components, Wiley 1992, chapter 3 (one-way classification, balanced data).
        """
        groups = self.by_design.values()
        if len(groups) == 1:
            return stdev(self.values)
        within = fmean(variance(group) for group in groups)
        return math.sqrt(variance([fmean(group) for group in groups]) + within * (1 - len(groups) / len(self.values)))

    @property
    def by_design(self) -> dict[str, tuple[float, ...]]:
        """The runs of each design."""
        runs = iter(self.values)
        each = range(len(self.values) // len(self.designs))
        return {name: tuple(next(runs) for _ in each) for name in self.designs}

    @property
    def count(self) -> int:
        """What the bound below calls n: designs where there are several, runs where there is one."""
        return len(self.values) if len(self.designs) == 1 else len(self.designs)

    @property
    def at_least(self) -> float:
        """mean − t · spread · √(1 + 1/n), rounded down to DIGITS, and at most what the notebook promises.

        It stays a spread below the worst run that was seen: no distribution fits so well that a right run may fail.

        The lower prediction bound for one more run when runs are normally distributed; t is the quantile of Student's
        distribution with n − 1 degrees of freedom that is exceeded with probability RISK, or RISK_OF_DESIGNS where n
        counts designs. G. J. Hahn and W. Q. Meeker, Statistical Intervals: A Guide for Practitioners, Wiley 1991,
        chapter 4 (prediction intervals).
        """
        from scipy.special import stdtrit

        risk = RISK if len(self.designs) == 1 else RISK_OF_DESIGNS
        t, scale = -float(stdtrit(self.count - 1, risk)), 10.0**DIGITS
        bound = math.floor(min(self.mean - t * self._of_one_more, min(self.values) - self.spread) * scale) / scale
        return bound if self.promised is None else min(bound, self.promised)

    @property
    def false_fail(self) -> float:
        """The probability that one more right run stays below `at_least`; the same formula, solved for it."""
        from scipy.special import stdtr

        return float(stdtr(self.count - 1, (self.at_least - self.mean) / self._of_one_more))

    @property
    def _of_one_more(self) -> float:
        """Standard deviation of one more run less the mean. A spread below the last digit counts as one such digit."""
        return max(self.spread, 10.0**-DIGITS) * math.sqrt(1 + 1 / self.count)

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
    grading = GradingOptions(wall=options.wall, device=options.device, cluster=options.cluster)
    spec = worker_spec(assignment, grading, which="gates")
    with progress(f"Calibrating {assignment.slug}", len(jobs)) as tick:
        reports = list(grade_all(jobs, assignment, spec, options.jobs, tick))
    for report in reports:
        if report.problem:
            raise ConvgradeError(f"{report.student} could not be graded with {report.source}\n  {report.problem}")
    right = [report for report in reports if not report.source.startswith(WRONG)]
    return [
        CalibratedThreshold(
            name,
            threshold.at_least,
            tuple(_measured(report, name) for report in right),
            {mistake.name: _best(reports, mistake.name, name) for mistake in _must_stay_below(assignment, name)},
            threshold.promised,
            tuple(dict.fromkeys(report.student for report in right)),
        )
        for name, threshold in assignment.thresholds.items()
    ]


def _jobs(assignment: Assignment, runs: int | None) -> Iterator[Job]:
    """Each right notebook with so many secrets, and each mistake that must stay below with some of them."""
    answers = variants.answers(assignment)
    whole = notebooks.submission(assignment, answers)
    wrong = {each.name: each for each in proof_set.replacements(assignment) if each.kind == proof_set.MISTAKE}
    designs = designs_of(assignment)
    runs = runs or (RUNS_OF_A_DESIGN if designs else RUNS)
    right: dict[str, dict[str, str]] = {PERFECT: {}} | {
        design.name: {design.replaces: wrong_definition(assignment, design)} for design in designs
    }
    sources = [(name, replaced, runs, "") for name, replaced in right.items()] + [
        (mistake.name, {wrong[mistake.name].function: wrong[mistake.name].source}, min(runs, RUNS_BELOW), WRONG)
        for mistake in _must_stay_below(assignment)
    ]
    for name, replaced, times, kind in sources:
        raw = proof_set.answered(whole, variants.with_replaced(answers, replaced))
        for number in range(1, times + 1):
            yield Job(name, kind + secret(number), f"{name} {number}", raw, {"secret": secret(number)})


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
    which = f"{report.student} with {report.source}"
    raise ConvgradeError(f"“{name}” was not measured: {which}\n  {reasons}")


def _ending(check: CheckResult) -> str:
    return f"{check.verdict}. {check.message} {check.staff[-300:]}".strip()


def _best(reports: Sequence[Report], mistake: str, name: str) -> float | None:
    checks = [check for report in reports if report.student == mistake for check in report.checks]
    return max((check.measured[name] for check in checks if name in check.measured), default=None)


def show_thresholds(gates: Sequence[CalibratedThreshold], console: Console) -> None:
    """One line a gate: what was measured and what it becomes; then how near the mistakes come."""
    runs, designs = len(gates[0].values), len(gates[0].designs)
    title = f"{runs} runs of {PERFECT if designs == 1 else f'{designs} designs'}"
    table = Table(title=title, title_justify="left")
    for head in ("threshold", "mean", "spread", "lowest", "before", "now", "false fails"):
        table.add_column(head, justify="left" if head == "threshold" else "right")
    for gate in gates:
        numbers = (gate.mean, gate.spread, min(gate.values), gate.before, gate.at_least)
        table.add_row(gate.name, *(f"{number:.{DIGITS}f}" for number in numbers), f"{gate.false_fail:.1e}")
    console.print(table)
    for gate in gates:
        if designs > 1:
            runs_of = sorted(gate.by_design.items(), key=lambda design: min(design[1]))
            listed = ", ".join(f"{name} {min(values):.{DIGITS}f}" for name, values in runs_of)
            console.print(escape(f"{gate.name}: lowest of each design: {listed}"))
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
            **({} if len(gate.designs) == 1 else {"designs": len(gate.designs)}),
            seeds=f"{secret(1)} to {len(gate.values) // len(gate.designs)}",
            false_fail=float(f"{gate.false_fail:.2g}"),
            date=datetime.date.today(),
        )
    write_atomically(path, tomlkit.dumps(document).encode(), SHARED)
