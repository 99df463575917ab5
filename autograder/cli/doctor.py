"""Proves on this machine, by trying, that the box denies what we say it denies. One line a promise."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from autograder.box.box import open_box
from autograder.box.inside import landlock
from autograder.box.outcome import StudentError
from autograder.box.zygote import Wall, Zygote
from autograder.course.limits import Limits
from autograder.errors import NoBox
from autograder.model import Verdict

PRELUDE = "import ctypes, os, socket, subprocess, sys, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"


@dataclass(frozen=True, slots=True)
class Probe:
    """A promise and the code that tries to break it: `probe()` returns a truthy value when it got through."""

    promise: str
    source: str
    verdicts: tuple[Verdict, ...] = ()  # ways of ending that keep the promise, too


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Whether one promise held on this machine; if not, what was seen instead."""

    promise: str
    kept: bool
    seen: str = ""


PROBES = (
    Probe(
        "the course, the gradebook and your home cannot be read",
        "return os.path.exists({secret!r}) and open({secret!r}).read()",
    ),
    Probe(
        "nothing outside its own small /tmp can be written",
        "return [open(p, 'w') for p in ('/usr/x', '/box/x', '/dev/x', '/x')]",
    ),
    Probe("a file opened by the grader is not inherited", "return [os.fstat(n) for n in range(4, 200) if _open(n)]"),
    Probe("environment variables of the grader are not visible", "return {token!r} in str(os.environ)"),
    Probe("other processes cannot be seen", "return os.listdir('/proc')"),
    Probe("other processes cannot be signalled", "return [os.kill(p, 0) for p in range(2, 40_000) if _alive(p)]"),
    Probe("memory of other processes cannot be read", "return libc.ptrace(16, {pid}, 0, 0) == 0"),
    Probe("no connection to this machine", "return socket.create_connection(('127.0.0.1', {port}), 1)"),
    Probe("no connection to the network", "return socket.create_connection(('192.0.2.1', 80), 1)"),
    Probe("no program is started", "return subprocess.run(['/bin/true'])"),
    Probe(
        "no new namespace, no mount",
        "return libc.unshare(0x10000000) == 0 or libc.mount(b'x', b'/tmp', b'tmpfs', 0, 0) == 0",
    ),
    Probe("no capability is left", "return libc.chroot(b'/tmp') == 0 or libc.setgroups(0, None) == 0"),
    Probe("a process may not take more memory than its limit", "return bytearray(8 * 2**30)", (Verdict.OUT_OF_MEMORY,)),
    Probe(
        "memory outside the limits (memfd, System V) is refused",
        "return os.memfd_create('x') or libc.shmget(0, 4096, 512) > 0",
    ),
    Probe("the disk is small", "return open('/tmp/x', 'wb').write(bytes(10**8)) == 10**8"),
    Probe("the number of files is small", "return [open(f'/tmp/{{i}}', 'w').close() for i in range(5_000)]"),
    Probe(
        "the number of processes is small",
        "return [os.fork() or time.sleep(9) for _ in range(300)]",
        (Verdict.TIMED_OUT,),
    ),
    Probe("an endless loop ends", "while True: pass", (Verdict.TIMED_OUT,)),
    Probe("an endless loop in C ends", "ctypes.PyDLL(None).usleep(2**31)", (Verdict.TIMED_OUT,)),
)
HELPERS = """
def _open(n):
    try: return bool(os.fstat(n))
    except OSError: return False
def _alive(p):
    try: return p != os.getpid() and os.kill(p, 0) is None
    except OSError: return False
"""


def probe_results(wall: Wall) -> Iterator[ProbeResult]:
    """Tries every promise in real boxes, one after the other. Raises NoBox where there is no wall."""
    token = secrets.token_hex(8)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as secret, socket.create_server(("127.0.0.1", 0)) as server:
        secret.write(token)
        secret.flush()
        os.environ["CONVGRADE_DOCTOR"] = token
        known = {"secret": secret.name, "token": token, "pid": os.getppid(), "port": server.getsockname()[1]}
        with Zygote.start(wall) as zygote:
            for probe in PROBES:
                yield _try(zygote, probe, known)
            yield _survives(zygote)


def _try(zygote: Zygote, probe: Probe, known: dict[str, object]) -> ProbeResult:
    body = probe.source.format(**known)
    with open_box(zygote, Limits(call_seconds=3, memory_mb=1024)) as box:
        box.run_cell(f"{PRELUDE}{HELPERS}\ndef probe():\n    {body}", "doctor")
        try:
            reply = box.ask({"op": "call", "target": ["name", "probe"]})
        except StudentError as error:
            stopped = error.verdict in (*probe.verdicts, Verdict.RAISED, Verdict.OUT_OF_MEMORY)
            return ProbeResult(probe.promise, stopped and error.type_name != "NameError", str(error))
    return ProbeResult(probe.promise, not reply.value, "it got through")


def _survives(zygote: Zygote) -> ProbeResult:
    """After all that, a right answer is still a right answer."""
    with open_box(zygote, Limits()) as box:
        box.run_cell("import torch\ndef f(x): return (x * 2).sum()", "doctor")
        import torch

        value = box.ask({"op": "call", "target": ["name", "f"], "args": [torch.ones(3)]}).value
    return ProbeResult("after all this a right answer still arrives", bool(value == 6))


def examine(wall: Wall) -> bool:
    """Prints the machine and one line a promise; whether all of them held."""
    say, kept, start = Console(highlight=False).print, True, time.monotonic()
    for line in machine():
        say(line)
    try:
        for result in probe_results(wall):
            kept = kept and result.kept
            say(f"ok      {result.promise}" if result.kept else f"BROKEN  {result.promise}  ({result.seen})")
    except NoBox as error:
        say(f"BROKEN  {error}")
        return False
    say(f"{'Every promise holds' if kept else 'Do not grade here'} ({time.monotonic() - start:.0f} s).")
    return kept


def machine() -> Iterator[str]:
    """What the wall is made of here."""
    version = "missing"
    if path := shutil.which("bwrap"):
        version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    yield f"bubblewrap: {version.removeprefix('bubblewrap ')}"
    yield f"kernel: {os.uname().release}, Landlock ABI {landlock.version() or 'none'}"
    unprivileged = Path("/proc/sys/user/max_user_namespaces")
    yield f"user namespaces: {unprivileged.read_text().strip() if unprivileged.exists() else 'unknown'}"
    yield f"GPU: {_gpu()}"


def _gpu() -> str:
    import torch

    if not torch.cuda.is_available():
        return "none that torch can use; grading uses the CPU"
    return f"{torch.cuda.get_device_name()}; `grade --device cuda` uses it"
