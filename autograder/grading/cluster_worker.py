"""What runs on a Dask worker: it keeps worker processes of ours, hands them submissions, and brings reports back.

A process is made as the local pool makes it, one for each thread of the Dask worker, and stays warm. The course comes
as bytes whose digest is checked before anything is unpacked, once for each Dask worker.
"""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autograder.course import load_course
from autograder.errors import ConvgradeError
from autograder.grading.keys import engine_facts
from autograder.grading.serve_spec import ServeSpec
from autograder.grading.worker_process import Worker, WorkerSpec, end_all
from autograder.layout import SOLUTIONS

LONGEST = 4.0  # seconds after which a task begins no further submission: what was expected of it did not hold


@dataclass(frozen=True, slots=True)
class Bundle:
    """A course as bytes, and what they must add up to."""

    raw: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Which worker process grades, and what has to be the same there as where the command was typed."""

    spec: WorkerSpec
    facts: Mapping[str, Any] = field(default_factory=dict)


class Ended(RuntimeError):
    """A worker process died, hung or talked nonsense over one submission."""


def packed(root: Path) -> Bundle:
    """What a worker needs of the course at `root`: solutions/, always as the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path in sorted((root / SOLUTIONS).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                entry = tarfile.TarInfo(path.relative_to(root).as_posix())
                raw = path.read_bytes()
                entry.size = len(raw)
                archive.addfile(entry, io.BytesIO(raw))
    return Bundle(out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest())


def as_it_is(bundle: Bundle) -> Bundle:
    """A task of Dask whose result is this course, so that Dask carries it and makes it again where it is lost."""
    return bundle


def answered_there(frames: Sequence[bytes], bundle: Bundle, seat: Seat) -> list[tuple[float, bytes]]:
    """(seconds, answer as JSON) of requests, in their order, until a while has passed or nobody wants them any more.

    An answer is a report, or {"error": …} where nothing can be graded on this worker. Where the process broke over a
    request, it and what follows have no answer; where it was alone, this raises Ended: Dask tries it once more.
    """
    answers: list[tuple[float, bytes]] = []
    try:
        room, end = _classroom(bundle, seat), time.monotonic() + LONGEST
        for frame in frames:
            if answers and (room.left or time.monotonic() > end):
                break
            answers.append(room.answer(frame))
    except ConvgradeError as error:
        answers.append((0.0, json.dumps({"error": str(error)}).encode()))
    except Ended:
        if len(frames) == 1:
            raise
    return answers


class _Classroom:
    """A course on this machine and the warm processes that grade it."""

    def __init__(self, bundle: Bundle, seat: Seat) -> None:
        if hashlib.sha256(bundle.raw).hexdigest() != bundle.digest:
            raise ConvgradeError("the course arrived damaged on a worker of the cluster")
        self._folder = TemporaryDirectory(prefix="convgrade-", dir=_scratch())
        root = Path(self._folder.name)
        with tarfile.open(fileobj=io.BytesIO(bundle.raw)) as archive:
            archive.extractall(root, filter="data")
        arguments = [replace(arg, root=str(root)) if isinstance(arg, ServeSpec) else arg for arg in seat.spec.args]
        for serving in arguments:
            if isinstance(serving, ServeSpec):
                _refuse_other_facts(serving, seat.facts)
        self._spec, self._lock = replace(seat.spec, args=tuple(arguments)), threading.Lock()
        self._idle: list[Worker] = []
        self.left = False  # the command that asked is gone
        self._users = 1  # whoever holds it open, and every thread that grades

    def answer(self, frame: bytes) -> tuple[float, bytes]:
        """What an idle process answers, or a new one, and in how many seconds. A broken one is ended."""
        worker = self._taken()
        try:
            answer = _asked(worker, frame)
        except BaseException:
            worker.end()
            self.release()
            raise
        with self._lock:
            self._idle.append(worker)
        self.release()
        return answer

    def release(self) -> None:
        """One user less; the last one ends the processes and takes the course away."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
        end_all(self._idle)
        self._folder.cleanup()

    def _taken(self) -> Worker:
        with self._lock:
            self._users += 1
            if self._idle:
                return self._idle.pop()
        with _may_have_children():
            return Worker(self._spec)


def _scratch() -> str | None:
    """Where Dask lets this worker write: it clears that folder when the worker is gone."""
    from distributed import get_worker

    try:
        return str(get_worker().local_directory)
    except ValueError:  # not in a worker
        return None


def _asked(worker: Worker, frame: bytes) -> tuple[float, bytes]:
    """What the process says to one request, and how long that took it once it was ready.

    Raises Ended, and ConvgradeError where it cannot grade at all.
    """
    try:
        if not worker.ready:
            _in_time(worker)
            started = json.loads(worker.answer())
            if "error" in started:
                raise ConvgradeError(str(started["error"]))
            worker.ready = bool(started["ready"])
        begun = time.monotonic()
        worker.send(frame)
        _in_time(worker)
        answer = worker.answer()
        crash = json.loads(answer).get("crash")
    except (OSError, EOFError, ValueError, KeyError, AttributeError) as error:
        raise Ended(f"the worker ended unexpectedly ({type(error).__name__})") from None
    if crash:
        raise Ended(str(crash))
    return time.monotonic() - begun, answer


def _in_time(worker: Worker) -> None:
    """Wait for the next message. Raises Ended when it takes longer than it may."""
    if not worker.connection.poll(worker.seconds_left):
        raise Ended("it took too long")


def _refuse_other_facts(serving: ServeSpec, wanted: Mapping[str, Any]) -> None:
    """Raises ConvgradeError where this machine would come to other verdicts than the one that asks."""
    assignment = load_course(Path(serving.root)).assignment(serving.slug)
    here = _flat(engine_facts(assignment, serving.wall, serving.device))
    for name, value in _flat(wanted).items():
        if here.get(name) != value:
            raise ConvgradeError(
                f"a worker of the cluster has another {name}: {here.get(name)}, here {value}\n"
                "  install the same packages there, see requirements.lock"
            )


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Versions beside the other facts, each by its own name."""
    return {name: value for name, value in facts.items() if name != "versions"} | dict(facts.get("versions", {}))


_CLASSROOMS: dict[tuple[str, str], _Classroom] = {}  # of this Dask worker, by course and seat; the latest is last
_OPENING = threading.Lock()
_AT_ONCE = 2  # a process takes about 1 GB


def _classroom(bundle: Bundle, seat: Seat) -> _Classroom:
    """The one for this course and seat; the oldest makes room for a new one."""
    key = (bundle.digest, repr(seat))
    with _OPENING:
        if key not in _CLASSROOMS:
            if len(_CLASSROOMS) >= _AT_ONCE:
                _CLASSROOMS.pop(next(iter(_CLASSROOMS))).release()
            _CLASSROOMS[key] = _Classroom(bundle, seat)
        return _CLASSROOMS[key]


def left(digest: str) -> None:
    """Nobody grades this course any more: end what this Dask worker keeps for it."""
    with _OPENING:
        for key in [key for key in _CLASSROOMS if key[0] == digest]:
            room = _CLASSROOMS.pop(key)
            room.left = True
            room.release()


@contextmanager
def _may_have_children() -> Iterator[None]:
    """Dask's nanny starts its workers as daemons, and multiprocessing lets no daemon start a process.

    A daemon's children could outlive it; ours end with their parent, whatever ends it (PR_SET_PDEATHSIG).
    """
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # no public name
    before = config.get("daemon")
    config["daemon"] = False
    try:
        yield
    finally:
        config["daemon"] = before
