"""What a cell leaves behind costs no function anything: settings are put back, processes end, modules are found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from autograder.box.box import Box, open_box
from autograder.box.inside.settings import SETTINGS
from autograder.box.zygote import MODES, Wall, Zygote
from autograder.course.limits import Limits

STATE = """
from inside.settings import SETTINGS
def state(): return {name: str(read()) for name, (read, _) in SETTINGS.items()}
"""
LEFT = {
    "inference mode": "mode = torch.inference_mode(); mode.__enter__()",
    "gradients": "torch.set_grad_enabled(False)",
    "the default type": "torch.set_default_dtype(torch.float64)",
    "the default device": "torch.set_default_device('meta')",
    "deterministic algorithms": "torch.use_deterministic_algorithms(True)",
    "anomaly detection": "torch.autograd.set_detect_anomaly(True)",
    "autocast": "cast = torch.autocast('cpu'); cast.__enter__()",
    "matrix precision": "torch.set_float32_matmul_precision('medium')",
    "threads": "torch.set_num_threads(2)",
    "NumPy's errors": "np.seterr(all='raise')",
    "warnings": "warnings.simplefilter('error')",
    "the folder": "os.mkdir('deeper'); os.chdir('deeper')",
    "the recursion limit": "sys.setrecursionlimit(80 + len(__import__('inspect').stack(0)))",
    "the alarm": "signal.alarm(50)",
    "tracing": "sys.settrace(print)",
    "profiling": "sys.setprofile(lambda *_: None)",
    "tracing of threads": "threading.settrace(print)",
}
LOADER = """
from torch.utils.data import DataLoader
values = iter(DataLoader(list(range(64)), 4, num_workers=2))
next(values)
"""
CHILDREN = {
    "a loader": LOADER,
    "a child": "if os.fork() == 0: time.sleep(600)",
    "a child of a thread": "thread = threading.Thread(target=lambda: os.fork() or time.sleep(600)); thread.start()\n"
    "thread.join()",
    "a daemon": "if os.fork() == 0:\n    os.setsid()\n    os.fork() or time.sleep(600)\n    os._exit(0)\nos.wait()",
    "a stopped child": "if os.fork() == 0: os.kill(os.getpid(), signal.SIGSTOP)",
    "one that has ended": "if os.fork() == 0: os._exit(0)",
}
IMPORTS = "import os, signal, sys, threading, time, warnings\nimport numpy as np\nimport torch\n"


@pytest.fixture(scope="module", params=MODES)
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote.start(Wall(mode=request.param)) as warm:
        yield warm


@contextmanager
def after(zygote: Zygote, *cells: str) -> Iterator[Box]:
    """A box in which these cells have run."""
    with open_box(zygote, Limits(processes=32)) as box:
        for number, source in enumerate(cells, 1):
            outcome = box.run_cell(source, f"cell {number}")
            assert outcome.ok, outcome.error
        yield box


def call(box: Box, name: str, *args: object, **more: object):
    return box.ask({"op": "call", "target": ["name", name], "args": list(args), **more}).value


def test_every_setting_has_its_test():
    assert list(LEFT) == list(SETTINGS)


def test_a_function_is_called_in_the_settings_of_the_start(zygote):
    with after(zygote, IMPORTS + STATE) as box:
        start = call(box, "state")
        for name, source in LEFT.items():
            assert box.run_cell(f"{source}\nassert state() != {start!r}", name).ok, name
        assert call(box, "state") == start


def test_cells_see_each_other_s_settings(zygote):
    with after(zygote, IMPORTS + "torch.set_grad_enabled(False)", "import torch\nassert not torch.is_grad_enabled()"):
        pass


def test_a_call_s_settings_end_with_it(zygote):
    off, on = "def off(): torch.set_grad_enabled(False)", "def on(): return torch.is_grad_enabled()"
    with after(zygote, IMPORTS, off, on) as box:
        call(box, "off")
        assert call(box, "on") is True


@pytest.mark.parametrize("name", CHILDREN)
def test_processes_of_a_cell_have_ended_when_a_function_is_called(name):
    with Zygote.start() as zygote, after(zygote, IMPORTS + "def twice(x): return x * 2", CHILDREN[name]) as box:
        for _ in range(2):
            assert torch.equal(call(box, "twice", torch.ones(2), ban=["convolution"]), torch.full((2,), 2.0))


def test_behind_the_weaker_wall_too():
    cell = IMPORTS + "def twice(x): return x * 2\nif os.fork() == 0: time.sleep(600)"
    with Zygote.start(Wall(mode="landlock")) as zygote, after(zygote, cell) as box:
        assert torch.equal(call(box, "twice", torch.ones(2), ban=["convolution"]), torch.full((2,), 2.0))


def test_a_loader_works_again_after_its_workers_were_ended():
    again = "def total(): return sum(int(batch.sum()) for batch in DataLoader(list(range(64)), 4, num_workers=2))"
    with Zygote.start() as zygote, after(zygote, LOADER, again) as box:
        assert [call(box, "total"), call(box, "total")] == [2016, 2016]


def test_a_process_that_survives_into_the_next_cell_goes_on(zygote):
    with after(zygote, "import os\nours, theirs = os.pipe()\nif os.fork() == 0: os.read(ours, 1); os._exit(7)") as box:
        outcome = box.run_cell("os.write(theirs, b'x')\nassert os.waitstatus_to_exitcode(os.wait()[1]) == 7", "next")
        assert outcome.ok, outcome.error


def test_a_module_that_a_cell_writes_can_be_imported(zygote):
    with after(zygote, "%%writefile helpers.py\ndef seven(): return 7", "from helpers import seven") as box:
        assert call(box, "seven") == 7


@pytest.mark.parametrize(
    "source",
    ["@torch.compile\ndef f(x): return x + 1", "@torch.compile(mode='reduce-overhead')\ndef f(x): return x + 1",
     "f = torch.compile(lambda x: x + 1, dynamic=True)", "f = torch.nn.Identity()\nf.compile()\nf.bias = 1\n"
     "g = f\nf = lambda x: g(x) + 1"],
)  # fmt: skip
def test_what_is_compiled_runs_as_it_is(zygote, source):
    with after(zygote, IMPORTS + source) as box:
        assert call(box, "f", 1) == 2
