"""The box from the grader's side: cells run as in a notebook, and whatever they do ends in a verdict."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from autograder.box import gpu
from autograder.box.box import Box, open_box
from autograder.box.outcome import Handle, StudentError
from autograder.box.zygote import MODES, Wall, Zygote
from autograder.course.limits import Limits
from autograder.errors import BoxFailure, NoBox
from autograder.model import Verdict

QUICK = Limits(cell_seconds=2, call_seconds=0.5, submission_seconds=60, memory_mb=1024)


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    """A warm zygote behind each of the two walls."""
    with Zygote.start(Wall(mode=request.param)) as warm:
        yield warm


@pytest.fixture
def box(zygote: Zygote) -> Iterator[Callable[..., Box]]:
    """`box("source", …)`: a box in which these cells have run."""
    with open_box(zygote, QUICK) as made:

        def run(*sources: str) -> Box:
            for number, source in enumerate(sources, 1):
                outcome = made.run_cell(source, f"cell {number}")
                assert outcome.ok, outcome.error
            return made

        yield run


def call(box: Box, name: str, *args: object, **more: object):
    return box.ask({"op": "call", "target": ["name", name], "args": list(args), **more})


def failure(box: Box, name: str, *args: object, **more: object) -> StudentError:
    with pytest.raises(StudentError) as caught:
        call(box, name, *args, **more)
    return caught.value


def test_a_zygote_holds_what_the_first_gradient_needs_and_no_compiler(box):
    """torchvision brings one along: a third of a start, and 60 MB."""
    box(
        "import sys, torch\nbefore = set(sys.modules)\nassert not {'torch._dynamo', 'torchvision'} & before",
        "torch.ones(1, requires_grad=True).sum().backward()\nassert len(set(sys.modules) - before) < 10",
    )


def test_magics_await_and_shell_commands_are_no_error(box):
    box(
        "%matplotlib inline\n%pip --version\n!pip install nothing",
        "import asyncio\nawait asyncio.sleep(0)",
        "%%time\nx = 1\nx",
    )


def test_a_cell_that_fails_leaves_what_it_defined(box):
    made = box()
    outcome = made.run_cell("def f(): return 1\n1 / 0", "answer")
    assert (outcome.ok, outcome.error.type_name, outcome.error.where) == (
        False,
        "ZeroDivisionError",
        "line 2 of cell answer",
    )
    assert call(made, "f").value == 1


def test_the_built_in_bases_of_an_error_are_told(box):
    made = box("class Refusal(KeyError): pass\ndef f(): raise Refusal\ndef g(): raise SystemExit")
    assert set(failure(made, "f").bases) == {"KeyError", "LookupError", "Exception", "BaseException"}
    assert len(failure(made, "g").bases) <= 12


def test_changed_builtins_and_hostile_classes_change_no_bases(box):
    made = box(
        "import builtins\nclass Any(type):\n    def __subclasscheck__(cls, other): return True\n"
        "class Fake(Exception, metaclass=Any): __class__ = ValueError\n"
        "def f():\n    builtins.ValueError = Fake\n    raise Fake"
    )
    assert set(failure(made, "f").bases) == {"Exception", "BaseException"}


def test_a_syntax_error_names_its_line(box):
    outcome = box().run_cell("def f(:\n  pass", "answer")
    assert (outcome.error.type_name, outcome.error.where) == ("SyntaxError", "line 1 of cell answer")


def test_figures_come_out_as_png(box):
    outcome = box().run_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "figure", figures=True)
    assert [png[:4] for png in outcome.figures] == [b"\x89PNG"]


def test_a_million_lines_are_cut_and_cost_nothing(zygote):
    with open_box(zygote, Limits()) as made:
        outcome = made.run_cell("for i in range(10**6): print(i)", "loud")
    assert outcome.ok
    assert len(outcome.printed) < 30_000


def test_a_warning_on_stderr_is_no_error(box):
    assert (
        call(
            box("import sys, warnings\ndef f():\n    warnings.warn('x'); print('y', file=sys.stderr); return 3"), "f"
        ).value
        == 3
    )


def test_other_objects_stay_inside_and_answer_through_handles(box):
    made = box("import torch\ndef f(): return torch.nn.Linear(3, 2)")
    handle = call(made, "f").value
    assert handle == Handle(handle.id, "Linear")
    weight = made.ask({"op": "get", "target": ["handle", handle.id, ["attr", "weight"]]}).value
    assert weight.shape == (2, 3)
    out = made.ask({"op": "call", "target": ["handle", handle.id], "args": [torch.ones(1, 3)]}).value
    assert out.shape == (1, 2)


def test_helper_code_sees_the_student_s_names(box):
    made = box("def f(x): return x + 1")
    made.ask({"op": "run", "source": "def twice(x): return student.f(student.f(x))"})
    assert made.ask({"op": "call", "target": ["env", "twice"], "args": [1]}).value == 3


def test_gradients_and_changed_inputs_are_told(box):
    made = box("def square(x): return x ** 2\ndef spoil(x):\n    x += 1\n    return x")
    reply = call(made, "square", torch.tensor([1.0, 3.0]), wrt=["0"], upstream=torch.ones(2))
    assert reply.grads[0].tolist() == [2.0, 6.0]
    assert call(made, "spoil", torch.zeros(2)).mutated == ("0",)


ROADS = (
    "F.conv2d(x, x)",
    "nn.functional.conv2d(x, x)",
    "torch.conv2d(x, x)",
    "nn.Conv2d(1, 1, 2)(x)",
    "torch.ops.aten.convolution(x, x, None, (1, 1), (0, 0), (1, 1), False, (0, 0), 1)",
    "torch.ops.aten.mkldnn_convolution(x, x, None, (0, 0), (1, 1), (1, 1), 1)",
)


@pytest.mark.parametrize("road", ROADS)
def test_every_road_to_a_banned_operation_is_closed(box, road):
    made = box(f"import torch, torch.nn as nn, torch.nn.functional as F\ndef f(x): return {road}")
    assert failure(made, "f", torch.ones(1, 1, 3, 3), ban=["convolution", "conv2d"]).verdict is Verdict.BLOCKED


def test_swallowing_the_ban_does_not_help(box):
    made = box("import torch\ndef f(x):\n    try: return torch.conv2d(x, x)\n    except BaseException: return x")
    assert failure(made, "f", torch.ones(1, 1, 3, 3), ban=["convolution"]).verdict is Verdict.BLOCKED


ENDINGS = {
    "while True: pass": Verdict.TIMED_OUT,
    "__import__('ctypes').PyDLL(None).usleep(2**31)": Verdict.TIMED_OUT,
    "return bytearray(10**11)": Verdict.OUT_OF_MEMORY,
    "return torch.empty(10**11)": Verdict.OUT_OF_MEMORY,
    "__import__('os')._exit(0)": Verdict.RAISED,
    "__import__('sys').exit()": Verdict.RAISED,
    "raise KeyboardInterrupt": Verdict.RAISED,
    "__import__('ctypes').string_at(0)": Verdict.RAISED,
    "__import__('os').write(3, b'xxxx')": Verdict.BLOCKED,
    "f()": Verdict.RAISED,
}


@pytest.mark.parametrize(("body", "verdict"), ENDINGS.items(), ids=ENDINGS)
def test_every_ending_has_its_verdict_and_the_next_call_works(box, body, verdict):
    made = box(f"import torch\ndef f():\n    {body}\ndef g(): return 7")
    assert failure(made, "f").verdict is verdict
    assert call(made, "g").value == 7


def test_an_endless_cell_is_left_out_of_the_replay(box):
    made = box("def f(): return 1")
    assert made.run_cell("while True: pass", "endless").error.verdict is Verdict.TIMED_OUT
    assert call(made, "f").value == 1


def test_after_three_restarts_a_function_is_not_called_again_and_the_others_still_are(box):
    made = box("import os\ndef f(): os._exit(1)\ndef g(): return 7")
    for _ in range(QUICK.restarts + 1):
        assert failure(made, "f").type_name == "Exit"
    assert "not called again" in failure(made, "f").message
    assert call(made, "g").value == 7


@pytest.mark.parametrize("mode", MODES)
def test_the_nodes_of_a_gpu_are_passed_through_and_nothing_beside_them(mode, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # no place that every box has of its own, as /tmp is
        os.chmod(folder, 0o755)
        device, other = (Path(folder, name) for name in ("device", "other"))
        for path in (device, other):
            path.write_text("there")
            path.chmod(0o666)
        monkeypatch.setattr(gpu, "nodes", lambda kind: () if kind == "cpu" else (str(device),))
        with Zygote.start(Wall(mode=mode, device="meta")) as warm, open_box(warm, QUICK) as made:
            made.run_cell("def f(path):\n    with open(path, 'r+') as file:\n        return file.read()", "cell 1")
            assert call(made, "f", str(device)).value == "there"
            assert failure(made, "f", str(other)).type_name in ("FileNotFoundError", "PermissionError")


def test_a_submission_that_uses_up_its_time_answers_nothing_more(zygote):
    with open_box(zygote, Limits(submission_seconds=0.5)) as made:
        made.run_cell("def f():\n    while True: pass", "slow")
        assert failure(made, "f").verdict is Verdict.TIMED_OUT
        assert failure(made, "f").verdict is Verdict.TIMED_OUT


def test_once_the_time_of_a_submission_is_over_no_process_is_started(zygote, monkeypatch):
    """Each further question would start one that may not compute, and end it."""
    started = []
    monkeypatch.setattr(zygote, "spawn", lambda *_: started.append(1))
    with open_box(zygote, QUICK) as made:
        made.clock.spent = QUICK.submission_seconds
        assert made.run_cell("1", "cell 1").error.verdict is Verdict.TIMED_OUT
        assert failure(made, "twice", 1).verdict is Verdict.TIMED_OUT
    assert started == []


def test_without_a_wall_nothing_is_graded(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoBox, match="apt-get install bubblewrap"), Zygote.start(Wall()):
        pass


def test_a_zygote_that_died_is_our_fault(zygote):
    with Zygote.start(zygote.wall) as doomed, open_box(doomed, QUICK) as made:
        doomed.process.kill()
        with pytest.raises(BoxFailure):
            made.run_cell("1", "cell 1")
