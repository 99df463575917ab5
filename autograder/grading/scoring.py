"""Check results → points. Light to import: the pool and the pages need no torch."""

from collections.abc import Sequence

from autograder.course import Assignment
from autograder.model import CheckResult, ExerciseResult, cents


def score(assignment: Assignment, results: Sequence[CheckResult]) -> tuple[ExerciseResult, ...]:
    """Points by weight: an exercise earns the share of its checks that passed. No evidence, no points."""
    scored = []
    for exercise in (exercise for exercise in assignment.exercises if not exercise.manual):
        checks = tuple(item for item in results if item.exercise == exercise.name)
        points = earned(exercise.points, checks)
        scored.append(ExerciseResult(exercise.name, exercise.title, exercise.points, points, checks, exercise.stretch))
    return tuple(scored)


def earned(points: float, checks: Sequence[CheckResult]) -> float:
    """points × weight that earns / all weight, in whole cents."""
    total = sum(check.weight for check in checks)
    passed = sum(check.weight for check in checks if check.earns)
    return cents(points * passed / total) if total else 0.0


def worth(exercise: ExerciseResult, check: CheckResult) -> float:
    """Points that one check carries: its share of the exercise's weights."""
    total = sum(other.weight for other in exercise.checks)
    return exercise.points * check.weight / total if total else 0.0


def ungraded_exercises(assignment: Assignment) -> tuple[ExerciseResult, ...]:
    """Every exercise with every check in its initial state: UNGRADED."""
    checks = assignment.checks
    return score(assignment, [CheckResult(each.exercise, each.name, each.title, weight=each.weight) for each in checks])
