"""One function, asked for thousands of inputs with one request, in a seeded order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograder.judge.cases import Cases
from autograder.judge.expect import expect
from autograder.judge.student import Student
from cnnkit.compare import kind_of

_SAME = "the same question gets the same answer every time"


def answers_to_each(function: Callable[..., Any], inputs: Sequence[Sequence[Any]]) -> list[Any]:
    """What it answers; where it raises, the name of the error."""
    answers = []
    for arguments in inputs:
        try:
            answers.append(function(*arguments))
        except Exception as error:  # noqa: BLE001  # whatever the student's code raises
            answers.append(type(error).__name__)
    return answers


def which_are_refused(function: Callable[..., Any], inputs: Sequence[Sequence[Any]]) -> list[bool]:
    """For each input whether there is a ValueError."""
    refused = []
    for arguments in inputs:
        try:
            function(*arguments)
            refused.append(False)
        except ValueError:
            refused.append(True)
        except Exception:  # noqa: BLE001  # whatever the student's code raises
            refused.append(False)
    return refused


def answers_everywhere(
    student: Student, seeded: Cases, right: Callable[..., Any], inputs: Sequence[tuple[Any, ...]]
) -> None:
    """The student's function of this name answers as `right` does; complains about the first wrong answer."""
    function, inside = getattr(student, right.__name__), student.beside(answers_to_each)
    order = seeded.shuffled(range(len(inputs)))
    found = inside.answers_to_each(function, [list(inputs[place]) for place in order])
    answers = expect(found).to_be_a(list, len(order))
    for place, arguments in enumerate(inputs):
        answer, wanted = answers[order.index(place)], right(*arguments)
        if kind_of(answer) != kind_of(wanted) or answer != wanted:  # a NumPy int is an int
            expect(function(*arguments)).to_equal(wanted)
            expect(False).to_hold(_SAME)


def refusals_everywhere(
    student: Student,
    seeded: Cases,
    right: Callable[..., Any],
    wrong: Sequence[tuple[int, ...]],
    fitting: Sequence[tuple[int, ...]],
) -> None:
    """A ValueError for the inputs that are wrong, and for none of those that fit."""
    function, inside = getattr(student, right.__name__), student.beside(which_are_refused)
    asked = seeded.shuffled((*wrong, *fitting))
    found = inside.which_are_refused(function, [list(sizes) for sizes in asked])
    refused = dict(zip(asked, expect(found).to_be_a(list, len(asked)), strict=True))
    for sizes in wrong:
        if refused[sizes] is not True:
            expect(lambda sizes=sizes: function(*sizes)).to_raise(ValueError)
    for sizes in fitting:
        if refused[sizes] is not False:
            expect(function(*sizes)).to_equal(right(*sizes))
            expect(False).to_hold(_SAME)
