"""Who may import whom: the tree keeps every contract of pyproject.toml, and each of them can be broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autograder.grading.keys import VERDICT_PACKAGES

ROOT = Path(__file__).resolve().parents[3]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the engine, the kit and the contracts."""
    root = tmp_path_factory.mktemp("tree")
    for folder in ("autograder", "shared/cnnkit"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def lint(tree):
    """Adds `line` to a module of the copy and runs the linter; the module is as it was afterwards."""
    kept: dict[Path, str | None] = {}

    def run(module: str = "", line: str = "", contract: str = "") -> tuple[int, str]:
        if module:
            path = tree / module
            kept[path] = path.read_text("utf-8") if path.exists() else None
            path.write_text(f"{kept[path] or ''}\n{line}\n")
        command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
        command += ["--contract", contract] if contract else []
        environment = os.environ | {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'shared'}"}
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    yield run
    for path, text in kept.items():
        path.unlink() if text is None else path.write_text(text, "utf-8")


def test_the_tree_keeps_every_contract(lint):
    code, out = lint()
    assert code == 0, out
    assert f"{len(CONTRACTS)} kept, 0 broken" in out


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("rooms", "autograder/course/load.py", "import autograder.judge"),
        ("rooms", "autograder/course/load.py", "def late():\n    from autograder.judge import suite"),
        ("rooms", "autograder/exports/roster.py", "from autograder.reports import words"),
        ("rooms", "autograder/loose.py", "import autograder.model"),
        ("verdicts", "autograder/judge/suite.py", "from autograder.reports import words"),
        ("verdicts", "autograder/grading/one.py", "from autograder.grading.store import Store"),
        ("verdicts", "autograder/text/escape.py", "import autograder.cli.main"),
        ("inside", "autograder/box/inside/wire.py", "from autograder.box import outcome"),
        ("inside", "autograder/box/inside/wire.py", "from autograder import errors"),
        ("inside", "autograder/box/inside/wire.py", "import cnnkit.compare"),
        ("nbgrader", "autograder/cli/main.py", "from nbgrader.api import Gradebook"),
        ("nbgrader", "autograder/reports/words.py", "import sqlalchemy"),
        ("nbgrader", "autograder/box/zygote.py", "import traitlets"),
        ("click", "autograder/errors.py", "import click"),
        ("dask", "autograder/grading/pool.py", "def ask():\n    import distributed"),
        ("kit", "shared/cnnkit/checking.py", "from autograder.model import Verdict"),
    ],
)
def test_a_contract_can_be_broken(lint, contract, module, line):
    code, out = lint(module, line, contract)
    assert code == 1, out
    assert f"{CONTRACTS[contract]['name']} BROKEN" in out


def test_an_import_for_types_alone_breaks_nothing(lint):
    line = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import autograder.judge"
    assert lint("autograder/course/load.py", line)[0] == 0


def test_every_contract_is_broken_above():
    (cases,) = (mark.args[1] for mark in test_a_contract_can_be_broken.pytestmark if mark.name == "parametrize")
    assert {contract for contract, _, _ in cases} == set(CONTRACTS)


def test_what_is_hashed_is_what_the_contract_says():
    hashed = {f"autograder.{name}" for name in VERDICT_PACKAGES}
    assert set(CONTRACTS["verdicts"]["source_modules"]) == hashed


def test_every_module_is_either_hashed_or_kept_from_what_decides():
    contract = CONTRACTS["verdicts"]
    named = [*contract["source_modules"], *contract["forbidden_modules"]]
    assert sorted(named) == sorted({*rooms("autograder"), *rooms("autograder/grading")} - {"autograder.grading"})


def test_few_rooms():
    assert len(rooms("autograder")) <= 22


def rooms(folder: str) -> list[str]:
    """The modules and packages directly in a folder, by their dotted names."""
    paths = [path for path in (ROOT / folder).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    return [f"{folder.replace('/', '.')}.{path.stem}" for path in paths if path.stem != "__init__"]
