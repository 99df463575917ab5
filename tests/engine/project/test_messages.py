"""Every sentence for students is complete: what is wrong, where, what to do next."""

from __future__ import annotations

import inspect

import pytest

from autograder import messages
from autograder.model import Verdict
from autograder.submission import remarks

SENTENCES = {
    name: make
    for module in (messages, remarks)
    for name, make in vars(module).items()
    if inspect.isfunction(make) and make.__module__ == module.__name__ and not name.startswith("_")
}
TOLD_NOTHING = (
    *("POINTS_CHANGED", "EMPTY_FILE", "TOO_DEEP", "TOO_LONG_TO_READ", "NOT_A_CELL"),
    *("ENDED", "UNCOMPARABLE", "NOT_A_NUMBER", "REQUIRES_GRADIENTS", "NO_VERDICT", "NOT_YOUR_FAULT"),
)
WORDS = {
    "seconds": 10,
    "megabytes": 2048,
    "limit": 20,
    "count": 3,
    "copies": 2,
    "times": 3,
    "line": 4,
    "actual": 0.71,
    "asked": 0.9,
}
LISTS = ("close", "prerequisites", "grade_ids", "names")


def said(make) -> str:
    names = inspect.signature(make).parameters
    return make(**{name: WORDS.get(name, [name] if name in LISTS else name) for name in names})


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_starts_and_ends_as_one(name):
    text = said(SENTENCES[name])
    assert text[0].isupper()
    assert text[-1] == "."
    assert "  " not in text


@pytest.mark.parametrize("name", TOLD_NOTHING)
def test_a_sentence_that_is_told_nothing_starts_and_ends_as_one(name):
    text = getattr(messages, name)
    assert text[0].isupper()
    assert text[-1] == "."


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_tells_what_it_is_given(name):
    text = said(SENTENCES[name])
    given = inspect.signature(SENTENCES[name]).parameters
    assert [word for word in given if str(WORDS.get(word, word)) not in text] == []


@pytest.mark.parametrize("name", ["restored", "lost_label", "check_edited", "given_edited"])
def test_what_is_said_of_many_cells_is_one_sentence_that_names_some(name):
    ids = [f"cell_{number}" for number in range(1, 19)]
    text = SENTENCES[name](ids)
    assert "18 " in text
    assert "`cell_1`, `cell_2`, `cell_3` and 15 more" in text
    assert "`cell_4`" not in text


def test_every_verdict_has_words():
    assert set(messages.LABELS) == set(Verdict)


def test_ungraded_is_never_the_students_fault():
    for text in (messages.NO_VERDICT, messages.ours("the machine stopped"), messages.LABELS[Verdict.UNGRADED]):
        assert "our problem" in text or "not your fault" in text
