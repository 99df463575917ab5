"""The processes of a submission, as its zygote sees them: listed, stopped, ended.

A list is old when it is read: who forks faster than it is walked is never on it. So a submission begins as the leader
of a group, and the kernel signals a group at once: a fork that is under way gets the signal first. With a pid namespace
process 1 ends the others in any case; without one nobody can leave the group (`seccomp`).
"""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import time

MOST_SWEEPS, SWEEP_SECONDS = 500, 0.01


def signal_group(leader: int, sent: signal.Signals) -> None:
    """Sends a signal to a submission's whole group, and to a first process that has made none yet.

    Without a submission, 0, nobody gets one: to the kernel 0 means the group of whoever asks, which is ours.
    """
    for send in (os.killpg, os.kill) if leader > 1 else ():
        with contextlib.suppress(ProcessLookupError):
            send(leader, sent)


def children(pid: int) -> list[int]:
    """Direct children of a process, whichever of its threads started them."""
    found: list[int] = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError), open(path) as file:
            found += [int(child) for child in file.read().split()]
    return found


def descendants(pid: int, most: int | None = None) -> list[int]:
    """Everything below a process: what it started, and daemons that fell to it; with `most`, little more than so many.

    Else a family that grows while it is walked keeps whoever walks it for ever.
    """
    found = children(pid)
    for below in found:  # grows while it is walked
        if most is not None and len(found) > most:
            break
        found += children(below)
    return found


def kill_below(pid: int) -> None:
    """Kills all descendants; again and again, since they may start more, and dying takes its time."""
    for _ in range(MOST_SWEEPS):
        alive = [below for below in descendants(pid) if not has_ended(below)]
        if not alive:
            break
        for below in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(below, signal.SIGKILL)
        time.sleep(SWEEP_SECONDS)


def has_ended(pid: int) -> bool:
    """Whether its parent can bury it: a first thread counts as ended before the others have."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] in "ZX" and len(os.listdir(f"/proc/{pid}/task")) == 1
    return True
