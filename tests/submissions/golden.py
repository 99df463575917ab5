"""Grades golden submissions, and says of a report what is to stay the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from autograder.course import Assignment, load_course
from autograder.grading.session import GradingOptions, GradingSession
from autograder.grading.store import Store
from autograder.grading.worker_process import Job
from autograder.model import Report

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SLUGS = sorted({path.parent.name for path in HERE.glob("*/*.py")})
QUICK = {"cell_seconds": 3, "call_seconds": 2, "check_seconds": 6, "submission_seconds": 150, "memory_mb": 1024}
OF_THE_ANSWER = (
    "line",
    "depends_on_",
)  # such names are the student's answer's, and change with every edit that is tried
PATIENT = {"cell_seconds": 5, "call_seconds": 20, "check_seconds": 60}  # where networks are trained
BEGINNING = 60  # characters of a note that are compared


def names(slug: str) -> list[str]:
    """The golden submissions of an assignment."""
    return sorted(path.stem for path in (HERE / slug).glob("*.ipynb"))


def quick_course(root: Path, slug: str) -> Assignment:
    """The assignment alone, in a copy below `root`, with limits that make a hang short."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "solutions" / slug, root / "solutions" / slug, ignore=ignored)
    for shared in ("course.toml", "held_out.py"):
        shutil.copy(ROOT / "solutions" / shared, root / "solutions")
    path = root / "solutions" / slug / "assignment.toml"
    text = path.read_text("utf-8")
    limits = QUICK | PATIENT if "[thresholds" in text else QUICK
    for name, value in limits.items():
        text, found = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert found == 1, f"assignment.toml sets no {name}"
    path.write_text(text, encoding="utf-8")
    return load_course(root).assignment(slug)


def graded(assignment: Assignment, names: Iterable[str], workers: int = 1) -> list[Report]:
    """Their reports from one run."""
    files = [(name, HERE / assignment.slug / f"{name}.ipynb") for name in names]
    jobs = [Job(name, path.name, f"{place}", path.read_bytes()) for place, (name, path) in enumerate(files)]
    grading = GradingSession(assignment, GradingOptions(jobs=workers), Store(assignment.folder.parents[1] / "reports"))
    with closing(grading.grade(jobs)) as reports:
        return list(reports)


def outcome(report: Report) -> dict[str, Any]:
    """What an instructor would say about it: score, who is to blame, notes, what failed, every verdict."""
    return {
        "score": report.score,
        "exercises": {exercise.name: exercise.score for exercise in report.exercises},
        "fault": report.fault,
        "problem": report.problem[:BEGINNING],
        "notes": [note[:BEGINNING] for note in report.notes],
        "failed_cells": {cell.label: re.split(r"\W", cell.error)[0] for cell in report.cells if not cell.ok},
        "mistakes": {
            check.name: check.mistake
            for check in report.checks
            if check.mistake and not check.mistake.startswith(OF_THE_ANSWER)
        },
        "checks": {check.name: str(check.verdict) for check in report.checks},
    }


def differences(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Where two outcomes differ: "checks.corr2d_values" → (expected, found)."""
    flat, other = dict(_leaves(expected)), dict(_leaves(found))
    return {key: (flat.get(key), other.get(key)) for key in flat | other if flat.get(key) != other.get(key)}


def _leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
