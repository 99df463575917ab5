"""`--device` of the verbs that grade a few: it reaches the box, and without a GPU nothing is graded."""

from __future__ import annotations

import json
import zipfile

import pytest
import torch

from autograder.authoring import notebooks
from autograder.authoring.variants import answers
from autograder.box import gpu
from autograder.cli.main import main
from autograder.course import load_course
from autograder.errors import NoBox
from autograder.hosts import gradescope_run
from autograder.hosts.gradescope_zip import ZipOptions, write_zip

THRESHOLD = ("[limits]", "[thresholds.digits]\nat_least = 0.5\n\n[limits]")
VERBS = (("explain", "ada.ipynb", "double_is_twice"), ("calibrate", "tiny"), ("watch", ".", "--once", "--every", "1"))


@pytest.fixture
def here(sample_course, monkeypatch):
    """A course with a perfect notebook in its folder, where commands are typed."""
    root = sample_course({"tiny/assignment.toml": THRESHOLD})
    assignment = load_course(root).assignment("tiny")
    (root / "ada.ipynb").write_bytes(notebooks.submission(assignment, answers(assignment)))
    monkeypatch.chdir(root)
    for name in gpu.ENVIRONMENT:
        monkeypatch.setenv(name, "")  # is set by the command, and has to be as before afterwards
    return root


def code_of(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_without_a_gpu_nothing_is_graded(here, monkeypatch, capsys, words):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert code_of(*words, "--device", "cuda") == 1
    assert capsys.readouterr().err.startswith("convgrade: torch sees no GPU on this machine.")


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_the_device_reaches_what_grades(here, monkeypatch, words):
    """`try_again`, `calibrate_and_write` and `Watcher` are given it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    given = []

    class Fake:
        faults = ()

        def __init__(self, *values):
            given.extend(values)

        def look(self):
            return []

    for place in ("explain.again.try_again", "authoring.calibrate.calibrate_and_write", "watch.Watcher"):
        monkeypatch.setattr(f"autograder.{place}", Fake)
    code_of(*words, "--device", "cuda")
    assert [value.device for value in given if hasattr(value, "device")] == ["cuda"]


def test_gradescopes_machine_decides_about_its_own_gpu(here, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert code_of("gradescope", "tiny", "--device", "cuda") == 0
    with zipfile.ZipFile(here / "build" / "gradescope" / "tiny.zip") as archive:
        assert json.loads(archive.read("convgrade.json"))["device"] == "cuda"


def test_a_gradescope_machine_without_a_gpu_grades_nothing_and_is_not_told_of_another_wall(here, monkeypatch, capsys):
    course, walls = load_course(here), []
    place = here / "gradescope"
    with zipfile.ZipFile(write_zip(course, course.assignment("tiny"), ZipOptions(device="cuda"))) as archive:
        archive.extractall(place / "source")
    (place / "submission").mkdir()
    (place / "submission" / "tiny.ipynb").write_bytes((here / "ada.ipynb").read_bytes())

    def refused(_assignment, wall):
        walls.append(wall.device)
        raise NoBox("cuda cannot be used in the box")

    monkeypatch.setattr("autograder.grading.worker.zygote_for", refused)
    gradescope_run.main(place)
    said = capsys.readouterr().out
    assert walls == ["cuda"]
    assert "cuda cannot be used in the box" in said
    assert "landlock" not in said
    assert json.loads((place / "results" / "results.json").read_text())["output"]
