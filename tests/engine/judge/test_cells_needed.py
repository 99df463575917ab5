"""Which cells are run where edits are tried: those that the answers need, found as Python finds names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from autograder.judge.repair.cells import cells_needed
from autograder.judge.repair.reading import MAX_CHARACTERS
from autograder.submission.read import Cell

TRAINS = "def accuracy(net):\n    return net.eval()\n\n\nfor x in range(9):\n    net = train(x)\nshares = accuracy(net)"


def kept(texts: Sequence[str], *names: str) -> list[str]:
    """The cells that these names need."""
    cells = [Cell(f"cell {number}", text) for number, text in enumerate(texts)]
    return [cell.source for cell in cells_needed(cells, names or ("f",))]


def test_functions_stay_and_what_they_use_over_several_steps():
    texts = ["a = 1", "b = a", "print(b)", "def f():\n    return b", "c = f()"]
    assert kept(texts) == ["a = 1", "b = a", "def f():\n    return b"]


@pytest.mark.parametrize(
    "answer",
    [
        "def f(x):\n    net = x\n    return net",
        "def f(net):\n    # its shares, accuracy and x\n    return [x for x in net]",
        "class f:\n    def __init__(self, x):\n        self.net = x.shares",
    ],
    ids=["a variable of its own", "parameters and comments", "attributes"],
)
def test_a_cell_that_trains_is_left_out_where_an_answer_only_has_the_same_words(answer):
    """Each failing exercise of assignment 5 took six seconds of trainings before an edit was tried."""
    assert kept([TRAINS, answer]) == [answer]


def test_a_cell_that_an_answer_reads_is_kept_also_where_it_comes_later():
    answer = "def f():\n    return accuracy(1)"
    assert kept([answer, TRAINS]) == [answer, TRAINS]


def test_what_is_read_while_a_cell_runs_was_made_before_it():
    texts = ["a = 1", "b = a", "def f():\n    return b", "a = 2"]
    assert kept(texts) == texts[:3]


def test_a_name_with_two_meanings_keeps_both_cells():
    assert len(kept(["a = 1", "a = 2", "def f():\n    return a"])) == 3


@pytest.mark.parametrize(
    "text",
    [
        "a.b = 1",
        "a[0] = 1",
        "a.b[1].c += 1",
        "if True:\n    del a.b",
        "def g():\n    global a\n    a = 2",
        "a.append(1)",
        "for x in range(3):\n    a[x].update(x=1)",
        "setattr(a, 'b', 1)",
    ],
)
def test_a_cell_that_changes_what_an_answer_reads_is_kept(text):
    assert text in kept(["a = 1", text, "def f():\n    return a"])


def test_an_import_of_everything_is_kept():
    assert kept(["from math import *", "import math", "def f():\n    return pi"])[0] == "from math import *"


@pytest.mark.parametrize(
    "text",
    ["a = (", "%matplotlib inline\na = (", "a = 1\n" + "#" * MAX_CHARACTERS],
    ids=["no Python", "magic", "too long"],
)
def test_a_cell_that_nobody_can_read_is_read_word_by_word(text):
    assert kept(["b = 1", text + " b", "def f():\n    return a"])[1:] == [text + " b", "def f():\n    return a"]


def test_lines_of_ipython_are_no_reason_to_keep_a_cell():
    text = "%matplotlib inline\nimport math\nb = math.pi"
    assert kept([text, "def f():\n    return math", "def g(b):\n    return b"], "g") == ["def g(b):\n    return b"]


@dataclass
class Counted:
    """A cell that counts how often its text is read."""

    text: str
    reads: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The text."""
        self.reads.append(self.text)
        return self.text


@pytest.mark.parametrize("each", ["def a{0}():\n    return a{1}()", "a = {0}\nb = a", "a{0} = a{1} = ("])
def test_no_text_is_read_more_often_where_each_cell_uses_the_next(each):
    """Else a notebook of 20 MB keeps a worker busy for a quarter of an hour, and is ungraded in the end."""
    few, many = (
        [*(Counted(each.format(place, place + 1)) for place in range(count)), Counted("def f():\n    return a0, a, b")]
        for count in (5, 400)
    )
    assert (len(cells_needed(few, ["f"])), len(cells_needed(many, ["f"]))) == (6, 401)
    assert max(len(cell.reads) for cell in many) == max(len(cell.reads) for cell in few)
