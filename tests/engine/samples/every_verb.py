"""Every verb of the command line, one after the other; as a program, in a process whose machine has some fault."""

from __future__ import annotations

import io
import json
import shutil
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from autograder.cli.main import main
from autograder.grading import session
from tests.engine.samples import fake_workers

VERBS = {
    "grade": ("grade", "build/submitted", "--record", "--jobs", "2"),
    "report": ("report", "tiny"),
    "explain": ("explain", "tiny", "ada"),
    "watch": ("watch", "arrived", "--once", "--every", "0.1"),
    "mark": ("mark", "tiny", "--no-browser"),
    "similar": ("similar", "tiny"),
    "new": ("new", "second"),
    "build": ("build",),
    "prove": ("prove", "tiny", "--jobs", "1"),
    "calibrate": ("calibrate", "tiny", "--dry-run"),
    "learn": ("learn", "tiny"),
    "coverage": ("coverage",),
    "map": ("map",),
    "settings": ("settings",),
    "collect": ("collect", "tiny", "arrived"),
    "late": ("late", "tiny"),
    "regrade": ("regrade", "tiny", "--record", "--jobs", "1"),
    "requests": ("requests", "add", "arrived"),
    "export": ("export", "tiny", "--output", "build/grades.csv"),
    "canvas": ("canvas", "grades", "tiny", "--dry-run"),
    "gradescope": ("gradescope", "tiny"),
    "classroom": ("classroom",),
    "doctor": ("doctor",),
    "demo": ("demo", "tiny", "--jobs", "1"),
}


SLOW = ("authoring.prove", "authoring.calibrate", "authoring.coverage", "explain.again", "explain.show", "cli.doctor")
SERVED = "hosts.marking_server"  # would never end


def all_tried() -> dict[str, tuple[object, str]]:
    """What every verb ends with, by its name."""
    return {verb: tried(words) for verb, words in VERBS.items()}


def tried(words: tuple[str, ...]) -> tuple[object, str]:
    """What a command ends with, and what it says to people; an exception that it lets through as its traceback."""
    said = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(said):
        try:
            main(words)
        except SystemExit as ended:
            return ended.code or 0, said.getvalue()
        except BaseException:  # noqa: BLE001  # this is what must not happen
            return "let through", traceback.format_exc()
    return "did not end", said.getvalue()


def fake(patch: pytest.MonkeyPatch) -> None:
    """Nothing is really graded, proved or attacked: what is tried is what verbs read and write."""
    patch.setattr(session, "worker_main", fake_workers.serve)
    for module in (*SLOW, SERVED):
        patch.setitem(sys.modules, f"autograder.{module}", MagicMock(counted_rows=lambda _: ""))


def fill(folder: Path) -> None:
    """A disk of which nothing is left: what `was` there, then zeros."""
    shutil.copytree("was", folder, dirs_exist_ok=True)
    with suppress(OSError), (folder / "zeros").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


if __name__ == "__main__":
    fake(pytest.MonkeyPatch())
    if "fill" in sys.argv:
        fill(Path("build"))
    if "unrecorded" in sys.argv:
        VERBS["grade"] = tuple(word for word in VERBS["grade"] if word != "--record")
    print(json.dumps(all_tried()))
