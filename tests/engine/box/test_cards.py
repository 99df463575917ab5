"""A machine that has a card grades on the CPU as one without: what judges and what is judged fork, and see no card."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from autograder.box import bubblewrap, gpu
from autograder.box.box import open_box
from autograder.box.inside.failure import describe
from autograder.box.outcome import StudentError
from autograder.box.zygote import MODES, Wall, Zygote
from autograder.course import load_course
from autograder.course.limits import Limits
from autograder.errors import NoBox
from autograder.grading import worker
from tests.course.stand_in_card import GRADIENT, USED

IN_A_FORK = """
import os, sys
from pathlib import Path
from autograder.course import load_course
from autograder.judge.plugin import with_suite

USED, GRADIENT, DEVICE = sys.argv[2:]

def serve(suite):
    exec(USED)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            exec(GRADIENT)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]

assert with_suite(load_course(Path(sys.argv[1])).assignment("tiny"), serve, DEVICE) == 0, "no gradient in a fork"
"""


def ended(*program: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own, since a process starts its threads once; the caller's variables show all cards."""
    shown = {name: value for name, value in os.environ.items() if name not in gpu.HIDDEN}
    return subprocess.run([sys.executable, "-c", *program], env=shown, capture_output=True, text=True, check=False)


def test_the_stand_in_shows_the_fault():
    program = f"{USED}\nimport os\nif os.fork() == 0:\n    os.dup2(2, 1)\n    {GRADIENT.splitlines()[1]}\nos.wait()"
    assert "autograd's threading in combination with fork" in ended(program).stderr


@pytest.mark.parametrize("device", gpu.DEVICES)
def test_forks_of_a_judge_compute_gradients_wherever_the_box_computes(sample_course, device):
    judged = ended(IN_A_FORK, str(sample_course()), USED, GRADIENT, device)
    assert judged.returncode == 0, judged.stderr


def test_the_judge_leaves_the_caller_s_variables_as_they_were(sample_course, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    seen = worker.with_suite(
        load_course(sample_course()).assignment("tiny"), lambda _: os.environ["CUDA_VISIBLE_DEVICES"]
    )
    assert (seen, os.environ["CUDA_VISIBLE_DEVICES"]) == ("", "0,1")


@pytest.mark.parametrize("mode", MODES)
def test_forks_of_a_zygote_compute_gradients(mode, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with Zygote.start(Wall(mode=mode), warm=[USED]) as zygote, open_box(zygote, Limits()) as box:
        outcome = box.run_cell(GRADIENT, "gradient")
        assert outcome.ok, outcome.error


def test_a_box_sees_cards_only_where_they_are_asked_for():
    near, far = (bubblewrap.variables(device) for device in gpu.DEVICES)
    assert near["CUDA_VISIBLE_DEVICES"] == ""
    assert not set(gpu.HIDDEN) & set(far)


def test_where_forks_compute_no_gradients_nothing_is_graded(sample_course, monkeypatch):
    """A card of a kind that no variable of ours hides."""
    monkeypatch.setattr(gpu, "HIDDEN", {})
    assignment = load_course(sample_course({"tiny/notebook.py": ("import torch\n", USED)})).assignment("tiny")
    with pytest.raises(NoBox, match="in combination with fork"), worker.zygote_for(assignment, Wall()):
        pass


# ------------------------------------------------------------ other facts of a machine


@pytest.fixture(scope="module", params=MODES)
def zygote(request):
    with Zygote.start(Wall(mode=request.param)) as warm:
        yield warm


def test_whoever_runs_inside_has_a_name(zygote):
    with open_box(zygote, Limits()) as box:
        outcome = box.run_cell("import getpass, os\nassert getpass.getuser() == 'student', os.getuid()", "name")
        assert outcome.ok, outcome.error


def test_the_box_computes_with_the_judge_s_kernels_though_it_cannot_look_at_the_processor(zygote):
    with open_box(zygote, Limits()) as box:
        assert box.run_cell("import torch\ndef kernels(): return torch.backends.cpu.get_cpu_capability()", "mine").ok
        mine = box.ask({"op": "call", "target": ["name", "kernels"]}).value
    assert mine == torch.backends.cpu.get_cpu_capability()


# ------------------------------------------------------------ a submission whose tensors live on a card


def test_with_a_card_only_imports_run_before_the_fork(sample_course, monkeypatch):
    assignment, warmed = load_course(sample_course()).assignment("tiny"), []
    monkeypatch.setattr(Zygote, "_warm", lambda _, sources: warmed.extend(sources))
    monkeypatch.setattr(worker, "_try_a_box", lambda *_: None)
    for device in gpu.DEVICES:
        with worker.zygote_for(assignment, Wall(device=device)):
            pass
    assert warmed == ["import torch", 'print("play here")', "import torch", ""]


def test_of_a_cell_only_its_imports_are_left():
    cell = "%matplotlib inline\nimport torch\nfrom torch import nn\nx = nn.Linear(2, 3)(torch.ones(2)).sum().backward()"
    assert worker.imports(cell) == "import torch\nfrom torch import nn"
    assert worker.imports("import torch\nx = 3\n    %time broken") == ""


LOST = """
from inside import server
def breaks_it():
    server.device_is_lost = lambda device: True  # as after an assertion that failed on a card
    raise RuntimeError("CUDA error: device-side assert triggered")
def right(): return 7
"""


def test_whoever_breaks_a_process_s_card_loses_only_that_call(zygote):
    with open_box(zygote, Limits(restarts=1)) as box:
        assert box.run_cell(LOST, "answer").ok
        for words in ("assert triggered", "assert triggered", "assert triggered; it happened 2 times"):
            with pytest.raises(StudentError, match=words):
                box.ask({"op": "call", "target": ["name", "breaks_it"]})
            assert box.ask({"op": "call", "target": ["name", "right"]}).value == 7


def test_a_cell_that_breaks_the_card_is_not_run_again(zygote):
    cell = "from inside import child\ndef fails(_): raise RuntimeError('CUDA error')\nchild.await_device = fails\na = 1"
    with open_box(zygote, Limits()) as box:
        outcome = box.run_cell(cell, "broken")
        assert (outcome.ok, str(outcome.error)) == (False, "RuntimeError: CUDA error")
        assert box.run_cell("b = 2", "whole").ok
        with pytest.raises(StudentError, match="'a'"):
            box.ask({"op": "get", "target": ["name", "a"]})


def test_a_full_card_is_a_full_memory():
    error = torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 64 GiB.")
    assert describe(error, lambda _: None)["kind"] == "out_of_memory"
