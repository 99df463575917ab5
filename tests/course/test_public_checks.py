"""A check below an exercise shows the mistakes that equal sizes hide: height for width, one image for the batch.

What is told there at once need not be told in the report, days later.
"""

from __future__ import annotations

import ast
import re

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from autograder.course import Course
from autograder.course.percent import SourceCell, read_source_cells
from autograder.judge.mistakes import Mistake, load_mistakes

HIDDEN_BY_EQUAL_SIZES = re.compile("swapped|square(?!s)|first_image|of_image_0|mixes_the_batch|batch_mixed_in")
A_TEST_OF_THEIRS = "square_cases_only"  # which sizes to ask about is what `trustworthy` is graded for


def checked(cell: SourceCell) -> set[str]:
    """The functions that a check cell asks."""
    calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    return {ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) == "check"}


def needed(cell: SourceCell) -> bool:
    return cell.kind == "code" and (cell.role in ("solution", "check") or cell.name == "setup")


@pytest.mark.parametrize("slug", ["a1_convolution", "a2_pooling_im2col"])
def test_a_public_check_shows_what_equal_sizes_would_hide(
    slug: str, course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.set_num_threads(1)
    assignment = course.assignment(slug).whole
    hidden = [known for known in load_mistakes(assignment) if HIDDEN_BY_EQUAL_SIZES.search(known.name)]
    shell, unseen = InteractiveShell(), []
    for cell in filter(needed, read_source_cells(assignment.notebook)):
        assert shell.run_cell(cell.source).success
        if cell.role == "check":
            asked = [known for known in hidden if known.replaces in checked(cell) and not known.ends]
            unseen += [known.name for known in asked if not shown(known, cell.source, shell, capsys)]
    assert len(hidden) > 5
    assert [name for name in unseen if name != A_TEST_OF_THEIRS] == []


def shown(known: Mistake, source: str, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the check cell says of this mistake that something is wrong."""
    right, shell.user_ns[known.replaces] = shell.user_ns[known.replaces], known.implementation
    capsys.readouterr()
    shell.run_cell(source)
    shell.user_ns[known.replaces] = right
    return "✗" in capsys.readouterr().out
