"""Proves a hidden suite: right solutions keep all their points, every known mistake loses some and is named.

Every variant is a notebook like any other and goes through the real pipeline. What a student may delete anyway, the
ordinary cells, is left out of all but the perfect and the untouched one.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder import notebooks, variants
from autograder.course import Assignment
from autograder.crew import Job, Recipe
from autograder.grading import root_of, serve
from autograder.matching import functions
from autograder.model import CheckResult, Report, Verdict
from autograder.pool import grade_all
from autograder.progress import progress
from autograder.suites import read_mistakes

PERFECT, UNTOUCHED, ALTERNATIVE, MISTAKE = "perfect", "untouched", "alternative", "mistake"


@dataclass(frozen=True, slots=True)
class Variant:
    """One notebook of the proof: what it stands for, which function it exchanges, and what it is called."""

    kind: str
    name: str
    raw: bytes
    exercise: str = ""  # of the exchanged function
    function: str = ""

    def __str__(self) -> str:
        return " › ".join(filter(None, (self.exercise, self.function, self.kind, self.exercise and self.name)))


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

    def counts(self, kind: str, exercise: str) -> tuple[int, int]:
        """Variants of this kind in an exercise: without offence, all."""
        those = [one for one in self.variants if (one.kind, one.exercise) == (kind, exercise)]
        return sum(one not in {offence.variant for offence in self.offences} for one in those), len(those)


def run(assignment: Assignment, jobs: int, box: str = "bubblewrap") -> bool:
    """Proves, prints the table and every offence; whether all is well."""
    proof = prove(assignment, jobs, box)
    show(proof, Console(soft_wrap=True, highlight=False))
    return not proof.offences


def prove(assignment: Assignment, jobs: int, box: str = "bubblewrap") -> Proof:
    """Grades every variant with `jobs` workers and judges the suite by it."""
    made = tuple(variants_of(assignment))
    recipe = Recipe(serve, (str(root_of(assignment)), assignment.slug, box), assignment.limits.submission_seconds * 2)
    asked = (Job(str(one), one.name, str(number), one.raw) for number, one in enumerate(made))
    with progress(f"Proving {assignment.slug}", len(made)) as done:
        reports = list(grade_all(asked, assignment, recipe, jobs, done))
    found = [Offence(one, it) for one, report in zip(made, reports, strict=True) for it in judge(one, report)]
    return Proof(assignment, made, (*found, *_missing(assignment, made)))


def variants_of(assignment: Assignment) -> Iterator[Variant]:
    """The perfect notebook, the untouched one, every alternative and every mistake."""
    answers, exercise = variants.answers(assignment), owners(assignment)
    perfect = notebooks.submission(assignment, answers)
    yield Variant(PERFECT, PERFECT, perfect)
    yield Variant(UNTOUCHED, UNTOUCHED, notebooks.submission(assignment, {}))
    for kind, path, name, function in _exchanges(assignment):
        source = variants.definition(path, name, function)
        answer = variants.exchanged(answers, {function: source})
        owner = exercise[function.partition(".")[0]]  # of a method, its class
        yield Variant(kind, name, _exchanged(perfect, answer), owner, function)


def owners(assignment: Assignment) -> dict[str, str]:
    """Function or class that students write → its exercise."""
    found: dict[str, str] = {}
    for exercise in assignment.exercises:
        cells = [cell for cell in assignment.release if cell.grade_id in exercise.cells and cell.kind == "code"]
        found |= {name: exercise.name for cell in cells for name in functions(cell.source)}
    return found


def judge(variant: Variant, report: Report) -> list[str]:
    """What this report shows to be wrong with the suite, in sentences."""
    if report.problem:
        return [f"It could not be graded: {report.problem}"]
    if not report.graded:
        return [f"The check {one.name} is ungraded: {one.staff[-300:]}" for one in _with(report, Verdict.UNGRADED)]
    if variant.kind == UNTOUCHED:
        return [f"The check {one.name} passes although nothing was done." for one in _with(report, Verdict.PASSED)]
    if variant.kind == MISTAKE:
        return _judge_mistake(variant, report)
    failing = [f"The check {one.name} is {one.verdict}: {one.message}" for one in _not_passed(report.checks)]
    stopped = [f"The cell {cell.label} stops with {cell.error}" for cell in report.cells if not cell.ok]
    return failing + stopped + [f"A right notebook gets a note: {note}" for note in report.notes]


def _judge_mistake(variant: Variant, report: Report) -> list[str]:
    own = [exercise for exercise in report.exercises if exercise.name == variant.exercise]
    elsewhere = [exercise for exercise in report.exercises if exercise.name != variant.exercise]
    failing = [check for exercise in own for check in _not_passed(exercise.checks)]
    told = [f"Points are also lost in {exercise.name}." for exercise in elsewhere if _not_passed(exercise.checks)]
    if not failing or any(exercise.score >= exercise.points for exercise in own):
        return [*told, "No point is lost."]
    if variant.name not in {check.mistake for check in failing if check.hint}:
        instead = sorted({check.mistake for check in failing} - {""})
        told.append(f"It is not named{f', taken for {instead[0]}' if instead else ''}; {failing[0].name} fails.")
    return told


def show(proof: Proof, console: Console) -> None:
    """The table by exercise, then every offence in a sentence."""
    table = Table(title=f"{proof.assignment.slug}: {len(proof.variants)} notebooks graded", title_justify="left")
    for head in ("exercise", "points", "mistakes caught and named", "alternatives with full marks"):
        table.add_column(head, justify="left" if head == "exercise" else "right")
    for exercise in proof.assignment.exercises:
        good = [proof.counts(kind, exercise.name) for kind in (MISTAKE, ALTERNATIVE)]
        table.add_row(exercise.name, f"{exercise.points:g}", *(f"{passed} of {total}" for passed, total in good))
    console.print(table)
    for kind in (PERFECT, UNTOUCHED):
        fine = all(offence.variant.kind != kind for offence in proof.offences)
        told = "gets full marks" if kind == PERFECT else "gets no point"
        console.print(f"The {kind} notebook {told}." if fine else f"The {kind} notebook is not graded as it should be.")
    for offence in proof.offences:
        console.print(f"[red]✗[/red] {escape(f'{offence.variant}: {offence.sentence}')}")
    console.print("Nothing is wrong with this suite." if not proof.offences else f"{len(proof.offences)} to look at.")


def _missing(assignment: Assignment, made: Sequence[Variant]) -> Iterator[Offence]:
    """Functions without two alternatives, or without any mistake."""
    for function, exercise in owners(assignment).items():
        for kind, least in ((ALTERNATIVE, 2), (MISTAKE, 1)):
            has = sum((one.function, one.kind) == (function, kind) for one in made)
            if has < least:
                told = f"There should be at least {least} of {function}, there {'is' if has == 1 else 'are'} {has}."
                yield Offence(Variant(kind, "(none)", b"", exercise, function), told)


def _exchanges(assignment: Assignment) -> Iterator[tuple[str, Path, str, str]]:
    """Kind, file, name and exchanged function of every alternative (`function__how`) and every mistake."""
    path = assignment.folder / "alternatives.py"
    tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.Module([], [])
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and "__" in node.name.strip("_"):
            yield ALTERNATIVE, path, node.name, node.name.split("__")[0]
    for one in read_mistakes(assignment.mistakes):
        yield MISTAKE, assignment.mistakes, one.name, one.replaces


def _exchanged(perfect: bytes, answers: variants.Answers) -> bytes:
    """A perfect notebook with other answers, without its ordinary cells."""
    notebook: dict[str, Any] = json.loads(perfect)
    cells = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader")]
    for cell in cells:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return json.dumps(notebook | {"cells": cells}).encode()


def _with(report: Report, verdict: Verdict) -> list[CheckResult]:
    return [check for check in report.checks if check.verdict is verdict]


def _not_passed(checks: Iterable[CheckResult]) -> list[CheckResult]:
    return [check for check in checks if check.verdict is not Verdict.PASSED]
