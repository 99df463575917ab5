"""Memory, processes, files and time are bounded; every attack here is bounded itself, also without the wall."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.model import Verdict
from tests.attacks.walls import QUICK, call, ending

MANY = QUICK.processes * 2


def test_a_fork_bomb_is_cut_short(walls):
    attack = f"""
    for _ in range({MANY}):
        if os.fork() == 0: time.sleep(60)
    time.sleep(4)  # they are counted from outside, too, a few times a second
    return True"""
    walls.stop(attack, without="limits count")


def test_a_thread_bomb_is_cut_short(walls):
    attack = f"""
    for _ in range({MANY}): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    return True"""
    walls.stop(attack, without="limits")


def test_open_files_run_out(walls):
    walls.stop("return len([os.open('/dev/null', 0) for _ in range(400)])", without="limits")


@pytest.mark.parametrize(
    "taken", ["bytearray(2**29)", "torch.empty(2**30, dtype=torch.uint8)", "mmap.mmap(-1, 2**30)", "np.zeros(2**27)"]
)
def test_one_process_cannot_take_more_memory_than_allowed(walls, taken):
    attack = f"import torch, numpy as np\n    return len({taken})"
    walls.stop(attack, without="limits", limits=replace(QUICK, memory_mb=256))


def test_too_much_memory_has_its_own_verdict(walls):
    with walls.box("def attack(): return bytearray(2**30)") as box:
        assert ending(box, "attack").verdict is Verdict.OUT_OF_MEMORY


FAMILY = """
    children, size = [], 200 * 2**20
    for _ in range(4):
        reader, writer = os.pipe()
        if os.fork() == 0:
            kept = bytearray(b"x") * size
            os.write(writer, b"x")
            time.sleep(60)
        children.append(os.read(reader, 1))
"""
THAT_STAYS = f"{FAMILY}    time.sleep(600)"  # until the memory is added up, which happens five times a second


def test_a_family_of_processes_shares_one_allowance(walls):
    small = replace(QUICK, memory_mb=256)
    with walls.box(f"def attack():\n    {THAT_STAYS}", limits=small) as box:
        assert ending(box, "attack").verdict is Verdict.OUT_OF_MEMORY
    assert walls.gain(f"{FAMILY}    return len(children) == 4", off=["memory"], limits=small) is True


def test_a_family_in_which_everybody_hides_is_counted_all_the_same(walls):
    hiding = THAT_STAYS.replace("kept =", "os.setsid(); libc.prctl(4, 0, 0, 0, 0); kept =")
    with walls.box(f"def attack():\n    {hiding}", limits=replace(QUICK, memory_mb=256)) as box:
        assert ending(box, "attack").verdict is Verdict.OUT_OF_MEMORY


FILL = """
    names = [f"{args[0]}/{number}" for number in range(args[1])]
    return [write(name, bytes(args[2])) for name in names] and [os.unlink(name) for name in names]"""
MEGABYTES = (10, 2**22)


def test_the_disk_is_small(walls):
    walls.stop(FILL, "/tmp", *MEGABYTES, without="mounts")


def test_shared_memory_is_small(walls):
    assert walls.gain(FILL, "/dev/shm", *MEGABYTES) is None
    assert walls.gain(FILL, "/dev/shm", *MEGABYTES, limits=replace(QUICK, disk_mb=64)) is not None


def test_one_file_is_small(walls):
    walls.stop(FILL, "/tmp", 1, 24 * 2**20, without="limits mounts")


def test_inodes_are_few(walls):
    walls.stop(FILL, "/tmp", 4000, 0, without="mounts")


def test_buffers_of_the_kernel_are_few(walls):
    attack = """
    pairs, total = [], 0
    for _ in range(100):
        pair = socket.socketpair()
        pairs.append(pair)
        for end in pair:
            end.setblocking(False)
            total += end.send(bytes(2**16))
    return total"""
    walls.stop(attack, without="limits")


@pytest.mark.parametrize("road", ["os.memfd_create('x')", "libc.shmget(0, 2**20, 0o1600) + 1"])
def test_memory_that_no_limit_counts_is_refused(walls, road):
    walls.stop(f"return {road}", without="seccomp")


def test_endless_output_is_cut_and_timed(walls):
    with walls.box("def attack():\n    while True: print('x' * 1000)", limits=replace(QUICK, call_seconds=1)) as box:
        assert ending(box, "attack").verdict is Verdict.TIMED_OUT
    with walls.box("def attack():\n    for _ in range(20_000): print('x' * 1000)\n    return 1") as box:
        assert len(box.ask({"op": "call", "target": ["name", "attack"]}).printed) < 30_000


HANGS = {
    "python": "while True: pass",
    "swallowed": "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "matmul": "torch.linalg.svd(torch.randn(4000, 4000))",
    "regex": "re.match('(a+)+$', 'a' * 40 + 'b')",
    "holding the lock": "ctypes.PyDLL(None).usleep(2**31)",
    "signals ignored": "[signal.signal(n, signal.SIG_IGN) for n in (2, 15, 1)]; time.sleep(99)",
    "signals blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); time.sleep(99)",
    "stopped child": "os.waitpid(os.fork() or os.kill(os.getpid(), signal.SIGSTOP) or os._exit(0), 0)",
    "big power": "3 ** (10 ** 9)",
    "asleep": "signal.pause()",
}


@pytest.mark.parametrize("name", HANGS)
def test_whatever_hangs_is_ended_in_time_and_the_next_call_works(walls, name):
    source = f"import re, torch\ndef attack():\n    {HANGS[name]}\ndef still(): return 'here'"
    with walls.box(source, limits=replace(QUICK, call_seconds=0.7)) as box:
        assert ending(box, "attack").verdict is Verdict.TIMED_OUT
        assert call(box, "still") == "here"
