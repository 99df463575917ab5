"""What the checks of several exercises share.

Inputs: never square, batch of at least two, a different length for every axis, pairs with unequal halves. Values are
asked in float32, where a forgotten dtype does no harm, and judged whatever the dtype; one check of each function asks
for the dtype. The checks of values come after `own_work` where a ready-made operation would do the task; what is no
value (gradients, errors, inputs left alone) comes after a value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reference

from autograder.judge import expect, integers, tuples

KERNELS = tuples(integers(1, 3), integers(1, 3))
STEPS = tuples(integers(1, 3), integers(1, 3))


def answers_to_each(function: Callable[..., Any], inputs: Sequence[Sequence[Any]]) -> list[Any]:
    """What it answers; where it raises, the name of the error."""
    answers = []
    for arguments in inputs:
        try:
            answers.append(function(*arguments))
        except Exception as error:  # noqa: BLE001  # whatever the student's code raises
            answers.append(type(error).__name__)
    return answers


def answers_everywhere(student: Any, cases: Any, name: str, inputs: Sequence[tuple[Any, ...]]) -> None:
    """Asks for many inputs at once, in a seeded order; complains about the first wrong one, asked for alone."""
    function, inside = getattr(student, name), student.beside(answers_to_each)
    order = cases.shuffled(range(len(inputs)))
    answers = expect(inside.answers_to_each(function, [list(inputs[place]) for place in order])).to_be_a(
        list, len(order)
    )
    for place, arguments in enumerate(inputs):
        answer, right = answers[order.index(place)], getattr(reference, name)(*arguments)
        if type(answer) is not type(right) or answer != right:
            expect(function(*arguments)).to_equal(right)
            expect(False).to_hold("the same question gets the same answer every time")


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


def refusals_everywhere(
    student: Any, cases: Any, name: str, wrong: Sequence[tuple[int, ...]], right: Sequence[tuple[int, ...]]
) -> None:
    """A ValueError for those inputs that are wrong, and for no others; asked in a seeded order."""
    function, inside, asked = (
        getattr(student, name),
        student.beside(which_are_refused),
        cases.shuffled((*wrong, *right)),
    )
    found = inside.which_are_refused(function, [list(sizes) for sizes in asked])
    refused = dict(zip(asked, expect(found).to_be_a(list, len(asked)), strict=True))
    for sizes in wrong:
        if refused[sizes] is not True:
            expect(lambda sizes=sizes: function(*sizes)).to_raise(ValueError)
    for sizes in right:
        if refused[sizes] is not False:
            expect(function(*sizes)).to_equal(getattr(reference, name)(*sizes))
            expect(False).to_hold("the same question gets the same answer every time")
