"""Two edits at once: what they make of one text, how near an answer comes, and which of them are tried."""

from __future__ import annotations

import torch

from autograder.judge.repair.couples import AHEAD, FIRSTS, couples, spliced
from autograder.judge.repair.edits import edits_of
from autograder.judge.repair.near import nearness
from autograder.judge.repair.reading import definitions_of
from autograder.judge.repair.trials import Own, Repair
from autograder.submission.read import Cell

SUM = "def add(a, b):\n    c = a * 3\n    d = b * 5\n    return c + d"


def tried(near):
    """All edits of `SUM`, each with how near it comes, by its source."""
    node = definitions_of(SUM)["add"]
    own = Own(Cell("add", SUM), node)
    return [Repair(own, edit, (), (near(edit.source),)) for edit in edits_of(node)]


def test_two_edits_of_one_text_are_both_in_it():
    assert spliced("a - b - c", "a + b - c", "a - b + c") == "a + b + c"
    assert spliced("a - b", "b - a - b", "a - b - a") == "b - a - b - a"


def test_two_edits_of_the_same_place_are_none():
    assert spliced("a - b", "a + b", "a * b") == ""
    assert spliced("f(a)", "g(a, b)", "f(c)") == ""


def test_more_right_elements_are_nearer_and_all_of_them_are_all():
    right = torch.arange(4.0)
    none, some = right + 5, torch.tensor([0.0, 1.0, 9.0, 9.0])
    assert 0 < nearness(none, right) < nearness(some, right) < nearness(right, right)
    assert nearness([1, "a"], [1, "b"]) < nearness([1, "b"], [1, "b"])
    assert nearness({"a": right}, {"a": right}) > nearness({"a": none}, {"a": right}) > nearness(None, {"a": right})


def test_without_the_right_shape_little_is_near_and_nothing_breaks():
    right = torch.ones(2, 2)
    odd = [None, "x", [], [None], {}, 1, torch.ones(2), torch.ones(0), torch.tensor([float("nan")]), 10**400, [10**400]]
    assert all(0 <= nearness(each, right) <= 0.1 for each in odd)
    assert all(0 <= nearness(each, other) <= 1 for each in odd for other in odd)


def test_a_pair_begins_with_what_brings_the_answer_nearer():
    half = tried(lambda source: 0.6 if "c = a\n" in source else 0.2)
    firsts = {couple.first.edit.source for couple, _ in couples(half, [0.2])}
    assert firsts
    assert all("c = a\n" in source for source in firsts)


def test_what_comes_no_nearer_begins_no_pair():
    assert not list(couples(tried(lambda _: 0.2), [0.2]))


def test_few_begin_a_pair_and_each_soon():
    firsts = [couple.first.edit.source for couple, _ in couples(tried(lambda source: len(source) / 1000), [0.0])]
    assert 1 < len(set(firsts)) <= FIRSTS
    assert len(set(firsts[: 2 * AHEAD + 2])) > 1


def test_what_is_everybody_s_is_tried_with_another_slip_though_it_brings_nothing_nearer():
    source = "def draw(n, seed):\n    torch.manual_seed(seed)\n    a = torch.rand(n)\n    return a - 1"
    node = definitions_of(source)["draw"]
    own = Own(Cell("draw", source), node)
    tried_alone = [Repair(own, edit, (), (0.5,)) for edit in edits_of(node)]
    made = [text for _, changed in couples(tried_alone, (0.5,)) for text in changed.values()]
    assert any("generator=_own" in text and "a + 1" in text for text in made)
