"""A class that was graded stays graded when only what shows its reports changes. Workers are fakes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FAKE = """\
from autograder.cli.main import main
from autograder.grading import session
from tests.engine.samples import fake_workers

if __name__ == "__main__":
    session.worker_main = fake_workers.serve
    main()
"""
SHOWN = {
    "cli/grade.py": ("Grade notebooks", "Grade the notebooks"),
    "reports/templates/class.html.j2": ("<th", "<!-- another page --><th"),
    "reports/words.py": ("everything passes", "all checks pass"),
    "exports/as_csv.py": ('"""', '"""Another sentence. '),
}


@pytest.fixture
def graded(sample_course, tmp_path):
    """Grades a class of 30 with a copy of the engine, again and again; gives how often a submission was judged."""
    engine, root = tmp_path / "engine", sample_course()
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", engine / "autograder", ignore=ignore)
    shutil.copytree(ROOT / "shared/cnnkit", engine / "cnnkit", ignore=ignore)
    (engine / "tests/engine/samples").mkdir(parents=True)
    shutil.copy(ROOT / "tests/engine/samples/fake_workers.py", engine / "tests/engine/samples")
    (root / "fake.py").write_text(FAKE)
    (root / "traces").mkdir()
    (root / "class").mkdir()
    for number in range(30):
        (root / "class" / f"student {number}.ipynb").write_text("wrong" * (number % 2))

    def grade(changes: dict[str, tuple[str, str]]) -> int:
        for name, (old, new) in changes.items():
            path = engine / "autograder" / name
            assert old in path.read_text("utf-8")
            path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
        command = [sys.executable, "fake.py", "grade", "class", "--jobs", "2"]
        environment = os.environ | {"PYTHONPATH": str(engine), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
        judged = len((root / "traces/seen").read_text().splitlines())
        (root / "traces/seen").write_text("")
        return judged

    return grade


def test_a_sentence_of_a_help_text_a_page_and_an_export_judges_nobody_again(graded):
    assert graded({}) == 30
    assert graded(SHOWN) == 0
    assert graded({"messages.py": ('"""', '"""Another sentence. ')}) == 30
