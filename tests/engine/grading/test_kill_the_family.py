"""kill -9 of anybody: of the command, and everything ends with it; of anybody else, and the command goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import write_course
from tests.engine.cli.test_cli import FAKE
from tests.engine.grading.test_grade import RIGHT, notebook

ROOT = Path(__file__).resolve().parents[3]
KILLS = 20
GONE = 60.0  # seconds after which nothing may be left
PATIENCE = 120.0


def stat(pid: int) -> tuple[str, int]:
    """State and parent of a process; a zombie's state where there is none."""
    with suppress(OSError):
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:2]
        return state, int(parent)
    return "Z", 0


def family(head: int) -> list[int]:
    """Everybody below `head` who lives."""
    parents = {int(path.name): stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    below = [head]
    for member in below:  # grows while it is walked
        below += [pid for pid, (state, parent) in parents.items() if parent == member and state != "Z"]
    return below[1:]


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


@contextmanager
def command(root: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`convgrade grade` of everything in `root`/in; nobody is left of it afterwards."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "shared")])}
    options = ["grade", "in", "--assignment", "tiny", "--json", "--jobs", "2"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    run = subprocess.Popen([sys.executable, *words, *options], cwd=root, env=environment, **pipes)
    try:
        yield run
    finally:
        everybody = family(run.pid)
        run.kill()
        run.wait()  # not for its pipes, which whoever is left holds open
        gone = until(lambda: all(stat(pid)[0] == "Z" for pid in everybody), GONE)
        for pipe in (run.stdout, run.stderr):
            pipe.close()
        assert gone, "somebody is left"


def stored(root: Path) -> int:
    return len(list((root / "build/reports/tiny").glob("*.json")))


def students(output: str) -> list[str]:
    """Those who have verdicts, in the order of the output."""
    reports = [json.loads(line) for line in output.splitlines()]
    return [item["student"] for item in reports if not item["problem"]]


def course(root: Path, *files: bytes) -> list[str]:
    """A course and its hand-ins; their students."""
    write_course(root)
    for folder in ("in", "traces"):
        (root / folder).mkdir()
    names = [f"s{number:03}" for number in range(len(files))]
    for name, raw in zip(names, files, strict=True):
        (root / "in" / f"{name}.ipynb").write_bytes(raw)
    return names


def test_twenty_kills_lose_nothing(tmp_path):
    """Of workers and of what else the command started, whoever it is; nobody's submission is hit twice."""
    chance = random.Random("kill -9 of the family")
    names = course(tmp_path, *[b"sleep 0.05"] * (4 * KILLS + 12))
    (tmp_path / "fake.py").write_text(FAKE)
    with command(tmp_path, "fake.py") as run:
        for kill in range(KILLS):
            assert until(lambda least=4 * kill + 4: stored(tmp_path) >= least)
            assert until(lambda: family(run.pid))
            with suppress(ProcessLookupError):
                os.kill(chance.choice(family(run.pid)), signal.SIGKILL)
        output, _ = run.communicate(timeout=PATIENCE)
    assert (run.returncode, students(output)) == (0, names)


def named(head: int, word: str) -> list[int]:
    """Those of the family whose command line holds this word."""
    found = []
    for pid in family(head):
        with suppress(OSError):
            found += [pid] if word in Path(f"/proc/{pid}/cmdline").read_text() else []
    return found


@pytest.mark.parametrize("moment", [0.0, 0.1, 0.3, 3.0])
def test_a_command_that_is_killed_while_workers_start_leaves_nobody(tmp_path, moment):
    """Three processes used to live until they had imported everything."""
    course(tmp_path, *[notebook(RIGHT, extra=f"'{number}'") for number in range(3)])
    with command(tmp_path, "-m", "autograder.cli") as run:
        assert until(lambda: named(run.pid, "spawn_main"))
        until(lambda: stored(tmp_path), moment)


def test_a_killed_zygote_is_replaced_at_the_start_and_later(tmp_path):
    """It used to end the command: "the zygote ended", exit code 1."""
    names = course(tmp_path, *[notebook(RIGHT, extra=f"'{number}'") for number in range(4)])
    with command(tmp_path, "-m", "autograder.cli") as run:
        assert until(lambda: named(run.pid, "fork_server"))
        os.kill(named(run.pid, "fork_server")[0], signal.SIGKILL)
        assert until(lambda: stored(tmp_path))
        with suppress(IndexError, ProcessLookupError):
            os.kill(named(run.pid, "fork_server")[0], signal.SIGKILL)
        output, errors = run.communicate(timeout=PATIENCE)
    assert (run.returncode, students(output)) == (0, names), errors
