"""Points of an exercise from the verdicts of its checks."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.model import CheckResult, ExerciseResult, Verdict


def scored(name: str, title: str, points: float, results: Iterable[CheckResult]) -> ExerciseResult:
    """The exercise with its share of the points: weight of the passed checks / weight of all of them."""
    checks = tuple(result for result in results if result.exercise == name)
    whole = sum(check.weight for check in checks)
    passed = sum(check.weight for check in checks if check.verdict is Verdict.PASSED)
    score = round(points * passed / whole, 2) if whole else 0.0
    return ExerciseResult(name, title, points, score, checks)
