"""Hooks of Python's and PyTorch's that stay behind after a call, and answers that change while they are sent."""

from __future__ import annotations

import pytest

from tests.attacks.papers import WITHOUT_DOUBLE, WRONG, points

SHAPE = 20.0  # points of a wrong answer that has the right shape
FIRST = {  # in a cell before the answer
    "an audit hook": "import sys\nseen = []\ndef hook(*event):\n    seen.append(event)\n    if len(seen) > 50:\n"
    "        raise RuntimeError('x' * 10**6)\nsys.addaudithook(hook)",
    "an importer": "import sys\nclass Refuses:\n    def find_spec(self, *a): raise SystemExit(3)\n"
    "sys.meta_path.insert(0, Refuses())",
    "processes that wait": "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        time.sleep(100)\n"
    "        os._exit(0)",
    "the working directory": "import os, shutil\nplace = os.getcwd()\nos.chdir('/')\nshutil.rmtree(place, True)",
    "PyTorch's defaults": "import torch\ntorch.set_default_dtype(torch.float16)\ntorch.set_default_device('meta')",
}
CHANGING = {  # while it is sent: what arrives is no answer
    "a list with another length": "class Row(list):\n    __iter__ = lambda self: iter([1] * 10)\n"
    "    __len__ = lambda self: 3\ndef double(x): return Row([1, 2])",
    "a dictionary with a key twice": "class Table(dict):\n    items = lambda self: [('a', 1)] * 2\n"
    "    __len__ = lambda self: 2\ndef double(x): return Table(a=1)",
    "a tensor with another shape": "import torch\nclass Liar(torch.Tensor):\n"
    "    shape = property(lambda self: torch.Size([3, 4]))\n"
    "    __torch_function__ = torch._C._disabled_torch_function_impl\n"
    "def double(x): return torch.zeros(1, dtype=x.dtype).as_subclass(Liar)",
    "a finalizer": "import os, weakref\ndef double(x):\n    answer = x * 0\n"
    "    weakref.finalize(answer, lambda: os.write(3, b'\\0\\0\\0\\5hello'))\n    return answer",
    "an error whose class has no name": "class Meta(type):\n    __name__ = property(lambda cls: 1 / 0)\n"
    "class Odd(Exception, metaclass=Meta): pass\ndef double(x): raise Odd",
}


@pytest.mark.parametrize("name", FIRST)
def test_a_hook_that_stays_changes_no_point(grader, name):
    report = grader.grade(double=WRONG.replace("0", "x * 0"), first=FIRST[name])
    assert points(report) == {"double": SHAPE, "add": WITHOUT_DOUBLE}


@pytest.mark.parametrize("name", CHANGING)
def test_an_answer_that_changes_while_it_is_sent_earns_nothing(grader, name):
    report = grader.grade(double=CHANGING[name])
    assert (points(report), report.graded) == ({"double": 0.0, "add": WITHOUT_DOUBLE}, True)


def test_two_answers_by_turns_earn_nothing(grader):
    kept = "import contextvars\nkept = contextvars.ContextVar('kept', default=None)\ndef double(x):\n"
    report = grader.grade(
        double=f"{kept}    old = kept.get()\n    kept.set(x)\n    return x * 0 if old is None else old"
    )
    assert points(report) == {"double": 0.0, "add": WITHOUT_DOUBLE}
