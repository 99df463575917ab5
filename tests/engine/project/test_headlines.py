"""The page of headline results: only the rows that were run change."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from bench import headlines, loops

EMPTY = f"# Before\n{headlines.BEGIN}\n{headlines.END}\nAfter\n"


def test_rows_stand_in_their_order():
    page = headlines.with_row(headlines.with_row(EMPTY, "mlp", "89.00 %", 3), "counts", "1 · 2", 1)
    assert page.index("| `counts` |") < page.index("| `mlp` |")
    assert page.startswith("# Before\n")
    assert page.endswith(f"{headlines.END}\nAfter\n")


def test_a_row_that_is_run_again_replaces_itself_only():
    page = headlines.with_row(headlines.with_row(EMPTY, "mlp", "89.00 %", 3), "counts", "1 · 2", 1)
    again = headlines.with_row(page, "mlp", "90.00 %", 3)
    assert "89.00" not in again
    assert again.replace("90.00", "89.00") == page


def test_the_committed_page_has_the_exact_counts():
    line = next(line for line in headlines.PAGE.read_text("utf-8").splitlines() if line.startswith("| `counts` |"))
    assert line.count(headlines.ROWS["counts"].lecture) == 2


def test_counts_are_those_of_the_lecture():
    assert headlines.counts(0, False) == headlines.ROWS["counts"].lecture


@pytest.mark.parametrize("recipe", [loops.ONE_CYCLE, loops.SGD, loops.FASHION, loops.ADAM])
def test_every_recipe_learns(recipe):
    torch.manual_seed(0)
    x = torch.randn(1999, 2)
    data = (x, (x[:, 0] > 0).long())
    reached = loops.fit(nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2)), data, data, recipe)
    assert len(reached) == recipe.epochs
    assert reached[-1] > 0.85


def test_the_last_window_is_looked_at_unless_told_otherwise():
    network = loops.TextCNN(context=4).eval()
    tokens = torch.zeros(1, 23, dtype=torch.long)
    other = tokens.clone()
    other[0, 22] = 5
    assert not torch.equal(network(tokens), network(other))
    network.windows = 19
    assert torch.equal(network(tokens), network(other))


def test_names_are_encoded_as_in_the_lecture():
    letters = [(letter, 0) for letter in "'_abcdefghijklmnopqrstuvwxyzçñ"]
    tokens, labels = loops.encoded([*letters, ("john_andrew", 1)])
    assert tokens[-1].tolist() == [0, 12, 17, 10, 16, 2, 3, 16, 6, 20, 7, 25] + [0] * 11
    assert labels[-1] == 1
