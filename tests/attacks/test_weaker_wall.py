"""The wall without bubblewrap, which must be asked for by name: what it still denies, and what it does not."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyseccomp
import pytest

from autograder.box.box import Box, open_box
from autograder.box.outcome import StudentError
from autograder.box.zygote import Wall, Zygote
from autograder.model import Verdict
from tests.attacks.test_calls import TRY_CALLS, known
from tests.attacks.test_reading import VM_READ
from tests.attacks.test_resources import HANGS
from tests.attacks.test_survivors import LIVES_ON, appears, gone
from tests.attacks.walls import PRELUDE, QUICK, RIGHT, ROOT, call, ending

UNUSED = str(Path(os.__file__).with_name("antigravity.py"))  # nobody has it open
IOPRIO_SET = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "ioprio_set")


class Weak:
    """A warm zygote behind Landlock, seccomp and resource limits only."""

    def __init__(self, zygote: Zygote) -> None:
        self.zygote = zygote

    @contextlib.contextmanager
    def box(self, cell: str, off: str = "") -> Iterator[Box]:
        """A box in which this cell has run."""
        self.zygote.wall = replace(self.zygote.wall, off=frozenset(off.split()))
        with open_box(self.zygote, replace(QUICK, call_seconds=1.5, memory_mb=256)) as box:
            assert box.run_cell(f"{PRELUDE}\n{cell}", "cell 1").ok
            yield box

    def gain(self, attack: str, *args: object, off: str = "") -> object:
        """What attack(*args) brings home; None when it fails."""
        with self.box(f"def attack(*args):\n    {attack}", off) as box:
            with contextlib.suppress(StudentError):
                return call(box, "attack", *args) or None
            return None

    def stop(self, attack: str, *args: object, without: str) -> None:
        """It gains nothing; without these protections it does."""
        assert self.gain(attack, *args) is None
        assert self.gain(attack, *args, off=without) is not None


@pytest.fixture(scope="module")
def warm_weak(planted) -> Iterator[Weak]:
    """One zygote for this file; as the user who grades, since other users may not reach the interpreter."""
    with Zygote.start(Wall(mode="landlock", off=frozenset({"user"}))) as zygote:
        yield Weak(zygote)


@pytest.fixture
def weak(warm_weak: Weak) -> Iterator[Weak]:
    """After every attack a right answer comes out right."""
    yield warm_weak
    with warm_weak.box(RIGHT) as box:
        assert call(box, "twice", 2) == 4


@pytest.mark.parametrize("name", ["suite", "reference", "labels", "gradebook", "submission", "report"])
def test_no_file_of_the_course_can_be_read(weak, planted, name):
    weak.stop("return read(args[0])", str(planted.files[name]), without="landlock")


def test_no_result_can_be_written(weak, planted):
    weak.stop("return open(args[0], 'r+b').readable()", str(planted.files["gradebook"]), without="landlock")


@pytest.mark.parametrize(
    "change",
    [
        "os.chmod(args[0], 0o644)",
        "os.chown(args[0], -1, os.getgid())",
        "os.utime(args[0], (1, 1))",
        "os.setxattr(args[0], 'user.x', b'x')",
        "assert libc.syscall(452, -100, args[0].encode(), 0o644, 0) == 0",  # fchmodat2
    ],
    ids=lambda change: change.split("args")[0],
)
def test_modes_owners_and_times_of_files_stay(weak, planted, change):
    """Landlock knows nothing of them, and whoever grades owns the files."""
    weak.stop(f"{change}\n    return True", str(planted.files["submission"]), without="seccomp")


def test_no_folder_of_the_course_is_watched(weak, planted):
    """Who watches a folder learns the names in it as they are opened."""
    attack = "return max(libc.inotify_add_watch(libc.inotify_init(), args[0].encode(), 0xFFF), 0)"
    weak.stop(attack, str(planted.files["submission"].parents[2]), without="seccomp")


@pytest.fixture(scope="module")
def neighbour(warm_weak: Weak) -> Iterator[Box]:
    """Another submission of the same user, at the same time."""
    own = "kept = b'my own work'\ndef where(): return [os.getpid(), id(kept) + bytes.__basicsize__ - 1]"
    with Zygote.start(replace(warm_weak.zygote.wall, off=frozenset({"user"}))) as other, open_box(other, QUICK) as box:
        assert box.run_cell(f"{PRELUDE}\n{own}", "cell 1").ok
        yield box


def test_another_submission_cannot_be_read(weak, neighbour):
    pid, place = call(neighbour, "where")
    weak.stop("return open(f'/proc/{args[0]}/mem', 'rb').fileno()", pid, without="landlock")
    assert weak.gain(VM_READ, pid, place, 11, off="landlock") is None
    assert weak.gain(VM_READ, pid, place, 11, off="seccomp") is None
    assert weak.gain(VM_READ, pid, place, 11, off="seccomp landlock") == b"my own work"


def test_no_environment_of_the_grader_is_seen(weak, planted):
    assert weak.gain("return os.environ.get(args[0])", planted.variable) is None
    of_root = " capabilities" if ROOT else ""  # an ordinary user has none, so to have none protects nothing
    weak.stop("return read(f'/proc/{args[0]}/environ')", os.getpid(), without=f"landlock{of_root}")


def test_no_open_file_is_inherited(weak, planted):
    scan = "return [os.fstat(n).st_size for n in range(4, 64) if not libc.fcntl(n, 1) < 0]"
    weak.stop(scan, without="descriptors control")


def test_no_server_of_this_machine_can_be_reached(weak, planted):
    attack = "return bool(socket.create_connection(('127.0.0.1', args[0]), 1))"
    weak.stop(attack, planted.tcp, without="landlock seccomp")


def test_no_abstract_socket_can_be_reached(weak, planted):
    attack = "return socket.socket(socket.AF_UNIX).connect(args[0]) is None"
    weak.stop(attack, planted.abstract, without="landlock seccomp")


def test_no_name_that_a_worker_claims_can_be_taken(weak):
    """Whoever takes all thousand of them lets no other worker start."""
    attack = "return socket.socket(socket.AF_UNIX).bind(args[0]) is None"
    weak.stop(attack, f"\0convgrade {secrets.token_hex(5)}", without="seccomp")


def test_nothing_leaves_for_the_network(weak):
    weak.stop("return bool(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))", without="seccomp")


def test_no_other_process_can_be_signalled(weak):
    weak.stop("return os.kill(args[0], 0) is None", os.getpid(), without="landlock")


def test_the_zygote_keeps_its_limits(weak):
    attack = "return __import__('resource').prlimit(os.getppid(), 10, (77, 77))"  # of locks: harms nobody
    weak.stop(attack, without="seccomp")


@pytest.mark.parametrize(
    "change",
    [
        "resource.prlimit(pid, resource.RLIMIT_DATA, (0, 0))",
        "os.sched_setaffinity(pid, list(os.sched_getaffinity(0))[:1])",
        "os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))",
        "os.setpriority(os.PRIO_PROCESS, pid, 19)",
        "os.setpriority(os.PRIO_PGRP, 0, 19)",
        f"assert libc.syscall({IOPRIO_SET}, 1, pid, 3 << 13) == 0",
    ],
    ids="limits processors scheduler priority group disk".split(),  # noqa: SIM905
)
def test_no_other_process_can_be_slowed_or_limited(weak, change):
    attack = f"""
    import resource
    pid = os.fork()
    if pid == 0: time.sleep(60)
    {change}
    return True"""
    weak.stop(attack, without="seccomp")


def test_nobody_who_opens_a_library_s_file_is_made_to_wait(weak):
    attack = """
    if args[0] == "own.txt": open(args[0], "w").close()
    return __import__("fcntl").fcntl(os.open(args[0], os.O_RDONLY), 1024, 1) + 1"""  # a lease, with 1 to write
    of_this_user = os.stat(UNUSED).st_uid == os.geteuid()  # Linux gives leases to the owner of a file only
    weak.stop(attack, UNUSED if of_this_user else "own.txt", without="seccomp")


def test_shared_memory_of_this_machine_cannot_be_found_by_its_number(weak):
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.shmget(0, 4096, 0o1600)
    try:
        weak.stop("return libc.shmctl(args[0], 2, ctypes.create_string_buffer(200)) + 1", number, without="seccomp")
    finally:
        assert libc.shmctl(number, 0, None) == 0


def test_every_forbidden_call_is_refused(weak):
    assert set(weak.gain(TRY_CALLS, known())) == set(known())


def test_no_program_is_started(weak):
    weak.stop("return os.posix_spawn('/bin/true', ['true'], {}) > 0", without="seccomp")


@pytest.mark.parametrize("taken", ["mmap.mmap(-1, 2**29)", "mmap.mmap(-1, 2**30)"])
def test_memory_is_limited(weak, taken):
    weak.stop(f"return len({taken})", without="limits")


def test_memory_that_processes_share_is_counted_once(weak):
    attack = """
    kept = bytearray(b"x") * (100 * 2**20)
    for _ in range(3):
        if os.fork() == 0: time.sleep(60)
    time.sleep(0.6)  # the memory of several processes is added up five times a second
    return len(kept)"""
    assert weak.gain(attack) is not None


@pytest.mark.parametrize("name", LIVES_ON)
def test_no_process_outlives_its_submission(weak, name):
    mark = f"atk{secrets.token_hex(5)}"
    with weak.box(f"def attack(*args):\n    {LIVES_ON[name]}") as box:
        call(box, "attack", mark)
        assert appears(mark)
    assert gone(mark)


@pytest.mark.parametrize("leave", ["os.setsid()", "os.setpgid(0, 0)"])
def test_nobody_leaves_the_group_that_the_kernel_ends_at_once(weak, leave):
    attack = f"""
    first = os.getpgid(0)
    if os.fork(): time.sleep(60)
    {leave}
    return os.getpgid(0) != first"""
    assert weak.gain("return os.getpgid(0) == os.getsid(0) == os.getpid()") is True
    weak.stop(attack, without="seccomp")


def test_a_family_is_as_large_as_allowed_even_where_the_kernel_does_not_count(weak):
    """Linux exempts root: a bomb went on until its time was up, faster than a list of it was made."""
    attack = """
    for _ in range(args[0]):
        if os.fork() == 0: time.sleep(60)
    time.sleep(60)"""
    with weak.box(f"def attack(*args):\n    {attack}", "limits memory") as box:
        error = ending(box, "attack", QUICK.processes * 2)
        assert (error.verdict, error.type_name) == (Verdict.RAISED, "Crash")
        assert ending(box, "attack", QUICK.processes // 2).verdict is Verdict.TIMED_OUT


def test_no_file_outlives_its_submission(weak):
    assert weak.gain("write('left', b'x'); return os.path.exists('left')") is True
    assert weak.gain("return os.path.exists('left')") is None


@pytest.mark.parametrize("name", ["python", "holding the lock", "signals blocked"])
def test_whatever_hangs_is_ended_in_time(weak, name):
    with weak.box(f"def attack():\n    {HANGS[name]}\ndef still(): return 'here'") as box:
        assert ending(box, "attack").verdict is Verdict.TIMED_OUT
        assert call(box, "still") == "here"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, 40])
def test_every_signal_to_itself_has_a_verdict(weak, number):
    with weak.box(f"def attack():\n    os.kill(os.getpid(), {int(number)})\n    time.sleep(600)") as box:
        assert ending(box, "attack").verdict is Verdict.RAISED


def test_who_ends_and_leaves_the_socket_to_a_child_has_ended(weak):
    with weak.box("def attack():\n    if os.fork() == 0: time.sleep(99)\n    os._exit(3)") as box:
        assert ending(box, "attack").verdict is Verdict.RAISED
