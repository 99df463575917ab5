"""A run that is killed loses nothing but what was in flight."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import write_course
from tests.engine.grading.test_grade import RIGHT, notebook

STUDENTS = ["ada", "bea", "cyd", "dan"]


def _command(root: Path) -> list[str]:
    options = ["--course", str(root), "--assignment", "tiny", "--jobs", "1"]
    return [sys.executable, "-m", "autograder.cli", "grade", str(root / "in"), *options]


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    root = write_course(tmp_path)
    (root / "in").mkdir()
    for student in STUDENTS:
        (root / "in" / f"{student}.ipynb").write_bytes(notebook(RIGHT, extra=f"'{student}'"))
    kept = _kill_after_the_first_report(root)
    subprocess.run(_command(root), check=True, capture_output=True)
    found = {path.name: path for path in (root / "build/reports/tiny").glob("*.json")}
    assert sorted(json.loads(path.read_text())["student"] for path in found.values()) == STUDENTS
    assert {name: found[name].stat().st_mtime_ns for name in kept} == kept


def _kill_after_the_first_report(root: Path) -> dict[str, int]:
    """Names and times of the reports that were there when the run was killed."""
    with subprocess.Popen(_command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        end = time.monotonic() + 120
        while not list((root / "build/reports/tiny").glob("*.json")) and time.monotonic() < end:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
    kept = {path.name: path.stat().st_mtime_ns for path in (root / "build/reports/tiny").glob("*.json")}
    assert kept
    return kept
