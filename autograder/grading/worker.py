"""The life of one worker: a warm zygote, a warm suite, and a fork of itself for every submission.

The fork keeps one submission's judging from the next: the worker itself never changes, so its memory stays flat and the
same submission gets the same report from any worker. What it forks is our own code; the student's lives in the box.
"""

import ast
import gc
import importlib
import json
import os
import signal
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.box.box import open_box
from autograder.box.inside.jail import PR_SET_PDEATHSIG, prctl
from autograder.box.zygote import Wall, Zygote
from autograder.course import Assignment, load_course
from autograder.course.parts import sources_of
from autograder.errors import BoxFailure, ConvgradeError, NoBox
from autograder.grading.one import Judge, grade
from autograder.grading.serve_spec import Checks, ServeSpec
from autograder.judge.allowance import MEMORY, limit_memory
from autograder.judge.plugin import Suite, with_suite
from autograder.log import span
from autograder.model import Report
from autograder.submission.handed_in import HandedIn

TRIAL = "import torch\ntorch.ones(1, requires_grad=True).sum().backward()"
SLOW_IMPORTS = ("sympy", "torch._inductor", "torch._dynamo")  # seconds of CPU, when what needs them is first used
NEED_THEM = ("optim.", "TorchDispatchMode")


def serve(connection: Connection, spec: ServeSpec) -> None:
    """Answers (JSON header, newline, notebook bytes) with a Report's JSON until an empty message.

    Says {"ready": true} first, or {"error": "…"} when nothing can be graded on this machine or in this course.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pool's to handle
    wall = Wall(mode=spec.wall, device=spec.device)
    try:
        assignment = load_course(Path(spec.root)).assignment(spec.slug)
        assignment = assignment.whole if spec.whole else assignment
        with zygote_for(assignment, wall) as zygote:
            with_suite(assignment, lambda suite: _loop(connection, suite, zygote, spec.which), wall.device)
    except BoxFailure:
        raise  # the zygote was killed: another worker may have more luck
    except ConvgradeError as error:
        connection.send_bytes(json.dumps({"error": str(error)}).encode())


def judge_for(which: Checks, header: Mapping[str, Any]) -> Judge:
    """How one submission is judged, by what the header of its request says besides."""
    if which == "gates":
        return lambda suite, ask: suite.run_gates(ask, header["secret"])
    kept = Report.from_json(header["kept"]).checks if "kept" in header else ()
    return lambda suite, ask: suite.run(ask, {check.name: check for check in kept})


@contextmanager
def zygote_for(assignment: Assignment, wall: Wall) -> Iterator[Zygote]:
    """A zygote that is warm for this assignment. Raises NoBox, also where the wall keeps the device from starting."""
    public = [cell.source for cell in assignment.release if cell.kind == "code" and cell.role in ("given", "other")]
    if wall.device != "cpu":
        public = [imports(source) for source in public]  # a gradient would start CUDA, which does not survive a fork
    slow = [f"import {name}" for name in SLOW_IMPORTS if needs_slow_imports(assignment)]
    with Zygote.start(replace(wall, masked=(*wall.masked, *assignment.hidden)), warm=[*slow, *public]) as zygote:
        _try_a_box(zygote, assignment)
        yield zygote


def imports(source: str) -> str:
    """Only what a cell imports; nothing of a cell that has magics in the middle."""
    plain = "\n".join(line for line in source.split("\n") if not line.startswith(("%", "!")))
    try:
        lines = ast.parse(plain).body
    except SyntaxError:
        return ""
    return "\n".join(ast.unparse(line) for line in lines if isinstance(line, (ast.Import, ast.ImportFrom)))


def _try_a_box(zygote: Zygote, assignment: Assignment) -> None:
    """Opens one box before the first submission, so that no student is blamed for a fault of this machine."""
    failure: Exception | None = None
    try:
        with open_box(zygote, assignment.limits) as box:
            failure = box.run_cell(TRIAL, "trial").error
    except BoxFailure as error:
        if zygote.was_killed():
            raise
        failure = error
    if failure is not None:
        todo = "Omit --device to grade on the CPU" if zygote.wall.device != "cpu" else "See docs/security.md"
        raise NoBox(f"{zygote.wall.device} cannot be used in the box.\n  {failure}\n  {todo}")


def needs_slow_imports(assignment: Assignment) -> bool:
    """Whether the code of the notebook or of the suite uses what makes PyTorch import the rest of itself."""
    code = [cell.source for cell in assignment.cells if cell.kind == "code"]
    suite = [path.read_text("utf-8") for path in sources_of(assignment.suite).values()]
    return any(word in source for source in (*code, *suite) for word in NEED_THEM)


def _loop(connection: Connection, suite: Suite, zygote: Zygote, checks: Checks) -> None:
    for name in SLOW_IMPORTS if needs_slow_imports(suite.assignment) else ():
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the forks share what is warm; their collectors need not walk it
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # from here on it hears that the pool is gone, and tidies up
    connection.send_bytes(json.dumps({"ready": True}).encode())
    while message := connection.recv_bytes():
        line, _, raw = message.partition(b"\n")
        header = json.loads(line)
        handed_in = HandedIn(header["student"], header["source"], header["key"], raw)
        connection.send_bytes(in_a_fork(handed_in, suite, zygote, judge_for(checks, header)))


def in_a_fork(handed_in: HandedIn, suite: Suite, zygote: Zygote, judge: Judge = Suite.run) -> bytes:
    """The Report's JSON, made in a child of this process. Raises RuntimeError when the child dies: our fault."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a killed worker takes its fork along
        try:
            os.close(reader)
            limit_memory(MEMORY)  # answers that swell the body of a check end it, not the machine
            with span("submission"), open(writer, "wb") as pipe:
                pipe.write(grade(handed_in, suite, zygote, judge).to_json().encode())
            status = 0
        except BaseException:  # noqa: BLE001  # the pool's boundary: the parent must hear of it, and this fork must end here
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader, "rb") as pipe:
        report = pipe.read()
    _, status = os.waitpid(child, 0)
    zygote.end()  # whatever the fork left behind
    if status != 0:
        raise RuntimeError(f"judging ended with status {status}")
    return report
