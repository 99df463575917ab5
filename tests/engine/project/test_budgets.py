"""The budgets of the engine and the kit that ruff does not watch."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[3]
MODULES = [path for folder in ("autograder", "shared/cnnkit") for path in sorted((ROOT / folder).rglob("*.py"))]
TREES = {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in MODULES}
FUNCTIONS = {
    f"{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
    for name, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
}


def importing(*packages: str) -> set[str]:
    """Modules that import one of these packages, anywhere in them."""
    found = set()
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            names = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(item.split(".")[0] in packages for item in names):
                found.add(name)
    return found


def test_no_module_is_too_long():
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_no_function_is_too_long():
    assert {name: count for name, count in FUNCTIONS.items() if count > 40} == {}
    assert median(FUNCTIONS.values()) <= 10


def test_nothing_pickles():
    assert importing("pickle", "cloudpickle", "dill", "marshal", "shelve") == set()
