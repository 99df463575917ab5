"""The harness of the attacks: every attack is tried against the whole wall, and again with protections switched off."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.box.box import Box, open_box
from autograder.box.outcome import StudentError
from autograder.box.zygote import Wall, Zygote
from autograder.course.limits import Limits

QUICK = Limits(
    cell_seconds=5, call_seconds=3, submission_seconds=60, memory_mb=512, disk_mb=16, processes=16, restarts=1
)

# Protections of the zygote itself; the others are built anew for each submission.
OUTER = frozenset(
    ("view", "user", "privileges", "environment", "dumpable", "host-descriptors", "host-net", "host-ipc", "host-pid")
)

ROOT = os.geteuid() == 0  # who runs the attacks: it decides what their controls need
PR_SET_PTRACER = 0x59616D61

MASKED = str(Path(os.__file__).with_name("antigravity.py"))  # stands for a file that a hidden check relies on

PRELUDE = """
import ctypes, errno, gc, mmap, os, signal, socket, struct, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def reached(result):
    "Whether the kernel looked at a system call, instead of refusing it outright."
    return result >= 0 or ctypes.get_errno() != errno.EPERM
def write(path, data):
    with open(path, "wb") as file:
        return file.write(data)
def read(path):
    with open(path, "rb") as file:
        return file.read()
"""

RIGHT = "import torch\ndef twice(x):\n    return x * 2"


class Walls:
    """Warm zygotes, one with the whole wall and one without its outer half; both started when first needed."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.stack, self.zygotes = stack, dict[frozenset[str], Zygote]()
        self.attacked: set[frozenset[str]] = set()  # zygotes that the running test used

    def zygote(self, off: frozenset[str] = frozenset()) -> Zygote:
        """The warm zygote that serves this choice of protections."""
        outer = OUTER if off & OUTER else frozenset()
        if outer not in self.zygotes:
            masked = () if outer else (MASKED,)
            self.zygotes[outer] = self.stack.enter_context(Zygote.start(Wall(off=outer, masked=masked)))
        self.attacked.add(outer)
        zygote = self.zygotes[outer]
        zygote.wall = replace(zygote.wall, off=outer | off)
        return zygote

    @contextlib.contextmanager
    def box(self, cell: str, off: Sequence[str] = (), limits: Limits = QUICK) -> Iterator[Box]:
        """A box in which this cell has run without an error."""
        with open_box(self.zygote(frozenset(off)), limits) as box:
            outcome = box.run_cell(f"{PRELUDE}\n{cell}", "cell 1")
            assert outcome.ok, outcome.error
            yield box

    def gain(self, attack: str, *args: Any, off: Sequence[str] = (), limits: Limits = QUICK) -> Any:
        """What attack(*args) brings home; None when it fails, is refused or ends its process."""
        with self.box(f"def attack(*args):\n    {attack}", off=off, limits=limits) as box:
            with contextlib.suppress(StudentError):
                return call(box, "attack", *args) or None
            return None

    def control(self, attack: str, *args: Any, off: frozenset[str], limits: Limits = QUICK) -> Any:
        """What the attack brings home without these protections, so that it shows something when it fails with them.

        For an ordinary user bubblewrap makes a user namespace, and that protects whatever else is switched off: where
        the users are to be the same, the control is a process of this user behind no wall at all.
        """
        gained = self.gain(attack, *args, off=off, limits=limits)
        return bare(attack, *args) if gained is None and not ROOT and "user" in off else gained

    def stop(self, attack: str, *args: Any, without: str, limits: Limits = QUICK) -> Any:
        """The attack gains nothing; without these protections it does; each that a submission gets is enough alone."""
        off = frozenset(without.split())
        assert self.gain(attack, *args, limits=limits) is None
        gained = self.control(attack, *args, off=off, limits=limits)
        assert gained is not None, f"without {without} the attack fails as well: it proves nothing"
        if off & OUTER:
            assert self.gain(attack, *args, off=off - OUTER, limits=limits) is None, "the outer wall does not stop it"
        for name in sorted(off - OUTER):
            assert self.gain(attack, *args, off=off - {name}, limits=limits) is None, f"{name} alone does not stop it"
        return gained


def bare(attack: str, *args: Any) -> Any:
    """What attack(*args) brings home in an ordinary process; None when it fails."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PTRACER, ctypes.c_ulong(-1))  # where Yama lets only parents look at a process
    lines = (PRELUDE, f"def attack(*args):\n    {attack}", f"print(repr(attack(*{args!r})))")
    run = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    return ast.literal_eval(run.stdout) or None if run.returncode == 0 else None


def call(box: Box, name: str, *args: Any, **more: Any) -> Any:
    """The value of name(*args) in the box. Raises StudentError."""
    return box.ask({"op": "call", "target": ["name", name], "args": list(args), **more}).value


def ending(box: Box, name: str, *args: Any, **more: Any) -> StudentError:
    """How name(*args) ended in the box, which must not be with an answer."""
    try:
        gained = call(box, name, *args, **more)
    except StudentError as error:
        return error
    raise AssertionError(f"it answered {gained!r}")
