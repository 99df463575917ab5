"""What a suite may import: the judge's page, the kit, its own files, and third-party packages."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from autograder import judge

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
FILES = sorted(SOLUTIONS.rglob("*.py"))
ALLOWED = {"autograder.judge", "cnnkit", "reference", "held_out"}
OTHERS = set(packages_distributions()) - {"autograder", "cnnkit"} | set(sys.stdlib_module_names)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
    return found


def test_there_are_suites():
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOLUTIONS)))
def test_a_suite_reaches_no_further_than_the_judge(path):
    own = {f".{file.stem}" for file in path.parent.glob("_*.py")}
    further = {name for name in imported(path) - ALLOWED - own if name.partition(".")[0] not in OTHERS}
    assert {name for name in further if not name.startswith("cnnkit.")} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOLUTIONS)))
def test_what_a_suite_takes_of_the_judge_is_on_its_page(path):
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    taken = {alias.name for node in nodes if node.module == "autograder.judge" for alias in node.names}
    assert taken <= set(judge.__all__)
