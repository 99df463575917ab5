"""Right answers that were recorded under one secret of the course, and are played back under another one.

What they earn is earned by knowing the questions beforehand: inputs, sizes and places that the secret does not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from autograder.box.outcome import Reply, StudentError
from autograder.course import Assignment
from autograder.judge.conversation import Request
from autograder.judge.local import LocalBox
from autograder.judge.plugin import Suite, with_suite
from autograder.model import Verdict

ERRORS = "wrong arguments, each of which is answered by an error"
WRITTEN = "one written answer, the same for everybody"
MAY_EARN: Mapping[str, Mapping[str, tuple[float, str]]] = {
    "a1_convolution": {
        "flatten": (0.6, "a dtype, asked of a picture that the notebook gives"),
        "pad2d": (1.0, "where the result lives: a device has no number"),
        "conv_components": (1.7, "pictures: what a figure shows is read from its text"),
        "kernels": (9.4, "kernels that the notebook writes down, and what they do to pictures that it gives"),
        "learn_kernel": (4.9, "a training that repeats: the kernel which it finds is the one that the notebook names"),
    },
    "a2_pooling_im2col": {
        "global_pool": (0.8, ERRORS),
        "im2col": (2.7, "how many turns a loop takes, told by a box that counts"),
    },
    "a4_trainer": {"data": (1.5, "the letters of five curves: " + WRITTEN)},
    "a5_transfer": {
        "patch_dataset": (0.5, ERRORS),
        "transfer_model": (1.6, WRITTEN),
        "freeze": (1.2, WRITTEN),
        "solve_patches": (0.6, WRITTEN),
    },
    "a6_looking_inside": {"grad_cam": (0.5, WRITTEN)},
}


class Tape:
    """Keeps the answers of the reference, in their order; played back, it hears no question."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._box, self._kept = LocalBox(names), list[Reply | StudentError]()
        self._played: Iterator[Reply | StudentError] | None = None

    def ask(self, request: Request, seconds: float = 0.0) -> Reply:
        """As `Box.ask`; what the suite runs beside the student's code needs no answer."""
        if self._played is None:
            return self._recorded(request)
        if request["op"] == "run":
            return Reply()
        answer = next(self._played, StudentError(Verdict.RAISED, "EOFError", "the tape ends here"))
        if isinstance(answer, StudentError):
            raise answer
        return answer

    def _recorded(self, request: Request) -> Reply:
        answer: Reply | StudentError
        try:
            answer = self._box.ask(request)
        except StudentError as error:
            answer = error
        if request["op"] != "run":
            self._kept.append(answer)
        if isinstance(answer, StudentError):
            raise answer
        return answer

    def rewind(self) -> None:
        """From here on it plays."""
        self._played = iter(self._kept)


def earned_by_tapes(suite: Suite) -> dict[str, list[str]]:
    """By the exercise, the checks that answers of another secret pass; gates, which train on hidden data, aside."""
    suite.mistakes = ()  # no hints
    checks = [check for check in suite.assignment.checks if check.weight and not suite.is_gate(check.name)]
    tapes = {check.name: Tape(suite.reference) for check in checks}
    right = suite.assignment
    suite.assignment = replace(right, secret="of the term before")
    for name, tape in tapes.items():
        assert suite.unexplained(name, tape.ask).verdict is Verdict.PASSED
        tape.rewind()
    suite.assignment = right
    passed = defaultdict(list)
    for check in checks:
        if suite.unexplained(check.name, tapes[check.name].ask).verdict is Verdict.PASSED:
            passed[check.exercise].append(check.name)
    return dict(passed)


def points(assignment: Assignment, exercise: str, names: list[str]) -> float:
    """What the checks of these names are worth."""
    weights = {check.name: check.weight for check in assignment.checks if check.exercise == exercise}
    (whole,) = (each.points for each in assignment.exercises if each.name == exercise)
    return whole * sum(weights[name] for name in names) / sum(weights.values())


def test_answers_of_another_term_earn_only_what_is_constant(assignment: Assignment) -> None:
    """What an exercise may earn so stands in the table, with the reason: points that need no knowledge of the term."""
    passed = with_suite(assignment, earned_by_tapes)
    earned = {exercise: round(points(assignment, exercise, names), 2) for exercise, names in passed.items()}
    limits = {exercise: most for exercise, (most, _) in MAY_EARN.get(assignment.slug, {}).items()}
    assert {name: passed[name] for name, amount in earned.items() if amount > limits.get(name, 0.0)} == {}
