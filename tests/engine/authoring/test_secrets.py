"""Right solutions under many secrets: what fails now and then is found and told."""

from __future__ import annotations

import pytest

from autograder.authoring.secrets import EVERY, try_secrets
from autograder.course import load_course

ADDS = {"tiny/alternatives.py": "def double__add(x):\n    return x + x\n"}
ENDS = {"tiny/alternatives.py": "def double__stop(x):\n    import os\n    os._exit(1)\n"}
UNFAIR = """

@check("double")
def test_double_of_what_is_positive(student, cases):
    \"""double of a positive number is positive\"""
    expect(bool(student.double(cases.tensor(1)) > 0)).to_match(True)
"""


@pytest.fixture
def tried(sample_course):
    """What the right solutions of the sample give with other secrets; `more` checks."""

    def run(changes=None, secrets=1, more=""):
        root = sample_course(changes)
        path = root / "solutions/tiny/test_tiny.py"
        path.write_text(path.read_text() + more)
        return try_secrets(load_course(root).assignment("tiny"), secrets)

    return run


def test_a_fair_suite_fails_no_right_solution(tried):
    found = tried(ADDS, secrets=2)
    assert found.failures == ()
    assert set(found.asked.values()) == {2 * 2}  # two secrets × (the author's answers, and one round of alternatives)


def test_a_check_that_some_secrets_make_unfair_is_told_with_its_secret(tried):
    found = tried(secrets=12, more=UNFAIR)
    assert {failure.check for failure in found.failures} == {"double_of_what_is_positive"}
    assert 0 < len({failure.secret for failure in found.failures}) < 12


def test_a_right_solution_that_ends_the_process_counts_as_failed(tried):
    assert [(failure.check, failure.solution) for failure in tried(ENDS).failures] == [(EVERY, "double__stop")]
