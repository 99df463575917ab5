"""A tiny assignment for the judge, and submissions answered in process instead of in a box."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from autograder.course import Assignment, Exercise
from autograder.course.declarations import read_checks
from autograder.course.limits import Limits
from autograder.judge.local import LocalBox
from autograder.judge.plugin import with_suite
from autograder.judge.suite import Suite
from autograder.model import CheckResult

LIMITS = Limits(call_seconds=2, check_seconds=3, memory_mb=512)


def double(x: Any) -> Any:
    """The right answer."""
    return x * 2


def halve(n: int) -> int:
    """The right answer."""
    if n % 2:
        raise ValueError("odd")
    return n // 2


REFERENCE = "from typing import Any\n" + inspect.getsource(double) + inspect.getsource(halve)

SUITE = '''
import torch

import reference
from autograder.judge import check, examples, expect, integers


@check("double")
def test_double_keeps_the_shape(student, cases):
    """double keeps the shape"""
    expect(student.double(cases.tensor(3, 4))).to_have_shape(3, 4)


@check("double", after="double_keeps_the_shape", weight=3)
def test_double_doubles(student, cases):
    """double doubles"""
    x = cases.tensor(3, 4)
    expect(student.double(x)).to_match(reference.double(x))


@check("double", after="double_doubles")
def test_double_leaves_its_input_alone(student, cases):
    """double leaves its input alone"""
    x = cases.tensor(2, 3)
    expect(lambda: student.double(x)).to_leave_inputs_alone()


@check("double")
def test_double_has_a_gradient(student, cases):
    """double lets gradients through"""
    x, up = cases.tensor(2, 3), cases.tensor(2, 3)
    expect(student.with_gradients(up, wrt=("0",)).double(x)).to_have_gradient(2 * up, of="0")


@check("halve")
@examples(n=integers(0, 1000), count=50)
def test_halve_halves(student, n):
    """halve is right for even numbers"""
    if n % 2 == 0:
        expect(student.halve(n)).to_equal(reference.halve(n))


@check("halve")
def test_halve_refuses_odd_numbers(student):
    """halve refuses odd numbers"""
    expect(lambda: student.halve(7)).to_raise(ValueError)
'''

MISTAKES = """
from autograder.judge import mistake

@mistake("double", replaces="double", hint="Multiply, do not square.")
def squares(x):
    return x * x

@mistake("double", replaces="double", hint="Make a new tensor.")
def in_place(x):
    return x.mul_(2)

@mistake("halve", replaces="halve", hint="This one never ends.")
def never_ends(n):
    while True:
        pass

@mistake("halve", replaces="halve", hint="`//` rounds down and gives an int.")
def divides(n):
    return n / 2

@mistake("halve", replaces="halve", hint="Look at the end of your loop.", ends="timed_out")
def loops(n):
    return n
"""


def sample(folder: Path, suite: str = SUITE, mistakes: str = MISTAKES, show: str = "values") -> Assignment:
    """The sample assignment, written to a folder."""
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "test_tiny.py").write_text(textwrap.dedent(suite))
    (folder / "mistakes.py").write_text(mistakes)
    exercises = tuple(Exercise(name, name, 50, (name,), False, 1) for name in ("double", "halve"))
    return Assignment(
        "tiny", "Tiny", exercises, LIMITS, show, (), folder, "secret", (), read_checks(folder / "test_tiny.py")
    )


def right() -> dict[str, Any]:
    """A perfect submission."""
    return {"double": double, "halve": halve}


def judged(assignment: Assignment, **names: Callable[..., Any]) -> dict[str, CheckResult]:
    """The results of a perfect submission with some names replaced."""
    return judged_by(assignment, LocalBox({**right(), **names}).ask)


def judged_by(assignment: Assignment, ask: Callable[..., Any]) -> dict[str, CheckResult]:
    """The results of a submission that `ask` answers for."""

    def serve(suite: Suite) -> tuple[CheckResult, ...]:
        return suite.run(ask)

    return {result.name: result for result in with_suite(assignment, serve)}


def one_check(body: str, arguments: str = "student") -> str:
    """A suite whose first check has this body."""
    head = "from autograder.judge import *\nimport reference\nimport pytest\nimport torch\n"
    other = '\n@check("halve")\ndef test_other(student):\n    """Other"""\n    expect(student.halve(2)).to_equal(1)\n'
    inner = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return f'{head}@check("double")\ndef test_it({arguments}):\n    """It"""\n{inner}\n{other}'


def one_result(folder: Path, body: str, arguments: str = "student", show: str = "values", **names: Any) -> CheckResult:
    """The result of that one check."""
    return judged(sample(folder, one_check(body, arguments), show=show), **names)["it"]


def stub(*_args: object) -> torch.Tensor:
    """What stands in the notebook before the student writes anything."""
    raise NotImplementedError
