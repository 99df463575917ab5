"""Objects that lie about themselves, and values that pass careless comparisons: only the right data earns points."""

from __future__ import annotations

import pytest

from tests.attacks.papers import points

OBJECT = "class Liar:\n    {}\ndef double(x): return Liar()"
LIES = {
    "__eq__": OBJECT.format("__eq__ = lambda self, other: True; __hash__ = None"),
    "__array__": OBJECT.format("__array__ = lambda self, *a, **k: __import__('numpy').zeros((3, 4))"),
    "__array_interface__": OBJECT.format("__array_interface__ = {'shape': (3,), 'typestr': '<f8', 'data': (8, False)}"),
    "__torch_function__": OBJECT.format("__torch_function__ = classmethod(lambda cls, *a, **k: True)"),
    "__class__": OBJECT.format("__class__ = property(lambda self: __import__('torch').Tensor)"),
    "__getattr__": OBJECT.format("__getattr__ = lambda self, name: lambda *a, **k: True"),
    "__len__": OBJECT.format("__len__ = lambda self: 2**62"),
    "endless __iter__": OBJECT.format("__iter__ = lambda self: iter(int, 1)"),
    "raising __repr__": OBJECT.format("__repr__ = __str__ = lambda self: 1 / 0"),
    "huge __repr__": OBJECT.format("__repr__ = __str__ = lambda self: 'x' * 10**8"),
    "__reduce__": OBJECT.format("__reduce__ = lambda self: (print, ('in the grader',))"),
    "metaclass": "class Meta(type):\n    __name__ = 'Tensor'\n    __eq__ = lambda *a: True\n    __hash__ = None\n"
    "class Liar(metaclass=Meta): pass\ndef double(x): return Liar()",
    "a tensor subclass": "class Liar(torch.Tensor):\n    __torch_function__ = classmethod(lambda cls, *a, **k: 0)\n"
    "    shape = (3, 4); dtype = torch.float64\ndef double(x): return torch.zeros(3, 4).as_subclass(Liar)",
    "a list subclass": "class Liar(list):\n    __eq__ = lambda *a: True\n    __len__ = lambda self: 12\n"
    "def double(x): return Liar()",
    "a dict subclass": "class Liar(dict):\n    items = lambda self: [(1, 2)] * 10**6\ndef double(x): return Liar(a=1)",
    "an array subclass": "import numpy as np\nclass Liar(np.ndarray):\n    __eq__ = lambda *a: True\n"
    "def double(x): return np.zeros((3, 4)).view(Liar)",
    "a str subclass": "class Liar(str):\n    __eq__ = lambda *a: True\n    __hash__ = str.__hash__\n"
    "def double(x): return Liar('x')",
    "nested in itself": "def double(x):\n    a = []\n    a.append(a)\n    return a",
    "a generator": "def double(x):\n    yield x * 2",
    "a function": "def double(x): return lambda: x * 2",
    "an endless dict": "import collections\ndef double(x): return collections.defaultdict(lambda: x * 2)",
    "a scalar that broadcasts": "def double(x): return torch.tensor(0.0, dtype=x.dtype)",
    "a row that broadcasts": "def double(x): return (x * 2)[:1]",
    "an empty tensor": "def double(x): return x[:0]",
    "an empty list": "def double(x): return []",
    "nothing": "def double(x): return None",
    "a meta tensor": "def double(x): return torch.empty(3, 4, device='meta')",
    "a sparse tensor": "def double(x): return torch.zeros(3, 4, dtype=x.dtype).to_sparse()",
    "a bool": "def double(x): return True",
    "an exception": "def double(x): return AssertionError()",
    "NotImplemented": "def double(x): return NotImplemented",
}
RIGHT_SHAPE = {
    "NaN": "def double(x): return x * float('nan')",
    "one NaN": "def double(x):\n    y = x * 2\n    y[0, 0] = float('nan')\n    return y",
    "infinity": "def double(x): return x * float('inf')",
    "zeros": "def double(x): return x * 0",
    "no memory behind it": "import torch\ndef double(x): return torch.zeros(1, dtype=x.dtype).expand(3, 4)",
    "almost": "def double(x): return x * 2 + 1e-6",
    "changed in one place": "def double(x):\n    y = x * 2\n    y[2, 3] += 1e-6\n    return y",
    "the input itself, changed": "def double(x): return x.mul_(2).mul_(3)",
}


@pytest.mark.parametrize("name", LIES)
def test_a_lying_object_earns_nothing(grader, name):
    report = grader.grade(double=f"import torch\n{LIES[name]}")
    assert points(report) == {"double": 0.0, "add": 30.0}
    assert report.graded
    assert len(report.to_json()) < 100_000


@pytest.mark.parametrize("name", RIGHT_SHAPE)
def test_wrong_values_of_the_right_shape_earn_the_shape_only(grader, name):
    assert points(grader.grade(double=RIGHT_SHAPE[name])) == {"double": 20.0, "add": 30.0}


UNREADABLE = {
    "a number of 5,000 digits": "def double(x): return 10**5000",
    "a list in itself": "def double(x):\n    a = []\n    a.append(a)\n    return a",
    "many numbers": "def double(x): return [0] * 300_000",
    "a ragged tensor": "import torch\ndef double(x): return torch.nested.nested_tensor([x * 2.0])",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_answer_that_cannot_be_compared_is_no_wrong_call(grader, name):
    told = [check.message for check in grader.grade(double=UNREADABLE[name]).checks if check.exercise == "double"]
    assert any(told)
    assert not any("way of calling" in message for message in told)


PATCHES = {
    "numpy": "import numpy\nnumpy.ascontiguousarray = numpy.frombuffer = numpy.array = lambda *a, **k: 1 / 0",
    "torch": "import torch\ntorch.frombuffer = torch.empty = torch.Tensor.reshape = lambda *a, **k: 1 / 0",
    "torch's methods": "import torch\ntorch.Tensor.__eq__ = torch.Tensor.__ne__ = lambda *a: torch.tensor(True)\n"
    "torch.Tensor.numpy = torch.Tensor.detach = lambda self: torch.zeros(())",
    "builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.len = builtins.type = lambda *a: 0",
    "struct": "import struct\nstruct.pack = lambda *a: b''",
    "IPython": "ip = get_ipython()\nip.run_cell = lambda *a, **k: None\nip.user_ns.clear()",
    "the server": "from inside import server\nserver.Server.answer = lambda *a: b'd\\0\\0\\0\\1s\\0\\0\\0\\5valueT'",
    "the wire": "from inside import wire\nwire.encode = lambda *a, **k: b'd\\0\\0\\0\\1s\\0\\0\\0\\5valueT'",
    "the loop": "from inside import submission\nsubmission.send = lambda *a: None",
    "the socket": "import socket\nsocket.socket.sendall = lambda *a: None",
    "import": "import builtins\nbuiltins.__import__ = lambda *a, **k: 1 / 0",
    "everything inside": "import sys\n[vars(m).clear() for n, m in [*sys.modules.items()] if n.startswith('inside')]",
}


@pytest.mark.parametrize("name", PATCHES)
def test_patching_what_runs_inside_earns_nothing(grader, name):
    patch = "\n    ".join(f"def double(x):\n{PATCHES[name]}\nreturn 0".split("\n"))
    report = grader.grade(double=patch)
    assert points(report)["double"] == 0.0
    assert report.graded
