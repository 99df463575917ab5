"""What is switched off in a process, while libraries come that bring more of it."""

from __future__ import annotations

import sys

import pytest
import torch

from autograder.box.inside.ban import Ban, BannedOperation

WORDS = ["^bincount$"]


@pytest.fixture
def ban():
    made = Ban(torch.autograd.grad)
    yield made
    with made.on(()):
        pass


def test_what_is_off_stays_off_while_a_library_comes(ban):
    """A thread that waits for the kernels to be taken away and put back would meet the operator itself."""
    with ban.on(WORDS):
        before = dict(ban._libraries)
    sys.audit("ctypes.dlopen", "a library")
    with pytest.raises(BannedOperation), ban.on(WORDS):
        torch.bincount(torch.tensor([1, 1]))
    assert before
    assert all(ban._libraries[place] is library for place, library in before.items())


def test_what_is_allowed_again_is_on(ban):
    with pytest.raises(BannedOperation), ban.on(WORDS):
        torch.bincount(torch.tensor([1, 1]))
    with ban.on(()):
        assert torch.bincount(torch.tensor([1, 1])).tolist() == [0, 2]
