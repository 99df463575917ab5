"""The zip for Gradescope, run in the directory layout that Gradescope makes of it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from autograder.authoring import notebooks, variants
from autograder.course import load_course
from autograder.grading.scoring import earned
from autograder.hosts.gradescope_run import submitted_by
from autograder.hosts.gradescope_zip import ZipOptions, write_zip, zip_files
from autograder.hosts.results import results
from autograder.messages import CRASHED, CUT_OFF
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from tests.conftest import write_course
from tests.engine.samples.reports import HOSTILE, mixed

SUM = {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format"}
TOP = SUM | {"stdout_visibility", "extra_data", "tests", "leaderboard"}
TEST = {"number", "name", "score", "max_score", "output", "tags", "visibility", "status"}


class Container:
    """/autograder, somewhere else."""

    def __init__(self, root, course, box="bubblewrap"):
        self.root, self.assignment = root / "autograder", course.assignment("tiny")
        source = self.root / "source"
        with zipfile.ZipFile(write_zip(course, self.assignment, ZipOptions(box))) as archive:
            archive.extractall(source)
        (source / ".venv").symlink_to(sys.prefix)  # what setup.sh installs
        (self.root / "submission").mkdir()
        about = {"users": [{"name": "Ada"}], "previous_submissions": []}
        (self.root / "submission_metadata.json").write_text(json.dumps(about))

    def hand_in(self, raw, name="tiny.ipynb"):
        (self.root / "submission" / name).write_bytes(raw)

    def start(self):
        command = ["bash", str(self.root / "source" / "run_autograder")]
        environment = {"PATH": os.environ["PATH"], "AUTOGRADER_ROOT": str(self.root)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, env=environment, cwd=self.root, start_new_session=True, **pipes)

    def run(self):
        out, _ = self.start().communicate(timeout=120)
        return self.results(), out

    def results(self):
        return json.loads((self.root / "results" / "results.json").read_text())


@pytest.fixture
def course(tmp_path):
    return load_course(write_course(tmp_path / "course"))


def perfect(assignment, **replaced):
    return variants.with_solution(assignment, replaced)


# the zip ----------------------------------------------------------------------------------------


def test_the_zip_holds_one_assignment_and_nobodys_name(tmp_path):
    terms = 'name = "Sample"\nsecret = "sample"\n\n[extensions]\nada_lovelace = "2 days"\n'
    course = load_course(write_course(tmp_path, {"course.toml": terms, "tiny/marking.toml": ""}))
    files = zip_files(course, course.assignment("tiny"), ZipOptions())
    assert {"setup.sh", "run_autograder", "solutions/tiny/test_tiny.py", "autograder/grading/one.py"} <= set(files)
    assert "shared/cnnkit/__init__.py" in files
    assert not any(b"ada_lovelace" in data or b"10: because" in data for data in files.values())
    assert not any("__pycache__" in name for name in files)


def test_the_same_course_gives_the_same_zip(course):
    first = write_zip(course, course.assignment("tiny"), ZipOptions("landlock")).read_bytes()
    second = write_zip(course, course.assignment("tiny"), ZipOptions("landlock"))
    assert first == second.read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
        assert json.loads(archive.read("convgrade.json"))["wall"] == "landlock"


def test_the_scripts_are_valid_and_pin_what_is_installed(course, tmp_path):
    files = zip_files(course, course.assignment("tiny"), ZipOptions())
    for name in ("setup.sh", "run_autograder"):
        (tmp_path / name).write_bytes(files[name])
        assert subprocess.run(["bash", "-n", str(tmp_path / name)], check=False).returncode == 0
    pinned = files["requirements.txt"].decode().split()
    assert {"torch", "numpy", "ipython", "pytest"} <= {line.split("==")[0] for line in pinned}
    assert not any(line.startswith(("nbgrader", "convgrade", "jupyterlab")) for line in pinned)


# in the container -------------------------------------------------------------------------------


def test_a_submission_is_graded_behind_the_wall(course, tmp_path):
    container = Container(tmp_path, course)
    container.hand_in(perfect(container.assignment, add="def add(a, b):\n    return a - b\n"), "my homework.ipynb")
    said, out = container.run()
    assert said["score"] == 60
    assert [test["status"] for test in said["tests"]] == ["passed", "passed", "failed"]
    assert sum(test["max_score"] for test in said["tests"]) == 90
    assert said["extra_data"]["wall"] == "bubblewrap"
    assert "wall: bubblewrap, 60/90 points" in out


def test_what_is_finished_counts_when_the_container_is_stopped(course, tmp_path):
    container = Container(tmp_path, course, "landlock")
    toml = container.root / "source/solutions/tiny/assignment.toml"
    toml.write_text('title = "Tiny"\n[limits]\ncall_seconds = 200\ncheck_seconds = 200\n')
    container.hand_in(perfect(container.assignment, add="def add(a, b):\n    while True: pass\n"))
    run, deadline = container.start(), time.monotonic() + 150
    try:
        while time.monotonic() < deadline and not (container.root / "results/results.json").exists():
            time.sleep(0.05)
        while time.monotonic() < deadline and container.results()["score"] < 60:
            time.sleep(0.05)
    finally:
        inner = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()  # `timeout`, a group of its own
        for pid in map(int, inner):
            os.kill(pid, signal.SIGTERM)
        run.communicate()
    said = container.results()
    assert said["score"] == 60
    assert CUT_OFF in said["output"]
    assert "landlock (the weaker one)" in said["output"]
    assert [test.get("status") for test in said["tests"]] == ["passed", "passed", None]


def test_no_notebook_is_the_students_to_mend(course, tmp_path):
    said, _ = Container(tmp_path, course).run()
    assert said["score"] == 0
    assert "tiny.ipynb" in said["output"]
    assert "Another 10 points are graded by hand." in said["output"]
    assert CRASHED not in said["output"]


def test_a_broken_course_leaves_a_result_and_tells_the_staff_why(course, tmp_path):
    container = Container(tmp_path, course)
    (container.root / "source/solutions/tiny/reference.py").unlink()
    container.hand_in(notebooks.submission(container.assignment, {}))
    said, out = container.run()
    assert CRASHED in said["output"]
    assert said["score"] == 0
    assert "reference.py is missing" in out
    assert "reference.py" not in json.dumps(said)


def test_a_program_that_cannot_start_leaves_a_result(course, tmp_path):
    container = Container(tmp_path, course)
    (container.root / "source/.venv").unlink()
    said, _ = container.run()
    assert (said["score"], said["output"]) == (0, CRASHED)


@pytest.mark.parametrize(
    ("about", "student"),
    [
        (b'{"users": [{"name": "Ada"}, {"name": "Bob"}]}', "Ada, Bob"),
        (b'\xef\xbb\xbf{"users": [{"name": "Ada"}]}', "Ada"),
        (b'{"users": [{"name": "Ada"}, {"id": 3}, 4, null, {"name": ["x"]}, {"name": null}, {"name": " "}]}', "Ada"),
        (b'{"users": [{"name": "\\ud800A\\nd\\u202ea\\u001b[31m"}]}', "A da[31m"),
        (b'{"users": [{"name": "Jos\xe9"}]}', "student"),
        (b'{"users": ' + b"[" * 100_000, "student"),
        (b'{"users": "Ada"}', "student"),
        (b'{"users": []}', "student"),
        (b"[]", "student"),
        (b"", "student"),
        (None, "student"),
        (b'{"users": [%s]}' % (b'{"name": "n"},' * 9_999 + b'{"name": "n"}'), ("n, " * 67)[:200]),
    ],
)
def test_whatever_gradescope_writes_about_who_it_is_the_file_is_graded(tmp_path, about, student):
    if about is not None:
        (tmp_path / "submission_metadata.json").write_bytes(about)
    assert submitted_by(tmp_path) == student


# results.json -----------------------------------------------------------------------------------


def test_the_keys_are_those_of_the_specification():
    said = results(mixed(HOSTILE))
    assert set(said) <= TOP
    assert all(set(test) <= TEST for test in said["tests"])
    assert "\x1b" not in json.dumps(said, ensure_ascii=False)
    assert [test["number"] for test in said["tests"]][:4] == ["1.1", "1.2", "1.3", "2.1"]


def test_figures_that_a_gate_measured_go_to_the_leaderboard_where_that_is_asked_for():
    check = CheckResult(
        "digits", "gate", "recognises digits", Verdict.PASSED, measured={"digits": 0.91}, staff="secret"
    )
    report = Report("tiny", "Ada", "", (ExerciseResult("digits", "Digits", 10, 10, (check,)),))
    said = results(report, "hidden", board=True)
    assert "leaderboard" not in results(report)
    assert said["leaderboard"] == [{"name": "digits", "value": 0.91}]
    assert said["tests"][0]["visibility"] == "hidden"
    assert "secret" not in json.dumps(said)


@pytest.mark.parametrize("passing", range(8))
def test_the_parts_add_up_to_the_total_to_the_cent(passing):
    """Seven sevenths of 10 points were 10.01."""
    verdicts = [Verdict.PASSED if number < passing else Verdict.FAILED for number in range(7)]
    checks = tuple(CheckResult("sum", f"part_{number}", "", verdict) for number, verdict in enumerate(verdicts))
    said = results(Report("tiny", "Ada", "", (ExerciseResult("sum", "Sum", 10, earned(10, checks), checks),)))
    assert round(sum(test["score"] for test in said["tests"]), 9) == said["score"]
    assert round(sum(test["max_score"] for test in said["tests"]), 9) == 10


def test_the_page_in_the_repository_has_no_path_of_this_machine(course):
    files = zip_files(course, course.assignment("tiny"), ZipOptions())
    here = str(Path(__file__).resolve().parents[3]).encode()
    assert not any(here in data for name, data in files.items() if not name.endswith(".pyc"))
