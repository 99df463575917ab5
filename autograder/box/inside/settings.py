"""What a cell may have switched in this process, and what is put back before each request.

Functions are judged as the release says, whatever another cell did: gradients are on, float32 is the default, warnings
are no errors. Cells themselves see each other's settings, as in a notebook.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Setting = tuple[Callable[[], Any], Callable[[Any], object]]  # reads it; sets it, and gives what must live as long


def _set_inference(on: bool) -> object:
    mode = torch.inference_mode(on)
    mode.__enter__()  # the student's own `with` may never have been left
    return mode


def _set_device(device: torch.device) -> None:
    torch.set_default_device(None if device.type == "cpu" else device)  # None costs nothing later on


def _folder() -> str:
    with contextlib.suppress(OSError):
        return os.getcwd()
    return ""


def _set_filters(filters: list[Any]) -> None:
    warnings.resetwarnings()  # which also tells Python's cache
    for rule in reversed(filters):
        warnings.filters.insert(0, rule)  # type: ignore[attr-defined]  # a list, whatever the stubs say


SETTINGS: dict[str, Setting] = {
    "inference mode": (torch.is_inference_mode_enabled, _set_inference),  # first: it switches gradients, too
    "gradients": (torch.is_grad_enabled, torch._C._set_grad_enabled),
    "the default type": (torch.get_default_dtype, torch.set_default_dtype),
    "the default device": (torch.get_default_device, _set_device),
    "deterministic algorithms": (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    "anomaly detection": (torch.is_anomaly_enabled, torch.set_anomaly_enabled),
    "autocast": (lambda: torch.is_autocast_enabled("cpu"), lambda on: torch.set_autocast_enabled("cpu", on)),
    "matrix precision": (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
    "threads": (torch.get_num_threads, torch.set_num_threads),
    "NumPy's errors": (np.geterr, lambda errors: np.seterr(**errors)),
    "warnings": (lambda: list(warnings.filters), _set_filters),
    "the folder": (_folder, os.chdir),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "the alarm": (lambda: signal.getitimer(signal.ITIMER_REAL) > (0, 0), lambda _: signal.alarm(0)),
    "tracing": (sys.gettrace, sys.settrace),
    "profiling": (sys.getprofile, sys.setprofile),
    "tracing of threads": (threading.gettrace, threading.settrace),
}


class Settings:
    """The settings of this moment."""

    def __init__(self) -> None:
        self.then = {name: read() for name, (read, _) in SETTINGS.items()}
        self.alive: list[object] = []

    def put_back(self) -> list[str]:
        """Sets what has changed since; names it."""
        changed = [name for name, (read, _) in SETTINGS.items() if read() != self.then[name]]
        for name in changed:
            self.alive.append(SETTINGS[name][1](self.then[name]))
        return changed
