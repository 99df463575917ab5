"""Where an error is carried forward, an answer of the author's is in the box: it earns its own exercise nothing.

Every attack reaches that answer, which is the point: what it learns must go nowhere.
"""

import pytest

from tests.attacks.papers import points

STUB = "def double(x):\n    raise NotImplementedError()"
SEEN = 'double.__code__.co_filename == "<given>"'
SECRET = '"STO" + "LEN " + repr(double.__code__.co_consts) + repr(double.__code__.co_varnames)'
BROKEN_BY = {  # what the thief does with the answer, each in a function that is right but for double
    "prints it": "print(answer)",
    "raises it": "raise ValueError(answer)",
    "raises a class named after it": "raise type('STO' + 'LEN', (Exception,), {})()",
    "returns it": "return answer",
    "returns its length as a shape": "return torch.zeros(len(answer), 4242)",
    "draws it": "import matplotlib.pyplot as plt\n        plt.figure().text(0, 0, answer)",
    "keeps it in a file": "open('/tmp/loot', 'w').write(answer)",
    "keeps it in a module": "torch.loot = answer",
    "ends the process with it": "import os\n        os.write(2, answer.encode())\n        os._exit(3)",
    "takes its time": "import time\n        time.sleep(len(answer) / 1000)",
}
THIEF = f"""
import torch
def add(a, b):
    if {SEEN}:
        answer = {SECRET}
        {{}}
    return double(a) - a + b
"""


@pytest.mark.parametrize("name", BROKEN_BY)
def test_an_answer_in_the_box_is_told_to_nobody_and_earns_nothing(grader, name):
    """Neither the student nor the staff reads a word of that box, on no way out of it."""
    loot = "def double(x):\n    code = open('/tmp/loot').read() or torch.loot\n    return x * 2"
    report = grader.grade(double=loot, add=THIEF.format(BROKEN_BY[name]))
    told = report.to_json()
    assert points(report)["double"] == 0
    assert ("STOLEN" in told, "4242" in told) == (False, False)


@pytest.mark.parametrize("name", BROKEN_BY)
def test_an_answer_that_is_held_elsewhere_is_told_to_nobody_either(grader, name):
    """The student's own function passes on to the answer, and so shows it."""
    held = "TABLE = [double]\nloot = lambda: open('/tmp/loot').read() or torch.loot"
    own = f"def double(x):\n    return x if x < 0 else (loot(), x * 2)[1]\n{held}"
    thief = THIEF.replace("return double(a)", "return TABLE[0](a)").replace("double.__code__", "taken().__code__")
    taken = "def taken():\n    return (TABLE[0].__kwdefaults__ or {}).get('_answer', TABLE[0])\n"
    report = grader.grade(double=own, add=taken + thief.format(BROKEN_BY[name].replace("double", "taken()")))
    told = report.to_json()
    assert points(report)["double"] == 0
    assert ("STOLEN" in told, "4242" in told) == (False, False)


def test_a_thief_meets_the_answer_that_is_held_elsewhere(grader):
    met = "def add(a, b):\n    return a + b if (TABLE[0].__kwdefaults__ or {}).get('_answer') else None"
    assert points(grader.grade(double=f"{STUB}\nTABLE = [double]", add=f"{met}  # double")) == {"double": 0, "add": 30}


def test_a_thief_meets_the_answer(grader):
    """Else the attacks above show nothing: this one earns its points only where the answer is in the box."""
    met = f"def add(a, b):\n    return a + b if {SEEN} else None"
    assert points(grader.grade(double=STUB, add=met)) == {"double": 0, "add": 30}


def test_no_cell_tells_what_it_sees_there(grader):
    steps = ("import matplotlib.pyplot as plt", "plt.plot([1, 2])", f"print({SECRET})", f"raise OSError({SECRET})")
    last = f"if {SEEN}:\n    " + "\n    ".join(steps)
    report = grader.grade(double=STUB, add="def add(a, b):\n    return double(a) - a + b", last=last)
    assert points(report) == {"double": 0, "add": 30}
    assert "STOLEN" not in report.to_json()
    assert [(cell.ok, cell.figures) for cell in report.cells] == [(True, ())] * len(report.cells)


def test_the_same_name_again_is_not_the_same_function(grader):
    """add's own cell defines double too: the answer stands in, and is asked for nothing but add."""
    both = "def add(a, b):\n    return double(a) - a + b\ndef double(x):\n    return x * x"
    assert points(grader.grade(double=STUB, add=both)) == {"double": 20, "add": 30}


def test_the_source_is_not_in_the_box(grader):
    look = f"if {SEEN}:\n        inspect.getsource(double)"
    source = f"import inspect\ndef add(a, b):\n    {look}\n    return double(a) - a + b"
    assert points(grader.grade(double=STUB, add=source)) == {"double": 0, "add": 0}


def test_an_exercise_is_not_earned_by_a_later_answer(grader):
    through = "def double(x):\n    return add(x, x)"
    assert points(grader.grade(double=through, add="def add(a, b):\n    raise NotImplementedError()"))["double"] == 0
