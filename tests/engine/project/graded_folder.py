"""A small course beside the files of our image, folders of notebooks, and what `./grade` said of each."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import write_course
from tests.programs import BASE_IMAGE

ROOT = Path(__file__).parents[3]
FILES = ("Containerfile", ".dockerignore", "grade", "requirements.lock", "pyproject.toml", "autograder", "shared")
FOLDERS = {"strong": "strong folder", "weak": "weak", "plain": "plain"}  # where each run finds its notebook
# Runs a command; its words and its exit status are files here, for `said` to read.
SAY = 'say() { name=$1; shift; "$@" > "$HERE/$name.out" 2>&1; echo $? > "$HERE/$name.code"; }\n'


@dataclass
class Graded:
    """What one command said, and the reports in its folder."""

    code: int
    said: str
    reports: list[dict]
    owners: set[int]


def prepare(here: Path, *folders: str) -> None:
    """Writes the course, one notebook in each folder, and the unpacked packages that the image begins with."""
    here.chmod(0o755)
    write_course(here / "course")
    for name in FILES:
        kind = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        kind(ROOT / name, here / "course" / name)
    for name in (*folders, "bin"):
        (here / name).mkdir(mode=0o700)
    shutil.copy(BASE_IMAGE, here / "base.tar")
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [cell | {"source": "def double(x):\n    return 2 * x"}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in folders:
        (here / name / "ada" / "tiny").mkdir(parents=True)
        (here / name / "ada" / "tiny" / "tiny.ipynb").write_text(json.dumps(notebook))


def write_program(path: Path, text: str) -> None:
    """Writes a script that can be started."""
    path.write_text(text)
    path.chmod(0o755)


def graded(here: Path, name: str, log: str) -> Graded:
    """What the run of this name left; `log` is shown where it never came to it."""
    words = here / f"{name}.out"
    assert words.exists(), log
    stored = sorted((here / FOLDERS[name]).rglob("build/reports/tiny/*.json"))
    texts = [path.read_text() for path in stored if not path.name.startswith(".")]
    reports = [report for report in map(json.loads, texts) if "checks" in str(report)]
    owners = {path.stat().st_uid for path in (here / FOLDERS[name]).rglob("*")}
    return Graded(int((here / f"{name}.code").read_text()), words.read_text(), reports, owners)
