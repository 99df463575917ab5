"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.programs import missing
from tests.scheduling import scheduler

settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")  # a busy machine makes no example wrong

SAMPLE = {
    "course.toml": 'name = "Sample"\nsecret = "sample"\n',
    "tiny/assignment.toml": 'title = "Tiny"\n\n[limits]\ncall_seconds = 2\nmemory_mb = 1024\n',
    "tiny/notebook.py": '''\
# %% [markdown]
# # Tiny
# Double a number, add two numbers, say why.

# %% setup role="given"
import torch

# %% double role="solution"
def double(x):
    """Twice x"""
    ### BEGIN SOLUTION
    twice = x * 2
    return twice
    ### END SOLUTION

# %% double_check role="check" points=60 title="Doubling"
assert double(2) == 4

# %% add role="solution"
def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

# %% add_check role="check" points=30 title="Adding"
assert add(1, 2) == 3

# %% [markdown] why role="manual" points=10 title="Why?"
# Because I say so.

# %%
print("play here")
''',
    "tiny/reference.py": "def double(x):\n    return x + x\n\n\ndef add(a, b):\n    return b + a\n",
    "tiny/test_tiny.py": '''\
import reference

from autograder.judge import check, expect


@check("double")
def test_double_keeps_the_shape(student, cases):
    """double gives an array of the same shape"""
    x = cases.tensor(3, 4)
    expect(student.double(x)).to_have_shape(3, 4)


@check("double", after="double_keeps_the_shape", weight=2)
def test_double_is_twice(student, cases):
    """double gives twice its input"""
    x = cases.tensor(3, 4)
    expect(student.double(x)).to_match(reference.double(x))


@check("add")
def test_add_sums(student, cases):
    """add gives the sum"""
    a, b = cases.tensor(5), cases.tensor(5)
    expect(student.add(a, b)).to_match(reference.add(a, b))
''',
    "tiny/mistakes.py": """\
from autograder.judge import mistake


@mistake("double", replaces="double", hint="That is the square: multiply by 2.")
def squared(x):
    return x**2
""",
}


def write_course(root: Path, changes: Mapping[str, tuple[str, str] | str | None] | None = None) -> Path:
    """Writes the sample course, changed, below `root` and gives `root` back.

    A change is a pair (old, new), a whole new text, or None to leave the file out; without any the course is valid.
    """
    changes = changes or {}
    for name in SAMPLE | dict(changes):
        text, change = SAMPLE.get(name, ""), changes.get(name, SAMPLE.get(name))
        if isinstance(change, tuple):
            assert change[0] in text, f"{change[0]!r} is not in {name}"
            change = text.replace(*change)
        if change is not None:
            path = root / "solutions" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change, encoding="utf-8")
    return root


@pytest.fixture
def sample_course(tmp_path: Path) -> Callable[..., Path]:
    """`sample_course({"tiny/notebook.py": ("old", "new")})` writes a small course, changed, and gives its root."""
    return lambda changes=None: write_course(tmp_path, changes)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Several workers: see tests/scheduling.py."""
    return scheduler(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was left out, also under `-q` and with several workers."""
    for what in missing().values():
        terminalreporter.write_line(f"not tested, since it is not installed: {what}")
