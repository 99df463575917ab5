"""Error carried forward: what was wrong earlier costs points there, and only there."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from autograder.box.zygote import Wall, Zygote
from autograder.course import load_course
from autograder.course.load import chosen
from autograder.grading import carried
from autograder.grading.one import grade
from autograder.judge.local import LocalBox
from autograder.judge.plugin import Suite, with_suite
from autograder.model import Report, Verdict
from autograder.submission.handed_in import HandedIn
from tests.conftest import write_course
from tests.engine.grading.test_grade import RIGHT, notebook

OBJECT = "class Double:\n    __getattr__ = lambda self, name: self\n    __call__ = max\ndouble = Double()"
SQUARED = "def double(x):\n    return x**2"
STUB = "def double(x):\n    raise NotImplementedError()"
ON_DOUBLE = "def add(a, b):\n    return double(a) - a + b"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Report]]:
    """`report(double="…")`: the Report of a notebook with these answers, the rest right, of what is `graded`."""
    tiny = load_course(write_course(tmp_path_factory.mktemp("course"))).assignment("tiny")
    with Zygote.start(Wall()) as zygote:

        def make(extra: str = "", graded: Sequence[str] = tiny.names, **answers: str) -> Report:
            handed_in = HandedIn("ada", "ada.ipynb", "key", notebook(RIGHT | answers, extra))
            return with_suite(chosen(tiny, graded), lambda suite: grade(handed_in, suite, zygote))

        yield make


def points(report: Report) -> list[float]:
    """Of double and of add."""
    return [exercise.score for exercise in report.exercises]


def test_an_exercise_on_a_wrong_function_earns_all_its_points_and_says_why(report):
    """It lost them all: add was right but for double."""
    found = report(double=SQUARED, add=ON_DOUBLE)
    assert points(found) == [20, 30]
    assert (found.checks[2].verdict, found.checks[2].message) == (
        Verdict.CARRIED,
        "Right, given a right `double`. It earns its points in full.",
    )


@pytest.mark.parametrize(
    "double", [STUB, "def double(x:", "def twice(x):\n    return 2 * x", "", "1 / 0", "x = 1", OBJECT]
)
def test_a_function_that_is_missing_in_any_way_costs_nothing_further_down(report, double):
    assert points(report(double=double, add=ON_DOUBLE)) == [0, 30]


def test_a_function_that_is_given_another_meaning_later_is_replaced_there_too(report):
    later = "def double(x):\n    return x**3"
    assert points(report(extra=later, double=SQUARED, add=ON_DOUBLE)) == [20, 30]


def test_what_is_used_through_another_function_is_found(report):
    helped = "def helper(x):\n    return double(x) - x\n\n\ndef add(a, b):\n    return helper(a) + b"
    assert points(report(double=SQUARED, add=helped)) == [20, 30]


@pytest.mark.parametrize("second", ["twice = double", "twice = double  # shorter", "other = double\ntwice = other"])
def test_a_function_is_replaced_under_a_second_name_too(report, second):
    doubled = f"{SQUARED}\n\n\n{second}"
    assert points(report(double=doubled, add="def add(a, b):\n    return twice(a) - a + b")) == [20, 30]


KEEP = "def keep(f):\n    def kept(x):\n        return f(x)\n    return kept\n"
HELD = {  # what stands below double in its own cell, and how add reaches it there
    "a partial": ("import functools\ntwice = functools.partial(double)", "twice(a)"),
    "a closure": (f"{KEEP}twice = keep(double)", "twice(a)"),
    "a default": ("def twice(x, f=double):\n    return f(x)", "twice(a)"),
    "a default by name": ("def twice(x, *, f=double):\n    return f(x)", "twice(a)"),
    "a lambda's default": ("twice = lambda x, f=double: f(x)", "twice(a)"),
    "an attribute of a class": ("class Ops:\n    twice = staticmethod(double)", "Ops.twice(a)"),
    "a method": ("class Ops:\n    def __init__(self):\n        self.twice = double\nops = Ops()", "ops.twice(a)"),
    "a dict": ("TABLE = {'twice': double}", "TABLE['twice'](a)"),
    "a list of several lines": ("TABLE = [\n    abs,\n    double,\n]", "TABLE[1](a)"),
    "a field": ("import types\nops = types.SimpleNamespace(twice=double)", "ops.twice(a)"),
    "an attribute of another": ("def ops(): pass\nops.twice = double", "ops.twice(a)"),
    "a cache": ("import functools\ntwice = functools.lru_cache(double)", "twice(a)"),
    "one of two names": ("twice, other = double, abs", "twice(a)"),
    "a name with a type": ("twice: object = double", "twice(a)"),
    "a name in an if": ("if True:\n    twice = double", "twice(a)"),
}
DECORATED = {
    "a cache": "import functools\n@functools.lru_cache\ndef double(x):\n    return x**2",
    "a closure": f"{KEEP}@keep\ndef double(x):\n    return x**2",
    "a closure that keeps its name": "import functools\ndef keep(f):\n    @functools.wraps(f)\n    def kept(*a):\n"
    "        return f(*a)\n    return kept\n@keep\ndef double(x):\n    return x**2",
    "a lambda": "double = lambda x: x**2",
    "a partial": "import functools\ndef power(n, x):\n    return x**n\ndouble = functools.partial(power, 2)",
    "an object": "class Power:\n    def __init__(self, n):\n        self.n = n\n    def __call__(self, x):\n"
    "        return x**self.n\ndouble = Power(2)\ncube = Power(3)\nassert cube(2) == 8",
    "a module of PyTorch's": "import torch\nclass Double(torch.nn.Module):\n    def forward(self, x):\n"
    "        return x**2\ndouble = Double()",
    "an object with a metaclass": "import abc\nclass Double(abc.ABC):\n    def __call__(self, x):\n"
    "        return x**2\ndouble = Double()",
    "a method of an object": "class Power:\n    def __init__(self, n):\n        self.n = n\n    def of(self, x):\n"
    "        return x**self.n\ndouble = Power(2).of",
    "a method of a class": "class Power:\n    n = 2\n    @classmethod\n    def of(cls, x):\n"
    "        return x**cls.n\ndouble = Power.of",
    "without gradients": "import torch\n@torch.no_grad()\ndef double(x):\n    return x**2",
    "by its first argument": "import functools\n@functools.singledispatch\ndef double(x):\n    return x**2",
    "a class": "class double:\n    def __new__(cls, x):\n        return x**2",
    "several outputs": "@(lambda f: lambda x, _a=1, *more, **named: f(x))\ndef double(x):\n    return x**2",
}


@pytest.mark.parametrize("held", HELD)
def test_a_function_is_replaced_wherever_its_own_cell_put_it(report, held):
    below, use = HELD[held]
    assert points(report(double=f"{SQUARED}\n{below}", add=f"def add(a, b):\n    return {use} - a + b")) == [20, 30]


@pytest.mark.parametrize("held", HELD)
def test_a_function_is_replaced_wherever_a_later_cell_put_it(report, held):
    below, use = HELD[held]
    found = report(double=SQUARED, extra=below, add=f"def add(a, b):\n    return {use} - a + b")
    assert points(found) == [20, 30]


@pytest.mark.parametrize(
    "use",
    [
        "globals()['double'](a)",
        "getattr(__import__('__main__'), 'double')(a)",
        "__import__('operator').attrgetter('double')(__import__('__main__'))(a)",
        "eval('double')(a)",
        "next(map(double, [a]))",
    ],
)
def test_a_function_is_replaced_however_it_is_asked_for(report, use):
    assert points(report(double=SQUARED, add=f"def add(a, b):\n    return {use} - a + b")) == [20, 30]


def test_an_object_of_a_class_that_wants_no_heirs_is_replaced_by_its_name(report):
    alone = "class Power:\n    def __init_subclass__(cls):\n        raise ValueError\n"
    called = "    def __call__(self, x):\n        return x**2\ndouble = Power()"
    assert points(report(double=alone + called, add=ON_DOUBLE)) == [20, 30]


@pytest.mark.parametrize("kind", DECORATED)
def test_a_function_is_replaced_however_it_was_made(report, kind):
    assert points(report(double=DECORATED[kind], add=ON_DOUBLE)) == [20, 30]
    held = f"{DECORATED[kind]}\nTABLE = [double]"
    assert points(report(double=held, add="def add(a, b):\n    return TABLE[0](a) - a + b")) == [20, 30]


def test_another_object_of_the_same_class_stays_what_it_is(report):
    """Its method, too, though it is the same function."""
    cube = "class Power:\n    def __init__(self, n):\n        self.n = n\n    def __call__(self, x):\n"
    cube += "        return x**self.n\n    def of(self, x):\n        return x**self.n\n"
    used = "def add(a, b):\n    assert (cube(2), third(2)) == (8, 8)\n    return double(a) - a + b"
    for double in ("double = Power(2)", "double = Power(2).of"):
        others = f"{cube}{double}\ncube = Power(3)\nthird = Power(3).of"
        assert points(report(double=others, add=used)) == [20, 30]


@pytest.mark.parametrize(
    "borrowed", ["from statistics import fmean as double", "double = __import__('textwrap').dedent"]
)
def test_a_library_s_function_stays_what_it_is(report, borrowed):
    """In the place of the student's function it is replaced; elsewhere it is the library's, and works."""
    used = "import statistics, textwrap\ndef add(a, b):\n    assert textwrap.dedent('  a') == 'a'\n"
    used += "    assert statistics.fmean([1]) == 1\n    return double(a) - a + b"
    assert points(report(double=borrowed, add=used)) == [0, 30]


def test_two_functions_that_are_one_and_the_same_are_replaced_each_by_its_own():
    """`add = double`: whatever took the place of the second took that of the first as well."""
    box = LocalBox(dict.fromkeys(("double", "add", "other"), len))
    for _ in range(2):  # it is given again after every cell
        box.ask({"op": "give", "source": "\n\n\n".join(RIGHT.values()), "names": ["double", "add"]})
    answers = [box.ask({"op": "call", "target": ["name", name], "args": [3]}).value for name in ("double", "other")]
    added = box.ask({"op": "call", "target": ["name", "add"], "args": [3, 4]}).value
    assert (answers, added) == ([6, 6], 7)


def test_a_class_is_replaced_where_it_is_held_and_where_another_is_built_on_it():
    """A class that is built on it keeps what it adds."""
    net = "class Net:\n    def __init__(self, n):\n        self.n = n\n    def double(self):\n        return "
    own = f"{net}self.n**2\n"
    own += "class More(Net):\n    def __init__(self, n):\n        super().__init__(n + 1)\n    def add(self, a):\n"
    own += "        return self.n + a\nTABLE = [Net]\ndef held(n):\n    return TABLE[0](n).double()\n"
    own += "def built(n):\n    more = More(n)\n    return more.double(), more.add(1)"
    names = {"__name__": "__main__"}
    exec(own, names)  # noqa: S102  # as a notebook would
    box = LocalBox(names)
    for _ in range(2):
        box.ask({"op": "give", "source": f"{net}self.n * 2", "names": ["Net"]})
    held, built = (box.ask({"op": "call", "target": ["name", f], "args": [5]}).value for f in ("held", "built"))
    assert (held, built) == (10, (12, 7))


def test_a_function_that_was_made_none_makes_nothing_else_a_function(report):
    nothing = "def add(a, b):\n    return double(a) - a + b if unset is None else 0"
    assert points(report(double="double = unset = None", add=nothing)) == [0, 30]


def test_a_class_is_built_on_the_right_function(report):
    at_once = "TWO = double(1)\n\n\ndef add(a, b):\n    return a * TWO - a + b"
    assert points(report(double="def double(x):\n    return x * 3", add=at_once))[1] == 30


def test_a_mistake_of_its_own_still_costs_points(report):
    found = report(double=SQUARED, add="def add(a, b):\n    return double(a) + b")
    assert points(found) == [20, 0]
    assert found.checks[2].verdict is Verdict.FAILED


def test_where_nothing_is_left_to_explain_nobody_looks_for_an_explanation_again(report, monkeypatch):
    looked = []
    monkeypatch.setattr(Suite, "with_hints", lambda _, results, cases: looked.append(cases) or tuple(results.values()))
    assert points(report(double=SQUARED, add=ON_DOUBLE)) == [20, 30]
    assert len(looked) == 1


def test_what_does_not_use_it_is_not_asked_again(report, monkeypatch):
    monkeypatch.setattr(carried, "open_box", None)  # the first run has its own
    found = report(double=SQUARED, add="def add(a, b):\n    return a - b")
    assert (points(found), found.checks[2].verdict) == ([20, 0], Verdict.FAILED)


def test_an_earlier_exercise_gains_nothing_from_a_later_answer(report):
    """Else a stub of add would earn double its points: double(x) is add(x, x)."""
    through = "def double(x):\n    return add(x, x)"
    assert points(report(double=through, add="def add(a, b):\n    raise NotImplementedError()")) == [0, 0]


@pytest.mark.parametrize("double", [SQUARED, STUB, ""])
def test_what_is_only_practice_costs_nothing_where_it_is_used(report, double):
    found = report(double=double, add=ON_DOUBLE, graded=("add", "why"))
    assert (points(found), found.points, found.checks[0].verdict) == ([90], 90, Verdict.CARRIED)
    assert [note for note in found.notes if "double" in note] == []
