"""Helpers of a suite beside the student's code: functions with all that they use; own work; gradients."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from autograder.course.limits import Limits
from autograder.judge import StudentError, Verdict, gradients_of, own_work
from autograder.judge.beside import source_of
from autograder.judge.conversation import CURRENT, Conversation
from autograder.judge.local import LocalBox
from autograder.judge.student import Student
from autograder.model import Report

FACTOR = 3


class Doubler:
    """Used by a helper."""

    def __call__(self, x: Any) -> Any:
        return twice(x)


def twice(x: Any) -> Any:
    """Used by the class."""
    return list(itertools.chain([2 * x], [FACTOR]))


def through_the_class(x: Report) -> Any:
    """Its annotation does not exist inside."""
    return Doubler()(x)


def of_the_student(student: Any, x: Any, offset: int = 0) -> Any:
    """Asks the notebook."""
    return student.double(x) + offset


def where(device: str = "cpu") -> str:
    """The device."""
    return device


def placed(device: str) -> str:
    """Without a default it is an argument like any other."""
    return device


def judges(x: Any) -> Any:
    """Uses what is not there inside."""
    return own_work(x)


def talking(device: str = "cpu", **names: Any) -> tuple[Student, Conversation]:
    conversation = Conversation(LocalBox(names, device).ask, Limits())
    CURRENT.set(conversation)
    return Student(conversation), conversation


def test_a_helper_comes_with_all_that_it_uses():
    student, _ = talking()
    assert student.beside(through_the_class)(4) == [8, 3]


def test_a_helper_is_given_the_notebook_inside():
    student, _ = talking(double=lambda x: 2 * x)
    inside = student.beside(of_the_student, through_the_class)
    assert (inside.of_the_student(4), inside.of_the_student(4, offset=1)) == (8, 9)
    assert of_the_student(SimpleNamespace(double=lambda x: 3 * x), 4) == 12


def test_a_helper_is_given_the_device_where_it_has_a_default():
    student, _ = talking("meta")
    inside = student.beside(where, placed)
    assert (inside.where(), inside.where(device="here"), inside.placed("there")) == ("meta", "here", "there")
    assert student.on_cpu.beside(where)() == "cpu"


def test_what_is_filled_in_is_no_argument_of_the_transcript():
    student, conversation = talking(double=lambda x: x)
    student.beside(of_the_student)(5)
    assert conversation.exchanges[-1].request["args"] == [5]


def test_a_helper_of_this_side_is_refused():
    with pytest.raises(TypeError, match=r"own_work of autograder\.judge, which is not there inside"):
        source_of(judges)


def test_a_function_inside_another_is_refused():
    def inner() -> None: ...

    with pytest.raises(TypeError, match="at the top of a file"):
        source_of(inner)


def raising(verdict: Verdict) -> Any:
    def call() -> None:
        raise StudentError(verdict, "ValueError", "no")

    return call


def test_own_work_forgives_one_error_and_no_ban():
    talking()
    own_work(raising(Verdict.RAISED), lambda: 1)
    with pytest.raises(StudentError):
        own_work(raising(Verdict.RAISED))
    with pytest.raises(StudentError):
        own_work(lambda: 1, raising(Verdict.BLOCKED))


def test_gradients_are_those_of_every_input():
    x, y = torch.tensor([2.0]), torch.tensor([5.0])
    assert gradients_of(lambda a, b: a * b, torch.ones(1), x, y) == (y, x)
