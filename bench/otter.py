"""The same notebook graded by Otter-Grader (`otter run`), with the same checks, in a virtual environment of its own.

`make bench PEERS=otter` makes that environment in build/otter. It sees the packages of ours behind its own, since the
notebook needs PyTorch and the checks need the judge. Otter runs the cells and then the checks in the student's kernel,
as stock nbgrader does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import Assignment
from bench.stock_nbgrader import checks_of, setup_of

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "otter"
TEST = """
@test_case(name={name!r}, points={points!r}, hidden=True)
def test_{name}(env):
    earned = _earned({points!r}, {checks!r}, env)
    assert earned == {points!r}, earned

"""


def installed() -> Path:
    """The program `otter`; installs it where it is not there yet."""
    program = HOME / "bin" / "otter"
    if not program.exists():
        venv.create(HOME, with_pip=True)
        packages = next(HOME.glob("lib/python*/site-packages"))
        (packages / "convgrade.pth").write_text(sysconfig.get_path("purelib") + "\n")
        subprocess.run([HOME / "bin" / "pip", "install", "--quiet", "otter-grader"], check=True)
    return program


@contextmanager
def otter_course(assignment: Assignment) -> Iterator[tuple[Callable[[bytes], None], Callable[[], float]]]:
    """(grades one submission, the points of the last one)."""
    program = installed()
    with tempfile.TemporaryDirectory(prefix="otter-") as name:
        folder = Path(name)
        (folder / "tests").mkdir()
        (folder / "tests" / "suite.py").write_text(test_file(assignment), "utf-8")
        configuration = {"points_possible": None, "pdf": False, "show_stdout_on_release": False}
        (folder / "otter_config.json").write_text(json.dumps(configuration))
        run(program, folder, "generate", "--tests-dir", "tests", "--output-path", "autograder.zip", "--no-requirements")

        def grade(raw: bytes) -> None:
            (folder / f"{assignment.slug}.ipynb").write_bytes(raw)
            run(program, folder, "run", "--no-logo", "-a", "autograder.zip", "-o", ".", f"{assignment.slug}.ipynb")

        def points() -> float:
            results = json.loads((folder / "results.json").read_text("utf-8"))
            return float(sum(test.get("score") or 0.0 for test in results["tests"]))

        yield grade, points


def test_file(assignment: Assignment) -> str:
    """One test case for each exercise, which holds all of its checks."""
    cases = [
        TEST.format(name=exercise.name, points=exercise.points, checks=checks_of(assignment, exercise.name))
        for exercise in assignment.exercises
        if checks_of(assignment, exercise.name)
    ]
    head = "OK_FORMAT = False\nfrom otter.test_files import test_case\nname = 'suite'\npoints = None\n"
    return head + setup_of(assignment) + "".join(cases)


def run(program: Path, folder: Path, *words: str) -> None:
    """One command of Otter's. Raises RuntimeError with what it said."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "shared")])
    known = os.environ | {"PYTHONPATH": paths, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run([program, *words], cwd=folder, env=known, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"otter {' '.join(words)} ended with {ended.returncode}:\n{ended.stderr[-3000:]}")
