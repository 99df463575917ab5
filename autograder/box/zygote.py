"""The grader's side of a worker's warm zygote: start it behind a wall, get a box from it, end it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from autograder.box import bubblewrap, gpu, masks, seccomp, users
from autograder.box.clock import Used
from autograder.box.inside import landlock
from autograder.box.inside.jail import PR_SET_PDEATHSIG, prctl
from autograder.course.limits import Limits
from autograder.errors import BoxFailure, NoBox

START_SECONDS, ANSWER_SECONDS, HANG_UP_SECONDS = 240.0, 120.0, 5.0  # machines are busy; an exit shows at once
SPARE = 8  # processes above the limit of the kernel, which counts differently; a bomb is soon above them
MAX_WARM = 10_000  # characters of a cell; a control message holds 64 KiB
DEVICES = ("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
MODES = ("bubblewrap", "landlock")
INSTALL = (
    "Install it (Debian, Ubuntu: apt-get install bubblewrap), in a container allow it (docs/container.md), or choose"
    " the weaker wall: --box landlock"
)


@dataclass(frozen=True, slots=True)
class Wall:
    """Which wall, and what it hides or lets through.

    `masked` files read as empty and folders are empty; behind landlock alone they cannot be read. Tensors live on
    `device` inside, "cpu" or "cuda". `off` switches protections off one by one, for tests only. When the zygote starts:
    view, masked, user, privileges, environment, dumpable, die-with-parent, host-descriptors, host-net, host-ipc,
    host-pid. For each submission: limits, memory, count, namespaces, mounts, proc, net, ipc, pid, landlock,
    capabilities, seccomp, descriptors, control, nonce, quiet.
    """

    mode: str = "bubblewrap"
    masked: tuple[str, ...] = ()
    device: str = "cpu"
    off: frozenset[str] = field(default_factory=frozenset)


class Zygote:
    """One warm process behind a wall; use `Zygote.start`."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, wall: Wall, scratch: str) -> None:
        self.process, self.control, self.wall, self.scratch = process, control, wall, scratch

    @classmethod
    @contextlib.contextmanager
    def start(cls, wall: Wall | None = None, warm: Sequence[str] = ()) -> Iterator[Zygote]:
        """A zygote that is ready. Raises NoBox, with what to install, where there is no working wall.

        `warm` are cells that it runs once, so that forks find their imports and caches there: public code of ours only.
        """
        wall = wall or Wall()
        with tempfile.TemporaryDirectory(prefix="box") as scratch, users.own_user() as user:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            process = _launch(theirs, _config(wall, scratch, user), wall, scratch)
            zygote = cls(process, ours, wall, scratch)
            try:
                zygote._await_ready()
                zygote._warm(warm)
                yield zygote
            finally:
                zygote.stop()

    def _warm(self, sources: Sequence[str]) -> None:
        for source in sources:
            if len(source) < MAX_WARM:
                self._command({"op": "warm", "source": source})
        self._command({"op": "settle"})

    def stop(self) -> None:
        """Ends the zygote and, with its pid namespace, everything in it."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)  # a fork of ours may hold it, too, and would keep it open
        self.control.close()
        if self.wall.mode != "bubblewrap":  # no pid namespace: it ends its submission itself, and has to live for that
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ANSWER_SECONDS)
        if self.process.stderr:
            self.process.stderr.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def was_killed(self) -> bool:
        """Whether a signal has ended the process: no fault of the wall, so another zygote may live."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(HANG_UP_SECONDS)
        status = self.process.returncode or 0
        return status < 0 or status > 128  # bubblewrap's own, or what it says of the process inside

    def spawn(self, connection: socket.socket, limits: Limits) -> None:
        """Forks a child that serves this connection. Raises BoxFailure when its walls cannot be built."""
        memory = limits.memory_mb + (gpu.MEMORY_MB if self.wall.device != "cpu" else 0)
        numbers = {
            "memory_mb": memory,
            "tensors_mb": limits.memory_mb,  # of a card
            "family_mb": 0 if "memory" in self.wall.off else memory + 512,
            "disk_mb": limits.disk_mb,
            "processes": limits.processes,
            "most_processes": None if "count" in self.wall.off else limits.processes + SPARE,
            "cpu_seconds": int(limits.submission_seconds) + 5,
            "off": sorted(self.wall.off),
        }
        answer = self._command({"op": "spawn", "limits": numbers}, [connection.fileno()])
        if "pid" not in answer:
            raise BoxFailure(f"no box could be started: {answer.get('error')}")

    def used(self) -> Used:
        """What the child and the processes that it started have used so far."""
        answer = self._command({"op": "used"})
        return Used(answer["computed"], answer["waited"])

    def sweep(self) -> None:
        """Ends every process that the child has started, but not the child."""
        self._command({"op": "sweep"})

    def end(self) -> dict[str, Any]:
        """Ends the child; {"status": wait status or None, "over_memory": bool, "memory_mb": the most it held}."""
        ended = self._command({"op": "end"})
        if self.wall.mode != "bubblewrap":  # there a submission's files are gone with its mount namespace
            sweep = ["find", _workplace(self.scratch), "-mindepth", "1", "-delete"]
            subprocess.run(sweep, stderr=subprocess.DEVNULL, check=False)
        return ended

    def _command(self, command: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        try:
            socket.send_fds(self.control, [json.dumps(command).encode()], list(descriptors))
            return self._answer(ANSWER_SECONDS)
        except OSError as error:
            raise BoxFailure(f"the zygote does not answer: {self._last_words() or error}") from error

    def _answer(self, seconds: float) -> dict[str, Any]:
        if not select.select([self.control], [], [], seconds)[0]:
            raise BoxFailure("the zygote does not answer")
        message = self.control.recv(65_536)
        if not message:
            raise BoxFailure("the zygote ended")
        return dict(json.loads(message))

    def _await_ready(self) -> None:
        try:
            self._answer(START_SECONDS)
        except (BoxFailure, OSError) as error:
            if self.was_killed():
                raise BoxFailure("the zygote was killed while it started") from error
            reason = self._last_words() or str(error)
            raise NoBox(f"No box could be built: {reason}\n  in {self.wall.mode}\n  {INSTALL}") from error

    def _last_words(self) -> str:
        """Ends the process and reads the last line of its standard error."""
        self.process.kill()
        assert self.process.stderr is not None
        return (self.process.stderr.read().decode(errors="replace").strip().splitlines() or [""])[-1]


def _launch(control: socket.socket, settings: dict[str, Any], wall: Wall, scratch: str) -> subprocess.Popen[bytes]:
    config = json.dumps(settings)
    if wall.mode == "bubblewrap":
        if bubblewrap.program() is None:
            raise NoBox(f"No box could be built: bubblewrap is not installed.\n  {INSTALL}")
        covered = masks.mask_words(_masked(wall), bubblewrap.mounts(), scratch)
        words = bubblewrap.command(control.fileno(), config, covered, wall.device, wall.off)
        environment = dict(os.environ) if "environment" in wall.off else {}
    else:
        if not landlock.version():
            raise NoBox("No box could be built: this kernel has no Landlock.\n  Linux 5.13 or newer has it.")
        words = bubblewrap.zygote_command(sys.executable, control.fileno(), config)
        places = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), _workplace(scratch))
        environment = bubblewrap.variables(wall.device) | places | {"PYTHONPATH": bubblewrap.host_path(scratch)}
    inherits = "host-descriptors" in wall.off
    control.set_inheritable(True)
    try:
        # No descriptor but the control socket, no terminal, no variable of ours.
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            pass_fds=[] if inherits else [control.fileno()],
            close_fds=not inherits,
            start_new_session=True,
            cwd="/",
            preexec_fn=partial(_end_with, os.getpid()),  # bubblewrap asks for the same, but later
        )
    finally:
        control.close()


def _end_with(parent: int) -> None:
    """The kernel kills this process with its parent; one whose parent is gone already ends now."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _config(wall: Wall, scratch: str, user: int) -> dict[str, Any]:
    bubbled = wall.mode == "bubblewrap"
    own_pids = bubbled and wall.device == "cpu"  # a GPU's driver looks in /proc for the numbers of its threads
    reachable = bubbled or _all_can_read(scratch)
    becomes = reachable and os.getuid() == 0 and "user" not in wall.off
    if becomes and not bubbled:
        os.chown(_workplace(scratch), user, user)
    places = bubblewrap.places()
    readable = [*bubblewrap.SYSTEM, *(places.values() if bubbled else places), *DEVICES]
    readable = [*readable, bubblewrap.BOX if bubbled else scratch]
    # Bubblewrap has covered what is masked. Landlock can only leave it out.
    readable, listed = (readable, []) if bubbled else masks.readable_without(readable, _masked(wall))
    writable = ["/tmp", "/dev/shm", "/dev/null"] if bubbled else [_workplace(scratch), "/dev/null"]
    calls: tuple[str, ...] = ()
    if wall.device != "cpu":
        readable, calls = [*readable, *gpu.READABLE], gpu.CALLS
        writable += [*gpu.nodes(wall.device), *gpu.WRITABLE]
    return {
        "device": wall.device,
        "uid": user if becomes else None,
        "namespaces": bubbled,
        "own_pids": own_pids,
        "readable": readable,
        "listed": listed,
        "writable": writable,
        "filter": base64.b64encode(seccomp.filter_program(bubbled, calls, own_pids)).decode(),
        "off": sorted(wall.off),
    }


def _masked(wall: Wall) -> tuple[str, ...]:
    return () if "masked" in wall.off else wall.masked


def _workplace(scratch: str) -> str:
    """Where a submission may write when there is no bubblewrap: a folder of its worker's."""
    return os.path.join(scratch, "work")


def _all_can_read(scratch: str) -> bool:
    """Without mounts, root can become another user only where everybody can reach the interpreter."""
    os.chmod(scratch, 0o755)
    os.makedirs(_workplace(scratch), exist_ok=True)
    paths = [Path(path).resolve() for path in bubblewrap.places()]
    return all(place.stat().st_mode & 0o005 == 0o005 for path in paths for place in (path, *path.parents))
