"""What the grader knows stays with the grader: attacks are given true paths, names and process numbers."""

from __future__ import annotations

import os

import pytest

from tests.attacks.conftest import MARK
from tests.attacks.walls import MASKED, ROOT

FILES = ["suite", "reference", "labels", "gradebook", "submission", "report"]
ALL_FILES_OPEN = "view user landlock"


@pytest.mark.parametrize("name", FILES)
def test_no_file_of_the_course_can_be_read_by_its_true_path(walls, planted, name):
    gained = walls.stop("return read(args[0]).decode()", str(planted.files[name]), without=ALL_FILES_OPEN)
    assert planted.tokens[name] in gained


def test_no_folder_of_the_course_can_be_listed(walls, planted):
    folder = planted.files["suite"].parent
    assert "reference.py" in walls.stop("return os.listdir(args[0])", str(folder), without=ALL_FILES_OPEN)


def test_no_file_of_the_course_even_exists_inside(walls, planted):
    walls.stop("return os.path.lexists(args[0])", str(planted.files["suite"]), without="view user")


@pytest.mark.parametrize("name", ["report", "gradebook", "submission"])
def test_no_result_can_be_written(walls, planted, name):
    path = planted.files[name]
    before = path.read_bytes()
    assert walls.gain("return write(args[0], args[1])", str(path), b"100 points") is None
    assert path.read_bytes() == before
    walls.stop("return open(args[0], 'r+b').readable()", str(path), without=ALL_FILES_OPEN)


def test_no_file_that_the_grader_may_write_can_be_written(walls, planted):
    path = "/usr/lib/os-release" if ROOT else str(planted.files["reference"])
    walls.stop("return open(args[0], 'r+b').readable()", path, without="view user landlock")


def test_nothing_outside_its_own_small_disk_can_be_written(walls):
    attack = """
    written = []
    for folder in ("/", "/box", "/box/inside", "/dev", "/usr", "/etc", "/proc", sys.prefix, os.__file__[:-5]):
        try: written.append(write(folder + "/left-by-an-attack", b""))
        except OSError: pass
    return [len(written)] if written else None"""
    assert walls.gain(attack) is None
    assert walls.gain(attack, off=["landlock"]) is None


def test_a_masked_file_reads_as_empty(walls):
    attack = "return read(args[0]).decode() or None"
    assert walls.gain(attack, MASKED) is None
    assert "webbrowser" in walls.gain(attack, MASKED, off=["view", "landlock"])


def test_what_runs_inside_cannot_be_rewritten(walls):
    attack = "return [open(f'/box/inside/{name}.py', 'r+b') for name in ('server', 'wire', 'ban', 'shell')] and 'open'"
    assert walls.gain(attack) is None
    assert walls.gain(attack, off=["user", "landlock", "mounts", "capabilities", "seccomp"]) is None


def test_the_grader_s_environment_is_unknown(walls, planted):
    gained = walls.stop("return os.environ.get(args[0])", planted.variable, without="environment")
    assert gained == planted.tokens["variable"]


SCAN_DESCRIPTORS = """
    found = []
    for number in range(4, 1024):
        for reader in (lambda n: os.pread(n, 200, 0), lambda n: os.set_blocking(n, False) or os.read(n, 200)):
            try: found.append(reader(number).decode())
            except (OSError, UnicodeDecodeError): pass
    return "".join(found)"""


def test_open_files_and_pipes_of_the_grader_are_not_inherited(walls, planted):
    gained = walls.stop(SCAN_DESCRIPTORS, without="host-descriptors descriptors")
    assert planted.tokens["open-file"] in gained
    assert planted.tokens["pipe"] in gained


def test_the_control_socket_of_the_zygote_is_gone(walls):
    attack = """
    kinds = []
    for number in range(4, 64):
        try: kinds.append(socket.socket(fileno=os.dup(number)).type == socket.SOCK_SEQPACKET)
        except OSError: pass
    return any(kinds)"""
    walls.stop(attack, without="control descriptors")


PROC = "proc landlock namespaces pid host-pid user privileges capabilities"


@pytest.mark.parametrize("file", ["environ", "cmdline", "maps", "mem"])
def test_proc_does_not_show_the_grader(walls, file):
    attack = "return open(f'/proc/{args[0]}/{args[1]}', 'rb').fileno()"
    assert walls.gain(attack, os.getpid(), file) is None
    assert walls.control(attack, os.getpid(), file, off=frozenset(PROC.split())) is not None


def test_proc_is_empty(walls):
    walls.stop("return '1' in os.listdir('/proc')", without="mounts landlock")
    walls.stop("return '1' in os.listdir('/proc')", without="proc landlock")


# Its own zygote, the process above it: with host-pid off a look through /proc finds the boxes of other tests, too.
ZYGOTE = 'return open(f"/proc/{os.getppid()}/mem", "rb").fileno()'


def test_the_zygote_s_memory_cannot_be_read(walls):
    of_root = " capabilities" if ROOT else ""  # an ordinary user's zygote has none, so to have none protects nothing
    walls.stop(ZYGOTE, without=f"landlock dumpable namespaces{of_root}")


VM_READ = """
    class Vec(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    pid, address, size = args
    buffer = ctypes.create_string_buffer(size)
    here, there = Vec(ctypes.addressof(buffer), size), Vec(address, size)
    return libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) == size and buffer.raw"""


def test_the_grader_s_memory_cannot_be_read_by_its_true_address(walls, planted):
    secret = planted.tokens["memory"].encode()
    place = id(secret) + bytes.__basicsize__ - 1
    without = "host-pid namespaces user privileges capabilities landlock seccomp"
    assert walls.stop(VM_READ, os.getpid(), place, len(secret), without=without) == secret


SCAN_MEMORY = """
    mark, found, page = args[0].encode() + b"-", set(), 65536
    reader, writer = os.pipe()
    libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    starts = {id(thing) & -2**26 for thing in (*gc.get_objects(), *sys._current_frames().values())}
    for start in starts:
        for address in range(start, start + 2**26, page):
            if libc.write(writer, address, page) > 0:  # the kernel says which addresses are mapped
                for part in os.read(reader, page).split(mark)[1:]: found.add(part[:48])
    return [part.decode("latin1") for part in found]"""


def test_all_memory_and_every_object_inside_hold_no_secret(walls, planted):
    known = f"{MARK}-told-0123456789abcdef0123456789abcdef"
    with walls.box(f"known = {known!r}\ndef attack(*args):\n    {SCAN_MEMORY}") as box:
        found = box.ask({"op": "call", "target": ["name", "attack"], "args": [MARK]}, 3).value
    assert any(part.startswith("told-0123") for part in found)  # it does find what is there
    assert not any(secret.removeprefix(MARK + "-") in part for secret in planted.tokens.values() for part in found)
