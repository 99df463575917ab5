"""One line of JSON per student, with everything that the other formats leave out."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from autograder.exports import Export, Platform
from autograder.gradebook.grades import Grade, Mark


def write(title: str, grades: Sequence[Grade], platform: Platform) -> Export:
    """ASCII only, keys sorted: the same grades give the same bytes. `platform` is not needed."""
    return Export("".join(json.dumps(_student(title, grade), sort_keys=True) + "\n" for grade in grades))


def _student(title: str, grade: Grade) -> dict[str, Any]:
    report = grade.report
    return asdict(grade.person) | {
        "assignment": grade.assignment,
        "title": title,
        "student": grade.student,
        "submitted": grade.submitted,
        "handed_in": grade.handed_in.isoformat() if grade.handed_in else None,
        "seconds_late": grade.seconds_late,
        "raw_score": grade.raw,
        "late_penalty": grade.penalty,
        "score": grade.counted,
        "points": grade.points_so_far,
        "needs_a_person": list(grade.asks),
        "problem": (report.problem if report else "") or grade.not_taken,
        "notes": list(report.notes) if report else [],
        "exercises": [_exercise(mark) for mark in grade.marks],
    }


def _exercise(mark: Mark) -> dict[str, Any]:
    keys = ("name", "title", "verdict", "weight", "message", "hint", "mistake", "counterexample", "seconds")
    return {
        "name": mark.name,
        "title": mark.title,
        "points": mark.points,
        "score": None if mark.waiting else mark.score,
        "auto_score": mark.auto,
        "manual_score": mark.manual,
        "extra_credit": mark.beyond,
        "checks": [{key: getattr(check, key) for key in keys} for check in mark.checks],
    }
