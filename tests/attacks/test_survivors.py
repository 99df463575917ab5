"""Nothing of a submission lives on: no process, no file, no memory, no socket."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.walls import call

NAMED = "libc.prctl(15, args[0].encode(), 0, 0, 0)"  # so that the test recognises the process from outside
LIVES_ON = {
    "a child": f"if os.fork() == 0: {NAMED}; time.sleep(99)",
    "a daemon": "if os.fork() == 0:\n        os.setsid()\n        if os.fork(): os._exit(0)\n"
    f"        {NAMED}; time.sleep(99)",
    "a stopped child": f"if os.fork() == 0: {NAMED}; os.kill(os.getpid(), signal.SIGSTOP)",
    "a deaf child": f"if os.fork() == 0:\n        [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]\n"
    f"        {NAMED}; time.sleep(99)",
    "a busy thread": f"threading.Thread(target=lambda: [{NAMED}, time.sleep(99)], daemon=True).start()",
    "a child with the socket": f"if os.fork() == 0: {NAMED}; os.read(3, 1); time.sleep(99)",
}


def alive(name: str) -> list[int]:
    """Processes (on the whole machine) with a thread of this name."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # a process of the machine that ends while it is looked at
            names = [thread.joinpath("comm").read_text().strip() for thread in Path("/proc", pid, "task").iterdir()]
            found += [int(pid)] * names.count(name)
    return found


def appears(name: str) -> bool:
    """Whether there is such a process; on a busy machine it takes a while until it has its name."""
    return within(60, lambda: bool(alive(name)))


def gone(name: str, seconds: float = 60) -> bool:
    """Whether no such process is left; the kernel ends it in its own time."""
    return within(seconds, lambda: not alive(name))


def within(seconds: float, condition: Callable[[], object]) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


@pytest.mark.parametrize("name", LIVES_ON)
def test_no_process_outlives_its_submission(walls, name):
    mark = f"atk{secrets.token_hex(5)}"
    with walls.box(f"def attack(*args):\n    {LIVES_ON[name]}") as box:
        call(box, "attack", mark)
        assert appears(mark)
    assert gone(mark)


def test_without_a_pid_namespace_a_daemon_does_live_on(walls):
    mark = f"atk{secrets.token_hex(5)}"
    with walls.box(f"def attack(*args):\n    {LIVES_ON['a daemon']}", off=["pid"]) as box:
        call(box, "attack", mark)
        assert appears(mark)
    survivors = alive(mark)
    for pid in survivors:
        os.kill(pid, signal.SIGKILL)
    assert survivors


LEAVE = """
    token = args[0]
    write("/tmp/left", token.encode()); write("/dev/shm/left", token.encode())
    sys.modules["left"] = torch.left = token
    os.environ["LEFT"] = token
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0left"); listener.listen(); sys.listener = listener
    if os.fork() == 0: os.setsid(); time.sleep(60)
    return True"""
FIND = {
    "a file": "return read('/tmp/left').decode()",
    "shared memory": "return read('/dev/shm/left').decode()",
    "a module": "return sys.modules.get('left') or getattr(torch, 'left', None)",
    "the environment": "return os.environ.get('LEFT')",
    "a listener": "return socket.socket(socket.AF_UNIX).connect('\\0left') is None",
    "a process": "return [os.kill(pid, 0) for pid in range(2, 100)]",
    "an object": "return [x for x in gc.get_objects() if type(x) is dict and args[0][:10] in str(x.get('token'))]",
}


@pytest.mark.parametrize("name", FIND)
def test_nothing_of_one_submission_is_seen_by_the_next(walls, name):
    secret = secrets.token_hex(8)
    assert walls.gain("import torch" + LEAVE, secret) is True
    assert walls.gain(f"import torch\n    {FIND[name]}", secret) is None
    both = f"def attack(*args):\n    import torch{LEAVE}\ndef find(*args):\n    import torch\n    {FIND[name]}"
    if name not in ("a process", "an object"):
        with walls.box(both) as box:  # alive: the submission itself finds it
            call(box, "attack", secret)
            assert call(box, "find", secret)


def test_without_mounts_of_its_own_the_next_submission_reads_the_file(walls):
    assert walls.gain("import torch" + LEAVE, "token", off=["mounts"]) is True
    assert walls.gain(FIND["a file"], off=["mounts"]) == "token"
    walls.gain("os.unlink('/tmp/left')", off=["mounts"])


GRADER = """
import sys
from autograder.box.box import open_box
from autograder.course.limits import Limits
from autograder.box.zygote import Wall, Zygote
wall = Wall(mode=sys.argv[1], off=frozenset(sys.argv[3:]))
with Zygote.start(wall) as zygote, open_box(zygote, Limits(cell_seconds=60)) as box:
    box.run_cell(sys.argv[2], "cell 1")
"""
CELL = """
import ctypes, os, time
if os.fork() == 0:
    ctypes.CDLL(None).prctl(15, b"{mark}", 0, 0, 0)
while True: time.sleep(1)
"""


def parent(pid: int) -> int:
    """The number of a process's parent."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def survivors_of_a_killed_grader(*words: str, stop_zygote: bool, seconds: float = 60) -> list[int]:
    """What is left of a submission when its grader is killed at once; ended afterwards."""
    mark = f"atk{secrets.token_hex(5)}"
    command = [sys.executable, "-c", GRADER, words[0], CELL.format(mark=mark), *words[1:]]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as grader:
        while not alive(mark):
            assert grader.poll() is None
            time.sleep(0.05)
        zygote = parent(parent(alive(mark)[0]))
        everything = [zygote, parent(zygote)]  # the latter is process 1 of bubblewrap's namespace
        if stop_zygote:  # so that it cannot notice the end of its grader
            os.kill(zygote, signal.SIGSTOP)
        grader.kill()
    left = [] if gone(mark, seconds) else alive(mark)
    for pid in (*left, *everything) if left else ():
        os.kill(pid, signal.SIGKILL)
    return left


def test_a_grader_that_is_killed_takes_everything_with_it():
    assert not survivors_of_a_killed_grader("bubblewrap", stop_zygote=True)
    assert survivors_of_a_killed_grader("bubblewrap", "die-with-parent", stop_zygote=True, seconds=1)


def test_behind_the_weaker_wall_the_zygote_ends_its_submission():
    assert not survivors_of_a_killed_grader("landlock", stop_zygote=False)


HELD = """
import os, sys, time
from autograder.box.box import open_box
from autograder.box.zygote import Wall, Zygote
from autograder.course.limits import Limits
with Zygote.start(Wall(mode="landlock")) as zygote, open_box(zygote, Limits(cell_seconds=60)) as box:
    box.run_cell(sys.argv[1], "cell 1")
    if os.fork() == 0: time.sleep(600)  # it holds the connection, as a fork that judges does
    zygote.stop()
    os._exit(0)
"""
FAMILY = """
import ctypes, mmap, os, struct, time
ctypes.CDLL(None).prctl(15, b"{mark}", 0, 0, 0)
count = mmap.mmap(-1, 8)
def more():
    known = struct.unpack("q", count[:])[0]
    count[:] = struct.pack("q", known + 1)
    return known < 20
first = os.getpid()
while more(): os.fork()
if os.getpid() != first: time.sleep(300)
"""


def test_behind_the_weaker_wall_a_large_family_ends_although_a_fork_of_its_grader_lives_on():
    """The zygote never heard that its grader was gone, was killed for that, and left everybody to process 1."""
    mark = f"atk{secrets.token_hex(5)}"
    command = [sys.executable, "-c", HELD, FAMILY.format(mark=mark)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], start_new_session=True) as grader:
        try:
            assert appears(mark)
            assert grader.wait(240) == 0
            assert gone(mark, 20)
        finally:
            os.killpg(grader.pid, signal.SIGKILL)  # with the fork
            for pid in alive(mark):
                os.kill(pid, signal.SIGKILL)
