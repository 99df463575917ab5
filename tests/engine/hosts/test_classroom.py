"""The template repository for GitHub Classroom: public checks, and nothing that is not public."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from autograder.authoring import notebooks, variants
from autograder.authoring.scaffold import new_assignment
from autograder.course import load_course
from autograder.hosts.classroom import template_files, write_template

RUN = ".github/classroom/run_checks.py"
# Uses up its time, of which it leaves itself little: every other cell has all of it, since machines are busy.
ENDLESS = """
def rescale(x):
    import signal
    if signal.getitimer(signal.ITIMER_PROF)[0]:
        signal.setitimer(signal.ITIMER_PROF, 1)
    while True:
        pass
"""


WAITS = """
def rescale(x):
    import signal
    if signal.alarm(0):
        signal.alarm(1)
    signal.pause()
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    new_assignment(root, "averages")
    return load_course(root)


@pytest.fixture(scope="module")
def assignment(course):
    return course.assignment("averages")


def run(folder, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = [sys.executable, "-P", str(folder / RUN), *words]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )


def pushed(course, assignment, tmp_path, raw):
    folder = tmp_path / "repository"
    shutil.copytree(write_template(course, assignment), folder)
    (folder / "averages.ipynb").write_bytes(raw)
    assert run(folder).returncode == 0
    return folder


def test_right_answers_pass_every_public_check(course, assignment, tmp_path):
    folder = pushed(course, assignment, tmp_path, variants.with_solution(assignment, {}))
    for name in ("rescale", "moving_average"):
        ended = run(folder, name)
        assert ended.returncode == 0
        assert "2 of 2 right" in ended.stdout


@pytest.mark.parametrize("endless", [ENDLESS, WAITS])
def test_a_wrong_answer_and_an_endless_cell_fail_alone(course, assignment, tmp_path, endless):
    wrong = {"rescale": endless}
    raw = variants.with_solution(assignment, wrong).replace(b"check(\\n", b"print('all right')\\n#")
    folder = tmp_path / "repository"
    shutil.copytree(write_template(course, assignment), folder)
    (folder / "averages.ipynb").write_bytes(raw)
    run(folder)
    assert [run(folder, name).returncode for name in ("rescale", "moving_average")] == [1, 0]


def test_a_cell_that_waits_for_a_processor_is_not_late(course, assignment, tmp_path):
    """Its limit is a second, on the processor: on the wall, which a busy machine lengthens, it takes longer."""
    folder = tmp_path / "repository"
    shutil.copytree(write_template(course, assignment), folder)
    program = (folder / RUN).read_text("utf-8")
    (folder / RUN).write_text(re.sub(r"(?m)^SECONDS = .*$", "SECONDS = 1", program), "utf-8")
    check = "import time; time.sleep(1.5); print('ended')"
    (folder / ".github/classroom/checks.json").write_text(json.dumps({"rescale_check": check}), "utf-8")
    (folder / "averages.ipynb").write_text('{"cells": []}', "utf-8")
    run(folder)
    assert run(folder, "rescale").stdout == "ended\n\n"


def test_the_untouched_release_passes_nothing(course, assignment, tmp_path):
    folder = pushed(course, assignment, tmp_path, notebooks.build_release(assignment))
    assert [run(folder, name).returncode for name in ("rescale", "moving_average")] == [1, 1]


def test_the_workflow_has_a_step_and_a_result_for_each_exercise(assignment):
    workflow = yaml.safe_load(template_files(assignment)[".github/workflows/classroom.yml"])
    (job,) = workflow["jobs"].values()
    graders = [step for step in job["steps"] if "command-grader" in step.get("uses", "")]
    report = job["steps"][-1]
    assert [step["id"] for step in graders] == report["with"]["runners"].split(",") == ["rescale", "moving_average"]
    assert report["env"]["RESCALE_RESULTS"] == "${{ steps.rescale.outputs.result }}"
    assert all(step["with"]["command"].endswith(step["id"]) for step in graders)


def test_nothing_in_it_is_secret(course, assignment):
    files = template_files(assignment)
    everything = b"\n".join(files.values())
    public = "\n".join(cell.source for cell in assignment.release).encode()
    assert course.assignments[0].secret.encode() not in everything
    names = ("checks", "mistakes", "alternatives")
    parts = [path for name in names for path in (assignment.folder / name).glob("*.py")]
    assert len(parts) == 6
    for path in (*parts, assignment.folder / "reference.py", assignment.folder / "marking.toml"):
        lines = {line.strip() for line in path.read_bytes().splitlines() if len(line) > 40}
        assert [line for line in lines if line in everything and line not in public] == []
    assert not any("solutions" in name or "autograder" in name for name in files)


def test_what_is_tried_after_one_function_belongs_to_the_check_of_its_exercise(course):
    root = course.root
    path = root / "solutions" / "averages" / "notebook.py"
    whole = path.read_text()
    tried = '# %% first_try role="check"\nprint(rescale)\n\n'
    path.write_text(whole.replace("# %% rescale_check", f"{tried}# %% rescale_check"))
    checks = json.loads(template_files(load_course(root).assignment("averages"))[".github/classroom/checks.json"])
    path.write_text(whole)
    assert ["print(rescale)\n\n" in text for text in checks.values()] == [True, False]
