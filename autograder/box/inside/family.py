"""Processes that a submission leaves behind: found by itself, ended from outside."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

import torch.utils.data._utils.signal_handling as loader_signals

from . import jail

PR_GET_CHILD_SUBREAPER = 37


def adopt() -> None:
    """From now on, what this process's children leave behind becomes its own child, with or without a pid namespace."""
    jail.prctl(jail.PR_SET_SUBREAPER, 1)


def adopts() -> bool:
    """Whether every process below this one is, or becomes, its child."""
    answer = ctypes.c_int(0)
    jail.prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(answer))
    return bool(answer.value)


def has_children() -> bool:
    """Whether there is any, ended or not."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def bury() -> None:
    """Forgets the children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def mourn_in_silence() -> None:
    """The end of a child interrupts nothing: PyTorch's data loaders raise an error wherever this process is then."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    loader_signals._SIGCHLD_handler_set = False  # the next loader sets it again
