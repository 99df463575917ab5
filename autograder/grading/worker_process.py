"""One worker process, from the pool's side: how it is started, what is sent to it, and how it is always ended.

Request: JSON {"student", "source", "key"}, a newline, the bytes as handed in. Reply: the Report's JSON. Before the
first request the worker says {"ready": true}, or {"error": "…"} where nothing can be graded. An empty request ends it;
so does the end of this process. Only bytes cross (`send_bytes`), nothing is ever unpickled.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from autograder.box.bubblewrap import ENVIRONMENT
from autograder.box.inside.jail import PR_SET_PDEATHSIG, prctl
from autograder.log import note_span
from autograder.submission.handed_in import HandedIn

MAX_REPLY = 256_000_000  # bytes of one report; figures are capped long before


@dataclass(frozen=True, slots=True)
class Job(HandedIn):
    """A submission on its way to a worker, with what else that worker has to know, as JSON."""

    extra: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> bytes:
        """What is sent to a worker."""
        header = {"student": self.student, "source": self.source, "key": self.key, **self.extra}
        return json.dumps(header).encode() + b"\n" + self.raw


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """How a worker is started: `target(connection, *args)`, a function of a module, and how long it may take."""

    target: Callable[..., None]
    args: tuple[Any, ...] = ()
    submission_seconds: float = 510.0  # after which a worker that still grades is killed
    start_seconds: float = 600.0
    quiet: bool = True  # what workers print to stderr is for developers
    cluster: str = ""  # where they are started: on this machine by default


class Worker:
    """A process that grades one submission after the other."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec, self.ready = spec, False
        self.index: int | None = None  # of the submission that it grades
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_live, args=(spec.target, theirs, spec.args, spec.quiet))
        with theirs, _undisturbed(), _hashing_as_the_box():
            self._process.start()
        self.begun = time.monotonic()
        self.deadline = self.begun + spec.start_seconds

    @property
    def idle(self) -> bool:
        """Whether it waits for a request."""
        return self.ready and self.index is None

    @property
    def late(self) -> bool:
        """Whether it has used all the time that it had."""
        return not self.idle and time.monotonic() > self.deadline

    def ask(self, index: int, job: Job) -> None:
        """Send a request. Raises OSError where the worker is gone."""
        self.index = index
        self.send(job.frame())

    def send(self, frame: bytes) -> None:
        """Send a request that nobody numbers. Raises OSError where the worker is gone."""
        self.deadline = time.monotonic() + self.spec.submission_seconds
        self.connection.send_bytes(frame)

    @property
    def seconds_left(self) -> float:
        """Until it has used all the time that it had."""
        return max(0.0, self.deadline - time.monotonic())

    def answer(self) -> bytes:
        """The next message. Raises EOFError or OSError where the worker is gone."""
        return self.connection.recv_bytes(MAX_REPLY)

    def note_start(self) -> None:
        """It is ready: what its imports and its zygote took, for whoever profiles."""
        note_span("workers", self.begun, self._process.pid or 0)

    def ask_to_end(self) -> None:
        """Let an idle worker leave by itself; interrupt a busy one."""
        with suppress(OSError):
            if self.idle:
                self.connection.send_bytes(b"")
            elif self._process.pid:
                os.kill(self._process.pid, signal.SIGTERM)

    def end(self, seconds: float = 0.0) -> None:
        """Wait that long, then kill it with every process that it started."""
        wait([self._process.sentinel], seconds)
        for kill in (os.killpg, os.kill):  # its own group, unless it died before it had one
            with suppress(ProcessLookupError, PermissionError):
                kill(self._process.pid or 0, signal.SIGKILL)
        self._process.join()
        self.connection.close()


def end_all(workers: Iterable[Worker], seconds: float = 3.0) -> None:
    """End every worker; together they have that long to leave by themselves."""
    workers, deadline = list(workers), time.monotonic() + seconds
    for worker in workers:
        worker.ask_to_end()
    for worker in workers:
        worker.end(max(0.0, deadline - time.monotonic()))


class _undisturbed:  # noqa: N801  # reads as a word in a with statement
    """Ctrl-C waits while a process is started, and the child begins its life with it blocked."""

    def __enter__(self) -> None:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


@contextmanager
def _hashing_as_the_box() -> Iterator[None]:
    """What is started in here orders sets as the box does: a known mistake that relies on it is replayed alike."""
    before = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = ENVIRONMENT["PYTHONHASHSEED"]
    try:
        yield
    finally:
        os.environ.pop("PYTHONHASHSEED")
        if before is not None:
            os.environ["PYTHONHASHSEED"] = before


def _live(target: Callable[..., None], connection: Connection, args: tuple[Any, ...], quiet: bool) -> None:
    """The worker's own side: a group of its own, no Ctrl-C from the terminal, gone when the pool is gone."""
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # whoever imports for seconds hears nothing gentler
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:  # it was gone before the kernel knew
        os._exit(143)
    if quiet:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.dup2(2, 1)  # standard output belongs to the command
    try:
        target(connection, *args)
    except (EOFError, BrokenPipeError):
        sys.exit(0)  # the pool is gone
    except Exception as error:
        with suppress(OSError):
            connection.send_bytes(json.dumps({"crash": f"{type(error).__name__}: {error}"}).encode())
        raise


def _leave(*_: object) -> None:
    """End with everything that this worker forked, and close what it opened."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    sys.exit(143)
