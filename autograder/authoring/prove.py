"""Proves a hidden suite: right solutions keep all their points, every known mistake loses some and is named.

The notebooks of the proof go through the real pipeline like any other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.authoring.holes.find import HoleOptions, find_and_show
from autograder.authoring.prices import price_and_show
from autograder.authoring.proof_set import (
    ALTERNATIVE,
    MISTAKE,
    PERFECT,
    UNTOUCHED,
    WITHOUT,
    Replacement,
    Variant,
    owners,
    proof_notebooks,
    replacements,
)
from autograder.authoring.secrets import try_and_show
from autograder.course import Assignment, load_course
from autograder.errors import ConvgradeError
from autograder.grading.pool import grade_all
from autograder.grading.progress import progress
from autograder.grading.scoring import ungraded_exercises
from autograder.grading.session import GradingOptions, worker_spec
from autograder.grading.worker_process import Job
from autograder.layout import SOLUTIONS
from autograder.log import stage
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.text.words import amount


@dataclass(frozen=True, slots=True)
class Offence:
    """Something that a variant shows about the suite and that must not be."""

    variant: Variant
    sentence: str


@dataclass(frozen=True, slots=True)
class Proof:
    """All variants and what is wrong with the suite."""

    assignment: Assignment
    variants: tuple[Variant, ...]
    offences: tuple[Offence, ...]
    notebooks: int

    def counts(self, kind: str, exercise: str) -> tuple[int, int]:
        """Variants of this kind in an exercise: without offence, all."""
        own = [variant for variant in self.variants if (variant.kind, variant.exercise) == (kind, exercise)]
        return sum(variant not in {offence.variant for offence in self.offences} for variant in own), len(own)


@dataclass(frozen=True, slots=True)
class ProveOptions:
    """How to prove: workers, wall, device, mistakes `together` in notebooks or each in its own, `only` one exercise.

    For machines with little time: of each exercise one in `one_in` mistakes, others when one of them changes.
    `mutants`, `nothing`: without notebooks, what `holes` looks for instead; `prices`: of mistakes; `secrets`: right
    solutions under so many.
    """

    jobs: int
    wall: str = "bubblewrap"
    device: str = "cpu"
    cluster: str = ""
    together: bool = False
    only: str = ""
    one_in: int = 1
    mutants: bool = False
    nothing: bool = False
    prices: bool = False
    secrets: int = 0


def run(assignment: Assignment, options: ProveOptions) -> bool:
    """Proves, prints the table and every offence; whether all is well. What is not chosen this term is proved too."""
    assignment = assignment.whole
    if options.mutants or options.nothing:
        return find_and_show(assignment, HoleOptions(options.jobs, options.only, options.mutants, options.nothing))
    if options.prices:
        return price_and_show(assignment, options.only, options.jobs)
    if options.secrets:
        return try_and_show(assignment, options.secrets, options.only, options.jobs)
    proof = prove(assignment, options)
    show(proof, Console(soft_wrap=True, highlight=False))
    return not proof.offences


def keep_proving(
    root: Path, slug: str, options: ProveOptions, seconds: float = 1.0, stop: Callable[[], bool] = lambda: False
) -> None:
    """Proves, and proves again whenever a file of the assignment has changed, until `stop` says so or Ctrl-C."""
    folder, proved = root / SOLUTIONS / slug, dict[Path, int]()
    while not stop():
        files = {path: path.stat().st_mtime_ns for kind in ("*.py", "*.toml") for path in folder.rglob(kind)}
        if files != proved:
            proved = files  # as they were before: a change meanwhile is proved next
            try:
                run(load_course(root).assignment(slug), options)
            except ConvgradeError as error:
                sys.stdout.write(f"{error}\n")
            sys.stdout.write("waiting for a change; Ctrl-C ends\n")
        time.sleep(seconds)


@stage("proving")
def prove(assignment: Assignment, options: ProveOptions) -> Proof:
    """Grades every notebook of the proof and judges the suite by it."""
    assignment = assignment.whole
    proved = tuple(proof_notebooks(assignment, options.together, options.only, options.one_in))
    sharing: dict[bytes, list[Variant]] = {}  # notebook → the variants in it
    for variant in proved:
        sharing.setdefault(variant.raw, []).append(variant)
    spec = worker_spec(assignment, GradingOptions(wall=options.wall, device=options.device, cluster=options.cluster))
    jobs = (_job(n, raw, group, assignment) for n, (raw, group) in enumerate(sharing.items()))
    with progress(f"Proving {assignment.slug}", len(sharing)) as tick:
        reports = dict(zip(sharing, grade_all(jobs, assignment, spec, options.jobs, tick), strict=True))
    offences = [Offence(variant, sentence) for variant in proved for sentence in judge(variant, reports[variant.raw])]
    lacking = () if options.only else missing(assignment, replacements(assignment))
    return Proof(assignment, proved, (*offences, *lacking), len(sharing))


def _job(number: int, raw: bytes, variants: Sequence[Variant], assignment: Assignment) -> Job:
    """Its notebook on its way to a worker; where right solutions share it, only their own exercises are judged.

    Mistakes are judged beside everything else: what is carried forward depends on other exercises.
    """
    own = {variant.exercise for variant in variants}
    if any(variant.alone or variant.kind != ALTERNATIVE for variant in variants):
        own = set(assignment.names)
    others = tuple(_passed(exercise) for exercise in ungraded_exercises(assignment) if exercise.name not in own)
    extra = {"kept": Report(assignment.slug, "", "", others).to_json()} if others else {}
    return Job(_title(variants), "notebook.ipynb", f"{number}", raw, extra)


def _passed(exercise: ExerciseResult) -> ExerciseResult:
    return replace(exercise, checks=tuple(replace(check, verdict=Verdict.PASSED) for check in exercise.checks))


def _title(variants: Sequence[Variant]) -> str:
    """What the notebook of these variants is called while it is graded."""
    first, *others = variants
    return f"{first} and {len(others)} more" if others else str(first)


def judge(variant: Variant, report: Report) -> list[str]:
    """What this report shows to be wrong with the suite, in sentences."""
    if report.problem:
        return [f"It could not be graded: {report.problem}"]
    if not report.graded:
        ungraded = _with(report, Verdict.UNGRADED)
        return [f"The check {check.name} is ungraded: {check.staff[-300:]}" for check in ungraded]
    if variant.kind == UNTOUCHED:
        return [f"The check {check.name} passes on the untouched notebook." for check in _with(report, Verdict.PASSED)]
    if variant.kind == MISTAKE:
        return _judge_mistake(variant, report)
    if variant.kind == WITHOUT:
        return [
            f"{exercise.name} depends on {' or '.join(variant.undone)}: {_not_passed(exercise.checks)[0].name} fails."
            for exercise in _leaning(variant, report)
        ]
    own = [check for check in report.checks if variant.alone or check.exercise == variant.exercise]
    failing = [f"The check {check.name} is {check.verdict}: {check.message}" for check in _not_passed(own)]
    stopped = [f"The cell {cell.label} stops with {cell.error}" for cell in report.cells if not cell.ok]
    return failing + stopped + [f"A correct notebook triggers a note: {note}" for note in report.notes]


def _judge_mistake(variant: Variant, report: Report) -> list[str]:
    own = [exercise for exercise in report.exercises if exercise.name == variant.exercise]
    failing = [check for exercise in own for check in _not_passed(exercise.checks)]
    leaning = [each for each in _leaning(variant, report) if not all(check.earns for check in each.checks)]
    sentences = [f"Points are also lost in {exercise.name}." for exercise in leaning if variant.alone]
    if not failing or any(exercise.score >= exercise.points for exercise in own):
        return [*sentences, "No point is lost."]
    if variant.name not in {check.mistake for check in failing if check.hint}:
        instead = sorted({check.mistake for check in failing} - {""})
        diagnosed = f" (diagnosed as {instead[0]})" if instead else ""
        sentences.append(f"Not recognised{diagnosed}; failing check: {failing[0].name}.")
    return sentences


def _leaning(variant: Variant, report: Report) -> list[ExerciseResult]:
    """Exercises other than its own that do not get all their points."""
    return [each for each in report.exercises if each.name not in variant.touched and _not_passed(each.checks)]


def show(proof: Proof, console: Console) -> None:
    """The table by exercise, then every offence in a sentence."""
    table = Table(
        title=f"{proof.assignment.slug}: {len(proof.variants)} variants in {proof.notebooks} notebooks",
        title_justify="left",
    )
    for head in ("exercise", "points", "mistakes caught and named", "alternatives with full marks"):
        table.add_column(head, justify="left" if head == "exercise" else "right")
    for exercise in proof.assignment.exercises:
        good = [proof.counts(kind, exercise.name) for kind in (MISTAKE, ALTERNATIVE)]
        points = f"{'+' * exercise.stretch}{exercise.points:g}"
        table.add_row(exercise.name, points, *(f"{passed} of {total}" for passed, total in good))
    console.print(table)
    for kind in (PERFECT, UNTOUCHED):
        fine = all(offence.variant.kind != kind for offence in proof.offences)
        expected = "gets full marks" if kind == PERFECT else "gets no point"
        console.print(f"The {kind} notebook {expected if fine else 'is not graded as it should be'}.")
    for offence in proof.offences:
        console.print(f"[red]✗[/red] {escape(f'{offence.variant}: {offence.sentence}')}")
    found = f"{amount(len(proof.offences), 'problem')} found."
    console.print(found if proof.offences else "Nothing is wrong with this suite.")


def missing(assignment: Assignment, variants: Sequence[Variant | Replacement]) -> Iterator[Offence]:
    """Functions without two alternatives, or without any mistake."""
    for function, exercise in owners(assignment).items():
        for kind, least in ((ALTERNATIVE, 2), (MISTAKE, 1)):
            own = [each for each in variants if each.function.partition(".")[0] == function]  # methods, too
            has = sum(each.kind == kind for each in own)
            if has < least:
                needed = f"at least {least} {'is' if least == 1 else 'are'} required"
                sentence = f"{function} has {amount(has, kind)}; {needed}."
                yield Offence(Variant(kind, "(none)", b"", exercise, function), sentence)


def _with(report: Report, verdict: Verdict) -> list[CheckResult]:
    return [check for check in report.checks if check.verdict is verdict]


def _not_passed(checks: Iterable[CheckResult]) -> list[CheckResult]:
    return [check for check in checks if check.verdict is not Verdict.PASSED]
