"""Every trick that gives a wrong answer full marks in some grader, brought to ours: each earns nothing."""

from __future__ import annotations

import json

import pytest

from autograder.model import Verdict
from tests.attacks.conftest import MARK
from tests.attacks.papers import FULL, WITHOUT_DOUBLE, WRONG, paper, points

AS_FUNCTION = "def double(x):\n    {}\n    return 0"
SPOOFS = {
    "displayhook": "import sys\n" + AS_FUNCTION.format("sys.displayhook(10)"),
    "transformer drops asserts": """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return None
get_ipython().ast_transformers.append(Drop())
def double(x): return 0""",
    "transformer replaces cells": """
import ast
class Replace(ast.NodeTransformer):
    def visit_Module(self, node): return ast.parse("10")
def double(x):
    get_ipython().ast_transformers.append(Replace())
    return 0""",
    "int that equals all": """
class Liar(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = int.__hash__
def double(x): return Liar(0)""",
    "showtraceback": "from IPython.core.interactiveshell import InteractiveShell\n"
    "InteractiveShell.showtraceback = lambda *a, **k: None\ndef double(x): raise ValueError",
    "sys.exit with success": "import sys\n" + AS_FUNCTION.format("sys.exit(0)"),
    "os._exit with success": "import os\n" + AS_FUNCTION.format("os._exit(0)"),
    "points as the answer": "def double(x): return 999.0",
    "full marks printed": AS_FUNCTION.format("print('60'); print('{\"verdict\": \"passed\"}')"),
    "pickle.dump patched": "import pickle\npickle.dump = pickle.dumps = lambda *a, **k: b'full'\n" + WRONG,
    "json patched": "import json\njson.dumps = lambda *a, **k: '{\"score\": 60}'\n" + WRONG,
    "assert rewritten": "import builtins\nbuiltins.AssertionError = type('Quiet', (Exception,), {})\n" + WRONG,
    "allclose patched": "import torch, numpy as np\ntorch.allclose = torch.equal = np.allclose = lambda *a, **k: True\n"
    "torch.testing.assert_close = lambda *a, **k: None\n" + WRONG,
    "pytest patched": "import sys, types\nsys.modules['pytest'] = types.ModuleType('pytest')\n" + WRONG,
    "atexit": "import atexit, os\natexit.register(lambda: os.write(3, b'60'))\n" + WRONG,
    "exit code": "import os, signal\n" + AS_FUNCTION.format("os.kill(os.getpid(), signal.SIGKILL)"),
    "reading the reference": "import sys\nsys.path[:0] = ['../solutions/tiny', '..']\n"
    "def double(x):\n    import reference\n    return reference.double(x)",
    "calling the grader": "def double(x):\n    from autograder.judge import expect\n    return expect(x)",
    "from the stack": """
import sys
def double(x):
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if getattr(value, "expected", None) is not None: return value.expected
        frame = frame.f_back
    return 0""",
    "endless loop": "def double(x):\n    while True: pass",
    "deaf endless loop": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "def double(x):\n    while True:\n        try: pass\n        except BaseException: pass",
}


@pytest.mark.parametrize("name", SPOOFS)
def test_a_spoof_earns_nothing(grader, name):
    report = grader.grade(double=SPOOFS[name])
    assert points(report) == {"double": 0.0, "add": WITHOUT_DOUBLE}
    assert report.graded


PLACES = ["gradebook", "suite", "reference", "report"]


@pytest.mark.parametrize("name", PLACES)
def test_writing_where_grades_are_kept_changes_nothing(grader, planted, name):
    before = planted.files[name].read_bytes()
    write = f"for mode in 'wb', 'ab', 'r+b':\n    try: open({str(planted.files[name])!r}, mode).write(b'100')\n"
    grader.grade(double=f"{write}    except OSError: pass\n{WRONG}")
    assert planted.files[name].read_bytes() == before


def test_everything_readable_inside_holds_no_secret(grader, planted):
    search = f"""
import os, sys
found = []
for path in {[str(path) for path in planted.files.values()]!r} + ["/proc/self/environ", "/proc/1/environ"]:
    try: found.append(open(path).read())
    except OSError: pass
roots = ["/", "/box", "/tmp", "/dev", "/home", "/root", "/etc/fonts", "/var", "/run", sys.prefix, {str(planted.root)!r}]
roots += [os.path.dirname({str(planted.root)!r}), os.path.dirname(sys.prefix)]
for folder, names, files in (step for root in roots for step in os.walk(root)):
    names[:] = [] if "site-packages" in folder else names
    for name in files:
        try: found.append(open(os.path.join(folder, name), errors="replace").read(100_000))
        except OSError: pass
assert found
"""
    report = grader.grade(double=WRONG, first=search + f"assert not any({MARK!r} in text for text in found)")
    assert report.cells[0].ok, report.cells[0].error
    assert not any(secret in report.to_json() for secret in planted.tokens.values())


def test_prefilled_outputs_and_changed_metadata_count_for_nothing(grader):
    node = paper(double=WRONG)
    for cell in node.cells:
        cell.outputs = [{"output_type": "execute_result", "data": {"text/plain": "60"}, "metadata": {}}]
        cell.metadata["nbgrader"] = cell.metadata.get("nbgrader", {}) | {"points": 1000, "grade": True, "extra": 100}
    node.metadata["nbgrader"] = {"score": 1000, "extra_credit": 100}
    report = grader.grade_raw(json.dumps(node).encode())
    assert (report.score, report.points) == (WITHOUT_DOUBLE, FULL)


def test_a_check_cell_of_the_student_s_own_counts_for_nothing(grader):
    node = paper(double=WRONG, last="60")
    marks = {"grade_id": "double_check", "grade": True, "points": 60, "locked": True, "solution": False}
    node.cells[-1].metadata["nbgrader"] = marks | {"schema_version": 3}
    assert grader.grade_raw(json.dumps(node).encode()).score == WITHOUT_DOUBLE


@pytest.mark.parametrize(
    "noise",
    ["import warnings; warnings.warn('x')", "import sys; print('x', file=sys.stderr)", "import os; os.write(2, b'x')"],
)
def test_noise_on_stderr_costs_nothing(grader, noise):
    assert grader.grade(double=f"def double(x):\n    {noise}\n    return x * 2", first=noise).score == FULL


def test_ending_the_process_costs_only_the_exercise_at_hand(grader):
    report = grader.grade(add="import os\ndef add(a, b):\n    os._exit(0)")
    assert points(report) == {"double": 60.0, "add": 0.0}
    assert report.checks[-1].verdict is Verdict.RAISED


def test_ending_the_process_while_a_cell_runs_costs_no_other_cell(grader):
    assert grader.grade(first="import os; os._exit(0)", last="import sys; sys.exit()").score == FULL
