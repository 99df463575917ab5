"""What a report's key depends on: everything that decides a verdict, and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import Limits, load_course
from autograder.grading.keys import content_key, context_digest, engine_digest

ROOT = Path(__file__).resolve().parents[3]
DECIDES = ["box", "course", "errors", "files", "judge", "layout", "log", "messages", "model", "submission", "text"]
SHOWS = ["authoring", "cli", "explain", "exports", "gradebook", "hosts", "intake", "reports", "similar", "watch"]
GRADING = {
    "decides": ["carried", "one", "repair", "scoring", "serve_spec", "worker"],
    "shows": [
        *("cluster", "cluster_worker", "dependencies", "faults", "incremental", "keys", "pool", "progress"),
        *("session", "store", "together", "worker_process"),
    ],
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the engine and the kit."""
    top = tmp_path_factory.mktemp("tree")
    for name, source in {"autograder": ROOT / "autograder", "cnnkit": ROOT / "shared/cnnkit"}.items():
        shutil.copytree(source, top / name, ignore=shutil.ignore_patterns("__pycache__"))
    return top


def changed(tree, name: str) -> set[bool]:
    """For each module of `name`: whether the digest is another one when a sentence in it changes."""
    path = tree / name
    modules = [path.with_suffix(".py")] if path.with_suffix(".py").exists() else sorted(path.rglob("*.py"))
    before, found = digest(tree), set()
    for module in modules:
        source = module.read_text("utf-8")
        module.write_text(f'{source}\n_TYPO = "a sentnce"  # corrected soon\n')
        found.add(digest(tree) != before)
        module.write_text(source)
    return found


def digest(tree) -> str:
    return engine_digest(tree / "autograder", tree / "cnnkit")


@pytest.mark.parametrize("name", [*SHOWS, *(f"grading/{name}" for name in GRADING["shows"])])
def test_a_typo_in_what_only_shows_or_files_keeps_every_report(tree, name):
    assert changed(tree, f"autograder/{name}") == {False}


@pytest.mark.parametrize("name", [*DECIDES, *(f"grading/{name}" for name in GRADING["decides"])])
def test_a_change_of_what_decides_makes_another_key(tree, name):
    assert changed(tree, f"autograder/{name}") == {True}


def test_the_kit_decides(tree):
    assert changed(tree, "cnnkit") == {True}


def test_the_kits_data_decide(tree):
    before = digest(tree)
    names = tree / "cnnkit/files/names.csv"
    names.write_bytes(names.read_bytes() + b"Ada,0\n")
    assert digest(tree) != before


def test_the_lists_above_are_complete(tree):
    top = {path.stem for path in (tree / "autograder").iterdir() if path.stem != "__init__"}
    grading = {path.stem for path in (tree / "autograder/grading").glob("*.py") if path.stem != "__init__"}
    assert top == {*DECIDES, *SHOWS, "grading"}
    assert grading == {*GRADING["decides"], *GRADING["shows"]}


def test_the_key_changes_with_everything_that_counts(sample_course):
    assignment = load_course(sample_course()).assignments[0]
    context = context_digest(assignment, "bubblewrap")
    others = {
        context_digest(assignment, "landlock"),
        context_digest(replace(assignment, secret="next term"), "bubblewrap"),
        context_digest(replace(assignment, limits=Limits(cell_seconds=1)), "bubblewrap"),
    }
    for path in (assignment.suite, assignment.reference, assignment.mistakes, assignment.notebook):
        path.write_text(path.read_text() + "\n# changed\n")
        others.add(context_digest(assignment, "bubblewrap"))
    assert len(others | {context}) == 8
    assert content_key(b"a", context) != content_key(b"b", context)


def test_the_same_course_gives_the_same_key(sample_course):
    root = sample_course()
    contexts = {context_digest(load_course(root).assignments[0], "bubblewrap") for _ in range(2)}
    assert len(contexts) == 1


def test_a_changed_check_keeps_the_keys_of_the_other_assignments(sample_course):
    root = sample_course()
    shutil.copytree(root / "solutions/tiny", root / "solutions/other")
    (root / "solutions/other/test_tiny.py").rename(root / "solutions/other/test_other.py")
    before = contexts(root)
    suite = root / "solutions/tiny/test_tiny.py"
    suite.write_text(suite.read_text() + "\n# changed\n")
    assert {slug for slug, context in contexts(root).items() if context != before[slug]} == {"tiny"}


def contexts(root) -> dict[str, str]:
    return {assignment.slug: context_digest(assignment, "bubblewrap") for assignment in load_course(root).assignments}
