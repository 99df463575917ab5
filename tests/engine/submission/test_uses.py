"""Which cells of a notebook last: found in their text, in time that grows with it."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field

from autograder.submission.read import Cell
from autograder.submission.uses import lasting, names_used


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


def test_functions_stay_and_what_they_use_over_several_steps():
    texts = ["a = 1", "b = a", "print(b)", "def f():\n    return b", "c = f()"]
    cells = [Cell(f"cell {number}", text) for number, text in enumerate(texts)]
    assert [cell.source for cell in lasting(cells)] == ["a = 1", "b = a", "def f():\n    return b"]


def test_a_name_with_two_meanings_keeps_both_cells():
    texts = ["a = 1", "a = 2", "def f():\n    return a"]
    assert len(lasting([Cell("cell", text) for text in texts])) == 3


def test_no_text_is_read_more_often_where_each_cell_uses_the_next():
    """Else a notebook of 20 MB keeps a worker busy for a quarter of an hour, and is ungraded in the end."""
    few, many = (
        [Counted(f"a{place} = a{place + 1}") for place in range(count)] + [Counted("def f():\n    return a0")]
        for count in (5, 50)
    )
    assert (len(lasting(few)), len(lasting(many))) == (6, 51)
    assert max(len(cell.reads) for cell in many) == max(len(cell.reads) for cell in few)


def test_a_statement_of_many_names_is_held_once():
    """Each name held all words of its statement: a cell of a megabyte took more than any memory, outside the box."""
    lines = "".join(f"    a{k} = b{k}\n" for k in range(1000))
    tracemalloc.start()
    try:
        used = names_used([Cell("kept", f"if True:\n{lines}"), Cell("own", "a7", "own")], ["own"], [])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {"a7", "b7", "b999"} <= used
    assert most < 4_000_000
