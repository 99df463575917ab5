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


def answers_everywhere(student: Any, name: str, inputs: Sequence[tuple[Any, ...]]) -> None:
    """Asks for many inputs at once; where an answer is wrong, asks for that input alone and complains about it."""
    function, inside = getattr(student, name), student.beside(answers_to_each)
    asked = inside.answers_to_each(function, [list(arguments) for arguments in inputs])
    answers = expect(asked).to_be_a(list, len(inputs))
    for arguments, answer in zip(inputs, answers, strict=True):
        right = getattr(reference, name)(*arguments)
        if type(answer) is not type(right) or answer != right:
            expect(function(*arguments)).to_equal(right)
            expect(False).to_hold("the same question gets the same answer every time")
