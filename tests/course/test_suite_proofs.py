"""Every hidden suite is proved: right solutions keep all their points, every known mistake loses some and is named.

Every right solution, and of each exercise one mistake in twenty, others when one of them changes: `make prove` has all.
"""

from __future__ import annotations

import os

import pytest

from autograder.authoring.proof_set import ALTERNATIVE, MISTAKE, PERFECT, UNTOUCHED, WITHOUT, owners, replacements
from autograder.authoring.prove import Proof, ProveOptions, prove
from autograder.course.answers import mistakes_of

ONE_IN = int(os.environ.get("PROVE_ONE_IN", "20"))
pytestmark = pytest.mark.timeout(1500)  # a proof grades some hundred notebooks


@pytest.fixture(scope="module")
def proof(assignment) -> Proof:
    options = ProveOptions(jobs=1, together=True, one_in=ONE_IN)  # other tests keep the other processors busy
    return prove(assignment, options)


def offences(proof: Proof, *kinds: str) -> list[str]:
    return [f"{offence.variant}: {offence.sentence}" for offence in proof.offences if offence.variant.kind in kinds]


def test_right_solutions_get_full_marks(proof):
    assert offences(proof, PERFECT, ALTERNATIVE) == []


def test_the_untouched_notebook_gets_nothing(proof):
    assert offences(proof, UNTOUCHED) == []


def test_no_exercise_leans_on_another(proof):
    assert offences(proof, WITHOUT) == []


def test_every_mistake_is_caught_and_named(proof):
    assert offences(proof, MISTAKE) == []


def test_nothing_is_left_out(assignment):
    made = replacements(assignment)
    known = [mistake.name for mistake in mistakes_of(assignment)]
    assert [replacement.name for replacement in made if replacement.kind == MISTAKE] == known
    assert {replacement.function for replacement in made if replacement.kind == ALTERNATIVE} == set(owners(assignment))


def test_every_hint_is_short_and_whole(assignment):
    for mistake in mistakes_of(assignment):
        assert 30 <= len(mistake.hint) <= 300, mistake.name
        assert mistake.hint.rstrip(")")[-1] in ".:?!", mistake.name
