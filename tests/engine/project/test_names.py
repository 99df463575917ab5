"""One word per thing: a public function or class has a name of its own in the whole engine."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHARED = {
    "build": "the verb, and what it does",
    "calibrate": "the verb, and what it does",
    "grade": "the verb, and what it does to one submission",
    "main": "where a program starts",
    "prove": "the verb, and what it does",
    "write": "one for each format of `exports`, found by the format's name",
}


def homes() -> dict[str, list[str]]:
    """Public name → the modules that define it at their top level."""
    found = defaultdict(list)
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            if named and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(ROOT)))
    return found


def test_no_public_name_means_two_things():
    twice = {name: modules for name, modules in homes().items() if len(modules) > 1}
    assert {name: modules for name, modules in twice.items() if name not in SHARED} == {}


def test_every_exception_is_needed_and_says_why():
    known = homes()
    assert [name for name, why in SHARED.items() if len(known[name]) < 2 or not why] == []


def test_only_formats_share_write():
    assert {str(Path(module).parent) for module in homes()["write"]} == {"autograder/exports"}
