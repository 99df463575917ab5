"""Another device than the CPU: asked for by name, refused where there is none, never mixed with the CPU's reports."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.authoring import notebooks
from autograder.authoring.variants import answers
from autograder.box import bubblewrap, gpu, seccomp
from autograder.box.zygote import Wall, Zygote
from autograder.cli.main import main
from autograder.cli.options import usable
from autograder.course import load_course
from autograder.course.limits import Limits
from autograder.errors import BoxFailure, NoBox, NoDevice
from autograder.grading import worker
from autograder.grading.keys import content_key, context_digest
from autograder.grading.session import GradingOptions, GradingSession
from autograder.grading.store import Store
from autograder.judge.conversation import Conversation
from autograder.judge.local import LocalBox
from autograder.judge.student import Student, value_of
from autograder.model import Report
from tests.course.stand_in_gpu import DEVICE, stand_in_gpu

HERE = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def graded(root, folder, device) -> Report:
    """The perfect notebook of the sample course, really graded."""
    assignment = load_course(root).assignment("tiny")
    grading = GradingSession(assignment, GradingOptions(device=device), Store(folder / device))
    return grading.one(notebooks.submission(assignment, answers(assignment)), "ada", "ada.ipynb")


@pytest.mark.parametrize("device", HERE)
def test_a_right_notebook_gets_full_marks_on_every_device_of_this_machine(sample_course, tmp_path, device):
    report = graded(sample_course(), tmp_path / "reports", device)
    assert (report.problem, report.score) == ("", 90)


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_without_a_gpu_the_command_says_so_and_grades_nothing(no_gpu, sample_course, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(sample_course())
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path), "--device", "cuda"])
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("convgrade: torch sees no GPU on this machine.\n  Omit --device")


def test_an_unknown_device_is_wrong_usage(sample_course, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(sample_course())
    with pytest.raises(SystemExit) as ended:
        main(["grade", str(tmp_path), "--device", "tpu"])
    assert ended.value.code == 2
    assert "'cpu', 'cuda'" in capsys.readouterr().err


def test_the_cpu_is_usable_everywhere_and_a_gpu_only_where_torch_sees_one(no_gpu):
    assert usable("cpu") == "cpu"
    with pytest.raises(NoDevice):
        usable("cuda")


def test_reports_of_another_device_have_another_key(sample_course):
    assignment = load_course(sample_course()).assignment("tiny")
    contexts = [context_digest(assignment, "bubblewrap", device) for device in gpu.DEVICES]
    assert contexts[0] == context_digest(assignment, "bubblewrap")
    assert len({content_key(b"notebook", context) for context in contexts}) == 2


# ------------------------------------------------------------ the wall


@pytest.fixture
def two_gpus(tmp_path, monkeypatch):
    """A /dev with the nodes of two GPUs and other things."""
    dev = tmp_path / "dev"
    wanted = "nvidiactl nvidia-uvm nvidia-uvm-tools nvidia0 nvidia1 nvidia-caps/nvidia-cap1"
    names = f"{wanted} nvidia-modeset sda null".split()
    for path in (dev / name for name in names):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    real = gpu.nodes
    monkeypatch.setattr(gpu, "nodes", lambda device: real(device, dev))
    return dev


def test_the_nodes_of_cuda_are_passed_and_nothing_else(two_gpus):
    names = ["nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia0", "nvidia1", "nvidia-caps/nvidia-cap1"]
    assert gpu.nodes("cuda") == tuple(str(two_gpus / name) for name in names)
    assert gpu.nodes("cpu") == ()


def test_bubblewrap_passes_nodes_as_devices_and_the_cpu_gets_none(two_gpus):
    near, far = (bubblewrap.command(3, "{}", device=device) for device in gpu.DEVICES)
    nodes = [far[place + 1] for place, word in enumerate(far) if word == "--dev-bind"]
    assert nodes == list(gpu.nodes("cuda"))
    assert ("/sys" in far, far[far.index("NVIDIA_TF32_OVERRIDE") + 1]) == (True, "0")
    assert not {"--dev-bind", "/sys", "NVIDIA_TF32_OVERRIDE"} & set(near)


def test_only_the_calls_that_cuda_needs_are_taken_off_the_list():
    assert gpu.CALLS == ("memfd_create",)
    assert seccomp.filter_program(True) != seccomp.filter_program(True, gpu.CALLS)


def test_where_cuda_cannot_start_in_the_box_nothing_is_graded(sample_course, monkeypatch):
    assignment = load_course(sample_course()).assignment("tiny")

    def fails(*_):
        raise BoxFailure("a wall of the box could not be built: RuntimeError: no driver")

    monkeypatch.setattr(Zygote, "spawn", fails)
    with (
        pytest.raises(NoBox, match="cuda cannot be used in the box"),
        worker.zygote_for(assignment, Wall(device="cuda")),
    ):
        pass


# ------------------------------------------------------------ what lives where, with the stand-in


def asked(device: str = DEVICE, **names) -> Student:
    """A student's names in a box of this process whose tensors live on the second device."""
    box = LocalBox(names, device)

    def ask(request, seconds):
        with stand_in_gpu():
            return box.ask(request, seconds)

    return Student(Conversation(ask, Limits()))


def places(x, *others):
    return [str(tensor.device) for tensor in (x, *others)]


def test_tensors_arrive_on_the_device_and_come_back_on_the_cpu():
    x = torch.rand(2, 3)
    student = asked(places=places, double=lambda x: x * 2)
    assert student.places(x, x) == [DEVICE, DEVICE]
    assert torch.equal(student.double(x), x * 2)


def test_a_model_that_is_kept_lives_where_the_tensors_live():
    student = asked()
    model = student.env.nn.Linear(3, 2)
    assert value_of(model.weight).device.type == "cpu"
    assert model(torch.ones(4, 3)).shape == (4, 2)


def test_numpy_stays_numpy():
    assert asked(kind=lambda x: type(x).__name__).kind(torch.ones(2).numpy()) == "ndarray"


def test_on_cpu_nothing_leaves_the_cpu():
    near = asked(places=places, model=lambda: nn.Linear(3, 2)).on_cpu
    assert near.places(torch.ones(2)) == ["cpu"]
    assert near.model()(torch.ones(4, 3)).shape == (4, 2)


def test_gradients_come_from_the_device():
    result = asked(square=lambda x: x**2).with_gradients().square(torch.tensor([1.0, 3.0]))
    assert torch.equal(result.grads[0], torch.tensor([2.0, 6.0]))


def test_a_tensor_made_on_the_cpu_is_found_out():
    def careless(x):
        return x + torch.ones(3)

    with pytest.raises(Exception, match="all tensors to be on the same device"):
        asked(careless=careless).careless(torch.ones(3))


def test_helpers_know_the_device():
    student = asked()
    student.run("def where(): return DEVICE")
    assert student.env.where() == DEVICE
    assert student.on_cpu.env.where() == "cpu"
