"""The last question of a failed check: which other answers are still wrong."""

import torch

from autograder.box.outcome import Reply
from autograder.judge.repair.question import Question


def is_still_wrong(value, right):
    asked = Question({"op": "call", "target": ["name", "double"]}, torch.zeros(1), right, raised=False)
    return asked.asked(lambda _request, _seconds: Reply(value))[0]


def test_a_wrong_imaginary_part_is_still_wrong():
    right = torch.tensor([3 + 4j])
    assert is_still_wrong(torch.tensor([3 + 1j]), right)
    assert is_still_wrong(torch.tensor([3.0]), right)
    assert not is_still_wrong(torch.tensor([3 + 4j]), right)


def test_a_real_answer_within_every_tolerance_may_be_right():
    assert not is_still_wrong(torch.tensor([1.0]), torch.tensor([1.0 + 1e-9]))
    assert is_still_wrong(torch.tensor([1.2]), torch.tensor([1.0]))
