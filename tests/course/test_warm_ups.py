"""Every task opens with a warm-up, and the numbers of its answer are right."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import torch

from tests.course.warm_ups import WARM_UPS

WARM_UP = re.compile(
    r"^## (?P<task>T\d+\.\d+) · .+\n\n\*Difficulty .+\n\n\*\*Warm-up\.\*\* .+\n(?:.+\n)*\n"
    r"<details><summary>Answer</summary>\n\n(?P<answer>(?:.+\n)+)\n</details>\n",
    re.MULTILINE,
)
TASK = re.compile(r"^## (T\d+\.\d+) · ", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def released() -> str:
    """All text of the notebooks that students get."""
    paths = sorted((Path(__file__).parents[2] / "assignments").glob("*/*.ipynb"))
    cells = [cell for path in paths for cell in json.loads(path.read_bytes())["cells"]]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.fixture(scope="module")
def answers() -> dict[str, list[str]]:
    """What the answer of each warm-up says in bold."""
    warm_ups = WARM_UP.finditer(released())
    return {match["task"]: [bold.replace("−", "-") for bold in BOLD.findall(match["answer"])] for match in warm_ups}


def rounded(value: object, digits: int) -> object:
    """A number, or every number in lists of them, with so many digits behind the point."""
    if isinstance(value, torch.Tensor):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return type(value)(rounded(part, digits) for part in value)
    return round(value, digits) if isinstance(value, float) else value


def test_every_task_opens_with_a_warm_up(answers: dict[str, list[str]]) -> None:
    assert sorted(answers) == sorted(TASK.findall(released()))
    assert sorted(answers) == sorted(WARM_UPS)


@pytest.mark.parametrize("task", sorted(WARM_UPS))
def test_what_an_answer_says_in_bold_is_right(answers: dict[str, list[str]], task: str) -> None:
    digits = [max((len(part) for part in re.findall(r"\.(\d+)", text)), default=0) for text in answers[task]]
    right = [rounded(value, places) for value, places in zip(WARM_UPS[task], digits, strict=True)]
    assert [ast.literal_eval(text) for text in answers[task]] == right
