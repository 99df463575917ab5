"""Which names cells use: found in their text, in memory that grows with it."""

from __future__ import annotations

import tracemalloc

from autograder.submission.read import Cell
from autograder.submission.uses import names_used


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
