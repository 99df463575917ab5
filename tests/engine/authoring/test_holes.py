"""Holes of a suite are found: nothing-answers that earn points, and mutants that keep them."""

from __future__ import annotations

import ast
import gc
import signal
import time

import pytest

from autograder.authoring.holes import forks
from autograder.authoring.holes.find import HoleOptions, find_holes
from autograder.authoring.holes.forks import Batch, Trial, in_forks
from autograder.authoring.holes.mutants import answer_lines
from autograder.authoring.holes.nothing import written
from autograder.course import load_course
from autograder.errors import ConvgradeError, CourseError

VALUES_FIRST = [
    ('@check("double")\ndef test_double_keeps', '@check("double", after="double_is_twice")\ndef test_double_keeps'),
    ('after="double_keeps_the_shape", ', ""),
]
COPIES = {"tiny/notebook.py": ("twice = x * 2", "twice = x.clone() * 2")}
COPY_IS_LOST = "double: twice = x.clone() * 2 → twice = x * 2"
WHOLE_NUMBERS = """

@check("double", after="double_is_twice", weight=0.1)
def test_double_of_whole_numbers(student, cases):
    \"""double takes whole numbers\"""
    x = cases.integers(3, 4)
    expect(student.double(x)).to_match(reference.double(x))
"""
KEEPS_TYPE = {"tiny/notebook.py": ("twice = x * 2", "twice = (x * 2.0).to(x.dtype)")}


@pytest.fixture
def holes(sample_course):
    """The sentences about each exercise of the sample, whose values are checked first unless `weak`; `more` checks."""

    def found(changes=None, weak=False, more="", **options):
        root = sample_course(changes)
        path = root / "solutions/tiny/test_tiny.py"
        text = path.read_text()
        for old, new in () if weak else VALUES_FIRST:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text + more)
        found = find_holes(load_course(root).assignment("tiny"), HoleOptions(jobs=1, **options))
        return {each.exercise: each.offences for each in found}

    return found


def explaining(*entries: str) -> dict:
    return COPIES | {"tiny/mutants.toml": "\n".join(["[equivalent.double]", *entries])}


def test_a_property_of_a_nothing_answer_earns_nothing(holes):
    assert holes(weak=True, mutants=False)["double"] == [
        "double: return the first argument, return zeros in the right shape\n    earns 33.3% by double_keeps_the_shape"
    ]
    assert holes(mutants=False) == {"double": [], "add": []}


def test_a_mutant_that_keeps_its_points_is_listed(holes):
    assert holes(nothing=False) == {"double": [], "add": []}
    assert holes(COPIES, nothing=False) == {"double": [f"{COPY_IS_LOST}\n    no point is lost"], "add": []}


def test_a_cheap_death_of_a_main_line_is_listed(holes):
    found = holes(KEEPS_TYPE, more=WHOLE_NUMBERS, nothing=False)["double"]
    change = "double: twice = (x * 2.0).to(x.dtype) → twice = x * 2.0"
    assert found == [f"{change}\n    only 3.2% is lost, by double_of_whole_numbers"]


def test_a_mutant_that_is_explained_is_no_hole(holes):
    exact = explaining('"twice = x.clone() * 2 → twice = x * 2" = "x is never changed"')
    assert holes(exact, nothing=False)["double"] == []
    assert holes(explaining('"… → twice = x * 2" = "x is never changed"'), nothing=False)["double"] == []


@pytest.mark.parametrize(
    "entry",
    [
        '"twice = x.clone() * 2 → twice = x.clone() * 3" = "it dies"',
        '"twice = x.copy() * 2 → twice = x * 2" = "no such mutant any more"',
        '"return twice → …" = "these die"',
    ],
)
def test_what_is_explained_and_not_so_is_a_hole(holes, entry):
    found = holes(explaining(entry), nothing=False)["double"]
    change = entry.split('"')[1]
    assert found[1:] == [f"double: {change}\n    mutants.toml explains it as equivalent, and it is not"]


def test_a_function_that_is_not_there_is_not_explained(holes):
    stray = {"tiny/mutants.toml": '[equivalent.treble]\n"a → b" = "gone"\n'}
    assert holes(stray, nothing=False)["add"] == ["treble: a → b\n    mutants.toml explains it, and no answer has it"]


def test_a_reason_is_needed(holes):
    with pytest.raises(CourseError, match="no reason for “double: a → b”"):
        holes({"tiny/mutants.toml": '[equivalent.double]\n"a → b" = ""\n'})


def test_answers_that_fail_without_a_box_are_told(holes):
    with pytest.raises(ConvgradeError, match="double_is_twice"):
        holes({"tiny/notebook.py": ("twice = x * 2", "twice = x * 3")})


def spins() -> None:
    while True:
        time.process_time()


def batch(*tasks, sound=lambda: True) -> Batch:
    return Batch(tuple((place, Trial(task, 0.2)) for place, task in enumerate(tasks)), sound)


def test_a_task_that_never_ends_costs_only_itself():
    assert list(in_forks([batch(lambda: 1, spins, lambda: 3)], jobs=1)) == [1, None, 3]


def test_a_task_that_sleeps_for_ever_is_ended_too(monkeypatch):
    monkeypatch.setattr(forks, "SLEEPS", 0.1)
    assert list(in_forks([batch(lambda: 1, signal.pause, lambda: 3)], jobs=1)) == [1, None, 3]


def test_a_task_that_computes_longer_than_another_may_sleep_is_not_ended(monkeypatch):
    monkeypatch.setattr(forks, "SLEEPS", 0.1)
    monkeypatch.setattr(forks, "LOOK", 0.05)

    def computes() -> int:
        end = time.process_time() + 0.5
        while time.process_time() < end:
            pass
        return 1

    assert list(in_forks([Batch(((0, Trial(computes, 60.0)),), lambda: True)], jobs=1)) == [1]


def test_what_a_task_leaves_behind_reaches_no_other():
    left: list[int] = []
    tasks = [lambda: left.append(1), lambda: len(left)]
    assert list(in_forks([batch(*tasks, sound=lambda: not left)], jobs=1)) == [None, 0]
    assert list(in_forks([batch(*tasks)], jobs=1)) == [None, 1]


def test_what_forks_shared_is_collected_afterwards():
    before = gc.get_freeze_count()  # what stays frozen is leaked at the end, and libraries say so in many lines
    counts = Trial(lambda: gc.get_freeze_count() > before, 60.0)  # there may be millions
    assert list(in_forks([Batch(((0, counts),), lambda: True)], jobs=1)) == [True]
    assert gc.get_freeze_count() == before


WATCHER = """class Watcher:
    def __enter__(self):
        ### BEGIN SOLUTION
        return self.helper()
        ### END SOLUTION

    def __exit__(self, *error):
        ### BEGIN SOLUTION
        pass

    def helper(self):
        return self
        ### END SOLUTION
"""


def test_only_what_students_are_asked_for_answers_nothing():
    tried = [name for name, _ in written(ast.parse(WATCHER), answer_lines(WATCHER), {"Watcher"})]
    assert tried == ["Watcher.__enter__"]
