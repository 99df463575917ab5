"""What a GPU needs is let through, and what is promised all the same holds (docs/security.md, With a GPU).

The device "meta", which torch has everywhere, stands in for the GPU: the wall is the one of every device but the CPU.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from autograder.box import gpu
from autograder.box.box import Box, open_box
from autograder.box.outcome import StudentError
from autograder.box.zygote import MODES, Wall, Zygote
from autograder.model import Verdict
from tests.attacks.test_survivors import LIVES_ON, appears, gone
from tests.attacks.walls import PRELUDE, QUICK, call, ending

SOURCE = """
import mmap, os, threading
def name_the_thread():
    with open(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/comm", "w") as file:
        return file.write("worker")
def hardware(): return len(os.listdir("/sys")) > 0
def anonymous_file(): return os.memfd_create("x") > 0
def look(path):
    with open(path, "rb") as file: return len(file.read())
def look_around(): return os.listdir("/proc")
def signal_the_zygote(): return os.kill(os.getppid(), 0) is None
def limit_the_zygote(): return __import__("resource").prlimit(os.getppid(), 10, (77, 77))  # of locks: harms nobody
def own(): return bytearray(3 * 2**30)
def shared():
    memory = mmap.mmap(-1, 3 * 2**30)
    for place in range(0, len(memory), 4096): memory[place] = 1
def many_addresses(): return len(mmap.mmap(-1, 2**38, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ))
def right(): return 7
"""


@pytest.fixture(scope="module", params=MODES)
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote.start(Wall(mode=request.param, device="meta")) as warm:
        yield warm


@pytest.fixture
def box(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(gpu, "MEMORY_MB", 0)
    with open_box(zygote, replace(QUICK, call_seconds=20, memory_mb=512)) as made:
        assert made.run_cell(SOURCE, "attack").ok
        yield made


@pytest.mark.parametrize("name", ["name_the_thread", "hardware", "anonymous_file", "many_addresses"])
def test_what_cuda_needs_is_there(box, name):
    assert call(box, name)


@pytest.mark.parametrize("path", ["/proc/1/status", "/proc/2/cmdline", "/proc/1/environ", "/proc/self/../1/maps"])
def test_other_processes_cannot_be_read(box, path):
    with pytest.raises(StudentError, match=r"Permission|No such"):
        call(box, "look", path)


@pytest.mark.parametrize("name", ["look_around", "signal_the_zygote", "limit_the_zygote"])
def test_processes_cannot_be_listed_signalled_or_limited(box, name):
    assert ending(box, name).type_name == "PermissionError"


@pytest.mark.parametrize("name", ["own", "shared"])
def test_no_more_memory_is_taken_than_allowed(box, name):
    assert ending(box, name).verdict is Verdict.OUT_OF_MEMORY
    assert call(box, "right") == 7


@pytest.mark.parametrize("name", LIVES_ON)
def test_no_process_outlives_its_submission(zygote, name):
    mark = f"atk{secrets.token_hex(5)}"
    with open_box(zygote, QUICK) as made:
        made.run_cell(f"{PRELUDE}\ndef attack(*args):\n    {LIVES_ON[name]}", "attack")
        call(made, "attack", mark)
        assert appears(mark)
    assert gone(mark)
